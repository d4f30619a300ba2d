import { createPrivateKey, generateKeyPairSync, randomBytes } from 'node:crypto';
import { describe, expect, test } from '@jest/globals';
import { redactAll, redactForFiles } from '../../../src/report/redact-all.ts';
import { Redactor } from '../../../src/runner/masking/redaction.ts';
import { keyMaterial } from '../../../src/runner/masking/secret-material.ts';
import { degradedDocument } from '../../operations/health/example-documents.ts';
import { bodyText, rsaKey, sampleKeys, wrapped } from './keys.ts';
import { redactorOf } from './redactor.ts';

describe('what a host calls its key', () => {
  const WORDS =
    'is not healthy\ncould not be seen\nis missing\nmanifest\nhttps://10.0.0.6:2379\nhealth\nkubelet';

  test.each([
    ['words', WORDS],
    ['words between BEGIN and END', `-----BEGIN PRIVATE KEY-----\n${WORDS}\n-----END PRIVATE KEY-----\n`],
    [
      'words beside a key',
      `${rsaKey.text}-----BEGIN PRIVATE KEY-----\nisnothealthy\n-----END PRIVATE KEY-----\n`,
    ],
    ['a certificate', '-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n'],
    ['an encrypted key', sampleKeys.find(({ name }) => name === 'encrypted PKCS#8')?.text ?? ''],
    ['more than any key has', `${rsaKey.text}${' '.repeat(16 * 1024)}`],
  ])('is no secret unless it is a key: %s', (_what, text) => {
    const masks: string[] = [];
    const redactor = new Redactor((forms) => masks.push(...forms));
    redactor.register(text, 'made');
    const document = degradedDocument();
    expect(redactAll(document, redactor)).toEqual(document);
    expect(redactor.findSecret('https://10.0.0.6:2379,is not healthy')).toBeUndefined();
    expect(
      masks.filter((mask) => !rsaKey.text.replaceAll('\n', '').includes(mask) && mask.length < 32),
    ).toEqual([]);
  });

  test('has no line that is a word of the report, however it is broken', () => {
    const masks: string[] = [];
    new Redactor((forms) => masks.push(...forms)).register(
      rsaKey.text.replaceAll(/^[^-]+$/gm, (line) => wrapped(line, 8)),
      'made',
    );
    expect(masks.length).toBeGreaterThan(10);
    expect(masks.filter((mask) => mask.length < 32)).toEqual([]);
  });

  test('of numbers that spell words hides none of them', () => {
    const spelt = Buffer.from('isnothealthycouldnotbeseenismissing+kubelet', 'base64').subarray(0, 30);
    const redactor = redactorOf();
    redactor.register(
      keyOf(
        Buffer.concat([
          Buffer.from([1]),
          Buffer.alloc(50, spelt),
          Buffer.alloc(200, 'https://10.0.0.6:2379 '),
        ]),
      ),
      'made',
    );
    const line = 'infra0 is not healthy, could not be seen, is missing';
    expect(redactor.redact(line)).toBe(line);
    expect(redactor.findSecret('https://10.0.0.6:2379,https://10.0.0.6:2379')).toBeUndefined();
  });

  test('hides no sentence behind a line of the key', () => {
    const spelt = Buffer.from('infra0isnothealthycouldnotbeseen', 'base64');
    const d = Buffer.concat([randomBytes(120), spelt, randomBytes(112)]);
    const redactor = redactorOf();
    redactor.register(keyOf(d), 'made');
    const lines = [d.toString('base64').slice(0, 100), 'infra0 is not healthy could not be seen'];
    expect(redactor.redact(lines.join('\n'))).toBe(`***\n${lines[1]}`);
  });

  test('brings a bounded number of masks', () => {
    let masks = 0;
    const redactor = new Redactor((forms) => (masks += forms.length));
    for (let count = 0; count < 600; count += 1) redactor.register(rsaKey.text, 'made');
    expect(masks).toBeGreaterThan(5000);
    expect(masks).toBeLessThanOrEqual(10_000);
  });

  test('is still a secret where it is a key', () => {
    const redactor = redactorOf();
    redactor.register(rsaKey.text, 'made');
    expect(redactor.redact(bodyText(rsaKey.text))).toBe('***');
    expect(keyMaterial(rsaKey.text).keys).toHaveLength(1);
  });
});

