import { checkingOperation } from '../../engine/operation.ts';
import { assessDeeply } from './assess.ts';
import { observeHealth } from './observe/look.ts';
import { publishCheckup } from './report/publish.ts';

/** Judges the whole cluster, its hosts and its certificates, and changes nothing. */
export const health = checkingOperation({
  name: 'health',
  summary: 'Judges the whole cluster, its hosts and its certificates, and changes nothing.',
  // with an installed probe, the login user needs no shell of root
  access: (settings) => ({
    effect: 'reads',
    as: settings.health.probe === undefined ? 'root' : 'login',
  }),
  // a host that cannot be reached is part of the report
  reach: 'none',
  usesImageArchive: false,
  // it changes nothing and has its deadline
  survivesFault: true,
  observe: observeHealth,
  check: (facts, { clusterName, health: { thresholds, metricsWindowSeconds } }, { timeline }) =>
    assessDeeply(facts, thresholds, {
      clusterName,
      durationMs: timeline.elapsedMs(),
      metricsWindowSeconds: metricsWindowSeconds === 0 ? null : metricsWindowSeconds,
    }),
  report: publishCheckup,
});
