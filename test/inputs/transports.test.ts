import { describe, expect, test } from '@jest/globals';
import { findingOf, findingsOf, given, settingsOf } from './given.ts';

/** The minimal inputs for one host that is this machine. */
const alone = { ...Object.fromEntries(Object.keys(given).map((name) => [name, ''])), hosts: '10.0.0.6' };

function transports(changes: Readonly<Record<string, string>>): string[] {
  return settingsOf(changes).hosts.map(({ transport }) => transport);
}

describe('local-host', () => {
  test.each([
    ['by address', { 'local-host': '10.0.0.7' }],
    ['by name', { hosts: 'infra0=10.0.0.6, infra1=10.0.0.7, infra2=10.0.0.8', 'local-host': 'infra1' }],
  ])('%s: that one is not logged in to, the others are', (_, changes) => {
    expect(transports(changes)).toEqual(['ssh2', 'local', 'ssh2']);
    const { hosts } = settingsOf(changes);
    expect(hosts[1]).not.toHaveProperty('login');
    expect(hosts[2]).toMatchObject({ login: { address: '10.0.0.8', port: 22, user: 'ubuntu' } });
  });

  test('IPv6 in any form', () => {
    const hosts = 'fd00::6, fd00::7, fd00::8';
    expect(transports({ hosts, 'local-host': '[fd00:0:0:0::8]' })).toEqual(['ssh2', 'ssh2', 'local']);
  });

  test.each(['10.0.0.9', 'infra0', 'nobody'])('%s is none of the hosts', (text) => {
    const finding = findingOf({ 'local-host': text });
    expect(finding).toMatchObject({ at: 'local-host', fact: expect.stringContaining('none of the hosts') });
    expect(finding.fix).toContain('local-host: 10.0.0.6');
  });

  test('may be one of the control plane', () => {
    const { hosts, controlPlane } = settingsOf({
      'control-plane-hosts': 'cp0=10.0.0.20, 10.0.0.21',
      'local-host': 'cp0',
    });
    expect(hosts.every(({ transport }) => transport === 'ssh2')).toBe(true);
    expect(controlPlane).toEqual([
      { name: 'cp0', address: '10.0.0.20', transport: 'local' },
      expect.objectContaining({
        transport: 'ssh2',
        login: { address: '10.0.0.21', port: 22, user: 'ubuntu' },
      }),
    ]);
  });

  test('needs no user, key or host key where it is the only host', () => {
    const settings = settingsOf({ ...alone, 'local-host': '10.0.0.6' });
    expect(settings).not.toHaveProperty('ssh');
    expect(settings.warnings.map(({ at }) => at)).toEqual(['hosts']); // one member alone
  });

  test('beside others it takes nothing away from what those need', () => {
    expect(findingsOf({ 'local-host': '10.0.0.6', 'ssh-user': '' })).toMatchObject([
      { at: 'ssh-user', fact: 'no user is given.' },
    ]);
  });
});

describe('transport', () => {
  test('local for one host, with a password for sudo', () => {
    const settings = settingsOf({ ...alone, transport: 'local', 'sudo-password': 'correct horse' });
    expect(settings.hosts).toEqual([{ address: '10.0.0.6', transport: 'local' }]);
    expect(settings.sudoPassword).toBe('correct horse');
  });

  test('local for several is refused, and says how one of them can be', () => {
    const finding = findingOf({ transport: 'local' });
    expect(finding.fact).toBe('10.0.0.6, 10.0.0.7, 10.0.0.8 would all be this machine; the job runs on one.');
    expect(finding.fix).toContain('local-host');
  });

  test('unused inputs for SSH cause a warning', () => {
    const { warnings } = settingsOf({ hosts: '10.0.0.6', transport: 'local' });
    expect(warnings.map(({ fact }) => fact)).toContain(
      'ssh-user, ssh-private-key, ssh-known-hosts: given, but the action logs in to no host.',
    );
  });

  test('something else', () => {
    expect(findingOf({ transport: 'telnet' })).toMatchObject({ at: 'transport' });
  });
});

describe('an inventory', () => {
  const inventory = (transport: string, more = ''): string => `
    - { name: infra0, address: 10.0.0.6${transport}${more} }
    - { name: infra1, address: 10.0.0.7 }
    - { name: infra2, address: 10.0.0.8 }`;

  test('says it of each host', () => {
    const changes = { hosts: '', inventory: inventory(', transport: local') };
    expect(transports(changes)).toEqual(['local', 'ssh2', 'ssh2']);
  });

  test.each([
    ['a way that there is none', inventory(', transport: carrier-pigeon'), {}, 'is not a transport'],
    [
      'how this machine is logged in to',
      inventory(', transport: local', ', ssh: { port: 2222 }'),
      {},
      'action does not log in to',
    ],
    ['two of them here', inventory(', transport: local'), { 'local-host': 'infra1' }, 'all be this machine'],
    ['otherwise than local-host', inventory(', transport: ssh2'), { 'local-host': 'infra0' }, 'which has'],
  ])('%s is refused', (_, text, more, fact) => {
    expect(findingOf({ hosts: '', inventory: text, ...more }).fact).toContain(fact);
  });
});
