import type { Finding } from '../../findings.ts';
import { lastWords } from '../last-words.ts';
import type { RemoteResult } from '../transport.ts';

/** Words for a script that ended in a way that it does not foresee. */
export function explainUnknown(result: RemoteResult): Omit<Finding, 'host' | 'at'> {
  const end =
    result.code === null
      ? `was ended by ${result.signal ?? 'a signal'}`
      : `ended with exit code ${result.code}`;
  return {
    fact: `a command on the host ${end}: ${lastWords(result.stderr, 5)}`,
    cause: 'Most often the disk is full or read-only.',
    fix: 'Mend what the message names and run again.',
  };
}
