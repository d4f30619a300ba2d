import type { EtcdFailure } from '../../etcd/etcd-error.ts';
import type { Observed } from '../../etcd/health-observation.ts';
import type { HashKv } from '../../etcd/messages.ts';
import type { MemberObservation } from '../../etcd/observe-member.ts';
import type { HostSight, MemberSight, MetricsSight, Sight } from '../../health/facts.ts';
import { CA_CERTIFICATE } from '../../kubeadm/paths.ts';
import type { ReachedHost } from './reach-hosts.ts';

/** What was seen of one member over the network; in parts, for the name comes from all of them. */
export interface Answers {
  readonly observation: MemberObservation;
  readonly hash: Observed<HashKv>;
  readonly metrics: Observed<MetricsSight>;
  readonly served: MemberSight['served'];
  readonly roundTripMs: number | null;
}

/** What there is beside the host. */
export interface Around {
  /** Absent: it was not asked. */
  readonly answers: Answers | undefined;
  /** Name of the member through whose host it was asked; null: its own. */
  readonly through: string | null;
  readonly notAsked: { readonly failure: EtcdFailure };
  readonly shippedImage: string | undefined;
}

/** All that was seen of one member, put together. */
export function memberSight(
  { host, sight }: ReachedHost,
  name: string,
  { answers, through, notAsked: none, shippedImage }: Around,
): MemberSight {
  const { address } = host;
  const unseen = { unseen: { fact: none.failure.finding.fact } };
  const observation = answers?.observation;
  const endpoint = observation?.endpoint ?? {
    status: none,
    memberList: none,
    roundTripNs: none,
    readNs: none,
    alarms: none,
  };
  return {
    name,
    address,
    host: hostSight(sight, answers?.roundTripMs ?? null, shippedImage),
    askedThrough: through,
    endpoint: { ...endpoint, name, address },
    localReadNs: observation?.localReadNs ?? none,
    livez: observation?.livez ?? none,
    readyz: observation?.readyz ?? none,
    hash: answers?.hash ?? none,
    metrics: answers?.metrics ?? none,
    served: answers?.served ?? { client: unseen, peer: unseen },
  };
}

/** Without the key that the probe brought: nobody needs it any more. */
function hostSight(
  sight: ReachedHost['sight'],
  roundTripMs: number | null,
  shippedImage: string | undefined,
): Sight<HostSight> {
  if ('unseen' in sight) return sight;
  const { facts, more } = sight.seen;
  return { seen: { facts, more, roundTripMs, ...(shippedImage !== undefined && { shippedImage }) } };
}

/** Why nobody could ask. @param withoutCredentials a host could be reached, and none has what etcd asks for. */
export function notAsked(withoutCredentials: boolean): { readonly failure: EtcdFailure } {
  const reason = withoutCredentials
    ? `no host has a healthcheck client's certificate with its key and ${CA_CERTIFICATE}`
    : 'no host could be reached to ask it from';
  return {
    failure: {
      kind: 'not-asked',
      reason,
      finding: { at: 'etcd', fact: `etcd was not asked: ${reason}.` },
    },
  };
}
