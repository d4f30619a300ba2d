import type { EtcdArgument, ClusterShape } from '../kubeadm/kubeadm-config.ts';
import type { LeafProfileName } from '../pki/leaf-profiles.ts';

/**
 * What the action will do, as plain data. A reader of this file sees everything that can happen to a host.
 */
export type Step =
  DeliverFiles | StartKubelet | PullImage | RenderManifest | VerifyFiles | StartMember | RecordMember;

interface StepOnHost {
  /** Name of the member's host. */
  readonly host: string;
  /** Why it is needed, as the log and the summary tell it. */
  readonly why: string;
}

/** Puts files in place: written aside, fsynced, renamed, folder fsynced; root:root. */
export interface DeliverFiles extends StepOnHost {
  readonly kind: 'deliver-files';
  readonly files: readonly PlannedFile[];
}

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

/** Loads the drop-in, enables and (re)starts kubelet, and waits until it says it is healthy. */
export interface StartKubelet extends StepOnHost {
  readonly kind: 'start-kubelet';
  /** False: a kubelet that already runs as wanted is only started if it is not active. */
  readonly restart: boolean;
}

/** Pulls etcd's image through the CRI. */
export interface PullImage extends StepOnHost {
  readonly kind: 'pull-image';
  readonly image: string;
  readonly criEndpoint: string;
}

/** Has the host's own kubeadm check its configuration and render the static pod's manifest, aside. */
export interface RenderManifest extends StepOnHost {
  readonly kind: 'render-manifest';
  /** Flags that the rendered manifest must carry. */
  readonly wanted: readonly EtcdArgument[];
  readonly image: string;
}

/** Reads back what was delivered: tree, modes, owners, digests. */
export interface VerifyFiles extends StepOnHost {
  readonly kind: 'verify-files';
  /** Files below /etc/kubernetes/pki with their modes; nothing else may be there. */
  readonly pkiTree: ReadonlyMap<string, string>;
}

/** Makes the data dir, puts the rendered manifest where kubelet reads it, and waits until the member is ready. */
export interface StartMember extends StepOnHost {
  readonly kind: 'start-member';
  readonly dataDir: string;
  readonly criEndpoint: string;
  /** False: the manifest is in place already; only wait. */
  readonly placeManifest: boolean;
}

/** Writes down that this host is a member from now on; removes what the run kept for going back. */
export interface RecordMember extends StepOnHost {
  readonly kind: 'record-member';
}

/** Steps that run at the same time; the next stage begins when all of them have succeeded. */
export interface Stage {
  readonly title: string;
  readonly steps: readonly Step[];
}

/** Where the run's CA comes from. */
export type AuthoritySource =
  /** Both PEMs are inputs. */
  | { readonly from: 'input' }
  /** Certificate and key lie on this host. */
  | { readonly from: 'host'; readonly host: string }
  /** This run makes it. */
  | { readonly from: 'made' }
  /** Nothing has to be signed: the certificate alone, from this host. */
  | { readonly from: 'certificate-only'; readonly host: string };

/** The one verdict on what was found. */
export type Verdict = 'create' | 'repair' | 'unchanged';

/** What will be done, to what, and why. */
export interface Plan {
  readonly verdict: Verdict;
  readonly reasons: readonly string[];
  readonly clusterName: string;
  readonly shape: ClusterShape;
  readonly authority: AuthoritySource;
  /** Host that keeps the CA's key. */
  readonly keyKeeper: string;
  /** Members whose leaf certificates this run issues. */
  readonly issueFor: readonly string[];
  /** Before the cluster is proven healthy. */
  readonly stages: readonly Stage[];
  /** After it. */
  readonly afterProof: readonly Stage[];
}
