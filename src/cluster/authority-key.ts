import type { Finding } from '../findings.ts';
import { CA_KEY, stagedPath } from '../kubeadm/paths.ts';
import { keyFileDigests } from '../pki/key-forms.ts';
import type { AuthoritySettings, CaCustody } from '../settings/settings.ts';
import type { RemoveAuthorityKey } from '../steps/remove-authority-key.ts';
import type { HostFacts } from './host-facts.ts';
import type { Member } from './members.ts';
import { recordOn, type Ownership } from './ownership.ts';
import type { Stage } from './plan.ts';

/** Whether the CA's key lies on a host, or what a delivery that was cut off has left of it. */
export function holdsAuthorityKey({ files }: Pick<HostFacts, 'files'>): boolean {
  return files.has(CA_KEY) || files.has(stagedPath(CA_KEY));
}

/** The hosts that have a file `ca.key`, in the order of the inputs. That it is the key of the CA is their word alone. */
export function keyHolders(members: readonly Member[]): Member[] {
  return members.filter(({ facts }) => facts.files.has(CA_KEY));
}

/** What the keeper of the CA's key is chosen from. */
export interface KeyClaimsInput {
  /** Where the CA comes from. */
  readonly from: 'input' | 'made' | 'host';
  readonly brought: AuthoritySettings | undefined;
  readonly custody: CaCustody;
  /** Whether the plan puts a key that is brought or made on its keeper. */
  readonly deliversKey: boolean;
}

/** Which host keeps the key, and what is to say of the others that have one. */
export interface KeyClaims {
  /** Absent: no host does. */
  readonly keeper?: string;
  readonly findings: readonly Finding[];
  readonly warnings: readonly Finding[];
}

/**
 * Chooses the host that keeps the CA's key. A key that is delivered goes to the first host of the inputs, always: a file
 * of that name on another host gives it no claim, and it is refused unless it is that very key. Of a key that lies on
 * hosts already, the first host that has it keeps it.
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
    // a run of ours that was cut off has put it there
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
    host,
    at: 'ca-key',
    fact: `it has ${CA_KEY} too, and ${keeper} keeps the key of the CA (${words}); the run does not use this file.`,
    cause: 'The key was copied there, or the hosts were listed in another order before.',
    fix: `Move it to a safe place off the host if nothing there needs it: root on each host that has the key can sign for the whole cluster.`,
  };
}

function keptElsewhere(keeper: string, first: string): Finding {
  return {
    host: keeper,
    at: 'ca-key',
    fact: `the CA of this new cluster, with its key, is the one that lies on this host, not on ${first}, the first host.`,
    cause: 'The CA was prepared on this host.',
    fix: 'If you did not put it there, do not go on: root on this host then signs for the whole cluster. Otherwise list this host first.',
  };
}

/** What a plan for a new cluster says of the key, in words. */
export function describeKeeper(
  from: 'input' | 'made' | 'host' | 'certificate-only',
  keeper?: string,
): string {
  if (keeper === undefined) return 'the key of the CA goes to no host (`ca-custody: input-only`)';
  return from === 'input' || from === 'made'
    ? `the key of the CA goes to ${keeper}, the first host, and to no other`
    : `the key of the CA stays on ${keeper}, and goes to no other host`;
}

/** Takes the CA's key from hosts, once the cluster is proven: with a cluster that does not work it may still be needed there. */
export function removalStage(
  members: readonly { readonly name: string; readonly facts: HostFacts }[],
  keyKeeper: string | undefined,
): Stage {
  const holders = keyKeeper === undefined ? members.filter(({ facts }) => holdsAuthorityKey(facts)) : [];
  return {
    title: 'Key of the CA',
    steps: holders.map(({ name }): RemoveAuthorityKey => ({
      kind: 'remove-authority-key',
      host: name,
      why: 'ca-custody: input-only; the inputs have it',
    })),
  };
}
