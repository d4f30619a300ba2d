import { expect, test } from '@jest/globals';
import { type Family, familiesOf } from '../../lab/programs/families.ts';
import { kubernetesVersions } from '../../lab/settings.ts';
import { NEWEST_MINOR, OLDEST_MINOR } from '../../src/kubeadm/version.ts';
import { read } from '../docs/repository.ts';

/** Returns the release in a family's pin, without the `v`. */
function pinned({ name, module }: Family): string | undefined {
  const goMod = read(`lab/programs/${name}/go.mod`);
  return goMod
    .split('\n')
    .map((line) => line.trim().replace(/^require /, ''))
    .find((line) => line.startsWith(`${module} v`))
    ?.slice(module.length + 2)
    .split(' ')[0];
}

/** Returns the pins of a Kubernetes version: its own programs and its etcd. */
function pinsOf(version: (typeof kubernetesVersions)[number]): { kubernetes: Family; etcd: Family } {
  const families = familiesOf[version];
  const kubernetes = families.find(({ module }) => module === 'k8s.io/kubernetes');
  const etcd = families.find(({ module }) => module === 'go.etcd.io/etcd/server/v3');
  if (kubernetes === undefined || etcd === undefined) throw new Error(`${version} lacks a family`);
  return { kubernetes, etcd };
}

// Running only the ends of a range proves nothing about the releases in between.
test('the lab has every minor release of Kubernetes that the action supports', () => {
  const supported = Array.from(
    { length: NEWEST_MINOR - OLDEST_MINOR + 1 },
    (_, index) => `1.${OLDEST_MINOR + index}`,
  );
  expect(kubernetesVersions).toEqual(supported);
});

test.each(kubernetesVersions)('the pins of %s are of the releases that they are named after', (version) => {
  const { kubernetes, etcd } = pinsOf(version);
  expect(kubernetes.name).toBe(`kubernetes-${version}`);
  expect(pinned(kubernetes)).toMatch(new RegExp(String.raw`^${version.replace('.', String.raw`\.`)}\.\d+$`));
  expect(etcd.name).toBe(`etcd-${pinned(etcd)}`);
  // All of Kubernetes' own libraries are of the same release.
  const goMod = read(`lab/programs/${kubernetes.name}/go.mod`);
  const libraries = [...goMod.matchAll(/^\t?(?:replace )?(k8s\.io\/\S+) => \1 v0\.(\S+)$/gm)];
  expect(libraries.length).toBeGreaterThan(20);
  expect(libraries.filter(([, , release]) => `1.${release}` !== pinned(kubernetes))).toEqual([]);
});

test("the lab's README tells the releases that are pinned", () => {
  const rows = [...read('lab/README.md').matchAll(/^\| (1\.\d+)(?: \(default\))? +\| (\S+) +\| (\S+) +\|/gm)];
  const told = rows.map(([, version, kubernetes, etcd]) => [version, kubernetes, etcd]);
  const are = kubernetesVersions.map((version) => {
    const { kubernetes, etcd } = pinsOf(version);
    return [version, pinned(kubernetes), pinned(etcd)];
  });
  expect(told).toEqual(are);
});
