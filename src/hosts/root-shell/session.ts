import type { Readable, Writable } from 'node:stream';

/** Exit status or signal of a program on a host; undefined when it is over and neither was told. */
export type ExitStatus = { readonly code: number } | { readonly signal: string } | undefined;

/** A command that was started on a host, however that was done. Its streams' errors need no listener. */
export interface Session {
  /** Ending it ends the command's standard input. */
  readonly stdin: Writable;
  /** Nothing of it is lost before somebody listens; the same goes for `stderr`. */
  readonly stdout: Readable;
  readonly stderr: Readable;
  /** How the command ended, as soon as that was told; its output may still be under way. */
  readonly status: ExitStatus;
  /** Resolves when it is over and all its output has come; never rejects. */
  readonly whenOver: Promise<ExitStatus>;
  /** Set where this machine is the host. */
  readonly here?: LocalProcess;
  /** Ends it early: what runs sees its standard input end, and its output refused. */
  close(): void;
  /**
   * Ends it at once. Other than by `close` the command has no time to do anything more, if the way to the host can do so
   * and the host allows it.
   */
  kill(): void;
}

/** The process that a command on this very machine is. */
export interface LocalProcess {
  /** Its number and its start time (proc(5), stat); undefined before it has told them. */
  readonly id: string | undefined;
  /** Number of the process that it works for: what an SSH server's is elsewhere. */
  readonly servedBy: number;
}

/**
 * Starts a command as the login user.
 * @throws ChannelError when the host refuses a channel for it.
 */
export type OpenSession = (command: string) => Promise<Session>;
