import type { Transport } from './transport.ts';

/** The same host, called by another name in messages: by its member's, once that is known. */
export function named(transport: Transport, name: string): Transport {
  return {
    name,
    run: (script) => transport.run(script),
    openTcp: (address, port) => transport.openTcp(address, port),
    statistics: () => transport.statistics(),
    close: () => transport.close(),
  };
}
