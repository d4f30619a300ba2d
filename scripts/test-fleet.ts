/**
 * `npm run test:fleet [-- ROW…]`: tests every kind of host that the lab has, three hosts of each: a deploy, the same
 * once more, a change that restarts the members under a writer, the adoption of a cluster that was made with the guide,
 * health and preflight. Prints the table and writes it to lab/FLEET.md, with the versions. A ROW is one of
 * scripts/fleet/rows.ts ("trixie+crio", "1.36"); the results of other rows stay the same.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { format, resolveConfig } from 'prettier';
import { must } from '../lab/machine/run.ts';
import { fleetMarkdown, merged, rowPassed, type RowResult } from './fleet/report.ts';
import { fleetRows, rowName, rowsNamed } from './fleet/rows.ts';
import { runRow } from './fleet/run-row.ts';
import { whyNoLab } from './lab-possible.ts';

const root = join(import.meta.dirname, '..');
const resultsFile = join(root, 'lab/fleet.json');
const table = join(root, 'lab/FLEET.md');

const obstacle = whyNoLab();
if (obstacle !== undefined) throw new Error(`the fleet cannot be run here: ${obstacle}`);

const rows = rowsNamed(process.argv.slice(2));
let results = JSON.parse(readFileSync(resultsFile, 'utf8')) as RowResult[];
// Before the first row: the results themselves are files of the checkout.
const commit = (await must(['git', 'describe', '--always', '--dirty'], { cwd: root })).trim();
let failed = 0;
for (const [index, row] of rows.entries()) {
  console.error(`\n=== ${rowName(row)} (${index + 1} of ${rows.length})`);
  const date = new Date().toISOString().slice(0, 10);
  const result: RowResult = { ...row, ...runRow(row), date, commit };
  if (!rowPassed(result)) failed += 1;
  // After each row, so that an interrupted run keeps its results.
  results = merged(fleetRows, results, [result]);
  await save(resultsFile, JSON.stringify(results));
  await save(table, fleetMarkdown(fleetRows, results));
}
console.log(readFileSync(table, 'utf8'));
console.log(`${rows.length - failed} of ${rows.length} kinds of hosts passed`);
process.exitCode = failed === 0 ? 0 : 1;

/** Writes a file in the format of `npm run format`. */
async function save(path: string, text: string): Promise<void> {
  const options = { ...(await resolveConfig(path)), filepath: path };
  writeFileSync(path, await format(text, options));
}
