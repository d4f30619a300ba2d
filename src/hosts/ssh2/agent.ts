import { connect } from 'node:net';

import ssh2, { type ParsedKey, type SignCallback, type SigningRequestOptions } from 'ssh2';

import { parseKey } from '../keys/parse-key.ts';
import { keyBlobType, WireReader, wireString } from '../keys/wire.ts';

/** What an ssh-agent holds. */
export interface AgentKeys {
  /** Keys that can sign here, in the agent's order. */
  readonly usable: readonly ParsedKey[];
  /** Types of the others: certificates, keys in hardware. */
  readonly others: readonly string[];
}

const USABLE = /^(?:ssh-ed25519|ecdsa-sha2-nistp(?:256|384|521)|ssh-rsa)$/;
const ANSWER_TIMEOUT_MS = 5000;
/** OpenSSH's own limit (authfd.c, MAX_AGENT_REPLY_LEN). */
const LONGEST_ANSWER = 256 * 1024;
/** Message numbers (draft-ietf-sshm-ssh-agent, 6.1). */
const REQUEST_IDENTITIES = 11;
const IDENTITIES_ANSWER = 12;

/**
 * Asks an agent for its keys. ssh2 does not tell of those that it cannot use.
 * @param socket path of its Unix socket. @throws Error when it does not answer as an agent does.
 */
export async function listAgentKeys(socket: string, timeoutMs = ANSWER_TIMEOUT_MS): Promise<AgentKeys> {
  const blobs = identitiesOf(await ask(socket, Buffer.from([REQUEST_IDENTITIES]), timeoutMs));
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

/** Sends one message and gives the one that comes back, both without their length. */
function ask(socket: string, message: Buffer, timeoutMs: number): Promise<Buffer> {
  const { promise, resolve, reject } = Promise.withResolvers<Buffer>();
  const stream = connect(socket);
  const timer = setTimeout(() => reject(new Error(`no answer within ${timeoutMs / 1000} s`)), timeoutMs);
  let seen = Buffer.alloc(0);
  stream.on('data', (chunk) => {
    seen = Buffer.concat([seen, chunk]);
    const length = seen.length < 4 ? 0 : seen.readUInt32BE();
    if (length > LONGEST_ANSWER) reject(new Error(NO_AGENT));
    else if (length > 0 && seen.length >= 4 + length) resolve(seen.subarray(4, 4 + length));
  });
  stream.on('error', reject);
  stream.on('close', () => reject(new Error('it has closed the connection')));
  stream.write(wireString(message));
  return promise.finally(() => {
    clearTimeout(timer);
    stream.destroy();
  });
}

/** The public keys in an answer: each is followed by its comment. */
function identitiesOf(answer: Buffer): Buffer[] {
  const reader = new WireReader(answer);
  if (reader.raw(1)?.[0] !== IDENTITIES_ANSWER) throw new Error(NO_AGENT);
  const count = reader.uint32() ?? 0;
  const blobs: Buffer[] = [];
  while (blobs.length < count) {
    const blob = reader.string();
    if (blob === undefined || reader.string() === undefined) throw new Error(NO_AGENT);
    blobs.push(blob);
  }
  return blobs;
}

const NO_AGENT = 'what answers is no ssh-agent';

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