/** An RSA key with a chosen private exponent. */
function keyOf(d: Buffer): string {
  const jwk = generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey.export({ format: 'jwk' });
  const key = createPrivateKey({ key: { ...jwk, d: d.toString('base64url') }, format: 'jwk' });
  return key.export({ type: 'pkcs1', format: 'pem' }).toString();
}

/** One key in some three hundred has such a line by chance. */
test.each([
  ['capitals', 'YVFQ73ANXLQTZ0KM41BDSWEUPCJ8H2GR'],
  ['small letters', 'yvfqltanxlqtzskmwebdswexupcjihlg'],
])(
  'a line of a key that could be ordinary text is hidden where it goes on with the key: %s',
  (_what, odd) => {
    const d = Buffer.concat([randomBytes(120), Buffer.from(odd, 'base64'), randomBytes(111)]);
    const redactor = redactorOf(keyOf(d));
    for (let width = 8; width <= 16; width += 1) {
      for (const shift of [0, 1, 2, 3, 4, 5, 6, 7]) {
        const printed = wrapped(d.toString('base64').slice(shift, -12), width);
        const inSight = redactor.redact(printed).split('\n').slice(2, -1);
        expect(inSight.filter((line) => line !== '***')).toEqual([]);
        expect(redactor.redact(printed.replaceAll(/^.*$/gm, '  "$&",'))).not.toContain(odd.slice(8, 24));
      }
    }
  },
);

describe('a report', () => {
  test('is still one that can be looked up, whatever the secrets are', () => {
    const document = degradedDocument();
    const redactor = redactorOf('leader', 'kubelet', 'unknown', 'follower', 'quorum', 'manifest');
    const clean = redactAll(document, redactor);
    expect(clean.checks.map(({ name, status }) => [name, status])).toEqual(
      document.checks.map(({ name, status }) => [name, status]),
    );
    expect(clean.members.map(({ role }) => role)).toEqual(document.members.map(({ role }) => role));
    expect(JSON.stringify(clean)).toContain('***');
  });

  test('may leave although a host has written that something is a private key', () => {
    const said = 'kubelet does not run on infra0 (PRIVATE KEY).';
    const clean = redactForFiles({ measured: said }, redactorOf());
    expect(clean.measured).toBe('kubelet does not run on infra0 (***).');
    expect(redactorOf().findSecret(JSON.stringify(clean))).toBeUndefined();
  });
});

