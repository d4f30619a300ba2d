import { describe, expect, test } from '@jest/globals';
import { connectionError } from '../../src/etcd/connection-errors.ts';

const PLACE = { name: 'infra0', endpoint: 'https://10.0.0.6:2379' };

function thrown(code: string): Error {
  return Object.assign(new Error(`it went wrong: ${code}`), { code });
}

// The first three are Node 24's errors with real members (one built with Go 1.19 reports `bad certificate` for all).
describe('a client certificate that the member refuses', () => {
  test.each([
    ['ERR_SSL_TLSV1_ALERT_UNKNOWN_CA', 'unknown ca', 'not signed by a CA'],
    ['ERR_SSL_SSL/TLS_ALERT_BAD_CERTIFICATE', 'bad certificate', 'clientAuth'],
    ['ERR_SSL_SSL/TLS_ALERT_CERTIFICATE_EXPIRED', 'certificate expired', 'has expired'],
    ['ERR_SSL_TLSV13_ALERT_CERTIFICATE_REQUIRED', 'certificate required', 'not signed by a CA'],
  ])('%s', (code, alert, cause) => {
    const error = connectionError(PLACE, 'answer', thrown(code));
    expect(error.kind).toBe('client-certificate');
    expect(error.reason).toBe(`remote error: tls: ${alert}`);
    expect(error.finding.cause).toContain(cause);
  });
});

test.each([
  ['ERR_SSL_TLSV1_ALERT_PROTOCOL_VERSION', 'TLS version'],
  ['ERR_SSL_SSL/TLS_ALERT_HANDSHAKE_FAILURE', 'cipher'],
])('no common ground in TLS is not taken for a certificate: %s', (code, cause) => {
  const error = connectionError(PLACE, 'handshake', thrown(code));
  expect(error.kind).toBe('tls');
  expect(error.finding.cause).toContain(cause);
});

test.each(['EHOSTUNREACH', 'ENETUNREACH', 'ETIMEDOUT'])('no way to the host: %s', (code) => {
  const error = connectionError(PLACE, 'open', thrown(code));
  expect(error.kind).toBe('unreachable');
  expect(error.finding.fact).toContain('https://10.0.0.6:2379');
});

test('an unknown error still becomes a finding with the place and the original words', () => {
  const error = connectionError(PLACE, 'answer', new Error('strange'));
  expect(error).toMatchObject({ kind: 'connection-lost', finding: { host: 'infra0' } });
  expect(error.message).toContain('strange');
});
