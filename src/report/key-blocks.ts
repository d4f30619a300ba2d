/** Lines of a key's body in every common wrapping are at least this long, but for the last. */
const longLine = 40;

/** What stands in the place of something secret; the runner's masker writes the same. */
export const hidden = '***';

/**
 * Hides private keys in the lines of one stream, whoever they belong to. A line that merely names a BEGIN line, as an
 * error message may, does not swallow what follows it.
 */
export class KeyBlocks {
  /** `begun` after a BEGIN line, `body` after a line of base64 behind it. */
  #state: 'outside' | 'begun' | 'body' = 'outside';

  /** The next line of the stream without key material. */
  hide(line: string): string {
    const begin = /-----BEGIN [A-Z0-9 ]*PRIVATE KEY[A-Z ]*-----/.exec(line);
    if (begin !== null) return this.#hideFrom(line, begin.index + begin[0].length);
    if (this.#state === 'outside' || isHeader(line)) return line;
    return this.#hideInside(line);
  }

  #hideFrom(line: string, start: number): string {
    const rest = line.slice(start);
    const end = rest.indexOf('-----END ');
    this.#state = end < 0 ? 'begun' : 'outside';
    return line.slice(0, start) + (rest.trim() === '' ? '' : hidden) + (end < 0 ? '' : rest.slice(end));
  }

  #hideInside(line: string): string {
    const [body = ''] = /[A-Za-z0-9+/=]+\s*$/.exec(line) ?? [];
    const isBody = /^[\s>|+\-*]*$/.test(line.slice(0, line.length - body.length)) && body !== '';
    const isLast = body.trim().length < longLine;
    if (!isBody || (isLast && this.#state === 'begun')) {
      this.#state = 'outside';
      return line;
    }
    this.#state = isLast ? 'outside' : 'body';
    return line.slice(0, line.length - body.length) + hidden;
  }
}

/** A line of an old encrypted key between BEGIN and body (RFC 1421), or a blank one. */
function isHeader(line: string): boolean {
  return /^[\s>|+\-*]*(?:$|(?:Proc-Type|DEK-Info|Comment): )/.test(line);
}
