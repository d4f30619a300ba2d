import { extraNumber, type ExaminedMember, type PreflightSettings } from './examined.ts';
import { size } from './format.ts';
import type { SevereFinding } from './severe-finding.ts';

/** kubeadm's own limits for a control plane (cmd/kubeadm/app/constants, ControlPlaneMem and ControlPlaneNumCPU). */
const LEAST_MEMORY_BYTES = 1700 * 1024 ** 2;
const LEAST_PROCESSORS = 2;

/** Memory and processors. */
export function capacity({ name: host, seen }: ExaminedMember, settings: PreflightSettings): SevereFinding[] {
  const findings: SevereFinding[] = [];
  const { memoryBytes, processors } = seen;
  const quota = extraNumber(settings, 'quota-backend-bytes') ?? 0;
  if (memoryBytes !== undefined && memoryBytes < Math.max(LEAST_MEMORY_BYTES, quota)) {
    findings.push({
      severity: 'warn',
      host,
      at: 'memory',
      fact:
        memoryBytes < quota
          ? `it has ${size(memoryBytes)} of memory, less than the quota of the database (${size(quota)}), which etcd maps into memory.`
          : `it has ${size(memoryBytes)} of memory; kubeadm asks for ${size(LEAST_MEMORY_BYTES)}, etcd's documentation for 8 GiB under load.`,
      cause:
        'The machine is small. Under pressure the kernel kills etcd, or reads the database from the disk again and again.',
      fix:
        memoryBytes < quota
          ? 'Give the machine more memory, or lower `quota-backend-bytes`.'
          : 'Give the machine more memory.',
    });
  }
  if (processors !== undefined && processors < LEAST_PROCESSORS) {
    findings.push({
      severity: 'warn',
      host,
      at: 'processors',
      fact: `it has ${processors} processor; etcd's documentation asks for 2 to 4.`,
      cause:
        'The machine is small. etcd, kubelet and the runtime then wait for each other, and heartbeats come late.',
      fix: 'Give the machine a second processor.',
    });
  }
  return findings;
}
