import { isStored, wantedImage } from '../../cluster/images.ts';
import { nameList } from '../../etcd/health/observation.ts';
import { parseRelease, problemOf, type Release } from '../../etcd/releases.ts';
import { knownReason } from '../../hosts/explain-unknown.ts';
import type { ImageArchive } from '../../images/image-archive.ts';
import { isSupported, NEWEST_MINOR, OLDEST_MINOR } from '../../kubeadm/version.ts';
import { imageFor } from '../deploy/image-supply.ts';
import type { ExaminedMember, PreflightSettings, SevereFinding } from './finding.ts';

/** kubelet's release on one host: known, supported, and that of kubeadm. kubeadm's own is a prerequisite. */
export function kubeletVersion({ name: host, facts, seen }: ExaminedMember): SevereFinding[] {
  if (facts.kubeletPath === undefined) return [];
  const at = 'kubelet';
  const { kubeletVersion: kubelet, kubeletSaid: said = '' } = seen;
  if (kubelet === undefined) {
    return [
      {
        code: 'program-version-unknown',
        severity: 'fail',
        host,
        at,
        fact: `${facts.kubeletPath} did not say its version${said === '' ? '' : `: ${said.replace(/[.\s]+$/, '')}`}.`,
        ...(knownReason(said) ?? {
          fix: 'Run `kubelet --version` on the host as root and mend what it says.',
        }),
      },
    ];
  }
  const range = `1.${OLDEST_MINOR} to 1.${NEWEST_MINOR}`;
  if (!isSupported(kubelet)) {
    return [
      {
        code: 'kubernetes-version-unsupported',
        severity: 'fail',
        host,
        at,
        fact: `kubelet is ${kubelet.text}; this action knows ${range}.`,
        cause:
          kubelet.minor < OLDEST_MINOR
            ? 'The host has not been updated for long.'
            : 'This release of the action is older than the host.',
        fix: `Install kubeadm and kubelet ${range}, or use a newer release of the action.`,
      },
    ];
  }
  const kubeadm = facts.kubeadmVersion;
  if (kubeadm === undefined || kubeadm.text === kubelet.text) return [];
  const sameMinor = kubeadm.minor === kubelet.minor;
  return [
    {
      code: 'kubernetes-versions-differ',
      severity: sameMinor ? 'info' : 'warn',
      host,
      at,
      fact: `kubelet is ${kubelet.text} and kubeadm is ${kubeadm.text}.`,
      cause: 'Only one of the two packages was updated.',
      fix: `Install both of one release, e.g. ${kubeadm.text}, and hold them there (\`apt-mark hold kubelet kubeadm\`).`,
    },
  ];
}

/** kubeadm's releases across the hosts. */
export function mixedKubeadm(members: readonly ExaminedMember[]): SevereFinding[] {
  const known = members.filter(({ facts }) => facts.kubeadmVersion !== undefined);
  const byVersion = Map.groupBy(known, ({ facts }) => facts.kubeadmVersion?.text ?? '');
  if (byVersion.size <= 1) return [];
  const list = [...byVersion].map(
    ([version, group]) => `${version} on ${group.map(({ name }) => name).join(', ')}`,
  );
  return [
    {
      code: 'kubernetes-versions-differ',
      severity: 'warn',
      at: 'kubeadm',
      fact: `the hosts have different releases of kubeadm: ${list.join('; ')}.`,
      cause: 'Some hosts were updated and others were not.',
      fix: 'Install one release on all: each kubeadm renders the manifest of its own host.',
    },
  ];
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
  const problem = problemOf(release);
  if (problem === undefined) return [];
  const { code, fact, fix, fixedIn } = problem;
  return [
    {
      code,
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

/**
 * On which hosts etcd's image, or the pause image that the container runtime starts each pod with, is missing, and how it
 * will come there. Where the images were not seen, nothing is said of them.
 */
export function missingImages(
  members: readonly ExaminedMember[],
  settings: PreflightSettings,
  archive: ImageArchive | undefined,
): SevereFinding[] {
  return [
    ...absent(members, archive, (member) => wantedImage(settings, member.facts)?.image).map(
      ({ image, hosts, source }): SevereFinding => ({
        code: 'image-not-on-host',
        severity: 'info',
        at: 'image',
        fact: `${image} is not on ${hosts} yet and will be ${source} there.`,
        cause: 'It is the first set-up of these hosts, or another release is asked for.',
        fix: 'On hosts without a way to the registry have it imported: `image-archive` (docs/air-gapped.md).',
      }),
    ),
    ...absent(members, archive, (member) => member.facts.sandboxImage).map(
      ({ image, hosts, source, isPulled }): SevereFinding => ({
        code: 'image-not-on-host',
        severity: archive !== undefined && isPulled ? 'warn' : 'info',
        at: 'pause-image',
        fact: `${image}, the pause image of the container runtime, is not on ${hosts} yet and will be ${source} there when the first pod starts.`,
        cause:
          'The runtime names it in its own configuration (`sandbox`, `sandbox_image` or `pause_image`), whatever kubeadm asks for.',
        fix: `Without a way to its registry no pod starts: put it into \`image-archive\` too, or import it on the hosts.`,
      }),
    ),
  ];
}

interface Absent {
  readonly image: string;
  readonly hosts: string;
  /** `pulled`, or where else it comes from. */
  readonly source: string;
  readonly isPulled: boolean;
}

function absent(
  members: readonly ExaminedMember[],
  archive: ImageArchive | undefined,
  wanted: (member: ExaminedMember) => string | undefined,
): Absent[] {
  const missing = members.flatMap((member) => {
    const image = wanted(member);
    const isSeen = !member.facts.unseen.some(({ what }) => what === 'images');
    if (image === undefined || !isSeen || isStored(image, member.facts)) return [];
    const isPulled = archive === undefined || imageFor(archive, image, member.facts) === undefined;
    return [{ name: member.name, image, isPulled }];
  });
  return [...Map.groupBy(missing, ({ image, isPulled }) => `${image} ${String(isPulled)}`).values()].flatMap(
    (group) => {
      const [first] = group;
      if (first === undefined) return [];
      const { image, isPulled } = first;
      const source = isPulled || archive === undefined ? 'pulled' : `imported from ${archive.path}`;
      return [{ image, isPulled, source, hosts: nameList(group.map(({ name }) => name)) }];
    },
  );
}
