import { constructedTag, contextTag, DerReader, GoParseError, TAG } from './der-reader.ts';
import { hostOfUri, isAddress, isAscii, isDomain, isMailbox } from './names.ts';

/** An extension as read by parser.go, parseExtension. */
export interface GoExtension {
  readonly oid: string;
  readonly critical: boolean;
  readonly value: Buffer;
}

/**
 * Checks the extensions that Go parses (parser.go, processExtensions).
 *
 * @returns true if Go does not handle the extension; if it is critical, Go then refuses each chain with the
 *   certificate.
 * @throws GoParseError for an extension that Go refuses.
 */
export function checkExtension({ oid, critical, value }: GoExtension): boolean {
  const der = new DerReader(value);
  switch (oid) {
    case '2.5.29.14':
      refuseIf(critical, 'subject key identifier incorrectly marked critical');
      refuseIf(der.read(TAG.OCTET_STRING) === undefined, 'invalid subject key identifier');
      return false;
    case '2.5.29.15':
      refuseIf(der.bitString() === undefined, 'invalid key usage');
      return false;
    case '2.5.29.17':
      return !hasKnownAltName(der);
    case '2.5.29.19':
      checkBasicConstraints(der);
      return false;
    case '2.5.29.30':
      return checkNameConstraints(value);
    case '2.5.29.31':
      checkDistributionPoints(der);
      return false;
    case '2.5.29.32':
      checkPolicies(der);
      return false;
    case '2.5.29.33':
      checkPolicyMappings(der);
      return false;
    case '2.5.29.35':
      checkAuthorityKeyIdentifier(der, critical);
      return false;
    case '2.5.29.36':
      checkPolicyConstraints(der);
      return false;
    case '2.5.29.37':
      checkExtendedKeyUsage(der);
      return false;
    case '2.5.29.54':
      refuseIf(der.int64() === undefined, 'invalid inhibit any policy extension');
      return false;
    case '1.3.6.1.5.5.7.1.1':
      refuseIf(critical, 'authority info access incorrectly marked critical');
      checkAuthorityInfoAccess(der);
      return false;
    default:
      return true;
  }
}

/** Checks as parseBasicConstraintsExtension does. */
function checkBasicConstraints(der: DerReader): void {
  const words = 'invalid basic constraints';
  const fields = sequenceIn(der, words);
  if (fields.isNext(TAG.BOOLEAN)) refuseIf(fields.boolean() === undefined, words);
  if (fields.isNext(TAG.INTEGER)) {
    const length = fields.int64();
    refuseIf(length === undefined || length < 0n, words);
  }
}

/** Reports whether there is a name of a kind that Go knows (parseSANExtension). */
function hasKnownAltName(der: DerReader): boolean {
  const names = sequenceIn(der, 'invalid subject alternative names');
  let known = false;
  while (!names.isEmpty) {
    const name = names.readAny();
    if (name === undefined) throw new GoParseError('x509: invalid subject alternative name');
    if (checkAltName(name.tag, name.contents)) known = true;
  }
  return known;
}

function checkAltName(tag: number, value: Buffer): boolean {
  switch (tag) {
    case contextTag(1):
      refuseIf(!isAscii(value), 'SAN rfc822Name is malformed');
      return true;
    case contextTag(2):
      refuseIf(!isAscii(value), 'SAN dNSName is malformed');
      return true;
    case contextTag(6): {
      refuseIf(!isAscii(value), 'SAN uniformResourceIdentifier is malformed');
      const host = hostOfUri(value.toString('latin1'));
      refuseIf(host === undefined || !isDomain(host, false), 'cannot parse URI');
      return true;
    }
    case contextTag(7):
      refuseIf(
        value.length !== 4 && value.length !== 16,
        `cannot parse IP address of length ${value.length}`,
      );
      return true;
    default:
      return false;
  }
}

/** Checks as parseAuthorityKeyIdentifier does. */
function checkAuthorityKeyIdentifier(der: DerReader, critical: boolean): void {
  refuseIf(critical, 'authority key identifier incorrectly marked critical');
  const words = 'invalid authority key identifier';
  refuseIf(sequenceIn(der, words).readOptional(contextTag(0)) === undefined, words);
}

/** Checks as parseExtKeyUsageExtension does. */
function checkExtendedKeyUsage(der: DerReader): void {
  const words = 'invalid extended key usages';
  const usages = sequenceIn(der, words);
  while (!usages.isEmpty) refuseIf(usages.objectIdentifier() === undefined, words);
}

/** Refuses a policy that is listed twice (parseCertificatePoliciesExtension). */
function checkPolicies(der: DerReader): void {
  const words = 'invalid certificate policies';
  const policies = sequenceIn(der, words);
  const seen = new Set<string>();
  while (!policies.isEmpty) {
    const oid = policies.read(TAG.SEQUENCE)?.read(TAG.OBJECT_IDENTIFIER)?.rest;
    refuseIf(oid === undefined || seen.has(oid.toString('hex')) || !isPolicyOid(oid), words);
    seen.add(oid?.toString('hex') ?? '');
  }
}

/** Reports whether newOIDFromDER (oid.go) accepts it: numbers of any size, each in its shortest form. */
function isPolicyOid(der: Buffer): boolean {
  const last = der.at(-1);
  if (last === undefined || last >= 0x80) return false;
  return der.every((byte, at) => byte !== 0x80 || (at > 0 && (der[at - 1] ?? 0) >= 0x80));
}

