import type { ContainerFact, HostFacts, KubeletFact, StandingFacts, Unseen } from '../../facts/host.ts';
import { parseHostState, type HostState } from '../../facts/host-state.ts';
import { STATE_FILE } from '../../kubeadm/paths.ts';
import { startsAtBoot } from '../../kubeadm/kubelet-config.ts';
import { isSupported, parseKubernetesVersion } from '../../kubeadm/version.ts';
import { printable } from '../../text/printable.ts';
import {
  clockIn,
  NoClock,
  parseKubeadmAnswer,
  type ProbeTiming,
  programAnswer,
  readSections,
  requireSections,
  type Sections,
  withWords,
} from './sections.ts';
import { parseDataDir, parseFiles } from './parse-files.ts';
import { parseAddresses, parseListeners, parseReach, parseSources } from './parse-network.ts';
import { parseContainers, parseImages, parseRuntime, type Seen } from './runtime.ts';

/** Sections that every answer of the probe has, whatever the host lacks. */
const ALWAYS = ['machine-id', 'init', 'machine', 'missing-tools', 'cri.sockets', 'cri.endpoint'];
const TOOLS = ['systemctl', 'kubelet', 'kubeadm', 'crictl', 'ctr', 'curl'];

/** What belongs to the answer of a probe. */
export interface ProbeContext {
  /** When the probe was asked; absent: the host's clock is not looked at. */
  readonly timing?: ProbeTiming;
  /** The answer of the volatile probe, whose part replaces that of the first. */
  readonly later?: string;
}

/**
 * Facts from the probe's answer. What a program did not say, or not in its form, is in `unseen`, and the facts are empty there.
 * @param address the address that the user gave for this host.
 * @throws IncompleteProbe when the last section is missing, or one that needs no program.
 */
export function parseProbe(address: string, answer: string, { timing, later }: ProbeContext = {}): HostFacts {
  const first = readSections(answer);
  const sections = later === undefined ? first : laterSections(first, readSections(later));
  requireSections(sections, [...ALWAYS, ...TOOLS.map((tool) => `tool.${tool}`)]);
  const get = getter(sections);
  const standing = parseStanding(sections);
  const kubeadmPath = get('tool.kubeadm');
  const { kubeadmVersion, etcdImage, unseen: ofKubeadm } = parseKubeadm(sections, kubeadmPath);
  const { runtime, unseen: ofRuntime } = parseRuntime(sections);
  const { reach, unseen: ofReach } = parseReach(sections);
  const images = parseImages(sections);
  const addresses = parseAddresses(sections);
  const listeners = parseListeners(sections);
  const containers = parseContainers(sections, 'cri.containers');
  const known = seenOr(images, NO_IMAGES);
  const clock = parseClock(first, timing);
  return {
    address,
    ...standing,
    machineId: get('machine-id'),
    systemd: get('init') === 'systemd' && get('tool.systemctl') !== '',
    ...optional('kubeletPath', get('tool.kubelet')),
    ...optional('kubeadmPath', kubeadmPath),
    ...optional('crictlPath', get('tool.crictl')),
    ...optional('ctrPath', get('tool.ctr')),
    ...optional('curlPath', get('tool.curl')),
    ...optional('kubeadmVersion', kubeadmVersion),
    ...optional('etcdImage', etcdImage),
    runtime,
    ...known,
    ...optional('sandboxImage', get('cri.sandbox')),
    ...optional('architecture', ARCHITECTURES.get(get('machine'))),
    missingTools: lines(get('missing-tools')),
    addresses: seenOr(addresses, []),
    reach,
    sources: parseSources(get('sources')),
    listeners: seenOr(listeners, new Map()),
    containers: seenOr(containers, []).map((container) => withName(container, known.imageIds)),
    ...('seen' in clock ? clock.seen : {}),
    locked: sections.has('lock'),
    unseen: [
      ...standing.unseen,
      ...ofRuntime,
      ...ofKubeadm,
      ...ofReach,
      ...[images, addresses, listeners, containers, clock].flatMap(unseenIn),
    ],
  };
}

/**
 * What every look at a host brings: who it is, and what a run of the action has left there.
 * @throws IncompleteProbe when it does not say who it is.
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
    kubelet: seenOr(kubelet, UNSEEN_KUBELET),
    files,
    places,
    dataDir,
    state: readState(files.get(STATE_FILE)?.text, files.has(STATE_FILE)),
    unseen: [...ofFiles, ...ofData, ...unseenIn(kubelet)],
  };
}

function getter(sections: Sections): (name: string) => string {
  return (name) => sections.get(name)?.trim() ?? '';
}

const VOLATILE =
  /^(?:ran\.)?(?:text:.*|lock|kubelet|digests|tree(?:\.roots)?|places|data-dir(?:\.blank-log)?)$/s;
const WHILE_ETCD_MAY_RUN = /^(?:ran\.)?(?:cri\.containers|listeners(?:\.kernel)?)$/;

/**
 * The first answer with the part that the later one looks at again: what is gone since the first look has no section in the
 * second, and what the second one did not bring is not known any more. Where nothing of etcd was on the host at the second
 * look, its containers and ports are those of the first.
 */
