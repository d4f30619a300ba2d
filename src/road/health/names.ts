import type { EndpointObservation } from '../../etcd/health-observation.ts';
import { seen } from '../../etcd/health-observation.ts';
import type { Member } from '../../etcd/messages.ts';
import { canonicalUrl } from '../../etcd/urls.ts';
import { httpsUrl } from '../../kubeadm/urls.ts';
import type { MemberSettings } from '../../settings/settings.ts';

/** A host, and its own short hostname if it could be asked. */
export interface NamedHost {
  readonly host: MemberSettings;
  readonly hostname?: string;
}

/**
 * The name of each member: the one given, else the host's own, else what the other members call who has its peer URL, else
 * its address.
 */
export function memberNames(
  hosts: readonly NamedHost[],
  observations: readonly Pick<EndpointObservation, 'memberList'>[],
  peerPort: number,
): string[] {
  const members = observations.flatMap(({ memberList }) => seen(memberList)?.members ?? []);
  return hosts.map(
    ({ host, hostname }) =>
      host.name ?? hostname ?? listedName(members, httpsUrl(host.address, peerPort)) ?? host.address,
  );
}

function listedName(members: readonly Member[], peerUrl: string): string | undefined {
  return members.find(
    ({ name, peerUrls }) =>
      name !== '' && peerUrls.some((url) => canonicalUrl(url) === canonicalUrl(peerUrl)),
  )?.name;
}
