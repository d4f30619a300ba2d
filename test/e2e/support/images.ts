import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import type { Lab } from '../../../lab/client.ts';

/** The initial images of a host, and an archive of both on the runner. */
export interface HostImages {
  readonly etcd: string;
  readonly pause: string;
  /** Uncompressed, as containerd itself exports images. */
  readonly archive: string;
}

/** Exports a host's images with its containerd, and fetches them into a folder of the runner. */
export async function exportImages(lab: Lab, host: string, folder: string): Promise<HostImages> {
  const tags = await lab.sh(host, 'crictl images -o json | sed -n \'s/^ *"\\(.*:[^"]*\\)"$/\\1/p\'');
  const imageNamed = (name: string): string =>
    tags.split('\n').find((tag) => tag.includes(`/${name}:`)) ?? '';
  const [etcd, pause] = [imageNamed('etcd'), imageNamed('pause')];
  const onHost = `/home/${lab.sshUser}/images.tar`;
  await lab.sh(host, `ctr -n k8s.io images export ${onHost} ${etcd} ${pause}; chmod 644 ${onHost}`);
  const archive = join(folder, 'images.tar');
  const { address = '' } = lab.hosts.find(({ name }) => name === host) ?? {};
  const known = join(folder, 'known_hosts');
  const [command = '', ...args] = lab.inRunner([
    'scp',
    '-q',
    ...['-o', 'StrictHostKeyChecking=no', '-o', `UserKnownHostsFile=${known}`, '-i', lab.privateKeyPath],
    `${lab.sshUser}@${address}:images.tar`,
    archive,
  ]);
  execFileSync(command, args);
  await lab.sh(host, `rm ${onHost}`);
  return { etcd, pause, archive };
}
