import { describe, expect, test } from '@jest/globals';
import { decideDeploy } from '../../src/cluster/decide-deploy.ts';
import type { HostFacts } from '../../src/cluster/host-facts.ts';
import type { Plan, Step } from '../../src/cluster/plan.ts';
import { Refusal } from '../../src/findings.ts';
import { CA_KEY, ETCD_MANIFEST, KUBEADM_CONFIG, MANIFEST_DIR } from '../../src/kubeadm/paths.ts';
import type { Settings } from '../../src/settings/settings.ts';
import {
  exampleSettings,
  fileFact,
  finishedCluster,
  IMAGE,
  MEMBERS,
  otherCa,
  ownCa,
  ownHost,
  pristineHost,
  SHAPE,
} from './example.ts';

const FRESH = 'fresh-token';

function decide(facts: readonly HostFacts[], changes: Partial<Settings> = {}, brought?: string): Plan {
  return decideDeploy({
    settings: exampleSettings(changes),
    facts,
    freshToken: FRESH,
    ...(brought === undefined ? {} : { broughtFingerprint: brought }),
  });
}

/** Everything that a refusal says, or an empty text when there is a plan. */
function refusal(facts: readonly HostFacts[], changes: Partial<Settings> = {}, brought?: string): string {
  try {
    decide(facts, changes, brought);
    return '';
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    expect(error.findings.every(({ fix }) => fix !== undefined && fix !== '')).toBe(true);
    return error.message;
  }
}

function pristine(): HostFacts[] {
  return MEMBERS.map((member) => pristineHost(member));
}

/** The example with one host changed. */
function withHost(facts: HostFacts[], index: number, changes: Partial<HostFacts>): HostFacts[] {
  return facts.map((host, at) => (at === index ? { ...host, ...changes } : host));
}

function withFile(host: HostFacts, path: string, text: string): Partial<HostFacts> {
  return { files: new Map([...host.files, [path, fileFact(path, text)]]) };
}

function first(facts: readonly HostFacts[], index: number): HostFacts {
  const host = facts[index];
  if (host === undefined) throw new Error(`the example has no host ${index}`);
  return host;
}

function steps(plan: Plan): Step[] {
  return plan.stages.flatMap((stage) => stage.steps);
}

describe('create', () => {
  test('empty hosts become a new cluster with a CA of its own and a fresh token', () => {
    const plan = decide(pristine());
    expect(plan).toMatchObject({
      verdict: 'create',
      authority: { from: 'made' },
      keyKeeper: 'infra0',
      issueFor: ['infra0', 'infra1', 'infra2'],
      shape: { token: FRESH },
    });
  });

  test("the CA's key goes to one host, and a whole stage before any certificate", () => {
    const stageOf = (wanted: (step: Step) => boolean): number[] =>
      decide(pristine()).stages.flatMap((stage, index) => (stage.steps.some(wanted) ? [index] : []));
    const carriesKey = (step: Step): boolean =>
      step.kind === 'deliver-files' && step.files.some(({ path }) => path === CA_KEY);
    const carriesLeaf = (step: Step): boolean =>
      step.kind === 'deliver-files' && step.files.some(({ content }) => content.from === 'leaf');
    expect(
      steps(decide(pristine()))
        .filter(carriesKey)
        .map(({ host }) => host),
    ).toEqual(['infra0']);
    expect(Math.max(...stageOf(carriesKey))).toBeLessThan(Math.min(...stageOf(carriesLeaf)));
  });

  test('no member is started before the files of all have been verified', () => {
    const titles = decide(pristine()).stages.map(({ steps: own }) => [
      ...new Set(own.map(({ kind }) => kind)),
    ]);
    expect(titles.at(-1)).toEqual(['start-member']);
    expect(titles.at(-2)).toEqual(['verify-files']);
  });

  test('the image is pulled only where it is not', () => {
    const plan = decide(withHost(pristine(), 1, { images: [] }));
    expect(steps(plan).filter(({ kind }) => kind === 'pull-image')).toMatchObject([
      { host: 'infra1', image: 'registry.k8s.io/etcd:3.6.5-0' },
    ]);
  });

  test('a repository and a tag of the user replace those of kubeadm', () => {
    const plan = decide(pristine(), { imageRepository: 'mirror.example/k8s', etcdImageTag: '3.6.8-0' });
    expect(steps(plan).find(({ kind }) => kind === 'pull-image')).toMatchObject({
      image: 'mirror.example/k8s/etcd:3.6.8-0',
    });
  });

  test('a CA of the user is used, and its key kept on the first host', () => {
    const plan = decide(pristine(), {}, otherCa.fingerprint);
    expect(plan).toMatchObject({ authority: { from: 'input' }, keyKeeper: 'infra0' });
  });

  test('a CA that lies ready on a host is used from there (guide step 3)', () => {
    const facts = withHost(pristine(), 1, {
      files: new Map([
        [
          '/etc/kubernetes/pki/etcd/ca.crt',
          fileFact('/etc/kubernetes/pki/etcd/ca.crt', ownCa.certificatePem),
        ],
        [CA_KEY, fileFact(CA_KEY, 'key')],
      ]),
    });
    expect(decide(facts)).toMatchObject({ authority: { from: 'host', host: 'infra1' }, keyKeeper: 'infra1' });
  });
});

