import type { HostFacts } from '../facts/host.ts';
import type { Finding } from '../findings.ts';
import type { AuthoritySettings, CaCustody } from '../inputs/settings.ts';
import { CA_CERTIFICATE, CA_KEY, stagedPath } from '../kubeadm/paths.ts';
import { keyFileDigests } from '../pki/keys.ts';
import { readCertificates } from '../pki/pem-input.ts';
import type { Member } from './members.ts';
import { type Ownership, recordOn } from './ownership.ts';

/** Reports whether the CA's key is on a host, also as the remains of an interrupted delivery. */
export function holdsAuthorityKey({ files }: Pick<HostFacts, 'files'>): boolean {
  return files.has(CA_KEY) || files.has(stagedPath(CA_KEY));
}

/**
 * Returns the hosts with a file `ca.key`, in the order of the inputs. The file is not verified to be the key of the CA.
 */
export function keyHolders(members: readonly Member[]): Member[] {
  return members.filter(({ facts }) => facts.files.has(CA_KEY));
}

/** The input of the choice of the key's keeper. */
export interface KeyClaimsInput {
  /** The origin of the CA. */
  readonly from: 'input' | 'made' | 'host';
  readonly brought: AuthoritySettings | undefined;
  readonly custody: CaCustody;
  /** True if the plan delivers a key, from the inputs or generated, to its keeper. */
  readonly deliversKey: boolean;
}

/** The host that keeps the key, and findings about other hosts with a key. */
export interface KeyClaims {
  /** Absent if no host does. */
  readonly keeper?: string;
  readonly findings: readonly Finding[];
  readonly warnings: readonly Finding[];
}

/**
 * Chooses the host that keeps the CA's key. A delivered key always goes to the first host of the inputs: a file of that
 * name gives another host no claim, and it is refused unless it is that very key. A key that is on hosts already stays
 * on the first host that has it.
 */
export function keyClaims(
  members: readonly Member[],
  ownership: ReadonlyMap<string, Ownership>,
  { from, brought, custody, deliversKey }: KeyClaimsInput,
): KeyClaims {
  if (custody === 'input-only') return { findings: [], warnings: [] };
  const holders = keyHolders(members);
  const first = members[0]?.name ?? '';
  const digests = brought === undefined ? new Set<string>() : keyFileDigests(brought.keyPem);
  const isBrought = (member: Member): boolean => digests.has(digestOf(member) ?? '');
  if (from !== 'host' && deliversKey) {
    const strange = holders.filter((member) => !isBrought(member));
    // An interrupted run of the action has put it there.
    const isOurs = ({ name }: Member): boolean =>
      name === first && recordOn(ownership.get(name)) !== undefined;
    return {
      keeper: first,
      findings: strange.filter((member) => !isOurs(member)).map((member) => strangeKey(member, first, from)),
      warnings: holders
        .filter((member) => member.name !== first && isBrought(member))
        .map(({ name }) => copyOfKey(name, first, 'it is that key')),
    };
  }
  const keeper = (from === 'host' ? holders : holders.filter(isBrought))[0]?.name ?? first;
  const kept = members.find(({ name }) => name === keeper);
  return {
    keeper,
    findings: [],
    warnings: [
      ...(deliversKey && keeper !== first ? [keptElsewhere(keeper, first)] : []),
      ...holders
        .filter(({ name }) => name !== keeper)
        .map((member) => copyOfKey(member.name, keeper, likeness(member, kept))),
    ],
  };
}

function digestOf({ facts }: Member): string | undefined {
  return facts.files.get(CA_KEY)?.sha256;
}

function likeness(member: Member, keeper: Member | undefined): string {
  const [own, kept] = [digestOf(member), keeper === undefined ? undefined : digestOf(keeper)];
  if (own === undefined || kept === undefined) return 'whether it is the same key is not known';
  return own === kept ? 'it is the same file' : 'it is another file';
}

