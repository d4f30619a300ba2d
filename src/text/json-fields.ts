/** A JSON object of a program or a foreign file: any field may be missing or of another type. */
export type Fields = Readonly<Record<string, unknown>>;

/**
 * Parses the text as an object; undefined if it is not JSON or not an object. The caller decides what an unreadable
 * answer means.
 */
export function fieldsOf(text: string): Fields | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return isFields(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

/** Returns the value as an object; without fields if it is none. */
export function fieldsIn(value: unknown): Fields {
  return isFields(value) ? value : {};
}

/** Returns the objects of a list; none if it is no list. */
export function objectsIn(value: unknown): Fields[] {
  return Array.isArray(value) ? value.filter(isFields) : [];
}

/** Returns the text; empty if it is none. */
export function textIn(value: unknown): string {
  return typeof value === 'string' ? value : '';
}

/** Returns the texts of a list; none if it is no list. */
export function textsIn(value: unknown): string[] {
  return Array.isArray(value) ? value.filter((text) => typeof text === 'string') : [];
}

/** Returns the number; undefined if it is none. */
export function numberIn(value: unknown): number | undefined {
  return typeof value === 'number' ? value : undefined;
}

/** Reports whether the value is a JSON object; a list is none. */
export function isObject(value: unknown): value is Fields {
  return isFields(value) && !Array.isArray(value);
}

function isFields(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null;
}
