import { lastWords } from '../last-words.ts';
import type { ChannelError } from '../link.ts';
import type { HostStream } from '../transport.ts';
import { FramedOutput } from './output.ts';
import type { RootShell } from './root-shell.ts';

/** What the relay says when it is connected. */
const CONNECTED = 'etcd-ha-connected';
/** Exit status of a relay that could not connect. */
const NOT_CONNECTED = 98;
/** Seconds; longer than anybody waits for a connection, so that none hangs for the minutes that the kernel tries. */
const CONNECT_SECONDS = 15;

/**
 * A TCP connection made by bash, passed on byte for byte by two processes of cat. The one that reads the connection
 * alone holds the output, so its end is told at once. The one that writes ends with the shell's input, which is the end
 * of the whole: bash cannot close one direction of a connection (shutdown(2)), so the port hears of an end only then.
 */
function relayScript(address: string, port: number): string {
  return `
( read -rt ${CONNECT_SECONDS} <> <(:) || true; kill -KILL $$ ) < /dev/null > /dev/null 2>&1 &
impatient=$!
if ! { exec 3<> /dev/tcp/${address}/${port}; }; then kill $impatient; exit ${NOT_CONNECTED}; fi
kill $impatient
echo ${CONNECTED}
cat <&3 2> /dev/null &
reader=$!
exec > /dev/null 2>&1
cat >&3 || true
kill -KILL $reader`;
}

/**
 * A byte stream to a TCP port, by a shell on the host: for hosts whose SSH server forwards none.
 * @param shell a ready one; it ends with the stream.
 * @throws ChannelError with bash's own words.
 */
export async function openRelay(shell: RootShell, address: string, port: number): Promise<HostStream> {
  const connected = Promise.withResolvers<undefined>();
  const output = new FramedOutput(
    CONNECTED,
    () => connected.resolve(undefined),
    (chunk) => stream.receive(chunk),
  );
  const { stream, stderr } = shell.stream(relayScript(address, port), (chunk) => output.push(chunk));
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
