/**
 * Go's crypto/x509 does not take a certificate. The message is Go's own, as far as it is the same for all certificates: what
 * Go appends of the values is left out.
 */
export class GoRefusal extends Error {
  override readonly name = 'GoRefusal';
}
