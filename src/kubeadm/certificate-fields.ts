import { KUBEADM_POLICY, type CertificatePolicy } from '../pki/policy.ts';
import { parseKubernetesVersion } from './version.ts';

/** The first minor release of kubeadm that takes `ECDSA-P384` (validation.go, ValidateEncryptionAlgorithm). */
export const FIRST_MINOR_WITH_P384 = 34;

/**
 * What the ClusterConfiguration (v1beta4) says of certificates, so that those which the host's own kubeadm would make are
 * like the action's: only what is not kubeadm's default anyway, and nothing that its release refuses.
 * @param kubernetesVersion the release that the configuration names; kubeadm itself is that one or the next.
 */
export function certificateFields(
  { keyAlgorithm, leafDays, authorityDays }: CertificatePolicy,
  kubernetesVersion: string,
): Readonly<Record<string, string>> {
  return {
    ...(leafDays === KUBEADM_POLICY.leafDays ? {} : { certificateValidityPeriod: duration(leafDays) }),
    ...(authorityDays === KUBEADM_POLICY.authorityDays
      ? {}
      : { caCertificateValidityPeriod: duration(authorityDays) }),
    ...(keyAlgorithm === KUBEADM_POLICY.keyAlgorithm || !knows(kubernetesVersion, keyAlgorithm)
      ? {}
      : { encryptionAlgorithm: keyAlgorithm }),
  };
}

/** As Go reads and writes it; days are no unit of its. */
function duration(days: number): string {
  return `${days * 24}h0m0s`;
}

function knows(kubernetesVersion: string, algorithm: CertificatePolicy['keyAlgorithm']): boolean {
  const minor = parseKubernetesVersion(kubernetesVersion)?.minor ?? 0;
  return algorithm !== 'ECDSA-P384' || minor >= FIRST_MINOR_WITH_P384;
}
