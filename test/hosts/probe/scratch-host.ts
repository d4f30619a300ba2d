import { spawnSync } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import type { HostFacts, MissingFact } from '../../../src/facts/host.ts';
import { parseHostProbe } from '../../../src/hosts/probe/parse-probe.ts';
import { NEEDED_PROGRAMS } from '../../../src/hosts/bash.ts';
import {
  probeScript,
  volatileProbeScript,
  type ProbeScriptOptions,
} from '../../../src/hosts/probe/probe-script.ts';

/** Every program that the probes run or look for, except those with stand-ins. */
const PROGRAMS = new Set([
  ...NEEDED_PROGRAMS.keys(),
  ...['bash', 'cat', 'cmp', 'date', 'du', 'find', 'findmnt', 'flock', 'grep', 'head', 'hostname', 'ip', 'od'],
  ...['sed', 'sha256sum', 'sleep', 'ss', 'stat', 'tail', 'timeout', 'uname', 'yes'],
]);
const CONTAINERS = {
  containers: [
    {
      id: 'c0ffee',
      metadata: { name: 'etcd', attempt: 2 },
      image: { image: 'sha256:ab', userSpecifiedImage: 'registry.k8s.io/etcd:3.6.5-0' },
      state: 'CONTAINER_RUNNING',
    },
  ],
};
const IMAGES = {
  images: [{ id: `sha256:${'ab'.repeat(32)}`, repoTags: ['registry.k8s.io/etcd:3.6.5-0'], repoDigests: [] }],
};

/** Answers of crictl on a host whose runtime works. */
export const CRICTL = `case " $* " in
  *' ps '*) echo '${JSON.stringify(CONTAINERS)}' ;;
  *' images '*) echo '${JSON.stringify(IMAGES)}' ;;
  *' runtime-config '*) echo 'cgroup driver:   SYSTEMD' ;;
  *' inspect '*) echo '{"status":{"id":"c0ffee","startedAt":"2026-11-24T07:50:39Z"}}' ;;
  *) echo '{}' ;;
esac`;
const SYSTEMCTL = `printf '%s\\n' LoadState=loaded ActiveState=active SubState=running DropInPaths= UnitFileState=enabled`;
const KUBEADM = `case $1 in
  version) echo v1.34.4 ;;
  config) echo registry.k8s.io/kube-proxy:v1.34.4; echo registry.k8s.io/etcd:3.6.5-0 ;;
esac`;

/** A host in a folder: its files and programs. */
export class ScratchHost {
  readonly root = mkdtempSync(join(tmpdir(), 'scratch-host-'));
  readonly #bin = join(this.root, 'bin');
  #runtime: Server | undefined;
  /** True if crictl has only 3 s for each of its answers. */
  hurries = false;

  private constructor() {
    mkdirSync(this.#bin);
    for (const program of PROGRAMS) {
      const [found] = ['/usr/bin', '/bin', '/usr/sbin', '/sbin']
        .map((folder) => `${folder}/${program}`)
        .filter(existsSync);
      if (found !== undefined) symlinkSync(found, join(this.#bin, program));
    }
    this.program('crictl', CRICTL);
    this.program('systemctl', SYSTEMCTL);
    this.program('kubeadm', KUBEADM);
    this.program('kubelet', 'true');
  }

  /** Starts a host with a container runtime and a running etcd, without files. */
  static async start(): Promise<ScratchHost> {
    const host = new ScratchHost();
    const socket = host.path('/run/containerd/containerd.sock');
    mkdirSync(dirname(socket), { recursive: true });
    const runtime = createServer();
    await new Promise<void>((resolve) => runtime.listen(socket, resolve));
    host.#runtime = runtime;
    return host;
  }

  /** Returns this machine's path of a path of the host. */
  path(path: string): string {
    return join(this.root, path);
  }

  /** Installs a program as the body of a bash script; undefined removes it. */
  program(name: string, body: string | undefined): void {
    rmSync(join(this.#bin, name), { force: true });
    if (body === undefined) return;
    writeFileSync(join(this.#bin, name), `#!/bin/bash\n${body}\n`);
    chmodSync(join(this.#bin, name), 0o755);
  }

  /** Installs a program of this machine under a name, e.g. an applet of busybox. */
  link(name: string, target: string): void {
    rmSync(join(this.#bin, name), { force: true });
    symlinkSync(target, join(this.#bin, name));
  }

  file(path: string, text = `${path}\n`): void {
    mkdirSync(dirname(this.path(path)), { recursive: true });
    writeFileSync(this.path(path), text);
  }

  /**
   * Runs a script of the probe with the folder as the root of its paths.
   * @param before bash that runs first, in a mount namespace of its own, e.g. to mount something.
   */
  run(script: string, before?: string): string {
    const there = script
      .replaceAll(
        /\/(?:etc\/(?:kubernetes|containerd|systemd\/system|crictl)|run\/|var\/lib|mnt\/)/g,
        (path) => this.root + path,
      )
      .replaceAll('/proc/net', `${this.root}/proc/net`)
      .replaceAll(/(begin_program cri\.\S+) \d+/g, this.hurries ? '$1 3' : '$&');
    const text = `${before ?? ''}\ncd /; set -euo pipefail; { ${there}\n}`;
    const [program, ...words] = [
      ...(before === undefined ? [] : ['unshare', '-rm']),
      '/bin/bash',
      '--norc',
      '-c',
      text,
    ];
    const env = {
      LC_ALL: 'C',
      PATH: before === undefined ? this.#bin : `${this.#bin}:/usr/bin:/bin`,
      HOME: '/root',
    };
    const result = spawnSync(program, words, { env, encoding: 'utf8', maxBuffer: 64 * 1024 ** 2 });
    if (result.stderr !== '') throw new Error(result.stderr);
    return result.stdout.replaceAll(this.root, '');
  }

  /** Returns the facts of a first look. */
  look(question: Partial<ProbeScriptOptions> = {}, before?: string): HostFacts {
    return parseHostProbe('10.0.0.6', this.run(probeScript({ ...QUESTION, ...question }), before));
  }

  /** Returns the facts of a first look and, after `between`, of a second one. */
  lookTwice(between: () => void, question: Partial<ProbeScriptOptions> = {}): HostFacts {
    const first = this.run(probeScript({ ...QUESTION, ...question }));
    between();
    return parseHostProbe('10.0.0.6', first, {
      later: this.run(volatileProbeScript({ ...QUESTION, ...question })),
    });
  }

  /** Ends the runtime and removes its socket. */
  async stopRuntime(): Promise<void> {
    const runtime = this.#runtime;
    this.#runtime = undefined;
    if (runtime !== undefined) await new Promise<void>((resolve) => void runtime.close(() => resolve()));
  }

  async end(): Promise<void> {
    await this.stopRuntime();
    rmSync(this.root, { recursive: true, force: true });
  }
}

const QUESTION: ProbeScriptOptions = { dataDir: '/var/lib/etcd', peers: [], ports: [], membersReach: true };

/** Returns the unseen facts, with the programs' words. */
export function wordsOf({ unseen }: Pick<HostFacts, 'unseen'>): Record<string, string> {
  return Object.fromEntries(
    unseen.map(({ what, program, words }: MissingFact) => [what, `${program}: ${words}`]),
  );
}
