import { describe, expect, test } from '@jest/globals';
import type { MemberSettings } from '../../src/inputs/settings.ts';
import { findingOf, findingsOf, settingsOf } from './given.ts';

function hostsOf(hosts: string, names = ''): MemberSettings[] {
  return settingsOf({ hosts, names }).hosts.map(({ name, address }) =>
    name === undefined ? { address } : { name, address },
  );
}

const three = [{ address: '10.0.0.6' }, { address: '10.0.0.7' }, { address: '10.0.0.8' }];
const named = [
  { name: 'infra0', address: '10.0.0.6' },
  { name: 'infra1', address: '10.0.0.7' },
  { name: 'infra2', address: '10.0.0.8' },
];

describe('how a list is written', () => {
  test.each([
    ['commas', '10.0.0.6,10.0.0.7 , 10.0.0.8'],
    ['lines', '10.0.0.6\n10.0.0.7\n10.0.0.8\n'],
    ['lines of Windows', '10.0.0.6\r\n10.0.0.7\r\n10.0.0.8\r\n'],
    ['lines with commas at their ends', '10.0.0.6,\n10.0.0.7,\n10.0.0.8,\n'],
    ['blank lines and indents', '\n  10.0.0.6\n\n  10.0.0.7\n\t10.0.0.8\n\n'],
    ['comments', '# rack 1\n10.0.0.6 # first\n10.0.0.7,10.0.0.8 # 10.0.0.9\n#10.0.0.10'],
  ])('%s', (_how, text) => {
    expect(hostsOf(text)).toEqual(three);
  });

  test('an item that is empty, as an expression without a value leaves it', () => {
    expect(findingOf({ hosts: '10.0.0.6,,10.0.0.7,10.0.0.8' }).at).toBe('hosts, entry 2');
    expect(findingsOf({ hosts: '10.0.0.6,10.0.0.7,10.0.0.8,' })[0]?.at).toBe('hosts, entry 4');
    expect(findingsOf({ hosts: '10.0.0.6\n10.0.0.7,,\n10.0.0.8' })[0]?.at).toBe('hosts, line 2, entry 2');
  });
});

describe('names', () => {
  test.each([
    ['pairs', 'infra0=10.0.0.6, infra1 = 10.0.0.7\nINFRA2=10.0.0.8', ''],
    ['the other input', '10.0.0.6,10.0.0.7,10.0.0.8', 'infra0\ninfra1\nInfra2'],
  ])('by %s, in lower case', (_how, hosts, names) => {
    expect(hostsOf(hosts, names)).toEqual(named);
  });

  test('some hosts with a name, others without', () => {
    expect(hostsOf('infra0=10.0.0.6, 10.0.0.7, 10.0.0.8')).toEqual([named[0], three[1], three[2]]);
  });

  test('given in both ways', () => {
    expect(findingOf({ hosts: 'a=10.0.0.6', names: 'a' })).toMatchObject({ at: 'names' });
  });

  test.each([
    ['a, b', 2],
    ['a, b, c, d', 4],
  ])('%s for three hosts', (names, count) => {
    expect(findingOf({ names }).fact).toBe(`there are ${count} names here, but hosts has 3 entries.`);
  });

  test.each([
    ['infra_0', 'RFC 1123'],
    ['-infra', 'RFC 1123'],
    ['infra.', 'RFC 1123'],
    ['a..b', 'RFC 1123'],
    ['інфра', 'RFC 1123'],
    ['10.0.0.6', 'name=address'],
    ['localhost', 'every host'],
    [`${'a'.repeat(60)}.${'b'.repeat(4)}`, '65 characters'],
  ])('refuses %s', (name, why) => {
    expect(findingOf({ names: `${name}, infra1, infra2` })).toMatchObject({
      at: 'names, entry 1',
      fact: expect.stringContaining(why),
    });
  });

  test('64 characters and several labels are a name', () => {
    const name = `${'a'.repeat(60)}.bbb`;
    expect(hostsOf('10.0.0.6', name)).toEqual([{ name, address: '10.0.0.6' }]);
  });

  test('a pair the wrong way round', () => {
    const findings = findingsOf({ hosts: '10.0.0.6=infra0' });
    expect(findings.map(({ fact }) => fact)).toEqual([
      expect.stringContaining('written name=address'),
      expect.stringContaining('"infra0" is not an IP address'),
    ]);
  });

  test('a pair without its address', () => {
    expect(findingOf({ hosts: 'infra0=' })).toMatchObject({
      at: 'hosts, entry 1',
      cause: expect.stringContaining('expression'),
    });
  });

  test('the same name twice, however it is written', () => {
    expect(findingOf({ hosts: 'a=10.0.0.6, b=10.0.0.7, A=10.0.0.8' })).toMatchObject({
      at: 'hosts, entry 3',
      fact: 'the name "a" was given before, at hosts, entry 1.',
    });
    expect(findingOf({ names: 'a, b, b' }).at).toBe('names, entry 3');
  });
});

