import { generateKeyPairSync } from 'node:crypto';
import { afterEach, describe, expect, test } from '@jest/globals';
import { FINDING_CODES } from '../src/finding-codes.ts';
import { describeFinding, entryAddress, type Finding, linkFindingsTo, RunError } from '../src/findings.ts';
import { findingCode } from '../src/report/markdown.ts';
import { redactAll } from '../src/report/redact-all.ts';
import { readEntryPage } from '../src/runner/toolkit.ts';
import { Redactor } from '../src/runner/masking/redaction.ts';

const finding: Finding = {
  code: 'host-key-unknown',
  host: 'infra0',
  at: 'connect',
  fact: 'it is not known.',
  cause: 'It is new.',
  fix: 'Add it.',
};
const runner = {
  GITHUB_SERVER_URL: 'https://github.com',
  GITHUB_ACTION_REPOSITORY: 'org/etcd-ha-action',
  GITHUB_ACTION_REF: 'v1',
};
const page = 'https://github.com/org/etcd-ha-action/blob/v1/docs/TROUBLESHOOTING.md';
const words = '[infra0] connect: it is not known. Usual cause: It is new. Fix: Add it.';

afterEach(() => linkFindingsTo(undefined));

describe('a finding ends with its code and where its entry is', () => {
  test('on the server from which the runner has the action', () => {
    linkFindingsTo(readEntryPage(runner));
    const line = `${words} (code: host-key-unknown, ${page}#host-key-unknown)`;
    expect(describeFinding(finding)).toBe(line);
    expect(new RunError('no host', [finding, finding]).message).toBe(`no host:\n- ${line}\n- ${line}`);
    expect(findingCode(finding.code)).toBe(`[<code>host-key-unknown</code>](${page}#host-key-unknown)`);
  });

  test('in the repository, for an action of the workspace', () => {
    expect(describeFinding(finding)).toBe(
      `${words} (host-key-unknown, docs/TROUBLESHOOTING.md#host-key-unknown)`,
    );
    expect(entryAddress(finding.code)).toBeUndefined();
    expect(findingCode(finding.code)).toBe('<code>host-key-unknown</code>');
  });
});

describe('the page of the entries', () => {
  test.each([
    ['release', {}, page],
    ['branch with a slash', { GITHUB_ACTION_REF: 'fix/ssh' }, page.replace('v1', 'fix/ssh')],
    [
      'enterprise server',
      { GITHUB_SERVER_URL: 'https://git.example.com:8443/' },
      page.replace('github.com', 'git.example.com:8443'),
    ],
  ])('of a %s', (_what, changes, expected) => {
    expect(readEntryPage({ ...runner, ...changes })).toBe(expected);
  });

  test.each([
    ['action of the workspace', { GITHUB_ACTION_REPOSITORY: '' }],
    ['action without a ref', { GITHUB_ACTION_REF: '' }],
    ['ref that would break a link', { GITHUB_ACTION_REF: 'v1) [x](https://example.com' }],
    ['server that is none', { GITHUB_SERVER_URL: 'javascript:alert(1)' }],
    ['repository with more parts', { GITHUB_ACTION_REPOSITORY: 'org/etcd-ha-action/../x' }],
  ])('is unknown for an %s', (_what, changes) => {
    expect(readEntryPage({ ...runner, ...changes })).toBeUndefined();
  });

  test('is unknown outside of a runner', () => {
    expect(readEntryPage({})).toBeUndefined();
  });
});

describe('secrets', () => {
  test('no code and no link is taken for one', () => {
    linkFindingsTo(page);
    const { privateKey } = generateKeyPairSync('ed25519');
    const own = new Redactor(() => undefined);
    own.register(privateKey.export({ type: 'pkcs8', format: 'pem' }).toString());
    own.register('correct-horse-battery');
    for (const code of FINDING_CODES) {
      const line = describeFinding({ ...finding, code });
      expect(own.redact(line)).toBe(line);
      expect(own.findSecret(line)).toBeUndefined();
    }
  });

  test('a code stays a code in reports, whatever word is secret', () => {
    const redactor = new Redactor(() => undefined);
    redactor.register('unknown');
    expect(redactAll({ ...finding, fact: 'it is unknown.' }, redactor)).toEqual({
      ...finding,
      fact: 'it is ***.',
    });
    expect(redactAll({ code: 'no code, but unknown' }, redactor)).toEqual({ code: 'no code, but ***' });
  });
});
