import {
  ascii,
  bits,
  extension,
  hex,
  integer,
  NULL,
  octets,
  oid,
  sequence,
  tlv,
  TRUE,
  type Extensions,
} from './certificate-parts.ts';

const keyUsage = (value: Buffer): Extensions => ({ keyUsage: extension('2.5.29.15', value, true) });
const constraints = (value: Buffer): Extensions => ({
  basicConstraints: extension('2.5.29.19', value, true),
});
const ski = (value: Buffer, critical = false): Extensions => ({
  subjectKeyIdentifier: extension('2.5.29.14', value, critical),
});
const more = (dotted: string, value: Buffer, critical = false): Extensions => ({
  more: extension(dotted, value, critical),
});
const san = (...names: readonly Buffer[]): Extensions => more('2.5.29.17', sequence(...names));
const criticalSan = (...names: readonly Buffer[]): Extensions => more('2.5.29.17', sequence(...names), true);
const dns = (text: string): Buffer => tlv(0x82, ascii(text));
const uri = (text: string): Buffer => tlv(0x86, ascii(text));
const directory = tlv(0xa4, sequence());
const aki = (value: Buffer, critical = false): Extensions => more('2.5.29.35', value, critical);
const eku = (value: Buffer): Extensions => more('2.5.29.37', value);
const policies = (value: Buffer, critical = false): Extensions => more('2.5.29.32', value, critical);
const ANY_POLICY = sequence(oid('2.5.29.32.0'));
const aia = (value: Buffer, critical = false): Extensions => more('1.3.6.1.5.5.7.1.1', value, critical);
const OCSP = oid('1.3.6.1.5.5.7.48.1');
const crl = (value: Buffer): Extensions => more('2.5.29.31', value);
const fullName = (...names: readonly Buffer[]): Buffer => sequence(sequence(tlv(0xa0, tlv(0xa0, ...names))));
const names = (...parts: readonly Buffer[]): Extensions => more('2.5.29.30', sequence(...parts), true);
const permitted = (...bases: readonly Buffer[]): Buffer => tlv(0xa0, ...bases.map((base) => sequence(base)));
const excluded = (...bases: readonly Buffer[]): Buffer => tlv(0xa1, ...bases.map((base) => sequence(base)));
const ip = (bytes: string): Buffer => tlv(0x87, hex(bytes));
const mail = (text: string): Buffer => tlv(0x81, ascii(text));

/** URIs by their treatment in net/url and domainNameValid. */
const URIS = [
  'http://example.org/a?b#c',
  'http://example.org:2379/',
  'http://exa..mple/',
  'http://example.org./',
  'http://exa mple/',
  'http://exa%6dple/',
  'http://example/%zz',
  'http://example/%2',
  'http://example/#%zz',
  'http://example/?%zz',
  'http://example:port/',
  'http://a:1:2/',
  'postgres://a:1,b:2/',
  'http://user:pass@example/',
  'http://us er@example/',
  'http://us%zzer@example/',
  'http://[::1]:2379/',
  'http://[::1/',
  'http://[1.2.3.4]/',
  'http://a[::1]/',
  'http://[::1]a/',
  'http://[fe80::1%25en0]/',
  'http://[fe80::1%en0]/',
  'http://[fe80::1%25]/',
  'http://[::1%25a%20b]/',
  'urn:uuid:1',
  ':nothing',
  '1a:b',
  'a/b:c',
  '//host/path',
  '///path',
  '*',
  '',
  'http://exa\x01mple/',
  'http://exa"mple/',
  'http://exa^mple/',
  'spiffe://cluster.local/ns/a',
];

const MAILBOXES = [
  'ops@example.org',
  'o.p.s@example.org',
  '.ops@example.org',
  'ops.@example.org',
  'o..ps@example.org',
  '"o ps"@example.org',
  '"o\tps"@example.org',
  '"ops@example.org',
  'o\\@ps@example.org',
  'ops@example.org.',
  'ops@.example.org',
  'ops@',
  '@example.org',
  'o(ps@example.org',
];

