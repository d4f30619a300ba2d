import { describe, expect, test } from '@jest/globals';
import { bech32 } from '@scure/base';
import { generateHybridIdentity, generateX25519Identity, identityToRecipient } from 'age-encryption';
import { sealTo } from '../../src/backup/age-file.ts';
import {
  parseRecipients,
  type KeyProblem,
  RecipientsError,
  secretKeysIn,
} from '../../src/backup/recipients.ts';
import { decodeBech32 } from '../../src/text/bech32.ts';
import { numbers, spoiled } from '../fuzz.ts';

/** From the README of age. */
const ALICE = 'age1ql3z7hjy54pw3hyww5ayyfg7zqgvc7w3j2elw8zmrj2kg5sfn9aqmcac8p';
const [SECRET, PQ_SECRET] = [await generateX25519Identity(), await generateHybridIdentity()];
const [BOB, PQ] = [await identityToRecipient(SECRET), await identityToRecipient(PQ_SECRET)];
const OTHER_PQ = await identityToRecipient(await generateHybridIdentity());

function problemsOf(text: string): readonly KeyProblem[] {
  try {
    parseRecipients(text);
  } catch (error) {
    if (error instanceof RecipientsError) return error.problems;
    throw error;
  }
  throw new Error('it was accepted');
}

describe('recipients', () => {
  test('are taken from lines and between commas, with comments and blank lines', () => {
    const text = `# who restores\n\n  ${ALICE}  # Alice\r\n${BOB},\n`;
    expect(parseRecipients(text)).toEqual({ recipients: [ALICE, BOB] });
    expect(parseRecipients(`${ALICE}, ${BOB}`)).toEqual({ recipients: [ALICE, BOB] });
  });

  test('may be post-quantum ones', () => {
    expect(PQ).toHaveLength(1959);
    expect(parseRecipients(`${PQ}\n${OTHER_PQ}`)).toEqual({ recipients: [PQ, OTHER_PQ] });
  });

  test('are accepted if and only if the library accepts them', async () => {
    const random = numbers(18);
    const accepted = { here: 0, not: 0 };
    for (let time = 0; time < 300; time += 1) {
      const [kind, at] = [random() < 0.5 ? BOB : PQ, random()];
      const place = Math.floor(at * kind.length);
      const changed = random() < 0.1 ? kind : `${kind.slice(0, place)}q${kind.slice(place + 1)}`;
      const here = ((): boolean => {
        try {
          return parseRecipients(changed).recipients.length === 1;
        } catch {
          return false;
        }
      })();
      const there = await sealTo({ recipients: [changed] }).then(
        () => true,
        () => false,
      );
      expect([changed, here]).toEqual([changed, there]);
      accepted[here ? 'here' : 'not'] += 1;
    }
    expect(accepted.here).toBeGreaterThan(10);
    expect(accepted.not).toBeGreaterThan(100);
  });
});

describe('text that is not a recipient is a problem', () => {
  test.each([
    ['nothing', ' \n# comment\n', /^no recipient is given/],
    ['a key of SSH', 'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIA ann@example', /a key of SSH \("ssh-ed25519"\)/],
    ['another key of SSH', 'ssh-rsa AAAAB3', /a key of SSH/],
    [
      'a plugin',
      'age1yubikey1qwt50d05nh5vutpdzmlg5wn80xq5negm4uj9ghv0snvdd3yysf5yw3rhl3t',
      /belongs to a plugin/,
    ],
    ['a typing error', ALICE.replace('ql3z', 'ql3y'), /has a typing error/],
    ['one that is cut off', ALICE.slice(0, -1), /typing error.*61 characters/],
    ['one in capitals', ALICE.toUpperCase(), /begins with age1, in small letters/],
    ['another character', `${ALICE.slice(0, -1)}\u0440`, /contains U\+0440/],
    ['one twice', `${ALICE}\n\n${ALICE}`, /is given twice, the first time in line 1/],
    ['two kinds', `${ALICE}\n${PQ}`, /some recipients are post-quantum/],
    ['too many', `${ALICE}\n`.repeat(51), /^there are 51 recipients, more than 50/],
    ['too much', `#${' '.repeat(300_000)}`, /has 300001 characters/],
  ])('%s', (_, text, expected) => {
    const problems = problemsOf(text);
    expect(problems.map(({ fact }) => fact).join('\n')).toMatch(expected);
    expect(problems.length).toBeLessThanOrEqual(10);
    for (const problem of problems) {
      expect(problem.fact.length).toBeLessThan(300);
      expect(problem).toMatchObject({ code: 'backup-recipients-unusable', fix: expect.any(String) });
    }
  });

  test('each with its line', () => {
    expect(problemsOf(`# a\nssh-rsa A\n\nx, age1y`).map(({ line }) => line)).toEqual([2, 4, 4]);
  });

  test('a secret key is named as such, also in a comment, and never shown', () => {
    const file = `# public key: ${BOB}\n# ${PQ_SECRET}\n${SECRET}\n${SECRET.toLowerCase()}`;
    const problems = problemsOf(file);
    expect(problems.map(({ line, fact }) => [line, fact.slice(0, 20)])).toEqual(
      [2, 3, 4].map((line) => [line, 'this is a secret key']),
    );
    const shown = JSON.stringify(problems) + String(new RecipientsError(problems));
    for (const secret of [SECRET, PQ_SECRET]) expect(shown.toUpperCase()).not.toContain(secret.slice(16, 30));
    expect(secretKeysIn(file)).toEqual([PQ_SECRET, SECRET, SECRET.toLowerCase()]);
    expect(secretKeysIn(`${ALICE}\n${PQ}`)).toEqual([]);
  });

  test('a passphrase and a private key of another program are not shown', () => {
    const problems = problemsOf('correct horse\n-----BEGIN OPENSSH PRIVATE KEY-----\nb3BlbnNzaC1rZXk=');
    expect(JSON.stringify(problems)).not.toMatch(/horse|b3Blbn/);
    expect(problems[1]?.fact).toContain('a private key of SSH or TLS');
  });

  test('spoiled texts never lead to another error, nor to a recipient that is none', () => {
    const random = numbers(7);
    for (let time = 0; time < 2000; time += 1) {
      const text = spoiled(`${ALICE}\n${BOB} # Bob\n${SECRET}`, random);
      try {
        const { recipients } = parseRecipients(text);
        expect([ALICE, BOB]).toEqual(expect.arrayContaining([...recipients]));
      } catch (error) {
        expect(error).toBeInstanceOf(RecipientsError);
        expect(String(error)).not.toContain(SECRET.slice(16, 40));
      }
    }
  });
});

