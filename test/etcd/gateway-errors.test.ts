import { describe, expect, test } from '@jest/globals';
import { gatewayError } from '../../src/etcd/errors.ts';
import { RECORDED_VERSIONS, recorded } from './recorded.ts';

const PLACE = { name: 'infra0', endpoint: 'https://10.0.0.6:2379' };

describe.each(RECORDED_VERSIONS)('errors of etcd %s', (version) => {
  test.each([
    ['error-empty-key', 'rejected', 'etcdserver: key is not provided'],
    ['error-member-not-found', 'rejected', 'etcdserver: member not found'],
    ['error-no-space', 'rejected', 'etcdserver: mvcc: database space exceeded'],
    ['range-no-leader', 'no-leader', 'etcdserver: request timed out'],
    ['alarm-no-leader', 'no-leader', 'context deadline exceeded'],
    [
      'error-authentication-on',
      'rejected',
      'CommonName of client sending a request against gateway will be ignored',
    ],
  ])('%s', (name, kind, reason) => {
    const answer = recorded(version, name);
    const error = gatewayError(PLACE, answer.request.path, answer);
    expect(error.kind).toBe(kind);
    expect(error.reason).toContain(reason);
    expect(error.finding).toMatchObject({ host: 'infra0', at: 'etcd' });
    expect(error.finding.fact).toContain(reason);
    expect(error.message).toContain('https://10.0.0.6:2379');
  });

  // server.crt without clientAuth: the member works, but its gateway answers no request.
  test('a gateway that cannot dial its own member names the usage that is missing', () => {
    const answer = recorded(version, 'error-gateway-cut-off');
    expect(gatewayError(PLACE, '/v3/kv/range', answer).finding.cause).toContain('clientAuth');
  });

  test('a path that is unknown to the release is distinguished from a refusal', () => {
    const answer = recorded(version, 'error-no-such-path');
    const error = gatewayError(PLACE, '/v3/no/such', answer);
    expect(error.finding.fact).toContain('Not Found');
    expect(error.kind).toBe(answer.body.startsWith('{') ? 'rejected' : 'unexpected-answer');
  });
});

test('a refused permission is its own kind, because a health check takes it for an answer', () => {
  const body = '{"code":7, "message":"etcdserver: permission denied"}';
  expect(gatewayError(PLACE, '/v3/kv/range', { status: 403, body }).kind).toBe('permission-denied');
});

test.each(['<html>Bad Gateway</html>', '', '[]', 'null', '{"code":14}'])('no error of etcd: %j', (body) => {
  expect(gatewayError(PLACE, '/v3/kv/range', { status: 502, body }).kind).toBe('unexpected-answer');
});

test.each(['bad gateway\n', '"bad gateway"', '  bad\r\n\tgateway  '])(
  'what is no error of etcd is reported on one line and in quotes once: %j',
  (body) => {
    expect(gatewayError(PLACE, '/v3/kv/range', { status: 502, body }).reason).toBe(
      'unexpected answer: HTTP 502 "bad gateway"',
    );
  },
);
