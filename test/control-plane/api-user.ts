import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { parse } from 'yaml';
import type { Lab } from '../../lab/client.ts';
import { Recorder } from '../e2e/support/recorder.ts';
import type { ApiUserRecord, ApiUserSettings } from './api-user-process.ts';

/** The observations of a user of an API server. */
export interface ApiUserReport {
  readonly writes: number;
  /** The longest stretch without a write that was read back, in ms. */
  readonly longestGapMs: number;
  /** The longest stretch from one answer of /readyz with 200 to the next, in ms. */
  readonly longestNotReadyMs: number;
  readonly errors: ApiUserRecord['errors'];
}

/**
 * Writes a ConfigMap every 50 ms and reads it back, and requests /readyz as often, from the runner's side of the lab
 * and with the administrator's certificate.
 */
export class ApiUser {
  readonly #recorder: Recorder<ApiUserRecord>;

  private constructor(recorder: Recorder<ApiUserRecord>) {
    this.#recorder = recorder;
  }

  /**
   * Resolves once the first write was read back.
   * @throws Error if none was within 15 s.
   */
  static async start(lab: Lab, host: string): Promise<ApiUser> {
    return new ApiUser(
      await Recorder.start(lab, {
        name: 'the user of the API server',
        script: join(import.meta.dirname, 'api-user-process.ts'),
        settings: await settingsOf(lab, host),
        recordMs: 30_000,
      }),
    );
  }

  /** Ends the work and returns the observations. */
  async stop(): Promise<ApiUserReport> {
    return reportOf(await this.#recorder.stop());
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
