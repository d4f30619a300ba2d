import type { HostFacts } from '../facts/host.ts';
import type { Finding } from '../findings.ts';
import { KUBEADM_CONFIG, leafPath } from '../kubeadm/paths.ts';
import { certSans } from '../kubeadm/kubeadm-config.ts';
import { type CertificateMember, formatAltName, memberAltNames, parseAltName } from '../pki/alt-names.ts';
import { inspectCertificate } from '../pki/inspect.ts';
import { type LeafProfileName, leafProfileNames, leafProfiles } from '../pki/leaf.ts';
import type { Member } from './members.ts';

/** Returns a member as its certificates name it. */
export function namedMember({ name, address }: Member, extraSans: readonly string[]): CertificateMember {
  return { name, address, extraSans };
}

/**
 * Returns the names that a certificate on a host has from earlier inputs, and that the inputs no longer contain. The
 * kubeadm configuration of the last run contains the earlier inputs; other names in the certificate were added by
 * another tool or by hand.
 */
export function withdrawnNames(
  member: Member,
  profile: LeafProfileName,
  extraSans: readonly string[],
): string[] {
  const asked = certSans(member.facts.files.get(KUBEADM_CONFIG)?.text ?? '').flatMap(formatted);
  return unaskedNames(member, profile, extraSans).filter((name) => asked.includes(name));
}

/**
 * Warns of names in certificates that the inputs do not contain, and that the next certificate will lack: those of a
 * cluster that was set up in another way.
 * @param issued what this run issues anyway.
 */
export function namesToBeLost(
  member: Member,
  extraSans: readonly string[],
  issued: ReadonlyMap<LeafProfileName, string>,
): Finding[] {
  const lost = leafProfileNames.flatMap((profile) => {
    const withdrawn = withdrawnNames(member, profile, extraSans);
    const names = unaskedNames(member, profile, extraSans).filter((name) => !withdrawn.includes(name));
    return names.length === 0 ? [] : [{ profile, names }];
  });
  if (lost.length === 0) return [];
  const names = [...new Set(lost.flatMap((each) => each.names))];
  const paths = lost.map(({ profile }) => leafPath(profile, 'certificate')).join(' and ');
  const when = lost.some(({ profile }) => issued.has(profile))
    ? 'this run issues'
    : 'is issued at the renewal';
  return [
    {
      code: 'certificate-name-dropped',
      host: member.name,
      at: 'extra-sans',
      fact: `its ${paths} ${lost.length === 1 ? 'names' : 'name'} ${names.join(', ')}, but the one that ${when} will not.`,
      cause: 'Another tool issued the certificates, with names that are not in the inputs.',
      fix: `If clients use them, give \`extra-sans: ${names.map((name) => name.replace(/^(DNS|IP):/, '')).join(', ')}\`.`,
    },
  ];
}

/** Returns the names in a certificate that the inputs do not contain, of the kinds that kubeadm writes. */
function unaskedNames(member: Member, profile: LeafProfileName, extraSans: readonly string[]): string[] {
  if (!leafProfiles[profile].namesMember) return [];
  const wanted = memberAltNames(namedMember(member, extraSans)).map(formatAltName);
  return namesIn(member.facts, profile).filter((name) => /^(DNS|IP):/.test(name) && !wanted.includes(name));
}

function namesIn({ files }: HostFacts, profile: LeafProfileName): readonly string[] {
  try {
    return inspectCertificate(files.get(leafPath(profile, 'certificate'))?.text ?? '').sans;
  } catch {
    return []; // It is missing or unreadable, and is reissued.
  }
}

function formatted(name: string): string[] {
  try {
    return [formatAltName(parseAltName(name))];
  } catch {
    return [];
  }
}
