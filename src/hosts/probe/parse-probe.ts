import type {
  ContainerFact,
  DataDirFact,
  FileFact,
  FolderFact,
  HostFacts,
  KubeletFact,
  ReachFact,
  RuntimeDiscovery,
  StandingFacts,
} from '../../cluster/host-facts.ts';
import { parseHostState, type HostState } from '../../cluster/host-state.ts';
import { STATE_FILE } from '../../kubeadm/paths.ts';
import { fieldsIn, fieldsOf, numberIn, objectsIn, textIn, textsIn } from '../../json-fields.ts';
import { startsAtBoot } from '../../kubeadm/unit-state.ts';
import { parseKubernetesVersion } from '../../kubeadm/version.ts';
import { parseKubeadmAnswer } from './kubeadm-says.ts';
import { parseSources } from './parse-sources.ts';
import { readSections } from './sections.ts';

/**
 * Facts from the probe's answer.
 * @param address the address that the user gave for this host.
 * @param later the answer of the volatile probe, whose part replaces that of the first.
 * @throws IncompleteProbe when the last section is missing.
 */
export function parseProbe(address: string, answer: string, later?: string): HostFacts {
  const first = readSections(answer);
  const sections = later === undefined ? first : new Map([...withoutVolatile(first), ...readSections(later)]);
  const get = getter(sections);
  const { version, etcdImage } = parseKubeadmAnswer(get('kubeadm'));
  return {
    address,
    ...parseStanding(sections),
    machineId: get('machine-id'),
    systemd: get('init') === 'systemd' && get('tool.systemctl') !== '',
    ...optional('kubeletPath', get('tool.kubelet')),
    ...optional('kubeadmPath', get('tool.kubeadm')),
    ...optional('crictlPath', get('tool.crictl')),
    ...optional('ctrPath', get('tool.ctr')),
    ...optional('curlPath', get('tool.curl')),
    ...optional('kubeadmVersion', parseKubernetesVersion(version)),
    ...optional('etcdImage', etcdImage),
    runtime: parseRuntime(get),
    ...parseImages(get('cri.images')),
    ...optional('sandboxImage', get('cri.sandbox')),
    ...optional('architecture', ARCHITECTURES.get(get('machine'))),
    addresses: parseAddresses(get('addresses')),
    reach: lines(get('reach')).flatMap(parseReach),
    sources: parseSources(get('sources')),
    missingTools: lines(get('missing-tools')),
    listeners: parseListeners(get('listeners')),
    containers: parseContainers(get('cri.containers')),
    locked: sections.has('lock'),
  };
}

/** What every look at a host brings: who it is, and what a run of the action has left there. */
export function parseStanding(sections: ReadonlyMap<string, string>): StandingFacts {
  const get = getter(sections);
  const files = parseFiles(sections);
  return {
    hostname: (get('hostname').split('.')[0] ?? '').toLowerCase(),
    bootId: get('boot-id'),
    kubelet: parseKubelet(get('kubelet')),
    files,
    dataDir: parseDataDir(sections),
    state: readState(files.get(STATE_FILE)),
    unseen: [],
  };
}

function getter(sections: ReadonlyMap<string, string>): (name: string) => string {
  return (name) => sections.get(name)?.trim() ?? '';
}

/** What is gone since the first look has no section in the second. */
function withoutVolatile(sections: ReadonlyMap<string, string>): [string, string][] {
  return [...sections].filter(([name]) => !/^(?:text:|data-dir|wal-dir|lock$)/.test(name));
}

function optional<K extends string, V>(key: K, value: V | undefined): Partial<Record<K, V>> {
  return value === undefined || value === '' ? {} : ({ [key]: value } as Record<K, V>);
}

function lines(text: string): string[] {
  return text.split('\n').filter((line) => line !== '');
}

function readState(file: FileFact | undefined): HostState | 'absent' | 'unreadable' {
  if (file === undefined) return 'absent';
  return parseHostState(file.text ?? '') ?? 'unreadable';
}

function parseFiles(sections: ReadonlyMap<string, string>): Map<string, FileFact> {
  const digests = new Map(
    (sections.get('digests') ?? '')
      .split('\0')
      .filter((entry) => entry !== '')
      .map((entry) => [entry.slice(66), entry.slice(0, 64)]),
  );
  const kinds: Record<string, FileFact['kind']> = { f: 'file', d: 'directory', l: 'link' };
  const files = new Map<string, FileFact>();
  for (const entry of (sections.get('tree') ?? '').split('\0')) {
    const match = /^(\S) (\d+) (\S+) (\d+) (.+)$/s.exec(entry);
    if (match === null) continue;
    const [, kind = '', mode = '', owner = '', size = '', path = ''] = match;
    files.set(path, {
      path,
      kind: kinds[kind] ?? 'other',
      mode,
      owner,
      size: Number(size),
      ...optional('sha256', digests.get(path)),
      ...(sections.has(`text:${path}`) ? { text: sections.get(`text:${path}`) ?? '' } : {}),
    });
  }
  return files;
}

/**
 * The cgroup driver from the CRI's RuntimeConfig (KEP-4033); containerd before 2.0 does not answer that, but shows
 * its configuration.
 */
