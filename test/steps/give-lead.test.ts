import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { PAUSE_FUNCTION } from '../../src/hosts/bash.ts';
import { bootstrapStagger } from '../../src/steps/start-member.ts';

let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'give-lead-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

/** Returns its duration in milliseconds; the connection is that of `timeout`, which a test can delay and end. */
async function leadMs(peers: number, connection?: string): Promise<number> {
  if (connection !== undefined)
    writeFileSync(join(folder, 'timeout'), `#!/bin/bash\n${connection}\n`, { mode: 0o755 });
  const script = `${PAUSE_FUNCTION}${bootstrapStagger({ address: '127.0.0.1', peerPort: 1, peers })}`;
  const begun = performance.now();
  const child = spawn('bash', ['--norc', '-c', `set -euo pipefail\n${script}`], {
    env: { PATH: `${folder}:${process.env['PATH'] ?? ''}` },
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  expect(await once(child, 'close')).toEqual([0, null]);
  return performance.now() - begun;
}

test('where nothing listens yet, and the way is short, it is a tenth of a second', async () => {
  const took = await leadMs(2);
  expect(took).toBeGreaterThan(80);
  expect(took).toBeLessThan(1000);
});

test('it grows with the round trip, and with the number of peers that are asked', async () => {
  // A round trip of 60 ms is 5 to 7 hundredths of a second, plus the time of the shells.
  expect(await leadMs(2, 'sleep 0.06')).toBeGreaterThan(80 + 2 * 50 + 100);
  expect(await leadMs(8, 'sleep 0.06')).toBeGreaterThan(80 + 8 * 50 + 100);
});

test('no lead where no answer comes', async () => {
  expect(await leadMs(8, 'sleep 0.3; exit 124')).toBeLessThan(1000);
});

test('never more than three seconds', async () => {
  const took = await leadMs(8, 'sleep 0.9; exit 1');
  expect(took).toBeGreaterThan(2900);
  expect(took).toBeLessThan(4500);
});
