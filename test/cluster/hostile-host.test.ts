import { X509Certificate } from 'node:crypto';
import { describe, expect, test } from '@jest/globals';
import type { HostFacts } from '../../src/facts/host.ts';
import type { Plan } from '../../src/plan/plan.ts';
import { RefusedError } from '../../src/findings.ts';
import { CA_CERTIFICATE, CA_KEY, leafPath } from '../../src/kubeadm/paths.ts';
import {
  decide,
  pristine,
  refusalLines,
  stepsLike,
  withFile,
  withHost,
  withoutFile,
  type Circumstances,
} from '../operations/deploy/deciding.ts';
import { clusterFacts } from './example-health.ts';
import {
  fileFact,
  finishedCluster,
  MEMBERS,
  otherCa,
  ownCa,
  ownHost,
  recordedAs,
  unreadFact,
  withFiles,
  type SettingsChanges,
} from './example.ts';

/*
 * An attacker is root on one host and forges every answer of its probe. The attack may end in a refusal, which a broken
 * host causes too, but must not affect the other hosts. otherCa is the attacker's CA.
 */

const POSITIONS = [0, 1, 2];
const BROUGHT: SettingsChanges = {
  authority: { certificatePem: ownCa.certificatePem, keyPem: ownCa.keyPem },
  bootstrap: 'allow',
};
const healthy: Circumstances = { cluster: clusterFacts() };

const ownCertificate = fileFact(CA_CERTIFICATE, ownCa.certificatePem, '644');
const itsCertificate = fileFact(CA_CERTIFICATE, otherCa.certificatePem, '644');
const bundle = fileFact(CA_CERTIFICATE, ownCa.certificatePem + otherCa.certificatePem, '644');
const bundleOfItsOwn = fileFact(CA_CERTIFICATE, otherCa.certificatePem + ownCa.certificatePem, '644');
const anyKey = unreadFact(CA_KEY, 'anything');
const itsKey = unreadFact(CA_KEY, otherCa.keyPem);

type Lie = (host: HostFacts) => HostFacts;

const withLies =
  (...files: Parameters<typeof withFiles>[1]): Lie =>
  (host) => ({ ...host, ...withFiles(host, files) });

const LIES: Readonly<Record<string, Lie>> = {
  'a key': withLies(anyKey),
  'a key beside the right certificate': withLies(ownCertificate, anyKey),
  'a key whose digest cannot be told': withLies(ownCertificate, {
    path: CA_KEY,
    kind: 'link',
    mode: '777',
    owner: '0:0',
    size: 9,
  }),
  'another CA': withLies(itsCertificate),
  'another CA with its key': withLies(itsCertificate, itsKey),
  'a bundle': withLies(bundle),
  'a bundle that begins with another CA': withLies(bundleOfItsOwn, itsKey),
  'no certificate': withLies(fileFact(CA_CERTIFICATE, 'nothing', '644')),
  'a certificate of 1 MiB': withLies(fileFact(CA_CERTIFICATE, 'x'.repeat(2 ** 20), '644')),
  'another token': (host) =>
    typeof host.state === 'string'
      ? host
      : recordedAs(host, { cluster: { ...host.state.cluster, token: 'etcd-eeeeeeeeeeeeeeee' } }),
  'a record of a deploy that was cut off': (host) => ({
    ...ownHost({ name: host.hostname, address: host.address }, 'files delivered'),
    files: host.files,
  }),
  'the name of another host': (host) => ({
    ...host,
    hostname: host.hostname === 'infra0' ? 'infra1' : 'infra0',
  }),
  'a name that is a command': (host) => ({ ...host, hostname: 'x;id' }),
  'the boot id of another host': (host) => ({
    ...host,
    bootId: host.hostname === 'infra0' ? 'boot-infra1' : 'boot-infra0',
  }),
};

const CLUSTERS: Readonly<Record<string, () => HostFacts[]>> = {
  'empty hosts': pristine,
  'a deploy that was cut off': () =>
    MEMBERS.map((member, index) => ownHost(member, 'files delivered', { keepsKey: index === 0 })),
  'a finished cluster': finishedCluster,
  'a finished cluster with something due': () =>
    MEMBERS.reduce(
      (facts, _, index) => withoutFile(facts, index, leafPath('peer', 'key')),
      withoutFile(finishedCluster(), 1, CA_CERTIFICATE),
    ),
};

const INPUTS: Readonly<Record<string, SettingsChanges>> = {
  'no CA': { bootstrap: 'allow' },
  'a CA': BROUGHT,
  'a CA whose key is kept on no host': { ...BROUGHT, caCustody: 'input-only' },
};

/** The plan; undefined if it was refused. */
function planFor(facts: readonly HostFacts[], circumstances: Circumstances): Plan | undefined {
  try {
    return decide(facts, circumstances);
  } catch (error) {
    if (error instanceof RefusedError) return undefined;
    throw error;
  }
}

function keyGoesTo(plan: Plan): string[] {
  return stepsLike(plan, 'deliver-files')
    .filter(({ files }) => files.some(({ path }) => path === CA_KEY))
    .map(({ host }) => host);
}

function certificatesIn(pem: string): number {
  return pem.split('-----BEGIN CERTIFICATE-----').length - 1;
}

const CASES = Object.keys(LIES).flatMap((lie) =>
  Object.keys(CLUSTERS).flatMap((cluster) =>
    Object.keys(INPUTS).map((input) => [lie, cluster, input] as const),
  ),
);

