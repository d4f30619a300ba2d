import { writeFileSync } from 'node:fs';
import { afterAll, describe, expect, test } from '@jest/globals';
import type { PinnedFingerprint } from '../../src/ssh-keys/host-keys.ts';
import { fingerprint } from '../../src/ssh-keys/wire.ts';
import { sshKeygen, TemporaryFolder, tool } from '../hosts/ssh/tools.ts';
import { findingOf, findingsOf, given, settingsOf, sshOf } from './given.ts';

const folder = new TemporaryFolder();
afterAll(() => folder.remove());
const ed25519 = sshKeygen(folder, 'ed25519', 'ed25519');
const ecdsa = sshKeygen(folder, 'ecdsa', 'ecdsa');
const rsa = sshKeygen(folder, 'rsa', 'rsa', ['-b', '2048']);
const A = ed25519.fingerprint;
const B = rsa.fingerprint;

/** Returns the pins of fingerprints alone. */
function pinsOf(text: string, more: Readonly<Record<string, string>> = {}): readonly PinnedFingerprint[] {
  const settings = settingsOf({ 'ssh-known-hosts': '', 'ssh-host-fingerprints': text, ...more });
  return sshOf(settings).hostKeys.fingerprints;
}

describe('ssh-known-hosts', () => {
  test.each(['', '\n', '# only a comment\n'])('refuses %j and says how to make one safely', (text) => {
    const finding = findingOf({ 'ssh-known-hosts': text, 'ssh-port': '2222' });
    expect(finding.fact).toContain('no host key is given');
    expect(finding.fix).toContain('ssh-keyscan -p 2222 -t ed25519 10.0.0.6');
    expect(finding.fix).toContain('ssh-keygen -lf /etc/ssh/ssh_host_ed25519_key.pub');
    expect(finding.fix).toContain('ssh-host-fingerprints');
  });

  test('a certificate authority alone is refused where certificates are not verified', () => {
    const changes = { 'ssh-known-hosts': `@cert-authority 10.0.0.* ${ed25519.publicLine}` };
    const finding = findingOf(changes);
    expect(finding).toMatchObject({
      at: 'ssh-known-hosts',
      fix: expect.stringContaining('transport: openssh'),
    });
    expect(finding.fact).toContain('for 10.0.0.6, 10.0.0.7, 10.0.0.8 there is only a certificate authority');
    expect(findingsOf({ ...changes, transport: 'openssh' })).toEqual([]);
    const beside = `${changes['ssh-known-hosts']}\n10.0.0.* ${ecdsa.publicLine}`;
    expect(findingsOf({ 'ssh-known-hosts': beside })).toEqual([]);
  });

  test('every line that is damaged is reported', () => {
    const findings = findingsOf({ 'ssh-known-hosts': `10.0.0.6\n# comment\n10.0.0.7 ssh-ed25519 AAAA` });
    expect(findings.map(({ at }) => at)).toEqual(['ssh-known-hosts, line 1', 'ssh-known-hosts, line 3']);
  });
});

