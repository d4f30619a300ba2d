import { readFileSync } from 'node:fs';
import { describe, expect, test } from '@jest/globals';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { CHECK_TITLES } from '../../../../src/checks/check.ts';
import { degradedDocument, healthyDocument } from '../example-documents.ts';

const schema = JSON.parse(readFileSync('docs/health-report.v1.schema.json', 'utf8')) as Record<
  string,
  unknown
>;
const valid = new Ajv2020({ strict: true, allowUnionTypes: true }).compile(schema);

type Path = readonly (string | number)[];

/** Returns the paths to every object in a value, itself included; of a list its first element. */
function objectsIn(value: unknown, path: Path = []): Path[] {
  if (Array.isArray(value)) return value.slice(0, 1).flatMap((one: unknown) => objectsIn(one, [...path, 0]));
  if (typeof value !== 'object' || value === null) return [];
  return [path, ...Object.entries(value).flatMap(([key, one]) => objectsIn(one, [...path, key]))];
}

/** Returns the healthy example after a JSON round trip, with the object at a path changed. */
function changed(path: Path, change: (target: Record<string, unknown>) => void): unknown {
  const copy: unknown = JSON.parse(JSON.stringify(healthyDocument()));
  change(
    path.reduce<unknown>((of, key) => (of as Record<string | number, unknown>)[key], copy) as Record<
      string,
      unknown
    >,
  );
  return copy;
}

function keysOf(path: Path): string[] {
  const keys: string[] = [];
  changed(path, (target) => keys.push(...Object.keys(target)));
  return keys;
}

const objects = objectsIn(healthyDocument());

describe('the published schema', () => {
  test.each([
    ['healthy', healthyDocument()],
    ['degraded', degradedDocument()],
  ])('takes the report of a %s cluster', (_name, document) => {
    valid(JSON.parse(JSON.stringify(document)));
    expect(valid.errors).toBeNull();
  });

  test('sees every kind of object of the report', () => {
    expect(objects.map((path) => path.join('.'))).toEqual([
      '',
      'cluster',
      'members.0',
      'members.0.walFsync',
      'members.0.backendCommit',
      'members.0.peers.0',
      'memberList.0',
      'checks.0',
      'certificates.0',
      'thresholds',
    ]);
  });

  test.each(
    objects.flatMap((path) => keysOf(path).map((key) => [[...path, key].join('.'), path, key] as const)),
  )('does not take a report without %s, nor with an object in its place', (name, path, key) => {
    // earlier releases did not have it
    const isOptional = name === 'checks.0.code';
    expect(valid(changed(path, (target) => Reflect.deleteProperty(target, key)))).toBe(isOptional);
    expect(valid(changed(path, (target) => (target[key] = { not: 'this' })))).toBe(false);
  });

  test.each(objects.map((path) => [path.join('.') || 'the report', path] as const))(
    'does not take a field more in %s',
    (_name, path) => {
      expect(valid(changed(path, (target) => (target['more'] = null)))).toBe(false);
    },
  );

  test.each([
    [[], 'schemaVersion', 2],
    [[], 'status', 'fine'],
    [[], 'checkedAt', '2026-11-24 05:17'],
    [['cluster'], 'id', 'CDF8'],
    [['members', 0], 'role', 'boss'],
    [['members', 0], 'status', null],
    [['members', 0], 'dbSizeBytes', -1],
    [['members', 0], 'raftIndex', 1.5],
    [['members', 0, 'walFsync'], 'p99Ms', null],
    [['checks', 0], 'name', 'mood'],
    [['checks', 0], 'status', 'error'],
    [['checks', 0], 'code', 'Swap On'],
    [['certificates', 0], 'place', 'shelf'],
    [['certificates', 0], 'fingerprint', 'AB:CD'],
  ] satisfies [Path, string, unknown][])('%j %s: not %j', (path, key, value) => {
    expect(valid(changed(path, (target) => (target[key] = value)))).toBe(false);
  });

  test('knows every check, and no other', () => {
    const { $defs } = schema as { $defs: { check: { properties: { name: { enum: string[] } } } } };
    expect($defs.check.properties.name.enum).toEqual(Object.keys(CHECK_TITLES));
  });

  test('describes every field, and requires all that version 1 began with', () => {
    const { $defs, ...report } = schema as { $defs: Record<string, object> };
    const parts = [report, ...Object.values($defs)] as Part[];
    const kinds = parts.flatMap(({ properties, ...part }) => [
      { ...part, properties },
      ...Object.values(properties ?? {}),
    ]);
    const withFields = kinds.filter(({ properties }) => properties !== undefined);
    expect(withFields).toHaveLength(9);
    for (const { properties = {}, required, additionalProperties } of withFields) {
      expect(required).toEqual(Object.keys(properties).filter((name) => name !== 'code'));
      expect(additionalProperties).toBe(false);
      expect(Object.values(properties).filter(({ description }) => description === undefined)).toEqual([]);
    }
  });

  test('every field of the report is in the documentation', () => {
    const documentation = readFileSync('docs/health-report.md', 'utf8');
    const missing = [...keysOf([]), ...keysOf(['cluster']), ...keysOf(['checks', 0])].filter(
      (field) => !documentation.includes(`\`${field}\``),
    );
    expect(missing).toEqual([]);
  });
});

interface Part {
  readonly properties?: Readonly<Record<string, Part>>;
  readonly description?: string;
  readonly required?: readonly string[];
  readonly additionalProperties?: boolean;
}
