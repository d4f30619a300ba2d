import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { execFileSync } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  unlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createPlainFile } from '../../src/backup/backup-writer.ts';
import { BackupFileError, unwritable } from '../../src/backup/file-error.ts';
import { checkBackupPlace, manifestPath } from '../../src/backup/manifest.ts';
import { checkPlace, PartialFile } from '../../src/backup/partial-file.ts';
import { needing } from '../needs.ts';

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'partial-'));
});
afterAll(() => rmSync(folder, { recursive: true }));

/** Returns why a file cannot be begun; the check before says the same, and leaves nothing. */
async function refusal(path: string): Promise<string> {
  const before = readdirSync(folder);
  const checked = refusalOf(() => checkPlace(path));
  expect(readdirSync(folder)).toEqual(before);
  const refused = await PartialFile.create(path).then(
    () => 'accepted',
    (error: unknown) =>
      refusalOf(() => {
        throw error;
      }),
  );
  // the last call of the two differs
  const call = /, (?:open|access) '[^']*'/;
  expect(checked.replace(call, '')).toBe(refused.replace(call, ''));
  return refused;
}

function refusalOf(work: () => void): string {
  try {
    work();
    return 'accepted';
  } catch (error) {
    expect(error).toBeInstanceOf(BackupFileError);
    return (error as BackupFileError).message;
  }
}

async function write(path: string, text: string): Promise<PartialFile> {
  const file = await PartialFile.create(path);
  await file.append(Buffer.from(text));
  return file;
}

