import type { KeyAlgorithm } from './keys.ts';
import { KUBEADM_AUTHORITY_DAYS, KUBEADM_LEAF_DAYS } from './validity.ts';

/** How a cluster's certificates are made, as far as the user may choose. */
export interface CertificatePolicy {
  /** Of the keys that the action makes: those of the leaves, and that of a CA of its own making. */
  readonly keyAlgorithm: KeyAlgorithm;
  /** Days that a leaf is valid from the start of the run that issues it. */
  readonly leafDays: number;
  /** Days that a CA of the action's own making is valid. */
  readonly authorityDays: number;
  /** Names and addresses in each server and peer certificate beside the member's own, in their canonical form. */
  readonly extraSans: readonly string[];
}

/** What kubeadm does if nobody says otherwise (v1beta4, defaults.go). */
export const KUBEADM_POLICY: CertificatePolicy = {
  keyAlgorithm: 'RSA-2048',
  leafDays: KUBEADM_LEAF_DAYS,
  authorityDays: KUBEADM_AUTHORITY_DAYS,
  extraSans: [],
};
