import { describe, expect, test } from '@jest/globals';
import { findingOf, findingsOf, settingsOf, sshKey, sshOf } from './given.ts';

/** Returns the hops of a chain as `user@address port`. */
function hops(value: string): readonly string[] {
  const { bastions } = sshOf(settingsOf({ 'ssh-bastion': value }));
  return bastions.map(({ user, address, port }) => `${user}@${address} ${port}`);
}

describe('ssh-bastion', () => {
  test.each([
    ['jump.example.com', ['ubuntu@jump.example.com 22']],
    ['ops@jump.example.com', ['ops@jump.example.com 22']],
    ['ops@jump.example.com:2222', ['ops@jump.example.com 2222']],
    ['ops@Jump.Example.com.', ['ops@jump.example.com. 22']],
    ['ops@10.0.0.1:22', ['ops@10.0.0.1 22']],
    ['[fd00::1]', ['ubuntu@fd00::1 22']],
    ['ops@[FD00:0::0001]:2222', ['ops@fd00::1 2222']],
    ['svc@corp.example@jump', ['svc@corp.example@jump 22']],
    ['jump_1', ['ubuntu@jump_1 22']],
    ['a@one, b@two:2', ['a@one 22', 'b@two 2']],
    ['a@one # first\nb@two:2\n', ['a@one 22', 'b@two 2']],
    ['', []],
  ])('%j', (value, expected) => {
    expect(hops(value)).toEqual(expected);
  });

  test.each([
    ['ssh://ops@jump:22', /is a URL/],
    ['ops@jump ops@other', /holds white space/],
    ['ops@fd00::1', /is IPv6 without brackets/],
    ['fd00::1:22', /is IPv6 without brackets/],
    ['ops@[fd00::1', /does not name a host/],
    ['ops@[jump]:22', /does not name a host/],
    ['ops@10.0.0.256', /does not name a host/],
    ['ops@-oProxyCommand=x', /does not name a host/],
    ['ops@jump..example', /does not name a host/],
    ['ops@jump/path', /does not name a host/],
    ['ops@', /names no host/],
    ['@jump', /does not begin with the name of a user/],
    ['-l root@jump', /holds white space/],
    ['ops;id@jump', /does not begin with the name of a user/],
    ['ops@jump:0', /does not end with a port/],
    ['ops@jump:65536', /does not end with a port/],
    ['ops@jump:ssh', /does not end with a port/],
    ['ops@jump:', /does not end with a port/],
  ])('refuses %j', (value, fact) => {
    const finding = findingOf({ 'ssh-bastion': value });
    expect(finding.at).toBe('ssh-bastion, entry 1');
    expect(finding.fact).toMatch(fact);
    expect(finding.fix).toContain('ssh-bastion: ops@jump.example.com:22');
  });

  test('refuses a chain that comes by the same bastion twice', () => {
    const finding = findingOf({ 'ssh-bastion': 'a@one, b@two, c@ONE:22' });
    expect(finding).toMatchObject({
      at: 'ssh-bastion, entry 3',
      fact: expect.stringContaining('after ssh-bastion, entry 1') as unknown,
    });
  });

  test('all that is wrong with it is reported at once', () => {
    expect(findingsOf({ 'ssh-bastion': 'a@, b@two:x' }).map(({ at }) => at)).toEqual([
      'ssh-bastion, entry 1',
      'ssh-bastion, entry 2',
    ]);
  });
});

describe('a key for bastions', () => {
  test('is distinguished from that of the hosts in every finding', () => {
    const changes = { 'ssh-bastion': 'jump', 'ssh-bastion-private-key': 'no key' };
    expect(findingOf(changes).at).toBe('ssh-bastion-private-key');
    const warnings = settingsOf({
      'ssh-bastion': 'jump',
      'ssh-bastion-private-key': sshKey,
      'ssh-bastion-key-passphrase': 'x',
    }).warnings;
    expect(warnings).toMatchObject([{ at: 'ssh-bastion-key-passphrase' }]);
  });

  test.each(['ssh-bastion-private-key', 'ssh-bastion-key-passphrase'])('%s alone is refused', (name) => {
    expect(findingOf({ [name]: sshKey })).toMatchObject({
      at: name,
      fact: 'it is given without ssh-bastion.',
    });
  });
});
