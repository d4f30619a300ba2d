import { cpSync, mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import type { Lab } from '../../../lab/client.ts';
import { initOf } from '../../../lab/hosts/processes.ts';
import { sshUser } from '../../../lab/settings.ts';
import type { ActionRun, RunOptions } from '../../github/runner.ts';
import { REPOSITORY, runInLab } from './action-in-lab.ts';

/** The runner's home on the host, as a user would choose it. */
const HOME = '/home/runner';
const ENTER = join(import.meta.dirname, 'enter-host.ts');

/**
 * A self-hosted runner on a host of the lab, which is a container: Node and the action are copied into it, and a job
 * runs there as the host's ordinary user, in all its namespaces.
 */
export class RunnerOnHost {
  readonly #lab: Lab;
  readonly #init: number;
  readonly #root: string;

  static async install(lab: Lab, host: string): Promise<RunnerOnHost> {
    const init = initOf(lab.place(host));
    if (init === undefined) throw new Error(`${host} is no container that is up`);
    const runner = new RunnerOnHost(lab, init.pid);
    for (const part of ['action.yml', 'dist']) {
      cpSync(join(REPOSITORY, part), runner.seen(join(HOME, 'action', part)), { recursive: true });
    }
    mkdirSync(runner.seen(join(HOME, 'bin')), { recursive: true });
    cpSync(process.execPath, runner.seen(join(HOME, 'bin/node')), { dereference: true });
    mkdirSync(runner.seen(join(HOME, 'work')));
    await lab.sh(host, `chown -R ${sshUser}: ${HOME}`);
    return runner;
  }

  private constructor(lab: Lab, init: number) {
    this.#lab = lab;
    this.#init = init;
    this.#root = `/proc/${init}/root`;
  }

  /** Returns this machine's path of a file of the host. */
  seen(path: string): string {
    return join(this.#root, path);
  }

  /** Runs the built action there, as the runner would. */
  async run(inputs: Readonly<Record<string, string>>, options: Partial<RunOptions> = {}): Promise<ActionRun> {
    const workFolder = this.seen(join(HOME, 'work'));
    try {
      return await runInLab(this.#lab, inputs, {
        action: this.seen(join(HOME, 'action')),
        node: this.seen(join(HOME, 'bin/node')),
        workFolder,
        wrap: (argv) => [process.execPath, ENTER, String(this.#init), sshUser, ...argv],
        ...options,
      });
    } finally {
      rmSync(workFolder, { recursive: true, force: true });
      mkdirSync(workFolder);
    }
  }
}
