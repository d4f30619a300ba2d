export const id = 385;
export const ids = [385];
export const modules = {

/***/ 82385:
/***/ ((__unused_webpack_module, __webpack_exports__, __webpack_require__) => {


// EXPORTS
__webpack_require__.d(__webpack_exports__, {
  releaseLocks: () => (/* binding */ releaseLocks)
});

// EXTERNAL MODULE: ./src/findings.ts
var findings = __webpack_require__(81001);
// EXTERNAL MODULE: ./src/hosts/host-error.ts
var host_error = __webpack_require__(46862);
// EXTERNAL MODULE: ./src/hosts/lock/release-script.ts
var release_script = __webpack_require__(76960);
// EXTERNAL MODULE: ./src/hosts/lock/words.ts
var words = __webpack_require__(83182);
;// CONCATENATED MODULE: ./src/hosts/lock/release-abandoned.ts



/**
 * Gives back the lock of a run that was killed, from its post step: only if it is still that run's, and if none of its
 * steps goes on there (after 3 s of waiting for that).
 * @throws HostError when the host cannot be reached or does not answer as it should.
 */
async function releaseAbandoned(transport, ownerId) {
    const result = await transport.run((0,release_script/* releaseScript */.d)(ownerId));
    const outcome = (0,release_script/* parseRelease */.B)(result.stdout);
    if (outcome !== undefined && result.code === 0)
        return outcome;
    throw new host_error/* HostError */.d({ host: transport.name, at: 'unlock', ...(0,words/* lockFailure */.Sw)(result) });
}

// EXTERNAL MODULE: ./src/hosts/connector.ts + 52 modules
var connector = __webpack_require__(28635);
// EXTERNAL MODULE: ./src/runner.ts
var runner = __webpack_require__(74813);
// EXTERNAL MODULE: ./src/settings/inputs.ts + 1 modules
var inputs = __webpack_require__(47181);
// EXTERNAL MODULE: ./src/settings/parse-settings.ts + 50 modules
var parse_settings = __webpack_require__(84961);
// EXTERNAL MODULE: ./src/settings/read-input-files.ts
var read_input_files = __webpack_require__(65482);
;// CONCATENATED MODULE: ./src/release-locks.ts







/** Gives back the locks of a main that could not; where that fails they count as abandoned all the same. */
async function releaseLocks(owner, { redactor, log }) {
    const mask = (secret) => redactor.register(secret);
    const raw = (0,inputs/* readInputs */.K)(mask);
    const files = (0,read_input_files/* readInputFiles */.U)(raw, process.env['GITHUB_WORKSPACE'], mask);
    const settings = (0,parse_settings/* parseSettings */.P)(raw, (0,inputs/* readRunContext */.$)(), files);
    const { connect, close } = await (0,connector/* connector */.M)(settings, {
        privilege: 'root',
        temporary: (0,runner/* temporaryFolder */.yy)(),
        log,
    });
    await Promise.all(settings.hosts.map(async (host) => {
        const own = log.host(host.name ?? host.address);
        try {
            const transport = await connect(host);
            try {
                own.info(`The lock of the ended run: ${await releaseAbandoned(transport, owner)}.`);
            }
            finally {
                await transport.close();
            }
        }
        catch (error) {
            own.info(`The lock could not be given back, and runs out by itself: ${(0,findings/* errorMessage */.gJ)(error)}`);
        }
    }));
    await close();
}


/***/ })

};
