import type { Lab } from '../../../lab/client.ts';

/**
 * Lists what a run may have on a host only while it works: temporary, rendered, taken out or replaced files, files in
 * memory other than the two empty lock files, a running unit or process.
 */
const LEFTOVERS = `
find /etc /run /root /home /tmp /var/tmp /var/lib/etcd /var/lib/kubelet/pki -xdev \\( \
  -name '.*.etcd-ha-action' -o -name 'etcd-ha-action.*' -o -name '*.rendered.*' -o -name 'etcd.outgoing.yaml*' \\) \
  -not -path '/run/systemd/*' 2>/dev/null || true
find /run/etcd-ha-action -mindepth 1 -not -name step.lock -not -name mutex 2>/dev/null || true
find /etc/kubernetes/etcd-ha-action -mindepth 1 -not -name state.json -not -name kubeadmcfg.yaml -not -name audit.jsonl -not -name last-backup.json \
  2>/dev/null || true
find /etc/kubernetes/manifests -mindepth 1 -not -name etcd.yaml -not -name .kubelet-keep
systemctl list-units --all --no-legend --plain 'etcd-ha-action*' | awk '{ print "unit " $1 " " $3 " " $4 }'
lock=/run/etcd-ha-action/step.lock
if [ -e "$lock" ] && ! flock -n "$lock" true; then echo 'a step still runs'; fi
`;

/** Returns the paths or descriptions of a finished run's remains on a host. */
export async function leftovers(lab: Lab, host: string): Promise<string[]> {
  const lines = (await lab.sh(host, LEFTOVERS)).split('\n').filter((line) => line !== '');
  return [...new Set(lines)].toSorted();
}

/** Returns the same for all hosts, as `HOST: WHAT`. */
export async function leftoversOfAll(lab: Lab): Promise<string[]> {
  const found = await Promise.all(lab.hosts.map(({ name }) => leftovers(lab, name)));
  return lab.hosts.flatMap(({ name }, index) => (found[index] ?? []).map((what) => `${name}: ${what}`));
}
