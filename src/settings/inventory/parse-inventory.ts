import { isMap, isNode, isScalar, isSeq, type Node } from 'yaml';
import type { Finding } from '../../findings.ts';
import type { InputFile } from '../input-file.ts';
import type { PlacedHost } from '../placed-hosts.ts';
import { quote } from '../quote.ts';
import { parseYaml } from '../yaml-input.ts';
import { fieldsOf, unusableNodes, type Reader } from './fields.ts';
import { readHost } from './inventory-host.ts';
import { spoiledText } from './spoiled-text.ts';
import { withoutWrapping } from './terraform.ts';

const input = 'inventory';
const example = 'for example "hosts: [{ name: infra0, address: 10.0.0.6 }]".';

/** What an inventory says: hosts in the order in which they stand there, those with a fault among them. */
export interface Inventory {
  readonly hosts: readonly PlacedHost[];
  /** Hosts of the control plane; absent where nothing is said of them. */
  readonly controlPlane?: readonly PlacedHost[];
}

/**
 * Reads an inventory, YAML or JSON: a list of hosts or a mapping of names to hosts, under `hosts` or alone, or as
 * Terraform puts them out (docs/inventory.v1.schema.json).
 * @param value text of the input. @param file the file that it names, if it names one.
 * @returns nothing where there is no list of hosts to speak of.
 */
export function parseInventory(
  value: string,
  file: InputFile | undefined,
  findings: Finding[],
): Inventory | undefined {
  if (file !== undefined && 'problem' in file) {
    findings.push({ at: input, ...file.problem });
    return undefined;
  }
  const label = file === undefined ? input : `${input} (${file.path})`;
  const text = file?.text ?? value;
  const spoiled = spoiledText(text, label);
  if (spoiled.length > 0) {
    findings.push(...spoiled);
    return undefined;
  }
  const yaml = parseYaml(label, text, { schema: 'core', uniqueKeys: true, example }, findings);
  if (yaml === undefined) return undefined;
  const reader: Reader = {
    findings,
    placeOf: (node) => yaml.placeOf(isNode(node) ? node.range?.[0] : undefined),
  };
  const unusable = unusableNodes(yaml.document, reader);
  if (unusable.length > 0) {
    findings.push(...unusable);
    return undefined;
  }
  const { contents } = yaml.document;
  const unwrapped = withoutWrapping(isNode(contents) ? contents : null, reader);
  if (unwrapped === undefined) return undefined;
  const parts = partsOf(unwrapped, reader);
  const hosts = readHosts(parts.hosts, reader, label);
  const controlPlane =
    parts.controlPlane === undefined ? undefined : readHosts(parts.controlPlane, reader, label);
  return hosts && { hosts, ...(controlPlane !== undefined && { controlPlane }) };
}

const PARTS: readonly string[] = ['$schema', 'hosts', 'control-plane'];

/** The form of our own has the hosts under `hosts`; a host of that name has an address there. */
function partsOf(
  node: Node | null,
  reader: Reader,
): { readonly hosts: Node | null; readonly controlPlane?: Node } {
  if (!isMap(node)) return { hosts: node };
  const fields = fieldsOf(node, reader);
  const part = (name: string): Node | null => fields.find(({ key }) => key === name)?.value ?? null;
  const hosts = part('hosts');
  const isOurs = fields.every(({ key }) => PARTS.includes(key)) && !isScalar(hosts);
  if (!isOurs) return { hosts: node };
  const controlPlane = part('control-plane');
  return { hosts, ...(controlPlane !== null && { controlPlane }) };
}

function readHosts(node: Node | null, reader: Reader, label: string): readonly PlacedHost[] | undefined {
  if (isSeq(node)) {
    return node.items.map((item, index) => {
      const at = isNode(item) ? reader.placeOf(item) : `${label}, host ${index + 1}`;
      return readHost(isNode(item) && !isNull(item) ? item : null, undefined, reader, at);
    });
  }
  if (isMap(node)) {
    return fieldsOf(node, reader).map((field) => readHost(field.value, field, reader, field.at));
  }
  const text = isScalar(node) && !isNull(node) ? node : undefined;
  reader.findings.push({
    at: text === undefined ? label : reader.placeOf(text),
    fact: text
      ? `${quote(String(text.value))} is neither YAML of hosts nor the path of a file.`
      : 'there are no hosts in it.',
    cause: 'a path does not end in .yaml, .yml or .json; or an expression has no value.',
    fix: `write the hosts, ${example}`,
  });
  return undefined;
}

function isNull(node: Node): boolean {
  return isScalar(node) && node.value === null;
}
