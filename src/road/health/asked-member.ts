import { EtcdClient } from '../../etcd/client.ts';
import type { EtcdCredentials } from '../../etcd/etcd-credentials.ts';
import type { Settings } from '../../settings/settings.ts';
import { Way, type Route } from './routes.ts';

/** Milliseconds that a request of a health check may take: without a majority a read hangs for as long as it may. */
export const REQUEST_MS = 5_000;

/** One member that somebody can ask. */
export interface AskedMember {
  readonly name: string;
  readonly address: string;
  readonly client: EtcdClient;
  readonly way: Way;
  readonly credentials: EtcdCredentials;
}

/** The client of one member, over the way that leads to it. */
export function askedMember(
  address: string,
  name: string,
  route: Route,
  credentials: EtcdCredentials,
  { clientPort }: Settings,
): AskedMember {
  const way = new Way(route, address);
  const client = new EtcdClient({
    name,
    address,
    port: clientPort,
    open: () => way.open(clientPort),
    credentials,
    requestTimeoutMs: REQUEST_MS,
  });
  return { name, address, client, way, credentials };
}
