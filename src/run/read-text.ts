import { createHash } from 'node:crypto';
import { type Finding, RunError } from '../findings.ts';
import { lastWords } from '../hosts/host-error.ts';
import type { RemoteScript, Transport } from '../hosts/transport.ts';

/**
 * Reads one file of a host as text, if it is still the one on which the run has decided.
 * @param seen SHA-256 (hex) of the file as the probe saw it; undefined if unknown: then the text has to be verified
 * in another way.
 * @param maskSecret called with the text before it is used.
 * @throws RunError when it cannot be read, is empty, or has changed.
 */
export async function readHostFile(
  transport: Transport,
  path: string,
  seen: string | undefined,
  maskSecret?: (secret: string) => void,
): Promise<string> {
  const result = await transport.run(readFileScript(path));
  const text = result.stdout.toString('utf8');
  if (result.code !== 0 || text === '') {
    const words = lastWords(result.stderr, 3);
    throw unread(transport, path, {
      code: 'file-unreadable',
      fact: words === '' ? `${path} is empty.` : `${path} could not be read (${words}).`,
      cause: 'The file was removed or emptied since the run began.',
      fix: 'Put it back, or restore it from a backup, and run again.',
    });
  }
  maskSecret?.(text);
  if (seen === undefined || sha256(result.stdout) === seen) return text;
  throw unread(transport, path, {
    code: 'changed-during-run',
    fact: `${path} has changed since the run read it; the run did not use it.`,
    cause: 'Another program, or an administrator, has replaced the file meanwhile.',
    fix: 'Find out what replaced it. If the new file is right, run again: the run then decides again.',
  });
}

function unread(
  { name }: Transport,
  path: string,
  words: Pick<Finding, 'code' | 'fact' | 'cause' | 'fix'>,
): RunError {
  return new RunError(`${path} could not be used`, [{ host: name, at: 'read', ...words }]);
}

/** Returns the SHA-256 in hex. */
export function sha256(bytes: Buffer | string): string {
  return createHash('sha256').update(bytes).digest('hex');
}

/**
 * Prints one file. For a key, this is the only way in which a secret leaves a host: inside the connection, to memory.
 */
export function readFileScript(path: string): RemoteScript {
  return { title: `read ${path}`, effect: 'reads', timeoutMs: 15_000, script: `cat -- ${path}` };
}
