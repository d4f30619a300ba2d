import type { Readable, Writable } from 'node:stream';

/** Exit status or signal of a program on a host; undefined if it ended and reported neither. */
export type ExitStatus = { readonly code: number } | { readonly signal: string } | undefined;

/** A command that runs on a host, over any kind of link. Its streams' errors need no listener. */
export interface Session {
  /** Ending it ends the command's standard input. */
  readonly stdin: Writable;
  /** Buffered until it has a listener; so is `stderr`. */
  readonly stdout: Readable;
  readonly stderr: Readable;
  /** Exit status, once reported; the output may be incomplete. */
  readonly status: ExitStatus;
  /** Resolves when the command has ended and all its output has arrived; never rejects. */
  readonly whenOver: Promise<ExitStatus>;
  /** Set if this machine is the host. */
  readonly here?: LocalProcess;
  /** Ends it early: the command sees the end of its standard input and a closed output. */
  close(): void;
  /**
   * Kills it, if the link supports that and the host allows it. Unlike with `close`, the command cannot do anything
   * more.
   */
  kill(): void;
}

/** The process of a command on this machine. */
export interface LocalProcess {
  /** Its pid and start time (proc(5), stat); undefined until it has reported them. */
  readonly id: string | undefined;
  /** The pid of the process that it works for, in the place of an SSH server's. */
  readonly servedBy: number;
}

/**
 * Starts a command as the login user.
 * @throws ChannelError when the host refuses the channel.
 */
export type OpenSession = (command: string) => Promise<Session>;
