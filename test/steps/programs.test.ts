import { describe, expect, test } from '@jest/globals';
import { appendAudit } from '../../src/engine/audit.ts';
import { NEEDED_PROGRAMS } from '../../src/hosts/bash.ts';
import { acquireScript } from '../../src/hosts/lock/acquire-script.ts';
import { heartbeatScript, releaseScript } from '../../src/hosts/lock/host-lock.ts';
import { probeScript } from '../../src/hosts/probe/probe-script.ts';
import { readFileScript } from '../../src/run/read-text.ts';
import { listPki } from '../../src/steps/verify-files.ts';
import { renderManifest } from '../../src/hosts/render-manifest.ts';
import { PUT_MANIFEST_BACK } from '../../src/kubeadm/paths.ts';
import { diskTest } from '../../src/operations/preflight/examine.ts';
import { tryPatches } from '../../src/operations/preflight/patch-trial.ts';
import { discardRestore } from '../../src/steps/discard-restore.ts';
import { drillDatabase } from '../../src/steps/drill-database.ts';
import { importImage } from '../../src/steps/import-image.ts';
import { restartUnit } from '../../src/steps/member/restart-unit.ts';
import { pullImage } from '../../src/steps/pull-image.ts';
import { deliverFiles } from '../../src/steps/put-files.ts';
import { putDatabase } from '../../src/steps/put-database.ts';
import { removeFile } from '../../src/steps/remove-authority-key.ts';
import { restartMember } from '../../src/steps/restart-member.ts';
import { restoreDatabase } from '../../src/steps/restore-database.ts';
import { setModes } from '../../src/steps/set-modes.ts';
import { awaitKubelet, startKubelet } from '../../src/steps/start-kubelet.ts';
import { startMember } from '../../src/steps/start-member.ts';

const endpoint = { criEndpoint: 'unix:///run/containerd/containerd.sock' };
const member = { ...endpoint, address: '10.0.0.6', dataDir: '/var/lib/etcd', walDir: '/mnt/wal' };
const digests = { currentSha256: '1'.repeat(64), renderedSha256: '2'.repeat(64), mayLackData: true };
const restore = {
  image: 'i',
  sha256: '1',
  memberName: 'infra0',
  peerUrl: 'https://10.0.0.6:2380',
  initialCluster: 'infra0=https://10.0.0.6:2380',
  token: 't',
  bumpRevision: 1,
  seconds: 60,
};
const owner = { id: 'run-1', run: 'https://example.org', actor: 'ann', startedAt: '2026-01-01T00:00:00Z' };
const onProgress = (): void => undefined;

/** Every script that a deploy may run on a host, by its name. */
const SCRIPTS: ReadonlyMap<string, string> = new Map([
  ['lock', acquireScript(owner, 1).script],
  ['heartbeat', heartbeatScript(owner, 1).script],
  ['unlock', releaseScript('run-1', 1).script],
  [
    'probe',
    probeScript({
      dataDir: '/var/lib/etcd',
      walDir: '/mnt/wal',
      membersReach: true,
      peers: ['10.0.0.7'],
      ports: [2380],
      sandbox: true,
    }),
  ],
  ['audit', appendAudit(['{}']).script],
  ['deliver', deliverFiles('deliver', [], { forgetReplaced: true, patches: '/p' }).script],
  ['disk test', diskTest('/var/lib/etcd').script],
  [
    'import',
    importImage({ ...endpoint, image: 'i', imageId: 'sha256:1', archive: () => (async function* () {})() })
      .script,
  ],
  ['pull', pullImage('i', endpoint.criEndpoint).script],
  [
    'pull with credentials',
    pullImage('i', endpoint.criEndpoint, { server: 's', username: 'u', password: 'p' }).script,
  ],
  ['list pki', listPki().script],
  ['read a file', readFileScript('/x').script],
  ['remove', removeFile('/x', undefined).script],
  ['render', renderManifest(true).script],
  [
    'try patches',
    tryPatches({ configuration: '', folder: '/p', patches: [{ name: 'etcd.yaml', text: '{}' }] }).script,
  ],
  [
    'put database',
    putDatabase({ ...member, bytes: 1, sha256: '1', snapshot: () => (async function* () {})() }).script,
  ],
  ['restore database', restoreDatabase({ ...member, ...restore }).script],
  ['try restore', drillDatabase({ ...member, ...restore, hash: null }).script],
  ['discard restore', discardRestore('/var/lib/etcd').script],
  ['restart', restartMember({ ...member, ...digests, onProgress }).script.replace(/ \|\| mv -n /, ' ')], // see the end
  ['restart unit', restartUnit({ ...member, ...digests })],
  ['modes', setModes(new Map([['/x', '600']])).script],
  ['start kubelet', startKubelet({ restart: true, goBack: true }).script],
  ['await kubelet', awaitKubelet().script],
  [
    'start member',
    startMember({
      ...member,
      hadContainers: true,
      manifestSha256: '1',
      behind: { address: '10.0.0.7', peerPort: 2380, peers: 2 },
      onProgress,
    }).script,
  ],
]);

