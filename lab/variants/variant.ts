import { ownDistribution } from '../base/mirror.ts';
import { containerd } from '../runtimes/containerd.ts';
import type { Runtime } from '../runtimes/runtime.ts';
import type { HostKindName } from '../settings.ts';
import { choices, type Trait, type TraitFlag } from './trait.ts';
import { traits } from './traits.ts';

/** The variant of a host: the release of its distribution, and its differences from the ordinary host. */
export interface Variant {
  /** Codename in debootstrap: "bookworm". */
  readonly distribution: string;
  /** Names of its traits, in the order of `traits`. */
  readonly traits: readonly string[];
}

/** Releases that a host can have besides the machine's own. */
export const debianReleases = ['bookworm', 'trixie'] as const;

/** Returns the ordinary host: the packages as installed, on the machine's own release. */
export function ordinary(): Variant {
  return { distribution: ownDistribution().codename, traits: [] };
}

/**
 * Returns the variant of this name, as in "trixie+rust-userland+hardened": words joined by "+", in any order. The
 * default release is the machine's own; "ordinary" names the ordinary host.
 *
 * @throws Error if a word is no trait and no release, occurs twice, or contradicts another.
 */
export function variantNamed(name: string): Variant {
  const words = name === 'ordinary' ? [] : name.split('+');
  const own = ordinary().distribution;
  const releases = words.filter((word) => isRelease(word) || word === own);
  const names = words.filter((word) => !releases.includes(word));
  const unknown = names.filter((word) => !traits.some((trait) => trait.name === word));
  if (unknown.length > 0) {
    const known = variantWords().join(', ');
    throw new Error(`there is no "${unknown.join('", "')}" to make a host of; there are ${known}`);
  }
  if (new Set(words).size < words.length) throw new Error(`"${name}" names something twice`);
  if (releases.length > 1) throw new Error(`a host is either ${releases.join(' or ')}`);
  return checked({ distribution: releases[0] ?? own, traits: inOrder(names) });
}

/** Returns the words of variants' names. */
export function variantWords(): string[] {
  return [...new Set([ordinary().distribution, ...debianReleases]), ...traits.map(({ name }) => name)];
}

/** Returns the name of a variant, from which `variantNamed` returns the same variant. */
export function nameOf({ distribution, traits: names }: Variant): string {
  return [distribution, ...names].join('+');
}

/** Returns the traits of a variant, in the order in which they are laid over its disk. */
export function traitsOf(variant: Variant): Trait[] {
  return traits.filter(({ name }) => variant.traits.includes(name));
}

/** Returns the container runtime of a variant's hosts. */
export function runtimeOf(variant: Variant): Runtime {
  return traitsOf(variant).flatMap(({ runtime }) => runtime ?? [])[0] ?? containerd;
}

/** Throws if a host of this kind cannot be of the variant. */
export function checkKind(variant: Variant, kind: HostKindName): void {
  for (const { name, kinds } of traitsOf(variant)) {
    if (kinds === undefined || kinds.includes(kind)) continue;
    const [what, flag] = kind === 'vm' ? ['container', 'leave --vm out'] : ['virtual machine', 'add --vm'];
    throw new Error(`a host with ${name} is a ${what}: ${flag}`);
  }
}

/**
 * Returns the trait for a flag of `lab up`.
 * @throws Error if the flag has no such value.
 */
export function traitAskedFor(flag: TraitFlag): Trait {
  const found = traits.find((trait) => JSON.stringify(trait.flag) === JSON.stringify(flag));
  if (found !== undefined) return found;
  if ('switch' in flag) throw new Error(`there is no --${flag.switch}`);
  throw new Error(`--${flag.choice} is one of ${valuesOf(flag.choice).join(', ')}, not "${flag.value}"`);
}

/** Returns the values of a flag of `lab up`; the first one is the ordinary host's. */
export function valuesOf(choice: (typeof choices)[number]): string[] {
  const ordinaryValue = { userland: 'gnu', runtime: containerd.name, programs: 'usr' }[choice];
  const values = traits.flatMap(({ flag }) =>
    'choice' in flag && flag.choice === choice ? [flag.value] : [],
  );
  return [ordinaryValue, ...values];
}

function isRelease(word: string): boolean {
  return debianReleases.some((release) => release === word);
}

function inOrder(names: readonly string[]): string[] {
  return traits.map(({ name }) => name).filter((name) => names.includes(name));
}

/** Returns the variant. Throws if its parts contradict each other. */
function checked(variant: Variant): Variant {
  const its = traitsOf(variant);
  for (const choice of choices) {
    const chosen = its.filter(({ flag }) => 'choice' in flag && flag.choice === choice);
    if (chosen.length > 1) throw new Error(`a host is either ${chosen.map(({ name }) => name).join(' or ')}`);
  }
  for (const { name, distributions } of its) {
    if (distributions !== undefined && !distributions.includes(variant.distribution)) {
      throw new Error(`${name} can be had on ${distributions.join(', ')}, not on ${variant.distribution}`);
    }
  }
  return variant;
}
