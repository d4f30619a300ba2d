import { counted } from '../plan-words.ts';
import type { Section } from './sections.ts';

/**
 * Sections as one Markdown text of at most so many bytes. What does not fit is left out by whole blocks, so that no
 * fence, table or fold is ever cut, and the end says how many; a smaller block after one that was left out is kept.
 * The text is longer than `most` only where its first block alone is.
 */
export function fitted(sections: readonly Section[], most = Infinity): string {
  const whole = joined(sections);
  if (Buffer.byteLength(whole) <= most) return whole;
  const kept: Section[] = [];
  let left = most - Buffer.byteLength(leftOut(Number.MAX_SAFE_INTEGER)) - separator.length - 1;
  let dropped = 0;
  for (const { heading, blocks } of sections) {
    const taken: string[] = [];
    for (const block of blocks) {
      const cost = Buffer.byteLength(taken.length === 0 ? headed(heading, block) : block) + separator.length;
      if (cost > left && kept.length > 0) {
        dropped += 1;
        continue;
      }
      left -= cost;
      taken.push(block);
    }
    kept.push({ ...(heading === undefined ? {} : { heading }), blocks: taken });
  }
  return joined([...kept, { blocks: [leftOut(dropped)] }]);
}

const separator = '\n\n';

function joined(sections: readonly Section[]): string {
  const blocks = sections.flatMap(({ heading, blocks: [first, ...others] }) =>
    first === undefined ? [] : [headed(heading, first), ...others],
  );
  return `${blocks.join(separator)}\n`;
}

function headed(heading: string | undefined, block: string): string {
  return heading === undefined ? block : `### ${heading}${separator}${block}`;
}

function leftOut(count: number): string {
  return `_${counted(count, 'part')} left out: the summary would be longer than GitHub shows. The report's files have everything._`;
}
