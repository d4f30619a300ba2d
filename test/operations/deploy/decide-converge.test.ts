import { describe, expect, test } from '@jest/globals';
import type { HostFacts } from '../../../src/facts/host.ts';
import {
  CA_CERTIFICATE,
  CA_KEY,
  ETCD_MANIFEST,
  KUBEADM_CONFIG,
  KUBELET_CONFIG,
  KUBELET_DROP_IN,
  leafPath,
  STATE_FILE,
} from '../../../src/kubeadm/paths.ts';
import { etcdArguments } from '../../../src/kubeadm/kubeadm-config.ts';
import { issueLeaf, type LeafProfileName, leafProfileNames } from '../../../src/pki/leaf.ts';
import { clusterFacts } from '../../cluster/example-health.ts';
import {
  fileFact,
  finishedCluster,
  FIVE_MEMBERS,
  IMAGE,
  leafFacts,
  manifestFact,
  MEMBERS,
  NOW,
  otherCa,
  ownCa,
  ownHost,
  recordedAs,
  SHAPE,
} from '../../cluster/example.ts';
import {
  clusterOf,
  allStages,
  decide,
  ETCD_OFF,
  KUBELET_OFF,
  outline,
  refusalLines,
  stepsLike,
  withFile,
  withHost,
  withoutFile,
} from './deciding.ts';

const healthy = { cluster: clusterFacts() };
const NAMES = MEMBERS.map(({ name }) => name);
const HEARTBEAT = [{ name: 'heartbeat-interval', value: '200' }];

/** A finished cluster whose members run with this flag. */
function withHeartbeat(): HostFacts[] {
  const shape = { ...SHAPE, extraArgs: HEARTBEAT };
  return MEMBERS.map((member, index) => ownHost(member, 'finished', { keepsKey: index === 0, shape }));
}

/** Changes contents, mode or owner of a file on one host. */
function withFact(facts: HostFacts[], index: number, path: string, changes: object): HostFacts[] {
  return withHost(facts, index, (host) => {
    const file = host.files.get(path);
    if (file === undefined) throw new Error(`${path} is not there`);
    return { files: new Map([...host.files, [path, { ...file, ...changes }]]) };
  });
}

/** A leaf of infra1 that was issued at another time. */
async function issued(profile: LeafProfileName, now: Date, ca = ownCa): ReturnType<typeof issueLeaf> {
  return issueLeaf(ca, profile, {
    member: { name: 'infra1', address: '10.0.0.7' },
    algorithm: 'ECDSA-P256',
    now,
  });
}

const DAY_MS = 86_400_000;

