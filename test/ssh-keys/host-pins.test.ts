import { afterAll, describe, expect, test } from '@jest/globals';
import { type HostKeyRules, judgeHostKey, pinsFor } from '../../src/ssh-keys/host-keys.ts';
import { parseKnownHosts } from '../../src/ssh-keys/known-hosts.ts';
import { sshKeygen, TemporaryFolder, tool } from '../hosts/ssh/tools.ts';

const folder = new TemporaryFolder();
afterAll(() => folder.remove());
const { host: key, fingerprint, publicLine } = sshKeygen(folder, 'key', 'ed25519');
const other = sshKeygen(folder, 'other', 'ed25519').publicLine;

const HOST = { address: '192.0.2.6', port: 2222, aliases: ['infra0', '10.0.0.6'] };

/** Returns the verdict on the host's key. */
function verdict(knownHosts: string, rules: Partial<HostKeyRules> = {}): string {
  const { entries, findings } = parseKnownHosts(knownHosts);
  expect(findings).toEqual([]);
  return judgeHostKey(
    pinsFor({ knownHosts: entries, fingerprints: [], policy: 'accept-new', ...rules }, HOST),
    key,
  );
}

/** Returns a line whose name is hashed by ssh-keygen. */
function hashed(name: string): string {
  const path = folder.at(`hashed-${name.replaceAll(/\W/g, '-')}`);
  tool('sh', '-c', `echo '${name} ${publicLine}' > ${path} && ssh-keygen -q -H -f ${path} && rm ${path}.old`);
  return folder.read(path.slice(folder.path.length + 1)).trim();
}

/** All names of the host. */
const NAMES = [
  '192.0.2.6',
  '[192.0.2.6]:2222',
  '[192.0.2.6]:22022',
  'infra0',
  'INFRA0',
  '[infra0]:2222',
  '10.0.0.6',
  '[10.0.0.6]:2222',
  '10.0.0.*',
  '[10.0.0.*]:22022',
  'a.example,10.0.0.6',
];

describe.each([...NAMES, '*', '[*]:2222'])('a key that is revoked for %s', (name) => {
  test.each([
    ['nothing pinned', {}],
    ['its fingerprint given', { fingerprints: [{ at: '', host: '10.0.0.6', fingerprint }] }],
  ])('is revoked, with %s', (_, rules) => {
    expect(verdict(`@revoked ${name} ${publicLine}`, rules)).toBe('revoked');
    expect(verdict(`[192.0.2.6]:2222 ${publicLine}\n@revoked ${name} ${publicLine}`, rules)).toBe('revoked');
  });
});

test.each(['192.0.2.6', '[192.0.2.6]:2222', 'infra0', '[10.0.0.6]:2222'])(
  'a key that is revoked for %s, hashed, is revoked',
  (name) => {
    expect(verdict(`@revoked ${hashed(name)}`)).toBe('revoked');
  },
);

describe('accept-new', () => {
  test.each(NAMES)('does not apply where another key is listed for %s', (name) => {
    expect(verdict(`${name} ${other}`)).toBe('refused');
  });

  test.each(NAMES)('nor where all that is known for %s is a revoked key', (name) => {
    expect(verdict(`@revoked ${name} ${other}`)).toBe('refused');
  });

  test.each(NAMES)('nor where an authority is known for %s', (name) => {
    expect(verdict(`@cert-authority ${name} ${other}`)).toBe('refused');
  });

  test.each(['192.0.2.6', '[192.0.2.6]:22022', 'infra0', '10.0.0.6', '[10.0.0.6]:22'])(
    'nor where a fingerprint is given for %s',
    (host) => {
      const fingerprints = [{ at: '', host, fingerprint: 'SHA256:another' }];
      expect(verdict('', { fingerprints })).toBe('refused');
    },
  );

  test('applies where nothing names the host', () => {
    expect(verdict('')).toBe('accepted');
    expect(verdict(`192.0.2.7,infra1,10.0.0.60,[192.0.2.60]:2222 ${other}`)).toBe('accepted');
    expect(verdict(`192.0.2.*,!192.0.2.6,!10.0.0.6 ${other}`)).toBe('accepted');
    expect(verdict(`@revoked * ${other}`)).toBe('accepted');
  });
});

test('a key counts for the address and port that are connected to, as before', () => {
  expect(verdict(`[192.0.2.6]:2222 ${publicLine}`)).toBe('pinned');
  for (const name of ['192.0.2.6', 'infra0', '[10.0.0.6]:2222'])
    expect(verdict(`${name} ${publicLine}`)).toBe('refused');
});
