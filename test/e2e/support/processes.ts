import type { Lab } from '../../../lab/client.ts';

const PROCESSES = `
say() { printf '%s %s\\n' "$1" "\${2:+$2 $(sed 's/.*) //' "/proc/$2/stat" | cut -d' ' -f20)}"; }
say etcd "$(pgrep -x etcd | head -n 1)"
say kubelet "$(systemctl show kubelet -p MainPID --value)"`;

/** Process id and start of etcd and kubelet on each host, as the kernel has them: crictl is not asked, for it may be broken. */
export async function memberProcesses(lab: Lab): Promise<string[]> {
  return Promise.all(lab.hosts.map(async ({ name }) => `${name}: ${(await lab.sh(name, PROCESSES)).trim()}`));
}
