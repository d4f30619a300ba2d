import { setTimeout as sleep } from 'node:timers/promises';
import { isFit } from '../cluster/gates.ts';
import { EtcdError } from '../etcd/errors.ts';
import { errorMessage } from '../findings.ts';
import { stepFailure } from './context.ts';
import type { RunnerKind, StepOnHost } from './step-kind.ts';

/** etcd takes 0.1 s for it; if a member is cut off, etcd never answers. */
const TRANSFER_TIMEOUT_MS = 3_000;
const NEW_LEADER_WITHIN_MS = 5_000;
const PAUSE_MS = 100;

/** Transfers leadership from this member to another healthy one, so that clients do not wait for an election. */
export interface MoveLeadership extends StepOnHost {
  readonly kind: 'move-leadership';
}

const title = 'move leadership';

/** The kind of {@link MoveLeadership}. The most up-to-date healthy member becomes leader. */
export const moveLeadershipStep: RunnerKind<MoveLeadership> = {
  title,
  describe() {
    return `${title} if it leads`;
  },
  async run({ host }, context) {
    const cluster = await context.cluster();
    const log = context.log.host(host);
    const { health } = await cluster.observe();
    if (health.leader?.name !== host) {
      log.info('it does not lead');
      return;
    }
    const transferee = health.endpoints
      .filter(({ name, isLearner }) => name !== host && isLearner === false && isFit(name, health))
      .toSorted((one, other) => (other.raftAppliedIndex ?? 0) - (one.raftAppliedIndex ?? 0))[0];
    if (transferee?.memberId == null) {
      throw stepFailure(title, host, {
        code: 'leadership-not-moved',
        fact: 'it leads, but no other member is healthy enough to take over.',
        cause: 'Members are down or lag behind.',
        fix: 'Bring them back, then run again.',
      });
    }
    try {
      await cluster.client(host).moveLeader(transferee.memberId, { timeoutMs: TRANSFER_TIMEOUT_MS });
    } catch (error) {
      throw stepFailure(title, host, {
        code: 'leadership-not-moved',
        fact: `leadership could not be moved to ${transferee.name}: ${error instanceof EtcdError ? error.finding.fact : errorMessage(error)}`,
        cause: 'The other member is slow or cut off.',
        fix: 'Look at the health of the cluster, then run again.',
      });
    }
    const deadline = context.timeline.elapsedMs() + NEW_LEADER_WITHIN_MS;
    for (;;) {
      const now = (await cluster.observe()).health.leader?.name;
      if (now !== undefined && now !== host) {
        log.info(`leadership moved to ${now}`);
        return;
      }
      if (context.timeline.elapsedMs() > deadline) {
        throw stepFailure(title, host, {
          code: 'leadership-not-moved',
          fact: `leadership was handed to ${transferee.name}, but after ${NEW_LEADER_WITHIN_MS / 1000} s there is no new leader.`,
          cause: 'The connections between the members are bad.',
          fix: 'Look at the health of the cluster, then run again.',
        });
      }
      await sleep(PAUSE_MS);
    }
  },
};
