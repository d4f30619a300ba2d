import ssh2, {
  type AnyAuthMethod,
  type ParsedKey,
  type SignCallback,
  type SigningRequestOptions,
} from 'ssh2';
import type { Log } from '../../runner/log.ts';
import { agentRefusal, listIdentities, noAnswerRefusal } from '../../ssh-keys/agent-identities.ts';
import { describeKeyLabel, type KeyLabel } from '../../ssh-keys/certificate.ts';
import { parseSsh2Key } from '../../ssh-keys/key-text.ts';
import type { UsableKey } from '../../ssh-keys/private-key.ts';
import { fingerprint, keyBlobType } from '../../ssh-keys/wire.ts';

/** One key to log in with. */
export interface CredentialKey extends KeyLabel {
  /** @param onSha1 called when a signature with SHA-1 was requested; it is not made. */
  readonly method: (user: string, onSha1: () => void) => AnyAuthMethod;
}

/** The keys to log in with, tried in this order. */
export type Credential = readonly [CredentialKey, ...CredentialKey[]];

/**
 * Maximum number of an agent's keys that are tried. sshd counts each unknown key as a failed login: it disconnects at
 * the sixth (MaxAuthTries), and from the third on logs them where fail2ban reads.
 */
const MAX_TRIED_KEYS = 5;

/** Returns the credential for a given private key. */
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
 * Returns the first keys of an ssh-agent, and logs them.
 * @param socket path of its Unix socket.
 * @throws RunError when it does not answer, or has no usable key.
 */
export async function agentCredential(socket: string, log: Log): Promise<Credential> {
  let keys: AgentKeys;
  try {
    keys = await listAgentKeys(socket);
  } catch (error) {
    throw noAnswerRefusal(socket, error);
  }
  const { usable, others } = keys;
  const unusable = others.length === 0 ? '' : ` Not usable here: ${[...new Set(others)].join(', ')}.`;
  const [first, ...rest] = usable.slice(0, MAX_TRIED_KEYS).map((key): CredentialKey => {
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
      'no key was added to the agent (`ssh-add -l` lists its keys), or only certificates and keys in hardware.',
    );
  }
  const tried = [first, ...rest] as const;
  const limit =
    usable.length > MAX_TRIED_KEYS
      ? ` It has ${usable.length}; the action tries at most ${MAX_TRIED_KEYS}, because SSH servers count each.`
      : '';
  log.info(`Keys of the ssh-agent: ${tried.map(describeKeyLabel).join(', ')}.${limit}${unusable}`);
  return tried;
}

/** The keys of an ssh-agent. */
interface AgentKeys {
  /** Keys that ssh2 can sign with, in the agent's order. */
  readonly usable: readonly ParsedKey[];
  /** Types of the others: certificates, keys in hardware. */
  readonly others: readonly string[];
}

const USABLE = /^(?:ssh-ed25519|ecdsa-sha2-nistp(?:256|384|521)|ssh-rsa)$/;

/**
 * Lists the keys of an agent, including those that ssh2 hides because it cannot use them.
 * @param socket path of its Unix socket. @throws Error when it does not answer as an agent does.
 */
export async function listAgentKeys(socket: string, timeoutMs?: number): Promise<AgentKeys> {
  const blobs = await listIdentities(socket, timeoutMs);
  const keys = blobs.map((blob) => {
    const type = keyBlobType(blob) ?? 'unknown';
    const key = USABLE.test(type) ? parseSsh2Key(`${type} ${blob.toString('base64')}`) : undefined;
    return key === undefined || key instanceof Error ? type : key;
  });
  return {
    usable: keys.filter((key) => typeof key !== 'string'),
    others: keys.filter((key) => typeof key === 'string'),
  };
}

/**
 * Presents one key of an agent as if it held no other: ssh2 tries all keys of an agent, without naming them and
 * without a limit.
 */
class OneKeyAgent extends ssh2.BaseAgent<ParsedKey> {
  readonly #agent: ssh2.OpenSSHAgent;
  readonly #key: ParsedKey;
  readonly #onSha1: () => void;

  /** @param onSha1 called when a signature with SHA-1 was requested; it is not made. */
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
 * Refuses to sign with SHA-1, as ssh2 does when a server does not name its signature algorithms (RFC 8308,
 * server-sig-algs).
 * @param onRefused called when a signature with SHA-1 was requested.
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
