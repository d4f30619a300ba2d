import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals';
import type { Lab } from '../../lab/client.ts';
import { deployInputs, freshLab, runInLab } from '../e2e/support/action-in-lab.ts';
import { assertOneClusterHealthy } from '../e2e/support/cluster.ts';
import { get, put, waitReady } from '../e2e/support/etcd.ts';
import { succeeded } from '../e2e/support/expect-run.ts';
import { leftoversOfAll } from '../e2e/support/leftovers.ts';
import { lostWrites, Writer } from '../e2e/support/writer.ts';
import { leftOut } from '../needs.ts';
import {
  attempt,
  type Course,
  courseOf,
  describeCourse,
  disturb,
  type Fault,
  isWanted,
  mend,
  randomFrom,
  randomTrials,
  say,
  scope,
  seed,
  type Trial,
  trialsOf,
} from './trials.ts';

/**
 * "Killed anywhere, run again: converges": loses the runner, pulls a host's cable, or cuts its power, after each step
 * of a create and of a converge, and the runner at random moments as well. LAB_SOAK=all runs all of it, which takes
 * hours; `runner`, `link` or `power` one kind of fault; the default is a sample of a few minutes. LAB_SOAK_SEED repeats
 * the random moments of an earlier run.
 */
jest.setTimeout(6 * 3_600_000);

let lab: Lab;
/** The undisturbed course of each kind of run, from which the moments follow. */
let create: Course;
let converge: Course;
/** Each converge has another value, so that there is always something to do. */
let snapshotCount = 5000;

beforeAll(async () => {
  lab = await freshLab();
  create = courseOf(await runInLab(lab, deployInputs(lab)));
  converge = courseOf(await runInLab(lab, nextConverge()));
  say(`seed ${seed}; create ${describeCourse(create)}, converge ${describeCourse(converge)}`);
});
afterAll(() => lab.down());

function nextConverge(): Record<string, string> {
  snapshotCount += 1;
  return deployInputs(lab, { 'extra-args': `snapshot-count: ${snapshotCount}` });
}

/** Starts from a fresh state, so that a failed trial does not fail the next ones. */
async function startAnew(): Promise<void> {
  await lab.heal();
  await Promise.all(lab.hosts.map((host) => lab.reset(host)));
  succeeded(await runInLab(lab, deployInputs(lab)));
}

/** Expects one CA throughout, one healthy cluster, no remains, and nothing more to do. */
async function expectConverged(inputs: Record<string, string>, known: readonly string[]): Promise<void> {
  const fingerprint = await assertOneClusterHealthy(lab);
  expect([...known, fingerprint]).toEqual([...known, fingerprint].map(() => fingerprint));
  expect(await leftoversOfAll(lab)).toEqual([]);
  const again = succeeded(await runInLab(lab, inputs));
  expect(again.outputs).toMatchObject({ changed: 'false', healthy: 'true' });
}

/** Returns fingerprints of the CAs on the hosts; none if there is none yet. */
async function fingerprintsSoFar(): Promise<string[]> {
  const script =
    "openssl x509 -in /etc/kubernetes/pki/etcd/ca.crt -noout -fingerprint -sha256 2>/dev/null | sed 's/.*=//' || true";
  const found = await Promise.all(lab.hosts.map(({ name }) => lab.sh(name, script)));
  return found.map((text) => text.trim()).filter((text) => text !== '');
}

async function disturbedCreate(trial: Trial): Promise<void> {
  await Promise.all(lab.hosts.map((host) => lab.reset(host)));
  const inputs = deployInputs(lab);
  await disturb(lab, trial, inputs);
  await mend(lab, trial);
  const made = await fingerprintsSoFar();
  succeeded(await runInLab(lab, inputs));
  await expectConverged(inputs, made);
}

async function disturbedConverge(trial: Trial): Promise<void> {
  const authority = await assertOneClusterHealthy(lab);
  const inputs = nextConverge();
  await put(lab, 'infra0', 'known', String(snapshotCount));
  const writer = await Writer.start(lab);
  let acknowledged: readonly string[];
  try {
    await disturb(lab, trial, inputs);
    await mend(lab, trial);
    // A disconnected or powered-off member has to be back before others may be restarted.
    if (trial.fault !== 'runner') await waitReady(lab, trial.host, 90);
    succeeded(await runInLab(lab, inputs));
  } finally {
    ({ acknowledged } = await writer.stop());
  }
  await expectConverged(inputs, [authority]);
  expect(await lostWrites(lab, acknowledged)).toEqual([]);
  expect(await get(lab, 'infra2', 'known')).toBe(String(snapshotCount));
}

describe.each(['runner', 'link', 'power'] as const)('%s', (fault) => {
  // The e2e tests cut a leader's power in a converge; a pulled cable has much the same effect, so the sample has none.
  const unlessSample = (...less: readonly Fault[]): typeof test | typeof leftOut =>
    isWanted(fault) && !(scope === 'sample' && less.includes(fault)) ? test : leftOut;

  unlessSample('power', 'link')('after each step of a converge', async () => {
    expect(await attempt(trialsOf(lab, fault, converge), disturbedConverge, startAnew)).toEqual([]);
  });

  unlessSample('link')('after each step of a create', async () => {
    expect(await attempt(trialsOf(lab, fault, create), disturbedCreate, startAnew)).toEqual([]);
  });
});

(isWanted('runner') ? test : leftOut)('the runner, at random moments', async () => {
  const random = randomFrom(seed);
  const count = scope === 'sample' ? 1 : 10;
  const converging = await attempt(randomTrials(count, converge, random), disturbedConverge, startAnew);
  const creating = await attempt(randomTrials(count, create, random), disturbedCreate, startAnew);
  expect([...converging, ...creating]).toEqual([]);
});
