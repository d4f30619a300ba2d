import { expect, test } from '@jest/globals';
import { junitXml } from '../../../../src/operations/health/report/files.ts';
import { degradedDocument } from '../example-documents.ts';
import { hostileDocument } from './samples.ts';
import { type Element, parseXml } from './xml.ts';

function casesOf(root: Element): Element[] {
  return root.children.flatMap(({ children }) => children);
}

test('a suite for the cluster and each member, with counts that are right', () => {
  const root = parseXml(junitXml(degradedDocument()));
  expect(root.attributes).toEqual({
    name: 'etcd cluster production',
    tests: '67',
    failures: '2',
    errors: '0',
    time: '1.284',
  });
  expect(root.children.map(({ attributes }) => attributes['name'])).toEqual([
    'cluster',
    'infra0',
    'infra1',
    'infra2',
  ]);
  for (const { attributes, children } of root.children) {
    const having = (name: string): number =>
      children.filter((one) => one.children.some((child) => child.name === name)).length;
    expect(attributes).toMatchObject({
      tests: String(children.length),
      failures: String(having('failure')),
      skipped: String(having('skipped')),
      timestamp: '2026-11-24T05:17:00',
    });
    expect(children.every((one) => one.attributes['classname'] === attributes['name'])).toBe(true);
  }
});

test('fail, warn and unknown are distinguished', () => {
  const cases = casesOf(parseXml(junitXml(degradedDocument())));
  const of = (classname: string, name: string): Element | undefined =>
    cases.find(({ attributes }) => attributes['classname'] === classname && attributes['name'] === name)
      ?.children[0];
  expect(of('infra2', 'Endpoint')).toMatchObject({
    name: 'failure',
    attributes: {
      type: 'endpoint',
      message: 'infra2 (https://10.0.0.8:2379) does not answer: connection refused, asked through infra0.',
    },
    text: expect.stringContaining('\nFix: Log in to infra2'),
  });
  expect(of('infra0', 'WAL fsync')).toMatchObject({
    name: 'system-out',
    text: expect.stringMatching(/^Warning: fsync of the log .*<b>&amp;<\/b>/s),
  });
  expect(of('infra2', 'Clock')).toMatchObject({
    name: 'skipped',
    attributes: { message: 'Could not be looked at: no SSH connection to infra2.' },
  });
  expect(of('infra0', 'Certificate on disk (/etc/kubernetes/pki/etcd/server.crt)')?.name).toBe('failure');
});

test('is well-formed whatever a host says, and tells it but for what XML has no way to say', () => {
  const cases = casesOf(parseXml(junitXml(hostileDocument())));
  const failure = cases.flatMap(({ children }) => children).find(({ name }) => name === 'failure');
  expect(failure?.attributes['message']).toBe(
    'a"]:::x <img src=x> | `b` **c** @d [e](f) \\ ::error::g\r\n```\n</details>[31m & end',
  );
});

test('cases of one name can be distinguished', () => {
  const document = degradedDocument();
  const [check] = document.checks;
  const checks = check === undefined ? [] : [check, check, check];
  expect(
    casesOf(parseXml(junitXml({ ...document, checks }))).map(({ attributes }) => attributes['name']),
  ).toEqual(['Endpoint', 'Endpoint #2', 'Endpoint #3']);
});
