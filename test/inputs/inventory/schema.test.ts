import { readFileSync } from 'node:fs';
import { describe, expect, test } from '@jest/globals';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { parse } from 'yaml';
import { inventories, malformed } from './examples.ts';

const schema = JSON.parse(readFileSync('docs/inventory.v1.schema.json', 'utf8')) as Record<string, unknown>;
const valid = new Ajv2020({ strict: true, allowUnionTypes: true }).compile(schema);

// An editor that marks accepted values, or accepts refused ones, is worse than none.
describe('the published schema', () => {
  test.each(inventories)('takes what the action takes: $form', ({ text }) => {
    valid(parse(text));
    expect(valid.errors).toBeNull();
  });

  /** No schema can tell which output is meant, and which value is a secret. */
  const beyond = /Terraform/;

  test.each(malformed.filter(({ told }) => !told.some(([, fact]) => beyond.test(fact))))(
    'refuses what the action refuses: $text',
    ({ text }) => {
      expect(valid(parse(text))).toBe(false);
    },
  );

  test('is satisfied by its own examples', () => {
    for (const definition of Object.values(schema['$defs'] as Record<string, unknown>)) {
      for (const [part, example] of examplesIn(definition)) {
        const own = new Ajv2020({ strict: true, allowUnionTypes: true });
        const check = own.compile({ ...part, $defs: schema['$defs'] as object });
        expect([example, check(example)]).toEqual([example, true]);
      }
    }
  });
});

function examplesIn(definition: unknown): [Record<string, unknown>, unknown][] {
  if (typeof definition !== 'object' || definition === null) return [];
  const part = definition as Record<string, unknown>;
  const own = Array.isArray(part['examples']) ? part['examples'] : [];
  return [
    ...own.map((example): [Record<string, unknown>, unknown] => [part, example]),
    ...Object.values(part).flatMap(examplesIn),
  ];
}
