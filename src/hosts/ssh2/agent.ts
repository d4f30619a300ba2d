import ssh2, { type ParsedKey, type SignCallback, type SigningRequestOptions } from 'ssh2';

import { listIdentities } from '../keys/agent-identities.ts';
import { parseKey } from '../keys/parse-key.ts';
import { keyBlobType } from '../keys/wire.ts';

/** What an ssh-agent holds. */
export interface AgentKeys {
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
export class OneKeyAgent extends ssh2.BaseAgent<ParsedKey> {
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
