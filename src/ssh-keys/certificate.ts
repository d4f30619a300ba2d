import type { HostKey } from './known-hosts.ts';
import type { UsableKey } from './private-key.ts';
import { keyBlobType, WireReader, wireString } from './wire.ts';

/** An OpenSSH certificate (PROTOCOL.certkeys), as far as it says who may do what, and until when. Public. */
export interface SshCertificate {
  /** e.g. `ssh-ed25519-cert-v01@openssh.com`. */
  readonly type: string;
  /** The whole certificate in SSH wire form. */
  readonly blob: Buffer;
  /** The key that it is for. */
  readonly key: HostKey;
  readonly role: 'user' | 'host';
  /** Free text of whoever has signed it. */
  readonly keyId: string;
  /** Users or hosts that it is for; empty: all. */
  readonly principals: readonly string[];
  readonly validAfter: Date;
  /** Absent: for ever. */
  readonly validBefore?: Date;
  /** The key that has signed it. */
  readonly authority: HostKey;
}

const SUFFIX = '-cert-v01@openssh.com';
/** How many fields a key's own part has. */
const KEY_FIELDS: Readonly<Record<string, number>> = {
  'ssh-ed25519': 1,
  'ecdsa-sha2-nistp256': 2,
  'ecdsa-sha2-nistp384': 2,
  'ecdsa-sha2-nistp521': 2,
  'ssh-rsa': 2,
};
const ROLES: Readonly<Record<number, SshCertificate['role']>> = { 1: 'user', 2: 'host' };
/** The last second that a Date can be. */
const LAST_SECOND = 8_640_000_000_000n;

/** The certificate types that stand for these types of keys. */
export function certificateTypes(keyTypes: readonly string[]): readonly string[] {
  return keyTypes.filter((type) => type in KEY_FIELDS).map((type) => `${type}${SUFFIX}`);
}

/**
 * Takes a certificate apart; whether its signature is right is not looked at.
 * @returns undefined when it is none, or of a key that lives in hardware.
 */
export function parseCertificate(blob: Buffer): SshCertificate | undefined {
  const type = keyBlobType(blob);
  const keyType = type?.endsWith(SUFFIX) === true ? type.slice(0, -SUFFIX.length) : '';
  const count = KEY_FIELDS[keyType];
  if (type === undefined || count === undefined) return undefined;
  const reader = new WireReader(blob);
  reader.string(); // its type
  reader.string(); // a nonce
  const fields = Array.from({ length: count }, () => reader.string());
  reader.raw(8); // its serial number
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

/** What proves who logs in: a private key that was given, or those of an ssh-agent on the runner. */
export type Identity =
  | { readonly kind: 'key'; readonly key: UsableKey }
  /** @property socket path of the agent's Unix socket. */
  | { readonly kind: 'agent'; readonly socket: string };

/** A key as messages name it: nothing of it is secret. */
export interface KeyLabel {
  /** e.g. `ssh-ed25519`. */
  readonly type: string;
  /** As `ssh-keygen -l` prints it. */
  readonly fingerprint: string;
}

/** A key in messages. */
export function describeKey({ type, fingerprint }: KeyLabel): string {
  return `${type} ${fingerprint}`;
}
