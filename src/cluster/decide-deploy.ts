import { Refusal, type Finding } from '../findings.ts';
import type { ClusterShape } from '../kubeadm/kubeadm-config.ts';
import { ETCD_MANIFEST } from '../kubeadm/paths.ts';
import { METRICS_PORT } from '../kubeadm/ports.ts';
import type { Settings } from '../settings/settings.ts';
import { chooseAuthority } from './authority.ts';
import { driftOf } from './drift.ts';
import type { HostFacts } from './host-facts.ts';
import { etcdImage } from './images.ts';
import { resolveMembers, type Member } from './members.ts';
import { classifyHost, type Ownership } from './ownership.ts';
import type { Plan } from './plan.ts';
import { differentImages, missingPrerequisites } from './prerequisites.ts';
import { deployStages, runs, type PlannedMember } from './deploy-stages.ts';

/** Everything that the decision depends on; the same question gives the same plan. */
export interface DeployQuestion {
  readonly settings: Settings;
  /** In the order of `settings.hosts`. */
  readonly facts: readonly HostFacts[];
  /** SHA-256 fingerprint of the CA that the user brought. */
  readonly broughtFingerprint?: string;
  /** Token for a cluster that does not exist yet. */
  readonly freshToken: string;
}

const TITLE = 'nothing was changed on any host';

/**
 * The plan for `deploy`.
 * @throws Refusal with all findings, before anything is touched, when the hosts are neither empty nor wholly this
 * cluster's own.
 */
export function decideDeploy(question: DeployQuestion): Plan {
  const { settings, facts } = question;
  const { members, findings } = resolveMembers(settings.hosts, facts);
  refuseIf(findings);

  const ownership = classifyAll(members, settings.clusterName);
  refuseIf(mixedStates(ownership));
  const mustSign = members.some((member) => needsCertificates(member, ownership));
  const { choice, findings: authorityFindings } = chooseAuthority(
    members,
    ownership,
    question.broughtFingerprint,
    mustSign,
  );
  const finished = [...ownership.values()].every(({ kind }) => kind === 'member');
  const stateFindings = finished
    ? []
    : [
        ...members.flatMap((member) =>
          missingPrerequisites(member, [settings.clientPort, settings.peerPort, METRICS_PORT]),
        ),
        ...differentImages(members, (seen) => etcdImage(settings, seen)),
      ];
  refuseIf([...authorityFindings, ...stateFindings]);
  if (choice === undefined) throw new Error('an authority is chosen whenever there is no finding');

  const shape = clusterShape(settings, members, tokenOf(ownership) ?? question.freshToken);
  refuseIf(driftOfStarted(members, ownership, shape, settings));

  const planned = members.map((member) => planMember(member, ownership, settings));
  const untouched = finished && planned.every(runs);
  const allPristine = [...ownership.values()].every(({ kind }) => kind === 'pristine');
  const common = {
    clusterName: settings.clusterName,
    shape,
    authority: choice.source,
    keyKeeper: choice.keyKeeper,
    issueFor: planned.filter(({ progress }) => progress === 'nothing').map(({ name }) => name),
  };
  if (untouched) {
    return {
      ...common,
      verdict: 'unchanged',
      reasons: ['every host is a finished member of this cluster, as the inputs ask for'],
      stages: [],
      afterProof: [],
    };
  }
  return {
    ...common,
    verdict: allPristine ? 'create' : 'repair',
    reasons: allPristine ? ['none of the hosts holds anything of etcd'] : planned.map(describeMember),
    ...deployStages({ settings, shape, authority: choice, members: planned }),
  };
}

const PROGRESS: Readonly<Record<PlannedMember['progress'], string>> = {
  nothing: 'its set-up has not got as far as starting the member',
  started: 'its member has been started, and the cluster was not proven healthy yet',
  finished: 'a finished member',
};

function describeMember(member: PlannedMember): string {
  const idle =
    member.progress === 'nothing' || runs(member)
      ? ''
      : `, ${member.kubeletRuns ? 'its etcd' : 'its kubelet'} does not run`;
  return `${member.name}: ${PROGRESS[member.progress]}${idle}`;
}

