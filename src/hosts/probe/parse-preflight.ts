import { type MemberMetrics, parseMetrics } from '../../etcd/metrics.ts';
import type {
  ConnectTimes,
  PreflightFacts,
  ResolvConfFact,
  RoomFact,
  SwapFact,
  UnwritableFact,
} from '../../facts/preflight.ts';
import { parseKubernetesVersion } from '../../kubeadm/version.ts';
import { filledLines, parseFilesystem, readSections } from './sections.ts';
import { lastWords } from '../host-error.ts';
import { MAX_LEFTOVERS } from './preflight-script.ts';

/**
 * Parses the answer of the preflight probe.
 * @throws IncompleteProbeError when its last section is missing.
 */
export function parsePreflightProbe(answer: string): PreflightFacts {
  const sections = readSections(answer);
  const get = (name: string): string => sections.get(name)?.trim() ?? '';
  const leftovers = filledLines(get('leftovers'));
  return {
    ...kubeletAnswer(get('kubelet-version')),
    cgroups: parseCgroups(get('cgroup')),
    ...present('kubeletCgroupDriver', parseCgroupDriver(get('cgroup-driver'))),
    swaps: parseSwaps(get('swaps')),
    ...present('memoryBytes', parseMemory(get('memory'))),
    ...present('processors', countProcessors(get('processors'))),
    execStartDropIns: filledLines(get('exec-start')),
    ...present(
      'filesystem',
      parseFilesystem(get('mount'), get('blocks'), parseInt(get('data-dir-size')) || 0),
    ),
    ...present(
      'walFilesystem',
      parseFilesystem(get('wal-mount'), get('wal-blocks'), parseInt(get('wal-dir-size')) || 0),
    ),
    ...present('member', parseMemberMetrics(get('metrics'))),
    connectTimes: parseConnects(get('connects')),
    leftoverKeys: [...new Set(leftovers.slice(0, MAX_LEFTOVERS))],
    ...(leftovers.length > MAX_LEFTOVERS && { moreLeftoverKeys: true as const }),
    ...present('resolvConf', parseResolvConf(get('resolv-conf'))),
    ...(sections.has('unwritable') && { unwritable: parseUnwritable(get('unwritable'), get('attributes')) }),
    ...(sections.has('room') && { room: filledLines(get('room')).flatMap(parseRoom) }),
  };
}

function present<K extends string, V>(key: K, value: V | undefined): Partial<Record<K, V>> {
  return value === undefined ? {} : ({ [key]: value } as Record<K, V>);
}

/** Returns `unknown` for a text of neither version, e.g. where nothing is mounted. */
function parseCgroups(text: string): PreflightFacts['cgroups'] {
  return text === 'v1' || text === 'v2' ? text : 'unknown';
}

/**
 * Finds the line `Kubernetes v1.34.4` anywhere in the text, because a wrapper may print lines of its own. Returns the
 * text itself where there is no such line.
 */
function kubeletAnswer(text: string): Pick<PreflightFacts, 'kubeletVersion' | 'kubeletSaid'> {
  const version = filledLines(text)
    .map((line) => parseKubernetesVersion(line.replace(/^Kubernetes /, '')))
    .find((one) => one !== undefined);
  return version === undefined ? { kubeletSaid: lastWords(text, 3) } : { kubeletVersion: version };
}

/**
 * Parses `DRIVER SOURCE`. A kubelet without the setting uses cgroupfs (pkg/kubelet/apis/config/v1beta1/defaults.go).
 */
function parseCgroupDriver(line: string): { driver: string; from: string } | undefined {
  const match = /^(\S+)(?: (.*))?$/.exec(line);
  if (match === null) return undefined;
  const [, driver = '', from = ''] = match;
  return { driver: driver === 'default' ? 'cgroupfs' : driver, from: from === '' ? 'its default' : from };
}

/** Parses /proc/swaps: a line of headings, then `Filename Type Size Used Priority`, sizes in KiB. */
function parseSwaps(text: string): SwapFact[] {
  return filledLines(text)
    .slice(1)
    .map((line) => {
      const [device = '', , kibibytes = '0'] = line.split(/\s+/);
      return { device, bytes: Number(kibibytes) * 1024 };
    });
}

