import type { IncomingMessage } from 'node:http';
import { get } from './http-get.ts';
import type { Environment } from './proxy.ts';

/** An answer of GitHub's REST interface, or of the storage that it leads to, that is no success. */
export class RestError extends Error {
  readonly status: number;
  /** True for an answer of the storage where artifacts lie. */
  readonly isStorage: boolean;
  /** True where GitHub takes no more requests for now (REST, "Rate limits for the REST API"). */
  readonly isLimit: boolean;
  /** Seconds after which GitHub takes requests again, where it says so. */
  readonly retryAfterSeconds: number | undefined;

  constructor({ statusCode = 0, headers }: IncomingMessage, path: string, isStorage: boolean) {
    super(`${isStorage ? "GitHub's storage" : 'GitHub'} answered ${path} with ${statusCode}`);
    this.name = 'RestError';
    this.status = statusCode;
    this.isStorage = isStorage;
    this.retryAfterSeconds = waitOf(headers);
    const isSpent = headers['x-ratelimit-remaining'] === '0' || headers['retry-after'] !== undefined;
    this.isLimit = !isStorage && (statusCode === 429 || (statusCode === 403 && isSpent));
  }
}

function waitOf(headers: IncomingMessage['headers']): number | undefined {
  const after = headers['retry-after'];
  if (after !== undefined && /^\d{1,6}$/.test(after)) return Number(after);
  const reset = headers['x-ratelimit-reset'];
  if (typeof reset !== 'string' || !/^\d{1,12}$/.test(reset)) return undefined;
  return Math.max(0, Math.ceil(Number(reset) - Date.now() / 1000));
}

/** Where GitHub is, and with what it is asked. */
export interface RestOptions {
  /** GITHUB_API_URL. */
  readonly api: string;
  /** Secret. */
  readonly token: string;
  readonly signal: AbortSignal;
  /** Of the runner: names proxies. */
  readonly environment: Environment;
}

/** A repository that was renamed leads on to its new name, an artifact to the storage. */
const MOST_REDIRECTS = 5;

/** Reads only, and only so much of an answer as was said. */
export class GitHubRest {
  readonly #options: RestOptions;

  constructor(options: RestOptions) {
    this.#options = options;
  }

  /** @throws RestError; Error when the answer is too long or no JSON, or there is none. */
  async json(path: string, mostBytes = 8 * 1024 * 1024): Promise<unknown> {
    const text = (await this.file(path, mostBytes)).toString('utf8');
    try {
      return JSON.parse(text) as unknown;
    } catch {
      throw new Error(`GitHub answered ${path} with something that is no JSON`);
    }
  }

  /**
   * What GitHub answers, or what lies where its answer leads to; the token goes to GitHub alone.
   * @throws RestError; Error when it is too long, or there is no answer.
   */
  async file(path: string, mostBytes: number): Promise<Buffer> {
    const api = new URL(this.#options.api);
    let url = new URL(`${this.#options.api}${path}`);
    for (let redirects = 0; redirects <= MOST_REDIRECTS; redirects += 1) {
      const isStorage = url.origin !== api.origin;
      const { signal, environment } = this.#options;
      const headers = isStorage ? { 'user-agent': 'etcd-ha-action' } : this.#headers();
      const answer = await get(url, { headers, signal, environment });
      const { statusCode = 0 } = answer;
      if (statusCode >= 200 && statusCode < 300) return bytesOf(answer, mostBytes);
      answer.destroy();
      const place = answer.headers.location;
      if (statusCode < 300 || statusCode >= 400 || place === undefined) {
        throw new RestError(answer, path, isStorage);
      }
      url = new URL(place, url);
    }
    throw new Error(`GitHub answered ${path} with more than ${MOST_REDIRECTS} redirects`);
  }

  #headers(): Record<string, string> {
    return {
      accept: 'application/vnd.github+json',
      authorization: `Bearer ${this.#options.token}`,
      'user-agent': 'etcd-ha-action',
      'x-github-api-version': '2022-11-28',
    };
  }
}

async function bytesOf(answer: IncomingMessage, mostBytes: number): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of answer) {
    const piece = chunk as Buffer;
    bytes += piece.length;
    if (bytes > mostBytes) throw new Error(`an answer of GitHub is longer than ${mostBytes} bytes`);
    chunks.push(piece);
  }
  return Buffer.concat(chunks);
}
