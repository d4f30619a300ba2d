import { HostError } from './host-error.ts';
import type { Transport } from './transport.ts';

/**
 * The same host, which can only be looked at: every script that is not declared to read only is refused before a byte
 * of it is sent.
 */
export function readOnly(transport: Transport): Transport {
  return {
    name: transport.name,
    async run(script) {
      if (script.effect === 'reads') return transport.run(script);
      throw new HostError({
        host: transport.name,
        at: script.title,
        fact: 'this run only looks, and this step would have changed the host; nothing was sent to it.',
        cause: 'A fault of the action: a dry run and a preflight are made of looking alone.',
        fix: 'Open an issue with this log.',
      });
    },
    openTcp: (address, port) => transport.openTcp(address, port),
    statistics: () => transport.statistics(),
    close: () => transport.close(),
  };
}