describe('ssh-host-fingerprints', () => {
  test.each<[string, string, Readonly<Record<string, string>>, readonly [string, string][]]>([
    ['a host and its fingerprint', `10.0.0.6 ${A}`, {}, [['10.0.0.6', A]]],
    ['a name', `infra0 ${A}`, { names: 'infra0,infra1,infra2' }, [['infra0', A]]],
    ['a name without regard to case', `Infra0 ${A}`, { names: 'infra0,infra1,infra2' }, [['infra0', A]]],
    ['several for one host', `10.0.0.6 ${A} ${B}`, {}, [['10.0.0.6', A], ['10.0.0.6', B]]], // prettier-ignore
    ['with commas', `10.0.0.6 ${A}, ${B}`, {}, [['10.0.0.6', A], ['10.0.0.6', B]]], // prettier-ignore
    ['all hosts on one line', `10.0.0.6 ${A}, 10.0.0.7 ${B}`, {}, [['10.0.0.6', A], ['10.0.0.7', B]]], // prettier-ignore
    ['as pairs', `10.0.0.6=${A}, 10.0.0.7=${B}`, {}, [['10.0.0.6', A], ['10.0.0.7', B]]], // prettier-ignore
    ['with the padding of base64', `10.0.0.6 ${A}=`, {}, [['10.0.0.6', A]]],
    ['the port of the host', `[10.0.0.6]:2222 ${A}`, { 'ssh-port': '2222' }, [['[10.0.0.6]:2222', A]]],
    ['comments, blank lines, CRLF', `\uFEFF# all\r\n\r\n10.0.0.6 ${A} # infra0\r\n`, {}, [['10.0.0.6', A]]],
    ['IPv6 in brackets and long', `[FD00:0::0006] ${A}`, { hosts: 'fd00::6' }, [['fd00::6', A]]],
  ])('%s', (_, text, more, expected) => {
    expect(pinsOf(text, more).map((pin) => [pin.host, pin.fingerprint])).toEqual(expected);
    expect(pinsOf(text, more)[0]?.types).toBeUndefined();
  });

  test('what ssh-keygen prints of a known_hosts file tells the types too', () => {
    const lines = [
      `10.0.0.6 ${ed25519.publicLine}`,
      `10.0.0.7,10.0.0.8 ${ecdsa.publicLine}`,
      `10.0.0.7 ${rsa.publicLine}`,
    ].map((line) => line.replace(/ test$/, '')); // with a comment it would print that instead of the host
    writeFileSync(folder.at('known_hosts'), `${lines.join('\n')}\n`);
    const printed = tool('ssh-keygen', '-lf', folder.at('known_hosts'));
    const nist = ['ecdsa-sha2-nistp256', 'ecdsa-sha2-nistp384', 'ecdsa-sha2-nistp521'];
    expect(pinsOf(printed)).toEqual([
      { at: 'ssh-host-fingerprints, line 1', host: '10.0.0.6', fingerprint: A, types: ['ssh-ed25519'] },
      {
        at: 'ssh-host-fingerprints, line 2',
        host: '10.0.0.7',
        fingerprint: fingerprint(ecdsa.host.blob),
        types: nist,
      },
      {
        at: 'ssh-host-fingerprints, line 2',
        host: '10.0.0.8',
        fingerprint: fingerprint(ecdsa.host.blob),
        types: nist,
      },
      { at: 'ssh-host-fingerprints, line 3', host: '10.0.0.7', fingerprint: B, types: ['ssh-rsa'] },
    ]);
  });

  test('the type may stand behind a fingerprint', () => {
    expect(pinsOf(`10.0.0.6 ${A} (ED25519) ${B}`).map(({ types }) => types)).toEqual([
      ['ssh-ed25519'],
      undefined,
    ]);
  });

  test('what ssh-keygen prints on a host itself', () => {
    expect(pinsOf(`256 ${A} root@infra0 (ED25519)`, { names: 'infra0,infra1,infra2' })).toMatchObject([
      { host: 'infra0', fingerprint: A },
    ]);
  });

  test.each<[string, string, RegExp]>([
    ['a misspelt host', `10.0.0.9 ${A}`, /no host is named "10\.0\.0\.9"/],
    ['another port than the host has', `[10.0.0.6]:2222 ${A}`, /no host is named "\[10\.0\.0\.6\]:2222"/],
    ['no host', A, /has no host before it/],
    ['no host before what ssh-keygen prints', `256 ${A} no comment (ED25519)`, /has no host before it/],
    ['no fingerprint', '10.0.0.6', /"10\.0\.0\.6" has no fingerprint after it/],
    ['a host without one among others', `10.0.0.6 10.0.0.7 ${A}`, /"10\.0\.0\.6" has no fingerprint/],
    ['one that is cut off', `10.0.0.6 ${A.slice(0, 40)}`, /is cut off or damaged/],
    ['one of too many characters', `10.0.0.6 ${A}AAAA`, /is cut off or damaged/],
    ['one whose last character no digest has', `10.0.0.6 SHA256:${'A'.repeat(42)}B`, /is cut off or damaged/],
    ['MD5', '10.0.0.6 MD5:16:27:ac:a5:76:28:2d:36:63:1b:56:4d:eb:df:a6:48', /MD5 fingerprint/],
    ['MD5 as it was once printed', '10.0.0.6 16:27:ac:a5:76:28:2d:36:63:1b:56:4d:eb:df:a6:48', /MD5/],
    ['without its prefix', `10.0.0.6 ${A.slice(7)}`, /does not say how it was made/],
    ['a key', `10.0.0.6 ${ed25519.publicLine.replace(' test', '')}`, /a key, not a fingerprint/],
    ['an unknown type', `10.0.0.6 ${A} (DSA)`, /"\(DSA\)" is not a type of host key/],
    ['a hashed host', `256 ${A} |1|abc=|def= (ED25519)`, /the name of the host is hashed/],
  ])('refuses %s', (_, text, fact) => {
    const finding = findingOf({ 'ssh-host-fingerprints': `# list\n${text}` });
    expect(finding.at).toBe('ssh-host-fingerprints, line 2');
    expect(finding.fact).toMatch(fact);
    expect(finding.fix).toBeTruthy();
  });

  test('the names that would do are reported', () => {
    const changes = { names: 'infra0,infra1,infra2', 'ssh-host-fingerprints': `infra3 ${A}` };
    expect(findingOf(changes).fix).toContain('infra0, 10.0.0.6, infra1,');
  });

  test('hosts that cannot be read are no reason to doubt a fingerprint', () => {
    const findings = findingsOf({ hosts: 'x', 'ssh-host-fingerprints': `10.0.0.6 ${A}` });
    expect(findings.filter(({ at }) => at.startsWith('ssh-host'))).toEqual([]);
  });
});

describe('host-key-policy', () => {
  test('accept-new warns of every host of which nothing is pinned', () => {
    const { ssh, warnings } = settingsOf({
      'host-key-policy': 'accept-new',
      'ssh-host-fingerprints': `10.0.0.7 ${A}`,
    });
    expect(ssh?.hostKeys.policy).toBe('accept-new');
    expect(warnings).toMatchObject([
      {
        at: 'host-key-policy',
        fact: expect.stringMatching(/^nothing is pinned for 10\.0\.0\.8:/) as unknown,
      },
    ]);
  });

  test('accept-new needs no pins', () => {
    const [warning] = settingsOf({ 'host-key-policy': 'accept-new', 'ssh-known-hosts': '' }).warnings;
    expect(warning?.fact).toContain('10.0.0.6, 10.0.0.7, 10.0.0.8');
  });

  test('accept-new that is not needed any longer is reported', () => {
    const { warnings } = settingsOf({
      'host-key-policy': 'accept-new',
      'ssh-known-hosts': (given['ssh-known-hosts'] ?? '').replace('10.0.0.6', '10.0.0.*'),
    });
    expect(warnings).toMatchObject([
      { at: 'host-key-policy', fact: expect.stringContaining('every host is pinned already') as unknown },
    ]);
  });

  test.each(['no', 'accept', 'ask', 'off'])('refuses %s', (policy) => {
    expect(findingOf({ 'host-key-policy': policy }).at).toBe('host-key-policy');
  });
});
