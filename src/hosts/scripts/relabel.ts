/** Where the kernel shows SELinux, whether it is enforced or not. */
export const SELINUX = '/sys/fs/selinux/enforce';

/**
 * Function of bash: `relabel PATH…` gives files and folders the SELinux labels that the host's policy has for their paths, where it
 * has SELinux. What is made has the label of its folder until then, and a container may not read what is labelled for
 * others: container-selinux has rules of their own for `/var/lib/etcd` and `/etc/kubernetes`. Labels that an administrator
 * has chosen among those that policies leave to him stay (customizable_types(5)). A path without a label is no reason to end.
 */
export const RELABEL = `
relabel() {
  if [ $# = 0 ] || ! [ -e ${SELINUX} ] || ! type -p restorecon > /dev/null; then return 0; fi
  restorecon "$@" >&2 || true
  sync -- "$@"
}
`;
