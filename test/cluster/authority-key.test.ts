import { describe, expect, test } from '@jest/globals';
import { trustedOn } from '../../src/cluster/authority-key.ts';
import type { HostFacts } from '../../src/facts/host.ts';
import type { Plan } from '../../src/plan/plan.ts';
import { CA_CERTIFICATE, CA_KEY, leafPath, stagedPath } from '../../src/kubeadm/paths.ts';
import {
  allStages,
  decide,
  outline,
  pristine,
  stepsLike,
  withFile,
  withoutFile,
  type Circumstances,
} from '../operations/deploy/deciding.ts';
import { opensslCa } from '../pki/openssl.ts';
import { clusterFacts } from './example-health.ts';
import {
  fileFact,
  finishedCluster,
  guideCluster,
  MEMBERS,
  ownCa,
  ownHost,
  recordedAs,
  type SettingsChanges,
} from './example.ts';

const { certificatePem, keyPem } = ownCa;
const BROUGHT: SettingsChanges = { authority: { certificatePem, keyPem } };
const ON_NO_HOST: SettingsChanges = { ...BROUGHT, caCustody: 'input-only', bootstrap: 'allow' };
const healthy: Circumstances = { cluster: clusterFacts(), settings: ON_NO_HOST };

/** Paths that a plan delivers to each host. */
function delivered(plan: Plan): string[] {
  return stepsLike(plan, 'deliver-files').flatMap(({ files }) => files.map(({ path }) => path));
}

/** A finished cluster that was set up with the key on no host. */
function withoutKeys(): HostFacts[] {
  return withoutFile(finishedCluster(), 0, CA_KEY).map((host) =>
    typeof host.state === 'string'
      ? host
      : recordedAs(host, {
          cluster: { ...host.state.cluster, caCustody: 'input-only' },
          files: Object.fromEntries(Object.entries(host.state.files).filter(([path]) => path !== CA_KEY)),
        }),
  );
}

describe('ca-custody: input-only', () => {
  test('a new cluster: the key goes to no host, nor is it expected on one', () => {
    const plan = decide(pristine(), { settings: ON_NO_HOST });
    expect(plan).toMatchObject({ verdict: { name: 'create' }, cluster: { authority: { from: 'input' } } });
    expect(plan.cluster?.keyKeeper).toBeUndefined();
    expect(delivered(plan)).not.toContain(CA_KEY);
    for (const { pkiTree } of stepsLike(plan, 'verify-files')) expect(pkiTree.has(CA_KEY)).toBe(false);
    expect(stepsLike(plan, 'remove-authority-key')).toEqual([]);
    // The same with the key on the first host, to distinguish the two cases.
    const other = decide(pristine(), { settings: { ...BROUGHT, bootstrap: 'allow' } });
    expect([other.cluster?.keyKeeper, delivered(other).filter((path) => path === CA_KEY)]).toEqual([
      'infra0',
      [CA_KEY],
    ]);
  });

  test('a set-up that was cut off with the key on a host: it is used from the inputs, and goes after the verification', () => {
    const begun = MEMBERS.map((member, index) =>
      ownHost(member, 'files delivered', { keepsKey: index === 0 }),
    );
    const plan = decide(begun, { settings: ON_NO_HOST });
    expect(plan).toMatchObject({ verdict: { name: 'repair' }, cluster: { authority: { from: 'input' } } });
    const trees = stepsLike(plan, 'verify-files').map(({ host, pkiTree }) => [host, pkiTree.has(CA_KEY)]);
    expect(trees).toEqual([
      ['infra0', true],
      ['infra1', false],
      ['infra2', false],
    ]);
    expect(
      plan.afterVerify.map(({ title, steps }) => [title, steps.map(({ kind, host }) => `${kind} ${host}`)]),
    ).toEqual([
      ['Key of the CA', ['remove-authority-key infra0']],
      ['Record of the finished cluster', MEMBERS.map(({ name }) => `record-member ${name}`)],
    ]);
  });

  test('a cluster with the key on its first host: removed there and nowhere else, then recorded on all', () => {
    const plan = decide(finishedCluster(), healthy);
    expect(plan.verdict.name).toBe('converge');
    expect(plan.reasons[0]).toBe(
      `infra0: ${CA_KEY} is there, but with \`ca-custody: input-only\` no host keeps it`,
    );
    expect(plan.reasons.slice(1)).toEqual(
      ['infra1', 'infra2'].map((name) => `${name}: its record must change to \`ca-custody: input-only\``),
    );
    expect(outline(plan)).toEqual([
      ['remove-authority-key infra0'],
      ['record-member infra0', 'record-member infra1', 'record-member infra2'],
    ]);
    expect(plan.stages).toEqual([]);
  });

  test('on every host that has it, because it may have been copied', () => {
    const facts = withFile(finishedCluster(), 2, fileFact(CA_KEY, 'key'));
    expect(stepsLike(decide(facts, healthy), 'remove-authority-key').map(({ host }) => host)).toEqual([
      'infra0',
      'infra2',
    ]);
  });

  test('also what a delivery that was cut off has left of it', () => {
    const facts = withFile(withoutKeys(), 1, fileFact(stagedPath(CA_KEY), 'ke'));
    expect(outline(decide(facts, healthy))).toEqual([
      ['remove-authority-key infra1'],
      ['record-member infra1'],
    ]);
  });

  test('from a cluster that is taken over', () => {
    const facts = withFile(guideCluster(), 0, fileFact(CA_KEY, 'key'));
    const plan = decide(facts, healthy);
    expect(plan.verdict.name).toBe('adopt');
    expect(plan.afterVerify.flatMap(({ steps }) => steps)[0]).toMatchObject({
      kind: 'remove-authority-key',
      host: 'infra0',
    });
  });

  test('done: nothing is left to do, and certificates are issued with the key of the inputs', () => {
    expect(decide(withoutKeys(), healthy).verdict.name).toBe('unchanged');
    const plan = decide(withoutFile(withoutKeys(), 1, leafPath('peer', 'key')), healthy);
    expect(plan).toMatchObject({ verdict: { name: 'converge' }, cluster: { authority: { from: 'input' } } });
    expect(delivered(plan)).not.toContain(CA_KEY);
  });
});

test('first-host again: the record says so, and the key is not put back: it may be away on purpose', () => {
  const plan = decide(withoutKeys(), { ...healthy, settings: BROUGHT });
  expect(plan.reasons).toEqual(
    MEMBERS.map(({ name }) => `${name}: its record must change to \`ca-custody: first-host\``),
  );
  expect(allStages(plan).flatMap(({ steps }) => steps.map(({ kind }) => kind))).toEqual(
    MEMBERS.map(() => 'record-member'),
  );
});

test('a certificate without a name in ca.crt is listed beside the CA', () => {
  const nameless = opensslCa({ keyPem, subject: '/', extensions: ['basicConstraints=critical,CA:TRUE'] });
  const file = fileFact(CA_CERTIFICATE, certificatePem + nameless, '644');
  expect(trustedOn({ files: new Map([[CA_CERTIFICATE, file]]) })).toEqual(['CN=etcd-ca', '(no name)']);
});
