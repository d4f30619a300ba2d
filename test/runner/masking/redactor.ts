import { Redactor } from '../../../src/runner/masking/redaction.ts';

/** Returns a redactor that knows these secrets, without a runner to mask them. */
export function redactorOf(...secrets: string[]): Redactor {
  const redactor = new Redactor(() => undefined);
  for (const secret of secrets) redactor.register(secret);
  return redactor;
}
