import { isIP } from 'node:net';
import type { Finding } from '../findings.ts';
import { foreignCharacter } from './characters.ts';
import { quote } from './quote.ts';

/** One label of a DNS name (RFC 1123 as Kubernetes reads it, apimachinery's validation.IsDNS1123Label). */
const label = /^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/;

/** X.509 limits a common name to 64 characters (RFC 5280, ub-common-name); the member's name becomes one. */
const longestName = 64;

/** True for a label of a DNS name: lower-case letters, digits and dashes, at most 63. */
export function isLabel(text: string): boolean {
  return label.test(text);
}

/**
 * Reads the name of a member as kubeadm reads nodeRegistration.name: in lower case, an RFC 1123 subdomain.
 * @param at input and place, for the finding.
 */
export function parseMemberName(text: string, at: string, findings: Finding[]): string | undefined {
  const name = text.toLowerCase();
  const fact = nameProblem(name);
  if (fact === undefined) return name;
  findings.push({
    at,
    fact: `${quote(text)} ${fact}`,
    fix: 'use lower-case letters, digits, dashes and dots, beginning and ending with a letter or digit, for example infra0.',
  });
  return undefined;
}

function nameProblem(name: string): string | undefined {
  if (name === '') return 'is no name.';
  const foreign = foreignCharacter(name);
  if (foreign !== undefined)
    return `holds ${foreign}: it is not a name that kubeadm takes (RFC 1123 subdomain).`;
  if (isIP(name) !== 0) return 'is an address, not a name; a pair is written name=address.';
  if (name === 'localhost') return 'is the name by which every host calls itself.';
  if (name.length > longestName) {
    return `has ${name.length} characters; it becomes the common name of certificates, which has at most ${longestName}.`;
  }
  return name.split('.').every(isLabel)
    ? undefined
    : 'is not a name that kubeadm takes (RFC 1123 subdomain).';
}
