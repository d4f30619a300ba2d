import { readFileSync, renameSync, writeFileSync } from 'node:fs';
import { type HostPlace, hostPlace, type LabPlace } from './place.ts';
import { defaultFamily, type Family, type HostKindName, type KubernetesVersion } from './settings.ts';
import { ordinary, type Variant } from './variants/variant.ts';

/** The shape of a lab; written once it has been decided, so that later commands find it. */
export interface LabState {
  readonly hosts: number;
  readonly kubernetes: KubernetesVersion;
  readonly kind: HostKindName;
  readonly family: Family;
  /** The variant of each host. */
  readonly variants: readonly Variant[];
}

/** Returns the state of the lab, undefined if there is no such lab. */
export function readState(lab: LabPlace): LabState | undefined {
  try {
    const state = JSON.parse(readFileSync(lab.stateFile, 'utf8')) as Omit<
      LabState,
      'kind' | 'family' | 'variants'
    > &
      Partial<LabState>;
    // A lab from the time before there was more than one kind, family, or variant lacks these.
    const { kind = 'container', family = defaultFamily, variants = [] } = state;
    return { ...state, kind, family, variants };
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}

export function writeState(lab: LabPlace, state: LabState): void {
  const aside = `${lab.stateFile}.new`;
  writeFileSync(aside, `${JSON.stringify(state, undefined, 2)}\n`);
  renameSync(aside, lab.stateFile);
}

/** Returns the paths of the lab's hosts. */
export function hostsOf(lab: LabPlace, state: Omit<LabState, 'kubernetes'>): HostPlace[] {
  const { hosts, kind, family, variants } = state;
  return Array.from({ length: hosts }, (_, index) =>
    hostPlace(lab, index, { kind, family, variant: variants[index] ?? ordinary() }),
  );
}
