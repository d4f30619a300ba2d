import { expect, test } from '@jest/globals';
import { parseProbeAnswer } from '../../src/etcd/client.ts';

test('each check by its name, and why one fails', () => {
  const body =
    '[+]data_corruption ok\n[-]linearizable_read failed: etcdserver: no leader\n[+]non_learner ok\nok\n';
  expect(parseProbeAnswer({ status: 503, body })).toEqual({
    ok: false,
    checks: [
      { name: 'data_corruption', ok: true },
      { name: 'linearizable_read', ok: false, reason: 'etcdserver: no leader' },
      { name: 'non_learner', ok: true },
    ],
  });
});

test('without details there is the verdict alone', () => {
  expect(parseProbeAnswer({ status: 200, body: 'ok\n' })).toEqual({ ok: true, checks: [] });
});

test('an old release has none, and that is no failure of the member', () => {
  expect(parseProbeAnswer({ status: 404, body: '404 page not found\n' })).toMatchObject({
    unsupported: true,
  });
});

test('anything else is no answer of etcd', () => {
  expect(parseProbeAnswer({ status: 502, body: 'Bad Gateway' })).toBeUndefined();
});
