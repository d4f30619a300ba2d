import { describe, expect, test } from '@jest/globals';
import { explainUnknown } from '../../src/hosts/explain-unknown.ts';
import type { RemoteResult } from '../../src/hosts/transport.ts';
import { StandInPrograms } from './stand-in-programs.ts';

function ended(code: number | null, stderr: string): RemoteResult {
  return { code, stdout: Buffer.alloc(0), stderr };
}

// Output of real programs: coreutils 9.1, bash 5.2, systemd 252, Go's runtime.
const TOLD: readonly (readonly [string, number, RegExp, RegExp])[] = [
  ['bash: line 9: printf: write error: No space left on device', 1, /is full/, /df -i/],
  ['ctr: write failed: no space left on device', 1, /is full/, /df -i/],
  ['cp: error writing: Disk quota exceeded', 1, /quota/, /Raise/],
  ["mkdir: cannot create directory '/etc/kubernetes/pki': Read-only file system", 1, /read-only/, /findmnt/],
  ['sync: error syncing: Input/output error', 1, /disk/, /dmesg/],
  ["mv: cannot move 'a' to 'b': Operation not permitted", 1, /chattr \+i/, /lsattr/],
  ['bash: /etc/kubernetes/x: Permission denied', 1, /SELinux/, /ausearch/],
  [
    'Failed to enable unit: Unit file /etc/systemd/system/kubelet.service is masked.',
    1,
    /masked/,
    /systemctl unmask kubelet/,
  ],
  ['bash: /usr/bin/sha256sum: Argument list too long', 126, /too many files/, /Move/],
  ['bash: fork: retry: Resource temporarily unavailable', 254, /limit on processes/, /TasksMax/],
  ['bash: fork: Cannot allocate memory', 254, /no memory left/, /free -h/],
  ['bash: pipe error: Too many open files', 1, /open files/, /ulimit -n/],
  [
    'bash: /usr/bin/crictl: cannot execute binary file: Exec format error',
    126,
    /another processor/,
    /uname -m/,
  ],
  ['bash: line 4: sha256sum: command not found', 127, /The program sha256sum is not installed/, /Install/],
  ['sh: 1: cmp: not found', 127, /The program cmp is not installed/, /preflight/],
  ['', 127, /A program that the action needs/, /preflight/],
];

describe('the cause is reported if the message names it', () => {
  test.each(TOLD)('%s', (words, code, cause, fix) => {
    const told = explainUnknown(ended(code, words));
    expect(told.fact).toContain(words);
    expect(told.cause).toMatch(cause);
    expect(told.fix).toMatch(fix);
  });

  test('no two of them have one cause', () => {
    const causes = TOLD.map(([words, code]) => explainUnknown(ended(code, words)).cause);
    expect(new Set(causes).size).toBe(causes.length - 1); // a full disk has the words of C and of Go
  });
});

test.each([
  [1, 'tar: This does not look like a tar archive'],
  [1, ''],
  [137, ''],
  [null, ''],
])('an end with %j and "%s" has no known cause, and none is reported', (code, words) => {
  const told = explainUnknown(ended(code, words));
  expect(told.cause).toBeUndefined();
  expect(told.fix).toBe('Fix what the message names and run again.');
  expect(told.fact).toMatch(words === '' ? /and said nothing\.$/ : /: tar: This does not/);
});

test('what a program said is bounded and has no control characters', () => {
  const { fact } = explainUnknown(ended(1, `\u001b[31m${'x'.repeat(5000)}\u0007::error::\r\n`));
  expect(fact.length).toBeLessThan(1000);
  // eslint-disable-next-line no-control-regex
  expect(fact).not.toMatch(/[\u0000-\u001f]/);
});

test('the words of a real bash without the program are understood', () => {
  const host = new StandInPrograms();
  try {
    const result = host.run('no-such-program-here --help');
    expect(explainUnknown(result).cause).toContain('The program no-such-program-here is not installed');
  } finally {
    host.remove();
  }
});
