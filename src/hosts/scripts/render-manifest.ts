import { KUBEADM_CONFIG, RENDERED_MANIFEST } from '../../kubeadm/paths.ts';
import type { RemoteScript } from '../transport.ts';

/**
 * Has the host's kubeadm render the manifest of `kubeadm init phase etcd local`. The dry run writes into a private folder
 * of memory (KUBEADM_INIT_DRYRUN_DIR); the result is kept, synced, beside the manifests for the atomic rename later, and
 * printed.
 *
 * What `kubeadm config validate` refuses init refuses too, except for fields that it does not know: of these it only warns
 * (documentMapToInitConfiguration in cmd/kubeadm/app/util/config/initconfiguration.go). So its warnings are read, and
 * kubeadm is asked once.
 */
export function renderManifest(): RemoteScript {
  return {
    title: 'render the manifest with kubeadm',
    effect: 'changes',
    timeoutMs: 180_000,
    script: `
scratch=$(mktemp -d /run/etcd-ha-action.XXXXXXXX)
at_exit 'rm -rf -- "$scratch"'
said=$(KUBEADM_INIT_DRYRUN_DIR=$scratch kubeadm init phase etcd local --config ${KUBEADM_CONFIG} --dry-run 2>&1 > /dev/null) || {
  code=$?
  printf '%s\\n' "$said" >&2
  exit "$code"
}
case $said in *'error unmarshaling configuration'*) printf '%s\\n' "$said" >&2; exit 1 ;; esac
shopt -s globstar
files=("$scratch"/**/etcd.yaml)
mapfile -d '' text < "\${files[0]}"
aside=${RENDERED_MANIFEST}.new
printf %s "\${text[@]}" > "$aside"
sync -- "$aside"
mv -fT -- "$aside" ${RENDERED_MANIFEST}
sync -- ${RENDERED_MANIFEST.replace(/\/[^/]*$/, '')}
printf %s "\${text[@]}"
`,
  };
}
