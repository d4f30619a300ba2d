import { CA_KEY, stagedPath } from '../kubeadm/paths.ts';
import type { HostFacts } from './host-facts.ts';
import type { RemoveAuthorityKey, Stage } from './plan.ts';

/** Whether the CA's key lies on a host, or what a delivery that was cut off has left of it. */
export function holdsAuthorityKey({ files }: Pick<HostFacts, 'files'>): boolean {
  return files.has(CA_KEY) || files.has(stagedPath(CA_KEY));
}

/** Takes the CA's key from hosts, once the cluster is proven: with a cluster that does not work it may still be needed there. */
export function removalStage(
  members: readonly { readonly name: string; readonly facts: HostFacts }[],
  keyKeeper: string | undefined,
): Stage {
  const holders = keyKeeper === undefined ? members.filter(({ facts }) => holdsAuthorityKey(facts)) : [];
  return {
    title: 'Key of the CA',
    steps: holders.map(({ name }): RemoveAuthorityKey => ({
      kind: 'remove-authority-key',
      host: name,
      why: 'ca-custody: input-only; the inputs have it',
    })),
  };
}
