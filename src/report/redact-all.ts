import type { Redactor } from './redaction.ts';

/** Plain data with every text in it, at any depth, free of secrets. */
export function redactAll<T>(value: T, redactor: Redactor): T {
  return redacted(value, redactor) as T;
}

function redacted(value: unknown, redactor: Redactor): unknown {
  if (typeof value === 'string') return redactor.redact(value);
  if (Array.isArray(value)) return value.map((item) => redacted(item, redactor));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, item]) => [name, redacted(item, redactor)]));
}
