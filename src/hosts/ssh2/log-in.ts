import { type AuthenticationType, Client } from 'ssh2';

import type { Log } from '../../log.ts';
import { type HostPins, judgeHostKey } from '../keys/host-pins.ts';
import type { HostKey } from '../keys/known-hosts.ts';
import { keyBlobType } from '../keys/wire.ts';
import { tellAcceptedKey } from '../ssh/accepted-key.ts';
import {
  closedAtLogin,
  type ConnectFailure,
  type ConnectStage,
  type SshTarget,
} from '../ssh/connect-failure.ts';
import { offeredAlgorithms } from './algorithms.ts';
import type { Credential } from './credential.ts';
import type { ByteStream } from './dial.ts';
import type { AttemptFailure } from '../ssh/host-key-search.ts';
import { Ssh2Link } from './ssh2-link.ts';
import { keepGreetingWhole } from './whole-greeting.ts';

/** An SSH server, how to log in, and what is known of it. */
export interface LoginOptions extends SshTarget {
  readonly credential: Credential;
  readonly pins: HostPins;
  /** The server's own log. */
  readonly log: Log;
  /** Told the known_hosts line of a key that is taken although nothing is pinned. */
  readonly onAcceptedKey?: (line: string) => void;
  /** How often an idle connection is tested; after three tests without an answer it is lost. Default 10 s. */
  readonly keepaliveMs?: number;
  /** Why the connection has ended, if the way to the server has. */
  readonly whyLost?: () => string | undefined;
}

/** One attempt, within a deadline that others share. */
export interface LoginAttempt {
  readonly stream: ByteStream;
  /** To offer, best first. */
  readonly hostKeyTypes: readonly string[];
  readonly deadline: AbortSignal;
  /** What the deadline stands for, for the message. */
  readonly limitMs: number;
}

const KEEPALIVE_MS = 10_000;
const KEEPALIVE_COUNT = 3;
/** How much of what is no SSH greeting is kept for the message. */
const GREETING_LIMIT = 512;
/** How much of a banner is kept for the message. */
const BANNER_LIMIT = 4096;

/**
 * The SSH handshake and login over an open stream, which is closed if they fail. The host key is compared before anything
 * about the user is sent.
 * @returns the link, which hears everything that follows the login, even in the same packet; or why there is none.
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
    /** The last one: PAM's words for the user come so (OpenSSH auth2.c, userauth_send_banner). */
    let banner = '';
    /** How many keys were tried. */
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
      if (shown !== undefined && judgeHostKey(pins, shown) === 'accepted') tellAcceptedKey(options, shown);
    });
    client.once('ready', () => {
      // The link listens before the login stops to: ssh2 goes on with the packets behind the success at once, and an
      // error without a listener would end the process with the host's own words.
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
      // Not 'none' first, as ssh2 does by itself: that is a round trip, and a failed login in sshd's eyes.
      authHandler: (accepted: readonly string[] | null, partialSuccess: boolean | null, next) => {
        const method = methods[tried];
        if (method !== undefined && partialSuccess !== true && accepted?.includes('publickey') !== false) {
          tried += 1;
          next(method);
          return;
        }
        refusal ??= {
          kind: partialSuccess === true ? 'second-factor' : 'authentication',
          methods: accepted ?? [], // ssh2 does not tell them of keys from an agent
          said: banner,
        };
        // `false` ends the login (ssh2 README, authHandler); its types do not have it.
        next(false as unknown as AuthenticationType);
      },
      readyTimeout: 0, // the deadline above, which knows the stage
      keepaliveInterval: keepaliveMs,
      keepaliveCountMax: KEEPALIVE_COUNT,
    });
    // After connect(), which pauses the stream: a listener before it would take the first bytes away. Not by `on`, which
    // waits for ssh2's listener.
    stream.addListener('data', onData);
  });
}

/** What an error of ssh2 before the login means; ssh2 tells them apart by `level` and by text only. */
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

/** What OpenSSH says in clear before it hangs up (sshd.c: MaxStartups; 9.8 and later: PerSourcePenalties). */
const SSHD_FAREWELL = /^(?:Exceeded MaxStartups|Not allowed at this time)/;

/** How an SSH server begins (RFC 4253 §4.2); other lines may come before it. */
const SSH_GREETING = 'SSH-2.0-';

function closedFailure(stage: ConnectStage, greeting: string, banner: string): ConnectFailure {
  if (stage === 'authentication') return closedAtLogin(banner);
  if (stage !== 'greeting') return { kind: 'closed', stage, said: '' };
  const lastLine = greeting.split('\n').at(-1) ?? '';
  const isCutOff = lastLine !== '' && SSH_GREETING.startsWith(lastLine);
  return greeting.trim() === '' || isCutOff || SSHD_FAREWELL.test(greeting)
    ? { kind: 'closed', stage, said: greeting }
    : { kind: 'not-ssh', said: greeting };
}
