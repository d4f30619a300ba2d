import type { Finding } from '../findings.ts';
import { parseAltName } from '../pki/alt-names.ts';
import { keyAlgorithms } from '../pki/keys.ts';
import { KUBEADM_POLICY, type CertificatePolicy } from '../pki/policy.ts';
import { foreignCharacter } from './characters.ts';
import { parseEntries } from './entries.ts';
import { parseChoice, parseInteger } from './parse-scalars.ts';
import type { Collected } from './parse-ssh.ts';
import { quote } from './quote.ts';

/** The texts of the inputs that say how certificates are made. */
export interface CertificateInputs {
  readonly keyAlgorithm: string;
  readonly leafDays: string;
  readonly authorityDays: string;
  readonly extraSans: string;
}

/**
 * Reads how certificates are made.
 * @param bringsAuthority whether the user brings the CA, so that none is made.
 */
export function parseCertificates(
  inputs: CertificateInputs,
  bringsAuthority: boolean,
  { findings, warnings }: Collected,
): CertificatePolicy | undefined {
  const keyAlgorithm = parseChoice('key-algorithm', inputs.keyAlgorithm, keyAlgorithms, findings);
  const leafDays = parseInteger('certificate-validity-days', inputs.leafDays, LEAF_RANGE, findings);
  const authorityDays = parseInteger('ca-validity-days', inputs.authorityDays, AUTHORITY_RANGE, findings);
  const extraSans = parseExtraSans(inputs.extraSans, findings);
  if (keyAlgorithm === undefined || leafDays === undefined || authorityDays === undefined) return undefined;
  if (!bringsAuthority && leafDays >= authorityDays)
    findings.push(outlivesAuthority(leafDays, authorityDays));
  warnings.push(
    ...longer('certificate-validity-days', leafDays, KUBEADM_POLICY.leafDays),
    ...longer('ca-validity-days', authorityDays, KUBEADM_POLICY.authorityDays),
  );
  return { keyAlgorithm, leafDays, authorityDays, extraSans };
}

const LEAF_RANGE = { least: 1, greatest: 3650, example: KUBEADM_POLICY.leafDays };
const AUTHORITY_RANGE = { least: 2, greatest: 36500, example: KUBEADM_POLICY.authorityDays };

/**
 * Reads names and addresses for certificates as kubeadm takes them.
 * @returns each once, in its canonical form and in an order that does not depend on the user's.
 */
function parseExtraSans(value: string, findings: Finding[]): readonly string[] {
  const names = parseEntries('extra-sans', value, findings).flatMap(({ text, at }) => {
    try {
      return [parseAltName(text).value];
    } catch {
      findings.push({ at, ...sanProblem(text) });
      return [];
    }
  });
  return [...new Set(names)].sort();
}

function sanProblem(text: string): Omit<Finding, 'at'> {
  const fix =
    'write names in lower case and addresses without brackets and port, for example extra-sans: etcd.example.com, *.etcd.example.com, 10.0.0.100.';
  const fact = `${quote(text)} is neither an IP address nor a DNS name that kubeadm would put into a certificate.`;
  const foreign = foreignCharacter(text);
  if (foreign !== undefined)
    return { fact, cause: `it holds ${foreign}, and only ASCII stands in certificates.`, fix };
  if (text.includes('://')) return { fact, cause: 'it is a URL.', fix };
  if (/^\[|:\d+$/.test(text))
    return { fact, cause: 'it has brackets or a port, which certificates do not have.', fix };
  if (text !== text.toLowerCase()) return { fact, cause: 'it has capital letters.', fix };
  if (text.includes('*'))
    return { fact, cause: 'a wildcard stands for the whole first label and nothing else.', fix };
  return { fact, fix };
}

function outlivesAuthority(leafDays: number, authorityDays: number): Finding {
  return {
    at: 'ca-validity-days',
    fact: `a CA of ${authorityDays} days cannot sign certificates that are valid for ${leafDays} days (certificate-validity-days): they would end after it.`,
    fix: `give the CA at least some renewals: ca-validity-days: ${leafDays * 10}, or certificate-validity-days: ${Math.ceil(authorityDays / 10)}.`,
  };
}

/** kubeadm warns of the same (validation.go, ValidateCertValidity). */
function longer(at: string, days: number, usual: number): Finding[] {
  if (days <= usual) return [];
  return [
    {
      at,
      fact: `${days} days are longer than the ${usual} that kubeadm recommends: a key that is lost is of use to its finder for so long.`,
      fix: `let a deploy run by a schedule, which renews in time, and leave it at ${at}: ${usual}.`,
    },
  ];
}
