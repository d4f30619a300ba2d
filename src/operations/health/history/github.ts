import { type IncomingMessage, request as requestByHttp, type RequestOptions } from 'node:http';
import { request as requestByHttps } from 'node:https';
import { isIP, type Socket } from 'node:net';
import { connect } from 'node:tls';

/** An answer of GitHub's REST interface, or of the storage that it leads to, that is no success. */
export class RestError extends Error {
  readonly status: number;
  /** True for an answer of the storage of artifacts. */
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
   * Returns GitHub's answer, or the target of its redirect; the token goes to GitHub alone.
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

/** How something is fetched. */
export interface GetOptions {
  readonly headers: Readonly<Record<string, string>>;
  readonly signal: AbortSignal;
  /** Of the runner: names proxies. */
  readonly environment: Environment;
}

/**
 * Asks for what a URL names, through the proxy that the environment names for it. Redirects are not followed.
 * @returns the answer, whose body has not been read.
 * @throws Error when there is no answer; its cause says why.
 */
async function get(url: URL, options: GetOptions): Promise<IncomingMessage> {
  const { headers, signal, environment } = options;
  const proxy = proxyFor(url, environment);
  if (url.protocol !== 'https:') {
    if (proxy === undefined) return answerOf(requestByHttp, url, { headers, signal });
    return answerOf(requestByHttp, proxy, {
      path: url.href,
      headers: { ...headers, host: url.host, ...proxyHeaders(proxy) },
      signal,
    });
  }
  if (proxy === undefined) return answerOf(requestByHttps, url, { headers, signal });
  const socket = await tunnel(url, proxy, signal);
  return answerOf(requestByHttps, url, { headers, signal, createConnection: () => socket });
}

function answerOf(
  request: typeof requestByHttp,
  url: URL,
  options: RequestOptions,
): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    request(url, options)
      .once('response', resolve)
      .once('error', (error) => reject(new Error(`no answer from ${url.host}`, { cause: error })))
      .end();
  });
}

/** The runner's variables that say where we are and how the web is reached. */
export type Environment = Readonly<Record<string, string | undefined>>;

/**
 * The proxy for an address, by the variables that the runner and the toolkit's clients go by (actions/toolkit,
 * http-client/src/proxy.ts): https_proxy, http_proxy and no_proxy, in small letters before capitals.
 * @throws Error when the variable holds no URL.
 */
export function proxyFor(url: URL, environment: Environment): URL | undefined {
  if (isBypassed(url, environment)) return undefined;
  const name = url.protocol === 'https:' ? 'https_proxy' : 'http_proxy';
  const value = variable(environment, name);
  if (value === '') return undefined;
  const proxy = URL.parse(/^https?:\/\//i.test(value) ? value : `http://${value}`);
  if (proxy === null || proxy.hostname === '')
    throw new Error(`the variable ${name} of the runner holds no URL`);
  return proxy;
}

function variable(environment: Environment, name: string): string {
  const lower = environment[name]?.trim() ?? '';
  return lower === '' ? (environment[name.toUpperCase()]?.trim() ?? '') : lower;
}

function isBypassed({ hostname, port, protocol }: URL, environment: Environment): boolean {
  const host = hostname.toLowerCase();
  if (host === 'localhost' || host.startsWith('127.') || host === '[::1]') return true;
  const withPort = `${host}:${port === '' ? (protocol === 'https:' ? 443 : 80) : port}`;
  return variable(environment, 'no_proxy')
    .toLowerCase()
    .split(',')
    .map((entry) => entry.trim())
    .filter((entry) => entry !== '')
    .some(
      (entry) =>
        entry === '*' ||
        [host, withPort].some(
          (each) => each === entry || each.endsWith(entry.startsWith('.') ? entry : `.${entry}`),
        ),
    );
}

/** `proxy-authorization`, where the URL of the proxy has a user. */
function proxyHeaders({ username, password }: URL): Record<string, string> {
  if (username === '') return {};
  const login = `${decodeURIComponent(username)}:${decodeURIComponent(password)}`;
  return { 'proxy-authorization': `Basic ${Buffer.from(login).toString('base64')}` };
}

/** The name or address in a URL, without the brackets of IPv6. */
export function hostOf({ hostname }: URL): string {
  return hostname.replace(/^\[|\]$/g, '');
}

/**
 * A connection to the server of a URL, by TLS through the proxy (CONNECT; RFC 9110, 9.3.6).
 * @throws Error when the proxy does not let it through.
 */
async function tunnel(url: URL, proxy: URL, signal: AbortSignal): Promise<Socket> {
  const target = `${url.hostname}:${url.port === '' ? '443' : url.port}`;
  const request = proxy.protocol === 'https:' ? requestByHttps : requestByHttp;
  const socket = await new Promise<Socket>((resolve, reject) => {
    request(proxy, {
      method: 'CONNECT',
      path: target,
      headers: { host: target, ...proxyHeaders(proxy) },
      agent: false,
      signal,
    })
      .once('connect', ({ statusCode = 0 }, connection) => {
        if (statusCode === 200) resolve(connection);
        else {
          connection.destroy();
          reject(new Error(`the proxy ${proxy.host} answered with ${statusCode}`));
        }
      })
      .once('response', (response) => {
        response.destroy();
        reject(new Error(`the proxy ${proxy.host} answered with ${response.statusCode ?? 0}`));
      })
      .once('error', (error) => reject(new Error(`the proxy ${proxy.host} is not reached`, { cause: error })))
      .end();
  });
  const host = hostOf(url);
  return connect({ socket, ...(isIP(host) === 0 && { servername: host }), ALPNProtocols: ['http/1.1'] });
}
