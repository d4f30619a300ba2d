import { expect, test } from '@jest/globals';
import { judgeHostKey, pinsFor } from '../../src/hosts/keys/host-pins.ts';
import type { SshSettings } from '../../src/settings/settings.ts';
import { inputExamples, settingsOfExample } from './inputs.ts';

const EXAMPLES = inputExamples('docs/access.md');

/** What becomes of an example, which is the one under its heading. */
function example(heading: string): SshSettings {
  const [found, ...others] = EXAMPLES.filter((one) => one.heading === heading);
  if (found === undefined || others.length > 0) throw new Error(`no one example under ${heading}`);
  return settingsOfExample(found).ssh;
}

/** How many keys and fingerprints are pinned for a host. */
function pinned({ hostKeys }: SshSettings, address: string, port = 22, aliases: string[] = []): number {
  const { keys, fingerprints } = pinsFor(hostKeys, { address, port, aliases });
  return keys.length + fingerprints.length;
}

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
  expect(pinned(ssh, '10.0.0.6', 22, ['infra0'])).toBe(2); // and the key that every example gets
  expect(pinned(ssh, '10.0.0.7', 22, ['infra1'])).toBe(2);
  expect(pinned(ssh, '10.0.0.8', 22, ['infra2'])).toBe(1);
});

test('accept-new', () => {
  expect(example('`host-key-policy: accept-new`').hostKeys).toMatchObject({
    policy: 'accept-new',
    knownHosts: [],
  });
});
