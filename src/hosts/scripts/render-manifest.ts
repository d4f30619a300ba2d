import { KUBEADM_CONFIG, RENDERED_MANIFEST } from '../../kubeadm/paths.ts';
import type { RemoteScript } from '../transport.ts';

/**
 * Has the host's kubeadm check its configuration and render the manifest of `kubeadm init phase etcd local`. The dry
 * run writes into a private folder of memory (KUBEADM_INIT_DRYRUN_DIR); the result is kept, synced, beside the
 * manifests for the atomic rename later, and printed.
 */
export function renderManifest(): RemoteScript {
  return {
    title: 'render the manifest with kubeadm',
    effect: 'changes',
    timeoutMs: 180_000,
    script: `
scratch=$(mktemp -d /run/etcd-ha-action.XXXXXXXX)
trap 'rm -rf -- "$scratch"' EXIT
kubeadm config validate --config ${KUBEADM_CONFIG} >&2
KUBEADM_INIT_DRYRUN_DIR=$scratch kubeadm init phase etcd local --config ${KUBEADM_CONFIG} --dry-run > /dev/null
manifest=$(find "$scratch" -name etcd.yaml -type f)
aside=${RENDERED_MANIFEST}.new
install -m 0600 -- "$manifest" "$aside"
sync -- "$aside"
mv -fT -- "$aside" ${RENDERED_MANIFEST}
sync -- ${RENDERED_MANIFEST.replace(/\/[^/]*$/, '')}
cat -- ${RENDERED_MANIFEST}
`,
  };
}
