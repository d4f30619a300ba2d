/**
 * Stands in for Terraform and its state of real machines: an output NAME is the file NAME.json of the configuration's
 * folder, with `_` as `-`. Fails on any other arguments than those of the examples.
 */
import { readFileSync } from 'node:fs';

const words = process.argv.slice(2).join(' ');
const [, output] = /^output -json (\w+)$/.exec(words) ?? [];
if (output !== undefined) process.stdout.write(readFileSync(`${output.replaceAll('_', '-')}.json`, 'utf8'));
else if (words !== 'init -input=false') throw new Error(`terraform: this stand-in does not know: ${words}`);
