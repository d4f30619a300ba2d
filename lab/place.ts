import { join } from 'node:path';
import {
  addressOf,
  type Family,
  type HostKindName,
  hostNameOf,
  managementAddressOf,
  stateFolder,
} from './settings.ts';
import type { Variant } from './variants/variant.ts';

/** The paths and names of one lab on the machine. Two labs share none of them. */
export interface LabPlace {
  readonly name: string;
  readonly folder: string;
  readonly stateFile: string;
  readonly privateKey: string;
  readonly knownHosts: string;
  /** Network namespace of the bridge that joins the hosts. */
  readonly switchNamespace: string;
  /** Network namespace of the runner. */
  readonly runnerNamespace: string;
  readonly lock: string;
}

/** The paths and names of one host of a lab. */
export interface HostPlace {
  readonly lab: LabPlace;
  readonly kind: HostKindName;
  readonly variant: Variant;
  readonly index: number;
  readonly name: string;
  readonly address: string;
  /**
   * Address at which the lab itself reaches a virtual machine, and the name of that network's port in the switch's
   * namespace.
   */
  readonly managementAddress: string;
  readonly managementPort: string;
  readonly folder: string;
  readonly disk: string;
  /** Host keys, which stay the same as long as the lab lives. */
  readonly hostKeys: string;
  /** Tree of files for a fresh disk's first boot, which removes it. */
  readonly identity: string;
  /** Mount point of the disk, in the mount namespace of the host's supervisor only. */
  readonly mountPoint: string;
  readonly processFile: string;
  readonly console: string;
  readonly namespace: string;
  /** Name of the host's cgroup, and of its scope if systemd creates it. */
  readonly cgroup: string;
  /** Name of the host's port on the bridge, and of the relay's end that replaces it there. */
  readonly port: string;
  readonly relayPort: string;
  readonly relayControl: string;
  readonly relayProcessFile: string;
  readonly lock: string;
}

/** Prefix of all names of lab `name`; dots are separators because no lab's name contains one. */
const prefix = (name: string) => `etcd-ha-lab.${name}`;

/** Returns the paths of the lab of this name, whether it exists or not. */
export function labPlace(name: string): LabPlace {
  const folder = join(stateFolder(), name);
  return {
    name,
    folder,
    stateFile: join(folder, 'lab.json'),
    privateKey: join(folder, 'id_ed25519'),
    knownHosts: join(folder, 'known_hosts'),
    switchNamespace: `${prefix(name)}.switch`,
    runnerNamespace: `${prefix(name)}.runner`,
    // Beside the folder: `down` removes the folder while it holds the lock.
    lock: join(stateFolder(), `${name}.lock`),
  };
}

/** Returns the paths of the host with this index in the lab. */
export function hostPlace(
  lab: LabPlace,
  index: number,
  {
    kind,
    family,
    variant,
  }: { readonly kind: HostKindName; readonly family: Family; readonly variant: Variant },
): HostPlace {
  const name = hostNameOf(index);
  const folder = join(lab.folder, 'hosts', name);
  return {
    lab,
    kind,
    variant,
    index,
    name,
    address: addressOf(index, family),
    managementAddress: managementAddressOf(index),
    managementPort: `m-${name}`,
    folder,
    disk: join(folder, 'disk.ext4'),
    hostKeys: join(folder, 'host-keys'),
    identity: join(folder, 'identity'),
    mountPoint: join(folder, 'root'),
    processFile: join(folder, 'supervisor.json'),
    console: join(folder, 'console.log'),
    namespace: `${prefix(lab.name)}.${name}`,
    cgroup: `${prefix(lab.name)}.${name}`,
    port: name,
    relayPort: `d-${name}`,
    relayControl: join(folder, 'delay'),
    relayProcessFile: join(folder, 'relay.json'),
    lock: join(folder, 'lock'),
  };
}
