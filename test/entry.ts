/** Runs the action's entry in a process of its own, as the runner starts the bundle, and reads its outputs. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT } from './docs/repository.ts';
import { parseKeyValueFile } from './github/file-commands.ts';
import { parseWorkflowCommand } from './github/workflow-commands.ts';
import { newKeyPair } from './hosts/ssh/tools.ts';
import type { HostileServer } from './hostile-server.ts';

const { privateText: KEY } = newKeyPair('ed25519');

/** The end of the process, and its output. */
export interface Ended {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/**
 * @param folder an empty one of the test, for the files of the runner.
 * @param env in addition to the variables that name these.
 * @param preload code that runs in the process first.
 */
export async function runEntry(
  folder: string,
  env: Readonly<Record<string, string>>,
  preload = '',
): Promise<Ended> {
  for (const name of ['output', 'state', 'summary']) writeFileSync(join(folder, name), '');
  mkdirSync(join(folder, 'temporary'), { recursive: true });
  const before = join(folder, 'preload.mjs');
  writeFileSync(before, preload);
  const child = spawn(process.execPath, ['--import', before, join(ROOT, 'src/index.ts')], {
    env: {
      PATH: process.env['PATH'] ?? '',
      RUNNER_TEMP: join(folder, 'temporary'),
      GITHUB_WORKSPACE: folder,
      GITHUB_OUTPUT: join(folder, 'output'),
      GITHUB_STATE: join(folder, 'state'),
      GITHUB_STEP_SUMMARY: join(folder, 'summary'),
      ...env,
    },
  });
  const said = { stdout: '', stderr: '' };
  child.stdout.on('data', (chunk) => (said.stdout += String(chunk)));
  child.stderr.on('data', (chunk) => (said.stderr += String(chunk)));
  const [code] = (await once(child, 'close')) as [number | null];
  return { code, ...said };
}

/** Returns the inputs of a run with the server as its only host. */
export function inputsFor({ port, knownHosts }: HostileServer, operation: string): Record<string, string> {
  const hosts = [{ name: 'infra0', address: '10.99.0.6', ssh: { address: '127.0.0.1', port } }];
  return {
    INPUT_OPERATION: operation,
    INPUT_INVENTORY: JSON.stringify(hosts),
    'INPUT_SSH-USER': 'root',
    'INPUT_SSH-PRIVATE-KEY': KEY,
    'INPUT_SSH-KNOWN-HOSTS': knownHosts,
    'INPUT_CLUSTER-NAME': 'etcd',
    'INPUT_UPLOAD-ARTIFACTS': 'false',
    INPUT_DEADLINE: '15s',
  };
}

/** Returns the outputs, or the state for the post step. */
export function outputsIn(folder: string, file: 'output' | 'state' = 'output'): Record<string, string> {
  return Object.fromEntries(parseKeyValueFile(readFileSync(join(folder, file), 'utf8')));
}

/** Returns the workflow commands in the output of a process, without masks and debug lines. */
export function commandsOf({ stdout, stderr }: Ended): { readonly name: string; readonly data: string }[] {
  return [stdout, stderr]
    .flatMap((text) => text.split(/\r\n|[\n\r]/))
    .flatMap((line) => parseWorkflowCommand(line, () => true) ?? [])
    .filter(({ name }) => name !== 'add-mask' && name !== 'debug');
}
