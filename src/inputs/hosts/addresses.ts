import { BlockList, isIP, isIPv4, isIPv6 } from 'node:net';
import type { FindingCode } from '../../finding-codes.ts';
import type { Finding } from '../../findings.ts';
import { foreignCharacter } from '../../text/characters.ts';
import { quote } from '../../text/quote.ts';

/** Explains why a text cannot be the address of a member, and how to fix it. */
export interface AddressProblem {
  readonly code: FindingCode;
  /** Continues the sentence `"the value" …`. */
  readonly fact: string;
  readonly cause?: string;
  readonly fix: string;
}

const example = 'write an address that all other hosts can reach, for example 10.0.0.6 or fd00::6.';

/**
 * Ranges that cannot contain the address of a member: kubeadm requires a global unicast address to advertise
 * (VerifyAPIServerBindAddress in cmd/kubeadm/app/util/config/common.go; Go's net.IP.IsGlobalUnicast).
 */
const unusable: readonly { readonly what: string; readonly ranges: readonly [string, number][] }[] = [
  {
    what: 'is the unspecified address: it names no host',
    ranges: [
      ['0.0.0.0', 8],
      ['::', 128],
    ],
  },
  {
    what: 'is a loopback address: on every host it is the host itself',
    ranges: [
      ['127.0.0.0', 8],
      ['::1', 128],
    ],
  },
  {
    what: 'is a link-local address: it is valid only together with a network interface',
    ranges: [
      ['169.254.0.0', 16],
      ['fe80::', 10],
    ],
  },
  {
    what: 'is a multicast address: it names a group, not a host',
    ranges: [
      ['224.0.0.0', 4],
      ['ff00::', 8],
    ],
  },
  { what: 'is reserved or the broadcast address', ranges: [['240.0.0.0', 4]] },
];

const unusableLists = unusable.map(({ what, ranges }) => {
  const list = new BlockList();
  for (const [address, prefix] of ranges) list.addSubnet(address, prefix, familyOf(address));
  return { what, list };
});

/**
 * Parses the address of a member. Accepts IPv6 in brackets and returns it without, in the short form that Go and
 * etcd print (RFC 5952), so that a host always has the same URL.
 */
export function parseAddress(text: string): string | AddressProblem {
  const bare = /^\[(.*)\]$/.exec(text)?.[1] ?? text;
  if (bare.includes('%'))
    return { code: 'address-malformed', fact: 'has a zone, so it is a link-local address.', fix: example };
  if (!isIPv4(bare) && !isIPv6(bare)) return notAnAddress(text);
  const address = isIPv6(bare) ? shortForm(bare) : bare;
  if (address.startsWith('::ffff:')) {
    return {
      code: 'address-malformed',
      fact: 'is an IPv4 address in IPv6 form.',
      fix: 'write the IPv4 address itself, for example 10.0.0.6.',
    };
  }
  const range = unusableLists.find(({ list }) => list.check(address, familyOf(address)));
  return range === undefined ? address : { code: 'address-malformed', fact: `${range.what}.`, fix: example };
}

/** Returns `ipv4` or `ipv6` for a valid address. */
export function familyOf(address: string): 'ipv4' | 'ipv6' {
  return isIPv6(address) ? 'ipv6' : 'ipv4';
}

/** Returns the short form of an IPv6 address (RFC 5952), without brackets. */
export function shortForm(address: string): string {
  return new URL(`http://[${address}]`).hostname.slice(1, -1);
}

