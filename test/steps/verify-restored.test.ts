import { expect, test } from '@jest/globals';
import type { EtcdClient } from '../../src/etcd/client.ts';
import { etcdError } from '../../src/etcd/errors.ts';
import type { Observed } from '../../src/etcd/health/observation.ts';
import type { HashKv } from '../../src/etcd/messages.ts';
import { RunError } from '../../src/findings.ts';
import type { StepContext } from '../../src/steps/context.ts';
import { type VerifyRestored, verifyRestoredStep } from '../../src/steps/verify-restored.ts';

const STEP: VerifyRestored = {
  kind: 'verify-restored',
  host: 'infra0',
  why: '',
  lastRevision: 4_200,
  revision: 1_000_004_200,
  keys: 77,
};

interface Member {
  readonly keys?: number;
  readonly hash?: number;
  /** Whether the last revision of the backup is gone. */
  readonly compacted?: boolean;
  readonly silent?: true;
  /** Whether clients have compacted the revision of the restore. */
  readonly over?: true;
  /** Whether it stops after that was counted. */
  readonly gone?: true;
}

function refused(name: string, reason: string): Error {
  const words = { code: 'etcd-request-refused', kind: 'rejected', fact: `It said: ${reason}.` } as const;
  return etcdError({ name, endpoint: 'https://10.0.0.6:2379' }, { ...words, reason, fix: 'See the log.' });
}

function clientOf(name: string, { keys = 77, compacted = true, silent, over, gone }: Member): EtcdClient {
  const countKeys = (revision: number): Promise<number> => {
    if (silent) return Promise.reject(refused(name, 'no answer'));
    if (over || (revision === STEP.lastRevision && compacted))
      return Promise.reject(refused(name, 'etcdserver: mvcc: required revision has been compacted'));
    return Promise.resolve(keys);
  };
  const rangeSerializable = (): Promise<{ revision: number }> =>
    gone ? Promise.reject(refused(name, 'no answer')) : Promise.resolve({ revision: STEP.revision + 9 });
  return { name, countKeys, rangeSerializable } as unknown as EtcdClient;
}

/** Codes of the findings; empty if the step succeeds. */
async function codes(...members: readonly Member[]): Promise<string[]> {
  const named = members.map((member, index) => ({ name: `infra${index}`, member }));
  const hashes = new Map(
    named.map(({ name, member }): [string, Observed<HashKv>] => {
      const hash = {
        memberId: name,
        hash: member.hash ?? 9,
        compactRevision: 5,
        hashRevision: STEP.revision,
        revision: STEP.revision,
      };
      return [
        name,
        member.silent || member.gone ? { failure: refused(name, 'no answer') as never } : { seen: hash },
      ];
    }),
  );
  const clients = {
    hashKv: () => Promise.resolve(hashes),
    client: (wanted: string) => {
      const found = named.find(({ name }) => name === wanted);
      if (found === undefined) throw new Error(wanted);
      return clientOf(found.name, found.member);
    },
  };
  const context = {
    cluster: () => Promise.resolve(clients),
    planned: { shape: { members: named.map(({ name }) => ({ name, address: '10.0.0.6' })) } },
    signal: new AbortController().signal,
    log: { info: () => undefined },
  } as unknown as StepContext;
  try {
    await verifyRestoredStep.run(STEP, context);
    return [];
  } catch (error) {
    if (!(error instanceof RunError)) throw error;
    return error.findings.map(({ code, host }) => `${host ?? '-'} ${code}`);
  }
}

test('all members have what the backup has', async () => {
  expect(await codes({}, {}, {})).toEqual([]);
});

test.each([
  ['another number of keys', { keys: 76 }, ['infra1 restore-data-differs']],
  ['another hash', { hash: 8 }, ['- restore-data-differs']],
  ['still the revisions of the backup', { compacted: false }, ['infra1 restore-data-differs']],
])('a member has %s', async (_, member, expected) => {
  expect(await codes({}, member, {})).toEqual(expected);
});

test('once clients have compacted the revision of the restore, the members are compared at a later one', async () => {
  const later = { over: true } as const;
  expect(await codes(later, later, later)).toEqual([]);
  expect(await codes(later, { ...later, hash: 8 }, later)).toEqual(['- restore-data-differs']);
  // one that stops answering then is reported, and is no error of the action
  expect(await codes(later, later, { ...later, gone: true })).toEqual(['infra2 restore-data-unverified']);
});

test('a member that does not answer is not taken for one that has the data', async () => {
  expect(new Set(await codes({}, {}, { silent: true }))).toEqual(new Set(['infra2 restore-data-unverified']));
});
