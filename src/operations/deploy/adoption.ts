import { isDeepStrictEqual } from 'node:util';
import type { DesiredMember } from '../../cluster/desired-member.ts';
import { type Differences, strangeFlags } from '../../cluster/differences.ts';
import type { ClusterFacts } from '../../cluster/gates.ts';
import type { Member } from '../../cluster/members.ts';
import { metricsUrl } from '../../etcd/endpoint.ts';
import { memberManifest } from '../../facts/host.ts';
import type { FindingCode } from '../../finding-codes.ts';
import type { Finding } from '../../findings.ts';
import { KUBEADM_FLAG_VALUES, OWNED_ETCD_FLAGS } from '../../kubeadm/etcd-flags.ts';
import type { EtcdManifest } from '../../kubeadm/etcd-manifest.ts';
import { type Json, readYaml } from '../../kubeadm/yaml.ts';
import type { EtcdArgument } from '../../kubeadm/kubeadm-config.ts';
import type { KubeadmPatch } from '../../kubeadm/patches.ts';
import { ETCD_MANIFEST, GUIDE_KUBELET_CONFIG, KUBELET_CONFIG, KUBELET_DROP_IN } from '../../kubeadm/paths.ts';
import { flagsBesidesCommand } from '../../kubeadm/pod-rules.ts';
import { type Fields, isObject } from '../../text/json-fields.ts';

/**
 * Reasons against taking over a cluster that another tool has set up. It must be healthy as a whole, and the takeover
 * must restart no member.
 */
export function clusterAdoptionFindings(
  cluster: ClusterFacts | undefined,
  names: readonly string[],
): Finding[] {
  if (cluster?.health.healthy === true) return [];
  const why =
    cluster === undefined ? 'no member answered.' : cluster.health.findings.map(({ fact }) => fact).join(' ');
  return [
    {
      code: 'adopt-cluster-unhealthy',
      at: 'adopt',
      fact: `${names.join(', ')} ${names.length === 1 ? 'runs' : 'run'} an etcd that this action did not set up, and its cluster is not healthy: ${why}`,
      cause: 'The action takes over only a healthy cluster whose members are exactly those in the inputs.',
      fix: 'Repair the cluster, or correct `hosts`, `names` and the ports, and run again.',
    },
  ];
}

/** A pod from another tool does not show whether patches are in it. */
export function patchAdoptionFindings(patches: readonly KubeadmPatch[]): Finding[] {
  if (patches.length === 0) return [];
  return [
    {
      code: 'adopt-patches-unknown',
      at: 'adopt',
      fact: `\`patches\` are given (${patches.map(({ name }) => name).join(', ')}), but the action takes over a cluster as it is, without a restart.`,
      cause: 'The inputs are those of another cluster, or those for after the takeover.',
      fix: 'Take it over without `patches`, and give them in a later run, which restarts the members one at a time.',
    },
  ];
}

/** What keeps one member from being taken over without a restart and without the loss of a setting. */
export function memberAdoptionFindings(
  member: Member,
  desired: DesiredMember,
  differences: Differences,
): Finding[] {
  const finding = (code: FindingCode, fact: string, cause: string, fix: string): Finding => ({
    code,
    host: member.name,
    at: 'adopt',
    fact,
    cause,
    fix,
  });
  return [
    ...flagFindings(member, desired, differences, finding),
    ...kubeletFindings(member, desired).map((setting) =>
      finding(
        'adopt-setting-lost',
        `its kubelet has a setting that a deploy would lose: ${setting}.`,
        'The kubelet was configured by hand, beyond the guide.',
        'Give it as `kubelet-config`, or remove it from the host, and run again.',
      ),
    ),
  ];
}

type ToFinding = (code: FindingCode, fact: string, cause: string, fix: string) => Finding;

