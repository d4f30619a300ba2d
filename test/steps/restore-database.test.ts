import { createHash } from 'node:crypto';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { formatRestoredData } from '../../src/facts/restored-data.ts';
import { AT_EXIT } from '../../src/hosts/bash.ts';
import type { RemoteResult, RemoteScript } from '../../src/hosts/transport.ts';
import { ACTION_DIR } from '../../src/kubeadm/paths.ts';
import { discardRestore } from '../../src/steps/discard-restore.ts';
import { drillDatabase, drillFinding, explainDrill, parseDrill } from '../../src/steps/drill-database.ts';
import { explainPut, putDatabase } from '../../src/steps/put-database.ts';
import { explainRestore, restoreDatabase, type RestoreRequest } from '../../src/steps/restore-database.ts';
import { StandInPrograms } from './stand-in-programs.ts';

// The lab has real runtimes and a real etcd; here programs stand in for crictl, systemd and the programs of the image.

const IMAGE = 'registry.k8s.io/etcd:3.6.5-0';
const SNAPSHOT = Buffer.from('a database and its digest');
const SHA256 = createHash('sha256').update(SNAPSHOT).digest('hex');

let host: StandInPrograms;
let root: string;
let dataDir: string;
let work: string;

beforeEach(() => {
  host = new StandInPrograms();
  root = mkdtempSync(join(tmpdir(), 'restore-'));
  dataDir = join(root, 'var/lib/etcd');
  work = join(dataDir, '.etcd-ha-action-restore');
  mkdirSync(join(root, ACTION_DIR), { recursive: true });
  host.program('sync', ':');
  standInSystemd();
  standInRuntime();
});
afterEach(() => {
  host.remove();
  rmSync(root, { recursive: true });
});

/**
 * Units run at once, and their end is a clean one, as it is for systemd if a program ends by SIGPIPE; `kubelet` is the state of kubelet, and `loaded` there if it was stopped by a unit. */
function standInSystemd(): void {
  writeFileSync(join(host.folder, 'kubelet'), 'active');
  host.program(
    'systemctl',
    `echo "systemctl $*" >> $folder/calls
case "$*" in
  'show kubelet -p ActiveState --value') cat $folder/kubelet ;;
  'show etcd-ha-action-kubelet.service -p LoadState --value') if [ -e $folder/held ]; then echo loaded; else echo not-found; fi ;;
  'show '*LoadState*) echo not-found ;;
  'stop etcd-ha-action-kubelet.service') rm -f $folder/held ;;
  'start kubelet') printf active > $folder/kubelet ;;
esac`,
  );
  host.program(
    'systemd-run',
    `echo "systemd-run $*" >> $folder/calls
case "$*" in
  *etcd-ha-action-kubelet*) printf inactive > $folder/kubelet; : > $folder/held; exit 0 ;;
esac
unit=$*
while [ $# -gt 2 ]; do shift; done
"$1" "$2" || true`,
  );
}

/**
 * crictl gives the process of a container whose `/proc/PID/root/usr/local/bin` is the folder `image` here: the scripts
 * have their `/proc` replaced.
 */
function standInRuntime(running = ''): void {
  host.program(
    'crictl',
    `echo "crictl $*" >> $folder/calls
case "$*" in
  *' ps -q --image '*) echo '${running}' ;;
  *' pods -q '*) cat $folder/pods 2> /dev/null || true ;;
  *' runp '*) [ ! -e $folder/no-pod ] || { echo 'runc create failed: no slice' >&2; exit 1; }; echo pod1 | tee $folder/pods ;;
  *' create '*) echo container1 ;;
  *' inspect '*) printf 77 ;;
  *' rmp -f '*) rm -f $folder/pods ;;
esac`,
  );
  mkdirSync(join(root, 'proc/77/root/usr/local/bin'), { recursive: true });
  program('etcdutl', RESTORES);
  program('etcdctl', RESTORES);
}