/** Programs that a script might call, without builtins of bash. */
const PROGRAMS = [
  ...[
    'awk',
    'base64',
    'basename',
    'cat',
    'chattr',
    'chgrp',
    'chmod',
    'chown',
    'cmp',
    'comm',
    'cp',
    'cut',
    'date',
    'dd',
    'df',
  ],
  ...[
    'diff',
    'dirname',
    'du',
    'env',
    'expr',
    'fallocate',
    'find',
    'findmnt',
    'flock',
    'fuser',
    'getent',
    'grep',
    'gzip',
  ],
  ...[
    'head',
    'hostname',
    'id',
    'install',
    'ip',
    'journalctl',
    'ln',
    'ls',
    'lsattr',
    'lsof',
    'md5sum',
    'mkdir',
    'mkfifo',
  ],
  ...[
    'mktemp',
    'mount',
    'mountpoint',
    'mv',
    'nproc',
    'nsenter',
    'od',
    'openssl',
    'paste',
    'pgrep',
    'pkill',
    'ps',
    'python3',
  ],
  ...[
    'readlink',
    'realpath',
    'restorecon',
    'rm',
    'rmdir',
    'sed',
    'seq',
    'setsid',
    'sha1sum',
    'sha256sum',
    'shuf',
    'sleep',
  ],
  ...[
    'sort',
    'split',
    'ss',
    'stat',
    'stdbuf',
    'sync',
    'sysctl',
    'systemctl',
    'systemd-run',
    'tac',
    'tail',
    'tar',
    'tee',
  ],
  ...[
    'timeout',
    'touch',
    'tr',
    'truncate',
    'uname',
    'uniq',
    'unlink',
    'unshare',
    'wc',
    'which',
    'xargs',
    'yes',
  ],
  ...['crictl', 'ctr', 'crio', 'containerd', 'curl', 'kubeadm', 'kubelet'],
];

/** Programs that a script works without, or detects in another way, each with the reason. */
const OTHERWISE: ReadonlyMap<string, string> = new Map([
  ['systemctl', 'a host without systemd is refused'],
  ['kubeadm', 'a prerequisite of its own'],
  ['crictl', 'a prerequisite of its own'],
  ['ctr', 'asked for where an archive is imported'],
  ['gzip', 'asked for where an archive is imported'],
  ['curl', 'asked for where credentials of a registry are given'],
  ['tr', 'beside curl'],
  ['journalctl', 'without it kubelet has no last words, and that is said'],
  ['nsenter', 'of the package of flock; only a drill calls it'],
  ['fallocate', 'the disk test goes on without it'],
  ['restorecon', 'only where SELinux is, and only if it is there'],
  ['ip', 'without it the probe asks hostname'],
  ['hostname', 'beside ip'],
  ['ss', 'without it the probe says that listeners were not seen'],
  ['containerd', 'only for the name of the pause image'],
  ['crio', 'the same'],
]);

/** The beginning of a command in bash; also after a `)`, which ends a pattern of `case`. */
const BEGINS = String.raw`(?:^|[;&|({!)]|\b(?:then|do|else|if|elif|while|exec|begin [\w.-]+|-exec|timeout \S+)\s)\s*`;

