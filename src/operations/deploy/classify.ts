import {
  absenceFindings,
  type AbsentMember,
  membersInOrder,
  resolveAbsent,
} from '../../cluster/absent-members.ts';
import { knownAuthority } from '../../cluster/authority.ts';
import { lostMountFindings } from '../../cluster/data-dir.ts';
import type { ClusterFacts } from '../../cluster/gates.ts';
import { type Member, memberFindings } from '../../cluster/members.ts';
import { lostLogFindings, membershipFindings } from '../../cluster/membership.ts';
import { classifyHost, type Ownership, tokenOn } from '../../cluster/ownership.ts';
import type { PlanInput } from '../../engine/operation.ts';
import type { Finding } from '../../findings.ts';
import type { Settings } from '../../inputs/settings.ts';
import type { ClusterShape, MemberIdentity } from '../../kubeadm/kubeadm-config.ts';
import { ETCD_MANIFEST, placesOf } from '../../kubeadm/paths.ts';
import type { Authority } from '../../pki/authority.ts';
import { type ControlPlanePlan, decideControlPlane } from './control-plane.ts';
import { fixedFlagFindings, mixedHosts, refuseIf, unknownFacts } from './refusals.ts';

/** The input, and what follows from it for every verdict. */
export interface ClassifiedInput extends PlanInput {
  /** Members whose hosts could not be reached. */
  readonly absentMembers: readonly AbsentMember[];
  /** What each reached host is to this cluster, by the member's name. */
  readonly ownership: ReadonlyMap<string, Ownership>;
  readonly shape: ClusterShape;
  /** The CA as it is known before the run changes anything; undefined where there is none yet. */
  readonly authority: Authority | undefined;
  /** What the hosts of the control plane are given. */
  readonly handOver: ControlPlanePlan;
  /** Whether the cluster has been healthy once, see {@link isEstablished}. */
  readonly isEstablished: boolean;
}

/**
 * Resolves the observed hosts to members and classifies each of them.
 *
 * The findings are collected in groups, and each group builds on the one before: facts that could not be observed make
 * every comparison meaningless, and without ownership there is no cluster that flags could be compared with.
 * @returns the input with its members, their ownership and the shape of the cluster.
 * @throws RefusedError with all findings of the first group that has any; they apply to every verdict.
 */
export function classify(input: PlanInput): ClassifiedInput {
  const { settings, members, cluster, absent = [] } = input;
  refuseIf(memberFindings(members));
  // a fact that was not observed must not pass for the absence of the thing
  refuseIf(unknownFacts(members));
  refuseIf(contradictionFindings(members, cluster, settings.clientPort));
  const ownership = classifyHosts(members, settings.clusterName);
  refuseIf(absenceFindings(absent, members, ownership, cluster));

  const absentMembers = resolveAbsent(absent, members);
  const token = existingToken(ownership) ?? input.newToken;
  const shape = clusterShape(settings, membersInOrder(settings.hosts, members, absentMembers), token);
  const established = isEstablished(ownership, cluster);
  if (established) refuseIf(members.flatMap((member) => fixedFlagFindings(member, shape)));
  refuseIf([
    ...mixedHosts(members, ownership),
    ...lostMountFindings(members, ownership),
    ...lostLogFindings(members, ownership, cluster),
    ...membershipFindings(ownership, cluster),
  ]);

  const authority = knownAuthority(members, settings.authority?.certificatePem);
  const handOver = decideControlPlane(input.controlPlane ?? { hosts: [], unreached: [] }, members, {
    authority,
    renewBeforeDays: settings.renewBeforeDays,
    now: input.now,
  });
  return {
    ...input,
    absentMembers,
    ownership,
    shape,
    authority,
    handOver,
    isEstablished: established,
  };
}

/**
 * Whether the cluster has been healthy once: the action has recorded that, or it runs without any record of the action, or a
 * run was cut off after the cluster became healthy and before that was recorded. Clients may use such a cluster, so
 * its members restart one at a time.
 */
