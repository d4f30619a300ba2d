import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { execFileSync, spawnSync } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { read } from '../docs/repository.ts';
import { parseWorkflow, stepsOf } from './workflow.ts';

let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'own-scripts-'));
});

afterEach(() => rmSync(folder, { recursive: true }));

/** The effects of a workflow's script. */
interface Outcome {
  readonly status: number | null;
  readonly out: string;
  /** The calls of `gh`, one line each. */
  readonly calls: readonly string[];
}

/** Runs the script of a step as GitHub's runner does: by `bash -e`. */
function runStep(
  workflow: string,
  step: string,
  environment: Readonly<Record<string, string>> = {},
): Outcome {
  const found = stepsOf(parseWorkflow(read(`.github/workflows/${workflow}`))).find(
    ({ name }) => name === step,
  );
  if (found?.run === undefined) throw new Error(`${workflow} has no script "${step}"`);
  const script = join(folder, '.git-script.sh');
  writeFileSync(script, found.run);
  const bin = join(folder, '.git-bin');
  const { status, stdout, stderr } = spawnSync('bash', ['-e', script], {
    cwd: folder,
    encoding: 'utf8',
    env: { PATH: `${bin}:${process.env['PATH'] ?? ''}`, ...environment },
  });
  rmSync(script);
  const log = join(folder, '.git-calls');
  const calls = existsSync(log) ? readFileSync(log, 'utf8').trim().split('\n') : [];
  return { status, out: stdout + stderr, calls };
}

/**
 * A stand-in for GitHub's command line: it records its calls, and knows existing objects only by their arguments.
 * @param released the commit of every release.
 */
function pretendGh(existing: readonly string[], released = 'abc'): void {
  const bin = join(folder, '.git-bin');
  mkdirSync(bin);
  const known = existing.map((words) => `  "${words}"*) exit 0 ;;`).join('\n');
  writeFileSync(
    join(bin, 'gh'),
    `#!/bin/bash
printf '%s\\n' "$*" >> '${join(folder, '.git-calls')}'
case "$*" in
${known}
  *' --jq .sha') echo '${released}' ;;
  'release view '* | 'api --silent repos/'*) exit 1 ;;
esac
`,
  );
  chmodSync(join(bin, 'gh'), 0o755);
}

describe('the comparison of dist/ with a fresh build', () => {
  beforeEach(() => {
    mkdirSync(join(folder, 'dist'));
    writeFileSync(join(folder, 'dist/index.js'), 'bundle\n');
    writeFileSync(join(folder, 'dist/1.index.js'), 'chunk\n');
    const git = (...words: string[]): void =>
      void execFileSync('git', words, { cwd: folder, stdio: 'ignore' });
    git('init');
    git('add', 'dist');
    git('-c', 'user.name=a', '-c', 'user.email=a@example.org', 'commit', '-m', 'all');
  });

  test('passes if the build equals the committed files', () => {
    writeFileSync(join(folder, 'elsewhere'), 'is not looked at');
    expect(runStep('check-dist.yml', 'Compare')).toMatchObject({ status: 0, out: '' });
  });

  test.each([
    ['another byte', ' M dist/index.js', () => writeFileSync(join(folder, 'dist/index.js'), 'Bundle\n')],
    ['a chunk more', '?? dist/2.index.js', () => writeFileSync(join(folder, 'dist/2.index.js'), '')],
    ['a chunk less', ' D dist/1.index.js', () => rmSync(join(folder, 'dist/1.index.js'))],
  ])('fails with %s', (_, line, change) => {
    change();
    const { status, out } = runStep('check-dist.yml', 'Compare');
    expect(status).toBe(1);
    expect(out).toContain('::error::dist/ is not what the sources give');
    expect(out).toContain(line);
  });
});

describe('a release', () => {
  const sha = 'api repos/org/etcd-ha-action/commits/v1.2.3 --jq .sha';
  const environment = (): Record<string, string> => ({
    TAG: 'v1.2.3',
    NEWEST: 'true',
    NOTES: '### Added\n\n- "$HOME" `x`',
    GITHUB_SHA: 'abc',
    GITHUB_REPOSITORY: 'org/etcd-ha-action',
    RUNNER_TEMP: folder,
  });

  test('is published at the commit, with its notes', () => {
    pretendGh([]);
    expect(runStep('release.yml', 'Publish', environment())).toMatchObject({
      status: 0,
      calls: [
        'release view v1.2.3',
        `release create v1.2.3 --target abc --title v1.2.3 --notes-file ${folder}/notes.md --latest=true`,
        sha,
      ],
    });
    expect(readFileSync(join(folder, 'notes.md'), 'utf8')).toBe('### Added\n\n- "$HOME" `x`\n');
  });

  test('that is there already is left alone: the job can be run again', () => {
    pretendGh(['release view v1.2.3']);
    const { status, calls } = runStep('release.yml', 'Publish', environment());
    expect({ status, calls }).toEqual({ status: 0, calls: ['release view v1.2.3', sha] });
  });

  test('that exists for another commit fails, so that v1 does not move to an unreleased one', () => {
    pretendGh(['release view v1.2.3'], 'def');
    const { status, out } = runStep('release.yml', 'Publish', environment());
    expect(status).toBe(1);
    expect(out).toContain('::error::v1.2.3 is def, and this run is of abc');
  });
});

describe('the tag of the major version', () => {
  const environment = { MAJOR: 'v1', GITHUB_SHA: 'abc', GITHUB_REPOSITORY: 'org/etcd-ha-action' };
  const refs = 'repos/org/etcd-ha-action/git/refs';

  test('is moved', () => {
    pretendGh(['api --silent repos/org/etcd-ha-action/git/ref/tags/v1']);
    const { status, calls } = runStep('release.yml', 'Move the tag of the major version', environment);
    expect({ status, change: calls[1] }).toEqual({
      status: 0,
      change: `api --silent --method PATCH ${refs}/tags/v1 --raw-field sha=abc --field force=true`,
    });
  });

  test('is made the first time', () => {
    pretendGh([]);
    const { status, calls } = runStep('release.yml', 'Move the tag of the major version', environment);
    expect({ status, change: calls[1] }).toEqual({
      status: 0,
      change: `api --silent --method POST ${refs} --raw-field ref=refs/tags/v1 --raw-field sha=abc`,
    });
  });
});
