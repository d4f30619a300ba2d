import type { Lab } from '../../../lab/client.ts';
import { httpsUrl } from '../../../src/etcd/endpoint.ts';

/** Returns the command of etcdctl inside a member's container: the guide's own files, one member's endpoint. */
export function etcdctl(address: string, clientPort = 2379): string {
  const pki = '/etc/kubernetes/pki/etcd';
  return (
    `crictl exec "$(crictl ps -q --name '^etcd$')" etcdctl --endpoints ${httpsUrl(address, clientPort)} ` +
    `--cacert ${pki}/ca.crt --cert ${pki}/peer.crt --key ${pki}/peer.key`
  );
}

function addressOf(lab: Lab, host: string): string {
  const found = lab.hosts.find(({ name }) => name === host);
  if (found === undefined) throw new Error(`the lab has no ${host}`);
  return found.address;
}

/** Writes a key through one member. */
export async function put(
  lab: Lab,
  host: string,
  key: string,
  value: string,
  clientPort?: number,
): Promise<void> {
  await lab.sh(host, `${etcdctl(addressOf(lab, host), clientPort)} put ${key} ${value}`);
}

/** Reads a key through one member. */
export async function get(lab: Lab, host: string, key: string, clientPort?: number): Promise<string> {
  const tool = etcdctl(addressOf(lab, host), clientPort);
  return (await lab.sh(host, `${tool} get ${key} --print-value-only`)).trim();
}

/**
 * Changes the member list. Retries for a while, because etcd refuses a change until its members have been connected for
 * five seconds (server/etcdserver/server.go, HealthInterval).
 * @returns etcdctl's output.
 */
export async function changeMembers(lab: Lab, host: string, change: string): Promise<string> {
  const command = `${etcdctl(addressOf(lab, host))} member ${change}`;
  return lab.sh(
    host,
    `for i in $(seq 30); do
       said=$(${command} 2>&1) && { echo "$said"; exit 0; }
       case $said in *'unhealthy cluster'*) sleep 0.5 ;; *) break ;; esac
     done
     echo "$said" >&2; exit 1`,
  );
}

/** Waits until a member is ready according to kubelet's own probe. */
export async function waitReady(lab: Lab, host: string, seconds = 60): Promise<void> {
  await lab.sh(
    host,
    `for i in $(seq ${seconds * 5}); do curl -sf http://127.0.0.1:2381/readyz > /dev/null && exit 0; sleep 0.2; done; exit 1`,
  );
}

/** Returns the id of the running etcd container of each host. */
export function containerIds(lab: Lab): Promise<string[]> {
  return Promise.all(lab.hosts.map(({ name }) => lab.sh(name, "crictl ps -q --name '^etcd$'")));
}
