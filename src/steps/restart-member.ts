import { explainRestart, restartMember } from '../hosts/scripts/restart-member.ts';
import { placesOf, type DataPlaces } from '../kubeadm/data-places.ts';
import { ETCD_MANIFEST } from '../kubeadm/paths.ts';
import { memberOf, renderedDigest, tell } from './context.ts';
import type { ScriptedKind, StepOnHost } from './step-kind.ts';

/**
 * Replaces the manifest of a running member by the one that was rendered: the old one out, the pod gone, the new one in,
 * by a unit of systemd that goes on without the runner; the old one comes back if the member does not get ready. Nothing
 * happens if both are the same.
 */
export interface RestartMember extends StepOnHost, DataPlaces {
  readonly kind: 'restart-member';
  readonly criEndpoint: string;
  /** True only where the cluster has never been healthy: elsewhere a member without its log is not started. */
  readonly mayLackData: boolean;
}

/** The kind of {@link RestartMember}. */
export const restartMemberStep: ScriptedKind<RestartMember> = {
  title: 'restart member',
  replaces() {
    return [ETCD_MANIFEST];
  },
  restarts() {
    return 'etcd';
  },
  // it says which manifest it replaces by which, and that has to be rendered first
  madeLate: true,
  script(step, context) {
    const { host, criEndpoint, mayLackData } = step;
    const found = context.material.found.get(host);
    const renderedSha256 = renderedDigest(host, context);
    const script = restartMember({
      address: memberOf(context, host).address,
      ...placesOf(step),
      criEndpoint,
      currentSha256: found?.get(ETCD_MANIFEST) ?? 'absent',
      renderedSha256,
      mayLackData,
      onProgress: (line) => tell(host, line, context),
    });
    return {
      script,
      explain: explainRestart,
      succeeded: () => void found?.set(ETCD_MANIFEST, renderedSha256),
    };
  },
};
