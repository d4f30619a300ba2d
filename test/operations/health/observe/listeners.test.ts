import { expect, test } from '@jest/globals';
import { HostError } from '../../../../src/hosts/host-error.ts';
import type { Transport } from '../../../../src/hosts/transport.ts';
import { listenersOf } from '../../../../src/operations/health/observe/figures.ts';
import { memberConnection } from '../../../../src/operations/health/observe/member-client.ts';
import { exampleSettings } from '../../../cluster/example.ts';

test('a listener that the host cannot reach has the fact of the host, without its cause, code and link', async () => {
  const refused = new HostError({
    code: 'bastion-forwarding-refused',
    host: 'infra0',
    at: 'connect',
    fact: 'its SSH server forwards no connection.',
    cause: 'AllowTcpForwarding is no.',
  });
  const transport = { openTcp: () => Promise.reject(refused) } as unknown as Transport;
  const credentials = { caPem: '', certificatePem: '', keyPem: '' };
  const settings = exampleSettings();
  const asked = memberConnection('10.0.0.6', 'infra0', { transport }, credentials, settings);
  const { signal } = new AbortController();
  expect(await listenersOf(asked, settings, signal)).toEqual({
    client: {
      failure: {
        code: 'served-certificate-unseen',
        fact: 'no TLS handshake with port 2379 of 10.0.0.6: its SSH server forwards no connection',
      },
    },
    peer: {
      failure: {
        code: 'served-certificate-unseen',
        fact: 'no TLS handshake with port 2380 of 10.0.0.6: its SSH server forwards no connection',
      },
    },
  });
  asked.client.close();
});
