import { powerOff } from '../hosts/boot.ts';
import { kindOf } from '../hosts/kinds.ts';
import { supervisorOf } from '../hosts/processes.ts';
import type { CTools } from '../machine/ctools.ts';
import { setLink } from '../network/namespaces.ts';
import type { HostPlace } from '../place.ts';

/** Cuts the host's power: it sends no FIN or reset, and data that was not synced to its disk is lost. */
export async function cutPower(host: HostPlace, tools: CTools): Promise<void> {
  if (!supervisorOf(host)) return;
  // Cuts the cable first: its dying processes would close their connections.
  await setLink(host, 'down');
  try {
    await kindOf(host).loseUnsynced(host, tools);
  } finally {
    await powerOff(host);
  }
}
