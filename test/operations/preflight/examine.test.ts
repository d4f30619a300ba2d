import { describe, expect, test } from '@jest/globals';
import { HostError } from '../../../src/hosts/host-error.ts';
import { runOperation } from '../../../src/engine/run-operation.ts';
import { examine, type Examined } from '../../../src/operations/preflight/examine.ts';
import { judge, preflight } from '../../../src/operations/preflight/preflight.ts';
import { exampleSettings, type SettingsChanges } from '../../cluster/example.ts';
import { type Behaviour, world } from '../../engine/stand-ins.ts';
import { recorded, withSections } from '../../hosts/probe/recorded.ts';
import { findingsOf, settingsOf } from '../../inputs/given.ts';

const ADDRESSES = ['10.0.0.6', '10.0.0.7', '10.0.0.8'];
const PATCHES = [{ name: 'etcd+strategic.yaml', text: 'spec: { priority: 1 }\n' }];
const DISK = '1+0 records in\n1+0 records out\n2300 bytes copied, 0.001 s, 2.3 MB/s\n';

/** A host that answers every script of a preflight. */
const sound =
  (hostname: string): Behaviour =>
  ({ title }) => {
    const identity = { hostname: `${hostname}\n`, 'boot-id': `${hostname}\n` };
    if (title === 'probe') return { stdout: Buffer.from(withSections(recorded('pristine'), identity)) };
    if (title === 'disk test') return { stderr: DISK };
    if (title === 'try the patches') return { stdout: Buffer.from('kind: Pod\n\0kind: Pod\n') };
    return { stdout: Buffer.from(recorded('preflight-pristine')) };
  };

function allSound(names: readonly string[]): Record<string, Behaviour> {
  return Object.fromEntries(
    ADDRESSES.map((address, index): [string, Behaviour] => [address, sound(names[index] ?? '')]),
  );
}

/** What becomes of a preflight if the second host does not answer some of its scripts. */
async function without(
  silent: (title: string) => boolean,
  changes: SettingsChanges = {},
): Promise<{ examined: Examined; failures: (string | null)[][]; titles: string[] }> {
  const answers = ADDRESSES.map((address, index): [string, Behaviour] => [
    address,
    (script, host) =>
      index === 1 && silent(script.title)
        ? Promise.reject(
            new HostError({ code: 'host-too-slow', host, at: script.title, fact: 'no end within 30 s.' }),
          )
        : sound(`infra${index}`)(script, host),
  ]);
  const { context, happened } = world(Object.fromEntries(answers));
  const settings = exampleSettings({ operation: 'preflight', diskTest: true, patches: PATCHES, ...changes });
  const examined = await examine(settings, context);
  const failures = judge(examined, settings, context)
    .filter(({ code }) => code === 'host-too-slow')
    .map(({ status, member, subject }) => [status, member, subject]);
  return { examined, failures, titles: happened };
}

describe('a host that does not answer', () => {
  const all = ADDRESSES;
  const others = ['10.0.0.6', '10.0.0.8'];

  test.each([
    ['the write test of its disk', 'disk test', [all, all, others], 'infra1'],
    ['the trial of patches', 'try the patches', [all, others, all], 'infra1'],
    // no further script is sent to it
    ['the probe of the preflight', 'preflight probe', [others, others, others], 'infra1'],
    ['the first probe', 'probe', [others, others, others], '10.0.0.7'],
  ])('%s is one finding, and the others keep theirs', async (_, title, [seen, tried, tested], name) => {
    const { examined, failures } = await without((one) => one === title);
    expect([...examined.preflight.keys()]).toEqual(seen);
    expect([...examined.patchTrials.keys()]).toEqual(tried);
    expect([...examined.diskTests.keys()]).toEqual(tested);
    expect(failures).toEqual([['fail', name, title]]);
  });

  test('a test that fails does not hide what only a deploy would refuse', async () => {
    const changes: SettingsChanges = { bootstrap: 'never' };
    const { examined } = await without((title) => title === 'disk test', changes);
    expect(examined.untested).toHaveLength(1);
    const checks = judge(examined, exampleSettings(changes), world({}).context);
    expect(checks.filter(({ code }) => code === 'new-cluster-forbidden')).toHaveLength(1);
  });
});

test('a run that is cancelled sends no further script', async () => {
  const controller = new AbortController();
  const reason = new Error('cancelled');
  const answers = ADDRESSES.map((address, index): [string, Behaviour] => [
    address,
    (script, host) => {
      if (script.title === 'try the patches') controller.abort(reason);
      return sound(`infra${index}`)(script, host);
    },
  ]);
  const { context, happened } = world(Object.fromEntries(answers), controller.signal);
  const settings = exampleSettings({ operation: 'preflight', diskTest: true, patches: PATCHES });
  await expect(examine(settings, context)).rejects.toBe(reason);
  expect(happened.filter((what) => what.endsWith('disk test'))).toEqual([]);
  expect(happened.filter((what) => what.endsWith('close'))).toHaveLength(3);
});

test('a host without a readable hostname fails by its address, in the words of a deploy', async () => {
  const names = ['infra0', '', 'infra2'];
  const { context } = world(allSound(names));
  const settings = exampleSettings({ operation: 'preflight' });
  const checks = judge(await examine(settings, context), settings, context);
  expect(checks.filter(({ code }) => code === 'hostname-unusable')).toMatchObject([
    { status: 'fail', member: '10.0.0.7' },
  ]);
  expect(checks.filter(({ member }) => member === '')).toEqual([]);
});

describe('with dry-run', () => {
  const wanted = { operation: 'preflight', patches: 'etcd+strategic.yaml: { spec: { priority: 1 } }' };

  test('nothing is written aside, and the warnings name the omitted tests', async () => {
    const dry = settingsOf({ ...wanted, 'disk-test': 'true', 'dry-run': 'true' });
    expect(preflight.access(dry).effect).toBe('reads');
    expect(dry.warnings.map(({ at }) => at)).toEqual(['disk-test', 'patches']);
    const { context, happened } = world(allSound(['infra0', 'infra1', 'infra2']));
    await runOperation(preflight, dry, context);
    expect(happened.filter((what) => /patches|disk/.test(what))).toEqual([]);
  });

  test('without it the patches are tried', () => {
    const settings = settingsOf(wanted);
    expect(preflight.access(settings).effect).toBe('writes-aside');
    expect(settings).toMatchObject({ patchTrial: true, warnings: [] });
    expect(settingsOf({ operation: 'preflight', 'dry-run': 'true' }).warnings).toEqual([]);
    expect(findingsOf({ ...wanted, 'dry-run': 'perhaps' })).toHaveLength(1);
  });
});
