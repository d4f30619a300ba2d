export const id = 661;
export const ids = [661];
export const modules = {

/***/ 28456:
/***/ ((__unused_webpack_module, __webpack_exports__, __webpack_require__) => {

/* harmony export */ __webpack_require__.d(__webpack_exports__, {
/* harmony export */   Y: () => (/* binding */ seconds),
/* harmony export */   g: () => (/* binding */ printable)
/* harmony export */ });
/* harmony import */ var _key_blocks_js__WEBPACK_IMPORTED_MODULE_0__ = __webpack_require__(52491);

/** So much of a text is looked at. */
const MOST_CHARACTERS = 64 * 1024;
/** Text from elsewhere, fit for a message: one line, no control characters, no private key, at most `limit` characters. */
function printable(text, limit = 300) {
    const line = (0,_key_blocks_js__WEBPACK_IMPORTED_MODULE_0__/* .hideKeys */ .tI)(text.slice(0, MOST_CHARACTERS))
        .replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]+/gu, ' ')
        .replace(/ +/g, ' ')
        .trim();
    return line.length > limit ? `${line.slice(0, limit)}…` : line;
}
/** A duration as messages say it, e.g. `1.5 s` or `20 s`. */
function seconds(milliseconds) {
    return `${(milliseconds / 1000).toFixed(milliseconds < 10_000 ? 1 : 0)} s`;
}


/***/ }),

