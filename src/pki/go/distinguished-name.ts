import { DerReader, TAG } from './der-reader.ts';
import { GoRefusal } from './refusal.ts';

/**
 * Checks a subject or issuer as Go does (parser.go, parseName).
 *
 * @throws GoRefusal for a name that Go does not take.
 */
export function checkName(encoded: DerReader): void {
  const name = encoded.read(TAG.SEQUENCE);
  if (name === undefined) throw new GoRefusal('x509: invalid RDNSequence');
  while (!name.isEmpty) {
    const set = name.read(TAG.SET);
    if (set === undefined) throw new GoRefusal('x509: invalid RDNSequence');
    while (!set.isEmpty) checkAttribute(set.read(TAG.SEQUENCE));
  }
}

function checkAttribute(attribute: DerReader | undefined): void {
  const refuse = (words: string): never => {
    throw new GoRefusal(`x509: invalid RDNSequence: invalid attribute${words}`);
  };
  if (attribute === undefined) return refuse('');
  if (attribute.objectIdentifier() === undefined) return refuse(' type');
  const value = attribute.readAny();
  if (value === undefined) return refuse(' value');
  const problem = stringProblem(value.tag, value.contents);
  if (problem !== undefined) refuse(` value: ${problem}`);
}

/** What is wrong with a string (parser.go, parseASN1String), in Go's words. */
function stringProblem(tag: number, bytes: Buffer): string | undefined {
  switch (tag) {
    case TAG.T61_STRING:
      return undefined;
    case TAG.PRINTABLE_STRING:
      return bytes.every(isPrintable) ? undefined : 'invalid PrintableString';
    case TAG.UTF8_STRING:
      return isUtf8(bytes) ? undefined : 'invalid UTF-8 string';
    case TAG.BMP_STRING:
      return isBmp(bytes) ? undefined : 'invalid BMPString';
    case TAG.IA5_STRING:
      return isAscii(bytes) ? undefined : 'invalid IA5String';
    case TAG.NUMERIC_STRING:
      return /^[0-9 ]*$/.test(bytes.toString('latin1')) ? undefined : 'invalid NumericString';
    default:
      return 'unsupported string type';
  }
}

/** isPrintable: the set of X.680, with the asterisk and the ampersand that many certificates have. */
function isPrintable(byte: number): boolean {
  return /^[A-Za-z0-9'()+,\-./ :=?*&]$/.test(String.fromCharCode(byte));
}

function isUtf8(bytes: Buffer): boolean {
  try {
    new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
    return true;
  } catch {
    return false;
  }
}

/** Pairs of bytes, a terminator or none, no surrogates and none of the code points that are reserved for ever. */
function isBmp(bytes: Buffer): boolean {
  if (bytes.length % 2 !== 0) return false;
  const hasTerminator = bytes.length >= 2 && bytes.readUInt16BE(bytes.length - 2) === 0;
  const end = hasTerminator ? bytes.length - 2 : bytes.length;
  for (let at = 0; at < end; at += 2) {
    const point = bytes.readUInt16BE(at);
    const isReserved = point >= 0xfffe || (point >= 0xfdd0 && point <= 0xfdef);
    if (isReserved || (point >= 0xd800 && point <= 0xdfff)) return false;
  }
  return true;
}

/** Whether all bytes are ASCII (x509.go, isIA5String). */
export function isAscii(bytes: Uint8Array): boolean {
  return bytes.every((byte) => byte < 0x80);
}
