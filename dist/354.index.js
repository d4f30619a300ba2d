export const id = 354;
export const ids = [354];
export const modules = {

/***/ 29153:
/***/ ((__unused_webpack_module, __webpack_exports__, __webpack_require__) => {

// ESM COMPAT FLAG
__webpack_require__.r(__webpack_exports__);

// EXPORTS
__webpack_require__.d(__webpack_exports__, {
  main: () => (/* binding */ main)
});

// EXTERNAL MODULE: external "node:crypto"
var external_node_crypto_ = __webpack_require__(77598);
// EXTERNAL MODULE: ./src/runner/end-of-run.ts
var end_of_run = __webpack_require__(30405);
// EXTERNAL MODULE: ./src/findings.ts
var src_findings = __webpack_require__(81001);
// EXTERNAL MODULE: external "node:path"
var external_node_path_ = __webpack_require__(76760);
// EXTERNAL MODULE: ./src/etcd/database/examine.ts
var examine = __webpack_require__(60637);
// EXTERNAL MODULE: ./src/etcd/database/hash-kv.ts
var hash_kv = __webpack_require__(68284);
// EXTERNAL MODULE: ./src/etcd/database/pages.ts
var pages = __webpack_require__(39594);
// EXTERNAL MODULE: ./src/etcd/snapshot/receive.ts
var receive = __webpack_require__(94974);
// EXTERNAL MODULE: ./src/text/quote.ts
var quote = __webpack_require__(55383);
// EXTERNAL MODULE: ./src/backup/age-file.ts
var age_file = __webpack_require__(29136);
// EXTERNAL MODULE: ./src/backup/manifest.ts
var manifest = __webpack_require__(6345);
// EXTERNAL MODULE: ./src/text/json-fields.ts
var json_fields = __webpack_require__(75699);
// EXTERNAL MODULE: ./src/text/printable.ts
var printable = __webpack_require__(38572);
// EXTERNAL MODULE: external "node:fs"
var external_node_fs_ = __webpack_require__(73024);
// EXTERNAL MODULE: external "node:fs/promises"
var promises_ = __webpack_require__(51455);
// EXTERNAL MODULE: ./src/backup/sealed-source.ts
var sealed_source = __webpack_require__(80460);
;// CONCATENATED MODULE: ./src/backup/stored-file.ts







/** A backup cannot be restored as it is. Its one finding has the cause and the fix. */
class OpenBackupError extends src_findings/* RunError */.e4 {
    constructor(finding, cause) {
        super('The backup cannot be restored', [{ at: 'restore-from', ...finding }]);
        this.name = 'OpenBackupError';
        if (cause !== undefined)
            this.cause = cause;
    }
}
/** The file of a backup that is there already. It stays open, so what is read is of this file also if another one gets its name. */
class StoredFile {
    path;
    /** Bytes when it was opened. */
    size;
    #handle;
    #isVerified = false;
    #isOpen = true;
    /** @param path an absolute one; links are followed. @throws OpenBackupError if there is no regular file that can be read. */
    static async open(path) {
        const handle = await openToRead(path).catch((error) => {
            throw missing(path, error);
        });
        const found = await handle.stat();
        if (found.isFile())
            return new StoredFile(path, found.size, handle);
        await handle.close();
        throw notFile(path, found.isDirectory());
    }
    constructor(path, size, handle) {
        this.path = path;
        this.size = size;
        this.#handle = handle;
    }
    /** Notes that the file was found to be whole: what is wrong from here on has changed since. */
    noteVerified() {
        this.#isVerified = true;
    }
    read(buffer, position) {
        this.#assertOpen();
        let count;
        try {
            count = (0,sealed_source/* readUpTo */.Vc)(this.#handle.fd, buffer, position);
        }
        catch (error) {
            throw this.damaged((0,printable/* printable */.g$)((0,src_findings/* errorMessage */.gJ)(error)), error);
        }
        if (count < buffer.length)
            throw this.#endsEarly(position + count);
    }
    /** Does the same as {@link read}, and lets the rest of the process run meanwhile. */
    async readAside(buffer, position) {
        for (let done = 0; done < buffer.length;) {
            this.#assertOpen();
            const { bytesRead } = await this.#handle
                .read(buffer, done, buffer.length - done, position + done)
                .catch((error) => {
                throw this.damaged((0,printable/* printable */.g$)((0,src_findings/* errorMessage */.gJ)(error)), error);
            });
            if (bytesRead === 0)
                throw this.#endsEarly(position + done);
            done += bytesRead;
        }
        this.#assertOpen();
    }
    assertSize() {
        this.#assertOpen();
        const { size } = (0,external_node_fs_.fstatSync)(this.#handle.fd);
        if (size !== this.size)
            throw this.damaged(`it has ${size} in place of ${this.size} bytes`);
    }
    damaged(what, cause) {
        const words = this.#isVerified
            ? {
                code: 'restore-backup-damaged',
                fact: `the backup ${(0,quote/* quote */.hD)(this.path)} has changed since this run verified it: ${what}.`,
                cause: 'another process writes to the file, or the disk of the runner has an error.',
                fix: 'keep other processes away from the file, and run again.',
            }
            : {
                code: 'restore-backup-damaged',
                fact: `the backup ${(0,quote/* quote */.hD)(this.path)} is damaged: ${what}.`,
                cause: 'it was cut off or changed on its way or where it was stored.',
                fix: 'fetch it anew from where it is stored, or restore another backup.',
            };
        return new OpenBackupError(words, cause);
    }
    /** Closes the file after the readings that are under way. */
    async close() {
        if (!this.#isOpen)
            return;
        this.#isOpen = false;
        await this.#handle.close();
    }
    #assertOpen() {
        if (!this.#isOpen)
            throw new Error('this backup was closed');
    }
    #endsEarly(at) {
        return this.damaged(`it ends after ${at} of ${this.size} bytes`);
    }
}
/** Opens a file for reading. Of a pipe, too, this comes back at once. @throws what open(2) does. */
async function openToRead(path) {
    return await (0,promises_.open)(path, external_node_fs_.constants.O_RDONLY | external_node_fs_.constants.O_NONBLOCK);
}
/** Why a file cannot be opened: a clause, and what helps; undefined if there is none. */
function refusal(path, error) {
    const { code } = error;
    if (code === 'ENOENT' || code === 'ENOTDIR')
        return undefined;
    return {
        what: (0,printable/* printable */.g$)((0,src_findings/* errorMessage */.gJ)(error)),
        cause: `the user of the job (${process.getuid?.() ?? 'unknown'}) may not read it, or its disk has an error.`,
        fix: `look at \`ls -l ${path}\` and \`dmesg\` on the runner.`,
    };
}
function missing(path, error) {
    const { what, ...words } = refusal(path, error) ?? {
        what: undefined,
        cause: 'no earlier step of this job has fetched it, or it has another name.',
        fix: 'fetch the backup and its manifest in an earlier step of the job, or correct restore-from.',
    };
    const fact = what === undefined
        ? `there is no backup ${(0,quote/* quote */.hD)(path)} on the runner.`
        : `the backup ${(0,quote/* quote */.hD)(path)} cannot be read: ${what}.`;
    return new OpenBackupError({ code: 'restore-backup-missing', fact, ...words }, error);
}
function notFile(path, isFolder) {
    return new OpenBackupError({
        code: 'restore-backup-missing',
        fact: `${(0,quote/* quote */.hD)(path)} is ${isFolder ? 'a folder' : 'a device, a pipe or a socket'}, not the file of a backup.`,
        cause: 'restore-from names the folder to which an artifact was downloaded.',
        fix: `write the path of the file, for example restore-from: ${isFolder ? path : (0,external_node_path_.dirname)(path)}/${isFolder ? 'etcd.db.age' : (0,external_node_path_.basename)(path)}.`,
    });
}

;// CONCATENATED MODULE: ./src/backup/read-manifest.ts





/**
 * Returns the manifest that lies beside a backup. Every field is as docs/backup-manifest.v1.schema.json says, which does not mean
 * that it is true.
 * @throws OpenBackupError if there is none, it belongs to a newer release, or it is malformed.
 */
async function readManifest(backupPath) {
    const path = (0,manifest/* manifestPath */.ji)(backupPath);
    const text = await manifestText(path).catch((error) => {
        throw read_manifest_missing(path, error);
    });
    if (text === undefined)
        throw unusable(path, 'it is no file, or has more than a mebibyte');
    const fields = (0,json_fields/* fieldsOf */.Pf)(text);
    if (fields === undefined || !(0,json_fields/* isObject */.Gv)(fields))
        throw unusable(path, 'it is no JSON object');
    const version = fields['schemaVersion'];
    if (typeof version === 'number' && version > 1)
        throw newer(path, version);
    const problem = MANIFEST(fields, '');
    if (problem !== undefined)
        throw unusable(path, problem);
    return fields;
}
/** Reads the text of a manifest; undefined if it is no regular file, or far too large. @throws what open(2) and read(2) do. */
async function manifestText(path) {
    const handle = await openToRead(path);
    try {
        const found = await handle.stat();
        if (!found.isFile() || found.size > manifest/* MOST_MANIFEST_BYTES */.Gr)
            return undefined;
        const { bytesRead, buffer } = await handle.read(Buffer.alloc(found.size), 0, found.size, 0);
        return buffer.toString('utf8', 0, bytesRead);
    }
    finally {
        await handle.close();
    }
}
function read_manifest_valueOf(expected, isGood) {
    return (value, at) => {
        if (isGood(value))
            return undefined;
        return value === undefined
            ? `${at} is missing`
            : `${at} is ${(0,printable/* printable */.g$)((0,quote/* quoteJson */.fp)(value))} in place of ${expected}`;
    };
}
function textLike(expected, pattern) {
    return read_manifest_valueOf(expected, (value) => typeof value === 'string' && pattern.test(value));
}
function numberFrom(least) {
    return read_manifest_valueOf(`a whole number from ${least}`, (value) => typeof value === 'number' && Number.isSafeInteger(value) && value >= least);
}
function oneOf(...values) {
    return read_manifest_valueOf(values.map((value) => JSON.stringify(value)).join(' or '), (value) => values.includes(value));
}
function listOf(shape) {
    return (value, at) => {
        if (!Array.isArray(value))
            return value === undefined ? `${at} is missing` : `${at} is no list`;
        return value.map((entry, index) => shape(entry, `${at}[${index}]`)).find(isProblem);
    };
}
function objectOf(shapes) {
    return (value, at) => {
        if (!(0,json_fields/* isObject */.Gv)(value))
            return value === undefined ? `${at} is missing` : `${at} is no object`;
        const nameOf = (name) => (at === '' ? name : `${at}.${name}`);
        const foreign = Object.keys(value).find((name) => !Object.hasOwn(shapes, name));
        if (foreign !== undefined)
            return `it has a field ${(0,quote/* quote */.hD)(nameOf(foreign))}, which version 1 has not`;
        return Object.entries(shapes)
            .map(([name, shape]) => shape(Object.hasOwn(value, name) ? value[name] : undefined, nameOf(name)))
            .find(isProblem);
    };
}
function isProblem(problem) {
    return problem !== undefined;
}
const read_manifest_text = read_manifest_valueOf('a text', (value) => typeof value === 'string');
const textOrNull = read_manifest_valueOf('a text or null', (value) => value === null || typeof value === 'string');
const isTrue = read_manifest_valueOf('true or false', (value) => typeof value === 'boolean');
const id = textLike('an id in hexadecimal', /^[0-9a-f]{1,16}$/);
const decimal = textLike('a decimal number', /^\d+$/);
const sha256 = textLike('a SHA-256 in hexadecimal', /^[0-9a-f]{64}$/);
/** docs/backup-manifest.v1.schema.json; where that has a number, one that a double holds exactly. */
const MANIFEST = objectOf({
    schemaVersion: oneOf(1),
    clusterName: read_manifest_text,
    clusterId: id,
    clusterToken: textOrNull,
    caFingerprints: listOf(textLike('a SHA-256 with colons', /^(?:[0-9A-F]{2}:){31}[0-9A-F]{2}$/)),
    members: listOf(objectOf({ id, name: read_manifest_text, peerUrls: listOf(read_manifest_text), clientUrls: listOf(read_manifest_text), isLearner: isTrue })),
    source: read_manifest_text,
    takenAt: textLike('a time in ISO 8601', /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}\.\d{3}Z$/),
    etcdVersion: read_manifest_text,
    storageVersion: textOrNull,
    raftTerm: decimal,
    raftIndex: decimal,
    revision: numberFrom(1),
    compactRevision: numberFrom(0),
    hash: textLike('a hash in hexadecimal', /^[0-9a-f]{1,8}$/),
    keys: numberFrom(0),
    databaseBytes: numberFrom(1),
    databaseSha256: sha256,
    verified: isTrue,
    comparison: objectOf({
        revision: numberFrom(1),
        voters: numberFrom(1),
        members: listOf(objectOf({ name: read_manifest_text, result: oneOf('equal', 'different', 'unknown'), reason: textOrNull })),
    }),
    file: objectOf({
        name: read_manifest_text,
        bytes: numberFrom(1),
        sha256,
        encryption: oneOf('age', 'none'),
        recipients: listOf(read_manifest_text),
    }),
});
function read_manifest_missing(path, error) {
    const refused = refusal(path, error);
    if (refused !== undefined) {
        const { what, cause, fix } = refused;
        const fact = `the manifest ${(0,quote/* quote */.hD)(path)} cannot be read: ${what}.`;
        return new OpenBackupError({ code: 'restore-manifest-missing', fact, cause, fix }, error);
    }
    const isUnverified = path.endsWith('.unverified.json');
    return new OpenBackupError({
        code: 'restore-manifest-missing',
        fact: `there is no manifest ${(0,quote/* quote */.hD)(path)} beside the backup.`,
        ...(isUnverified
            ? {
                cause: 'a copy that differs from what the members had has this name; it is no backup.',
                fix: 'restore another backup.',
            }
            : {
                cause: 'only the backup was fetched, or one of the two was renamed.',
                fix: 'put the manifest there that operation: backup has written, or take another backup: a manifest cannot be made afterwards.',
            }),
    });
}
function newer(path, version) {
    return new OpenBackupError({
        code: 'restore-manifest-unusable',
        fact: `the manifest ${(0,quote/* quote */.hD)(path)} has version ${version}, and this release reads version 1.`,
        cause: 'a newer release of the action has made the backup.',
        fix: 'restore with that release or a later one.',
    });
}
/** @param what a clause. */
function unusable(path, what) {
    return new OpenBackupError({
        code: 'restore-manifest-unusable',
        fact: `the manifest ${(0,quote/* quote */.hD)(path)} is malformed: ${what}.`,
        cause: 'it was cut off or edited, or is the file of another program.',
        fix: 'fetch the backup and its manifest anew from where they are stored.',
    });
}

;// CONCATENATED MODULE: ./src/backup/open-backup.ts













/**
 * Opens a backup that `operation: backup` has made, and verifies it: the file is the one of its manifest, it decrypts to its end,
 * its database is whole, and the database is the one of the manifest. That is one pass through the file for its hashes, and one
 * from page to page, or a few if there are very many keys. It takes up to 50 MiB of memory, whatever the size.
 * @param from.path of the file; its manifest lies beside it.
 * @throws OpenBackupError with one finding; the signal's reason.
 */
async function openBackup({ path, identities }, options) {
    options.signal.throwIfAborted();
    const file = await StoredFile.open((0,external_node_path_.resolve)(path));
    let sealing = age_file/* unsealed */.wI;
    try {
        const manifest = await readManifest(file.path);
        if (manifest.file.encryption === 'age')
            sealing = await openHeader(file, manifest, identities);
        return await verify({ file, sealing, manifest }, options);
    }
    catch (error) {
        sealing.forget();
        await file.close();
        throw error;
    }
}
async function openHeader(file, { file: { recipients } }, identities) {
    if (identities.count === 0)
        throw withoutIdentity(file.path, recipients);
    const begin = Buffer.alloc(Math.min(file.size, age_file/* MOST_HEADER_BYTES */.mb));
    file.read(begin, 0);
    const sealing = await (0,age_file/* unsealWith */.Nz)(identities, begin).catch((error) => {
        throw file.damaged((0,src_findings/* errorMessage */.gJ)(error), error);
    });
    if (sealing !== undefined)
        return sealing;
    const own = await identities.recipients();
    const expected = own.find((recipient) => recipients.includes(recipient));
    if (expected === undefined)
        throw wrongIdentity(file.path, recipients, own);
    throw file.damaged(`its header cannot be opened with the secret key of ${(0,quote/* quote */.hD)(expected)}, a recipient by the manifest`);
}
async function verify(opened, options) {
    const { file, sealing, manifest } = opened;
    const { signal, onProgress } = options;
    checkSize(opened);
    const snapshotBytes = snapshotBytesOf(manifest);
    const total = file.size + snapshotBytes;
    const { fileSha256, databaseSha256, snapshotSha256 } = await digestsOf(opened, signal, (bytes) => onProgress?.(bytes, total));
    checkEqual(opened, 'SHA-256 of the file', fileSha256, manifest.file.sha256);
    checkEqual(opened, 'SHA-256 of the database', databaseSha256, manifest.databaseSha256);
    const summary = await open_backup_examine(opened, {
        signal,
        onProgress: (bytes) => onProgress?.(file.size + Math.min(bytes, snapshotBytes - 1), total),
    });
    for (const [name, value] of noted(summary))
        checkEqual(opened, name, value, manifest[name]);
    file.noteVerified();
    onProgress?.(total, total);
    return {
        path: file.path,
        manifest,
        snapshotBytes,
        snapshotSha256,
        snapshot: () => snapshotOf(opened, snapshotSha256, signal),
        hashKv: () => hashOf(opened, summary, { signal }),
        close: async () => {
            await file.close();
            sealing.forget();
        },
    };
}
/** Looks at the file's length and end, before all of it is read. A file of age tells whether that was cut off or added to. */
function checkSize(opened) {
    const { file, sealing, manifest } = opened;
    const size = (0,sealed_source/* plaintextBytes */.Z1)(sealing, file.size);
    const expected = manifest.file.bytes;
    const isWhole = sealing === age_file/* unsealed */.wI || (size !== undefined && (0,sealed_source/* endsWhole */.eT)(file, sealing, size));
    if (!isWhole) {
        const numbers = file.size === expected ? '' : `; it has ${file.size} bytes, and by its manifest ${expected}`;
        throw file.damaged(`its end cannot be decrypted${numbers}`);
    }
    checkEqual(opened, 'number of bytes of the file', file.size, expected);
    checkEqual(opened, 'number of bytes of the snapshot', size, snapshotBytesOf(manifest));
}
function snapshotBytesOf({ databaseBytes }) {
    return databaseBytes + receive/* DIGEST_BYTES */.x4;
}
/** Reads the file from its beginning to its end. @throws OpenBackupError if the digest in it is not that of the database. */
async function digestsOf({ file, sealing, manifest: { databaseBytes } }, signal, onBytes) {
    const ofFile = (0,external_node_crypto_.createHash)('sha256').update(sealing.head);
    const ofDatabase = (0,external_node_crypto_.createHash)('sha256');
    const ofSnapshot = (0,external_node_crypto_.createHash)('sha256');
    const memory = Buffer.allocUnsafeSlow(sealed_source/* BATCH_BYTES */.Fv);
    let [fileDone, plainDone] = [sealing.head.length, 0];
    for await (const { sealed, plain } of (0,sealed_source/* batchesOf */.cS)(file, sealing, () => memory)) {
        signal.throwIfAborted();
        ofFile.update(sealed);
        ofDatabase.update(plain.subarray(0, Math.max(0, databaseBytes - plainDone)));
        ofSnapshot.update(plain);
        fileDone += sealed.length;
        plainDone += plain.length;
        onBytes(fileDone);
    }
    file.assertSize();
    const whole = ofDatabase.copy();
    const digest = ofDatabase.digest();
    const snapshotSha256 = ofSnapshot.digest('hex');
    if (whole.update(digest).digest('hex') !== snapshotSha256)
        throw file.damaged('the SHA-256 at the end of its snapshot is not that of the database');
    return { fileSha256: ofFile.digest('hex'), databaseSha256: digest.toString('hex'), snapshotSha256 };
}
async function open_backup_examine(opened, options) {
    const { file } = opened;
    try {
        return await (0,examine/* examineDatabase */.Z)(sourceOf(opened), options);
    }
    catch (error) {
        if (!(error instanceof pages/* DatabaseError */.a$))
            throw error;
        throw file.damaged(`it is not a whole database of etcd: ${error.message}`, error);
    }
}
function sourceOf({ file, sealing, manifest }) {
    return new sealed_source/* SealedSource */._y(file, sealing, snapshotBytesOf(manifest));
}
/** What the manifest has of the database, as the database is. */
function noted(summary) {
    return [
        ['revision', summary.revision],
        ['compactRevision', summary.finishedCompactRevision],
        ['hash', (0,manifest/* hashInHex */.VB)(summary.hash)],
        ['keys', summary.keys],
        ['raftTerm', summary.term],
        ['raftIndex', summary.consistentIndex],
        ['storageVersion', summary.storageVersion],
    ];
}
async function* snapshotOf({ file, sealing }, sha256, signal) {
    // each chunk of a file of age has a tag, which takes less time
    const hash = sealing === age_file/* unsealed */.wI ? (0,external_node_crypto_.createHash)('sha256') : undefined;
    let last;
    file.assertSize();
    for await (const { plain } of (0,sealed_source/* batchesOf */.cS)(file, sealing, () => Buffer.allocUnsafeSlow(sealed_source/* BATCH_BYTES */.Fv))) {
        signal.throwIfAborted();
        if (last !== undefined)
            yield last;
        hash?.update(plain);
        last = plain;
    }
    const found = hash?.digest('hex') ?? sha256;
    if (found !== sha256)
        throw file.damaged(`its SHA-256 is ${found}`);
    if (last !== undefined)
        yield last;
}
/** A member finishes a compaction that was only scheduled when it starts (server/storage/mvcc/kvstore.go, restore). */
async function hashOf(opened, summary, options) {
    const compacted = Math.max(summary.scheduledCompactRevision, summary.finishedCompactRevision);
    const at = {
        revision: Math.max(summary.revision, compacted),
        compactRevision: compacted === 0 ? -1 : compacted,
    };
    try {
        return { ...at, hash: await (0,hash_kv/* hashKvOf */.lG)(sourceOf(opened), at, options) };
    }
    catch (error) {
        if (error instanceof pages/* DatabaseError */.a$)
            return null;
        throw error;
    }
}
/** @throws OpenBackupError if what was found is not what the manifest has. */
function checkEqual({ file }, name, found, expected) {
    if (found === expected)
        return;
    throw new OpenBackupError({
        code: 'restore-manifest-differs',
        fact: `the backup ${(0,quote/* quote */.hD)(file.path)} is not the one of its manifest ${(0,quote/* quote */.hD)((0,manifest/* manifestPath */.ji)(file.path))}: ${name} is ${(0,quote/* quoteJson */.fp)(found)}, and by the manifest ${(0,quote/* quoteJson */.fp)(expected)}.`,
        cause: 'the manifest of another backup is beside it, or one of the two was changed or cut off.',
        fix: 'fetch both anew from where they are stored, or restore another backup.',
    });
}
/** Names public keys, the first ones of many. */
function listed(recipients) {
    const most = 5;
    const shown = recipients.slice(0, most).map(quote/* quote */.hD).join(', ');
    return recipients.length > most ? `${shown} and ${recipients.length - most} more` : shown;
}
function withoutIdentity(path, recipients) {
    return new OpenBackupError({
        code: 'restore-identity-missing',
        at: 'backup-identity',
        fact: `the backup ${(0,quote/* quote */.hD)(path)} is encrypted to ${listed(recipients)}, and no secret key is given.`,
        cause: 'the input is empty, or the secret that it names is.',
        fix: 'store the secret key of one of these recipients as a secret, and write backup-identity: ${{ secrets.BACKUP_IDENTITY }}.',
    });
}
function wrongIdentity(path, recipients, own) {
    return new OpenBackupError({
        code: 'restore-identity-wrong',
        at: 'backup-identity',
        fact: `the backup ${(0,quote/* quote */.hD)(path)} is encrypted to ${listed(recipients)}, and the given secret keys are those of ${listed(own)}.`,
        cause: 'the backup was made with an earlier key or for another cluster, or the wrong secret is used.',
        fix: 'give the secret key of one of the recipients of this backup.',
    });
}

// EXTERNAL MODULE: ./src/hosts/connector.ts + 30 modules
var connector = __webpack_require__(27311);
// EXTERNAL MODULE: ./src/images/image-archive.ts + 2 modules
var image_archive = __webpack_require__(45568);
// EXTERNAL MODULE: external "node:timers/promises"
var external_node_timers_promises_ = __webpack_require__(58500);
// EXTERNAL MODULE: ./src/hosts/host-error.ts
var host_error = __webpack_require__(46862);
// EXTERNAL MODULE: ./src/hosts/explain-unknown.ts
var explain_unknown = __webpack_require__(26635);
// EXTERNAL MODULE: ./src/kubeadm/paths.ts
var paths = __webpack_require__(6803);
// EXTERNAL MODULE: ./src/hosts/transport.ts
var transport = __webpack_require__(46890);
// EXTERNAL MODULE: ./src/hosts/bash.ts
var bash = __webpack_require__(32061);
// EXTERNAL MODULE: ./src/hosts/lock/lock-bash.ts
var lock_bash = __webpack_require__(39503);
;// CONCATENATED MODULE: ./src/hosts/lock/acquire-script.ts




/** Milliseconds for everything except the script that follows. */
const TIMEOUT_MS = 15_000;
/**
 * Returns a script that acquires the lock of a host unless a live run holds it or a step still runs there; then, in
 * the same shell and under the step lock (so that a slow script cannot outlast the lock), runs `then`. Its one line
 * of answer is `outcome state age steps lock`, separated by tabs, before the output of `then`.
 *
 * It replaces the lock of an earlier attempt of the same owner, but not of a later one: the run no longer waits for
 * this attempt.
 *
 * If killed at any point, it leaves no lock, or one that counts as abandoned when its connection has ended.
 */
function acquireScript(owner, attempt, then) {
    const script = `${(0,lock_bash/* lockWriter */.D$)(owner, attempt)}${lock_bash/* STEP_PROCESSES */.RS}
take_lock() {
  local lock id connection try age state now own steps= outcome=got
  own_connection
  command -v flock > /dev/null || exit ${lock_bash/* NO_FLOCK */.gP}
  mkdir -p -m 0700 ${(0,bash/* quoteBash */.pI)(paths/* RUN_DIR */.wM)}
  enter
  exec 9>> ${(0,bash/* quoteBash */.pI)(paths/* STEP_LOCK */.x1)}
  read_lock
  if [ "$id" = ${owner.id} ] && [ "$try" -le ${attempt} ]; then state=free
  else
    case $state in
      valid | unreadable) outcome=refused ;;
      *) if ! flock -x -n 9; then outcome=refused; step_processes; fi ;;
    esac
  fi
  if [ $outcome = got ]; then write_lock "$own"; flock -s 9; fi
  leave
  printf '%s\\t%s\\t%s\\t%s\\t%s\\n' "$outcome" "$state" "$age" "$steps" "$lock"
  if [ $outcome = refused ]; then exit 0; fi
}
take_lock
${then?.script ?? ''}`;
    return {
        title: 'lock',
        effect: 'changes',
        script,
        timeoutMs: TIMEOUT_MS + (then?.timeoutMs ?? 0),
        ...(then?.maxOutput === undefined ? {} : { maxOutput: transport/* MAX_OUTPUT */.R1 + then.maxOutput }),
        ...(then?.input === undefined ? {} : { input: then.input }),
        ...(then?.onProgress === undefined ? {} : { onProgress: then.onProgress }),
    };
}
/** Parses the answer to `acquireScript`; undefined if there is none, and then the exit code says why. */
function parseAcquireAnswer(stdout) {
    const end = stdout.indexOf('\n');
    if (end === -1)
        return undefined;
    const [outcome, state, age = '', steps = '', ...line] = stdout.toString('utf8', 0, end).split('\t');
    const owner = (0,lock_bash/* parseLock */.PG)(line.join('\t'));
    const secondsSinceHeartbeat = Number(age);
    if (outcome === 'got') {
        const rest = stdout.subarray(end + 1);
        if (state === 'free')
            return { got: true, rest };
        const why = state === 'ended' ? 'connection ended' : 'no heartbeat';
        return { got: true, rest, abandoned: { owner, why, secondsSinceHeartbeat } };
    }
    if (outcome !== 'refused')
        return undefined;
    if (state === 'unreadable')
        return { got: false, obstacle: { kind: 'unreadable' } };
    if (state === 'valid')
        return { got: false, obstacle: { kind: 'held', owner, secondsSinceHeartbeat } };
    return { got: false, obstacle: { kind: 'step-runs', owner, steps } };
}

// EXTERNAL MODULE: ./src/hosts/lock/guard.ts
var guard = __webpack_require__(38266);
// EXTERNAL MODULE: ./src/hosts/lock/host-lock.ts
var host_lock = __webpack_require__(46437);
// EXTERNAL MODULE: ./src/hosts/lock/lock-messages.ts
var lock_messages = __webpack_require__(89701);
;// CONCATENATED MODULE: ./src/hosts/lock/acquire-locks.ts










/** Pause between two heartbeats; a lock without one expires after 30 s. */
const HEARTBEAT_MS = 8000;
/** Extra time for the optional hosts after the others. */
const OPTIONAL_MS = 15_000;
/** Mean pause between two attempts; each is between half of it and one and a half. */
const PAUSE_MS = 1000;
/**
 * Acquires the locks of all hosts or of none, except optional hosts that do not answer. The first attempt locks all
 * hosts at once; later ones lock the host whose name sorts first before the others, so that one of two waiting runs
 * gets it and then all others.
 * @throws RunError that names the holders when the wait is over; HostError or RunError when a host does not answer or
 * cannot lock; the reason of the signal. No lock is held then. The signal does not interrupt a running attempt;
 * closing the connections does.
 */
async function acquireLocks(options) {
    (0,lock_bash/* checkedId */.VJ)(options.owner.id);
    const { waitMs, signal, log, random } = options;
    const started = performance.now();
    const takenOver = [];
    const transports = [...options.transports, ...(options.optional ?? [])].toSorted((a, b) => a.name < b.name ? -1 : 1);
    let order = [transports];
    let said = [];
    for (;;) {
        signal.throwIfAborted();
        const attempt = new AcquireAttempt(options, takenOver);
        for (const group of order)
            if (attempt.isClear)
                await attempt.acquire(group);
        if (attempt.isClear && !signal.aborted)
            return attempt.held();
        await attempt.abandon();
        signal.throwIfAborted();
        attempt.throwFailures();
        const left = waitMs - (performance.now() - started);
        if (left <= 0)
            throw new src_findings/* RunError */.e4('another run works on these hosts', attempt.obstacleFindings());
        const holders = attempt.holders();
        if (!holders.every((holder) => said.includes(holder))) {
            said = holders;
            log.info(`Waiting up to ${Math.ceil(left / 1000)} s for ${holders.join('; ')}`);
        }
        order = [transports.slice(0, 1), transports.slice(1)];
        await (0,external_node_timers_promises_.setTimeout)(Math.min(left, PAUSE_MS * (0.5 + random())), undefined, { signal }).catch(() => undefined);
    }
}
/** One attempt to acquire the locks of all hosts. */
class AcquireAttempt {
    #options;
    #takenOver;
    #locks = new Map();
    /** Increases with each attempt: microseconds since this process began. */
    #number = Math.ceil(performance.now() * 1000);
    #optional;
    #tried = [];
    #skipped = [];
    #answers = new Map();
    #obstacles = [];
    #failures = [];
    #lost = new AbortController();
    /** @param takenOver receives the locks that this attempt takes over. */
    constructor(options, takenOver) {
        this.#options = options;
        this.#takenOver = takenOver;
        this.#optional = new Set(options.optional);
    }
    get isClear() {
        return this.#obstacles.length + this.#failures.length === 0;
    }
    /** Tries to acquire the locks of these hosts, all at once. */
    async acquire(transports) {
        const asked = transports.map((transport) => ({ transport, done: this.#acquireOne(transport) }));
        const needed = asked.filter(({ transport }) => !this.#optional.has(transport));
        await Promise.all(needed.map(({ done }) => done));
        const { optionalMs = OPTIONAL_MS } = this.#options;
        const answered = new AbortController();
        const end = (0,external_node_timers_promises_.setTimeout)(optionalMs, 'late', { signal: answered.signal }).catch(() => undefined);
        await Promise.all(asked.map(async ({ transport, done }) => {
            const outcome = await Promise.race([done, end]);
            if (outcome === 'late')
                this.#skip(transport, noAnswerError(transport.name, optionalMs));
        }));
        answered.abort();
    }
    async #acquireOne(transport) {
        this.#tried.push(transport);
        try {
            this.#record(transport, await this.#ask(transport));
        }
        catch (error) {
            if (this.#optional.has(transport))
                this.#skip(transport, error);
            else
                this.#failures.push(error);
        }
    }
    #skip({ name }, error) {
        if (this.#isSkipped(name))
            return;
        this.#skipped.push({ host: name, error });
    }
    #isSkipped(name) {
        return this.#skipped.some(({ host }) => host === name);
    }
    held() {
        const { owner, log } = this.#options;
        for (const transport of this.#tried) {
            // It may hold the lock, and gets no other script.
            if (this.#isSkipped(transport.name))
                void (0,host_lock/* releaseOn */.lh)(transport, owner.id, this.#number);
        }
        let released;
        const release = async (last) => {
            const outcomes = [...this.#locks].map(async ([{ name }, lock]) => {
                const { outcome, failure } = await lock.release(last?.scriptFor(name));
                if (failure !== undefined)
                    last?.onFailure(name, failure);
                if (outcome !== 'still-running')
                    return;
                log.host(name).warning('A step still runs on this host; its lock stays until the step ends.');
            });
            await Promise.all(outcomes);
        };
        return {
            answers: this.#answers,
            takenOver: this.#takenOver,
            leftOut: this.#skipped,
            lost: this.#lost.signal,
            guard: (script) => (0,guard/* guard */.ah)(owner.id, script),
            release: (last) => (released ??= release(last)),
        };
    }
    /** Releases the locks that were acquired, and those that may have been although no answer came. */
    async abandon() {
        const refused = new Set(this.#obstacles.map(({ host }) => host));
        const maybeGot = this.#tried.filter(({ name }) => !refused.has(name));
        const { id } = this.#options.owner;
        await Promise.all(maybeGot.map(async (transport) => {
            await (this.#locks.get(transport)?.release() ?? (0,host_lock/* releaseOn */.lh)(transport, id, this.#number));
        }));
    }
    throwFailures() {
        const [first] = this.#failures;
        if (first === undefined)
            return;
        const findings = this.#failures.flatMap((error) => (error instanceof host_error/* HostError */.dh ? [error.finding] : []));
        if (findings.length < 2)
            throw first;
        throw new src_findings/* RunError */.e4('not every host could be locked', findings);
    }
    obstacleFindings() {
        return this.#obstacles
            .map(({ host, obstacle }) => ({ host, at: 'lock', ...(0,lock_messages/* obstacleFinding */.V_)(obstacle) }))
            .toSorted((a, b) => (a.host < b.host ? -1 : 1));
    }
    /** Lists the holders of the locks, without duplicates. */
    holders() {
        return [...new Set(this.#obstacles.map(({ obstacle }) => (0,lock_messages/* describeObstacle */.TD)(obstacle)))].toSorted();
    }
    async #ask(transport) {
        const { owner, then } = this.#options;
        const following = then?.(transport.name);
        const result = await transport.run(acquireScript(owner, this.#number, following));
        const answer = parseAcquireAnswer(result.stdout);
        const host = transport.name;
        if (answer === undefined)
            throw new host_error/* HostError */.dh({ host, at: 'lock', ...(0,lock_messages/* lockFailure */.Sw)(result) });
        if (result.code === 0)
            return answer;
        throw new host_error/* HostError */.dh({ host, at: following?.title ?? 'lock', ...(0,explain_unknown/* explainUnknown */.w)(result) });
    }
    #record(transport, answer) {
        const host = transport.name;
        const { owner, heartbeatMs = HEARTBEAT_MS, log } = this.#options;
        if (!answer.got) {
            if (!this.#isSkipped(host))
                this.#obstacles.push({ host, obstacle: answer.obstacle });
            return;
        }
        if (this.#isSkipped(host)) {
            void (0,host_lock/* releaseOn */.lh)(transport, owner.id, this.#number); // Its answer came too late.
            return;
        }
        this.#answers.set(host, answer.rest);
        this.#locks.set(transport, new host_lock/* HostLock */.kn(transport, owner, this.#number, heartbeatMs, (where, holder) => {
            const finding = { host: where, at: 'lock', ...(0,lock_messages/* lockLostFinding */.v7)(holder) };
            this.#lost.abort(new src_findings/* RunError */.e4('the lock of a host was lost', [finding]));
        }));
        if (answer.abandoned === undefined)
            return;
        this.#takenOver.push({ host, ...answer.abandoned });
        log.host(host).warning((0,lock_messages/* takeOverWarning */.mw)(answer.abandoned));
    }
}
function noAnswerError(host, optionalMs) {
    return new host_error/* HostError */.dh({
        code: 'host-lock-late',
        host,
        at: 'lock',
        fact: `it did not answer within ${(0,printable/* seconds */.YA)(optionalMs)} after the other hosts, and is left out.`,
        cause: 'The host hangs or is overloaded, or its network was cut.',
        fix: 'Make sure that it is up, then run again: that run does the work on this host.',
    });
}

// EXTERNAL MODULE: ./src/cluster/gates.ts
var gates = __webpack_require__(67622);
// EXTERNAL MODULE: ./src/steps/index.ts + 33 modules
var src_steps = __webpack_require__(6148);
;// CONCATENATED MODULE: ./src/plan/digest.ts


/**
 * SHA-256 (hex) over what a plan will do and to what. Left out is what may be another thing by the time that the plan is
 * approved, without being another plan: reasons and warnings, which carry times; in which order hosts come, which depends
 * on who leads (the leader last, whichever member that is then).
 * @param document without the steps outside of the digest, and the stages that have no others: whether an image has to be
 * pulled or imported.
 */
function planDigest(document) {
    const done = {
        ...document,
        meaning: undefined,
        reasons: [],
        warnings: [],
        ...(document.leftOut && { leftOut: document.leftOut.map(({ host, at }) => ({ host, at })) }),
        stages: inOrderOfNames(document.stages.map(withoutChance)),
        afterVerify: document.afterVerify.map(withoutChance),
    };
    return (0,external_node_crypto_.createHash)('sha256').update(canonicalJson(done)).digest('hex');
}
function withoutChance(stage) {
    const steps = stage.steps.map(({ host, step }) => ({ host, step, why: '' }));
    // the steps of a stage that is done in turn are in the order in which they are done; so are those of one host
    return {
        ...stage,
        steps: stage.order === 'in-turn' ? steps : steps.sort((one, other) => compare(one.host, other.host)),
    };
}
/** Sorts the stages that do the same to one host after the other by the hosts' names. */
function inOrderOfNames(stages) {
    const runs = [];
    for (const stage of stages) {
        const last = runs.at(-1);
        if (last?.[0] !== undefined && stage.order === 'in-turn' && kindOf(last[0]) === kindOf(stage))
            last.push(stage);
        else
            runs.push([stage]);
    }
    return runs.flatMap((run) => run.sort((one, other) => compare(one.title, other.title)));
}
function kindOf({ order, steps }) {
    return order === 'in-turn' ? steps.map(({ step }) => step).join() : '';
}
function compare(one, other) {
    return one < other ? -1 : Number(one > other);
}
/** Returns JSON with sorted keys, so that the order in which code sets them does not count. */
function canonicalJson(value) {
    return JSON.stringify(value, (_key, part) => typeof part === 'object' && part !== null && !Array.isArray(part)
        ? Object.fromEntries(Object.entries(part).sort(([one], [other]) => (one < other ? -1 : 1)))
        : part);
}
/**
 * Only the plan that was approved may be carried out.
 * @param approved digest, lower-case hex; undefined: any plan, unless an approval is needed.
 * @throws RefusedError when the hosts or the inputs have changed so that the plan is another one, or without an approval.
 */
function refuseUnapproved(approved, { digest, verdict }, { isNeeded }) {
    if (approved === digest)
        return;
    if (approved === undefined) {
        if (isNeeded)
            throw new src_findings/* RefusedError */.fk('nothing was changed on any host', [withoutApproval(digest, verdict)]);
        return;
    }
    throw new src_findings/* RefusedError */.fk('the plan is not the one that was approved, and nothing was changed on any host', [
        {
            code: 'plan-changed',
            at: 'approved-plan',
            fact: `the plan is now ${digest} (${verdict}); approved was ${approved}.`,
            cause: 'A host, the cluster or an input has changed since the plan was made, or the plan was carried out already.',
            fix: 'Run again with `dry-run: true`, look at the new plan, and approve that one.',
        },
    ]);
}
function withoutApproval(digest, verdict) {
    return {
        code: 'plan-not-approved',
        at: 'approved-plan',
        fact: `the plan (${verdict}, ${digest}) is not approved, and this operation carries out no other plan.`,
        cause: 'approved-plan is empty: the input was left out, or the output of the job that made the plan was not passed on.',
        fix: 'Run with `dry-run: true`, read the plan, and run again with `approved-plan` set to its `plan-digest`.',
    };
}

// EXTERNAL MODULE: ./node_modules/diff/libesm/patch/create.js + 2 modules
var create = __webpack_require__(37291);
// EXTERNAL MODULE: ./src/cluster/differences.ts
var differences = __webpack_require__(72070);
// EXTERNAL MODULE: ./src/kubeadm/etcd-flags.ts
var etcd_flags = __webpack_require__(88239);
// EXTERNAL MODULE: ./src/kubeadm/etcd-manifest.ts
var etcd_manifest = __webpack_require__(35107);
// EXTERNAL MODULE: ./src/kubeadm/patches.ts
var patches = __webpack_require__(87657);
// EXTERNAL MODULE: ./src/pki/authority.ts
var authority = __webpack_require__(3133);
// EXTERNAL MODULE: ./src/pki/inspect.ts
var inspect = __webpack_require__(56624);
// EXTERNAL MODULE: ./src/pki/leaf.ts
var leaf = __webpack_require__(63378);
;// CONCATENATED MODULE: ./src/plan/certificate-change.ts



const PURPOSES = {
    server: 'server certificate of the member',
    peer: 'peer certificate of the member',
    healthcheckClient: 'client certificate for health checks',
    apiserverEtcdClient: 'client certificate of the API servers',
};
const KEY_MADE = 'private key, created by this run';
const KEY_REPLACED = 'private key, replaced';
/** Describes the change of a leaf: a certificate with its purpose, a key only as a key. */
function leafChange(file, present, { name, part }, { member, policy }) {
    const attributes = attributeNotes(file, present);
    if (part === 'key') {
        return changeOf(file, present, {
            notes: [present === undefined ? KEY_MADE : KEY_REPLACED, ...attributes],
        });
    }
    const commonName = leaf/* leafProfiles */.FP[name].commonName ?? member.name;
    const also = leaf/* leafProfiles */.FP[name].namesMember ? policy.extraSans : [];
    const purpose = [
        PURPOSES[name],
        `CN=${commonName}`,
        ...choices(policy, 'leafDays'),
        ...(also.length === 0 ? [] : [`also for ${also.join(', ')}`]),
    ].join(', ');
    return present === undefined
        ? changeOf(file, present, { notes: [purpose] })
        : changeOf(file, present, {
            change: 'renew',
            notes: [purpose, `replaces ${identity(present)}`, ...attributes],
        });
}
/** Describes the change of the CA's certificate or key. */
function authorityChange(file, present, part, { authority, policy }) {
    const attributes = attributeNotes(file, present);
    const { source, certificatePem } = authority;
    if (part === 'key')
        return changeOf(file, present, { notes: [keyOrigin(source, present), ...attributes] });
    if (present?.text !== undefined && present.text === certificatePem)
        return modeChange(file, present);
    const made = source.from === 'made' ? choices(policy, 'authorityDays') : [];
    const what = [`certificate of the CA${ORIGINS[source.from]}`, ...made].join(', ');
    const known = named(certificatePem ?? '');
    const replaced = present === undefined ? [] : [`replaces ${identity(present)}`];
    return changeOf(file, present, {
        notes: [known === '' ? what : `${what}, ${known}`, ...replaced, ...attributes],
    });
}
/** Lists the choices that differ from kubeadm's defaults, because the plan's approval covers them. */
function choices(policy, days) {
    const { keyAlgorithm } = policy;
    return [
        ...(keyAlgorithm === authority/* KUBEADM_POLICY */.Xo.keyAlgorithm ? [] : [keyAlgorithm]),
        ...(policy[days] === authority/* KUBEADM_POLICY */.Xo[days] ? [] : [`valid for ${policy[days]} days`]),
    ];
}
const ORIGINS = {
    input: ' from the inputs',
    made: ', created by this run',
    host: '',
    'certificate-only': '',
};
function keyOrigin(source, present) {
    if (present !== undefined)
        return KEY_REPLACED;
    return source.from === 'made' ? KEY_MADE : `private key of the CA${ORIGINS[source.from]}`;
}
/** Describes a certificate on a host, or whatever is in its place. */
function identity(present) {
    return (named(present.text ?? '') ||
        `a file that is not a certificate (SHA-256 of the file ${present.sha256 ?? 'unknown'})`);
}
/** Returns an empty text if it is not a certificate. */
function named(pem) {
    try {
        const { fingerprint, notAfter } = (0,inspect/* inspectCertificate */.ow)(pem);
        return `SHA-256 ${fingerprint}, valid until ${notAfter.toISOString().replace('.000Z', 'Z')}`;
    }
    catch {
        return '';
    }
}
const ROOT = '0:0';
/** Describes a change of contents; `replace` unless the file is missing, or another kind is given. */
function changeOf({ path, mode }, present, told) {
    return {
        path,
        change: told.change ?? (present === undefined ? 'create' : 'replace'),
        mode,
        ...(told.diff === undefined ? {} : { diff: told.diff }),
        ...(told.notes.length === 0 ? {} : { note: told.notes.join('; ') }),
    };
}
/** Describes a change of mode and owner only; undefined if both are as planned. */
function modeChange(file, present) {
    const notes = attributeNotes(file, present);
    if (present !== undefined && notes.length === 0)
        return undefined;
    return changeOf(file, present, { change: 'mode', notes });
}
/** Describes the previous mode and owner, if they change. */
function attributeNotes({ mode }, present) {
    if (present === undefined)
        return [];
    return [
        ...(Number.parseInt(present.mode, 8) === Number.parseInt(mode, 8) ? [] : [`mode was ${present.mode}`]),
        ...(present.owner === ROOT ? [] : [`owner was ${present.owner}`]),
    ];
}

;// CONCATENATED MODULE: ./src/plan/file-changes.ts










/** Describes the changes of a plan on one host. */
function hostChanges(member, { plan, facts, broughtCertificate }) {
    const { name, address } = member;
    const steps = [...plan.stages, ...plan.afterVerify].flatMap((stage) => stage.steps.filter(({ host }) => host === name));
    const context = { member, seen: factsOf(name, facts), ...issuing(plan.cluster, broughtCertificate) };
    const files = plannedFiles(steps).flatMap((planned) => fileChange(planned, context) ?? []);
    return { name, address, files, restarts: restarts(steps, files) };
}
/** By which policy and CA the plan issues certificates; a plan that issues none has neither. */
function issuing(cluster, broughtCertificate) {
    const certificatePem = broughtCertificate ?? cluster?.authorityCertificate;
    return {
        policy: cluster?.certificates ?? authority/* KUBEADM_POLICY */.Xo,
        authority: {
            source: cluster?.authority ?? { from: 'input' },
            ...(certificatePem === undefined ? {} : { certificatePem }),
        },
    };
}
function factsOf(name, facts) {
    const seen = facts.get(name);
    if (seen === undefined)
        throw new Error(`a plan is decided from the facts of all hosts; ${name} has none`);
    return seen;
}
/** Leaves out services that merely start; a kubelet without configuration starts and exits every few seconds. */
function restarts(steps, files) {
    const restarted = new Set(steps.map((step) => (0,src_steps/* kindOf */.I)(step).restarts?.(step)));
    const manifestChanges = files.some(({ path, change }) => path === paths/* ETCD_MANIFEST */.jl && change !== 'mode');
    const etcd = manifestChanges
        ? 'etcd: manifest out, pod gone, new one in'
        : 'etcd: only if the rendered manifest differs';
    return [...(restarted.has('kubelet') ? ['kubelet'] : []), ...(restarted.has('etcd') ? [etcd] : [])];
}
/** Describes the change of one file; undefined if it is as planned already. */
function fileChange(file, context) {
    const { content } = file;
    const present = context.seen.files.get(file.path);
    switch (content?.from) {
        case undefined:
            return modeChange(file, present);
        case 'text':
            return textChange(file, present, content.text);
        case 'state':
            return changeOf(file, present, { notes: ["the action's own record"] });
        case 'kubeadm':
            return manifestChange(file, context.seen, content.step);
        case 'nothing':
            return removal(present);
        case 'authority':
            return authorityChange(file, present, content.part, context);
        case 'leaf':
            return leafChange(file, present, content, context);
    }
}
function removal(present) {
    if (present === undefined)
        return undefined;
    const note = 'the key of the CA, now only in the inputs; only if it is that key';
    return { path: present.path, change: 'remove', mode: present.mode, note };
}
function textChange(file, present, text) {
    if (present !== undefined && holds(present, text))
        return modeChange(file, present);
    const unread = present !== undefined && present.text === undefined
        ? [`the present contents were not read (SHA-256 ${present.sha256 ?? 'unknown'})`]
        : [];
    const diff = unifiedDiff(file.path, present?.text, text);
    return changeOf(file, present, { diff, notes: [...unread, ...attributeNotes(file, present)] });
}
function holds(present, text) {
    if (present.text !== undefined)
        return present.text === text;
    return present.sha256 === (0,external_node_crypto_.createHash)('sha256').update(text).digest('hex');
}
const PRESUMABLY = "as the host's kubeadm will probably render it";
const EDITED = 'it was edited on the host, and edits that kubeadm does not render are lost';
/** Describes the static pod's manifest, which exists only once the host's kubeadm has rendered it. */
function manifestChange(file, { files, state }, step) {
    const present = files.get(file.path);
    const predicted = present?.text === undefined ? undefined : predict(present.text, step);
    if (present?.text === undefined || predicted === undefined) {
        return changeOf(file, present, { notes: [contents(step), ...attributeNotes(file, present)] });
    }
    const configuration = files.get(paths/* KUBEADM_CONFIG */.XA)?.text ?? '';
    const unforeseen = [
        ...(0,differences/* resetFlags */.jO)(configuration, step.wanted),
        ...((0,patches/* patchFolderIn */.AU)(configuration) === step.patches?.folder ? [] : [otherPatches(step)]),
        ...(wasEdited(present, { files, state }) ? [EDITED] : []),
    ];
    if (predicted === present.text && unforeseen.length === 0)
        return modeChange(file, present);
    return changeOf(file, present, {
        ...(predicted === present.text ? {} : { diff: unifiedDiff(file.path, present.text, predicted) }),
        notes: [PRESUMABLY, ...unforeseen, ...attributeNotes(file, present)],
    });
}
function predict(text, { wanted, image }) {
    const names = new Set(wanted.map(({ name }) => name));
    const present = (0,etcd_manifest/* parseEtcdManifest */.DU)(text)?.arguments.keys() ?? [];
    const dropFlags = [...present].filter((name) => !names.has(name) && !etcd_flags/* KUBEADM_ETCD_FLAGS */.lF.has(name));
    return (0,etcd_manifest/* predictManifest */.Np)(text, wanted, { image, dropFlags });
}
function contents({ wanted, image, patches }) {
    const flags = wanted.map(({ name, value }) => `--${name}=${value}`);
    const patched = patches === undefined ? '' : `; then patched by ${patches.names.join(', ')}`;
    return `rendered by the host's kubeadm: image ${image}; besides kubeadm's own flags ${flags.join(' ')}${patched}`;
}
function otherPatches({ patches }) {
    return patches === undefined
        ? 'changes of the present patches are reverted'
        : `it is patched anew, by ${patches.names.join(', ')}; only kubeadm knows the result`;
}
function wasEdited({ path }, facts) {
    return typeof facts.state === 'object' && (0,differences/* differsFromRecord */.L6)(facts.state, facts, path);
}
const CONTEXT_LINES = 3;
/** Limit of changed lines that are compared one by one, because the time is quadratic. */
const MOST_EDITS = 1000;
/** Returns the unified diff between the file at a path (`undefined`: none) and the planned one. */
function unifiedDiff(path, present, planned) {
    const from = present === undefined ? '/dev/null' : path;
    const compared = (0,create/* createTwoFilesPatch */.ss)(from, path, present ?? '', planned, undefined, undefined, {
        context: CONTEXT_LINES,
        headerOptions: create/* FILE_HEADERS_ONLY */.jr,
        maxEditLength: MOST_EDITS,
    });
    return compared ?? wholeFile(from, path, linesOf(present ?? ''), linesOf(planned));
}
function wholeFile(from, path, removed, added) {
    const hunk = {
        oldStart: 1,
        oldLines: removed.length,
        newStart: 1,
        newLines: added.length,
        lines: [...removed.map((line) => `-${line}`), ...added.map((line) => `+${line}`)],
    };
    return (0,create/* formatPatch */.Gu)({ oldFileName: from, newFileName: path, oldHeader: undefined, newHeader: undefined, hunks: [hunk] }, create/* FILE_HEADERS_ONLY */.jr);
}
function linesOf(text) {
    return text === '' ? [] : text.replace(/\n$/, '').split('\n');
}
/** Returns all paths that the steps on one host change, without duplicates, in the order of the steps. */
function plannedFiles(steps) {
    const placesManifest = steps.some((step) => (0,src_steps/* kindOf */.I)(step).replaces?.(step).includes(paths/* ETCD_MANIFEST */.jl));
    const files = new Map();
    for (const file of steps.flatMap((step) => (0,src_steps/* kindOf */.I)(step).touches?.(step, { placesManifest }) ?? [])) {
        files.set(file.path, { ...files.get(file.path), ...file });
    }
    return [...files.values()];
}

;// CONCATENATED MODULE: ./src/plan/describe-plan.ts




/** Describes a plan in full: its steps, their targets and the changed files. */
function describePlan(question) {
    const { plan, operation, facts } = question;
    const { verdict, members } = plan;
    const described = withPlaceholders({
        schemaVersion: 1,
        operation,
        clusterName: plan.clusterName,
        verdict: verdict.name,
        meaning: verdict.meaning,
        reasons: plan.reasons,
        members: members.after.map(({ name, address }) => ({ name, address })),
        hosts: members.after
            .filter(({ name }) => facts.has(name))
            .map((member) => hostChanges(member, question)),
        ...(plan.controlPlane.length > 0 && {
            controlPlane: plan.controlPlane.map((host) => hostChanges(host, question)),
        }),
        membership: membershipChanges(members),
        stages: plan.stages.map(describeStage),
        afterVerify: plan.afterVerify.map(describeStage),
        warnings: plan.warnings,
        ...(plan.leftOut.length > 0 && { leftOut: plan.leftOut }),
    }, plan.madeUp ?? []);
    const digested = {
        ...described,
        stages: described.stages.flatMap((stage, at) => inDigest(stage, plan.stages[at])),
        afterVerify: described.afterVerify.flatMap((stage, at) => inDigest(stage, plan.afterVerify[at])),
    };
    return { ...described, digest: planDigest(digested) };
}
/**
 * Returns the stage with the steps that count for the digest; none if no step does: the stage is gone from a later plan once
 * its steps are done.
 * @param of the stage that is described.
 */
function inDigest(stage, of) {
    const counts = (step) => step !== undefined && (0,src_steps/* kindOf */.I)(step).outsideDigest !== true;
    const steps = stage.steps.flatMap((described, at) => {
        const step = of?.steps[at];
        if (!counts(step))
            return [];
        return step !== undefined && (0,src_steps/* kindOf */.I)(step).anyHost === true ? [{ ...described, host: '' }] : [described];
    });
    return steps.length === 0 ? [] : [{ ...stage, steps }];
}
/** Members that come or go, in words; none for a cluster that is new as a whole. */
function membershipChanges({ before, after }) {
    if (before.length === 0)
        return [];
    const missingIn = (others) => (member) => !others.some(({ name, address }) => name === member.name && address === member.address);
    return [
        ...before.filter(missingIn(after)).map(({ name, address }) => `${name} (${address}) is removed`),
        ...after.filter(missingIn(before)).map(({ name, address }) => `${name} (${address}) is added`),
    ];
}
const PLACEHOLDER = '(created by the run)';
/** The value with a placeholder for each string that only this run knows: another run makes up others. */
function withPlaceholders(value, madeUp) {
    return madeUp.reduce((changed, made) => replaced(changed, made), value);
}
function replaced(value, made) {
    if (typeof value === 'string')
        return value.replaceAll(made, PLACEHOLDER);
    if (Array.isArray(value))
        return value.map((part) => replaced(part, made));
    if (typeof value !== 'object' || value === null)
        return value;
    return Object.fromEntries(Object.entries(value).map(([key, part]) => [key, replaced(part, made)]));
}
/** Describes a stage as data for people. */
function describeStage({ title, order = 'together', before, after, steps }) {
    return {
        title,
        order,
        ...(before === undefined ? {} : { before: (0,gates/* describeGate */.l7)(before) }),
        ...(after === undefined ? {} : { after: (0,gates/* describeGate */.l7)(after) }),
        steps: steps.map((step) => ({ host: step.host, step: describeStep(step), why: step.why })),
    };
}
/** Describes a step by its name and by details that the plan does not contain elsewhere. */
function describeStep(step) {
    const kind = (0,src_steps/* kindOf */.I)(step);
    return kind.describe?.(step) ?? kind.title;
}

// EXTERNAL MODULE: ./src/report/publish.ts
var report_publish = __webpack_require__(4617);
// EXTERNAL MODULE: ./src/run/host.ts
var host = __webpack_require__(69327);
// EXTERNAL MODULE: ./src/run/issued-certificates.ts
var issued_certificates = __webpack_require__(60929);
// EXTERNAL MODULE: ./src/engine/cluster.ts
var engine_cluster = __webpack_require__(91236);
// EXTERNAL MODULE: ./src/engine/collect.ts
var collect = __webpack_require__(77960);
// EXTERNAL MODULE: ./src/engine/observe.ts
var observe = __webpack_require__(69622);
// EXTERNAL MODULE: ./src/etcd/health/health.ts
var health_health = __webpack_require__(37107);
// EXTERNAL MODULE: ./src/run/cluster-clients.ts
var cluster_clients = __webpack_require__(87946);
// EXTERNAL MODULE: ./src/hosts/sequence.ts
var sequence = __webpack_require__(75614);
;// CONCATENATED MODULE: ./src/plan/audit-record.ts
/** The digest of a missing file. */
const ABSENT = 'absent';
/** Returns the record as kept on one host: with the steps and takeovers of that host alone. */
function auditOfHost(record, host) {
    const { takenOver, ...rest } = record;
    const own = takenOver?.filter((lock) => lock.host === host) ?? [];
    return {
        ...rest,
        ...(own.length === 0 ? {} : { takenOver: own }),
        steps: record.steps.filter((step) => step.host === host),
    };
}
/** Most bytes of one record on a host; four of that size fit into a host's audit log. */
const MOST_BYTES_OF_RECORD = 64 * 1024;
/**
 * Formats the record as one line of JSON, without a line end. If it exceeds `mostBytes`, its steps are replaced by
 * their number and a note.
 */
function formatAuditLine(record, mostBytes = MOST_BYTES_OF_RECORD) {
    const line = JSON.stringify(record);
    if (Buffer.byteLength(line) <= mostBytes)
        return line;
    const { steps, ...rest } = record;
    const note = `the ${steps.length} steps were left out: with them the record has more than ${mostBytes} bytes`;
    return JSON.stringify({ ...rest, stepCount: steps.length, note });
}

// EXTERNAL MODULE: ./src/steps/context.ts
var steps_context = __webpack_require__(33732);
;// CONCATENATED MODULE: ./src/engine/run-scripts.ts







/**
 * Carries out steps of one host, one after the other and in one round trip, under the run's lock.
 * @param onDone called when the script of a step has ended well, while those after it run.
 * @throws RunError of the step that failed; those after it were not begun.
 */
async function runScripts(steps, stage, context, onDone) {
    const begun = [];
    const begin = () => {
        const step = steps[begun.length];
        if (step !== undefined)
            begun.push({ step, recorder: new StepRecorder(step, stage, context) });
    };
    begin();
    try {
        const scripts = [];
        for (const step of steps)
            scripts.push(await (0,src_steps/* scriptOf */.Fl)(step, context));
        const onEnded = (index, code) => {
            const ended = begun[index];
            if (ended === undefined || code !== 0)
                return;
            ended.endedMs = context.timeline.elapsedMs();
            scripts[index]?.succeeded?.();
            onDone(ended.step);
            if (scripts[index]?.check === undefined)
                ended.recorder.end('succeeded', ended.endedMs);
            begin();
        };
        const results = await runAll(steps, scripts, onEnded, context);
        for (const [index, { explain, check }] of scripts.entries()) {
            const [one, result] = [begun[index], results[index]];
            if (one === undefined || result === undefined)
                throw new Error('a script without a result has failed');
            judge(one.step, result, explain);
            if (check === undefined)
                continue;
            await check(result.stdout);
            one.recorder.end('succeeded', one.endedMs);
        }
    }
    catch (error) {
        for (const { recorder } of begun)
            if (!recorder.ended)
                recorder.end('failed');
        const failed = begun.at(-1)?.step;
        throw failed === undefined ? error : (0,collect/* inWords */.r4)(error, failed);
    }
}
/** Results up to that of the script that failed; `onEnded` is called for each before. */
async function runAll(steps, scripts, onEnded, context) {
    const [step] = steps;
    const [only, ...others] = scripts.map(({ script }) => script);
    if (step === undefined || only === undefined)
        return [];
    const transport = (0,steps_context/* transportOf */.JH)(context, step.host);
    if (others.length === 0) {
        const result = await transport.run(context.guard(only));
        onEnded(0, result.code ?? -1);
        return [result];
    }
    const title = steps.map(({ kind }) => src_steps/* STEPS */.UT[kind].title).join(', ');
    const { script, resultsOf } = (0,sequence/* sequenceScripts */.A)(title, [only, ...others], onEnded);
    const result = await transport.run(context.guard(script));
    const results = resultsOf(result);
    // the lock was lost, or the run has ended: the next script has not begun
    return results.length < steps.length && results.every(({ code }) => code === 0)
        ? [...results, result]
        : results;
}
/** Interprets the end of a step's script. @throws RunError, explained to the user, if it failed. */
function judge({ host, kind }, result, explain = explain_unknown/* explainUnknown */.w) {
    if (result.code === 0)
        return;
    const words = result.code === guard/* LOCK_LOST */.lQ ? (0,guard/* explainLockLost */.bJ)(result) : explain(result);
    throw (0,steps_context/* stepFailure */.nK)(src_steps/* STEPS */.UT[kind].title, host, words);
}
/** Writes down one step, from the moment it begins: for the log, the timeline and the audit record. */
class StepRecorder {
    #step;
    #stage;
    #context;
    #before;
    #startedMs;
    #ended = false;
    constructor(step, { title }, context) {
        this.#step = step;
        this.#stage = title;
        this.#context = context;
        this.#before = this.#digests();
        this.#startedMs = context.timeline.elapsedMs();
    }
    /** Whether {@link end} was called. */
    get ended() {
        return this.#ended;
    }
    /** @param atMs when it has ended, if not now: milliseconds since the run began. */
    end(outcome, atMs) {
        this.#ended = true;
        const { timeline, record, log } = this.#context;
        const { host } = this.#step;
        const { title, readsOnly = false } = (0,src_steps/* kindOf */.I)(this.#step);
        const durationMs = (atMs ?? timeline.elapsedMs()) - this.#startedMs;
        timeline.entries.push({
            stage: this.#stage,
            title,
            host,
            startedMs: this.#startedMs,
            durationMs,
            outcome: outcome === 'succeeded' ? 'done' : 'failed',
            changes: !readsOnly,
        });
        const what = { host, stage: this.#stage, title, durationMs: Math.round(durationMs), outcome };
        const replaces = Object.keys(this.#before).length > 0;
        record.steps.push(replaces ? { ...what, before: this.#before, after: this.#digests() } : what);
        if (outcome === 'succeeded')
            log.host(host).info(`done: ${title}`);
    }
    /** Digests of the files that the step puts in place, as the host has them now. */
    #digests() {
        const found = this.#context.material.found.get(this.#step.host);
        const files = (0,src_steps/* kindOf */.I)(this.#step).replaces?.(this.#step) ?? [];
        return Object.fromEntries(files.map((path) => [path, found?.get(path) ?? ABSENT]));
    }
}

;// CONCATENATED MODULE: ./src/engine/apply.ts






const GATE_WITHIN_MS = 60_000;
/**
 * Runs stages in order, each behind its gate. After a failure, the other steps that have begun complete, and
 * nothing later is begun; a stage that may fail leaves its findings in the run's record, and the next one is begun.
 * @throws RunError with the findings of every step that failed, or of the gate that stays shut.
 */
async function applyStages(stages, context) {
    for (const stage of stages) {
        try {
            await applyStage(stage, context);
        }
        catch (error) {
            if (stage.mayFail === undefined || !(error instanceof src_findings/* RunError */.e4) || context.signal.aborted)
                throw error;
            context.log.info(`${stage.title} failed; the run goes on, and tells why at its end`);
            const { unfinished, warnings } = context.record;
            (stage.mayFail === 'warned' ? warnings : unfinished).push(...error.findings);
        }
    }
}
async function applyStage(stage, context) {
    if (stage.before !== undefined)
        await passGate(stage.before, stage, context);
    context.signal.throwIfAborted();
    context.log.info(`${stage.title}: ${describeSteps(stage)}`);
    const tracks = new StageRunner(stage, context);
    const work = tracksOf(stage).map((track) => ({
        host: track[0]?.host ?? '',
        at: stage.title,
        result: tracks.run(track),
    }));
    await (0,collect/* allOrFindings */.LY)(`"${stage.title}" failed, and nothing after it was begun; the same run, started again, goes on from there`, work);
    context.signal.throwIfAborted();
    if (stage.after !== undefined)
        await passGate(stage.after, stage, context);
}
/** Waits until the cluster is as the gate asks for. */
async function passGate(gate, stage, context) {
    const { log, timeline, signal } = context;
    const words = (0,gates/* describeGate */.l7)(gate);
    await timeline.record({ stage: stage.title, title: `gate: ${words}`, changes: false }, async () => {
        const cluster = await context.cluster();
        const deadline = timeline.elapsedMs() + GATE_WITHIN_MS;
        signal.throwIfAborted();
        const { health } = await (0,engine_cluster/* observeUntil */.T1)(cluster, { timeline, deadline, signal }, (facts) => inOneLine((0,gates/* gateFindings */.Av)(gate, facts.health)), (missing) => log.info(`Waiting at the gate (${words}): ${missing}`));
        const findings = (0,gates/* gateFindings */.Av)(gate, health);
        if (findings.length > 0) {
            throw new src_findings/* RunError */.e4(`"${stage.title}" stops at its gate (${words}), and nothing after it was begun; the same run, started again, goes on from there`, findings);
        }
        log.info(`Gate open: ${words}`);
    });
}
/** What findings say, on one line; undefined for none. */
function inOneLine(findings) {
    if (findings.length === 0)
        return undefined;
    return findings.map(({ host, fact }) => (host === undefined ? fact : `${host}: ${fact}`)).join('; ');
}
function describeSteps({ steps }) {
    const byHost = Map.groupBy(steps, ({ host }) => host);
    return [...byHost]
        .map(([host, own]) => `${host} (${own.map(({ kind }) => src_steps/* STEPS */.UT[kind].title).join(', ')})`)
        .join('; ');
}
/** The steps of a stage as tracks: those of one track are done one after the other, the tracks at the same time. */
function tracksOf({ steps, order = 'together' }) {
    switch (order) {
        case 'together':
            return steps.map((step) => [step]);
        case 'in-turn':
            return [steps];
        case 'by-host':
            return [...Map.groupBy(steps, ({ host }) => host).values()];
    }
}
/** Carries out the tracks of one stage. Once a step of any of them has failed, nothing more is begun on the others. */
class StageRunner {
    #stage;
    #context;
    /** Resolves when the step that delivers the CA's key has ended, or never will. */
    #authorityKept = Promise.withResolvers();
    #failed = false;
    constructor(stage, context) {
        this.#stage = stage;
        this.#context = context;
        if (!stage.steps.some(keepsAuthority))
            this.#authorityKept.resolve(undefined);
    }
    /** Ends early, without an error, when another track has failed or the run is to end. @throws RunError */
    async run(track) {
        let left = track;
        try {
            while (left.length > 0) {
                const group = left.slice(0, this.#stage.order === 'by-host' ? lengthOfGroup(left, this.#context) : 1);
                if (group.some(bringsSigned))
                    await this.#authorityKept.promise;
                if (this.#failed || this.#context.signal.aborted)
                    return;
                await this.#runGroup(group);
                left = left.slice(group.length);
            }
        }
        catch (error) {
            this.#failed = true;
            throw error;
        }
        finally {
            if (track.some(keepsAuthority))
                this.#authorityKept.resolve(undefined);
        }
    }
    async #runGroup(group) {
        const [first] = group;
        if (first !== undefined && (0,src_steps/* isOnRunner */.qf)(first)) {
            await this.#ask(first);
            return;
        }
        await runScripts(group.filter(src_steps/* isScripted */.LQ), this.#stage, this.#context, (step) => {
            if (keepsAuthority(step))
                this.#authorityKept.resolve(undefined);
        });
    }
    async #ask(step) {
        const recorder = new StepRecorder(step, this.#stage, this.#context);
        try {
            await (0,src_steps/* runOnRunner */.Tf)(step, this.#context);
            recorder.end('succeeded');
        }
        catch (error) {
            recorder.end('failed');
            throw (0,collect/* inWords */.r4)(error, step);
        }
    }
}
/** How many of a host's steps can be sent to it together. */
function lengthOfGroup([first, ...others], context) {
    if (first === undefined || isAlone(first, context))
        return 1;
    const next = others.findIndex((step) => isAlone(step, context) || (0,src_steps/* kindOf */.I)(step).madeLate === true);
    return next === -1 ? 1 + others.length : 1 + next;
}
function isAlone(step, context) {
    return (0,src_steps/* isOnRunner */.qf)(step) || (0,src_steps/* kindOf */.I)(step).isAlone?.(step, context) === true;
}
function keepsAuthority(step) {
    return (0,src_steps/* kindOf */.I)(step).keepsAuthority?.(step) === true;
}
function bringsSigned(step) {
    return (0,src_steps/* kindOf */.I)(step).bringsSigned?.(step) === true;
}

;// CONCATENATED MODULE: ./src/engine/audit.ts







/** Who has done what, from what the run has recorded. */
function auditRecord(settings, record, ended) {
    const { run } = settings;
    const { document, takenOver, steps } = record;
    return {
        schema: 1,
        actor: run.actor,
        run: run.url,
        repository: run.repository,
        workflow: run.workflow,
        commit: run.commit,
        operation: settings.operation,
        cluster: settings.clusterName,
        ...(document === undefined ? {} : { verdict: document.verdict, planDigest: document.digest }),
        inputDigest: settings.inputDigest,
        startedAt: ended.startedAt.toISOString(),
        endedAt: ended.endedAt.toISOString(),
        durationMs: ended.endedAt.getTime() - ended.startedAt.getTime(),
        outcome: ended.outcome,
        ...(takenOver.length === 0
            ? {}
            : {
                takenOver: takenOver.map(({ host, owner, why }) => ({
                    host,
                    why,
                    ...(owner && { run: owner.run }),
                })),
            }),
        steps,
    };
}
/**
 * Leaves on each of these hosts the record of what was done to it, and gives all locks back. That it could not be written is
 * a warning: the same record goes with the artifacts.
 */
async function leaveAudit(record, hosts, locks, log) {
    await locks.release({
        scriptFor: (host) => hosts.has(host) ? appendAudit([formatAuditLine(auditOfHost(record, host))]) : undefined,
        onFailure: (host, error) => {
            log.host(host).warning(`The record of this run could not be left on the host: ${(0,src_findings/* errorMessage */.gJ)(error)}`);
        },
    });
}
/** A full database keeps the cluster from being healthy, and says nothing about what was done to its members. */
const DESPITE = { despite: 'NOSPACE' };
/**
 * The records that are written although the cluster as a whole could not be verified as healthy: those of healthy members that were
 * recorded as members before, while a majority is healthy. What was done to them is then known to the next run.
 * @param facts by host, as the plan was decided from.
 */
function healthyRecords({ afterVerify }, facts, health) {
    if ((0,gates/* gateFindings */.Av)({ kind: 'quorum', ...DESPITE }, health).length > 0)
        return [];
    const isRecordable = (host) => {
        const state = facts.get(host)?.state;
        const wasMember = typeof state === 'object' && state.phase === 'member';
        return wasMember && (0,gates/* gateFindings */.Av)({ kind: 'member', member: host, ...DESPITE }, health).length === 0;
    };
    return afterVerify
        .map((stage) => ({
        ...stage,
        steps: stage.steps.filter(({ kind, host }) => kind === 'record-member' && isRecordable(host)),
    }))
        .filter(({ steps }) => steps.length > 0);
}
/** What a host keeps: the last runs, and never more than this. */
const MOST_RECORDS = 50;
const MOST_BYTES = 256 * 1024;
/**
 * Appends to the record of what runs have done to this host, and drops the oldest of it. Written aside, fsynced and
 * renamed, so that a run that is killed or a host that loses power loses no older record. To be run under the lock:
 * of two at once, one would be lost.
 * @param lines JSON objects without line ends, see `formatAuditLine`.
 */
function appendAudit(lines) {
    const added = lines.slice(-MOST_RECORDS);
    const input = Buffer.from(added.map((line) => `${line}\n`).join(''));
    const aside = (0,bash/* quoteBash */.pI)(`${paths/* ACTION_DIR */.v4}/.audit.jsonl.etcd-ha-action`);
    const shorter = (0,bash/* quoteBash */.pI)(`${paths/* ACTION_DIR */.v4}/.audit.jsonl.shorter.etcd-ha-action`);
    const log = (0,bash/* quoteBash */.pI)(paths/* AUDIT_LOG */.bd);
    const folder = (0,bash/* quoteBash */.pI)(paths/* ACTION_DIR */.v4);
    const script = `
if ! [ -d ${folder} ]; then
  ( umask 022; mkdir -p -- ${(0,bash/* quoteBash */.pI)((0,external_node_path_.dirname)(paths/* ACTION_DIR */.v4))} )
  mkdir -m 0700 -- ${folder}
fi
IFS= read -r -N ${input.length} added
{
  if [ -f ${log} ]; then
    tail -n ${MOST_RECORDS - added.length} -- ${log}
    if [ -n "$(tail -c 1 -- ${log})" ]; then echo; fi # as an editor may leave it
  fi
  printf %s "$added"
} > ${aside}
if [ "$(stat -c %s -- ${aside})" -gt ${MOST_BYTES} ]; then
  # One byte more than is kept: the first line, which is dropped, is one that was cut, or the end of the one before. Not behind a
  # pipe, where tail of uutils gives more than it was asked for.
  tail -c ${MOST_BYTES + 1} -- ${aside} | tail -n +2 > ${shorter}
  mv -fT -- ${shorter} ${aside}
fi
sync -- ${aside}
mv -fT -- ${aside} ${log}
sync -- ${folder} ${(0,bash/* quoteBash */.pI)((0,external_node_path_.dirname)(paths/* ACTION_DIR */.v4))}
`;
    return {
        title: 'write the audit record',
        effect: 'changes',
        script,
        input,
        timeoutMs: 30_000,
    };
}
/** How far each host has come with its part of a plan that was not carried out to its end. */
function hostProgress({ members, controlPlane, stages, afterVerify }, { entries }) {
    return [...members.after, ...controlPlane].map(({ name: host }) => {
        const planned = [...stages, ...afterVerify].flatMap(({ title, steps }) => steps
            .filter((step) => step.host === host)
            .map((step) => ({ stage: title, step: src_steps/* STEPS */.UT[step.kind].title })));
        const begun = entries.filter((entry) => entry.host === host);
        const ended = (outcome) => begun
            .filter((entry) => entry.outcome === outcome)
            .filter(({ stage, title }) => planned.some((one) => one.stage === stage && one.step === title))
            .map(({ title }) => title);
        const left = planned
            .filter(({ stage, step }) => !begun.some((entry) => entry.stage === stage && entry.title === step))
            .map(({ step }) => step);
        return { host, done: ended('done'), failed: ended('failed'), left };
    });
}

// EXTERNAL MODULE: ./src/engine/credentials.ts
var credentials = __webpack_require__(83656);
;// CONCATENATED MODULE: ./src/engine/execute-plan.ts












/**
 * Applies a plan, verifies the cluster, and records what was done; a plan without steps is only verified.
 * @param locks absent where nothing is changed.
 */
async function executePlan(run, locks) {
    const { plan, document, settings, context, keys, hosts } = run;
    const { log, timeline, maskSecret, startedAt, record } = context;
    const { cluster: planned } = plan;
    const transports = new Map(hosts.map(({ name, transport }) => [name, transport]));
    const facts = new Map(hosts.map((host) => [host.name, host.facts]));
    const material = (0,issued_certificates/* prepareFiles */.t9)({
        ...(planned && { planned }),
        settings,
        hosts: transports,
        facts,
        now: startedAt,
        keys,
        maskSecret,
    });
    const opened = [];
    const applying = {
        plan,
        ...(planned && { planned }),
        hosts: transports,
        material,
        ...(settings.registry === undefined ? {} : { registry: settings.registry }),
        ...(context.archive === undefined ? {} : { archive: context.archive }),
        ...(context.backup === undefined ? {} : { backup: context.backup }),
        cluster: once(async () => {
            const clients = await clientsFor(run, material);
            opened.push(clients);
            return clients;
        }),
        guard: (script) => locks?.guard(script) ?? script,
        maskSecret,
        now: startedAt,
        log,
        timeline,
        record,
        backups: record.backups,
        uploadBackup: (backup) => context.uploadBackup(backup, settings),
        signal: locks === undefined ? context.signal : AbortSignal.any([context.signal, locks.lost]),
    };
    let outcome = 'failed';
    try {
        await applyStages(plan.stages, applying);
        const health = await verifyOnce(run, applying).catch(async (error) => {
            if (error instanceof health_health/* UnhealthyError */.P4)
                await applyStages(healthyRecords(plan, facts, error.health), applying);
            throw error;
        });
        await applyStages(plan.afterVerify, applying);
        outcome = 'succeeded';
        return {
            plan,
            document,
            dryRun: false,
            changed: stepsOf(plan).some(changesHost),
            unfinished: [...plan.leftOut, ...run.unreached, ...record.unfinished],
            ...(health && { health }),
            ...(planned && { authority: await material.authority }),
            publicFiles: material.publicFiles,
            connections: (0,observe/* connectionsOf */.V1)(hosts),
        };
    }
    catch (error) {
        if (context.signal.aborted)
            outcome = 'interrupted';
        record.progress = hostProgress(plan, timeline);
        throw error;
    }
    finally {
        for (const clients of opened)
            if (clients !== run.clients)
                clients.close();
        if (locks !== undefined && record.steps.length > 0) {
            const ended = { startedAt, endedAt: context.now(), outcome };
            record.audit = auditRecord(settings, record, ended);
            // the action leaves nothing of its own on hosts of the control plane
            const members = new Set(plan.members.after.map(({ name }) => name));
            await leaveAudit(record.audit, members, locks, log);
        }
    }
}
/** The outcome of a dry run, which ends here. */
function dryRunOutcome({ plan: made, document, cluster, hosts, unreached }) {
    return {
        plan: made,
        document,
        dryRun: true,
        changed: false,
        unfinished: [...made.leftOut, ...unreached],
        ...(cluster === undefined ? {} : { health: cluster.health }),
        publicFiles: new Map(hosts.map(({ name, facts }) => [name, (0,issued_certificates/* publicTexts */.wT)(facts)])),
        connections: (0,observe/* connectionsOf */.V1)(hosts),
    };
}
/** Verifies the cluster; what was observed is enough if nothing has been changed since. */
async function verifyOnce({ cluster, plan, operation, context }, { cluster: clients, hosts, signal }) {
    if (plan.stages.length === 0 && cluster?.health.healthy === true)
        return cluster.health;
    const { log, timeline } = context;
    const away = new Set(plan.members.after.map(({ name }) => name).filter((name) => !hosts.has(name)));
    return operation.verify({ plan, cluster: clients, away, log, timeline, signal });
}
function stepsOf({ stages, afterVerify }) {
    return [...stages, ...afterVerify].flatMap(({ steps }) => steps);
}
function changesHost(step) {
    const { readsOnly, onlyNotes } = (0,src_steps/* kindOf */.I)(step);
    return readsOnly !== true && onlyNotes !== true;
}
/** Clients with the healthcheck client's pair of this run, if it issues one: a pair on a host may have expired. */
async function clientsFor(run, material) {
    const { plan, hosts, settings, context, clients } = run;
    const { clientPort, peerPort } = settings;
    const access = {
        members: plan.members.after,
        clientPort,
        peerPort,
        hosts: new Map(hosts.map(({ name, transport }) => [name, transport])),
        now: context.now,
    };
    const made = await madeCredentials(material);
    if (made !== undefined)
        return new cluster_clients/* ClusterClients */.V({ ...access, credentials: made });
    if (clients !== undefined)
        return clients;
    const offered = (0,credentials/* credentialsFromHosts */.wV)((0,host/* withRole */.Tl)(hosts, 'member'), settings, context);
    const opened = await (0,engine_cluster/* acceptedClients */.em)(access, offered, async (each) => !(await each.isRefused()));
    if (opened === undefined)
        throw new src_findings/* RunError */.e4('the cluster could not be asked', [WITHOUT_PAIR]);
    return opened;
}
const WITHOUT_PAIR = {
    code: 'healthcheck-pair-missing',
    at: 'read',
    fact: `no host has a healthcheck client's pair that can be used (${credentials/* CLIENT_CERTIFICATE */.so} with its key, and ${paths/* CA_CERTIFICATE */.vB}).`,
    cause: 'The key was replaced without its certificate, or has changed since the run looked at it.',
    fix: 'Run again. If that does not help, move both files of the pair to a safe place on one host: the next run issues a new pair there.',
};
async function madeCredentials({ leaves, authority, }) {
    for (const pending of leaves.values()) {
        const pair = (await pending).healthcheckClient;
        if (pair === undefined)
            continue;
        const caPem = (await authority).certificatePem;
        return { caPem, certificatePem: pair.certificatePem, keyPem: pair.keyPem };
    }
    return undefined;
}
function once(make) {
    let made;
    return () => (made ??= make());
}

;// CONCATENATED MODULE: ./src/engine/run-operation.ts












/**
 * Runs an operation: observe, plan or check, apply, verify. What changes anything is done under a lock on every host,
 * after observing and planning again.
 * @returns how to publish what it found; all connections are closed by then, also when it throws.
 * @throws RunError wherever it ends early.
 */
async function runOperation(operation, settings, context) {
    const limited = { ...context, connect: limitedConnector(operation, settings, context.connect) };
    if (operation.kind === 'checking')
        return operation.run(settings, limited);
    const outcome = await runPlan(operation, settings, limited);
    const report = operation.report(outcome, settings, context.record);
    return (reporting) => (0,report_publish/* publishPlan */.JL)(outcome, report, settings, reporting);
}
/** Opens connections that refuse every script with more effect than the operation may have, or a dry run of it. */
function limitedConnector(operation, settings, connect) {
    const effect = settings.dryRun ? 'reads' : operation.access(settings).effect;
    return async (host) => (0,transport/* limitedTo */.sp)(effect, await connect(host));
}
/**
 * Plans, and carries the plan out unless this is a dry run.
 * @throws RunError, explained to the user, if it ends early.
 */
async function runPlan(operation, settings, context) {
    const { log, timeline, signal } = context;
    const listed = hostsOf(operation, settings);
    log.info(`Connecting to ${listed.map(({ name }) => name).join(', ')}`);
    const connected = await (0,observe/* connectHosts */.i8)(listed, context);
    const tooFew = (0,observe/* tooFewMembers */.W4)(operation.reach, connected, 'reached');
    if (tooFew !== undefined) {
        await Promise.all(connected.hosts.map(({ transport }) => transport.close()));
        throw tooFew;
    }
    return (0,observe/* withConnections */.q5)(connected.hosts, signal, async (hosts) => {
        const probed = await (0,observe/* observeHosts */.Aq)(hosts, settings, operation.probe(settings), timeline);
        signal.throwIfAborted();
        const observed = {
            hosts: probed.hosts,
            absent: inOrder([...connected.absent, ...probed.absent], settings),
        };
        const unprobed = (0,observe/* tooFewMembers */.W4)(operation.reach, observed, 'examined');
        if (unprobed !== undefined)
            throw unprobed;
        const seen = {
            members: (0,host/* withRole */.Tl)(observed.hosts, 'member'),
            absent: (0,host/* withRole */.Tl)(observed.absent, 'member'),
            controlPlane: (0,host/* withRole */.Tl)(observed.hosts, 'control-plane'),
            unreached: (0,observe/* absenceReasons */.tQ)((0,host/* withRole */.Tl)(observed.absent, 'control-plane')),
        };
        return planAndExecute(seen, { operation, settings, context, keys: new issued_certificates/* KeyPool */.QQ() });
    });
}
/** The hosts that an operation concerns. */
function hostsOf({ concerns }, settings) {
    const listed = (0,host/* listHosts */._2)(settings);
    return concerns === 'all' ? listed : (0,host/* withRole */.Tl)(listed, 'member');
}
/** Absent hosts in the order of the inputs. */
function inOrder(absent, settings) {
    return (0,host/* listHosts */._2)(settings).flatMap((host) => absent.find((one) => one.settings === host.settings) ?? []);
}
async function planAndExecute(seen, running) {
    const { settings, keys } = running;
    const first = await planFirst(seen, running);
    if (first === undefined)
        return planUnderLock(seen, running);
    try {
        if (settings.dryRun)
            return dryRunOutcome(first);
        // a lock that a killed run has left is cleared away under a lock
        if (running.operation.lock === 'none' || (isDone(first.plan) && lockedHosts(seen).length === 0))
            return await executePlan(first);
        prepareKeys(keys, first.plan);
    }
    finally {
        first.clients?.close();
    }
    return planUnderLock(seen, running);
}
/**
 * Plans from the first observation. Hosts that another run is changing may look as if nothing could be done with them:
 * that is decided only after that run has ended.
 * @returns undefined where nothing can be decided before.
 */
async function planFirst(seen, running) {
    try {
        return await plan(seen, running);
    }
    catch (error) {
        const locked = lockedHosts(seen);
        const { settings, operation, context } = running;
        const waits = locked.length > 0 && !settings.dryRun && operation.lock === 'hosts';
        if (!(error instanceof src_findings/* RefusedError */.fk) || !waits)
            throw error;
        context.log.info(`${locked.join(', ')}: locked by another run; this one decides when it has the lock`);
        return undefined;
    }
}
function everyHost({ members, controlPlane }) {
    return [...members, ...controlPlane];
}
function lockedHosts(seen) {
    return everyHost(seen)
        .filter(({ facts }) => facts.locked)
        .map(({ transport }) => transport.name);
}
/** Begins to make the private keys that a plan takes. */
function prepareKeys(keys, { cluster }) {
    if (cluster === undefined)
        return;
    const { authority, issue, certificates } = cluster;
    const leaves = [...issue.values()].reduce((sum, names) => sum + names.length, 0);
    keys.prepare(leaves + Number(authority.from === 'made'), certificates.keyAlgorithm);
}
function isDone({ stages, afterVerify }) {
    return stages.length + afterVerify.length === 0;
}
async function plan(seen, running) {
    const { operation, settings, context } = running;
    const { log, record } = context;
    const { clients, cluster } = (await (0,engine_cluster/* queryCluster */.LY)(settings, seen.members, seen.absent, context)) ?? {};
    try {
        const members = cluster
            ? await (0,engine_cluster/* refreshStaleHosts */.U$)(seen.members, cluster, settings, context.timeline)
            : seen.members;
        const made = planOf({ ...seen, members }, cluster, running);
        const observed = everyHost({ ...seen, members });
        const document = describePlan({
            plan: made,
            operation: operation.name,
            facts: new Map(observed.map(({ name, facts }) => [name, facts])),
            ...(settings.authority === undefined ? {} : { broughtCertificate: settings.authority.certificatePem }),
        });
        // the second plan, under the lock, is most often the first one
        if (record.document?.digest !== document.digest) {
            log.info(`Verdict: ${made.verdict.name} (${made.reasons.join('; ')})`);
        }
        record.document = document;
        refuseUnapproved(settings.approvedPlan, document, {
            isNeeded: !settings.dryRun && operation.needsApproval?.(settings) === true,
        });
        return {
            ...running,
            plan: made,
            document,
            hosts: observed,
            unreached: seen.unreached,
            ...(cluster && { cluster }),
            ...(clients && { clients }),
        };
    }
    catch (error) {
        clients?.close();
        throw error;
    }
}
function planOf({ members, absent, controlPlane, unreached }, cluster, { operation, settings, context }) {
    const { archive, backup, newToken, startedAt } = context;
    const clients = { hosts: controlPlane, unreached };
    return operation.plan({
        settings,
        members,
        absent,
        controlPlane: clients,
        newToken,
        now: startedAt,
        ...(cluster && { cluster }),
        ...(archive && { archive }),
        ...(backup && { backup }),
    });
}
async function planUnderLock(seen, running) {
    const { context } = running;
    const locks = await takeLocks(seen, running);
    context.record.takenOver = locks.takenOver;
    try {
        const planned = await plan(refreshedUnder(locks, seen), running);
        try {
            return await executePlan(planned, locks);
        }
        finally {
            planned.clients?.close();
        }
    }
    finally {
        await locks.release();
    }
}
async function takeLocks({ members, controlPlane }, { settings, context }) {
    const { log, timeline, signal, random, startedAt } = context;
    const { run, lockTimeoutSeconds } = settings;
    context.beforeLock();
    const again = (0,observe/* refreshScript */.Hs)(settings);
    return timeline.record({ stage: 'Lock', title: 'take the locks, look again', changes: false }, () => acquireLocks({
        transports: members.map(({ transport }) => transport),
        // the cluster does not wait for its clients
        optional: controlPlane.map(({ transport }) => transport),
        owner: { id: run.id, run: run.url, actor: run.actor, startedAt: startedAt.toISOString() },
        waitMs: lockTimeoutSeconds * 1000,
        signal,
        log,
        random,
        then: () => again,
    }));
}
/** The observations, updated under the lock. Hosts of the control plane that could not be locked are reported at the end. */
function refreshedUnder({ answers, leftOut }, seen) {
    const upToDate = (host) => (0,observe/* refreshed */.tA)(host, answers.get(host.transport.name) ?? Buffer.alloc(0));
    return {
        members: seen.members.map(upToDate),
        absent: seen.absent,
        controlPlane: seen.controlPlane
            .filter(({ transport }) => !leftOut.some(({ host }) => host === transport.name))
            .map(upToDate),
        unreached: [...seen.unreached, ...leftOut.flatMap(({ host, error }) => (0,collect/* findingsOf */.WX)(error, host, 'lock'))],
    };
}

// EXTERNAL MODULE: ./src/operations/index.ts + 70 modules
var operations = __webpack_require__(63302);
// EXTERNAL MODULE: ./src/report/failure.ts
var report_failure = __webpack_require__(3304);
// EXTERNAL MODULE: ./src/runner/masking/secret-material.ts
var secret_material = __webpack_require__(10375);
// EXTERNAL MODULE: ./src/report/run-report.ts
var run_report = __webpack_require__(57330);
;// CONCATENATED MODULE: ./src/run/timeline.ts
/** Collects the operations of a run, so that the report lists them also if the run fails half-way. */
class Timeline {
    entries = [];
    #clock;
    #start;
    /** @param clock milliseconds from any fixed point, e.g. `performance.now`. */
    constructor(clock) {
        this.#clock = clock;
        this.#start = clock();
    }
    /** Returns the milliseconds since the run began. */
    elapsedMs() {
        return this.#clock() - this.#start;
    }
    /** Runs `work` and records it, successful or not. */
    async record(what, work) {
        const startedMs = this.elapsedMs();
        let outcome = 'failed';
        try {
            const result = await work();
            outcome = 'done';
            return result;
        }
        finally {
            this.entries.push({ ...what, startedMs, durationMs: this.elapsedMs() - startedMs, outcome });
        }
    }
}

// EXTERNAL MODULE: ./src/runner/toolkit.ts
var toolkit = __webpack_require__(21652);
// EXTERNAL MODULE: ./src/inputs/read.ts + 1 modules
var read = __webpack_require__(89378);
// EXTERNAL MODULE: ./src/inputs/parse-settings.ts
var parse_settings = __webpack_require__(2906);
// EXTERNAL MODULE: ./src/inputs/input-files.ts
var input_files = __webpack_require__(6731);
;// CONCATENATED MODULE: ./src/main.ts

















/**
 * After a fault a run gets so long for its orderly end: steps that have begun, the locks, the report. The runner gives a
 * cancelled one as much.
 */
const FAULT_GRACE_MS = 15_000;
/**
 * The main step: settings → operation → outputs.
 */
async function main({ redactor, log, handleUncaughtErrors }) {
    const timeline = new Timeline(() => performance.now());
    const run = (0,read/* readRunContext */.$p)();
    const record = new run_report/* RunRecord */.d3();
    const report = { redactor, log, timeline, record, startedAt: run.now };
    let settings;
    let operation;
    const end = (0,end_of_run/* watchForEnd */.qI)();
    let fault;
    handleUncaughtErrors((error) => {
        if (fault !== undefined) {
            log.debug(`one more fault: ${String(error)}`);
            return;
        }
        fault = new end_of_run/* UncaughtError */.kf(error);
        if (operation?.survivesFault !== true)
            endAfterFault(fault, end, { redactor, log });
    });
    try {
        const mask = (secret) => redactor.register(secret);
        const raw = (0,read/* readInputs */.Ko)(mask);
        settings = (0,parse_settings/* parseSettings */.P)(raw, run, operations/* OPERATION_INPUTS */.gE, (0,input_files/* readInputFiles */.UK)(raw, process.env['GITHUB_WORKSPACE'], mask));
        const warnings = [...(0,read/* shortSecrets */._9)(raw, secret_material/* minWordLength */.nI), ...settings.warnings];
        for (const warning of warnings)
            log.warning((0,src_findings/* describeFinding */.jb)(warning));
        end.limitTo(settings.timeoutSeconds);
        operation = (0,operations/* operationNamed */.ji)(settings.operation);
        const images = await openArchive(settings, end.signal);
        const opened = operation.readsBackup === true ? await openNamedBackup(settings, log, end.signal) : undefined;
        const { connect, close } = await (0,connector/* connector */.M)(settings, {
            privilege: operation.access(settings).as,
            temporary: (0,toolkit/* temporaryFolder */.yy)(),
            log,
            onAcceptedKey: (line) => record.acceptedHostKeys.add(line),
        });
        const publish = await runOperation(operation, settings, {
            ...images,
            ...(opened && { backup: opened }),
            connect,
            log,
            timeline,
            record,
            startedAt: run.now,
            newToken: `etcd-${(0,external_node_crypto_.randomBytes)(12).toString('hex')}`,
            now: () => new Date(),
            random: Math.random,
            maskSecret: (secret) => redactor.register(secret, 'made'),
            uploadBackup: (backup, own) => (0,report_publish/* uploadBackup */.kI)(backup, own, { redactor, log, signal: end.signal }),
            beforeLock: () => (0,toolkit/* saveState */.LZ)(toolkit/* LOCK_OWNER */.EK, run.identity.id),
            signal: end.signal,
        }).finally(async () => {
            await close();
            await opened?.close();
            (0,report_publish/* publishAcceptedKeys */.Ln)(report);
        });
        await publish(report);
        if (fault !== undefined)
            (0,report_failure/* failStep */.v)(fault, redactor, log);
    }
    catch (error) {
        const interrupted = end.signal.aborted ? new end_of_run/* InterruptedError */.p4(end.signal.reason, error) : error;
        const reason = fault ?? interrupted;
        const failure = (0,report_failure/* failStep */.v)(reason, redactor, log);
        await (0,report_publish/* publishFailure */.yX)(reason, failure, settings, report, operation?.outputs);
    }
    finally {
        end.stop();
        const lost = (0,toolkit/* lostOutputs */.Di)();
        if (lost !== undefined)
            (0,report_failure/* failStep */.v)(new src_findings/* RunError */.e4('outputs were lost', [lost]), redactor, log);
        (0,toolkit/* saveState */.LZ)(toolkit/* MAIN_ENDED */.Fd, 'true');
    }
}
/** Ends a run in order after a fault; one that does not end is ended here, and its locks are left to the post step. */
function endAfterFault(fault, end, { redactor, log }) {
    end.endBy(fault.reason);
    setTimeout(() => {
        (0,report_failure/* failStep */.v)(fault, redactor, log);
        (0,toolkit/* saveState */.LZ)(toolkit/* MAIN_ENDED */.Fd, toolkit/* LOCKS_LEFT */.JQ);
        process.exit();
    }, FAULT_GRACE_MS);
}
/** Images are read before any host is connected to. */
async function openArchive({ imageArchive }, signal) {
    if (imageArchive === undefined)
        return {};
    return { archive: await (0,image_archive/* readImageArchive */.E)(imageArchive, signal) };
}
/** A backup is read and verified before any host is connected to. */
async function openNamedBackup({ restore: { from: path, identities } }, log, signal) {
    log.info(`Reading ${path}`);
    const opened = await openBackup({ path, identities }, { signal });
    const { revision, keys, takenAt } = opened.manifest;
    log.info(`${path} is whole: ${keys} keys at revision ${revision}, taken ${takenAt}`);
    return opened;
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
