import { afterAll, beforeAll, expect, jest, test } from '@jest/globals';
import { execFileSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buildFamily } from '../../lab/programs/build.ts';
import { age } from '../../lab/programs/families.ts';
import { createEncryptedFile } from '../../src/backup/backup-writer.ts';
import { parseRecipients } from '../../src/backup/recipients.ts';

// A backup is to be read in years, by the program age and not by this action.

jest.setTimeout(5 * 60_000);

const CHUNK = 64 * 1024;

let programs: string;
let folder: string;
beforeAll(async () => {
  programs = await buildFamily(age, (line) => process.stderr.write(`${line}\n`));
  folder = mkdtempSync(join(tmpdir(), 'age-'));
});
afterAll(() => rmSync(folder, { recursive: true }));

function run(program: string, ...argv: readonly string[]): Buffer {
  return execFileSync(join(programs, program), argv, { maxBuffer: 64 * 1024 * 1024, stdio: 'pipe' });
}

test.each([
  ['X25519', []],
  ['post-quantum', ['-pq']],
] as const)('age decrypts what was encrypted to its %s keys, with each of them', async (kind, flags) => {
  const keys = ['one', 'two', 'three'].map((name) => {
    const path = join(folder, `${kind}-${name}`);
    writeFileSync(path, run('age-keygen', ...flags), { mode: 0o600 });
    return path;
  });
  const publicKeys = keys.map((key) => run('age-keygen', '-y', key).toString());
  for (const count of [1, 3]) {
    const recipients = parseRecipients(publicKeys.slice(0, count).join(''));
    for (const size of [0, 1, CHUNK - 1, CHUNK, CHUNK + 1, 3 * CHUNK, 5_000_000]) {
      const bytes = randomBytes(size);
      const path = join(folder, `${kind}-${count}-${size}.age`);
      const writer = await createEncryptedFile(path, recipients);
      await writer.write(bytes);
      await writer.finish();
      await writer.commit();
      for (const key of keys.slice(0, count)) {
        const decrypted = run('age', '--decrypt', '--identity', key, path);
        expect({ size, same: decrypted.equals(bytes) }).toEqual({ size, same: true });
      }
    }
  }
});
