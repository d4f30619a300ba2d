import type { AnyAuthMethod } from 'ssh2';

import type { Log } from '../../log.ts';
import { agentRefusal, silentAgent } from '../keys/agent-identities.ts';
import { describeKey, type KeyLabel } from '../keys/identity.ts';
import type { UsableKey } from '../keys/private-key.ts';
import { fingerprint } from '../keys/wire.ts';
import { type AgentKeys, listAgentKeys, OneKeyAgent } from './agent.ts';
import { withoutSha1 } from './signing-key.ts';

/** One key that logs in. */
export interface CredentialKey extends KeyLabel {
  /** @param onSha1 called when a signature with SHA-1 was asked for, which is not made. */
  readonly method: (user: string, onSha1: () => void) => AnyAuthMethod;
}

/** What logs in: keys that are tried in this order. */
export type Credential = readonly [CredentialKey, ...CredentialKey[]];

/**
 * How many keys of an agent are tried. sshd counts each that it does not know as a failed login: it breaks off at the
 * sixth (MaxAuthTries), and from the third on writes them where fail2ban looks.
 */
const MOST_TRIED = 5;

/** A private key that was given. */
export function keyCredential({ key, type, fingerprint: print }: UsableKey): Credential {
  return [
    {
      type,
      fingerprint: print,
      method: (username, onSha1) => ({ type: 'publickey', username, key: withoutSha1(key, onSha1) }),
    },
  ];
}

/**
 * The keys of an ssh-agent, the first ones of it; they are named in the log.
 * @param socket path of its Unix socket.
 * @throws Refusal when it does not answer, or has no key that can be used.
 */
export async function agentCredential(socket: string, log: Log): Promise<Credential> {
  let keys: AgentKeys;
  try {
    keys = await listAgentKeys(socket);
  } catch (error) {
    throw silentAgent(socket, error);
  }
  const { usable, others } = keys;
  const unusable = others.length === 0 ? '' : ` Of no use here: ${[...new Set(others)].join(', ')}.`;
  const [first, ...rest] = usable.slice(0, MOST_TRIED).map((key): CredentialKey => {
    const label = { type: key.type, fingerprint: fingerprint(key.getPublicSSH()) };
    return {
      ...label,
      method: (username, onSha1) => ({
        type: 'agent',
        username,
        agent: new OneKeyAgent(socket, key, onSha1),
      }),
    };
  });
  if (first === undefined) {
    throw agentRefusal(
      `the ssh-agent at ${socket} has no key that can log in.${unusable}`,
      'no key was added to it (`ssh-add -l` shows them), or only certificates and keys in hardware.',
    );
  }
  const tried = [first, ...rest] as const;
  const limit =
    usable.length > MOST_TRIED
      ? ` It has ${usable.length}; no more than ${MOST_TRIED} are tried, as SSH servers count each.`
      : '';
  log.info(`Keys of the ssh-agent: ${tried.map(describeKey).join(', ')}.${limit}${unusable}`);
  return tried;
}
