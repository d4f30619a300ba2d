import { cniPluginNames } from '../programs/families.ts';

/** One path of a package; everything belongs to root. */
export interface PackagedPath {
  readonly path: string;
  /** Permission bits, octal: `755`. */
  readonly mode: string;
  /**
   * `program`: built from the program's module; `text`: the file of that path below package-files/PACKAGE; `empty`: a
   * file that only keeps its folder, which dpkg would leave out otherwise.
   */
  readonly kind: 'folder' | 'program' | 'text' | 'empty';
}

const folder = (path: string): PackagedPath => ({ path, mode: '755', kind: 'folder' });
const program = (path: string): PackagedPath => ({ path, mode: '755', kind: 'program' });
const text = (path: string, mode = '644'): PackagedPath => ({ path, mode, kind: 'text' });
const keeps = (path: string): PackagedPath => ({ path, mode: '644', kind: 'empty' });

/** The packages of a host. */
export type PackageName = 'kubeadm' | 'kubelet' | 'cri-tools' | 'kubernetes-cni' | 'containerd';

/**
 * Every path of the Debian packages of an etcd host, without licences and documentation. Source of the first four:
 * their spec files, kubernetes/release, cmd/krel/templates/latest/PACKAGE/PACKAGE.spec, as debbuild reads them
 * (`_vendor` debbuild). No package has an /etc/crictl.yaml. containerd's is its release's own unit, with the path that
 * its Debian packages give it.
 */
export const packageLists: Readonly<Record<PackageName, readonly PackagedPath[]>> = {
  kubeadm: [
    program('/usr/bin/kubeadm'),
    folder('/usr/lib/systemd/system/kubelet.service.d'),
    text('/usr/lib/systemd/system/kubelet.service.d/10-kubeadm.conf'),
  ],
  kubelet: [
    program('/usr/bin/kubelet'),
    // 644 in packages built before kubernetes/release#4516; with 600, any other user fails to read it.
    text('/usr/lib/systemd/system/kubelet.service', '600'),
    folder('/var/lib/kubelet'),
    keeps('/var/lib/kubelet/.kubelet-keep'),
    folder('/etc/kubernetes'),
    folder('/etc/kubernetes/manifests'),
    keeps('/etc/kubernetes/manifests/.kubelet-keep'),
    text('/etc/default/kubelet'),
  ],
  'cri-tools': [program('/usr/bin/crictl')],
  'kubernetes-cni': [
    folder('/opt/cni'),
    folder('/opt/cni/bin'),
    ...cniPluginNames.map((name) => program(`/opt/cni/bin/${name}`)),
    folder('/etc/cni'),
    folder('/etc/cni/net.d'),
    keeps('/etc/cni/net.d/.kubernetes-cni-keep'),
  ],
  containerd: [
    program('/usr/bin/containerd'),
    program('/usr/bin/containerd-shim-runc-v2'),
    program('/usr/bin/ctr'),
    text('/usr/lib/systemd/system/containerd.service'),
    folder('/etc/containerd'),
  ],
};

/** Packages that only hosts with a certain container runtime have. */
const ofRuntimes: readonly string[] = ['containerd'] satisfies PackageName[];

/** Returns the packages that the lab lays out on a host with this runtime's package, or with none of them. */
export function packagesWith(
  runtime: PackageName | undefined,
): Readonly<Partial<Record<PackageName, readonly PackagedPath[]>>> {
  return Object.fromEntries(
    Object.entries(packageLists).filter(([name]) => name === runtime || !ofRuntimes.includes(name)),
  );
}

/** The paths of the ordinary host, without duplicates. */
export const packagedPaths: readonly PackagedPath[] = Object.values(packageLists).flat();