/** Encodes a recipient as age-keygen does, whatever its key is. */
function recipient(prefix: 'age' | 'age1pq', key: Uint8Array): string {
  return bech32.encode(prefix, bech32.toWords(key), false);
}

function keyOf(text: string): Buffer {
  return decodeBech32(text)?.bytes ?? Buffer.alloc(0);
}

/** Points of low order (RFC 7748, section 6.1; cr.yp.to/ecdh.html), also in a form that is not reduced. */
const LOW_ORDER = [
  '00'.repeat(32),
  `01${'00'.repeat(31)}`,
  'e0eb7a7c3b41b8ae1656e3faf19fc46ada098deb9c32b1fd866205165f49b800',
  '5f9c95bca3508c24b1d0b1559c83ef5b04445cc4581c8e86d8224eddd09f1157',
  `ec${'ff'.repeat(30)}7f`,
  `ed${'ff'.repeat(30)}7f`,
  `ee${'ff'.repeat(30)}7f`,
  `${'00'.repeat(31)}80`,
].map((hex) => Buffer.from(hex, 'hex'));

describe('a key of the right form that nothing can be encrypted to', () => {
  const half = keyOf(PQ).subarray(0, 1184);
  const outside = (at: number, bytes: readonly number[]): Buffer => {
    const key = Buffer.from(keyOf(PQ));
    key.set(bytes, at);
    return key;
  };

  const problem = {
    line: 2,
    code: 'backup-recipients-unusable',
    fact: expect.stringMatching(/^nothing can be encrypted to the recipient "age1/),
  };

  test.each(LOW_ORDER.map((point) => [point.toString('hex'), point] as const))(
    'is a problem, as it is to the library: the point %s',
    async (_, point) => {
      for (const [good, text] of [
        [ALICE, recipient('age', point)],
        [PQ, recipient('age1pq', Buffer.concat([half, point]))],
      ] as const) {
        expect(problemsOf(`${good}\n${text}`)).toMatchObject([problem]);
        await expect(sealTo({ recipients: [text] })).rejects.toThrow(RecipientsError);
      }
    },
  );

  // The library encrypts to these, and no identity decrypts what it has encrypted.
  test.each([
    ['the first coefficient is the modulus', outside(0, [0x01, 0x0d, 0x00])],
    ['the second coefficient is the modulus', outside(0, [0x00, 0x10, 0xd0])],
    ['the last coefficient has all its bits', outside(1149, [0x00, 0xf0, 0xff])],
  ])('is a problem: %s', (_, key) => {
    expect(problemsOf(`${PQ}\n${recipient('age1pq', key)}`)).toMatchObject([problem]);
  });

  test('is refused at the time of writing too, and named', async () => {
    const [zeros = Buffer.of()] = LOW_ORDER;
    await expect(sealTo({ recipients: [ALICE, recipient('age', zeros)] })).rejects.toThrow(
      /nothing can be encrypted to the recipient "age1qqqq/,
    );
  });

  test('is not one that only looks unusual', () => {
    for (const point of [Buffer.alloc(32, 2), Buffer.from(`09${'00'.repeat(30)}80`, 'hex')])
      expect(parseRecipients(recipient('age', point)).recipients).toHaveLength(1);
    expect(parseRecipients(recipient('age1pq', outside(0, [0x00, 0x0d, 0xd0]))).recipients).toHaveLength(1);
  });
});
