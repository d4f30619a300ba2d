import { describe, test } from '@jest/globals';
import { neededPrograms, type ProgramName, whereIs } from '../scripts/needed-programs.ts';

/** Possibly missing requirements of a machine: a program, root's rights, or an etcd that ETCD_BIN names. */
export type Need = ProgramName | 'root' | 'etcd';

/**
 * `describe` and `test` if the machine meets the requirements; otherwise they skip, and the title contains the reason.
 */
export interface Needing {
  readonly describe: typeof describe;
  readonly test: typeof test;
}

/** Begins the reason in a skipped test's title; `npm test` lists these at its end. */
export const SKIPPED = 'SKIPPED, needs ';

/** Returns the reason why a requirement is not met here; undefined if it is. */
function lacking(need: Need): string | undefined {
  if (need === 'etcd')
    return (process.env['ETCD_BIN'] ?? '') === '' ? 'etcd 3.4 or later (ETCD_BIN)' : undefined;
  if (need === 'root') {
    return process.platform === 'linux' && process.getuid?.() === 0 ? undefined : 'root on Linux';
  }
  if (whereIs(need) !== undefined) return undefined;
  return `${need} (package ${neededPrograms[need].package})`;
}

/**
 * Returns `describe` and `test` for suites that run possibly missing programs. A missing program skips these tests and
 * fails nothing.
 * @throws Error with LAB_MANDATORY=1, which permits no skipped test.
 */
export function needing(...needs: readonly Need[]): Needing {
  const missing = needs.flatMap((need) => lacking(need) ?? []);
  if (missing.length === 0) return { describe, test };
  const reason = `${SKIPPED}${missing.join(', ')}`;
  if (process.env['LAB_MANDATORY'] === '1') throw new Error(`with LAB_MANDATORY=1 no test may be: ${reason}`);
  return { describe: skipping(describe, reason), test: skipping(test, reason) };
}

/** Returns jest's `skip` of either, with the reason after the title; tables (`each`) as well. */
function skipping<Kind extends typeof describe | typeof test>(kind: Kind, reason: string): Kind {
  const skip = (title: string, body: () => void): void => {
    (kind.skip as (title: string, body: () => void) => void)(`${title} [${reason}]`, body);
  };
  const each =
    (...table: readonly unknown[]) =>
    (title: string, body: () => void): void => {
      const eachOf = kind.skip.each as (...table: readonly unknown[]) => typeof skip;
      eachOf(...table)(`${title} [${reason}]`, body);
    };
  return Object.assign(skip, { each, skip: kind.skip }) as unknown as Kind;
}

/** Replaces `describe` and `test` if a test does not apply to a case, which does not count as skipped. */
export const leftOut: (title: string, body: () => unknown) => void = () => undefined;
