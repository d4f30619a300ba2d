import { spawnSync } from 'node:child_process';
import {
  appendFileSync,
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/**
 * Bundles src/index.ts with everything it imports into a folder, which is emptied first.
 * @throws Error with ncc's own words when the build fails.
 */
export function buildDist(folder: string): void {
  rmSync(folder, { recursive: true, force: true });
  const ncc = join(import.meta.dirname, '../node_modules/@vercel/ncc/dist/ncc/cli.js');
  const arguments_ = [ncc, 'build', 'src/index.ts', '--out', folder, '--license', 'licenses.txt'];
  const built = spawnSync(process.execPath, arguments_, {
    encoding: 'utf8',
    cwd: join(import.meta.dirname, '..'),
  });
  if (built.status !== 0) throw new Error(`the build failed:\n${built.stdout}${built.stderr}`);
  // A Windows program that ssh2 carries for PuTTY's agent: never used on a runner, and scanners flag it.
  rmSync(join(folder, 'pagent.exe'), { force: true });
  writeFileSync(join(folder, 'post.js'), POST_ENTRY);
  for (const name of WITHOUT_LICENCE) {
    const text = readFileSync(join(import.meta.dirname, '../node_modules', name, 'LICENSE'), 'utf8');
    appendFileSync(join(folder, 'licenses.txt'), `\n${name}\n${text}`);
  }
}

/** Bundled packages whose licence ncc does not find: a nested package.json hides the one that names it. */
const WITHOUT_LICENCE = ['diff'];

/** The post step is the same bundle, told which phase it is in. */
const POST_ENTRY = `globalThis.etcdHaActionPhase = 'post';
await import('./index.js');
`;

/** Files that differ between dist/ and a fresh build, one line each; none means that dist/ is up to date. */
export function staleDistFiles(): string[] {
  const fresh = mkdtempSync(join(tmpdir(), 'etcd-ha-dist-'));
  try {
    buildDist(fresh);
    const names = new Set([...readdirSync(fresh), ...readdirSync('dist')]);
    return [...names].filter((name) => !sameFile(join(fresh, name), join('dist', name)));
  } finally {
    rmSync(fresh, { recursive: true, force: true });
  }
}

/** Whether a source was changed after dist/ was built; a fresh clone, where all are of one moment, does not count. */
export function distIsOlderThanSources(): boolean {
  if (!existsSync('dist/index.js')) return true;
  const built = statSync('dist/index.js').mtimeMs;
  const margin = 60_000;
  return readdirSync('src', { recursive: true, encoding: 'utf8' }).some(
    (name) => statSync(join('src', name)).mtimeMs > built + margin,
  );
}

function sameFile(one: string, other: string): boolean {
  try {
    return readFileSync(one).equals(readFileSync(other));
  } catch {
    return false;
  }
}