describe('unchanged', () => {
  test('a finished cluster needs nothing, and its token stays', () => {
    const plan = decide(finishedCluster());
    expect(plan).toMatchObject({
      verdict: 'unchanged',
      stages: [],
      afterProof: [],
      shape: { token: SHAPE.token },
      authority: { from: 'certificate-only' },
    });
  });

  test('the order of hosts has no meaning once the cluster exists', () => {
    const plan = decide(finishedCluster().reverse(), {
      hosts: MEMBERS.toReversed().map(({ address }) => ({ address })),
    });
    expect(plan).toMatchObject({ verdict: 'unchanged', keyKeeper: 'infra0' });
  });

  test("the CA's key may have been moved to a safer place", () => {
    const facts = finishedCluster().map((host) => {
      const files = new Map(host.files);
      files.delete(CA_KEY);
      return { ...host, files };
    });
    expect(decide(facts).verdict).toBe('unchanged');
  });

  test('a newer kubeadm on the hosts is no reason to touch a finished cluster', () => {
    const facts = finishedCluster().map((host) => ({
      ...host,
      kubeadmVersion: { major: 1, minor: 35, patch: 0, text: 'v1.35.0' },
      etcdImage: 'registry.k8s.io/etcd:3.6.6-0',
    }));
    expect(decide(facts).verdict).toBe('unchanged');
  });
});

describe('repair', () => {
  test('what a cut-off delivery left aside is no stranger', () => {
    const facts = withHost(
      pristine(),
      0,
      withFile(first(pristine(), 0), '/etc/kubernetes/pki/etcd/.ca.crt.etcd-ha-action', 'x'),
    );
    expect(decide(facts).verdict).toBe('create');
  });

  test('goes on where certificates were delivered and nothing was started, with the CA that was made', () => {
    const facts = MEMBERS.map((member, index) =>
      ownHost(member, 'files delivered', { keepsKey: index === 0 }),
    );
    expect(decide(facts)).toMatchObject({
      verdict: 'repair',
      authority: { from: 'host', host: 'infra0' },
      shape: { token: SHAPE.token },
    });
  });

  test('leaves the files of started members alone', () => {
    const facts = MEMBERS.map((member, index) =>
      ownHost(member, index === 2 ? 'files delivered' : 'started', { keepsKey: index === 0 }),
    );
    const plan = decide(facts);
    expect(plan.issueFor).toEqual(['infra2']);
    const touched = steps(plan).filter(({ kind }) => kind !== 'start-member');
    expect(new Set(touched.map(({ host }) => host))).toEqual(new Set(['infra2']));
    expect(steps(plan).filter((step) => step.kind === 'start-member' && step.placeManifest)).toMatchObject([
      { host: 'infra2' },
    ]);
  });

  test('only the record is missing where the run was cut off after the proof', () => {
    const facts = MEMBERS.map((member, index) =>
      ownHost(member, index === 0 ? 'finished' : 'started', { keepsKey: index === 0 }),
    );
    const plan = decide(facts);
    expect(plan.issueFor).toEqual([]);
    expect(plan.afterProof.flatMap((stage) => stage.steps).map(({ host }) => host)).toEqual([
      'infra1',
      'infra2',
    ]);
  });

  test('a kubelet that does not run on a finished member is started, nothing else', () => {
    const facts = withHost(finishedCluster(), 1, {
      kubelet: { installed: true, active: false, subState: 'dead', enabled: true, dropIns: [] },
    });
    const changing = steps(decide(facts)).filter((step) => step.kind !== 'start-member');
    expect(changing).toMatchObject([{ kind: 'start-kubelet', host: 'infra1', restart: false }]);
  });
});

