import { afterAll, describe, expect, test } from '@jest/globals';
import { OPERATION_INPUTS } from '../../src/operations/index.ts';
import { parseSettings } from '../../src/inputs/parse-settings.ts';
import { sshKeygen, TemporaryFolder, tool } from '../hosts/ssh/tools.ts';
import { findingOf, given, run, settingsOf, sshOf } from './given.ts';

const folder = new TemporaryFolder();
afterAll(() => folder.remove());
const authority = sshKeygen(folder, 'authority', 'ed25519');
const login = sshKeygen(folder, 'login', 'ed25519');
/** The run's own day in ssh-keygen's format. */
const VALID = ['-V', '20261123000000Z:20261124000000Z'];

/** Returns the output of `ssh-keygen -s` for the key, with these options. */
function signed(options: readonly string[], pair = login): string {
  tool('ssh-keygen', '-q', '-s', authority.path, '-I', 'deploy of infra', ...options, `${pair.path}.pub`);
  return tool('cat', `${pair.path}-cert.pub`);
}

/** Returns the minimal inputs with a certificate, and with changes. */
const inputs = (certificate: string, changes: Record<string, string> = {}): Record<string, string> => ({
  transport: 'openssh',
  'ssh-private-key': login.privateText,
  'ssh-certificate': certificate,
  ...changes,
});

describe('ssh-certificate', () => {
  test.each(['ed25519', 'ecdsa', 'rsa'])('of a key of type %s', (type) => {
    const pair = sshKeygen(folder, type, type);
    const text = signed(['-n', 'ubuntu', ...VALID], pair);
    const settings = settingsOf(inputs(`# from the CA\r\n${text}`, { 'ssh-private-key': pair.privateText }));
    expect(sshOf(settings).certificate).toBe(text.split(' ').slice(0, 2).join(' '));
    expect(settings.warnings).toEqual([]);
  });

  test('for everybody and for ever', () => {
    const settings = settingsOf(inputs(signed([])));
    expect(sshOf(settings).certificate).toBeDefined();
    expect(settings.warnings).toEqual([]);
  });

  test('of a key that an agent holds', () => {
    const text = signed(['-n', 'ubuntu', ...VALID]);
    const raw = { ...given, ...inputs(text, { 'ssh-private-key': '' }) };
    const ssh = sshOf(parseSettings(raw, { ...run, agentSocket: '/tmp/agent' }, OPERATION_INPUTS));
    expect(ssh.identity.kind).toBe('agent');
    expect(text).toContain(ssh.certificate);
  });

  test.each([
    ['for another user', ['-n', 'ops', ...VALID], /it is for ops, and ubuntu logs in/],
    [
      'that ends within the run',
      ['-n', 'ubuntu', '-V', '20261123000000Z:20261123171000Z'],
      /it expires at 2026-11-23T17:10/,
    ],
  ])('%s is warned of', (_, options, expected) => {
    const { warnings } = settingsOf(inputs(signed(options)));
    expect(warnings).toMatchObject([{ at: 'ssh-certificate', fact: expect.stringMatching(expected) }]);
  });

  test.each<[string, () => string, RegExp]>([
    ['a public key', () => login.publicLine, /is not the certificate of an SSH key/],
    ['a line that is cut off', () => signed(VALID).slice(0, 300), /is not the certificate of an SSH key/],
    ['a file of the disk', () => '/home/ops/.ssh/id-cert.pub', /is not the certificate of an SSH key/],
    ['two of them', () => signed(VALID) + signed(VALID), /is not the certificate of an SSH key/],
    ['that of a host', () => signed(['-h', ...VALID]), /the certificate of a host/],
    ['one that has ended', () => signed(['-V', '20250101:20250102']), /it expired at 2025-01-0/],
    [
      'one of tomorrow',
      () => signed(['-V', '20261124000000Z:20261125000000Z']),
      /clock says 2026-11-23T17:00/,
    ],
    [
      'one of another key',
      () => signed(VALID, authority),
      /it is for the key SHA256:\S+, and ssh-private-key is SHA256/,
    ],
  ])('%s is refused', (_, text, expected) => {
    const finding = findingOf(inputs(text()));
    expect(finding).toMatchObject({ at: 'ssh-certificate', fact: expect.stringMatching(expected) });
  });

  test('is refused where no host is logged in to with it', () => {
    const finding = findingOf(inputs(signed(VALID), { transport: 'ssh2' }));
    expect(finding).toMatchObject({
      at: 'ssh-certificate',
      fix: expect.stringContaining('transport: openssh'),
    });
  });
});
