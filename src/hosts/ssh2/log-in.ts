import { type Algorithms, type AuthenticationType, Client } from 'ssh2';
import type { Log } from '../../runner/log.ts';
import { type HostPins, judgeHostKey } from '../../ssh-keys/host-keys.ts';
import type { HostKey } from '../../ssh-keys/known-hosts.ts';
import { keyBlobType } from '../../ssh-keys/wire.ts';
import {
  closedAtLogin,
  type ConnectFailure,
  type ConnectStage,
  isFarewell,
  type SshTarget,
} from '../ssh/connect-failure.ts';
import { type AttemptFailure, hostKeyAlgorithms, reportAcceptedKey } from '../ssh/host-key-search.ts';
import type { Credential } from './credential.ts';
import type { ByteStream } from './dial.ts';
import { Ssh2Link } from './ssh2-link.ts';

/** An SSH server, its credentials and its pins. */
export interface LoginOptions extends SshTarget {
  readonly credential: Credential;
  readonly pins: HostPins;
  /** The server's own log. */
  readonly log: Log;
  /** Receives the known_hosts line of a host key that was accepted without a pin. */
  readonly onAcceptedKey?: (line: string) => void;
  /** Interval of the tests of an idle connection; after three unanswered tests it is lost. Default 10 s. */
  readonly keepaliveMs?: number;
  /** Returns why the connection ended, if the connection below it has ended. */
  readonly whyLost?: () => string | undefined;
}

/** One attempt, within a shared deadline. */
export interface LoginAttempt {
  readonly stream: ByteStream;
  /** To offer, best first. */
  readonly hostKeyTypes: readonly string[];
  readonly deadline: AbortSignal;
  /** The time limit, for messages. */
  readonly limitMs: number;
}

const KEEPALIVE_MS = 10_000;
const KEEPALIVE_COUNT = 3;
/** Maximum number of bytes of an invalid greeting in the message. */
const GREETING_LIMIT = 512;
/** Maximum number of characters of a banner in the message. */
const BANNER_LIMIT = 4096;

/**
 * Performs the SSH handshake and login over an open stream, and closes it if they fail. The host key is checked
 * before anything about the user is sent.
 * @returns the link, which sees everything after the login, even in the same packet; or why there is none.
 */