/***/ 6646:
/***/ ((__unused_webpack_module, __webpack_exports__, __webpack_require__) => {

/* harmony export */ __webpack_require__.d(__webpack_exports__, {
/* harmony export */   T: () => (/* binding */ removePrivateFolders),
/* harmony export */   o: () => (/* binding */ PrivateFolder)
/* harmony export */ });
/* harmony import */ var node_crypto__WEBPACK_IMPORTED_MODULE_0__ = __webpack_require__(77598);
/* harmony import */ var node_crypto__WEBPACK_IMPORTED_MODULE_0___default = /*#__PURE__*/__webpack_require__.n(node_crypto__WEBPACK_IMPORTED_MODULE_0__);
/* harmony import */ var node_fs__WEBPACK_IMPORTED_MODULE_1__ = __webpack_require__(73024);
/* harmony import */ var node_fs__WEBPACK_IMPORTED_MODULE_1___default = /*#__PURE__*/__webpack_require__.n(node_fs__WEBPACK_IMPORTED_MODULE_1__);
/* harmony import */ var node_os__WEBPACK_IMPORTED_MODULE_2__ = __webpack_require__(48161);
/* harmony import */ var node_os__WEBPACK_IMPORTED_MODULE_2___default = /*#__PURE__*/__webpack_require__.n(node_os__WEBPACK_IMPORTED_MODULE_2__);
/* harmony import */ var node_path__WEBPACK_IMPORTED_MODULE_3__ = __webpack_require__(76760);
/* harmony import */ var node_path__WEBPACK_IMPORTED_MODULE_3___default = /*#__PURE__*/__webpack_require__.n(node_path__WEBPACK_IMPORTED_MODULE_3__);
/* harmony import */ var _own_folders_js__WEBPACK_IMPORTED_MODULE_4__ = __webpack_require__(47235);
/* harmony import */ var _findings_js__WEBPACK_IMPORTED_MODULE_5__ = __webpack_require__(81001);
/* harmony import */ var _printable_js__WEBPACK_IMPORTED_MODULE_6__ = __webpack_require__(28456);







const PREFIX = 'etcd-ha-run-';
/** What mkdtemp(3) adds to it. */
const RANDOM = 6;
/** A socket's path ends after 107 bytes (unix(7)); names in the folder, and what ssh adds to one, need 40 at most. */
const MOST_CHARACTERS = 66;
/**
 * A folder of the run on the runner that nobody else may enter, for sockets, pipes and public files: never for a secret. It
 * is made when it is first asked for.
 */
class PrivateFolder {
    #place;
    #path;
    #names = 0;
    /** @param temporary the runner's folder for temporary files. */
    constructor(temporary) {
        this.#place = placeFor(temporary);
    }
    /** The path of a file in it. @throws Refusal when the folder cannot be made. */
    at(name) {
        this.#path ??= made(this.#place);
        return (0,node_path__WEBPACK_IMPORTED_MODULE_3__.join)(this.#path, name);
    }
    /** A path in it that was given to nobody before. */
    newPath(name) {
        this.#names += 1;
        return this.at(`${name}-${this.#names}`);
    }
    /** Removes it with all that is in it. */
    remove() {
        if (this.#path !== undefined)
            (0,node_fs__WEBPACK_IMPORTED_MODULE_1__.rmSync)(this.#path, { recursive: true, force: true });
        this.#path = undefined;
    }
}
/** Removes the folders that killed runs of this runner have left. Does not throw. */
async function removePrivateFolders(temporary) {
    const { base, prefix } = placeFor(temporary);
    await (0,_own_folders_js__WEBPACK_IMPORTED_MODULE_4__/* .removeOwnFolders */ .c)(base, prefix);
}
function made({ base, prefix }) {
    try {
        return (0,node_fs__WEBPACK_IMPORTED_MODULE_1__.mkdtempSync)((0,node_path__WEBPACK_IMPORTED_MODULE_3__.join)(base, prefix));
    }
    catch (error) {
        throw new _findings_js__WEBPACK_IMPORTED_MODULE_5__/* .Refusal */ .P_('The runner has no room for the files of this run', [
            {
                at: 'RUNNER_TEMP',
                fact: `no folder can be made in ${base} on the runner: ${(0,_printable_js__WEBPACK_IMPORTED_MODULE_6__/* .printable */ .g)((0,_findings_js__WEBPACK_IMPORTED_MODULE_5__/* .errorMessage */ .gJ)(error))}`,
                cause: 'the folder for temporary files does not exist, the user of the job may not write there, as in a container with `options: --user`, or its disk is full.',
                fix: 'correct RUNNER_TEMP of the runner, or the owner of that folder; `transport: ssh2` needs none.',
            },
        ]);
    }
}
/**
 * Where the folders of a runner are. Its own folder for temporary files will not do where sockets cannot be in it, as its path
 * is too long, or where ssh's configuration cannot name it; the one of the machine is shared with other runners, and what is
 * there of this one is told from theirs by its name.
 */
function placeFor(temporary) {
    if (temporary.length + PREFIX.length + RANDOM < MOST_CHARACTERS && /^[\w./-]+$/.test(temporary))
        return { base: temporary, prefix: PREFIX };
    const runner = (0,node_crypto__WEBPACK_IMPORTED_MODULE_0__.createHash)('sha256').update(temporary).digest('hex').slice(0, 8);
    return { base: (0,node_os__WEBPACK_IMPORTED_MODULE_2__.tmpdir)(), prefix: `${PREFIX}${runner}-` };
}


/***/ }),

/***/ 47235:
/***/ ((__unused_webpack_module, __webpack_exports__, __webpack_require__) => {

/* harmony export */ __webpack_require__.d(__webpack_exports__, {
/* harmony export */   c: () => (/* binding */ removeOwnFolders)
/* harmony export */ });
/* harmony import */ var node_fs_promises__WEBPACK_IMPORTED_MODULE_0__ = __webpack_require__(51455);
/* harmony import */ var node_fs_promises__WEBPACK_IMPORTED_MODULE_0___default = /*#__PURE__*/__webpack_require__.n(node_fs_promises__WEBPACK_IMPORTED_MODULE_0__);
/* harmony import */ var node_path__WEBPACK_IMPORTED_MODULE_1__ = __webpack_require__(76760);
/* harmony import */ var node_path__WEBPACK_IMPORTED_MODULE_1___default = /*#__PURE__*/__webpack_require__.n(node_path__WEBPACK_IMPORTED_MODULE_1__);


/**
 * Removes the folders of this process's user whose names begin so. A folder of another user stays: in a place that users
 * share anyone can make one of that name. What cannot be removed keeps nothing else from being removed. Does not throw.
 * @param base the folder that they are in; it may be missing.
 */
async function removeOwnFolders(base, prefix) {
    const names = await (0,node_fs_promises__WEBPACK_IMPORTED_MODULE_0__.readdir)(base).catch(() => []);
    const paths = names.filter((name) => name.startsWith(prefix)).map((name) => (0,node_path__WEBPACK_IMPORTED_MODULE_1__.join)(base, name));
    await Promise.allSettled(paths.map(async (path) => {
        const status = await (0,node_fs_promises__WEBPACK_IMPORTED_MODULE_0__.lstat)(path);
        if (!status.isDirectory() || status.uid !== process.getuid?.())
            return;
        await (0,node_fs_promises__WEBPACK_IMPORTED_MODULE_0__.rm)(path, { recursive: true, force: true });
    }));
}


/***/ }),

/***/ 86661:
/***/ ((__unused_webpack_module, __webpack_exports__, __webpack_require__) => {

__webpack_require__.r(__webpack_exports__);
/* harmony export */ __webpack_require__.d(__webpack_exports__, {
/* harmony export */   post: () => (/* binding */ post)
/* harmony export */ });
/* harmony import */ var _findings_js__WEBPACK_IMPORTED_MODULE_0__ = __webpack_require__(81001);
/* harmony import */ var _hosts_runner_private_folder_js__WEBPACK_IMPORTED_MODULE_1__ = __webpack_require__(6646);
/* harmony import */ var _report_staged_artifacts_js__WEBPACK_IMPORTED_MODULE_2__ = __webpack_require__(83160);
/* harmony import */ var _run_state_js__WEBPACK_IMPORTED_MODULE_5__ = __webpack_require__(20518);
/* harmony import */ var _actions_core__WEBPACK_IMPORTED_MODULE_3__ = __webpack_require__(33838);
/* harmony import */ var _runner_js__WEBPACK_IMPORTED_MODULE_4__ = __webpack_require__(74813);






/**
 * The post step: gives locks back and cleans up after a main that was killed. It never fails the job. The locks come first:
 * other runs wait for them, and for the folders nothing does.
 */
async function post(means) {
    const tell = (error) => {
        means.log.warning(`etcd-ha-action could not clean up: ${(0,_findings_js__WEBPACK_IMPORTED_MODULE_0__/* .errorMessage */ .gJ)(error)}`);
    };
    means.takeFaults(tell);
    try {
        await giveLocksBack(means);
    }
    catch (error) {
        tell(error);
    }
    const temporary = process.env['RUNNER_TEMP'];
    if (temporary !== undefined && temporary !== '')
        await (0,_report_staged_artifacts_js__WEBPACK_IMPORTED_MODULE_2__/* .removeStagedArtifacts */ .K)(temporary);
    await (0,_hosts_runner_private_folder_js__WEBPACK_IMPORTED_MODULE_1__/* .removePrivateFolders */ .T)((0,_runner_js__WEBPACK_IMPORTED_MODULE_4__/* .temporaryFolder */ .yy)());
    process.exitCode = 0;
}
async function giveLocksBack(means) {
    const ended = (0,_actions_core__WEBPACK_IMPORTED_MODULE_3__.getState)(_run_state_js__WEBPACK_IMPORTED_MODULE_5__/* .MAIN_ENDED */ .Fd);
    if (ended === 'true')
        return;
    if (ended === '') {
        means.log.warning('etcd-ha-action was ended before it could report. Nothing has to be undone: run it again, it goes on from where it stands.');
    }
    const owner = (0,_actions_core__WEBPACK_IMPORTED_MODULE_3__.getState)(_run_state_js__WEBPACK_IMPORTED_MODULE_5__/* .LOCK_OWNER */ .EK);
    if (owner === '')
        return;
    // Nearly every run ends well, and its post step should load no more than that takes to see.
    const { releaseLocks } = await Promise.all(/* import() */[__webpack_require__.e(690), __webpack_require__.e(688), __webpack_require__.e(385)]).then(__webpack_require__.bind(__webpack_require__, 82385));
    await releaseLocks(owner, means);
}


/***/ }),

/***/ 83160:
/***/ ((__unused_webpack_module, __webpack_exports__, __webpack_require__) => {

/* harmony export */ __webpack_require__.d(__webpack_exports__, {
/* harmony export */   E: () => (/* binding */ STAGED_PREFIX),
/* harmony export */   K: () => (/* binding */ removeStagedArtifacts)
/* harmony export */ });
/* harmony import */ var _own_folders_js__WEBPACK_IMPORTED_MODULE_0__ = __webpack_require__(47235);

/** How the folders begin in which the files of an artifact lie while it is uploaded, in the runner's folder for temporary files. */
const STAGED_PREFIX = 'etcd-ha-artifact-';
/** Removes what a run that was killed has left; for the post step. Does not throw. */
async function removeStagedArtifacts(runnerTemp) {
    await (0,_own_folders_js__WEBPACK_IMPORTED_MODULE_0__/* .removeOwnFolders */ .c)(runnerTemp, STAGED_PREFIX);
}


/***/ }),

/***/ 20518:
/***/ ((__unused_webpack_module, __webpack_exports__, __webpack_require__) => {

/* harmony export */ __webpack_require__.d(__webpack_exports__, {
/* harmony export */   EK: () => (/* binding */ LOCK_OWNER),
/* harmony export */   Fd: () => (/* binding */ MAIN_ENDED),
/* harmony export */   JQ: () => (/* binding */ LOCKS_LEFT)
/* harmony export */ });
/**
 * State that main saves for post: set once main has reported, whichever way it ended. {@link LOCKS_LEFT} where it could not
 * see to its locks.
 */
const MAIN_ENDED = 'main-ended';
/** The value of {@link MAIN_ENDED} of a main that has reported, and may have left locks on hosts. */
const LOCKS_LEFT = 'locks-left';
/** State that main saves for post before it takes the hosts' locks: whose they are. Not secret. */
const LOCK_OWNER = 'lock-owner';


/***/ })

};
