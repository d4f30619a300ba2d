import { randomUUID } from 'node:crypto';
import {
  chmodSync,
  chownSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { must } from '../machine/run.ts';
import type { HostPlace, LabPlace } from '../place.ts';
import { addressOf, familyOf, hostNames, maximumHostCount, runnerAddress, sshUser } from '../settings.ts';
import { kindOf } from './kinds.ts';

/** Host key types of a host. RSA is left out: it is slow to generate, and nothing needs it. */
const keyTypes = ['ed25519', 'ecdsa'] as const;

/** User and group number of the first ordinary user. */
const userNumber = 1000;

/** Generates the key with which the runner logs in, once per lab. */
export async function ensureLabKey(lab: LabPlace): Promise<void> {
  mkdirSync(lab.folder, { recursive: true });
  if (!existsSync(lab.privateKey)) await makeKey('ed25519', lab.privateKey, `etcd-ha-lab ${lab.name}`);
}

/** Generates the host's own keys, once per lab: known_hosts is known without asking the host, and a reset keeps it. */
export async function ensureHostKeys(host: HostPlace): Promise<void> {
  mkdirSync(host.hostKeys, { recursive: true });
  await Promise.all(
    keyTypes.map(async (type) => {
      const file = keyFile(host, type);
      if (!existsSync(file)) await makeKey(type, file, `root@${host.name}`);
    }),
  );
}

/** Returns known_hosts lines of these hosts, one per key, by address. */
export function knownHostsOf(hosts: readonly HostPlace[]): string {
  const lines = hosts.flatMap((host) =>
    keyTypes.map((type) => {
      const [algorithm = '', key = ''] = readFileSync(`${keyFile(host, type)}.pub`, 'utf8').split(' ');
      return `${host.address} ${algorithm} ${key}\n`;
    }),
  );
  return lines.join('');
}

/** Writes the lab's known_hosts file for ssh. */
export function writeKnownHosts(lab: LabPlace, hosts: readonly HostPlace[]): void {
  writeFileSync(lab.knownHosts, knownHostsOf(hosts));
}

/**
 * Prepares the files that turn a fresh disk into this host: its name and the names it knows, machine-id, host keys, and
 * the login of the lab's user. The host's supervisor copies them onto the disk with these modes and owners and removes
 * them.
 */
export function writeIdentity(host: HostPlace): void {
  rmSync(host.identity, { recursive: true, force: true });
  const aside = `${host.identity}.unfinished`;
  rmSync(aside, { recursive: true, force: true });

  const ssh = join(aside, 'etc/ssh');
  mkdirSync(ssh, { recursive: true });
  writeFileSync(join(aside, 'etc/hostname'), `${host.name}\n`);
  writeFileSync(join(aside, 'etc/hosts'), etcHosts(host));
  writeFileSync(join(aside, 'etc/machine-id'), `${randomUUID().replaceAll('-', '')}\n`, { mode: 0o444 });
  for (const type of keyTypes) {
    for (const end of ['', '.pub'])
      copyFileSync(keyFile(host, type) + end, join(ssh, `ssh_host_${type}_key${end}`));
  }

  const home = join(aside, 'home', sshUser);
  const login = join(home, '.ssh');
  mkdirSync(login, { recursive: true, mode: 0o700 });
  const authorizedKeys = join(login, 'authorized_keys');
  writeFileSync(authorizedKeys, readFileSync(`${host.lab.privateKey}.pub`), { mode: 0o600 });
  for (const path of [home, login, authorizedKeys]) chownSync(path, userNumber, userNumber);
  kindOf(host).addToIdentity(host, aside);
  // Existing folders on the disk get these modes too: the caller's umask must not decide.
  for (const path of ['.', 'etc', 'etc/ssh', 'home', `home/${sshUser}`]) chmodSync(join(aside, path), 0o755);
  for (const file of ['etc/hostname', 'etc/hosts']) chmodSync(join(aside, file), 0o644);
  renameSync(aside, host.identity);
}

/** Lists every host's name, as on a network with a name server. */
function etcHosts({ address }: HostPlace): string {
  const family = familyOf(address);
  const hosts = hostNames(maximumHostCount).map((name, index) => `${addressOf(index, family)} ${name}`);
  const runner = `${runnerAddress(family)} runner`;
  return ['127.0.0.1 localhost', '::1 localhost ip6-localhost', runner, ...hosts, ''].join('\n');
}

function keyFile(host: HostPlace, type: (typeof keyTypes)[number]): string {
  return join(host.hostKeys, `ssh_host_${type}_key`);
}

async function makeKey(type: string, file: string, comment: string): Promise<void> {
  await must(['ssh-keygen', '-q', '-t', type, '-N', '', '-C', comment, '-f', file]);
}
