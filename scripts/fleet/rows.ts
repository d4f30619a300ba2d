import type { KubernetesVersion } from '../../lab/settings.ts';
import { defaultKubernetesVersion, kubernetesVersions } from '../../lab/settings.ts';
import { nameOf, variantNamed } from '../../lab/variants/variant.ts';

/** One kind of host of the fleet: its variant, and its Kubernetes. */
export interface FleetRow {
  /** Name of the variant, for `variantNamed`. */
  readonly variant: string;
  readonly kubernetes: KubernetesVersion;
}

/** Variants that are tested with the lab's ordinary Kubernetes: each trait once, and common combinations. */
const variants = [
  'bookworm',
  'trixie',
  'bookworm+cp-9.4',
  'trixie+rust-userland',
  'trixie+rust-userland-0.8',
  'bookworm+crio',
  'trixie+crio',
  'bookworm+debian-containerd',
  'trixie+debian-containerd',
  'bookworm+opt-programs',
  'bookworm+local-programs',
  'bookworm+data-disk',
  'bookworm+hardened',
  'trixie+rust-userland+hardened',
  'trixie+crio+opt-programs+data-disk+hardened',
] as const;

/** The row of `npm test`: the one that differs most from the ordinary host. */
export const sampleRow: FleetRow = {
  variant: 'trixie+rust-userland+hardened',
  kubernetes: defaultKubernetesVersion,
};

/** All rows, in the order of the table. */
export const fleetRows: readonly FleetRow[] = [
  ...variants.map((variant) => ({ variant, kubernetes: defaultKubernetesVersion })),
  ...kubernetesVersions
    .filter((kubernetes) => kubernetes !== defaultKubernetesVersion)
    .map((kubernetes) => ({ variant: 'bookworm', kubernetes })),
];

/** Returns the name of a row on the command line and in the table: "trixie+crio", "bookworm 1.37". */
export function rowName({ variant, kubernetes }: FleetRow): string {
  return kubernetes === defaultKubernetesVersion ? variant : `${variant} ${kubernetes}`;
}

/**
 * Returns the rows that words of a command line name: a variant in any order of its words, a Kubernetes version, or
 * both as in `rowName`. All rows if there is no word.
 *
 * @throws Error if a word names no row.
 */
export function rowsNamed(words: readonly string[]): FleetRow[] {
  if (words.length === 0) return [...fleetRows];
  const chosen = words.flatMap((word) => {
    const found = fleetRows.filter(
      (row) => [rowName(row), row.kubernetes].includes(word) || isSame(row, word),
    );
    if (found.length > 0) return found;
    throw new Error(`the fleet has no "${word}"; it has ${fleetRows.map(rowName).join(', ')}`);
  });
  return fleetRows.filter((row) => chosen.includes(row));
}

/** Reports whether the word names the row's variant, and the row has the ordinary Kubernetes. */
function isSame(row: FleetRow, word: string): boolean {
  if (row.kubernetes !== defaultKubernetesVersion) return false;
  try {
    return nameOf(variantNamed(word)) === nameOf(variantNamed(row.variant));
  } catch {
    return false;
  }
}
