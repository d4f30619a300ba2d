import { parseIpAddress } from '../../pki/ip-address.ts';
import { holdsMember } from '../ports.ts';
import type { ExaminedMember, PreflightSettings } from './examined.ts';
import type { SevereFinding } from './severe-finding.ts';

/**
 * Hosts that send from another address than the one that is listed. A peer compares that address with the certificate (checkCertSAN in
 * etcd's client/pkg/transport/listener_tls.go), and lets it in only if it is there, or if a name that is there resolves to it. Where
 * the kernel did not tell the address, nothing is said.
 */
export function sourceAddresses(
  member: ExaminedMember,
  { certificates }: PreflightSettings,
): SevereFinding[] {
  const { name: host, address, facts } = member;
  const known = [address, ...(certificates?.extraSans ?? [])].map(canonical);
  const strange = [...(facts.sources ?? [])].filter(([, source]) => !known.includes(canonical(source)));
  const sources = [...new Set(strange.map(([, source]) => source))];
  if (sources.length === 0) return [];
  return [
    {
      // one that runs has been let in
      severity: holdsMember(member) ? 'warn' : 'fail',
      host,
      at: 'network',
      fact: `it sends from ${sources.join(' and ')} to ${strange.map(([peer]) => peer).join(', ')}, and is listed as ${address}: its peers let in only the addresses that are in its certificate.`,
      cause:
        'The host has a second address or interface, and the kernel prefers it on the way to the others.',
      fix: `List the host by ${sources[0] ?? 'that address'}, or add it to \`extra-sans\` (all hosts' such addresses, separated by commas).`,
    },
  ];
}

function canonical(address: string): string {
  return parseIpAddress(address)?.toString('hex') ?? address.toLowerCase();
}
