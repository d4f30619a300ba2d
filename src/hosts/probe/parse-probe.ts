import { failure, type Observed, seen } from '../../etcd/health/observation.ts';
import type { ContainerFact, HostFacts, KubeletFact, StandingFacts, MissingFact } from '../../facts/host.ts';
import { parseHostState, type HostState } from '../../facts/host-state.ts';
import { STATE_FILE } from '../../kubeadm/paths.ts';
import { startsAtBoot } from '../../kubeadm/kubelet-config.ts';
import { isSupported, parseKubernetesVersion } from '../../kubeadm/version.ts';
import {
  filledLines,
  clockIn,
  MissingClockError,
  parseKubeadmAnswer,
  type ProbeTiming,
  programAnswer,
  readSections,
  requireSections,
  type Sections,
  withErrors,
} from './sections.ts';
import { printable } from '../../text/printable.ts';
import { parseDataDir, parseFiles } from './parse-files.ts';
import { parseAddresses, parseListeners, parseReachFacts, parseSources } from './parse-network.ts';
import { parseContainers, parseImageList, parseRuntime } from './runtime.ts';

/** Sections that every answer of the probe has, whatever the host lacks. */
const REQUIRED_SECTIONS = ['machine-id', 'init', 'machine', 'missing-tools', 'cri.sockets', 'cri.endpoint'];
const TOOLS = ['systemctl', 'kubelet', 'kubeadm', 'crictl', 'ctr', 'curl'];

/** The context of a probe's answer. */
export interface ProbeContext {
  /** Times of the probe and its answer; absent: the host's clock is not computed. */
  readonly timing?: ProbeTiming;
  /** The answer of the volatile probe, which replaces that part of the first. */
  readonly later?: string;
}

/**
 * Parses the probe's answer. If a program failed or its output is malformed, `unseen` names the part, and the facts
 * are empty there.
 * @param address the address that the user gave for this host.
 * @throws IncompleteProbeError when the last section is missing, or one that needs no program.
 */
export function parseHostProbe(
  address: string,
  answer: string,
  { timing, later }: ProbeContext = {},
): HostFacts {
  const first = readSections(answer);
  const sections = later === undefined ? first : laterSections(first, readSections(later));
  requireSections(sections, [...REQUIRED_SECTIONS, ...TOOLS.map((tool) => `tool.${tool}`)]);
  const get = getter(sections);
  const standing = parseStanding(sections);
  const kubeadmPath = get('tool.kubeadm');
  const { kubeadmVersion, etcdImage, unseen: ofKubeadm } = parseKubeadm(sections, kubeadmPath);
  const { runtime, unseen: ofRuntime } = parseRuntime(sections);
  const { reach, unseen: ofReach } = parseReachFacts(sections);
  const images = parseImageList(sections);
  const addresses = parseAddresses(sections);
  const listeners = parseListeners(sections);
  const containers = parseContainers(sections, 'cri.containers');
  const known = seen(images) ?? NO_IMAGES;
  const clock = parseClock(first, timing);
  return {
    address,
    ...standing,
    machineId: get('machine-id'),
    systemd: get('init') === 'systemd' && get('tool.systemctl') !== '',
    ...optionalField('kubeletPath', get('tool.kubelet')),
    ...optionalField('kubeadmPath', kubeadmPath),
    ...optionalField('crictlPath', get('tool.crictl')),
    ...optionalField('ctrPath', get('tool.ctr')),
    ...optionalField('curlPath', get('tool.curl')),
    ...optionalField('kubeadmVersion', kubeadmVersion),
    ...optionalField('etcdImage', etcdImage),
    runtime,
    ...known,
    ...optionalField('sandboxImage', get('cri.sandbox')),
    ...optionalField('architecture', ARCHITECTURES.get(get('machine'))),
    missingTools: filledLines(get('missing-tools')),
    addresses: seen(addresses) ?? [],
    reach,
    sources: parseSources(get('sources')),
    listeners: seen(listeners) ?? new Map(),
    containers: (seen(containers) ?? []).map((container) => withName(container, known.imageIds)),
    ...('seen' in clock ? clock.seen : {}),
    locked: sections.has('lock'),
    unseen: [
      ...standing.unseen,
      ...ofRuntime,
      ...ofKubeadm,
      ...ofReach,
      ...[images, addresses, listeners, containers, clock].flatMap((part) => failure(part) ?? []),
    ],
  };
}

/**
 * Parses the part that every probe shares: the identity of the host, and the state that earlier runs left there.
 * @throws IncompleteProbeError when the identity is missing.
 */
export function parseStanding(sections: Sections): StandingFacts {
  requireSections(sections, ['hostname', 'boot-id']);
  const get = getter(sections);
  const { files, places, unseen: ofFiles } = parseFiles(sections);
  const { dataDir, unseen: ofData } = parseDataDir(sections);
  const kubelet = parseKubelet(sections);
  return {
    hostname: (get('hostname').split('.')[0] ?? '').toLowerCase(),
    bootId: get('boot-id'),
    kubelet: seen(kubelet) ?? UNKNOWN_KUBELET,
    files,
    places,
    dataDir,
    state: readState(files.get(STATE_FILE)?.text, files.has(STATE_FILE)),
    unseen: [...ofFiles, ...ofData, ...[kubelet].flatMap((part) => failure(part) ?? [])],
  };
}

