/**
 * A stand-in for GitHub's artifact storage: the results service's API before a real blob service (Azurite), so that the
 * real @actions/artifact client uploads over the network. It runs as a process of its own, in which a network namespace
 * can be entered, and listens on loopback.
 */
import { spawn } from 'node:child_process';
import type { ChildProcessByStdio } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { Readable, Writable } from 'node:stream';
import type {
  ArtifactRecord,
  Behaviour,
  Event,
  Instruction,
  RequestRecord,
  Settings,
} from './results-service-process.ts';
import { readZip } from './zip.ts';
import type { ZipEntry } from './zip.ts';

export type { Behaviour, RequestRecord } from './results-service-process.ts';

/** The runner's variables for a JavaScript action about the service. */
export interface ArtifactServiceEnv {
  /** A JWT; its `scp` claim tells the client the run and the job. */
  readonly ACTIONS_RUNTIME_TOKEN: string;
  readonly ACTIONS_RESULTS_URL: string;
  readonly ACTIONS_RUNTIME_URL: string;
}

/** An artifact that was uploaded and finalized. */
export interface StoredArtifact extends Omit<ArtifactRecord, 'file'> {
  /** The archive, as downloaded from GitHub. */
  readonly archive: Buffer;
  /** The files in it. */
  readonly entries: readonly ZipEntry[];
}

/** Options of the service. */
export interface ResultsServiceOptions {
  /** Puts a command in front, e.g. `ip netns exec NAME`; it must exec, not fork. */
  readonly wrap?: (argv: readonly string[]) => readonly string[];
  /** The address to listen on; 127.0.0.1 by default. */
  readonly host?: string;
  /** The Node binary, 24 or later. */
  readonly node?: string;
  readonly behaviour?: Behaviour;
}

/** Loading Azurite takes a second or two on an idle machine. */
const START_TIMEOUT_MS = 60_000;

type ServiceProcess = ChildProcessByStdio<Writable, Readable, Readable>;

function base64Json(value: unknown): string {
  return Buffer.from(JSON.stringify(value)).toString('base64url');
}

/** Returns a JWT like GitHub's, but unsigned: the client does not verify it, and the service knows the whole text. */
function runtimeToken(runBackendId: string, jobBackendId: string): string {
  const claims = {
    iss: 'https://token.actions.githubusercontent.com',
    scp: `Actions.ExampleScope Actions.Results:${runBackendId}:${jobBackendId}`,
  };
  return `${base64Json({ alg: 'RS256', typ: 'JWT' })}.${base64Json(claims)}.${base64Json(randomUUID())}`;
}

/** Storage in memory, a free port, and acceptance of clients newer than this Azurite. */
const AZURITE_FLAGS = [
  '--inMemoryPersistence',
  '--loose',
  '--skipApiVersionCheck',
  '--silent',
  '--blobPort',
  '0',
];

function newSettings(options: ResultsServiceOptions, folder: string): Settings {
  const [workflowRunBackendId, workflowJobRunBackendId] = [randomUUID(), randomUUID()];
  return {
    host: options.host ?? '127.0.0.1',
    folder,
    token: runtimeToken(workflowRunBackendId, workflowJobRunBackendId),
    workflowRunBackendId,
    workflowJobRunBackendId,
    behaviour: options.behaviour ?? 'accept',
  };
}

function startProcess(options: ResultsServiceOptions, settings: Settings): ServiceProcess {
  const script = join(import.meta.dirname, 'results-service-process.ts');
  const argv = [options.node ?? process.execPath, script, ...AZURITE_FLAGS, '--blobHost', settings.host];
  const [program = '', ...args] = options.wrap?.(argv) ?? argv;
  const child = spawn(program, args, {
    stdio: ['pipe', 'pipe', 'pipe'],
    cwd: settings.folder,
    env: { PATH: process.env['PATH'], HOME: settings.folder },
  });
  // A process that exits at once closes its input; its exit code is reported elsewhere.
  child.stdin.on('error', () => undefined);
  child.stdin.write(`${JSON.stringify(settings)}\n`);
  return child;
}

