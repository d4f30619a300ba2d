import { PRIVATE_MODE, STATE_FILE } from '../kubeadm/paths.ts';
import type { PlannedFile } from '../cluster/planned-cluster.ts';
import { putFiles } from './put-files.ts';
import type { ScriptedKind, StepOnHost } from './step-kind.ts';

/** Records that this host is a member from now on; removes the copies that the run kept for a rollback. */
export interface RecordMember extends StepOnHost {
  readonly kind: 'record-member';
}

const RECORD: PlannedFile = { path: STATE_FILE, mode: PRIVATE_MODE, content: { from: 'state' } };

/** The kind of {@link RecordMember}. */
export const recordMemberStep: ScriptedKind<RecordMember> = {
  title: 'record member',
  touches() {
    return [RECORD];
  },
  replaces() {
    return [RECORD.path];
  },
  // It lists the digests of all files that earlier steps have put in place.
  madeLate: true,
  script({ host }, context) {
    return putFiles(host, [RECORD], 'member', context);
  },
};
