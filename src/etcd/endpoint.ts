import { isIPv6 } from 'node:net';

/** `address:port`, with brackets around an IPv6 address (RFC 3986 section 3.2.2). */
export function hostAndPort(address: string, port: number): string {
  return `${isIPv6(address) ? `[${address}]` : address}:${port}`;
}

/** `https://address:port`. */
export function httpsUrl(address: string, port: number): string {
  return `https://${hostAndPort(address, port)}`;
}

/**
 * The loopback address on which a member shows its health: of its own family, as kubeadm chooses it
 * (cmd/kubeadm/app/phases/etcd/local.go, getEtcdCommand).
 */
export function loopbackOf(address: string): string {
  return isIPv6(address) ? '::1' : '127.0.0.1';
}

/** URL of a member's metrics and health, for kubeadm's listen-metrics-urls. @param address the member's. */
export function metricsUrl(address: string, port: number): string {
  return `http://${hostAndPort(loopbackOf(address), port)}`;
}

/**
 * One spelling for every way to write the same URL, to compare by: an IPv6 address may be written in many ways and
 * etcd keeps the one it was given. Text that is no URL stays as it is.
 */
export function canonicalUrl(url: string): string {
  return URL.canParse(url) ? new URL(url).href.replace(/\/$/, '') : url;
}

/** What a client of a member shows and trusts, as PEM text. The key is secret. */
export interface EtcdCredentials {
  readonly caPem: string;
  readonly certificatePem: string;
  readonly keyPem: string;
}

/** What /livez or /readyz says. */
export interface ProbeAnswer {
  /** Status 200. */
  readonly ok: boolean;
  /** Each check by its name and whether it passed, e.g. `serializable_read`; empty where etcd does not tell. */
  readonly checks: readonly { readonly name: string; readonly ok: boolean; readonly reason?: string }[];
  /** Absent in this release of etcd (before 3.4.29 and 3.5.11): neither good nor bad. */
  readonly unsupported?: true;
}
