import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { pathIn, type InputFile } from '../../src/settings/input-file.ts';
import { readInputFiles } from '../../src/settings/read-input-files.ts';
import { sshKey } from './given.ts';

describe('whether an input is a path', () => {
  test.each(['hosts.yaml', './etcd/hosts.yml', '/w/a b/hosts.JSON', '../up.json', ' hosts.yaml\n'])(
    'it is: %s',
    (value) => {
      expect(pathIn(value)).toBe(value.trim());
    },
  );

  test.each(['', '10.0.0.6', 'a: 10.0.0.6', '["a.json"]', '{a: b.yaml}', 'a: 1\nb.yaml', 'hosts.txt'])(
    'it is not: %j',
    (value) => {
      expect(pathIn(value)).toBeUndefined();
    },
  );
});

describe('the file', () => {
  let folder = '';
  let workspace = '';
  let masked: string[] = [];

  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'input-files-'));
    workspace = join(folder, 'workspace');
    mkdirSync(join(workspace, 'etcd', 'folder.yaml'), { recursive: true });
    writeFileSync(join(folder, 'outside.yaml'), 'a: 10.0.0.6');
    writeFileSync(join(folder, 'workspace-2.yaml'), 'a: 10.0.0.6');
    writeFileSync(join(workspace, 'etcd', 'hosts.yaml'), '\ufeffa: 10.0.0.6\n');
    writeFileSync(join(workspace, 'key.yaml'), sshKey);
    writeFileSync(join(workspace, 'large.yaml'), Buffer.alloc(256 * 1024 + 1, 35));
    writeFileSync(join(workspace, 'utf16.json'), Buffer.from('\ufeff{}', 'utf16le'));
    symlinkSync('etcd/hosts.yaml', join(workspace, 'within.yaml'));
    symlinkSync('../outside.yaml', join(workspace, 'out.yaml'));
    symlinkSync('..', join(workspace, 'up'));
    symlinkSync('loop.yaml', join(workspace, 'loop.yaml'));
    execFileSync('mkfifo', [join(workspace, 'fifo.yaml')]);
  });
  afterAll(() => rmSync(folder, { recursive: true }));

  function read(path: string, root: string | undefined = workspace): InputFile | undefined {
    masked = [];
    return readInputFiles({ inventory: path }, root, (secret) => void masked.push(secret)).inventory;
  }

  test.each(['etcd/hosts.yaml', './etcd/../etcd/hosts.yaml', 'within.yaml'])('is read: %s', (path) => {
    expect(read(path)).toEqual({ path, text: 'a: 10.0.0.6\n' });
    expect(masked).toEqual([]);
  });

  test('may be named by its whole path, also where the workspace is reached by a link', () => {
    const link = join(folder, 'link');
    symlinkSync(workspace, link);
    expect(read(join(workspace, 'etcd/hosts.yaml'), link)).toMatchObject({ text: 'a: 10.0.0.6\n' });
  });

  test.each([
    ['../outside.yaml', 'leads out of the workspace'],
    ['../workspace-2.yaml', 'leads out of the workspace'],
    ['/etc/x/../../proc/version.json', 'there is no file'],
    ['out.yaml', 'leads out of the workspace'],
    ['up/outside.yaml', 'leads out of the workspace'],
    ['loop.yaml', 'cannot be read (ELOOP)'],
    ['missing.yaml', 'there is no file "missing.yaml" in the workspace'],
    ['etcd/hosts.yaml/x.yaml', 'there is no file'],
    ['etcd/folder.yaml', 'a folder or a device'],
    ['fifo.yaml', 'a folder or a device'],
    ['large.yaml', 'has 262145 bytes, more than 262144'],
    ['utf16.json', 'is not text in UTF-8'],
  ])('is refused: %s', (path, fact) => {
    expect(read(path)).toEqual({
      path,
      problem: expect.objectContaining({ fact: expect.stringContaining(fact), fix: expect.any(String) }),
    });
  });

  test('needs a workspace', () => {
    expect(read('etcd/hosts.yaml', '')).toMatchObject({
      problem: { fact: expect.stringContaining('GITHUB_WORKSPACE') },
    });
  });

  test('is masked where it holds a private key', () => {
    read('key.yaml');
    expect(masked).toEqual([sshKey]);
  });

  test('is none where the input is text', () => {
    expect(read('a: 10.0.0.6')).toBeUndefined();
  });
});
