import { nameList } from '../../etcd/health-finding.ts';
import type { ImageArchive } from '../../images/image-archive.ts';
import { imageFor } from '../image-supply.ts';
import { isStored, wantedImage } from '../images.ts';
import type { ExaminedMember, PreflightSettings } from './examined.ts';
import type { SevereFinding } from './severe-finding.ts';

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
        severity: 'info',
        at: 'image',
        fact: `${image} is not on ${hosts} yet and will be ${source} there.`,
        cause: 'It is the first set-up of these hosts, or another release is asked for.',
        fix: 'On hosts without a way to the registry have it imported: `image-archive` (docs/air-gapped.md).',
      }),
    ),
    ...absent(members, archive, (member) => member.facts.sandboxImage).map(
      ({ image, hosts, source, isPulled }): SevereFinding => ({
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
