import { generateKeyPairSync } from 'node:crypto';
import { OPERATION_INPUTS } from '../../src/operations/index.ts';
import { describe, expect, test } from '@jest/globals';
import { parseSettings } from '../../src/inputs/parse-settings.ts';
import type { Settings } from '../../src/inputs/settings.ts';
import type { RawInputs } from '../../src/inputs/table/table.ts';
import { createAuthority } from '../../src/pki/authority.ts';
import { findingOf, findingsOf, given, run, settingsOf, sshKey, sshOf } from './given.ts';

describe('ssh-user', () => {
  test.each(['root', 'ubuntu', 'ec2-user', '_svc', 'deploy.bot', 'svc@corp.example', 'CORP\\svc', 'svc$'])(
    '%s',
    (user) => {
      expect(settingsOf({ 'ssh-user': user }).hosts[0]).toMatchObject({ login: { user } });
    },
  );
  test.each([
    ['', 'no user'],
    ['-oProxyCommand=x', 'not the name'],
    ['a b', 'not the name'],
    ['root;id', 'not the name'],
    ['root@10.0.0.6', 'not the name'],
    ['a\nb', 'not the name'],
  ])('refuses %j', (user, fact) => {
    expect(findingOf({ 'ssh-user': user })).toMatchObject({
      at: 'ssh-user',
      fact: expect.stringContaining(fact),
    });
  });
});

describe('ssh-private-key', () => {
  test.each([
    ['nothing', '', 'no private key is given'],
    ['white space', ' \n', 'no private key is given'],
    ['the public half', 'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIGJhZA== me@here', 'this is a public key'],
    ['something else', 'hunter2hunter2', 'not a private key'],
  ])('%s', (_what, key, fact) => {
    expect(findingOf({ 'ssh-private-key': key })).toMatchObject({
      at: 'ssh-private-key',
      fact: expect.stringContaining(fact),
    });
  });

  test('is never quoted, whatever it is', () => {
    expect(JSON.stringify(findingOf({ 'ssh-private-key': 'hunter2hunter2' }))).not.toContain('hunter2');
  });

  test.each([
    ['with spaces around it', `\n  ${sshKey}\n`],
    ['as base64 of the whole file', Buffer.from(sshKey).toString('base64')],
    ['on one line with literal line breaks', sshKey.replaceAll('\n', '\\n')],
  ])('%s', (_how, key) => {
    expect(sshOf(settingsOf({ 'ssh-private-key': key })).identity).toMatchObject({
      key: { type: 'ssh-ed25519' },
    });
  });
});

describe('an ssh-agent on the runner', () => {
  const socket = '/tmp/ssh-x/agent.1';
  const withAgent = (changes: RawInputs): Settings =>
    parseSettings({ ...given, ...changes }, { ...run, agentSocket: socket }, OPERATION_INPUTS);

  test.each(['', '\n'])('is used where no key is given (%j)', (key) => {
    const { ssh, warnings } = withAgent({ 'ssh-private-key': key });
    expect(ssh?.identity).toEqual({ kind: 'agent', socket });
    expect(warnings).toEqual([]);
  });

  test('is left alone where a key is given, even a wrong one', () => {
    expect(sshOf(withAgent({})).identity.kind).toBe('key');
    expect(() => withAgent({ 'ssh-private-key': 'no key' })).toThrow('not a private key');
  });

  test('needs no passphrase', () => {
    const { warnings } = withAgent({ 'ssh-private-key': '', 'ssh-key-passphrase': 'x' });
    expect(warnings).toMatchObject([{ at: 'ssh-key-passphrase' }]);
  });

  test('is named where neither is there', () => {
    expect(findingOf({ 'ssh-private-key': '' }).fix).toContain('ssh-agent');
  });
});

describe('ssh-key-passphrase', () => {
  const encrypted = generateKeyPairSync('ed25519')
    .privateKey.export({ type: 'pkcs8', format: 'pem', cipher: 'aes-256-cbc', passphrase: ' two words ' })
    .toString();

  test.each([' two words ', ' two words \n', ' two words \r\n'])('%j opens the key', (passphrase) => {
    const { ssh } = settingsOf({ 'ssh-private-key': encrypted, 'ssh-key-passphrase': passphrase });
    expect(ssh?.identity).toMatchObject({ key: { type: 'ssh-ed25519' } });
  });

  test.each(['two words', '', '\n', ' two words \n\n'])('%j does not', (passphrase) => {
    const changes = { 'ssh-private-key': encrypted, 'ssh-key-passphrase': passphrase };
    expect(findingOf(changes).at).toBe('ssh-key-passphrase');
  });

  test('for a key that needs none: accepted, with a warning', () => {
    expect(settingsOf({ 'ssh-key-passphrase': 'x' }).warnings).toMatchObject([{ at: 'ssh-key-passphrase' }]);
  });
});

