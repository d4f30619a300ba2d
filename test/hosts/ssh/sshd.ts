/** A real OpenSSH server on the loopback, with users that the machine does not have. */
import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, chownSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';

import { descendants } from '../transports/processes.ts';
import { sshKeygen, type KeyPair, type TemporaryFolder } from './tools.ts';

const SSHD = '/usr/sbin/sshd';

/** Files that only one server sees. */
export interface SshdExtras {
  /** By user name; other users have none. */
  readonly passwords?: Readonly<Record<string, string>>;
  /** Replacements of the machine's files, by their paths; root's, 0440. */
  readonly files?: Readonly<Record<string, string>>;
  /** Folders of the machine that are empty there. */
  readonly emptied?: readonly string[];
  /**
   * Additional commands before sshd starts.
   * @param home of a user.
   */
  readonly prepare?: (home: (user: string) => string) => readonly string[];
}

/** A started server. */
export class Sshd {
  readonly hostKey: KeyPair;
  readonly port: number;
  readonly #child: ChildProcess;
  readonly #log: string[] = [];

  /**
   * @param users login shell by user name; each, like root, gets a home below `folder`.
   * @param config additional lines of sshd_config.
   * @param extras files that sudo and the like read, but not sshd itself.
   */
  static async start(
    folder: TemporaryFolder,
    name: string,
    login: KeyPair,
    users: Readonly<Record<string, string>>,
    config: readonly string[] = [],
    { passwords = {}, files = {}, emptied = [], prepare }: SshdExtras = {},
  ): Promise<Sshd> {
    mkdirSync(folder.at(name));
    chmodSync(folder.path, 0o755);
    const at = (file: string): string => folder.at(`${name}/${file}`);
    const hostKey = sshKeygen(folder, `${name}/host`, 'ed25519');
    const port = await freePort();
    const added = Object.entries(users).map(([user, shell], index) => ({ user, shell, id: 54_300 + index }));
    for (const { user, id } of [{ user: 'root', id: 0 }, ...added]) {
      mkdirSync(at(user));
      chownSync(at(user), id, id);
    }
    // root's own start-up files may contain anything and are left out of the tests.
    extend('/etc/passwd', at('passwd'), [
      `root:x:0:0:root:${at('root')}:/bin/bash`,
      ...added.map(({ user, shell, id }) => `${user}:x:${id}:${id}::${at(user)}:${shell}`),
    ]);
    extend(
      '/etc/shadow',
      at('shadow'),
      added.map(({ user }) => `${user}:${hashed(passwords[user])}:19000:0:99999:7:::`),
    );
    const replaced = Object.entries(files).map(([path, text], index) => {
      writeFileSync(at(`file-${index}`), text, { mode: 0o440 });
      return `mount --bind ${at(`file-${index}`)} ${path}`;
    });
    writeFileSync(
      at('config'),
      [
        `ListenAddress 127.0.0.1:${port}`,
        `HostKey ${hostKey.path}`,
        `AuthorizedKeysFile ${login.path}.pub`,
        'PermitRootLogin prohibit-password',
        'StrictModes no',
        ...(config.some((line) => line.startsWith('UsePAM ')) ? [] : ['UsePAM no']),
        'PidFile none',
        'LogLevel VERBOSE',
        ...config,
        '',
      ].join('\n'),
    );
    // In a mount namespace of its own: only it sees the users, and the folder that sshd needs in /run.
    const start = [
      `mount --bind ${at('passwd')} /etc/passwd`,
      `mount --bind ${at('shadow')} /etc/shadow`,
      'mount -t tmpfs tmpfs /run',
      'mkdir -m 0755 /run/sshd',
      ...replaced,
      ...emptied.map((path) => `mount -t tmpfs tmpfs ${path}`),
      ...(prepare?.(at) ?? []),
      `exec ${SSHD} -D -e -f ${at('config')}`,
    ].join(' && ');
    const child = spawn('unshare', ['--mount', '--propagation', 'private', 'sh', '-c', start], {
      stdio: ['ignore', 'ignore', 'pipe'],
      env: { PATH: process.env['PATH'] ?? '' },
    });
    const sshd = new Sshd(hostKey, port, child);
    await sshd.#listening();
    return sshd;
  }

  private constructor(hostKey: KeyPair, port: number, child: ChildProcess) {
    this.hostKey = hostKey;
    this.port = port;
    this.#child = child;
    child.stderr?.on('data', (chunk: Buffer) => this.#log.push(chunk.toString()));
  }

  /** Returns sshd's log. */
  get log(): string {
    return this.#log.join('');
  }

  /** Returns the listening process. */
  get pid(): number {
    return this.#child.pid ?? 0;
  }

  /** Kills the processes of open connections. */
  killSessions(): void {
    for (const pid of descendants(this.pid)) {
      try {
        if (readFileSync(`/proc/${pid}/comm`, 'utf8').startsWith('sshd')) process.kill(pid, 'SIGKILL');
      } catch {
        // It has just ended by itself.
      }
    }
  }

  async stop(): Promise<void> {
    if (this.#child.exitCode !== null) return;
    this.#child.kill();
    await once(this.#child, 'exit');
  }

  async #listening(): Promise<void> {
    while (!this.log.includes('Server listening')) {
      const [how] = (await Promise.race([
        once(this.#child.stderr ?? this.#child, 'data'),
        once(this.#child, 'exit'),
      ])) as unknown[];
      if (!Buffer.isBuffer(how)) throw new Error(`sshd did not start: ${this.log}`);
    }
  }
}

/** Copies one of the system's user files with added lines; the first line of a user counts. */
function extend(from: string, to: string, lines: readonly string[]): void {
  writeFileSync(to, `${lines.join('\n')}\n${readFileSync(from, 'utf8')}`, { mode: 0o644 });
}

/** As in /etc/shadow; `*`: none fits. */
function hashed(password: string | undefined): string {
  return password === undefined
    ? '*'
    : execFileSync('openssl', ['passwd', '-6', '-stdin'], { input: password, encoding: 'utf8' }).trim();
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as { port: number };
  await new Promise((resolve) => server.close(resolve));
  return port;
}