/** Notes its arguments, and makes the data that etcdutl makes. */
const RESTORES = `
printf '%s\\n' "$@" >> FOLDER/arguments
[ "$1" != version ] || { echo 'etcdctl version: 3.5.15'; exit 0; }
for word; do case $word in --data-dir=*) data=\${word#*=} ;; --wal-dir=*) log=\${word#*=} ;; esac; done
[ -z "\${log-}" ] || ! [ -e "$log" ] || exit 1
log=\${log:-$data/member/wal}
mkdir -p "$data/member/snap" "$log"
echo database > "$data/member/snap/db"
echo log > "$log/0-0.wal"`;

/** Puts a program into the image. */
function program(name: string, body: string): void {
  const path = join(root, 'proc/77/root/usr/local/bin', name);
  writeFileSync(path, `#!/bin/bash\n${body.replaceAll('FOLDER', host.folder)}\n`, { mode: 0o755 });
}

/** Runs a script with its folders below that of this test. */
function run({ script }: RemoteScript, input?: Buffer): RemoteResult {
  const here = script
    .replaceAll(ACTION_DIR, join(root, ACTION_DIR))
    .replaceAll('/proc/$pid/root', `${root}/proc/$pid/root`);
  return host.run(`${AT_EXIT}\n${here}`, input);
}

const put = (changes: Partial<Parameters<typeof putDatabase>[0]> = {}, input = SNAPSHOT): RemoteResult =>
  run(
    putDatabase({
      dataDir,
      bytes: SNAPSHOT.length,
      sha256: SHA256,
      snapshot: () => (async function* () {})(),
      ...changes,
    }),
    input,
  );

const REQUEST: Omit<RestoreRequest, 'dataDir'> = {
  image: IMAGE,
  criEndpoint: 'unix:///run/containerd/containerd.sock',
  sha256: SHA256,
  memberName: 'infra0',
  peerUrl: 'https://10.0.0.6:2380',
  initialCluster: 'infra0=https://10.0.0.6:2380',
  token: 'new $TOKEN',
  bumpRevision: 1000,
  seconds: 60,
};
const restore = (changes: Partial<RestoreRequest> = {}): RemoteResult =>
  run(restoreDatabase({ ...REQUEST, dataDir, ...changes }));

const words = ({ code, stderr }: RemoteResult): ReturnType<ReturnType<typeof explainRestore>> =>
  explainRestore({ image: IMAGE, dataDir })({ code, stdout: Buffer.of(), stderr });
const calls = (): string => host.read('calls').toString();
const mode = (path: string): string => (statSync(path).mode & 0o7777).toString(8);

