import type { MemberIdentity } from '../kubeadm/kubeadm-config.ts';
import { ETCD_MANIFEST } from '../kubeadm/paths.ts';
import type { HostFacts } from '../cluster/host-facts.ts';
import { kindOf, type Step } from '../steps/index.ts';
import type { PlanToDescribe } from './describe-plan.ts';
import type { FileChange, HostChanges } from './document.ts';
import { fileChange } from './file-change.ts';
import { plannedFiles } from './planned-files.ts';

/** What a plan changes on one host. */
export function hostChanges(
  member: MemberIdentity,
  { plan, facts, broughtCertificate }: Pick<PlanToDescribe, 'plan' | 'facts' | 'broughtCertificate'>,
): HostChanges {
  const { name, address } = member;
  const steps = [...plan.stages, ...plan.afterProof].flatMap((stage) =>
    stage.steps.filter(({ host }) => host === name),
  );
  const authorityCertificate = broughtCertificate ?? plan.authorityCertificate;
  const context = {
    member,
    seen: factsOf(name, facts),
    policy: plan.certificates,
    authority: {
      source: plan.authority,
      ...(authorityCertificate === undefined ? {} : { certificatePem: authorityCertificate }),
    },
  };
  const files = plannedFiles(steps).flatMap((planned) => fileChange(planned, context) ?? []);
  return { name, address, files, restarts: restarts(steps, files) };
}

function factsOf(name: string, facts: ReadonlyMap<string, HostFacts>): HostFacts {
  const seen = facts.get(name);
  if (seen === undefined) throw new Error(`a plan is decided from the facts of all hosts; ${name} has none`);
  return seen;
}

/** Says nothing of what merely starts; whether a kubelet without configuration runs changes every few seconds. */
function restarts(steps: readonly Step[], files: readonly FileChange[]): string[] {
  const restarted = new Set(steps.map((step) => kindOf(step).restarts?.(step)));
  const manifestChanges = files.some(({ path, change }) => path === ETCD_MANIFEST && change !== 'mode');
  const etcd = manifestChanges
    ? 'etcd: manifest out, pod gone, new one in'
    : 'etcd: only if the rendered manifest is not the present one';
  return [...(restarted.has('kubelet') ? ['kubelet'] : []), ...(restarted.has('etcd') ? [etcd] : [])];
}
