import { rmdirSync, rmSync } from 'node:fs';
import { ensureGoldenDisk } from './disks/golden.ts';
import { fillDisk, freeDisk } from './faults/full-disk.ts';
import { mendDisk, slowDisk } from './faults/slow-disk.ts';
import { cutPower } from './faults/power-cut.ts';
import { powerOff, powerOn, reboot, shutDown, waitUntilReady } from './hosts/boot.ts';
import { ensureControlPlaneKit, equip } from './hosts/control-plane.ts';
import { hasDisk, makeFreshDisk, removeDisk } from './hosts/disk.ts';
import { ensureHostKeys, ensureLabKey, knownHostsOf, writeKnownHosts } from './hosts/identity.ts';
import { kindNamed, kindOf } from './hosts/kinds.ts';
import { supervisorOf } from './hosts/processes.ts';
import { inRunner } from './hosts/ssh.ts';
import { findCgroups, removeCgroups } from './machine/cgroups.ts';
import { ensureCTools } from './machine/ctools.ts';
import { whileCacheIsKept } from './machine/layer.ts';
import { withLock } from './machine/lock.ts';
import { installMissingPackages } from './machine/packages.ts';
import { type Progress, stage } from './machine/progress.ts';
import { run, type RunOptions, type RunResult } from './machine/run.ts';
import { endOrphanedRelays, removeDelay, setDelay } from './network/delay.ts';
import { makeNetwork, networkIsUp, removeNetwork, setLink } from './network/namespaces.ts';
import { partition, removePartitions } from './network/partition.ts';
import { type HostPlace, type LabPlace, labPlace } from './place.ts';
import {
  checkLabName,
  defaultFamily,
  defaultHostCount,
  defaultKubernetesVersion,
  defaultLabName,
  type Family,
  type HostKindName,
  type KubernetesVersion,
  maximumHostCount,
  runnerAddress,
  sshPort,
  sshUser,
  stateFolder,
} from './settings.ts';
import { hostsOf, type LabState, readState, writeState } from './state.ts';
import { checkKind, nameOf, ordinary, type Variant, variantNamed } from './variants/variant.ts';

/** One host of a lab. */
export interface LabHost {
  /** Name and short hostname: infra0, infra1, … */
  readonly name: string;
  readonly address: string;
  /** Its variant: "bookworm", "trixie+crio". */
  readonly variant: string;
}

export interface LabOptions {
  /** Name of the lab; default: $LAB_NAME or "default". Labs of different names can be up at the same time. */
  name?: string | undefined;
  /** Number of hosts; default for a new lab: 3. */
  hosts?: number | undefined;
  /** Kubernetes version; default for a new lab: 1.34. */
  kubernetes?: KubernetesVersion | undefined;
  /** Kind of the hosts; default for a new lab: containers. */
  kind?: HostKindName | undefined;
  /** Variant of every host, by name (`variantNamed`), or of each of them; default for a new lab: ordinary hosts. */
  variant?: string | readonly string[] | undefined;
  /** Address family of the network; default for a new lab: IPv4. */
  family?: Family | undefined;
  /** Gives every host a fresh disk and undoes all faults, also if the lab is up already. */
  fresh?: boolean | undefined;
  /** Receives lines about progress. */
  progress?: Progress | undefined;
}

/** A host by its name or as one of `Lab.hosts`. */
export type HostRef = string | LabHost;

const silent: Progress = () => undefined;

/** Hosts that behave like real ones, on one machine; see README.md. Every method needs root. */
export class Lab {
  readonly name: string;
  readonly kubernetes: KubernetesVersion;
  readonly kind: HostKindName;
  readonly hosts: readonly LabHost[];
  /** The runner's address as the hosts see it. */
  readonly runnerAddress: string;
  readonly sshUser = sshUser;
  readonly sshPort = sshPort;
  /** File with the key that logs in as `sshUser` on every host. */
  readonly privateKeyPath: string;
  /** known_hosts text with every key of every host, by address. It stays valid after `reset`. */
  readonly knownHosts: string;

