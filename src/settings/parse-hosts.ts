import type { Finding } from '../findings.ts';
import { parseEntries, type Entry } from './entries.ts';
import { parseAddress } from './parse-address.ts';
import { parseMemberName } from './parse-names.ts';
import type { PlacedHost } from './placed-hosts.ts';
import { quote } from './quote.ts';

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

const noAddress = {
  fact: 'stands behind the name, where the address belongs.',
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
      at: 'names',
      fact: `names are given twice: here and as pairs in ${pair.at}.`,
      fix: 'keep one: either hosts: infra0=10.0.0.6, … or the input names.',
    });
    return hosts;
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
