import { describe, expect, test } from '@jest/globals';
import type { ParseContext } from '../../src/inputs/group.ts';
import { inputGroups, inputsOfGroups } from '../../src/inputs/groups.ts';
import { parseSettings } from '../../src/inputs/parse-settings.ts';
import { OPERATION_INPUTS, OPERATIONS } from '../../src/operations/index.ts';
import { definitionOf, inputNames, type RawInputs } from '../../src/inputs/table/table.ts';
import { ownCa } from '../cluster/example.ts';
import { badInputs } from './bad-inputs.ts';
import { findingOf, findingsOf, given, run, settingsOf, sshKey } from './given.ts';

const operationNames = OPERATIONS.map(({ name }) => name);

test('every input is in one group alone', () => {
  const all = inputGroups.flatMap(({ inputs }) => inputs);
  expect(all.toSorted()).toEqual(inputNames.toSorted());
});

test('every group has a name of its own', () => {
  const names = inputGroups.map(({ name }) => name);
  expect(new Set(names).size).toBe(names.length);
});

test.each(operationNames)('%s names each of its groups once', (operation) => {
  const groups = OPERATION_INPUTS[operation]?.uses ?? [];
  expect(groups).not.toEqual([]);
  expect(new Set(groups).size).toBe(groups.length);
});

/** What the parsers of an operation's groups look at, by their own inputs and those that are left out of them. */
function inputsRead(operation: string): Set<string> {
  const used = OPERATION_INPUTS[operation]?.uses ?? [];
  const seen = new Set<string>();
  const inputs = new Proxy(
    Object.fromEntries(inputNames.map((name) => [name, definitionOf(name).default ?? ''])),
    {
      get: (texts, name) => {
        if (typeof name === 'string') seen.add(name);
        return Reflect.get(texts, name) as unknown;
      },
    },
  ) as ParseContext['inputs'];
  const context: ParseContext = {
    inputs,
    files: {},
    run,
    operations: operationNames,
    findings: [],
    warnings: [],
    settingsOf: (group) => group.parse(context),
  };
  for (const group of inputGroups) if (used.includes(group.name)) group.parse(context);
  return seen;
}

test.each(operationNames)('the sub-action %s has every input that its operation reads', (operation) => {
  const declared = inputsOfGroups(OPERATION_INPUTS[operation]?.uses ?? []);
  const read = [...inputsRead(operation)];
  expect(read.length).toBeGreaterThan(10);
  expect(read.filter((name) => !declared.some((one) => one === name))).toEqual([]);
});

describe('a preflight', () => {
  /** Mistakes in inputs of a deploy, and what a deploy says of each. */
  const mistakes = badInputs
    .filter(([, { operation = 'deploy' }]) => operation === 'deploy')
    .map(([title, changes]) => [title, changes, places({ ...changes, operation: 'deploy' })] as const);

  function places(changes: RawInputs): string[] {
    return findingsOf(changes).map(({ at }) => at);
  }

  test('refuses every value that a deploy refuses', () => {
    expect(mistakes.length).toBeGreaterThan(150);
    const missed = mistakes.filter(([, changes, refused]) => {
      const told = places({ ...changes, operation: 'preflight' });
      return refused.some((at) => !told.includes(at));
    });
    expect(missed.map(([title]) => title)).toEqual([]);
  });

  test.each([
    ['lock-timeout', 'soon'],
    ['client-certificate-copied', 'xx'],
    ['artifact-name', 'a/b'],
    ['artifact-retention-days', '0'],
    ['upload-artifacts', 'maybe'],
    ['dry-run', 'perhaps'],
  ])('%s: %s is told once, and a good value is no warning', (name, value) => {
    const findings = findingsOf({ operation: 'preflight', [name]: value });
    expect(findings).toHaveLength(1);
    expect(findings[0]?.at).toMatch(new RegExp(`^${name}`));
  });

  test('takes good values of a deploy, and makes no use of them', () => {
    const others = { 'lock-timeout': '5m', 'artifact-name': 'x', 'upload-artifacts': 'false' };
    expect(settingsOf({ operation: 'preflight', ...others })).toMatchObject({
      lockTimeoutSeconds: 120,
      artifacts: { upload: true },
      warnings: [],
    });
  });
});

test('these mistakes cover every input of a deploy of which a preflight makes no use', () => {
  const { uses = [] } = OPERATION_INPUTS['preflight'] ?? {};
  const own = inputsOfGroups(OPERATION_INPUTS['deploy']?.uses ?? []);
  const more = own.filter((name) => !inputsOfGroups(uses).includes(name));
  const bad = badInputs.flatMap(([, changes]) => Object.keys(changes));
  expect(more.filter((name) => !bad.includes(name))).toEqual([]);
});

describe('inputs that the operation does not use', () => {
  const others = {
    'ca-validity-days': 'none',
    'extra-args': 'name: x',
    'lock-timeout': '2',
    'image-archive': 'a.tar\nb.tar',
    'client-port': '2400',
  };

  test('count as left out', () => {
    const settings = settingsOf({ operation: 'health', ...others });
    expect(settings).toMatchObject({
      extraArgs: [],
      lockTimeoutSeconds: 120,
      clientPort: 2400,
      warnings: [],
    });
    expect(settings).not.toHaveProperty('imageArchive');
    expect(settings).not.toHaveProperty('authority');
  });

  test('are parsed where it does', () => {
    expect(findingsOf(others).map(({ at }) => at)).toEqual([
      'ca-validity-days',
      'image-archive',
      'extra-args, line 1, column 1',
      'lock-timeout',
    ]);
  });

  test('nor is a folder of patches read', () => {
    const patches = { path: 'patches', files: new Map([['etcd+merge.yaml', 'spec: { priority: 1 }']]) };
    const parse = (operation: string) =>
      parseSettings({ ...given, operation, patches: 'patches' }, run, OPERATION_INPUTS, { patches }).patches;
    expect(parse('deploy')).toHaveLength(1);
    expect(parse('health')).toEqual([]);
  });

  test('which these are can be handed in', () => {
    const raw = { ...given, operation: 'health', 'lock-timeout': '5m' };
    const operations = { health: { uses: [...(OPERATION_INPUTS['health']?.uses ?? []), 'lock' as const] } };
    const { lockTimeoutSeconds } = parseSettings(raw, run, operations);
    expect(lockTimeoutSeconds).toBe(300);
  });

  test('hold no private key all the same', () => {
    expect(findingOf({ operation: 'health', 'extra-args': sshKey }).at).toBe('extra-args');
  });
});

describe('a health check believes the CA of the inputs', () => {
  const pem = ownCa.certificatePem;

  test('whose certificate it reads, with or without the key', () => {
    const of = (more: Readonly<Record<string, string>>) =>
      settingsOf({ operation: 'health', ...more }).health;
    expect(of({ 'ca-certificate': pem }).trustedAuthority).toBe(pem);
    expect(of({ 'ca-certificate': pem, 'ca-key': ownCa.keyPem }).trustedAuthority).toBe(pem);
    expect(of({})).not.toHaveProperty('trustedAuthority');
  });

  test('and refuses text that is not a certificate, once, like a deploy', () => {
    for (const operation of ['health', 'deploy']) {
      const findings = findingsOf({ operation, 'ca-certificate': 'none', 'ca-key': 'none' });
      expect(findings.filter(({ at }) => at === 'ca-certificate')).toHaveLength(1);
    }
  });
});
