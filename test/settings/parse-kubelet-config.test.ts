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

describe('what is not such a mapping', () => {
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

test('every field that is refused is told', () => {
  expect(findingsOf({ 'kubelet-config': 'address: x\nkind: y\nstaticPodPath: z' })).toHaveLength(3);
});
