import { createHash } from 'node:crypto';
import { chmodSync, copyFileSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { must } from '../machine/run.ts';

/** A container image of one layer. */
export interface Image {
  /** Repository and tag, as in "registry.k8s.io/pause:3.10.1". */
  readonly tag: string;
  readonly entrypoint: readonly string[];
  /** Files by their absolute path in the image: a program to copy, or a text. */
  readonly files: readonly { path: string; program?: string; text?: string }[];
  /** Empty folders by their absolute path. */
  readonly folders: readonly string[];
}

/** GNU tar that produces the same bytes for the same files, regardless of user and time. */
const reproducibleTar = [
  'tar',
  '--format=gnu',
  '--sort=name',
  '--mtime=@0',
  '--owner=0',
  '--group=0',
  '--numeric-owner',
];

/**
 * Writes the image as a docker archive, which every container runtime imports without a registry. Format: the image
 * specification v1.2 of moby ("docker save").
 */
export async function writeImageArchive(image: Image, archive: string): Promise<void> {
  const work = `${archive}.work`;
  const root = join(work, 'root');
  for (const folder of image.folders) mkdirSync(join(root, folder), { recursive: true });
  for (const { path, program, text } of image.files) {
    const target = join(root, path);
    mkdirSync(dirname(target), { recursive: true });
    if (program !== undefined) copyFileSync(program, target);
    else writeFileSync(target, text ?? '');
    chmodSync(target, program === undefined ? 0o644 : 0o755);
  }
  const content = join(work, 'content');
  mkdirSync(content);
  const layer = join(content, 'layer.tar');
  await must([...reproducibleTar, '--create', '--file', layer, '--directory', root, '.']);

  const config = JSON.stringify({
    architecture: goArchitecture(),
    os: 'linux',
    created: '1970-01-01T00:00:00Z',
    config: {
      Env: ['PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin'],
      Entrypoint: image.entrypoint.length > 0 ? image.entrypoint : null,
      WorkingDir: '/',
    },
    rootfs: { type: 'layers', diff_ids: [`sha256:${sha256(readFileSync(layer))}`] },
    history: [{ created: '1970-01-01T00:00:00Z', created_by: 'etcd-ha-lab' }],
  });
  const configName = `${sha256(config)}.json`;
  writeFileSync(join(content, configName), config);
  const manifest = [{ Config: configName, RepoTags: [image.tag], Layers: ['layer.tar'] }];
  writeFileSync(join(content, 'manifest.json'), JSON.stringify(manifest));
  await must([...reproducibleTar, '--create', '--file', archive, '--directory', content, '.']);
  rmSync(work, { recursive: true });
}

function sha256(data: string | Buffer): string {
  return createHash('sha256').update(data).digest('hex');
}

/** Returns this machine's architecture as Go and OCI name it. */
function goArchitecture(): string {
  return process.arch === 'x64' ? 'amd64' : process.arch;
}
