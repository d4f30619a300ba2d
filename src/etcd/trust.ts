/**
 * How TLS takes the CA certificate of the cluster: as Go does, for which each certificate in ca.crt is an anchor, a CA below
 * a root too. OpenSSL would look further up by itself, and not find the root.
 */
export const TRUST_AS_GO_DOES = { allowPartialTrustChain: true } as const;
