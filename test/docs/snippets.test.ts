import { describe, expect, test } from '@jest/globals';
import { parse } from 'yaml';
import { findingsOf } from '../inputs/given.ts';
import { codeBlocks } from './markdown.ts';
import { filesBelow, read } from './repository.ts';
import { filledIn } from './stored.ts';

/**
 * Inputs in a runbook, for `with:`: a block of YAML that is not a workflow, nor a file of a host, and does not begin
 * with a path.
 */
const snippets = filesBelow('docs', '.md').flatMap((file) =>
  codeBlocks(read(file), 'yaml')
    .filter((block) => !/^# \S+\.ya?ml\n/.test(block))
    .filter((block) => !/^(?:jobs|apiVersion|on|if|- .*|\s*uses):/m.test(block))
    .map((block) => [file, block] as const),
);

test('there are some', () => {
  expect(snippets.length).toBeGreaterThan(2);
});

describe('inputs in the docs are taken as they stand', () => {
  test.each(snippets)('%s: %s', (_, block) => {
    expect(findingsOf(filledIn(parse(block) as Record<string, unknown>))).toEqual([]);
  });
});
