import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { gunzipSync } from 'node:zlib';
import { afterAll, describe, expect, test } from '@jest/globals';
import { writeImageArchive } from '../../lab/images/archive.ts';
import { RunError, type Finding } from '../../src/findings.ts';
import { packImage, readImageArchive } from '../../src/images/image-archive.ts';
import { readTar, tarFrame } from '../../src/images/tar.ts';
import { needing } from '../needs.ts';
import {
  Archives,
  configOf,
  digestOf,
  dockerArchive,
  layer,
  ociImage,
  ociIndex,
  ociLayout,
} from './archives.ts';

const ETCD = 'registry.k8s.io/etcd:3.6.5-0';
const archives = new Archives();
afterAll(() => archives.remove());

/** Returns name, platform and id of each image in an archive. */
async function imagesIn(path: string): Promise<unknown[]> {
  const { images } = await readImageArchive(path);
  return images.map(({ names, tags, os, architecture, id }) => [names, tags, `${os}/${architecture}`, id]);
}

async function findingOf(path: string): Promise<Finding> {
  const error: unknown = await readImageArchive(path).catch((thrown: unknown) => thrown);
  if (!(error instanceof RunError) || error.findings[0] === undefined)
    throw new Error(`no refusal: ${String(error)}`);
  expect(error.findings).toHaveLength(1);
  expect(error.findings[0]).toMatchObject({
    at: 'image-archive',
    cause: expect.any(String),
    fix: expect.any(String),
  });
  return error.findings[0];
}

describe('OCI layouts', () => {
  const amd64 = ociImage('amd64');
  const arm64 = ociImage('arm64');

  test.each<[tool: string, annotations: Record<string, string>, names: string[], tags: string[]]>([
    [
      'buildx and docker save',
      { 'io.containerd.image.name': ETCD, 'org.opencontainers.image.ref.name': '3.6.5-0' },
      [ETCD],
      [],
    ],
    ['skopeo with a tag', { 'org.opencontainers.image.ref.name': '3.6.5-0' }, [], ['3.6.5-0']],
    ['skopeo and crane with a name', { 'org.opencontainers.image.ref.name': ETCD }, [ETCD], []],
    ['a short name', { 'org.opencontainers.image.ref.name': 'etcd:1' }, ['docker.io/library/etcd:1'], []],
    ['no name', {}, [], []],
  ])('named as by %s', async (tool, annotations, names, tags) => {
    const path = archives.tar(`${tool}.tar`, ociLayout([{ ...amd64, annotations }]));
    expect(await imagesIn(path)).toEqual([[names, tags, 'linux/amd64', amd64.id]]);
  });

  test('several platforms: each with the name of their index; attestations are no images', async () => {
    const attestation = ociImage('unknown', { os: 'unknown' });
    const index = {
      ...ociIndex([amd64, arm64, attestation]),
      annotations: { 'io.containerd.image.name': ETCD },
    };
    expect(await imagesIn(archives.tar('platforms.tar', ociLayout([index])))).toEqual([
      [[ETCD], [], 'linux/amd64', amd64.id],
      [[ETCD], [], 'linux/arm64', arm64.id],
    ]);
  });

  test('a platform that the index names and the archive lacks is left out', async () => {
    const { descriptor, files } = ociIndex([amd64, arm64]);
    const held = Object.fromEntries(Object.entries(files).filter(([name]) => !(name in arm64.files)));
    const path = archives.tar('partial.tar', ociLayout([{ descriptor, files: held }]));
    expect(await imagesIn(path)).toEqual([[[], [], 'linux/amd64', amd64.id]]);
    const none = { descriptor, files: { ...ociIndex([]).files, ...indexOnly(files) } };
    expect((await findingOf(archives.tar('index-only.tar', ociLayout([none])))).fact).toContain(
      'it names images but holds none of them whole',
    );
  });

  function indexOnly(files: Readonly<Record<string, string | Buffer>>): Record<string, string | Buffer> {
    return Object.fromEntries(
      Object.entries(files).filter(([, text]) => String(text).includes('image.index')),
    );
  }

  test('beside what older dockers read, as docker has it since 25: one image with the names of both', async () => {
    const image = ociImage('amd64', { compressed: false });
    const [config = ''] = Object.values(image.files)
      .map(String)
      .filter((text) => text.includes('rootfs'));
    const own = layer('etcd for amd64', false);
    const manifest = [
      {
        Config: `blobs/sha256/${digestOf(config)}`,
        RepoTags: ['etcd:latest'],
        Layers: [`blobs/sha256/${digestOf(own)}`],
      },
    ];
    const annotated = { ...image, annotations: { 'io.containerd.image.name': ETCD } };
    const files = { ...ociLayout([annotated]), 'manifest.json': JSON.stringify(manifest) };
    expect(await imagesIn(archives.tar('both.tar', files))).toEqual([
      [[ETCD, 'docker.io/library/etcd:latest'], [], 'linux/amd64', image.id],
    ]);
  });

  test('a blob that is not what its name says', async () => {
    const files = { ...amd64.files };
    const [damaged] = Object.keys(files).filter((name) => Buffer.isBuffer(files[name]));
    const layout = ociLayout([amd64]);
    const path = archives.tar('damaged.tar', { ...layout, [damaged ?? '']: layer('something else', true) });
    expect((await findingOf(path)).fact).toBe(
      `${path}: it is damaged: ${damaged} does not match the digest in its name.`,
    );
  });
});

