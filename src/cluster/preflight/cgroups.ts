import { nameList } from '../../etcd/health-finding.ts';
import type { ExaminedMember, PreflightSettings } from './examined.ts';
import type { SevereFinding } from './severe-finding.ts';

/** From this minor release on kubelet's failCgroupV1 is true by default (pkg/kubelet/apis/config/v1beta1/defaults.go). */
export const REFUSES_CGROUP_V1_SINCE = 35;

/** cgroup v1 under a kubelet that refuses it. */
export function cgroupV1({ name: host, seen }: ExaminedMember, settings: PreflightSettings): SevereFinding[] {
  const kubelet = seen.kubeletVersion;
  const told = settings.kubeletConfig['failCgroupV1'];
  if (seen.cgroups === 'v2' || kubelet === undefined) return [];
  const refuses = told === true || (told !== false && kubelet.minor >= REFUSES_CGROUP_V1_SINCE);
  if (seen.cgroups === 'unknown') return refuses ? [unknownVersion(host, kubelet.text)] : [];
  if (refuses) {
    return [
      {
        severity: 'fail',
        host,
        at: 'cgroups',
        fact: `the host uses cgroup v1, and kubelet ${kubelet.text} refuses to run on it.`,
        cause: `The distribution is old or was booted so; since 1.${REFUSES_CGROUP_V1_SINCE} kubelet wants cgroup v2.`,
        fix: 'Boot the host with cgroup v2 (`systemd.unified_cgroup_hierarchy=1`), or, knowing what it means, set `kubelet-config: "failCgroupV1: false"`.',
      },
    ];
  }
  if (kubelet.minor < REFUSES_CGROUP_V1_SINCE) return [];
  return [
    {
      severity: 'warn',
      host,
      at: 'cgroups',
      fact: `the host uses cgroup v1, and \`kubelet-config\` makes kubelet ${kubelet.text} run on it all the same.`,
      cause: 'failCgroupV1 is false; support for cgroup v1 will be removed from kubelet.',
      fix: 'Boot the host with cgroup v2 before the next update of kubelet.',
    },
  ];
}

function unknownVersion(host: string, kubelet: string): SevereFinding {
  return {
    severity: 'warn',
    host,
    at: 'cgroups',
    fact: `/sys/fs/cgroup tells neither cgroup v2 nor v1, and kubelet ${kubelet} runs on v2 alone.`,
    cause: 'The control groups are not mounted there, or the host is a container.',
    fix: 'Look with `findmnt -R /sys/fs/cgroup`; on a host with cgroup v2 its type is `cgroup2`.',
  };
}

/** Hosts with cgroup v1 whose kubelet still takes it, as one finding. */
export function cgroupV1Ahead(
  members: readonly ExaminedMember[],
  settings: PreflightSettings,
): SevereFinding[] {
  if (settings.kubeletConfig['failCgroupV1'] === true) return [];
  const hosts = members.filter(
    ({ seen }) =>
      seen.cgroups === 'v1' &&
      seen.kubeletVersion !== undefined &&
      seen.kubeletVersion.minor < REFUSES_CGROUP_V1_SINCE,
  );
  if (hosts.length === 0) return [];
  return [
    {
      severity: 'info',
      at: 'cgroups',
      fact: `${nameList(hosts.map(({ name }) => name))} use cgroup v1, which kubelet refuses from 1.${REFUSES_CGROUP_V1_SINCE} on.`,
      cause: 'The distribution is old or was booted so.',
      fix: `Boot with cgroup v2 before kubelet is updated to 1.${REFUSES_CGROUP_V1_SINCE} or later.`,
    },
  ];
}

/** A running kubelet that was told another cgroup driver than the runtime's. */
export function cgroupDrivers({ name: host, facts, seen }: ExaminedMember): SevereFinding[] {
  const runtime = facts.runtime.runtime?.cgroupDriver;
  const kubelet = seen.kubeletCgroupDriver;
  if (runtime === undefined || kubelet === undefined || runtime === kubelet.driver) return [];
  return [
    {
      severity: 'warn',
      host,
      at: 'cgroups',
      fact: `the kubelet that runs was told the cgroup driver "${kubelet.driver}" (${kubelet.from}); the container runtime uses "${runtime}".`,
      cause:
        'The runtime was reconfigured or replaced after kubelet. Where it tells its driver to kubelet (containerd 2 and later), nothing else is wrong; elsewhere pods fail or are killed under load.',
      fix: `Set \`cgroupDriver: ${runtime}\` there and restart kubelet; on a host that this action sets up, \`operation: deploy\` does it.`,
    },
  ];
}
