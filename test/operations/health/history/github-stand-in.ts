import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { zipSync } from 'fflate';

/** One run of the stand-in with its artifacts. */
export interface StandInRun {
  readonly id: number;
  readonly event?: string;
  readonly fork?: boolean;
  readonly artifacts: readonly {
    readonly name: string;
    readonly expired?: boolean;
    readonly zip: Uint8Array;
    readonly size?: number;
  }[];
}

/** Returns an archive like those of the artifact service. */
export function zipOf(files: Readonly<Record<string, string>>): Uint8Array {
  return zipSync(Object.fromEntries(Object.entries(files).map(([name, text]) => [name, Buffer.from(text)])));
}

/**
 * A stand-in for the part of GitHub's REST interface that the history reads, and for the storage of its downloads,
 * which has another origin. GitHub itself is not available to tests.
 */
export class GitHubStandIn {
  readonly requests: string[] = [];
  /** Authorization headers that reached the storage, which must get none. */
  readonly leaked: string[] = [];
  runs: readonly StandInRun[] = [];
  status = 200;
  /** Replaced answers by the end of their path. */
  readonly faults = new Map<string, { status: number; headers?: Record<string, string>; atStorage?: true }>();
  isSilent = false;
  #api: Server | undefined;
  #storage: Server | undefined;

  async listen(): Promise<void> {
    this.#api = createServer((request, response) => this.#answer(request, response));
    this.#storage = createServer((request, response) => {
      if (request.headers.authorization !== undefined) this.leaked.push(request.headers.authorization);
      const id = request.url?.slice(1) ?? '';
      const fault = this.faults.get(`artifacts/${id}/zip`);
      if (fault?.atStorage === true) response.writeHead(fault.status).end();
      else response.end(this.#zip(Number(id)));
    });
    await Promise.all(
      [this.#api, this.#storage].map(
        (server) => new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve)),
      ),
    );
  }

  async close(): Promise<void> {
    await Promise.all(
      [this.#api, this.#storage].map((server) => {
        server?.closeAllConnections();
        return new Promise((resolve) => server?.close(resolve));
      }),
    );
  }

  /** Returns the runner's variables that lead here. */
  get environment(): Record<string, string> {
    return {
      GITHUB_API_URL: `http://127.0.0.1:${portOf(this.#api)}`,
      GITHUB_WORKFLOW_REF: 'octo/infra/.github/workflows/health.yml@refs/heads/main',
      GITHUB_RUN_ID: '100',
    };
  }

  #answer({ url = '', headers }: IncomingMessage, response: ServerResponse): void {
    this.requests.push(url);
    if (this.isSilent) return;
    if (this.status !== 200 || headers.authorization !== 'Bearer token') {
      response.writeHead(this.status === 200 ? 401 : this.status).end('{}');
      return;
    }
    const fault = [...this.faults].find(([end]) => url.split('?', 1)[0]?.endsWith(end))?.[1];
    if (fault !== undefined && fault.atStorage !== true) {
      response.writeHead(fault.status, fault.headers).end('{}');
      return;
    }
    const json = (value: unknown): void => void response.end(JSON.stringify(value));
    const [, run] = /\/actions\/runs\/(\d+)\/artifacts/.exec(url) ?? [];
    const [, artifact] = /\/actions\/artifacts\/(\d+)\/zip$/.exec(url) ?? [];
    if (url === '/repos/octo/infra') json({ default_branch: 'main' });
    else if (url.startsWith('/repos/octo/infra/actions/workflows/health.yml/runs?branch=main&'))
      json({ workflow_runs: this.runs.map(runAnswer) });
    else if (run !== undefined) json({ artifacts: this.#artifactsOf(Number(run)) });
    else if (artifact !== undefined)
      response.writeHead(302, { location: `http://127.0.0.1:${portOf(this.#storage)}/${artifact}` }).end();
    else response.writeHead(404).end('{}');
  }

  #artifactsOf(run: number): object[] {
    const found = this.runs.find(({ id }) => id === run);
    return (found?.artifacts ?? []).map(({ name, expired = false, zip, size = zip.length }, index) => ({
      id: run * 10 + index,
      name,
      expired,
      size_in_bytes: size,
    }));
  }

  #zip(id: number): Uint8Array {
    return (
      this.runs.find((run) => run.id === Math.floor(id / 10))?.artifacts[id % 10]?.zip ?? new Uint8Array()
    );
  }
}

function runAnswer({ id, event = 'schedule', fork = false }: StandInRun): object {
  return { id, event, repository: { id: 1 }, head_repository: { id: fork ? 2 : 1 } };
}

function portOf(server: Server | undefined): number {
  return (server?.address() as AddressInfo).port;
}
