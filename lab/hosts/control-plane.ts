import { copyFileSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Image, writeImageArchive } from '../images/archive.ts';
import { tagsOf } from '../images/host-images.ts';
import { ensureLayer } from '../machine/layer.ts';
import { type Progress, stage } from '../machine/progress.ts';
import { must } from '../machine/run.ts';
import type { HostPlace } from '../place.ts';
import { controlPlaneProgramsFor, hostProgramsFor } from '../programs/programs.ts';
import type { KubernetesVersion } from '../settings.ts';
import { runtimeOf } from '../variants/variant.ts';
import { kindOf } from './kinds.ts';

const kubectl = 'kubectl';
const components = ['kube-apiserver', 'kube-controller-manager', 'kube-scheduler'] as const;

/**
 * Returns the folder with a control plane of this version, created first if the cache lacks it: archives of its images,
 * and kubectl. Throws if the lab has no control plane of this version.
 */
export async function ensureControlPlaneKit(version: KubernetesVersion, progress: Progress): Promise<string> {
  const programs = await controlPlaneProgramsFor(version, progress);
  const { kubeadm } = (await hostProgramsFor(version, progress)).paths;
  const { tagOf } = await tagsOf(kubeadm);
  const images = components.map((name): Image => ({
    tag: tagOf(name),
    entrypoint: [],
    files: [{ path: `/usr/local/bin/${name}`, program: programs.paths[name] }],
    folders: ['/tmp'],
  }));
  return ensureLayer(
    {
      name: `control-plane-kit-${version}`,
      inputs: [...programs.identity, JSON.stringify(images)],
      make: (layer) =>
        stage(progress, `making the images of a control plane (Kubernetes ${version})`, async () => {
          for (const [index, name] of components.entries()) {
            const image = images[index];
            if (image !== undefined) await writeImageArchive(image, join(layer, `${name}.tar`));
          }
          copyFileSync(programs.paths.kubectl, join(layer, kubectl));
        }),
    },
    progress,
  );
}

/** Copies all of it to a host that is up. Throws if its container runtime cannot import images from a stream. */
export async function equip(host: HostPlace, kit: string): Promise<void> {
  const send = (file: string, argv: readonly string[]) =>
    must(kindOf(host).entering(host, argv), { stdin: readFileSync(join(kit, file)) });
  const { name, loadImages } = runtimeOf(host.variant);
  if (loadImages === undefined)
    throw new Error(`${host.name} runs ${name}, which takes no image from the lab`);
  await send(kubectl, ['sh', '-c', `cat > /usr/bin/${kubectl} && chmod 755 /usr/bin/${kubectl}`]);
  for (const file of readdirSync(kit).filter((name) => name.endsWith('.tar'))) {
    await send(file, loadImages);
  }
}
