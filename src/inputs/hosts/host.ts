import type { Finding } from '../../findings.ts';
import { quote } from '../../text/quote.ts';
import { type Entry, parseEntries } from '../scalars.ts';
import { type AddressProblem, familyOf, parseAddress, parseMemberName } from './addresses.ts';
import type { HostLogin, MemberSettings, TransportName } from './host-settings.ts';

/**
 * Reads `hosts` and `names`: addresses, `name=address` pairs, or addresses with their names in the other input.
 * @returns the hosts in the user's order, those with a fault among them.
 */
export function parseHosts(hosts: string, names: string, findings: Finding[]): readonly PlacedHost[] {
  const written = parseEntries('hosts', hosts, findings).map((entry) => parseHost(entry, findings));
  return addNames(written, parseEntries('names', names, findings), findings);
}

/** Reads one host, `address` or `name=address`. One whose address is not usable can still have its name checked. */
export function parseHost({ text, at }: Entry, findings: Finding[]): PlacedHost {
  const equals = text.indexOf('=');
  if (equals < 0) return { address: parseHostAddress(text, at, findings), at };
  const name = parseMemberName(text.slice(0, equals).trim(), at, findings);
  const address = parseHostAddress(text.slice(equals + 1).trim(), at, findings);
  return name === undefined ? { address, at } : { name, address, at, nameAt: at };
}

/** Reads the address of a member; empty with a finding where it cannot be one. */
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

/** A host as it was written, with the places of what it consists of. */
export interface PlacedHost extends MemberSettings {
  /** Empty where what was written cannot be used. */
  readonly address: string;
  /** Input and place of the host itself, for example `hosts, entry 2`. */
  readonly at: string;
  /** Where its address was written, if not there. */
  readonly addressAt?: string;
  /** Where its name was written, if not there. */
  readonly nameAt?: string;
  /** What was written of its login. */
  readonly login?: Partial<HostLogin>;
  /** Where its login was written, if it was. */
  readonly loginAt?: string;
  /** By which way it is to be worked on, if that was written. */
  readonly transport?: TransportName;
}

/** Checks what must hold for hosts in whatever form they were written: one family, and nothing twice. */
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

/** Input and place of a host's address. */
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
