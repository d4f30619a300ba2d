import ssh2, {
  type AnyAuthMethod,
  type ParsedKey,
  type SignCallback,
  type SigningRequestOptions,
} from 'ssh2';
import type { Log } from '../../runner/log.ts';
import { agentRefusal, listIdentities, silentAgent } from '../../ssh-keys/agent-identities.ts';
import { describeKey, type KeyLabel } from '../../ssh-keys/certificate.ts';
import { parseKey } from '../../ssh-keys/key-text.ts';
import type { UsableKey } from '../../ssh-keys/private-key.ts';
import { fingerprint, keyBlobType } from '../../ssh-keys/wire.ts';

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

/** What an ssh-agent holds. */
interface AgentKeys {
  /** Keys that can sign here, in the agent's order. */
  readonly usable: readonly ParsedKey[];
  /** Types of the others: certificates, keys in hardware. */
  readonly others: readonly string[];
}

const USABLE = /^(?:ssh-ed25519|ecdsa-sha2-nistp(?:256|384|521)|ssh-rsa)$/;

/**
 * Asks an agent for its keys. ssh2 does not tell of those that it cannot use.
 * @param socket path of its Unix socket. @throws Error when it does not answer as an agent does.
 */
export async function listAgentKeys(socket: string, timeoutMs?: number): Promise<AgentKeys> {
  const blobs = await listIdentities(socket, timeoutMs);
  const keys = blobs.map((blob) => {
    const type = keyBlobType(blob) ?? 'unknown';
    const key = USABLE.test(type) ? parseKey(`${type} ${blob.toString('base64')}`) : undefined;
    return key === undefined || key instanceof Error ? type : key;
  });
  return {
    usable: keys.filter((key) => typeof key !== 'string'),
    others: keys.filter((key) => typeof key === 'string'),
  };
}

/** One key of an agent, as if it held no other: ssh2 tries all that an agent has, with no word of which and no limit. */
class OneKeyAgent extends ssh2.BaseAgent<ParsedKey> {
  readonly #agent: ssh2.OpenSSHAgent;
  readonly #key: ParsedKey;
  readonly #onSha1: () => void;

  /** @param onSha1 called when a signature with SHA-1 was asked for, which is not made. */
  constructor(socket: string, key: ParsedKey, onSha1: () => void) {
    super();
    this.#agent = new ssh2.OpenSSHAgent(socket);
    this.#key = key;
    this.#onSha1 = onSha1;
  }

  override getIdentities(callback: (error?: Error | null, keys?: ParsedKey[]) => void): void {
    callback(null, [this.#key]);
  }

  override sign(
    key: ParsedKey,
    data: Buffer,
    options: SigningRequestOptions | SignCallback,
    callback?: SignCallback,
  ): void {
    const [hash, told] = typeof options === 'function' ? [undefined, options] : [options.hash, callback];
    if (key.type !== 'ssh-rsa' || hash === 'sha256' || hash === 'sha512') {
      this.#agent.sign(key, data, hash === undefined ? {} : { hash }, told);
      return;
    }
    this.#onSha1();
    told?.(new Error('SHA-1 signatures are not made'));
  }
}

/**
 * ssh2 signs with SHA-1 when a server does not name the signatures it takes (RFC 8308, server-sig-algs).
 * Such a login is refused instead.
 * @param onRefused called when a signature with SHA-1 was asked for.
 */
export function withoutSha1(key: ParsedKey, onRefused: () => void): ParsedKey {
  // A derived object, because ssh2 recognises its keys by a hidden property.
  return Object.create(key, {
    sign: {
      value: (data: Buffer, hash?: string): Buffer | Error => {
        if (hash !== 'sha1') return key.sign(data, hash);
        onRefused();
        return new Error('SHA-1 signatures are not made');
      },
    },
  }) as ParsedKey;
}
