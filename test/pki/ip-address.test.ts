import { describe, expect, test } from '@jest/globals';
import { formatIpAddress, parseIpAddress } from '../../src/pki/alt-names.ts';

describe('parseIpAddress', () => {
  test.each([
    ['10.0.0.6', '0a000006', '10.0.0.6'],
    ['010.000.0.09', '0a000009', '10.0.0.9'],
    ['::', '00000000000000000000000000000000', '::'],
    ['::1', '00000000000000000000000000000001', '::1'],
    ['fd00::6', 'fd000000000000000000000000000006', 'fd00::6'],
    ['FD00:0:0:0:0:0:0:6', 'fd000000000000000000000000000006', 'fd00::6'],
    ['2001:db8::', '20010db8000000000000000000000000', '2001:db8::'],
    ['1:2:3:4:5:6:7:8', '00010002000300040005000600070008', '1:2:3:4:5:6:7:8'],
    ['64:ff9b::10.1.2.3', '0064ff9b00000000000000000a010203', '64:ff9b::a01:203'],
    // Go's To4 makes an IPv4-mapped address an IPv4 SAN.
    ['::ffff:10.1.1.1', '0a010101', '10.1.1.1'],
    ['::ffff:a01:101', '0a010101', '10.1.1.1'],
  ])('%s', (text, hex, canonical) => {
    const bytes = parseIpAddress(text);
    expect(bytes?.toString('hex')).toBe(hex);
    expect(formatIpAddress(bytes ?? Buffer.alloc(0))).toBe(canonical);
  });

  test.each([
    '',
    '10.0.0',
    '10.0.0.256',
    '10.0.0.0.1',
    'fe80::1%eth0',
    '[::1]',
    '1::2::3',
    ' ::1',
    'infra0',
    'g::1',
  ])('refuses %j', (text) => {
    expect(parseIpAddress(text)).toBeUndefined();
  });
});
