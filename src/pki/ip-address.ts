import { isIPv4, isIPv6, SocketAddress } from 'node:net';

/**
 * Gives the 4 or 16 bytes of an IP address, or undefined when the text is not one.
 *
 * Reads what kubeadm reads (k8s.io/utils/net, ParseIPSloppy): decimal parts with leading zeros are decimal, an
 * IPv4-mapped IPv6 address is the IPv4 address, a zone (`fe80::1%eth0`) makes it no address.
 */
export function parseIpAddress(text: string): Buffer | undefined {
  const withoutZeros = text.replace(/^\d+(\.\d+){3}$/, (quad) => quad.split('.').map(Number).join('.'));
  if (isIPv4(withoutZeros)) return Buffer.from(withoutZeros.split('.').map(Number));
  if (!isIPv6(text) || text.includes('%')) return undefined;
  const bytes = parseIpv6(text);
  return bytes.subarray(0, 12).equals(mappedPrefix) ? bytes.subarray(12) : bytes;
}

/** Gives the canonical text of 4 or 16 address bytes (RFC 5952 for IPv6). */
export function formatIpAddress(bytes: Uint8Array): string {
  if (bytes.length === 4) return bytes.join('.');
  const hex = Buffer.from(bytes).toString('hex');
  const address = (hex.match(/.{4}/g) ?? []).join(':');
  return new SocketAddress({ address, family: 'ipv6' }).address;
}

const mappedPrefix = Buffer.from('00000000000000000000ffff', 'hex');

/** @param text a valid IPv6 address without a zone. */
function parseIpv6(text: string): Buffer {
  const [head = '', tail] = text.split('::');
  const before = groups(head);
  const after = groups(tail ?? '');
  return Buffer.concat([before, Buffer.alloc(16 - before.length - after.length), after]);
}

/** Gives the bytes of colon-separated groups, of which the last may be a dotted IPv4 address. */
function groups(part: string): Buffer {
  if (part === '') return Buffer.alloc(0);
  return Buffer.concat(
    part
      .split(':')
      .map((group) =>
        group.includes('.')
          ? Buffer.from(group.split('.').map(Number))
          : Buffer.from(group.padStart(4, '0'), 'hex'),
      ),
  );
}
