/**
 * `npm run test:fresh [-- COMMAND…]`: verifies that a checkout's tests pass on a minimal machine. A minimal Debian, made
 * by debootstrap and thrown away, has only git, Node.js, npm and Go; a clone of the commit runs `npm run test:unit`
 * there with LAB_MANDATORY=1, so the project itself installs all programs that tests need, or the run fails.
 *
 * It has namespaces of its own for mounts, processes, host name and IPC. Node.js, npm and Go are this machine's,
 * mounted read-only, because Debian's are older than the project needs. The settings with which package clients reach
 * their registries are this machine's, too (package-clients.ts); they are read at run time and stored nowhere.
 */
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { mirrorOf, ownDistribution } from '../lab/base/mirror.ts';
import { alone } from '../lab/machine/alone.ts';
import { installMissingPackages } from '../lab/machine/packages.ts';
import { must, systemPath } from '../lab/machine/run.ts';
import { runInRoot } from './in-root.ts';
import { whyNoLab } from './lab-possible.ts';
import { clientVariables, copyClientFiles } from './package-clients.ts';

const checkout = join(import.meta.dirname, '..');
const command = process.argv.length > 2 ? process.argv.slice(2) : ['npm', 'run', 'test:unit'];
const progress = (line: string): void => console.error(`[fresh] ${line}`);

/** Returns the path of a program of the machine, ignoring those that npm puts first on PATH. */
function ofMachine(name: string): string {
  const folders = systemPath.split(':').filter((folder) => !folder.includes('node_modules'));
  const found = folders.map((folder) => join(folder, name)).find((path) => existsSync(path));
  if (found === undefined) throw new Error(`there is no ${name} on this machine`);
  return realpathSync(found);
}

/** Makes the root, with only git besides the programs of every Debian. */
async function makeRoot(root: string): Promise<void> {
  const include = ['--variant=minbase', '--include=git,ca-certificates'];
  const own = ownDistribution();
  // A minimal Ubuntu cannot install all programs as packages: chromium is a snap there.
  const codename = own.id === 'debian' ? own.codename : 'bookworm';
  const mirror = await mirrorOf({ ...own, id: 'debian', codename });
  const release = [codename, root, ...(mirror === undefined ? [] : [mirror])];
  progress(`installing a minimal ${codename}`);
  await must(alone(['debootstrap', ...include, ...release]));
}

/** Mounts the machine's tools into the root. */
const PREPARE = `npm=$1 node=$2 go=$3
shift 3
mkdir -p "$root/opt/node/bin" "$root/opt/node/lib/node_modules/npm" "$root/opt/go"
: > "$root/opt/node/bin/node"
mount --bind -o ro "$node" "$root/opt/node/bin/node"
mount --bind -o ro "$npm" "$root/opt/node/lib/node_modules/npm"
mount --bind -o ro "$go" "$root/opt/go"
hostname fresh`;

const obstacle = whyNoLab();
if (obstacle !== undefined) throw new Error(`a fresh machine cannot be made here: ${obstacle}`);
await installMissingPackages(progress, [
  ['debootstrap', 'debootstrap'],
  ['git', 'git'],
  ['/usr/share/keyrings/debian-archive-keyring.gpg', 'debian-archive-keyring'],
]);

const work = mkdtempSync('/var/tmp/etcd-ha-fresh-');
const root = join(work, 'root');
let passed: boolean;
try {
  await makeRoot(root);
  const variables = await clientVariables();
  await copyClientFiles(root, variables);
  writeFileSync(join(root, 'etc/hostname'), 'fresh\n');
  await must(['git', 'clone', '--quiet', '--no-hardlinks', checkout, join(root, 'root/etcd-ha-action')]);
  mkdirSync(join(root, 'opt/node/bin'), { recursive: true });
  for (const name of ['npm', 'npx']) {
    symlinkSync(`../lib/node_modules/npm/bin/${name}-cli.js`, join(root, `opt/node/bin/${name}`));
  }
  const goRoot = (await must(['go', 'env', 'GOROOT'])).trim();
  const npm = dirname(dirname(ofMachine('npm')));
  const path = '/opt/node/bin:/opt/go/bin:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin';
  progress(`running ${command.join(' ')} in it`);
  const code = await runInRoot({
    root,
    folder: '/root/etcd-ha-action',
    command,
    environment: { ...variables, HOME: '/root', PATH: path, LANG: 'C.UTF-8', LAB_MANDATORY: '1' },
    prepare: PREPARE,
    operands: [npm, ofMachine('node'), goRoot],
    namespaces: ['--uts', '--ipc'],
  });
  passed = code === 0;
} finally {
  rmSync(work, { recursive: true, force: true });
}
console.log(passed ? '\na fresh machine passes' : '\nFAILED on a fresh machine');
process.exitCode = passed ? 0 : 1;
