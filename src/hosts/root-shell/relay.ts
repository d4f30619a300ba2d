import { randomUUID } from 'node:crypto';

import { lastWords } from '../host-error.ts';
import type { ChannelError } from '../link.ts';
import type { HostStream } from '../transport.ts';
import { FramedOutput, UntilMarker } from './output.ts';
import type { RootShell } from './root-shell.ts';

/** The line that the relay prints when it is connected. */
const CONNECTED = 'etcd-ha-connected';
/** Exit status of a relay that could not connect. */
const NOT_CONNECTED = 98;
/**
 * Seconds; longer than any caller waits for a connection, so that none hangs for the minutes that the kernel tries.
 */
const CONNECT_SECONDS = 15;

/** Number of bytes of the end mark that distinguish it from content: they occur by chance once in 2^64 times. */
const MIN_MARK_BYTES = 8;

/**
 * Returns bash that opens a TCP connection and relays it byte for byte by two cat processes. When the reading cat has
 * ended, the mark is printed: the end of the output itself comes late, because sudo and the login shell hold it open,
 * and after their own output at the end of the shell. The writing cat ends with the shell's input, which ends the
 * whole: bash cannot close one direction of a connection (shutdown(2)), so the port sees an end only then. The
 * reading cat is found among the jobs: the signal may come before a variable holds its pid, and a left-over cat holds
 * the connection open.
 */
export function relayScript(address: string, port: number, mark: string): string {
  return `
( read -rt ${CONNECT_SECONDS} <> <(:) || true; kill -KILL $$ ) < /dev/null > /dev/null 2>&1 &
impatient=$!
if ! { exec 3<> /dev/tcp/${address}/${port}; }; then kill $impatient; exit ${NOT_CONNECTED}; fi
kill $impatient
echo ${CONNECTED}
(
  trap 'kill -KILL $(jobs -p) 2> /dev/null; exit' TERM
  cat <&3 2> /dev/null &
  wait $! || true
  printf ${mark}
) &
reader=$!
exec > /dev/null 2>&1
cat >&3 || true
kill $reader
wait $reader || true`;
}

/**
 * Opens a byte stream to a TCP port through a shell on the host: for hosts whose SSH server forbids forwarding.
 * @param shell a ready one; it ends with the stream.
 * @throws ChannelError with bash's own message.
 */
export async function openRelay(shell: RootShell, address: string, port: number): Promise<HostStream> {
  const connected = Promise.withResolvers<undefined>();
  const mark = randomUUID();
  const content = new UntilMarker(mark, (chunk) => stream.receive(chunk), {
    least: MIN_MARK_BYTES,
    onMarker: () => stream.receiveEnd(),
  });
  const output = new FramedOutput(
    CONNECTED,
    () => connected.resolve(undefined),
    (chunk) => content.push(chunk),
  );
  const { stream, stderr } = shell.stream(relayScript(address, port, mark), (chunk) => output.push(chunk));
  const failed = shell.whenEnded.then(() => {
    throw relayError(stderr());
  });
  failed.catch(() => undefined);
  await Promise.race([connected.promise, failed]);
  return stream;
}

/** bash prints `bash: connect: Connection refused`, then the same again with its own name for the port. */
function relayError(stderr: string): ChannelError {
  const words = lastWords(stderr, 1);
  return new Error(words.slice(words.lastIndexOf(': ') + 1).trim());
}
