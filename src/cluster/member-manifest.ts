import { parseEtcdManifest, type EtcdManifest } from '../kubeadm/etcd-manifest.ts';
import { ETCD_MANIFEST } from '../kubeadm/paths.ts';
import type { HostFacts } from './host-facts.ts';

/** The etcd manifest that lies on a host; undefined where there is none, or none that runs etcd. */
export function memberManifest({ files }: Pick<HostFacts, 'files'>): EtcdManifest | undefined {
  return parseEtcdManifest(files.get(ETCD_MANIFEST)?.text ?? '');
}
