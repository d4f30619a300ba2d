import { type InputDefinition, type InputSection } from '../src/inputs/table/input.ts';
import type { OutputTable } from './action-yml.ts';
import { triedHosts, type RowResult } from './fleet/report.ts';

/**
 * README.md with its table of the inputs that most workflows set made anew: replaces the text between `<!-- inputs -->` and
 * `<!-- /inputs -->`.
 * @throws Error when it lacks these markers.
 */
export function readmeWithTable(readme: string, sections: readonly InputSection[]): string {
  return between(readme, 'inputs', commonInputs(sections));
}

/** docs/outputs.md with its table made anew, between the markers for `outputs`. @throws Error when it lacks them. */
export function outputsPageWithTable(page: string, outputs: OutputTable): string {
  return between(page, 'outputs', outputsTable(outputs));
}

/** docs/supported-versions.md with its table of tested hosts made anew, between the markers for `hosts`. @throws Error when it lacks them. */
export function versionsPageWithTable(page: string, fleet: readonly RowResult[]): string {
  return between(page, 'hosts', `<!-- prettier-ignore -->\n${triedHosts(fleet)}`);
}

/** Gives the operations that use an input, in their order. */
type OperationsUsing = (input: string) => readonly string[] | 'all';

/**
 * docs/inputs.md with its tables made anew, one for each section, between the markers for `inputs`.
 * @throws Error when it lacks them.
 */
export function inputsPageWithTables(
  page: string,
  sections: readonly InputSection[],
  operationsUsing: OperationsUsing,
): string {
  const tables = sections.map((section) => sectionText(section, operationsUsing));
  return between(page, 'inputs', tables.join('\n\n'));
}

function commonInputs(sections: readonly InputSection[]): string {
  const rows = sections
    .flatMap(({ inputs }) => Object.entries(inputs))
    .filter(([, { common }]) => common === true)
    .map(([name, input]) => [code(name), defaultOf(input), cell(input.description)]);
  return table(['Input', 'Default', 'What it is'], rows);
}

function sectionText({ title, inputs }: InputSection, operationsUsing: OperationsUsing): string {
  const rows = Object.entries(inputs).map(([name, input]) => [
    code(name),
    defaultOf(input),
    listOf(operationsUsing(name)),
    cell(input.description),
  ]);
  return `## ${title}\n\n${table(['Input', 'Default', 'Used by', 'What it is'], rows)}`;
}

function defaultOf({ required, default: value }: InputDefinition): string {
  if (required === true) return '**required**';
  return value === undefined ? '' : code(value);
}

function listOf(operations: readonly string[] | 'all'): string {
  return operations === 'all' ? operations : operations.map(code).join(', ');
}

function outputsTable(outputs: OutputTable): string {
  const rows = Object.entries(outputs).map(([name, { description }]) => [code(name), cell(description)]);
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
