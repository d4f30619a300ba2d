import { createHash } from 'node:crypto';
import { spawnSync } from 'node:child_process';
import { rmSync } from 'node:fs';
import { afterEach, beforeEach, describe, expect, jest, test } from '@jest/globals';
import { CA_CERTIFICATE, CA_KEY, ETCD_MANIFEST, STATE_FILE } from '../../../src/kubeadm/paths.ts';
import { CRICTL, ScratchHost, wordsOf } from './scratch-host.ts';

jest.setTimeout(90_000); // some wait for a program that hangs

let host: ScratchHost;
beforeEach(async () => {
  host = await ScratchHost.start();
  for (const path of [ETCD_MANIFEST, CA_CERTIFICATE, CA_KEY, STATE_FILE]) host.file(path);
  host.file('/var/lib/etcd/member/wal/0.wal', 'an entry');
});
afterEach(async () => {
  await host.end();
});

const RUNNING = [expect.objectContaining({ id: 'c0ffee', running: true })];
const digestOf = (path: string): string => createHash('sha256').update(`${path}\n`).digest('hex');

test('of a host on which all works, everything is seen', () => {
  const facts = host.look();
  expect(facts).toMatchObject({
    containers: RUNNING,
    images: ['registry.k8s.io/etcd:3.6.5-0'],
    kubelet: { installed: true, loadState: 'loaded', active: true, enabled: true },
    etcdImage: 'registry.k8s.io/etcd:3.6.5-0',
    dataDir: { exists: true, hasLog: true },
    runtime: { runtime: { cgroupDriver: 'systemd' } },
    missingTools: [],
    unseen: [],
  });
  expect(facts.files.get(CA_KEY)?.sha256).toBe(digestOf(CA_KEY));
  expect(facts.files.get(CA_CERTIFICATE)?.text).toBe(`${CA_CERTIFICATE}\n`);
});

