import type { FileContent, PlannedFile } from '../cluster/planned-cluster.ts';
import { formatHostState, type HostState } from '../facts/host-state.ts';
import type { Finding } from '../findings.ts';
import { quoteBash, RELABEL } from '../hosts/bash.ts';
import { explainUnknown } from '../hosts/explain-unknown.ts';
import { lastWords } from '../hosts/host-error.ts';
import type { RemoteResult, RemoteScript } from '../hosts/transport.ts';
import { allPatches, patchFolder } from '../kubeadm/patches.ts';
import {
  ACTION_DIR,
  ETCD_MANIFEST,
  OUTGOING_MANIFEST,
  PATCHES_DIR,
  PKI_DIR,
  RENDERED_MANIFEST,
  REPLACED_DIR,
  STATE_FILE,
} from '../kubeadm/paths.ts';
import { UNKNOWN_DIGEST } from '../run/issued-certificates.ts';
import { sha256 } from '../run/read-text.ts';
import { digestsOf, memberOf, type StepContext, plannedCluster } from './context.ts';
import type { StepScript } from './step-kind.ts';

/**
 * Returns a script that puts files in place; the replaced files must be those that the run has read.
 * @param phase the phase for the host's record, if that is among them; with `member` the host removes the copies kept
 * for a rollback.
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
  const { patches: written, walDir } = plannedCluster(context).shape;
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
  const { material } = context;
  const plan = plannedCluster(context);
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

async function clientCopyOf(host: string, context: StepContext): Promise<HostState['clientCopy']> {
  const { material, now } = context;
  const planned = plannedCluster(context).clientCopies.get(host);
  if (planned === undefined || !('renewed' in planned)) return planned;
  const leaf = (await material.leaves.get(host))?.apiserverEtcdClient;
  if (leaf === undefined) throw new Error(`no client certificate is issued for ${host}`);
  return {
    fingerprint: leaf.certificate.fingerprint256,
    renewedAt: now.toISOString(),
    oldEndsAt: planned.oldEndsAt,
  };
}

/**
 * Bash function `backup_file PATH`: keeps a copy of a file in {@link REPLACED_DIR}, unless there is one. The first copy
 * of a run is the one that worked, so it is never replaced; it is written aside, synced and renamed, so that a killed run
 * or a power cut leaves a whole copy or none.
 *
 * `cp -n` is unsuitable: its exit code for an existing file is 0 in coreutils before 9.2 and from 9.5 on, and 1
 * between (NEWS of 9.2 and 9.5).
 */
export const BACKUP_FUNCTION = `
backup_file() {
  local copy=${quoteBash(REPLACED_DIR)}/"\${1//\\//%}"
  if [ -e "$copy" ]; then return 0; fi
  mkdir -p -m 0700 -- ${quoteBash(REPLACED_DIR)}
  cp -p -- "$1" "$copy.new"
  sync -- "$copy.new"
  mv -fT -- "$copy.new" "$copy"
  sync -- ${quoteBash(REPLACED_DIR)} ${quoteBash(ACTION_DIR)}
}
`;

/** One file to deliver. */
export interface Delivery {
  readonly path: string;
  /** Permission bits in octal. */
  readonly mode: string;
  readonly bytes: Buffer;
  /** SHA-256 (hex) of the replaced file, `absent`, or {@link UNKNOWN_DIGEST}. */
  readonly replaces: string;
}

/** Exit code: a file has changed since the probe. */
const CHANGED = 4;

/**
 * Returns a script that puts files in place over one stream: each is written aside within its own folder, all are
 * fsynced, then renamed in the order given, then their folders are fsynced. If killed at any point, every path holds
 * either its old or its new contents. If a file has changed since the probe, nothing is replaced. SELinux labels are
 * restored. Files outside the action's own folder and the pki that are replaced by other contents are kept in {@link
 * REPLACED_DIR}.
 * @param options.forgetReplaced removes these at the end, and the manifest kept by an interrupted restart: the
 * cluster is verified as healthy. It also removes folders of patches, except `patches`, the one in use.
 * @throws Error for bytes that bash cannot hold: a file with a zero byte is not text.
 */
export function deliverFiles(
  title: string,
  deliveries: readonly Delivery[],
  options: { readonly forgetReplaced: boolean; readonly patches?: string } = { forgetReplaced: false },
): RemoteScript {
  const binary = deliveries.find(({ bytes }) => bytes.includes(0));
  if (binary !== undefined) throw new Error(`${binary.path} is not text`);
  const chunks = deliveries.flatMap(({ path, mode, bytes, replaces }) => [
    Buffer.from(`${mode} ${bytes.length} ${replaces} ${path}\n`),
    bytes,
  ]);
  const head = Buffer.from(`${deliveries.length}\n`);
  const script = options.forgetReplaced ? `${DELIVER}${forgetReplaced(options.patches)}` : DELIVER;
  return { title, effect: 'changes', script, input: Buffer.concat([head, ...chunks]), timeoutMs: 180_000 };
}

/** Explains why files could not be put in place. */
export function explainDelivery(result: RemoteResult): Omit<Finding, 'host' | 'at'> {
  if (result.code !== CHANGED) return explainUnknown(result);
  return {
    code: 'changed-during-run',
    fact: `${lastWords(result.stderr, 1)} has changed since the run read it; the run did not touch it.`,
    cause: 'A person, or configuration management, works on this host at the same time.',
    fix: 'Wait until the other is done, then run again.',
  };
}

