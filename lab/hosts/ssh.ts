import type { HostPlace, LabPlace } from '../place.ts';
import { sshPort, sshUser } from '../settings.ts';

/**
 * Returns the command that runs `argv` inside the runner's network namespace, where only the lab's hosts can be
 * reached.
 */
export function inRunner(lab: LabPlace, argv: readonly string[]): string[] {
  return ['ip', 'netns', 'exec', lab.runnerNamespace, ...argv];
}

/** Returns the ssh command to this host as the lab's user. Ignores the caller's configuration. */
export function sshCommand(host: HostPlace, options: readonly string[], remote: readonly string[]): string[] {
  const login = `${sshUser}@${host.address}`;
  return inRunner(host.lab, [...client(host, ['LogLevel=ERROR', ...options]), login, ...remote]);
}

/**
 * Returns the ssh command to a virtual machine as root, by the management network of the lab. `remote` is a command
 * line for the remote shell. `terminal` gives it the caller's terminal.
 */
export function managementCommand(host: HostPlace, remote: string, terminal: boolean): string[] {
  const options = ['LogLevel=ERROR', 'BatchMode=yes', 'ConnectTimeout=10', `HostKeyAlias=${host.address}`];
  const shell = terminal ? ['-t'] : ['-T'];
  const login = [...shell, `root@${host.managementAddress}`, remote];
  return ['ip', 'netns', 'exec', host.lab.switchNamespace, ...client(host, options), ...login];
}

function client({ lab }: HostPlace, options: readonly string[]): string[] {
  const settings = [
    `UserKnownHostsFile=${lab.knownHosts}`,
    'GlobalKnownHostsFile=/dev/null',
    'StrictHostKeyChecking=yes',
    'IdentitiesOnly=yes',
    ...options,
  ].flatMap((setting) => ['-o', setting]);
  return ['ssh', '-F', '/dev/null', ...settings, '-i', lab.privateKey, '-p', String(sshPort)];
}
