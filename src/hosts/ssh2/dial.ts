import { connect as tcpConnect } from 'node:net';
import type { Duplex } from 'node:stream';

import { errorMessage } from '../../findings.ts';
import type { ConnectFailure } from '../ssh/connect-failure.ts';

/** The stream below an SSH connection. */
export interface ByteStream extends Duplex {
  readonly bytesRead: number;
  readonly bytesWritten: number;
}

/** An address to connect to. */
export interface DialTarget {
  readonly address: string;
  readonly port: number;
}

/** Opens a stream to an SSH server. @param deadline ends the attempt; @param limitMs the time limit, for messages. */
export type Dial = (target: DialTarget, deadline: AbortSignal, limitMs: number) => Promise<DialResult>;

/** An open stream, or why there is none. */
export type DialResult = { readonly stream: ByteStream } | { readonly failure: ConnectFailure };

/** For names with several addresses; Node's default of 250 ms is too short for distant hosts. */
const ADDRESS_ATTEMPT_MS = 3000;

/** Connects directly from this machine. */
export const dialTcp: Dial = ({ address, port }, deadline, limitMs) =>
  new Promise((resolve) => {
    const socket = tcpConnect({
      host: address,
      port,
      noDelay: true,
      autoSelectFamilyAttemptTimeout: ADDRESS_ATTEMPT_MS,
    });
    const fail = (failure: ConnectFailure): void => {
      deadline.removeEventListener('abort', onDeadline);
      socket.destroy();
      resolve({ failure });
    };
    const onDeadline = (): void => fail({ kind: 'silent', stage: 'connect', afterMs: limitMs });
    deadline.addEventListener('abort', onDeadline, { once: true });
    // It stays: an error before the next owner listens must not end the process. The owner sees `close`.
    socket.on('error', (error) => fail(socketFailure(error, limitMs)));
    socket.once('connect', () => {
      deadline.removeEventListener('abort', onDeadline);
      resolve({ stream: socket });
    });
  });

function socketFailure(error: NodeJS.ErrnoException, limitMs: number): ConnectFailure {
  const cause: NodeJS.ErrnoException =
    error instanceof AggregateError ? ((error.errors as NodeJS.ErrnoException[]).at(-1) ?? error) : error;
  const code = cause.code ?? error.code ?? errorMessage(error);
  if (cause.syscall === 'getaddrinfo') return { kind: 'name', code };
  if (code === 'ECONNREFUSED') return { kind: 'refused' };
  if (code === 'ETIMEDOUT') return { kind: 'silent', stage: 'connect', afterMs: limitMs };
  return { kind: 'unreachable', code };
}
