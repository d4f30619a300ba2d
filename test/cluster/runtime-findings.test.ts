import { describe, expect, test } from '@jest/globals';
import { essentialFindings } from '../../src/cluster/prerequisites.ts';
import type { DisabledPlugins, PluginsOff, RuntimeDiscovery } from '../../src/facts/host.ts';
import type { Finding } from '../../src/findings.ts';
import { blind, pristine, refusals, withHost } from '../operations/deploy/deciding.ts';
import { finishedCluster, pristineHost } from './example.ts';
import { clusterFacts } from './example-health.ts';

const MEMBER = { name: 'infra0', address: '10.0.0.6' };
const SOCKET = '/run/containerd/containerd.sock';
const CRIO = 'unix:///run/crio/crio.sock';
const NO_CRI = 'rpc error: code = Unimplemented desc = unknown service runtime.v1.RuntimeService';
const CONFIG = '/etc/containerd/config.toml';

function only(runtime: RuntimeDiscovery): Finding {
  const [finding, ...others] = essentialFindings({ ...MEMBER, facts: pristineHost(MEMBER, { runtime }) });
  if (finding === undefined) throw new Error('nothing was found');
  expect(others).toEqual([]);
  return finding;
}

function withoutCri(pluginsOff?: PluginsOff): RuntimeDiscovery {
  const off = pluginsOff === undefined ? {} : { pluginsOff };
  return { sockets: [SOCKET], asked: `unix://${SOCKET}`, problem: NO_CRI, ...off };
}

function entry(plugins: string[], lines: [number, number], path = CONFIG): DisabledPlugins {
  return { path, firstLine: lines[0], lastLine: lines[1], plugins };
}

const off = (...entries: DisabledPlugins[]): PluginsOff => ({ config: CONFIG, unreadable: [], entries });

describe('a runtime that did not tell its cgroup driver', () => {
  test.each([
    ['dial unix /run/containerd/containerd.sock: connect: connection refused', /stopped/, /systemctl enable/],
    ['rpc error: code = DeadlineExceeded desc = context deadline exceeded', /overloaded/, /crictl info/],
    [
      'code = Unimplemented desc = unknown method RuntimeConfig for service runtime.v1.RuntimeService',
      /CRI-O before 1\.28/,
      /newer release/,
    ],
    ['load config file: stat /etc/nowhere: is a directory', undefined, /crictl info/],
    ['', undefined, /crictl info/],
  ])('said "%s"', (problem, cause, fix) => {
    const found = only({ sockets: [SOCKET], asked: `unix://${SOCKET}`, problem });
    expect(found.fact).toContain(`unix://${SOCKET} did not report its cgroup driver`);
    expect(found.fact).toContain(problem === '' ? '(no answer)' : problem);
    if (cause === undefined) expect(found.cause).toBeUndefined();
    else expect(found.cause).toMatch(cause);
    expect(found.fix).toMatch(fix);
    expect(found.fix).not.toContain('disabled_plugins');
  });
});

