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
