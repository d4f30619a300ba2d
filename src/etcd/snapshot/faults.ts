import { printable } from '../../text/printable.ts';
import { duration, size } from '../../text/units.ts';
import type { EtcdFailureWords } from '../errors.ts';

/** How far a snapshot has come. */
export interface SnapshotProgress {
  readonly receivedBytes: number;
  /** Absent until the first message has arrived. */
  readonly totalBytes?: number;
}

/** gRPC status codes that have a meaning of their own here (grpc/codes). */
const GRPC = { permissionDenied: 7, unimplemented: 12, unauthenticated: 16 } as const;

/** A request that authentication refuses: etcd has no user of the client's name, or it is not root. */
const NO_USER = /etcdserver: (user name is empty|user name not found|invalid auth token)/;

/** Longest grpc-message that is decoded, in characters of the header; etcd's own have some 100. */
const MOST_MESSAGE = 4096;

/** etcd refused the snapshot before it sent anything. */
export function refused(status: number, message: string): EtcdFailureWords {
  const said = `"${message}" (gRPC status ${status})`;
  if (status === GRPC.permissionDenied || status === GRPC.unauthenticated || NO_USER.test(message)) {
    return {
      code: 'etcd-authentication-on',
      kind: 'permission-denied',
      reason: message,
      fact: `The member denies the snapshot: ${said}.`,
      cause: "etcd's authentication is on, and only a user with the role root may take a snapshot.",
      fix: 'Turn it off (`etcdctl auth disable`): kubeadm protects etcd only with client certificates.',
    };
  }
  return {
    code: 'snapshot-refused',
    kind: status === GRPC.unimplemented ? 'unsupported' : 'rejected',
    reason: message,
    fact: `The member refused the snapshot: ${said}.`,
    cause:
      status === GRPC.unimplemented
        ? 'The server at the client port is not etcd, or a proxy stands before it.'
        : 'The member is stopping, or cannot read its database.',
    fix: "See the member's log at this time, and take the snapshot from another member.",
  };
}

/**
 * The stream came to an end, or broke, before it was complete.
 * @param why a clause without a full stop.
 */
export function cutOff(progress: SnapshotProgress, why: string): EtcdFailureWords {
  return {
    code: 'snapshot-cut-off',
    kind: 'connection-lost',
    reason: `the snapshot is not complete: ${why}`,
    fact: `The snapshot ended after ${amount(progress)}: ${why}.`,
    cause: 'The member stopped or was restarted, or the connection to it was cut.',
    fix: "Run again. If it happens again, see the member's log at this time.",
  };
}

/** The run, or the client, ended first. */
export function givenUp(progress: SnapshotProgress): EtcdFailureWords {
  return {
    code: 'snapshot-cut-off',
    kind: 'connection-lost',
    reason: 'the snapshot was given up',
    fact: `The snapshot was given up after ${amount(progress)}.`,
    fix: 'The run was ending: see its earlier messages.',
  };
}

/** Nothing arrived although the reader waited. */
export function stalled(progress: SnapshotProgress, idleMs: number): EtcdFailureWords {
  return {
    code: 'snapshot-stalled',
    kind: 'timeout',
    reason: `no data for ${duration(idleMs)}`,
    fact: `Nothing of the snapshot arrived for ${duration(idleMs)}, after ${amount(progress)}.`,
    cause: 'The link to the host is down, or the member or its disk hangs.',
    fix: 'Check the host and its link, and run again or take the snapshot from another member.',
  };
}

/**
 * Messages arrive, and nothing in them. etcd drops an error of reading its own database, and then repeats an empty
 * message for ever (server/etcdserver/api/v3rpc/maintenance.go, Snapshot: `snap.WriteTo(pw)`; 3.5 to 3.7).
 */
export function withoutData(progress: SnapshotProgress, messages: number): EtcdFailureWords {
  return {
    code: 'snapshot-stalled',
    kind: 'rejected',
    reason: `${messages} messages without data`,
    fact: `The member sent ${messages} messages without data in a row, after ${amount(progress)} of its snapshot.`,
    cause: 'It cannot read its own database file, and does not say so: usually a failing disk.',
    fix: 'Look for errors of the disk in `dmesg` on that host, and take the snapshot from another member.',
  };
}

/** @param rates bytes per second. */
export function tooSlow(
  progress: SnapshotProgress,
  rates: { readonly seen: number; readonly required: number; readonly overMs: number },
): EtcdFailureWords {
  const seen = `${size(rates.seen)}/s over ${duration(rates.overMs)}`;
  return {
    code: 'snapshot-too-slow',
    kind: 'timeout',
    reason: `${seen}, less than ${size(rates.required)}/s`,
    fact: `The snapshot came at ${seen}, and at least ${size(rates.required)}/s are required; it had come to ${amount(progress)}.`,
    cause: "The link to the host, the member's disk or the place that the snapshot goes to is too slow.",
    fix: 'Take it from a member with a better link, or when there is less load.',
  };
}

/** The database is not what its member hashed. */
export function digestWrong(databaseBytes: number): EtcdFailureWords {
  return {
    code: 'snapshot-digest-wrong',
    kind: 'unexpected-answer',
    reason: 'the SHA-256 digest at the end of the snapshot is another one',
    fact: `The snapshot of ${size(databaseBytes)} is complete, but the SHA-256 digest at its end is not the digest of its data.`,
    cause: 'The data was changed on its way: a faulty memory or a program in between.',
    fix: 'Do not use this snapshot. Run again, or take it from another member.',
  };
}

/** @param what a clause without a full stop. */
export function malformed(what: string): EtcdFailureWords {
  return {
    code: 'etcd-protocol-mismatch',
    kind: 'unexpected-answer',
    reason: `unexpected answer: ${what}`,
    fact: `The member answered the request for its snapshot in an unknown form: ${what}.`,
    cause: 'The server is not etcd 3.4 or later, or a proxy changes the answers.',
    fix: 'Check which program uses the port on that host: `ss -ltnp`.',
  };
}

/**
 * Decodes a grpc-message, which is UTF-8 in percent encoding (gRPC over HTTP/2, Responses), into one printable line of
 * at most 300 characters. What is not encoded correctly stays as it is.
 */
export function grpcMessage(header: string): string {
  const bytes = header
    .slice(0, MOST_MESSAGE)
    .replace(/%([0-9A-Fa-f]{2})/g, (_, hex: string) => String.fromCharCode(parseInt(hex, 16)));
  return printable(Buffer.from(bytes, 'latin1').toString('utf8'));
}

function amount({ receivedBytes, totalBytes }: SnapshotProgress): string {
  return totalBytes === undefined ? size(receivedBytes) : `${size(receivedBytes)} of ${size(totalBytes)}`;
}
