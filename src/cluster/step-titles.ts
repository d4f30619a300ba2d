import type { Step } from './plan.ts';

/** What each kind of step is called in log, plan, summary and errors. */
export const STEP_TITLES: Readonly<Record<Step['kind'], string>> = {
  'deliver-files': 'deliver files',
  'set-modes': 'set modes',
  'start-kubelet': 'start kubelet',
  'await-kubelet': 'wait for kubelet',
  'pull-image': 'pull image',
  'import-image': 'import image',
  'render-manifest': 'render manifest',
  'verify-files': 'verify files',
  'start-member': 'start member',
  'move-leadership': 'move leadership',
  'restart-member': 'restart member',
  'prove-served': 'prove served certificates',
  'prove-client': 'prove client certificate',
  'remove-authority-key': 'remove key of the CA',
  'record-member': 'record member',
};

/** Steps that only look. */
export const LOOKING_STEPS: ReadonlySet<Step['kind']> = new Set([
  'verify-files',
  'prove-served',
  'prove-client',
  'await-kubelet',
]);
