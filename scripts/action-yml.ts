import { Document, Scalar, YAMLMap } from 'yaml';
import type { InputDefinition, InputSection } from '../src/inputs/table/input.ts';

/** How inputs are written in action.yml, and sub-actions as a whole. */
export const YAML_STYLE = { lineWidth: 120, singleQuote: true } as const;

const BEGIN = '\ninputs:\n';
const END = '\n\nruns:\n';

/** Outputs by their names, in the order in which users read them. */
export type OutputTable = Readonly<Record<string, { readonly description: string }>>;

/**
 * action.yml with its inputs and outputs made anew, a comment with the title before each section of inputs. Everything else in it
 * is written by hand, and stays as it is.
 * @throws Error when its inputs are not followed by outputs and `runs`.
 */
export function actionWithTables(
  actionYml: string,
  sections: readonly InputSection[],
  outputs: OutputTable,
): string {
  const from = actionYml.indexOf(BEGIN);
  const to = actionYml.indexOf(END);
  if (from < 0 || to < from || !actionYml.slice(from, to).includes('\n\noutputs:\n'))
    throw new Error('action.yml has no inputs followed by outputs and runs');
  const made = [inputsYaml(sections), outputsYaml(outputs)].map((text) => text.trimEnd());
  return `${actionYml.slice(0, from)}\n${made.join('\n\n')}${actionYml.slice(to)}`;
}

function inputsYaml(sections: readonly InputSection[]): string {
  const map = new YAMLMap<Scalar, YAMLMap>();
  for (const { title, inputs } of sections) {
    for (const [index, [name, definition]] of Object.entries(inputs).entries()) {
      const key = new Scalar(name);
      if (index === 0) key.commentBefore = ` ${title}`;
      map.set(key, declarationOf(definition));
    }
  }
  return new Document({ inputs: map }).toString(YAML_STYLE);
}

function outputsYaml(outputs: OutputTable): string {
  const map = new YAMLMap<Scalar, YAMLMap>();
  for (const [name, { description }] of Object.entries(outputs))
    map.set(new Scalar(name), declarationOf({ description }));
  return new Document({ outputs: map }).toString(YAML_STYLE);
}

function declarationOf({ description, required, default: value }: InputDefinition): YAMLMap {
  const declaration = new YAMLMap();
  declaration.set('description', descriptionNode(description));
  if (required === true) declaration.set('required', true);
  if (value !== undefined) declaration.set('default', quoted(value));
  return declaration;
}

/** On the line of its key where it fits there, else folded. */
function descriptionNode(text: string): Scalar {
  const node = quoted(text);
  const line = `    description: '${text}'`;
  if (line.length > YAML_STYLE.lineWidth) node.type = Scalar.BLOCK_FOLDED;
  return node;
}

/** In quotes, as `true` and `22` are texts too; in those of which it holds none. */
function quoted(text: string): Scalar {
  const node = new Scalar(text);
  node.type = text.includes("'") ? Scalar.QUOTE_DOUBLE : Scalar.QUOTE_SINGLE;
  return node;
}
