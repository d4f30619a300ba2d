import { createServer, type IncomingMessage, request, type Server } from 'node:http';
import {
  type AddressInfo,
  connect,
  createServer as createTcpServer,
  type Server as TcpServer,
} from 'node:net';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { earlierReports } from '../../../../src/operations/health/history/earlier-reports.ts';
import { proxyFor } from '../../../../src/operations/health/history/github.ts';
import { GitHubStandIn, zipOf } from './github-stand-in.ts';

const HISTORY = { artifact: 'etcd-health-*', token: 'token' };

// The rules of the toolkit's clients (actions/toolkit, http-client/src/proxy.ts).
test.each<[url: string, environment: Record<string, string>, proxy: string | undefined]>([
  ['https://api.github.com/x', {}, undefined],
  ['https://api.github.com/x', { https_proxy: 'http://p:3128' }, 'http://p:3128/'],
  ['https://api.github.com/x', { HTTPS_PROXY: 'http://p:3128' }, 'http://p:3128/'],
  ['https://api.github.com/x', { https_proxy: 'http://small', HTTPS_PROXY: 'http://LARGE' }, 'http://small/'],
  ['https://api.github.com/x', { https_proxy: '', HTTPS_PROXY: 'http://p' }, 'http://p/'],
  ['https://api.github.com/x', { http_proxy: 'http://p' }, undefined],
  ['http://ghe.example/x', { http_proxy: 'http://p', https_proxy: 'http://q' }, 'http://p/'],
  ['https://api.github.com/x', { https_proxy: 'p:3128' }, 'http://p:3128/'],
  ['https://api.github.com/x', { https_proxy: 'http://p', no_proxy: 'github.com' }, undefined],
  ['https://api.github.com/x', { https_proxy: 'http://p', NO_PROXY: 'x, .GITHUB.com' }, undefined],
  ['https://api.github.com/x', { https_proxy: 'http://p', no_proxy: 'hub.com' }, 'http://p/'],
  ['https://api.github.com/x', { https_proxy: 'http://p', no_proxy: '*' }, undefined],
  ['https://ghe.example:8443/x', { https_proxy: 'http://p', no_proxy: 'ghe.example:8443' }, undefined],
  ['https://ghe.example:8443/x', { https_proxy: 'http://p', no_proxy: 'ghe.example:443' }, 'http://p/'],
  ['http://localhost/x', { http_proxy: 'http://p' }, undefined],
  ['http://127.0.0.1/x', { http_proxy: 'http://p' }, undefined],
  ['http://[::1]/x', { http_proxy: 'http://p' }, undefined],
])('%s with %j', (url, environment, proxy) => {
  expect(proxyFor(new URL(url), environment)?.href).toBe(proxy);
});

test('a variable that holds no URL is named, and its value is not', () => {
  expect(() => proxyFor(new URL('https://x.test'), { https_proxy: 'http://user:secret@' })).toThrow(
    /^the variable https_proxy of the runner holds no URL$/,
  );
});

describe('a proxy that listens', () => {
  let github: GitHubStandIn;
  let proxy: Server;
  let tls: TcpServer;
  let seen: { method: string; target: string; authorization: string | undefined }[];
  let refuses: boolean;
  let hello: Buffer[];

  const portOf = (server: Server | TcpServer): number => (server.address() as AddressInfo).port;
  const note = ({ method = '', url = '', headers }: IncomingMessage): void =>
    void seen.push({ method, target: url, authorization: headers['proxy-authorization'] });

  beforeEach(async () => {
    seen = [];
    hello = [];
    refuses = false;
    github = new GitHubStandIn();
    await github.listen();
    tls = createTcpServer((socket) => {
      socket.once('data', (data) => {
        hello.push(data);
        socket.destroy();
      });
    });
    proxy = createServer((incoming, response) => {
      note(incoming);
      const { pathname, search, host } = new URL(incoming.url ?? '');
      const at = new URL(
        host === 'api.github.test' ? (github.environment['GITHUB_API_URL'] ?? '') : `http://${host}`,
      );
      request(
        { host: at.hostname, port: at.port, path: pathname + search, headers: incoming.headers },
        (answer) => {
          response.writeHead(answer.statusCode ?? 0, answer.headers);
          answer.pipe(response);
        },
      ).end();
    }).on('connect', (incoming: IncomingMessage, socket) => {
      note(incoming);
      if (refuses) {
        socket.end('HTTP/1.1 407 Proxy Authentication Required\r\n\r\n');
        return;
      }
      const through = connect(portOf(tls), '127.0.0.1', () => {
        socket.write('HTTP/1.1 200 Connection established\r\n\r\n');
        through.pipe(socket).pipe(through);
      }).on('error', () => undefined);
      socket.on('error', () => undefined);
    });
    await Promise.all(
      [proxy, tls].map((server) => new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))),
    );
  });
  afterEach(async () => {
    await github.close();
    proxy.closeAllConnections();
    await Promise.all([proxy, tls].map((server) => new Promise((resolve) => server.close(resolve))));
  });

  function environment(api: string, more: Record<string, string> = {}): Record<string, string> {
    const at = `http://ann:pass%40word@127.0.0.1:${portOf(proxy)}`;
    return { ...github.environment, GITHUB_API_URL: api, HTTP_PROXY: at, HTTPS_PROXY: at, ...more };
  }

  test('carries the requests to GitHub', async () => {
    github.runs = [{ id: 1, artifacts: [{ name: 'etcd-health-1', zip: zipOf({ 'report.json': 'good' }) }] }];
    expect(await earlierReports(HISTORY, environment('http://api.github.test'))).toEqual({ texts: ['good'] });
    expect(seen.map(({ method, target }) => `${method} ${target}`)).toContain(
      'GET http://api.github.test/repos/octo/infra',
    );
    expect(seen[0]?.authorization).toBe(`Basic ${Buffer.from('ann:pass@word').toString('base64')}`);
    expect(github.leaked).toEqual([]);
  });

  test('TLS goes through it, with the name of the server', async () => {
    const { problem } = await earlierReports(HISTORY, environment('https://api.github.test'));
    expect(seen).toEqual([expect.objectContaining({ method: 'CONNECT', target: 'api.github.test:443' })]);
    expect(hello[0]?.[0]).toBe(0x16);
    expect(String(hello[0])).toContain('api.github.test');
    expect(problem).toMatch(/^no answer from api\.github\.test: /);
  });

  test('that refuses is reported, without its password', async () => {
    refuses = true;
    const { problem } = await earlierReports(HISTORY, environment('https://api.github.test'));
    expect(problem).toMatch(/^the proxy 127\.0\.0\.1:\d+ answered with 407\.$/);
  });

  test('that is not there is reported', async () => {
    const gone = { HTTPS_PROXY: 'http://127.0.0.1:1' };
    const { problem } = await earlierReports(HISTORY, environment('https://api.github.test', gone));
    expect(problem).toMatch(/^the proxy 127\.0\.0\.1:1 is not reached: (?:Error: )?connect ECONNREFUSED/);
  });

  test('is left out where no_proxy says so', async () => {
    const api = github.environment['GITHUB_API_URL'] ?? '';
    const { texts } = await earlierReports(HISTORY, environment(api));
    expect([texts, seen]).toEqual([[], []]);
  });
});
