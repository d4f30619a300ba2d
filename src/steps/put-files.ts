import { formatHostState, type HostState } from '../cluster/host-state.ts';
import { deliverFiles, explainDelivery, type Delivery } from '../hosts/scripts/deliver-files.ts';
import { allPatches, patchFolder } from '../kubeadm/patches.ts';
import { STATE_FILE } from '../kubeadm/paths.ts';
import { sha256 } from '../run/read-text.ts';
import { digestsOf, memberOf, type StepContext } from './context.ts';
import type { FileContent, PlannedFile } from './planned-file.ts';
import type { StepScript } from './step-kind.ts';

/**
 * Puts files in place; what they replace must be what the run has seen.
 * @param phase what the host's record says of it, if that is among them; with `member` the host forgets what was kept for
 * going back.
 */
export async function putFiles(
  host: string,
  files: readonly PlannedFile[],
  phase: HostState['phase'],
  context: StepContext,
): Promise<StepScript> {
  const { material } = context;
  const digests = digestsOf(context, host);
  const found = material.found.get(host) ?? new Map<string, string>();
  const deliveries: Delivery[] = [];
  for (const { path, mode, content } of files) {
    const text = await contentOf(content, host, phase, context);
    deliveries.push({ path, mode, bytes: Buffer.from(text, 'utf8'), replaces: found.get(path) ?? 'absent' });
    // The record lists all other files, and so cannot hold a digest of itself.
    if (path !== STATE_FILE) digests.set(path, sha256(text));
    if (isPublic(content)) material.publicFiles.get(host)?.set(path, text);
  }
  const { patches: written, walDir } = context.plan.shape;
  const patches = patchFolder(allPatches(written, walDir));
  return {
    script: deliverFiles('deliver files', deliveries, {
      forgetReplaced: phase === 'member',
      ...(patches !== undefined && { patches }),
    }),
    explain: explainDelivery,
    succeeded: () => {
      for (const { path, bytes } of deliveries) found.set(path, sha256(bytes));
    },
  };
}

function isPublic(content: FileContent): boolean {
  return content.from === 'text' || (content.from !== 'state' && content.part === 'certificate');
}

async function contentOf(
  content: FileContent,
  host: string,
  phase: HostState['phase'],
  context: StepContext,
): Promise<string> {
  const { material } = context;
  switch (content.from) {
    case 'text':
      return content.text;
    case 'authority': {
      if (content.part === 'key') return (await material.signer).keyPem;
      return (await material.authority).certificatePem;
    }
    case 'leaf': {
      const leaf = (await material.leaves.get(host))?.[content.name];
      if (leaf === undefined) throw new Error(`no ${content.name} certificate is issued for ${host}`);
      return content.part === 'key' ? leaf.keyPem : leaf.certificatePem;
    }
    case 'state':
      return formatHostState(await stateOf(host, phase, context));
  }
}

async function stateOf(host: string, phase: HostState['phase'], context: StepContext): Promise<HostState> {
  const { plan, material } = context;
  const { name, address } = memberOf(context, host);
  const clientCopy = await clientCopyOf(host, context);
  const mounts = plan.dataMounts.get(host) ?? {};
  return {
    schema: 1,
    cluster: {
      name: plan.clusterName,
      token: plan.shape.token,
      caFingerprint: (await material.authority).fingerprint,
      ...(plan.keyKeeper === undefined ? { caCustody: 'input-only' } : {}),
    },
    member: { name, address },
    phase,
    kubernetesVersion: plan.kubernetesVersions.get(host) ?? '',
    files: Object.fromEntries(digestsOf(context, host)),
    ...(clientCopy === undefined ? {} : { clientCopy }),
    ...(Object.keys(mounts).length > 0 && { mounts }),
  };
}

async function clientCopyOf(
  host: string,
  { plan, material, now }: StepContext,
): Promise<HostState['clientCopy']> {
  const planned = plan.clientCopies.get(host);
  if (planned === undefined || !('renewed' in planned)) return planned;
  const leaf = (await material.leaves.get(host))?.apiserverEtcdClient;
  if (leaf === undefined) throw new Error(`no client certificate is issued for ${host}`);
  return {
    fingerprint: leaf.certificate.fingerprint256,
    renewedAt: now.toISOString(),
    oldEndsAt: planned.oldEndsAt,
  };
}
