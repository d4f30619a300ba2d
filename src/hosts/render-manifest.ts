import { KUBEADM_CONFIG, RENDERED_MANIFEST } from '../kubeadm/paths.ts';
import type { RemoteScript } from './transport.ts';

/**
 * Bash functions that render the manifest of `kubeadm init phase etcd local` into `text` by the host's kubeadm. The dry
 * run writes into FOLDER, which is created (KUBEADM_INIT_DRYRUN_DIR).
 *
 * init refuses whatever `kubeadm config validate` refuses, except unknown fields: about these it only warns
 * (documentMapToInitConfiguration in cmd/kubeadm/app/util/config/initconfiguration.go). So one call of kubeadm is enough
 * if its warnings are read.
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

/** Separates the manifest with patches from the one without them. */
const SEPARATOR = '\0';

/** The rendered manifest. */
export interface Rendered {
  readonly text: string;
  /** The same without patches; absent: not requested. */
  readonly plain?: string;
}

/** Parses the manifests that a script printed. */
export function parseRendered(stdout: Buffer): Rendered {
  const [text = '', plain] = stdout.toString('utf8').split(SEPARATOR);
  return { text, ...(plain === undefined ? {} : { plain }) };
}

/**
 * Renders the manifest by the host's kubeadm in a private folder in memory, writes and syncs the result beside the
 * manifests for the atomic rename later, and prints it.
 * @param isPatched true: render it without the patches too, for a comparison.
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
