import { formatHostState, type HostState } from '../cluster/host-state.ts';
import type { FileContent, Plan, PlannedFile, Step } from '../cluster/plan.ts';
import { Refusal, type Finding } from '../findings.ts';
import { lastWords } from '../hosts/last-words.ts';
import { explainUnknown } from '../hosts/scripts/explain-unknown.ts';
import { deliverFiles } from '../hosts/scripts/deliver-files.ts';
import { pullImage } from '../hosts/scripts/pull-image.ts';
import { listPki, parsePki, type PlacedFile } from '../hosts/scripts/read-pki.ts';
import { renderManifest } from '../hosts/scripts/render-manifest.ts';
import { explainKubelet, startKubelet } from '../hosts/scripts/start-kubelet.ts';
import { explainMember, startMember } from '../hosts/scripts/start-member.ts';
import type { RemoteResult, RemoteScript, Transport } from '../hosts/transport.ts';
import { argumentDifferences, parseEtcdManifest } from '../kubeadm/etcd-manifest.ts';
import { ETCD_MANIFEST, PKI_DIR, RENDERED_MANIFEST, STATE_FILE } from '../kubeadm/paths.ts';
import type { Log } from '../log.ts';
import { sha256, type Material } from './material.ts';
import { leafProfileNames } from '../pki/leaf-profiles.ts';
import { verifyLeaf } from '../pki/verify.ts';
import type { Timeline } from './timeline.ts';

/** What the executor works with. */
export interface ActContext {
  readonly plan: Plan;
  readonly hosts: ReadonlyMap<string, Transport>;
  readonly material: Material;
  /** kubeadm's version on each host, for its record. */
  readonly kubernetesVersions: ReadonlyMap<string, string>;
  readonly now: Date;
  readonly log: Log;
  readonly timeline: Timeline;
}

/** What each kind of step is called in log, summary and errors. */
export const STEP_TITLES: Readonly<Record<Step['kind'], string>> = {
  'deliver-files': 'deliver files',
  'start-kubelet': 'start kubelet',
  'pull-image': 'pull image',
  'render-manifest': 'render manifest',
  'verify-files': 'verify files',
  'start-member': 'start member',
  'record-member': 'record member',
};

/** Carries out one step. @throws Refusal or HostError in words for the user. */
export async function runStep(step: Step, context: ActContext): Promise<void> {
  switch (step.kind) {
    case 'deliver-files':
      return deliver(step.host, step.files, 'bootstrapping', context);
    case 'record-member':
      return deliver(step.host, [STATE_RECORD], 'member', context);
    case 'start-kubelet':
      await run(step, startKubelet(step.restart), context, explainKubelet);
      return;
    case 'pull-image':
      await run(step, pullImage(step.image, step.criEndpoint), context, explainPull(step.image));
      return;
    case 'render-manifest':
      return render(step, context);
    case 'verify-files':
      return verify(step, context);
    case 'start-member': {
      const manifestSha256 = digestsOf(context, step.host).get(ETCD_MANIFEST);
      if (step.placeManifest && manifestSha256 === undefined)
        throw new Error('the manifest is rendered before a start');
      const script = startMember({
        address: memberOf(context, step.host).address,
        dataDir: step.dataDir,
        criEndpoint: step.criEndpoint,
        onProgress: (line) => context.log.host(step.host).info(line),
        ...(step.placeManifest && manifestSha256 !== undefined ? { manifestSha256 } : {}),
      });
      await run(step, script, context, explainMember);
      return;
    }
  }
}

const STATE_RECORD: PlannedFile = { path: STATE_FILE, mode: '600', content: { from: 'state' } };

type Explain = (result: RemoteResult) => Omit<Finding, 'host' | 'at'>;

/** Runs a step's script; a non-zero exit becomes a finding in words. */
async function run(
  step: { readonly host: string; readonly kind: Step['kind'] },
  script: RemoteScript,
  context: ActContext,
  explain: Explain = explainUnknown,
): Promise<RemoteResult> {
  const result = await transportOf(context, step.host).run(script);
  if (result.code === 0) return result;
  const finding = { host: step.host, at: STEP_TITLES[step.kind], ...explain(result) };
  throw new Refusal(`${finding.at} failed on ${step.host}`, [finding]);
}

function explainPull(image: string): Explain {
  return (result) => ({
    fact: `${image} is not on the host and could not be pulled: ${lastWords(result.stderr, 1)}`,
    cause: 'The host has no way to the registry, or the repository or tag does not exist.',
    fix: 'Open the way to the registry, set `image-repository` to one that the hosts reach, or import the image on each host beforehand.',
  });
}

async function deliver(
  host: string,
  files: readonly PlannedFile[],
  phase: HostState['phase'],
  context: ActContext,
): Promise<void> {
  const digests = digestsOf(context, host);
  const deliveries = [];
  for (const { path, mode, content } of files) {
    const text = await contentOf(content, host, phase, context);
    // The record lists all other files, and so cannot hold a digest of itself.
    if (path !== STATE_FILE) digests.set(path, sha256(text));
    if (isPublic(content)) context.material.publicFiles.get(host)?.set(path, text);
    deliveries.push({ path, mode, bytes: Buffer.from(text, 'utf8') });
  }
  const script = deliverFiles('deliver files', deliveries, { forgetReplaced: phase === 'member' });
  await run({ host, kind: 'deliver-files' }, script, context);
}

