import type { Lab } from '../lab/client.ts';
import { must } from '../lab/machine/run.ts';

/** The runner's traffic, as its kernel counts it. */
export interface Traffic {
  /** TCP connections opened. */
  readonly connections: number;
  /** Bytes of IP packets, headers included. */
  readonly bytesSent: number;
  readonly bytesReceived: number;
}

/** Returns the traffic of the runner's network while `work` runs. */
export async function trafficOf<T>(lab: Lab, work: () => Promise<T>): Promise<[T, Traffic]> {
  const before = await counters(lab);
  const result = await work();
  const after = await counters(lab);
  return [
    result,
    {
      connections: after.connections - before.connections,
      bytesSent: after.bytesSent - before.bytesSent,
      bytesReceived: after.bytesReceived - before.bytesReceived,
    },
  ];
}

/** Reads the counters of the runner's network namespace (proc_net(5), snmp and netstat). */
async function counters(lab: Lab): Promise<Traffic> {
  const text = await must(lab.inRunner(['cat', '/proc/net/snmp', '/proc/net/netstat']));
  return {
    connections: counter(text, 'Tcp', 'ActiveOpens'),
    bytesSent: counter(text, 'IpExt', 'OutOctets'),
    bytesReceived: counter(text, 'IpExt', 'InOctets'),
  };
}

/** Reads one counter; each group is a line of names and a line of values. */
function counter(text: string, group: string, name: string): number {
  const [names, values] = text.split('\n').filter((line) => line.startsWith(`${group}: `));
  const index = names?.split(' ').indexOf(name) ?? -1;
  const value = Number(values?.split(' ')[index]);
  if (index < 0 || !Number.isFinite(value)) throw new Error(`this kernel does not count ${group} ${name}`);
  return value;
}
