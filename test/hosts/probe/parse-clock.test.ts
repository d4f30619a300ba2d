import { describe, expect, test } from '@jest/globals';
import { parseHostProbe } from '../../../src/hosts/probe/parse-probe.ts';
import { recorded, withSections } from './recorded.ts';

/**
 * @param text of the section `clock`.
 * @param runner times in milliseconds at which the probe was sent and had answered.
 */
function seen(text: string | undefined, runner: readonly [number, number]) {
  const answer = withSections(recorded('pristine'), { clock: text });
  const timing = { sentMs: runner[0], receivedMs: runner[1] };
  const { clock, unseen } = parseHostProbe('10.77.0.10', answer, { timing });
  return { clock, unseen: unseen.map(({ what, program, words }) => `${what} ${program}: ${words}`) };
}

describe('the clock of a host', () => {
  test('the time that the probe takes on the host is no uncertainty', () => {
    const { clock, unseen } = seen('1000020000 1000320000\n', [1_000_000, 1_000_340]);
    expect(clock).toEqual({ offsetMs: 0, uncertaintyMs: 20 });
    expect(unseen).toEqual([]);
  });

  test('one that is behind', () => {
    const { clock } = seen('940010000 940110000\n', [1_000_000, 1_000_120]);
    expect(clock).toEqual({ offsetMs: -60_000, uncertaintyMs: 10 });
  });

  test.each([
    ['nothing', '\n', 'clock date: it did not report the time'],
    [
      'what a date says that knows no %N',
      '1700000000%6N 1700000001%6N\n',
      /: it did not report the time.*%6N/,
    ],
    ['one time', '1000020000 \n', /did not report the time/],
    ['a time that was cut', '1000020000 100032', /did not report the time/],
    ['zero', '0 0\n', /did not report the time/],
    ['a section that is missing', undefined, /did not report the time/],
  ])('%s is no time', (_what, text, words) => {
    const { clock, unseen } = seen(text, [1_000_000, 1_000_340]);
    expect(clock).toBeUndefined();
    expect(unseen).toEqual([words instanceof RegExp ? expect.stringMatching(words) : words]);
  });

  test('is that of the first look, whatever a second one says', () => {
    const answer = withSections(recorded('pristine'), { clock: '1000020000 1000320000\n' });
    const later = withSections(recorded('pristine'), { clock: '9000020000 9000320000\n' });
    const timing = { sentMs: 1_000_000, receivedMs: 1_000_340 };
    expect(parseHostProbe('10.77.0.10', answer, { timing, later }).clock).toEqual({
      offsetMs: 0,
      uncertaintyMs: 20,
    });
  });
});