function isPublic(content: FileContent): boolean {
  return content.from === 'text' || (content.from !== 'state' && content.part === 'certificate');
}

async function contentOf(
  content: FileContent,
  host: string,
  phase: HostState['phase'],
  context: ActContext,
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
      if (leaf === undefined) throw new Error(`no certificates are issued for ${host}`);
      return content.part === 'key' ? leaf.keyPem : leaf.certificatePem;
    }
    case 'state':
      return formatHostState(await stateOf(host, phase, context));
  }
}

async function stateOf(host: string, phase: HostState['phase'], context: ActContext): Promise<HostState> {
  const { plan, material } = context;
  const { name, address } = memberOf(context, host);
  return {
    schema: 1,
    cluster: {
      name: plan.clusterName,
      token: plan.shape.token,
      caFingerprint: (await material.authority).fingerprint,
    },
    member: { name, address },
    phase,
    kubernetesVersion: context.kubernetesVersions.get(host) ?? '',
    files: Object.fromEntries(digestsOf(context, host)),
  };
}

async function render(step: Step & { kind: 'render-manifest' }, context: ActContext): Promise<void> {
  const result = await run(step, renderManifest(), context, explainRender);
  const text = result.stdout.toString('utf8');
  const manifest = parseEtcdManifest(text);
  const differences =
    manifest === undefined
      ? ['it is no etcd pod']
      : [
          ...argumentDifferences(manifest, step.wanted),
          ...(manifest.image === step.image ? [] : [`image is "${manifest.image}", wanted "${step.image}"`]),
        ];
  if (differences.length > 0) {
    throw new Refusal('the rendered manifest is not as asked for', [
      {
        host: step.host,
        at: STEP_TITLES[step.kind],
        fact: `kubeadm rendered another manifest than its configuration asks for: ${differences.join('; ')}.`,
        cause: 'This release of kubeadm treats the configuration in a way the action does not know.',
        fix: `Compare ${RENDERED_MANIFEST} on the host with its kubeadmcfg.yaml, and open an issue with both.`,
      },
    ]);
  }
  digestsOf(context, step.host).set(ETCD_MANIFEST, sha256(text));
  context.material.publicFiles.get(step.host)?.set(ETCD_MANIFEST, text);
}

const explainRender: Explain = (result) => ({
  fact: `kubeadm refused its configuration: ${lastWords(result.stderr, 5)}`,
  cause: 'An input holds a value that this release of kubeadm does not take.',
  fix: 'Correct the input that the message names and run again.',
});

/** Guide step 6: every expected file, nothing else, with the right contents, mode and owner. */
async function verify(step: Step & { kind: 'verify-files' }, context: ActContext): Promise<void> {
  const result = await run(step, listPki(), context);
  const placed = new Map(parsePki(result.stdout.toString('utf8')).map((file) => [file.path, file]));
  const digests = digestsOf(context, step.host);
  const wrong = [...step.pkiTree].flatMap(([path, mode]) =>
    fileDifference(path, mode, digests.get(path), placed.get(path)),
  );
  const strangers = [...placed.keys()]
    .filter((path) => !step.pkiTree.has(path))
    .map((path) => `${path} does not belong there`);
  const facts = [...wrong, ...strangers, ...(await unfitLeaves(step.host, context))];
  if (facts.length === 0) return;
  throw new Refusal('the files are not as delivered', [
    {
      host: step.host,
      at: STEP_TITLES[step.kind],
      fact: `${PKI_DIR} is not as it has to be: ${facts.join('; ')}.`,
      cause:
        'Something else writes to this folder: another run, configuration management, or somebody by hand.',
      fix: 'Keep others away from it, move away what does not belong there, and run again.',
    },
  ]);
}

/** What lies on the host is, by its digests, what is in memory: that is checked against the CA and its own key. */
async function unfitLeaves(host: string, { material, plan, now }: ActContext): Promise<string[]> {
  const member = plan.shape.members.find(({ name }) => name === host);
  const leaves = await material.leaves.get(host);
  if (member === undefined || leaves === undefined) return [];
  const authority = await material.authority;
  return leafProfileNames.flatMap((profile) =>
    verifyLeaf(leaves[profile], { authority, profile, member, now }),
  );
}

function fileDifference(
  path: string,
  mode: string,
  sha: string | undefined,
  placed: PlacedFile | undefined,
): string[] {
  if (placed === undefined) return [`${path} is missing`];
  const differences = [];
  // A digest is unknown only for a CA key that has been on the host all along.
  if (sha !== undefined && placed.sha256 !== sha) differences.push(`${path} has other contents`);
  if (placed.mode !== mode) differences.push(`${path} has mode ${placed.mode}, wanted ${mode}`);
  if (placed.owner !== '0:0') differences.push(`${path} belongs to ${placed.owner}, wanted root`);
  return differences;
}

function transportOf(context: ActContext, host: string): Transport {
  const transport = context.hosts.get(host);
  if (transport === undefined) throw new Error(`no connection to ${host}`);
  return transport;
}

function digestsOf(context: ActContext, host: string): Map<string, string> {
  const digests = context.material.digests.get(host);
  if (digests === undefined) throw new Error(`${host} is no member of the plan`);
  return digests;
}

function memberOf(context: ActContext, host: string): { name: string; address: string } {
  const member = context.plan.shape.members.find(({ name }) => name === host);
  if (member === undefined) throw new Error(`${host} is no member of the plan`);
  return member;
}