export function logIn(
  options: LoginOptions,
  { stream, hostKeyTypes, deadline, limitMs }: LoginAttempt,
): Promise<Ssh2Link | { readonly failure: AttemptFailure }> {
  return new Promise((resolve) => {
    const { log, user, pins, keepaliveMs = KEEPALIVE_MS } = options;
    const client = new Client();
    const methods = options.credential.map(({ method }) => method(user, onSha1));
    const started = performance.now();
    let stage: ConnectStage = 'greeting';
    let greeting = '';
    let shown: HostKey | undefined;
    let refusal: AttemptFailure | undefined;
    /** The last banner: it holds PAM's message for the user (OpenSSH auth2.c, userauth_send_banner). */
    let banner = '';
    /** The number of keys tried. */
    let tried = 0;

    function onSha1(): void {
      refusal = { kind: 'sha1-only' };
    }
    const settle = (outcome: Ssh2Link | { readonly failure: AttemptFailure }): void => {
      deadline.removeEventListener('abort', onDeadline);
      stream.off('data', onData);
      if ('failure' in outcome) stream.destroy();
      resolve(outcome);
    };
    const onDeadline = (): void => settle({ failure: { kind: 'silent', stage, afterMs: limitMs } });
    const onData = (chunk: Buffer): void => {
      if (greeting.length < GREETING_LIMIT) greeting += chunk.toString('latin1', 0, GREETING_LIMIT);
      if (stage === 'greeting' && /^SSH-(?:2\.0|1\.99)-/m.test(greeting)) stage = 'key exchange';
    };

    deadline.addEventListener('abort', onDeadline, { once: true });
    const onError = (error: Error & { level?: string; code?: unknown }): void =>
      settle({ failure: refusal ?? sshFailure(error, stage, greeting, banner) });
    const onClose = (): void => settle({ failure: refusal ?? closedFailure(stage, greeting, banner) });
    client.on('error', onError);
    client.on('close', onClose);
    client.on('banner', (said) => {
      banner = said.slice(0, BANNER_LIMIT);
    });
    client.once('handshake', (algorithms) => {
      stage = 'authentication';
      const { kex, serverHostKey, cs } = algorithms;
      log.debug(`SSH: host key proven; ${kex}, ${serverHostKey}, ${cs.cipher} ${cs.mac}`.trimEnd());
      if (shown !== undefined && judgeHostKey(pins, shown) === 'accepted') reportAcceptedKey(options, shown);
    });
    client.once('ready', () => {
      // The link listens before the login stops listening: ssh2 processes the packets after the success at once, and
      // an error without a listener would end the process with the host's own text.
      const link = new Ssh2Link(client, stream, options.whyLost);
      client.off('error', onError);
      client.off('close', onClose);
      log.debug(`SSH: logged in as ${user} after ${(performance.now() - started).toFixed(0)} ms`);
      settle(link);
    });
    keepGreetingWhole(stream);
    client.connect({
      sock: stream,
      username: user,
      algorithms: offeredAlgorithms(hostKeyTypes),
      hostVerifier: (blob: Buffer) => {
        shown = { type: keyBlobType(blob) ?? 'unknown', blob };
        const verdict = judgeHostKey(pins, shown);
        if (verdict === 'pinned' || verdict === 'accepted') return true;
        refusal = { kind: 'wrong-host-key', shown };
        return false;
      },
      // Without ssh2's initial 'none': that is a round trip, and a failed login to sshd.
      authHandler: (accepted: readonly string[] | null, partialSuccess: boolean | null, next) => {
        const method = methods[tried];
        if (method !== undefined && partialSuccess !== true && accepted?.includes('publickey') !== false) {
          tried += 1;
          next(method);
          return;
        }
        refusal ??= {
          kind: partialSuccess === true ? 'second-factor' : 'authentication',
          methods: accepted ?? [], // ssh2 omits them for keys from an agent
          said: banner,
        };
        // `false` ends the login (ssh2 README, authHandler); its types lack it.
        next(false as unknown as AuthenticationType);
      },
      readyTimeout: 0, // the deadline above, which knows the stage
      keepaliveInterval: keepaliveMs,
      keepaliveCountMax: KEEPALIVE_COUNT,
    });
    // After connect(), which pauses the stream: an earlier listener would take the first bytes. Not by `on`, which
    // waits for ssh2's listener.
    stream.addListener('data', onData);
  });
}

/** Converts an error of ssh2 before the login; ssh2 distinguishes them by `level` and text only. */
function sshFailure(
  error: Error & { readonly level?: string; readonly code?: unknown },
  stage: ConnectStage,
  greeting: string,
  banner: string,
): ConnectFailure {
  if (typeof error.code === 'number') return { kind: 'disconnected', said: error.message };
  if (error.level === 'client-socket') return closedFailure(stage, greeting, banner);
  if (error.level === 'agent') return { kind: 'agent', said: error.message };
  if (stage === 'greeting') {
    return error.level === 'protocol'
      ? closedFailure(stage, greeting, banner)
      : { kind: 'not-ssh', said: greeting };
  }
  if (error.message.includes('signature verification failed')) return { kind: 'host-key-unproven' };
  const [, what] = /no matching (.+)$/.exec(error.message) ?? [];
  return what === undefined ? { kind: 'protocol', said: error.message } : { kind: 'algorithms', what };
}

/** The beginning of an SSH server's greeting (RFC 4253 §4.2); other lines may precede it. */
const SSH_GREETING = 'SSH-2.0-';

