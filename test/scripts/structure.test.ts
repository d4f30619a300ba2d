import { describe, expect, test } from '@jest/globals';
import { judgeStructure, readSources, structureOf } from '../../scripts/structure.ts';
import { ROOT } from '../docs/repository.ts';

const shape = (files: Readonly<Record<string, string>>) => structureOf(new Map(Object.entries(files)));

test('the sources keep to their own limits', () => {
  expect(judgeStructure(structureOf(readSources(ROOT)))).toMatchObject({ good: true });
});

describe('what the limits are held against is found', () => {
  test('an import against the order, also of types alone', () => {
    const { againstOrder } = shape({
      'src/text/quote.ts': `import type { Plan } from '../plan/plan.ts';`,
      'src/plan/plan.ts': `import '../findings.ts';`,
      'src/findings.ts': `export {} from './text/quote.ts';`,
      'src/main.ts': `import './plan/plan.ts';`,
    });
    expect(againstOrder).toEqual([
      'src/text/quote.ts imports src/plan/plan.ts',
      'src/findings.ts imports src/text/quote.ts',
    ]);
  });

  test('a folder that the order does not have', () => {
    expect(shape({ 'src/new/file.ts': '' }).againstOrder).toEqual([
      'src/new/file.ts is in no folder of the order',
    ]);
  });

  test('a circle, once, whichever of its files is read first', () => {
    const { circles } = shape({
      'src/etcd/a.ts': `import { b } from './b.ts';`,
      'src/etcd/b.ts': `import { c } from './c.ts';`,
      'src/etcd/c.ts': `import type { A } from './a.ts';`,
      'src/etcd/d.ts': `import './a.ts';`,
    });
    expect(circles).toEqual([['src/etcd/a.ts', 'src/etcd/b.ts', 'src/etcd/c.ts']]);
  });

  test('a file whose only reader is beside it', () => {
    const { besideTheirReader } = shape({
      'src/etcd/a.ts': `import './b.ts'; import './c.ts';`,
      'src/etcd/b.ts': '',
      'src/etcd/c.ts': '',
      'src/run/d.ts': `import '../etcd/c.ts';`,
    });
    expect(besideTheirReader).toEqual(['src/etcd/b.ts']);
  });

  test('switches over kinds, comparisons with operations, actors without a name', () => {
    const found = shape({
      'src/run/a.ts': `switch (step.kind) {\nif (operation === 'deploy') {\n// nobody knows\n`,
      'src/operations/deploy/b.ts': `if (operation === 'deploy') {`,
    });
    expect(found.switches).toEqual(['src/run/a.ts:1: switch (step.kind) {']);
    expect(found.askingOperation).toEqual([`src/run/a.ts:2: if (operation === 'deploy') {`]);
    expect(found.namelessActors).toEqual(['src/run/a.ts:3: // nobody knows']);
  });
});

test('a figure over its limit is reported with its causes', () => {
  const { lines, good } = judgeStructure(shape({ 'src/run/a.ts': 'switch (kind) {' }));
  expect(good).toBe(false);
  expect(lines).toContain('switches: 1, at most 0 – over');
  expect(lines).toContain('  src/run/a.ts:1: switch (kind) {');
});
