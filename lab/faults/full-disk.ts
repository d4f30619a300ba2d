import { kindOf } from '../hosts/kinds.ts';
import { must } from '../machine/run.ts';
import type { HostPlace } from '../place.ts';

const filler = '/.lab-fill';

/** Leaves no free block on the host's disk: every write that needs one fails with ENOSPC, root's too. */
export async function fillDisk(host: HostPlace): Promise<void> {
  const script = `
    sync -f /
    for size in 1G 64M 4M 256K 4K; do
      while fallocate --length "$size" "${filler}.$size.$((n = \${n:-0} + 1))" 2> /dev/null; do :; done
      rm -f "${filler}.$size.$n"
    done
    [ "$(df --output=avail / | tail -1)" -eq 0 ]`;
  await must(kindOf(host).entering(host, ['bash', '-c', script]));
}

/** Frees the space. */
export async function freeDisk(host: HostPlace): Promise<void> {
  await must(kindOf(host).entering(host, ['bash', '-c', `rm -f ${filler}.* && sync -f /`]));
}
