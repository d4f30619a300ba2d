import type { Finding } from '../findings.ts';
import { familyOf } from './parse-address.ts';
import { quote } from './quote.ts';
import type { HostLogin, MemberSettings, TransportName } from './settings.ts';

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
    at: addressAt(other),
    fact: `${other.address} and ${first.address} (${addressAt(first)}) are of two families; etcd knows no dual stack.`,
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
        at,
        fact: `the ${what} ${quote(value)} was given before, at ${before}.`,
        fix: `give every member its own ${what}.`,
      });
    }
  }
}
