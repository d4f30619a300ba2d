import { expect, test } from '@jest/globals';
import { OPERATION_INPUTS } from '../../src/operations/index.ts';
import { parse } from 'yaml';
import { judgeHostKey, pinsFor } from '../../src/ssh-keys/host-keys.ts';
import type { SshSettings } from '../../src/inputs/settings.ts';
import type { RawInputs } from '../../src/inputs/table/table.ts';
import { parseSettings } from '../../src/inputs/parse-settings.ts';
import { given, run, sshOf } from '../inputs/given.ts';
import { settingsOfExample } from './inputs.ts';
import { codeBlocks } from './markdown.ts';
import { read } from './repository.ts';

const FILE = 'docs/access.md';
const example = (heading: string): SshSettings => sshOf(settingsOfExample(FILE, heading));

/** Returns how many keys and fingerprints are pinned for a host. */
function pinned({ hostKeys }: SshSettings, address: string, port = 22, aliases: string[] = []): number {
  const { keys, fingerprints } = pinsFor(hostKeys, { address, port, aliases });
  return keys.length + fingerprints.length;
}

test('a private key with its passphrase', () => {
  expect(example('A private key').identity).toMatchObject({ kind: 'key', key: { type: 'ssh-ed25519' } });
});

test('an agent in place of a key', () => {
  const [block = ''] = codeBlocks(read(FILE), 'yaml').filter((one) => one.includes('ssh-agent -s'));
  const [start, step] = parse(block) as { run?: string; with?: RawInputs }[];
  expect(start?.run).toContain('SSH_AUTH_SOCK');
  const inputs = { ...step?.with, 'ssh-known-hosts': given['ssh-known-hosts'] ?? '' };
  const ssh = sshOf(parseSettings(inputs, { ...run, agentSocket: '/tmp/agent' }, OPERATION_INPUTS));
  expect(ssh.identity).toEqual({ kind: 'agent', socket: '/tmp/agent' });
});

test('a password for sudo', () => {
  expect(settingsOfExample(FILE, 'sudo with a password').sudoPassword).toBe('correct horse');
});

test('known_hosts: each kind of line speaks for the hosts that the comment above it names', () => {
  const ssh = example('`ssh-known-hosts`');
  expect(pinned(ssh, '10.0.0.6')).toBe(2); // its own line and the pattern
  expect(pinned(ssh, '10.0.0.7', 2222)).toBe(1);
  expect(pinned(ssh, '10.0.0.9')).toBe(0);
  const hashed = pinsFor(ssh.hostKeys, { address: '10.0.0.8', port: 22, aliases: [] });
  expect(hashed.keys).toHaveLength(2);
  expect(hashed.keys.map((key) => judgeHostKey(hashed, key)).toSorted()).toEqual(['pinned', 'revoked']);
});

test('fingerprints: by name, by address, and as ssh-keygen prints them', () => {
  const ssh = example('`ssh-host-fingerprints`');
  expect(pinned(ssh, '10.0.0.6', 22, ['infra0'])).toBe(2); // and the key that every example has
  expect(pinned(ssh, '10.0.0.7', 22, ['infra1'])).toBe(2);
  expect(pinned(ssh, '10.0.0.8', 22, ['infra2'])).toBe(1);
});

test('accept-new', () => {
  expect(example('`host-key-policy: accept-new`').hostKeys).toMatchObject({
    policy: 'accept-new',
    knownHosts: [],
  });
});

test('a bastion, pinned by its name and port as the hosts are by theirs', () => {
  const ssh = example('Bastions');
  expect(ssh.bastions).toEqual([{ user: 'ops', address: 'jump.example.com', port: 2222 }]);
  expect(ssh.bastionKey).toBeUndefined();
  expect(pinned(ssh, 'jump.example.com', 2222)).toBe(1);
  expect(pinned(ssh, '10.0.0.7')).toBe(1);
});

test('a chain of bastions with a key of their own', () => {
  const ssh = example('A chain of bastions');
  expect(ssh.bastions).toEqual([
    { user: 'ops', address: 'jump.example.com', port: 22 },
    { user: 'ops', address: 'fd00::1', port: 2222 },
  ]);
  expect(ssh.bastionKey?.type).toBe('ssh-ed25519');
  expect(pinned(ssh, 'jump.example.com')).toBe(1);
  expect(pinned(ssh, 'fd00::1', 2222)).toBe(1);
});

test('a network that is slow', () => {
  expect(example('Slow or unreliable networks').connectTimeoutSeconds).toBe(45);
});
