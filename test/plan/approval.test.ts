import { expect, test } from '@jest/globals';
import { RefusedError } from '../../src/findings.ts';
import { refuseUnapproved } from '../../src/plan/digest.ts';
import { plan } from '../report/samples.ts';

test('without an approval any plan may be carried out, with one only that plan', () => {
  expect(() => refuseUnapproved(undefined, plan)).not.toThrow();
  expect(() => refuseUnapproved(plan.digest, plan)).not.toThrow();
});

test('another plan is refused with both digests', () => {
  const approved = 'ab'.repeat(32);
  const refuse = (): void => refuseUnapproved(approved, plan);
  expect(refuse).toThrow(RefusedError);
  expect(refuse).toThrow(`the plan is now ${plan.digest} (create); approved was ${approved}.`);
});
