import { describe, expect, test } from '@jest/globals';
import { inputsOfGroups } from '../../src/inputs/groups.ts';
import { OPERATIONS, operationsUsing } from '../../src/operations/index.ts';
import type { InputDefinition } from '../../src/inputs/table/input.ts';
import { definitionOf, inputNames, inputSections, isInputName } from '../../src/inputs/table/table.ts';

test('every input is in one section alone', () => {
  const all = inputSections.flatMap(({ inputs }) => Object.keys(inputs));
  expect(inputNames).toEqual(all);
  expect(new Set(all).size).toBe(all.length);
});

// An empty value stands for the default, so a required input can have none.
describe.each(inputNames)('%s', (name) => {
  const { required, secret, default: value, description }: InputDefinition = definitionOf(name);

  test('is required, or secret, or has a default, or none of it', () => {
    expect([required, secret, value].filter((one) => one !== undefined).length).toBeLessThan(2);
  });

  test('is used by an operation', () => {
    expect(operationsUsing(name)).not.toEqual([]);
  });

  test('is described on one line, without blanks that are lost in YAML', () => {
    expect(description).not.toMatch(/\s{2}|^\s|\s$|[^\S ]/);
  });
});

test('an input with the name of a secret is secret', () => {
  const named = inputNames.filter((name) => /(?:key|password|passphrase|token|identity)$/.test(name));
  expect(inputNames.filter((name) => definitionOf(name).secret === true)).toEqual(named);
});

test('a name that an object has by itself is no input', () => {
  expect(['hosts', 'constructor', 'toString', '__proto__', 'host'].filter(isInputName)).toEqual(['hosts']);
});

test('every operation needs to know its name, its hosts and how to get in', () => {
  for (const { inputs } of OPERATIONS) {
    expect(inputsOfGroups(inputs)).toEqual(expect.arrayContaining(['operation', 'hosts', 'ssh-private-key']));
  }
});

test('README.md shows about a dozen', () => {
  expect(inputNames.filter((name) => definitionOf(name).common === true)).toHaveLength(12);
});
