import { expect, test } from '@jest/globals';
import { OtherFormat, parseHealth } from '../../../src/hosts/probe/parse-health.ts';
import { parsePreflight } from '../../../src/hosts/probe/parse-preflight.ts';
import { parseProbe } from '../../../src/hosts/probe/parse-probe.ts';
import { IncompleteProbe } from '../../../src/hosts/probe/sections.ts';
import { numbers, oneOf, spoiled, withStrangePart } from '../../fuzz.ts';
import { recorded } from './recorded.ts';

const TIMING = { sentMs: 0, receivedMs: 0 };

/** An answer with one of its sections spoiled; some of them are JSON. */
function withSpoiledSection(answer: string, random: () => number): string {
  const separator = `\n${answer.slice(0, answer.indexOf('\n'))} `;
  const sections = answer.split(separator);
  const at = Math.floor(random() * sections.length);
  const [, name = '', text = ''] = /^(.*)\n([^]*)$/.exec(sections[at] ?? '') ?? [];
  const changed = text.startsWith('{') && random() < 0.7 ? strangeJson(text, random) : spoiled(text, random);
  return sections.with(at, `${name}\n${changed}`).join(separator);
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
  ['the probe for health', ['health-member'], (answer) => parseHealth(answer, TIMING)],
  [
    'the probe of a preflight',
    ['preflight-pristine', 'preflight-member', 'preflight-left-over'],
    (answer) => parsePreflight(answer, TIMING),
  ],
])('any answer of %s is read or refused', (_, names, parse) => {
  const random = numbers(1);
  for (let time = 0; time < 600; time += 1) {
    const text = recorded(oneOf(names, random));
    const answer = random() < 0.7 ? withSpoiledSection(text, random) : spoiled(text, random);
    expectReadOrRefused(() => parse(answer), answer);
  }
});
