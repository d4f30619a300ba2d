import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { parseTags, planRelease, type ReleaseFacts, TAG_FORMAT } from '../../scripts/release-plan.ts';
import { read } from '../docs/repository.ts';

const changelog = `# Changelog

## [Unreleased]

## [1.2.3] - 2026-11-26

### Added

- A thing.

## [1.2.2] - 2026-11-01

- Another.
`;

const commit = 'd19157d0000000000000000000000000000000aa';
const later = 'e4faae80000000000000000000000000000000bb';
const facts: ReleaseFacts = {
  version: '1.2.3',
  packageVersion: '1.2.3',
  changelog,
  tags: new Map(),
  commit,
};

test('a version, with or without its v, gets its own chapter of the changelog as notes', () => {
  const plan = {
    tag: 'v1.2.3',
    major: 'v1',
    movesMajor: true,
    newest: true,
    notes: '### Added\n\n- A thing.',
  };
  expect(planRelease(facts)).toEqual(plan);
  expect(planRelease({ ...facts, version: 'v1.2.3' })).toEqual(plan);
});

describe('the moving tag', () => {
  test.each([
    [['v1.2.2', 'v1.10.0-rc.1', 'v1', 'lab'], { movesMajor: true, newest: true }],
    // As numbers: as texts 1.10.0 would come before 1.2.3.
    [['v1.10.0'], { movesMajor: false, newest: false }],
    [['v2.0.0'], { movesMajor: true, newest: false }],
    // The tag that started the release exists already.
    [['v1.2.3'], { movesMajor: true, newest: true }],
  ])('beside %p', (tags, expected) => {
    const each = new Map(tags.map((tag) => [tag, tag === 'v1.2.3' ? commit : later]));
    expect(planRelease({ ...facts, tags: each })).toMatchObject(expected);
  });
});

test.each([
  [{ version: 'next' }, ['"next" is not a version such as 1.2.3']],
  [
    { version: '1.2.4' },
    [
      'package.json says 1.2.3, not 1.2.4',
      'CHANGELOG.md has no chapter "## [1.2.4] - YYYY-MM-DD" with something in it',
    ],
  ],
  // Released by hand again, from a later commit with the same version.
  [
    { tags: new Map([['v1.2.3', commit]]), commit: later },
    [`v1.2.3 is the tag of ${commit}, and this is ${later}: raise the version, a release does not change`],
  ],
  [{ changelog: changelog.replace(' - 2026-11-26', '') }, [expect.stringContaining('[1.2.3] - YYYY-MM-DD')]],
  [
    { changelog: changelog.replace(/### Added\n\n- A thing.\n/, '') },
    [expect.stringContaining('something in it')],
  ],
])('%p is refused with all that stands in the way', (changes, lines) => {
  const refused = (): unknown => planRelease({ ...facts, ...changes });
  expect(refused).toThrow();
  try {
    refused();
  } catch (error) {
    expect((error as Error).message.split('\n')).toEqual(lines);
  }
});

test('a tag is the commit that it names, also where it is annotated', () => {
  const folder = mkdtempSync(join(tmpdir(), 'etcd-ha-tags-'));
  const git = (...words: string[]): string => execFileSync('git', words, { cwd: folder, encoding: 'utf8' });
  try {
    git('init', '--quiet');
    git('config', 'user.name', 'tester');
    git('config', 'user.email', 'tester@example.com');
    git('commit', '--quiet', '--allow-empty', '--message=one');
    git('tag', 'v1');
    git('tag', '--annotate', '--message=notes', 'v1.2.3');
    const head = git('rev-parse', 'HEAD').trim();
    const tags = parseTags(git('for-each-ref', `--format=${TAG_FORMAT}`, 'refs/tags'));
    expect([...tags]).toEqual([
      ['v1', head],
      ['v1.2.3', head],
    ]);
  } finally {
    rmSync(folder, { recursive: true });
  }
});

test('our own changelog has the required form: unreleased changes come first', () => {
  expect(/^## \[.*$/m.exec(read('CHANGELOG.md'))?.[0]).toBe('## [Unreleased]');
});
