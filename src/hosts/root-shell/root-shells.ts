import { setTimeout as sleep } from 'node:timers/promises';
import { type ChannelError, OPEN_FAILURE } from '../link.ts';
import { type ChannelSlots, FirstAlone, type ReleaseSlot } from './channel-slots.ts';
import { needsSudo, type Privilege, RootShell, shellCommand, StartFailure } from './root-shell.ts';
import type { OpenSession } from './session.ts';
import type { SudoAnswer } from './sudo-dialogue.ts';

/** A shell that is being started before it is needed. */
interface Spare {
  readonly shell: Promise<RootShell>;
  /** Aborting it closes the shell. */
  readonly cancel: AbortController;
  failed: boolean;
}

/** How shells are started. */
export interface RootShellsOptions {
  /** Who logs in. */
  readonly user: string;
  readonly privilege: Privilege;
  /** For the case that sudo is started and asks for a password; undefined: it may not. */
  readonly answer: SudoAnswer | undefined;
  /** Whether the host is this machine. */
  readonly isHere: boolean;
}

/** sshd may count a session that has ended for a moment more, until it has cleaned up behind it. */
const LINGERING_MS = 1000;
const PAUSE_MS = 25;
/** So long a password that is being looked at is waited for at the end. */
const VERDICT_MS = 1000;
/** How long a shell that has nothing to do may take to notice that its input has ended. */
const BY_ITSELF_MS = 200;

/**
 * Opens root shells over one link and keeps one ready: a script then costs one round trip and not three
 * (open a channel, start the shell, send the script), nor does it wait for sudo and bash to start.
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
   * Until sudo has taken the password once, or not asked for it, one shell is started and no more. This holds for `sudo -n` too:
   * sudo-rs up to 0.2.8 asks PAM even then, and there it is a failed try to log in; pam_faillock(8) locks the account after three.
   */
  readonly #firstAlone: FirstAlone | undefined;
  #spare: Spare | undefined;
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
    this.#firstAlone = needsSudo(user, privilege)
      ? new FirstAlone((error) => error instanceof StartFailure && isRefusal(error))
      : undefined;
    this.#command = shellCommand(user, privilege, this.#answer !== undefined);
    this.#isHere = isHere;
  }

  /** How many channels were opened. */
  get opened(): number {
    return this.#opened;
  }

  /** Starts a spare shell, if there is none and a channel is free. Its failure is told to who takes it. */
  warmUp(): void {
    const release = this.#spare === undefined ? this.#slots.tryAcquire('session') : undefined;
    if (release === undefined) return;
    const cancel = new AbortController();
    const spare: Spare = { shell: this.#start(release, cancel.signal), cancel, failed: false };
    spare.shell.catch(() => {
      spare.failed = true;
    });
    this.#spare = spare;
  }

  /**
   * A ready shell: the spare one, else a new one as soon as a channel is free.
   * @param signal aborting it closes the shell, ready or not.
   * @param isLast true: no spare one is made ready behind it.
   * @throws StartFailure when the host starts something else; ChannelError when it refuses a channel; the
   * signal's reason when it is aborted.
   */
  async take(signal: AbortSignal, isLast = false): Promise<RootShell> {
    const shell = (await this.#takeSpare(signal)) ?? (await this.#open(signal));
    // Only now: a new spare must not have the channel that this one waits for.
    if (!isLast) this.warmUp();
    signal.throwIfAborted();
    return shell;
  }

  /**
   * Ends the spare shell, and on this machine all shells with what they run: elsewhere they end with the link. sudo is given
   * the time to look at a password: one that is cut off counts as a wrong one.
   */
  async close(): Promise<void> {
    this.#closed = true;
    if (this.#answer !== undefined && this.#spare !== undefined) {
      const settled = this.#spare.shell.catch(() => undefined);
      await Promise.race([settled, sleep(VERDICT_MS, undefined, { ref: false })]);
    }
    this.drop();
    if (!this.#isHere) return;
    await Promise.allSettled(this.#opening);
    await Promise.all(Array.from(this.#alive, (shell) => this.#end(shell)));
  }

  /** Gives up the spare shell, so that its channel can serve another. */
  drop(): void {
    this.#spare?.cancel.abort();
    this.#spare = undefined;
  }

  /** The spare shell if it is alive; one that failed before it was asked for says nothing of now. */
  async #takeSpare(signal: AbortSignal): Promise<RootShell | undefined> {
    const spare = this.#spare;
    this.#spare = undefined;
    if (spare === undefined || spare.failed) return undefined;
    signal.addEventListener('abort', () => spare.cancel.abort(), { once: true });
    const shell = await spare.shell.catch(unlessStartFailure);
    return shell?.ended === true ? undefined : shell;
  }

  async #open(signal: AbortSignal): Promise<RootShell> {
    for (;;) {
      const release = await this.#slots.acquire('session', signal);
      try {
        return await this.#start(release, signal);
      } catch (error) {
        if (!(error instanceof TooManySessions)) throw error;
        if (this.#slots.sessions === 0) await sleep(PAUSE_MS, undefined, { signal });
      }
    }
  }

  async #start(release: ReleaseSlot, signal: AbortSignal): Promise<RootShell> {
    this.#opened += 1;
    const mayWait = this.#slots.sessions > 1 || performance.now() - this.#lastEnd < LINGERING_MS;
    try {
      const start = (): Promise<RootShell> => this.#openShell(release, signal);
      return await (this.#firstAlone === undefined ? start() : this.#firstAlone.run(start));
    } catch (error) {
      const isLimit = isSessionLimit(error);
      if (isLimit) this.#slots.learnSessionLimit();
      release();
      throw isLimit && mayWait ? new TooManySessions() : error;
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
   * Ends a shell. Behind an SSH server what it runs notices that nobody listens any more, sooner or later; on this machine
   * it is killed with all that it has started, by another shell, as it may be root's.
   */
  async #end(shell: RootShell): Promise<void> {
    shell.close();
    if (shell.process === undefined) return;
    const byItself = shell.whenEnded.then(() => true);
    const patience = shell.isIdle ? BY_ITSELF_MS : 0;
    if (await Promise.race([byItself, sleep(patience, false, { ref: false })])) return;
    try {
      const other = new RootShell(await this.#openSession(this.#command), this.#answer);
      await other.whenReady();
      await other.execute({ script: endTreeScript(shell.process) });
    } catch {
      // whoever has waited for the shell says what is wrong with it
    }
  }
}

/** The server allows fewer sessions than we wanted; when one of ours ends there is room again. */
class TooManySessions extends Error {}

/** Whether sudo has said no for want of the right password, which it would say again. */
function isRefusal({ trouble, stderr }: StartFailure): boolean {
  return (
    trouble !== undefined ||
    /^sudo(?:-rs)?: (?:(?:a password|interaction|interactive authentication) is required|PAM error)/im.test(
      stderr,
    )
  );
}

function unlessStartFailure(error: unknown): undefined {
  if (error instanceof StartFailure) throw error;
}

/** OpenSSH answers one session too many so (session.c, session_open; serverloop.c, server_request_session). */
function isSessionLimit(error: unknown): boolean {
  return (error as ChannelError).reason === OPEN_FAILURE.connectFailed;
}

/**
 * Bash that kills a process with all that it has started: everything below it, wherever sudo has put that, and everything
 * in its session, whoever is its parent by now. Nothing, if the number belongs to another process; as long as anything
 * is in the session, it cannot.
 * @param process number and start time of the first process of a session.
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