  readonly #place: LabPlace;
  readonly #hosts: readonly HostPlace[];
  readonly #progress: Progress;

  private constructor(place: LabPlace, state: LabState, progress: Progress) {
    this.#place = place;
    this.#hosts = hostsOf(place, state);
    this.#progress = progress;
    this.name = place.name;
    this.kubernetes = state.kubernetes;
    this.kind = state.kind;
    this.runnerAddress = runnerAddress(state.family);
    this.hosts = this.#hosts.map(({ name, address, variant }) => ({
      name,
      address,
      variant: nameOf(variant),
    }));
    this.privateKeyPath = place.privateKey;
    this.knownHosts = knownHostsOf(this.#hosts);
  }

  /**
   * Brings a lab up and resolves once every host is ready: SSH logins work, the container runtime answers. An existing
   * lab of that name is reused: hosts that are up stay as they are, others boot from their disks; partitions end and
   * cables are plugged in. Throws if its shape differs from the requested one, unless `fresh` permits recreating it.
   */
  static async up(options: LabOptions = {}): Promise<Lab> {
    requireRoot();
    const place = labPlace(checkLabName(options.name ?? defaultLabName()));
    const progress = options.progress ?? silent;
    await installMissingPackages(progress);
    return withLock(place.lock, { progress, subject: `lab ${place.name}` }, async () => {
      const state = decideState(place, options);
      const hosts = hostsOf(place, state);
      const fresh = options.fresh === true;
      const kind = kindNamed(state.kind);
      await kind.prepare(progress);
      const needsDisks = fresh || !hosts.every(hasDisk);
      const goldenDisks = needsDisks ? await goldenDisksOf(state, progress) : undefined;
      await ensureCTools(progress);
      await stage(progress, `starting ${hosts.length} hosts of lab ${place.name}`, async () => {
        if (fresh || !(await networkIsUp(place, hosts))) await stopEverything(place);
        else await heal(place, hosts);
        // Before the new state is written: a disk of another version must never be mistaken for one of this.
        if (fresh) hosts.forEach(removeDisk);
        kind.checkRoomFor(hosts.filter((host) => !supervisorOf(host)).length);
        await ensureLabKey(place);
        await eachHost(hosts, ensureHostKeys);
        writeKnownHosts(place, hosts);
        forgetHostsBeyond(place, state);
        writeState(place, state);
        if (!(await networkIsUp(place, hosts))) await makeNetwork(place, hosts);
        await eachHost(hosts, async (host) => {
          const goldenDisk = goldenDisks?.get(nameOf(host.variant));
          if (goldenDisk !== undefined && !hasDisk(host)) {
            await whileCacheIsKept(progress, () => makeFreshDisk(host, goldenDisk));
          }
          await powerOn(host, progress);
          await waitUntilReady(host);
        });
      });
      return new Lab(place, state, progress);
    });
  }

  /** Opens an existing lab without changing it. Throws if there is none of that name. */
  static open(name: string = defaultLabName(), progress: Progress = silent): Lab {
    requireRoot();
    const place = labPlace(checkLabName(name));
    const state = readState(place);
    if (!state) throw new Error(`there is no lab "${name}": bring it up first`);
    return new Lab(place, state, progress);
  }

  /**
   * Takes a lab down and removes everything that it had on the machine, also the remains of a killed lab. `keepDisks`
   * shuts the hosts down in an orderly way and keeps their disks and keys for the next `up`.
   */
  static async takeDown(
    options: { name?: string | undefined; keepDisks?: boolean; progress?: Progress } = {},
  ): Promise<void> {
    requireRoot();
    const place = labPlace(checkLabName(options.name ?? defaultLabName()));
    const progress = options.progress ?? silent;
    await withLock(place.lock, { progress, subject: `lab ${place.name}`, removeFile: true }, () =>
      stage(progress, `taking lab ${place.name} down`, async () => {
        const state = readState(place);
        if (options.keepDisks === true && state) await eachHost(hostsOf(place, state), shutDown);
        await stopEverything(place);
        if (options.keepDisks !== true) rmSync(place.folder, { recursive: true, force: true });
      }),
    );
    removeIfEmpty(stateFolder());
  }

  /** Takes this lab down, see `takeDown`. */
  down(): Promise<void> {
    return Lab.takeDown({ name: this.name, progress: this.#progress });
  }

  /** Runs a bash script as root on the host, from outside and without SSH. Does not throw if the script fails. */
  exec(
    host: HostRef,
    script: string,
    options: Pick<RunOptions, 'stdin' | 'timeoutMs'> = {},
  ): Promise<RunResult> {
    const place = this.place(host);
    const title = `on ${place.name}: ${script}`;
    return run(kindOf(place).entering(place, ['bash', '-c', script]), {
      title,
      timeoutMs: 600_000,
      ...options,
    });
  }

  /** Runs a bash script as root on the host and returns its stdout. Throws with its stderr if it fails. */
  async sh(host: HostRef, script: string, options: Pick<RunOptions, 'stdin'> = {}): Promise<string> {
    const result = await this.exec(host, script, options);
    if (result.code === 0) return result.stdout;
    const { name } = this.place(host);
    throw new Error(`on ${name}, code ${result.code}: ${script}\n${(result.stderr || result.stdout).trim()}`);
  }

  /**
   * Returns the command line that runs `argv` in the runner's network namespace, from which only the lab's hosts are
   * reachable.
   */
  inRunner(argv: readonly string[]): string[] {
    return inRunner(this.#place, argv);
  }

  /** Gives the host a fresh disk and boots it: another machine-id, the same host keys. */
  reset(host: HostRef): Promise<void> {
    return this.#change(host, async (place) => {
      const goldenDisk = await ensureGoldenDisk(this.kubernetes, place.variant, this.#progress);
      await powerOff(place);
      await whileCacheIsKept(this.#progress, () => makeFreshDisk(place, goldenDisk));
      await powerOn(place, this.#progress);
      await waitUntilReady(place);
    });
  }

  /** Cuts the host's power: it sends no FIN, and unsynced data is lost. */
  kill(host: HostRef): Promise<void> {
    return this.#change(host, async (place) => {
      await cutPower(place, await ensureCTools(this.#progress));
    });
  }

  /** Boots the host from its disk, and plugs its cable in. */
  start(host: HostRef): Promise<void> {
    return this.#change(host, async (place) => {
      await powerOn(place, this.#progress);
      await waitUntilReady(place);
    });
  }

  /** Reboots the host in an orderly way and waits until it is ready again. */
  reboot(host: HostRef): Promise<void> {
    return this.#change(host, reboot);
  }

  /** Pulls the host's cable or plugs it in. */
  link(host: HostRef, state: 'up' | 'down'): Promise<void> {
    return this.#change(host, (place) => setLink(place, state));
  }

  /** Drops all traffic between two hosts; both still reach all the others. */
  partition(a: HostRef, b: HostRef): Promise<void> {
    const [first, second] = [this.place(a), this.place(b)];
    if (first.name === second.name) throw new Error('a partition needs two different hosts');
    return this.#changeNetwork(() => partition(first, second));
  }

  /** Undoes all partitions and plugs the cables of all running hosts in. Delays stay. */
  heal(): Promise<void> {
    return this.#changeNetwork(() => heal(this.#place, this.#hosts));
  }

  /** Adds this many milliseconds to every round trip between the host and any other; 0 removes the delay. */
  delay(host: HostRef, roundTripMs: number): Promise<void> {
    if (!Number.isFinite(roundTripMs) || roundTripMs < 0) throw new Error(`${roundTripMs} ms is no delay`);
    return this.#change(host, async (place) => {
      if (roundTripMs === 0) return removeDelay(place);
      const { relay } = await ensureCTools(this.#progress);
      await setDelay(place, roundTripMs, relay);
    });
  }

  /** Leaves no free block on the host's disk. */
  fill(host: HostRef): Promise<void> {
    return this.#change(host, fillDisk);
  }

  /** Frees the space that `fill` took. */
  unfill(host: HostRef): Promise<void> {
    return this.#change(host, freeDisk);
  }

  /** Makes every sync to the disk by the host's running etcd take this many milliseconds longer; 0 ends that. */
  slowDisk(host: HostRef, milliseconds: number): Promise<void> {
    return this.#change(host, (place) =>
      milliseconds === 0 ? mendDisk(place) : slowDisk(place, milliseconds),
    );
  }

  /**
   * Installs on the host what `kubeadm init` needs for a control plane beyond an etcd host: the images, under the tags
   * that kubeadm expects, and kubectl. A fresh disk loses it. Throws if the lab has no control plane of this version.
   */
  equipControlPlane(host: HostRef): Promise<void> {
    return this.#change(host, async (place) => {
      const kit = await ensureControlPlaneKit(this.kubernetes, this.#progress);
      await whileCacheIsKept(this.#progress, () => equip(place, kit));
    });
  }

  /**
   * Sets the host's clock to the machine's own plus this many milliseconds. Throws if the host shares the machine's
   * clock.
   */
  setClock(host: HostRef, aheadMs: number): Promise<void> {
    if (!Number.isFinite(aheadMs)) throw new Error(`${aheadMs} ms is no time`);
    return this.#change(host, (place) => kindOf(place).setClock(place, aheadMs));
  }

  /**
   * Returns the paths of the host's disk, console and process. Throws, with the names of the lab's hosts, if it is none
   * of them.
   */
  place(host: HostRef): HostPlace {
    const name = typeof host === 'string' ? host : host.name;
    const found = this.#hosts.find((place) => place.name === name);
    if (found) return found;
    const names = this.#hosts.map((place) => place.name).join(', ');
    throw new Error(`lab ${this.name} has no host "${name}"; it has ${names}`);
  }

  /** Hosts can change at the same time, but not while the whole lab does, and each only one change at a time. */
  #change(host: HostRef, body: (place: HostPlace) => Promise<void>): Promise<void> {
    const place = this.place(host);
    return this.#shared(() =>
      withLock(place.lock, { progress: this.#progress, subject: place.name }, () => body(place)),
    );
  }

  #changeNetwork(body: () => Promise<void>): Promise<void> {
    return this.#shared(() =>
      withLock(
        `${this.#place.folder}/network.lock`,
        { progress: this.#progress, subject: 'the network' },
        body,
      ),
    );
  }

  #shared(body: () => Promise<void>): Promise<void> {
    const subject = `lab ${this.name}`;
    return withLock(this.#place.lock, { mode: 'shared', progress: this.#progress, subject }, async () => {
      if (!readState(this.#place)) throw new Error(`lab ${this.name} has been taken down`);
      await body();
    });
  }
}

