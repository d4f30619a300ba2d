import { isScalar, isSeq, parseDocument, type Scalar } from 'yaml';
import { BOOTSTRAP_FLAGS, type EtcdArgument } from './kubeadm-config.ts';
import { readYaml, toKubernetesYaml } from './yaml.ts';

/** The parts of a static pod manifest for etcd that the action uses. */
export interface EtcdManifest {
  readonly image: string;
  /** Flags without dashes, each with its value; the last value of a repeated flag counts, as in etcd. */
  readonly arguments: ReadonlyMap<string, string>;
}

/**
 * Reads kubeadm's etcd manifest (cmd/kubeadm/app/phases/etcd/local.go). Returns undefined if the text is not a pod that
 * runs etcd.
 */
export function parseEtcdManifest(text: string): EtcdManifest | undefined {
  const pod = readYaml(text);
  const container = at(pod, 'spec', 'containers', 0);
  const image = at(container, 'image');
  const command = at(container, 'command');
  if (typeof image !== 'string' || !Array.isArray(command) || command[0] !== 'etcd') return undefined;
  const flags = command.slice(1).filter((part): part is string => typeof part === 'string');
  return { image, arguments: new Map(flags.map(splitFlag)) };
}

function splitFlag(flag: string): [string, string] {
  const [, name = flag, value = ''] = /^--([^=]+)(?:=(.*))?$/s.exec(flag) ?? [];
  return [name, value];
}

function at(value: unknown, ...path: readonly (string | number)[]): unknown {
  let current = value;
  for (const key of path) {
    if (typeof current !== 'object' || current === null) return undefined;
    current = (current as Record<string | number, unknown>)[key];
  }
  return current;
}

/** Returns the flags of the manifest that differ from the wanted ones, one line each; empty if none does. */
export function argumentDifferences(
  manifest: Pick<EtcdManifest, 'arguments'>,
  wanted: readonly EtcdArgument[],
): string[] {
  return wanted.flatMap(({ name, value }) => {
    const found = manifest.arguments.get(name);
    return found === value
      ? []
      : [`--${name} is ${found === undefined ? 'absent' : `"${found}"`}, wanted "${value}"`];
  });
}

/**
 * Returns the manifest as kubeadm will presumably render it: the present text with another image and other flags, every
 * other line byte for byte (a comment among the flags is lost, as with kubeadm). The order of the flags is that of
 * ArgumentsToCommand (cmd/kubeadm/app/util/arguments.go): kubeadm's own sorted by name, then extraArgs in the order of
 * its configuration; 1.31 sorts them all.
 * @param wanted the extraArgs of its configuration, in their order.
 * @param extra.dropFlags names of flags that kubeadm will no longer render.
 * @returns undefined for a text that kubeadm did not write: no etcd pod, or flags that share a line.
 */
export function predictManifest(
  current: string,
  wanted: readonly EtcdArgument[],
  extra: { readonly image: string; readonly dropFlags: readonly string[] },
): string | undefined {
  const present = parseEtcdManifest(current);
  if (present === undefined) return undefined;
  const places = placesOf(current);
  if (places === undefined) return undefined;
  const { flags, image } = places;
  const command = rendered(flags.lines, wanted, extra.dropFlags);
  const edits = [
    { ...image, text: yamlScalar(extra.image) },
    { ...flags, text: command.map(({ line }) => line).join('') },
  ];
  const predicted = edits
    .sort((one, other) => other.start - one.start)
    .reduce((text, { start, end, text: part }) => text.slice(0, start) + part + text.slice(end), current);
  const expected = new Map(present.arguments);
  for (const name of extra.dropFlags) expected.delete(name);
  for (const { name, value } of wanted) expected.set(name, value);
  return says(predicted, { image: extra.image, arguments: expected }) ? predicted : undefined;
}

/** A flag with its whole line. */
interface FlagLine extends EtcdArgument {
  readonly line: string;
}

