import { existsSync, mkdirSync, readdirSync, statSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { afterAll, describe, expect, test } from '@jest/globals';
import { RunError } from '../../src/findings.ts';
import { PrivateFolder, removePrivateFolders } from '../../src/runner/private-folder.ts';
import { TemporaryFolder } from '../hosts/ssh/tools.ts';

const temporary = new TemporaryFolder();
afterAll(() => temporary.remove());

/** A runner's folder for temporary files. */
function runnersFolder(name: string): string {
  mkdirSync(temporary.at(name), { recursive: true });
  return temporary.at(name);
}

test('it is made at the first use, for this user alone, and removed with its contents', () => {
  const own = runnersFolder('own');
  const folder = new PrivateFolder(own);
  expect(readdirSync(own)).toEqual([]);
  const paths = [folder.newPath('input'), folder.newPath('input')];
  expect(new Set(paths).size).toBe(2);
  const path = dirname(folder.at('config'));
  expect(statSync(path).mode & 0o777).toBe(0o700);
  expect(dirname(path)).toBe(own);
  for (const file of paths) writeFileSync(file, '');
  folder.remove();
  expect(readdirSync(own)).toEqual([]);
});

test('a runner whose folder is missing is named as such', () => {
  const missing = temporary.at('missing');
  expect(() => new PrivateFolder(missing).at('config')).toThrow(RunError);
  expect(() => new PrivateFolder(missing).at('config')).toThrow(
    /RUNNER_TEMP: cannot create a folder in .*\/missing on the runner: .*ENOENT/,
  );
});

// A socket's path is limited to 107 bytes, and ssh splits its configuration at spaces.
describe.each([
  ['a path that is too long', 'long/'.repeat(20)],
  ['a space in it', 'My Runner'],
])('a runner with %s', (_, name) => {
  test('has it elsewhere, and what a killed run leaves is removed, of this runner alone', async () => {
    const [own, other] = [runnersFolder(`${name}/a`), runnersFolder(`${name}/b`)];
    const [killed, working] = [new PrivateFolder(own), new PrivateFolder(other)];
    const socket = killed.at('control');
    expect(socket.length).toBeLessThan(80);
    expect(socket).toMatch(/^[\w./-]+$/);
    writeFileSync(working.at('known-hosts'), '');
    writeFileSync(socket, '');
    await removePrivateFolders(own);
    expect(existsSync(socket)).toBe(false);
    expect(existsSync(working.at('known-hosts'))).toBe(true);
    working.remove();
  });
});
