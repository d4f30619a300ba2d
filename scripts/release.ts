/**
 * `npm run release -- VERSION NOTES`: checks that the checkout is ready to be released as this version, writes the
 * release's notes into the file NOTES, and outputs the notes and the tags to the workflow. It changes nothing else.
 */
import { execFileSync } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { appendFileSync, readFileSync, writeFileSync } from 'node:fs';
import { parseTags, planRelease, TAG_FORMAT } from './release-plan.ts';

const [version, notesFile] = process.argv.slice(2);
if (version === undefined || notesFile === undefined) {
  console.error('usage: npm run release -- VERSION NOTES');
  process.exit(2);
}

const git = (...words: string[]): string => execFileSync('git', words, { encoding: 'utf8' });

try {
  const { notes, ...plan } = planRelease({
    version,
    packageVersion: (JSON.parse(readFileSync('package.json', 'utf8')) as { version: string }).version,
    changelog: readFileSync('CHANGELOG.md', 'utf8'),
    tags: parseTags(git('for-each-ref', `--format=${TAG_FORMAT}`, 'refs/tags')),
    commit: git('rev-parse', 'HEAD').trim(),
  });
  writeFileSync(notesFile, `${notes}\n`);
  const outputs = [
    `tag=${plan.tag}`,
    `major=${plan.major}`,
    `moves-major=${String(plan.movesMajor)}`,
    `newest=${String(plan.newest)}`,
  ];
  console.log(outputs.join('\n'));
  const outputFile = process.env['GITHUB_OUTPUT'];
  // A multi-line value ends at a line that it cannot contain.
  const end = randomUUID();
  if (outputFile !== undefined) {
    appendFileSync(outputFile, `${outputs.join('\n')}\nnotes<<${end}\n${notes}\n${end}\n`);
  }
} catch (error) {
  console.error(error instanceof Error ? error.message : String(error));
  process.exitCode = 1;
}
