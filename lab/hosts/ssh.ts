import { writeFileSync } from 'node:fs';
import type { HostPlace, LabPlace } from '../place.ts';
import { sshPort, sshUser } from '../settings.ts';
import { knownHostsOf } from './identity.ts';

/** The command that runs `argv` inside the runner's network namespace, where only the lab's hosts can be reached. */
export function inRunner(lab: LabPlace, argv: readonly string[]): string[] {
  return ['ip', 'netns', 'exec', lab.runnerNamespace, ...argv];
}

/** The ssh command to this host as the lab's user. Reads nothing from the configuration of whoever calls it. */
export function sshCommand(host: HostPlace, options: readonly string[], remote: readonly string[]): string[] {
  const settings = [
    `UserKnownHostsFile=${host.lab.knownHosts}`,
    'GlobalKnownHostsFile=/dev/null',
    'StrictHostKeyChecking=yes',
    'IdentitiesOnly=yes',
    'LogLevel=ERROR',
    ...options,
  ].flatMap((setting) => ['-o', setting]);
  const login = ['-i', host.lab.privateKey, '-p', String(sshPort), `${sshUser}@${host.address}`];
  return inRunner(host.lab, ['ssh', '-F', '/dev/null', ...settings, ...login, ...remote]);
}

/** Writes the lab's known_hosts file for ssh. */
export function writeKnownHosts(lab: LabPlace, hosts: readonly HostPlace[]): void {
  writeFileSync(lab.knownHosts, knownHostsOf(hosts));
}
