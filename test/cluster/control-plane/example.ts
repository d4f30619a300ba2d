import { type ObservedControlPlane, controlPlaneName } from '../../../src/cluster/control-plane/resolve.ts';
import type { FileFact, HostFacts } from '../../../src/facts/host.ts';
import type { MemberIdentity } from '../../../src/kubeadm/kubeadm-config.ts';
import { CA_CERTIFICATE } from '../../../src/kubeadm/paths.ts';
import { issueLeaf, type Leaf } from '../../../src/pki/leaf.ts';
import type { SigningAuthority } from '../../../src/pki/authority.ts';
import { fileFact, ISSUED_AT, leafFacts, MEMBERS, ownCa, pristineHost, withFiles } from '../example.ts';

/** Hosts of the control plane beside the example cluster. */
export const CP0: MemberIdentity = { name: 'cp0', address: '10.0.0.20' };
export const CP1: MemberIdentity = { name: 'cp1', address: '10.0.0.21' };

/** A client pair for API servers. */
export function clientPair(ca: SigningAuthority = ownCa, now = ISSUED_AT): Promise<Leaf> {
  return issueLeaf(ca, 'apiserverEtcdClient', { member: CP0, algorithm: 'ECDSA-P256', now });
}

const PAIR = await clientPair();

/** A host before `kubeadm init`; it reaches the members. */
export function emptyHost(host = CP0): HostFacts {
  const reach = MEMBERS.map(({ address }) => ({ address, port: 2379, outcome: 'open' as const }));
  return pristineHost(host, { reach });
}

/** The files of the hand-over, in their desired state. */
export function handedOverFiles(pair = PAIR, ca = ownCa.certificatePem): FileFact[] {
  return [fileFact(CA_CERTIFICATE, ca, '644'), ...leafFacts({ apiserverEtcdClient: pair })];
}

/** A host with these files, by default all files of the hand-over. */
export function hostWith(files = handedOverFiles(), host = CP0): HostFacts {
  const empty = emptyHost(host);
  return { ...empty, ...withFiles(empty, files) };
}

/** The observation of these hosts, named by their addresses. */
export function observedControlPlane(...hosts: readonly HostFacts[]): ObservedControlPlane {
  return {
    hosts: hosts.map((facts) => ({
      name: controlPlaneName({}, facts),
      address: facts.address,
      facts,
    })),
    unreached: [],
  };
}
