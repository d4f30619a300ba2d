import type { KeyMaterial, SecretMaterial } from './secret-material.ts';

/**
 * Where a secret comes from: what a user brings can come back in more forms than a key that was made in this run, or that a
 * host has sent.
 */
export type SecretOrigin = 'input' | 'made';

/** Line lengths in which base64 is commonly written: by OpenSSH, in PEM, and in MIME and by coreutils. */
const lineLengths = [70, 64, 76] as const;

/** A piece shorter than this, such as the last line of a key, could be an ordinary word elsewhere. */
const shortestPiece = 8;
/** A host may break the lines of its key where it likes, so that one is a word of the report. */
const shortestPieceMade = 32;

/**
 * The strings to hand to the runner's masker for a secret, each on one line. The runner adds encodings of each by
 * itself (ValueEncoders.cs), but does not know a key that is joined, wrapped anew, in hex, or encoded as a whole file.
 * BEGIN and END lines and the public half of a key are not among them: certificates hold the like, and the runner
 * drops every output that holds anything masked.
 */
export function maskForms({ words, keys }: SecretMaterial, origin: SecretOrigin): string[] {
  const pieces = keys.flatMap((key) => [...secretLines(key), ...joined(key), ...wholeFile(key.pem)]);
  const derived =
    origin === 'made'
      ? [...pieces, ...keys.flatMap(wrappedAsPem)].filter((piece) => piece.length >= shortestPieceMade)
      : [...pieces, ...keys.flatMap(furtherForms), ...words.flatMap(formsOfWord)];
  return [...new Set([...words, ...derived.filter((piece) => piece.length >= shortestPiece)])];
}

function furtherForms(key: KeyMaterial): string[] {
  return [...wrappedAnew(key), ...wrappedFile(key.pem), ...hexNumbers(key)];
}

/** The lines of the key as given that hold something secret. */
function secretLines(key: KeyMaterial): string[] {
  let place = 0;
  return key.body.split(/\s+/).filter((line) => {
    const start = place;
    place += line.length;
    return place > key.from && start < key.to;
  });
}

/** The whole body on one line, and its secret part alone. */
function joined(key: KeyMaterial): string[] {
  const base64 = key.body.replace(/\s/g, '');
  return [base64, base64.slice(key.from, key.to)];
}

function wrappedAsPem(key: KeyMaterial): string[] {
  return secretLines({ ...key, body: wrap(key.body.replace(/\s/g, ''), 64) });
}

function wrappedAnew(key: KeyMaterial): string[] {
  const base64 = key.body.replace(/\s/g, '');
  return lineLengths.flatMap((length) => secretLines({ ...key, body: wrap(base64, length) }));
}

/** base64 of the whole file, with and without the line break at its end. */
function wholeFile(pem: string): string[] {
  return [pem, `${pem}\n`].map((text) => Buffer.from(text).toString('base64'));
}

function wrappedFile(pem: string): string[] {
  return wholeFile(pem).flatMap((base64) => wrap(base64, 76).split('\n'));
}

function hexNumbers(key: KeyMaterial): string[] {
  return key.numbers.map((number) => number.toString('hex')).flatMap((hex) => [hex, hex.toUpperCase()]);
}

/** Beside those that the runner makes by itself: hex, as Go writes JSON, URLs in small letters, both normal forms. */
function formsOfWord(word: string): string[] {
  const hex = Buffer.from(word).toString('hex');
  const go = JSON.stringify(word)
    .slice(1, -1)
    .replaceAll(/[&<>]/g, (sign) => `\\u00${sign.charCodeAt(0).toString(16)}`);
  const url = encodeURIComponent(word.toWellFormed());
  const small = url.replaceAll(/%../g, (code) => code.toLowerCase());
  const normal = [word.normalize('NFC'), word.normalize('NFD')];
  const written = [go, ...normal].filter((form) => form !== word).concat(small === url ? [] : [small]);
  return [hex, hex.toUpperCase(), ...written];
}

function wrap(text: string, length: number): string {
  return text.match(new RegExp(`.{1,${length}}`, 'g'))?.join('\n') ?? '';
}
