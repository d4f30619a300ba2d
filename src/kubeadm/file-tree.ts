import { leafProfileNames, leafProfiles, type LeafProfileName } from '../pki/leaf.ts';
import { CA_CERTIFICATE, CA_KEY, KUBEADM_CONFIG, KUBELET_CONFIG, KUBELET_DROP_IN, PKI_DIR } from './paths.ts';

/** Modes as kubeadm writes them (client-go util/cert/io.go, util/keyutil/key.go). */
export const CERTIFICATE_MODE = '644';
export const PRIVATE_MODE = '600';

/** The configurations that the action writes on a host, each with its mode. */
export const CONFIGURATION_MODES: ReadonlyMap<string, string> = new Map([
  [KUBELET_CONFIG, CERTIFICATE_MODE],
  [KUBELET_DROP_IN, CERTIFICATE_MODE],
  [KUBEADM_CONFIG, PRIVATE_MODE],
]);

/** Returns the path of a leaf's certificate or key on its host. */
export function leafPath(name: LeafProfileName, part: 'certificate' | 'key'): string {
  return `${PKI_DIR}/${leafProfiles[name].path}.${part === 'certificate' ? 'crt' : 'key'}`;
}

/** Lists all leaf files of a member, each with its mode. */
export function leafFiles(): {
  name: LeafProfileName;
  part: 'certificate' | 'key';
  path: string;
  mode: string;
}[] {
  return leafProfileNames.flatMap((name) => [
    { name, part: 'certificate' as const, path: leafPath(name, 'certificate'), mode: CERTIFICATE_MODE },
    { name, part: 'key' as const, path: leafPath(name, 'key'), mode: PRIVATE_MODE },
  ]);
}

/**
 * Returns the guide's file tree of a member (step 6): every file below {@link PKI_DIR} with its mode. Contains `ca.key`
 * only on the host that keeps the CA's key.
 */
export function expectedPkiTree(keepsAuthorityKey: boolean): ReadonlyMap<string, string> {
  const tree = new Map([[CA_CERTIFICATE, CERTIFICATE_MODE]]);
  if (keepsAuthorityKey) tree.set(CA_KEY, PRIVATE_MODE);
  for (const { path, mode } of leafFiles()) tree.set(path, mode);
  return tree;
}
