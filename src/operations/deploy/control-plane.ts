import {
  CLIENT_FILES,
  describeHandOver,
  type HandOver,
  type HandOverInput,
  handOverTo,
  isHandedOver,
} from '../../cluster/control-plane/hand-over.ts';
import {
  type ControlPlaneHost,
  type ObservedControlPlane,
  resolveControlPlane,
} from '../../cluster/control-plane/resolve.ts';
import { differsFromRecord } from '../../cluster/differences.ts';
import type { Member } from '../../cluster/members.ts';
import { type Ownership, recordOn } from '../../cluster/ownership.ts';
import type { PlannedClientCopy, PlannedFile } from '../../cluster/planned-cluster.ts';
import type { EstablishedMember } from '../../cluster/planned-members.ts';
import type { ClientCopy, HostState } from '../../facts/host-state.ts';
import type { HostFacts } from '../../facts/host.ts';
import type { Finding } from '../../findings.ts';
import { CA_CERTIFICATE, CERTIFICATE_MODE, leafPath } from '../../kubeadm/paths.ts';
import type { MemberIdentity } from '../../kubeadm/kubeadm-config.ts';
import { certificateEnd, inspectCertificate } from '../../pki/inspect.ts';
import type { LeafProfileName } from '../../pki/leaf.ts';
import type { Stage } from '../../plan/plan.ts';
import type { Step } from '../../steps/index.ts';

/** What a plan does for the hosts of the control plane. */
export interface ControlPlanePlan {
  readonly hosts: readonly MemberIdentity[];
  /** What makes any plan impossible. */
  readonly findings: readonly Finding[];
  readonly warnings: readonly Finding[];
  /** What is lacking where; for the plan's reasons. */
  readonly reasons: readonly string[];
  readonly issue: ReadonlyMap<string, readonly LeafProfileName[]>;
  /** After the cluster has been verified as healthy. */
  readonly stages: readonly Stage[];
}

/** Decides what the control plane's hosts get. A host that could not be examined gets nothing, and is reported. */
export function decideControlPlane(
  observed: ObservedControlPlane,
  members: readonly Member[],
  input: HandOverInput,
): ControlPlanePlan {
  const { hosts, findings } = resolveControlPlane(observed, members);
  const answers = hosts.map((host) => handOverTo(host, input));
  const handOvers = answers.map(({ handOver }) => handOver);
  return {
    hosts: hosts.map(({ name, address }) => ({ name, address })),
    findings: [...findings, ...answers.flatMap((answer) => answer.findings)],
    warnings: warningsOf(observed, hosts),
    reasons: handOvers
      .filter((handOver) => !isHandedOver(handOver))
      .map((handOver) => `${handOver.name}: ${describeHandOver(handOver).join('; ')}`),
    issue: new Map(
      handOvers
        .filter(({ pair }) => pair.length > 0)
        .map(({ name }) => [name, ['apiserverEtcdClient']] as const),
    ),
    stages: handOverStages(handOvers),
  };
}

/** Findings that need attention but decide nothing. */
export function controlPlaneWarnings(observed: ObservedControlPlane): Finding[] {
  return warningsOf(observed, resolveControlPlane(observed, []).hosts);
}

function warningsOf({ unreached }: ObservedControlPlane, hosts: readonly ControlPlaneHost[]): Finding[] {
  return [...unreached, ...hosts.flatMap(unreachableMembers)];
}

/** `kubeadm init` would wait for it. Whether a member listens is another matter: there may be none yet. */
function unreachableMembers({ name, facts }: ControlPlaneHost): Finding[] {
  return facts.reach
    .filter(({ outcome }) => outcome === 'timeout' || outcome === 'unreachable')
    .map(({ address, port, outcome }) => ({
      code: 'peer-port-unreachable',
      host: name,
      at: 'network',
      fact: `it cannot reach ${address} on TCP port ${port} (${outcome}).`,
      cause: 'A firewall or security group between control plane and members drops these packets.',
      fix: `Allow TCP ${port} from the control plane to every member.`,
    }));
}

/**
 * One stage for each host of the control plane that lacks something, so that API servers get a new pair one after the
 * other.
 */
function handOverStages(handOvers: readonly HandOver[]): Stage[] {
  return handOvers
    .filter((handOver) => !isHandedOver(handOver))
    .map((handOver) => ({
      title: `Hand-over to ${handOver.name}`,
      order: 'in-turn',
      mayFail: 'reported',
      steps: steps(handOver),
    }));
}

