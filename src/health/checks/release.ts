import { seen } from '../../etcd/health-observation.ts';
import { parseRelease, problemOf, type Release } from '../../etcd/releases.ts';
import { checkOf, type Check } from '../check.ts';
import type { HealthFacts, HostSight } from '../facts.ts';

/** What is known against the etcd that each member runs, when this release of the action was made. */
export function releaseChecks({ members }: HealthFacts): Check[] {
  const [shippedElsewhere] = members.flatMap(({ host }) =>
    'seen' in host ? (shippedBy(host.seen) ?? []) : [],
  );
  return members.flatMap(({ name, endpoint, host }) => {
    const version = seen(endpoint.status)?.version;
    const release = version === undefined ? undefined : parseRelease(version);
    if (version === undefined || release === undefined) return [];
    const check = checkOf('release', name);
    const problem = problemOf(release);
    if (problem === undefined)
      return [check('ok', { measured: `Nothing is known against etcd ${version}.` })];
    // Where its own host was not seen, the others are as good a guess.
    const shipped = 'seen' in host ? shippedBy(host.seen) : shippedElsewhere;
    const measured = `etcd ${version} on ${name} ${problem.fact}`;
    // What kubeadm itself asks for is for Kubernetes to change, and no reason to wake somebody.
    if (shipped?.text === release.text) {
      return [check('ok', { measured, notice: `It is what this host's kubeadm ships. ${problem.fix}` })];
    }
    return [check('warn', { measured, cause: 'The image was chosen long ago.', fix: problem.fix })];
  });
}

/** The etcd that a host's kubeadm asks for. */
function shippedBy({ shippedImage }: HostSight): Release | undefined {
  return parseRelease(shippedImage?.split(':').at(-1) ?? '');
}
