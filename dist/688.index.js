export const id = 688;
export const ids = [688];
export const modules = {

/***/ 74445:
/***/ ((__unused_webpack_module, __webpack_exports__, __webpack_require__) => {

/* harmony export */ __webpack_require__.d(__webpack_exports__, {
/* harmony export */   N: () => (/* binding */ quorumOf)
/* harmony export */ });
/** Members that must agree before anything is written: more than half (raft, section 5.2 of Ongaro and Ousterhout). */
function quorumOf(members) {
    return Math.floor(members / 2) + 1;
}


/***/ }),

/***/ 28635:
/***/ ((__unused_webpack_module, __webpack_exports__, __webpack_require__) => {


// EXPORTS
__webpack_require__.d(__webpack_exports__, {
  M: () => (/* binding */ connector)
});

// EXTERNAL MODULE: external "node:net"
var external_node_net_ = __webpack_require__(77030);
// EXTERNAL MODULE: external "node:os"
var external_node_os_ = __webpack_require__(48161);
// EXTERNAL MODULE: ./src/findings.ts
var findings = __webpack_require__(81001);
// EXTERNAL MODULE: ./src/hosts/host-error.ts
var host_error = __webpack_require__(46862);
;// CONCATENATED MODULE: ./src/hosts/link.ts
/** Reason codes of a refused channel (RFC 4254 §5.1). */
const OPEN_FAILURE = { prohibited: 1, connectFailed: 2 };

;// CONCATENATED MODULE: ./src/hosts/root-shell/channel-slots.ts
/** Limits how many channels one connection has open at once. */
class ChannelSlots {
    #limit;
    #onWait;
    #sessionLimit = Infinity;
    #open = 0;
    #sessions = 0;
    #waiting = [];
    /**
     * @param limit channels at once, of any kind.
     * @param onWait told whenever somebody has begun to wait.
     */
    constructor(limit, onWait = () => undefined) {
        this.#limit = limit;
        this.#onWait = onWait;
    }
    /** Whether somebody waits for a slot. */
    get isWanted() {
        return this.#waiting.length > 0;
    }
    /** A slot now, or undefined. Nobody is passed: who waits has a slot the moment there is one. */
    tryAcquire(kind) {
        return this.#fits(kind) ? this.#take(kind) : undefined;
    }
    /** A slot as soon as there is one; who waits longest comes first. Rejects with the signal's reason. */
    async acquire(kind, signal) {
        signal.throwIfAborted();
        const release = this.tryAcquire(kind);
        if (release !== undefined)
            return release;
        const { promise, resolve, reject } = Promise.withResolvers();
        const waiter = { kind, admit: () => resolve(this.#take(kind)) };
        this.#waiting.push(waiter);
        this.#onWait();
        const onAbort = () => {
            const index = this.#waiting.indexOf(waiter);
            if (index !== -1)
                this.#waiting.splice(index, 1);
            reject(signal.reason);
        };
        signal.addEventListener('abort', onAbort, { once: true });
        try {
            return await promise;
        }
        finally {
            signal.removeEventListener('abort', onAbort);
        }
    }
    /** Slots of sessions that are taken. */
    get sessions() {
        return this.#sessions;
    }
    /** The server would not open one session more: never hold more than are open beside the refused one, but one. */
    learnSessionLimit() {
        const others = this.#sessions - 1;
        if (others > 0)
            this.#sessionLimit = Math.min(this.#sessionLimit, others);
    }
    #fits(kind) {
        return this.#open < this.#limit && (kind === 'tcp' || this.#sessions < this.#sessionLimit);
    }
    #take(kind) {
        this.#count(kind, 1);
        let held = true;
        return () => {
            if (!held)
                return;
            held = false;
            this.#count(kind, -1);
            this.#admitNext();
        };
    }
    #count(kind, change) {
        this.#open += change;
        if (kind === 'session')
            this.#sessions += change;
    }
    #admitNext() {
        const index = this.#waiting.findIndex(({ kind }) => this.#fits(kind));
        if (index !== -1)
            this.#waiting.splice(index, 1)[0]?.admit();
    }
}

// EXTERNAL MODULE: external "node:crypto"
var external_node_crypto_ = __webpack_require__(77598);
// EXTERNAL MODULE: ./src/hosts/last-words.ts
var last_words = __webpack_require__(48771);
// EXTERNAL MODULE: ./src/hosts/root-shell/output.ts
var root_shell_output = __webpack_require__(88314);
;// CONCATENATED MODULE: ./src/hosts/root-shell/relay.ts



/** What the relay says when it is connected. */
const CONNECTED = 'etcd-ha-connected';
/** Exit status of a relay that could not connect. */
const NOT_CONNECTED = 98;
/** Seconds; longer than anybody waits for a connection, so that none hangs for the minutes that the kernel tries. */
const CONNECT_SECONDS = 15;
/** So many bytes of the mark of the end are told from bytes of the connection: they come by chance once in 2^64 times. */
const LEAST_OF_MARK = 8;
/**
 * A TCP connection made by bash, passed on byte for byte by two processes of cat. When the one that reads the connection has ended,
 * the mark is said: the end of the output itself comes late, as sudo and the login shell hold it too, and behind what these say when
 * the shell is over. The one that writes ends with the shell's input, which is the end of the whole: bash cannot close one direction
 * of a connection (shutdown(2)), so the port hears of an end only then. The one that reads is found among the jobs: the signal may
 * come before a variable holds its number, and a cat that is left holds the connection open.
 */
function relayScript(address, port, mark) {
    return `
( read -rt ${CONNECT_SECONDS} <> <(:) || true; kill -KILL $$ ) < /dev/null > /dev/null 2>&1 &
impatient=$!
if ! { exec 3<> /dev/tcp/${address}/${port}; }; then kill $impatient; exit ${NOT_CONNECTED}; fi
kill $impatient
echo ${CONNECTED}
(
  trap 'kill -KILL $(jobs -p) 2> /dev/null; exit' TERM
  cat <&3 2> /dev/null &
  wait $! || true
  printf ${mark}
) &
reader=$!
exec > /dev/null 2>&1
cat >&3 || true
kill $reader
wait $reader || true`;
}
/**
 * A byte stream to a TCP port, by a shell on the host: for hosts whose SSH server forwards none.
 * @param shell a ready one; it ends with the stream.
 * @throws ChannelError with bash's own words.
 */
async function openRelay(shell, address, port) {
    const connected = Promise.withResolvers();
    const mark = (0,external_node_crypto_.randomUUID)();
    const content = new root_shell_output/* UntilMarker */.rX(mark, (chunk) => stream.receive(chunk), {
        least: LEAST_OF_MARK,
        onMarker: () => stream.receiveEnd(),
    });
    const output = new root_shell_output/* FramedOutput */.pD(CONNECTED, () => connected.resolve(undefined), (chunk) => content.push(chunk));
    const { stream, stderr } = shell.stream(relayScript(address, port, mark), (chunk) => output.push(chunk));
    const failed = shell.whenEnded.then(() => {
        throw relayError(stderr());
    });
    failed.catch(() => undefined);
    await Promise.race([connected.promise, failed]);
    return stream;
}
/** bash says `bash: connect: Connection refused`, then the same again with its own name for the port. */
function relayError(stderr) {
    const words = (0,last_words/* lastWords */.a)(stderr, 1);
    return new Error(words.slice(words.lastIndexOf(': ') + 1).trim());
}

// EXTERNAL MODULE: ./src/hosts/printable.ts
var printable = __webpack_require__(28456);
// EXTERNAL MODULE: ./src/hosts/root-shell/root-shell.ts + 2 modules
var root_shell = __webpack_require__(62707);
// EXTERNAL MODULE: ./src/hosts/root-shell/sudo-dialogue.ts
var sudo_dialogue = __webpack_require__(1741);
;// CONCATENATED MODULE: ./src/hosts/root-shell/root-shell-failure.ts



/** Why there is no root shell, from what sudo, the login shell or sshd said instead. */
function startFinding(user, { trouble, ...failure }) {
    if (trouble !== undefined)
        return passwordFinding(user, trouble);
    const said = withoutCitations(saidOf(failure));
    for (const { pattern, explain } of SAYINGS) {
        const match = pattern.exec(said);
        if (match !== null)
            return explain(user, match[1] ?? '');
    }
    return noShell(user, failure);
}
/** What to do where a limit of processes is met. */
const PROCESS_LIMIT = {
    cause: 'a limit of processes: TasksMax of the slice or of sshd (`systemctl show user.slice ssh.service -p TasksMax`), or nproc in /etc/security/limits.conf.',
    fix: 'raise it for this user, or end what fills it (`systemd-cgls`), then run again.',
};
const SUDOERS = '/etc/sudoers.d/90-etcd-ha';
function allowFix(user) {
    return `on the host: \`echo '${user} ALL=(root) NOPASSWD: ALL' | sudo tee ${SUDOERS} && sudo chmod 0440 ${SUDOERS} && sudo visudo -c\`.`;
}
function passwordFinding(user, trouble) {
    switch (trouble.kind) {
        case 'refused':
            return {
                fact: `sudo does not take the password that is given for user ${user}; it was sent once, and is not sent again.`,
                cause: "the secret holds another one, sudo wants root's (`rootpw`, `targetpw`, `runaspw` in sudoers), or a module of PAM refuses this user, as pam_faillock does for a while after wrong ones.",
                fix: 'as this user on the host, `sudo -k true` must take it; then correct `sudo-password`.',
            };
        case 'refused before':
            return {
                fact: `sudo asks user ${user} for a password; it was not sent, as ${trouble.on} has refused it.`,
                fix: 'correct `sudo-password`. The same one is used on all hosts.',
            };
        case 'more wanted':
            return {
                fact: `sudo asks user ${user} for more than the password.`,
                cause: 'a second factor in /etc/pam.d/sudo, which nobody is there to give, or an account that wants a new password.',
                fix: allowFix(user),
            };
    }
}
/**
 * The words of sudo (plugins/sudoers: auth/sudo_auth.c, check.c, logging.c, policy.c), of sudo-rs, which Ubuntu has since 25.10
 * (src/common/error.rs, src/pam/error.rs; up to 0.2.8 at least it calls itself `sudo-rs`, in 0.2.13 `sudo`), of env, nologin(8), sshd
 * (session.c) and the root account of cloud images. First match wins.
 */
const SAYINGS = [
    {
        pattern: /sudo(?:-rs)?: .*(?:must have a tty|terminal is required|no tty present)/i,
        explain: (user) => ({
            fact: `sudo wants a terminal for user ${user}.`,
            cause: '`Defaults requiretty` in sudoers.',
            fix: `on the host: \`sudo visudo -f ${SUDOERS}\`, and add the line \`Defaults:${user} !requiretty\`.`,
        }),
    },
    {
        pattern: /is not in the sudoers file|may not run |is not allowed to (?:execute|run|authenticate)|I'm afraid I can't do that/,
        explain: (user) => ({
            fact: `user ${user} may not use sudo.`,
            cause: 'no line of sudoers allows it, or only for some commands; this action needs `bash` as root.',
            fix: allowFix(user),
        }),
    },
    {
        pattern: /sudo(?:-rs)?: (?:a password|interaction|interactive authentication) is required/i,
        explain: (user) => ({
            fact: `sudo asks user ${user} for a password.`,
            cause: 'sudoers has no NOPASSWD for this user and all commands, does not have the user, or has a syntax error.',
            fix: `${allowFix(user)} Or give the password in \`sudo-password\`.`,
        }),
    },
    {
        pattern: /sudo(?:-rs)?: (?:timed out|no password was provided|Password entry timed out|Authentication required but not attempted)/i,
        explain: (user) => ({
            fact: `sudo has waited for the password of user ${user} and given up.`,
            cause: '`Defaults passwd_timeout` in sudoers is very short, or the runner was stopped in between.',
            fix: 'run again; does it stay so, allow more time in sudoers.',
        }),
    },
    {
        pattern: /sudo(?:-rs)?: (.*(?:account validation failure|account is expired|password.* expired|effective uid|no new privileges|must be owned by uid 0|PAM).*)/i,
        explain: (user, words) => ({
            fact: `sudo does not work for user ${user}: ${(0,printable/* printable */.g)(words)}`,
            cause: 'the account is locked or expired, sudo is damaged or forbidden on this host, or it wants a password and a module of PAM does not allow that none is given.',
            fix: 'repair it on the host until `sudo -n true` works for this user, or give the password in `sudo-password`.',
        }),
    },
    {
        pattern: /env: (?:can't execute )?.?sudo.?: (?:No such file|not found)/,
        explain: (user) => ({
            fact: 'there is no sudo on the host.',
            cause: `it is not installed, or not in the PATH of user ${user}.`,
            fix: 'install it (`apt-get install sudo`, `dnf install sudo`), or give `ssh-user: root`.',
        }),
    },
    {
        pattern: /(?:env|sudo|sudo-rs): (?:can't execute )?.?bash.?: (?:No such file|not found|command not found)/,
        explain: () => ({
            fact: 'there is no bash on the host.',
            cause: 'it is not installed.',
            fix: 'install it (`apt-get install bash`, `apk add bash`).',
        }),
    },
    {
        pattern: /^(.*bash: .*\benv: .*Permission denied.*)$/m,
        explain: (user, words) => ({
            fact: `the shell that sudo starts for user ${user} may not start programs: ${(0,printable/* printable */.g)(words)}`,
            cause: '`Defaults noexec` or the tag NOEXEC in sudoers, as hardening guides have it.',
            fix: `on the host: \`sudo visudo -f ${SUDOERS}\`, and add the line \`Defaults:${user} !noexec\`.`,
        }),
    },
    {
        pattern: /^(.*(?:fork|unable to (?:create|fork)|pthread_create).*Resource temporarily unavailable.*)$/m,
        explain: (user, words) => ({
            fact: `no further process can be started for user ${user}: ${(0,printable/* printable */.g)(words)}`,
            ...PROCESS_LIMIT,
        }),
    },
    {
        pattern: /Please login as the user "?([A-Za-z0-9_-]+)"?/,
        explain: (user, other) => ({
            fact: `the host wants you to log in as ${other}, not as ${user}.`,
            cause: 'cloud images forbid root logins by a forced command in authorized_keys.',
            fix: `give \`ssh-user: ${other}\`.`,
        }),
    },
    {
        pattern: /^(.*(?:System is (?:booting up|going down)|Unprivileged users are not permitted to log in).*)$/m,
        explain: (user, words) => ({
            fact: `the host runs nothing for user ${user}: ${(0,printable/* printable */.g)(words)}`,
            cause: 'it is starting or being shut down, or /run/nologin or /etc/nologin was left behind.',
            fix: 'wait until `systemctl is-system-running` on the host says running or degraded, then run again.',
        }),
    },
    {
        pattern: /This account is (?:currently )?not available/,
        explain: (user) => noLoginShell(user),
    },
    {
        pattern: /[Pp]assword has expired|[Pp]assword change required|You are required to change your password/,
        explain: (user) => ({
            fact: `the password of user ${user} has expired; until it is changed the host runs nothing for this user.`,
            cause: 'a rule for passwords, which counts for logins by key too.',
            fix: `on the host: \`sudo chage -M -1 -E -1 ${user}\`, or set a new password.`,
        }),
    },
    {
        pattern: /This service allows sftp connections only/,
        explain: (user) => forcedCommand(user, 'it allows sftp only'),
    },
];
function saidOf({ stderr, stdout }) {
    return (0,sudo_dialogue/* withoutPrompts */.IO)(`${stderr}\n${stdout}`);
}
/**
 * Leaves out where sudo-rs cites a line of sudoers that it passes over: `FILE:LINE:COLUMN: what`, the line, and a mark below the
 * place. It does so for each setting that it does not know, at every call, and would fill a message with that.
 */
function withoutCitations(said) {
    return said.replaceAll(/^\/[^:\n]*:\d+:\d+: [^\n]*\n(?:[^\n]*\n[ \t]*\^~*(?:\n|$))?/gm, '');
}
function noShell(user, failure) {
    const { status } = failure;
    const code = status !== undefined && 'code' in status ? status.code : undefined;
    const said = saidOf(failure);
    const words = (0,printable/* printable */.g)(withoutCitations(said)) || (0,printable/* printable */.g)(said);
    if (code === root_shell/* NOT_ROOT */.zq)
        return notRoot(user);
    if (code === 1 && words === '')
        return noLoginShell(user);
    return forcedCommand(user, `${describeEnd(status)}${words === '' ? ' without a word' : `, saying: ${words}`}`);
}
function notRoot(user) {
    return {
        fact: `the shell of user ${user} is not root's.`,
        cause: user === 'root'
            ? 'root has another user id here.'
            : '`Defaults runas_default` in sudoers names another user.',
        fix: `as user ${user} on the host, \`${user === 'root' ? '' : 'sudo -n '}id -u\` must print 0.`,
    };
}
function noLoginShell(user) {
    return {
        fact: `user ${user} has no login shell: the host ends the session at once.`,
        cause: 'the shell in /etc/passwd is nologin or false, as for system accounts.',
        fix: `on the host: \`sudo usermod -s /bin/bash ${user}\`, or give another \`ssh-user\`.`,
    };
}
function forcedCommand(user, seen) {
    return {
        fact: `the host runs something else than the shell that user ${user} asks for (${seen}).`,
        cause: 'ForceCommand in sshd_config, `command="…"` before the key in authorized_keys, or a start-up file of the login shell that ends the session or reads its input.',
        fix: `\`ssh ${user}@HOST ${user === 'root' ? '' : 'sudo -n '}id -u\` must print 0.`,
    };
}
function describeEnd(status) {
    if (status === undefined)
        return 'it ended without an exit status';
    return 'code' in status ? `it ended with status ${status.code}` : `it was ended by ${status.signal}`;
}

// EXTERNAL MODULE: external "node:timers/promises"
var promises_ = __webpack_require__(58500);
;// CONCATENATED MODULE: ./src/hosts/root-shell/end-tree.ts
/**
 * Bash that kills a process with all that it has started: everything below it, wherever sudo has put that, and everything
 * in its session, whoever is its parent by now. Nothing, if the number belongs to another process; as long as anything
 * is in the session, it cannot.
 * @param process number and start time of the first process of a session.
 */
function endTreeScript(process) {
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

;// CONCATENATED MODULE: ./src/hosts/root-shell/first-alone.ts
/**
 * Lets one go alone while the others wait, until one has got through; then all may go at once. What ends one of them for
 * good ends those that wait, and all that come later.
 */
class FirstAlone {
    #isFinal;
    #passed = false;
    #first;
    #final;
    /** @param isFinal whether an error would come again, whoever goes next. */
    constructor(isFinal) {
        this.#isFinal = isFinal;
    }
    /** @throws what the work throws, or what has ended another for good. */
    async run(work) {
        while (this.#first !== undefined && !this.#passed)
            await this.#first;
        if (this.#passed)
            return await work();
        if (this.#final !== undefined)
            throw this.#final.error;
        const running = work();
        this.#first = running.then(() => {
            this.#passed = true;
        }, (error) => {
            if (this.#isFinal(error))
                this.#final = { error };
            this.#first = undefined;
        });
        return await running;
    }
}

;// CONCATENATED MODULE: ./src/hosts/root-shell/root-shells.ts





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
class RootShells {
    #openSession;
    #slots;
    #command;
    #answer;
    #isHere;
    #opening = new Set();
    #alive = new Set();
    /**
     * Until sudo has taken the password once, or not asked for it, one shell is started and no more. This holds for `sudo -n` too:
     * sudo-rs up to 0.2.8 asks PAM even then, and there it is a failed try to log in; pam_faillock(8) locks the account after three.
     */
    #firstAlone;
    #spare;
    #closed = false;
    #opened = 0;
    #lastEnd = -Infinity;
    constructor(openSession, slots, { user, privilege, answer, isHere }) {
        this.#openSession = openSession;
        this.#slots = slots;
        this.#answer = (0,root_shell/* needsSudo */.jM)(user, privilege) ? answer : undefined;
        this.#firstAlone = (0,root_shell/* needsSudo */.jM)(user, privilege)
            ? new FirstAlone((error) => error instanceof root_shell/* StartFailure */.V5 && isRefusal(error))
            : undefined;
        this.#command = (0,root_shell/* shellCommand */.q$)(user, privilege, this.#answer !== undefined);
        this.#isHere = isHere;
    }
    /** How many channels were opened. */
    get opened() {
        return this.#opened;
    }
    /** Starts a spare shell, if there is none and a channel is free. Its failure is told to who takes it. */
    warmUp() {
        const release = this.#spare === undefined ? this.#slots.tryAcquire('session') : undefined;
        if (release === undefined)
            return;
        const cancel = new AbortController();
        const spare = { shell: this.#start(release, cancel.signal), cancel, failed: false };
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
    async take(signal, isLast = false) {
        const shell = (await this.#takeSpare(signal)) ?? (await this.#open(signal));
        // Only now: a new spare must not have the channel that this one waits for.
        if (!isLast)
            this.warmUp();
        signal.throwIfAborted();
        return shell;
    }
    /**
     * Ends the spare shell, and on this machine all shells with what they run: elsewhere they end with the link. sudo is given
     * the time to look at a password: one that is cut off counts as a wrong one.
     */
    async close() {
        this.#closed = true;
        if (this.#answer !== undefined && this.#spare !== undefined) {
            const settled = this.#spare.shell.catch(() => undefined);
            await Promise.race([settled, (0,promises_.setTimeout)(VERDICT_MS, undefined, { ref: false })]);
        }
        this.drop();
        if (!this.#isHere)
            return;
        await Promise.allSettled(this.#opening);
        await Promise.all(Array.from(this.#alive, (shell) => this.#end(shell)));
    }
    /** Gives up the spare shell, so that its channel can serve another. */
    drop() {
        this.#spare?.cancel.abort();
        this.#spare = undefined;
    }
    /** The spare shell if it is alive; one that failed before it was asked for says nothing of now. */
    async #takeSpare(signal) {
        const spare = this.#spare;
        this.#spare = undefined;
        if (spare === undefined || spare.failed)
            return undefined;
        signal.addEventListener('abort', () => spare.cancel.abort(), { once: true });
        const shell = await spare.shell.catch(unlessStartFailure);
        return shell?.ended === true ? undefined : shell;
    }
    async #open(signal) {
        for (;;) {
            const release = await this.#slots.acquire('session', signal);
            try {
                return await this.#start(release, signal);
            }
            catch (error) {
                if (!(error instanceof TooManySessions))
                    throw error;
                if (this.#slots.sessions === 0)
                    await (0,promises_.setTimeout)(PAUSE_MS, undefined, { signal });
            }
        }
    }
    async #start(release, signal) {
        this.#opened += 1;
        const mayWait = this.#slots.sessions > 1 || performance.now() - this.#lastEnd < LINGERING_MS;
        try {
            const start = () => this.#openShell(release, signal);
            return await (this.#firstAlone === undefined ? start() : this.#firstAlone.run(start));
        }
        catch (error) {
            const isLimit = isSessionLimit(error);
            if (isLimit)
                this.#slots.learnSessionLimit();
            release();
            throw isLimit && mayWait ? new TooManySessions() : error;
        }
    }
    async #openShell(release, signal) {
        signal.throwIfAborted();
        const shell = await this.#newShell();
        void shell.whenEnded.then(() => {
            this.#alive.delete(shell);
            this.#lastEnd = performance.now();
            release();
        });
        const onAbort = () => void this.#end(shell);
        if (signal.aborted)
            onAbort();
        signal.addEventListener('abort', onAbort, { once: true });
        await shell.whenReady();
        return shell;
    }
    async #newShell() {
        if (this.#closed)
            throw new Error('this run opens no more shells');
        const opening = this.#openSession(this.#command);
        this.#opening.add(opening);
        try {
            const shell = new root_shell/* RootShell */.hk(await opening, this.#answer);
            this.#alive.add(shell);
            return shell;
        }
        finally {
            this.#opening.delete(opening);
        }
    }
    /**
     * Ends a shell. Behind an SSH server what it runs notices that nobody listens any more, sooner or later; on this machine
     * it is killed with all that it has started, by another shell, as it may be root's.
     */
    async #end(shell) {
        shell.close();
        if (shell.process === undefined)
            return;
        const byItself = shell.whenEnded.then(() => true);
        const patience = shell.isIdle ? BY_ITSELF_MS : 0;
        if (await Promise.race([byItself, (0,promises_.setTimeout)(patience, false, { ref: false })]))
            return;
        try {
            const other = new root_shell/* RootShell */.hk(await this.#openSession(this.#command), this.#answer);
            await other.whenReady();
            await other.execute({ script: endTreeScript(shell.process) });
        }
        catch {
            // whoever has waited for the shell says what is wrong with it
        }
    }
}
/** The server allows fewer sessions than we wanted; when one of ours ends there is room again. */
class TooManySessions extends Error {
}
/** Whether sudo has said no for want of the right password, which it would say again. */
function isRefusal({ trouble, stderr }) {
    return (trouble !== undefined ||
        /^sudo(?:-rs)?: (?:(?:a password|interaction|interactive authentication) is required|PAM error)/im.test(stderr));
}
function unlessStartFailure(error) {
    if (error instanceof root_shell/* StartFailure */.V5)
        throw error;
}
/** OpenSSH answers one session too many so (session.c, session_open; serverloop.c, server_request_session). */
function isSessionLimit(error) {
    return error.reason === OPEN_FAILURE.connectFailed;
}

;// CONCATENATED MODULE: ./src/hosts/ssh/forward-failure.ts

/** How long the host may take to connect to a port. */
const FORWARD_TIMEOUT_MS = 10_000;
/** Why the host did not connect to a port on our behalf, as its SSH server or its bash says it. */
function forwardFinding(place, error) {
    const said = (0,printable/* printable */.g)(error.message.replace(/^\(SSH\) Channel open failure: /, ''));
    if (/refused/i.test(said)) {
        return {
            fact: `nothing listens on ${place}, as the host itself sees it.`,
            cause: 'the service behind it is not running yet, has stopped, or listens on another address.',
            fix: 'look at the service and its log on the host: `ss -ltn`, `crictl ps -a`.',
        };
    }
    return {
        fact: `the host cannot connect to ${place}: ${said}`,
        cause: "the address is not the host's own, or a firewall is in the way.",
        fix: 'check the address with `ip addr` on the host, and its firewall.',
    };
}
/** The host took longer than `FORWARD_TIMEOUT_MS`. */
function forwardTimeoutFinding(place) {
    return {
        fact: `the host could not connect to ${place} within ${(0,printable/* seconds */.Y)(FORWARD_TIMEOUT_MS)}.`,
        cause: "a firewall drops the packets, the address is another host's, or all channels of this connection are in use.",
        fix: 'check the address with `ip addr` on the host, and its firewall.',
    };
}

;// CONCATENATED MODULE: ./src/hosts/transport-findings.ts


/** The session is over and has not told how it ended. */
const NO_STATUS = {
    fact: 'the session ended without an exit status.',
    cause: "its process on the host was killed together with sshd's own, for example for lack of memory.",
    fix: 'look at the log of the host (`sudo journalctl -n 50`), then start the same run again.',
};
/** The input of a script came to an end before it was whole. @param said by whom gives it. */
function inputFinding(said) {
    return {
        fact: `what was to be sent could not be read on the runner any more: ${said}`,
        cause: 'the file was changed or removed while it was sent, or the disk of the runner fails.',
        fix: 'start the same run again, and leave the file alone meanwhile.',
    };
}
/** The host has sent more than a script may write. */
function outputFinding({ output, limit }) {
    return {
        fact: `more than ${limit / 1024 ** 2} MiB came on ${output}; the session was closed, and the rest was not read.`,
        cause: 'something on the host writes into the session without end, or the host does not run what was asked for.',
        fix: 'see what the start-up files of the login shell and of root start (`/etc/profile.d`, `.bashrc`, BASH_ENV), and whether the host can be trusted.',
    };
}
/** As bash says it when the system lets it start no process; it tries again some times (jobs.c, make_child). */
const FORK_FAILED = /^.*\bfork: (?:retry: )?(?:Resource temporarily unavailable|Cannot allocate memory).*$/m;
/**
 * A script could not start the programs that it needs. What it has not read is unknown then, and not absent.
 * @returns undefined when it could, as far as it says.
 */
function forkFinding(stderr) {
    const [words] = FORK_FAILED.exec(stderr) ?? [];
    if (words === undefined)
        return undefined;
    return {
        fact: `the host let it start no further program: ${(0,printable/* printable */.g)(words)}; what it has read does not count.`,
        ...PROCESS_LIMIT,
    };
}
/** No session could be opened. @param said by whom refused it. */
function refusedFinding(said, isHere) {
    if (isHere) {
        return {
            fact: `no program can be started on this machine: ${(0,printable/* printable */.g)(said)}`,
            cause: 'it is out of processes or memory, or the disk of its RUNNER_TEMP is full.',
            fix: 'look at the machine (`free`, `df`, `ulimit -u`), then start the same run again.',
        };
    }
    return {
        fact: `the SSH server refuses a session: ${(0,printable/* printable */.g)(said)}`,
        cause: 'MaxSessions 0 in sshd_config, or the host is out of processes or memory.',
        fix: 'allow sessions for this user (`MaxSessions 10`); look at the log: `sudo journalctl -u ssh -u sshd -n 20`.',
    };
}
/** There is no connection any more. */
function lostFinding(because, isHere) {
    if (isHere) {
        return {
            fact: `the work on this machine was ended (${because ?? 'this run closed it'}).`,
            cause: 'the run was ending.',
            fix: 'start the same run again: it goes on from what it finds.',
        };
    }
    return {
        fact: `the SSH connection was lost (${(0,printable/* printable */.g)(because ?? 'the host closed it')}); what was running there may have stopped or gone on.`,
        cause: 'the host was restarted or lost its network, sshd was restarted with its sessions, or a firewall forgot the connection.',
        fix: 'see that the host is up, then start the same run again: it goes on from what it finds.',
    };
}
/** A step took too long. @param shell that it had by then. */
function timeoutFinding(timeoutMs, shell, isHere) {
    const time = (0,printable/* seconds */.Y)(timeoutMs);
    if (shell === undefined) {
        return {
            fact: `no root shell was ready within ${time}; nothing of this step has run.`,
            cause: 'the host is overloaded, a start-up file of the login shell waits for something, or all channels of this connection are in use.',
            fix: 'log in by hand and run `sudo true`; it must return at once.',
        };
    }
    if (shell.ended) {
        return {
            fact: `it has ended, but something that it started still held its output open after ${time}.`,
            cause: 'a program was started in the background without redirecting its output.',
            fix: 'look for it on the host, then start the same run again.',
        };
    }
    return {
        fact: `it did not finish within ${time}; it ${isHere ? 'was ended' : 'may still be running on the host'}.`,
        cause: 'the host is overloaded or its disk is slow, or what it waits for does not happen.',
        fix: 'look at the host, then start the same run again: it goes on from what it finds.',
    };
}

;// CONCATENATED MODULE: ./src/hosts/linked-transport.ts










/** sshd's own default for sessions is 10 (MaxSessions); two are left to others on this login. */
const MAX_CHANNELS = 8;
/** One host over one link: what all transports have in common. */
class LinkedTransport {
    name;
    #user;
    #link;
    #log;
    #slots = new ChannelSlots(MAX_CHANNELS, () => this.#askForStreams());
    #shells;
    #streams = new Set();
    #lost;
    /** Ports that the server does not forward to. */
    #forbidden = new Set();
    #forwarded = 0;
    #closing;
    /** @param link just opened, and used by nobody else. */
    constructor({ name, user, privilege = 'root', sudo, log }, link) {
        this.name = name;
        this.#user = user;
        this.#log = log;
        this.#link = link;
        this.#shells = new RootShells(link.openSession, this.#slots, {
            user,
            privilege,
            answer: sudo && { ...sudo, host: name },
            isHere: link.isHere,
        });
        this.#lost = link.whenLost.then(() => {
            for (const stream of this.#streams)
                stream.destroy(this.#lostError('forwarded connection'));
        });
        this.#shells.warmUp();
    }
    async run(script) {
        const { title, timeoutMs } = script;
        let shell;
        const step = {
            title,
            timeoutMs,
            onTimeout: () => timeoutFinding(timeoutMs, shell, this.#link.isHere),
            onRefused: (error) => {
                if (error instanceof root_shell/* InputFailure */.RP)
                    return inputFinding(error.message);
                if (error instanceof root_shell/* OutputLimit */.TK)
                    return outputFinding(error);
                return error instanceof root_shell/* StartFailure */.V5
                    ? startFinding(this.#user, error)
                    : refusedFinding((0,findings/* errorMessage */.gJ)(error), this.#link.isHere);
            },
        };
        return await this.#bounded(step, async (signal) => {
            shell = await this.#shells.take(signal, script.isLast);
            const { status, ...output } = await shell.execute(script);
            if (this.#closing !== undefined)
                throw this.#lostError(title);
            if (status === undefined) {
                if (!this.#isLost())
                    throw this.#error(title, NO_STATUS);
                await this.#lost; // by then it is known why
                throw this.#lostError(title);
            }
            const unforked = script.effect === 'reads' ? forkFinding(output.stderr) : undefined;
            if (unforked !== undefined)
                throw this.#error(title, unforked);
            return (0,root_shell/* remoteResult */.yz)(status, output);
        });
    }
    async openTcp(address, port) {
        const place = address.includes(':') ? `[${address}]:${port}` : `${address}:${port}`;
        const step = {
            title: `connect to ${place}`,
            timeoutMs: FORWARD_TIMEOUT_MS,
            onTimeout: () => forwardTimeoutFinding(place),
            onRefused: (error) => error instanceof root_shell/* StartFailure */.V5 ? startFinding(this.#user, error) : forwardFinding(place, error),
        };
        return await this.#bounded(step, async (signal) => {
            const stream = (await this.#forward(address, port, place, signal)) ?? (await this.#relay(address, port, signal));
            this.#streams.add(stream);
            stream.once('close', () => this.#streams.delete(stream));
            if (signal.aborted)
                stream.destroy();
            // Once whoever asked for it has it.
            else if (this.#slots.isWanted)
                setImmediate(() => stream.emit('wanted'));
            return stream;
        });
    }
    statistics() {
        return { ...this.#link.statistics(), channels: this.#shells.opened + this.#forwarded };
    }
    async close() {
        this.#closing ??= this.#shells.close().then(() => this.#link.close());
        await this.#closing;
    }
    /** A stream by the server's own forwarding; undefined where that is forbidden. */
    async #forward(address, port, place, signal) {
        if (this.#forbidden.has(place))
            return undefined;
        const release = await this.#tcpSlot(signal);
        this.#forwarded += 1;
        try {
            const stream = await this.#link.openTcp(address, port);
            stream.once('close', release);
            return stream;
        }
        catch (error) {
            release();
            if (error.reason !== OPEN_FAILURE.prohibited)
                throw error;
            if (this.#forbidden.size === 0)
                this.#log.info(FORWARDING_FORBIDDEN);
            this.#forbidden.add(place);
            return undefined;
        }
    }
    /** A stream by a shell, which `signal` ends only as long as it is not handed over. */
    async #relay(address, port, signal) {
        const end = new AbortController();
        const onAbort = () => end.abort(signal.reason);
        signal.addEventListener('abort', onAbort, { once: true });
        try {
            const shell = await this.#shells.take(end.signal);
            return await openRelay(shell, address, port);
        }
        finally {
            signal.removeEventListener('abort', onAbort);
        }
    }
    #askForStreams() {
        for (const stream of this.#streams)
            stream.emit('wanted');
    }
    async #tcpSlot(signal) {
        const release = this.#slots.tryAcquire('tcp');
        if (release !== undefined)
            return release;
        this.#shells.drop();
        return await this.#slots.acquire('tcp', signal);
    }
    /** Ends the wait for `work` when its time is over or the connection is lost, and tells it so by the signal. */
    async #bounded(step, work) {
        if (this.#isLost())
            throw this.#lostError(step.title);
        const cancel = new AbortController();
        let timer;
        const timeout = new Promise((_, reject) => {
            timer = setTimeout(() => reject(this.#error(step.title, step.onTimeout())), step.timeoutMs);
        });
        const lost = this.#lost.then(() => {
            throw this.#lostError(step.title);
        });
        try {
            return await Promise.race([work(cancel.signal), timeout, lost]);
        }
        catch (error) {
            if (error instanceof host_error/* HostError */.d)
                throw error;
            throw this.#isLost()
                ? this.#lostError(step.title)
                : this.#error(step.title, step.onRefused(error));
        }
        finally {
            clearTimeout(timer);
            cancel.abort();
        }
    }
    get #lostBecause() {
        return this.#link.lostBecause ?? (this.#closing === undefined ? undefined : 'this run closed it');
    }
    #isLost() {
        return this.#lostBecause !== undefined;
    }
    #lostError(step) {
        return this.#error(step, lostFinding(this.#lostBecause, this.#link.isHere));
    }
    #error(step, explanation) {
        return new host_error/* HostError */.d({ host: this.name, at: step, ...explanation });
    }
}
const FORWARDING_FORBIDDEN = 'The SSH server does not forward TCP connections for this user: a shell on the host makes them instead, and TLS goes all the way as before.';

// EXTERNAL MODULE: external "node:fs"
var external_node_fs_ = __webpack_require__(73024);
;// CONCATENATED MODULE: ./src/hosts/runner/program.ts
/** The longest delay that a timer takes (2^31 - 1 ms): 24 days. */
const FOR_EVER_MS = 2_147_483_647;
/**
 * Runs a program and reads what that has left of the input: @actions/exec writes it to a pipe without a listener for
 * errors, and a program that ends before it has read all would break the pipe and so end this process.
 */
const DRAINED = '"$@"; status=$?; cat > /dev/null; exit $status';
/**
 * Runs a program by @actions/exec, which gives no handle to end it.
 * @returns its exit code once it has ended and all its output has come; null when a signal ended it.
 * @throws when it cannot be started.
 */
async function runProgram({ name, args, env, ...io }) {
    const { input, onStdout, onStderr, onExit } = io;
    // Most runs start no program on the runner, and need not load what does.
    const { exec } = await Promise.resolve(/* import() */).then(__webpack_require__.bind(__webpack_require__, 12697));
    // Typed as a number, but it is what node gives: null after a signal.
    const [program, words] = input === undefined ? [name, args] : ['bash', ['--norc', '-c', DRAINED, 'etcd-ha-input', name, ...args]];
    return await exec(program, [...words], {
        env: { ...env },
        silent: true, // it would print the command line
        ignoreReturnCode: true,
        delay: FOR_EVER_MS, // output may come as long as somebody holds it open
        ...(input === undefined ? {} : { input }),
        listeners: {
            stdout: passedOnTo(onStdout),
            stderr: passedOnTo(onStderr),
            debug: (message) => {
                const [, code] = /^Exit code (\S+) received from tool/.exec(message) ?? [];
                if (code !== undefined)
                    onExit?.(code === 'null' ? null : Number(code));
            },
        },
    });
}
/**
 * @actions/exec hands each piece of output on, and then gathers it into lines that are asked for here by nobody: of a line
 * without an end it would keep all, and look through all of it again with each piece. It finds an empty piece instead.
 */
function passedOnTo(listener) {
    return (chunk) => {
        listener?.(chunk.subarray());
        Object.defineProperty(chunk, 'toString', { value: () => '' });
    };
}

;// CONCATENATED MODULE: ./src/hosts/local/fifos.ts



/** How many are made at a time: each making is a process. */
const BATCH = 16;
/** Makes named pipes, each to be used once: whoever has taken one could read on in what comes after. */
class Fifos {
    #folder;
    #env;
    #ready = [];
    #making;
    constructor(folder, env) {
        this.#folder = folder;
        this.#env = env;
    }
    /** A new one. It can be written to at once; what is written waits for its reader. */
    async take() {
        for (;;) {
            const path = this.#ready.pop();
            if (path !== undefined)
                return opened(path);
            this.#making ??= this.#make().finally(() => {
                this.#making = undefined;
            });
            await this.#making;
        }
    }
    async #make() {
        const paths = Array.from({ length: BATCH }, () => this.#folder.newPath('input'));
        let words = '';
        const code = await runProgram({
            name: 'mkfifo',
            args: ['-m', '600', '--', ...paths],
            env: this.#env,
            onStderr: (chunk) => {
                words += chunk.toString();
            },
        });
        if (code !== 0)
            throw new Error(`mkfifo: ${words.trim()}`);
        this.#ready.push(...paths);
    }
}
function opened(path) {
    // For reading too: opening it for writing alone fails as long as there is no reader.
    const descriptor = (0,external_node_fs_.openSync)(path, external_node_fs_.constants.O_RDWR | external_node_fs_.constants.O_NONBLOCK);
    try {
        const writer = new external_node_net_.Socket({ fd: descriptor, readable: false, writable: true });
        return { path, writer, unlink: () => (0,external_node_fs_.rmSync)(path, { force: true }) };
    }
    catch (error) {
        (0,external_node_fs_.closeSync)(descriptor);
        throw error;
    }
}

// EXTERNAL MODULE: external "node:stream"
var external_node_stream_ = __webpack_require__(57075);
;// CONCATENATED MODULE: ./src/hosts/local/local-session.ts


/**
 * Takes the pipe for its standard input (opened for writing too for a moment, as it would wait for a writer that may be
 * gone), tells its number and start time, and becomes the command, in a session of its own: without a terminal, as behind
 * an SSH server, and with all that it starts in one group.
 */
const BECOME = 'exec 3<> "$1" < "$1" 3>&- && IFS= read -r s < /proc/$$/stat && s=(${s##*) }) && echo $$ ${s[19]} >&2 && exec setsid bash --norc -c "$2"';
/** A command on this machine. */
class LocalSession {
    stdin;
    stdout = new external_node_stream_.Readable({ read: () => undefined });
    stderr = new external_node_stream_.Readable({ read: () => undefined });
    whenOver;
    #fifo;
    #preamble = Buffer.alloc(0);
    #process;
    #status;
    #bytesReceived = 0;
    /** @param fifo becomes its standard input. */
    constructor(command, fifo, env) {
        this.#fifo = fifo;
        this.stdin = fifo.writer;
        fifo.writer.on('error', () => undefined); // how it ends is told by the program
        const outputs = [ended(this.stdout), ended(this.stderr)];
        this.whenOver = this.#run(command, env)
            .then(() => Promise.all(outputs))
            .then(() => this.#status);
    }
    get status() {
        return this.#status;
    }
    get here() {
        return { id: this.#process, servedBy: process.pid };
    }
    /** What went over its standard input, and came over its outputs, in bytes. */
    get traffic() {
        return { bytesSent: this.#fifo.writer.bytesWritten, bytesReceived: this.#bytesReceived };
    }
    close() {
        this.#fifo.writer.destroy();
    }
    /** A signal would not reach root's sudo; whoever starts shells has them ended by another one. */
    kill() {
        this.close();
    }
    async #run(command, env) {
        try {
            await runProgram({
                name: 'bash',
                // bash takes the socket that node gives it for a sign of rshd, and would read .bashrc
                args: ['--norc', '-c', BECOME, 'etcd-ha-local', this.#fifo.path, command],
                env,
                onStdout: (chunk) => this.#pass(this.stdout, chunk),
                onStderr: (chunk) => this.#hear(chunk),
                onExit: (code) => {
                    this.#status = code === null ? { signal: 'an unknown signal' } : { code };
                },
            });
        }
        catch (error) {
            this.#pass(this.stderr, Buffer.from(`${error.message}\n`));
        }
        if (this.#process === undefined) {
            this.#fifo.unlink();
            this.#pass(this.stderr, this.#preamble);
        }
        this.#fifo.writer.destroy();
        this.stdout.push(null);
        this.stderr.push(null);
    }
    /** The first line of standard error tells the process; words instead of it say why there is none. */
    #hear(chunk) {
        if (this.#process !== undefined) {
            this.#pass(this.stderr, chunk);
            return;
        }
        this.#preamble = Buffer.concat([this.#preamble, chunk]);
        const [line, id] = /^(\d+ \d+)\n/.exec(this.#preamble.toString('latin1')) ?? [];
        if (line === undefined)
            return;
        this.#process = id;
        this.#fifo.unlink();
        this.#pass(this.stderr, this.#preamble.subarray(line.length));
    }
    #pass(stream, chunk) {
        if (chunk.length === 0)
            return; // an empty piece would end the reading
        this.#bytesReceived += chunk.length;
        stream.push(chunk);
    }
}
function ended(stream) {
    return new Promise((resolve) => stream.once('end', () => resolve()));
}

;// CONCATENATED MODULE: ./src/hosts/local/local-link.ts



/** How long programs may take to end once they are to. */
const CLOSE_TIMEOUT_MS = 1000;
/** This machine itself. */
class LocalLink {
    isHere = true;
    whenLost;
    #fifos;
    #env;
    #sessions = new Set();
    #sockets = new Set();
    #closed;
    #over = { bytesSent: 0, bytesReceived: 0 };
    #lostBecause;
    /** @param env what commands find in their environment. */
    constructor(fifos, env) {
        this.#fifos = fifos;
        this.#env = env;
        const { promise, resolve } = Promise.withResolvers();
        this.whenLost = promise;
        this.#closed = () => resolve(undefined);
    }
    get lostBecause() {
        return this.#lostBecause;
    }
    openSession = async (command) => {
        const session = new LocalSession(command, await this.#fifos.take(), this.#env);
        this.#sessions.add(session);
        void session.whenOver.then(() => {
            this.#sessions.delete(session);
            this.#over = sum([this.#over, session.traffic]);
        });
        return session;
    };
    openTcp(address, port) {
        return new Promise((resolve, reject) => {
            const socket = (0,external_node_net_.connect)({ host: address, port, noDelay: true, allowHalfOpen: true });
            socket.on('error', reject); // it stays: what comes later is told by `close`
            socket.once('connect', () => {
                this.#sockets.add(socket);
                resolve(socket);
            });
            socket.once('close', () => {
                if (this.#sockets.delete(socket))
                    this.#over = sum([this.#over, trafficOf(socket)]);
            });
        });
    }
    statistics() {
        const open = [...this.#sessions].map(({ traffic }) => traffic);
        return { connections: 0, ...sum([this.#over, ...open, ...[...this.#sockets].map(trafficOf)]) };
    }
    async close() {
        this.#lostBecause = 'this run closed it';
        const over = Promise.all([...this.#sessions].map(({ whenOver }) => whenOver));
        await Promise.race([over, (0,promises_.setTimeout)(CLOSE_TIMEOUT_MS, undefined, { ref: false })]);
        for (const socket of this.#sockets)
            socket.destroy();
        this.#closed();
    }
}
function trafficOf({ bytesWritten, bytesRead }) {
    return { bytesSent: bytesWritten, bytesReceived: bytesRead };
}
function sum(parts) {
    return {
        bytesSent: parts.reduce((total, { bytesSent }) => total + bytesSent, 0),
        bytesReceived: parts.reduce((total, { bytesReceived }) => total + bytesReceived, 0),
    };
}

;// CONCATENATED MODULE: ./src/hosts/local/connect-local.ts








/**
 * The runner as a host.
 * @throws HostError when the runner is another machine than the host, as far as its addresses tell.
 */
function connectLocal({ address, folder, ...options }) {
    const { name, log } = options;
    const own = Object.values((0,external_node_os_.networkInterfaces)()).flatMap((addresses) => addresses ?? []);
    if (!isAmong(own, address))
        throw new host_error/* HostError */.d(anotherMachine(name, address, own));
    const { username, homedir, uid } = userOf(name);
    const user = uid === 0 ? 'root' : username;
    const env = {
        PATH: process.env['PATH'] ?? '/usr/bin:/bin',
        HOME: homedir,
        USER: username,
        LOGNAME: username,
    };
    log.debug(`This runner is ${address}: no SSH, as user ${username}`);
    return new LinkedTransport({ ...options, user }, new LocalLink(new Fifos(folder, env), env));
}
/** The user of the job. @throws HostError when the machine knows of none: no sudo would, either. */
function userOf(host) {
    try {
        return (0,external_node_os_.userInfo)();
    }
    catch (error) {
        throw new host_error/* HostError */.d({
            host,
            at: 'connect',
            fact: `this runner has no user for the id ${process.getuid?.() ?? ''} that the job runs as: ${(0,printable/* printable */.g)((0,findings/* errorMessage */.gJ)(error))}`,
            cause: 'the job runs in a container under a user id that its /etc/passwd does not have (`options: --user`).',
            fix: 'let the job run without a container, as a user that the machine has.',
        });
    }
}
function isAmong(own, address) {
    const list = new external_node_net_.BlockList();
    for (const one of own)
        list.addAddress(one.address, one.family === 'IPv6' ? 'ipv6' : 'ipv4');
    return list.check(address, address.includes(':') ? 'ipv6' : 'ipv4');
}
function anotherMachine(name, address, own) {
    const seen = own.filter(({ internal }) => !internal).map((one) => one.address);
    return {
        host: name,
        at: 'connect',
        fact: `this runner is not ${address}: its own addresses are ${seen.length === 0 ? 'none' : seen.join(', ')}.`,
        cause: 'the job runs on another machine than the member, or in a container with a network of its own.',
        fix: 'let the job run on the member itself (`runs-on` with a label of its own, no `container`), or have the host reached by SSH.',
    };
}

// EXTERNAL MODULE: ./src/hosts/runner/private-folder.ts
var private_folder = __webpack_require__(6646);
;// CONCATENATED MODULE: ./src/hosts/ssh/connect-failure.ts

/**
 * Whether trying again at once can help: only while nothing has been shown to the server, so that neither its
 * lock-out nor ours is stretched by a key or a host key that is wrong.
 */
function isTransient(failure) {
    switch (failure.kind) {
        case 'name':
            return failure.code === 'EAI_AGAIN';
        case 'refused':
        case 'unreachable':
            return true;
        case 'closed':
            return failure.stage !== 'authentication';
        case 'nologin':
            return isBooting(failure.said);
        default:
            return false;
    }
}
/** What systemd-user-sessions writes into /run/nologin (systemd-user-sessions.service(8), tmpfiles.d/systemd-nologin.conf). */
const NOLOGIN = /System is (booting up|going down)|Unprivileged users are not permitted to log in/i;
/**
 * The server has closed the connection while the user was logging in.
 * @param said its last banner: with that it sends what PAM says of the user.
 */
function closedAtLogin(said) {
    return NOLOGIN.test(said) ? { kind: 'nologin', said } : { kind: 'closed', stage: 'authentication', said };
}
/** Whether only time is needed until the host lets users in. */
function isBooting(said) {
    return NOLOGIN.exec(said)?.[1]?.toLowerCase() === 'booting up';
}
/** The failure in words for the user. @param keys that log in, in the order in which they are tried. */
function connectFinding(target, keys, failure) {
    return {
        host: target.name,
        at: 'connect',
        ...explain(target, keys, failure),
    };
}
function explain(target, keys, failure) {
    const key = keys.map(({ type, fingerprint }) => `${type} key ${fingerprint}`).join(' or the ');
    const listed = keys.length > 1 ? 'one of these fingerprints' : 'this fingerprint';
    const { user, via, portInput = 'ssh-port' } = target;
    const place = placeOf(target);
    const seen = via === undefined ? '' : `, as ${via} sees it`;
    switch (failure.kind) {
        case 'name':
            return {
                fact: `the name ${target.address} does not resolve (${failure.code})${seen}.`,
                cause: 'a typing error, or a name that only the private DNS of the hosts knows.',
                fix: `give the IP address in place of the name, or see that ${via ?? 'the runner'} can resolve it.`,
            };
        case 'refused':
            return {
                fact: `${place} refuses connections${seen}.`,
                cause: 'the SSH server does not run, or listens on another port.',
                fix: `start it on the host (\`systemctl enable --now ssh\`, on Red Hat \`sshd\`), or give its port in \`${portInput}\`.`,
            };
        case 'unreachable':
            return { fact: `there is no way to ${place} (${failure.code})${seen}.`, ...unreachable(via) };
        case 'not-forwarded':
            return {
                fact: `${via ?? 'the bastion'} does not forward connections to ${place} (${(0,printable/* printable */.g)(failure.said)}).`,
                cause: '`AllowTcpForwarding no`, `DisableForwarding yes` or PermitOpen in its sshd_config, or `restrict` before the key in authorized_keys.',
                fix: 'allow it there for this user: `Match User NAME` with `DisableForwarding no` and `AllowTcpForwarding local` in sshd_config, or `port-forwarding` behind `restrict`.',
            };
        case 'way-lost':
            return {
                fact: `the connection to ${via ?? 'the bastion'} was lost (${(0,printable/* printable */.g)(failure.said)}).`,
                cause: 'it was restarted or lost its network, or a firewall forgot the connection.',
                fix: 'see that it is up, then start the same run again.',
            };
        case 'silent':
            return failure.stage === 'connect'
                ? { fact: `${place} does not answer within ${(0,printable/* seconds */.Y)(failure.afterMs)}${seen}.`, ...unreachable(via) }
                : silent(place, failure.stage, failure.afterMs, portInput);
        case 'closed':
            return connect_failure_closed(place, failure.stage, failure.said);
        case 'not-ssh':
            return {
                fact: `what answers on ${place} is no SSH server; it says: ${(0,printable/* printable */.g)(failure.said, 100)}`,
                cause: 'the port belongs to another service.',
                fix: `give the port of the SSH server in \`${portInput}\`.`,
            };
        case 'algorithms':
            return {
                fact: `${place} and this action have no ${failure.what} in common.`,
                cause: 'the server is old, or so hardened that it allows only what is not offered: SHA-1 never is, post-quantum key exchange and host certificates are by `transport: openssh` alone.',
                fix: 'on the host, let `sshd -T` show the lists and allow one of: curve25519-sha256 (KexAlgorithms), ssh-ed25519 or rsa-sha2-512 (HostKeyAlgorithms), aes128-gcm@openssh.com (Ciphers).',
            };
        case 'host-key':
            return failure.finding;
        case 'host-key-unproven':
            return {
                fact: `${place} shows the known host key but cannot prove that it holds it.`,
                cause: 'someone is between the runner and the host.',
                fix: 'do not go on; find out who answers on this address.',
            };
        case 'authentication':
            return {
                fact: `${place} does not let user ${user} in with the ${key}${accepts(failure.methods)}${saying(failure.said ?? '')}.`,
                cause: `the public key is not in ~${user}/.ssh/authorized_keys, the user is another one, sshd finds the permissions of these files too wide, or the password of the user is locked and sshd runs with \`UsePAM no\`.`,
                fix: `on the host, \`sudo ssh-keygen -lf ~${user}/.ssh/authorized_keys\` must list ${listed}; \`sudo journalctl -u ssh -u sshd -n 20\` tells what sshd minded.`,
            };
        case 'nologin':
            return {
                fact: `${place} lets no user but root log in${saying(failure.said)}.`,
                cause: isBooting(failure.said)
                    ? 'the host is starting, as after its creation, and has not come to the end of it.'
                    : 'the host is being shut down, or /run/nologin or /etc/nologin was left behind.',
                fix: 'wait until `systemctl is-system-running` on the host says running or degraded, then run again; a longer `ssh-connect-timeout` waits for it.',
            };
        case 'second-factor':
            return {
                fact: `${place} took the ${key} of user ${user} but wants more${accepts(failure.methods)}.`,
                cause: 'AuthenticationMethods in sshd_config asks this user for a second factor, which nobody is there to give.',
                fix: `exempt the user: \`Match User ${user}\` with \`AuthenticationMethods publickey\`.`,
            };
        case 'sha1-only':
            return {
                fact: `${place} takes signatures of RSA keys with SHA-1 only.`,
                cause: 'the SSH server is from before 2016; SHA-1 signatures can be forged and are not made here.',
                fix: 'use an Ed25519 key, or a newer SSH server.',
            };
        case 'agent':
            return {
                fact: `${place} takes the ${key} of user ${user}, but the ssh-agent does not sign with it: ${(0,printable/* printable */.g)(failure.said)}.`,
                cause: 'the agent has ended or is locked, or the key is there to be confirmed by somebody (`ssh-add -c`).',
                fix: 'add the key to an agent that signs without asking, or give ssh-private-key.',
            };
        case 'no-client':
            return {
                fact: 'there is no `ssh` on the runner.',
                cause: '`transport: openssh` uses the OpenSSH client of the runner, and it is not installed, or not in PATH.',
                fix: 'install it (`apt-get install openssh-client`, `dnf install openssh-clients`), or leave `transport` out.',
            };
        case 'no-account':
            return {
                fact: `the runner's ssh does not work for the user of this job: ${(0,printable/* printable */.g)(failure.said)}.`,
                cause: 'the job runs under a user id that /etc/passwd of the runner or of its container does not have, as with `options: --user`.',
                fix: 'run the job as a user that is there, or add a line for this id to /etc/passwd of the image; or leave `transport` out.',
            };
        case 'unfit-host-key':
            return {
                fact: `the runner's ssh does not take the host key of ${place}: ${(0,printable/* printable */.g)(failure.said)}.`,
                cause: 'an RSA key of fewer bits than ssh asks for (RequiredRSASize in ssh_config: 1024, on hardened systems 2048).',
                fix: 'give the host a new key (`ssh-keygen -t ed25519 -f /etc/ssh/ssh_host_ed25519_key`), and list that one.',
            };
        case 'old-client':
            return {
                fact: `the runner's ssh cannot be used: ${(0,printable/* printable */.g)(failure.said)}.`,
                cause: 'it is older than OpenSSH 7.4, or another program of that name.',
                fix: 'install OpenSSH 7.4 or later (`ssh -V` tells), or leave `transport` out.',
            };
        case 'client-config':
            return {
                fact: `the runner's ssh cannot read its configuration: ${(0,printable/* printable */.g)(failure.said)}`,
                cause: 'a line of ~/.ssh/config or /etc/ssh/ssh_config on the runner that this ssh does not know, or a file that others may write to.',
                fix: 'correct it until `ssh -G 127.0.0.1` works on the runner.',
            };
        case 'disconnected':
            return /too many authentication failures/i.test(failure.said)
                ? {
                    fact: `${place} broke off: too many authentication failures for user ${user} with the ${key}.`,
                    cause: 'the key is not in authorized_keys and MaxAuthTries in sshd_config is low; nothing else was tried.',
                    fix: `on the host, \`sudo ssh-keygen -lf ~${user}/.ssh/authorized_keys\` must list ${listed}.`,
                }
                : {
                    fact: `${place} broke off, saying: ${(0,printable/* printable */.g)(failure.said)}`,
                    cause: 'a rule of the SSH server.',
                    fix: 'look at its log on the host: `sudo journalctl -u ssh -u sshd -n 20`.',
                };
        case 'protocol':
            return {
                fact: `the SSH conversation with ${place} failed: ${(0,printable/* printable */.g)(failure.said)}`,
                cause: 'the server, or a device in between, does not keep to the protocol.',
                fix: 'try `ssh -v` from the same network, and look at the log of the SSH server.',
            };
    }
}
/** Address and port as they are written together. */
function placeOf({ address, port }) {
    return address.includes(':') ? `[${address}]:${port}` : `${address}:${port}`;
}
function unreachable(via) {
    if (via !== undefined) {
        return {
            cause: `the host is down, the address is wrong, or a firewall drops ${via}.`,
            fix: `check the address and the firewall: ${via} has to reach it.`,
        };
    }
    return {
        cause: 'the host is down, the address is wrong, or a firewall drops the runner. GitHub-hosted runners have changing addresses, and none inside your network.',
        fix: 'check the address and the firewall; for hosts that the internet cannot reach use a self-hosted runner in their network, or a bastion (`ssh-bastion`).',
    };
}
function silent(place, stage, afterMs, portInput) {
    const time = (0,printable/* seconds */.Y)(afterMs);
    if (stage === 'authentication') {
        return {
            fact: `the SSH server on ${place} did not finish authentication within ${time}.`,
            cause: 'the host is overloaded, or its name, directory or PAM service hangs.',
            fix: 'log in by hand and see what takes the time: `sudo journalctl -u ssh -u sshd -n 20` on the host.',
        };
    }
    return {
        fact: `${place} takes the connection but then says nothing within ${time} (${stage}).`,
        cause: 'the host hangs or is overloaded, the port is no SSH port, or a device in between drops larger packets (MTU).',
        fix: `check \`${portInput}\` and the state of the host on its console.`,
    };
}
function connect_failure_closed(place, stage, said) {
    if (stage === 'authentication') {
        return {
            fact: `${place} closed the connection during authentication${saying(said)}.`,
            cause: 'the account is locked or expired, or a rule of sshd or PAM ends the login.',
            fix: 'look at the log of the SSH server on the host: `sudo journalctl -u ssh -u sshd -n 20`.',
        };
    }
    return {
        fact: `${place} closes the connection before the SSH handshake is done${saying(said)}.`,
        cause: 'sshd has too many half-open logins (MaxStartups), punishes or bans this address (PerSourcePenalties, fail2ban, hosts.deny), or the port is no SSH port.',
        fix: 'wait a few minutes and try again; if it stays so, `sudo journalctl -u ssh -u sshd -n 20` on the host names the reason.',
    };
}
/** What the server has said, as the end of a sentence without its stop. */
function saying(said) {
    const words = (0,printable/* printable */.g)(said, 200).replace(/[.,:; ]+$/, '');
    return words === '' ? '' : `, saying: ${words}`;
}
function accepts(methods) {
    return methods.length === 0
        ? ''
        : ` (it accepts: ${methods.map((method) => (0,printable/* printable */.g)(method, 40)).join(', ')})`;
}

// EXTERNAL MODULE: ./src/hosts/keys/wire.ts
var wire = __webpack_require__(41979);
;// CONCATENATED MODULE: ./src/hosts/keys/agent-identities.ts



const ANSWER_TIMEOUT_MS = 5000;
/** OpenSSH's own limit (authfd.c, MAX_AGENT_REPLY_LEN). */
const LONGEST_ANSWER = 256 * 1024;
/** Message numbers (draft-ietf-sshm-ssh-agent, 6.1). */
const REQUEST_IDENTITIES = 11;
const IDENTITIES_ANSWER = 12;
/**
 * Asks an ssh-agent what it can sign with: public keys and certificates in SSH wire form, in its order.
 * @param socket path of its Unix socket. @throws Error when it does not answer as an agent does.
 */
async function listIdentities(socket, timeoutMs = ANSWER_TIMEOUT_MS) {
    return identitiesOf(await ask(socket, Buffer.from([REQUEST_IDENTITIES]), timeoutMs));
}
/** Sends one message and gives the one that comes back, both without their length. */
function ask(socket, message, timeoutMs) {
    const { promise, resolve, reject } = Promise.withResolvers();
    const stream = (0,external_node_net_.connect)(socket);
    const timer = setTimeout(() => reject(new Error(`no answer within ${timeoutMs / 1000} s`)), timeoutMs);
    let seen = Buffer.alloc(0);
    stream.on('data', (chunk) => {
        seen = Buffer.concat([seen, chunk]);
        const length = seen.length < 4 ? 0 : seen.readUInt32BE();
        if (length > LONGEST_ANSWER || seen.length > LONGEST_ANSWER + 4)
            reject(new Error(NO_AGENT));
        else if (length > 0 && seen.length >= 4 + length)
            resolve(seen.subarray(4, 4 + length));
    });
    stream.on('error', reject);
    stream.on('close', () => reject(new Error('it has closed the connection')));
    stream.write((0,wire/* wireString */.f9)(message));
    return promise.finally(() => {
        clearTimeout(timer);
        stream.destroy();
    });
}
/** The public keys in an answer: each is followed by its comment. */
function identitiesOf(answer) {
    const reader = new wire/* WireReader */.ZT(answer);
    if (reader.raw(1)?.[0] !== IDENTITIES_ANSWER)
        throw new Error(NO_AGENT);
    const count = reader.uint32() ?? 0;
    const blobs = [];
    while (blobs.length < count) {
        const blob = reader.string();
        if (blob === undefined || reader.string() === undefined)
            throw new Error(NO_AGENT);
        blobs.push(blob);
    }
    return blobs;
}
const NO_AGENT = 'what answers is no ssh-agent';
/** An agent that does not answer. */
function silentAgent(socket, error) {
    return agentRefusal(`the ssh-agent at ${socket} does not answer: ${(0,findings/* errorMessage */.gJ)(error)}.`, 'it has ended, or belongs to another user or container; SSH_AUTH_SOCK in the environment still names it.');
}
/** An agent that cannot log in. */
function agentRefusal(fact, cause) {
    return new findings/* Refusal */.P_('Nobody can be logged in', [
        {
            at: 'ssh-private-key',
            fact: `no private key is given, and ${fact}`,
            cause,
            fix: 'give ssh-private-key, or start an agent with that key in the same job before this step.',
        },
    ]);
}

;// CONCATENATED MODULE: ./src/hosts/keys/identity.ts
/** A key in messages. */
function describeKey({ type, fingerprint }) {
    return `${type} ${fingerprint}`;
}

// EXTERNAL MODULE: ./src/hosts/keys/host-pins.ts
var host_pins = __webpack_require__(48025);
// EXTERNAL MODULE: ./src/hosts/keys/pinned-host.ts
var pinned_host = __webpack_require__(51367);
;// CONCATENATED MODULE: ./src/hosts/ssh/servers.ts


/** The servers that are connected to by SSH: where they are, what is pinned of them, and how long connecting may take. */
function sshServers({ bastions, hostKeys, connectTimeoutSeconds }, { log, onAcceptedKey }) {
    const common = {
        connectTimeoutMs: connectTimeoutSeconds * 1000,
        ...(onAcceptedKey && { onAcceptedKey }),
    };
    return {
        bastions: bastions.map((login) => ({
            ...login,
            name: `bastion ${login.address}`,
            portInput: 'ssh-bastion',
            pins: (0,host_pins/* pinsFor */.G)(hostKeys, { ...login, aliases: [] }),
            log: log.host(`bastion ${login.address}`),
            ...common,
        })),
        ofHost: (host) => ({ ...host.login, pins: (0,host_pins/* pinsFor */.G)(hostKeys, (0,pinned_host/* pinnedHost */.h)(host)), ...common }),
    };
}

;// CONCATENATED MODULE: ./src/hosts/ssh/jump-failure.ts

/**
 * Why a bastion does not connect to what lies behind it: sshd says an error of the system, in words (channels.c, connect_to
 * and channel_connect_...).
 */
function jumpFailure(error) {
    const said = error.message.replace(/^\(SSH\) Channel open failure: /, '').replace(/^connect failed: /, '');
    if (error.reason === OPEN_FAILURE.prohibited)
        return { kind: 'not-forwarded', said };
    if (/refused/i.test(said))
        return { kind: 'refused' };
    if (/temporary failure in name resolution/i.test(said))
        return { kind: 'name', code: 'EAI_AGAIN' };
    if (/name or service not known|no address associated|unknown host|nodename/i.test(said))
        return { kind: 'name', code: said };
    return { kind: 'unreachable', code: said === '' ? 'no reason given' : said };
}

// EXTERNAL MODULE: ./src/hosts/keys/certificate.ts
var keys_certificate = __webpack_require__(35127);
;// CONCATENATED MODULE: ./src/hosts/ssh/host-key-types.ts
/** Signatures of host keys by the type of key that makes them; an `ssh-rsa` key signs with SHA-2 only. */
const SIGNATURES = {
    'ssh-ed25519': ['ssh-ed25519'],
    'ecdsa-sha2-nistp256': ['ecdsa-sha2-nistp256'],
    'ecdsa-sha2-nistp384': ['ecdsa-sha2-nistp384'],
    'ecdsa-sha2-nistp521': ['ecdsa-sha2-nistp521'],
    'ssh-rsa': ['rsa-sha2-512', 'rsa-sha2-256'],
};
/** Types of host keys that can be verified, best first, as key blobs name themselves. */
const HOST_KEY_TYPES = Object.keys(SIGNATURES);
/** How host keys of these types prove themselves, in the names that a handshake has for it, best first. */
function hostKeyAlgorithms(types) {
    const known = SIGNATURES;
    return types.flatMap((type) => known[type] ?? []);
}

;// CONCATENATED MODULE: ./src/hosts/openssh/client-config.ts



/** Seconds between two tests of an idle connection, and how many may go unanswered. */
const ALIVE_SECONDS = 10;
const ALIVE_COUNT = 3;
/**
 * Options that the oldest ssh with a control socket of our kind (7.4) does not know and may leave out, and one that the
 * user's own configuration often has for another machine's ssh.
 */
const MAY_BE_UNKNOWN = 'ForkAfterAuthentication,KnownHostsCommand,RemoteCommand,UseKeychain';
/**
 * The configuration for all servers, the user's own behind it. Of each option the first value counts (ssh_config(5)), so
 * what stands here cannot be weakened there: no host key is taken that is not pinned and none that proves itself with
 * SHA-1, no connection is shared with others, nobody is asked for anything, and nothing is forwarded or run but what this
 * run asks for. Files that the user's own names as `IdentityFile` are tried behind the key of this run.
 * @param knownHosts path of the file with all of known_hosts, for jumps that the user's own configuration names.
 */
function clientConfig(identity, knownHosts) {
    const { agent, publicKey, certificate } = identity;
    return [
        `IgnoreUnknown ${MAY_BE_UNKNOWN}`,
        'BatchMode yes',
        'StrictHostKeyChecking yes',
        `UserKnownHostsFile ${knownHosts}`,
        'GlobalKnownHostsFile /dev/null',
        'KnownHostsCommand none',
        'VerifyHostKeyDNS no',
        'CheckHostIP no',
        'NoHostAuthenticationForLocalhost no',
        'UpdateHostKeys no',
        'FingerprintHash sha256',
        `HostKeyAlgorithms ${algorithms(HOST_KEY_TYPES, true)}`,
        'PubkeyAcceptedKeyTypes -ssh-rsa*,ssh-dss*', // without SHA-1; before 8.5 it had no other name
        `IdentityAgent ${agent}`,
        ...(publicKey === undefined
            ? ['IdentitiesOnly no']
            : ['IdentitiesOnly yes', `IdentityFile ${publicKey}`]),
        ...(certificate === undefined ? [] : [`CertificateFile ${certificate}`]),
        'AddKeysToAgent no',
        'PubkeyAuthentication yes',
        'PreferredAuthentications publickey',
        'CanonicalizeHostname no',
        'ControlMaster no',
        'ControlPath none',
        'ControlPersist no',
        'ClearAllForwardings yes',
        'ForwardAgent no',
        'ForwardX11 no',
        'Tunnel no',
        'PermitLocalCommand no',
        'RemoteCommand none',
        'RequestTTY no',
        'ForkAfterAuthentication no',
        'EscapeChar none',
        'ConnectionAttempts 1',
        `ServerAliveInterval ${ALIVE_SECONDS}`,
        `ServerAliveCountMax ${ALIVE_COUNT}`,
        'Include ~/.ssh/config',
        'Include /etc/ssh/ssh_config',
        '',
    ].join('\n');
}
/**
 * Arguments of an ssh that logs in and opens a control socket. The server is pinned under the address that it was given by,
 * whatever the user's own configuration makes of that; its host certificate has to name that address, too.
 */
function masterArguments(target, files) {
    const { address, port, user, pins, hostKeyTypes, connectSeconds, proxyCommand } = target;
    const offered = algorithms(hostKeyTypes, pins.authorities.length > 0);
    const options = [
        `IgnoreUnknown=${MAY_BE_UNKNOWN}`,
        `HostKeyAlias=${address}`,
        `UserKnownHostsFile=${files.knownHosts}`,
        `KnownHostsCommand=/bin/sh ${files.keyScript} ${files.shownKey} %I %t %K %f %H`,
        `StrictHostKeyChecking=${pins.acceptsAny ? 'accept-new' : 'yes'}`,
        `HostKeyAlgorithms=${offered}`,
        `ConnectTimeout=${connectSeconds}`,
        ...(proxyCommand === undefined ? [] : [`ProxyCommand=${proxyCommand}`, 'ProxyUseFdpass=no']),
    ];
    return [
        ...['-F', files.config, '-v', '-M', '-N', '-S', files.control, '-l', user, '-p', `${port}`],
        ...options.flatMap((option) => ['-o', option]),
        ...['--', address],
    ];
}
/** A command that connects to a server through one that is logged in to already, by its control socket. */
function jumpCommand({ config, control }, bastion) {
    // Were the control socket gone, ssh would log in to the bastion itself.
    return `ssh -F ${config} -S ${control} -o ProxyCommand=false -W [%h]:%p -- ${bastion}`;
}
/** The lines of known_hosts for one server: what it may show, and what it must not. */
function pinnedLines(address, { keys, revoked, authorities }) {
    const line = (marker, { type, blob }) => `${marker}${address.toLowerCase()} ${type} ${blob.toString('base64')}\n`;
    return [
        ...keys.map((key) => line('', key)),
        ...revoked.map((key) => line('@revoked ', key)),
        ...authorities.map((key) => line('@cert-authority ', key)),
    ].join('');
}
const MARKERS = { host: '', revoked: '@revoked ', authority: '@cert-authority ' };
/** known_hosts as it was given. */
function knownHostsText(entries) {
    return entries
        .map(({ role, names, key }) => {
        const hosts = 'patterns' in names
            ? names.patterns.join(',')
            : `|1|${names.salt.toString('base64')}|${names.hash.toString('base64')}`;
        return `${MARKERS[role]}${hosts} ${key.type} ${key.blob.toString('base64')}\n`;
    })
        .join('');
}
/**
 * What ssh runs to ask for the keys of a host (KnownHostsCommand, since OpenSSH 8.5). It writes down the key that the host
 * shows, so that a refusal can name it, and answers with that key if its fingerprint is pinned and not revoked: known_hosts cannot say so.
 */
function keyScript({ fingerprints, revoked }) {
    const never = revoked.map(({ blob }) => (0,wire/* fingerprint */.Rj)(blob));
    const pinned = fingerprints
        .filter(({ fingerprint }) => !never.includes(fingerprint))
        .map(({ fingerprint }) => `'${fingerprint}'`);
    return [
        '[ "$2" = HOSTNAME ] || exit 0',
        `printf '%s %s\\n' "$3" "$4" > "$1"`,
        ...(pinned.length === 0
            ? []
            : [`case $5 in ${pinned.join('|')}) printf '%s %s %s\\n' "$6" "$3" "$4" ;; esac`]),
        '',
    ].join('\n');
}
/** How keys of these types prove themselves, and certificates for them, in the names that ssh has for it. */
function algorithms(types, withCertificates) {
    const certificates = withCertificates
        ? (0,keys_certificate/* certificateTypes */.v)(types).flatMap((type) => (type === RSA_CERTIFICATE ? RSA_CERTIFICATES : [type]))
        : [];
    return [...certificates, ...hostKeyAlgorithms(types)].join(',');
}
const RSA_CERTIFICATE = 'ssh-rsa-cert-v01@openssh.com';
/** Without SHA-1. */
const RSA_CERTIFICATES = ['rsa-sha2-512-cert-v01@openssh.com', 'rsa-sha2-256-cert-v01@openssh.com'];

// EXTERNAL MODULE: ./src/hosts/keys/known-hosts.ts
var known_hosts = __webpack_require__(1105);
;// CONCATENATED MODULE: ./src/hosts/keys/host-key.ts



const KNOWN_HOSTS = 'ssh-known-hosts';
const FINGERPRINTS = 'ssh-host-fingerprints';
const POLICY = 'host-key-policy';
/** Why a host is refused that has shown these keys. */
function hostKeyRefusal(pins, shown, host) {
    const revoked = shown.find((key) => (0,host_pins/* judgeHostKey */.Tx)(pins, key) === 'revoked');
    if (revoked !== undefined) {
        return {
            fact: `the host shows the key ${describe(revoked)}, which ${KNOWN_HOSTS} marks @revoked.`,
            cause: 'the key is known to be stolen or retired, and the host still uses it, or someone else does.',
            fix: 'give the host new keys (`ssh-keygen -A` after removing the old files) and list the new one.',
        };
    }
    if (pins.keys.length + pins.fingerprints.length > 0)
        return changedKey(pins, shown, host);
    return pins.authorities.length > 0 ? authorityOnly(shown, host) : unknownHost(pins, shown, host);
}
/** What to tell of a key that was taken because nothing is pinned. */
function acceptedKey(key, { address, port }) {
    return {
        at: POLICY,
        fact: `the key ${describe(key)} was taken unseen: nothing is pinned for ${address}.`,
        cause: `\`${POLICY}: accept-new\`, with which whoever answers at an address gets in.`,
        fix: `${compare(key)} If they are equal, add this line to ${KNOWN_HOSTS} and leave ${POLICY} out: ${(0,known_hosts/* knownHostsLine */.TZ)(address, port, key)}`,
    };
}
function unknownHost({ elsewhere }, shown, { address, port }) {
    const lines = elsewhere.map(({ line }) => line);
    return {
        fact: `${KNOWN_HOSTS} has no key for ${address}${port === 22 ? '' : ` port ${port}`}; the host shows ${describeAll(shown)}.`,
        cause: lines.length === 0
            ? 'the host is new in the list, or its line is for another name or port.'
            : `line ${lines.join(', ')} of ${KNOWN_HOSTS} names this host by another name or for another port, or revokes a key of it: what counts is ${(0,known_hosts/* knownHostName */.nF)(address, port)}.`,
        fix: addLine(shown, address, port),
    };
}
/** Why a host is refused that has shown a certificate; what is wrong with it is not told by ssh in a fixed form. */
function certificateRefusal({ authorities, keys }, { authority, principals, validAfter, validBefore, role }, { address }) {
    const until = validBefore === undefined ? 'for ever' : `until ${validBefore.toISOString()}`;
    const names = principals.length === 0 ? 'no name' : principals.join(', ');
    return {
        fact: `the certificate that the host shows is not taken: it is a ${role} certificate for ${names}, valid from ` +
            `${validAfter.toISOString()} ${until}, signed by ${describe(authority)}; for ${address} ${KNOWN_HOSTS} has ` +
            `${[...authorities, ...keys].map(describe).join(' or ')}.`,
        cause: 'another authority has signed it, it is for other names than the address that is connected to, or it has ended.',
        fix: `have it signed anew for ${address} (\`ssh-keygen -h -s CA -n ${address}\`), or list its authority with @cert-authority in ${KNOWN_HOSTS}.`,
    };
}
function authorityOnly(shown, { address, port }) {
    return {
        fact: `for ${address} ${KNOWN_HOSTS} has a certificate authority alone, and the host shows no certificate but ${describeAll(shown)}.`,
        cause: 'HostCertificate is missing in sshd_config, or names the certificate of another key.',
        fix: `give the host its certificate. Or ${addLine(shown, address, port)}`,
    };
}
function addLine([key], address, port) {
    return `${compare(key)} If they are equal, add this line to ${KNOWN_HOSTS}: ${(0,known_hosts/* knownHostsLine */.TZ)(address, port, key)}`;
}
function changedKey(pins, shown, { address, port }) {
    const [key] = shown;
    const [pin] = pins.fingerprints;
    const expectations = [
        ...(pins.keys.length > 0 ? [`${KNOWN_HOSTS} expects ${pins.keys.map(describe).join(' or ')}`] : []),
        ...(pin !== undefined
            ? [`${FINGERPRINTS} expects ${pins.fingerprints.map((one) => one.fingerprint).join(' or ')}`]
            : []),
    ];
    const line = pins.keys.length === 0 && pin !== undefined
        ? `${pin.host} ${(0,wire/* fingerprint */.Rj)(key.blob)}`
        : (0,known_hosts/* knownHostsLine */.TZ)(address, port, key);
    return {
        fact: `the host shows the key ${describeAll(shown)}; ${expectations.join(', ')}.`,
        cause: 'the host was installed anew, its address went to another machine, or someone is in between.',
        fix: `${compare(key)} Only if they are equal, put this line in place of the old ones: ${line}`,
    };
}
function compare(key) {
    const file = /ed25519/.test(key.type) ? 'ed25519' : /ecdsa/.test(key.type) ? 'ecdsa' : 'rsa';
    return `compare the fingerprint with what \`ssh-keygen -lf /etc/ssh/ssh_host_${file}_key.pub\` prints on the host's console.`;
}
function describeAll(keys) {
    return keys.map(describe).join(' and ');
}
function describe(key) {
    return `${key.type} ${(0,wire/* fingerprint */.Rj)(key.blob)}`;
}

;// CONCATENATED MODULE: ./src/hosts/ssh/accepted-key.ts



/** Tells of a key that was taken, and that the host has proven to hold. */
function tellAcceptedKey({ address, port, log, onAcceptedKey }, key) {
    log.warning((0,findings/* describeFinding */.jb)(acceptedKey(key, { address, port })));
    onAcceptedKey?.((0,known_hosts/* knownHostsLine */.TZ)(address, port, key));
}

;// CONCATENATED MODULE: ./src/hosts/ssh/host-key-search.ts



/**
 * Which types of host keys to offer. A server shows one key for each connection, of the first offered type that it has
 * (RFC 4253 §7.1). So only the types of the pinned keys are offered, and the key that is pinned is the one that is shown.
 * There are two reasons to connect anew: a fingerprint whose type was not given may be that of the next type; and a
 * host that has none of the pinned types is to be named with the key it has, before it is refused.
 */
class HostKeySearch {
    #pins;
    #host;
    #shown = [];
    #types;
    /** Not offered, until it turns out that the host has nothing else. */
    #others;
    constructor(pins, host) {
        this.#pins = pins;
        this.#host = host;
        const pinned = (0,host_pins/* pinnedTypes */.y6)(pins);
        const usable = HOST_KEY_TYPES.filter((type) => pinned?.includes(type) ?? true);
        this.#types = usable.length > 0 ? usable : HOST_KEY_TYPES;
        this.#others = HOST_KEY_TYPES.filter((type) => !this.#types.includes(type));
    }
    /** What to offer, best first. */
    get types() {
        return this.#types;
    }
    /**
     * Learns from a connection that has failed.
     * @returns why there is no connection; undefined: connect anew at once, with the types that are offered now.
     */
    learn(failure) {
        if (failure.kind === 'wrong-host-key') {
            this.#shown.push(failure.shown);
            return this.#mayHaveAnother(failure.shown) ? undefined : this.#refusal(failure.shown);
        }
        const [first] = this.#shown;
        if (first !== undefined)
            return this.#refusal(first); // whatever came after it, a wrong key is what is told
        if (!isNoCommonType(failure) || this.#others.length === 0)
            return failure;
        this.#types = this.#others;
        this.#others = [];
        return undefined;
    }
    /** Whether a key of another type may be the pinned one; from then on the type of this one is not offered. */
    #mayHaveAnother(shown) {
        const untyped = this.#pins.fingerprints.some(({ types }) => types === undefined);
        const rest = this.#types.filter((type) => type !== shown.type);
        if (!untyped || rest.length === 0 || (0,host_pins/* judgeHostKey */.Tx)(this.#pins, shown) === 'revoked')
            return false;
        this.#types = rest;
        return true;
    }
    #refusal(first) {
        const shown = [first, ...this.#shown.filter((key) => key !== first)];
        return { kind: 'host-key', finding: hostKeyRefusal(this.#pins, shown, this.#host) };
    }
}
/** ssh2 says so where no type of host key is common (lib/protocol/kex.js, handleKexInit). */
function isNoCommonType(failure) {
    return failure.kind === 'algorithms' && failure.what === 'host key format';
}

;// CONCATENATED MODULE: ./src/hosts/ssh/connect-patiently.ts




const CONNECT_TIMEOUT_MS = 20_000;
const RETRY_PAUSES_MS = [1000, 2000];
/** Each attempt counts as a failed login, and sshd locks out who makes more of them (PerSourcePenalties authfail:5). */
const BOOT_PAUSE_MS = 5000;
/**
 * Connects to an SSH server and logs in. Socket errors and connections that are closed before the handshake are tried
 * again, at most twice and within the time limit; a host that says that it boots, as often as there is time for; a wrong host
 * key or a refused login never.
 * @param keys that log in, for the message.
 * @throws HostError that says why there is no connection.
 */
async function connectPatiently(options, keys, attempt) {
    const { log, connectTimeoutMs = CONNECT_TIMEOUT_MS, random = Math.random } = options;
    const started = performance.now();
    const remaining = () => connectTimeoutMs - (performance.now() - started);
    const pauses = [...(options.retryPausesMs ?? RETRY_PAUSES_MS)];
    const search = new HostKeySearch(options.pins, options);
    let booting;
    for (;;) {
        const outcome = await within(remaining(), (deadline) => attempt({ hostKeyTypes: search.types, deadline, limitMs: connectTimeoutMs }));
        if (!('failure' in outcome))
            return outcome;
        const learnt = search.learn(outcome.failure);
        if (learnt === undefined)
            continue;
        // The time was over while it was tried again: why is known from before.
        const failure = learnt.kind === 'silent' && booting !== undefined ? booting : learnt;
        if (failure.kind === 'nologin')
            booting = failure;
        const finding = connectFinding(options, keys, failure);
        const pause = failure.kind === 'nologin' ? (options.bootPauseMs ?? BOOT_PAUSE_MS) : pauses.shift();
        const wait = pause === undefined ? Infinity : pause * (0.5 + random());
        if (!isTransient(failure) || wait >= remaining())
            throw new host_error/* HostError */.d(finding);
        log.info(`${finding.fact} Trying again in ${(wait / 1000).toFixed(1)} s.`);
        await (0,promises_.setTimeout)(wait);
    }
}
/** One attempt, with one deadline over all its stages. */
async function within(ms, work) {
    const deadline = new AbortController();
    const timer = setTimeout(() => deadline.abort(), Math.max(ms, 0));
    try {
        return await work(deadline.signal);
    }
    finally {
        clearTimeout(timer);
    }
}

;// CONCATENATED MODULE: ./src/hosts/runner/tied-program.ts

/**
 * Runs a program and ends it when its own input does: @actions/exec gives it one that stays open as long as this process
 * lives, however that ends. The first line of standard output is the program's number, whatever that prints. Once it has ended, nothing
 * of it is left: the one that watches is waited for, too.
 */
const TIED = `
exec 3<&0 < /dev/null
{ echo $BASHPID; exec "$@" 3<&-; } &
program=$!
{ while read -r _ <&3; do :; done; kill $program; } > /dev/null 2>&1 &
watch=$!
exec 3<&- > /dev/null 2>&1
wait $program
status=$?
kill $watch
wait $watch 2> /dev/null
exit $status`;
/**
 * Starts a program that lives as long as this process at most.
 * @returns when its number is known. @throws when it cannot be started.
 */
async function startTied({ name, args, env, onStdout, onStderr }) {
    const started = Promise.withResolvers();
    let first = '';
    let pid;
    const whenEnded = runProgram({
        name: 'bash',
        // bash takes the socket that node gives it for a sign of rshd, and would read .bashrc
        args: ['--norc', '-c', TIED, 'etcd-ha-tied', name, ...args],
        env,
        onStdout: (chunk) => {
            if (pid !== undefined) {
                onStdout?.(chunk);
                return;
            }
            first += chunk.toString('latin1');
            const end = first.indexOf('\n');
            if (end === -1)
                return;
            pid = Number(first.slice(0, end));
            started.resolve(pid);
            if (first.length > end + 1)
                onStdout?.(Buffer.from(first.slice(end + 1), 'latin1'));
        },
        ...(onStderr && { onStderr }),
    });
    whenEnded.then(() => started.reject(new Error(`${name} could not be started`)), started.reject);
    const number = await started.promise;
    let over = false;
    const end = whenEnded.finally(() => {
        over = true;
    });
    return {
        whenEnded: end,
        kill: () => {
            if (over)
                return;
            try {
                process.kill(number);
            }
            catch {
                // it has just ended by itself
            }
        },
    };
}

;// CONCATENATED MODULE: ./src/hosts/openssh/client-words.ts

/** How far ssh had come, by what it says at `-v` (sshconnect.c, kex.c, sshconnect2.c). */
function stageOf(said) {
    if (/^debug1: SSH2_MSG_NEWKEYS received/m.test(said))
        return 'authentication';
    if (/^debug1: Remote protocol version /m.test(said))
        return 'key exchange';
    return /^debug1: Connection established/m.test(said) ? 'greeting' : 'connect';
}
/** What was agreed on with the server, for the log. */
function agreedOn(said) {
    const all = [
        /kex: algorithm: (\S+)/,
        /kex: host key algorithm: (\S+)/,
        /kex: client->server cipher: (\S+)/,
    ];
    return all.flatMap((pattern) => pattern.exec(said)?.slice(1) ?? []).join(', ');
}
/**
 * Why ssh has ended before it was logged in. It exits with 255 whatever it was, so its words have to tell (sshconnect.c,
 * kex.c, packet.c, sshconnect2.c, readconf.c of OpenSSH 9.2; LC_ALL=C makes the system's words English).
 * @param said all that came on standard error, at `-v`.
 * @param limitMs of the attempt, for the message.
 */
function clientFailure(said, limitMs) {
    for (const { pattern, read } of client_words_SAYINGS) {
        const match = pattern.exec(said);
        if (match !== null)
            return read({ words: match.slice(1), said, limitMs });
    }
    return { kind: 'protocol', said: lastWordsOf(said) };
}
/** What ssh says last, without what it says for those who look for faults. */
function lastWordsOf(said) {
    const lines = said.split('\n').filter((line) => line.trim() !== '' && !/^(?:debug\d:|OpenSSH_)/.test(line));
    return lines.slice(-3).join(' / ');
}
/** What ssh itself says without a mark before it (sshconnect2.c, clientloop.c, packet.c, log.c). */
const OWN_WORDS = /^(?:debug\d:|OpenSSH_|Authenticated |Load key |Warning: |Connection (?:closed|reset) by|Received disconnect |Disconnected from|\S+: Permission denied|Permission denied|ssh_dispatch_run_fatal|Timeout, server|sign_and_send_pubkey|agent |Unable to negotiate)/;
/**
 * What the server has said to the user before the login, which ssh prints as it comes: its banner, and PAM's words behind it,
 * of which the last are told.
 */
function bannerOf(said) {
    const [, login = ''] = said.split(/^debug1: SSH2_MSG_SERVICE_ACCEPT received$/m);
    // Each banner comes in one piece, between what ssh does.
    const banners = login.split(/^debug\d: .*$/m).map((text) => text
        .split('\n')
        .filter((line) => !OWN_WORDS.test(line))
        .join('\n')
        .trim());
    return banners.findLast((text) => text !== '') ?? '';
}
/** First match wins. */
const client_words_SAYINGS = [
    {
        pattern: /^(.*: (?:line \d+: )?(?:Bad configuration option|Bad owner or permissions|terminating, \d+ bad).*)$/m,
        read: ({ words: [line = ''] }) => ({ kind: 'client-config', said: line }),
    },
    {
        pattern: /Unable to locate executable file: (\S+)/,
        read: () => ({ kind: 'no-client' }),
    },
    {
        pattern: /^((?:No user exists for uid|You don't exist, go away).*)$/m,
        read: ({ words: [words = ''] }) => ({ kind: 'no-account', said: words.trim() }),
    },
    {
        pattern: /^Bad server host key: (.+)$/m,
        read: ({ words: [words = ''] }) => ({ kind: 'unfit-host-key', said: words.trim() }),
    },
    {
        pattern: /^ssh: Could not resolve hostname \S+: (.+)$/m,
        read: ({ words: [words = ''] }) => ({
            kind: 'name',
            code: /temporary failure/i.test(words) ? 'EAI_AGAIN' : words.trim(),
        }),
    },
    {
        pattern: /^ssh: connect to host .*: (.+)$/m,
        read: ({ words: [words = ''], limitMs }) => unconnected(words.trim(), limitMs),
    },
    {
        pattern: /^Host key verification failed\.|Host key .* revoked/m,
        read: ({ said }) => ({ kind: 'refused-host-key', said: lastWordsOf(said) }),
    },
    {
        pattern: /incorrect signature|error in libcrypto/,
        read: () => ({ kind: 'host-key-unproven' }),
    },
    {
        pattern: /no matching (.+?) found/,
        read: ({ words: [what = ''] }) => ({ kind: 'algorithms', what: NAMES[what] ?? what }),
    },
    {
        pattern: /no mutual signature algorithm/,
        read: () => ({ kind: 'sha1-only' }),
    },
    {
        pattern: /^Received disconnect from .*? port \d+:\d+: (.*)$/m,
        read: ({ words: [words = ''] }) => ({ kind: 'disconnected', said: words }),
    },
    {
        pattern: /(?:agent refused operation|communication with agent failed|Could not open a connection to your authentication agent)/,
        read: ({ said }) => ({ kind: 'agent', said: lastWordsOf(said) }),
    },
    {
        pattern: /Permission denied \(([^)]*)\)/,
        read: ({ words: [methods = ''], said }) => ({
            kind: /partial success/.test(said) ? 'second-factor' : 'authentication',
            methods: methods.split(',').filter((method) => method !== ''),
            said: bannerOf(said),
        }),
    },
    {
        pattern: /^kex_exchange_identification: |^Connection timed out during banner exchange/m,
        read: ({ said, limitMs }) => unidentified(said, limitMs),
    },
    {
        pattern: /^(?:Connection (?:closed|reset) by|ssh_dispatch_run_fatal: .*(?:Connection reset|Broken pipe)|Timeout, server)/m,
        read: ({ said }) => {
            const stage = stageOf(said);
            return stage === 'authentication' ? closedAtLogin(bannerOf(said)) : { kind: 'closed', stage, said: '' };
        },
    },
];
/** How ssh2's words name what both sides must have in common. */
const NAMES = {
    'host key type': 'host key format',
    'key exchange method': 'key exchange algorithm',
    cipher: 'cipher',
    MAC: 'MAC',
};
/** The system's words for a connection that did not come about (strerror(3)). */
function unconnected(words, limitMs) {
    if (words === 'Connection refused')
        return { kind: 'refused' };
    if (words === 'Connection timed out')
        return { kind: 'silent', stage: 'connect', afterMs: limitMs };
    return { kind: 'unreachable', code: words };
}
/** What OpenSSH says in clear before it hangs up (sshd.c: MaxStartups; 9.8 and later: PerSourcePenalties). */
const SSHD_FAREWELL = /^(?:Exceeded MaxStartups|Not allowed at this time)/;
/** The server has not said that it is one. */
function unidentified(said, limitMs) {
    const greeting = [...said.matchAll(/^debug1: kex_exchange_identification: banner line \d+: (.*)$/gm)]
        .map(([, line = '']) => line)
        .join('\n');
    if (greeting !== '' && !SSHD_FAREWELL.test(greeting))
        return { kind: 'not-ssh', said: greeting };
    return /^Connection timed out during banner exchange/m.test(said)
        ? { kind: 'silent', stage: 'greeting', afterMs: limitMs }
        : { kind: 'closed', stage: 'greeting', said: greeting };
}

;// CONCATENATED MODULE: ./src/hosts/openssh/messages.ts

/** Messages of the SSH connection protocol (RFC 4254 §9) as far as a client of sessions and TCP connections knows them. */
const MESSAGE = {
    channelOpen: 90,
    channelOpenConfirmation: 91,
    channelOpenFailure: 92,
    channelWindowAdjust: 93,
    channelData: 94,
    channelExtendedData: 95,
    channelEof: 96,
    channelClose: 97,
    channelRequest: 98,
    channelSuccess: 99,
    channelFailure: 100,
};
/** Type of extended data that is standard error (RFC 4254 §5.2). */
const STDERR = 1;
/** One message as a proxy client of a control socket sends it (OpenSSH PROTOCOL.mux §9): unencrypted, unpadded. */
function proxied(type, ...fields) {
    return (0,wire/* wireString */.f9)(Buffer.concat([Buffer.from([0, type]), ...fields]));
}
/** A `boolean` of RFC 4251 §5. */
function wireBoolean(value) {
    return Buffer.from([value ? 1 : 0]);
}
/** What `direct-tcpip` says of the connection (RFC 4254 §7.2); that it came from a loopback port is made up. */
function directTcpip(address, port) {
    return Buffer.concat([(0,wire/* wireString */.f9)(address), (0,wire/* wireUint32 */.TT)(port), (0,wire/* wireString */.f9)('127.0.0.1'), (0,wire/* wireUint32 */.TT)(0)]);
}

;// CONCATENATED MODULE: ./src/hosts/openssh/mux-channel.ts



/** What may be on its way to us, unread, in bytes. */
const WINDOW = 2 * 1024 * 1024;
/** The longest piece that may come at once, in bytes; every implementation takes it (RFC 4253 §6.1). */
const LONGEST_PIECE = 32 * 1024;
/**
 * A channel of an SSH connection (RFC 4254 §5): a TCP connection, or standard input and output of a command. It is
 * destroyed when the server has closed it and everything that came has been read.
 */
class MuxChannel extends external_node_stream_.Duplex {
    /** Standard error of a command. */
    stderr;
    /** Resolves when the server has closed it, or the connection is lost. */
    whenClosed;
    #remoteId;
    #longestPiece;
    #send;
    #onClosed;
    #unread = new Map();
    #room;
    /** Bytes that were read and are not given back to the server's window yet. */
    #owed = 0;
    #waiting;
    #answer;
    #status;
    #outputEnded = false;
    #closeSent = false;
    #closed = false;
    constructor({ remoteId, window, longestPiece }, send) {
        super({ allowHalfOpen: true, autoDestroy: false });
        this.#remoteId = remoteId;
        this.#room = window;
        this.#longestPiece = longestPiece;
        this.#send = send;
        this.stderr = new external_node_stream_.Readable({ read: () => this.#giveBack(this.stderr) });
        const { promise, resolve } = Promise.withResolvers();
        this.whenClosed = promise;
        this.#onClosed = () => resolve(undefined);
        // A lost connection must not end the process when nobody listens any more; `close` still tells.
        this.on('error', () => undefined);
        this.stderr.on('error', () => undefined);
    }
    /** How the command has ended, once the server has told. */
    get status() {
        return this.#status;
    }
    /** Has the server start a command. @returns whether it does. */
    async exec(command) {
        this.#answer = Promise.withResolvers();
        this.#tell(MESSAGE.channelRequest, (0,wire/* wireString */.f9)('exec'), wireBoolean(true), (0,wire/* wireString */.f9)(command));
        return await this.#answer.promise;
    }
    /** Has the server send a signal to the command. @param name without `SIG`. */
    signal(name) {
        this.#tell(MESSAGE.channelRequest, (0,wire/* wireString */.f9)('signal'), wireBoolean(false), (0,wire/* wireString */.f9)(name));
    }
    /** Closes it for both directions. */
    closeChannel() {
        this.#tell(MESSAGE.channelClose);
        this.#closeSent = true;
    }
    /** Takes a message of the server to this channel; `fields` begins behind the channel's number. */
    receive(type, fields) {
        switch (type) {
            case MESSAGE.channelWindowAdjust:
                this.#room += fields.uint32() ?? 0;
                this.#goOn();
                break;
            case MESSAGE.channelData:
                this.#take(this, fields.string());
                break;
            case MESSAGE.channelExtendedData:
                if (fields.uint32() === STDERR)
                    this.#take(this.stderr, fields.string());
                break;
            case MESSAGE.channelEof:
                this.#endOutput();
                break;
            case MESSAGE.channelClose:
                this.closeChannel();
                this.lose();
                break;
            case MESSAGE.channelRequest:
                this.#note(fields);
                break;
            case MESSAGE.channelSuccess:
            case MESSAGE.channelFailure:
                this.#answer?.resolve(type === MESSAGE.channelSuccess);
                break;
        }
    }
    /** Nothing more comes or goes. */
    lose() {
        if (this.#closed)
            return;
        this.#closed = true;
        this.#answer?.resolve(false);
        this.#endOutput();
        this.#goOn();
        if (!this.writableEnded)
            this.end();
        if (this.readableEnded)
            this.destroy();
        else
            this.once('end', () => this.destroy());
        this.#onClosed();
    }
    _read() {
        this.#giveBack(this);
    }
    _write(chunk, _encoding, done) {
        this.#waiting = { chunk, done };
        this.#goOn();
    }
    _final(done) {
        this.#tell(MESSAGE.channelEof);
        done();
    }
    _destroy(error, done) {
        this.closeChannel();
        done(error);
    }
    /** Sends what waits to be written, as far as the server has room for it. */
    #goOn() {
        const waiting = this.#waiting;
        if (waiting === undefined)
            return;
        const { chunk, done } = waiting;
        if (this.#closed || this.#closeSent) {
            this.#waiting = undefined;
            done(Object.assign(new Error('the other end closed the channel'), { code: 'EPIPE' }));
            return;
        }
        if (this.#room === 0)
            return;
        this.#waiting = undefined;
        const piece = chunk.subarray(0, Math.min(this.#room, this.#longestPiece));
        const rest = chunk.subarray(piece.length);
        this.#room -= piece.length;
        this.#send(proxied(MESSAGE.channelData, (0,wire/* wireUint32 */.TT)(this.#remoteId), (0,wire/* wireString */.f9)(piece)), () => {
            if (rest.length === 0)
                done();
            else
                this._write(rest, 'binary', done);
        });
    }
    #take(stream, data) {
        if (data === undefined || data.length === 0 || this.#outputEnded || stream.destroyed)
            return;
        this.#unread.set(stream, (this.#unread.get(stream) ?? 0) + data.length);
        if (stream.push(data))
            this.#giveBack(stream);
    }
    /** What came on this stream is read, or about to be: the server may send as much again. */
    #giveBack(stream) {
        this.#owed += this.#unread.get(stream) ?? 0;
        this.#unread.set(stream, 0);
        if (this.#owed < WINDOW / 2)
            return;
        this.#tell(MESSAGE.channelWindowAdjust, (0,wire/* wireUint32 */.TT)(this.#owed));
        this.#owed = 0;
    }
    #endOutput() {
        if (this.#outputEnded)
            return;
        this.#outputEnded = true;
        this.push(null);
        this.stderr.push(null);
    }
    #note(fields) {
        const name = fields.string()?.toString('latin1');
        fields.raw(1); // whether an answer is wanted: not for these (RFC 4254 §6.10)
        if (name === 'exit-status')
            this.#status = { code: fields.uint32() ?? 0 };
        if (name === 'exit-signal')
            this.#status = { signal: `SIG${fields.string()?.toString('latin1') ?? ''}` };
    }
    #tell(type, ...fields) {
        if (this.#closed || this.#closeSent)
            return;
        this.#send(proxied(type, (0,wire/* wireUint32 */.TT)(this.#remoteId), ...fields));
    }
}

;// CONCATENATED MODULE: ./src/hosts/openssh/mux-connection.ts




/** Messages of OpenSSH's multiplexing protocol (PROTOCOL.mux §11). */
const MUX = {
    hello: 0x00000001,
    terminate: 0x10000005,
    proxy: 0x1000000f,
    isProxy: 0x8000000f,
};
const VERSION = 4;
const REQUEST_ID = 0;
/**
 * A connection to the control socket of an ssh(1) that is logged in, in proxy mode (OpenSSH PROTOCOL.mux §9, since 7.4): it
 * speaks the SSH connection protocol, which ssh passes on to the server. So all channels of a host need no process but
 * the one ssh, and how a command ends is told by the server itself.
 */
class MuxConnection {
    /** Resolves when it has ended, whichever side did that. */
    whenEnded;
    #socket;
    #opening = new Map();
    #channels = new Map();
    #ready = Promise.withResolvers();
    #received = Buffer.alloc(0);
    #isProxy = false;
    #lastId = -1;
    /** @param path of the control socket. @throws when there is none, or what listens there does not know proxy mode. */
    static async open(path) {
        const connection = new MuxConnection((0,external_node_net_.connect)(path));
        await connection.#ready.promise;
        return connection;
    }
    constructor(socket) {
        this.#socket = socket;
        socket.on('data', (chunk) => this.#hear(chunk));
        socket.on('error', (error) => this.#ready.reject(error));
        this.whenEnded = new Promise((resolve) => {
            socket.once('close', () => {
                this.#ready.reject(new Error('ssh closed its control socket'));
                for (const { reject } of this.#opening.values())
                    reject(new Error('the connection is lost'));
                for (const channel of this.#channels.values())
                    channel.lose();
                resolve();
            });
        });
        this.#send((0,wire/* wireString */.f9)(Buffer.concat([(0,wire/* wireUint32 */.TT)(MUX.hello), (0,wire/* wireUint32 */.TT)(VERSION)])));
        this.#send((0,wire/* wireString */.f9)(Buffer.concat([(0,wire/* wireUint32 */.TT)(MUX.proxy), (0,wire/* wireUint32 */.TT)(REQUEST_ID)])));
    }
    /** Whether it can be used. */
    get isOpen() {
        return this.#socket.writable;
    }
    /** Bytes that went and came: what channels hold, without what SSH puts around it on its way to the host. */
    get traffic() {
        return { bytesSent: this.#socket.bytesWritten, bytesReceived: this.#socket.bytesRead };
    }
    /**
     * Opens a channel.
     * @param type `session` or `direct-tcpip`; `more` is what the type's own message has behind the rest.
     * @throws ChannelError when the server refuses it.
     */
    openChannel(type, more = Buffer.alloc(0)) {
        this.#lastId += 1;
        const id = this.#lastId;
        return new Promise((resolve, reject) => {
            this.#opening.set(id, { resolve, reject });
            this.#send(proxied(MESSAGE.channelOpen, (0,wire/* wireString */.f9)(type), (0,wire/* wireUint32 */.TT)(id), (0,wire/* wireUint32 */.TT)(WINDOW), (0,wire/* wireUint32 */.TT)(LONGEST_PIECE), more));
        });
    }
    /** Ends this connection; the ssh behind it goes on. */
    end() {
        this.#socket.destroy();
    }
    #send = (message, done) => {
        this.#socket.write(message, () => done?.());
    };
    #hear(chunk) {
        this.#received = this.#received.length === 0 ? chunk : Buffer.concat([this.#received, chunk]);
        while (this.#received.length >= 4) {
            const end = 4 + this.#received.readUInt32BE();
            if (this.#received.length < end)
                return;
            const message = this.#received.subarray(4, end);
            this.#received = this.#received.subarray(end);
            if (this.#isProxy)
                this.#handle(message);
            else
                this.#greet(message);
        }
    }
    /** What comes before proxy mode: ssh's own greeting, and its answer. */
    #greet(message) {
        const fields = new wire/* WireReader */.ZT(message);
        const type = fields.uint32();
        if (type === MUX.hello) {
            const version = fields.uint32();
            if (version !== VERSION)
                this.#refuse(`ssh speaks version ${version} of its control protocol`);
            return;
        }
        if (type !== MUX.isProxy) {
            this.#refuse('ssh does not know the proxy mode of its control socket');
            return;
        }
        this.#isProxy = true;
        this.#ready.resolve(undefined);
    }
    #refuse(words) {
        this.#ready.reject(new Error(words));
        this.end();
    }
    #handle(message) {
        const type = message[1] ?? 0;
        const fields = new wire/* WireReader */.ZT(message.subarray(2));
        const id = fields.uint32() ?? -1;
        const opening = this.#opening.get(id);
        if (opening === undefined) {
            this.#channels.get(id)?.receive(type, fields);
            return;
        }
        this.#opening.delete(id);
        if (type === MESSAGE.channelOpenConfirmation)
            opening.resolve(this.#opened(id, fields));
        else
            opening.reject(refusal(fields));
    }
    #opened(id, fields) {
        const [remoteId = 0, window = 0, longestPiece = 0] = [fields.uint32(), fields.uint32(), fields.uint32()];
        const channel = new MuxChannel({ remoteId, window, longestPiece }, this.#send);
        this.#channels.set(id, channel);
        void channel.whenClosed.then(() => this.#channels.delete(id));
        return channel;
    }
}
/** Asks the ssh of a control socket to end, with everything that goes on over it. Whether it does is told by its exit. */
function terminate(path) {
    const socket = (0,external_node_net_.connect)(path);
    socket.on('error', () => undefined); // it has ended by itself
    socket.write((0,wire/* wireString */.f9)(Buffer.concat([(0,wire/* wireUint32 */.TT)(MUX.hello), (0,wire/* wireUint32 */.TT)(VERSION)])));
    socket.write((0,wire/* wireString */.f9)(Buffer.concat([(0,wire/* wireUint32 */.TT)(MUX.terminate), (0,wire/* wireUint32 */.TT)(REQUEST_ID)])));
    socket.resume();
}
function refusal(fields) {
    const reason = fields.uint32();
    const words = fields.string()?.toString('utf8') ?? '';
    return Object.assign(new Error(words), { reason });
}

;// CONCATENATED MODULE: ./src/hosts/openssh/master.ts







/** How much of what ssh says is kept. */
const MOST_SAID = 64 * 1024;
/** How often it is looked whether the control socket is there. */
const LOOK_MS = 10;
/** How long ssh may take to end. */
const END_MS = 1000;
/** An ssh(1) of the runner that is logged in, and serves a control socket. */
class Master {
    files;
    #program;
    #words;
    /**
     * Starts one, within the limits of the attempt.
     * @returns it once it is logged in, or why it is not.
     */
    static async start(target, files, env, { deadline, limitMs }) {
        const words = new Words();
        let program;
        try {
            program = await startTied({
                name: 'ssh',
                args: masterArguments(target, files),
                env,
                onStderr: (chunk) => words.add(chunk),
            });
        }
        catch (error) {
            return { failure: clientFailure((0,findings/* errorMessage */.gJ)(error), limitMs) };
        }
        const ended = program.whenEnded.then(() => 'ended');
        while (!(0,external_node_fs_.existsSync)(files.control)) {
            if (deadline.aborted) {
                program.kill();
                await ended;
                return { failure: { kind: 'silent', stage: stageOf(words.text), afterMs: limitMs } };
            }
            if ((await Promise.race([ended, (0,promises_.setTimeout)(LOOK_MS)])) === 'ended')
                return { failure: clientFailure(words.text, limitMs) };
        }
        return new Master(files, program, words);
    }
    constructor(files, program, words) {
        this.files = files;
        this.#program = program;
        this.#words = words;
    }
    /** What was agreed on with the server. */
    get agreedOn() {
        return agreedOn(this.#words.text);
    }
    /** What ssh has said last: once it has ended, why. */
    get lastWords() {
        return lastWordsOf(this.#words.text);
    }
    /** Resolves when ssh has ended. */
    get whenEnded() {
        return this.#program.whenEnded;
    }
    /** Ends it in good order, or else at once. */
    async end() {
        terminate(this.files.control);
        const end = (0,promises_.setTimeout)(END_MS, 'late', { ref: false });
        if ((await Promise.race([this.whenEnded, end])) === 'late') {
            this.#program.kill();
            await this.whenEnded;
        }
    }
}
/** The key that a server has shown, in the words of known_hosts; undefined when it has shown none yet. */
function shownKey({ shownKey: path }) {
    try {
        return (0,external_node_fs_.readFileSync)(path, 'utf8').trim();
    }
    catch {
        return undefined;
    }
}
/** What ssh says, the last of it. */
class Words {
    #text = '';
    get text() {
        return this.#text;
    }
    add(chunk) {
        this.#text = `${this.#text}${chunk.toString('utf8')}`.slice(-MOST_SAID);
    }
}

;// CONCATENATED MODULE: ./src/hosts/openssh/mux-session.ts
/** A command on a channel of a control socket. */
class MuxSession {
    stdin;
    stdout;
    stderr;
    whenOver;
    #channel;
    /** @param channel in which a command was started; nothing of its output has been read. */
    constructor(channel) {
        this.#channel = channel;
        this.stdin = channel;
        this.stdout = channel;
        this.stderr = channel.stderr;
        const read = Promise.all([channel.whenClosed, mux_session_ended(channel), mux_session_ended(channel.stderr)]);
        this.whenOver = read.then(() => channel.status);
    }
    get status() {
        return this.#channel.status;
    }
    close() {
        this.#channel.closeChannel();
    }
    /** sshd has passed signals on since 7.9, to the process group of the command. */
    kill() {
        this.#channel.signal('KILL');
        this.#channel.closeChannel();
    }
}
function mux_session_ended(stream) {
    return new Promise((resolve) => stream.once('end', () => resolve()));
}

;// CONCATENATED MODULE: ./src/hosts/openssh/openssh-link.ts



/** How long ssh may take to say why, once its control socket has closed. */
const LAST_WORDS_MS = 500;
/** One SSH connection of the runner's own ssh. */
class OpensshLink {
    isHere = false;
    whenLost;
    #master;
    #connection;
    #lostBecause;
    /**
     * @param connection to the master's control socket, used by nobody else.
     * @param whenWayLost resolves when the way to the host has ended: why.
     */
    constructor(master, connection, whenWayLost) {
        this.#master = master;
        this.#connection = connection;
        this.whenLost = connection.whenEnded.then(async () => {
            // ssh says why before it ends; if that is the way, the end of the way is heard of at about the same time.
            const late = (0,promises_.setTimeout)(LAST_WORDS_MS, undefined, { ref: false });
            await Promise.race([master.whenEnded, late]);
            if (this.#lostBecause !== undefined)
                return;
            const way = whenWayLost && (await Promise.race([whenWayLost, late]));
            this.#lostBecause ??= way ?? (master.lastWords || 'ssh has ended');
        });
    }
    get lostBecause() {
        if (this.#lostBecause !== undefined)
            return this.#lostBecause;
        return this.#connection.isOpen ? undefined : 'ssh has ended';
    }
    openSession = async (command) => {
        const channel = await this.#connection.openChannel('session');
        if (await channel.exec(command))
            return new MuxSession(channel);
        channel.closeChannel();
        throw new Error('it starts no command');
    };
    openTcp(address, port) {
        return this.#connection.openChannel('direct-tcpip', directTcpip(address, port));
    }
    /** What ssh itself adds to it is not counted. */
    statistics() {
        return { connections: 1, ...this.#connection.traffic };
    }
    async close() {
        this.#lostBecause ??= 'this run closed it';
        await this.#master.end();
        await this.whenLost;
    }
}

;// CONCATENATED MODULE: ./src/hosts/openssh/connect.ts














/**
 * Opens the one connection to a host by the runner's own ssh, and logs in.
 * @throws HostError that says why there is no connection; Refusal when ssh cannot be used at all.
 */
async function connectOpenssh(options) {
    const master = await openMaster(options);
    try {
        const connection = await MuxConnection.open(master.files.control);
        return new LinkedTransport(options, new OpensshLink(master, connection, options.whenLost));
    }
    catch (error) {
        await master.end();
        throw new host_error/* HostError */.d(connectFinding(options, [], { kind: 'old-client', said: (0,findings/* errorMessage */.gJ)(error) }));
    }
}
/**
 * Logs in to a server.
 * @throws HostError that says why there is no connection; Refusal when ssh cannot be used at all.
 */
async function openMaster(options) {
    const setup = await options.client.setup(options.login);
    return await connectPatiently(options, setup.keys, (limits) => attempt(options, setup, limits));
}
async function attempt(options, setup, limits) {
    const { client, pins, address, log, user } = options;
    const files = client.filesOf(setup);
    (0,external_node_fs_.writeFileSync)(files.knownHosts, pinnedLines(address, pins));
    (0,external_node_fs_.writeFileSync)(files.keyScript, keyScript(pins));
    const started = performance.now();
    const { hostKeyTypes, limitMs } = limits;
    const target = { ...options, hostKeyTypes, connectSeconds: Math.ceil(limitMs / 1000) };
    const master = await Master.start(target, files, client.env, limits);
    const shown = hostKeyOf(shownKey(files));
    if ('failure' in master)
        return {
            failure: (await wayFailure(options, master.failure)) ?? attemptFailure(options, master.failure, shown),
        };
    log.debug(`SSH: host key proven; ${master.agreedOn}`);
    log.debug(`SSH: logged in as ${user} after ${(performance.now() - started).toFixed(0)} ms`);
    if (pins.acceptsAny && shown !== undefined)
        tellAcceptedKey(options, shown);
    return master;
}
/** Whether it is the way to a server that has failed: to ssh, that is a server which says nothing and closes. */
async function wayFailure({ address, port, whenLost, whyUnreached }, failure) {
    if (failure.kind !== 'closed' || failure.stage !== 'greeting')
        return undefined;
    const said = await Promise.race([whenLost, (0,promises_.setTimeout)(0)]);
    return typeof said === 'string' ? { kind: 'way-lost', said } : await whyUnreached?.(address, port);
}
function attemptFailure(options, failure, shown) {
    if (failure.kind !== 'refused-host-key')
        return failure;
    if (shown === undefined)
        return { kind: 'protocol', said: failure.said };
    const certificate = (0,keys_certificate/* parseCertificate */.h)(shown.blob);
    if (certificate === undefined)
        return { kind: 'wrong-host-key', shown };
    return { kind: 'host-key', finding: certificateRefusal(options.pins, certificate, options) };
}
/** A key in the words of known_hosts. */
function hostKeyOf(words) {
    const [type, base64] = words?.split(' ') ?? [];
    return type === undefined || base64 === undefined
        ? undefined
        : { type, blob: Buffer.from(base64, 'base64') };
}

;// CONCATENATED MODULE: ./src/hosts/openssh/bastions.ts







/** So long a bastion is asked for a reason. */
const REASON_MS = 5000;
/**
 * The bastions on the way to all hosts: one ssh for each and the whole run, started when the first host is to be connected
 * to. Each is logged in to through the one before it, with its own host key: none of them sees what passes.
 */
class OpensshBastions {
    #hops;
    #masters = [];
    #way;
    constructor(hops) {
        this.#hops = hops;
    }
    /**
     * The way through all of them, opened once.
     * @throws BastionError, the same to all who ask.
     */
    open() {
        this.#way ??= this.#open();
        return this.#way;
    }
    /** Ends all connections, the last one first; those that go through them must have ended before. */
    async close() {
        await this.#way?.catch(() => undefined);
        for (const master of this.#masters.splice(0).toReversed())
            await master.end();
    }
    async #open() {
        const [first, ...others] = this.#hops;
        let way = await this.#through(first, {});
        for (const hop of others)
            way = await this.#through(hop, way);
        return way;
    }
    async #through(hop, before) {
        const master = await openMaster({ ...hop, ...before }).catch((error) => {
            throw error instanceof host_error/* HostError */.d ? new host_error/* BastionError */.t(error) : error;
        });
        this.#masters.push(master);
        const via = `the ${hop.name}`;
        return {
            via,
            proxyCommand: jumpCommand(master.files, hop.address),
            whenLost: master.whenEnded.then(() => `the connection to ${via} was lost: ${master.lastWords}`),
            whyUnreached: reasonsOf(master),
        };
    }
}
/**
 * ssh does not tell whom it connects by its control socket why there is no connection, so it is tried once more, and heard.
 * The connection to the socket stays: ssh itself ends when one ends on which a channel was refused (OpenSSH 9.2, channels.c,
 * chan_send_close2).
 */
function reasonsOf({ files }) {
    let opened;
    return async (address, port) => {
        opened ??= MuxConnection.open(files.control).catch(() => undefined);
        const connection = await opened;
        const asked = connection?.openChannel('direct-tcpip', directTcpip(address, port)).then((channel) => channel.closeChannel(), (error) => (connection.isOpen ? jumpFailure(error) : undefined));
        return (await Promise.race([asked, (0,promises_.setTimeout)(REASON_MS, undefined, { ref: false })])) ?? undefined;
    };
}

// EXTERNAL MODULE: ./src/hosts/keys/openssh-key.ts
var openssh_key = __webpack_require__(12520);
;// CONCATENATED MODULE: ./src/hosts/openssh/agent.ts



/** How long an agent may take to be there. */
const START_MS = 10_000;
/**
 * An ssh-agent of this run: it lives as long as this process at most, and gets keys on standard input, so that none is
 * ever in a file.
 */
class RunAgent {
    socket;
    #program;
    #env;
    /**
     * Starts one.
     * @param socket path of the socket that it makes.
     * @throws Error in words.
     */
    static async start(socket, env) {
        const ready = Promise.withResolvers();
        const said = [];
        // -D: in the foreground. It names its socket once it listens there.
        const program = await startTied({
            name: 'ssh-agent',
            args: ['-D', '-a', socket],
            env,
            onStdout: () => ready.resolve(undefined),
            onStderr: (chunk) => said.push(chunk),
        });
        const timer = setTimeout(() => ready.reject(new Error('it does not start')), START_MS);
        program.whenEnded.then(() => ready.reject(new Error(Buffer.concat(said).toString().trim())), (error) => ready.reject(new Error((0,findings/* errorMessage */.gJ)(error))));
        try {
            await ready.promise;
        }
        finally {
            clearTimeout(timer);
        }
        return new RunAgent(socket, program, env);
    }
    constructor(socket, program, env) {
        this.socket = socket;
        this.#program = program;
        this.#env = env;
    }
    /** Adds a private key. @param text PEM, without a passphrase. Secret. @throws Error in words. */
    async add(text) {
        const said = [];
        const code = await runProgram({
            name: 'ssh-add',
            args: ['-q', '-'],
            env: { ...this.#env, SSH_AUTH_SOCK: this.socket },
            input: Buffer.from(text),
            onStderr: (chunk) => said.push(chunk),
        });
        if (code !== 0)
            throw new Error(`ssh-add: ${Buffer.concat(said).toString().trim()}`);
    }
    /** Ends it, and with it what it holds. */
    async end() {
        this.#program.kill();
        await this.#program.whenEnded;
    }
}

;// CONCATENATED MODULE: ./src/hosts/openssh/ssh-client.ts





/**
 * The runner's own ssh(1), as one run uses it: its private folder, which holds nothing secret, and an agent that gets keys
 * from this process and ends with it.
 */
class SshClient {
    env;
    #folder;
    #knownHosts;
    #setups = new Map();
    #agent;
    /** @param environment of this process: ssh and what the user's own configuration has it start find it, less secrets. */
    constructor(folder, knownHosts, environment) {
        this.#folder = folder;
        this.#knownHosts = knownHostsText(knownHosts);
        this.env = clientEnvironment(environment);
    }
    /**
     * What ssh needs to log in so; made once.
     * @throws Refusal when the runner has no agent that takes the key.
     */
    setup(login) {
        const made = this.#setups.get(login) ?? this.#make(login);
        this.#setups.set(login, made);
        return made;
    }
    /** Where the files of one server are to be. */
    filesOf({ config }) {
        const at = (name) => this.#folder.newPath(name);
        return {
            config,
            knownHosts: at('known-hosts'),
            keyScript: at('key-script'),
            shownKey: at('shown-key'),
            control: at('control'),
        };
    }
    /** Ends the agent. */
    async end() {
        await (await this.#agent?.catch(() => undefined))?.end();
    }
    async #make(login) {
        const identity = await this.#identity(login);
        const knownHosts = this.#folder.newPath('all-known-hosts');
        const config = this.#folder.newPath('config');
        (0,external_node_fs_.writeFileSync)(knownHosts, this.#knownHosts);
        (0,external_node_fs_.writeFileSync)(config, clientConfig(identity, knownHosts));
        return { config, keys: 'socket' in login.with ? login.with.keys : [login.with] };
    }
    async #identity({ with: key, certificate }) {
        const line = certificate === undefined ? {} : { certificate: this.#write('certificate', certificate) };
        if ('socket' in key)
            return { agent: key.socket, ...line };
        const blob = key.key.getPublicSSH();
        const publicKey = this.#write('public-key', `${key.type} ${blob.toString('base64')}`);
        try {
            this.#agent ??= RunAgent.start(this.#folder.newPath('agent'), this.env);
            const agent = await this.#agent;
            await agent.add((0,openssh_key/* sshAddText */.fm)(key.key.getPrivatePEM()));
            return { agent: agent.socket, publicKey, ...line };
        }
        catch (error) {
            throw noAgent((0,findings/* errorMessage */.gJ)(error));
        }
    }
    #write(name, line) {
        const path = this.#folder.newPath(name);
        (0,external_node_fs_.writeFileSync)(path, `${line}\n`);
        return path;
    }
}
/** What the runner gives to actions, and what would have ssh ask somebody or use another agent. */
const WITHHELD = /^(?:INPUT_|STATE_|ACTIONS_|SSH_AUTH_SOCK$|SSH_AGENT_PID$|SSH_ASKPASS|DISPLAY$|LC_|LANG)/;
function clientEnvironment(environment) {
    const kept = Object.entries(environment).flatMap(([name, value]) => value === undefined || WITHHELD.test(name) ? [] : [[name, value]]);
    return { ...Object.fromEntries(kept), LC_ALL: 'C' };
}
function noAgent(words) {
    return new findings/* Refusal */.P_('Nobody can be logged in', [
        {
            at: 'transport',
            fact: `the runner's ssh-agent cannot be given the key: ${words}`,
            cause: 'OpenSSH’s client programs (ssh, ssh-agent, ssh-add) are not installed on the runner, or not in PATH.',
            fix: 'install them (`apt-get install openssh-client`, `dnf install openssh-clients`), or leave `transport` out.',
        },
    ]);
}

;// CONCATENATED MODULE: ./src/hosts/openssh/connector.ts







/**
 * How hosts are connected to by the runner's own ssh. Nothing is started yet.
 * @throws Refusal when there is nothing to log in with.
 */
async function opensshConnector(ssh, means, optionsOf, folder) {
    const client = new SshClient(folder, ssh.hostKeys.knownHosts, process.env);
    const login = await loginOf(ssh, means.log);
    const bastionLogin = ssh.bastionKey === undefined ? login : { with: ssh.bastionKey };
    const servers = sshServers(ssh, means);
    const [first, ...others] = servers.bastions.map((server) => ({
        ...server,
        client,
        login: bastionLogin,
    }));
    const bastions = first && new OpensshBastions([first, ...others]);
    return {
        connect: async (host) => {
            const way = await bastions?.open();
            return await connectOpenssh({
                ...optionsOf(host),
                ...servers.ofHost(host),
                client,
                login,
                ...way,
            });
        },
        close: async () => {
            await bastions?.close();
            await client.end();
        },
    };
}
/** What logs in. All that an agent of the user has is tried, certificates and keys in hardware too; the log names them. */
async function loginOf({ identity, certificate }, log) {
    const line = certificate === undefined ? {} : { certificate };
    if (identity.kind === 'key')
        return { with: identity.key, ...line };
    const { socket } = identity;
    const blobs = await listIdentities(socket).catch((error) => {
        throw silentAgent(socket, error);
    });
    const keys = blobs.map((blob) => ({
        type: (0,wire/* keyBlobType */.$q)(blob) ?? 'unknown',
        fingerprint: (0,wire/* fingerprint */.Rj)(blob),
    }));
    if (keys.length === 0) {
        throw agentRefusal(`the ssh-agent at ${socket} has no key.`, 'no key was added to it (`ssh-add -l` shows them).');
    }
    log.info(`Keys of the ssh-agent: ${keys.map(describeKey).join(', ')}.`);
    return { with: { socket, keys }, ...line };
}

;// CONCATENATED MODULE: ./src/hosts/ssh2/dial.ts


/** For names with several addresses; Node's default of 250 ms gives up on far hosts. */
const ADDRESS_ATTEMPT_MS = 3000;
/** Straight from this machine. */
const dialTcp = ({ address, port }, deadline, limitMs) => new Promise((resolve) => {
    const socket = (0,external_node_net_.connect)({
        host: address,
        port,
        noDelay: true,
        autoSelectFamilyAttemptTimeout: ADDRESS_ATTEMPT_MS,
    });
    const fail = (failure) => {
        deadline.removeEventListener('abort', onDeadline);
        socket.destroy();
        resolve({ failure });
    };
    const onDeadline = () => fail({ kind: 'silent', stage: 'connect', afterMs: limitMs });
    deadline.addEventListener('abort', onDeadline, { once: true });
    // It stays: an error before the next owner listens must not end the process. The owner hears of it by `close`.
    socket.on('error', (error) => fail(socketFailure(error, limitMs)));
    socket.once('connect', () => {
        deadline.removeEventListener('abort', onDeadline);
        resolve({ stream: socket });
    });
});
function socketFailure(error, limitMs) {
    const cause = error instanceof AggregateError ? (error.errors.at(-1) ?? error) : error;
    const code = cause.code ?? error.code ?? (0,findings/* errorMessage */.gJ)(error);
    if (cause.syscall === 'getaddrinfo')
        return { kind: 'name', code };
    if (code === 'ECONNREFUSED')
        return { kind: 'refused' };
    if (code === 'ETIMEDOUT')
        return { kind: 'silent', stage: 'connect', afterMs: limitMs };
    return { kind: 'unreachable', code };
}

// EXTERNAL MODULE: ./node_modules/ssh2/lib/index.js
var lib = __webpack_require__(85472);
var lib_default = /*#__PURE__*/__webpack_require__.n(lib);
;// CONCATENATED MODULE: ./src/hosts/ssh2/algorithms.ts

/**
 * What we offer, best first. Left out of ssh2's own list: everything with SHA-1 (`ssh-rsa` signatures,
 * `hmac-sha1`), key exchange in groups below 2048 bits and group exchange, which costs a round trip more.
 * All OpenSSH servers since 6.5 (2014) find something here; ssh2 has no post-quantum key exchange.
 */
const KEX = [
    'curve25519-sha256', // every OpenSSH server's default
    'curve25519-sha256@libssh.org', // the same under its name before RFC 8731
    'ecdh-sha2-nistp256', // servers in FIPS mode have no Curve25519
    'ecdh-sha2-nistp384',
    'ecdh-sha2-nistp521',
    'diffie-hellman-group16-sha512', // servers hardened against elliptic curves; 4096 bits
    'diffie-hellman-group14-sha256', // 2048 bits
];
const CIPHERS = [
    'aes128-gcm@openssh.com', // authenticated, in hardware, and not touched by Terrapin (CVE-2023-48795)
    'aes256-gcm@openssh.com',
    'aes128-ctr', // with one of the MACs below
    'aes192-ctr',
    'aes256-ctr',
    'chacha20-poly1305@openssh.com', // last: ssh2 computes it in JavaScript and WebAssembly
];
const MACS = [
    'hmac-sha2-256-etm@openssh.com',
    'hmac-sha2-512-etm@openssh.com',
    'hmac-sha2-256', // servers without encrypt-then-mac
    'hmac-sha2-512',
];
/** The algorithms to offer, with host keys of these types, best first. */
function offeredAlgorithms(hostKeyTypes) {
    return {
        kex: KEX,
        serverHostKey: hostKeyAlgorithms(hostKeyTypes),
        cipher: CIPHERS,
        hmac: MACS,
        compress: ['none'],
    };
}

;// CONCATENATED MODULE: ./src/hosts/ssh2/ssh2-session.ts
/** A command on a channel of ssh2. */
class Ssh2Session {
    stdin;
    stdout;
    stderr;
    whenOver;
    #channel;
    #status;
    /** @param channel just opened: nothing of what comes over it has been seen. */
    constructor(channel) {
        this.#channel = channel;
        this.stdin = channel;
        this.stdout = channel;
        this.stderr = channel.stderr;
        // How it ends is told by `exit` and `close`.
        channel.on('error', () => undefined);
        channel.stderr.on('error', () => undefined);
        channel.on('exit', (code, signal) => {
            this.#status = code === null ? { signal: signal ?? 'an unknown signal' } : { code };
        });
        const over = Promise.all([ssh2_session_event(channel, 'close'), ssh2_session_event(channel.stderr, 'end')]);
        this.whenOver = over.then(() => this.#status);
    }
    get status() {
        return this.#status;
    }
    close() {
        this.#channel.close();
    }
    /** sshd has passed signals on since 7.9, to the process group of the command. */
    kill() {
        this.#channel.signal('KILL');
        this.#channel.close();
    }
}
function ssh2_session_event(emitter, name) {
    return new Promise((resolve) => emitter.once(name, () => resolve()));
}

;// CONCATENATED MODULE: ./src/hosts/ssh2/tcp-stream.ts

/**
 * A forwarded connection as an ordinary Node stream. ssh2's own channel ignores the error given to
 * `destroy()`, never finishes a write after the server closed it, and ends quietly when the connection is lost.
 */
class TcpStream extends external_node_stream_.Duplex {
    /** Both without the frames of SSH. */
    bytesRead = 0;
    bytesWritten = 0;
    #channel;
    #closed = false;
    #writeDone;
    constructor(channel) {
        super({ allowHalfOpen: true });
        this.#channel = channel;
        channel.on('data', (chunk) => {
            this.bytesRead += chunk.length;
            if (!this.push(chunk))
                channel.pause();
        });
        channel.on('end', () => this.push(null));
        channel.on('error', (error) => this.destroy(error));
        channel.on('close', () => {
            this.#closed = true;
            if (this.#writeDone === undefined)
                this.end();
            else
                this.#writeDone(closedByPeer());
        });
        // A lost connection must not end the process when nobody listens any more; `close` still tells.
        this.on('error', () => undefined);
    }
    _read() {
        this.#channel.resume();
    }
    _write(chunk, _encoding, done) {
        this.#send(chunk, done);
    }
    _writev(chunks, done) {
        this.#send(Buffer.concat(chunks.map(({ chunk }) => chunk)), done);
    }
    /**
     * Not in this turn: what is written may be a packet of another SSH connection, one through a bastion, and ssh2 writes its
     * beginning while it still encrypts the rest, by state that all its connections share (lib/protocol/crypto.js,
     * ChaChaPolyCipherNative and POLY1305_OUT_COMPUTE).
     */
    #send(bytes, done) {
        process.nextTick(() => {
            if (this.#closed) {
                done(closedByPeer());
                return;
            }
            this.bytesWritten += bytes.length;
            this.#writeDone = done;
            this.#channel.write(bytes, (error) => {
                this.#writeDone = undefined;
                done(error);
            });
        });
    }
    _final(done) {
        this.#channel.end();
        done();
    }
    _destroy(error, done) {
        this.#channel.resume(); // what is left unread would keep the channel from closing
        this.#channel.destroy();
        done(error);
    }
}
function closedByPeer() {
    return Object.assign(new Error('the other end closed the forwarded connection'), { code: 'EPIPE' });
}

;// CONCATENATED MODULE: ./src/hosts/ssh2/ssh2-link.ts


/** How long the host may take to say goodbye. */
const ssh2_link_CLOSE_TIMEOUT_MS = 1000;
/** One SSH connection of ssh2. */
class Ssh2Link {
    isHere = false;
    whenLost;
    #client;
    #stream;
    #lostBecause;
    /**
     * @param client logged in over `stream`; it has no other listeners from now on but those that are about to be removed.
     * @param whyLost asked when it has ended: what else has, if that is the reason.
     */
    constructor(client, stream, whyLost = () => undefined) {
        this.#client = client;
        this.#stream = stream;
        this.whenLost = new Promise((resolve) => {
            client.on('error', (error) => {
                this.#lostBecause ??= whyLost() ?? error.message;
                stream.destroy();
            });
            client.on('close', () => {
                this.#lostBecause ??= whyLost() ?? 'the host closed it';
                resolve();
            });
        });
    }
    get lostBecause() {
        return this.#lostBecause ?? (this.#stream.writable ? undefined : 'the host closed it');
    }
    openSession = (command) => new Promise((resolve, reject) => {
        this.#client.exec(command, (error, channel) => {
            // Here and not in a later turn: how the command ended may be told in the same packet.
            if (error === undefined)
                resolve(new Ssh2Session(channel));
            else
                reject(error);
        });
    });
    openTcp(address, port) {
        return new Promise((resolve, reject) => {
            this.#client.forwardOut('127.0.0.1', 0, address, port, (error, channel) => {
                if (error === undefined)
                    resolve(new TcpStream(channel));
                else
                    reject(error);
            });
        });
    }
    statistics() {
        const { bytesWritten, bytesRead } = this.#stream;
        return { connections: 1, bytesSent: bytesWritten, bytesReceived: bytesRead };
    }
    async close() {
        this.#lostBecause ??= 'this run closed it';
        this.#client.end();
        const timer = setTimeout(() => this.#stream.destroy(), ssh2_link_CLOSE_TIMEOUT_MS);
        await this.whenLost;
        clearTimeout(timer);
    }
}

;// CONCATENATED MODULE: ./src/hosts/ssh2/whole-greeting.ts
/** The line by which a server says that it speaks SSH, whichever version (RFC 4253 §4.2). */
const GREETING = /^SSH-[^\n]*\n/m;
/** What is longer is no greeting; ssh2 may say so. */
const LONGEST = 32 * 1024;
/**
 * Lets the next listener that is given to `on` for `data` have the server's greeting in one piece: of one that comes in more than two, ssh2 loses
 * all but the first and the last (lib/protocol/Protocol.js, parseHeader), and waits for ever. What follows comes as it is.
 */
function keepGreetingWhole(stream) {
    const on = stream.on.bind(stream);
    // ssh2 keeps to one stream for both directions, so its listener is changed and not the stream.
    stream.on = ((event, listener) => {
        if (event !== 'data')
            return on(event, listener);
        stream.on = on;
        return on('data', gathered(listener));
    });
}
function gathered(listener) {
    let held = Buffer.alloc(0);
    return (chunk) => {
        if (held === undefined) {
            listener(chunk);
            return;
        }
        const seen = Buffer.concat([held, chunk]);
        const isWhole = GREETING.test(seen.toString('latin1')) || seen.length > LONGEST;
        held = isWhole ? undefined : seen;
        if (isWhole)
            listener(seen);
    };
}

;// CONCATENATED MODULE: ./src/hosts/ssh2/log-in.ts








const KEEPALIVE_MS = 10_000;
const KEEPALIVE_COUNT = 3;
/** How much of what is no SSH greeting is kept for the message. */
const GREETING_LIMIT = 512;
/** How much of a banner is kept for the message. */
const BANNER_LIMIT = 4096;
/**
 * The SSH handshake and login over an open stream, which is closed if they fail. The host key is compared before anything
 * about the user is sent.
 * @returns the link, which hears everything that follows the login, even in the same packet; or why there is none.
 */
function logIn(options, { stream, hostKeyTypes, deadline, limitMs }) {
    return new Promise((resolve) => {
        const { log, user, pins, keepaliveMs = KEEPALIVE_MS } = options;
        const client = new lib.Client();
        const methods = options.credential.map(({ method }) => method(user, onSha1));
        const started = performance.now();
        let stage = 'greeting';
        let greeting = '';
        let shown;
        let refusal;
        /** The last one: PAM's words for the user come so (OpenSSH auth2.c, userauth_send_banner). */
        let banner = '';
        /** How many keys were tried. */
        let tried = 0;
        function onSha1() {
            refusal = { kind: 'sha1-only' };
        }
        const settle = (outcome) => {
            deadline.removeEventListener('abort', onDeadline);
            stream.off('data', onData);
            if ('failure' in outcome)
                stream.destroy();
            resolve(outcome);
        };
        const onDeadline = () => settle({ failure: { kind: 'silent', stage, afterMs: limitMs } });
        const onData = (chunk) => {
            if (greeting.length < GREETING_LIMIT)
                greeting += chunk.toString('latin1', 0, GREETING_LIMIT);
            if (stage === 'greeting' && /^SSH-(?:2\.0|1\.99)-/m.test(greeting))
                stage = 'key exchange';
        };
        deadline.addEventListener('abort', onDeadline, { once: true });
        const onError = (error) => settle({ failure: refusal ?? sshFailure(error, stage, greeting, banner) });
        const onClose = () => settle({ failure: refusal ?? closedFailure(stage, greeting, banner) });
        client.on('error', onError);
        client.on('close', onClose);
        client.on('banner', (said) => {
            banner = said.slice(0, BANNER_LIMIT);
        });
        client.once('handshake', (algorithms) => {
            stage = 'authentication';
            const { kex, serverHostKey, cs } = algorithms;
            log.debug(`SSH: host key proven; ${kex}, ${serverHostKey}, ${cs.cipher} ${cs.mac}`.trimEnd());
            if (shown !== undefined && (0,host_pins/* judgeHostKey */.Tx)(pins, shown) === 'accepted')
                tellAcceptedKey(options, shown);
        });
        client.once('ready', () => {
            // The link listens before the login stops to: ssh2 goes on with the packets behind the success at once, and an
            // error without a listener would end the process with the host's own words.
            const link = new Ssh2Link(client, stream, options.whyLost);
            client.off('error', onError);
            client.off('close', onClose);
            log.debug(`SSH: logged in as ${user} after ${(performance.now() - started).toFixed(0)} ms`);
            settle(link);
        });
        keepGreetingWhole(stream);
        client.connect({
            sock: stream,
            username: user,
            algorithms: offeredAlgorithms(hostKeyTypes),
            hostVerifier: (blob) => {
                shown = { type: (0,wire/* keyBlobType */.$q)(blob) ?? 'unknown', blob };
                const verdict = (0,host_pins/* judgeHostKey */.Tx)(pins, shown);
                if (verdict === 'pinned' || verdict === 'accepted')
                    return true;
                refusal = { kind: 'wrong-host-key', shown };
                return false;
            },
            // Not 'none' first, as ssh2 does by itself: that is a round trip, and a failed login in sshd's eyes.
            authHandler: (accepted, partialSuccess, next) => {
                const method = methods[tried];
                if (method !== undefined && partialSuccess !== true && accepted?.includes('publickey') !== false) {
                    tried += 1;
                    next(method);
                    return;
                }
                refusal ??= {
                    kind: partialSuccess === true ? 'second-factor' : 'authentication',
                    methods: accepted ?? [], // ssh2 does not tell them of keys from an agent
                    said: banner,
                };
                // `false` ends the login (ssh2 README, authHandler); its types do not have it.
                next(false);
            },
            readyTimeout: 0, // the deadline above, which knows the stage
            keepaliveInterval: keepaliveMs,
            keepaliveCountMax: KEEPALIVE_COUNT,
        });
        // After connect(), which pauses the stream: a listener before it would take the first bytes away. Not by `on`, which
        // waits for ssh2's listener.
        stream.addListener('data', onData);
    });
}
/** What an error of ssh2 before the login means; ssh2 tells them apart by `level` and by text only. */
function sshFailure(error, stage, greeting, banner) {
    if (typeof error.code === 'number')
        return { kind: 'disconnected', said: error.message };
    if (error.level === 'client-socket')
        return closedFailure(stage, greeting, banner);
    if (error.level === 'agent')
        return { kind: 'agent', said: error.message };
    if (stage === 'greeting') {
        return error.level === 'protocol'
            ? closedFailure(stage, greeting, banner)
            : { kind: 'not-ssh', said: greeting };
    }
    if (error.message.includes('signature verification failed'))
        return { kind: 'host-key-unproven' };
    const [, what] = /no matching (.+)$/.exec(error.message) ?? [];
    return what === undefined ? { kind: 'protocol', said: error.message } : { kind: 'algorithms', what };
}
/** What OpenSSH says in clear before it hangs up (sshd.c: MaxStartups; 9.8 and later: PerSourcePenalties). */
const log_in_SSHD_FAREWELL = /^(?:Exceeded MaxStartups|Not allowed at this time)/;
/** How an SSH server begins (RFC 4253 §4.2); other lines may come before it. */
const SSH_GREETING = 'SSH-2.0-';
function closedFailure(stage, greeting, banner) {
    if (stage === 'authentication')
        return closedAtLogin(banner);
    if (stage !== 'greeting')
        return { kind: 'closed', stage, said: '' };
    const lastLine = greeting.split('\n').at(-1) ?? '';
    const isCutOff = lastLine !== '' && SSH_GREETING.startsWith(lastLine);
    return greeting.trim() === '' || isCutOff || log_in_SSHD_FAREWELL.test(greeting)
        ? { kind: 'closed', stage, said: greeting }
        : { kind: 'not-ssh', said: greeting };
}

;// CONCATENATED MODULE: ./src/hosts/ssh2/connect.ts




/**
 * Opens the one connection to a host and logs in.
 * @throws HostError that says why there is no connection.
 */
async function connectSsh2(options) {
    return new LinkedTransport(options, await openLink(options));
}
/**
 * Connects to an SSH server and logs in.
 * @throws HostError that says why there is no connection.
 */
function openLink(options) {
    const { dial = dialTcp } = options;
    return connectPatiently(options, options.credential, async (limits) => {
        const dialed = await dial(options, limits.deadline, limits.limitMs);
        return 'failure' in dialed ? dialed : logIn(options, { stream: dialed.stream, ...limits });
    });
}

;// CONCATENATED MODULE: ./src/hosts/ssh2/bastion-chain.ts



/**
 * The bastions on the way to all hosts: one connection to each for the whole run, opened when the first host is to be
 * connected to. Each is logged in to through the one before it, with its own host key: none of them sees what passes.
 */
class BastionChain {
    #hops;
    #links = [];
    #way;
    #closed = false;
    constructor(hops) {
        this.#hops = hops;
    }
    /**
     * The way through all of them, opened once.
     * @throws BastionError, the same to all who ask.
     */
    open() {
        this.#way ??= this.#open();
        return this.#way;
    }
    /** Ends all connections, the last one first; those that go through them must have ended before. */
    async close() {
        this.#closed = true;
        for (const link of this.#links.splice(0).toReversed())
            await link.close();
    }
    async #open() {
        const [first, ...others] = this.#hops;
        let way = await this.#through(first, {});
        for (const hop of others)
            way = await this.#through(hop, way);
        return way;
    }
    async #through(hop, way) {
        const link = await openLink({ ...hop, ...way }).catch((error) => {
            throw error instanceof host_error/* HostError */.d ? new host_error/* BastionError */.t(error) : error;
        });
        this.#links.push(link);
        // One that comes too late is not left open.
        if (this.#closed)
            await this.close();
        const via = `the ${hop.name}`;
        const whyLost = () => link.lostBecause === undefined ? undefined : `the connection to ${via} was lost: ${link.lostBecause}`;
        return { via, whyLost, dial: through(link) };
    }
}
/** Connects from the far end of a link. */
function through(link) {
    return async ({ address, port }, deadline, limitMs) => {
        const lost = () => link.lostBecause === undefined ? undefined : { kind: 'way-lost', said: link.lostBecause };
        const before = lost();
        if (before !== undefined)
            return { failure: before };
        const opening = link.openTcp(address, port).then((stream) => {
            if (deadline.aborted)
                stream.destroy();
            return { stream };
        }, (error) => ({ failure: lost() ?? jumpFailure(error) }));
        const { promise, resolve } = Promise.withResolvers();
        const onDeadline = () => resolve({ failure: { kind: 'silent', stage: 'connect', afterMs: limitMs } });
        deadline.addEventListener('abort', onDeadline, { once: true });
        try {
            return await Promise.race([opening, promise]);
        }
        finally {
            deadline.removeEventListener('abort', onDeadline);
        }
    };
}

// EXTERNAL MODULE: ./src/hosts/keys/parse-key.ts
var parse_key = __webpack_require__(63189);
;// CONCATENATED MODULE: ./src/hosts/ssh2/agent.ts




const USABLE = /^(?:ssh-ed25519|ecdsa-sha2-nistp(?:256|384|521)|ssh-rsa)$/;
/**
 * Asks an agent for its keys. ssh2 does not tell of those that it cannot use.
 * @param socket path of its Unix socket. @throws Error when it does not answer as an agent does.
 */
async function listAgentKeys(socket, timeoutMs) {
    const blobs = await listIdentities(socket, timeoutMs);
    const keys = blobs.map((blob) => {
        const type = (0,wire/* keyBlobType */.$q)(blob) ?? 'unknown';
        const key = USABLE.test(type) ? (0,parse_key/* parseKey */.D)(`${type} ${blob.toString('base64')}`) : undefined;
        return key === undefined || key instanceof Error ? type : key;
    });
    return {
        usable: keys.filter((key) => typeof key !== 'string'),
        others: keys.filter((key) => typeof key === 'string'),
    };
}
/** One key of an agent, as if it held no other: ssh2 tries all that an agent has, with no word of which and no limit. */
class OneKeyAgent extends (lib_default()).BaseAgent {
    #agent;
    #key;
    #onSha1;
    /** @param onSha1 called when a signature with SHA-1 was asked for, which is not made. */
    constructor(socket, key, onSha1) {
        super();
        this.#agent = new (lib_default()).OpenSSHAgent(socket);
        this.#key = key;
        this.#onSha1 = onSha1;
    }
    getIdentities(callback) {
        callback(null, [this.#key]);
    }
    sign(key, data, options, callback) {
        const [hash, told] = typeof options === 'function' ? [undefined, options] : [options.hash, callback];
        if (key.type !== 'ssh-rsa' || hash === 'sha256' || hash === 'sha512') {
            this.#agent.sign(key, data, hash === undefined ? {} : { hash }, told);
            return;
        }
        this.#onSha1();
        told?.(new Error('SHA-1 signatures are not made'));
    }
}

;// CONCATENATED MODULE: ./src/hosts/ssh2/signing-key.ts
/**
 * ssh2 signs with SHA-1 when a server does not name the signatures it takes (RFC 8308, server-sig-algs).
 * Such a login is refused instead.
 * @param onRefused called when a signature with SHA-1 was asked for.
 */
function withoutSha1(key, onRefused) {
    // A derived object, because ssh2 recognises its keys by a hidden property.
    return Object.create(key, {
        sign: {
            value: (data, hash) => {
                if (hash !== 'sha1')
                    return key.sign(data, hash);
                onRefused();
                return new Error('SHA-1 signatures are not made');
            },
        },
    });
}

;// CONCATENATED MODULE: ./src/hosts/ssh2/credential.ts





/**
 * How many keys of an agent are tried. sshd counts each that it does not know as a failed login: it breaks off at the
 * sixth (MaxAuthTries), and from the third on writes them where fail2ban looks.
 */
const MOST_TRIED = 5;
/** A private key that was given. */
function keyCredential({ key, type, fingerprint: print }) {
    return [
        {
            type,
            fingerprint: print,
            method: (username, onSha1) => ({ type: 'publickey', username, key: withoutSha1(key, onSha1) }),
        },
    ];
}
/**
 * The keys of an ssh-agent, the first ones of it; they are named in the log.
 * @param socket path of its Unix socket.
 * @throws Refusal when it does not answer, or has no key that can be used.
 */
async function agentCredential(socket, log) {
    let keys;
    try {
        keys = await listAgentKeys(socket);
    }
    catch (error) {
        throw silentAgent(socket, error);
    }
    const { usable, others } = keys;
    const unusable = others.length === 0 ? '' : ` Of no use here: ${[...new Set(others)].join(', ')}.`;
    const [first, ...rest] = usable.slice(0, MOST_TRIED).map((key) => {
        const label = { type: key.type, fingerprint: (0,wire/* fingerprint */.Rj)(key.getPublicSSH()) };
        return {
            ...label,
            method: (username, onSha1) => ({
                type: 'agent',
                username,
                agent: new OneKeyAgent(socket, key, onSha1),
            }),
        };
    });
    if (first === undefined) {
        throw agentRefusal(`the ssh-agent at ${socket} has no key that can log in.${unusable}`, 'no key was added to it (`ssh-add -l` shows them), or only certificates and keys in hardware.');
    }
    const tried = [first, ...rest];
    const limit = usable.length > MOST_TRIED
        ? ` It has ${usable.length}; no more than ${MOST_TRIED} are tried, as SSH servers count each.`
        : '';
    log.info(`Keys of the ssh-agent: ${tried.map(describeKey).join(', ')}.${limit}${unusable}`);
    return tried;
}

;// CONCATENATED MODULE: ./src/hosts/ssh2/connector.ts




/**
 * How hosts are connected to by the library ssh2. No connection is made yet, but to an ssh-agent on this machine.
 * @throws Refusal when there is nothing to log in with.
 */
async function ssh2Connector(ssh, means, optionsOf) {
    const credential = ssh.identity.kind === 'key'
        ? keyCredential(ssh.identity.key)
        : await agentCredential(ssh.identity.socket, means.log);
    const bastionCredential = ssh.bastionKey === undefined ? credential : keyCredential(ssh.bastionKey);
    const servers = sshServers(ssh, means);
    const [first, ...others] = servers.bastions.map((server) => ({
        ...server,
        credential: bastionCredential,
    }));
    const chain = first && new BastionChain([first, ...others]);
    return {
        connect: async (host) => {
            const way = await chain?.open();
            return await connectSsh2({
                ...optionsOf(host),
                ...servers.ofHost(host),
                credential,
                ...way,
            });
        },
        close: async () => chain?.close(),
    };
}

;// CONCATENATED MODULE: ./src/hosts/connector.ts







/**
 * How each host is connected to, as the inputs say. No connection is made yet, but to an ssh-agent on this machine.
 * @throws Refusal when there is nothing to log in with.
 */
async function connector({ ssh, hosts, controlPlane, sudoPassword }, { privilege, temporary, ...means }) {
    const { log } = means;
    const gate = new FirstAlone((error) => error instanceof sudo_dialogue/* PasswordRefused */.ID);
    const optionsOf = ({ name, address }) => ({
        name: name ?? address,
        privilege,
        ...(sudoPassword !== undefined && { sudo: { password: sudoPassword, gate } }),
        log: log.host(name ?? address),
    });
    const folder = new private_folder/* PrivateFolder */.o(temporary);
    const uses = (transport) => [...hosts, ...controlPlane].some((host) => host.transport === transport);
    const bySsh2 = ssh && uses('ssh2') ? await ssh2Connector(ssh, means, optionsOf) : undefined;
    const byOpenssh = ssh && uses('openssh') ? await opensshConnector(ssh, means, optionsOf, folder) : undefined;
    if (ssh !== undefined && ssh.bastions.length > 0)
        log.info(topology(ssh.bastions, hosts));
    return {
        connect: async (host) => {
            if (host.transport === 'local')
                return connectLocal({ ...optionsOf(host), ...host, folder });
            const remote = host.transport === 'openssh' ? byOpenssh : bySsh2;
            if (remote === undefined)
                throw new Error(`no way to ${host.address}`);
            return await remote.connect(host);
        },
        close: async () => {
            await Promise.all([bySsh2?.close(), byOpenssh?.close()]);
            folder.remove();
        },
    };
}
/** Who connects to whom: each address is as the machine before it sees it. */
function topology(bastions, hosts) {
    const jumps = bastions.map((login) => `${login.user}@${placeOf(login)}`);
    const ends = hosts
        .filter(isRemote)
        .map(({ name, login }) => (name === undefined ? placeOf(login) : `${name} (${placeOf(login)})`));
    return `The way: this runner → ${jumps.join(' → ')} → ${ends.join(', ')}`;
}
function isRemote(host) {
    return host.transport !== 'local';
}


/***/ }),

/***/ 68815:
/***/ ((__unused_webpack_module, __webpack_exports__, __webpack_require__) => {

/* harmony export */ __webpack_require__.d(__webpack_exports__, {
/* harmony export */   o: () => (/* binding */ isCrictlWarning)
/* harmony export */ });
/**
 * Whether a line is what crictl 1.32 and later writes to standard error in each call on a host without /etc/crictl.yaml, as
 * kubeadm's packages leave it (cri-tools, pkg/common/config.go). It tells nothing about etcd or the runtime.
 */
function isCrictlWarning(line) {
    return line.includes('level=warning msg="Config ') && line.includes('crictl.yaml');
}


/***/ }),

/***/ 46862:
/***/ ((__unused_webpack_module, __webpack_exports__, __webpack_require__) => {

/* harmony export */ __webpack_require__.d(__webpack_exports__, {
/* harmony export */   d: () => (/* binding */ HostError),
/* harmony export */   t: () => (/* binding */ BastionError)
/* harmony export */ });
/* harmony import */ var _findings_js__WEBPACK_IMPORTED_MODULE_0__ = __webpack_require__(81001);

/** Something went wrong between the runner and one host, already in words for the user. */
class HostError extends Error {
    finding;
    /** @param finding with `host` set and `at` naming the step. */
    constructor(finding, options) {
        super((0,_findings_js__WEBPACK_IMPORTED_MODULE_0__/* .describeFinding */ .jb)(finding), options);
        this.name = 'HostError';
        this.finding = finding;
    }
}
/** A bastion on the way to the hosts failed, and none of them: what is told is the same for all, and names the bastion. */
class BastionError extends HostError {
    constructor({ finding }) {
        super({ ...finding, host: finding.host ?? 'bastion' });
        this.name = 'BastionError';
    }
}


/***/ }),

/***/ 35127:
/***/ ((__unused_webpack_module, __webpack_exports__, __webpack_require__) => {

/* harmony export */ __webpack_require__.d(__webpack_exports__, {
/* harmony export */   h: () => (/* binding */ parseCertificate),
/* harmony export */   v: () => (/* binding */ certificateTypes)
/* harmony export */ });
/* harmony import */ var _wire_js__WEBPACK_IMPORTED_MODULE_0__ = __webpack_require__(41979);

const SUFFIX = '-cert-v01@openssh.com';
/** How many fields a key's own part has. */
const KEY_FIELDS = {
    'ssh-ed25519': 1,
    'ecdsa-sha2-nistp256': 2,
    'ecdsa-sha2-nistp384': 2,
    'ecdsa-sha2-nistp521': 2,
    'ssh-rsa': 2,
};
const ROLES = { 1: 'user', 2: 'host' };
/** The last second that a Date can be. */
const LAST_SECOND = 8640000000000n;
/** The certificate types that stand for these types of keys. */
function certificateTypes(keyTypes) {
    return keyTypes.filter((type) => type in KEY_FIELDS).map((type) => `${type}${SUFFIX}`);
}
/**
 * Takes a certificate apart; whether its signature is right is not looked at.
 * @returns undefined when it is none, or of a key that lives in hardware.
 */
function parseCertificate(blob) {
    const type = (0,_wire_js__WEBPACK_IMPORTED_MODULE_0__/* .keyBlobType */ .$q)(blob);
    const keyType = type?.endsWith(SUFFIX) === true ? type.slice(0, -SUFFIX.length) : '';
    const count = KEY_FIELDS[keyType];
    if (type === undefined || count === undefined)
        return undefined;
    const reader = new _wire_js__WEBPACK_IMPORTED_MODULE_0__/* .WireReader */ .ZT(blob);
    reader.string(); // its type
    reader.string(); // a nonce
    const fields = Array.from({ length: count }, () => reader.string());
    reader.raw(8); // its serial number
    const role = ROLES[reader.uint32() ?? 0];
    const keyId = reader.string()?.toString('utf8');
    const principals = reader.string();
    const validAfter = reader.raw(8)?.readBigUInt64BE();
    const validBefore = reader.raw(8)?.readBigUInt64BE();
    reader.string(); // critical options
    reader.string(); // extensions
    reader.string(); // reserved
    const authority = reader.string();
    if (role === undefined ||
        keyId === undefined ||
        principals === undefined ||
        validAfter === undefined ||
        validBefore === undefined ||
        authority === undefined)
        return undefined;
    const parts = fields.map((field) => (0,_wire_js__WEBPACK_IMPORTED_MODULE_0__/* .wireString */ .f9)(field ?? Buffer.alloc(0)));
    return {
        type,
        blob,
        key: { type: keyType, blob: Buffer.concat([(0,_wire_js__WEBPACK_IMPORTED_MODULE_0__/* .wireString */ .f9)(keyType), ...parts]) },
        role,
        keyId,
        principals: strings(principals),
        validAfter: dateOf(validAfter),
        ...(validBefore < LAST_SECOND && { validBefore: dateOf(validBefore) }),
        authority: { type: (0,_wire_js__WEBPACK_IMPORTED_MODULE_0__/* .keyBlobType */ .$q)(authority) ?? 'unknown', blob: authority },
    };
}
function strings(list) {
    const reader = new _wire_js__WEBPACK_IMPORTED_MODULE_0__/* .WireReader */ .ZT(list);
    const all = [];
    for (let one = reader.string(); one !== undefined; one = reader.string())
        all.push(one.toString('utf8'));
    return all;
}
function dateOf(seconds) {
    return new Date(Number(seconds < LAST_SECOND ? seconds : LAST_SECOND) * 1000);
}


/***/ }),

/***/ 48025:
/***/ ((__unused_webpack_module, __webpack_exports__, __webpack_require__) => {

/* harmony export */ __webpack_require__.d(__webpack_exports__, {
/* harmony export */   G: () => (/* binding */ pinsFor),
/* harmony export */   Tx: () => (/* binding */ judgeHostKey),
/* harmony export */   ZY: () => (/* binding */ isPinOf),
/* harmony export */   y6: () => (/* binding */ pinnedTypes)
/* harmony export */ });
/* harmony import */ var _known_hosts_js__WEBPACK_IMPORTED_MODULE_0__ = __webpack_require__(1105);
/* harmony import */ var _wire_js__WEBPACK_IMPORTED_MODULE_1__ = __webpack_require__(41979);


/**
 * What is pinned for a host. known_hosts lists it by the address and port that are connected to, as OpenSSH has it;
 * fingerprints also by what else it is called. A key is revoked for it under any of its names and at any port, and a host
 * that is named anywhere is not one of which nothing is pinned: `@revoked *` alone names none.
 */
function pinsFor(rules, host) {
    const { keys, authorities } = (0,_known_hosts_js__WEBPACK_IMPORTED_MODULE_0__/* .lookup */ .$I)(rules.knownHosts, host.address, host.port);
    const naming = (0,_known_hosts_js__WEBPACK_IMPORTED_MODULE_0__/* .linesNaming */ .uA)(rules.knownHosts, [host.address, ...host.aliases], host.port);
    const revoked = naming.filter(({ role }) => role === 'revoked').map(({ key }) => key);
    const elsewhere = naming.filter((line) => line.role === 'revoked' ? !(0,_known_hosts_js__WEBPACK_IMPORTED_MODULE_0__/* .isForAll */ .z)(line) : ![...keys, ...authorities].includes(line.key));
    const fingerprints = rules.fingerprints.filter((pin) => isPinOf(pin, host));
    const isNamed = rules.fingerprints.some((pin) => isPinOf(pin, host, true));
    const nothing = keys.length + authorities.length + elsewhere.length === 0 && !isNamed;
    const acceptsAny = nothing && rules.policy === 'accept-new';
    return { keys, authorities, revoked, elsewhere, fingerprints, acceptsAny };
}
/** Whether a fingerprint was given for this host. @param atAnyPort also for another port than is connected to. */
function isPinOf(pin, { address, port, aliases }, atAnyPort = false) {
    const names = [address, `[${address}]:${port}`, (0,_known_hosts_js__WEBPACK_IMPORTED_MODULE_0__/* .knownHostName */ .nF)(address, port), ...aliases];
    const given = atAnyPort ? pin.host.replace(/^\[(.*)\]:\d+$/, '$1') : pin.host;
    return names.some((name) => name.toLowerCase() === given);
}
/** @param key shown by the host; that it holds it is not proven by this. */
function judgeHostKey(pins, key) {
    const isKey = (other) => other.blob.equals(key.blob);
    if (pins.revoked.some(isKey))
        return 'revoked';
    const shown = (0,_wire_js__WEBPACK_IMPORTED_MODULE_1__/* .fingerprint */ .Rj)(key.blob);
    if (pins.keys.some(isKey) || pins.fingerprints.some((pin) => pin.fingerprint === shown))
        return 'pinned';
    return pins.acceptsAny ? 'accepted' : 'refused';
}
/**
 * The types of the keys that are pinned.
 * @returns undefined when a key of any type may be the right one, or nothing is pinned.
 */
function pinnedTypes({ keys, fingerprints }) {
    if (keys.length + fingerprints.length === 0)
        return undefined;
    if (fingerprints.some(({ types }) => types === undefined))
        return undefined;
    const types = [...keys.map(({ type }) => type), ...fingerprints.flatMap((pin) => pin.types ?? [])];
    return [...new Set(types)];
}


/***/ }),

/***/ 16299:
/***/ ((__unused_webpack_module, __webpack_exports__, __webpack_require__) => {

/* harmony export */ __webpack_require__.d(__webpack_exports__, {
/* harmony export */   j: () => (/* binding */ readKeyText),
/* harmony export */   o: () => (/* binding */ pemText)
/* harmony export */ });
const PEM_BLOCK = /-----BEGIN ([A-Z0-9 ]+)-----(.*?)-----END \1-----/gs;
/** Cipher and start vector, as long as the cipher's block: the key may follow behind it where line breaks were lost. */
const DEK_INFO = /DEK-Info:\s*(AES-[A-Z0-9-]+,[0-9A-F]{32}|[A-Z0-9-]+,[0-9A-F]{16})/i;
const OPENSSH_MAGIC = 'openssh-key-v1\0';
/**
 * Recognises a key in what people paste: CRLF, a byte order mark, quotes around it, lost or literal `\n`
 * newlines, indentation, and the base64 of the whole file. Judges the wrapping only, not the key.
 */
function readKeyText(pasted) {
    const text = tidy(pasted);
    if (text === '')
        return { kind: 'empty' };
    if (isLegible(text))
        return classify(text);
    const decoded = decodeBase64(text);
    if (decoded === undefined)
        return { kind: 'unknown' };
    if (decoded.startsWith(OPENSSH_MAGIC)) {
        return { kind: 'private', block: { label: 'OPENSSH PRIVATE KEY', body: text.replace(/\s/g, '') } };
    }
    const inner = tidy(decoded);
    return isLegible(inner) ? classify(inner) : { kind: 'unknown' };
}
/** The block as a PEM file: 64 columns, LF, a newline at the end. */
function pemText(block) {
    const headers = block.dekInfo === undefined ? [] : ['Proc-Type: 4,ENCRYPTED', `DEK-Info: ${block.dekInfo}`, ''];
    const lines = block.body.match(/.{1,64}/g) ?? [];
    return [`-----BEGIN ${block.label}-----`, ...headers, ...lines, `-----END ${block.label}-----`, ''].join('\n');
}
function tidy(pasted) {
    const text = pasted
        .replace(/[\uFEFF\u200B]/g, '')
        .replaceAll('\u00A0', ' ')
        .trim();
    const unquoted = /^(["'])(.*)\1$/s.exec(text)?.[2] ?? text;
    // A backslash never occurs in a key; PuTTY's format may have one in its comment and keeps its own newlines.
    const lines = unquoted.startsWith('PuTTY-') ? unquoted : unquoted.replace(/\\r|\\n/g, '\n');
    return lines.replace(/\r\n?/g, '\n').trim();
}
function isLegible(text) {
    return (text.includes('---- BEGIN ') ||
        text.includes('-----BEGIN ') ||
        text.startsWith('PuTTY-') ||
        isPublicLine(text));
}
function isPublicLine(text) {
    return /^(?:ssh-|ecdsa-sha2-|sk-)\S+\s+AAAA/m.test(text);
}
function classify(text) {
    if (text.startsWith('PuTTY-'))
        return { kind: 'putty', text };
    const blocks = [...text.matchAll(PEM_BLOCK)].map(([, label = '', content = '']) => ({ label, content }));
    const [block, ...others] = blocks.filter(({ label }) => label.endsWith('PRIVATE KEY'));
    if (block !== undefined) {
        return others.length > 0
            ? { kind: 'several', count: others.length + 1 }
            : readBlock(block.label, block.content);
    }
    if (/-----BEGIN [A-Z0-9 ]*PRIVATE KEY-----/.test(text))
        return { kind: 'truncated' };
    if (text.includes('PUBLIC KEY') || isPublicLine(text))
        return { kind: 'public' };
    return { kind: text.includes('-----BEGIN CERTIFICATE-----') ? 'certificate' : 'unknown' };
}
function readBlock(label, content) {
    const dekInfo = DEK_INFO.exec(content)?.[1];
    const body = content
        .replace(/Proc-Type:\s*4,\s*ENCRYPTED/i, '')
        .replace(DEK_INFO, '')
        .replace(/\s/g, '');
    if (!/^[A-Za-z0-9+/]+={0,2}$/.test(body))
        return { kind: 'damaged' };
    return { kind: 'private', block: { label, body, ...(dekInfo === undefined ? {} : { dekInfo }) } };
}
function decodeBase64(text) {
    const compact = text.replace(/\s/g, '');
    if (compact.length < 100 || !/^[A-Za-z0-9+/_-]+={0,2}$/.test(compact))
        return undefined;
    return Buffer.from(compact, 'base64').toString('utf8');
}


/***/ }),

/***/ 1105:
/***/ ((__unused_webpack_module, __webpack_exports__, __webpack_require__) => {

/* harmony export */ __webpack_require__.d(__webpack_exports__, {
/* harmony export */   $I: () => (/* binding */ lookup),
/* harmony export */   TZ: () => (/* binding */ knownHostsLine),
/* harmony export */   nF: () => (/* binding */ knownHostName),
/* harmony export */   uA: () => (/* binding */ linesNaming),
/* harmony export */   uJ: () => (/* binding */ parseKnownHosts),
/* harmony export */   z: () => (/* binding */ isForAll)
/* harmony export */ });
/* harmony import */ var node_crypto__WEBPACK_IMPORTED_MODULE_0__ = __webpack_require__(77598);
/* harmony import */ var node_crypto__WEBPACK_IMPORTED_MODULE_0___default = /*#__PURE__*/__webpack_require__.n(node_crypto__WEBPACK_IMPORTED_MODULE_0__);
/* harmony import */ var _wire_js__WEBPACK_IMPORTED_MODULE_1__ = __webpack_require__(41979);


const AT = 'ssh-known-hosts';
const EXAMPLE = 'an example: `10.0.0.11 ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAA…`';
const EXPECTED = `give host names, key type and key in base64, separated by blanks; ${EXAMPLE}.`;
const KEY_TYPE = /^(?:ssh-|ecdsa-|sk-)[a-z0-9@.-]+$/;
const BASE64 = /^(?:[A-Za-z0-9+/]{4})+(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$|^[A-Za-z0-9+/]{2}==$/;
const DEFAULT_PORT = 22;
/**
 * Reads known_hosts text (sshd(8), "SSH_KNOWN_HOSTS FILE FORMAT"): host patterns with `*`, `?` and `!`,
 * `[host]:port`, hashed names, `@revoked`, `@cert-authority`, comments, blank lines, LF or CRLF.
 */
function parseKnownHosts(text) {
    const entries = [];
    const findings = [];
    for (const [index, raw] of text
        .replace(/^\uFEFF/, '')
        .split(/\r\n|\n|\r/)
        .entries()) {
        const line = index + 1;
        const content = raw.trim();
        if (content === '' || content.startsWith('#'))
            continue;
        const parsed = parseLine(content);
        if ('entry' in parsed)
            entries.push({ line, ...parsed.entry });
        else
            findings.push({ at: `${AT}, line ${line}`, ...parsed.problem });
    }
    return { entries, findings };
}
/** The name under which known_hosts lists a host: bare for port 22, else `[host]:port` (OpenSSH misc.c, put_host_port). */
function knownHostName(host, port) {
    return port === DEFAULT_PORT ? host : `[${host}]:${port}`;
}
/** The line that makes this key known for this host. */
function knownHostsLine(host, port, key) {
    return `${knownHostName(host, port)} ${key.type} ${key.blob.toString('base64')}`;
}
/**
 * The keys listed for a host. A line without a port speaks for port 22 only, one with `[host]:port` for that
 * port only.
 */
function lookup(entries, host, port) {
    const name = knownHostName(host.toLowerCase(), port);
    const matching = entries.filter((entry) => namesMatch(entry.names, name));
    const keysOf = (role) => matching.filter((entry) => entry.role === role).map((entry) => entry.key);
    return { keys: keysOf('host'), revoked: keysOf('revoked'), authorities: keysOf('authority') };
}
/**
 * The lines that name a host at all: by any of its names, and at any port. A hashed line does not tell its port, so of those
 * only the ones for this port and for port 22 are found.
 * @param names of the host, in any case.
 */
function linesNaming(entries, names, port) {
    const bare = names.map((name) => name.toLowerCase());
    const known = bare.flatMap((name) => [name, `[${name}]:${port}`]);
    return entries.filter((entry) => {
        if (known.some((name) => namesMatch(entry.names, name)))
            return true;
        if ('hash' in entry.names)
            return false;
        const patterns = entry.names.patterns.map((pattern) => pattern.replace(/^(!?)\[(.*)\]:[^\]]*$/, '$1$2'));
        return bare.some((name) => namesMatch({ patterns }, name));
    });
}
/** Whether a line is for each and every host. */
function isForAll({ names }) {
    return 'patterns' in names && names.patterns.every((pattern) => /^\*+$/.test(pattern));
}
const ROLES = new Map([
    ['@revoked', 'revoked'],
    ['@cert-authority', 'authority'],
]);
function parseLine(content) {
    const words = content.split(/[ \t]+/);
    const marker = words[0]?.startsWith('@') === true ? (words.shift() ?? '') : undefined;
    const role = marker === undefined ? 'host' : ROLES.get(marker);
    if (role === undefined) {
        return problem(`the marker \`${shortened(marker ?? '')}\` is not known.`, 'the only markers are `@revoked` and `@cert-authority`.');
    }
    const [names, type, base64] = words;
    if (names === undefined || type === undefined || base64 === undefined)
        return tooShort(names, type);
    if (/^\d+$/.test(type)) {
        return problem('this is a key of SSH protocol 1.', 'remove the line; no current server has such a key.');
    }
    const parsedNames = parseNames(names);
    if (parsedNames === undefined) {
        return problem('the hashed host name is damaged.', 'expected is `|1|salt|hash`, both in base64, 20 bytes each.');
    }
    const key = parseKey(type, base64);
    if (typeof key === 'string')
        return problem(key, EXPECTED);
    if (words.some((word, at) => at > 2 && KEY_TYPE.test(word) && words[at + 1]?.startsWith('AAAA') === true)) {
        return problem('a second key stands behind the first one.', 'give each host a line of its own.', 'the line breaks were lost, as where a value in several lines is put into a variable of a shell without quotes.');
    }
    return { entry: { role, names: parsedNames, key } };
}
function problem(fact, fix, cause) {
    return { problem: { fact, fix, ...(cause !== undefined && { cause }) } };
}
function tooShort(first, second) {
    if (first !== undefined && KEY_TYPE.test(first) && second?.startsWith('AAAA') === true) {
        return problem('this is a public key without a host.', `put the host in front of it, as in ${EXAMPLE.slice('an example: '.length)}.`);
    }
    if (/SHA256:|MD5:|^(?:[0-9a-f]{2}:){15}/.test(`${first ?? ''} ${second ?? ''}`)) {
        return problem('this is a fingerprint, not a key.', `put the line into \`ssh-host-fingerprints\`, or give the whole key here; ${EXAMPLE}.`);
    }
    return problem('this is not a known_hosts line.', EXPECTED);
}
function parseNames(field) {
    if (!field.startsWith('|'))
        return { patterns: field.toLowerCase().split(',') };
    const [, version, salt = '', hash = ''] = field.split('|');
    const decoded = { salt: Buffer.from(salt, 'base64'), hash: Buffer.from(hash, 'base64') };
    return version === '1' && decoded.salt.length === 20 && decoded.hash.length === 20 ? decoded : undefined;
}
function parseKey(type, base64) {
    if (!KEY_TYPE.test(type))
        return `\`${shortened(type)}\` is not a key type.`;
    if (!BASE64.test(base64))
        return `the ${type} key is cut off or damaged: it is not base64.`;
    const blob = Buffer.from(base64, 'base64');
    const inner = (0,_wire_js__WEBPACK_IMPORTED_MODULE_1__/* .keyBlobType */ .$q)(blob);
    if (inner === undefined)
        return `the ${type} key is cut off or damaged.`;
    if (inner !== type)
        return `the line says ${type}, but the key itself is of type ${inner}.`;
    return { type, blob };
}
function shortened(word) {
    return word.length > 40 ? `${word.slice(0, 40)}…` : word;
}
/** OpenSSH hostfile.c, match_hashed / match_hostname: a negated pattern that fits overrules the others. */
function namesMatch(names, name) {
    if ('hash' in names) {
        return (0,node_crypto__WEBPACK_IMPORTED_MODULE_0__.timingSafeEqual)((0,node_crypto__WEBPACK_IMPORTED_MODULE_0__.createHmac)('sha1', names.salt).update(name).digest(), names.hash);
    }
    const fitting = names.patterns.filter((pattern) => matchesPattern(name, pattern.replace(/^!/, '')));
    return fitting.length > 0 && !fitting.some((pattern) => pattern.startsWith('!'));
}
/**
 * OpenSSH match.c, match_pattern: `*` stands for any characters or none, `?` for one. Only the last `*` is ever gone
 * back to, so that no pattern takes longer than the product of both lengths.
 */
function matchesPattern(name, pattern) {
    let at = 0;
    let next = 0;
    let star = -1;
    let starAt = 0;
    while (at < name.length) {
        if (pattern[next] === '*') {
            star = next;
            starAt = at;
            next += 1;
        }
        else if (pattern[next] === '?' || pattern[next] === name[at]) {
            at += 1;
            next += 1;
        }
        else if (star !== -1) {
            starAt += 1;
            at = starAt;
            next = star + 1;
        }
        else {
            return false;
        }
    }
    return /^\**$/.test(pattern.slice(next));
}


/***/ }),

/***/ 12520:
/***/ ((__unused_webpack_module, __webpack_exports__, __webpack_require__) => {

/* harmony export */ __webpack_require__.d(__webpack_exports__, {
/* harmony export */   Oq: () => (/* binding */ readOpensshHeader),
/* harmony export */   S$: () => (/* binding */ opensshEd25519Body),
/* harmony export */   fm: () => (/* binding */ sshAddText)
/* harmony export */ });
/* harmony import */ var node_crypto__WEBPACK_IMPORTED_MODULE_0__ = __webpack_require__(77598);
/* harmony import */ var node_crypto__WEBPACK_IMPORTED_MODULE_0___default = /*#__PURE__*/__webpack_require__.n(node_crypto__WEBPACK_IMPORTED_MODULE_0__);
/* harmony import */ var _key_text_js__WEBPACK_IMPORTED_MODULE_2__ = __webpack_require__(16299);
/* harmony import */ var _wire_js__WEBPACK_IMPORTED_MODULE_1__ = __webpack_require__(41979);



const MAGIC = Buffer.from('openssh-key-v1\0');
/** Length to which an unencrypted private section is padded (PROTOCOL.key: the cipher's block size, or 8). */
const BLOCK = 8;
/** Reads the open part of an OpenSSH private key (OpenSSH PROTOCOL.key); undefined when it is not one. */
function readOpensshHeader(bytes) {
    const reader = new _wire_js__WEBPACK_IMPORTED_MODULE_1__/* .WireReader */ .ZT(bytes);
    if (reader.raw(MAGIC.length)?.equals(MAGIC) !== true)
        return undefined;
    const cipher = reader.string()?.toString('latin1');
    reader.string(); // name of the key derivation
    const options = reader.string();
    const count = reader.uint32();
    const publicBlob = reader.string();
    const privateSection = reader.string();
    if (cipher === undefined ||
        options === undefined ||
        count !== 1 ||
        publicBlob === undefined ||
        privateSection === undefined)
        return undefined;
    const type = (0,_wire_js__WEBPACK_IMPORTED_MODULE_1__/* .keyBlobType */ .$q)(publicBlob);
    return type === undefined ? undefined : { cipher, rounds: roundsOf(options), type, publicBlob };
}
/** Of bcrypt's options: a salt, and the number of rounds. */
function roundsOf(options) {
    const reader = new _wire_js__WEBPACK_IMPORTED_MODULE_1__/* .WireReader */ .ZT(options);
    reader.string();
    return reader.uint32() ?? 0;
}
/**
 * An Ed25519 private key as an unencrypted OpenSSH key file (OpenSSH PROTOCOL.key), the only form in which
 * ssh2 takes one.
 * @returns base64 of the file's body. Secret.
 */
function opensshEd25519Body(key) {
    const { d, x } = key.export({ format: 'jwk' });
    if (d === undefined || x === undefined)
        throw new TypeError('not an Ed25519 private key');
    const publicKey = Buffer.from(x, 'base64url');
    const type = (0,_wire_js__WEBPACK_IMPORTED_MODULE_1__/* .wireString */ .f9)('ssh-ed25519');
    const publicBlob = Buffer.concat([type, (0,_wire_js__WEBPACK_IMPORTED_MODULE_1__/* .wireString */ .f9)(publicKey)]);
    // Two equal numbers, by which a reader sees that decryption worked; nothing is encrypted, any will do.
    const check = Buffer.concat([(0,_wire_js__WEBPACK_IMPORTED_MODULE_1__/* .wireUint32 */ .TT)(0), (0,_wire_js__WEBPACK_IMPORTED_MODULE_1__/* .wireUint32 */ .TT)(0)]);
    const secret = (0,_wire_js__WEBPACK_IMPORTED_MODULE_1__/* .wireString */ .f9)(Buffer.concat([Buffer.from(d, 'base64url'), publicKey]));
    const section = Buffer.concat([check, type, (0,_wire_js__WEBPACK_IMPORTED_MODULE_1__/* .wireString */ .f9)(publicKey), secret, (0,_wire_js__WEBPACK_IMPORTED_MODULE_1__/* .wireString */ .f9)('')]);
    const padding = Buffer.from(Array.from({ length: -section.length & (BLOCK - 1) }, (_, index) => index + 1));
    return Buffer.concat([
        MAGIC,
        (0,_wire_js__WEBPACK_IMPORTED_MODULE_1__/* .wireString */ .f9)('none'),
        (0,_wire_js__WEBPACK_IMPORTED_MODULE_1__/* .wireString */ .f9)('none'),
        (0,_wire_js__WEBPACK_IMPORTED_MODULE_1__/* .wireString */ .f9)(''),
        (0,_wire_js__WEBPACK_IMPORTED_MODULE_1__/* .wireUint32 */ .TT)(1),
        (0,_wire_js__WEBPACK_IMPORTED_MODULE_1__/* .wireString */ .f9)(publicBlob),
        (0,_wire_js__WEBPACK_IMPORTED_MODULE_1__/* .wireString */ .f9)(Buffer.concat([section, padding])),
    ]).toString('base64');
}
/**
 * A private key as text that ssh-add reads from its standard input, without a passphrase: OpenSSH before 9.6 reads Ed25519 in
 * its own format alone, and others as PEM.
 * @param pem as node reads it. Secret, as is what comes back.
 */
function sshAddText(pem) {
    const key = (0,node_crypto__WEBPACK_IMPORTED_MODULE_0__.createPrivateKey)(pem);
    if (key.asymmetricKeyType === 'ed25519')
        return (0,_key_text_js__WEBPACK_IMPORTED_MODULE_2__/* .pemText */ .o)({ label: 'OPENSSH PRIVATE KEY', body: opensshEd25519Body(key) });
    const type = key.asymmetricKeyType === 'rsa' ? 'pkcs1' : 'sec1';
    return key.export({ type, format: 'pem' }).toString();
}


/***/ }),

/***/ 63189:
/***/ ((__unused_webpack_module, __webpack_exports__, __webpack_require__) => {

/* harmony export */ __webpack_require__.d(__webpack_exports__, {
/* harmony export */   D: () => (/* binding */ parseKey)
/* harmony export */ });
/* harmony import */ var ssh2__WEBPACK_IMPORTED_MODULE_0__ = __webpack_require__(85472);
/* harmony import */ var ssh2__WEBPACK_IMPORTED_MODULE_0___default = /*#__PURE__*/__webpack_require__.n(ssh2__WEBPACK_IMPORTED_MODULE_0__);

/**
 * A key as ssh2 reads it, or why it does not. A damaged one can lead it so far astray that it throws instead, with a
 * message that tells a user nothing.
 */
function parseKey(text, passphrase) {
    try {
        return ssh2__WEBPACK_IMPORTED_MODULE_0___default().utils.parseKey(text, passphrase);
    }
    catch (error) {
        return new Error('the key is damaged', { cause: error });
    }
}


/***/ }),

/***/ 51367:
/***/ ((__unused_webpack_module, __webpack_exports__, __webpack_require__) => {

/* harmony export */ __webpack_require__.d(__webpack_exports__, {
/* harmony export */   h: () => (/* binding */ pinnedHost)
/* harmony export */ });
/** A host of the inputs as its keys are looked up: by where it is logged in to, and by the member's name and address. */
function pinnedHost({ name, address, login }) {
    return {
        address: login.address,
        port: login.port,
        aliases: name === undefined ? [address] : [name, address],
    };
}


/***/ }),

/***/ 41979:
/***/ ((__unused_webpack_module, __webpack_exports__, __webpack_require__) => {

/* harmony export */ __webpack_require__.d(__webpack_exports__, {
/* harmony export */   $q: () => (/* binding */ keyBlobType),
/* harmony export */   Rj: () => (/* binding */ fingerprint),
/* harmony export */   TT: () => (/* binding */ wireUint32),
/* harmony export */   ZT: () => (/* binding */ WireReader),
/* harmony export */   f9: () => (/* binding */ wireString)
/* harmony export */ });
/* harmony import */ var node_crypto__WEBPACK_IMPORTED_MODULE_0__ = __webpack_require__(77598);
/* harmony import */ var node_crypto__WEBPACK_IMPORTED_MODULE_0___default = /*#__PURE__*/__webpack_require__.n(node_crypto__WEBPACK_IMPORTED_MODULE_0__);

/**
 * Reads the fields of an SSH key blob in order (RFC 4251 §5).
 * A field that is not wholly there is `undefined`, and so is every one after it.
 */
class WireReader {
    #bytes;
    #offset = 0;
    constructor(bytes) {
        this.#bytes = bytes;
    }
    /** The next `uint32`. */
    uint32() {
        return this.raw(4)?.readUInt32BE();
    }
    /** The content of the next `string`: a length and that many bytes. */
    string() {
        const length = this.uint32();
        return length === undefined ? undefined : this.raw(length);
    }
    /** The next `length` bytes as they are. */
    raw(length) {
        if (this.#offset + length > this.#bytes.length) {
            this.#offset = this.#bytes.length + 1;
            return undefined;
        }
        const field = this.#bytes.subarray(this.#offset, this.#offset + length);
        this.#offset += length;
        return field;
    }
}
/** A `uint32` of RFC 4251 §5. */
function wireUint32(value) {
    const bytes = Buffer.alloc(4);
    bytes.writeUInt32BE(value);
    return bytes;
}
/** A `string` of RFC 4251 §5. */
function wireString(value) {
    const bytes = Buffer.from(value);
    return Buffer.concat([wireUint32(bytes.length), bytes]);
}
/** The type that a public key blob names itself by, e.g. `ssh-ed25519`; undefined when it is no key blob. */
function keyBlobType(blob) {
    const type = new WireReader(blob).string()?.toString('latin1');
    return type !== undefined && /^[a-z0-9@.-]+$/.test(type) ? type : undefined;
}
/** Fingerprint of a public key blob as `ssh-keygen -l` prints it: `SHA256:` and base64 without padding. */
function fingerprint(blob) {
    return `SHA256:${(0,node_crypto__WEBPACK_IMPORTED_MODULE_0__.createHash)('sha256').update(blob).digest('base64').replace(/=+$/, '')}`;
}


/***/ }),

/***/ 48771:
/***/ ((__unused_webpack_module, __webpack_exports__, __webpack_require__) => {

/* harmony export */ __webpack_require__.d(__webpack_exports__, {
/* harmony export */   a: () => (/* binding */ lastWords)
/* harmony export */ });
/* harmony import */ var _key_blocks_js__WEBPACK_IMPORTED_MODULE_0__ = __webpack_require__(52491);
/* harmony import */ var _crictl_warning_js__WEBPACK_IMPORTED_MODULE_2__ = __webpack_require__(68815);
/* harmony import */ var _printable_js__WEBPACK_IMPORTED_MODULE_1__ = __webpack_require__(28456);



/** Longest piece of a program's own words that a message quotes. */
const MOST_CHARACTERS = 800;
/** So much of the end of an output is looked at, and of each line. */
const MOST_OF_OUTPUT = 256 * 1024;
const MOST_OF_LINE = 16 * 1024;
/**
 * The last lines that a program wrote, as one line for a message: without control characters and private keys (known by their BEGIN
 * line), without crictl's warning of a missing configuration,
 * and not too long.
 */
function lastWords(output, lines) {
    const said = (0,_key_blocks_js__WEBPACK_IMPORTED_MODULE_0__/* .hideKeys */ .tI)(output.slice(-MOST_OF_OUTPUT))
        .split('\n')
        .map((line) => (0,_printable_js__WEBPACK_IMPORTED_MODULE_1__/* .printable */ .g)(line.slice(0, MOST_OF_LINE), Infinity))
        .filter((line) => line !== '' && !(0,_crictl_warning_js__WEBPACK_IMPORTED_MODULE_2__/* .isCrictlWarning */ .o)(line))
        .slice(-lines)
        .join(' / ');
    return said.length > MOST_CHARACTERS ? `… ${said.slice(-MOST_CHARACTERS)}` : said;
}


/***/ }),

/***/ 39503:
/***/ ((__unused_webpack_module, __webpack_exports__, __webpack_require__) => {

/* harmony export */ __webpack_require__.d(__webpack_exports__, {
/* harmony export */   D$: () => (/* binding */ lockWriter),
/* harmony export */   RS: () => (/* binding */ STEP_PROCESSES),
/* harmony export */   bk: () => (/* binding */ LOCK_TTL_SECONDS),
/* harmony export */   cz: () => (/* binding */ LOCK_READER),
/* harmony export */   gH: () => (/* binding */ MUTEX),
/* harmony export */   gP: () => (/* binding */ NO_FLOCK),
/* harmony export */   p7: () => (/* binding */ STUCK)
/* harmony export */ });
/* harmony import */ var _kubeadm_paths_js__WEBPACK_IMPORTED_MODULE_1__ = __webpack_require__(6803);
/* harmony import */ var _root_shell_root_shell_js__WEBPACK_IMPORTED_MODULE_0__ = __webpack_require__(62707);
/* harmony import */ var _shell_js__WEBPACK_IMPORTED_MODULE_2__ = __webpack_require__(51273);
/* harmony import */ var _lock_file_js__WEBPACK_IMPORTED_MODULE_3__ = __webpack_require__(97287);




/**
 * Seconds without a heartbeat, by the host's own clock, after which a lock counts as abandoned. Three heartbeats may
 * fail before.
 */
const LOCK_TTL_SECONDS = 30;
/** Exit codes that every script of the lock shares. */
const NO_FLOCK = 94;
const STUCK = 95;
/** Held exclusively (flock) for the moment in which the lock file is looked at and changed. */
const MUTEX = `${_kubeadm_paths_js__WEBPACK_IMPORTED_MODULE_1__/* .RUN_DIR */ .wM}/mutex`;
/** Seconds that a moment may last; only a process that was stopped holds the mutex longer. */
const MUTEX_WAIT = 5;
/**
 * `read_lock` sets `lock` (the line of the file), its `id`, `connection` and `try` (0 where none is on record), and `state`:
 * `free`, `unreadable`, `valid`, `ended` (its connection's process is gone) or `silent` (no heartbeat); `age` is the
 * seconds since the last heartbeat. The clock is /proc/uptime: it is the host's own, it cannot be set, and it starts
 * anew with a boot, as /run does.
 *
 * `own_connection` sets `own` to pid and start time of the sshd process that serves this shell's connection:
 * OpenSSH's are called `sshd`, since 9.8 `sshd-session`. It ends with the connection, and a number that was given to
 * another process since has another start time. Empty when no sshd is above this shell; that is also what a shell sees
 * whose connection has ended, so it is asked for at once and only when a lock is taken. Where the runner itself is the
 * host, it is the process of the run.
 *
 * Everything is done by builtins of bash, so that it costs no process.
 */
const READ_LOCK = `
start_time() {
  local stat
  IFS= read -r stat 2> /dev/null < "/proc/$1/stat" || return 1
  set -- \${stat##*) }
  case $1 in Z | X) return 1 ;; esac
  parent=$2 started=\${20}
  name=\${stat#*(} name=\${name%)*}
}
own_connection() {
  local parent started name pid=$$
  own=
  if [ -n "\${${_root_shell_root_shell_js__WEBPACK_IMPORTED_MODULE_0__/* .SERVED_BY */ .qE}:-}" ]; then
    if start_time "$${_root_shell_root_shell_js__WEBPACK_IMPORTED_MODULE_0__/* .SERVED_BY */ .qE}"; then own="$${_root_shell_root_shell_js__WEBPACK_IMPORTED_MODULE_0__/* .SERVED_BY */ .qE} $started"; fi
    return
  fi
  while [ "$pid" -gt 1 ] && start_time "$pid"; do
    case $name in sshd*) own="$pid $started"; return ;; esac
    pid=$parent
  done
}
connection_ended() {
  local parent started name
  [ -n "$1" ] && ! { start_time "\${1% *}" && [ "$started" = "\${1#* }" ]; }
}
read_lock() {
  local pattern='^\\{"id":"([A-Za-z0-9._-]+)","heartbeat":([0-9]+),"ttl":([0-9]+),"connection":"([0-9]+ [0-9]+|)",("try":([0-9]+),)?'
  lock= id= connection= try=0 age=0 state=free
  read -r now _ < /proc/uptime
  now=\${now%.*}
  if ! [ -e ${(0,_shell_js__WEBPACK_IMPORTED_MODULE_2__/* .quote */ .h)(_kubeadm_paths_js__WEBPACK_IMPORTED_MODULE_1__/* .LOCK_FILE */ .FI)} ]; then return; fi
  IFS= read -r lock 2> /dev/null < ${(0,_shell_js__WEBPACK_IMPORTED_MODULE_2__/* .quote */ .h)(_kubeadm_paths_js__WEBPACK_IMPORTED_MODULE_1__/* .LOCK_FILE */ .FI)} || true
  state=unreadable
  if ! [[ $lock =~ $pattern ]]; then return; fi
  id=\${BASH_REMATCH[1]} age=$((now - BASH_REMATCH[2])) connection=\${BASH_REMATCH[4]} try=\${BASH_REMATCH[6]:-0} state=valid
  if [ "$age" -lt 0 ] || [ "$age" -gt "\${BASH_REMATCH[3]}" ]; then state=silent; fi
  if connection_ended "$connection"; then state=ended; fi
}`;
/** `write_lock CONNECTION`: makes the lock this owner's, alive now. Needs the mutex and `now`. */
function writeLock(owner, attempt) {
    const aside = (0,_shell_js__WEBPACK_IMPORTED_MODULE_2__/* .quote */ .h)(`${_kubeadm_paths_js__WEBPACK_IMPORTED_MODULE_1__/* .LOCK_FILE */ .FI}.new`);
    return `
write_lock() {
  printf '{"id":"%s","heartbeat":%s,"ttl":%s,"connection":"%s","try":%s,%s\\n' \\
    ${(0,_lock_file_js__WEBPACK_IMPORTED_MODULE_3__/* .checkedId */ .VJ)(owner.id)} "$now" ${LOCK_TTL_SECONDS} "$1" ${attempt} ${(0,_shell_js__WEBPACK_IMPORTED_MODULE_2__/* .quote */ .h)((0,_lock_file_js__WEBPACK_IMPORTED_MODULE_3__/* .ownersPart */ .e8)(owner))} > ${aside}
  mv -fT -- ${aside} ${(0,_shell_js__WEBPACK_IMPORTED_MODULE_2__/* .quote */ .h)(_kubeadm_paths_js__WEBPACK_IMPORTED_MODULE_1__/* .LOCK_FILE */ .FI)}
}`;
}
/** The functions that look at the lock. */
const LOCK_READER = `${READ_LOCK}
enter() {
  exec 8>> ${(0,_shell_js__WEBPACK_IMPORTED_MODULE_2__/* .quote */ .h)(MUTEX)}
  flock -w ${MUTEX_WAIT} 8 || exit ${STUCK}
}
leave() { exec 8>&-; }`;
/**
 * Those, and the one that writes it in this owner's name.
 * @param attempt number of the try that takes the lock; it grows from try to try of one run.
 */
function lockWriter(owner, attempt) {
    return `${LOCK_READER}${writeLock(owner, attempt)}`;
}
/**
 * `step_processes` sets `steps` to the processes that hold the step lock on descriptor 9, as `guard` opens it,
 * e.g. `311 (start kubelet), 320 (sleep)`. This shell is not counted.
 */
const STEP_PROCESSES = `
step_processes() {
  local fd pid name
  steps=
  for fd in /proc/[0-9]*/fd/9; do
    pid=\${fd#/proc/} pid=\${pid%%/*}
    if [ "$pid" = $$ ] || ! [ "$fd" -ef ${(0,_shell_js__WEBPACK_IMPORTED_MODULE_2__/* .quote */ .h)(_kubeadm_paths_js__WEBPACK_IMPORTED_MODULE_1__/* .STEP_LOCK */ .x1)} ]; then continue; fi
    IFS= read -r name 2> /dev/null < "/proc/$pid/comm" || continue
    steps+="\${steps:+, }$pid (\${name//[^A-Za-z0-9 ._:@+-]/?})"
  done
}`;


/***/ }),

/***/ 97287:
/***/ ((__unused_webpack_module, __webpack_exports__, __webpack_require__) => {

/* harmony export */ __webpack_require__.d(__webpack_exports__, {
/* harmony export */   $S: () => (/* binding */ describeOwner),
/* harmony export */   PG: () => (/* binding */ parseLock),
/* harmony export */   VJ: () => (/* binding */ checkedId),
/* harmony export */   e8: () => (/* binding */ ownersPart)
/* harmony export */ });
/* harmony import */ var _printable_js__WEBPACK_IMPORTED_MODULE_0__ = __webpack_require__(28456);

const LOCK_ID = /^[A-Za-z0-9._-]{1,128}$/;
/** The id, known to be fit for bash, a pattern of bash and JSON as it is. @throws Error when it is not. */
function checkedId(id) {
    if (!LOCK_ID.test(id))
        throw new Error(`"${id}" is no id for a lock: letters, digits, ".", "_" and "-" only`);
    return id;
}
/**
 * What an owner writes behind the fields that the host itself fills in, up to the end of the line. The host's fields
 * come first and in one order, so that bash reads them with one anchored pattern, whatever is in these.
 */
function ownersPart({ run, actor, startedAt }) {
    return JSON.stringify({ run, actor, startedAt }).slice(1);
}
/** Who wrote this lock file; undefined when it is none of ours. Its texts are fit for a message. */
function parseLock(line) {
    let lock;
    try {
        lock = JSON.parse(line);
    }
    catch {
        return undefined;
    }
    if (typeof lock !== 'object' || lock === null)
        return undefined;
    const { id, run, actor, startedAt } = lock;
    const texts = [id, run, actor, startedAt];
    if (!texts.every((text) => typeof text === 'string'))
        return undefined;
    const [readId = '', readRun = '', readActor = '', readStart = ''] = texts.map((text) => (0,_printable_js__WEBPACK_IMPORTED_MODULE_0__/* .printable */ .g)(text));
    return { id: readId, run: readRun, actor: readActor, startedAt: readStart };
}
/** The owner as messages name it. */
function describeOwner({ run, actor, startedAt }) {
    return `${actor}'s run ${run} (since ${startedAt})`;
}


/***/ }),

/***/ 76960:
/***/ ((__unused_webpack_module, __webpack_exports__, __webpack_require__) => {

/* harmony export */ __webpack_require__.d(__webpack_exports__, {
/* harmony export */   B: () => (/* binding */ parseRelease),
/* harmony export */   d: () => (/* binding */ releaseScript)
/* harmony export */ });
/* harmony import */ var _kubeadm_paths_js__WEBPACK_IMPORTED_MODULE_3__ = __webpack_require__(6803);
/* harmony import */ var _shell_js__WEBPACK_IMPORTED_MODULE_2__ = __webpack_require__(51273);
/* harmony import */ var _lock_bash_js__WEBPACK_IMPORTED_MODULE_0__ = __webpack_require__(39503);
/* harmony import */ var _lock_file_js__WEBPACK_IMPORTED_MODULE_1__ = __webpack_require__(97287);




const OUTCOMES = ['released', 'not-held', 'still-running'];
/** Seconds that a step which is about to end is given. */
const STEP_WAIT = 3;
const TIMEOUT_MS = 4500;
/**
 * Removes the lock if it is this owner's and no step runs on the host any more.
 * @param attempt the try that has got it: one that comes late, from a host that stood still, must not take away what a later
 * try of the same run has got. Absent: whichever try it was.
 */
function releaseScript(ownerId, attempt) {
    const id = (0,_lock_file_js__WEBPACK_IMPORTED_MODULE_1__/* .checkedId */ .VJ)(ownerId);
    const isOwn = attempt === undefined ? `[ "$id" = ${id} ]` : `[ "$id $try" = '${id} ${attempt}' ]`;
    const script = `${_lock_bash_js__WEBPACK_IMPORTED_MODULE_0__/* .LOCK_READER */ .cz}
give_back() {
  local lock id connection try age state now
  read_lock
  if ! ${isOwn}; then echo not-held; return; fi
  exec 7>> ${(0,_shell_js__WEBPACK_IMPORTED_MODULE_2__/* .quote */ .h)(_kubeadm_paths_js__WEBPACK_IMPORTED_MODULE_3__/* .STEP_LOCK */ .x1)}
  if ! flock -x -w ${STEP_WAIT} 7; then echo still-running; return; fi
  enter
  read_lock
  if ${isOwn}; then rm -f -- ${(0,_shell_js__WEBPACK_IMPORTED_MODULE_2__/* .quote */ .h)(_kubeadm_paths_js__WEBPACK_IMPORTED_MODULE_3__/* .LOCK_FILE */ .FI)}; echo released; else echo not-held; fi
}
give_back`;
    return { title: 'unlock', effect: 'changes', script, timeoutMs: TIMEOUT_MS };
}
/** The answer to `releaseScript`; undefined when there is none. */
function parseRelease(stdout) {
    const answer = stdout.toString('utf8').trim();
    return OUTCOMES.find((outcome) => outcome === answer);
}


/***/ }),

/***/ 83182:
/***/ ((__unused_webpack_module, __webpack_exports__, __webpack_require__) => {

/* harmony export */ __webpack_require__.d(__webpack_exports__, {
/* harmony export */   Sw: () => (/* binding */ lockFailure),
/* harmony export */   TD: () => (/* binding */ describeObstacle),
/* harmony export */   V_: () => (/* binding */ obstacleFinding),
/* harmony export */   mw: () => (/* binding */ takeOverWarning),
/* harmony export */   yS: () => (/* binding */ lostFinding)
/* harmony export */ });
/* harmony import */ var _kubeadm_paths_js__WEBPACK_IMPORTED_MODULE_3__ = __webpack_require__(6803);
/* harmony import */ var _scripts_explain_unknown_js__WEBPACK_IMPORTED_MODULE_0__ = __webpack_require__(18908);
/* harmony import */ var _lock_bash_js__WEBPACK_IMPORTED_MODULE_1__ = __webpack_require__(39503);
/* harmony import */ var _lock_file_js__WEBPACK_IMPORTED_MODULE_2__ = __webpack_require__(97287);




/** Why the lock of a host was not to be had. */
function obstacleFinding(obstacle) {
    switch (obstacle.kind) {
        case 'held':
            return {
                fact: `${ownerOr(obstacle.owner, 'another run')} works on it; its last heartbeat was ${obstacle.secondsSinceHeartbeat} s ago.`,
                cause: 'Two runs for the same hosts were started, by hand, by a schedule, or from two workflows or repositories.',
                fix: 'Let that run end, or cancel it, then run again. The input `lock-timeout` says how long a run waits; a `concurrency` group in the workflow keeps runs of one repository apart.',
            };
        case 'step-runs':
            return {
                fact: `a step of an ended run still runs there: ${obstacle.steps === '' ? 'a process that has just ended or begun' : obstacle.steps}${obstacle.owner === undefined ? '' : `. The lock was that of ${(0,_lock_file_js__WEBPACK_IMPORTED_MODULE_2__/* .describeOwner */ .$S)(obstacle.owner)}`}.`,
                cause: 'That run was killed or lost its connection; on the host, a step that has begun goes on to its end.',
                fix: 'Wait until the processes named are gone (each has a time limit of its own), then run again. To end them is to leave the step half done.',
            };
        case 'unreadable':
            return {
                fact: `${_kubeadm_paths_js__WEBPACK_IMPORTED_MODULE_3__/* .LOCK_FILE */ .FI} is there, and says nothing that this release understands.`,
                cause: 'It was written by another release of the action, or by hand.',
                fix: `Make sure that no run works on this host, then remove it (\`sudo rm ${_kubeadm_paths_js__WEBPACK_IMPORTED_MODULE_3__/* .LOCK_FILE */ .FI}\`) and run again.`,
            };
    }
}
/** An obstacle in a few words, for the line that says what is waited for. */
function describeObstacle(obstacle) {
    switch (obstacle.kind) {
        case 'held':
            return ownerOr(obstacle.owner, 'another run');
        case 'step-runs':
            return `a step of ${ownerOr(obstacle.owner, 'a run')} that has ended`;
        case 'unreadable':
            return `whoever wrote ${_kubeadm_paths_js__WEBPACK_IMPORTED_MODULE_3__/* .LOCK_FILE */ .FI}`;
    }
}
/** What is said when an abandoned lock is taken over. */
function takeOverWarning({ owner, why, secondsSinceHeartbeat }) {
    const reason = why === 'connection ended'
        ? 'its SSH connection has ended'
        : `there was no heartbeat for ${secondsSinceHeartbeat} s (allowed: ${_lock_bash_js__WEBPACK_IMPORTED_MODULE_1__/* .LOCK_TTL_SECONDS */ .bk} s)`;
    return `The lock of ${ownerOr(owner, 'an unknown run')} counts as abandoned and was taken over: ${reason}, and no step of it runs any more.`;
}
/** A lock that was held and is no more. */
function lostFinding(holder) {
    if (holder === undefined) {
        return {
            fact: 'the lock of this run is gone.',
            cause: `The host was restarted, or somebody removed ${_kubeadm_paths_js__WEBPACK_IMPORTED_MODULE_3__/* .LOCK_FILE */ .FI}.`,
            fix: 'Run again: it goes on from what it finds.',
        };
    }
    return {
        fact: `the lock of this run was taken over by ${(0,_lock_file_js__WEBPACK_IMPORTED_MODULE_2__/* .describeOwner */ .$S)(holder)}.`,
        cause: `No heartbeat came through for more than ${_lock_bash_js__WEBPACK_IMPORTED_MODULE_1__/* .LOCK_TTL_SECONDS */ .bk} s, because the runner or the host stood still or the network was cut.`,
        fix: 'Let that run end, then run again: it goes on from what it finds.',
    };
}
/** Why a script of the lock did not come to its end. */
function lockFailure(result) {
    if (result.code === _lock_bash_js__WEBPACK_IMPORTED_MODULE_1__/* .NO_FLOCK */ .gP) {
        return {
            fact: 'the host has no command `flock`, without which two runs cannot be kept apart.',
            cause: 'The package util-linux is missing, or was stripped from a minimal image.',
            fix: 'Install util-linux (`sudo apt-get install util-linux`, `sudo dnf install util-linux-core`), then run again.',
        };
    }
    if (result.code === _lock_bash_js__WEBPACK_IMPORTED_MODULE_1__/* .STUCK */ .p7) {
        return {
            fact: 'another process holds the access to the lock file and does not let go.',
            cause: 'A script of another run was stopped (SIGSTOP), or the host is overloaded.',
            fix: `See who it is (\`sudo fuser -v ${_lock_bash_js__WEBPACK_IMPORTED_MODULE_1__/* .MUTEX */ .gH}\`), let it go on or end it, then run again.`,
        };
    }
    return (0,_scripts_explain_unknown_js__WEBPACK_IMPORTED_MODULE_0__/* .explainUnknown */ .w)(result);
}
function ownerOr(owner, unknown) {
    return owner === undefined ? unknown : (0,_lock_file_js__WEBPACK_IMPORTED_MODULE_2__/* .describeOwner */ .$S)(owner);
}


/***/ }),

/***/ 25227:
/***/ ((__unused_webpack_module, __webpack_exports__, __webpack_require__) => {

/* harmony export */ __webpack_require__.d(__webpack_exports__, {
/* harmony export */   EW: () => (/* binding */ MOST_OUTPUT),
/* harmony export */   JX: () => (/* binding */ MOST_STDERR),
/* harmony export */   VZ: () => (/* binding */ PROBE_OUTPUT),
/* harmony export */   mb: () => (/* binding */ KEPT_STDERR)
/* harmony export */ });
/** What a script may write to standard output if it does not say otherwise, in bytes. */
const MOST_OUTPUT = 1024 * 1024;
/** What a probe may: it lists folders, and holds what the container runtime says of all images and containers. */
const PROBE_OUTPUT = 16 * MOST_OUTPUT;
/** What is kept of standard error, its last bytes: what went wrong is said at the end. */
const KEPT_STDERR = 1024 * 1024;
/** What may come on standard error at all, in bytes: each line of it is a line of the job's log. */
const MOST_STDERR = 16 * KEPT_STDERR;


/***/ }),

/***/ 88314:
/***/ ((__unused_webpack_module, __webpack_exports__, __webpack_require__) => {

/* harmony export */ __webpack_require__.d(__webpack_exports__, {
/* harmony export */   g3: () => (/* binding */ LineSplitter),
/* harmony export */   pD: () => (/* binding */ FramedOutput),
/* harmony export */   rX: () => (/* binding */ UntilMarker)
/* harmony export */ });
/* unused harmony export LONGEST_LINE */
/* harmony import */ var node_string_decoder__WEBPACK_IMPORTED_MODULE_0__ = __webpack_require__(46193);
/* harmony import */ var node_string_decoder__WEBPACK_IMPORTED_MODULE_0___default = /*#__PURE__*/__webpack_require__.n(node_string_decoder__WEBPACK_IMPORTED_MODULE_0__);
/* harmony import */ var _last_bytes_js__WEBPACK_IMPORTED_MODULE_1__ = __webpack_require__(93513);


/** How much of what comes before the marker is kept, for messages when it never comes. */
const PREAMBLE_LIMIT = 64 * 1024;
/** How much of a line is passed on, in characters; the longest that our scripts write is an image's name and its digest. */
const LONGEST_LINE = 16 * 1024;
/**
 * One output stream of a remote shell. All before the marker line is noise (`.bashrc`, banners, sudo's
 * lecture); all behind it belongs to the script and is passed on as it comes.
 */
class FramedOutput {
    #marker;
    #onMarker;
    #onContent;
    #preamble = new _last_bytes_js__WEBPACK_IMPORTED_MODULE_1__/* .LastBytes */ .A(PREAMBLE_LIMIT);
    #started = false;
    /** @param marker the line, without its newline, after which content begins. */
    constructor(marker, onMarker, onContent) {
        this.#marker = Buffer.from(`${marker}\n`);
        this.#onMarker = onMarker;
        this.#onContent = onContent;
    }
    /** Whether the marker has come. */
    get started() {
        return this.#started;
    }
    /** The last part of what came while there was no marker. */
    get preamble() {
        return this.#preamble.bytes.toString('utf8');
    }
    push(chunk) {
        if (this.#started) {
            this.#onContent(chunk);
            return;
        }
        // The marker may have begun in what came before.
        const begun = this.#preamble.bytes.subarray(1 - this.#marker.length);
        const seen = Buffer.concat([begun, chunk]);
        const index = seen.indexOf(this.#marker);
        if (index === -1) {
            this.#preamble.push(chunk);
            return;
        }
        this.#started = true;
        this.#onMarker?.();
        const content = seen.subarray(index + this.#marker.length);
        if (content.length > 0)
            this.#onContent(content);
    }
}
/**
 * Passes on all that comes before a marker, and nothing from there on: a login shell's traps and sudo's PAM session speak when the
 * script has ended. Without a marker everything is passed on: a script that was killed says none.
 */
class UntilMarker {
    #marker;
    #onContent;
    #least;
    #onMarker;
    /** The end of what has come, in which the marker may have begun. */
    #begun = Buffer.alloc(0);
    #isOver = false;
    /**
     * @param options.least how many bytes at the end of a chunk have to be the marker's for them to be held back until more comes;
     * less of it are content, whatever comes.
     */
    constructor(marker, onContent, { least = 1, onMarker } = {}) {
        this.#marker = Buffer.from(marker);
        this.#onContent = onContent;
        this.#least = least;
        this.#onMarker = onMarker;
    }
    push(chunk) {
        if (this.#isOver)
            return;
        const seen = this.#begun.length === 0 ? chunk : Buffer.concat([this.#begun, chunk]);
        const index = seen.indexOf(this.#marker);
        this.#isOver = index !== -1;
        const whole = this.#isOver ? index : seen.length - this.#begunIn(seen);
        this.#begun = Buffer.from(this.#isOver ? [] : seen.subarray(whole));
        if (whole > 0)
            this.#onContent(seen.subarray(0, whole));
        if (this.#isOver)
            this.#onMarker?.();
    }
    /** Passes on what might have been the beginning of a marker. */
    end() {
        const rest = this.#begun;
        this.#begun = Buffer.alloc(0);
        if (rest.length > 0)
            this.#onContent(rest);
    }
    /** How many bytes at the end are a beginning of the marker. */
    #begunIn(seen) {
        let length = Math.min(this.#marker.length - 1, seen.length);
        while (length > 0 && !seen.subarray(-length).equals(this.#marker.subarray(0, length)))
            length -= 1;
        return length < this.#least ? 0 : length;
    }
}
/** Cuts a byte stream into lines; a line is passed on when it is complete, and of a longer one its first {@link LONGEST_LINE}. */
class LineSplitter {
    #onLine;
    #decoder = new node_string_decoder__WEBPACK_IMPORTED_MODULE_0__.StringDecoder('utf8');
    #rest = '';
    #isCut = false;
    constructor(onLine) {
        this.#onLine = onLine;
    }
    push(chunk) {
        const [first = '', ...others] = this.#decoder.write(chunk).split('\n');
        this.#add(first);
        for (const part of others) {
            this.#tell();
            this.#add(part);
        }
    }
    /** Passes on a last line that has no newline. */
    end() {
        this.#add(this.#decoder.end());
        if (this.#rest !== '')
            this.#tell();
    }
    /** Costs no more than the part, however long the line is by now. */
    #add(part) {
        const room = LONGEST_LINE - this.#rest.length;
        if (part.length > room)
            this.#isCut = true;
        if (room > 0)
            this.#rest += part.slice(0, room);
    }
    #tell() {
        const line = this.#rest.replace(/\r$/, '');
        this.#onLine(this.#isCut ? `${line}…` : line);
        this.#rest = '';
        this.#isCut = false;
    }
}


/***/ }),

/***/ 62707:
/***/ ((__unused_webpack_module, __webpack_exports__, __webpack_require__) => {


// EXPORTS
__webpack_require__.d(__webpack_exports__, {
  RP: () => (/* binding */ InputFailure),
  zq: () => (/* binding */ NOT_ROOT),
  TK: () => (/* binding */ OutputLimit),
  hk: () => (/* binding */ RootShell),
  qE: () => (/* binding */ SERVED_BY),
  V5: () => (/* binding */ StartFailure),
  jM: () => (/* binding */ needsSudo),
  yz: () => (/* binding */ remoteResult),
  q$: () => (/* binding */ shellCommand)
});

// EXTERNAL MODULE: external "node:crypto"
var external_node_crypto_ = __webpack_require__(77598);
// EXTERNAL MODULE: external "node:events"
var external_node_events_ = __webpack_require__(78474);
// EXTERNAL MODULE: ./src/findings.ts
var findings = __webpack_require__(81001);
// EXTERNAL MODULE: ./src/hosts/output-limits.ts
var output_limits = __webpack_require__(25227);
// EXTERNAL MODULE: ./src/last-bytes.ts
var last_bytes = __webpack_require__(93513);
;// CONCATENATED MODULE: ./src/hosts/root-shell/at-exit.ts
/**
 * Bash function `at_exit COMMANDS`: has this bash, or the subshell that calls it, run them when it ends, before those of earlier
 * calls, and end as it would have. There is one trap for EXIT, so no script may set one itself. `set -eu` is off for them. A
 * subshell that a signal ends runs the trap of the bash around it (5.2), which is to do nothing there.
 */
const AT_EXIT = `at_exit() {
  etcd_ha_at_exit[BASH_SUBSHELL]="$1"$'\\n'"\${etcd_ha_at_exit[BASH_SUBSHELL]-}"
  trap -- "etcd_ha_code=\\$?; if [ \\$BASHPID = $BASHPID ]; then set +eu"$'\\n'"\${etcd_ha_at_exit[BASH_SUBSHELL]}"'fi; exit "$etcd_ha_code"' EXIT
}`;

// EXTERNAL MODULE: ./src/hosts/root-shell/output.ts
var output = __webpack_require__(88314);
// EXTERNAL MODULE: external "node:stream"
var external_node_stream_ = __webpack_require__(57075);
;// CONCATENATED MODULE: ./src/hosts/root-shell/shell-stream.ts

/**
 * Standard input and output of a script as one stream. Ending it is not told to the script, which sees the end of its
 * input when the stream is destroyed, and only then: so a script knows that nobody reads it any more.
 */
class ShellStream extends external_node_stream_.Duplex {
    relayed = true;
    #session;
    #isHeard = true;
    #over = false;
    #writeDone;
    /** @param session of the shell that runs the script; its output is handed over by `receive` and `receiveEnd`. */
    constructor(session) {
        super({ allowHalfOpen: true });
        this.#session = session;
        session.stdout.once('end', () => this.receiveEnd());
        void session.whenOver.then(() => {
            this.#over = true;
            if (this.#writeDone === undefined)
                this.end();
            else
                this.#writeDone(endedByPeer());
        });
        // A lost connection must not end the process when nobody listens any more; `close` still tells.
        this.on('error', () => undefined);
    }
    /** Takes what the script has written. */
    receive(chunk) {
        if (!this.push(chunk))
            this.#session.stdout.pause();
    }
    /** The script will write no more, whatever else comes. */
    receiveEnd() {
        if (!this.#isHeard)
            return;
        this.#isHeard = false;
        this.push(null);
    }
    _read() {
        this.#session.stdout.resume();
    }
    _write(chunk, _encoding, done) {
        if (this.#over) {
            done(endedByPeer());
            return;
        }
        this.#writeDone = done;
        this.#session.stdin.write(chunk, (error) => {
            this.#writeDone = undefined;
            done(error);
        });
    }
    _destroy(error, done) {
        this.#session.stdout.resume(); // what is left unread would keep the session from ending
        this.#session.close();
        done(error);
    }
}
function endedByPeer() {
    return Object.assign(new Error('the other end closed the connection'), { code: 'EPIPE' });
}

// EXTERNAL MODULE: ./src/hosts/root-shell/sudo-dialogue.ts
var sudo_dialogue = __webpack_require__(1741);
;// CONCATENATED MODULE: ./src/hosts/root-shell/root-shell.ts









/** What the shell says, on both outputs, when it is there and is root. */
const READY = 'etcd-ha-root';
/** Exit status of a shell that is not root. */
const NOT_ROOT = 96;
/** Exit status when standard input ended before the script was whole; nothing of it has run then. */
const CUT_SHORT = 97;
/**
 * Variable of bash with the number of the process that the shell works for, where this machine is the host. Elsewhere that
 * is the SSH server's, and to be found above the shell.
 */
const SERVED_BY = 'etcd_ha_served_by';
const PATH = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin:/opt/bin';
/**
 * Reads a script by its length in bytes, in one piece, and runs it. So the script's own input lies untouched
 * behind it, and a script that was cut off does not run at all. Measured for 8 KiB: 6 ms, against 15 ms when
 * `bash -s` reads it, byte by byte as it must on a pipe, and 10 ms with `head -c`.
 */
function loader(privilege) {
    return [
        ...(privilege === 'root' ? [`test $EUID = 0 || exit ${NOT_ROOT}`] : []),
        `echo ${READY}`,
        `echo ${READY} >&2`,
        `read -r n && IFS= read -r -N $n REPLY || exit ${CUT_SHORT}`,
        'eval "$REPLY"',
    ].join('; ');
}
/**
 * Takes everything out of the environment but the host's PATH, by becoming env and then the bash that runs the script. What
 * /etc/environment, PAM, a start-up file or sudoers put there would be read by bash and by the programs of a script:
 * POSIXLY_CORRECT, CRI_CONFIG_FILE, TMOUT, functions, LD_PRELOAD. It is also the proof that programs can be run at all.
 * The first bash is privileged (-p): it reads no BASH_ENV, SHELLOPTS or functions.
 */
const WITH_EMPTY_ENVIRONMENT = 'exec env -i LC_ALL=C "PATH=$PATH" bash --norc -c "$1"';
/** Whether sudo stands before bash in {@link shellCommand}: if not, nothing on the host may ask for its password. */
function needsSudo(user, privilege) {
    return user !== 'root' && privilege === 'root';
}
/**
 * What is asked of the login shell, whichever it is: words and two quoted strings that bash, dash, fish, csh and
 * restricted shells read alike. Nothing of a script is in it, because every user of the host sees command lines.
 * LC_ALL=C makes sudo speak English, so that its refusals are understood; --norc keeps bash from reading
 * root's .bashrc, as it would with a socket for its input. sudo reads a password byte by byte (tgetpass.c, getln), so
 * what comes behind it is bash's.
 *
 * Not `-S`: env of uutils before 0.2 takes that for its own (`--split-string`), though it stands behind the command's name.
 * @param mayAsk whether sudo may ask for a password.
 */
function shellCommand(user, privilege, mayAsk = false) {
    const bash = `bash --norc -p -c '${WITH_EMPTY_ENVIRONMENT}' bash '${loader(privilege)}'`;
    if (!needsSudo(user, privilege))
        return `env LC_ALL=C ${bash}`;
    return `env LC_ALL=C sudo ${mayAsk ? `--stdin -p ${sudo_dialogue/* PROMPT */.hF}` : '-n'} -- ${bash}`;
}
/** The command ended before it was a root shell. */
class StartFailure extends Error {
    status;
    stdout;
    stderr;
    /** What came of the password that sudo asked for. */
    trouble;
    constructor(status, stdout, stderr, trouble) {
        super('no root shell');
        this.trouble = trouble;
        this.name = 'StartFailure';
        this.status = status;
        this.stdout = stdout;
        this.stderr = stderr;
    }
}
/** What a script was to be sent could not be had any more. */
class InputFailure extends Error {
    name = 'InputFailure';
}
/** The host has sent more than the script may write. */
class OutputLimit extends Error {
    name = 'OutputLimit';
    /** Bytes. */
    limit;
    output;
    constructor(limit, output) {
        super(`more than ${limit} bytes on ${output}`);
        this.limit = limit;
        this.output = output;
    }
}
/** A bash that runs as root on the host and waits for its one script. */
class RootShell {
    #session;
    #stdout = new last_bytes/* LastBytes */.A(Infinity);
    #stderr = new last_bytes/* LastBytes */.A(output_limits/* KEPT_STDERR */.mb);
    #out;
    #err;
    #ready = Promise.withResolvers();
    #exceeded = Promise.withResolvers();
    #isExceeded = false;
    #mostOutput = output_limits/* MOST_OUTPUT */.EW;
    /** What a script says at its end, on both outputs. */
    #end = `etcd-ha-end-${(0,external_node_crypto_.randomUUID)()}`;
    #scriptOut = new output/* UntilMarker */.rX(this.#end, (chunk) => {
        if (this.#stdout.total + chunk.length <= this.#mostOutput)
            this.#stdout.push(chunk);
        else
            this.#exceed(new OutputLimit(this.#mostOutput, 'standard output'));
    });
    #scriptErr = new output/* UntilMarker */.rX(this.#end, (chunk) => {
        this.#stderr.push(chunk);
        this.#progress?.push(chunk);
        if (this.#stderr.total > output_limits/* MOST_STDERR */.JX)
            this.#exceed(new OutputLimit(output_limits/* MOST_STDERR */.JX, 'standard error'));
    });
    #onStdout = (chunk) => this.#scriptOut.push(chunk);
    #sudo;
    #progress;
    #given = false;
    #over = false;
    /**
     * @param session in which `shellCommand` is being started; nothing of its output may have been read.
     * @param answer for the case that sudo asks for a password.
     */
    constructor(session, answer) {
        this.#session = session;
        this.#sudo =
            answer &&
                new sudo_dialogue/* SudoDialogue */.Cx(session, answer, (trouble) => this.#ready.reject(this.#failure(undefined, trouble)));
        this.#ready.promise.catch(() => undefined); // told to who waits, if anybody does
        this.#out = new output/* FramedOutput */.pD(READY, () => {
            this.#sudo?.passed();
            this.#ready.resolve(undefined);
        }, (chunk) => this.#onStdout(chunk));
        this.#err = new output/* FramedOutput */.pD(READY, undefined, (chunk) => this.#scriptErr.push(chunk));
        this.#exceeded.promise.catch(() => undefined); // told to who waits, if anybody does
        session.stdout.on('data', (chunk) => {
            if (!this.#isExceeded)
                this.#out.push(chunk);
        });
        session.stderr.on('data', (chunk) => {
            if (this.#isExceeded)
                return;
            this.#err.push(chunk);
            if (!this.#out.started)
                this.#sudo?.heard(chunk, () => this.#err.preamble);
        });
        void session.whenOver.then(() => {
            this.#over = true;
        });
    }
    /** Its process: number and start time; known only where this machine is the host. */
    get process() {
        return this.#session.here?.id;
    }
    /** Whether it is gone, or going: it has said how it ended, or was closed as it said too much. */
    get ended() {
        return this.#over || this.#isExceeded || this.#session.status !== undefined;
    }
    /** Whether it waits for a script: it ends by itself when its input does. */
    get isIdle() {
        return !this.#given;
    }
    /** Resolves when it is over and all its output has come. */
    get whenEnded() {
        return this.#session.whenOver;
    }
    /**
     * Resolves when the shell has said that it is root; until then nothing is sent to it, as it may be anything.
     * @throws StartFailure when it ends instead.
     */
    async whenReady() {
        void this.whenEnded.then((status) => {
            if (this.#out.started)
                return;
            this.#sudo?.ended(this.#err.preamble);
            this.#ready.reject(this.#failure(status));
        });
        await this.#ready.promise;
    }
    #failure(status, trouble) {
        return new StartFailure(status, this.#out.preamble, this.#err.preamble, trouble);
    }
    /**
     * Runs the script, once only, in a ready shell.
     * @throws OutputLimit when the host sends more than the script may write; the shell is closed then.
     */
    async execute({ script, input, onProgress, mostOutput = output_limits/* MOST_OUTPUT */.EW, }) {
        this.#given = true;
        this.#mostOutput = mostOutput;
        if (onProgress !== undefined)
            this.#progress = new output/* LineSplitter */.g3(onProgress);
        const { stdin } = this.#session;
        if (typeof input === 'function') {
            stdin.write(this.#framed(script));
            await Promise.race([this.#send(input()), this.#exceeded.promise]);
        }
        else
            stdin.end(Buffer.concat([this.#framed(script), input ?? Buffer.alloc(0)]));
        const status = await Promise.race([this.whenEnded, this.#exceeded.promise]);
        this.#scriptOut.end();
        this.#scriptErr.end();
        this.#progress?.end();
        return {
            status,
            stdout: this.#stdout.bytes,
            stderr: this.#said(),
        };
    }
    /**
     * Runs the script, once only, in a ready shell, with its standard input and output as a stream.
     * @param onStdout takes what it writes, and hands on to the stream what belongs there.
     */
    stream(script, onStdout) {
        this.#given = true;
        this.#onStdout = onStdout;
        const stream = new ShellStream(this.#session);
        this.#session.stdin.write(this.#framed(script));
        return { stream, stderr: () => this.#said() };
    }
    /**
     * Sends input as fast as the host takes it, and no more once the script is over: it may end without reading all.
     * @throws InputFailure when there is no more to be had; the shell is closed then.
     */
    async #send(input) {
        const { stdin } = this.#session;
        try {
            for await (const chunk of input) {
                if (this.ended)
                    return;
                // a pipe that breaks is the script that has ended, which tells why itself
                const drained = () => (0,external_node_events_.once)(stdin, 'drain').catch(() => this.whenEnded);
                if (!stdin.write(chunk))
                    await Promise.race([drained(), this.whenEnded]);
            }
            stdin.end();
        }
        catch (error) {
            this.close();
            throw new InputFailure((0,findings/* errorMessage */.gJ)(error), { cause: error });
        }
    }
    /**
     * Ends it early; what runs on the host sees at least its standard input end and its output refused. A sudo that waits for
     * an answer is ended at once: one that it does not get would count as a wrong one (pam_faillock(8)).
     */
    close() {
        if (this.#sudo?.isPending === true)
            this.#session.kill();
        else
            this.#session.close();
    }
    /** The script as the loader reads it. */
    #framed(script) {
        const servedBy = this.#session.here?.servedBy;
        const body = Buffer.from(prepared(servedBy === undefined ? script : `${SERVED_BY}=${servedBy}\n${script}`, this.#end));
        return Buffer.concat([Buffer.from(`${body.length}\n`), body]);
    }
    #said() {
        return this.#stderr.bytes.toString('utf8');
    }
    #exceed(limit) {
        this.#isExceeded = true;
        this.#exceeded.reject(limit);
        this.close();
    }
}
/** The result as the contract has it. */
function remoteResult(status, { stdout, stderr }) {
    return 'code' in status
        ? { code: status.code, stdout, stderr }
        : { code: null, signal: status.signal, stdout, stderr };
}
/**
 * One compound command, so that bash runs nothing at all of a script with a syntax error.
 * @param end said on both outputs when the script ends: what comes behind it is of sudo's PAM session or of the login shell.
 */
function prepared(script, end) {
    const setUp = `export HOME=~root PATH="${PATH}:$PATH"; umask 077; cd /; set -euo pipefail; ${AT_EXIT}`;
    return `${setUp}; at_exit '{ printf ${end}; } 2> /dev/null; printf ${end} >&2'; { ${script}\n}`;
}


/***/ }),

/***/ 1741:
/***/ ((__unused_webpack_module, __webpack_exports__, __webpack_require__) => {

/* harmony export */ __webpack_require__.d(__webpack_exports__, {
/* harmony export */   Cx: () => (/* binding */ SudoDialogue),
/* harmony export */   ID: () => (/* binding */ PasswordRefused),
/* harmony export */   IO: () => (/* binding */ withoutPrompts),
/* harmony export */   hF: () => (/* binding */ PROMPT)
/* harmony export */ });
/**
 * What sudo is told to ask for the password with, on standard error. sudo-rs writes more around it. It takes the place of
 * the prompts of PAM modules too (sudo(8), -p).
 */
const PROMPT = 'etcd-ha-sudo-password:';
/** How sudo-rs asks for what may be seen, such as a code: not with the prompt that it was given (src/pam/converse.rs). */
const ASKS_FOR_MORE = '[sudo: input needed';
/** A host has refused the password. */
class PasswordRefused extends Error {
    host;
    constructor(host) {
        super(`refused on ${host}`);
        this.name = 'PasswordRefused';
        this.host = host;
    }
}
/**
 * In sudo's and sudo-rs's words (plugins/sudoers/logging.c; src/common/error.rs). A module of PAM that ends the try with anything else
 * than an authentication failure, as pam_faillock does, makes sudo-rs tell that, in Linux-PAM's words (pam_strerror.c), and ask no
 * second time.
 */
const INCORRECT = /incorrect (?:password|authentication) attempt|PAM error: (?:Permission denied|Authentication failure|Have exhausted maximum number of retries)/i;
/**
 * Answers sudo's question for a password in one session: once, and not before it has been asked. To a second question there
 * is no answer, so that a wrong password is one failed try.
 */
class SudoDialogue {
    #session;
    #answer;
    #onTrouble;
    #outcome = Promise.withResolvers();
    #asked = 0;
    /** The end of what was heard, in which a question may have begun. */
    #begun = Buffer.alloc(0);
    #isOver = false;
    /** @param onTrouble told when the password does not help; the session is ended then. */
    constructor(session, answer, onTrouble) {
        this.#session = session;
        this.#answer = answer;
        this.#onTrouble = onTrouble;
        this.#outcome.promise.catch(() => undefined); // told to the gate, if it came to that
    }
    /** Whether sudo has asked, and it is not known yet what comes of it. */
    get isPending() {
        return this.#asked > 0 && !this.#isOver;
    }
    /**
     * To be called while the shell is not there.
     * @param chunk what has come on standard error. @param said gives all that came there; asked only if sudo has asked.
     */
    heard(chunk, said) {
        if (this.#isOver)
            return;
        const seen = Buffer.concat([this.#begun, chunk]);
        this.#begun = Buffer.from(seen.subarray(1 - PROMPT.length));
        const text = seen.toString('latin1');
        if (text.includes(ASKS_FOR_MORE)) {
            this.#end({ kind: 'more wanted' });
            return;
        }
        const asked = text.split(PROMPT).length - 1;
        if (asked === 0)
            return;
        this.#asked += asked;
        if (this.#asked === 1)
            void this.#offer();
        else if (isRefusal(said()))
            this.#refused();
        else
            this.#end({ kind: 'more wanted' });
    }
    /** The shell is there. */
    passed() {
        this.#isOver = true;
        this.#outcome.resolve(undefined);
    }
    /** The session is over, and there was no shell. @param said all that came on standard error. */
    ended(said) {
        if (this.#asked > 0 && INCORRECT.test(said))
            this.#refused();
        this.#isOver = true;
        this.#outcome.reject(new Error('the session ended'));
    }
    async #offer() {
        const { gate, password, host } = this.#answer;
        try {
            await gate.run(async () => {
                if (!this.#isOver)
                    this.#session.stdin.write(`${password}\n`);
                await this.#outcome.promise;
            });
        }
        catch (error) {
            if (error instanceof PasswordRefused && error.host !== host)
                this.#end({ kind: 'refused before', on: error.host });
        }
    }
    #refused() {
        this.#outcome.reject(new PasswordRefused(this.#answer.host));
        this.#end({ kind: 'refused' });
    }
    #end(trouble) {
        if (this.#isOver)
            return;
        this.#isOver = true;
        this.#outcome.reject(new Error(trouble.kind));
        this.#onTrouble(trouble);
        this.#session.kill();
    }
}
/** What was said without the questions for the password themselves. */
function withoutPrompts(said) {
    return said.replaceAll(`[sudo: ${PROMPT}] Password: `, '').replaceAll(PROMPT, '');
}
/**
 * Whether sudo asks again because the first answer was wrong. It says so between its questions, in words that sudoers can
 * choose (`badpass_message`, `insults`); PAM modules that ask for more say nothing.
 */
function isRefusal(said) {
    const between = said.slice(said.indexOf(PROMPT) + PROMPT.length, said.lastIndexOf(PROMPT));
    return (between
        .replace(/^\] Password:/, '')
        .replace(/\[sudo: *$/, '')
        .trim() !== '');
}


/***/ }),

/***/ 18908:
/***/ ((__unused_webpack_module, __webpack_exports__, __webpack_require__) => {

/* harmony export */ __webpack_require__.d(__webpack_exports__, {
/* harmony export */   w: () => (/* binding */ explainUnknown),
/* harmony export */   y: () => (/* binding */ knownReason)
/* harmony export */ });
/* harmony import */ var _last_words_js__WEBPACK_IMPORTED_MODULE_0__ = __webpack_require__(48771);

/**
 * Words for a script that ended in a way that it does not foresee: what the programs on the host said, the cause where their
 * words tell it, and no cause where they do not.
 */
function explainUnknown(result) {
    const end = result.code === null
        ? `was ended by ${result.signal ?? 'a signal'}`
        : `ended with exit code ${result.code}`;
    const words = (0,_last_words_js__WEBPACK_IMPORTED_MODULE_0__/* .lastWords */ .a)(result.stderr, 5);
    return {
        fact: `a command on the host ${end}${words === '' ? ', and said nothing.' : `: ${words}`}`,
        ...(knownReason(words) ?? missingProgram(result.code, words) ?? UNKNOWN),
    };
}
const UNKNOWN = { fix: 'Mend what the message names and run again.' };
/**
 * The cause that a program's words tell, and its fix. The texts are those of the C library (strerror), of bash and systemctl in
 * the C locale, and of Go, which writes them in lower case.
 * @returns undefined where the words name no cause that is known.
 */
function knownReason(words) {
    return REASONS.find(({ pattern }) => pattern.test(words))?.reason;
}
/** bash ends with 127 where there is no such program, and with 126 where the file cannot be run. */
function missingProgram(code, words) {
    const program = /(?:^|[ /:])([\w.+-]+): (?:command )?not found/.exec(words)?.[1];
    if (code !== 127 && program === undefined)
        return undefined;
    return {
        cause: `${program === undefined ? 'A program that the action needs' : `The program ${program}`} is not installed on the host, or not in root's PATH.`,
        fix: 'Install the package that brings it and run again; `operation: preflight` lists every program that is missing.',
    };
}
const REASONS = [
    {
        pattern: /No space left on device|\bENOSPC\b/i,
        reason: {
            cause: 'A file system of the host is full, or has no free inodes.',
            fix: 'Look which one it is (`df -h` and `df -i` for /run, /etc/kubernetes, the data dir and the folder of the container runtime), make room, and run again.',
        },
    },
    {
        pattern: /Disk quota exceeded/i,
        reason: {
            cause: 'A quota of the file system is used up.',
            fix: 'Raise the quota or make room, and run again.',
        },
    },
    {
        pattern: /Read-only file system/i,
        reason: {
            cause: 'The file system was mounted read-only, or the kernel made it so after an error of the disk.',
            fix: 'Look at `findmnt -T PATH` and `dmesg` on the host, make it writable, and run again.',
        },
    },
    {
        pattern: /Input\/output error/i,
        reason: {
            cause: 'The disk, or the way to it, has an error.',
            fix: 'Look at `dmesg` on the host, and replace the disk or mend the way to it before the next run.',
        },
    },
    {
        pattern: /Operation not permitted/i,
        reason: {
            cause: 'An attribute of the file or folder forbids the change to root too (`chattr +i`, `chattr +a`), or a security module does.',
            fix: 'Look at `lsattr -d PATH` on the host, take the attribute away (`chattr -i PATH`), and run again. A tool that hardens hosts may set it anew.',
        },
    },
    {
        pattern: /Permission denied/i,
        reason: {
            cause: 'Root itself was refused: by SELinux or AppArmor, by a file system that is mounted noexec, or by a network share with root_squash.',
            fix: 'Look at `dmesg` and `ausearch -m avc -ts recent` on the host, allow what the message names, and run again.',
        },
    },
    {
        pattern: /\bis masked\b/i,
        reason: {
            cause: 'The unit was masked: systemd may not start it.',
            fix: 'Unmask it (`systemctl unmask kubelet` for kubelet) and run again.',
        },
    },
    {
        pattern: /Argument list too long/i,
        reason: {
            cause: 'A folder that the action lists holds too many files, or the environment of root is very large.',
            fix: 'Move what does not belong to etcd out of the folder that the message names, and run again.',
        },
    },
    {
        pattern: /fork: .*Resource temporarily unavailable|failed to create new OS thread/i,
        reason: {
            cause: 'A limit on processes was hit: TasksMax of the slice of the login, `nproc` of limits.conf, or pid_max.',
            fix: 'Raise the limit (`systemctl show user.slice -p TasksMax`, `ulimit -u`) and run again.',
        },
    },
    {
        pattern: /Cannot allocate memory|Out of memory/i,
        reason: {
            cause: 'The host, or the control group of the login, has no memory left.',
            fix: 'Look at `free -h` and `dmesg` on the host, free memory, and run again.',
        },
    },
    {
        pattern: /Too many open files/i,
        reason: {
            cause: 'A limit on open files was hit.',
            fix: 'Raise it (`ulimit -n`, fs.file-max) and run again.',
        },
    },
    {
        pattern: /Exec format error/i,
        reason: {
            cause: 'The program is built for another processor, or its file is damaged.',
            fix: 'Look at it with `file`, install the build for this machine (`uname -m`), and run again.',
        },
    },
];


/***/ }),

/***/ 51273:
/***/ ((__unused_webpack_module, __webpack_exports__, __webpack_require__) => {

/* harmony export */ __webpack_require__.d(__webpack_exports__, {
/* harmony export */   h: () => (/* binding */ quote)
/* harmony export */ });
/** One word of bash, whatever it holds. Not for secrets: those go through standard input. */
function quote(word) {
    return `'${word.replaceAll("'", `'\\''`)}'`;
}


/***/ }),

/***/ 49738:
/***/ ((__unused_webpack_module, __webpack_exports__, __webpack_require__) => {

/* harmony export */ __webpack_require__.d(__webpack_exports__, {
/* harmony export */   AY: () => (/* binding */ DECIDING),
/* harmony export */   k7: () => (/* binding */ EVERY),
/* harmony export */   qj: () => (/* binding */ operationNames)
/* harmony export */ });
/** The operations that a user can ask for, by the name that the input `operation` takes. Each has a sub-action of that name. */
const operationNames = ['deploy', 'preflight', 'health'];
/** For what all need: which hosts there are, and how they are reached. */
const EVERY = operationNames;
/** For what the decision of a deploy depends on; a preflight comes to it too, to tell what a deploy would refuse. */
const DECIDING = ['deploy', 'preflight'];


/***/ }),

/***/ 69477:
/***/ ((__unused_webpack_module, __webpack_exports__, __webpack_require__) => {


// EXPORTS
__webpack_require__.d(__webpack_exports__, {
  Fg: () => (/* binding */ definitionOf),
  vj: () => (/* binding */ inputNames),
  wp: () => (/* binding */ isInputName)
});

// UNUSED EXPORTS: inputGroups, inputsOf

// EXTERNAL MODULE: ./src/inputs/operation-names.ts
var operation_names = __webpack_require__(49738);
;// CONCATENATED MODULE: ./src/inputs/access.ts

/** How hosts are reached and logged in to. */
const access = {
    transport: {
        description: 'How hosts are worked on: `ssh2`, SSH by a library that the action brings; `openssh`, SSH by the ' +
            "runner's own OpenSSH client, which knows certificates and post-quantum key exchange; `local`, " +
            'without SSH, where the job runs on the one host itself.',
        default: 'ssh2',
        operations: operation_names/* EVERY */.k7,
    },
    'local-host': {
        description: 'Name or address of the one host of the list that the job runs on (a self-hosted runner that is a ' +
            'member): it is worked on without SSH, the others as `transport` says.',
        operations: operation_names/* EVERY */.k7,
    },
    'ssh-user': {
        description: 'User to log in as on every host for which `inventory` names none: root, or a user that may use sudo.',
        common: true,
        operations: operation_names/* EVERY */.k7,
    },
    'ssh-port': {
        description: 'TCP port of the SSH server on every host for which `inventory` names none.',
        default: '22',
        operations: operation_names/* EVERY */.k7,
    },
    'ssh-private-key': {
        description: 'Private key of that user, the whole text of the file. Pass it from a secret. Left out: the keys of ' +
            'the ssh-agent that `SSH_AUTH_SOCK` names.',
        secret: true,
        common: true,
        operations: operation_names/* EVERY */.k7,
    },
    'ssh-key-passphrase': {
        description: 'Passphrase of the private key, if it has one. Pass it from a secret.',
        secret: true,
        operations: operation_names/* EVERY */.k7,
    },
    'ssh-certificate': {
        description: 'Certificate of that key, for hosts that trust its authority: the line of the file that `ssh-keygen ' +
            '-s` writes. It is public: pass it from a variable. Needs `transport: openssh`.',
        operations: operation_names/* EVERY */.k7,
    },
    'ssh-connect-timeout': {
        description: 'How long connecting and logging in to one host or bastion may take, all attempts together, as `20s` ' +
            'or `1m`; two seconds to five minutes.',
        default: '20s',
        operations: operation_names/* EVERY */.k7,
    },
    'sudo-password': {
        description: "Password of that user for sudo, where sudo asks for one; the same on every host. It goes to sudo's " +
            'standard input and nowhere else. Pass it from a secret.',
        secret: true,
        operations: operation_names/* EVERY */.k7,
    },
    'ssh-known-hosts': {
        description: 'Host keys of all hosts, as in a known_hosts file: plain, hashed and `[host]:port` entries, patterns, ' +
            '`@revoked`, and, with `transport: openssh`, `@cert-authority`. A host whose key is neither among ' +
            'them nor in `ssh-host-fingerprints` is refused.',
        common: true,
        operations: operation_names/* EVERY */.k7,
    },
    'ssh-host-fingerprints': {
        description: 'In place of host keys or beside them: on each line a host, by name or address, and the SHA-256 ' +
            'fingerprints of its keys, as in `10.0.0.6 SHA256:…`; or what `ssh-keygen -lf known_hosts` prints.',
        operations: operation_names/* EVERY */.k7,
    },
    'host-key-policy': {
        description: 'What becomes of a host of which nothing is pinned: `strict` refuses it; `accept-new` takes whichever ' +
            'key it shows, warns, and sets the output `accepted-host-keys`. It never applies to a host that is ' +
            'pinned.',
        default: 'strict',
        operations: operation_names/* EVERY */.k7,
    },
    'ssh-bastion': {
        description: 'Jumps on the way to all hosts, `user@host:port`, several in their order separated by commas; IPv6 in ' +
            'brackets. User and port may be left out: `ssh-user`, and 22. Each needs a host key of its own in the ' +
            'inputs above.',
        operations: operation_names/* EVERY */.k7,
    },
    'ssh-bastion-private-key': {
        description: 'Private key for the bastions, if it is another than `ssh-private-key`. Pass it from a secret.',
        secret: true,
        operations: operation_names/* EVERY */.k7,
    },
    'ssh-bastion-key-passphrase': {
        description: 'Passphrase of that key, if it has one. Pass it from a secret.',
        secret: true,
        operations: operation_names/* EVERY */.k7,
    },
};

;// CONCATENATED MODULE: ./src/inputs/etcd.ts

/** etcd and kubelet on the hosts. A health check takes ports and places alone: where to ask and to look. */
const etcdAndKubelet = {
    'client-port': {
        description: 'TCP port on which the members serve clients.',
        default: '2379',
        operations: operation_names/* EVERY */.k7,
    },
    'peer-port': {
        description: 'TCP port on which the members talk to each other.',
        default: '2380',
        operations: operation_names/* EVERY */.k7,
    },
    'metrics-port': {
        description: 'TCP port on which each member shows its metrics and its health, on the loopback address alone; the ' +
            'probes of kubelet ask there.',
        default: '2381',
        operations: operation_names/* EVERY */.k7,
    },
    'data-dir': {
        description: "Folder of etcd's data on every host.",
        default: '/var/lib/etcd',
        operations: operation_names/* EVERY */.k7,
    },
    'wal-dir': {
        description: "Folder of etcd's write-ahead log on every host, best on a disk of its own; the log itself is in a " +
            'folder `wal` within it. It cannot be changed once the cluster is set up. Left out: the log is in ' +
            '`data-dir`.',
        operations: operation_names/* EVERY */.k7,
    },
    'image-archive': {
        description: "Path of a file on the runner with etcd's image, as `docker save` or an OCI tool writes it, with or " +
            'without gzip or zstd, for hosts that reach no registry: those that lack the image get it over SSH, ' +
            'into containerd. The pause image is taken from it too.',
        operations: operation_names/* DECIDING */.AY,
    },
    'image-repository': {
        description: "Registry and path that the etcd image is pulled from, without `/etcd` and tag. Left out: kubeadm's " +
            'own.',
        operations: operation_names/* DECIDING */.AY,
    },
    'registry-username': {
        description: "Name to log in with at the registry that `image-repository` names, for pulling etcd's image; goes " +
            'with `registry-password`. Needs curl on the hosts.',
        operations: operation_names/* DECIDING */.AY,
    },
    'registry-password': {
        description: 'Password or token of that name. Pass it from a secret. It reaches the container runtime in memory: ' +
            'it is in no command line, no environment and no file of a host.',
        secret: true,
        operations: operation_names/* DECIDING */.AY,
    },
    'etcd-image-tag': {
        description: "Tag of the etcd image, 3.5.11 or later. Left out: the tag that the hosts' kubeadm asks for.",
        operations: operation_names/* DECIDING */.AY,
    },
    'heartbeat-interval': {
        description: 'How often the leader lets the others hear from it, in milliseconds, about the longest round trip ' +
            "between two hosts (a preflight measures it). Left out: etcd's own, 100.",
        operations: operation_names/* DECIDING */.AY,
    },
    'election-timeout': {
        description: 'After how many milliseconds without hearing from a leader an election begins: at least five times ' +
            "`heartbeat-interval`, best ten times, at most 50000. Left out: etcd's own, 1000.",
        operations: operation_names/* DECIDING */.AY,
    },
    'quota-backend-bytes': {
        description: "Size at which the database takes no more writes, in bytes or as `8Gi`. Left out: etcd's own, 2Gi. " +
            'More than 8Gi is accepted with a warning.',
        operations: operation_names/* DECIDING */.AY,
    },
    'auto-compaction-mode': {
        description: 'What `auto-compaction-retention` counts: `periodic`, time, or `revision`, revisions. API servers ' +
            "compact every five minutes by themselves. Left out: etcd's own, `periodic`.",
        operations: operation_names/* DECIDING */.AY,
    },
    'auto-compaction-retention': {
        description: 'How much history is kept when etcd compacts by itself: a time such as `1h` or, with ' +
            '`auto-compaction-mode: revision`, a number of revisions. Left out: etcd does not compact by itself.',
        operations: operation_names/* DECIDING */.AY,
    },
    'extra-args': {
        description: 'Flags of etcd, the same for all members: a YAML mapping such as `snapshot-count: 5000`, or one ' +
            '`--snapshot-count=5000` per line. Flags that the action needs for itself are refused.',
        common: true,
        operations: operation_names/* DECIDING */.AY,
    },
    patches: {
        description: 'Patches that kubeadm applies to the static pod: YAML of file names such as `etcd+strategic.yaml` and ' +
            'what is in them, or the path of a folder of such files in the workspace. What the action relies on, ' +
            'such as flags, probes and volumes, cannot be patched.',
        operations: operation_names/* DECIDING */.AY,
    },
    'kubelet-config': {
        description: 'YAML that is merged into the KubeletConfiguration of every host, for example `failSwapOn: false`. ' +
            'Fields that the action sets itself are refused.',
        operations: operation_names/* DECIDING */.AY,
    },
};

;// CONCATENATED MODULE: ./src/inputs/health.ts
/** What a health check looks at, and what it holds it against. */
const healthChecks = {
    'health-probe': {
        description: 'For `health`: path of the probe that is installed on the hosts for an account that may run nothing ' +
            'else as root (docs/least-privilege.md), for example `/usr/local/sbin/etcd-ha-health-probe`. Left ' +
            'out: bash as root, as for the other operations.',
        operations: ['health'],
    },
    deadline: {
        description: 'For `health`: how long looking may take, as `30s` or `2m`; ten seconds to ten minutes. What has not ' +
            'been seen by then is reported as unknown.',
        default: '60s',
        operations: ['health'],
    },
    'metrics-window': {
        description: 'For `health`: time between two looks at the metrics of each member, as `30s`, so that percentiles ' +
            'are those of that time; at most five minutes. With `0s` there is one look, and percentiles are since ' +
            'the start of each member.',
        default: '0s',
        operations: ['health'],
    },
    'fail-on': {
        description: 'For `health`: what fails the step: `fail`, a failed check, or that nothing could be seen of the ' +
            'cluster; `warn`, also a warning; `never`, nothing but inputs that cannot be used.',
        default: 'fail',
        operations: ['health'],
    },
    'certificate-warning-days': {
        description: 'For `health`: a certificate with fewer days left is a warning.',
        default: '30',
        operations: ['health'],
    },
    'certificate-failure-days': {
        description: 'For `health`: a certificate with fewer days left is a failure.',
        default: '7',
        operations: ['health'],
    },
    'latency-warning-ms': {
        description: 'For `health`: a read that takes longer, without the way to the member and back, is a warning; ' +
            'milliseconds.',
        default: '100',
        operations: ['health'],
    },
    'fsync-warning-ms': {
        description: "For `health`: a 99th percentile of the log's fsync that is longer is a warning; milliseconds.",
        default: '10',
        operations: ['health'],
    },
    'commit-warning-ms': {
        description: "For `health`: a 99th percentile of the database's commits that is longer is a warning; milliseconds.",
        default: '25',
        operations: ['health'],
    },
    'peer-latency-warning-ms': {
        description: 'For `health`: a 99th percentile of the round trips between two members that is longer is a warning; ' +
            'milliseconds.',
        default: '50',
        operations: ['health'],
    },
    'db-quota-warning-percent': {
        description: 'For `health`: a database that takes more of its quota is a warning; percent.',
        default: '80',
        operations: ['health'],
    },
    'db-quota-failure-percent': {
        description: 'For `health`: a database that takes more of its quota is a failure; percent.',
        default: '95',
        operations: ['health'],
    },
    'disk-free-warning-percent': {
        description: "For `health`: less free space on the data dir's filesystem is a warning; percent.",
        default: '15',
        operations: ['health'],
    },
    'clock-warning-ms': {
        description: 'For `health`: a clock that is further from the median of all hosts is a warning; milliseconds.',
        default: '500',
        operations: ['health'],
    },
    'raft-lag-warning': {
        description: 'For `health`: a member that is more entries of the log behind the leader is a warning.',
        default: '1000',
        operations: ['health'],
    },
    'history-artifact': {
        description: 'For `health`: name of the artifacts of earlier runs of this workflow, or the beginning of it with a ' +
            '`*`, such as `etcd-ha-production-*`: trends are shown. Needs `github-token`. Left out: no trends.',
        operations: ['health'],
    },
    'github-token': {
        description: "Token with the permission `actions: read`, for `history-artifact`: the job's own, `github.token`, " +
            'will do. Not used for anything else.',
        secret: true,
        operations: ['health'],
    },
};

;// CONCATENATED MODULE: ./src/inputs/hosts.ts

/** Which hosts there are. */
const hosts = {
    hosts: {
        description: 'Addresses of the etcd hosts, IPv4 or IPv6, separated by commas or new lines: 1, 3, 5, 7 or 9 of ' +
            'them. An entry may name its member: `infra0=10.0.0.6`. Text after `#` is a comment. Either this or ' +
            '`inventory` is needed.',
        common: true,
        operations: operation_names/* EVERY */.k7,
    },
    names: {
        description: 'Names of the members, in the order of `hosts`, separated by commas or new lines. Left out: each ' +
            "host's own short hostname.",
        operations: operation_names/* EVERY */.k7,
    },
    inventory: {
        description: 'The etcd hosts in place of `hosts` and `names`, as YAML or JSON, or the path of such a file in the ' +
            'workspace that ends in `.yaml`, `.yml` or `.json`: each with `address`, and if need be `name` and ' +
            '`ssh: { address, port, user }` or `transport`. Outputs of Terraform are taken as they are ' +
            '(docs/hosts.md).',
        common: true,
        operations: operation_names/* EVERY */.k7,
    },
    'allow-even-members': {
        description: '`true`: two, four, six or eight hosts are accepted with a warning, although they survive the loss of ' +
            'no more of them than one host less would.',
        default: 'false',
        operations: operation_names/* EVERY */.k7,
    },
    'control-plane-hosts': {
        description: 'Addresses of the hosts of the control plane, in the forms of `hosts`, reached as those are. A deploy ' +
            'puts there what their API servers need to use the cluster, and renews it: `etcd/ca.crt` and ' +
            '`apiserver-etcd-client.crt` with its key, below `/etc/kubernetes/pki`. Nothing else of these hosts ' +
            'is touched. A health check tells whether they have it, and for how long.',
        common: true,
        operations: operation_names/* EVERY */.k7,
    },
    'cluster-name': {
        description: 'Name of this cluster in reports and on the hosts: lower-case letters, digits and dashes, at most 63.',
        default: 'etcd',
        common: true,
        operations: operation_names/* EVERY */.k7,
    },
};

;// CONCATENATED MODULE: ./src/inputs/pki.ts

/**
 * The CA, and what it signs. A health check could tell from `ca-certificate` which host to believe, but would have to be given
 * `ca-key` with it: it judges by what the majority of the hosts has.
 */
const certificates = {
    'ca-certificate': {
        description: 'Certificate of your own etcd CA, PEM, alone or with those above it up to the root; goes with ' +
            '`ca-key`. It is public: pass it from a variable, not from a secret, or the runner drops every output ' +
            'that holds it. Left out: the CA found on the hosts, else a new one.',
        operations: operation_names/* DECIDING */.AY,
    },
    'ca-key': {
        description: 'Private key of your own etcd CA, PEM, not encrypted; goes with `ca-certificate`. Pass it from a ' +
            'secret.',
        secret: true,
        operations: operation_names/* DECIDING */.AY,
    },
    'ca-custody': {
        description: 'Where the key of the CA is kept: `first-host`, in `etcd/ca.key` on one host; `input-only`, on no ' +
            'host: each run brings `ca-certificate` and `ca-key`, and removes a key that lies on a host once the ' +
            'cluster has been proven.',
        default: 'first-host',
        operations: operation_names/* DECIDING */.AY,
    },
    'key-algorithm': {
        description: "Kind of the keys that the action makes, as kubeadm's `encryptionAlgorithm`: `RSA-2048`, `RSA-3072`, " +
            '`RSA-4096`, `ECDSA-P256` or `ECDSA-P384`. It counts for keys that are made from then on; those that ' +
            'are there stay until they are renewed.',
        default: 'RSA-2048',
        operations: operation_names/* DECIDING */.AY,
    },
    'certificate-validity-days': {
        description: "Days that the certificates of members and clients are valid, as kubeadm's " +
            '`certificateValidityPeriod`: 1 to 3650, more than `renew-before-days`. It counts for certificates ' +
            'that are issued from then on.',
        default: '365',
        operations: operation_names/* DECIDING */.AY,
    },
    'ca-validity-days': {
        description: "Days that a CA which the action makes is valid, as kubeadm's `caCertificateValidityPeriod`: 2 to " +
            '36500, more than `certificate-validity-days`. A CA that is there keeps its own.',
        default: '3650',
        operations: operation_names/* DECIDING */.AY,
    },
    'extra-sans': {
        description: 'Further names and addresses for the server and peer certificates of all members, separated by commas ' +
            'or new lines: `etcd.example.com`, `*.etcd.example.com`, `10.0.0.100`. A changed list is taken up ' +
            'without a restart.',
        operations: operation_names/* DECIDING */.AY,
    },
    'renew-before-days': {
        description: 'Certificates that end within this many days are reissued from the same CA, 0 to 3650. With `0` only ' +
            'those that have ended already.',
        default: '30',
        operations: operation_names/* DECIDING */.AY,
    },
    'client-certificate-copied': {
        description: 'SHA-256 fingerprints, with or without colons, separated by commas or new lines, of the renewed ' +
            '`apiserver-etcd-client.crt` that you have copied to the control plane: the run no longer warns of ' +
            'it.',
        operations: ['deploy'],
    },
};

;// CONCATENATED MODULE: ./src/inputs/run.ts

/** What a run is to do, and how far it may go. */
const whatToDo = {
    operation: {
        description: 'What to do: `deploy` sets up the cluster, brings it to what is asked for, or proves that it stands ' +
            'so. `preflight` looks at the hosts, reports everything that stands in the way, and changes nothing. ' +
            '`health` looks at members, hosts and certificates, reports what is wrong or will be, and changes ' +
            'nothing.',
        default: 'deploy',
        common: true,
        operations: operation_names/* EVERY */.k7,
    },
    'dry-run': {
        description: '`true`: look at everything, decide, report what would be done as log, job summary and the outputs ' +
            '`plan` and `plan-digest`, and change nothing.',
        default: 'false',
        common: true,
        operations: ['deploy'],
    },
    'approved-plan': {
        description: 'The `plan-digest` of a dry run: the run goes on only if its own plan is still that one. With ' +
            '`dry-run` it only tells whether it is. Left out or empty: any plan is carried out.',
        operations: ['deploy'],
    },
    bootstrap: {
        description: 'When a new cluster may be made where there is none: `auto` only when this run makes the CA, since ' +
            'with a CA that is there already, given or lying on a host, there may have been a cluster that API ' +
            'servers still use; `allow` also then; `never` at no time. Leave `allow` out of scheduled workflows.',
        default: 'auto',
        common: true,
        operations: operation_names/* DECIDING */.AY,
    },
    'disk-test': {
        description: '`true`: a preflight also writes to the disk of `data-dir` for a few seconds to see how fast it is, ' +
            'and removes what it wrote. Other operations do not.',
        default: 'false',
        operations: ['preflight'],
    },
};
/** How long a run may take, and what it leaves on GitHub. A preflight takes no lock and uploads nothing. */
const runAndArtifact = {
    'upload-artifacts': {
        description: 'Whether to upload what the run leaves behind: kubeadm configurations, public certificates, manifests ' +
            'and the health report of a deploy; the report of a health check in all its forms.',
        default: 'true',
        operations: ['deploy', 'health'],
    },
    'artifact-name': {
        description: 'Name of the artifact. Left out: `etcd-ha-` with the cluster, the run attempt and eight random ' +
            'digits.',
        operations: ['deploy', 'health'],
    },
    'artifact-retention-days': {
        description: "Days to keep the artifact, 1 to 400. Left out: the repository's own setting, which is also the most.",
        operations: ['deploy', 'health'],
    },
    'lock-timeout': {
        description: 'How long to wait while another run works on the same hosts, as `90s`, `2m` or `1h`; at most six ' +
            'hours. With `0s` the run does not wait.',
        default: '2m',
        operations: ['deploy'],
    },
    timeout: {
        description: 'The longest that the whole run may take, as `90s`, `15m` or `1h30m`; one minute to six hours.',
        default: '30m',
        common: true,
        operations: operation_names/* EVERY */.k7,
    },
};

;// CONCATENATED MODULE: ./src/inputs/table.ts






/**
 * The one table of inputs, by subject, in the order of action.yml. From it `npm run docs` makes the inputs of action.yml, the
 * sub-actions, docs/inputs.md and the short table of README.md.
 */
const inputGroups = [
    { title: 'What to do', inputs: whatToDo },
    { title: 'Hosts', inputs: hosts },
    { title: 'Getting in', inputs: access },
    { title: 'Certificates', inputs: certificates },
    { title: 'etcd and kubelet', inputs: etcdAndKubelet },
    { title: 'Health checks', inputs: healthChecks },
    { title: 'The run and its artifact', inputs: runAndArtifact },
];
const definitions = Object.fromEntries(inputGroups.flatMap(({ inputs }) => Object.entries(inputs)));
/** Names of all inputs, in the order of action.yml. */
const inputNames = Object.keys(definitions);
/** Whether there is an input of this name. */
function isInputName(name) {
    return Object.hasOwn(definitions, name);
}
/** What there is to know of an input. */
function definitionOf(name) {
    return definitions[name];
}
/** Names of the inputs that an operation makes use of, in the order of action.yml. */
function inputsOf(operation) {
    return inputNames.filter((name) => definitions[name].operations.includes(operation));
}


/***/ }),

/***/ 7104:
/***/ ((__unused_webpack_module, __webpack_exports__, __webpack_require__) => {

/* harmony export */ __webpack_require__.d(__webpack_exports__, {
/* harmony export */   ek: () => (/* binding */ placesOf),
/* harmony export */   hI: () => (/* binding */ logFolder),
/* harmony export */   ij: () => (/* binding */ dataFolders)
/* harmony export */ });
/**
 * Where the write-ahead log is. With a folder of its own it lies in another one within that: etcd makes its log aside, as
 * `NAME.tmp`, removes the folder NAME and renames (server/storage/wal/wal.go, renameWAL), which neither a mount point nor
 * the way from one file system to another allows.
 */
function logFolder({ dataDir, walDir }) {
    return walDir === undefined ? `${dataDir}/member/wal` : `${walDir}/wal`;
}
/** The folders that must be there, and be etcd's alone. */
function dataFolders({ dataDir, walDir }) {
    return walDir === undefined ? [dataDir] : [dataDir, walDir];
}
/** The two as properties, without one that is not there. */
function placesOf({ dataDir, walDir }) {
    return { dataDir, ...(walDir !== undefined && { walDir }) };
}


/***/ }),

/***/ 88239:
/***/ ((__unused_webpack_module, __webpack_exports__, __webpack_require__) => {

/* harmony export */ __webpack_require__.d(__webpack_exports__, {
/* harmony export */   K9: () => (/* binding */ KUBEADM_FLAG_VALUES),
/* harmony export */   fP: () => (/* binding */ OWNED_ETCD_FLAGS),
/* harmony export */   lF: () => (/* binding */ KUBEADM_ETCD_FLAGS),
/* harmony export */   m1: () => (/* binding */ keepsCorruptCheck)
/* harmony export */ });
/* harmony import */ var _ports_js__WEBPACK_IMPORTED_MODULE_1__ = __webpack_require__(21311);
/* harmony import */ var _urls_js__WEBPACK_IMPORTED_MODULE_0__ = __webpack_require__(97245);


const OF_THE_MEMBERS = 'it follows from hosts, names and ports';
const OF_THE_BOOTSTRAP = 'it decides which cluster a member founds or joins, which the action works out itself';
const OF_THE_CERTIFICATES = 'the action issues the certificates and renews them where kubeadm puts them';
const OF_MUTUAL_TLS = 'members and clients would no longer have to prove who they are by a certificate of the CA';
const OF_OTHER_NAMES = 'the certificates of kubeadm differ in names from member to member, those of clients have no host names at all';
const OF_PROXIES = 'the process would be a proxy in place of a member';
const OF_THE_V2_STORE = 'no snapshot holds the data of the v2 store, and etcd 3.6 does not take it over';
const OF_THE_CORRUPT_CHECK = 'kubeadm has every member compare its data with the others before it serves, which must stay on';
const OF_ONE_INSTANCE = 'it must differ from member to member, and extra-args are the same on all';
/**
 * Flags of etcd that the user cannot give, each with the reason: the action sets them itself, or what it proves of a
 * cluster would not hold with another value. Names from `etcd --help` of 3.5.15, 3.6.5 and 3.7.0.
 */
const OWNED_ETCD_FLAGS = new Map([
    ['name', OF_THE_MEMBERS],
    ['listen-client-urls', OF_THE_MEMBERS],
    ['advertise-client-urls', OF_THE_MEMBERS],
    ['listen-peer-urls', OF_THE_MEMBERS],
    ['initial-advertise-peer-urls', OF_THE_MEMBERS],
    [
        'listen-client-http-urls',
        'the action asks members over HTTP on their client port, which this flag takes away',
    ],
    [
        'listen-metrics-urls',
        "kubeadm's probes and the action ask the member for its health there, on loopback; its port is given by the input metrics-port",
    ],
    ['enable-grpc-gateway', 'the action asks members through this gateway'],
    ['data-dir', 'give it by the input data-dir'],
    ['wal-dir', 'give it by the input wal-dir'],
    ['initial-cluster', OF_THE_BOOTSTRAP],
    ['initial-cluster-state', OF_THE_BOOTSTRAP],
    ['initial-cluster-token', OF_THE_BOOTSTRAP],
    ['force-new-cluster', 'the member would leave its cluster and found one of its own with the same data'],
    ['discovery', OF_THE_BOOTSTRAP],
    ['discovery-token', OF_THE_BOOTSTRAP],
    ['discovery-endpoints', OF_THE_BOOTSTRAP],
    ['discovery-dial-timeout', OF_THE_BOOTSTRAP],
    ['discovery-request-timeout', OF_THE_BOOTSTRAP],
    ['discovery-keepalive-time', OF_THE_BOOTSTRAP],
    ['discovery-keepalive-timeout', OF_THE_BOOTSTRAP],
    ['discovery-insecure-transport', OF_THE_BOOTSTRAP],
    ['discovery-insecure-skip-tls-verify', OF_THE_BOOTSTRAP],
    ['discovery-cert', OF_THE_BOOTSTRAP],
    ['discovery-key', OF_THE_BOOTSTRAP],
    ['discovery-cacert', OF_THE_BOOTSTRAP],
    ['discovery-user', OF_THE_BOOTSTRAP],
    ['discovery-password', OF_THE_BOOTSTRAP],
    ['discovery-fallback', OF_THE_BOOTSTRAP],
    ['discovery-proxy', OF_THE_BOOTSTRAP],
    ['discovery-srv', OF_THE_BOOTSTRAP],
    ['discovery-srv-name', OF_THE_BOOTSTRAP],
    ['cert-file', OF_THE_CERTIFICATES],
    ['key-file', OF_THE_CERTIFICATES],
    ['client-cert-file', OF_THE_CERTIFICATES],
    ['client-key-file', OF_THE_CERTIFICATES],
    ['trusted-ca-file', OF_THE_CERTIFICATES],
    ['peer-cert-file', OF_THE_CERTIFICATES],
    ['peer-key-file', OF_THE_CERTIFICATES],
    ['peer-client-cert-file', OF_THE_CERTIFICATES],
    ['peer-client-key-file', OF_THE_CERTIFICATES],
    ['peer-trusted-ca-file', OF_THE_CERTIFICATES],
    ['client-cert-auth', OF_MUTUAL_TLS],
    ['peer-client-cert-auth', OF_MUTUAL_TLS],
    ['auto-tls', OF_MUTUAL_TLS],
    ['peer-auto-tls', OF_MUTUAL_TLS],
    ['self-signed-cert-validity', 'it belongs to auto-tls, which is off'],
    ['peer-skip-client-san-verification', "a peer's certificate would count from any address"],
    ['experimental-peer-skip-client-san-verification', "a peer's certificate would count from any address"],
    ['client-cert-allowed-hostname', OF_OTHER_NAMES],
    ['peer-cert-allowed-cn', OF_OTHER_NAMES],
    ['peer-cert-allowed-hostname', OF_OTHER_NAMES],
    ['unsafe-no-fsync', 'acknowledged writes would be lost with the power'],
    ['strict-reconfig-check', 'etcd would let a change of members through that costs the quorum'],
    ['pre-vote', 'a member that was restarted would depose a healthy leader'],
    ['socket-reuse-port', 'a second etcd could listen on the ports of the member unnoticed'],
    ['experimental-initial-corrupt-check', OF_THE_CORRUPT_CHECK],
    ['initial-corrupt-check', OF_THE_CORRUPT_CHECK],
    ['v2-deprecation', 'one of its values deletes data'],
    ['enable-v2', OF_THE_V2_STORE],
    ['experimental-enable-v2v3', OF_THE_V2_STORE],
    ['distributed-tracing-instance-id', OF_ONE_INSTANCE],
    ['experimental-distributed-tracing-instance-id', OF_ONE_INSTANCE],
    ['proxy', OF_PROXIES],
    ['proxy-failure-wait', OF_PROXIES],
    ['proxy-refresh-interval', OF_PROXIES],
    ['proxy-dial-timeout', OF_PROXIES],
    ['proxy-write-timeout', OF_PROXIES],
    ['proxy-read-timeout', OF_PROXIES],
    ['config-file', 'with a file etcd passes over all flags'],
    ['version', 'etcd would print its version and end'],
    ['help', 'etcd would print its flags and end'],
    ['h', 'etcd would print its flags and end'],
]);
/**
 * Every flag that kubeadm 1.31 to 1.37 writes into the manifest without being asked to: a flag that is neither among
 * these nor asked for was set by somebody else (cmd/kubeadm/app/phases/etcd/local.go, getEtcdCommand, of 1.31.0,
 * 1.32.13, 1.33.13, 1.34.4, 1.35.4, 1.36.3 and 1.37.2; which of them writes which flag: etcd-releases.ts). It writes `initial-cluster` of one member, `initial-cluster-state` when it joins one.
 */
const KUBEADM_ETCD_FLAGS = new Set([
    'advertise-client-urls',
    'cert-file',
    'client-cert-auth',
    'data-dir',
    'experimental-initial-corrupt-check',
    'experimental-watch-progress-notify-interval',
    'feature-gates',
    'initial-advertise-peer-urls',
    'initial-cluster',
    'initial-cluster-state',
    'key-file',
    'listen-client-urls',
    'listen-metrics-urls',
    'listen-peer-urls',
    'name',
    'peer-cert-file',
    'peer-client-cert-auth',
    'peer-key-file',
    'peer-trusted-ca-file',
    'snapshot-count',
    'trusted-ca-file',
    'watch-progress-notify-interval',
]);
const PKI = '/etc/kubernetes/pki/etcd';
/**
 * The values that kubeadm 1.31 to 1.37 gives those of its flags that do not differ from member to member
 * (cmd/kubeadm/app/phases/etcd/local.go, getEtcdCommand).
 */
const KUBEADM_FLAG_VALUES = new Map([
    ['cert-file', [`${PKI}/server.crt`]],
    ['client-cert-auth', ['true']],
    ['experimental-initial-corrupt-check', ['true']],
    ['experimental-watch-progress-notify-interval', ['5s']],
    ['feature-gates', ['InitialCorruptCheck=true']],
    ['key-file', [`${PKI}/server.key`]],
    [
        'listen-metrics-urls',
        [(0,_urls_js__WEBPACK_IMPORTED_MODULE_0__/* .metricsUrl */ .pP)('127.0.0.1', _ports_js__WEBPACK_IMPORTED_MODULE_1__/* .DEFAULT_METRICS_PORT */ .C), (0,_urls_js__WEBPACK_IMPORTED_MODULE_0__/* .metricsUrl */ .pP)('::1', _ports_js__WEBPACK_IMPORTED_MODULE_1__/* .DEFAULT_METRICS_PORT */ .C)],
    ],
    ['peer-cert-file', [`${PKI}/peer.crt`]],
    ['peer-client-cert-auth', ['true']],
    ['peer-key-file', [`${PKI}/peer.key`]],
    ['peer-trusted-ca-file', [`${PKI}/ca.crt`]],
    ['snapshot-count', ['10000']],
    ['trusted-ca-file', [`${PKI}/ca.crt`]],
    ['watch-progress-notify-interval', ['5s']],
]);
/** What Go takes for true (strconv.ParseBool). */
const GO_TRUE = ['1', 't', 'T', 'TRUE', 'true', 'True'];
/**
 * True for a value of `--feature-gates` that keeps the check of a member's data at its start: kubeadm 1.34 and later
 * switch it on by this very flag, and a value in extraArgs takes the place of theirs. Of a gate that is named twice the
 * last counts (pkg/featuregate/feature_gate.go, Set).
 */
function keepsCorruptCheck(featureGates) {
    const gates = featureGates.split(',').map((gate) => gate.split('=').map((part) => part.trim()));
    const [, value = ''] = gates.findLast(([name]) => name === 'InitialCorruptCheck') ?? [];
    return GO_TRUE.includes(value);
}


/***/ }),

/***/ 84051:
/***/ ((__unused_webpack_module, __webpack_exports__, __webpack_require__) => {

/* harmony export */ __webpack_require__.d(__webpack_exports__, {
/* harmony export */   Cw: () => (/* binding */ readYamlDocuments),
/* harmony export */   gM: () => (/* binding */ readYaml)
/* harmony export */ });
/* unused harmony export MOST_YAML_CHARACTERS */
/* harmony import */ var yaml__WEBPACK_IMPORTED_MODULE_0__ = __webpack_require__(38815);

/**
 * Characters of YAML that is read of a host: kubeadm's configuration and manifests have 3 kB each. The time of the parser grows with the
 * square of some texts, and 256 KiB of names take it a quarter of a minute.
 */
const MOST_YAML_CHARACTERS = 32 * 1024;
/** So many texts are remembered: some of each host, which are asked for many times in one decision. */
const MOST_REMEMBERED = 64;
const remembered = new Map();
/**
 * The one document that a host has sent, as plain data; undefined if it cannot be read, is not the only one, or is longer than any such
 * file.
 * @returns shared data: callers leave it as it is.
 */
function readYaml(text) {
    const [document, ...others] = documentsOf(text);
    return others.length === 0 ? document : undefined;
}
/**
 * The documents of a text that a host has sent, as plain data, without those that cannot be read; none if the text is longer than any
 * such file.
 * @returns shared data: callers leave it as it is.
 */
function readYamlDocuments(text) {
    return documentsOf(text).filter((document) => document !== undefined);
}
/** One entry for each document; undefined where it has an error, an alias that stands for nothing, or one that leads back to itself. */
function documentsOf(text) {
    if (text.length > MOST_YAML_CHARACTERS)
        return [];
    const known = remembered.get(text);
    if (known !== undefined)
        return known;
    const documents = parsed(text);
    const [oldest] = remembered.keys();
    if (remembered.size >= MOST_REMEMBERED && oldest !== undefined)
        remembered.delete(oldest);
    remembered.set(text, documents);
    return documents;
}
function parsed(text) {
    try {
        // its warnings would quote the text on standard error
        return [...(0,yaml__WEBPACK_IMPORTED_MODULE_0__/* .parseAllDocuments */ .hR)(text, { logLevel: 'error', prettyErrors: false })].map((document) => {
            if (document.errors.length > 0)
                return undefined;
            try {
                // it refuses aliases of aliases that would make gigabytes of a few lines
                const value = document.toJS();
                JSON.stringify(value);
                return value;
            }
            catch {
                return undefined;
            }
        });
    }
    catch {
        return [];
    }
}


/***/ }),

/***/ 84178:
/***/ ((__unused_webpack_module, __webpack_exports__, __webpack_require__) => {

/* harmony export */ __webpack_require__.d(__webpack_exports__, {
/* harmony export */   DF: () => (/* binding */ PatchError),
/* harmony export */   Zw: () => (/* binding */ applyJsonPatch),
/* harmony export */   pi: () => (/* binding */ isMapping)
/* harmony export */ });
/* harmony import */ var node_util__WEBPACK_IMPORTED_MODULE_0__ = __webpack_require__(57975);
/* harmony import */ var node_util__WEBPACK_IMPORTED_MODULE_0___default = /*#__PURE__*/__webpack_require__.n(node_util__WEBPACK_IMPORTED_MODULE_0__);

/** A patch that cannot be applied, in words that continue `it cannot be applied:`. */
class PatchError extends Error {
}
/** Whether it is a mapping, not a list. */
function isMapping(value) {
    return typeof value === 'object' && value !== null && !Array.isArray(value);
}
/**
 * Applies a JSON patch (RFC 6902).
 * @throws PatchError where it is none, or does not fit what it is applied to.
 */
function applyJsonPatch(target, patch) {
    if (!Array.isArray(patch))
        throw new PatchError('a patch of the kind json is a list of operations');
    return patch.reduce(applyOperation, target);
}
function applyOperation(target, operation) {
    if (!isMapping(operation))
        throw new PatchError('an operation is a mapping with op and path');
    const { op, value } = operation;
    const path = pointer(operation['path'], 'path');
    switch (op) {
        case 'add':
            return put(target, path, needed(value), 'add');
        case 'replace':
            return put(target, path, needed(value), 'replace');
        case 'remove':
            return remove(target, path);
        case 'move': {
            const from = pointer(operation['from'], 'from');
            return put(remove(target, from), path, at(target, from), 'add');
        }
        case 'copy':
            return put(target, path, at(target, pointer(operation['from'], 'from')), 'add');
        case 'test':
            if (!(0,node_util__WEBPACK_IMPORTED_MODULE_0__.isDeepStrictEqual)(at(target, path), value))
                throw new PatchError(`the test of ${shown(path)} fails`);
            return target;
        default:
            throw new PatchError(`there is no operation ${JSON.stringify(op ?? null)}`);
    }
}
function needed(value) {
    if (value === undefined)
        throw new PatchError('an operation that adds or replaces has no value');
    return value;
}
/** The keys of a JSON pointer (RFC 6901). */
function pointer(text, field) {
    if (typeof text !== 'string' || (text !== '' && !text.startsWith('/'))) {
        throw new PatchError(`${field} is no pointer such as /spec/priority`);
    }
    return text
        .split('/')
        .slice(1)
        .map((key) => key.replaceAll('~1', '/').replaceAll('~0', '~'));
}
function shown(path) {
    return `/${path.join('/')}`;
}
function at(target, path) {
    return path.reduce((value, key, depth) => {
        const inner = Array.isArray(value)
            ? value[indexOf(key, value.length - 1, path)]
            : isMapping(value) && Object.hasOwn(value, key)
                ? value[key]
                : undefined;
        if (inner === undefined)
            throw new PatchError(`there is no ${shown(path.slice(0, depth + 1))}`);
        return inner;
    }, target);
}
function put(target, path, value, how) {
    return changeAt(target, path, (parent, key) => {
        if (Array.isArray(parent)) {
            const list = [...parent];
            const index = key === '-' && how === 'add'
                ? list.length
                : indexOf(key, list.length - (how === 'add' ? 0 : 1), path);
            list.splice(index, how === 'add' ? 0 : 1, value);
            return list;
        }
        if (how === 'replace')
            at(target, path);
        return { ...parent, [key]: value };
    });
}
function remove(target, path) {
    at(target, path);
    return changeAt(target, path, (parent, key) => Array.isArray(parent)
        ? parent.toSpliced(Number(key), 1)
        : Object.fromEntries(Object.entries(parent).filter(([name]) => name !== key)));
}
/** @throws PatchError where there is nothing that what is changed could be within. */
function changeAt(target, path, change) {
    const key = path.at(-1);
    if (key === undefined)
        throw new PatchError('the whole pod cannot be replaced');
    const parents = path.slice(0, -1);
    const parent = at(target, parents);
    if (!Array.isArray(parent) && !isMapping(parent)) {
        throw new PatchError(`nothing can be within ${shown(parents)}`);
    }
    return replaceAt(target, parents, change(parent, key));
}
/** @param path of something that is there. */
function replaceAt(target, path, value) {
    const [key, ...rest] = path;
    if (key === undefined)
        return value;
    const inner = replaceAt(at(target, [key]), rest, value);
    return Array.isArray(target)
        ? target.with(Number(key), inner)
        : { ...target, [key]: inner };
}
function indexOf(key, greatest, path) {
    const index = /^(?:0|[1-9]\d{0,5})$/.test(key) ? Number(key) : Number.NaN;
    if (index <= greatest)
        return index;
    throw new PatchError(`there is no ${shown(path)}`);
}


/***/ }),

/***/ 27368:
/***/ ((__unused_webpack_module, __webpack_exports__, __webpack_require__) => {

/* harmony export */ __webpack_require__.d(__webpack_exports__, {
/* harmony export */   DR: () => (/* binding */ OWNED_KUBELET_FIELDS),
/* harmony export */   Jj: () => (/* binding */ renderKubeletDropIn),
/* harmony export */   R$: () => (/* binding */ renderKubeletConfig)
/* harmony export */ });
/* harmony import */ var _data_places_js__WEBPACK_IMPORTED_MODULE_2__ = __webpack_require__(7104);
/* harmony import */ var _paths_js__WEBPACK_IMPORTED_MODULE_1__ = __webpack_require__(6803);
/* harmony import */ var _put_back_js__WEBPACK_IMPORTED_MODULE_3__ = __webpack_require__(58912);
/* harmony import */ var _yaml_js__WEBPACK_IMPORTED_MODULE_0__ = __webpack_require__(89278);




/**
 * Fields of the KubeletConfiguration that the action sets, each with the reason why the user cannot.
 */
const OWNED_KUBELET_FIELDS = new Map([
    ['apiVersion', 'the kind of file is fixed'],
    ['kind', 'the kind of file is fixed'],
    ['authentication', 'without an API server only this form starts'],
    ['authorization', 'without an API server only AlwaysAllow starts'],
    ['address', 'the kubelet of an etcd host listens on loopback only'],
    ['staticPodPath', 'kubeadm writes the etcd manifest there'],
    ['staticPodURL', 'it would be a second source of pods that run as root'],
    ['staticPodURLHeader', 'it belongs to staticPodURL'],
    ['containerRuntimeEndpoint', "it is read from the host's container runtime"],
    ['cgroupDriver', "it is read from the host's container runtime"],
    ['healthzPort', 'the action asks the kubelet for its health there'],
    ['healthzBindAddress', 'the action asks the kubelet for its health there'],
]);
/**
 * The guide's KubeletConfiguration (step 1) for one host, with the user's additions.
 * @param additions fields to merge in; none of {@link OWNED_KUBELET_FIELDS}.
 */
function renderKubeletConfig(runtime, additions) {
    return (0,_yaml_js__WEBPACK_IMPORTED_MODULE_0__/* .toKubernetesYaml */ .t)({
        apiVersion: 'kubelet.config.k8s.io/v1beta1',
        kind: 'KubeletConfiguration',
        authentication: { anonymous: { enabled: false }, webhook: { enabled: false } },
        authorization: { mode: 'AlwaysAllow' },
        cgroupDriver: runtime.cgroupDriver,
        address: '127.0.0.1',
        containerRuntimeEndpoint: runtime.endpoint,
        staticPodPath: _paths_js__WEBPACK_IMPORTED_MODULE_1__/* .MANIFEST_DIR */ .Kk,
        ...additions,
    });
}
/**
 * The guide's drop-in `20-etcd-service-manager.conf`, which beats kubeadm's `10-kubeadm.conf`.
 * `RequiresMountsFor` keeps the kubelet from starting etcd on an empty folder where its disk is not mounted.
 * `ExecStartPre` ends what a power cut in the middle of a restart of the member has left: a host without a manifest. It
 * may fail (`-`): kubelet is to start in any case.
 * @param kubelet path of the kubelet on this host.
 */
function renderKubeletDropIn(kubelet, places) {
    return [
        '[Unit]',
        `RequiresMountsFor=${(0,_data_places_js__WEBPACK_IMPORTED_MODULE_2__/* .dataFolders */ .ij)(places).join(' ')}`,
        '[Service]',
        `ExecStartPre=-${_put_back_js__WEBPACK_IMPORTED_MODULE_3__/* .PUT_MANIFEST_BACK */ .a}`,
        'ExecStart=',
        `ExecStart=${kubelet} --config=${_paths_js__WEBPACK_IMPORTED_MODULE_1__/* .KUBELET_CONFIG */ .So}`,
        'Restart=always',
        '',
    ].join('\n');
}


/***/ }),

/***/ 48966:
/***/ ((__unused_webpack_module, __webpack_exports__, __webpack_require__) => {


// EXPORTS
__webpack_require__.d(__webpack_exports__, {
  yJ: () => (/* binding */ WAL_VOLUME),
  My: () => (/* binding */ allPatches),
  X6: () => (/* binding */ applyPatch),
  MP: () => (/* binding */ patchFiles),
  h_: () => (/* binding */ patchFolder),
  AU: () => (/* binding */ patchFolderIn),
  R3: () => (/* binding */ patchKind)
});

// EXTERNAL MODULE: external "node:crypto"
var external_node_crypto_ = __webpack_require__(77598);
// EXTERNAL MODULE: ./src/kubeadm/foreign-yaml.ts
var foreign_yaml = __webpack_require__(84051);
// EXTERNAL MODULE: ./src/kubeadm/json-patch.ts
var json_patch = __webpack_require__(84178);
;// CONCATENATED MODULE: ./src/kubeadm/merge-patch.ts

/**
 * Lists of a pod that a strategic merge adds to, and the field that tells their items apart (patchMergeKey in
 * k8s.io/api/core/v1/types.go). Every other list is replaced.
 */
const MERGE_KEYS = new Map([
    ['containers', 'name'],
    ['initContainers', 'name'],
    ['ephemeralContainers', 'name'],
    ['volumes', 'name'],
    ['volumeMounts', 'mountPath'],
    ['volumeDevices', 'devicePath'],
    ['env', 'name'],
    ['ports', 'containerPort'],
    ['imagePullSecrets', 'name'],
    ['hostAliases', 'ip'],
    ['topologySpreadConstraints', 'topologyKey'],
]);
/**
 * Applies a merge patch to a pod: null removes, mappings are merged, everything else is replaced; lists too
 * (`merge`, RFC 7386), or added to by the keys of their items (`strategic`).
 * @throws PatchError where it is no mapping, or holds what only a JSON patch says plainly.
 */
function applyMergePatch(target, patch, kind) {
    if (!(0,json_patch/* isMapping */.pi)(patch))
        throw new json_patch/* PatchError */.DF(`a patch of the kind ${kind} is a mapping of the pod's fields`);
    return merged(target, patch, kind);
}
function merged(target, patch, kind) {
    const result = new Map((0,json_patch/* isMapping */.pi)(target) ? Object.entries(target) : []);
    for (const [key, value] of Object.entries(patch)) {
        if (key.startsWith('$')) {
            throw new json_patch/* PatchError */.DF(`${key} is an order to the merge; say by a patch of the kind json what is removed`);
        }
        if (value === null)
            result.delete(key);
        else
            result.set(key, mergedField(key, result.get(key) ?? null, value, kind));
    }
    return Object.fromEntries(result);
}
function mergedField(key, target, value, kind) {
    if ((0,json_patch/* isMapping */.pi)(value))
        return merged(target, value, kind);
    const mergeKey = kind === 'strategic' && Array.isArray(value) ? MERGE_KEYS.get(key) : undefined;
    if (mergeKey === undefined)
        return value;
    const items = [...(Array.isArray(target) ? target : [])];
    const added = [];
    for (const item of value) {
        const id = (0,json_patch/* isMapping */.pi)(item) ? item[mergeKey] : undefined;
        if (!(0,json_patch/* isMapping */.pi)(item) || id === undefined) {
            throw new json_patch/* PatchError */.DF(`an item of ${key} has no ${mergeKey}, by which it is merged`);
        }
        const index = items.findIndex((present) => (0,json_patch/* isMapping */.pi)(present) && present[mergeKey] === id);
        if (index < 0)
            added.push(merged(null, item, kind));
        else
            items[index] = merged(items[index] ?? null, item, kind);
    }
    // as the order of both lists is kept, the patch's first (strategicpatch/patch.go, mergeSliceWithoutSpecialElements)
    return [...added, ...items];
}

// EXTERNAL MODULE: ./src/kubeadm/paths.ts
var paths = __webpack_require__(6803);
// EXTERNAL MODULE: ./src/kubeadm/yaml.ts + 1 modules
var yaml = __webpack_require__(89278);
;// CONCATENATED MODULE: ./src/kubeadm/patches.ts






/** The volume of the log, in the action's own patch. */
const WAL_VOLUME = 'etcd-wal';
/**
 * The action's own patch, which mounts the folder of the log: kubeadm has no field for a second volume. A tilde sorts
 * behind all that the user's patches may be called, so that those find the pod as kubeadm makes it.
 */
const WAL_PATCH = 'etcd~wal-dir+strategic.yaml';
/**
 * All patches in the order in which kubeadm applies them: the user's, then the action's own.
 * @param walDir folder of the log; absent: it has none of its own.
 */
function allPatches(patches, walDir) {
    return walDir === undefined ? patches : [...patches, { name: WAL_PATCH, text: walPatch(walDir) }];
}
function walPatch(walDir) {
    return (0,yaml/* toKubernetesYaml */.t)({
        spec: {
            containers: [{ name: 'etcd', volumeMounts: [{ mountPath: walDir, name: WAL_VOLUME }] }],
            // not made where it is missing: etcd must not begin on an empty folder
            volumes: [{ name: WAL_VOLUME, hostPath: { path: walDir, type: 'Directory' } }],
        },
    });
}
/**
 * The folder on the hosts for exactly these patches; nothing where there are none. It is called after their digest: a
 * kubeadm configuration that names it says which patches it was made with, and files that are no longer asked for lie in
 * another one.
 */
function patchFolder(patches) {
    if (patches.length === 0)
        return undefined;
    const digest = (0,external_node_crypto_.createHash)('sha256').update(JSON.stringify(patches.map(({ name, text }) => [name, text])));
    return `${paths/* PATCHES_DIR */.rf}/${digest.digest('hex').slice(0, 16)}`;
}
/** The files of the patches, by path. */
function patchFiles(patches) {
    const folder = patchFolder(patches) ?? '';
    return new Map(patches.map(({ name, text }) => [`${folder}/${name}`, text]));
}
/** The kind that the name of a patch's file says; nothing where kubeadm would not apply the file to etcd's pod as meant. */
function patchKind(name) {
    const match = /^etcd[A-Za-z0-9_-]{0,60}(?:\+(strategic|merge|json))?\.(?:yaml|json)$/.exec(name);
    return match === null ? undefined : (match[1] ?? 'strategic');
}
/** Applies what one file holds, document after document, as kubeadm does. @throws PatchError where that cannot be done. */
function applyPatch(pod, documents, kind) {
    return documents.reduce((target, patch) => kind === 'json' ? (0,json_patch/* applyJsonPatch */.Zw)(target, patch) : applyMergePatch(target, patch, kind), pod);
}
/** The folder of patches that a kubeadm configuration names; nothing where it names none or cannot be read. */
function patchFolderIn(configuration) {
    for (const document of (0,foreign_yaml/* readYamlDocuments */.Cw)(configuration)) {
        const { patches } = (document ?? {});
        if (typeof patches?.directory === 'string')
            return patches.directory;
    }
    return undefined;
}


/***/ }),

/***/ 6803:
/***/ ((__unused_webpack_module, __webpack_exports__, __webpack_require__) => {

/* harmony export */ __webpack_require__.d(__webpack_exports__, {
/* harmony export */   $9: () => (/* binding */ GUIDE_KUBELET_CONFIG),
/* harmony export */   C8: () => (/* binding */ NODE_MARKS),
/* harmony export */   FI: () => (/* binding */ LOCK_FILE),
/* harmony export */   Fc: () => (/* binding */ OUTGOING_MANIFEST),
/* harmony export */   Hw: () => (/* binding */ PKI_DIR),
/* harmony export */   Kk: () => (/* binding */ MANIFEST_DIR),
/* harmony export */   So: () => (/* binding */ KUBELET_CONFIG),
/* harmony export */   XA: () => (/* binding */ KUBEADM_CONFIG),
/* harmony export */   bd: () => (/* binding */ AUDIT_LOG),
/* harmony export */   bv: () => (/* binding */ STATE_FILE),
/* harmony export */   jl: () => (/* binding */ ETCD_MANIFEST),
/* harmony export */   jy: () => (/* binding */ KUBELET_DROP_IN),
/* harmony export */   lw: () => (/* binding */ REPLACED_DIR),
/* harmony export */   ms: () => (/* binding */ RENDERED_MANIFEST),
/* harmony export */   r$: () => (/* binding */ CA_KEY),
/* harmony export */   rf: () => (/* binding */ PATCHES_DIR),
/* harmony export */   v4: () => (/* binding */ ACTION_DIR),
/* harmony export */   vB: () => (/* binding */ CA_CERTIFICATE),
/* harmony export */   vQ: () => (/* binding */ KUBELET_DROP_IN_DIR),
/* harmony export */   w1: () => (/* binding */ stagedPath),
/* harmony export */   wM: () => (/* binding */ RUN_DIR),
/* harmony export */   x1: () => (/* binding */ STEP_LOCK)
/* harmony export */ });
/**
 * Where things lie on a host. The first three are kubeadm's own (cmd/kubeadm/app/constants/constants.go), the
 * kubelet folder is the guide's, the last ones are ours.
 */
const PKI_DIR = '/etc/kubernetes/pki';
const MANIFEST_DIR = '/etc/kubernetes/manifests';
const ETCD_MANIFEST = `${MANIFEST_DIR}/etcd.yaml`;
const KUBELET_DROP_IN_DIR = '/etc/systemd/system/kubelet.service.d';
const KUBELET_DROP_IN = `${KUBELET_DROP_IN_DIR}/20-etcd-service-manager.conf`;
/**
 * The guide calls this file kubelet.conf; systemd then reads it as a drop-in and complains about every line, so
 * ours has an ending that systemd passes over.
 */
const KUBELET_CONFIG = `${KUBELET_DROP_IN_DIR}/etcd-kubelet-config.yaml`;
/** The guide's own file, known when a host was set up by hand. */
const GUIDE_KUBELET_CONFIG = `${KUBELET_DROP_IN_DIR}/kubelet.conf`;
/** Root-only folder of the action on a host; beside the manifests, so that a rename into them is atomic. */
const ACTION_DIR = '/etc/kubernetes/etcd-ha-action';
const KUBEADM_CONFIG = `${ACTION_DIR}/kubeadmcfg.yaml`;
const STATE_FILE = `${ACTION_DIR}/state.json`;
/** Folders of kubeadm patches, each called after the digest of what is in it. */
const PATCHES_DIR = `${ACTION_DIR}/patches`;
/** Files that a run replaced, kept until the cluster has been proven healthy. */
const REPLACED_DIR = `${ACTION_DIR}/replaced`;
const RENDERED_MANIFEST = `${ACTION_DIR}/etcd.rendered.yaml`;
/** The manifest that a restart has taken out and not yet replaced; kubelet's drop-in puts it back at its start. */
const OUTGOING_MANIFEST = `${ACTION_DIR}/etcd.outgoing.yaml`;
/** What runs have done to this host, one JSON object per line, the newest last. */
const AUDIT_LOG = `${ACTION_DIR}/audit.jsonl`;
/** Root-only folder of memory: what must not outlive a boot. */
const RUN_DIR = '/run/etcd-ha-action';
/** Who may change this host now. */
const LOCK_FILE = `${RUN_DIR}/lock.json`;
/** Held shared (flock) by every process that changes the host, for as long as it runs. */
const STEP_LOCK = `${RUN_DIR}/step.lock`;
const CA_CERTIFICATE = `${PKI_DIR}/etcd/ca.crt`;
const CA_KEY = `${PKI_DIR}/etcd/ca.key`;
/** Where a delivery writes a file before it renames it into place; one that was cut off leaves it there. */
function stagedPath(path) {
    const slash = path.lastIndexOf('/');
    return `${path.slice(0, slash)}/.${path.slice(slash + 1)}.etcd-ha-action`;
}
/** Marks of a host that has joined a Kubernetes cluster (written by `kubeadm join` and `kubeadm init`). */
const NODE_MARKS = [
    '/etc/kubernetes/kubelet.conf',
    '/etc/kubernetes/bootstrap-kubelet.conf',
    '/etc/kubernetes/admin.conf',
    '/etc/kubernetes/pki/ca.crt',
];


/***/ }),

/***/ 23258:
/***/ ((__unused_webpack_module, __webpack_exports__, __webpack_require__) => {

/* harmony export */ __webpack_require__.d(__webpack_exports__, {
/* harmony export */   U: () => (/* binding */ podProblems),
/* harmony export */   e: () => (/* binding */ flagsBesidesCommand)
/* harmony export */ });
/* harmony import */ var _data_places_js__WEBPACK_IMPORTED_MODULE_2__ = __webpack_require__(7104);
/* harmony import */ var _json_patch_js__WEBPACK_IMPORTED_MODULE_0__ = __webpack_require__(84178);
/* harmony import */ var _paths_js__WEBPACK_IMPORTED_MODULE_3__ = __webpack_require__(6803);
/* harmony import */ var _urls_js__WEBPACK_IMPORTED_MODULE_1__ = __webpack_require__(97245);




const PROBES = ['livenessProbe', 'readinessProbe', 'startupProbe'];
/**
 * What of a pod is not as the action relies on it, one line each, whoever has changed it. Flags and image are not among
 * it: those are compared with what they ought to be.
 */
function podProblems(pod, expected) {
    const metadata = mappingIn(pod, 'metadata');
    const spec = mappingIn(pod, 'spec');
    const [container] = listIn(spec, 'containers');
    if (!(0,_json_patch_js__WEBPACK_IMPORTED_MODULE_0__/* .isMapping */ .pi)(container) || container['name'] !== 'etcd') {
        return ['the first container is not etcd, by which the action finds it'];
    }
    return [
        ...(metadata['name'] === 'etcd' && metadata['namespace'] === 'kube-system'
            ? []
            : ['the pod is not called etcd in kube-system, by which the action finds it']),
        ...(spec['hostNetwork'] === true
            ? []
            : ['hostNetwork is not true, and members are reached at the addresses of their hosts']),
        ...(spec['restartPolicy'] === undefined || spec['restartPolicy'] === 'Always'
            ? []
            : ['restartPolicy is not Always, and kubelet has to start etcd again when it ends']),
        ...flagsBesides(container),
        ...PROBES.flatMap((name) => probeProblems(name, container, expected)),
        ...mountProblems(container, listIn(spec, 'volumes'), expected),
    ];
}
function mappingIn(value, key) {
    const inner = (0,_json_patch_js__WEBPACK_IMPORTED_MODULE_0__/* .isMapping */ .pi)(value) ? value[key] : undefined;
    return (0,_json_patch_js__WEBPACK_IMPORTED_MODULE_0__/* .isMapping */ .pi)(inner) ? inner : {};
}
function listIn(mapping, key) {
    const inner = mapping[key];
    return Array.isArray(inner) ? inner : [];
}
/** Flags that a member's pod gives etcd in another way than its command line, one line each. @param pod as YAML has it. */
function flagsBesidesCommand(pod) {
    const [container] = listIn(mappingIn(pod, 'spec'), 'containers');
    return (0,_json_patch_js__WEBPACK_IMPORTED_MODULE_0__/* .isMapping */ .pi)(container) ? flagsBesides(container) : [];
}
/** etcd takes each variable ETCD_NAME for the flag that its command line lacks (pkg/flags/flag.go, SetFlagsFromEnv). */
function flagsBesides(container) {
    const variables = listIn(container, 'env').flatMap((item) => {
        const name = (0,_json_patch_js__WEBPACK_IMPORTED_MODULE_0__/* .isMapping */ .pi)(item) ? item['name'] : undefined;
        return typeof name === 'string' && name.startsWith('ETCD_') ? [name] : [];
    });
    return [
        ...variables.map((name) => `etcd takes the variable ${name} for a flag, and flags are given by extra-args`),
        ...(container['envFrom'] === undefined
            ? []
            : ['envFrom could hold any variable, which etcd takes for flags']),
        ...(container['args'] === undefined ? [] : ['args are more flags, and flags are given by extra-args']),
    ];
}
/** A probe may be missing, and be as patient as one likes; what it asks is where the member shows its health. */
function probeProblems(name, container, { address, metricsPort }) {
    if (container[name] === undefined)
        return [];
    const probe = mappingIn(container, name);
    const { host, port, scheme = 'HTTP' } = mappingIn(probe, 'httpGet');
    const number = typeof port === 'string' ? portCalled(port, container) : port;
    const asks = host === (0,_urls_js__WEBPACK_IMPORTED_MODULE_1__/* .loopbackOf */ .X1)(address) && number === metricsPort && scheme === 'HTTP';
    const others = ['exec', 'tcpSocket', 'grpc'].filter((handler) => probe[handler] !== undefined);
    return asks && others.length === 0
        ? []
        : [
            `${name} does not ask ${(0,_urls_js__WEBPACK_IMPORTED_MODULE_1__/* .loopbackOf */ .X1)(address)}, port ${metricsPort} (metrics-port), where the member shows its health`,
        ];
}
function portCalled(name, container) {
    const port = listIn(container, 'ports').find((item) => (0,_json_patch_js__WEBPACK_IMPORTED_MODULE_0__/* .isMapping */ .pi)(item) && item['name'] === name);
    return (0,_json_patch_js__WEBPACK_IMPORTED_MODULE_0__/* .isMapping */ .pi)(port) ? port['containerPort'] : undefined;
}
/** Data, log and certificates are mounted from where they are on the host, and nothing is mounted over or within them. */
function mountProblems(container, volumes, places) {
    const mounts = listIn(container, 'volumeMounts').filter(_json_patch_js__WEBPACK_IMPORTED_MODULE_0__/* .isMapping */ .pi);
    const pathOf = (mount) => (typeof mount['mountPath'] === 'string' ? mount['mountPath'] : '').replace(/(?<=.)\/+$/, '');
    const needed = [...(0,_data_places_js__WEBPACK_IMPORTED_MODULE_2__/* .dataFolders */ .ij)(places), `${_paths_js__WEBPACK_IMPORTED_MODULE_3__/* .PKI_DIR */ .Hw}/etcd`];
    return needed.flatMap((folder) => {
        const own = mounts.filter((mount) => pathOf(mount) === folder);
        const others = mounts.filter((mount) => isBeside(pathOf(mount), folder) && !needed.includes(pathOf(mount)));
        const isMounted = own.length === 1 && own.every((mount) => comesFrom(folder, mount, volumes));
        return [
            ...(isMounted ? [] : [`${folder} is not mounted from ${folder} of the host`]),
            ...others.map((mount) => `${pathOf(mount)} is mounted over or within ${folder}`),
        ];
    });
}
/** One of the two lies in the other. */
function isBeside(path, folder) {
    return path === '/' || folder.startsWith(`${path}/`) || path.startsWith(`${folder}/`);
}
function comesFrom(folder, mount, volumes) {
    const volume = volumes.find((item) => (0,_json_patch_js__WEBPACK_IMPORTED_MODULE_0__/* .isMapping */ .pi)(item) && item['name'] === mount['name']);
    const isPlain = mount['subPath'] === undefined && mount['subPathExpr'] === undefined && mount['readOnly'] !== true;
    return isPlain && mappingIn(volume, 'hostPath')['path'] === folder;
}


/***/ }),

/***/ 21311:
/***/ ((__unused_webpack_module, __webpack_exports__, __webpack_require__) => {

/* harmony export */ __webpack_require__.d(__webpack_exports__, {
/* harmony export */   C: () => (/* binding */ DEFAULT_METRICS_PORT)
/* harmony export */ });
/** Port of kubeadm's own listen-metrics-urls (cmd/kubeadm/app/constants/constants.go, EtcdMetricsPort). */
const DEFAULT_METRICS_PORT = 2381;


/***/ }),

/***/ 58912:
/***/ ((__unused_webpack_module, __webpack_exports__, __webpack_require__) => {

/* harmony export */ __webpack_require__.d(__webpack_exports__, {
/* harmony export */   a: () => (/* binding */ PUT_MANIFEST_BACK)
/* harmony export */ });
/* harmony import */ var _paths_js__WEBPACK_IMPORTED_MODULE_0__ = __webpack_require__(6803);

/**
 * Command line, as a unit of systemd has it, that puts the manifest of an unfinished restart back where there is none
 * now. It never overwrites one, and has nothing to say when there is nothing to do. Only single quotes, and nothing in
 * them that systemd itself would expand (`$`, `%`).
 */
const PUT_MANIFEST_BACK = `/bin/sh -c 'test -e ${_paths_js__WEBPACK_IMPORTED_MODULE_0__/* .ETCD_MANIFEST */ .jl} || test ! -e ${_paths_js__WEBPACK_IMPORTED_MODULE_0__/* .OUTGOING_MANIFEST */ .Fc} || mv -n ${_paths_js__WEBPACK_IMPORTED_MODULE_0__/* .OUTGOING_MANIFEST */ .Fc} ${_paths_js__WEBPACK_IMPORTED_MODULE_0__/* .ETCD_MANIFEST */ .jl}'`;


/***/ }),

/***/ 97245:
/***/ ((__unused_webpack_module, __webpack_exports__, __webpack_require__) => {

/* harmony export */ __webpack_require__.d(__webpack_exports__, {
/* harmony export */   N3: () => (/* binding */ httpsUrl),
/* harmony export */   PG: () => (/* binding */ hostAndPort),
/* harmony export */   X1: () => (/* binding */ loopbackOf),
/* harmony export */   pP: () => (/* binding */ metricsUrl)
/* harmony export */ });
/* harmony import */ var node_net__WEBPACK_IMPORTED_MODULE_0__ = __webpack_require__(77030);
/* harmony import */ var node_net__WEBPACK_IMPORTED_MODULE_0___default = /*#__PURE__*/__webpack_require__.n(node_net__WEBPACK_IMPORTED_MODULE_0__);

/** `address:port`, with brackets around an IPv6 address (RFC 3986 section 3.2.2). */
function hostAndPort(address, port) {
    return `${(0,node_net__WEBPACK_IMPORTED_MODULE_0__.isIPv6)(address) ? `[${address}]` : address}:${port}`;
}
/** `https://address:port`. */
function httpsUrl(address, port) {
    return `https://${hostAndPort(address, port)}`;
}
/**
 * The loopback address on which a member shows its health: of its own family, as kubeadm chooses it
 * (cmd/kubeadm/app/phases/etcd/local.go, getEtcdCommand).
 */
function loopbackOf(address) {
    return (0,node_net__WEBPACK_IMPORTED_MODULE_0__.isIPv6)(address) ? '::1' : '127.0.0.1';
}
/** URL of a member's metrics and health, for kubeadm's listen-metrics-urls. @param address the member's. */
function metricsUrl(address, port) {
    return `http://${hostAndPort(loopbackOf(address), port)}`;
}


/***/ }),

/***/ 89278:
/***/ ((__unused_webpack_module, __webpack_exports__, __webpack_require__) => {


// EXPORTS
__webpack_require__.d(__webpack_exports__, {
  f: () => (/* binding */ readAsKubernetes),
  t: () => (/* binding */ toKubernetesYaml)
});

// EXTERNAL MODULE: ./node_modules/yaml/dist/index.js
var dist = __webpack_require__(38815);
;// CONCATENATED MODULE: ./src/kubeadm/yaml-scalars.ts
/** The bare key `<<`, which merges another mapping into its own. */
const MERGE = Symbol('<<');
const WORDS = new Map([
    ...spellings(['y', 'yes', 'true', 'on'], true),
    ...spellings(['n', 'no', 'false', 'off'], false),
    ...spellings(['null'], null),
    ['', null],
    ['~', null],
    ...['.nan', '.NaN', '.NAN'].map((word) => [word, Number.NaN]),
    ...['.inf', '.Inf', '.INF'].flatMap((word) => [
        [word, Infinity],
        [`+${word}`, Infinity],
        [`-${word}`, -Infinity],
    ]),
    ['<<', MERGE],
]);
/** `yes`, `Yes` and `YES`; other mixtures of letters are plain strings. */
function spellings(words, value) {
    return words.flatMap((word) => [word, `${word[0]?.toUpperCase() ?? ''}${word.slice(1)}`, word.toUpperCase()].map((spelling) => [spelling, value]));
}
const FLOAT = /^[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?$/;
/** go-yaml takes the rest for numbers that begin with a dot and hold no underscore. */
const FLOAT_FROM_DOT = /^\.[0-9]+(?:[eE][-+]?[0-9]+)?$/;
const INTEGER = /^([-+]?)(0[xX][0-9a-fA-F]+|0[bB][01]+|0[oO][0-7]+|0[0-7]*|[1-9][0-9]*)$/;
const SIGNED_BINARY = /^0b([-+][01]+)$/;
/**
 * What a bare word stands for where Kubernetes' programs read it: their YAML (go-yaml v2, resolve.go) is neither 1.1 nor 1.2.
 * Numbers in base 60 and dates are strings there; `yes` is a boolean, `0110` is 72, `1_100` is 1100.
 */
function resolvePlain(word) {
    const known = WORDS.get(word);
    if (known !== undefined)
        return known;
    if (word.startsWith('.'))
        return FLOAT_FROM_DOT.test(word) ? finite(word) : word;
    if (!/^[-+0-9]/.test(word))
        return word;
    const digits = word.replaceAll('_', '');
    const [, sign = '', integer] = INTEGER.exec(digits) ?? [];
    const whole = integer === undefined ? undefined : integerOf(sign, integer);
    if (whole !== undefined)
        return whole;
    if (FLOAT.test(digits))
        return finite(digits) === digits ? word : finite(digits);
    const [, binary] = SIGNED_BINARY.exec(digits) ?? [];
    return binary === undefined ? word : parseInt(binary, 2);
}
/** Undefined where 64 bits do not hold it. */
function integerOf(sign, digits) {
    const magnitude = BigInt(/^0[0-7]+$/.test(digits) ? `0o${digits.slice(1)}` : digits);
    const least = sign === '-' ? 2n ** 63n : 2n ** 64n - 1n;
    // ParseUint takes no sign
    const most = sign === '+' ? 2n ** 63n - 1n : least;
    if (magnitude > most)
        return undefined;
    return sign === '-' && magnitude > 0n ? -Number(magnitude) : Number(magnitude);
}
/** A number that is too large for 64 bits stays a string. */
function finite(digits) {
    const value = Number(digits);
    return Number.isFinite(value) ? value : digits;
}

;// CONCATENATED MODULE: ./src/kubeadm/yaml.ts


/** Lines are not folded: each value stays on the line of its name. */
const ON_ONE_LINE = { lineWidth: 0 };
/**
 * Has the bare words of a document stand for what Kubernetes' programs take them for. Keys stay what was written.
 * @param document read by the core schema or by YAML 1.1; it is changed.
 */
function readAsKubernetes(document) {
    (0,dist/* visit */.YR)(document, {
        Scalar: (position, node) => {
            if (position === 'key' || node.type !== 'PLAIN' || node.tag !== undefined)
                return;
            const value = resolvePlain(node.source ?? '');
            node.value = typeof value === 'symbol' ? '<<' : value;
        },
    });
}
/** Without the tag that writes a string `<<` bare, as if it were to merge. */
const WITHOUT_MERGE = {
    customTags: (tags) => tags.filter((tag) => (typeof tag === 'string' ? tag !== 'merge' : tag.tag !== 'tag:yaml.org,2002:merge')),
};
/**
 * Writes YAML for Kubernetes' programs. Their parser (sigs.k8s.io/yaml on go-yaml v2) reads bare words by rules of its own:
 * a string that it would take for something else, such as `yes` or `0o17`, is quoted.
 * @param value plain data.
 */
function toKubernetesYaml(value) {
    const document = new dist/* Document */.yo(value, { version: '1.1', ...WITHOUT_MERGE });
    (0,dist/* visit */.YR)(document, {
        Scalar: (_, node) => {
            if (typeof node.value !== 'string' || node.value.includes('\n'))
                return;
            if (typeof resolvePlain(node.value) !== 'string')
                node.type = 'QUOTE_DOUBLE';
        },
    });
    return document.toString(ON_ONE_LINE);
}


/***/ }),

/***/ 93513:
/***/ ((__unused_webpack_module, __webpack_exports__, __webpack_require__) => {

/* harmony export */ __webpack_require__.d(__webpack_exports__, {
/* harmony export */   A: () => (/* binding */ LastBytes)
/* harmony export */ });
/**
 * The last bytes of what comes in pieces. They are copied into one buffer that grows: a piece that is kept as it is would
 * keep all of the packet that it came in, and a host may send packets of one byte. The cost is linear in what comes.
 */
class LastBytes {
    #limit;
    #buffer = Buffer.alloc(0);
    #length = 0;
    #total = 0;
    /** @param limit how many are kept; up to twice as many are held. */
    constructor(limit) {
        this.#limit = limit;
    }
    /** How many have come, kept or not. */
    get total() {
        return this.#total;
    }
    /** What is kept. It is part of the buffer: valid until more comes. */
    get bytes() {
        const begin = Math.max(0, this.#length - this.#limit);
        return this.#buffer.subarray(begin, this.#length);
    }
    push(chunk) {
        this.#total += chunk.length;
        const piece = chunk.subarray(-this.#limit);
        if (this.#length + piece.length > this.#buffer.length)
            this.#makeRoom(piece.length);
        piece.copy(this.#buffer, this.#length);
        this.#length += piece.length;
    }
    #makeRoom(length) {
        const kept = this.bytes;
        const wanted = kept.length + length;
        const size = Math.min(Math.max(wanted, this.#buffer.length * 2), this.#limit * 2);
        const buffer = size > this.#buffer.length ? Buffer.allocUnsafe(size) : this.#buffer;
        kept.copy(buffer);
        this.#buffer = buffer;
        this.#length = kept.length;
    }
}


/***/ }),

/***/ 11630:
/***/ ((__unused_webpack_module, __webpack_exports__, __webpack_require__) => {

/* harmony export */ __webpack_require__.d(__webpack_exports__, {
/* harmony export */   G1: () => (/* binding */ memberAltNames),
/* harmony export */   Q2: () => (/* binding */ formatAltName),
/* harmony export */   Tu: () => (/* binding */ dnsName),
/* harmony export */   qp: () => (/* binding */ nodeName),
/* harmony export */   yA: () => (/* binding */ parseAltName)
/* harmony export */ });
/* harmony import */ var _ip_address_js__WEBPACK_IMPORTED_MODULE_0__ = __webpack_require__(69446);

/**
 * Gives a node name as kubeadm uses it: trimmed and lower-cased (component-helpers, GetHostname).
 *
 * @throws Error when it is not an RFC 1123 subdomain, which kubeadm refuses as well (ValidateNodeRegistrationOptions).
 */
function nodeName(name) {
    const normalised = name.trim().toLowerCase();
    if (!isDnsSubdomain(normalised)) {
        throw new Error(`"${name}" is not a node name: expected an RFC 1123 subdomain (letters, digits, "-" and ".", at most 253 characters), for example infra0`);
    }
    return normalised;
}
/**
 * Gives the names of a server or peer certificate in kubeadm's order (pki_helpers.go, getAltNames and
 * RemoveDuplicateAltNames): DNS names sorted and without duplicates, then addresses in the order given without
 * duplicates.
 *
 * @throws Error when the address or an extra name is neither an IP address nor a DNS name. kubeadm only warns of such
 *   an extra name and leaves it out; the certificate would then lack what the user asked for.
 */
function memberAltNames(member) {
    const address = parseAltName(member.address);
    if (address.type !== 'IP')
        throw new Error(`"${member.address}" is not an IP address`);
    const names = [
        dnsName(nodeName(member.name)),
        dnsName('localhost'),
        address,
        parseAltName('127.0.0.1'),
        parseAltName('::1'),
        ...(member.extraSans ?? []).map(parseAltName),
    ];
    // Both kinds are ASCII, so JavaScript's order by code unit is Go's order by byte.
    const dnsNames = valuesOf(names, 'DNS').sort();
    return [...dnsNames.map(dnsName), ...valuesOf(names, 'IP').map(parseAltName)];
}
/**
 * Reads one alternative name as kubeadm does (appendSANsToAltNames): an IP address, else an RFC 1123 subdomain, else a
 * wildcard of one.
 *
 * @throws Error when it is none of them.
 */
function parseAltName(text) {
    const bytes = (0,_ip_address_js__WEBPACK_IMPORTED_MODULE_0__/* .parseIpAddress */ .D)(text);
    if (bytes !== undefined)
        return { type: 'IP', value: (0,_ip_address_js__WEBPACK_IMPORTED_MODULE_0__/* .formatIpAddress */ .b)(bytes), bytes };
    if (text.length <= 253 && isDnsSubdomain(text.replace(/^\*\./, '')))
        return dnsName(text);
    throw new Error(`"${text}" is neither an IP address nor a lower-case DNS name: expected for example 10.0.0.6, fd00::6, etcd.example.com or *.example.com`);
}
/** Gives a DNS name without checking it. */
function dnsName(value) {
    return { type: 'DNS', value };
}
/** Gives a name as Go and OpenSSL show it, for example `DNS:infra0` or `IP:fd00::6`. */
function formatAltName(name) {
    return `${name.type}:${name.value}`;
}
function valuesOf(names, type) {
    return [...new Set(names.filter((name) => name.type === type).map((name) => name.value))];
}
/** apimachinery, validation.IsDNS1123Subdomain. */
function isDnsSubdomain(text) {
    return text.length <= 253 && /^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$/.test(text);
}


/***/ }),

/***/ 10961:
/***/ ((__unused_webpack_module, __webpack_exports__, __webpack_require__) => {


// EXPORTS
__webpack_require__.d(__webpack_exports__, {
  Lv: () => (/* binding */ NAMES_OF_ALL),
  m4: () => (/* binding */ authorityFindings),
  cV: () => (/* binding */ issuerFindings),
  se: () => (/* binding */ keyFindings),
  Sy: () => (/* binding */ nameFindings)
});

// EXTERNAL MODULE: ./src/findings.ts
var findings = __webpack_require__(81001);
// EXTERNAL MODULE: ./src/pki/alt-names.ts
var alt_names = __webpack_require__(11630);
// EXTERNAL MODULE: ./src/pki/extension-values.ts
var extension_values = __webpack_require__(73052);
;// CONCATENATED MODULE: ./src/pki/go/der-reader.ts
/**
 * Reads DER as golang.org/x/crypto/cryptobyte does (String, asn1.go), which Go's certificate parser is written with. Each
 * method takes one value from the front, and gives undefined where cryptobyte gives false; who goes on after that reads
 * nothing that means anything. Tags are whole identifier bytes: class, constructed bit and number.
 */
class DerReader {
    #rest;
    constructor(bytes) {
        this.#rest = Buffer.from(bytes);
    }
    /** What has not been read yet. */
    get rest() {
        return this.#rest;
    }
    /** Whether everything was read (Empty). */
    get isEmpty() {
        return this.#rest.length === 0;
    }
    /** Whether the next value has this tag (PeekASN1Tag). */
    isNext(tag) {
        return this.#rest[0] === tag;
    }
    /** The contents of the next value, which has to have this tag (ReadASN1). */
    read(tag) {
        const value = this.#take();
        return value?.tag === tag ? new DerReader(value.contents) : undefined;
    }
    /** The next value as it is encoded, which has to have this tag (ReadASN1Element). */
    readElement(tag) {
        const value = this.#take();
        return value?.tag === tag ? new DerReader(value.element) : undefined;
    }
    /** The next value, whatever it is (ReadAnyASN1, ReadAnyASN1Element). */
    readAny() {
        return this.#take();
    }
    /** The next value if it has this tag; `absent` if it has another one (ReadOptionalASN1, SkipOptionalASN1). */
    readOptional(tag) {
        return this.isNext(tag) ? this.read(tag) : 'absent';
    }
    /** An INTEGER of any size (ReadASN1Integer into a big.Int); with a tag of its own, ReadASN1Int64WithTag's. */
    integer(tag = TAG.INTEGER) {
        const bytes = this.read(tag)?.rest;
        if (bytes === undefined || !isMinimal(bytes))
            return undefined;
        return BigInt.asIntN(bytes.length * 8, BigInt(`0x${bytes.toString('hex')}`));
    }
    /** An INTEGER that an int64 holds; Go's int has 64 bits on all machines of a cluster. */
    int64(tag = TAG.INTEGER) {
        const value = this.integer(tag);
        return value !== undefined && BigInt.asIntN(64, value) === value ? value : undefined;
    }
    /** ReadASN1Boolean. */
    boolean() {
        const bytes = this.read(TAG.BOOLEAN)?.rest;
        if (bytes?.length !== 1)
            return undefined;
        if (bytes[0] === 0xff)
            return true;
        return bytes[0] === 0 ? false : undefined;
    }
    /** An OBJECT IDENTIFIER in its dotted form (ReadASN1ObjectIdentifier). */
    objectIdentifier() {
        const bytes = this.read(TAG.OBJECT_IDENTIFIER)?.rest;
        if (bytes === undefined || bytes.length === 0)
            return undefined;
        const numbers = base128Numbers(bytes);
        const [first, ...others] = numbers ?? [];
        if (first === undefined)
            return undefined;
        const begin = first < 80 ? [Math.floor(first / 40), first % 40] : [2, first - 80];
        return [...begin, ...others].join('.');
    }
    /** ReadASN1BitString. */
    bitString() {
        const contents = this.read(TAG.BIT_STRING)?.rest;
        if (contents === undefined || contents.length === 0)
            return undefined;
        const [padding = 0] = contents;
        const bytes = contents.subarray(1);
        const last = bytes.at(-1);
        if (padding > 7 || (last === undefined && padding !== 0))
            return undefined;
        if (last !== undefined && (last & ((1 << padding) - 1)) !== 0)
            return undefined;
        return { bytes, padding };
    }
    /** readASN1: tags of one byte, lengths of at most four bytes in their shortest form. */
    #take() {
        const [tag, first] = this.#rest;
        if (tag === undefined || first === undefined || (tag & 0x1f) === 0x1f)
            return undefined;
        const header = headerOf(this.#rest, first);
        if (header === undefined || this.#rest.length < header.size + header.length)
            return undefined;
        const element = this.#rest.subarray(0, header.size + header.length);
        this.#rest = this.#rest.subarray(element.length);
        return { tag, contents: element.subarray(header.size), element };
    }
}
/** Identifier bytes of the universal types (cryptobyte/asn1). */
const TAG = {
    BOOLEAN: 0x01,
    INTEGER: 0x02,
    BIT_STRING: 0x03,
    OCTET_STRING: 0x04,
    OBJECT_IDENTIFIER: 0x06,
    UTF8_STRING: 0x0c,
    NUMERIC_STRING: 0x12,
    PRINTABLE_STRING: 0x13,
    T61_STRING: 0x14,
    IA5_STRING: 0x16,
    UTC_TIME: 0x17,
    GENERALIZED_TIME: 0x18,
    BMP_STRING: 0x1e,
    SEQUENCE: 0x30,
    SET: 0x31,
};
/** The identifier byte of `[tag]`, primitive. */
function contextTag(tag) {
    return 0x80 | tag;
}
/** The identifier byte of `[tag]`, constructed. */
function constructedTag(tag) {
    return 0xa0 | tag;
}
function headerOf(bytes, first) {
    if (first < 0x80)
        return { size: 2, length: first };
    const count = first & 0x7f;
    if (count === 0 || count > 4 || bytes.length < 2 + count)
        return undefined;
    const length = bytes.readUIntBE(2, count);
    if (length < 128 || length < 2 ** ((count - 1) * 8))
        return undefined;
    return { size: 2 + count, length };
}
/** checkASN1Integer: at least one byte, and no byte more than needed. */
function isMinimal([first, second, ...others]) {
    if (first === undefined)
        return false;
    if (second === undefined && others.length === 0)
        return true;
    const high = ((second ?? 0) & 0x80) !== 0;
    return !((first === 0 && !high) || (first === 0xff && high));
}
/** readBase128Int again and again: each number in its shortest form, below 2^31. */
function base128Numbers(bytes) {
    const numbers = [];
    let number = 0;
    let length = 0;
    for (const byte of bytes) {
        if (length === 5 || number >= 1 << 24 || (length === 0 && byte === 0x80))
            return undefined;
        number = number * 128 + (byte & 0x7f);
        length += 1;
        if (byte < 0x80) {
            numbers.push(number);
            number = 0;
            length = 0;
        }
    }
    return length === 0 ? numbers : undefined;
}

;// CONCATENATED MODULE: ./src/pki/go/refusal.ts
/**
 * Go's crypto/x509 does not take a certificate. The message is Go's own, as far as it is the same for all certificates: what
 * Go appends of the values is left out.
 */
class GoRefusal extends Error {
    name = 'GoRefusal';
}

;// CONCATENATED MODULE: ./src/pki/go/distinguished-name.ts


/**
 * Checks a subject or issuer as Go does (parser.go, parseName).
 *
 * @throws GoRefusal for a name that Go does not take.
 */
function checkName(encoded) {
    const name = encoded.read(TAG.SEQUENCE);
    if (name === undefined)
        throw new GoRefusal('x509: invalid RDNSequence');
    while (!name.isEmpty) {
        const set = name.read(TAG.SET);
        if (set === undefined)
            throw new GoRefusal('x509: invalid RDNSequence');
        while (!set.isEmpty)
            checkAttribute(set.read(TAG.SEQUENCE));
    }
}
function checkAttribute(attribute) {
    const refuse = (words) => {
        throw new GoRefusal(`x509: invalid RDNSequence: invalid attribute${words}`);
    };
    if (attribute === undefined)
        return refuse('');
    if (attribute.objectIdentifier() === undefined)
        return refuse(' type');
    const value = attribute.readAny();
    if (value === undefined)
        return refuse(' value');
    const problem = stringProblem(value.tag, value.contents);
    if (problem !== undefined)
        refuse(` value: ${problem}`);
}
/** What is wrong with a string (parser.go, parseASN1String), in Go's words. */
function stringProblem(tag, bytes) {
    switch (tag) {
        case TAG.T61_STRING:
            return undefined;
        case TAG.PRINTABLE_STRING:
            return bytes.every(isPrintable) ? undefined : 'invalid PrintableString';
        case TAG.UTF8_STRING:
            return isUtf8(bytes) ? undefined : 'invalid UTF-8 string';
        case TAG.BMP_STRING:
            return isBmp(bytes) ? undefined : 'invalid BMPString';
        case TAG.IA5_STRING:
            return isAscii(bytes) ? undefined : 'invalid IA5String';
        case TAG.NUMERIC_STRING:
            return /^[0-9 ]*$/.test(bytes.toString('latin1')) ? undefined : 'invalid NumericString';
        default:
            return 'unsupported string type';
    }
}
/** isPrintable: the set of X.680, with the asterisk and the ampersand that many certificates have. */
function isPrintable(byte) {
    return /^[A-Za-z0-9'()+,\-./ :=?*&]$/.test(String.fromCharCode(byte));
}
function isUtf8(bytes) {
    try {
        new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
        return true;
    }
    catch {
        return false;
    }
}
/** Pairs of bytes, a terminator or none, no surrogates and none of the code points that are reserved for ever. */
function isBmp(bytes) {
    if (bytes.length % 2 !== 0)
        return false;
    const hasTerminator = bytes.length >= 2 && bytes.readUInt16BE(bytes.length - 2) === 0;
    const end = hasTerminator ? bytes.length - 2 : bytes.length;
    for (let at = 0; at < end; at += 2) {
        const point = bytes.readUInt16BE(at);
        const isReserved = point >= 0xfffe || (point >= 0xfdd0 && point <= 0xfdef);
        if (isReserved || (point >= 0xd800 && point <= 0xdfff))
            return false;
    }
    return true;
}
/** Whether all bytes are ASCII (x509.go, isIA5String). */
function isAscii(bytes) {
    return bytes.every((byte) => byte < 0x80);
}

// EXTERNAL MODULE: external "node:net"
var external_node_net_ = __webpack_require__(77030);
;// CONCATENATED MODULE: ./src/pki/go/internet-names.ts

/** Whether Go takes a domain name (parser.go, domainNameValid). @param isConstraint a dot before it is allowed there. */
function isDomain(name, isConstraint) {
    if (name === '')
        return true;
    const labels = (isConstraint && name.startsWith('.') ? name.slice(1) : name).split('.');
    return labels.every((label) => label !== '' && isPrintableAscii(label));
}
function isPrintableAscii(text) {
    return /^[!-~]*$/.test(text);
}
/** Whether a text is an address to Go (net.ParseIP): no zone, no zeros before the numbers of an IPv4 address. */
function isAddress(text) {
    return (0,external_node_net_.isIPv4)(text) || ((0,external_node_net_.isIPv6)(text) && !text.includes('%'));
}
/** Whether Go takes a mailbox as a name constraint (verify.go, parseRFC2821Mailbox). */
function isMailbox(text) {
    const domain = text.startsWith('"') ? afterQuotedPart(text) : afterPlainPart(text);
    return domain !== undefined && isMailDomain(domain);
}
/** What is behind `"local part"@`. */
function afterQuotedPart(text) {
    // qtext: all of ASCII but NUL, tab, line feed, carriage return, the quote and the backslash; Go takes the blank.
    // quoted-pair: a backslash and any of ASCII but NUL, line feed and carriage return.
    // eslint-disable-next-line no-control-regex -- they are allowed there
    const quoted = /^"(?:[\x01-\x08\x0b\x0c\x0e-\x21\x23-\x5b\x5d-\x7f]|\\[\x01-\x09\x0b\x0c\x0e-\x7f])*"@/;
    const match = quoted.exec(text);
    return match === null ? undefined : text.slice(match[0].length);
}
/** What is behind `local.part@`: atoms with dots between them; a backslash makes any character part of it. */
function afterPlainPart(text) {
    const match = /^((?:\\[^]|[0-9A-Za-z!#$%&'*+\-/=?^_`{|}~.])+)@/.exec(text);
    if (match === null)
        return undefined;
    const local = (match[1] ?? '').replaceAll(/\\([^])/g, '$1');
    if (local.startsWith('.') || local.endsWith('.') || local.includes('..'))
        return undefined;
    return text.slice(match[0].length);
}
/** verify.go, domainToReverseLabels. */
function isMailDomain(domain) {
    if (domain === '')
        return true;
    return domain.split('.').every((label) => label !== '' && isPrintableAscii(label));
}

;// CONCATENATED MODULE: ./src/pki/go/name-constraints.ts




/**
 * Checks name constraints (parser.go, parseNameConstraintsExtension).
 *
 * @returns whether Go does not handle all of them: critical ones then make each certificate of the CA invalid.
 * @throws GoRefusal for constraints that Go does not take.
 */
function checkNameConstraints(value) {
    const outer = new DerReader(value);
    const top = outer.read(TAG.SEQUENCE);
    const permitted = top?.readOptional(constructedTag(0));
    const excluded = top?.readOptional(constructedTag(1));
    if (top === undefined ||
        permitted === undefined ||
        excluded === undefined ||
        !outer.isEmpty ||
        !top.isEmpty)
        throw new GoRefusal('x509: invalid NameConstraints extension');
    const lists = [permitted, excluded].filter((list) => list !== 'absent');
    if (lists.every(({ isEmpty }) => isEmpty))
        throw new GoRefusal('x509: empty name constraints extension');
    return lists.map(hasUnhandled).includes(true);
}
function hasUnhandled(subtrees) {
    let unhandled = false;
    while (!subtrees.isEmpty) {
        const base = subtrees.read(TAG.SEQUENCE)?.readAny();
        if (base === undefined)
            throw new GoRefusal('x509: invalid NameConstraints extension');
        if (!isHandled(base.tag, base.contents))
            unhandled = true;
    }
    return unhandled;
}
function isHandled(tag, value) {
    const text = value.toString('latin1');
    switch (tag) {
        case contextTag(2):
            refuseUnless(isAscii(value), 'invalid constraint value');
            refuseUnless(isDomain(text, true), 'failed to parse dnsName constraint');
            return true;
        case contextTag(7):
            checkAddresses(value);
            return true;
        case contextTag(1): {
            refuseUnless(isAscii(value), 'invalid constraint value');
            const isGood = text.includes('@') ? isMailbox(text) : isDomain(text, true);
            refuseUnless(isGood, 'failed to parse rfc822Name constraint');
            return true;
        }
        case contextTag(6):
            refuseUnless(isAscii(value), 'invalid constraint value');
            refuseUnless(!isAddress(text) && isDomain(text, true), 'failed to parse URI constraint');
            return true;
        default:
            return false;
    }
}
function checkAddresses(value) {
    refuseUnless(value.length === 8 || value.length === 32, `IP constraint contained value of length ${value.length}`);
    refuseUnless(isMask(value.subarray(value.length / 2)), 'IP constraint contained invalid mask');
}
/** isValidIPMask: ones, then zeros. */
function isMask(mask) {
    const bits = [...mask].map((byte) => byte.toString(2).padStart(8, '0')).join('');
    return /^1*0*$/.test(bits);
}
function refuseUnless(isGood, words) {
    if (!isGood)
        throw new GoRefusal(`x509: ${words}`);
}

;// CONCATENATED MODULE: ./src/pki/go/uri.ts

/**
 * The host of a URI as Go reads it (net/url, Parse); undefined for a text that Go does not take for a URI.
 *
 * @param text ASCII.
 * @returns with its port, and in brackets where it is an IPv6 address; empty where there is none.
 */
function hostOfUri(text) {
    const [main = '', ...fragments] = text.split('#');
    const host = hostOf(main);
    return host !== undefined && hasGoodEscapes(fragments.join('#')) ? host : undefined;
}
/** url.go, parse. */
function hostOf(text) {
    // eslint-disable-next-line no-control-regex -- Go refuses these
    if (/[\x00-\x1f\x7f]/.test(text))
        return undefined;
    if (text === '*')
        return '';
    const split = schemeOf(text);
    if (split === undefined)
        return undefined;
    const { scheme, behind } = split;
    const rest = behind.split('?')[0] ?? '';
    if (!rest.startsWith('/')) {
        if (scheme !== '')
            return '';
        // the first segment of a relative path has no colon
        if (rest.split('/')[0]?.includes(':') === true)
            return undefined;
    }
    if ((scheme !== '' || !rest.startsWith('///')) && rest.startsWith('//')) {
        const slash = rest.indexOf('/', 2);
        const end = slash < 0 ? rest.length : slash;
        return hasGoodEscapes(rest.slice(end)) ? authorityHost(scheme, rest.slice(2, end)) : undefined;
    }
    return hasGoodEscapes(rest) ? '' : undefined;
}
/** url.go, getScheme. */
function schemeOf(text) {
    if (text.startsWith(':'))
        return undefined;
    const match = /^([A-Za-z][A-Za-z0-9+\-.]*):/.exec(text);
    return match === null
        ? { scheme: '', behind: text }
        : { scheme: (match[1] ?? '').toLowerCase(), behind: text.slice(match[0].length) };
}
/** url.go, parseAuthority: what is before the last `@` is a user and a password. */
function authorityHost(scheme, authority) {
    const at = authority.lastIndexOf('@');
    const user = authority.slice(0, Math.max(at, 0));
    if (!/^[A-Za-z0-9\-._:~!$&'()*+,;=%@]*$/.test(user) || !hasGoodEscapes(user))
        return undefined;
    return unescapedHost(scheme, authority.slice(at + 1));
}
/** url.go, parseHost. */
function unescapedHost(scheme, host) {
    const open = host.lastIndexOf('[');
    if (open > 0)
        return undefined;
    if (open === 0)
        return literalHost(host);
    const first = host.indexOf(':');
    if (first >= 0) {
        // several hosts with colons are taken outside the web
        const isWeb = scheme === 'http' || scheme === 'https';
        const colon = isWeb ? first : host.lastIndexOf(':');
        if (!isOptionalPort(host.slice(colon)))
            return undefined;
    }
    return unescaped(host, isHostByte);
}
/** `[address]`, `[address%25zone]`, `[address]:port`. */
function literalHost(host) {
    const close = host.lastIndexOf(']');
    if (close < 0 || !isOptionalPort(host.slice(close + 1)))
        return undefined;
    const inside = host.slice(1, close);
    const zoneAt = inside.indexOf('%25');
    const address = unescaped(zoneAt < 0 ? inside : inside.slice(0, zoneAt), isHostByte);
    const zone = zoneAt < 0 ? '' : unescaped(inside.slice(zoneAt), isZoneByte);
    if (address === undefined || zone === undefined)
        return undefined;
    const [plain = '', ...zones] = `${address}${zone}`.split('%');
    const hasEmptyZone = zones.length > 0 && zones.join('%') === '';
    if (!(0,external_node_net_.isIPv6)(plain) || hasEmptyZone)
        return undefined;
    return `[${address}${zone}]${host.slice(close + 1)}`;
}
function isOptionalPort(text) {
    return /^(?::[0-9]*)?$/.test(text);
}
/** Whether each `%` has two hexadecimal digits behind it: all that Go asks of a path, a fragment and a user. */
function hasGoodEscapes(text) {
    return !/%(?![0-9A-Fa-f]{2})/.test(text);
}
/** url.go, unescape, for hosts and zones. @param mayEscape which bytes may be written as an escape. */
function unescaped(text, mayEscape) {
    if (!hasGoodEscapes(text))
        return undefined;
    const bare = text.replaceAll(/%[0-9A-Fa-f]{2}/g, '');
    if (!/^[A-Za-z0-9\-_.~!$&'()*+,;=:[\]<>"]*$/.test(bare))
        return undefined;
    const escapes = [...text.matchAll(/%([0-9A-Fa-f]{2})/g)].map(([, hex = '']) => parseInt(hex, 16));
    if (!escapes.every((byte) => byte === 0x25 || mayEscape(byte)))
        return undefined;
    return text.replaceAll(/%([0-9A-Fa-f]{2})/g, (_, hex) => String.fromCharCode(parseInt(hex, 16)));
}
/** In a host only what is no ASCII may be escaped. */
function isHostByte(byte) {
    return byte >= 0x80;
}
/** In a zone a blank, and what may stand there as it is. */
function isZoneByte(byte) {
    return byte === 0x20 || /^[A-Za-z0-9\-_.~!$&'()*+,;=:[\]<>"]$/.test(String.fromCharCode(byte));
}

;// CONCATENATED MODULE: ./src/pki/go/extensions.ts






/**
 * Checks what Go looks into (parser.go, processExtensions).
 *
 * @returns whether Go does not handle the extension; if it is critical, Go then refuses each chain with the certificate.
 * @throws GoRefusal for one that Go does not take.
 */
function checkExtension({ oid, critical, value }) {
    const der = new DerReader(value);
    switch (oid) {
        case '2.5.29.14':
            refuseIf(critical, 'subject key identifier incorrectly marked critical');
            refuseIf(der.read(TAG.OCTET_STRING) === undefined, 'invalid subject key identifier');
            return false;
        case '2.5.29.15':
            refuseIf(der.bitString() === undefined, 'invalid key usage');
            return false;
        case '2.5.29.17':
            return !hasKnownAltName(der);
        case '2.5.29.19':
            checkBasicConstraints(der);
            return false;
        case '2.5.29.30':
            return checkNameConstraints(value);
        case '2.5.29.31':
            checkDistributionPoints(der);
            return false;
        case '2.5.29.32':
            checkPolicies(der);
            return false;
        case '2.5.29.33':
            checkPolicyMappings(der);
            return false;
        case '2.5.29.35':
            checkAuthorityKeyIdentifier(der, critical);
            return false;
        case '2.5.29.36':
            checkPolicyConstraints(der);
            return false;
        case '2.5.29.37':
            checkExtendedKeyUsage(der);
            return false;
        case '2.5.29.54':
            refuseIf(der.int64() === undefined, 'invalid inhibit any policy extension');
            return false;
        case '1.3.6.1.5.5.7.1.1':
            refuseIf(critical, 'authority info access incorrectly marked critical');
            checkAuthorityInfoAccess(der);
            return false;
        default:
            return true;
    }
}
/** parseBasicConstraintsExtension. */
function checkBasicConstraints(der) {
    const words = 'invalid basic constraints';
    const fields = sequenceIn(der, words);
    if (fields.isNext(TAG.BOOLEAN))
        refuseIf(fields.boolean() === undefined, words);
    if (fields.isNext(TAG.INTEGER)) {
        const length = fields.int64();
        refuseIf(length === undefined || length < 0n, words);
    }
}
/** parseSANExtension: whether there is a name of a kind that Go knows. */
function hasKnownAltName(der) {
    const names = sequenceIn(der, 'invalid subject alternative names');
    let known = false;
    while (!names.isEmpty) {
        const name = names.readAny();
        if (name === undefined)
            throw new GoRefusal('x509: invalid subject alternative name');
        if (checkAltName(name.tag, name.contents))
            known = true;
    }
    return known;
}
function checkAltName(tag, value) {
    switch (tag) {
        case contextTag(1):
            refuseIf(!isAscii(value), 'SAN rfc822Name is malformed');
            return true;
        case contextTag(2):
            refuseIf(!isAscii(value), 'SAN dNSName is malformed');
            return true;
        case contextTag(6): {
            refuseIf(!isAscii(value), 'SAN uniformResourceIdentifier is malformed');
            const host = hostOfUri(value.toString('latin1'));
            refuseIf(host === undefined || !isDomain(host, false), 'cannot parse URI');
            return true;
        }
        case contextTag(7):
            refuseIf(value.length !== 4 && value.length !== 16, `cannot parse IP address of length ${value.length}`);
            return true;
        default:
            return false;
    }
}
/** parseAuthorityKeyIdentifier. */
function checkAuthorityKeyIdentifier(der, critical) {
    refuseIf(critical, 'authority key identifier incorrectly marked critical');
    const words = 'invalid authority key identifier';
    refuseIf(sequenceIn(der, words).readOptional(contextTag(0)) === undefined, words);
}
/** parseExtKeyUsageExtension. */
function checkExtendedKeyUsage(der) {
    const words = 'invalid extended key usages';
    const usages = sequenceIn(der, words);
    while (!usages.isEmpty)
        refuseIf(usages.objectIdentifier() === undefined, words);
}
/** parseCertificatePoliciesExtension: no policy twice. */
function checkPolicies(der) {
    const words = 'invalid certificate policies';
    const policies = sequenceIn(der, words);
    const seen = new Set();
    while (!policies.isEmpty) {
        const oid = policies.read(TAG.SEQUENCE)?.read(TAG.OBJECT_IDENTIFIER)?.rest;
        refuseIf(oid === undefined || seen.has(oid.toString('hex')) || !isPolicyOid(oid), words);
        seen.add(oid?.toString('hex') ?? '');
    }
}
/** oid.go, newOIDFromDER: numbers of any size, each in its shortest form. */
function isPolicyOid(der) {
    const last = der.at(-1);
    if (last === undefined || last >= 0x80)
        return false;
    return der.every((byte, at) => byte !== 0x80 || (at > 0 && (der[at - 1] ?? 0) >= 0x80));
}
function checkPolicyMappings(der) {
    const words = 'invalid policy mappings extension';
    const mappings = sequenceIn(der, words);
    while (!mappings.isEmpty) {
        const mapping = mappings.read(TAG.SEQUENCE);
        const [issuer, subject] = [0, 1].map(() => mapping?.read(TAG.OBJECT_IDENTIFIER));
        refuseIf(issuer === undefined || subject === undefined, words);
    }
}
function checkPolicyConstraints(der) {
    const words = 'invalid policy constraints extension';
    const fields = sequenceIn(der, words);
    for (const tag of [contextTag(0), contextTag(1)])
        if (fields.isNext(tag))
            refuseIf(fields.int64(tag) === undefined, words);
}
function checkDistributionPoints(der) {
    const points = sequenceIn(der, 'invalid CRL distribution points');
    const words = 'invalid CRL distribution point';
    while (!points.isEmpty) {
        const name = points.read(TAG.SEQUENCE)?.readOptional(constructedTag(0));
        if (name === undefined)
            throw new GoRefusal(`x509: ${words}`);
        if (name === 'absent')
            continue;
        const full = name.read(constructedTag(0));
        if (full === undefined)
            throw new GoRefusal(`x509: ${words}`);
        // what comes behind the first name that is no URI is not looked at
        while (full.isNext(contextTag(6)))
            refuseIf(full.read(contextTag(6)) === undefined, words);
    }
}
function checkAuthorityInfoAccess(der) {
    const words = 'invalid authority info access';
    const descriptions = sequenceIn(der, words);
    while (!descriptions.isEmpty) {
        const description = descriptions.read(TAG.SEQUENCE);
        refuseIf(description?.objectIdentifier() === undefined, words);
        refuseIf(description?.readOptional(contextTag(6)) === undefined, words);
    }
}
function sequenceIn(der, words) {
    const sequence = der.read(TAG.SEQUENCE);
    if (sequence === undefined)
        throw new GoRefusal(`x509: ${words}`);
    return sequence;
}
function refuseIf(isBad, words) {
    if (isBad)
        throw new GoRefusal(`x509: ${words}`);
}

;// CONCATENATED MODULE: ./src/pki/go/curves.ts
const CURVES = new Map([
    [
        '1.3.132.0.33', // P-224
        {
            size: 28,
            prime: 2n ** 224n - 2n ** 96n + 1n,
            b: 0xb4050a850c04b3abf54132565044b0b7d7bfd8ba270b39432355ffb4n,
        },
    ],
    [
        '1.2.840.10045.3.1.7', // P-256
        {
            size: 32,
            prime: 2n ** 256n - 2n ** 224n + 2n ** 192n + 2n ** 96n - 1n,
            b: 0x5ac635d8aa3a93e7b3ebbd55769886bc651d06b0cc53b0f63bce3c3e27d2604bn,
        },
    ],
    [
        '1.3.132.0.34', // P-384
        {
            size: 48,
            prime: 2n ** 384n - 2n ** 128n - 2n ** 96n + 2n ** 32n - 1n,
            b: 0xb3312fa7e23ee7e4988e056be3f82d19181d9c6efe8141120314088f5013875ac656398d8a2ed19d2a85c8edd3ec2aefn,
        },
    ],
    [
        '1.3.132.0.35', // P-521
        {
            size: 66,
            prime: 2n ** 521n - 1n,
            b: 0x0051953eb9618e1c9a1f929a21a0b68540eea2da725b99b315f3b8b489918ef109e156193951ec7e937b1652c0bd3bb1bf073573df883d2c34f1ef451fd46b503f00n,
        },
    ],
]);
/** The curve of an object identifier that Go knows (x509.go, namedCurveFromOID); undefined for all others. */
function namedCurve(oid) {
    return CURVES.get(oid);
}
/** Whether two coordinates, each as long as the curve has it, are a point of it (crypto/internal/fips140/nistec). */
function isOnCurve({ size, prime, b }, coordinates) {
    if (coordinates.length !== 2 * size)
        return false;
    const [x, y] = [coordinates.subarray(0, size), coordinates.subarray(size)].map((bytes) => BigInt(`0x${bytes.toString('hex')}`));
    if (x === undefined || y === undefined || x >= prime || y >= prime)
        return false;
    return (y * y - (x * x * x - 3n * x + b)) % prime === 0n;
}

;// CONCATENATED MODULE: ./src/pki/go/public-key.ts



/**
 * Reads an AlgorithmIdentifier (parser.go, parseAI).
 *
 * @throws GoRefusal for one that Go cannot read.
 */
function readAlgorithm(sequence) {
    const algorithm = sequence.objectIdentifier();
    if (algorithm === undefined)
        throw new GoRefusal('x509: malformed OID');
    if (sequence.isEmpty)
        return { algorithm, parameters: Buffer.alloc(0) };
    const parameters = sequence.readAny()?.element;
    if (parameters === undefined)
        throw new GoRefusal('x509: malformed parameters');
    return { algorithm, parameters };
}
/**
 * Checks a subject's public key (parser.go, parsePublicKey). A key of an algorithm that Go does not know is passed over, as
 * there: it is refused where it has to verify something.
 *
 * @throws GoRefusal for a key that Go does not take.
 */
function checkPublicKey({ algorithm, parameters }, key) {
    const data = rightAligned(key);
    switch (algorithm) {
        case '1.2.840.113549.1.1.1':
            checkRsa(parameters, data);
            return;
        case '1.2.840.10045.2.1':
            checkEcdsa(parameters, data);
            return;
        case '1.3.101.112':
            if (parameters.length > 0)
                throw new GoRefusal('x509: Ed25519 key encoded with illegal parameters');
            if (data.length !== 32)
                throw new GoRefusal('x509: wrong Ed25519 public key size');
            return;
        case '1.2.840.10040.4.1':
            checkDsa(parameters, data);
            return;
        default:
    }
}
function checkRsa(parameters, data) {
    // RFC 3279, 2.3.1: NULL
    if (!parameters.equals(Buffer.of(0x05, 0x00)))
        throw new GoRefusal('x509: RSA key missing NULL parameters');
    const key = new DerReader(data).read(TAG.SEQUENCE);
    if (key === undefined)
        throw new GoRefusal('x509: invalid RSA public key');
    const modulus = key.integer();
    if (modulus === undefined)
        throw new GoRefusal('x509: invalid RSA modulus');
    const exponent = key.int64();
    if (exponent === undefined)
        throw new GoRefusal('x509: invalid RSA public exponent');
    if (modulus <= 0n)
        throw new GoRefusal('x509: RSA modulus is not a positive number');
    if (exponent <= 0n)
        throw new GoRefusal('x509: RSA public exponent is not a positive number');
}
function checkEcdsa(parameters, data) {
    const name = new DerReader(parameters).objectIdentifier();
    if (name === undefined)
        throw new GoRefusal('x509: invalid ECDSA parameters');
    const curve = namedCurve(name);
    if (curve === undefined)
        throw new GoRefusal('x509: unsupported elliptic curve');
    // crypto/ecdsa, ParseUncompressedPublicKey
    if (data[0] !== 4)
        throw new GoRefusal('ecdsa: invalid uncompressed public key');
    if (!isOnCurve(curve, data.subarray(1)))
        throw new GoRefusal('');
}
function checkDsa(encodedParameters, data) {
    const y = new DerReader(data).integer();
    if (y === undefined)
        throw new GoRefusal('x509: invalid DSA public key');
    const parameters = new DerReader(encodedParameters).read(TAG.SEQUENCE);
    const numbers = [0, 1, 2].map(() => parameters?.integer());
    if (numbers.includes(undefined))
        throw new GoRefusal('x509: invalid DSA parameters');
    if ([y, ...numbers].some((number) => number !== undefined && number <= 0n))
        throw new GoRefusal('x509: zero or negative DSA parameter');
}
/** encoding/asn1, BitString.RightAlign. */
function rightAligned({ bytes, padding }) {
    if (padding === 0)
        return bytes;
    return Buffer.from(bytes.map((byte, at) => (byte >> padding) | ((bytes[at - 1] ?? 0) << (8 - padding))));
}

;// CONCATENATED MODULE: ./src/pki/go/time.ts


/**
 * Checks when a certificate begins and ends, as Go does (parser.go, parseValidity and parseTime). Whether that is now is
 * judged elsewhere.
 *
 * @throws GoRefusal for a time that Go cannot read.
 */
function checkValidity(validity) {
    checkTime(validity);
    checkTime(validity);
}
function checkTime(validity) {
    if (validity.isNext(TAG.UTC_TIME)) {
        const text = validity.read(TAG.UTC_TIME)?.rest.toString('latin1');
        if (text === undefined || !isUtcTime(text))
            throw new GoRefusal('x509: malformed UTCTime');
    }
    else if (validity.isNext(TAG.GENERALIZED_TIME)) {
        const text = validity.read(TAG.GENERALIZED_TIME)?.rest.toString('latin1');
        if (text === undefined || !isGeneralizedTime(text))
            throw new GoRefusal('x509: malformed GeneralizedTime');
    }
    else
        throw new GoRefusal('x509: unsupported time format');
}
/** ReadASN1UTCTime: seconds may be missing, and the zone may be another one than Z. */
function isUtcTime(text) {
    const parts = /^(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)?(Z|[+-]\d{4})$/.exec(text);
    if (parts === null)
        return false;
    const [, year = '', ...others] = parts;
    // Go's time.Parse: 69 and above are of the last century
    return isMoment(Number(year) + (Number(year) >= 69 ? 1900 : 2000), others);
}
/** ReadASN1GeneralizedTime: whole seconds, always. */
function isGeneralizedTime(text) {
    const parts = /^(\d{4})(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)(Z|[+-]\d{4})$/.exec(text);
    if (parts === null)
        return false;
    const [, year = '', ...others] = parts;
    return isMoment(Number(year), others);
}
/** Whether there is such a moment, and Go writes it in the same way: the zone of Greenwich is Z. */
function isMoment(year, parts) {
    const [month = 0, day = 0, hour = 0, minute = 0, second = 0] = parts
        .slice(0, 5)
        .map((part) => Number(part ?? 0));
    const zone = parts[5] ?? '';
    if (month < 1 || month > 12 || day < 1 || day > daysIn(month, year))
        return false;
    if (hour > 23 || minute > 59 || second > 59)
        return false;
    if (zone === 'Z')
        return true;
    const [hours, minutes] = [Number(zone.slice(1, 3)), Number(zone.slice(3))];
    return hours <= 24 && minutes < 60 && hours + minutes > 0;
}
function daysIn(month, year) {
    const isLeap = (year % 4 === 0 && year % 100 !== 0) || year % 400 === 0;
    if (month === 2)
        return isLeap ? 29 : 28;
    return [4, 6, 9, 11].includes(month) ? 30 : 31;
}

;// CONCATENATED MODULE: ./src/pki/go/certificate.ts






/**
 * Reads a certificate as Go 1.26 does (crypto/x509, parser.go, ParseCertificate), so that what kubeadm and etcd would
 * refuse is refused before any host is connected to. The checks are those of parser.go, in its order and with its words;
 * `test/pki/go` holds them against Go itself.
 *
 * @param der the certificate, and nothing behind it.
 * @throws GoRefusal with Go's words for a certificate that Go does not take.
 */
function parseAsGo(der) {
    const input = new DerReader(der);
    const whole = input.read(TAG.SEQUENCE);
    if (whole === undefined)
        throw new GoRefusal('x509: malformed certificate');
    const extensions = checkCertificate(whole);
    if (!input.isEmpty)
        throw new GoRefusal('x509: trailing data');
    return {
        unhandledCritical: extensions
            .filter(({ critical, isUnhandled }) => critical && isUnhandled)
            .map(({ oid }) => oid),
    };
}
/** parser.go, parseCertificate. */
function checkCertificate(whole) {
    const fields = expected(whole.read(TAG.SEQUENCE), 'malformed tbs certificate');
    const version = readVersion(fields);
    const serial = expected(fields.integer(), 'malformed serial number');
    if (serial < 0n)
        throw new GoRefusal('x509: negative serial number');
    const inner = expected(fields.read(TAG.SEQUENCE), 'malformed signature algorithm identifier');
    const outer = expected(whole.read(TAG.SEQUENCE), 'malformed algorithm identifier');
    if (!outer.rest.equals(inner.rest))
        throw new GoRefusal("x509: inner and outer signature algorithm identifiers don't match");
    readAlgorithm(inner);
    checkName(expected(fields.readElement(TAG.SEQUENCE), 'malformed issuer'));
    checkValidity(expected(fields.read(TAG.SEQUENCE), 'malformed validity'));
    // Go says issuer here, too
    checkName(expected(fields.readElement(TAG.SEQUENCE), 'malformed issuer'));
    checkKeyInfo(expected(fields.read(TAG.SEQUENCE), 'malformed spki'));
    const extensions = version > 1 ? readRest(fields, version) : [];
    expected(whole.bitString(), 'malformed signature');
    return extensions;
}
/** 1, 2 or 3. */
function readVersion(fields) {
    const explicit = expected(fields.readOptional(constructedTag(0)), 'malformed version');
    if (explicit === 'absent')
        return 1;
    const value = expected(explicit.int64(), 'malformed version');
    if (value < 0n || !explicit.isEmpty)
        throw new GoRefusal('x509: malformed version');
    if (value > 2n)
        throw new GoRefusal('x509: invalid version');
    return Number(value) + 1;
}
function checkKeyInfo(info) {
    const sequence = expected(info.read(TAG.SEQUENCE), 'malformed public key algorithm identifier');
    const algorithm = readAlgorithm(sequence);
    checkPublicKey(algorithm, expected(info.bitString(), 'malformed subjectPublicKey'));
}
function readRest(fields, version) {
    expected(fields.readOptional(contextTag(1)), 'malformed issuerUniqueID');
    expected(fields.readOptional(contextTag(2)), 'malformed subjectUniqueID');
    if (version < 3)
        return [];
    const explicit = expected(fields.readOptional(constructedTag(3)), 'malformed extensions');
    if (explicit === 'absent')
        return [];
    const list = expected(explicit.read(TAG.SEQUENCE), 'malformed extensions');
    const found = new Map();
    while (!list.isEmpty) {
        const extension = readExtension(expected(list.read(TAG.SEQUENCE), 'malformed extension'));
        const { oid } = extension;
        if (found.has(oid))
            throw new GoRefusal(`x509: certificate contains duplicate extension with OID "${oid}"`);
        found.set(oid, extension);
    }
    return [...found.values()].map((extension) => ({ ...extension, isUnhandled: checkExtension(extension) }));
}
/** parser.go, parseExtension. */
function readExtension(extension) {
    const oid = expected(extension.objectIdentifier(), 'malformed extension OID field');
    const critical = extension.isNext(TAG.BOOLEAN)
        ? expected(extension.boolean(), 'malformed extension critical field')
        : false;
    const value = expected(extension.read(TAG.OCTET_STRING), 'malformed extension value field');
    return { oid, critical, value: value.rest };
}
function expected(value, words) {
    if (value === undefined)
        throw new GoRefusal(`x509: ${words}`);
    return value;
}

// EXTERNAL MODULE: ./src/pki/inspect.ts
var inspect = __webpack_require__(56624);
// EXTERNAL MODULE: ./src/pki/keys.ts
var keys = __webpack_require__(34390);
// EXTERNAL MODULE: ./src/pki/der.ts
var der = __webpack_require__(52787);
// EXTERNAL MODULE: ./src/pki/ip-address.ts
var ip_address = __webpack_require__(69446);
// EXTERNAL MODULE: ./src/pki/oids.ts
var oids = __webpack_require__(90291);
// EXTERNAL MODULE: ./src/pki/structure.ts
var pki_structure = __webpack_require__(82389);
;// CONCATENATED MODULE: ./src/pki/name-constraints.ts




/**
 * Gives a certificate's name constraints; `undefined` when it has none.
 *
 * @throws Error for constraints that are empty or malformed, which Go's parser refuses with the whole certificate.
 */
function nameConstraintsOf(structure) {
    const value = (0,pki_structure/* extensionValue */.N)(structure, oids/* oids */.S.nameConstraints);
    if (value === undefined)
        return undefined;
    const parts = (0,der/* children */.Y_)((0,der/* decode */.D4)(value));
    const subtrees = (tag) => parts.filter((part) => (0,der/* isContext */.aE)(part, tag)).flatMap((part) => (0,der/* children */.Y_)(part).map(subtreeOf));
    const constraints = { permitted: subtrees(0), excluded: subtrees(1) };
    if (constraints.permitted.length + constraints.excluded.length === 0)
        throw new Error('its name constraints are empty');
    return constraints;
}
/** Which of the names a CA with these constraints cannot certify. */
function forbiddenNames({ permitted, excluded }, names) {
    return names.filter((name) => {
        const ofItsType = permitted.filter(({ type }) => type === name.type);
        const isPermitted = ofItsType.length === 0 || ofItsType.some((subtree) => holds(subtree, name));
        return !isPermitted || excluded.some((subtree) => holds(subtree, name));
    });
}
function holds(subtree, name) {
    if (subtree.type === 'DNS' && name.type === 'DNS')
        return isBelow(name.value, subtree.domain.toLowerCase());
    if (subtree.type !== 'IP' || name.type !== 'IP')
        return false;
    const { address, mask } = subtree;
    return (address.length === name.bytes.length &&
        mask.every((bits, at) => ((name.bytes[at] ?? 0) & bits) === ((address[at] ?? 0) & bits)));
}
function isBelow(name, domain) {
    if (domain === '')
        return true;
    return domain.startsWith('.') ? name.endsWith(domain) : name === domain || name.endsWith(`.${domain}`);
}
/** The base of a GeneralSubtree; minimum and maximum are never used (RFC 5280). */
function subtreeOf(subtree) {
    const [base] = (0,der/* children */.Y_)(subtree);
    if (base === undefined)
        throw new Error('one of its name constraints is empty');
    if ((0,der/* isContext */.aE)(base, 2))
        return { type: 'DNS', domain: (0,der/* content */.Qs)(base).toString('latin1') };
    if ((0,der/* isContext */.aE)(base, 1) || (0,der/* isContext */.aE)(base, 6))
        return { type: 'unused' };
    if (!(0,der/* isContext */.aE)(base, 7))
        return { type: 'unknown' };
    const bytes = (0,der/* content */.Qs)(base);
    const half = bytes.length / 2;
    if (half !== 4 && half !== 16)
        throw new Error(`one of its name constraints is for an address of ${half} bytes`);
    return { type: 'IP', address: bytes.subarray(0, half), mask: bytes.subarray(half) };
}
/** Constraints in words, for messages: `DNS:example.com, IP:10.0.0.0/255.0.0.0`. */
function describeSubtrees(subtrees) {
    return subtrees
        .map((subtree) => {
        switch (subtree.type) {
            case 'DNS':
                return `DNS:${subtree.domain}`;
            case 'IP':
                return `IP:${(0,ip_address/* formatIpAddress */.b)(subtree.address)}/${(0,ip_address/* formatIpAddress */.b)(subtree.mask)}`;
            default:
                return 'another kind of name';
        }
    })
        .join(', ');
}

;// CONCATENATED MODULE: ./src/pki/authority-findings.ts










/**
 * Extensions that Go handles from 1.24 on only. kubeadm and etcd of the oldest releases that the action supports are built
 * with an older one, and take no chain in which one of them is critical.
 */
const SINCE_GO_1_24 = [oids/* oids */.S.policyMappings, oids/* oids */.S.policyConstraints, oids/* oids */.S.inhibitAnyPolicy];
/** Why a certificate cannot be the CA of an etcd cluster; none means that it can. */
function authorityFindings(at, certificate, now) {
    const refused = formFindings(at, certificate);
    if (refused.length > 0)
        return refused;
    let structure;
    try {
        structure = (0,pki_structure/* parseStructure */.V)(certificate.raw);
        (0,inspect/* inspectCertificate */.ow)(certificate.toString());
    }
    catch (error) {
        return [
            {
                at,
                fact: `The certificate is not well-formed (${(0,findings/* errorMessage */.gJ)(error)}); what it signs cannot be made from it.`,
                cause: 'it was made by a tool that does not keep to DER.',
                fix: 'Make the CA anew with a current tool.',
            },
        ];
    }
    return [
        ...caFindings(at, structure),
        ...limitFindings(at, structure),
        ...extensionFindings(at, certificate, structure),
        ...constraintFindings(at, structure),
        ...validityFindings(at, certificate, now),
        ...keyFindings(at, certificate.publicKey),
    ];
}
/** Why names cannot stand in a certificate of this CA: its name constraints, if it has any, forbid them. */
function nameFindings(at, certificate, names) {
    const constraints = constraintsOf(certificate);
    if (constraints === undefined)
        return [];
    const forbidden = forbiddenNames(constraints, names).map(alt_names/* formatAltName */.Q2);
    if (forbidden.length === 0)
        return [];
    const { permitted, excluded } = constraints;
    const words = [
        ...(permitted.length === 0 ? [] : [`permitted ${describeSubtrees(permitted)}`]),
        ...(excluded.length === 0 ? [] : [`excluded ${describeSubtrees(excluded)}`]),
    ].join('; ');
    return [
        {
            at,
            fact: `It has name constraints (${words}) that do not allow ${forbidden.join(', ')}, which etcd's certificates need.`,
            cause: 'it is a CA for the names of one domain.',
            fix: 'Use a CA without name constraints, or one that allows localhost, 127.0.0.1, ::1 and the names and addresses of all members.',
        },
    ];
}
/** Malformed ones are told of by {@link authorityFindings}. */
function constraintsOf(certificate) {
    try {
        return nameConstraintsOf((0,pki_structure/* parseStructure */.V)(certificate.raw));
    }
    catch {
        return undefined;
    }
}
/** Names that stand in every server and peer certificate, whatever the member's (pki_helpers.go, getAltNames). */
const NAMES_OF_ALL = ['localhost', '127.0.0.1', '::1'].map(alt_names/* parseAltName */.yA);
/**
 * What is wrong with the certificates above a CA. Nobody needs them where the CA itself is trusted, but programs that
 * look up as far as they can refuse what a bad one is in.
 * @param issuers from the CA's own issuer upwards.
 */
function issuerFindings(at, issuers, now) {
    return issuers.flatMap((issuer, index) => {
        const above = [
            ...authorityFindings(at, issuer, now),
            ...nameFindings(at, issuer, NAMES_OF_ALL),
            ...pathFindings(at, issuer, index + 1),
        ];
        return above.map(({ fact, cause }) => ({
            at,
            fact: `Above the CA, ${issuer.subject.replaceAll('\n', ', ')}: ${fact}`,
            ...(cause === undefined ? {} : { cause }),
            fix: 'Give a chain that is good, or ca-certificate without it: hosts get the certificate of the CA alone.',
        }));
    });
}
/** @param below how many CAs stand below it in this chain. */
function pathFindings(at, certificate, below) {
    const most = (0,extension_values/* pathLengthOf */.PW)((0,pki_structure/* parseStructure */.V)(certificate.raw));
    if (most === undefined || below <= most)
        return [];
    return [
        {
            at,
            fact: `It allows ${most} CAs below itself (its path length constraint), and this chain has ${below}.`,
            cause: 'the CA was made below one that must not have CAs below it.',
            fix: '',
        },
    ];
}
const UNKNOWN_CURVE = 'x509: unsupported elliptic curve';
/** What Go's parser refuses, in its words. */
function formFindings(at, certificate) {
    try {
        parseAsGo(certificate.raw);
        return [];
    }
    catch (error) {
        if (!(error instanceof GoRefusal))
            throw error;
        // what is said of other keys that are of no use is said of this one, too
        if (error.message === UNKNOWN_CURVE)
            return keyFindings(at, certificate.publicKey);
        const words = error.message === '' ? 'its public key is no point of its curve' : error.message;
        return [
            {
                at,
                fact: `kubeadm and etcd would not take it: ${words}.`,
                cause: 'it was made by a tool that does not keep to RFC 5280; OpenSSL takes more than Go does.',
                fix: 'Make the CA anew with a current tool.',
            },
        ];
    }
}
/** Names of a kind that only one of Go and OpenSSL knows: the one refuses what the other lets in. */
function constraintFindings(at, structure) {
    const { permitted = [], excluded = [] } = nameConstraintsOf(structure) ?? {};
    if ([...permitted, ...excluded].every(({ type }) => type !== 'unknown'))
        return [];
    return [
        {
            at,
            fact: 'It has name constraints for names of a kind that Go and OpenSSL do not both know.',
            cause: 'it is a CA for the names of one organization.',
            fix: 'Use a CA without name constraints, or one whose constraints are for DNS names and addresses.',
        },
    ];
}
/** Critical extensions that etcd and kubeadm do not handle: no chain with this certificate is taken. */
function extensionFindings(at, certificate, { extensions }) {
    const findings = [];
    // told apart: its names are
    const unknown = parseAsGo(certificate.raw).unhandledCritical.filter((oid) => oid !== oids/* oids */.S.nameConstraints);
    if (unknown.length > 0) {
        findings.push({
            at,
            fact: `It has a critical extension that etcd and kubeadm do not know (${unknown.map(oids/* oidName */.y).join(', ')}); they would refuse every certificate that it signs.`,
            cause: 'it was made for another purpose.',
            fix: 'Use a CA without it.',
        });
    }
    const newer = extensions.filter(({ oid, critical }) => critical && SINCE_GO_1_24.includes(oid));
    if (newer.length > 0) {
        findings.push({
            at,
            fact: `It has a critical extension (${newer.map(({ oid }) => (0,oids/* oidName */.y)(oid)).join(', ')}) that etcd and kubeadm know only where they are built with Go 1.24 or later; older ones would refuse every certificate that it signs.`,
            cause: 'it is a CA of a PKI with policies.',
            fix: 'Use a CA without it.',
        });
    }
    return findings;
}
function caFindings(at, structure) {
    const findings = [];
    if (!(0,extension_values/* isCa */.Jm)(structure)) {
        findings.push({
            at,
            fact: 'It is not the certificate of a CA (its basicConstraints do not say CA:TRUE).',
            cause: 'a server or client certificate was given.',
            fix: "Give the CA's own certificate (etcd/ca.crt).",
        });
    }
    const usages = (0,extension_values/* keyUsagesOf */.ZG)(structure);
    if (usages !== undefined && !usages.includes('keyCertSign')) {
        findings.push({
            at,
            fact: `It must not sign certificates (its key usage is ${usages.join(', ')}, without keyCertSign).`,
            cause: 'a server or client certificate was given, or the CA was made with too narrow a key usage.',
            fix: 'Give a CA certificate that has keyCertSign.',
        });
    }
    return findings;
}
function limitFindings(at, structure) {
    const findings = [];
    const usages = (0,extension_values/* extendedKeyUsagesOf */.yz)(structure);
    const missing = ['serverAuth', 'clientAuth'].filter((usage) => usages?.includes(usage) === false);
    if (missing.length > 0 && usages?.includes('anyExtendedKeyUsage') !== true) {
        findings.push({
            at,
            fact: `It limits what its certificates may be used for (extended key usage without ${missing.join(' and ')}); etcd's members are servers and clients of each other.`,
            cause: 'it is a CA for servers or for clients only.',
            fix: 'Use a CA without that limit.',
        });
    }
    return findings;
}
function validityFindings(at, certificate, now) {
    if (now > certificate.validToDate) {
        return [
            {
                at,
                fact: `The certificate expired on ${certificate.validToDate.toISOString()} (it is ${now.toISOString()}).`,
                cause: 'it was not replaced in time, or a clock is wrong.',
                fix: 'Give a CA that is valid.',
            },
        ];
    }
    if (now < certificate.validFromDate) {
        return [
            {
                at,
                fact: `The certificate is not valid before ${certificate.validFromDate.toISOString()} (it is ${now.toISOString()}).`,
                cause: 'a clock is wrong, here or where the CA was made.',
                fix: 'Set the clock, or give a CA that is valid.',
            },
        ];
    }
    return [];
}
/** Why a CA's key cannot be used: kubeadm, Go and the runner's OpenSSL all have to sign and verify with it. */
function keyFindings(at, key) {
    const algorithm = (0,keys/* describeKey */.Rx)(key);
    if (/^ECDSA-P(256|384|521)$/.test(algorithm))
        return [];
    if (!algorithm.startsWith('RSA-')) {
        return [
            {
                at,
                fact: `Its key is of type ${algorithm}; kubeadm takes RSA keys, and ECDSA keys on P-256, P-384 or P-521.`,
                cause: 'it was made for another purpose.',
                fix: 'Use a CA with such a key.',
            },
        ];
    }
    if (Number(algorithm.slice('RSA-'.length)) < 2048) {
        return [
            {
                at,
                fact: `Its key is of type ${algorithm}; OpenSSL 3 refuses TLS with RSA keys below 2048 bits.`,
                cause: 'it is an old one.',
                fix: 'Use a CA with a longer key.',
            },
        ];
    }
    return [];
}


/***/ }),

/***/ 3133:
/***/ ((__unused_webpack_module, __webpack_exports__, __webpack_require__) => {

/* harmony export */ __webpack_require__.d(__webpack_exports__, {
/* harmony export */   nU: () => (/* binding */ firstAuthorityOf),
/* harmony export */   vO: () => (/* binding */ authorityOf),
/* harmony export */   ww: () => (/* binding */ createAuthority)
/* harmony export */ });
/* harmony import */ var node_crypto__WEBPACK_IMPORTED_MODULE_0__ = __webpack_require__(77598);
/* harmony import */ var node_crypto__WEBPACK_IMPORTED_MODULE_0___default = /*#__PURE__*/__webpack_require__.n(node_crypto__WEBPACK_IMPORTED_MODULE_0__);
/* harmony import */ var _alt_names_js__WEBPACK_IMPORTED_MODULE_1__ = __webpack_require__(11630);
/* harmony import */ var _certificate_js__WEBPACK_IMPORTED_MODULE_2__ = __webpack_require__(36846);
/* harmony import */ var _extensions_js__WEBPACK_IMPORTED_MODULE_3__ = __webpack_require__(32968);
/* harmony import */ var _keys_js__WEBPACK_IMPORTED_MODULE_4__ = __webpack_require__(34390);
/* harmony import */ var _pem_js__WEBPACK_IMPORTED_MODULE_5__ = __webpack_require__(52166);
/* harmony import */ var _serial_js__WEBPACK_IMPORTED_MODULE_6__ = __webpack_require__(65802);
/* harmony import */ var _validity_js__WEBPACK_IMPORTED_MODULE_7__ = __webpack_require__(29540);








/** The common name of kubeadm's etcd CA (certlist.go, KubeadmCertEtcdCA). */
const commonName = 'etcd-ca';
/**
 * Makes a certificate authority equal to `kubeadm init phase certs etcd-ca`: CN=etcd-ca.
 *
 * @param options.days that it is valid; kubeadm's own if left out.
 * @param options.now the start of the run; validity begins five minutes earlier.
 * @param options.serial only for tests; a random one is drawn otherwise.
 * @param options.newKey where its key comes from, if not made now.
 */
async function createAuthority(options) {
    const key = await (options.newKey?.() ?? (0,_keys_js__WEBPACK_IMPORTED_MODULE_4__/* .generateKey */ .rh)(options.algorithm));
    const publicKey = (0,_keys_js__WEBPACK_IMPORTED_MODULE_4__/* .publicKeyOf */ .kc)(key);
    const name = (0,_certificate_js__WEBPACK_IMPORTED_MODULE_2__/* .commonNameOnly */ .R)(commonName);
    const certificatePem = (0,_certificate_js__WEBPACK_IMPORTED_MODULE_2__/* .signCertificate */ .j)({
        serial: options.serial ?? (0,_serial_js__WEBPACK_IMPORTED_MODULE_6__/* .randomSerial */ .Y)(),
        issuer: name,
        subject: name,
        ...(0,_validity_js__WEBPACK_IMPORTED_MODULE_7__/* .validity */ .bg)(options.now, options.days ?? _validity_js__WEBPACK_IMPORTED_MODULE_7__/* .KUBEADM_AUTHORITY_DAYS */ .m),
        publicKey,
        extensions: [
            (0,_extensions_js__WEBPACK_IMPORTED_MODULE_3__/* .keyUsage */ .F$)({ isCa: true }),
            (0,_extensions_js__WEBPACK_IMPORTED_MODULE_3__/* .basicConstraints */ .vw)({ isCa: true }),
            (0,_extensions_js__WEBPACK_IMPORTED_MODULE_3__/* .subjectKeyIdentifier */ .Fi)(publicKey),
            (0,_extensions_js__WEBPACK_IMPORTED_MODULE_3__/* .subjectAltName */ .B4)([(0,_alt_names_js__WEBPACK_IMPORTED_MODULE_1__/* .dnsName */ .Tu)(commonName)]),
        ],
    }, key);
    return { ...authorityOf(certificatePem), key, keyPem: (0,_keys_js__WEBPACK_IMPORTED_MODULE_4__/* .privateKeyToPem */ .Ux)(key) };
}
/** Gives the authority of an etcd/ca.crt that is known to be good. */
function authorityOf(certificatePem) {
    const certificate = new node_crypto__WEBPACK_IMPORTED_MODULE_0__.X509Certificate(certificatePem);
    return { certificatePem, certificate, fingerprint: certificate.fingerprint256 };
}
/**
 * Gives the authority of the first certificate of a PEM text, alone and as Go writes it: what else a host has in its
 * etcd/ca.crt is that host's word alone.
 *
 * @throws Error when the text holds no certificate, or is longer than a file of certificates can be.
 */
function firstAuthorityOf(pem) {
    if (pem.length > _pem_js__WEBPACK_IMPORTED_MODULE_5__/* .MOST_PEM_CHARACTERS */ .C0)
        throw new Error('no file of certificates is that long');
    return authorityOf((0,_pem_js__WEBPACK_IMPORTED_MODULE_5__/* .encodePem */ .TS)('CERTIFICATE', new node_crypto__WEBPACK_IMPORTED_MODULE_0__.X509Certificate(pem).raw));
}


/***/ }),

/***/ 36846:
/***/ ((__unused_webpack_module, __webpack_exports__, __webpack_require__) => {


// EXPORTS
__webpack_require__.d(__webpack_exports__, {
  R: () => (/* binding */ commonNameOnly),
  j: () => (/* binding */ signCertificate)
});

// EXTERNAL MODULE: ./src/pki/der.ts
var der = __webpack_require__(52787);
// EXTERNAL MODULE: ./src/pki/extensions.ts
var extensions = __webpack_require__(32968);
// EXTERNAL MODULE: ./src/pki/oids.ts
var oids = __webpack_require__(90291);
// EXTERNAL MODULE: ./src/pki/pem.ts
var pem = __webpack_require__(52166);
// EXTERNAL MODULE: external "node:crypto"
var external_node_crypto_ = __webpack_require__(77598);
// EXTERNAL MODULE: ./src/pki/keys.ts
var keys = __webpack_require__(34390);
;// CONCATENATED MODULE: ./src/pki/signature.ts




/**
 * Gives the algorithm that Go's x509.CreateCertificate picks for a signer's key (signingParamsForKey): the digest
 * follows the signer's curve, not the subject's key; RSA of any size signs with SHA-256.
 *
 * @throws Error for a key with which Go signs nothing (Ed25519 is left out because kubeadm refuses it).
 */
function signatureAlgorithmOf(signer) {
    const name = (0,keys/* describeKey */.Rx)(signer);
    if (name.startsWith('RSA-')) {
        // RFC 4055 wants the NULL for RSA, RFC 5758 wants no parameters for ECDSA.
        return { digest: 'sha256', identifier: (0,der/* sequence */.K2)((0,der/* oid */.jq)(oids/* oids */.S.sha256WithRsa), (0,der/* nullValue */.Pv)()) };
    }
    switch (name) {
        case 'ECDSA-P256':
            return { digest: 'sha256', identifier: (0,der/* sequence */.K2)((0,der/* oid */.jq)(oids/* oids */.S.ecdsaWithSha256)) };
        case 'ECDSA-P384':
            return { digest: 'sha384', identifier: (0,der/* sequence */.K2)((0,der/* oid */.jq)(oids/* oids */.S.ecdsaWithSha384)) };
        case 'ECDSA-P521':
            return { digest: 'sha512', identifier: (0,der/* sequence */.K2)((0,der/* oid */.jq)(oids/* oids */.S.ecdsaWithSha512)) };
        default:
            throw new Error(`a key of type ${name} cannot sign certificates for kubeadm`);
    }
}
/** Signs bytes; an ECDSA signature comes as the DER SEQUENCE that X.509 wants. */
function signBytes(bytes, signer, algorithm) {
    return (0,external_node_crypto_.sign)(algorithm.digest, bytes, signer);
}

;// CONCATENATED MODULE: ./src/pki/certificate.ts





/**
 * Signs an X.509 version 3 certificate (RFC 5280, 4.1) and gives it as PEM. The signature algorithm follows the
 * signer's key, so any mix of RSA and EC keys takes this one path.
 *
 * @throws Error for a signer that is neither RSA nor EC on P-256, P-384 or P-521.
 */
function signCertificate(contents, signer) {
    const algorithm = signatureAlgorithmOf(signer);
    const toBeSigned = (0,der/* sequence */.K2)((0,der/* explicit */.pc)(0, (0,der/* integer */.nd)(2n)), (0,der/* integer */.nd)(contents.serial), algorithm.identifier, contents.issuer, (0,der/* sequence */.K2)((0,der/* time */.kB)(contents.notBefore), (0,der/* time */.kB)(contents.notAfter)), contents.subject, (0,der/* decode */.D4)(contents.publicKey.export({ type: 'spki', format: 'der' })), (0,der/* explicit */.pc)(3, (0,der/* sequence */.K2)(...contents.extensions.map(extensions/* extensionToAsn1 */.af))));
    const signature = signBytes((0,der/* encode */.lF)(toBeSigned), signer, algorithm);
    return (0,pem/* encodePem */.TS)('CERTIFICATE', (0,der/* encode */.lF)((0,der/* sequence */.K2)(toBeSigned, algorithm.identifier, (0,der/* bitString */.FY)(signature))));
}
/** Gives a distinguished name that holds a common name only, as all of kubeadm's etcd certificates have. */
function commonNameOnly(commonName) {
    return (0,der/* sequence */.K2)((0,der/* set */.hZ)((0,der/* sequence */.K2)((0,der/* oid */.jq)(oids/* oids */.S.commonName), (0,der/* text */.Qq)(commonName))));
}


/***/ }),

/***/ 52787:
/***/ ((__unused_webpack_module, __webpack_exports__, __webpack_require__) => {

/* harmony export */ __webpack_require__.d(__webpack_exports__, {
/* harmony export */   AS: () => (/* binding */ implicit),
/* harmony export */   Bs: () => (/* binding */ dotted),
/* harmony export */   D4: () => (/* binding */ decode),
/* harmony export */   FY: () => (/* binding */ bitString),
/* harmony export */   J8: () => (/* binding */ octetString),
/* harmony export */   Jb: () => (/* binding */ booleanTrue),
/* harmony export */   K2: () => (/* binding */ sequence),
/* harmony export */   Lm: () => (/* binding */ isBoolean),
/* harmony export */   Pv: () => (/* binding */ nullValue),
/* harmony export */   Qq: () => (/* binding */ text),
/* harmony export */   Qs: () => (/* binding */ content),
/* harmony export */   Y_: () => (/* binding */ children),
/* harmony export */   aE: () => (/* binding */ isContext),
/* harmony export */   hZ: () => (/* binding */ set),
/* harmony export */   jq: () => (/* binding */ oid),
/* harmony export */   kB: () => (/* binding */ time),
/* harmony export */   lF: () => (/* binding */ encode),
/* harmony export */   nd: () => (/* binding */ integer),
/* harmony export */   pc: () => (/* binding */ explicit)
/* harmony export */ });
/* harmony import */ var node_forge_lib_asn1_js__WEBPACK_IMPORTED_MODULE_0__ = __webpack_require__(27357);
/* harmony import */ var node_forge_lib_asn1_js__WEBPACK_IMPORTED_MODULE_0___default = /*#__PURE__*/__webpack_require__.n(node_forge_lib_asn1_js__WEBPACK_IMPORTED_MODULE_0__);

/** node-forge's published types know neither context-specific tags nor the options of fromDer. */
const { Class, Type, create, fromDer, toDer } = (node_forge_lib_asn1_js__WEBPACK_IMPORTED_MODULE_0___default());
/** Gives a SEQUENCE of the given values. */
function sequence(...items) {
    return create(Class.UNIVERSAL, Type.SEQUENCE, true, [...items]);
}
/** Gives a SET of the given values. */
function set(...items) {
    return create(Class.UNIVERSAL, Type.SET, true, [...items]);
}
/** Gives an OBJECT IDENTIFIER from its dotted form. */
function oid(dotted) {
    return primitive(Type.OID, node_forge_lib_asn1_js__WEBPACK_IMPORTED_MODULE_0___default().oidToDer(dotted).getBytes());
}
/** Gives an INTEGER; `value` is not negative. */
function integer(value) {
    const hex = value.toString(16);
    const bytes = Buffer.from(hex.length % 2 === 0 ? hex : `0${hex}`, 'hex');
    // A set top bit would make the number negative.
    const padded = (bytes[0] ?? 0) < 0x80 ? bytes : Buffer.concat([Buffer.of(0), bytes]);
    return primitive(Type.INTEGER, binary(padded));
}
/** The BOOLEAN TRUE (DER writes FALSE only where it is not the default, which no field of ours has). */
function booleanTrue() {
    return primitive(Type.BOOLEAN, '\xff');
}
/** The NULL value. */
function nullValue() {
    return primitive(Type.NULL, '');
}
/** Gives an OCTET STRING. */
function octetString(bytes) {
    return primitive(Type.OCTETSTRING, binary(bytes));
}
/** Gives a BIT STRING whose last `unusedBits` bits are padding. */
function bitString(bytes, unusedBits = 0) {
    return primitive(Type.BITSTRING, binary(Buffer.concat([Buffer.of(unusedBits), bytes])));
}
/**
 * Gives a text as Go's encoding/asn1 does: PrintableString when every character fits, else UTF8String.
 *
 * Go's set (isPrintable, asn1.go) has no asterisk and no ampersand when it writes.
 */
function text(value) {
    return /^[A-Za-z0-9 '()+,\-./:=?]*$/.test(value)
        ? primitive(Type.PRINTABLESTRING, value)
        : primitive(Type.UTF8, binary(Buffer.from(value, 'utf8')));
}
/** Gives a time with whole seconds: UTCTime from 1950 to 2049, GeneralizedTime otherwise (RFC 5280, 4.1.2.5). */
function time(date) {
    const year = date.getUTCFullYear();
    return year >= 1950 && year < 2050
        ? primitive(Type.UTCTIME, node_forge_lib_asn1_js__WEBPACK_IMPORTED_MODULE_0___default().dateToUtcTime(date))
        : primitive(Type.GENERALIZEDTIME, node_forge_lib_asn1_js__WEBPACK_IMPORTED_MODULE_0___default().dateToGeneralizedTime(date));
}
/** Gives `[tag] EXPLICIT item`. */
function explicit(tag, item) {
    return create(Class.CONTEXT_SPECIFIC, tag, true, [item]);
}
/** Gives `[tag] IMPLICIT` of a primitive value with these content bytes. */
function implicit(tag, bytes) {
    return create(Class.CONTEXT_SPECIFIC, tag, false, binary(bytes));
}
/** Gives the DER bytes of a value. */
function encode(value) {
    return Buffer.from(toDer(value).getBytes(), 'latin1');
}
/**
 * Reads exactly one DER value.
 *
 * @throws Error when the bytes are not ASN.1, or are BER rather than DER. Go's parser, hence kubeadm and etcd, refuses
 *   BER too, and only of DER can a part be copied into another certificate byte for byte.
 */
function decode(bytes) {
    // Left alone, the keys inside BIT STRINGs would be decoded as well.
    const value = fromDer(binary(bytes), { strict: true, parseAllBytes: true, decodeBitStrings: false });
    if (!encode(value).equals(bytes))
        throw new Error('the ASN.1 value is not DER-encoded');
    return value;
}
/**
 * Gives the values inside a constructed value.
 *
 * @throws Error when the value is a primitive one.
 */
function children(value) {
    if (typeof value.value === 'string')
        throw new Error('a constructed ASN.1 value was expected');
    return value.value;
}
/**
 * Gives the content bytes of a primitive value.
 *
 * @throws Error when the value is a constructed one.
 */
function content(value) {
    if (typeof value.value !== 'string')
        throw new Error('a primitive ASN.1 value was expected');
    return Buffer.from(value.value, 'latin1');
}
/** Gives the dotted form of an OBJECT IDENTIFIER. */
function dotted(value) {
    return node_forge_lib_asn1_js__WEBPACK_IMPORTED_MODULE_0___default().derToOid(binary(content(value)));
}
/** Says whether a value is `[tag]` of the context-specific class. */
function isContext(value, tag) {
    return value.tagClass === Class.CONTEXT_SPECIFIC && value.type === tag;
}
/** Says whether a value is a universal BOOLEAN. */
function isBoolean(value) {
    return value.tagClass === Class.UNIVERSAL && value.type === Type.BOOLEAN;
}
function primitive(type, bytes) {
    return create(Class.UNIVERSAL, type, false, bytes);
}
function binary(bytes) {
    return Buffer.from(bytes).toString('latin1');
}


/***/ }),

/***/ 73052:
/***/ ((__unused_webpack_module, __webpack_exports__, __webpack_require__) => {

/* harmony export */ __webpack_require__.d(__webpack_exports__, {
/* harmony export */   Bc: () => (/* binding */ altNamesOf),
/* harmony export */   Jm: () => (/* binding */ isCa),
/* harmony export */   PW: () => (/* binding */ pathLengthOf),
/* harmony export */   Vj: () => (/* binding */ authorityKeyIdentifierOf),
/* harmony export */   ZG: () => (/* binding */ keyUsagesOf),
/* harmony export */   w7: () => (/* binding */ subjectKeyIdentifierOf),
/* harmony export */   yz: () => (/* binding */ extendedKeyUsagesOf)
/* harmony export */ });
/* harmony import */ var _der_js__WEBPACK_IMPORTED_MODULE_0__ = __webpack_require__(52787);
/* harmony import */ var _ip_address_js__WEBPACK_IMPORTED_MODULE_1__ = __webpack_require__(69446);
/* harmony import */ var _oids_js__WEBPACK_IMPORTED_MODULE_2__ = __webpack_require__(90291);
/* harmony import */ var _structure_js__WEBPACK_IMPORTED_MODULE_3__ = __webpack_require__(82389);




/** The names of the key usage bits, bit 0 first (RFC 5280, 4.2.1.3). */
const keyUsageNames = [
    'digitalSignature',
    'nonRepudiation',
    'keyEncipherment',
    'dataEncipherment',
    'keyAgreement',
    'keyCertSign',
    'cRLSign',
    'encipherOnly',
    'decipherOnly',
];
/** Gives the names of the key usages, or undefined when the certificate does not limit them. */
function keyUsagesOf(structure) {
    const value = (0,_structure_js__WEBPACK_IMPORTED_MODULE_3__/* .extensionValue */ .N)(structure, _oids_js__WEBPACK_IMPORTED_MODULE_2__/* .oids */ .S.keyUsage);
    if (value === undefined)
        return undefined;
    const bits = (0,_der_js__WEBPACK_IMPORTED_MODULE_0__/* .content */ .Qs)((0,_der_js__WEBPACK_IMPORTED_MODULE_0__/* .decode */ .D4)(value)).subarray(1);
    return keyUsageNames.filter((_, bit) => ((bits[bit >> 3] ?? 0) & (0x80 >> (bit & 7))) !== 0);
}
/** Gives the extended key usages by name, or undefined when the certificate does not limit them. */
function extendedKeyUsagesOf(structure) {
    const value = (0,_structure_js__WEBPACK_IMPORTED_MODULE_3__/* .extensionValue */ .N)(structure, _oids_js__WEBPACK_IMPORTED_MODULE_2__/* .oids */ .S.extendedKeyUsage);
    return value === undefined ? undefined : (0,_der_js__WEBPACK_IMPORTED_MODULE_0__/* .children */ .Y_)((0,_der_js__WEBPACK_IMPORTED_MODULE_0__/* .decode */ .D4)(value)).map((usage) => (0,_oids_js__WEBPACK_IMPORTED_MODULE_2__/* .oidName */ .y)((0,_der_js__WEBPACK_IMPORTED_MODULE_0__/* .dotted */ .Bs)(usage)));
}
/** Says whether the basic constraints make the certificate a CA's. */
function isCa(structure) {
    const value = (0,_structure_js__WEBPACK_IMPORTED_MODULE_3__/* .extensionValue */ .N)(structure, _oids_js__WEBPACK_IMPORTED_MODULE_2__/* .oids */ .S.basicConstraints);
    const first = value === undefined ? undefined : (0,_der_js__WEBPACK_IMPORTED_MODULE_0__/* .children */ .Y_)((0,_der_js__WEBPACK_IMPORTED_MODULE_0__/* .decode */ .D4)(value))[0];
    return first !== undefined && (0,_der_js__WEBPACK_IMPORTED_MODULE_0__/* .isBoolean */ .Lm)(first) && (0,_der_js__WEBPACK_IMPORTED_MODULE_0__/* .content */ .Qs)(first)[0] !== 0;
}
/** Gives how many CAs may stand below a CA, or undefined when it does not limit them. */
function pathLengthOf(structure) {
    const value = (0,_structure_js__WEBPACK_IMPORTED_MODULE_3__/* .extensionValue */ .N)(structure, _oids_js__WEBPACK_IMPORTED_MODULE_2__/* .oids */ .S.basicConstraints);
    const length = value === undefined ? undefined : (0,_der_js__WEBPACK_IMPORTED_MODULE_0__/* .children */ .Y_)((0,_der_js__WEBPACK_IMPORTED_MODULE_0__/* .decode */ .D4)(value)).find((part) => !(0,_der_js__WEBPACK_IMPORTED_MODULE_0__/* .isBoolean */ .Lm)(part));
    return length === undefined ? undefined : (0,_der_js__WEBPACK_IMPORTED_MODULE_0__/* .content */ .Qs)(length).readUIntBE(0, (0,_der_js__WEBPACK_IMPORTED_MODULE_0__/* .content */ .Qs)(length).length);
}
/** Gives the subject key identifier, or undefined when the certificate has none. */
function subjectKeyIdentifierOf(structure) {
    const value = (0,_structure_js__WEBPACK_IMPORTED_MODULE_3__/* .extensionValue */ .N)(structure, _oids_js__WEBPACK_IMPORTED_MODULE_2__/* .oids */ .S.subjectKeyIdentifier);
    return value === undefined ? undefined : (0,_der_js__WEBPACK_IMPORTED_MODULE_0__/* .content */ .Qs)((0,_der_js__WEBPACK_IMPORTED_MODULE_0__/* .decode */ .D4)(value));
}
/** Gives the keyIdentifier of the authority key identifier, or undefined when the certificate has none. */
function authorityKeyIdentifierOf(structure) {
    const value = (0,_structure_js__WEBPACK_IMPORTED_MODULE_3__/* .extensionValue */ .N)(structure, _oids_js__WEBPACK_IMPORTED_MODULE_2__/* .oids */ .S.authorityKeyIdentifier);
    const identifier = value === undefined ? undefined : (0,_der_js__WEBPACK_IMPORTED_MODULE_0__/* .children */ .Y_)((0,_der_js__WEBPACK_IMPORTED_MODULE_0__/* .decode */ .D4)(value)).find((part) => (0,_der_js__WEBPACK_IMPORTED_MODULE_0__/* .isContext */ .aE)(part, 0));
    return identifier === undefined ? undefined : (0,_der_js__WEBPACK_IMPORTED_MODULE_0__/* .content */ .Qs)(identifier);
}
/** Gives the subject alternative names in their order. */
function altNamesOf(structure) {
    const value = (0,_structure_js__WEBPACK_IMPORTED_MODULE_3__/* .extensionValue */ .N)(structure, _oids_js__WEBPACK_IMPORTED_MODULE_2__/* .oids */ .S.subjectAltName);
    return value === undefined ? [] : (0,_der_js__WEBPACK_IMPORTED_MODULE_0__/* .children */ .Y_)((0,_der_js__WEBPACK_IMPORTED_MODULE_0__/* .decode */ .D4)(value)).map(parseGeneralName);
}
function parseGeneralName(name) {
    if ((0,_der_js__WEBPACK_IMPORTED_MODULE_0__/* .isContext */ .aE)(name, 2))
        return { type: 'DNS', value: (0,_der_js__WEBPACK_IMPORTED_MODULE_0__/* .content */ .Qs)(name).toString('latin1') };
    if ((0,_der_js__WEBPACK_IMPORTED_MODULE_0__/* .isContext */ .aE)(name, 7)) {
        const bytes = (0,_der_js__WEBPACK_IMPORTED_MODULE_0__/* .content */ .Qs)(name);
        return { type: 'IP', value: (0,_ip_address_js__WEBPACK_IMPORTED_MODULE_1__/* .formatIpAddress */ .b)(bytes), bytes };
    }
    return { type: 'other', value: `[${name.type}]` };
}


/***/ }),

/***/ 32968:
/***/ ((__unused_webpack_module, __webpack_exports__, __webpack_require__) => {

/* harmony export */ __webpack_require__.d(__webpack_exports__, {
/* harmony export */   B4: () => (/* binding */ subjectAltName),
/* harmony export */   Eo: () => (/* binding */ authorityKeyIdentifier),
/* harmony export */   F$: () => (/* binding */ keyUsage),
/* harmony export */   Fi: () => (/* binding */ subjectKeyIdentifier),
/* harmony export */   af: () => (/* binding */ extensionToAsn1),
/* harmony export */   u5: () => (/* binding */ extendedKeyUsage),
/* harmony export */   vw: () => (/* binding */ basicConstraints)
/* harmony export */ });
/* harmony import */ var node_crypto__WEBPACK_IMPORTED_MODULE_0__ = __webpack_require__(77598);
/* harmony import */ var node_crypto__WEBPACK_IMPORTED_MODULE_0___default = /*#__PURE__*/__webpack_require__.n(node_crypto__WEBPACK_IMPORTED_MODULE_0__);
/* harmony import */ var _der_js__WEBPACK_IMPORTED_MODULE_1__ = __webpack_require__(52787);
/* harmony import */ var _oids_js__WEBPACK_IMPORTED_MODULE_2__ = __webpack_require__(90291);



/** Gives an extension as it stands in a certificate; `critical` is written only when true, as DER wants. */
function extensionToAsn1(extension) {
    const critical = extension.critical ? [(0,_der_js__WEBPACK_IMPORTED_MODULE_1__/* .booleanTrue */ .Jb)()] : [];
    return (0,_der_js__WEBPACK_IMPORTED_MODULE_1__/* .sequence */ .K2)((0,_der_js__WEBPACK_IMPORTED_MODULE_1__/* .oid */ .jq)(extension.oid), ...critical, (0,_der_js__WEBPACK_IMPORTED_MODULE_1__/* .octetString */ .J8)(extension.value));
}
/**
 * kubeadm's key usage, critical: digitalSignature and keyEncipherment (EC keys too), and keyCertSign for a CA; never
 * cRLSign (pki_helpers.go, NewSignedCert and NewSelfSignedCACert).
 */
function keyUsage({ isCa }) {
    // Bits 0 and 2, and 5 for a CA; trailing zero bits are unused bits (X.690, 11.2.2).
    const value = isCa ? (0,_der_js__WEBPACK_IMPORTED_MODULE_1__/* .bitString */ .FY)(Buffer.of(0b1010_0100), 2) : (0,_der_js__WEBPACK_IMPORTED_MODULE_1__/* .bitString */ .FY)(Buffer.of(0b1010_0000), 5);
    return { oid: _oids_js__WEBPACK_IMPORTED_MODULE_2__/* .oids */ .S.keyUsage, critical: true, value: (0,_der_js__WEBPACK_IMPORTED_MODULE_1__/* .encode */ .lF)(value) };
}
/** Extended key usage, not critical. */
function extendedKeyUsage(usages) {
    return { oid: _oids_js__WEBPACK_IMPORTED_MODULE_2__/* .oids */ .S.extendedKeyUsage, critical: false, value: (0,_der_js__WEBPACK_IMPORTED_MODULE_1__/* .encode */ .lF)((0,_der_js__WEBPACK_IMPORTED_MODULE_1__/* .sequence */ .K2)(...usages.map(_der_js__WEBPACK_IMPORTED_MODULE_1__/* .oid */ .jq))) };
}
/** Basic constraints, critical: an empty SEQUENCE in a leaf, cA TRUE without a path length in a CA. */
function basicConstraints({ isCa }) {
    return {
        oid: _oids_js__WEBPACK_IMPORTED_MODULE_2__/* .oids */ .S.basicConstraints,
        critical: true,
        value: (0,_der_js__WEBPACK_IMPORTED_MODULE_1__/* .encode */ .lF)(isCa ? (0,_der_js__WEBPACK_IMPORTED_MODULE_1__/* .sequence */ .K2)((0,_der_js__WEBPACK_IMPORTED_MODULE_1__/* .booleanTrue */ .Jb)()) : (0,_der_js__WEBPACK_IMPORTED_MODULE_1__/* .sequence */ .K2)()),
    };
}
/**
 * Subject key identifier: the first 160 bits of the SHA-256 of the public key's bits (RFC 7093, section 2, method 1).
 *
 * It is what Go 1.25 and later write, hence kubeadm from 1.35 on; kubeadm built with an older Go writes their SHA-1
 * (RFC 5280, 4.2.1.2). Any value serves, so long as the leaves repeat it.
 */
function subjectKeyIdentifier(publicKey) {
    const subjectPublicKey = (0,_der_js__WEBPACK_IMPORTED_MODULE_1__/* .children */ .Y_)((0,_der_js__WEBPACK_IMPORTED_MODULE_1__/* .decode */ .D4)(publicKey.export({ type: 'spki', format: 'der' })))[1];
    if (subjectPublicKey === undefined)
        throw new Error('a public key without its bits');
    // The first content byte of a BIT STRING counts unused bits; it is no part of the key.
    const bits = (0,_der_js__WEBPACK_IMPORTED_MODULE_1__/* .content */ .Qs)(subjectPublicKey).subarray(1);
    const identifier = (0,node_crypto__WEBPACK_IMPORTED_MODULE_0__.createHash)('sha256').update(bits).digest().subarray(0, 20);
    return { oid: _oids_js__WEBPACK_IMPORTED_MODULE_2__/* .oids */ .S.subjectKeyIdentifier, critical: false, value: (0,_der_js__WEBPACK_IMPORTED_MODULE_1__/* .encode */ .lF)((0,_der_js__WEBPACK_IMPORTED_MODULE_1__/* .octetString */ .J8)(identifier)) };
}
/** Authority key identifier: the CA's own subject key identifier as `[0] keyIdentifier`, nothing else. */
function authorityKeyIdentifier(identifier) {
    return {
        oid: _oids_js__WEBPACK_IMPORTED_MODULE_2__/* .oids */ .S.authorityKeyIdentifier,
        critical: false,
        value: (0,_der_js__WEBPACK_IMPORTED_MODULE_1__/* .encode */ .lF)((0,_der_js__WEBPACK_IMPORTED_MODULE_1__/* .sequence */ .K2)((0,_der_js__WEBPACK_IMPORTED_MODULE_1__/* .implicit */ .AS)(0, identifier))),
    };
}
/** Subject alternative names in the order given; not critical, since the subject is never empty. */
function subjectAltName(names) {
    const generalNames = names.map((name) => 
    // RFC 5280, 4.2.1.6: dNSName is [2], iPAddress is [7].
    name.type === 'DNS' ? (0,_der_js__WEBPACK_IMPORTED_MODULE_1__/* .implicit */ .AS)(2, Buffer.from(name.value, 'latin1')) : (0,_der_js__WEBPACK_IMPORTED_MODULE_1__/* .implicit */ .AS)(7, name.bytes));
    return { oid: _oids_js__WEBPACK_IMPORTED_MODULE_2__/* .oids */ .S.subjectAltName, critical: false, value: (0,_der_js__WEBPACK_IMPORTED_MODULE_1__/* .encode */ .lF)((0,_der_js__WEBPACK_IMPORTED_MODULE_1__/* .sequence */ .K2)(...generalNames)) };
}


/***/ }),

/***/ 56624:
/***/ ((__unused_webpack_module, __webpack_exports__, __webpack_require__) => {

/* harmony export */ __webpack_require__.d(__webpack_exports__, {
/* harmony export */   PX: () => (/* binding */ certificateEnd),
/* harmony export */   ow: () => (/* binding */ inspectCertificate),
/* harmony export */   pX: () => (/* binding */ fingerprintsIn)
/* harmony export */ });
/* harmony import */ var node_crypto__WEBPACK_IMPORTED_MODULE_0__ = __webpack_require__(77598);
/* harmony import */ var node_crypto__WEBPACK_IMPORTED_MODULE_0___default = /*#__PURE__*/__webpack_require__.n(node_crypto__WEBPACK_IMPORTED_MODULE_0__);
/* harmony import */ var _alt_names_js__WEBPACK_IMPORTED_MODULE_1__ = __webpack_require__(11630);
/* harmony import */ var _der_js__WEBPACK_IMPORTED_MODULE_2__ = __webpack_require__(52787);
/* harmony import */ var _extension_values_js__WEBPACK_IMPORTED_MODULE_3__ = __webpack_require__(73052);
/* harmony import */ var _keys_js__WEBPACK_IMPORTED_MODULE_4__ = __webpack_require__(34390);
/* harmony import */ var _oids_js__WEBPACK_IMPORTED_MODULE_5__ = __webpack_require__(90291);
/* harmony import */ var _pem_js__WEBPACK_IMPORTED_MODULE_6__ = __webpack_require__(52166);
/* harmony import */ var _structure_js__WEBPACK_IMPORTED_MODULE_7__ = __webpack_require__(82389);








/**
 * Tells what the first certificate of a PEM text says.
 *
 * @throws Error when the text holds no certificate or one of which a part cannot be read.
 */
function inspectCertificate(pem) {
    const certificate = new node_crypto__WEBPACK_IMPORTED_MODULE_0__.X509Certificate(pem);
    const structure = (0,_structure_js__WEBPACK_IMPORTED_MODULE_7__/* .parseStructure */ .V)(certificate.raw);
    const signatureOid = (0,_der_js__WEBPACK_IMPORTED_MODULE_2__/* .children */ .Y_)(structure.signatureAlgorithm)[0];
    return {
        subject: oneLine(certificate.subject),
        issuer: oneLine(certificate.issuer),
        serial: structure.serial,
        notBefore: moment(certificate.validFromDate),
        notAfter: moment(certificate.validToDate),
        sans: (0,_extension_values_js__WEBPACK_IMPORTED_MODULE_3__/* .altNamesOf */ .Bc)(structure).map(_alt_names_js__WEBPACK_IMPORTED_MODULE_1__/* .formatAltName */ .Q2),
        keyUsages: (0,_extension_values_js__WEBPACK_IMPORTED_MODULE_3__/* .keyUsagesOf */ .ZG)(structure),
        extendedKeyUsages: (0,_extension_values_js__WEBPACK_IMPORTED_MODULE_3__/* .extendedKeyUsagesOf */ .yz)(structure),
        isCa: (0,_extension_values_js__WEBPACK_IMPORTED_MODULE_3__/* .isCa */ .Jm)(structure),
        subjectKeyIdentifier: (0,_extension_values_js__WEBPACK_IMPORTED_MODULE_3__/* .subjectKeyIdentifierOf */ .w7)(structure)?.toString('hex'),
        authorityKeyIdentifier: (0,_extension_values_js__WEBPACK_IMPORTED_MODULE_3__/* .authorityKeyIdentifierOf */ .Vj)(structure)?.toString('hex'),
        keyAlgorithm: (0,_keys_js__WEBPACK_IMPORTED_MODULE_4__/* .describeKey */ .Rx)(certificate.publicKey),
        signatureAlgorithm: signatureOid === undefined ? 'unknown' : (0,_oids_js__WEBPACK_IMPORTED_MODULE_5__/* .oidName */ .y)((0,_der_js__WEBPACK_IMPORTED_MODULE_2__/* .dotted */ .Bs)(signatureOid)),
        extensions: structure.extensions.map(({ oid, critical }) => ({ name: (0,_oids_js__WEBPACK_IMPORTED_MODULE_5__/* .oidName */ .y)(oid), critical })),
        fingerprint: certificate.fingerprint256,
        publicKeySha256: (0,node_crypto__WEBPACK_IMPORTED_MODULE_0__.createHash)('sha256').update((0,_der_js__WEBPACK_IMPORTED_MODULE_2__/* .encode */ .lF)(structure.subjectPublicKeyInfo)).digest('hex'),
    };
}
/** When the first certificate of a PEM text ends; undefined where there is no certificate that can be read. */
function certificateEnd(pem) {
    try {
        return pem === undefined ? undefined : inspectCertificate(pem).notAfter;
    }
    catch {
        return undefined;
    }
}
/** OpenSSL reads a certificate whose dates are none. */
function moment(date) {
    if (Number.isNaN(date.getTime()))
        throw new Error('one of its dates cannot be read');
    return date;
}
/** node:crypto gives one line per part of the name, and undefined for an empty name. */
function oneLine(name) {
    return (name ?? '').replaceAll('\n', ', ');
}
/** SHA-256 of every certificate in a PEM text, as a server trusts them all; what is no certificate is passed over. */
function fingerprintsIn(pem) {
    return (0,_pem_js__WEBPACK_IMPORTED_MODULE_6__/* .decodePem */ .xr)(pem).flatMap(({ type, text }) => {
        if (type !== 'CERTIFICATE')
            return [];
        try {
            return [new node_crypto__WEBPACK_IMPORTED_MODULE_0__.X509Certificate(text).fingerprint256];
        }
        catch {
            return [];
        }
    });
}


/***/ }),

/***/ 69446:
/***/ ((__unused_webpack_module, __webpack_exports__, __webpack_require__) => {

/* harmony export */ __webpack_require__.d(__webpack_exports__, {
/* harmony export */   D: () => (/* binding */ parseIpAddress),
/* harmony export */   b: () => (/* binding */ formatIpAddress)
/* harmony export */ });
/* harmony import */ var node_net__WEBPACK_IMPORTED_MODULE_0__ = __webpack_require__(77030);
/* harmony import */ var node_net__WEBPACK_IMPORTED_MODULE_0___default = /*#__PURE__*/__webpack_require__.n(node_net__WEBPACK_IMPORTED_MODULE_0__);

/**
 * Gives the 4 or 16 bytes of an IP address, or undefined when the text is not one.
 *
 * Reads what kubeadm reads (k8s.io/utils/net, ParseIPSloppy): decimal parts with leading zeros are decimal, an
 * IPv4-mapped IPv6 address is the IPv4 address, a zone (`fe80::1%eth0`) makes it no address.
 */
function parseIpAddress(text) {
    const withoutZeros = text.replace(/^\d+(\.\d+){3}$/, (quad) => quad.split('.').map(Number).join('.'));
    if ((0,node_net__WEBPACK_IMPORTED_MODULE_0__.isIPv4)(withoutZeros))
        return Buffer.from(withoutZeros.split('.').map(Number));
    if (!(0,node_net__WEBPACK_IMPORTED_MODULE_0__.isIPv6)(text) || text.includes('%'))
        return undefined;
    const bytes = parseIpv6(text);
    return bytes.subarray(0, 12).equals(mappedPrefix) ? bytes.subarray(12) : bytes;
}
/** Gives the canonical text of 4 or 16 address bytes (RFC 5952 for IPv6). */
function formatIpAddress(bytes) {
    if (bytes.length === 4)
        return bytes.join('.');
    const hex = Buffer.from(bytes).toString('hex');
    const address = (hex.match(/.{4}/g) ?? []).join(':');
    return new node_net__WEBPACK_IMPORTED_MODULE_0__.SocketAddress({ address, family: 'ipv6' }).address;
}
const mappedPrefix = Buffer.from('00000000000000000000ffff', 'hex');
/** @param text a valid IPv6 address without a zone. */
function parseIpv6(text) {
    const [head = '', tail] = text.split('::');
    const before = groups(head);
    const after = groups(tail ?? '');
    return Buffer.concat([before, Buffer.alloc(16 - before.length - after.length), after]);
}
/** Gives the bytes of colon-separated groups, of which the last may be a dotted IPv4 address. */
function groups(part) {
    if (part === '')
        return Buffer.alloc(0);
    return Buffer.concat(part
        .split(':')
        .map((group) => group.includes('.')
        ? Buffer.from(group.split('.').map(Number))
        : Buffer.from(group.padStart(4, '0'), 'hex')));
}


/***/ }),

/***/ 34390:
/***/ ((__unused_webpack_module, __webpack_exports__, __webpack_require__) => {

/* harmony export */ __webpack_require__.d(__webpack_exports__, {
/* harmony export */   Im: () => (/* binding */ keyAlgorithms),
/* harmony export */   Rx: () => (/* binding */ describeKey),
/* harmony export */   Ux: () => (/* binding */ privateKeyToPem),
/* harmony export */   kc: () => (/* binding */ publicKeyOf),
/* harmony export */   rh: () => (/* binding */ generateKey)
/* harmony export */ });
/* harmony import */ var node_crypto__WEBPACK_IMPORTED_MODULE_0__ = __webpack_require__(77598);
/* harmony import */ var node_crypto__WEBPACK_IMPORTED_MODULE_0___default = /*#__PURE__*/__webpack_require__.n(node_crypto__WEBPACK_IMPORTED_MODULE_0__);
/* harmony import */ var node_util__WEBPACK_IMPORTED_MODULE_1__ = __webpack_require__(57975);
/* harmony import */ var node_util__WEBPACK_IMPORTED_MODULE_1___default = /*#__PURE__*/__webpack_require__.n(node_util__WEBPACK_IMPORTED_MODULE_1__);
/* harmony import */ var _pem_js__WEBPACK_IMPORTED_MODULE_2__ = __webpack_require__(52166);



/** The key algorithms of kubeadm's `encryptionAlgorithm` (v1beta4), by kubeadm's own names. */
const keyAlgorithms = ['RSA-2048', 'RSA-3072', 'RSA-4096', 'ECDSA-P256', 'ECDSA-P384'];
const generate = (0,node_util__WEBPACK_IMPORTED_MODULE_1__.promisify)(node_crypto__WEBPACK_IMPORTED_MODULE_0__.generateKeyPair);
/**
 * Makes a new private key. Several calls at once use the thread pool, so they do not wait for each other.
 *
 * RSA keys have the public exponent 65537, as Go's rsa.GenerateKey.
 */
async function generateKey(algorithm) {
    const { privateKey } = await generatePair(algorithm);
    return privateKey;
}
function generatePair(algorithm) {
    switch (algorithm) {
        case 'RSA-2048':
            return generate('rsa', { modulusLength: 2048 });
        case 'RSA-3072':
            return generate('rsa', { modulusLength: 3072 });
        case 'RSA-4096':
            return generate('rsa', { modulusLength: 4096 });
        case 'ECDSA-P256':
            return generate('ec', { namedCurve: 'P-256' });
        case 'ECDSA-P384':
            return generate('ec', { namedCurve: 'P-384' });
    }
}
/**
 * Gives a private key as kubeadm writes it (client-go, keyutil.MarshalPrivateKeyToPEM): `RSA PRIVATE KEY` (PKCS#1) or
 * `EC PRIVATE KEY` (SEC 1).
 *
 * @throws Error for a key that is neither RSA nor EC.
 */
function privateKeyToPem(key) {
    switch (key.asymmetricKeyType) {
        case 'rsa':
            return (0,_pem_js__WEBPACK_IMPORTED_MODULE_2__/* .encodePem */ .TS)('RSA PRIVATE KEY', key.export({ type: 'pkcs1', format: 'der' }));
        case 'ec':
            return (0,_pem_js__WEBPACK_IMPORTED_MODULE_2__/* .encodePem */ .TS)('EC PRIVATE KEY', key.export({ type: 'sec1', format: 'der' }));
        default:
            throw new Error(`a ${key.asymmetricKeyType ?? 'secret'} key has no form that kubeadm writes`);
    }
}
/** Gives the public half of a private key. */
function publicKeyOf(privateKey) {
    return (0,node_crypto__WEBPACK_IMPORTED_MODULE_0__.createPublicKey)(privateKey);
}
/** Gives kubeadm's kind of name for a key: `RSA-2048`, `ECDSA-P256`, or the bare type for others (`ed25519`). */
function describeKey(key) {
    const { modulusLength, namedCurve } = key.asymmetricKeyDetails ?? {};
    switch (key.asymmetricKeyType) {
        case 'rsa':
            return `RSA-${modulusLength ?? 0}`;
        case 'ec':
            return `ECDSA-${curveNames.get(namedCurve ?? '') ?? namedCurve ?? 'explicit parameters'}`;
        default:
            return key.asymmetricKeyType ?? 'unknown';
    }
}
/** OpenSSL's names of the curves that Go's crypto/x509 signs with, and their NIST names. */
const curveNames = new Map([
    ['prime256v1', 'P256'],
    ['secp384r1', 'P384'],
    ['secp521r1', 'P521'],
]);


/***/ }),

/***/ 90291:
/***/ ((__unused_webpack_module, __webpack_exports__, __webpack_require__) => {

/* harmony export */ __webpack_require__.d(__webpack_exports__, {
/* harmony export */   S: () => (/* binding */ oids),
/* harmony export */   y: () => (/* binding */ oidName)
/* harmony export */ });
/** Object identifiers of the X.509 fields that kubeadm's etcd certificates are made of (RFC 5280, RFC 5480, RFC 8017). */
const oids = {
    commonName: '2.5.4.3',
    rsaEncryption: '1.2.840.113549.1.1.1',
    ecPublicKey: '1.2.840.10045.2.1',
    sha256WithRsa: '1.2.840.113549.1.1.11',
    ecdsaWithSha256: '1.2.840.10045.4.3.2',
    ecdsaWithSha384: '1.2.840.10045.4.3.3',
    ecdsaWithSha512: '1.2.840.10045.4.3.4',
    subjectKeyIdentifier: '2.5.29.14',
    keyUsage: '2.5.29.15',
    subjectAltName: '2.5.29.17',
    basicConstraints: '2.5.29.19',
    nameConstraints: '2.5.29.30',
    crlDistributionPoints: '2.5.29.31',
    certificatePolicies: '2.5.29.32',
    policyMappings: '2.5.29.33',
    authorityKeyIdentifier: '2.5.29.35',
    policyConstraints: '2.5.29.36',
    extendedKeyUsage: '2.5.29.37',
    inhibitAnyPolicy: '2.5.29.54',
    anyExtendedKeyUsage: '2.5.29.37.0',
    serverAuth: '1.3.6.1.5.5.7.3.1',
    clientAuth: '1.3.6.1.5.5.7.3.2',
};
const names = new Map(Object.entries(oids).map(([name, oid]) => [oid, name]));
/** Gives the name of an object identifier for messages and reports, or its dotted form when it is not one of ours. */
function oidName(oid) {
    return names.get(oid) ?? oid;
}


/***/ }),

/***/ 99107:
/***/ ((__unused_webpack_module, __webpack_exports__, __webpack_require__) => {

/* harmony export */ __webpack_require__.d(__webpack_exports__, {
/* harmony export */   $: () => (/* binding */ readPrivateKey),
/* harmony export */   j: () => (/* binding */ readCertificates)
/* harmony export */ });
/* harmony import */ var node_crypto__WEBPACK_IMPORTED_MODULE_0__ = __webpack_require__(77598);
/* harmony import */ var node_crypto__WEBPACK_IMPORTED_MODULE_0___default = /*#__PURE__*/__webpack_require__.n(node_crypto__WEBPACK_IMPORTED_MODULE_0__);
/* harmony import */ var _findings_js__WEBPACK_IMPORTED_MODULE_1__ = __webpack_require__(81001);
/* harmony import */ var _inspect_js__WEBPACK_IMPORTED_MODULE_2__ = __webpack_require__(56624);
/* harmony import */ var _pem_js__WEBPACK_IMPORTED_MODULE_3__ = __webpack_require__(52166);




/** Reads the certificates of a PEM text, at least one, each once, in their order. Text around them is dropped. */
function readCertificates(source) {
    if (source.text.length > _pem_js__WEBPACK_IMPORTED_MODULE_3__/* .MOST_PEM_CHARACTERS */ .C0)
        return refuse(source, TOO_LONG);
    const blocks = (0,_pem_js__WEBPACK_IMPORTED_MODULE_3__/* .decodePem */ .xr)(source.text);
    const key = blocks.find(isKey);
    if (key !== undefined) {
        return refuse(source, {
            fact: `There is a private key in it (${key.type}).`,
            cause: 'certificate and key were swapped or pasted together.',
            fix: 'Give the certificate alone. Certificates are shown in logs: if this text was not kept as a secret, others may know the key.',
        });
    }
    const found = blocks.filter((block) => block.type === 'CERTIFICATE');
    try {
        // Written anew from its bytes: a text that OpenSSL reads can still be one that Go's decoder does not.
        const pems = new Map(found.map(({ bytes }) => [(0,_pem_js__WEBPACK_IMPORTED_MODULE_3__/* .encodePem */ .TS)('CERTIFICATE', bytes), bytes]));
        const [first, ...others] = [...pems].map(([pem, der]) => ({
            certificate: wholeCertificate(pem, der),
            pem,
        }));
        if (first === undefined)
            return refuse(source, noBlock(source, blocks, 'CERTIFICATE'));
        return accept([first, ...others]);
    }
    catch (error) {
        return refuse(source, unreadable('certificate', error));
    }
}
/**
 * OpenSSL takes some parts of a certificate apart only when they are asked for, and passes over what stands behind it.
 *
 * @throws Error when a part cannot be read, or the bytes are not those of the certificate that was read.
 */
function wholeCertificate(pem, der) {
    const certificate = new node_crypto__WEBPACK_IMPORTED_MODULE_0__.X509Certificate(pem);
    const { raw } = certificate;
    if (!raw.equals(der)) {
        throw new Error(der.subarray(0, raw.length).equals(raw)
            ? `${der.length - raw.length} bytes stand behind the certificate`
            : 'it is not written in DER');
    }
    (0,_inspect_js__WEBPACK_IMPORTED_MODULE_2__/* .inspectCertificate */ .ow)(pem);
    return certificate;
}
/** Reads the first private key of a PEM text: PKCS#8, PKCS#1 or SEC 1, not encrypted. */
function readPrivateKey(source) {
    if (source.text.length > _pem_js__WEBPACK_IMPORTED_MODULE_3__/* .MOST_PEM_CHARACTERS */ .C0)
        return refuse(source, TOO_LONG);
    const blocks = (0,_pem_js__WEBPACK_IMPORTED_MODULE_3__/* .decodePem */ .xr)(source.text);
    // `openssl ecparam -genkey` writes EC PARAMETERS before the key.
    const key = blocks.find(isKey);
    if (key === undefined)
        return refuse(source, noBlock(source, blocks, 'PRIVATE KEY'));
    if (key.hasHeaders || key.type === 'ENCRYPTED PRIVATE KEY') {
        return refuse(source, {
            fact: 'The key is encrypted with a passphrase, and kubeadm reads only keys that are not.',
            fix: 'Decrypt it with `openssl pkey -in FILE` and give the output.',
        });
    }
    if (key.type === 'OPENSSH PRIVATE KEY') {
        return refuse(source, {
            fact: 'It is an OpenSSH key.',
            cause: "the SSH key was given in place of the CA's.",
            fix: 'Give the key that belongs to the CA certificate (etcd/ca.key).',
        });
    }
    try {
        return accept((0,node_crypto__WEBPACK_IMPORTED_MODULE_0__.createPrivateKey)(key.text));
    }
    catch (error) {
        return refuse(source, unreadable('private key', error));
    }
}
const TOO_LONG = {
    fact: `It has more than ${_pem_js__WEBPACK_IMPORTED_MODULE_3__/* .MOST_PEM_CHARACTERS */ .C0 / 1024} KiB, and no certificate, chain or key is that long.`,
    cause: 'it is the wrong file, or all the CAs that a system trusts.',
    fix: 'Give the certificate of the CA, with those above it at most, or its key.',
};
function isKey(block) {
    return block.type.endsWith('PRIVATE KEY');
}
function noBlock(source, blocks, wanted) {
    if (blocks.length > 0) {
        const found = [...new Set(blocks.map((block) => block.type))].join(', ');
        return {
            fact: `There is no ${wanted} in it but: ${found}.`,
            cause: 'it is the wrong file.',
            fix: `Give the PEM text of the ${wanted}.`,
        };
    }
    if (source.text.includes('-----BEGIN ')) {
        return {
            fact: 'It has a BEGIN line but no whole PEM block.',
            cause: 'its line breaks were lost (one line, or literal \\n), or its end was cut off.',
            fix: "Give the file's text unchanged, with its line breaks.",
        };
    }
    const convert = wanted === 'CERTIFICATE' ? 'openssl x509' : 'openssl pkey';
    return {
        fact: 'It is not PEM.',
        cause: "a file's path, base64 text or a binary (DER) file was given in place of the PEM text.",
        fix: `Give the contents of the PEM file; a DER file is converted with \`${convert} -inform der -in FILE\`.`,
    };
}
function unreadable(what, error) {
    return {
        fact: `The ${what} cannot be read (${(0,_findings_js__WEBPACK_IMPORTED_MODULE_1__/* .errorMessage */ .gJ)(error)}).`,
        cause: 'the text was cut off or changed when it was copied.',
        fix: "Give the file's text unchanged.",
    };
}
function accept(value) {
    return { value, findings: [] };
}
function refuse(source, reason) {
    return { findings: [{ at: source.name, ...reason }] };
}


/***/ }),

/***/ 52166:
/***/ ((__unused_webpack_module, __webpack_exports__, __webpack_require__) => {

/* harmony export */ __webpack_require__.d(__webpack_exports__, {
/* harmony export */   C0: () => (/* binding */ MOST_PEM_CHARACTERS),
/* harmony export */   TS: () => (/* binding */ encodePem),
/* harmony export */   xr: () => (/* binding */ decodePem)
/* harmony export */ });
/* harmony import */ var _pem_marks_js__WEBPACK_IMPORTED_MODULE_0__ = __webpack_require__(42093);

/** Gives a PEM text exactly as Go's pem.Encode writes it: 64 columns, one line feed at the end. */
function encodePem(type, bytes) {
    const lines = Buffer.from(bytes)
        .toString('base64')
        .match(/.{1,64}/g) ?? [];
    return [`-----BEGIN ${type}-----`, ...lines, `-----END ${type}-----`, ''].join('\n');
}
/**
 * Characters that a file of certificates or a key may have: many times what the largest has. Hosts send such files, and no
 * host is to decide how long the runner works on one.
 */
const MOST_PEM_CHARACTERS = 256 * 1024;
/**
 * Gives the blocks of a PEM text in their order. Text around the blocks is passed over, as Go's pem.Decode does:
 * `openssl x509 -text` writes such files. Takes time in proportion to the text, whatever it holds.
 */
function decodePem(pem) {
    return (0,_pem_marks_js__WEBPACK_IMPORTED_MODULE_0__/* .pemSpans */ .k)(pem, ({ end }) => endsLine(pem, end)).flatMap((span) => {
        if (!span.isClosed)
            return [];
        const body = pem.slice(span.bodyStart, span.bodyEnd);
        const hasHeaders = body.includes(':');
        const bytes = hasHeaders ? Buffer.alloc(0) : Buffer.from(body, 'base64');
        return [{ type: span.label, text: pem.slice(span.start, span.end), hasHeaders, bytes }];
    });
}
/** Whether only blanks stand before the next line break. */
function endsLine(pem, at) {
    const lineBreak = /[ \t]*\r?\n/y;
    lineBreak.lastIndex = at;
    return lineBreak.test(pem);
}


/***/ }),

/***/ 66232:
/***/ ((__unused_webpack_module, __webpack_exports__, __webpack_require__) => {

/* harmony export */ __webpack_require__.d(__webpack_exports__, {
/* harmony export */   X: () => (/* binding */ KUBEADM_POLICY)
/* harmony export */ });
/* harmony import */ var _validity_js__WEBPACK_IMPORTED_MODULE_0__ = __webpack_require__(29540);

/** What kubeadm does if nobody says otherwise (v1beta4, defaults.go). */
const KUBEADM_POLICY = {
    keyAlgorithm: 'RSA-2048',
    leafDays: _validity_js__WEBPACK_IMPORTED_MODULE_0__/* .KUBEADM_LEAF_DAYS */ .HL,
    authorityDays: _validity_js__WEBPACK_IMPORTED_MODULE_0__/* .KUBEADM_AUTHORITY_DAYS */ .m,
    extraSans: [],
};


/***/ }),

/***/ 22127:
/***/ ((__unused_webpack_module, __webpack_exports__, __webpack_require__) => {


// EXPORTS
__webpack_require__.d(__webpack_exports__, {
  sv: () => (/* binding */ AuthorityError),
  AS: () => (/* binding */ readAuthority),
  zF: () => (/* binding */ readAuthorityOfHost),
  f1: () => (/* binding */ readSigningAuthority)
});

// EXTERNAL MODULE: ./src/findings.ts
var findings = __webpack_require__(81001);
// EXTERNAL MODULE: ./src/pki/authority-findings.ts + 12 modules
var authority_findings = __webpack_require__(10961);
// EXTERNAL MODULE: ./src/pki/authority.ts
var pki_authority = __webpack_require__(3133);
;// CONCATENATED MODULE: ./src/pki/chain.ts
/** Finds the certificates above a CA among others, in whatever order those are. */
function chainAbove(authority, others) {
    const issuers = [];
    const strangers = [...others];
    for (let lower = authority;;) {
        const at = isSelfSigned(lower) ? -1 : strangers.findIndex((other) => hasSigned(other, lower));
        const [issuer] = at < 0 ? [] : strangers.splice(at, 1);
        if (issuer === undefined)
            return { issuers, strangers };
        issuers.push(issuer);
        lower = issuer;
    }
}
function isSelfSigned(certificate) {
    return hasSigned(certificate, certificate);
}
function hasSigned(issuer, certificate) {
    return certificate.issuer === issuer.subject && certificate.verify(issuer.publicKey);
}

// EXTERNAL MODULE: ./src/pki/pem-input.ts
var pem_input = __webpack_require__(99107);
;// CONCATENATED MODULE: ./src/pki/read-authority.ts





/** A CA that was brought by the user or found on a host cannot be used. */
class AuthorityError extends Error {
    name = 'AuthorityError';
    /** Everything that is wrong with certificate and key. */
    reasons;
    constructor(reasons) {
        super(reasons.map(findings/* describeFinding */.jb).join('\n'));
        this.reasons = reasons;
    }
}
/**
 * Reads the CA certificate of a host, whose key is not needed: the first of its file, as kubeadm does (pki_helpers.go,
 * TryLoadCertFromDisk). Whatever else is in the file, etcd trusts as well.
 *
 * A CA that is not self-signed is accepted, as kubeadm and etcd accept it; node:tls verifies against it only with
 * `allowPartialTrustChain: true`.
 *
 * @throws AuthorityError with all findings.
 */
function readAuthority(source, now) {
    const read = (0,pem_input/* readCertificates */.j)(source);
    if (read.value === undefined)
        throw new AuthorityError(read.findings);
    const [{ certificate }] = read.value;
    throwIf(ownFindings(source.name, certificate, now));
    return (0,pki_authority/* authorityOf */.vO)(textOf(read.value));
}
/**
 * Reads the CA of a host with its private key.
 *
 * @throws AuthorityError with all findings of both.
 */
function readAuthorityOfHost(source, key, now) {
    const certificates = (0,pem_input/* readCertificates */.j)(source);
    const readKey = (0,pem_input/* readPrivateKey */.$)(key);
    const found = certificates.value?.[0];
    throwIf([
        ...certificates.findings,
        ...readKey.findings,
        ...(found === undefined ? [] : ownFindings(source.name, found.certificate, now)),
        ...(readKey.value === undefined ? [] : (0,authority_findings/* keyFindings */.se)(key.name, readKey.value)),
        ...(found === undefined || readKey.value === undefined
            ? []
            : pairFindings(source.name, [found], key.name, readKey.value)),
    ]);
    if (certificates.value === undefined || readKey.value === undefined)
        throw new Error('what cannot be read has findings');
    return { ...(0,pki_authority/* authorityOf */.vO)(textOf(certificates.value)), key: readKey.value };
}
/**
 * Reads a CA that somebody brings: its certificate, with or without those above it and in any order, and its private key,
 * which tells it from the others. Hosts get its certificate alone: etcd takes every client that any certificate in ca.crt
 * vouches for, so a root in there would let in whoever has a certificate from anywhere below that root.
 *
 * @throws AuthorityError with all findings of both.
 */
function readSigningAuthority(source, key, now) {
    const certificates = (0,pem_input/* readCertificates */.j)(source);
    const readKey = (0,pem_input/* readPrivateKey */.$)(key);
    const found = certificates.value ?? [];
    const own = found.find(({ certificate }) => readKey.value !== undefined && certificate.checkPrivateKey(readKey.value));
    const authority = own ?? found[0];
    throwIf([
        ...certificates.findings,
        ...readKey.findings,
        ...(authority === undefined ? [] : ownFindings(source.name, authority.certificate, now)),
        ...(readKey.value === undefined ? [] : (0,authority_findings/* keyFindings */.se)(key.name, readKey.value)),
        ...(readKey.value === undefined ? [] : pairFindings(source.name, found, key.name, readKey.value)),
        ...(own === undefined ? [] : othersFindings(source.name, own, found, now)),
    ]);
    if (authority === undefined || readKey.value === undefined)
        throw new Error('what cannot be read has findings');
    return { ...(0,pki_authority/* authorityOf */.vO)(authority.pem), key: readKey.value };
}
function textOf(certificates) {
    return certificates.map(({ pem }) => pem).join('');
}
function throwIf(findings) {
    if (findings.length > 0)
        throw new AuthorityError(findings);
}
function ownFindings(at, certificate, now) {
    return [...(0,authority_findings/* authorityFindings */.m4)(at, certificate, now), ...(0,authority_findings/* nameFindings */.Sy)(at, certificate, authority_findings/* NAMES_OF_ALL */.Lv)];
}
/** What stands beside the CA's certificate has to stand above it. */
function othersFindings(at, authority, found, now) {
    const others = found.filter((one) => one !== authority).map(({ certificate }) => certificate);
    const { issuers, strangers } = chainAbove(authority.certificate, others);
    return [
        ...(0,authority_findings/* issuerFindings */.cV)(at, issuers, now),
        ...strangers.map((stranger) => ({
            at,
            fact: `It holds a certificate that has nothing to do with the CA: ${nameOf(stranger)}. The key belongs to ${nameOf(authority.certificate)}.`,
            cause: 'it is a bundle of an old and a new CA, or of everything that somebody trusts.',
            fix: 'Give the certificate of the CA that the key belongs to, and at most those above it, up to the root.',
        })),
    ];
}
function nameOf({ subject }) {
    return subject.replaceAll('\n', ', ');
}
function pairFindings(certificateName, certificates, keyName, key) {
    if (certificates.length === 0 || certificates.some(({ certificate }) => certificate.checkPrivateKey(key)))
        return [];
    return [
        {
            at: keyName,
            fact: certificates.length === 1
                ? `The key does not belong to ${certificateName}: their public keys differ.`
                : `The key does not belong to ${certificateName}, to none of the ${certificates.length} certificates in it.`,
            cause: 'one of the two is of an older CA.',
            fix: 'Give the key that the certificate was made with.',
        },
    ];
}


/***/ }),

/***/ 65802:
/***/ ((__unused_webpack_module, __webpack_exports__, __webpack_require__) => {

/* harmony export */ __webpack_require__.d(__webpack_exports__, {
/* harmony export */   Y: () => (/* binding */ randomSerial)
/* harmony export */ });
/* harmony import */ var node_crypto__WEBPACK_IMPORTED_MODULE_0__ = __webpack_require__(77598);
/* harmony import */ var node_crypto__WEBPACK_IMPORTED_MODULE_0___default = /*#__PURE__*/__webpack_require__.n(node_crypto__WEBPACK_IMPORTED_MODULE_0__);

/** One less than the largest int64: kubeadm's serial numbers stay below it. */
const limit = 2n ** 63n - 2n;
/**
 * Gives a serial number as kubeadm's NewSignedCert draws it: uniform in [1, 2^63 - 1).
 *
 * @param random source of random bytes, for tests.
 */
function randomSerial(random = node_crypto__WEBPACK_IMPORTED_MODULE_0__.randomBytes) {
    for (;;) {
        // Drawing 63 bits and throwing away the rare value out of range keeps the distribution uniform.
        const drawn = Buffer.from(random(8)).readBigUInt64BE() >> 1n;
        if (drawn < limit)
            return drawn + 1n;
    }
}


/***/ }),

/***/ 82389:
/***/ ((__unused_webpack_module, __webpack_exports__, __webpack_require__) => {

/* harmony export */ __webpack_require__.d(__webpack_exports__, {
/* harmony export */   N: () => (/* binding */ extensionValue),
/* harmony export */   V: () => (/* binding */ parseStructure)
/* harmony export */ });
/* harmony import */ var _der_js__WEBPACK_IMPORTED_MODULE_0__ = __webpack_require__(52787);

/**
 * Takes a certificate apart (RFC 5280, 4.1).
 *
 * @throws Error when the bytes are not a DER-encoded certificate.
 */
function parseStructure(der) {
    const fields = (0,_der_js__WEBPACK_IMPORTED_MODULE_0__/* .children */ .Y_)(at((0,_der_js__WEBPACK_IMPORTED_MODULE_0__/* .children */ .Y_)((0,_der_js__WEBPACK_IMPORTED_MODULE_0__/* .decode */ .D4)(der)), 0));
    const hasVersion = fields[0] !== undefined && (0,_der_js__WEBPACK_IMPORTED_MODULE_0__/* .isContext */ .aE)(fields[0], 0);
    const [serial, signatureAlgorithm, issuer, validity, subject, subjectPublicKeyInfo, ...rest] = hasVersion
        ? fields.slice(1)
        : fields;
    if (!serial || !signatureAlgorithm || !issuer || !validity || !subject || !subjectPublicKeyInfo) {
        throw new Error('the certificate lacks a field');
    }
    const times = (0,_der_js__WEBPACK_IMPORTED_MODULE_0__/* .children */ .Y_)(validity);
    const extensions = rest.find((field) => (0,_der_js__WEBPACK_IMPORTED_MODULE_0__/* .isContext */ .aE)(field, 3));
    return {
        version: hasVersion ? (0,_der_js__WEBPACK_IMPORTED_MODULE_0__/* .content */ .Qs)(at((0,_der_js__WEBPACK_IMPORTED_MODULE_0__/* .children */ .Y_)(at(fields, 0)), 0)).readUInt8() + 1 : 1,
        serial: BigInt.asIntN((0,_der_js__WEBPACK_IMPORTED_MODULE_0__/* .content */ .Qs)(serial).length * 8, BigInt(`0x${(0,_der_js__WEBPACK_IMPORTED_MODULE_0__/* .content */ .Qs)(serial).toString('hex')}`)),
        signatureAlgorithm,
        issuer,
        notBefore: at(times, 0),
        notAfter: at(times, 1),
        subject,
        subjectPublicKeyInfo,
        extensions: extensions === undefined ? [] : (0,_der_js__WEBPACK_IMPORTED_MODULE_0__/* .children */ .Y_)(at((0,_der_js__WEBPACK_IMPORTED_MODULE_0__/* .children */ .Y_)(extensions), 0)).map(parseExtension),
    };
}
/** Gives the DER value of an extension, or undefined when the certificate does not have it. */
function extensionValue(structure, oid) {
    return structure.extensions.find((extension) => extension.oid === oid)?.value;
}
function parseExtension(extension) {
    const [oid, second, third] = (0,_der_js__WEBPACK_IMPORTED_MODULE_0__/* .children */ .Y_)(extension);
    if (oid === undefined || second === undefined)
        throw new Error('an extension lacks its value');
    const critical = (0,_der_js__WEBPACK_IMPORTED_MODULE_0__/* .isBoolean */ .Lm)(second) && (0,_der_js__WEBPACK_IMPORTED_MODULE_0__/* .content */ .Qs)(second)[0] !== 0;
    return { oid: (0,_der_js__WEBPACK_IMPORTED_MODULE_0__/* .dotted */ .Bs)(oid), critical, value: (0,_der_js__WEBPACK_IMPORTED_MODULE_0__/* .content */ .Qs)(third ?? second) };
}
function at(values, index) {
    const value = values[index];
    if (value === undefined)
        throw new Error('the certificate lacks a field');
    return value;
}


/***/ }),

/***/ 29540:
/***/ ((__unused_webpack_module, __webpack_exports__, __webpack_require__) => {

/* harmony export */ __webpack_require__.d(__webpack_exports__, {
/* harmony export */   HL: () => (/* binding */ KUBEADM_LEAF_DAYS),
/* harmony export */   H_: () => (/* binding */ daysLeft),
/* harmony export */   IE: () => (/* binding */ MILLISECONDS_A_DAY),
/* harmony export */   bg: () => (/* binding */ validity),
/* harmony export */   m: () => (/* binding */ KUBEADM_AUTHORITY_DAYS),
/* harmony export */   qR: () => (/* binding */ backdate)
/* harmony export */ });
/** A day of 24 hours. */
const MILLISECONDS_A_DAY = 24 * 60 * 60 * 1000;
/** Days that kubeadm's leaf certificates are valid: one year (constants.go, CertificateValidityPeriod). */
const KUBEADM_LEAF_DAYS = 365;
/** Days that kubeadm's CA certificates are valid: ten years (constants.go, CACertificateValidityPeriod). */
const KUBEADM_AUTHORITY_DAYS = 3650;
/** Milliseconds by which certificates are backdated, so that small clock differences do not matter (CertificateBackdate). */
const backdate = 5 * 60 * 1000;
/**
 * Gives a certificate's validity as kubeadm counts it: the end is counted from the start of the run, not from the
 * backdated beginning (certlist.go, GetConfig).
 * @param days of 24 hours, whatever the calendar says.
 */
function validity(now, days) {
    return {
        notBefore: new Date(now.getTime() - backdate),
        notAfter: new Date(now.getTime() + days * MILLISECONDS_A_DAY),
    };
}
/** Gives the whole days until a certificate expires, rounded down: 0 on its last day, negative once it has expired. */
function daysLeft(notAfter, now) {
    return Math.floor((notAfter.getTime() - now.getTime()) / MILLISECONDS_A_DAY);
}


/***/ }),

/***/ 95645:
/***/ ((__unused_webpack_module, __webpack_exports__, __webpack_require__) => {

/* harmony export */ __webpack_require__.d(__webpack_exports__, {
/* harmony export */   AZ: () => (/* binding */ showUnseen),
/* harmony export */   eg: () => (/* binding */ unseenProblem),
/* harmony export */   s: () => (/* binding */ findUnseen),
/* harmony export */   sE: () => (/* binding */ foreignCharacter),
/* harmony export */   zG: () => (/* binding */ withoutUnseen)
/* harmony export */ });
/* unused harmony export nameOfCharacter */
/** Characters that are not seen, or are seen as a space and are none: format characters, separators, fillers. */
const UNSEEN = /[\p{DI}\p{Cf}\p{Zl}\p{Zp}\u2800]|(?! )\p{Zs}/u;
const ALL_UNSEEN = new RegExp(UNSEEN.source, 'gu');
/** What those are called that come with copied text (Unicode, names and aliases). */
const NAMES = new Map([
    ['\u00A0', 'no-break space'],
    ['\u00AD', 'soft hyphen'],
    ['\u200B', 'zero width space'],
    ['\u200C', 'zero width non-joiner'],
    ['\u200D', 'zero width joiner'],
    ['\u200E', 'left-to-right mark'],
    ['\u200F', 'right-to-left mark'],
    ['\u2009', 'thin space'],
    ['\u2010', 'hyphen'],
    ['\u2011', 'non-breaking hyphen'],
    ['\u2012', 'figure dash'],
    ['\u2013', 'en dash'],
    ['\u2014', 'em dash'],
    ['\u2018', 'left single quotation mark'],
    ['\u2019', 'right single quotation mark'],
    ['\u201C', 'left double quotation mark'],
    ['\u201D', 'right double quotation mark'],
    ['\u2024', 'one dot leader'],
    ['\u2028', 'line separator'],
    ['\u2029', 'paragraph separator'],
    ['\u202F', 'narrow no-break space'],
    ['\u2060', 'word joiner'],
    ['\u2212', 'minus sign'],
    ['\u3000', 'ideographic space'],
    ['\u3002', 'ideographic full stop'],
    ['\uFEFF', 'byte order mark'],
    ['\uFF0C', 'fullwidth comma'],
    ['\uFF0E', 'fullwidth full stop'],
    ['\uFF1A', 'fullwidth colon'],
]);
/** A character by its code point, with its name where it is a common one, for example `U+200B (zero width space)`. */
function nameOfCharacter(character) {
    const code = `U+${(character.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0')}`;
    const name = NAMES.get(character);
    return name === undefined ? code : `${code} (${name})`;
}
/** Where the first character stands that is not seen; nothing where all are. */
function findUnseen(text) {
    const found = UNSEEN.exec(text);
    return found === null ? undefined : { character: found[0], index: found.index };
}
/** A text without the characters that are not seen. */
function withoutUnseen(text) {
    return text.replaceAll(ALL_UNSEEN, '');
}
/** A text with its unseen characters as `<U+200B>`. */
function showUnseen(text) {
    return text.replaceAll(ALL_UNSEEN, (character) => `<${nameOfCharacter(character).split(' ', 1)[0] ?? ''}>`);
}
/** The first character that is not ASCII, by its code point: it may look like one that is. Nothing where there is none. */
function foreignCharacter(text) {
    const [character] = /[^\p{ASCII}]/u.exec(text) ?? [];
    return character === undefined ? undefined : nameOfCharacter(character);
}
/** What is told of a character that is not seen. @returns a finding without its place. */
function unseenProblem(character) {
    return {
        fact: `there is a character here that is not seen, or looks like a space: ${nameOfCharacter(character)}.`,
        cause: 'the text was copied from a web page, a chat or a word processor.',
        fix: 'type that part anew instead of pasting it; cat -A shows such characters of a file.',
    };
}


/***/ }),

/***/ 70036:
/***/ ((__unused_webpack_module, __webpack_exports__, __webpack_require__) => {

/* harmony export */ __webpack_require__.d(__webpack_exports__, {
/* harmony export */   CB: () => (/* binding */ textsOf),
/* harmony export */   MN: () => (/* binding */ folderInputs),
/* harmony export */   lW: () => (/* binding */ pathIn),
/* harmony export */   tO: () => (/* binding */ folderPathIn),
/* harmony export */   wQ: () => (/* binding */ fileInputs)
/* harmony export */ });
/** The inputs whose value may be the path of a file in the workspace, in place of its text. */
const fileInputs = ['inventory'];
/** The inputs whose value may be the path of a folder in the workspace, in place of what its files hold. */
const folderInputs = ['patches'];
/** The path that an input's value is: one line that ends as a file of YAML or JSON does. Anything else is text. */
function pathIn(value) {
    const path = value.trim();
    return /^[^\r\n{[]*\.(?:ya?ml|json)$/i.test(path) ? path : undefined;
}
/** The path of a folder that an input's value is: one line without a colon or a bracket. Anything else is text. */
function folderPathIn(value) {
    const path = value.trim();
    return /^[^\r\n{}[\]:]+$/.test(path) ? path : undefined;
}
/** What the files that could be read hold, in place of their paths. */
function textsOf(files) {
    const { inventory, patches } = files;
    return {
        ...(inventory !== undefined && 'text' in inventory && { inventory: inventory.text }),
        ...(patches !== undefined && 'files' in patches && { patches: JSON.stringify([...patches.files]) }),
    };
}


/***/ }),

/***/ 47181:
/***/ ((__unused_webpack_module, __webpack_exports__, __webpack_require__) => {


// EXPORTS
__webpack_require__.d(__webpack_exports__, {
  K: () => (/* binding */ readInputs),
  $: () => (/* binding */ readRunContext)
});

// EXTERNAL MODULE: external "node:crypto"
var external_node_crypto_ = __webpack_require__(77598);
// EXTERNAL MODULE: ./node_modules/@actions/core/lib/core.js + 7 modules
var core = __webpack_require__(33838);
// EXTERNAL MODULE: ./src/inputs/table.ts + 6 modules
var table = __webpack_require__(69477);
// EXTERNAL MODULE: ./src/runner.ts
var runner = __webpack_require__(74813);
// EXTERNAL MODULE: ./src/settings/quote.ts
var quote = __webpack_require__(77405);
;// CONCATENATED MODULE: ./src/settings/run-identity.ts
/** No name, address or commit of GitHub is longer; what a runner of another kind says may be anything. */
const mostCharacters = 200;
/**
 * Reads who runs this from the runner's variables (docs.github.com, "Variables reference"). Of a run that was started
 * again GITHUB_ACTOR is still who started it first.
 */
function readRunIdentity(environment, { attempt, nonce }) {
    const read = (name) => printable(environment[name] ?? '');
    const run = /^\d{1,20}$/.exec(environment['GITHUB_RUN_ID'] ?? '')?.[0] ?? '';
    const repository = read('GITHUB_REPOSITORY');
    return {
        id: `${run === '' ? 'local' : run}-${attempt}-${nonce}`,
        url: printable(pageOf(environment['GITHUB_SERVER_URL'] ?? '', repository, run, attempt)),
        actor: read('GITHUB_TRIGGERING_ACTOR') || read('GITHUB_ACTOR'),
        commit: read('GITHUB_SHA'),
        repository,
        workflow: read('GITHUB_WORKFLOW'),
    };
}
function pageOf(server, repository, run, attempt) {
    if (!/^https?:$/.test(URL.parse(server)?.protocol ?? '') || repository === '' || run === '')
        return '';
    return `${server.replace(/\/+$/, '')}/${repository}/actions/runs/${run}/attempts/${attempt}`;
}
/** Without control characters, line separators and the like, and cut. */
function printable(text) {
    return Array.from(text.replace(/[\p{C}\p{Zl}\p{Zp}]/gu, ''))
        .slice(0, mostCharacters)
        .join('');
}

;// CONCATENATED MODULE: ./src/settings/inputs.ts






/**
 * Reads the inputs from the environment as the runner sets it, and nothing else from there: no other variable can
 * stand in for an input. Secrets are masked before anything can fail; so is a private key that was passed through
 * the wrong input.
 * @param mask registers a secret with the runner's masker and our own.
 * @returns what was given by name, names that are no inputs included.
 */
function readInputs(mask) {
    const secrets = table/* inputNames */.vj.filter((name) => (0,table/* definitionOf */.Fg)(name).secret === true);
    const raw = Object.fromEntries(secrets.map((name) => [name, (0,core.getInput)(name, { trimWhitespace: false })]));
    Object.values(raw).forEach(mask);
    for (const name of givenNames()) {
        if (name in raw)
            continue;
        const value = (0,core.getInput)(name).trim();
        if ((0,quote/* holdsPrivateKey */.jc)(value))
            mask(value);
        raw[name] = value;
    }
    return raw;
}
function givenNames() {
    return Object.keys(process.env)
        .filter((variable) => variable.startsWith(runner/* INPUT_PREFIX */.qu))
        .map((variable) => variable.slice(runner/* INPUT_PREFIX */.qu.length).toLowerCase());
}
/**
 * What this run brings of its own: the number of its attempt, the time, a bit of chance, who runs it, and the ssh-agent that
 * an earlier step has started.
 */
function readRunContext() {
    const given = Number(process.env['GITHUB_RUN_ATTEMPT'] ?? '1');
    const attempt = Number.isSafeInteger(given) && given > 0 ? given : 1;
    const nonce = (0,external_node_crypto_.randomBytes)(4).toString('hex');
    const agentSocket = process.env['SSH_AUTH_SOCK'] ?? '';
    return {
        attempt,
        nonce,
        now: new Date(),
        identity: readRunIdentity(process.env, { attempt, nonce }),
        ...(agentSocket !== '' && { agentSocket }),
    };
}


/***/ }),

/***/ 84961:
/***/ ((__unused_webpack_module, __webpack_exports__, __webpack_require__) => {


// EXPORTS
__webpack_require__.d(__webpack_exports__, {
  P: () => (/* binding */ parseSettings)
});

// EXTERNAL MODULE: ./src/findings.ts
var src_findings = __webpack_require__(81001);
// EXTERNAL MODULE: ./src/inputs/table.ts + 6 modules
var table = __webpack_require__(69477);
// EXTERNAL MODULE: external "node:crypto"
var external_node_crypto_ = __webpack_require__(77598);
;// CONCATENATED MODULE: ./src/settings/input-digest.ts


/**
 * Gives the digest of everything that was asked for, apart from secrets: SHA-256, in hex, of one JSON object with the
 * names in alphabetical order and no white space.
 * @param inputs all of them, with their defaults.
 */
function digestOfInputs(inputs) {
    const open = table/* inputNames */.vj
        .filter((name) => (0,table/* definitionOf */.Fg)(name).secret !== true)
        .sort()
        .map((name) => [name, inputs[name]]);
    return (0,external_node_crypto_.createHash)('sha256')
        .update(JSON.stringify(Object.fromEntries(open)))
        .digest('hex');
}

// EXTERNAL MODULE: ./src/settings/input-file.ts
var input_file = __webpack_require__(70036);
;// CONCATENATED MODULE: ./src/settings/nearest.ts

/** Names of the same thing in other SSH actions, which people bring along. */
const habits = new Map([
    ['host', 'hosts'],
    ['addresses', 'hosts'],
    ['ips', 'hosts'],
    ['user', 'ssh-user'],
    ['username', 'ssh-user'],
    ['port', 'ssh-port'],
    ['key', 'ssh-private-key'],
    ['ssh-key', 'ssh-private-key'],
    ['private-key', 'ssh-private-key'],
    ['passphrase', 'ssh-key-passphrase'],
    ['connect-timeout', 'ssh-connect-timeout'],
    ['ssh-timeout', 'ssh-connect-timeout'],
    ['become-password', 'sudo-password'],
    ['sudo-pass', 'sudo-password'],
    ['password', 'sudo-password'],
    ['ssh-passphrase', 'ssh-key-passphrase'],
    ['fingerprint', 'ssh-host-fingerprints'],
    ['host-fingerprint', 'ssh-host-fingerprints'],
    ['known-hosts', 'ssh-known-hosts'],
    ['strict-host-key-checking', 'host-key-policy'],
    ['proxy-host', 'ssh-bastion'],
    ['proxy-jump', 'ssh-bastion'],
    ['jump-host', 'ssh-bastion'],
    ['bastion-host', 'ssh-bastion'],
    ['proxy-key', 'ssh-bastion-private-key'],
    ['ca-cert', 'ca-certificate'],
]);
/** The input that someone who wrote `name` most likely meant; absent when nothing is near. */
function nearestInput(name) {
    const written = name.toLowerCase().replaceAll('_', '-');
    return habits.get(written) ?? nearest(written, table/* inputNames */.vj) ?? nearHabit(written);
}
/** Short words are one letter from many others: of them only the plural counts. */
function nearHabit(written) {
    const singular = habits.get(written.replace(/s$/, ''));
    if (singular !== undefined || written.length < 5)
        return singular;
    const [near] = [...habits.keys()].filter((habit) => editDistance(written, habit) === 1);
    return near === undefined ? undefined : habits.get(near);
}
/**
 * The candidate with the fewest edits from `word`; absent when even the best needs more edits than a third of the
 * shorter one's letters, which is no slip of the keyboard any more.
 */
function nearest(word, candidates) {
    const [best] = candidates
        .map((candidate) => ({ candidate, edits: editDistance(word, candidate) }))
        .sort((a, b) => a.edits - b.edits);
    return best !== undefined && best.edits <= Math.ceil(Math.min(word.length, best.candidate.length) / 3)
        ? best.candidate
        : undefined;
}
/** Levenshtein's distance: the least number of letters to insert, remove or replace. */
function editDistance(from, to) {
    let previous = Array.from({ length: to.length + 1 }, (_, column) => column);
    for (const [row, letter] of Array.from(from).entries()) {
        const current = [row + 1];
        for (const [column, other] of Array.from(to).entries()) {
            const replaced = (previous[column] ?? 0) + (letter === other ? 0 : 1);
            current.push(Math.min(replaced, (previous[column + 1] ?? 0) + 1, (current[column] ?? 0) + 1));
        }
        previous = current;
    }
    return previous[to.length] ?? 0;
}

// EXTERNAL MODULE: ./src/hosts/keys/pinned-host.ts
var pinned_host = __webpack_require__(51367);
// EXTERNAL MODULE: external "node:net"
var external_node_net_ = __webpack_require__(77030);
// EXTERNAL MODULE: ./src/settings/characters.ts
var characters = __webpack_require__(95645);
;// CONCATENATED MODULE: ./src/settings/entries.ts

/**
 * Takes a list apart: items stand on lines or between commas, `#` begins a comment, blank lines do not count. An
 * empty item between commas is a finding, because it usually is an expression without a value; only a comma at the
 * end of a line of a longer list is passed over. A character that is not seen is a finding as well, and left out.
 */
function parseEntries(input, value, findings) {
    const lines = value.split(/\r?\n|\r/);
    const severalLines = lines.filter((line) => withoutComment(line) !== '').length > 1;
    return lines.flatMap((line, index) => {
        const place = severalLines ? `line ${index + 1}` : undefined;
        return entriesOfLine(input, withoutComment(line), place, findings);
    });
}
function withoutComment(line) {
    return line.replace(/#.*/, '').trim();
}
function entriesOfLine(input, line, place, findings) {
    const texts = line.split(',').map((text) => text.trim());
    if (texts.length > 1 && place !== undefined && texts.at(-1) === '')
        texts.pop();
    if (texts.length === 1 && texts[0] === '')
        return [];
    const entries = texts.map((text, index) => ({
        text,
        at: `${input}, ${placeOf(place, index, texts.length)}`,
    }));
    const [empty] = entries.filter((entry) => entry.text === '');
    if (empty !== undefined) {
        findings.push({
            at: empty.at,
            fact: 'the entry is empty.',
            cause: 'an expression like ${{ vars.HOST2 }} that has no value.',
            fix: 'give every entry a value, or remove the comma, for example 10.0.0.6, 10.0.0.7, 10.0.0.8.',
        });
    }
    return entries
        .filter(({ text }) => text !== '')
        .map((entry) => {
        const unseen = (0,characters/* findUnseen */.s)(entry.text);
        if (unseen === undefined)
            return entry;
        findings.push({ at: entry.at, ...(0,characters/* unseenProblem */.eg)(unseen.character) });
        return { ...entry, text: (0,characters/* withoutUnseen */.zG)(entry.text) };
    });
}
function placeOf(line, index, count) {
    if (line === undefined)
        return `entry ${index + 1}`;
    return count === 1 ? line : `${line}, entry ${index + 1}`;
}

;// CONCATENATED MODULE: ./src/settings/parse-address.ts


const example = 'write an address that all other hosts reach, for example 10.0.0.6 or fd00::6.';
/**
 * Ranges in which no address can be that of a member: kubeadm wants a global unicast address to advertise
 * (VerifyAPIServerBindAddress in cmd/kubeadm/app/util/config/common.go; Go's net.IP.IsGlobalUnicast).
 */
const unusable = [
    {
        what: 'is the unspecified address: it names no host',
        ranges: [
            ['0.0.0.0', 8],
            ['::', 128],
        ],
    },
    {
        what: 'is a loopback address: every host means itself by it',
        ranges: [
            ['127.0.0.0', 8],
            ['::1', 128],
        ],
    },
    {
        what: 'is a link-local address: it means something only together with a network interface',
        ranges: [
            ['169.254.0.0', 16],
            ['fe80::', 10],
        ],
    },
    {
        what: 'is a multicast address: it names a group, not a host',
        ranges: [
            ['224.0.0.0', 4],
            ['ff00::', 8],
        ],
    },
    { what: 'is reserved or the broadcast address', ranges: [['240.0.0.0', 4]] },
];
const unusableLists = unusable.map(({ what, ranges }) => {
    const list = new external_node_net_.BlockList();
    for (const [address, prefix] of ranges)
        list.addSubnet(address, prefix, familyOf(address));
    return { what, list };
});
/**
 * Reads the address of a member. IPv6 may stand in brackets and comes back without, in the short form that Go and
 * etcd print (RFC 5952), so that the same host always has the same URL.
 */
function parseAddress(text) {
    const bare = /^\[(.*)\]$/.exec(text)?.[1] ?? text;
    if (bare.includes('%'))
        return { fact: 'has a zone, so it is a link-local address.', fix: example };
    if (!(0,external_node_net_.isIPv4)(bare) && !(0,external_node_net_.isIPv6)(bare))
        return notAnAddress(text);
    const address = (0,external_node_net_.isIPv6)(bare) ? shortForm(bare) : bare;
    if (address.startsWith('::ffff:')) {
        return {
            fact: 'is an IPv4 address in IPv6 form.',
            fix: 'write the IPv4 address itself, for example 10.0.0.6.',
        };
    }
    const range = unusableLists.find(({ list }) => list.check(address, familyOf(address)));
    return range === undefined ? address : { fact: `${range.what}.`, fix: example };
}
/** `ipv4` or `ipv6`, for an address that is known to be one. */
function familyOf(address) {
    return (0,external_node_net_.isIPv6)(address) ? 'ipv6' : 'ipv4';
}
/** The short form of an IPv6 address (RFC 5952), without brackets. */
function shortForm(address) {
    return new URL(`http://[${address}]`).hostname.slice(1, -1);
}
/** The mistakes that are seen most, each with its own words. */
function notAnAddress(text) {
    const foreign = (0,characters/* foreignCharacter */.sE)(text);
    if (foreign !== undefined) {
        return {
            fact: `holds ${foreign}, and an address has none but characters of ASCII.`,
            cause: 'the text was copied from a document, in which another character looks the same.',
            fix: example,
        };
    }
    const port = /^(.+):\d+$/.exec(text)?.[1];
    if (text.includes('@')) {
        return { fact: 'holds a user name.', fix: 'put the user into ssh-user and write only the address here.' };
    }
    if (/^(?:\{|\[\s*(?:["{]|$))/.test(text)) {
        return {
            fact: 'is JSON.',
            cause: 'the output of Terraform or another tool was passed on as it is.',
            fix: 'pass it by the input inventory, which takes JSON, in place of hosts.',
        };
    }
    if (text.includes('${{')) {
        return {
            fact: 'is an expression that was not evaluated.',
            cause: 'GitHub evaluates expressions in workflows, and not in files that they name.',
            fix: 'write the address itself, for example 10.0.0.6, or give the text by the workflow.',
        };
    }
    if (text.startsWith('- ')) {
        return {
            fact: 'begins with the dash of a YAML list.',
            cause: 'inputs are text, not lists.',
            fix: 'write one address per line without the dash.',
        };
    }
    if (/\s/.test(text)) {
        return {
            fact: 'holds white space.',
            fix: 'separate hosts by commas or new lines: 10.0.0.6, 10.0.0.7, 10.0.0.8.',
        };
    }
    if (/^[a-z]+:\/\//i.test(text))
        return { fact: 'is a URL.', fix: 'write only the address, for example 10.0.0.6.' };
    if (text.includes('/')) {
        return { fact: 'looks like a network.', fix: 'write the address of one host, for example 10.0.0.6.' };
    }
    if (port !== undefined && typeof parseAddress(port) === 'string') {
        return {
            fact: 'holds a port.',
            fix: "write only the address; SSH's port is ssh-port, etcd's are client-port and peer-port.",
        };
    }
    if (/^[0-9.]+$/.test(text))
        return { fact: 'is not a valid IPv4 address.', fix: example };
    return {
        fact: 'is not an IP address.',
        cause: "a host name was written; etcd's peer URLs and the certificates hold addresses, and a name could change its.",
        fix: example,
    };
}

// EXTERNAL MODULE: ./src/hosts/keys/key-text.ts
var key_text = __webpack_require__(16299);
// EXTERNAL MODULE: ./src/hosts/keys/openssh-key.ts
var openssh_key = __webpack_require__(12520);
// EXTERNAL MODULE: ./src/hosts/keys/parse-key.ts
var parse_key = __webpack_require__(63189);
// EXTERNAL MODULE: ./src/hosts/keys/wire.ts
var wire = __webpack_require__(41979);
;// CONCATENATED MODULE: ./src/hosts/keys/private-key.ts






const KEY_INPUT = 'ssh-private-key';
const PASSPHRASE_INPUT = 'ssh-key-passphrase';
const DEFAULT_INPUTS = { key: KEY_INPUT, passphrase: PASSPHRASE_INPUT };
const SSH_CURVES = ['prime256v1', 'secp384r1', 'secp521r1'];
/** What ssh2 decrypts, of ssh-keygen's ciphers (-Z); the first is its default. */
const OPENSSH_CIPHERS = /^aes(?:128|192|256)-(?:ctr|cbc|gcm@openssh\.com)$/;
/** ssh-keygen makes 16 or 24 of itself; each takes some hundredths of a second here. */
const MOST_ROUNDS = 1000;
const NEW_KEY = 'make a new key with `ssh-keygen -t ed25519 -f deploy-key` and add deploy-key.pub to the hosts.';
const WHOLE_FILE = 'paste the private key file whole, from its BEGIN line to its END line.';
/**
 * Makes a usable key of what the user pasted. Takes OpenSSH's own format, PEM (PKCS#1, SEC1) and PKCS#8 with
 * RSA, NIST curves or Ed25519, each plain or encrypted, and the PuTTY files that ssh2 reads (version 2, RSA).
 * @param passphrase absent or empty: none. @param inputs what the findings call them.
 */
function preparePrivateKey(text, passphrase, inputs = DEFAULT_INPUTS) {
    const prepared = prepare(text, passphrase === '' ? undefined : passphrase);
    return prepared.ok
        ? { ...prepared, warnings: prepared.warnings.map((finding) => named(finding, inputs)) }
        : { ...prepared, finding: named(prepared.finding, inputs) };
}
/** The findings below are written for the hosts' key. */
function named(finding, { key, passphrase }) {
    const rename = (text) => text.replaceAll(KEY_INPUT, key).replaceAll(PASSPHRASE_INPUT, passphrase);
    const { at, fix } = finding;
    return { ...finding, at: rename(at), ...(fix !== undefined && { fix: rename(fix) }) };
}
function prepare(text, secret) {
    const read = (0,key_text/* readKeyText */.j)(text);
    if (read.kind === 'putty')
        return preparePutty(read.text, secret);
    if (read.kind !== 'private')
        return { ok: false, finding: unreadable(read) };
    return read.block.label === 'OPENSSH PRIVATE KEY'
        ? prepareOpenssh(read.block, secret)
        : preparePem(read.block, secret);
}
function prepareOpenssh(block, passphrase) {
    const header = (0,openssh_key/* readOpensshHeader */.Oq)(Buffer.from(block.body, 'base64'));
    if (header === undefined)
        return refuse(DAMAGED);
    const { cipher, rounds, type, publicBlob } = header;
    const encrypted = cipher !== 'none';
    if (type === 'ssh-dss')
        return refuse(DSA);
    if (type.startsWith('sk-'))
        return refuse(SECURITY_KEY);
    const name = `${type} ${(0,wire/* fingerprint */.Rj)(publicBlob)}`;
    if (encrypted && passphrase === undefined)
        return refuse(passphraseMissing(name));
    if (encrypted && !OPENSSH_CIPHERS.test(cipher))
        return refuse(cipherUnknown(name, cipher));
    if (rounds > MOST_ROUNDS)
        return refuse(tooManyRounds(name, rounds));
    const key = (0,parse_key/* parseKey */.D)((0,key_text/* pemText */.o)(block), passphrase);
    if (!(key instanceof Error))
        return usable(key, encrypted, passphrase);
    if (/^Unsupported/.test((0,src_findings/* errorMessage */.gJ)(key)))
        return refuse(unsupported(`a key of type ${type}`));
    return refuse(encrypted ? passphraseWrong(name) : DAMAGED);
}
function preparePem(block, passphrase) {
    const encrypted = block.dekInfo !== undefined || block.label === 'ENCRYPTED PRIVATE KEY';
    if (encrypted && passphrase === undefined)
        return refuse(passphraseMissing(block.label));
    if (!isCipherLoaded(block))
        return refuse(OLD_ENCRYPTION);
    let key;
    try {
        key = (0,external_node_crypto_.createPrivateKey)({ key: (0,key_text/* pemText */.o)(block), ...(encrypted ? { passphrase: passphrase ?? '' } : {}) });
    }
    catch (error) {
        if (/digital envelope routines::unsupported/.test((0,src_findings/* errorMessage */.gJ)(error)))
            return refuse(OLD_ENCRYPTION);
        // Also where the decoder finds nothing it supports: one wrong passphrase of 256 leaves a right padding.
        return refuse(encrypted ? passphraseWrong(block.label) : DAMAGED);
    }
    const converted = convert(key);
    return 'finding' in converted ? refuse(converted.finding) : usable(converted.key, encrypted, passphrase);
}
/**
 * Whether OpenSSL can decrypt what the header of RFC 1421 names; its legacy provider, with DES and RC2, is not
 * loaded by Node. PKCS#8 names its cipher inside, and OpenSSL says so itself.
 */
function isCipherLoaded({ dekInfo }) {
    const cipher = dekInfo?.split(',')[0]?.toLowerCase();
    return cipher === undefined || (0,external_node_crypto_.getCiphers)().includes(cipher);
}
/** ssh2 reads PKCS#1 and SEC1 but not PKCS#8, and Ed25519 only in OpenSSH's format. */
function convert(key) {
    const type = key.asymmetricKeyType ?? 'unknown';
    const curve = key.asymmetricKeyDetails?.namedCurve ?? '';
    if (type === 'dsa')
        return { finding: DSA };
    let text;
    if (type === 'rsa')
        text = key.export({ type: 'pkcs1', format: 'pem' }).toString();
    else if (type === 'ec' && SSH_CURVES.includes(curve))
        text = key.export({ type: 'sec1', format: 'pem' }).toString();
    else if (type === 'ed25519')
        text = (0,key_text/* pemText */.o)({ label: 'OPENSSH PRIVATE KEY', body: (0,openssh_key/* opensshEd25519Body */.S$)(key) });
    else
        return { finding: unsupported(`a key of type ${type}${curve === '' ? '' : ` (${curve})`}`) };
    const parsed = (0,parse_key/* parseKey */.D)(text);
    return parsed instanceof Error ? { finding: DAMAGED } : { key: parsed };
}
function preparePutty(text, passphrase) {
    if (!/^PuTTY-User-Key-File-2: ssh-(?:rsa|dss)\s/.test(text))
        return refuse(PUTTY);
    const encrypted = !/^Encryption: none$/m.test(text);
    if (encrypted && passphrase === undefined)
        return refuse(passphraseMissing('PuTTY key'));
    const key = (0,parse_key/* parseKey */.D)(text, encrypted ? passphrase : undefined);
    if (!(key instanceof Error))
        return key.type === 'ssh-dss' ? refuse(DSA) : usable(key, encrypted, passphrase);
    return refuse(encrypted ? passphraseWrong('PuTTY key') : DAMAGED);
}
function usable(key, encrypted, passphrase) {
    const warnings = passphrase !== undefined && !encrypted ? [PASSPHRASE_UNUSED] : [];
    return { ok: true, key, type: key.type, fingerprint: (0,wire/* fingerprint */.Rj)(key.getPublicSSH()), warnings };
}
function refuse(finding) {
    return { ok: false, finding };
}
const DAMAGED = {
    at: KEY_INPUT,
    fact: 'the private key is cut off or damaged.',
    cause: 'a part of the file was not copied, or something changed it on the way.',
    fix: WHOLE_FILE,
};
const DSA = {
    at: KEY_INPUT,
    fact: 'this is a DSA key.',
    cause: 'the key is old; OpenSSH servers have refused DSA keys since version 7.0 (2015).',
    fix: NEW_KEY,
};
const SECURITY_KEY = {
    at: KEY_INPUT,
    fact: 'this key lives in a hardware security key (FIDO); the file alone cannot sign.',
    cause: 'it was made with `ssh-keygen -t ed25519-sk` or `ecdsa-sk`.',
    fix: `such a key cannot be used unattended: ${NEW_KEY}`,
};
const PUTTY = {
    at: KEY_INPUT,
    fact: 'this PuTTY key file (.ppk) cannot be read.',
    cause: 'PuTTY has its own file format; only version 2 files with RSA keys are understood.',
    fix: 'convert it: `puttygen key.ppk -O private-openssh-new -o deploy-key` (in the PuTTYgen window: Conversions, Export OpenSSH key), and give the new file.',
};
const OLD_ENCRYPTION = {
    at: KEY_INPUT,
    fact: 'the private key is encrypted with a cipher that is no longer supported.',
    cause: 'the file is old.',
    fix: 'write it anew with `ssh-keygen -p -f deploy-key`, which asks for the old passphrase and a new one.',
};
function cipherUnknown(name, cipher) {
    return {
        at: KEY_INPUT,
        fact: `the private key (${name}) is encrypted with ${cipher}, which cannot be decrypted here.`,
        cause: 'it was made with `ssh-keygen -Z`.',
        fix: 'write it anew with `ssh-keygen -p -Z aes256-ctr -f deploy-key`.',
    };
}
function tooManyRounds(name, rounds) {
    return {
        at: KEY_INPUT,
        fact: `the private key (${name}) asks for ${rounds} rounds of key derivation, which would take minutes.`,
        cause: 'it was made with `ssh-keygen -a`, or is damaged.',
        fix: 'write it anew with `ssh-keygen -p -a 100 -f deploy-key`.',
    };
}
const PASSPHRASE_UNUSED = {
    at: PASSPHRASE_INPUT,
    fact: 'a passphrase is given, but the private key is not encrypted.',
    fix: 'remove the input, or give the encrypted key.',
};
function passphraseMissing(name) {
    return {
        at: PASSPHRASE_INPUT,
        fact: `the private key (${name}) is encrypted and no passphrase is given.`,
        cause: 'the secret with the passphrase does not exist or is not passed on; runs from forks get no secrets.',
        fix: 'give its passphrase in `ssh-key-passphrase`, or a key without one in `ssh-private-key`.',
    };
}
function passphraseWrong(name) {
    return {
        at: PASSPHRASE_INPUT,
        fact: `the passphrase does not open the private key (${name}).`,
        cause: 'it belongs to another key, or the secret holds a blank or newline too many.',
        fix: 'check it with `ssh-keygen -y -f deploy-key`, which asks for the passphrase and prints the public key.',
    };
}
function unsupported(what) {
    return { at: KEY_INPUT, fact: `${what} cannot be used here.`, fix: NEW_KEY };
}
function unreadable(read) {
    const at = KEY_INPUT;
    switch (read.kind) {
        case 'empty':
            return {
                at,
                fact: 'no private key is given.',
                cause: 'the secret does not exist, has another name, or is not passed to runs from forks.',
                fix: 'give the private key file whole, as a secret; or start an ssh-agent with it in a step before, and leave the input out.',
            };
        case 'public':
            return {
                at,
                fact: 'this is a public key; the private one is needed.',
                cause: 'the file that ends in .pub was copied.',
                fix: 'give the file of the same name without .pub.',
            };
        case 'certificate':
            return {
                at,
                fact: 'this is a certificate, not a private key.',
                cause: 'another file was copied.',
                fix: 'give the private key with which you log in to the hosts.',
            };
        case 'several':
            return {
                at,
                fact: `there are ${read.count} private keys.`,
                fix: 'give the one that all hosts accept.',
            };
        case 'truncated':
            return {
                at,
                fact: 'the private key has a BEGIN line but no END line that fits it.',
                cause: 'only a part of the file was copied, or only its first line reached the input.',
                fix: WHOLE_FILE,
            };
        case 'damaged':
            return DAMAGED;
        case 'unknown':
            return {
                at,
                fact: 'this is not a private key in a form that is known.',
                cause: 'the secret holds something else, e.g. the path of the key file, or lacks the BEGIN and END lines.',
                fix: WHOLE_FILE,
            };
    }
}

// EXTERNAL MODULE: ./src/settings/quote.ts
var quote = __webpack_require__(77405);
;// CONCATENATED MODULE: ./src/settings/parse-ssh.ts


/** Reads the user to log in as. */
function parseUser(value, findings) {
    const problem = userProblem(value);
    if (problem === undefined)
        return value;
    findings.push({
        at: 'ssh-user',
        ...problem,
        fix: 'name the user that logs in on every host, root or one with sudo, for example ssh-user: ubuntu.',
    });
    return undefined;
}
/**
 * Why a text cannot be the name of a user; nothing where it can. Beyond the characters of useradd's names it takes those
 * of directory users (`name@domain`, `DOMAIN\\name`).
 */
function userProblem(value) {
    if (/^[A-Za-z0-9_][A-Za-z0-9_.@\\+-]{0,127}\$?$/.test(value) && !/@\d+(\.\d+){3}$/.test(value))
        return undefined;
    return {
        fact: `${(0,quote/* quote */.hD)(value)} is not the name of a user.`,
        ...(value.includes('@') && { cause: 'the address of a host was written behind the name.' }),
    };
}
/** Opens a private key. One line break at the end of its passphrase is that of its file. */
function parseKey(names, inputs, collected) {
    const passphrase = inputs[names.passphrase].replace(/\r?\n$/, '');
    const prepared = preparePrivateKey(inputs[names.key], passphrase, names);
    if (!prepared.ok) {
        collected.findings.push(prepared.finding);
        return undefined;
    }
    collected.warnings.push(...prepared.warnings);
    const { key, type, fingerprint } = prepared;
    return { key, type, fingerprint };
}

;// CONCATENATED MODULE: ./src/settings/parse-bastion.ts





const INPUT = 'ssh-bastion';
const EXAMPLE = 'for example ssh-bastion: ops@jump.example.com:22.';
const DEFAULT_PORT = 22;
/** A DNS name; underscores are not in RFC 1123 but in use. */
const NAME = /^(?=.{1,253}$)[A-Za-z0-9_](?:[A-Za-z0-9_-]{0,62})(?:\.[A-Za-z0-9_][A-Za-z0-9_-]{0,62})*\.?$/;
/**
 * Reads the jumps on the way to the hosts, in order: `user@host:port`, separated by commas or new lines. IPv6 stands in
 * brackets.
 * @param defaultUser `ssh-user`: who logs in where no user is given.
 */
function parseBastions(value, defaultUser, findings) {
    const hops = parseEntries(INPUT, value, findings).flatMap(({ text, at }) => {
        const hop = parseHop(text, defaultUser);
        if (!('fact' in hop))
            return [{ ...hop, at }];
        findings.push({ at, ...hop });
        return [];
    });
    for (const [index, hop] of hops.entries()) {
        const before = hops.slice(0, index).find((one) => one.address === hop.address && one.port === hop.port);
        if (before === undefined)
            continue;
        findings.push({
            at: hop.at,
            fact: `the chain comes by ${hop.address} port ${hop.port} a second time, after ${before.at}.`,
            fix: 'name each bastion once, in the order in which they are passed.',
        });
    }
    return hops.map(({ address, port, user }) => ({ address, port, user }));
}
function parseHop(text, defaultUser) {
    if (text.includes('://'))
        return problem(text, 'is a URL.');
    if (/\s/.test(text))
        return problem(text, 'holds white space.', 'put commas between several bastions');
    if (text.includes('%'))
        return problem(text, 'has a zone, which no line of known_hosts can name.');
    const cut = text.lastIndexOf('@');
    const user = cut < 0 ? defaultUser : text.slice(0, cut);
    const place = text.slice(cut + 1);
    if (user === '' && cut < 0)
        return problem(text, 'names no user, and ssh-user is not given.');
    if (cut >= 0 && userProblem(user) !== undefined)
        return problem(text, 'does not begin with the name of a user.');
    if ((0,external_node_net_.isIPv6)(place)) {
        return problem(text, 'is IPv6 without brackets, so that a port cannot be told from it.', `write [${place}]`);
    }
    const [, bracketed, plain = '', digits] = /^(?:\[(.*)\]|([^:[\]]*))(?::(.*))?$/.exec(place) ?? [];
    const address = bracketed ?? plain;
    if (bracketed === undefined ? !isHost(plain) : !(0,external_node_net_.isIPv6)(bracketed)) {
        return problem(text, place === '' ? 'names no host.' : 'does not name a host.');
    }
    const port = digits === undefined ? DEFAULT_PORT : /^\d{1,5}$/.test(digits) ? Number(digits) : Number.NaN;
    if (!(port >= 1 && port <= 65_535))
        return problem(text, 'does not end with a port from 1 to 65535.');
    return { address: (0,external_node_net_.isIPv6)(address) ? shortForm(address) : address.toLowerCase(), port, user };
}
/** Not what looks like an address and is none, such as 10.0.0.256. */
function isHost(text) {
    return (0,external_node_net_.isIP)(text) === 4 || (NAME.test(text) && !/^[\d.]+$/.test(text));
}
function problem(text, fact, advice) {
    return {
        fact: `${(0,quote/* quote */.hD)(text)} ${fact}`,
        fix: `${advice === undefined ? 'write user, host and port' : advice}, ${EXAMPLE}`,
    };
}

// EXTERNAL MODULE: ./src/hosts/keys/host-pins.ts
var host_pins = __webpack_require__(48025);
// EXTERNAL MODULE: ./src/hosts/keys/known-hosts.ts
var known_hosts = __webpack_require__(1105);
;// CONCATENATED MODULE: ./src/settings/parse-host-fingerprints.ts





const parse_host_fingerprints_INPUT = 'ssh-host-fingerprints';
const parse_host_fingerprints_EXAMPLE = '`10.0.0.6 SHA256:` and the 43 characters behind it that `ssh-keygen -lf` prints';
/** What `ssh-keygen -l` calls a type of key, and what such keys call themselves (RFC 5656 §6.2, RFC 8709, RFC 4253). */
const TYPES = new Map([
    ['ED25519', ['ssh-ed25519']],
    ['ECDSA', ['ecdsa-sha2-nistp256', 'ecdsa-sha2-nistp384', 'ecdsa-sha2-nistp521']],
    ['RSA', ['ssh-rsa']],
]);
/**
 * Reads fingerprints of host keys: on each line a host and one or more fingerprints, or what `ssh-keygen -lf` prints of a
 * known_hosts file. A host goes by its name or address, or by `[address]:port`.
 */
function parseHostFingerprints(text, findings) {
    return text
        .replace(/^\uFEFF/, '')
        .split(/\r\n|\n|\r/)
        .flatMap((line, index) => {
        const content = line
            .replace(/(^|\s)#.*$/, '')
            .replace(/,\s*$/, '')
            .trim();
        const at = `${parse_host_fingerprints_INPUT}, line ${index + 1}`;
        if (content === '')
            return [];
        const unseen = (0,characters/* findUnseen */.s)(content);
        if (unseen === undefined)
            return parseLine(content, at, findings);
        findings.push({ at, ...(0,characters/* unseenProblem */.eg)(unseen.character) });
        return [];
    });
}
/**
 * Every fingerprint must be that of a host that is connected to: one for a misspelt host would be no use to anybody, and
 * the host would be refused with a message that does not name it.
 */
function refuseStrangers(pins, hosts, findings) {
    if (hosts.length === 0)
        return;
    for (const pin of pins.filter((one) => !hosts.some((host) => (0,host_pins/* isPinOf */.ZY)(one, host)))) {
        findings.push({
            at: pin.at,
            fact: `no host is called ${(0,quote/* quote */.hD)(pin.host)}.`,
            cause: 'a typing error, or `ssh-keygen -lf` has printed the comment of the key in place of its host.',
            fix: `write a host as it is in the inputs: ${[...new Set(hosts.flatMap(namesOf))].join(', ')}.`,
        });
    }
}
function namesOf({ address, aliases }) {
    return [...aliases, address];
}
function parseLine(line, at, findings) {
    const printed = /^\d+ (\S+) (.+) (\([A-Z0-9-]+\))$/.exec(line);
    const words = printed === null
        ? line.split(/[\s,]+|=(?=SHA256:)/)
        : hostsPrinted(printed[2] ?? '').flatMap((host) => [host, printed[1] ?? '', printed[3] ?? '']);
    const pins = readWords(words, at);
    if (Array.isArray(pins))
        return pins;
    findings.push({ at, ...pins });
    return [];
}
/** Reads a host, its fingerprints, perhaps a type behind one of them, and then the next host. */
function readWords(words, at) {
    const pins = [];
    let host = '';
    /** A host whose fingerprint is still to come. */
    let bare;
    for (const word of words) {
        const last = pins.at(-1);
        if (word.startsWith('SHA256:')) {
            const fingerprint = canonical(word);
            if (host === '')
                return noHost(word);
            if (fingerprint === undefined)
                return damaged(word);
            pins.push({ at, host, fingerprint });
            bare = undefined;
        }
        else if (word.startsWith('(')) {
            const types = TYPES.get(word.replace(/^\((.*)\)$/, '$1'));
            if (types === undefined || last === undefined)
                return unknownType(word);
            pins[pins.length - 1] = { ...last, types };
        }
        else {
            const problem = notAHost(word) ?? (bare === undefined ? undefined : noFingerprint(bare));
            if (problem !== undefined)
                return problem;
            host = normalHost(word);
            bare = word;
        }
    }
    return bare === undefined ? pins : noFingerprint(bare);
}
/** ssh-keygen prints the key's comment, by default `root@` and the host; where there is none, the hosts of the line. */
function hostsPrinted(words) {
    return words === 'no comment' ? [''] : words.replace(/^root@/, '').split(/[\s,]+/);
}
/** Without the padding that some tools add; undefined unless it is base64 of 32 bytes. */
function canonical(word) {
    const base64 = word.slice('SHA256:'.length).replace(/=$/, '');
    const bytes = Buffer.from(base64, 'base64');
    return bytes.length === 32 && bytes.toString('base64') === `${base64}=` ? `SHA256:${base64}` : undefined;
}
function normalHost(word) {
    const [, inner, port] = /^\[(.*)\](?::(\d+))?$/.exec(word) ?? [];
    const address = (inner ?? word).toLowerCase();
    const short = (0,external_node_net_.isIPv6)(address) && !address.includes('%') ? shortForm(address) : address;
    return port === undefined ? short : `[${short}]:${port}`;
}
/** The things that are pasted in place of a host, each with its own words. */
function notAHost(word) {
    if (/^MD5:|^(?:[0-9a-f]{2}:){15}[0-9a-f]{2}$/i.test(word)) {
        return {
            fact: 'this is an MD5 fingerprint, which another key can be made to have.',
            fix: 'give the one that `ssh-keygen -l -E sha256 -f FILE` prints.',
        };
    }
    if (/^(?:ssh-|ecdsa-sha2-|AAAA)/.test(word)) {
        return { fact: 'this is a key, not a fingerprint.', fix: 'put the line into `ssh-known-hosts`.' };
    }
    if (/^[A-Za-z0-9+/]{43}=?$/.test(word)) {
        return {
            fact: 'the fingerprint does not say how it was made.',
            fix: `if it is SHA-256, write \`SHA256:\` before it: ${parse_host_fingerprints_EXAMPLE}.`,
        };
    }
    return word.startsWith('|')
        ? { fact: 'the name of the host is hashed.', fix: 'write its name or address in place of it.' }
        : undefined;
}
function noHost(word) {
    return { fact: `${(0,quote/* quote */.hD)(word)} has no host in front of it.`, fix: `write ${parse_host_fingerprints_EXAMPLE}.` };
}
function noFingerprint(host) {
    return { fact: `behind ${(0,quote/* quote */.hD)(host)} stands no fingerprint.`, fix: `write ${parse_host_fingerprints_EXAMPLE}.` };
}
function damaged(word) {
    return { fact: `${(0,quote/* quote */.hD)(word)} is cut off or damaged.`, fix: `write ${parse_host_fingerprints_EXAMPLE}.` };
}
function unknownType(word) {
    return {
        fact: `${(0,quote/* quote */.hD)(word)} is not a type of host key behind its fingerprint.`,
        fix: `write (${[...TYPES.keys()].join('), (')}), or leave it out.`,
    };
}

;// CONCATENATED MODULE: ./src/settings/parse-scalars.ts


/**
 * Reads a whole number in decimal digits.
 * @param range least and greatest allowed value. @param example goes into the finding.
 */
function parseInteger(input, value, range, findings) {
    const number = /^\d{1,9}$/.test(value) ? Number(value) : Number.NaN;
    if (number >= range.least && number <= range.greatest)
        return number;
    findings.push({
        at: input,
        fact: `${(0,quote/* quote */.hD)(value)} is not a whole number from ${range.least} to ${range.greatest}.`,
        fix: `write it in digits, for example ${input}: ${range.example}.`,
    });
    return undefined;
}
/** Reads a boolean as the runner's own getBooleanInput does: the six words of YAML 1.2's core schema. */
function parseBoolean(input, value, findings) {
    if (['true', 'True', 'TRUE'].includes(value))
        return true;
    if (['false', 'False', 'FALSE'].includes(value))
        return false;
    findings.push({
        at: input,
        fact: `${(0,quote/* quote */.hD)(value)} is not a boolean.`,
        fix: `write ${input}: true or ${input}: false.`,
    });
    return undefined;
}
/** Reads one of several words, exactly as they are written. */
function parseChoice(input, value, choices, findings) {
    const choice = choices.find((candidate) => candidate === value);
    if (choice !== undefined)
        return choice;
    const meant = nearest(value, choices) ?? choices[0] ?? '';
    findings.push({
        at: input,
        fact: `${(0,quote/* quote */.hD)(value)} is not one of ${choices.join(', ')}.`,
        fix: `write one of them, for example ${input}: ${meant}.`,
    });
    return undefined;
}
/**
 * Reads how long something may take, as Go and kubeadm write it: `90s`, `15m`, `1h30m`. A bare number is refused:
 * GitHub's own timeouts are minutes, most others seconds.
 * @returns seconds
 */
function parseDuration(input, value, range, findings) {
    const [all = '', hours = '0', minutes = '0', seconds = '0'] = /^(?:(\d{1,5})h)?(?:(\d{1,5})m)?(?:(\d{1,5})s)?$/.exec(value) ?? [];
    const total = Number(hours) * 3600 + Number(minutes) * 60 + Number(seconds);
    if (all !== '' && total >= range.least && total <= range.greatest)
        return total;
    findings.push({ at: input, ...durationProblem(value, all !== '', range, `${input}: ${range.example}`) });
    return undefined;
}
function durationProblem(value, readable, range, example) {
    if (readable)
        return { fact: `${(0,quote/* quote */.hD)(value)} is not between ${range.words}.`, fix: `for example ${example}.` };
    if (/^\d+$/.test(value)) {
        return {
            fact: `${(0,quote/* quote */.hD)(value)} has no unit: it could be seconds or minutes.`,
            fix: `write ${value}s, ${value}m or ${value}h, for example ${example}.`,
        };
    }
    return {
        fact: `${(0,quote/* quote */.hD)(value)} is not a duration.`,
        fix: `write hours, minutes and seconds in that order, as 90s, 15m or 1h30m, for example ${example}.`,
    };
}

;// CONCATENATED MODULE: ./src/settings/parse-host-keys.ts





const POLICIES = ['strict', 'accept-new'];
/**
 * Reads what is pinned. Whether it covers every host is seen at the host itself, so that the refusal can name the key that
 * is offered.
 * @param hosts all that is connected to; empty when the inputs that name them cannot be used.
 */
function parseHostKeys(inputs, hosts, { findings, warnings }) {
    const before = findings.length;
    const known = (0,known_hosts/* parseKnownHosts */.uJ)(inputs['ssh-known-hosts']);
    findings.push(...known.findings);
    const fingerprints = parseHostFingerprints(inputs['ssh-host-fingerprints'], findings);
    refuseStrangers(fingerprints, hosts, findings);
    const policy = parseChoice('host-key-policy', inputs['host-key-policy'], POLICIES, findings);
    if (policy === undefined || findings.length > before)
        return undefined;
    const rules = { knownHosts: known.entries, fingerprints, policy };
    if (policy === 'accept-new')
        warnings.push(acceptsNew(rules, hosts));
    else if (known.entries.length + fingerprints.length === 0)
        findings.push(noHostKey(hosts));
    return rules;
}
/** Hosts of which an authority alone is known, and that are connected to by what cannot verify its certificates. */
function refuseCertificatesOnly(rules, hosts, findings) {
    const places = hosts.filter(({ transport }) => transport === 'ssh2').map(pinned_host/* pinnedHost */.h);
    const without = places.filter((host) => {
        const { keys, fingerprints, authorities } = (0,host_pins/* pinsFor */.G)(rules, host);
        return authorities.length > 0 && keys.length + fingerprints.length === 0;
    });
    if (without.length === 0)
        return;
    findings.push({
        at: 'ssh-known-hosts',
        fact: `for ${without.map(({ address }) => address).join(', ')} there is a certificate authority alone (@cert-authority).`,
        cause: 'host certificates are verified by `transport: openssh`; the library behind `transport: ssh2` cannot.',
        fix: 'add transport: openssh, or list the plain key of each host.',
    });
}
function acceptsNew(rules, hosts) {
    const unpinned = hosts.filter((host) => (0,host_pins/* pinsFor */.G)(rules, host).acceptsAny);
    if (unpinned.length === 0) {
        return {
            at: 'host-key-policy',
            fact: 'accept-new is asked for, and every host is pinned already.',
            fix: 'leave host-key-policy out.',
        };
    }
    return {
        at: 'host-key-policy',
        fact: `nothing is pinned for ${[...new Set(unpinned.map(({ address }) => address))].join(', ')}: whoever answers there is taken for the host, and gets keys of the cluster.`,
        fix: 'use accept-new once, in a network that you trust; compare the keys that the log names, and put its lines into ssh-known-hosts.',
    };
}
function noHostKey([host]) {
    const { address, port } = host ?? { address: '10.0.0.6', port: 22 };
    const option = port === 22 ? '' : `-p ${port} `;
    return {
        at: 'ssh-known-hosts',
        fact: 'no host key is given; without one nobody can tell a host from an impostor.',
        cause: 'the variable does not exist or is empty.',
        fix: `run ssh-keyscan ${option}-t ed25519 ${address} for every host, compare what ssh-keygen -lf - says of its ` +
            'output with what ssh-keygen -lf /etc/ssh/ssh_host_ed25519_key.pub says on the console of the host, and pass ' +
            'the lines from a variable: ssh-known-hosts: ${{ vars.SSH_KNOWN_HOSTS }}. Or give the fingerprints in ' +
            'ssh-host-fingerprints.',
    };
}

// EXTERNAL MODULE: ./src/hosts/keys/certificate.ts
var keys_certificate = __webpack_require__(35127);
;// CONCATENATED MODULE: ./src/settings/parse-ssh-certificate.ts


const parse_ssh_certificate_INPUT = 'ssh-certificate';
const parse_ssh_certificate_EXAMPLE = 'give the line of the file that `ssh-keygen -s` has written, deploy-key-cert.pub.';
/**
 * Reads the certificate of the key that logs in: the line of a .pub file.
 * @returns type and base64, as such a line has them; undefined when there is none, or it cannot be used.
 */
function parseSshCertificate(text, { identity, hosts, now }, { findings, warnings }) {
    if (text.trim() === '')
        return undefined;
    if (hosts.length > 0 && hosts.every(({ transport }) => transport !== 'openssh')) {
        findings.push(needsOpenssh);
        return undefined;
    }
    const certificate = certificateIn(text);
    if (certificate === undefined) {
        findings.push(noCertificate);
        return undefined;
    }
    const problem = problemOf(certificate, identity, now);
    if (problem !== undefined) {
        findings.push({ at: parse_ssh_certificate_INPUT, ...problem });
        return undefined;
    }
    const { principals, validBefore, type, blob } = certificate;
    const strangers = [...new Set(hosts.map(({ login }) => login.user))].filter((user) => principals.length > 0 && !principals.includes(user));
    if (strangers.length > 0)
        warnings.push(notForUser(strangers, principals));
    if (validBefore !== undefined && validBefore.getTime() < now.getTime() + SOON_MS)
        warnings.push(endsSoon(validBefore));
    return `${type} ${blob.toString('base64')}`;
}
/** As long as a run may take by default. */
const SOON_MS = 30 * 60_000;
function certificateIn(text) {
    const lines = text.split(/\r?\n/).filter((line) => line.trim() !== '' && !line.trim().startsWith('#'));
    const [type = '', base64 = ''] = lines[0]?.trim().split(/\s+/) ?? [];
    const certificate = lines.length === 1 ? (0,keys_certificate/* parseCertificate */.h)(Buffer.from(base64, 'base64')) : undefined;
    return certificate?.type === type ? certificate : undefined;
}
function problemOf({ role, key, validAfter, validBefore }, identity, now) {
    if (role !== 'user') {
        return { fact: 'this is the certificate of a host, not of a user.', fix: parse_ssh_certificate_EXAMPLE };
    }
    if (identity?.kind === 'key' && !identity.key.key.getPublicSSH().equals(key.blob)) {
        return {
            fact: `it is for the key ${(0,wire/* fingerprint */.Rj)(key.blob)}, and ssh-private-key is ${identity.key.fingerprint}.`,
            cause: 'the key was made anew, or two pairs were mixed up.',
            fix: 'give the certificate and the key that belong together, or have this key signed.',
        };
    }
    if (validBefore !== undefined && validBefore <= now) {
        return {
            fact: `it has ended at ${validBefore.toISOString()}.`,
            cause: 'certificates for users are signed for hours or days, and this one is stored.',
            fix: 'have the key signed in the workflow, right before this step.',
        };
    }
    if (validAfter > now) {
        return {
            fact: `it is not valid before ${validAfter.toISOString()}; the runner's clock says ${now.toISOString()}.`,
            cause: 'one of the two clocks, of the authority or of the runner, is wrong.',
            fix: 'put the clocks right, or have it signed with some minutes to spare: `ssh-keygen -s CA -V -5m:+1h`.',
        };
    }
    return undefined;
}
const needsOpenssh = {
    at: parse_ssh_certificate_INPUT,
    fact: 'certificates of users are known to `transport: openssh` alone.',
    cause: 'the library behind `transport: ssh2`, the default, cannot log in with them.',
    fix: 'add transport: openssh, or leave the certificate out.',
};
const noCertificate = {
    at: parse_ssh_certificate_INPUT,
    fact: 'this is not the certificate of an SSH key.',
    cause: 'another file was copied, such as the public key (.pub without -cert), or the line was cut off.',
    fix: parse_ssh_certificate_EXAMPLE,
};
function notForUser(users, principals) {
    return {
        at: parse_ssh_certificate_INPUT,
        fact: `it is for ${principals.join(', ')}, and ${users.join(', ')} logs in.`,
        cause: 'fine where sshd maps them (AuthorizedPrincipalsFile), else the login is refused.',
        fix: `have it signed for the user: \`ssh-keygen -s CA -n ${users[0] ?? ''}\`.`,
    };
}
function endsSoon(end) {
    return {
        at: parse_ssh_certificate_INPUT,
        fact: `it ends at ${end.toISOString()}: within the time that a run may take. Hosts are logged in to at its beginning.`,
        fix: 'have it signed for an hour at least, or right before this step.',
    };
}

;// CONCATENATED MODULE: ./src/settings/parse-access.ts






/**
 * Reads how the hosts are got into.
 * @param hosts as far as they could be read.
 */
function parseAccess(inputs, hosts, { user, agentSocket, now }, collected) {
    const before = collected.findings.length;
    const identity = parseIdentity(inputs, agentSocket, collected);
    const connectTimeoutSeconds = parseDuration('ssh-connect-timeout', inputs['ssh-connect-timeout'], connectTime, collected.findings);
    const certificate = parseSshCertificate(inputs['ssh-certificate'], { identity, hosts, now }, collected);
    const bastions = parseBastions(inputs['ssh-bastion'], user, collected.findings);
    const ownKey = inputs['ssh-bastion-private-key'] !== '';
    const bastionKey = ownKey ? parseKey(BASTIONS_KEY, inputs, collected) : undefined;
    if (inputs['ssh-bastion'] === '')
        refuseBastionKey(inputs, collected.findings);
    const places = [...hosts.map(pinned_host/* pinnedHost */.h), ...bastions.map((login) => ({ ...login, aliases: [] }))];
    const hostKeys = parseHostKeys(inputs, hosts.length === 0 ? [] : places, collected);
    if (hostKeys !== undefined)
        refuseCertificatesOnly(hostKeys, hosts, collected.findings);
    if (identity === undefined ||
        hostKeys === undefined ||
        connectTimeoutSeconds === undefined ||
        collected.findings.length > before)
        return undefined;
    return {
        identity,
        ...(certificate !== undefined && { certificate }),
        hostKeys,
        connectTimeoutSeconds,
        bastions,
        ...(bastionKey && { bastionKey }),
    };
}
const connectTime = {
    least: 2,
    greatest: 300,
    words: 'two seconds and five minutes',
    example: '20s',
};
/** A private key that is given, else the agent: it is not asked for more than one way to log in. */
function parseIdentity(inputs, agentSocket, collected) {
    if (inputs['ssh-private-key'].trim() === '' && agentSocket !== undefined) {
        if (inputs['ssh-key-passphrase'] !== '')
            collected.warnings.push(passphraseOfNothing);
        return { kind: 'agent', socket: agentSocket };
    }
    const key = parseKey(HOSTS_KEY, inputs, collected);
    return key && { kind: 'key', key };
}
const passphraseOfNothing = {
    at: 'ssh-key-passphrase',
    fact: 'a passphrase is given, and no private key: the keys of the ssh-agent are used, which need none.',
    cause: 'the secret with the key does not exist or has another name.',
    fix: 'give the key in ssh-private-key, or leave the passphrase out.',
};
const HOSTS_KEY = { key: 'ssh-private-key', passphrase: 'ssh-key-passphrase' };
const BASTIONS_KEY = { key: 'ssh-bastion-private-key', passphrase: 'ssh-bastion-key-passphrase' };
/** Inputs that say how hosts are logged in to, where none is: the runner itself is the only one. */
function warnOfUnusedAccess(inputs, warnings) {
    const names = [
        'ssh-user',
        'ssh-private-key',
        'ssh-known-hosts',
        'ssh-host-fingerprints',
        'ssh-bastion',
    ];
    const given = names.filter((name) => inputs[name] !== '');
    if (given.length === 0)
        return;
    warnings.push({
        at: given[0] ?? 'transport',
        fact: `${given.join(', ')}: given, and no host is logged in to.`,
        cause: 'the one host is the machine that the job runs on (transport, local-host).',
        fix: 'leave these inputs out.',
    });
}
function refuseBastionKey(inputs, findings) {
    for (const at of Object.values(BASTIONS_KEY).filter((name) => inputs[name] !== '')) {
        findings.push({
            at,
            fact: 'it is given, and ssh-bastion is not.',
            cause: 'the variable that names the bastion does not exist or is empty.',
            fix: 'give ssh-bastion, or leave this input out.',
        });
    }
}

;// CONCATENATED MODULE: ./src/settings/parse-artifacts.ts


/** What GitHub allows at most; a repository may allow less, and then the client takes that. */
const longestRetention = 400;
/** Longer names are cut in GitHub's pages. */
const longestName = 128;
/**
 * Reads what is uploaded.
 * @param defaultName for a run that names none: unique, because GitHub refuses a second artifact of the same name.
 */
function parseArtifacts(values, defaultName, findings) {
    const upload = parseBoolean('upload-artifacts', values.upload, findings);
    const name = values.name === '' ? defaultName : parseName(values.name, findings);
    const retentionDays = values.retentionDays === ''
        ? undefined
        : parseInteger('artifact-retention-days', values.retentionDays, { least: 1, greatest: longestRetention, example: 30 }, findings);
    if (upload === undefined || name === undefined)
        return undefined;
    return { upload, name, ...(retentionDays !== undefined && { retentionDays }) };
}
/** The characters that the artifact service refuses (@actions/artifact, path-and-artifact-name-validation.ts). */
function parseName(value, findings) {
    const [refused] = /["':<>|*?\\/\p{Cc}]/u.exec(value) ?? [];
    if (refused === undefined && value.length <= longestName)
        return value;
    findings.push({
        at: 'artifact-name',
        fact: refused === undefined
            ? `the name has ${value.length} characters, more than ${longestName}.`
            : `${(0,quote/* quote */.hD)(value)} holds ${JSON.stringify(refused)}, which the artifact service refuses.`,
        fix: 'use letters, digits, dashes, dots and underscores, for example artifact-name: etcd-report-${{ github.run_attempt }}.',
    });
    return undefined;
}

// EXTERNAL MODULE: ./src/pki/read-authority.ts + 1 modules
var read_authority = __webpack_require__(22127);
;// CONCATENATED MODULE: ./src/settings/parse-authority.ts


/**
 * Reads the certificate and key of a CA that the user brings: both, or neither. They must belong together and be
 * able to sign for etcd.
 * @param now the start of the run, for the validity.
 */
function parseAuthority(certificatePem, keyPem, now, findings) {
    const hasCertificate = certificatePem.trim() !== '';
    const hasKey = keyPem.trim() !== '';
    if (!hasCertificate && !hasKey)
        return undefined;
    if (!hasKey)
        findings.push(certificateAlone);
    else if (!hasCertificate)
        findings.push(keyAlone);
    else {
        const { authority, problems } = readPair(certificatePem, keyPem, now);
        findings.push(...problems);
        return authority;
    }
    return undefined;
}
/**
 * Reads where the CA's key is kept. With `input-only` a run that may issue certificates needs the CA as inputs.
 * @param isGiven whether the certificate or the key of a CA is among the inputs; half a pair is told of already.
 * @param mayIssue whether the operation issues certificates, or is to say whether one could.
 */
function parseCustody(value, isGiven, mayIssue, findings) {
    const custody = parseChoice('ca-custody', value, CUSTODIES, findings);
    if (custody === 'input-only' && mayIssue && !isGiven) {
        findings.push({
            at: 'ca-custody',
            fact: "with input-only the CA's key is on no host, and no CA is among the inputs: nothing could be signed.",
            cause: 'the secret does not exist, or the workflow was started from a fork or by Dependabot and gets no secrets.',
            fix: 'pass both in every deploy, ca-certificate: ${{ vars.ETCD_CA_CERTIFICATE }} and ca-key: ${{ secrets.ETCD_CA_KEY }}, or leave ca-custody out.',
        });
    }
    return custody;
}
const CUSTODIES = ['first-host', 'input-only'];
const certificateAlone = {
    at: 'ca-key',
    fact: "ca-certificate is given without ca-key; the action signs every member's certificates with the key.",
    cause: 'the secret does not exist, or the workflow was started from a fork or by Dependabot and gets no secrets.',
    fix: 'pass the key too, ca-key: ${{ secrets.ETCD_CA_KEY }}, or leave both out: the action then uses the CA that it ' +
        'finds on the hosts, else makes one.',
};
const keyAlone = {
    at: 'ca-certificate',
    fact: 'ca-key is given without ca-certificate; a key alone does not say which CA it belongs to.',
    cause: 'the variable does not exist or is empty.',
    fix: 'pass the certificate too, from a variable because it is public: ca-certificate: ${{ vars.ETCD_CA_CERTIFICATE }}.',
};
function readPair(certificatePem, keyPem, now) {
    const certificate = { name: 'ca-certificate', text: certificatePem };
    const key = { name: 'ca-key', text: keyPem };
    try {
        const authority = (0,read_authority/* readSigningAuthority */.f1)(certificate, key, now);
        return { authority: { certificatePem: authority.certificatePem, keyPem }, problems: [] };
    }
    catch (error) {
        if (!(error instanceof read_authority/* AuthorityError */.sv))
            throw error;
        return { problems: error.reasons };
    }
}

// EXTERNAL MODULE: ./src/pki/alt-names.ts
var alt_names = __webpack_require__(11630);
// EXTERNAL MODULE: ./src/pki/keys.ts
var keys = __webpack_require__(34390);
// EXTERNAL MODULE: ./src/pki/policy.ts
var policy = __webpack_require__(66232);
;// CONCATENATED MODULE: ./src/settings/parse-certificates.ts







/**
 * Reads how certificates are made.
 * @param bringsAuthority whether the user brings the CA, so that none is made.
 */
function parseCertificates(inputs, bringsAuthority, { findings, warnings }) {
    const keyAlgorithm = parseChoice('key-algorithm', inputs.keyAlgorithm, keys/* keyAlgorithms */.Im, findings);
    const leafDays = parseInteger('certificate-validity-days', inputs.leafDays, LEAF_RANGE, findings);
    const authorityDays = parseInteger('ca-validity-days', inputs.authorityDays, AUTHORITY_RANGE, findings);
    const extraSans = parseExtraSans(inputs.extraSans, findings);
    if (keyAlgorithm === undefined || leafDays === undefined || authorityDays === undefined)
        return undefined;
    if (!bringsAuthority && leafDays >= authorityDays)
        findings.push(outlivesAuthority(leafDays, authorityDays));
    warnings.push(...longer('certificate-validity-days', leafDays, policy/* KUBEADM_POLICY */.X.leafDays), ...longer('ca-validity-days', authorityDays, policy/* KUBEADM_POLICY */.X.authorityDays));
    return { keyAlgorithm, leafDays, authorityDays, extraSans };
}
const LEAF_RANGE = { least: 1, greatest: 3650, example: policy/* KUBEADM_POLICY */.X.leafDays };
const AUTHORITY_RANGE = { least: 2, greatest: 36500, example: policy/* KUBEADM_POLICY */.X.authorityDays };
/**
 * Reads names and addresses for certificates as kubeadm takes them.
 * @returns each once, in its canonical form and in an order that does not depend on the user's.
 */
function parseExtraSans(value, findings) {
    const names = parseEntries('extra-sans', value, findings).flatMap(({ text, at }) => {
        try {
            return [(0,alt_names/* parseAltName */.yA)(text).value];
        }
        catch {
            findings.push({ at, ...sanProblem(text) });
            return [];
        }
    });
    return [...new Set(names)].sort();
}
function sanProblem(text) {
    const fix = 'write names in lower case and addresses without brackets and port, for example extra-sans: etcd.example.com, *.etcd.example.com, 10.0.0.100.';
    const fact = `${(0,quote/* quote */.hD)(text)} is neither an IP address nor a DNS name that kubeadm would put into a certificate.`;
    const foreign = (0,characters/* foreignCharacter */.sE)(text);
    if (foreign !== undefined)
        return { fact, cause: `it holds ${foreign}, and only ASCII stands in certificates.`, fix };
    if (text.includes('://'))
        return { fact, cause: 'it is a URL.', fix };
    if (/^\[|:\d+$/.test(text))
        return { fact, cause: 'it has brackets or a port, which certificates do not have.', fix };
    if (text !== text.toLowerCase())
        return { fact, cause: 'it has capital letters.', fix };
    if (text.includes('*'))
        return { fact, cause: 'a wildcard stands for the whole first label and nothing else.', fix };
    return { fact, fix };
}
function outlivesAuthority(leafDays, authorityDays) {
    return {
        at: 'ca-validity-days',
        fact: `a CA of ${authorityDays} days cannot sign certificates that are valid for ${leafDays} days (certificate-validity-days): they would end after it.`,
        fix: `give the CA at least some renewals: ca-validity-days: ${leafDays * 10}, or certificate-validity-days: ${Math.ceil(authorityDays / 10)}.`,
    };
}
/** kubeadm warns of the same (validation.go, ValidateCertValidity). */
function longer(at, days, usual) {
    if (days <= usual)
        return [];
    return [
        {
            at,
            fact: `${days} days are longer than the ${usual} that kubeadm recommends: a key that is lost is of use to its finder for so long.`,
            fix: `let a deploy run by a schedule, which renews in time, and leave it at ${at}: ${usual}.`,
        },
    ];
}

;// CONCATENATED MODULE: ./src/settings/parse-data-places.ts

/** Folders below which nothing of etcd may lie, and why. */
const parse_data_places_closed = [
    { folders: ['/tmp', '/var/tmp'], why: 'is emptied by the system' },
    { folders: ['/run', '/var/run', '/dev'], why: 'is in memory and lost when the host restarts' },
    { folders: ['/proc', '/sys'], why: 'belongs to the kernel' },
    { folders: ['/etc', '/boot', '/usr', '/bin', '/sbin', '/lib', '/lib64'], why: 'belongs to the system' },
    { folders: ['/var/log', '/var/cache'], why: 'is cleaned up by the system' },
    {
        folders: [
            '/var/lib/kubelet',
            '/var/lib/containerd',
            '/var/lib/containers',
            '/var/lib/docker',
            '/var/lib/dockershim',
        ],
        why: 'belongs to the kubelet or the container runtime',
    },
];
/** Folders that others use too: kubeadm gives the data dir mode 0700, which would lock them out. */
const shared = [
    '/',
    '/home',
    '/media',
    '/mnt',
    '/opt',
    '/root',
    '/srv',
    '/var',
    '/var/lib',
    '/var/spool',
];
/** The inputs that name a folder of etcd's, each with an example. */
const EXAMPLES = { 'data-dir': '/var/lib/etcd', 'wal-dir': '/var/lib/etcd-wal' };
/**
 * Reads where etcd's data and its log are to be: two folders, neither within the other.
 * @param inputs `wal-dir` empty: the log is in the data dir.
 */
function parseDataPlaces(inputs, findings) {
    const dataDir = parseFolder('data-dir', inputs['data-dir'], findings);
    if (inputs['wal-dir'] === '')
        return dataDir === undefined ? undefined : { dataDir };
    const walDir = parseFolder('wal-dir', inputs['wal-dir'], findings);
    if (dataDir === undefined || walDir === undefined)
        return undefined;
    if (isWithin(walDir, dataDir) || isWithin(dataDir, walDir)) {
        findings.push({
            at: 'wal-dir',
            fact: `${(0,quote/* quote */.hD)(walDir)} and data-dir (${(0,quote/* quote */.hD)(dataDir)}) lie one in the other.`,
            cause: 'the folder in which etcd keeps its log by itself was meant.',
            fix: 'leave wal-dir out, or name a folder on another disk, for example wal-dir: /var/lib/etcd-wal.',
        });
        return undefined;
    }
    return { dataDir, walDir };
}
/**
 * Reads the path of a folder of etcd's: absolute, clean, and in a place that keeps what it is given. The characters
 * are those that mean the same to bash, systemd (RequiresMountsFor), YAML and the kubelet.
 */
function parseFolder(input, value, findings) {
    const fact = parse_data_places_problemOf(value);
    if (fact === undefined)
        return value;
    findings.push({
        at: input,
        fact: `${(0,quote/* quote */.hD)(value)} ${fact}`,
        fix: `use a folder of etcd's own, for example ${input}: ${EXAMPLES[input]}.`,
    });
    return undefined;
}
function isWithin(path, folder) {
    return path === folder || path.startsWith(`${folder}/`);
}
function parse_data_places_problemOf(path) {
    if (!path.startsWith('/'))
        return 'is not an absolute path.';
    if (!/^[A-Za-z0-9._/@+-]*$/.test(path))
        return 'holds characters other than letters, digits and . _ - + @ /.';
    if (shared.includes(path))
        return 'is shared with others, who would be locked out: etcd wants its folder for itself (mode 0700).';
    const parts = path.slice(1).split('/');
    if (parts.some((part) => part === '' || part === '.' || part === '..')) {
        return 'is not a clean path: it holds //, . or .., or ends with /.';
    }
    const found = parse_data_places_closed
        .flatMap(({ folders, why }) => folders.map((folder) => ({ folder, why })))
        .find(({ folder }) => isWithin(path, folder));
    return found === undefined ? undefined : `lies in ${found.folder}, which ${found.why}.`;
}

// EXTERNAL MODULE: ./src/kubeadm/etcd-flags.ts
var etcd_flags = __webpack_require__(88239);
// EXTERNAL MODULE: ./node_modules/yaml/dist/index.js
var dist = __webpack_require__(38815);
// EXTERNAL MODULE: ./src/kubeadm/yaml.ts + 1 modules
var yaml = __webpack_require__(89278);
;// CONCATENATED MODULE: ./src/settings/yaml-input.ts



/**
 * Reads an input as YAML; without a value there was an error, which is a finding.
 * @param input its name, with the file that it names if there is one: for the places.
 */
function parseYaml(input, text, form, findings) {
    const lines = new dist/* LineCounter */.HN();
    const document = (0,dist/* parseDocument */.Tp)(text, {
        lineCounter: lines,
        prettyErrors: false,
        stringKeys: true,
        logLevel: 'error',
        schema: form.schema === 'failsafe' ? 'failsafe' : 'core',
        uniqueKeys: form.uniqueKeys,
    });
    const placeOf = (offset) => {
        if (offset === undefined)
            return input;
        const { line, col } = lines.linePos(offset);
        return `${input}, line ${line}, column ${col}`;
    };
    const unseen = unseenIn(text);
    if (unseen !== undefined) {
        findings.push({ at: placeOf(unseen.index), ...(0,characters/* unseenProblem */.eg)(unseen.character) });
        return undefined;
    }
    const [problem] = [...document.errors, ...document.warnings];
    if (problem === undefined) {
        if (form.schema === 'kubernetes')
            (0,yaml/* readAsKubernetes */.f)(document);
        return { document, placeOf };
    }
    findings.push(syntaxFinding(problem, placeOf(problem.pos[0]), form.example));
    return undefined;
}
/** The first character outside of comments that is not seen; a byte order mark at the beginning is none. */
function unseenIn(text) {
    let start = 0;
    for (const line of text.split('\n')) {
        const comment = /(?:^|[ \t])#/.exec(line)?.index ?? line.length;
        const skipped = start === 0 && line.startsWith('\uFEFF') ? 1 : 0;
        const found = (0,characters/* findUnseen */.s)(line.slice(skipped, comment));
        if (found !== undefined)
            return { ...found, index: start + skipped + found.index };
        start += line.length + 1;
    }
    return undefined;
}
function syntaxFinding(problem, at, example) {
    if (problem.code === 'MULTIPLE_DOCS') {
        return {
            at,
            fact: 'a second YAML document begins here.',
            fix: `write one mapping without ---, ${example}`,
        };
    }
    if (problem.code === 'RESOURCE_EXHAUSTION') {
        return { at, fact: 'the YAML is nested too deeply.', fix: `write plain values, ${example}` };
    }
    return {
        at,
        fact: `this is not YAML: ${problem.message}.`,
        cause: 'the block is not indented evenly, or a value needs quotes.',
        fix: `write one field per line, all beginning in the same column, ${example}`,
    };
}

;// CONCATENATED MODULE: ./src/settings/flag-forms.ts



const input = 'extra-args';
const flag_forms_example = 'for example "snapshot-count: 5000", or as on the command line, --snapshot-count=5000.';
/** True for a text that is written as on a command line: its first line is `--name=value`, `name=value` or begins with `etcd`. */
function looksLikeLines(text) {
    const [first] = meaningful(text);
    return (first !== undefined &&
        /^(?:["']?--[A-Za-z0-9]|-?[A-Za-z][\w-]*\s*=|(?:[\w./-]*\/)?etcd(?:\s|$))/.test(first.line));
}
/** Reads one flag per line; `#` at the beginning or behind a space begins a comment. */
function flagsOfLines(text, findings) {
    return meaningful(text).flatMap(({ line, at }) => {
        const [, name, value] = /^(?:--)?([^=\s]+)\s*=\s*(.*)$/s.exec(line) ?? [];
        const problem = lineProblem(line, value);
        if (name !== undefined && value !== undefined && problem === undefined)
            return [{ name, value, at }];
        findings.push({ at, ...(problem ?? noFlag(line)) });
        return [];
    });
}
function meaningful(text) {
    return text
        .split(/\r?\n|\r/)
        .map((line, index) => ({
        line: line.replace(/(?:^|\s)#.*$/, '').trim(),
        at: `${input}, line ${index + 1}`,
    }))
        .filter(({ line }) => line !== '');
}
function noFlag(line) {
    if (/^(?:[\w./-]*\/)?etcd(?:\s|$)/.test(line)) {
        return {
            fact: `${(0,quote/* quote */.hD)(line)} begins with the program; its flags alone are given here.`,
            cause: 'a whole command line was copied.',
            fix: 'leave the program out, and write each flag on a line of its own, for example --snapshot-count=5000.',
        };
    }
    if (!/^--\S*=/.test(line) && line.includes('=')) {
        return {
            fact: `${(0,quote/* quote */.hD)(line)} is not a flag with its value: there is white space before the =.`,
            fix: 'write each flag on a line of its own, for example --snapshot-count=5000.',
        };
    }
    return {
        fact: `${(0,quote/* quote */.hD)(line)} is not a flag with its value: there is no = in it.`,
        fix: 'write each flag on a line of its own, all in one form, for example --snapshot-count=5000.',
    };
}
/** What a shell would have taken apart or off, and nobody does here. */
function lineProblem(line, value) {
    if (value === undefined)
        return undefined;
    if (/^["']/.test(line)) {
        return {
            fact: `the flag in ${(0,quote/* quote */.hD)(line)} is in quotes, which etcd would take for part of it.`,
            cause: 'the flag was copied from a shell script or a list.',
            fix: 'write the flag without quotes, for example --log-level=debug.',
        };
    }
    if (/\s--[a-z]/.test(value)) {
        return {
            fact: `there are several flags in ${(0,quote/* quote */.hD)(line)}.`,
            cause: 'the flags were copied from a command line.',
            fix: 'write each flag on a line of its own, for example --snapshot-count=5000.',
        };
    }
    if (/^(["']).*\1$/.test(value)) {
        return {
            fact: `the value in ${(0,quote/* quote */.hD)(line)} is in quotes, which etcd would take for part of it.`,
            cause: 'the flag was copied from a shell script.',
            fix: 'write the value without quotes, for example --log-level=debug.',
        };
    }
    return undefined;
}
/** Reads a YAML mapping of names to single values, each taken as it is written. */
function flagsOfMapping(text, findings) {
    const yaml = parseYaml(input, text, { schema: 'failsafe', uniqueKeys: false, example: flag_forms_example }, findings);
    const contents = yaml?.document.contents;
    if (yaml === undefined || contents === null || ((0,dist/* isScalar */.jn)(contents) && contents.value === ''))
        return [];
    if (!(0,dist/* isMap */.jh)(contents)) {
        findings.push({
            at: input,
            fact: 'this is not a mapping of flags to values.',
            cause: 'the flags were written as a list, or there is no space behind a colon.',
            fix: `write one flag per line without a dash before it, ${flag_forms_example}`,
        });
        return [];
    }
    return contents.items.flatMap(({ key, value }) => {
        const name = (0,dist/* isScalar */.jn)(key) ? String(key.value) : '';
        const at = yaml.placeOf((0,dist/* isScalar */.jn)(key) ? key.range?.[0] : undefined);
        if (!(0,dist/* isScalar */.jn)(value) || typeof value.value !== 'string') {
            findings.push(noSingleValue(name, at));
            return [];
        }
        const isNull = value.type === 'PLAIN' && /^(?:~|null|Null|NULL)$/.test(value.value);
        return [{ name, value: isNull ? '' : value.value, at }];
    });
}
function noSingleValue(name, at) {
    return {
        at,
        fact: `${(0,quote/* quote */.hD)(name)} has a list, a mapping or the like in place of one value.`,
        fix: `write one value as on etcd's command line, several of them with commas, ${flag_forms_example}`,
    };
}

;// CONCATENATED MODULE: ./src/settings/shell-remains.ts

/** What of a command line a shell would have taken away, and how it is recognised in a value. */
const REMAINS = [
    {
        pattern: /\\$/,
        what: 'ends with a backslash, by which a shell goes on in the next line',
        fix: 'leave the backslashes at the ends of lines out.',
    },
    {
        pattern: /,\s*-{0,2}[a-z][a-z0-9]*(?:-[a-z0-9]+)+\s*=|,\s*--[a-z]/,
        what: 'holds another flag behind a comma',
        fix: 'write each flag on a line of its own, without commas between them.',
    },
    {
        pattern: /[,;]$/,
        what: 'ends with a sign that separates flags or commands elsewhere',
        fix: 'end the line behind the value.',
    },
    {
        pattern: /(?:^|\s)(?:&&?|\|\|?|;|>>?|<|2>&1)(?:\s|$)/,
        what: 'holds a sign by which a shell joins or redirects commands',
        fix: 'write flags alone: no shell reads them.',
    },
    {
        pattern: /\$(?:\{|[A-Za-z_])/,
        what: 'holds the name of a variable ($), in place of which no shell puts its value',
        fix: 'write the value itself, or an expression of the workflow such as ${{ vars.NAME }}.',
    },
    {
        pattern: /`/,
        what: 'holds a backquote, for which no shell runs a command',
        fix: 'write the value itself.',
    },
];
/** What is wrong with the value of a flag that was taken from a command line: etcd would get it as it is. */
function shellProblem(name, value) {
    const found = REMAINS.find(({ pattern }) => pattern.test(value));
    return (found && {
        fact: `the value of --${name}, ${(0,quote/* quote */.hD)(value)}, ${found.what}; etcd would get it as it is written.`,
        cause: 'the flags were copied from a shell script or from a list.',
        fix: found.fix,
    });
}

;// CONCATENATED MODULE: ./src/settings/parse-extra-args.ts





/**
 * Reads the flags of etcd that the user adds: a YAML mapping of names to values, or lines as on the command line.
 * Which flags there are is left to etcd, whose versions differ.
 * @returns the flags sorted by name.
 */
function parseExtraArgs(text, findings) {
    const flags = looksLikeLines(text) ? flagsOfLines(text, findings) : flagsOfMapping(text, findings);
    findings.push(...flags.flatMap(checkFlag), ...flags.flatMap(checkTwice));
    return flags
        .map(({ name, value }) => ({ name, value }))
        .sort((one, other) => (one.name < other.name ? -1 : 1));
}
function checkFlag({ name, value, at }) {
    if (!/^[a-z][a-z0-9-]*$/.test(name)) {
        return [
            {
                at,
                fact: `${(0,quote/* quote */.hD)(name)} is not the name of a flag.`,
                ...(/[A-Z_]/.test(name) && { cause: 'the name of the environment variable was written.' }),
                fix: 'write it as etcd --help has it, in lower-case letters, digits and dashes, for example snapshot-count.',
            },
        ];
    }
    const reason = etcd_flags/* OWNED_ETCD_FLAGS */.fP.get(name);
    if (reason !== undefined) {
        return [{ at, fact: `--${name} cannot be given: ${reason}.`, fix: 'leave the flag out.' }];
    }
    const problem = valueProblem(name, value);
    return problem === undefined ? [] : [{ at, ...problem }];
}
function valueProblem(name, value) {
    if (value === '') {
        return {
            fact: `--${name} has no value.`,
            cause: 'an expression like ${{ vars.QUOTA }} that has no value.',
            fix: `give it one, for example --${name}=true where the flag is a switch, or leave the flag out.`,
        };
    }
    if (/[\p{Cc}\p{Zl}\p{Zp}]/u.test(value)) {
        return {
            fact: `the value of --${name} holds a line break or another control character.`,
            cause: 'the value was written as a YAML block (| or >).',
            fix: `write it on one line behind the name, for example "${name}: value".`,
        };
    }
    const unseen = (0,characters/* findUnseen */.s)(value);
    if (unseen !== undefined)
        return (0,characters/* unseenProblem */.eg)(unseen.character);
    if (/\$[($]/.test(value)) {
        return {
            fact: `the value of --${name} holds $( or $$, in place of which the kubelet puts something else.`,
            fix: 'write a value without them.',
        };
    }
    const remains = shellProblem(name, value);
    if (remains !== undefined)
        return remains;
    if (name === 'feature-gates' && !(0,etcd_flags/* keepsCorruptCheck */.m1)(value)) {
        return {
            fact: `${(0,quote/* quote */.hD)(value)} would take the place of kubeadm's own --feature-gates=InitialCorruptCheck=true.`,
            cause: 'only the other gates were named; by this one a member compares its data with the others before it serves.',
            fix: 'name it too, for example feature-gates: InitialCorruptCheck=true,CompactHashCheck=true.',
        };
    }
    return undefined;
}
/** etcd takes the last of two, kubeadm writes both: nobody would know which one was meant. */
function checkTwice(flag, index, flags) {
    const first = flags.findIndex(({ name }) => name === flag.name);
    if (first === index)
        return [];
    return [
        {
            at: flag.at,
            fact: `${(0,quote/* quote */.hD)(flag.name)} was given before, at ${flags[first]?.at ?? ''}.`,
            fix: 'keep one of the two.',
        },
    ];
}

;// CONCATENATED MODULE: ./src/settings/parse-health.ts


const DEADLINE = { least: 10, greatest: 600, words: '10s and 10m', example: '60s' };
const WINDOW = { least: 0, greatest: 300, words: '0s and 5m', example: '30s' };
/** What connecting, asking and judging may take besides the window; seconds. */
const BESIDES_WINDOW = 10;
const FAIL_ON = ['fail', 'warn', 'never'];
const DAYS = { least: 0, greatest: 3650, example: 30 };
const MILLISECONDS = { least: 1, greatest: 60_000, example: 100 };
const PERCENT = { least: 1, greatest: 100, example: 80 };
const ENTRIES = { least: 1, greatest: 1_000_000, example: 1000 };
/** Where each threshold comes from. */
const THRESHOLDS = {
    certificateWarningDays: ['certificate-warning-days', DAYS],
    certificateFailureDays: ['certificate-failure-days', DAYS],
    latencyWarningMs: ['latency-warning-ms', MILLISECONDS],
    fsyncWarningMs: ['fsync-warning-ms', MILLISECONDS],
    commitWarningMs: ['commit-warning-ms', MILLISECONDS],
    peerLatencyWarningMs: ['peer-latency-warning-ms', MILLISECONDS],
    dbQuotaWarningPercent: ['db-quota-warning-percent', PERCENT],
    dbQuotaFailurePercent: ['db-quota-failure-percent', PERCENT],
    diskFreeWarningPercent: ['disk-free-warning-percent', PERCENT],
    clockWarningMs: ['clock-warning-ms', MILLISECONDS],
    raftLagWarning: ['raft-lag-warning', ENTRIES],
};
/** Reads what the operation `health` is told. */
function parseHealth(inputs, findings) {
    const probe = inputs['health-probe'] === '' ? undefined : parseProbe(inputs['health-probe'], findings);
    const deadlineSeconds = parseDuration('deadline', inputs.deadline, DEADLINE, findings);
    const metricsWindowSeconds = parseDuration('metrics-window', inputs['metrics-window'], WINDOW, findings);
    const failOn = parseChoice('fail-on', inputs['fail-on'], FAIL_ON, findings);
    const thresholds = parseThresholds(inputs, findings);
    const history = parseHistory(inputs['history-artifact'], inputs['github-token'].trim(), findings);
    if (deadlineSeconds === undefined ||
        metricsWindowSeconds === undefined ||
        failOn === undefined ||
        thresholds === undefined) {
        return undefined;
    }
    if (metricsWindowSeconds > 0 && metricsWindowSeconds + BESIDES_WINDOW > deadlineSeconds) {
        findings.push(windowTooLong(metricsWindowSeconds, deadlineSeconds));
    }
    return {
        ...(probe !== undefined && { probe }),
        deadlineSeconds,
        metricsWindowSeconds,
        failOn,
        thresholds,
        ...(history !== undefined && { history }),
    };
}
function parseThresholds(inputs, findings) {
    const values = Object.entries(THRESHOLDS).map(([name, [input, range]]) => [name, parseInteger(input, inputs[input], range, findings)]);
    if (values.some(([, value]) => value === undefined))
        return undefined;
    const thresholds = Object.fromEntries(values);
    const { certificateWarningDays, certificateFailureDays } = thresholds;
    const { dbQuotaWarningPercent, dbQuotaFailurePercent } = thresholds;
    if (certificateFailureDays > certificateWarningDays) {
        findings.push(crossed('certificate-failure-days', certificateFailureDays, certificateWarningDays, 'more'));
    }
    if (dbQuotaFailurePercent < dbQuotaWarningPercent) {
        findings.push(crossed('db-quota-failure-percent', dbQuotaFailurePercent, dbQuotaWarningPercent, 'less'));
    }
    return thresholds;
}
function crossed(input, failure, warning, than) {
    const other = input.replace('failure', 'warning');
    return {
        at: input,
        fact: `${failure} is ${than} than the ${warning} of ${other}: there would be no warning before the failure.`,
        fix: `choose ${input} so that ${other} is reached first.`,
    };
}
function windowTooLong(window, deadline) {
    return {
        at: 'metrics-window',
        fact: `two looks ${window} s apart do not fit into the deadline of ${deadline} s.`,
        fix: `write deadline: ${window + 3 * BESIDES_WINDOW}s, or a shorter metrics-window.`,
    };
}
/** A path that sudoers and every login shell take as it stands. */
function parseProbe(value, findings) {
    if (/^(?:\/[A-Za-z0-9][A-Za-z0-9._-]*)+$/.test(value))
        return value;
    findings.push({
        at: 'health-probe',
        fact: `${(0,quote/* quote */.hD)(value)} is not the absolute path of a program, of letters, digits, dots, dashes and underscores.`,
        fix: 'write where the probe is installed on the hosts, for example health-probe: /usr/local/sbin/etcd-ha-health-probe.',
    });
    return undefined;
}
function parseHistory(artifact, token, findings) {
    if (artifact === '')
        return undefined;
    // What the artifact service takes as a name (@actions/artifact, path-and-artifact-name-validation.ts).
    if (!/^[^"':<>|*?\\/\p{Cc}]{1,127}\*?$/u.test(artifact)) {
        findings.push({
            at: 'history-artifact',
            fact: `${(0,quote/* quote */.hD)(artifact)} is not the name of an artifact, nor the beginning of one with a * behind it.`,
            fix: 'write what artifact-name is, for example history-artifact: etcd-health-*.',
        });
        return undefined;
    }
    if (token !== '')
        return { artifact, token };
    findings.push({
        at: 'github-token',
        fact: 'history-artifact is given, and no token to read earlier artifacts with.',
        cause: 'without one, only the artifacts of the same run can be read.',
        fix: 'write github-token: ${{ github.token }}, and give the job permissions: actions: read.',
    });
    return undefined;
}

;// CONCATENATED MODULE: ./src/settings/parse-registry.ts

/**
 * Reads the credentials for the registry of `image-repository`: both, or neither. They go to that registry alone, so it has
 * to be named.
 */
function parseRegistry(username, password, imageRepository, findings) {
    // one line break at the end is that of its file
    const secret = password.replace(/\r?\n$/, '');
    if (username === '' && secret === '')
        return undefined;
    if (username === '' || secret === '') {
        findings.push(username === '' ? withoutName : withoutPassword);
        return undefined;
    }
    const server = registryOf(imageRepository);
    if (server === undefined) {
        findings.push({
            at: 'image-repository',
            fact: imageRepository === ''
                ? 'registry-username and registry-password are given without the registry that they are for.'
                : `${(0,quote/* quote */.hD)(imageRepository)} names no registry, and credentials are given for one.`,
            cause: 'they would go to another registry than they are meant for.',
            fix: 'name it with its host, for example image-repository: registry.example.com/k8s.',
        });
        return undefined;
    }
    // RFC 7617: the first colon ends the name. A password may have lines: keys of service accounts are JSON.
    if (/[:\p{Cc}]/u.test(username)) {
        findings.push({
            at: 'registry-username',
            fact: `${(0,quote/* quote */.hD)(username)} holds a colon or a control character, which no registry takes there.`,
            cause: 'name and password were pasted together.',
            fix: 'give the name alone as registry-username and the password or token as registry-password.',
        });
        return undefined;
    }
    return { username, password: secret, server };
}
const withoutName = {
    at: 'registry-username',
    fact: 'registry-password is given without registry-username.',
    cause: 'the variable does not exist or is empty.',
    fix: 'pass the name too; for tokens it is what the registry says, for example registry-username: oauth2accesstoken.',
};
const withoutPassword = {
    at: 'registry-password',
    fact: 'registry-username is given without registry-password.',
    cause: 'the secret does not exist, or the workflow was started from a fork or by Dependabot and gets no secrets.',
    fix: 'pass it from a secret, registry-password: ${{ secrets.REGISTRY_PASSWORD }}.',
};
/** The registry that an image's repository names; the first part is one if it can be nothing else. */
function registryOf(imageRepository) {
    const [first = ''] = imageRepository.split('/');
    return /[.:]/.test(first) || first === 'localhost' ? first : undefined;
}

;// CONCATENATED MODULE: ./src/settings/parse-image.ts


/**
 * Host (with port) and path of an image reference, without tag and digest (distribution/reference, reference.go,
 * `name`); each part of the path in lower case.
 */
const repository = /^(?:[A-Za-z0-9](?:[A-Za-z0-9.-]*[A-Za-z0-9])?(?::\d{1,5})?\/)?[a-z0-9]+(?:(?:\.|_{1,2}|-+)[a-z0-9]+)*(?:\/[a-z0-9]+(?:(?:\.|_{1,2}|-+)[a-z0-9]+)*)*$/;
/** A registry alone, as in kubeadm's own default registry.k8s.io, may have a port and capital letters. */
const registry = /^[A-Za-z0-9](?:[A-Za-z0-9.-]*[A-Za-z0-9])?(?::\d{1,5})?$/;
/** The tag of an image reference (distribution/reference, reference.go, `tag`). */
const tag = /^\w[\w.-]{0,127}$/;
const repositoryFix = 'write registry and path without /etcd and tag, for example image-repository: registry.k8s.io.';
const tagFix = 'write the tag alone, for example etcd-image-tag: 3.6.5-0.';
/** Reads all that is said of images. */
function parseImages(inputs, findings) {
    const imageArchive = given(inputs['image-archive'], (value) => parseArchivePath(value, findings));
    const repository = inputs['image-repository'];
    const imageRepository = given(repository, (value) => parseImageRepository(value, findings));
    const registry = parseRegistry(inputs['registry-username'], inputs['registry-password'], repository, findings);
    const etcdImageTag = given(inputs['etcd-image-tag'], (value) => parseImageTag(value, findings));
    return {
        ...(imageArchive !== undefined && { imageArchive }),
        ...(imageRepository !== undefined && { imageRepository }),
        ...(registry !== undefined && { registry }),
        ...(etcdImageTag !== undefined && { etcdImageTag }),
    };
}
function given(value, parse) {
    return value === '' ? undefined : parse(value);
}
/** Reads the path of an archive on the runner. Whether it is there, and holds images, is seen when it is read. */
function parseArchivePath(value, findings) {
    const path = value.trim();
    // eslint-disable-next-line no-control-regex -- a path of several lines is a list of files
    const isList = /[\u0000-\u001f]/.test(path);
    if (!isList && !path.includes('://'))
        return path;
    findings.push({
        at: 'image-archive',
        fact: isList
            ? 'several lines are given, and it takes one file.'
            : `${(0,quote/* quote */.hD)(path)} is a URL; a file on the runner is meant.`,
        fix: isList
            ? 'put all images into one archive, for example `docker save IMAGE IMAGE -o images.tar` and image-archive: images.tar.'
            : 'fetch it in a step before and give its path, for example image-archive: images.tar.',
    });
    return undefined;
}
/** Reads the registry and path before `/etcd:<tag>`, as kubeadm's etcd.local.imageRepository takes it. */
function parseImageRepository(value, findings) {
    const fact = repositoryProblem(value);
    if (fact === undefined)
        return value;
    findings.push({ at: 'image-repository', fact: `${(0,quote/* quote */.hD)(value)} ${fact}`, fix: repositoryFix });
    return undefined;
}
function repositoryProblem(value) {
    if (value.includes('://'))
        return 'is a URL; an image has no scheme.';
    if (value.includes('@') || /:[^/]*\/?$/.test(value.replace(registry, '')))
        return 'holds a tag or digest.';
    if (value.endsWith('/'))
        return 'ends with a slash.';
    if (value.endsWith('/etcd'))
        return 'ends with /etcd, which kubeadm adds itself.';
    return repository.test(value) || registry.test(value)
        ? undefined
        : 'is not a registry and path of an image.';
}
/** The oldest etcd that any supported kubeadm (1.31.0) takes as an external one: MinExternalEtcdVersion. Later ones want 3.5.24. */
const oldest = [3, 5, 11];
/** Reads the tag of the etcd image. Its version must show: kubeadm chooses etcd's flags by it. */
function parseImageTag(value, findings) {
    const fact = tagProblem(value);
    if (fact === undefined)
        return value;
    findings.push({ at: 'etcd-image-tag', fact: `${(0,quote/* quote */.hD)(value)} ${fact}`, fix: tagFix });
    return undefined;
}
function tagProblem(value) {
    if (/[:/@]/.test(value))
        return 'holds more than a tag; registry and path belong into image-repository.';
    if (!tag.test(value))
        return 'is not the tag of an image.';
    const version = /^v?(\d{1,4})\.(\d{1,4})\.(\d{1,4})(?:[-+_.].*)?$/.exec(value)?.slice(1).map(Number);
    if (version === undefined)
        return "does not begin with etcd's version, by which kubeadm chooses etcd's flags.";
    return isOlder(version, oldest)
        ? `is older than ${oldest.join('.')}, the oldest etcd that any kubeadm from 1.31 on takes for a control plane.`
        : undefined;
}
function isOlder(version, than) {
    const index = version.findIndex((part, place) => part !== than[place]);
    return index >= 0 && (version[index] ?? 0) < (than[index] ?? 0);
}

// EXTERNAL MODULE: ./src/inputs/operation-names.ts
var operation_names = __webpack_require__(49738);
;// CONCATENATED MODULE: ./src/settings/parse-approved-plan.ts

const fix = 'pass what the run that made the plan put out: approved-plan: ${{ needs.plan.outputs.plan-digest }}.';
/**
 * Reads the digest of the plan that was approved: 64 hex digits, with or without `sha256:` before them.
 * @returns lower-case hex; nothing when none is given.
 */
function parseApprovedPlan(value, operation, findings) {
    if (value === '')
        return undefined;
    if (operation !== undefined && operation !== 'deploy')
        findings.push(nothingToApprove(operation));
    const [, digest] = /^(?:sha256:)?([0-9a-f]{64})$/i.exec(value) ?? [];
    if (digest !== undefined)
        return digest.toLowerCase();
    findings.push({
        at: 'approved-plan',
        fact: `${(0,quote/* quote */.hD)(value)} is not the digest of a plan, which has 64 hex digits.`,
        ...(value.startsWith('{') && { cause: 'the output plan was passed in place of plan-digest.' }),
        fix,
    });
    return undefined;
}
function nothingToApprove(operation) {
    return {
        at: 'approved-plan',
        fact: `operation: ${operation} makes no plan and changes nothing: there is nothing to approve.`,
        cause: 'the inputs of another step were copied.',
        fix: 'leave approved-plan out here, or write operation: deploy.',
    };
}

;// CONCATENATED MODULE: ./src/settings/parse-intent.ts



const bootstraps = ['auto', 'allow', 'never'];
/** Reads what is to be done and how far it may go. */
function parseIntent(values, { findings, warnings }) {
    const operation = parseChoice('operation', values.operation, operation_names/* operationNames */.qj, findings);
    const dryRun = parseBoolean('dry-run', values.dryRun, findings);
    const approvedPlan = parseApprovedPlan(values.approvedPlan, operation, findings);
    const bootstrap = parseChoice('bootstrap', values.bootstrap, bootstraps, findings);
    const diskTest = parseBoolean('disk-test', values.diskTest, findings);
    if (operation === undefined || dryRun === undefined || bootstrap === undefined || diskTest === undefined) {
        return undefined;
    }
    const useless = diskTest ? uselessDiskTest(operation, dryRun) : undefined;
    if (useless !== undefined)
        warnings.push(useless);
    return {
        operation,
        dryRun,
        ...(approvedPlan !== undefined && { approvedPlan }),
        bootstrap,
        diskTest: diskTest && useless === undefined,
    };
}
function uselessDiskTest(operation, dryRun) {
    if (operation !== 'preflight') {
        return {
            at: 'disk-test',
            fact: `disk-test: true does nothing with operation: ${operation}: only a preflight writes to a disk to measure it.`,
            fix: 'leave it out here, or run operation: preflight with it.',
        };
    }
    return dryRun
        ? {
            at: 'disk-test',
            fact: 'disk-test: true does nothing with dry-run: true, which writes nothing to any host.',
            fix: 'leave dry-run out: a preflight changes nothing, apart from the file that a disk test writes and removes.',
        }
        : undefined;
}

// EXTERNAL MODULE: ./src/kubeadm/kubelet-config.ts
var kubelet_config = __webpack_require__(27368);
;// CONCATENATED MODULE: ./src/kubeadm/kubelet-fields.ts
/** The fields of KubeletConfiguration, v1beta1, of Kubernetes 1.31 to 1.37 (k8s.io/kubelet, config/v1beta1/types.go). */
const BY_KIND = {
    boolean: `enableServer rotateCertificates serverTLSBootstrap enableDebuggingHandlers enableContentionProfiling
    cgroupsPerQOS singleProcessOOMKill runOnce cpuCFSQuota serializeImagePulls mergeDefaultEvictionSettings
    enableControllerAttachDetach protectKernelDefaults makeIPTablesUtilChains failSwapOn kernelMemcgNotification
    enableSystemLogHandler enableSystemLogQuery enableProfilingHandler enableDebugFlagsHandler seccompDefault registerNode
    localStorageCapacityIsolation failCgroupV1`,
    integer: `port readOnlyPort registryPullQPS registryBurst eventRecordQPS eventBurst healthzPort oomScoreAdj
    nodeLeaseDurationSeconds imageGCHighThresholdPercent imageGCLowThresholdPercent maxPods podPidsLimit
    nodeStatusMaxImages maxOpenFiles kubeAPIQPS kubeAPIBurst maxParallelImagePulls evictionMaxPodGracePeriod podsPerCore
    iptablesMasqueradeBit iptablesDropBit containerLogMaxFiles containerLogMaxWorkers`,
    number: 'memoryThrottlingFactor',
    text: `staticPodPath podLogsDir staticPodURL address tlsCertFile tlsPrivateKeyFile tlsMinVersion healthzBindAddress
    imagePullCredentialsVerificationPolicy clusterDomain kubeletCgroups systemCgroups cgroupRoot cgroupDriver
    cpuManagerPolicy memoryManagerPolicy topologyManagerPolicy topologyManagerScope hairpinMode podCIDR resolvConf
    contentType containerLogMaxSize configMapAndSecretChangeDetectionStrategy reservedSystemCPUs
    showHiddenMetricsForVersion systemReservedCgroup kubeReservedCgroup volumePluginDir providerID
    containerRuntimeEndpoint imageServiceEndpoint memoryReservationPolicy`,
    duration: `syncFrequency fileCheckFrequency httpCheckFrequency streamingConnectionIdleTimeout
    nodeStatusUpdateFrequency nodeStatusReportFrequency imageMinimumGCAge imageMaximumGCAge volumeStatsAggPeriod
    cpuManagerReconcilePeriod runtimeRequestTimeout cpuCFSQuotaPeriod evictionPressureTransitionPeriod
    containerLogMonitorInterval shutdownGracePeriod shutdownGracePeriodCriticalPods`,
    'texts by name': `cpuManagerPolicyOptions topologyManagerPolicyOptions qosReserved evictionHard evictionSoft
    evictionSoftGracePeriod evictionMinimumReclaim systemReserved kubeReserved`,
    'booleans by name': 'featureGates',
    'list of texts': `tlsCipherSuites preloadedImagesVerificationAllowlist clusterDNS enforceNodeAllocatable
    allowedUnsafeSysctls`,
    'list of integers': 'tlsCurvePreferences',
    'list of mappings': 'shutdownGracePeriodByPodPriority reservedMemory registerWithTaints',
    mapping: 'authentication authorization memorySwap logging crashLoopBackOff tracing userNamespaces staticPodURLHeader',
};
/** What each field holds, by its name. */
const KUBELET_FIELDS = new Map(Object.keys(BY_KIND).flatMap((kind) => BY_KIND[kind].split(/\s+/).map((name) => [name, kind])));
/** The greatest number of Go's int32, which most of the fields are. */
const INT32 = 2 ** 31 - 1;
/** Go's int64, as far as numbers of JavaScript are exact. */
const EXACT = Number.MAX_SAFE_INTEGER;
/**
 * Beyond these kubelet ends at once (pkg/kubelet/apis/config/validation/validation.go). Where it takes 0 for the default,
 * 0 is in the range.
 */
const RANGES = new Map([
    ['port', { least: 0, greatest: 65_535 }],
    ['readOnlyPort', { least: 0, greatest: 65_535 }],
    ['registryPullQPS', { least: 0, greatest: INT32 }],
    ['registryBurst', { least: 0, greatest: INT32 }],
    ['eventRecordQPS', { least: 0, greatest: INT32 }],
    ['eventBurst', { least: 0, greatest: INT32 }],
    ['oomScoreAdj', { least: -1000, greatest: 1000 }],
    ['nodeLeaseDurationSeconds', { least: 0, greatest: INT32 }],
    ['imageGCHighThresholdPercent', { least: 0, greatest: 100 }],
    ['imageGCLowThresholdPercent', { least: 0, greatest: 100 }],
    ['maxPods', { least: 0, greatest: INT32 }],
    ['podPidsLimit', { least: -EXACT, greatest: EXACT }],
    ['nodeStatusMaxImages', { least: -1, greatest: INT32 }],
    ['maxOpenFiles', { least: 0, greatest: EXACT }],
    ['kubeAPIQPS', { least: 0, greatest: INT32 }],
    ['kubeAPIBurst', { least: 0, greatest: INT32 }],
    ['maxParallelImagePulls', { least: 1, greatest: INT32 }],
    ['podsPerCore', { least: 0, greatest: INT32 }],
    ['iptablesMasqueradeBit', { least: 0, greatest: 31 }],
    ['iptablesDropBit', { least: 0, greatest: 31 }],
    ['containerLogMaxFiles', { least: 2, greatest: INT32 }],
    ['containerLogMaxWorkers', { least: 1, greatest: INT32 }],
]);
/** What a field that holds an integer is given at least and at most. */
function rangeOfKubeletField(name) {
    return RANGES.get(name) ?? { least: -INT32 - 1, greatest: INT32 };
}

;// CONCATENATED MODULE: ./src/settings/kubelet-field-values.ts


/** How each kind is told, recognised, and written. */
const KINDS = {
    boolean: { words: 'a boolean', holds: isBoolean, example: 'false' },
    integer: { words: 'a whole number without quotes', holds: isInteger, example: '110' },
    number: { words: 'a number without quotes', holds: (value) => typeof value === 'number', example: '0.9' },
    text: { words: 'a text', holds: isText, example: '"…", in quotes' },
    duration: { words: 'a duration with its unit', holds: isDuration, example: '10s' },
    'texts by name': {
        words: 'a mapping of names to texts',
        holds: (value) => isMapping(value) && Object.values(value).every(isText),
        example: '{ memory.available: "100Mi" }',
    },
    'booleans by name': {
        words: 'a mapping of names to booleans',
        holds: (value) => isMapping(value) && Object.values(value).every(isBoolean),
        example: '{ NodeSwap: true }',
    },
    'list of texts': { words: 'a list of texts', holds: (value) => isListOf(value, isText), example: '["…"]' },
    'list of integers': {
        words: 'a list of whole numbers',
        holds: (value) => isListOf(value, isInteger),
        example: '[29]',
    },
    'list of mappings': {
        words: 'a list of mappings',
        holds: (value) => isListOf(value, isMapping),
        example: '[{ … }]',
    },
    mapping: { words: 'a mapping', holds: isMapping, example: '{ … }' },
};
/**
 * Why kubelet does not start with a value of a field: another type than it reads, or a number that it refuses. Nothing of
 * fields that are not known here: versions of kubelet differ.
 */
function kubeletValueProblem(name, value) {
    const kind = KUBELET_FIELDS.get(name);
    if (kind === undefined)
        return undefined;
    const { words, holds, example } = KINDS[kind];
    if (!holds(value)) {
        return {
            fact: `${name} is ${(0,quote/* quoteJson */.fp)(value)}, and kubelet reads ${words} there: it would not start.`,
            fix: `write ${words}, for example ${name}: ${example}.`,
        };
    }
    if (kind === 'integer')
        return outOfRange(name, Number(value));
    const isFactor = name === 'memoryThrottlingFactor';
    if (!isFactor || (Number(value) > 0 && Number(value) <= 1))
        return undefined;
    return refusedNumber(name, Number(value), 'more than 0 and at most 1');
}
function outOfRange(name, value) {
    const { least, greatest } = rangeOfKubeletField(name);
    return value >= least && value <= greatest
        ? undefined
        : refusedNumber(name, value, `from ${least} to ${greatest}`);
}
function refusedNumber(name, value, range) {
    return {
        fact: `${name} is ${value}, and kubelet takes ${range}: it would not start.`,
        fix: 'write a number in that range, or leave the field out for its default.',
    };
}
function isText(value) {
    return typeof value === 'string';
}
function isBoolean(value) {
    return typeof value === 'boolean';
}
function isInteger(value) {
    return Number.isInteger(value);
}
/** As Go's time.ParseDuration takes it. */
function isDuration(value) {
    return (typeof value === 'string' &&
        /^[-+]?(?:0|(?:(?:\d+(?:\.\d*)?|\.\d+)(?:ns|us|\u00B5s|\u03BCs|ms|s|m|h))+)$/.test(value));
}
function isMapping(value) {
    return typeof value === 'object' && !Array.isArray(value);
}
function isListOf(value, is) {
    return Array.isArray(value) && value.every(is);
}

;// CONCATENATED MODULE: ./src/settings/parse-kubelet-config.ts







const at = 'kubelet-config';
const parse_kubelet_config_example = 'for example "failSwapOn: false".';
/**
 * Reads the YAML that is merged into the KubeletConfiguration: one mapping of the kubelet's fields, none of them
 * one that the action must set itself, each of the type that the kubelet reads. Empty text is an empty mapping.
 */
function parseKubeletConfig(value, findings) {
    const yaml = parseYaml(at, value, { schema: 'kubernetes', uniqueKeys: true, example: parse_kubelet_config_example }, findings);
    if (yaml === undefined)
        return {};
    const merges = mergesIn(yaml);
    findings.push(...merges);
    if (merges.length > 0)
        return {};
    const config = parse_kubelet_config_valueOf(yaml, findings);
    if (config === undefined)
        return {};
    findings.push(...fieldsOf(yaml).flatMap((field) => checkField(field, config[field.name])));
    return config;
}
/** A merge would bring fields in that stand elsewhere, those that belong to the action among them. */
function mergesIn({ document, placeOf }) {
    const findings = [];
    (0,dist/* visit */.YR)(document, {
        Pair: (_, { key }) => {
            if (!(0,dist/* isScalar */.jn)(key) || key.value !== '<<' || key.type !== 'PLAIN')
                return;
            findings.push({
                at: placeOf(key.range?.[0]),
                fact: '<< merges another mapping into this one, and kubelet-config says each field where it counts.',
                fix: 'write the fields themselves in place of <<.',
            });
        },
    });
    return findings;
}
/** The mapping as plain data, or undefined and a finding. */
function parse_kubelet_config_valueOf(yaml, findings) {
    const { document } = yaml;
    if (document.contents === null)
        return {};
    const value = toPlain(document);
    if ((0,dist/* isMap */.jh)(document.contents) && isJson(value))
        return value;
    findings.push({
        at: (0,dist/* isMap */.jh)(document.contents) ? placeOfUnusable(yaml) : at,
        fact: (0,dist/* isMap */.jh)(document.contents)
            ? 'the mapping holds a value that JSON does not know, such as null, .nan, binary data or an unknown alias.'
            : 'this is not a mapping of fields to values.',
        fix: `write the kubelet's fields with plain values, ${parse_kubelet_config_example}`,
    });
    return undefined;
}
/** The first value that is no JSON; the input where it takes several to make one, as with aliases of aliases. */
function placeOfUnusable({ document, placeOf }) {
    let offset;
    (0,dist/* visit */.YR)(document, {
        Alias: (_, node) => {
            if (node.resolve(document) !== undefined)
                return undefined;
            offset = node.range?.[0];
            return dist/* visit */.YR.BREAK;
        },
        Scalar: (_, node) => {
            if (isJson(node.value))
                return undefined;
            offset = node.range?.[0];
            return dist/* visit */.YR.BREAK;
        },
        Pair: (_, { key, value }) => {
            if (value !== null || !(0,dist/* isScalar */.jn)(key))
                return undefined;
            offset = key.range?.[0];
            return dist/* visit */.YR.BREAK;
        },
    });
    return placeOf(offset);
}
function toPlain(document) {
    try {
        return document.toJS();
    }
    catch {
        return undefined; // An alias without its anchor, or far too many of them.
    }
}
function isJson(value) {
    if (typeof value === 'string' || typeof value === 'boolean')
        return true;
    if (typeof value === 'number')
        return Number.isFinite(value);
    if (Array.isArray(value))
        return value.every(isJson);
    if (typeof value !== 'object' || value === null)
        return false;
    return Object.getPrototypeOf(value) === Object.prototype && Object.values(value).every(isJson);
}
function fieldsOf({ document, placeOf }) {
    if (!(0,dist/* isMap */.jh)(document.contents))
        return [];
    return document.contents.items.map(({ key }) => ({
        name: (0,dist/* isScalar */.jn)(key) && !(0,dist/* isAlias */.Vj)(key) ? String(key.value) : '',
        place: placeOf((0,dist/* isScalar */.jn)(key) ? key.range?.[0] : undefined),
    }));
}
function checkField({ name, place }, value) {
    const owned = [...kubelet_config/* OWNED_KUBELET_FIELDS */.DR].find(([field]) => field.toLowerCase() === name.toLowerCase());
    if (owned !== undefined) {
        const [field, reason] = owned;
        return [{ at: place, fact: `${field} is set by the action: ${reason}.`, fix: 'leave the field out.' }];
    }
    if (!/^[a-z][A-Za-z0-9]*$/.test(name))
        return [noField(name, place)];
    const otherCase = [...KUBELET_FIELDS.keys()].find((field) => field.toLowerCase() === name.toLowerCase());
    if (otherCase !== undefined && otherCase !== name) {
        return [
            {
                at: place,
                fact: `${(0,quote/* quote */.hD)(name)} is not the name of a field: kubelet tells capitals from small letters, and would pass over it.`,
                fix: `write it as ${otherCase}.`,
            },
        ];
    }
    const problem = value === undefined ? undefined : kubeletValueProblem(name, value);
    return problem === undefined ? [] : [{ at: place, ...problem }];
}
function noField(name, place) {
    const isFlag = /^-{0,2}[a-z][a-z0-9]*(?:-[a-z0-9]+)+$/.test(name);
    const meant = isFlag ? nearest(name.replaceAll('-', ''), lowerCaseFields) : undefined;
    const field = [...KUBELET_FIELDS.keys()].find((each) => each.toLowerCase() === meant);
    return {
        at: place,
        fact: `${(0,quote/* quote */.hD)(name)} is not the name of a field.`,
        ...(isFlag && { cause: 'a command-line flag of the kubelet was written.' }),
        fix: `write the field of KubeletConfiguration (kubelet.config.k8s.io/v1beta1), ${field === undefined ? parse_kubelet_config_example : `perhaps ${field}.`}`,
    };
}
const lowerCaseFields = [...KUBELET_FIELDS.keys()].map((name) => name.toLowerCase());

;// CONCATENATED MODULE: ./src/settings/inventory/fields.ts



/** The fields of a mapping in their order. */
function fields_fieldsOf(map, { placeOf }) {
    return map.items.map(({ key, value }) => ({
        key: (0,dist/* isScalar */.jn)(key) ? String(key.value) : '',
        at: placeOf(key),
        value: (0,dist/* isNode */.Ll)(value) && !((0,dist/* isScalar */.jn)(value) && value.value === null) ? value : null,
    }));
}
/** What is said on every node that an inventory has no use for: each could make it mean something else than it shows. */
function unusableNodes(document, { placeOf }) {
    const findings = [];
    (0,dist/* visit */.YR)(document, {
        Alias: (_, node) => void findings.push(indirect(placeOf(node), `*${node.source} stands for something else`)),
        Value: (_, node) => {
            if (node.anchor !== undefined)
                findings.push(indirect(placeOf(node), `&${node.anchor} is an anchor`));
            if (node.tag !== undefined)
                findings.push(indirect(placeOf(node), `${node.tag} is a tag`));
        },
        Pair: (_, { key }) => {
            if ((0,dist/* isScalar */.jn)(key) && key.value === '<<')
                findings.push(indirect(placeOf(key), '<< merges mappings'));
        },
    });
    return findings;
}
function indirect(at, what) {
    return {
        at,
        fact: `${what}; an inventory says everything where it is read.`,
        fix: 'write the values themselves there.',
    };
}
/** A value as it was written: `22` and `"22"` are the same. Nothing and a finding for a list or mapping. */
function textOf(node, key, { placeOf, findings }) {
    if ((0,dist/* isScalar */.jn)(node) && !(0,dist/* isAlias */.Vj)(node)) {
        return typeof node.value === 'string' ? node.value : (node.source ?? String(node.value));
    }
    findings.push({
        at: placeOf(node),
        fact: `${(0,quote/* quote */.hD)(key)} has ${(0,dist/* isMap */.jh)(node) ? 'a mapping' : 'a list'} in place of one value.`,
        fix: `write one value, ${key}: ${fields_EXAMPLES[key] ?? '…'}.`,
    });
    return undefined;
}
const fields_EXAMPLES = {
    name: 'infra0',
    address: '10.0.0.6',
    port: '22',
    user: 'ubuntu',
};
/** What has the look of a secret's name. */
const SECRET = /passw|passphrase|secret|token|private_?-?key|ssh_?-?key|^key$|credential/i;
/** Names of the same thing in other tools' inventories, which people bring along. */
const HABITS = new Map([
    ['ip', 'address'],
    ['ip_address', 'address'],
    ['ipv4_address', 'address'],
    ['ipv6_address', 'address'],
    ['private_ip', 'address'],
    ['private_ip_address', 'address'],
    ['access_ip_v4', 'address'],
    ['internal_ip', 'address'],
    ['host', 'address'],
    ['hostname', 'name'],
    ['node_name', 'name'],
    ['public_ip', 'ssh: { address: … }'],
    ['public_ip_address', 'ssh: { address: … }'],
    ['external_ip', 'ssh: { address: … }'],
    ['ansible_host', 'ssh: { address: … }'],
    ['ansible_port', 'ssh: { port: … }'],
    ['ssh_port', 'ssh: { port: … }'],
    ['port', 'ssh: { port: … }'],
    ['ansible_user', 'ssh: { user: … }'],
    ['ssh_user', 'ssh: { user: … }'],
    ['user', 'ssh: { user: … }'],
    ['username', 'user'],
]);
/**
 * A key that is none, told with what was probably meant.
 * @param of what has such keys, for example `a host`.
 */
function unknownKey({ key, at }, known, of) {
    if (SECRET.test(key)) {
        return {
            at,
            fact: `${(0,quote/* quote */.hD)(key)} has the name of a secret, and an inventory is not kept secret: the log shows it.`,
            cause: 'it was written for another tool.',
            fix: 'leave it out, replace the secret if it was a real one, and pass secrets by the inputs made for them, such as ssh-private-key.',
        };
    }
    const meant = HABITS.get(key.toLowerCase().replaceAll('-', '_')) ?? nearest(key, known);
    return {
        at,
        fact: `${(0,quote/* quote */.hD)(key)} is no key of ${of}.`,
        fix: `${meant === undefined ? 'Leave it out' : `Did you mean ${meant}? If not, leave it out`}: ${of} has ${known.join(', ')}.`,
    };
}

;// CONCATENATED MODULE: ./src/settings/parse-names.ts



/** One label of a DNS name (RFC 1123 as Kubernetes reads it, apimachinery's validation.IsDNS1123Label). */
const label = /^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/;
/** X.509 limits a common name to 64 characters (RFC 5280, ub-common-name); the member's name becomes one. */
const parse_names_longestName = 64;
/** True for a label of a DNS name: lower-case letters, digits and dashes, at most 63. */
function isLabel(text) {
    return label.test(text);
}
/**
 * Reads the name of a member as kubeadm reads nodeRegistration.name: in lower case, an RFC 1123 subdomain.
 * @param at input and place, for the finding.
 */
function parseMemberName(text, at, findings) {
    const name = text.toLowerCase();
    const fact = nameProblem(name);
    if (fact === undefined)
        return name;
    findings.push({
        at,
        fact: `${(0,quote/* quote */.hD)(text)} ${fact}`,
        fix: 'use lower-case letters, digits, dashes and dots, beginning and ending with a letter or digit, for example infra0.',
    });
    return undefined;
}
function nameProblem(name) {
    if (name === '')
        return 'is no name.';
    const foreign = (0,characters/* foreignCharacter */.sE)(name);
    if (foreign !== undefined)
        return `holds ${foreign}: it is not a name that kubeadm takes (RFC 1123 subdomain).`;
    if ((0,external_node_net_.isIP)(name) !== 0)
        return 'is an address, not a name; a pair is written name=address.';
    if (name === 'localhost')
        return 'is the name by which every host calls itself.';
    if (name.length > parse_names_longestName) {
        return `has ${name.length} characters; it becomes the common name of certificates, which has at most ${parse_names_longestName}.`;
    }
    return name.split('.').every(isLabel)
        ? undefined
        : 'is not a name that kubeadm takes (RFC 1123 subdomain).';
}

;// CONCATENATED MODULE: ./src/settings/parse-hosts.ts




/**
 * Reads `hosts` and `names`: addresses, `name=address` pairs, or addresses with their names in the other input.
 * @returns the hosts in the user's order, those with a fault among them.
 */
function parseHosts(hosts, names, findings) {
    const written = parseEntries('hosts', hosts, findings).map((entry) => parseHost(entry, findings));
    return addNames(written, parseEntries('names', names, findings), findings);
}
/** Reads one host, `address` or `name=address`. One whose address is not usable can still have its name checked. */
function parseHost({ text, at }, findings) {
    const equals = text.indexOf('=');
    if (equals < 0)
        return { address: parseHostAddress(text, at, findings), at };
    const name = parseMemberName(text.slice(0, equals).trim(), at, findings);
    const address = parseHostAddress(text.slice(equals + 1).trim(), at, findings);
    return name === undefined ? { address, at } : { name, address, at, nameAt: at };
}
/** Reads the address of a member; empty with a finding where it cannot be one. */
function parseHostAddress(text, at, findings) {
    const address = text === '' ? noAddress : parseAddress(text);
    if (typeof address === 'string')
        return address;
    findings.push({ at, ...address, fact: `${(0,quote/* quote */.hD)(text)} ${address.fact}` });
    return '';
}
const noAddress = {
    fact: 'stands behind the name, where the address belongs.',
    cause: 'an expression like ${{ vars.HOST0 }} that has no value.',
    fix: 'write name=address, for example infra0=10.0.0.6.',
};
function addNames(hosts, names, findings) {
    if (names.length === 0)
        return hosts;
    const parsed = names.map(({ text, at }) => ({ name: parseMemberName(text, at, findings), at }));
    const pair = hosts.find((host) => host.nameAt !== undefined);
    if (pair !== undefined) {
        findings.push({
            at: 'names',
            fact: `names are given twice: here and as pairs in ${pair.at}.`,
            fix: 'keep one: either hosts: infra0=10.0.0.6, … or the input names.',
        });
        return hosts;
    }
    if (parsed.length !== hosts.length) {
        findings.push({
            at: 'names',
            fact: `there are ${parsed.length} names here, but hosts has ${hosts.length} entries.`,
            fix: 'give one name per host in the same order, or leave names out: each host then goes by its short hostname.',
        });
    }
    return hosts.map((host, index) => {
        const given = parsed[index];
        return given?.name === undefined ? host : { ...host, name: given.name, nameAt: given.at };
    });
}

;// CONCATENATED MODULE: ./src/settings/parse-ssh-address.ts




const parse_ssh_address_example = 'write an address or a name that the runner reaches, for example 203.0.113.6 or infra0.example.org.';
const parse_ssh_address_longestName = 253;
/**
 * Reads where an SSH server is: an address, or a name that the runner can resolve. Unlike the address of a member it may
 * be a loopback one, of a tunnel on the runner.
 * @returns IPv6 without brackets, names in lower case.
 */
function parseSshAddress(text) {
    const bare = /^\[(.*)\]$/.exec(text)?.[1] ?? text;
    if (bare.includes('%'))
        return { fact: 'has a zone, which no line of known_hosts can name.', fix: parse_ssh_address_example };
    if ((0,external_node_net_.isIP)(bare) !== 0)
        return (0,external_node_net_.isIPv6)(bare) ? shortForm(bare) : bare;
    const foreign = (0,characters/* foreignCharacter */.sE)(text);
    if (foreign !== undefined) {
        return {
            fact: `holds ${foreign}, and addresses and names of hosts have none but characters of ASCII.`,
            fix: parse_ssh_address_example,
        };
    }
    if (text.includes('@')) {
        return { fact: 'holds a user name.', fix: 'put the user into user and write only the address here.' };
    }
    if (/^[^:]+:\d+$|^\[.*\]:\d+$/.test(text)) {
        return { fact: 'holds a port.', fix: 'put the port into port and write only the address here.' };
    }
    if (/^[0-9.]+$/.test(text))
        return { fact: 'is not a valid IPv4 address.', fix: parse_ssh_address_example };
    const name = text.toLowerCase().replace(/\.$/, '');
    return name.length <= parse_ssh_address_longestName && name.split('.').every(isLabel)
        ? name
        : { fact: 'is neither an IP address nor the name of a host.', fix: parse_ssh_address_example };
}

;// CONCATENATED MODULE: ./src/settings/settings.ts
/** Ways to a host: SSH by the library ssh2 or by the runner's own ssh, or none at all, as the runner itself is the host. */
const TRANSPORTS = ['ssh2', 'openssh', 'local'];

;// CONCATENATED MODULE: ./src/settings/inventory/inventory-host.ts









/** How each key of a host is read into it. */
const HOST_KEYS = {
    name: (host, { value }, reader) => {
        const text = textOf(value, 'name', reader);
        const at = reader.placeOf(value);
        const name = text === undefined ? undefined : parseMemberName(text, at, reader.findings);
        if (name !== undefined)
            Object.assign(host, { name, nameAt: at });
    },
    address: (host, { value }, reader) => {
        const text = textOf(value, 'address', reader);
        host.addressAt = reader.placeOf(value);
        if (text !== undefined)
            host.address = parseHostAddress(text, host.addressAt, reader.findings);
    },
    transport: (host, { value }, reader) => {
        const text = textOf(value, 'transport', reader);
        const transport = TRANSPORTS.find((name) => name === text);
        if (transport !== undefined)
            host.transport = transport;
        else if (text !== undefined)
            reader.findings.push(unknownTransport(text, reader.placeOf(value)));
    },
    ssh: (host, { value }, reader) => {
        host.login = readLogin(value, reader);
        host.loginAt = reader.placeOf(value);
    },
};
/** How each key of a host's `ssh` is read. */
const SSH_KEYS = {
    address: (text, at, { findings }) => {
        const address = parseSshAddress(text);
        if (typeof address === 'string')
            return address;
        findings.push({ at, ...address, fact: `${(0,quote/* quote */.hD)(text)} ${address.fact}` });
        return undefined;
    },
    port: (text, at, { findings }) => {
        const range = { least: 1, greatest: 65535, example: 22 };
        const found = [];
        const port = parseInteger('ssh-port', text, range, found);
        findings.push(...found.map((finding) => ({ ...finding, at, fix: 'write it in digits, for example port: 22.' })));
        return port;
    },
    user: (text, at, { findings }) => {
        const problem = userProblem(text);
        if (problem === undefined)
            return text;
        findings.push({ at, ...problem, fix: 'name the user that logs in there, for example user: ubuntu.' });
        return undefined;
    },
};
/**
 * Reads one host: a text as in `hosts`, or a mapping.
 * @param key the field in which it stands in a mapping of names; absent in a list.
 */
function readHost(node, key, reader, at) {
    const named = key === undefined ? { at, address: '' } : { at: key.at, address: '', ...nameOf(key, reader) };
    if ((0,dist/* isMap */.jh)(node))
        return readFields(node, named, reader);
    if (!(0,dist/* isScalar */.jn)(node)) {
        reader.findings.push({
            at: node === null ? at : reader.placeOf(node),
            fact: node === null ? 'the host has no value.' : 'a list stands where a host belongs.',
            cause: 'an expression or an output that is empty, or brackets too many.',
            fix: 'write an address, or name, address and ssh of the host, for example { name: infra0, address: 10.0.0.6 }.',
        });
        return named;
    }
    const text = textOf(node, 'address', reader) ?? '';
    const place = reader.placeOf(node);
    if (key === undefined)
        return parseHost({ text, at: place }, reader.findings);
    return { ...named, addressAt: place, address: parseHostAddress(text, place, reader.findings) };
}
function nameOf({ key, at }, { findings }) {
    const name = parseMemberName(key, at, findings);
    return name === undefined ? { nameAt: at } : { name, nameAt: at };
}
function readFields(map, named, reader) {
    const host = { ...named };
    const fields = fields_fieldsOf(map, reader);
    for (const field of fields) {
        const { key, value } = field;
        const read = Object.hasOwn(HOST_KEYS, key) ? HOST_KEYS[key] : undefined;
        if (read === undefined)
            reader.findings.push(unknownKey(field, Object.keys(HOST_KEYS), 'a host'));
        else if (value !== null)
            read(host, { ...field, value }, reader);
    }
    if (named.name !== undefined && host.name !== named.name) {
        reader.findings.push({
            at: host.nameAt ?? host.at,
            fact: `the host has two names, ${(0,quote/* quote */.hD)(named.name)} as its key and ${(0,quote/* quote */.hD)(host.name ?? '')} in it.`,
            fix: 'keep one: leave name out where the key is the name.',
        });
    }
    if (!fields.some(({ key, value }) => key === 'address' && value !== null)) {
        reader.findings.push({
            at: host.at,
            fact: 'the host has no address.',
            cause: 'the key has another name, or its value is empty.',
            fix: "write the address of the member, which etcd's URLs and certificates hold, for example address: 10.0.0.6.",
        });
    }
    return host;
}
function unknownTransport(text, at) {
    return {
        at,
        fact: `${(0,quote/* quote */.hD)(text)} is no way to a host.`,
        fix: `write one of ${TRANSPORTS.join(', ')}, or leave transport out for what the input transport says.`,
    };
}
function readLogin(node, reader) {
    if (!(0,dist/* isMap */.jh)(node)) {
        reader.findings.push({
            at: reader.placeOf(node),
            fact: 'ssh is no mapping.',
            fix: 'write what differs for this host, for example ssh: { address: 203.0.113.6, port: 2222, user: admin }.',
        });
        return {};
    }
    return Object.fromEntries(fields_fieldsOf(node, reader).flatMap((field) => {
        const { key, value } = field;
        if (!isSshKey(key)) {
            reader.findings.push(unknownKey(field, Object.keys(SSH_KEYS), 'ssh'));
            return [];
        }
        const text = value === null ? undefined : textOf(value, key, reader);
        const read = text === undefined ? undefined : SSH_KEYS[key](text, reader.placeOf(value), reader);
        return read === undefined ? [] : [[key, read]];
    }));
}
function isSshKey(key) {
    return Object.hasOwn(SSH_KEYS, key);
}

;// CONCATENATED MODULE: ./src/settings/inventory/spoiled-text.ts

/**
 * What was spoiled on its way here, line by line: as YAML it would mean something else, or nothing.
 * @param label input, with the file that it names if there is one: for the places.
 */
function spoiledText(text, label) {
    if ((0,quote/* holdsPrivateKey */.jc)(text)) {
        return [
            {
                at: label,
                fact: 'it holds a private key, which an inventory is not made for.',
                fix: 'take the key out of the file and its history, replace it, and pass keys through ssh-private-key and ca-key only.',
            },
        ];
    }
    const lines = text.split(/\r?\n|\r/);
    const place = (index) => `${label}, line ${index + 1}`;
    // one word for all of its lines
    const foreign = lines.findIndex((line) => programsLine(line) !== undefined);
    const problem = programsLine(lines[foreign] ?? '');
    if (problem !== undefined)
        return [{ at: place(foreign), ...problem }];
    return lines.flatMap((line, index) => {
        const spoiled = dashProblem(line);
        return spoiled === undefined ? [] : [{ at: place(index), ...spoiled }];
    });
}
const GIVE_JSON = 'pass the output as JSON, terraform output -json etcd_hosts, and nothing else with it.';
/** `name = [`, `"address" = "10.0.0.6"`, `tolist([`: Terraform's own language (internal/repl/format.go). */
const HCL = /^\s*(?:"[^"]*"|[\w-]+) = (?:[[{"]|to(?:list|set|map)\(|<|-?\d|null|true|false)|^[\s[{]*to(?:list|set|map)\(/;
/** What a program has written beside or instead of the data. */
function programsLine(line) {
    if (/^\[command\]\//.test(line)) {
        return {
            fact: 'the line is what a wrapper of Terraform writes before the output.',
            cause: 'hashicorp/setup-terraform puts a wrapper in place of terraform, whose words go into the same file.',
            fix: 'write terraform_wrapper: false with that action, or pass its output stdout.',
        };
    }
    if (/^\s*::[a-z][a-z-]*(?: [^:]*)?::/.test(line)) {
        return {
            fact: `the line ${(0,quote/* quote */.hD)(line.trim())} is a command to the runner, which a program has written beside its output.`,
            cause: 'hashicorp/setup-terraform puts a wrapper in place of terraform, whose words go into the same file.',
            fix: `write terraform_wrapper: false with that action, and ${GIVE_JSON}`,
        };
    }
    if (/^\s*[\u2577\u2502\u2575]|^(?:Warning|Error): /.test(line)) {
        return {
            fact: `the line ${(0,quote/* quote */.hD)(line.trim())} is a warning or an error, not a part of the hosts.`,
            cause: 'what terraform says of itself went into the same file.',
            fix: `correct what it says, and ${GIVE_JSON}`,
        };
    }
    return HCL.test(line)
        ? {
            fact: `the line ${(0,quote/* quote */.hD)(line.trim())} is of Terraform's own language, and neither YAML nor JSON.`,
            cause: 'it is what terraform output prints without -json.',
            fix: GIVE_JSON,
        }
        : undefined;
}
function dashProblem(line) {
    const [, dash] = /^\s*([\u2010-\u2015\u2212•])\s*\S/u.exec(line) ?? [];
    if (dash !== undefined) {
        return {
            fact: `the line begins with ${(0,quote/* quote */.hD)(dash)}, which is no dash of YAML.`,
            cause: 'the text went through a word processor or a chat.',
            fix: 'begin it with a hyphen and a space, for example "- 10.0.0.6".',
        };
    }
    return /^\s*-[^\s-]/.test(line)
        ? {
            fact: 'there is no space behind the dash, so that YAML takes the line for text.',
            fix: 'write "- ", for example "- 10.0.0.6".',
        }
        : undefined;
}

;// CONCATENATED MODULE: ./src/settings/inventory/terraform.ts


/** Which output counts where `terraform output -json` shows several. */
const OUTPUT = 'etcd_hosts';
/** What `terraform output -json` writes of an output (internal/command/views/output.go; the same in OpenTofu). */
const OUTPUT_KEYS = ['sensitive', 'type', 'value'];
/**
 * Takes the wrapping of Terraform off: `{"value": …}` of one output, or all outputs by their names. Other nodes come back
 * as they are; nothing comes back, with a finding, where it is not clear which output is meant.
 */
function withoutWrapping(node, reader) {
    if (!(0,dist/* isMap */.jh)(node))
        return node;
    const single = terraform_valueOf(node, reader);
    if (single !== undefined)
        return single.value;
    const outputs = fields_fieldsOf(node, reader).map((field) => ({ ...field, output: outputIn(field, reader) }));
    if (outputs.length === 0 || outputs.some(({ output }) => output === undefined))
        return node;
    const sensitive = outputs.filter(({ key, value }) => key !== OUTPUT && (0,dist/* isMap */.jh)(value) && isSensitive(value));
    if (sensitive.length > 0) {
        reader.findings.push({
            at: sensitive[0]?.at ?? '',
            fact: `Terraform marks ${sensitive.map(({ key }) => key).join(', ')} as sensitive, and an inventory is not kept secret: the log shows it.`,
            cause: 'all outputs were passed in place of the one with the hosts.',
            fix: `pass one output alone, terraform output -json ${OUTPUT}, and replace what was shown.`,
        });
        return undefined;
    }
    const [chosen = outputs.length === 1 ? outputs[0] : undefined] = outputs.filter(({ key }) => key === OUTPUT);
    if (chosen !== undefined)
        return chosen.output?.value ?? null;
    reader.findings.push({
        at: outputs[0]?.at ?? '',
        fact: `these are ${outputs.length} outputs of Terraform (${outputs.map(({ key }) => key).join(', ')}), and none is called ${OUTPUT}.`,
        fix: `pass the one with the hosts alone, terraform output -json NAME, or call it ${OUTPUT}.`,
    });
    return undefined;
}
/** The field `value` of an output; nothing where the mapping is no output. */
function terraform_valueOf(map, reader) {
    const fields = fields_fieldsOf(map, reader);
    if (!fields.every(({ key }) => OUTPUT_KEYS.includes(key)))
        return undefined;
    return fields.find(({ key }) => key === 'value');
}
function outputIn({ value }, reader) {
    return (0,dist/* isMap */.jh)(value) ? terraform_valueOf(value, reader) : undefined;
}
function isSensitive(output) {
    const sensitive = output.get('sensitive', true);
    return (0,dist/* isScalar */.jn)(sensitive) && sensitive.value === true;
}

;// CONCATENATED MODULE: ./src/settings/inventory/parse-inventory.ts







const parse_inventory_input = 'inventory';
const parse_inventory_example = 'for example "hosts: [{ name: infra0, address: 10.0.0.6 }]".';
/**
 * Reads an inventory, YAML or JSON: a list of hosts or a mapping of names to hosts, under `hosts` or alone, or as
 * Terraform puts them out (docs/inventory.v1.schema.json).
 * @param value text of the input. @param file the file that it names, if it names one.
 * @returns nothing where there is no list of hosts to speak of.
 */
function parseInventory(value, file, findings) {
    if (file !== undefined && 'problem' in file) {
        findings.push({ at: parse_inventory_input, ...file.problem });
        return undefined;
    }
    const label = file === undefined ? parse_inventory_input : `${parse_inventory_input} (${file.path})`;
    const text = file?.text ?? value;
    const spoiled = spoiledText(text, label);
    if (spoiled.length > 0) {
        findings.push(...spoiled);
        return undefined;
    }
    const yaml = parseYaml(label, text, { schema: 'core', uniqueKeys: true, example: parse_inventory_example }, findings);
    if (yaml === undefined)
        return undefined;
    const reader = {
        findings,
        placeOf: (node) => yaml.placeOf((0,dist/* isNode */.Ll)(node) ? node.range?.[0] : undefined),
    };
    const unusable = unusableNodes(yaml.document, reader);
    if (unusable.length > 0) {
        findings.push(...unusable);
        return undefined;
    }
    const { contents } = yaml.document;
    const unwrapped = withoutWrapping((0,dist/* isNode */.Ll)(contents) ? contents : null, reader);
    if (unwrapped === undefined)
        return undefined;
    const parts = partsOf(unwrapped, reader);
    const hosts = readHosts(parts.hosts, reader, label);
    const controlPlane = parts.controlPlane === undefined ? undefined : readHosts(parts.controlPlane, reader, label);
    return hosts && { hosts, ...(controlPlane !== undefined && { controlPlane }) };
}
const PARTS = ['$schema', 'hosts', 'control-plane'];
/** The form of our own has the hosts under `hosts`; a host of that name has an address there. */
function partsOf(node, reader) {
    if (!(0,dist/* isMap */.jh)(node))
        return { hosts: node };
    const fields = fields_fieldsOf(node, reader);
    const part = (name) => fields.find(({ key }) => key === name)?.value ?? null;
    const hosts = part('hosts');
    const isOurs = fields.every(({ key }) => PARTS.includes(key)) && !(0,dist/* isScalar */.jn)(hosts);
    if (!isOurs)
        return { hosts: node };
    const controlPlane = part('control-plane');
    return { hosts, ...(controlPlane !== null && { controlPlane }) };
}
function readHosts(node, reader, label) {
    if ((0,dist/* isSeq */.oP)(node)) {
        return node.items.map((item, index) => {
            const at = (0,dist/* isNode */.Ll)(item) ? reader.placeOf(item) : `${label}, host ${index + 1}`;
            return readHost((0,dist/* isNode */.Ll)(item) && !isNull(item) ? item : null, undefined, reader, at);
        });
    }
    if ((0,dist/* isMap */.jh)(node)) {
        return fields_fieldsOf(node, reader).map((field) => readHost(field.value, field, reader, field.at));
    }
    const text = (0,dist/* isScalar */.jn)(node) && !isNull(node) ? node : undefined;
    reader.findings.push({
        at: text === undefined ? label : reader.placeOf(text),
        fact: text
            ? `${(0,quote/* quote */.hD)(String(text.value))} is neither YAML of hosts nor the path of a file.`
            : 'there are no hosts in it.',
        cause: 'a path does not end in .yaml, .yml or .json; or an expression has no value.',
        fix: `write the hosts, ${parse_inventory_example}`,
    });
    return undefined;
}
function isNull(node) {
    return (0,dist/* isScalar */.jn)(node) && node.value === null;
}

// EXTERNAL MODULE: ./src/cluster/quorum.ts
var quorum = __webpack_require__(74445);
;// CONCATENATED MODULE: ./src/settings/member-count.ts


/** Beyond these, members make every write slower; etcd advises against them (FAQ, "What is maximum cluster size?"). */
const MOST_ADVISED = 7;
const MOST = 9;
const member_count_example = 'for example 10.0.0.6, 10.0.0.7, 10.0.0.8.';
/**
 * Checks how many members are asked for. What keeps a cluster from surviving more losses is refused; what is asked for
 * knowingly, or merely unwise, is a warning.
 * @param count of what was written, hosts that cannot be used included.
 * @param at the input that lists them.
 * @param allowEven the input `allow-even-members`.
 */
function checkMemberCount(count, { at, allowEven }, { findings, warnings }) {
    const allowed = parseBoolean('allow-even-members', allowEven, findings);
    if (count === 0) {
        findings.push({
            at,
            fact: 'no host is given.',
            fix: `list the addresses of the etcd hosts, ${member_count_example}`,
        });
    }
    else if (count > MOST) {
        findings.push({
            at,
            fact: `${count} hosts: every write waits for a majority of the members, and with more than ${MOST} it is slow and the cluster no safer.`,
            fix: `list 3, 5 or ${MOST_ADVISED} hosts, ${member_count_example}`,
        });
    }
    else if (count % 2 === 0) {
        const even = evenCount(count);
        if (allowed === true)
            warnings.push({ at, ...even });
        else if (allowed === false)
            findings.push({ at, ...even, fix: `${even.fix} ${override}` });
    }
    else if (count === 1) {
        warnings.push({
            at,
            fact: 'one member alone is no high availability: without its host there is no cluster.',
            fix: 'list three hosts, or five to survive the loss of two.',
        });
    }
    else if (count > MOST_ADVISED) {
        warnings.push({
            at,
            fact: `${count} members: every write waits for ${(0,quorum/* quorumOf */.N)(count)} of them, and etcd advises against more than ${MOST_ADVISED}.`,
            fix: 'list five hosts, which survive the loss of two, or seven, which survive that of three.',
        });
    }
}
const override = 'If an even number is what you want, write allow-even-members: true.';
function evenCount(count) {
    return {
        fact: `${count} hosts: the quorum of ${count} is ${(0,quorum/* quorumOf */.N)(count)}, so the cluster survives the loss of ${count - (0,quorum/* quorumOf */.N)(count)}, ` +
            `which ${count - 1} do as well, and has one host more that can fail.`,
        fix: `list ${count - 1} or ${count + 1} hosts, ${member_count_example}`,
    };
}

;// CONCATENATED MODULE: ./src/settings/logins.ts
/**
 * Gives every host its login: what was written of it, the defaults, and the member's own address.
 * @param ports etcd's own, by input: an SSH server on one of them would keep etcd from it.
 */
function withLogins(hosts, defaults, ports, findings) {
    const strangers = defaults.user === undefined ? hosts.filter(({ login }) => login?.user === undefined) : [];
    const lacksAll = defaults.user === undefined && strangers.length === hosts.length;
    if (lacksAll || strangers.length > 0)
        findings.push(noUser(lacksAll ? [] : strangers.map((host) => labelOf(host) || host.at)));
    const usable = hosts.filter(({ address }) => address !== '');
    const found = usable.map(({ name, address, login, transport }) => ({
        ...(name !== undefined && { name }),
        address,
        transport,
        login: { address, ...defaults, ...login },
    }));
    refuseSharedServers(usable, found, findings);
    for (const [input, port] of Object.entries(ports)) {
        const taken = found.find(({ address, login }) => login.address === address && login.port === port);
        if (taken !== undefined)
            findings.push(takenBySsh(input, port, labelOf(taken)));
    }
    return found.flatMap((host) => {
        const { user } = host.login;
        return user === undefined ? [] : [{ ...host, login: { ...host.login, user } }];
    });
}
function labelOf({ name, address }) {
    return name ?? address;
}
/** @param hosts the only ones that lack one; none: all of them do. */
function noUser(hosts) {
    return {
        at: 'ssh-user',
        fact: hosts.length === 0 ? 'no user is given.' : `no user is given for ${hosts.join(', ')}.`,
        fix: 'name the user that logs in on every host, root or one with sudo, for example ssh-user: ubuntu.',
    };
}
/** One SSH server is one machine, whatever two members are called. */
function refuseSharedServers(written, hosts, findings) {
    const seen = new Map();
    for (const [index, { login }] of hosts.entries()) {
        const { at = '', loginAt } = written[index] ?? {};
        const server = `${login.address} port ${login.port}`;
        const before = seen.get(server);
        if (before === undefined)
            seen.set(server, loginAt ?? at);
        else if (loginAt !== undefined) {
            findings.push({
                at: loginAt,
                fact: `the SSH server at ${server} was given before, at ${before}.`,
                cause: 'hosts behind one address have a port each, and only one was written.',
                fix: 'give every host the address and port of its own SSH server.',
            });
        }
    }
}
function takenBySsh(input, port, host) {
    return {
        at: input,
        fact: `${port} is also the port of the SSH server of ${host}.`,
        fix: `choose another ${input} that is free on every host.`,
    };
}

;// CONCATENATED MODULE: ./src/settings/placed-hosts.ts


/** Checks what must hold for hosts in whatever form they were written: one family, and nothing twice. */
function checkHosts(hosts, findings) {
    const usable = hosts.filter(({ address }) => address !== '');
    checkFamilies(usable, findings);
    refuseTwice(usable.map((host) => ({ value: host.address, at: addressAt(host) })), 'address', findings);
    refuseTwice(hosts.flatMap(({ name, nameAt, at }) => (name === undefined ? [] : [{ value: name, at: nameAt ?? at }])), 'name', findings);
}
/** Input and place of a host's address. */
function addressAt({ at, addressAt: address }) {
    return address ?? at;
}
function checkFamilies(hosts, findings) {
    const [first, ...others] = hosts;
    const other = others.find((host) => first !== undefined && familyOf(host.address) !== familyOf(first.address));
    if (first === undefined || other === undefined)
        return;
    findings.push({
        at: addressAt(other),
        fact: `${other.address} and ${first.address} (${addressAt(first)}) are of two families; etcd knows no dual stack.`,
        fix: 'write all addresses as IPv4 or all as IPv6.',
    });
}
function refuseTwice(written, what, findings) {
    const seen = new Map();
    for (const { value, at } of written) {
        const before = seen.get(value);
        if (before === undefined) {
            seen.set(value, at);
        }
        else {
            findings.push({
                at,
                fact: `the ${what} ${(0,quote/* quote */.hD)(value)} was given before, at ${before}.`,
                fix: `give every member its own ${what}.`,
            });
        }
    }
}

;// CONCATENATED MODULE: ./src/settings/parse-control-plane.ts




const parse_control_plane_input = 'control-plane-hosts';
/**
 * Reads the hosts of the control plane: `control-plane-hosts`, in the forms of `hosts`, or what an inventory says of them.
 * @returns the hosts in the user's order, those with a fault among them; none where none are listed.
 */
function parseControlPlane(value, inventory, findings) {
    const written = parseEntries(parse_control_plane_input, value, findings).map((entry) => parseHost(entry, findings));
    if (inventory?.controlPlane === undefined)
        return written;
    if (written.length === 0)
        return inventory.controlPlane;
    findings.push({
        at: parse_control_plane_input,
        fact: 'control-plane-hosts and control-plane of the inventory both say which hosts the control plane has.',
        fix: 'leave one of the two out.',
    });
    return written;
}
/** Checks that each is listed once, and none of them as a member. */
function checkControlPlane(controlPlane, members, findings) {
    for (const [index, host] of controlPlane.entries()) {
        const before = controlPlane.slice(0, index);
        const member = members.find((one) => isSame(one, host));
        const twin = member ?? before.find((one) => isSame(one, host));
        if (twin === undefined)
            continue;
        const what = host.address === twin.address ? host.address : `the name ${host.name ?? ''}`;
        findings.push({
            at: addressAt(host),
            fact: `${what} was given before, at ${addressAt(twin)}.`,
            ...(member !== undefined && {
                cause: 'a host of the etcd cluster runs etcd alone, and has these files already.',
            }),
            fix: 'list each host once, and those of the control plane apart from the members.',
        });
    }
}
function isSame(one, other) {
    const isUsable = other.address !== '';
    return (isUsable && one.address === other.address) || (one.name !== undefined && one.name === other.name);
}
/** Gives every host of the control plane that is logged in to its login, as those of the members are given. */
function controlPlaneLogins(hosts, defaults, findings) {
    if (hosts.length === 0)
        return [];
    const own = [];
    const found = withLogins(hosts, defaults, {}, own);
    // that there is no user at all is told once
    findings.push(...own.filter(({ fact }) => !findings.some((told) => told.fact === fact)));
    return found;
}

;// CONCATENATED MODULE: ./src/settings/parse-members.ts





/**
 * Reads which hosts there are: `inventory`, or `hosts` with `names`, and `control-plane-hosts`.
 * @returns the hosts in the user's order; nothing where the members cannot be told at all.
 */
function parseMembers(written, collected) {
    const { findings } = collected;
    const { hosts, names, inventory, inventoryFile, allowEven } = written;
    const at = inventory === '' ? 'hosts' : 'inventory';
    if (at === 'inventory') {
        if (hosts !== '')
            findings.push(givenTwice('hosts'));
        if (names !== '')
            findings.push(givenTwice('names'));
    }
    const placed = at === 'hosts'
        ? { hosts: parseHosts(hosts, names, findings) }
        : parseInventory(inventory, inventoryFile, findings);
    const controlPlane = parseControlPlane(written.controlPlane, placed, findings);
    if (placed === undefined)
        return undefined;
    checkMemberCount(placed.hosts.length, { at, allowEven }, collected);
    checkHosts(placed.hosts, findings);
    checkControlPlane(controlPlane, placed.hosts, findings);
    return { members: placed.hosts, controlPlane };
}
function givenTwice(input) {
    return {
        at: input,
        fact: `${input} and inventory both say which members there are.`,
        fix: `leave ${input} out: in an inventory each host has its name and its address.`,
    };
}

// EXTERNAL MODULE: external "node:util"
var external_node_util_ = __webpack_require__(57975);
// EXTERNAL MODULE: ./src/kubeadm/json-patch.ts
var json_patch = __webpack_require__(84178);
// EXTERNAL MODULE: ./src/kubeadm/data-places.ts
var data_places = __webpack_require__(7104);
// EXTERNAL MODULE: ./src/kubeadm/patches.ts + 1 modules
var kubeadm_patches = __webpack_require__(48966);
// EXTERNAL MODULE: ./src/kubeadm/paths.ts
var paths = __webpack_require__(6803);
;// CONCATENATED MODULE: ./src/kubeadm/model-pod.ts



/**
 * The pod as kubeadm 1.34 to 1.37 makes it (cmd/kubeadm/app/phases/etcd/local.go, GetEtcdPodSpec), as far as patches can
 * meet it: what a patch makes of it tells beforehand what it will make of the real one, which only kubeadm renders.
 */
function modelPod({ metricsPort, ...places }) {
    const probe = (path, more) => ({
        httpGet: { host: '127.0.0.1', path, port: 'probe-port', scheme: 'HTTP' },
        timeoutSeconds: 15,
        ...more,
    });
    // the action's own patch comes last
    const [dataDir = '', ...log] = (0,data_places/* dataFolders */.ij)(places);
    const folders = [dataDir, `${paths/* PKI_DIR */.Hw}/etcd`, ...log];
    const names = ['etcd-data', 'etcd-certs', kubeadm_patches/* WAL_VOLUME */.yJ];
    return {
        apiVersion: 'v1',
        kind: 'Pod',
        metadata: {
            annotations: {},
            labels: { component: 'etcd', tier: 'control-plane' },
            name: 'etcd',
            namespace: 'kube-system',
        },
        spec: {
            containers: [
                {
                    command: ['etcd'],
                    image: 'registry.k8s.io/etcd',
                    imagePullPolicy: 'IfNotPresent',
                    livenessProbe: probe('/livez', { failureThreshold: 8, initialDelaySeconds: 10, periodSeconds: 10 }),
                    name: 'etcd',
                    ports: [{ containerPort: metricsPort, name: 'probe-port', protocol: 'TCP' }],
                    readinessProbe: probe('/readyz', { failureThreshold: 3, periodSeconds: 1 }),
                    resources: { requests: { cpu: '100m', memory: '100Mi' } },
                    startupProbe: probe('/readyz', {
                        failureThreshold: 24,
                        initialDelaySeconds: 10,
                        periodSeconds: 10,
                    }),
                    volumeMounts: folders.map((mountPath, index) => ({ mountPath, name: names[index] ?? '' })),
                },
            ],
            hostNetwork: true,
            priority: 2_000_001_000,
            priorityClassName: 'system-node-critical',
            securityContext: { seccompProfile: { type: 'RuntimeDefault' } },
            volumes: folders
                .map((path, index) => ({ hostPath: { path, type: 'DirectoryOrCreate' }, name: names[index] ?? '' }))
                // kubeadm sorts them by name, the mounts it does not
                .toSorted((one, other) => (one.name < other.name ? -1 : 1)),
        },
        status: {},
    };
}

// EXTERNAL MODULE: ./src/kubeadm/pod-rules.ts
var pod_rules = __webpack_require__(23258);
;// CONCATENATED MODULE: ./src/settings/parse-patches.ts










const parse_patches_input = 'patches';
const parse_patches_example = 'for example "etcd+strategic.yaml: { spec: { priority: 1000 } }".';
/**
 * Reads kubeadm patches of etcd's static pod: a mapping of file names to patches, or a folder of such files as
 * `kubeadm init --patches` takes it. They are tried on the pod as kubeadm makes it: what the action relies on must be the
 * same afterwards.
 * @param folder the folder that the input names, if it names one. @param member absent: its inputs are wrong themselves.
 * @returns the patches in the order in which kubeadm applies them.
 */
function parsePatches(value, folder, member, findings) {
    const written = folder === undefined ? patchesInText(value, findings) : patchesInFolder(folder, findings);
    const sorted = written.toSorted((one, other) => Buffer.compare(Buffer.from(one.name), Buffer.from(other.name)));
    if (member !== undefined)
        tryOn(sorted, member, findings);
    return sorted.map(({ name, text }) => ({ name, text }));
}
function patchesInText(value, findings) {
    const yaml = parseYaml(parse_patches_input, value, { schema: 'core', uniqueKeys: true, example: parse_patches_example }, findings);
    const contents = yaml?.document.contents;
    if (yaml === undefined || contents === null)
        return [];
    if (!(0,dist/* isMap */.jh)(contents)) {
        findings.push({
            at: parse_patches_input,
            fact: 'this is neither a mapping of file names to patches nor the path of a folder.',
            fix: `write the patches, ${parse_patches_example}`,
        });
        return [];
    }
    return contents.items.flatMap(({ key, value: patch }) => {
        const name = (0,dist/* isScalar */.jn)(key) ? String(key.value) : '';
        const at = yaml.placeOf((0,dist/* isScalar */.jn)(key) ? key.range?.[0] : undefined);
        const text = (0,dist/* isScalar */.jn)(patch) && typeof patch.value === 'string' ? patch.value : asText(patch, yaml.document);
        if (text !== undefined)
            return checked({ name, text, at }, findings);
        findings.push({
            at,
            fact: 'the patch has an alias (*) that stands for nothing, or more of them than can be meant.',
            fix: 'write the values themselves there; a text with a * in it wants quotes.',
        });
        return [];
    });
}
/** A patch that was written as YAML within YAML, as a text of its own; nothing in it: an empty one. Undefined: aliases spoil it. */
function asText(patch, document) {
    if (patch === null || patch === undefined)
        return '';
    try {
        const plain = patch.toJS(document);
        return plain === null ? '' : (0,yaml/* toKubernetesYaml */.t)(plain);
    }
    catch {
        return undefined;
    }
}
function patchesInFolder(folder, findings) {
    if ('problem' in folder) {
        findings.push({ at: parse_patches_input, ...folder.problem });
        return [];
    }
    // kubeadm passes over what is no patch, and here also over those of other pods
    const files = [...folder.files].filter(([name]) => name.startsWith('etcd'));
    if (files.length === 0) {
        findings.push({
            at: `${parse_patches_input} (${folder.path})`,
            fact: 'the folder holds no patch of etcd.',
            fix: 'call its files etcd, a suffix, the kind and the ending, for example etcd+strategic.yaml.',
        });
    }
    return files.flatMap(([name, text]) => checked({ name, text, at: `${parse_patches_input} (${folder.path}/${name})` }, findings));
}
function checked(patch, findings) {
    const problem = parse_patches_problemOf(patch);
    if (problem === undefined)
        return [patch];
    findings.push({ at: patch.at, ...problem });
    return [];
}
function parse_patches_problemOf({ name, text }) {
    if ((0,kubeadm_patches/* patchKind */.R3)(name) === undefined) {
        return {
            fact: `${(0,quote/* quote */.hD)(name)} is not the name of a patch of etcd, and kubeadm would pass over it or misread it.`,
            ...(/\.yml$/.test(name) && { cause: 'kubeadm knows the endings .yaml and .json alone.' }),
            ...(/^kube/.test(name) && { cause: 'on an etcd host kubeadm makes the pod of etcd alone.' }),
            fix: 'call it etcd, a suffix if need be, + and the kind (strategic, merge or json), and the ending, for example etcd0+json.yaml.',
        };
    }
    if ((0,quote/* holdsPrivateKey */.jc)(text)) {
        return {
            fact: 'it holds a private key, which a patch is not made for.',
            fix: 'take the key out, replace it, and mount what has to be secret from the host.',
        };
    }
    return text.trim() === '' ? { fact: 'the patch is empty.', fix: `write the patch, ${parse_patches_example}` } : undefined;
}
/** What each patch makes of the pod; one that spoils it is told, and the next is tried without it. */
function tryOn(patches, member, findings) {
    const address = '10.0.0.6';
    const pod = modelPod(member);
    const own = etcdContainer(pod);
    let patched = pod;
    for (const { name, text, at } of patches) {
        const after = applied(patched, text, (0,kubeadm_patches/* patchKind */.R3)(name) ?? 'strategic', at, findings);
        if (after === undefined)
            continue;
        const problems = [
            ...(0,pod_rules/* podProblems */.U)(after, { ...member, address }),
            ...ownFieldProblems(own, etcdContainer(after)),
        ];
        findings.push(...problems.map((problem) => ({
            at,
            fact: `with it the pod would not be as it has to be: ${problem}.`,
            fix: 'leave that part out of the patch.',
        })));
        if (problems.length === 0)
            patched = after;
    }
}
function applied(pod, text, kind, at, findings) {
    const lines = new dist/* LineCounter */.HN();
    // as Kubernetes' programs read YAML
    const documents = (0,dist/* parseAllDocuments */.hR)(text, { version: '1.1', lineCounter: lines, prettyErrors: false });
    const [error] = [...documents].flatMap(({ errors }) => errors);
    if (error !== undefined) {
        const { line, col } = lines.linePos(error.pos[0]);
        findings.push({
            at: `${at}, line ${line}, column ${col} of the patch`,
            fact: `this is not YAML: ${error.message}.`,
            fix: `write the patch as kubeadm's documentation does, ${parse_patches_example}`,
        });
        return undefined;
    }
    documents.forEach(yaml/* readAsKubernetes */.f);
    try {
        const patches = [...documents]
            .map((document) => document.toJS())
            .filter((patch) => patch !== null);
        return (0,kubeadm_patches/* applyPatch */.X6)(pod, patches, kind);
    }
    catch (thrown) {
        // toJS refuses aliases without an anchor, and far too many of them
        const reason = thrown instanceof json_patch/* PatchError */.DF
            ? thrown.message
            : `its aliases cannot be resolved (${(0,src_findings/* errorMessage */.gJ)(thrown)})`;
        findings.push({
            at,
            fact: `it cannot be applied to the pod that kubeadm makes: ${reason}.`,
            fix: "compare it with /etc/kubernetes/manifests/etcd.yaml of a member, or with what kubeadm's documentation says of patches.",
        });
        return undefined;
    }
}
function etcdContainer(pod) {
    const spec = (0,json_patch/* isMapping */.pi)(pod) ? pod['spec'] : undefined;
    const containers = (0,json_patch/* isMapping */.pi)(spec) ? spec['containers'] : undefined;
    const [first] = Array.isArray(containers) ? containers : [];
    return (0,json_patch/* isMapping */.pi)(first) ? first : {};
}
/** Fields that inputs of their own set, and check. */
const BY_INPUT = [
    ['command', 'flags are given by extra-args and by inputs of their own'],
    ['image', 'the image is given by image-repository and etcd-image-tag'],
];
function ownFieldProblems(before, after) {
    return BY_INPUT.filter(([field]) => !(0,external_node_util_.isDeepStrictEqual)(before[field], after[field])).map(([field, why]) => `its ${field} is another one, and ${why}`);
}

;// CONCATENATED MODULE: ./src/settings/parse-ports.ts

/** Each port of etcd's, and what it usually is. */
const ETCD_PORTS = { 'client-port': 2379, 'peer-port': 2380, 'metrics-port': 2381 };
/** What already listens on an etcd host that the kubelet is set up on. */
const taken = new Map([
    [10248, 'the kubelet serves its health'],
    [10250, 'the kubelet serves its API'],
]);
/** Reads etcd's ports; each must be free on the hosts and different from the others. */
function parsePorts(inputs, findings) {
    const ports = new Map();
    for (const input of Object.keys(ETCD_PORTS)) {
        const port = parsePort(input, inputs[input], ETCD_PORTS[input], findings);
        if (port === undefined)
            continue;
        const user = taken.get(port);
        if (user !== undefined)
            findings.push(takenBy(input, port, user));
        const [same] = [...ports].find(([, other]) => other === port) ?? [];
        if (same !== undefined)
            findings.push(sameAs(input, port, same));
        ports.set(input, port);
    }
    return ports.size < Object.keys(ETCD_PORTS).length ? undefined : Object.fromEntries(ports);
}
/** Reads the port of the SSH servers. */
function parseSshPort(value, findings) {
    return parsePort('ssh-port', value, 22, findings);
}
function parsePort(input, value, example, findings) {
    return parseInteger(input, value, { least: 1, greatest: 65535, example }, findings);
}
function takenBy(input, port, user) {
    return {
        at: input,
        fact: `${port} is where ${user}.`,
        fix: `choose a port that is free on every host, for example ${input}: ${ETCD_PORTS[input]}.`,
    };
}
function sameAs(input, port, other) {
    return {
        at: input,
        fact: `${port} is also ${other}${port === ETCD_PORTS[input] ? `, and what ${input} is where it is left out` : ''}.`,
        fix: 'give each its own port.',
    };
}

;// CONCATENATED MODULE: ./src/settings/transports.ts




/**
 * By which way each host is worked on: what was written of it, else `local` for the one that `local-host` names, else
 * `transport`.
 * @returns one for each host, in their order; undefined when the inputs cannot be used.
 */
function transportsOf(hosts, inputs, findings) {
    const before = findings.length;
    const all = parseChoice('transport', inputs.transport, TRANSPORTS, findings);
    const here = localHost(hosts, inputs['local-host'], findings);
    if (all === undefined || findings.length > before)
        return undefined;
    const transports = hosts.map((host) => host.transport ?? (host === here ? 'local' : all));
    const local = hosts.filter((_, index) => transports[index] === 'local');
    if (local.length > 1)
        findings.push(severalHere(local, hosts.length));
    for (const host of local.filter(({ loginAt }) => loginAt !== undefined))
        findings.push(loginOfLocal(host));
    return findings.length > before ? undefined : transports;
}
/** The host that an input names by name or address. */
function localHost(hosts, text, findings) {
    if (text === '')
        return undefined;
    const address = parseAddress(text);
    const host = hosts.find((one) => one.name === text || (one.address !== '' && one.address === address));
    if (host === undefined)
        findings.push(noSuchHost(text, hosts));
    else if (host.transport !== undefined && host.transport !== 'local')
        findings.push(saidOtherwise(host, host.transport));
    return host;
}
function noSuchHost(text, hosts) {
    const known = hosts.map(({ name, address }) => (name === undefined ? address : `${name} (${address})`));
    return {
        at: 'local-host',
        fact: `${(0,quote/* quote */.hD)(text)} is none of the hosts: ${known.join(', ')}.`,
        cause: 'a typing error; or the host has a name of its own that the inputs do not give, and is known by its address only.',
        fix: `name the host that the job runs on by its address, for example local-host: ${hosts[0]?.address ?? '10.0.0.6'}.`,
    };
}
function saidOtherwise(host, transport) {
    return {
        at: 'local-host',
        fact: `it names ${transports_labelOf(host)}, of which the inventory says transport: ${transport}.`,
        fix: 'keep one of the two.',
    };
}
function severalHere(hosts, count) {
    return {
        at: 'transport',
        fact: `${hosts.map(transports_labelOf).join(', ')} would be this machine, all of them; the job runs on one.`,
        cause: '`transport: local` is for every host of the list.',
        fix: `leave transport out, and name the one ${count > 1 ? `of the ${count} hosts ` : ''}that the job runs on in local-host: the others are reached by SSH.`,
    };
}
function loginOfLocal(host) {
    return {
        at: host.loginAt ?? host.at,
        fact: `${transports_labelOf(host)} is this machine, and is not logged in to.`,
        cause: '`ssh` of a host says how its SSH server is reached.',
        fix: 'leave ssh out for this host, or have it reached by SSH.',
    };
}
function transports_labelOf({ name, address, at }) {
    return name ?? (address === '' ? at : address);
}

;// CONCATENATED MODULE: ./src/settings/parse-reach.ts



/**
 * How each host is reached: by which way, and where its SSH server is.
 * @param ports etcd's own, by input.
 * @returns those that can be reached.
 */
function parseReach(written, inputs, defaults, ports, findings) {
    const all = [...written.members, ...written.controlPlane];
    const transports = transportsOf(all, inputs, findings);
    if (transports === undefined)
        return undefined;
    const hosts = all.map((host, index) => ({ ...host, transport: transports[index] ?? 'ssh2' }));
    const members = hosts.slice(0, written.members.length);
    const controlPlane = hosts.slice(members.length);
    const loggedIn = members.filter(isRemote);
    // Where no member is logged in to, nobody is asked for a user.
    const isAllHere = members.length > 0 && loggedIn.length === 0;
    return {
        members: inOrder(members, isAllHere ? [] : withLogins(loggedIn, defaults, ports, findings)),
        controlPlane: inOrder(controlPlane, controlPlaneLogins(controlPlane.filter(isRemote), defaults, findings)),
    };
}
function inOrder(hosts, remote) {
    return hosts.flatMap((host) => {
        if (!isRemote(host))
            return host.address === '' ? [] : [here(host)];
        return remote.filter(({ address }) => address === host.address);
    });
}
function isRemote(host) {
    return host.transport !== 'local';
}
function here({ name, address }) {
    return { ...(name !== undefined && { name }), address, transport: 'local' };
}

;// CONCATENATED MODULE: ./src/settings/parse-renewal.ts



const parse_renewal_input = 'client-certificate-copied';
/**
 * Reads how many days before their end certificates are reissued; 0 leaves all that have not ended.
 * @param leafDays how long they are valid; absent where that cannot be read.
 */
function parseRenewBeforeDays(value, leafDays, findings) {
    const days = parseInteger('renew-before-days', value, { least: 0, greatest: 3650, example: 30 }, findings);
    if (days !== undefined && leafDays !== undefined && days >= leafDays)
        findings.push(alwaysRenewed(days, leafDays));
    return days;
}
/** The days that are left are counted whole: right after it was issued, a certificate has one less than it is valid for. */
function alwaysRenewed(days, leafDays) {
    return {
        at: 'renew-before-days',
        fact: `certificates are valid for ${leafDays} days (certificate-validity-days): with ${days} every run would reissue all of them.`,
        fix: `choose fewer days, at most a third of the validity: renew-before-days: ${Math.min(30, Math.floor(leafDays / 3))}.`,
    };
}
/**
 * Reads the SHA-256 fingerprints of the client certificates that the control plane has.
 * @returns each once, in upper-case hex with colons.
 */
function parseCopiedCertificates(value, findings) {
    const entries = parseEntries(parse_renewal_input, value, findings);
    return [...new Set(entries.flatMap((entry) => parseFingerprint(entry, findings)))];
}
function parseFingerprint({ text, at }, findings) {
    const isHex = /^(?:[0-9a-f]{2}(?::[0-9a-f]{2})+|[0-9a-f]+)$/i.test(text);
    const digits = text.replaceAll(':', '').toUpperCase();
    if (isHex && digits.length === 64)
        return [(digits.match(/../g) ?? []).join(':')];
    findings.push({
        at,
        fact: isHex
            ? `the fingerprint has ${digits.length} hex digits; one of SHA-256 has 64.`
            : `${(0,quote/* quote */.hD)(text)} is not the fingerprint of a certificate.`,
        ...(isHex &&
            digits.length === 40 && { cause: 'it is the SHA-1 fingerprint, which openssl shows by default.' }),
        fix: 'on the control plane run openssl x509 -noout -fingerprint -sha256 -in ' +
            '/etc/kubernetes/pki/apiserver-etcd-client.crt and write what stands behind the =, for example ' +
            `${parse_renewal_input}: ${'6F:'.repeat(31)}6F.`,
    });
    return [];
}

;// CONCATENATED MODULE: ./src/settings/parse-sudo-password.ts
const parse_sudo_password_INPUT = 'sudo-password';
/** The longest answer that sudo reads (include/sudo_plugin.h, SUDO_CONV_REPL_MAX; 255 before 1.9). */
const LONGEST = 1023;
/** Shorter words are not hidden: they stand in ordinary text. */
const SHORTEST_HIDDEN = 5;
/**
 * Reads what sudo is told when it asks. One line break at its end is that of its file.
 * @param hosts as far as they could be read. @returns undefined when there is none, or it cannot be used.
 */
function parseSudoPassword(text, hosts, { findings, warnings }) {
    const password = text.replace(/\r?\n$/, '');
    if (password === '')
        return undefined;
    if (/[\0\r\n]/.test(password)) {
        findings.push({
            at: parse_sudo_password_INPUT,
            fact: 'the password has a line break in it; sudo takes what stands before it.',
            cause: 'the secret holds something else, such as a key.',
            fix: 'give the password alone, on one line.',
        });
        return undefined;
    }
    if (Buffer.byteLength(password) > LONGEST) {
        findings.push({
            at: parse_sudo_password_INPUT,
            fact: `the password has more than the ${LONGEST} bytes that sudo reads.`,
            fix: 'choose a shorter one.',
        });
        return undefined;
    }
    if (password.length < SHORTEST_HIDDEN) {
        warnings.push({
            at: parse_sudo_password_INPUT,
            fact: `the password has fewer than ${SHORTEST_HIDDEN} characters: it could be an ordinary word, so it is not hidden in the log.`,
            fix: 'choose a longer one.',
        });
    }
    if (hosts.length > 0 && hosts.every((host) => host.transport !== 'local' && host.login.user === 'root')) {
        warnings.push({
            at: parse_sudo_password_INPUT,
            fact: 'it is given, and root, who logs in, needs no sudo.',
            fix: 'leave it out, or name another user in ssh-user.',
        });
    }
    return password;
}

;// CONCATENATED MODULE: ./src/settings/parse-tuning.ts


/** etcd's flags that are inputs too, under the same names. */
const tuningInputs = [
    'heartbeat-interval',
    'election-timeout',
    'quota-backend-bytes',
    'auto-compaction-mode',
    'auto-compaction-retention',
];
/** etcd's own values (server/embed/config.go), which hold where nothing is given. */
const DEFAULTS = { 'heartbeat-interval': 100, 'election-timeout': 1000 };
/** Longer ones etcd refuses (server/embed/config.go, maxElectionMs). Milliseconds. */
const MOST_ELECTION_MS = 50_000;
const MIB = 1024 ** 2;
/** Less is the slip of a unit. */
const LEAST_QUOTA = 16 * MIB;
/** etcd warns of more at each start (server/storage/quota.go, MaxQuotaBytes). */
const MOST_ADVISED_QUOTA = 8 * 1024 * MIB;
const MOST_QUOTA = 1024 * 1024 * MIB;
const UNITS = { '': 1, Ki: 1024, Mi: MIB, Gi: 1024 * MIB };
/**
 * Reads the inputs that tune etcd, by etcd's own rules, and adds them to the other flags.
 * @param inputs empty ones are left to etcd. @param extraArgs flags of the input `extra-args`.
 * @returns all flags, sorted by name.
 */
function parseTuning(inputs, extraArgs, { findings, warnings }) {
    const read = {
        'heartbeat-interval': (value) => milliseconds('heartbeat-interval', value, findings),
        'election-timeout': (value) => milliseconds('election-timeout', value, findings),
        'quota-backend-bytes': (value) => quota(value, { findings, warnings }),
        'auto-compaction-mode': (value) => parseChoice('auto-compaction-mode', value, ['periodic', 'revision'], findings),
        'auto-compaction-retention': (value) => value,
    };
    const given = tuningInputs.filter((name) => inputs[name] !== '');
    const flags = given.flatMap((name) => {
        if (extraArgs.some((argument) => argument.name === name))
            findings.push(parse_tuning_givenTwice(name));
        const value = read[name](inputs[name]);
        return value === undefined ? [] : [{ name, value }];
    });
    const all = [...extraArgs.filter(({ name }) => !given.some((input) => input === name)), ...flags];
    checkTimes(all, findings);
    checkCompaction(all, inputs, findings);
    return all.toSorted((one, other) => (one.name < other.name ? -1 : 1));
}
function milliseconds(input, value, findings) {
    const range = { least: 1, greatest: MOST_ELECTION_MS, example: DEFAULTS[input] };
    const number = parseInteger(input, value.replace(/^(\d+)ms$/, '$1'), range, findings);
    return number === undefined ? undefined : String(number);
}
function quota(value, { findings, warnings }) {
    const [, digits = '', unit = ''] = /^(\d{1,15})(?: ?([KMG]i)B?)?$/.exec(value) ?? [];
    const bytes = digits === '' ? Number.NaN : Number(digits) * (UNITS[unit] ?? Number.NaN);
    if (bytes >= LEAST_QUOTA && bytes <= MOST_QUOTA) {
        if (bytes > MOST_ADVISED_QUOTA)
            warnings.push(largeQuota(value));
        return String(bytes);
    }
    findings.push({
        at: 'quota-backend-bytes',
        fact: Number.isNaN(bytes)
            ? `${(0,quote/* quote */.hD)(value)} is not a number of bytes, with or without Ki, Mi or Gi behind it.`
            : `${(0,quote/* quote */.hD)(value)} is not between 16Mi and 1024Gi.`,
        fix: 'write for example quota-backend-bytes: 8Gi.',
    });
    return undefined;
}
function largeQuota(value) {
    return {
        at: 'quota-backend-bytes',
        fact: `${(0,quote/* quote */.hD)(value)} is more than 8Gi, the most that etcd advises: larger databases take long to send, to defragment and to read at the start.`,
        fix: 'keep the database small, or watch how long members take to start.',
    };
}
function parse_tuning_givenTwice(input) {
    return {
        at: input,
        fact: `${input} is given in extra-args too.`,
        fix: 'keep one of the two, best this one: its value is checked.',
    };
}
/** The two rules by which etcd ends at once (server/embed/config.go, Validate), wherever the values come from. */
function checkTimes(all, findings) {
    const timeOf = (name) => {
        const value = all.find((argument) => argument.name === name)?.value;
        return value === undefined ? DEFAULTS[name] : /^[1-9]\d*$/.test(value) ? Number(value) : Number.NaN;
    };
    const heartbeat = timeOf('heartbeat-interval');
    const election = timeOf('election-timeout');
    if (5 * heartbeat > election) {
        const example = 5 * heartbeat > MOST_ELECTION_MS
            ? 'heartbeat-interval: 1000 and election-timeout: 10000'
            : `election-timeout: ${Math.min(10 * heartbeat, MOST_ELECTION_MS)}`;
        findings.push({
            at: 'election-timeout',
            fact: `an election timeout of ${election} ms is less than five times the heartbeat interval of ${heartbeat} ms, and etcd ends at once with such a pair.`,
            cause: 'one of the two was raised and the other left as it is; etcd has 100 and 1000 by itself.',
            fix: `give both, ten to one as etcd advises, for example ${example}.`,
        });
    }
    if (election > MOST_ELECTION_MS) {
        findings.push({
            at: 'election-timeout',
            fact: `an election timeout of ${election} ms is more than ${MOST_ELECTION_MS} ms, and etcd ends at once with it.`,
            fix: 'choose a shorter one, for example election-timeout: 10000.',
        });
    }
}
/**
 * What etcd makes of the retention depends on the mode (server/embed/etcd.go, parseCompactionRetention): a bare number is
 * hours in one and revisions in the other, and a duration would be taken for as many revisions as it has nanoseconds.
 */
function checkCompaction(all, inputs, findings) {
    const valueOf = (name) => all.find((argument) => argument.name === name)?.value;
    const retention = valueOf('auto-compaction-retention');
    const mode = valueOf('auto-compaction-mode') ?? 'periodic';
    if (retention === undefined) {
        if (inputs['auto-compaction-mode'] !== '')
            findings.push(modeAlone);
        return;
    }
    if (inputs['auto-compaction-retention'] === '' && inputs['auto-compaction-mode'] === '')
        return;
    const isCount = /^\d{1,15}$/.test(retention);
    if (mode === 'revision' && !isCount) {
        findings.push({
            at: 'auto-compaction-retention',
            fact: `${(0,quote/* quote */.hD)(retention)} is not a number of revisions, which auto-compaction-mode: revision asks for.`,
            fix: 'write for example auto-compaction-retention: 10000, or auto-compaction-mode: periodic.',
        });
    }
    else if (mode === 'periodic' && retention !== '0' && !parse_tuning_isDuration(retention)) {
        findings.push({
            at: 'auto-compaction-retention',
            fact: isCount
                ? `${(0,quote/* quote */.hD)(retention)} has no unit; etcd takes it for hours.`
                : `${(0,quote/* quote */.hD)(retention)} is not a duration.`,
            fix: `write hours, minutes and seconds in that order, for example auto-compaction-retention: ${isCount ? `${retention}h` : '1h'}; 0 switches it off.`,
        });
    }
}
/** Of the durations that Go reads (time.ParseDuration) those of whole hours, minutes and seconds. */
function parse_tuning_isDuration(text) {
    return /^(?=\d)(?:\d{1,6}h)?(?:\d{1,6}m)?(?:\d{1,6}s)?$/.test(text);
}
const modeAlone = {
    at: 'auto-compaction-mode',
    fact: 'the mode alone does nothing: without auto-compaction-retention etcd compacts nothing by itself.',
    fix: 'give both, for example auto-compaction-mode: periodic and auto-compaction-retention: 1h, or none.',
};

;// CONCATENATED MODULE: ./src/settings/parse-settings.ts


























const sixHours = 6 * 60 * 60;
/** A job on GitHub's own runners ends after six hours. */
const runTime = {
    least: 60,
    greatest: sixHours,
    words: 'one minute and six hours',
    example: '15m',
};
const lockTime = { least: 0, greatest: sixHours, words: '0s and six hours', example: '2m' };
/**
 * Reads everything that the user asked for.
 * @param raw inputs by name; one that is absent or empty has its default.
 * @param files those that inputs name, as `readInputFiles` gives them.
 * @returns settings that cannot be changed any more.
 * @throws Refusal with every finding of every input, each with its place, what was expected and an example.
 */
function parseSettings(raw, run, files = {}) {
    const misplaced = table/* inputNames */.vj.filter((name) => !(0,table/* definitionOf */.Fg)(name).secret && (0,quote/* holdsPrivateKey */.jc)(raw[name] ?? ''));
    const emptied = Object.fromEntries(misplaced.map((name) => [name, '']));
    const collected = { findings: [], warnings: [] };
    const settings = readSettings(withDefaults({ ...raw, ...emptied }), run, files, collected);
    // without an inventory, hosts are missed
    const emptyInputs = misplaced.includes('inventory') ? [...misplaced, 'hosts'] : misplaced;
    const unknown = Object.keys(raw).filter((name) => !(0,table/* isInputName */.wp)(name));
    collected.warnings.push(...unknown.flatMap(strangersVariable));
    const findings = [
        ...unknown.flatMap(slipInName),
        ...misplaced.map(misplacedKey),
        ...collected.findings.filter(({ at }) => !emptyInputs.some((name) => at === name || at.startsWith(`${name},`))),
    ];
    if (settings === undefined || findings.length > 0)
        throw new src_findings/* Refusal */.P_('The inputs cannot be used', findings);
    return deepFreeze(settings);
}
function readSettings(inputs, run, files, collected) {
    const { findings } = collected;
    const intent = parseIntent({
        operation: inputs.operation,
        dryRun: inputs['dry-run'],
        approvedPlan: inputs['approved-plan'],
        bootstrap: inputs.bootstrap,
        diskTest: inputs['disk-test'],
    }, collected);
    const written = parseMembers({
        hosts: inputs.hosts,
        names: inputs.names,
        inventory: inputs.inventory,
        ...(files.inventory !== undefined && { inventoryFile: files.inventory }),
        allowEven: inputs['allow-even-members'],
        controlPlane: inputs['control-plane-hosts'],
    }, collected);
    const clusterName = parseClusterName(inputs['cluster-name'], findings);
    const user = optional(inputs['ssh-user'], (value) => parseUser(value, findings));
    const sshPort = parseSshPort(inputs['ssh-port'], findings);
    const ports = parsePorts(inputs, findings);
    // a user that is none has been told already
    const defaults = { port: sshPort ?? 22, ...(inputs['ssh-user'] !== '' && { user: user ?? '' }) };
    const reached = written && parseReach(written, inputs, defaults, ports ?? {}, findings);
    const hosts = reached?.members;
    const all = reached === undefined ? [] : [...reached.members, ...reached.controlPlane];
    const remote = all.filter((host) => host.transport !== 'local');
    const isReachedBySsh = remote.length > 0 || all.length === 0;
    if (!isReachedBySsh)
        warnOfUnusedAccess(inputs, collected.warnings);
    const login = { user: inputs['ssh-user'], agentSocket: run.agentSocket, now: run.now };
    const ssh = isReachedBySsh ? parseAccess(inputs, remote, login, collected) : undefined;
    const sudoPassword = parseSudoPassword(inputs['sudo-password'], all, collected);
    const authority = parseAuthority(inputs['ca-certificate'], inputs['ca-key'], run.now, findings);
    const caCustody = parseCustody(inputs['ca-custody'], inputs['ca-certificate'].trim() !== '' || inputs['ca-key'].trim() !== '', intent?.operation !== 'health', findings);
    const certificates = parseCertificates({
        keyAlgorithm: inputs['key-algorithm'],
        leafDays: inputs['certificate-validity-days'],
        authorityDays: inputs['ca-validity-days'],
        extraSans: inputs['extra-sans'],
    }, inputs['ca-certificate'] !== '', collected);
    const renewBeforeDays = parseRenewBeforeDays(inputs['renew-before-days'], certificates?.leafDays, findings);
    const copiedClientCertificates = parseCopiedCertificates(inputs['client-certificate-copied'], findings);
    const places = parseDataPlaces(inputs, findings);
    const images = parseImages(inputs, findings);
    const extraArgs = parseTuning(inputs, parseExtraArgs(inputs['extra-args'], findings), collected);
    const patches = parsePatches(inputs.patches, files.patches, places && ports && { ...places, metricsPort: ports['metrics-port'] }, findings);
    const kubeletConfig = parseKubeletConfig(inputs['kubelet-config'], findings);
    const health = parseHealth(inputs, findings);
    const artifacts = parseArtifacts({
        upload: inputs['upload-artifacts'],
        name: inputs['artifact-name'],
        retentionDays: inputs['artifact-retention-days'],
    }, `etcd-ha-${clusterName ?? ''}-${run.attempt}-${run.nonce}`, findings);
    const lockTimeoutSeconds = parseDuration('lock-timeout', inputs['lock-timeout'], lockTime, findings);
    const timeoutSeconds = parseDuration('timeout', inputs.timeout, runTime, findings);
    if (intent === undefined ||
        hosts === undefined ||
        clusterName === undefined ||
        sshPort === undefined ||
        ports === undefined ||
        (isReachedBySsh && ssh === undefined) ||
        caCustody === undefined ||
        certificates === undefined ||
        renewBeforeDays === undefined ||
        places === undefined ||
        health === undefined ||
        artifacts === undefined ||
        lockTimeoutSeconds === undefined ||
        timeoutSeconds === undefined) {
        return undefined;
    }
    return {
        ...intent,
        clusterName,
        hosts,
        controlPlane: reached?.controlPlane ?? [],
        ...(ssh !== undefined && { ssh }),
        ...(sudoPassword !== undefined && { sudoPassword }),
        ...(authority !== undefined && { authority }),
        caCustody,
        certificates,
        renewBeforeDays,
        copiedClientCertificates,
        clientPort: ports['client-port'],
        peerPort: ports['peer-port'],
        metricsPort: ports['metrics-port'],
        ...places,
        ...images,
        extraArgs,
        patches,
        kubeletConfig,
        health,
        artifacts,
        lockTimeoutSeconds,
        timeoutSeconds,
        run: run.identity,
        inputDigest: digestOfInputs({ ...inputs, ...(0,input_file/* textsOf */.CB)(files) }),
        warnings: collected.warnings,
    };
}
/**
 * The runner only warns of an input that action.yml does not declare, and passes it on: a slip in an optional name
 * would go unnoticed.
 */
function slipInName(name) {
    const meant = nearestInput(name);
    if (meant === undefined)
        return [];
    return [
        {
            at: name,
            fact: 'there is no input of this name.',
            cause: `a slip of the keyboard, or a variable ${variableOf(name)} in the workflow's env, which wants another name.`,
            fix: `did you mean ${meant}?`,
        },
    ];
}
/** A variable of the environment cannot be told from an input; what resembles none is most likely no input. */
function strangersVariable(name) {
    if (nearestInput(name) !== undefined)
        return [];
    return [
        {
            at: variableOf(name),
            fact: 'the variable looks like an input of this action, which has none of this name; nothing is done with it.',
            cause: "it is set in the workflow's env, or act passes it on from a composite action around this one.",
            fix: 'if it was meant for this action, look for the name in the list of inputs (README.md); else give the variable another name.',
        },
    ];
}
/** As the runner names it (Handler.cs). */
function variableOf(name) {
    return `INPUT_${name.toUpperCase()}`;
}
/** A private key in an input that is no secret: not parsed any further, so that no piece of it is quoted. */
function misplacedKey(name) {
    return {
        at: name,
        fact: 'the value holds a private key, which this input is not made for.',
        cause: 'values were swapped in the workflow, or a key and its certificate were pasted together.',
        fix: 'pass keys through ssh-private-key and ca-key only; if this value is stored in a variable, replace the key.',
    };
}
function withDefaults(raw) {
    const entries = table/* inputNames */.vj.map((name) => {
        const value = raw[name] ?? '';
        return [name, value.trim() === '' ? ((0,table/* definitionOf */.Fg)(name).default ?? '') : value];
    });
    return Object.fromEntries(entries);
}
function parseClusterName(value, findings) {
    if (isLabel(value))
        return value;
    findings.push({
        at: 'cluster-name',
        fact: `${(0,quote/* quote */.hD)(value)} is not a name of lower-case letters, digits and dashes, at most 63 (RFC 1123 label).`,
        fix: 'begin and end it with a letter or digit, for example cluster-name: production.',
    });
    return undefined;
}
function optional(value, parse) {
    return value === '' ? undefined : parse(value);
}
/** Freezes plain objects and lists; keys and bytes in them are objects of others, and stay as they are. */
function deepFreeze(value) {
    if (Array.isArray(value) || isPlainObject(value)) {
        Object.freeze(value);
        Object.values(value).forEach(deepFreeze);
    }
    return value;
}
function isPlainObject(value) {
    return typeof value === 'object' && value !== null && Object.getPrototypeOf(value) === Object.prototype;
}


/***/ }),

/***/ 77405:
/***/ ((__unused_webpack_module, __webpack_exports__, __webpack_require__) => {

/* harmony export */ __webpack_require__.d(__webpack_exports__, {
/* harmony export */   fp: () => (/* binding */ quoteJson),
/* harmony export */   hD: () => (/* binding */ quote),
/* harmony export */   jc: () => (/* binding */ holdsPrivateKey)
/* harmony export */ });
/* harmony import */ var _characters_js__WEBPACK_IMPORTED_MODULE_0__ = __webpack_require__(95645);

/** A value longer than this is cut in a message. */
const longestQuote = 80;
/** A user's value as it stands in a message: in double quotes, on one line, cut when long, unseen characters by their code. */
function quote(value) {
    return JSON.stringify((0,_characters_js__WEBPACK_IMPORTED_MODULE_0__/* .showUnseen */ .AZ)(cut(value)));
}
/** A value of YAML or JSON as it stands in a message: a text by {@link quote}, anything else as JSON, which has no quotes of its own. */
function quoteJson(value) {
    return typeof value === 'string' ? quote(value) : (0,_characters_js__WEBPACK_IMPORTED_MODULE_0__/* .showUnseen */ .AZ)(cut(JSON.stringify(value)));
}
function cut(text) {
    return text.length > longestQuote ? `${text.slice(0, longestQuote)}…` : text;
}
/** True for a text with a PEM private key in it, whole or not. */
function holdsPrivateKey(value) {
    return value.includes('PRIVATE KEY');
}


/***/ }),

/***/ 65482:
/***/ ((__unused_webpack_module, __webpack_exports__, __webpack_require__) => {

/* harmony export */ __webpack_require__.d(__webpack_exports__, {
/* harmony export */   U: () => (/* binding */ readInputFiles)
/* harmony export */ });
/* harmony import */ var node_buffer__WEBPACK_IMPORTED_MODULE_0__ = __webpack_require__(4573);
/* harmony import */ var node_buffer__WEBPACK_IMPORTED_MODULE_0___default = /*#__PURE__*/__webpack_require__.n(node_buffer__WEBPACK_IMPORTED_MODULE_0__);
/* harmony import */ var node_fs__WEBPACK_IMPORTED_MODULE_1__ = __webpack_require__(73024);
/* harmony import */ var node_fs__WEBPACK_IMPORTED_MODULE_1___default = /*#__PURE__*/__webpack_require__.n(node_fs__WEBPACK_IMPORTED_MODULE_1__);
/* harmony import */ var node_path__WEBPACK_IMPORTED_MODULE_2__ = __webpack_require__(76760);
/* harmony import */ var node_path__WEBPACK_IMPORTED_MODULE_2___default = /*#__PURE__*/__webpack_require__.n(node_path__WEBPACK_IMPORTED_MODULE_2__);
/* harmony import */ var _input_file_js__WEBPACK_IMPORTED_MODULE_4__ = __webpack_require__(70036);
/* harmony import */ var _quote_js__WEBPACK_IMPORTED_MODULE_3__ = __webpack_require__(77405);





/** Bytes. The hosts of a cluster take two thousand; a whole `terraform output -json` may take more. */
const MOST_BYTES = 256 * 1024;
const MOST_FILES = 100;
/**
 * Reads the files and folders that inputs name, from the runner's workspace and from nowhere else. What cannot be read
 * comes back as a problem, so that it is told together with everything else.
 * @param workspace absolute path; `GITHUB_WORKSPACE`. @param mask as for `readInputs`.
 */
function readInputFiles(raw, workspace, mask) {
    const files = _input_file_js__WEBPACK_IMPORTED_MODULE_4__/* .fileInputs */ .wQ.flatMap((input) => {
        const path = (0,_input_file_js__WEBPACK_IMPORTED_MODULE_4__/* .pathIn */ .lW)(raw[input] ?? '');
        return path === undefined ? [] : [[input, readInputFile(path, workspace ?? '', mask)]];
    });
    const folders = _input_file_js__WEBPACK_IMPORTED_MODULE_4__/* .folderInputs */ .MN.flatMap((input) => {
        const path = (0,_input_file_js__WEBPACK_IMPORTED_MODULE_4__/* .folderPathIn */ .tO)(raw[input] ?? '');
        return path === undefined ? [] : [[input, readInputFolder(path, workspace ?? '', mask)]];
    });
    return Object.fromEntries([...files, ...folders]);
}
function readInputFile(path, workspace, mask) {
    const found = within(workspace, path, (file) => readText(file, path));
    if ('text' in found && (0,_quote_js__WEBPACK_IMPORTED_MODULE_3__/* .holdsPrivateKey */ .jc)(found.text))
        mask(found.text);
    return { path, ...found };
}
function readInputFolder(path, workspace, mask) {
    const found = within(workspace, path, (folder) => {
        const names = (0,node_fs__WEBPACK_IMPORTED_MODULE_1__.readdirSync)(folder);
        if (names.length > MOST_FILES)
            return { problem: tooMany(path, names.length) };
        const read = names.map((name) => {
            const file = (0,node_path__WEBPACK_IMPORTED_MODULE_2__.join)(path, name);
            return { name, ...within(workspace, file, (real) => readText(real, file)) };
        });
        const unread = read.find((one) => 'problem' in one);
        if (unread !== undefined)
            return { problem: unread.problem };
        return { files: new Map(read.flatMap((one) => ('text' in one ? [[one.name, one.text]] : []))) };
    });
    if ('files' in found)
        [...found.files.values()].filter(_quote_js__WEBPACK_IMPORTED_MODULE_3__/* .holdsPrivateKey */ .jc).forEach(mask);
    return { path, ...found };
}
/** Does something with what a path leads to, if that is within the workspace. */
function within(workspace, path, read) {
    if (workspace === '')
        return { problem: noWorkspace(path) };
    try {
        const root = (0,node_fs__WEBPACK_IMPORTED_MODULE_1__.realpathSync)(workspace);
        const real = (0,node_fs__WEBPACK_IMPORTED_MODULE_1__.realpathSync)((0,node_path__WEBPACK_IMPORTED_MODULE_2__.resolve)(root, path));
        const isInside = real.startsWith(root.endsWith(node_path__WEBPACK_IMPORTED_MODULE_2__.sep) ? root : `${root}${node_path__WEBPACK_IMPORTED_MODULE_2__.sep}`);
        return isInside ? read(real) : { problem: outside(path) };
    }
    catch (error) {
        return { problem: unreadable(path, error) };
    }
}
/** @param file without any link in it: one that comes into being meanwhile is not followed. */
function readText(file, path) {
    const descriptor = (0,node_fs__WEBPACK_IMPORTED_MODULE_1__.openSync)(file, node_fs__WEBPACK_IMPORTED_MODULE_1__.constants.O_RDONLY | node_fs__WEBPACK_IMPORTED_MODULE_1__.constants.O_NOFOLLOW | node_fs__WEBPACK_IMPORTED_MODULE_1__.constants.O_NONBLOCK);
    try {
        const stats = (0,node_fs__WEBPACK_IMPORTED_MODULE_1__.fstatSync)(descriptor);
        if (!stats.isFile())
            return { problem: noFile(path) };
        if (stats.size > MOST_BYTES)
            return { problem: tooLarge(path, stats.size) };
        const bytes = (0,node_fs__WEBPACK_IMPORTED_MODULE_1__.readFileSync)(descriptor);
        return (0,node_buffer__WEBPACK_IMPORTED_MODULE_0__.isUtf8)(bytes) ? { text: new TextDecoder().decode(bytes) } : { problem: notUtf8(path) };
    }
    finally {
        (0,node_fs__WEBPACK_IMPORTED_MODULE_1__.closeSync)(descriptor);
    }
}
function noWorkspace(path) {
    return {
        fact: `${(0,_quote_js__WEBPACK_IMPORTED_MODULE_3__/* .quote */ .hD)(path)} cannot be read: GITHUB_WORKSPACE does not say where the workspace is.`,
        cause: 'the action was started by something else than a runner of GitHub Actions.',
        fix: 'give the text itself in place of a path.',
    };
}
function outside(path) {
    return {
        fact: `${(0,_quote_js__WEBPACK_IMPORTED_MODULE_3__/* .quote */ .hD)(path)} leads out of the workspace.`,
        cause: 'the path begins with / or .., or a symbolic link is in it.',
        fix: 'keep it in the repository, and write its path from the top of that, for example etcd/hosts.yaml.',
    };
}
function unreadable(path, error) {
    const { code = String(error) } = error;
    if (code === 'ENOENT' || code === 'ENOTDIR') {
        return {
            fact: `there is no ${(0,_quote_js__WEBPACK_IMPORTED_MODULE_3__/* .quote */ .hD)(path)} in the workspace.`,
            cause: 'no step before this one has checked the repository out (actions/checkout), or made it.',
            fix: 'check it out first, and write the path from the top of the repository, for example etcd/hosts.yaml.',
        };
    }
    return {
        fact: `${(0,_quote_js__WEBPACK_IMPORTED_MODULE_3__/* .quote */ .hD)(path)} cannot be read (${code}).`,
        cause: 'it belongs to another user, or is a link to itself.',
        fix: 'let the user that the runner works as read it.',
    };
}
function noFile(path) {
    return {
        fact: `${(0,_quote_js__WEBPACK_IMPORTED_MODULE_3__/* .quote */ .hD)(path)} is a folder or a device, no file.`,
        fix: 'write the path of a file of YAML or JSON, for example etcd/hosts.yaml.',
    };
}
function tooLarge(path, bytes) {
    return {
        fact: `${(0,_quote_js__WEBPACK_IMPORTED_MODULE_3__/* .quote */ .hD)(path)} has ${bytes} bytes, more than ${MOST_BYTES}.`,
        cause: 'it is the file of something else.',
        fix: 'keep what the action needs in a file of its own.',
    };
}
function tooMany(path, files) {
    return {
        fact: `${(0,_quote_js__WEBPACK_IMPORTED_MODULE_3__/* .quote */ .hD)(path)} holds ${files} files, more than ${MOST_FILES}.`,
        cause: 'it is the folder of something else.',
        fix: 'keep what the action needs in a folder of its own.',
    };
}
function notUtf8(path) {
    return {
        fact: `${(0,_quote_js__WEBPACK_IMPORTED_MODULE_3__/* .quote */ .hD)(path)} is not text in UTF-8.`,
        cause: 'PowerShell has written it, which takes UTF-16 for what > redirects.',
        fix: 'write it as UTF-8, in PowerShell with Out-File -Encoding utf8.',
    };
}


/***/ })

};
