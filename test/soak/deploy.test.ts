import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals';
import type { Lab } from '../../lab/client.ts';
import type { ActionRun } from '../github/runner.ts';
import { deployInputs, freshLab, runInLab } from '../e2e/support/action-in-lab.ts';
import { assertOneClusterHealthy } from '../e2e/support/cluster.ts';
import { get, put, waitReady } from '../e2e/support/etcd.ts';
import { logOf, succeeded } from '../e2e/support/expect-run.ts';
import {
  cutLink,
  cutPower,
  type DisturbedRun,
  loseRunner,
  type Moment,
  stepsOf,
} from '../e2e/support/faults.ts';
import { leftoversOfAll } from '../e2e/support/leftovers.ts';
import { lostWrites, Writer } from '../e2e/support/writer.ts';
import { leftOut } from '../needs.ts';

/**
 * "Killed anywhere, run again: converges": loses the runner, pulls a host's cable, or cuts its power, after each step
 * of a create and of a converge, and the runner at random moments as well. LAB_SOAK=all runs all of it, which takes
 * hours; `runner`, `link` or `power` one kind of fault; the default is a sample of a few minutes. LAB_SOAK_SEED repeats
 * the random moments of an earlier run.
 */
const scope = process.env['LAB_SOAK'] ?? 'sample';
const seed = Number(process.env['LAB_SOAK_SEED'] ?? String(Date.now() % 1_000_000));

jest.setTimeout(6 * 3_600_000);

let lab: Lab;
/** The undisturbed course of each kind of run, from which the moments follow. */
let create: Course;
let converge: Course;
/** Each converge has another value, so that there is always something to do. */
let snapshotCount = 5000;

interface Course {
  readonly steps: number;
  readonly ms: number;
}

beforeAll(async () => {
  lab = await freshLab();
  create = courseOf(await runInLab(lab, deployInputs(lab)));
  converge = courseOf(await runInLab(lab, nextConverge()));
  say(`seed ${seed}; create ${describeCourse(create)}, converge ${describeCourse(converge)}`);
});
afterAll(() => lab.down());

function courseOf(run: ActionRun): Course {
  return { steps: stepsOf(succeeded(run)).length, ms: run.main.durationMs };
}

function describeCourse({ steps, ms }: Course): string {
  return `${steps} steps in ${Math.round(ms)} ms`;
}

function say(line: string): void {
  process.stderr.write(`${line}\n`);
}

function nextConverge(): Record<string, string> {
  snapshotCount += 1;
  return deployInputs(lab, { 'extra-args': `snapshot-count: ${snapshotCount}` });
}

type Fault = 'runner' | 'link' | 'power';

/** One disturbance of one run. */
interface Trial {
  readonly fault: Fault;
  readonly moment: Moment;
  /** The host whose cable or power is cut. */
  readonly host: string;
}

function describeTrial({ fault, moment, host }: Trial): string {
  return `${fault}${fault === 'runner' ? '' : ` of ${host}`} ${JSON.stringify(moment)}`;
}

function disturb({ fault, moment, host }: Trial, inputs: Record<string, string>): Promise<DisturbedRun> {
  switch (fault) {
    case 'runner':
      return loseRunner(lab, inputs, moment);
    case 'link':
      return cutLink(lab, inputs, host, moment);
    case 'power':
      return cutPower(lab, inputs, host, moment);
  }
}

/** Does what a person does before the next run. */
async function mend({ fault, host }: Trial): Promise<void> {
  if (fault === 'link') await lab.link(host, 'up');
  if (fault === 'power') await lab.start(host);
}

/**
 * After every step, the hosts in turn; in a sample after one in the middle, and for a lost runner after the last but
 * one as well.
 */
function trialsOf(fault: Fault, { steps }: Course): Trial[] {
  // A fault after the last step would not be during the run.
  const all = Array.from({ length: steps }, (_, index) => index + 1);
  const chosen =
    scope === 'sample'
      ? fault === 'runner'
        ? [Math.ceil(steps / 2), steps - 1]
        : [Math.ceil(steps / 2)]
      : all;
  return chosen.map((afterStep) => ({ fault, moment: { afterStep }, host: hostOfTurn(afterStep) }));
}

function hostOfTurn(turn: number): string {
  return lab.hosts[turn % lab.hosts.length]?.name ?? '';
}

/** Moments at random over the whole run. */
function randomTrials(count: number, { ms }: Course, random: () => number): Trial[] {
  return Array.from({ length: count }, () => ({
    fault: 'runner' as const,
    moment: { afterMs: Math.round(random() * ms) },
    host: hostOfTurn(0),
  }));
}

/** Mulberry32: a small random generator with a seed. */
function randomFrom(start: number): () => number {
  let state = start;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** Runs all trials, also after failures, and returns the errors. */
async function attempt(trials: readonly Trial[], one: (trial: Trial) => Promise<void>): Promise<string[]> {
  const failures: string[] = [];
  for (const trial of trials) {
    const name = describeTrial(trial);
    const started = performance.now();
    try {
      await one(trial);
      say(`ok (${Math.round(performance.now() - started)} ms): ${name}`);
    } catch (error) {
      const message = `${name}: ${error instanceof Error ? error.message : String(error)}`;
      say(`FAILED: ${message}`);
      failures.push(message);
      await startAnew();
    }
  }
  return failures;
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

function expectDisturbed(run: DisturbedRun, { fault, moment }: Trial): void {
  // The run may end before a random moment near its end.
  if (!run.reached && 'afterMs' in moment) return;
  if (!run.reached) throw new Error(`the moment never came:\n${logOf(run)}`);
  if (fault === 'runner') expect(run.conclusion).toMatch(/^(lost|success)$/);
}

async function disturbedCreate(trial: Trial): Promise<void> {
  await Promise.all(lab.hosts.map((host) => lab.reset(host)));
  const inputs = deployInputs(lab);
  expectDisturbed(await disturb(trial, inputs), trial);
  await mend(trial);
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
    expectDisturbed(await disturb(trial, inputs), trial);
    await mend(trial);
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

const wanted = (fault: Fault): boolean => scope === 'all' || scope === 'sample' || scope === fault;

describe.each(['runner', 'link', 'power'] as const)('%s', (fault) => {
  // The e2e tests cut a leader's power in a converge; a pulled cable has much the same effect.
  const unlessSample = (less: Fault): typeof test | typeof leftOut =>
    wanted(fault) && !(scope === 'sample' && fault === less) ? test : leftOut;

  unlessSample('power')('after each step of a converge', async () => {
    expect(await attempt(trialsOf(fault, converge), disturbedConverge)).toEqual([]);
  });

  unlessSample('link')('after each step of a create', async () => {
    expect(await attempt(trialsOf(fault, create), disturbedCreate)).toEqual([]);
  });
});

(wanted('runner') ? test : leftOut)('the runner, at random moments', async () => {
  const random = randomFrom(seed);
  const count = scope === 'sample' ? 1 : 10;
  const converging = await attempt(randomTrials(count, converge, random), disturbedConverge);
  const creating = await attempt(randomTrials(count, create, random), disturbedCreate);
  expect([...converging, ...creating]).toEqual([]);
});
