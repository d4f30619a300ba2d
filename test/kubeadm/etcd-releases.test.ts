import { expect, test } from '@jest/globals';
import { type KubernetesVersion, parseKubernetesVersion, refusesFlagsOf } from '../../src/kubeadm/version.ts';

function kubeadm(text: string): KubernetesVersion {
  const version = parseKubernetesVersion(text);
  if (version === undefined) throw new Error(text);
  return version;
}

// Tested with etcd 3.5.24, 3.6.6 and 3.7.0, started with either kind of flags; kubeadm's source shows which flags it
// writes.
test.each([
  ['v1.31.0', '3.5 3.6', '3.7'],
  ['v1.32.13', '3.5 3.6', '3.7'],
  ['v1.33.13', '3.5 3.6', '3.7'],
  ['v1.34.4', '3.5 3.6 3.7', ''],
  ['v1.35.4', '3.5 3.6 3.7', ''],
  ['v1.36.3', '3.6 3.7', '3.5'],
  ['v1.37.2', '3.6 3.7', '3.5'],
])('kubeadm %s writes flags that etcd %s knows, and etcd %s does not', (version, knowing, refusing) => {
  const minors = ['3.5', '3.6', '3.7'];
  const refused = minors.filter((release) => {
    const [major = 0, minor = 0] = release.split('.').map(Number);
    return refusesFlagsOf(kubeadm(version), { major, minor });
  });
  expect(refused).toEqual(refusing.split(' ').filter(Boolean));
  expect(minors.filter((release) => !refused.includes(release))).toEqual(knowing.split(' '));
});
