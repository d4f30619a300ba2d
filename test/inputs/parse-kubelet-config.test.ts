import { describe, expect, test } from '@jest/globals';
import { OWNED_KUBELET_FIELDS } from '../../src/kubeadm/kubelet-config.ts';
import { findingOf, findingsOf, settingsOf } from './given.ts';

test('a mapping of fields, values of any kind that JSON has', () => {
  const text = `
# swap is on here
failSwapOn: false
failCgroupV1: false
maxPods: 20
evictionHard:
  memory.available: 100Mi
allowedUnsafeSysctls: [net.core.somaxconn]
`;
  expect(settingsOf({ 'kubelet-config': text }).kubeletConfig).toEqual({
    failSwapOn: false,
    failCgroupV1: false,
    maxPods: 20,
    evictionHard: { 'memory.available': '100Mi' },
    allowedUnsafeSysctls: ['net.core.somaxconn'],
  });
});

// Each line was parsed by sigs.k8s.io/yaml v1.6.0, with which kubelet 1.34 is built.
test.each<[text: string, value: unknown]>([
  ['failSwapOn: no', { failSwapOn: false }],
  ['failSwapOn: "false" # a text', undefined],
  ['failSwapOn: Off', { failSwapOn: false }],
  ['failSwapOn: oFf', undefined],
  ['maxPods: 1_100', { maxPods: 1100 }],
  ['maxPods: 0110', { maxPods: 72 }],
  ['maxPods: 0o17', { maxPods: 15 }],
  ['maxPods: 0b101', { maxPods: 5 }],
  ['maxPods: 0x1F', { maxPods: 31 }],
  ['maxPods: 1e2', { maxPods: 100 }],
  ['maxPods: 1:30', undefined],
  ['clusterDomain: 1:30', { clusterDomain: '1:30' }],
  ['clusterDomain: 2001-01-01', { clusterDomain: '2001-01-01' }],
  ['clusterDomain: yes', undefined],
  ['clusterDomain: "yes"', { clusterDomain: 'yes' }],
  ['featureGates: { NodeSwap: on, Other: n }', { featureGates: { NodeSwap: true, Other: false } }],
  ['evictionHard: { memory.available: 10% }', { evictionHard: { 'memory.available': '10%' } }],
  ['evictionHard: { memory.available: 100 }', undefined],
  ['enforceNodeAllocatable: [none]', { enforceNodeAllocatable: ['none'] }],
  ['enforceNodeAllocatable: none', undefined],
  ['memoryThrottlingFactor: .9', { memoryThrottlingFactor: 0.9 }],
  ['memoryThrottlingFactor: 1.1', undefined],
  ['memorySwap: { swapBehavior: NoSwap }', { memorySwap: { swapBehavior: 'NoSwap' } }],
  ['reservedMemory: { numaNode: 0 }', undefined],
  ['syncFrequency: 1m30s', { syncFrequency: '1m30s' }],
  ['syncFrequency: 1 minute', undefined],
  ['aFieldOfTomorrow: [1, yes]', { aFieldOfTomorrow: [1, true] }],
])('%j is read as the kubelet reads it', (text, value) => {
  if (value === undefined) expect(findingOf({ 'kubelet-config': text }).fact).toContain('it would not start');
  else expect(settingsOf({ 'kubelet-config': text }).kubeletConfig).toEqual(value);
});

test('a merge deep in it is refused too, and never for a flag', () => {
  const finding = findingOf({ 'kubelet-config': 'logging:\n  options: &o { a: 1 }\n  other: { <<: *o }' });
  expect(finding).toMatchObject({
    at: 'kubelet-config, line 3, column 12',
    fact: expect.stringContaining('<< merges'),
  });
  expect(findingOf({ 'kubelet-config': 'Fail_Swap: 1' })).not.toHaveProperty('cause');
});

