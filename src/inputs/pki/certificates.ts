import type { Finding } from '../../findings.ts';
import { parseAltName } from '../../pki/alt-names.ts';
import { type CertificatePolicy, KUBEADM_POLICY } from '../../pki/authority.ts';
import { keyAlgorithms } from '../../pki/keys.ts';
import { AuthorityError, readSigningAuthority } from '../../pki/read-authority.ts';
import { foreignCharacter } from '../../text/characters.ts';
import { quote } from '../../text/quote.ts';
import type { Collected } from '../collected.ts';
import { inputGroup } from '../group.ts';
import { parseChoice, parseEntries, parseInteger } from '../scalars.ts';
import { certificateInputs } from '../table/pki.ts';

/**
 * Where the key of the CA is kept. `first-host`: beside ca.crt on one host. `input-only`: on no host; it comes with each run
 * that issues certificates.
 */
export type CaCustody = 'first-host' | 'input-only';

/** A certificate authority that the user brought. */
export interface AuthoritySettings {
  /** PEM, public. */
  readonly certificatePem: string;
  /** PEM. Secret. */
  readonly keyPem: string;
}

/** The CA, and how certificates are issued from it. */
export interface CertificateSettings {
  /** Absent: found on the hosts, else made by the run. */
  readonly authority?: AuthoritySettings;
  readonly caCustody: CaCustody;
  readonly certificates: CertificatePolicy;
  /** A leaf certificate that ends within this many days is reissued; 0: only one that has ended. */
  readonly renewBeforeDays: number;
}

/** The CA, and how certificates are issued from it: for operations that issue some, or say whether they could. */
export const certificatesGroup = inputGroup({
  name: 'certificates',
  inputs: certificateInputs,
  parse: ({ inputs, run, findings, warnings }): CertificateSettings | undefined => {
    const { 'ca-certificate': certificatePem, 'ca-key': keyPem } = inputs;
    const isGiven = certificatePem.trim() !== '' || keyPem.trim() !== '';
    const authority = parseAuthority(certificatePem, keyPem, run.now, findings);
    const caCustody = parseCustody(inputs['ca-custody'], isGiven, findings);
    const certificates = parseCertificates(inputs, certificatePem !== '', { findings, warnings });
    const renewal = inputs['renew-before-days'];
    const renewBeforeDays = parseRenewBeforeDays(renewal, certificates?.leafDays, findings);
    if (caCustody === undefined || certificates === undefined || renewBeforeDays === undefined)
      return undefined;
    return { ...(authority && { authority }), caCustody, certificates, renewBeforeDays };
  },
});

/**
 * Reads the certificate and key of a CA that the user brings: both, or neither. They must belong together and be
 * able to sign for etcd.
 * @param now the start of the run, for the validity.
 */
function parseAuthority(
  certificatePem: string,
  keyPem: string,
  now: Date,
  findings: Finding[],
): AuthoritySettings | undefined {
  const hasCertificate = certificatePem.trim() !== '';
  const hasKey = keyPem.trim() !== '';
  if (!hasCertificate && !hasKey) return undefined;
  if (!hasKey) findings.push(certificateAlone);
  else if (!hasCertificate) findings.push(keyAlone);
  else {
    const { authority, problems } = readPair(certificatePem, keyPem, now);
    findings.push(...problems);
    return authority;
  }
  return undefined;
}

/**
 * Reads where the CA's key is kept. With `input-only` a run that may issue certificates needs the CA as inputs.
 * @param isGiven whether the certificate or the key of a CA is among the inputs; half a pair is told of already.
 */
function parseCustody(value: string, isGiven: boolean, findings: Finding[]): CaCustody | undefined {
  const custody = parseChoice('ca-custody', value, CUSTODIES, findings);
  if (custody === 'input-only' && !isGiven) {
    findings.push({
      code: 'ca-pair-incomplete',
      at: 'ca-custody',
      fact: "with input-only the CA's key is on no host, and the inputs hold no CA: the action could sign nothing.",
      cause:
        'the secret does not exist, or the workflow was started from a fork or by Dependabot and gets no secrets.',
      fix: 'pass both in every deploy, ca-certificate: ${{ vars.ETCD_CA_CERTIFICATE }} and ca-key: ${{ secrets.ETCD_CA_KEY }}, or leave ca-custody out.',
    });
  }
  return custody;
}

const CUSTODIES = ['first-host', 'input-only'] as const satisfies readonly CaCustody[];

