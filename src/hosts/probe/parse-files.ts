import { createHash } from 'node:crypto';
import type { DataDirFact, FileFact, FolderFact, PlaceFact, MissingFact } from '../../facts/host.ts';
import { parseRestoredData, type RestoreFact, type RestoreStage } from '../../facts/restored-data.ts';
import { PATCHES_DIR, PKI_DIR } from '../../kubeadm/paths.ts';
import { DIGEST_LIMIT, DIGEST_ROOTS, WRITTEN_FOLDERS, PUBLIC_FILES, TEXT_LIMIT } from './list-files.ts';
import { programAnswer, withErrors, type Sections } from './sections.ts';

/** The facts about files, and the parts that are missing. */
export interface FileFacts {
  readonly files: ReadonlyMap<string, FileFact>;
  readonly places: readonly PlaceFact[];
  readonly unseen: readonly MissingFact[];
}

/** Parses the tree with digests and public contents, and the locations of its folders. */
export function parseFiles(sections: Sections): FileFacts {
  const { text, errors, failure } = programAnswer(sections, 'tree');
  const roots = splitNulTerminated(sections.get('tree.roots'));
  const entries = splitNulTerminated(text)?.map(parseEntry);
  const digests = digestsIn(sections.get('digests') ?? '');
  const files = new Map(
    (entries ?? [])
      .filter((entry) => entry !== undefined)
      .map((entry) => [entry.path, withContents(entry, digests, sections)]),
  );
  const places = parsePlaces(sections);
  const isWhole =
    roots?.length === 0 ||
    (failure === undefined &&
      roots?.every((root) => files.has(root)) &&
      entries?.includes(undefined) === false);
  const unread = [...files.values()].filter(lacksText).map(({ path }) => path);
  const problem = !isWhole
    ? (failure ?? withErrors('its list of files is not whole', errors))
    : unread.length > 0
      ? `the contents of ${unread.join(', ')} could not be read`
      : undefined;
  return {
    files,
    places: places ?? [],
    unseen: [
      ...(problem === undefined ? [] : [missingFiles('find', problem)]),
      ...(places === undefined
        ? [missingFiles('bash', 'it did not report the real paths of the folders')]
        : []),
      ...missingDigests(sections, files, isWhole),
    ],
  };
}

function missingFiles(program: string, words: string): MissingFact {
  return { what: 'files', program, words: withErrors(words, '') };
}

/** Splits a list of NUL-terminated entries. Returns undefined if it is missing or truncated. */
function splitNulTerminated(text: string | undefined): string[] | undefined {
  if (text === undefined) return undefined;
  const entries = text.split('\0');
  return (entries.pop() ?? '').trim() === '' ? entries : undefined;
}

const KINDS: Readonly<Record<string, FileFact['kind']>> = { f: 'file', d: 'directory', l: 'link' };

function parseEntry(entry: string): FileFact | undefined {
  const match = /^(\S) (\d+) (\S+) (\d+) (.+)$/s.exec(entry);
  if (match === null) return undefined;
  const [, kind = '', mode = '', owner = '', size = '', path = ''] = match;
  return { path, kind: KINDS[kind] ?? 'other', mode, owner, size: Number(size) };
}

function withContents(entry: FileFact, digests: ReadonlyMap<string, string>, sections: Sections): FileFact {
  const sha256 = digests.get(entry.path);
  const text = sections.get(`text:${entry.path}`);
  return { ...entry, ...(sha256 !== undefined && { sha256 }), ...(text !== undefined && { text }) };
}

/** Parses the output of `sha256sum -z`, and after it, for hosts without that option, of `sha256sum` by lines. */
function digestsIn(text: string): Map<string, string> {
  const entries = text.split('\0');
  const lines = (entries.pop() ?? '').split('\n');
  return new Map(
    [...entries, ...lines].flatMap((entry) => {
      const match = /^([0-9a-f]{64}) [ *](.+)$/s.exec(entry);
      return match === null ? [] : [[match[2] ?? '', match[1] ?? ''] as const];
    }),
  );
}

/** Reports whether a public file lacks its contents or a part of them. */
function lacksText({ path, kind, size, text, sha256 }: FileFact): boolean {
  if (kind !== 'file' || size >= TEXT_LIMIT || !isPublic(path)) return false;
  if (text === undefined) return true;
  if (Buffer.byteLength(text) >= size) return false;
  // The file may have been rewritten in between; the contents are complete if they match the digest.
  return sha256 !== createHash('sha256').update(text).digest('hex');
}

function isPublic(path: string): boolean {
  return (
    PUBLIC_FILES.includes(path) ||
    (path.startsWith(`${PKI_DIR}/etcd/`) && /^[^/]+\.crt$/.test(path.slice(PKI_DIR.length + 6))) ||
    path === `${PKI_DIR}/apiserver-etcd-client.crt` ||
    (path.startsWith(`${PATCHES_DIR}/`) && path.split('/').length === PATCHES_DIR.split('/').length + 2)
  );
}

