import type { RemoteScript } from '../transport.ts';

/** Bash function `kubeadm_says`: prints kubeadm's version, and the images that it asks for, one on a line. */
export const KUBEADM_SAYS = `
kubeadm_says() {
  local version
  version=$(kubeadm version -o short 2>/dev/null) || return
  printf '%s\\n' "$version"
  kubeadm config images list --kubernetes-version "$version" 2>/dev/null
}
`;

/** What {@link KUBEADM_SAYS} has said. */
export interface KubeadmAnswer {
  /** E.g. `v1.34.4`; empty where there is no kubeadm. */
  readonly version: string;
  /** E.g. `registry.k8s.io/etcd:3.6.5-0`. */
  readonly etcdImage?: string;
}

/** Asks a host's kubeadm alone. It needs no root for that. */
export function askKubeadm(): RemoteScript {
  return {
    title: 'ask kubeadm for its images',
    effect: 'reads',
    script: `${KUBEADM_SAYS}kubeadm_says || true`,
    timeoutMs: 15_000,
  };
}

export function parseKubeadmAnswer(text: string): KubeadmAnswer {
  const [version = '', ...images] = text.trim().split('\n');
  const etcdImage = images.find((image) => /\/etcd:/.test(image));
  return { version, ...(etcdImage !== undefined && { etcdImage }) };
}
