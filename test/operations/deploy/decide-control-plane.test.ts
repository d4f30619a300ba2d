import { describe, expect, test } from '@jest/globals';
import type { HostFacts } from '../../../src/facts/host.ts';
import { CA_CERTIFICATE, ETCD_MANIFEST, leafPath } from '../../../src/kubeadm/paths.ts';
import { describePlan } from '../../../src/plan/describe-plan.ts';
import { planLines } from '../../../src/report/plan-view.ts';
import {
  clientPair,
  CP0,
  CP1,
  emptyHost,
  handedOverFiles,
  hostWith,
  observedControlPlane,
} from '../../cluster/control-plane/example.ts';
import { clusterFacts } from '../../cluster/example-health.ts';
import {
  fileFact,
  finishedCluster,
  MEMBERS,
  NOW,
  otherCa,
  ownCa,
  recordedAs,
  unreadFact,
  withFiles,
  withoutFiles,
} from '../../cluster/example.ts';
import {
  clusterOf,
  type Circumstances,
  decide,
  outline,
  pristine,
  refusalLines,
  refusals,
  stepsLike,
} from './deciding.ts';

const CERTIFICATE = leafPath('apiserverEtcdClient', 'certificate');
const KEY = leafPath('apiserverEtcdClient', 'key');
const DAY_MS = 86_400_000;

const cluster = clusterFacts();
const settings = { controlPlane: [CP0, CP1] };

/** Beside a finished and healthy cluster. */
function beside(...hosts: readonly HostFacts[]): Circumstances {
  return { settings, cluster, controlPlane: observedControlPlane(...hosts) };
}

