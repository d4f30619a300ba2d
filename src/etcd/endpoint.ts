import { isIPv6 } from 'node:net';

/** Returns `address:port`, with brackets around an IPv6 address (RFC 3986 section 3.2.2). */
export function hostAndPort(address: string, port: number): string {
  return `${isIPv6(address) ? `[${address}]` : address}:${port}`;
}

/** Returns `https://address:port`. */
export function httpsUrl(address: string, port: number): string {
  return `https://${hostAndPort(address, port)}`;
}

/**
 * Returns the loopback address on which a member serves its health: of the same family, as kubeadm chooses it
 * (cmd/kubeadm/app/phases/etcd/local.go, getEtcdCommand).
 */
export function loopbackOf(address: string): string {
  return isIPv6(address) ? '::1' : '127.0.0.1';
}

/**
 * Returns the URL of a member's metrics and health, for kubeadm's listen-metrics-urls.
 * @param address the member's.
 */
export function metricsUrl(address: string, port: number): string {
  return `http://${hostAndPort(loopbackOf(address), port)}`;
}

/**
 * Returns one spelling for all spellings of a URL, for comparison: an IPv6 address has many spellings and etcd keeps
 * the one it was given. Returns a text that is not a URL unchanged.
 */
export function canonicalUrl(url: string): string {
  return URL.canParse(url) ? new URL(url).href.replace(/\/$/, '') : url;
}

/** A client's certificate, its key and the CA that it trusts, as PEM text. The key is secret. */
export interface EtcdCredentials {
  readonly caPem: string;
  readonly certificatePem: string;
  readonly keyPem: string;
}

/** The answer of /livez or /readyz. */
export interface ProbeAnswer {
  /** Status 200. */
  readonly ok: boolean;
  /** Each check by its name and whether it passed, e.g. `serializable_read`; empty if etcd lists none. */
  readonly checks: readonly { readonly name: string; readonly ok: boolean; readonly reason?: string }[];
  /** True if this release of etcd (before 3.4.29 and 3.5.11) does not have it: neither good nor bad. */
  readonly unsupported?: true;
}