describe('one host that lies, in any position', () => {
  test.each(CASES)('%s, %s, %s among the inputs', (lie, cluster, input) => {
    const settings = INPUTS[input];
    const facts = CLUSTERS[cluster]?.();
    const tell = LIES[lie];
    if (settings === undefined || facts === undefined || tell === undefined) throw new Error('no such case');
    for (const position of POSITIONS) {
      const hosts = withHost(facts, position, tell);
      const plan = planFor(hosts, { ...healthy, settings });
      if (plan === undefined) continue;
      const liar = MEMBERS[position]?.name ?? '';
      // The key of the CA goes to the first host, and to no other.
      expect(['', 'infra0']).toContain(keyGoesTo(plan).join());
      if (settings.caCustody === 'input-only') expect(keyGoesTo(plan)).toEqual([]);
      // one certificate is handed out, and only where the hosts agree on it is it not the one of the inputs
      if (plan.cluster === undefined) throw new Error('a deploy plans a cluster');
      const { authority, authorityCertificate = '' } = plan.cluster;
      if (authority.from === 'made') expect(authorityCertificate).toBe('');
      else expect(certificatesIn(authorityCertificate)).toBe(1);
      const isReady = cluster === 'empty hosts' && settings.authority === undefined;
      if (authority.from !== 'made' && !isReady)
        expect(new X509Certificate(authorityCertificate).fingerprint256).toBe(ownCa.fingerprint);
      // A host's key signs certificates only if the host kept it before, or is the first.
      if (authority.from === 'host' && position !== 0 && !isReady) expect(authority.host).toBe('infra0');
      // No configuration of another host contains its claims, except its name.
      for (const { host, files } of stepsLike(plan, 'deliver-files'))
        for (const { content } of files)
          if (content.from === 'text' && host !== liar) expect(content.text).not.toMatch(/eeeeeeee|;id/);
    }
  });
});

describe('the key of the CA', () => {
  test.each(POSITIONS)('of the inputs: host %d with a file of its name does not get it', (position) => {
    const lines = refusalLines(
      withHost(pristine(), position, LIES['a key beside the right certificate'] ?? {}),
      {
        settings: BROUGHT,
      },
    );
    expect(lines).toEqual([
      expect.stringMatching(
        new RegExp(
          `^infra${position} ca-key: .* the key of the CA goes only to infra0, and replaces no file\\.$`,
        ),
      ),
    ]);
  });

  test.each(POSITIONS)('of the inputs: host %d has that very key', (position) => {
    const facts = withFile(pristine(), position, ownCertificate, unreadFact(CA_KEY, ownCa.keyPem));
    const plan = decide(facts, { settings: BROUGHT });
    expect([plan.cluster?.keyKeeper, keyGoesTo(plan)]).toEqual(['infra0', ['infra0']]);
    expect(plan.reasons[1]).toBe('the key of the CA goes only to infra0, the first host');
    expect(plan.warnings.map(({ host, at }) => `${host ?? ''} ${at}`)).toEqual(
      position === 0 ? [] : [`infra${position} ca-key`],
    );
  });

  test('in another form is the same key', () => {
    const pkcs8 = ownCa.key.export({ type: 'pkcs8', format: 'pem' }).toString();
    const facts = withFile(pristine(), 0, ownCertificate, unreadFact(CA_KEY, pkcs8));
    expect(decide(facts, { settings: BROUGHT }).cluster?.keyKeeper).toBe('infra0');
  });

  test.each(POSITIONS)('that the run makes does not replace a key on host %d', (position) => {
    expect(refusalLines(withFile(pristine(), position, anyKey))).toEqual([
      expect.stringMatching(
        /ca-key: .* it is not the key of the CA that this run creates; .* replaces no file\.$/,
      ),
    ]);
  });

  test.each([1, 2])('of an established cluster: host %d has one too', (position) => {
    const facts = withoutFile(
      withFile(finishedCluster(), position, anyKey),
      2 - position + 1,
      leafPath('peer', 'key'),
    );
    const plan = decide(facts, healthy);
    expect(plan).toMatchObject({
      cluster: { authority: { from: 'host', host: 'infra0' }, keyKeeper: 'infra0' },
    });
    expect(plan.warnings).toEqual([
      expect.objectContaining({
        host: `infra${position}`,
        at: 'ca-key',
        fact: expect.stringContaining('it has /etc/kubernetes/pki/etcd/ca.key too, and infra0 keeps'),
      }),
    ]);
  });

  test('without its certificate: that comes from another host, and due certificates are issued', () => {
    const facts = withoutFile(finishedCluster(), 0, CA_CERTIFICATE);
    const plan = decide(facts, { ...healthy, settings: { renewBeforeDays: 300 } });
    expect(plan).toMatchObject({
      verdict: { name: 'converge' },
      cluster: { authority: { from: 'host', host: 'infra0' }, authorityCertificate: ownCa.certificatePem },
    });
  });

  test('of a CA that lies ready on another host than the first: used from there, with a warning', () => {
    const plan = decide(withHost(pristine(), 2, LIES['another CA with its key'] ?? {}), {
      settings: { bootstrap: 'allow' },
    });
    expect([plan.cluster?.keyKeeper, keyGoesTo(plan)]).toEqual(['infra2', []]);
    expect(plan.reasons[1]).toBe('the key of the CA stays on infra2, and goes to no other host');
    expect(plan.warnings.map(({ host, fact }) => [host, fact])).toEqual([
      [
        'infra2',
        'this new cluster uses the CA and key that are on this host, not on infra0, the first host.',
      ],
    ]);
  });
});

test('a token that no tool makes goes into no configuration of another host', () => {
  for (const token of ['', 'a\nb', '\u001b[0m', 'x'.repeat(257)]) {
    const facts = withHost(finishedCluster(), 1, (host) =>
      typeof host.state === 'string' ? host : recordedAs(host, { cluster: { ...host.state.cluster, token } }),
    );
    expect(refusalLines(facts, healthy)).toEqual([expect.stringMatching(/different clusters/)]);
  }
});
