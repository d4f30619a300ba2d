import type { Lab } from '../../lab/client.ts';

/** Prints `NAME<tab>VERSION` for every program on a host that the action uses. Leaves out missing ones. */
const VERSIONS = `
say() { [ -z "$2" ] || printf '%s\\t%s\\n' "$1" "$2"; }
. /etc/os-release
say distribution "$PRETTY_NAME"
say kernel "$(uname -r)"
say cgroups "$(stat -fc %T /sys/fs/cgroup | sed 's/cgroup2fs/v2/; s/tmpfs/v1/')"
say systemd "$(systemctl --version | sed -n '1s/^systemd \\([0-9]*\\).*/\\1/p')"
say OpenSSH "$(ssh -V 2>&1 | sed 's/^OpenSSH_\\([^ ,]*\\).*/\\1/')"
say bash "$BASH_VERSION"
say coreutils "$(stat --version | sed -n '1s/^[^0-9]*//p; 1!d' | head -n 1) $(stat --version | grep -qi uutils && echo uutils || echo GNU)"
say sudo "$(sudo --version 2>&1 | sed -n '1p')"
say containerd "$(command -v containerd > /dev/null && containerd --version | cut -d' ' -f3)"
say CRI-O "$(command -v crio > /dev/null && crio --version | sed -n 's/^Version: *//p')"
say runtime "$(crictl version 2> /dev/null | sed -n 's/^Runtime\\(Name\\|Version\\): *//p' | paste -sd' ')"
say runc "$(command -v runc > /dev/null && runc --version | sed -n '1s/runc version //p')"
say crun "$(command -v crun > /dev/null && crun --version | sed -n '1s/crun version //p')"
say kubeadm "$(kubeadm version -o short)"
say kubelet "$(kubelet --version | cut -d' ' -f2)"
say crictl "$(crictl --version | sed 's/.* //')"
say etcd "$(crictl images 2> /dev/null | sed -n 's/.*\\/etcd *\\([^ ]*\\) .*/\\1/p' | head -n 1)"
`;

/** Returns the versions of the programs on the lab's first host, by name, in the order of lab/FLEET.md. */
export async function versionsOf(lab: Lab): Promise<Record<string, string>> {
  const path = 'export PATH=$PATH:/opt/bin:/usr/local/bin\n';
  const printed = await lab.sh(lab.hosts[0]?.name ?? '', `${path}${VERSIONS}true`);
  const lines = printed.split('\n').filter((line) => line.includes('\t'));
  return Object.fromEntries(lines.map((line) => line.split('\t', 2) as [string, string]));
}
