import type { Finding } from '../findings.ts';
import { parseInteger } from './parse-scalars.ts';

/** Each port of etcd's, and what it usually is. */
const ETCD_PORTS = { 'client-port': 2379, 'peer-port': 2380, 'metrics-port': 2381 } as const;

type EtcdPortInput = keyof typeof ETCD_PORTS;

/** etcd's TCP ports by the input that sets each. */
export type EtcdPorts = Readonly<Record<EtcdPortInput, number>>;

/** What already listens on an etcd host that the kubelet is set up on. */
const taken: ReadonlyMap<number, string> = new Map([
  [10248, 'the kubelet serves its health'],
  [10250, 'the kubelet serves its API'],
]);

/** Reads etcd's ports; each must be free on the hosts and different from the others. */
export function parsePorts(
  inputs: Readonly<Record<EtcdPortInput, string>>,
  findings: Finding[],
): EtcdPorts | undefined {
  const ports = new Map<EtcdPortInput, number>();
  for (const input of Object.keys(ETCD_PORTS) as EtcdPortInput[]) {
    const port = parsePort(input, inputs[input], ETCD_PORTS[input], findings);
    if (port === undefined) continue;
    const user = taken.get(port);
    if (user !== undefined) findings.push(takenBy(input, port, user));
    const [same] = [...ports].find(([, other]) => other === port) ?? [];
    if (same !== undefined) findings.push(sameAs(input, port, same));
    ports.set(input, port);
  }
  return ports.size < Object.keys(ETCD_PORTS).length ? undefined : (Object.fromEntries(ports) as EtcdPorts);
}

/** Reads the port of the SSH servers. */
export function parseSshPort(value: string, findings: Finding[]): number | undefined {
  return parsePort('ssh-port', value, 22, findings);
}

function parsePort(
  input: EtcdPortInput | 'ssh-port',
  value: string,
  example: number,
  findings: Finding[],
): number | undefined {
  return parseInteger(input, value, { least: 1, greatest: 65535, example }, findings);
}

function takenBy(input: EtcdPortInput, port: number, user: string): Finding {
  return {
    at: input,
    fact: `${port} is where ${user}.`,
    fix: `choose a port that is free on every host, for example ${input}: ${ETCD_PORTS[input]}.`,
  };
}

function sameAs(input: EtcdPortInput, port: number, other: EtcdPortInput): Finding {
  return {
    at: input,
    fact: `${port} is also ${other}${port === ETCD_PORTS[input] ? `, and what ${input} is where it is left out` : ''}.`,
    fix: 'give each its own port.',
  };
}
