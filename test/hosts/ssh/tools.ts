/** ssh-keygen and openssl, which create the keys and known_hosts files of real users. */
import { once } from 'node:events';
import { connect } from 'node:net';
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import type { HostKey } from '../../../src/ssh-keys/known-hosts.ts';

/** A folder that exists for one test file. */
export class TemporaryFolder {
  readonly path: string = mkdtempSync(join(tmpdir(), 'etcd-ha-ssh-'));

  at(name: string): string {
    return join(this.path, name);
  }

  read(name: string): string {
    return readFileSync(this.at(name), 'utf8');
  }

  remove(): void {
    rmSync(this.path, { recursive: true, force: true });
  }
}

/** Runs a program and returns its standard output; throws if it is missing or fails. */
export function tool(program: string, ...args: readonly string[]): string {
  return execFileSync(program, args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] });
}

/**
 * Returns the version of the machine's sudo if it is sudo-rs, as on Ubuntu since 25.10, which supports less of sudoers.
 */
export function versionOfRustSudo(): string | undefined {
  const { stdout, stderr } = spawnSync('sudo', ['--version'], { encoding: 'utf8' }); // 0.2.8 prints it on standard error
  return /^sudo-rs ([\d.]+)/.exec(`${stdout}${stderr}`)?.[1];
}

/** A key pair from ssh-keygen. */
export interface KeyPair {
  readonly path: string;
  readonly privateText: string;
  /** The line of the .pub file. */
  readonly publicLine: string;
  readonly host: HostKey;
  /** As printed by `ssh-keygen -l`. */
  readonly fingerprint: string;
}

/** @param options additional options of ssh-keygen, e.g. `-m PEM`. */
export function sshKeygen(
  folder: TemporaryFolder,
  name: string,
  type: string,
  options: readonly string[] = [],
  passphrase = '',
): KeyPair {
  const path = folder.at(name);
  tool('ssh-keygen', '-q', '-t', type, '-N', passphrase, '-C', 'test', '-f', path, ...options);
  return readKeyPair(folder, name);
}

/**
 * A key pair made by ssh-keygen, of which no file is left. Use this and not the generator of ssh2: it drops zero bytes at
 * the start of an Ed25519 public key (ssh2 1.17, lib/keygen.js), and OpenSSH and ssh2 itself refuse one such key of 256.
 */
export function newKeyPair(
  type: string,
  options: readonly string[] = [],
  passphrase = '',
): Omit<KeyPair, 'path'> {
  const folder = new TemporaryFolder();
  try {
    return sshKeygen(folder, 'key', type, options, passphrase);
  } finally {
    folder.remove();
  }
}

/** Reads an existing key pair in the folder. */
export function readKeyPair(folder: TemporaryFolder, name: string): KeyPair {
  const publicLine = folder.read(`${name}.pub`).trim();
  const [type = '', base64 = ''] = publicLine.split(' ');
  return {
    path: folder.at(name),
    privateText: folder.read(name),
    publicLine,
    host: { type, blob: Buffer.from(base64, 'base64') },
    fingerprint: tool('ssh-keygen', '-lf', `${folder.at(name)}.pub`).split(' ')[1] ?? '',
  };
}

/** Reports whether a program accepts connections on a Unix socket, whose file exists a moment earlier. */
export async function isListening(socket: string): Promise<boolean> {
  const connection = connect(socket);
  const taken = await once(connection, 'connect').then(
    () => true,
    () => false,
  );
  connection.destroy();
  return taken;
}
