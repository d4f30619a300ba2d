import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Lab } from '../../lab/client.ts';
import { must, run } from '../../lab/machine/run.ts';
import type { Contender } from '../contender.ts';
import { eachHost } from '../fresh-hosts.ts';
import { type AnsibleTools, ensureAnsible } from './ansible/tools.ts';

const PLAYBOOK = join(import.meta.dirname, 'ansible');

let tools: AnsibleTools | undefined;

/** A playbook that does the same, written for speed, and once more on its own cluster. */
export const ansible: Contender = {
  name: 'ansible',
  async prepare() {
    tools = await ensureAnsible((line) => process.stderr.write(`${line}\n`));
  },
  async run(lab) {
    if (tools === undefined) throw new Error('it is prepared before');
    const { hostPython, library } = tools;
    await eachHost(lab, (host) =>
      lab
        .exec(host, 'tar -x --keep-directory-symlink -C / -f - && sync -f /', { stdin: hostPython })
        .then(({ code, stderr }) => {
          if (code !== 0) throw new Error(`no Python for ${host}: ${stderr}`);
        }),
    );
    const version = (await lab.sh(lab.hosts[0]?.name ?? '', 'kubeadm version -o short')).trim();
    const folder = mkdtempSync(join(tmpdir(), 'etcd-ha-ansible-'));
    try {
      writeInventory(lab, version, folder);
      const first = await play(lab, library, folder);
      const second = await play(lab, library, folder);
      if (/changed=[1-9]/.test(second.recap))
        throw new Error(`the second run has changed something:\n${second.recap}`);
      return { ansible: first.ms, ansibleRerun: second.ms };
    } finally {
      await endConnections(lab, folder);
      rmSync(folder, { recursive: true, force: true });
    }
  },
};

function writeInventory(lab: Lab, kubernetesVersion: string, folder: string): void {
  mkdirSync(join(folder, 'control'));
  writeFileSync(join(folder, 'known_hosts'), lab.knownHosts);
  const hosts = lab.hosts.map(({ name, address }) => `${name} ansible_host=${address}`);
  const variables = {
    ansible_user: lab.sshUser,
    ansible_port: lab.sshPort,
    ansible_ssh_private_key_file: lab.privateKeyPath,
    ansible_ssh_common_args: `'-o UserKnownHostsFile=${join(folder, 'known_hosts')} -o IdentitiesOnly=yes'`,
    ansible_ssh_control_path_dir: join(folder, 'control'),
    kubernetes_version: kubernetesVersion,
  };
  const settings = Object.entries(variables).map(([name, value]) => `${name}=${value}`);
  writeFileSync(
    join(folder, 'inventory.ini'),
    ['[etcd]', ...hosts, '[etcd:vars]', ...settings, ''].join('\n'),
  );
}

async function play(lab: Lab, library: string, folder: string): Promise<{ ms: number; recap: string }> {
  const command = ['python3', '-m', 'ansible', 'playbook'];
  const started = performance.now();
  const output = await must(
    lab.inRunner([...command, '-i', join(folder, 'inventory.ini'), join(PLAYBOOK, 'playbook.yml')]),
    {
      env: {
        ...process.env,
        PYTHONPATH: library,
        ANSIBLE_CONFIG: join(PLAYBOOK, 'ansible.cfg'),
        ANSIBLE_HOME: folder,
        LC_ALL: 'C.UTF-8',
      },
      title: 'the playbook',
      timeoutMs: 300_000,
    },
  );
  const ms = performance.now() - started;
  return { ms, recap: output.slice(output.indexOf('PLAY RECAP')) };
}

/** Ends connections that ssh keeps open: hosts are recreated before the next run. */
async function endConnections(lab: Lab, folder: string): Promise<void> {
  await run(
    lab.inRunner([
      'bash',
      '-c',
      `for socket in ${folder}/control/*; do ssh -o ControlPath="$socket" -O exit x; done`,
    ]),
  );
}
