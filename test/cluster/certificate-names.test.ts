import { describe, expect, test } from '@jest/globals';
import type { HostFacts } from '../../src/facts/host.ts';
import { ETCD_MANIFEST, KUBEADM_CONFIG, leafPath } from '../../src/kubeadm/paths.ts';
import { renderKubeadmConfig } from '../../src/kubeadm/kubeadm-config.ts';
import { issueMemberLeaves } from '../../src/pki/leaf.ts';
import { KUBEADM_POLICY, type CertificatePolicy } from '../../src/pki/authority.ts';
import { clusterOf, decide, stepsLike, withHost, type Circumstances } from '../operations/deploy/deciding.ts';
import { clusterFacts } from './example-health.ts';
import {
  fileFact,
  finishedCluster,
  guideCluster,
  ISSUED_AT,
  leafFacts,
  MEMBERS,
  ownCa,
  recordedAs,
  SHAPE,
  withFiles,
} from './example.ts';

const asking = (...extraSans: readonly string[]): CertificatePolicy => ({ ...KUBEADM_POLICY, extraSans });

function given(...extraSans: readonly string[]): Circumstances {
  return { cluster: clusterFacts(), settings: { certificates: asking(...extraSans) } };
}

/** The finished cluster after a run with these names. */
async function clusterWith(...extraSans: readonly string[]): Promise<HostFacts[]> {
  return Promise.all(finishedCluster().map((host, index) => named(host, index, extraSans)));
}

async function named(host: HostFacts, index: number, extraSans: readonly string[]): Promise<HostFacts> {
  const member = MEMBERS[index];
  if (member === undefined) throw new Error(`no member ${index}`);
  const { server, peer } = await issueMemberLeaves(ownCa, {
    member: { ...member, extraSans },
    algorithm: 'ECDSA-P256',
    now: ISSUED_AT,
  });
  const files = [
    ...leafFacts({ server, peer }),
    fileFact(KUBEADM_CONFIG, renderKubeadmConfig(SHAPE, member, 'v1.34.4', asking(...extraSans))),
  ];
  const changed = { ...host, ...withFiles(host, files) };
  if (typeof host.state === 'string') return changed;
  const digests = Object.fromEntries(files.map(({ path, sha256 }) => [path, sha256 ?? '']));
  return recordedAs(changed, { files: { ...host.state.files, ...digests } });
}

describe('a changed list of further names', () => {
  test('the same one, in another order of the user: nothing to do', async () => {
    const plan = decide(
      await clusterWith('etcd.example.com', '10.0.0.100'),
      given('etcd.example.com', '10.0.0.100'),
    );
    expect([plan.verdict.name, plan.warnings]).toEqual(['unchanged', []]);
  });

  test('a longer one: server and peer are reissued on every host, and no member restarts', () => {
    const plan = decide(finishedCluster(), given('etcd.example.com', '10.0.0.100'));
    expect(plan.verdict.name).toBe('converge');
    expect([...clusterOf(plan).issue]).toEqual(MEMBERS.map(({ name }) => [name, ['server', 'peer']]));
    expect(plan.reasons[0]).toContain('etcd/server.crt does not name DNS:etcd.example.com, IP:10.0.0.100');
    expect(stepsLike(plan, 'verify-served-certificate').map(({ host, leaves }) => [host, leaves])).toEqual(
      ['infra1', 'infra2', 'infra0'].map((name) => [name, ['server', 'peer']]),
    );
    expect(stepsLike(plan, 'restart-member')).toEqual([]);
    // Certificates first: after an interruption in between, the next run still knows the earlier inputs.
    const files = stepsLike(plan, 'deliver-files').flatMap((step) => step.files.map(({ path }) => path));
    expect(files.indexOf(KUBEADM_CONFIG)).toBeGreaterThan(files.lastIndexOf(leafPath('peer', 'key')));
    expect(files).not.toContain(ETCD_MANIFEST);
  });

  test('a shorter one: removed names go out of the certificates', async () => {
    const plan = decide(await clusterWith('a.example.com', 'b.example.com'), given('a.example.com'));
    expect([...clusterOf(plan).issue.values()]).toEqual(MEMBERS.map(() => ['server', 'peer']));
    expect(plan.reasons[0]).toContain(
      'etcd/server.crt names DNS:b.example.com, which the inputs no longer contain',
    );
    expect(plan.warnings).toEqual([]);
  });

  test("a run that was cut off after one host's certificates goes on with the others", async () => {
    const before = await clusterWith('b.example.com');
    const after = finishedCluster();
    const server = leafPath('server', 'certificate');
    // New certificates, and still the configuration that contains the name.
    const facts = withHost(before, 1, (host) =>
      withFiles(
        host,
        [...(after[1]?.files.values() ?? [])].filter(({ path }) => path.startsWith('/etc/kubernetes/pki/')),
      ),
    );
    expect(facts[1]?.files.get(server)).toEqual(after[1]?.files.get(server));
    expect([...clusterOf(decide(facts, given())).issue.keys()]).toEqual(['infra0', 'infra2']);
  });
});

describe('names that the inputs do not contain', () => {
  test('in a cluster that was made in another way: left, with the inputs to set before they are lost', async () => {
    const cluster = await Promise.all(
      guideCluster().map((host, index) => named(host, index, ['lb.example.com', '10.0.0.100'])),
    );
    const facts = cluster.map((host) => {
      const files = new Map(host.files);
      files.delete(KUBEADM_CONFIG);
      return { ...host, files };
    });
    const plan = decide(facts, given());
    expect([plan.verdict.name, plan.cluster?.issue.size]).toEqual(['adopt', 0]);
    expect(plan.warnings.filter(({ at }) => at === 'extra-sans')).toEqual(
      MEMBERS.map(({ name }) => ({
        code: 'certificate-name-dropped',
        host: name,
        at: 'extra-sans',
        fact: `its ${leafPath('server', 'certificate')} and ${leafPath('peer', 'certificate')} name DNS:lb.example.com, IP:10.0.0.100, but the one that is issued at the renewal will not.`,
        cause: expect.any(String),
        fix: 'If clients use them, give `extra-sans: lb.example.com, 10.0.0.100`.',
      })),
    );
    expect(
      decide(facts, given('lb.example.com', '10.0.0.100')).warnings.filter(({ at }) => at === 'extra-sans'),
    ).toEqual([]);
  });

  test('reported too if this run issues the certificate', async () => {
    const facts = (await clusterWith('lb.example.com')).map((host, index) => {
      const member = MEMBERS[index];
      if (member === undefined) throw new Error(`no member ${index}`);
      return {
        ...host,
        ...withFiles(host, [
          fileFact(KUBEADM_CONFIG, renderKubeadmConfig(SHAPE, member, 'v1.34.4', asking())),
        ]),
      };
    });
    const plan = decide(facts, { ...given(), now: new Date('2027-02-20T00:00:00Z') });
    expect(plan.cluster?.issue.get('infra0')).toContain('server');
    expect(plan.warnings.find(({ at }) => at === 'extra-sans')?.fact).toContain(
      'the one that this run issues will not',
    );
  });
});
