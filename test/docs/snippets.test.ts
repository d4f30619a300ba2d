import { describe, expect, test } from '@jest/globals';
import { parse } from 'yaml';
import { createAuthority } from '../../src/pki/authority.ts';
import { findingsOf, run } from '../settings/given.ts';
import { codeBlocks } from './markdown.ts';
import { filesBelow, read } from './repository.ts';

/** What the repository of an example has as secrets and variables. */
const ca = await createAuthority({ algorithm: 'ECDSA-P256', now: run.now });
const STORED: Readonly<Record<string, string>> = {
  'secrets.ETCD_CA_KEY': ca.keyPem,
  'vars.ETCD_CA_CERTIFICATE': ca.certificatePem,
};

/** Inputs in a runbook, for `with:`: a piece of YAML that is no part of a workflow, no file of a host, and none that begins with its path. */
const snippets = filesBelow('docs', '.md').flatMap((file) =>
  codeBlocks(read(file), 'yaml')
    .filter((block) => !/^# \S+\.ya?ml\n/.test(block))
    .filter((block) => !/^(?:jobs|apiVersion|on|if|- .*|\s*uses):/m.test(block))
    .map((block) => [file, block] as const),
);

test('there are some', () => {
  expect(snippets.length).toBeGreaterThan(2);
});

describe('inputs in the docs are taken as they stand', () => {
  test.each(snippets)('%s: %s', (_, block) => {
    const inputs = Object.entries(parse(block) as Record<string, unknown>).map(([name, value]) => [
      name,
      String(value).replaceAll(/\$\{\{ (\S+) \}\}/g, (whole, stored: string) => STORED[stored] ?? whole),
    ]);
    expect(findingsOf(Object.fromEntries(inputs) as Record<string, string>)).toEqual([]);
  });
});
