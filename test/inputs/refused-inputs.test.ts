import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { type AddressInfo, createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, expect, jest, test } from '@jest/globals';
import type { RawInputs } from '../../src/inputs/table/table.ts';
import { main } from '../../src/main.ts';
import { createActionsLog } from '../../src/runner/actions-log.ts';
import { Redactor } from '../../src/runner/masking/redaction.ts';
import { badInputs } from './bad-inputs.ts';
import { given } from './given.ts';

// The whole action, run with one bad value each: it ends with the message, and without any connection. All ways lead
// through a bastion on the loopback, which counts connections.
const before = { ...process.env };
let bastion: Server;
let connections: number;
let workspace: string;

beforeAll(async () => {
  workspace = mkdtempSync(join(tmpdir(), 'etcd-ha-refused-'));
  bastion = createServer((socket) => {
    connections += 1;
    socket.end('no SSH here\r\n');
  }).listen(0, '127.0.0.1');
  await once(bastion, 'listening');
});
afterAll(() => {
  bastion.close();
  rmSync(workspace, { recursive: true });
});
beforeEach(() => {
  connections = 0;
});
afterEach(() => {
  jest.restoreAllMocks();
  process.env = before;
  process.exitCode = undefined;
});

/** Runs the action with the minimal inputs, with changes; returns its annotations, without the verdict. */
async function errorsOf(changes: RawInputs): Promise<readonly string[]> {
  const { port } = bastion.address() as AddressInfo;
  const inputs = {
    ...given,
    'ssh-bastion': `jump@127.0.0.1:${port}`,
    'upload-artifacts': 'false',
    ...changes,
  };
  process.env = {
    ...Object.fromEntries(Object.entries(before).filter(([name]) => !/^(?:INPUT_|GITHUB_|SSH_)/.test(name))),
    ...Object.fromEntries(
      Object.entries(inputs).map(([name, value]) => [`INPUT_${name.toUpperCase()}`, value]),
    ),
    GITHUB_WORKSPACE: workspace,
  };
  let written = '';
  jest.spyOn(process.stdout, 'write').mockImplementation((text) => {
    written += String(text);
    return true;
  });
  const redactor = new Redactor(() => undefined);
  await main({ redactor, log: createActionsLog(redactor), handleUncaughtErrors: () => undefined });
  expect(process.exitCode).toBe(1);
  const [, ...errors] = written
    .split('\n')
    .flatMap((line) => /^::error::(.*)$/.exec(line)?.[1] ?? [])
    .map((text) => text.replaceAll('%0A', '\n').replaceAll('%25', '%'));
  return errors;
}

test('the good ones are connected with', async () => {
  expect(await errorsOf({})).toEqual([expect.stringContaining('[bastion 127.0.0.1] connect: ')]);
  expect(connections).toBe(1);
});

test('there are many', () => {
  expect(badInputs.length).toBeGreaterThanOrEqual(80);
  expect(new Set(badInputs.map(([title]) => title)).size).toBe(badInputs.length);
});

test('no value is quoted twice, unless its own quotes are the error', () => {
  const twice = badInputs.flatMap(([, , ...told]) => told).filter((one) => /"\\"[^"]*\\""/.test(one));
  expect(twice.filter((one) => !one.includes(' is in quotes'))).toEqual([]);
  expect(twice).not.toEqual([]); // what is looked for looks like this
});

test.each(badInputs.map(([title, changes, ...told]) => ({ title, changes, told })))(
  '$title',
  async ({ changes, told }) => {
    const errors = await errorsOf(changes);
    expect(errors.map((error, index) => error.slice(0, told[index]?.length))).toEqual(told);
    for (const error of errors) expect(error).toMatch(/ Fix: \S/);
    expect(connections).toBe(0);
  },
);