describe('what docker save wrote before 25', () => {
  test('several names; none', async () => {
    const named = dockerArchive('amd64', [ETCD, 'mirror.example:5000/k8s/etcd:3.6.5-0', 'etcd']);
    expect(await imagesIn(archives.tar('docker.tar', named.files))).toEqual([
      [
        [ETCD, 'mirror.example:5000/k8s/etcd:3.6.5-0', 'docker.io/library/etcd:latest'],
        [],
        'linux/amd64',
        named.id,
      ],
    ]);
    expect(await imagesIn(archives.tar('nameless.tar', dockerArchive('arm64', null).files))).toEqual([
      [[], [], 'linux/arm64', dockerArchive('arm64', null).id],
    ]);
  });

  test('layers by links to those of another image', async () => {
    const { files, id } = dockerArchive('amd64', [ETCD]);
    const [name = ''] = Object.keys(files).filter((each) => each.endsWith('layer.tar'));
    const root = join(archives.folder, 'linked');
    for (const [path, content] of Object.entries(files)) {
      mkdirSync(join(root, path, '..'), { recursive: true });
      writeFileSync(join(root, path), content);
    }
    execFileSync('sh', [
      '-c',
      `cd ${root} && mv ${name} real.tar && ln -s ../real.tar ${name} && tar -cf ../linked.tar .`,
    ]);
    const path = join(archives.folder, 'linked.tar');
    const archive = await readImageArchive(path);
    expect(archive.images.map((image) => image.id)).toEqual([id]);
    const [image] = archive.images;
    if (image === undefined) throw new Error('an image');
    const sent = await buffer(Readable.from(packImage(archive, image, ETCD)));
    expect((await filesOf(gunzipSync(sent))).size).toBe(5);
  });

  test('a layer that its configuration does not know, and one that is not there', async () => {
    const { files } = dockerArchive('amd64', [ETCD]);
    const [name = ''] = Object.keys(files).filter((each) => each.endsWith('layer.tar'));
    const changed = archives.tar('changed-layer.tar', { ...files, [name]: 'another' });
    expect((await findingOf(changed)).fact).toContain(
      `${name} is not the layer that the image's configuration names`,
    );
    const without = Object.fromEntries(Object.entries(files).filter(([each]) => each !== name));
    expect((await findingOf(archives.tar('no-layer.tar', without))).fact).toContain(
      `it names ${name} but does not hold it`,
    );
  });

  test('the image of the lab', async () => {
    const path = join(archives.folder, 'lab.tar');
    await writeImageArchive(
      { tag: ETCD, entrypoint: [], files: [{ path: '/bin/true', program: '/bin/true' }], folders: ['/tmp'] },
      path,
    );
    const architecture = process.arch === 'x64' ? 'amd64' : process.arch;
    expect(await imagesIn(path)).toEqual([
      [[ETCD], [], `linux/${architecture}`, expect.stringMatching(/^sha256:[0-9a-f]{64}$/)],
    ]);
  });
});