test('a flag is reported with the field that it is', () => {
  expect(findingOf({ 'kubelet-config': '--fail-swap-on: false' }).fix).toContain('perhaps failSwapOn');
});

test('a value that JSON does not know is reported with its place', () => {
  expect(findingOf({ 'kubelet-config': 'maxPods: 1\nport: null' }).at).toBe(
    'kubelet-config, line 2, column 7',
  );
  expect(findingOf({ 'kubelet-config': 'maxPods: 1\nport: 2\nfailSwapOn:' }).at).toContain(
    'kubelet-config, line 3',
  );
});

test('a space that is none does no harm in a comment', () => {
  expect(settingsOf({ 'kubelet-config': '\uFEFFmaxPods: 1 # as\u00A0said' }).kubeletConfig).toEqual({
    maxPods: 1,
  });
});

test.each(['', '# nothing\n', '{}'])('%j changes nothing', (text) => {
  expect(settingsOf({ 'kubelet-config': text }).kubeletConfig).toEqual({});
});

test.each([...OWNED_KUBELET_FIELDS.keys()])('%s belongs to the action', (field) => {
  expect(findingOf({ 'kubelet-config': `maxPods: 1\n${field}: x` })).toMatchObject({
    at: 'kubelet-config, line 2, column 1',
    fact: expect.stringContaining(`${field} is set by the action: `),
    fix: 'leave the field out.',
  });
});

test('an owned field in other letters is the same field: the kubelet would take both', () => {
  expect(findingOf({ 'kubelet-config': 'staticpodpath: /x' }).fact).toContain(
    'staticPodPath is set by the action',
  );
});

describe('text that is not such a mapping', () => {
  test.each([
    ['a second document', 'maxPods: 1\n---\nmaxPods: 2', 'line 2', 'second YAML document'],
    ['uneven indents', 'maxPods: 1\n failSwapOn: false', 'line 1', 'not YAML'],
    ['a tab', 'evictionHard:\n\tmemory.available: 1Gi', 'line 2, column 1', 'Tabs are not allowed'],
    ['a field twice', 'maxPods: 1\nmaxPods: 2', 'line 2, column 1', 'unique'],
    ['an unknown tag', 'maxPods: !number 1', 'line 1, column 10', 'Unresolved tag'],
    ['a key that is a list', '? [a]\n: 1', 'line 1', 'string'],
    ['a list', '- failSwapOn', 'kubelet-config', 'not a mapping'],
    ['a word', 'failSwapOn', 'kubelet-config', 'not a mapping'],
    ['no value', 'failSwapOn:', 'kubelet-config', 'JSON does not know'],
    ['no number', 'maxPods: .nan', 'kubelet-config', 'JSON does not know'],
    ['bytes', 'maxPods: !!binary aGk=', 'kubelet-config', 'JSON does not know'],
    ['an alias of nothing', 'maxPods: *all', 'kubelet-config', 'JSON does not know'],
    ['a flag', 'fail-swap-on: false', 'line 1, column 1', 'not the name of a field'],
    ['a flag as on the command line', '--fail-swap-on: false', 'line 1, column 1', 'not the name of a field'],
  ])('%s', (_what, text, place, fact) => {
    const finding = findingOf({ 'kubelet-config': text });
    expect(finding.at).toContain(place);
    expect(finding.fact).toContain(fact);
  });

  test('aliases that would grow without end', () => {
    const levels = Array.from(
      { length: 9 },
      (_, i) => `a${i + 1}: &a${i + 1} [${Array(9).fill(`*a${i}`).join()}]`,
    );
    expect(findingOf({ 'kubelet-config': `a0: &a0 x\n${levels.join('\n')}` }).fact).toContain(
      'JSON does not know',
    );
  });
});

test('every field that is refused is reported', () => {
  expect(findingsOf({ 'kubelet-config': 'address: x\nkind: y\nstaticPodPath: z' })).toHaveLength(3);
});
