import { readFileSync, writeFileSync } from 'node:fs';

const LIMIT = '/proc/sys/fs/inotify/max_user_instances';
/** More than a host uses, with a reserve for root's other programs. */
const PER_HOST = 20;
const OTHERS = 128;

/** Raises the kernel's limit of inotify instances during `work`, if this many hosts need more than it permits. */
export async function withInotifyInstances(hosts: number, work: () => Promise<void>): Promise<void> {
  const before = readFileSync(LIMIT, 'utf8');
  const needed = hosts * PER_HOST + OTHERS;
  if (Number(before) >= needed) return work();
  writeFileSync(LIMIT, String(needed));
  try {
    await work();
  } finally {
    writeFileSync(LIMIT, before);
  }
}
