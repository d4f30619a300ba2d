import { afterAll, beforeAll, expect, jest, test } from '@jest/globals';
import type { Lab } from '../../lab/client.ts';
import { ResultsService } from '../github/results-service.ts';
import { deployInputs, freshLab, runInLab } from './support/action-in-lab.ts';
import { checkHealthOf } from './support/health.ts';

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

// deploy.test.ts covers successful uploads; these are the ways in which a service refuses one.
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

// The deploys above leave a cluster; the results of its health check are uploaded in the same way.
test('a health check uploads its report in every form', async () => {
  const before = (await service.artifacts()).length;
  await service.setBehaviour('accept');
  const { run } = await checkHealthOf(lab, { 'upload-artifacts': 'true' }, { artifacts: service.env });
  expect(run.annotations.filter(({ message }) => message.includes('artifact'))).toEqual([]);
  const [artifact, ...more] = (await service.artifacts()).slice(before);
  expect(more).toEqual([]);
  const entries = artifact?.entries ?? [];
  expect(entries.map(({ name }) => name).toSorted()).toEqual(
    ['junit.xml', 'metrics.prom', 'report.html', 'report.json', 'report.md'].toSorted(),
  );
  const contentOf = (wanted: string): string =>
    entries.find(({ name }) => name === wanted)?.content.toString() ?? '';
  expect(JSON.parse(contentOf('report.json'))).toEqual(JSON.parse(run.outputs['health-report'] ?? ''));
  expect(contentOf('report.html')).toMatch(/^<!doctype html>/i);
  expect(run.outputs['artifact-id']).toBe(String(artifact?.id));
  expect(run.outputs['artifact-url']).toContain(`/artifacts/${String(artifact?.id)}`);
});
