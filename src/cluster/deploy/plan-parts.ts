import { placesOf } from '../../kubeadm/data-places.ts';
import type { Settings } from '../../settings/settings.ts';
import type { AuthorityChoice } from '../authority.ts';
import { dataMounts } from '../data-mounts.ts';
import type { DesiredMember } from '../desired.ts';
import type { Member } from '../members.ts';
import type { Plan } from '../plan.ts';
import type { ClassifiedInput } from './classify.ts';

/** The fields of a plan that every verdict fills in the same way. */
export type CommonFields = Pick<
  Plan,
  | 'clusterName'
  | 'shape'
  | 'authority'
  | 'authorityCertificate'
  | 'keyKeeper'
  | 'kubernetesVersions'
  | 'dataMounts'
  | 'certificates'
  | 'controlPlane'
>;

/**
 * What a plan says of the cluster, its CA and its releases, whatever the verdict.
 * @param members with the release that the kubeadm configuration of each names.
 * @returns no `authorityCertificate` where the run makes the CA, and no `keyKeeper` where no host keeps the key.
 */
export function commonFields(
  { settings, shape, authority, handOver }: ClassifiedInput,
  { source, keyKeeper }: AuthorityChoice,
  members: readonly (Member & { readonly desired: DesiredMember })[],
): CommonFields {
  return {
    clusterName: settings.clusterName,
    shape,
    authority: source,
    ...(source.from === 'made' || authority === undefined
      ? {}
      : { authorityCertificate: authority.certificatePem }),
    ...(keyKeeper === undefined ? {} : { keyKeeper }),
    certificates: settings.certificates,
    controlPlane: handOver.hosts,
    kubernetesVersions: new Map(members.map(({ name, desired }) => [name, desired.kubernetesVersion])),
    dataMounts: new Map(members.map(({ name, facts }) => [name, dataMounts(facts, placesOf(settings))])),
  };
}

/**
 * Appends the stages of the control plane. API servers get their files last: what they are given must belong to a cluster
 * that has been verified and recorded.
 * @returns the stages with those of the control plane at the end of `afterProof`.
 */
export function withHandOver(
  { stages, afterProof }: Pick<Plan, 'stages' | 'afterProof'>,
  { handOver }: Pick<ClassifiedInput, 'handOver'>,
): Pick<Plan, 'stages' | 'afterProof'> {
  return { stages, afterProof: [...afterProof, ...handOver.stages] };
}

/** @returns whether the action gives the control plane its client pairs, so that copies by hand are not needed. */
export function servesControlPlane({ controlPlane }: Pick<Settings, 'controlPlane'>): boolean {
  return controlPlane.length > 0;
}
