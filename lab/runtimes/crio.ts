import { must } from '../machine/run.ts';
import type { Runtime } from './runtime.ts';

/** CRI-O as its own Debian package configures it (`variants/crio/files`). */
export const crio: Runtime = {
  name: 'crio',
  unit: 'crio.service',
  socket: '/var/run/crio/crio.sock',
  servesCri: true,
  setup: async ({ built }) => {
    const defaults = await must([built('crio'), 'config', '--default']);
    return { config: {}, sandboxImage: pauseImage(defaults) };
  },
  importImages: 'import-crio.sh',
  importTools: ['copyimg'],
};

/**
 * Returns the image of CRI-O's sandboxes.
 * @param config output of `crio config --default`.
 */
export function pauseImage(config: string): string {
  const image = /^#? ?pause_image = "([^"]+)"/m.exec(config)?.[1];
  if (image === undefined) throw new Error('crio config --default names no pause image');
  return image;
}