function checkPolicyMappings(der: DerReader): void {
  const words = 'invalid policy mappings extension';
  const mappings = sequenceIn(der, words);
  while (!mappings.isEmpty) {
    const mapping = mappings.read(TAG.SEQUENCE);
    const [issuer, subject] = [0, 1].map(() => mapping?.read(TAG.OBJECT_IDENTIFIER));
    refuseIf(issuer === undefined || subject === undefined, words);
  }
}

function checkPolicyConstraints(der: DerReader): void {
  const words = 'invalid policy constraints extension';
  const fields = sequenceIn(der, words);
  for (const tag of [contextTag(0), contextTag(1)])
    if (fields.isNext(tag)) refuseIf(fields.int64(tag) === undefined, words);
}

function checkDistributionPoints(der: DerReader): void {
  const points = sequenceIn(der, 'invalid CRL distribution points');
  const words = 'invalid CRL distribution point';
  while (!points.isEmpty) {
    const name = points.read(TAG.SEQUENCE)?.readOptional(constructedTag(0));
    if (name === undefined) throw new GoParseError(`x509: ${words}`);
    if (name === 'absent') continue;
    const full = name.read(constructedTag(0));
    if (full === undefined) throw new GoParseError(`x509: ${words}`);
    // Go ignores all names after the first one that is no URI.
    while (full.isNext(contextTag(6))) refuseIf(full.read(contextTag(6)) === undefined, words);
  }
}

function checkAuthorityInfoAccess(der: DerReader): void {
  const words = 'invalid authority info access';
  const descriptions = sequenceIn(der, words);
  while (!descriptions.isEmpty) {
    const description = descriptions.read(TAG.SEQUENCE);
    refuseIf(description?.objectIdentifier() === undefined, words);
    refuseIf(description?.readOptional(contextTag(6)) === undefined, words);
  }
}

function sequenceIn(der: DerReader, words: string): DerReader {
  const sequence = der.read(TAG.SEQUENCE);
  if (sequence === undefined) throw new GoParseError(`x509: ${words}`);
  return sequence;
}

function refuseIf(isBad: boolean, words: string): void {
  if (isBad) throw new GoParseError(`x509: ${words}`);
}

/**
 * Checks name constraints (parser.go, parseNameConstraintsExtension).
 *
 * @returns true if Go does not handle all of them: critical ones then make each certificate of the CA invalid.
 * @throws GoParseError for constraints that Go refuses.
 */
function checkNameConstraints(value: Buffer): boolean {
  const outer = new DerReader(value);
  const top = outer.read(TAG.SEQUENCE);
  const permitted = top?.readOptional(constructedTag(0));
  const excluded = top?.readOptional(constructedTag(1));
  if (
    top === undefined ||
    permitted === undefined ||
    excluded === undefined ||
    !outer.isEmpty ||
    !top.isEmpty
  )
    throw new GoParseError('x509: invalid NameConstraints extension');
  const lists = [permitted, excluded].filter((list) => list !== 'absent');
  if (lists.every(({ isEmpty }) => isEmpty)) throw new GoParseError('x509: empty name constraints extension');
  return lists.map(hasUnhandled).includes(true);
}

function hasUnhandled(subtrees: DerReader): boolean {
  let unhandled = false;
  while (!subtrees.isEmpty) {
    const base = subtrees.read(TAG.SEQUENCE)?.readAny();
    if (base === undefined) throw new GoParseError('x509: invalid NameConstraints extension');
    if (!isHandled(base.tag, base.contents)) unhandled = true;
  }
  return unhandled;
}

function isHandled(tag: number, value: Buffer): boolean {
  const text = value.toString('latin1');
  switch (tag) {
    case contextTag(2):
      refuseUnless(isAscii(value), 'invalid constraint value');
      refuseUnless(isDomain(text, true), 'failed to parse dnsName constraint');
      return true;
    case contextTag(7):
      checkAddresses(value);
      return true;
    case contextTag(1): {
      refuseUnless(isAscii(value), 'invalid constraint value');
      const isGood = text.includes('@') ? isMailbox(text) : isDomain(text, true);
      refuseUnless(isGood, 'failed to parse rfc822Name constraint');
      return true;
    }
    case contextTag(6):
      refuseUnless(isAscii(value), 'invalid constraint value');
      refuseUnless(!isAddress(text) && isDomain(text, true), 'failed to parse URI constraint');
      return true;
    default:
      return false;
  }
}

function checkAddresses(value: Buffer): void {
  refuseUnless(
    value.length === 8 || value.length === 32,
    `IP constraint contained value of length ${value.length}`,
  );
  refuseUnless(isMask(value.subarray(value.length / 2)), 'IP constraint contained invalid mask');
}

/** Reports whether a mask is ones followed by zeros (isValidIPMask). */
function isMask(mask: Buffer): boolean {
  const bits = [...mask].map((byte) => byte.toString(2).padStart(8, '0')).join('');
  return /^1*0*$/.test(bits);
}

function refuseUnless(isGood: boolean, words: string): void {
  if (!isGood) throw new GoParseError(`x509: ${words}`);
}
