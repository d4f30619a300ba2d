import { isUtf8 } from 'node:buffer';
import { createHash } from 'node:crypto';
import { closeSync, constants, fstatSync, openSync, readdirSync, readFileSync, realpathSync } from 'node:fs';
import { join, resolve, sep } from 'node:path';
import { BackupFileError } from '../backup/file-error.ts';
import { checkBackupPlace } from '../backup/manifest.ts';
import type { Finding } from '../findings.ts';
import { holdsPrivateKey, quote } from '../text/quote.ts';
import { definitionOf, type InputName, inputNames, type RawInputs } from './table/table.ts';

/** In bytes. A cluster's hosts take two thousand; a whole `terraform output -json` may take more. */
const MOST_BYTES = 256 * 1024;
const MOST_FILES = 100;

/**
 * Reads the files and folders that inputs name, only from the runner's workspace, and tests whether new files can be
 * written. Returns an error as a problem, so that it is reported together with all other findings.
 * @param workspace absolute path; `GITHUB_WORKSPACE`. @param mask as for `readInputs`.
 */
export function readInputFiles(
  raw: RawInputs,
  workspace: string | undefined,
  mask: (secret: string) => void,
): InputFiles {
  const files = fileInputs.flatMap((input) => {
    const path = pathIn(raw[input] ?? '');
    return path === undefined ? [] : [[input, readInputFile(path, workspace ?? '', mask)] as const];
  });
  const folders = folderInputs.flatMap((input) => {
    const path = folderPathIn(raw[input] ?? '');
    return path === undefined ? [] : [[input, readInputFolder(path, workspace ?? '', mask)] as const];
  });
  return Object.fromEntries<InputFile | InputFolder>([
    ...files,
    ...folders,
    ...unusablePlaces(raw, workspace),
  ]);
}

/** Places on the runner where a file is to be written and cannot be; they may be outside of the workspace. */
function unusablePlaces(
  raw: RawInputs,
  workspace: string | undefined,
): (readonly [(typeof placeInputs)[number], Unread])[] {
  return placeInputs.flatMap((input) => {
    const path = (raw[input] ?? '').trim();
    if (path === '') return [];
    try {
      checkBackupPlace(resolve(workspace || process.cwd(), path));
      return [];
    } catch (error) {
      if (!(error instanceof BackupFileError)) throw error;
      return error.findings.map((problem) => [input, { path, problem }] as const);
    }
  });
}

type Problem = { readonly problem: Omit<Finding, 'at'> };
type Text = { readonly text: string } | Problem;

function readInputFile(path: string, workspace: string, mask: (secret: string) => void): InputFile {
  const found = within(workspace, path, (file) => readText(file, path));
  if ('text' in found && holdsPrivateKey(found.text)) mask(found.text);
  return { path, ...found };
}

function readInputFolder(path: string, workspace: string, mask: (secret: string) => void): InputFolder {
  const found = within(workspace, path, (folder): { readonly files: Map<string, string> } | Problem => {
    const names = readdirSync(folder);
    if (names.length > MOST_FILES) return { problem: tooMany(path, names.length) };
    const read = names.map((name) => {
      const file = join(path, name);
      return { name, ...within(workspace, file, (real): Text => readText(real, file)) };
    });
    const unread = read.find((one) => 'problem' in one);
    if (unread !== undefined) return { problem: unread.problem };
    return { files: new Map(read.flatMap((one) => ('text' in one ? [[one.name, one.text] as const] : []))) };
  });
  if ('files' in found) [...found.files.values()].filter(holdsPrivateKey).forEach(mask);
  return { path, ...found };
}

/** Calls a function with the target of a path, if that is within the workspace. */
function within<T extends object>(
  workspace: string,
  path: string,
  read: (real: string) => T | Problem,
): T | Problem {
  if (workspace === '') return { problem: noWorkspace(path) };
  try {
    const root = realpathSync(workspace);
    const real = realpathSync(resolve(root, path));
    const isInside = real.startsWith(root.endsWith(sep) ? root : `${root}${sep}`);
    return isInside ? read(real) : { problem: outside(path) };
  } catch (error) {
    return { problem: unreadable(path, error) };
  }
}

