import { expect, test } from '@jest/globals';
import type { HealthAnswer } from '../../../src/hosts/probe/parse-health.ts';
import { leafPath } from '../../../src/kubeadm/file-tree.ts';
import { chooseCredentials } from '../../../src/road/health/credentials.ts';
import {
  finishedCluster,
  leavesOf,
  NOW,
  otherCa,
  ownCa,
  ownHost,
  MEMBERS,
  fileFact,
  withFiles,
} from '../../cluster/example.ts';

const path = leafPath('healthcheckClient', 'certificate');
const later = await leavesOf(ownCa, NOW);

/** A host's answer with the key of its pair, if it has one. */
function answer(facts: HealthAnswer['facts'], key?: string): HealthAnswer {
  return { facts, ...(key !== undefined && { clientKey: Buffer.from(key) }) } as HealthAnswer;
}

test('the pair that is valid longest, among the hosts with the CA that most have', () => {
  const [first, second] = finishedCluster();
  const [member] = MEMBERS;
  if (first === undefined || second === undefined || member === undefined) throw new Error('no hosts');
  const renewed = {
    ...second,
    ...withFiles(second, [fileFact(path, later.get('infra1')?.healthcheckClient.certificatePem ?? '')]),
  };
  const stranger = ownHost(member, 'finished', { ca: otherCa.certificatePem });
  const chosen = chooseCredentials([
    answer(stranger, 'stranger'),
    answer(first, 'first'),
    answer(renewed, 'renewed'),
  ]);
  expect(chosen?.keyPem).toBe('renewed');
  expect(chosen?.caPem).toBe(ownCa.certificatePem);
});

test('none where no host has a whole pair', () => {
  const [first] = finishedCluster();
  if (first === undefined) throw new Error('no hosts');
  expect(chooseCredentials([])).toBeUndefined();
  expect(chooseCredentials([answer(first)])).toBeUndefined();
  const broken = { ...first, ...withFiles(first, [fileFact(path, 'no certificate')]) };
  expect(chooseCredentials([answer(broken, 'key')])).toBeUndefined();
});
