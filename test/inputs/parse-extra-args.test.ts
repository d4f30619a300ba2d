import { describe, expect, test } from '@jest/globals';
import { OWNED_ETCD_FLAGS } from '../../src/kubeadm/etcd-flags.ts';
import { findingOf, findingsOf, settingsOf } from './given.ts';

function flagsOf(text: string): Record<string, string> {
  return Object.fromEntries(
    settingsOf({ 'extra-args': text }).extraArgs.map(({ name, value }) => [name, value]),
  );
}

describe('a YAML mapping', () => {
  test('values are the text that was written, whatever YAML would make of it', () => {
    const text = `
# tuned for a slow disk
snapshot-count: 5000 # half of kubeadm's
heartbeat-interval: 0250
quota-backend-bytes: "8589934592"
enable-pprof: True
auto-compaction-retention: 1e3
log-rotation-config-json: '{"maxsize": 100}'
cors: "#nobody, yes"
`;
    expect(flagsOf(text)).toEqual({
      'snapshot-count': '5000',
      'heartbeat-interval': '0250',
      'quota-backend-bytes': '8589934592',
      'enable-pprof': 'True',
      'auto-compaction-retention': '1e3',
      'log-rotation-config-json': '{"maxsize": 100}',
      cors: '#nobody, yes',
    });
  });

  test('on one line', () => {
    expect(flagsOf('{snapshot-count: 5000, log-level: debug}')).toEqual({
      'snapshot-count': '5000',
      'log-level': 'debug',
    });
  });
});

describe('lines', () => {
  test('with and without dashes; the value is all that stands behind the first =', () => {
    const text = [
      '# as on the command line',
      '--snapshot-count=5000  # half',
      'feature-gates=InitialCorruptCheck=true,CompactHashCheck=true',
      '  --log-rotation-config-json={"maxsize": 100}\r',
      '',
      '--cors=a#b',
    ].join('\n');
    expect(flagsOf(text)).toEqual({
      'snapshot-count': '5000',
      'feature-gates': 'InitialCorruptCheck=true,CompactHashCheck=true',
      'log-rotation-config-json': '{"maxsize": 100}',
      cors: 'a#b',
    });
  });

  test('a comment in the form of a flag decides nothing', () => {
    expect(flagsOf('# --a=b\nlog-level: debug')).toEqual({ 'log-level': 'debug' });
  });
});

test.each(['', '# nothing\n', '{}', '---\n'])('%j adds nothing', (text) => {
  expect(settingsOf({ 'extra-args': text }).extraArgs).toEqual([]);
});

test('the order in which they are written makes no difference', () => {
  const names = (text: string): string[] =>
    settingsOf({ 'extra-args': text }).extraArgs.map(({ name }) => name);
  expect(names('metrics: extensive\nlog-level: debug\nmax-wals: 3')).toEqual([
    'log-level',
    'max-wals',
    'metrics',
  ]);
  expect(names('--max-wals=3\n--metrics=extensive\n--log-level=debug')).toEqual([
    'log-level',
    'max-wals',
    'metrics',
  ]);
});

test.each([...OWNED_ETCD_FLAGS])('--%s is refused', (name, reason) => {
  const refused = {
    code: 'flag-not-allowed',
    fact: `--${name} cannot be given: ${reason}.`,
    fix: 'leave the flag out.',
  };
  expect(findingOf({ 'extra-args': `log-level: debug\n${name}: x` })).toEqual({
    at: 'extra-args, line 2, column 1',
    ...refused,
  });
  expect(findingOf({ 'extra-args': `--log-level=debug\n--${name}=x` })).toEqual({
    at: 'extra-args, line 2',
    ...refused,
  });
});

describe('text that is not such a mapping', () => {
  test.each([
    ['a second document', 'a: 1\n---\nb: 2', 'line 2', 'second YAML document'],
    ['uneven indents', 'a: 1\n b: 2', 'line 1', 'not YAML'],
    ['an unknown tag', 'a: !number 1', 'line 1, column 4', 'Unresolved tag'],
    ['a key that is a list', '? [a]\n: 1', 'line 1', 'string'],
    ['a list', '- snapshot-count: 1', 'extra-args', 'not a mapping'],
    ['a list as in a manifest', '- --snapshot-count=1', 'extra-args', 'not a mapping'],
    ['a word', 'snapshot-count', 'extra-args', 'not a mapping'],
    ['no space after the colon', 'snapshot-count:5000', 'extra-args', 'not a mapping'],
    ['a list of values', 'cors: [a, b]', 'line 1, column 1', '"cors" has a list'],
    ['a mapping as value', 'cors: {a: b}', 'line 1, column 1', '"cors" has a list'],
    ['an alias', 'cors: &a x\nlog-level: *a', 'line 2, column 1', '"log-level" has a list'],
    ['bytes', 'cors: !!binary aGk=', 'line 1, column 1', '"cors" has a list'],
  ])('%s', (_what, text, place, fact) => {
    const finding = findingOf({ 'extra-args': text });
    expect(finding.at).toContain(place);
    expect(finding.fact).toContain(fact);
    expect(finding.fix).toContain('snapshot-count: 5000');
  });
});

