/**
 * `node test/etcd/database/record.ts FOLDER…`: records the databases below `recorded/` again, with one member of etcd on loopback
 * per folder. Each folder has `etcd`, `etcdctl` and `etcdutl` of one release; the lab builds them into its cache.
 *
 * A recorded file has snapshots of one history, and every HashKV that the member gave in the course of it, before and after
 * compactions.
 */
import { execFileSync, spawn, type ChildProcess } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { gzipSync } from 'node:zlib';
import type { RecordedAnswer, RecordedDatabase, RecordedSnapshot } from './recorded.ts';

const CLIENT = 'http://127.0.0.1:23790';
const PEER = 'http://127.0.0.1:23800';

type Answer = Record<string, unknown> & { header?: { revision?: string } };

class Recorder {
  readonly version: string;
  readonly snapshots: Record<string, RecordedSnapshot> = {};
  readonly answers: RecordedAnswer[] = [];
  revision = 1;
  readonly #programs: string;
  readonly #folder = mkdtempSync(join(tmpdir(), 'etcd-database-'));
  #process: ChildProcess | undefined;

  constructor(programs: string) {
    this.#programs = programs;
    const said = execFileSync(join(programs, 'etcd'), ['--version'], { encoding: 'utf8' });
    this.version = /Version: (\S+)/.exec(said)?.[1] ?? '';
  }