function getter(sections: Sections): (name: string) => string {
  return (name) => sections.get(name)?.trim() ?? '';
}

const VOLATILE =
  /^(?:ran\.)?(?:text:.*|lock|kubelet|digests|tree(?:\.roots)?|places|data-dir(?:\.blank-log)?)$/s;
const VOLATILE_WITH_ETCD = /^(?:ran\.)?(?:cri\.containers|listeners(?:\.kernel)?)$/;

/**
 * Merges the later answer into the first one. A volatile section that the later answer lacks is gone, or unknown if
 * its program failed. If the later probe found nothing of etcd, the containers and ports of the first one remain.
 */
function laterSections(first: Sections, later: Sections): Sections {
  const replaced = (name: string): boolean =>
    VOLATILE.test(name) || (!later.has('as-before') && VOLATILE_WITH_ETCD.test(name));
  return new Map([...[...first].filter(([name]) => !replaced(name)), ...later]);
}

function optionalField<K extends string, V>(key: K, value: V | undefined): Partial<Record<K, V>> {
  return value === undefined || value === '' ? {} : ({ [key]: value } as Record<K, V>);
}

function readState(text: string | undefined, isThere: boolean): HostState | 'absent' | 'unreadable' {
  if (!isThere) return 'absent';
  return parseHostState(text ?? '') ?? 'unreadable';
}

/** Uses the first answer: the second probe was sent at another time. */
function parseClock(
  sections: Sections,
  timing: ProbeTiming | undefined,
): Observed<Pick<HostFacts, 'clock'>, MissingFact> {
  if (timing === undefined) return { seen: {} };
  try {
    return { seen: { clock: clockIn(sections, timing) } };
  } catch (error) {
    if (!(error instanceof MissingClockError)) throw error;
    return { failure: { what: 'clock', program: 'date', words: error.message } };
  }
}

/** A kubeadm that is not installed is not a missing fact. */
function parseKubeadm(
  sections: Sections,
  path: string,
): Pick<HostFacts, 'kubeadmVersion' | 'etcdImage' | 'unseen'> {
  const { text, errors, failure } = programAnswer(sections, 'kubeadm');
  const { version, etcdImage } = parseKubeadmAnswer(text);
  const kubeadmVersion = parseKubernetesVersion(version);
  const known = {
    ...optionalField('kubeadmVersion', kubeadmVersion),
    ...optionalField('etcdImage', etcdImage),
  };
  const isEnough = kubeadmVersion !== undefined && (etcdImage !== undefined || !isSupported(kubeadmVersion));
  if (path === '' || (isEnough && text.endsWith('\n'))) return { ...known, unseen: [] };
  const [program, fact] =
    kubeadmVersion === undefined
      ? ['kubeadm version', 'it named no version']
      : ['kubeadm config images list', 'it named no image of etcd'];
  const said = printable(text, 200);
  const problem = failure ?? withErrors(fact, errors);
  return { ...known, unseen: [{ what: 'kubeadm', program, words: withErrors(problem, said) }] };
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

const NO_IMAGES: Pick<HostFacts, 'images' | 'imageIds'> = { images: [], imageIds: new Map() };

/**
 * Adds the name of the image. Runtimes other than containerd 2 list a container by its image id, under which kubelet
 * requests it; the image store knows the names. Several names of one id are the same image.
 */
function withName(container: ContainerFact, imageIds: ReadonlyMap<string, string>): ContainerFact {
  const id = /^(?:sha256:)?([0-9a-f]{64})$/.exec(container.image)?.[1];
  const name = [...imageIds].find(
    ([reference, known]) => known === `sha256:${id ?? ''}` && !reference.includes('@'),
  );
  return name === undefined ? container : { ...container, image: name[0] };
}

const UNKNOWN_KUBELET: KubeletFact = {
  installed: false,
  active: false,
  subState: '',
  enabled: false,
  dropIns: [],
};

/** Parses `systemctl show kubelet`, one property per line; it prints some for an unknown unit too. */
function parseKubelet(sections: Sections): Observed<KubeletFact, MissingFact> {
  const { text, errors, failure } = programAnswer(sections, 'kubelet');
  const properties = new Map(
    filledLines(text).map((line) => [line.slice(0, line.indexOf('=')), line.slice(line.indexOf('=') + 1)]),
  );
  const loadState = properties.get('LoadState') ?? '';
  const activeState = properties.get('ActiveState') ?? '';
  const subState = properties.get('SubState') ?? '';
  const unitFileState = properties.get('UnitFileState');
  // A unit without a file has an empty value, or none.
  const isWhole = loadState !== 'loaded' ? loadState !== '' : unitFileState !== undefined;
  if (failure !== undefined || !isWhole || !text.endsWith('\n') || activeState === '' || subState === '') {
    const problem =
      failure ?? withErrors('it did not report the state of the unit', errors || printable(text, 200));
    return { failure: { what: 'kubelet', program: 'systemctl show kubelet', words: problem } };
  }
  return {
    seen: {
      installed: loadState === 'loaded',
      loadState,
      // The unit is active for a moment between two crashes too.
      active: activeState === 'active' && subState === 'running',
      subState,
      enabled: startsAtBoot(unitFileState),
      dropIns: (properties.get('DropInPaths') ?? '').split(' ').filter((path) => path !== ''),
    },
  };
}
