/** `npm run docs`: makes the tables of inputs and outputs in README.md anew from action.yml. */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { readmeWithTables } from './readme-tables.ts';

const root = join(import.meta.dirname, '..');
const readme = join(root, 'README.md');
const action = readFileSync(join(root, 'action.yml'), 'utf8');
writeFileSync(readme, readmeWithTables(readFileSync(readme, 'utf8'), action));
console.log("README.md has action.yml's tables.");