describe('a secret of the inputs', () => {
  test.each([
    ['with the two characters \\n in it', 'Xk7\\nQz9w', 'Xk7\\nQz9w'],
    ['in JSON', 'Xk7\\nQz9w', JSON.stringify('Xk7\\nQz9w').slice(1, -1)],
    ['in JSON in JSON', `a"b\\c<d`, JSON.stringify(JSON.stringify(`a"b\\c<d`)).slice(3, -3)],
    ['as Go writes JSON', 'ab&cd<ef>gh', 'ab\\u0026cd\\u003cef\\u003egh'],
    ['as ASCII JSON', 'passwört', 'passw\\u00f6rt'],
    ['as ASCII JSON, beyond the first plane', 'pass😀wort', 'pass\\ud83d\\ude00wort'],
    ['in a URL, small letters', 'a/b c:d', 'a%2fb%20c%3ad'],
    ['in a form of the web', 'a/b c:d', 'a%2Fb+c%3Ad'],
    ['in a URL, UTF-8', 'passwört', 'passw%c3%b6rt'],
    ['in HTML', `a&b<c'd`, 'a&amp;b&lt;c&#39;d'],
    ['in HTML, by numbers', `a&b<c'd`, 'a&#38;b&#x3C;c&apos;d'],
    ["as bash's printf %q", 'p@ss& w$rd', 'p@ss\\&\\ w\\$rd'],
    ["as bash's printf %q in the C locale", 'passwört', "$'passw\\303\\266rt'"],
    ['in single quotes of a shell', `it's me`, `'it'\\''s me'`],
    ['in single quotes of YAML', `it's me`, `'it''s me'`],
    ['decomposed', 'passwört', 'passwo\u0308rt'],
    ['composed', 'passwo\u0308rt', 'passwört'],
    ['of five characters', '4711x', '4711x'],
  ])('%s', (_how, secret, written) => {
    const redactor = redactorOf(secret);
    const shown = redactor.redact(`user: <${written}> ok`);
    expect(shown).toMatch(/^user: <[$']{0,2}\*\*\*'?> ok$/);
    expect(redactor.findSecret(`{"a": "${written}"}`)).toBe('a secret of this run');
  });

  test.each(['', 'u', 'us', 'user:', 'admin:'])('as base64 behind %j', (before) => {
    for (const behind of ['', 'x', 'xy', ' and more']) {
      const form = Buffer.from(`${before}s3cr3t${behind}`).toString('base64');
      const redactor = redactorOf('s3cr3t');
      for (const written of [form, form.replace(/=+$/, ''), form.replaceAll('+', '-').replaceAll('/', '_')]) {
        const shown = redactor.redact(`auth=${written}`);
        expect(
          Buffer.from(shown.replace('auth=', '').split('***').join(''), 'base64').toString(),
        ).not.toMatch(/3cr3/);
        expect(shown).toContain('***');
        expect(redactor.findSecret(`auth=${written}`)).toBe('a secret of this run');
      }
    }
  });

  test('leaves other base64 as it is', () => {
    const other = Buffer.from('some other text of a registry login').toString('base64');
    expect(redactorOf('s3cr3t').redact(other)).toBe(other);
  });
});

describe.each(sampleKeys)('$name, as dumps and programs print it', ({ text, secret }) => {
  const redactor = redactorOf(text);
  const hex = (byte: number): string => byte.toString(16).padStart(2, '0');
  const dump = (each: (byte: number) => string, between: string, perLine: number): string =>
    wrappedBytes(secret, perLine)
      .map((line) => [...line].map(each).join(between))
      .join('\n');

  test.each([
    ['wrapped at 10', wrapped(secret.toString('base64'), 10)],
    ['wrapped at 12', wrapped(secret.toString('base64'), 12)],
    ['wrapped at 16, in quotes', wrapped(secret.toString('base64'), 16).replaceAll(/^.*$/gm, '  "$&",')],
    ['od -tu1', dump((byte) => String(byte).padStart(3), ' ', 16)],
    ['od -b', dump((byte) => byte.toString(8).padStart(3, '0'), ' ', 16)],
    ['xxd -i', dump((byte) => `0x${hex(byte)}`, ', ', 12)],
    ['\\x of printf', dump((byte) => `\\x${hex(byte)}`, '', 16)],
    ['octal of printf', dump((byte) => `\\${byte.toString(8).padStart(3, '0')}`, '', 16)],
    ['hex of eight bytes a line', dump(hex, '', 8)],
  ])('%s', (_how, printed) => {
    const inSight = redactor
      .redact(printed)
      .split('\n')
      .filter((line) => !line.includes('***'));
    // The first line of a short wrapping, and a last one of a few bytes, look like any other text.
    expect(inSight.length).toBeLessThanOrEqual(2);
    expect(redactor.findSecret(printed)).toBeDefined();
  });

  const base64 = bodyText(text);
  const file = Buffer.from(text).toString('base64');
  test.each([
    ['base64 twice', Buffer.from(base64).toString('base64')],
    ['base64 twice, wrapped', wrapped(Buffer.from(base64).toString('base64'), 76)],
    ['base64 of the file twice', wrapped(Buffer.from(file).toString('base64'), 76)],
    ['in a URL', encodeURIComponent(base64)],
    ['in a URL, small letters', encodeURIComponent(base64).replaceAll(/%../g, (code) => code.toLowerCase())],
  ])('%s', (_how, printed) => {
    const shown = redactor.redact(printed);
    expect(shown).toContain('***');
    const decoded = shown
      .replaceAll(/%([0-9A-Fa-f]{2})/g, (_all, code: string) => String.fromCharCode(parseInt(code, 16)))
      .replaceAll(/[\n*]+/g, ' ');
    const twice = decoded.split(' ').map((part) => Buffer.from(part, 'base64').toString('latin1'));
    const numbers = [0, 1, 2].map((skip) => secret.subarray(skip).toString('base64').replace(/=*$/, ''));
    for (const number of numbers) {
      const pieces = Array.from({ length: number.length - 19 }, (_, at) => number.slice(at, at + 20));
      expect(pieces.filter((piece) => [decoded, ...twice].some((seen) => seen.includes(piece)))).toEqual([]);
    }
    expect(redactor.findSecret(printed)).toBeDefined();
  });
});

function wrappedBytes(bytes: Buffer, count: number): Buffer[] {
  return Array.from({ length: Math.ceil(bytes.length / count) }, (_, line) =>
    bytes.subarray(line * count, (line + 1) * count),
  );
}
