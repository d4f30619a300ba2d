import { spawnSync } from 'node:child_process';

/** Returns the reason why the lab cannot run on this machine; undefined if it can. */
export function whyNoLab(): string | undefined {
  if (process.platform !== 'linux') return `the lab needs Linux, this is ${process.platform}`;
  if (process.getuid?.() !== 0) return 'the lab needs root (network namespaces, mounts)';
  if (spawnSync('apt-get', ['--version']).status !== 0)
    return 'the lab installs what it needs with apt-get, which is not here';
  if (process.env['LAB_BIN_DIR'] === undefined && spawnSync('go', ['version']).status !== 0) {
    return 'the lab builds kubeadm, kubelet, containerd and etcd with Go, which is not installed (or set LAB_BIN_DIR)';
  }
  return undefined;
}
