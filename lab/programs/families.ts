import type { KubernetesVersion } from '../settings.ts';

/** Programs that are built from one go.mod, because they need the same versions of their libraries. */
export interface Family {
  /** Folder beside this file that holds the pin: go.mod, with the programs as its tools, and go.sum. */
  readonly name: string;
  /** Module whose version in go.mod is the version of the programs. */
  readonly module: string;
  /** Linker flags that stamp the version like the project's own releases. `version` is "v1.2.3". */
  readonly stamp: (version: string) => string;
  /** Build tags, if a static program needs others than the project's own. */
  readonly tags?: readonly string[];
  /**
   * Programs in C that the project builds besides those in Go: the name of each, and the folder of its sources in the
   * module.
   */
  readonly inC?: readonly { readonly name: string; readonly sources: string }[];
}

const stampNothing = () => '';

/** Programs of Kubernetes; every release stamps them in the same way. */
function kubernetes(minor: KubernetesVersion, name = `kubernetes-${minor}`): Family {
  return {
    name,
    module: 'k8s.io/kubernetes',
    stamp: (version) => {
      const [, major = '', minorNumber = ''] = /^v(\d+)\.(\d+)/.exec(version) ?? [];
      const variables = {
        gitVersion: version,
        gitMajor: major,
        gitMinor: minorNumber,
        gitTreeState: 'archive',
      };
      return Object.entries(variables)
        .map(([name, value]) => `-X k8s.io/component-base/version.${name}=${value}`)
        .join(' ');
    },
  };
}

/** etcd has its version in its source; there is nothing to stamp. */
function etcd(version: string): Family {
  return { name: `etcd-${version}`, module: 'go.etcd.io/etcd/server/v3', stamp: stampNothing };
}

const containerd: Family = {
  name: 'containerd',
  module: 'github.com/containerd/containerd/v2',
  stamp: (version) => `-X github.com/containerd/containerd/v2/version.Version=${version}`,
};

/**
 * CRI-O has its version in its source. The tags replace gpgme by Go, and leave out features that need a C library and
 * that no host of the lab uses: btrfs, and subordinate ids from shadow's. Without `seccomp`, `apparmor` and `selinux`,
 * which are tags too, no container gets a filter or a profile.
 */
export const crio: Family = {
  name: 'crio',
  module: 'github.com/cri-o/cri-o',
  stamp: stampNothing,
  tags: ['containers_image_openpgp', 'exclude_graphdriver_btrfs', 'btrfs_noversion'],
  // CRI-O does not start without it: it holds the namespaces of pods.
  inC: [{ name: 'pinns', sources: 'pinns/src' }],
};

const crictl: Family = {
  name: 'crictl',
  module: 'sigs.k8s.io/cri-tools',
  stamp: (version) => `-X sigs.k8s.io/cri-tools/pkg/version.Version=${version}`,
};

const cniPlugins: Family = {
  name: 'cni-plugins',
  module: 'github.com/containernetworking/plugins',
  stamp: (version) =>
    `-X github.com/containernetworking/plugins/pkg/utils/buildversion.BuildVersion=${version}`,
};

/** Runs workflows unmodified; no host has it, tests use it on the runner's side. */
export const act: Family = {
  name: 'act',
  module: 'github.com/nektos/act',
  stamp: (version) => `-X main.version=${version.slice(1)}`,
};

/** Lints workflows; no host has it. Only `-version` shows the stamp of its own releases. */
export const actionlint: Family = {
  name: 'actionlint',
  module: 'github.com/rhysd/actionlint',
  stamp: stampNothing,
};

/** Serves images; no host has it, tests run it on the runner's side. */
export const registry: Family = {
  name: 'registry',
  module: 'github.com/distribution/distribution/v3',
  stamp: (version) => `-X github.com/distribution/distribution/v3/version.version=${version}`,
};

/** Encrypts and decrypts files; no host has it, tests decrypt backups with it. */
export const age: Family = {
  name: 'age',
  module: 'filippo.io/age',
  stamp: (version) => `-X main.Version=${version}`,
};

/**
 * Serves S3 from a folder, with versions and object lock; no host has it, tests run it on the runner's side. Its own
 * releases stamp only what its banner prints.
 */
export const versitygw: Family = {
  name: 'versitygw',
  module: 'github.com/versity/versitygw',
  stamp: (version) => `-X main.Version=${version}`,
};

/** The programs of every host, with any Kubernetes version. */
const hostOf = (...ofVersion: Family[]): readonly Family[] => [...ofVersion, containerd, crictl, cniPlugins];

/**
 * The programs of a host for each Kubernetes version. The etcd version is the one whose image this kubeadm expects
 * (`kubeadm config images list`); a golden disk is refused if the two differ.
 */
export const familiesOf: Readonly<Record<KubernetesVersion, readonly Family[]>> = {
  '1.31': hostOf(kubernetes('1.31'), etcd('3.5.15')),
  '1.32': hostOf(kubernetes('1.32'), etcd('3.5.24')),
  '1.33': hostOf(kubernetes('1.33'), etcd('3.5.24')),
  '1.34': hostOf(kubernetes('1.34'), etcd('3.6.5')),
  '1.35': hostOf(kubernetes('1.35'), etcd('3.6.6')),
  '1.36': hostOf(kubernetes('1.36'), etcd('3.6.8')),
  '1.37': hostOf(kubernetes('1.37'), etcd('3.7.0')),
};

/** The additional programs of a control plane, for the versions that have one in the lab; built only on request. */
export const controlPlaneFamilies: Readonly<Partial<Record<KubernetesVersion, Family>>> = {
  '1.34': kubernetes('1.34', 'control-plane-1.34'),
};

/** Every family once, in build order. */
export const allFamilies: readonly Family[] = [
  ...new Map(
    [
      ...Object.values(familiesOf).flat(),
      ...Object.values(controlPlaneFamilies),
      crio,
      act,
      actionlint,
      registry,
      age,
      versitygw,
    ].map((family) => [family.name, family] as const),
  ).values(),
];

/** The contents of the package kubernetes-cni: every plugin that its project releases for Linux. */
export const cniPluginNames = [
  'bandwidth',
  'bridge',
  'dhcp',
  'dummy',
  'firewall',
  'host-device',
  'host-local',
  'ipvlan',
  'loopback',
  'macvlan',
  'portmap',
  'ptp',
  'sbr',
  'static',
  'tap',
  'tuning',
  'vlan',
  'vrf',
] as const;

/** Programs that every host needs; a folder of ready binaries must contain them all. */
export const hostPrograms = [
  'kubeadm',
  'kubelet',
  'etcd',
  'etcdctl',
  'etcdutl',
  'containerd',
  'containerd-shim-runc-v2',
  'ctr',
  'crictl',
  ...cniPluginNames,
] as const;
export type HostProgram = (typeof hostPrograms)[number];

/** Programs of a control plane; kubectl is for its users. */
export const controlPlanePrograms = [
  'kube-apiserver',
  'kube-controller-manager',
  'kube-scheduler',
  'kubectl',
] as const;
export type ControlPlaneProgram = (typeof controlPlanePrograms)[number];
