import { isIPv4, isIPv6 } from 'node:net';
import { DerReader, GoParseError, TAG } from './der-reader.ts';

/**
 * Checks a subject or issuer as Go does (parser.go, parseName).
 *
 * @throws GoParseError for a name that Go refuses.
 */
export function checkName(encoded: DerReader): void {
  const name = encoded.read(TAG.SEQUENCE);
  if (name === undefined) throw new GoParseError('x509: invalid RDNSequence');
  while (!name.isEmpty) {
    const set = name.read(TAG.SET);
    if (set === undefined) throw new GoParseError('x509: invalid RDNSequence');
    while (!set.isEmpty) checkAttribute(set.read(TAG.SEQUENCE));
  }
}

function checkAttribute(attribute: DerReader | undefined): void {
  const refuse = (words: string): never => {
    throw new GoParseError(`x509: invalid RDNSequence: invalid attribute${words}`);
  };
  if (attribute === undefined) return refuse('');
  if (attribute.objectIdentifier() === undefined) return refuse(' type');
  const value = attribute.readAny();
  if (value === undefined) return refuse(' value');
  const problem = stringProblem(value.tag, value.contents);
  if (problem !== undefined) refuse(` value: ${problem}`);
}

/** Returns the reason why Go refuses a string (parser.go, parseASN1String), in Go's words. */
function stringProblem(tag: number, bytes: Buffer): string | undefined {
  switch (tag) {
    case TAG.T61_STRING:
      return undefined;
    case TAG.PRINTABLE_STRING:
      return bytes.every(isPrintable) ? undefined : 'invalid PrintableString';
    case TAG.UTF8_STRING:
      return isUtf8(bytes) ? undefined : 'invalid UTF-8 string';
    case TAG.BMP_STRING:
      return isBmp(bytes) ? undefined : 'invalid BMPString';
    case TAG.IA5_STRING:
      return isAscii(bytes) ? undefined : 'invalid IA5String';
    case TAG.NUMERIC_STRING:
      return /^[0-9 ]*$/.test(bytes.toString('latin1')) ? undefined : 'invalid NumericString';
    default:
      return 'unsupported string type';
  }
}

/**
 * Reports whether the byte is in the set of X.680, or the asterisk or ampersand that many certificates have
 * (isPrintable).
 */
