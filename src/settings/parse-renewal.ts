import type { Finding } from '../findings.ts';
import { leafHours } from '../pki/validity.ts';
import { parseEntries, type Entry } from './entries.ts';
import { parseInteger } from './parse-scalars.ts';
import type { Collected } from './parse-ssh.ts';
import { quote } from './quote.ts';

const input = 'client-certificate-copied';
const leafDays = leafHours / 24;

/** Reads how many days before their end certificates are reissued; 0 leaves all that have not ended. */
export function parseRenewBeforeDays(value: string, { findings, warnings }: Collected): number | undefined {
  const days = parseInteger('renew-before-days', value, { least: 0, greatest: 3650, example: 30 }, findings);
  if (days !== undefined && days >= leafDays) warnings.push(alwaysRenewed(days));
  return days;
}

function alwaysRenewed(days: number): Finding {
  return {
    at: 'renew-before-days',
    fact: `certificates are valid for ${leafDays} days: with ${days} every run reissues all of them.`,
    fix: 'choose fewer days, for example renew-before-days: 30.',
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
