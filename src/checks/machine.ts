import type { Member } from '../cluster/members.ts';
import { nameList } from '../etcd/health/observation.ts';
import { size } from '../text/units.ts';
import { type Check, checkOf } from './check.ts';
import { type ExaminedMember, extraNumber, type PreflightSettings } from './examined.ts';

/** Hosts that were cloned: one machine-id, or one hostname, on different machines. */
export function clones(members: readonly Member[]): Check[] {
  return [
    ...sharedBy(members, ({ facts }) => facts.machineId).map(({ names, value }) =>
      checkOf('hosts', null)('warn', {
        code: 'machine-id-shared',
        measured: `${names} have the same machine-id ${value}.`,
        cause: 'They were cloned from one disk. DHCP, the journal and monitoring treat them as one machine.',
        fix: 'On all but one: `rm /etc/machine-id /var/lib/dbus/machine-id; systemd-machine-id-setup`, then reboot.',
      }),
    ),
    ...sharedBy(members, ({ facts }) => facts.hostname)
      // without names of their own they are members with one name, which has its own finding
      .filter(({ group }) => new Set(group.map(({ name }) => name)).size === group.length)
      .map(({ names, value }) =>
        checkOf('hosts', null)('warn', {
          code: 'machine-id-shared',
          measured: `${names} have the same hostname "${value}".`,
          cause: 'They were cloned from one disk. Their etcd pods and logs have the same names.',
          fix: 'Give each its own: `hostnamectl hostname NAME`.',
        }),
      ),
  ];
}

function sharedBy(
  members: readonly Member[],
  of: (member: Member) => string,
): { readonly names: string; readonly value: string; readonly group: readonly Member[] }[] {
  // one machine that was listed twice shares everything with itself; that is a check of its own
  const machines = [...Map.groupBy(members, ({ facts }) => facts.bootId).values()].flatMap((same) =>
    same.slice(0, 1),
  );
  const groups = [...Map.groupBy(machines, of)].filter(([value, group]) => value !== '' && group.length > 1);
  return groups.map(([value, group]) => ({
    names: nameList(group.map(({ name }) => name)),
    value,
    group,
  }));
}

/** kubeadm's own limits for a control plane (cmd/kubeadm/app/constants, ControlPlaneMem and ControlPlaneNumCPU). */
const LEAST_MEMORY_BYTES = 1700 * 1024 ** 2;
const LEAST_PROCESSORS = 2;

/** Memory and processors. */
export function capacity({ name: host, seen }: ExaminedMember, settings: PreflightSettings): Check[] {
  const findings: Check[] = [];
  const { memoryBytes, processors } = seen;
  const quota = extraNumber(settings, 'quota-backend-bytes') ?? 0;
  if (memoryBytes !== undefined && memoryBytes < Math.max(LEAST_MEMORY_BYTES, quota)) {
    findings.push(
      checkOf('memory', host)('warn', {
        code: 'hardware-below-advice',
        measured:
          memoryBytes < quota
            ? `it has ${size(memoryBytes)} of memory, less than the quota of the database (${size(quota)}), which etcd maps into memory.`
            : `it has ${size(memoryBytes)} of memory; kubeadm asks for ${size(LEAST_MEMORY_BYTES)}, etcd's documentation for 8 GiB under load.`,
        cause:
          'The machine is small. Under pressure the kernel kills etcd, or reads the database from the disk again and again.',
        fix:
          memoryBytes < quota
            ? 'Give the machine more memory, or lower `quota-backend-bytes`.'
            : 'Give the machine more memory.',
      }),
    );
  }
  if (processors !== undefined && processors < LEAST_PROCESSORS) {
    findings.push(
      checkOf('processors', host)('warn', {
        code: 'hardware-below-advice',
        measured: `it has ${processors} processor; etcd's documentation asks for 2 to 4.`,
        cause:
          'The machine is small. etcd, kubelet and the runtime then wait for each other, and heartbeats come late.',
        fix: 'Give the machine a second processor.',
      }),
    );
  }
  return findings;
}

/** From this minor release on kubelet's failCgroupV1 is true by default (pkg/kubelet/apis/config/v1beta1/defaults.go). */
export const REFUSES_CGROUP_V1_SINCE = 35;