function strangeKey({ name, facts }: Member, first: string, from: 'input' | 'made'): Finding {
  const digest = facts.files.get(CA_KEY)?.sha256;
  const seen = digest === undefined ? 'its digest could not be read' : `SHA-256 of the file ${digest}`;
  const other =
    from === 'input'
      ? 'it is not known to be the key that `ca-key` holds'
      : "this run makes a CA, so it is not that CA's";
  return {
    code: 'ca-key-in-the-way',
    host: name,
    at: 'ca-key',
    fact: `${CA_KEY} is there (${seen}), and ${other}; the key of the CA goes to ${first} alone, and replaces nothing.`,
    cause:
      'It is the key of an earlier CA, or the hosts are listed in another order than in a run that was cut off.',
    fix: `Find out whose key it is. If the CA of these hosts is to be used, put its ca.crt beside it; otherwise move ${CA_KEY} to a safe place off the host, and run again.`,
  };
}

function copyOfKey(host: string, keeper: string, words: string): Finding {
  return {
    code: 'ca-key-duplicate',
    host,
    at: 'ca-key',
    fact: `it has ${CA_KEY} too, and ${keeper} keeps the key of the CA (${words}); the run does not use this file.`,
    cause: 'The key was copied there, or the hosts were listed in another order before.',
    fix: `Move it to a safe place off the host if nothing there needs it: root on each host that has the key can sign for the whole cluster.`,
  };
}

function keptElsewhere(keeper: string, first: string): Finding {
  return {
    code: 'ca-found-on-host',
    host: keeper,
    at: 'ca-key',
    fact: `the CA of this new cluster, with its key, is the one that lies on this host, not on ${first}, the first host.`,
    cause: 'The CA was prepared on this host.',
    fix: 'If you did not put it there, do not go on: root on this host then signs for the whole cluster. Otherwise list this host first.',
  };
}

/** Describes the key's keeper in a plan for a new cluster. */
export function describeKeeper(
  from: 'input' | 'made' | 'host' | 'certificate-only',
  keeper?: string,
): string {
  if (keeper === undefined) return 'the key of the CA goes to no host (`ca-custody: input-only`)';
  return from === 'input' || from === 'made'
    ? `the key of the CA goes to ${keeper}, the first host, and to no other`
    : `the key of the CA stays on ${keeper}, and goes to no other host`;
}

/** Returns the subjects of the certificates in a host's etcd/ca.crt; none if it is missing or unreadable. */
export function trustedOn({ files }: Pick<HostFacts, 'files'>): string[] {
  const read = readCertificates({ name: CA_CERTIFICATE, text: files.get(CA_CERTIFICATE)?.text ?? '' });
  return (read.value ?? []).map(({ certificate }) => certificate.subject.replaceAll('\n', ', '));
}

/** The consequence of a second certificate in ca.crt, which is easily mistaken for a harmless part of a chain. */
export const TRUSTED_BESIDES = {
  cause:
    'The chain of the CA was put there up to its root, or two CAs are trusted while one takes the place of the other.',
  fix: "Leave the certificate alone there that signs the members' certificates, on all hosts, unless a change of the CA is under way; etcd reads the file at its next start.",
} as const;

/**
 * Reports hosts whose etcd trusts more than the CA: a client certificate from another CA there opens all of etcd's
 * data.
 */
export function trustedBesides(members: readonly Member[]): Finding[] {
  return members.flatMap(({ name, facts }) => {
    const subjects = trustedOn(facts);
    if (subjects.length < 2) return [];
    return [
      {
        code: 'ca-trust-too-wide',
        host: name,
        at: 'ca',
        fact: `its ${CA_CERTIFICATE} holds ${subjects.length} certificates (${subjects.join('; ')}): etcd takes every client that any of them vouches for.`,
        ...TRUSTED_BESIDES,
      },
    ];
  });
}