describe('crictl', () => {
  // cri-tools from 1.32 on, on each host without /etc/crictl.yaml: the ordinary host.
  test('that warns on standard error is understood', () => {
    host.program(
      'crictl',
      `echo 'level=warning msg="Config \\"/etc/crictl.yaml\\" does not exist"' >&2\n${CRICTL}`,
    );
    expect(host.look()).toMatchObject({ containers: RUNNING, images: [expect.any(String)], unseen: [] });
    expect(host.lookTwice(() => undefined)).toMatchObject({ containers: RUNNING, unseen: [] });
  });

  const unanswered = { containers: expect.any(String), images: expect.any(String) };
  test.each<[string, string | undefined, Record<string, unknown>]>([
    [
      'fails',
      'echo DeadlineExceeded >&2; exit 1',
      { containers: 'crictl ps: it ended with exit code 1: DeadlineExceeded' },
    ],
    [
      'is missing',
      undefined,
      { containers: 'crictl ps: it ended with exit code 127: crictl: command not found' },
    ],
    ['is no program', 'exec /dev/null', { containers: expect.stringContaining('exit code 126') }],
    ['prints garbage', 'echo rubbish', { containers: expect.stringContaining('not JSON: rubbish') }],
    ['prints nothing', 'true', { containers: 'crictl ps: its answer is not JSON' }],
    ['prints other JSON', `echo '{"items":[]}'`, {}],
    ['prints a part of its JSON', `(${CRICTL}) | head -c 60`, {}],
    ['prints without end', 'yes "$(printf %4000d 1)"', { containers: expect.stringContaining('too long') }],
    [
      'complains without end',
      'yes "$(printf %4000d 1)" >&2',
      { containers: expect.stringContaining('did not end within 3 s') },
    ],
  ])('that %s leaves containers and images unseen', (_, program, words) => {
    host.hurries = true;
    host.program('crictl', program);
    const facts = host.look();
    expect(facts).toMatchObject({ containers: [], images: [] });
    expect(wordsOf(facts)).toMatchObject({ ...unanswered, ...words });
    expect(facts.unseen.every(({ words: said }) => said.length <= 500)).toBe(true);
  });

  test('that hangs, children and all, is killed', () => {
    host.hurries = true;
    host.program('crictl', `trap '' TERM; sleep 987 & sleep 987; wait`);
    const facts = host.look();
    expect(wordsOf(facts)).toMatchObject({
      containers: 'crictl ps: it did not end within 3 s',
      images: 'crictl images: it did not end within 3 s',
      runtime: 'crictl runtime-config: it did not end within 3 s',
    });
    expect(leftSleeping(987)).toBe(false);
  });

  test.each([
    ['EXITED', { containers: [expect.objectContaining({ running: false })], unseen: [] }],
    ['UNKNOWN', { containers: [], unseen: [expect.objectContaining({ what: 'containers' })] }],
  ])('that says CONTAINER_%s of the only container', (state, facts) => {
    host.program('crictl', CRICTL.replace('CONTAINER_RUNNING', `CONTAINER_${state}`));
    expect(host.look()).toMatchObject(facts);
  });

  test('that names no cgroup driver is quoted', () => {
    host.program(
      'crictl',
      `case " $* " in *' runtime-config '*) echo 'unknown method' >&2; exit 1 ;; esac\n${CRICTL}`,
    );
    const facts = host.look();
    expect(facts.runtime.problem).toContain('unknown method');
    expect(wordsOf(facts)).toEqual({ runtime: expect.stringContaining('unknown method') });
  });

  test.each([
    ['', '"unix:///run/crio/crio.sock"'],
    ['timeout: 0\n', "'/run/crio/crio.sock' # CRI-O"],
    ['', 'unix:///run/crio/crio.sock\ndebug: false'],
  ])(
    'is pointed by /etc/crictl.yaml to a runtime that is not there: the other one is not asked (%j, %s)',
    (before, value) => {
      host.file('/etc/crictl.yaml', `${before}runtime-endpoint: ${value}\n`);
      const facts = host.look();
      expect(facts.runtime).toEqual({
        sockets: ['/run/containerd/containerd.sock'],
        absent: 'unix:///run/crio/crio.sock',
      });
      expect(wordsOf(facts)).toMatchObject({
        containers:
          'crictl ps: it ended with exit code 1: there is no socket at unix:///run/crio/crio.sock, which /etc/crictl.yaml names',
      });
    },
  );

  test('is pointed by /etc/crictl.yaml to one that is there', () => {
    const socket = host.path('/run/containerd/containerd.sock');
    host.file('/etc/crictl.yaml', `"runtime-endpoint": "unix://${socket}"\n`);
    expect(host.look().runtime.runtime?.endpoint).toBe('unix:///run/containerd/containerd.sock');
  });

  test('is not asked where no runtime is, and what runs is then not known', async () => {
    await host.stopRuntime();
    const facts = host.look();
    expect(facts.runtime).toEqual({ sockets: [] });
    expect(wordsOf(facts)).toEqual({
      containers: 'crictl ps: it ended with exit code 1: there is no CRI socket to ask',
      images: 'crictl images: it ended with exit code 1: there is no CRI socket to ask',
    });
  });
});

describe('the second look', () => {
  test('takes back what it does not see any longer', () => {
    const facts = host.lookTwice(() => {
      host.program('crictl', 'exit 1');
      host.program('systemctl', 'exit 1');
      host.program('find', undefined);
    });
    expect(facts).toMatchObject({ containers: [], dataDir: { exists: false }, images: [expect.any(String)] });
    expect(Object.keys(wordsOf(facts)).toSorted()).toEqual([
      'containers',
      'data-dir',
      'digests',
      'files',
      'kubelet',
    ]);
  });

  test('sees what the first one did not', () => {
    host.program('crictl', 'exit 1');
    host.program('systemctl', 'exit 1');
    const facts = host.lookTwice(() => {
      host.program('crictl', CRICTL);
      host.program(
        'systemctl',
        `printf '%s\\n' LoadState=masked ActiveState=inactive SubState=dead UnitFileState=masked`,
      );
    });
    expect(Object.keys(wordsOf(facts)).toSorted()).toEqual(['images', 'runtime']);
    expect(facts).toMatchObject({ containers: RUNNING, kubelet: { loadState: 'masked' } });
  });

  test('does not ask for containers where nothing of etcd is, and they stay as they were', () => {
    for (const path of ['/etc/kubernetes', '/var/lib/etcd']) rmSync(host.path(path), { recursive: true });
    expect(host.lookTwice(() => host.program('crictl', 'exit 1'))).toMatchObject({
      containers: RUNNING,
      unseen: [],
    });
    host.program('crictl', 'exit 1');
    expect(wordsOf(host.lookTwice(() => host.program('crictl', CRICTL)))).toHaveProperty('containers');
  });

  test('tells what has been removed', () => {
    const facts = host.lookTwice(() => rmSync(host.path('/etc/kubernetes/manifests'), { recursive: true }));
    expect(facts.files.has(ETCD_MANIFEST)).toBe(false);
    expect(facts.files.has(CA_KEY)).toBe(true);
    expect(facts.unseen).toEqual([]);
  });
});

