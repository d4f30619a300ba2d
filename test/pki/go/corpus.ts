import { EXTENSION_CASES } from './extension-cases.ts';
import {
  ascii,
  bits,
  certificate,
  commonName,
  extension,
  generalizedTime,
  hex,
  integer,
  NULL,
  octets,
  oid,
  sequence,
  tlv,
  TRUE,
  utcTime,
  type Parts,
} from './certificate-parts.ts';

/** A certificate of the corpus. */
export interface Case {
  /** The function of Go's parser.go, and the special feature. */
  readonly name: string;
  readonly der: Buffer;
}

const rsaKey = (modulus: Buffer, exponent: Buffer, parameters: Buffer = NULL): Partial<Parts> => ({
  keyInfo: sequence(sequence(oid('1.2.840.113549.1.1.1'), parameters), bits(sequence(modulus, exponent))),
});
const MODULUS = integer(0, ...Buffer.alloc(256, 0xc3));
const EXPONENT = integer(1, 0, 1);

const ecKey = (parameters: Buffer, point: Buffer, padding = 0): Partial<Parts> => ({
  keyInfo: sequence(sequence(oid('1.2.840.10045.2.1'), parameters), bits(point, padding)),
});
const P256 = oid('1.2.840.10045.3.1.7');
const G = hex(
  '04 6b17d1f2e12c4247f8bce6e563a440f277037d812deb33a0f4a13945d898c296 4fe342e2fe1a7f9b8ee7eb4a7c0f9e162bce33576b315ececbb6406837bf51f5',
);
const dsaKey = (y: Buffer, ...parameters: readonly Buffer[]): Partial<Parts> => ({
  keyInfo: sequence(sequence(oid('1.2.840.10040.4.1'), sequence(...parameters)), bits(y)),
});
const edKey = (size: number, ...parameters: readonly Buffer[]): Partial<Parts> => ({
  keyInfo: sequence(sequence(oid('1.3.101.112'), ...parameters), bits(Buffer.alloc(size, 0x58))),
});
const named = (tag: number, value: Buffer): Partial<Parts> => ({ name: commonName(tag, value) });
const from = (notBefore: Buffer): Partial<Parts> => ({
  validity: sequence(notBefore, utcTime('360101000000Z')),
});
const listed = (...extensions: readonly Buffer[]): Partial<Parts> => ({
  extensions: tlv(0xa3, sequence(extension('2.5.29.19', sequence(TRUE), true), ...extensions)),
});
const COMMENT = extension('2.16.840.1.113730.1.13', tlv(0x16, ascii('x')));

