import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { Readable } from 'node:stream';
import { afterAll, expect, test } from '@jest/globals';
import { RunError } from '../../src/findings.ts';
import { packImage, readImageArchive } from '../../src/images/image-archive.ts';
import { numbers, oneOf, spoiledBytes, withStrangePart } from '../fuzz.ts';
import { Archives, dockerArchive, ociImage, ociIndex, ociLayout } from './archives.ts';

const archives = new Archives();
afterAll(() => archives.remove());

const oci = ociLayout([
  {
    ...ociIndex([ociImage('amd64'), ociImage('arm64')]),
    annotations: { 'io.containerd.image.name': 'etcd:1' },
  },
]);
const docker = dockerArchive('amd64', ['registry.k8s.io/etcd:3.6.5-0']).files;

/** Returns the files with other values in one of the JSON files. */
function otherFiles(
  files: Readonly<Record<string, string | Buffer>>,
  random: () => number,
): Record<string, string | Buffer> {
  const names = Object.keys(files).filter((name) => typeof files[name] === 'string');
  const name = oneOf(names, random);
  return { ...files, [name]: JSON.stringify(withStrangePart(JSON.parse(String(files[name])), random)) };
}

// An archive comes from a download, a cache or another job, and may be truncated, damaged or written by another tool.
test.each([1, 2, 3, 4])(
  'any archive is read and packed, or refused with one finding (seed %d)',
  async (seed) => {
    const random = numbers(seed);
    const path = join(archives.folder, `spoiled-${seed}.tar`);
    const whole = [
      archives.tar('oci.tar', oci),
      archives.tar('docker.tar', docker),
      archives.tar('gzip.tar', oci, ['-z']),
    ].map((archive) => readFileSync(archive));
    let refused = 0;
    for (let time = 0; time < 60; time += 1) {
      const isJson = random() < 0.4;
      const bytes = isJson
        ? readFileSync(archives.tar('json.tar', otherFiles(oneOf([oci, docker], random), random)))
        : spoiledBytes(oneOf(whole, random), random);
      writeFileSync(path, bytes);
      try {
        const archive = await readImageArchive(path);
        for (const image of archive.images)
          await buffer(Readable.from(packImage(archive, image, 'registry.k8s.io/etcd:1')));
      } catch (error) {
        if (!(error instanceof RunError)) throw error;
        refused += 1;
        expect(error.findings).toHaveLength(1);
        expect(error.message).not.toMatch(/Cannot read prop|is not (?:a function|iterable|a constructor)/);
        expect(error.findings[0]).toMatchObject({
          at: 'image-archive',
          cause: expect.any(String),
          fix: expect.any(String),
        });
      }
    }
    expect(refused).toBeGreaterThan(20);
  },
  60_000,
);
