import { CHECK_TITLES } from '../checks/check.ts';
import { FINDING_CODES } from '../finding-codes.ts';
import type { Redactor } from '../runner/masking/redaction.ts';

/**
 * Fields that hold a word of the action's own, which tables are looked up by: a secret that is such a word too must not turn
 * the report into one that cannot be read. No reader learns the secret from them.
 */
const OWN_FIELDS: ReadonlySet<string> = new Set([
  'status',
  'role',
  'verdict',
  'outcome',
  'operation',
  'kind',
  'origin',
  'stage',
]);
const CODES: ReadonlySet<string> = new Set(FINDING_CODES);
const OWN_WORD = /^[A-Za-z][A-Za-z -]{0,39}$/;

/** Plain data with every text in it, at any depth, free of secrets. Words of the action's own stay as they are. */
export function redactAll<T>(value: T, redactor: Redactor): T {
  return mapped(value, (text) => redactor.redact(text)) as T;
}

/**
 * As {@link redactAll}, for what becomes files: also without what would be taken for a private key there. A host that writes
 * "PRIVATE KEY" where its words are shown must not keep the report from leaving.
 */
export function redactForFiles<T>(value: T, redactor: Redactor): T {
  return mapped(value, (text) => redactor.withoutKeyMarks(redactor.redact(text))) as T;
}

function mapped(value: unknown, clean: (text: string) => string, field = ''): unknown {
  if (typeof value === 'string') return isOwn(value, field) ? value : clean(value);
  if (Array.isArray(value)) return value.map((item) => mapped(item, clean, field));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, item]) => [name, mapped(item, clean, name)]));
}

function isOwn(value: string, field: string): boolean {
  if (field === 'name') return Object.hasOwn(CHECK_TITLES, value);
  if (field === 'code') return CODES.has(value);
  return OWN_FIELDS.has(field) && OWN_WORD.test(value);
}
