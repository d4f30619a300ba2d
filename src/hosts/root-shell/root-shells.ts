import { setTimeout as sleep } from 'node:timers/promises';
import { type ChannelError, OPEN_FAILURE } from '../link.ts';
import { type ChannelSlots, TrialGate, type ReleaseSlot } from './channel-slots.ts';
import { RootShell, RootShellStartError } from './root-shell.ts';
import { needsSudo, type Privilege, shellCommand } from './shell-command.ts';
import type { OpenSession } from './session.ts';
import type { SudoAnswer } from './sudo-dialogue.ts';

/** A shell that is started in advance. */
interface SpareShell {
  readonly shell: Promise<RootShell>;
  /** Aborting it closes the shell. */
  readonly cancel: AbortController;
  failed: boolean;
}

/** Settings for starting shells. */
export interface RootShellsOptions {
  /** The login user. */
  readonly user: string;
  readonly privilege: Privilege;
  /** For sudo's password prompt; undefined: sudo must not prompt. */
  readonly answer: SudoAnswer | undefined;
  /** The host is this machine. */
  readonly isHere: boolean;
}

/** sshd may count an ended session a moment longer, until it has cleaned up. */
const SESSION_CLEANUP_MS = 1000;
const PAUSE_MS = 25;
/** Time limit for sudo to check a password when closing. */
const PASSWORD_CHECK_MS = 1000;
/** Time limit for an idle shell to notice the end of its input. */
const IDLE_EXIT_MS = 200;

/**
 * Opens root shells over one link and keeps one ready: a script then costs one round trip instead of three (open a
 * channel, start the shell, send the script), and does not wait for sudo and bash to start.
 */
export class RootShells {
  readonly #openSession: OpenSession;
  readonly #slots: ChannelSlots;
  readonly #command: string;
  readonly #answer: SudoAnswer | undefined;
  readonly #isHere: boolean;
  readonly #opening = new Set<Promise<unknown>>();
  readonly #alive = new Set<RootShell>();
  /**
   * Only one shell is started until sudo has accepted the password once, or has not asked for it. This includes `sudo
   * -n`: sudo-rs up to 0.2.8 asks PAM even then, which counts as a failed login; pam_faillock(8) locks the account
   * after three.
   */
  readonly #trialGate: TrialGate | undefined;
  #spare: SpareShell | undefined;
  #closed = false;
  #opened = 0;
  #lastEnd = -Infinity;

  constructor(
    openSession: OpenSession,
    slots: ChannelSlots,
    { user, privilege, answer, isHere }: RootShellsOptions,
  ) {
    this.#openSession = openSession;
    this.#slots = slots;
    this.#answer = needsSudo(user, privilege) ? answer : undefined;
    this.#trialGate = needsSudo(user, privilege)
      ? new TrialGate((error) => error instanceof RootShellStartError && isPasswordFailure(error))
      : undefined;
    this.#command = shellCommand(user, privilege, this.#answer !== undefined);
    this.#isHere = isHere;
  }

  /** The number of channels opened so far. */
  get opened(): number {
    return this.#opened;
  }

