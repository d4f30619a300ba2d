import { expect, test } from '@jest/globals';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { OtherFormat, parseHealth } from '../../../src/hosts/probe/parse-health.ts';
import { parsePreflight } from '../../../src/hosts/probe/parse-preflight.ts';
import { IncompleteProbe, parseProbe } from '../../../src/hosts/probe/parse-probe.ts';
import { numbers, oneOf, spoiled, withStrangePart } from '../../fuzz.ts';

const TIMING = { sentMs: 0, receivedMs: 0 };

function recorded(name: string): string {
  return readFileSync(join(import.meta.dirname, `recorded/${name}.txt`), 'utf8');
}

/** An answer with one of its values spoiled: lines are a key and base64, and some of the values are JSON. */
function withSpoiledValue(answer: string, random: () => number): string {
  const lines = answer.split('\n');
  const at = Math.floor(random() * lines.length);
  const [, key = '', base64 = ''] = /^(.*) (\S*)$/.exec(lines[at] ?? '') ?? [];
  const value = Buffer.from(base64, 'base64').toString('utf8');
  const changed =
    value.startsWith('{') && random() < 0.7 ? strangeJson(value, random) : spoiled(value, random);
  return lines.with(at, `${key} ${Buffer.from(changed).toString('base64')}`).join('\n');
}

function strangeJson(text: string, random: () => number): string {
  try {
    return JSON.stringify(withStrangePart(JSON.parse(text), random));
  } catch {
    return spoiled(text, random);
  }
}

/** Facts, or the error that says that the answer cannot be used: nothing else comes of it. */
function expectReadOrRefused(read: () => unknown, answer: string): void {
  try {
    expect(read()).toBeDefined();
  } catch (error) {
    if (error instanceof IncompleteProbe || error instanceof OtherFormat) return;
    throw new Error(`neither read nor refused: ${answer.slice(0, 2000)}`, { cause: error });
  }
}

// What a host says may be anything: of another release, of a broken disk, of somebody who wants to break the run.
test.each<[string, readonly string[], (answer: string) => unknown]>([
  ['the probe', ['pristine', 'member'], (answer) => parseProbe('10.77.0.10', answer)],
  ['the probe for health', ['health-member'], (answer) => parseHealth('10.77.0.10', answer, TIMING)],
  [
    'the probe of a preflight',
    ['preflight-pristine', 'preflight-member', 'preflight-left-over'],
    (answer) => parsePreflight(answer, TIMING),
  ],
])('any answer of %s is read or refused', (_, names, parse) => {
  const random = numbers(1);
  for (let time = 0; time < 600; time += 1) {
    const text = recorded(oneOf(names, random));
    const answer = random() < 0.7 ? withSpoiledValue(text, random) : spoiled(text, random);
    expectReadOrRefused(() => parse(answer), answer);
  }
});
