import { isIPv4, isIPv6 } from 'node:net';

/** Whether Go takes a domain name (parser.go, domainNameValid). @param isConstraint a dot before it is allowed there. */
export function isDomain(name: string, isConstraint: boolean): boolean {
  if (name === '') return true;
  const labels = (isConstraint && name.startsWith('.') ? name.slice(1) : name).split('.');
  return labels.every((label) => label !== '' && isPrintableAscii(label));
}

function isPrintableAscii(text: string): boolean {
  return /^[!-~]*$/.test(text);
}

/** Whether a text is an address to Go (net.ParseIP): no zone, no zeros before the numbers of an IPv4 address. */
export function isAddress(text: string): boolean {
  return isIPv4(text) || (isIPv6(text) && !text.includes('%'));
}

/** Whether Go takes a mailbox as a name constraint (verify.go, parseRFC2821Mailbox). */
export function isMailbox(text: string): boolean {
  const domain = text.startsWith('"') ? afterQuotedPart(text) : afterPlainPart(text);
  return domain !== undefined && isMailDomain(domain);
}

/** What is behind `"local part"@`. */
function afterQuotedPart(text: string): string | undefined {
  // qtext: all of ASCII but NUL, tab, line feed, carriage return, the quote and the backslash; Go takes the blank.
  // quoted-pair: a backslash and any of ASCII but NUL, line feed and carriage return.
  // eslint-disable-next-line no-control-regex -- they are allowed there
  const quoted = /^"(?:[\x01-\x08\x0b\x0c\x0e-\x21\x23-\x5b\x5d-\x7f]|\\[\x01-\x09\x0b\x0c\x0e-\x7f])*"@/;
  const match = quoted.exec(text);
  return match === null ? undefined : text.slice(match[0].length);
}

/** What is behind `local.part@`: atoms with dots between them; a backslash makes any character part of it. */
function afterPlainPart(text: string): string | undefined {
  const match = /^((?:\\[^]|[0-9A-Za-z!#$%&'*+\-/=?^_`{|}~.])+)@/.exec(text);
  if (match === null) return undefined;
  const local = (match[1] ?? '').replaceAll(/\\([^])/g, '$1');
  if (local.startsWith('.') || local.endsWith('.') || local.includes('..')) return undefined;
  return text.slice(match[0].length);
}

/** verify.go, domainToReverseLabels. */
function isMailDomain(domain: string): boolean {
  if (domain === '') return true;
  return domain.split('.').every((label) => label !== '' && isPrintableAscii(label));
}
