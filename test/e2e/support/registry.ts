import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Lab } from '../../../lab/client.ts';
import { buildFamily } from '../../../lab/programs/build.ts';
import { registry } from '../../../lab/programs/families.ts';

/** The account for pulls and pushes. */
export const PULLER = 'puller';
export const PULL_SECRET = 'Kx7-pull-secret-9vQ';
/** bcrypt of {@link PULL_SECRET}, the registry's only format for password files. */
const HTPASSWD = `${PULLER}:$2y$05$abcdefghijklmnopqrstuuBwAjVM/DV7U5j.4/svCV.qfk8LdKqLe\n`;

const PORT = 5000;

/** A registry (github.com/distribution/distribution) with a password, at the runner's address of a lab; over HTTP. */
export class LabRegistry {
  /** Its address in image names. */
  readonly address: string;
  readonly #folder: string;
  readonly #process: ChildProcess;
  #log = '';

  static async start(lab: Lab): Promise<LabRegistry> {
    const folder = await buildFamily(registry, (line) => process.stderr.write(`${line}\n`));
    const started = new LabRegistry(lab, join(folder, 'registry'));
    for (let tries = 0; !started.#log.includes('listening on'); tries += 1) {
      if (tries > 100) throw new Error(`the registry does not start:\n${started.#log}`);
      await sleep(100);
    }
    return started;
  }

  private constructor(lab: Lab, program: string) {
    this.address = `${lab.runnerAddress}:${PORT}`;
    this.#folder = mkdtempSync(join(tmpdir(), 'etcd-ha-registry-'));
    const passwords = join(this.#folder, 'htpasswd');
    writeFileSync(passwords, HTPASSWD);
    const config = {
      version: 0.1,
      storage: { filesystem: { rootdirectory: join(this.#folder, 'data') } },
      http: { addr: this.address, secret: 'of one registry' },
      auth: { htpasswd: { realm: 'lab', path: passwords } },
      log: { level: 'info' },
    };
    const file = join(this.#folder, 'config.json');
    writeFileSync(file, JSON.stringify(config));
    const [command = '', ...args] = lab.inRunner([program, 'serve', file]);
    this.#process = spawn(command, args, { stdio: ['ignore', 'pipe', 'pipe'] });
    for (const stream of [this.#process.stdout, this.#process.stderr])
      stream?.on('data', (chunk: Buffer) => (this.#log += chunk.toString()));
  }

  /** Configures a host's containerd to use HTTP, as the owner of a host would. */
  async trustedBy(lab: Lab, host: string): Promise<void> {
    const folder = `/etc/containerd/certs.d/${this.address}`;
    await lab.sh(
      host,
      `mkdir -p '${folder}'
       printf 'server = "http://%s"\\n[host."http://%s"]\\n  capabilities = ["pull", "resolve"]\\n' ${this.address} ${this.address} > '${folder}/hosts.toml'
       sed -i "/images'.registry\\]/,/config_path/ s|config_path = ''|config_path = '/etc/containerd/certs.d'|" /etc/containerd/config.toml
       systemctl restart containerd
       for i in $(seq 50); do crictl images > /dev/null 2>&1 && exit 0; sleep 0.1; done; exit 1`,
    );
  }

  /** Pushes an image of a host, and removes it from the host. */
  async takeFrom(lab: Lab, host: string, image: string, name: string): Promise<void> {
    const ctr = 'ctr --namespace k8s.io images';
    await lab.sh(
      host,
      `${ctr} tag ${image} ${this.address}/${name}
       ${ctr} push --plain-http --user ${PULLER}:${PULL_SECRET} ${this.address}/${name} > /dev/null
       ${ctr} rm ${this.address}/${name} ${image}
       crictl images -q | xargs -rn1 crictl inspecti -o go-template --template '{{.status.repoTags}}' | grep -F ${name} && exit 1 || true`,
    );
  }

  async stop(): Promise<void> {
    this.#process.kill();
    await once(this.#process, 'exit');
    rmSync(this.#folder, { recursive: true });
  }
}