test('an etcd that does not run, on a kubelet that does, is started anew by a fresh kubelet', () => {
  const ended = [{ id: 'c0ffee', running: false, image: IMAGE, attempt: 3 }];
  const plan = decide(withHost(finishedCluster(), 2, { containers: ended }));
  expect(plan.verdict).toBe('repair');
  const changing = steps(plan).filter((step) => step.kind !== 'start-member');
  expect(changing).toMatchObject([{ kind: 'start-kubelet', host: 'infra2', restart: true }]);
});

describe('refuse, before anything is touched', () => {
  const started = finishedCluster();
  test.each<[string, () => string, RegExp]>([
    [
      'data of an etcd that is not ours',
      () =>
        refusal(
          withHost(pristine(), 1, { dataDir: { exists: true, empty: false, hasLog: true, mode: '700' } }),
        ),
      /\[infra1\].*holds an etcd that this action did not set up: a member's data/,
    ],
    [
      'a manifest that is not ours',
      () => refusal(withHost(pristine(), 0, withFile(first(pristine(), 0), ETCD_MANIFEST, 'kind: Pod'))),
      /\[infra0\].*etcd\.yaml/,
    ],
    [
      'certificates that are not ours',
      () =>
        refusal(
          withHost(pristine(), 0, withFile(first(pristine(), 0), '/etc/kubernetes/pki/etcd/server.crt', 'x')),
        ),
      /\[infra0\].*server\.crt/,
    ],
    [
      'a pki that others use too',
      () =>
        refusal(
          withHost(
            pristine(),
            0,
            withFile(first(pristine(), 0), '/etc/kubernetes/pki/front-proxy-ca.crt', 'x'),
          ),
        ),
      /\[infra0\].*files of something else: .*front-proxy-ca\.crt/,
    ],
    [
      'a node of a Kubernetes cluster',
      () =>
        refusal(withHost(pristine(), 2, withFile(first(pristine(), 2), '/etc/kubernetes/kubelet.conf', 'x'))),
      /\[infra2\].*node of a Kubernetes cluster/,
    ],
    [
      'a kubelet that manages other pods',
      () => refusal(withHost(pristine(), 2, withFile(first(pristine(), 2), `${MANIFEST_DIR}/web.yaml`, 'x'))),
      /\[infra2\].*other pods: .*web\.yaml/,
    ],
    [
      'an empty host among finished members',
      () =>
        refusal([
          first(started, 0),
          first(started, 1),
          pristineHost({ name: 'infra2', address: '10.0.0.8' }),
        ]),
      /\[infra2\].*it is empty, while infra0, infra1 are finished members/,
    ],
    [
      'a finished member without its log',
      () =>
        refusal(withHost(started, 1, { dataDir: { exists: true, empty: true, hasLog: false, mode: '700' } })),
      /\[infra1\].*holds no log any more/,
    ],
    [
      'hosts of two clusters with the same name',
      () =>
        refusal([
          first(started, 0),
          first(started, 1),
          ownHost({ name: 'infra2', address: '10.0.0.8' }, 'finished', {
            shape: { ...SHAPE, token: 'another' },
          }),
        ]),
      /2 different clusters/,
    ],
    [
      'hosts with different CAs',
      () =>
        refusal([
          first(started, 0),
          first(started, 1),
          ownHost({ name: 'infra2', address: '10.0.0.8' }, 'finished', { ca: otherCa.certificatePem }),
        ]),
      /different CAs/,
    ],
    [
      'another cluster name',
      () => refusal(started, { clusterName: 'payments' }),
      /belongs to the cluster "etcd"/,
    ],
    [
      'a CA that is not the one given',
      () => refusal(started, {}, otherCa.fingerprint),
      /is not the one given/,
    ],
    [
      'swapped names',
      () =>
        refusal(started, {
          hosts: MEMBERS.map(({ address }, index) => ({
            address,
            name: ['infra1', 'infra0', 'infra2'][index] ?? '',
          })),
        }),
      /was set up as member "infra0"/,
    ],
    ['a changed port', () => refusal(started, { clientPort: 3379 }), /--listen-client-urls is .*2379/],
    ['a changed data dir', () => refusal(started, { dataDir: '/data/etcd' }), /not what the inputs ask for/],
    [
      'a file that was edited on a host',
      () => refusal(withHost(started, 1, withFile(first(started, 1), KUBEADM_CONFIG, 'edited'))),
      /\[infra1\].*kubeadmcfg\.yaml is not as the action left it/,
    ],
    [
      'the same machine behind two addresses',
      () => refusal(withHost(pristine(), 1, { bootId: 'boot-infra0' })),
      /one and the same machine/,
    ],
    [
      'clones with one hostname',
      () => refusal(withHost(pristine(), 1, { hostname: 'infra0' })),
      /same name "infra0"/,
    ],
    [
      'a record of a newer release',
      () => refusal(withHost(started, 0, { state: 'unreadable' })),
      /cannot be read/,
    ],
    [
      'a CA whose key is nowhere, when certificates are needed',
      () => refusal(MEMBERS.map((member) => ownHost(member, 'files delivered'))),
      /its key is on none of the hosts/,
    ],
    [
      'a CA that has gone from hosts that were set up with it',
      () =>
        refusal(
          MEMBERS.map((member) => {
            const host = ownHost(member, 'files delivered');
            const files = new Map(host.files);
            files.delete('/etc/kubernetes/pki/etcd/ca.crt');
            return { ...host, files };
          }),
        ),
      /no CA is on any host now/,
    ],
  ])('%s', (_, refuse, expected) => {
    expect(refuse()).toMatch(expected);
  });

  test('all hosts are named at once, not only the first', () => {
    const message = refusal(pristine().map((host) => ({ ...host, systemd: false })));
    for (const { name } of MEMBERS) expect(message).toContain(`[${name}]`);
  });
});