describe('addresses', () => {
  test.each([
    ['fd00::6', 'fd00::6'],
    ['[fd00::6]', 'fd00::6'],
    ['FD00:0:0:0:0:0:0:6', 'fd00::6'],
    ['fd00:0:0:1:0:0:0:1', 'fd00:0:0:1::1'],
    ['2001:DB8::192.0.2.1', '2001:db8::c000:201'],
    ['[10.0.0.6]', '10.0.0.6'],
    ['100.64.0.1', '100.64.0.1'],
  ])('%s is %s', (written, address) => {
    expect(hostsOf(written)).toEqual([{ address }]);
  });

  test.each([
    ['infra0.example.org', 'is not an IP address', 'peer URLs and the certificates'],
    ['10.0.0', 'is not a valid IPv4 address', ''],
    ['010.0.0.1', 'is not a valid IPv4 address', ''],
    ['10.0.0.256', 'is not a valid IPv4 address', ''],
    ['10.0.0.6:22', 'holds a port', ''],
    ['[fd00::6]:22', 'holds a port', ''],
    ['ubuntu@10.0.0.6', 'holds a user name', ''],
    ['https://10.0.0.6', 'is a URL', ''],
    ['10.0.0.0/24', 'looks like a network', ''],
    ['10.0.0.6 10.0.0.7', 'holds white space', ''],
    ['127.0.0.1', 'loopback', ''],
    ['127.8.8.8', 'loopback', ''],
    ['::1', 'loopback', ''],
    ['0.0.0.0', 'unspecified', ''],
    ['::', 'unspecified', ''],
    ['169.254.1.1', 'link-local', ''],
    ['fe80::1', 'link-local', ''],
    ['fe80::1%eth0', 'link-local', ''],
    ['febf::1', 'link-local', ''],
    ['224.0.0.1', 'multicast', ''],
    ['239.255.255.255', 'multicast', ''],
    ['ff02::1', 'multicast', ''],
    ['255.255.255.255', 'broadcast', ''],
    ['::ffff:10.0.0.6', 'IPv4 address in IPv6 form', ''],
  ])('refuses %s', (written, fact, cause) => {
    expect(findingOf({ hosts: written })).toMatchObject({
      at: 'hosts, entry 1',
      fact: expect.stringContaining(fact),
      ...(cause !== '' && { cause: expect.stringContaining(cause) }),
    });
  });

  test('a YAML list in the text', () => {
    expect(findingsOf({ hosts: '- 10.0.0.6\n- 10.0.0.7\n- 10.0.0.8' })[0]).toMatchObject({
      at: 'hosts, line 1',
      fact: expect.stringContaining('dash of a YAML list'),
    });
  });

  test('the same address twice, however it is written', () => {
    expect(findingOf({ hosts: 'fd00::6, fd00::7, [FD00:0::6]' })).toMatchObject({
      at: 'hosts, entry 3',
      fact: 'the address "fd00::6" was given before, at hosts, entry 1.',
    });
  });

  test('both families', () => {
    expect(findingOf({ hosts: '10.0.0.6, 10.0.0.7, fd00::8' }).fact).toContain('not support dual stack');
  });

  test('all that is wrong in a list is reported, with its line', () => {
    expect(findingsOf({ hosts: '10.0.0.6\ninfra1\n\n127.0.0.1' }).map(({ at }) => at)).toEqual([
      'hosts, line 2',
      'hosts, line 4',
    ]);
  });
});

describe('how many', () => {
  function hosts(count: number): string {
    return Array.from({ length: count }, (_, index) => `10.0.0.${index + 1}`).join();
  }

  test.each([1, 3, 5, 7, 9])('%d', (count) => {
    expect(hostsOf(hosts(count))).toHaveLength(count);
  });

  test.each([
    [
      2,
      'the quorum of 2 is 2, so the cluster survives the loss of 0, no more than with 1',
      'list 1 or 3 hosts',
    ],
    [
      4,
      'the quorum of 4 is 3, so the cluster survives the loss of 1, no more than with 3',
      'list 3 or 5 hosts',
    ],
    [
      6,
      'the quorum of 6 is 4, so the cluster survives the loss of 2, no more than with 5',
      'list 5 or 7 hosts',
    ],
    [
      8,
      'the quorum of 8 is 5, so the cluster survives the loss of 3, no more than with 7',
      'list 7 or 9 hosts',
    ],
  ])('refuses %d, unless it is what is wanted', (count, fact, fix) => {
    expect(findingOf({ hosts: hosts(count) })).toMatchObject({
      at: 'hosts',
      fact: expect.stringContaining(fact),
      fix: expect.stringMatching(new RegExp(`^${fix}.*allow-even-members: true`)),
    });
    const allowed = settingsOf({ hosts: hosts(count), 'allow-even-members': 'true' });
    expect(allowed.hosts).toHaveLength(count);
    expect(allowed.warnings).toEqual([
      {
        code: 'member-count',
        at: 'hosts',
        fact: expect.stringContaining(fact),
        fix: expect.not.stringContaining('allow-even'),
      },
    ]);
  });

  test.each([10, 11])('refuses %d, whatever is allowed', (count) => {
    for (const allowed of ['true', 'false']) {
      expect(findingOf({ hosts: hosts(count), 'allow-even-members': allowed })).toMatchObject({
        fact: expect.stringContaining('more than 9'),
        fix: expect.stringContaining('list 3, 5 or 7 hosts'),
      });
    }
  });

  test.each([
    [1, 'not highly available'],
    [9, 'every write waits for 5 of them'],
  ])('warns of %d', (count, fact) => {
    expect(settingsOf({ hosts: hosts(count) }).warnings).toEqual([
      expect.objectContaining({ at: 'hosts', fact: expect.stringContaining(fact) }),
    ]);
  });

  test('what an override may be', () => {
    expect(findingOf({ hosts: hosts(4), 'allow-even-members': 'yes' }).at).toBe('allow-even-members');
  });

  test('only comments are no hosts', () => {
    expect(findingOf({ hosts: '# later\n' }).fact).toBe('no host is given.');
  });
});
