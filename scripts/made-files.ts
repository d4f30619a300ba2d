import { HEALTH_PROGRAM } from '../src/hosts/probe/health-probe.ts';
import { inputSections } from '../src/inputs/table/table.ts';
import { OPERATIONS, operationsUsing } from '../src/operations/index.ts';
import { OUTPUTS } from '../src/report/outputs-table.ts';
import { actionWithTables } from './action-yml.ts';
import type { RowResult } from './fleet/report.ts';
import { howItWorks, SCHEMES } from './how-it-works.ts';
import {
  inputsPageWithTables,
  outputsPageWithTable,
  readmeWithTable,
  versionsPageWithTable,
} from './markdown-tables.ts';
import { subActionYml } from './sub-action.ts';

/** The probe that an administrator installs on the hosts. */
export const PROBE = 'docs/least-privilege/etcd-ha-health-probe';

/**
 * Every file that is made, whole or in part, as it is to be: `npm run docs` writes them, and tests compare.
 * @param read gives the text of a file of the repository; of those made in part, what is written by hand is taken from there.
 * @returns texts by the files' paths in the repository.
 */
export function madeFiles(read: (path: string) => string): ReadonlyMap<string, string> {
  const actionYml = actionWithTables(read('action.yml'), inputSections, OUTPUTS);
  const fleet = JSON.parse(read('lab/fleet.json')) as RowResult[];
  return new Map([
    ['action.yml', actionYml],
    ...OPERATIONS.map(
      (operation) => [`${operation.name}/action.yml`, subActionYml(actionYml, operation)] as const,
    ),
    ['README.md', readmeWithTable(read('README.md'), inputSections)],
    [
      'docs/inputs.md',
      inputsPageWithTables(read('docs/inputs.md'), inputSections, (input) => {
        const using = operationsUsing(input);
        return using.length === OPERATIONS.length ? 'all' : using;
      }),
    ],
    ['docs/outputs.md', outputsPageWithTable(read('docs/outputs.md'), OUTPUTS)],
    ['docs/supported-versions.md', versionsPageWithTable(read('docs/supported-versions.md'), fleet)],
    [PROBE, HEALTH_PROGRAM],
    ...SCHEMES.map((scheme) => [`docs/images/how-it-works-${scheme}.svg`, howItWorks(scheme)] as const),
  ]);
}
