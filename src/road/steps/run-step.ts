import type { Step } from '../../cluster/plan.ts';
import { isCrictlWarning } from '../../hosts/crictl-warning.ts';
import { pullImage, explainPull } from '../../hosts/scripts/pull-image.ts';
import { explainRestart, restartMember } from '../../hosts/scripts/restart-member.ts';
import { explainModes, setModes } from '../../hosts/scripts/set-modes.ts';
import { awaitKubelet, explainKubelet, startKubelet } from '../../hosts/scripts/start-kubelet.ts';
import { explainMember, startMember } from '../../hosts/scripts/start-member.ts';
import { placesOf } from '../../kubeadm/data-places.ts';
import { ETCD_MANIFEST } from '../../kubeadm/paths.ts';
import { digestsOf, memberOf, type ActContext } from './context.ts';
import { deliver, record } from './deliver.ts';
import { proveClient } from './client.ts';
import { sendImage } from './import-image.ts';
import { moveLeadership } from './leadership.ts';
import { removeAuthorityKey } from './remove-key.ts';
import { render } from './render.ts';
import { proveServed } from './served.ts';
import type { StepScript } from './step-script.ts';
import { verify } from './verify.ts';

/** Steps that ask etcd or its listeners from here; all others are a script on their host. */
export type AskingStep = Extract<
  Step,
  { readonly kind: 'move-leadership' | 'prove-served' | 'prove-client' }
>;

export type ScriptedStep = Exclude<Step, AskingStep>;

const ASKING: ReadonlySet<Step['kind']> = new Set(['move-leadership', 'prove-served', 'prove-client']);

/** Whether a step is no script. */
export function isAsking(step: Step): step is AskingStep {
  return ASKING.has(step.kind);
}

/** Whether a step is a script. */
export function isScripted(step: Step): step is ScriptedStep {
  return !isAsking(step);
}

/** Carries out a step that is no script. @throws Refusal or HostError in words for the user. */
export function ask(step: AskingStep, context: ActContext): Promise<void> {
  switch (step.kind) {
    case 'move-leadership':
      return moveLeadership(step, context);
    case 'prove-served':
      return proveServed(step, context);
    case 'prove-client':
      return proveClient(step, context);
  }
}

/** The script of a step, with all that it needs to know; waits for keys and certificates. */
export async function scriptOf(step: ScriptedStep, context: ActContext): Promise<StepScript> {
  switch (step.kind) {
    case 'deliver-files':
      return deliver(step, context);
    case 'set-modes':
      return { script: setModes(step.modes), explain: explainModes };
    case 'start-kubelet':
      return { script: startKubelet(step), explain: explainKubelet };
    case 'await-kubelet':
      return { script: awaitKubelet(), explain: explainKubelet };
    case 'pull-image':
      return pull(step, context);
    case 'import-image':
      return sendImage(step, context);
    case 'render-manifest':
      return render(step, context);
    case 'verify-files':
      return verify(step, context);
    case 'start-member':
      return start(step, context);
    case 'restart-member':
      return restart(step, context);
    case 'remove-authority-key':
      return removeAuthorityKey(step, context);
    case 'record-member':
      return record(step, context);
  }
}

/** The credentials are for one registry; an image of another one is pulled without. */
function pull({ image, criEndpoint }: Step & { kind: 'pull-image' }, { registry }: ActContext): StepScript {
  const login = image.startsWith(`${registry?.server ?? ''}/`) ? registry : undefined;
  return { script: pullImage(image, criEndpoint, login), explain: explainPull(image, login) };
}

function start(step: Step & { kind: 'start-member' }, context: ActContext): StepScript {
  const { host, criEndpoint, placeManifest, hadContainers, replaces, behind } = step;
  const { peerPort, members } = context.plan.shape;
  const script = startMember({
    address: memberOf(context, host).address,
    ...placesOf(step),
    criEndpoint,
    hadContainers,
    ...(replaces && { replaces }),
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
      if (placeManifest) context.material.found.get(host)?.set(ETCD_MANIFEST, renderedDigest(host, context));
    },
  };
}

function restart(step: Step & { kind: 'restart-member' }, context: ActContext): StepScript {
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
  return { script, explain: explainRestart, succeeded: () => void found?.set(ETCD_MANIFEST, renderedSha256) };
}

/** A line of a script that goes on, as the log of its host. */
function tell(host: string, line: string, { log }: ActContext): void {
  if (!isCrictlWarning(line)) log.host(host).info(line);
}

function renderedDigest(host: string, context: ActContext): string {
  const digest = digestsOf(context, host).get(ETCD_MANIFEST);
  if (digest === undefined) throw new Error('the manifest is rendered before a start');
  return digest;
}
