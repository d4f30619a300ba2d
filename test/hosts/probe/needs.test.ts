import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import type { HostFacts } from '../../../src/facts/host.ts';
import { parseHostProbe } from '../../../src/hosts/probe/parse-probe.ts';
import { probeScript } from '../../../src/hosts/probe/probe-script.ts';
import { NEEDED_PROGRAMS } from '../../../src/hosts/bash.ts';

/** A PATH for this test: the requested programs of this machine, and stand-ins. */
let bin: string;
beforeEach(() => {
  bin = mkdtempSync(join(tmpdir(), 'needs-'));
});
afterEach(() => rmSync(bin, { recursive: true }));

function link(...programs: string[]): void {
  for (const program of programs) {
    const found = execFileSync('bash', ['-c', `type -P ${program} || true`])
      .toString()
      .trim();
    if (found === '') standIn(program, ':');
    else symlinkSync(found, join(bin, program));
  }
}

function standIn(program: string, body: string): void {
  writeFileSync(join(bin, program), `#!/bin/bash\n${body}\n`, { mode: 0o755 });
}

function probe(): HostFacts {
  const question = {
    dataDir: '/nowhere/etcd',
    membersReach: true,
    peers: ['127.0.0.1', '127.0.0.2'],
    ports: [1, 2],
  };
  const answer = execFileSync('/bin/bash', ['-c', `set -euo pipefail; { ${probeScript(question)}\n}`], {
    env: { PATH: bin, LC_ALL: 'C' },
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  return parseHostProbe('127.0.0.1', answer.toString());
}

test('programs of the table that are not on the host are reported', () => {
  const gone = ['cmp', 'flock'];
  link(...[...NEEDED_PROGRAMS.keys()].filter((program) => !gone.includes(program)), 'bash');
  expect(probe().missingTools).toEqual(gone);
});

test('the address that the kernel sends from is asked once for each peer', () => {
  link(...NEEDED_PROGRAMS.keys(), 'bash');
  standIn(
    'ip',
    `if [ "$*" = '-o route get 127.0.0.2' ]; then exit 2; fi; echo "$4 dev lo src 10.0.0.26 uid 0 \\\\    cache"`,
  );
  const facts = probe();
  expect(facts.missingTools).toEqual([]);
  expect([...(facts.sources ?? [])]).toEqual([['127.0.0.1', '10.0.0.26']]);
});

test('where there is no ip, nothing is said of it', () => {
  link(...NEEDED_PROGRAMS.keys(), 'bash');
  expect([...(probe().sources ?? [])]).toEqual([]);
});
