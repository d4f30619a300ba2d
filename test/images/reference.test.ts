import { expect, test } from '@jest/globals';
import { normalName, tagOf } from '../../src/images/reference.ts';

// As in distribution/reference's ParseDockerRef, with `latest` for a name without a tag.
test.each([
  ['registry.k8s.io/etcd:3.6.5-0', 'registry.k8s.io/etcd:3.6.5-0'],
  ['localhost/etcd:1', 'localhost/etcd:1'],
  ['localhost:5000/etcd', 'localhost:5000/etcd:latest'],
  ['10.0.0.1:5000/k8s/etcd:3.6.5-0', '10.0.0.1:5000/k8s/etcd:3.6.5-0'],
  ['etcd', 'docker.io/library/etcd:latest'],
  ['etcd:3', 'docker.io/library/etcd:3'],
  ['bitnami/etcd:3', 'docker.io/bitnami/etcd:3'],
  ['docker.io/etcd:3', 'docker.io/library/etcd:3'],
  [`a.example/etcd@sha256:${'a'.repeat(64)}`, `a.example/etcd@sha256:${'a'.repeat(64)}`],
  [`a.example/etcd:3@sha256:${'a'.repeat(64)}`, 'a.example/etcd:3'],
])('%s', (reference, name) => {
  expect(normalName(reference)).toBe(name);
});

test.each([
  ['registry.k8s.io/etcd:3.6.5-0', '3.6.5-0'],
  ['localhost:5000/etcd', undefined],
  [`a.example/etcd:3@sha256:${'a'.repeat(64)}`, '3'],
  [`a.example:5000/etcd@sha256:${'a'.repeat(64)}`, undefined],
])('the tag of %s', (reference, tag) => {
  expect(tagOf(reference)).toBe(tag);
});
