/** One block of a PEM text. */
export interface PemBlock {
  /** The word between BEGIN/END and the dashes, for example `CERTIFICATE`. */
  readonly type: string;
  /** The block as found, BEGIN and END lines included. */
  readonly text: string;
  /** The decoded bytes; empty if the block has headers (`Proc-Type: 4,ENCRYPTED`). */
  readonly bytes: Buffer;
  /** True if the block has RFC 1421 headers; only old encrypted keys do. */
  readonly hasHeaders: boolean;
}

/** Returns a PEM text exactly as Go's pem.Encode writes it: 64 columns, one line feed at the end. */
export function encodePem(type: string, bytes: Uint8Array): string {
  const lines =
    Buffer.from(bytes)
      .toString('base64')
      .match(/.{1,64}/g) ?? [];
  return [`-----BEGIN ${type}-----`, ...lines, `-----END ${type}-----`, ''].join('\n');
}

/**
 * Most characters of a file of certificates or a key: many times the length of the largest. Hosts send such files, and
 * no host may decide how long the runner works on one.
 */
export const MOST_PEM_CHARACTERS = 256 * 1024;

/**
 * Returns the blocks of a PEM text in their order. Skips the text around the blocks, as Go's pem.Decode does: `openssl
 * x509 -text` writes such files. Takes time linear in the length of the text.
 */
export function decodePem(pem: string): PemBlock[] {
  return pemSpans(pem, ({ end }) => endsLine(pem, end)).flatMap((span) => {
    if (!span.isClosed) return [];
    const body = pem.slice(span.bodyStart, span.bodyEnd);
    const hasHeaders = body.includes(':');
    const bytes = hasHeaders ? Buffer.alloc(0) : Buffer.from(body, 'base64');
    return [{ type: span.label, text: pem.slice(span.start, span.end), hasHeaders, bytes }];
  });
}

/** Reports whether only blanks precede the next line break. */
function endsLine(pem: string, at: number): boolean {
  const lineBreak = /[ \t]*\r?\n/y;
  lineBreak.lastIndex = at;
  return lineBreak.test(pem);
}

/** A BEGIN or END line of a PEM text (RFC 7468), at any position in a line. */
export interface PemMark {
  readonly kind: 'BEGIN' | 'END';
  /** For example `CERTIFICATE`. */
  readonly label: string;
  /** Offset of its first character, and of the character after it. */
  readonly start: number;
  readonly end: number;
}

/** A BEGIN line, its END line and everything between them. */
export interface PemSpan {
  readonly label: string;
  /** From the BEGIN line up to, not including, the character after the END line. */
  readonly start: number;
  readonly end: number;
  readonly bodyStart: number;
  readonly bodyEnd: number;
  /** False if there is no further END line with this label: the span then ends at the next mark, or with the text. */
  readonly isClosed: boolean;
}

/**
 * Short labels keep the search linear in the length of the text. The dashes after one mark may be those before the
 * next.
 */
const MARK = /-----(BEGIN|END) ([A-Z0-9 ]{1,60})(?=-----)/g;
const DASHES = '-----'.length;

/**
 * Returns the blocks of a PEM text in their order, each from a BEGIN line to the next END line with the same label;
 * blocks do not nest. Takes time linear in the length of the text.
 * @param isBegin reports whether a mark may begin a block.
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
