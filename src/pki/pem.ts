/** One block of a PEM text. */
export interface PemBlock {
  /** The word between BEGIN/END and the dashes, for example `CERTIFICATE`. */
  readonly type: string;
  /** The block as it was found, BEGIN and END lines included. */
  readonly text: string;
  /** The decoded bytes; empty when the block has headers (`Proc-Type: 4,ENCRYPTED`). */
  readonly bytes: Buffer;
  /** True when the block has RFC 1421 headers; only old encrypted keys do. */
  readonly hasHeaders: boolean;
}

/** Gives a PEM text exactly as Go's pem.Encode writes it: 64 columns, one line feed at the end. */
export function encodePem(type: string, bytes: Uint8Array): string {
  const lines =
    Buffer.from(bytes)
      .toString('base64')
      .match(/.{1,64}/g) ?? [];
  return [`-----BEGIN ${type}-----`, ...lines, `-----END ${type}-----`, ''].join('\n');
}

/**
 * Characters that a file of certificates or a key may have: many times what the largest has. Hosts send such files, and no
 * host is to decide how long the runner works on one.
 */
export const MOST_PEM_CHARACTERS = 256 * 1024;

/**
 * Gives the blocks of a PEM text in their order. Text around the blocks is passed over, as Go's pem.Decode does:
 * `openssl x509 -text` writes such files. Takes time in proportion to the text, whatever it holds.
 */
export function decodePem(pem: string): PemBlock[] {
  const blocks: PemBlock[] = [];
  let from = 0;
  for (const { type, start, bodyStart, end } of blocksIn(pem)) {
    if (start < from) continue;
    from = end + endLine(type).length;
    const body = pem.slice(bodyStart, end);
    const hasHeaders = body.includes(':');
    const bytes = hasHeaders ? Buffer.alloc(0) : Buffer.from(body, 'base64');
    blocks.push({ type, text: pem.slice(start, from), hasHeaders, bytes });
  }
  return blocks;
}

interface FoundBlock {
  readonly type: string;
  /** Where its BEGIN line starts, what is behind that line, and where its END line starts. */
  readonly start: number;
  readonly bodyStart: number;
  readonly end: number;
}

/** Each BEGIN line with the next END line of its type; those inside of another block as well. */
function blocksIn(pem: string): FoundBlock[] {
  const marks = [...pem.matchAll(/-----(BEGIN|END) ([A-Z0-9 ]+)(?=-----)/g)];
  const ends = new Map<string, number>();
  const found: FoundBlock[] = [];
  // from behind, so that the next END line of a type is known without a search
  for (const { 0: mark, 1: kind, 2: type = '', index: start } of marks.toReversed()) {
    if (kind === 'END') {
      ends.set(type, start);
      continue;
    }
    const end = ends.get(type);
    const bodyStart = behindLine(pem, start + mark.length + DASHES);
    if (end !== undefined && bodyStart !== undefined && bodyStart <= end)
      found.push({ type, start, bodyStart, end });
  }
  return found.toReversed();
}

const DASHES = '-----'.length;

function endLine(type: string): string {
  return `-----END ${type}-----`;
}

/** Where the next line begins, if there are only blanks before it. */
function behindLine(pem: string, at: number): number | undefined {
  const lineBreak = /[ \t]*\r?\n/y;
  lineBreak.lastIndex = at;
  return lineBreak.test(pem) ? lineBreak.lastIndex : undefined;
}
