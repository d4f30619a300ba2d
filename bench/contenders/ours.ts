import type { Lab } from '../../lab/client.ts';
import { deployInputs, runInLab } from '../../test/e2e/support/action-in-lab.ts';
import type { ActionRun, RunOptions } from '../../test/github/runner.ts';
import type { Contender } from '../contender.ts';
import type { Measured } from '../figures.ts';
import { withCpuTime } from '../machine.ts';
import { observe } from '../observe.ts';
import { trafficOf } from '../traffic.ts';

/** The action as the runner starts it, once more on its own cluster, and a health check. */
export const ours: Contender = {
  name: 'ours',
  async run(lab) {
    const measured = await measureDeploy(lab);
    const rerun = await deployInLab(lab);
    if (rerun.outputs['changed'] !== 'false') throw new Error('the second run has changed something');
    const [health, { connections: healthConnections }] = await trafficOf(lab, () => healthInLab(lab));
    return {
      ...measured,
      rerun: rerun.main.durationMs,
      health: health.main.durationMs,
      healthConnections,
    };
  },
};

/** The deploy alone. */
export const oursAlone: Contender = { name: 'ours', run: measureDeploy };

async function measureDeploy(lab: Lab): Promise<Measured> {
  const [[[deploy, { peakMemory }], deployCpu], traffic] = await trafficOf(lab, () =>
    withCpuTime(() => observe((env) => deployInLab(lab, { env }))),
  );
  return {
    deploy: deploy.main.durationMs,
    deployCpu,
    channels: channelsOf(deploy),
    ...traffic,
    peakMemory,
  };
}

/**
 * Deploys through the built action.
 * @throws Error with the end of its log if the cluster is not healthy.
 */
export function deployInLab(lab: Lab, options: Partial<RunOptions> = {}): Promise<ActionRun> {
  return healthyRun(lab, deployInputs(lab), options);
}

/**
 * Checks the health through the built action.
 * @throws Error with the end of its log if it finds anything.
 */
function healthInLab(lab: Lab): Promise<ActionRun> {
  return healthyRun(lab, deployInputs(lab, { operation: 'health' }));
}

async function healthyRun(
  lab: Lab,
  inputs: ReturnType<typeof deployInputs>,
  options: Partial<RunOptions> = {},
): Promise<ActionRun> {
  const run = await runInLab(lab, inputs, options);
  if (run.conclusion === 'success' && run.outputs['healthy'] === 'true') return run;
  throw new Error(`the action failed:\n${run.log.slice(-20).join('\n')}`);
}

/** Reads the job summary's table of SSH connections: host, connections, channels, sent, received. */
function channelsOf({ summary }: ActionRun): number {
  const rows = [...summary.matchAll(/^\| <code>[^|]*<\/code> \| \d+ \| (\d+) \| [^|]* \| [^|]* \|$/gm)];
  if (rows.length === 0) throw new Error('the job summary has no table of SSH connections');
  return rows.reduce((sum, [, channels]) => sum + Number(channels), 0);
}
