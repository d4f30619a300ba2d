import {
  ACTION_DIR,
  ETCD_MANIFEST,
  OUTGOING_MANIFEST,
  PATCHES_DIR,
  PKI_DIR,
  RENDERED_MANIFEST,
  REPLACED_DIR,
} from '../../kubeadm/paths.ts';
import { quote } from '../shell.ts';
import type { Finding } from '../../findings.ts';
import { lastWords } from '../last-words.ts';
import type { RemoteResult, RemoteScript } from '../transport.ts';
import { explainUnknown } from './explain-unknown.ts';

/** One file on its way to a host. */
export interface Delivery {
  readonly path: string;
  /** Permission bits in octal. */
  readonly mode: string;
  readonly bytes: Buffer;
  /** SHA-256 (hex) of what is replaced, `absent`, or {@link UNKNOWN_DIGEST}. */
  readonly replaces: string;
}

/** What lies there was too large to be read, or is no file. */
export const UNKNOWN_DIGEST = 'unknown';

/** Exit code: what lies there is not what was seen. */
const CHANGED = 4;

/**
 * Puts files in place over one stream: each is written aside in its own folder, all are fsynced, then renamed in the
 * order given, then their folders are fsynced. Killed anywhere, every path holds either its old or its new contents.
 * A file that is not what was seen is left alone, and with it all others.
 * Files outside the action's own folder and the pki that are replaced by other contents are kept in
 * {@link REPLACED_DIR}.
 * @param options.forgetReplaced removes them at the end, and what a restart that was cut off has left to go back to: the
 * cluster has been proven healthy. So are folders of patches, but for `patches`, the one that is in use.
 */
export function deliverFiles(
  title: string,
  deliveries: readonly Delivery[],
  options: { readonly forgetReplaced: boolean; readonly patches?: string } = { forgetReplaced: false },
): RemoteScript {
  const chunks = deliveries.flatMap(({ path, mode, bytes, replaces }) => [
    Buffer.from(`${mode} ${bytes.length} ${replaces} ${path}\n`),
    bytes,
  ]);
  const script = options.forgetReplaced ? `${DELIVER}${forgetReplaced(options.patches)}` : DELIVER;
  return { title, effect: 'changes', script, input: Buffer.concat(chunks), timeoutMs: 180_000 };
}

/** Why files could not be put in place. */
export function explainDelivery(result: RemoteResult): Omit<Finding, 'host' | 'at'> {
  if (result.code !== CHANGED) return explainUnknown(result);
  return {
    fact: `${lastWords(result.stderr, 1)} has changed since the run looked at it; it was left as it is.`,
    cause: 'Somebody, or configuration management, works on this host at the same time.',
    fix: 'Let the other finish, then run again.',
  };
}

const DELIVER = `
paths=()
declare -A folders=() seen=() tidied=()
aside() { printf '%s/.%s.etcd-ha-action' "\${1%/*}" "\${1##*/}"; }
while read -r mode size replaces path; do
  folder=\${path%/*}
  ( umask 022; mkdir -p -- "$folder" )
  # what a delivery that was cut off has left may be a key that is wanted nowhere any more
  if [ -z "\${tidied[$folder]-}" ]; then rm -f -- "$folder"/.*.etcd-ha-action; tidied[$folder]=1; fi
  case $folder in ${quote(ACTION_DIR)}) chmod 0700 -- "$folder" ;; esac
  temporary=$(aside "$path")
  rm -f -- "$temporary"
  head -c "$size" > "$temporary"
  if [ "$(stat -c %s -- "$temporary")" != "$size" ]; then echo "$path: the stream ended early" >&2; exit 1; fi
  chown 0:0 -- "$temporary"
  chmod "$mode" -- "$temporary"
  paths+=("$path")
  seen[$path]=$replaces
  while [ -n "$folder" ]; do folders[$folder]=1; folder=\${folder%/*}; done
done
# What is replaced must be what the run has decided on, or be what it would put there anyway.
for path in "\${paths[@]}"; do
  case \${seen[$path]} in
    ${UNKNOWN_DIGEST}) continue ;;
    absent) [ -e "$path" ] || continue ;;
    *) case "$(sha256sum 2>/dev/null < "$path" || true)" in "\${seen[$path]} "*) continue ;; esac ;;
  esac
  if ! cmp -s -- "$path" "$(aside "$path")"; then
    echo "$path" >&2
    for path in "\${paths[@]}"; do rm -f -- "$(aside "$path")"; done
    exit ${CHANGED}
  fi
done
for path in "\${paths[@]}"; do
  case $path in ${quote(PKI_DIR)}/* | ${quote(ACTION_DIR)}/*) continue ;; esac
  if [ -f "$path" ] && ! cmp -s -- "$path" "$(aside "$path")"; then
    mkdir -p -m 0700 ${quote(REPLACED_DIR)}
    cp -pn -- "$path" ${quote(REPLACED_DIR)}/"\${path//\\//%}"
  fi
done
for path in "\${paths[@]}"; do sync -- "$(aside "$path")"; done
for path in "\${paths[@]}"; do mv -fT -- "$(aside "$path")" "$path"; done
sync -- "\${!folders[@]}"
`;

/** @param patches the folder of patches in use; absent: there are none. */
function forgetReplaced(patches = PATCHES_DIR): string {
  return `
rm -rf -- ${quote(REPLACED_DIR)} ${quote(RENDERED_MANIFEST)}
if [ -e ${quote(ETCD_MANIFEST)} ]; then rm -f -- ${quote(OUTGOING_MANIFEST)}; fi
for folder in ${quote(PATCHES_DIR)}/*; do
  if [ -d "$folder" ] && [ "$folder" != ${quote(patches)} ]; then rm -rf -- "$folder"; sync -- ${quote(PATCHES_DIR)}; fi
done
rmdir -- ${quote(PATCHES_DIR)} 2> /dev/null || true
sync -- ${quote(ACTION_DIR)}
`;
}
