import { generateKeyPairSync } from 'node:crypto';
import { OPERATION_INPUTS } from '../../src/operations/index.ts';
import { type Finding, RunError } from '../../src/findings.ts';
import type { InputFiles } from '../../src/inputs/input-files.ts';
import { parseSettings } from '../../src/inputs/parse-settings.ts';
import type { RunContext } from '../../src/inputs/run/identity.ts';
import type { Settings, SshSettings } from '../../src/inputs/settings.ts';
import type { RawInputs } from '../../src/inputs/table/table.ts';

export const run: RunContext = {
  attempt: 2,
  nonce: '0badcafe',
  now: new Date('2026-11-23T17:00:00Z'),
  identity: {
    id: '1658821493-2-0badcafe',
    url: 'https://github.com/octo/infra/actions/runs/1658821493/attempts/2',
    actor: 'octocat',
    commit: 'ffac537e6cbbf934b08745a378932722df287a53',
    repository: 'octo/infra',
    workflow: 'etcd',
  },
  temporary: '/runner/temp',
  workspace: '/runner/workspace',
};

export const sshKey = generateKeyPairSync('ed25519')
  .privateKey.export({ type: 'pkcs8', format: 'pem' })
  .toString();

const hostKey = Buffer.concat([
  Buffer.from([0, 0, 0, 11]),
  Buffer.from('ssh-ed25519'),
  Buffer.from([0, 0, 0, 32]),
  Buffer.alloc(32, 7),
]).toString('base64');

/** The minimal inputs. */
export const given: RawInputs = {
  hosts: '10.0.0.6, 10.0.0.7, 10.0.0.8',
  'ssh-user': 'ubuntu',
  'ssh-private-key': sshKey,
  'ssh-known-hosts': `10.0.0.6 ssh-ed25519 ${hostKey}`,
};

/**
 * Returns the settings of the minimal inputs, with changes.
 * @param files what the inputs name in the workspace.
 */
export function settingsOf(changes: RawInputs, files: InputFiles = {}): Settings {
  return parseSettings({ ...given, ...changes }, run, OPERATION_INPUTS, files);
}

/** Returns the settings of SSH logins. */
export function sshOf({ ssh }: Settings): SshSettings {
  if (ssh === undefined) throw new Error('no host is reached by SSH');
  return ssh;
}

/** Returns the findings about the minimal inputs, with changes; empty if they are accepted. */
export function findingsOf(changes: RawInputs, files: InputFiles = {}): readonly Finding[] {
  try {
    settingsOf(changes, files);
  } catch (error) {
    if (error instanceof RunError) return error.findings;
    throw error;
  }
  return [];
}

/** Returns the only finding. */
export function findingOf(changes: RawInputs): Finding {
  const findings = findingsOf(changes);
  const [finding] = findings;
  if (finding === undefined || findings.length > 1) {
    throw new Error(`expected one finding, got ${JSON.stringify(findings, null, 2)}`);
  }
  return finding;
}