/** Lists the files without a digest: they would count as changed against the record. */
function missingDigests(
  sections: Sections,
  files: ReadonlyMap<string, FileFact>,
  isWhole: boolean | undefined,
): MissingFact[] {
  const { failure } = programAnswer(sections, 'digests');
  const without = [...files.values()].filter(
    ({ path, kind, size, sha256 }) =>
      kind === 'file' && sha256 === undefined && size <= DIGEST_LIMIT && isCompared(path),
  );
  if (without.length === 0 && isWhole === true) return [];
  const problem =
    failure ?? `it reported no digest of ${without.map(({ path }) => path).join(', ') || 'any file'}`;
  return [{ what: 'digests', program: 'sha256sum', words: withErrors(problem, '') }];
}

/**
 * Reports whether a file was left by an interrupted delivery, or is being delivered by another run. Its contents are
 * not compared.
 */
function isPartialDelivery(path: string): boolean {
  return /\/\.[^/]+\.etcd-ha-action$/.test(path); // stagedPath
}

/**
 * Leaves out names with a line break or a backslash: the action writes none, and not every `sha256sum` prints them
 * unescaped.
 */
function isCompared(path: string): boolean {
  return (
    !isPartialDelivery(path) &&
    !/[\n\\]/.test(path) &&
    DIGEST_ROOTS.some((root) => path === root || path.startsWith(`${root}/`))
  );
}

/** Parses four entries for each place, present or not; the data dir comes last. */
function parsePlaces(sections: Sections): PlaceFact[] | undefined {
  const entries = splitNulTerminated(sections.get('places'));
  if (entries === undefined || entries.length % 4 !== 0 || entries.length / 4 <= WRITTEN_FOLDERS.length)
    return undefined;
  return entries.flatMap((kind, at) => {
    const [path = '', resolved = '', mountPoint = ''] = entries.slice(at + 1, at + 4);
    if (at % 4 !== 0 || kind === 'nothing') return [];
    return [
      {
        path,
        kind: kind === 'folder' || kind === 'link' ? kind : 'other',
        ...(resolved !== '' && { resolved, mountPoint }),
      },
    ];
  });
}

const MISSING_FOLDER: FolderFact = { exists: false, empty: true, mode: '' };
const MISSING_DATA_DIR: DataDirFact = { ...MISSING_FOLDER, hasLog: false, hasBlankLog: false };

/**
 * Parses the contents of the data folders: for each folder its role and whether it exists, then the output of `find`
 * for those that do.
 */
export function parseDataDir(sections: Sections): { dataDir: DataDirFact; unseen: MissingFact[] } {
  const { text, errors, failure } = programAnswer(sections, 'data-dir');
  const entries = failure === undefined ? splitNulTerminated(text) : undefined;
  const roles = (entries ?? []).flatMap(roleIn);
  const listed = (entries ?? []).flatMap(folderEntryIn);
  const restores = (entries ?? []).flatMap(restoreIn);
  const restoreFolders = (entries ?? []).filter((entry) => entry.startsWith('restore-folder /'));
  const roleOf = new Map(roles.map((role) => [role.name, role]));
  const isWhole =
    entries?.length === roles.length + listed.length + restores.length + restoreFolders.length &&
    restores.length ===
      restoreFolders.filter((entry) => entry.endsWith(` ${roleOf.get('data-dir')?.path ?? ''}`)).length &&
    roleOf.has('data-dir') &&
    roleOf.has('log') &&
    roles.every(
      ({ isThere, path }) => isThere === listed.some((entry) => entry.path === path && entry.depth === '0'),
    );
  if (!isWhole) {
    const problem = failure ?? withErrors('its list of the data is not whole', errors);
    return { dataDir: MISSING_DATA_DIR, unseen: [{ what: 'data-dir', program: 'find', words: problem }] };
  }
  const folderOf = (name: string): FolderFact => {
    const own = listed.filter(({ path }) => path === roleOf.get(name)?.path);
    const mode = own.find(({ depth }) => depth === '0')?.mode;
    if (mode === undefined) return MISSING_FOLDER;
    // A new ext4's own folder, lost+found, is no data and is not listed.
    return { exists: true, empty: own.length === 1, mode };
  };
  const hasBlankLog = sections.has('data-dir.blank-log');
  return {
    dataDir: {
      ...folderOf('data-dir'),
      hasLog: !folderOf('log').empty && !hasBlankLog,
      hasBlankLog,
      ...(!folderOf('other-log').empty && { hasLogElsewhere: true }),
      ...(roleOf.has('wal-dir') && { walDir: folderOf('wal-dir') }),
      ...(restores[0] && { restore: restores[0] }),
    },
    unseen: [],
  };
}

function roleIn(entry: string): { name: string; isThere: boolean; path: string }[] {
  const match = /^(data-dir|wal-dir|log|other-log) (yes|no) (\/.*)$/s.exec(entry);
  return match === null ? [] : [{ name: match[1] ?? '', isThere: match[2] === 'yes', path: match[3] ?? '' }];
}

function restoreIn(entry: string): RestoreFact[] {
  const match = /^restore (begun|restored|placing|placed) ([^\n]*)$/.exec(entry);
  if (match === null) return [];
  const [, stage = '', note = ''] = match;
  const data = parseRestoredData(note);
  return [{ stage: stage as RestoreStage, ...(data && { data }) }];
}

function folderEntryIn(entry: string): { depth: string; mode: string; path: string }[] {
  const match = /^([01]) (\d+) (\/.*)$/s.exec(entry);
  return match === null ? [] : [{ depth: match[1] ?? '', mode: match[2] ?? '', path: match[3] ?? '' }];
}
