import { createPrivateKey, getCiphers, type KeyObject } from 'node:crypto';
import type { ParsedKey } from 'ssh2';
import { errorMessage, type Finding } from '../findings.ts';
import {
  DAMAGED,
  KEY_INPUT,
  opensshEd25519Body,
  parseSsh2Key,
  type KeyPemBlock,
  pemText,
  readKeyText,
  readOpensshHeader,
  unreadable,
} from './key-text.ts';
import { fingerprint } from './wire.ts';

/** A private key that ssh2 can sign with. */
export interface UsableKey {
  /** Decrypted, so that the key derivation runs once and not per host. Secret. */
  readonly key: ParsedKey;
  /** e.g. `ssh-ed25519`. */
  readonly type: string;
  /** Of its public half, as `ssh-keygen -l` prints it. */
  readonly fingerprint: string;
}

/** The key, or why it cannot be used. Findings and warnings contain nothing of key or passphrase. */
export type PreparedKey =
  | (UsableKey & { readonly ok: true; readonly warnings: readonly Finding[] })
  | { readonly ok: false; readonly finding: Finding };

/** The inputs that a key and its passphrase come from. */
export interface KeyInputs {
  readonly key: string;
  readonly passphrase: string;
}

const PASSPHRASE_INPUT = 'ssh-key-passphrase';
const DEFAULT_INPUTS: KeyInputs = { key: KEY_INPUT, passphrase: PASSPHRASE_INPUT };
const SSH_CURVES = ['prime256v1', 'secp384r1', 'secp521r1'];
/** The ciphers of ssh-keygen (-Z) that ssh2 decrypts; the first is the default. */
const OPENSSH_CIPHERS = /^aes(?:128|192|256)-(?:ctr|cbc|gcm@openssh\.com)$/;
/** ssh-keygen uses 16 or 24 by default; each takes some hundredths of a second here. */
const MAX_KDF_ROUNDS = 1000;
const NEW_KEY =
  'make a new key with `ssh-keygen -t ed25519 -f deploy-key` and add deploy-key.pub to the hosts.';

/**
 * Parses a private key as the user pasted it. Accepts OpenSSH's own format, PEM (PKCS#1, SEC1) and PKCS#8 with RSA,
 * NIST curves or Ed25519, each plain or encrypted, and the PuTTY files that ssh2 reads (version 2, RSA).
 * @param passphrase absent or empty: none. @param inputs their names in the findings.
 */
export function preparePrivateKey(
  text: string,
  passphrase?: string,
  inputs: KeyInputs = DEFAULT_INPUTS,
): PreparedKey {
  const prepared = prepare(text, passphrase === '' ? undefined : passphrase);
  return prepared.ok
    ? { ...prepared, warnings: prepared.warnings.map((finding) => withInputNames(finding, inputs)) }
    : { ...prepared, finding: withInputNames(prepared.finding, inputs) };
}

/** Replaces the inputs' names in a finding, which are those of the hosts' key. */
function withInputNames(finding: Finding, { key, passphrase }: KeyInputs): Finding {
  const rename = (text: string): string =>
    text.replaceAll(KEY_INPUT, key).replaceAll(PASSPHRASE_INPUT, passphrase);
  const { at, fix } = finding;
  return { ...finding, at: rename(at), ...(fix !== undefined && { fix: rename(fix) }) };
}

function prepare(text: string, secret: string | undefined): PreparedKey {
  const read = readKeyText(text);
  if (read.kind === 'putty') return preparePutty(read.text, secret);
  if (read.kind !== 'private') return { ok: false, finding: unreadable(read) };
  return read.block.label === 'OPENSSH PRIVATE KEY'
    ? prepareOpenssh(read.block, secret)
    : preparePem(read.block, secret);
}

