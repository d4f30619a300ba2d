import { expect, test } from '@jest/globals';
import { commonProblems } from './common-problems.ts';

test('everything that can be wrong with any workflow is seen', async () => {
  const careless = `
on:
  schedule:
    - cron: '0 6 * * *'
    - cron: '*/7 * * * *'
    - cron: '17 6 * * *'
jobs:
  a:
    runs-on: self-hosted
    steps:
      - uses: actions/checkout@v7
      - uses: actions/checkout@${'0'.repeat(40)}
      - uses: actions/checkout@${'0'.repeat(40)} # v7.0.1
      - name: Greet
        run: echo "\${{ github.actor }}"
      - run: if true; then
      - run: npm run nothing
  b:
    needs: nobody
    uses: ./.github/workflows/test.yml
`;
  expect(await commonProblems(careless)).toEqual([
    expect.stringMatching(/^line 18: .*nobody/),
    'actions/checkout@v7 is not pinned to a digest with its version beside',
    `actions/checkout@${'0'.repeat(40)} is not pinned to a digest with its version beside`,
    'no permissions are set',
    'two runs can work at once',
    'job a has no timeout-minutes',
    'the script of "Greet" holds an expression',
    'the script of "if true; then" is no shell script',
    `"npm run nothing" runs npm's nothing, which is not there`,
    'the schedule 0 6 * * * begins at a busy minute',
    'the schedule */7 * * * * begins at a busy minute',
  ]);
});
