import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Duplex } from 'node:stream';
import { HostError } from '../../../src/hosts/host-error.ts';
import { AT_EXIT } from '../../../src/hosts/bash.ts';
import type { RemoteResult, RemoteScript, Transport } from '../../../src/hosts/transport.ts';
import { LOCK_FILE, RUN_DIR } from '../../../src/kubeadm/paths.ts';

/** Runs scripts in parallel, as sshd does, until it is killed. The scripts survive it, as they do under sshd. */
const CONNECTION = `
  const { spawn } = require('node:child_process');
  process.title = 'sshd-session';
  process.on('message', ({ id, bash, input }) => {
    const child = spawn('bash', ['--norc', '-c', bash], { stdio: ['pipe', 'pipe', 'pipe'], env: process.env, detached: true });
    const out = [], err = [];
    child.stdout.on('data', (chunk) => out.push(chunk));
    child.stderr.on('data', (chunk) => err.push(chunk));
    child.stdin.on('error', () => undefined);
    child.stdin.end(Buffer.from(input, 'base64'));
    process.send({ id, pid: child.pid });
    child.on('close', (code, signal) => process.send({ id, code, signal, out: Buffer.concat(out).toString('base64'), err: Buffer.concat(err).toString() }));
  });
  process.on('disconnect', () => process.exit());
  process.send({ ready: true });
`;

interface Message {
  readonly id?: number;
  readonly pid?: number;
  readonly code?: number | null;
  readonly signal?: string | null;
  readonly out?: string;
  readonly err?: string;
}

interface Running {
  readonly script: string;
  pid: number;
  readonly done: (message: Message) => void;
  readonly failed: (error: Error) => void;
}

/** One connection to a local host. */
export class LocalTransport implements Transport {
  readonly name: string;
  /** Titles of the requested scripts. */
  readonly titles: string[] = [];
  /** Called with each script before it runs; may throw. */
  onRun: (script: RemoteScript) => void = () => undefined;
  readonly #host: LocalHost;
  readonly #process: ChildProcess;
  readonly #running = new Map<number, Running>();
  #count = 0;
  #ended = false;

  static async open(host: LocalHost, path: string): Promise<LocalTransport> {
    const child = spawn(process.execPath, ['-e', CONNECTION], {
      stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
      env: { PATH: path, LC_ALL: 'C' },
    });
    const transport = new LocalTransport(host, child);
    await once(child, 'message');
    child.on('message', (message: Message) => transport.#hear(message));
    child.on('exit', () => transport.#end());
    return transport;
  }

  private constructor(host: LocalHost, child: ChildProcess) {
    this.name = host.name;
    this.#host = host;
    this.#process = child;
  }

  async run(script: RemoteScript): Promise<RemoteResult> {
    this.titles.push(script.title);
    this.onRun(script);
    if (this.#ended) throw this.#lost(script.title);
    const id = (this.#count += 1);
    if (typeof script.input === 'function') throw new Error('this stand-in takes no stream');
    const body = this.#host.localPaths(script.script);
    const bash = `umask 077; cd /; set -euo pipefail; ${AT_EXIT}; { ${body}\n}`;
    const answer = new Promise<Message>((done, failed) => {
      this.#running.set(id, { script: script.title, pid: 0, done, failed });
    });
    this.#process.send(
      { id, bash, input: (script.input ?? Buffer.alloc(0)).toString('base64') },
      () => undefined,
    );
    const { code = null, signal, out = '', err = '' } = await answer;
    return {
      code,
      ...(typeof signal === 'string' ? { signal } : {}),
      stdout: Buffer.from(out, 'base64'),
      stderr: err,
    };
  }

  /** Ends the connection at once, as if the runner were killed; scripts on the host continue. */
  async cut(): Promise<void> {
    if (this.#process.exitCode !== null || this.#process.signalCode !== null) return;
    this.#process.kill('SIGKILL');
    await once(this.#process, 'exit');
  }

  close(): Promise<void> {
    return this.cut();
  }

  /** Returns the process ids of the running scripts with this title; each is the leader of a process group. */
  pids(title: string): number[] {
    return [...this.#running.values()].filter(({ script }) => script === title).map(({ pid }) => pid);
  }

  openTcp(): Promise<Duplex> {
    throw new Error('not needed here');
  }

  statistics(): { connections: number; channels: number; bytesSent: number; bytesReceived: number } {
    throw new Error('not needed here');
  }

  #hear(message: Message): void {
    const running = this.#running.get(message.id ?? 0);
    if (running === undefined) return;
    if (message.pid !== undefined) {
      running.pid = message.pid;
      return;
    }
    this.#running.delete(message.id ?? 0);
    running.done(message);
  }

  #end(): void {
    this.#ended = true;
    for (const { script, failed } of this.#running.values()) failed(this.#lost(script));
    this.#running.clear();
  }

  #lost(step: string): HostError {
    return new HostError({
      code: 'ssh-connection-lost',
      host: this.name,
      at: step,
      fact: 'the SSH connection was lost.',
    });
  }
}

/** The host itself, which outlives its connections. */
export class LocalHost {
  readonly name: string;
  readonly folder: string = mkdtempSync(join(tmpdir(), 'etcd-ha-lock-'));
  readonly #open: LocalTransport[] = [];

  constructor(name: string) {
    this.name = name;
  }

  /** @param path PATH of the scripts. */
  async connect(path = process.env['PATH'] ?? ''): Promise<LocalTransport> {
    const transport = await LocalTransport.open(this, path);
    this.#open.push(transport);
    return transport;
  }

  localPaths(text: string): string {
    return text.replaceAll(RUN_DIR, join(this.folder, 'run'));
  }

  get lockFile(): string {
    return this.localPaths(LOCK_FILE);
  }

  /** Returns the lock in its file; undefined if there is none. */
  get lock(): Record<string, unknown> | undefined {
    if (!existsSync(this.lockFile)) return undefined;
    return JSON.parse(readFileSync(this.lockFile, 'utf8')) as Record<string, unknown>;
  }

  /** Makes the last heartbeat this many seconds older. */
  age(seconds: number): void {
    const text = readFileSync(this.lockFile, 'utf8');
    const older = text.replace(/"heartbeat":(\d+)/, (_, beat) => `"heartbeat":${Number(beat) - seconds}`);
    writeFileSync(this.lockFile, older);
  }

  async remove(): Promise<void> {
    await Promise.all(this.#open.map((transport) => transport.cut()));
    rmSync(this.folder, { recursive: true, force: true });
  }
}
