import { hidden, KeyBlocks } from '../../text/printable.ts';
import { base64View } from './dumps.ts';
import { aligned, Fragments, noTails, type Tails } from './fragments.ts';
import { maskForms, type SecretOrigin, SecretWords } from './mask-forms.ts';
import { keyMaterial, secretMaterial } from './secret-material.ts';
import { bareViewsOf, type Place, type View, viewsOf } from './views.ts';

/** Characters that belong to the same run of base64 or hex as a piece that was found. */
const runCharacter = /[A-Za-z0-9+/=_:-]/;

/** Tells a PEM private key in bytes, also in base64 (at any offset) and in hex. */
const keyMarks: readonly string[] = [
  'PRIVATE KEY',
  ...aligned(Buffer.from('PRIVATE KEY')),
  Buffer.from('PRIVATE KEY').toString('hex'),
];

/**
 * So many masks of keys that hosts have sent or that were made here go to the runner, which looks for each in every line.
 * A cluster of nine with RSA-4096 needs two thousand. What goes beyond is still hidden here.
 */
const mostMasks = 10_000;
const mostKeys = 1000;

/**
 * Knows the secrets of this run and takes them out of every text before it leaves: the first line of defence, of
 * which the runner's own masker is the second. The runner masks the log only, never an artifact, and misses keys
 * that are cut, wrapped anew or in hex. All work takes time in proportion to the text.
 */
export class Redactor {
  readonly #mask: (forms: readonly string[]) => void;
  readonly #words = new SecretWords();
  readonly #fragments = new Fragments();
  #masksLeft = mostMasks;
  #keysLeft = mostKeys;

  /** @param mask hands texts of one line each to the runner's masker: `setSecrets` of runner.ts. */
  constructor(mask: (forms: readonly string[]) => void) {
    this.#mask = mask;
  }

  /**
   * Makes a secret known, here and to the runner; from now on no form of it passes. Empty text is ignored.
   * @param origin `made`: the text was made here or sent by a host; it is ignored unless it is a private key.
   */
  register(secret: string, origin: SecretOrigin = 'input'): void {
    const material = origin === 'made' ? keyMaterial(secret) : secretMaterial(secret);
    if (origin === 'made' && this.#keysLeft < material.keys.length) return;
    const forms = maskForms(material, origin);
    this.#mask(origin === 'made' ? forms.slice(0, this.#masksLeft) : forms);
    if (origin === 'made') {
      this.#masksLeft = Math.max(0, this.#masksLeft - forms.length);
      this.#keysLeft -= material.keys.length;
    }
    for (const word of material.words) this.#words.add(word);
    for (const key of material.keys) this.#fragments.add(key);
  }

  /** A text of any number of lines without its secrets; a line that is far too long for anything is cut. */
  redact(text: string): string {
    return this.forStream()(text.split('\n')).join('\n');
  }

  /** As {@link forStream}, line by line. */
  forLines(): (line: string) => string {
    const redactLines = this.forStream();
    return (line) => redactLines([line])[0] ?? '';
  }

  /**
   * A redactor for the lines of one stream, in their order: it also hides private keys that were never registered,
   * from their BEGIN to their END line, and pieces of known ones that go on from line to line.
   */
  forStream(): (lines: readonly string[]) => string[] {
    const blocks = new KeyBlocks();
    const tails = noTails();
    return (lines) =>
      blocks.hideAll(lines.map((line) => cutLine(line))).map((line) => this.#redactKnown(line, tails));
  }

  /**
   * What secret the bytes hold, in words for a message; undefined when they may leave.
   */
  findSecret(content: string | Buffer): string | undefined {
    const bytes = typeof content === 'string' ? Buffer.from(content) : content;
    const text = bytes.toString('latin1');
    if (keyMarks.some((mark) => text.includes(mark))) return 'a private key';
    if (this.#fragments.isEmpty && this.#words.isEmpty) return undefined;
    const views = inBase64(bareViewsOf(text));
    if (!this.#fragments.isEmpty && views.some(({ view, base64 }) => this.#fragments.isIn(view, base64)))
      return 'a piece of a private key of this run';
    if (this.#words.isEmpty) return undefined;
    const decoded = bytes.toString('utf8');
    const decodedViews = decoded === text ? views : inBase64(bareViewsOf(decoded));
    return decodedViews.some(({ view, base64 }) => this.#words.isIn(view, base64))
      ? 'a secret of this run'
      : undefined;
  }

  /** The text without what makes {@link findSecret} take it for a private key, where it is none. */
  withoutKeyMarks(text: string): string {
    return keyMarks.reduce((rest, mark) => rest.replaceAll(mark, hidden), text);
  }

  #redactKnown(line: string, tails: Tails): string {
    if (line.trim() === '' || (this.#fragments.isEmpty && this.#words.isEmpty)) return line;
    const views = inBase64(viewsOf(line));
    const pieces = this.#fragments.isEmpty
      ? []
      : views.flatMap(({ view, base64 }, round) =>
          this.#fragments.find(view, base64, round === 0 ? tails : noTails()),
        );
    const words = this.#words.isEmpty
      ? []
      : views.flatMap(({ view, base64 }) => this.#words.find(view, base64));
    return cover(line, wholeRuns(line, pieces), words);
  }
}

/** Views of a text, each with what of it may be base64. */
function inBase64(views: readonly View[]): { readonly view: View; readonly base64: View }[] {
  return views.map((view) => ({ view, base64: base64View(view) }));
}

/** What stands before and after a piece in the same run is of the same secret. Each character is looked at twice at most. */
function wholeRuns(line: string, pieces: readonly Place[]): Place[] {
  const runs: Place[] = [];
  let done = 0;
  for (const { start, end } of inOrder(pieces)) {
    if (end <= done) continue;
    let from = Math.max(start, done);
    let to = Math.max(end, from);
    while (from > done && runCharacter.test(line.charAt(from - 1))) from -= 1;
    while (to < line.length && runCharacter.test(line.charAt(to))) to += 1;
    runs.push({ start: from, end: to });
    done = to;
  }
  return runs;
}

function inOrder(places: readonly Place[]): Place[] {
  return places.toSorted((one, other) => one.start - other.start);
}

function cover(line: string, ...places: readonly (readonly Place[])[]): string {
  let result = '';
  let done = 0;
  let covered = -1;
  for (const { start, end } of inOrder(places.flat())) {
    if (start > covered) {
      result += `${line.slice(done, start)}${hidden}`;
    }
    covered = Math.max(covered, end);
    done = Math.max(done, end);
  }
  return result + line.slice(done);
}

/** Longer lines are cut: a log is read by people, and a host could send megabytes on one line. */
export const longestLine = 2000;

/** Nothing looks at more of a line than this: what is shown is far less, and a key is found by its beginning. */
export const mostOfLine = 16 * 1024;

/** A line that is not too long; what is missing is counted. @param missing characters that were cut off before. */
export function shortened(line: string, longest = longestLine, missing = 0): string {
  const left = Math.max(0, line.length - longest) + missing;
  return left === 0 ? line : `${line.slice(0, longest)}… (${left} more characters)`;
}

/** The part of a line that is looked at; what is missing is counted. */
export function cutLine(line: string): string {
  return shortened(line, mostOfLine);
}
