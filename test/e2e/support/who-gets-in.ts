import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { hostProgramsFor } from '../../../lab/programs/programs.ts';
import type { KubernetesVersion } from '../../../lab/settings.ts';

/** A certificate with its key, as PEM; others may follow the certificate. */
export interface Pair {
  readonly certificatePem: string;
  readonly keyPem: string;
}

const run = promisify(execFile);

/**
 * Starts the lab's etcd on loopback with this ca.crt, and lets etcdctl write to it as each client.
 * @returns the names of the clients that etcd accepted.
 */
export async function whoGetsIn(
  version: KubernetesVersion,
  caCrt: string,
  server: Pair,
  clients: Readonly<Record<string, Pair>>,
): Promise<string[]> {
  const { paths } = await hostProgramsFor(version, () => undefined);
  const folder = mkdtempSync(join(tmpdir(), 'etcd-ha-trust-'));
  const write = (name: string, text: string): string => {
    const path = join(folder, name);
    writeFileSync(path, text, { mode: 0o600 });
    return path;
  };
  const ca = write('ca.crt', caCrt);
  const [client, peer] = await Promise.all([freePort(), freePort()]);
  const url = `https://127.0.0.1:${client}`;
  const etcd = spawn(
    paths.etcd,
    [
      `--data-dir=${join(folder, 'data')}`,
      `--listen-client-urls=${url}`,
      `--advertise-client-urls=${url}`,
      `--listen-peer-urls=http://127.0.0.1:${peer}`,
      `--initial-advertise-peer-urls=http://127.0.0.1:${peer}`,
      `--initial-cluster=default=http://127.0.0.1:${peer}`,
      `--cert-file=${write('server.crt', server.certificatePem)}`,
      `--key-file=${write('server.key', server.keyPem)}`,
      `--trusted-ca-file=${ca}`,
      '--client-cert-auth',
      '--logger=zap',
    ],
    { stdio: ['ignore', 'ignore', 'pipe'] },
  );
  let log = '';
  etcd.stderr.on('data', (chunk: Buffer) => (log += chunk.toString()));
  const ended = once(etcd, 'exit');
  try {
    for (let tries = 0; !log.includes('ready to serve client requests'); tries += 1) {
      if (tries > 300 || etcd.exitCode !== null) throw new Error(`etcd does not get ready:\n${log}`);
      await sleep(100);
    }
    const taken: string[] = [];
    for (const [name, pair] of Object.entries(clients)) {
      const cert = write(`${name}.crt`, pair.certificatePem);
      const key = write(`${name}.key`, pair.keyPem);
      const options = [`--endpoints=${url}`, `--cacert=${ca}`, `--cert=${cert}`, `--key=${key}`];
      const isTaken = await run(paths.etcdctl, [...options, '--command-timeout=3s', 'put', 'who', name]).then(
        () => true,
        () => false,
      );
      if (isTaken) taken.push(name);
    }
    return taken;
  } finally {
    etcd.kill('SIGKILL');
    await ended;
    rmSync(folder, { recursive: true });
  }
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}
