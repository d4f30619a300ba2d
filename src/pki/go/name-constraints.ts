import { constructedTag, contextTag, DerReader, TAG } from './der-reader.ts';
import { isAscii } from './distinguished-name.ts';
import { isAddress, isDomain, isMailbox } from './internet-names.ts';
import { GoRefusal } from './refusal.ts';

/**
 * Checks name constraints (parser.go, parseNameConstraintsExtension).
 *
 * @returns whether Go does not handle all of them: critical ones then make each certificate of the CA invalid.
 * @throws GoRefusal for constraints that Go does not take.
 */
export function checkNameConstraints(value: Buffer): boolean {
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
    throw new GoRefusal('x509: invalid NameConstraints extension');
  const lists = [permitted, excluded].filter((list) => list !== 'absent');
  if (lists.every(({ isEmpty }) => isEmpty)) throw new GoRefusal('x509: empty name constraints extension');
  return lists.map(hasUnhandled).includes(true);
}

function hasUnhandled(subtrees: DerReader): boolean {
  let unhandled = false;
  while (!subtrees.isEmpty) {
    const base = subtrees.read(TAG.SEQUENCE)?.readAny();
    if (base === undefined) throw new GoRefusal('x509: invalid NameConstraints extension');
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

/** isValidIPMask: ones, then zeros. */
function isMask(mask: Buffer): boolean {
  const bits = [...mask].map((byte) => byte.toString(2).padStart(8, '0')).join('');
  return /^1*0*$/.test(bits);
}

function refuseUnless(isGood: boolean, words: string): void {
  if (!isGood) throw new GoRefusal(`x509: ${words}`);
}
