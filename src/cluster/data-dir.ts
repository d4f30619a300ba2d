import type { HostState } from '../facts/host-state.ts';
import type { DataDirFact, HostFacts, StandingFacts } from '../facts/host.ts';
import type { Finding } from '../findings.ts';
import { dataFolders, type DataPlaces, STATE_FILE } from '../kubeadm/paths.ts';
import type { Member } from './members.ts';
import { type Ownership, recordOn } from './ownership.ts';

/** Reports whether the folders of etcd's data and log hold nothing of etcd. */
export function hasNoData({ empty, walDir }: DataDirFact): boolean {
  return empty && (walDir?.empty ?? true);
}

/** Mount points by the folders that are on them. */
export type DataMounts = Readonly<Record<string, string>>;

/**
 * Returns the mount points of a member's data for its record. Leaves out folders on the root file system, and missing
 * ones.
 */
export function dataMounts({ places: seen = [] }: Pick<HostFacts, 'places'>, places: DataPlaces): DataMounts {
  return Object.fromEntries(
    dataFolders(places).flatMap((folder) => {
      const mount = seen.find(({ path }) => path === folder)?.mountPoint;
      return mount === undefined || mount === '/' ? [] : [[folder, mount] as const];
    }),
  );
}

/** A folder of a member's data that is on another file system than its record says. */
export interface LostMount {
  readonly folder: string;
  readonly recorded: string;
  /** Its present mount point; undefined if the folder is missing. */
  readonly now: string | undefined;
}

/**
 * Returns the folders whose disk is no longer mounted. etcd that is started there founds a new cluster, with the same
 * ids if all members do: the members' answers do not show it. A disk that is mounted above the recorded one does not
 * count: data was moved onto it.
 */
export function lostMounts(
  { places }: Pick<StandingFacts, 'places'>,
  record: HostState | undefined,
): LostMount[] {
  if (places === undefined) return [];
  return Object.entries(record?.mounts ?? {}).flatMap(([folder, recorded]) => {
    const now = places.find(({ path }) => path === folder)?.mountPoint;
    const isAbove = now === undefined || now === '/' || recorded.startsWith(`${now}/`);
    return now === recorded || !isAbove ? [] : [{ folder, recorded, now }];
  });
}

/** Describes a lost mount. */
export function describeLostMount({ folder, recorded, now }: LostMount): string {
  return `${folder} was on the file system mounted at ${recorded}, and ${now === undefined ? 'is missing now' : `is on that of ${now} now`}`;
}

export const LOST_MOUNT = {
  cause: 'The disk is not mounted. If kubelet starts without it, etcd starts on an empty folder.',
  fix: `Stop kubelet and etcd (\`crictl stop\`), mount the disk, and start kubelet, on all hosts with this finding. If the data was moved on purpose, take the folder out of \`mounts\` in ${STATE_FILE} on that host.`,
} as const;

/** Refuses members whose data is not where their record says: another cluster runs there, or none. */
export function lostMountFindings(
  members: readonly Member[],
  ownership: ReadonlyMap<string, Ownership>,
): Finding[] {
  return members.flatMap(({ name, facts }) =>
    lostMounts(facts, recordOn(ownership.get(name))).map((lost) => ({
      code: 'data-not-mounted',
      host: name,
      at: 'data-dir',
      fact: `${describeLostMount(lost)}: the data of etcd there is not the data of the cluster.`,
      ...LOST_MOUNT,
    })),
  );
}

/**
 * As kubeadm creates the data dir (cmd/kubeadm/app/phases/etcd/local.go); the folder of the log holds the same data.
 */
export const DATA_DIR_MODE = '700';

/** Returns the folders of a member's data that have another mode. */
export function openDataFolders(
  { dataDir }: Pick<HostFacts, 'dataDir'>,
  { dataDir: path, walDir }: DataPlaces,
): { readonly path: string; readonly mode: string }[] {
  const folders = [
    { path, fact: dataDir },
    ...(walDir !== undefined && dataDir.walDir !== undefined ? [{ path: walDir, fact: dataDir.walDir }] : []),
  ];
  return folders.flatMap(({ path: folder, fact: { exists, mode } }) =>
    exists && mode !== DATA_DIR_MODE ? [{ path: folder, mode }] : [],
  );
}
