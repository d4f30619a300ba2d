import type { Finding } from '../findings.ts';
import { parseEntries, type Entry } from './entries.ts';
import { parseInteger } from './parse-scalars.ts';
import { quote } from './quote.ts';

const input = 'client-certificate-copied';

/**
 * Reads how many days before their end certificates are reissued; 0 leaves all that have not ended.
 * @param leafDays how long they are valid; absent where that cannot be read.
 */
export function parseRenewBeforeDays(
  value: string,
  leafDays: number | undefined,
  findings: Finding[],
): number | undefined {
  const days = parseInteger('renew-before-days', value, { least: 0, greatest: 3650, example: 30 }, findings);
  if (days !== undefined && leafDays !== undefined && days >= leafDays)
    findings.push(alwaysRenewed(days, leafDays));
  return days;
}

/** The days that are left are counted whole: right after it was issued, a certificate has one less than it is valid for. */
function alwaysRenewed(days: number, leafDays: number): Finding {
  return {
    at: 'renew-before-days',
    fact: `certificates are valid for ${leafDays} days (certificate-validity-days): with ${days} every run would reissue all of them.`,
    fix: `choose fewer days, at most a third of the validity: renew-before-days: ${Math.min(30, Math.floor(leafDays / 3))}.`,
  };
}

/**
 * Reads the SHA-256 fingerprints of the client certificates that the control plane has.
 * @returns each once, in upper-case hex with colons.
 */
export function parseCopiedCertificates(value: string, findings: Finding[]): readonly string[] {
  const entries = parseEntries(input, value, findings);
  return [...new Set(entries.flatMap((entry) => parseFingerprint(entry, findings)))];
}

function parseFingerprint({ text, at }: Entry, findings: Finding[]): string[] {
  const isHex = /^(?:[0-9a-f]{2}(?::[0-9a-f]{2})+|[0-9a-f]+)$/i.test(text);
  const digits = text.replaceAll(':', '').toUpperCase();
  if (isHex && digits.length === 64) return [(digits.match(/../g) ?? []).join(':')];
  findings.push({
    at,
    fact: isHex
      ? `the fingerprint has ${digits.length} hex digits; one of SHA-256 has 64.`
      : `${quote(text)} is not the fingerprint of a certificate.`,
    ...(isHex &&
      digits.length === 40 && { cause: 'it is the SHA-1 fingerprint, which openssl shows by default.' }),
    fix:
      'on the control plane run openssl x509 -noout -fingerprint -sha256 -in ' +
      '/etc/kubernetes/pki/apiserver-etcd-client.crt and write what stands behind the =, for example ' +
      `${input}: ${'6F:'.repeat(31)}6F.`,
  });
  return [];
}
