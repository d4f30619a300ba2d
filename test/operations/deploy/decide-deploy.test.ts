import { describe, expect, test } from '@jest/globals';
import type { PlannedFile } from '../../../src/cluster/planned-cluster.ts';
import type { FileFact, HostFacts } from '../../../src/facts/host.ts';
import {
  CA_CERTIFICATE,
  CA_KEY,
  ETCD_MANIFEST,
  KUBELET_CONFIG,
  leafFiles,
  leafPath,
  STATE_FILE,
} from '../../../src/kubeadm/paths.ts';
import { etcdArguments } from '../../../src/kubeadm/kubeadm-config.ts';
import { leafProfileNames } from '../../../src/pki/leaf.ts';
import type { Plan } from '../../../src/plan/plan.ts';
import type { Step } from '../../../src/steps/index.ts';
import { clusterFacts } from '../../cluster/example-health.ts';
import {
  fileFact,
  finishedCluster,
  IMAGE,
  manifestFact,
  MEMBERS,
  otherCa,
  ownCa,
  ownHost,
  type Progress,
  recordedWith,
  type SettingsChanges,
  SHAPE,
  unreadFact,
  withFiles,
} from '../../cluster/example.ts';
import {
  allStages,
  clusterOf,
  decide,
  ETCD_OFF,
  FRESH,
  KUBELET_OFF,
  outline,
  pristine,
  refusalLines,
  stepsLike,
  stepsOf,
  withFile,
  withHost,
  withoutFile,
} from './deciding.ts';

/** An interrupted deploy; infra0 keeps the CA's key. */
function begun(...progress: Progress[]): HostFacts[] {
  return MEMBERS.map((member, index) =>
    ownHost(member, progress[index] ?? 'files delivered', { keepsKey: index === 0 }),
  );
}

const BROUGHT: SettingsChanges = {
  authority: { certificatePem: otherCa.certificatePem, keyPem: otherCa.keyPem },
};

/** The manifest of a member with some flags changed. */
function otherManifest(index: number, changes: Readonly<Record<string, string>>): FileFact {
  const member = MEMBERS[index] ?? { name: '', address: '' };
  const flags = etcdArguments(SHAPE, member);
  return manifestFact(
    flags.map((flag) => ({ ...flag, value: changes[flag.name] ?? flag.value })),
    SHAPE,
  );
}

const healthy = { cluster: clusterFacts() };

