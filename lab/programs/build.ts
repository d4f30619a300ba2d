import { existsSync, readdirSync, readFileSync, renameSync } from 'node:fs';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { alone } from '../machine/alone.ts';
import { ensureLayer } from '../machine/layer.ts';
import { type Progress, stage } from '../machine/progress.ts';
import { must, run, systemPath } from '../machine/run.ts';
import type { Family } from './families.ts';

/** The parts of `go mod edit -json` that are used here. */
interface GoMod {
  Require: { Path: string; Version: string }[];
  Tool: { Path: string }[];
}

/** Programs are static (no libc needed in their container image) and reproducible. */
const goEnvironment = { CGO_ENABLED: '0', GOFLAGS: '-mod=readonly -trimpath -buildvcs=false', GOWORK: 'off' };

/** Returns the folder that holds the family's programs, built from the committed pin if the cache lacks them. */
export function buildFamily(family: Family, progress: Progress): Promise<string> {
  const pin = fileURLToPath(new URL(`./${family.name}/`, import.meta.url));
  const inputs = ['go.mod', 'go.sum'].map((name) => readFileSync(join(pin, name), 'utf8'));
  const { tags = [], inC = [] } = family;
  return ensureLayer(
    {
      name: `programs-${family.name}`,
      inputs: [
        ...inputs,
        family.stamp('v0.0.0'),
        JSON.stringify(goEnvironment),
        ...tags,
        ...inC.map((program) => JSON.stringify(program)),
      ],
      make: (folder) => compile(family, pin, folder, progress),
    },
    progress,
  );
}

async function compile(family: Family, pin: string, folder: string, progress: Progress): Promise<void> {
  if ((await run(['sh', '-c', 'command -v go'])).code !== 0) {
    throw new Error(
      'the lab compiles its programs with Go, and there is no `go` on PATH: install Go 1.26 or newer, or name a folder of ready programs in LAB_BIN_DIR',
    );
  }
  const env = { ...process.env, ...goEnvironment, PATH: systemPath };
  const goMod = JSON.parse(await must(['go', 'mod', 'edit', '-json'], { cwd: pin, env })) as GoMod;
  const packages = goMod.Tool.map((tool) => tool.Path);
  const version = goMod.Require.find((required) => required.Path === family.module)?.Version;
  if (version === undefined) throw new Error(`${pin}go.mod does not require ${family.module}`);

  const names = packages.map(programName);
  await stage(progress, `compiling ${names.join(', ')} ${version}`, async (note) => {
    let compiled = 0;
    let downloaded = 0;
    const follow = (line: string) => {
      if (line.startsWith('go: downloading ')) downloaded += 1;
      else compiled += 1;
      note(`${downloaded} modules fetched, ${compiled} packages compiled`);
    };
    const flags = `-s -w ${family.stamp(version)}`;
    const tags = (family.tags ?? []).join(',');
    const build = ['go', 'build', '-v', '-tags', tags, '-ldflags', flags, '-o', `${folder}/`, ...packages];
    await must(alone(build), { cwd: pin, env, onLine: follow });
  });

  for (const { name, sources } of family.inC ?? []) {
    const module = (
      await must(['go', 'list', '-m', '-f', '{{.Dir}}', family.module], { cwd: pin, env })
    ).trim();
    await compileC(join(module, sources), join(folder, name));
  }

  for (const [index, path] of packages.entries()) {
    const made = join(folder, goBinaryName(path));
    const wanted = join(folder, names[index] ?? '');
    if (made !== wanted) renameSync(made, wanted);
    if (!existsSync(wanted)) throw new Error(`${path} did not give ${wanted}`);
  }
}

/** Compiles a static program, like those in Go. */
async function compileC(sources: string, program: string): Promise<void> {
  const files = readdirSync(sources).filter((name) => name.endsWith('.c'));
  const flags = ['-std=c99', '-Os', '-Wall', '-Wextra', '-Werror', '-static', '-s'];
  await must(['gcc', ...flags, '-o', program, ...files.sort().map((name) => join(sources, name))]);
}

/**
 * Returns the name that `go build` gives a package's binary: the last element of its path that is not a major version.
 */
function goBinaryName(path: string): string {
  return basename(path.replace(/\/v\d+$/, ''));
}

/** Returns the name under which its project ships the program. */
function programName(path: string): string {
  const name = goBinaryName(path);
  return name === 'server' ? 'etcd' : name;
}
