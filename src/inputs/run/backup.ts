import { basename, join, resolve } from 'node:path';
import { parseRecipients, RecipientsError, secretKeysIn } from '../../backup/recipients.ts';
import type { Finding } from '../../findings.ts';
import { quote } from '../../text/quote.ts';
import { inputGroup, type ParseContext } from '../group.ts';
import { clusterNameGroup } from '../hosts/members.ts';
import { parseChoice } from '../scalars.ts';
import { backupInputs } from '../table/run.ts';

/** The destination of a backup, and who can read it. */
export interface BackupSettings {
  /** Absolute path of the file on the runner. */
  readonly path: string;
  /** True if the action chose the path: it differs in each run. */
  readonly isOwnPath: boolean;
  /** Public keys of the encryption; empty: not encrypted. */
  readonly recipients: readonly string[];
}

const ENCRYPTIONS = ['age', 'none'] as const;

/** The destination of a backup, and who can read it. */
export const backupGroup = inputGroup({
  name: 'backup',
  inputs: backupInputs,
  parse: (context): { readonly backup: BackupSettings } | undefined => {
    const { inputs, findings } = context;
    const encryption = parseChoice('backup-encryption', inputs['backup-encryption'], ENCRYPTIONS, findings);
    const recipients = readRecipients(inputs['backup-recipients'], findings);
    const path = readPath(inputs['backup-path'], context);
    if (encryption === undefined || recipients === undefined || path === undefined) return undefined;
    if (encryption === 'none' && recipients.length > 0) findings.push(ENCRYPTED_OR_NOT);
    const isOwnPath = path === '';
    return { backup: { path: isOwnPath ? ownPath(context) : path, isOwnPath, recipients } };
  },
  checkUsed: ({ inputs, files: { 'backup-path': unusable }, findings }) => {
    const isPlain = inputs['backup-encryption'] === 'none';
    const path = inputs['backup-path'].trim();
    if (isPlain && path === '') findings.push(PLAIN_WITHOUT_PATH);
    if (unusable !== undefined && path !== '' && problemOfPath(path) === undefined)
      findings.push({ ...unusable.problem, at: 'backup-path' });
    if (!isPlain && inputs['backup-recipients'].trim() === '') findings.push(WITHOUT_RECIPIENTS);
  },
});

/** Returns the public keys; undefined, with findings, if one is invalid. */
function readRecipients(text: string, findings: Finding[]): readonly string[] | undefined {
  if (text.trim() === '') return [];
  try {
    return parseRecipients(text).recipients;
  } catch (error) {
    if (!(error instanceof RecipientsError)) throw error;
    findings.push(...error.problems.map((problem) => ({ ...problem, at: 'backup-recipients' })));
    return undefined;
  }
}

/** Returns the absolute path, empty if none is given; undefined, with a finding, if it is invalid. */
function readPath(
  value: string,
  { findings, run }: Pick<ParseContext, 'findings' | 'run'>,
): string | undefined {
  const path = value.trim();
  if (path === '') return '';
  const problem = problemOfPath(path);
  if (problem === undefined) return resolve(run.workspace, path);
  findings.push(problem);
  return undefined;
}

/** The temporary name and the manifest's name are some characters longer; filesystems accept 255 bytes. */
const LONGEST_NAME_BYTES = 200;

function problemOfPath(path: string): Finding | undefined {
  const at = 'backup-path';
  const fix = 'write the path of a new file on the runner, for example backup-path: backups/etcd.db.age.';
  const name = basename(path);
  if (secretKeysIn(path).length > 0) {
    return {
      code: 'backup-path-unusable',
      at,
      fact: 'the value is a secret key of age.',
      cause: 'values were swapped in the workflow.',
      fix: 'make a new key, because this one is in the workflow now, and correct backup-path.',
    };
  }
  if (path.includes('://')) {
    return {
      code: 'backup-path-unusable',
      at,
      fact: `${quote(path)} is a URL.`,
      fix: 'write a path on the runner, and copy the file from there to the object store in the next step (docs/backup.md).',
    };
  }
  if (/^~|\$/.test(path)) {
    return {
      code: 'backup-path-unusable',
      at,
      fact: `${quote(path)} holds ~ or $, which only a shell replaces.`,
      fix,
    };
  }
  if (/[\p{Cc}\p{Cf}]/u.test(path)) {
    return { code: 'backup-path-unusable', at, fact: `${quote(path)} holds a control character.`, fix };
  }
  if (path.endsWith('/') || name === '.' || name === '..') {
    return { code: 'backup-path-unusable', at, fact: `${quote(path)} is not the path of a file.`, fix };
  }
  const bytes = Buffer.byteLength(name);
  if (bytes <= LONGEST_NAME_BYTES) return undefined;
  return {
    code: 'backup-path-unusable',
    at,
    fact: `the name of the file has ${bytes} bytes, more than ${LONGEST_NAME_BYTES}.`,
    fix,
  };
}

/** Returns a unique path: the cluster's name and the start of the run, in the runner's folder for temporary files. */
function ownPath({ run, settingsOf }: Pick<ParseContext, 'run' | 'settingsOf'>): string {
  const clusterName = settingsOf(clusterNameGroup)?.clusterName ?? 'cluster';
  const time = run.now
    .toISOString()
    .replace(/\.\d+Z$/, 'Z')
    .replaceAll(/[-:]/g, '');
  return join(run.temporary, `etcd-${clusterName}-${time}-${run.nonce}.db.age`);
}

const WITHOUT_RECIPIENTS: Finding = {
  code: 'backup-recipients-missing',
  at: 'backup-recipients',
  fact: 'there is no key that the backup could be encrypted to.',
  cause: 'the input is empty, or the variable that it names is.',
  fix: 'make a key with `age-keygen -o backup.key`, keep the file where you keep such keys, and write its public key: backup-recipients: age1….',
};

const ENCRYPTED_OR_NOT: Finding = {
  code: 'backup-encryption-conflict',
  at: 'backup-encryption',
  fact: 'backup-recipients are given, and backup-encryption: none would not use them.',
  fix: 'leave one of the two out.',
};

const PLAIN_WITHOUT_PATH: Finding = {
  code: 'backup-encryption-conflict',
  at: 'backup-encryption',
  fact: 'backup-encryption: none needs a backup-path: a backup holds every Secret of Kubernetes as plain text, and it has to be clear where such a file is.',
  fix: 'give backup-recipients, or write where the file goes, for example backup-path: /mnt/backups/etcd.db.',
};