describe('a containerd without its CRI', () => {
  test("as Docker's package configures it: the file, the line, what it is to be, and the command", () => {
    const found = only(withoutCri(off(entry(['cri'], [15, 15]))));
    expect(found.fact).toBe(
      'containerd runs without its CRI plugin, which kubelet needs: line 15 of /etc/containerd/config.toml disables it.',
    );
    expect(found.fix).toBe(
      'Make line 15 of /etc/containerd/config.toml `disabled_plugins = []`. Then run `systemctl restart containerd` on the host, and run again: `crictl info` shows whether it answers.',
    );
  });

  test.each([
    [['io.containerd.grpc.v1.cri'], 'disabled_plugins = []'],
    [
      ['io.containerd.cri.v1.images', 'io.containerd.snapshotter.v1.btrfs', 'io.containerd.cri.v1.runtime'],
      'disabled_plugins = ["io.containerd.snapshotter.v1.btrfs"]',
    ],
  ])('by the id of the plugin, whose others stay off: %j', (plugins, wanted) => {
    const { fact, fix } = only(withoutCri(off(entry(plugins, [2, 6]))));
    expect(fact).toContain('lines 2 to 6 of /etc/containerd/config.toml disable it.');
    expect(fix).toContain(`Make lines 2 to 6 of /etc/containerd/config.toml \`${wanted}\`.`);
  });

  test('in several files: each is named', () => {
    const more = '/etc/containerd/conf.d/off.toml';
    const { fact, fix } = only(
      withoutCri(
        off(entry(['cri'], [15, 15]), entry(['btrfs'], [1, 1], '/x.toml'), entry(['cri'], [3, 3], more)),
      ),
    );
    expect(fact).toContain(`line 15 of ${CONFIG} and line 3 of ${more} disable it.`);
    expect(fix).toContain(`Make line 3 of ${more} \`disabled_plugins = []\`.`);
    expect(fix).not.toContain('/x.toml');
  });

  test('an entry that is too long for a message', () => {
    const many = Array.from({ length: 40 }, (_, index) => `io.containerd.x.v1.number-${index}`);
    const { fix } = only(withoutCri(off(entry(['cri', ...many], [2, 44]))));
    expect(fix).toContain('Remove every plugin with "cri" in its name from lines 2 to 44');
    expect(fix?.length).toBeLessThan(400);
  });

  test.each<[string, PluginsOff | undefined, RegExp, RegExp]>([
    ['nothing switches it off', off(entry(['btrfs'], [1, 1])), /did not load/, /ctr plugins ls/],
    ['nothing is known of it', undefined, /did not load/, /ctr plugins ls/],
    [
      'its file cannot be read',
      { config: CONFIG, unreadable: [CONFIG], entries: [] },
      /config\.toml could not be read/,
      /disabled_plugins/,
    ],
  ])('%s', (_, pluginsOff, cause, fix) => {
    const found = only(withoutCri(pluginsOff));
    expect(found.fact).toContain(NO_CRI);
    expect(found.cause).toMatch(cause);
    expect(found.fix).toMatch(fix);
    expect(found.fix).toContain('systemctl restart containerd');
  });

  test.each([
    ['a new host', pristine(), {}],
    ['a member', finishedCluster(), { cluster: clusterFacts() }],
  ] as const)(
    'is one finding of %s, though it shows neither containers nor images',
    (_, facts, circumstances) => {
      const found = refusals(
        withHost(facts, 1, (host) => ({
          ...blind(host, 'containers', 'images', 'runtime'),
          runtime: withoutCri(off(entry(['cri'], [15, 15]))),
        })),
        circumstances,
      );
      expect(found).toEqual([
        expect.objectContaining({ host: 'infra1', fact: expect.stringContaining('line 15 of') }),
      ]);
    },
  );
});

describe('/etc/crictl.yaml', () => {
  test('that names a runtime that is not there: the only other one is not taken in its place', () => {
    const found = only({ sockets: [SOCKET], absent: CRIO });
    expect(found.fact).toBe(
      `/etc/crictl.yaml names ${CRIO} as the container runtime, but there is no such socket. There is ${SOCKET}.`,
    );
    expect(only({ sockets: [], absent: CRIO }).fact).toContain('No other runtime has one either.');
  });

  test('that names one of several: the message of that one is reported', () => {
    const found = only({
      sockets: [SOCKET, '/run/crio/crio.sock'],
      asked: CRIO,
      problem: 'connection refused',
    });
    expect(found.fact).toContain(`the container runtime at ${CRIO} did not report its cgroup driver`);
  });

  test('missing, with several runtimes', () => {
    expect(only({ sockets: [SOCKET, '/run/crio/crio.sock'] }).fact).toContain(
      'there are several container runtimes',
    );
  });
});
