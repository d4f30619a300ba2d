import { describe, expect, test } from '@jest/globals';
import type { HostFacts } from '../../../src/facts/host.ts';
import {
  CA_CERTIFICATE,
  ETCD_MANIFEST,
  GUIDE_KUBELET_CONFIG,
  KUBEADM_CONFIG,
  KUBELET_CONFIG,
  KUBELET_DROP_IN,
  leafPath,
} from '../../../src/kubeadm/paths.ts';
import { type EtcdArgument, etcdArguments } from '../../../src/kubeadm/kubeadm-config.ts';
import { clusterFacts, type ClusterState } from '../../cluster/example-health.ts';
import {
  exampleSettings,
  fileFact,
  finishedCluster,
  guideCluster,
  manifestFact,
  MEMBERS,
  otherCa,
  ownHost,
  pristineHost,
  SHAPE,
  unmanagedHost,
  withFiles,
} from '../../cluster/example.ts';
import {
  type Circumstances,
  decide,
  ETCD_OFF,
  KUBELET_OFF,
  outline,
  refusalLines,
  refusals,
  stepsLike,
  stepsOf,
  withFile,
  withHost,
  withoutFile,
} from './deciding.ts';

const healthy = { cluster: clusterFacts() };

function first<T>(list: readonly T[]): T {
  const [one] = list;
  if (one === undefined) throw new Error('the example has hosts');
  return one;
}

/** The guide's cluster with another manifest on infra1. */
function withFlags(change: (flags: EtcdArgument[]) => EtcdArgument[], image?: string): HostFacts[] {
  const member = MEMBERS[1] ?? { name: '', address: '' };
  const flags = change(etcdArguments(SHAPE, member).filter(({ name }) => name !== 'initial-cluster-token'));
  return withFile(guideCluster(), 1, manifestFact(flags, { ...SHAPE, ...(image && { image }) }));
}

describe("the guide's cluster is taken over", () => {
  const plan = decide(guideCluster(), healthy);

  test('as it is: with its CA, the token that etcd had by itself, and no certificate issued', () => {
    expect(plan).toMatchObject({
      verdict: { name: 'adopt' },
      warnings: [],
      cluster: {
        authority: { from: 'certificate-only' },
        keyKeeper: 'infra0',
        issue: new Map(),
        shape: { token: 'etcd-cluster' },
      },
    });
  });

  test('without a restart of any member', () => {
    const kinds = new Set(stepsOf(plan).map(({ kind }) => kind));
    expect([...kinds].toSorted()).toEqual(['deliver-files', 'record-member', 'start-kubelet']);
  });

  test("with the action's kubelet configuration, one host at a time behind its own health", () => {
    expect(outline(plan)).toEqual([
      MEMBERS.map(({ name }) => `deliver-files ${name}`).toSorted(byLeaderLast),
      ...['infra1', 'infra2', 'infra0'].map((name) => [`deliver-files ${name}`, `start-kubelet ${name}`]),
      MEMBERS.map(({ name }) => `record-member ${name}`),
    ]);
    const paths = stepsLike(plan, 'deliver-files').flatMap(({ files }) => files.map(({ path }) => path));
    expect(new Set(paths)).toEqual(new Set([KUBEADM_CONFIG, KUBELET_CONFIG, KUBELET_DROP_IN]));
  });

  test('the token of a cluster that has one of its own stays', () => {
    const facts = MEMBERS.map((member, index) => {
      const host = unmanagedHost(member, { keepsKey: index === 0 });
      return first(withFile([host], 0, manifestFact(etcdArguments(SHAPE, member), SHAPE)));
    });
    expect(decide(facts, healthy).cluster?.shape.token).toBe(SHAPE.token);
  });

  test('what a take-over that was cut off has recorded already is left alone', () => {
    const shape = { ...SHAPE, token: 'etcd-cluster' };
    const done = ownHost(first(MEMBERS), 'finished', { keepsKey: true, shape });
    const half = decide([done, ...guideCluster().slice(1)], healthy);
    expect(half.verdict.name).toBe('adopt');
    expect(new Set(stepsOf(half).map(({ host }) => host))).toEqual(new Set(['infra1', 'infra2']));
  });

  test('modes that are not as kubeadm makes them, and a leaf that ends soon, are made good', () => {
    const key = guideCluster()[1]?.files.get(leafPath('peer', 'key'));
    const facts = withFile(guideCluster(), 1, {
      ...fileFact(leafPath('peer', 'key'), ''),
      ...key,
      mode: '644',
    });
    expect(stepsLike(decide(facts, healthy), 'set-modes')).toMatchObject([{ host: 'infra1' }]);
    const late = decide(guideCluster(), { ...healthy, now: new Date('2027-02-20T00:00:00Z') });
    expect(late.verdict.name).toBe('adopt');
    expect(late.cluster?.issue.size).toBe(3);
    expect(stepsLike(late, 'restart-member')).toEqual([]);
  });

  test('a kubelet that is stopped or not enabled is started', () => {
    const adopt = decide(withHost(guideCluster(), 1, KUBELET_OFF), healthy);
    expect(adopt.verdict.name).toBe('adopt');
    expect(stepsLike(adopt, 'start-kubelet').filter(({ host }) => host === 'infra1')).toHaveLength(1);
  });
});

