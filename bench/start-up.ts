import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { run } from '../lab/machine/run.ts';
import { MAIN_ENDED } from '../src/runner/toolkit.ts';
import { REPOSITORY } from '../test/e2e/support/action-in-lab.ts';
import { observe } from './observe.ts';
import type { Measured } from './figures.ts';

const bundle = join(REPOSITORY, 'dist/index.js');

/** Starts the action without any input, which it refuses, and an empty Node beside it. */
export async function measureStartUp(): Promise<Measured> {
  const startedNs = process.hrtime.bigint();
  const [, { firstInputReadNs }] = await observe((environment) => node([bundle], environment));
  return {
    firstInputRead: Number(firstInputReadNs - startedNs) / 1e6,
    refusal: await node([bundle], {}),
    post: await node([join(REPOSITORY, 'dist/post.js')], { [`STATE_${MAIN_ENDED}`]: 'true' }),
    emptyNode: await node(['-e', '0'], {}),
  };
}

/** Runs Node to its end and returns the milliseconds it took. */
async function node(argv: readonly string[], environment: Readonly<Record<string, string>>): Promise<number> {
  const started = performance.now();
  await run([process.execPath, ...argv], { env: { ...environment }, cwd: tmpdir() });
  return performance.now() - started;
}
