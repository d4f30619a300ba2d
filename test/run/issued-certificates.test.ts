import { describe, expect, test } from '@jest/globals';
import { RunError } from '../../src/findings.ts';
import { CA_CERTIFICATE, CA_KEY, leafPath } from '../../src/kubeadm/paths.ts';
import { verifyLeaf } from '../../src/pki/verify.ts';
import { type IssuedFiles, KeyPool, prepareFiles } from '../../src/run/issued-certificates.ts';
import { clusterFacts } from '../cluster/example-health.ts';
import {
  exampleSettings,
  fileFact,
  finishedCluster,
  MEMBERS,
  NOW,
  otherCa,
  ownCa,
  unreadFact,
} from '../cluster/example.ts';
import { standInTransport } from '../engine/stand-ins.ts';
import {
  type Circumstances,
  clusterOf,
  decide,
  stepsLike,
  withFile,
  withoutFile,
} from '../operations/deploy/deciding.ts';

const healthy: Circumstances = { cluster: clusterFacts() };
const bundle = fileFact(CA_CERTIFICATE, ownCa.certificatePem + otherCa.certificatePem, '644');

describe('a second read', () => {
  /** Returns the material of a run for a finished cluster in which a peer certificate is due. */
  function material(told: string, seenKey: string): { material: IssuedFiles; read: string[] } {
    const facts = withoutFile(
      withFile(finishedCluster(), 0, unreadFact(CA_KEY, seenKey)),
      2,
      leafPath('peer', 'key'),
    );
    const planned = clusterOf(decide(facts, healthy));
    const read: string[] = [];
    const transports = MEMBERS.map(
      ({ name }) => [name, standInTransport(name, read, () => ({ stdout: Buffer.from(told) }))] as const,
    );
    const made = prepareFiles({
      planned,
      settings: exampleSettings(),
      hosts: new Map(transports),
      facts: new Map(facts.map((host) => [host.hostname, host])),
      now: NOW,
      keys: new KeyPool(),
      maskSecret: () => undefined,
    });
    return { material: made, read };
  }

  async function factsOf(pending: Promise<unknown>): Promise<string[]> {
    const error: unknown = await pending.then(
      () => undefined,
      (reason: unknown) => reason,
    );
    if (!(error instanceof RunError)) throw new Error(`expected a refusal, got ${String(error)}`);
    return error.findings.map(({ fact }) => fact);
  }

  test('the key alone is, and what it signs is of the CA that was decided on', async () => {
    const { material: made, read } = material(ownCa.keyPem, ownCa.keyPem);
    const peer = (await made.leaves.get('infra2'))?.peer;
    if (peer === undefined) throw new Error('a peer certificate is due');
    const member = { name: 'infra2', address: '10.0.0.8' };
    expect(verifyLeaf(peer, { authority: ownCa, profile: 'peer', member, now: NOW })).toEqual([]);
    expect((await made.authority).certificatePem).toBe(ownCa.certificatePem);
    expect(read).toEqual([`infra0: read ${CA_KEY}`]);
  });

  test('another key than was seen is not used', async () => {
    const { material: made } = material(otherCa.keyPem, ownCa.keyPem);
    expect(await factsOf(made.signer)).toEqual([
      `${CA_KEY} has changed since the run read it; the run did not use it.`,
    ]);
  });

  test('a key that is not that of the CA is not used, though it was there all along', async () => {
    const { material: made } = material(otherCa.keyPem, otherCa.keyPem);
    expect(await factsOf(made.signer)).toEqual([
      `The key does not belong to infra0:${CA_CERTIFICATE}: their public keys differ.`,
    ]);
  });

  test('a bundle on one host reaches no other: they get the one certificate', async () => {
    const facts = withoutFile(withFile(finishedCluster(), 0, bundle), 1, CA_CERTIFICATE);
    const plan = decide(facts, healthy);
    expect(stepsLike(plan, 'deliver-files').map(({ host }) => host)).toEqual(['infra1']);
    const made = prepareFiles({
      planned: clusterOf(plan),
      settings: exampleSettings(),
      hosts: new Map(),
      facts: new Map(facts.map((host) => [host.hostname, host])),
      now: NOW,
      keys: new KeyPool(),
      maskSecret: () => undefined,
    });
    expect((await made.authority).certificatePem).toBe(ownCa.certificatePem);
  });
});
