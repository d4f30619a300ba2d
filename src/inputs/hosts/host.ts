import type { Finding } from '../../findings.ts';
import { quote } from '../../text/quote.ts';
import { type Entry, parseEntries } from '../scalars.ts';
import { type AddressProblem, familyOf, parseAddress, parseMemberName } from './addresses.ts';
import type { HostLogin, MemberSettings, TransportName } from './host-settings.ts';

/**
 * Parses `hosts` and `names`: addresses, `name=address` pairs, or addresses with the names in the other input.
 * @returns the hosts in the user's order, including invalid ones.
 */
export function parseHosts(hosts: string, names: string, findings: Finding[]): readonly PlacedHost[] {
  const written = parseEntries('hosts', hosts, findings).map((entry) => parseHost(entry, findings));
  return addNames(written, parseEntries('names', names, findings), findings);
}

/** Parses one host, `address` or `name=address`. Checks the name even if the address is invalid. */
export function parseHost({ text, at }: Entry, findings: Finding[]): PlacedHost {
  const equals = text.indexOf('=');
  if (equals < 0) return { address: parseHostAddress(text, at, findings), at };
  const name = parseMemberName(text.slice(0, equals).trim(), at, findings);
  const address = parseHostAddress(text.slice(equals + 1).trim(), at, findings);
  return name === undefined ? { address, at } : { name, address, at, nameAt: at };
}

/** Parses the address of a member; returns empty text, with a finding, if it is invalid. */
export function parseHostAddress(text: string, at: string, findings: Finding[]): string {
  const address = text === '' ? noAddress : parseAddress(text);
  if (typeof address === 'string') return address;
  findings.push({ at, ...address, fact: `${quote(text)} ${address.fact}` });
  return '';
}

const noAddress: AddressProblem = {
  code: 'host-missing',
  fact: 'follows the name, where the address belongs.',
  cause: 'an expression like ${{ vars.HOST0 }} that has no value.',
  fix: 'write name=address, for example infra0=10.0.0.6.',
};

function addNames(
  hosts: readonly PlacedHost[],
  names: readonly Entry[],
  findings: Finding[],
): readonly PlacedHost[] {
  if (names.length === 0) return hosts;
  const parsed = names.map(({ text, at }) => ({ name: parseMemberName(text, at, findings), at }));
  const pair = hosts.find((host) => host.nameAt !== undefined);
  if (pair !== undefined) {
    findings.push({
      code: 'hosts-given-twice',
      at: 'names',
      fact: `names are given twice: here and as pairs in ${pair.at}.`,
      fix: 'keep one: either hosts: infra0=10.0.0.6, … or the input names.',
    });
    return hosts;
  }
  if (parsed.length !== hosts.length) {
    findings.push({
      code: 'hosts-given-twice',
      at: 'names',
      fact: `there are ${parsed.length} names here, but hosts has ${hosts.length} entries.`,
      fix: 'give one name per host in the same order, or leave names out: the name of each host is then its short hostname.',
    });
  }
  return hosts.map((host, index) => {
    const given = parsed[index];
    return given?.name === undefined ? host : { ...host, name: given.name, nameAt: given.at };
  });
}

/** A host as the user wrote it, with the positions of its parts. */
export interface PlacedHost extends MemberSettings {
  /** Empty if invalid. */
  readonly address: string;
  /** Input and position of the host itself, for example `hosts, entry 2`. */
  readonly at: string;
  /** Position of its address, if different. */
  readonly addressAt?: string;
  /** Position of its name, if different. */
  readonly nameAt?: string;
  /** Its own login settings. */
  readonly login?: Partial<HostLogin>;
  /** Position of its login settings, if any. */
  readonly loginAt?: string;
  /** Its own transport, if given. */
  readonly transport?: TransportName;
}

/** Checks the rules for hosts in any form: one address family, and no duplicates. */
export function checkHosts(hosts: readonly PlacedHost[], findings: Finding[]): void {
  const usable = hosts.filter(({ address }) => address !== '');
  checkFamilies(usable, findings);
  refuseTwice(
    usable.map((host) => ({ value: host.address, at: addressAt(host) })),
    'address',
    findings,
  );
  refuseTwice(
    hosts.flatMap(({ name, nameAt, at }) => (name === undefined ? [] : [{ value: name, at: nameAt ?? at }])),
    'name',
    findings,
  );
}

/** Returns input and position of a host's address. */
export function addressAt({ at, addressAt: address }: PlacedHost): string {
  return address ?? at;
}

function checkFamilies(hosts: readonly PlacedHost[], findings: Finding[]): void {
  const [first, ...others] = hosts;
  const other = others.find(
    (host) => first !== undefined && familyOf(host.address) !== familyOf(first.address),
  );
  if (first === undefined || other === undefined) return;
  findings.push({
    code: 'address-families-mixed',
    at: addressAt(other),
    fact: `${other.address} and ${first.address} (${addressAt(first)}) are of two families; etcd does not support dual stack.`,
    fix: 'write all addresses as IPv4 or all as IPv6.',
  });
}

function refuseTwice(
  written: readonly { readonly value: string; readonly at: string }[],
  what: 'address' | 'name',
  findings: Finding[],
): void {
  const seen = new Map<string, string>();
  for (const { value, at } of written) {
    const before = seen.get(value);
    if (before === undefined) {
      seen.set(value, at);
    } else {
      findings.push({
        code: 'host-listed-twice',
        at,
        fact: `the ${what} ${quote(value)} was given before, at ${before}.`,
        fix: `give every member its own ${what}.`,
      });
    }
  }
}
