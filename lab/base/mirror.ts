import { readFileSync } from 'node:fs';
import { updatePackageListsOnce } from '../machine/packages.ts';
import { must } from '../machine/run.ts';

/** A release of a distribution. Hosts get the machine's own, unless their variant names another. */
export interface Distribution {
  readonly id: string;
  /** Codename in debootstrap: "bookworm", "noble". */
  readonly codename: string;
  /** Components of the archive: Ubuntu keeps some packages of a host in universe. */
  readonly components: string;
}

const componentsOf: Readonly<Record<string, string>> = { debian: 'main', ubuntu: 'main,universe' };

/** Returns the machine's own Debian or Ubuntu release. Throws on other systems. */
export function ownDistribution(): Distribution {
  const release = osRelease();
  const id = release.get('ID') ?? '';
  const codename = release.get('VERSION_CODENAME') ?? '';
  const components = componentsOf[id];
  if (components === undefined || codename === '') {
    throw new Error(
      `the lab's hosts are made from the machine's own Debian or Ubuntu release, and /etc/os-release says "${id}"`,
    );
  }
  return { id, codename, components };
}

/** Returns the release with this debootstrap codename: the machine's own, or one of Debian. */
export function distributionNamed(codename: string): Distribution {
  const own = ownDistribution();
  if (codename === own.codename) return own;
  return { id: 'debian', codename, components: componentsOf['debian'] ?? '' };
}

/**
 * Returns the mirror that apt uses on this machine for the distribution: the one of its own release serves all
 * releases. Undefined if the machine runs another distribution; debootstrap then uses its own mirror.
 */
export async function mirrorOf({ id }: Distribution): Promise<string | undefined> {
  const own = ownDistribution();
  return id === own.id ? ownMirror(own) : undefined;
}

async function ownMirror({ id, codename }: Distribution): Promise<string> {
  await updatePackageListsOnce();
  const format = '$(ORIGIN)|$(CODENAME)|$(COMPONENT)|$(REPO_URI)';
  const lines = (await must(['apt-get', 'indextargets', '--format', format, 'Created-By: Packages'])).split(
    '\n',
  );
  for (const line of lines) {
    const [origin = '', name, component, uri = ''] = line.split('|');
    if (origin.toLowerCase() === id && name === codename && component === 'main') return firstMirror(uri);
  }
  throw new Error(
    `apt knows no source of ${codename}/main, so there is nothing to make hosts from: look at /etc/apt/sources.list.d, then run apt-get update`,
  );
}

/**
 * Returns the first mirror of an apt mirror list ("mirror+file:/etc/apt/mirrors.txt"), which debootstrap does not read.
 */
function firstMirror(uri: string): string {
  if (!uri.startsWith('mirror+file:')) return uri;
  const list = readFileSync(new URL(uri.replace(/^mirror\+/, '')), 'utf8');
  return list.trim().split(/\s/)[0] ?? uri;
}

function osRelease(): Map<string, string> {
  const lines = readFileSync('/etc/os-release', 'utf8').split('\n');
  return new Map(lines.map((line) => [line.split('=')[0] ?? '', line.replace(/^[^=]*="?|"$/g, '')] as const));
}
