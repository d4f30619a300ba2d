import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { licencesText, packageFolders, packageIn, type BundledModule } from './licences.ts';

/**
 * Bundles src/index.ts with all of its imports into a folder, which is emptied first.
 * @throws Error with ncc's own words if the build fails, or if a package's licence is unknown or not accepted.
 */
export function buildDist(folder: string): void {
  rmSync(folder, { recursive: true, force: true });
  const modules = bundle(folder);
  // A Windows program that ssh2 contains for PuTTY's agent: never used on a runner, and scanners flag it.
  rmSync(join(folder, 'pagent.exe'), { force: true });
  writeFileSync(join(folder, 'post.js'), POST_ENTRY);
  writeFileSync(join(folder, 'licenses.txt'), licencesText(packageFolders(modules).map(packageIn)));
}

/** Runs ncc, and returns the bundled modules. */
function bundle(folder: string): readonly BundledModule[] {
  const ncc = join(import.meta.dirname, '../node_modules/@vercel/ncc/dist/ncc/cli.js');
  const aside = mkdtempSync(join(tmpdir(), 'etcd-ha-stats-'));
  try {
    const statistics = join(aside, 'stats.json');
    const arguments_ = [ncc, 'build', 'src/index.ts', '--out', folder, '--stats-out', statistics];
    const built = spawnSync(process.execPath, arguments_, {
      encoding: 'utf8',
      cwd: join(import.meta.dirname, '..'),
    });
    if (built.status !== 0) throw new Error(`the build failed:\n${built.stdout}${built.stderr}`);
    return (JSON.parse(readFileSync(statistics, 'utf8')) as { modules: readonly BundledModule[] }).modules;
  } finally {
    rmSync(aside, { recursive: true });
  }
}

/** The post step is the same bundle with its phase set. */
const POST_ENTRY = `globalThis.etcdHaActionPhase = 'post';
await import('./index.js');
`;

/** Returns the files that differ between dist/ and a fresh build, one line each; none if dist/ is up to date. */
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

/**
 * Reports whether a source was changed after dist/ was built; a fresh clone, in which all files have the same age, does
 * not count.
 */
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