/** Explains the most frequent mistakes, each in its own words. */
function notAnAddress(text: string): AddressProblem {
  const foreign = foreignCharacter(text);
  if (foreign !== undefined) {
    return {
      code: 'character-not-ascii',
      fact: `holds ${foreign}, and an address has only ASCII characters.`,
      cause: 'the text was copied from a document with a character that looks the same.',
      fix: example,
    };
  }
  const port = /^(.+):\d+$/.exec(text)?.[1];
  if (text.includes('@')) {
    return {
      code: 'address-malformed',
      fact: 'holds a user name.',
      fix: 'put the user into ssh-user and write only the address here.',
    };
  }
  if (/^(?:\{|\[\s*(?:["{]|$))/.test(text)) {
    return {
      code: 'hosts-malformed',
      fact: 'is JSON.',
      cause: 'this is the output of Terraform or another tool.',
      fix: 'pass it in the input inventory, which takes JSON, instead of hosts.',
    };
  }
  if (text.includes('${{')) {
    return {
      code: 'host-missing',
      fact: 'is an expression that was not evaluated.',
      cause: 'GitHub evaluates expressions in workflows, but not in files that they name.',
      fix: 'write the address itself, for example 10.0.0.6, or pass the text in the workflow.',
    };
  }
  if (text.startsWith('- ')) {
    return {
      code: 'hosts-malformed',
      fact: 'begins with the dash of a YAML list.',
      cause: 'inputs are text, not lists.',
      fix: 'write one address per line without the dash.',
    };
  }
  if (/\s/.test(text)) {
    return {
      code: 'hosts-malformed',
      fact: 'holds white space.',
      fix: 'separate hosts by commas or new lines: 10.0.0.6, 10.0.0.7, 10.0.0.8.',
    };
  }
  if (/^[a-z]+:\/\//i.test(text))
    return {
      code: 'address-malformed',
      fact: 'is a URL.',
      fix: 'write the address alone, for example 10.0.0.6.',
    };
  if (text.includes('/')) {
    return {
      code: 'address-malformed',
      fact: 'looks like a network.',
      fix: 'write the address of one host, for example 10.0.0.6.',
    };
  }
  if (port !== undefined && typeof parseAddress(port) === 'string') {
    return {
      code: 'address-malformed',
      fact: 'holds a port.',
      fix: "write only the address; SSH's port is ssh-port, etcd's are client-port and peer-port.",
    };
  }
  if (/^[0-9.]+$/.test(text))
    return { code: 'address-malformed', fact: 'is not a valid IPv4 address.', fix: example };
  return {
    code: 'address-malformed',
    fact: 'is not an IP address.',
    cause:
      "this is a host name; etcd's peer URLs and the certificates hold addresses, and the address of a name can change.",
    fix: example,
  };
}

/** A label of a DNS name (RFC 1123 as Kubernetes reads it, apimachinery's validation.IsDNS1123Label). */
const label = /^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/;

/** X.509 limits a common name to 64 characters (RFC 5280, ub-common-name); the member's name becomes one. */
const longestName = 64;

/** Reports whether a text is a label of a DNS name: lower-case letters, digits and dashes, at most 63. */
export function isLabel(text: string): boolean {
  return label.test(text);
}

/**
 * Parses the name of a member as kubeadm parses nodeRegistration.name: an RFC 1123 subdomain in lower case.
 * @param at input and position, for the finding.
 */
export function parseMemberName(text: string, at: string, findings: Finding[]): string | undefined {
  const name = text.toLowerCase();
  const fact = nameProblem(name);
  if (fact === undefined) return name;
  findings.push({
    code: 'name-malformed',
    at,
    fact: `${quote(text)} ${fact}`,
    fix: 'use lower-case letters, digits, dashes and dots, beginning and ending with a letter or digit, for example infra0.',
  });
  return undefined;
}

function nameProblem(name: string): string | undefined {
  if (name === '') return 'is no name.';
  const foreign = foreignCharacter(name);
  if (foreign !== undefined)
    return `holds ${foreign}: it is not a name that kubeadm takes (RFC 1123 subdomain).`;
  if (isIP(name) !== 0) return 'is an address, not a name; a pair is written name=address.';
  if (name === 'localhost') return 'is the name that every host has for itself.';
  if (name.length > longestName) {
    return `has ${name.length} characters; it becomes the common name of certificates, which has at most ${longestName}.`;
  }
  return name.split('.').every(isLabel)
    ? undefined
    : 'is not a name that kubeadm takes (RFC 1123 subdomain).';
}
