import { readFileSync } from 'node:fs';
import { describe, expect, test } from '@jest/globals';
import { parse } from 'yaml';
import { definitionOf, inputNames } from '../../src/settings/input-definitions.ts';
import { outputNames } from '../../src/report/outputs.ts';
import { HEALTH_ACTION, subActionYml } from '../../scripts/sub-action.ts';

/** The parts of action.yml that the code must agree with: the runner takes them from there, users read them there. */
interface ActionFile {
  readonly inputs: Record<string, { description?: string; default?: string; required?: boolean }>;
  readonly outputs: Record<string, { description?: string }>;
  readonly runs: Record<string, string>;
  readonly branding: { icon: string; color: string };
}

const action = parse(readFileSync(new URL('../../action.yml', import.meta.url), 'utf8')) as ActionFile;

test('the inputs are those that the code reads, in the same order', () => {
  expect(Object.keys(action.inputs)).toEqual(inputNames);
});

describe.each(inputNames)('%s', (name) => {
  test('has the default and the need that the code has', () => {
    const { default: value, required } = action.inputs[name] ?? {};
    const definition = definitionOf(name);
    expect({ value, required }).toEqual({ value: definition.default, required: definition.required });
  });

  test('is described', () => {
    expect(action.inputs[name]?.description).toMatch(/^[A-Z`].{20,}[.)]$/s);
  });
});

test('the outputs are those that the code writes, each described', () => {
  expect(Object.keys(action.outputs)).toEqual([...outputNames]);
  for (const { description } of Object.values(action.outputs))
    expect(description).toMatch(/^[A-Z`].{10,}\.$/s);
});

// The runner refuses an action with one, wherever it stands (actions/runner, ActionManifestManager.cs).
test('there is no expression in it', () => {
  for (const file of ['action.yml', 'health/action.yml']) {
    expect(readFileSync(new URL(`../../${file}`, import.meta.url), 'utf8')).not.toContain('${{');
  }
});

test('post has an entry of its own to the one bundle, on Node 24, without a pre step', () => {
  expect(action.runs).toEqual({ using: 'node24', main: 'dist/index.js', post: 'dist/post.js' });
});

test('health/action.yml is made of action.yml, for the operation health', () => {
  const text = readFileSync(new URL('../../health/action.yml', import.meta.url), 'utf8');
  const main = readFileSync(new URL('../../action.yml', import.meta.url), 'utf8');
  expect(text).toBe(subActionYml(main, HEALTH_ACTION));
  const health = parse(text) as ActionFile;
  const { operation, ...inputs } = health.inputs;
  expect(operation?.default).toBe('health');
  for (const [name, input] of Object.entries(inputs)) expect(input).toEqual(action.inputs[name]);
  expect(health.runs).toEqual({ using: 'node24', main: '../dist/index.js', post: '../dist/post.js' });
});