const certificateAlone: Finding = {
  code: 'ca-pair-incomplete',
  at: 'ca-key',
  fact: "ca-certificate is given without ca-key; the action signs every member's certificates with the key.",
  cause:
    'the secret does not exist, or the workflow was started from a fork or by Dependabot and gets no secrets.',
  fix:
    'pass the key too, ca-key: ${{ secrets.ETCD_CA_KEY }}, or leave both out: the action then uses the CA that it ' +
    'finds on the hosts, or creates one.',
};

const keyAlone: Finding = {
  code: 'ca-pair-incomplete',
  at: 'ca-certificate',
  fact: 'ca-key is given without ca-certificate; a key alone does not say which CA it belongs to.',
  cause: 'the variable does not exist or is empty.',
  fix: 'pass the certificate too, from a variable because it is public: ca-certificate: ${{ vars.ETCD_CA_CERTIFICATE }}.',
};

function readPair(
  certificatePem: string,
  keyPem: string,
  now: Date,
): { readonly authority?: AuthoritySettings; readonly problems: readonly Finding[] } {
  const certificate = { name: 'ca-certificate', text: certificatePem };
  const key = { name: 'ca-key', text: keyPem };
  try {
    const authority = readSigningAuthority(certificate, key, now);
    return { authority: { certificatePem: authority.certificatePem, keyPem }, problems: [] };
  } catch (error) {
    if (!(error instanceof AuthorityError)) throw error;
    return { problems: error.reasons };
  }
}

/**
 * Reads how certificates are made.
 * @param bringsAuthority whether the user brings the CA, so that none is made.
 */
function parseCertificates(
  inputs: Readonly<Record<keyof typeof certificateInputs, string>>,
  bringsAuthority: boolean,
  { findings, warnings }: Collected,
): CertificatePolicy | undefined {
  const { 'certificate-validity-days': leaf, 'ca-validity-days': ca } = inputs;
  const keyAlgorithm = parseChoice('key-algorithm', inputs['key-algorithm'], keyAlgorithms, findings);
  const leafDays = parseInteger('certificate-validity-days', leaf, LEAF_RANGE, findings);
  const authorityDays = parseInteger('ca-validity-days', ca, AUTHORITY_RANGE, findings);
  const extraSans = parseExtraSans(inputs['extra-sans'], findings);
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
  const fact = `${quote(text)} is neither an IP address nor a DNS name that kubeadm accepts in a certificate.`;
  const foreign = foreignCharacter(text);
  if (foreign !== undefined)
    return {
      code: 'value-malformed',
      fact,
      cause: `it holds ${foreign}, and certificates hold only ASCII.`,
      fix,
    };
  if (text.includes('://')) return { code: 'value-malformed', fact, cause: 'it is a URL.', fix };
  if (/^\[|:\d+$/.test(text))
    return {
      code: 'value-malformed',
      fact,
      cause: 'it has brackets or a port, which certificates cannot hold.',
      fix,
    };
  if (text !== text.toLowerCase())
    return { code: 'value-malformed', fact, cause: 'it has capital letters.', fix };
  if (text.includes('*'))
    return {
      code: 'value-malformed',
      fact,
      cause: 'a wildcard can only be the whole first label.',
      fix,
    };
  return { code: 'value-malformed', fact, fix };
}

function outlivesAuthority(leafDays: number, authorityDays: number): Finding {
  return {
    code: 'validity-conflict',
    at: 'ca-validity-days',
    fact: `a CA of ${authorityDays} days cannot sign certificates that are valid for ${leafDays} days (certificate-validity-days): they would end after it.`,
    fix: `let the CA outlive some renewals: ca-validity-days: ${leafDays * 10}, or certificate-validity-days: ${Math.ceil(authorityDays / 10)}.`,
  };
}

/** kubeadm warns of the same (validation.go, ValidateCertValidity). */
function longer(at: string, days: number, usual: number): Finding[] {
  if (days <= usual) return [];
  return [
    {
      code: 'validity-long',
      at,
      fact: `${days} days are longer than the ${usual} that kubeadm recommends: a stolen key stays usable for that long.`,
      fix: `schedule a deploy, which renews in time, and leave it at ${at}: ${usual}.`,
    },
  ];
}

/**
 * Reads how many days before their end certificates are reissued; 0 leaves all that have not ended.
 * @param leafDays how long they are valid; absent where that cannot be read.
 */
function parseRenewBeforeDays(
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
    code: 'validity-conflict',
    at: 'renew-before-days',
    fact: `certificates are valid for ${leafDays} days (certificate-validity-days): with ${days} every run would reissue all of them.`,
    fix: `choose fewer days, at most a third of the validity: renew-before-days: ${Math.min(30, Math.floor(leafDays / 3))}.`,
  };
}
