import { type AwaitKubelet, awaitKubeletStep } from './await-kubelet.ts';
import type { StepContext } from './context.ts';
import { type DeliverFiles, deliverFilesStep } from './deliver-files.ts';
import { type DiscardRestore, discardRestoreStep } from './discard-restore.ts';
import { type DrillDatabase, drillDatabaseStep } from './drill-database.ts';
import { type ImportImage, importImageStep } from './import-image.ts';
import { type MoveLeadership, moveLeadershipStep } from './move-leadership.ts';
import { type NoteBackup, noteBackupStep } from './note-backup.ts';
import { type PullImage, pullImageStep } from './pull-image.ts';
import { type PutDatabase, putDatabaseStep } from './put-database.ts';
import { type RecordMember, recordMemberStep } from './record-member.ts';
import { type RemoveAuthorityKey, removeAuthorityKeyStep } from './remove-authority-key.ts';
import { type RenderManifest, renderManifestStep } from './render-manifest.ts';
import { type RestartMember, restartMemberStep } from './restart-member.ts';
import { type RestoreDatabase, restoreDatabaseStep } from './restore-database.ts';
import { type SetModes, setModesStep } from './set-modes.ts';
import { type StartKubelet, startKubeletStep } from './start-kubelet.ts';
import { type StartMember, startMemberStep } from './start-member.ts';
import type { RunnerKind, ScriptedKind, StepKind, StepScript } from './step-kind.ts';
import { type TakeBackup, takeBackupStep } from './take-backup.ts';
import { type UploadBackup, uploadBackupStep } from './upload-backup.ts';
import { type VerifyClientCertificate, verifyClientCertificateStep } from './verify-client-certificate.ts';
import { type VerifyFiles, verifyFilesStep } from './verify-files.ts';
import { type VerifyRestored, verifyRestoredStep } from './verify-restored.ts';
import { type VerifyServedCertificate, verifyServedCertificateStep } from './verify-served-certificate.ts';

/** Every kind of step on a host, as plain data. */
export type Step =
  | DeliverFiles
  | SetModes
  | StartKubelet
  | AwaitKubelet
  | PullImage
  | ImportImage
  | RenderManifest
  | VerifyFiles
  | StartMember
  | MoveLeadership
  | RestartMember
  | VerifyServedCertificate
  | RemoveAuthorityKey
  | VerifyClientCertificate
  | TakeBackup
  | UploadBackup
  | NoteBackup
  | PutDatabase
  | VerifyRestored
  | RestoreDatabase
  | DrillDatabase
  | DiscardRestore
  | RecordMember;

type StepOf<K extends Step['kind']> = Extract<Step, { readonly kind: K }>;

/** Every kind of step by its name; a missing one does not compile. */
export const STEPS = {
  'deliver-files': deliverFilesStep,
  'set-modes': setModesStep,
  'start-kubelet': startKubeletStep,
  'await-kubelet': awaitKubeletStep,
  'pull-image': pullImageStep,
  'import-image': importImageStep,
  'render-manifest': renderManifestStep,
  'verify-files': verifyFilesStep,
  'start-member': startMemberStep,
  'move-leadership': moveLeadershipStep,
  'restart-member': restartMemberStep,
  'verify-served-certificate': verifyServedCertificateStep,
  'verify-client-certificate': verifyClientCertificateStep,
  'remove-authority-key': removeAuthorityKeyStep,
  'record-member': recordMemberStep,
  'take-backup': takeBackupStep,
  'upload-backup': uploadBackupStep,
  'note-backup': noteBackupStep,
  'put-database': putDatabaseStep,
  'verify-restored': verifyRestoredStep,
  'restore-database': restoreDatabaseStep,
  'drill-database': drillDatabaseStep,
  'discard-restore': discardRestoreStep,
} as const satisfies { readonly [K in Step['kind']]: StepKind<StepOf<K>> };

/**
 * Returns the kind of any step. Call its methods with that step only: another one may lack the fields of that kind.
 */
export function kindOf({ kind }: Pick<Step, 'kind'>): StepKind<Step> {
  return STEPS[kind];
}

/** Steps that the runner carries out itself. */
export type RunnerStep = {
  [K in Step['kind']]: (typeof STEPS)[K] extends { run: unknown } ? StepOf<K> : never;
}[Step['kind']];

/** All others, which are a script on their host. */
export type ScriptedStep = Exclude<Step, RunnerStep>;

/** Reports whether a step is no script. */
export function isOnRunner(step: Step): step is RunnerStep {
  return 'run' in kindOf(step);
}

/** Reports whether a step is a script. */
export function isScripted(step: Step): step is ScriptedStep {
  return !isOnRunner(step);
}

/** Carries out a step that is no script. @throws RunError or HostError, explained to the user. */
export function runOnRunner(step: RunnerStep, context: StepContext): Promise<void> {
  const kind: RunnerKind<RunnerStep> = STEPS[step.kind];
  return kind.run(step, context);
}

/** Returns the script of a step; waits for keys and certificates. */
export async function scriptOf(step: ScriptedStep, context: StepContext): Promise<StepScript> {
  const kind: ScriptedKind<ScriptedStep> = STEPS[step.kind];
  return kind.script(step, context);
}
