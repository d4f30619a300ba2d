import type { Finding } from '../findings.ts';
import { CA_CERTIFICATE, ETCD_MANIFEST, leafFiles } from '../kubeadm/paths.ts';
import { firstAuthorityOf, type Authority } from '../pki/authority.ts';
import { hasNoData } from './data-dir.ts';
import { recordOn, type Ownership } from './ownership.ts';
import type { Member } from './members.ts';
import type { AuthoritySettings, CaCustody } from '../inputs/settings.ts';
import { keyClaims, keyHolders } from './authority-key.ts';
import type { AuthoritySource } from './planned-cluster.ts';

/** The origin of the CA and the host that keeps its key. */
export interface AuthorityChoice {
  readonly source: AuthoritySource;
  /** Absent if no host does, because the inputs contain the key. */
  readonly keyKeeper?: string;
}

/** The input of the choice of the CA, besides the hosts. */
export interface AuthorityInput {
  /** The CA of the inputs. */
  readonly brought: AuthoritySettings | undefined;
  readonly custody: CaCustody;
  /** True if the plan delivers a key, from the inputs or generated, to its keeper: only if the cluster is new. */
  readonly deliversKey: boolean;
}

/** The choice; absent if there are findings. */
export interface AuthorityAnswer {
  readonly choice?: AuthorityChoice;
  readonly findings: readonly Finding[];
  readonly warnings: readonly Finding[];
}

/**
 * Chooses the cluster's one CA: that of the inputs, else the one found on the hosts, else one that the run creates.
 * Never a second one beside an existing one. Of a CA on the hosts, only the certificate is chosen: see {@link withKey}.
 *
 * A key from the inputs, or a generated one, goes to the first host of the inputs, whatever another host claims:
 * otherwise root on any host could request the key of the CA by creating a file of that name.
 */
export function chooseAuthority(
  members: readonly Member[],
  ownership: ReadonlyMap<string, Ownership>,
  input: AuthorityInput,
): AuthorityAnswer {
  const { brought } = input;
  const broughtFingerprint = knownAuthority([], brought?.certificatePem)?.fingerprint;
  const found = members.flatMap((member) => authorityOn(member));
  const findings = [
    ...unreadableOnHosts(found),
    ...conflictsOnHosts(found),
    ...conflictsWithInput(found, broughtFingerprint),
    ...(hasSignedNothing(members) ? [] : conflictsWithState(found, ownership, broughtFingerprint)),
  ];
  if (findings.length > 0) return { findings, warnings: [] };

  const holder = found[0];
  const from = brought !== undefined ? 'input' : holder === undefined ? 'made' : 'host';
  const claims = keyClaims(members, ownership, { ...input, from });
  if (claims.findings.length > 0) return { findings: claims.findings, warnings: [] };
  const { keeper, warnings } = claims;
  const keyKeeper = keeper === undefined ? {} : { keyKeeper: keeper };
  if (from !== 'host' || holder === undefined)
    return {
      choice: { source: { from: from === 'input' ? 'input' : 'made' }, ...keyKeeper },
      findings,
      warnings,
    };
  const source = { from: 'certificate-only', host: holder.host } as const;
  return { choice: { source, ...keyKeeper }, findings, warnings };
}

/** Adds the key for a run that issues certificates: that of a CA on the hosts comes from its keeper. */
export function withKey(answer: AuthorityAnswer, members: readonly Member[]): AuthorityAnswer {
  const { choice, warnings } = answer;
  if (choice?.source.from !== 'certificate-only') return answer;
  const { source, keyKeeper: keeper } = choice;
  if (keeper !== undefined && keyHolders(members).some(({ name }) => name === keeper))
    return { ...answer, choice: { ...choice, source: { from: 'host', host: keeper } } };
  return { findings: [withoutKey(source.host)], warnings };
}

function withoutKey(host: string): Finding {
  return {
    code: 'ca-key-missing',
    host,
    at: 'ca-key',
    fact: `${CA_CERTIFICATE} is there, but its key is on none of the hosts.`,
    cause: 'The CA was created elsewhere, or ca.key was moved to a safer place after the setup.',
    fix: 'Give both as inputs `ca-certificate` and `ca-key`, or put ca.key back next to ca.crt on the first host.',
  };
}

/**
 * Returns the CA certificate against which this cluster's leaves are checked: the one of the inputs, else the first one
 * of the file on the hosts, alone, as the hosts get it; undefined if there is none.
 */
export function knownAuthority(
  members: readonly Member[],
  broughtPem: string | undefined,
): Authority | undefined {
  const texts = [broughtPem, ...members.map(({ facts }) => facts.files.get(CA_CERTIFICATE)?.text)];
  for (const pem of texts) {
    try {
      if (pem !== undefined) return firstAuthorityOf(pem);
    } catch {
      // chooseAuthority reports an unreadable one.
    }
  }
  return undefined;
}

