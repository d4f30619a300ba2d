import type { ClientCopy } from '../facts/host-state.ts';
import type { ClusterShape, EtcdArgument, MemberIdentity } from '../kubeadm/kubeadm-config.ts';
import type { CertificatePolicy } from '../pki/authority.ts';
import type { LeafProfileName } from '../pki/leaf.ts';
import type { DataMounts } from './data-dir.ts';

/** The origin of the run's CA. */
export type AuthoritySource =
  /** The inputs contain both PEMs. */
  | { readonly from: 'input' }
  /** Its key is on this host; its certificate there, or on another one. */
  | { readonly from: 'host'; readonly host: string }
  /** This run creates it. */
  | { readonly from: 'made' }
  /** Nothing has to be signed: the certificate alone, from this host. */
  | { readonly from: 'certificate-only'; readonly host: string };

/** `renewed`: by this run, which then knows the new fingerprint. */
export type PlannedClientCopy = { readonly renewed: true; readonly oldEndsAt: string } | ClientCopy;

/** The cluster as planned, and the certificates to issue for it: all that a step may know of its plan. */
export interface PlannedCluster {
  readonly clusterName: string;
  readonly shape: ClusterShape;
  readonly authority: AuthoritySource;
  /**
   * The certificate (PEM) of the CA that the plan was decided with, and which hosts get; absent if this run creates the
   * CA.
   */
  readonly authorityCertificate?: string;
  /** Host that keeps the CA's key; absent if none does and the inputs contain the key. */
  readonly keyKeeper?: string;
  /** kubeadm's release that each member's configuration names, by member name. */
  readonly kubernetesVersions: ReadonlyMap<string, string>;
  /** Mount points of disks that each member's data lies on, by member name and folder. */
  readonly dataMounts: ReadonlyMap<string, DataMounts>;
  /** Policy of the certificates that this run issues. */
  readonly certificates: CertificatePolicy;
  /** Hosts of the control plane that could be observed; none of them is a member. */
  readonly controlPlane: readonly MemberIdentity[];
  /** Leaf certificates that this run issues, by the name of their host. */
  readonly issue: ReadonlyMap<string, readonly LeafProfileName[]>;
  /** Client certificates for the control plane that were or will be renewed, by their host. */
  readonly clientCopies: ReadonlyMap<string, PlannedClientCopy>;
}

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