function isEstablished(
  ownership: ReadonlyMap<string, Ownership>,
  cluster: ClusterFacts | undefined,
): boolean {
  const kinds = [...ownership.values()].map(({ kind }) => kind);
  const isProven = kinds.some((kind) => kind === 'unmanaged' || kind === 'member');
  return isProven || (cluster?.health.healthy === true && kinds.every((kind) => kind === 'unfinished'));
}

function classifyHosts(members: readonly Member[], clusterName: string): Map<string, Ownership> {
  const classified = members.map((member) => ({ name: member.name, ...classifyHost(member, clusterName) }));
  refuseIf(classified.flatMap(({ findings }) => findings));
  return new Map(
    classified.flatMap(({ name, ownership }) => (ownership === undefined ? [] : [[name, ownership]])),
  );
}

function existingToken(ownership: ReadonlyMap<string, Ownership>): string | undefined {
  return [...ownership.values()].map(tokenOn).find((token) => token !== undefined);
}

/** The cluster that the inputs ask for. */
export function clusterShape(
  settings: Settings,
  members: readonly MemberIdentity[],
  token: string,
): ClusterShape {
  return {
    members,
    token,
    clientPort: settings.clientPort,
    peerPort: settings.peerPort,
    metricsPort: settings.metricsPort,
    ...placesOf(settings),
    extraArgs: settings.extraArgs,
    patches: settings.patches,
    ...(settings.imageRepository === undefined ? {} : { imageRepository: settings.imageRepository }),
    ...(settings.etcdImageTag === undefined ? {} : { etcdImageTag: settings.etcdImageTag }),
  };
}

/**
 * Refusals where two sources contradict each other about what runs: the container runtime shows no etcd, and its member
 * answers, or something listens on its client port. Whichever is right, a member must not be started on the word of
 * one of them.
 */
function contradictionFindings(
  members: readonly Member[],
  cluster: ClusterFacts | undefined,
  clientPort: number,
): Finding[] {
  return members
    .filter(({ facts }) => !facts.containers.some(({ running }) => running))
    .flatMap((member) => {
      const answering = answers(member.name, cluster);
      if (answering !== undefined) return [answersWithoutContainer(member.name, answering)];
      const program = member.facts.listeners.get(clientPort);
      return program === undefined || !holdsMember(member)
        ? []
        : [listensWithoutContainer(member.name, program, clientPort)];
    });
}

/** The client URL at which a member has answered; undefined where none has. */
function answers(name: string, cluster: ClusterFacts | undefined): string | undefined {
  const endpoint = cluster?.health.endpoints.find((one) => one.name === name);
  return endpoint === undefined || endpoint.memberId === null ? undefined : endpoint.endpoint;
}

/** On an empty host, another program uses the port; that is reported as a port that is taken. */
function holdsMember({ facts: { state, files, dataDir } }: Member): boolean {
  return typeof state === 'object' || files.has(ETCD_MANIFEST) || dataDir.hasLog;
}

function answersWithoutContainer(host: string, endpoint: string): Finding {
  return {
    code: 'etcd-container-unseen',
    host,
    at: 'host',
    fact: `\`crictl ps\` shows no running etcd container, but a member answers at ${endpoint}.`,
    cause:
      'etcd runs under another container runtime than the one that crictl uses, or as a service; or it has just started.',
    fix: 'Run `crictl ps -a` on that host and check which runtime it uses (see /etc/crictl.yaml). Run again when it shows the running etcd.',
  };
}

function listensWithoutContainer(host: string, program: string, port: number): Finding {
  return {
    code: 'etcd-container-unseen',
    host,
    at: 'host',
    fact: `\`crictl ps\` shows no running etcd container, but "${program}" listens on its client port, ${port}.`,
    cause:
      'etcd runs under another container runtime than the one that crictl uses, or as a service; or another program uses the port.',
    fix: `Run \`ss -ltnp 'sport = :${port}'\` and \`crictl ps -a\` on that host. If it is etcd, check which runtime crictl uses (see /etc/crictl.yaml); if it is another program, move it to another port. Then run again.`,
  };
}
