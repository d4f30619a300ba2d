/** A BEGIN or END line of a PEM text (RFC 7468), wherever it stands. */
export interface PemMark {
  readonly kind: 'BEGIN' | 'END';
  /** For example `CERTIFICATE`. */
  readonly label: string;
  /** Where it begins, and where what is behind it does. */
  readonly start: number;
  readonly end: number;
}

/** What lies between a BEGIN and its END. */
export interface PemSpan {
  readonly label: string;
  /** From the BEGIN line up to, not including, what follows the END line. */
  readonly start: number;
  readonly end: number;
  readonly bodyStart: number;
  readonly bodyEnd: number;
  /** False where there is no END of this label any more: it then ends at the next mark, or with the text. */
  readonly isClosed: boolean;
}

/**
 * Labels are short, which keeps the search linear in the length of the text, whatever stands in it. The dashes behind one mark may
 * be those before the next.
 */
const MARK = /-----(BEGIN|END) ([A-Z0-9 ]{1,60})(?=-----)/g;
const DASHES = '-----'.length;

/**
 * The blocks of a PEM text in their order, each from a BEGIN line to the next END line of the same label; what lies within a
 * block begins none. Takes time in proportion to the text.
 * @param isBegin whether a mark may begin a block.
 */
export function pemSpans(text: string, isBegin: (mark: PemMark) => boolean): PemSpan[] {
  const marks = [...text.matchAll(MARK)].map(({ 0: whole, 1: kind, 2: label = '', index }): PemMark => ({
    kind: kind === 'BEGIN' ? 'BEGIN' : 'END',
    label,
    start: index,
    end: index + whole.length + DASHES,
  }));
  const ends = Map.groupBy(
    marks.filter(({ kind }) => kind === 'END'),
    ({ label }) => label,
  );
  const passed = new Map<string, number>();
  const spans: PemSpan[] = [];
  let done = 0;
  for (const [index, mark] of marks.entries()) {
    if (mark.kind === 'END' || mark.start < done || !isBegin(mark)) continue;
    const ofLabel = ends.get(mark.label) ?? [];
    let next = passed.get(mark.label) ?? 0;
    while ((ofLabel[next]?.start ?? Infinity) < mark.end) next += 1;
    passed.set(mark.label, next);
    const end = ofLabel[next];
    const cutOff = Math.max(mark.end, marks[index + 1]?.start ?? text.length);
    spans.push({
      label: mark.label,
      start: mark.start,
      end: end?.end ?? cutOff,
      bodyStart: mark.end,
      bodyEnd: end?.start ?? cutOff,
      isClosed: end !== undefined,
    });
    if (end !== undefined) done = end.end;
  }
  return spans;
}
