import type { EtcdCredentials } from '../../etcd/etcd-credentials.ts';
import { failure } from '../../etcd/health-observation.ts';
import type { HealthFacts } from '../../health/facts.ts';
import type { HealthAnswer } from '../../hosts/probe/parse-health.ts';
import { candidatesOn, isKeyOf } from '../credentials.ts';

/**
 * With what the members are asked: the healthcheck client's pairs that the hosts have brought with their keys, the best
 * first. A later one is for the case that the members refuse the one before.
 * @param broughtPem the CA certificate among the inputs.
 * @returns none where no host has one.
 */
export function chooseCredentials(
  looks: readonly Pick<HealthAnswer, 'facts' | 'clientKey'>[],
  broughtPem: string | undefined,
  now: Date,
): EtcdCredentials[] {
  return candidatesOn(looks, broughtPem, now).flatMap(({ host, caPem, certificatePem }) => {
    const keyPem = host.clientKey?.toString('utf8');
    return keyPem !== undefined && isKeyOf(keyPem, certificatePem) ? [{ caPem, certificatePem, keyPem }] : [];
  });
}

/** Whether a member refuses the client certificate, and none lets it in. */
export function refusesClient({ members }: Pick<HealthFacts, 'members'>): boolean {
  const kinds = members.map(({ endpoint }) => failure(endpoint.status)?.kind);
  return kinds.includes('client-certificate') && !kinds.includes(undefined);
}
