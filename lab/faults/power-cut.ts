import { powerOff } from '../hosts/boot.ts';
import { supervisorOf } from '../hosts/processes.ts';
import { run } from '../machine/run.ts';
import { setLink } from '../network/namespaces.ts';
import type { HostPlace } from '../place.ts';

/**
 * Cuts the host's power: nobody gets a FIN or a reset from it, and what was not synced to its disk is lost.
 * `powerCut` is the path of the compiled power-cut.c.
 */
export async function cutPower(host: HostPlace, powerCut: string): Promise<void> {
  const supervisor = supervisorOf(host);
  if (!supervisor) return;
  // First of all it falls silent: its dying processes would close their connections.
  await setLink(host, 'down');
  const disk = await run([
    'nsenter',
    '--target',
    String(supervisor.pid),
    '--mount',
    powerCut,
    host.mountPoint,
  ]);
  await powerOff(host);
  if (disk.code !== 0)
    throw new Error(`${host.name} is off, but its disk was not cut off first: ${disk.stderr}`);
}
