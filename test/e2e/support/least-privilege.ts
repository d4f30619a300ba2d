import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Lab } from '../../../lab/client.ts';
import { codeBlocks } from '../../docs/markdown.ts';
import { REPOSITORY } from './action-in-lab.ts';

/** An account that may only check the health, on every host of a lab. */
export interface HealthAccount {
  readonly user: string;
  /** Inputs with which a workflow logs in. */
  readonly inputs: Readonly<Record<string, string>>;
}

/** Sets up the account on every host, by the commands of docs/least-privilege.md. */
export async function installHealthAccount(lab: Lab): Promise<HealthAccount> {
  const writable = await Promise.all(lab.hosts.map(({ name }) => lab.exec(name, 'test -w /usr/local/sbin')));
  const folder = writable.every(({ code }) => code === 0) ? '/usr/local/sbin' : '/opt/bin';
  const there = (text: string): string => text.replaceAll('/usr/local/sbin/etcd-ha', `${folder}/etcd-ha`);
  const [commands = ''] = codeBlocks(readDoc('docs/least-privilege.md'), 'bash').map(there);
  const { key, publicKey } = freshKey();
  const files = {
    'etcd-ha-health-probe': readDoc('docs/least-privilege/etcd-ha-health-probe'),
    'etcd-ha-health.sudoers': there(readDoc('docs/least-privilege/etcd-ha-health.sudoers')),
    'health.pub': publicKey,
  };
  const copy = Object.entries(files).map(
    ([name, text]) => `base64 -d <<< ${Buffer.from(text).toString('base64')} > ${name}`,
  );
  const script = ['set -e', `mkdir -p /root/health ${folder}`, 'cd /root/health', ...copy, commands].join(
    '\n',
  );
  await Promise.all(lab.hosts.map(({ name }) => lab.sh(name, script)));
  const user = 'etcd-health';
  const probe = `${folder}/etcd-ha-health-probe`;
  return { user, inputs: { 'ssh-user': user, 'ssh-private-key': key, 'health-probe': probe } };
}

function readDoc(path: string): string {
  return readFileSync(join(REPOSITORY, path), 'utf8');
}

function freshKey(): { key: string; publicKey: string } {
  const folder = mkdtempSync(join(tmpdir(), 'etcd-ha-health-'));
  try {
    const file = join(folder, 'key');
    execFileSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-C', 'health', '-f', file]);
    return { key: readFileSync(file, 'utf8'), publicKey: readFileSync(`${file}.pub`, 'utf8') };
  } finally {
    rmSync(folder, { recursive: true });
  }
}
