import type { Finding } from '../../findings.ts';
import type { DataPlaces } from '../../kubeadm/paths.ts';
import { quote } from '../../text/quote.ts';
import { inputGroup } from '../group.ts';
import { parseInteger } from '../scalars.ts';
import { dataPlaceInputs, portInputs } from '../table/etcd.ts';

/** Folders that may not contain any data of etcd, with the reason. */
const closed: readonly { readonly folders: readonly string[]; readonly why: string }[] = [
  { folders: ['/tmp', '/var/tmp'], why: 'is emptied by the system' },
  { folders: ['/run', '/var/run', '/dev'], why: 'is in memory and lost when the host restarts' },
  { folders: ['/proc', '/sys'], why: 'belongs to the kernel' },
  { folders: ['/etc', '/boot', '/usr', '/bin', '/sbin', '/lib', '/lib64'], why: 'belongs to the system' },
  { folders: ['/var/log', '/var/cache'], why: 'is cleaned up by the system' },
  {
    folders: [
      '/var/lib/kubelet',
      '/var/lib/containerd',
      '/var/lib/containers',
      '/var/lib/docker',
      '/var/lib/dockershim',
    ],
    why: 'belongs to the kubelet or the container runtime',
  },
];

/** Folders shared with other programs: kubeadm sets mode 0700 on the data dir, which would lock them out. */
const shared: readonly string[] = [
  '/',
  '/home',
  '/media',
  '/mnt',
  '/opt',
  '/root',
  '/srv',
  '/var',
  '/var/lib',
  '/var/spool',
];

/** The inputs that name a folder of etcd, each with an example. */
const EXAMPLES = { 'data-dir': '/var/lib/etcd', 'wal-dir': '/var/lib/etcd-wal' } as const;

/**
 * Parses the folders of etcd's data and log; neither may contain the other.
 * @param inputs an empty `wal-dir` keeps the log in the data dir.
 */
function parseDataPlaces(
  inputs: Readonly<Record<keyof typeof EXAMPLES, string>>,
  findings: Finding[],
): DataPlaces | undefined {
  const dataDir = parseFolder('data-dir', inputs['data-dir'], findings);
  if (inputs['wal-dir'] === '') return dataDir === undefined ? undefined : { dataDir };
  const walDir = parseFolder('wal-dir', inputs['wal-dir'], findings);
  if (dataDir === undefined || walDir === undefined) return undefined;
  if (isWithin(walDir, dataDir) || isWithin(dataDir, walDir)) {
    findings.push({
      code: 'data-dir-unsuitable',
      at: 'wal-dir',
      fact: `${quote(walDir)} and data-dir (${quote(dataDir)}) lie one in the other.`,
      cause: 'this is the folder in which etcd keeps its log by default.',
      fix: 'leave wal-dir out, or name a folder on another disk, for example wal-dir: /var/lib/etcd-wal.',
    });
    return undefined;
  }
  return { dataDir, walDir };
}

/**
 * Parses the path of a folder of etcd: absolute, normalized, and on persistent storage. Accepts only characters that
 * bash, systemd (RequiresMountsFor), YAML and kubelet treat alike.
 */
function parseFolder(input: keyof typeof EXAMPLES, value: string, findings: Finding[]): string | undefined {
  const fact = problemOf(value);
  if (fact === undefined) return value;
  findings.push({
    code: 'data-dir-unsuitable',
    at: input,
    fact: `${quote(value)} ${fact}`,
    fix: `use a folder of etcd's own, for example ${input}: ${EXAMPLES[input]}.`,
  });
  return undefined;
}

function isWithin(path: string, folder: string): boolean {
  return path === folder || path.startsWith(`${folder}/`);
}

function problemOf(path: string): string | undefined {
  if (!path.startsWith('/')) return 'is not an absolute path.';
  if (!/^[A-Za-z0-9._/@+-]*$/.test(path))
    return 'holds characters other than letters, digits and . _ - + @ /.';
  if (shared.includes(path))
    return 'is shared with others, who would be locked out: etcd needs a folder of its own (mode 0700).';
  const parts = path.slice(1).split('/');
  if (parts.some((part) => part === '' || part === '.' || part === '..')) {
    return 'is not a clean path: it holds //, . or .., or ends with /.';
  }
  const found = closed
    .flatMap(({ folders, why }) => folders.map((folder) => ({ folder, why })))
    .find(({ folder }) => isWithin(path, folder));
  return found === undefined ? undefined : `lies in ${found.folder}, which ${found.why}.`;
}

/** etcd's ports and their defaults. */
const ETCD_PORTS = { 'client-port': 2379, 'peer-port': 2380, 'metrics-port': 2381 } as const;

type EtcdPortInput = keyof typeof ETCD_PORTS;

/** etcd's TCP ports by input. */
export type EtcdPorts = Readonly<Record<EtcdPortInput, number>>;

/** Ports of other programs on an etcd host, with the program. */
const taken: ReadonlyMap<number, string> = new Map([
  [10248, 'the kubelet serves its health'],
  [10250, 'the kubelet serves its API'],
]);

/** Parses etcd's ports; each must be free on the hosts and different from the others. */
function parsePorts(
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

/** Parses the port of the SSH servers. */
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
    code: 'port-conflict',
    at: input,
    fact: `${port} is where ${user}.`,
    fix: `choose a port that is free on every host, for example ${input}: ${ETCD_PORTS[input]}.`,
  };
}

function sameAs(input: EtcdPortInput, port: number, other: EtcdPortInput): Finding {
  return {
    code: 'port-conflict',
    at: input,
    fact: `${port} is also ${other}${port === ETCD_PORTS[input] ? `, and the default of ${input}` : ''}.`,
    fix: 'give each its own port.',
  };
}

/** etcd's TCP ports, equal on all hosts. */
export interface PortSettings {
  readonly clientPort: number;
  readonly peerPort: number;
  /** Serves metrics and health on loopback. */
  readonly metricsPort: number;
}

/** The ports that etcd listens on. */
export const portsGroup = inputGroup({
  name: 'ports',
  inputs: portInputs,
  parse: ({ inputs, findings }): PortSettings | undefined => {
    const ports = parsePorts(inputs, findings);
    return (
      ports && {
        clientPort: ports['client-port'],
        peerPort: ports['peer-port'],
        metricsPort: ports['metrics-port'],
      }
    );
  },
});

/** The folders of etcd's data. */
export const dataPlacesGroup = inputGroup({
  name: 'data-places',
  inputs: dataPlaceInputs,
  parse: ({ inputs, findings }) => parseDataPlaces(inputs, findings),
});

/** Returns etcd's ports by input, for findings that name the input. */
export function portsByInput({ clientPort, peerPort, metricsPort }: PortSettings): EtcdPorts {
  return { 'client-port': clientPort, 'peer-port': peerPort, 'metrics-port': metricsPort };
}
