import type { Finding } from '../findings.ts';
import type { InputFile } from './input-file.ts';
import { parseInventory } from './inventory/parse-inventory.ts';
import { checkMemberCount } from './member-count.ts';
import { parseHosts } from './parse-hosts.ts';
import type { Collected } from './parse-ssh.ts';
import { checkHosts, type PlacedHost } from './placed-hosts.ts';

/** What is written of the members, and how many of them there may be. */
export interface WrittenMembers {
  readonly hosts: string;
  readonly names: string;
  readonly inventory: string;
  /** The file that `inventory` names, if it names one. */
  readonly inventoryFile?: InputFile;
  /** The input `allow-even-members`. */
  readonly allowEven: string;
}

/**
 * Reads which hosts there are: `inventory`, or `hosts` with `names`.
 * @returns the hosts in the user's order, those with a fault among them; nothing where they cannot be told at all.
 */
export function parseMembers(
  written: WrittenMembers,
  collected: Collected,
): readonly PlacedHost[] | undefined {
  const { findings } = collected;
  const { hosts, names, inventory, inventoryFile, allowEven } = written;
  const at = inventory === '' ? 'hosts' : 'inventory';
  if (at === 'inventory') {
    if (hosts !== '') findings.push(givenTwice('hosts'));
    if (names !== '') findings.push(givenTwice('names'));
  }
  const placed =
    at === 'hosts' ? parseHosts(hosts, names, findings) : parseInventory(inventory, inventoryFile, findings);
  if (placed === undefined) return undefined;
  checkMemberCount(placed.length, { at, allowEven }, collected);
  checkHosts(placed, findings);
  return placed;
}

function givenTwice(input: 'hosts' | 'names'): Finding {
  return {
    at: input,
    fact: `${input} and inventory both say which members there are.`,
    fix: `leave ${input} out: in an inventory each host has its name and its address.`,
  };
}
