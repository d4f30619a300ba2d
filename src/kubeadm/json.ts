/** Plain data, as it comes out of YAML or JSON. */
export type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json };

/** A mapping of plain data. */
export type JsonMapping = Readonly<Record<string, Json>>;

/** Whether it is a mapping, not a list. */
export function isMapping(value: Json | undefined): value is JsonMapping {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