describe('a CA that the user brings', () => {
  const authority = createAuthority({ algorithm: 'RSA-2048', now: run.now });

  test('certificate and key', async () => {
    const { certificatePem, keyPem } = await authority;
    const settings = settingsOf({ 'ca-certificate': `Bag\n${certificatePem}`, 'ca-key': keyPem });
    expect(settings.authority).toEqual({ certificatePem, keyPem });
  });

  // test/pki/read-authority.test.ts covers which of them signs.
  test('with a certificate that is not above it', async () => {
    const [{ certificatePem, keyPem }, other] = await Promise.all([
      authority,
      createAuthority({ algorithm: 'ECDSA-P256', now: run.now }),
    ]);
    const inputs = { 'ca-certificate': `${other.certificatePem}${certificatePem}`, 'ca-key': keyPem };
    expect(findingOf(inputs)).toMatchObject({
      at: 'ca-certificate',
      fact: expect.stringContaining('does not belong to the CA: CN=etcd-ca'),
    });
  });

  test.each(['deploy', 'preflight'])('%s with its key on no host needs both', async (operation) => {
    const { certificatePem, keyPem } = await authority;
    const custody = { operation, 'ca-custody': 'input-only' };
    expect(findingOf(custody)).toMatchObject({
      at: 'ca-custody',
      fact: expect.stringContaining("the CA's key is on no host, and the inputs hold no CA"),
      fix: expect.stringContaining('ca-key: ${{ secrets.ETCD_CA_KEY }}'),
    });
    // Half of the pair is reported once.
    expect(findingOf({ ...custody, 'ca-certificate': certificatePem }).at).toBe('ca-key');
    expect(settingsOf({ ...custody, 'ca-certificate': certificatePem, 'ca-key': keyPem }).caCustody).toBe(
      'input-only',
    );
  });

  test('a health check signs nothing', () => {
    expect(findingsOf({ operation: 'health', 'ca-custody': 'input-only' })).toEqual([]);
  });

  test('custody: refuses another word', () => {
    expect(findingOf({ 'ca-custody': 'vault' })).toMatchObject({
      at: 'ca-custody',
      fact: expect.stringContaining('is not one of first-host, input-only.'),
    });
  });

  test('neither', () => {
    expect(settingsOf({ 'ca-key': '\n' }).authority).toBeUndefined();
  });

  test('the certificate alone', async () => {
    const finding = findingOf({ 'ca-certificate': (await authority).certificatePem });
    expect(finding).toMatchObject({ at: 'ca-key', fact: expect.stringContaining('without ca-key') });
  });

  test('the key alone', async () => {
    const finding = findingOf({ 'ca-key': (await authority).keyPem });
    expect(finding).toMatchObject({
      at: 'ca-certificate',
      fact: expect.stringContaining('without ca-certificate'),
    });
  });

  test('a key of another CA: fact, cause and fix apart', async () => {
    const { certificatePem } = await authority;
    const other = await createAuthority({ algorithm: 'RSA-2048', now: run.now });
    expect(findingOf({ 'ca-certificate': certificatePem, 'ca-key': other.keyPem })).toEqual({
      code: 'ca-unsuitable',
      at: 'ca-key',
      fact: expect.stringContaining('does not belong to ca-certificate'),
      cause: expect.stringMatching(/^one of the two/),
      fix: expect.stringMatching(/^Give the key /),
    });
  });

  test('errors in both are reported at once', () => {
    const encrypted = generateKeyPairSync('rsa', { modulusLength: 2048 })
      .privateKey.export({ type: 'pkcs8', format: 'pem', cipher: 'aes-128-cbc', passphrase: 'x' })
      .toString();
    const findings = findingsOf({ 'ca-certificate': 'hello', 'ca-key': encrypted });
    expect(findings.map(({ at }) => at)).toEqual(['ca-certificate', 'ca-key']);
    expect(findings[1]?.fact).toContain('encrypted');
  });

  test('expired', async () => {
    const { certificatePem, keyPem } = await createAuthority({
      algorithm: 'RSA-2048',
      now: new Date('2010-01-01T00:00:00Z'),
    });
    const finding = findingOf({ 'ca-certificate': certificatePem, 'ca-key': keyPem });
    expect(finding).toMatchObject({
      at: 'ca-certificate',
      fact: expect.stringContaining('expired on 2019'),
      fix: 'Give a valid CA.',
    });
  });
});

test('a private key in the wrong input is reported once per input, and no piece of it is quoted', async () => {
  const { certificatePem, keyPem } = await createAuthority({ algorithm: 'RSA-2048', now: run.now });
  const findings = findingsOf({
    'ca-certificate': certificatePem + keyPem,
    'ca-key': keyPem,
    hosts: keyPem,
    'ssh-known-hosts': keyPem,
    'kubelet-config': keyPem,
  });
  expect(findings.map(({ at }) => at).sort()).toEqual([
    'ca-certificate',
    'hosts',
    'kubelet-config',
    'ssh-known-hosts',
  ]);
  const lines = keyPem.split('\n').filter((line) => line.length > 20 && !line.startsWith('-'));
  const text = JSON.stringify(findings);
  expect(lines.filter((line) => text.includes(line.slice(0, 20)))).toEqual([]);
});
