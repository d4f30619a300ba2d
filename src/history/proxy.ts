import { request as requestByHttp } from 'node:http';
import { request as requestByHttps } from 'node:https';
import { isIP, type Socket } from 'node:net';
import { connect } from 'node:tls';

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
export function proxyHeaders({ username, password }: URL): Record<string, string> {
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
export async function tunnel(url: URL, proxy: URL, signal: AbortSignal): Promise<Socket> {
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
