/** An SSH server with the right host key that sends an attacker's packets after the login. */
import ssh2, { type Connection } from 'ssh2';
import { newKeyPair } from './hosts/ssh/tools.ts';
import { knownHostsLine } from '../src/ssh-keys/known-hosts.ts';
import { createServer, type AddressInfo, type Server, type Socket } from 'node:net';

/** The internals of ssh2 that write a raw packet. */
interface Inside {
  readonly _sock: { cork(): void; uncork(): void };
  readonly _protocol: {
    readonly _packetRW: {
      readonly write: {
        readonly allocStart: number;
        alloc(size: number): Buffer;
        finalize(packet: Buffer): Buffer;
      };
    };
    readonly _cipher: { encrypt(packet: Buffer): void };
  };
}

function sendRaw(connection: Connection, payload: Buffer): void {
  const { _packetRW: rw, _cipher: cipher } = (connection as unknown as Inside)._protocol;
  const at = rw.write.allocStart;
  const packet = rw.write.alloc(payload.length);
  payload.copy(packet, at);
  cipher.encrypt(rw.write.finalize(packet));
}

function number(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(value);
  return bytes;
}

function text(value: string): Buffer {
  return Buffer.concat([number(Buffer.byteLength(value)), Buffer.from(value)]);
}

/** Returns SSH_MSG_DISCONNECT (RFC 4253, section 11.1) with this description. */
export function disconnect(description: string): Buffer {
  return Buffer.concat([Buffer.from([1]), number(2), text(description), text('')]);
}

/** Returns SSH_MSG_GLOBAL_REQUEST of OpenSSH's host keys, cut off inside a key. */
export function brokenHostKeys(): Buffer {
  return Buffer.concat([
    Buffer.from([80]),
    text('hostkeys-00@openssh.com'),
    Buffer.from([0]),
    number(1000),
    Buffer.from([1]),
  ]);
}

/** The root shell's greeting before it accepts a script. */
const ROOT_SHELL = 'etcd-ha-root\n';

function answerWith(connection: Connection, answer: string): void {
  connection.on('session', (accept) => {
    accept().on('exec', (acceptExec) => {
      const channel = acceptExec();
      channel.on('error', () => undefined);
      channel.stderr.write(ROOT_SHELL);
      channel.write(ROOT_SHELL);
      channel.once('data', () => {
        channel.write(answer);
        setTimeout(() => {
          channel.exit(0);
          channel.end();
        }, 100);
      });
    });
  });
}

/** A started server. */
export interface HostileServer {
  readonly port: number;
  /** Its line for known_hosts. */
  readonly knownHosts: string;
  stop(): Promise<void>;
}

/**
 * @param behind packets in the same segment as the login's success.
 * @param answer answer of each command, as from a root shell; absent: the server is silent after the login.
 */
export async function hostileServer(behind: readonly Buffer[] = [], answer?: string): Promise<HostileServer> {
  const { privateText, host } = newKeyPair('ed25519');
  const sockets = new Set<Socket>();
  const ssh = new ssh2.Server({ hostKeys: [privateText] }, (connection) => {
    connection.on('error', () => undefined);
    connection.on('authentication', (context) => {
      if (context.method !== 'publickey') {
        context.reject(['publickey']);
        return;
      }
      if (context.signature === undefined) {
        context.accept();
        return;
      }
      const { _sock: socket } = connection as unknown as Inside;
      socket.cork();
      context.accept();
      for (const packet of behind) sendRaw(connection, packet);
      socket.uncork();
    });
    if (answer !== undefined) answerWith(connection, answer);
  });
  const tcp: Server = createServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => undefined);
    ssh.injectSocket(socket);
  });
  await new Promise<void>((resolve) => tcp.listen(0, '127.0.0.1', resolve));
  const { port } = tcp.address() as AddressInfo;
  return {
    port,
    knownHosts: knownHostsLine('127.0.0.1', port, host),
    stop: () => {
      for (const socket of sockets) socket.destroy();
      return new Promise((resolve) => tcp.close(() => resolve()));
    },
  };
}
