import type { HostFacts } from '../facts/host.ts';
import type { Finding } from '../findings.ts';
import type { AuthoritySettings, CaCustody } from '../inputs/settings.ts';
import { CA_CERTIFICATE, CA_KEY, stagedPath } from '../kubeadm/paths.ts';
import { subjectInWords } from '../pki/inspect.ts';
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
  if (own === undefined || kept === undefined) return 'it may or may not be the same key';
  return own === kept ? 'it is the same file' : 'it is another file';
}

function strangeKey({ name, facts }: Member, first: string, from: 'input' | 'made'): Finding {
  const digest = facts.files.get(CA_KEY)?.sha256;
  const seen = digest === undefined ? 'its digest could not be read' : `SHA-256 of the file ${digest}`;
  const other =
    from === 'input'
      ? 'it may not be the key in `ca-key`'
      : 'it is not the key of the CA that this run creates';
  return {
    code: 'ca-key-in-the-way',
    host: name,
    at: 'ca-key',
    fact: `${CA_KEY} is there (${seen}), and ${other}; the key of the CA goes only to ${first}, and replaces no file.`,
    cause: 'It is the key of an earlier CA, or the order of the hosts has changed since an interrupted run.',
    fix: `Find out which CA the key belongs to. To use the CA of these hosts, put its ca.crt next to the key; otherwise move ${CA_KEY} to a safe place off the host, and run again.`,
  };
}

function copyOfKey(host: string, keeper: string, words: string): Finding {
  return {
    code: 'ca-key-duplicate',
    host,
    at: 'ca-key',
    fact: `it has ${CA_KEY} too, and ${keeper} keeps the key of the CA (${words}); the run ignores this file.`,
    cause: 'The key was copied there, or the order of the hosts has changed.',
    fix: `If nothing there needs it, move it to a safe place off the host: root on each host with the key can sign for the whole cluster.`,
  };
}

function keptElsewhere(keeper: string, first: string): Finding {
  return {
    code: 'ca-found-on-host',
    host: keeper,
    at: 'ca-key',
    fact: `this new cluster uses the CA and key that are on this host, not on ${first}, the first host.`,
    cause: 'The CA was prepared on this host.',
    fix: 'If you did not put it there, stop: root on this host could sign for the whole cluster. Otherwise list this host first.',
  };
}

/** Describes the key's keeper in a plan for a new cluster. */
export function describeKeeper(
  from: 'input' | 'made' | 'host' | 'certificate-only',
  keeper?: string,
): string {
  if (keeper === undefined) return 'the key of the CA goes to no host (`ca-custody: input-only`)';
  return from === 'input' || from === 'made'
    ? `the key of the CA goes only to ${keeper}, the first host`
    : `the key of the CA stays on ${keeper}, and goes to no other host`;
}

/** Returns the subjects of the certificates in a host's etcd/ca.crt; none if it is missing or unreadable. */
export function trustedOn({ files }: Pick<HostFacts, 'files'>): string[] {
  const read = readCertificates({ name: CA_CERTIFICATE, text: files.get(CA_CERTIFICATE)?.text ?? '' });
  return (read.value ?? []).map(({ certificate }) => subjectInWords(certificate));
}

/** The consequence of a second certificate in ca.crt, which is easily mistaken for a harmless part of a chain. */
export const TRUSTED_BESIDES = {
  cause: 'The file holds the chain of the CA up to its root, or both CAs during a change of the CA.',
  fix: "Unless a change of the CA is under way, keep only the certificate that signs the members' certificates, on all hosts; etcd reads the file at its next start.",
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
        fact: `its ${CA_CERTIFICATE} holds ${subjects.length} certificates (${subjects.join('; ')}): etcd accepts the clients of all of them.`,
        ...TRUSTED_BESIDES,
      },
    ];
  });
}