/**
 * Bash writes the files itself, and each program is called once for many of them: a process costs about a
 * millisecond.
 */
const DELIVER = `${RELABEL}${BACKUP_FUNCTION}
paths=() texts=() seen=() aside=() left=() missing=() made=() there=()
declare -A of_mode=() holds=() folders=() digests=()
read -r count
while [ $((count--)) -gt 0 ]; do
  read -r mode size replaces path || true
  IFS= read -r -N "$size" text || true
  if [ "\${#text}" != "$size" ]; then echo "$path: the stream ended early" >&2; exit 1; fi
  folder=\${path%/*}
  of_mode[$mode]+=" \${#paths[@]}"
  paths+=("$path") texts+=("$text") seen+=("$replaces") aside+=("$folder/.\${path##*/}.etcd-ha-action")
  holds[$folder]=1
  while [ -n "$folder" ]; do folders[$folder]=1; folder=\${folder%/*}; done
done
for folder in "\${!holds[@]}"; do if ! [ -d "$folder" ]; then missing+=("$folder"); fi; done
for folder in "\${!folders[@]}"; do if ! [ -d "$folder" ]; then made+=("$folder"); fi; done
if [ "\${#missing[@]}" -gt 0 ]; then ( umask 022; mkdir -p -- "\${missing[@]}" ); fi
relabel "\${made[@]}"
if [ -n "\${holds[${ACTION_DIR}]-}" ]; then chmod 0700 -- ${quoteBash(ACTION_DIR)}; fi
# an interrupted delivery may have left a key that is no longer needed
for folder in "\${!holds[@]}"; do
  for path in "$folder"/.*.etcd-ha-action; do if [ -e "$path" ] || [ -L "$path" ]; then left+=("$path"); fi; done
done
if [ "\${#left[@]}" -gt 0 ]; then rm -f -- "\${left[@]}"; fi
umask 077
for i in "\${!paths[@]}"; do printf %s "\${texts[i]}" > "\${aside[i]}"; done
chown 0:0 -- "\${aside[@]}"
unset 'of_mode[600]' # that is how they were made
for mode in "\${!of_mode[@]}"; do
  group=()
  for i in \${of_mode[$mode]}; do group+=("\${aside[i]}"); done
  chmod "$mode" -- "\${group[@]}"
done
# A replaced file must have the contents that the plan is based on, or the new ones.
for i in "\${!paths[@]}"; do
  case \${seen[i]} in
    ${UNKNOWN_DIGEST} | absent) ;;
    *) if [ -f "\${paths[i]}" ]; then there+=("\${paths[i]}"); fi ;;
  esac
done
if [ "\${#there[@]}" -gt 0 ]; then
  while read -r digest path; do digests[$path]=$digest; done < <(sha256sum -- "\${there[@]}")
fi
for i in "\${!paths[@]}"; do
  path=\${paths[i]}
  case \${seen[i]} in
    ${UNKNOWN_DIGEST}) continue ;;
    absent) [ -e "$path" ] || continue ;;
    *) if [ "\${digests[$path]-}" = "\${seen[i]}" ]; then continue; fi ;;
  esac
  if ! cmp -s -- "$path" "\${aside[i]}"; then
    echo "$path" >&2
    rm -f -- "\${aside[@]}"
    exit ${CHANGED}
  fi
done
for i in "\${!paths[@]}"; do
  path=\${paths[i]}
  case $path in ${quoteBash(PKI_DIR)}/* | ${quoteBash(ACTION_DIR)}/*) continue ;; esac
  if [ -f "$path" ] && ! cmp -s -- "$path" "\${aside[i]}"; then
    backup_file "$path"
  fi
done
sync -- "\${aside[@]}"
for i in "\${!paths[@]}"; do mv -fT -- "\${aside[i]}" "\${paths[i]}"; done
relabel "\${paths[@]}"
sync -- "\${!folders[@]}"
`;

/** @param patches the folder of patches in use; absent: there are none. */
function forgetReplaced(patches = PATCHES_DIR): string {
  return `
stale=()
for path in ${quoteBash(REPLACED_DIR)} ${quoteBash(RENDERED_MANIFEST)}; do if [ -e "$path" ]; then stale+=("$path"); fi; done
if [ -e ${quoteBash(ETCD_MANIFEST)} ] && [ -e ${quoteBash(OUTGOING_MANIFEST)} ]; then stale+=(${quoteBash(OUTGOING_MANIFEST)}); fi
for folder in ${quoteBash(PATCHES_DIR)}/*; do
  if [ -d "$folder" ] && [ "$folder" != ${quoteBash(patches)} ]; then stale+=("$folder"); fi
done
if [ "\${#stale[@]}" -gt 0 ]; then rm -rf -- "\${stale[@]}"; fi
if [ -d ${quoteBash(PATCHES_DIR)} ]; then rmdir -- ${quoteBash(PATCHES_DIR)} 2> /dev/null || sync -- ${quoteBash(PATCHES_DIR)}; fi
if [ "\${#stale[@]}" -gt 0 ]; then sync -- ${quoteBash(ACTION_DIR)}; fi
`;
}
