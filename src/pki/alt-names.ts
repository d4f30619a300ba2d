import { isIPv4, isIPv6, SocketAddress } from 'node:net';

/** One subject alternative name. */
export type AltName =
  | { readonly type: 'DNS'; readonly value: string }
  | { readonly type: 'IP'; readonly value: string; readonly bytes: Buffer };

/** The member that a certificate is issued for. */
export interface CertificateMember {
  /** The node's name as `nodeRegistration.name` of the kubeadm config has it. */
  readonly name: string;
  /** The address as `localAPIEndpoint.advertiseAddress` has it, IPv4 or IPv6 without brackets. */
  readonly address: string;
  /** Further names and addresses, as `serverCertSANs` and `peerCertSANs` have them. */
  readonly extraSans?: readonly string[];
}

/**
 * Returns a node name as kubeadm uses it: trimmed and lower-cased (component-helpers, GetHostname).
 *
 * @throws Error if it is not an RFC 1123 subdomain, which kubeadm refuses as well (ValidateNodeRegistrationOptions).
 */
export function nodeName(name: string): string {
  const normalised = name.trim().toLowerCase();
  if (!isDnsSubdomain(normalised)) {
    throw new Error(
      `"${name}" is not a node name: expected an RFC 1123 subdomain (letters, digits, "-" and ".", at most 253 characters), for example infra0`,
    );
  }
  return normalised;
}

/**
 * Returns the names of a server or peer certificate in kubeadm's order (pki_helpers.go, getAltNames and
 * RemoveDuplicateAltNames): DNS names sorted and without duplicates, then addresses in the order given without
 * duplicates.
 *
 * @throws Error if the address or an extra name is neither an IP address nor a DNS name. kubeadm only warns about such
 *   an extra name and leaves it out; the certificate would then lack what the user asked for.
 */
export function memberAltNames(member: CertificateMember): AltName[] {
  const address = parseAltName(member.address);
  if (address.type !== 'IP') throw new Error(`"${member.address}" is not an IP address`);
  const names = [
    dnsName(nodeName(member.name)),
    dnsName('localhost'),
    address,
    parseAltName('127.0.0.1'),
    parseAltName('::1'),
    ...(member.extraSans ?? []).map(parseAltName),
  ];
  // Both kinds are ASCII, so JavaScript's order by code unit is Go's order by byte.
  const dnsNames = valuesOf(names, 'DNS').sort();
  return [...dnsNames.map(dnsName), ...valuesOf(names, 'IP').map(parseAltName)];
}

/**
 * Reads one alternative name as kubeadm does (appendSANsToAltNames): an IP address, else an RFC 1123 subdomain, else a
 * wildcard of one.
 *
 * @throws Error if it is none of these.
 */
export function parseAltName(text: string): AltName {
  const bytes = parseIpAddress(text);
  if (bytes !== undefined) return { type: 'IP', value: formatIpAddress(bytes), bytes };
  if (text.length <= 253 && isDnsSubdomain(text.replace(/^\*\./, ''))) return dnsName(text);
  throw new Error(
    `"${text}" is neither an IP address nor a lower-case DNS name: expected for example 10.0.0.6, fd00::6, etcd.example.com or *.example.com`,
  );
}

/** Returns a DNS name without validating it. */
export function dnsName(value: string): AltName {
  return { type: 'DNS', value };
}

/** Returns a name as Go and OpenSSL show it, for example `DNS:infra0` or `IP:fd00::6`. */
export function formatAltName(name: { readonly type: string; readonly value: string }): string {
  return `${name.type}:${name.value}`;
}

function valuesOf(names: readonly AltName[], type: AltName['type']): string[] {
  return [...new Set(names.filter((name) => name.type === type).map((name) => name.value))];
}

/** Reports whether a text is an RFC 1123 subdomain (apimachinery, validation.IsDNS1123Subdomain). */
function isDnsSubdomain(text: string): boolean {
  return text.length <= 253 && /^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$/.test(text);
}

/**
 * Returns the 4 or 16 bytes of an IP address, or undefined if the text is not one.
 *
 * Reads what kubeadm reads (k8s.io/utils/net, ParseIPSloppy): decimal parts with leading zeros are decimal, an
 * IPv4-mapped IPv6 address is the IPv4 address, an address with a zone (`fe80::1%eth0`) is refused.
 */
export function parseIpAddress(text: string): Buffer | undefined {
  const withoutZeros = text.replace(/^\d+(\.\d+){3}$/, (quad) => quad.split('.').map(Number).join('.'));
  if (isIPv4(withoutZeros)) return Buffer.from(withoutZeros.split('.').map(Number));
  if (!isIPv6(text) || text.includes('%')) return undefined;
  const bytes = parseIpv6(text);
  return bytes.subarray(0, 12).equals(mappedPrefix) ? bytes.subarray(12) : bytes;
}

/** Returns the canonical text of 4 or 16 address bytes (RFC 5952 for IPv6). */
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

/** Returns the bytes of colon-separated groups, of which the last may be a dotted IPv4 address. */
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
