import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import type { Lab } from '../../../lab/client.ts';
import { etcdctl } from './etcd.ts';

/** A pair of keys of age. */
export interface Identity {
  /** Path of the file with the secret one. */
  readonly file: string;
  /** The public one. */
  readonly recipient: string;
}

/** Makes a pair of keys with age's own program. */
export function newIdentity(keygen: string, folder: string): Identity {
  const file = join(folder, 'backup.key');
  execFileSync(keygen, ['-o', file], { stdio: 'ignore' });
  return { file, recipient: execFileSync(keygen, ['-y', file], { encoding: 'utf8' }).trim() };
}

/** Writes, changes and removes keys, some of them large, and compacts a part of the history. */
export async function fill(lab: Lab): Promise<void> {
  const [host] = lab.hosts;
  if (host === undefined) throw new Error('the lab has no host');
  const tool = etcdctl(host.address);
  const putLarge = tool.replace('crictl exec', 'crictl exec -i');
  await lab.sh(
    host.name,
    `for i in $(seq 40); do head -c 700000 /dev/urandom | base64 -w0 | ${putLarge} put /registry/secrets/$i; done
     for i in $(seq 20); do ${tool} put /registry/secrets/$i changed; done
     for i in $(seq 5); do ${tool} del /registry/secrets/$i; done
     ${tool} compaction 50
     ${tool} put after compaction`,
  );
}
