import type { OpenedBackup } from '../backup/open-backup.ts';
import type { TakenBackup } from '../backup/manifest.ts';
import type { ImageArchive } from '../images/image-archive.ts';
import type { Settings } from '../inputs/settings.ts';
import type { RunRecord } from '../report/run-report.ts';
import type { Timeline } from '../run/timeline.ts';
import type { Log } from '../runner/log.ts';
import type { Connector } from './observe.ts';

/** The world outside of a run, handed in. */
export interface RunContext {
  readonly connect: Connector;
  /** Images on the runner; absent: none were given. */
  readonly archive?: ImageArchive;
  /** The backup that an operation reads; absent: it reads none. */
  readonly backup?: OpenedBackup;
  readonly log: Log;
  readonly timeline: Timeline;
  /** Filled during the run. */
  readonly record: RunRecord;
  /** The time that decisions and certificates of this run are made with. */
  readonly startedAt: Date;
  /** Token for a cluster that does not exist yet. */
  readonly newToken: string;
  readonly now: () => Date;
  readonly random: () => number;
  /** Masks a secret in everything that is printed from then on. */
  readonly maskSecret: (secret: string) => void;
  /** Uploads a backup as an artifact. @returns undefined, after a warning, if that is impossible. */
  readonly uploadBackup: (
    backup: TakenBackup,
    settings: Settings,
  ) => Promise<{ readonly id: string; readonly url: string } | undefined>;
  /** Called before the locks are taken, so that the post step can give back those of a killed run. */
  readonly beforeLock: () => void;
  /** Aborted when the run is cancelled or its time is over. */
  readonly signal: AbortSignal;
}