describe('create', () => {
  test('empty hosts become a new cluster with a CA of its own and a fresh token', () => {
    expect(decide(pristine())).toMatchObject({
      verdict: { name: 'create' },
      reasons: [
        'none of the hosts holds anything of etcd',
        'the key of the CA goes only to infra0, the first host',
      ],
      warnings: [],
      cluster: {
        authority: { from: 'made' },
        keyKeeper: 'infra0',
        issue: new Map(MEMBERS.map(({ name }) => [name, leafProfileNames])),
        shape: { token: FRESH },
        clientCopies: new Map(),
      },
    });
  });

  test("the CA's key goes to one host, in the stage that waits for it before it delivers any certificate", () => {
    const plan = decide(pristine());
    const carries = (wanted: (file: PlannedFile) => boolean): Step[] =>
      stepsOf(plan).filter((step) => step.kind === 'deliver-files' && step.files.some(wanted));
    const [withKey, ...others] = carries(({ path }) => path === CA_KEY);
    expect([withKey?.host, others]).toEqual(['infra0', []]);
    const [preparation] = plan.stages;
    expect(preparation?.order).toBe('by-host');
    for (const step of [withKey, ...carries(({ content }) => content.from === 'leaf')]) {
      expect(preparation?.steps).toContain(step);
    }
  });

  test('no member is started before the files of all are verified and kubelet is healthy everywhere', () => {
    const [preparation, start, ...others] = decide(pristine()).stages;
    const kinds = Map.groupBy(preparation?.steps ?? [], ({ host }) => host);
    expect([...kinds.values()].map((steps) => steps.map(({ kind }) => kind))).toEqual(
      MEMBERS.map(() => [
        'deliver-files',
        'start-kubelet',
        'render-manifest',
        'deliver-files',
        'verify-files',
        'await-kubelet',
      ]),
    );
    expect(start?.steps.map(({ kind }) => kind)).toEqual(MEMBERS.map(() => 'start-member'));
    expect(others).toEqual([]);
    expect(stepsLike(decide(pristine()), 'start-member').every(({ placeManifest }) => placeManifest)).toBe(
      true,
    );
  });

  // etcd asks its peers in the text order of their URLs.
  test('the member that the others ask first begins before them, unless it has begun already', () => {
    const behind = (plan: Plan): (string | undefined)[] =>
      stepsLike(plan, 'start-member').map((step) => step.behind);
    expect(behind(decide(pristine()))).toEqual([undefined, 'infra0', 'infra0']);
    expect(behind(decide(begun('started', 'files delivered', 'files delivered')))).toEqual([
      undefined,
      undefined,
      undefined,
    ]);
  });

  test('the members are recorded after the verification only', () => {
    const { afterVerify, stages } = decide(pristine());
    expect(afterVerify.flatMap(({ steps }) => steps.map(({ kind }) => kind))).toEqual(
      MEMBERS.map(() => 'record-member'),
    );
    expect(stages.flatMap(({ steps }) => steps).some(({ kind }) => kind === 'record-member')).toBe(false);
  });

  test('the image is pulled only where it is not', () => {
    const plan = decide(withHost(pristine(), 1, { images: [] }));
    expect(stepsLike(plan, 'pull-image')).toMatchObject([{ host: 'infra1', image: IMAGE }]);
  });

  test('a repository, a tag and flags of the user are in what kubeadm has to render', () => {
    const extraArgs = [{ name: 'quota-backend-bytes', value: '8589934592' }];
    const plan = decide(pristine(), {
      settings: { imageRepository: 'mirror.example/k8s', etcdImageTag: '3.6.8-0', extraArgs },
    });
    const image = 'mirror.example/k8s/etcd:3.6.8-0';
    expect(stepsLike(plan, 'pull-image')).toMatchObject(MEMBERS.map(() => ({ image })));
    expect(stepsLike(plan, 'render-manifest')).toMatchObject(
      MEMBERS.map(() => ({ image, wanted: expect.arrayContaining(extraArgs) })),
    );
  });

  const ready = [fileFact(CA_CERTIFICATE, ownCa.certificatePem, '644'), unreadFact(CA_KEY, 'key')];

  test('a CA that lies ready on a host is used from there (guide step 3), once that is allowed', () => {
    const facts = withFile(pristine(), 1, ...ready);
    expect(refusalLines(facts)).toEqual([
      expect.stringMatching(/^- bootstrap: .*with a CA that already exists\.$/),
    ]);
    expect(decide(facts, { settings: { bootstrap: 'allow' } })).toMatchObject({
      cluster: { authority: { from: 'host', host: 'infra1' }, keyKeeper: 'infra1' },
    });
  });

  // The files of a delivery are put in place one by one: a CA without a record never belongs to a run of the action.
  test("the record of the CA's host comes to its place before the CA", () => {
    const [first] = stepsLike(decide(pristine()), 'deliver-files').filter(({ host }) => host === 'infra0');
    const paths = first?.files.map(({ path }) => path) ?? [];
    expect(paths.indexOf(STATE_FILE)).toBeGreaterThanOrEqual(0);
    expect(paths.indexOf(STATE_FILE)).toBeLessThan(paths.indexOf(CA_KEY));
    expect(paths.indexOf(CA_KEY)).toBeLessThan(paths.indexOf(CA_CERTIFICATE));
  });

  test('a run that was cut off between its record and its CA has signed nothing: the next one makes a CA', () => {
    const [begun] = MEMBERS.map((member) => ownHost(member, 'files delivered'));
    const state = begun?.files.get(STATE_FILE);
    if (begun === undefined || state === undefined) throw new Error('the example has a record');
    const facts = withHost(pristine(), 0, { files: new Map([[STATE_FILE, state]]), state: begun.state });
    expect(decide(facts)).toMatchObject({
      verdict: { name: 'repair' },
      cluster: { authority: { from: 'made' } },
    });
  });

  test('what a cut-off delivery left aside is no stranger', () => {
    const aside = '/etc/kubernetes/pki/etcd/.ca.crt.etcd-ha-action';
    expect(decide(withFile(pristine(), 0, fileFact(aside, 'x'))).verdict.name).toBe('create');
  });

  test('clones are reported, and may go on', () => {
    const { warnings } = decide(withHost(pristine(), 1, { machineId: 'machine-infra0' }));
    expect(warnings).toMatchObject([
      { fact: expect.stringMatching(/infra0 and infra1 have the same machine id/) },
    ]);
  });

  test('one host is a cluster too', () => {
    const settings = { hosts: [{ address: '10.0.0.6' }] };
    expect(decide(pristine().slice(0, 1), { settings })).toMatchObject({
      verdict: { name: 'create' },
      cluster: { shape: { members: [{ name: 'infra0' }] } },
    });
  });
});

