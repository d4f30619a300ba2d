import { homedir } from 'node:os';
import { join } from 'node:path';

/** Kubernetes pins that the lab can install; `programs/families.ts` lists their programs. */
export const kubernetesVersions = ['1.31', '1.32', '1.33', '1.34', '1.35', '1.36', '1.37'] as const;
export type KubernetesVersion = (typeof kubernetesVersions)[number];
export const defaultKubernetesVersion: KubernetesVersion = '1.34';

/** Kinds of hosts: containers, which share the machine's kernel and clock, or virtual machines with their own. */
export const hostKindNames = ['container', 'vm'] as const;
export type HostKindName = (typeof hostKindNames)[number];

export const defaultHostCount = 3;
/** Ten members and one more host that may serve as a control plane. */
export const maximumHostCount = 11;

/** The unprivileged administrator of every host: sudo without a password, login by key only. */
export const sshUser = 'ubuntu';
export const sshPort = 22;

/** Address families of a lab's network. With `ipv6` its hosts have no IPv4 except loopback. */
export const families = ['ipv4', 'ipv6'] as const;
export type Family = (typeof families)[number];
export const defaultFamily: Family = 'ipv4';

/** Prefix of a family's addresses, and its length in bits. */
const networks = {
  ipv4: { prefix: '10.77.0.', prefixLength: 24 },
  ipv6: { prefix: 'fd00:77::', prefixLength: 64 },
} as const;

/** Returns the address of the runner's network namespace; hosts follow at .10 and up, or at ::10 and up. */
export function runnerAddress(family: Family): string {
  return `${networks[family].prefix}1`;
}

/** Returns the address of the host with this index (infra0 has index 0). */
export function addressOf(index: number, family: Family): string {
  return `${networks[family].prefix}${10 + index}`;
}

/** Returns the family of an address. */
export function familyOf(address: string): Family {
  return address.includes(':') ? 'ipv6' : 'ipv4';
}

/** Returns the length of an address's network prefix. */
export function prefixLengthOf(address: string): number {
  return networks[familyOf(address)].prefixLength;
}

/**
 * Returns the address of the same host on the management network, by which the lab itself reaches a virtual machine.
 */
export function managementAddressOf(index: number): string {
  return `169.254.77.${10 + index}`;
}

/** The machine's own end of that network, the same for all hosts. */
export const managementRunnerAddress = '169.254.77.1';

/** Returns the name, and short hostname, of the host with this index. */
export function hostNameOf(index: number): string {
  return `infra${index}`;
}

/** Returns the names of the first `count` hosts. */
export function hostNames(count: number): string[] {
  return Array.from({ length: count }, (_, index) => hostNameOf(index));
}

/** Size of a host's disk in bytes. The file is sparse: only written blocks take space. */
export const diskSize = 6 * 1024 ** 3;

/**
 * Returns `name` if it can name a lab, because it becomes part of namespace, cgroup and folder names. Throws otherwise.
 */
export function checkLabName(name: string): string {
  if (/^[a-z0-9][a-z0-9-]{0,31}$/.test(name)) return name;
  throw new Error(
    `"${name}" cannot name a lab: use up to 32 lower-case letters, digits and dashes, as in --lab my-test`,
  );
}

/** Returns the default name of a lab: $LAB_NAME, else "default". */
export function defaultLabName(): string {
  return process.env['LAB_NAME'] ?? 'default';
}

/** Returns the folder of everything that can be rebuilt: programs, base root, golden disks. Outlives labs. */
export function cacheFolder(): string {
  return (
    process.env['LAB_CACHE_DIR'] ??
    join(process.env['XDG_CACHE_HOME'] ?? join(homedir(), '.cache'), 'etcd-ha-lab')
  );
}

/** Returns the folder that holds one folder per lab: its disks, keys and process ids. */
export function stateFolder(): string {
  return process.env['LAB_STATE_DIR'] ?? '/var/tmp/etcd-ha-lab';
}
