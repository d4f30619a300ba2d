import { holdsAuthorityKey } from '../../cluster/authority-key.ts';
import { holdsMember } from '../../cluster/ports.ts';
import { nameList } from '../../etcd/health/observation.ts';
import type { RoomFact, UnwritableFact } from '../../facts/preflight.ts';
import { CA_KEY } from '../../kubeadm/paths.ts';
import { size } from '../../text/units.ts';
import type { ExaminedMember, PreflightSettings, SevereFinding } from './finding.ts';

/** What all small files of a deploy take, lock and certificates and configuration, with room to spare. */
const LEAST_BYTES = 1024 ** 2;
const LEAST_INODES = 30;

/** How many paths a message names. */
const MOST_NAMED = 4;

/** Files and folders that a deploy writes and root may not, and file systems without room for them. */
export function unwritablePlaces(member: ExaminedMember): SevereFinding[] {
  const { filesystem, walFilesystem, unwritable = [], room = [] } = member.seen;
  // that the disk of the data is read-only is a finding of its own
  const told = [filesystem, walFilesystem].flatMap((disk) =>
    disk?.readOnly === true ? [disk.mountPoint] : [],
  );
  const untold = unwritable.filter(({ path }) => !told.some((mountPoint) => lies(path, mountPoint)));
  const byFlags = Map.groupBy(untold, ({ attributes }) => forbidding(attributes));
  return [
    ...[...byFlags].map(([flags, places]) => unwritableFinding(flags, places, member)),
    ...room.flatMap((one) => noRoom(member.name, one)),
  ];
}

/** Whether a path lies in a folder, or is it. */
function lies(path: string, folder: string): boolean {
  return folder === '/' || path === folder || path.startsWith(`${folder}/`);
}

/** The attributes that forbid root to write: immutable, append-only. */
function forbidding(attributes = ''): string {
  return attributes.replace(/[^ia]/g, '');
}

function unwritableFinding(
  flags: string,
  places: readonly UnwritableFact[],
  member: ExaminedMember,
): SevereFinding {
  const [first = ''] = places.map(({ path }) => path);
  const more = places.length - MOST_NAMED;
  const named = `${places
    .slice(0, MOST_NAMED)
    .map(({ path }) => path)
    .join(', ')}${more > 0 ? ` and ${more} more` : ''}`;
  const isSeen = places.every(({ attributes }) => attributes !== undefined);
  // a member's file may stay as it is for long; a folder holds what every run writes
  const mayStay = places.every(({ kind }) => kind === 'file') && holdsMember(member);
  return {
    code: 'host-not-writable',
    severity: mayStay ? 'warn' : 'fail',
    host: member.name,
    at: 'places',
    fact: `root may not write ${named}${flags === '' ? '' : ` (lsattr: ${flags})`}; a deploy does.`,
    ...(flags === ''
      ? {
          cause: `The file system is read-only${isSeen ? '' : ', or the place was made immutable (`chattr +i`)'}.`,
          fix: `Look at \`findmnt -T ${first}\` and \`lsattr -d ${first}\`, and make it writable.`,
        }
      : {
          cause:
            'It was made immutable (`chattr +i`), or may only grow (`chattr +a`), by hand or by a tool that hardens hosts.',
          fix: `Take the attribute away: \`chattr -${flags} ${places.map(({ path }) => path).join(' ')}\`.`,
        }),
  };
}

function noRoom(host: string, { path, freeBytes, freeInodes }: RoomFact): SevereFinding[] {
  if (freeBytes >= LEAST_BYTES && (freeInodes ?? LEAST_INODES) >= LEAST_INODES) return [];
  return [
    {
      code: 'host-not-writable',
      severity: 'fail',
      host,
      at: 'places',
      fact: `the file system of ${path} has ${size(freeBytes)}${freeInodes === undefined ? '' : ` and ${freeInodes} inodes`} free, and a deploy writes small files there.`,
      cause:
        path === '/run'
          ? '/run is memory, and another program has filled it.'
          : 'The disk is full, or very many small files lie on it.',
      fix: `Make room: \`du -xh -d 2 ${path} | sort -h | tail\` shows what takes it.`,
    },
  ];
}

/** Hosts from which a deploy would take the CA's key. */
export function keysToRemove(
  members: readonly ExaminedMember[],
  { caCustody }: PreflightSettings,
): SevereFinding[] {
  const holders = members.filter(({ facts }) => caCustody === 'input-only' && holdsAuthorityKey(facts));
  if (holders.length === 0) return [];
  return [
    {
      code: 'ca-key-to-be-removed',
      severity: 'info',
      at: 'ca-custody',
      fact: `the key of the CA lies on ${nameList(holders.map(({ name }) => name))} (${CA_KEY}); a deploy removes it there once it has proven the cluster.`,
      cause: 'The cluster was set up with the key on a host.',
      fix: 'See that `ca-key` is kept in a second place too. Leave `ca-custody` out to leave the key where it is.',
    },
  ];
}
