/** Maximum length of a text that is used. */
const MAX_TEXT_LENGTH = 64 * 1024;

/**
 * Makes foreign text safe for a message: one line, no control characters, no private key, at most `limit` characters.
 */
export function printable(text: string, limit = 300): string {
  const line = hideKeys(text.slice(0, MAX_TEXT_LENGTH))
    .replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]+/gu, ' ')
    .replace(/ +/g, ' ')
    .trim();
  return line.length > limit ? `${line.slice(0, limit)}…` : line;
}

/** Formats a duration for messages, e.g. `1.5 s` or `20 s`. */
export function seconds(milliseconds: number): string {
  return `${(milliseconds / 1000).toFixed(milliseconds < 10_000 ? 1 : 0)} s`;
}

/** Replaces secrets; the runner's masker prints the same. */
export const hidden = '***';

/** A BEGIN or END line of a private key, anywhere in a line. The counts keep the search linear. */
const KEY_MARK = /-{4,5} ?(BEGIN|END) [A-Z0-9 ]{0,40}PRIVATE KEY[A-Z ]{0,40}-{4,5}/g;

/** After this many lines without key material a key's rest is no longer expected. */
const MAX_LINES_WITHOUT_KEY = 200;

/** Characters around a line of a quoted key: in JSON, YAML, shells and mails. */
const DECORATED_BLANK = /^[\s>|+\-*"'#]*$/;
const DECORATION = /[\s"'`,;\\)\]}]/;

/** Hides all private keys in a text of any number of lines. */
export function hideKeys(text: string): string {
  return text.includes('----') ? new KeyBlocks().hideAll(text.split('\n')).join('\n') : text;
}

/** A key that has begun and not ended. */
interface Block {
  /** The text before its BEGIN line, unchanged and in the compared form. */
  readonly prefix: string;
  readonly column: string;
  /** The length of its lines, once known. */
  width: number;
  /** The last line in its column belonged to its body. */
  inBody: boolean;
  /** The remaining lines for which it is open. */
  left: number;
}

/**
 * Hides all private keys in the lines of one stream: from BEGIN to END, also after a prefix such as a journal's, in
 * quotes, wrapped at any width, and with other lines in between. A line that merely mentions a BEGIN line, as an
 * error message may, does not hide the following text.
 */
export class KeyBlocks {
  #block: Block | undefined;

  /** Returns the next line of the stream without key material. */
  hide(line: string): string {
    return this.hideAll([line])[0] ?? '';
  }

  /**
   * Returns the next lines of the stream. If only the END of a key is among them, the lines before it are hidden too.
   */
  hideAll(lines: readonly string[]): string[] {
    const shown: string[] = [];
    for (const [index, line] of lines.entries()) {
      const marks = line.includes('----') ? [...line.matchAll(KEY_MARK)] : [];
      if (marks.length > 0) {
        const startsInside = this.#block !== undefined;
        shown.push(this.#hideAround(line, marks));
        if (!startsInside && marks[0]?.[1] === 'END')
          hideBefore(lines, shown, index, line.slice(0, marks[0].index));
      } else shown.push(this.#block === undefined ? line : this.#hideInside(line, this.#block));
    }
    return shown;
  }

  /** Hides a key in a line with BEGIN or END marks. */
  #hideAround(line: string, marks: readonly RegExpExecArray[]): string {
    let shown = '';
    let done = 0;
    let begunHere = false;
    for (const mark of marks) {
      const before = line.slice(done, mark.index);
      if (begunHere) shown += isDecoration(before) ? before : hidden;
      else shown += mark[1] === 'END' ? withoutRuns(before) : before;
      shown += mark[0];
      done = mark.index + mark[0].length;
      begunHere = mark[1] === 'BEGIN';
      this.#block = begunHere ? newBlock(line.slice(0, mark.index)) : undefined;
    }
    const rest = line.slice(done);
    if (!begunHere) return shown + rest;
    return shown + (rest.trim() === '' ? '' : isDecoration(rest) ? rest : hidden);
  }

  #hideInside(line: string, block: Block): string {
    if (isHeader(line)) return line;
    block.left -= 1;
    if (block.left < 0) {
      this.#block = undefined;
      return line;
    }
    const { prefix, run, suffix } = inColumnOf(block, tailOf(line));
    if (run === '' || !isBody(run, prefix, block)) return line;
    block.left = MAX_LINES_WITHOUT_KEY;
    return prefix + hidden + suffix.trimEnd();
  }
}

function newBlock(prefix: string): Block {
  return { prefix, column: columnOf(prefix), width: 0, inBody: false, left: MAX_LINES_WITHOUT_KEY };
}

/** Reports whether a run of base64 at a line's end belongs to the open key, and updates the key. */
function isBody(run: string, prefix: string, block: Block): boolean {
  if (columnOf(prefix) !== block.column && !DECORATED_BLANK.test(prefix))
    return run.length >= 40 && isMixed(run, 3);
  const isWhole = run.length === block.width || run.length >= 40 || isLikely(run);
  const isLast = !isWhole && block.inBody && run.length < block.width;
  block.inBody = isWhole;
  if (isWhole) block.width = Math.max(block.width, run.length);
  return isWhole || isLast;
}

/** Reports whether a run of base64 encodes bytes and is not a word: words have no inner capitals and no digits. */
function isLikely(run: string): boolean {
  return run.length >= 24 ? isMixed(run, 2) : run.length >= 8 && isMixed(run, 3);
}

/** @param kinds how many of these kinds it must contain: lower-case letters, capitals, digits or signs. */
function isMixed(run: string, kinds: 2 | 3): boolean {
  return /[a-z]/.test(run) && /[A-Z]/.test(run) && (kinds === 2 || /[0-9+/=]/.test(run));
}

interface Tail {
  readonly prefix: string;
  /** Base64; the last in the line except for decoration. */
  readonly run: string;
  readonly suffix: string;
}

/** Scans from the end, without a regular expression: that would restart at every position. */
function tailOf(line: string): Tail {
  let end = line.length;
  while (end > 0 && DECORATION.test(line.charAt(end - 1))) end -= 1;
  let start = end;
  while (start > 0 && isBase64(line.charCodeAt(start - 1))) start -= 1;
  return { prefix: line.slice(0, start), run: line.slice(start, end), suffix: line.slice(end) };
}

/** Moves `+`, which a diff puts before each line, to the prefix if the BEGIN line's prefix has it. */
function inColumnOf({ prefix }: Block, tail: Tail): Tail {
  const more = prefix.length - tail.prefix.length;
  if (more <= 0 || !`${tail.prefix}${tail.run}`.startsWith(prefix)) return tail;
  return { ...tail, prefix, run: tail.run.slice(more) };
}

/** Replaces numbers and white space, in which the prefixes of one column differ: times, counts, indents. */
function columnOf(prefix: string): string {
  return prefix.replaceAll(/\d+/g, '0').replaceAll(/\s+/g, ' ').trim();
}

function isBase64(code: number): boolean {
  const isLetter = (code >= 65 && code <= 90) || (code >= 97 && code <= 122);
  return isLetter || (code >= 47 && code <= 57) || code === 43 || code === 61;
}

/** Hides everything from the first run that looks like a key's. */
function withoutRuns(text: string): string {
  const first = [...text.matchAll(/[A-Za-z0-9+/=]+/g)].find(([run]) => run.length >= 40 || isLikely(run));
  return first === undefined ? text : text.slice(0, first.index) + hidden;
}

/** Hides the lines of a key before its END line, if its BEGIN line is not among them. */
function hideBefore(lines: readonly string[], shown: string[], index: number, prefix: string): void {
  const block = newBlock(prefix);
  for (let at = index - 1; at >= Math.max(0, index - MAX_LINES_WITHOUT_KEY); at -= 1) {
    const line = lines[at] ?? '';
    if (line.includes('-----')) return; // another key, or a certificate
    const tail = inColumnOf(block, tailOf(line));
    const isColumn = columnOf(tail.prefix) === block.column || DECORATED_BLANK.test(tail.prefix);
    if (!isColumn) continue;
    // The last line of a key may be of any length.
    const isBefore = at === index - 1 && tail.run !== '';
    if (!isBefore && !isBody(tail.run, tail.prefix, block)) return;
    shown[at] = tail.prefix + hidden + tail.suffix.trimEnd();
  }
}

function isDecoration(text: string): boolean {
  return /^[\s"'`,;\\)\]}]*$/.test(text);
}

/** Matches a line of an old encrypted key between BEGIN and body (RFC 1421), or a blank one. */
function isHeader(line: string): boolean {
  return /^[\s>|+\-*]*(?:$|(?:Proc-Type|DEK-Info|Comment): )/.test(line);
}
