import { constructedTag, contextTag, DerReader, GoParseError, TAG } from './der-reader.ts';
import { checkExtension, type GoExtension } from './extensions.ts';
import { checkName } from './names.ts';
import { checkPublicKey, readAlgorithm } from './public-key.ts';

/** Result of parsing a certificate that Go accepts. */
export interface GoCertificate {
  /**
   * Object identifiers of critical extensions that Go does not handle: it refuses any chain with such a certificate.
   */
  readonly unhandledCritical: readonly string[];
}

/**
 * Reads a certificate as Go 1.26 does (crypto/x509, parser.go, ParseCertificate), so that a certificate that kubeadm
 * and etcd would refuse is refused before any host is connected to. The checks are those of parser.go, in its order and
 * with its words; `test/pki/go` compares them with Go itself.
 *
 * @param der the certificate, and nothing after it.
 * @throws GoParseError with Go's words for a certificate that Go refuses.
 */
export function parseAsGo(der: Uint8Array): GoCertificate {
  const input = new DerReader(der);
  const whole = input.read(TAG.SEQUENCE);
  if (whole === undefined) throw new GoParseError('x509: malformed certificate');
  const extensions = checkCertificate(whole);
  if (!input.isEmpty) throw new GoParseError('x509: trailing data');
  return {
    unhandledCritical: extensions
      .filter(({ critical, isUnhandled }) => critical && isUnhandled)
      .map(({ oid }) => oid),
  };
}

type CheckedExtension = GoExtension & { readonly isUnhandled: boolean };

/** Checks the fields in the order of parser.go, parseCertificate. */
function checkCertificate(whole: DerReader): CheckedExtension[] {
  const fields = expected(whole.read(TAG.SEQUENCE), 'malformed tbs certificate');
  const version = readVersion(fields);
  const serial = expected(fields.integer(), 'malformed serial number');
  if (serial < 0n) throw new GoParseError('x509: negative serial number');
  const inner = expected(fields.read(TAG.SEQUENCE), 'malformed signature algorithm identifier');
  const outer = expected(whole.read(TAG.SEQUENCE), 'malformed algorithm identifier');
  if (!outer.rest.equals(inner.rest))
    throw new GoParseError("x509: inner and outer signature algorithm identifiers don't match");
  readAlgorithm(inner);
  checkName(expected(fields.readElement(TAG.SEQUENCE), 'malformed issuer'));
  checkValidity(expected(fields.read(TAG.SEQUENCE), 'malformed validity'));
  // Go says "issuer" for the subject, too.
  checkName(expected(fields.readElement(TAG.SEQUENCE), 'malformed issuer'));
  checkKeyInfo(expected(fields.read(TAG.SEQUENCE), 'malformed spki'));
  const extensions = version > 1 ? readRest(fields, version) : [];
  expected(whole.bitString(), 'malformed signature');
  return extensions;
}

/** Returns 1, 2 or 3. */
function readVersion(fields: DerReader): number {
  const explicit = expected(fields.readOptional(constructedTag(0)), 'malformed version');
  if (explicit === 'absent') return 1;
  const value = expected(explicit.int64(), 'malformed version');
  if (value < 0n || !explicit.isEmpty) throw new GoParseError('x509: malformed version');
  if (value > 2n) throw new GoParseError('x509: invalid version');
  return Number(value) + 1;
}

function checkKeyInfo(info: DerReader): void {
  const sequence = expected(info.read(TAG.SEQUENCE), 'malformed public key algorithm identifier');
  const algorithm = readAlgorithm(sequence);
  checkPublicKey(algorithm, expected(info.bitString(), 'malformed subjectPublicKey'));
}

