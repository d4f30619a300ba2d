import type { Lab } from '../../../lab/client.ts';

/** The state of a host, by the name of each item: `file PATH`, `unit NAME`, `process NAME`, … */
export type HostSnapshot = ReadonlyMap<string, string>;

/** Folders in which everything counts: kind, mode, owner, size, inode, mtime and ctime of every file and folder. */
const WATCHED = '/etc /var/lib/kubelet/pki /run/etcd-ha-action /root /home /tmp /var/tmp';

/**
 * Prints one item per line: its name, a tab, and its state. In the data dir only names, modes and owners count, because
 * etcd itself writes there. Leaves out what changes by itself: units and scopes of an SSH login, the mounts of
 * containerd and runc, which systemd may notice only after the container runs, and an unconfigured kubelet (without its
 * drop-in), which fails and restarts all the time. Containers count by their ids.
 */
const SNAPSHOT = `
find ${WATCHED} -xdev -printf 'file %p\\t%y %m %U:%G size %s inode %i mtime %T@ ctime %C@\\n' 2>/dev/null || true
find /var/lib/etcd -xdev -printf 'data %p\\t%y %m %U:%G\\n' 2>/dev/null || true
kubelet=kubelet
if [ ! -d /etc/systemd/system/kubelet.service.d ]; then kubelet=; printf 'unit kubelet.service\\tfails and is started again\\n'; fi
systemctl list-units --all --no-legend --plain --full --type=service,socket,timer,mount,path |
  awk '$2 != "not-found" && $1 !~ /^(user|user-runtime-dir|session-)[@-]|^run-user-|^run-containerd-|^run-runc-|^var-lib-containerd-tmpmounts-/ { print "unit " $1 "\\t" $2 " " $3 " " $4 }' |
  { [ -n "$kubelet" ] && cat || grep -v '^unit kubelet.service'; }
systemctl list-unit-files --no-legend --plain | awk '{ print "unit file " $1 "\\t" $2 }'
crictl ps -a -o json | sed -n 's/^      "id": "\\(.*\\)",$/container \\1\\tthere/p'
crictl pods -o json | sed -n 's/^      "id": "\\(.*\\)",$/pod \\1\\tthere/p'
crictl images -o json | sed -n 's/^      "id": "\\(.*\\)",$/image \\1\\tthere/p'
process() { # NAME PID
  case $2 in '' | 0) return ;; esac
  printf 'process %s\\tpid %s started %s\\n' "$1" "$2" "$(sed 's/.*) //' "/proc/$2/stat" | cut -d' ' -f20)"
}
for unit in $kubelet containerd crio ssh; do process "$unit" "$(systemctl show "$unit" -p MainPID --value)"; done
process etcd "$(pgrep -x etcd | head -n 1 || true)"
`;

/** Returns the state of a host that a read-only run must leave unchanged. */
export async function snapshotHost(lab: Lab, host: string): Promise<HostSnapshot> {
  const printed = await lab.sh(host, SNAPSHOT);
  const entries = printed
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => [line.replace(/\t.*$/, ''), line.replace(/^[^\t]*\t/, '')] as const);
  return new Map(entries);
}

/** Returns the snapshots of all hosts of a lab, by name. */
export async function snapshotHosts(lab: Lab): Promise<ReadonlyMap<string, HostSnapshot>> {
  const taken = await Promise.all(lab.hosts.map(({ name }) => snapshotHost(lab, name)));
  return new Map(lab.hosts.map(({ name }, index) => [name, taken[index] ?? new Map()]));
}

/** Returns the differences, as `THING: BEFORE -> AFTER`. */
export function differences(before: HostSnapshot, after: HostSnapshot): string[] {
  const names = new Set([...before.keys(), ...after.keys()]);
  return [...names].flatMap((name) => {
    const [was, is] = [before.get(name) ?? 'absent', after.get(name) ?? 'absent'];
    return was === is ? [] : [`${name}: ${was} -> ${is}`];
  });
}

/** Returns the changes on any host since `before`, as `HOST THING: BEFORE -> AFTER`. */
export async function changesSince(lab: Lab, before: ReadonlyMap<string, HostSnapshot>): Promise<string[]> {
  const after = await snapshotHosts(lab);
  return [...after].flatMap(([host, snapshot]) =>
    differences(before.get(host) ?? new Map<string, string>(), snapshot).map((line) => `${host} ${line}`),
  );
}
