import { describe, expect, test } from '@jest/globals';
import {
  Decrypter,
  Encrypter,
  generateHybridIdentity,
  generateX25519Identity,
  identityToRecipient,
} from 'age-encryption';
import { format, inspect } from 'node:util';
import { IdentitiesError, NO_IDENTITIES, parseIdentities } from '../../src/backup/identities.ts';
import type { KeyProblem } from '../../src/backup/recipients.ts';
import { numbers, spoiled } from '../fuzz.ts';

const [ALICE, BOB, PQ] = [
  await generateX25519Identity(),
  await generateX25519Identity(),
  await generateHybridIdentity(),
];
const PUBLIC = await identityToRecipient(ALICE);

function problemsOf(text: string): readonly KeyProblem[] {
  try {
    parseIdentities(text);
  } catch (error) {
    if (error instanceof IdentitiesError) return error.problems;
    throw error;
  }
  throw new Error('it was accepted');
}

describe('identities', () => {
  test('are read from the whole file of age-keygen, and from bare lines', async () => {
    const file = `\uFEFF# created: 2026-11-30T10:00:00Z\r\n# public key: ${PUBLIC}\r\n${ALICE}\r\n`;
    expect(await parseIdentities(file).recipients()).toEqual([PUBLIC]);
    const several = parseIdentities(`\n  ${ALICE} # of Alice\n${PQ}\n\n${ALICE}\n`);
    expect(several.count).toBe(2);
    expect(await several.recipients()).toEqual([PUBLIC, await identityToRecipient(PQ)]);
  });

  test('decrypt', async () => {
    for (const identity of [ALICE, PQ]) {
      const encrypter = new Encrypter();
      encrypter.addRecipient(await identityToRecipient(identity));
      const decrypter = new Decrypter();
      parseIdentities(`${BOB}\n${identity}`).addTo(decrypter);
      expect(await decrypter.decrypt(await encrypter.encrypt('x'), 'text')).toBe('x');
    }
  });

  test('are shown by nothing that prints an object', () => {
    const identities = parseIdentities(`${ALICE}\n${PQ}`);
    const shown = [
      JSON.stringify({ identities }),
      inspect({ identities }, { showHidden: true, depth: 9 }),
      format('%o %O %s', identities, identities, identities),
      String(identities),
      Object.keys(identities).join(),
    ].join('\n');
    expect(shown).not.toContain(ALICE.slice(16, 24));
    expect(shown).not.toMatch(/SECRET/);
    expect(shown).toContain('2 identities of age');
  });

  test('may be none, for a backup that is not encrypted', async () => {
    expect([NO_IDENTITIES.count, await NO_IDENTITIES.recipients()]).toEqual([0, []]);
  });
});

const PEM = ['-----BEGIN', 'OPENSSH', 'PRIVATE', 'KEY-----\nb3BlbnNzaC1rZXktdjEAAAAABG5vbmU'].join(' ');

describe('what is no identity is a problem', () => {
  test.each([
    ['nothing', ' \n', /^no identity is given: the text is empty/, /has no value/],
    ['comments', `# public key: ${PUBLIC}\n`, /every line is a comment/, /only a part/],
    ['a file without its line breaks', `# created: now ${ALICE}`, /every line is a/, /line breaks/],
    ['a public key', PUBLIC, /this is a public key, which/, /backup-recipients/],
    ['a public key of SSH', 'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5', /public key of SSH/, /wrong secret/],
    ['a private key of SSH', PEM, /a private key of SSH or TLS/, /wrong secret/],
    ['a protected file', '-----BEGIN AGE ENCRYPTED FILE-----\nYWdl', /that age has encrypted/, /passphrase/],
    ['a backup', 'age-encryption.org/v1\n-> X25519 x', /that age has encrypted/, /a backup was given/],
    ['a plugin', 'AGE-PLUGIN-YUBIKEY-1QQP', /belongs to a plugin/, /hardware/],
    ['a passphrase', 'correct horse battery staple', /no identity of age, so it is not/, /passphrase/],
    ['one that is cut off', ALICE.slice(0, 60), /cut off: it has 60 of 74/, /not copied/],
    ['a post-quantum one that is cut off', PQ.slice(0, 76), /cut off: it has 76 of 77/, /wrapped/],
    ['two on a line', `${ALICE} ${BOB}`, /has 149 in place of 74 characters/, /two keys/],
    ['a wrong checksum', changed(ALICE), /typing error: its checksum/, /was changed/],
    ['a wrong checksum of a post-quantum one', changed(PQ), /typing error: its checksum/, /was changed/],
    ['both cases', `${ALICE.slice(0, 20)}${ALICE.slice(20).toLowerCase()}`, /checksum/, /small letters/],
    ['small letters', ALICE.toLowerCase(), /something before it or in small letters/, /quotes/],
    ['quotes', `"${ALICE}"`, /something before it/, /quotes/],
    ['another character', `${ALICE.slice(0, -1)}\u0420`, /the identity contains U\+0420/, /copied/],
  ])('%s', (_, text, fact, cause) => {
    const problems = problemsOf(text);
    expect(problems).toHaveLength(1);
    expect(problems[0]).toMatchObject({
      code: 'restore-identity-unusable',
      fact: expect.stringMatching(fact),
      cause: expect.stringMatching(cause),
      fix: expect.stringMatching(/\.$/),
    });
  });

  test('with its line, and all of them at once, ten at most', () => {
    const text = `${ALICE}\n${PUBLIC}\n\n${BOB.slice(0, 30)}\n${BOB.slice(30)}`;
    expect(problemsOf(text).map(({ line }) => line)).toEqual([2, 4, 5]);
    expect(problemsOf('x\n'.repeat(1000))).toHaveLength(10);
  });

  test('so are too many of them, or too much text', async () => {
    const many = await Promise.all(Array.from({ length: 21 }, () => generateX25519Identity()));
    expect(parseIdentities(many.slice(1).join('\n')).count).toBe(20);
    expect(problemsOf(many.join('\n'))[0]?.fact).toMatch(/^there are 21 identities, more than 20/);
    expect(problemsOf('\n'.repeat(70_000))[0]?.fact).toMatch(/has 70000 characters/);
  });
});

/** Changes a character in the middle. */
function changed(key: string): string {
  return `${key.slice(0, 40)}${key[40] === 'Q' ? 'P' : 'Q'}${key.slice(41)}`;
}

test('no problem contains anything of a key, whatever is given, and what is accepted is what the library accepts', () => {
  const random = numbers(19);
  const accepted = { here: 0, not: 0 };
  for (let time = 0; time < 2_000; time += 1) {
    const key = random() < 0.5 ? ALICE : PQ;
    const text = spoiled(`# ${PUBLIC}\n${key}\n`, random);
    try {
      const identities = parseIdentities(text);
      expect(() => identities.addTo(new Decrypter())).not.toThrow();
      accepted.here += 1;
    } catch (error) {
      if (!(error instanceof IdentitiesError)) throw error;
      const words = JSON.stringify([error.message, error.problems]).toUpperCase();
      const secret = key.slice(key.lastIndexOf('1') + 1);
      for (let at = 0; at + 6 <= secret.length; at += 1)
        expect([text, words.includes(secret.slice(at, at + 6))]).toEqual([text, false]);
      accepted.not += 1;
    }
  }
  expect(accepted.here).toBeGreaterThan(100);
  expect(accepted.not).toBeGreaterThan(100);
});
