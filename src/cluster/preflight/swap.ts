import type { ExaminedMember, PreflightSettings } from './examined.ts';
import { size } from './format.ts';
import type { SevereFinding } from './severe-finding.ts';

/** Swap that is on: kubelet refuses to start (failSwapOn is true by default). */
export function swapOn({ name: host, seen }: ExaminedMember, settings: PreflightSettings): SevereFinding[] {
  if (seen.swaps.length === 0) return [];
  const list = seen.swaps.map(({ device, bytes }) => `${device}, ${size(bytes)}`).join('; ');
  const allowed = settings.kubeletConfig['failSwapOn'] === false;
  return [
    {
      severity: allowed ? 'warn' : 'fail',
      host,
      at: 'swap',
      fact: allowed
        ? `swap is on (${list}), and \`kubelet-config\` makes kubelet run all the same.`
        : `swap is on (${list}); kubelet refuses to start.`,
      cause: allowed
        ? 'failSwapOn is false. A member whose memory is swapped out answers too late and loses elections.'
        : "The distribution's installer made it.",
      fix: 'Switch it off: `swapoff -a`, and take its line out of /etc/fstab (`systemctl mask` for a swap unit or zram).',
    },
  ];
}