function flagFindings(
  { facts, address }: Member,
  desired: DesiredMember,
  { manifest: differences }: Differences,
  finding: ToFinding,
): Finding[] {
  const manifest = memberManifest(facts);
  const strange = manifest === undefined ? [] : strangeFlags(manifest, desired.arguments);
  const changed = manifest === undefined ? [] : changedFlags(manifest, desired.arguments);
  const extra = [...strange, ...changed]
    .filter((name) => !OWNED_ETCD_FLAGS.has(name))
    .map((name) => `${name}: ${JSON.stringify(manifest?.arguments.get(name) ?? '')}`);
  const advice =
    extra.length === 0
      ? 'Give inputs that match the cluster, take it over, and change it in a later run.'
      : `Give inputs that match the cluster (\`extra-args: '{${extra.join(', ')}}'\`), take it over, and change it in a later run.`;
  const lost = changed.map((name) => {
    const value = manifest?.arguments.get(name) ?? '';
    return finding(
      'adopt-setting-lost',
      `--${name} is "${value}", kubeadm sets "${KUBEADM_FLAG_VALUES.get(name)?.join('" or "') ?? ''}", and the member's next restart would lose it.`,
      'The manifest was edited by hand, or rendered with its own extraArgs.',
      OWNED_ETCD_FLAGS.has(name) ? ownedFlagAdvice(name, value, address) : advice,
    );
  });
  const different = differences.map((line) =>
    finding(
      'adopt-member-differs',
      `its member differs from the inputs: ${line}.`,
      'The action takes over a cluster as it is, without a restart.',
      advice,
    ),
  );
  const besides = flagsBesidesCommand(readYaml(facts.files.get(ETCD_MANIFEST)?.text ?? '') as Json).map(
    (line) =>
      finding(
        'adopt-setting-lost',
        `${line}: the member's next restart would lose it.`,
        'The manifest was edited by hand.',
        'Write it as a flag into the command of the manifest instead, one member at a time, each healthy before the next. Then give the same as `extra-args`, and run again.',
      ),
  );
  return [...different, ...lost, ...besides];
}

function ownedFlagAdvice(name: string, value: string, address: string): string {
  const port = Number(/:(\d+)$/.exec(value)?.[1]);
  return name === 'listen-metrics-urls' && value === metricsUrl(address, port)
    ? `Give \`metrics-port: ${port}\`, as in the cluster.`
    : "The action relies on kubeadm's own value: set it on the host, one member at a time, and run again.";
}

/** Flags of kubeadm's own that have another value than kubeadm gives them, and that the inputs do not ask for. */
function changedFlags(manifest: EtcdManifest, wanted: readonly EtcdArgument[]): string[] {
  return [...KUBEADM_FLAG_VALUES].flatMap(([name, values]) => {
    const found = manifest.arguments.get(name);
    const asked = wanted.some((argument) => argument.name === name);
    return found === undefined || asked || values.includes(found) ? [] : [name];
  });
}

/** Flags of kubelet that say what the action's own configuration says as well (the guide's older form has them). */
const COVERED_FLAGS: ReadonlySet<string> = new Set([
  'config',
  'address',
  'pod-manifest-path',
  'cgroup-driver',
  'container-runtime',
  'container-runtime-endpoint',
]);

/** Settings of the kubelet as it was found that the action's configuration does not have. */
function kubeletFindings({ facts }: Member, desired: DesiredMember): string[] {
  const dropIn = facts.files.get(KUBELET_DROP_IN)?.text;
  if (dropIn === undefined) return [`all of them, because it does not use ${KUBELET_DROP_IN} of the guide`];
  const command = /^ExecStart=(\S.*)$/m.exec(dropIn)?.[1] ?? '';
  const flags = [...command.matchAll(/\s(--?([^\s=]+)(?:[= ](?!-)(\S+))?)/g)];
  const others = flags.filter(([, , name = '']) => !COVERED_FLAGS.has(name)).map(([, flag = '']) => flag);
  const config = flags.find(([, , name]) => name === 'config')?.[3];
  return [...others, ...configFindings(config, facts.files, desired)];
}

function configFindings(
  path: string | undefined,
  files: Member['facts']['files'],
  desired: DesiredMember,
): string[] {
  if (path === undefined || path === KUBELET_CONFIG) return [];
  const text = path === GUIDE_KUBELET_CONFIG ? files.get(path)?.text : undefined;
  if (text === undefined) return [`--config=${path}, a file that this action does not read`];
  const found = fieldsOf(text);
  if (found === undefined) return [`${path} is not a readable KubeletConfiguration`];
  const wanted = fieldsOf(desired.texts.get(KUBELET_CONFIG) ?? '') ?? {};
  return Object.entries(found)
    .filter(([name, value]) => !isSameField(name, value, wanted[name]))
    .map(([name, value]) => `${name}: ${JSON.stringify(value)} (${path})`);
}

/** The same socket has two names: /var/run is a link to /run. */
function isSameField(name: string, found: unknown, wanted: unknown): boolean {
  if (name !== 'containerRuntimeEndpoint') return isDeepStrictEqual(found, wanted);
  const socket = (value: unknown): string =>
    typeof value === 'string' ? value.replace(/^unix:\/\//, '').replace(/^\/var\/run\//, '/run/') : '';
  return socket(found) === socket(wanted);
}

function fieldsOf(yaml: string): Fields | undefined {
  const value = readYaml(yaml);
  return isObject(value) ? value : undefined;
}
