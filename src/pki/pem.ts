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
 * Gives the blocks of a PEM text in their order. Text around the blocks is passed over, as Go's pem.Decode does:
 * `openssl x509 -text` writes such files.
 */
export function decodePem(pem: string): PemBlock[] {
  return pemSpans(pem, ({ end }) => LINE_END.test(pem.slice(end, end + 80)))
    .filter(({ isClosed }) => isClosed)
    .map(({ label: type, start, end, bodyStart, bodyEnd }) => {
      const body = pem.slice(bodyStart, bodyEnd);
      const hasHeaders = body.includes(':');
      const bytes = hasHeaders ? Buffer.alloc(0) : Buffer.from(body, 'base64');
      return { type, text: pem.slice(start, end), hasHeaders, bytes };
    });
}

/** A BEGIN line ends its line; blanks before that are an editor's. */
const LINE_END = /^[ \t]*\r?\n/;
