/**
 * `node test/hosts/probe/record.ts`: records the answers below `recorded/` anew, from hosts of a lab of its own (`record`).
 * Needs what the lab needs, and a dist/ that is up to date. To be run when a probe asks or answers otherwise than before; what it
 * changed is to be looked at before it is committed, and tests name some values of the answers. No answer holds a private key.
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

/** What the guide leaves, what an administrator has added to kubelet's unit, one host that is silent and one that is far. */
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
  // so that a health check has a container that has ended, and how
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
