import { describe, expect, test } from '@jest/globals';
import { containerdConfig, sandboxImage } from '../../lab/disks/containerd-config.ts';
import { packagedPaths, packageLists } from '../../lab/disks/package-lists.ts';
import { filesBelow, read } from '../docs/repository.ts';
import { additions, means } from './additions.ts';

/*
 * A host of the lab has only the files of its packages. A file that makes it more convenient than a user's host hides
 * faults: an /etc/crictl.yaml that no package contains once hid that crictl's warning made every running etcd look
 * stopped. test/e2e/ordinary-host.test.ts compares the finished disk.
 */
test('every file that the lab lays over a host stands in its README, with a reason', () => {
  const laid = filesBelow('lab/disks/host-files', '')
    .filter((path) => /\/[^/]+$/.test(path))
    .map((path) => path.replace('lab/disks/host-files', ''))
    .filter(
      (path) =>
        !filesBelow('lab/disks/host-files', '').some((other) =>
          other.startsWith(`lab/disks/host-files${path}/`),
        ),
    );
  expect(laid.length).toBeGreaterThan(5);
  expect(laid.filter((path) => !additions().some((entry) => means(entry, path)))).toEqual([]);
  expect(laid).not.toContain('/etc/crictl.yaml');
});

test('no addition changes what a package leaves', () => {
  const changed = packagedPaths.filter(({ path }) => additions().some((entry) => means(entry, path)));
  expect(changed).toEqual([]);
});

describe('packages', () => {
  test('each path comes once, and every text is there', () => {
    const paths = packagedPaths.map(({ path }) => path);
    expect(new Set(paths).size).toBe(paths.length);
    const texts = Object.entries(packageLists).flatMap(([name, list]) =>
      list.flatMap(({ path, kind }) => (kind === 'text' ? [`lab/disks/package-files/${name}${path}`] : [])),
    );
    expect(texts.length).toBeGreaterThan(3);
    for (const text of texts) expect(read(text)).toMatch(/\n$/);
    const files = filesBelow('lab/disks/package-files', '').filter((path) =>
      /\.(service|conf)$|default\/kubelet$/.test(path),
    );
    expect(files.toSorted()).toEqual(texts.toSorted());
  });

  test('kubelet starts with what its own package and kubeadm have, in the places that they name', () => {
    const dropIn = read(
      'lab/disks/package-files/kubeadm/usr/lib/systemd/system/kubelet.service.d/10-kubeadm.conf',
    );
    expect(dropIn).toContain('EnvironmentFile=-/etc/default/kubelet\n');
    expect(read('lab/disks/package-files/kubelet/etc/default/kubelet')).toBe('KUBELET_EXTRA_ARGS=\n');
  });
});

describe('the configuration of containerd', () => {
  const defaults = `version = 3
[plugins.'io.containerd.cri.v1.images'.pinned_images]
  sandbox = 'registry.k8s.io/pause:3.10.1'
restrict_oom_score_adj = false
    SystemdCgroup = false
`;

  test('is its default, with two values of it changed', () => {
    const lines = containerdConfig(defaults).split('\n');
    expect(lines.filter((line) => !defaults.split('\n').includes(line))).toEqual([
      'restrict_oom_score_adj = true',
      '    SystemdCgroup = true',
    ]);
    expect(sandboxImage(defaults)).toBe('registry.k8s.io/pause:3.10.1');
  });

  test.each([
    ['', 'has not one "SystemdCgroup = false"'],
    [`${defaults}${defaults}`, 'has not one "SystemdCgroup = false"'],
    [defaults.replace('restrict', 'x'), 'has not one "restrict_oom_score_adj = false"'],
  ])('is not made of a default that is another', (text, message) => {
    expect(() => containerdConfig(text)).toThrow(message);
  });
});