function refuseIf(findings: readonly Finding[]): void {
  if (findings.length > 0) throw new Refusal(TITLE, findings);
}

function classifyAll(members: readonly Member[], clusterName: string): Map<string, Ownership> {
  const classified = members.map((member) => ({ name: member.name, ...classifyHost(member, clusterName) }));
  refuseIf(classified.flatMap(({ findings }) => findings));
  return new Map(
    classified.flatMap(({ name, ownership }) => (ownership === undefined ? [] : [[name, ownership]])),
  );
}

/** A finished cluster has a record on every host, and all hosts of one cluster carry its one token. */
function mixedStates(ownership: ReadonlyMap<string, Ownership>): Finding[] {
  const owned = [...ownership];
  const finished = owned.filter(([, { kind }]) => kind === 'member');
  const pristine = owned.filter(([, { kind }]) => kind === 'pristine');
  if (finished.length > 0 && pristine.length > 0) {
    return pristine.map(([host]) => ({
      host,
      at: 'host',
      fact: `it is empty, while ${finished.map(([name]) => name).join(', ')} ${finished.length === 1 ? 'is a finished member' : 'are finished members'} of the cluster.`,
      cause: 'The host was reinstalled or its disk was lost, or a host was added to the list.',
      fix: 'Restore its disk, or list the hosts that the cluster was made of. A member that lost its data must not be started as if it were new.',
    }));
  }
  const tokens = Map.groupBy(owned, ([, entry]) =>
    entry.kind === 'pristine' ? undefined : entry.state.cluster.token,
  );
  tokens.delete(undefined);
  if (tokens.size <= 1) return [];
  return [
    {
      at: 'hosts',
      fact: `they belong to ${tokens.size} different clusters (${[...tokens.values()].map((group) => group.map(([name]) => name).join(', ')).join(' / ')}).`,
      cause: 'Hosts of two clusters with the same name were listed together.',
      fix: 'List the hosts of one cluster. `cluster-name` helps to tell clusters apart.',
    },
  ];
}

function tokenOf(ownership: ReadonlyMap<string, Ownership>): string | undefined {
  for (const owned of ownership.values()) if (owned.kind !== 'pristine') return owned.state.cluster.token;
  return undefined;
}

function clusterShape(settings: Settings, members: readonly Member[], token: string): ClusterShape {
  return {
    members: members.map(({ name, address }) => ({ name, address })),
    token,
    clientPort: settings.clientPort,
    peerPort: settings.peerPort,
    dataDir: settings.dataDir,
    ...(settings.imageRepository === undefined ? {} : { imageRepository: settings.imageRepository }),
    ...(settings.etcdImageTag === undefined ? {} : { etcdImageTag: settings.etcdImageTag }),
  };
}

/** Has this host's etcd ever been able to start? From the manifest on its files are left as they are. */
function hasStarted(member: Member): boolean {
  return member.facts.files.has(ETCD_MANIFEST) || member.facts.dataDir.hasLog;
}

function needsCertificates(member: Member, ownership: ReadonlyMap<string, Ownership>): boolean {
  return ownership.get(member.name)?.kind !== 'member' && !hasStarted(member);
}

function driftOfStarted(
  members: readonly Member[],
  ownership: ReadonlyMap<string, Ownership>,
  shape: ClusterShape,
  settings: Settings,
): Finding[] {
  return members.flatMap((member) => {
    const owned = ownership.get(member.name);
    if (owned === undefined || owned.kind === 'pristine' || !hasStarted(member)) return [];
    return driftOf(member, owned.state, shape, settings.kubeletConfig);
  });
}

function planMember(
  member: Member,
  ownership: ReadonlyMap<string, Ownership>,
  settings: Settings,
): PlannedMember {
  const finished = ownership.get(member.name)?.kind === 'member';
  const image = etcdImage(settings, member.facts);
  return {
    ...member,
    progress: finished ? 'finished' : hasStarted(member) ? 'started' : 'nothing',
    kubeletRuns: member.facts.kubelet.active && member.facts.kubelet.enabled,
    etcdRuns: member.facts.containers.some(({ running }) => running),
    ...(image === undefined ? {} : { image }),
  };
}
