import type { Finding } from '../findings.ts';
import { parseAddress } from './parse-address.ts';
import { parseChoice } from './parse-scalars.ts';
import type { PlacedHost } from './placed-hosts.ts';
import { quote } from './quote.ts';
import { TRANSPORTS, type TransportName } from './settings.ts';

/** The inputs that say by which way hosts are worked on. */
export interface TransportInputs {
  readonly transport: string;
  readonly 'local-host': string;
}

/**
 * By which way each host is worked on: what was written of it, else `local` for the one that `local-host` names, else
 * `transport`.
 * @returns one for each host, in their order; undefined when the inputs cannot be used.
 */
export function transportsOf(
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

/** The host that an input names by name or address. */
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
    at: 'local-host',
    fact: `${quote(text)} is none of the hosts: ${known.join(', ')}.`,
    cause:
      'a typing error; or the host has a name of its own that the inputs do not give, and is known by its address only.',
    fix: `name the host that the job runs on by its address, for example local-host: ${hosts[0]?.address ?? '10.0.0.6'}.`,
  };
}

function saidOtherwise(host: PlacedHost, transport: TransportName): Finding {
  return {
    at: 'local-host',
    fact: `it names ${labelOf(host)}, of which the inventory says transport: ${transport}.`,
    fix: 'keep one of the two.',
  };
}

function severalHere(hosts: readonly PlacedHost[], count: number): Finding {
  return {
    at: 'transport',
    fact: `${hosts.map(labelOf).join(', ')} would be this machine, all of them; the job runs on one.`,
    cause: '`transport: local` is for every host of the list.',
    fix: `leave transport out, and name the one ${count > 1 ? `of the ${count} hosts ` : ''}that the job runs on in local-host: the others are reached by SSH.`,
  };
}

function loginOfLocal(host: PlacedHost): Finding {
  return {
    at: host.loginAt ?? host.at,
    fact: `${labelOf(host)} is this machine, and is not logged in to.`,
    cause: '`ssh` of a host says how its SSH server is reached.',
    fix: 'leave ssh out for this host, or have it reached by SSH.',
  };
}

function labelOf({ name, address, at }: PlacedHost): string {
  return name ?? (address === '' ? at : address);
}
