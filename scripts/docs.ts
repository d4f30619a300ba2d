/**
 * `npm run docs`: makes anew what is made from action.yml, the README's tables and the sub-action, from what the fleet was run on, and from
 * the sources, the probe to install and the picture of the README.
 */
import { chmodSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { HEALTH_PROGRAM } from '../src/hosts/probe/health-probe.ts';
import type { RowResult } from './fleet/report.ts';
import { howItWorks, SCHEMES } from './how-it-works.ts';
import { readmeWithTables } from './readme-tables.ts';
import { HEALTH_ACTION, subActionYml } from './sub-action.ts';

const root = join(import.meta.dirname, '..');
const readme = join(root, 'README.md');
const action = readFileSync(join(root, 'action.yml'), 'utf8');
const fleet = JSON.parse(readFileSync(join(root, 'lab/fleet.json'), 'utf8')) as RowResult[];
writeFileSync(readme, readmeWithTables(readFileSync(readme, 'utf8'), action, fleet));
writeFileSync(join(root, 'health/action.yml'), subActionYml(action, HEALTH_ACTION));
const program = join(root, 'docs/least-privilege/etcd-ha-health-probe');
writeFileSync(program, HEALTH_PROGRAM);
chmodSync(program, 0o755);
const images = join(root, 'docs/images');
mkdirSync(images, { recursive: true });
for (const scheme of SCHEMES) writeFileSync(join(images, `how-it-works-${scheme}.svg`), howItWorks(scheme));
console.log(
  'README.md and health/action.yml are as action.yml says; the probe to install and the picture are as the sources say.',
);
