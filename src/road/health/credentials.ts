import type { EtcdCredentials } from '../../etcd/etcd-credentials.ts';
import { failure } from '../../etcd/health-observation.ts';
import type { HealthFacts } from '../../health/facts.ts';
import type { HealthAnswer } from '../../hosts/probe/parse-health.ts';
import { candidatesOn, isKeyOf } from '../credentials.ts';

/**
 * With what the members are asked: the healthcheck client's pairs that the hosts have brought with their keys, the best
 * first; those whose key belongs to another certificate last. A later one is for the case that the members refuse the one
 * before.
 * @param broughtPem the CA certificate among the inputs.
 * @returns none where no host has one.
 */
export function chooseCredentials(
  looks: readonly Pick<HealthAnswer, 'facts' | 'clientKey'>[],
  broughtPem: string | undefined,
  now: Date,
): EtcdCredentials[] {
  const pairs = candidatesOn(looks, broughtPem, now).flatMap(({ host, caPem, certificatePem }) => {
    const keyPem = host.clientKey?.toString('utf8');
    return keyPem === undefined ? [] : [{ caPem, certificatePem, keyPem }];
  });
  // one whose key belongs to another certificate is for its error alone
  const fits = Map.groupBy(pairs, ({ keyPem, certificatePem }) => isKeyOf(keyPem, certificatePem));
  return [...(fits.get(true) ?? []), ...(fits.get(false) ?? [])];
}

/** Whether a member refuses the client certificate, and none lets it in. */
export function refusesClient({ members }: Pick<HealthFacts, 'members'>): boolean {
  const kinds = members.map(({ endpoint }) => failure(endpoint.status)?.kind);
  return kinds.includes('client-certificate') && !kinds.includes(undefined);
}
