import { writeFileSync } from 'node:fs';
import { afterAll, describe, expect, test } from '@jest/globals';
import { describeFinding } from '../../src/findings.ts';
import { knownHostsLine, lookup, parseKnownHosts } from '../../src/ssh-keys/known-hosts.ts';
import { sshKeygen, TemporaryFolder, tool } from '../hosts/ssh/tools.ts';

const folder = new TemporaryFolder();
afterAll(() => folder.remove());

const ed25519 = sshKeygen(folder, 'ed25519', 'ed25519');
const ecdsa = sshKeygen(folder, 'ecdsa', 'ecdsa');
const rsa = sshKeygen(folder, 'rsa', 'rsa', ['-b', '2048']);
const key = ed25519.publicLine.split(' ').slice(0, 2).join(' ');

/** Returns the types that are known for a host, the revoked ones with a minus, those of authorities with an at sign. */
function known(text: string, host: string, port = 22): readonly string[] {
  const { keys, revoked, authorities } = lookup(parseKnownHosts(text).entries, host, port);
  return [
    ...keys.map(({ type }) => type),
    ...revoked.map(({ type }) => `-${type}`),
    ...authorities.map(({ type }) => `@${type}`),
  ];
}

describe('which lines speak for a host', () => {
  test.each<[string, string, string, number, boolean]>([
    ['a bare name for port 22', `h ${key}`, 'h', 22, true],
    ['another name', `h ${key}`, 'g', 22, false],
    ['a name in a comma list', `a,h,b ${key}`, 'h', 22, true],
    ['names without regard to case', `HoSt.Example ${key}`, 'hOSt.example', 22, true],
    ['IPv6', `2001:db8::1 ${key}`, '2001:db8::1', 22, true],
    ['IPv6 with a port', `[2001:db8::1]:2222 ${key}`, '2001:db8::1', 2222, true],
    ['[host]:port for that port', `[h]:2222 ${key}`, 'h', 2222, true],
    ['[host]:port for another port', `[h]:2222 ${key}`, 'h', 2223, false],
    ['[host]:port for port 22', `[h]:2222 ${key}`, 'h', 22, false],
    ['a bare name for another port', `h ${key}`, 'h', 2222, false],
    ['* over dots', `*.example.com ${key}`, 'a.b.example.com', 22, true],
    ['* does not reach before the dot', `*.example.com ${key}`, 'example.com', 22, false],
    ['a dot is no wildcard', `a.c ${key}`, 'abc', 22, false],
    ['? for one character', `10.0.0.1? ${key}`, '10.0.0.11', 22, true],
    ['? not for none', `10.0.0.1? ${key}`, '10.0.0.1', 22, false],
    ['a pattern in brackets', `[*.example.com]:2222 ${key}`, 'a.example.com', 2222, true],
    ['! excludes', `*.example.com,!bad.example.com ${key}`, 'bad.example.com', 22, false],
    [
      '! before the pattern excludes too',
      `!bad.example.com,*.example.com ${key}`,
      'bad.example.com',
      22,
      false,
    ],
    ['! leaves the others', `*.example.com,!bad.example.com ${key}`, 'good.example.com', 22, true],
    ['! alone includes no host', `!bad ${key}`, 'good', 22, false],
    ['blanks in front and tabs between', `  h\t${key.replace(' ', '\t')}\tcomment`, 'h', 22, true],
    ['a comment behind the key', `h ${key} root@h some words`, 'h', 22, true],
    ['CRLF and a byte order mark', `\uFEFF# top\r\n\r\nh ${key}\r\n`, 'h', 22, true],
    ['a commented line', `#h ${key}`, 'h', 22, false],
  ])('%s', (_, text, host, port, expected) => {
    expect(known(text, host, port)).toEqual(expected ? ['ssh-ed25519'] : []);
    expect(parseKnownHosts(text).findings).toEqual([]);
  });

  test('all lines of a host count, each key with its own type', () => {
    const text = [ed25519, ecdsa, rsa].map(({ publicLine }) => `h ${publicLine}`).join('\n');
    expect(known(text, 'h')).toEqual(['ssh-ed25519', 'ecdsa-sha2-nistp256', 'ssh-rsa']);
  });

  test('@revoked is kept apart, also beside the same key listed as good', () => {
    expect(known(`h ${key}\n@revoked * ${key}`, 'h')).toEqual(['ssh-ed25519', '-ssh-ed25519']);
  });

  test('@cert-authority is kept apart: its key is the key of no host', () => {
    const text = `@cert-authority *.example.com ${key}`;
    expect(known(text, 'a.example.com')).toEqual(['@ssh-ed25519']);
    expect(known(text, 'example.org')).toEqual([]);
  });

  // As a regular expression this would take practically forever.
  test('a pattern of many stars takes no time', () => {
    expect(known(`${'*a'.repeat(500)}*b ${key}`, 'a'.repeat(200))).toEqual([]);
    expect(known(`${'*a'.repeat(100)}* ${key}`, 'a'.repeat(200))).toEqual(['ssh-ed25519']);
  });
});

