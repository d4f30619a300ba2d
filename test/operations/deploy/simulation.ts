import type { FileContent } from '../../../src/cluster/planned-cluster.ts';
import { formatHostState } from '../../../src/facts/host-state.ts';
import type { FileFact, HostFacts } from '../../../src/facts/host.ts';
import {
  CA_CERTIFICATE,
  CA_KEY,
  ETCD_MANIFEST,
  KUBEADM_CONFIG,
  KUBELET_CONFIG,
  KUBELET_DROP_IN,
  leafFiles,
  stagedPath,
  STATE_FILE,
} from '../../../src/kubeadm/paths.ts';
import type { NewAuthority } from '../../../src/pki/authority.ts';
import type { Plan, Stage } from '../../../src/plan/plan.ts';
import type { Step } from '../../../src/steps/index.ts';
import {
  fileFact,
  ISSUED_AT,
  leavesOf,
  manifestFact,
  NOW,
  otherCa,
  ownCa,
  unreadFact,
} from '../../cluster/example.ts';
import { clusterOf, allStages } from './deciding.ts';

const RENEWED = new Map([
  [ownCa, await leavesOf(ownCa, NOW)],
  [otherCa, await leavesOf(otherCa, NOW)],
]);

/** Files that a record lists. */
const RECORDED = [
  CA_CERTIFICATE,
  CA_KEY,
  ETCD_MANIFEST,
  KUBEADM_CONFIG,
  KUBELET_CONFIG,
  KUBELET_DROP_IN,
  ...leafFiles().map(({ path }) => path),
];

/** A host while a plan is carried out. */
interface Simulated {
  facts: HostFacts;
  rendered: FileFact | undefined;
}

/**
 * Returns the hosts after a plan has been carried out: each kind of step does what it describes, and nothing else. A
 * run that creates a CA creates {@link ownCa}.
 * @param brought PEM of the CA among the inputs.
 * @throws Error if a step could not do what it describes.
 */
export function carriedOut(
  plan: Plan,
  facts: readonly HostFacts[],
  brought: string | undefined,
): HostFacts[] {
  return cutOff(plan, facts, brought).at(-1)?.facts ?? [...facts];
}

/** The interruption of a run, and the hosts after it. */
export interface CutOff {
  /** The step, and the file that had just been renamed into place. */
  readonly behind: string;
  readonly facts: HostFacts[];
}

/**
 * Returns the hosts after a run that was interrupted after a step, or after a single file of one: files are renamed
 * into place one after the other. The last one is the whole plan.
 * @param order the order in which the steps of a stage happen to run.
 */
export function cutOff(
  plan: Plan,
  facts: readonly HostFacts[],
  brought: string | undefined,
  order: (stage: Stage) => readonly Step[] = ({ steps }) => steps,
): CutOff[] {
  const hosts = new Map<string, Simulated>();
  clusterOf(plan).shape.members.forEach(({ name }, index) => {
    const host = facts[index];
    if (host !== undefined) hosts.set(name, { facts: host, rendered: undefined });
  });
  const ca = authorityOf(plan, hosts, brought);
  const cuts: CutOff[] = [];
  for (const step of allStages(plan).flatMap(order)) {
    for (const part of partsOf(step)) {
      apply(part, plan, hosts, ca);
      const file = part.kind === 'deliver-files' ? ` ${part.files.map(({ path }) => path).join()}` : '';
      cuts.push({
        behind: `${part.kind} ${part.host}${file}`,
        facts: [...hosts.values()].map((host) => host.facts),
      });
    }
  }
  return cuts;
}

function partsOf(step: Step): Step[] {
  return step.kind === 'deliver-files' ? step.files.map((file) => ({ ...step, files: [file] })) : [step];
}

function authorityOf(
  plan: Plan,
  hosts: ReadonlyMap<string, Simulated>,
  brought: string | undefined,
): NewAuthority {
  const { authority } = clusterOf(plan);
  switch (authority.from) {
    case 'made':
      return ownCa;
    case 'input':
      return known(brought);
    case 'host':
    case 'certificate-only':
      return known(hosts.get(authority.host)?.facts.files.get(CA_CERTIFICATE)?.text);
  }
}

/** A file may contain more than the certificate. */
function known(pem = ''): NewAuthority {
  return must(
    [ownCa, otherCa].find(({ certificatePem }) => pem.startsWith(certificatePem)),
    'the CA is one of the two',
  );
}

function must<T>(value: T | undefined, what: string): T {
  if (value === undefined) throw new Error(`expected that ${what}`);
  return value;
}

