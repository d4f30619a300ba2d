import { fieldsOf, isObject } from '../text/json-fields.ts';
import { printable } from '../text/printable.ts';
import { quote, quoteJson } from '../text/quote.ts';
import { type BackupManifest, manifestPath, MOST_MANIFEST_BYTES } from './manifest.ts';
import { OpenBackupError, openToRead, refusal } from './stored-file.ts';

/**
 * Returns the manifest that lies beside a backup. Every field is as docs/backup-manifest.v1.schema.json says, which does not mean
 * that it is true.
 * @throws OpenBackupError if there is none, it belongs to a newer release, or it is malformed.
 */
export async function readManifest(backupPath: string): Promise<BackupManifest> {
  const path = manifestPath(backupPath);
  const text = await manifestText(path).catch((error: unknown) => {
    throw missing(path, error);
  });
  if (text === undefined) throw unusable(path, 'it is no file, or has more than a mebibyte');
  const fields = fieldsOf(text);
  if (fields === undefined || !isObject(fields)) throw unusable(path, 'it is no JSON object');
  const version = fields['schemaVersion'];
  if (typeof version === 'number' && version > 1) throw newer(path, version);
  const problem = MANIFEST(fields, '');
  if (problem !== undefined) throw unusable(path, problem);
  return fields as unknown as BackupManifest;
}

/** Reads the text of a manifest; undefined if it is no regular file, or far too large. @throws what open(2) and read(2) do. */
async function manifestText(path: string): Promise<string | undefined> {
  const handle = await openToRead(path);
  try {
    const found = await handle.stat();
    if (!found.isFile() || found.size > MOST_MANIFEST_BYTES) return undefined;
    const { bytesRead, buffer } = await handle.read(Buffer.alloc(found.size), 0, found.size, 0);
    return buffer.toString('utf8', 0, bytesRead);
  } finally {
    await handle.close();
  }
}

/** Returns a clause about what is wrong with a value; undefined if it is as it should be. @param at its place. */
type Shape = (value: unknown, at: string) => string | undefined;

function valueOf(expected: string, isGood: (value: unknown) => boolean): Shape {
  return (value, at) => {
    if (isGood(value)) return undefined;
    return value === undefined
      ? `${at} is missing`
      : `${at} is ${printable(quoteJson(value))} in place of ${expected}`;
  };
}

function textLike(expected: string, pattern: RegExp): Shape {
  return valueOf(expected, (value) => typeof value === 'string' && pattern.test(value));
}

function numberFrom(least: number): Shape {
  return valueOf(
    `a whole number from ${least}`,
    (value) => typeof value === 'number' && Number.isSafeInteger(value) && value >= least,
  );
}

function oneOf(...values: readonly unknown[]): Shape {
  return valueOf(values.map((value) => JSON.stringify(value)).join(' or '), (value) =>
    values.includes(value),
  );
}

function listOf(shape: Shape): Shape {
  return (value, at) => {
    if (!Array.isArray(value)) return value === undefined ? `${at} is missing` : `${at} is no list`;
    return value.map((entry: unknown, index) => shape(entry, `${at}[${index}]`)).find(isProblem);
  };
}

function objectOf(shapes: Readonly<Record<string, Shape>>): Shape {
  return (value, at) => {
    if (!isObject(value)) return value === undefined ? `${at} is missing` : `${at} is no object`;
    const nameOf = (name: string): string => (at === '' ? name : `${at}.${name}`);
    const foreign = Object.keys(value).find((name) => !Object.hasOwn(shapes, name));
    if (foreign !== undefined) return `it has a field ${quote(nameOf(foreign))}, which version 1 has not`;
    return Object.entries(shapes)
      .map(([name, shape]) => shape(Object.hasOwn(value, name) ? value[name] : undefined, nameOf(name)))
      .find(isProblem);
  };
}

function isProblem(problem: string | undefined): problem is string {
  return problem !== undefined;
}

const text = valueOf('a text', (value) => typeof value === 'string');
const textOrNull = valueOf('a text or null', (value) => value === null || typeof value === 'string');
const isTrue = valueOf('true or false', (value) => typeof value === 'boolean');
const id = textLike('an id in hexadecimal', /^[0-9a-f]{1,16}$/);
const decimal = textLike('a decimal number', /^\d+$/);
const sha256 = textLike('a SHA-256 in hexadecimal', /^[0-9a-f]{64}$/);

/** docs/backup-manifest.v1.schema.json; where that has a number, one that a double holds exactly. */
const MANIFEST = objectOf({
  schemaVersion: oneOf(1),
  clusterName: text,
  clusterId: id,
  clusterToken: textOrNull,
  caFingerprints: listOf(textLike('a SHA-256 with colons', /^(?:[0-9A-F]{2}:){31}[0-9A-F]{2}$/)),
  members: listOf(
    objectOf({ id, name: text, peerUrls: listOf(text), clientUrls: listOf(text), isLearner: isTrue }),
  ),
  source: text,
  takenAt: textLike('a time in ISO 8601', /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}\.\d{3}Z$/),
  etcdVersion: text,
  storageVersion: textOrNull,
  raftTerm: decimal,
  raftIndex: decimal,
  revision: numberFrom(1),
  compactRevision: numberFrom(0),
  hash: textLike('a hash in hexadecimal', /^[0-9a-f]{1,8}$/),
  keys: numberFrom(0),
  databaseBytes: numberFrom(1),
  databaseSha256: sha256,
  verified: isTrue,
  comparison: objectOf({
    revision: numberFrom(1),
    voters: numberFrom(1),
    members: listOf(
      objectOf({ name: text, result: oneOf('equal', 'different', 'unknown'), reason: textOrNull }),
    ),
  }),
  file: objectOf({
    name: text,
    bytes: numberFrom(1),
    sha256,
    encryption: oneOf('age', 'none'),
    recipients: listOf(text),
  }),
} satisfies Record<keyof BackupManifest, Shape>);

function missing(path: string, error: unknown): OpenBackupError {
  const refused = refusal(path, error);
  if (refused !== undefined) {
    const { what, cause, fix } = refused;
    const fact = `the manifest ${quote(path)} cannot be read: ${what}.`;
    return new OpenBackupError({ code: 'restore-manifest-missing', fact, cause, fix }, error);
  }
  const isUnverified = path.endsWith('.unverified.json');
  return new OpenBackupError({
    code: 'restore-manifest-missing',
    fact: `there is no manifest ${quote(path)} beside the backup.`,
    ...(isUnverified
      ? {
          cause: 'a copy that differs from what the members had has this name; it is no backup.',
          fix: 'restore another backup.',
        }
      : {
          cause: 'only the backup was fetched, or one of the two was renamed.',
          fix: 'put the manifest there that operation: backup has written, or take another backup: a manifest cannot be made afterwards.',
        }),
  });
}

function newer(path: string, version: number): OpenBackupError {
  return new OpenBackupError({
    code: 'restore-manifest-unusable',
    fact: `the manifest ${quote(path)} has version ${version}, and this release reads version 1.`,
    cause: 'a newer release of the action has made the backup.',
    fix: 'restore with that release or a later one.',
  });
}

/** @param what a clause. */
function unusable(path: string, what: string): OpenBackupError {
  return new OpenBackupError({
    code: 'restore-manifest-unusable',
    fact: `the manifest ${quote(path)} is malformed: ${what}.`,
    cause: 'it was cut off or edited, or is the file of another program.',
    fix: 'fetch the backup and its manifest anew from where they are stored.',
  });
}
