import type { EtcdArgument } from '../kubeadm/kubeadm-config.ts';
import type { LeafProfileName } from '../pki/leaf.ts';

/** A file for a step to put in place. */
export interface PlannedFile {
  readonly path: string;
  /** Permission bits in octal. */
  readonly mode: string;
  readonly content: FileContent;
}

/** The source of a file's contents; keys and certificates exist only in memory, once the plan is carried out. */
export type FileContent =
  | { readonly from: 'text'; readonly text: string }
  | { readonly from: 'authority'; readonly part: 'certificate' | 'key' }
  | { readonly from: 'leaf'; readonly name: LeafProfileName; readonly part: 'certificate' | 'key' }
  | { readonly from: 'state' };

/** The task of the host's own kubeadm. */
export interface Rendering {
  /** Flags that the rendered manifest must carry. */
  readonly wanted: readonly EtcdArgument[];
  readonly image: string;
  /** The folder of patches that kubeadm's configuration names, and its files; absent if there are none. */
  readonly patches?: { readonly folder: string; readonly names: readonly string[] };
}

/** A path that a plan changes, in its final state. */
export interface TouchedFile {
  readonly path: string;
  /** Permission bits in octal. */
  readonly mode: string;
  /** Absent: its contents stay the same. `nothing`: it is removed. */
  readonly content?:
    FileContent | { readonly from: 'kubeadm'; readonly step: Rendering } | { readonly from: 'nothing' };
}
