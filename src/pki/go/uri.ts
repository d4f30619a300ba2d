import { isIPv6 } from 'node:net';

/**
 * The host of a URI as Go reads it (net/url, Parse); undefined for a text that Go does not take for a URI.
 *
 * @param text ASCII.
 * @returns with its port, and in brackets where it is an IPv6 address; empty where there is none.
 */
export function hostOfUri(text: string): string | undefined {
  const [main = '', ...fragments] = text.split('#');
  const host = hostOf(main);
  return host !== undefined && hasGoodEscapes(fragments.join('#')) ? host : undefined;
}

/** url.go, parse. */
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
    // the first segment of a relative path has no colon
    if (rest.split('/')[0]?.includes(':') === true) return undefined;
  }
  if ((scheme !== '' || !rest.startsWith('///')) && rest.startsWith('//')) {
    const slash = rest.indexOf('/', 2);
    const end = slash < 0 ? rest.length : slash;
    return hasGoodEscapes(rest.slice(end)) ? authorityHost(scheme, rest.slice(2, end)) : undefined;
  }
  return hasGoodEscapes(rest) ? '' : undefined;
}

/** url.go, getScheme. */
function schemeOf(text: string): { readonly scheme: string; readonly behind: string } | undefined {
  if (text.startsWith(':')) return undefined;
  const match = /^([A-Za-z][A-Za-z0-9+\-.]*):/.exec(text);
  return match === null
    ? { scheme: '', behind: text }
    : { scheme: (match[1] ?? '').toLowerCase(), behind: text.slice(match[0].length) };
}

/** url.go, parseAuthority: what is before the last `@` is a user and a password. */
function authorityHost(scheme: string, authority: string): string | undefined {
  const at = authority.lastIndexOf('@');
  const user = authority.slice(0, Math.max(at, 0));
  if (!/^[A-Za-z0-9\-._:~!$&'()*+,;=%@]*$/.test(user) || !hasGoodEscapes(user)) return undefined;
  return unescapedHost(scheme, authority.slice(at + 1));
}

/** url.go, parseHost. */
function unescapedHost(scheme: string, host: string): string | undefined {
  const open = host.lastIndexOf('[');
  if (open > 0) return undefined;
  if (open === 0) return literalHost(host);
  const first = host.indexOf(':');
  if (first >= 0) {
    // several hosts with colons are taken outside the web
    const isWeb = scheme === 'http' || scheme === 'https';
    const colon = isWeb ? first : host.lastIndexOf(':');
    if (!isOptionalPort(host.slice(colon))) return undefined;
  }
  return unescaped(host, isHostByte);
}

/** `[address]`, `[address%25zone]`, `[address]:port`. */
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

/** Whether each `%` has two hexadecimal digits behind it: all that Go asks of a path, a fragment and a user. */
function hasGoodEscapes(text: string): boolean {
  return !/%(?![0-9A-Fa-f]{2})/.test(text);
}

/** url.go, unescape, for hosts and zones. @param mayEscape which bytes may be written as an escape. */
function unescaped(text: string, mayEscape: (byte: number) => boolean): string | undefined {
  if (!hasGoodEscapes(text)) return undefined;
  const bare = text.replaceAll(/%[0-9A-Fa-f]{2}/g, '');
  if (!/^[A-Za-z0-9\-_.~!$&'()*+,;=:[\]<>"]*$/.test(bare)) return undefined;
  const escapes = [...text.matchAll(/%([0-9A-Fa-f]{2})/g)].map(([, hex = '']) => parseInt(hex, 16));
  if (!escapes.every((byte) => byte === 0x25 || mayEscape(byte))) return undefined;
  return text.replaceAll(/%([0-9A-Fa-f]{2})/g, (_, hex: string) => String.fromCharCode(parseInt(hex, 16)));
}

/** In a host only what is no ASCII may be escaped. */
function isHostByte(byte: number): boolean {
  return byte >= 0x80;
}

/** In a zone a blank, and what may stand there as it is. */
function isZoneByte(byte: number): boolean {
  return byte === 0x20 || /^[A-Za-z0-9\-_.~!$&'()*+,;=:[\]<>"]$/.test(String.fromCharCode(byte));
}
