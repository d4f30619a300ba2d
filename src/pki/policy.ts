import type { KeyAlgorithm } from './keys.ts';

/** How a cluster's certificates are made, as far as the user may choose. */
export interface CertificatePolicy {
  /** Of the keys that the action makes: those of the leaves, and that of a CA of its own making. */
  readonly keyAlgorithm: KeyAlgorithm;
}

/** What kubeadm does if nobody says otherwise (v1beta4, defaults.go). */
export const KUBEADM_POLICY: CertificatePolicy = { keyAlgorithm: 'RSA-2048' };
