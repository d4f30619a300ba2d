import { createPrivateKey, X509Certificate, type KeyObject } from 'node:crypto';
import { errorMessage, type Finding } from '../findings.ts';
import { inspectCertificate } from './inspect.ts';
import { decodePem, encodePem, MOST_PEM_CHARACTERS, type PemBlock } from './pem.ts';

/** A PEM text from an input or a host, and its origin. */
export interface PemSource {
  /** Its name in messages, for example `ca-certificate` or `infra0:/etc/kubernetes/pki/etcd/ca.crt`. */
  readonly name: string;
  readonly text: string;
}

type Reason = Omit<Finding, 'at' | 'host'>;

/** The result of reading a text: a value, or the reasons why there is none. */
export type Read<T> =
  | { readonly value: T; readonly findings: readonly [] }
  | { readonly value?: never; readonly findings: readonly Finding[] };

/** A certificate with its PEM text, as Go would write it. */
export interface PemCertificate {
  readonly certificate: X509Certificate;
  readonly pem: string;
}

/**
 * Reads the certificates of a PEM text: at least one, without duplicates, in their order. Drops the text around them.
 */
export function readCertificates(
  source: PemSource,
): Read<readonly [PemCertificate, ...(readonly PemCertificate[])]> {
  if (source.text.length > MOST_PEM_CHARACTERS) return refuse(source, TOO_LONG);
  const blocks = decodePem(source.text);
  const key = blocks.find(isKey);
  if (key !== undefined) {
    return refuse(source, {
      code: 'private-key-misplaced',
      fact: `It contains a private key (${key.type}).`,
      cause: 'certificate and key were swapped or pasted together.',
      fix: 'Give the certificate alone. Certificates appear in logs: if this text is not a secret, others may know the key.',
    });
  }
  const found = blocks.filter((block) => block.type === 'CERTIFICATE');
  try {
    // Re-encoded from the bytes: Go's decoder refuses some texts that OpenSSL reads.
    const pems = new Map(found.map(({ bytes }) => [encodePem('CERTIFICATE', bytes), bytes]));
    const [first, ...others] = [...pems].map(([pem, der]) => ({
      certificate: wholeCertificate(pem, der),
      pem,
    }));
    if (first === undefined) return refuse(source, noBlock(source, blocks, 'CERTIFICATE'));
    return accept([first, ...others]);
  } catch (error) {
    return refuse(source, unreadable('certificate', error));
  }
}

/**
 * Reads every part of a certificate now, because OpenSSL parses some parts only on demand and ignores trailing bytes.
 *
 * @throws Error if a part cannot be read, or the bytes differ from those of the certificate that was read.
 */
function wholeCertificate(pem: string, der: Buffer): X509Certificate {
  const certificate = new X509Certificate(pem);
  const { raw } = certificate;
  if (!raw.equals(der)) {
    throw new Error(
      der.subarray(0, raw.length).equals(raw)
        ? `${der.length - raw.length} bytes follow the certificate`
        : 'it is not in DER',
    );
  }
  inspectCertificate(pem);
  return certificate;
}

/** Reads the first private key of a PEM text: PKCS#8, PKCS#1 or SEC 1, unencrypted. */
export function readPrivateKey(source: PemSource): Read<KeyObject> {
  if (source.text.length > MOST_PEM_CHARACTERS) return refuse(source, TOO_LONG);
  const blocks = decodePem(source.text);
  // `openssl ecparam -genkey` writes EC PARAMETERS before the key.
  const key = blocks.find(isKey);
  if (key === undefined) return refuse(source, noBlock(source, blocks, 'PRIVATE KEY'));
  if (key.hasHeaders || key.type === 'ENCRYPTED PRIVATE KEY') {
    return refuse(source, {
      code: 'ca-pem-malformed',
      fact: 'The key is encrypted with a passphrase, but kubeadm reads only unencrypted keys.',
      fix: 'Decrypt it with `openssl pkey -in FILE` and give the output.',
    });
  }
  if (key.type === 'OPENSSH PRIVATE KEY') {
    return refuse(source, {
      code: 'ca-pem-malformed',
      fact: 'It is an OpenSSH key.',
      cause: "the SSH key was given instead of the CA's.",
      fix: 'Give the key that belongs to the CA certificate (etcd/ca.key).',
    });
  }
  try {
    return accept(createPrivateKey(key.text));
  } catch (error) {
    return refuse(source, unreadable('private key', error));
  }
}

const TOO_LONG: Reason = {
  code: 'ca-unsuitable',
  fact: `It has more than ${MOST_PEM_CHARACTERS / 1024} KiB, and no certificate, chain or key is that long.`,
  cause: 'it is the wrong file, or the CA bundle of a system.',
  fix: 'Give the certificate of the CA, at most with those above it, or its key.',
};

function isKey(block: PemBlock): boolean {
  return block.type.endsWith('PRIVATE KEY');
}

function noBlock(
  source: PemSource,
  blocks: readonly PemBlock[],
  wanted: 'CERTIFICATE' | 'PRIVATE KEY',
): Reason {
  if (blocks.length > 0) {
    const found = [...new Set(blocks.map((block) => block.type))].join(', ');
    return {
      code: 'ca-pem-malformed',
      fact: `It contains no ${wanted} but: ${found}.`,
      cause: 'it is the wrong file.',
      fix: `Give the PEM text of the ${wanted}.`,
    };
  }
  if (source.text.includes('-----BEGIN ')) {
    return {
      code: 'ca-pem-malformed',
      fact: 'It has a BEGIN line but no complete PEM block.',
      cause: 'its line breaks were lost (one line, or literal \\n), or its end was cut off.',
      fix: "Give the file's text unchanged, with its line breaks.",
    };
  }
  const convert = wanted === 'CERTIFICATE' ? 'openssl x509' : 'openssl pkey';
  return {
    code: 'ca-pem-malformed',
    fact: 'It is not PEM.',
    cause: "this is a file's path, base64 text or a binary (DER) file, not the PEM text.",
    fix: `Give the contents of the PEM file; convert a DER file with \`${convert} -inform der -in FILE\`.`,
  };
}

function unreadable(what: string, error: unknown): Reason {
  return {
    code: 'ca-pem-malformed',
    fact: `The ${what} cannot be read (${errorMessage(error)}).`,
    cause: 'the text was cut off or changed during copying.',
    fix: "Give the file's text unchanged.",
  };
}

function accept<T>(value: T): Read<T> {
  return { value, findings: [] };
}

function refuse<T>(source: PemSource, reason: Reason): Read<T> {
  return { findings: [{ at: source.name, ...reason }] };
}
