import { expect } from '@jest/globals';
import type { ObservedControlPlane } from '../../../src/cluster/control-plane/resolve.ts';
import { type Member, memberName } from '../../../src/cluster/members.ts';
import type { ClusterFacts } from '../../../src/cluster/gates.ts';
import type { FactName, FileFact, HostFacts } from '../../../src/facts/host.ts';
import type { PlannedCluster } from '../../../src/cluster/planned-cluster.ts';
import { type Finding, RefusedError } from '../../../src/findings.ts';
import type { ImageArchive } from '../../../src/images/image-archive.ts';
import { planDeploy } from '../../../src/operations/deploy/deploy.ts';
import type { MemberSettings } from '../../../src/inputs/settings.ts';
import type { Plan, Stage } from '../../../src/plan/plan.ts';
import type { Step } from '../../../src/steps/index.ts';
import {
  exampleSettings,
  MEMBERS,
  NOW,
  pristineHost,
  type SettingsChanges,
  withFiles,
  withoutFiles,
} from '../../cluster/example.ts';

/** The token of a run that creates a new cluster. */
export const FRESH = 'etcd-f5e5f5e5f5e5f5e5';

/** The inputs of a decision besides the hosts. */
export interface Circumstances {
  readonly settings?: SettingsChanges;
  /** Absent if no member answered. */
  readonly cluster?: ClusterFacts;
  readonly controlPlane?: ObservedControlPlane;
  readonly now?: Date;
  readonly archive?: ImageArchive;
}

/** The members of hosts that were all observed, by what was seen on each of the listed hosts. */
export function membersOf(
  { hosts }: { readonly hosts: readonly MemberSettings[] },
  facts: readonly HostFacts[],
): Member[] {
  return hosts.flatMap((host, index) => {
    const seen = facts[index];
    return seen === undefined ? [] : [{ name: memberName(host, seen), address: host.address, facts: seen }];
  });
}

export function decide(
  facts: readonly HostFacts[],
  { settings, cluster, controlPlane, now = NOW, archive }: Circumstances = {},
): Plan {
  return planDeploy({
    settings: exampleSettings(settings),
    members: membersOf(exampleSettings(settings), facts),
    newToken: FRESH,
    now,
    ...(cluster === undefined ? {} : { cluster }),
    ...(controlPlane === undefined ? {} : { controlPlane }),
    ...(archive === undefined ? {} : { archive }),
  });
}

/** The cluster as the plan of a deploy wants it. */
export function clusterOf({ cluster }: Plan): PlannedCluster {
  if (cluster === undefined) throw new Error('a deploy plans a cluster');
  return cluster;
}

/** Findings of a refusal, each of which says what the user can do; none when there is a plan. */
export function refusals(facts: readonly HostFacts[], circumstances: Circumstances = {}): readonly Finding[] {
  try {
    decide(facts, circumstances);
    return [];
  } catch (error) {
    if (!(error instanceof RefusedError)) throw error;
    for (const { fact, cause = 'Not known.', fix = '' } of error.findings) {
      expect([fact, cause, fix].map((words) => /^\S.*[.)`]$/s.test(words))).toEqual([true, true, true]);
    }
    return error.findings;
  }
}

/** Returns the same as lines of `host at: fact`. */
export function refusalLines(facts: readonly HostFacts[], circumstances: Circumstances = {}): string[] {
  return refusals(facts, circumstances).map(({ host = '-', at, fact }) => `${host} ${at}: ${fact}`);
}

export function pristine(): HostFacts[] {
  return MEMBERS.map((member) => pristineHost(member));
}

/** Returns the hosts with one of them changed. */
export function withHost(
  facts: readonly HostFacts[],
  index: number,
  change: Partial<HostFacts> | ((host: HostFacts) => Partial<HostFacts>),
): HostFacts[] {
  return facts.map((host, at) =>
    at === index ? { ...host, ...(typeof change === 'function' ? change(host) : change) } : host,
  );
}

/** Returns the hosts with files added on one of them. */
export function withFile(facts: readonly HostFacts[], index: number, ...files: FileFact[]): HostFacts[] {
  return withHost(facts, index, (host) => withFiles(host, files));
}

/** Returns the hosts with files removed from one of them. */
export function withoutFile(facts: readonly HostFacts[], index: number, ...paths: string[]): HostFacts[] {
  return withHost(facts, index, (host) => withoutFiles(host, ...paths));
}

/** kubelet is stopped; the containers still run. */
export const KUBELET_OFF: Partial<HostFacts> = {
  kubelet: { installed: true, active: false, subState: 'dead', enabled: true, dropIns: [] },
};

/** etcd has ended, and kubelet has not restarted it yet. */
export const ETCD_OFF: Partial<HostFacts> = {
  containers: [{ id: 'c0ffee', running: false, image: 'registry.k8s.io/etcd:3.6.5-0', attempt: 3 }],
  listeners: new Map(),
};

/** The disk of the data dir is not mounted. */
export const DATA_LOST: Partial<HostFacts> = {
  dataDir: { exists: true, empty: true, hasLog: false, hasBlankLog: false, mode: '700' },
};

/** The facts of an unseen part: none. */
const NOTHING_OF: Readonly<Record<FactName, Partial<HostFacts>>> = {
  containers: { containers: [] },
  images: { images: [], imageIds: new Map() },
  runtime: { runtime: { sockets: ['/run/containerd/containerd.sock'], problem: '' } },
  kubelet: { kubelet: { installed: true, active: false, subState: '', enabled: false, dropIns: [] } },
  kubeadm: {},
  files: { files: new Map(), state: 'absent' },
  digests: {},
  'data-dir': { dataDir: { exists: false, empty: true, hasLog: false, hasBlankLog: false, mode: '' } },
  addresses: { addresses: [] },
  listeners: { listeners: new Map() },
  reach: { reach: [] },
  clock: {},
};

const CRICTL_SAYS = 'exit code 1: level=fatal msg="DeadlineExceeded"';

/** Returns the facts of a host without the named parts. */
export function blind(host: HostFacts, ...names: readonly FactName[]): HostFacts {
  return names.reduce<HostFacts>(
    (facts, what) => ({
      ...facts,
      ...NOTHING_OF[what],
      unseen: [...facts.unseen, { what, program: `look at ${what}`, words: CRICTL_SAYS }],
    }),
    host,
  );
}

export function stepsOf(plan: Plan): Step[] {
  return allStages(plan).flatMap(({ steps }) => steps);
}

export function allStages({ stages, afterVerify }: Plan): Stage[] {
  return [...stages, ...afterVerify];
}

/** Returns the steps of one kind, in order. */
export function stepsLike<K extends Step['kind']>(plan: Plan, kind: K): (Step & { kind: K })[] {
  return stepsOf(plan).filter((step): step is Step & { kind: K } => step.kind === kind);
}

/** Returns `kind host`, stage by stage. */
export function outline(plan: Plan): string[][] {
  return allStages(plan).map(({ steps }) => steps.map(({ kind, host }) => `${kind} ${host}`));
}