function parseRuntime(get: (key: string) => string): RuntimeDiscovery {
  const sockets = lines(get('cri.sockets'));
  const endpoint = get('cri.endpoint');
  if (endpoint === '') return { sockets };
  const answered = /"?cgroup[_ ]?driver"?: *"?(SYSTEMD|CGROUPFS)/i
    .exec(get('cri.runtime-config'))?.[1]
    ?.toLowerCase();
  const configured = /"systemdCgroup": *(true|false)/i.exec(get('cri.info'))?.[1];
  const driver =
    answered ?? (configured === undefined ? undefined : configured === 'true' ? 'systemd' : 'cgroupfs');
  if (driver !== 'systemd' && driver !== 'cgroupfs') {
    return { sockets, problem: get('cri.runtime-config').slice(0, 300) };
  }
  return { sockets, runtime: { endpoint, cgroupDriver: driver } };
}

/** `uname -m` to Go's names (kernel: UTS_MACHINE). */
const ARCHITECTURES: ReadonlyMap<string, string> = new Map([
  ['x86_64', 'amd64'],
  ['aarch64', 'arm64'],
  ['armv7l', 'arm'],
  ['ppc64le', 'ppc64le'],
  ['s390x', 's390x'],
  ['riscv64', 'riscv64'],
]);

/** `crictl images -o json`: `{"images":[{"id":"sha256:…","repoTags":[…],"repoDigests":[…]}]}`; CRI-O's ids are bare. */
function parseImages(text: string): Pick<HostFacts, 'images' | 'imageIds'> {
  const imageIds = new Map(
    objectsIn(fieldsOf(text)['images']).flatMap(({ id, repoTags, repoDigests }) =>
      [...textsIn(repoTags), ...textsIn(repoDigests)].map(
        (reference) => [reference, `sha256:${textIn(id).replace(/^sha256:/, '')}`] as const,
      ),
    ),
  );
  return { images: [...imageIds.keys()], imageIds };
}

/** `crictl ps -a -o json`. */
function parseContainers(text: string): ContainerFact[] {
  return objectsIn(fieldsOf(text)['containers']).map(({ id, state, image, metadata }) => {
    const { userSpecifiedImage, image: resolved } = fieldsIn(image);
    return {
      id: textIn(id),
      running: state === 'CONTAINER_RUNNING',
      image: textIn(userSpecifiedImage ?? resolved),
      attempt: numberIn(fieldsIn(metadata)['attempt']) ?? 0,
    };
  });
}

/** `ip -o addr show` lines, or the bare words of `hostname -I`. */
function parseAddresses(text: string): string[] {
  const listed = [...text.matchAll(/\binet6? ([0-9a-fA-F.:]+)/g)].map((match) => match[1] ?? '');
  return listed.length > 0 ? listed : text.split(/\s+/).filter((word) => word !== '');
}

function parseReach(line: string): ReachFact[] {
  const match = /^(\S+) (\d+) (.*)$/.exec(line);
  if (match === null) return [];
  const [, address = '', port = '', message = ''] = match;
  return [{ address, port: Number(port), outcome: reachOutcome(message) }];
}

/** The texts are those of bash in the C locale. */
function reachOutcome(message: string): ReachFact['outcome'] {
  if (message === 'open') return 'open';
  if (/Connection refused/.test(message)) return 'refused';
  if (message === 'silence') return 'timeout';
  if (/No route|unreachable/i.test(message)) return 'unreachable';
  return 'unknown';
}

/** `ss -Hltnp`: the fourth column is the local address, the last one names the program. */
function parseListeners(text: string): Map<number, string> {
  const listeners = new Map<number, string>();
  for (const line of lines(text)) {
    const port = /:(\d+)$/.exec(line.split(/\s+/)[3] ?? '')?.[1];
    if (port !== undefined) listeners.set(Number(port), /users:\(\("([^"]+)"/.exec(line)?.[1] ?? 'unknown');
  }
  return listeners;
}

function parseKubelet(text: string): KubeletFact {
  const properties = new Map(
    lines(text).map((line) => [line.slice(0, line.indexOf('=')), line.slice(line.indexOf('=') + 1)]),
  );
  return {
    installed: properties.get('LoadState') === 'loaded',
    ...optional('loadState', properties.get('LoadState')),
    // between two crashes it is active too, for a moment
    active: properties.get('ActiveState') === 'active' && properties.get('SubState') === 'running',
    subState: properties.get('SubState') ?? '',
    enabled: startsAtBoot(properties.get('UnitFileState')),
    dropIns: (properties.get('DropInPaths') ?? '').split(' ').filter((path) => path !== ''),
  };
}

function parseDataDir(sections: ReadonlyMap<string, string>): DataDirFact {
  const hasBlankLog = sections.has('data-dir.blank-log');
  return {
    ...parseFolder(sections.get('data-dir')),
    hasLog: (sections.get('data-dir.wal') ?? '').trim() !== '' && !hasBlankLog,
    hasBlankLog,
    ...(sections.has('data-dir.other-log') && { hasLogElsewhere: true }),
    ...(sections.has('wal-dir') && { walDir: parseFolder(sections.get('wal-dir')) }),
  };
}

/** Its mode, then what is in it, line by line; nothing where there is no such folder. */
function parseFolder(text = ''): FolderFact {
  const [mode, ...entries] = lines(text);
  if (mode === undefined) return { exists: false, empty: true, mode: '' };
  const own = entries.filter((entry) => entry !== 'lost+found'); // a new ext4's own folder is no data
  return { exists: true, empty: own.length === 0, mode, ...(own.length > 0 && { entries: own }) };
}
