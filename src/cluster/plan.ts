import type { Finding } from '../findings.ts';
import type { DataPlaces } from '../kubeadm/data-places.ts';
import type { ClusterShape, EtcdArgument, MemberIdentity } from '../kubeadm/kubeadm-config.ts';
import type { LeafProfileName } from '../pki/leaf-profiles.ts';
import type { CertificatePolicy } from '../pki/policy.ts';
import type { ClientCopy } from './host-state.ts';

/**
 * What the action will do, as plain data. A reader of this file sees everything that can happen to a host.
 */
export type Step =
  | DeliverFiles
  | SetModes
  | StartKubelet
  | AwaitKubelet
  | PullImage
  | ImportImage
  | RenderManifest
  | VerifyFiles
  | StartMember
  | MoveLeadership
  | RestartMember
  | ProveServed
  | RemoveAuthorityKey
  | ProveClient
  | RecordMember;

interface StepOnHost {
  /** Name of the member's host, or of one of the control plane's. */
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

/** Gives files that lie where they belong the mode and owner (root:root) that they ought to have. */
export interface SetModes extends StepOnHost {
  readonly kind: 'set-modes';
  /** Path and permission bits in octal; folders end in no slash. */
  readonly modes: ReadonlyMap<string, string>;
}

/** Loads the drop-in, enables and (re)starts kubelet, and waits until it says that it is healthy. */
export interface StartKubelet extends StepOnHost {
  readonly kind: 'start-kubelet';
  /** False: a kubelet that already runs as wanted is only started if it is not active. */
  readonly restart: boolean;
  /** Puts the files that this run has replaced back if kubelet does not get healthy with the new ones. */
  readonly goBack?: boolean;
  /** Only starts it: a later step waits, and others are done meanwhile. */
  readonly awaitedLater?: boolean;
}

/** Waits until a kubelet that was started before says that it is healthy. */
export interface AwaitKubelet extends StepOnHost {
  readonly kind: 'await-kubelet';
}

/** Pulls etcd's image through the CRI. */
export interface PullImage extends StepOnHost {
  readonly kind: 'pull-image';
  readonly image: string;
  readonly criEndpoint: string;
}

/** Sends an image from the archive on the runner into the runtime's store, and sees that it is the one that was meant. */
export interface ImportImage extends StepOnHost {
  readonly kind: 'import-image';
  readonly image: string;
  /** The digest of the image's configuration, by which the CRI has to know it afterwards: `sha256:` and hex. */
  readonly imageId: string;
  readonly criEndpoint: string;
}

/** Has the host's own kubeadm check its configuration and render the static pod's manifest, aside. */
export interface RenderManifest extends StepOnHost {
  readonly kind: 'render-manifest';
  /** Flags that the rendered manifest must carry. */
  readonly wanted: readonly EtcdArgument[];
  readonly image: string;
  /** The folder of patches that kubeadm's configuration names, and what is in it; absent: none. */
  readonly patches?: { readonly folder: string; readonly names: readonly string[] };
}

/** Reads back what was delivered: tree, modes, owners, digests. */
export interface VerifyFiles extends StepOnHost {
  readonly kind: 'verify-files';
  /** Files below /etc/kubernetes/pki with their modes; nothing else may be there. */
  readonly pkiTree: ReadonlyMap<string, string>;
}

/** Makes the data dir and the folder of the log, puts the rendered manifest where kubelet reads it, and waits until the member is ready. */
export interface StartMember extends StepOnHost, DataPlaces {
  readonly kind: 'start-member';
  readonly criEndpoint: string;
  /** False: the manifest is in place already; only wait. */
  readonly placeManifest: boolean;
  /** Whether a container of etcd is on the host already, running or ended: how often it has ended is counted from there. */
  readonly hadContainers: boolean;
  /** Ids of containers that kubelet is about to end: the member is ready once another one is. */
  readonly replaces?: readonly string[];
  /** Name of the member that begins a moment before this one, so that no two of a new cluster wait for each other. */
  readonly behind?: string;
}

/** If this member leads, has another healthy one take over, so that clients wait for no election. */
export interface MoveLeadership extends StepOnHost {
  readonly kind: 'move-leadership';
}

/**
 * Replaces the manifest of a running member by the one that was rendered: the old one out, the pod gone, the new one in,
 * by a unit of systemd that goes on without the runner; the old one comes back if the member does not get ready. Nothing
 * happens if both are the same.
 */
export interface RestartMember extends StepOnHost, DataPlaces {
  readonly kind: 'restart-member';
  readonly criEndpoint: string;
  /** True only where the cluster has never been healthy: elsewhere a member without its log is not started. */
  readonly mayLackData: boolean;
}

/** Proves that the member serves the certificates that were just delivered, by their serials, without a restart. */
export interface ProveServed extends StepOnHost {
  readonly kind: 'prove-served';
  readonly leaves: readonly ('server' | 'peer')[];
}

/**
 * Removes the CA's key from a host, once it has been seen to be the one that this run was given: the cluster has been proven,
 * and the key is wanted on no host.
 */
export interface RemoveAuthorityKey extends StepOnHost {
  readonly kind: 'remove-authority-key';
}

/** Proves that every member answers from this host of the control plane to the client pair that was just delivered there. */
export interface ProveClient extends StepOnHost {
  readonly kind: 'prove-client';
}

/** Writes down that this host is a member from now on; removes what the run kept for going back. */
export interface RecordMember extends StepOnHost {
  readonly kind: 'record-member';
}

/** Steps that belong together; the next stage begins when all of them have succeeded. */
export interface Stage {
  readonly title: string;
  readonly steps: readonly Step[];
  /** If not given, `together`. */
  readonly order?: StageOrder;
  /** True: what fails here is told at the end of the run, and what follows is done all the same. */
  readonly mayFail?: boolean;
  /** Must hold before the first step; a gate that stays shut ends the run. */
  readonly before?: Gate;
  /** Must hold after the last step, before the next stage. */
  readonly after?: Gate;
}

/**
 * `together`: all at the same time. `in-turn`: one after the other, as listed. `by-host`: so on each host, and the hosts without
 * waiting for each other; but what the CA has signed is delivered nowhere before the CA's key, if the stage delivers that.
 */
export type StageOrder = 'together' | 'in-turn' | 'by-host';

/** What the cluster must be like for the next thing to be done. One leader, no alarm and little lag belong to each. */
export type Gate = (
  | {
      /** Every expected member is healthy, and there are no others. */
      readonly kind: 'all';
    }
  | {
      /** A majority is healthy. */
      readonly kind: 'quorum';
    }
  | {
      /** A majority is healthy even if this member is taken away. */
      readonly kind: 'quorum-without';
      readonly member: string;
    }
  | {
      /** This member is healthy. */
      readonly kind: 'member';
      readonly member: string;
    }
) & {
  /** The change that waits is the way out of this alarm, which then does not shut the gate. */
  readonly despite?: 'NOSPACE';
};

/** Where the run's CA comes from. */
export type AuthoritySource =
  /** Both PEMs are inputs. */
  | { readonly from: 'input' }
  /** Its key lies on this host; its certificate there, or on another one. */
  | { readonly from: 'host'; readonly host: string }
  /** This run makes it. */
  | { readonly from: 'made' }
  /** Nothing has to be signed: the certificate alone, as it lies on this host. */
  | { readonly from: 'certificate-only'; readonly host: string };

/** The one verdict on what was found. */
export type Verdict = 'create' | 'adopt' | 'converge' | 'repair' | 'unchanged';

/** `renewed`: by this run, which then knows the new fingerprint. */
export type PlannedClientCopy = { readonly renewed: true; readonly oldEndsAt: string } | ClientCopy;

/** What will be done, to what, and why. */
export interface Plan {
  readonly verdict: Verdict;
  readonly reasons: readonly string[];
  readonly clusterName: string;
  readonly shape: ClusterShape;
  readonly authority: AuthoritySource;
  /**
   * The one certificate (PEM) of the CA that the plan was decided with, and which hosts get; absent where this run makes
   * the CA.
   */
  readonly authorityCertificate?: string;
  /** Host that keeps the CA's key; absent: none does, it comes with the inputs. */
  readonly keyKeeper?: string;
  /** kubeadm's release that each member's configuration names, by member name. */
  readonly kubernetesVersions: ReadonlyMap<string, string>;
  /** How the certificates are made that this run issues. */
  readonly certificates: CertificatePolicy;
  /** Hosts of the control plane that could be looked at; none of them is a member. */
  readonly controlPlane: readonly MemberIdentity[];
  /** Leaf certificates that this run issues, by the name of their host. */
  readonly issue: ReadonlyMap<string, readonly LeafProfileName[]>;
  /** Client certificates for the control plane that were or will be renewed, by the host they lie on. */
  readonly clientCopies: ReadonlyMap<string, PlannedClientCopy>;
  /** What the run leaves undone, and why: hosts that are away, restarts that the cluster cannot spare now. It ends as failed. */
  readonly leftOut: readonly Finding[];
  /** What is accepted and deserves a look. */
  readonly warnings: readonly Finding[];
  /** Before the cluster is proven healthy. */
  readonly stages: readonly Stage[];
  /** After it. */
  readonly afterProof: readonly Stage[];
}
