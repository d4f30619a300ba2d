import { wireString, wireUint32 } from '../../ssh-keys/wire.ts';

/** Messages of the SSH connection protocol (RFC 4254 §9) that a client of sessions and TCP connections needs. */
export const MESSAGE = {
  channelOpen: 90,
  channelOpenConfirmation: 91,
  channelOpenFailure: 92,
  channelWindowAdjust: 93,
  channelData: 94,
  channelExtendedData: 95,
  channelEof: 96,
  channelClose: 97,
  channelRequest: 98,
  channelSuccess: 99,
  channelFailure: 100,
} as const;

/** Type of extended data that is standard error (RFC 4254 §5.2). */
export const STDERR = 1;

/** Encodes a message in the form of a control socket's proxy client (OpenSSH PROTOCOL.mux §9): unencrypted, unpadded. */
export function proxied(type: number, ...fields: readonly Buffer[]): Buffer {
  return wireString(Buffer.concat([Buffer.from([0, type]), ...fields]));
}

/** Encodes a `boolean` of RFC 4251 §5. */
export function wireBoolean(value: boolean): Buffer {
  return Buffer.from([value ? 1 : 0]);
}

/** Encodes the fields of `direct-tcpip` (RFC 4254 §7.2); the loopback origin is a placeholder. */
export function directTcpip(address: string, port: number): Buffer {
  return Buffer.concat([wireString(address), wireUint32(port), wireString('127.0.0.1'), wireUint32(0)]);
}
