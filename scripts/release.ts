/**
 * `npm run release -- VERSION NOTES`: checks that the checkout is ready to be released as this version, writes the
 * release's notes into the file NOTES, and tells the workflow which tags there will be. It changes nothing else.
 */
import { execFileSync } from 'node:child_process';
import { appendFileSync, readFileSync, writeFileSync } from 'node:fs';
import { planRelease } from './release-plan.ts';

const [version, notesFile] = process.argv.slice(2);
if (version === undefined || notesFile === undefined) {
  console.error('usage: npm run release -- VERSION NOTES');
  process.exit(2);
}

try {
  const { notes, ...plan } = planRelease({
    version,
    packageVersion: (JSON.parse(readFileSync('package.json', 'utf8')) as { version: string }).version,
    changelog: readFileSync('CHANGELOG.md', 'utf8'),
    tags: execFileSync('git', ['tag', '--list'], { encoding: 'utf8' }).split('\n'),
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
  if (outputFile !== undefined) appendFileSync(outputFile, `${outputs.join('\n')}\n`);
} catch (error) {
  console.error(error instanceof Error ? error.message : String(error));
  process.exitCode = 1;
}
