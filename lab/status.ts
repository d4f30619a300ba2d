import { kindOf } from './hosts/kinds.ts';
import { supervisorOf } from './hosts/processes.ts';
import { Lab } from './client.ts';
import { currentDelay } from './network/delay.ts';
import { linkState } from './network/namespaces.ts';
import { partitions } from './network/partition.ts';
import type { HostPlace } from './place.ts';
import { nameOf } from './variants/variant.ts';

/**
 * Describes the lab in a few lines: its hosts, their state, and the faults in force. Throws if there is no such lab.
 */
export async function status(name: string): Promise<string> {
  const lab = Lab.open(name);
  const places = lab.hosts.map((host) => lab.place(host));
  const rows = [
    ['HOST', 'ADDRESS', 'VARIANT', 'STATE', 'CABLE', 'DELAY', 'DISK'],
    ...(await Promise.all(places.map(row))),
  ];
  const widths =
    rows[0]?.map((_, column) => Math.max(...rows.map((cells) => cells[column]?.length ?? 0))) ?? [];
  const table = rows.map((cells) =>
    cells
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join('  ')
      .trimEnd(),
  );
  const apart = await partitions(places);
  const hosts = lab.kind === 'vm' ? 'virtual machines' : 'containers';
  const title = `lab ${lab.name}: Kubernetes ${lab.kubernetes}, ${hosts}, runner ${lab.runnerAddress}`;
  const lines = [title, ...table];
  if (apart.length > 0) lines.push(`partitions: ${apart.join(', ')}`);
  return `${lines.join('\n')}\n`;
}

async function row(host: HostPlace): Promise<string[]> {
  const use = await kindOf(host).diskUse(host);
  const power = use !== undefined ? 'up' : supervisorOf(host) ? 'booting' : 'off';
  let cable: string;
  try {
    cable = await linkState(host);
  } catch {
    cable = 'none';
  }
  const delay = currentDelay(host);
  return [
    host.name,
    host.address,
    nameOf(host.variant),
    power,
    cable,
    delay === 0 ? '-' : `${delay} ms`,
    use === undefined ? '-' : `${Math.round(100 * use)} %`,
  ];
}
