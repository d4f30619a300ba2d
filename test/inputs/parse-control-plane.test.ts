import { readFileSync } from 'node:fs';
import { describe, expect, test } from '@jest/globals';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { parse } from 'yaml';
import { findingOf, findingsOf, given, settingsOf } from './given.ts';

const cp0 = {
  name: 'cp0',
  address: '10.0.0.20',
  transport: 'ssh2',
  login: { address: '10.0.0.20', port: 22, user: 'ubuntu' },
};
const cp1 = {
  address: '10.0.0.21',
  transport: 'ssh2',
  login: { address: '10.0.0.21', port: 22, user: 'ubuntu' },
};

const inventory = (controlPlane: string): Record<string, string> => ({
  hosts: '',
  inventory: `hosts: [10.0.0.6, 10.0.0.7, 10.0.0.8]\ncontrol-plane: ${controlPlane}`,
});

describe('hosts of the control plane', () => {
  test('are none where none are listed', () => {
    expect(settingsOf({}).controlPlane).toEqual([]);
    expect(settingsOf(inventory('null')).controlPlane).toEqual([]);
  });

  test('are listed as members are, in any number, and are no members', () => {
    const settings = settingsOf({ 'control-plane-hosts': 'CP0=10.0.0.20 # first\n10.0.0.21' });
    expect(settings.controlPlane).toEqual([cp0, cp1]);
    expect(settings.hosts).toHaveLength(3);
    // etcd's address family does not apply to them.
    expect(settingsOf({ 'control-plane-hosts': 'fd00::20' }).controlPlane).toMatchObject([
      { address: 'fd00::20' },
    ]);
  });

  test.each([
    ['a list', '[cp0=10.0.0.20, 10.0.0.21]', [cp0, cp1]],
    ['names', '{ cp0: 10.0.0.20 }', [cp0]],
    [
      'a login of its own',
      '[{ name: cp0, address: 10.0.0.20, ssh: { address: 203.0.113.20, port: 2222, user: admin } }]',
      [{ ...cp0, login: { address: '203.0.113.20', port: 2222, user: 'admin' } }],
    ],
  ])('may stand in an inventory: %s', (_form, text, hosts) => {
    expect(settingsOf(inventory(text)).controlPlane).toEqual(hosts);
    const schema = JSON.parse(readFileSync('docs/inventory.v1.schema.json', 'utf8')) as object;
    const valid = new Ajv2020({ strict: true, allowUnionTypes: true }).compile(schema);
    valid(parse(inventory(text)['inventory'] ?? ''));
    expect(valid.errors).toBeNull();
  });

  test.each([
    ['10.0.0.7', 'control-plane-hosts, entry 1', /^10\.0\.0\.7 was given before, at hosts, entry 2/],
    ['10.0.0.20, 10.0.0.20', 'control-plane-hosts, entry 2', /^10\.0\.0\.20 was given before/],
    ['cp0=10.0.0.20, cp0=10.0.0.21', 'control-plane-hosts, entry 2', /^the name cp0 was given before/],
    ['cp0.example.org', 'control-plane-hosts, entry 1', /cp0\.example\.org/],
    ['10.0.0.20,,10.0.0.21', 'control-plane-hosts, entry 2', /\S/],
  ])('are refused: %s', (value, at, fact) => {
    const finding = findingOf({ 'control-plane-hosts': value });
    expect(finding.at).toBe(at);
    expect(finding.fact).toMatch(fact);
    expect(finding.fix).toMatch(/\S/);
  });

  test('are refused when they are given twice, by input and inventory', () => {
    const finding = findingOf({ ...inventory('[10.0.0.20]'), 'control-plane-hosts': '10.0.0.21' });
    expect([finding.at, finding.fact]).toEqual(['control-plane-hosts', expect.stringContaining('both list')]);
  });

  test('that there is no user is reported once for all hosts', () => {
    const told = findingsOf({ ...given, 'ssh-user': '', 'control-plane-hosts': '10.0.0.20' });
    expect(told.map(({ at }) => at)).toEqual(['ssh-user']);
  });
});
