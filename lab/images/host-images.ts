import { must } from '../machine/run.ts';
import type { Programs } from '../programs/programs.ts';
import type { Image } from './archive.ts';

/** The container images of an etcd host. */
export interface HostImages {
  readonly etcd: Image;
  readonly pause: Image;
}

/**
 * Returns the images that this kubeadm expects, under their exact tags, built from the lab's own programs. Throws if
 * kubeadm expects another etcd than the lab has.
 */
export async function hostImages(programs: Programs['paths'], pause: string): Promise<HostImages> {
  const { version, tagOf } = await tagsOf(programs.kubeadm);
  const etcdTag = tagOf('etcd');
  const etcdVersion = /etcd Version: (\S+)/.exec(await must([programs.etcd, '--version']))?.[1] ?? 'unknown';
  if (!etcdTag.endsWith(`:${etcdVersion}-0`)) {
    throw new Error(`kubeadm ${version} wants ${etcdTag}, but the lab's etcd is ${etcdVersion}`);
  }
  const tools = ['etcd', 'etcdctl', 'etcdutl'] as const;
  return {
    etcd: {
      tag: etcdTag,
      entrypoint: [],
      files: [
        ...tools.map((name) => ({ path: `/usr/local/bin/${name}`, program: programs[name] })),
        { path: '/etc/passwd', text: 'root:x:0:0:root:/root:/sbin/nologin\n' },
      ],
      folders: ['/tmp', '/var/lib/etcd'],
    },
    pause: {
      tag: tagOf('pause'),
      entrypoint: ['/pause'],
      files: [{ path: '/pause', program: pause }],
      folders: [],
    },
  };
}

/** Returns the tags that this kubeadm expects, by the last part of the image's repository. */
export async function tagsOf(kubeadm: string): Promise<{ version: string; tagOf: (name: string) => string }> {
  const version = (await must([kubeadm, 'version', '-o', 'short'])).trim();
  const list = await must([kubeadm, 'config', 'images', 'list', '--kubernetes-version', version]);
  const tagOf = (name: string) => {
    const tag = list.split('\n').find((line) => line.includes(`/${name}:`));
    if (tag === undefined) throw new Error(`kubeadm ${version} names no ${name} image:\n${list}`);
    return tag;
  };
  return { version, tagOf };
}
