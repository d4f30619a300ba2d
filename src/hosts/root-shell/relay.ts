import { randomUUID } from 'node:crypto';

import { lastWords } from '../host-error.ts';
import type { ChannelError } from '../link.ts';
import type { HostStream } from '../transport.ts';
import { FramedOutput, UntilMarker } from './output.ts';
import type { RootShell } from './root-shell.ts';

/** What the relay says when it is connected. */
const CONNECTED = 'etcd-ha-connected';
/** Exit status of a relay that could not connect. */
const NOT_CONNECTED = 98;
/** Seconds; longer than anybody waits for a connection, so that none hangs for the minutes that the kernel tries. */
const CONNECT_SECONDS = 15;

/** So many bytes of the mark of the end are told from bytes of the connection: they come by chance once in 2^64 times. */
const LEAST_OF_MARK = 8;

/**
 * A TCP connection made by bash, passed on byte for byte by two processes of cat. When the one that reads the connection has ended,
 * the mark is said: the end of the output itself comes late, as sudo and the login shell hold it too, and behind what these say when
 * the shell is over. The one that writes ends with the shell's input, which is the end of the whole: bash cannot close one direction
 * of a connection (shutdown(2)), so the port hears of an end only then. The one that reads is found among the jobs: the signal may
 * come before a variable holds its number, and a cat that is left holds the connection open.
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
 * A byte stream to a TCP port, by a shell on the host: for hosts whose SSH server forwards none.
 * @param shell a ready one; it ends with the stream.
 * @throws ChannelError with bash's own words.
 */
export async function openRelay(shell: RootShell, address: string, port: number): Promise<HostStream> {
  const connected = Promise.withResolvers<undefined>();
  const mark = randomUUID();
  const content = new UntilMarker(mark, (chunk) => stream.receive(chunk), {
    least: LEAST_OF_MARK,
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

/** bash says `bash: connect: Connection refused`, then the same again with its own name for the port. */
function relayError(stderr: string): ChannelError {
  const words = lastWords(stderr, 1);
  return new Error(words.slice(words.lastIndexOf(': ') + 1).trim());
}
