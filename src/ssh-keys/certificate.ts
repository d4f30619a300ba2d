import type { HostKey } from './known-hosts.ts';
import type { UsableKey } from './private-key.ts';
import { keyBlobType, WireReader, wireString } from './wire.ts';

/** The public fields of an OpenSSH certificate (PROTOCOL.certkeys): its key, principals and validity. */
export interface SshCertificate {
  /** e.g. `ssh-ed25519-cert-v01@openssh.com`. */
  readonly type: string;
  /** The whole certificate in SSH wire form. */
  readonly blob: Buffer;
  /** The certified key. */
  readonly key: HostKey;
  readonly role: 'user' | 'host';
  /** Free text of the signer. */
  readonly keyId: string;
  /** Users or hosts that it is valid for; empty: all. */
  readonly principals: readonly string[];
  readonly validAfter: Date;
  /** Absent: for ever. */
  readonly validBefore?: Date;
  /** The key that signed it. */
  readonly authority: HostKey;
}

const SUFFIX = '-cert-v01@openssh.com';
/** The number of fields in a key's own part. */
const KEY_FIELDS: Readonly<Record<string, number>> = {
  'ssh-ed25519': 1,
  'ecdsa-sha2-nistp256': 2,
  'ecdsa-sha2-nistp384': 2,
  'ecdsa-sha2-nistp521': 2,
  'ssh-rsa': 2,
};
const ROLES: Readonly<Record<number, SshCertificate['role']>> = { 1: 'user', 2: 'host' };
/** The last second that a Date can represent. */
const LAST_SECOND = 8_640_000_000_000n;

/** Returns the certificate types for these types of keys. */
export function certificateTypes(keyTypes: readonly string[]): readonly string[] {
  return keyTypes.filter((type) => type in KEY_FIELDS).map((type) => `${type}${SUFFIX}`);
}

/**
 * Parses a certificate without verifying its signature.
 * @returns undefined if it is not one, or its key is in hardware.
 */
export function parseCertificate(blob: Buffer): SshCertificate | undefined {
  const type = keyBlobType(blob);
  const keyType = type?.endsWith(SUFFIX) === true ? type.slice(0, -SUFFIX.length) : '';
  const count = KEY_FIELDS[keyType];
  if (type === undefined || count === undefined) return undefined;
  const reader = new WireReader(blob);
  reader.string(); // type
  reader.string(); // nonce
  const fields = Array.from({ length: count }, () => reader.string());
  reader.raw(8); // serial number
  const role = ROLES[reader.uint32() ?? 0];
  const keyId = reader.string()?.toString('utf8');
  const principals = reader.string();
  const validAfter = reader.raw(8)?.readBigUInt64BE();
  const validBefore = reader.raw(8)?.readBigUInt64BE();
  reader.string(); // critical options
  reader.string(); // extensions
  reader.string(); // reserved
  const authority = reader.string();
  if (
    role === undefined ||
    keyId === undefined ||
    principals === undefined ||
    validAfter === undefined ||
    validBefore === undefined ||
    authority === undefined
  )
    return undefined;
  const parts = fields.map((field) => wireString(field ?? Buffer.alloc(0)));
  return {
    type,
    blob,
    key: { type: keyType, blob: Buffer.concat([wireString(keyType), ...parts]) },
    role,
    keyId,
    principals: strings(principals),
    validAfter: dateOf(validAfter),
    ...(validBefore < LAST_SECOND && { validBefore: dateOf(validBefore) }),
    authority: { type: keyBlobType(authority) ?? 'unknown', blob: authority },
  };
}

function strings(list: Buffer): string[] {
  const reader = new WireReader(list);
  const all: string[] = [];
  for (let one = reader.string(); one !== undefined; one = reader.string()) all.push(one.toString('utf8'));
  return all;
}

function dateOf(seconds: bigint): Date {
  return new Date(Number(seconds < LAST_SECOND ? seconds : LAST_SECOND) * 1000);
}

/** The credential of a login: a given private key, or the keys of an ssh-agent on the runner. */
export type Identity =
  | { readonly kind: 'key'; readonly key: UsableKey }
  /** @property socket path of the agent's Unix socket. */
  | { readonly kind: 'agent'; readonly socket: string };

/** A key in messages, without anything secret. */
export interface KeyLabel {
  /** e.g. `ssh-ed25519`. */
  readonly type: string;
  /** As `ssh-keygen -l` prints it. */
  readonly fingerprint: string;
}

/** Describes a key for messages. */
export function describeKeyLabel({ type, fingerprint }: KeyLabel): string {
  return `${type} ${fingerprint}`;
}
