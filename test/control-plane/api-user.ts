import { type ChildProcessByStdio, spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { createInterface, type Interface } from 'node:readline';
import type { Readable, Writable } from 'node:stream';
import { parse } from 'yaml';
import type { Lab } from '../../lab/client.ts';
import type { ApiUserRecord, ApiUserSettings } from './api-user-process.ts';

/** What a user of an API server has seen. */
export interface ApiUserReport {
  readonly writes: number;
  /** The longest stretch without a write that was read back, in ms. */
  readonly longestGapMs: number;
  /** The longest stretch from one answer of /readyz with 200 to the next, in ms. */
  readonly longestNotReadyMs: number;
  readonly errors: ApiUserRecord['errors'];
}

/**
 * Writes a ConfigMap every 50 ms and reads it back, and asks /readyz as often, from the runner's side of the lab and with
 * the administrator's certificate.
 */
export class ApiUser {
  readonly #child: ChildProcessByStdio<Writable, Readable, null>;
  readonly #lines: Interface;

  private constructor(child: ChildProcessByStdio<Writable, Readable, null>) {
    this.#child = child;
    this.#lines = createInterface({ input: child.stdout });
  }

  /** Resolves once the first write was read back. @throws Error when none was within 15 s. */
  static async start(lab: Lab, host: string): Promise<ApiUser> {
    const settings = await settingsOf(lab, host);
    const script = join(import.meta.dirname, 'api-user-process.ts');
    const [program = '', ...args] = lab.inRunner([process.execPath, script]);
    const user = new ApiUser(spawn(program, args, { stdio: ['pipe', 'pipe', 'inherit'] }));
    // Its end is told by the line that is awaited; a pipe that broke then adds nothing.
    user.#child.stdin.on('error', () => undefined);
    user.#child.stdin.write(`${JSON.stringify(settings)}\n`);
    try {
      await user.#line(15_000);
    } catch (error) {
      user.#child.kill('SIGKILL');
      throw error;
    }
    return user;
  }

  /** Ends the work and gives what was seen. */
  async stop(): Promise<ApiUserReport> {
    const record = this.#line(30_000);
    this.#child.stdin.end();
    try {
      return reportOf(JSON.parse(await record) as ApiUserRecord);
    } finally {
      this.#child.kill('SIGKILL');
    }
  }

  #line(timeoutMs: number): Promise<string> {
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => {
        reject(new Error(`the user of the API server has said nothing for ${timeoutMs} ms`));
      }, timeoutMs);
      this.#lines.once('line', (line) => {
        clearTimeout(timer);
        resolve(line);
      });
      this.#child.once('exit', (code) => {
        clearTimeout(timer);
        reject(new Error(`the user of the API server has ended with code ${String(code)}`));
      });
    });
  }
}

interface Kubeconfig {
  readonly clusters: readonly { readonly cluster: { readonly 'certificate-authority-data': string } }[];
  readonly users: readonly {
    readonly user: { readonly 'client-certificate-data': string; readonly 'client-key-data': string };
  }[];
}

async function settingsOf(lab: Lab, host: string): Promise<ApiUserSettings> {
  const { clusters, users } = parse(await lab.sh(host, 'cat /etc/kubernetes/admin.conf')) as Kubeconfig;
  const address = lab.hosts.find(({ name }) => name === host)?.address ?? '';
  const plain = (text = ''): string => Buffer.from(text, 'base64').toString();
  return {
    server: `https://${address}:6443`,
    ca: plain(clusters[0]?.cluster['certificate-authority-data']),
    cert: plain(users[0]?.user['client-certificate-data']),
    key: plain(users[0]?.user['client-key-data']),
    configMap: `written-${randomUUID()}`,
    intervalMs: 50,
    timeoutMs: 5_000,
  };
}

function reportOf({ startedMs, endedMs, writtenMs, ready, errors }: ApiUserRecord): ApiUserReport {
  const whenReady = ready.filter(({ isReady }) => isReady).map(({ atMs }) => atMs);
  return {
    writes: writtenMs.length,
    longestGapMs: longest([startedMs, ...writtenMs, endedMs]),
    longestNotReadyMs: longest([startedMs, ...whenReady, endedMs]),
    errors,
  };
}

function longest(times: readonly number[]): number {
  return Math.max(...times.slice(1).map((time, index) => time - (times[index] ?? time)));
}
