/** A day of 24 hours. */
export const MILLISECONDS_A_DAY = 24 * 60 * 60 * 1000;

/** Days that kubeadm's leaf certificates are valid: one year (constants.go, CertificateValidityPeriod). */
export const KUBEADM_LEAF_DAYS = 365;

/** Days that kubeadm's CA certificates are valid: ten years (constants.go, CACertificateValidityPeriod). */
export const KUBEADM_AUTHORITY_DAYS = 3650;

/** Milliseconds by which certificates are backdated, so that small clock differences do not matter (CertificateBackdate). */
export const backdate = 5 * 60 * 1000;

/**
 * Gives a certificate's validity as kubeadm counts it: the end is counted from the start of the run, not from the
 * backdated beginning (certlist.go, GetConfig).
 * @param days of 24 hours, whatever the calendar says.
 */
export function validity(now: Date, days: number): { notBefore: Date; notAfter: Date } {
  return {
    notBefore: new Date(now.getTime() - backdate),
    notAfter: new Date(now.getTime() + days * MILLISECONDS_A_DAY),
  };
}

/** Gives the whole days until a certificate expires, rounded down: 0 on its last day, negative once it has expired. */
export function daysLeft(notAfter: Date, now: Date): number {
  return Math.floor((notAfter.getTime() - now.getTime()) / MILLISECONDS_A_DAY);
}
