import { describe, expect, test } from '@jest/globals';
import type { Finding } from '../../../src/findings.ts';
import type { InputFile } from '../../../src/inputs/input-files.ts';
import { findingOf, findingsOf, given, settingsOf, sshKey } from '../given.ts';
import { inventories, malformed } from './examples.ts';

const without = { ...given, hosts: '' };

describe('an inventory that is taken', () => {
  test.each(inventories)('$form', ({ text, hosts }) => {
    expect(settingsOf({ ...without, inventory: text }).hosts).toEqual(hosts);
  });

  test('of the file that the input names', () => {
    const file = { path: 'etcd/hosts.yaml', text: 'infra0: 10.0.0.6' };
    const settings = settingsOf({ ...without, inventory: file.path }, { inventory: file });
    expect(settings.hosts).toMatchObject([{ name: 'infra0' }]);
    const changed = { ...file, text: 'infra0: 10.0.0.7' };
    const other = settingsOf({ ...without, inventory: file.path }, { inventory: changed });
    expect(other.inputDigest).not.toBe(settings.inputDigest);
  });
});

describe('an inventory that is refused', () => {
  test.each(malformed)('$text', ({ text, told }) => {
    const findings = findingsOf({ ...without, inventory: text });
    expect(findings.map(({ at, fact, fix = '' }) => ({ at, fact, fix }))).toEqual(
      told.map(([at, fact, fix]) => ({
        at,
        fact: expect.stringContaining(fact),
        fix: expect.stringContaining(fix),
      })),
    );
    expect(JSON.stringify(findings)).not.toContain('hunter2');
  });

  test.each([
    ['a: &x 10.0.0.6\nb: *x', ['line 1, column 7', 'line 2, column 4'], '&x is an anchor'],
    ['- &a { address: 10.0.0.6 }', ['line 1, column 6'], '&a is an anchor'],
    ['a: { <<: { address: 10.0.0.6 } }', ['line 1, column 6'], '<< merges'],
    ['a: !!str 10.0.0.6', ['line 1, column 10'], 'is a tag'],
  ])('what means something else than it shows: %s', (inventory, places, fact) => {
    const findings = findingsOf({ ...without, inventory });
    expect(findings.map(({ at }) => at)).toEqual(places.map((place) => `inventory, ${place}`));
    expect(findings[0]?.fact).toContain(fact);
  });

  // A YAML parser would expand them to a mapping of 10^9 entries, or overflow the stack.
  test.each([
    ['aliases upon aliases', laughs()],
    ['lists in lists', '['.repeat(50_000)],
    ['mappings in mappings', '{a: '.repeat(20_000)],
    ['thousands of keys', Array.from({ length: 5_000 }, (_key, index) => `k${index}: 1`).join('\n')],
  ])('a bomb: %s', (_what, inventory) => {
    const begun = performance.now();
    expect(findingsOf({ ...without, inventory })).not.toEqual([]);
    expect(performance.now() - begun).toBeLessThan(5_000);
  });

  function laughs(): string {
    const levels = Array.from({ length: 9 }, (_level, index) =>
      index === 0 ? 'a0: &a0 [x]' : `a${index}: &a${index} [${`*a${index - 1}, `.repeat(10)}]`,
    );
    return levels.join('\n');
  }

  test.each([
    ['hosts:\n  - 10.0.0.6\n  -10.0.0.7', 'inventory, line 3', 'no space after the dash'],
    ['hosts:\n  – 10.0.0.6', 'inventory, line 2', 'not a YAML dash'],
    ['• 10.0.0.6', 'inventory, line 1', 'not a YAML dash'],
    ['[command]/opt/terraform-bin output -json\n{}', 'inventory, line 1', 'wrapper of Terraform'],
    ['etcd_hosts = tolist([\n  "10.0.0.6",\n])', 'inventory, line 1', "Terraform's own language"],
    ['tolist([\n  "10.0.0.6",\n])', 'inventory, line 1', "Terraform's own language"],
    [
      '{\n  "infra0" = "10.0.0.6"\n  "infra1" = "10.0.0.7"\n}',
      'inventory, line 2',
      "Terraform's own language",
    ],
    ['etcd_hosts = <sensitive>', 'inventory, line 1', "Terraform's own language"],
    ['["10.0.0.6"]\n::debug::Terraform exited with code 0.', 'inventory, line 2', 'a command to the runner'],
    ['::warning title=x::y\n["10.0.0.6"]', 'inventory, line 1', 'a command to the runner'],
    ['\u2577\n\u2502 Warning: Deprecated\n["10.0.0.6"]', 'inventory, line 1', 'a warning or an error'],
    ['a: 10.0.0.6\n---\nb: 10.0.0.7', 'inventory, line 2, column 1', 'a second YAML document'],
    ['a: 10.0.0.6\na: 10.0.0.7', 'inventory, line 2, column 1', 'Map keys must be unique'],
    ['{"a":"10.0.0.6"', 'inventory, line 1, column 16', 'this is not YAML'],
  ])('%s', (inventory, at, fact) => {
    expect(findingOf({ ...without, inventory })).toMatchObject({
      at,
      fact: expect.stringContaining(fact),
    });
  });

  test('what two hosts cannot share, each with its place', () => {
    const inventory = `
- { name: a, address: 10.0.0.6, ssh: { address: 203.0.113.1, port: 2201 } }
- { name: b, address: 10.0.0.7, ssh: { address: 203.0.113.1, port: 2201 } }
- { name: A, address: 10.0.0.6 }
`;
    expect(findingsOf({ ...without, inventory }).map(({ at, fact }) => [at, fact])).toEqual([
      [
        'inventory, line 4, column 23',
        expect.stringMatching(/address "10.0.0.6" was given before, .* line 2/),
      ],
      ['inventory, line 4, column 11', expect.stringMatching(/name "a" was given before, .* line 2/)],
      [
        'inventory, line 3, column 38',
        expect.stringMatching(/SSH server at 203.0.113.1 port 2201 .* line 2/),
      ],
    ]);
  });

  test('two families, two names, a number of hosts', () => {
    expect(findingOf({ ...without, inventory: 'a: 10.0.0.6\nb: fd00::7\nc: 10.0.0.8' })).toMatchObject({
      at: 'inventory, line 2, column 4',
      fact: expect.stringContaining('two families'),
    });
    expect(findingOf({ ...without, inventory: 'a: { name: b, address: 10.0.0.6 }' })).toMatchObject({
      at: 'inventory, line 1, column 12',
      fact: expect.stringContaining('two names'),
    });
    expect(findingOf({ ...without, inventory: '[10.0.0.6, 10.0.0.7]' })).toMatchObject({
      at: 'inventory',
      fact: expect.stringContaining('the quorum of 2'),
    });
  });

  test('hosts and names beside it', () => {
    const findings = findingsOf({ hosts: '10.0.0.6', names: 'a', inventory: 'a: 10.0.0.6' });
    expect(findings.map(({ at }) => at)).toEqual(['hosts', 'names']);
  });

  test('a private key in it, and no word of it', () => {
    const inText = findingsOf({ ...without, inventory: `- address: |\n${sshKey}` });
    const inFile = fileFindings({ path: 'hosts.yaml', text: `- address: |\n${sshKey}` });
    expect(inText).toEqual([expect.objectContaining({ at: 'inventory' })]);
    expect(inFile).toEqual([
      expect.objectContaining({ at: 'inventory (hosts.yaml)', fact: expect.stringContaining('private key') }),
    ]);
    expect(JSON.stringify([inText, inFile])).not.toContain('BEGIN');
  });

  test('with the path of its file in each place', () => {
    expect(fileFindings({ path: 'etcd/hosts.yaml', text: 'a: 10.0.0.6\nb: x' }).map(({ at }) => at)).toEqual([
      'inventory (etcd/hosts.yaml), line 2, column 4',
      'inventory',
    ]);
    expect(fileFindings({ path: 'x.yaml', problem: { code: 'input-file-unusable', fact: 'gone.' } })).toEqual(
      [{ code: 'input-file-unusable', at: 'inventory', fact: 'gone.' }],
    );
  });

  function fileFindings(inventory: InputFile): readonly Finding[] {
    return findingsOf({ ...without, inventory: inventory.path }, { inventory });
  }
});

