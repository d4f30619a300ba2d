import type { PackageName } from '../disks/package-lists.ts';
import type { Programs } from '../programs/programs.ts';

/** The inputs of a runtime's setup when a disk is made. */
export interface RuntimeSource {
  /** The lab's programs, by their names. */
  readonly programs: Programs['paths'];
  /** Root folder of the distribution, with the packages of the host's traits. */
  readonly base: string;
  /**
   * Returns the path of a program that was built for one of the host's traits. Throws if there is none of this name.
   */
  readonly built: (name: string) => string;
}

/** Files by their absolute path on the host. */
export type Texts = Readonly<Record<string, string>>;

/** The lab's setup of a runtime before its host boots for the first time. */
export interface RuntimeSetup {
  /** Its generated configuration. */
  readonly config: Texts;
  /** The image of its sandboxes; it may differ from the one that kubeadm expects. */
  readonly sandboxImage: string;
}

/** A container runtime of a host, with all that the lab has to know about it. */
export interface Runtime {
  /** The value of `lab up --runtime`. */
  readonly name: string;
  /** Its unit, which the host starts. */
  readonly unit: string;
  /** The path that its socket is bound to, as the kernel reports it (proc(5), /proc/net/unix). */
  readonly socket: string;
  /** True if it answers crictl with its package's configuration. */
  readonly servesCri: boolean;
  /** Its package, if the lab lays that out itself and no Debian package contains it. */
  readonly package?: PackageName;
  setup(source: RuntimeSource): Promise<RuntimeSetup>;
  /**
   * Script beside this file that imports the images of /run/images into its store. It runs with bash, as root in the
   * host's root folder, with /proc, /sys, /dev and an empty /run, and while nothing of the host runs.
   */
  readonly importImages: string;
  /** Programs that were built for a trait and that only this script needs; they are in /run/images too. */
  readonly importTools: readonly string[];
  /**
   * The command that imports an archive of images from its standard input on a running host; undefined if there is
   * none.
   */
  readonly loadImages?: readonly string[];
}
