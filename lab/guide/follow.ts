import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Lab } from '../client.ts';
import type { GuideVariable } from '../variants/trait.ts';
import { traitsOf, variantNamed } from '../variants/variant.ts';
import { must } from '../machine/run.ts';

/**
 * Sets up a cluster on the lab's first three hosts by the commands of the Kubernetes documentation, one after the
 * other, as typed at the runner (guide.sh), and leaves on the hosts all files that the guide leaves there.
 *
 * @param kubeletConfig a further line for the configuration of kubelet.
 * @returns milliseconds that the commands took.
 * @throws Error if one of them fails, or the cluster is not healthy within five minutes.
 */
export async function followGuide(lab: Lab, kubeletConfig = ''): Promise<number> {
  // To copy from host to host, the user must have accepted the hosts' keys before.
  await lab.sh(lab.hosts[0]?.name ?? '', `cat > /etc/ssh/ssh_known_hosts << 'END'\n${lab.knownHosts}END`);
  const folder = mkdtempSync(join(tmpdir(), 'etcd-ha-guide-'));
  try {
    writeFileSync(join(folder, 'known_hosts'), lab.knownHosts);
    writeFileSync(join(folder, 'ssh_config'), sshConfig(lab, join(folder, 'known_hosts')));
    const script = join(import.meta.dirname, 'guide.sh');
    const started = performance.now();
    await must(lab.inRunner(['ssh-agent', 'bash', script]), {
      env: {
        SSH_CONFIG: join(folder, 'ssh_config'),
        KUBELET_MORE: kubeletConfig,
        ...hostVariables(lab),
        ...kindVariables(lab),
      },
      title: "the guide's shell",
      timeoutMs: 300_000,
    });
    return performance.now() - started;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/**
 * Configures a plain OpenSSH client: no connection is shared. The first host may use the agent, to copy to the others.
 */
function sshConfig(lab: Lab, knownHosts: string): string {
  return `User ${lab.sshUser}
Port ${lab.sshPort}
IdentityFile ${lab.privateKeyPath}
IdentitiesOnly yes
UserKnownHostsFile ${knownHosts}
AddKeysToAgent yes
ForwardAgent yes
LogLevel ERROR
`;
}

/**
 * Returns the values that a reader of the guide fills in for hosts of this kind. All hosts of the lab must have the
 * same.
 */
function kindVariables({ hosts }: Lab): Record<string, string> {
  const own = hosts[0]?.variant ?? '';
  if (hosts.some(({ variant }) => variant !== own)) throw new Error('the guide is for hosts of one kind');
  const ordinary: Record<GuideVariable, string> = {
    RUNTIME_ENDPOINT: 'unix:///var/run/containerd/containerd.sock',
  };
  return traitsOf(variantNamed(own)).reduce((all, { guide }) => ({ ...all, ...guide }), ordinary);
}

/** Returns HOST0, NAME0, HOST1, … as the guide calls them. */
function hostVariables({ hosts }: Lab): Record<string, string> {
  return Object.fromEntries(
    hosts.flatMap(({ name, address }, index) => [
      [`HOST${index}`, address],
      [`NAME${index}`, name],
    ]),
  );
}
