import type {
  ClockFact,
  ConnectTimes,
  FilesystemFact,
  HistogramBucket,
  MemberMetrics,
  PreflightFacts,
  SwapFact,
} from '../../cluster/preflight/preflight-facts.ts';
import { parseKubernetesVersion } from '../../kubeadm/version.ts';
import { IncompleteProbe } from './parse-probe.ts';

/** When, by the runner's clock, the probe was sent and its answer was there: milliseconds since 1970. */
export interface ProbeTiming {
  readonly sentMs: number;
  readonly receivedMs: number;
}

/**
 * Facts from the answer of the preflight probe.
 * @throws IncompleteProbe when its last section is missing.
 */
export function parsePreflight(answer: string, timing: ProbeTiming): PreflightFacts {
  const sections = splitSections(answer);
  const get = (name: string): string => sections.get(name)?.trim() ?? '';
  const begunMs = Number(get('begun')) / 1000;
  const endedMs = Number(get('end')) / 1000;
  if (!(begunMs > 0 && endedMs > 0)) throw new IncompleteProbe('the answer of the probe was cut off');
  return {
    ...present('kubeletVersion', parseKubernetesVersion(get('kubelet-version').replace(/^Kubernetes /, ''))),
    cgroups: get('cgroup') === 'cgroup2fs' ? 'v2' : 'v1',
    ...present('kubeletCgroupDriver', parseCgroupDriver(get('cgroup-driver'))),
    swaps: parseSwaps(get('swaps')),
    ...present('memoryBytes', parseMemory(get('memory'))),
    ...present('processors', countProcessors(get('processors'))),
    clock: clockOf(timing, { begunMs, endedMs }),
    execStartDropIns: lines(get('exec-start')),
    ...present(
      'filesystem',
      parseFilesystem(get('mount'), get('blocks'), parseInt(get('data-dir-size')) || 0),
    ),
    ...present('member', parseMetrics(get('metrics'))),
    connectTimes: parseConnects(get('connects')),
    leftoverKeys: [...new Set(lines(get('leftovers')))],
  };
}

function present<K extends string, V>(key: K, value: V | undefined): Partial<Record<K, V>> {
  return value === undefined ? {} : ({ [key]: value } as Record<K, V>);
}

function lines(text: string): string[] {
  return text.split('\n').filter((line) => line !== '');
}

/** The first line is the mark. */
function splitSections(answer: string): Map<string, string> {
  const mark = answer.slice(0, answer.indexOf('\n')).trim();
  if (mark === '') return new Map();
  const [, ...parts] = answer.split(`\n${mark} `);
  return new Map(
    parts.map((part) => {
      const end = part.indexOf('\n');
      return [part.slice(0, end), part.slice(end + 1)];
    }),
  );
}

/** RFC 5905, section 8: the time that the probe itself took on the host does not count. */
function clockOf(
  runner: ProbeTiming,
  host: { readonly begunMs: number; readonly endedMs: number },
): ClockFact {
  const there = host.begunMs - runner.sentMs;
  const back = host.endedMs - runner.receivedMs;
  return { offsetMs: (there + back) / 2, uncertaintyMs: Math.max(0, (there - back) / 2) };
}

/** `DRIVER SOURCE`; a kubelet that was told none takes cgroupfs (pkg/kubelet/apis/config/v1beta1/defaults.go). */
function parseCgroupDriver(line: string): { driver: string; from: string } | undefined {
  const match = /^(\S+)(?: (.*))?$/.exec(line);
  if (match === null) return undefined;
  const [, driver = '', from = ''] = match;
  return { driver: driver === 'default' ? 'cgroupfs' : driver, from: from === '' ? 'its default' : from };
}

/** /proc/swaps: a line of headings, then `Filename Type Size Used Priority`, sizes in KiB. */
function parseSwaps(text: string): SwapFact[] {
  return lines(text)
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

/** The kernel's list of ranges: `0-3,8`. */
function countProcessors(ranges: string): number | undefined {
  if (!/^\d+(-\d+)?(,\d+(-\d+)?)*$/.test(ranges)) return undefined;
  return ranges
    .split(',')
    .map((range) => range.split('-').map(Number))
    .reduce((sum, [first = 0, last = first]) => sum + last - first + 1, 0);
}

/** One line of `findmnt -r`, in which `\x20` is a space, and one of `stat -f`. */
function parseFilesystem(
  mount: string,
  blocks: string,
  dataDirKibibytes: number,
): FilesystemFact | undefined {
  const [type, source, mountPoint, options] = mount.split('\n')[0]?.split(' ') ?? [];
  const numbers = /^(\d+) (\d+) (\d+) (\d+) (\d+)$/.exec(blocks);
  if (type === undefined || source === undefined || mountPoint === undefined || numbers === null) {
    return undefined;
  }
  const [, blockSize = 0, total = 0, available = 0, inodes = 0, freeInodes = 0] = numbers.map(Number);
  return {
    type,
    source: unescape(source),
    mountPoint: unescape(mountPoint),
    readOnly: options?.split(',').includes('ro') ?? false,
    sizeBytes: total * blockSize,
    freeBytes: available * blockSize,
    inodes,
    freeInodes,
    dataDirBytes: dataDirKibibytes * 1024,
  };
}

function unescape(word: string): string {
  return word.replace(/\\x([0-9a-f]{2})/g, (_, code: string) => String.fromCharCode(parseInt(code, 16)));
}

/** Lines of Prometheus' text format; undefined without the histogram, which every etcd has. */
function parseMetrics(text: string): MemberMetrics | undefined {
  const name = 'etcd_disk_wal_fsync_duration_seconds';
  const value = (suffix: string): number | undefined => {
    const found = new RegExp(`^${name}_${suffix} (\\S+)$`, 'm').exec(text)?.[1];
    return found === undefined ? undefined : Number(found);
  };
  const [count, sumSeconds] = [value('count'), value('sum')];
  if (count === undefined || sumSeconds === undefined) return undefined;
  const buckets = [...text.matchAll(/_bucket\{le="([^"]+)"\} (\S+)$/gm)].map(
    ([, le = '', seen = '']): HistogramBucket => ({
      le: le === '+Inf' ? Infinity : Number(le),
      count: Number(seen),
    }),
  );
  const version = /server_version="([^"]+)"/.exec(text)?.[1];
  return {
    ...present('version', version),
    walFsync: { buckets: buckets.toSorted((a, b) => a.le - b.le), sumSeconds, count },
  };
}

/** Lines `ADDRESS PORT MICROSECONDS`; those of one port in their order, those of several mixed. */
function parseConnects(text: string): ConnectTimes[] {
  const tries = lines(text).flatMap((line) => {
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
