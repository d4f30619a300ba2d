import type { Finding } from '../../findings.ts';
import type { ChannelError } from '../link.ts';
import { printable, seconds } from '../printable.ts';

/** How long the host may take to connect to a port. */
export const FORWARD_TIMEOUT_MS = 10_000;

/** Why the host did not connect to a port on our behalf, as its SSH server or its bash says it. */
export function forwardFinding(place: string, error: ChannelError): Pick<Finding, 'fact' | 'cause' | 'fix'> {
  const said = printable(error.message.replace(/^\(SSH\) Channel open failure: /, ''));
  if (/refused/i.test(said)) {
    return {
      fact: `nothing listens on ${place}, as the host itself sees it.`,
      cause: 'the service behind it is not running yet, has stopped, or listens on another address.',
      fix: 'look at the service and its log on the host: `ss -ltn`, `crictl ps -a`.',
    };
  }
  return {
    fact: `the host cannot connect to ${place}: ${said}`,
    cause: "the address is not the host's own, or a firewall is in the way.",
    fix: 'check the address with `ip addr` on the host, and its firewall.',
  };
}

/** The host took longer than `FORWARD_TIMEOUT_MS`. */
export function forwardTimeoutFinding(place: string): Pick<Finding, 'fact' | 'cause' | 'fix'> {
  return {
    fact: `the host could not connect to ${place} within ${seconds(FORWARD_TIMEOUT_MS)}.`,
    cause:
      "a firewall drops the packets, the address is another host's, or all channels of this connection are in use.",
    fix: 'check the address with `ip addr` on the host, and its firewall.',
  };
}
