import { must, run } from '../machine/run.ts';
import type { HostPlace, LabPlace } from '../place.ts';

const table = 'table bridge partitions';

/** Drops all frames between these two hosts, of any protocol. Both still reach all other hosts. */
export async function partition(a: HostPlace, b: HostPlace): Promise<void> {
  const ports = (host: HostPlace) => `{ "${host.port}", "${host.relayPort}" }`;
  const drop = (from: HostPlace, to: HostPlace) => `iifname ${ports(from)} oifname ${ports(to)} drop`;
  const rules = [`${drop(a, b)} comment "${comment(a, b)}"`, drop(b, a)];
  const chain = `chain forward { type filter hook forward priority 0; ${rules.join('; ')}; }`;
  await must([...nft(a.lab), '-f', '-'], { stdin: `${table} { ${chain}; }\n` });
}

/** Returns the partitions in force between these hosts, as "infra0 | infra1". */
export async function partitions(hosts: readonly HostPlace[]): Promise<string[]> {
  const lab = hosts[0]?.lab;
  if (!lab) return [];
  const { stdout } = await run([...nft(lab), 'list', ...table.split(' ')]);
  return [...new Set([...stdout.matchAll(/comment "([^"]+)"/g)].map((match) => match[1] ?? ''))];
}

/** Undoes all partitions of the lab. */
export async function removePartitions(lab: LabPlace): Promise<void> {
  if ((await run([...nft(lab), 'list', ...table.split(' ')])).code === 0) {
    await must([...nft(lab), 'delete', ...table.split(' ')]);
  }
}

function comment(a: HostPlace, b: HostPlace): string {
  return [a.name, b.name].sort().join(' | ');
}

function nft(lab: LabPlace): string[] {
  return ['ip', 'netns', 'exec', lab.switchNamespace, 'nft'];
}
