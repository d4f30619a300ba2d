import { spawn, type ChildProcess } from 'node:child_process';
import {
  chmodSync,
  mkdirSync,
  mkdtempSync,
  rmSync,
  writeFileSync,
  openSync,
  closeSync,
  readFileSync,
} from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { TestAuthority, type TestCertificate } from './certificates.ts';

/** A member that a test can stop, freeze and start. */
export interface RealMember {
  readonly name: string;
  readonly address: string;
}

/** A test's requirements for its cluster. */
export interface RealClusterOptions {
  /** Path of an etcd binary, 3.4 or later. */
  readonly binary: string;
  /** One loopback address per member. */
  readonly addresses: readonly string[];
  /** Additional flags for every member, e.g. `--quota-backend-bytes=…`. */
  readonly flags?: readonly string[];
  /** Usages of the server certificate; kubeadm's has both. */
  readonly serverUsages?: readonly ('serverAuth' | 'clientAuth')[];
}

/** Real etcd processes on loopback addresses, with mutual TLS as in kubeadm. */
export class RealCluster {
  readonly members: readonly RealMember[];
  readonly clientPort: number;
  readonly peerPort: number;
  readonly authority = new TestAuthority('etcd-ca');
  /** The client certificate that health checks use: no SAN, clientAuth only. */
  readonly client: TestCertificate;
  readonly #options: RealClusterOptions;
  readonly #folder: string;
  readonly #processes = new Map<string, ChildProcess>();
  readonly #initialCluster: string;

  /** Uses ports that are free on the first address for all of them. */
  static async create(options: RealClusterOptions): Promise<RealCluster> {
    const first = options.addresses[0] ?? '127.0.0.1';
    return new RealCluster(options, await freePort(first), await freePort(first));
  }

  private constructor(options: RealClusterOptions, clientPort: number, peerPort: number) {
    this.#options = options;
    this.clientPort = clientPort;
    this.peerPort = peerPort;
    this.members = options.addresses.map((address, index) => ({ name: `infra${index}`, address }));
    this.client = this.authority.issue({
      commonName: 'kube-etcd-healthcheck-client',
      usages: ['clientAuth'],
    });
    this.#folder = mkdtempSync(join(tmpdir(), 'etcd-ha-real-'));
    this.#initialCluster = this.members
      .map((member) => `${member.name}=https://${bracketed(member.address)}:${peerPort}`)
      .join(',');
    this.members.forEach((member) => this.#writeFiles(member));
  }

  start(member: RealMember): void {
    const folder = join(this.#folder, member.name);
    const host = bracketed(member.address);
    const output = openSync(join(folder, 'log'), 'a');
    const process = spawn(
      this.#options.binary,
      [
        `--name=${member.name}`,
        `--data-dir=${join(folder, 'data')}`,
        `--initial-cluster=${this.#initialCluster}`,
        `--initial-advertise-peer-urls=https://${host}:${this.peerPort}`,
        `--listen-peer-urls=https://${host}:${this.peerPort}`,
        `--advertise-client-urls=https://${host}:${this.clientPort}`,
        `--listen-client-urls=https://${host}:${this.clientPort}`,
        `--cert-file=${join(folder, 'server.crt')}`,
        `--key-file=${join(folder, 'server.key')}`,
        `--peer-cert-file=${join(folder, 'peer.crt')}`,
        `--peer-key-file=${join(folder, 'peer.key')}`,
        `--trusted-ca-file=${join(this.#folder, 'ca.crt')}`,
        `--peer-trusted-ca-file=${join(this.#folder, 'ca.crt')}`,
        '--client-cert-auth=true',
        '--peer-client-cert-auth=true',
        ...(this.#options.flags ?? []),
      ],
      { stdio: ['ignore', output, output] },
    );
    closeSync(output);
    this.#processes.set(member.name, process);
  }

  startAll(): void {
    this.members.forEach((member) => this.start(member));
  }

  /** Ends a member at once, as a crash would. */
  async kill(member: RealMember): Promise<void> {
    const process = this.#processes.get(member.name);
    if (process === undefined) return;
    this.#processes.delete(member.name);
    const ended = new Promise((resolve) => process.once('exit', resolve));
    process.kill('SIGKILL');
    await ended;
  }

  /** Freezes a member without closing anything: its ports accept and never answer. */
  freeze(member: RealMember): void {
    this.#processes.get(member.name)?.kill('SIGSTOP');
  }

  thaw(member: RealMember): void {
    this.#processes.get(member.name)?.kill('SIGCONT');
  }

  log(member: RealMember): string {
    return readFileSync(join(this.#folder, member.name, 'log'), 'utf8');
  }

  /** Ends every member and removes their files. */
  async remove(): Promise<void> {
    await Promise.all(this.members.map((member) => this.kill(member)));
    rmSync(this.#folder, { recursive: true, force: true });
  }

  #writeFiles(member: RealMember): void {
    const folder = join(this.#folder, member.name);
    mkdirSync(join(folder, 'data'), { recursive: true });
    chmodSync(join(folder, 'data'), 0o700);
    writeFileSync(join(this.#folder, 'ca.crt'), this.authority.certificatePem);
    const ips = [member.address, '127.0.0.1', '::1'];
    const server = this.authority.issue({
      commonName: member.name,
      ips,
      ...(this.#options.serverUsages === undefined ? {} : { usages: this.#options.serverUsages }),
    });
    const peer = this.authority.issue({ commonName: member.name, ips });
    for (const [name, certificate] of Object.entries({ server, peer })) {
      writeFileSync(join(folder, `${name}.crt`), certificate.certificatePem);
      writeFileSync(join(folder, `${name}.key`), certificate.keyPem, { mode: 0o600 });
    }
  }
}

function bracketed(address: string): string {
  return address.includes(':') ? `[${address}]` : address;
}

function freePort(address: string): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen(0, address, () => {
      const bound = server.address();
      server.close(() => {
        if (bound === null || typeof bound === 'string') reject(new Error('no port was given'));
        else resolve(bound.port);
      });
    });
  });
}