function byLeaderLast(one: string, other: string): number {
  return Number(one.includes('infra0')) - Number(other.includes('infra0'));
}

describe('a cluster that is not healthy as a whole is not taken over', () => {
  test.each<[string, ClusterState | undefined, RegExp]>([
    ['that cannot be asked', undefined, /no member answered/],
    ['with a member down', { down: ['infra1'] }, /infra1: connection refused/],
    ['with an alarm', { alarm: 'infra1' }, /Alarm NOSPACE/],
    ['without a leader', { leader: null }, /know of no leader/],
  ])('%s', (_, state, fact) => {
    const circumstances = state === undefined ? {} : { cluster: clusterFacts(state) };
    expect(refusalLines(guideCluster(), circumstances)).toEqual([expect.stringMatching(fact)]);
  });

  test.each<[string, ClusterState]>([
    ['with a member that is not listed', { stranger: true }],
    ['that lacks one', { missing: ['infra2'] }],
  ])('%s', (_, state) => {
    expect(refusalLines(guideCluster(), { cluster: clusterFacts(state) })).not.toEqual([]);
  });

  test('one whose etcd does not run is no member that could be taken over', () => {
    const facts = withHost(guideCluster(), 2, ETCD_OFF);
    expect(refusalLines(facts, { cluster: clusterFacts({ down: ['infra2'] }) })).toEqual([
      expect.stringMatching(/^infra2 host: it holds an etcd that this action did not set up/),
    ]);
  });

  test('nor is one that was half set up', () => {
    const facts = [...guideCluster().slice(0, 2), pristineHost({ name: 'infra2', address: '10.0.0.8' })];
    expect(refusalLines(facts, { cluster: clusterFacts({ down: ['infra2'] }) })).toEqual([
      expect.stringMatching(/^infra2 host: it is empty, while infra0, infra1 hold a member's data\./),
    ]);
  });
});

describe('a necessary restart, or a loss, is reported before any change', () => {
  const lines = (facts: readonly HostFacts[], circumstances: Circumstances = {}): string[] =>
    refusalLines(facts, { ...healthy, ...circumstances });

  test('a flag of theirs, with the input that keeps it', () => {
    const facts = withFlags((flags) => [...flags, { name: 'heartbeat-interval', value: '200' }]);
    expect(lines(facts)).toEqual([
      'infra1 adopt: its member differs from the inputs: etcd: --heartbeat-interval is set, but not in the inputs.',
    ]);
    const extraArgs = [{ name: 'heartbeat-interval', value: '200' }];
    expect(
      decide(facts.slice(1, 2), { ...alone(), settings: { ...alone().settings, extraArgs } }).verdict.name,
    ).toBe('adopt');
  });

  test.each([
    [
      'snapshot-count',
      '50000',
      'Give inputs that match the cluster (`extra-args: \'{snapshot-count: "50000"}\'`)',
    ],
    ['client-cert-auth', 'false', "The action relies on kubeadm's own value"],
    ['listen-metrics-urls', 'http://0.0.0.0:2381', "The action relies on kubeadm's own value"],
    ['listen-metrics-urls', 'http://127.0.0.1:9381', 'Give `metrics-port: 9381`'],
  ])(
    "--%s with another value than kubeadm's own, which the next rendering would take back",
    (name, value, fix) => {
      const facts = withFlags((flags) => [...flags, { name, value }]);
      const findings = refusals(facts, healthy);
      expect(findings).toEqual([
        {
          code: 'adopt-setting-lost',
          host: 'infra1',
          at: 'adopt',
          fact: expect.stringContaining(`--${name} is "${value}", kubeadm sets "`),
          cause: expect.any(String),
          fix: expect.stringContaining(fix),
        },
      ]);
    },
  );

  test('a kubelet that was not set up through the drop-in of the guide', () => {
    expect(lines(withoutFile(guideCluster(), 1, KUBELET_DROP_IN))).toEqual([
      expect.stringMatching(/^infra1 adopt: its kubelet has a setting that a deploy would lose: all of them/),
    ]);
  });

  test('flags and an image that the inputs ask for', () => {
    const settings = { extraArgs: [{ name: 'heartbeat-interval', value: '200' }], etcdImageTag: '3.6.6-0' };
    const told = lines(guideCluster(), { settings });
    expect(told).toHaveLength(6);
    expect(told.filter((line) => line.includes('--heartbeat-interval is absent'))).toHaveLength(3);
    expect(told.filter((line) => line.includes('wanted registry.k8s.io/etcd:3.6.6-0'))).toHaveLength(3);
  });

  test.each([
    ['client-port', { clientPort: 3379 }, '--listen-client-urls is "https://10.0.0.7:2379"'],
    ['peer-port', { peerPort: 3380 }, '--listen-peer-urls is "https://10.0.0.7:2380"'],
  ] as const)('another %s', (input, settings, fact) => {
    expect(lines(guideCluster(), { settings })).toContainEqual(expect.stringContaining(fact));
    expect(lines(guideCluster(), { settings }).every((line) => line.includes(` ${input}: `))).toBe(true);
  });

  test.each([
    ['env', 'env: [{ name: ETCD_QUOTA_BACKEND_BYTES, value: "1" }]', /ETCD_QUOTA_BACKEND_BYTES as a flag/],
    ['envFrom', 'envFrom: [{ configMapRef: { name: x } }]', /^infra1 adopt: envFrom could hold any variable/],
    ['args', 'args: [--snapshot-count=9]', /^infra1 adopt: args are more flags/],
  ])('flags of etcd that are not on its command line: %s', (_, line, words) => {
    const facts = withHost(guideCluster(), 1, (host) => {
      const text = host.files.get(ETCD_MANIFEST)?.text ?? '';
      const edited = text.replace(/^( *)image:/m, (image, indent: string) => `${indent}${line}\n${image}`);
      expect(edited).toContain(line);
      return withFiles(host, [fileFact(ETCD_MANIFEST, edited)]);
    });
    expect(lines(facts)).toEqual([expect.stringMatching(words)]);
    expect(lines(facts)[0]).toContain("the member's next restart would lose it.");
  });

  test('an image that kubeadm cannot name, and nothing else', () => {
    for (const image of ['bitnami/etcd-big:3.6.5', 'localhost:5000/etcd'])
      expect(lines(withFlags((flags) => flags, image))).toEqual([
        `infra1 image-repository: its manifest names the image ${image}, but kubeadm, which renders the next one, names images as REPOSITORY/etcd:TAG.`,
      ]);
  });

  test('no image that is pinned by its digest', () => {
    const image = `registry.k8s.io/etcd:3.6.5-0@sha256:${'5e'.repeat(32)}`;
    const plan = decide(
      withFlags((flags) => flags, image),
      healthy,
    );
    expect(plan.verdict.name).toBe('adopt');
    expect(stepsLike(plan, 'restart-member')).toEqual([]);
  });

  test('another minor release of etcd', () => {
    const facts = withFlags((flags) => flags, 'registry.k8s.io/etcd:3.5.21-0');
    const told = lines(facts, { settings: { etcdImageTag: '3.6.5-0' } });
    expect(told).toContainEqual(expect.stringMatching(/^infra1 etcd-image-tag: it runs etcd 3\.5\.21/));
  });

  test.each([
    ['a field of its configuration', '', 'maxPods: 20\n', 'maxPods: 20 (/etc/systemd'],
    ['a field with another value', '', 'failSwapOn: false\n', 'failSwapOn: false (/etc/systemd'],
    ['a flag', ' --fail-swap-on=false', '', '--fail-swap-on=false'],
    ['a flag whose value stands apart', ' --max-pods 20', '', '--max-pods 20'],
  ])('kubelet: %s', (_, flag, field, setting) => {
    const config = guideCluster()[1]?.files.get(GUIDE_KUBELET_CONFIG)?.text ?? '';
    const facts = withFile(
      guideCluster(),
      1,
      fileFact(GUIDE_KUBELET_CONFIG, config + field, '644'),
      fileFact(
        KUBELET_DROP_IN,
        `[Service]\nExecStart=\nExecStart=/usr/bin/kubelet${flag} --config ${GUIDE_KUBELET_CONFIG}\n`,
      ),
    );
    expect(lines(facts)).toEqual([
      expect.stringContaining(`infra1 adopt: its kubelet has a setting that a deploy would lose: ${setting}`),
    ]);
  });

  test('a field of kubelet that the inputs have as well is kept', () => {
    const config = guideCluster()[1]?.files.get(GUIDE_KUBELET_CONFIG)?.text ?? '';
    const facts = withFile(
      guideCluster(),
      1,
      fileFact(GUIDE_KUBELET_CONFIG, `${config}maxPods: 20\n`, '644'),
    );
    expect(decide(facts, { ...healthy, settings: { kubeletConfig: { maxPods: 20 } } }).verdict.name).toBe(
      'adopt',
    );
  });

  test.each([
    ['elsewhere', '--config=/var/lib/kubelet/config.yaml', /a file that this action does not read/],
    ['that is no YAML', `--config=${GUIDE_KUBELET_CONFIG}`, /not a readable KubeletConfiguration/],
  ])('a configuration of kubelet %s', (_, flag, fact) => {
    const facts = withFile(
      guideCluster(),
      1,
      fileFact(GUIDE_KUBELET_CONFIG, '[1', '644'),
      fileFact(KUBELET_DROP_IN, `[Service]\nExecStart=\nExecStart=/usr/bin/kubelet ${flag}\n`, '644'),
    );
    expect(lines(facts)).toEqual([expect.stringMatching(fact)]);
  });

  test("kubelet's flags of the guide's older form say what the action's configuration says", () => {
    const flags =
      '--address=127.0.0.1 --pod-manifest-path=/etc/kubernetes/manifests --cgroup-driver=systemd --container-runtime=remote --container-runtime-endpoint=unix:///run/containerd/containerd.sock';
    const dropIn = fileFact(
      KUBELET_DROP_IN,
      `[Service]\nExecStart=\nExecStart=/usr/bin/kubelet ${flags}\n`,
      '644',
    );
    expect(decide(withFile(guideCluster(), 1, dropIn), healthy).verdict.name).toBe('adopt');
  });

  test('hosts of two clusters that were both made with the guide', () => {
    const other = unmanagedHost({ name: 'infra2', address: '10.0.0.8' }, { ca: otherCa.certificatePem });
    expect(lines([...guideCluster().slice(0, 2), other])).toEqual([
      expect.stringMatching(/hold different CAs/),
    ]);
  });

  test("a CA that is not the cluster's", () => {
    const authority = { certificatePem: otherCa.certificatePem, keyPem: otherCa.keyPem };
    expect(lines(guideCluster(), { settings: { authority } })).toHaveLength(3);
  });

  test('an etcd without any CA', () => {
    const facts = guideCluster().map((host) => first(withoutFile([host], 0, CA_CERTIFICATE)));
    expect(lines(facts)).toEqual([expect.stringMatching(/^- ca: .* is on none of the hosts/)]);
  });

  test("leaves to issue without the CA's key", () => {
    const facts = MEMBERS.map((member) => unmanagedHost(member));
    const told = lines(withoutFile(facts, 1, leafPath('server', 'key')));
    expect(told).toEqual([expect.stringMatching(/its key is on none of the hosts/)]);
  });
});

/** A cluster of infra1 alone. */
function alone(): Circumstances {
  const members = MEMBERS.slice(1, 2);
  return {
    cluster: clusterFacts({ members }),
    settings: { hosts: exampleSettings().hosts.slice(1, 2) },
  };
}

test('a cluster of the action is none to take over', () => {
  expect(decide(finishedCluster(), healthy).verdict.name).toBe('unchanged');
});