describe('compression of the whole', () => {
  const image = ociImage('amd64');
  const isRead = async (option: string): Promise<void> => {
    expect(await imagesIn(archives.tar(`packed${option}`, ociLayout([image]), [option]))).toEqual([
      [[], [], 'linux/amd64', image.id],
    ]);
  };
  test('gzip', () => isRead('--gzip'));
  needing('zstd').test('zstd', () => isRead('--zstd'));

  needing('bzip2').test('one that is not known', async () => {
    const bzip2 = archives.tar('packed.bz2', ociLayout([image]), ['--bzip2']);
    expect((await findingOf(bzip2)).cause).toContain('compressed with another program than gzip or zstd');
  });

  test('one that was cut off', async () => {
    const gzip = archives.tar('cut.tar.gz', ociLayout([image]), ['--gzip']);
    truncateSync(gzip, 300);
    expect((await findingOf(gzip)).fact).toMatch(/unexpected end of file/);
  });
});

describe('a file that is not an image archive', () => {
  test.each<[what: string, path: () => string, fact: RegExp, fix: RegExp]>([
    [
      'no file',
      () => join(archives.folder, 'absent.tar'),
      /there is no such file on the runner/,
      /in an earlier step/,
    ],
    [
      'a path through a file',
      () => `${archives.tar('file.tar', { a: '' })}/x`,
      /there is no such file/,
      /earlier step/,
    ],
    ['a folder', () => archives.folder, /it is a folder/, /tar -C .* -cf images\.tar \./],
    [
      'a pointer of Git LFS',
      () => {
        const path = join(archives.folder, 'lfs.tar');
        writeFileSync(path, 'version https://git-lfs.github.com/spec/v1\noid sha256:ab\nsize 1\n');
        return path;
      },
      /pointer of Git LFS/,
      /lfs: true/,
    ],
    [
      'files',
      () => archives.tar('files.tar', { 'etc/passwd': 'root' }),
      /it has neither index\.json nor manifest\.json/,
      /docker save/,
    ],
    ['an empty file', () => join(archives.folder, 'empty'), /it has neither/, /docker save/],
    [
      'JSON that is none',
      () => archives.tar('json.tar', { 'manifest.json': '[{' }),
      /manifest\.json is not JSON/,
      /docker save/,
    ],
  ])('%s', async (_, path, fact, fix) => {
    writeFileSync(join(archives.folder, 'empty'), '');
    const finding = await findingOf(path());
    expect(finding.fact).toMatch(fact);
    expect(finding.fix).toMatch(fix);
  });
});

describe('what would fill memory or time', () => {
  test('JSON without end, and files without end', async () => {
    const document = Buffer.concat([Buffer.from('{'), Buffer.alloc(1024 * 1024 - 1, 0x20)]);
    const path = join(archives.folder, 'json-bomb.tar');
    const frames = Array.from({ length: 66 }, (_, index) => [
      tarFrame(`${index}.json`, document.length).header,
      document,
    ]);
    writeFileSync(path, Buffer.concat(frames.flat()));
    expect((await findingOf(path)).fact).toBe(
      `${path}: it holds more than 64 MiB of JSON, which is too much for an image archive.`,
    );
    const names = join(archives.folder, 'names-bomb.tar');
    const headers = Array.from({ length: 20_001 }, (_, index) => tarFrame(`${index}`, 0).header);
    writeFileSync(names, Buffer.concat(headers));
    expect((await findingOf(names)).fact).toContain('it holds more than 20000 files');
  }, 60_000);

  test.each(['', '--gzip'])('the end of the run ends the reading (%s)', async (option) => {
    const content = { 'index.json': '{}', layer: Buffer.alloc(32 * 1024 * 1024) };
    const path = archives.tar(`long${option}.tar`, content, option === '' ? [] : [option]);
    const end = new AbortController();
    setImmediate(() => end.abort(new Error('the time is over')));
    await expect(readImageArchive(path, end.signal)).rejects.toThrow('the time is over');
  });
});