function steps({ name: host, authority, pair, last, modes }: HandOver): Step[] {
  const files: PlannedFile[] = [
    ...(authority.length === 0
      ? []
      : [
          {
            path: CA_CERTIFICATE,
            mode: CERTIFICATE_MODE,
            content: { from: 'authority', part: 'certificate' },
          } as const,
        ]),
    ...(pair.length === 0
      ? []
      : CLIENT_FILES.toSorted((one, other) => Number(one.part === last) - Number(other.part === last)).map(
          ({ path, mode, name, part }): PlannedFile => ({
            path,
            mode,
            content: { from: 'leaf', name, part },
          }),
        )),
  ];
  const kept = new Map([...modes].filter(([path]) => !files.some((file) => file.path === path)));
  return [
    ...(files.length === 0
      ? []
      : [{ kind: 'deliver-files', host, files, why: [...authority, ...pair].join('; ') } as const]),
    ...(kept.size === 0
      ? []
      : [{ kind: 'set-modes', host, modes: kept, why: 'not as kubeadm creates them' } as const]),
    ...(pair.length === 0
      ? []
      : [
          {
            kind: 'verify-client-certificate',
            host,
            why: 'every member must answer its API server',
          } as const,
        ]),
  ];
}

const CERTIFICATE = leafPath('apiserverEtcdClient', 'certificate');

/**
 * Client certificates of which the control plane may still have the old copy: renewed by this run, or by an earlier one
 * and never confirmed.
 */
export function plannedClientCopies(
  members: readonly EstablishedMember[],
  ownership: ReadonlyMap<string, Ownership>,
  confirmed: readonly string[],
): Map<string, PlannedClientCopy> {
  return new Map(
    members.flatMap(({ name, facts, differences }): (readonly [string, PlannedClientCopy])[] => {
      const record = recordOn(ownership.get(name));
      const known = unrecordedRenewal(facts, record) ?? record?.clientCopy;
      const open = known === undefined || confirmed.includes(known.fingerprint) ? undefined : known;
      if (!differences.leaves.has('apiserverEtcdClient')) return open === undefined ? [] : [[name, open]];
      const oldEndsAt =
        open?.oldEndsAt ?? certificateEnd(facts.files.get(CERTIFICATE)?.text)?.toISOString() ?? '';
      return [[name, { renewed: true, oldEndsAt }]];
    }),
  );
}

/** The pair was replaced since it was recorded: by hand, or by a run that was interrupted before it could record it. */
function unrecordedRenewal({ files }: HostFacts, record: HostState | undefined): ClientCopy | undefined {
  const found = files.get(CERTIFICATE);
  if (record === undefined || found === undefined) return undefined;
  if (!differsFromRecord(record, { files }, CERTIFICATE)) return undefined;
  try {
    const { fingerprint, notBefore } = inspectCertificate(found.text ?? '');
    const oldEndsAt = record.clientCopy?.oldEndsAt ?? '';
    return { fingerprint, renewedAt: notBefore.toISOString(), oldEndsAt };
  } catch {
    return undefined; // it is issued anew
  }
}

/** Reminds of the copies until they are confirmed. */
export function clientCopyWarnings(copies: ReadonlyMap<string, PlannedClientCopy>): Finding[] {
  return [...copies].map(([host, copy]) => {
    const until = copy.oldEndsAt === '' ? '' : ` The previous one expires on ${copy.oldEndsAt.slice(0, 10)}.`;
    const what =
      'renewed' in copy ? 'is renewed by this run' : `was renewed on ${copy.renewedAt.slice(0, 10)}`;
    const fingerprint = 'renewed' in copy ? 'SHA-256 fingerprint' : copy.fingerprint;
    return {
      code: 'client-certificate-unconfirmed',
      host,
      at: 'apiserver-etcd-client',
      fact: `its ${CERTIFICATE} ${what}, and it is not confirmed that the control plane has a copy.${until}`,
      cause: 'API servers use copies of it; the action does not reach their hosts.',
      fix: `If the control plane's copy came from this host, copy ${CERTIFICATE} and its key there again (API servers reload them by themselves). Then confirm it once: \`client-certificate-copied: ${fingerprint}\`.`,
    };
  });
}
