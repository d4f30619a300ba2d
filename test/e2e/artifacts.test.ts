import { afterAll, beforeAll, expect, jest, test } from '@jest/globals';
import type { Lab } from '../../lab/client.ts';
import { ResultsService } from '../github/results-service.ts';
import { deployInputs, freshLab, runInLab } from './support/action-in-lab.ts';

jest.setTimeout(15 * 60_000);

let lab: Lab;
let service: ResultsService;
beforeAll(async () => {
  lab = await freshLab({ hosts: 1 });
  service = await ResultsService.start({ wrap: (argv) => lab.inRunner(argv) });
});
afterAll(async () => {
  await service.stop();
  await lab.down();
});

// Uploads that succeed are proven in deploy.test.ts; these are the ways in which a service does not take one.
test.each([
  ['refuses', 'refuse', 25],
  ['never answers', 'hang', 25],
  ['has that name already', 'duplicate', 25],
] as const)('a service that %s is a warning, and the deploy is done', async (_, behaviour, seconds) => {
  await service.setBehaviour(behaviour);
  const inputs = deployInputs(lab, { 'upload-artifacts': 'true' });
  const run = await runInLab(lab, inputs, { artifacts: service.env });
  expect(run.conclusion).toBe('success');
  expect(run.outputs).toMatchObject({ healthy: 'true', 'artifact-id': '' });
  const warnings = run.annotations.filter(({ level }) => level === 'warning');
  expect(warnings.map(({ message }) => message).join('\n')).toMatch(/The artifact was not uploaded/);
  // A run without changes takes about two seconds of these.
  expect(run.main.durationMs / 1000).toBeLessThan(seconds);
});
