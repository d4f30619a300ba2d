import { type Identities, NO_IDENTITIES, parseIdentities } from '../../backup/identities.ts';
import type { Finding } from '../../findings.ts';
import { inputGroup } from '../group.ts';
import { hostsGroup } from '../hosts/reach.ts';
import { parseBoolean } from '../scalars.ts';
import { restoreInputs } from '../table/run.ts';
import { readKeys } from './backup.ts';
import { readRunnerPath } from './runner-path.ts';

/** Which backup is restored, and where to. */
export interface RestoreSettings {
  /** Absolute path of the backup on the runner; empty: none is named. */
  readonly from: string;
  /** What decrypts it; none for a backup that is not encrypted. */
  readonly identities: Identities;
  /** Whether the backup is only tried on a spare host. */
  readonly drill: boolean;
}

const EXAMPLE = 'restore-from: backups/etcd.db.age';

const RESTORE_FROM = {
  input: 'restore-from',
  fix: `write the path of a backup on the runner, for example ${EXAMPLE}.`,
  instead:
    'download the backup and its manifest in an earlier step, and write the path of the file (docs/restore.md).',
} as const;

/** Which backup is restored, and where to. */
export const restoreGroup = inputGroup({
  name: 'restore',
  inputs: restoreInputs,
  parse: (context): { readonly restore: RestoreSettings } | undefined => {
    const { inputs, findings } = context;
    const from = readRunnerPath(RESTORE_FROM, context);
    const identities = readIdentities(inputs['backup-identity'], findings);
    const drill = parseBoolean('drill', inputs.drill, findings);
    if (from === undefined || identities === undefined || drill === undefined) return undefined;
    return { restore: { from, identities, drill } };
  },
  checkUsed: ({ inputs, findings, settingsOf }) => {
    if (inputs['restore-from'].trim() === '') findings.push(WITHOUT_BACKUP);
    const hosts = settingsOf(hostsGroup)?.hosts.length ?? 1;
    if (inputs.drill.trim() === 'true' && hosts !== 1) findings.push(notOneHost(hosts));
  },
});

/** Returns what decrypts the backup; undefined, with findings, if the text is no identity. */
function readIdentities(text: string, findings: Finding[]): Identities | undefined {
  return text.trim() === ''
    ? NO_IDENTITIES
    : readKeys('backup-identity', () => parseIdentities(text), findings);
}

const WITHOUT_BACKUP: Finding = {
  code: 'restore-from-missing',
  at: 'restore-from',
  fact: 'no backup is named.',
  cause: 'the input is empty, or the output of the step that downloads the backup is.',
  fix: `download the backup and its manifest in an earlier step, and name the file: ${EXAMPLE}.`,
};

function notOneHost(hosts: number): Finding {
  return {
    code: 'drill-host-in-use',
    at: 'hosts',
    fact: `a drill needs one host, and \`hosts\` lists ${hosts}.`,
    cause: 'The workflow passes the hosts of the cluster.',
    fix: 'Name one spare host, which is no member of a cluster.',
  };
}
