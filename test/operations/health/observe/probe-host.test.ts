import { expect, test } from '@jest/globals';
import { HostError } from '../../../../src/hosts/host-error.ts';
import { probeHost } from '../../../../src/operations/health/observe/hosts.ts';
import { exampleSettings } from '../../../cluster/example.ts';
import { standInTransport } from '../../../engine/stand-ins.ts';

const PROGRAM = '/usr/local/sbin/etcd-ha-health-probe';

/** Returns the error if the installed program ends with this code. */
async function told(code: number, stderr: string): Promise<HostError> {
  const settings = exampleSettings();
  const health = { ...settings.health, probe: PROGRAM };
  const transport = standInTransport('infra0', [], () => ({ code, stderr }));
  const error: unknown = await probeHost({ role: 'member' }, transport, { ...settings, health }).catch(
    (reason: unknown) => reason,
  );
  if (!(error instanceof HostError)) throw new Error('it has to fail', { cause: error });
  return error;
}

test('a program that sudo does not run is reported as such', async () => {
  expect((await told(1, 'sudo: a password is required')).message).toMatch(
    /could not be run by sudo.*a password is required/,
  );
});

test('a folder that the program does not look at is not taken for a program that is not there', async () => {
  const words =
    "etcd-ha-health-probe: a part of the path '/srv/etcd' is no folder that root alone may write in";
  const { message } = await told(95, words);
  expect(message).toContain(words);
  expect(message).not.toMatch(/not installed|sudoers/);
});
