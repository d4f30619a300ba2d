import { CERTIFICATE_MODE } from '../../kubeadm/file-tree.ts';
import { CA_CERTIFICATE } from '../../kubeadm/paths.ts';
import type { Step } from '../../steps/index.ts';
import type { PlannedFile } from '../../steps/planned-file.ts';
import type { Stage } from '../plan.ts';
import { CLIENT_FILES, isHandedOver, type HandOver } from './hand-over.ts';

/**
 * One stage for each host of the control plane that lacks something, so that API servers get a new pair one after the
 * other.
 */
export function handOverStages(handOvers: readonly HandOver[]): Stage[] {
  return handOvers
    .filter((handOver) => !isHandedOver(handOver))
    .map((handOver) => ({
      title: `Hand-over to ${handOver.name}`,
      order: 'in-turn',
      mayFail: true,
      steps: steps(handOver),
    }));
}

function steps({ name: host, authority, pair, last, modes }: HandOver): Step[] {
  const files: PlannedFile[] = [
    ...(authority.length === 0
      ? []
      : [
          {
            path: CA_CERTIFICATE,
            mode: CERTIFICATE_MODE,
            content: { from: 'authority', part: 'certificate' },
          } as const,
        ]),
    ...(pair.length === 0
      ? []
      : CLIENT_FILES.toSorted((one, other) => Number(one.part === last) - Number(other.part === last)).map(
          ({ path, mode, name, part }): PlannedFile => ({
            path,
            mode,
            content: { from: 'leaf', name, part },
          }),
        )),
  ];
  const kept = new Map([...modes].filter(([path]) => !files.some((file) => file.path === path)));
  return [
    ...(files.length === 0
      ? []
      : [{ kind: 'deliver-files', host, files, why: [...authority, ...pair].join('; ') } as const]),
    ...(kept.size === 0
      ? []
      : [{ kind: 'set-modes', host, modes: kept, why: 'not as kubeadm makes them' } as const]),
    ...(pair.length === 0
      ? []
      : [{ kind: 'prove-client', host, why: 'every member has to answer its API server' } as const]),
  ];
}