/** cgroup v1 under a kubelet that refuses it. */
export function cgroupV1({ name: host, seen }: ExaminedMember, settings: PreflightSettings): Check[] {
  const kubelet = seen.kubeletVersion;
  const told = settings.kubeletConfig['failCgroupV1'];
  if (seen.cgroups === 'v2' || kubelet === undefined) return [];
  const refuses = told === true || (told !== false && kubelet.minor >= REFUSES_CGROUP_V1_SINCE);
  if (seen.cgroups === 'unknown') return refuses ? [unknownVersion(host, kubelet.text)] : [];
  if (refuses) {
    return [
      checkOf('cgroups', host)('fail', {
        code: 'cgroup-v1',
        measured: `the host uses cgroup v1, and kubelet ${kubelet.text} refuses to run on it.`,
        cause: `The distribution is old or boots with cgroup v1; since 1.${REFUSES_CGROUP_V1_SINCE} kubelet requires cgroup v2.`,
        fix: 'Boot the host with cgroup v2 (`systemd.unified_cgroup_hierarchy=1`), or, if you accept the risk, set `kubelet-config: "failCgroupV1: false"`.',
      }),
    ];
  }
  if (kubelet.minor < REFUSES_CGROUP_V1_SINCE) return [];
  return [
    checkOf('cgroups', host)('warn', {
      code: 'cgroup-v1',
      measured: `the host uses cgroup v1, and \`kubelet-config\` makes kubelet ${kubelet.text} run on it nevertheless.`,
      cause: 'failCgroupV1 is false; support for cgroup v1 will be removed from kubelet.',
      fix: 'Boot the host with cgroup v2 before the next update of kubelet.',
    }),
  ];
}

function unknownVersion(host: string, kubelet: string) {
  return checkOf('cgroups', host)('warn', {
    code: 'cgroup-v1',
    measured: `/sys/fs/cgroup is neither cgroup v2 nor v1, and kubelet ${kubelet} runs on v2 alone.`,
    cause: 'The control groups are not mounted there, or the host is a container.',
    fix: 'Look with `findmnt -R /sys/fs/cgroup`; on a host with cgroup v2 its type is `cgroup2`.',
  });
}

/** Hosts with cgroup v1 whose kubelet still takes it, as one check. */
export function cgroupV1Ahead(members: readonly ExaminedMember[], settings: PreflightSettings): Check[] {
  if (settings.kubeletConfig['failCgroupV1'] === true) return [];
  const hosts = members.filter(
    ({ seen }) =>
      seen.cgroups === 'v1' &&
      seen.kubeletVersion !== undefined &&
      seen.kubeletVersion.minor < REFUSES_CGROUP_V1_SINCE,
  );
  if (hosts.length === 0) return [];
  return [
    checkOf('cgroups', null)('ok', {
      measured: `${nameList(hosts.map(({ name }) => name))} use cgroup v1, which kubelet refuses from 1.${REFUSES_CGROUP_V1_SINCE} on.`,
      notice: `The distribution is old or boots with cgroup v1. Boot with cgroup v2 before kubelet is updated to 1.${REFUSES_CGROUP_V1_SINCE} or later.`,
    }),
  ];
}

/** A running kubelet that uses another cgroup driver than the runtime. */
export function cgroupDrivers({ name: host, facts, seen }: ExaminedMember): Check[] {
  const runtime = facts.runtime.runtime?.cgroupDriver;
  const kubelet = seen.kubeletCgroupDriver;
  if (runtime === undefined || kubelet === undefined || runtime === kubelet.driver) return [];
  return [
    checkOf('cgroups', host)('warn', {
      code: 'cgroup-drivers-differ',
      measured: `the running kubelet is configured for the cgroup driver "${kubelet.driver}" (${kubelet.from}); the container runtime uses "${runtime}".`,
      cause:
        'The runtime was reconfigured or replaced after kubelet. If it announces its driver to kubelet (containerd 2 and later), nothing else is wrong; otherwise pods fail or are killed under load.',
      fix: `Set \`cgroupDriver: ${runtime}\` there and restart kubelet; on a host that this action sets up, \`operation: deploy\` does it.`,
    }),
  ];
}

/** Swap that is on: kubelet refuses to start (failSwapOn is true by default). */
export function swapOn({ name: host, seen }: ExaminedMember, settings: PreflightSettings): Check[] {
  if (seen.swaps.length === 0) return [];
  const list = seen.swaps.map(({ device, bytes }) => `${device}, ${size(bytes)}`).join('; ');
  const allowed = settings.kubeletConfig['failSwapOn'] === false;
  return [
    checkOf('swap', host)(allowed ? 'warn' : 'fail', {
      code: 'swap-on',
      measured: allowed
        ? `swap is on (${list}), and \`kubelet-config\` makes kubelet run nevertheless.`
        : `swap is on (${list}); kubelet refuses to start.`,
      cause: allowed
        ? 'failSwapOn is false. A member whose memory is swapped out answers too late and loses elections.'
        : "The distribution's installer made it.",
      fix: 'Switch it off: `swapoff -a`, and take its line out of /etc/fstab (`systemctl mask` for a swap unit or zram).',
    }),
  ];
}