function closedFailure(stage: ConnectStage, greeting: string, banner: string): ConnectFailure {
  if (stage === 'authentication') return closedAtLogin(banner);
  if (stage !== 'greeting') return { kind: 'closed', stage, said: '' };
  const lastLine = greeting.split('\n').at(-1) ?? '';
  const isCutOff = lastLine !== '' && SSH_GREETING.startsWith(lastLine);
  return greeting.trim() === '' || isCutOff || isFarewell(greeting)
    ? { kind: 'closed', stage, said: greeting }
    : { kind: 'not-ssh', said: greeting };
}

/**
 * The key exchange algorithms to offer, best first. Left out of ssh2's own list: everything with SHA-1 (`ssh-rsa`
 * signatures, `hmac-sha1`), groups below 2048 bits, and group exchange, which costs one more round trip. All OpenSSH
 * servers since 6.5 (2014) support one of these; ssh2 has no post-quantum key exchange.
 */
const KEX: NonNullable<Algorithms['kex']> = [
  'curve25519-sha256', // every OpenSSH server's default
  'curve25519-sha256@libssh.org', // its name before RFC 8731
  'ecdh-sha2-nistp256', // servers in FIPS mode lack Curve25519
  'ecdh-sha2-nistp384',
  'ecdh-sha2-nistp521',
  'diffie-hellman-group16-sha512', // servers hardened against elliptic curves; 4096 bits
  'diffie-hellman-group14-sha256', // 2048 bits
];

const CIPHERS: NonNullable<Algorithms['cipher']> = [
  'aes128-gcm@openssh.com', // authenticated, in hardware, and unaffected by Terrapin (CVE-2023-48795)
  'aes256-gcm@openssh.com',
  'aes128-ctr', // with one of the MACs below
  'aes192-ctr',
  'aes256-ctr',
  'chacha20-poly1305@openssh.com', // last: ssh2 computes it in JavaScript and WebAssembly
];

const MACS: NonNullable<Algorithms['hmac']> = [
  'hmac-sha2-256-etm@openssh.com',
  'hmac-sha2-512-etm@openssh.com',
  'hmac-sha2-256', // servers without encrypt-then-mac
  'hmac-sha2-512',
];

/** Returns the algorithms to offer, with host keys of these types, best first. */
function offeredAlgorithms(hostKeyTypes: readonly string[]): Algorithms {
  return {
    kex: KEX,
    serverHostKey: hostKeyAlgorithms(hostKeyTypes),
    cipher: CIPHERS,
    hmac: MACS,
    compress: ['none'],
  };
}

/** The line in which a server identifies itself as SSH, of any version (RFC 4253 §4.2). */
const GREETING = /^SSH-[^\n]*\n/m;
/** Longer data is no greeting; ssh2 may report it. */
const MAX_GREETING_BYTES = 32 * 1024;

type DataListener = (chunk: Buffer) => void;

/**
 * Gives the next `data` listener added by `on` the server's greeting in one piece: of a greeting in more than two
 * pieces, ssh2 loses all but the first and the last (lib/protocol/Protocol.js, parseHeader), and waits for ever. The
 * following data is unchanged.
 */
function keepGreetingWhole(stream: ByteStream): void {
  const on = stream.on.bind(stream);
  // ssh2 uses one stream for both directions, so its listener is wrapped and not the stream.
  stream.on = ((event: string | symbol, listener: DataListener) => {
    if (event !== 'data') return on(event, listener);
    stream.on = on;
    return on('data', gathered(listener));
  }) as typeof stream.on;
}

function gathered(listener: DataListener): DataListener {
  let held: Buffer | undefined = Buffer.alloc(0);
  return (chunk) => {
    if (held === undefined) {
      listener(chunk);
      return;
    }
    const seen = Buffer.concat([held, chunk]);
    const isWhole = GREETING.test(seen.toString('latin1')) || seen.length > MAX_GREETING_BYTES;
    held = isWhole ? undefined : seen;
    if (isWhole) listener(seen);
  };
}
