import { isMap, isScalar, parseDocument, type YAMLMap } from 'yaml';
import type { Operation } from '../src/engine/operation.ts';
import { inputsOfGroups } from '../src/inputs/groups.ts';
import { outputsOfGroups } from '../src/report/outputs-table.ts';
import { YAML_STYLE } from './action-yml.ts';

/** What of an operation its sub-action is made of. */
type SubAction = Pick<Operation, 'name' | 'summary' | 'icon' | 'inputs' | 'outputs'>;

/**
 * The action.yml of an operation's sub-action, made of the main one, so that their words, defaults and needs cannot differ.
 * @throws Error when it offers what the main one has not.
 */
export function subActionYml(actionYml: string, { name, summary, icon, inputs, outputs }: SubAction): string {
  const document = parseDocument(actionYml);
  document.set('name', `etcd HA for kubeadm: ${name}`);
  document.set('description', summary);
  document.setIn(['branding', 'icon'], icon);
  document.setIn(['inputs', 'operation', 'description'], 'Which operation this is. Leave it out.');
  document.setIn(['inputs', 'operation', 'default'], name);
  keep(document.get('inputs') as YAMLMap, inputsOfGroups(inputs));
  keep(document.get('outputs') as YAMLMap, outputsOfGroups(outputs));
  document.setIn(['runs', 'main'], '../dist/index.js');
  document.setIn(['runs', 'post'], '../dist/post.js');
  if (isMap(document.contents)) withoutComments(document.contents);
  document.commentBefore = ` Made from ../action.yml by \`npm run docs\`.`;
  return document.toString(YAML_STYLE);
}

function keep(map: YAMLMap, names: readonly string[]): void {
  const missing = names.filter((name) => !map.has(name));
  if (missing.length > 0) throw new Error(`action.yml has no ${missing.join(', ')}`);
  map.items = map.items.filter(({ key }) => names.includes(String(key)));
  withoutComments(map);
}

/** Comments in action.yml are about the whole of it: its groups of inputs, and where they come from. */
function withoutComments(map: YAMLMap): void {
  map.commentBefore = null;
  for (const { key } of map.items) if (isScalar(key)) key.commentBefore = null;
}
