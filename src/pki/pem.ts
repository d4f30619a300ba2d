import { pemSpans } from './pem-marks.ts';

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
  return pemSpans(pem, ({ end }) => endsLine(pem, end)).flatMap((span) => {
    if (!span.isClosed) return [];
    const body = pem.slice(span.bodyStart, span.bodyEnd);
    const hasHeaders = body.includes(':');
    const bytes = hasHeaders ? Buffer.alloc(0) : Buffer.from(body, 'base64');
    return [{ type: span.label, text: pem.slice(span.start, span.end), hasHeaders, bytes }];
  });
}

/** Whether only blanks stand before the next line break. */
function endsLine(pem: string, at: number): boolean {
  const lineBreak = /[ \t]*\r?\n/y;
  lineBreak.lastIndex = at;
  return lineBreak.test(pem);
}