async function filesOf(bytes: Buffer): Promise<Map<string, Buffer>> {
  const files = new Map<string, Buffer>();
  for await (const { name, content } of readTar(Readable.from([bytes])))
    files.set(name, await buffer(Readable.from(content)));
  return files;
}

describe('what a host gets', () => {
  const WANTED = 'mirror.example:5000/k8s/etcd:3.6.5-0';

  test('of an archive with several images and platforms: the one, under the wanted name, and nothing else', async () => {
    const [amd64, arm64, other] = [ociImage('amd64'), ociImage('arm64'), ociImage('s390x')];
    const named = { ...ociIndex([amd64, arm64]), annotations: { 'io.containerd.image.name': ETCD } };
    const path = archives.tar('many.tar', ociLayout([named, other]));
    const archive = await readImageArchive(path);
    const image = archive.images.find(({ id }) => id === arm64.id);
    if (image === undefined) throw new Error('the image is there');
    const bytes = await buffer(Readable.from(packImage(archive, image, WANTED)));
    // Its layers are compressed already.
    const files = await filesOf(bytes);
    expect([...files.keys()].toSorted()).toEqual(
      [...Object.keys(arm64.files), 'index.json', 'oci-layout'].toSorted(),
    );
    for (const [name, content] of Object.entries(arm64.files))
      expect(files.get(name)).toEqual(Buffer.from(content));
    const index = JSON.parse(String(files.get('index.json'))) as { manifests: unknown[] };
    expect(index.manifests).toEqual([
      expect.objectContaining({
        digest: arm64.descriptor['digest'],
        platform: { os: 'linux', architecture: 'arm64' },
        annotations: { 'io.containerd.image.name': WANTED, 'org.opencontainers.image.ref.name': '3.6.5-0' },
      }),
    ]);
  });

  test('of a docker archive: an OCI manifest of the same configuration and layers, compressed on its way', async () => {
    const layers = [layer('a'.repeat(100_000), false), layer('b', true)];
    const { files, id } = dockerArchive('amd64', [ETCD], layers);
    const archive = await readImageArchive(archives.tar('to-pack.tar', files));
    const [image] = archive.images;
    if (image === undefined) throw new Error('the image is there');
    const sent = await buffer(Readable.from(packImage(archive, image, WANTED)));
    expect(sent.length).toBeLessThan(5_000);
    const packed = archives.folder + '/packed.tar';
    writeFileSync(packed, gunzipSync(sent));
    expect(await imagesIn(packed)).toEqual([[[WANTED], [], 'linux/amd64', id]]);
    const content = await filesOf(readFileSync(packed));
    const manifest = [...content.values()].map(String).find((text) => text.includes('"layers"')) ?? '';
    expect(JSON.parse(manifest)).toMatchObject({
      config: { digest: id, size: configOf('amd64', layers).length },
      layers: [
        {
          mediaType: 'application/vnd.oci.image.layer.v1.tar',
          digest: `sha256:${digestOf(layers[0] ?? '')}`,
        },
        {
          mediaType: 'application/vnd.oci.image.layer.v1.tar+gzip',
          digest: `sha256:${digestOf(layers[1] ?? '')}`,
        },
      ],
    });
  });

  test('a file that has lost a part since it was read is noticed', async () => {
    const { files } = dockerArchive('amd64', [ETCD]);
    const path = archives.tar('vanishing.tar', files);
    const archive = await readImageArchive(path);
    const [image] = archive.images;
    if (image === undefined) throw new Error('the image is there');
    archives.tar('vanishing.tar', { 'manifest.json': '[]' });
    await expect(buffer(Readable.from(packImage(archive, image, WANTED)))).rejects.toThrow(
      'was changed while it was sent',
    );
  });
});