describe('files that are handed over', () => {
  test('to a host that has nothing: the CA, the key, and last the certificate', () => {
    const plan = decide(finishedCluster(), beside(emptyHost()));
    expect(plan.verdict.name).toBe('converge');
    expect(plan.reasons).toEqual([
      `cp0: ${CA_CERTIFICATE} is missing; ${CERTIFICATE} and ${KEY} are missing`,
    ]);
    expect(outline(plan)).toEqual([['deliver-files cp0', 'verify-client-certificate cp0']]);
    expect(plan.afterVerify).toMatchObject([
      { title: 'Hand-over to cp0', order: 'in-turn', mayFail: 'reported' },
    ]);
    const [delivery] = stepsLike(plan, 'deliver-files');
    expect(delivery?.files.map(({ path, mode }) => [path, mode])).toEqual([
      [CA_CERTIFICATE, '644'],
      [KEY, '600'],
      [CERTIFICATE, '644'],
    ]);
    expect([...clusterOf(plan).issue]).toEqual([['cp0', ['apiserverEtcdClient']]]);
    expect(plan.cluster?.authority).toEqual({ from: 'host', host: 'infra0' });
  });

  test('with a new cluster: after it is verified as healthy and recorded', () => {
    const plan = decide(pristine(), {
      settings,
      controlPlane: observedControlPlane(emptyHost(), emptyHost(CP1)),
    });
    expect(plan.verdict.name).toBe('create');
    expect(plan.afterVerify.map(({ title }) => title)).toEqual([
      'Record of the finished cluster',
      'Hand-over to cp0',
      'Hand-over to cp1',
    ]);
    expect(plan.stages.flatMap(({ steps }) => steps.map(({ host }) => host))).not.toContain('cp0');
  });

  test('nothing if all files are there, and no host is asked for the key of the CA', () => {
    const plan = decide(finishedCluster(), beside(hostWith()));
    expect([plan.verdict.name, outline(plan), [...clusterOf(plan).issue]]).toEqual(['unchanged', [], []]);
    expect(plan.cluster?.authority.from).toBe('certificate-only');
    expect(plan.controlPlane).toEqual([CP0]);
  });

  test('nothing where the CA lies in a bundle with others', () => {
    const bundle = `${otherCa.certificatePem}${ownCa.certificatePem}`;
    expect(decide(finishedCluster(), beside(hostWith(handedOverFiles(undefined, bundle)))).verdict.name).toBe(
      'unchanged',
    );
  });

  test('a pair that ends soon is replaced, by one of this host alone; the plan tells of both', async () => {
    const soon = hostWith(handedOverFiles(await clientPair(ownCa, new Date(NOW.getTime() - 345 * DAY_MS))));
    const facts = finishedCluster();
    const plan = decide(facts, beside(soon, hostWith(undefined, CP1)));
    expect(plan.reasons).toEqual([
      expect.stringMatching(/^cp0: .*apiserver-etcd-client\.crt expires on .* \(20 days left\)$/),
    ]);
    expect([...clusterOf(plan).issue.keys()]).toEqual(['cp0']);
    const document = describePlan({
      plan,
      operation: 'deploy',
      facts: new Map([
        ...MEMBERS.map(({ name }, index) => [name, facts[index] ?? soon] as const),
        ['cp0', soon],
        ['cp1', soon],
      ]),
    });
    expect(
      document.controlPlane?.map(({ name, files }) => [
        name,
        files.map(({ path, change }) => `${change} ${path}`),
      ]),
    ).toEqual([
      ['cp0', [`replace ${KEY}`, `renew ${CERTIFICATE}`]],
      ['cp1', []],
    ]);
    const lines = planLines(document).join('\n');
    expect(lines).toContain('cp0 (10.0.0.20, control plane)');
    expect(lines).toContain('1 of 5 hosts changes');
    expect(lines).not.toMatch(/PRIVATE KEY/);
  });

  test.each([
    ['the key', KEY, CERTIFICATE],
    ['the certificate', CERTIFICATE, KEY],
  ])(
    'without %s the pair is recreated, and what was missing comes last: a run cut off before it shows',
    (_, missing, other) => {
      const host = hostWith();
      const plan = decide(finishedCluster(), beside({ ...host, ...withoutFiles(host, missing) }));
      expect(outline(plan)).toEqual([['deliver-files cp0', 'verify-client-certificate cp0']]);
      expect(stepsLike(plan, 'deliver-files')[0]?.files.map(({ path }) => path)).toEqual([other, missing]);
    },
  );

  test('a certificate that power loss has emptied is useless', () => {
    const host = hostWith();
    const plan = decide(
      finishedCluster(),
      beside({ ...host, ...withFiles(host, [fileFact(CERTIFICATE, '', '644')]) }),
    );
    expect(outline(plan)).toEqual([['deliver-files cp0', 'verify-client-certificate cp0']]);
  });

  test('a key that others may read is closed to them, and nothing else is touched', async () => {
    const pair = await clientPair();
    const host = hostWith([...handedOverFiles(pair), unreadFact(KEY, pair.keyPem, '644')]);
    const plan = decide(finishedCluster(), beside(host));
    expect(outline(plan)).toEqual([['set-modes cp0']]);
    expect([...(stepsLike(plan, 'set-modes')[0]?.modes ?? [])]).toEqual([[KEY, '600']]);
  });
});

