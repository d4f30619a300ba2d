import type { Finding } from '../findings.ts';
import { parseEntries, type Entry } from './entries.ts';
import { checkMemberCount } from './member-count.ts';
import { familyOf, parseAddress } from './parse-address.ts';
import { parseMemberName } from './parse-names.ts';
import type { Collected } from './parse-ssh.ts';
import { quote } from './quote.ts';
import type { MemberSettings } from './settings.ts';

/** A host with the place that it was written at. */
interface PlacedHost extends MemberSettings {
  readonly at: string;
  /** Where its name was written, if it has one. */
  readonly nameAt?: string;
}

/**
 * Reads `hosts` and `names`: addresses, `name=address` pairs, or addresses with their names in the other input.
 * The hosts come back in the user's order; what is wrong with any of them is added to the findings.
 * @param values.allowEven the input `allow-even-members`.
 */
export function parseHosts(
  { hosts, names, allowEven }: { readonly hosts: string; readonly names: string; readonly allowEven: string },
  collected: Collected,
): MemberSettings[] {
  const { findings } = collected;
  const entries = parseEntries('hosts', hosts, findings);
  const written = entries.map((entry) => parseHost(entry, findings));
  const placed = addNames(written, parseEntries('names', names, findings), findings);
  const usable = placed.filter((host) => host.address !== '');
  checkMemberCount(entries.length, { at: 'hosts', allowEven }, collected);
  checkFamilies(usable, findings);
  refuseTwice(usable, findings, 'address', (host) => ({ value: host.address, at: host.at }));
  refuseTwice(placed, findings, 'name', (host) => ({ value: host.name, at: host.nameAt ?? host.at }));
  return usable.map(({ name, address }) => (name === undefined ? { address } : { name, address }));
}

/** A host whose address is not usable comes back with an empty one: its name can still be checked. */
function parseHost(entry: Entry, findings: Finding[]): PlacedHost {
  const equals = entry.text.indexOf('=');
  const { at } = entry;
  if (equals < 0) return { address: parseHostAddress(entry.text, at, findings), at };
  const name = parseMemberName(entry.text.slice(0, equals).trim(), at, findings);
  const address = parseHostAddress(entry.text.slice(equals + 1).trim(), at, findings);
  return name === undefined ? { address, at } : { name, address, at, nameAt: at };
}

function parseHostAddress(text: string, at: string, findings: Finding[]): string {
  const address = text === '' ? noAddress : parseAddress(text);
  if (typeof address === 'string') return address;
  findings.push({ at, ...address, fact: `${quote(text)} ${address.fact}` });
  return '';
}

const noAddress = {
  fact: 'stands behind the name, where the address belongs.',
  cause: 'an expression like ${{ vars.HOST0 }} that has no value.',
  fix: 'write name=address, for example infra0=10.0.0.6.',
};

function addNames(hosts: readonly PlacedHost[], names: readonly Entry[], findings: Finding[]): PlacedHost[] {
  if (names.length === 0) return [...hosts];
  const parsed = names.map(({ text, at }) => ({ name: parseMemberName(text, at, findings), at }));
  const pair = hosts.find((host) => host.nameAt !== undefined);
  if (pair !== undefined) {
    findings.push({
      at: 'names',
      fact: `names are given twice: here and as pairs in ${pair.at}.`,
      fix: 'keep one: either hosts: infra0=10.0.0.6, … or the input names.',
    });
    return [...hosts];
  }
  if (parsed.length !== hosts.length) {
    findings.push({
      at: 'names',
      fact: `there are ${parsed.length} names here, but hosts has ${hosts.length} entries.`,
      fix: 'give one name per host in the same order, or leave names out: each host then goes by its short hostname.',
    });
  }
  return hosts.map((host, index) => {
    const given = parsed[index];
    return given?.name === undefined ? host : { ...host, name: given.name, nameAt: given.at };
  });
}

function checkFamilies(hosts: readonly PlacedHost[], findings: Finding[]): void {
  const [first, ...others] = hosts;
  const other = others.find(
    (host) => first !== undefined && familyOf(host.address) !== familyOf(first.address),
  );
  if (first === undefined || other === undefined) return;
  findings.push({
    at: other.at,
    fact: `${other.address} and ${first.address} (${first.at}) are of two families; etcd knows no dual stack.`,
    fix: 'write all addresses as IPv4 or all as IPv6.',
  });
}

function refuseTwice(
  hosts: readonly PlacedHost[],
  findings: Finding[],
  what: 'address' | 'name',
  pick: (host: PlacedHost) => { readonly value: string | undefined; readonly at: string },
): void {
  const seen = new Map<string, string>();
  for (const { value, at } of hosts.map(pick)) {
    if (value === undefined) continue;
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
