import { describe, expect, test } from '@jest/globals';
import type { HostFacts } from '../../../src/facts/host.ts';
import type { ImageArchive } from '../../../src/images/image-archive.ts';
import { archived, archiveOf, id } from '../../cluster/example-archive.ts';
import { clusterFacts } from '../../cluster/example-health.ts';
import { finishedCluster, IMAGE, MEMBERS, ownHost } from '../../cluster/example.ts';
import {
  allStages,
  type Circumstances,
  decide,
  ETCD_OFF,
  pristine,
  refusalLines,
  stepsLike,
  withHost,
} from './deciding.ts';

const PAUSE = 'registry.k8s.io/pause:3.10.1';
/** New hosts; only the second has etcd's image. */
function lacking(changes: Partial<HostFacts> = {}): HostFacts[] {
  const without: Partial<HostFacts> = { images: [], imageIds: new Map() };
  const has: Partial<HostFacts> = { imageIds: new Map([[IMAGE, id('a')]]) };
  return [0, 1, 2].reduce<HostFacts[]>(
    (hosts, at) => withHost(hosts, at, { ...(at === 1 ? has : without), ...changes }),
    pristine(),
  );
}

function withoutCtr({ ...host }: HostFacts): HostFacts {
  delete (host as { ctrPath?: string }).ctrPath;
  return host;
}

function given(archive: ImageArchive): Circumstances {
  return { archive };
}

describe('a new cluster', () => {
  test('those that lack the image get it, before the members start', () => {
    const plan = decide(lacking(), given(archiveOf(archived([IMAGE]))));
    expect(stepsLike(plan, 'import-image')).toEqual(
      ['infra0', 'infra2'].map((host) => ({
        kind: 'import-image',
        host,
        image: IMAGE,
        imageId: id('a'),
        criEndpoint: 'unix:///run/containerd/containerd.sock',
        why: 'the image is not on this host yet, and image-archive has it',
      })),
    );
    expect(stepsLike(plan, 'pull-image')).toEqual([]);
  });

  test('each processor gets its own', () => {
    const facts = withHost(lacking(), 2, { architecture: 'arm64' });
    const images = [archived([IMAGE]), archived([IMAGE], { architecture: 'arm64', id: id('b') })];
    const plan = decide(facts, given(archiveOf(...images)));
    expect(stepsLike(plan, 'import-image').map(({ host, imageId }) => [host, imageId])).toEqual([
      ['infra0', id('a')],
      ['infra2', id('b')],
    ]);
  });

  test('a tag without a name is taken for the image that is wanted', () => {
    const plan = decide(lacking(), given(archiveOf(archived([], { tags: ['3.6.5-0'] }))));
    expect(stepsLike(plan, 'import-image')).toHaveLength(2);
  });

  test('the pause image comes along where the runtime lacks it, and is warned of where the archive lacks it too', () => {
    const facts = lacking({ sandboxImage: PAUSE });
    const both = archiveOf(archived([IMAGE]), archived([PAUSE], { id: id('c') }));
    const plan = decide(facts, given(both));
    expect(stepsLike(plan, 'import-image').map(({ host, image }) => `${host} ${image}`)).toEqual([
      `infra0 ${IMAGE}`,
      `infra0 ${PAUSE}`,
      `infra1 ${PAUSE}`,
      `infra2 ${IMAGE}`,
      `infra2 ${PAUSE}`,
    ]);
    expect(plan.warnings).toEqual([]);
    const without = decide(facts, given(archiveOf(archived([IMAGE]))));
    expect(without.warnings.map(({ host, fact }) => `${host}: ${fact}`)).toEqual(
      MEMBERS.map(
        ({ name }) =>
          `${name}: the host lacks the pause image of its container runtime, ${PAUSE}, and the archive does not hold it.`,
      ),
    );
    expect(decide(facts).warnings).toEqual([]);
  });

  test.each<[what: string, archive: ImageArchive, facts: HostFacts[], lines: RegExp[]]>([
    [
      'that holds other images',
      archiveOf(
        archived(['registry.k8s.io/etcd:3.6.4-0', 'etcd:latest']),
        archived([], { architecture: 'arm64' }),
      ),
      lacking(),
      [
        /^- image-archive: images\.tar does not hold registry\.k8s\.io\/etcd:3\.6\.5-0, which infra0, infra2 lack\. It holds registry\.k8s\.io\/etcd:3\.6\.4-0 = etcd:latest \(linux\/amd64\), an image without a name \(linux\/arm64\)\.$/,
      ],
    ],
    [
      'that holds it under the name of another registry',
      archiveOf(archived(['mirror.example/etcd:3.6.5-0'])),
      lacking(),
      [
        /does not hold registry\.k8s\.io\/etcd:3\.6\.5-0, .* It holds mirror\.example\/etcd:3\.6\.5-0 \(linux\/amd64\)\.$/,
      ],
    ],
    [
      'that holds it for another processor',
      archiveOf(archived([IMAGE], { architecture: 'arm64' })),
      withHost(lacking(), 0, { images: [IMAGE] }),
      [
        /^infra2 image-archive: images\.tar holds registry.* for linux\/arm64 and not for amd64, which infra2 lacks\. It holds/,
      ],
    ],
    [
      'whose image is another than the one that a host has under that name',
      archiveOf(archived([IMAGE], { id: id('f') })),
      lacking(),
      [
        new RegExp(
          `^infra1 image-archive: its ${IMAGE} is ${id('a')}, and the one in the archive is ${id('f')}\\.$`,
        ),
      ],
    ],
    [
      'on hosts without ctr',
      archiveOf(archived([IMAGE])),
      lacking().map(withoutCtr),
      [/^infra0 image-archive: ctr is not installed/, /^infra2 image-archive: ctr is not installed/],
    ],
    [
      'with CRI-O',
      archiveOf(archived([IMAGE])),
      lacking({
        runtime: {
          sockets: [],
          runtime: { endpoint: 'unix:///run/crio/crio.sock', cgroupDriver: 'systemd' },
        },
      }),
      [
        /^infra0 image-archive: its container runtime \(unix:\/\/\/run\/crio\/crio\.sock\) is not containerd; the action imports/,
        /^infra2 image-archive: /,
      ],
    ],
  ])('refuses an archive %s, before anything is touched', (_, archive, facts, lines) => {
    expect(refusalLines(facts, given(archive))).toEqual(lines.map((line) => expect.stringMatching(line)));
  });

  test('an unneeded archive does not matter, whatever it contains', () => {
    const plan = decide(pristine(), given(archiveOf(archived(['a.example/other:1']))));
    expect([plan.verdict.name, stepsLike(plan, 'import-image')]).toEqual(['create', []]);
  });
});

