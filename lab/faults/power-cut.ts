import { powerOff } from '../hosts/boot.ts';
import { kindOf } from '../hosts/kinds.ts';
import { supervisorOf } from '../hosts/processes.ts';
import type { CTools } from '../machine/ctools.ts';
import { setLink } from '../network/namespaces.ts';
import type { HostPlace } from '../place.ts';

/** Cuts the host's power: nobody gets a FIN or a reset from it, and what was not synced to its disk is lost. */
export async function cutPower(host: HostPlace, tools: CTools): Promise<void> {
  if (!supervisorOf(host)) return;
  // First of all it falls silent: its dying processes would close their connections.
  await setLink(host, 'down');
  try {
    await kindOf(host).loseUnsynced(host, tools);
  } finally {
    await powerOff(host);
  }
}