/** A part of a text: from `start` up to, not including, `end`. */
interface Span {
  readonly start: number;
  readonly end: number;
}

/** Locates the flags and the image in the text of a manifest. */
function placesOf(
  text: string,
): { readonly flags: Span & { readonly lines: readonly FlagLine[] }; readonly image: Span } | undefined {
  const document = parseDocument(text, { logLevel: 'error' });
  const command = document.getIn(['spec', 'containers', 0, 'command'], true);
  const image = document.getIn(['spec', 'containers', 0, 'image'], true);
  if (!isSeq(command) || !isScalar(image) || !image.range) return undefined;
  const items = command.items.flatMap((item) => (isScalar(item) ? itemLine(text, item) : []));
  const [first] = items;
  const last = items.at(-1);
  if (first === undefined || last === undefined || items.length < command.items.length) return undefined;
  return {
    flags: { start: first.end, end: last.end, lines: items.slice(1).map(({ flag }) => flag) },
    image: { start: image.range[0], end: image.range[1] },
  };
}

/** Returns nothing for an item that shares its line. */
function itemLine(text: string, item: Scalar): (Span & { readonly flag: FlagLine })[] {
  if (!item.range || typeof item.value !== 'string') return [];
  const start = text.lastIndexOf('\n', item.range[0]) + 1;
  const lineEnd = text.indexOf('\n', item.range[1]);
  const end = lineEnd === -1 ? text.length : lineEnd + 1;
  const line = text.slice(start, end);
  const isAlone = /^ *- $/.test(text.slice(start, item.range[0])) && line.indexOf('\n') === line.length - 1;
  if (!isAlone) return [];
  const [name, value] = splitFlag(item.value);
  return [{ start, end, flag: { name, value, line } }];
}

function rendered(
  present: readonly FlagLine[],
  wanted: readonly EtcdArgument[],
  dropFlags: readonly string[],
): FlagLine[] {
  const gone = new Set([...dropFlags, ...wanted.map(({ name }) => name)]);
  const indent = /^ */.exec(present[0]?.line ?? '')?.[0] ?? '';
  const extraArgs = wanted.map(
    ({ name, value }) =>
      present.find((one) => one.name === name && one.value === value) ?? {
        name,
        value,
        line: `${indent}- ${yamlScalar(`--${name}=${value}`)}\n`,
      },
  );
  const flags = [...present.filter(({ name }) => !gone.has(name)), ...extraArgs];
  return isSorted(present) ? flags.sort(byName) : flags;
}

function isSorted(flags: readonly FlagLine[]): boolean {
  return flags.every((flag, index) => index === 0 || byName(flags[index - 1] ?? flag, flag) <= 0);
}

/** Compares by bytes, as Go does. */
function byName(one: EtcdArgument, other: EtcdArgument): number {
  return Buffer.compare(Buffer.from(one.name), Buffer.from(other.name));
}

/** Formats a string as Go's YAML does: plain if that stays a string, else in single quotes. */
function yamlScalar(value: string): string {
  const isBare = toKubernetesYaml(value).trimEnd() === value;
  return isBare ? value : `'${value.replaceAll("'", "''")}'`;
}

function says(text: string, expected: EtcdManifest): boolean {
  const manifest = parseEtcdManifest(text);
  return (
    manifest?.image === expected.image &&
    manifest.arguments.size === expected.arguments.size &&
    [...expected.arguments].every(([name, value]) => manifest.arguments.get(name) === value)
  );
}

/** Returns the flags that count only while a member has no data and differ from the wanted ones. */
export function flagsBeforeData(
  manifest: Pick<EtcdManifest, 'arguments'>,
  wanted: readonly EtcdArgument[],
): string[] {
  return argumentDifferences(
    manifest,
    wanted.filter(({ name }) => BOOTSTRAP_FLAGS.has(name)),
  );
}