describe('flags of etcd', () => {
  const restarts = [
    ...NAMES.map((name) => [`deliver-files ${name}`]).flat(),
    ...NAMES.map((name) => [`render-manifest ${name}`]).flat(),
  ];

  test.each([
    ['added', finishedCluster(), HEARTBEAT, '--heartbeat-interval is absent, wanted "200"'],
    ['removed', withHeartbeat(), [], '--heartbeat-interval is set, but not in the inputs'],
    [
      'changed',
      withHeartbeat(),
      [{ name: 'heartbeat-interval', value: '300' }],
      '--heartbeat-interval is "200", wanted "300"',
    ],
  ])('%s: every member is restarted, one at a time', (_, facts, extraArgs, difference) => {
    const plan = decide(facts, { ...healthy, settings: { extraArgs } });
    expect(plan).toMatchObject({
      verdict: { name: 'converge' },
      cluster: { issue: new Map(), authority: { from: 'certificate-only' } },
    });
    for (const reason of plan.reasons) expect(reason).toContain(`etcd: ${difference}`);
    expect(outline(plan).slice(0, 2).flat().toSorted()).toEqual(restarts.toSorted());
    expect(outline(plan).slice(2)).toEqual([
      ...['infra1', 'infra2', 'infra0'].map((name) => [`move-leadership ${name}`, `restart-member ${name}`]),
      NAMES.map((name) => `record-member ${name}`),
    ]);
  });

  test("another port for the metrics, and back to kubeadm's own", () => {
    const shape = { ...SHAPE, metricsPort: 9381 };
    const moved = MEMBERS.map((one, index) => ownHost(one, 'finished', { keepsKey: index === 0, shape }));
    const settings = { metricsPort: 9381 };
    expect(decide(moved, { ...healthy, settings }).verdict.name).toBe('unchanged');
    for (const [plan, difference] of [
      [
        decide(finishedCluster(), { ...healthy, settings }),
        '--listen-metrics-urls is "http://127.0.0.1:2381", wanted "http://127.0.0.1:9381"',
      ],
      [decide(moved, healthy), "--listen-metrics-urls is reset to kubeadm's own value"],
    ] as const) {
      expect(plan.verdict.name).toBe('converge');
      for (const reason of plan.reasons) expect(reason).toContain(`etcd: ${difference}`);
      expect(stepsLike(plan, 'restart-member')).toHaveLength(3);
    }
  });

  test('each restart is behind a gate, with the leader last', () => {
    const cluster = clusterFacts({ leader: 'infra1' });
    const plan = decide(finishedCluster(), { cluster, settings: { extraArgs: HEARTBEAT } });
    const stages = plan.stages.filter(({ steps }) => steps.some(({ kind }) => kind === 'restart-member'));
    expect(stages).toMatchObject(
      ['infra0', 'infra2', 'infra1'].map((member) => ({
        order: 'in-turn',
        before: { kind: 'quorum-without', member },
        after: { kind: 'member', member },
      })),
    );
  });

  // It is ready, or the run has stopped, before another one is touched.
  test.each([
    ['three', MEMBERS],
    ['five', FIVE_MEMBERS],
  ])('of %s, one that does not run goes first; there is no leadership to move from it', (_, members) => {
    const shape = { ...SHAPE, members };
    const facts = members.map((member, index) =>
      ownHost(member, 'finished', { keepsKey: index === 0, shape }),
    );
    const plan = decide(withHost(facts, 2, ETCD_OFF), {
      cluster: clusterFacts({ members, down: ['infra2'] }),
      settings: { hosts: members.map(({ address }) => ({ address })), extraArgs: HEARTBEAT },
    });
    const running = ['infra1', 'infra3', 'infra4', 'infra0'].filter((name) =>
      members.some((member) => member.name === name),
    );
    expect(stepsLike(plan, 'restart-member').map(({ host }) => host)).toEqual(['infra2', ...running]);
    expect(stepsLike(plan, 'move-leadership').map(({ host }) => host)).toEqual(running);
  });

  test('a member whose kubelet only has to be started counts for the restart of another', () => {
    const facts = withHost(withHost(withHeartbeat(), 2, { ...KUBELET_OFF, ...ETCD_OFF }), 1, (host) => ({
      files: new Map([...host.files, [ETCD_MANIFEST, edited(1)]]),
    }));
    const plan = decide(facts, {
      cluster: clusterFacts({ down: ['infra2'] }),
      settings: { extraArgs: HEARTBEAT },
    });
    expect(stepsLike(plan, 'restart-member').map(({ host }) => host)).toEqual(['infra1']);
    const ready = plan.stages.findIndex(({ steps }) => steps.some(({ kind }) => kind === 'start-member'));
    const restart = plan.stages.findIndex(({ steps }) => steps.some(({ kind }) => kind === 'restart-member'));
    expect(ready).toBeLessThan(restart);
  });

  test('the only member of a cluster is restarted without a gate before and without moving leadership', () => {
    const members = MEMBERS.slice(0, 1);
    const shape = { ...SHAPE, members };
    const facts = members.map((member) => ownHost(member, 'finished', { keepsKey: true, shape }));
    const plan = decide(facts, {
      cluster: clusterFacts({ members }),
      settings: { hosts: [{ address: '10.0.0.6' }], extraArgs: HEARTBEAT },
    });
    expect(stepsLike(plan, 'move-leadership')).toEqual([]);
    const stage = plan.stages.at(-1);
    expect(stage?.before).toBeUndefined();
    expect(stage?.after).toEqual({ kind: 'member', member: 'infra0' });
  });
});

/** The manifest of a member with limits that were edited by hand. */
function edited(index: number): ReturnType<typeof fileFact> {
  const { text = '' } = finishedCluster()[index]?.files.get(ETCD_MANIFEST) ?? {};
  return fileFact(ETCD_MANIFEST, `${text}# edited\n`);
}

