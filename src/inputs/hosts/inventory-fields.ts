import { type Document, isAlias, isMap, isNode, isScalar, type Node, visit, type YAMLMap } from 'yaml';
import type { Finding } from '../../findings.ts';
import { quote } from '../../text/quote.ts';
import { nearest } from '../nearest.ts';

/** Locates nodes of an inventory, and collects findings about them. */
export interface Reader {
  /** Returns input and position, for example `inventory, line 2, column 3`. */
  readonly placeOf: (node: unknown) => string;
  readonly findings: Finding[];
}

/** A field of a mapping. */
export interface Field {
  readonly key: string;
  /** Position of its key. */
  readonly at: string;
  /** Null if the value is missing or `null`: Terraform writes optional values like this. */
  readonly value: Node | null;
}

/** Returns the fields of a mapping in order. */
export function fieldsOf(map: YAMLMap, { placeOf }: Pick<Reader, 'placeOf'>): Field[] {
  return map.items.map(({ key, value }) => ({
    key: isScalar(key) ? String(key.value) : '',
    at: placeOf(key),
    value: isNode(value) && !(isScalar(value) && value.value === null) ? value : null,
  }));
}

/** Refuses nodes that an inventory cannot use: each could change the meaning without showing it. */
export function unusableNodes(document: Document, { placeOf }: Pick<Reader, 'placeOf'>): Finding[] {
  const findings: Finding[] = [];
  visit(document, {
    Alias: (_, node) =>
      void findings.push(indirect(placeOf(node), `*${node.source} stands for something else`)),
    Value: (_, node) => {
      if (node.anchor !== undefined) findings.push(indirect(placeOf(node), `&${node.anchor} is an anchor`));
      if (node.tag !== undefined) findings.push(indirect(placeOf(node), `${node.tag} is a tag`));
    },
    Pair: (_, { key }) => {
      if (isScalar(key) && key.value === '<<') findings.push(indirect(placeOf(key), '<< merges mappings'));
    },
  });
  return findings;
}

function indirect(at: string, what: string): Finding {
  return {
    code: 'inventory-malformed',
    at,
    fact: `${what}; an inventory has no aliases, anchors or tags.`,
    fix: 'write the values themselves there.',
  };
}

/** Returns a scalar as written: `22` and `"22"` are equal. Returns undefined, with a finding, for a list or mapping. */
export function textOf(node: Node, key: string, { placeOf, findings }: Reader): string | undefined {
  if (isScalar(node) && !isAlias(node)) {
    return typeof node.value === 'string' ? node.value : (node.source ?? String(node.value));
  }
  findings.push({
    code: 'inventory-malformed',
    at: placeOf(node),
    fact: `${quote(key)} has ${isMap(node) ? 'a mapping' : 'a list'} instead of one value.`,
    fix: `write one value, ${key}: ${EXAMPLES[key] ?? '…'}.`,
  });
  return undefined;
}

const EXAMPLES: Readonly<Record<string, string>> = {
  name: 'infra0',
  address: '10.0.0.6',
  port: '22',
  user: 'ubuntu',
};

/** Matches names that suggest a secret. */
const SECRET = /passw|passphrase|secret|token|private_?-?key|ssh_?-?key|^key$|credential/i;

/** Other tools' names for the same keys. */
const HABITS: ReadonlyMap<string, string> = new Map([
  ['ip', 'address'],
  ['ip_address', 'address'],
  ['ipv4_address', 'address'],
  ['ipv6_address', 'address'],
  ['private_ip', 'address'],
  ['private_ip_address', 'address'],
  ['access_ip_v4', 'address'],
  ['internal_ip', 'address'],
  ['host', 'address'],
  ['hostname', 'name'],
  ['node_name', 'name'],
  ['public_ip', 'ssh: { address: … }'],
  ['public_ip_address', 'ssh: { address: … }'],
  ['external_ip', 'ssh: { address: … }'],
  ['ansible_host', 'ssh: { address: … }'],
  ['ansible_port', 'ssh: { port: … }'],
  ['ssh_port', 'ssh: { port: … }'],
  ['port', 'ssh: { port: … }'],
  ['ansible_user', 'ssh: { user: … }'],
  ['ssh_user', 'ssh: { user: … }'],
  ['user', 'ssh: { user: … }'],
  ['username', 'user'],
]);

