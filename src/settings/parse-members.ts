import type { Finding } from '../findings.ts';
import type { InputFile } from './input-file.ts';
import { parseInventory } from './inventory/parse-inventory.ts';
import { checkMemberCount } from './member-count.ts';
import { checkControlPlane, parseControlPlane } from './parse-control-plane.ts';
import { parseHosts } from './parse-hosts.ts';
import type { Collected } from './parse-ssh.ts';
import { checkHosts, type PlacedHost } from './placed-hosts.ts';

/** What is written of the members, how many of them there may be, and of the control plane. */
export interface WrittenMembers {
  readonly hosts: string;
  readonly names: string;
  readonly inventory: string;
  /** The file that `inventory` names, if it names one. */
  readonly inventoryFile?: InputFile;
  /** The input `allow-even-members`. */
  readonly allowEven: string;
  /** The input `control-plane-hosts`. */
  readonly controlPlane: string;
}

/** All hosts as they were written, those with a fault among them. */
export interface PlacedHosts {
  readonly members: readonly PlacedHost[];
  readonly controlPlane: readonly PlacedHost[];
}

/**
 * Reads which hosts there are: `inventory`, or `hosts` with `names`, and `control-plane-hosts`.
 * @returns the hosts in the user's order; nothing where the members cannot be told at all.
 */
export function parseMembers(written: WrittenMembers, collected: Collected): PlacedHosts | undefined {
  const { findings } = collected;
  const { hosts, names, inventory, inventoryFile, allowEven } = written;
  const at = inventory === '' ? 'hosts' : 'inventory';
  if (at === 'inventory') {
    if (hosts !== '') findings.push(givenTwice('hosts'));
    if (names !== '') findings.push(givenTwice('names'));
  }
  const placed =
    at === 'hosts'
      ? { hosts: parseHosts(hosts, names, findings) }
      : parseInventory(inventory, inventoryFile, findings);
  const controlPlane = parseControlPlane(written.controlPlane, placed, findings);
  if (placed === undefined) return undefined;
  checkMemberCount(placed.hosts.length, { at, allowEven }, collected);
  checkHosts(placed.hosts, findings);
  checkControlPlane(controlPlane, placed.hosts, findings);
  return { members: placed.hosts, controlPlane };
}

function givenTwice(input: 'hosts' | 'names'): Finding {
  return {
    at: input,
    fact: `${input} and inventory both say which members there are.`,
    fix: `leave ${input} out: in an inventory each host has its name and its address.`,
  };
}
