import { parse } from 'yaml';
import { type InputDefinition, type InputGroup, operationNames } from '../src/inputs/table/input.ts';
import { triedHosts, type RowResult } from './fleet/report.ts';

/** What the tables of README.md are made of. */
export interface TableSources {
  readonly groups: readonly InputGroup[];
  /** For the outputs. */
  readonly actionYml: string;
  /** What the fleet was run on. */
  readonly fleet: readonly RowResult[];
}

/**
 * README.md with its tables made anew: of the inputs that most workflows set, of outputs, and of the hosts that were tried. What
 * stands between `<!-- inputs -->` and `<!-- /inputs -->`, and the same for outputs and hosts, is replaced.
 * @throws Error when it lacks a pair of markers.
 */
export function readmeWithTables(readme: string, { groups, actionYml, fleet }: TableSources): string {
  const tables = {
    inputs: commonInputs(groups),
    outputs: outputsTable(actionYml),
    hosts: `<!-- prettier-ignore -->\n${triedHosts(fleet)}`,
  };
  return Object.entries(tables).reduce((text, [name, content]) => between(text, name, content), readme);
}

/** docs/inputs.md with its tables made anew, one for each group, between the same markers. @throws Error when it lacks them. */
export function inputsPageWithTables(page: string, groups: readonly InputGroup[]): string {
  return between(page, 'inputs', groups.map(groupText).join('\n\n'));
}

function commonInputs(groups: readonly InputGroup[]): string {
  const rows = groups
    .flatMap(({ inputs }) => Object.entries(inputs))
    .filter(([, { common }]) => common === true)
    .map(([name, input]) => [code(name), defaultOf(input), cell(input.description)]);
  return table(['Input', 'Default', 'What it is'], rows);
}

function groupText({ title, inputs }: InputGroup): string {
  const rows = Object.entries(inputs).map(([name, input]) => [
    code(name),
    defaultOf(input),
    operationsOf(input),
    cell(input.description),
  ]);
  return `## ${title}\n\n${table(['Input', 'Default', 'Used by', 'What it is'], rows)}`;
}

function defaultOf({ required, default: value }: InputDefinition): string {
  if (required === true) return '**required**';
  return value === undefined ? '' : code(value);
}

function operationsOf({ operations }: InputDefinition): string {
  return operationNames.every((name) => operations.includes(name)) ? 'all' : operations.map(code).join(', ');
}

function outputsTable(actionYml: string): string {
  const { outputs } = parse(actionYml) as { outputs: Readonly<Record<string, { description?: string }>> };
  const rows = Object.entries(outputs).map(([name, { description = '' }]) => [code(name), cell(description)]);
  return table(['Output', 'What it is'], rows);
}

function code(text: string): string {
  return `\`${text}\``;
}

/** A description on one line; a pipe would end the cell. */
function cell(description: string): string {
  return description.trim().replaceAll(/\s+/g, ' ').replaceAll('|', '\\|');
}

/** Not aligned: the longest description would stretch every line of the source. */
function table(header: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`.replaceAll(/ {2,}/g, ' ');
  return ['<!-- prettier-ignore -->', line(header), line(header.map(() => '---')), ...rows.map(line)].join(
    '\n',
  );
}

function between(text: string, name: string, content: string): string {
  const [begin, end] = [`<!-- ${name} -->`, `<!-- /${name} -->`];
  const from = text.indexOf(begin);
  const to = text.indexOf(end);
  if (from < 0 || to < from) throw new Error(`there is no ${begin} … ${end}`);
  return `${text.slice(0, from + begin.length)}\n\n${content}\n\n${text.slice(to)}`;
}
