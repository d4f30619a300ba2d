import type { Surroundings } from '../../engine/context.ts';
import type { Settings } from '../../inputs/settings.ts';
import { assessDeeply } from './assess.ts';
import { type Checkup, lookAtHealth } from './observe/look.ts';

/** Looks at the whole cluster, its hosts and its certificates, judges them, and changes nothing. */
export async function health(settings: Settings, surroundings: Surroundings): Promise<Checkup> {
  const { thresholds, metricsWindowSeconds } = settings.health;
  const { facts, connections } = await lookAtHealth(settings, surroundings);
  const report = assessDeeply(facts, thresholds, {
    clusterName: settings.clusterName,
    durationMs: surroundings.timeline.elapsedMs(),
    metricsWindowSeconds: metricsWindowSeconds === 0 ? null : metricsWindowSeconds,
  });
  return { report, connections };
}
