import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import {
  folderPathIn,
  type InputFile,
  type InputFolder,
  pathIn,
  readInputFiles,
} from '../../src/inputs/input-files.ts';
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

describe('whether an input is the path of a folder', () => {
  test.each(['etcd/patches', './p', 'a b/c'])('it is: %s', (value) => {
    expect(folderPathIn(value)).toBe(value);
  });

  test.each(['', 'etcd.yaml: {}', '{}', '[a]', 'a\nb'])('it is not: %j', (value) => {
    expect(folderPathIn(value)).toBeUndefined();
  });
});

describe('the folder', () => {
  let workspace = '';

  beforeAll(() => {
    workspace = mkdtempSync(join(tmpdir(), 'input-folder-'));
    mkdirSync(join(workspace, 'good'));
    writeFileSync(join(workspace, 'good/etcd.yaml'), '\ufeffa: 1\n');
    writeFileSync(join(workspace, 'good/README.md'), 'x');
    mkdirSync(join(workspace, 'deep/er'), { recursive: true });
    mkdirSync(join(workspace, 'key'));
    writeFileSync(join(workspace, 'key/etcd.yaml'), sshKey);
    mkdirSync(join(workspace, 'out'));
    symlinkSync('/etc/passwd', join(workspace, 'out/etcd.yaml'));
    mkdirSync(join(workspace, 'many'));
    for (let file = 0; file < 101; file += 1) writeFileSync(join(workspace, 'many', String(file)), '');
    writeFileSync(join(workspace, 'file'), '');
  });
  afterAll(() => rmSync(workspace, { recursive: true }));

  function read(path: string): { folder: InputFolder | undefined; masked: string[] } {
    const masked: string[] = [];
    const files = readInputFiles({ patches: path }, workspace, (secret) => void masked.push(secret));
    return { folder: files.patches, masked };
  }

  test('is read, file by file', () => {
    expect(read('good').folder).toEqual({
      path: 'good',
      files: new Map([
        ['README.md', 'x'],
        ['etcd.yaml', 'a: 1\n'],
      ]),
    });
  });

  test.each([
    ['..', 'leads out of the workspace'],
    ['missing', 'there is no "missing" in the workspace'],
    ['file', 'there is no "file"'],
    ['deep', '"deep/er" is a folder or a device'],
    ['out', '"out/etcd.yaml" leads out of the workspace'],
    ['many', '"many" holds 101 files'],
  ])('is refused: %s', (path, fact) => {
    expect(read(path).folder).toEqual({
      path,
      problem: expect.objectContaining({ fact: expect.stringContaining(fact), fix: expect.any(String) }),
    });
  });

  test('is masked where it holds a private key', () => {
    expect(read('key').masked).toEqual([sshKey]);
  });
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
    ['/etc/x/../../proc/version.json', 'there is no "/etc/x/'],
    ['out.yaml', 'leads out of the workspace'],
    ['up/outside.yaml', 'leads out of the workspace'],
    ['loop.yaml', 'cannot be read (ELOOP)'],
    ['missing.yaml', 'there is no "missing.yaml" in the workspace'],
    ['etcd/hosts.yaml/x.yaml', 'there is no "etcd/'],
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
