/**
 * A hostile server sends messages in the same segment as the login's success, when every error must have a listener
 * already.
 */
import { spawn } from 'node:child_process';

import { afterAll, afterEach, describe, expect, jest, test } from '@jest/globals';
import type { AuthContext, Connection } from 'ssh2';

import { knownHostsLine } from '../../../src/ssh-keys/known-hosts.ts';
import { BastionChain } from '../../../src/hosts/ssh2/connector.ts';
import { keyCredential } from '../../../src/hosts/ssh2/credential.ts';
import { wireString, wireUint32 } from '../../../src/ssh-keys/wire.ts';
import { connectTo, hostError, KeptLog, pinned, usableKey } from '../ssh/client.ts';
import { sshKeygen, TemporaryFolder } from '../ssh/tools.ts';
import { TestServer } from './server.ts';

jest.setTimeout(30_000); // starts the action in a process of its own

const folder = new TemporaryFolder();
const hostKey = sshKeygen(folder, 'host', 'ed25519');
const login = sshKeygen(folder, 'login', 'ed25519');
const key = usableKey(login.privateText);
const toStop: (() => Promise<unknown>)[] = [];

afterEach(async () => {
  for (const stop of toStop.splice(0).toReversed()) await stop();
});
afterAll(() => folder.remove());

const WORDS = 'bye\n::error title=forged::a line that the host wrote\n::save-state name=owner::forged';

/** Messages by RFC 4253, 4252 and 8308, each of which makes ssh2 emit an error. */
const PACKETS: readonly (readonly [string, Buffer])[] = [
  [
    'DISCONNECT with many lines',
    Buffer.concat([Buffer.from([1]), wireUint32(2), wireString(WORDS), wireString('')]),
  ],
  [
    'a GLOBAL_REQUEST that is cut off',
    Buffer.concat([Buffer.from([80]), wireString('hostkeys-00@openssh.com'), Buffer.from([0, 0, 0])]),
  ],
  ['an EXT_INFO that is cut off', Buffer.concat([Buffer.from([7]), wireUint32(1000)])],
  ['a USERAUTH_FAILURE', Buffer.concat([Buffer.from([51]), wireString('publickey'), Buffer.from([0])])],
];

interface Insides {
  readonly _protocol: {
    readonly _packetRW: {
      readonly write: {
        readonly allocStart: number;
        alloc(length: number): Buffer;
        finalize(packet: Buffer): Buffer;
      };
    };
    readonly _cipher: { encrypt(packet: Buffer): void };
  };
  readonly _sock: { cork(): void; uncork(): void };
}

/** Sends a raw message, because ssh2 cannot send malformed ones. */
function sendRaw(connection: Insides, message: Buffer): void {
  const { _packetRW: rw, _cipher: cipher } = connection._protocol;
  const start = rw.write.allocStart;
  const packet = rw.write.alloc(message.length);
  message.copy(packet, start);
  cipher.encrypt(rw.write.finalize(packet));
}

/** Starts a server that admits everyone, and sends the message in the same segment as the success. */
async function serve(message: Buffer): Promise<TestServer> {
  const onAuthentication = (context: AuthContext, connection: Connection): void => {
    if (context.method !== 'publickey' || context.signature === undefined) {
      if (context.method === 'publickey') context.accept();
      else context.reject(['publickey']);
      return;
    }
    const insides = connection as unknown as Insides;
    insides._sock.cork();
    context.accept();
    sendRaw(insides, message);
    insides._sock.uncork();
  };
  const server = await TestServer.start({ hostKeys: [hostKey.privateText], onAuthentication });
  toStop.push(() => server.stop());
  return server;
}

describe.each(PACKETS)('%s behind the success', (_, message) => {
  test('of a host is a lost connection, reported in one line', async () => {
    const server = await serve(message);
    const transport = await connectTo(server.port, { key, pins: pinned(server.port, hostKey.host) });
    toStop.push(() => transport.close());
    const step = transport.run({ title: 'a step', effect: 'reads', script: ':', timeoutMs: 5000 });
    const { finding } = await hostError(step);
    expect(finding.fact).toMatch(/^the SSH connection was lost \(.+\)/);
    expect(finding.fact).not.toMatch(/\n/);
  });

  test('of a bastion, too', async () => {
    const server = await serve(message);
    const chain = new BastionChain([
      {
        name: 'bastion',
        address: '127.0.0.1',
        port: server.port,
        user: 'jump',
        credential: keyCredential(key),
        pins: pinned(server.port, hostKey.host),
        log: new KeptLog(),
      },
    ]);
    toStop.push(() => chain.close());
    const way = await chain.open();
    const { finding } = await hostError(
      connectTo(22, { key, pins: pinned(22, hostKey.host), ...way, retryPausesMs: [] }),
    );
    expect(finding.fact).toMatch(/^the connection to the bastion was lost \(.+\)/);
    expect(finding.fact).not.toMatch(/\n/);
  });

  test.each(['main', 'post'])(
    'leaves the standard error of the action empty, in its %s step',
    async (phase) => {
      const server = await serve(message);
      const { stdout, stderr } = await action(phase, server.port);
      expect(stderr).toBe('');
      expect(stdout).toMatch(/SSH connection was lost/);
      expect(stdout).not.toMatch(/^::(?:error title=forged|save-state)/m);
      expect(server.logins).not.toEqual([]);
    },
  );
});

/** Runs the action for one host, as the runner does. */
async function action(phase: string, port: number): Promise<{ stdout: string; stderr: string }> {
  const hosts = [{ name: 'infra0', address: '10.99.0.6', ssh: { address: '127.0.0.1', port } }];
  const script = `globalThis.etcdHaActionPhase = '${phase}'; await import('./src/index.ts');`;
  const child = spawn(process.execPath, ['--no-warnings', '--input-type=module', '-e', script], {
    env: {
      PATH: process.env['PATH'],
      RUNNER_TEMP: folder.path,
      GITHUB_RUN_ID: '1',
      GITHUB_RUN_ATTEMPT: '1',
      'STATE_lock-owner': 'run-1',
      INPUT_OPERATION: 'preflight',
      INPUT_INVENTORY: JSON.stringify(hosts),
      'INPUT_SSH-USER': 'root',
      'INPUT_SSH-PRIVATE-KEY': login.privateText,
      'INPUT_SSH-KNOWN-HOSTS': knownHostsLine('127.0.0.1', port, hostKey.host),
      'INPUT_SSH-CONNECT-TIMEOUT': '5s',
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const said = { stdout: '', stderr: '' };
  child.stdout.on('data', (chunk: Buffer) => (said.stdout += chunk.toString()));
  child.stderr.on('data', (chunk: Buffer) => (said.stderr += chunk.toString()));
  await new Promise((resolve) => child.once('close', resolve));
  return said;
}
