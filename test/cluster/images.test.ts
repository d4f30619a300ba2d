import { describe, expect, test } from '@jest/globals';
import {
  etcdImage,
  imageFindings,
  isKubeadmImage,
  isStored,
  runningImage,
  wantedImage,
} from '../../src/cluster/images.ts';
import type { HostFacts } from '../../src/facts/host.ts';
import { IMAGE, manifestFact, MEMBERS, ownHost, pristineHost, SHAPE, withFiles } from './example.ts';

const [member = { name: '', address: '' }] = MEMBERS;
const DIGEST = `@sha256:${'5e'.repeat(32)}`;
const SHIPPED = 'registry.k8s.io/etcd:3.6.6-0';

/** A host that runs one image while its kubeadm ships another. */
function host(image: string, shipped = SHIPPED): HostFacts {
  const own = ownHost(member, 'finished');
  return { ...own, ...withFiles(own, [manifestFact([], { ...SHAPE, image })]), etcdImage: shipped };
}

describe('the image of a new member', () => {
  test.each([
    [{}, IMAGE],
    [{ etcdImageTag: '3.6.8-0' }, 'registry.k8s.io/etcd:3.6.8-0'],
    [{ imageRepository: 'mirror.example:5000/k8s' }, 'mirror.example:5000/k8s/etcd:3.6.5-0'],
    [{ imageRepository: 'mirror.example/k8s', etcdImageTag: '3.6.8-0' }, 'mirror.example/k8s/etcd:3.6.8-0'],
  ])("is kubeadm's own with what the inputs %j set", (settings, image) => {
    const facts = pristineHost(member);
    expect(etcdImage(settings, facts)).toBe(image);
    expect(wantedImage(settings, facts)).toEqual({ ...settings, image });
    expect(runningImage(facts)).toBeUndefined();
  });

  test('is not known where kubeadm does not tell', () => {
    const facts = pristineHost(member);
    Reflect.deleteProperty(facts, 'etcdImage');
    expect(etcdImage({ etcdImageTag: '3.6.8-0' }, facts)).toBeUndefined();
    expect(wantedImage({}, facts)).toBeUndefined();
  });
});

describe('the image of a member', () => {
  test.each([
    ['the one that kubeadm ships', SHIPPED, {}, { image: SHIPPED }],
    [
      'one that kubeadm does not ship any more: named, so that it stays',
      IMAGE,
      {},
      { image: IMAGE, etcdImageTag: '3.6.5-0' },
    ],
    [
      'from another repository: named',
      'mirror.example/k8s/etcd:3.6.6-0',
      {},
      { image: 'mirror.example/k8s/etcd:3.6.6-0', imageRepository: 'mirror.example/k8s' },
    ],
    [
      'of another repository and tag: both named',
      'mirror.example/k8s/etcd:3.6.5-0',
      {},
      {
        image: 'mirror.example/k8s/etcd:3.6.5-0',
        imageRepository: 'mirror.example/k8s',
        etcdImageTag: '3.6.5-0',
      },
    ],
    [
      'the tag that the inputs name, also where kubeadm ships it',
      IMAGE,
      { etcdImageTag: '3.6.6-0' },
      { image: SHIPPED, etcdImageTag: '3.6.6-0' },
    ],
    [
      'a tag of the inputs; the repository stays',
      'mirror.example/k8s/etcd:3.6.5-0',
      { etcdImageTag: '3.6.7-0' },
      {
        image: 'mirror.example/k8s/etcd:3.6.7-0',
        imageRepository: 'mirror.example/k8s',
        etcdImageTag: '3.6.7-0',
      },
    ],
    [
      'a repository of the inputs; the tag stays',
      IMAGE,
      { imageRepository: 'mirror.example/k8s' },
      {
        image: 'mirror.example/k8s/etcd:3.6.5-0',
        imageRepository: 'mirror.example/k8s',
        etcdImageTag: '3.6.5-0',
      },
    ],
    [
      'pinned by its digest: the tag with the digest',
      `${IMAGE}${DIGEST}`,
      {},
      { image: `${IMAGE}${DIGEST}`, etcdImageTag: `3.6.5-0${DIGEST}` },
    ],
    [
      'pinned, from a registry with a port, by a tag of the inputs',
      `mirror.example:5000/k8s/etcd:3.6.5-0${DIGEST}`,
      { etcdImageTag: '3.6.7-0' },
      {
        image: 'mirror.example:5000/k8s/etcd:3.6.7-0',
        imageRepository: 'mirror.example:5000/k8s',
        etcdImageTag: '3.6.7-0',
      },
    ],
    ['without a tag: as it is', 'localhost:5000/etcd', {}, { image: 'localhost:5000/etcd' }],
    ['of another name: as it is', 'bitnami/etcd-big:3.6.5', {}, { image: 'bitnami/etcd-big:3.6.5' }],
    [
      'of another name, where the inputs name all of it',
      'bitnami/etcd-big:3.6.5',
      { imageRepository: 'mirror.example/k8s', etcdImageTag: '3.6.5' },
      {
        image: 'mirror.example/k8s/etcd:3.6.5',
        imageRepository: 'mirror.example/k8s',
        etcdImageTag: '3.6.5',
      },
    ],
  ])('%s', (_, running, settings, wanted) => {
    expect(wantedImage(settings, host(running))).toEqual(wanted);
  });

  test.each([
    [IMAGE, true],
    [`${IMAGE}${DIGEST}`, true],
    ['localhost:5000/etcd:3.6.5', true],
    [`registry.k8s.io/etcd${DIGEST}`, false],
    ['localhost:5000/etcd', false],
    ['etcd:3.6.5', false],
    ['bitnami/etcd-big:3.6.5', false],
  ])('%s can be named by kubeadm: %j', (image, can) => {
    expect(isKubeadmImage(image)).toBe(can);
  });

  test('that is pinned is stored under its digest', () => {
    const images = [IMAGE, `registry.k8s.io/etcd${DIGEST}`];
    expect(isStored(`${IMAGE}${DIGEST}`, { images })).toBe(true);
    expect(isStored(`${IMAGE}${DIGEST}`, { images: [IMAGE] })).toBe(false);
    expect(isStored(IMAGE, { images })).toBe(true);
  });
});

describe('what may take the place of a release', () => {
  const repository = 'registry.k8s.io/etcd';
  test.each([
    ['3.6.5-0', '3.6.5-0', []],
    ['3.6.5-0', '3.6.6-0', []],
    ['3.6.9-0', '3.6.10-0', []],
    ['3.6.5-0', '3.6.5-1', []],
    ['v3.6.5', '3.6.6-0', []],
    ['stable', 'stable', []],
    ['3.6.10-0', '3.6.9-0', [/the older 3\.6\.9/]],
    ['3.6.5-0', '3.7.0-0', [/another minor release/]],
    ['3.6.5-0', '3.5.21-0', [/another minor release/]],
    ['3.6.5-0', '4.6.5-0', [/another minor release/]],
    ['3.6.5-0', 'stable', [/etcd:stable does not show/]],
    ['stable', '3.6.5-0', [/etcd:stable does not show/]],
  ])('%s by %s', (from, to, facts) => {
    const findings = imageFindings('infra0', `${repository}:${from}`, `${repository}:${to}`);
    expect(findings.map(({ fact }) => fact)).toEqual(facts.map((fact) => expect.stringMatching(fact)));
    for (const { host: name, cause, fix } of findings)
      expect([name, cause !== '', fix !== '']).toEqual(['infra0', true, true]);
  });
});
