import { formatIpAddress, parseIpAddress } from './ip-address.ts';

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
 * Gives a node name as kubeadm uses it: trimmed and lower-cased (component-helpers, GetHostname).
 *
 * @throws Error when it is not an RFC 1123 subdomain, which kubeadm refuses as well (ValidateNodeRegistrationOptions).
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
 * Gives the names of a server or peer certificate in kubeadm's order (pki_helpers.go, getAltNames and
 * RemoveDuplicateAltNames): DNS names sorted and without duplicates, then addresses in the order given without
 * duplicates.
 *
 * @throws Error when the address or an extra name is neither an IP address nor a DNS name. kubeadm only warns of such
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
 * @throws Error when it is none of them.
 */
export function parseAltName(text: string): AltName {
  const bytes = parseIpAddress(text);
  if (bytes !== undefined) return { type: 'IP', value: formatIpAddress(bytes), bytes };
  if (text.length <= 253 && isDnsSubdomain(text.replace(/^\*\./, ''))) return dnsName(text);
  throw new Error(
    `"${text}" is neither an IP address nor a lower-case DNS name: expected for example 10.0.0.6, fd00::6, etcd.example.com or *.example.com`,
  );
}

/** Gives a DNS name without checking it. */
export function dnsName(value: string): AltName {
  return { type: 'DNS', value };
}

/** Gives a name as Go and OpenSSL show it, for example `DNS:infra0` or `IP:fd00::6`. */
export function formatAltName(name: { readonly type: string; readonly value: string }): string {
  return `${name.type}:${name.value}`;
}

function valuesOf(names: readonly AltName[], type: AltName['type']): string[] {
  return [...new Set(names.filter((name) => name.type === type).map((name) => name.value))];
}

/** apimachinery, validation.IsDNS1123Subdomain. */
function isDnsSubdomain(text: string): boolean {
  return text.length <= 253 && /^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$/.test(text);
}
