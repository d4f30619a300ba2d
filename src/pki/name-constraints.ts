import { type AltName, formatIpAddress } from './alt-names.ts';
import { type Asn1, children, content, decode, isContext, oids } from './asn1.ts';
import { extensionValue, type CertificateStructure } from './structure.ts';

/** Constraints on the names in a CA's certificates (RFC 5280, 4.2.1.10). */
export interface NameConstraints {
  /** If any subtree has a name's type, the name must be in one of those. */
  readonly permitted: readonly Subtree[];
  /** A name must not be in any of these. */
  readonly excluded: readonly Subtree[];
}

/** A part of a name space. */
export type Subtree =
  /** A domain and everything below it; with a leading dot only what is below it; empty: all names. */
  | { readonly type: 'DNS'; readonly domain: string }
  /** Addresses of one family that match `address` in the bits of `mask`. */
  | { readonly type: 'IP'; readonly address: Buffer; readonly mask: Buffer }
  /** Kinds of names that etcd's certificates never contain: e-mail addresses and URIs. */
  | { readonly type: 'unused' }
  /** Kinds that Go and OpenSSL treat differently: directory names and others. */
  | { readonly type: 'unknown' };

/**
 * Returns a certificate's name constraints; undefined if it has none.
 *
 * @throws Error for constraints that are empty or malformed, for which Go's parser refuses the whole certificate.
 */
export function nameConstraintsOf(structure: CertificateStructure): NameConstraints | undefined {
  const value = extensionValue(structure, oids.nameConstraints);
  if (value === undefined) return undefined;
  const parts = children(decode(value));
  const subtrees = (tag: number): Subtree[] =>
    parts.filter((part) => isContext(part, tag)).flatMap((part) => children(part).map(subtreeOf));
  const constraints = { permitted: subtrees(0), excluded: subtrees(1) };
  if (constraints.permitted.length + constraints.excluded.length === 0)
    throw new Error('its name constraints are empty');
  return constraints;
}

/** Returns those of the names that a CA with these constraints cannot certify. */
export function forbiddenNames(
  { permitted, excluded }: NameConstraints,
  names: readonly AltName[],
): AltName[] {
  return names.filter((name) => {
    const ofItsType = permitted.filter(({ type }) => type === name.type);
    const isPermitted = ofItsType.length === 0 || ofItsType.some((subtree) => holds(subtree, name));
    return !isPermitted || excluded.some((subtree) => holds(subtree, name));
  });
}

function holds(subtree: Subtree, name: AltName): boolean {
  if (subtree.type === 'DNS' && name.type === 'DNS') return isBelow(name.value, subtree.domain.toLowerCase());
  if (subtree.type !== 'IP' || name.type !== 'IP') return false;
  const { address, mask } = subtree;
  return (
    address.length === name.bytes.length &&
    mask.every((bits, at) => ((name.bytes[at] ?? 0) & bits) === ((address[at] ?? 0) & bits))
  );
}

function isBelow(name: string, domain: string): boolean {
  if (domain === '') return true;
  return domain.startsWith('.') ? name.endsWith(domain) : name === domain || name.endsWith(`.${domain}`);
}

/** Reads the base of a GeneralSubtree; minimum and maximum are never used (RFC 5280). */
function subtreeOf(subtree: Asn1): Subtree {
  const [base] = children(subtree);
  if (base === undefined) throw new Error('one of its name constraints is empty');
  if (isContext(base, 2)) return { type: 'DNS', domain: content(base).toString('latin1') };
  if (isContext(base, 1) || isContext(base, 6)) return { type: 'unused' };
  if (!isContext(base, 7)) return { type: 'unknown' };
  const bytes = content(base);
  const half = bytes.length / 2;
  if (half !== 4 && half !== 16)
    throw new Error(`one of its name constraints is for an address of ${half} bytes`);
  return { type: 'IP', address: bytes.subarray(0, half), mask: bytes.subarray(half) };
}

/** Formats constraints for messages: `DNS:example.com, IP:10.0.0.0/255.0.0.0`. */
export function describeSubtrees(subtrees: readonly Subtree[]): string {
  return subtrees
    .map((subtree) => {
      switch (subtree.type) {
        case 'DNS':
          return `DNS:${subtree.domain}`;
        case 'IP':
          return `IP:${formatIpAddress(subtree.address)}/${formatIpAddress(subtree.mask)}`;
        default:
          return 'another kind of name';
      }
    })
    .join(', ');
}