async function heal(place: LabPlace, hosts: readonly HostPlace[]): Promise<void> {
  await removePartitions(place);
  for (const host of hosts) if (supervisorOf(host)) await setLink(host, 'up');
}

function requireRoot(): void {
  if (process.getuid?.() !== 0) {
    throw new Error('the lab makes namespaces and mounts disks, which only root may do: run it with sudo');
  }
}

/**
 * Decides the lab's state: as requested, else as it is, else the default. Throws if the request contradicts the present
 * state.
 */
function decideState(place: LabPlace, options: LabOptions): LabState {
  const present = readState(place);
  const variants = variantsAskedFor(options);
  const every = variants?.length === 1 ? variants[0] : undefined;
  const named = every === undefined ? variants?.length : undefined;
  const hosts = options.hosts ?? named ?? present?.hosts ?? defaultHostCount;
  const wanted: LabState = {
    hosts,
    variants: Array.from(
      { length: hosts },
      (_, index) => every ?? variants?.[index] ?? present?.variants[index] ?? ordinary(),
    ),
    kubernetes: options.kubernetes ?? present?.kubernetes ?? defaultKubernetesVersion,
    kind: options.kind ?? present?.kind ?? 'container',
    family: options.family ?? present?.family ?? defaultFamily,
  };
  if (!Number.isInteger(wanted.hosts) || wanted.hosts < 1 || wanted.hosts > maximumHostCount) {
    throw new Error(`a lab has 1 to ${maximumHostCount} hosts, not ${wanted.hosts}`);
  }
  if (variants !== undefined && variants.length > 1 && variants.length !== hosts) {
    throw new Error(`${variants.length} variants are named for ${hosts} hosts`);
  }
  for (const variant of wanted.variants) checkKind(variant, wanted.kind);
  const kindsOf = (state: LabState) => hostsOf(place, state).map(({ variant }) => nameOf(variant));
  const same =
    !present ||
    (present.hosts === wanted.hosts &&
      present.kubernetes === wanted.kubernetes &&
      present.kind === wanted.kind &&
      present.family === wanted.family &&
      kindsOf(present).join() === kindsOf(wanted).join());
  if (!same && options.fresh !== true) {
    const what = present.kind === 'vm' ? 'virtual machines' : 'containers';
    throw new Error(
      `lab ${place.name} is there with ${present.hosts} ${what} of Kubernetes ${present.kubernetes}, ${present.family}, ${[...new Set(kindsOf(present))].join(' and ')}; take it down first, or ask for fresh hosts (--fresh)`,
    );
  }
  return wanted;
}

