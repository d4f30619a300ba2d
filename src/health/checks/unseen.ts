import type { FactName, StandingFacts } from '../../cluster/host-facts.ts';
import type { Check, CheckStatus, Told } from '../check.ts';

/** What a part of the facts is called in a sentence. */
const NAMES: Readonly<Record<FactName, string>> = {
  containers: 'the containers',
  images: 'the images',
  runtime: 'the container runtime',
  kubelet: 'the state of kubelet',
  kubeadm: 'the version of kubeadm',
  files: 'the files',
  digests: 'the digests of the files',
  'data-dir': 'the data dir',
  addresses: 'the addresses',
  listeners: 'the ports in use',
  clock: 'the clock',
  reach: 'the other hosts',
};

/**
 * The check as `unknown`, with what the program said, where a part of the facts that it needs could not be seen on a host;
 * undefined where all of it was seen.
 */
export function unseenCheck(
  check: (status: CheckStatus, told: Told) => Check,
  host: string,
  { unseen }: StandingFacts,
  needed: readonly FactName[],
): Check | undefined {
  const first = unseen.find(({ what }) => needed.includes(what));
  if (first === undefined) return undefined;
  const { what, program, words } = first;
  return check('unknown', {
    measured: `Not seen: \`${program}\` did not tell ${NAMES[what]} of ${host} (${words}).`,
    cause:
      'The program is missing or fails there, the service that it asks hangs, or the host is overloaded.',
    fix: `Run \`${program}\` as root on ${host} and mend what it says.`,
  });
}
