import type { Finding } from '../../findings.ts';
import { quote } from '../../text/quote.ts';
import { inputGroup } from '../group.ts';
import { type Entry, parseEntries } from '../scalars.ts';
import { clientCopyInputs } from '../table/pki.ts';

/** What the control plane has already. */
export interface ClientCopySettings {
  /**
   * Fingerprints of the apiserver-etcd-client certificates of which the control plane has a copy: SHA-256, upper-case
   * hex with colons.
   */
  readonly copiedClientCertificates: readonly string[];
}

/** What the control plane has already. */
export const clientCopiesGroup = inputGroup({
  name: 'client-copies',
  inputs: clientCopyInputs,
  parse: ({ inputs, findings }): ClientCopySettings => ({
    copiedClientCertificates: parseCopiedCertificates(inputs['client-certificate-copied'], findings),
  }),
});

const input = 'client-certificate-copied';

/**
 * Reads the SHA-256 fingerprints of the client certificates that the control plane has.
 * @returns each once, in upper-case hex with colons.
 */
function parseCopiedCertificates(value: string, findings: Finding[]): readonly string[] {
  const entries = parseEntries(input, value, findings);
  return [...new Set(entries.flatMap((entry) => parseFingerprint(entry, findings)))];
}

function parseFingerprint({ text, at }: Entry, findings: Finding[]): string[] {
  const isHex = /^(?:[0-9a-f]{2}(?::[0-9a-f]{2})+|[0-9a-f]+)$/i.test(text);
  const digits = text.replaceAll(':', '').toUpperCase();
  if (isHex && digits.length === 64) return [(digits.match(/../g) ?? []).join(':')];
  findings.push({
    code: 'value-malformed',
    at,
    fact: isHex
      ? `the fingerprint has ${digits.length} hex digits; one of SHA-256 has 64.`
      : `${quote(text)} is not the fingerprint of a certificate.`,
    ...(isHex &&
      digits.length === 40 && { cause: 'it is the SHA-1 fingerprint, which openssl shows by default.' }),
    fix:
      'on the control plane run openssl x509 -noout -fingerprint -sha256 -in ' +
      '/etc/kubernetes/pki/apiserver-etcd-client.crt and write the part after the =, for example ' +
      `${input}: ${'6F:'.repeat(31)}6F.`,
  });
  return [];
}
