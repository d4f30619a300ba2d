import { KUBEADM_CONFIG, RENDERED_MANIFEST } from '../kubeadm/paths.ts';
import type { RemoteScript } from './transport.ts';

/**
 * Bash functions that have the host's kubeadm render the manifest of `kubeadm init phase etcd local` into `text`. The dry run writes
 * into FOLDER, which is made (KUBEADM_INIT_DRYRUN_DIR).
 *
 * What `kubeadm config validate` refuses init refuses too, except for fields that it does not know: of these it only warns
 * (documentMapToInitConfiguration in cmd/kubeadm/app/util/config/initconfiguration.go). So its warnings are read, and
 * kubeadm is asked once.
 */
export const RENDER = `
shopt -s globstar
render() { # CONFIGURATION FOLDER
  local said code files
  mkdir -- "$2" || return
  said=$(KUBEADM_INIT_DRYRUN_DIR=$2 kubeadm init phase etcd local --config "$1" --dry-run 2>&1 > /dev/null) || {
    code=$?
    printf '%s\\n' "$said" >&2
    return "$code"
  }
  case $said in *'error unmarshaling configuration'*) printf '%s\\n' "$said" >&2; return 1 ;; esac
  files=("$2"/**/etcd.yaml)
  mapfile -d '' text < "\${files[0]}"
}
render_plain() { # CONFIGURATION FOLDER: without the patches that the configuration names
  sed '/^patches:/,/^  directory:/d' -- "$1" > "$2.yaml" && render "$2.yaml" "$2"
}`;

/** What stands between a manifest with patches and the same without them. */
const SEPARATOR = '\0';

/** What has been rendered. */
export interface Rendered {
  readonly text: string;
  /** The same without any patch; absent: it was not asked for. */
  readonly plain?: string;
}

/** Reads what a script has printed of its manifests. */
export function parseRendered(stdout: Buffer): Rendered {
  const [text = '', plain] = stdout.toString('utf8').split(SEPARATOR);
  return { text, ...(plain === undefined ? {} : { plain }) };
}

/**
 * Has the host's kubeadm render the manifest in a private folder of memory; the result is kept, synced, beside the manifests for the
 * atomic rename later, and printed.
 * @param isPatched whether it is rendered without the patches, too, to be compared.
 * @see parseRendered
 */
export function renderManifest(isPatched: boolean): RemoteScript {
  return {
    title: 'render the manifest with kubeadm',
    effect: 'changes',
    timeoutMs: 180_000,
    script: `
scratch=$(mktemp -d /run/etcd-ha-action.XXXXXXXX)
at_exit 'rm -rf -- "$scratch"'
${RENDER}
render ${KUBEADM_CONFIG} "$scratch/rendered"
aside=${RENDERED_MANIFEST}.new
printf %s "\${text[@]}" > "$aside"
sync -- "$aside"
mv -fT -- "$aside" ${RENDERED_MANIFEST}
sync -- ${RENDERED_MANIFEST.replace(/\/[^/]*$/, '')}
printf %s "\${text[@]}"
${isPatched ? `render_plain ${KUBEADM_CONFIG} "$scratch/plain"; printf '\\0%s' "\${text[@]}"` : ''}
`,
  };
}
