import { triedHosts, type RowResult } from './fleet/report.ts';
import { isMap, isScalar, parseDocument, type YAMLMap } from 'yaml';

/** An input or output as action.yml declares it. */
interface Declaration {
  readonly description?: string;
  readonly default?: string;
  readonly required?: string;
}

type Declarations = readonly (readonly [name: string, declaration: Declaration])[];

/** Inputs about one subject. */
interface Group {
  readonly title: string;
  readonly inputs: Declarations;
}

/**
 * The README with its tables made anew: of inputs and outputs from action.yml, and of the hosts that the fleet was run on. What stands
 * between `<!-- inputs -->` and `<!-- /inputs -->`, and the same for outputs and hosts, is replaced. A comment before an input begins a
 * group with that title.
 * @throws Error when the README lacks a pair of markers, or when there are inputs before the first group.
 */
export function readmeWithTables(readme: string, actionYml: string, fleet: readonly RowResult[]): string {
  // With the failsafe schema a default stays the text that was written.
  const action = parseDocument(actionYml, { schema: 'failsafe' });
  const groups = inputGroups(action.get('inputs') as YAMLMap);
  const tables = {
    inputs: groups.map(groupText).join('\n\n'),
    outputs: outputsTable(declarationsOf(action.get('outputs') as YAMLMap)),
    hosts: `<!-- prettier-ignore -->\n${triedHosts(fleet)}`,
  };
  return Object.entries(tables).reduce((text, [name, content]) => between(text, name, content), readme);
}

function inputGroups(inputs: YAMLMap): Group[] {
  const groups: { readonly title: string; readonly inputs: Declarations[number][] }[] = [];
  const all = declarationsOf(inputs);
  for (const [index, { key }] of inputs.items.entries()) {
    // a comment before the first key is the map's
    const comment = isScalar(key) ? key.commentBefore : undefined;
    const title = (index === 0 ? inputs.commentBefore : comment)?.trim();
    if (title !== undefined) groups.push({ title, inputs: [] });
    const [group, input] = [groups.at(-1), all[index]];
    if (group === undefined || input === undefined)
      throw new Error('action.yml has an input before the first group');
    group.inputs.push(input);
  }
  return groups;
}

function declarationsOf(map: YAMLMap): Declarations {
  return map.items.map(({ key, value }) => [
    String(key),
    (isMap(value) ? value.toJSON() : {}) as Declaration,
  ]);
}

/** Folded up: who looks for one thing sees the subjects first. */
function groupText({ title, inputs }: Group): string {
  const names = inputs.map(([name]) => `<code>${name}</code>`).join(', ');
  const rows = inputs.map(([name, input]) => [code(name), defaultOf(input), textOf(input)]);
  return [
    '<details>',
    `<summary><b>${title}</b>: ${names}</summary>`,
    '',
    table(['Input', 'Default', 'What it is'], rows),
    '',
    '</details>',
  ].join('\n');
}

function defaultOf(input: Declaration): string {
  if (input.required === 'true') return '**required**';
  return input.default === undefined ? '' : code(input.default);
}

function outputsTable(outputs: Declarations): string {
  const rows = outputs.map(([name, output]) => [code(name), textOf(output)]);
  return table(['Output', 'What it is'], rows);
}

function code(text: string): string {
  return `\`${text}\``;
}

/** A description on one line; a pipe would end the cell. */
function textOf({ description = '' }: Declaration): string {
  return description.trim().replaceAll(/\s+/g, ' ').replaceAll('|', '\\|');
}

/** Not aligned: the longest description would stretch every line of the source. */
function table(header: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`.replaceAll(/ {2,}/g, ' ');
  return ['<!-- prettier-ignore -->', line(header), line(header.map(() => '---')), ...rows.map(line)].join(
    '\n',
  );
}

function between(readme: string, name: string, content: string): string {
  const [begin, end] = [`<!-- ${name} -->`, `<!-- /${name} -->`];
  const from = readme.indexOf(begin);
  const to = readme.indexOf(end);
  if (from < 0 || to < from) throw new Error(`README.md lacks ${begin} … ${end}`);
  return `${readme.slice(0, from + begin.length)}\n\n${content}\n\n${readme.slice(to)}`;
}
