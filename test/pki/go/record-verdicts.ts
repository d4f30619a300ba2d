/** Rewrites verdicts.json: `node test/pki/go/record-verdicts.ts`, on a machine with Go. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { CORPUS } from './corpus.ts';
import { askGo } from './go-program.ts';

const verdicts = await askGo(CORPUS);
const ordered = Object.fromEntries(CORPUS.map(({ name }) => [name, verdicts[name]]));
writeFileSync(join(import.meta.dirname, 'verdicts.json'), `${JSON.stringify(ordered, null, 2)}\n`);
