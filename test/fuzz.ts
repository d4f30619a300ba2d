/** Randomly spoiled texts, the same for the same seed. */

/** Tokens of one of the parsers. */
const PIECES = [
  '{', '}', '[', ']', ':', ': ', ',', '- ', '-', '\n', '\r', '\t', '  ', '"', "'", '#', '&a ', '*a', '!!', '<<: ', '|', '>', '%',
  '---\n', '\u0000', '\ufeff', '\ud800', '–', '=', '@', '$(', '..', '/', '\\n', '10.0.0.6', 'fd00::6', '%eth0', '[::1]', ']:', 'name',
  'address', 'ssh', 'hosts', 'value', 'null', '1e400', '0x1', '-1', '__proto__', 'constructor', '*', '!', '@revoked ', '|1|', 'SHA256:',
  'AAAA', '-----BEGIN ', '-----END ', 'true', '{}', '[]', 'hun',
]; // prettier-ignore

/** Numbers from 0 to 1 (mulberry32). */
export function numbers(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

/** One of a list that is not empty. */
export function oneOf<T>(list: readonly T[], random: () => number): T {
  return list[Math.floor(random() * list.length)] as T;
}

/** Returns a text with pieces removed and inserted, at one to four places. */
export function spoiled(text: string, random: () => number): string {
  let changed = text;
  const times = 1 + Math.floor(random() * 4);
  for (let time = 0; time < times; time += 1) {
    const at = Math.floor(random() * (changed.length + 1));
    const cut = random() < 0.4 ? Math.floor(random() * 12) : 0;
    const piece = random() < 0.8 ? oneOf(PIECES, random) : '';
    changed = changed.slice(0, at) + piece.repeat(1 + Math.floor(random() * 3)) + changed.slice(at + cut);
  }
  return changed;
}

/** Unexpected values in JSON. */
const STRANGE: readonly unknown[] = [
  null, true, 0, -1, 1e300, '', 'x', '18446744073709551616', [], [null], [[]], {}, { length: 2 }, { x: null },
]; // prettier-ignore

/** Returns a JSON value with one of its parts replaced by an unexpected value, or removed. */
export function withStrangePart(value: unknown, random: () => number): unknown {
  const isNode = typeof value === 'object' && value !== null && Object.keys(value).length > 0;
  if (!isNode || random() < 0.1) return oneOf(STRANGE, random);
  const name = oneOf(Object.keys(value), random);
  const part = withStrangePart((value as Record<string, unknown>)[name], random);
  if (Array.isArray(value))
    return value.map((entry: unknown, index) => (String(index) === name ? part : entry));
  return random() < 0.2
    ? Object.fromEntries(Object.entries(value).filter(([other]) => other !== name))
    : { ...value, [name]: part };
}

/** Returns bytes with one to four changed, or cut short. */
export function spoiledBytes(bytes: Buffer, random: () => number): Buffer {
  const changed = Buffer.from(bytes);
  const times = 1 + Math.floor(random() * 4);
  for (let time = 0; time < times; time += 1)
    changed[Math.floor(random() * changed.length)] = oneOf([0, 1, 0x7f, 0x80, 0xff, random() * 256], random);
  return random() < 0.2 ? changed.subarray(0, Math.floor(random() * changed.length)) : changed;
}

/** Half of the maximum of an environment variable, and so of an input (Linux: MAX_ARG_STRLEN). */
const MANY_CHARACTERS = 64 * 1024;

/** Long texts of one repeated piece, alone and after each other one, on which backtracking parsers take forever. */
export function overlong(pieces: readonly string[]): string[] {
  return pieces.flatMap((piece) => {
    const many = piece.repeat(Math.floor(MANY_CHARACTERS / piece.length));
    return [many, ...pieces.map((other) => other + many)];
  });
}

/** Processor milliseconds for one text; wall time would depend on the machine's load. */
const PATIENCE_MS = 2000;

/**
 * Returns those of the texts, shortened, that exceed the limit, twice: the collection of a large heap may happen to fall into one
 * of the two, and counts as processor time.
 */
export function tooSlow(texts: readonly string[], parse: (text: string) => unknown): string[] {
  const isSlow = (text: string): boolean => {
    const before = process.cpuUsage();
    parse(text);
    const { user, system } = process.cpuUsage(before);
    return (user + system) / 1000 > PATIENCE_MS;
  };
  return texts.filter((text) => isSlow(text) && isSlow(text)).map((text) => text.slice(0, 60));
}

/** Returns every run of characters of a PEM key's body that a message could reveal. */
export function bodyPieces(text: string): string[] {
  return text
    .split('\n')
    .filter((line) => !line.startsWith('-') && !line.includes(':'))
    .flatMap((line) => line.match(/.{16}/g) ?? []);
}
