import type { AuthoritySource, TouchedFile } from '../cluster/planned-cluster.ts';
import type { FileFact } from '../facts/host.ts';
import type { MemberIdentity } from '../kubeadm/kubeadm-config.ts';
import { type CertificatePolicy, KUBEADM_POLICY } from '../pki/authority.ts';
import { inspectCertificate } from '../pki/inspect.ts';
import { type LeafProfileName, leafProfiles } from '../pki/leaf.ts';
import type { FileChange } from './document.ts';

/** The owner of certificates, and the CA that signs them. */
export interface CertificateContext {
  readonly member: MemberIdentity;
  readonly authority: {
    readonly source: AuthoritySource;
    /** Absent for a CA that does not exist yet, and for an unknown one. */
    readonly certificatePem?: string;
  };
  readonly policy: CertificatePolicy;
}

const PURPOSES: Readonly<Record<LeafProfileName, string>> = {
  server: 'server certificate of the member',
  peer: 'peer certificate of the member',
  healthcheckClient: 'client certificate for health checks',
  apiserverEtcdClient: 'client certificate of the API servers',
};

const KEY_MADE = 'private key, created by this run';
const KEY_REPLACED = 'private key, replaced';

/** Describes the change of a leaf: a certificate with its purpose, a key only as a key. */
export function leafChange(
  file: TouchedFile,
  present: FileFact | undefined,
  { name, part }: { readonly name: LeafProfileName; readonly part: 'certificate' | 'key' },
  { member, policy }: CertificateContext,
): FileChange {
  const attributes = attributeNotes(file, present);
  if (part === 'key') {
    return changeOf(file, present, {
      notes: [present === undefined ? KEY_MADE : KEY_REPLACED, ...attributes],
    });
  }
  const commonName = leafProfiles[name].commonName ?? member.name;
  const also = leafProfiles[name].namesMember ? policy.extraSans : [];
  const purpose = [
    PURPOSES[name],
    `CN=${commonName}`,
    ...choices(policy, 'leafDays'),
    ...(also.length === 0 ? [] : [`also for ${also.join(', ')}`]),
  ].join(', ');
  return present === undefined
    ? changeOf(file, present, { notes: [purpose] })
    : changeOf(file, present, {
        change: 'renew',
        notes: [purpose, `replaces ${identity(present)}`, ...attributes],
      });
}

/** Describes the change of the CA's certificate or key. */
export function authorityChange(
  file: TouchedFile,
  present: FileFact | undefined,
  part: 'certificate' | 'key',
  { authority, policy }: CertificateContext,
): FileChange | undefined {
  const attributes = attributeNotes(file, present);
  const { source, certificatePem } = authority;
  if (part === 'key') return changeOf(file, present, { notes: [keyOrigin(source, present), ...attributes] });
  if (present?.text !== undefined && present.text === certificatePem) return modeChange(file, present);
  const made = source.from === 'made' ? choices(policy, 'authorityDays') : [];
  const what = [`certificate of the CA${ORIGINS[source.from]}`, ...made].join(', ');
  const known = named(certificatePem ?? '');
  const replaced = present === undefined ? [] : [`replaces ${identity(present)}`];
  return changeOf(file, present, {
    notes: [known === '' ? what : `${what}, ${known}`, ...replaced, ...attributes],
  });
}

/** Lists the choices that differ from kubeadm's defaults, because the plan's approval covers them. */
function choices(policy: CertificatePolicy, days: 'leafDays' | 'authorityDays'): string[] {
  const { keyAlgorithm } = policy;
  return [
    ...(keyAlgorithm === KUBEADM_POLICY.keyAlgorithm ? [] : [keyAlgorithm]),
    ...(policy[days] === KUBEADM_POLICY[days] ? [] : [`valid for ${policy[days]} days`]),
  ];
}

const ORIGINS: Readonly<Record<AuthoritySource['from'], string>> = {
  input: ' from the inputs',
  made: ', created by this run',
  host: '',
  'certificate-only': '',
};

function keyOrigin(source: AuthoritySource, present: FileFact | undefined): string {
  if (present !== undefined) return KEY_REPLACED;
  return source.from === 'made' ? KEY_MADE : `private key of the CA${ORIGINS[source.from]}`;
}

/** Describes a certificate on a host, or whatever is in its place. */
function identity(present: FileFact): string {
  return (
    named(present.text ?? '') ||
    `a file that is not a certificate (SHA-256 of the file ${present.sha256 ?? 'unknown'})`
  );
}

/** Returns an empty text if it is not a certificate. */
function named(pem: string): string {
  try {
    const { fingerprint, notAfter } = inspectCertificate(pem);
    return `SHA-256 ${fingerprint}, valid until ${notAfter.toISOString().replace('.000Z', 'Z')}`;
  } catch {
    return '';
  }
}

const ROOT = '0:0';

/** Describes a change of contents; `replace` unless the file is missing, or another kind is given. */
export function changeOf(
  { path, mode }: TouchedFile,
  present: FileFact | undefined,
  told: {
    readonly change?: FileChange['change'];
    readonly diff?: string;
    readonly notes: readonly string[];
  },
): FileChange {
  return {
    path,
    change: told.change ?? (present === undefined ? 'create' : 'replace'),
    mode,
    ...(told.diff === undefined ? {} : { diff: told.diff }),
    ...(told.notes.length === 0 ? {} : { note: told.notes.join('; ') }),
  };
}

/** Describes a change of mode and owner only; undefined if both are as planned. */
export function modeChange(file: TouchedFile, present: FileFact | undefined): FileChange | undefined {
  const notes = attributeNotes(file, present);
  if (present !== undefined && notes.length === 0) return undefined;
  return changeOf(file, present, { change: 'mode', notes });
}

/** Describes the previous mode and owner, if they change. */
export function attributeNotes({ mode }: TouchedFile, present: FileFact | undefined): string[] {
  if (present === undefined) return [];
  return [
    ...(Number.parseInt(present.mode, 8) === Number.parseInt(mode, 8) ? [] : [`mode was ${present.mode}`]),
    ...(present.owner === ROOT ? [] : [`owner was ${present.owner}`]),
  ];
}
