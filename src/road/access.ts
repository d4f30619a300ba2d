import type { HostFacts } from '../cluster/host-facts.ts';
import type { EtcdCredentials } from '../etcd/etcd-credentials.ts';
import { Refusal } from '../findings.ts';
import type { Transport } from '../hosts/transport.ts';
import type { Settings } from '../settings/settings.ts';
import { candidatesOn, CLIENT_KEY, isKeyOf } from './credentials.ts';
import { readText } from './read-text.ts';
import type { Surroundings } from './road.ts';

/** A host, and what was seen on it. */
interface SeenHost {
  readonly transport: Transport;
  readonly facts: HostFacts;
}

/**
 * The healthcheck client's pairs with their CA, the best first: a later one is for the case that the members refuse the one
 * before. A key goes from its host's disk into this process's memory and nowhere else, and is read only when its pair is
 * asked for. A pair whose key cannot be read, has changed since the run looked, or belongs to another certificate is passed
 * over.
 */
export async function* credentialsFromHosts(
  hosts: readonly SeenHost[],
  { authority }: Pick<Settings, 'authority'>,
  { maskSecret, now }: Pick<Surroundings, 'maskSecret' | 'now'>,
): AsyncGenerator<EtcdCredentials, void, undefined> {
  for (const { host, caPem, certificatePem } of candidatesOn(hosts, authority?.certificatePem, now())) {
    const { transport, facts } = host;
    const keyPem = await keyOf(transport, facts, maskSecret);
    if (keyPem !== undefined && isKeyOf(keyPem, certificatePem)) yield { caPem, certificatePem, keyPem };
  }
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
