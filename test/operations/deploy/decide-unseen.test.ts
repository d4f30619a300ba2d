import { describe, expect, test } from '@jest/globals';
import type { HostFacts } from '../../../src/facts/host.ts';
import {
  CA_CERTIFICATE,
  ETCD_MANIFEST,
  KUBEADM_CONFIG,
  KUBELET_CONFIG,
  KUBELET_DROP_IN,
  leafPath,
} from '../../../src/kubeadm/paths.ts';
import { clusterFacts } from '../../cluster/example-health.ts';
import { finishedCluster, guideCluster, MEMBERS } from '../../cluster/example.ts';
import {
  blind,
  type Circumstances,
  decide,
  ETCD_OFF,
  KUBELET_OFF,
  pristine,
  refusalLines,
  refusals,
  stepsLike,
  withHost,
} from './deciding.ts';

const healthy = { cluster: clusterFacts() };
const HEARTBEAT = { extraArgs: [{ name: 'heartbeat-interval', value: '200' }] };

const ALWAYS = ['containers', 'kubelet', 'kubeadm', 'files', 'digests', 'data-dir'] as const;

describe.each<[string, HostFacts[], Circumstances]>([
  ['new hosts', pristine(), {}],
  ['a finished cluster', finishedCluster(), healthy],
  ['a cluster to change', finishedCluster(), { ...healthy, settings: HEARTBEAT }],
  ['a cluster that was made by hand', guideCluster(), healthy],
])('of %s', (_, facts, circumstances) => {
  test.each(ALWAYS)('no verdict without %s', (what) => {
    const found = refusals(
      withHost(facts, 1, (host) => blind(host, what)),
      circumstances,
    );
    expect(found).toEqual([
      expect.objectContaining({
        host: 'infra1',
        at: 'probe',
        fact: expect.stringContaining(`\`look at ${what}\` gave no usable answer`),
      }),
    ]);
    expect(found[0]?.fact).toContain('DeadlineExceeded');
    expect(found[0]?.fix).toContain(`Run \`look at ${what}\``);
    expect(found[0]?.fix).not.toMatch(/remove|delete|rm /i);
  });

  test('no verdict without runtime', () => {
    const found = refusals(
      withHost(facts, 1, (host) => blind(host, 'runtime')),
      circumstances,
    );
    expect(found).toHaveLength(1);
    expect(found[0]).toMatchObject({ host: 'infra1', fact: expect.stringContaining('DeadlineExceeded') });
  });

  // crictl that warns on a host without /etc/crictl.yaml, on all hosts alike.
  test('nor where no host shows its containers', () => {
    const hosts = refusals(
      facts.map((host) => blind(host, 'containers', 'images')),
      circumstances,
    ).map(({ host }) => host);
    expect(new Set(hosts)).toEqual(new Set(MEMBERS.map(({ name }) => name)));
  });
});

test('what says nothing is reported as that', () => {
  const facts = withHost(finishedCluster(), 0, {
    unseen: [{ what: 'kubelet', program: 'systemctl show kubelet', words: '' }],
  });
  expect(refusalLines(facts, healthy)).toEqual([
    'infra0 probe: `systemctl show kubelet` gave no usable answer, so it is unknown whether its kubelet runs: it said nothing.',
  ]);
});

test('a missing program is reported as missing, and not as silent', () => {
  const facts = withHost(finishedCluster(), 0, (host) => blind(host, 'containers', 'images', 'runtime'));
  for (const host of facts.slice(0, 1)) Reflect.deleteProperty(host, 'crictlPath');
  expect(refusalLines(facts, healthy)).toEqual([
    expect.stringMatching(/^infra0 prerequisites: crictl is not installed/),
  ]);
});

describe('images', () => {
  const unseen = (facts: readonly HostFacts[]): HostFacts[] =>
    withHost(facts, 1, (host) => blind(host, 'images'));

  test('are needed where one would be pulled', () => {
    for (const [facts, circumstances] of [
      [pristine(), {}],
      [finishedCluster(), { ...healthy, settings: HEARTBEAT }],
      [withHost(finishedCluster(), 1, ETCD_OFF), { cluster: clusterFacts({ down: ['infra1'] }) }],
    ] as const) {
      expect(refusalLines(unseen(facts), circumstances)).toEqual([
        expect.stringMatching(
          /^infra1 probe: `look at images` .* unknown whether the image of etcd is there/,
        ),
      ]);
    }
  });

  test('and nowhere else', () => {
    expect(decide(unseen(finishedCluster()), healthy).verdict.name).toBe('unchanged');
    expect(stepsLike(decide(unseen(guideCluster()), healthy), 'pull-image')).toEqual([]);
  });
});

