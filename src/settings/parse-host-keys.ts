import type { Finding } from '../findings.ts';
import { type HostKeyRules, pinsFor, type PinnedHost } from '../hosts/keys/host-pins.ts';
import { pinnedHost } from '../hosts/keys/pinned-host.ts';
import { parseKnownHosts } from '../hosts/keys/known-hosts.ts';
import { parseHostFingerprints, refuseStrangers } from './parse-host-fingerprints.ts';
import { parseChoice } from './parse-scalars.ts';
import type { Collected } from './parse-ssh.ts';
import type { RemoteHost } from './settings.ts';

const POLICIES = ['strict', 'accept-new'] as const;

/** The inputs that say which host keys are the right ones. */
export interface HostKeyInputs {
  readonly 'ssh-known-hosts': string;
  readonly 'ssh-host-fingerprints': string;
  readonly 'host-key-policy': string;
}

/**
 * Reads what is pinned. Whether it covers every host is seen at the host itself, so that the refusal can name the key that
 * is offered.
 * @param hosts all that is connected to; empty when the inputs that name them cannot be used.
 */
export function parseHostKeys(
  inputs: HostKeyInputs,
  hosts: readonly PinnedHost[],
  { findings, warnings }: Collected,
): HostKeyRules | undefined {
  const before = findings.length;
  const known = parseKnownHosts(inputs['ssh-known-hosts']);
  findings.push(...known.findings);
  const fingerprints = parseHostFingerprints(inputs['ssh-host-fingerprints'], findings);
  refuseStrangers(fingerprints, hosts, findings);
  const policy = parseChoice('host-key-policy', inputs['host-key-policy'], POLICIES, findings);
  if (policy === undefined || findings.length > before) return undefined;
  const rules = { knownHosts: known.entries, fingerprints, policy };
  if (policy === 'accept-new') warnings.push(acceptsNew(rules, hosts));
  else if (known.entries.length + fingerprints.length === 0) findings.push(noHostKey(hosts));
  return rules;
}

/** Hosts of which an authority alone is known, and that are connected to by what cannot verify its certificates. */
export function refuseCertificatesOnly(
  rules: HostKeyRules,
  hosts: readonly RemoteHost[],
  findings: Finding[],
): void {
  const places = hosts.filter(({ transport }) => transport === 'ssh2').map(pinnedHost);
  const without = places.filter((host) => {
    const { keys, fingerprints, authorities } = pinsFor(rules, host);
    return authorities.length > 0 && keys.length + fingerprints.length === 0;
  });
  if (without.length === 0) return;
  findings.push({
    at: 'ssh-known-hosts',
    fact: `for ${without.map(({ address }) => address).join(', ')} there is a certificate authority alone (@cert-authority).`,
    cause:
      'host certificates are verified by `transport: openssh`; the library behind `transport: ssh2` cannot.',
    fix: 'add transport: openssh, or list the plain key of each host.',
  });
}

function acceptsNew(rules: HostKeyRules, hosts: readonly PinnedHost[]): Finding {
  const unpinned = hosts.filter((host) => pinsFor(rules, host).acceptsAny);
  if (unpinned.length === 0) {
    return {
      at: 'host-key-policy',
      fact: 'accept-new is asked for, and every host is pinned already.',
      fix: 'leave host-key-policy out.',
    };
  }
  return {
    at: 'host-key-policy',
    fact: `nothing is pinned for ${[...new Set(unpinned.map(({ address }) => address))].join(', ')}: whoever answers there is taken for the host, and gets keys of the cluster.`,
    fix: 'use accept-new once, in a network that you trust; compare the keys that the log names, and put its lines into ssh-known-hosts.',
  };
}

function noHostKey([host]: readonly PinnedHost[]): Finding {
  const { address, port } = host ?? { address: '10.0.0.6', port: 22 };
  const option = port === 22 ? '' : `-p ${port} `;
  return {
    at: 'ssh-known-hosts',
    fact: 'no host key is given; without one nobody can tell a host from an impostor.',
    cause: 'the variable does not exist or is empty.',
    fix:
      `run ssh-keyscan ${option}-t ed25519 ${address} for every host, compare what ssh-keygen -lf - says of its ` +
      'output with what ssh-keygen -lf /etc/ssh/ssh_host_ed25519_key.pub says on the console of the host, and pass ' +
      'the lines from a variable: ssh-known-hosts: ${{ vars.SSH_KNOWN_HOSTS }}. Or give the fingerprints in ' +
      'ssh-host-fingerprints.',
  };
}
