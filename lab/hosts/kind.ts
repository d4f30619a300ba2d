import type { CTools } from '../machine/ctools.ts';
import type { Progress } from '../machine/progress.ts';
import type { HostPlace } from '../place.ts';

/**
 * A kind of host: what differs between a container and a virtual machine. All else of the lab is the same for both,
 * and asks through this.
 */
export interface HostKind {
  /** Makes ready what hosts of this kind need on the machine besides their disks. */
  prepare(progress: Progress): Promise<void>;
  /** Throws if the machine has no room for so many hosts more. */
  checkRoomFor(hosts: number): void;

  /** Network namespaces of the host's own. */
  namespaces(host: HostPlace): string[];
  /** Lays the host's cable; its end in the switch is `host.port`, which somebody else plugs into the bridge. */
  layCable(host: HostPlace): Promise<void>;

  /** Adds to the tree of files that a fresh disk gets what only hosts of this kind need. */
  addToIdentity(host: HostPlace, tree: string): void;
  /**
   * The command that runs the host from power-on to power-off, in a mount namespace of its own. It enters the cgroups
   * of `entrances` first, files that it writes its number to.
   */
  supervisor(host: HostPlace, entrances: readonly string[], progress: Progress): Promise<string[]>;
  /** Name of the boot that the host is in: another after each boot. Undefined while nothing there can be asked. */
  boot(host: HostPlace): Promise<string | undefined>;
  /** The longest that a boot may take on a busy machine, in ms. */
  readonly bootDeadlineMs: number;
  /** The longest that an orderly shutdown may take before the power is cut, in ms. */
  readonly shutdownDeadlineMs: number;
  /** Time between two looks at a host that boots, in ms. */
  readonly lookAgainMs: number;
  /** What can be seen of a host that boots before it is asked: the name of each, and whether it is there. */
  readonly signs: readonly (readonly [name: string, isThere: (host: HostPlace) => boolean])[];
  /** What a host does by itself once it is up, and only the lab can do for it. */
  afterBoot?(host: HostPlace): Promise<void>;

  /**
   * The command that runs `argv` as root on the host, from outside: the host's own network, sshd and accounts have no
   * part in it. `terminal` gives it the terminal of whoever calls. Throws if the host is not up.
   */
  entering(host: HostPlace, argv: readonly string[], terminal?: boolean): string[];
  /** Share of the host's disk that is in use, 0 to 1; undefined while the host is not up. */
  diskUse(host: HostPlace): Promise<number | undefined>;

  /** Asks a host that is up to shut down in good order. */
  askToShutDown(host: HostPlace): Promise<void>;
  /** Sees to it that what the host has not synced is lost when it is ended next. Throws if it cannot. */
  loseUnsynced(host: HostPlace, tools: CTools): Promise<void>;
  /** Number of the process on the machine that is the host's etcd; undefined if none runs. Throws if there is no such process. */
  etcdProcess(host: HostPlace): number | undefined;
  /** Sets the host's clock to the machine's plus this many milliseconds. Throws if it has no clock of its own. */
  setClock(host: HostPlace, aheadMs: number): Promise<void>;
}
