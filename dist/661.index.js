export const id = 661;
export const ids = [661];
export const modules = {

/***/ 81001:
/***/ ((__unused_webpack_module, __webpack_exports__, __webpack_require__) => {

/* harmony export */ __webpack_require__.d(__webpack_exports__, {
/* harmony export */   Lw: () => (/* binding */ Refused),
/* harmony export */   P_: () => (/* binding */ Refusal),
/* harmony export */   gJ: () => (/* binding */ errorMessage),
/* harmony export */   jb: () => (/* binding */ describeFinding)
/* harmony export */ });
/** One finding as a line or two of plain text: `[host] at: fact. Usual cause: … Fix: …`. */
function describeFinding(finding) {
    const place = finding.host === undefined ? finding.at : `[${finding.host}] ${finding.at}`;
    const cause = finding.cause === undefined ? '' : ` Usual cause: ${finding.cause}`;
    const fix = finding.fix === undefined ? '' : ` Fix: ${finding.fix}`;
    return `${place}: ${finding.fact}${cause}${fix}`;
}
/**
 * The run ends here. Carries every finding of the stage that ended it, never only the first.
 */
class Refusal extends Error {
    findings;
    /** @param title what could not be done, without a final stop; @param findings at least one. */
    constructor(title, findings) {
        super([`${title}:`, ...findings.map((finding) => `- ${describeFinding(finding)}`)].join('\n'));
        this.name = 'Refusal';
        this.findings = findings;
    }
}
/** It was decided, from everything that was seen, that nothing may be done. */
class Refused extends Refusal {
}
/** The message of anything that was thrown. */
function errorMessage(error) {
    return error instanceof Error ? error.message : String(error);
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
/* harmony import */ var node_fs_promises__WEBPACK_IMPORTED_MODULE_2__ = __webpack_require__(51455);
/* harmony import */ var node_fs_promises__WEBPACK_IMPORTED_MODULE_2___default = /*#__PURE__*/__webpack_require__.n(node_fs_promises__WEBPACK_IMPORTED_MODULE_2__);
/* harmony import */ var node_os__WEBPACK_IMPORTED_MODULE_3__ = __webpack_require__(48161);
/* harmony import */ var node_os__WEBPACK_IMPORTED_MODULE_3___default = /*#__PURE__*/__webpack_require__.n(node_os__WEBPACK_IMPORTED_MODULE_3__);
/* harmony import */ var node_path__WEBPACK_IMPORTED_MODULE_4__ = __webpack_require__(76760);
/* harmony import */ var node_path__WEBPACK_IMPORTED_MODULE_4___default = /*#__PURE__*/__webpack_require__.n(node_path__WEBPACK_IMPORTED_MODULE_4__);





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
    /** The path of a file in it. */
    at(name) {
        this.#path ??= (0,node_fs__WEBPACK_IMPORTED_MODULE_1__.mkdtempSync)((0,node_path__WEBPACK_IMPORTED_MODULE_4__.join)(this.#place.base, this.#place.prefix));
        return (0,node_path__WEBPACK_IMPORTED_MODULE_4__.join)(this.#path, name);
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
/** Removes the folders that killed runs of this runner have left. */
async function removePrivateFolders(temporary) {
    const { base, prefix } = placeFor(temporary);
    const names = await (0,node_fs_promises__WEBPACK_IMPORTED_MODULE_2__.readdir)(base).catch(() => []);
    const left = names.filter((name) => name.startsWith(prefix));
    await Promise.all(left.map((name) => (0,node_fs_promises__WEBPACK_IMPORTED_MODULE_2__.rm)((0,node_path__WEBPACK_IMPORTED_MODULE_4__.join)(base, name), { recursive: true, force: true })));
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
    return { base: (0,node_os__WEBPACK_IMPORTED_MODULE_3__.tmpdir)(), prefix: `${PREFIX}${runner}-` };
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
/* harmony import */ var _run_state_js__WEBPACK_IMPORTED_MODULE_4__ = __webpack_require__(20518);
/* harmony import */ var _runner_js__WEBPACK_IMPORTED_MODULE_3__ = __webpack_require__(74813);





/**
 * The post step: cleans up after a main that was killed. It never fails the job.
 */
async function post() {
    try {
        const temporary = process.env['RUNNER_TEMP'];
        if (temporary !== undefined && temporary !== '')
            await (0,_report_staged_artifacts_js__WEBPACK_IMPORTED_MODULE_2__/* .removeStagedArtifacts */ .K)(temporary);
        await (0,_hosts_runner_private_folder_js__WEBPACK_IMPORTED_MODULE_1__/* .removePrivateFolders */ .T)((0,_runner_js__WEBPACK_IMPORTED_MODULE_3__.temporaryFolder)());
        if ((0,_runner_js__WEBPACK_IMPORTED_MODULE_3__.getState)(_run_state_js__WEBPACK_IMPORTED_MODULE_4__/* .MAIN_ENDED */ .F) !== '')
            return;
        (0,_runner_js__WEBPACK_IMPORTED_MODULE_3__.warning)('etcd-ha-action was ended before it could report. Nothing has to be undone: run it again, it goes on from where it stands.');
        const owner = (0,_runner_js__WEBPACK_IMPORTED_MODULE_3__.getState)(_run_state_js__WEBPACK_IMPORTED_MODULE_4__/* .LOCK_OWNER */ .E);
        if (owner === '')
            return;
        // Nearly every run ends well, and its post step should load no more than that takes to see.
        const { releaseLocks } = await Promise.all(/* import() */[__webpack_require__.e(690), __webpack_require__.e(279), __webpack_require__.e(385)]).then(__webpack_require__.bind(__webpack_require__, 82385));
        await releaseLocks(owner);
    }
    catch (error) {
        (0,_runner_js__WEBPACK_IMPORTED_MODULE_3__.warning)(`etcd-ha-action could not clean up: ${(0,_findings_js__WEBPACK_IMPORTED_MODULE_0__/* .errorMessage */ .gJ)(error)}`);
    }
}


/***/ }),

/***/ 83160:
/***/ ((__unused_webpack_module, __webpack_exports__, __webpack_require__) => {

/* harmony export */ __webpack_require__.d(__webpack_exports__, {
/* harmony export */   E: () => (/* binding */ STAGED_PREFIX),
/* harmony export */   K: () => (/* binding */ removeStagedArtifacts)
/* harmony export */ });
/* harmony import */ var node_fs_promises__WEBPACK_IMPORTED_MODULE_0__ = __webpack_require__(51455);
/* harmony import */ var node_fs_promises__WEBPACK_IMPORTED_MODULE_0___default = /*#__PURE__*/__webpack_require__.n(node_fs_promises__WEBPACK_IMPORTED_MODULE_0__);
/* harmony import */ var node_path__WEBPACK_IMPORTED_MODULE_1__ = __webpack_require__(76760);
/* harmony import */ var node_path__WEBPACK_IMPORTED_MODULE_1___default = /*#__PURE__*/__webpack_require__.n(node_path__WEBPACK_IMPORTED_MODULE_1__);


/** How the folders begin in which the files of an artifact lie while it is uploaded, in the runner's folder for temporary files. */
const STAGED_PREFIX = 'etcd-ha-artifact-';
/** Removes what a run that was killed has left; for the post step. */
async function removeStagedArtifacts(runnerTemp) {
    const names = await (0,node_fs_promises__WEBPACK_IMPORTED_MODULE_0__.readdir)(runnerTemp);
    const staged = names.filter((name) => name.startsWith(STAGED_PREFIX));
    await Promise.all(staged.map((name) => (0,node_fs_promises__WEBPACK_IMPORTED_MODULE_0__.rm)((0,node_path__WEBPACK_IMPORTED_MODULE_1__.join)(runnerTemp, name), { recursive: true, force: true })));
}


/***/ }),

/***/ 20518:
/***/ ((__unused_webpack_module, __webpack_exports__, __webpack_require__) => {

/* harmony export */ __webpack_require__.d(__webpack_exports__, {
/* harmony export */   E: () => (/* binding */ LOCK_OWNER),
/* harmony export */   F: () => (/* binding */ MAIN_ENDED)
/* harmony export */ });
/** State that main saves for post: set once main has reported, whichever way it ended. */
const MAIN_ENDED = 'main-ended';
/** State that main saves for post before it takes the hosts' locks: whose they are. Not secret. */
const LOCK_OWNER = 'lock-owner';


/***/ }),

/***/ 74813:
/***/ ((__unused_webpack_module, __webpack_exports__, __webpack_require__) => {

__webpack_require__.r(__webpack_exports__);
/* harmony export */ __webpack_require__.d(__webpack_exports__, {
/* harmony export */   INPUT_PREFIX: () => (/* binding */ INPUT_PREFIX),
/* harmony export */   addSummary: () => (/* binding */ addSummary),
/* harmony export */   debug: () => (/* binding */ debug),
/* harmony export */   endGroup: () => (/* binding */ endGroup),
/* harmony export */   error: () => (/* binding */ error),
/* harmony export */   getInput: () => (/* binding */ getInput),
/* harmony export */   getState: () => (/* binding */ getState),
/* harmony export */   info: () => (/* binding */ info),
/* harmony export */   saveState: () => (/* binding */ saveState),
/* harmony export */   setFailed: () => (/* binding */ setFailed),
/* harmony export */   setOutput: () => (/* binding */ setOutput),
/* harmony export */   setSecrets: () => (/* binding */ setSecrets),
/* harmony export */   startGroup: () => (/* binding */ startGroup),
/* harmony export */   temporaryFolder: () => (/* binding */ temporaryFolder),
/* harmony export */   warning: () => (/* binding */ warning)
/* harmony export */ });
/* harmony import */ var node_crypto__WEBPACK_IMPORTED_MODULE_0__ = __webpack_require__(77598);
/* harmony import */ var node_crypto__WEBPACK_IMPORTED_MODULE_0___default = /*#__PURE__*/__webpack_require__.n(node_crypto__WEBPACK_IMPORTED_MODULE_0__);
/* harmony import */ var node_fs__WEBPACK_IMPORTED_MODULE_1__ = __webpack_require__(73024);
/* harmony import */ var node_fs__WEBPACK_IMPORTED_MODULE_1___default = /*#__PURE__*/__webpack_require__.n(node_fs__WEBPACK_IMPORTED_MODULE_1__);
/* harmony import */ var node_os__WEBPACK_IMPORTED_MODULE_2__ = __webpack_require__(48161);
/* harmony import */ var node_os__WEBPACK_IMPORTED_MODULE_2___default = /*#__PURE__*/__webpack_require__.n(node_os__WEBPACK_IMPORTED_MODULE_2__);



/**
 * What a step and its runner say to each other: commands on lines of standard output, and files that the runner names in
 * variables (actions/runner: ActionCommand.cs, FileCommandManager.cs). As `@actions/core` does it, without the HTTP client
 * that comes with that: see docs/decisions/0010-runner-without-toolkit.md.
 */
/** Masks secrets in everything that the job prints from now on. All in one piece: a key comes to dozens of lines. */
function setSecrets(secrets) {
    process.stdout.write(secrets.map((secret) => commandLine('add-mask', secret)).join(''));
}
/** Prints a line as it is. */
function info(line) {
    process.stdout.write(`${line}\n`);
}
/** Prints a line that is shown only with step debugging. */
function debug(line) {
    command('debug', line);
}
/** An annotation. */
function warning(message, properties = {}) {
    command('warning', message, properties);
}
/** An annotation. */
function error(message, properties = {}) {
    command('error', message, properties);
}
/** Has the step fail at its end, and says why. */
function setFailed(message) {
    process.exitCode = 1;
    error(message);
}
/** From here to {@link endGroup} the log is folded. */
function startGroup(title) {
    command('group', title);
}
function endGroup() {
    command('endgroup', '');
}
/** Sets an output of the step; without a runner, which alone names the file, there is nobody to tell. */
function setOutput(name, value) {
    append(process.env['GITHUB_OUTPUT'], keyValue(name, value));
}
/** Leaves a value to the post step; as {@link setOutput}. */
function saveState(name, value) {
    append(process.env['GITHUB_STATE'], keyValue(name, value));
}
/** What the main step has left; empty when it has left nothing. */
function getState(name) {
    return process.env[`STATE_${name}`] ?? '';
}
/** Adds Markdown to the job summary. @throws Error when the runner has none. */
function addSummary(markdown) {
    if (!append(process.env['GITHUB_STEP_SUMMARY'], markdown)) {
        throw new Error('the runner names no file for it (GITHUB_STEP_SUMMARY)');
    }
}
/** The runner turns a name into `INPUT_` and the name in capitals, spaces as underscores (Handler.cs). */
const INPUT_PREFIX = 'INPUT_';
/** An input as it was given; empty when it was not. */
function getInput(name) {
    return process.env[`${INPUT_PREFIX}${name.replaceAll(' ', '_').toUpperCase()}`] ?? '';
}
/** Where temporary files belong; the runner empties it with the job. */
function temporaryFolder() {
    const folder = process.env['RUNNER_TEMP'] ?? '';
    return folder === '' ? (0,node_os__WEBPACK_IMPORTED_MODULE_2__.tmpdir)() : folder;
}
function command(name, data, properties = {}) {
    process.stdout.write(commandLine(name, data, properties));
}
function commandLine(name, data, properties = {}) {
    const title = properties.title === undefined ? '' : ` title=${escapeProperty(properties.title)}`;
    return `::${name}${title}::${escapeData(data)}\n`;
}
function escapeData(text) {
    return text.replaceAll('%', '%25').replaceAll('\r', '%0D').replaceAll('\n', '%0A');
}
function escapeProperty(text) {
    return escapeData(text).replaceAll(':', '%3A').replaceAll(',', '%2C');
}
/** The delimiter is one that nobody can have known when the value was made. */
function keyValue(name, value) {
    const delimiter = `ghadelimiter_${(0,node_crypto__WEBPACK_IMPORTED_MODULE_0__.randomUUID)()}`;
    return `${name}<<${delimiter}\n${value}\n${delimiter}\n`;
}
/** Whether there is such a file. @throws Error when it cannot be written. */
function append(file, text) {
    if (file === undefined || file === '')
        return false;
    (0,node_fs__WEBPACK_IMPORTED_MODULE_1__.appendFileSync)(file, text);
    return true;
}


/***/ })

};
