import { BlockList } from 'node:net';
import { type NetworkInterfaceInfo, networkInterfaces, type UserInfo, userInfo } from 'node:os';

import { errorMessage, type Finding } from '../../findings.ts';
import { HostError } from '../host-error.ts';
import { LinkedTransport, type LinkedTransportOptions } from '../linked-transport.ts';
import { printable } from '../printable.ts';
import type { PrivateFolder } from '../runner/private-folder.ts';
import type { Transport } from '../transport.ts';
import { Fifos } from './fifos.ts';
import { LocalLink } from './local-link.ts';

/** A host that the runner itself is. */
export interface LocalOptions extends Omit<LinkedTransportOptions, 'user'> {
  /** Address that the machine must have, IPv4 or IPv6 without brackets. */
  readonly address: string;
  readonly folder: PrivateFolder;
}

/**
 * The runner as a host.
 * @throws HostError when the runner is another machine than the host, as far as its addresses tell.
 */
export function connectLocal({ address, folder, ...options }: LocalOptions): Transport {
  const { name, log } = options;
  const own = Object.values(networkInterfaces()).flatMap((addresses) => addresses ?? []);
  if (!isAmong(own, address)) throw new HostError(anotherMachine(name, address, own));
  const { username, homedir, uid } = userOf(name);
  const user = uid === 0 ? 'root' : username;
  const env = {
    PATH: process.env['PATH'] ?? '/usr/bin:/bin',
    HOME: homedir,
    USER: username,
    LOGNAME: username,
  };
  log.debug(`This runner is ${address}: no SSH, as user ${username}`);
  return new LinkedTransport({ ...options, user }, new LocalLink(new Fifos(folder, env), env));
}

/** The user of the job. @throws HostError when the machine knows of none: no sudo would, either. */
function userOf(host: string): UserInfo<string> {
  try {
    return userInfo();
  } catch (error) {
    throw new HostError({
      host,
      at: 'connect',
      fact: `this runner has no user for the id ${process.getuid?.() ?? ''} that the job runs as: ${printable(errorMessage(error))}`,
      cause:
        'the job runs in a container under a user id that its /etc/passwd does not have (`options: --user`).',
      fix: 'let the job run without a container, as a user that the machine has.',
    });
  }
}

function isAmong(own: readonly NetworkInterfaceInfo[], address: string): boolean {
  const list = new BlockList();
  for (const one of own) list.addAddress(one.address, one.family === 'IPv6' ? 'ipv6' : 'ipv4');
  return list.check(address, address.includes(':') ? 'ipv6' : 'ipv4');
}

function anotherMachine(
  name: string,
  address: string,
  own: readonly NetworkInterfaceInfo[],
): Finding & { readonly host: string } {
  const seen = own.filter(({ internal }) => !internal).map((one) => one.address);
  return {
    host: name,
    at: 'connect',
    fact: `this runner is not ${address}: its own addresses are ${seen.length === 0 ? 'none' : seen.join(', ')}.`,
    cause: 'the job runs on another machine than the member, or in a container with a network of its own.',
    fix: 'let the job run on the member itself (`runs-on` with a label of its own, no `container`), or have the host reached by SSH.',
  };
}
