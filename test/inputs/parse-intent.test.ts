import { describe, expect, test } from '@jest/globals';
import { findingOf, settingsOf } from './given.ts';

const hex = '0123456789abcdef'.repeat(4);

describe('operation', () => {
  test.each(['deploy', 'preflight', 'health'])('%s', (operation) => {
    expect(settingsOf({ operation }).operation).toBe(operation);
  });
  test('a slip is put right', () => {
    expect(findingOf({ operation: 'depoly' })).toEqual({
      code: 'value-malformed',
      at: 'operation',
      fact: '"depoly" is not one of deploy, preflight, health, backup, restore.',
      fix: 'write one of them, for example operation: deploy.',
    });
    expect(findingOf({ operation: 'pre-flight' }).fix).toContain('operation: preflight');
  });
});

describe('bootstrap', () => {
  test.each(['auto', 'allow', 'never'])('%s', (bootstrap) => {
    expect(settingsOf({ bootstrap }).bootstrap).toBe(bootstrap);
  });
  test.each(['true', 'Allow', 'always'])('refuses %s', (bootstrap) => {
    expect(findingOf({ bootstrap })).toMatchObject({
      at: 'bootstrap',
      fact: `"${bootstrap}" is not one of auto, allow, never.`,
    });
  });
});

describe('dry-run', () => {
  test.each([
    ['true', true],
    ['false', false],
    ['', false],
  ])('%j is %j', (given, dryRun) => {
    expect(settingsOf({ 'dry-run': given }).dryRun).toBe(dryRun);
  });
  // Reading it as `false` would change hosts that were only to be inspected.
  test.each(['yes', '1', 'dry'])('refuses %s', (given) => {
    expect(findingOf({ 'dry-run': given }).at).toBe('dry-run');
  });
  test.each(['preflight', 'health'])('a %s, which changes nothing, refuses it as well', (operation) => {
    expect(findingOf({ operation, 'dry-run': 'yes', 'disk-test': 'false' }).at).toBe('dry-run');
  });
});

describe('approved-plan', () => {
  test.each([hex, hex.toUpperCase(), `sha256:${hex}`, `SHA256:${hex.toUpperCase()}`])('%s', (digest) => {
    expect(settingsOf({ 'approved-plan': digest }).approvedPlan).toBe(hex);
  });

  test('none when nothing is given', () => {
    expect(settingsOf({ 'approved-plan': '' })).not.toHaveProperty('approvedPlan');
  });

  test('a dry run takes it', () => {
    expect(settingsOf({ 'approved-plan': hex, 'dry-run': 'true' }).approvedPlan).toBe(hex);
  });

  test.each(['true', hex.slice(1), `${hex}0`, `sha512:${hex}`, hex.replace('a', 'g')])(
    'refuses %s',
    (given) => {
      expect(findingOf({ 'approved-plan': given })).toMatchObject({
        at: 'approved-plan',
        fact: expect.stringContaining('is not the digest of a plan, which has 64 hex digits.'),
        fix: expect.stringContaining('plan-digest'),
      });
    },
  );

  test('the plan itself is known as such', () => {
    expect(findingOf({ 'approved-plan': '{"verdict":"create"}' }).cause).toContain('instead of plan-digest');
  });

  test('a preflight has nothing to approve', () => {
    expect(findingOf({ operation: 'preflight', 'approved-plan': hex })).toMatchObject({
      at: 'approved-plan',
      fact: 'operation: preflight makes no plan and changes nothing: there is nothing to approve.',
      fix: 'leave approved-plan out here, or write operation: deploy.',
    });
    expect(findingOf({ operation: 'preflight', 'approved-plan': 'x' }).at).toBe('approved-plan');
  });
});

describe('disk-test', () => {
  test('is for a preflight', () => {
    const { diskTest, warnings } = settingsOf({ operation: 'preflight', 'disk-test': 'true' });
    expect({ diskTest, warnings }).toEqual({ diskTest: true, warnings: [] });
  });

  test('elsewhere does nothing, with a warning', () => {
    const { diskTest, warnings } = settingsOf({ 'disk-test': 'true' });
    expect(diskTest).toBe(false);
    expect(warnings).toEqual([
      {
        code: 'input-unused',
        at: 'disk-test',
        fact: expect.stringContaining('disk-test: true has no effect with operation: deploy'),
        fix: expect.stringContaining('operation: preflight'),
      },
    ]);
  });

  test('writes nothing in a dry run, with a warning', () => {
    const { diskTest, warnings } = settingsOf({
      operation: 'preflight',
      'disk-test': 'true',
      'dry-run': 'true',
    });
    expect(diskTest).toBe(false);
    expect(warnings).toMatchObject([{ at: 'disk-test', fact: expect.stringContaining('dry-run: true') }]);
  });

  test('is off, without a warning', () => {
    expect(settingsOf({})).toMatchObject({ diskTest: false, warnings: [] });
  });

  test('refuses another word', () => {
    expect(findingOf({ 'disk-test': 'quick' }).at).toBe('disk-test');
    expect(findingOf({ operation: 'preflight', 'disk-test': 'quick' }).at).toBe('disk-test');
  });
});