function prepareOpenssh(block: KeyPemBlock, passphrase: string | undefined): PreparedKey {
  const header = readOpensshHeader(Buffer.from(block.body, 'base64'));
  if (header === undefined) return refuse(DAMAGED);
  const { cipher, rounds, type, publicBlob } = header;
  const encrypted = cipher !== 'none';
  if (type === 'ssh-dss') return refuse(DSA);
  if (type.startsWith('sk-')) return refuse(SECURITY_KEY);
  const name = `${type} ${fingerprint(publicBlob)}`;
  if (encrypted && passphrase === undefined) return refuse(passphraseMissing(name));
  if (encrypted && !OPENSSH_CIPHERS.test(cipher)) return refuse(cipherUnknown(name, cipher));
  if (rounds > MAX_KDF_ROUNDS) return refuse(tooManyRounds(name, rounds));
  const key = parseSsh2Key(pemText(block), passphrase);
  if (!(key instanceof Error)) return usable(key, encrypted, passphrase);
  if (/^Unsupported/.test(errorMessage(key))) return refuse(unsupported(`a key of type ${type}`));
  return refuse(encrypted ? passphraseWrong(name) : DAMAGED);
}

function preparePem(block: KeyPemBlock, passphrase: string | undefined): PreparedKey {
  const encrypted = block.dekInfo !== undefined || block.label === 'ENCRYPTED PRIVATE KEY';
  if (encrypted && passphrase === undefined) return refuse(passphraseMissing(block.label));
  if (!isCipherLoaded(block)) return refuse(OLD_ENCRYPTION);
  let key: KeyObject;
  try {
    key = createPrivateKey({ key: pemText(block), ...(encrypted ? { passphrase: passphrase ?? '' } : {}) });
  } catch (error) {
    if (/digital envelope routines::unsupported/.test(errorMessage(error))) return refuse(OLD_ENCRYPTION);
    // Also if the decoder supports none of it: one wrong passphrase of 256 leaves a valid padding.
    return refuse(encrypted ? passphraseWrong(block.label) : DAMAGED);
  }
  const converted = convert(key);
  return 'finding' in converted ? refuse(converted.finding) : usable(converted.key, encrypted, passphrase);
}

/**
 * Reports whether OpenSSL can decrypt the cipher of the RFC 1421 header; Node does not load its legacy provider with
 * DES and RC2. PKCS#8 names its cipher inside, and OpenSSL reports it itself.
 */
function isCipherLoaded({ dekInfo }: KeyPemBlock): boolean {
  const cipher = dekInfo?.split(',')[0]?.toLowerCase();
  return cipher === undefined || getCiphers().includes(cipher);
}

/** Converts a key for ssh2, which reads PKCS#1 and SEC1 but not PKCS#8, and Ed25519 only in OpenSSH's format. */
function convert(key: KeyObject): { readonly key: ParsedKey } | { readonly finding: Finding } {
  const type = key.asymmetricKeyType ?? 'unknown';
  const curve = key.asymmetricKeyDetails?.namedCurve ?? '';
  if (type === 'dsa') return { finding: DSA };
  let text: string;
  if (type === 'rsa') text = key.export({ type: 'pkcs1', format: 'pem' }).toString();
  else if (type === 'ec' && SSH_CURVES.includes(curve))
    text = key.export({ type: 'sec1', format: 'pem' }).toString();
  else if (type === 'ed25519')
    text = pemText({ label: 'OPENSSH PRIVATE KEY', body: opensshEd25519Body(key) });
  else return { finding: unsupported(`a key of type ${type}${curve === '' ? '' : ` (${curve})`}`) };
  const parsed = parseSsh2Key(text);
  return parsed instanceof Error ? { finding: DAMAGED } : { key: parsed };
}

function preparePutty(text: string, passphrase: string | undefined): PreparedKey {
  if (!/^PuTTY-User-Key-File-2: ssh-(?:rsa|dss)\s/.test(text)) return refuse(PUTTY);
  const encrypted = !/^Encryption: none$/m.test(text);
  if (encrypted && passphrase === undefined) return refuse(passphraseMissing('PuTTY key'));
  const key = parseSsh2Key(text, encrypted ? passphrase : undefined);
  if (!(key instanceof Error))
    return key.type === 'ssh-dss' ? refuse(DSA) : usable(key, encrypted, passphrase);
  return refuse(encrypted ? passphraseWrong('PuTTY key') : DAMAGED);
}

