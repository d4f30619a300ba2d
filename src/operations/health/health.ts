import { checkingOperation } from '../../engine/operation.ts';
import { EVERY_OPERATION } from '../../inputs/groups.ts';
import { assessDeeply } from './assess.ts';
import { observeHealth } from './observe/look.ts';
import { publishCheckup } from './report/publish.ts';

/** Judges the whole cluster, its hosts and its certificates, and changes nothing. */
export const health = checkingOperation({
  name: 'health',
  summary: 'Checks a highly available external etcd cluster for kubeadm, over SSH, and changes nothing',
  icon: 'activity',
  inputs: [...EVERY_OPERATION, 'health', 'artifact'],
  outputs: ['login', 'cluster', 'findings', 'health-check', 'artifact'],
  // with an installed probe, the login user needs no shell of root
  access: (settings) => ({
    effect: 'reads',
    as: settings.health.probe === undefined ? 'root' : 'login',
  }),
  // a host that cannot be reached is part of the report
  reach: 'none',
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
