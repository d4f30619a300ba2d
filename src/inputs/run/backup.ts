import { join } from 'node:path';
import { KeysError, parseRecipients } from '../../backup/recipients.ts';
import type { Finding } from '../../findings.ts';
import { inputGroup, type ParseContext } from '../group.ts';
import { clusterNameGroup } from '../hosts/members.ts';
import { parseChoice } from '../scalars.ts';
import { backupInputs } from '../table/run.ts';
import { isRunnerPath, readRunnerPath } from './runner-path.ts';

/** The destination of a backup, and who can read it. */
export interface BackupSettings {
  /** Absolute path of the file on the runner. */
  readonly path: string;
  /** True if the action chose the path: it differs in each run. */
  readonly isOwnPath: boolean;
  /** Public keys of the encryption; empty: not encrypted. */
  readonly recipients: readonly string[];
}

const BACKUP_PATH = {
  input: 'backup-path',
  fix: 'write the path of a new file on the runner, for example backup-path: backups/etcd.db.age.',
  instead:
    'write a path on the runner, and copy the file from there to the object store in the next step (docs/backup.md).',
} as const;

const ENCRYPTIONS = ['age', 'none'] as const;

/** The destination of a backup, and who can read it. */
export const backupGroup = inputGroup({
  name: 'backup',
  inputs: backupInputs,
  parse: (context): { readonly backup: BackupSettings } | undefined => {
    const { inputs, findings } = context;
    const encryption = parseChoice('backup-encryption', inputs['backup-encryption'], ENCRYPTIONS, findings);
    const recipients = readRecipients(inputs['backup-recipients'], findings);
    const path = readRunnerPath(BACKUP_PATH, context);
    if (encryption === undefined || recipients === undefined || path === undefined) return undefined;
    if (encryption === 'none' && recipients.length > 0) findings.push(ENCRYPTED_OR_NOT);
    const isOwnPath = path === '';
    return { backup: { path: isOwnPath ? ownPath(context) : path, isOwnPath, recipients } };
  },
  checkUsed: ({ inputs, files: { 'backup-path': unusable }, findings }) => {
    const isPlain = inputs['backup-encryption'] === 'none';
    const path = inputs['backup-path'].trim();
    if (isPlain && path === '') findings.push(PLAIN_WITHOUT_PATH);
    if (unusable !== undefined && path !== '' && isRunnerPath(path))
      findings.push({ ...unusable.problem, at: 'backup-path' });
    if (!isPlain && inputs['backup-recipients'].trim() === '') findings.push(WITHOUT_RECIPIENTS);
  },
});

/** Returns the public keys; undefined, with findings, if one is invalid. */
function readRecipients(text: string, findings: Finding[]): readonly string[] | undefined {
  return text.trim() === ''
    ? []
    : readKeys('backup-recipients', () => parseRecipients(text).recipients, findings);
}

/** Returns what keys of age are parsed to; undefined, with findings, if one is invalid. */
export function readKeys<Keys>(at: string, parse: () => Keys, findings: Finding[]): Keys | undefined {
  try {
    return parse();
  } catch (error) {
    if (!(error instanceof KeysError)) throw error;
    findings.push(...error.problems.map((problem) => ({ ...problem, at })));
    return undefined;
  }
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
