import { Document, Scalar, YAMLMap } from 'yaml';
import type { InputDefinition, InputGroup } from '../src/inputs/table/input.ts';

/** How inputs are written in action.yml, and sub-actions as a whole. */
export const YAML_STYLE = { lineWidth: 120, singleQuote: true } as const;

const BEGIN = '\ninputs:\n';
const END = '\n\noutputs:\n';

/**
 * action.yml with its inputs made anew, a comment with the title before each group. Everything else in it is written by hand, and
 * stays as it is.
 * @throws Error when its inputs are not followed by its outputs.
 */
export function actionWithInputs(actionYml: string, groups: readonly InputGroup[]): string {
  const from = actionYml.indexOf(BEGIN);
  const to = actionYml.indexOf(END);
  if (from < 0 || to < from) throw new Error('action.yml has no inputs followed by outputs');
  const inputs = inputsYaml(groups).trimEnd();
  return `${actionYml.slice(0, from)}\n${inputs}${actionYml.slice(to)}`;
}

function inputsYaml(groups: readonly InputGroup[]): string {
  const map = new YAMLMap<Scalar, YAMLMap>();
  for (const { title, inputs } of groups) {
    for (const [index, [name, definition]] of Object.entries(inputs).entries()) {
      const key = new Scalar(name);
      if (index === 0) key.commentBefore = ` ${title}`;
      map.set(key, declarationOf(definition));
    }
  }
  return new Document({ inputs: map }).toString(YAML_STYLE);
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
