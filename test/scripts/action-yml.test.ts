import { describe, expect, test } from '@jest/globals';
import { parse } from 'yaml';
import { actionWithInputs } from '../../scripts/action-yml.ts';
import { subActionYml } from '../../scripts/sub-action.ts';
import { EVERY, type InputGroup } from '../../src/inputs/table/input.ts';

const LONG = `Text that is ${'very '.repeat(20)}long: it's \`folded\`, and # is no comment in it.`;

const GROUPS: readonly InputGroup[] = [
  {
    title: 'The way',
    inputs: {
      port: { description: "A port's number.", default: '22', operations: EVERY },
      key: { description: 'A key.', required: true, operations: EVERY },
    },
  },
  { title: 'The rest', inputs: { all: { description: LONG, default: 'true', operations: EVERY } } },
];

const ACTION = `name:   'By hand'  # kept

# Also kept.
inputs:
  # Gone
  old: { description: 'Old.' }

outputs:
  # Kept, too
  id:   { description: 'An id.' }
`;

describe('the inputs of action.yml', () => {
  test('take the place of those that stood there, and nothing else is touched', () => {
    const made = actionWithInputs(ACTION, GROUPS);
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
  # Kept, too
  id:   { description: 'An id.' }
`);
    expect(parse(made)).toMatchObject({ inputs: { port: { default: '22' }, all: { description: LONG } } });
    expect(actionWithInputs(made, GROUPS)).toBe(made);
  });

  test('have to be followed by outputs', () => {
    expect(() => actionWithInputs('name: x\n\ninputs:\n  a: {}\n', GROUPS)).toThrow('no inputs followed by');
  });
});

test('a sub-action cannot offer what action.yml has not', () => {
  expect(() => subActionYml(actionWithInputs(ACTION, GROUPS), 'health')).toThrow('action.yml has no hosts');
});
