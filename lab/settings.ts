import { homedir } from 'node:os';
import { join } from 'node:path';

/** Kubernetes pins that the lab can install; `programs/families.ts` says what each of them consists of. */
export const kubernetesVersions = ['1.31', '1.32', '1.33', '1.34', '1.35', '1.36', '1.37'] as const;
export type KubernetesVersion = (typeof kubernetesVersions)[number];
export const defaultKubernetesVersion: KubernetesVersion = '1.34';

/** What hosts are made as: containers, which share the machine's kernel and clock, or virtual machines with their own. */
export const hostKindNames = ['container', 'vm'] as const;
export type HostKindName = (typeof hostKindNames)[number];

export const defaultHostCount = 3;
/** Ten members and one more host that may serve as a control plane. */
export const maximumHostCount = 11;

/** The unprivileged administrator of every host: sudo without a password, login by key only. */
export const sshUser = 'ubuntu';
export const sshPort = 22;

/** Which addresses a lab's network has. With `ipv6` its hosts have no IPv4 at all, but for loopback. */
export const families = ['ipv4', 'ipv6'] as const;
export type Family = (typeof families)[number];
export const defaultFamily: Family = 'ipv4';

/** What the addresses of a family begin with, and how many bits of them name the network. */
const networks = {
  ipv4: { prefix: '10.77.0.', prefixLength: 24 },
  ipv6: { prefix: 'fd00:77::', prefixLength: 64 },
} as const;

/** Address of the runner's network namespace; hosts follow at .10 and up, or at ::10 and up. */
export function runnerAddress(family: Family): string {
  return `${networks[family].prefix}1`;
}

/** Address of the host with this index (infra0 has index 0). */
export function addressOf(index: number, family: Family): string {
  return `${networks[family].prefix}${10 + index}`;
}

/** The family that an address is of. */
export function familyOf(address: string): Family {
  return address.includes(':') ? 'ipv6' : 'ipv4';
}

/** How many bits of an address name its network. */
export function prefixLengthOf(address: string): number {
  return networks[familyOf(address)].prefixLength;
}

/** Address of the same host on the network by which the lab itself reaches a virtual machine. */
export function managementAddressOf(index: number): string {
  return `169.254.77.${10 + index}`;
}

/** The machine's own end of that network, the same for all hosts. */
export const managementRunnerAddress = '169.254.77.1';

/** Name, and short hostname, of the host with this index. */
export function hostNameOf(index: number): string {
  return `infra${index}`;
}

/** Names of the first `count` hosts. */
export function hostNames(count: number): string[] {
  return Array.from({ length: count }, (_, index) => hostNameOf(index));
}

/** Size of a host's disk in bytes. The file is sparse: only what is written takes space. */
export const diskSize = 6 * 1024 ** 3;

/** Gives `name` back if it can name a lab; it becomes part of namespace, cgroup and folder names. Throws otherwise. */
export function checkLabName(name: string): string {
  if (/^[a-z0-9][a-z0-9-]{0,31}$/.test(name)) return name;
  throw new Error(
    `"${name}" cannot name a lab: use up to 32 lower-case letters, digits and dashes, as in --lab my-test`,
  );
}

/** Name of the lab when none is given: $LAB_NAME, else "default". */
export function defaultLabName(): string {
  return process.env['LAB_NAME'] ?? 'default';
}

/** Folder of everything that can be made again: programs, base root, golden disks. Outlives labs. */
export function cacheFolder(): string {
  return (
    process.env['LAB_CACHE_DIR'] ??
    join(process.env['XDG_CACHE_HOME'] ?? join(homedir(), '.cache'), 'etcd-ha-lab')
  );
}

/** Folder that holds one folder per lab: its disks, keys and process ids. */
export function stateFolder(): string {
  return process.env['LAB_STATE_DIR'] ?? '/var/tmp/etcd-ha-lab';
}
