import { explainPull, pullImage } from '../hosts/scripts/pull-image.ts';
import type { ScriptedKind, StepOnHost } from './step-kind.ts';

/** Pulls etcd's image through the CRI. */
export interface PullImage extends StepOnHost {
  readonly kind: 'pull-image';
  readonly image: string;
  readonly criEndpoint: string;
}

const title = 'pull image';

/** The kind of {@link PullImage}. */
export const pullImageStep: ScriptedKind<PullImage> = {
  title,
  // the image may have come to the host by another way meanwhile, or have been removed
  outsideDigest: true,
  describe({ image }) {
    return `${title} ${image}`;
  },
  // credentials take all of standard input
  isAlone(_step, { registry }) {
    return registry !== undefined;
  },
  /** The credentials are for one registry; an image of another one is pulled without. */
  script({ image, criEndpoint }, { registry }) {
    const login = image.startsWith(`${registry?.server ?? ''}/`) ? registry : undefined;
    return { script: pullImage(image, criEndpoint, login), explain: explainPull(image, login) };
  },
};
