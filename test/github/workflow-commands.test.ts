import { describe, expect, test } from '@jest/globals';
import { parseWorkflowCommand } from './workflow-commands.ts';

describe('the :: form', () => {
  test('properties and data are un-escaped, each by its own rules', () => {
    expect(
      parseWorkflowCommand('::error title=a%3Ab%2Cc%25,file=x=y.ts,line=3::50%25 of%0Atwo lines%3A::'),
    ).toEqual({
      name: 'error',
      properties: { title: 'a:b,c%', file: 'x=y.ts', line: '3' },
      data: '50% of\ntwo lines%3A::',
    });
  });

  test('%25 is undone last, so that an escaped escape stays', () => {
    expect(parseWorkflowCommand('::debug::%250A')?.data).toBe('%0A');
  });

  test.each([
    ['indented', '   ::debug::x'],
    ['in capitals', '::DEBUG::x'],
  ])('counts when it is %s', (_how, line) => {
    expect(parseWorkflowCommand(line)).toEqual({ name: 'debug', properties: {}, data: 'x' });
  });

  test.each([
    ['unknown', '::unknown::x'],
    ['behind other text', '> ::debug::x'],
    ['not closed', '::debug'],
    ['without a name', '::::x'],
  ])('is ordinary output when it is %s', (_how, line) => {
    expect(parseWorkflowCommand(line)).toBeUndefined();
  });

  test('a property without a value is left out', () => {
    expect(parseWorkflowCommand('::error title=,file,line=1::x')?.properties).toEqual({ line: '1' });
  });
});

describe('the old ##[ ] form', () => {
  test('counts anywhere in a line, with its own separators and escapes', () => {
    expect(parseWorkflowCommand('10:00 ##[warning title=a%3Bb;line=2]x%5D%0Ay')).toEqual({
      name: 'warning',
      properties: { title: 'a;b', line: '2' },
      data: 'x]\ny',
    });
  });

  test.each([['##[command]ls'], ['##[debug'], ['## [debug]x']])('%s is ordinary output', (line) => {
    expect(parseWorkflowCommand(line)).toBeUndefined();
  });
});
