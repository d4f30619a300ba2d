import { basename, resolve } from 'node:path';
import { secretKeysIn } from '../../backup/recipients.ts';
import type { Finding } from '../../findings.ts';
import { quote } from '../../text/quote.ts';
import type { ParseContext } from '../group.ts';
import type { InputName } from '../table/table.ts';

/** An input that names a file on the runner. */
export interface RunnerPathInput<Name extends InputName> {
  readonly input: Name;
  /** What to write in place of such a value. */
  readonly fix: string;
  /** What to do in place of naming a URL. */
  readonly instead: string;
}

/**
 * Reads the path of a file on the runner; a relative one begins at the workspace.
 * @returns the absolute path, empty if none is given; undefined, with a finding, if it is none.
 */
export function readRunnerPath<Name extends InputName>(
  asked: RunnerPathInput<Name>,
  { inputs, findings, run }: Pick<ParseContext<Name>, 'inputs' | 'findings' | 'run'>,
): string | undefined {
  const path = inputs[asked.input].trim();
  if (path === '') return '';
  const problem = problemOfPath(path, asked);
  if (problem === undefined) return resolve(run.workspace, path);
  findings.push({ at: asked.input, ...problem });
  return undefined;
}

/** Reports whether {@link readRunnerPath} takes a value. */
export function isRunnerPath(path: string): boolean {
  return problemOfPath(path, { input: 'backup-path', fix: '', instead: '' }) === undefined;
}

/** The names of the file while it is written, and of its manifest, are some characters longer; 255 bytes is what disks take. */
const LONGEST_NAME_BYTES = 200;

function problemOfPath(
  path: string,
  { input, fix, instead }: RunnerPathInput<InputName>,
): Omit<Finding, 'at'> | undefined {
  const name = basename(path);
  if (secretKeysIn(path).length > 0) {
    return {
      code: 'runner-path-unusable',
      fact: 'the value is a secret key of age.',
      cause: 'values were swapped in the workflow.',
      fix: `make a new key, because this one is in the workflow now, and correct ${input}.`,
    };
  }
  if (path.includes('://'))
    return { code: 'runner-path-unusable', fact: `${quote(path)} is a URL.`, fix: instead };
  if (/^~|\$/.test(path)) {
    return {
      code: 'runner-path-unusable',
      fact: `${quote(path)} holds ~ or $, which only a shell replaces.`,
      fix,
    };
  }
  if (/[\p{Cc}\p{Cf}]/u.test(path))
    return { code: 'runner-path-unusable', fact: `${quote(path)} holds a control character.`, fix };
  if (path.endsWith('/') || name === '.' || name === '..')
    return { code: 'runner-path-unusable', fact: `${quote(path)} is not the path of a file.`, fix };
  const bytes = Buffer.byteLength(name);
  if (bytes <= LONGEST_NAME_BYTES) return undefined;
  return {
    code: 'runner-path-unusable',
    fact: `the name of the file has ${bytes} bytes, more than ${LONGEST_NAME_BYTES}.`,
    fix,
  };
}