const DOMAINS = [
  'example.org',
  '.example.org',
  'example.org.',
  'exa..mple',
  '..example',
  '',
  'exa mple',
  '.',
  '*.a_b',
];

/** Go's check of the mask is the same for both families. */
const NAMES_OF_ALL = [dns('localhost'), dns('infra0'), ip('0a000006ffffffff'), ip('7f000001ffffffff')];
const LOOPBACK = ip(`${'00'.repeat(15)}01${'ff'.repeat(16)}`);

function table(
  prefix: string,
  texts: readonly string[],
  make: (text: string) => Extensions,
): [string, Extensions][] {
  return texts.map((text) => [`${prefix} ${JSON.stringify(text)}`, make(text)]);
}

/** For each check of an extension in Go's parser.go one that it refuses, and a similar one that it accepts. */
export const EXTENSION_CASES: Readonly<Record<string, Extensions>> = {
  'parseKeyUsageExtension: no BIT STRING': keyUsage(NULL),
  'parseKeyUsageExtension: bits in the padding': keyUsage(bits(hex('a5'), 2)),
  'parseKeyUsageExtension: bytes behind it': keyUsage(Buffer.concat([hex('030202a4'), NULL])),
  'parseKeyUsageExtension: left out': { keyUsage: undefined },
  'parseBasicConstraintsExtension: no SEQUENCE': constraints(NULL),
  'parseBasicConstraintsExtension: neither true nor false': constraints(sequence(hex('010101'))),
  'parseBasicConstraintsExtension: path length 0': constraints(sequence(TRUE, integer(0))),
  'parseBasicConstraintsExtension: path length -1': constraints(sequence(TRUE, integer(0xff))),
  'parseBasicConstraintsExtension: path length 2^63': constraints(
    sequence(TRUE, integer(0, 0x80, 0, 0, 0, 0, 0, 0, 0)),
  ),
  'parseBasicConstraintsExtension: path length with a zero too many': constraints(
    sequence(TRUE, integer(0, 1)),
  ),
  'parseBasicConstraintsExtension: bytes behind it': constraints(sequence(TRUE, integer(0), NULL)),
  'processExtensions: subject key identifier critical': ski(octets(hex('01')), true),
  'processExtensions: subject key identifier that is no OCTET STRING': ski(NULL),
  'processExtensions: subject key identifier left out': { subjectKeyIdentifier: undefined },
  'processExtensions: unknown and critical': more('1.2.3.4', NULL, true),
  'processExtensions: unknown': more('1.2.3.4', NULL),

  'parseSANExtension: no SEQUENCE': more('2.5.29.17', NULL),
  'parseSANExtension: cut off': more('2.5.29.17', sequence(hex('8205'))),
  'parseSANExtension: rfc822Name with a byte above 127': san(tlv(0x81, hex('e9'))),
  'parseSANExtension: dNSName with a byte above 127': san(tlv(0x82, hex('e9'))),
  'parseSANExtension: URI with a byte above 127': san(tlv(0x86, hex('e9'))),
  'parseSANExtension: dNSName that is no domain': san(dns('a b..')),
  'parseSANExtension: address of 5 bytes': san(ip('0a00000600')),
  'parseSANExtension: address of 16 bytes': san(ip('00'.repeat(16))),
  'parseSANExtension: a directory name alone, critical': criticalSan(directory),
  'parseSANExtension: a directory name alone': san(directory),
  'parseSANExtension: a directory name and a domain, critical': criticalSan(directory, dns('etcd-ca')),
  'parseSANExtension: empty, critical': criticalSan(),
  ...Object.fromEntries(table('parseSANExtension: URI', URIS, (text) => san(uri(text)))),

  'parseAuthorityKeyIdentifier: critical': aki(sequence(tlv(0x80, hex('01'))), true),
  'parseAuthorityKeyIdentifier: no SEQUENCE': aki(NULL),
  'parseAuthorityKeyIdentifier: cut off': aki(sequence(hex('8005'))),
  'parseAuthorityKeyIdentifier: as it is': aki(sequence(tlv(0x80, hex('01')))),
  'parseAuthorityKeyIdentifier: without a key identifier': aki(sequence(tlv(0x82, hex('01')))),

  'parseExtKeyUsageExtension: no SEQUENCE': eku(NULL),
  'parseExtKeyUsageExtension: no object identifier': eku(sequence(NULL)),
  'parseExtKeyUsageExtension: servers and clients': eku(
    sequence(oid('1.3.6.1.5.5.7.3.1'), oid('1.3.6.1.5.5.7.3.2')),
  ),
  'parseExtKeyUsageExtension: servers alone': eku(sequence(oid('1.3.6.1.5.5.7.3.1'))),
  'parseExtKeyUsageExtension: any': eku(sequence(oid('2.5.29.37.0'))),

  'parseCertificatePoliciesExtension: no SEQUENCE': policies(NULL),
  'parseCertificatePoliciesExtension: policy in no SEQUENCE': policies(sequence(oid('1.2.3'))),
  'parseCertificatePoliciesExtension: one policy twice': policies(sequence(ANY_POLICY, ANY_POLICY)),
  'parseCertificatePoliciesExtension: number with a byte too many': policies(
    sequence(sequence(hex('06022a80'))),
  ),
  'parseCertificatePoliciesExtension: number of 2^31 and more': policies(
    sequence(sequence(hex('06062a8880808000'))),
  ),
  'parseCertificatePoliciesExtension: without bytes': policies(sequence(sequence(hex('0600')))),
  'parseCertificatePoliciesExtension: any policy, critical': policies(sequence(ANY_POLICY), true),

  'processExtensions: policy mappings that are no SEQUENCE': more('2.5.29.33', NULL),
  'processExtensions: policy mapping with one policy': more('2.5.29.33', sequence(sequence(oid('1.2.3')))),
  'processExtensions: policy mapping': more('2.5.29.33', sequence(sequence(oid('1.2.3'), oid('1.2.4')))),
  'processExtensions: policy mapping, critical': more(
    '2.5.29.33',
    sequence(sequence(oid('1.2.3'), oid('1.2.4'))),
    true,
  ),
  'processExtensions: policy constraints that are no SEQUENCE': more('2.5.29.36', NULL),
  'processExtensions: policy constraints of 9 bytes': more(
    '2.5.29.36',
    sequence(tlv(0x80, Buffer.alloc(9, 0x11))),
  ),
  'processExtensions: policy constraints without bytes': more('2.5.29.36', sequence(tlv(0x81))),
  'processExtensions: policy constraints': more(
    '2.5.29.36',
    sequence(tlv(0x80, hex('00')), tlv(0x81, hex('00'))),
  ),
  'processExtensions: policy constraints, critical': more('2.5.29.36', sequence(tlv(0x80, hex('00'))), true),
  'processExtensions: inhibit any policy that is no number': more('2.5.29.54', NULL),
  'processExtensions: inhibit any policy': more('2.5.29.54', integer(0)),
  'processExtensions: inhibit any policy, critical': more('2.5.29.54', integer(0), true),

  'processExtensions: authority info access, critical': aia(sequence(), true),
  'processExtensions: authority info access that is no SEQUENCE': aia(NULL),
  'processExtensions: authority info access in no SEQUENCE': aia(sequence(NULL)),
  'processExtensions: authority info access without a method': aia(sequence(sequence(NULL))),
  'processExtensions: authority info access that is cut off': aia(sequence(sequence(OCSP, hex('8605')))),
  'processExtensions: authority info access': aia(sequence(sequence(OCSP, uri('http://ocsp.example/')))),
  'processExtensions: authority info access by a directory name': aia(sequence(sequence(OCSP, directory))),

  'processExtensions: distribution points that are no SEQUENCE': crl(NULL),
  'processExtensions: distribution point in no SEQUENCE': crl(sequence(NULL)),
  'processExtensions: distribution point of a cut-off name': crl(sequence(sequence(hex('a005')))),
  'processExtensions: distribution point with another name': crl(sequence(sequence(tlv(0xa0, tlv(0xa1))))),
  'processExtensions: distribution point with a cut-off URI': crl(fullName(hex('8605'))),
  'processExtensions: distribution point': crl(fullName(uri('http://crl.example/'))),
  'processExtensions: distribution point of a directory name': crl(fullName(directory)),
  'processExtensions: distribution point of reasons alone': crl(sequence(sequence(tlv(0x81, hex('0780'))))),

  'parseNameConstraintsExtension: no SEQUENCE': more('2.5.29.30', NULL, true),
  'parseNameConstraintsExtension: bytes behind it': more(
    '2.5.29.30',
    Buffer.concat([sequence(excluded(dns('example.org'))), NULL]),
    true,
  ),
  'parseNameConstraintsExtension: bytes behind the lists': names(excluded(dns('example.org')), NULL),
  'parseNameConstraintsExtension: no list': names(),
  'parseNameConstraintsExtension: two empty lists': names(permitted(), excluded()),
  'parseNameConstraintsExtension: one empty list': names(permitted(), excluded(dns('example.org'))),
  'parseNameConstraintsExtension: base in no SEQUENCE': names(tlv(0xa1, dns('example.org'))),
  'parseNameConstraintsExtension: no base': names(tlv(0xa1, sequence())),
  'parseNameConstraintsExtension: domain with a byte above 127': names(excluded(tlv(0x82, hex('e9')))),
  'parseNameConstraintsExtension: address of 5 bytes': names(excluded(ip('0a00000600'))),
  'parseNameConstraintsExtension: address with a mask of holes': names(excluded(ip('0a00000000ff00ff'))),
  'parseNameConstraintsExtension: address with the mask 255.255.254.0': names(
    excluded(ip('0b000000fffffe00')),
  ),
  'parseNameConstraintsExtension: mailbox with a byte above 127': names(excluded(tlv(0x81, hex('e9')))),
  'parseNameConstraintsExtension: mailboxes of a domain': names(excluded(mail('.example.org'))),
  'parseNameConstraintsExtension: mailboxes of no domain': names(excluded(mail('exa..mple'))),
  'parseNameConstraintsExtension: URI with a byte above 127': names(excluded(tlv(0x86, hex('e9')))),
  'parseNameConstraintsExtension: URI of an address': names(excluded(uri('10.0.0.6'))),
  'parseNameConstraintsExtension: URI of no domain': names(excluded(uri('exa..mple'))),
  'parseNameConstraintsExtension: URI of a domain': names(excluded(uri('.example.org'))),
  'parseNameConstraintsExtension: a directory name, critical': names(excluded(directory)),
  'parseNameConstraintsExtension: a directory name': more('2.5.29.30', sequence(excluded(directory))),
  'parseNameConstraintsExtension: all that the member needs': names(permitted(...NAMES_OF_ALL, LOOPBACK)),
  'parseNameConstraintsExtension: all but the name of the member': names(
    permitted(dns('localhost'), dns('infra1'), ...NAMES_OF_ALL.slice(2), LOOPBACK),
  ),
  'parseNameConstraintsExtension: without its address': names(excluded(ip('0a000000ff000000'))),
  ...Object.fromEntries(
    table('parseNameConstraintsExtension: domain', DOMAINS, (text) => names(excluded(dns(text)))),
  ),
  ...Object.fromEntries(
    table('parseNameConstraintsExtension: mailbox', MAILBOXES, (text) => names(excluded(mail(text)))),
  ),
};
