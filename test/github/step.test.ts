import { describe, expect, test } from '@jest/globals';
import { SecretMasker } from './masker.ts';
import { ANNOTATION_LENGTH, ANNOTATIONS_PER_LEVEL, Step } from './step.ts';

const NO_FILES = { output: '', state: '', env: '', path: '', summary: '' };

function stepAfter(...lines: string[]): Step {
  const step = new Step(new SecretMasker(), false, () => undefined);
  for (const line of lines) step.takeLine(line);
  return step;
}

describe('output', () => {
  test('is masked from the add-mask on, whole value and each line; the command itself is not shown', () => {
    const step = stepAfter(
      'top secret',
      '::add-mask::top%0Asecret',
      'a secret on top',
      '{"k":"top\\nsecret"}',
    );
    expect(step.log).toEqual(['top secret', 'a *** on ***', '{"k":"***"}']);
  });

  test('groups are shown in the form of the log', () => {
    expect(stepAfter('::group::one: 50%25', 'x', '::endgroup::').log).toEqual([
      '##[group]one: 50%',
      'x',
      '##[endgroup]',
    ]);
  });

  test('debug lines are kept apart unless step debugging is on', () => {
    const quiet = stepAfter('::debug::a%0Ab');
    expect(quiet.log).toEqual([]);
    expect(quiet.debugLog).toEqual(['a', 'b']);
    const loud = new Step(new SecretMasker(), true, () => undefined);
    loud.takeLine('::debug::a%0Ab');
    loud.takeLine('::add-mask::b');
    expect(loud.log).toEqual(['##[debug]a', '##[debug]b', '::add-mask::***']);
  });

  test('a remote line that begins ::, or holds ##[ anywhere, is a command: the stand-in must show that danger', () => {
    const step = stepAfter('::error::from a host', 'host says ##[warning]x');
    expect(step.annotations.map(({ level, message }) => [level, message])).toEqual([
      ['error', 'from a host'],
      ['warning', 'x'],
    ]);
  });
});

describe('stop-commands', () => {
  test('commands are printed, not obeyed, until the token; an add-mask in clear', () => {
    const step = stepAfter(
      '::stop-commands::tok',
      '::error::x',
      '::add-mask::hush',
      '::TOK::',
      '::error::y',
      'hush',
    );
    expect(step.log).toEqual([
      '::stop-commands::tok',
      '::error::x',
      '::add-mask::hush',
      '::TOK::',
      '##[error]y',
      'hush',
    ]);
    expect(step.annotations.map(({ message }) => message)).toEqual(['y']);
    expect(step.failed).toBe(false);
  });

  test.each([[''], ['pause-logging'], ['error']])('the token %p fails the step', (token) => {
    expect(stepAfter(`::stop-commands::${token}`).failed).toBe(true);
  });
});

describe('annotations', () => {
  test('message masked and cut, properties as given', () => {
    const step = stepAfter(
      '::add-mask::hush',
      `::error title=hush,line=1::hush${'x'.repeat(ANNOTATION_LENGTH)}`,
    );
    expect(step.annotations).toEqual([
      {
        level: 'error',
        message: `***${'x'.repeat(ANNOTATION_LENGTH - 3)}`,
        properties: { title: 'hush', line: '1' },
      },
    ]);
    expect(step.log.at(-1)).toHaveLength('##[error]***'.length + ANNOTATION_LENGTH);
  });

  test('ten of each level are kept, the others are only in the log', () => {
    const step = stepAfter(
      ...Array.from({ length: ANNOTATIONS_PER_LEVEL + 2 }, (_, index) => `::warning::${index}`),
      '::notice::n',
    );
    expect(step.annotations).toHaveLength(ANNOTATIONS_PER_LEVEL + 1);
    expect(step.log).toContain(`##[warning]${ANNOTATIONS_PER_LEVEL + 1}`);
  });

  test('an empty mask is warned of', () => {
    expect(stepAfter('::add-mask:: ').annotations[0]?.message).toContain(
      "Can't add secret mask for empty string",
    );
  });
});

describe('old commands', () => {
  test.each([['::set-env name=A::b'], ['::add-path::/a'], ['::set-output::b'], ['::echo::maybe']])(
    '%s fails the step',
    (line) => {
      const step = stepAfter(line);
      expect(step.failed).toBe(true);
      expect(step.environment.size + step.path.length + step.outputs.size).toBe(0);
    },
  );

  test('set-output and save-state still work, with a warning', () => {
    const step = stepAfter('::set-output name=a::1', '::save-state name=b::2');
    expect([...step.outputs, ...step.state]).toEqual([
      ['a', '1'],
      ['b', '2'],
    ]);
    expect(step.annotations.map(({ level }) => level)).toEqual(['warning', 'warning']);
  });

  test('echo shows the commands that follow', () => {
    expect(stepAfter('::echo::on', '::group::g', '::echo::off', '::group::h').log).toEqual([
      '::group::g',
      '##[group]g',
      '::echo::off',
      '##[group]h',
    ]);
  });
});

describe('files', () => {
  test('outputs and state, case-insensitive by name, and in the debug log', () => {
    const step = stepAfter('::add-mask::hush');
    step.takeFiles({ ...NO_FILES, output: 'A=1\na=2\n', state: 's<<E\nhush\nE\n' });
    expect([...step.outputs, ...step.state]).toEqual([
      ['A', '2'],
      ['s', 'hush'],
    ]);
    expect(step.debugLog).toEqual([
      'Set output A = 1',
      'Set output a = 2',
      'Save intra-action state s = ***',
    ]);
  });

  test('a file of another form fails the step, with the reason', () => {
    const step = stepAfter();
    step.takeFiles({ ...NO_FILES, output: 'what is this\n', state: 'b=2\n' });
    expect(step.failed).toBe(true);
    expect(step.log.join('\n')).toContain("Invalid format 'what is this'");
    expect(step.state.get('b')).toBe('2');
  });

  test('environment and path go to later steps; NODE_OPTIONS is refused', () => {
    const step = stepAfter();
    step.takeFiles({ ...NO_FILES, env: 'A=1\nNODE_OPTIONS=--inspect\n', path: '/a\n' });
    expect([...step.environment]).toEqual([['A', '1']]);
    expect(step.path).toEqual(['/a']);
    expect(step.annotations[0]?.message).toContain("Can't store NODE_OPTIONS");
  });

  test('a summary is masked line by line, and one of more than 1 MiB is dropped whole', () => {
    const step = stepAfter('::add-mask::hush');
    step.takeFiles({ ...NO_FILES, summary: '# hush\n| hush |\n' });
    expect(step.summary).toBe('# ***\n| *** |\n');

    const atLimit = stepAfter();
    atLimit.takeFiles({ ...NO_FILES, summary: 'x'.repeat(1024 * 1024) });
    expect(atLimit.summary).toHaveLength(1024 * 1024);
    const above = stepAfter();
    above.takeFiles({ ...NO_FILES, summary: `${'x'.repeat(1024 * 1024 - 1)}ß` });
    expect(above.summary).toBe('');
    expect(above.annotations[0]?.message).toContain('supports content up to a size of 1024k, got 1024k');
  });
});
