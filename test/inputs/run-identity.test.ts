import { describe, expect, test } from '@jest/globals';
import { readRunIdentity } from '../../src/inputs/run/identity.ts';

const run = { attempt: 3, nonce: '0badcafe' };

const environment = {
  GITHUB_SERVER_URL: 'https://github.com',
  GITHUB_REPOSITORY: 'octo/infra',
  GITHUB_RUN_ID: '1658821493',
  GITHUB_ACTOR: 'octocat',
  GITHUB_SHA: 'ffac537e6cbbf934b08745a378932722df287a53',
  GITHUB_WORKFLOW: 'etcd',
};

test("who runs this, from the runner's variables", () => {
  expect(readRunIdentity(environment, run)).toEqual({
    id: '1658821493-3-0badcafe',
    url: 'https://github.com/octo/infra/actions/runs/1658821493/attempts/3',
    actor: 'octocat',
    commit: 'ffac537e6cbbf934b08745a378932722df287a53',
    repository: 'octo/infra',
    workflow: 'etcd',
  });
});

test('of a run that was started again, who did that', () => {
  const again = { ...environment, GITHUB_TRIGGERING_ACTOR: 'hubot' };
  expect(readRunIdentity(again, run).actor).toBe('hubot');
  expect(readRunIdentity({ ...again, GITHUB_TRIGGERING_ACTOR: '' }, run).actor).toBe('octocat');
});

test('outside of GitHub Actions there is an id all the same', () => {
  expect(readRunIdentity({}, run)).toEqual({
    id: 'local-3-0badcafe',
    url: '',
    actor: '',
    commit: '',
    repository: '',
    workflow: '',
  });
});

describe('what a runner of another kind may say', () => {
  // The id becomes part of file names and scripts on the hosts.
  test.each(['../../x', '$(reboot)', '1 2', '1\n', '1'.repeat(21), ''])('a run id %j is none', (id) => {
    expect(readRunIdentity({ ...environment, GITHUB_RUN_ID: id }, run)).toMatchObject({
      id: 'local-3-0badcafe',
      url: '',
    });
  });

  test.each(['', 'github.com', 'javascript:alert(1)'])('a server %j has no pages', (server) => {
    expect(readRunIdentity({ ...environment, GITHUB_SERVER_URL: server }, run).url).toBe('');
  });

  test('a server with a path and a slash', () => {
    expect(readRunIdentity({ ...environment, GITHUB_SERVER_URL: 'https://ghe.example/x/' }, run).url).toBe(
      'https://ghe.example/x/octo/infra/actions/runs/1658821493/attempts/3',
    );
  });

  test('control characters go, other letters stay, and all are cut at 200', () => {
    const said = { GITHUB_ACTOR: 'a\u0000\u001b[31m\nb\u2028\u202Ec', GITHUB_WORKFLOW: '🚀'.repeat(201) };
    const { actor, workflow } = readRunIdentity(said, run);
    expect(actor).toBe('a[31mbc');
    expect(workflow).toBe('🚀'.repeat(200));
  });

  test('a long address is cut too', () => {
    const { url } = readRunIdentity({ ...environment, GITHUB_REPOSITORY: `o/${'r'.repeat(300)}` }, run);
    expect(url).toHaveLength(200);
  });
});