describe('the manifest', () => {
  test('that was edited on a host is rendered anew', () => {
    const plan = decide(withFile(finishedCluster(), 1, edited(1)), healthy);
    expect(plan).toMatchObject({
      verdict: { name: 'converge' },
      reasons: [`infra1: ${ETCD_MANIFEST} was edited on the host`],
    });
    expect(stepsLike(plan, 'restart-member').map(({ host }) => host)).toEqual(['infra1']);
  });

  test('with a flag that the inputs do not contain', () => {
    const flags = [...etcdArguments(SHAPE, { name: 'infra1', address: '10.0.0.7' }), ...HEARTBEAT];
    const plan = decide(withFile(finishedCluster(), 1, manifestFact(flags, SHAPE)), healthy);
    expect(plan.reasons).toEqual(['infra1: etcd: --heartbeat-interval is set, but not in the inputs']);
  });

  test('that is missing while the data is there is put back', () => {
    const facts = withHost(withoutFile(finishedCluster(), 1, ETCD_MANIFEST), 1, ETCD_OFF);
    const plan = decide(facts, { cluster: clusterFacts({ down: ['infra1'] }) });
    expect(plan).toMatchObject({ verdict: { name: 'converge' } });
    expect(plan.reasons[0]).toContain(`${ETCD_MANIFEST} is missing`);
    expect(stepsLike(plan, 'restart-member').map(({ host }) => host)).toEqual(['infra1']);
    expect(stepsLike(plan, 'move-leadership')).toEqual([]);
    expect(stepsLike(plan, 'start-member')).toEqual([]);
  });
});

describe("etcd's image", () => {
  const PATCHED = 'registry.k8s.io/etcd:3.6.6-0';

  test('of a later patch release: pulled, rendered, restarted', () => {
    const plan = decide(finishedCluster(), { ...healthy, settings: { etcdImageTag: '3.6.6-0' } });
    expect(plan.reasons[0]).toContain(`etcd: its image is ${IMAGE}, wanted ${PATCHED}`);
    expect(stepsLike(plan, 'pull-image').map(({ image }) => image)).toEqual([PATCHED, PATCHED, PATCHED]);
    expect(stepsLike(plan, 'restart-member')).toHaveLength(3);
  });

  // A newer kubeadm would choose it; only the user may decide to change etcd.
  test("of kubeadm that was upgraded on the hosts is no reason: only kubeadm's configuration names the one to keep", () => {
    const facts = finishedCluster().map((host) => ({
      ...host,
      kubeadmVersion: { major: 1, minor: 35, patch: 0, text: 'v1.35.0' },
      etcdImage: PATCHED,
    }));
    const plan = decide(facts, healthy);
    expect(stepsLike(plan, 'restart-member')).toEqual([]);
    expect(stepsLike(plan, 'start-kubelet')).toEqual([]);
    const texts = stepsLike(plan, 'deliver-files').flatMap(({ files }) => files);
    expect(texts.map(({ path }) => path)).toEqual([KUBEADM_CONFIG, KUBEADM_CONFIG, KUBEADM_CONFIG]);
    for (const { content } of texts) {
      expect(content).toMatchObject({ text: expect.stringContaining('imageTag: 3.6.5-0') });
      expect(content).toMatchObject({ text: expect.stringContaining('kubernetesVersion: v1.34.4') });
    }
  });
});

