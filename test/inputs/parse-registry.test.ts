import { expect, test } from '@jest/globals';
import { findingOf, settingsOf } from './given.ts';

const both = { 'registry-username': 'puller', 'registry-password': 's3cret\n' };

test.each([
  ['registry.example.com/k8s', 'registry.example.com'],
  ['registry.example.com', 'registry.example.com'],
  ['10.0.0.1:5000/k8s/mirror', '10.0.0.1:5000'],
  ['localhost/k8s', 'localhost'],
])('for %s they are for %s alone; the line break of their file is no part of them', (repository, server) => {
  expect(settingsOf({ ...both, 'image-repository': repository }).registry).toEqual({
    server,
    username: 'puller',
    password: 's3cret',
  });
});

test('a key of several lines is a password too', () => {
  const password = '{\n  "type": "service_account"\n}';
  const inputs = { 'registry-username': '_json_key', 'registry-password': password };
  expect(settingsOf({ ...inputs, 'image-repository': 'gcr.io/x' }).registry?.password).toBe(password);
});

test('none', () => {
  expect(settingsOf({ 'image-repository': 'registry.example.com/k8s' }).registry).toBeUndefined();
});

test.each([
  [{ 'registry-username': 'puller' }, 'registry-password', 'without registry-password'],
  [{ 'registry-password': 'x' }, 'registry-username', 'without registry-username'],
  [both, 'image-repository', 'without the registry that they are for'],
  [{ ...both, 'image-repository': 'k8s/mirror' }, 'image-repository', '"k8s/mirror" names no registry'],
  [
    { ...both, 'registry-username': 'puller:s3cret', 'image-repository': 'a.example/k8s' },
    'registry-username',
    'holds a colon or a control character',
  ],
])('refuses %j', (inputs, at, fact) => {
  const finding = findingOf(inputs);
  expect(finding).toMatchObject({ at, fact: expect.stringContaining(fact) });
  expect(finding.fix).toMatch(/for example|secrets\.|give the name alone/);
});