function parseMemory(meminfo: string): number | undefined {
  const kibibytes = /^MemTotal: *(\d+) kB/m.exec(meminfo)?.[1];
  return kibibytes === undefined ? undefined : Number(kibibytes) * 1024;
}

/** Counts the processors in the kernel's list of ranges, e.g. `0-3,8`. */
function countProcessors(ranges: string): number | undefined {
  if (!/^\d+(-\d+)?(,\d+(-\d+)?)*$/.test(ranges)) return undefined;
  return ranges
    .split(',')
    .map((range) => range.split('-').map(Number))
    .reduce((sum, [first = 0, last = first]) => sum + last - first + 1, 0);
}

/** Returns undefined without the histogram that every etcd exports. */
function parseMemberMetrics(text: string): MemberMetrics | undefined {
  const metrics = parseMetrics(text);
  return metrics.walFsync === undefined ? undefined : metrics;
}

/**
 * Parses lines `ADDRESS PORT MICROSECONDS`. Lines of one port keep their order; lines of several ports are
 * interleaved.
 */
function parseConnects(text: string): ConnectTimes[] {
  const tries = filledLines(text).flatMap((line) => {
    const match = /^(\S+) (\d+) (\d+)$/.exec(line);
    return match === null ? [] : [match];
  });
  const byTarget = Map.groupBy(tries, ([, address, port]) => `${address ?? ''} ${port ?? ''}`);
  return [...byTarget.values()].map((group) => ({
    address: group[0]?.[1] ?? '',
    port: Number(group[0]?.[2]),
    microseconds: group.map(([, , , microseconds]) => Number(microseconds)),
  }));
}

const RESOLV_CONF_STATES: readonly ResolvConfFact['state'][] = ['file', 'missing', 'dangling', 'other'];

/**
 * Parses state, path and, for a dangling link, its target, separated by tabs. Returns undefined for an empty line.
 */
function parseResolvConf(line: string): ResolvConfFact | undefined {
  const [word, path = '', target] = line.split('\t');
  const state = RESOLV_CONF_STATES.find((one) => one === word);
  if (state === undefined || path === '') return undefined;
  return { path, state, ...(target !== undefined && { target }) };
}

/**
 * Parses the paths that root cannot write: lines `KIND PATH`, and from the output of `lsattr -d` the folders that are
 * immutable or append-only, which the write test does not detect.
 */
export function parseUnwritable(text: string, attributes: string): UnwritableFact[] {
  const flagsOf = new Map(
    attributes.split('\n').flatMap((line) => {
      const match = /^([A-Za-z-]+) (\/.*)$/.exec(line);
      return match === null ? [] : [[match[2] ?? '', (match[1] ?? '').replaceAll('-', '')] as const];
    }),
  );
  const found = text.split('\n').flatMap((line) => {
    const match = /^(file|folder) (\/.*)$/.exec(line);
    return match === null
      ? []
      : [{ kind: match[1] === 'file' ? ('file' as const) : ('folder' as const), path: match[2] ?? '' }];
  });
  const growing = [...flagsOf]
    .filter(([path, flags]) => /[ia]/.test(flags) && !found.some((one) => one.path === path))
    .map(([path]) => ({ kind: 'folder' as const, path }));
  return [...found, ...growing].map((one) => {
    const flags = flagsOf.get(one.path);
    return { ...one, ...(flags !== undefined && { attributes: flags }) };
  });
}

/** Parses `PATH SIZE FREE INODES FREE_INODES` of `stat -f`, or `PATH` alone if `stat` did not answer. */
export function parseRoom(line: string): RoomFact[] {
  const match = /^(\/\S*) (\d+) (\d+) (\d+) (\d+)$/.exec(line);
  if (match === null) return [];
  const [, path = '', size, free, inodes, freeInodes] = match;
  return [
    {
      path,
      freeBytes: Number(size) * Number(free),
      ...(Number(inodes) > 0 && { freeInodes: Number(freeInodes) }),
    },
  ];
}
