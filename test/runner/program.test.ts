import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { runProgram } from '../../src/runner/child-process.ts';

const ENV = { PATH: process.env['PATH'] ?? '/usr/bin:/bin' };
const MUCH = Buffer.alloc(2_000_000, 'x\n');

const uncaught: unknown[] = [];
const onUncaught = (error: unknown): void => void uncaught.push(error);
beforeEach(() => {
  process.on('uncaughtException', onUncaught);
});
afterEach(() => {
  process.off('uncaughtException', onUncaught);
  expect(uncaught.splice(0)).toEqual([]);
});

test('a program that ends before it has read its input ends no more than itself', async () => {
  expect(await runProgram({ name: 'false', args: [], env: ENV, input: MUCH })).toBe(1);
});

test('an input comes whole, and the exit code is the program’s', async () => {
  const said: Buffer[] = [];
  const script = 'wc -c; exit 7';
  const program = { name: 'bash', args: ['-c', script], env: ENV, input: MUCH };
  expect(await runProgram({ ...program, onStdout: (chunk) => said.push(chunk) })).toBe(7);
  expect(Buffer.concat(said).toString().trim()).toBe(`${MUCH.length}`);
});

test('a line without an end is passed on as it comes, at no more cost than its length', async () => {
  let length = 0;
  const program = { name: 'head', args: ['-c', '60000000', '/dev/zero'], env: ENV };
  const started = performance.now();
  await runProgram({ ...program, onStdout: (chunk) => (length += chunk.length) });
  expect(length).toBe(60_000_000);
  expect(performance.now() - started).toBeLessThan(3000);
});
