import { describe, expect, test } from '@jest/globals';
import type { HostFacts } from '../../../src/facts/host.ts';
import { etcdArguments } from '../../../src/kubeadm/kubeadm-config.ts';
import { ETCD_MANIFEST, KUBEADM_CONFIG } from '../../../src/kubeadm/paths.ts';
import { clusterFacts } from '../../cluster/example-health.ts';
import {
  fileFact,
  finishedCluster,
  IMAGE,
  manifestFact,
  MEMBERS,
  ownHost,
  SHAPE,
} from '../../cluster/example.ts';
import {
  type Circumstances,
  decide,
  ETCD_OFF,
  refusalLines,
  refusals,
  stepsLike,
  withFile,
  withHost,
  withoutFile,
} from './deciding.ts';

const EVIL = 'registry.evil.example/x/etcd:3.6.5-0';
const MIRROR = 'mirror.example/k8s/etcd:3.6.5-0';

/** Removes the manifest and everything of its pod. */
function gone(facts: readonly HostFacts[], ...indexes: readonly number[]): HostFacts[] {
  return indexes.reduce(
    (hosts, index) =>
      withHost(withoutFile(hosts, index, ETCD_MANIFEST), index, { ...ETCD_OFF, containers: [] }),
    [...facts],
  );
}

/** Lets these hosts run another image than the rest. */
function running(facts: readonly HostFacts[], image: string, ...indexes: readonly number[]): HostFacts[] {
  return indexes.reduce(
    (hosts, index) => {
      const member = MEMBERS[index] ?? { name: '', address: '' };
      return withFile(hosts, index, manifestFact(etcdArguments(SHAPE, member), { ...SHAPE, image }));
    },
    [...facts],
  );
}

function kubeadm(facts: readonly HostFacts[], text: string, etcdImage: string): HostFacts[] {
  const [major = 0, minor = 0, patch = 0] = text.slice(1).split('.').map(Number);
  return facts.map((host) => ({ ...host, kubeadmVersion: { major, minor, patch, text }, etcdImage }));
}

/** A finished cluster whose kubeadm configurations name this image. */
function configured(image: {
  readonly imageRepository?: string;
  readonly etcdImageTag?: string;
}): HostFacts[] {
  return MEMBERS.map((member, index) =>
    ownHost(member, 'finished', { keepsKey: index === 0, shape: { ...SHAPE, ...image } }),
  );
}

function rendered(facts: readonly HostFacts[], circumstances: Circumstances = {}): string[] {
  return stepsLike(decide(facts, circumstances), 'render-manifest').map(
    ({ host, image }) => `${host} ${image}`,
  );
}

function all(image: string): string[] {
  return MEMBERS.map(({ name }) => `${name} ${image}`);
}

describe('the image of a member whose manifest is gone is that which its own host names', () => {
  test.each(['3.6.9-0', '3.5.15-0'])('in its kubeadm configuration (%s)', (etcdImageTag) => {
    const facts = gone(configured({ etcdImageTag }), 0, 1, 2);
    expect(rendered(facts)).toEqual(all(`registry.k8s.io/etcd:${etcdImageTag}`));
  });

  test('with its repository', () => {
    const facts = gone(
      configured({ imageRepository: 'mirror.example/k8s', etcdImageTag: '3.6.9-0' }),
      0,
      1,
      2,
    );
    expect(rendered(facts)).toEqual(all('mirror.example/k8s/etcd:3.6.9-0'));
    expect(rendered(gone(configured({ imageRepository: 'mirror.example/k8s' }), 0, 1, 2))).toEqual(
      all(MIRROR),
    );
  });

  test('by the container that ran last', () => {
    const facts = kubeadm(gone(finishedCluster(), 0, 1, 2), 'v1.35.0', 'registry.k8s.io/etcd:3.7.0-0');
    const left = facts.map((host) => ({
      ...host,
      containers: [
        { id: 'a', running: false, image: `sha256:${'e7'.repeat(32)}`, attempt: 2 },
        { id: 'b', running: false, image: 'registry.k8s.io/etcd:3.6.7-0', attempt: 1 },
      ],
    }));
    expect(rendered(left)).toEqual(all('registry.k8s.io/etcd:3.6.7-0'));
  });

  test('an older one among the inputs is refused, as with a manifest', () => {
    const facts = gone(configured({ etcdImageTag: '3.6.9-0' }), 0, 1, 2);
    expect(refusalLines(facts, { settings: { etcdImageTag: '3.6.5-0' } })).toContainEqual(
      expect.stringMatching(
        /^infra0 etcd-image-tag: it runs etcd 3\.6\.9, but the inputs name the older 3\.6\.5/,
      ),
    );
    expect(rendered(facts, { settings: { etcdImageTag: '3.6.10-0' } })).toEqual(
      all('registry.k8s.io/etcd:3.6.10-0'),
    );
  });

  test('a configuration that cannot be read says nothing', () => {
    const broken = fileFact(KUBEADM_CONFIG, '{');
    const facts = [0, 1, 2].reduce((hosts, index) => withFile(hosts, index, broken), finishedCluster());
    expect(rendered(gone(facts, 0, 1, 2))).toEqual(all(IMAGE));
  });
});

