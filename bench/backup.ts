/**
 * `npm run bench:backup`: a backup of 1 GB beside `etcdctl snapshot save` and a copy by ssh, in a lab of its own. Prints a
 * table; the machine should have nothing else to do meanwhile.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { generateX25519Identity, identityToRecipient } from 'age-encryption';
import { Lab } from '../lab/client.ts';
import { median } from '../src/text/units.ts';
import { deployInputs, runInLab } from '../test/e2e/support/action-in-lab.ts';
import { etcdctl } from '../test/e2e/support/etcd.ts';
import { runChild } from '../test/github/child.ts';
import { observe } from './observe.ts';

const RUNS = 3;
const ROUND_TRIPS_MS = [0, 20];
/** Values of 1 MB; etcd accepts no more than 1.5 MiB. */
const VALUES = 1_000;
const VALUE_BYTES = 1_000_000;

/** What one backup took. */
interface Measured {
  readonly seconds: number;
  /** Processor seconds of etcd on the member that sent the database. */
  readonly etcdSeconds: number;
  /** Most memory of the runner's process, MiB; null where it is not measured. */
  readonly memory: number | null;
}

const folder = mkdtempSync(join(tmpdir(), 'etcd-ha-bench-'));
const lab = await Lab.up({
  name: 'bench',
  fresh: true,
  hosts: 3,
  kubernetes: '1.34',
  progress: (line) => process.stderr.write(`${line}\n`),
});
try {
  const recipient = await identityToRecipient(await generateX25519Identity());
  const deployed = await runInLab(lab, deployInputs(lab, { 'quota-backend-bytes': String(4 * 1024 ** 3) }));
  if (deployed.conclusion !== 'success') throw new Error(deployed.log.slice(-20).join('\n'));
  await fill();
  const rows: string[] = [];
  for (const roundTrip of ROUND_TRIPS_MS) {
    for (const { name } of lab.hosts) await lab.delay(name, roundTrip);
    const [ours, byHand]: [Measured[], Measured[]] = [[], []];
    for (let run = 0; run < RUNS; run += 1) {
      ours.push(await takeOurs(recipient, join(folder, `ours-${roundTrip}-${run}.db.age`)));
      byHand.push(await takeByHand(join(folder, `by-hand-${roundTrip}-${run}.db`)));
      console.error(JSON.stringify({ roundTrip, ours: ours.at(-1), byHand: byHand.at(-1) }));
    }
    rows.push(row(`Our backup, ${roundTrip} ms`, ours), row(`By hand, ${roundTrip} ms`, byHand));
  }
  console.log('| Backup of 1 GB | Time | Processor time of etcd | Memory of the runner |');
  console.log('| --- | --- | --- | --- |');
  for (const line of rows) console.log(line);
} finally {
  rmSync(folder, { recursive: true, force: true });
  await lab.down();
}

function row(title: string, all: readonly Measured[]): string {
  const figure = (of: (one: Measured) => number | null, unit: string): string => {
    const values = all.flatMap((one) => of(one) ?? []);
    if (values.length === 0) return '–';
    const [least, most] = [Math.min(...values), Math.max(...values)].map((value) => value.toFixed(1));
    return `${median(values).toFixed(1)} ${unit} [${least ?? ''} – ${most ?? ''}]`;
  };
  const cells = [
    figure(({ seconds }) => seconds, 's'),
    figure(({ etcdSeconds }) => etcdSeconds, 's'),
    figure(({ memory }) => memory, 'MiB'),
  ];
  return `| ${title} | ${cells.join(' | ')} |`;
}

async function fill(): Promise<void> {
  const [host] = lab.hosts;
  if (host === undefined) throw new Error('the lab has no host');
  const tool = etcdctl(host.address).replace('crictl exec', 'crictl exec -i');
  await lab.sh(
    host.name,
    `head -c ${(VALUE_BYTES * 3) / 4} /dev/urandom | base64 -w0 > /run/value
     for i in $(seq ${VALUES}); do ${tool} put /bench/$i < /run/value > /dev/null; done`,
  );
}

/** Processor seconds of each host's etcd since its start (proc_pid_stat(5), in hundredths). */
async function etcdTimes(): Promise<number> {
  const read = 'read -r -a stat < /proc/$(pgrep -x etcd)/stat; echo $((stat[13] + stat[14]))';
  const all = await Promise.all(lab.hosts.map(({ name }) => lab.sh(name, read)));
  return all.reduce((sum, ticks) => sum + Number(ticks) / 100, 0);
}

async function takeOurs(recipient: string, path: string): Promise<Measured> {
  const inputs = Object.entries(deployInputs(lab)).filter(([name]) => name !== 'kubelet-config');
  const before = await etcdTimes();
  const begun = performance.now();
  const [run, { peakMemory }] = await observe((env) =>
    runInLab(
      lab,
      {
        ...Object.fromEntries(inputs),
        operation: 'backup',
        'backup-recipients': recipient,
        'backup-path': path,
      },
      { env },
    ),
  );
  const seconds = (performance.now() - begun) / 1000;
  if (run.outputs['backup-verified'] !== 'true') throw new Error(run.log.slice(-20).join('\n'));
  rmSync(path);
  return { seconds, etcdSeconds: (await etcdTimes()) - before, memory: peakMemory / 1024 };
}

/** As the documents of etcd and of Kubernetes say: a file on the host, then a copy, and nothing is verified or encrypted. */
async function takeByHand(path: string): Promise<Measured> {
  const [, host] = lab.hosts;
  if (host === undefined) throw new Error('the lab has no second host');
  const before = await etcdTimes();
  const begun = performance.now();
  await ssh(host.address, `sudo bash -c '${etcdctl(host.address)} snapshot save /var/lib/etcd/by-hand.db'`);
  await ssh(host.address, 'sudo cat /var/lib/etcd/by-hand.db', path);
  const seconds = (performance.now() - begun) / 1000;
  await lab.sh(host.name, 'rm /var/lib/etcd/by-hand.db');
  rmSync(path);
  return { seconds, etcdSeconds: (await etcdTimes()) - before, memory: null };
}

async function ssh(address: string, command: string, target = '/dev/null'): Promise<void> {
  const login = [
    'ssh',
    '-p',
    String(lab.sshPort),
    '-i',
    lab.privateKeyPath,
    '-o',
    'StrictHostKeyChecking=no',
    '-o',
    'UserKnownHostsFile=/dev/null',
    `${lab.sshUser}@${address}`,
    command,
  ];
  const argv = lab.inRunner(['bash', '-c', '"${@:2}" > "$1"', 'bash', target, ...login]);
  const { exitCode } = await runChild({
    argv,
    cwd: folder,
    env: process.env as Record<string, string>,
    onLine: (line) => console.error(line),
    timeoutMs: 300_000,
  });
  if (exitCode !== 0) throw new Error(`ssh ended with ${exitCode}`);
}
