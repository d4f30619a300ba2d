import { inputGroup } from '../group.ts';
import type { SshSettings } from '../hosts/host-settings.ts';
import { hostsGroup } from '../hosts/reach.ts';
import { accessInputs } from '../table/access.ts';
import { parseAccess, parseSudoPassword, warnOfUnusedAccess } from './access.ts';

/** How hosts are logged in to. */
export interface LoginSettings {
  /** Absent: no host is reached by SSH. */
  readonly ssh?: SshSettings;
  /** What sudo is told when it asks. Secret. */
  readonly sudoPassword?: string;
}

/** How hosts are logged in to: those that `transport` does not make the runner itself. */
export const loginGroup = inputGroup({
  name: 'login',
  inputs: accessInputs,
  alsoReads: ['ssh-user'],
  parse: ({ inputs, run, findings, warnings, settingsOf }): LoginSettings | undefined => {
    const collected = { findings, warnings };
    const { hosts = [], controlPlane = [] } = settingsOf(hostsGroup) ?? {};
    const all = [...hosts, ...controlPlane];
    const remote = all.filter((host) => host.transport !== 'local');
    const isReachedBySsh = remote.length > 0 || all.length === 0;
    if (!isReachedBySsh) warnOfUnusedAccess(inputs, warnings);
    const login = { user: inputs['ssh-user'], agentSocket: run.agentSocket, now: run.now };
    const ssh = isReachedBySsh ? parseAccess(inputs, remote, login, collected) : undefined;
    const sudoPassword = parseSudoPassword(inputs['sudo-password'], all, collected);
    if (isReachedBySsh && ssh === undefined) return undefined;
    return { ...(ssh && { ssh }), ...(sudoPassword !== undefined && { sudoPassword }) };
  },
});
