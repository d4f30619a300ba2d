import type { Lab } from '../../../lab/client.ts';
import { followGuide } from '../../../lab/guide/follow.ts';
import { deployInputs } from './action-in-lab.ts';

/** Steps after the guide's last one. */
export interface ByHandOptions {
  /** Removes the guide's remains: configurations and keys in /tmp and in the user's home. */
  readonly tidy?: boolean;
}

/**
 * Sets up a three-member cluster without the action: the commands of the guide, over ssh and scp, with the hosts' own
 * kubeadm. As with the guide, /tmp/ADDRESS of each member remains on the first host, with the keys of the other two,
 * and kubeadmcfg.yaml in the user's home on those. Everything is synced, as it would be a minute later: kubeadm itself
 * syncs nothing. Takes about 10 s.
 */
export async function buildByHand(lab: Lab, { tidy = false }: ByHandOptions = {}): Promise<void> {
  // The action's `kubelet-config`.
  await followGuide(lab, deployInputs(lab)['kubelet-config']);
  const folders = lab.hosts.map(({ address }) => `/tmp/${address}`).join(' ');
  const left = `${folders} /home/${lab.sshUser}/kubeadmcfg.yaml`;
  await Promise.all(
    lab.hosts.map(({ name }) => lab.sh(name, tidy ? `rm -rf ${left}; sync -f /` : 'sync -f /')),
  );
}
