import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { BackupManifest } from '../../src/backup/manifest.ts';
import { readManifest } from '../../src/backup/read-manifest.ts';
import { OpenBackupError } from '../../src/backup/stored-file.ts';
import { fileOf, recordedDatabase } from '../etcd/database/recorded.ts';
import { numbers, spoiled, withStrangePart } from '../fuzz.ts';
import { findingOf, manifestFor } from './stored-backup.ts';

let folder: string;
let manifest: BackupManifest;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'manifest-'));
  const snapshot = recordedDatabase('3.6.8').snapshots['written'];
  if (snapshot === undefined) throw new Error('there is no such snapshot');
  const file = {
    name: 'x',
    bytes: 9,
    sha256: '0'.repeat(64),
    encryption: 'age',
    recipients: ['age1x'],
  } as const;
  manifest = await manifestFor(fileOf(snapshot), file);
});
afterAll(() => rmSync(folder, { recursive: true }));

const schema: unknown = JSON.parse(readFileSync('docs/backup-manifest.v1.schema.json', 'utf8'));
const isValid = new Ajv2020({ strict: true, allowUnionTypes: true }).compile(schema as object);

async function read(text: string | Buffer): Promise<BackupManifest> {
  writeFileSync(join(folder, 'backup.json'), text);
  return await readManifest(join(folder, 'backup'));
}

test('a manifest is read as it was written', async () => {
  expect(isValid(manifest)).toBe(true);
  expect(await read(JSON.stringify(manifest, null, 2))).toEqual(manifest);
});

test('what the schema allows is accepted, and nothing else', async () => {
  const random = numbers(20);
  const counts = { accepted: 0, refused: 0 };
  for (let time = 0; time < 1_500; time += 1) {
    const value = random() < 0.05 ? { ...manifest, more: 1 } : withStrangePart(manifest, random);
    const text = JSON.stringify(value);
    const accepted = await read(text).then(
      () => true,
      (error: unknown) => error instanceof OpenBackupError && false,
    );
    // JSON of the schema has integers that a double does not hold exactly
    const expected = isValid(JSON.parse(text)) && !text.includes('1e+300');
    expect([text, accepted]).toEqual([text, expected]);
    counts[accepted ? 'accepted' : 'refused'] += 1;
  }
  expect(counts.accepted).toBeGreaterThan(20);
  expect(counts.refused).toBeGreaterThan(500);
});

test('a spoiled text is refused with one finding, or is a manifest still', async () => {
  const random = numbers(21);
  for (let time = 0; time < 300; time += 1) {
    const text = spoiled(JSON.stringify(manifest), random);
    const result = await read(text).catch((error: unknown) => error);
    if (result instanceof OpenBackupError) expect(result.findings[0]?.code).toBe('restore-manifest-unusable');
    else expect(isValid(result)).toBe(true);
  }
});

describe('a finding says', () => {
  test.each([
    ['another text', 'etcd', /is malformed: it is no JSON object\./],
    ['a list', '[]', /is no JSON object/],
    ['a mebibyte', Buffer.alloc(1024 * 1024 + 1, ' '), /has more than a mebibyte/],
    ['another object', '{}', /malformed: schemaVersion is missing\./],
  ])('that it is %s', async (_, text, fact) => {
    const finding = await findingOf(read(text));
    expect(finding).toMatchObject({ code: 'restore-manifest-unusable', at: 'restore-from' });
    expect(finding.fact).toMatch(fact);
  });

  test('which field is wrong', async () => {
    const file = { ...manifest.file, bytes: 0.5 };
    expect((await findingOf(read(JSON.stringify({ ...manifest, file })))).fact).toMatch(
      /malformed: file\.bytes is 0\.5 in place of a whole number from 1\./,
    );
    const members = [{ ...manifest.members[0], id: 'infra0\u001b[31m' }];
    expect((await findingOf(read(JSON.stringify({ ...manifest, members })))).fact).toMatch(
      /malformed: members\[0\]\.id is "infra0\\u001b\[31m" in place of an id in hexadecimal\./,
    );
  });

  test('that a newer release has made it', async () => {
    const finding = await findingOf(read(JSON.stringify({ schemaVersion: 2, other: true })));
    expect(finding).toMatchObject({
      code: 'restore-manifest-unusable',
      fix: expect.stringMatching(/release/),
    });
    expect(finding.fact).toMatch(/has version 2, and this release reads version 1\./);
  });

  test('that there is none, that it cannot be read, or that the copy is no backup', async () => {
    const none = await findingOf(readManifest(join(folder, 'none')));
    expect(none.code).toBe('restore-manifest-missing');
    expect(none.fact).toMatch(/^there is no manifest ".*none\.json" beside the backup\.$/);
    symlinkSync('loop.json', join(folder, 'loop.json'));
    const loop = await findingOf(readManifest(join(folder, 'loop')));
    expect([loop.code, loop.fact]).toEqual([
      'restore-manifest-missing',
      expect.stringMatching(/cannot be read: .*ELOOP/),
    ]);
    const differs = await findingOf(readManifest(join(folder, 'x.20261130T100000Z.unverified')));
    expect(differs.cause).toMatch(/differs from what the members had/);
    mkdirSync(join(folder, 'folder.json'));
    expect((await findingOf(readManifest(join(folder, 'folder')))).fact).toMatch(/it is no file/);
  });
});
