import { describe, expect, test } from '@jest/globals';
import type { HostFacts } from '../../../src/facts/host.ts';
import type { RestoreStage } from '../../../src/facts/restored-data.ts';
import {
  CA_CERTIFICATE,
  CA_KEY,
  ETCD_MANIFEST,
  KUBEADM_CONFIG,
  leafPath,
  MANIFEST_DIR,
  NODE_MARKS,
} from '../../../src/kubeadm/paths.ts';
import { etcdArguments } from '../../../src/kubeadm/kubeadm-config.ts';
import { encode, explicit, implicit, oids, sequence } from '../../../src/pki/asn1.ts';
import { KUBEADM_POLICY } from '../../../src/pki/authority.ts';
import { clusterFacts } from '../../cluster/example-health.ts';
import {
  exampleSettings,
  fileFact,
  finishedCluster,
  guideCluster,
  manifestFact,
  MEMBERS,
  otherCa,
  ownCa,
  ownHost,
  pristineHost,
  type Progress,
  recordedAs,
  SHAPE,
  unmanagedHost,
} from '../../cluster/example.ts';
import { customCa } from '../../pki/custom-ca.ts';
import {
  blind,
  type Circumstances,
  DATA_LOST,
  decide,
  ETCD_OFF,
  KUBELET_OFF,
  pristine,
  refusalLines,
  refusals,
  stepsLike,
  withFile,
  withHost,
  withoutFile,
} from './deciding.ts';

type Case = readonly [what: string, facts: readonly HostFacts[], circumstances: Circumstances, fact: RegExp];

const healthy = { cluster: clusterFacts() };
const infra2 = { name: 'infra2', address: '10.0.0.8' };
const HEARTBEAT = { extraArgs: [{ name: 'heartbeat-interval', value: '200' }] };
const DATA = { dataDir: { exists: true, empty: false, hasLog: true, hasBlankLog: false, mode: '700' } };

function begun(...progress: Progress[]): HostFacts[] {
  return MEMBERS.map((member, index) =>
    ownHost(member, progress[index] ?? 'files delivered', { keepsKey: index === 0 }),
  );
}

/** Certificates that outlast the example's CA. */
const TEN_YEARS = { settings: { certificates: { ...KUBEADM_POLICY, leafDays: 3650 } } };
const peerMissing = withoutFile(finishedCluster(), 1, leafPath('peer', 'key'));

function authorityOf({ certificatePem, keyPem }: typeof ownCa): Circumstances {
  return { settings: { authority: { certificatePem, keyPem } } };
}

/** Every host with the same fact has a line of its own; a test names the one it checks. */
function refuses(...[, facts, circumstances, fact]: Case): void {
  expect(refusalLines(facts, circumstances)).toContainEqual(expect.stringMatching(fact));
}