describe('the database of the backup on a host', () => {
  test("is for root alone, in folders that were made with the modes of etcd's", () => {
    expect(put()).toMatchObject({ code: 0, stderr: '' });
    expect(readFileSync(join(work, 'snapshot.db'))).toEqual(SNAPSHOT);
    expect([work, dataDir, join(root, 'var/lib')].map(mode)).toEqual(['700', '700', '755']);
    expect(mode(join(work, 'snapshot.db'))).toBe('600');
  });

  // a drill leaves a data dir that was there as it was
  test('does not change the mode of a data dir that is there', () => {
    mkdirSync(dataDir, { recursive: true });
    chmodSync(dataDir, 0o755);
    expect(put()).toMatchObject({ code: 0, stderr: '' });
    expect([dataDir, work].map(mode)).toEqual(['755', '700']);
  });

  test('is not sent again, and is replaced by another one', () => {
    put();
    expect(put({}, Buffer.of()).stdout.toString()).toBe('there\n');
    const other = Buffer.from('another database');
    const sha256 = createHash('sha256').update(other).digest('hex');
    mkdirSync(join(work, 'data/member'), { recursive: true });
    expect(put({ bytes: other.length, sha256 }, other).code).toBe(0);
    expect(readdirSync(work).toSorted()).toEqual(['made', 'snapshot.db']);
    expect(readFileSync(join(work, 'snapshot.db'))).toEqual(other);
  });

  test.each([
    ['cut off', SNAPSHOT.subarray(1)],
    ['too long', Buffer.concat([SNAPSHOT, SNAPSHOT])],
    ['of other bytes', Buffer.alloc(SNAPSHOT.length)],
  ])('that is %s does not stay', (_, input) => {
    const { code, stderr } = put({}, input);
    expect(readdirSync(work)).toEqual(['made']);
    const finding = explainPut({ dataDir, bytes: SNAPSHOT.length })({ code, stdout: Buffer.of(), stderr });
    expect(finding.fact).toContain(`${input.length} of ${SNAPSHOT.length} bytes`);
    expect(put().code).toBe(0);
  });

  test('needs room for itself, the restored database and a log; otherwise nothing is left', () => {
    host.program('stat', 'case "$*" in -fc*) echo 1000 4096 5000 ;; *) exec /usr/bin/stat "$@" ;; esac');
    const { code, stderr } = put();
    const finding = explainPut({ dataDir, bytes: SNAPSHOT.length })({ code, stdout: Buffer.of(), stderr });
    expect(finding.fact).toBe(`the file system of ${dataDir} has 3.9 MiB free, and a restore needs 320 MiB.`);
    expect(existsSync(dataDir)).toBe(false);
  });

  test('is not put beside data of others, nor through a link', () => {
    mkdirSync(join(dataDir, 'lost+found'), { recursive: true });
    symlinkSync(root, work);
    expect(words(put()).code).toBe('changed-during-run');
    rmSync(work);
    expect(put().code).toBe(0);
    mkdirSync(join(dataDir, 'member'));
    expect(words(put({}, Buffer.of())).code).toBe('changed-during-run');
  });

  test('a full disk is named, and the rest is not waited for', () => {
    host.program(
      'tee',
      'case "$*" in */dev/null) exit 0 ;; esac; echo "tee: x: No space left on device" >&2; exit 1',
    );
    const { code, stderr } = put();
    expect(explainPut({ dataDir, bytes: 1 })({ code, stdout: Buffer.of(), stderr }).cause).toContain(
      'is full',
    );
  });
});

describe('the restored data', () => {
  beforeEach(() => void put());

  test('is made with the values of the member, and noted', () => {
    expect(restore().code).toBe(0);
    expect(host.read('arguments').toString().split('\n').slice(1)).toEqual([
      'snapshot',
      'restore',
      join(work, 'snapshot.db'),
      `--data-dir=${work}/data`,
      '--name=infra0',
      '--initial-cluster=infra0=https://10.0.0.6:2380',
      '--initial-cluster-token=new $TOKEN',
      '--initial-advertise-peer-urls=https://10.0.0.6:2380',
      '--bump-revision=1000',
      '--mark-compacted',
      '',
    ]);
    expect(readFileSync(join(work, 'restored.json'), 'utf8')).toBe(`${formatRestoredData(REQUEST)}\n`);
  });

  test('with a log of its own, and no other revision', () => {
    const walDir = join(root, 'wal');
    expect(restore({ walDir, bumpRevision: 0 }).code).toBe(0);
    expect(existsSync(join(work, 'wal/0-0.wal'))).toBe(true);
    expect(host.read('arguments').toString()).not.toContain('bump');
    expect(restore({ walDir, bumpRevision: 0 }).stdout.toString()).toBe('there\n');
  });

  test('is kept for the same values, and made anew for others or if a part is gone', () => {
    restore();
    expect(restore().stdout.toString()).toBe('there\n');
    expect(restore({ token: 'other' }).stdout.toString()).toBe('');
    rmSync(join(work, 'data/member/wal/0-0.wal'));
    expect(restore({ token: 'other' }).stdout.toString()).toBe('');
    expect(existsSync(join(work, 'data/member/wal/0-0.wal'))).toBe(true);
  });

  test('is not believed from the exit code alone', () => {
    program('etcdutl', `${RESTORES}\nrm "$data/member/snap/db"`);
    expect(words(restore())).toMatchObject({
      code: 'restore-failed',
      fact: expect.stringContaining('missing'),
    });
    expect(existsSync(join(work, 'restored.json'))).toBe(false);
  });

  // systemd counts it as a clean end; the runner was lost, and its pipes with it
  test.each(['PIPE', 'TERM', 'KILL'])('is not whole if the program ends by SIG%s', (signal) => {
    program('etcdutl', `[ "$1" = version ] || trap 'kill -${signal} $$' EXIT\n${RESTORES}`);
    expect(words(restore()).code).toBe('restore-failed');
    expect(existsSync(join(work, 'restored.json'))).toBe(false);
  });

  test('is made by a program that has no pipe of the script', () => {
    program('etcdutl', `${RESTORES}\nreadlink /proc/$$/fd/{0,1,2} > FOLDER/open`);
    expect(restore().code).toBe(0);
    expect(host.read('open').toString()).toMatch(/^\/dev\/null\n\/.*restore\.log\n\/.*restore\.log\n$/);
  });

  test('a failure quotes the error, and not the log before it', () => {
    program(
      'etcdutl',
      `[ "$1" != version ] || exit 0; echo '{"level":"info"}'; echo 'Error: version "3.7.0" is not supported'; echo more; exit 5`,
    );
    expect(words(restore())).toMatchObject({
      fact: `${IMAGE} did not restore the database: Error: version "3.7.0" is not supported`,
      cause: 'A later release of etcd has written the backup.',
    });
  });
});

