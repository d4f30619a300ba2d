import type { CTools } from '../machine/ctools.ts';
import type { Progress } from '../machine/progress.ts';
import type { HostPlace } from '../place.ts';

/**
 * A kind of host: the differences between a container and a virtual machine. The rest of the lab is the same for both,
 * and uses this interface.
 */
export interface HostKind {
  /** Prepares what hosts of this kind need on the machine besides their disks. */
  prepare(progress: Progress): Promise<void>;
  /** Throws if the machine has no room for this many more hosts. */
  checkRoomFor(hosts: number): void;

  /** Network namespaces of the host's own. */
  namespaces(host: HostPlace): string[];
  /** Lays the host's cable; its end in the switch is `host.port`, which the caller connects to the bridge. */
  layCable(host: HostPlace): Promise<void>;

  /** Adds files that only hosts of this kind need to the tree for a fresh disk. */
  addToIdentity(host: HostPlace, tree: string): void;
  /**
   * Returns the command that runs the host from power-on to power-off, in a mount namespace of its own. It first enters
   * the cgroups of `entrances`, files to which it writes its process number.
   */
  supervisor(host: HostPlace, entrances: readonly string[], progress: Progress): Promise<string[]>;
  /** Returns an identifier of the host's present boot; undefined while the host cannot be asked. */
  boot(host: HostPlace): Promise<string | undefined>;
  /** The longest that a boot may take on a busy machine, in ms. */
  readonly bootDeadlineMs: number;
  /** The longest that an orderly shutdown may take before the power is cut, in ms. */
  readonly shutdownDeadlineMs: number;
  /** Time between two checks of a booting host, in ms. */
  readonly lookAgainMs: number;
  /** Signs of progress of a booting host that are visible from outside: the name of each, and whether it is there. */
  readonly signs: readonly (readonly [name: string, isThere: (host: HostPlace) => boolean])[];
  /** Does for a host that is up what a real one does by itself, and only the lab can do. */
  afterBoot?(host: HostPlace): Promise<void>;

  /**
   * Returns the command that runs `argv` as root on the host, from outside: without the host's own network, sshd and
   * accounts. `terminal` gives it the caller's terminal. Throws if the host is not up.
   */
  entering(host: HostPlace, argv: readonly string[], terminal?: boolean): string[];
  /** Share of the host's disk in use, 0 to 1; undefined while the host is not up. */
  diskUse(host: HostPlace): Promise<number | undefined>;

  /** Asks a host that is up to shut down in an orderly way. */
  askToShutDown(host: HostPlace): Promise<void>;
  /** Makes sure that unsynced data of the host is lost when it is ended next. Throws if it cannot. */
  loseUnsynced(host: HostPlace, tools: CTools): Promise<void>;
  /**
   * Returns the number of the host's etcd process on the machine; undefined if none runs. Throws if a host of this kind
   * has no such process.
   */
  etcdProcess(host: HostPlace): number | undefined;
  /** Sets the host's clock to the machine's plus this many milliseconds. Throws if it has no clock of its own. */
  setClock(host: HostPlace, aheadMs: number): Promise<void>;
}
