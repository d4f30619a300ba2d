import type { CertificateDocument, HealthDocument } from '../../health/document.ts';
import type { HealthThresholds } from '../../health/thresholds.ts';
import { code, details, table, text } from '../markdown.ts';
import { counted } from '../plan-words.ts';
import { oneLine, STATUS_ICONS } from './words.ts';

/** The bars have this many cells, the longest for one year: kubeadm's leaf certificates live that long. */
const barCells = 20;
const barDays = 365;

/** Rows that are shown at once; the others are folded away. */
const shownRows = 10;

const longestCell = 200;

/** One certificate with everywhere it was seen. */
interface Seen {
  readonly certificate: CertificateDocument;
  readonly places: readonly CertificateDocument[];
}

/** The certificates by the days they have left, the first to end on top, each once however often it was seen. */
export function certificateTable({ certificates, thresholds }: HealthDocument): string {
  const rows = seenCertificates(certificates).map((seen) => row(seen, thresholds));
  const header = ['Days left', 'Until', 'Certificate', 'Seen'];
  const rest = rows.slice(shownRows);
  return [
    table(header, rows.slice(0, shownRows)),
    ...(rest.length === 0 ? [] : [details(counted(rest.length, 'more certificate'), table(header, rest))]),
  ].join('\n\n');
}

function seenCertificates(certificates: readonly CertificateDocument[]): Seen[] {
  const identity = ({ fingerprint, subject, notAfter }: CertificateDocument): string =>
    JSON.stringify([fingerprint, subject, notAfter]);
  return [...Map.groupBy(certificates, identity).values()]
    .flatMap((places) => places.slice(0, 1).map((certificate) => ({ certificate, places })))
    .toSorted((one, other) => one.certificate.daysLeft - other.certificate.daysLeft);
}

function row({ certificate, places }: Seen, thresholds: HealthThresholds): string[] {
  const { daysLeft, notAfter, subject, isCa } = certificate;
  return [
    `${sign(daysLeft, thresholds)} <code>${bar(daysLeft)}</code> ${daysLeft < 0 ? 'expired' : daysLeft}`,
    text(notAfter.slice(0, 10)),
    `${code(oneLine(subject, longestCell))}${isCa ? ' (CA)' : ''}`,
    placesOf(places),
  ];
}

function sign(
  daysLeft: number,
  { certificateFailureDays, certificateWarningDays }: HealthThresholds,
): string {
  if (daysLeft < certificateFailureDays) return STATUS_ICONS.fail;
  return daysLeft < certificateWarningDays ? STATUS_ICONS.warn : STATUS_ICONS.ok;
}

/** Filled for the days that are left; one that has not ended always has a cell. */
function bar(daysLeft: number): string {
  const share = Math.min(Math.max(daysLeft, 0), barDays) / barDays;
  const filled = daysLeft < 0 ? 0 : Math.max(1, Math.round(share * barCells));
  return '█'.repeat(filled) + '░'.repeat(barCells - filled);
}

/** The same file on several members is said once. */
function placesOf(places: readonly CertificateDocument[]): string {
  const byWhere = Map.groupBy(places, ({ place, where }) => JSON.stringify([place, where]));
  return [...byWhere.values()]
    .map((same) => {
      const names = [...new Set(same.map(({ member }) => member))];
      const [first] = same;
      const on = names.map((name) => code(oneLine(name, longestCell))).join(', ');
      return first === undefined ? '' : `${on} ${placeOf(first)}`;
    })
    .join('<br>');
}

function placeOf({ place, where }: CertificateDocument): string {
  const shown = code(oneLine(where, longestCell));
  return place === 'disk' ? shown : `${shown} (${place} listener)`;
}
