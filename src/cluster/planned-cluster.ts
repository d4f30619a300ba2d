import type { ClusterShape, MemberIdentity } from '../kubeadm/kubeadm-config.ts';
import type { LeafProfileName } from '../pki/leaf.ts';
import type { CertificatePolicy } from '../pki/authority.ts';
import type { DataMounts } from './data-dir.ts';
import type { ClientCopy } from '../facts/host-state.ts';

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

/** `renewed`: by this run, which then knows the new fingerprint. */
export type PlannedClientCopy = { readonly renewed: true; readonly oldEndsAt: string } | ClientCopy;

/** The cluster as a plan wants it, and what has to be issued for that: all that a step may know of the plan it belongs to. */
export interface PlannedCluster {
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
  /** Mount points of disks that each member's data lies on, by member name and folder. */
  readonly dataMounts: ReadonlyMap<string, DataMounts>;
  /** How the certificates are made that this run issues. */
  readonly certificates: CertificatePolicy;
  /** Hosts of the control plane that could be looked at; none of them is a member. */
  readonly controlPlane: readonly MemberIdentity[];
  /** Leaf certificates that this run issues, by the name of their host. */
  readonly issue: ReadonlyMap<string, readonly LeafProfileName[]>;
  /** Client certificates for the control plane that were or will be renewed, by the host they lie on. */
  readonly clientCopies: ReadonlyMap<string, PlannedClientCopy>;
}
