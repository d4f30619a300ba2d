/** The leaf certificates that each etcd host of the cluster has. */
export const leafProfileNames = ['server', 'peer', 'healthcheckClient', 'apiserverEtcdClient'] as const;

/** One of the leaf certificates. */
export type LeafProfileName = (typeof leafProfileNames)[number];

/** What tells the leaves apart. */
export interface LeafProfile {
  /** Path under /etc/kubernetes/pki without `.crt` or `.key`. */
  readonly path: string;
  /** The fixed common name; the member's node name when absent. */
  readonly commonName?: string;
  /** Extended key usages in the order in which they are written. */
  readonly usages: readonly ('serverAuth' | 'clientAuth')[];
  /** Whether the certificate has the member's subject alternative names. */
  readonly namesMember: boolean;
}

/**
 * kubeadm's etcd leaves (phases/certs/certlist.go). None has an organization since Kubernetes 1.29. A server
 * certificate also needs clientAuth, because etcd's own gateway connects with it.
 */
export const leafProfiles: Readonly<Record<LeafProfileName, LeafProfile>> = {
  server: { path: 'etcd/server', usages: ['serverAuth', 'clientAuth'], namesMember: true },
  peer: { path: 'etcd/peer', usages: ['serverAuth', 'clientAuth'], namesMember: true },
  healthcheckClient: {
    path: 'etcd/healthcheck-client',
    commonName: 'kube-etcd-healthcheck-client',
    usages: ['clientAuth'],
    namesMember: false,
  },
  apiserverEtcdClient: {
    path: 'apiserver-etcd-client',
    commonName: 'kube-apiserver-etcd-client',
    usages: ['clientAuth'],
    namesMember: false,
  },
};
