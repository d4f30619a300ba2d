import type { Finding } from '../findings.ts';
import { parseInteger } from './parse-scalars.ts';

/** The TCP ports of one cluster. */
export interface Ports {
  readonly ssh: number;
  readonly client: number;
  readonly peer: number;
}

/** What already listens on an etcd host that kubeadm and the kubelet set up. */
const taken: ReadonlyMap<number, string> = new Map([
  [2381, "etcd's metrics and probes are served (kubeadm's listen-metrics-urls)"],
  [10248, 'the kubelet serves its health'],
  [10250, 'the kubelet serves its API'],
]);

/** Reads the three ports; etcd's must be free on the hosts and different from each other. */
export function parsePorts(
  values: { readonly ssh: string; readonly client: string; readonly peer: string },
  findings: Finding[],
): Ports | undefined {
  const ssh = parsePort('ssh-port', values.ssh, 22, findings);
  const client = parsePort('client-port', values.client, 2379, findings);
  const peer = parsePort('peer-port', values.peer, 2380, findings);
  refuseTaken('client-port', client, 2379, findings);
  refuseTaken('peer-port', peer, 2380, findings);
  refuseEqual('peer-port', peer, 'client-port', client, 2380, findings);
  return ssh === undefined || client === undefined || peer === undefined ? undefined : { ssh, client, peer };
}

type PortInput = 'ssh-port' | 'client-port' | 'peer-port';

function parsePort(
  input: PortInput,
  value: string,
  example: number,
  findings: Finding[],
): number | undefined {
  return parseInteger(input, value, { least: 1, greatest: 65535, example }, findings);
}

function refuseTaken(input: PortInput, port: number | undefined, example: number, findings: Finding[]): void {
  const user = port === undefined ? undefined : taken.get(port);
  if (port === undefined || user === undefined) return;
  findings.push({
    at: input,
    fact: `${port} is where ${user}.`,
    fix: `choose a port that is free on every host, for example ${input}: ${example}.`,
  });
}

function refuseEqual(
  input: PortInput,
  port: number | undefined,
  otherInput: PortInput,
  other: number | undefined,
  example: number,
  findings: Finding[],
): void {
  if (port === undefined || port !== other) return;
  findings.push({
    at: input,
    fact: `${port} is also ${otherInput}.`,
    fix: `give each its own port, for example ${input}: ${example}.`,
  });
}
