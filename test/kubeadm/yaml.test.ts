import { expect, test } from '@jest/globals';
import { parse } from 'yaml';
import { renderKubeletConfig } from '../../src/kubeadm/kubelet-config.ts';
import { resolvePlain, toKubernetesYaml } from '../../src/kubeadm/yaml.ts';

// Plain scalars as parsed by go-yaml v2, according to a Go program with sigs.k8s.io/yaml v1.6.0.
const WORDS: readonly [word: string, value: unknown][] = [
  ['yes', true],
  ['YES', true],
  ['yEs', 'yEs'],
  ['n', false],
  ['~', null],
  ['', null],
  ['0o17', 15],
  ['0110', 72],
  ['-0b11', -3],
  ['0b+101', 5],
  ['-0b+1', '-0b+1'],
  ['0x_f', 15],
  ['08', 8],
  ['1_100', 1100],
  ['_1', '_1'],
  ['1:30', '1:30'],
  ['2001-01-01', '2001-01-01'],
  ['.5e3', 500],
  ['._5', '._5'],
  ['1.', 1],
  ['1e999', '1e999'],
  ['99999999999999999999', 1e20],
  ['infinity', 'infinity'],
  ['100Mi', '100Mi'],
];

test.each(WORDS)('%j', (word, value) => {
  expect(resolvePlain(word)).toEqual(value);
});

test.each([...WORDS.map(([word]) => word), '<<', 'plain', 'a: b', '- a'])(
  'a text %j is written so that it stays one, as value and as name',
  (word) => {
    const written = toKubernetesYaml({ value: word, names: { [word]: 1 }, list: [word] });
    expect(parse(written, { version: '1.2' })).toEqual({ value: word, names: { [word]: 1 }, list: [word] });
    const bare = /^value: ([^"'].*)$/m.exec(written)?.[1];
    if (bare !== undefined) expect(resolvePlain(bare)).toBe(word);
  },
);

// The yaml package's own 1.1 writes this plain: its octal numbers have no o.
test('kubelet does not get a number for a text in quotes', () => {
  const runtime = { endpoint: 'unix:///run/crio/crio.sock', cgroupDriver: 'cgroupfs' } as const;
  expect(renderKubeletConfig(runtime, { podCIDR: '0o17' })).toContain('podCIDR: "0o17"\n');
});
