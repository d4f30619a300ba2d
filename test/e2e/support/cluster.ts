import type { Lab } from '../../../lab/client.ts';
import { httpsUrl } from '../../../src/etcd/endpoint.ts';
import { etcdctl } from './etcd.ts';

/** Returns the SHA-256 fingerprint of the CA on each host, in the order of the hosts. */
export function caFingerprints(lab: Lab): Promise<string[]> {
  return Promise.all(
    lab.hosts.map(async ({ name }) => {
      const line = await lab.sh(
        name,
        'openssl x509 -in /etc/kubernetes/pki/etcd/ca.crt -noout -fingerprint -sha256',
      );
      return line.trim().replace(/^.*=/, '');
    }),
  );
}

interface ListedMember {
  readonly name?: string;
  readonly peerURLs?: readonly string[];
  readonly clientURLs?: readonly string[];
  readonly isLearner?: boolean;
}

/**
 * Verifies with etcd's own tools on every host, independently of the action: one CA everywhere, every member healthy as
 * seen from every member, and exactly the lab's hosts in the member list, all started and voting.
 * @returns the fingerprint of the CA.
 * @throws Error with all violations.
 */
export async function assertOneClusterHealthy(
  lab: Lab,
  { client, peer } = { client: 2379, peer: 2380 },
): Promise<string> {
  const fingerprints = await caFingerprints(lab);
  const wrong = new Set(fingerprints).size === 1 ? [] : [`CAs differ: ${fingerprints.join(', ')}`];
  const endpoints = lab.hosts.map(({ address }) => httpsUrl(address, client)).join(',');
  const expected = lab.hosts.map(
    ({ name, address }) => `${name} ${httpsUrl(address, peer)} ${httpsUrl(address, client)}`,
  );
  await Promise.all(
    lab.hosts.map(async ({ name, address }) => {
      const tool = etcdctl(address, client);
      const health = await lab.exec(
        name,
        `${tool.replace(/--endpoints \S+/, `--endpoints ${endpoints}`)} endpoint health`,
      );
      if (health.code !== 0) wrong.push(`health as seen from ${name}: ${health.stdout}${health.stderr}`);
      const listed = await lab.exec(name, `${tool} member list -w json`);
      if (listed.code !== 0) {
        wrong.push(`member list of ${name}: ${listed.stderr}`);
        return;
      }
      const { members } = JSON.parse(listed.stdout) as { members: readonly ListedMember[] };
      const found = members.map(describeMember).toSorted().join('; ');
      if (found !== expected.toSorted().join('; ')) wrong.push(`members as ${name} lists them: ${found}`);
    }),
  );
  if (wrong.length > 0) throw new Error(`this is not one healthy cluster:\n${wrong.join('\n')}`);
  return fingerprints[0] ?? '';
}

function describeMember({ name, peerURLs, clientURLs, isLearner }: ListedMember): string {
  const urls = [...(peerURLs ?? []), ...(clientURLs ?? ['not started'])].join(' ');
  return `${name ?? 'unnamed'} ${urls}${isLearner === true ? ' (learner)' : ''}`;
}

/** Returns the name of the host whose member leads, according to the members themselves. */
export async function leaderOf(lab: Lab): Promise<string> {
  for (const { name, address } of lab.hosts) {
    const answer = await lab.sh(name, `${etcdctl(address)} endpoint status -w fields`);
    const [, leader] = /"Leader" : (\d+)/.exec(answer) ?? [];
    if (leader !== undefined && /"MemberID" : (\d+)/.exec(answer)?.[1] === leader) return name;
  }
  throw new Error('no member says that it leads');
}
