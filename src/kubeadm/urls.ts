import { isIPv6 } from 'node:net';

/** `https://address:port`, with brackets around an IPv6 address (RFC 3986 section 3.2.2). */
export function httpsUrl(address: string, port: number): string {
  return `https://${isIPv6(address) ? `[${address}]` : address}:${port}`;
}
