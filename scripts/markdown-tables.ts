import { parse } from 'yaml';
import { type InputDefinition, type InputGroup, operationNames } from '../src/inputs/table/input.ts';
import { triedHosts, type RowResult } from './fleet/report.ts';

/**
 * README.md with its table of the inputs that most workflows set made anew: replaces the text between `<!-- inputs -->` and
 * `<!-- /inputs -->`.
 * @throws Error when it lacks these markers.
 */
export function readmeWithTable(readme: string, groups: readonly InputGroup[]): string {
  return between(readme, 'inputs', commonInputs(groups));
}

/** docs/outputs.md with its table made anew, between the markers for `outputs`. @throws Error when it lacks them. */
export function outputsPageWithTable(page: string, actionYml: string): string {
  return between(page, 'outputs', outputsTable(actionYml));
}

/** docs/supported-versions.md with its table of tested hosts made anew, between the markers for `hosts`. @throws Error when it lacks them. */
export function versionsPageWithTable(page: string, fleet: readonly RowResult[]): string {
  return between(page, 'hosts', `<!-- prettier-ignore -->\n${triedHosts(fleet)}`);
}

/** docs/inputs.md with its tables made anew, one for each group, between the markers for `inputs`. @throws Error when it lacks them. */
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
