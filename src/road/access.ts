import type { HostFacts } from '../cluster/host-facts.ts';
import type { EtcdCredentials } from '../etcd/etcd-credentials.ts';
import { Refusal } from '../findings.ts';
import type { Transport } from '../hosts/transport.ts';
import type { Settings } from '../settings/settings.ts';
import { candidatesOn, CLIENT_KEY, isKeyOf } from './credentials.ts';
import { readText } from '../run/read-text.ts';
import type { Surroundings } from './road.ts';

/** A host, and what was seen on it. */
interface SeenHost {
  readonly transport: Transport;
  readonly facts: HostFacts;
}

/**
 * The healthcheck client's pairs with their CA, the best first: a later one is for the case that the members refuse the one
 * before. A key goes from its host's disk into this process's memory and nowhere else, and is read only when its pair is
 * asked for. One whose key cannot be read, or has changed since the run looked, is passed over; pairs whose key belongs to
 * another certificate come last, so that the error of TLS tells of them where no host has a good one.
 */
export async function* credentialsFromHosts(
  hosts: readonly SeenHost[],
  { authority }: Pick<Settings, 'authority'>,
  { maskSecret, now }: Pick<Surroundings, 'maskSecret' | 'now'>,
): AsyncGenerator<EtcdCredentials, void, undefined> {
  const unfit: EtcdCredentials[] = [];
  for (const { host, caPem, certificatePem } of candidatesOn(hosts, authority?.certificatePem, now())) {
    const { transport, facts } = host;
    const keyPem = await keyOf(transport, facts, maskSecret);
    if (keyPem === undefined) continue;
    const credentials = { caPem, certificatePem, keyPem };
    if (isKeyOf(keyPem, certificatePem)) yield credentials;
    else unfit.push(credentials);
  }
  yield* unfit;
}

async function keyOf(
  transport: Transport,
  { files }: HostFacts,
  maskSecret: (secret: string) => void,
): Promise<string | undefined> {
  try {
    return await readText(transport, CLIENT_KEY, files.get(CLIENT_KEY)?.sha256, maskSecret);
  } catch (error) {
    if (error instanceof Refusal) return undefined;
    throw error;
  }
}
