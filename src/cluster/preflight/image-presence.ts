import { nameList } from '../../etcd/health-finding.ts';
import { wantedImage } from '../images.ts';
import type { ExaminedMember, PreflightSettings } from './examined.ts';
import type { SevereFinding } from './severe-finding.ts';

/** On which hosts etcd's image still has to be pulled. */
export function imagesToPull(
  members: readonly ExaminedMember[],
  settings: PreflightSettings,
): SevereFinding[] {
  const missing = members.flatMap((member) => {
    const image = wantedImage(settings, member.facts)?.image;
    return image === undefined || member.facts.images.includes(image) ? [] : [{ name: member.name, image }];
  });
  return [...Map.groupBy(missing, ({ image }) => image)].map(([image, group]) => ({
    severity: 'info',
    at: 'image',
    fact: `${image} is not on ${nameList(group.map(({ name }) => name))} yet and will be pulled there.`,
    cause: 'It is the first set-up of these hosts, or another release is asked for.',
    fix: `On hosts without a way to the registry bring it beforehand: \`ctr -n k8s.io images import FILE\`.`,
  }));
}