// kubeadm may have been upgraded since: its choice may now be another minor release than the one that wrote the data.
describe('the image of a member whose manifest is gone', () => {
  const upgraded = {
    kubeadmVersion: { major: 1, minor: 35, patch: 0, text: 'v1.35.0' },
    etcdImage: 'registry.k8s.io/etcd:3.7.0-0',
  };
  const without = (...gone: readonly number[]): HostFacts[] =>
    finishedCluster().map((host, index) => ({
      ...host,
      ...upgraded,
      ...(gone.includes(index) && {
        files: new Map([...host.files].filter(([path]) => path !== ETCD_MANIFEST)),
        ...ETCD_OFF,
      }),
    }));

  test('is the one that the others run', () => {
    const plan = decide(without(1), { cluster: clusterFacts({ down: ['infra1'] }) });
    expect(stepsLike(plan, 'render-manifest').map(({ host, image }) => [host, image])).toEqual([
      ['infra1', IMAGE],
    ]);
    expect(stepsLike(plan, 'pull-image')).toEqual([]);
  });

  test('is not guessed where all are gone: the user names it, or puts them back', () => {
    const gone = without(0, 1, 2).map((host) => ({ ...host, containers: [] }));
    const lines = refusalLines(gone);
    expect(lines).toHaveLength(3);
    expect(lines[0]).toMatch(
      /^infra0 etcd-image-tag: .*etcd\.yaml is missing, .* kubeadm is v1\.35\.0 now, .* v1\.34\.4/,
    );
    const plan = decide(gone, { settings: { etcdImageTag: '3.6.5-0' } });
    expect(stepsLike(plan, 'render-manifest').map(({ image }) => image)).toEqual([IMAGE, IMAGE, IMAGE]);
  });

  // None becomes ready without the others, so none may wait for another.
  test('where none runs all start together, without a gate', () => {
    const gone = without(0, 2).map((host) => ({ ...host, ...ETCD_OFF }));
    const [last] = allStages(decide(gone)).filter(({ steps }) =>
      steps.some(({ kind }) => kind === 'restart-member'),
    );
    expect(last?.before).toBeUndefined();
    expect(last?.steps.map(({ kind, host }) => `${kind} ${host}`)).toEqual([
      'start-member infra1',
      'restart-member infra0',
      'restart-member infra2',
    ]);
  });

  test("is kubeadm's where that is still the same minor release", () => {
    const same = without(0, 1, 2).map((host) => ({
      ...host,
      kubeadmVersion: { major: 1, minor: 34, patch: 9, text: 'v1.34.9' },
      etcdImage: 'registry.k8s.io/etcd:3.6.6-0',
    }));
    expect(stepsLike(decide(same), 'render-manifest')).toHaveLength(3);
  });
});

describe('kubelet', () => {
  const kubeletStages = (facts: readonly HostFacts[], settings = {}): unknown[] =>
    decide(facts, { ...healthy, settings })
      .stages.filter(({ title }) => title.startsWith('Kubelet of'))
      .map(({ steps, order, after }) => ({ hosts: steps.map(({ host }) => host), order, after }));

  test('`kubelet-config`: one host at a time, and no member is restarted', () => {
    const settings = { kubeletConfig: { maxPods: 20 } };
    const plan = decide(finishedCluster(), { ...healthy, settings });
    expect(plan.verdict.name).toBe('converge');
    expect(plan.reasons[0]).toContain(`${KUBELET_CONFIG} differs from the inputs`);
    expect(kubeletStages(finishedCluster(), settings)).toEqual(
      ['infra1', 'infra2', 'infra0'].map((name) => ({
        hosts: [name, name],
        order: 'in-turn',
        after: { kind: 'member', member: name },
      })),
    );
    expect(stepsLike(plan, 'restart-member')).toEqual([]);
    expect(stepsLike(plan, 'start-kubelet').every(({ restart }) => restart)).toBe(true);
  });

  test.each([
    ['edited', withFile(finishedCluster(), 1, fileFact(KUBELET_DROP_IN, '[Service]\n', '644'))],
    ['missing', withoutFile(finishedCluster(), 1, KUBELET_DROP_IN)],
  ])('a drop-in that is %s', (_, facts) => {
    expect(kubeletStages(facts)).toEqual([
      { hosts: ['infra1', 'infra1'], order: 'in-turn', after: { kind: 'member', member: 'infra1' } },
    ]);
  });

  // Otherwise the gate after the change of the running one would wait for a leader that cannot exist.
  test('hosts that were switched off are started before a running one has its kubelet changed', () => {
    const off = { ...KUBELET_OFF, ...ETCD_OFF };
    const drop = fileFact(KUBELET_DROP_IN, '[Service]\n', '644');
    const facts = withFile(withHost(withHost(finishedCluster(), 1, off), 2, off), 0, drop);
    const plan = decide(facts, { cluster: clusterFacts({ down: ['infra1', 'infra2'] }) });
    expect(outline(plan).slice(0, 3)).toEqual([
      ['start-kubelet infra1', 'start-kubelet infra2'],
      ['start-member infra1', 'start-member infra2'],
      ['deliver-files infra0', 'start-kubelet infra0'],
    ]);
  });
});

test("kubeadm's configuration alone is put back without any restart", () => {
  const plan = decide(withFile(finishedCluster(), 1, fileFact(KUBEADM_CONFIG, 'edited')), healthy);
  expect(plan).toMatchObject({
    verdict: { name: 'converge' },
    reasons: [`infra1: ${KUBEADM_CONFIG} differs from the inputs`],
  });
  expect(outline(plan)).toEqual([['deliver-files infra1'], ['record-member infra1']]);
});

