import type { Finding } from '../findings.ts';
import { ETCD_MANIFEST } from '../kubeadm/paths.ts';
import { parseKubernetesVersion } from '../kubeadm/version.ts';
import { runningImage, type ImageSettings } from './images.ts';
import type { Member } from './members.ts';
import { recordOn, type Ownership } from './ownership.ts';

/**
 * Where every manifest is missing, nothing tells which etcd has written the data but kubeadm's release, and that only
 * while it is the same minor one.
 */
export function unknownReleases(
  members: readonly Member[],
  ownership: ReadonlyMap<string, Ownership>,
  settings: ImageSettings,
): Finding[] {
  if (settings.etcdImageTag !== undefined) return [];
  if (members.some(({ facts }) => runningImage(facts) !== undefined)) return [];
  return members.flatMap(({ name, facts: { kubeadmVersion } }) => {
    const recorded = recordOn(ownership.get(name))?.kubernetesVersion ?? '';
    const then = parseKubernetesVersion(recorded);
    if (then?.major === kubeadmVersion?.major && then?.minor === kubeadmVersion?.minor) return [];
    return [
      {
        host: name,
        at: 'manifest',
        fact: `no host has ${ETCD_MANIFEST}, and kubeadm is ${kubeadmVersion?.text ?? 'unknown'} now, while the member was set up with ${recorded}: the release of etcd that has written its data is not known.`,
        cause: 'The manifests were moved away, and kubeadm was upgraded.',
        fix: `Put the manifests back, or name in \`etcd-image-tag\` the release that ran.`,
      },
    ];
  });
}
