import { isIP, isIPv6 } from 'node:net';
import { foreignCharacter } from './characters.ts';
import { shortForm, type AddressProblem } from './parse-address.ts';
import { isLabel } from './parse-names.ts';

const example =
  'write an address or a name that the runner reaches, for example 203.0.113.6 or infra0.example.org.';
const longestName = 253;

/**
 * Reads where an SSH server is: an address, or a name that the runner can resolve. Unlike the address of a member it may
 * be a loopback one, of a tunnel on the runner.
 * @returns IPv6 without brackets, names in lower case.
 */
export function parseSshAddress(text: string): string | AddressProblem {
  const bare = /^\[(.*)\]$/.exec(text)?.[1] ?? text;
  if (bare.includes('%')) return { fact: 'has a zone, which no line of known_hosts can name.', fix: example };
  if (isIP(bare) !== 0) return isIPv6(bare) ? shortForm(bare) : bare;
  const foreign = foreignCharacter(text);
  if (foreign !== undefined) {
    return {
      fact: `holds ${foreign}, and addresses and names of hosts have none but characters of ASCII.`,
      fix: example,
    };
  }
  if (text.includes('@')) {
    return { fact: 'holds a user name.', fix: 'put the user into user and write only the address here.' };
  }
  if (/^[^:]+:\d+$|^\[.*\]:\d+$/.test(text)) {
    return { fact: 'holds a port.', fix: 'put the port into port and write only the address here.' };
  }
  if (/^[0-9.]+$/.test(text)) return { fact: 'is not a valid IPv4 address.', fix: example };
  const name = text.toLowerCase().replace(/\.$/, '');
  return name.length <= longestName && name.split('.').every(isLabel)
    ? name
    : { fact: 'is neither an IP address nor the name of a host.', fix: example };
}
