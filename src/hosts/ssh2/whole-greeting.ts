import type { ByteStream } from './dial.ts';

/** The line by which a server says that it speaks SSH, whichever version (RFC 4253 §4.2). */
const GREETING = /^SSH-[^\n]*\n/m;
/** What is longer is no greeting; ssh2 may say so. */
const LONGEST = 32 * 1024;

type DataListener = (chunk: Buffer) => void;

/**
 * Lets the next listener that is given to `on` for `data` have the server's greeting in one piece: of one that comes in more than two, ssh2 loses
 * all but the first and the last (lib/protocol/Protocol.js, parseHeader), and waits for ever. What follows comes as it is.
 */
export function keepGreetingWhole(stream: ByteStream): void {
  const on = stream.on.bind(stream);
  // ssh2 keeps to one stream for both directions, so its listener is changed and not the stream.
  stream.on = ((event: string | symbol, listener: DataListener) => {
    if (event !== 'data') return on(event, listener);
    stream.on = on;
    return on('data', gathered(listener));
  }) as typeof stream.on;
}

function gathered(listener: DataListener): DataListener {
  let held: Buffer | undefined = Buffer.alloc(0);
  return (chunk) => {
    if (held === undefined) {
      listener(chunk);
      return;
    }
    const seen = Buffer.concat([held, chunk]);
    const isWhole = GREETING.test(seen.toString('latin1')) || seen.length > LONGEST;
    held = isWhole ? undefined : seen;
    if (isWhole) listener(seen);
  };
}
