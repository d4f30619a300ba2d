import { describe, expect, test } from '@jest/globals';
import { formatAltName, memberAltNames } from '../../src/pki/alt-names.ts';
import { nameFindings } from '../../src/pki/authority-findings.ts';
import { authorityOf } from '../../src/pki/authority.ts';
import { generateKey, privateKeyToPem } from '../../src/pki/keys.ts';
import { issueLeaf } from '../../src/pki/leaf.ts';
import { forbiddenNames, nameConstraintsOf } from '../../src/pki/name-constraints.ts';
import { parseStructure } from '../../src/pki/structure.ts';
import { opensslCa, opensslVerify } from './openssl.ts';

const member = {
  name: 'infra0.etcd.example.com',
  address: '10.0.0.6',
  extraSans: ['*.etcd.example.com', 'fd00::6'],
};
const ALL =
  'permitted;IP:10.0.0.0/255.0.0.0,permitted;IP:127.0.0.1/255.255.255.255,permitted;IP:::1/ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff,permitted;IP:fd00::/ff00::';

/** openssl's own verification of a certificate for {@link member} is the expected result of ours. */
const cases: readonly (readonly [constraints: string, forbidden: readonly string[]])[] = [
  ['permitted;DNS:example.com,permitted;DNS:localhost', []],
  ['permitted;DNS:example.com', ['DNS:localhost']],
  ['permitted;DNS:.example.com,permitted;DNS:localhost', []],
  ['permitted;DNS:.localhost,permitted;DNS:example.com', ['DNS:localhost']],
  [
    'permitted;DNS:xample.com,permitted;DNS:localhost',
    ['DNS:*.etcd.example.com', 'DNS:infra0.etcd.example.com'],
  ],
  ['permitted;DNS:EXAMPLE.com,permitted;DNS:localhost', []],
  ['excluded;DNS:example.org', []],
  ['excluded;DNS:etcd.example.com', ['DNS:*.etcd.example.com', 'DNS:infra0.etcd.example.com']],
  [ALL, []],
  ['permitted;IP:10.0.0.0/255.0.0.0', ['IP:127.0.0.1', 'IP:::1', 'IP:fd00::6']],
  ['excluded;IP:10.0.0.0/255.255.255.0', ['IP:10.0.0.6']],
  ['excluded;IP:10.0.1.0/255.255.255.0', []],
  ['permitted;email:example.com', []],
];

describe('name constraints, beside what openssl makes of them', () => {
  test.each(cases)('%s', async (constraints, forbidden) => {
    const key = await generateKey('ECDSA-P256');
    const certificatePem = opensslCa({
      keyPem: privateKeyToPem(key),
      subject: '/CN=limited',
      extensions: [
        'basicConstraints=critical,CA:TRUE',
        'keyUsage=critical,keyCertSign',
        `nameConstraints=critical,${constraints}`,
      ],
    });
    const authority = { ...authorityOf(certificatePem), key };
    const read = nameConstraintsOf(parseStructure(authority.certificate.raw));
    if (read === undefined) throw new Error('there are constraints');
    const names = memberAltNames(member);
    expect(forbiddenNames(read, names).map(formatAltName)).toEqual(forbidden);

    const leaf = await issueLeaf(authority, 'server', { member, algorithm: 'ECDSA-P256', now: new Date() });
    const said = opensslVerify(leaf.certificatePem, certificatePem, 'sslserver');
    if (forbidden.length === 0) expect(said).toBe('ok');
    else expect(said).toMatch(/(permitted|excluded) subtree violation/);

    const found = nameFindings('ca-certificate', authority.certificate, names);
    expect(found).toHaveLength(forbidden.length === 0 ? 0 : 1);
    for (const name of forbidden) expect(found[0]?.fact).toContain(name);
  });
});
