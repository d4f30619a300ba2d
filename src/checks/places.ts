import { basename } from 'node:path/posix';
import { holdsAuthorityKey } from '../cluster/authority-key.ts';
import { holdsMember } from '../cluster/ports.ts';
import { nameList } from '../etcd/health/observation.ts';
import type { RoomFact, UnwritableFact } from '../facts/preflight.ts';
import { quoteBash } from '../hosts/bash.ts';
import { CA_KEY, KUBELET_DROP_IN } from '../kubeadm/paths.ts';
import { size } from '../text/units.ts';
import { type Check, checkOf } from './check.ts';
import type { ExaminedMember, PreflightSettings } from './examined.ts';

/** The size of all small files of a deploy: lock, certificates and configuration, with a reserve. */
const LEAST_BYTES = 1024 ** 2;
const LEAST_INODES = 30;

/** How many paths a message names. */
const MOST_NAMED = 4;

/** Checks for files and folders that a deploy writes and root may not, and for file systems without space for them. */
export function unwritablePlaces(member: ExaminedMember): Check[] {
  const { filesystem, walFilesystem, unwritable = [], room = [] } = member.seen;
  // a read-only disk of the data has its own check
  const told = [filesystem, walFilesystem].flatMap((disk) =>
    disk?.readOnly === true ? [disk.mountPoint] : [],
  );
  const untold = unwritable.filter(({ path }) => !told.some((mountPoint) => isWithin(path, mountPoint)));
  const byFlags = Map.groupBy(untold, ({ attributes }) => forbidding(attributes));
  return [
    ...[...byFlags].map(([flags, places]) => unwritableCheck(flags, places, member)),
    ...room.flatMap((one) => noRoom(member.name, one)),
  ];
}

/** Reports whether a path is a folder or in it. */
function isWithin(path: string, folder: string): boolean {
  return folder === '/' || path === folder || path.startsWith(`${folder}/`);
}

/** The attributes that forbid root to write: immutable, append-only. */
function forbidding(attributes = ''): string {
  return attributes.replace(/[^ia]/g, '');
}

function unwritableCheck(flags: string, places: readonly UnwritableFact[], member: ExaminedMember): Check {
  const [first = ''] = places.map(({ path }) => path);
  const more = places.length - MOST_NAMED;
  const named = `${places
    .slice(0, MOST_NAMED)
    .map(({ path }) => path)
    .join(', ')}${more > 0 ? ` and ${more} more` : ''}`;
  const isSeen = places.every(({ attributes }) => attributes !== undefined);
  // a member's file may stay as it is for long; a folder holds what every run writes
  const mayStay = places.every(({ kind }) => kind === 'file') && holdsMember(member);
  return checkOf('places', member.name)(mayStay ? 'warn' : 'fail', {
    code: 'host-not-writable',
    measured: `root may not write ${named}${flags === '' ? '' : ` (lsattr: ${flags})`}, and a deploy has to.`,
    ...(flags === ''
      ? {
          cause: `The file system is read-only${isSeen ? '' : ', or the place was made immutable (`chattr +i`)'}.`,
          fix: `Look at \`findmnt -T ${first}\` and \`lsattr -d ${first}\`, and make it writable.`,
        }
      : {
          cause:
            'It was made immutable (`chattr +i`) or append-only (`chattr +a`), by hand or by a tool that hardens hosts.',
          fix: `Remove the attribute: \`chattr -${flags} ${places.map(({ path }) => path).join(' ')}\`.`,
        }),
  });
}

function noRoom(host: string, { path, freeBytes, freeInodes }: RoomFact): Check[] {
  if (freeBytes >= LEAST_BYTES && (freeInodes ?? LEAST_INODES) >= LEAST_INODES) return [];
  return [
    checkOf('places', host)('fail', {
      code: 'host-not-writable',
      measured: `the file system of ${path} has ${size(freeBytes)}${freeInodes === undefined ? '' : ` and ${freeInodes} inodes`} free, and a deploy writes small files there.`,
      cause:
        path === '/run'
          ? '/run is in memory, and another program has filled it.'
          : 'The disk is full, or holds a very large number of small files.',
      fix: `Make room: \`du -xh -d 2 ${path} | sort -h | tail\` shows what uses it.`,
    }),
  ];
}

/** Hosts from which a deploy would take the CA's key. */
export function keysToRemove(members: readonly ExaminedMember[], { caCustody }: PreflightSettings): Check[] {
  const holders = members.filter(({ facts }) => caCustody === 'input-only' && holdsAuthorityKey(facts));
  if (holders.length === 0) return [];
  return [
    checkOf('ca-custody', null)('ok', {
      measured: `the key of the CA is on ${nameList(holders.map(({ name }) => name))} (${CA_KEY}); a deploy removes it there after it has verified the cluster.`,
      notice:
        'The cluster was set up with the key on a host. Make sure that `ca-key` is kept in a second place too. Leave `ca-custody` out to leave the key where it is.',
    }),
  ];
}

/** Private keys that following the guide by hand leaves in /tmp/HOST and in home folders (its steps 4 and 5). */
export function leftoverKeys({ name: host, seen }: ExaminedMember): Check[] {
  const keys = seen.leftoverKeys;
  if (keys.length === 0) return [];
  const authority = keys.some((path) => path.endsWith('/ca.key'));
  return [
    checkOf('leftovers', host)('warn', {
      code: 'keys-left-behind',
      measured: `${keys.length === 1 ? 'a private key is' : `${keys.length} private keys are`} outside of /etc/kubernetes${authority ? ", the CA's among them" : ''}: ${keys.join(', ')}${seen.moreLeftoverKeys === true ? ', and more' : ''}.`,
      cause:
        "kubeadm's guide creates the files of all hosts in /tmp on one of them and copies them through home folders; nothing removes them.",
      fix: `When the cluster has its own copies below /etc/kubernetes/pki${authority ? " (and you keep the CA's key elsewhere)" : ''}, remove these: \`rm -f -- ${keys.map(shellWord).join(' ')}\``,
    }),
  ];
}

/** Quotes a word only if the shell requires it, for readability. */
function shellWord(word: string): string {
  return /^[A-Za-z0-9._/:@+-]+$/.test(word) ? word : quoteBash(word);
}

/**
 * Drop-ins of kubelet.service that set ExecStart after ours. systemd reads drop-ins of all folders in the order of
 * their file names alone (systemd.unit(5)).
 */
export function laterDropIns({ name: host, seen }: ExaminedMember): Check[] {
  const own = basename(KUBELET_DROP_IN);
  return seen.execStartDropIns
    .filter((path) => basename(path) > own)
    .map((path) =>
      checkOf('drop-in', host)('fail', {
        code: 'kubelet-drop-in-beaten',
        measured: `${path} sets ExecStart of kubelet and overrides ${own}, with which this action starts it.`,
        cause: 'systemd reads drop-ins in the order of their names, and the last ExecStart counts.',
        fix: `Remove the file or its ExecStart, or give it a name that sorts before ${own}; then \`systemctl daemon-reload\`.`,
      }),
    );
}