describe('files', () => {
  const unread = { files: expect.any(String), digests: expect.any(String), 'data-dir': expect.any(String) };

  test('are unseen without find, and not absent', () => {
    host.program('find', undefined);
    const facts = host.look();
    expect(wordsOf(facts)).toEqual({ ...unread, files: expect.stringContaining('find: command not found') });
    expect(facts.missingTools).toEqual(['find']);
  });

  test('are unseen with the find of busybox, which tells no modes', () => {
    // The line with the error, and then a page of usage.
    host.program('find', 'echo "find: unrecognized: -printf" >&2; printf "%s\\n" {1..900} >&2; exit 1');
    const said = expect.stringMatching(/exit code 1: find: unrecognized: -printf … .*899 900$/);
    expect(wordsOf(host.look())).toEqual({ ...unread, files: said });
  });

  test('are unseen when find fails at one of them', () => {
    host.program('find', `/usr/bin/find "$@"; echo "find: Input/output error" >&2; exit 1`);
    expect(wordsOf(host.look())).toEqual(unread);
  });

  test('have their digests also where sha256sum knows no -z', () => {
    host.program(
      'sha256sum',
      `case $1 in -z) echo "unrecognized option: z" >&2; exit 1 ;; esac\nexec /usr/bin/sha256sum "$@"`,
    );
    host.file('/etc/kubernetes/pki/a\nb');
    const facts = host.look();
    expect(facts.files.get(CA_KEY)?.sha256).toBe(digestOf(CA_KEY));
    expect(facts.files.get('/etc/kubernetes/pki/a\nb')).not.toHaveProperty('sha256');
    expect(facts.unseen).toEqual([]);
  });

  test('of which sha256sum tells no digest are named', () => {
    host.program('sha256sum', undefined);
    expect(wordsOf(host.look())).toEqual({ digests: expect.stringContaining('sha256sum') });
    host.program('sha256sum', '/usr/bin/sha256sum "$1" -- "${@:3}"');
    expect(wordsOf(host.look())).toEqual({ digests: expect.any(String) });
  });

  test('of which the contents cannot be read are named', () => {
    host.program('stat', undefined);
    expect(wordsOf(host.look())['files']).toContain(STATE_FILE);
  });

  test.each(['od'])('a log that %s does not read is unseen', (program) => {
    host.program(program, 'echo "Input/output error" >&2; exit 1');
    expect(wordsOf(host.look())).toEqual({ 'data-dir': expect.stringContaining('Input/output error') });
  });

  test('are complete whatever else lies below /etc/kubernetes', () => {
    for (let n = 0; n < 2000; n += 1) host.file(`/etc/kubernetes/backup-${n % 40}/${n}.crt`);
    host.file('/etc/systemd/system/kubelet.service.d/20-etcd-service-manager.conf');
    const facts = host.look();
    expect(facts.files.has('/etc/systemd/system/kubelet.service.d/20-etcd-service-manager.conf')).toBe(true);
    expect([...facts.files.keys()].some((path) => path.includes('backup'))).toBe(false);
    expect(facts.unseen).toEqual([]);
  });

  test('that are too many to be listed are unseen', () => {
    host.program('find', 'yes "$(printf %4000d 1)"');
    expect(wordsOf(host.look())['files']).toContain('too long');
  });

  test('with a line break in the name are reported as they are', () => {
    host.file('/etc/kubernetes/pki/a\nb');
    expect(host.look().files.get('/etc/kubernetes/pki/a\nb')).toMatchObject({
      sha256: digestOf('/etc/kubernetes/pki/a\nb'),
    });
  });
});

