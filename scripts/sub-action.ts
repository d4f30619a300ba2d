import { isMap, isScalar, parseDocument, type YAMLMap } from 'yaml';
import type { OperationName } from '../src/inputs/table/input.ts';
import { inputsOf } from '../src/inputs/table/table.ts';
import type { outputNames } from '../src/report/outputs.ts';
import { YAML_STYLE } from './action-yml.ts';

/** What of a sub-action is not as in action.yml: a folder with an action.yml of its own, which is this action for one operation. */
interface SubAction {
  readonly description: string;
  /** One of Feather's, as action.yml takes them. */
  readonly icon: string;
  /** What the operation sets. */
  readonly outputs: readonly (typeof outputNames)[number][];
}

/** The sub-action of each operation: `org/etcd-ha-action/health`, for one. Its inputs are those that the table gives the operation. */
const SUB_ACTIONS: Readonly<Record<OperationName, SubAction>> = {
  deploy: {
    description:
      'Sets up a highly available external etcd cluster for kubeadm, over SSH, or brings it to what is asked for',
    icon: 'database',
    outputs: [
      'healthy',
      'endpoints',
      'members',
      'leader',
      'cluster-id',
      'changed',
      'verdict',
      'plan',
      'plan-digest',
      'health-report',
      'ca-certificate',
      'ca-fingerprint',
      'certificates-expire-at',
      'external-etcd-config',
      'accepted-host-keys',
      'artifact-id',
      'artifact-url',
    ],
  },
  preflight: {
    description:
      'Tells what stands in the way of an external etcd cluster for kubeadm, over SSH, and changes nothing',
    icon: 'search',
    outputs: ['changed', 'findings', 'accepted-host-keys'],
  },
  health: {
    description: 'Checks a highly available external etcd cluster for kubeadm, over SSH, and changes nothing',
    icon: 'activity',
    outputs: [
      'healthy',
      'endpoints',
      'members',
      'status',
      'summary',
      'failure-tolerance',
      'leader',
      'cluster-id',
      'findings',
      'health-report',
      'report-path',
      'certificates-expire-at',
      'accepted-host-keys',
      'artifact-id',
      'artifact-url',
    ],
  },
};

/**
 * The action.yml of an operation's sub-action, made of the main one, so that their words, defaults and needs cannot differ.
 * @throws Error when it offers what the main one has not.
 */
export function subActionYml(actionYml: string, operation: OperationName): string {
  const { description, icon, outputs } = SUB_ACTIONS[operation];
  const document = parseDocument(actionYml);
  document.set('name', `etcd HA for kubeadm: ${operation}`);
  document.set('description', description);
  document.setIn(['branding', 'icon'], icon);
  document.setIn(['inputs', 'operation', 'description'], 'Which operation this is. Leave it out.');
  document.setIn(['inputs', 'operation', 'default'], operation);
  keep(document.get('inputs') as YAMLMap, inputsOf(operation));
  keep(document.get('outputs') as YAMLMap, outputs);
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
