import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { ROOT } from '../../docs/repository.ts';

/** Processor milliseconds for 1 MiB. A quadratic reader takes hours for it; the slowest here takes half a second. */
const MOST = 5000;

/** Milliseconds until an endless reader is stopped, also on a busy machine. */
const PATIENCE = 60_000;

test('the time for 1 MiB of a host grows with its length, regardless of its contents', async () => {
  const child = spawn(process.execPath, [join(ROOT, 'test/runner/masking/linear-readers.ts'), 'run']);
  let printed = '';
  let timer = setTimeout(() => child.kill('SIGKILL'), 2 * PATIENCE);
  child.stdout.on('data', (chunk) => {
    printed += String(chunk);
    clearTimeout(timer);
    timer = setTimeout(() => child.kill('SIGKILL'), PATIENCE);
  });
  let errors = '';
  child.stderr.on('data', (chunk) => (errors += String(chunk)));
  const [code] = (await once(child, 'close')) as [number | null];
  clearTimeout(timer);
  const rows = printed
    .trimEnd()
    .split('\n')
    .map((line) => line.split('\t'));
  const slow = rows.filter(([, , time = '']) => time === '' || Number(time) > MOST);
  expect(slow).toEqual([]);
  expect({ code, errors }).toEqual({ code: 0, errors: '' });
  expect(rows.length).toBeGreaterThan(2000);
}, 600_000);
