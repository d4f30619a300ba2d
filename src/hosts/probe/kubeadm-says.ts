import type { RemoteScript } from '../transport.ts';

/**
 * Bash function `kubeadm_says`: prints what kubeadm says of its version, and the images that it asks for, one on a line. A
 * wrapper of kubeadm may print lines of its own before.
 */
export const KUBEADM_SAYS = `
kubeadm_says() {
  local said code version=$'\\n(v[0-9]+\\\\.[0-9]+\\\\.[0-9]+[^[:space:]]*)'
  said=$(kubeadm version -o short | head -c 4096; exit "\${PIPESTATUS[0]}")
  code=$?
  printf '%s\\n' "$said"
  if [ "$code" != 0 ]; then return "$code"; fi
  if [[ $'\\n'$said =~ $version ]]; then kubeadm config images list --kubernetes-version "\${BASH_REMATCH[1]}" | head -c 65536; code=\${PIPESTATUS[0]}; fi
  return "$code"
}
`;

/** What {@link KUBEADM_SAYS} has said. */
export interface KubeadmAnswer {
  /** E.g. `v1.34.4`; empty where no line has that form. */
  readonly version: string;
  /** E.g. `registry.k8s.io/etcd:3.6.5-0`. */
  readonly etcdImage?: string;
}

/** Asks a host's kubeadm alone. It needs no root for that. */
export function askKubeadm(): RemoteScript {
  return {
    title: 'ask kubeadm for its images',
    effect: 'reads',
    script: `${KUBEADM_SAYS}kubeadm_says 2>/dev/null || true`,
    timeoutMs: 15_000,
  };
}

export function parseKubeadmAnswer(text: string): KubeadmAnswer {
  const lines = text.split('\n').map((line) => line.trim());
  const version = lines.find((line) => /^v\d+\.\d+\.\d+\S*$/.test(line)) ?? '';
  const etcdImage = lines.find((line) => /^\S+\/etcd:\S+$/.test(line));
  return { version, ...(etcdImage !== undefined && { etcdImage }) };
}
