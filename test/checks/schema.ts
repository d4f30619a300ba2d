import { readFileSync } from 'node:fs';
import { Ajv2020 } from 'ajv/dist/2020.js';

interface Schema extends Record<string, unknown> {
  readonly $id: string;
}

const SCHEMA = JSON.parse(readFileSync('docs/health-report.v1.schema.json', 'utf8')) as Schema;
const ajv = new Ajv2020({ strict: true, allowUnionTypes: true, allErrors: true }).addSchema(SCHEMA);

function errorsOf(pointer: string, list: boolean): (value: unknown) => string[] {
  const of = { $ref: `${SCHEMA.$id}${pointer}` };
  const valid = ajv.compile(list ? { type: 'array', items: of } : of);
  return (value) => {
    valid(JSON.parse(JSON.stringify(value)));
    return (valid.errors ?? []).map(({ instancePath, message }) => `${instancePath} ${message ?? ''}`);
  };
}

/** What of a health report is against the published schema. */
export const reportErrors = errorsOf('', false);

/** The same of the output `members`. */
export const memberErrors = errorsOf('#/$defs/member', true);

/** The same of the output `findings`. */
export const findingErrors = errorsOf('#/$defs/check', true);
