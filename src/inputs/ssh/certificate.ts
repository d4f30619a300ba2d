import type { Finding } from '../../findings.ts';
import { type Identity, parseCertificate, type SshCertificate } from '../../ssh-keys/certificate.ts';
import { fingerprint } from '../../ssh-keys/wire.ts';
import type { Collected } from '../collected.ts';
import type { RemoteHost } from '../hosts/host-settings.ts';

const INPUT = 'ssh-certificate';
const EXAMPLE = 'give the line of the file that `ssh-keygen -s` writes, deploy-key-cert.pub.';

/** The settings that a certificate must match. */
export interface CertificateContext {
  /** The key, or the agent, that logs in; undefined if invalid. */
  readonly identity: Identity | undefined;
  /** All hosts that are reached by SSH. */
  readonly hosts: readonly RemoteHost[];
  readonly now: Date;
}

/**
 * Parses the certificate of the login key: the line of a .pub file.
 * @returns type and base64, as in such a line; undefined if there is none, or it is invalid.
 */
export function parseSshCertificate(
  text: string,
  { identity, hosts, now }: CertificateContext,
  { findings, warnings }: Collected,
): string | undefined {
  if (text.trim() === '') return undefined;
  if (hosts.length > 0 && hosts.every(({ transport }) => transport !== 'openssh')) {
    findings.push(needsOpenssh);
    return undefined;
  }
  const certificate = certificateIn(text);
  if (certificate === undefined) {
    findings.push(noCertificate);
    return undefined;
  }
  const problem = problemOf(certificate, identity, now);
  if (problem !== undefined) {
    findings.push({ at: INPUT, ...problem });
    return undefined;
  }
  const { principals, validBefore, type, blob } = certificate;
  const strangers = [...new Set(hosts.map(({ login }) => login.user))].filter(
    (user) => principals.length > 0 && !principals.includes(user),
  );
  if (strangers.length > 0) warnings.push(notForUser(strangers, principals));
  if (validBefore !== undefined && validBefore.getTime() < now.getTime() + SOON_MS)
    warnings.push(endsSoon(validBefore));
  return `${type} ${blob.toString('base64')}`;
}

/** The default time limit of a run. */
const SOON_MS = 30 * 60_000;

function certificateIn(text: string): SshCertificate | undefined {
  const lines = text.split(/\r?\n/).filter((line) => line.trim() !== '' && !line.trim().startsWith('#'));
  const [type = '', base64 = ''] = lines[0]?.trim().split(/\s+/) ?? [];
  const certificate = lines.length === 1 ? parseCertificate(Buffer.from(base64, 'base64')) : undefined;
  return certificate?.type === type ? certificate : undefined;
}

function problemOf(
  { role, key, validAfter, validBefore }: SshCertificate,
  identity: Identity | undefined,
  now: Date,
): Omit<Finding, 'at'> | undefined {
  if (role !== 'user') {
    return {
      code: 'ssh-certificate-unusable',
      fact: 'this is the certificate of a host, not of a user.',
      fix: EXAMPLE,
    };
  }
  if (identity?.kind === 'key' && !identity.key.key.getPublicSSH().equals(key.blob)) {
    return {
      code: 'ssh-certificate-unusable',
      fact: `it is for the key ${fingerprint(key.blob)}, and ssh-private-key is ${identity.key.fingerprint}.`,
      cause: 'the key was regenerated, or two pairs were mixed up.',
      fix: 'give the certificate and the key that belong together, or sign this key.',
    };
  }
  if (validBefore !== undefined && validBefore <= now) {
    return {
      code: 'ssh-certificate-unusable',
      fact: `it expired at ${validBefore.toISOString()}.`,
      cause: 'certificates for users are signed for hours or days, and this one is stored.',
      fix: 'sign the key in the workflow, right before this step.',
    };
  }
  if (validAfter > now) {
    return {
      code: 'ssh-certificate-unusable',
      fact: `it is not valid before ${validAfter.toISOString()}; the runner's clock says ${now.toISOString()}.`,
      cause: 'one of the two clocks, of the authority or of the runner, is wrong.',
      fix: 'correct the clocks, or sign the key with some minutes to spare: `ssh-keygen -s CA -V -5m:+1h`.',
    };
  }
  return undefined;
}

const needsOpenssh: Finding = {
  code: 'ssh-certificate-unusable',
  at: INPUT,
  fact: 'only `transport: openssh` supports user certificates.',
  cause: 'the library behind `transport: ssh2`, the default, cannot log in with them.',
  fix: 'add transport: openssh, or leave the certificate out.',
};

const noCertificate: Finding = {
  code: 'ssh-certificate-unusable',
  at: INPUT,
  fact: 'this is not the certificate of an SSH key.',
  cause: 'another file was copied, such as the public key (.pub without -cert), or the line was cut off.',
  fix: EXAMPLE,
};

function notForUser(users: readonly string[], principals: readonly string[]): Finding {
  return {
    code: 'ssh-certificate-limited',
    at: INPUT,
    fact: `it is for ${principals.join(', ')}, and ${users.join(', ')} logs in.`,
    cause: 'unless sshd maps the principals (AuthorizedPrincipalsFile), it refuses the login.',
    fix: `sign it for the user: \`ssh-keygen -s CA -n ${users[0] ?? ''}\`.`,
  };
}

function endsSoon(end: Date): Finding {
  return {
    code: 'ssh-certificate-limited',
    at: INPUT,
    fact: `it expires at ${end.toISOString()}, within the time that a run may take. The action logs in at the beginning.`,
    fix: 'sign it for at least an hour, or right before this step.',
  };
}
