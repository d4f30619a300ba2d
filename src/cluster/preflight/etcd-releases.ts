import { wantedImage } from '../images.ts';
import { nameList } from '../../etcd/health-finding.ts';
import { parseRelease, problemOf, type Release } from '../../etcd/releases.ts';
import type { ExaminedMember, PreflightSettings } from './examined.ts';
import type { SevereFinding } from './severe-finding.ts';

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
  const problem = problemOf(release);
  if (problem === undefined) return [];
  const { fact, fix, fixedIn } = problem;
  return [
    {
      severity: 'warn',
      at: 'etcd-image-tag',
      fact: `etcd ${release.text} on ${names} ${fact}`,
      cause:
        fixedIn === undefined
          ? 'The image was chosen long ago.'
          : 'It is the release that this kubeadm asks for, or that was set when the cluster was made.',
      fix,
    },
  ];
}

/** A running member's own word counts more than an image's tag. */
function releaseOf({ facts, seen }: ExaminedMember, settings: PreflightSettings): Release | undefined {
  const tag = wantedImage(settings, facts)?.image.split(':').at(-1);
  return parseRelease(seen.member?.version ?? tag ?? '');
}
