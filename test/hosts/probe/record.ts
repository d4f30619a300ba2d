/**
 * `node test/hosts/probe/record.ts`: records the answers below `recorded/` again, from hosts of a lab of its own
 * (`record`). It has the lab's requirements, and needs an up-to-date dist/. Run it after a change of a probe's
 * questions or answers, and review the differences before you commit them; tests contain some values of the answers. No
 * answer contains a private key.
 */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Lab } from '../../../lab/client.ts';
import { healthProbe } from '../../../src/hosts/probe/health-probe.ts';
import { preflightProbe } from '../../../src/hosts/probe/preflight-script.ts';
import { probeScript } from '../../../src/hosts/probe/probe-script.ts';
import { deployInputs, runInLab } from '../../e2e/support/action-in-lab.ts';
import { buildByHand } from '../../e2e/support/by-hand.ts';
import { waitReady } from '../../e2e/support/etcd.ts';

const DATA_DIR = '/var/lib/etcd';
const PORTS = [2379, 2380];
const HOST = 'infra0';

const progress = (line: string): void => console.error(line);
const lab = await Lab.up({ name: 'record', hosts: 3, fresh: true, progress });
const [address = '', ...peers] = lab.hosts.map((host) => host.address);

async function record(name: string, script: string): Promise<void> {
  const { stdout } = await lab.exec(HOST, `export LC_ALL=C\n${script}`);
  if (stdout.includes('PRIVATE KEY')) throw new Error(`the answer ${name} holds a private key`);
  if (stdout === '') throw new Error(`the answer ${name} is empty`);
  writeFileSync(join(import.meta.dirname, 'recorded', `${name}.txt`), stdout);
  progress(`recorded ${name}`);
}

function recordProbe(name: string): Promise<void> {
  const question = { dataDir: DATA_DIR, peers, ports: PORTS, membersReach: true };
  return record(name, probeScript(question));
}

function recordPreflight(name: string): Promise<void> {
  const question = {
    dataDir: DATA_DIR,
    address,
    peers,
    ports: PORTS,
    metricsPort: 2381,
    resolvConf: '/etc/resolv.conf',
  };
  return record(`preflight-${name}`, preflightProbe(question).script);
}

/** Leaves the guide's remains, an administrator's drop-in for kubelet's unit, one silent host and one distant host. */
async function leaveThings(): Promise<void> {
  await buildByHand(lab);
  await lab.sh(
    HOST,
    `ln -sfn /etc/kubernetes /tmp/${address}
     home=/home/${lab.sshUser}
     mkdir -p $home/pki/etcd $home/pki/private
     touch $home/pki/etcd/peer.key $home/pki/private/client.key /tmp/${peers[0] ?? ''}/pki/etcd/ca.key
     drop_ins=/etc/systemd/system/kubelet.service.d
     mkdir -p $drop_ins
     printf '[Service]\\nEnvironment=A=b\\n' > $drop_ins/30-env.conf
     cat /usr/lib/systemd/system/kubelet.service.d/10-kubeadm.conf > $drop_ins/99-local.conf
     systemctl daemon-reload`,
  );
  await lab.link('infra1', 'down');
  await lab.delay('infra2', 70);
}

try {
  await recordProbe('pristine');
  await recordPreflight('pristine');
  const { conclusion, log } = await runInLab(lab, deployInputs(lab));
  if (conclusion !== 'success') throw new Error(`the deploy failed:\n${log.join('\n')}`);
  await recordProbe('member');
  await recordPreflight('member');
  // Gives a health check a container that has ended.
  await lab.kill(HOST);
  await lab.start(HOST);
  await waitReady(lab, HOST, 90);
  await record('health-member', healthProbe({ dataDir: DATA_DIR, clientKey: false }).script);
  for (const { name } of lab.hosts) await lab.reset(name);
  await leaveThings();
  await recordPreflight('left-over');
} finally {
  await lab.down();
}
