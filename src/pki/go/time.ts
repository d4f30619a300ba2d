import { TAG, type DerReader } from './der-reader.ts';
import { GoRefusal } from './refusal.ts';

/**
 * Checks when a certificate begins and ends, as Go does (parser.go, parseValidity and parseTime). Whether that is now is
 * judged elsewhere.
 *
 * @throws GoRefusal for a time that Go cannot read.
 */
export function checkValidity(validity: DerReader): void {
  checkTime(validity);
  checkTime(validity);
}

function checkTime(validity: DerReader): void {
  if (validity.isNext(TAG.UTC_TIME)) {
    const text = validity.read(TAG.UTC_TIME)?.rest.toString('latin1');
    if (text === undefined || !isUtcTime(text)) throw new GoRefusal('x509: malformed UTCTime');
  } else if (validity.isNext(TAG.GENERALIZED_TIME)) {
    const text = validity.read(TAG.GENERALIZED_TIME)?.rest.toString('latin1');
    if (text === undefined || !isGeneralizedTime(text))
      throw new GoRefusal('x509: malformed GeneralizedTime');
  } else throw new GoRefusal('x509: unsupported time format');
}

/** ReadASN1UTCTime: seconds may be missing, and the zone may be another one than Z. */
function isUtcTime(text: string): boolean {
  const parts = /^(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)?(Z|[+-]\d{4})$/.exec(text);
  if (parts === null) return false;
  const [, year = '', ...others] = parts;
  // Go's time.Parse: 69 and above are of the last century
  return isMoment(Number(year) + (Number(year) >= 69 ? 1900 : 2000), others);
}

/** ReadASN1GeneralizedTime: whole seconds, always. */
function isGeneralizedTime(text: string): boolean {
  const parts = /^(\d{4})(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)(Z|[+-]\d{4})$/.exec(text);
  if (parts === null) return false;
  const [, year = '', ...others] = parts;
  return isMoment(Number(year), others);
}

/** Whether there is such a moment, and Go writes it in the same way: the zone of Greenwich is Z. */
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
