import {
  copyFileSync,
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { basename, join } from 'node:path';
import { type Distribution, ownDistribution } from '../../base/mirror.ts';
import { ensureCTools } from '../../machine/ctools.ts';
import { digestOf, ensureLayer } from '../../machine/layer.ts';
import { updatePackageListsOnce } from '../../machine/packages.ts';
import { type Progress, stage } from '../../machine/progress.ts';
import { must } from '../../machine/run.ts';

/** The files from which a virtual machine starts, besides its disk. */
export interface VmKernel {
  readonly image: string;
  /** Initial RAM file system. */
  readonly initrd: string;
  /** File system image with the kernel's modules. */
  readonly modules: string;
}

/** Package that depends on the distribution's kernel for virtual machines. */
const packageOf: Readonly<Record<string, string>> = {
  debian: 'linux-image-cloud-amd64',
  ubuntu: 'linux-image-virtual',
};

/** Drivers without which a virtual machine does not find its disks. */
const driversOfDisks = ['virtio_pci', 'virtio_blk'];

/** Room for the modules of one kernel, in bytes; the file is sparse. */
const modulesSize = 1024 ** 3;

/** Returns the kernel of the machine's own distribution for virtual machines, fetched if the cache lacks it. */
export async function ensureVmKernel(progress: Progress): Promise<VmKernel> {
  const distribution = ownDistribution();
  const { vmInit } = await ensureCTools(progress);
  const folder = await ensureLayer(
    {
      name: `kernel-${distribution.codename}`,
      inputs: [
        packageFor(distribution),
        ...driversOfDisks,
        String(modulesSize),
        digestOf(vmInit),
        'labelled',
      ],
      make: (layer) =>
        stage(progress, 'fetching a kernel for the hosts', () => makeKernel(distribution, vmInit, layer)),
    },
    progress,
  );
  return {
    image: join(folder, 'vmlinuz'),
    initrd: join(folder, 'initrd'),
    modules: join(folder, 'modules.ext4'),
  };
}

function packageFor({ id }: Distribution): string {
  const name = packageOf[id];
  if (name === undefined) throw new Error(`the lab knows no kernel package of ${id}`);
  return name;
}

async function makeKernel(distribution: Distribution, init: string, layer: string): Promise<void> {
  const tree = join(layer, 'tree');
  await unpackPackages(packageFor(distribution), layer, tree);
  const version = onlyEntry(join(tree, 'lib/modules'));
  copyFileSync(join(tree, `boot/vmlinuz-${version}`), join(layer, 'vmlinuz'));
  await must(['depmod', '--basedir', tree, version]);
  await makeInitrd(tree, version, init, layer);

  const modules = join(layer, 'modules.ext4');
  writeFileSync(modules, '');
  truncateSync(modules, modulesSize);
  const plain = ['-q', '-F', '-m', '0', '-O', '^has_journal', '-E', 'root_owner=0:0'];
  await must(['mkfs.ext4', ...plain, '-d', join(tree, 'lib/modules'), modules]);
  await labelModules(readdirSync(join(tree, 'lib/modules'), { recursive: true, encoding: 'utf8' }), modules);
  rmSync(tree, { recursive: true });
}

/** Labels all files of the image as SELinux requires for modules; on hosts without SELinux the label has no effect. */
async function labelModules(files: readonly string[], image: string): Promise<void> {
  const label = 'security.selinux system_u:object_r:modules_object_t:s0';
  const commands = `${image}.commands`;
  writeFileSync(commands, ['', ...files].map((file) => `ea_set "/${file}" ${label}\n`).join(''));
  await must(['debugfs', '-w', '-f', commands, image]);
  rmSync(commands);
}

/** Fetches a kernel with its modules, of the version that `meta` depends on, and unpacks it; installs nothing. */
async function unpackPackages(meta: string, work: string, tree: string): Promise<void> {
  await updatePackageListsOnce();
  const only = ['recommends', 'suggests', 'conflicts', 'breaks', 'replaces', 'enhances'];
  const asked = ['apt-cache', 'depends', '--recurse', ...only.map((kind) => `--no-${kind}`), meta];
  const names = new Set(
    (await must(asked)).split('\n').filter((name) => /^linux-(image|modules)-\d\S*$/.test(name)),
  );
  if (names.size === 0) throw new Error(`apt knows no kernel that ${meta} depends on: run apt-get update`);
  // Without a change of user: apt's own user may not write into the cache's folder.
  await must(['apt-get', '-o', 'APT::Sandbox::User=root', 'download', ...names], { cwd: work });
  for (const file of readdirSync(work).filter((name) => name.endsWith('.deb'))) {
    await must(['dpkg-deb', '--extract', join(work, file), tree]);
    rmSync(join(work, file));
  }
  // If /usr is merged, packages have their modules there.
  if (!existsSync(join(tree, 'lib'))) cpSync(join(tree, 'usr/lib'), join(tree, 'lib'), { recursive: true });
}

async function makeInitrd(tree: string, version: string, init: string, layer: string): Promise<void> {
  const root = join(layer, 'initrd.root');
  for (const folder of ['dev', 'root', 'modules']) mkdirSync(join(root, folder), { recursive: true });
  copyFileSync(init, join(root, 'init'));
  const asked = ['modprobe', '--dirname', tree, '--set-version', version, '--show-depends', '--all'];
  const lines = (await must([...asked, ...driversOfDisks])).split('\n');
  const files = new Set(
    lines.filter((line) => line.startsWith('insmod ')).map((line) => line.split(' ')[1] ?? ''),
  );
  for (const [index, file] of [...files].entries()) {
    const place = join(root, 'modules', `${String(index).padStart(2, '0')}-${basename(file)}`);
    copyFileSync(file, place);
    // Our init can only load uncompressed modules.
    if (place.endsWith('.xz')) await must(['xz', '--decompress', place]);
    if (place.endsWith('.zst')) await must(['zstd', '--quiet', '--decompress', '--rm', place]);
  }
  const pack = 'find . -print0 | cpio --quiet --null --create --format=newc --owner=+0:+0 > "$1"';
  await must(['bash', '-o', 'pipefail', '-c', pack, 'bash', join(layer, 'initrd')], { cwd: root });
  rmSync(root, { recursive: true });
}

function onlyEntry(folder: string): string {
  const [entry, ...others] = readdirSync(folder);
  if (entry === undefined || others.length > 0) {
    throw new Error(`one kernel was expected in ${folder}, and there are: ${[entry, ...others].join(', ')}`);
  }
  return entry;
}
