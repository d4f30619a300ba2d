import { afterAll, expect, test } from '@jest/globals';
import { execFile } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { parseProbe } from '../../../src/hosts/probe/parse-probe.ts';
import { probeScript } from '../../../src/hosts/probe/probe-script.ts';

const folder = mkdtempSync(join(tmpdir(), 'probe-reach-'));
afterAll(() => rmSync(folder, { recursive: true }));

/** `timeout` as on a host that has no time for the first connection; it writes down how long each was given. */
const BUSY = `#!/bin/bash
[ "$2" = bash ] || exit 0
if mkdir ${folder}/tried 2> /dev/null; then echo "$1" > ${folder}/given; exit 124; fi
echo "$1" >> ${folder}/given
shift
exec "$@"
`;

// Hosts in a slow virtual machine were said to be behind a firewall.
test('a connection that a busy host did not make in time is tried once more, with more time', async () => {
  writeFileSync(join(folder, 'timeout'), BUSY, { mode: 0o755 });
  const server = createServer().listen(0, '127.0.0.1');
  try {
    await new Promise((resolve) => server.once('listening', resolve));
    const { port } = server.address() as AddressInfo;
    const script = probeScript({ dataDir: '/nowhere', peers: ['127.0.0.1'], ports: [port] });
    const PATH = `${folder}:${process.env['PATH'] ?? ''}`;
    const { stdout } = await promisify(execFile)('bash', ['-c', script], { env: { PATH } });
    expect(parseProbe('127.0.0.2', stdout).reach).toEqual([{ address: '127.0.0.1', port, outcome: 'open' }]);
    expect(readFileSync(join(folder, 'given'), 'utf8')).toBe('3\n10\n');
  } finally {
    server.close();
  }
});
