import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Lab } from '../../lab/client.ts';
import { buildFamily } from '../../lab/programs/build.ts';
import { age } from '../../lab/programs/families.ts';
import { deployInputs, freshLab, runInLab } from '../e2e/support/action-in-lab.ts';
import { fill, newIdentity } from '../e2e/support/backups.ts';
import { assertOneClusterHealthy } from '../e2e/support/cluster.ts';
import { get, put } from '../e2e/support/etcd.ts';
import { expectRefusal, logOf, succeeded } from '../e2e/support/expect-run.ts';
import { leftoversOfAll } from '../e2e/support/leftovers.ts';
import { leftOut } from '../needs.ts';
import {
  attempt,
  type Course,
  courseOf,
  describeCourse,
  disturb,
  isWanted,
  mend,
  randomFrom,
  randomTrials,
  say,
  seed,
  type Trial,
  trialsOf,
} from './trials.ts';

/**
 * A restore onto empty hosts that is disturbed after each of its steps, or loses its runner at random moments, is run
 * again, and ends with the data of the backup. LAB_SOAK and LAB_SOAK_SEED are those of the deploy's own soak.
 */
jest.setTimeout(6 * 3_600_000);

let lab: Lab;
let folder: string;
let identity: string;
let course: Course;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'restores-'));
  const ages = await buildFamily(age, say);
  const { file, recipient } = newIdentity(join(ages, 'age-keygen'), folder);
  identity = readFileSync(file, 'utf8');
  lab = await freshLab();
  succeeded(await runInLab(lab, deployInputs(lab)));
  await fill(lab);
  await put(lab, 'infra1', 'last', 'word');
  const backup = { operation: 'backup', 'backup-recipients': recipient, 'backup-path': backupPath() };
  succeeded(await runInLab(lab, { ...deployInputs(lab), ...backup }));
  await emptyAll();
  course = courseOf(await runInLab(lab, await approvedRestore()));
  say(`seed ${seed}; restore ${describeCourse(course)}`);
});
afterAll(async () => {
  rmSync(folder, { recursive: true, force: true });
  await lab.down();
});

const backupPath = (): string => join(folder, 'etcd.db.age');

async function emptyAll(): Promise<void> {
  await lab.heal();
  await Promise.all(lab.hosts.map((host) => lab.reset(host)));
}

const restoreInputs = (): Record<string, string> => ({
  ...deployInputs(lab),
  operation: 'restore',
  'restore-from': backupPath(),
  'backup-identity': identity,
});

/** Returns the inputs of a restore whose plan was read just now. */
async function approvedRestore(): Promise<Record<string, string>> {
  const plan = succeeded(await runInLab(lab, { ...restoreInputs(), 'dry-run': 'true' }));
  return { ...restoreInputs(), 'approved-plan': plan.outputs['plan-digest'] ?? '' };
}

/** Once every member has started there is nothing left to restore, and the next deploy takes away what is left. */
async function goOn(): Promise<Record<string, string>> {
  const plan = await runInLab(lab, { ...restoreInputs(), 'dry-run': 'true' });
  if (plan.conclusion === 'success')
    return { ...restoreInputs(), 'approved-plan': plan.outputs['plan-digest'] ?? '' };
  expectRefusal(plan, [/it belongs to a cluster/]);
  return deployInputs(lab);
}

async function disturbed(trial: Trial): Promise<void> {
  await emptyAll();
  await disturb(lab, trial, await approvedRestore());
  await mend(lab, trial);
  const next = await runInLab(lab, await goOn());
  // the last step of the lost run has ended meanwhile
  const isOver = /it belongs to a cluster with the data of this backup/.test(logOf(next));
  succeeded(isOver ? await runInLab(lab, deployInputs(lab)) : next);
  await assertOneClusterHealthy(lab);
  expect(await get(lab, 'infra0', 'last')).toBe('word');
  expect(await get(lab, 'infra2', '/registry/secrets/7')).toBe('changed');
  expect(await get(lab, 'infra1', '/registry/secrets/2')).toBe('');
  expect(await leftoversOfAll(lab)).toEqual([]);
  const { outputs } = succeeded(await runInLab(lab, deployInputs(lab)));
  expect(outputs).toMatchObject({ changed: 'false', healthy: 'true' });
}

describe.each(['runner', 'link', 'power'] as const)('%s', (fault) => {
  (isWanted(fault) ? test : leftOut)('after each step of a restore', async () => {
    expect(await attempt(trialsOf(lab, fault, course), disturbed, emptyAll)).toEqual([]);
  });
});

(isWanted('runner') ? test : leftOut)('the runner, at random moments', async () => {
  expect(await attempt(randomTrials(10, course, randomFrom(seed)), disturbed, emptyAll)).toEqual([]);
});
