import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ownDistribution } from '../../../lab/base/mirror.ts';
import { ensureBaseRoot } from '../../../lab/base/root.ts';
import { ensureLayer } from '../../../lab/machine/layer.ts';
import type { Progress } from '../../../lab/machine/progress.ts';
import { must, systemPath } from '../../../lab/machine/run.ts';

/** The tools that Ansible needs on the machine and on the hosts, from the lab's cache. */
export interface AnsibleTools {
  /** Folder for PYTHONPATH: ansible-core and what it imports. */
  readonly library: string;
  /** Archive of a Python for the hosts, with paths from their root: the lab's hosts have none, servers have one. */
  readonly hostPython: Buffer;
}

const REQUIREMENTS = join(import.meta.dirname, 'requirements.txt');

/**
 * Fetches them by pip and apt if the cache lacks them.
 * @throws Error if there is no python3 with pip.
 */
export async function ensureAnsible(progress: Progress): Promise<AnsibleTools> {
  const requirements = readFileSync(REQUIREMENTS, 'utf8');
  const python = (await must(['python3', '-c', 'import sys; print(sys.version)'])).trim();
  const library = await ensureLayer(
    {
      name: 'ansible',
      inputs: [requirements, python],
      make: async (folder) => {
        const pip = ['python3', '-m', 'pip', 'install', '--quiet', '--no-deps', '--only-binary', ':all:'];
        await must([...pip, '--target', folder, '--requirement', REQUIREMENTS], { title: 'pip' });
      },
    },
    progress,
  );
  const root = await ensureBaseRoot(ownDistribution().codename, [], progress);
  const packages = await ensureLayer(
    { name: 'host-python', inputs: [root], make: (folder) => fetchHostPython(root, folder) },
    progress,
  );
  return { library, hostPython: readFileSync(join(packages, 'python.tar')) };
}

/** Fetches and unpacks the packages that a host lacks for python3, which is enough for Ansible. */
async function fetchHostPython(root: string, folder: string): Promise<void> {
  const script = `set -e
mkdir -p "$folder/debs/partial" "$folder/unpacked"
apt-get -o Dir::State::status="$root/var/lib/dpkg/status" -o Dir::Cache::archives="$folder/debs" \\
  --download-only --yes --no-install-recommends install python3 python3-apt- > "$folder/log" 2>&1
for deb in "$folder"/debs/*.deb; do dpkg-deb -x "$deb" "$folder/unpacked"; done
tar -c -C "$folder/unpacked" --exclude=./usr/share/doc --exclude=./usr/share/man -f "$folder/python.tar" .
rm -rf "$folder/debs" "$folder/unpacked"
`;
  await must(['bash', '-c', script], {
    env: { ...process.env, PATH: systemPath, root, folder },
    title: 'python3 for the hosts',
  });
}