describe('prerequisites', () => {
  function without(key: 'kubeletPath' | 'kubeadmPath' | 'crictlPath' | 'etcdImage'): HostFacts[] {
    return pristine().map((host) => {
      const rest: Partial<HostFacts> = { ...host };
      Reflect.deleteProperty(rest, key);
      return rest as HostFacts;
    });
  }
  test.each<[string, () => HostFacts[], RegExp]>([
    ['kubelet', () => without('kubeletPath'), /kubelet is not installed/],
    ['kubeadm', () => without('kubeadmPath'), /kubeadm is not installed/],
    ['crictl', () => without('crictlPath'), /crictl is not installed/],
    ['an image list', () => without('etcdImage'), /did not name the etcd image/],
    [
      'a runtime',
      () => withHost(pristine(), 0, { runtime: { sockets: [] } }),
      /no container runtime answers/,
    ],
    [
      'one runtime among several',
      () => withHost(pristine(), 0, { runtime: { sockets: ['/run/a.sock', '/run/b.sock'] } }),
      /several container runtimes/,
    ],
    [
      'a kubeadm that knows v1beta4',
      () => withHost(pristine(), 0, { kubeadmVersion: { major: 1, minor: 30, patch: 1, text: 'v1.30.1' } }),
      /kubeadm is v1\.30\.1; this action knows 1\.31 to 1\.37.*v1beta4/,
    ],
    [
      'its own address',
      () => withHost(pristine(), 0, { addresses: ['192.0.2.1'] }),
      /not on any of its interfaces/,
    ],
    [
      'open ports between the hosts',
      () => withHost(pristine(), 0, { reach: [{ address: '10.0.0.7', port: 2380, outcome: 'timeout' }] }),
      /cannot reach 10\.0\.0\.7 on TCP port 2380/,
    ],
    [
      'free ports',
      () => withHost(pristine(), 0, { listeners: new Map([[2379, 'etcd']]) }),
      /taken by "etcd"/,
    ],
    [
      'one etcd release',
      () => withHost(pristine(), 2, { etcdImage: 'registry.k8s.io/etcd:3.6.6-0' }),
      /different etcd images/,
    ],
  ])('asks for %s', (_, facts, expected) => {
    expect(refusal(facts())).toMatch(expected);
  });
});
