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

/** Where everything of one lab is and what it is called on the machine. Two labs share nothing here. */
export interface LabPlace {
  readonly name: string;
  readonly folder: string;
  readonly stateFile: string;
  readonly privateKey: string;
  readonly knownHosts: string;
  /** Network namespace of the bridge that joins the hosts. */
  readonly switchNamespace: string;
  /** Network namespace of whoever talks to the hosts. */
  readonly runnerNamespace: string;
  readonly lock: string;
}

/** The same for one host of a lab. */
export interface HostPlace {
  readonly lab: LabPlace;
  readonly kind: HostKindName;
  readonly variant: Variant;
  readonly index: number;
  readonly name: string;
  readonly address: string;
  /** Where the lab itself reaches a virtual machine, and the name of that network's port in the switch's namespace. */
  readonly managementAddress: string;
  readonly managementPort: string;
  readonly folder: string;
  readonly disk: string;
  /** Host keys, which stay the same as long as the lab lives. */
  readonly hostKeys: string;
  /** Tree of files that a fresh disk gets at its first boot; removed by then. */
  readonly identity: string;
  /** Where the disk is mounted, in the mount namespace of the host's supervisor only. */
  readonly mountPoint: string;
  readonly processFile: string;
  readonly console: string;
  readonly namespace: string;
  /** Name of the host's cgroup, and of its scope where systemd makes it. */
  readonly cgroup: string;
  /** Name of the host's port on the bridge, and of the relay's end that takes its place there. */
  readonly port: string;
  readonly relayPort: string;
  readonly relayControl: string;
  readonly relayProcessFile: string;
  readonly lock: string;
}

/** All that lab `name` owns carries this; dots separate because no lab's name has one. */
const prefix = (name: string) => `etcd-ha-lab.${name}`;

/** Place of the lab of this name, whether it is there or not. */
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

/** Place of the host with this index in the lab. */
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