/** The running service. */
export class ResultsService {
  /** The variables for the action. */
  readonly env: ArtifactServiceEnv;
  readonly #requests: RequestRecord[] = [];
  readonly #artifacts: ArtifactRecord[] = [];
  readonly #child: ServiceProcess;
  readonly #exited: Promise<void>;
  readonly #folder: string;
  readonly #onSettled: (() => void)[] = [];

  private constructor(child: ServiceProcess, folder: string, token: string, url: string) {
    this.#child = child;
    this.#folder = folder;
    this.#exited = new Promise((resolve) => child.once('close', () => resolve()));
    this.env = {
      ACTIONS_RUNTIME_TOKEN: token,
      ACTIONS_RESULTS_URL: `${url}/`,
      ACTIONS_RUNTIME_URL: `${url}/`,
    };
  }

  /**
   * Starts the service and waits until it listens.
   * @throws Error with the process's last output if it does not start.
   */
  static start(options: ResultsServiceOptions = {}): Promise<ResultsService> {
    const folder = mkdtempSync(join(tmpdir(), 'results-service-'));
    const settings = newSettings(options, folder);
    const child = startProcess(options, settings);
    let words = '';
    child.stderr.on('data', (chunk: Buffer) => (words += chunk.toString()));

    return new Promise((resolve, reject) => {
      const fail = (reason: string): void => {
        clearTimeout(timer);
        child.kill('SIGKILL');
        rmSync(folder, { recursive: true, force: true });
        reject(new Error(`The results service did not start: ${reason}\n${words}`));
      };
      const timer = setTimeout(() => fail(`nothing heard for ${START_TIMEOUT_MS} ms`), START_TIMEOUT_MS);
      const onEarlyExit = (code: number | null): void => fail(`it ended with ${String(code)}`);
      child.once('error', (error) => fail(error.message));
      child.once('close', onEarlyExit);
      let service: ResultsService | undefined;
      createInterface({ input: child.stdout }).on('line', (line) => {
        const event = JSON.parse(line) as Event;
        if (event.kind === 'ready') {
          clearTimeout(timer);
          child.off('close', onEarlyExit);
          service = new ResultsService(child, folder, settings.token, event.url);
          resolve(service);
        }
        if (service !== undefined) service.#take(event);
      });
    });
  }

  /** Returns the uploads so far, in order. */
  async artifacts(): Promise<readonly StoredArtifact[]> {
    await this.#instruct({});
    return this.#artifacts.map(({ file, ...record }) => {
      const archive = readFileSync(file);
      return { ...record, archive, entries: readZip(archive) };
    });
  }

  /** Returns every request to the API so far, and every upload without an answer, in order. */
  async requests(): Promise<readonly RequestRecord[]> {
    await this.#instruct({});
    return [...this.#requests];
  }

  /**
   * Changes the behaviour of the service from now on: `accept`; `refuse` (401); `duplicate` (409, as if the name were
   * taken; a taken name always gets it); `unavailable` (503, after which the client retries); `hang` (never answers);
   * `hang-upload` (creates, but the blob store never answers).
   */
  async setBehaviour(behaviour: Behaviour): Promise<void> {
    await this.#instruct({ behaviour });
  }

  /** Ends the process and removes the uploads. */
  async stop(): Promise<void> {
    this.#child.stdin.end();
    await this.#exited;
    rmSync(this.#folder, { recursive: true, force: true });
  }

  #take(event: Event): void {
    if (event.kind === 'request') this.#requests.push(event.request);
    if (event.kind === 'artifact') this.#artifacts.push(event.artifact);
    if (event.kind === 'settled') this.#onSettled.shift()?.();
  }

  /** @returns after the process has taken it, and all its earlier events have arrived here. */
  async #instruct(instruction: Instruction): Promise<void> {
    const settled = new Promise<void>((resolve) => this.#onSettled.push(resolve));
    this.#child.stdin.write(`${JSON.stringify(instruction)}\n`);
    await Promise.race([settled, this.#exited]);
  }
}
