import type { EtcdArgument } from '../kubeadm/kubeadm-config.ts';
import type { LeafProfileName } from '../pki/leaf.ts';

/** A file as a step puts it in place. */
export interface PlannedFile {
  readonly path: string;
  /** Permission bits in octal. */
  readonly mode: string;
  readonly content: FileContent;
}

/** Where a file's contents come from; keys and certificates exist only in memory, once the plan is carried out. */
export type FileContent =
  | { readonly from: 'text'; readonly text: string }
  | { readonly from: 'authority'; readonly part: 'certificate' | 'key' }
  | { readonly from: 'leaf'; readonly name: LeafProfileName; readonly part: 'certificate' | 'key' }
  | { readonly from: 'state' };

/** What the host's own kubeadm is to render. */
export interface Rendering {
  /** Flags that the rendered manifest must carry. */
  readonly wanted: readonly EtcdArgument[];
  readonly image: string;
  /** The folder of patches that kubeadm's configuration names, and what is in it; absent: none. */
  readonly patches?: { readonly folder: string; readonly names: readonly string[] };
}

/** A path that a plan touches, as it will be in the end. */
export interface TouchedFile {
  readonly path: string;
  /** Permission bits in octal. */
  readonly mode: string;
  /** Absent: its contents stay as they are. `nothing`: it is removed. */
  readonly content?:
    FileContent | { readonly from: 'kubeadm'; readonly step: Rendering } | { readonly from: 'nothing' };
}
