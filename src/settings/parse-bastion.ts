import { isIP, isIPv6 } from 'node:net';
import type { Finding } from '../findings.ts';
import { parseEntries } from './entries.ts';
import { shortForm } from './parse-address.ts';
import { userProblem } from './parse-ssh.ts';
import { quote } from './quote.ts';
import type { HostLogin } from './settings.ts';

const INPUT = 'ssh-bastion';
const EXAMPLE = 'for example ssh-bastion: ops@jump.example.com:22.';
const DEFAULT_PORT = 22;
/** A DNS name; underscores are not in RFC 1123 but in use. */
const NAME = /^(?=.{1,253}$)[A-Za-z0-9_](?:[A-Za-z0-9_-]{0,62})(?:\.[A-Za-z0-9_][A-Za-z0-9_-]{0,62})*\.?$/;

/**
 * Reads the jumps on the way to the hosts, in order: `user@host:port`, separated by commas or new lines. IPv6 stands in
 * brackets.
 * @param defaultUser `ssh-user`: who logs in where no user is given.
 */
export function parseBastions(value: string, defaultUser: string, findings: Finding[]): HostLogin[] {
  const hops = parseEntries(INPUT, value, findings).flatMap(({ text, at }) => {
    const hop = parseHop(text, defaultUser);
    if (!('fact' in hop)) return [{ ...hop, at }];
    findings.push({ at, ...hop });
    return [];
  });
  for (const [index, hop] of hops.entries()) {
    const before = hops.slice(0, index).find((one) => one.address === hop.address && one.port === hop.port);
    if (before === undefined) continue;
    findings.push({
      at: hop.at,
      fact: `the chain comes by ${hop.address} port ${hop.port} a second time, after ${before.at}.`,
      fix: 'name each bastion once, in the order in which they are passed.',
    });
  }
  return hops.map(({ address, port, user }) => ({ address, port, user }));
}

function parseHop(text: string, defaultUser: string): HostLogin | Omit<Finding, 'at'> {
  if (text.includes('://')) return problem(text, 'is a URL.');
  if (/\s/.test(text)) return problem(text, 'holds white space.', 'put commas between several bastions');
  if (text.includes('%')) return problem(text, 'has a zone, which no line of known_hosts can name.');
  const cut = text.lastIndexOf('@');
  const user = cut < 0 ? defaultUser : text.slice(0, cut);
  const place = text.slice(cut + 1);
  if (user === '' && cut < 0) return problem(text, 'names no user, and ssh-user is not given.');
  if (cut >= 0 && userProblem(user) !== undefined)
    return problem(text, 'does not begin with the name of a user.');
  if (isIPv6(place)) {
    return problem(
      text,
      'is IPv6 without brackets, so that a port cannot be told from it.',
      `write [${place}]`,
    );
  }
  const [, bracketed, plain = '', digits] = /^(?:\[(.*)\]|([^:[\]]*))(?::(.*))?$/.exec(place) ?? [];
  const address = bracketed ?? plain;
  if (bracketed === undefined ? !isHost(plain) : !isIPv6(bracketed)) {
    return problem(text, place === '' ? 'names no host.' : 'does not name a host.');
  }
  const port = digits === undefined ? DEFAULT_PORT : /^\d{1,5}$/.test(digits) ? Number(digits) : Number.NaN;
  if (!(port >= 1 && port <= 65_535)) return problem(text, 'does not end with a port from 1 to 65535.');
  return { address: isIPv6(address) ? shortForm(address) : address.toLowerCase(), port, user };
}

/** Not what looks like an address and is none, such as 10.0.0.256. */
function isHost(text: string): boolean {
  return isIP(text) === 4 || (NAME.test(text) && !/^[\d.]+$/.test(text));
}

function problem(text: string, fact: string, advice?: string): Omit<Finding, 'at'> {
  return {
    fact: `${quote(text)} ${fact}`,
    fix: `${advice === undefined ? 'write user, host and port' : advice}, ${EXAMPLE}`,
  };
}
