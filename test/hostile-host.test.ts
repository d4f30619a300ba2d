import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { hostileServer, type HostileServer } from './hostile-server.ts';
import { recorded, sectionOf, withSections } from './hosts/probe/recorded.ts';
import { commandsOf, inputsFor, outputsIn, runEntry, type Ended } from './entry.ts';

let folder: string;
let server: HostileServer | undefined;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'hostile-host-'));
});

afterEach(async () => {
  await server?.stop();
  server = undefined;
  rmSync(folder, { recursive: true });
});

/** Runs a health check of a host whose answer has these sections instead of a real member's. */
function health(sections: Readonly<Record<string, string>>): Promise<Ended> {
  const now = Date.now() * 1000;
  const clock = `${now} ${now + 1}\n`;
  return run('health', withSections(recorded('health-member'), { clock, ...sections }));
}

/** Runs an operation on one host, which gives this answer to every request. */
async function run(
  operation: string,
  answer: string,
  others: Readonly<Record<string, string>> = {},
): Promise<Ended> {
  server = await hostileServer([], answer);
  const ended = await runEntry(folder, { ...inputsFor(server, operation), ...others });
  await server.stop();
  return ended;
}

/** Returns each check's status in the report, in order. */
function statuses(): string[] {
  const findings = JSON.parse(outputsIn(folder)['findings'] ?? '[]') as { name: string; status: string }[];
  return findings.map(({ name, status }) => `${name} ${status}`);
}

test('a host that names the words of the report its key has none of them hidden', async () => {
  const kubelet =
    'LoadState=loaded\nActiveState=failed\nSubState=failed\nUnitFileState=disabled\nDropInPaths=\n';
  const bad = { kubelet, 'cri.containers': '{"containers":[]}\n' };
  const without = await health({ ...bad, 'health.client-key': 'no key at all' });
  const expected = statuses();
  expect(expected.filter((line) => line.endsWith(' fail')).length).toBeGreaterThan(2);
  const words = [
    'could not be seen',
    'is not healthy',
    'is missing',
    'manifest',
    'kubelet',
    'https://10.99.0.6:2379',
  ];
  const ended = await health({ ...bad, 'health.client-key': words.join('\n') });
  expect(statuses()).toEqual(expected);
  expect(ended.stdout).not.toContain('::add-mask::is not healthy');
  expect(ended.stdout).not.toContain('::add-mask::https');
  const outputs = outputsIn(folder);
  expect(outputs['endpoints']).toBe('https://10.99.0.6:2379');
  expect(outputs['summary']).toContain('is not healthy');
  expect(readFileSync(join(folder, 'summary'), 'utf8')).not.toContain('***');
  expect(commandsOf(ended).length).toBe(commandsOf(without).length);
  expect(ended.stderr).toBe('');
}, 120_000);

test('a host whose words mention people, load pictures and speak of private keys is still reported, harmlessly', async () => {
  const said = '@octo-org/everyone ![x](https://evil.example/p.png) <img src=x> PRIVATE KEY';
  const kubelet = `LoadState=loaded\nActiveState=failed\nSubState=${said}\nUnitFileState=enabled\nDropInPaths=`;
  const ended = await health({ kubelet });
  expect(ended.stderr).toBe('');
  expect(ended.stdout).not.toContain('was not uploaded');
  const { summary = '' } = outputsIn(folder);
  expect(summary).not.toMatch(/@\w|\]\(|<\w/);
  const page = readFileSync(join(folder, 'summary'), 'utf8');
  expect(page).not.toMatch(/!\[x\]\(|<img|@octo/);
  expect(page).toContain('kubelet');
  expect(outputsIn(folder)['report-path']).toContain(folder);
}, 120_000);

test('a file name that is hard on a search does not stop the clock', async () => {
  const name = `/etc/kubernetes/pki/x\n-----BEGIN PRIVATE KEY-----\n${'A'.repeat(1_000_000)}!`;
  const started = performance.now();
  const answer = recorded('member');
  const tree = `${sectionOf(answer, 'tree')}f 600 0:0 1 ${name}\0`;
  const ended = await run('deploy', withSections(answer, { tree }), { 'INPUT_DRY-RUN': 'true' });
  expect(performance.now() - started).toBeLessThan(45_000);
  expect(ended.stderr).toBe('');
  expect(ended.stdout).toContain('-----BEGIN PRIVATE KEY-----');
  expect(ended.stdout).not.toContain('AAAAAAAAAAAAAAAAAAAA!');
}, 120_000);