/** Returns the requested variants: one for all hosts, or one for each. Undefined if none is requested. */
function variantsAskedFor({ variant }: LabOptions): Variant[] | undefined {
  if (variant === undefined) return undefined;
  return (typeof variant === 'string' ? [variant] : variant).map(variantNamed);
}

/** Returns the golden disks for the lab's hosts, by the name of the variant. */
async function goldenDisksOf(state: LabState, progress: Progress): Promise<Map<string, string>> {
  const variants = new Map(state.variants.map((variant) => [nameOf(variant), variant] as const));
  const disks = new Map<string, string>();
  // One after the other: each uses all processors while it compiles.
  for (const [name, variant] of variants) {
    disks.set(name, await ensureGoldenDisk(state.kubernetes, variant, progress));
  }
  return disks;
}

/** Stops everything that the lab runs and removes its network; disks, keys and the lab's folder stay. */
async function stopEverything(place: LabPlace): Promise<void> {
  // Kind and addresses do not matter: hosts are ended here by records and cgroups alone.
  const everyHost = hostsOf(place, {
    hosts: maximumHostCount,
    kind: 'container',
    family: defaultFamily,
    variants: [],
  });
  await eachHost(
    everyHost.filter((host) => supervisorOf(host) !== undefined),
    powerOff,
  );
  // A killed lab may have left hosts without a record.
  await removeCgroups(findCgroups(new Set(everyHost.flatMap(({ cgroup }) => [cgroup, `${cgroup}.scope`]))));
  await endOrphanedRelays(place);
  await removeNetwork(place);
}

/** Removes the disks of hosts that the lab had before it was recreated with fewer. */
function forgetHostsBeyond(place: LabPlace, state: LabState): void {
  for (const { folder } of hostsOf(place, { ...state, hosts: maximumHostCount }).slice(state.hosts)) {
    rmSync(folder, { recursive: true, force: true });
  }
}

function removeIfEmpty(folder: string): void {
  try {
    rmdirSync(folder);
  } catch (error) {
    if (!['ENOENT', 'ENOTEMPTY'].includes((error as NodeJS.ErrnoException).code ?? '')) throw error;
  }
}

/** Does the same on all hosts at once; lets all finish before it throws an error of one of them. */
async function eachHost(
  hosts: readonly HostPlace[],
  body: (host: HostPlace) => Promise<void> | void,
): Promise<void> {
  const results = await Promise.allSettled(hosts.map(async (host) => body(host)));
  const failed = results.find((result) => result.status === 'rejected');
  if (failed) throw failed.reason;
}