describe('where its own host does not tell', () => {
  const upgraded = (facts: readonly HostFacts[]): HostFacts[] =>
    kubeadm(facts, 'v1.35.0', 'registry.k8s.io/etcd:3.7.0-0');

  test.each([
    ['v1.34.9', 'registry.k8s.io/etcd:3.6.6-0', true],
    ['v1.34.4', IMAGE, true],
    ['v1.34.1', 'registry.k8s.io/etcd:3.6.4-0', false],
    ['v1.33.9', 'registry.k8s.io/etcd:3.5.21-0', false],
    ['v1.35.0', 'registry.k8s.io/etcd:3.7.0-0', false],
  ])("kubeadm's own is taken where that is no older release: %s ships %s: %s", (version, image, taken) => {
    const facts = kubeadm(gone(finishedCluster(), 0, 1, 2), version, image);
    if (taken) expect(rendered(facts)).toEqual(all(image));
    else expect(refusalLines(facts)).toHaveLength(3);
  });

  const down = { cluster: clusterFacts({ down: ['infra0'] }) };

  test('the one that a majority of the others runs is taken from a registry that is known', () => {
    expect(rendered(gone(upgraded(finishedCluster()), 0), down)).toEqual([`infra0 ${IMAGE}`]);
    const mirrored = gone(upgraded(running(finishedCluster(), MIRROR, 1, 2)), 0);
    const settings = { imageRepository: 'mirror.example/k8s' };
    expect(rendered(mirrored, { ...down, settings })).toContain(`infra0 ${MIRROR}`);
  });

  test('from no other, whichever host runs it', () => {
    const found = refusals(gone(upgraded(running(finishedCluster(), EVIL, 1, 2)), 0), down);
    expect(found).toEqual([
      expect.objectContaining({
        host: 'infra0',
        at: 'etcd-image-tag',
        fact: expect.stringContaining(`the other members run ${EVIL}, whose registry is neither`),
        fix: expect.stringContaining('`image-repository` and `etcd-image-tag`'),
      }),
    ]);
  });

  test('one host alone is not believed', () => {
    for (const [facts, names] of [
      [gone(upgraded(running(finishedCluster(), 'registry.k8s.io/etcd:3.6.4-0', 1)), 0), ['infra0']],
      [gone(upgraded(finishedCluster()), 0, 2), ['infra0', 'infra2']],
    ] as const) {
      expect(refusalLines(facts, { cluster: clusterFacts({ down: names }) })).toContainEqual(
        expect.stringMatching(/^infra0 etcd-image-tag: .*too few of the other members agree on one/),
      );
    }
  });
});

// Of two members the other one is a majority by itself.
test('in a cluster of two the other host alone is not believed either', () => {
  const members = MEMBERS.slice(0, 2);
  const two = members.map((member) => ownHost(member, 'finished', { shape: { ...SHAPE, members } }));
  const facts = kubeadm(
    gone(withoutFile(running(two, 'registry.k8s.io/etcd:3.6.1-0', 1), 0, KUBEADM_CONFIG), 0),
    'v1.35.0',
    'registry.k8s.io/etcd:3.6.6-0',
  );
  const settings = { hosts: members.map(({ address }) => ({ address })) };
  expect(refusalLines(facts, { settings })).toContainEqual(
    expect.stringMatching(/^infra0 etcd-image-tag: .*too few of the other members agree on one/),
  );
});

// The manifest of one host must not decide what runs as root on another, beside its keys.
test.each([
  [1, 0],
  [0, 1],
])('the image of infra%d never gets on infra%d', (hostile, lost) => {
  const facts = gone(running(finishedCluster(), EVIL, hostile), lost);
  const plan = decide(facts, { cluster: clusterFacts({ down: [`infra${lost}`] }) });
  const named = stepsLike(plan, 'render-manifest').filter(({ host }) => host === `infra${lost}`);
  expect(named.map(({ image }) => image)).toEqual([IMAGE]);
  expect(stepsLike(plan, 'pull-image').map(({ host }) => host)).not.toContain(`infra${lost}`);
});

test('a set-up that was cut off goes on with the image that its data was begun with', () => {
  const facts = gone(
    MEMBERS.map((member, index) =>
      ownHost(member, 'started', { keepsKey: index === 0, shape: { ...SHAPE, etcdImageTag: '3.6.9-0' } }),
    ),
    0,
    1,
    2,
  );
  expect(rendered(facts)).toEqual(all('registry.k8s.io/etcd:3.6.9-0'));
});

// The manifest contained the ports with which a member was founded; without it kubeadm's configuration on the host
// still does.
describe('members whose manifests are all gone do not start with other values than their data was begun with', () => {
  test.each([
    [{ peerPort: 3380 }, 'peer-port'],
    [{ clientPort: 3379 }, 'client-port'],
  ])('%j', (settings, at) => {
    const lines = refusalLines(gone(finishedCluster(), 0, 1, 2), { settings });
    expect(lines).toHaveLength(3);
    for (const line of lines) expect(line).toContain(`${at}: its member was set up with other values`);
  });

  test('in a set-up that was cut off', () => {
    const started = MEMBERS.map((member, index) => ownHost(member, 'started', { keepsKey: index === 0 }));
    expect(refusalLines(gone(started, 0, 1, 2), { settings: { peerPort: 3380 } })).toContainEqual(
      expect.stringMatching(/^infra0 hosts: its etcd has already written data with other values/),
    );
    expect(decide(gone(started, 0, 1, 2)).verdict.name).toBe('repair');
  });
});
