import type { Finding } from '../findings.ts';
import { AuthorityError, readSigningAuthority } from '../pki/read-authority.ts';
import { parseChoice } from './parse-scalars.ts';
import type { AuthoritySettings, CaCustody } from './settings.ts';

/**
 * Reads the certificate and key of a CA that the user brings: both, or neither. They must belong together and be
 * able to sign for etcd.
 * @param now the start of the run, for the validity.
 */
export function parseAuthority(
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
 * @param mayIssue whether the operation issues certificates, or is to say whether one could.
 */
export function parseCustody(
  value: string,
  isGiven: boolean,
  mayIssue: boolean,
  findings: Finding[],
): CaCustody | undefined {
  const custody = parseChoice('ca-custody', value, CUSTODIES, findings);
  if (custody === 'input-only' && mayIssue && !isGiven) {
    findings.push({
      at: 'ca-custody',
      fact: "with input-only the CA's key is on no host, and no CA is among the inputs: nothing could be signed.",
      cause:
        'the secret does not exist, or the workflow was started from a fork or by Dependabot and gets no secrets.',
      fix: 'pass both in every deploy, ca-certificate: ${{ vars.ETCD_CA_CERTIFICATE }} and ca-key: ${{ secrets.ETCD_CA_KEY }}, or leave ca-custody out.',
    });
  }
  return custody;
}

const CUSTODIES = ['first-host', 'input-only'] as const satisfies readonly CaCustody[];

const certificateAlone: Finding = {
  at: 'ca-key',
  fact: "ca-certificate is given without ca-key; the action signs every member's certificates with the key.",
  cause:
    'the secret does not exist, or the workflow was started from a fork or by Dependabot and gets no secrets.',
  fix:
    'pass the key too, ca-key: ${{ secrets.ETCD_CA_KEY }}, or leave both out: the action then uses the CA that it ' +
    'finds on the hosts, else makes one.',
};

const keyAlone: Finding = {
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
