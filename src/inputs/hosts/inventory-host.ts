import { isIP, isIPv6 } from 'node:net';
import { isMap, isScalar, type Node, type YAMLMap } from 'yaml';
import type { Finding } from '../../findings.ts';
import { foreignCharacter } from '../../text/characters.ts';
import { quote } from '../../text/quote.ts';
import { userProblem } from '../collected.ts';
import { parseInteger } from '../scalars.ts';
import { type AddressProblem, isLabel, parseMemberName, shortForm } from './addresses.ts';
import { type HostLogin, TRANSPORTS } from './host-settings.ts';
import { parseHost, parseHostAddress, type PlacedHost } from './host.ts';
import { type Field, fieldsOf, type Reader, textOf, unknownKey } from './inventory-fields.ts';

type Writable<T> = { -readonly [K in keyof T]: T[K] };

/** The parser of each key of a host. */
const HOST_KEYS: Readonly<
  Record<string, (host: Writable<PlacedHost>, field: Field & { value: Node }, reader: Reader) => void>
> = {
  name: (host, { value }, reader) => {
    const text = textOf(value, 'name', reader);
    const at = reader.placeOf(value);
    const name = text === undefined ? undefined : parseMemberName(text, at, reader.findings);
    if (name !== undefined) Object.assign(host, { name, nameAt: at });
  },
  address: (host, { value }, reader) => {
    const text = textOf(value, 'address', reader);
    host.addressAt = reader.placeOf(value);
    if (text !== undefined) host.address = parseHostAddress(text, host.addressAt, reader.findings);
  },
  transport: (host, { value }, reader) => {
    const text = textOf(value, 'transport', reader);
    const transport = TRANSPORTS.find((name) => name === text);
    if (transport !== undefined) host.transport = transport;
    else if (text !== undefined) reader.findings.push(unknownTransport(text, reader.placeOf(value)));
  },
  ssh: (host, { value }, reader) => {
    host.login = readLogin(value, reader);
    host.loginAt = reader.placeOf(value);
  },
};

/** The parser of each key of a host's `ssh`. */
const SSH_KEYS = {
  address: (text: string, at: string, { findings }: Reader): string | undefined => {
    const address = parseSshAddress(text);
    if (typeof address === 'string') return address;
    findings.push({ at, ...address, fact: `${quote(text)} ${address.fact}` });
    return undefined;
  },
  port: (text: string, at: string, { findings }: Reader): number | undefined => {
    const range = { least: 1, greatest: 65535, example: 22 };
    const found: Reader['findings'] = [];
    const port = parseInteger('ssh-port', text, range, found);
    findings.push(
      ...found.map((finding) => ({ ...finding, at, fix: 'write it in digits, for example port: 22.' })),
    );
    return port;
  },
  user: (text: string, at: string, { findings }: Reader): string | undefined => {
    const problem = userProblem(text);
    if (problem === undefined) return text;
    findings.push({ at, ...problem, fix: 'name the user that logs in there, for example user: ubuntu.' });
    return undefined;
  },
} as const satisfies Record<keyof HostLogin, unknown>;

/**
 * Parses one host: a text as in `hosts`, or a mapping.
 * @param key the host's field in a mapping of names; absent in a list.
 */
export function readHost(node: Node | null, key: Field | undefined, reader: Reader, at: string): PlacedHost {
  const named = key === undefined ? { at, address: '' } : { at: key.at, address: '', ...nameOf(key, reader) };
  if (isMap(node)) return readFields(node, named, reader);
  if (!isScalar(node)) {
    reader.findings.push({
      code: 'inventory-malformed',
      at: node === null ? at : reader.placeOf(node),
      fact: node === null ? 'the host has no value.' : 'there is a list where a host belongs.',
      cause: 'an expression or an output is empty, or there are too many brackets.',
      fix: 'write an address, or name, address and ssh of the host, for example { name: infra0, address: 10.0.0.6 }.',
    });
    return named;
  }
  const text = textOf(node, 'address', reader) ?? '';
  const place = reader.placeOf(node);
  if (key === undefined) return parseHost({ text, at: place }, reader.findings);
  return { ...named, addressAt: place, address: parseHostAddress(text, place, reader.findings) };
}

function nameOf({ key, at }: Field, { findings }: Reader): { name?: string; nameAt: string } {
  const name = parseMemberName(key, at, findings);
  return name === undefined ? { nameAt: at } : { name, nameAt: at };
}

