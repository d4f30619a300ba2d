import type { UsableKey } from './private-key.ts';

/** What proves who logs in: a private key that was given, or those of an ssh-agent on the runner. */
export type Identity =
  | { readonly kind: 'key'; readonly key: UsableKey }
  /** @property socket path of the agent's Unix socket. */
  | { readonly kind: 'agent'; readonly socket: string };

/** A key as messages name it: nothing of it is secret. */
export interface KeyLabel {
  /** e.g. `ssh-ed25519`. */
  readonly type: string;
  /** As `ssh-keygen -l` prints it. */
  readonly fingerprint: string;
}

/** A key in messages. */
export function describeKey({ type, fingerprint }: KeyLabel): string {
  return `${type} ${fingerprint}`;
}
