/**
 * `npm run docs`: makes anew what is made from the sources: the inputs and outputs of action.yml, the sub-actions, the tables of README.md,
 * docs/inputs.md, docs/outputs.md and docs/supported-versions.md, the probe to install, and the picture of README.md.
 */
import { chmodSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { madeFiles, PROBE } from './made-files.ts';

const root = join(import.meta.dirname, '..');
const files = madeFiles((path) => readFileSync(join(root, path), 'utf8'));
for (const [path, text] of files) {
  mkdirSync(join(root, dirname(path)), { recursive: true });
  writeFileSync(join(root, path), text);
}
chmodSync(join(root, PROBE), 0o755);
console.log(`As the sources say: ${[...files.keys()].join(', ')}.`);
