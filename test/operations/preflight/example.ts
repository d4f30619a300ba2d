import { stringify } from 'yaml';
import { type Check, isFinding } from '../../../src/checks/check.ts';
import type { HostFacts } from '../../../src/facts/host.ts';
import type { PreflightFacts } from '../../../src/facts/preflight.ts';
import { ETCD_MANIFEST } from '../../../src/kubeadm/paths.ts';
import { preflightChecks, type PreflightInput } from '../../../src/operations/preflight/checks.ts';
import { membersOf } from '../deploy/deciding.ts';
import { fileFact, MEMBERS, pristineHost } from '../../cluster/example.ts';

/** An image without known faults; the one of the example's kubeadm has some. */
const SOUND_IMAGE = 'registry.k8s.io/etcd:3.6.14-0';

/** Facts of a host without findings. */
export const QUIET: PreflightFacts = {
  kubeletVersion: { major: 1, minor: 34, patch: 4, text: 'v1.34.4' },
  cgroups: 'v2',
  swaps: [],
  memoryBytes: 8 * 1024 ** 3,
  processors: 2,
  execStartDropIns: ['/usr/lib/systemd/system/kubelet.service.d/10-kubeadm.conf'],
  filesystem: {
    type: 'ext4',
    source: '/dev/sda1',
    mountPoint: '/',
    readOnly: false,
    sizeBytes: 40 * 1024 ** 3,
    freeBytes: 30 * 1024 ** 3,
    inodes: 2_000_000,
    freeInodes: 1_900_000,
    dataDirBytes: 0,
  },
  connectTimes: [],
  leftoverKeys: [],
};

/** Differences from three empty hosts without findings. */
export interface Changes {
  readonly settings?: Partial<PreflightInput['settings']>;
  /** Of infra1. */
  readonly facts?: Partial<HostFacts>;
  /** Of infra1. */
  readonly seen?: Partial<PreflightFacts>;
  /** Of all hosts. */
  readonly allFacts?: Partial<HostFacts>;
  readonly allSeen?: Partial<PreflightFacts>;
  readonly diskTests?: PreflightInput['diskTests'];
  readonly patchTrials?: PreflightInput['patchTrials'];
  readonly archive?: PreflightInput['archive'];
}

/** Findings on the example's hosts, `status [member] name (subject): …` with all that is said of each. */
export function findingsOf(changes: Changes = {}): string[] {
  return checksOf(changes).map(({ status, member, name, subject, measured, cause, fix, notice }) => {
    const place = `${member === null ? '' : `[${member}] `}${subject === null ? name : `${name} (${subject})`}`;
    const besides = [
      ...(cause === null ? [] : [`Usual cause: ${cause}`]),
      ...(fix === null ? [] : [`Fix: ${fix}`]),
      ...(notice === null ? [] : [`Good to know: ${notice}`]),
    ];
    return [`${status} ${place}: ${measured}`, ...besides].join(' ');
  });
}

/** What a user is shown of the checks on the example's hosts. */
export function checksOf(changes: Changes = {}): Check[] {
  return preflightChecks(exampleInput(changes)).filter(isFinding);
}

export function exampleInput(changes: Changes = {}): PreflightInput {
  const sound = { etcdImage: SOUND_IMAGE, images: [SOUND_IMAGE] };
  const settings = {
    hosts: MEMBERS.map(({ address }) => ({ address })),
    caCustody: 'first-host' as const,
    clientPort: 2379,
    peerPort: 2380,
    metricsPort: 2381,
    dataDir: '/var/lib/etcd',
    extraArgs: [],
    kubeletConfig: {},
    ...changes.settings,
  };
  const facts = MEMBERS.map((member, index) =>
    pristineHost(member, { ...sound, ...changes.allFacts, ...(index === 1 ? changes.facts : {}) }),
  );
  const preflight = new Map(
    MEMBERS.map(({ address }, index) => [
      address,
      { ...QUIET, ...changes.allSeen, ...(index === 1 ? changes.seen : {}) },
    ]),
  );
  const members = membersOf(settings, facts);
  return {
    settings,
    members,
    preflight,
    ...(changes.diskTests === undefined ? {} : { diskTests: changes.diskTests }),
    ...(changes.patchTrials === undefined ? {} : { patchTrials: changes.patchTrials }),
    ...(changes.archive === undefined ? {} : { archive: changes.archive }),
  };
}

/** Facts of a host on which an etcd runs from a manifest that was written by hand. */
export function memberByHand(image = SOUND_IMAGE): Partial<HostFacts> {
  const manifest = stringify({
    kind: 'Pod',
    spec: { containers: [{ image, command: ['etcd', '--name=a'] }] },
  });
  return {
    files: new Map([[ETCD_MANIFEST, fileFact(ETCD_MANIFEST, manifest)]]),
    dataDir: { exists: true, empty: false, hasLog: true, hasBlankLog: false, mode: '700' },
    containers: [{ id: 'c0ffee', running: true, image, attempt: 0 }],
    images: [SOUND_IMAGE, image],
    listeners: new Map([
      [2379, 'etcd'],
      [2380, 'etcd'],
      [2381, 'etcd'],
      [10248, 'kubelet'],
      [10250, 'kubelet'],
    ]),
  };
}
