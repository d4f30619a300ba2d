import type { Finding } from '../../findings.ts';
import { flagsBeforeData } from '../../kubeadm/etcd-manifest.ts';
import type { ClusterShape } from '../../kubeadm/kubeadm-config.ts';
import { hasNoData } from '../data-dir.ts';
import { foundedFlags, placeDifferences } from '../fixed-flags.ts';
import type { DataDirFact } from '../host-facts.ts';
import { flagFindings, imageFindings, runningImage, unnamedFindings } from '../images.ts';
import { memberManifest } from '../member-manifest.ts';
import type { EstablishedMember, NewMember } from '../planned-members.ts';

/**
 * Checks a member of a new cluster against the values that its data was founded with. Name, addresses and places of
 * the data are written into the data at the first start, and no other manifest changes them.
 * @returns a finding for each value that differs; where the member was never started, one for files in its data dir.
 */
export function foundedOtherwise(
  { name, facts, desired, progress }: NewMember,
  shape: ClusterShape,
): Finding[] {
  if (progress === 'nothing') return hasNoData(facts.dataDir) ? [] : [foreignFiles(name, facts.dataDir)];
  const manifest = memberManifest(facts);
  const places = manifest === undefined ? [] : placeDifferences(manifest, shape);
  if (!facts.dataDir.hasLog && places.length === 0) return [];
  const founded = { arguments: foundedFlags(facts) };
  return [...flagsBeforeData(founded, desired.arguments), ...places].map((line) => ({
    host: name,
    at: 'hosts',
    fact: `its etcd has already begun its data with other values (${line}).`,
    cause:
      'Hosts, names, ports, the data dir or that of the log were changed after a deploy that was cut off.',
    fix: 'Run once more with the inputs of that deploy. To begin anew with others, move the data dir (and `wal-dir`) and /etc/kubernetes/etcd-ha-action of a cluster that has never been used to another place.',
  }));
}

function foreignFiles(host: string, { empty }: DataDirFact): Finding {
  const [at, folder] = empty ? ['wal-dir', 'the folder of its log'] : ['data-dir', 'its data dir'];
  return {
    host,
    at,
    fact: `${folder} holds files, and no etcd has been started on it yet.`,
    cause: 'Somebody has put them there after a deploy that was cut off.',
    fix: `Move them elsewhere, or give another \`${at}\`.`,
  };
}

/**
 * Checks that a member with data keeps the etcd release that has written it.
 * @param known the image that has written the data, as far as the host tells, for a member without a manifest.
 * @returns findings where the desired image is another release or cannot be compared; none for a member without data.
 */
export function otherRelease(
  { name, facts, desired }: NewMember | EstablishedMember,
  known: string | undefined,
): Finding[] {
  const running = facts.dataDir.hasLog ? (runningImage(facts) ?? known) : undefined;
  if (running === undefined) return [];
  const unnamed = unnamedFindings(name, running, desired.image);
  return unnamed.length > 0 ? unnamed : imageFindings(name, running, desired.image);
}

/**
 * Flags that the kubeadm on the host writes into each manifest and that the member's etcd does not know. Only members whose
 * manifest kubeadm is going to render need this check.
 */
export function unknownFlags({ name, facts, desired }: NewMember | EstablishedMember): Finding[] {
  const { kubeadmVersion } = facts;
  return kubeadmVersion === undefined ? [] : flagFindings(name, kubeadmVersion, desired.image);
}
