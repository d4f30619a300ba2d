import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { memberAltNames } from '../../../src/pki/alt-names.ts';
import { nameFindings } from '../../../src/pki/authority-findings.ts';
import { parseAsGo } from '../../../src/pki/go/certificate.ts';
import { GoParseError } from '../../../src/pki/go/der-reader.ts';
import { privateKeyToPem } from '../../../src/pki/keys.ts';
import { encodePem } from '../../../src/pki/pem.ts';
import { AuthorityError, readSigningAuthority } from '../../../src/pki/read-authority.ts';
import { numbers, oneOf } from '../../fuzz.ts';
import { KEY } from './certificate-parts.ts';
import { CORPUS, type Case } from './corpus.ts';
import { askGo, MEMBER, NOW, type GoVerdict } from './go-program.ts';
import { needing } from '../../needs.ts';

/** Go's verdicts, recorded by `record-verdicts.ts`. */
const recorded = JSON.parse(readFileSync(join(import.meta.dirname, 'verdicts.json'), 'utf8')) as Readonly<
  Record<string, GoVerdict>
>;

/**
 * Certificates that Go accepts and the action refuses, each with our reason. A case needs a reason, because a user is
 * refused a CA that kubeadm and etcd accept.
 */
const OWN_REASONS: readonly (readonly [name: RegExp, fact: RegExp])[] = [
  // Go accepts a root of X.509 v1 and v2 as a CA; kubeadm does not (pki_helpers.go, TryLoadCertFromDisk and its
  // callers).
  [/: version [12]\b/, /not the certificate of a CA/],
  // OpenSSL, with which the runner connects to etcd, does not read such a time.
  [/UTCTime without seconds$/, /utctime is too short/],
  // kubeadm reads RSA and ECDSA keys, and the case has no private key.
  [/: RSA$/, /does not belong to/],
  [/: (?:Ed25519|DSA)$/, /kubeadm accepts RSA keys|does not belong to/],
  [/algorithm that Go does not know$/, /cannot be read/],
  // X.690 permits nothing after a value; the certificate's meaning would depend on the reader.
  [/parseKeyUsageExtension: bytes behind it$/, /Unparsed DER bytes/],
  // The oldest supported releases of kubeadm and etcd are built with a Go before 1.24.
  [/policy (?:mapping|constraints), critical$|inhibit any policy, critical$/, /built with Go 1\.24 or later/],
  // Go ignores an uncritical one, and OpenSSL does not: the runner's client would refuse the members.
  [/: a directory name$/, /Go and OpenSSL do not both support/],
];

/** Returns the verdict of our port of the parser. */
function parsed({ der }: Case): { readonly words?: string; readonly unhandled: readonly string[] } {
  try {
    return { unhandled: parseAsGo(der).unhandledCritical };
  } catch (error) {
    if (!(error instanceof GoParseError)) throw error;
    return { words: error.message, unhandled: [] };
  }
}

/**
 * Returns the reasons why we refuse the certificate as a CA for the member, before any connection; none if it is
 * accepted.
 */
function refusals({ der }: Case): string[] {
  try {
    const pem = encodePem('CERTIFICATE', der);
    const source = { name: 'ca-certificate', text: pem };
    const key = { name: 'ca-key', text: privateKeyToPem(KEY) };
    const { certificate } = readSigningAuthority(source, key, NOW);
    return nameFindings('ca-certificate', certificate, memberAltNames(MEMBER)).map(({ fact }) => fact);
  } catch (error) {
    if (!(error instanceof AuthorityError)) throw error;
    return error.reasons.map(({ fact }) => fact);
  }
}

function verdictOf({ name }: Case): GoVerdict {
  const verdict = recorded[name];
  if (verdict === undefined) throw new Error(`${name}: run record-verdicts.ts`);
  return verdict;
}

test('the corpus has enough of both, and each certificate once', () => {
  const words = CORPUS.map((one) => verdictOf(one).parse);
  expect(words.filter((one) => one !== undefined).length).toBeGreaterThan(120);
  expect(words.filter((one) => one === undefined).length).toBeGreaterThan(80);
  expect(Object.keys(recorded)).toEqual(CORPUS.map(({ name }) => name));
});

/**
 * Reports whether our port agrees with Go: accepts the same certificates, and refuses the rest with the beginning of
 * Go's words.
 */
function agrees(one: Case, { parse, unhandledCritical = [] }: GoVerdict): boolean {
  const { words, unhandled } = parsed(one);
  if (parse !== undefined) return words !== undefined && parse.startsWith(words);
  return words === undefined && unhandled.join() === unhandledCritical.join();
}

describe('our port of the parser says what Go says', () => {
  test.each(CORPUS)('$name', (one) => {
    expect([agrees(one, verdictOf(one)), parsed(one), verdictOf(one)]).toEqual([
      true,
      expect.anything(),
      expect.anything(),
    ]);
  });
});

describe('a CA is refused before any connection if Go does not take it, or what it signs', () => {
  test.each(CORPUS)('$name', (one) => {
    const { parse, verify, unhandledCritical } = verdictOf(one);
    const found = refusals(one);
    if ((parse ?? verify ?? unhandledCritical) !== undefined) {
      expect(found).not.toEqual([]);
      return;
    }
    const [, reason] = OWN_REASONS.find(([name]) => name.test(one.name)) ?? [];
    expect(found.filter((fact) => reason?.test(fact) !== true)).toEqual([]);
    // A reason for an accepted certificate is an error.
    if (reason !== undefined) expect(found).not.toEqual([]);
  });
});

/** Returns certificates that Go accepts, each with one or two changed bytes. */
function spoiledCertificates(seed: number, count: number): Case[] {
  const random = numbers(seed);
  const taken = CORPUS.filter((one) => verdictOf(one).parse === undefined);
  return Array.from({ length: count }, (_, index) => {
    const { name, der } = oneOf(taken, random);
    const spoiled = Buffer.from(der);
    for (let time = 0; time < 1 + Math.floor(random() * 2); time += 1)
      spoiled[Math.floor(random() * spoiled.length)] = oneOf(
        [0, 1, 2, 3, 4, 5, 6, 0x0c, 0x13, 0x17, 0x30, 0x31, 0x7f, 0x80, 0x82, 0xa0, 0xff, random() * 256],
        random,
      );
    return { name: `${index}: ${name}`, der: spoiled };
  });
}

needing('go').describe('Go itself', () => {
  test('matches the recorded verdicts', async () => {
    expect(await askGo(CORPUS)).toEqual(recorded);
  }, 300_000);

  test.each([1, 2])(
    'and our port agree on certificates that were spoiled by chance (seed %d)',
    async (seed) => {
      const cases = spoiledCertificates(seed, 4000);
      const verdicts = await askGo(cases);
      const refused = cases.filter(({ name }) => verdicts[name]?.parse !== undefined);
      expect(refused.length).toBeGreaterThan(400);
      expect(refused.length).toBeLessThan(3900);
      const different = cases.filter((one) => !agrees(one, verdicts[one.name] ?? {}));
      expect(different.map((one) => [one.name, verdicts[one.name], parsed(one)])).toEqual([]);
    },
    300_000,
  );
});
