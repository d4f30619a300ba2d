import { CERTIFICATE_MODE, expectedPkiTree, leafFiles, PRIVATE_MODE } from '../kubeadm/file-tree.ts';
import { etcdArguments, renderKubeadmConfig, type ClusterShape } from '../kubeadm/kubeadm-config.ts';
import { renderKubeletConfig, renderKubeletDropIn } from '../kubeadm/kubelet-config.ts';
import {
  CA_CERTIFICATE,
  CA_KEY,
  KUBEADM_CONFIG,
  KUBELET_CONFIG,
  KUBELET_DROP_IN,
  STATE_FILE,
} from '../kubeadm/paths.ts';
import type { Settings } from '../settings/settings.ts';
import type { AuthorityChoice } from './authority.ts';
import type { Member } from './members.ts';
import type { PlannedFile, Stage, Step } from './plan.ts';

/** A member and how far an earlier run has come with it. */
export interface PlannedMember extends Member {
  /** `nothing`: never started; its files may be replaced. From `started` on they are left alone. */
  readonly progress: 'nothing' | 'started' | 'finished';
  readonly kubeletRuns: boolean;
  readonly etcdRuns: boolean;
  /** Image that its manifest will name. */
  readonly image?: string;
}

/** What the stages are made from. */
export interface DeployStagesInput {
  readonly settings: Settings;
  readonly shape: ClusterShape;
  readonly authority: AuthorityChoice;
  readonly members: readonly PlannedMember[];
}

const ROOT_ONLY = PRIVATE_MODE;
const READABLE = CERTIFICATE_MODE;

/**
 * The guide's steps as stages. The CA's key lies on its host before anything that it signed leaves the runner; no
 * member is started before the files of all of them have been verified.
 */
export function deployStages(input: DeployStagesInput): { stages: Stage[]; afterProof: Stage[] } {
  const { members } = input;
  const fresh = members.filter(({ progress }) => progress === 'nothing');
  const begun = members.filter(({ progress }) => progress !== 'nothing');
  const stages: Stage[] = [
    {
      title: 'Configurations of kubelet and kubeadm; the CA',
      steps: fresh.map((member) => deliverConfiguration(member, input)),
    },
    {
      title: 'Kubelet, certificates, manifests',
      steps: [
        ...fresh.flatMap((member) => prepareMember(member, input)),
        ...begun.filter((member) => !runs(member)).map((member) => wakeKubelet(member)),
      ],
    },
    { title: 'Verification of all files', steps: fresh.map((member) => verifyFiles(member, input)) },
    { title: 'Start of the members', steps: members.map((member) => startMember(member, input)) },
  ];
  const unfinished = members.filter(({ progress }) => progress !== 'finished');
  const afterProof: Stage[] = [
    {
      title: 'Record of the finished cluster',
      steps: unfinished.map(({ name }) => ({
        kind: 'record-member',
        host: name,
        why: 'the cluster has been proven healthy',
      })),
    },
  ];
  const hasSteps = ({ steps }: Stage): boolean => steps.length > 0;
  return { stages: stages.filter(hasSteps), afterProof: afterProof.filter(hasSteps) };
}

function deliverConfiguration(member: PlannedMember, input: DeployStagesInput): Step {
  const { shape, settings, authority } = input;
  const { facts } = member;
  if (
    facts.runtime.runtime === undefined ||
    facts.kubeadmVersion === undefined ||
    facts.kubeletPath === undefined
  ) {
    throw new Error(`${member.name}: prerequisites are checked before stages are made`);
  }
  const files: PlannedFile[] = [
    text(KUBELET_CONFIG, READABLE, renderKubeletConfig(facts.runtime.runtime, settings.kubeletConfig)),
    text(KUBELET_DROP_IN, READABLE, renderKubeletDropIn(facts.kubeletPath, shape.dataDir)),
    text(KUBEADM_CONFIG, ROOT_ONLY, renderKubeadmConfig(shape, member, facts.kubeadmVersion.text)),
  ];
  const takesKey = member.name === authority.keyKeeper && authority.source.from !== 'host';
  if (takesKey) {
    files.push(
      { path: CA_KEY, mode: PRIVATE_MODE, content: { from: 'authority', part: 'key' } },
      { path: CA_CERTIFICATE, mode: CERTIFICATE_MODE, content: { from: 'authority', part: 'certificate' } },
      { path: STATE_FILE, mode: ROOT_ONLY, content: { from: 'state' } },
    );
  }
  const why = takesKey ? "guide steps 1 to 3; the CA's key is kept here" : 'guide steps 1 and 2';
  return { kind: 'deliver-files', host: member.name, why, files };
}

function prepareMember(member: PlannedMember, input: DeployStagesInput): Step[] {
  const { facts, name: host, image } = member;
  const criEndpoint = endpointOf(member);
  if (image === undefined) throw new Error(`${host}: the image is known before stages are made`);
  const steps: Step[] = [
    { kind: 'start-kubelet', host, restart: true, why: 'guide step 1: kubelet as service manager for etcd' },
    {
      kind: 'render-manifest',
      host,
      image,
      wanted: etcdArguments(input.shape, member),
      why: "guide step 7: the host's own kubeadm renders it",
    },
    {
      kind: 'deliver-files',
      host,
      why: 'guide steps 4 and 5: certificates made on the runner',
      files: [
        { path: CA_CERTIFICATE, mode: CERTIFICATE_MODE, content: { from: 'authority', part: 'certificate' } },
        ...leafFiles().map(({ name, part, path, mode }): PlannedFile => ({
          path,
          mode,
          content: { from: 'leaf', name, part },
        })),
        { path: STATE_FILE, mode: ROOT_ONLY, content: { from: 'state' } },
      ],
    },
  ];
  if (!facts.images.includes(image)) {
    steps.push({ kind: 'pull-image', host, image, criEndpoint, why: 'the image is not on this host yet' });
  }
  return steps;
}

/** Whether kubelet and etcd both run on a host on which a member was started. */
export function runs({ kubeletRuns, etcdRuns }: PlannedMember): boolean {
  return kubeletRuns && etcdRuns;
}

/** An etcd that kept ending is started again by a kubelet that has just started, which has forgotten its back-off. */
function wakeKubelet({ name, kubeletRuns }: PlannedMember): Step {
  const why = kubeletRuns
    ? 'etcd does not run, and kubelet may wait for minutes'
    : 'kubelet does not run, or not at boot';
  return { kind: 'start-kubelet', host: name, restart: kubeletRuns, why };
}

function verifyFiles(member: PlannedMember, { authority }: DeployStagesInput): Step {
  const { name } = member;
  return {
    kind: 'verify-files',
    host: name,
    why: 'guide step 6',
    pkiTree: expectedPkiTree(name === authority.keyKeeper),
  };
}

function startMember(member: PlannedMember, { shape }: DeployStagesInput): Step {
  const placeManifest = member.progress === 'nothing';
  return {
    kind: 'start-member',
    host: member.name,
    dataDir: shape.dataDir,
    criEndpoint: endpointOf(member),
    placeManifest,
    why: placeManifest ? 'guide step 7: the static pod' : 'an earlier run has placed its manifest',
  };
}

function endpointOf({ name, facts }: PlannedMember): string {
  const endpoint = facts.runtime.runtime?.endpoint;
  if (endpoint === undefined)
    throw new Error(`${name}: the container runtime is known before stages are made`);
  return endpoint;
}

function text(path: string, mode: string, content: string): PlannedFile {
  return { path, mode, content: { from: 'text', text: content } };
}