  /** Starts a spare shell, if there is none and a channel is free. The caller that takes it gets its error. */
  warmUp(): void {
    const release = this.#spare === undefined ? this.#slots.tryAcquire('session') : undefined;
    if (release === undefined) return;
    const cancel = new AbortController();
    const spare: SpareShell = { shell: this.#start(release, cancel.signal), cancel, failed: false };
    spare.shell.catch(() => {
      spare.failed = true;
    });
    this.#spare = spare;
  }

  /**
   * Returns a ready shell: the spare one, or a new one as soon as a channel is free.
   * @param signal aborting it closes the shell, ready or not.
   * @param isLast true: start no new spare shell.
   * @throws RootShellStartError when another program starts instead; ChannelError when the host refuses a channel;
   * the signal's reason when it is aborted.
   */
  async take(signal: AbortSignal, isLast = false): Promise<RootShell> {
    const shell = (await this.#takeSpare(signal)) ?? (await this.#open(signal));
    // Only now: a new spare must not take the channel that this shell waits for.
    if (!isLast) this.warmUp();
    signal.throwIfAborted();
    return shell;
  }

  /**
   * Ends the spare shell, and on this machine all shells with their children: elsewhere they end with the link. Waits
   * for sudo to check a password, because an interrupted check counts as a failed one.
   */
  async close(): Promise<void> {
    this.#closed = true;
    if (this.#answer !== undefined && this.#spare !== undefined) {
      const settled = this.#spare.shell.catch(() => undefined);
      await Promise.race([settled, sleep(PASSWORD_CHECK_MS, undefined, { ref: false })]);
    }
    this.drop();
    if (!this.#isHere) return;
    await Promise.allSettled(this.#opening);
    await Promise.all(Array.from(this.#alive, (shell) => this.#end(shell)));
  }

  /** Ends the spare shell, to free its channel. */
  drop(): void {
    this.#spare?.cancel.abort();
    this.#spare = undefined;
  }

  /** Returns the spare shell if it is alive; one that failed earlier says nothing about now. */
  async #takeSpare(signal: AbortSignal): Promise<RootShell | undefined> {
    const spare = this.#spare;
    this.#spare = undefined;
    if (spare === undefined || spare.failed) return undefined;
    signal.addEventListener('abort', () => spare.cancel.abort(), { once: true });
    const shell = await spare.shell.catch(rethrowStartError);
    return shell?.ended === true ? undefined : shell;
  }

  async #open(signal: AbortSignal): Promise<RootShell> {
    for (;;) {
      const release = await this.#slots.acquire('session', signal);
      try {
        return await this.#start(release, signal);
      } catch (error) {
        if (!(error instanceof SessionLimitError)) throw error;
        if (this.#slots.sessions === 0) await sleep(PAUSE_MS, undefined, { signal });
      }
    }
  }

  async #start(release: ReleaseSlot, signal: AbortSignal): Promise<RootShell> {
    this.#opened += 1;
    const mayWait = this.#slots.sessions > 1 || performance.now() - this.#lastEnd < SESSION_CLEANUP_MS;
    try {
      const start = (): Promise<RootShell> => this.#openShell(release, signal);
      return await (this.#trialGate === undefined ? start() : this.#trialGate.run(start));
    } catch (error) {
      const isLimit = isSessionLimit(error);
      if (isLimit) this.#slots.learnSessionLimit();
      release();
      throw isLimit && mayWait ? new SessionLimitError() : error;
    }
  }

  async #openShell(release: ReleaseSlot, signal: AbortSignal): Promise<RootShell> {
    signal.throwIfAborted();
    const shell = await this.#newShell();
    void shell.whenEnded.then(() => {
      this.#alive.delete(shell);
      this.#lastEnd = performance.now();
      release();
    });
    const onAbort = (): void => void this.#end(shell);
    if (signal.aborted) onAbort();
    signal.addEventListener('abort', onAbort, { once: true });
    await shell.whenReady();
    return shell;
  }

  async #newShell(): Promise<RootShell> {
    if (this.#closed) throw new Error('this run opens no more shells');
    const opening = this.#openSession(this.#command);
    this.#opening.add(opening);
    try {
      const shell = new RootShell(await opening, this.#answer);
      this.#alive.add(shell);
      return shell;
    } finally {
      this.#opening.delete(opening);
    }
  }

  /**
   * Ends a shell. Behind an SSH server its commands notice the closed connection sooner or later; on this machine
   * another shell kills them and all their children, because they may be root's.
   */
  async #end(shell: RootShell): Promise<void> {
    shell.close();
    if (shell.process === undefined) return;
    const byItself = shell.whenEnded.then(() => true);
    const patience = shell.isIdle ? IDLE_EXIT_MS : 0;
    if (await Promise.race([byItself, sleep(patience, false, { ref: false })])) return;
    try {
      const other = new RootShell(await this.#openSession(this.#command), this.#answer);
      await other.whenReady();
      await other.execute({ script: endTreeScript(shell.process) });
    } catch {
      // The caller that waits for the shell reports the error.
    }
  }
}

/** The server allows fewer sessions than requested; there is room again once one of ours ends. */
class SessionLimitError extends Error {}

/** Reports whether sudo failed for lack of the right password, and would fail again. */
function isPasswordFailure({ passwordFailure, stderr }: RootShellStartError): boolean {
  return (
    passwordFailure !== undefined ||
    /^sudo(?:-rs)?: (?:(?:a password|interaction|interactive authentication) is required|PAM error)/im.test(
      stderr,
    )
  );
}

function rethrowStartError(error: unknown): undefined {
  if (error instanceof RootShellStartError) throw error;
}

/** OpenSSH answers this to one session too many (session.c, session_open; serverloop.c, server_request_session). */
function isSessionLimit(error: unknown): boolean {
  return (error as ChannelError).reason === OPEN_FAILURE.connectFailed;
}

/**
 * Returns bash that kills a process and everything it started: all descendants, wherever sudo has moved them, and its
 * whole session, including reparented processes. Does nothing if the pid was reused; it cannot be while the session
 * has a process.
 * @param process pid and start time of the first process of a session.
 */
function endTreeScript(process: string): string {
  const [pid = '', started = ''] = process.split(' ');
  return `
declare -A parent=()
found=
for path in /proc/[0-9]*/stat; do
  IFS= read -r stat 2> /dev/null < "$path" || continue
  one=\${stat%% *}
  set -- \${stat##*) }
  if [ $one = ${pid} ] && [ \${20} != ${started} ]; then exit 0; fi
  parent[$one]=$2
  if [ $4 = ${pid} ]; then found+=" $one"; fi
done
for one in "\${!parent[@]}"; do
  above=$one
  while [ \${above:-0} -gt 1 ]; do
    above=\${parent[$above]:-0}
    if [ $above = ${pid} ]; then found+=" $one"; break; fi
  done
done
if [ -n "$found" ]; then kill -KILL $found || true; fi`;
}
