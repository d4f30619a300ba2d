import type { Check } from '../check.ts';
import type { HealthFacts } from '../facts.ts';
import type { HealthThresholds } from '../thresholds.ts';
import { certificateChecks } from './certificates.ts';
import { controlPlaneChecks } from './control-plane.ts';
import { dataChecks } from './data.ts';
import { endpointChecks } from './endpoint.ts';
import { fileChecks } from './files.ts';
import { hostChecks } from './host.ts';
import { machineChecks } from './machine.ts';
import { membershipChecks } from './membership.ts';
import { metricsChecks } from './metrics.ts';
import { clusterChecks, quorumChecks } from './quorum.ts';
import { releaseChecks } from './release.ts';

/** Judges one side of what was seen. Pure; what was not seen is `unknown`, or left out where another check tells why. */
export type RunChecks = (facts: HealthFacts, thresholds: HealthThresholds) => Check[];

/** All that there is. */
export const ALL_CHECKS: readonly RunChecks[] = [
  quorumChecks,
  clusterChecks,
  membershipChecks,
  dataChecks,
  endpointChecks,
  metricsChecks,
  releaseChecks,
  hostChecks,
  fileChecks,
  machineChecks,
  certificateChecks,
  controlPlaneChecks,
];