describe('lines that are not flags', () => {
  test.each([
    ['a switch', '--enable-pprof', 'there is no ='],
    ['a space in place of =', '--snapshot-count 5000', 'there is no ='],
    ['the other form', '--snapshot-count: 5000', 'there is no ='],
    ['two flags', '--max-wals=3 --snapshot-count=5000', 'several flags'],
    ['double quotes', '--log-level="debug"', 'in quotes'],
    ['single quotes', "log-level='debug'", 'in quotes'],
    ['one dash', '-log-level=debug', '"-log-level" is not the name of a flag'],
    ['three dashes', '--log-level=debug\n---log-level=x', '"-log-level" is not the name of a flag'],
  ])('%s', (_what, text, fact) => {
    expect(findingOf({ 'extra-args': text })).toMatchObject({
      at: expect.stringMatching(/^extra-args, line [12]$/),
      fact: expect.stringContaining(fact),
      fix: expect.stringMatching(/, for example |without quotes|^write it as etcd --help/),
    });
  });

  test('the two forms mixed', () => {
    expect(findingOf({ 'extra-args': '--max-wals=3\nlog-level: debug' })).toMatchObject({
      at: 'extra-args, line 2',
      fact: '"log-level: debug" is not a flag with its value: there is no = in it.',
    });
  });
});

describe('names', () => {
  test.each(['Snapshot-Count', 'snapshot_count', 'ETCD_SNAPSHOT_COUNT', '1a', 'a.b', 'a b', '', 'é'])(
    'refuses %j',
    (name) => {
      expect(findingOf({ 'extra-args': `${JSON.stringify(name)}: x` }).fact).toBe(
        `${JSON.stringify(name)} is not the name of a flag.`,
      );
    },
  );

  test('one of an environment variable is known as such', () => {
    expect(findingOf({ 'extra-args': 'ETCD_SNAPSHOT_COUNT=5000' }).cause).toContain('environment variable');
  });

  test.each([
    ['max-wals: 3\nlog-level: debug\nmax-wals: 4', 'extra-args, line 3, column 1', 'line 1, column 1'],
    ['--max-wals=3\n--max-wals=3', 'extra-args, line 2', 'line 1'],
  ])('refuses the same twice: %j', (text, at, before) => {
    expect(findingOf({ 'extra-args': text })).toEqual({
      code: 'flag-not-allowed',
      at,
      fact: `"max-wals" was given before, at extra-args, ${before}.`,
      fix: 'keep one of the two.',
    });
  });
});

describe('values', () => {
  test.each(['log-level:', 'log-level: ~', 'log-level: null', 'log-level: ""', '--log-level=', 'log-level='])(
    'refuses none: %j',
    (text) => {
      expect(findingOf({ 'extra-args': text })).toMatchObject({
        fact: '--log-level has no value.',
        cause: expect.stringContaining('expression'),
      });
    },
  );

  test('the word null in quotes is a word', () => {
    expect(flagsOf('distributed-tracing-service-name: "null"')).toEqual({
      'distributed-tracing-service-name': 'null',
    });
  });

  test.each([
    ['a line break', 'cors: "a\\nb"'],
    ['a block', 'cors: |\n  a\n'],
    ['a carriage return', 'cors: "a\\rb"'],
    ['a tab', 'cors: "a\\tb"'],
    ['NUL', 'cors: "a\\0b"'],
    ['DEL', '--cors=a\u007fb'],
    ['the next line of Unicode', 'cors: "a\\Nb"'],
    ['the line separator of Unicode', '--cors=a\u2028b'],
  ])('refuses %s', (_what, text) => {
    expect(findingOf({ 'extra-args': text }).fact).toBe(
      'the value of --cors holds a line break or another control character.',
    );
  });

  test.each(['cors: a$(HOSTNAME)', '--cors=a$$b'])('refuses %j, which the kubelet would change', (text) => {
    expect(findingOf({ 'extra-args': text }).fact).toContain('the kubelet replaces');
  });

  test("refuses feature gates that drop kubeadm's own", () => {
    expect(findingOf({ 'extra-args': 'feature-gates: CompactHashCheck=true' })).toEqual({
      code: 'flag-not-allowed',
      at: 'extra-args, line 1, column 1',
      fact: '"CompactHashCheck=true" would replace kubeadm\'s own --feature-gates=InitialCorruptCheck=true.',
      cause: expect.stringContaining('compares its data'),
      fix: 'name it too, for example feature-gates: InitialCorruptCheck=true,CompactHashCheck=true.',
    });
  });
});

test('everything that is refused is reported at once', () => {
  const text = '--name=x\n--data-dir=/x\n--log-level=\n--max-wals=1\n--max-wals=2\n--enable-pprof';
  expect(findingsOf({ 'extra-args': text }).map(({ at }) => at)).toEqual([
    'extra-args, line 6',
    'extra-args, line 1',
    'extra-args, line 2',
    'extra-args, line 3',
    'extra-args, line 5',
  ]);
});
