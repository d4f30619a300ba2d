import { expect, test } from '@jest/globals';
import { read } from '../docs/repository.ts';

interface Locked {
  readonly version?: string;
  readonly integrity?: string;
  readonly resolved?: string;
  readonly link?: boolean;
}

const { lockfileVersion, packages } = JSON.parse(read('package-lock.json')) as {
  lockfileVersion: number;
  packages: Readonly<Record<string, Locked>>;
};
const locked = Object.entries(packages).filter(([path]) => path !== '');

// npm leaves out the digests of packages for other platforms than the one that last wrote the lock file; npm ci then
// accepts there whatever the registry returns.
test('every package is locked by a digest, those of all platforms as well', () => {
  expect(lockfileVersion).toBe(3);
  expect(locked.length).toBeGreaterThan(500);
  const without = locked.filter(([, { integrity = '' }]) => !/^sha512-[A-Za-z0-9+/]{86}==$/.test(integrity));
  expect(without.map(([path]) => path)).toEqual([]);
});

// The digest identifies the package; a registry's address would only tie a checkout to it.
test('no package is tied to an address, or is a link', () => {
  const tied = locked.filter(([, { resolved, link }]) => resolved !== undefined || link !== undefined);
  expect(tied.map(([path]) => path)).toEqual([]);
});
