import { randomBytes } from 'node:crypto';
import * as core from '@actions/core';
import { describeFinding } from './findings.ts';
import { connectSsh } from './hosts/ssh/connect.ts';
import type { Log } from './log.ts';
import { OPERATIONS } from './operations/operations.ts';
import { createActionsLog } from './report/actions-log.ts';
import { failStep } from './report/failure.ts';
import { Redactor } from './report/redaction.ts';
import { publish, publishFailure } from './report/publish.ts';
import { travel } from './road/road.ts';
import { Timeline } from './road/timeline.ts';
import { MAIN_ENDED } from './run-state.ts';
import { readInputs, readRunContext } from './settings/inputs.ts';
import { parseSettings } from './settings/parse-settings.ts';
import type { Settings } from './settings/settings.ts';
import { Interruption, watchForEnd } from './interruption.ts';

/**
 * The main step: settings → operation → outputs.
 */
export async function main(): Promise<void> {
  const redactor = new Redactor((form) => core.setSecret(form));
  const log = createActionsLog(redactor);
  const timeline = new Timeline(() => performance.now());
  const run = readRunContext();
  const report = { redactor, log, timeline, startedAt: run.now };
  let settings: Settings | undefined;
  const end = watchForEnd();
  try {
    settings = parseSettings(
      readInputs((secret) => redactor.register(secret)),
      run,
    );
    for (const warning of settings.warnings) log.warning(describeFinding(warning));
    end.limitTo(settings.timeoutSeconds);
    const outcome = await travel(OPERATIONS[settings.operation], settings, {
      connect: connector(settings, log),
      log,
      timeline,
      chance: { freshToken: `etcd-${randomBytes(12).toString('hex')}`, now: run.now },
      now: () => new Date(),
      maskSecret: (secret) => redactor.register(secret, 'made'),
      signal: end.signal,
    });
    await publish(outcome, settings, report);
  } catch (error) {
    const reason: unknown = end.signal.aborted ? new Interruption(end.signal.reason, error) : error;
    const failure = failStep(reason, redactor, log);
    await publishFailure(reason, failure, settings, report);
  } finally {
    end.stop();
    core.saveState(MAIN_ENDED, 'true');
  }
}

function connector({ ssh }: Settings, log: Log): Parameters<typeof travel>[2]['connect'] {
  return ({ name, address }) =>
    connectSsh({
      name: name ?? address,
      address,
      port: ssh.port,
      user: ssh.user,
      key: ssh.key,
      knownHosts: ssh.knownHosts,
      log: log.host(name ?? address),
    });
}
