import { join } from 'node:path';
import { expect } from '@jest/globals';
import type { Lab } from '../../../lab/client.ts';
import type { Check, CheckName, CheckStatus } from '../../../src/checks/check.ts';
import type { HealthDocument } from '../../../src/checks/health-document.ts';
import type { ActionRun, RunOptions } from '../../github/runner.ts';
import { deployInputs, REPOSITORY, runInLab } from './action-in-lab.ts';
import { etcdctl } from './etcd.ts';
import { logOf } from './expect-run.ts';

/** A health check of the lab's cluster, and its report. */
export interface CheckedCluster {
  readonly run: ActionRun;
  readonly report: HealthDocument;
  readonly tookMs: number;
}

/** Inputs that disable all checks of durations: the hosts of a lab share one machine's processors and disk. */
export const patientHealth = Object.fromEntries(
  ['latency', 'peer-latency', 'fsync', 'commit'].map((what) => [`${what}-warning-ms`, '60000'] as const),
);

/**
 * Runs the sub-action `health` as a user's workflow would.
 * @throws Error with its log if there is no report.
 */
export async function checkHealthOf(
  lab: Lab,
  inputs: Readonly<Record<string, string>> = {},
  options: Partial<RunOptions> = {},
): Promise<CheckedCluster> {
  const begun = performance.now();
  const given = deployInputs(lab, { operation: 'health', ...inputs });
  const run = await runInLab(lab, given, { action: join(REPOSITORY, 'health'), ...options });
  const tookMs = performance.now() - begun;
  const text = run.outputs['health-report'];
  if (text === undefined)
    throw new Error(`there is no report; the run ended as ${run.conclusion}:\n${logOf(run)}`);
  return { run, report: JSON.parse(text) as HealthDocument, tookMs };
}

/** Returns all checks that are not `ok`, as `STATUS MEMBER CHECK SUBJECT`, in the order of the report. */
export function troubles({ checks }: HealthDocument): string[] {
  return checks
    .filter(({ status }) => status !== 'ok')
    .map(({ status, member, name, subject }) =>
      [status, member ?? 'cluster', name, subject ?? ''].join(' ').trim(),
    );
}

/** Checks of durations: in two runs a second apart they may be on either side of the threshold. */
const TIMINGS: readonly string[] = ['read', 'local-read', 'wal-fsync', 'backend-commit', 'peer-latency'];

/**
 * Returns each check with its status, sorted, to compare two runs one after the other. A completed timing is `measured`
 * instead of ok or warn, because a lab's disks and links vary. Leaves out the checks of links: etcd has measured each
 * only half a minute after its start.
 */
export function judgedIn({ checks }: HealthDocument): string[] {
  const lines = checks.map(({ status, member, name, subject }) => {
    const isSlowOrNot = TIMINGS.includes(name) && (status === 'ok' || status === 'warn');
    const what = name === 'peer-latency' ? '' : (subject ?? '');
    return [member ?? 'cluster', name, what, isSlowOrNot ? 'measured' : status].join(' ');
  });
  return [...new Set(lines)].toSorted();
}

/** Returns the one check of that name, for a member or the whole cluster. */
export function checkIn(
  { checks }: HealthDocument,
  name: CheckName,
  member: string | null,
  status: CheckStatus,
): Check {
  const found = checks.filter(
    (check) => check.name === name && check.member === member && check.status === status,
  );
  expect(found).toHaveLength(1);
  return found[0] as Check;
}

/** Waits until etcd's own tool finds every member healthy. */
export async function allHealthy(lab: Lab, seconds = 90): Promise<void> {
  const [first] = lab.hosts;
  if (first === undefined) throw new Error('the lab has no hosts');
  const endpoints = lab.hosts.map(({ address }) => `https://${address}:2379`).join(',');
  const tool = etcdctl(first.address).replace(/--endpoints \S+/, `--endpoints ${endpoints}`);
  await lab.sh(
    first.name,
    `for i in $(seq ${seconds * 2}); do ${tool} endpoint health > /dev/null 2>&1 && exit 0; sleep 0.5; done; ${tool} endpoint health`,
  );
}

const MANIFEST = '/etc/kubernetes/manifests/etcd.yaml';

/** Stops a member: kubelet ends the container once its manifest is gone. */
export async function stopMember(lab: Lab, host: string): Promise<void> {
  await lab.sh(
    host,
    `mv ${MANIFEST} /root/etcd.yaml; for i in $(seq 200); do [ -z "$(crictl ps -q --name '^etcd$')" ] && exit 0; sleep 0.2; done; exit 1`,
  );
}

/** Lets kubelet start it again. */
export async function startMember(lab: Lab, host: string): Promise<void> {
  await lab.sh(host, `mv /root/etcd.yaml ${MANIFEST}`);
}
