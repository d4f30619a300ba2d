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
  /** Name of another trait, whose folder is laid out before its own. */
  readonly after?: string;
  /** How `lab up` asks for it: the flag, and the value if the flag takes one. */
  readonly flag: TraitFlag;
  /** Releases that it can be had on; all of them if not given. */
  readonly distributions?: readonly string[];
  /** The container runtime that its hosts have in the place of the lab's containerd. */
  readonly runtime?: Runtime;
  /** Kinds of host that can have it; all of them if not given. */
  readonly kinds?: readonly HostKindName[];
  /** What a virtual machine has on its kernel's command line. */
  readonly kernel?: readonly string[];
  /** Packages of the host's own distribution that it installs. */
  readonly packages?: readonly string[];
  /** Programs that are built for it. */
  readonly families?: readonly Family[];
  /** Programs in Rust that are built for it. */
  readonly crates?: readonly Crate[];
  /** Where the programs of its families and crates go: path on the host, and name of the program. */
  readonly programs?: Readonly<Record<string, string>>;
  /** What a reader of kubeadm's guide does otherwise on such a host: variables of guide/guide.sh. */
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
