import { assessDeeply } from '../health/assess.ts';
import { lookAtHealth, type Checkup } from '../road/health/look.ts';
import type { Surroundings } from '../road/road.ts';
import type { Settings } from '../settings/settings.ts';

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
