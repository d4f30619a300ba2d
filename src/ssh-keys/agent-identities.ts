import { connect } from 'node:net';
import { errorMessage, RunError } from '../findings.ts';
import { WireReader, wireString } from './wire.ts';

const ANSWER_TIMEOUT_MS = 5000;
/** OpenSSH's own limit (authfd.c, MAX_AGENT_REPLY_LEN). */
const MAX_ANSWER_BYTES = 256 * 1024;
/** Message numbers (draft-ietf-sshm-ssh-agent, 6.1). */
const REQUEST_IDENTITIES = 11;
const IDENTITIES_ANSWER = 12;

/**
 * Lists the public keys and certificates that an ssh-agent can sign with, in SSH wire form and in its order.
 * @param socket path of its Unix socket. @throws Error when it does not answer as an agent does.
 */
export async function listIdentities(socket: string, timeoutMs = ANSWER_TIMEOUT_MS): Promise<Buffer[]> {
  return identitiesOf(await request(socket, Buffer.from([REQUEST_IDENTITIES]), timeoutMs));
}

/** Sends one message and returns the response, both without their length. */
function request(socket: string, message: Buffer, timeoutMs: number): Promise<Buffer> {
  const { promise, resolve, reject } = Promise.withResolvers<Buffer>();
  const stream = connect(socket);
  const timer = setTimeout(() => reject(new Error(`no answer within ${timeoutMs / 1000} s`)), timeoutMs);
  let seen = Buffer.alloc(0);
  stream.on('data', (chunk) => {
    seen = Buffer.concat([seen, chunk]);
    const length = seen.length < 4 ? 0 : seen.readUInt32BE();
    if (length > MAX_ANSWER_BYTES || seen.length > MAX_ANSWER_BYTES + 4) reject(new Error(NO_AGENT));
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

/** Parses the public keys of an answer: each is followed by its comment. */
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

const NO_AGENT = 'the socket is not that of an ssh-agent';

/** Returns the refusal for an agent that does not answer. */
export function noAnswerRefusal(socket: string, error: unknown): RunError {
  return agentRefusal(
    `the ssh-agent at ${socket} does not answer: ${errorMessage(error)}.`,
    'the agent has ended, or belongs to another user or container; SSH_AUTH_SOCK still names it.',
  );
}

/** Returns the refusal for an agent that cannot log in. */
export function agentRefusal(fact: string, cause: string): RunError {
  return new RunError('The action cannot log in', [
    {
      code: 'ssh-agent-unusable',
      at: 'ssh-private-key',
      fact: `no private key is given, and ${fact}`,
      cause,
      fix: 'give ssh-private-key, or start an agent with the key in an earlier step of this job.',
    },
  ]);
}
