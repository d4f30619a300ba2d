export const id = 661;
export const ids = [661];
export const modules = {

/***/ 86661:
/***/ ((__unused_webpack_module, __webpack_exports__, __webpack_require__) => {

__webpack_require__.r(__webpack_exports__);
/* harmony export */ __webpack_require__.d(__webpack_exports__, {
/* harmony export */   post: () => (/* binding */ post),
/* harmony export */   releaseLocks: () => (/* binding */ releaseLocks)
/* harmony export */ });
/* harmony import */ var _actions_core__WEBPACK_IMPORTED_MODULE_0__ = __webpack_require__(33838);
/* harmony import */ var _findings_js__WEBPACK_IMPORTED_MODULE_1__ = __webpack_require__(81001);
/* harmony import */ var _hosts_connector_js__WEBPACK_IMPORTED_MODULE_2__ = __webpack_require__(13559);
/* harmony import */ var _hosts_lock_host_lock_js__WEBPACK_IMPORTED_MODULE_3__ = __webpack_require__(46437);
/* harmony import */ var _inputs_input_files_js__WEBPACK_IMPORTED_MODULE_4__ = __webpack_require__(6731);
/* harmony import */ var _operations_index_js__WEBPACK_IMPORTED_MODULE_5__ = __webpack_require__(5324);
/* harmony import */ var _inputs_parse_settings_js__WEBPACK_IMPORTED_MODULE_6__ = __webpack_require__(2906);
/* harmony import */ var _inputs_read_js__WEBPACK_IMPORTED_MODULE_7__ = __webpack_require__(89378);
/* harmony import */ var _report_artifacts_js__WEBPACK_IMPORTED_MODULE_8__ = __webpack_require__(5825);
/* harmony import */ var _runner_private_folder_js__WEBPACK_IMPORTED_MODULE_9__ = __webpack_require__(810);
/* harmony import */ var _runner_toolkit_js__WEBPACK_IMPORTED_MODULE_10__ = __webpack_require__(21652);











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
        await (0,_report_artifacts_js__WEBPACK_IMPORTED_MODULE_8__/* .removeStagedArtifacts */ .KV)(temporary);
    await (0,_runner_private_folder_js__WEBPACK_IMPORTED_MODULE_9__/* .removePrivateFolders */ .T9)((0,_runner_toolkit_js__WEBPACK_IMPORTED_MODULE_10__/* .temporaryFolder */ .yy)());
    process.exitCode = 0;
}
async function giveLocksBack(means) {
    const ended = (0,_actions_core__WEBPACK_IMPORTED_MODULE_0__.getState)(_runner_toolkit_js__WEBPACK_IMPORTED_MODULE_10__/* .MAIN_ENDED */ .Fd);
    if (ended === 'true')
        return;
    if (ended === '') {
        means.log.warning('etcd-ha-action was ended before it could report. Nothing has to be undone: run it again, it goes on from where it stands.');
    }
    const owner = (0,_actions_core__WEBPACK_IMPORTED_MODULE_0__.getState)(_runner_toolkit_js__WEBPACK_IMPORTED_MODULE_10__/* .LOCK_OWNER */ .EK);
    if (owner === '')
        return;
    // Nearly every run ends well, and its post step should load no more than that takes to see.
    const { releaseLocks } = await Promise.resolve(/* import() */).then(__webpack_require__.bind(__webpack_require__, 86661));
    await releaseLocks(owner, means);
}
/** Gives back the locks of a main that could not; where that fails they count as abandoned all the same. */
async function releaseLocks(owner, { redactor, log }) {
    const mask = (secret) => redactor.register(secret);
    const raw = (0,_inputs_read_js__WEBPACK_IMPORTED_MODULE_7__/* .readInputs */ .Ko)(mask);
    const files = (0,_inputs_input_files_js__WEBPACK_IMPORTED_MODULE_4__/* .readInputFiles */ .UK)(raw, process.env['GITHUB_WORKSPACE'], mask);
    const settings = (0,_inputs_parse_settings_js__WEBPACK_IMPORTED_MODULE_6__/* .parseSettings */ .P)(raw, (0,_inputs_read_js__WEBPACK_IMPORTED_MODULE_7__/* .readRunContext */ .$p)(), _operations_index_js__WEBPACK_IMPORTED_MODULE_5__/* .OPERATION_INPUTS */ .gE, files);
    const { connect, close } = await (0,_hosts_connector_js__WEBPACK_IMPORTED_MODULE_2__/* .connector */ .M)(settings, {
        privilege: 'root',
        temporary: (0,_runner_toolkit_js__WEBPACK_IMPORTED_MODULE_10__/* .temporaryFolder */ .yy)(),
        log,
    });
    await Promise.all(settings.hosts.map(async (host) => {
        const own = log.host(host.name ?? host.address);
        try {
            const transport = await connect(host);
            try {
                own.info(`The lock of the ended run: ${await (0,_hosts_lock_host_lock_js__WEBPACK_IMPORTED_MODULE_3__/* .releaseAbandoned */ .qt)(transport, owner)}.`);
            }
            finally {
                await transport.close();
            }
        }
        catch (error) {
            own.info(`The lock could not be given back, and runs out by itself: ${(0,_findings_js__WEBPACK_IMPORTED_MODULE_1__/* .errorMessage */ .gJ)(error)}`);
        }
    }));
    await close();
}


/***/ })

};
