import type { Finding } from '../../findings.ts';
import { quote } from '../../text/quote.ts';
import { parseUser } from '../collected.ts';
import { parseSshPort, portsByInput, portsGroup } from '../etcd/places-and-ports.ts';
import { inputGroup } from '../group.ts';
import { parseChoice } from '../scalars.ts';
import { reachInputs, hostInputs } from '../table/hosts.ts';
import type { InputName } from '../table/table.ts';
import { parseAddress } from './addresses.ts';
import {
  controlPlaneLogins,
  type LoginDefaults,
  type PlacedRemoteHost,
  withLogins,
} from './control-plane.ts';
import type { PlacedHost } from './host.ts';
import {
  type HostSettings,
  type LocalHost,
  type RemoteHost,
  type TransportName,
  TRANSPORTS,
} from './host-settings.ts';
import { parseMembers, type PlacedHosts } from './members.ts';

/** The hosts of a cluster. */
export interface ClusterHosts {
  readonly hosts: readonly HostSettings[];
  /** Hosts of the control plane, which receive the files for their API servers; none is a member. */
  readonly controlPlane: readonly HostSettings[];
}

/** The hosts and their logins. No SSH server may use a port of etcd. */
export const hostsGroup = inputGroup({
  name: 'hosts',
  inputs: { ...hostInputs, ...reachInputs },
  parse: ({ inputs, files, findings, warnings, settingsOf }): ClusterHosts | undefined => {
    const written = parseMembers(inputs, files.inventory, { findings, warnings });
    const user = inputs['ssh-user'] === '' ? undefined : parseUser(inputs['ssh-user'], findings);
    const sshPort = parseSshPort(inputs['ssh-port'], findings);
    const ports = settingsOf(portsGroup);
    // An invalid user or port has its own finding.
    const defaults = { port: sshPort ?? 22, ...(inputs['ssh-user'] !== '' && { user: user ?? '' }) };
    const reached =
      written && parseReach(written, inputs, defaults, ports ? portsByInput(ports) : {}, findings);
    return reached && { hosts: reached.members, controlPlane: reached.controlPlane };
  },
});

/** All hosts with their transports, in the user's order. */
interface ReachedHosts {
  readonly members: readonly HostSettings[];
  readonly controlPlane: readonly HostSettings[];
}

/**
 * Returns the transport and SSH server of each host.
 * @param ports etcd's ports by input.
 * @returns the hosts with valid settings.
 */
function parseReach(
  written: PlacedHosts,
  inputs: TransportInputs,
  defaults: LoginDefaults,
  ports: Readonly<Partial<Record<InputName, number>>>,
  findings: Finding[],
): ReachedHosts | undefined {
  const all = [...written.members, ...written.controlPlane];
  const transports = transportsOf(all, inputs, findings);
  if (transports === undefined) return undefined;
  const hosts = all.map((host, index) => ({ ...host, transport: transports[index] ?? 'ssh2' }));
  const members = hosts.slice(0, written.members.length);
  const controlPlane = hosts.slice(members.length);
  const loggedIn = members.filter(isRemote);
  // Without a login to any member, no user is needed.
  const isAllHere = members.length > 0 && loggedIn.length === 0;
  return {
    members: inOrder(members, isAllHere ? [] : withLogins(loggedIn, defaults, ports, findings)),
    controlPlane: inOrder(
      controlPlane,
      controlPlaneLogins(controlPlane.filter(isRemote), defaults, findings),
    ),
  };
}

function inOrder(hosts: readonly PlacedHost[], remote: readonly RemoteHost[]): readonly HostSettings[] {
  return hosts.flatMap((host): readonly HostSettings[] => {
    if (!isRemote(host)) return host.address === '' ? [] : [here(host)];
    return remote.filter(({ address }) => address === host.address);
  });
}

function isRemote(host: PlacedHost): host is PlacedRemoteHost {
  return host.transport !== 'local';
}

function here({ name, address }: PlacedHost): LocalHost {
  return { ...(name !== undefined && { name }), address, transport: 'local' };
}

/** The inputs that choose the transport. */
interface TransportInputs {
  readonly transport: string;
  readonly 'local-host': string;
}

/**
 * Returns the transport of each host: its own, else `local` for the host that `local-host` names, else that of the input
 * `transport`.
 * @returns one for each host, in order; undefined if the inputs are invalid.
 */
function transportsOf(
  hosts: readonly PlacedHost[],
  inputs: TransportInputs,
  findings: Finding[],
): readonly TransportName[] | undefined {
  const before = findings.length;
  const all = parseChoice('transport', inputs.transport, TRANSPORTS, findings);
  const here = localHost(hosts, inputs['local-host'], findings);
  if (all === undefined || findings.length > before) return undefined;
  const transports = hosts.map((host) => host.transport ?? (host === here ? 'local' : all));
  const local = hosts.filter((_, index) => transports[index] === 'local');
  if (local.length > 1) findings.push(severalHere(local, hosts.length));
  for (const host of local.filter(({ loginAt }) => loginAt !== undefined)) findings.push(loginOfLocal(host));
  return findings.length > before ? undefined : transports;
}

/** Finds the host that an input names by name or address. */
function localHost(hosts: readonly PlacedHost[], text: string, findings: Finding[]): PlacedHost | undefined {
  if (text === '') return undefined;
  const address = parseAddress(text);
  const host = hosts.find((one) => one.name === text || (one.address !== '' && one.address === address));
  if (host === undefined) findings.push(noSuchHost(text, hosts));
  else if (host.transport !== undefined && host.transport !== 'local')
    findings.push(saidOtherwise(host, host.transport));
  return host;
}

function noSuchHost(text: string, hosts: readonly PlacedHost[]): Finding {
  const known = hosts.map(({ name, address }) => (name === undefined ? address : `${name} (${address})`));
  return {
    code: 'transport-conflict',
    at: 'local-host',
    fact: `${quote(text)} is none of the hosts: ${known.join(', ')}.`,
    cause: 'a typing error, or the inputs give only the address of the host and not its name.',
    fix: `name the host that the job runs on by its address, for example local-host: ${hosts[0]?.address ?? '10.0.0.6'}.`,
  };
}

function saidOtherwise(host: PlacedHost, transport: TransportName): Finding {
  return {
    code: 'transport-conflict',
    at: 'local-host',
    fact: `it names ${labelOfPlaced(host)}, which has transport: ${transport} in the inventory.`,
    fix: 'keep one of the two.',
  };
}

function severalHere(hosts: readonly PlacedHost[], count: number): Finding {
  return {
    code: 'transport-conflict',
    at: 'transport',
    fact: `${hosts.map(labelOfPlaced).join(', ')} would all be this machine; the job runs on one.`,
    cause: '`transport: local` applies to every host of the list.',
    fix: `leave transport out, and name the one ${count > 1 ? `of the ${count} hosts ` : ''}that the job runs on in local-host: the others are reached by SSH.`,
  };
}

function loginOfLocal(host: PlacedHost): Finding {
  return {
    code: 'transport-conflict',
    at: host.loginAt ?? host.at,
    fact: `${labelOfPlaced(host)} is this machine: the action does not log in to it.`,
    cause: '`ssh` of a host says how its SSH server is reached.',
    fix: 'leave ssh out for this host, or set transport to SSH for it.',
  };
}

function labelOfPlaced({ name, address, at }: PlacedHost): string {
  return name ?? (address === '' ? at : address);
}