describe('certificates', () => {
  /** Issued for infra1 only. */
  const renewed = (facts: readonly HostFacts[], circumstances: object = healthy): LeafProfileName[] => {
    const { issue } = clusterOf(decide(facts, circumstances));
    expect([...issue.keys()].every((name) => name === 'infra1')).toBe(true);
    return [...(issue.get('infra1') ?? [])];
  };

  test.each(leafProfileNames)('%s, key missing: the pair is issued with the key of the CA', (profile) => {
    const facts = withoutFile(finishedCluster(), 1, leafPath(profile, 'key'));
    const plan = decide(facts, healthy);
    expect(plan.cluster?.authority).toEqual({ from: 'host', host: 'infra0' });
    expect(renewed(facts)).toEqual([profile]);
    expect(stepsLike(plan, 'deliver-files')[0]?.files.map(({ path }) => path)).toEqual([
      leafPath(profile, 'certificate'),
      leafPath(profile, 'key'),
    ]);
    expect(stepsLike(plan, 'restart-member')).toEqual([]);
  });

  test('the served certificates are verified, without a restart', () => {
    const facts = withoutFile(
      finishedCluster(),
      1,
      leafPath('server', 'certificate'),
      leafPath('peer', 'certificate'),
      leafPath('healthcheckClient', 'certificate'),
    );
    const plan = decide(facts, healthy);
    expect(stepsLike(plan, 'verify-served-certificate')).toMatchObject([
      { host: 'infra1', leaves: ['server', 'peer'] },
    ]);
    expect(outline(plan)[0]).toEqual(['deliver-files infra1', 'verify-served-certificate infra1']);
  });

  test('an etcd that does not run has no served certificates to verify', () => {
    const facts = withHost(withoutFile(finishedCluster(), 1, leafPath('server', 'key')), 1, ETCD_OFF);
    const plan = decide(facts, { cluster: clusterFacts({ down: ['infra1'] }) });
    expect(stepsLike(plan, 'verify-served-certificate')).toEqual([]);
  });

  test('one host after the other', () => {
    const now = new Date('2027-02-20T00:00:00Z');
    const plan = decide(finishedCluster(), { ...healthy, now });
    const stages = plan.stages.filter(({ title }) => title.startsWith('Certificates of'));
    expect(stages.map(({ steps }) => new Set(steps.map(({ host }) => host)))).toEqual(
      ['infra1', 'infra2', 'infra0'].map((name) => new Set([name])),
    );
  });

  test.each([
    [30, 31, 'unchanged'],
    [30, 29, 'converge'],
    [30, 30.5, 'unchanged'],
    [0, 1.5, 'unchanged'],
    [90, 89, 'converge'],
  ] as const)(
    'renewed within %d days of its end, not before (%d days left)',
    async (renewBeforeDays, left, verdict) => {
      const leaf = await issued('peer', new Date(NOW.getTime() + (left - 365) * DAY_MS));
      const facts = finishedCluster().map((host, index) =>
        index === 1 ? recordLeaf(host, 'peer', leaf) : host,
      );
      expect(decide(facts, { ...healthy, settings: { renewBeforeDays } }).verdict.name).toBe(verdict);
    },
  );

  test('a pair that was renewed by hand with the same CA is accepted and recorded', async () => {
    const leaf = await issued('server', NOW);
    const plan = decide(withFile(finishedCluster(), 1, ...leafFacts({ server: leaf })), healthy);
    expect(plan).toMatchObject({
      verdict: { name: 'converge' },
      reasons: ["infra1: the action's record is older than its files"],
      cluster: { issue: new Map() },
    });
    expect(outline(plan)).toEqual([['record-member infra1']]);
  });

  test.each([0, 1])('one file of a pair that was replaced: both are issued (file %d)', async (part) => {
    const leaf = await issued('server', NOW);
    const file = leafFacts({ server: leaf })[part];
    if (file === undefined) throw new Error('a pair has two files');
    const facts = withFile(finishedCluster(), 1, file);
    expect(renewed(facts)).toEqual(['server']);
    expect(decide(facts, healthy).reasons[0]).toContain('was replaced without its counterpart');
  });

  test.each([
    ['of another CA', NOW, otherCa, /not signed by this cluster's CA/],
    ['that has expired', new Date(NOW.getTime() - 400 * DAY_MS), ownCa, /expired on/],
    ['that is not valid yet', new Date(NOW.getTime() + DAY_MS), ownCa, /is not valid before/],
  ])('one %s is reissued', async (_, now, ca, reason) => {
    const facts = withFile(finishedCluster(), 1, ...leafFacts({ peer: await issued('peer', now, ca) }));
    expect(renewed(facts)).toEqual(['peer']);
    expect(decide(facts, healthy).reasons[0]).toMatch(reason);
  });

  test('one for another name is reissued', async () => {
    const server = await issueLeaf(ownCa, 'server', {
      member: { name: 'infra1', address: '10.0.0.77' },
      algorithm: 'ECDSA-P256',
      now: NOW,
    });
    const facts = withFile(finishedCluster(), 1, ...leafFacts({ server }));
    expect(decide(facts, healthy).reasons[0]).toMatch(/does not name IP:10\.0\.0\.7/);
  });

  test("one that is no certificate at all, on a member that was set up with the action's own", () => {
    const facts = withFile(finishedCluster(), 1, fileFact(leafPath('peer', 'certificate'), 'x', '644'));
    expect(renewed(facts)).toEqual(['peer']);
  });

  test('ca.crt is put back where it is missing', () => {
    const plan = decide(withoutFile(finishedCluster(), 1, CA_CERTIFICATE), healthy);
    expect(plan).toMatchObject({
      verdict: { name: 'converge' },
      reasons: [`infra1: ${CA_CERTIFICATE} is missing`],
    });
    expect(outline(plan)).toEqual([['deliver-files infra1'], ['record-member infra1']]);
    expect(plan.cluster?.authority).toMatchObject({ from: 'certificate-only' });
  });
});

/** Returns the host with this pair in place and in its record. */
function recordLeaf(
  host: HostFacts,
  profile: LeafProfileName,
  leaf: Awaited<ReturnType<typeof issueLeaf>>,
): HostFacts {
  const files = leafFacts({ [profile]: leaf });
  const [changed = host] = withFile([host], 0, ...files);
  if (typeof changed.state === 'string') throw new Error('the host has a record');
  const digests = Object.fromEntries(files.map(({ path, sha256 = '' }) => [path, sha256]));
  return recordedAs(changed, { files: { ...changed.state.files, ...digests } });
}

describe('copies of apiserver-etcd-client.crt on the control plane', () => {
  const CERTIFICATE = leafPath('apiserverEtcdClient', 'certificate');
  const clientCopy = {
    fingerprint: 'AB:CD',
    renewedAt: '2026-05-01T00:00:00.000Z',
    oldEndsAt: '2026-07-01T00:00:00.000Z',
  };
  const reminded = (): HostFacts[] =>
    finishedCluster().map((host, index) => (index === 1 ? recordedAs(host, { clientCopy }) : host));

  test('renewed by this run: reported with the end of the previous one', () => {
    const plan = decide(withoutFile(finishedCluster(), 1, leafPath('apiserverEtcdClient', 'key')), healthy);
    expect(plan.cluster?.clientCopies).toEqual(
      new Map([['infra1', { renewed: true, oldEndsAt: '2027-03-01T00:00:00.000Z' }]]),
    );
    expect(plan.warnings).toMatchObject([
      { host: 'infra1', fact: expect.stringMatching(/is renewed by this run.* expires on 2027-03-01\.$/) },
    ]);
  });

  test('renewed earlier and not confirmed: reported again, and nothing else is done', () => {
    const plan = decide(reminded(), healthy);
    expect(plan).toMatchObject({
      verdict: { name: 'unchanged' },
      cluster: { clientCopies: new Map([['infra1', clientCopy]]) },
    });
    expect(plan.warnings).toMatchObject([
      {
        fact: expect.stringMatching(/was renewed on 2026-05-01.* expires on 2026-07-01\.$/),
        fix: expect.stringContaining('`client-certificate-copied: AB:CD`'),
      },
    ]);
  });

  test('confirmed: the reminder goes from the record', () => {
    const plan = decide(reminded(), { ...healthy, settings: { copiedClientCertificates: ['AB:CD'] } });
    expect(plan).toMatchObject({
      verdict: { name: 'converge' },
      warnings: [],
      cluster: { clientCopies: new Map() },
    });
    expect(outline(plan)).toEqual([['record-member infra1']]);
  });

  // Otherwise a run that was interrupted between delivery and record would never ask for new copies.
  test('renewed and not recorded: reported as well', async () => {
    const leaf = await issued('apiserverEtcdClient', NOW);
    const facts = withFile(finishedCluster(), 1, ...leafFacts({ apiserverEtcdClient: leaf }));
    const plan = decide(facts, healthy);
    const { fingerprint256 } = leaf.certificate;
    expect(plan.cluster?.clientCopies.get('infra1')).toMatchObject({ fingerprint: fingerprint256 });
    expect(plan.warnings[0]?.fix).toContain(fingerprint256);
    const confirmed = decide(facts, { ...healthy, settings: { copiedClientCertificates: [fingerprint256] } });
    expect(confirmed.cluster?.clientCopies).toEqual(new Map());
    expect(CERTIFICATE).toBe('/etc/kubernetes/pki/apiserver-etcd-client.crt');
  });
});

describe('modes and owners', () => {
  test.each([
    [leafPath('server', 'key'), { mode: '644' }, '600'],
    [leafPath('server', 'key'), { owner: '1000:1000' }, '600'],
    [leafPath('server', 'key'), { mode: '200' }, '600'],
    [leafPath('server', 'key'), { mode: '4600' }, '600'],
    [CA_CERTIFICATE, { mode: '664' }, '644'],
    [ETCD_MANIFEST, { mode: '644' }, '600'],
    [KUBELET_CONFIG, { mode: '755' }, '644'],
    [KUBELET_DROP_IN, { mode: '666' }, '644'],
    [KUBEADM_CONFIG, { mode: '644' }, '600'],
    [STATE_FILE, { mode: '644' }, '600'],
  ])('%s %j', (path, changes, mode) => {
    const plan = decide(withFact(finishedCluster(), 1, path, changes), healthy);
    expect(plan.verdict.name).toBe('converge');
    expect(stepsLike(plan, 'set-modes')).toMatchObject([{ host: 'infra1', modes: new Map([[path, mode]]) }]);
    expect(outline(plan)).toEqual([['set-modes infra1'], ['record-member infra1']]);
  });

  // As hardening benchmarks require, and their tools set every night.
  test.each([
    [CA_CERTIFICATE, '600'],
    [leafPath('server', 'certificate'), '400'],
    [leafPath('server', 'key'), '400'],
    [ETCD_MANIFEST, '400'],
    [KUBELET_CONFIG, '640'],
    [KUBELET_DROP_IN, '600'],
    [STATE_FILE, '400'],
  ])('stricter is no difference: %s %s', (path, mode) => {
    expect(decide(withFact(finishedCluster(), 1, path, { mode }), healthy).verdict.name).toBe('unchanged');
  });

  test("the CA's key is for root alone", () => {
    const plan = decide(withFact(finishedCluster(), 0, CA_KEY, { mode: '640' }), healthy);
    expect(stepsLike(plan, 'set-modes')).toMatchObject([
      { host: 'infra0', modes: new Map([[CA_KEY, '600']]) },
    ]);
  });

  test('the data dir is for etcd alone', () => {
    const dataDir = { exists: true, empty: false, hasLog: true, hasBlankLog: false, mode: '755' };
    const plan = decide(withHost(finishedCluster(), 1, { dataDir }), healthy);
    expect(stepsLike(plan, 'set-modes')).toMatchObject([{ modes: new Map([['/var/lib/etcd', '700']]) }]);
  });
});

test('everything at once: the harmless first, restarts last, the record after the verification', () => {
  const facts = withFact(
    withoutFile(
      withoutFile(finishedCluster(), 1, leafPath('server', 'key'), CA_CERTIFICATE),
      2,
      KUBELET_DROP_IN,
    ),
    0,
    leafPath('peer', 'key'),
    { mode: '644' },
  );
  const plan = decide(facts, { ...healthy, settings: { extraArgs: HEARTBEAT } });
  expect(allStages(plan).map(({ title }) => title)).toEqual([
    'Modes and owners',
    'Certificate of the CA',
    'Certificates of infra1',
    'Configurations and manifests',
    'Rendered manifests and images',
    'Kubelet of infra2',
    'Restart of infra1',
    'Restart of infra2',
    'Restart of infra0',
    'Record of the run',
  ]);
});
