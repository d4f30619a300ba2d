/**
 * `npm start`: boots three real hosts, runs the built action against them as GitHub's runner would, shows the results,
 * and leaves the lab up for inspection.
 */
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { Lab } from '../lab/client.ts';
import type { HealthDocument } from '../src/checks/health-document.ts';
import { deployInputs, runInLab } from '../test/e2e/support/action-in-lab.ts';
import { ResultsService } from '../test/github/results-service.ts';
import type { ActionRun } from '../test/github/runner.ts';
import { buildDist, distIsOlderThanSources } from './dist.ts';
import { whyNoLab } from './lab-possible.ts';

const root = join(import.meta.dirname, '..');
const out = join(root, 'out');

const obstacle = whyNoLab();
if (obstacle !== undefined) {
  console.error(`npm start needs the lab: ${obstacle}.`);
  process.exit(1);
}
if (distIsOlderThanSources()) {
  console.log('Building dist/ …');
  buildDist('dist');
}

const lab = await Lab.up({ progress: (line) => console.log(line) });
const service = await ResultsService.start({ wrap: (argv) => lab.inRunner(argv) });
try {
  console.log('\nRunning the action as a workflow would:\n');
  const run = await runInLab(lab, deployInputs(lab, { 'upload-artifacts': 'true' }), {
    artifacts: service.env,
    onLine: (line) => console.log(`  ${line}`),
  });
  await keep(run, service);
  tell(run);
  process.exitCode = run.conclusion === 'success' ? 0 : 1;
} finally {
  await service.stop();
}

/** Writes into files what GitHub would show and store. */
async function keep(run: ActionRun, from: ResultsService): Promise<void> {
  rmSync(out, { recursive: true, force: true });
  mkdirSync(out);
  writeFileSync(join(out, 'log.txt'), `${run.log.join('\n')}\n`);
  writeFileSync(join(out, 'summary.md'), run.summary);
  writeFileSync(join(out, 'outputs.json'), `${JSON.stringify(run.outputs, null, 2)}\n`);
  for (const artifact of await from.artifacts()) {
    for (const { name, content } of artifact.entries) {
      const file = join(out, 'artifact', name);
      mkdirSync(dirname(file), { recursive: true });
      writeFileSync(file, content);
    }
  }
}

function tell(run: ActionRun): void {
  const took = (run.main.durationMs / 1000).toFixed(1);
  console.log(
    `\nThe run was a ${run.conclusion} (${took} s, changed: ${run.outputs['changed'] ?? 'unknown'}).`,
  );
  const report = run.outputs['health-report'];
  if (report !== undefined) {
    console.log(`  ${(JSON.parse(report) as HealthDocument).summary}`);
  }
  console.log(`
What GitHub would show and store lies in out/:
  out/summary.md                      the job summary
  out/log.txt                         the log, masked
  out/outputs.json                    the outputs
  out/artifact/health-report.json     the health report
  out/artifact/                       the artifact: public certificates, manifests, configurations

The lab stays up. Look around:
  npm run lab -- ssh infra0           log in as the action does
  npm run lab -- exec infra0 crictl ps
  npm run lab -- kill infra1          cut a host's power; \`start infra1\` boots it again
  npm start                           run the action again: it changes nothing
  npm run lab -- down                 take it all away`);
}
