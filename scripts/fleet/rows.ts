import type { KubernetesVersion } from '../../lab/settings.ts';
import { defaultKubernetesVersion, kubernetesVersions } from '../../lab/settings.ts';
import { nameOf, variantNamed } from '../../lab/variants/variant.ts';

/** One kind of host that the fleet has: what it is, and the Kubernetes on it. */
export interface FleetRow {
  /** Name of the variant, as `variantNamed` takes it. */
  readonly variant: string;
  readonly kubernetes: KubernetesVersion;
}

/** Variants that are tried with the lab's ordinary Kubernetes: each trait once, and those that people combine. */
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

/** The row that `npm test` takes: what differs most from the ordinary host. */
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

/** How a row is called on the command line and in the table: "trixie+crio", "bookworm 1.37". */
export function rowName({ variant, kubernetes }: FleetRow): string {
  return kubernetes === defaultKubernetesVersion ? variant : `${variant} ${kubernetes}`;
}

/**
 * The rows that words of a command line name: a variant in any order of its words, a Kubernetes version, or both as `rowName` has them.
 * All rows if there is no word.
 *
 * @throws Error if a word names none of them.
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

/** Whether the word names the row's variant, and the row has the ordinary Kubernetes. */
function isSame(row: FleetRow, word: string): boolean {
  if (row.kubernetes !== defaultKubernetesVersion) return false;
  try {
    return nameOf(variantNamed(word)) === nameOf(variantNamed(row.variant));
  } catch {
    return false;
  }
}
