import { describe, expect, test } from '@jest/globals';
import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseEtcdManifest } from '../../src/kubeadm/etcd-manifest.ts';
import { MOST_YAML_CHARACTERS, readYaml, readYamlDocuments } from '../../src/kubeadm/yaml.ts';
import { certSans, extraArguments } from '../../src/kubeadm/kubeadm-config.ts';
import { patchFolderIn } from '../../src/kubeadm/patches.ts';
import { ROOT } from '../docs/repository.ts';
import { tooSlow } from '../fuzz.ts';

/** Tens of thousands of names, for which the parser takes quadratic time. */
const NAMES = Array.from({ length: 26_000 }, (_, at) => `k${at}: 1\n`).join('');
/** 10^12 items in a kilobyte. */
const ALIASES = [
  'a0: &a0 [1, 1, 1, 1, 1, 1, 1, 1, 1, 1]\n',
  ...Array.from({ length: 12 }, (_, at) => `a${at + 1}: &a${at + 1} [${`*a${at},`.repeat(10)}]\n`),
].join('');
const DEEP = '['.repeat(MOST_YAML_CHARACTERS);
const GOOD =
  'etcd: { local: { extraArgs: [{ name: a, value: b }], serverCertSANs: [x] } }\npatches: { directory: /p }\n';

const READERS: Readonly<Record<string, (text: string) => unknown>> = {
  readYaml,
  readYamlDocuments,
  parseEtcdManifest,
  certSans,
  extraArguments,
  patchFolderIn,
};

describe.each(Object.entries(READERS))('%s', (_, read) => {
  test('takes no time for what a host may send', () => {
    expect(tooSlow([NAMES, ALIASES, DEEP], read)).toEqual([]);
  });

  test.each(Object.entries({ NAMES, ALIASES, DEEP, 'no YAML': '}' }))(
    'makes nothing of it: %s',
    (__, text) => {
      expect(read(text) ?? []).toEqual([]);
    },
  );
});

test('a document of the maximum length is read', () => {
  const padded = `${GOOD}#${' '.repeat(MOST_YAML_CHARACTERS - GOOD.length - 1)}`;
  for (const text of [GOOD, padded]) {
    expect(certSans(text)).toEqual(['x']);
    expect(extraArguments(text)).toEqual([{ name: 'a', value: 'b' }]);
    expect(patchFolderIn(text)).toBe('/p');
  }
  expect(readYaml(`${padded} `)).toBeUndefined();
});

test('a document that cannot be read does not hide the others', () => {
  expect(certSans(`a: [\n---\n${GOOD}`)).toEqual(['x']);
});

// Inputs are a user's own; the manifests that are rewritten were read before.
test('nothing else reads YAML', () => {
  const reads = /import \{[^}]*\bparse\w*[^}]*\} from 'yaml'/;
  const files = globSync('src/**/*.ts', { cwd: ROOT }).filter((file) =>
    reads.test(readFileSync(join(ROOT, file), 'utf8')),
  );
  expect(files.sort()).toEqual([
    'src/inputs/etcd/parse-patches.ts',
    'src/inputs/yaml-input.ts',
    'src/kubeadm/etcd-manifest.ts',
    'src/kubeadm/yaml.ts',
  ]);
});