describe('the programs', () => {
  beforeEach(() => void put());

  test('come from a pod, while kubelet is stopped; nothing of it stays', () => {
    expect(restore().code).toBe(0);
    const order = [
      '--unit=etcd-ha-action-kubelet',
      ' runp ',
      ' rmp -f pod1',
      'systemctl start kubelet',
      '--unit=etcd-ha-action-restore',
    ];
    const places = order.map((text) => calls().indexOf(text));
    expect(places).toEqual(places.toSorted((a, b) => a - b));
    expect(places).not.toContain(-1);
    expect(host.read('kubelet').toString()).toBe('active');
    expect(existsSync(join(root, ACTION_DIR, 'restore'))).toBe(false);
  });

  test('come from a running container of the image without touching kubelet', () => {
    standInRuntime('container0');
    expect(restore().code).toBe(0);
    expect(calls()).not.toContain(' runp ');
    expect(calls()).not.toContain('--unit=etcd-ha-action-kubelet');
  });

  test('a kubelet that does not run is not started', () => {
    writeFileSync(join(host.folder, 'kubelet'), 'inactive');
    expect(restore().code).toBe(0);
    expect(host.read('kubelet').toString()).toBe('inactive');
  });

  test('without a pod: kubelet runs again, and the words of the runtime are quoted', () => {
    writeFileSync(join(host.folder, 'no-pod'), '');
    expect(words(restore())).toMatchObject({
      code: 'restore-programs-unavailable',
      fact: expect.stringContaining('runc create failed: no slice'),
    });
    expect(host.read('kubelet').toString()).toBe('active');
    expect(calls().match(/ runp /g)).toHaveLength(2);
  });

  test('what a killed run has left is removed first', () => {
    writeFileSync(join(host.folder, 'pods'), 'old1\nold2\n');
    writeFileSync(join(host.folder, 'held'), '');
    writeFileSync(join(host.folder, 'kubelet'), 'inactive');
    mkdirSync(join(root, ACTION_DIR, 'restore/etcdutl'), { recursive: true });
    expect(restore().code).toBe(0);
    expect(calls()).toContain('rmp -f old2');
    expect(host.read('kubelet').toString()).toBe('active');
  });

  test('etcdctl of 3.5 restores where there is no etcdutl', () => {
    rmSync(join(root, 'proc/77/root/usr/local/bin/etcdutl'));
    expect(restore().code).toBe(0);
    expect(host.read('arguments').toString()).toContain('--bump-revision=1000');
  });

  test('an image that restores nothing', () => {
    rmSync(join(root, 'proc/77/root/usr/local/bin/etcdutl'));
    program('etcdctl', 'echo "etcdctl version: 3.6.4"');
    expect(words(restore())).toMatchObject({
      code: 'restore-tool-missing',
      fix: expect.stringContaining('etcd-image-tag'),
    });
    rmSync(join(root, 'proc/77/root/usr/local/bin/etcdctl'));
    expect(words(restore()).code).toBe('restore-tool-missing');
  });

  test('that cannot be executed', () => {
    program('etcdutl', 'echo "bash: etcdutl: Permission denied" >&2; exit 126');
    expect(words(restore())).toMatchObject({
      code: 'restore-programs-unavailable',
      cause: expect.stringContaining('noexec'),
    });
  });
});