describe('bootstrap', () => {
  test.each([
    ['auto', {}, 'made'],
    ['allow', {}, 'made'],
    ['allow', BROUGHT, 'input'],
  ] as const)('%s lets a new cluster be made', (bootstrap, authority, from) => {
    const plan = decide(pristine(), { settings: { bootstrap, ...authority } });
    expect(plan).toMatchObject({
      verdict: { name: 'create' },
      cluster: { authority: { from }, keyKeeper: 'infra0' },
    });
  });

  // The hosts of a running cluster may have been reinstalled: its API servers would find an empty etcd.
  test.each([
    ['auto', BROUGHT, /create a new, empty cluster, with a CA that already exists/],
    ['never', {}, /`bootstrap: never` forbids it/],
    ['never', BROUGHT, /`bootstrap: never` forbids it/],
  ] as const)('%s refuses', (bootstrap, authority, fact) => {
    expect(refusalLines(pristine(), { settings: { bootstrap, ...authority } })).toEqual([
      expect.stringMatching(fact),
    ]);
  });

  test.each(['auto', 'never'] as const)('%s lets a deploy go on that was begun', (bootstrap) => {
    const facts = MEMBERS.map((member) => ownHost(member, 'files delivered', { ca: otherCa.certificatePem }));
    expect(decide(facts, { settings: { bootstrap, ...BROUGHT } }).verdict.name).toBe('repair');
  });
});

describe('unchanged', () => {
  test('a finished cluster needs nothing, and its token stays', () => {
    expect(decide(finishedCluster(), healthy)).toMatchObject({
      verdict: { name: 'unchanged' },
      stages: [],
      afterVerify: [],
      warnings: [],
      cluster: { issue: new Map(), shape: { token: SHAPE.token }, authority: { from: 'certificate-only' } },
    });
  });

  test('also if no member could be queried: the verification will show it', () => {
    expect(decide(finishedCluster()).verdict.name).toBe('unchanged');
  });

  test('the order of hosts has no meaning once the cluster exists', () => {
    const settings = { hosts: MEMBERS.toReversed().map(({ address }) => ({ address })) };
    const plan = decide(finishedCluster().reverse(), { ...healthy, settings });
    expect(plan).toMatchObject({ verdict: { name: 'unchanged' }, cluster: { keyKeeper: 'infra0' } });
  });

  test("the CA's key may have been moved to a safer place", () => {
    expect(decide(withoutFile(finishedCluster(), 0, CA_KEY), healthy).verdict.name).toBe('unchanged');
  });

  test('`bootstrap` has no meaning where there is a cluster', () => {
    for (const bootstrap of ['auto', 'never', 'allow'] as const) {
      expect(decide(finishedCluster(), { ...healthy, settings: { bootstrap } }).verdict.name).toBe(
        'unchanged',
      );
    }
  });

  test('a newer kubeadm with the same etcd changes nothing', () => {
    const kubeadmVersion = { major: 1, minor: 34, patch: 9, text: 'v1.34.9' };
    expect(
      decide(
        finishedCluster().map((host) => ({ ...host, kubeadmVersion })),
        healthy,
      ).verdict.name,
    ).toBe('unchanged');
  });

  // etcd reads them only while it has no data, and a cluster may have got other members since.
  test('what counts only before a member has data is no difference', () => {
    const facts = finishedCluster().map((host, index) => {
      const manifest = otherManifest(index, {
        'initial-cluster': 'infra0=https://10.0.0.6:2380',
        'initial-cluster-state': 'existing',
        'initial-cluster-token': 'another',
        'initial-advertise-peer-urls': 'https://10.0.0.99:2380',
      });
      return recordedWith({ ...host, ...withFiles(host, [manifest]) }, manifest);
    });
    expect(decide(facts, healthy).verdict.name).toBe('unchanged');
  });
});