test.each(['addresses', 'listeners', 'reach'] as const)('%s: a new member is not begun without', (what) => {
  expect(refusalLines(withHost(pristine(), 1, (host) => blind(host, what)))).toContainEqual(
    expect.stringMatching(`^infra1 probe: \`look at ${what}\` gave no usable answer`),
  );
  expect(
    decide(
      withHost(finishedCluster(), 1, (host) => blind(host, what)),
      healthy,
    ).verdict.name,
  ).toBe('unchanged');
});

test('a member that seems to be down is not started while its ports could not be seen', () => {
  const facts = withHost(finishedCluster(), 1, (host) => blind({ ...host, ...ETCD_OFF }, 'listeners'));
  expect(refusalLines(facts, { cluster: clusterFacts({ down: ['infra1'] }) })).toEqual([
    expect.stringMatching(/^infra1 probe: `look at listeners`/),
  ]);
});

describe('a file that is there and was not read is neither missing nor another one', () => {
  test.each([
    CA_CERTIFICATE,
    ETCD_MANIFEST,
    KUBEADM_CONFIG,
    KUBELET_CONFIG,
    KUBELET_DROP_IN,
    leafPath('server', 'certificate'),
  ])('%s', (path) => {
    for (const missing of ['text', 'sha256'] as const) {
      const facts = finishedCluster();
      Reflect.deleteProperty(facts[1]?.files.get(path) ?? {}, missing);
      expect(refusalLines(facts, healthy)).toEqual([
        expect.stringMatching(`^infra1 probe: ${path} is there .* could not be read\\.$`),
      ]);
    }
  });
});

describe('sources that contradict each other', () => {
  const none: Partial<HostFacts> = { containers: [] };

  test('no container, and the member answers', () => {
    const silent = finishedCluster().map((host) => ({ ...host, ...none, listeners: new Map() }));
    expect(refusalLines(silent, { ...healthy, settings: HEARTBEAT })).toEqual(
      MEMBERS.map(
        ({ name, address }) =>
          `${name} host: \`crictl ps\` shows no running etcd container, but a member answers at https://${address}:2379.`,
      ),
    );
  });

  test('no container, and something listens on the client port', () => {
    const silent = withHost(finishedCluster(), 0, none);
    const cluster = clusterFacts({ down: ['infra0'] });
    expect(refusalLines(silent, { cluster, settings: HEARTBEAT })).toEqual([
      'infra0 host: `crictl ps` shows no running etcd container, but "etcd" listens on its client port, 2379.',
    ]);
    // None could be asked: only the listeners contradict the container runtime.
    expect(refusalLines(finishedCluster().map((host) => ({ ...host, ...none })))).toHaveLength(3);
  });

  test('of a cluster that was made by hand: no advice to clear its hosts', () => {
    const found = refusals(guideCluster().map((host) => ({ ...host, ...none })));
    expect(found).toHaveLength(3);
    for (const { fix } of found) expect(fix).toMatch(/^Run `ss /);
  });

  test('another client port is no contradiction, nor is a container that has ended', () => {
    const facts = withHost(finishedCluster(), 1, {
      ...ETCD_OFF,
      listeners: new Map([[2381, 'node_exporter']]),
    });
    expect(decide(facts, { cluster: clusterFacts({ down: ['infra1'] }) }).verdict.name).toBe('repair');
  });
});

test('a switched-off cluster is started', () => {
  const off = finishedCluster().map((host) => ({ ...host, ...KUBELET_OFF, ...ETCD_OFF }));
  const cluster = clusterFacts({ down: ['infra0', 'infra1', 'infra2'] });
  expect(decide(off).verdict.name).toBe('repair');
  expect(decide(off, { cluster }).verdict.name).toBe('repair');
});
