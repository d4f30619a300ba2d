import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { buildFamily } from '../../lab/programs/build.ts';
import { age } from '../../lab/programs/families.ts';
import { fileOf, recordedDatabase } from '../etcd/database/recorded.ts';

/** Records a snapshot that the program age has encrypted: `node test/backup/record.ts`. */
const programs = await buildFamily(age, (line) => process.stderr.write(`${line}\n`));
const run = (program: string, argv: readonly string[], input: Uint8Array = Buffer.alloc(0)): Buffer =>
  execFileSync(join(programs, program), argv, { input, stdio: ['pipe', 'pipe', 'ignore'] });

const snapshot = recordedDatabase('3.6.8').snapshots['fresh'];
if (snapshot === undefined) throw new Error('there is no such snapshot');
const recorded = (
  [
    ['X25519', []],
    ['post-quantum', ['-pq']],
  ] as const
).map(([kind, flags]) => {
  const identity = run('age-keygen', flags).toString();
  const recipient = run('age-keygen', ['-y'], Buffer.from(identity)).toString().trim();
  const file = run('age', ['--encrypt', '--recipient', recipient], fileOf(snapshot)).toString('base64');
  return { kind, identity, recipient, file };
});
const version = run('age', ['--version']).toString().trim();
writeFileSync(
  new URL('recorded/age.json', import.meta.url),
  `${JSON.stringify({ version, recorded }, null, 2)}\n`,
);