function laterSections(first: Sections, later: Sections): Sections {
  const replaced = (name: string): boolean =>
    VOLATILE.test(name) || (!later.has('as-before') && WHILE_ETCD_MAY_RUN.test(name));
  return new Map([...[...first].filter(([name]) => !replaced(name)), ...later]);
}

function seenOr<T, E>(sight: Seen<T>, nothing: E): T | E {
  return 'seen' in sight ? sight.seen : nothing;
}

function unseenIn(sight: Seen<unknown>): Unseen[] {
  return 'unseen' in sight ? [sight.unseen] : [];
}

function optional<K extends string, V>(key: K, value: V | undefined): Partial<Record<K, V>> {
  return value === undefined || value === '' ? {} : ({ [key]: value } as Record<K, V>);
}

function lines(text: string): string[] {
  return text.split('\n').filter((line) => line !== '');
}

function readState(text: string | undefined, isThere: boolean): HostState | 'absent' | 'unreadable' {
  if (!isThere) return 'absent';
  return parseHostState(text ?? '') ?? 'unreadable';
}

/** Of the first answer: that of a second look was asked at another time. */
function parseClock(sections: Sections, timing: ProbeTiming | undefined): Seen<Pick<HostFacts, 'clock'>> {
  if (timing === undefined) return { seen: {} };
  try {
    return { seen: { clock: clockIn(sections, timing) } };
  } catch (error) {
    if (!(error instanceof NoClock)) throw error;
    return { unseen: { what: 'clock', program: 'date', words: error.message } };
  }
}

/** A kubeadm that is not installed is no kubeadm that could not be seen. */
function parseKubeadm(
  sections: Sections,
  path: string,
): Pick<HostFacts, 'kubeadmVersion' | 'etcdImage' | 'unseen'> {
  const { text, words, failure } = programAnswer(sections, 'kubeadm');
  const { version, etcdImage } = parseKubeadmAnswer(text);
  const kubeadmVersion = parseKubernetesVersion(version);
  const known = { ...optional('kubeadmVersion', kubeadmVersion), ...optional('etcdImage', etcdImage) };
  const isEnough = kubeadmVersion !== undefined && (etcdImage !== undefined || !isSupported(kubeadmVersion));
  if (path === '' || (isEnough && text.endsWith('\n'))) return { ...known, unseen: [] };
  const [program, fact] =
    kubeadmVersion === undefined
      ? ['kubeadm version', 'it named no version']
      : ['kubeadm config images list', 'it named no image of etcd'];
  const said = printable(text, 200);
  const problem = failure ?? withWords(fact, words);
  return { ...known, unseen: [{ what: 'kubeadm', program, words: withWords(problem, said) }] };
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
 * The container with the name of its image. Other runtimes than containerd 2 list it by the id of the image, under which kubelet asks
 * for it; the store knows its names. Where it has several, they are one and the same image.
 */
function withName(container: ContainerFact, imageIds: ReadonlyMap<string, string>): ContainerFact {
  const id = /^(?:sha256:)?([0-9a-f]{64})$/.exec(container.image)?.[1];
  const name = [...imageIds].find(
    ([reference, known]) => known === `sha256:${id ?? ''}` && !reference.includes('@'),
  );
  return name === undefined ? container : { ...container, image: name[0] };
}

const UNSEEN_KUBELET: KubeletFact = {
  installed: false,
  active: false,
  subState: '',
  enabled: false,
  dropIns: [],
};

/** `systemctl show kubelet`, a property on a line; of a unit that systemd does not know too. */
function parseKubelet(sections: Sections): Seen<KubeletFact> {
  const { text, words, failure } = programAnswer(sections, 'kubelet');
  const properties = new Map(
    lines(text).map((line) => [line.slice(0, line.indexOf('=')), line.slice(line.indexOf('=') + 1)]),
  );
  const loadState = properties.get('LoadState') ?? '';
  const activeState = properties.get('ActiveState') ?? '';
  const subState = properties.get('SubState') ?? '';
  const unitFileState = properties.get('UnitFileState');
  // of a unit without a file it is empty, and may be left out
  const isWhole = loadState !== 'loaded' ? loadState !== '' : unitFileState !== undefined;
  if (failure !== undefined || !isWhole || !text.endsWith('\n') || activeState === '' || subState === '') {
    const problem =
      failure ?? withWords('it did not tell the state of the unit', words || printable(text, 200));
    return { unseen: { what: 'kubelet', program: 'systemctl show kubelet', words: problem } };
  }
  return {
    seen: {
      installed: loadState === 'loaded',
      loadState,
      // between two crashes it is active too, for a moment
      active: activeState === 'active' && subState === 'running',
      subState,
      enabled: startsAtBoot(unitFileState),
      dropIns: (properties.get('DropInPaths') ?? '').split(' ').filter((path) => path !== ''),
    },
  };
}
