import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Lab, type LabOptions } from '../../../lab/client.ts';
import {
  defaultFamily,
  defaultHostCount,
  defaultKubernetesVersion,
  kubernetesVersions,
} from '../../../lab/settings.ts';
import { REFUSES_CGROUP_V1_SINCE } from '../../../src/checks/machine.ts';
import { definitionOf, inputNames } from '../../../src/inputs/table/table.ts';
import { runAction, type ActionRun, type RunOptions } from '../../github/runner.ts';

/** The checkout, which is the released action: action.yml and dist/. */
export const REPOSITORY = join(import.meta.dirname, '../../..');

/** Boots a lab for tests, so that a developer's can stay up beside it. Remains of an interrupted run are discarded. */
export function freshLab(options: Omit<LabOptions, 'name' | 'fresh'> = {}): Promise<Lab> {
  const named = process.env['LAB_KUBERNETES'] ?? defaultKubernetesVersion;
  return Lab.up({
    name: process.env['LAB_TEST_NAME'] ?? 'e2e',
    fresh: true,
    hosts: options.variant instanceof Array ? undefined : defaultHostCount,
    kind: 'container',
    family: defaultFamily,
    // `npm run test:versions` and `test:fleet` name one kind of host after the other.
    kubernetes: kubernetesVersions.find((version) => version === named),
    variant: process.env['LAB_VARIANT'] ?? 'ordinary',
    progress: (line) => process.stderr.write(`${line}\n`),
    ...options,
  });
}

/** Returns the inputs of a user's workflow that sets up a cluster on all hosts of a lab. */
export function deployInputs(
  lab: Lab,
  changes: Readonly<Record<string, string>> = {},
): Record<string, string> {
  return {
    operation: 'deploy',
    hosts: lab.hosts.map(({ address }) => address).join(','),
    'ssh-user': lab.sshUser,
    'ssh-port': String(lab.sshPort),
    'ssh-private-key': labKey(lab),
    'ssh-known-hosts': lab.knownHosts,
    'upload-artifacts': 'false',
    ...kubeletConfig(lab),
    ...changes,
  };
}

/** Newer kubelets refuse cgroup v1, which hosts in a container share with their machine. */
function kubeletConfig(lab: Lab): Record<string, string> {
  const cgroupV1 = lab.kind === 'container' && !existsSync('/sys/fs/cgroup/cgroup.controllers');
  return cgroupV1 && minorOf(lab) >= REFUSES_CGROUP_V1_SINCE
    ? { 'kubelet-config': 'failCgroupV1: false' }
    : {};
}

/** Returns the minor release of Kubernetes on the lab's hosts: 34 for 1.34. */
export function minorOf(lab: Lab): number {
  return Number(lab.kubernetes.split('.')[1]);
}

/** Reads the private key that logs in to the lab's hosts. */
export function labKey(lab: Lab): string {
  return readFileSync(lab.privateKeyPath, 'utf8');
}

/** Inputs from the repository's secrets. */
const SECRET_INPUTS = inputNames.filter((name) => definitionOf(name).secret === true);

/** Runs the built action as the runner would, inside the runner's network namespace of the lab. */
export function runInLab(
  lab: Lab,
  inputs: Readonly<Record<string, string>>,
  options: Partial<RunOptions> = {},
): Promise<ActionRun> {
  return runAction({
    action: REPOSITORY,
    inputs,
    secrets: SECRET_INPUTS.map((name) => inputs[name] ?? '').filter((secret) => secret !== ''),
    wrap: (argv) => lab.inRunner(argv),
    node: process.execPath,
    timeoutMs: 10 * 60_000,
    ...options,
  });
}
