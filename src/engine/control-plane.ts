import { type ControlPlaneLook, controlPlaneName } from '../cluster/control-plane/resolve.ts';
import type { Finding } from '../findings.ts';
import { named, type Transport } from '../hosts/transport.ts';
import type { HostSettings, Settings } from '../inputs/settings.ts';
import type { Timeline } from '../run/timeline.ts';
import { findingsOf } from './collect.ts';
import { type Connected, hostLabel, type Observed, probe } from './observe.ts';

/** What was seen of the control plane. */
export interface ObservedControlPlane {
  readonly observed: readonly Observed[];
  /** Why other hosts could not be looked at. */
  readonly unreached: readonly Finding[];
}

/**
 * Probes the hosts of the control plane that could be reached. Never throws: the cluster does not wait for its clients.
 * @param transports those of the connected hosts, as this run uses them.
 */
export async function observeControlPlane(
  settings: Settings,
  { reached, findings }: Pick<Connected, 'reached' | 'findings'>,
  transports: readonly Transport[],
  timeline: Timeline,
): Promise<ObservedControlPlane> {
  const looks = reached.flatMap((host, index) => {
    const transport = transports[index];
    if (transport === undefined) return [];
    const what = { stage: 'Observe', title: 'probe', changes: false, host: hostLabel(host) };
    return [timeline.record(what, () => look(settings, host, transport))];
  });
  const results = await Promise.allSettled(looks);
  return {
    observed: results.flatMap((result) => (result.status === 'fulfilled' ? [result.value] : [])),
    unreached: [
      ...findings,
      ...reached.flatMap((host, index) => {
        const result = results[index];
        return result?.status === 'rejected' ? findingsOf(result.reason, hostLabel(host), 'probe') : [];
      }),
    ],
  };
}

async function look(settings: Settings, host: HostSettings, transport: Transport): Promise<Observed> {
  const seen = await probe(settings, host, transport);
  return { ...seen, transport: named(transport, controlPlaneName(host, seen.facts) || hostLabel(host)) };
}

/** What a decision is told of the control plane. */
export function controlPlaneLook({ observed, unreached }: ObservedControlPlane): ControlPlaneLook {
  return { hosts: observed.map(({ host, facts }) => ({ host, facts })), unreached };
}
