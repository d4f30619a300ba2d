import type { PackageName } from '../disks/package-lists.ts';
import type { Programs } from '../programs/programs.ts';

/** What the making of a disk can ask of a runtime's own programs. */
export interface RuntimeSource {
  /** The lab's programs, by their names. */
  readonly programs: Programs['paths'];
  /** Root folder of the distribution, with the packages of the host's traits. */
  readonly base: string;
  /** Where a program that was built for one of the host's traits lies. Throws if there is none of this name. */
  readonly built: (name: string) => string;
}

/** Files by their absolute path on the host. */
export type Texts = Readonly<Record<string, string>>;

/** What a runtime gets of the lab before its host boots for the first time. */
export interface RuntimeSetup {
  /** Its configuration, as far as it is made and not a file of the lab. */
  readonly config: Texts;
  /** The image that it makes its sandboxes of; it may be another than the one that kubeadm asks for. */
  readonly sandboxImage: string;
}

/** A container runtime that a host can have, and all that the lab has to know of it. */
export interface Runtime {
  /** The value of `lab up --runtime`. */
  readonly name: string;
  /** Its unit, which the host starts. */
  readonly unit: string;
  /** The path that its socket is bound to, as the kernel tells it (proc(5), /proc/net/unix). */
  readonly socket: string;
  /** Whether it answers crictl as its package leaves it. */
  readonly servesCri: boolean;
  /** Its package, where the lab lays that out itself and no Debian package brings it. */
  readonly package?: PackageName;
  setup(source: RuntimeSource): Promise<RuntimeSetup>;
  /**
   * Script beside this file that puts the images of /run/images into its store. It runs with bash, as root in the host's root folder,
   * with /proc, /sys, /dev and an empty /run, and with nothing of the host running.
   */
  readonly importImages: string;
  /** Programs that were built for a trait and that only this script needs; they lie in /run/images too. */
  readonly importTools: readonly string[];
  /** The command of a host that is up that takes an archive of images from its standard input; undefined if there is none. */
  readonly loadImages?: readonly string[];
}
