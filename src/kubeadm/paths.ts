import { type LeafProfileName, leafProfileNames, leafProfiles } from '../pki/leaf.ts';

/**
 * Paths on a host. The first three are kubeadm's own (cmd/kubeadm/app/constants/constants.go), the kubelet folder is
 * the guide's, the last ones are the action's.
 */
export const PKI_DIR = '/etc/kubernetes/pki';
export const MANIFEST_DIR = '/etc/kubernetes/manifests';
export const ETCD_MANIFEST = `${MANIFEST_DIR}/etcd.yaml`;

export const KUBELET_DROP_IN_DIR = '/etc/systemd/system/kubelet.service.d';
export const KUBELET_DROP_IN = `${KUBELET_DROP_IN_DIR}/20-etcd-service-manager.conf`;
/**
 * The guide calls this file kubelet.conf; systemd then reads it as a drop-in and complains about every line, so ours
 * has an extension that systemd ignores.
 */
export const KUBELET_CONFIG = `${KUBELET_DROP_IN_DIR}/etcd-kubelet-config.yaml`;
/** The guide's own file, present if a host was set up by hand. */
export const GUIDE_KUBELET_CONFIG = `${KUBELET_DROP_IN_DIR}/kubelet.conf`;

/**
 * The action's folder on a host, accessible to root only; on the file system of the manifests, so that a rename into
 * them is atomic.
 */
export const ACTION_DIR = '/etc/kubernetes/etcd-ha-action';
export const KUBEADM_CONFIG = `${ACTION_DIR}/kubeadmcfg.yaml`;
export const STATE_FILE = `${ACTION_DIR}/state.json`;
/** Folders of kubeadm patches, each named after the digest of its contents. */
export const PATCHES_DIR = `${ACTION_DIR}/patches`;
/** Files that a run replaced, kept until the cluster has been verified as healthy. */
export const REPLACED_DIR = `${ACTION_DIR}/replaced`;
export const RENDERED_MANIFEST = `${ACTION_DIR}/etcd.rendered.yaml`;
/**
 * The manifest that a restart has taken out and not yet replaced; the kubelet's drop-in puts it back when the kubelet
 * starts.
 */
export const OUTGOING_MANIFEST = `${ACTION_DIR}/etcd.outgoing.yaml`;
/** When the cluster was backed up last, as the run noted that took the backup. */
export const LAST_BACKUP = `${ACTION_DIR}/last-backup.json`;
/** Audit records of this host, one JSON object per line, the newest last. */
export const AUDIT_LOG = `${ACTION_DIR}/audit.jsonl`;

/**
 * Programs of etcd's image while a restore needs them. The data dir, /tmp and /run may be on file systems from which
 * nothing can be executed.
 */
export const RESTORE_PROGRAMS = `${ACTION_DIR}/restore`;

/** Folder in memory, accessible to root only, for data that must not survive a boot. */
export const RUN_DIR = '/run/etcd-ha-action';
/** The lock on changes to this host. */
export const LOCK_FILE = `${RUN_DIR}/lock.json`;
/** Held shared (flock) by every process that changes the host, while it runs. */
export const STEP_LOCK = `${RUN_DIR}/step.lock`;

export const CA_CERTIFICATE = `${PKI_DIR}/etcd/ca.crt`;
export const CA_KEY = `${PKI_DIR}/etcd/ca.key`;

/**
 * Returns the path at which a delivery writes a file before it renames it into place; an interrupted delivery leaves it
 * there.
 */
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

/** The folders of a member's data on its host. */
export interface DataPlaces {
  /** etcd's --data-dir. */
  readonly dataDir: string;
  /** Folder of the log, if it has one of its own; the log is in {@link logFolder} within it. */
  readonly walDir?: string;
}

/**
 * Returns the folder of the write-ahead log. With a folder of its own it is a subfolder of that: etcd creates its log
 * as `NAME.tmp`, removes the folder NAME and renames (server/storage/wal/wal.go, renameWAL), which fails on a mount
 * point and across file systems.
 */
export function logFolder({ dataDir, walDir }: DataPlaces): string {
  return walDir === undefined ? `${dataDir}/member/wal` : `${walDir}/wal`;
}

/** Name of the folder of an unfinished restore in the data dir; on its file system, so that a rename ends the restore. */
export const RESTORE_FOLDER = '.etcd-ha-action-restore';

/** Returns the path of that folder. */
export function restoreFolder(dataDir: string): string {
  return `${dataDir}/${RESTORE_FOLDER}`;
}

/** Lists the folders that must exist, and be etcd's alone. */
export function dataFolders({ dataDir, walDir }: DataPlaces): readonly string[] {
  return walDir === undefined ? [dataDir] : [dataDir, walDir];
}

/** Returns the two as properties, without an absent one. */
export function placesOf({ dataDir, walDir }: DataPlaces): DataPlaces {
  return { dataDir, ...(walDir !== undefined && { walDir }) };
}

/**
 * Command line for a systemd unit that puts the manifest of an unfinished restart back if there is none now. It never
 * overwrites one, and prints nothing if there is nothing to do. Contains only single quotes, and within them nothing
 * that systemd itself would expand (`$`, `%`).
 */
export const PUT_MANIFEST_BACK = `/bin/sh -c 'test -e ${ETCD_MANIFEST} || test ! -e ${OUTGOING_MANIFEST} || mv -n ${OUTGOING_MANIFEST} ${ETCD_MANIFEST}'`;

/** Port of kubeadm's own listen-metrics-urls (cmd/kubeadm/app/constants/constants.go, EtcdMetricsPort). */
export const DEFAULT_METRICS_PORT = 2381;

/** Modes as kubeadm writes them (client-go util/cert/io.go, util/keyutil/key.go). */
export const CERTIFICATE_MODE = '644';
export const PRIVATE_MODE = '600';

/** The configurations that the action writes on a host, each with its mode. */
export const CONFIGURATION_MODES: ReadonlyMap<string, string> = new Map([
  [KUBELET_CONFIG, CERTIFICATE_MODE],
  [KUBELET_DROP_IN, CERTIFICATE_MODE],
  [KUBEADM_CONFIG, PRIVATE_MODE],
]);

/** Returns the path of a leaf's certificate or key on its host. */
export function leafPath(name: LeafProfileName, part: 'certificate' | 'key'): string {
  return `${PKI_DIR}/${leafProfiles[name].path}.${part === 'certificate' ? 'crt' : 'key'}`;
}

/** Lists all leaf files of a member, each with its mode. */
export function leafFiles(): {
  name: LeafProfileName;
  part: 'certificate' | 'key';
  path: string;
  mode: string;
}[] {
  return leafProfileNames.flatMap((name) => [
    { name, part: 'certificate' as const, path: leafPath(name, 'certificate'), mode: CERTIFICATE_MODE },
    { name, part: 'key' as const, path: leafPath(name, 'key'), mode: PRIVATE_MODE },
  ]);
}

/**
 * Returns the guide's file tree of a member (step 6): every file below {@link PKI_DIR} with its mode. Contains `ca.key`
 * only on the host that keeps the CA's key.
 */
export function expectedPkiTree(keepsAuthorityKey: boolean): ReadonlyMap<string, string> {
  const tree = new Map([[CA_CERTIFICATE, CERTIFICATE_MODE]]);
  if (keepsAuthorityKey) tree.set(CA_KEY, PRIVATE_MODE);
  for (const { path, mode } of leafFiles()) tree.set(path, mode);
  return tree;
}
