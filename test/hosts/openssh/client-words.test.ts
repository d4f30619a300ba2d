import { describe, expect, test } from '@jest/globals';

import { clientFailure } from '../../../src/hosts/openssh/client-words.ts';

const LOGIN = `OpenSSH_9.2p1 Debian-2+deb12u7, OpenSSL 3.0.17
debug1: Connection established.
debug1: Remote protocol version 2.0, remote software version OpenSSH_9.2p1
debug1: SSH2_MSG_NEWKEYS received
debug1: SSH2_MSG_SERVICE_ACCEPT received
`;

describe('what ssh says on the runner', () => {
  test.each([
    ['No user exists for uid 54321\r\n', { kind: 'no-account', said: 'No user exists for uid 54321' }],
    [
      `${LOGIN}Bad server host key: Invalid key length\r\n`,
      { kind: 'unfit-host-key', said: 'Invalid key length' },
    ],
  ])('%j', (said, failure) => {
    expect(clientFailure(said, 1000)).toEqual(failure);
  });
});

describe('the banner', () => {
  const closed = 'Connection closed by 10.0.0.6 port 22\r\n';

  test('before the end of the connection is reported, the last one', () => {
    const said = `${LOGIN}Authorized use only.\n\ndebug1: Authentications that can continue: publickey\nYour account has expired.\nAsk the administrator.\n${closed}`;
    expect(clientFailure(said, 1000)).toEqual({
      kind: 'closed',
      stage: 'authentication',
      said: 'Your account has expired.\nAsk the administrator.',
    });
  });

  test('of a host that boots is known', () => {
    const said = `${LOGIN}debug1: Server accepts key: x\n"System is booting up. Unprivileged users are not permitted to log in yet."\n${closed}`;
    expect(clientFailure(said, 1000)).toMatchObject({ kind: 'nologin' });
  });

  test('is not made of what ssh says itself, or of what comes before the login', () => {
    const said = `debug1: hello\nnoise\n${LOGIN}debug1: Next authentication method: publickey\nLoad key "/x": error\nops@10.0.0.6: Permission denied (publickey).\n`;
    expect(clientFailure(said, 1000)).toEqual({ kind: 'authentication', methods: ['publickey'], said: '' });
  });
});