  /** Starts the member; `slowly`: so that it compacts a few records at a time. */
  async start(slowly = false): Promise<void> {
    const help = execFileSync(join(this.#programs, 'etcd'), ['--help'], {
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    const prefix = help.includes('--compaction-batch-limit') ? '' : 'experimental-';
    const flags = [
      '--name=a',
      `--data-dir=${join(this.#folder, 'data')}`,
      `--initial-cluster=a=${PEER}`,
      `--initial-advertise-peer-urls=${PEER}`,
      `--listen-peer-urls=${PEER}`,
      `--advertise-client-urls=${CLIENT}`,
      `--listen-client-urls=${CLIENT}`,
      ...(slowly ? [`--${prefix}compaction-batch-limit=2`] : []),
      // Releases up to 3.5.15 always sleep 10 ms.
      ...(slowly && help.includes('compaction-sleep-interval')
        ? [`--${prefix}compaction-sleep-interval=100ms`]
        : []),
    ];
    this.#process = spawn(join(this.#programs, 'etcd'), flags, { stdio: 'ignore' });
    for (let tries = 0; tries < 100; tries += 1) {
      await setTimeout(100);
      const ready = await this.ask('maintenance/status', {}).catch(() => undefined);
      if (ready?.['leader'] !== undefined) return;
    }
    throw new Error('etcd did not start');
  }

  async stop(): Promise<void> {
    const ended = new Promise((resolve) => this.#process?.once('exit', resolve));
    this.#process?.kill('SIGTERM');
    await ended;
  }

  async ask(path: string, body: unknown): Promise<Answer> {
    const answer = await fetch(`${CLIENT}/v3/${path}`, { method: 'POST', body: JSON.stringify(body) });
    const fields = (await answer.json()) as Answer;
    if (!answer.ok) throw new Error(`${path}: ${JSON.stringify(fields)}`);
    this.revision = Math.max(this.revision, Number(fields.header?.revision ?? 0));
    return fields;
  }

  put = (key: string, value: string, lease?: unknown): Promise<Answer> =>
    this.ask('kv/put', { key: base64(key), value: base64(value), ...(lease === undefined ? {} : { lease }) });

  remove = (key: string, end?: string): Promise<Answer> =>
    this.ask('kv/deleterange', {
      key: base64(key),
      ...(end === undefined ? {} : { range_end: base64(end) }),
    });

  compact = (revision: number, physical = true): Promise<Answer> =>
    this.ask('kv/compaction', { revision, physical });

  async snapshot(name: string): Promise<void> {
    const file = join(this.#folder, `${name}.db`);
    execFileSync(join(this.#programs, 'etcdctl'), ['--endpoints', CLIENT, 'snapshot', 'save', file], {
      stdio: 'ignore',
      env: { ...process.env, ETCDCTL_API: '3' },
    });
    const said = execFileSync(join(this.#programs, 'etcdutl'), ['snapshot', 'status', '-w', 'json', file]);
    const member = await this.ask('maintenance/status', {});
    const all = await this.ask('kv/range', { key: base64('\0'), range_end: base64('\0'), count_only: true });
    this.snapshots[name] = {
      status: JSON.parse(said.toString()) as RecordedSnapshot['status'],
      liveKeys: Number(all['count'] ?? 0),
      raftTerm: String(member['raftTerm']),
      raftAppliedIndex: String(member['raftAppliedIndex']),
      database: gzipSync(readFileSync(file), { level: 9 }).toString('base64'),
    };
  }

  /** Asks for the HashKV at every revision that the member still has. */
  async hashes(): Promise<void> {
    for (let revision = 1; revision <= this.revision; revision += 1) {
      const answer = await this.ask('maintenance/hashkv', { revision }).catch(() => undefined);
      if (answer === undefined) continue;
      const recorded: RecordedAnswer = [revision, Number(answer['compact_revision']), Number(answer['hash'])];
      if (!this.answers.some((known) => known.join() === recorded.join())) this.answers.push(recorded);
    }
  }

  removeFiles(): void {
    rmSync(this.#folder, { recursive: true, force: true });
  }
}

function base64(text: string): string {
  return Buffer.from(text, 'latin1').toString('base64');
}

const text = (index: number, length: number): string => `value ${index} `.repeat(length).slice(0, length);

async function record(programs: string): Promise<RecordedDatabase> {
  const member = new Recorder(programs);
  await member.start();
  await member.snapshot('fresh');
  await member.hashes();

  // Keys of several lengths, updates, deletions and what comes after them; values of more than a page.
  for (let i = 0; i < 60; i += 1) await member.put(`/registry/pods/default/pod-${i}`, text(i, 20 + i * 3));
  await member.put('/registry/large', text(1, 9_000));
  await member.put('/registry/larger', text(2, 70_000));
  await member.put('k', '');
  for (let i = 0; i < 20; i += 1) await member.put(`/registry/pods/default/pod-${i}`, text(i, 50));
  const { ID: lease } = await member.ask('lease/grant', { TTL: 3600 });
  await member.put('/registry/leased', 'leased', lease);
  await member.remove('/registry/pods/default/pod-3');
  await member.remove('/registry/pods/default/pod-4');
  await member.put('/registry/pods/default/pod-4', 'again');
  await member.ask('kv/txn', {
    success: [
      { requestPut: { key: base64('/txn/a'), value: base64('1') } },
      { requestPut: { key: base64('/txn/b'), value: base64('2') } },
      { requestDeleteRange: { key: base64('/registry/pods/default/pod-5') } },
      { requestPut: { key: base64('/registry/large'), value: base64(text(3, 6_000)) } },
    ],
  });
  await member.remove('/registry/pods/default/pod-1', '/registry/pods/default/pod-2');
  const beforeDeletion = member.revision;
  await member.remove('k');
  const deletion = member.revision;
  await member.put('k', 'again');
  await member.put('/registry/last', 'last');
  await member.snapshot('written');
  await member.hashes();

  // One compaction below, one to the revision of a deletion, one to the newest.
  await member.compact(beforeDeletion - 30);
  await member.hashes();
  await member.put('/registry/pods/default/pod-0', 'after the first compaction');
  await member.snapshot('compacted');
  await member.compact(deletion);
  await member.hashes();
  await member.snapshot('compacted-to-a-deletion');
  await member.stop();
  // The hash at the compaction's own revision is no longer in memory.
  await member.start(true);
  await member.hashes();

  // A snapshot in the middle of a compaction.
  for (let i = 0; i < 30; i += 1) await member.put(`/registry/pods/default/pod-${20 + i}`, text(i, 30));
  await member.remove('/registry/last');
  await member.put('/registry/last', 'back');
  await member.compact(member.revision - 2, false);
  await member.snapshot('while-compacting');
  await setTimeout(6_000);
  await member.hashes();
  await member.stop();

  // Without any key alive, etcd hashes whatever is still there.
  await member.start();
  await member.remove('\0', '\0');
  await member.hashes();
  await member.snapshot('emptied');
  await member.compact(member.revision);
  await member.hashes();
  await member.stop();
  await member.start();
  await member.hashes();
  await member.snapshot('emptied-and-compacted');
  await member.stop();
  member.removeFiles();
  const { version, snapshots, answers } = member;
  return { version, snapshots, answers };
}

for (const programs of process.argv.slice(2)) {
  const recorded = await record(programs);
  const file = join(import.meta.dirname, 'recorded', `etcd-${recorded.version}.json`);
  const answers = `[\n${recorded.answers.map((answer) => `    [${answer.join(', ')}]`).join(',\n')}\n  ]`;
  const json = JSON.stringify({ ...recorded, answers: '@' }, null, 2).replace('"@"', answers);
  writeFileSync(file, `${json}\n`);
  console.error(`recorded ${recorded.version}: ${json.length} bytes, ${recorded.answers.length} answers`);
}