describe('refusals, without any change', () => {
  test('the CA of another etcd', () => {
    const host = hostWith(handedOverFiles(undefined, otherCa.certificatePem));
    expect(refusalLines(finishedCluster(), beside(host))).toEqual([
      `cp0 control-plane-hosts: its ${CA_CERTIFICATE} is another CA (SHA-256 ${otherCa.fingerprint}), not this cluster's (SHA-256 ${ownCa.fingerprint}); the action did not replace it.`,
    ]);
  });

  test('any CA where this run would make one', () => {
    const [line] = refusalLines(pristine(), { settings, controlPlane: observedControlPlane(hostWith()) });
    expect(line).toMatch(/^cp0 control-plane-hosts: its \S+ca\.crt is another CA .* which this run creates/);
  });

  test('a pair of another CA beside this one', async () => {
    const host = hostWith(handedOverFiles(await clientPair(otherCa)));
    expect(refusalLines(finishedCluster(), beside(host))).toEqual([
      expect.stringMatching(
        /^cp0 control-plane-hosts: its \S+apiserver-etcd-client\.crt was not issued by this cluster's CA/,
      ),
    ]);
  });

  test('a pair of unknown origin', () => {
    const host = hostWith();
    expect(
      refusalLines(finishedCluster(), beside({ ...host, ...withoutFiles(host, CA_CERTIFICATE) })),
    ).toEqual([expect.stringMatching(/^cp0 control-plane-hosts: \S+ and \S+ are there without/)]);
  });

  test('a link in the place of a file, an etcd of its own', () => {
    const host = emptyHost();
    const link = { path: KEY, kind: 'link', mode: '777', owner: '0:0', size: 9 } as const;
    const lines = refusalLines(
      finishedCluster(),
      beside({
        ...host,
        ...withFiles(host, [link, fileFact(ETCD_MANIFEST, 'kind: Pod')]),
      }),
    );
    expect(lines.join('\n')).toMatch(/runs its own etcd/);
    expect(lines.join('\n')).toMatch(/is a link/);
  });

  test('a member, a host listed twice, two of one name: all of them at once', () => {
    const member = { ...emptyHost(), bootId: 'boot-infra1' };
    const namesake = { ...emptyHost(CP1), hostname: 'infra2' };
    expect(refusals(finishedCluster(), beside(member, namesake)).map(({ fact }) => fact)).toEqual([
      '10.0.0.20 and 10.0.0.7 (infra1) are the same machine (boot id boot-infra1).',
      '10.0.0.21 and 10.0.0.8 have the same name "infra2".',
    ]);
    const twice = refusals(finishedCluster(), beside(emptyHost(), { ...emptyHost(CP1), bootId: 'boot-cp0' }));
    expect(twice.map(({ fact }) => fact)).toEqual([
      '10.0.0.21 and 10.0.0.20 (cp0) are the same machine (boot id boot-cp0).',
    ]);
  });

  test('a host without a name that it could be called by; letters in upper case are one', () => {
    const nameless = { ...hostWith(), hostname: '' };
    const named = { ...hostWith(undefined, CP1), hostname: 'CP1' };
    const lines = refusalLines(finishedCluster(), beside(nameless, named));
    expect(lines).toEqual([
      expect.stringMatching(/^10\.0\.0\.20 control-plane-hosts: its short hostname ""/),
    ]);
    expect(decide(finishedCluster(), beside(named)).controlPlane).toEqual([CP1]);
  });

  test('a pair to sign without the key of the CA', () => {
    const facts = finishedCluster().map((host) => ({
      ...host,
      ...withoutFiles(host, '/etc/kubernetes/pki/etcd/ca.key'),
    }));
    expect(refusalLines(facts, beside(emptyHost())).join('\n')).toMatch(
      /ca-key: .*its key is on none of the hosts/,
    );
    expect(decide(facts, beside(hostWith())).verdict.name).toBe('unchanged');
  });
});

describe('reports', () => {
  test('a host that could not be examined, and a member that a host does not reach', () => {
    const unreached = {
      code: 'ssh-host-unreachable' as const,
      host: '10.0.0.21',
      at: 'connect',
      fact: 'it does not answer.',
      fix: 'Start it.',
    };
    const host = hostWith();
    const blocked = {
      ...host,
      reach: [
        { address: '10.0.0.6', port: 2379, outcome: 'open' as const },
        { address: '10.0.0.7', port: 2379, outcome: 'timeout' as const },
      ],
    };
    const plan = decide(finishedCluster(), {
      settings,
      cluster,
      controlPlane: { ...observedControlPlane(blocked), unreached: [unreached] },
    });
    expect(plan.verdict.name).toBe('unchanged');
    expect(plan.warnings).toMatchObject([
      unreached,
      { host: 'cp0', at: 'network', fact: 'it cannot reach 10.0.0.7 on TCP port 2379 (timeout).' },
    ]);
  });

  test('no reminder to copy a renewed pair: who is listed gets one of its own', () => {
    const copy = {
      fingerprint: 'AA:BB',
      renewedAt: '2026-05-01T00:00:00.000Z',
      oldEndsAt: '2026-06-10T00:00:00.000Z',
    };
    const facts = finishedCluster().map((host) => recordedAs(host, { clientCopy: copy }));
    const without = decide(facts, { cluster });
    expect(without.warnings.map(({ at }) => at)).toEqual([
      'apiserver-etcd-client',
      'apiserver-etcd-client',
      'apiserver-etcd-client',
    ]);
    const plan = decide(facts, beside(hostWith()));
    expect(plan.warnings).toEqual([]);
    expect([...clusterOf(plan).clientCopies]).toEqual([]);
    // the record says so once, and then no more
    expect(outline(plan)).toEqual([MEMBERS.map(({ name }) => `record-member ${name}`)]);
  });
});
