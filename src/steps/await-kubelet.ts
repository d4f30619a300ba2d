import { awaitKubelet, explainKubelet } from './start-kubelet.ts';
import type { ScriptedKind, StepOnHost } from './step-kind.ts';

/** Waits until a kubelet that was started before says that it is healthy. */
export interface AwaitKubelet extends StepOnHost {
  readonly kind: 'await-kubelet';
}

/** The kind of {@link AwaitKubelet}. */
export const awaitKubeletStep: ScriptedKind<AwaitKubelet> = {
  title: 'wait for kubelet',
  readsOnly: true,
  script() {
    return { script: awaitKubelet(), explain: explainKubelet };
  },
};