describe('repair', () => {
  test('certificates delivered, nothing started: goes on with the CA and the token that were made', () => {
    const plan = decide(begun());
    expect(plan).toMatchObject({
      verdict: { name: 'repair' },
      reasons: MEMBERS.map(({ name }) => `${name}: its setup stopped before the member was started`),
      cluster: { authority: { from: 'host', host: 'infra0' }, shape: { token: SHAPE.token } },
    });
    expect(stepsLike(plan, 'start-member').map(({ placeManifest }) => placeManifest)).toEqual([
      true,
      true,
      true,
    ]);
  });

  test('only the host that keeps the CA was begun', () => {
    const facts = [...begun().slice(0, 1), ...pristine().slice(1)];
    expect(decide(facts)).toMatchObject({
      verdict: { name: 'repair' },
      cluster: { authority: { from: 'host', host: 'infra0' } },
    });
  });

  // It would wait for a leader forever: etcd finds a log, so it does not start anew, and the log contains no member.
  test('a log that etcd left blank gives way, with the manifest out and in again; the others are only awaited', () => {
    const blank = { dataDir: { exists: true, empty: false, hasLog: false, hasBlankLog: true, mode: '700' } };
    const plan = decide(withHost(begun('started', 'started', 'started'), 1, blank));
    expect(plan.verdict.name).toBe('repair');
    expect(stepsLike(plan, 'restart-member')).toMatchObject([{ host: 'infra1', mayLackData: true }]);
    expect(stepsLike(plan, 'start-member').map(({ host }) => host)).toEqual(['infra0', 'infra2']);
    const taken = withoutFile(withHost(begun('started', 'started', 'started'), 1, blank), 1, ETCD_MANIFEST);
    expect(stepsLike(decide(taken), 'restart-member')).toMatchObject([{ host: 'infra1' }]);
  });

  test("cut off between the record and the CA's certificate: the CA is recreated, because no certificate bears its signature", () => {
    const [keeper = pristine()[0]] = withoutFile(
      begun(),
      0,
      CA_CERTIFICATE,
      ...leafFiles().map(({ path }) => path),
    );
    const facts = withHost(pristine(), 0, keeper ?? {});
    expect(decide(facts)).toMatchObject({
      verdict: { name: 'repair' },
      cluster: { authority: { from: 'made' }, shape: { token: SHAPE.token } },
    });
    const unsigned = withoutFile([...facts.slice(0, 1), ...begun().slice(1)], 1, CA_CERTIFICATE);
    const signed = withoutFile(unsigned, 2, CA_CERTIFICATE);
    expect(refusalLines(signed)).toContainEqual(
      expect.stringMatching(/^infra0 ca: .*no CA is on any host now\.$/),
    );
  });

  test('leaves started members alone; one that has not published itself yet is no wrong membership', () => {
    const facts = begun('started', 'started', 'files delivered');
    const cluster = clusterFacts({ down: ['infra2'], unpublished: ['infra2'] });
    const plan = decide(facts, { cluster });
    expect([...clusterOf(plan).issue.keys()]).toEqual(['infra2']);
    const touched = stepsOf(plan).filter(({ kind }) => kind !== 'start-member' && kind !== 'record-member');
    expect(new Set(touched.map(({ host }) => host))).toEqual(new Set(['infra2']));
    expect(stepsLike(plan, 'start-member').map(({ host, placeManifest }) => [host, placeManifest])).toEqual([
      ['infra0', false],
      ['infra1', false],
      ['infra2', true],
    ]);
  });

  test('all are started and nothing was verified: waits, verifies, records', () => {
    const plan = decide(begun('started', 'started', 'started'));
    expect(plan.verdict.name).toBe('repair');
    expect(outline(plan)).toEqual([
      MEMBERS.map(({ name }) => `start-member ${name}`),
      MEMBERS.map(({ name }) => `record-member ${name}`),
    ]);
    expect(plan.cluster?.issue).toEqual(new Map());
  });

  test('cut off when all were healthy: only the records are missing', () => {
    const plan = decide(begun('started', 'started', 'started'), healthy);
    expect(plan.verdict.name).toBe('converge');
    expect(outline(plan)).toEqual([MEMBERS.map(({ name }) => `record-member ${name}`)]);
  });

  // It has no record, but may be in use since.
  test('cut off when all were healthy, with other settings now: one member at a time behind gates', () => {
    const extraArgs = [{ name: 'heartbeat-interval', value: '200' }];
    const plan = decide(begun('started', 'started', 'started'), { ...healthy, settings: { extraArgs } });
    expect(plan.verdict.name).toBe('converge');
    const restarts = allStages(plan).filter(({ steps }) =>
      steps.some(({ kind }) => kind === 'restart-member'),
    );
    expect(restarts).toHaveLength(3);
    expect(restarts.map(({ before }) => before?.kind)).toEqual(restarts.map(() => 'quorum-without'));
    expect(restarts.map(({ after }) => after?.kind)).toEqual(restarts.map(() => 'member'));
  });

  test('cut off after the verification: only the records are missing', () => {
    const plan = decide(begun('finished', 'started', 'started'), healthy);
    expect(plan.verdict.name).toBe('converge');
    expect(plan.reasons).toEqual(
      ['infra1', 'infra2'].map(
        (name) => `${name}: the cluster is healthy, but its record does not say so yet`,
      ),
    );
    expect(outline(plan)).toEqual([['record-member infra1', 'record-member infra2']]);
  });

  test('a started member whose kubelet or etcd does not run is woken', () => {
    const facts = withHost(withHost(begun('started', 'started', 'started'), 1, KUBELET_OFF), 2, ETCD_OFF);
    const plan = decide(facts);
    expect(stepsLike(plan, 'start-kubelet').map(({ host, restart }) => [host, restart])).toEqual([
      ['infra1', false],
      ['infra2', true],
    ]);
    expect(plan.reasons.slice(1)).toEqual([
      expect.stringMatching(/^infra1: .*, its kubelet is not running, or is not enabled at boot$/),
      expect.stringMatching(/^infra2: .*, its etcd is not running$/),
    ]);
  });

  test('started with other settings: the manifest is replaced, certificates come from the same CA', () => {
    const extraArgs = [{ name: 'heartbeat-interval', value: '200' }];
    const plan = decide(begun('started', 'started', 'started'), { settings: { extraArgs } });
    expect(plan).toMatchObject({
      verdict: { name: 'repair' },
      cluster: { authority: { from: 'host', host: 'infra0' } },
    });
    expect(stepsLike(plan, 'restart-member').map(({ host }) => host)).toEqual(
      MEMBERS.map(({ name }) => name),
    );
    expect(stepsLike(plan, 'start-member')).toEqual([]);
    expect(plan.reasons[0]).toMatch(/started with other settings/);
  });

  test('a tag of the user settles it where the hosts had begun with different images', () => {
    const facts = withHost(begun('started', 'started', 'files delivered'), 2, {
      etcdImage: 'registry.k8s.io/etcd:3.6.6-0',
    });
    expect(refusalLines(facts)).toEqual([expect.stringMatching(/different etcd images/)]);
    expect(decide(facts, { settings: { etcdImageTag: '3.6.6-0' } }).verdict.name).toBe('repair');
  });

  test('a kubelet that does not run on a finished member is started, nothing else', () => {
    const plan = decide(withHost(finishedCluster(), 1, KUBELET_OFF), healthy);
    expect(plan).toMatchObject({
      verdict: { name: 'repair' },
      reasons: ['infra1: its kubelet is not running, or is not enabled at boot'],
    });
    expect(stepsLike(plan, 'start-kubelet')).toMatchObject([{ host: 'infra1', restart: false }]);
    expect(outline(plan)).toEqual([['start-kubelet infra1'], ['start-member infra1']]);
  });

  test('a kubelet that would not come back after a boot is enabled', () => {
    const kubelet = { installed: true, active: true, subState: 'running', enabled: false, dropIns: [] };
    const plan = decide(withHost(finishedCluster(), 1, { kubelet }), healthy);
    expect(stepsLike(plan, 'start-kubelet')).toMatchObject([{ host: 'infra1', restart: false }]);
  });

  test('an etcd that does not run, on a kubelet that does, is restarted by a fresh kubelet', () => {
    const cluster = clusterFacts({ down: ['infra2'] });
    const plan = decide(withHost(finishedCluster(), 2, ETCD_OFF), { cluster });
    expect(plan).toMatchObject({ verdict: { name: 'repair' }, reasons: ['infra2: its etcd is not running'] });
    expect(stepsLike(plan, 'start-kubelet')).toMatchObject([{ host: 'infra2', restart: true }]);
    expect(stepsLike(plan, 'start-member')).toMatchObject([{ host: 'infra2', placeManifest: false }]);
  });

  test('a whole cluster that was switched off is started', () => {
    const plan = decide(finishedCluster().map((host) => ({ ...host, ...KUBELET_OFF, ...ETCD_OFF })));
    expect(plan.verdict.name).toBe('repair');
    expect(stepsLike(plan, 'start-kubelet')).toHaveLength(3);
  });

  test('files that are missing on a host that was not started are delivered with the others', () => {
    const facts = withoutFile(begun(), 1, leafPath('peer', 'key'), KUBELET_CONFIG);
    const delivered = stepsLike(decide(facts), 'deliver-files')
      .filter(({ host }) => host === 'infra1')
      .flatMap(({ files }) => files.map(({ path }) => path));
    expect(delivered).toEqual(expect.arrayContaining([leafPath('peer', 'key'), KUBELET_CONFIG]));
  });
});
