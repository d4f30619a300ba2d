import { errorMessage } from './findings.ts';
import { Interruption, type EndReason } from './interruption.ts';

/** An error that no code has caught. It ends the step, or is told of at its end. */
export class Fault extends Interruption {
  /** @param error what was thrown; a host or a bastion may have chosen its words. */
  constructor(error: unknown) {
    super(reasonOf(error), error, 'an error came where none is expected');
    this.name = 'Fault';
  }
}

function reasonOf(error: unknown): EndReason {
  return {
    fact: `an error was met where the action expects none: ${errorMessage(error)}`,
    cause: 'A host or a bastion has sent what the SSH library cannot work with, or the action has a fault.',
    fix: 'Run again: it goes on from where it stands. If it ends in the same way, open an issue with this log.',
  };
}

/** So many faults are looked at; one that makes another would go on for ever. */
const MOST_FAULTS = 10;

/**
 * Takes the errors that no code catches, before Node prints their text to standard error as it is: a host may have chosen
 * that text, and the runner takes workflow commands from standard error too. Warnings of Node and its libraries are taken
 * for the same reason.
 * @param onFault gets each error. @param onWarning gets the text of each warning.
 * @returns a function that ends the watch; for tests.
 */
export function watchForFaults(
  onFault: (error: unknown) => void,
  onWarning: (text: string) => void,
): () => void {
  let count = 0;
  const take = (error: unknown): void => {
    count += 1;
    if (count > MOST_FAULTS) return;
    try {
      onFault(error);
    } catch {
      // Not with the text of either error: what cleans texts has failed.
      process.stdout.write('::error::etcd-ha-action: an error could not be told of\n');
      process.exitCode = 1;
    }
  };
  const warn = (warning: Error): void => onWarning(`${warning.name}: ${warning.message}`);
  const printing = process.listeners('warning');
  process.removeAllListeners('warning');
  process.on('uncaughtException', take);
  process.on('unhandledRejection', take);
  process.on('warning', warn);
  return () => {
    process.off('uncaughtException', take);
    process.off('unhandledRejection', take);
    process.off('warning', warn);
    for (const listener of printing) process.on('warning', listener);
  };
}
