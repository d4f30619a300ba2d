import { request as requestByHttp, type IncomingMessage, type RequestOptions } from 'node:http';
import { request as requestByHttps } from 'node:https';
import { proxyFor, proxyHeaders, tunnel, type Environment } from './proxy.ts';

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
export async function get(url: URL, options: GetOptions): Promise<IncomingMessage> {
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
