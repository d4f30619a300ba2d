import { readFileSync, readdirSync, readlinkSync, statSync } from 'node:fs';
import { allProcesses } from './processes.ts';

/** inotify instances of one host whose kubelet runs pods; measured: 13 to 14, and 10 before kubelet is configured. */
const instancesPerHost = 14;

/**
 * Throws if `hosts` more hosts would exceed the kernel's limit of inotify instances for root. Beyond it systemd does
 * not boot and kubelet does not see its manifests, and neither says why.
 */
export function checkInotifyLimit(hosts: number): void {
  const limit = Number(readFileSync('/proc/sys/fs/inotify/max_user_instances', 'utf8'));
  const needed = hosts * instancesPerHost;
  // Counting reads every open file on the machine; a sufficiently high limit needs no count.
  if (needed * 10 < limit) return;
  const used = allProcesses().reduce((sum, pid) => sum + inotifyInstances(pid), 0);
  if (used + needed <= limit) return;
  throw new Error(
    `the kernel allows each user ${limit} inotify instances, root uses ${used}, and ${hosts} more hosts need about ${needed}: ` +
      'take other labs down, or raise the limit with sysctl -w fs.inotify.max_user_instances=1024',
  );
}

/** Returns the number of inotify instances that a process of root has open. */
function inotifyInstances(pid: number): number {
  try {
    if (statSync(`/proc/${pid}`).uid !== 0) return 0;
    const files = readdirSync(`/proc/${pid}/fd`);
    return files.filter((file) => readlinkSync(`/proc/${pid}/fd/${file}`) === 'anon_inode:inotify').length;
  } catch {
    // It has ended, or closed a file, in the meantime.
    return 0;
  }
}