function readRest(fields: DerReader, version: number): CheckedExtension[] {
  expected(fields.readOptional(contextTag(1)), 'malformed issuerUniqueID');
  expected(fields.readOptional(contextTag(2)), 'malformed subjectUniqueID');
  if (version < 3) return [];
  const explicit = expected(fields.readOptional(constructedTag(3)), 'malformed extensions');
  if (explicit === 'absent') return [];
  const list = expected(explicit.read(TAG.SEQUENCE), 'malformed extensions');
  const found = new Map<string, GoExtension>();
  while (!list.isEmpty) {
    const extension = readExtension(expected(list.read(TAG.SEQUENCE), 'malformed extension'));
    const { oid } = extension;
    if (found.has(oid))
      throw new GoParseError(`x509: certificate contains duplicate extension with OID "${oid}"`);
    found.set(oid, extension);
  }
  return [...found.values()].map((extension) => ({ ...extension, isUnhandled: checkExtension(extension) }));
}

/** Reads an extension (parser.go, parseExtension). */
function readExtension(extension: DerReader): GoExtension {
  const oid = expected(extension.objectIdentifier(), 'malformed extension OID field');
  const critical = extension.isNext(TAG.BOOLEAN)
    ? expected(extension.boolean(), 'malformed extension critical field')
    : false;
  const value = expected(extension.read(TAG.OCTET_STRING), 'malformed extension value field');
  return { oid, critical, value: value.rest };
}

function expected<T>(value: T | undefined, words: string): T {
  if (value === undefined) throw new GoParseError(`x509: ${words}`);
  return value;
}

/**
 * Checks the validity period as Go does (parser.go, parseValidity and parseTime), but not whether it includes now.
 *
 * @throws GoParseError for a time that Go cannot read.
 */
function checkValidity(validity: DerReader): void {
  checkTime(validity);
  checkTime(validity);
}

function checkTime(validity: DerReader): void {
  if (validity.isNext(TAG.UTC_TIME)) {
    const text = validity.read(TAG.UTC_TIME)?.rest.toString('latin1');
    if (text === undefined || !isUtcTime(text)) throw new GoParseError('x509: malformed UTCTime');
  } else if (validity.isNext(TAG.GENERALIZED_TIME)) {
    const text = validity.read(TAG.GENERALIZED_TIME)?.rest.toString('latin1');
    if (text === undefined || !isGeneralizedTime(text))
      throw new GoParseError('x509: malformed GeneralizedTime');
  } else throw new GoParseError('x509: unsupported time format');
}

/** Reports whether ReadASN1UTCTime reads it: seconds may be missing, and the zone may differ from Z. */
function isUtcTime(text: string): boolean {
  const parts = /^(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)?(Z|[+-]\d{4})$/.exec(text);
  if (parts === null) return false;
  const [, year = '', ...others] = parts;
  // Go's time.Parse: years from 69 on are of the last century.
  return isMoment(Number(year) + (Number(year) >= 69 ? 1900 : 2000), others);
}

/** Reports whether ReadASN1GeneralizedTime reads it: whole seconds, always. */
function isGeneralizedTime(text: string): boolean {
  const parts = /^(\d{4})(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)(Z|[+-]\d{4})$/.exec(text);
  if (parts === null) return false;
  const [, year = '', ...others] = parts;
  return isMoment(Number(year), others);
}

/** Reports whether the date and time exist, and Go writes them in the same way: UTC is Z. */
function isMoment(year: number, parts: readonly (string | undefined)[]): boolean {
  const [month = 0, day = 0, hour = 0, minute = 0, second = 0] = parts
    .slice(0, 5)
    .map((part) => Number(part ?? 0));
  const zone = parts[5] ?? '';
  if (month < 1 || month > 12 || day < 1 || day > daysIn(month, year)) return false;
  if (hour > 23 || minute > 59 || second > 59) return false;
  if (zone === 'Z') return true;
  const [hours, minutes] = [Number(zone.slice(1, 3)), Number(zone.slice(3))];
  return hours <= 24 && minutes < 60 && hours + minutes > 0;
}

function daysIn(month: number, year: number): number {
  const isLeap = (year % 4 === 0 && year % 100 !== 0) || year % 400 === 0;
  if (month === 2) return isLeap ? 29 : 28;
  return [4, 6, 9, 11].includes(month) ? 30 : 31;
}
