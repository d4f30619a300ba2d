import { existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import type { SnapshotPart } from '../../src/etcd/snapshot/frames.ts';
import { RunError } from '../../src/findings.ts';
import type { StepContext } from '../../src/steps/context.ts';
import { type TakeBackup, takeBackupStep } from '../../src/steps/take-backup.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'take-backup-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

const MIB = 1024 ** 2;

/** A cluster of one member, which announces a database of so many bytes and sends the beginning of it. */
function memberOf(status: { dbSize: number; dbSizeQuota?: number }, announced: number): StepContext {
  // eslint-disable-next-line @typescript-eslint/require-await -- an asynchronous iterable of what is there
  async function* snapshot(): AsyncGenerator<SnapshotPart> {
    const blob = Buffer.alloc(512);
    yield { blob, remainingBytes: announced - blob.length, version: '3.6.0' };
  }
  const client = {
    name: 'infra0',
    status: () => Promise.resolve(status),
    memberList: () => Promise.resolve({ clusterId: '1', members: [{ isLearner: false }] }),
    rangeSerializable: () => Promise.resolve({ revision: 5 }),
    snapshot,
  };
  const clients = { client: () => client, hashKv: () => Promise.resolve(new Map()) };
  return {
    cluster: () => Promise.resolve(clients),
    signal: new AbortController().signal,
    backups: [],
  } as unknown as StepContext;
}

test.each([
  ['its size without a quota', { dbSize: 20 * MIB }, 1044 * MIB, 1044.5 * MIB],
  ['its quota', { dbSize: 20 * MIB, dbSizeQuota: 300 * MIB }, 428 * MIB, 428.5 * MIB],
])('a member may send no more than by %s', async (_, status, most, tooMuch) => {
  const step: TakeBackup = {
    kind: 'take-backup',
    host: 'infra0',
    why: 'it is the only one',
    clusterName: 'etcd',
    clusterToken: null,
    path: join(folder, 'etcd.db'),
    recipients: [],
  };
  const codeOf = async (announced: number): Promise<string> => {
    const error: unknown = await takeBackupStep.run(step, memberOf(status, announced)).then(
      () => 'accepted',
      (reason: unknown) => reason,
    );
    expect(existsSync(step.path)).toBe(false);
    expect(readdirSync(folder)).toEqual([]);
    if (error instanceof RunError) return `${error.findings[0]?.code}: ${error.message}`;
    throw new Error(`expected a RunError, got ${String(error)}`);
  };
  expect(await codeOf(tooMuch)).toMatch(/^etcd-protocol-mismatch: .* it is larger than/s);
  // the sender stops after the beginning, which is another failure
  expect(await codeOf(most)).toMatch(/^snapshot-cut-off/);
});
