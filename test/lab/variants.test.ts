import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { hostKindNames } from '../../lab/settings.ts';
import { choices } from '../../lab/variants/trait.ts';
import { traits } from '../../lab/variants/traits.ts';
import { variantOf } from '../../lab/variants/flags.ts';
import {
  checkKind,
  debianReleases,
  nameOf,
  ordinary,
  valuesOf,
  variantNamed,
} from '../../lab/variants/variant.ts';
import { read } from '../docs/repository.ts';

const own = ordinary().distribution;
const HOSTS = ['infra0', 'infra1', 'infra2'];

/** Returns a release that supports the trait. */
const releaseFor = (trait: (typeof traits)[number]): string => trait.distributions?.[0] ?? own;

describe('the name of a variant', () => {
  test.each(['ordinary', own, ...debianReleases])('%s has no trait', (name) => {
    const variant = variantNamed(name);
    expect(variant.traits).toEqual([]);
    expect(variantNamed(nameOf(variant))).toEqual(variant);
  });

  test('takes its words in any order', () => {
    for (const trait of traits) {
      const release = releaseFor(trait);
      const variant = { distribution: release, traits: [trait.name] };
      expect(variantNamed(`${trait.name}+${release}`)).toEqual(variant);
      expect(variantNamed(`${release}+${trait.name}`)).toEqual(variant);
    }
  });

  test.each([
    ['', 'there is no "" to make a host of'],
    ['woody', `there are ${own}`],
    ['bookworm+trixie', 'either bookworm or trixie'],
    ['trixie+trixie', 'names something twice'],
  ])('%j is refused', (name, message) => {
    expect(() => variantNamed(name)).toThrow(message);
  });

  test('two traits that exclude each other are refused', () => {
    for (const choice of choices) {
      const both = traits.filter(({ flag }) => 'choice' in flag && flag.choice === choice).slice(0, 2);
      if (both.length === 2) {
        const words = both.map(({ name }) => name);
        expect(() => variantNamed(words.join('+'))).toThrow(`either ${words.join(' or ')}`);
      }
    }
  });
});

test('a trait of one kind of host is refused to the other', () => {
  for (const trait of traits) {
    const variant = { distribution: releaseFor(trait), traits: [trait.name] };
    for (const kind of hostKindNames) {
      const isRefused = trait.kinds !== undefined && !trait.kinds.includes(kind);
      const check = () => {
        checkKind(variant, kind);
      };
      if (isRefused) expect(check).toThrow(`a host with ${trait.name} is a `);
      else expect(check).not.toThrow();
    }
  }
  expect(() => {
    checkKind({ distribution: 'bookworm', traits: ['selinux'] }, 'container');
  }).toThrow('a host with selinux is a virtual machine: add --vm');
});

describe('the flags of `lab up`', () => {
  test('none leave the lab as it is', () => {
    expect(variantOf({}, HOSTS)).toBeUndefined();
  });

  test('the ordinary values are the ordinary host', () => {
    for (const choice of choices) expect(variantOf({ [choice]: valuesOf(choice)[0] }, HOSTS)).toBe(own);
  });

  test('reach every trait', () => {
    for (const trait of traits) {
      const distribution = releaseFor(trait);
      const flag =
        'choice' in trait.flag ? { [trait.flag.choice]: trait.flag.value } : { [trait.flag.switch]: true };
      expect(variantOf({ distribution, ...flag }, HOSTS)).toBe(`${distribution}+${trait.name}`);
    }
  });

  test('say of single hosts what they are', () => {
    expect(variantOf({ host: ['infra1=trixie'], distribution: 'bookworm' }, HOSTS)).toEqual([
      'bookworm',
      'trixie',
      'bookworm',
    ]);
    expect(() => variantOf({ host: ['infra7=trixie'] }, HOSTS)).toThrow(
      'the hosts are infra0, infra1, infra2',
    );
    expect(() => variantOf({ host: ['infra1'] }, HOSTS)).toThrow('there is no ""');
  });

  test('a value that there is none of is refused, with those that there are', () => {
    expect(() => variantOf({ runtime: 'rkt' }, HOSTS)).toThrow('--runtime is one of containerd');
  });
});

test('every trait has its folder, and its row in lab/README.md', () => {
  const readme = read('lab/README.md');
  for (const { name } of traits) {
    expect([name, existsSync(join(import.meta.dirname, '../../lab/variants', name))]).toEqual([name, true]);
    expect(readme).toContain(`| \`${name}\` `);
  }
});