describe('other programs', () => {
  test.each<[string, string | undefined, object]>([
    ['systemctl', undefined, { kubelet: expect.stringContaining('command not found') }],
    [
      'systemctl',
      'echo "Failed to connect to bus" >&2; exit 1',
      { kubelet: expect.stringContaining('Failed to connect to bus') },
    ],
    ['systemctl', 'true', { kubelet: expect.stringContaining('did not report the state') }],
    [
      'systemctl',
      'echo LoadState=loaded; echo ActiveState=active; echo SubState=running',
      { kubelet: expect.any(String) },
    ],
    ['kubeadm', 'true', { kubeadm: 'kubeadm version: it named no version' }],
    ['kubeadm', 'echo oops; exit 3', { kubeadm: 'kubeadm version: it ended with exit code 3: oops' }],
    [
      'kubeadm',
      `case $1 in version) echo v1.34.4 ;; *) echo 'nodeRegistration.name: Invalid value: "node_underscore"' >&2; exit 1 ;; esac`,
      { kubeadm: expect.stringContaining('node_underscore') },
    ],
    ['ip', 'exit 1', {}],
  ])('%s that does %s', (name, body, words) => {
    host.program(name, body);
    expect(wordsOf(host.look())).toEqual(words);
  });

  test('addresses are unseen where nothing tells them', () => {
    host.program('ip', 'exit 1');
    host.program('hostname', 'echo "hostname: invalid option -- I" >&2; exit 1');
    expect(wordsOf(host.look())).toEqual({ addresses: expect.stringContaining('invalid option') });
  });

  test('a kubeadm that is not installed is no kubeadm that could not be seen', () => {
    host.program('kubeadm', undefined);
    expect(host.look()).toMatchObject({ unseen: [] });
    expect(host.look()).not.toHaveProperty('kubeadmPath');
  });

  test("kubeadm's version is found among the lines of a wrapper", () => {
    host.program(
      'kubeadm',
      `echo 'WARNING: this host is managed, v1 of it'
      case $* in
        'version -o short') echo v1.34.4 ;;
        'config images list --kubernetes-version v1.34.4') echo registry.k8s.io/etcd:3.6.5-0 ;;
      esac`,
    );
    expect(host.look()).toMatchObject({
      kubeadmVersion: { text: 'v1.34.4' },
      etcdImage: 'registry.k8s.io/etcd:3.6.5-0',
      unseen: [],
    });
  });

  test.each([
    ['enabled', true],
    ['enabled-runtime', false],
    ['static', true],
    ['alias', true],
    ['indirect', true],
    ['generated', true],
    ['linked', false],
    ['disabled', false],
    ['transient', false],
  ])('a unit file that is %s: starts at boot: %s', (state, enabled) => {
    host.program(
      'systemctl',
      `printf '%s\\n' LoadState=loaded ActiveState=active SubState=running UnitFileState=${state}`,
    );
    expect(host.look().kubelet).toMatchObject({ enabled });
  });

  test.each(['masked', 'not-found', 'error', 'bad-setting'])(
    'a unit that is %s is reported as such',
    (state) => {
      host.program(
        'systemctl',
        `printf '%s\\n' LoadState=${state} ActiveState=inactive SubState=dead UnitFileState=`,
      );
      expect(host.look()).toMatchObject({ kubelet: { installed: false, loadState: state }, unseen: [] });
    },
  );

  test('the ports are those of the kernel where ss fails', () => {
    host.program('ss', 'echo "Cannot open netlink socket" >&2; exit 1');
    const line = (port: string, state: string): string =>
      `   0: 00000000:${port} 00000000:0000 ${state} 00000000:00000000 00:00000000 00000000     0        0 12 1\n`;
    const heading =
      '  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode\n';
    host.file('/proc/net/tcp', `${heading}${line('0016', '0A')}${line('094C', '01')}`);
    host.file(
      '/proc/net/tcp6',
      `${heading}   1: 00000000000000000000000000000000:094B 00000000000000000000000000000000:0000 0A 0:0 00:0 0 0 0 1 1\n`,
    );
    expect(host.look()).toMatchObject({
      listeners: new Map([
        [22, 'unknown'],
        [2379, 'unknown'],
      ]),
      unseen: [],
    });
    rmSync(host.path('/proc/net/tcp'));
    expect(wordsOf(host.look())).toEqual({ listeners: expect.any(String) });
  });
});

/** Reports whether a stand-in that sleeps for this many seconds still runs. */
function leftSleeping(seconds: number): boolean {
  const { stdout } = spawnSync('pgrep', ['-f', `sleep ${seconds}`], { encoding: 'utf8' });
  return stdout !== '';
}