function isPrintable(byte: number): boolean {
  return /^[A-Za-z0-9'()+,\-./ :=?*&]$/.test(String.fromCharCode(byte));
}

function isUtf8(bytes: Buffer): boolean {
  try {
    new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
    return true;
  } catch {
    return false;
  }
}

/**
 * Reports whether the bytes are pairs, with or without a terminator, that contain no surrogates and no noncharacters.
 */
function isBmp(bytes: Buffer): boolean {
  if (bytes.length % 2 !== 0) return false;
  const hasTerminator = bytes.length >= 2 && bytes.readUInt16BE(bytes.length - 2) === 0;
  const end = hasTerminator ? bytes.length - 2 : bytes.length;
  for (let at = 0; at < end; at += 2) {
    const point = bytes.readUInt16BE(at);
    const isReserved = point >= 0xfffe || (point >= 0xfdd0 && point <= 0xfdef);
    if (isReserved || (point >= 0xd800 && point <= 0xdfff)) return false;
  }
  return true;
}

/** Reports whether all bytes are ASCII (x509.go, isIA5String). */
export function isAscii(bytes: Uint8Array): boolean {
  return bytes.every((byte) => byte < 0x80);
}

/**
 * Reports whether Go accepts a domain name (parser.go, domainNameValid).
 * @param isConstraint allows a leading dot.
 */
export function isDomain(name: string, isConstraint: boolean): boolean {
  if (name === '') return true;
  const labels = (isConstraint && name.startsWith('.') ? name.slice(1) : name).split('.');
  return labels.every((label) => label !== '' && isPrintableAscii(label));
}

function isPrintableAscii(text: string): boolean {
  return /^[!-~]*$/.test(text);
}

/**
 * Reports whether Go parses a text as an address (net.ParseIP): no zone, no leading zeros in the numbers of an IPv4
 * address.
 */
export function isAddress(text: string): boolean {
  return isIPv4(text) || (isIPv6(text) && !text.includes('%'));
}

/** Reports whether Go accepts a mailbox as a name constraint (verify.go, parseRFC2821Mailbox). */
export function isMailbox(text: string): boolean {
  const domain = text.startsWith('"') ? afterQuotedPart(text) : afterPlainPart(text);
  return domain !== undefined && isMailDomain(domain);
}

/** Returns the text after `"local part"@`. */
function afterQuotedPart(text: string): string | undefined {
  // qtext: all of ASCII but NUL, tab, line feed, carriage return, the quote and the backslash; Go takes the blank.
  // quoted-pair: a backslash and any of ASCII but NUL, line feed and carriage return.
  // eslint-disable-next-line no-control-regex -- they are allowed there
  const quoted = /^"(?:[\x01-\x08\x0b\x0c\x0e-\x21\x23-\x5b\x5d-\x7f]|\\[\x01-\x09\x0b\x0c\x0e-\x7f])*"@/;
  const match = quoted.exec(text);
  return match === null ? undefined : text.slice(match[0].length);
}

/** Returns the text after `local.part@`: atoms separated by dots; a backslash makes any character part of an atom. */
function afterPlainPart(text: string): string | undefined {
  const match = /^((?:\\[^]|[0-9A-Za-z!#$%&'*+\-/=?^_`{|}~.])+)@/.exec(text);
  if (match === null) return undefined;
  const local = (match[1] ?? '').replaceAll(/\\([^])/g, '$1');
  if (local.startsWith('.') || local.endsWith('.') || local.includes('..')) return undefined;
  return text.slice(match[0].length);
}

/** Reports whether domainToReverseLabels (verify.go) accepts the domain. */
function isMailDomain(domain: string): boolean {
  if (domain === '') return true;
  return domain.split('.').every((label) => label !== '' && isPrintableAscii(label));
}

/**
 * Returns the host of a URI as Go reads it (net/url, Parse); undefined if Go does not parse the text as a URI.
 *
 * @param text ASCII.
 * @returns with its port, and in brackets if it is an IPv6 address; empty if there is none.
 */
export function hostOfUri(text: string): string | undefined {
  const [main = '', ...fragments] = text.split('#');
  const host = hostOf(main);
  return host !== undefined && hasGoodEscapes(fragments.join('#')) ? host : undefined;
}

/** Parses as url.go, parse. */
function hostOf(text: string): string | undefined {
  // eslint-disable-next-line no-control-regex -- Go refuses these
  if (/[\x00-\x1f\x7f]/.test(text)) return undefined;
  if (text === '*') return '';
  const split = schemeOf(text);
  if (split === undefined) return undefined;
  const { scheme, behind } = split;
  const rest = behind.split('?')[0] ?? '';
  if (!rest.startsWith('/')) {
    if (scheme !== '') return '';
    // The first segment of a relative path has no colon.
    if (rest.split('/')[0]?.includes(':') === true) return undefined;
  }
  if ((scheme !== '' || !rest.startsWith('///')) && rest.startsWith('//')) {
    const slash = rest.indexOf('/', 2);
    const end = slash < 0 ? rest.length : slash;
    return hasGoodEscapes(rest.slice(end)) ? authorityHost(scheme, rest.slice(2, end)) : undefined;
  }
  return hasGoodEscapes(rest) ? '' : undefined;
}

/** Splits off the scheme (url.go, getScheme). */
function schemeOf(text: string): { readonly scheme: string; readonly behind: string } | undefined {
  if (text.startsWith(':')) return undefined;
  const match = /^([A-Za-z][A-Za-z0-9+\-.]*):/.exec(text);
  return match === null
    ? { scheme: '', behind: text }
    : { scheme: (match[1] ?? '').toLowerCase(), behind: text.slice(match[0].length) };
}

/** Returns the host (url.go, parseAuthority): the part before the last `@` is a user and a password. */
function authorityHost(scheme: string, authority: string): string | undefined {
  const at = authority.lastIndexOf('@');
  const user = authority.slice(0, Math.max(at, 0));
  if (!/^[A-Za-z0-9\-._:~!$&'()*+,;=%@]*$/.test(user) || !hasGoodEscapes(user)) return undefined;
  return unescapedHost(scheme, authority.slice(at + 1));
}

/** Unescapes a host (url.go, parseHost). */
function unescapedHost(scheme: string, host: string): string | undefined {
  const open = host.lastIndexOf('[');
  if (open > 0) return undefined;
  if (open === 0) return literalHost(host);
  const first = host.indexOf(':');
  if (first >= 0) {
    // Only http and https refuse several hosts with colons.
    const isWeb = scheme === 'http' || scheme === 'https';
    const colon = isWeb ? first : host.lastIndexOf(':');
    if (!isOptionalPort(host.slice(colon))) return undefined;
  }
  return unescaped(host, isHostByte);
}

/** Reads `[address]`, `[address%25zone]`, `[address]:port`. */
function literalHost(host: string): string | undefined {
  const close = host.lastIndexOf(']');
  if (close < 0 || !isOptionalPort(host.slice(close + 1))) return undefined;
  const inside = host.slice(1, close);
  const zoneAt = inside.indexOf('%25');
  const address = unescaped(zoneAt < 0 ? inside : inside.slice(0, zoneAt), isHostByte);
  const zone = zoneAt < 0 ? '' : unescaped(inside.slice(zoneAt), isZoneByte);
  if (address === undefined || zone === undefined) return undefined;
  const [plain = '', ...zones] = `${address}${zone}`.split('%');
  const hasEmptyZone = zones.length > 0 && zones.join('%') === '';
  if (!isIPv6(plain) || hasEmptyZone) return undefined;
  return `[${address}${zone}]${host.slice(close + 1)}`;
}

function isOptionalPort(text: string): boolean {
  return /^(?::[0-9]*)?$/.test(text);
}

/** Reports whether each `%` is followed by two hexadecimal digits: Go's only rule for a path, a fragment and a user. */
function hasGoodEscapes(text: string): boolean {
  return !/%(?![0-9A-Fa-f]{2})/.test(text);
}

/**
 * Unescapes hosts and zones (url.go, unescape).
 * @param mayEscape reports which bytes may be written as an escape.
 */
function unescaped(text: string, mayEscape: (byte: number) => boolean): string | undefined {
  if (!hasGoodEscapes(text)) return undefined;
  const bare = text.replaceAll(/%[0-9A-Fa-f]{2}/g, '');
  if (!/^[A-Za-z0-9\-_.~!$&'()*+,;=:[\]<>"]*$/.test(bare)) return undefined;
  const escapes = [...text.matchAll(/%([0-9A-Fa-f]{2})/g)].map(([, hex = '']) => parseInt(hex, 16));
  if (!escapes.every((byte) => byte === 0x25 || mayEscape(byte))) return undefined;
  return text.replaceAll(/%([0-9A-Fa-f]{2})/g, (_, hex: string) => String.fromCharCode(parseInt(hex, 16)));
}

/** Reports whether a byte may be escaped in a host: non-ASCII bytes only. */
function isHostByte(byte: number): boolean {
  return byte >= 0x80;
}

/** Reports whether a byte may be escaped in a zone: the blank, and every byte that may also appear unescaped. */
function isZoneByte(byte: number): boolean {
  return byte === 0x20 || /^[A-Za-z0-9\-_.~!$&'()*+,;=:[\]<>"]$/.test(String.fromCharCode(byte));
}
