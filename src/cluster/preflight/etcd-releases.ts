import { wantedImage } from '../images.ts';
import { nameList } from '../../etcd/health-finding.ts';
import type { ExaminedMember, PreflightSettings } from './examined.ts';
import type { SevereFinding } from './severe-finding.ts';

interface Advisory {
  readonly id: string;
  readonly what: string;
}

/** Advisories of etcd of 2026-07-23 (github.com/etcd-io/etcd/security/advisories). */
const ADVISORIES: readonly Advisory[] = [
  { id: 'GHSA-6vch-q96h-7gc3', what: 'unfinished TLS handshakes can exhaust a member' },
  { id: 'GHSA-xg4h-6gfc-h4m8', what: "a watch can see beyond its user's range permission" },
];

/** First patch release of each minor of etcd 3 in which both are fixed. */
const FIXED_IN: ReadonlyMap<number, number> = new Map([
  [5, 33],
  [6, 14],
  [7, 1],
]);

interface Release {
  readonly text: string;
  readonly minor: number;
  readonly patch: number;
}

/** Which etcd the members run, or would run, and what is known against it; one finding per release. */
export function vulnerableEtcd(
  members: readonly ExaminedMember[],
  settings: PreflightSettings,
): SevereFinding[] {
  const releases = members.flatMap((member) => {
    const release = releaseOf(member, settings);
    return release === undefined ? [] : [{ member, release }];
  });
  const byText = Map.groupBy(releases, ({ release }) => release.text);
  return [...byText.values()].flatMap((group) => {
    const release = group[0]?.release;
    const names = nameList(group.map(({ member }) => member.name));
    return release === undefined ? [] : judge(release, names);
  });
}

function judge(release: Release, names: string): SevereFinding[] {
  const at = 'etcd-image-tag';
  const fixed = FIXED_IN.get(release.minor);
  if (fixed === undefined) {
    const oldest = Math.min(...FIXED_IN.keys());
    if (release.minor > oldest) return []; // newer than what is known here
    return [
      {
        severity: 'warn',
        at,
        fact: `etcd ${release.text} on ${names} belongs to a line that gets no more fixes.`,
        cause: 'The image was chosen long ago.',
        fix: `Move to etcd 3.${oldest} or later, one minor release at a time.`,
      },
    ];
  }
  if (release.patch >= fixed) return [];
  const known = ADVISORIES.map(({ id, what }) => `${id} (${what})`).join(' and ');
  return [
    {
      severity: 'warn',
      at,
      fact: `etcd ${release.text} on ${names} has known vulnerabilities: ${known}; fixed in 3.${release.minor}.${fixed}.`,
      cause: 'It is the release that this kubeadm asks for, or that was set when the cluster was made.',
      fix: `Set \`etcd-image-tag\` to an image of 3.${release.minor}.${fixed} or later that your registry has, and let nobody but the members and the control plane reach the ports of etcd.`,
    },
  ];
}

/** A running member's own word counts more than an image's tag. */
function releaseOf({ facts, seen }: ExaminedMember, settings: PreflightSettings): Release | undefined {
  const tag = wantedImage(settings, facts)?.image.split(':').at(-1);
  const match = /^v?(3\.(\d+)\.(\d+))/.exec(seen.member?.version ?? tag ?? '');
  if (match === null) return undefined;
  const [, text = '', minor, patch] = match;
  return { text, minor: Number(minor), patch: Number(patch) };
}
