import { describe, expect, test } from '@jest/globals';
import { inputGroups } from '../../src/inputs/groups.ts';
import { parseSettings } from '../../src/inputs/parse-settings.ts';
import { OPERATION_INPUTS, OPERATIONS } from '../../src/operations/index.ts';
import { inputNames } from '../../src/inputs/table/table.ts';
import { ownCa } from '../cluster/example.ts';
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
  const groups = OPERATION_INPUTS[operation] ?? [];
  expect(groups).not.toEqual([]);
  expect(new Set(groups).size).toBe(groups.length);
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

  test('nor is a folder of patches looked into', () => {
    const patches = { path: 'patches', files: new Map([['etcd+merge.yaml', 'spec: { priority: 1 }']]) };
    const parse = (operation: string) =>
      parseSettings({ ...given, operation, patches: 'patches' }, run, OPERATION_INPUTS, { patches }).patches;
    expect(parse('deploy')).toHaveLength(1);
    expect(parse('health')).toEqual([]);
  });

  test('which these are can be handed in', () => {
    const raw = { ...given, operation: 'health', 'lock-timeout': '5m' };
    const operations = { health: [...(OPERATION_INPUTS['health'] ?? []), 'lock' as const] };
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

  test('and refuses what is no certificate, once, like a deploy', () => {
    for (const operation of ['health', 'deploy']) {
      const findings = findingsOf({ operation, 'ca-certificate': 'none', 'ca-key': 'none' });
      expect(findings.filter(({ at }) => at === 'ca-certificate')).toHaveLength(1);
    }
  });
});