/**
 * Explains an unknown key, with the most similar known one.
 * @param of the owner of the keys, for example `a host`.
 */
export function unknownKey({ key, at }: Field, known: readonly string[], of: string): Finding {
  if (SECRET.test(key)) {
    return {
      code: 'inventory-key-unknown',
      at,
      fact: `${quote(key)} has the name of a secret, and an inventory is not kept secret: the log shows it.`,
      cause: 'the inventory was written for another tool.',
      fix: 'leave it out, replace the secret if it was a real one, and pass secrets in the inputs for them, such as ssh-private-key.',
    };
  }
  const meant = HABITS.get(key.toLowerCase().replaceAll('-', '_')) ?? nearest(key, known);
  return {
    code: 'inventory-key-unknown',
    at,
    fact: `${quote(key)} is not a key of ${of}.`,
    fix: `${meant === undefined ? 'Leave it out' : `Did you mean ${meant}? If not, leave it out`}: ${of} has ${known.join(', ')}.`,
  };
}

/** The output to use if `terraform output -json` lists several. */
const OUTPUT = 'etcd_hosts';

/** The fields that `terraform output -json` writes for an output (internal/command/views/output.go; the same in OpenTofu). */
const OUTPUT_KEYS: readonly string[] = ['sensitive', 'type', 'value'];

/**
 * Unwraps the JSON of Terraform: `{"value": …}` of one output, or all outputs by name. Returns other nodes unchanged, and
 * undefined, with a finding, if it is unclear which output to use.
 */
export function withoutWrapping(node: Node | null, reader: Reader): Node | null | undefined {
  if (!isMap(node)) return node;
  const single = valueOf(node, reader);
  if (single !== undefined) return single.value;
  const outputs = fieldsOf(node, reader).map((field) => ({ ...field, output: outputIn(field, reader) }));
  if (outputs.length === 0 || outputs.some(({ output }) => output === undefined)) return node;
  const sensitive = outputs.filter(({ key, value }) => key !== OUTPUT && isMap(value) && isSensitive(value));
  if (sensitive.length > 0) {
    reader.findings.push({
      code: 'terraform-output-unusable',
      at: sensitive[0]?.at ?? '',
      fact: `Terraform marks ${sensitive.map(({ key }) => key).join(', ')} as sensitive, and an inventory is not kept secret: the log shows it.`,
      cause: 'all outputs were passed instead of the one with the hosts.',
      fix: `pass one output alone, terraform output -json ${OUTPUT}, and replace the secrets that were shown.`,
    });
    return undefined;
  }
  const [chosen = outputs.length === 1 ? outputs[0] : undefined] = outputs.filter(
    ({ key }) => key === OUTPUT,
  );
  if (chosen !== undefined) return chosen.output?.value ?? null;
  reader.findings.push({
    code: 'terraform-output-unusable',
    at: outputs[0]?.at ?? '',
    fact: `these are ${outputs.length} outputs of Terraform (${outputs.map(({ key }) => key).join(', ')}), and none is named ${OUTPUT}.`,
    fix: `pass the one with the hosts alone, terraform output -json NAME, or name it ${OUTPUT}.`,
  });
  return undefined;
}

/** Returns the field `value` of an output; undefined if the mapping is not an output. */
function valueOf(map: YAMLMap, reader: Reader): Field | undefined {
  const fields = fieldsOf(map, reader);
  if (!fields.every(({ key }) => OUTPUT_KEYS.includes(key))) return undefined;
  return fields.find(({ key }) => key === 'value');
}

function outputIn({ value }: Field, reader: Reader): Field | undefined {
  return isMap(value) ? valueOf(value, reader) : undefined;
}

function isSensitive(output: YAMLMap): boolean {
  const sensitive = output.get('sensitive', true);
  return isScalar(sensitive) && sensitive.value === true;
}
