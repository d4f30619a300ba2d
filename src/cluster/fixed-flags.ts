import type { Finding } from '../findings.ts';
import { etcdArguments, type ClusterShape } from '../kubeadm/kubeadm-config.ts';
import type { Member } from './members.ts';
import { memberManifest } from './member-manifest.ts';

/**
 * Flags that another manifest alone cannot change on a member with data: its name and addresses stand in the member
 * list, clients know its URL, and its data lies where it lies. By the input that sets each.
 */
const FIXED: ReadonlyMap<string, string> = new Map([
  ['name', 'names'],
  ['listen-peer-urls', 'peer-port'],
  ['listen-client-urls', 'client-port'],
  ['advertise-client-urls', 'client-port'],
  ['data-dir', 'data-dir'],
]);

/** Where the inputs ask for another name, address, port or data dir than a member has. */
export function fixedFlagFindings(member: Member, shape: ClusterShape): Finding[] {
  const manifest = memberManifest(member.facts);
  if (manifest === undefined) return [];
  const wanted = [...etcdArguments(shape, member), { name: 'data-dir', value: shape.dataDir }];
  const found = wanted.flatMap(({ name, value }) => {
    const input = FIXED.get(name);
    const present = manifest.arguments.get(name);
    return input === undefined || present === undefined || present === value
      ? []
      : [{ input, line: `--${name} is "${present}", the inputs ask for "${value}"` }];
  });
  const byInput = Map.groupBy(found, ({ input }) => input);
  return [...byInput].map(([input, group]) => ({
    host: member.name,
    at: input,
    fact: `its member was set up with other values: ${group.map(({ line }) => line).join('; ')}.`,
    cause: `\`${input}\` was changed, or the hosts of another cluster were given.`,
    fix: 'Give the values that the cluster has: clients and the other members know them, and a new manifest alone does not change them.',
  }));
}
