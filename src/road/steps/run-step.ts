import type { Step } from '../../cluster/plan.ts';
import { pullImage, explainPull } from '../../hosts/scripts/pull-image.ts';
import { explainRestart, restartMember } from '../../hosts/scripts/restart-member.ts';
import { explainModes, setModes } from '../../hosts/scripts/set-modes.ts';
import { explainKubelet, startKubelet } from '../../hosts/scripts/start-kubelet.ts';
import { explainMember, startMember } from '../../hosts/scripts/start-member.ts';
import { placesOf } from '../../kubeadm/data-places.ts';
import { ETCD_MANIFEST } from '../../kubeadm/paths.ts';
import { digestsOf, memberOf, runScript, type ActContext } from './context.ts';
import { deliver, record } from './deliver.ts';
import { proveClient } from './client.ts';
import { sendImage } from './import-image.ts';
import { moveLeadership } from './leadership.ts';
import { removeAuthorityKey } from './remove-key.ts';
import { render } from './render.ts';
import { proveServed } from './served.ts';
import { verify } from './verify.ts';

/** Carries out one step. @throws Refusal or HostError in words for the user. */
export async function runStep(step: Step, context: ActContext): Promise<void> {
  switch (step.kind) {
    case 'deliver-files':
      return deliver(step, context);
    case 'set-modes':
      await runScript(step, setModes(step.modes), context, explainModes);
      return;
    case 'start-kubelet':
      await runScript(step, startKubelet(step.restart, step.goBack), context, explainKubelet);
      return;
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
    case 'move-leadership':
      return moveLeadership(step, context);
    case 'restart-member':
      return restart(step, context);
    case 'prove-served':
      return proveServed(step, context);
    case 'prove-client':
      return proveClient(step, context);
    case 'remove-authority-key':
      return removeAuthorityKey(step, context);
    case 'record-member':
      return record(step, context);
  }
}

/** The credentials are for one registry; an image of another one is pulled without. */
async function pull(step: Step & { kind: 'pull-image' }, context: ActContext): Promise<void> {
  const { image, criEndpoint } = step;
  const login = image.startsWith(`${context.registry?.server ?? ''}/`) ? context.registry : undefined;
  await runScript(step, pullImage(image, criEndpoint, login), context, explainPull(image, login));
}

async function start(step: Step & { kind: 'start-member' }, context: ActContext): Promise<void> {
  const { host, criEndpoint, placeManifest, hadContainers } = step;
  const script = startMember({
    address: memberOf(context, host).address,
    ...placesOf(step),
    criEndpoint,
    hadContainers,
    onProgress: (line) => context.log.host(host).info(line),
    ...(placeManifest ? { manifestSha256: renderedDigest(host, context) } : {}),
  });
  await runScript(step, script, context, explainMember);
  if (placeManifest) context.material.found.get(host)?.set(ETCD_MANIFEST, renderedDigest(host, context));
}

async function restart(step: Step & { kind: 'restart-member' }, context: ActContext): Promise<void> {
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
    onProgress: (line) => context.log.host(host).info(line),
  });
  await runScript(step, script, context, explainRestart);
  found?.set(ETCD_MANIFEST, renderedSha256);
}

function renderedDigest(host: string, context: ActContext): string {
  const digest = digestsOf(context, host).get(ETCD_MANIFEST);
  if (digest === undefined) throw new Error('the manifest is rendered before a start');
  return digest;
}