describe('a place that is taken is refused at once', () => {
  test('by a file, which stays as it is', async () => {
    const path = join(folder, 'taken');
    writeFileSync(path, 'old');
    expect(await refusal(path)).toMatch(
      /is already a file, and a backup never replaces .*\(backup-file-exists/s,
    );
    expect(readFileSync(path, 'utf8')).toBe('old');
    expect(existsSync(`${path}.part`)).toBe(false);
  });

  test('by a folder, also if it is meant as one', async () => {
    mkdirSync(join(folder, 'dir'));
    expect(await refusal(join(folder, 'dir'))).toContain('is a folder');
    expect(await refusal(`${folder}/dir/`)).toContain('is a folder');
  });

  test('by a link, wherever it leads', async () => {
    symlinkSync(join(folder, 'nowhere'), join(folder, 'link'));
    expect(await refusal(join(folder, 'link'))).toContain('is a symbolic link');
    expect(existsSync(join(folder, 'nowhere'))).toBe(false);
  });

  test('by something that has the name of the incomplete file and is none', async () => {
    symlinkSync(join(folder, 'nowhere'), join(folder, 'a.part'));
    mkdirSync(join(folder, 'b.part'));
    for (const name of ['a', 'b'])
      expect(await refusal(join(folder, name))).toMatch(/"\S+\.part" is in the way/);
    expect(existsSync(join(folder, 'nowhere'))).toBe(false);
  });
});

describe('a place where nothing can be written is refused', () => {
  test('as a folder that is missing', async () => {
    expect(await refusal(join(folder, 'missing/x'))).toMatch(
      /the folder ".*missing", where.*mkdir -p .*missing/s,
    );
  });

  test('as a path through a file', async () => {
    writeFileSync(join(folder, 'file'), '');
    expect(await refusal(join(folder, 'file/x'))).toMatch(/ENOTDIR.*a part of the path is a file/s);
  });

  test('as a name that is too long with its suffix', async () => {
    expect(await refusal(join(folder, 'x'.repeat(253)))).toMatch(/ENAMETOOLONG.*too long/s);
    expect(await refusal(`${folder}/\0`)).toMatch(/cannot be written/);
  });

  test.each([
    ['EACCES', /the user of the job \(\d+\) may not write in \/backups/],
    ['EPERM', /may not write/],
    ['ENOSPC', /disk of the runner is full/],
    ['EDQUOT', /quota/],
    ['EROFS', /read-only/],
    ['EIO', /has an error/],
  ])('for %s, with its own cause', (code, expected) => {
    const error = unwritable('/backups/x', Object.assign(new Error(`${code}: words`), { code }));
    expect(error.findings).toMatchObject([
      { code: 'backup-file-unwritable', cause: expect.stringMatching(expected) },
    ]);
  });
});

describe('the check before a backup', () => {
  test('finds nothing at a free place, and leaves nothing there', () => {
    const before = readdirSync(folder);
    expect(refusalOf(() => checkBackupPlace(join(folder, 'free')))).toBe('accepted');
    expect(readdirSync(folder)).toEqual(before);
  });

  test('keeps what a killed run has left for the next one, which replaces it', () => {
    const path = join(folder, 'left');
    writeFileSync(`${path}.part`, 'half a backup');
    writeFileSync(manifestPath(path), '{"schemaVersion":1,"databaseSha256":"0"}');
    expect(refusalOf(() => checkBackupPlace(path))).toBe('accepted');
    expect(readFileSync(`${path}.part`, 'utf8')).toBe('half a backup');
    expect(existsSync(manifestPath(path))).toBe(true);
  });

  test('refuses what is in the place of the manifest and is none', () => {
    const path = join(folder, 'other');
    writeFileSync(manifestPath(path), '{}');
    expect(refusalOf(() => checkBackupPlace(path))).toMatch(/other\.json" is already a file/);
  });
});

describe('the rest of a run that was killed', () => {
  test('is replaced', async () => {
    const path = join(folder, 'killed');
    writeFileSync(`${path}.part`, 'half a backup');
    const file = await write(path, 'whole');
    await file.commit();
    expect(readFileSync(path, 'utf8')).toBe('whole');
    expect(existsSync(`${path}.part`)).toBe(false);
  });

  test('if that run still writes, ends it with an error, and the later run has the file', async () => {
    const path = join(folder, 'both');
    const first = await write(path, 'first');
    const second = await write(path, 'second');
    await expect(first.commit()).rejects.toThrow(/was removed or replaced while the backup was written/);
    await first.discard();
    await second.commit();
    expect(readFileSync(path, 'utf8')).toBe('second');
  });
});

test('a file that came meanwhile is not replaced', async () => {
  const path = join(folder, 'meanwhile');
  const file = await write(path, 'ours');
  writeFileSync(path, 'theirs');
  await expect(file.commit()).rejects.toThrow(/is already a file/);
  await file.discard();
  expect(readFileSync(path, 'utf8')).toBe('theirs');
  expect(existsSync(`${path}.part`)).toBe(false);
});

test('a file that was removed meanwhile is not committed', async () => {
  const path = join(folder, 'removed');
  const file = await write(path, 'ours');
  unlinkSync(`${path}.part`);
  await expect(file.commit()).rejects.toThrow(/was removed or replaced/);
  await file.discard();
  expect(readdirSync(folder).filter((name) => name.startsWith('removed'))).toEqual([]);
});

const root = needing('root');

root.describe('on a small disk', () => {
  let disk: string;
  const mount = (options: string): void => {
    execFileSync('mount', ['-t', 'tmpfs', '-o', options, 'tmpfs', disk]);
  };
  beforeAll(() => {
    disk = mkdtempSync(join(tmpdir(), 'disk-'));
  });
  afterAll(() => rmSync(disk, { recursive: true }));

  test('a backup that does not fit is reported as such, and leaves nothing', async () => {
    mount('size=4m');
    try {
      const writer = await createPlainFile(join(disk, 'backup'));
      const written = (async (): Promise<void> => {
        for (let time = 0; time < 10; time += 1) await writer.write(Buffer.alloc(1024 * 1024));
        await writer.finish();
      })();
      await expect(written).rejects.toThrow(BackupFileError);
      await expect(written).rejects.toThrow(/ENOSPC.*disk of the runner is full.*df -h \/tmp/s);
      await writer.discard();
      expect(readdirSync(disk)).toEqual([]);
    } finally {
      execFileSync('umount', [disk]);
    }
  });

  test('nor one on a disk that is read-only', async () => {
    mount('size=4m,ro');
    try {
      expect(await refusal(join(disk, 'backup'))).toMatch(/EROFS.*read-only/s);
    } finally {
      execFileSync('umount', [disk]);
    }
  });
});

// FAT, and shares of Windows and of clouds.
describe.each(['EPERM', 'ENOTSUP', 'ENOSYS'])('a file system without hard links (%s)', (code) => {
  const noLink = async (): Promise<void> => {
    await Promise.reject(Object.assign(new Error(code), { code }));
  };

  test('gives the file its name too', async () => {
    const path = join(folder, `no-link-${code}`);
    const file = await PartialFile.create(path, noLink);
    await file.append(Buffer.from('whole'));
    await file.commit();
    expect(readFileSync(path, 'utf8')).toBe('whole');
    expect(existsSync(`${path}.part`)).toBe(false);
  });

  test('keeps what came meanwhile', async () => {
    const path = join(folder, `no-link-taken-${code}`);
    const file = await PartialFile.create(path, noLink);
    writeFileSync(path, 'theirs');
    await expect(file.commit()).rejects.toThrow(/is already a file/);
    await file.discard();
    expect(readFileSync(path, 'utf8')).toBe('theirs');
  });
});

test('an error of the name alone leaves no backup behind', async () => {
  const path = join(folder, 'no-name');
  const file = await PartialFile.create(path, async () => {
    await Promise.reject(Object.assign(new Error('EIO'), { code: 'EIO' }));
  });
  await expect(file.commit()).rejects.toThrow(/cannot be written.*dmesg/s);
  await file.discard();
  expect(readdirSync(folder).filter((name) => name.startsWith('no-name'))).toEqual([]);
});
