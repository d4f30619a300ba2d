import { isScalar, parseDocument, type YAMLMap } from 'yaml';

/** A folder with an action.yml of its own, which is this action with another default for `operation`. */
export interface SubAction {
  readonly name: string;
  readonly description: string;
  readonly operation: string;
  readonly icon: string;
  /** What of action.yml it offers besides `operation`, in its order. */
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
}

/** `org/etcd-ha-action/health`. */
export const HEALTH_ACTION: SubAction = {
  name: 'etcd HA for kubeadm: health',
  description: 'Checks a highly available external etcd cluster for kubeadm, over SSH, and changes nothing',
  operation: 'health',
  icon: 'activity',
  inputs: [
    'hosts',
    'names',
    'inventory',
    'allow-even-members',
    'control-plane-hosts',
    'cluster-name',
    'transport',
    'local-host',
    'ssh-user',
    'ssh-port',
    'ssh-private-key',
    'ssh-key-passphrase',
    'ssh-certificate',
    'ssh-connect-timeout',
    'sudo-password',
    'ssh-known-hosts',
    'ssh-host-fingerprints',
    'host-key-policy',
    'ssh-bastion',
    'ssh-bastion-private-key',
    'ssh-bastion-key-passphrase',
    'client-port',
    'peer-port',
    'metrics-port',
    'data-dir',
    'wal-dir',
    'health-probe',
    'deadline',
    'metrics-window',
    'fail-on',
    'certificate-warning-days',
    'certificate-failure-days',
    'latency-warning-ms',
    'fsync-warning-ms',
    'commit-warning-ms',
    'peer-latency-warning-ms',
    'db-quota-warning-percent',
    'db-quota-failure-percent',
    'disk-free-warning-percent',
    'clock-warning-ms',
    'raft-lag-warning',
    'history-artifact',
    'github-token',
    'upload-artifacts',
    'artifact-name',
    'artifact-retention-days',
    'timeout',
  ],
  outputs: [
    'healthy',
    'status',
    'summary',
    'failure-tolerance',
    'endpoints',
    'members',
    'leader',
    'cluster-id',
    'findings',
    'health-report',
    'certificates-expire-at',
    'report-path',
    'accepted-host-keys',
    'artifact-id',
    'artifact-url',
  ],
};

/**
 * The action.yml of a sub-action, made of the main one, so that their words, defaults and needs cannot differ.
 * @throws Error when it offers what the main one has not.
 */
export function subActionYml(actionYml: string, sub: SubAction): string {
  const document = parseDocument(actionYml);
  document.set('name', sub.name);
  document.set('description', sub.description);
  document.setIn(['branding', 'icon'], sub.icon);
  document.setIn(['inputs', 'operation', 'description'], 'Which operation this is. Leave it out.');
  document.setIn(['inputs', 'operation', 'default'], sub.operation);
  keep(document.get('inputs') as YAMLMap, ['operation', ...sub.inputs]);
  keep(document.get('outputs') as YAMLMap, sub.outputs);
  document.setIn(['runs', 'main'], '../dist/index.js');
  document.setIn(['runs', 'post'], '../dist/post.js');
  document.commentBefore = ` Made from ../action.yml by \`npm run docs\`.`;
  return document.toString({ lineWidth: 120, singleQuote: true });
}

function keep(map: YAMLMap, names: readonly string[]): void {
  const missing = names.filter((name) => !map.has(name));
  if (missing.length > 0) throw new Error(`action.yml has no ${missing.join(', ')}`);
  map.items = map.items.filter(({ key }) => names.includes(String(key)));
  // the groups are those of the whole list
  map.commentBefore = null;
  for (const { key } of map.items) if (isScalar(key)) key.commentBefore = null;
}