describe('leftovers of an etcd that is not ours', () => {
  test.each<Case>([
    ['a log', withHost(pristine(), 1, DATA), {}, /^infra1 host: it holds an etcd .*: a member's data\.$/],
    [
      'files in the data dir',
      withHost(pristine(), 1, { dataDir: { ...DATA.dataDir, hasLog: false } }),
      {},
      /^infra1 host: .*: files in the data dir\.$/,
    ],
    [
      'a manifest',
      withFile(pristine(), 1, fileFact(ETCD_MANIFEST, 'kind: Pod')),
      {},
      /^infra1 host: it holds an etcd .*etcd\.yaml\.$/,
    ],
    [
      'certificates',
      withFile(pristine(), 1, fileFact(leafPath('server', 'certificate'), 'x')),
      {},
      /^infra1 host: it holds an etcd .*server\.crt\.$/,
    ],
    [
      'a running container',
      withHost(pristine(), 1, { containers: [{ id: 'c', running: true, image: 'x', attempt: 0 }] }),
      {},
      /^infra1 host: it holds an etcd .*a running etcd container\.$/,
    ],
    [
      'a log among finished members',
      [...finishedCluster().slice(0, 2), { ...pristineHost(infra2), ...DATA }],
      { cluster: clusterFacts({ down: ['infra2'] }) },
      /^infra2 host: it holds an etcd/,
    ],
    [
      "the guide's cluster, stopped",
      guideCluster().map((host) => ({ ...host, ...ETCD_OFF })),
      {},
      /^infra0 host: it holds an etcd .*a member's data, .*etcd\.yaml/,
    ],
  ])('%s', refuses);
});

describe('a restore that was cut off', () => {
  const withRestore = (stage: RestoreStage): Partial<HostFacts> => ({
    dataDir: {
      exists: true,
      empty: true,
      hasLog: false,
      hasBlankLog: false,
      mode: '700',
      restore: { stage },
    },
  });

  test.each<RestoreStage>(['begun', 'restored', 'placing', 'placed'])(
    '%s: no cluster is founded beside it',
    (stage) => {
      expect(refusalLines(withHost(pristine(), 1, withRestore(stage)))).toEqual([
        'infra1 data-dir: a restore was cut off on this host: its data dir holds .etcd-ha-action-restore.',
      ]);
    },
  );

  test('what it has left beside a member that has started is no matter', () => {
    const finished = finishedCluster();
    const { dataDir } = finished[1] ?? {};
    const left = { dataDir: { ...DATA.dataDir, ...dataDir, restore: { stage: 'placed' as const } } };
    const plan = decide(withHost(finished, 1, left), healthy);
    expect(plan.verdict.name).toBe('unchanged');
    // a whole copy of the database does not stay
    expect(plan.afterVerify.flatMap(({ steps }) => steps)).toMatchObject([
      { kind: 'discard-restore', host: 'infra1' },
    ]);
  });
});

describe('hosts that serve another purpose', () => {
  test.each(NODE_MARKS)('a node of a Kubernetes cluster (%s)', (mark) => {
    const joined = /\/(?:kubelet|admin)\.conf$/.test(mark);
    for (const [facts, circumstances] of [
      [pristine(), {}],
      [finishedCluster(), healthy],
      [guideCluster(), healthy],
    ] as const) {
      const isEmpty = facts[2]?.dataDir.hasLog === false;
      expect(refusalLines(withFile(facts, 2, fileFact(mark, 'x')), circumstances)).toContainEqual(
        joined || !isEmpty
          ? `infra2 host: it is a node of a Kubernetes cluster (${mark}).`
          : `infra2 host: it holds files of a Kubernetes node that has not joined: ${mark}.`,
      );
    }
  });

  const LEFT_OVER = ['/etc/kubernetes/bootstrap-kubelet.conf', '/etc/kubernetes/pki/ca.crt'].map((path) =>
    fileFact(path, 'x'),
  );
  const fixes = (facts: readonly HostFacts[]): string[] =>
    refusals(facts)
      .filter(({ host, fact }) => host === 'infra2' && /Kubernetes/.test(fact))
      .map(({ fix = '' }) => fix);

  test('what a join that failed has left is removed by `kubeadm reset`, and the fix says what that removes', () => {
    const [fix] = fixes(withFile(pristine(), 2, ...LEFT_OVER));
    expect(fix).toContain('kubeadm reset -f');
    expect(fix).toContain('/etc/kubernetes/pki');
  });

  // `kubeadm reset` removes etcd's data too.
  test.each<[string, Partial<HostFacts>]>([
    ['a log', DATA],
    ['files in the data dir', { dataDir: { ...DATA.dataDir, hasLog: false } }],
    ['a blank log', { dataDir: { ...DATA.dataDir, hasLog: false, hasBlankLog: true } }],
    ['a container', { containers: [{ id: 'c', running: false, image: 'x', attempt: 0 }] }],
  ])('it is never advised beside %s', (_, changes) => {
    const found = fixes(withFile(withHost(pristine(), 2, changes), 2, ...LEFT_OVER));
    expect(found).toHaveLength(1);
    expect(found.join()).not.toContain('reset');
  });

  test.each(['files', 'data-dir', 'containers'] as const)('nor where %s could not be seen', (what) => {
    const unseen = [{ what, program: 'find', words: 'no' }];
    const found = fixes(withFile(withHost(pristine(), 2, { unseen }), 2, ...LEFT_OVER));
    expect(found.join()).not.toContain('reset');
  });

  test.each<Case>([
    [
      'a kubelet that manages other pods',
      withFile(pristine(), 2, fileFact(`${MANIFEST_DIR}/web.yaml`, 'x')),
      {},
      /^infra2 host: its kubelet manages other pods: .*web\.yaml\.$/,
    ],
    [
      'a copy of the manifest beside it, on a member',
      withFile(finishedCluster(), 2, fileFact(`${MANIFEST_DIR}/etcd.yaml.bak`, 'x')),
      healthy,
      /^infra2 host: its kubelet manages other pods: .*etcd\.yaml\.bak\.$/,
    ],
    [
      'a pki that others use too',
      withFile(pristine(), 0, fileFact('/etc/kubernetes/pki/front-proxy-ca.crt', 'x')),
      {},
      /^infra0 host: .*files that do not belong to etcd: .*front-proxy-ca\.crt\.$/,
    ],
  ])('%s', refuses);

  test('a file that begins with a dot is no pod', () => {
    expect(decide(withFile(pristine(), 2, fileFact(`${MANIFEST_DIR}/.keep`, ''))).verdict.name).toBe(
      'create',
    );
  });
});

describe('hosts that do not belong together', () => {
  const stranger = (options: object): HostFacts[] => [
    ...finishedCluster().slice(0, 2),
    ownHost(infra2, 'finished', options),
  ];
  test.each<Case>([
    [
      'two clusters of the same name',
      stranger({ shape: { ...SHAPE, token: 'another' } }),
      healthy,
      /^- hosts: they belong to 2 different clusters \(infra0, infra1 \/ infra2\)\.$/,
    ],
    [
      'two CAs',
      stranger({ ca: otherCa.certificatePem }),
      healthy,
      /^- ca: the hosts hold different CAs \(infra0, infra1: .*; infra2: /,
    ],
    [
      'another CA in a record',
      withHost(finishedCluster(), 2, (host) =>
        recordedAs(host, {
          cluster: { name: 'etcd', token: SHAPE.token, caFingerprint: otherCa.fingerprint },
        }),
      ),
      healthy,
      /^infra2 ca: it was set up with the CA .*, and the CA here is /,
    ],
    [
      "a cluster of the action and one of the guide's",
      [...finishedCluster().slice(0, 2), unmanagedHost(infra2)],
      healthy,
      /^- hosts: they belong to 2 different clusters/,
    ],
    [
      'another cluster name',
      finishedCluster(),
      { ...healthy, settings: { clusterName: 'payments' } },
      /^infra1 cluster-name: it belongs to the cluster "etcd", not to "payments"\.$/,
    ],
    [
      'swapped names',
      finishedCluster(),
      {
        ...healthy,
        settings: {
          hosts: MEMBERS.map(({ address }, at) => ({
            address,
            name: ['infra1', 'infra0', 'infra2'][at] ?? '',
          })),
        },
      },
      /^infra1 hosts: it was set up as member "infra0" at 10\.0\.0\.6/,
    ],
    [
      'the same machine behind two addresses',
      withHost(pristine(), 1, { bootId: 'boot-infra0' }),
      {},
      /^- hosts: 10\.0\.0\.6 and 10\.0\.0\.7 are the same machine/,
    ],
    [
      'clones with one hostname',
      withHost(pristine(), 1, { hostname: 'infra0' }),
      {},
      /^- names: .* have the same name "infra0"\.$/,
    ],
    [
      'a hostname that kubeadm does not take',
      withHost(pristine(), 1, { hostname: 'infra_1' }),
      {},
      /^10\.0\.0\.7 names: its short hostname "infra_1"/,
    ],
    [
      'an empty host among finished members',
      [...finishedCluster().slice(0, 2), pristineHost(infra2)],
      { cluster: clusterFacts({ down: ['infra2'] }) },
      /^infra2 host: it is empty, while infra0, infra1 hold a member's data\.$/,
    ],
    [
      'one member with data while the others are empty',
      [...finishedCluster().slice(0, 1), ...pristine().slice(1)],
      {},
      /^infra2 host: it is empty, while infra0 holds a member's data\.$/,
    ],
    [
      'an empty host among members of a deploy that was cut off',
      [...begun('started', 'started').slice(0, 2), pristineHost(infra2)],
      {},
      /^infra2 host: it is empty, while infra0, infra1 hold a member's data\.$/,
    ],
  ])('%s', refuses);
});

describe('the CA', () => {
  test.each<Case>([
    [
      'on the hosts is not the one in the inputs',
      finishedCluster(),
      authorityOf(otherCa),
      /^infra1 ca-certificate: its CA \(.*\) is not the one in the inputs/,
    ],
    [
      'given is not the one of a deploy that was cut off',
      begun(),
      authorityOf(otherCa),
      /^infra0 ca-certificate: its CA \(.*\) is not the one in the inputs/,
    ],
    [
      'has no key anywhere, and certificates are needed',
      MEMBERS.map((member) => ownHost(member, 'files delivered')),
      {},
      /^infra0 ca-key: .*its key is on none of the hosts\.$/,
    ],
    [
      'has no key anywhere, and a leaf is missing on a finished member',
      withoutFile(withoutFile(finishedCluster(), 0, CA_KEY), 1, leafPath('peer', 'key')),
      healthy,
      /^infra0 ca-key: .*its key is on none of the hosts\.$/,
    ],
    [
      'has gone from hosts that were begun with it',
      begun().map((host) => withoutFile([host], 0, CA_CERTIFICATE)[0] ?? host),
      {},
      /^infra0 ca: it was set up with the CA .*, and no CA is on any host now\.$/,
    ],
    [
      'has gone from hosts that were finished with it',
      finishedCluster().map((host) => withoutFile([host], 0, CA_CERTIFICATE)[0] ?? host),
      healthy,
      /^infra0 ca: it was set up with the CA .*, and no CA is on any host now\.$/,
    ],
    [
      'cannot be read',
      withFile(withFile(pristine(), 0, fileFact(CA_CERTIFICATE, 'x', '644')), 0, fileFact(CA_KEY, 'x')),
      {},
      /^infra0 ca: its .*ca\.crt is not a readable certificate\.$/,
    ],
    [
      'on the hosts ends before what it would sign',
      peerMissing,
      { ...healthy, ...TEN_YEARS },
      /^infra0 certificate-validity-days: the CA expires on 2035-12-30T00:00:00\.000Z, and .* for 3650 days .* on 2036-05-29T00:00:00\.000Z/,
    ],
    [
      'given ends before what it would sign',
      pristine(),
      { settings: { ...authorityOf(ownCa).settings, ...TEN_YEARS.settings, bootstrap: 'allow' } },
      /^- certificate-validity-days: the CA expires on 2035-12-30T00:00:00\.000Z, and .* on 2036-05-29T00:00:00\.000Z/,
    ],
    [
      'on the hosts has ended, before anything is touched',
      peerMissing,
      { ...healthy, now: new Date('2035-12-31T00:00:00Z') },
      /^infra0 .*ca\.crt: The certificate expired on 2035-12-30T00:00:00\.000Z/,
    ],
  ])('%s', refuses);

  test('must not sign for a member: refused as soon as the members are known, before any change', () => {
    const names = ['localhost', 'infra0', 'infra1'].map((name) => sequence(implicit(2, Buffer.from(name))));
    const permitted = { ...explicit(0, sequence()), value: names };
    const certificatePem = customCa(ownCa.key, {
      extensions: {
        [oids.nameConstraints]: {
          oid: oids.nameConstraints,
          critical: true,
          value: encode(sequence(permitted)),
        },
      },
    });
    const settings = { authority: { certificatePem, keyPem: ownCa.keyPem }, bootstrap: 'allow' } as const;
    expect(refusalLines(pristine(), { settings })).toEqual([
      expect.stringMatching(/^- ca-certificate: It has name constraints .* do not allow DNS:infra2, which/),
    ]);
    const { certificates } = exampleSettings();
    expect(
      refusalLines(pristine().slice(0, 1), {
        settings: {
          ...settings,
          hosts: [{ address: '10.0.0.6' }],
          certificates: { ...certificates, extraSans: ['lb.example.com'] },
        },
      }),
    ).toEqual([expect.stringContaining('do not allow DNS:lb.example.com, which')]);
  });

  test('with others beside it in ca.crt: the file stays, it signs, and who is trusted by that is reported', () => {
    const bundle = fileFact(CA_CERTIFICATE, `${ownCa.certificatePem}${otherCa.certificatePem}`, '644');
    const facts = [0, 1, 2].reduce((hosts, index) => withFile(hosts, index, bundle), peerMissing);
    const plan = decide(facts, healthy);
    expect(plan).toMatchObject({
      verdict: { name: 'converge' },
      cluster: { authority: { from: 'host', host: 'infra0' } },
    });
    expect(
      stepsLike(plan, 'deliver-files').flatMap(({ files }) => files.map(({ path }) => path)),
    ).not.toContain(CA_CERTIFICATE);
    expect(plan.warnings.filter(({ at }) => at === 'ca')).toEqual(
      MEMBERS.map(({ name }) => ({
        code: 'ca-trust-too-wide',
        host: name,
        at: 'ca',
        fact: `its ${CA_CERTIFICATE} holds 2 certificates (CN=etcd-ca; CN=etcd-ca): etcd accepts the clients of all of them.`,
        cause: expect.any(String),
        fix: expect.stringContaining(
          'Unless a change of the CA is under way, keep only the certificate that signs',
        ),
      })),
    );
  });

  test('that ends before what it would sign is no matter while it signs nothing', () => {
    expect(decide(finishedCluster(), { ...healthy, ...TEN_YEARS }).verdict.name).toBe('converge');
  });

  test.each([
    [new Date('2035-06-01T00:00:00Z'), /^Give `certificate-validity-days: 212` or fewer/],
    [new Date('2035-12-29T12:00:00Z'), /^Give a CA that is valid for longer/],
  ])('on %s it says what to give instead', (now, fix) => {
    const findings = refusals(peerMissing, { ...healthy, now });
    expect(findings.map((finding) => finding.fix)).toEqual([expect.stringMatching(fix)]);
  });

  // By that clock they are not valid yet, or have expired; 364.9 days ahead they are valid for two more hours.
  const DAY = 24 * 60 * 60_000;
  const behind = { clock: { offsetMs: -600_000, uncertaintyMs: 40 } };
  const ahead = { clock: { offsetMs: 365.1 * DAY, uncertaintyMs: 40 } };
  test.each<[string, readonly HostFacts[], Circumstances, RegExp[]]>([
    [
      'a new cluster',
      withHost(pristine(), 1, behind),
      {},
      [/^infra1 clock: .* at least 10 min behind .* would not be valid on it yet\.$/],
    ],
    [
      'a certificate on another host',
      withHost(peerMissing, 2, ahead),
      healthy,
      [/^infra2 clock: .* at least 8762 h ahead .* for 365 days would already have expired on it\.$/],
    ],
    [
      'any host, where the runner is the one that is wrong',
      peerMissing.map((host) => ({ ...host, ...behind })),
      healthy,
      MEMBERS.map(({ name }) => new RegExp(`^${name} clock: `)),
    ],
    [
      'a clock that is right',
      withHost(peerMissing, 2, { clock: { offsetMs: 364.9 * DAY, uncertaintyMs: 40 } }),
      healthy,
      [],
    ],
    [
      'a clock within what is not known',
      withHost(pristine(), 1, { clock: { offsetMs: -600_000, uncertaintyMs: 400_000 } }),
      {},
      [],
    ],
    ['a cluster that needs none', withHost(finishedCluster(), 1, behind), healthy, []],
    [
      'a clock that could not be seen',
      withHost(peerMissing, 2, (host) => blind(host, 'clock')),
      healthy,
      [
        /^infra2 probe: `look at clock` gave no usable answer.* whether certificates that a run issues now are valid there: /,
      ],
    ],
  ])('certificates are not made that would not be valid: %s', (_what, facts, circumstances, lines) => {
    expect(refusalLines(facts, circumstances)).toEqual(lines.map((line) => expect.stringMatching(line)));
  });

  test('given with its key, stands in for a key that is on no host', () => {
    const facts = withoutFile(withoutFile(finishedCluster(), 0, CA_KEY), 1, leafPath('peer', 'key'));
    expect(decide(facts, authorityOf(ownCa))).toMatchObject({
      verdict: { name: 'converge' },
      cluster: { authority: { from: 'input' } },
    });
  });
});

describe('the member list', () => {
  test.each<Case>([
    [
      'with a stranger',
      finishedCluster(),
      { cluster: clusterFacts({ stranger: true }) },
      /^- members: The cluster has a member that is not expected: infra9/,
    ],
    [
      'that lacks a host',
      finishedCluster(),
      { cluster: clusterFacts({ missing: ['infra2'] }) },
      /^infra2 members: infra2 .* is not a member of the cluster\.$/,
    ],
    [
      'of a deploy that was cut off, with a stranger',
      begun('started', 'started', 'started'),
      { cluster: clusterFacts({ stranger: true }) },
      /^- members: The cluster has a member that is not expected: infra9/,
    ],
    [
      'with a finished member that has not published itself',
      finishedCluster(),
      { cluster: clusterFacts({ unpublished: ['infra2'] }) },
      /^infra2 members: infra2 announces the client URL \(none\)/,
    ],
  ])('%s', refuses);
});

// Whatever initial-cluster-state says: under its old id it would come back without its votes, or found a second
// cluster.
describe('a member that was ever started is never started without its log', () => {
  test.each<Case>([
    [
      'by the record',
      withHost(finishedCluster(), 1, DATA_LOST),
      healthy,
      /^infra1 data-dir: .*the action's record says that it is a member.*no longer holds a log\.$/,
    ],
    [
      'by the record, where the log is blank',
      withHost(finishedCluster(), 1, {
        dataDir: { exists: true, empty: false, hasLog: false, hasBlankLog: true, mode: '700' },
      }),
      healthy,
      /^infra1 data-dir: .*the action's record says that it is a member.*no longer holds a log\.$/,
    ],
    [
      'by the record, and the cluster cannot be asked',
      finishedCluster().map((host) => ({ ...host, ...KUBELET_OFF, ...ETCD_OFF, ...DATA_LOST })),
      {},
      /^infra0 data-dir: /,
    ],
    [
      'by the member list, in a deploy that was cut off',
      withHost(begun('started', 'started', 'started'), 2, { ...DATA_LOST, ...ETCD_OFF }),
      { cluster: clusterFacts({ down: ['infra2'] }) },
      /^infra2 data-dir: .*the member list has it with published client URLs \(id /,
    ],
    [
      'by the record of another member',
      withHost(begun('finished', 'started', 'started'), 2, { ...DATA_LOST, ...ETCD_OFF }),
      { cluster: clusterFacts({ down: ['infra2'], unpublished: ['infra2'] }) },
      /^infra2 data-dir: .*infra0 records that the whole cluster has been healthy/,
    ],
    [
      'where its files were removed as well',
      [
        ...finishedCluster().slice(0, 2),
        recordedAs({ ...pristineHost(infra2), state: finishedState(2) }, {}),
      ],
      { cluster: clusterFacts({ down: ['infra2'] }) },
      /^infra2 data-dir: /,
    ],
  ])('%s', refuses);

  test('one that the action has begun and that never published itself goes on', () => {
    const facts = withHost(begun('started', 'started', 'started'), 2, { ...DATA_LOST, ...ETCD_OFF });
    const cluster = clusterFacts({ down: ['infra2'], unpublished: ['infra2'] });
    expect(decide(facts, { cluster }).verdict.name).toBe('repair');
    expect(decide(facts).verdict.name).toBe('repair');
  });
});

function finishedState(index: number): HostFacts['state'] {
  return finishedCluster()[index]?.state ?? 'absent';
}

describe('what another manifest alone cannot change', () => {
  test.each<Case>([
    [
      'the client port',
      finishedCluster(),
      { ...healthy, settings: { clientPort: 3379 } },
      /^infra1 client-port: .*--listen-client-urls is "https:\/\/10\.0\.0\.7:2379"/,
    ],
    [
      'the peer port',
      finishedCluster(),
      { ...healthy, settings: { peerPort: 3380 } },
      /^infra1 peer-port: .*--listen-peer-urls is "https:\/\/10\.0\.0\.7:2380"/,
    ],
    [
      'the peer port, of a cluster that is switched off',
      finishedCluster().map((host) => ({ ...host, ...KUBELET_OFF, ...ETCD_OFF })),
      { settings: { peerPort: 3380 } },
      /^infra0 peer-port: /,
    ],
    [
      'the data dir',
      finishedCluster().map((host) => ({ ...host, ...DATA_LOST })),
      { ...healthy, settings: { dataDir: '/data/etcd' } },
      /^infra1 data-dir: .*--data-dir is "\/var\/lib\/etcd", the inputs want "\/data\/etcd"\.$/,
    ],
    [
      'the data dir, where the other one holds a log too',
      finishedCluster(),
      { ...healthy, settings: { dataDir: '/data/etcd' } },
      /^infra1 data-dir: .*--data-dir is "\/var\/lib\/etcd"/,
    ],
    [
      'the peer port of a deploy that was cut off',
      begun('started', 'started', 'started'),
      { settings: { peerPort: 3380 } },
      /^infra1 hosts: its etcd has already written data with other values \(--initial-cluster is/,
    ],
    [
      'the data dir of a deploy that was cut off',
      begun('started', 'started', 'started').map((host) => ({ ...host, ...DATA_LOST })),
      { settings: { dataDir: '/data/etcd' } },
      /^infra1 hosts: .*--data-dir is "\/var\/lib\/etcd", the inputs want "\/data\/etcd"/,
    ],
  ])('%s', refuses);

  test('a port may change while no member of a deploy that was cut off has begun its data', () => {
    expect(decide(begun(), { settings: { peerPort: 3380 } }).verdict.name).toBe('repair');
  });
});

describe("etcd's release", () => {
  const runs = (tag: string): HostFacts[] =>
    MEMBERS.map((member, index) => {
      const host = ownHost(member, 'finished', { keepsKey: index === 0 });
      const manifest = manifestFact(etcdArguments(SHAPE, member), {
        ...SHAPE,
        image: `registry.k8s.io/etcd:${tag}`,
      });
      return withFile([host], 0, manifest)[0] ?? host;
    });
  const tag = (etcdImageTag: string): Circumstances => ({ ...healthy, settings: { etcdImageTag } });

  test.each<Case>([
    [
      'an older one',
      finishedCluster(),
      tag('3.6.4-0'),
      /^infra1 etcd-image-tag: it runs etcd 3\.6\.5, but the inputs name the older 3\.6\.4\.$/,
    ],
    [
      'the next minor one',
      finishedCluster(),
      tag('3.7.0-0'),
      /^infra1 etcd-image-tag: it runs etcd 3\.6\.5, but the inputs name 3\.7\.0, another minor release\.$/,
    ],
    [
      'the minor one before',
      finishedCluster(),
      tag('3.5.21-0'),
      /^infra1 etcd-image-tag: .*another minor release\.$/,
    ],
    [
      'a tag that does not tell',
      finishedCluster(),
      tag('stable'),
      /^infra1 etcd-image-tag: the tag of registry\.k8s\.io\/etcd:stable does not show/,
    ],
    [
      'from a tag that does not tell',
      runs('stable'),
      tag('3.6.5-0'),
      /^infra1 etcd-image-tag: the tag of registry\.k8s\.io\/etcd:stable does not show/,
    ],
    [
      'an older one, on data of a deploy that was cut off',
      begun('started', 'started', 'started'),
      tag('3.5.21-0'),
      /^infra1 etcd-image-tag: .*another minor release\.$/,
    ],
    [
      'different ones for a new cluster',
      withHost(pristine(), 2, { etcdImage: 'registry.k8s.io/etcd:3.6.6-0' }),
      {},
      /^- etcd-image-tag: kubeadm on the hosts uses different etcd images/,
    ],
  ])('%s', refuses);
});

describe('fewer healthy members than the change needs', () => {
  const lines = (state: Parameters<typeof clusterFacts>[0], facts = finishedCluster()): string[] =>
    refusalLines(facts, { cluster: clusterFacts(state), settings: HEARTBEAT });

  test('a member that does not answer: no other may be restarted', () => {
    expect(lines({ down: ['infra2'] })).toEqual(
      ['infra0', 'infra1'].map((name) =>
        expect.stringMatching(
          `^${name} gate: 1 of 3 members would be healthy without ${name}, and 2 are needed \\(not healthy: infra2, .*connection refused`,
        ),
      ),
    );
  });

  test('a member that is far behind', () => {
    expect(lines({ lagging: ['infra2'] })).toHaveLength(2);
  });

  test('no leader, an alarm', () => {
    expect(lines({ leader: null })).toContainEqual(
      expect.stringMatching(/^- gate: the members report no leader/),
    );
    expect(lines({ alarm: 'infra1' })).toContainEqual(expect.stringMatching(/^infra1 alarms: Alarm NOSPACE/));
  });

  test('a cluster that runs and cannot be asked', () => {
    expect(refusalLines(finishedCluster(), { settings: HEARTBEAT })).toEqual([
      expect.stringMatching(
        /^- gate: infra0, infra1, infra2 need a restart, but no member answers, so the health/,
      ),
    ]);
  });

  // The stopped member is changed, which does not affect the majority.
  test('a change of the member that is down needs the others only', () => {
    const facts = withHost(withoutFile(finishedCluster(), 2, ETCD_MANIFEST), 2, ETCD_OFF);
    expect(decide(facts, { cluster: clusterFacts({ down: ['infra2'] }) }).verdict.name).toBe('converge');
  });

  test('what restarts nothing needs no majority', () => {
    const facts = withFile(finishedCluster(), 1, fileFact(KUBEADM_CONFIG, 'edited'));
    expect(decide(facts, { cluster: clusterFacts({ down: ['infra1', 'infra2'] }) }).verdict.name).toBe(
      'converge',
    );
  });
});

describe('unknown files and states', () => {
  test.each<Case>([
    [
      'a record of a newer release',
      withHost(finishedCluster(), 0, { state: 'unreadable' }),
      healthy,
      /^infra0 state: .* is unreadable\.$/,
    ],
    [
      'files in the data dir of a host that was not started',
      withHost(begun(), 1, {
        dataDir: { exists: true, empty: false, hasLog: false, hasBlankLog: false, mode: '755' },
      }),
      {},
      /^infra1 data-dir: its data dir holds files, but no etcd has been started on it yet\.$/,
    ],
  ])('%s', refuses);
});

test('all hosts are named at once, not only the first', () => {
  const lines = refusalLines(pristine().map((host) => ({ ...host, systemd: false })));
  expect(lines.map((line) => line.split(' ')[0])).toEqual(MEMBERS.map(({ name }) => name));
});

describe('prerequisites', () => {
  function without(
    facts: HostFacts[],
    key: 'kubeletPath' | 'kubeadmPath' | 'crictlPath' | 'etcdImage',
  ): HostFacts[] {
    return facts.map((host) => {
      const rest: HostFacts = { ...host };
      Reflect.deleteProperty(rest, key);
      return rest;
    });
  }

  // For a new host as for a member: without them nothing can be compared or repaired.
  test.each<[string, (facts: HostFacts[]) => HostFacts[], RegExp]>([
    ['systemd', (facts) => withHost(facts, 0, { systemd: false }), /systemd is not running this host/],
    ['kubelet', (facts) => without(facts, 'kubeletPath'), /kubelet is not installed/],
    ['kubeadm', (facts) => without(facts, 'kubeadmPath'), /kubeadm is not installed/],
    ['crictl', (facts) => without(facts, 'crictlPath'), /crictl is not installed/],
    ['an image list', (facts) => without(facts, 'etcdImage'), /did not name its etcd image/],
    [
      "kubelet's unit",
      (facts) => withHost(facts, 0, (host) => ({ kubelet: { ...host.kubelet, installed: false } })),
      /systemd knows no kubelet\.service/,
    ],
    [
      'a runtime',
      (facts) => withHost(facts, 0, { runtime: { sockets: [] } }),
      /no container runtime answers/,
    ],
    [
      'one runtime among several',
      (facts) => withHost(facts, 0, { runtime: { sockets: ['/run/a.sock', '/run/b.sock'] } }),
      /several container runtimes/,
    ],
    [
      'a runtime that tells its cgroup driver',
      (facts) => withHost(facts, 0, { runtime: { sockets: ['/run/a.sock'], problem: 'refused' } }),
      /did not report its cgroup driver to crictl \(refused\)/,
    ],
    [
      'a kubeadm that knows v1beta4',
      (facts) => withHost(facts, 0, { kubeadmVersion: { major: 1, minor: 30, patch: 1, text: 'v1.30.1' } }),
      /kubeadm is v1\.30\.1; this action supports 1\.31 to 1\.37/,
    ],
  ])('a new host and a member need %s', (_, change, fact) => {
    for (const [facts, circumstances] of [
      [pristine(), {}],
      [finishedCluster(), healthy],
    ] as const) {
      expect(refusalLines(change([...facts]), circumstances)).toContainEqual(expect.stringMatching(fact));
    }
  });

  test.each<Case>([
    [
      'its own address',
      withHost(pristine(), 0, { addresses: ['192.0.2.1'] }),
      {},
      /^infra0 hosts: .*not on any of its interfaces/,
    ],
    [
      'open ports between the hosts',
      withHost(pristine(), 0, { reach: [{ address: '10.0.0.7', port: 2380, outcome: 'timeout' }] }),
      {},
      /^infra0 network: it cannot reach 10\.0\.0\.7 on TCP port 2380 \(timeout\)\.$/,
    ],
    [
      'free ports',
      withHost(pristine(), 0, { listeners: new Map([[2381, 'etcd']]) }),
      {},
      /^infra0 ports: TCP port 2381, which etcd needs, is taken by "etcd"\.$/,
    ],
  ])('a new host needs %s', refuses);
});

// The folder may hold the only key of the other cluster's CA.
test('of two CAs none is to be removed', () => {
  const facts = withFile(finishedCluster(), 1, fileFact(CA_CERTIFICATE, otherCa.certificatePem, '644'));
  const fixes = refusals(facts).filter(({ fact }) => fact.startsWith('the hosts hold different CAs'));
  expect(fixes).toHaveLength(1);
  for (const { fix } of fixes) {
    expect(fix).not.toMatch(/\b(clear|remove|delete|empty|rm)\b/i);
    expect(fix).toMatch(/to a safe place/);
  }
});
