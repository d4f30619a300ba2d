/**
 * Where progress goes. The rooms get one handed in, so that none of them knows of the runner.
 * Every call is whole lines: text cut inside a line could slip past masking.
 */
export interface Log {
  /** Progress worth a line in every run. */
  info(message: string): void;
  /** Something the user should look at; also becomes an annotation. */
  warning(message: string): void;
  /** Detail, shown when step debug logging is on. */
  debug(message: string): void;
  /** The same log with every line marked as coming from this host. */
  host(name: string): Log;
}
