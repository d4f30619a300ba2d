import { afterAll, expect, test } from '@jest/globals';
import ssh2 from 'ssh2';

import { withoutSha1 } from '../../../src/hosts/ssh2/credential.ts';
import { usableKey } from '../ssh/client.ts';
import { sshKeygen, TemporaryFolder } from '../ssh/tools.ts';

const folder = new TemporaryFolder();
afterAll(() => folder.remove());

// No server here requests it: OpenSSH offers SHA-2 in any configuration.
test('an RSA key signs with SHA-2 and refuses SHA-1', () => {
  const rsa = sshKeygen(folder, 'rsa', 'rsa', ['-b', '2048']);
  let refused = 0;
  const key = withoutSha1(usableKey(rsa.privateText).key, () => (refused += 1));
  expect(ssh2.utils.parseKey(key)).toBe(key); // ssh2 accepts it as one of its own
  const data = Buffer.from('challenge');
  expect(key.verify(data, key.sign(data, 'sha256'), 'sha256')).toBe(true);
  expect(refused).toBe(0);
  expect(key.sign(data, 'sha1')).toBeInstanceOf(Error);
  expect(refused).toBe(1);
});
