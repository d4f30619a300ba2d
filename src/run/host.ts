import type { HostFacts } from '../facts/host.ts';
import type { Finding } from '../findings.ts';
import type { ProbeTiming } from '../hosts/probe/sections.ts';
import type { Transport } from '../hosts/transport.ts';
import type { HostSettings, MemberSettings, Settings } from '../inputs/settings.ts';

/** A host's part in the cluster: it runs a member, or API servers that use the members. */
export type HostRole = 'member' | 'control-plane';

/** A listed host. It is made once and passed on, with more known of it from phase to phase. */
export interface Host {
  readonly role: HostRole;
  /**
   * The name that the inputs give, else the host's own short hostname once it was probed, and its address until then: the
   * name of its member, or of its node. Empty if the hostname could not be read: messages then take the transport's name.
   */
  readonly name: string;
  readonly address: string;
  /** The host as the inputs list it. */
  readonly settings: HostSettings;
}

/** A host with its one connection, which is called by the host's name. */
export interface ConnectedHost extends Host {
  readonly transport: Transport;
}

/** A connected host, and what the probe saw on it. */
export interface ObservedHost extends ConnectedHost {
  readonly facts: HostFacts;
  /** Output of the probe; a later probe asks only for what may have changed since. */
  readonly answer: string;
  /** When it was asked, and had answered. */
  readonly timing: ProbeTiming;
}

/** A host that could not be reached, or not be probed. */
export interface AbsentHost extends Host {
  readonly why: readonly Finding[];
}

/** Names a host before its own hostname is known. */
export function hostLabel({ name, address }: MemberSettings): string {
  return name ?? address;
}

/** Lists the hosts of a run: the members' in the order of the inputs, then those of the control plane. */
export function listHosts({ hosts, controlPlane }: Pick<Settings, 'hosts' | 'controlPlane'>): Host[] {
  const listed = (role: HostRole) => (settings: HostSettings) => ({
    role,
    name: hostLabel(settings),
    address: settings.address,
    settings,
  });
  return [...hosts.map(listed('member')), ...controlPlane.map(listed('control-plane'))];
}

/** Picks the hosts of one role, in their order. */
export function withRole<H extends Host>(hosts: readonly H[], role: HostRole): H[] {
  return hosts.filter((host) => host.role === role);
}
