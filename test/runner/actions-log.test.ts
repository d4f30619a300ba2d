import { describe, expect, test } from '@jest/globals';
import { createActionsLog } from '../../src/runner/actions-log.ts';
import type { Log } from '../../src/runner/log.ts';
import { Redactor } from '../../src/runner/masking/redaction.ts';
import { parseWorkflowCommand } from '../github/workflow-commands.ts';
import { rsaKey } from './masking/keys.ts';

interface Sent {
  readonly log: Log;
  readonly info: string[];
  readonly warnings: string[];
  readonly debug: string[];
  readonly redactor: Redactor;
}

function newLog(): Sent {
  const redactor = new Redactor(() => undefined);
  const info: string[] = [];
  const warnings: string[] = [];
  const debug: string[] = [];
  const sink = {
    info: (line: string) => void info.push(line),
    warning: (message: string) => void warnings.push(message),
    debug: (line: string) => void debug.push(line),
  };
  return { log: createActionsLog(redactor, sink), info, warnings, debug, redactor };
}

test('a message of several lines becomes as many lines, each with its host', () => {
  const { log, info } = newLog();
  log.info('one\ntwo\r\nthree\n');
  log.host('infra0').info('four\nfive');
  log.host('infra0').host('infra1').info('six');
  expect(info).toEqual(['one', 'two', 'three', '[infra0] four', '[infra0] five', '[infra1] six']);
});

/** Output of a host that would control the runner; each with all line ends that the runner knows. */
const hostile = [
  '::add-mask::x',
  '::set-output name=healthy::true',
  '  ::error::x',
  '\t::error::x',
  '\u00A0\u3000::error::x',
  '\u200B::error::x',
  '\uFEFF::error::x',
  ':\u0000:error::x',
  ':\u001B[0m:error::x',
  '\u001B[31m::error::x',
  '\u009B31m::error::x',
  '\u001B]0;title\u0007::error::x',
  ':::error::x',
  '##[error]x',
  'text ##[error]x',
  '###[error]x',
  '#\u001B[0m#[error]x',
  '##\u0000[group]x',
  '##[##[error]x',
  'harmless\r::error::x',
  'harmless\n::error::x',
  'harmless\u000B::error::x',
  'harmless\u0085::error::x',
  'harmless\u2028::error::x',
  'harmless\r\r\n::stop-commands::x',
];

describe.each([
  ['as a line of the action', (log: Log) => log],
  ['as a line of a host', (log: Log) => log.host('infra0')],
  ['as a line of a host with a name of its own choice', (log: Log) => log.host('x]\n::error::[')],
  ['as a line of a host whose name is a command', (log: Log) => log.host('##[error]')],
])('%s no workflow command can begin', (_what, pick) => {
  test.each(hostile)('%j', (text) => {
    const { log, info, warnings, debug } = newLog();
    pick(log).info(text);
    pick(log).debug(text);
    pick(log).warning(text);
    expect(info).not.toEqual([]);
    for (const line of [...info, ...debug, ...warnings].flatMap((message) => message.split(/[\r\n]/))) {
      expect(parseWorkflowCommand(line, () => true)).toBeUndefined();
      expect(line).not.toMatch(/\p{Cc}/u);
    }
  });
});

test('the words of a command can still be read', () => {
  const { log, info } = newLog();
  log.info('::error::disk full\nsee ##[group]a::b');
  expect(info).toEqual([': :error::disk full', 'see # #[group]a::b']);
});

test('colours, cursor movements and text that reads backwards are gone; tabs are blanks', () => {
  const { log, info } = newLog();
  log.info('\u001B[1;31merror\u001B[0m\tin\u001B[2K \u202Eetcd\u202C \u001B(Bok\u0007');
  expect(info).toEqual(['error    in etcd ok']);
});

test('a secret between colours is still found', () => {
  const { log, info, redactor } = newLog();
  redactor.register('hunter2!');
  log.info('it is hun\u001B[31mter\u001B[0m2!');
  expect(info).toEqual(['it is ***']);
});

test('a key that a host prints line by line is hidden, while another host prints too', () => {
  const { log, info } = newLog();
  const [one, other] = [log.host('infra0'), log.host('infra1')];
  for (const line of rsaKey.text.trim().split('\n')) {
    one.info(line);
    other.info('ok');
  }
  const shown = info.filter((line) => line.startsWith('[infra0] ')).slice(1, -1);
  expect(new Set(shown)).toEqual(new Set(['[infra0] ***']));
  expect(info.filter((line) => line === '[infra1] ok')).toHaveLength(shown.length + 2);
});

test('a very long line is cut', () => {
  const { log, info } = newLog();
  log.info('x'.repeat(1_000_000));
  expect(info[0]).toMatch(/^x{2000}… \(998000 more characters\)$/);
});

test('ten warnings become annotations, the others lines; all hosts count together', () => {
  const { log, info, warnings } = newLog();
  for (let count = 1; count <= 12; count += 1) log.host(`infra${count % 3}`).warning(`number ${count}\nmore`);
  expect(warnings).toHaveLength(10);
  expect(warnings[0]).toBe('[infra1] number 1\n[infra1] more');
  expect(info).toEqual([
    'Warning: [infra2] number 11',
    'Warning: [infra2] more',
    'Warning: [infra0] number 12',
    'Warning: [infra0] more',
  ]);
});

test('an annotation is not longer than the runner shows', () => {
  const { log, warnings } = newLog();
  log.warning(Array.from({ length: 20 }, () => 'x'.repeat(1000)).join('\n'));
  expect(warnings[0]?.length).toBeLessThanOrEqual(4096);
});

test('a host has one stream for the whole run, however often its log is asked for', () => {
  const { log, info } = newLog();
  for (const line of rsaKey.text.trim().split('\n')) {
    log.host('infra0').info(`etcd: ${line}`);
    log.host('infra1').info('ok');
    log.host('infra0').debug('waiting for a quorum');
  }
  const shown = info.filter((line) => line.startsWith('[infra0] ')).slice(1, -1);
  expect(new Set(shown)).toEqual(new Set(['[infra0] etcd: ***']));
  expect(info.filter((line) => line === '[infra1] ok')).toHaveLength(shown.length + 2);
});

test('a message of very many lines loses its middle', () => {
  const { log, info } = newLog();
  log.info(Array.from({ length: 5000 }, (_, line) => `line ${line}`).join('\n'));
  expect(info).toHaveLength(2001);
  expect([info[0], info[1000], info.at(-1)]).toEqual(['line 0', '… (3000 more lines)', 'line 4999']);
});
