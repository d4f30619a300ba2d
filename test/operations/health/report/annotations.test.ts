import { expect, test } from '@jest/globals';
import { annotationsOf } from '../../../../src/operations/health/report/publish.ts';
import { degradedDocument, healthyDocument } from '../example-documents.ts';
import { largeDocument } from './samples.ts';

test('none when all is well', () => {
  expect(annotationsOf(healthyDocument())).toEqual([]);
});

test('the worst of each with its fix, and how much more there is', () => {
  expect(annotationsOf(degradedDocument())).toEqual([
    {
      command: 'warning',
      title: 'etcd cluster production: Quorum',
      message: [
        '2 of 3 members are healthy: no more member may fail.',
        'Fix: Bring infra2 back first.',
        'Code: quorum-at-risk, docs/TROUBLESHOOTING.md#quorum-at-risk',
      ].join('\n'),
    },
    {
      command: 'error',
      title: 'infra0: Certificate on disk',
      message: [
        '/etc/kubernetes/pki/etcd/server.crt ends on 2026-11-29T05:17:01.000Z, in 5 days.',
        'Fix: Run the operation `deploy` with the inputs of this cluster: it renews without a restart.',
        'Code: certificate-ends-soon, docs/TROUBLESHOOTING.md#certificate-ends-soon',
        '1 more finding: see the job summary.',
      ].join('\n'),
    },
    {
      command: 'error',
      title: 'infra2: Endpoint',
      message: [
        'infra2 (https://10.0.0.8:2379) does not answer: connection refused, asked through infra0.',
        'Fix: Log in to infra2 and look at `crictl ps -a --name etcd` and `crictl logs`.',
        'Code: etcd-unreachable, docs/TROUBLESHOOTING.md#etcd-unreachable',
        '1 more finding; 7 checks could not be made: see the job summary.',
      ].join('\n'),
    },
  ]);
});

test('a missing observation is a warning if nothing else is reported about the member', () => {
  const document = degradedDocument();
  const checks = document.checks.filter(({ status }) => status === 'unknown');
  expect(annotationsOf({ ...document, checks })).toEqual([
    {
      command: 'warning',
      title: 'infra2: kubelet',
      message:
        'Could not be looked at: no SSH connection to infra2.\n6 checks could not be made: see the job summary.',
    },
  ]);
});

test('never more than members and one, others included, and none longer than the runner shows', () => {
  const document = largeDocument(50);
  const strangers = document.checks.map((check, index) => ({
    ...check,
    member: index % 2 === 0 ? check.member : `stranger${index}`,
    measured: 'x'.repeat(10_000),
  }));
  const all = annotationsOf({ ...document, checks: strangers });
  expect(all).toHaveLength(10);
  expect(all.every(({ message }) => message.length <= 4096)).toBe(true);
});
