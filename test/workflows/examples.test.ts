import { describe, expect, test } from '@jest/globals';
import { codeBlocks } from '../docs/markdown.ts';
import { filesBelow, read } from '../docs/repository.ts';
import { exampleProblems } from './example-problems.ts';

const README_WORKFLOWS = codeBlocks(read('README.md'), 'yaml').filter((block) => /^jobs:/m.test(block));

test('there are examples, in the folder and in README.md', () => {
  expect(filesBelow('workflows-examples', '.yml')).not.toEqual([]);
  expect(README_WORKFLOWS).not.toEqual([]);
});

describe('a workflow to paste is good', () => {
  test.each(filesBelow('workflows-examples', '.yml'))('%s', async (file) => {
    expect(await exampleProblems(read(file))).toEqual([]);
  });

  test.each(README_WORKFLOWS)('in README.md: %s', async (text) => {
    expect(await exampleProblems(text)).toEqual([]);
  });
});

test('everything that can be wrong with a workflow to paste is seen', async () => {
  const bad = `
on: workflow_dispatch
permissions:
  contents: write
concurrency:
  group: etcd
  cancel-in-progress: true
jobs:
  bootstrap:
    runs-on: self-hosted
    timeout-minutes: 1
    permissions:
      issues: write
      id-token: write
    outputs:
      lost: \${{ steps.etcd.outputs.nothing }}
    steps:
      - uses: somebody/else@${'0'.repeat(40)} # v1.0.0
      - id: etcd
        uses: org/etcd-ha-action@v1
        with:
          hosst: 10.0.0.6
          ssh-user: ubuntu
          ssh-private-key: \${{ vars.SSH_PRIVATE_KEY }}
          ssh-known-hosts: \${{ vars.SSH_KNOWN_HOSTS }}
          ca-certificate: \${{ secrets.ETCD_CA }}
          ca-key: '-----BEGIN PRIVATE KEY-----'
`;
  expect(await exampleProblems(bad)).toEqual([
    `somebody/else@${'0'.repeat(40)} # v1.0.0 is not ours to recommend`,
    'a key stands in the text',
    'permission contents: write is not needed',
    'permission issues: write is not needed',
    'permission id-token: write is not needed',
    'a newer run cancels one that is at work',
    'hosst is no input',
    'there are no hosts',
    'ssh-private-key is not passed from a secret',
    'ca-certificate is passed from a secret and is none',
    'ca-key is not passed from a secret',
    'nothing is no output',
  ]);
  const scheduled = `
on: { schedule: [{ cron: '1 1 * * 1' }] }
permissions: {}
concurrency: { group: etcd }
jobs:
  plan:
    runs-on: self-hosted
    timeout-minutes: 1
    outputs: { digest: '\${{ steps.etcd.outputs.plan-digest }}' }
    steps: [{ id: etcd, run: 'true' }]
  apply:
    needs: plan
    runs-on: self-hosted
    timeout-minutes: 1
    steps:
      - uses: org/etcd-ha-action@v1
        with:
          hosts: 10.0.0.6
          ssh-user: ubuntu
          ssh-private-key: \${{ secrets.SSH_PRIVATE_KEY }}
          ssh-known-hosts: \${{ vars.SSH_KNOWN_HOSTS }}
          approved-plan: \${{ needs.plan.outputs.digest }}
          bootstrap: allow
  health:
    runs-on: self-hosted
    timeout-minutes: 1
    permissions: { issues: write }
    steps:
      - uses: org/etcd-ha-action/health@v1
        with:
          hosts: 10.0.0.6
          ssh-user: ubuntu
          ssh-private-key: \${{ secrets.SSH_PRIVATE_KEY }}
          ssh-known-hosts: \${{ vars.SSH_KNOWN_HOSTS }}
          bootstrap: never
      - run: gh issue list
      - uses: azure/login@${'0'.repeat(40)} # v1.0.0
`;
  expect(await exampleProblems(scheduled)).toEqual([
    'job health logs in with a token that it does not get',
    'job apply carries out any plan where needs.plan.outputs.digest is empty',
    'bootstrap is no input',
    'a schedule may make a new cluster',
  ]);
});
