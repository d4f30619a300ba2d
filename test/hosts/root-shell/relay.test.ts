import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';

import { relayScript } from '../../../src/hosts/root-shell/relay.ts';
import { TcpServer } from '../transports/tcp-server.ts';

/**
 * The reader of the connection waits before each of its commands, so that the input can end between any two of them.
 */
const SLOWED = "set -eT; trap '[ $BASH_SUBSHELL = 0 ] || sleep 0.1' DEBUG";

describe('a connection made by bash', () => {
  let server: TcpServer;

  beforeAll(async () => {
    server = new TcpServer();
    await server.listening;
  });

  afterAll(() => server.stop());

  test('is closed at the port, whenever its input ends', async () => {
    const delays = Array.from({ length: 16 }, (_, n) => n * 30);
    await Promise.all(
      delays.map(async (delay) => {
        const bash = spawn('bash', ['-c', `${SLOWED}\n${relayScript('127.0.0.1', server.port, 'END')}`]);
        const ended = once(bash, 'close');
        await once(bash.stdout, 'data');
        await sleep(delay);
        bash.stdin.end();
        await ended;
      }),
    );
    for (let tries = 0; server.open > 0 && tries < 30; tries += 1) await sleep(100);
    expect(server.open).toBe(0);
  });
});
