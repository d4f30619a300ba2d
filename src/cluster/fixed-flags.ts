import type { Finding } from '../findings.ts';
import { logFolder } from '../kubeadm/data-places.ts';
import type { EtcdManifest } from '../kubeadm/etcd-manifest.ts';
import { etcdArguments, extraArguments, type ClusterShape } from '../kubeadm/kubeadm-config.ts';
import { KUBEADM_CONFIG } from '../kubeadm/paths.ts';
import type { HostFacts } from './host-facts.ts';
import type { Member } from './members.ts';
import { memberManifest } from './member-manifest.ts';

/**
 * Flags that another manifest alone cannot change on a member with data: its name and addresses stand in the member
 * list, and clients know its URL. By the input that sets each.
 */
const FIXED: ReadonlyMap<string, string> = new Map([
  ['name', 'names'],
  ['listen-peer-urls', 'peer-port'],
  ['listen-client-urls', 'client-port'],
  ['advertise-client-urls', 'client-port'],
]);

/**
 * The flags that a member was started with: those of its manifest, or, if that is gone, those that kubeadm's configuration on the
 * host has it rendered with.
 */
export function foundedFlags({ files }: Pick<HostFacts, 'files'>): ReadonlyMap<string, string> {
  const manifest = memberManifest({ files });
  if (manifest !== undefined) return manifest.arguments;
  const configuration = files.get(KUBEADM_CONFIG)?.text ?? '';
  return new Map(extraArguments(configuration).map(({ name, value }) => [name, value]));
}

/**
 * Where the inputs ask for another name, address, port or place of its data than a member has. A manifest that is gone is no reason
 * to start its data with other values.
 */
export function fixedFlagFindings(member: Member, shape: ClusterShape): Finding[] {
  const manifest = memberManifest(member.facts);
  const flags = foundedFlags(member.facts);
  const found = etcdArguments(shape, member).flatMap(({ name, value }) => {
    const input = FIXED.get(name);
    const present = flags.get(name);
    return input === undefined || present === undefined || present === value
      ? []
      : [{ input, line: `--${name} is "${present}", the inputs ask for "${value}"` }];
  });
  const places = manifest === undefined ? [] : placesIn(manifest, shape);
  const byInput = Map.groupBy([...found, ...places], ({ input }) => input);
  return [...byInput].map(([input, group]) => ({
    host: member.name,
    at: input,
    fact: `its member was set up with other values: ${group.map(({ line }) => line).join('; ')}.`,
    cause: `\`${input}\` was changed, or the hosts of another cluster were given.`,
    fix: 'Give the values that the cluster has: clients and the other members know them, its data lies where it lies, and a new manifest alone does not change that.',
  }));
}

/** Where a member's manifest has other places for data and log than the inputs ask for, one line each. */
export function placeDifferences(manifest: EtcdManifest, shape: ClusterShape): string[] {
  return placesIn(manifest, shape).map(({ line }) => line);
}

/** A flag that is not there counts too: without --wal-dir the log is in the data dir. */
function placesIn(manifest: EtcdManifest, shape: ClusterShape): { input: string; line: string }[] {
  const wanted = [
    ['data-dir', shape.dataDir],
    ['wal-dir', shape.walDir === undefined ? undefined : logFolder(shape)],
  ] as const;
  return wanted.flatMap(([name, value]) => {
    const present = manifest.arguments.get(name);
    if (present === value) return [];
    const inWords = (path: string | undefined): string => (path === undefined ? 'absent' : `"${path}"`);
    return [{ input: name, line: `--${name} is ${inWords(present)}, the inputs ask for ${inWords(value)}` }];
  });
}
