import type { StandingFacts } from '../../cluster/host-facts.ts';
import { parseRelease, problemOf } from '../../etcd/releases.ts';
import { askKubeadm, parseKubeadmAnswer } from '../../hosts/probe/kubeadm-says.ts';
import type { Transport } from '../../hosts/transport.ts';
import { parseEtcdManifest } from '../../kubeadm/etcd-manifest.ts';
import { ETCD_MANIFEST } from '../../kubeadm/paths.ts';
import { within } from './within.ts';

/**
 * The etcd image that a host's kubeadm asks for. It is asked, which takes a processor a while, only where something is known
 * against the release that the host has: it tells whether that is its own or kubeadm's.
 * @param signal ends the wait.
 * @returns undefined where it was not asked, or did not answer. Does not throw.
 */
export async function shippedImage(
  { files }: StandingFacts,
  transport: Transport,
  signal: AbortSignal,
): Promise<string | undefined> {
  const image = parseEtcdManifest(files.get(ETCD_MANIFEST)?.text ?? '')?.image;
  const release = parseRelease(image?.split(':').at(-1) ?? '');
  if (release === undefined || problemOf(release) === undefined) return undefined;
  try {
    const { stdout } = await within(signal, transport.run(askKubeadm()));
    return parseKubeadmAnswer(stdout.toString('utf8')).etcdImage;
  } catch {
    return undefined;
  }
}
