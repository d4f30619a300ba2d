import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { readInputs, readRunContext } from '../../src/inputs/read.ts';
import { definitionOf, inputNames } from '../../src/inputs/table/table.ts';
import { sshKey } from './given.ts';

const before = { ...process.env };
let masked: string[];
/** Secrets are always among the inputs that were read. */
const noSecrets = Object.fromEntries(
  inputNames.filter((name) => definitionOf(name).secret === true).map((name) => [name, '']),
);

beforeEach(() => {
  masked = [];
  process.env = Object.fromEntries(Object.entries(before).filter(([name]) => !name.startsWith('INPUT_')));
});
afterEach(() => {
  process.env = before;
});

function read(variables: Record<string, string>): Readonly<Record<string, string>> {
  Object.assign(process.env, variables);
  return readInputs((secret) => void masked.push(secret));
}

test('inputs are read as the runner passes them, secrets without trimming', () => {
  const raw = read({
    INPUT_HOSTS: ' 10.0.0.6\n',
    'INPUT_SSH-PRIVATE-KEY': `\n${sshKey}`,
    'INPUT_SSH-KEY-PASSPHRASE': ' two words ',
    'INPUT_CLUSTER-NAME': '',
  });
  expect(raw).toEqual({
    ...noSecrets,
    hosts: '10.0.0.6',
    'ssh-private-key': `\n${sshKey}`,
    'ssh-key-passphrase': ' two words ',
    'cluster-name': '',
  });
});

test('no other variable can stand in for an input', () => {
  expect(read({ HOSTS: '10.0.0.6', SSH_USER: 'root', PORT: '1', input_hosts: 'x' })).toEqual(noSecrets);
});

test('names that are no inputs come along, so that they can be refused', () => {
  expect(read({ INPUT_SSH_PRIVATE_KEY: 'x', INPUT_MY_THING: '' })).toMatchObject({
    ssh_private_key: 'x',
    my_thing: '',
  });
});

describe('masking', () => {
  test('every secret that was given', () => {
    read({
      'INPUT_SSH-PRIVATE-KEY': sshKey,
      'INPUT_SSH-KEY-PASSPHRASE': 'hunter2!',
      'INPUT_CA-KEY': 'key',
      'INPUT_REGISTRY-PASSWORD': 'pull',
      'INPUT_GITHUB-TOKEN': 'ghs_x',
    });
    expect(masked.filter((secret) => secret !== '')).toEqual([sshKey, 'hunter2!', 'key', 'pull', 'ghs_x']);
  });

  test('a private key in any other input, known or not', () => {
    read({ 'INPUT_SSH-KNOWN-HOSTS': sshKey, INPUT_KEY: sshKey, INPUT_HOSTS: '10.0.0.6' });
    expect(masked.filter((secret) => secret !== '')).toEqual([sshKey.trim(), sshKey.trim()]);
  });

  test('never the certificate of the CA', () => {
    read({ 'INPUT_CA-CERTIFICATE': '-----BEGIN CERTIFICATE-----\nMIIC\n-----END CERTIFICATE-----' });
    expect(masked.filter((secret) => secret !== '')).toEqual([]);
  });

  test('comes first: every secret is masked before any other input is parsed', () => {
    const seen: string[] = [];
    const variables = {
      ...process.env,
      INPUT_HOSTS: 'x',
      'INPUT_CA-KEY': 'key',
      'INPUT_SSH-KEY-PASSPHRASE': 'phrase',
    };
    process.env = new Proxy<NodeJS.ProcessEnv>(variables, {
      get: (target, name) => {
        seen.push(String(name));
        return target[String(name)];
      },
    });
    readInputs((secret) => void seen.push(secret));
    expect(seen.indexOf('phrase')).toBeLessThan(seen.indexOf('INPUT_HOSTS'));
    expect(seen.indexOf('key')).toBeGreaterThan(0);
    expect(seen.indexOf('key')).toBeLessThan(seen.indexOf('INPUT_HOSTS'));
  });
});

test.each([
  ['3', 3],
  ['', 1],
  ['x', 1],
  ['-1', 1],
])('attempt %j is %d', (given, attempt) => {
  process.env['GITHUB_RUN_ATTEMPT'] = given;
  expect(readRunContext()).toMatchObject({ attempt, nonce: expect.stringMatching(/^[0-9a-f]{8}$/) });
});

test.each([
  ['/tmp/ssh-x/agent.1', '/tmp/ssh-x/agent.1'],
  ['', undefined],
])('the agent at %j', (variable, socket) => {
  process.env['SSH_AUTH_SOCK'] = variable;
  expect(readRunContext().agentSocket).toBe(socket);
});

test('the run knows who runs it', () => {
  Object.assign(process.env, {
    GITHUB_RUN_ATTEMPT: '2',
    GITHUB_RUN_ID: '42',
    GITHUB_REPOSITORY: 'octo/infra',
  });
  const { nonce, identity } = readRunContext();
  expect(identity).toMatchObject({ id: `42-2-${nonce}`, repository: 'octo/infra' });
});
