import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { OPERATION_INPUTS } from '../../src/operations/index.ts';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, describe, expect, test } from '@jest/globals';
import { parse } from 'yaml';
import { inputNames } from '../../src/inputs/table/table.ts';
import { parseSettings } from '../../src/inputs/parse-settings.ts';
import { readInputFiles } from '../../src/inputs/input-files.ts';
import type { Settings } from '../../src/inputs/settings.ts';
import { given, run } from '../inputs/given.ts';
import { codeBlocks } from './markdown.ts';
import { read } from './repository.ts';

interface Step {
  readonly uses?: string;
  readonly with?: Readonly<Record<string, unknown>>;
}

const text = read('docs/hosts.md');
const blocks = codeBlocks(text, 'yaml');
const [terraform = ''] = codeBlocks(text, 'json');

/** The files of the examples, each with its path in its first line, in a workspace as after a checkout. */
const workspace = mkdtempSync(join(tmpdir(), 'docs-hosts-'));
for (const block of blocks) {
  const path = /^# (\S+\.ya?ml)\n/.exec(block)?.[1];
  if (path === undefined) continue;
  mkdirSync(join(workspace, dirname(path)), { recursive: true });
  writeFileSync(join(workspace, path), block);
}
afterAll(() => rmSync(workspace, { recursive: true }));

const steps = blocks
  .filter((block) => block.startsWith('- '))
  .flatMap((block) => parse(block) as Step[])
  .filter(({ uses }) => uses?.startsWith('org/etcd-ha-action') === true)
  .map(({ with: inputs = {} }) =>
    Object.fromEntries(
      Object.entries(inputs).map(([name, value]) => [
        name,
        String(value).replace('${{ steps.terraform.outputs.hosts }}', terraform),
      ]),
    ),
  );

/** Returns the settings of an example, with the key and the host keys that it leaves out. */
function settingsOf(inputs: Readonly<Record<string, string>>): Settings {
  const { 'ssh-private-key': key = '', 'ssh-known-hosts': hosts = '' } = given;
  const files = readInputFiles(inputs, workspace, () => undefined);
  return parseSettings(
    { ...inputs, 'ssh-private-key': key, 'ssh-known-hosts': hosts },
    run,
    OPERATION_INPUTS,
    files,
  );
}

describe('the examples of docs/hosts.md', () => {
  test('are there, each with inputs that exist', () => {
    expect(steps.length).toBeGreaterThan(9);
    for (const step of steps) {
      expect(inputNames.map(String)).toEqual(expect.arrayContaining(Object.keys(step)));
    }
  });

  test.each(steps)('%j', (inputs) => {
    expect(settingsOf(inputs).hosts.length).toBeGreaterThanOrEqual(3);
  });

  test.each<[string, (step: Readonly<Record<string, string>>) => boolean, object]>([
    [
      'from Terraform',
      ({ inventory }) => inventory === terraform,
      {
        hosts: expect.arrayContaining([
          {
            name: 'infra0',
            address: '10.0.0.6',
            transport: 'ssh2',
            login: { address: '203.0.113.6', port: 22, user: 'root' },
          },
        ]),
      },
    ],
    [
      'from a file',
      ({ inventory }) => inventory === 'etcd/hosts.yaml',
      { hosts: expect.arrayContaining([expect.objectContaining({ name: 'infra2', address: '10.0.0.8' })]) },
    ],
    [
      'with ports',
      (step) => 'metrics-port' in step,
      { clientPort: 12379, peerPort: 12380, metricsPort: 12381 },
    ],
    ['with a log of its own', (step) => 'wal-dir' in step, { walDir: '/var/lib/etcd-wal' }],
    [
      'with patches in a folder',
      ({ patches }) => patches === 'etcd/patches',
      { patches: [{ name: 'etcd+merge.yaml', text: expect.stringContaining('terminationGracePeriod') }] },
    ],
    [
      'with IPv6',
      ({ hosts = '' }) => hosts.includes('::'),
      { hosts: expect.arrayContaining([expect.objectContaining({ address: 'fd00::6' })]) },
    ],
  ])('%s mean what they say', (_what, isMeant, settings) => {
    const [step] = steps.filter(isMeant);
    expect(settingsOf(step ?? {})).toMatchObject(settings);
  });
});
