/**
 * The destination of progress. It is passed in, so that other modules do not depend on the runner. Every call takes
 * whole lines: text cut inside a line could slip past masking.
 */
export interface Log {
  /** Progress worth a line in every run. */
  info(message: string): void;
  /** A problem for the user's attention; also becomes an annotation. */
  warning(message: string): void;
  /** Detail, shown if step debug logging is on. */
  debug(message: string): void;
  /** Returns the same log with every line marked as this host's. */
  host(name: string): Log;
}
