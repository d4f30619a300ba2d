import { describe, expect, test } from '@jest/globals';
import { health } from '../../src/operations/health/health.ts';
import { parse } from 'yaml';
import { actionWithTables } from '../../scripts/action-yml.ts';
import { subActionYml } from '../../scripts/sub-action.ts';
import type { InputSection } from '../../src/inputs/table/input.ts';

const LONG = `Text that is ${'very '.repeat(20)}long: it's \`folded\`, and # is no comment in it.`;

const SECTIONS: readonly InputSection[] = [
  {
    title: 'The way',
    inputs: {
      port: { description: "A port's number.", default: '22' },
      key: { description: 'A key.', required: true },
    },
  },
  { title: 'The rest', inputs: { all: { description: LONG, default: 'true' } } },
];

const ACTION = `name:   'By hand'  # kept

# Also kept.
inputs:
  # Gone
  old: { description: 'Old.' }

outputs:
  # Gone, too
  old: { description: 'Old.' }

runs:
  using:   'node24'  # kept
`;

const OUTPUTS = { id: { description: "Its 'id'." }, text: { description: LONG } };

describe('the inputs and outputs of action.yml', () => {
  test('take the place of those that stood there, and nothing else is touched', () => {
    const made = actionWithTables(ACTION, SECTIONS, OUTPUTS);
    expect(made).toBe(`name:   'By hand'  # kept

# Also kept.
inputs:
  # The way
  port:
    description: "A port's number."
    default: '22'
  key:
    description: 'A key.'
    required: true
  # The rest
  all:
    description: >-
      ${LONG.slice(0, 113).trimEnd()}
      ${LONG.slice(113).trimStart()}
    default: 'true'

outputs:
  id:
    description: "Its 'id'."
  text:
    description: >-
      ${LONG.slice(0, 113).trimEnd()}
      ${LONG.slice(113).trimStart()}

runs:
  using:   'node24'  # kept
`);
    expect(parse(made)).toMatchObject({
      inputs: { port: { default: '22' }, all: { description: LONG } },
      outputs: { text: { description: LONG } },
    });
    expect(actionWithTables(made, SECTIONS, OUTPUTS)).toBe(made);
  });

  test.each([
    'name: x\n\ninputs:\n  a: {}\n\nruns:\n  using: node24\n',
    'name: x\n\ninputs:\n  a: {}\n\noutputs:\n  b: {}\n',
    'name: x\n\nruns:\n  using: node24\n\ninputs:\n  a: {}\n\noutputs:\n  b: {}\n',
  ])('have to stand before runs: %j', (text) => {
    expect(() => actionWithTables(text, SECTIONS, OUTPUTS)).toThrow('no inputs followed by outputs and runs');
  });
});

test('a sub-action cannot offer what action.yml has not', () => {
  expect(() => subActionYml(actionWithTables(ACTION, SECTIONS, OUTPUTS), health)).toThrow(
    'action.yml has no hosts',
  );
});
