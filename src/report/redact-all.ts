import { CHECK_TITLES } from '../health/check.ts';
import type { Redactor } from './redaction.ts';

/**
 * Fields that hold a word of the action's own, which tables are looked up by: a secret that is such a word too must not turn
 * the report into one that cannot be read. Nobody learns the secret from them.
 */
const OWN_FIELDS: ReadonlySet<string> = new Set([
  'status',
  'severity',
  'role',
  'verdict',
  'outcome',
  'operation',
  'kind',
  'origin',
  'stage',
]);
const OWN_WORD = /^[A-Za-z][A-Za-z -]{0,39}$/;

/**
 * Plain data with every text in it, at any depth, free of secrets, and of what would be taken for one: where a host has
 * written "PRIVATE KEY", the report is still one that may leave. Words of the action's own stay as they are.
 */
export function redactAll<T>(value: T, redactor: Redactor): T {
  return redacted(value, redactor) as T;
}

function redacted(value: unknown, redactor: Redactor, field = ''): unknown {
  if (typeof value === 'string')
    return isOwn(value, field) ? value : redactor.withoutKeyMarks(redactor.redact(value));
  if (Array.isArray(value)) return value.map((item) => redacted(item, redactor, field));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, item]) => [name, redacted(item, redactor, name)]),
  );
}

function isOwn(value: string, field: string): boolean {
  if (field === 'name') return Object.hasOwn(CHECK_TITLES, value);
  return OWN_FIELDS.has(field) && OWN_WORD.test(value);
}