function usable(key: ParsedKey, encrypted: boolean, passphrase: string | undefined): PreparedKey {
  const warnings = passphrase !== undefined && !encrypted ? [PASSPHRASE_UNUSED] : [];
  return { ok: true, key, type: key.type, fingerprint: fingerprint(key.getPublicSSH()), warnings };
}

function refuse(finding: Finding): PreparedKey {
  return { ok: false, finding };
}

const DSA: Finding = {
  code: 'ssh-key-type-unsupported',
  at: KEY_INPUT,
  fact: 'this is a DSA key.',
  cause: 'the key is old; OpenSSH servers have refused DSA keys since version 7.0 (2015).',
  fix: NEW_KEY,
};

const SECURITY_KEY: Finding = {
  code: 'ssh-key-type-unsupported',
  at: KEY_INPUT,
  fact: 'this key lives in a hardware security key (FIDO); the file alone cannot sign.',
  cause: 'it was made with `ssh-keygen -t ed25519-sk` or `ecdsa-sk`.',
  fix: `such a key cannot be used unattended: ${NEW_KEY}`,
};

const PUTTY: Finding = {
  code: 'ssh-key-format-unsupported',
  at: KEY_INPUT,
  fact: 'this PuTTY key file (.ppk) cannot be read.',
  cause: 'PuTTY has its own file format; the action reads only version 2 files with RSA keys.',
  fix: 'convert it: `puttygen key.ppk -O private-openssh-new -o deploy-key` (in the PuTTYgen window: Conversions, Export OpenSSH key), and give the new file.',
};

const OLD_ENCRYPTION: Finding = {
  code: 'ssh-key-format-unsupported',
  at: KEY_INPUT,
  fact: 'the private key is encrypted with a cipher that is no longer supported.',
  cause: 'the file is old.',
  fix: 're-encrypt it with `ssh-keygen -p -f deploy-key`, which asks for the old passphrase and a new one.',
};

function cipherUnknown(name: string, cipher: string): Finding {
  return {
    code: 'ssh-key-format-unsupported',
    at: KEY_INPUT,
    fact: `the private key (${name}) is encrypted with ${cipher}, which the action cannot decrypt.`,
    cause: 'it was made with `ssh-keygen -Z`.',
    fix: 're-encrypt it with `ssh-keygen -p -Z aes256-ctr -f deploy-key`.',
  };
}

function tooManyRounds(name: string, rounds: number): Finding {
  return {
    code: 'ssh-key-format-unsupported',
    at: KEY_INPUT,
    fact: `the private key (${name}) needs ${rounds} rounds of key derivation, which would take minutes.`,
    cause: 'it was made with `ssh-keygen -a`, or is damaged.',
    fix: 're-encrypt it with `ssh-keygen -p -a 100 -f deploy-key`.',
  };
}

const PASSPHRASE_UNUSED: Finding = {
  code: 'input-unused',
  at: PASSPHRASE_INPUT,
  fact: 'a passphrase is given, but the private key is not encrypted.',
  fix: 'remove the input, or give the encrypted key.',
};

function passphraseMissing(name: string): Finding {
  return {
    code: 'ssh-key-passphrase',
    at: PASSPHRASE_INPUT,
    fact: `the private key (${name}) is encrypted and no passphrase is given.`,
    cause:
      'the secret with the passphrase does not exist or is not passed to the job; runs from forks get no secrets.',
    fix: 'give its passphrase in `ssh-key-passphrase`, or a key without one in `ssh-private-key`.',
  };
}

function passphraseWrong(name: string): Finding {
  return {
    code: 'ssh-key-passphrase',
    at: PASSPHRASE_INPUT,
    fact: `the passphrase does not open the private key (${name}).`,
    cause: 'it belongs to another key, or the secret holds an extra space or newline.',
    fix: 'check it with `ssh-keygen -y -f deploy-key`, which asks for the passphrase and prints the public key.',
  };
}

function unsupported(what: string): Finding {
  return {
    code: 'ssh-key-type-unsupported',
    at: KEY_INPUT,
    fact: `${what} cannot be used here.`,
    fix: NEW_KEY,
  };
}