const PARTS: Readonly<Record<string, Partial<Parts>>> = {
  'a CA as kubeadm makes it': {},
  'parseCertificate: bytes behind it': { behind: hex('00') },
  'parseCertificate: version 4': { version: tlv(0xa0, integer(3)) },
  'parseCertificate: negative version': { version: tlv(0xa0, integer(0xff)) },
  'parseCertificate: version with bytes behind it': { version: tlv(0xa0, integer(2), NULL) },
  'parseCertificate: version that is no number': { version: tlv(0xa0, NULL) },
  'parseCertificate: version 1': { version: Buffer.alloc(0), extensions: Buffer.alloc(0) },
  'parseCertificate: version 2 with unique ids': {
    version: tlv(0xa0, integer(1)),
    uniqueIds: Buffer.concat([tlv(0x81, hex('00ff')), tlv(0x82, hex('00ff'))]),
    extensions: Buffer.alloc(0),
  },
  'parseCertificate: version 3 with unique ids': { uniqueIds: tlv(0x81, hex('00ff')) },
  'parseCertificate: negative serial number': { serial: integer(0xff) },
  'parseCertificate: serial number 0': { serial: integer(0) },
  'parseCertificate: serial number of 24 bytes': { serial: integer(...Buffer.alloc(24, 0x11)) },
  'parseCertificate: serial number with a zero too many': { serial: integer(0, 1) },
  'parseCertificate: serial number without bytes': { serial: integer() },
  'parseCertificate: serial number that is no INTEGER': { serial: octets(hex('07')) },
  'parseCertificate: two algorithms': { outerAlgorithm: sequence(oid('1.2.840.10045.4.3.3')) },
  'parseCertificate: algorithm in no SEQUENCE': { innerAlgorithm: oid('1.2.840.10045.4.3.2') },
  'parseCertificate: outer algorithm in no SEQUENCE': { outerAlgorithm: oid('1.2.840.10045.4.3.2') },
  'parseCertificate: name in no SEQUENCE': { name: tlv(0x31) },
  'parseCertificate: validity in no SEQUENCE': { validity: utcTime('260101000000Z') },
  'parseCertificate: key in no SEQUENCE': { keyInfo: octets(hex('00')) },
  'parseCertificate: key algorithm in no SEQUENCE': {
    keyInfo: sequence(oid('1.2.840.10045.2.1'), bits(G)),
  },
  'parseCertificate: key that is no BIT STRING': {
    keyInfo: sequence(sequence(oid('1.2.840.10045.2.1'), P256), octets(G)),
  },
  'parseCertificate: signature that is no BIT STRING': { signature: octets(hex('00')) },
  'parseCertificate: signature with 8 bits of padding': { signature: bits(hex('00'), 8) },
  'parseCertificate: signature with bits in its padding': { signature: bits(hex('01'), 1) },
  'parseCertificate: extensions in no SEQUENCE': { extensions: tlv(0xa3, tlv(0x31)) },
  'parseCertificate: no extensions in their place': { extensions: tlv(0xa3) },
  'parseCertificate: extension in no SEQUENCE': { extensions: tlv(0xa3, sequence(tlv(0x31))) },
  'parseCertificate: an extension twice': listed(COMMENT, COMMENT),
  'parseCertificate: a comment once': listed(COMMENT),
  'readASN1: a length that is longer than it has to be': {
    serial: Buffer.concat([hex('02 81 01'), hex('07')]),
  },
  'readASN1: a length without end': { serial: hex('02 80') },
  'readASN1: a length beyond the end': { behind: Buffer.alloc(0), extensions: hex('a3 7f') },

  'parseAI: object identifier with a byte too many': {
    innerAlgorithm: sequence(hex('0602 2a80')),
    outerAlgorithm: sequence(hex('0602 2a80')),
  },
  'parseAI: number of 2^31 and more': {
    innerAlgorithm: sequence(hex('0606 2a 8880808000')),
    outerAlgorithm: sequence(hex('0606 2a 8880808000')),
  },
  'parseAI: no object identifier': { innerAlgorithm: sequence(), outerAlgorithm: sequence() },
  'parseAI: parameters that are cut off': {
    innerAlgorithm: sequence(oid('1.2.840.10045.4.3.2'), hex('05')),
    outerAlgorithm: sequence(oid('1.2.840.10045.4.3.2'), hex('05')),
  },

  'parseASN1String: PrintableString with _': named(0x13, ascii('etcd_ca')),
  'parseASN1String: PrintableString with @': named(0x13, ascii('ops@example.org')),
  'parseASN1String: PrintableString with * and &': named(0x13, ascii('*.A&B')),
  'parseASN1String: PrintableString of all': named(0x13, ascii("aZ09'()+,-./ :=?")),
  'parseASN1String: UTF8String that is none': named(0x0c, hex('66ff')),
  'parseASN1String: UTF8String with a surrogate': named(0x0c, hex('eda080')),
  'parseASN1String: UTF8String': named(0x0c, Buffer.from('für etcd')),
  'parseASN1String: IA5String with a byte above 127': named(0x16, hex('66e9')),
  'parseASN1String: IA5String': named(0x16, ascii('ops@example.org')),
  'parseASN1String: NumericString with a letter': named(0x12, ascii('12a')),
  'parseASN1String: NumericString': named(0x12, ascii('1 2')),
  'parseASN1String: T61String': named(0x14, hex('66e9')),
  'parseASN1String: BMPString of odd length': named(0x1e, hex('006600')),
  'parseASN1String: BMPString with a surrogate': named(0x1e, hex('d83d')),
  'parseASN1String: BMPString with U+FFFE': named(0x1e, hex('fffe')),
  'parseASN1String: BMPString with U+FDD0': named(0x1e, hex('fdd0')),
  'parseASN1String: BMPString with a terminator': named(0x1e, hex('00660000')),
  'parseASN1String: BMPString': named(0x1e, hex('00660067')),
  'parseASN1String: VisibleString': named(0x1a, ascii('x')),
  'parseASN1String: UniversalString': named(0x1c, hex('00000066')),
  'parseName: empty': { name: sequence() },
  'parseName: no SET': { name: sequence(sequence()) },
  'parseName: empty SET': { name: sequence(tlv(0x31)) },
  'parseName: attribute in no SEQUENCE': { name: sequence(tlv(0x31, octets(hex('00')))) },
  'parseName: attribute without type': { name: sequence(tlv(0x31, sequence(NULL))) },
  'parseName: attribute without value': { name: sequence(tlv(0x31, sequence(oid('2.5.4.3')))) },
  'parseName: value with a tag of two bytes': {
    name: sequence(tlv(0x31, sequence(oid('2.5.4.3'), hex('1f1f0161')))),
  },

  'parseTime: UTCTime without seconds': from(utcTime('2601010000Z')),
  'parseTime: UTCTime with a zone': from(utcTime('260101000000+0100')),
  'parseTime: UTCTime with the zone +0000': from(utcTime('260101000000+0000')),
  'parseTime: UTCTime with the zone +0060': from(utcTime('260101000000+0060')),
  'parseTime: UTCTime without a zone': from(utcTime('260101000000')),
  'parseTime: UTCTime with a small z': from(utcTime('260101000000z')),
  'parseTime: UTCTime in month 13': from(utcTime('261301000000Z')),
  'parseTime: UTCTime on the 30th of February': from(utcTime('240230000000Z')),
  'parseTime: UTCTime on the 29th of February 2024': from(utcTime('240229000000Z')),
  'parseTime: UTCTime on the 29th of February 2025': from(utcTime('250229000000Z')),
  'parseTime: UTCTime at 24 hours': from(utcTime('260101240000Z')),
  'parseTime: UTCTime with a leap second': from(utcTime('251231235960Z')),
  'parseTime: UTCTime with a fraction': from(utcTime('260101000000.5Z')),
  'parseTime: UTCTime of 1950': from(utcTime('500101000000Z')),
  'parseTime: GeneralizedTime': from(generalizedTime('20260101000000Z')),
  'parseTime: GeneralizedTime without seconds': from(generalizedTime('202601010000Z')),
  'parseTime: GeneralizedTime with a fraction': from(generalizedTime('20260101000000.5Z')),
  'parseTime: GeneralizedTime on day 0': from(generalizedTime('20260100000000Z')),
  'parseTime: GeneralizedTime of the year 9999': {
    validity: sequence(utcTime('260101000000Z'), generalizedTime('99991231235959Z')),
  },
  'parseTime: a number': from(integer(1)),
  'parseValidity: no end': { validity: sequence(utcTime('260101000000Z')) },

  'parsePublicKey: RSA': rsaKey(MODULUS, EXPONENT),
  'parsePublicKey: RSA without NULL': rsaKey(MODULUS, EXPONENT, Buffer.alloc(0)),
  'parsePublicKey: RSA with a negative modulus': rsaKey(integer(...Buffer.alloc(256, 0xc3)), EXPONENT),
  'parsePublicKey: RSA with the modulus 0': rsaKey(integer(0), EXPONENT),
  'parsePublicKey: RSA with a modulus that is no number': rsaKey(NULL, EXPONENT),
  'parsePublicKey: RSA with a negative exponent': rsaKey(MODULUS, integer(0xff)),
  'parsePublicKey: RSA with the exponent 0': rsaKey(MODULUS, integer(0)),
  'parsePublicKey: RSA with an exponent of 9 bytes': rsaKey(MODULUS, integer(...Buffer.alloc(9, 0x11))),
  'parsePublicKey: RSA that is no SEQUENCE': {
    keyInfo: sequence(sequence(oid('1.2.840.113549.1.1.1'), NULL), bits(NULL)),
  },
  'parsePublicKey: ECDSA with parameters that are no name': ecKey(NULL, G),
  'parsePublicKey: ECDSA on secp256k1': ecKey(oid('1.3.132.0.10'), G),
  'parsePublicKey: ECDSA in compressed form': ecKey(P256, Buffer.concat([hex('03'), G.subarray(1, 33)])),
  'parsePublicKey: ECDSA beside the curve': ecKey(P256, Buffer.concat([G.subarray(0, 64), hex('00')])),
  'parsePublicKey: ECDSA that is cut off': ecKey(P256, G.subarray(0, 60)),
  'parsePublicKey: ECDSA without bytes': ecKey(P256, Buffer.alloc(0)),
  'parsePublicKey: ECDSA with bits in its padding': ecKey(P256, G, 1),
  'parsePublicKey: Ed25519': edKey(32),
  'parsePublicKey: Ed25519 with parameters': edKey(32, NULL),
  'parsePublicKey: Ed25519 of 31 bytes': edKey(31),
  'parsePublicKey: DSA': dsaKey(integer(5), integer(23), integer(11), integer(4)),
  'parsePublicKey: DSA with a parameter 0': dsaKey(integer(5), integer(23), integer(0), integer(4)),
  'parsePublicKey: DSA without a parameter': dsaKey(integer(5), integer(23), integer(11)),
  'parsePublicKey: DSA that is no number': dsaKey(NULL, integer(23), integer(11), integer(4)),
  'parsePublicKey: of an algorithm that Go does not know': {
    keyInfo: sequence(sequence(oid('1.2.3.4')), bits(hex('00'))),
  },

  'parseExtension: no object identifier': listed(sequence(NULL)),
  'parseExtension: critical is neither true nor false': listed(
    sequence(oid('1.2.3.4'), hex('010101'), octets(NULL)),
  ),
  'parseExtension: critical is written though false': listed(
    sequence(oid('1.2.3.4'), hex('010100'), octets(NULL)),
  ),
  'parseExtension: no value': listed(sequence(oid('1.2.3.4'))),
  'parseExtension: value that is no OCTET STRING': listed(sequence(oid('1.2.3.4'), bits(NULL))),
};

/** Every certificate: for each check of parser.go one that it refuses, and a similar one that it accepts. */
export const CORPUS: readonly Case[] = [
  ...Object.entries(PARTS).map(([name, changes]) => ({ name, der: certificate(changes) })),
  ...Object.entries(EXTENSION_CASES).map(([name, extensions]) => ({
    name,
    der: certificate({}, extensions),
  })),
];
