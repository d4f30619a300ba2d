import type { Finding } from '../../findings.ts';

/** The destination of a connection. */
export interface SshTarget {
  /** The host's name in messages. */
  readonly name: string;
  readonly address: string;
  readonly port: number;
  readonly user: string;
  /** The machine that opens the connection, if it is not this one, e.g. `the bastion jump.example.com`. */
  readonly via?: string;
  /** The input that its port comes from. Default: `ssh-port`. */
  readonly portInput?: string;
}

/** Joins address and port. */
export function joinHostPort({ address, port }: { readonly address: string; readonly port: number }): string {
  return address.includes(':') ? `[${address}]:${port}` : `${address}:${port}`;
}

/** The stage that a connection had reached. */
export type ConnectStage = 'connect' | 'greeting' | 'key exchange' | 'authentication';

/** Reason for a missing connection. */
export type ConnectFailure =
  | { readonly kind: 'name'; readonly code: string }
  | { readonly kind: 'refused' }
  | { readonly kind: 'unreachable'; readonly code: string }
  | { readonly kind: 'not-forwarded'; readonly said: string }
  | { readonly kind: 'way-lost'; readonly said: string }
  | { readonly kind: 'silent'; readonly stage: ConnectStage; readonly afterMs: number }
  | { readonly kind: 'closed'; readonly stage: ConnectStage; readonly said: string }
  | { readonly kind: 'not-ssh'; readonly said: string }
  | { readonly kind: 'algorithms'; readonly what: string }
  | { readonly kind: 'host-key'; readonly finding: Omit<Finding, 'host' | 'at'> }
  | { readonly kind: 'host-key-unproven' }
  /** @member said the last banner of the server. */
  | { readonly kind: 'authentication'; readonly methods: readonly string[]; readonly said?: string }
  | { readonly kind: 'nologin'; readonly said: string }
  | { readonly kind: 'second-factor'; readonly methods: readonly string[] }
  | { readonly kind: 'sha1-only' }
  | { readonly kind: 'agent'; readonly said: string }
  | { readonly kind: 'no-client' }
  | { readonly kind: 'no-account'; readonly said: string }
  | { readonly kind: 'unfit-host-key'; readonly said: string }
  | { readonly kind: 'old-client'; readonly said: string }
  | { readonly kind: 'client-config'; readonly said: string }
  | { readonly kind: 'disconnected'; readonly said: string }
  | { readonly kind: 'protocol'; readonly said: string };

/**
 * Reports whether another attempt can help: only before the server has seen a key, so that a wrong key or host key
 * does not prolong a lock-out by the server.
 */
export function isTransient(failure: ConnectFailure): boolean {
  switch (failure.kind) {
    case 'name':
      return failure.code === 'EAI_AGAIN';
    case 'refused':
    case 'unreachable':
      return true;
    case 'closed':
      return failure.stage !== 'authentication';
    case 'nologin':
      return isBooting(failure.said);
    default:
      return false;
  }
}

/**
 * The message of systemd-user-sessions in /run/nologin (systemd-user-sessions.service(8),
 * tmpfiles.d/systemd-nologin.conf).
 */
const NOLOGIN = /System is (booting up|going down)|Unprivileged users are not permitted to log in/i;

/**
 * Reports whether a greeting is OpenSSH's plain-text message before it hangs up (sshd.c: MaxStartups; 9.8 and later:
 * PerSourcePenalties).
 */
export function isFarewell(greeting: string): boolean {
  return /^(?:Exceeded MaxStartups|Not allowed at this time)/.test(greeting);
}

/**
 * The server closed the connection during the login.
 * @param said its last banner, which holds PAM's message for the user.
 */
export function closedAtLogin(said: string): ConnectFailure {
  return NOLOGIN.test(said) ? { kind: 'nologin', said } : { kind: 'closed', stage: 'authentication', said };
}

/** Reports whether the host only needs time until it admits users. */
export function isBooting(said: string): boolean {
  return NOLOGIN.exec(said)?.[1]?.toLowerCase() === 'booting up';
}
