const hour = 60 * 60 * 1000;
const day = 24 * hour;

/** Hours that kubeadm's leaf certificates are valid: one year (constants.go, CertificateValidityPeriod). */
export const leafHours = 365 * 24;

/** Hours that kubeadm's CA certificates are valid: ten years (constants.go, CACertificateValidityPeriod). */
export const authorityHours = 10 * leafHours;

/** Milliseconds by which certificates are backdated, so that small clock differences do not matter (CertificateBackdate). */
export const backdate = 5 * 60 * 1000;

/**
 * Gives a certificate's validity as kubeadm counts it: the end is counted from the start of the run, not from the
 * backdated beginning (certlist.go, GetConfig). A leaf may outlive its CA, as with kubeadm.
 */
export function validity(now: Date, hours: number): { notBefore: Date; notAfter: Date } {
  return {
    notBefore: new Date(now.getTime() - backdate),
    notAfter: new Date(now.getTime() + hours * hour),
  };
}

/** Gives the whole days until a certificate expires, rounded down: 0 on its last day, negative once it has expired. */
export function daysLeft(notAfter: Date, now: Date): number {
  return Math.floor((notAfter.getTime() - now.getTime()) / day);
}
