import { expect, test } from '@jest/globals';
import { describeFinding, type Finding, RunError } from '../../src/findings.ts';
import { operationsUsing } from '../../src/operations/index.ts';
import { definitionOf, type InputName, inputNames, type RawInputs } from '../../src/inputs/table/table.ts';
import { bodyPieces, numbers, oneOf, overlong, spoiled, tooSlow } from '../fuzz.ts';
import { badInputs } from './bad-inputs.ts';
import { given, settingsOf, sshKey } from './given.ts';
import { inventories, malformed } from './inventory/examples.ts';

/** Returns the findings about these inputs; undefined if there are settings. Lets any other exception through. */
function refusalOf(changes: RawInputs): readonly Finding[] | undefined {
  try {
    expect(settingsOf(changes).hosts.length).toBeGreaterThan(0);
    return undefined;
  } catch (error) {
    if (error instanceof RunError) return error.findings;
    throw new Error(`not refused but broken by ${JSON.stringify(changes)}`, { cause: error });
  }
}

// Any input results in settings or findings with their places: no other exception, and no endless work.
test.each([1, 2, 3, 4])(
  'any inventory and any list of hosts is read or refused (seed %d)',
  (seed) => {
    const random = numbers(seed);
    const texts = [...inventories, ...malformed].map(({ text }) => text);
    let refused = 0;
    for (let time = 0; time < 400; time += 1) {
      const text = spoiled(oneOf(texts, random), random);
      const findings = refusalOf(random() < 0.8 ? { hosts: '', inventory: text } : { hosts: text });
      refused += findings === undefined ? 0 : 1;
      for (const { at, fact } of findings ?? []) {
        expect(at).toMatch(/^(?:inventory|hosts|names|ssh-user|client-port|peer-port)/);
        expect(fact).not.toBe('');
      }
    }
    expect(refused).toBeGreaterThan(200);
  },
  30_000,
);

/** Short values with many features. */
const GOOD: readonly (readonly [InputName, string])[] = [
  ['ssh-bastion', 'ops@jump.example.com:2222, ops@[fd00::1]:22'],
  [
    'ssh-host-fingerprints',
    `10.0.0.6=SHA256:${'A'.repeat(43)}\n[fd00::1]:22 SHA256:${'A'.repeat(43)} (RSA)\n256 SHA256:${'A'.repeat(43)} root@10.0.0.7 (ED25519)`,
  ],
  ['extra-args', '--snapshot-count=10000\n--log-level info'],
  ['extra-sans', 'etcd.example.com, *.etcd.example.com, fd00::100'],
  ['kubelet-config', 'evictionHard: { nodefs.available: 5% }\nfailSwapOn: false'],
  [
    'patches',
    'etcd+strategic.yaml: { spec: { priority: 1000 } }\netcd1+json.yaml: [{ op: add, path: /spec/x, value: 1 }]',
  ],
];

// The values are those that people write, good and bad; no message may contain their secrets.
test.each([1, 2, 3, 4])(
  'any value of any input is read or refused (seed %d)',
  (seed) => {
    const random = numbers(seed);
    const written = [
      ...Array.from({ length: 10 }, () => GOOD).flat(),
      ...Object.entries(given),
      ...badInputs.flatMap(([, changes]) => Object.entries(changes)),
      ...inputNames.map((name) => [name, definitionOf(name).default ?? ''] as const),
    ].filter(([name, value]) => inputNames.some((known) => known === name) && !value.includes('PRIVATE KEY'));
    let refused = 0;
    for (let time = 0; time < 500; time += 1) {
      const [name, value] = oneOf(written, random);
      const text = spoiled(value, random);
      const operation = operationsUsing(name)[0] ?? '';
      const findings = refusalOf({ operation, [name]: text });
      refused += findings === undefined ? 0 : 1;
      for (const { at, fact, fix } of findings ?? []) {
        expect([at, fact, fix]).not.toContain('');
        if (inputNames.some((known) => known === name && definitionOf(known).secret) && text.length > 8)
          expect(fact).not.toContain(text);
      }
    }
    expect(refused).toBeGreaterThan(150);
  },
  30_000,
);

// A key in the wrong field, with text around it, and with lost or changed line breaks.
test.each([1, 2, 3, 4])('no part of a private key in any input is reported (seed %d)', (seed) => {
  const random = numbers(seed);
  const others = inputNames.filter((name) => name !== 'ssh-private-key');
  const pieces = bodyPieces(sshKey);
  expect(pieces.length).toBeGreaterThan(2);
  for (let time = 0; time < 200; time += 1) {
    const key = sshKey.replaceAll('\n', oneOf(['\n', '\r\n', ' ', '\\n', '\n  '], random));
    const around = spoiled('10.0.0.6', random);
    const findings = refusalOf({ [oneOf(others, random)]: `${around}${key}${around}` }) ?? [];
    const told = findings.map(describeFinding).join('\n');
    for (const piece of pieces) expect(told).not.toContain(piece);
  }
});

test('as much as an input can hold takes no time', () => {
  const read = (input: InputName) => (text: string) => refusalOf({ hosts: '', [input]: text });
  expect(tooSlow(overlong(['{', '"']), read('inventory'))).toEqual([]);
  expect(tooSlow(overlong([',', '=', '[']), read('hosts'))).toEqual([]);
}, 60_000);
