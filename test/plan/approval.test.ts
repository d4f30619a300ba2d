import { expect, test } from '@jest/globals';
import { RefusedError } from '../../src/findings.ts';
import { refuseUnapproved } from '../../src/plan/digest.ts';
import { plan } from '../report/samples.ts';

const optional = { isNeeded: false };
const needed = { isNeeded: true };

test('without an approval any plan may be carried out, with one only that plan', () => {
  expect(() => refuseUnapproved(undefined, plan, optional)).not.toThrow();
  expect(() => refuseUnapproved(plan.digest, plan, optional)).not.toThrow();
});

test('where an approval is needed, no plan is carried out without one, and the refusal names the digest', () => {
  expect(() => refuseUnapproved(plan.digest, plan, needed)).not.toThrow();
  expect(() => refuseUnapproved(undefined, plan, needed)).toThrow(RefusedError);
  expect(() => refuseUnapproved(undefined, plan, needed)).toThrow(plan.digest);
});

test('another plan is refused with both digests', () => {
  const approved = 'ab'.repeat(32);
  const refuse = (): void => refuseUnapproved(approved, plan, optional);
  expect(refuse).toThrow(RefusedError);
  expect(refuse).toThrow(`the plan is now ${plan.digest} (create); approved was ${approved}.`);
});
