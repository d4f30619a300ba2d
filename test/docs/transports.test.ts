import { expect, test } from '@jest/globals';
import { TRANSPORTS, type Settings } from '../../src/inputs/settings.ts';
import { pinsFor } from '../../src/ssh-keys/host-keys.ts';
import { sshOf } from '../inputs/given.ts';
import { settingsOfExample } from './inputs.ts';
import { read } from './repository.ts';

const FILE = 'docs/transports.md';
const example = (heading: string): Settings => settingsOfExample(FILE, heading);
const transports = (heading: string): string[] => example(heading).hosts.map(({ transport }) => transport);

test('the table has each transport', () => {
  const named = [...read(FILE).matchAll(/^\| `(\w+)` /gm)].map(([, name]) => name);
  expect(named).toEqual([...TRANSPORTS]);
});

test.each(['The runner is a member', 'In an inventory'])('%s: it alone is not logged in to', (heading) => {
  expect(transports(heading)).toEqual(['local', 'ssh2', 'ssh2']);
});

test('one host alone: nothing of SSH, whatever else is given', () => {
  expect(example('One host alone')).not.toHaveProperty('ssh');
});

test('the runner’s own ssh, for all hosts', () => {
  expect(transports("The runner's own ssh")).toEqual(['openssh', 'openssh', 'openssh']);
});

test('a certificate of the user, for whom it is', () => {
  const settings = example('Certificates of users');
  expect(sshOf(settings).certificate).toContain('ssh-ed25519-cert-v01@openssh.com ');
  expect(settings.warnings).toEqual([]);
});

test('an authority of hosts alone', () => {
  const { hostKeys } = sshOf(example('Certificates of hosts'));
  const pins = pinsFor(hostKeys, { address: '10.0.0.6', port: 22, aliases: [] });
  expect([pins.keys, pins.authorities.length]).toEqual([[], 1]);
});