function readFields(map: YAMLMap, named: PlacedHost, reader: Reader): PlacedHost {
  const host: Writable<PlacedHost> = { ...named };
  const fields = fieldsOf(map, reader);
  for (const field of fields) {
    const { key, value } = field;
    const read = Object.hasOwn(HOST_KEYS, key) ? HOST_KEYS[key] : undefined;
    if (read === undefined) reader.findings.push(unknownKey(field, Object.keys(HOST_KEYS), 'a host'));
    else if (value !== null) read(host, { ...field, value }, reader);
  }
  if (named.name !== undefined && host.name !== named.name) {
    reader.findings.push({
      code: 'inventory-malformed',
      at: host.nameAt ?? host.at,
      fact: `the host has two names, ${quote(named.name)} as its key and ${quote(host.name ?? '')} as its name field.`,
      fix: 'keep one: leave name out if the key is the name.',
    });
  }
  if (!fields.some(({ key, value }) => key === 'address' && value !== null)) {
    reader.findings.push({
      code: 'inventory-key-unknown',
      at: host.at,
      fact: 'the host has no address.',
      cause: 'the field has another name, or its value is empty.',
      fix: "write the address of the member, which etcd's URLs and certificates hold, for example address: 10.0.0.6.",
    });
  }
  return host;
}

function unknownTransport(text: string, at: string): Finding {
  return {
    code: 'transport-conflict',
    at,
    fact: `${quote(text)} is not a transport.`,
    fix: `write one of ${TRANSPORTS.join(', ')}, or leave transport out to use the input transport.`,
  };
}

function readLogin(node: Node, reader: Reader): Partial<HostLogin> {
  if (!isMap(node)) {
    reader.findings.push({
      code: 'inventory-malformed',
      at: reader.placeOf(node),
      fact: 'ssh is not a mapping.',
      fix: 'write what differs for this host, for example ssh: { address: 203.0.113.6, port: 2222, user: admin }.',
    });
    return {};
  }
  return Object.fromEntries(
    fieldsOf(node, reader).flatMap((field) => {
      const { key, value } = field;
      if (!isSshKey(key)) {
        reader.findings.push(unknownKey(field, Object.keys(SSH_KEYS), 'ssh'));
        return [];
      }
      const text = value === null ? undefined : textOf(value, key, reader);
      const read = text === undefined ? undefined : SSH_KEYS[key](text, reader.placeOf(value), reader);
      return read === undefined ? [] : [[key, read] as const];
    }),
  );
}

function isSshKey(key: string): key is keyof typeof SSH_KEYS {
  return Object.hasOwn(SSH_KEYS, key);
}

const example =
  'write an address or a name that the runner can reach, for example 203.0.113.6 or infra0.example.org.';
const longestName = 253;

/**
 * Parses the address of an SSH server: an IP address, or a name that the runner can resolve. Unlike the address of a
 * member it may be on loopback, for a tunnel on the runner.
 * @returns IPv6 without brackets, names in lower case.
 */
function parseSshAddress(text: string): string | AddressProblem {
  const bare = /^\[(.*)\]$/.exec(text)?.[1] ?? text;
  if (bare.includes('%'))
    return {
      code: 'address-malformed',
      fact: 'has a zone, which no line of known_hosts can name.',
      fix: example,
    };
  if (isIP(bare) !== 0) return isIPv6(bare) ? shortForm(bare) : bare;
  const foreign = foreignCharacter(text);
  if (foreign !== undefined) {
    return {
      code: 'character-not-ascii',
      fact: `holds ${foreign}, and addresses and names of hosts have only ASCII characters.`,
      fix: example,
    };
  }
  if (text.includes('@')) {
    return {
      code: 'address-malformed',
      fact: 'holds a user name.',
      fix: 'put the user into user and write only the address here.',
    };
  }
  if (/^[^:]+:\d+$|^\[.*\]:\d+$/.test(text)) {
    return {
      code: 'address-malformed',
      fact: 'holds a port.',
      fix: 'put the port into port and write only the address here.',
    };
  }
  if (/^[0-9.]+$/.test(text))
    return { code: 'address-malformed', fact: 'is not a valid IPv4 address.', fix: example };
  const name = text.toLowerCase().replace(/\.$/, '');
  return name.length <= longestName && name.split('.').every(isLabel)
    ? name
    : { code: 'address-malformed', fact: 'is neither an IP address nor the name of a host.', fix: example };
}
