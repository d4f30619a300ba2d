import { explainKubelet, startKubelet } from '../hosts/scripts/start-kubelet.ts';
import type { ScriptedKind, StepOnHost } from './step-kind.ts';

/** Loads the drop-in, enables and (re)starts kubelet, and waits until it says that it is healthy. */
export interface StartKubelet extends StepOnHost {
  readonly kind: 'start-kubelet';
  /** False: a kubelet that already runs as wanted is only started if it is not active. */
  readonly restart: boolean;
  /** Puts the files that this run has replaced back if kubelet does not get healthy with the new ones. */
  readonly goBack?: boolean;
  /** Only starts it: a later step waits, and others are done meanwhile. */
  readonly awaitedLater?: boolean;
}

/** The kind of {@link StartKubelet}. */
export const startKubeletStep: ScriptedKind<StartKubelet> = {
  title: 'start kubelet',
  describe({ restart }) {
    return restart ? 'restart kubelet' : 'start kubelet if it does not run';
  },
  restarts({ restart }) {
    return restart ? 'kubelet' : undefined;
  },
  script(step) {
    return { script: startKubelet(step), explain: explainKubelet };
  },
};
