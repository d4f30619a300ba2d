import type { Lab } from '../../../lab/client.ts';

const PROCESSES = `
say() { printf '%s %s\\n' "$1" "\${2:+$2 $(sed 's/.*) //' "/proc/$2/stat" | cut -d' ' -f20)}"; }
say etcd "$(pgrep -x etcd | head -n 1)"
say kubelet "$(systemctl show kubelet -p MainPID --value)"`;

/** Returns process id and start time of etcd and kubelet on each host from the kernel, because crictl may be broken. */
export async function memberProcesses(lab: Lab): Promise<string[]> {
  return Promise.all(lab.hosts.map(async ({ name }) => `${name}: ${(await lab.sh(name, PROCESSES)).trim()}`));
}
