import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
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
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import {
  ACTION_DIR,
  CA_KEY,
  ETCD_MANIFEST,
  KUBEADM_CONFIG,
  KUBELET_CONFIG,
  OUTGOING_MANIFEST,
  PATCHES_DIR,
  REPLACED_DIR,
  STATE_FILE,
} from '../../src/kubeadm/paths.ts';
import { deliverFiles, type Delivery, explainDelivery } from '../../src/steps/put-files.ts';

let root: string;

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'deliver-'));
  // Only root can change owners.
  mkdirSync(join(root, 'bin'));
  writeFileSync(join(root, 'bin/chown'), '#!/bin/sh\n', { mode: 0o755 });
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

interface Run {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/**
 * Runs the script with real bash, below `root`.
 * @param before additional bash before it.
 */
function deliver(
  deliveries: readonly Delivery[],
  options: { before?: string; forget?: boolean; patches?: string } = {},
): Run {
  const { script, input = Buffer.alloc(0) } = deliverFiles('deliver files', deliveries, {
    forgetReplaced: options.forget ?? false,
    ...(options.patches !== undefined && { patches: options.patches }),
  });
  if (!Buffer.isBuffer(input)) throw new Error('the files are given whole');
  const [begin = '', ...rest] = input.toString('utf8').split(' /etc/');
  const local = script.replaceAll('/etc/', `${root}/etc/`);
  const bash = `export LC_ALL=C; umask 077; set -euo pipefail; ${options.before ?? ''}\n{ ${local}\n}`;
  const env = { PATH: `${join(root, 'bin')}:${process.env['PATH'] ?? ''}` };
  const { status, stdout, stderr } = spawnSync('bash', ['--norc', '-c', bash], {
    input: [begin, ...rest].join(` ${root}/etc/`),
    encoding: 'utf8',
    env,
  });
  return { code: status, stdout, stderr };
}

function file(path: string, text: string, replaces = 'absent', mode = '600'): Delivery {
  return { path, mode, bytes: Buffer.from(text), replaces };
}

const there = (path: string): string => join(root, path);
const read = (path: string): string => readFileSync(there(path), 'utf8');
const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');

function put(path: string, text: string): void {
  mkdirSync(dirname(there(path)), { recursive: true });
  writeFileSync(there(path), text);
}

/** Every file below the root's etc, hidden ones too. */
function files(): string[] {
  const etc = join(root, 'etc');
  return existsSync(etc)
    ? readdirSync(etc, { recursive: true, encoding: 'utf8' })
        .filter((name) => statSync(join(etc, name)).isFile())
        .map((name) => `/etc/${name}`)
        .toSorted()
    : [];
}

describe('files that were not there', () => {
  const texts = new Map([
    [KUBELET_CONFIG, 'kind: KubeletConfiguration\n'],
    [STATE_FILE, '{ "é": "✓ \\n %s $(id) `id`" }\n\n'],
    [CA_KEY, 'no line at its end'],
    ['/etc/kubernetes/pki/etcd/ca.crt', ''],
  ]);
  const deliveries = [...texts].map(([path, text]) => file(path, text));

  test('come byte for byte, with their modes, and nothing else', () => {
    const wide = deliveries.map((one) => (one.path === KUBELET_CONFIG ? { ...one, mode: '644' } : one));
    expect(deliver(wide)).toEqual({ code: 0, stdout: '', stderr: '' });
    expect(files()).toEqual([...texts.keys()].toSorted());
    for (const [path, text] of texts) expect(read(path)).toBe(text);
    const mode = (path: string): string => (statSync(there(path)).mode & 0o7777).toString(8);
    expect([mode(CA_KEY), mode(KUBELET_CONFIG)]).toEqual(['600', '644']);
    expect([mode('/etc/kubernetes/pki'), mode(ACTION_DIR)]).toEqual(['755', '700']);
  });

  test('a stream that was cut leaves nothing', () => {
    expect(deliverFiles('deliver files', deliveries).script).not.toContain('KubeletConfiguration');
    const cut = [file(CA_KEY, 'x'.repeat(100))];
    const stub = { before: 'exec < <(head -c 150)' };
    expect(deliver(cut, stub)).toMatchObject({ code: 1, stderr: expect.stringContaining('ended early') });
    expect(files()).toEqual([]);
  });

  test('text only: bash holds no zero byte', () => {
    expect(() => deliverFiles('deliver files', [file('/etc/x', 'a\0b')])).toThrow('/etc/x');
  });

  test('what a run that was killed has left aside is replaced, and a link there is not followed', () => {
    put('/etc/kubernetes/pki/etcd/.ca.crt.etcd-ha-action', 'half');
    put('/etc/kubernetes/pki/etcd/.wanted-no-more.key.etcd-ha-action', 'a key');
    put('/etc/victim', 'untouched');
    symlinkSync(there('/etc/victim'), there('/etc/kubernetes/pki/etcd/.ca.key.etcd-ha-action'));
    expect(deliver(deliveries).code).toBe(0);
    expect(read('/etc/victim')).toBe('untouched');
    expect(files()).toEqual([...texts.keys(), '/etc/victim'].toSorted());
    expect(read(CA_KEY)).toBe('no line at its end');
  });
});

describe('files that are replaced', () => {
  const pair = [
    file('/etc/kubernetes/pki/a', 'new a'),
    file('/etc/kubernetes/pki/b', 'new b', sha256('old b')),
  ];

  test('only if they are as observed, or already as wanted', () => {
    put('/etc/kubernetes/pki/a', 'new a');
    put('/etc/kubernetes/pki/b', 'old b');
    expect(deliver(pair)).toEqual({ code: 0, stdout: '', stderr: '' });
    expect([read('/etc/kubernetes/pki/a'), read('/etc/kubernetes/pki/b')]).toEqual(['new a', 'new b']);
  });

  test.each([
    ['changed', () => put('/etc/kubernetes/pki/b', "someone else's")],
    ['gone', () => put('/etc/kubernetes/pki/other', 'x')],
    [
      'new',
      () => {
        put('/etc/kubernetes/pki/b', 'old b');
        put('/etc/kubernetes/pki/a', "someone else's");
      },
    ],
  ])('one that is %s stays, and all others with it', (_what, change) => {
    change();
    const before = files().map((path) => [path, read(path)]);
    const run = deliver(pair);
    expect(run.code).toBe(4);
    expect(explainDelivery({ ...run, stdout: Buffer.alloc(0) }).fact).toMatch(/pki\/[ab] has changed since/);
    expect(files().map((path) => [path, read(path)])).toEqual(before);
  });

  test('are kept where they are not the action’s own, until they are to be forgotten', () => {
    const kept = `${REPLACED_DIR}/${KUBELET_CONFIG.replaceAll('/', '%')}`;
    put(KUBELET_CONFIG, 'old');
    put(STATE_FILE, 'old');
    const next = [file(KUBELET_CONFIG, 'new', sha256('old')), file(STATE_FILE, 'new', sha256('old'))];
    expect(deliver(next).code).toBe(0);
    // The root of this test is part of the name.
    expect(files().filter((path) => path.startsWith(REPLACED_DIR))).toHaveLength(1);
    const [copy = ''] = files().filter((path) => path.startsWith(REPLACED_DIR));
    expect(copy.endsWith(kept.slice(kept.lastIndexOf('/') + 1))).toBe(true);
    expect(read(copy)).toBe('old');

    put(ETCD_MANIFEST, 'manifest');
    put(OUTGOING_MANIFEST, 'outgoing');
    expect(deliver([file(STATE_FILE, 'member', sha256('new'))], { forget: true }).code).toBe(0);
    expect(files()).toEqual([ETCD_MANIFEST, KUBELET_CONFIG, STATE_FILE].toSorted());
  });

  // As of coreutils 9.2 to 9.4, where -n with an existing file is a failure (NEWS).
  test('are delivered again before a verification, and the first copy stays, whatever `cp -n` means on the host', () => {
    const cp = `cp() {
      if [[ $1 == -*n* ]] && [ -e "\${!#}" ]; then echo "cp: not replacing '\${!#}'" >&2; return 1; fi
      command cp "$@"
    }`;
    put(KUBELET_CONFIG, 'verified');
    const deliverText = (text: string, seen: string): Run =>
      deliver([file(KUBELET_CONFIG, text, sha256(seen))], { before: cp });
    expect(deliverText('bad', 'verified')).toEqual({ code: 0, stdout: '', stderr: '' });
    expect(deliverText('corrected', 'bad')).toEqual({ code: 0, stdout: '', stderr: '' });
    expect(read(KUBELET_CONFIG)).toBe('corrected');
    const [copy = ''] = files().filter((path) => path.startsWith(REPLACED_DIR));
    expect(read(copy)).toBe('verified');
  });

  test.each(['cp', 'sync', 'mv'])('killed at the first %s, a copy is whole or is none', (program) => {
    put(KUBELET_CONFIG, 'verified');
    deliver([file(KUBELET_CONFIG, 'new', sha256('verified'))], {
      before: `${program}() { if [[ $* == *replaced* ]]; then kill -9 $$; fi; command ${program} "$@"; }`,
    });
    const copies = files().filter((path) => path.startsWith(REPLACED_DIR) && !path.endsWith('.new'));
    for (const copy of copies) expect(read(copy)).toBe('verified');
    expect(deliver([file(KUBELET_CONFIG, 'new', sha256('verified'))]).code).toBe(0);
    const after = files().filter((path) => path.startsWith(REPLACED_DIR));
    expect(after.map(read)).toEqual(['verified']);
  });

  test('a manifest that was taken out is not forgotten while none is in place', () => {
    put(OUTGOING_MANIFEST, 'outgoing');
    expect(deliver([file(STATE_FILE, 'member')], { forget: true }).code).toBe(0);
    expect(files()).toContain(OUTGOING_MANIFEST);
  });
});

// Every path holds its old or its new contents at every moment.
test.each(['mkdir', 'chmod', 'chown', 'sha256sum', 'cmp', 'cp', 'sync', 'mv'])(
  'killed at its call of %s, it leaves no file half, and the next run goes on',
  (program) => {
    put(KUBELET_CONFIG, 'old');
    const next = [file(KUBELET_CONFIG, 'new', sha256('old')), file(CA_KEY, 'key'), file(STATE_FILE, 'state')];
    deliver(next, { before: `${program}() { kill -9 $$; }` });
    expect(['old', 'new']).toContain(read(KUBELET_CONFIG));
    if (existsSync(there(CA_KEY))) expect(read(CA_KEY)).toBe('key');
    expect(deliver(next)).toMatchObject({ code: 0, stderr: '' });
    expect([KUBELET_CONFIG, CA_KEY, STATE_FILE].map(read)).toEqual(['new', 'key', 'state']);
    expect(files().filter((path) => path.includes('.etcd-ha-action'))).toEqual([]);
  },
);

test('a full disk changes nothing', () => {
  put(KUBELET_CONFIG, 'old');
  const run = deliver([file(KUBELET_CONFIG, 'x'.repeat(200_000), sha256('old'))], {
    before: "trap '' XFSZ; ulimit -f 64",
  });
  expect(run.code).not.toBe(0);
  expect(run.stderr).not.toBe('');
  expect(read(KUBELET_CONFIG)).toBe('old');
});

describe('patches', () => {
  const OLD = `${PATCHES_DIR}/0123456789abcdef`;
  const NEW = `${PATCHES_DIR}/fedcba9876543210`;

  test('come with the configuration that names them', () => {
    expect(deliver([file(`${NEW}/etcd.yaml`, 'patch'), file(KUBEADM_CONFIG, 'config')]).code).toBe(0);
    expect(read(`${NEW}/etcd.yaml`)).toBe('patch');
    expect(statSync(there(ACTION_DIR)).mode & 0o777).toBe(0o700);
  });

  // Files that a restart could go back to are kept until the cluster has been verified as healthy.
  test('that are no longer in use go with the files kept for going back, and not before', () => {
    put(`${OLD}/etcd.yaml`, 'old');
    put(`${NEW}/etcd.yaml`, 'new');
    put(`${REPLACED_DIR}/x`, 'x');
    expect(deliver([file(KUBEADM_CONFIG, 'config')]).code).toBe(0);
    expect(files()).toContain(`${OLD}/etcd.yaml`);
    expect(deliver([file(STATE_FILE, '{}')], { forget: true, patches: NEW }).code).toBe(0);
    expect(files()).toEqual([KUBEADM_CONFIG, `${NEW}/etcd.yaml`, STATE_FILE].toSorted());
  });

  test('go with their folder where none are in use', () => {
    put(`${OLD}/etcd.yaml`, 'old');
    expect(deliver([file(STATE_FILE, '{}')], { forget: true }).code).toBe(0);
    expect(existsSync(there(PATCHES_DIR))).toBe(false);
    const again = { ...file(STATE_FILE, '{}'), replaces: 'unknown' };
    expect(deliver([again], { forget: true })).toEqual({ code: 0, stdout: '', stderr: '' });
  });
});
