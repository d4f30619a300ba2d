import { choices, switches } from './trait.ts';
import { debianReleases, nameOf, ordinary, traitAskedFor, valuesOf, variantNamed } from './variant.ts';

/** Flags of `lab up` for the variants of its hosts, in the form of node:util's parseArgs. */
export const variantFlagTypes = {
  distribution: { type: 'string' },
  userland: { type: 'string' },
  runtime: { type: 'string' },
  programs: { type: 'string' },
  hardened: { type: 'boolean' },
  'data-disk': { type: 'boolean' },
  selinux: { type: 'boolean' },
  host: { type: 'string', multiple: true },
} as const;

export const variantFlags = ['distribution', ...choices, ...switches, 'host'] as const;

/** The given values of the flags. */
export type VariantFlags = {
  readonly [Name in 'distribution' | (typeof choices)[number]]?: string | undefined;
} & {
  readonly [Name in (typeof switches)[number]]?: boolean | undefined;
} & { readonly host?: readonly string[] | undefined };

/** Returns the flags for the usage of `lab up`, in one line. */
export function variantUsage(): string {
  return [
    `[--distribution ${debianReleases.join('|')}]`,
    ...choices.map((choice) => `[--${choice} ${valuesOf(choice).join('|')}]`),
    ...switches.map((name) => `[--${name}]`),
    '[--host HOST=WORD+WORD…]',
  ].join(' ');
}

/**
 * Returns the names of the requested variants: one for all hosts, or one for each if --host names some. Undefined if
 * there is no such flag.
 *
 * @throws Error if there is no such variant, or no such host.
 */
export function variantOf(flags: VariantFlags, hosts: readonly string[]): string | string[] | undefined {
  if (!variantFlags.some((name) => flags[name] !== undefined)) return undefined;
  const chosen = choices.flatMap((choice) => {
    const value = flags[choice];
    return value === undefined || value === valuesOf(choice)[0] ? [] : [{ choice, value }];
  });
  const switched = switches.flatMap((name) => (flags[name] === true ? [{ switch: name }] : []));
  const words = [...chosen, ...switched].map((flag) => traitAskedFor(flag).name);
  const release = flags.distribution ?? ordinary().distribution;
  const all = nameOf(variantNamed([release, ...words].join('+')));
  if (flags.host === undefined) return all;
  const each = new Map(hosts.map((host) => [host, all] as const));
  for (const entry of flags.host) {
    const [host = '', named = ''] = entry.split('=', 2);
    if (!each.has(host)) throw new Error(`--host names "${host}"; the hosts are ${hosts.join(', ')}`);
    each.set(host, nameOf(variantNamed(named)));
  }
  return [...each.values()];
}
