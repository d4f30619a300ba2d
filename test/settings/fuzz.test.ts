import { expect, test } from '@jest/globals';
import { Refusal } from '../../src/findings.ts';
import { settingsOf } from './given.ts';
import { inventories, malformed } from './inventory/examples.ts';

/** Pieces that mean something to one of the parsers. */
const PIECES = [
  '{', '}', '[', ']', ':', ': ', ',', '- ', '-', '\n', '\r', '\t', '  ', '"', "'", '#', '&a ', '*a', '!!', '<<: ', '|', '>', '%',
  '---\n', '\u0000', '\ufeff', '\ud800', '–', '=', '@', '$(', '..', '/', '10.0.0.6', 'fd00::6', 'name', 'address', 'ssh', 'hosts',
  'value', 'null', '1e400', '0x1', '__proto__', 'constructor', 'hunter2'.slice(0, 3),
]; // prettier-ignore

/** Numbers from 0 to 1, the same for the same seed (mulberry32). */
function numbers(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

function spoiled(text: string, random: () => number): string {
  let changed = text;
  const times = 1 + Math.floor(random() * 4);
  for (let time = 0; time < times; time += 1) {
    const at = Math.floor(random() * (changed.length + 1));
    const cut = random() < 0.4 ? Math.floor(random() * 12) : 0;
    const piece = random() < 0.8 ? (PIECES[Math.floor(random() * PIECES.length)] ?? '') : '';
    changed = changed.slice(0, at) + piece.repeat(1 + Math.floor(random() * 3)) + changed.slice(at + cut);
  }
  return changed;
}

// Whatever is given, there are settings or findings with their places: no other exception, and no endless work.
test.each([1, 2, 3, 4])(
  'any inventory and any list of hosts is read or refused (seed %d)',
  (seed) => {
    const random = numbers(seed);
    const texts = [...inventories, ...malformed].map(({ text }) => text);
    let refused = 0;
    for (let time = 0; time < 400; time += 1) {
      const text = spoiled(texts[Math.floor(random() * texts.length)] ?? '', random);
      const input = random() < 0.8 ? { hosts: '', inventory: text } : { hosts: text };
      try {
        expect(settingsOf(input).hosts.length).toBeGreaterThan(0);
      } catch (error) {
        if (!(error instanceof Refusal)) throw error;
        refused += 1;
        for (const { at, fact } of error.findings) {
          expect(at).toMatch(/^(?:inventory|hosts|names|ssh-user|client-port|peer-port)/);
          expect(fact).not.toBe('');
        }
      }
    }
    expect(refused).toBeGreaterThan(200);
  },
  30_000,
);
