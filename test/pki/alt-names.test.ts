import { describe, expect, test } from '@jest/globals';
import { formatAltName, memberAltNames, nodeName, parseAltName } from '../../src/pki/alt-names.ts';

describe('memberAltNames', () => {
  test("sorts DNS names, keeps the order of addresses and drops the guide's repeated address", () => {
    const names = memberAltNames({
      name: ' Infra0 ',
      address: '10.0.0.6',
      extraSans: ['10.0.0.6', 'z.example.com', '*.example.com', 'fd00::6', '::1', 'FD00:0::6', 'localhost'],
    });
    expect(names.map(formatAltName)).toEqual([
      'DNS:*.example.com',
      'DNS:infra0',
      'DNS:localhost',
      'DNS:z.example.com',
      'IP:10.0.0.6',
      'IP:127.0.0.1',
      'IP:::1',
      'IP:fd00::6',
    ]);
  });

  test('an IPv6 member', () => {
    expect(memberAltNames({ name: 'a', address: 'fd00:0::6' }).map(formatAltName)).toEqual([
      'DNS:a',
      'DNS:localhost',
      'IP:fd00::6',
      'IP:127.0.0.1',
      'IP:::1',
    ]);
  });

  test('an address that is a name is refused', () => {
    expect(() => memberAltNames({ name: 'a', address: 'a.example.com' })).toThrow(
      '"a.example.com" is not an IP address',
    );
  });
});

describe('parseAltName', () => {
  // kubeadm would only warn and leave them out of the certificate.
  test.each([
    '',
    'a_b',
    'Etcd.example.com',
    '*',
    '*.*.example.com',
    'a*.example.com',
    '-a',
    'a..b',
    'вузол',
    'a b',
  ])('refuses %j', (text) => {
    expect(() => parseAltName(text)).toThrow('neither an IP address nor a lower-case DNS name');
  });

  test('a name may have 253 characters', () => {
    const name = `${'a'.repeat(63)}.${'b'.repeat(63)}.${'c'.repeat(63)}.${'d'.repeat(61)}`;
    expect(parseAltName(name)).toEqual({ type: 'DNS', value: name });
    expect(() => parseAltName(`${name}d`)).toThrow();
    expect(() => parseAltName(`*.${name}`)).toThrow();
  });
});

describe('nodeName', () => {
  test('is trimmed and lower-cased', () => {
    expect(nodeName(' Infra0.Example.COM\n')).toBe('infra0.example.com');
  });

  test.each(['', '  ', 'a b', '*.example.com', 'a_b', 'infra0.'])('refuses %j', (name) => {
    expect(() => nodeName(name)).toThrow('is not a node name');
  });
});
