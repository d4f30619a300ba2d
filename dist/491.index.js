export const id = 491;
export const ids = [491];
export const modules = {

/***/ 76491:
/***/ ((__unused_webpack_module, __webpack_exports__, __webpack_require__) => {

/* harmony export */ __webpack_require__.d(__webpack_exports__, {
/* harmony export */   releaseLocks: () => (/* binding */ releaseLocks)
/* harmony export */ });
/* unused harmony export releaseOnHosts */
/* harmony import */ var _findings_js__WEBPACK_IMPORTED_MODULE_0__ = __webpack_require__(81001);
/* harmony import */ var _hosts_connector_js__WEBPACK_IMPORTED_MODULE_1__ = __webpack_require__(27311);
/* harmony import */ var _hosts_lock_host_lock_js__WEBPACK_IMPORTED_MODULE_2__ = __webpack_require__(46437);
/* harmony import */ var _inputs_input_files_js__WEBPACK_IMPORTED_MODULE_3__ = __webpack_require__(6731);
/* harmony import */ var _inputs_parse_settings_js__WEBPACK_IMPORTED_MODULE_4__ = __webpack_require__(2906);
/* harmony import */ var _inputs_read_js__WEBPACK_IMPORTED_MODULE_5__ = __webpack_require__(89378);
/* harmony import */ var _operations_index_js__WEBPACK_IMPORTED_MODULE_6__ = __webpack_require__(63302);
/* harmony import */ var _run_host_js__WEBPACK_IMPORTED_MODULE_7__ = __webpack_require__(69327);








/**
 * Gives back the locks of a main that could not, for the post step.
 * @param owner of the locks, as main has saved it. @param temporary the runner's folder for temporary files.
 * @throws RunError if the inputs cannot be used.
 */
async function releaseLocks(owner, { redactor, log }, temporary) {
    const mask = (secret) => redactor.register(secret);
    const raw = (0,_inputs_read_js__WEBPACK_IMPORTED_MODULE_5__/* .readInputs */ .Ko)(mask);
    const files = (0,_inputs_input_files_js__WEBPACK_IMPORTED_MODULE_3__/* .readInputFiles */ .UK)(raw, process.env['GITHUB_WORKSPACE'], mask);
    const settings = (0,_inputs_parse_settings_js__WEBPACK_IMPORTED_MODULE_4__/* .parseSettings */ .P)(raw, (0,_inputs_read_js__WEBPACK_IMPORTED_MODULE_5__/* .readRunContext */ .$p)(), _operations_index_js__WEBPACK_IMPORTED_MODULE_6__/* .OPERATION_INPUTS */ .gE, files);
    const { connect, close } = await (0,_hosts_connector_js__WEBPACK_IMPORTED_MODULE_1__/* .connector */ .M)(settings, { privilege: 'root', temporary, log });
    await releaseOnHosts(settings, owner, connect, log);
    await close();
}
/**
 * Gives back the locks on every host that a run locks: the members' and those of the control plane. Does not throw: where it
 * fails, a lock counts as abandoned after a while all the same.
 */
async function releaseOnHosts(settings, owner, connect, log) {
    await Promise.all((0,_run_host_js__WEBPACK_IMPORTED_MODULE_7__/* .listHosts */ ._2)(settings).map(async ({ name, settings: host }) => {
        const own = log.host(name);
        try {
            const transport = await connect(host);
            try {
                own.info(`The lock of the ended run: ${await (0,_hosts_lock_host_lock_js__WEBPACK_IMPORTED_MODULE_2__/* .releaseAbandoned */ .qt)(transport, owner)}.`);
            }
            finally {
                await transport.close();
            }
        }
        catch (error) {
            own.info(`The lock could not be given back, and runs out by itself: ${(0,_findings_js__WEBPACK_IMPORTED_MODULE_0__/* .errorMessage */ .gJ)(error)}`);
        }
    }));
}


/***/ })

};