function apply(step: Step, plan: Plan, hosts: ReadonlyMap<string, Simulated>, ca: NewAuthority): void {
  const host = must(hosts.get(step.host), `${step.host} is a host`);
  switch (step.kind) {
    case 'deliver-files':
      for (const { path, mode, content } of step.files) {
        put(host, factOf(path, mode, content, step.host, plan, host, ca));
        if (path === STATE_FILE) record(step.host, 'bootstrapping', plan, host, ca);
      }
      return;
    case 'set-modes':
      setModes(host, step.modes, clusterOf(plan).shape.dataDir);
      return;
    case 'start-kubelet':
      host.facts = { ...host.facts, kubelet: { ...host.facts.kubelet, active: true, enabled: true } };
      return;
    case 'render-manifest':
      host.rendered = manifestFact(step.wanted, {
        image: step.image,
        dataDir: clusterOf(plan).shape.dataDir,
      });
      return;
    case 'start-member':
      if (step.placeManifest) {
        if (host.facts.files.has(ETCD_MANIFEST)) throw new Error('a manifest is there already');
        if (!host.facts.dataDir.empty) throw new Error('the data dir holds something');
        put(host, must(host.rendered, 'the manifest was rendered'));
      }
      if (host.facts.dataDir.hasBlankLog) throw new Error('etcd does not get ready with a blank log');
      run(host);
      return;
    case 'restart-member':
      put(host, must(host.rendered, 'the manifest was rendered'));
      run(host);
      return;
    case 'record-member':
      record(step.host, 'member', plan, host, ca);
      return;
    case 'remove-authority-key': {
      const files = new Map(host.facts.files);
      files.delete(CA_KEY);
      files.delete(stagedPath(CA_KEY));
      host.facts = { ...host.facts, files };
      return;
    }
    case 'await-kubelet':
    case 'pull-image':
    case 'import-image':
    case 'verify-files':
    case 'move-leadership':
    case 'verify-served-certificate':
  }
}

function put(host: Simulated, file: FileFact): void {
  host.facts = { ...host.facts, files: new Map([...host.facts.files, [file.path, file]]) };
}

function run(host: Simulated): void {
  if (!host.facts.files.has(ETCD_MANIFEST)) throw new Error('there is no manifest');
  const { dataDir } = host.facts;
  host.facts = {
    ...host.facts,
    dataDir: {
      exists: true,
      empty: false,
      hasLog: true,
      hasBlankLog: false,
      mode: dataDir.hasLog ? dataDir.mode : '700',
    },
    containers: [{ id: 'c1', running: true, image: '', attempt: 0 }],
  };
}

function setModes(host: Simulated, modes: ReadonlyMap<string, string>, dataDir: string): void {
  for (const [path, mode] of modes) {
    const file = host.facts.files.get(path);
    if (file !== undefined) put(host, { ...file, mode, owner: '0:0' });
    if (path === dataDir) host.facts = { ...host.facts, dataDir: { ...host.facts.dataDir, mode } };
  }
}

function factOf(
  path: string,
  mode: string,
  content: FileContent,
  name: string,
  plan: Plan,
  { facts }: Simulated,
  ca: NewAuthority,
): FileFact {
  switch (content.from) {
    case 'text':
      return fileFact(path, content.text, mode);
    case 'authority':
      return content.part === 'key'
        ? unreadFact(path, `key of ${ca.certificatePem}`, mode)
        : fileFact(path, ca.certificatePem, mode);
    case 'leaf': {
      if (clusterOf(plan).issue.get(name)?.includes(content.name) !== true)
        throw new Error(`no ${content.name} is issued for ${name}`);
      const leaf = must(RENEWED.get(ca)?.get(name)?.[content.name], 'a leaf was made');
      return content.part === 'key'
        ? unreadFact(path, leaf.keyPem, mode)
        : fileFact(path, leaf.certificatePem, mode);
    }
    case 'state':
      return facts.files.get(path) ?? fileFact(path, '', mode);
  }
}

function record(
  name: string,
  phase: 'bootstrapping' | 'member',
  plan: Plan,
  host: Simulated,
  ca: NewAuthority,
): void {
  const { files } = host.facts;
  const planned = clusterOf(plan).clientCopies.get(name);
  const leaf = RENEWED.get(ca)?.get(name)?.apiserverEtcdClient;
  const clientCopy =
    planned === undefined || !('renewed' in planned)
      ? planned
      : {
          fingerprint: must(leaf, 'a leaf was made').certificate.fingerprint256,
          renewedAt: ISSUED_AT.toISOString(),
          oldEndsAt: planned.oldEndsAt,
        };
  const state = {
    schema: 1 as const,
    cluster: {
      name: plan.clusterName,
      token: clusterOf(plan).shape.token,
      caFingerprint: ca.fingerprint,
      ...(clusterOf(plan).keyKeeper === undefined && { caCustody: 'input-only' as const }),
    },
    member: must(
      clusterOf(plan).shape.members.find((member) => member.name === name),
      'the host is a member',
    ),
    phase,
    kubernetesVersion: clusterOf(plan).kubernetesVersions.get(name) ?? '',
    files: Object.fromEntries(
      RECORDED.flatMap((path) => {
        const digest = files.get(path)?.sha256;
        return digest === undefined ? [] : [[path, digest] as const];
      }),
    ),
    ...(clientCopy === undefined ? {} : { clientCopy }),
  };
  put(host, fileFact(STATE_FILE, formatHostState(state)));
  host.facts = { ...host.facts, state };
}