// ssh-keygen's output and lookups match OpenSSH itself.
describe('files made by OpenSSH', () => {
  test('hashed names, with and without a port', () => {
    const plain = `10.0.0.1 ${key}\n[10.0.0.2]:2222 ${key}\n`;
    writeFileSync(folder.at('hashed'), plain);
    tool('ssh-keygen', '-H', '-f', folder.at('hashed'));
    const text = folder.read('hashed');
    expect(text).not.toContain('10.0.0');
    expect(known(text, '10.0.0.1')).toEqual(['ssh-ed25519']);
    expect(known(text, '10.0.0.2', 2222)).toEqual(['ssh-ed25519']);
    expect(known(text, '10.0.0.2')).toEqual([]);
    expect(known(text, '10.0.0.1', 2222)).toEqual([]);
  });

  test.each([22, 2222])('the line we tell the user to add is one that OpenSSH finds (port %i)', (port) => {
    writeFileSync(folder.at(`line-${port}`), `${knownHostsLine('10.0.0.9', port, ed25519.host)}\n`);
    const name = port === 22 ? '10.0.0.9' : '[10.0.0.9]:2222';
    expect(tool('ssh-keygen', '-F', name, '-f', folder.at(`line-${port}`))).toContain(key);
    expect(known(folder.read(`line-${port}`), '10.0.0.9', port)).toEqual(['ssh-ed25519']);
  });
});

describe('bad lines', () => {
  const base64 = key.split(' ')[1] ?? '';
  test.each<[string, string, RegExp]>([
    ['a public key without a host', ed25519.publicLine.replace(' test', ''), /public key without a host/],
    ['a fingerprint', `10.0.0.1 ${ed25519.fingerprint}`, /fingerprint, not a key/],
    ['one word', 'hello', /not a known_hosts line/],
    ['an unknown marker', `@trusted h ${key}`, /marker `@trusted`/],
    ['a truncated key', `h ssh-ed25519 ${base64.slice(0, 30)}`, /cut off or damaged/],
    ['no base64', 'h ssh-ed25519 not-base64!', /cut off or damaged/],
    ['a short but valid base64', 'h ssh-ed25519 AAAA', /cut off or damaged/],
    [
      'another type in front than inside',
      `h ssh-rsa ${base64}`,
      /says ssh-rsa, but the key itself is of type ssh-ed25519/,
    ],
    ['a word that is no type', `h ed25519 ${base64}`, /`ed25519` is not a key type/],
    ['SSH protocol 1', 'h 1024 35 1234567', /protocol 1/],
    ['a damaged hash', `|1|abc|def ${key}`, /hashed host name is damaged/],
    [
      'lines whose breaks were lost',
      `h ${key} other ${key}`,
      /second key follows the first one.*line breaks were lost/,
    ],
    ['the same with comments', `h ${key} root@h other,1.2.3.4 ${key} root@other`, /second key follows/],
    ['an unknown hash', `|2|abc|def ${key}`, /hashed host name is damaged/],
  ])('%s', (_, bad, fact) => {
    const { entries, findings } = parseKnownHosts(`# list\n${bad}\ngood ${key}\n`);
    expect(findings.map(describeFinding)).toEqual([expect.stringMatching(fact)]);
    expect(findings[0]?.at).toBe('ssh-known-hosts, line 2');
    expect(entries.map(({ line }) => line)).toEqual([3]);
  });

  test('a comment may be of any words', () => {
    expect(parseKnownHosts(`h ${key} ssh-ed25519 key of h, AAAA`).findings).toEqual([]);
  });

  test('all of them are reported, not the first', () => {
    expect(parseKnownHosts('a\nb\nc').findings.map(({ at }) => at)).toEqual(
      [1, 2, 3].map((line) => `ssh-known-hosts, line ${line}`),
    );
  });
});
