import { cpSync, existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { must, run } from '../lab/machine/run.ts';

/** Variables for proxies and certificate authorities. */
const VARIABLES = /^((https?|ftp|all|no)_proxy|SSL_CERT_(FILE|DIR)|NODE_EXTRA_CA_CERTS|GIT_SSL_CAINFO)$/i;

/** npm's settings to pass on as variables: not its files, which also contain publishers' tokens. */
const NPM = ['registry', 'cafile', 'proxy', 'https-proxy', 'noproxy', 'strict-ssl'] as const;

const GO = ['GOPROXY', 'GONOPROXY', 'GOSUMDB', 'GONOSUMDB', 'GOPRIVATE', 'GOINSECURE'] as const;

/** apt's sources, keys and proxies; hooks of other programs are left out. */
const APT = ['sources.list', 'sources.list.d', 'trusted.gpg', 'trusted.gpg.d', 'keyrings', 'preferences.d'];
const APT_ACCESS = ['auth.conf', 'auth.conf.d'];

/** The certificate authorities of the machine, with those that its owner has added. */
const AUTHORITIES = ['/etc/ssl/certs', '/usr/local/share/ca-certificates', '/usr/share/keyrings'];

/**
 * Returns the settings with which this machine's package clients reach their registries, as the clients report them.
 * @returns variables for apt, npm, Go and git.
 */
export async function clientVariables(): Promise<Record<string, string>> {
  const own = Object.entries(process.env).flatMap(([name, value]) =>
    VARIABLES.test(name) && value !== undefined && value !== '' ? [[name, value] as const] : [],
  );
  const npm = await Promise.all(
    NPM.map(async (key) => [key, await answer(['npm', 'config', 'get', key])] as const),
  );
  const go = await Promise.all(GO.map(async (name) => [name, await answer(['go', 'env', name])] as const));
  return Object.fromEntries([
    ...own,
    ...npm
      .filter(([, value]) => isSaid(value))
      .map(([key, value]) => [`npm_config_${key.replaceAll('-', '_')}`, value]),
    ...go.filter(([, value]) => isSaid(value)),
  ]) as Record<string, string>;
}

/**
 * Copies into a root the files that package clients read there.
 * @param root folder of another system of the same distribution.
 * @param variables of `clientVariables`; the files and folders that they name are copied to the same places.
 */
export async function copyClientFiles(
  root: string,
  variables: Readonly<Record<string, string>>,
): Promise<void> {
  const apt = [...APT, ...APT_ACCESS].map((name) => `/etc/apt/${name}`);
  const named = Object.values(variables).filter((value) => value.startsWith('/'));
  for (const path of [...apt, ...AUTHORITIES, ...named, '/etc/resolv.conf', '/etc/hosts']) {
    if (!existsSync(path)) continue;
    mkdirSync(dirname(join(root, path)), { recursive: true });
    cpSync(path, join(root, path), { recursive: true, dereference: true, force: true });
  }
  writeFileSync(join(root, 'etc/apt/apt.conf.d/00-acquire'), await must(['apt-config', 'dump', 'Acquire']));
}

async function answer(argv: readonly string[]): Promise<string> {
  const { code, stdout } = await run(argv);
  return code === 0 ? stdout.trim() : '';
}

function isSaid(value: string): boolean {
  return value !== '' && value !== 'null' && value !== 'undefined';
}
