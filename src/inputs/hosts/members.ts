import { quorumOf } from '../../etcd/quorum.ts';
import type { Finding } from '../../findings.ts';
import type { Collected } from '../collected.ts';
import { quote } from '../../text/quote.ts';
import { inputGroup } from '../group.ts';
import type { InputFile } from '../input-files.ts';
import { parseBoolean } from '../scalars.ts';
import { clusterNameInput, type hostInputs } from '../table/hosts.ts';
import { isLabel } from './addresses.ts';
import { checkControlPlane, parseControlPlane } from './control-plane.ts';
import { checkHosts, parseHosts, type PlacedHost } from './host.ts';
import { parseInventory } from './inventory.ts';

/** All hosts as the user wrote them, including invalid ones. */
export interface PlacedHosts {
  readonly members: readonly PlacedHost[];
  readonly controlPlane: readonly PlacedHost[];
}

/**
 * Parses the lists of hosts: `inventory`, or `hosts` with `names`, and `control-plane-hosts`.
 * @param inventoryFile the file that `inventory` names, if any.
 * @returns the hosts in the user's order; undefined if the members are unknown.
 */
export function parseMembers(
  inputs: Readonly<Record<keyof typeof hostInputs, string>>,
  inventoryFile: InputFile | undefined,
  collected: Collected,
): PlacedHosts | undefined {
  const { findings } = collected;
  const { hosts, names, inventory, 'allow-even-members': allowEven } = inputs;
  const at = inventory === '' ? 'hosts' : 'inventory';
  if (at === 'inventory') {
    if (hosts !== '') findings.push(givenTwice('hosts'));
    if (names !== '') findings.push(givenTwice('names'));
  }
  const placed =
    at === 'hosts'
      ? { hosts: parseHosts(hosts, names, findings) }
      : parseInventory(inventory, inventoryFile, findings);
  const controlPlane = parseControlPlane(inputs['control-plane-hosts'], placed, findings);
  if (placed === undefined) return undefined;
  checkMemberCount(placed.hosts.length, { at, allowEven }, collected);
  checkHosts(placed.hosts, findings);
  checkControlPlane(controlPlane, placed.hosts, findings);
  return { members: placed.hosts, controlPlane };
}

function givenTwice(input: 'hosts' | 'names'): Finding {
  return {
    code: 'hosts-given-twice',
    at: input,
    fact: `${input} and inventory both list the members.`,
    fix: `leave ${input} out: in an inventory each host has its name and its address.`,
  };
}

/** More members slow down every write; etcd advises against them (FAQ, "What is maximum cluster size?"). */
const MOST_ADVISED = 7;
const MOST = 9;

const example = 'for example 10.0.0.6, 10.0.0.7, 10.0.0.8.';

/**
 * Checks the number of members. Refuses too many, and even numbers unless the user allows them; warns about allowed even
 * numbers, a single member, and more than etcd recommends.
 * @param count includes invalid hosts.
 * @param at the input that lists them.
 * @param allowEven the input `allow-even-members`.
 */
function checkMemberCount(
  count: number,
  { at, allowEven }: { readonly at: 'hosts' | 'inventory'; readonly allowEven: string },
  { findings, warnings }: Collected,
): void {
  const allowed = parseBoolean('allow-even-members', allowEven, findings);
  if (count === 0) {
    findings.push({
      code: 'host-missing',
      at,
      fact: 'no host is given.',
      fix: `list the addresses of the etcd hosts, ${example}`,
    });
  } else if (count > MOST) {
    findings.push({
      code: 'member-count',
      at,
      fact: `${count} hosts: every write waits for a majority of the members, and with more than ${MOST} it is slow and the cluster no safer.`,
      fix: `list 3, 5 or ${MOST_ADVISED} hosts, ${example}`,
    });
  } else if (count % 2 === 0) {
    const even = evenCount(count);
    if (allowed === true) warnings.push({ at, ...even });
    else if (allowed === false) findings.push({ at, ...even, fix: `${even.fix} ${override}` });
  } else if (count === 1) {
    warnings.push({
      code: 'member-count',
      at,
      fact: 'a single member is not highly available: without its host there is no cluster.',
      fix: 'list three hosts, or five to survive the loss of two.',
    });
  } else if (count > MOST_ADVISED) {
    warnings.push({
      code: 'member-count',
      at,
      fact: `${count} members: every write waits for ${quorumOf(count)} of them, and etcd recommends at most ${MOST_ADVISED}.`,
      fix: 'list five hosts, which survive the loss of two, or seven, which survive the loss of three.',
    });
  }
}

const override = 'If you want an even number, write allow-even-members: true.';

function evenCount(count: number): Pick<Finding, 'code' | 'fact' | 'fix'> {
  return {
    code: 'member-count',
    fact:
      `${count} hosts: the quorum of ${count} is ${quorumOf(count)}, so the cluster survives the loss of ${count - quorumOf(count)}, ` +
      `no more than with ${count - 1}, and has one more host that can fail.`,
    fix: `list ${count - 1} or ${count + 1} hosts, ${example}`,
  };
}

/** The name of the cluster. */
export const clusterNameGroup = inputGroup({
  name: 'cluster-name',
  inputs: clusterNameInput,
  parse: ({ inputs, findings }): { readonly clusterName: string } | undefined => {
    const clusterName = parseClusterName(inputs['cluster-name'], findings);
    return clusterName === undefined ? undefined : { clusterName };
  },
});

function parseClusterName(value: string, findings: Finding[]): string | undefined {
  if (isLabel(value)) return value;
  findings.push({
    code: 'name-malformed',
    at: 'cluster-name',
    fact: `${quote(value)} is not a name of lower-case letters, digits and dashes, at most 63 (RFC 1123 label).`,
    fix: 'begin and end it with a letter or digit, for example cluster-name: production.',
  });
  return undefined;
}