/** Refuses a running cluster without a known CA: connections to it, and checks of its certificates, need the CA. */
export function withoutAuthority(members: readonly Member[]): Finding {
  return {
    code: 'ca-missing',
    at: 'ca',
    fact: `${CA_CERTIFICATE} is on none of the hosts (${members.map(({ name }) => name).join(', ')}), but etcd runs there.`,
    cause: 'It was set up without TLS or with certificates in another place, or the file was removed.',
    fix: `Put the CA's certificate there, or give it in the inputs \`ca-certificate\` and \`ca-key\`. The action cannot take over an etcd without kubeadm's file layout.`,
  };
}

interface HostAuthority {
  readonly host: string;
  readonly fingerprint: string;
}

function authorityOn(member: Member): HostAuthority[] {
  const certificate = member.facts.files.get(CA_CERTIFICATE);
  if (certificate === undefined) return [];
  return [{ host: member.name, fingerprint: fingerprintOf(certificate.text ?? '') }];
}

const UNREADABLE = 'unreadable';

function fingerprintOf(certificatePem: string): string {
  try {
    return firstAuthorityOf(certificatePem).fingerprint;
  } catch {
    return UNREADABLE;
  }
}

function unreadableOnHosts(found: readonly HostAuthority[]): Finding[] {
  return found
    .filter(({ fingerprint }) => fingerprint === UNREADABLE)
    .map(({ host }) => ({
      code: 'ca-replaced',
      host,
      at: 'ca',
      fact: `its ${CA_CERTIFICATE} is not a readable certificate.`,
      cause: 'The file is damaged, or is not a certificate.',
      fix: 'Put the certificate of the CA there, in PEM.',
    }));
}

function conflictsOnHosts(found: readonly HostAuthority[]): Finding[] {
  const byFingerprint = Map.groupBy(found, ({ fingerprint }) => fingerprint);
  if (byFingerprint.size <= 1) return [];
  const list = [...byFingerprint].map(
    ([print, group]) => `${group.map(({ host }) => host).join(', ')}: ${print}`,
  );
  return [
    {
      code: 'ca-mismatch',
      at: 'ca',
      fact: `the hosts hold different CAs (${list.join('; ')}).`,
      cause: 'They belong to different clusters, or one was set up again.',
      fix: 'Give the hosts of one cluster only, or move /etc/kubernetes/pki/etcd of the host that does not belong to it to a safe place: it may hold the only copy of a CA key.',
    },
  ];
}

function conflictsWithInput(found: readonly HostAuthority[], brought: string | undefined): Finding[] {
  if (brought === undefined) return [];
  return found
    .filter(({ fingerprint }) => fingerprint !== brought)
    .map(({ host, fingerprint }) => ({
      code: 'ca-mismatch',
      host,
      at: 'ca-certificate',
      fact: `its CA (${fingerprint}) is not the one in the inputs (${brought}).`,
      cause: 'The inputs belong to another cluster.',
      fix: 'Leave `ca-certificate` and `ca-key` out to use the CA on the host, or give that one.',
    }));
}

/**
 * Reports whether a deploy was interrupted between its record and its CA's certificate: the CA is on its host before
 * anything that it signed leaves the runner, so no certificate has its signature, and its key alone is useless.
 */
function hasSignedNothing(members: readonly Member[]): boolean {
  const marks = [CA_CERTIFICATE, ETCD_MANIFEST, ...leafFiles().map(({ path }) => path)];
  return members.every(
    ({ facts }) =>
      hasNoData(facts.dataDir) &&
      facts.containers.length === 0 &&
      marks.every((path) => !facts.files.has(path)),
  );
}

/** The record on each host names the CA that the cluster was created with. */
function conflictsWithState(
  found: readonly HostAuthority[],
  ownership: ReadonlyMap<string, Ownership>,
  brought: string | undefined,
): Finding[] {
  const present = brought ?? found[0]?.fingerprint;
  return [...ownership].flatMap(([host, owned]) => {
    const recorded = recordOn(owned)?.cluster.caFingerprint;
    if (recorded === undefined || recorded === present) return [];
    return [
      {
        code: 'ca-replaced',
        host,
        at: 'ca',
        fact: `it was set up with the CA ${recorded}, and ${present === undefined ? 'no CA is on any host now' : `the CA here is ${present}`}.`,
        cause: 'ca.crt was removed or replaced after the set-up, or the hosts belong to different clusters.',
        fix: `Put the original ${CA_CERTIFICATE} (and ca.key on the first host) back.`,
      },
    ];
  });
}