/** @param file a path without links: one created meanwhile is not followed. */
function readText(file: string, path: string): Text {
  const descriptor = openSync(file, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
  try {
    const stats = fstatSync(descriptor);
    if (!stats.isFile()) return { problem: noFile(path) };
    if (stats.size > MOST_BYTES) return { problem: tooLarge(path, stats.size) };
    const bytes = readFileSync(descriptor);
    return isUtf8(bytes) ? { text: new TextDecoder().decode(bytes) } : { problem: notUtf8(path) };
  } finally {
    closeSync(descriptor);
  }
}

function noWorkspace(path: string): Omit<Finding, 'at'> {
  return {
    code: 'input-file-unusable',
    fact: `${quote(path)} cannot be read: GITHUB_WORKSPACE does not say where the workspace is.`,
    cause: 'the action does not run on a runner of GitHub Actions.',
    fix: 'give the text itself instead of a path.',
  };
}

function outside(path: string): Omit<Finding, 'at'> {
  return {
    code: 'input-file-unusable',
    fact: `${quote(path)} leads out of the workspace.`,
    cause: 'the path begins with / or .., or a symbolic link is in it.',
    fix: 'keep it in the repository, and write its path from the root of the repository, for example etcd/hosts.yaml.',
  };
}

function unreadable(path: string, error: unknown): Omit<Finding, 'at'> {
  const { code = String(error) } = error as NodeJS.ErrnoException;
  if (code === 'ENOENT' || code === 'ENOTDIR') {
    return {
      code: 'input-file-unusable',
      fact: `there is no ${quote(path)} in the workspace.`,
      cause: 'no earlier step has checked out the repository (actions/checkout) or created the file.',
      fix: 'check it out first, and write the path from the root of the repository, for example etcd/hosts.yaml.',
    };
  }
  return {
    code: 'input-file-unusable',
    fact: `${quote(path)} cannot be read (${code}).`,
    cause: 'it belongs to another user, or is a link to itself.',
    fix: 'give read permission to the user that the runner runs as.',
  };
}

function noFile(path: string): Omit<Finding, 'at'> {
  return {
    code: 'input-file-unusable',
    fact: `${quote(path)} is a folder or a device, not a file.`,
    fix: 'write the path of a file of YAML or JSON, for example etcd/hosts.yaml.',
  };
}

function tooLarge(path: string, bytes: number): Omit<Finding, 'at'> {
  return {
    code: 'input-file-unusable',
    fact: `${quote(path)} has ${bytes} bytes, more than ${MOST_BYTES}.`,
    cause: 'this is the wrong file.',
    fix: 'keep what the action needs in a file of its own.',
  };
}

function tooMany(path: string, files: number): Omit<Finding, 'at'> {
  return {
    code: 'input-file-unusable',
    fact: `${quote(path)} holds ${files} files, more than ${MOST_FILES}.`,
    cause: 'this is the wrong folder.',
    fix: 'keep what the action needs in a folder of its own.',
  };
}

function notUtf8(path: string): Omit<Finding, 'at'> {
  return {
    code: 'input-file-unusable',
    fact: `${quote(path)} is not text in UTF-8.`,
    cause: 'PowerShell has written it with >, which writes UTF-16.',
    fix: 'write it as UTF-8, in PowerShell with Out-File -Encoding utf8.',
  };
}

/** Inputs that may hold the path of a file in the workspace instead of its text. */
const fileInputs = ['inventory'] as const satisfies readonly InputName[];

/** Inputs that may hold the path of a folder in the workspace instead of its contents. */
const folderInputs = ['patches'] as const satisfies readonly InputName[];

/** Inputs that name a new file. */
const placeInputs = ['backup-path'] as const satisfies readonly InputName[];

/** Explains why a file or folder could not be read or written. */
export interface Unread {
  readonly path: string;
  readonly problem: Omit<Finding, 'at'>;
}

/** A file that an input names. */
export type InputFile = { readonly path: string; readonly text: string } | Unread;

/** A folder that an input names: the texts of its files by name. */
export type InputFolder = { readonly path: string; readonly files: ReadonlyMap<string, string> } | Unread;

/** The files and folders that inputs name, by input; of new files those that cannot be written. */
export type InputFiles = Readonly<
  Partial<
    Record<(typeof fileInputs)[number], InputFile> &
      Record<(typeof folderInputs)[number], InputFolder> &
      Record<(typeof placeInputs)[number], Unread>
  >
>;

/** Returns the value as a path if it is one line with the extension of YAML or JSON; undefined for other text. */
export function pathIn(value: string): string | undefined {
  const path = value.trim();
  return /^[^\r\n{[]*\.(?:ya?ml|json)$/i.test(path) ? path : undefined;
}

/** Returns the value as the path of a folder if it is one line without a colon or bracket; undefined for other text. */
export function folderPathIn(value: string): string | undefined {
  const path = value.trim();
  return /^[^\r\n{}[\]:]+$/.test(path) ? path : undefined;
}

/** Returns the contents of the files that were read, to replace their paths. */
export function textsOf(files: InputFiles): Readonly<Partial<Record<InputName, string>>> {
  const { inventory, patches } = files;
  return {
    ...(inventory !== undefined && 'text' in inventory && { inventory: inventory.text }),
    ...(patches !== undefined && 'files' in patches && { patches: JSON.stringify([...patches.files]) }),
  };
}

/**
 * Returns the digest of all inputs except secrets: SHA-256, in hex, of one JSON object with the names in alphabetical
 * order and no white space.
 * @param inputs all inputs, with their defaults.
 */
export function digestOfInputs(inputs: Readonly<Record<InputName, string>>): string {
  const open = inputNames
    .filter((name) => definitionOf(name).secret !== true)
    .sort()
    .map((name) => [name, inputs[name]] as const);
  return createHash('sha256')
    .update(JSON.stringify(Object.fromEntries(open)))
    .digest('hex');
}
