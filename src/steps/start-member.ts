import { explainMember, startMember } from '../hosts/scripts/start-member.ts';
import { dataFolders, placesOf, type DataPlaces } from '../kubeadm/data-places.ts';
import { ETCD_MANIFEST } from '../kubeadm/paths.ts';
import { memberOf, renderedDigest, tell } from './context.ts';
import type { ScriptedKind, StepOnHost } from './step-kind.ts';

/** Makes the data dir and the folder of the log, puts the rendered manifest where kubelet reads it, and waits until the member is ready. */
export interface StartMember extends StepOnHost, DataPlaces {
  readonly kind: 'start-member';
  readonly criEndpoint: string;
  /** False: the manifest is in place already; only wait. */
  readonly placeManifest: boolean;
  /** Whether a container of etcd is on the host already, running or ended: how often it has ended is counted from there. */
  readonly hadContainers: boolean;
  /** Ids of containers that kubelet is about to end: the member is ready once another one is. */
  readonly outgoing?: readonly string[];
  /** Name of the member that begins a moment before this one, so that no two of a new cluster wait for each other. */
  readonly behind?: string;
}

const title = 'start member';

/** The kind of {@link StartMember}. */
export const startMemberStep: ScriptedKind<StartMember> = {
  title,
  describe(step) {
    return step.placeManifest
      ? `${title} with its data in ${dataFolders(step).join(' and ')}`
      : 'wait for member';
  },
  replaces({ placeManifest }) {
    return placeManifest ? [ETCD_MANIFEST] : [];
  },
  // it says which manifest it puts in place, and that has to be rendered first
  madeLate: true,
  script(step, context) {
    const { host, criEndpoint, placeManifest, hadContainers, outgoing, behind } = step;
    const { peerPort, members } = context.plan.shape;
    const script = startMember({
      address: memberOf(context, host).address,
      ...placesOf(step),
      criEndpoint,
      hadContainers,
      ...(outgoing && { outgoing }),
      onProgress: (line) => tell(host, line, context),
      ...(placeManifest ? { manifestSha256: renderedDigest(host, context) } : {}),
      ...(behind !== undefined && {
        behind: { address: memberOf(context, behind).address, peerPort, peers: members.length - 1 },
      }),
    });
    return {
      script,
      explain: explainMember,
      succeeded: () => {
        if (placeManifest)
          context.material.found.get(host)?.set(ETCD_MANIFEST, renderedDigest(host, context));
      },
    };
  },
};