function called(script: string): string[] {
  return PROGRAMS.filter((program) =>
    new RegExp(`${BEGINS}${program.replace(/[.+]/g, '\\$&')}(?=[\\s;)]|$)`, 'm').test(script),
  );
}

describe('every program that a script calls is in the table, or it is said why not', () => {
  test.each([...SCRIPTS])('%s', (_, script) => {
    const strangers = called(script).filter((name) => !NEEDED_PROGRAMS.has(name) && !OTHERWISE.has(name));
    expect(strangers).toEqual([]);
  });

  test('and nothing is in the table that no script calls', () => {
    const all = new Set([...SCRIPTS.values()].flatMap(called));
    expect([...NEEDED_PROGRAMS.keys()].filter((name) => !all.has(name))).toEqual([]);
    expect([...OTHERWISE.keys()].filter((name) => !all.has(name))).toEqual([]);
  });

  test('a command is found where it stands', () => {
    expect(called('x=$(tac a); if ! touch b; then shuf; fi\nwc < <(seq 3 | cut -c 1)')).toEqual(
      expect.arrayContaining(['cut', 'seq', 'shuf', 'tac', 'touch', 'wc']),
    );
    expect(called('case $a in *x*) tac ;; y | z) shuf; esac; case $b in (*) wc ;; esac')).toEqual(
      expect.arrayContaining(['shuf', 'tac', 'wc']),
    );
    expect(called('echo "tac: not a command"')).toEqual([]);
  });
});

/**
 * Flags whose meaning, or exit code, differs between releases of coreutils, and between coreutils, busybox and uutils.
 * Each entry is a use that was searched for in all scripts.
 */
const DIFFER: readonly (readonly [string, RegExp])[] = [
  ['cp -n: 1 onto a file that is there in coreutils 9.2 to 9.4, else 0', /\bcp\s+(?:-\w*n|--no-clobber)/],
  ['mv -n: the same', /\bmv\s+(?:-\w*n|--no-clobber)/],
  ['cp and mv --update: other values from coreutils 9.3 on', /\b(?:cp|mv)\s+(?:-\w*u|--update)/],
  ['sed -i, -z: the first differs in BSD and busybox, the second is GNU alone', /\bsed\s+-\w*[iz]/],
  ['grep -P: not in busybox, nor in every build of GNU grep', /\bgrep\s+-\w*P/],
  ['date -d: busybox reads other forms', /\bdate\s+(?:-\w*d|--date)/],
  ['stat -c %N: quotes in another way since coreutils 8.25', /\bstat\b[^\n;]*-c\s*\S*%N/],
  ['ls -l: columns for people', /\bls\s+-\w*l/],
  ['df: columns for people, --output is GNU alone', /\bdf\s/],
  ['readlink of several files: uutils ends at the first that is no link', /\breadlink\b[^\n;|)]*\*/],
  ['tail -c behind a pipe: uutils gives more than it is asked for', /\|\s*tail\s+-c/],
  ['readlink -f, realpath: of a path that is not there, 0 or 1', /\breadlink\s+-\w*[fem]|\brealpath\s/],
  ['echo -e, -n: depends on xpg_echo', /\becho\s+-[ne]/],
  ['tail +N, head -N: the old form depends on POSIXLY_CORRECT', /\b(?:tail|head)\s+[+-]\d/],
  ['install: owners and contexts differ', /\binstall\s+-/],
  ['touch -d, truncate -s: other forms in busybox', /\btouch\s+-d|\btruncate\s/],
  ['xargs without -r: runs once on nothing, or not at all', /\bxargs\b/],
];

test.each(DIFFER)('no script uses %s', (_, pattern) => {
  expect([...SCRIPTS].filter(([, script]) => pattern.test(script)).map(([name]) => name)).toEqual([]);
});

// The one `mv -n` is part of kubelet's drop-in, whose text must not change without need. It follows a test that the
// target does not exist, systemd ignores its exit code (`-`), and so both meanings have the same effect.
test('the `mv -n` of the drop-in does not depend on its exit code', () => {
  expect(PUT_MANIFEST_BACK).toMatch(/^\/bin\/sh -c 'test -e (\S+) \|\| test ! -e (\S+) \|\| mv -n \2 \1'$/);
});
