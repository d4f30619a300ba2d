import type { Crate } from '../programs/crates.ts';
import type { Family } from '../programs/families.ts';
import type { Runtime } from '../runtimes/runtime.ts';
import type { HostKindName } from '../settings.ts';

/**
 * One way in which a host may differ from the ordinary one, and all that makes it differ. The folder of the same name, beside this
 * file, has what goes onto the disk:
 *
 *   files/    tree to lay over the disk; every file 644, every folder 755
 *   modes     a line "MODE PATH" for each path that has another mode
 *   setup.sh  runs at the end, with bash, as root in the host's root folder, with nothing of the host running and no network
 */
export interface Trait {
  readonly name: string;
  /** Name of another trait, whose folder is laid out first. */
  readonly after?: string;
  /** Its flag of `lab up`, and the value if the flag takes one. */
  readonly flag: TraitFlag;
  /** Releases that support it; default: all. */
  readonly distributions?: readonly string[];
  /** The container runtime of its hosts instead of the lab's containerd. */
  readonly runtime?: Runtime;
  /** Kinds of host that support it; default: all. */
  readonly kinds?: readonly HostKindName[];
  /** Additions to the kernel command line of a virtual machine. */
  readonly kernel?: readonly string[];
  /** Packages of the host's own distribution that it installs. */
  readonly packages?: readonly string[];
  /** Programs that are built for it. */
  readonly families?: readonly Family[];
  /** Programs in Rust that are built for it. */
  readonly crates?: readonly Crate[];
  /** Paths on the host for the programs of its families and crates, with the name of the program. */
  readonly programs?: Readonly<Record<string, string>>;
  /** Changes to kubeadm's guide on such a host: variables of guide/guide.sh. */
  readonly guide?: Readonly<Partial<Record<GuideVariable, string>>>;
}

/** See guide/guide.sh. */
export type GuideVariable = 'RUNTIME_ENDPOINT';

/** Flags of `lab up` that choose one of several traits, and those that are a trait by themselves. */
export const choices = ['userland', 'runtime', 'programs'] as const;
export const switches = ['hardened', 'data-disk', 'selinux'] as const;

export type TraitFlag =
  | { readonly choice: (typeof choices)[number]; readonly value: string }
  | { readonly switch: (typeof switches)[number] };
