/**
 * Stands in for Terraform and the state that it has of real machines: an output NAME is the file NAME.json of the
 * configuration's folder, `_` written as `-`. It fails at any other words than those of the examples.
 */
import { readFileSync } from 'node:fs';

const words = process.argv.slice(2).join(' ');
const [, output] = /^output -json (\w+)$/.exec(words) ?? [];
if (output !== undefined) process.stdout.write(readFileSync(`${output.replaceAll('_', '-')}.json`, 'utf8'));
else if (words !== 'init -input=false') throw new Error(`terraform: this stand-in does not know: ${words}`);