describe('members that do not run, whose images have gone', () => {
  const off: Partial<HostFacts> = {
    ...ETCD_OFF,
    containers: [],
    images: [],
    imageIds: new Map(),
    sandboxImage: PAUSE,
  };
  const both = archiveOf(archived([IMAGE]), archived([PAUSE], { id: id('c') }));

  test('of a set-up that was cut off: the images come before the member is waited for', () => {
    const begun = MEMBERS.map((member, at) => ownHost(member, 'started', { keepsKey: at === 0 }));
    const plan = decide(withHost(begun, 1, off), {
      archive: both,
      cluster: clusterFacts({ down: ['infra1'] }),
    });
    expect(stepsLike(plan, 'import-image').map(({ host, image }) => [host, image])).toEqual([
      ['infra1', IMAGE],
      ['infra1', PAUSE],
    ]);
    const kinds = plan.stages.flatMap(({ steps }) => steps.map(({ kind }) => kind));
    expect(kinds.indexOf('start-member')).toBeGreaterThan(kinds.lastIndexOf('import-image'));
  });

  test('of a finished cluster: from the archive, else pulled, for kubelet has no credentials', () => {
    const facts = withHost(finishedCluster(), 1, off);
    const circumstances = { cluster: clusterFacts({ down: ['infra1'] }) };
    const plan = decide(facts, { ...circumstances, archive: both });
    expect(plan.verdict.name).toBe('repair');
    expect(stepsLike(plan, 'import-image')).toHaveLength(2);
    expect(stepsLike(decide(facts, circumstances), 'pull-image').map(({ host }) => host)).toEqual(['infra1']);
    expect(refusalLines(facts, { ...circumstances, archive: archiveOf(archived([PAUSE])) })).toEqual([
      expect.stringMatching(/^infra1 image-archive: images\.tar does not hold registry\.k8s\.io\/etcd/),
    ]);
  });
});

describe('credentials for a registry', () => {
  const settings = {
    imageRepository: 'registry.example/k8s',
    registry: { server: 'registry.example', username: 'puller', password: 'secret' },
  };
  const without = ({ ...host }: HostFacts): HostFacts => {
    delete (host as { curlPath?: string }).curlPath;
    return host;
  };

  test('need curl where the image is missing, and nowhere else', () => {
    const facts = pristine().map(without);
    expect(refusalLines(facts, { settings })).toEqual(
      MEMBERS.map(
        ({ name }) =>
          `${name} registry-username: curl is not installed; the action needs it to have registry.example/k8s/etcd:3.6.5-0 pulled with credentials.`,
      ),
    );
    const image = 'registry.example/k8s/etcd:3.6.5-0';
    const there = facts.map((host) => ({ ...host, images: [image] }));
    expect(decide(there, { settings }).verdict.name).toBe('create');
  });

  test('are in no plan', () => {
    const plan = decide(pristine(), { settings });
    expect(stepsLike(plan, 'pull-image')).toHaveLength(3);
    expect(JSON.stringify([...allStages(plan)])).not.toContain('secret');
  });
});

describe('a cluster that lives', () => {
  const NEXT = 'registry.k8s.io/etcd:3.6.6-0';
  const changed = (archive: ImageArchive): Circumstances => ({
    archive,
    cluster: clusterFacts(),
    settings: { etcdImageTag: '3.6.6-0' },
  });

  test('a later patch release comes from the archive, before the first member restarts', () => {
    const plan = decide(finishedCluster(), changed(archiveOf(archived([NEXT]))));
    expect(stepsLike(plan, 'import-image').map(({ host, image }) => [host, image])).toEqual(
      ['infra1', 'infra2', 'infra0'].map((host) => [host, NEXT]),
    );
    const kinds = plan.stages.flatMap(({ steps }) => steps.map(({ kind }) => kind));
    expect(kinds.indexOf('restart-member')).toBeGreaterThan(kinds.lastIndexOf('import-image'));
  });

  test('an archive without it is refused', () => {
    expect(refusalLines(finishedCluster(), changed(archiveOf(archived([IMAGE]))))).toEqual([
      expect.stringMatching(
        /^- image-archive: images\.tar does not hold registry\.k8s\.io\/etcd:3\.6\.6-0, which infra0, infra1, infra2 lack/,
      ),
    ]);
  });

  test('another image under the name of the one that runs is warned of, and nothing is touched', () => {
    const plan = decide(finishedCluster(), {
      archive: archiveOf(archived([IMAGE])),
      cluster: clusterFacts(),
    });
    expect(plan.verdict.name).toBe('unchanged');
    expect(plan.warnings.map(({ host, at }) => [host, at])).toEqual(
      MEMBERS.map(({ name }) => [name, 'image-archive']),
    );
  });
});
