import { ACTION_DIR, PKI_DIR, REPLACED_DIR } from '../../kubeadm/paths.ts';
import { quote } from '../shell.ts';
import type { RemoteScript } from '../transport.ts';

/** One file on its way to a host. */
export interface Delivery {
  readonly path: string;
  /** Permission bits in octal. */
  readonly mode: string;
  readonly bytes: Buffer;
}

/**
 * Puts files in place over one stream: each is written aside in its own folder, all are fsynced, then renamed in the
 * order given, then their folders are fsynced. Killed anywhere, every path holds either its old or its new contents.
 * Files outside the action's own folder and the pki that are replaced by other contents are kept in
 * {@link REPLACED_DIR}.
 * @param options.forgetReplaced removes them at the end: the cluster has been proven healthy.
 */
export function deliverFiles(
  title: string,
  deliveries: readonly Delivery[],
  options: { readonly forgetReplaced: boolean } = { forgetReplaced: false },
): RemoteScript {
  const chunks = deliveries.flatMap(({ path, mode, bytes }) => [
    Buffer.from(`${mode} ${bytes.length} ${path}\n`),
    bytes,
  ]);
  const script = options.forgetReplaced ? `${DELIVER}${FORGET_REPLACED}` : DELIVER;
  return { title, script, input: Buffer.concat(chunks), timeoutMs: 60_000 };
}

const DELIVER = `
paths=() declare -A folders=()
aside() { printf '%s/.%s.etcd-ha-action' "\${1%/*}" "\${1##*/}"; }
while read -r mode size path; do
  folder=\${path%/*}
  ( umask 022; mkdir -p -- "$folder" )
  case $folder in ${quote(ACTION_DIR)}) chmod 0700 -- "$folder" ;; esac
  temporary=$(aside "$path")
  rm -f -- "$temporary"
  head -c "$size" > "$temporary"
  if [ "$(stat -c %s -- "$temporary")" != "$size" ]; then echo "$path: the stream ended early" >&2; exit 1; fi
  chown 0:0 -- "$temporary"
  chmod "$mode" -- "$temporary"
  paths+=("$path")
  while [ -n "$folder" ]; do folders[$folder]=1; folder=\${folder%/*}; done
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

const FORGET_REPLACED = `
if [ -d ${quote(REPLACED_DIR)} ]; then rm -rf -- ${quote(REPLACED_DIR)}; sync -- ${quote(ACTION_DIR)}; fi
`;
