import { expect, test } from '@jest/globals';
import { trustedAuthorities } from '../../../../src/engine/credentials.ts';
import type { HealthAnswer } from '../../../../src/hosts/probe/health-probe.ts';
import { CA_CERTIFICATE } from '../../../../src/kubeadm/paths.ts';
import { chooseCredentials } from '../../../../src/operations/health/observe/observe-health.ts';
import {
  fileFact,
  finishedCluster,
  ISSUED_AT,
  leafFacts,
  leavesOf,
  NOW,
  otherCa,
  ownCa,
  withFiles,
} from '../../../cluster/example.ts';

const own = await leavesOf(ownCa, ISSUED_AT);
const later = await leavesOf(ownCa, NOW);
const strange = await leavesOf(otherCa, NOW);
const longAgo = await leavesOf(ownCa, new Date('2024-01-01T00:00:00Z'));

type Leaves = typeof own;
type Look = Pick<HealthAnswer, 'facts' | 'clientKey'>;

/** Returns a host's answer with the pair of one of the members, and a CA. */
function answer(name: string, leaves: Leaves, ca: string = ownCa.certificatePem): Look {
  const host = finishedCluster().find(({ hostname }) => hostname === name);
  const pair = leaves.get(name)?.healthcheckClient;
  if (host === undefined || pair === undefined) throw new Error('the example has this host');
  const files = [...leafFacts({ healthcheckClient: pair }), fileFact(CA_CERTIFICATE, ca, '644')];
  return {
    facts: { ...host, ...withFiles(host, files) },
    clientKey: Buffer.from(pair.keyPem),
  };
}

function certificates(looks: readonly Look[], brought?: string): string[] {
  return chooseCredentials(looks, brought, NOW).map(({ certificatePem }) => certificatePem);
}

function pairOf(name: string, leaves: Leaves): string | undefined {
  return leaves.get(name)?.healthcheckClient.certificatePem;
}

test('the pair that is valid longest comes first, among those of the CA that most have', () => {
  const looks = [
    answer('infra0', strange, otherCa.certificatePem),
    answer('infra1', own),
    answer('infra2', later),
  ];
  expect(certificates(looks)).toEqual([
    pairOf('infra2', later),
    pairOf('infra1', own),
    pairOf('infra0', strange),
  ]);
  expect(chooseCredentials(looks, undefined, NOW).map(({ caPem }) => caPem)).toEqual(
    looks.map(() => ownCa.certificatePem),
  );
});

test('a pair that a host has made for itself comes after one of the CA that has ended', () => {
  expect(certificates([answer('infra0', strange), answer('infra1', longAgo), answer('infra2', own)])).toEqual(
    [pairOf('infra2', own), pairOf('infra1', longAgo), pairOf('infra0', strange)],
  );
});

test('the CA among the inputs decides where a host has it, and nothing where none has', () => {
  const looks = [
    answer('infra0', strange, otherCa.certificatePem),
    answer('infra1', own),
    answer('infra2', own),
  ];
  expect(certificates(looks, otherCa.certificatePem)[0]).toBe(pairOf('infra0', strange));
  expect(certificates(looks.slice(1), otherCa.certificatePem)[0]).toBe(pairOf('infra1', own));
});

test('none where no host has a whole pair', () => {
  const [first] = finishedCluster();
  if (first === undefined) throw new Error('no hosts');
  expect(certificates([])).toEqual([]);
  expect(certificates([{ facts: first }])).toEqual([]);
});

test('a key that is that of another certificate, or none, comes last: TLS then says so', () => {
  const strangeKey = own.get('infra1')?.healthcheckClient.keyPem ?? '';
  for (const key of ['key', strangeKey]) {
    const looks = [{ ...answer('infra0', later), clientKey: Buffer.from(key) }, answer('infra1', own)];
    expect(certificates(looks)).toEqual([pairOf('infra1', own), pairOf('infra0', later)]);
  }
});

test.each<[string, readonly string[], readonly string[]]>([
  ['all have one CA', ['own', 'own', 'own'], ['own']],
  ['one host lies', ['other', 'own', 'own'], ['own']],
  ['one host trusts one more', ['own+other', 'own', 'own'], ['own']],
  ['a CA takes the place of another on most hosts', ['own+other', 'other+own', 'own'], ['own', 'other']],
  ['two hosts with a CA each', ['own', 'other'], ['own']],
  ['one host of three has a CA', ['', 'other', ''], ['other']],
  ['no host has one', ['', '', ''], []],
])('believed where %s', (_, hosts, expected) => {
  const pems = new Map([
    ['own', ownCa.certificatePem],
    ['other', otherCa.certificatePem],
  ]);
  const looks = hosts.map((names) => {
    const text = names
      .split('+')
      .map((name) => pems.get(name) ?? '')
      .join('');
    return { facts: { files: new Map([[CA_CERTIFICATE, fileFact(CA_CERTIFICATE, text)]]) } };
  });
  expect(trustedAuthorities(looks, undefined).map((one) => one.toString())).toEqual(
    expected.map((name) => pems.get(name)),
  );
});
