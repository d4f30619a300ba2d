import { isMap, isNode, isScalar, isSeq, type Node } from 'yaml';
import type { Finding } from '../../findings.ts';
import { holdsPrivateKey, quote } from '../../text/quote.ts';
import type { InputFile } from '../input-files.ts';
import { parseYaml } from '../yaml-input.ts';
import type { PlacedHost } from './host.ts';
import { fieldsOf, type Reader, unusableNodes, withoutWrapping } from './inventory-fields.ts';
import { readHost } from './inventory-host.ts';

const input = 'inventory';
const example = 'for example "hosts: [{ name: infra0, address: 10.0.0.6 }]".';

/** The hosts of an inventory in order, including invalid ones. */
export interface Inventory {
  readonly hosts: readonly PlacedHost[];
  /** Hosts of the control plane; absent if the inventory has no such list. */
  readonly controlPlane?: readonly PlacedHost[];
}

/**
 * Parses an inventory, YAML or JSON: a list of hosts or a mapping of names to hosts, under `hosts` or at the top level,
 * or Terraform's output of either (docs/inventory.v1.schema.json).
 * @param value text of the input. @param file the file that it names, if any.
 * @returns undefined if there is no usable list of hosts.
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

/** Splits our own form, with the hosts under `hosts`; a host with that name has an address there. */
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
    code: 'inventory-malformed',
    at: text === undefined ? label : reader.placeOf(text),
    fact: text
      ? `${quote(String(text.value))} is neither YAML of hosts nor the path of a file.`
      : 'there are no hosts in it.',
    cause: 'the path does not end in .yaml, .yml or .json, or an expression has no value.',
    fix: `write the hosts, ${example}`,
  });
  return undefined;
}

function isNull(node: Node): boolean {
  return isScalar(node) && node.value === null;
}

type Problem = Omit<Finding, 'at'>;

/**
 * Reports text that was damaged before it became the input, line by line: as YAML it would have another meaning, or none.
 * @param label the input and the file that it names, for the positions.
 */
function spoiledText(text: string, label: string): Finding[] {
  if (holdsPrivateKey(text)) {
    return [
      {
        code: 'private-key-misplaced',
        at: label,
        fact: 'it holds a private key; an inventory is not kept secret.',
        fix: 'remove the key from the file and its history, replace it, and pass keys only in ssh-private-key and ca-key.',
      },
    ];
  }
  const lines = text.split(/\r?\n|\r/);
  const place = (index: number): string => `${label}, line ${index + 1}`;
  // One finding for all of its lines.
  const foreign = lines.findIndex((line) => programsLine(line) !== undefined);
  const problem = programsLine(lines[foreign] ?? '');
  if (problem !== undefined) return [{ at: place(foreign), ...problem }];
  return lines.flatMap((line, index) => {
    const spoiled = dashProblem(line);
    return spoiled === undefined ? [] : [{ at: place(index), ...spoiled }];
  });
}

const GIVE_JSON = 'pass the output as JSON, terraform output -json etcd_hosts, and nothing else with it.';

/** Matches Terraform's own language: `name = [`, `"address" = "10.0.0.6"`, `tolist([` (internal/repl/format.go). */
const HCL =
  /^\s*(?:"[^"]*"|[\w-]+) = (?:[[{"]|to(?:list|set|map)\(|<|-?\d|null|true|false)|^[\s[{]*to(?:list|set|map)\(/;

/** Explains a line that a program wrote beside or instead of the data. */
function programsLine(line: string): Problem | undefined {
  if (/^\[command\]\//.test(line)) {
    return {
      code: 'terraform-output-unusable',
      fact: 'a wrapper of Terraform has written this line before the output.',
      cause: 'hashicorp/setup-terraform replaces terraform with a wrapper, which writes to the same file.',
      fix: 'set terraform_wrapper: false for that action, or pass its output stdout.',
    };
  }
  if (/^\s*::[a-z][a-z-]*(?: [^:]*)?::/.test(line)) {
    return {
      code: 'terraform-output-unusable',
      fact: `the line ${quote(line.trim())} is a command to the runner, which a program has written next to its output.`,
      cause: 'hashicorp/setup-terraform replaces terraform with a wrapper, which writes to the same file.',
      fix: `set terraform_wrapper: false for that action, and ${GIVE_JSON}`,
    };
  }
  if (/^\s*[\u2577\u2502\u2575]|^(?:Warning|Error): /.test(line)) {
    return {
      code: 'terraform-output-unusable',
      fact: `the line ${quote(line.trim())} is a warning or an error, not a part of the hosts.`,
      cause: 'messages of terraform went into the same file.',
      fix: `fix what the message reports, and ${GIVE_JSON}`,
    };
  }
  return HCL.test(line)
    ? {
        code: 'terraform-output-unusable',
        fact: `the line ${quote(line.trim())} is in Terraform's own language, not in YAML or JSON.`,
        cause: 'terraform output prints this without -json.',
        fix: GIVE_JSON,
      }
    : undefined;
}

function dashProblem(line: string): Problem | undefined {
  const [, dash] = /^\s*([\u2010-\u2015\u2212•])\s*\S/u.exec(line) ?? [];
  if (dash !== undefined) {
    return {
      code: 'inventory-malformed',
      fact: `the line begins with ${quote(dash)}, which is not a YAML dash.`,
      cause: 'the text was pasted from a word processor or a chat.',
      fix: 'begin it with a hyphen and a space, for example "- 10.0.0.6".',
    };
  }
  return /^\s*-[^\s-]/.test(line)
    ? {
        code: 'hosts-malformed',
        fact: 'there is no space after the dash, so YAML reads the line as text.',
        fix: 'write "- ", for example "- 10.0.0.6".',
      }
    : undefined;
}
