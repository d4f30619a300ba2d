import { afterAll, beforeAll, expect, jest, test } from '@jest/globals';
import { join } from 'node:path';
import type { Lab } from '../../lab/client.ts';
import { buildFamily } from '../../lab/programs/build.ts';
import { act } from '../../lab/programs/families.ts';
import { runAct } from '../github/act.ts';
import { freshLab, labKey, REPOSITORY } from './support/action-in-lab.ts';

jest.setTimeout(20 * 60_000);

let lab: Lab;
let actBinary: string;
beforeAll(async () => {
  lab = await freshLab();
  actBinary = join(await buildFamily(act, (line) => process.stderr.write(`${line}\n`)), 'act');
});
afterAll(() => lab.down());

/** What a user pastes: one job that deploys, one that uses its outputs. */
const WORKFLOW = `
name: etcd
on:
  workflow_dispatch:
    inputs:
      hosts:
        required: true
jobs:
  deploy:
    runs-on: ubuntu-latest
    outputs:
      endpoints: \${{ steps.etcd.outputs.endpoints }}
      healthy: \${{ steps.etcd.outputs.healthy }}
      fingerprint: \${{ steps.etcd.outputs.ca-fingerprint }}
    steps:
      - id: etcd
        uses: org/etcd-ha-action@v1
        with:
          hosts: \${{ inputs.hosts }}
          ssh-user: ubuntu
          ssh-private-key: \${{ secrets.SSH_PRIVATE_KEY }}
          ssh-known-hosts: \${{ vars.SSH_KNOWN_HOSTS }}
  use:
    needs: deploy
    runs-on: ubuntu-latest
    steps:
      - run: echo "the next job sees healthy=\${{ needs.deploy.outputs.healthy }} endpoints=\${{ needs.deploy.outputs.endpoints }} ca=\${{ needs.deploy.outputs.fingerprint }}"
`;

// act stands in for GitHub's engine: triggers, expressions, secrets, job outputs, main and post. What it masks is only
// whole values, so masking is proven with the runner's own rules elsewhere.
test('a bare workflow, as a user would write it, deploys and hands its outputs to the next job', async () => {
  const run = await runAct({
    act: actBinary,
    action: REPOSITORY,
    workflow: WORKFLOW,
    inputs: { hosts: lab.hosts.map(({ address }) => address).join(' , ') },
    secrets: { SSH_PRIVATE_KEY: labKey(lab) },
    variables: { SSH_KNOWN_HOSTS: lab.knownHosts },
    wrap: (argv) => lab.inRunner(argv),
    node: process.execPath,
    timeoutMs: 10 * 60_000,
  });
  const log = run.log.join('\n');
  if (run.exitCode !== 0) throw new Error(log);
  const endpoints = lab.hosts.map(({ address }) => `https://${address}:2379`).join(',');
  expect(log).toContain(`the next job sees healthy=true endpoints=${endpoints} ca=`);
  // act offers no artifact service that current clients can use: a warning, and the job is green.
  expect(log).toMatch(/The artifact was not uploaded: this runner offers no artifact service/);
  expect(log).toMatch(/Success - Post org\/etcd-ha-action@v1|Success - Post .*etcd/);
});

test("with act's own artifact server, which refuses current clients, the upload gives up in time and the job is green", async () => {
  const started = performance.now();
  const run = await runAct({
    act: actBinary,
    action: REPOSITORY,
    workflow: WORKFLOW,
    inputs: { hosts: lab.hosts.map(({ address }) => address).join(',') },
    secrets: { SSH_PRIVATE_KEY: labKey(lab) },
    variables: { SSH_KNOWN_HOSTS: lab.knownHosts },
    artifactServerPort: 34567,
    wrap: (argv) => lab.inRunner(argv),
    node: process.execPath,
    timeoutMs: 10 * 60_000,
  });
  const log = run.log.join('\n');
  if (run.exitCode !== 0) throw new Error(log);
  expect(log).toMatch(/The artifact was not uploaded: .*within 20 s/);
  expect((performance.now() - started) / 1000).toBeLessThan(60);
});
