/**
 * Whether a line is what crictl 1.32 and later writes to standard error in each call on a host without /etc/crictl.yaml, as
 * kubeadm's packages leave it (cri-tools, pkg/common/config.go). It tells nothing about etcd or the runtime.
 */
export function isCrictlWarning(line: string): boolean {
  return line.includes('level=warning msg="Config ') && line.includes('crictl.yaml');
}
