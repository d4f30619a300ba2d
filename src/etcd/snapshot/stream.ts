import { errorMessage } from '../../findings.ts';
import { printable } from '../../text/printable.ts';
import { EtcdError, etcdError, type EtcdFailureWords, type EtcdPlace, unexpectedAnswer } from '../errors.ts';
import type { GatewayConnection } from '../gateway-connection.ts';
import { MessageError } from '../messages.ts';
import type { StreamedAnswer, StreamRequest } from '../open-connection.ts';
import { cutOff, givenUp, grpcMessage, refused, type SnapshotProgress, stalled } from './faults.ts';
import { decodeSnapshotPart, EMPTY_REQUEST, FrameSplitter, type SnapshotPart } from './frames.ts';

/** Options of one snapshot. */
export interface SnapshotOptions {
  /** Ends the snapshot with an error. */
  readonly signal: AbortSignal;
  /**
   * Longest wait for the connection and the beginning of the answer, and then for each message. Time in which the
   * reader asks for nothing does not count. A link that fails for some seconds recovers by itself, so 30 s is sensible.
   */
  readonly idleTimeoutMs: number;
}

/** Snapshot of api/etcdserverpb/rpc.proto, as gRPC over HTTP/2 sends it. */
const REQUEST: StreamRequest = {
  path: '/etcdserverpb.Maintenance/Snapshot',
  headers: { 'content-type': 'application/grpc', te: 'trailers' },
  body: EMPTY_REQUEST,
};

/**
 * Asks for a snapshot and returns its messages as they arrive; gRPC takes a quarter of the processor time that the JSON
 * gateway needs for the same, and ends with a status. The member sends no faster than the parts are asked for. The
 * generator ends normally only if etcd said that it was successful; whether the parts fit together is checked by
 * `receiveSnapshot`.
 * @param connection carries nothing else, and is closed at the end.
 * @throws EtcdError and nothing else.
 */
export async function* snapshotParts(
  connection: GatewayConnection,
  place: EtcdPlace,
  { signal, idleTimeoutMs }: SnapshotOptions,
): AsyncGenerator<SnapshotPart, void, undefined> {
  let progress: SnapshotProgress = { receivedBytes: 0 };
  let wait: Wait | undefined;
  const fault = (words: EtcdFailureWords, options?: ErrorOptions): EtcdError =>
    etcdError(place, words, options);
  try {
    const answer = await connection.stream(REQUEST, { timeoutMs: idleTimeoutMs, signal });
    refuseOtherAnswer(place, answer);
    wait = new Wait(answer, signal, idleTimeoutMs, () => fault(stalled(progress, idleTimeoutMs)));
    const splitter = new FrameSplitter();
    wait.begin();
    for await (const [chunk] of answer.body) {
      wait.end();
      for (const message of splitter.push(chunk)) {
        wait.forget();
        const part = decodeSnapshotPart(message);
        const receivedBytes = progress.receivedBytes + part.blob.length;
        progress = { receivedBytes, totalBytes: receivedBytes + part.remainingBytes };
        signal.throwIfAborted();
        yield part;
      }
      wait.begin();
    }
    wait.end();
    throwUnlessSuccessful(answer, splitter, progress, fault);
  } catch (error) {
    if (signal.aborted) throw fault(givenUp(progress), { cause: error });
    if (error instanceof EtcdError) throw error;
    if (error instanceof MessageError) throw unexpectedAnswer(place, REQUEST.path, error.message);
    throw fault(cutOff(progress, printable(errorMessage(error))), { cause: error });
  } finally {
    wait?.close();
    connection.close();
  }
}

/** Any answer of a gRPC server has status 200 and its content type, errors as well. */
function refuseOtherAnswer(place: EtcdPlace, { headers }: StreamedAnswer): void {
  const status = headers[':status'] ?? 0;
  const type = headers['content-type'] ?? '';
  if (status === 200 && /^application\/grpc(?:[+;]|$)/.test(type)) return;
  const what = `HTTP ${status} with the content type "${printable(type, 100)}"`;
  throw unexpectedAnswer(place, REQUEST.path, what);
}

/** A stream that was reset or cut off ends like a complete one, but without the status of gRPC in its trailers. */
function throwUnlessSuccessful(
  answer: StreamedAnswer,
  splitter: FrameSplitter,
  progress: SnapshotProgress,
  fault: (words: EtcdFailureWords) => EtcdError,
): void {
  const hasBegun = progress.totalBytes !== undefined || splitter.isInFrame;
  // An error before the first message may come in the headers ("Trailers-Only").
  const trailers = answer.trailers() ?? (hasBegun ? {} : answer.headers);
  const status = /^\d{1,3}$/.exec(textOf(trailers['grpc-status']))?.[0];
  if (status === undefined) throw fault(cutOff(progress, 'the member ended the stream without a status'));
  if (status !== '0') {
    const message = grpcMessage(textOf(trailers['grpc-message']));
    if (!hasBegun) throw fault(refused(Number(status), message));
    throw fault(cutOff(progress, `"${message}" (gRPC status ${status})`));
  }
  if (splitter.isInFrame) throw fault(cutOff(progress, 'the stream ended in the middle of a message'));
}

function textOf(header: string | string[] | undefined): string {
  return (Array.isArray(header) ? header[0] : header) ?? '';
}

/**
 * Limits the time that is spent waiting for one message, and ends the body if the limit or the signal ends it. A message
 * that arrives in pieces has no more time than one that arrives at once.
 */
class Wait {
  readonly #answer: StreamedAnswer;
  readonly #signal: AbortSignal;
  readonly #limitMs: number;
  readonly #error: () => EtcdError;
  #timer: NodeJS.Timeout | undefined;
  #spentMs = 0;
  #since = 0;
  readonly #abort = (): void => {
    this.#answer.cancel(new Error('the run was ending'));
  };

  /** @param error makes the error with which the body ends. */
  constructor(answer: StreamedAnswer, signal: AbortSignal, limitMs: number, error: () => EtcdError) {
    this.#answer = answer;
    this.#signal = signal;
    this.#limitMs = limitMs;
    this.#error = error;
    signal.addEventListener('abort', this.#abort);
    if (signal.aborted) this.#abort();
  }

  begin(): void {
    this.#since = performance.now();
    const leftMs = Math.max(1, this.#limitMs - this.#spentMs);
    this.#timer = setTimeout(() => this.#answer.cancel(this.#error()), leftMs);
  }

  end(): void {
    clearTimeout(this.#timer);
    this.#spentMs += performance.now() - this.#since;
  }

  /** A message has arrived: the next one has the whole time. */
  forget(): void {
    this.#spentMs = 0;
  }

  close(): void {
    clearTimeout(this.#timer);
    this.#signal.removeEventListener('abort', this.#abort);
  }
}