describe('what a restore has left', () => {
  test('is removed with the folders that were made for it, as far as they are empty', () => {
    put();
    restore();
    mkdirSync(join(dataDir, 'member'));
    expect(run(discardRestore(dataDir)).code).toBe(0);
    expect(readdirSync(dataDir)).toEqual(['member']);
    rmSync(join(dataDir, 'member'), { recursive: true });
    put();
    chmodSync(dataDir, 0o700);
    run(discardRestore(dataDir));
    expect(existsSync(join(root, 'var/lib'))).toBe(true);
  });

  test('nothing is no error', () => {
    expect(run(discardRestore(dataDir))).toMatchObject({ code: 0, stderr: '' });
  });
});

/** The script's answer on a host of the lab, etcd 3.6.5. */
const ANSWER =
  '{"revision":502,"keys":349,"hash":[{"Endpoint":"http://127.0.0.1:2379","HashKV":{"header":{"cluster_id":17587419444384855291,"member_id":1016390506893685715,"revision":502,"raft_term":2},"hash":2385424069,"compact_revision":300,"hash_revision":450}}],"restoreMs":1590,"startMs":1200}\n';
const BACKUP = { revision: 502, keys: 349, hash: { revision: 450, compactRevision: 300, hash: 2385424069 } };

describe('a drill', () => {
  test('that found the keys of the backup', () => {
    expect(drillFinding(BACKUP, parseDrill(ANSWER))).toBeUndefined();
    expect(
      drillFinding({ ...BACKUP, hash: null }, parseDrill('{"revision":502,"keys":349,"hash":null}')),
    ).toBeUndefined();
  });

  test.each([
    ['a revision', { ...BACKUP, revision: 503 }, 'revision 502 instead of 503'],
    ['a key', { ...BACKUP, keys: 350 }, 'number of keys 349 instead of 350'],
    [
      'a value',
      { ...BACKUP, hash: { ...BACKUP.hash, hash: 1 } },
      'hash at revision 450 2385424069 instead of 1',
    ],
    [
      'a compaction',
      { ...BACKUP, hash: { ...BACKUP.hash, compactRevision: 0 } },
      'compacted revision 300 instead of 0',
    ],
  ])('that misses %s', (_, backup, fact) => {
    expect(drillFinding(backup, parseDrill(ANSWER))?.fact).toContain(fact);
  });

  test.each(['', 'null', '{"hash":[1]}', '[{}]', ANSWER.slice(0, 40)])(
    'of which no answer came: %j',
    (text) => {
      expect(drillFinding(BACKUP, parseDrill(text))?.fact).toContain('revision unknown instead of 502');
    },
  );

  test('leaves nothing, whatever became of it', () => {
    put();
    // the unit of etcd ends at once, and systemd names no process
    program('etcd', 'echo "fatal: no" >&2; exit 1');
    const drill = drillDatabase({ ...REQUEST, dataDir, hash: BACKUP.hash });
    const { code, stderr } = run(drill);
    expect(explainDrill({ image: IMAGE, dataDir })({ code, stdout: Buffer.of(), stderr })).toMatchObject({
      code: 'drill-failed',
      fact: expect.stringContaining('fatal: no'),
    });
    expect(existsSync(join(root, 'var/lib/etcd'))).toBe(false);
    expect(existsSync(join(root, ACTION_DIR))).toBe(false);
  });
});