describe('logins', () => {
  const own = '{ address: 10.0.0.6, ssh: { user: admin } }';

  test('need no ssh-user where every host says its own', () => {
    expect(settingsOf({ ...without, 'ssh-user': '', inventory: `infra0: ${own}` }).hosts).toMatchObject([
      { login: { user: 'admin', port: 22 } },
    ]);
  });

  test('without a user are named', () => {
    const inventory = `infra0: ${own}\ninfra1: 10.0.0.7\ninfra2: { address: x }`;
    expect(findingsOf({ ...without, 'ssh-user': '', inventory })).toEqual([
      expect.objectContaining({ at: 'inventory, line 3, column 20' }),
      expect.objectContaining({ at: 'ssh-user', fact: 'no user is given for infra1, infra2.' }),
    ]);
  });

  test('on a port of etcd are refused, unless that port is somewhere else', () => {
    const inventory = 'infra0: { address: 10.0.0.6, ssh: { port: 2379 } }';
    expect(findingOf({ ...without, inventory })).toMatchObject({
      at: 'client-port',
      fact: '2379 is also the port of the SSH server of infra0.',
    });
    const forwarded = 'infra0: { address: 10.0.0.6, ssh: { address: 203.0.113.1, port: 2379 } }';
    expect(settingsOf({ ...without, inventory: forwarded }).hosts).toHaveLength(1);
  });

  test('are what ssh-keyscan has to ask where no host key is given', () => {
    const inventory = 'infra0: { address: 10.0.0.6, ssh: { address: 203.0.113.1, port: 2222 } }';
    expect(findingOf({ ...without, 'ssh-known-hosts': '', inventory }).fix).toContain(
      'ssh-keyscan -p 2222 -t ed25519 203.0.113.1',
    );
  });
});
