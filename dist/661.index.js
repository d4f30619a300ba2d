export const id = 661;
export const ids = [661];
export const modules = {

/***/ 86661:
/***/ ((__unused_webpack_module, __webpack_exports__, __webpack_require__) => {

__webpack_require__.r(__webpack_exports__);
/* harmony export */ __webpack_require__.d(__webpack_exports__, {
/* harmony export */   post: () => (/* binding */ post)
/* harmony export */ });
/* harmony import */ var _actions_core__WEBPACK_IMPORTED_MODULE_0__ = __webpack_require__(33838);
/* harmony import */ var _findings_js__WEBPACK_IMPORTED_MODULE_1__ = __webpack_require__(81001);
/* harmony import */ var _runner_private_folder_js__WEBPACK_IMPORTED_MODULE_2__ = __webpack_require__(810);
/* harmony import */ var _runner_toolkit_js__WEBPACK_IMPORTED_MODULE_3__ = __webpack_require__(21652);




/**
 * The post step: gives locks back and cleans up after a main that was killed. It never fails the job. The locks come first:
 * other runs wait for them, and for the folders nothing does.
 */
async function post(means) {
    const tell = (error) => {
        means.log.warning(`etcd-ha-action could not clean up: ${(0,_findings_js__WEBPACK_IMPORTED_MODULE_1__/* .errorMessage */ .gJ)(error)}`);
    };
    means.handleUncaughtErrors(tell);
    try {
        await giveLocksBack(means);
    }
    catch (error) {
        tell(error);
    }
    const temporary = process.env['RUNNER_TEMP'];
    if (temporary !== undefined && temporary !== '')
        await (0,_runner_private_folder_js__WEBPACK_IMPORTED_MODULE_2__/* .removeStagedArtifacts */ .KV)(temporary);
    await (0,_runner_private_folder_js__WEBPACK_IMPORTED_MODULE_2__/* .removePrivateFolders */ .T9)((0,_runner_toolkit_js__WEBPACK_IMPORTED_MODULE_3__/* .temporaryFolder */ .yy)());
    process.exitCode = 0;
}
async function giveLocksBack(means) {
    const ended = (0,_actions_core__WEBPACK_IMPORTED_MODULE_0__.getState)(_runner_toolkit_js__WEBPACK_IMPORTED_MODULE_3__/* .MAIN_ENDED */ .Fd);
    if (ended === 'true')
        return;
    if (ended === '') {
        means.log.warning('etcd-ha-action was ended before it could report. Nothing has to be undone: run it again, it goes on from where it stands.');
    }
    const owner = (0,_actions_core__WEBPACK_IMPORTED_MODULE_0__.getState)(_runner_toolkit_js__WEBPACK_IMPORTED_MODULE_3__/* .LOCK_OWNER */ .EK);
    if (owner === '')
        return;
    // Nearly every run ends well, and its post step should load no more than that takes to see.
    const { releaseLocks } = await Promise.all(/* import() */[__webpack_require__.e(690), __webpack_require__.e(446), __webpack_require__.e(491)]).then(__webpack_require__.bind(__webpack_require__, 76491));
    await releaseLocks(owner, means, (0,_runner_toolkit_js__WEBPACK_IMPORTED_MODULE_3__/* .temporaryFolder */ .yy)());
}


/***/ }),

/***/ 810:
/***/ ((__unused_webpack_module, __webpack_exports__, __webpack_require__) => {

/* harmony export */ __webpack_require__.d(__webpack_exports__, {
/* harmony export */   E3: () => (/* binding */ STAGED_PREFIX),
/* harmony export */   KV: () => (/* binding */ removeStagedArtifacts),
/* harmony export */   T9: () => (/* binding */ removePrivateFolders),
/* harmony export */   oV: () => (/* binding */ PrivateFolder)
/* harmony export */ });
/* unused harmony export removeOwnFolders */
/* harmony import */ var node_crypto__WEBPACK_IMPORTED_MODULE_0__ = __webpack_require__(77598);
/* harmony import */ var node_crypto__WEBPACK_IMPORTED_MODULE_0___default = /*#__PURE__*/__webpack_require__.n(node_crypto__WEBPACK_IMPORTED_MODULE_0__);
/* harmony import */ var node_fs__WEBPACK_IMPORTED_MODULE_1__ = __webpack_require__(73024);
/* harmony import */ var node_fs__WEBPACK_IMPORTED_MODULE_1___default = /*#__PURE__*/__webpack_require__.n(node_fs__WEBPACK_IMPORTED_MODULE_1__);
/* harmony import */ var node_fs_promises__WEBPACK_IMPORTED_MODULE_2__ = __webpack_require__(51455);
/* harmony import */ var node_fs_promises__WEBPACK_IMPORTED_MODULE_2___default = /*#__PURE__*/__webpack_require__.n(node_fs_promises__WEBPACK_IMPORTED_MODULE_2__);
/* harmony import */ var node_os__WEBPACK_IMPORTED_MODULE_3__ = __webpack_require__(48161);
/* harmony import */ var node_os__WEBPACK_IMPORTED_MODULE_3___default = /*#__PURE__*/__webpack_require__.n(node_os__WEBPACK_IMPORTED_MODULE_3__);
/* harmony import */ var node_path__WEBPACK_IMPORTED_MODULE_4__ = __webpack_require__(76760);
/* harmony import */ var node_path__WEBPACK_IMPORTED_MODULE_4___default = /*#__PURE__*/__webpack_require__.n(node_path__WEBPACK_IMPORTED_MODULE_4__);
/* harmony import */ var _findings_js__WEBPACK_IMPORTED_MODULE_5__ = __webpack_require__(81001);
/* harmony import */ var _text_file_failures_js__WEBPACK_IMPORTED_MODULE_6__ = __webpack_require__(93001);
/* harmony import */ var _text_printable_js__WEBPACK_IMPORTED_MODULE_7__ = __webpack_require__(38572);








const PREFIX = 'etcd-ha-run-';
/** The length of mkdtemp(3)'s suffix. */
const SUFFIX_LENGTH = 6;
/** A socket's path is limited to 107 bytes (unix(7)); names in the folder, and ssh's suffix, need 40 at most. */
const MAX_PATH_LENGTH = 66;
/**
 * The run's private folder on the runner, for sockets, pipes and public files: never for a secret. It is created at
 * the first use.
 */
class PrivateFolder {
    #place;
    #path;
    #names = 0;
    /** @param temporary the runner's folder for temporary files. */
    constructor(temporary) {
        this.#place = locationFor(temporary);
    }
    /** Returns the path of a file in it. @throws RunError when the folder cannot be created. */
    at(name) {
        this.#path ??= createFolder(this.#place);
        return (0,node_path__WEBPACK_IMPORTED_MODULE_4__.join)(this.#path, name);
    }
    /** Returns a unique path in it. */
    newPath(name) {
        this.#names += 1;
        return this.at(`${name}-${this.#names}`);
    }
    /** Removes it with its contents. */
    remove() {
        if (this.#path !== undefined)
            (0,node_fs__WEBPACK_IMPORTED_MODULE_1__.rmSync)(this.#path, { recursive: true, force: true });
        this.#path = undefined;
    }
}
/** Removes the folders that killed runs of this runner left behind. Does not throw. */
async function removePrivateFolders(temporary) {
    const { base, prefix } = locationFor(temporary);
    await removeOwnFolders(base, prefix);
}
/** Prefix of the folders that hold an artifact's files during the upload, in the runner's folder for temporary files. */
const STAGED_PREFIX = 'etcd-ha-artifact-';
/** Removes the files of artifacts that killed runs left behind. Does not throw. */
async function removeStagedArtifacts(runnerTemp) {
    await removeOwnFolders(runnerTemp, STAGED_PREFIX);
}
function createFolder({ base, prefix }) {
    try {
        return (0,node_fs__WEBPACK_IMPORTED_MODULE_1__.mkdtempSync)((0,node_path__WEBPACK_IMPORTED_MODULE_4__.join)(base, prefix));
    }
    catch (error) {
        throw new _findings_js__WEBPACK_IMPORTED_MODULE_5__/* .RunError */ .e4('The runner has no room for the files of this run', [
            {
                code: 'runner-folder-unwritable',
                at: 'RUNNER_TEMP',
                fact: `cannot create a folder in ${base} on the runner: ${(0,_text_printable_js__WEBPACK_IMPORTED_MODULE_7__/* .printable */ .g$)((0,_findings_js__WEBPACK_IMPORTED_MODULE_5__/* .errorMessage */ .gJ)(error))}`,
                ...((0,_text_file_failures_js__WEBPACK_IMPORTED_MODULE_6__/* .fileFailure */ .f)(error, base) ?? {
                    cause: 'the folder for temporary files does not exist, or the user of the job may not write there, as in a container with `options: --user`.',
                    fix: 'correct RUNNER_TEMP of the runner, or the owner of that folder; `transport: ssh2` needs none.',
                }),
            },
        ]);
    }
}
/**
 * Chooses the location of a runner's folders. Its own folder for temporary files is unsuitable if its path is too
 * long for sockets, or not valid in ssh's configuration. The machine's folder is shared with other runners, so the
 * names there identify this one.
 */
function locationFor(temporary) {
    if (temporary.length + PREFIX.length + SUFFIX_LENGTH < MAX_PATH_LENGTH && /^[\w./-]+$/.test(temporary))
        return { base: temporary, prefix: PREFIX };
    const runner = (0,node_crypto__WEBPACK_IMPORTED_MODULE_0__.createHash)('sha256').update(temporary).digest('hex').slice(0, 8);
    return { base: (0,node_os__WEBPACK_IMPORTED_MODULE_3__.tmpdir)(), prefix: `${PREFIX}${runner}-` };
}
/**
 * Removes the folders with this prefix that belong to this process's user. A folder of another user stays: in a
 * shared place anyone can create one of that name. An error with one folder does not stop the others. Does not throw.
 * @param base the folder that contains them; it may be missing.
 */
async function removeOwnFolders(base, prefix) {
    const names = await (0,node_fs_promises__WEBPACK_IMPORTED_MODULE_2__.readdir)(base).catch(() => []);
    const paths = names.filter((name) => name.startsWith(prefix)).map((name) => (0,node_path__WEBPACK_IMPORTED_MODULE_4__.join)(base, name));
    await Promise.allSettled(paths.map(async (path) => {
        const status = await (0,node_fs_promises__WEBPACK_IMPORTED_MODULE_2__.lstat)(path);
        if (!status.isDirectory() || status.uid !== process.getuid?.())
            return;
        await (0,node_fs_promises__WEBPACK_IMPORTED_MODULE_2__.rm)(path, { recursive: true, force: true });
    }));
}


/***/ })

};
