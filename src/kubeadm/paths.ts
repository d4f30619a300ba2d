/**
 * Where things lie on a host. The first three are kubeadm's own (cmd/kubeadm/app/constants/constants.go), the
 * kubelet folder is the guide's, the last ones are ours.
 */
export const PKI_DIR = '/etc/kubernetes/pki';
export const MANIFEST_DIR = '/etc/kubernetes/manifests';
export const ETCD_MANIFEST = `${MANIFEST_DIR}/etcd.yaml`;

export const KUBELET_DROP_IN_DIR = '/etc/systemd/system/kubelet.service.d';
export const KUBELET_DROP_IN = `${KUBELET_DROP_IN_DIR}/20-etcd-service-manager.conf`;
/**
 * The guide calls this file kubelet.conf; systemd then reads it as a drop-in and complains about every line, so
 * ours has an ending that systemd passes over.
 */
export const KUBELET_CONFIG = `${KUBELET_DROP_IN_DIR}/etcd-kubelet-config.yaml`;
/** The guide's own file, known when a host was set up by hand. */
export const GUIDE_KUBELET_CONFIG = `${KUBELET_DROP_IN_DIR}/kubelet.conf`;

/** Root-only folder of the action on a host; beside the manifests, so that a rename into them is atomic. */
export const ACTION_DIR = '/etc/kubernetes/etcd-ha-action';
export const KUBEADM_CONFIG = `${ACTION_DIR}/kubeadmcfg.yaml`;
export const STATE_FILE = `${ACTION_DIR}/state.json`;
/** Folders of kubeadm patches, each called after the digest of what is in it. */
export const PATCHES_DIR = `${ACTION_DIR}/patches`;
/** Files that a run replaced, kept until the cluster has been proven healthy. */
export const REPLACED_DIR = `${ACTION_DIR}/replaced`;
export const RENDERED_MANIFEST = `${ACTION_DIR}/etcd.rendered.yaml`;
/** The manifest that a restart has taken out and not yet replaced; kubelet's drop-in puts it back at its start. */
export const OUTGOING_MANIFEST = `${ACTION_DIR}/etcd.outgoing.yaml`;
/** What runs have done to this host, one JSON object per line, the newest last. */
export const AUDIT_LOG = `${ACTION_DIR}/audit.jsonl`;

/** Root-only folder of memory: what must not outlive a boot. */
export const RUN_DIR = '/run/etcd-ha-action';
/** Who may change this host now. */
export const LOCK_FILE = `${RUN_DIR}/lock.json`;
/** Held shared (flock) by every process that changes the host, for as long as it runs. */
export const STEP_LOCK = `${RUN_DIR}/step.lock`;

export const CA_CERTIFICATE = `${PKI_DIR}/etcd/ca.crt`;
export const CA_KEY = `${PKI_DIR}/etcd/ca.key`;

/** Where a delivery writes a file before it renames it into place; one that was cut off leaves it there. */
export function stagedPath(path: string): string {
  const slash = path.lastIndexOf('/');
  return `${path.slice(0, slash)}/.${path.slice(slash + 1)}.etcd-ha-action`;
}

/** Marks of a host that has joined a Kubernetes cluster (written by `kubeadm join` and `kubeadm init`). */
export const NODE_MARKS = [
  '/etc/kubernetes/kubelet.conf',
  '/etc/kubernetes/bootstrap-kubelet.conf',
  '/etc/kubernetes/admin.conf',
  '/etc/kubernetes/pki/ca.crt',
] as const;

/** The folders on a host in which a member's data is. */
export interface DataPlaces {
  /** etcd's --data-dir. */
  readonly dataDir: string;
  /** Folder of the log, where it has one of its own; the log is in {@link logFolder} within it. */
  readonly walDir?: string;
}

/**
 * Where the write-ahead log is. With a folder of its own it lies in another one within that: etcd makes its log aside, as
 * `NAME.tmp`, removes the folder NAME and renames (server/storage/wal/wal.go, renameWAL), which neither a mount point nor
 * the way from one file system to another allows.
 */
export function logFolder({ dataDir, walDir }: DataPlaces): string {
  return walDir === undefined ? `${dataDir}/member/wal` : `${walDir}/wal`;
}

/** The folders that must be there, and be etcd's alone. */
export function dataFolders({ dataDir, walDir }: DataPlaces): readonly string[] {
  return walDir === undefined ? [dataDir] : [dataDir, walDir];
}

/** The two as properties, without one that is not there. */
export function placesOf({ dataDir, walDir }: DataPlaces): DataPlaces {
  return { dataDir, ...(walDir !== undefined && { walDir }) };
}

/**
 * Command line, as a unit of systemd has it, that puts the manifest of an unfinished restart back where there is none
 * now. It never overwrites one, and has nothing to say when there is nothing to do. Only single quotes, and nothing in
 * them that systemd itself would expand (`$`, `%`).
 */
export const PUT_MANIFEST_BACK = `/bin/sh -c 'test -e ${ETCD_MANIFEST} || test ! -e ${OUTGOING_MANIFEST} || mv -n ${OUTGOING_MANIFEST} ${ETCD_MANIFEST}'`;

/** Port of kubeadm's own listen-metrics-urls (cmd/kubeadm/app/constants/constants.go, EtcdMetricsPort). */
export const DEFAULT_METRICS_PORT = 2381;
