import type { FindingCode } from '../finding-codes.ts';

/** A release of etcd 3. */
export interface EtcdRelease {
  /** E.g. `3.6.5`. */
  readonly text: string;
  readonly minor: number;
  readonly patch: number;
}

/** A known problem of a release. */
export interface ReleaseProblem {
  readonly code: FindingCode;
  /** Begins where a sentence has named the release. */
  readonly fact: string;
  readonly fix: string;
  /** The first fixed release; absent if the whole line gets no more fixes. */
  readonly fixedIn?: string;
}

interface Advisory {
  readonly id: string;
  readonly what: string;
}

/** Advisories of etcd of 2026-07-23 (github.com/etcd-io/etcd/security/advisories). */
const ADVISORIES: readonly Advisory[] = [
  { id: 'GHSA-6vch-q96h-7gc3', what: 'unfinished TLS handshakes can exhaust a member' },
  { id: 'GHSA-xg4h-6gfc-h4m8', what: "a watch can see beyond its user's range permission" },
];

/** First patch release of each minor of etcd 3 in which both are fixed. */
const FIXED_IN: ReadonlyMap<number, number> = new Map([
  [5, 33],
  [6, 14],
  [7, 1],
]);

/** Reads the release at the beginning of a version or an image tag, e.g. `3.6.5-0`; undefined if it is not etcd 3. */
export function parseRelease(text: string): EtcdRelease | undefined {
  const match = /^v?(3\.(\d+)\.(\d+))/.exec(text);
  if (match === null) return undefined;
  const [, release = '', minor, patch] = match;
  return { text: release, minor: Number(minor), patch: Number(patch) };
}

/** Returns the problem that was known for a release when the action was released; undefined if there is none. */
export function problemOf({ minor, patch }: EtcdRelease): ReleaseProblem | undefined {
  const fixed = FIXED_IN.get(minor);
  if (fixed === undefined) {
    const oldest = Math.min(...FIXED_IN.keys());
    if (minor > oldest) return undefined; // newer than what is known here
    return {
      code: 'etcd-release-outdated',
      fact: 'belongs to a release line that gets no more fixes.',
      fix: `Move to etcd 3.${oldest} or later, one minor release at a time.`,
    };
  }
  if (patch >= fixed) return undefined;
  const known = ADVISORIES.map(({ id, what }) => `${id} (${what})`).join(' and ');
  const fixedIn = `3.${minor}.${fixed}`;
  return {
    code: 'etcd-release-outdated',
    fact: `has known vulnerabilities: ${known}; fixed in ${fixedIn}.`,
    fix: `Set \`etcd-image-tag\` to an image of ${fixedIn} or later that your registry has, and open the ports of etcd only to the members and the control plane.`,
    fixedIn,
  };
}
