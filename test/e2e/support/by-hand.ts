import type { Lab } from '../../../lab/client.ts';
import { followGuide } from '../../../lab/guide/follow.ts';
import { deployInputs } from './action-in-lab.ts';

/** What somebody does after the guide's last step. */
export interface ByHandOptions {
  /** Removes what the guide leaves beside the cluster: configurations and keys in /tmp and in the home of the user. */
  readonly tidy?: boolean;
}

/**
 * A three-member cluster that no code of ours has made: the commands of the guide, over ssh and scp, with the hosts' own
 * kubeadm. Left behind are, as by the guide, /tmp/ADDRESS of each member on the first host, with the keys of the other
 * two, and kubeadmcfg.yaml in the user's home on those. All of it is on the disk, as it would be a minute later: kubeadm
 * itself syncs nothing. Takes about 10 s.
 */
export async function buildByHand(lab: Lab, { tidy = false }: ByHandOptions = {}): Promise<void> {
  // what `kubelet-config` has for the action
  await followGuide(lab, deployInputs(lab)['kubelet-config']);
  const folders = lab.hosts.map(({ address }) => `/tmp/${address}`).join(' ');
  const left = `${folders} /home/${lab.sshUser}/kubeadmcfg.yaml`;
  await Promise.all(
    lab.hosts.map(({ name }) => lab.sh(name, tidy ? `rm -rf ${left}; sync -f /` : 'sync -f /')),
  );
}
