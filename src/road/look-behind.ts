import type { ClusterFacts } from '../cluster/cluster-facts.ts';
import { resolveMembers } from '../cluster/members.ts';
import type { Settings } from '../settings/settings.ts';
import { hostLabel, lookedAgain, secondLook, type Observed } from './observe.ts';
import { settleAll } from './settle.ts';
import type { Timeline } from '../run/timeline.ts';

/**
 * Looks once more at hosts of which the cluster tells newer things than were seen there. A member writes its log and then
 * publishes itself, so one that has published itself and was seen without a log has started in between, or has lost its log:
 * the later look tells which.
 * @throws Refusal with each host that could not be examined.
 */
export async function lookBehind(
  observed: readonly Observed[],
  { health }: ClusterFacts,
  settings: Settings,
  timeline: Timeline,
): Promise<Observed[]> {
  const { members } = resolveMembers(
    settings.hosts,
    observed.map(({ facts }) => facts),
  );
  const hasPublished = (name: string | undefined): boolean =>
    health.members.some((member) => member.name === name && member.clientUrls.length > 0);
  const again = secondLook(settings);
  const work = observed.map((one, index) => {
    const host = hostLabel(one.host);
    const isOlder = !one.facts.dataDir.hasLog && hasPublished(members[index]?.name);
    const look = async (): Promise<Observed> => lookedAgain(one, (await one.transport.run(again)).stdout);
    const record = { stage: 'Observe', title: again.title, changes: false, host };
    const result = isOlder ? timeline.record(record, look) : Promise.resolve(one);
    return { host, at: again.title, result };
  });
  return settleAll('not every host could be examined, so nothing was changed on any', work);
}
