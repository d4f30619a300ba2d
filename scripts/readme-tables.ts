import { parse } from 'yaml';

/** An input or output as action.yml declares it. */
interface Declaration {
  readonly description?: string;
  readonly default?: string;
  readonly required?: string;
}

type Declarations = Readonly<Record<string, Declaration>>;

/**
 * The README with its tables of inputs and outputs made anew from action.yml: what stands between `<!-- inputs -->`
 * and `<!-- /inputs -->`, and the same for outputs, is replaced.
 * @throws Error when the README lacks a pair of markers.
 */
export function readmeWithTables(readme: string, actionYml: string): string {
  // With the failsafe schema a default stays the text that was written.
  const action = parse(actionYml, { schema: 'failsafe' }) as { inputs: Declarations; outputs: Declarations };
  return between(
    between(readme, 'inputs', inputsTable(action.inputs)),
    'outputs',
    outputsTable(action.outputs),
  );
}

function inputsTable(inputs: Declarations): string {
  const rows = Object.entries(inputs).map(([name, input]) => [code(name), defaultOf(input), textOf(input)]);
  return table(['Input', 'Default', 'What it is'], rows);
}

function defaultOf(input: Declaration): string {
  if (input.required === 'true') return '**required**';
  return input.default === undefined ? '' : code(input.default);
}

function outputsTable(outputs: Declarations): string {
  const rows = Object.entries(outputs).map(([name, output]) => [code(name), textOf(output)]);
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
