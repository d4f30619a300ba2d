export const id = 387;
export const ids = [387];
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

/***/ 71220:
/***/ ((__unused_webpack_module, __webpack_exports__, __webpack_require__) => {

// ESM COMPAT FLAG
__webpack_require__.r(__webpack_exports__);

// EXPORTS
__webpack_require__.d(__webpack_exports__, {
  main: () => (/* binding */ main)
});

// EXTERNAL MODULE: external "node:crypto"
var external_node_crypto_ = __webpack_require__(77598);
// EXTERNAL MODULE: ./src/faults.ts
var faults = __webpack_require__(37230);
// EXTERNAL MODULE: ./src/findings.ts
var src_findings = __webpack_require__(81001);
// EXTERNAL MODULE: ./src/hosts/connector.ts + 52 modules
var connector = __webpack_require__(28635);
// EXTERNAL MODULE: external "node:fs"
var external_node_fs_ = __webpack_require__(73024);
// EXTERNAL MODULE: external "node:fs/promises"
var promises_ = __webpack_require__(51455);
// EXTERNAL MODULE: external "node:stream/promises"
var external_node_stream_promises_ = __webpack_require__(46466);
// EXTERNAL MODULE: external "node:path"
var external_node_path_ = __webpack_require__(76760);
// EXTERNAL MODULE: external "node:zlib"
var external_node_zlib_ = __webpack_require__(38522);
;// CONCATENATED MODULE: ./src/json-fields.ts
/**
 * The text as an object; undefined where it is no JSON or no object. An answer that cannot be read says nothing, so what to
 * make of it is for the caller to say.
 */
function fieldsOf(text) {
    try {
        const value = JSON.parse(text);
        return isFields(value) ? value : undefined;
    }
    catch {
        return undefined;
    }
}
/** The value as an object; without fields where it is none. */
function fieldsIn(value) {
    return isFields(value) ? value : {};
}
/** The objects of a list; none where it is no list. */
function objectsIn(value) {
    return Array.isArray(value) ? value.filter(isFields) : [];
}
/** The text; empty where it is none. */
function textIn(value) {
    return typeof value === 'string' ? value : '';
}
/** The texts of a list; none where it is no list. */
function textsIn(value) {
    return Array.isArray(value) ? value.filter((text) => typeof text === 'string') : [];
}
/** The number; undefined where it is none. */
function numberIn(value) {
    return typeof value === 'number' ? value : undefined;
}
function isFields(value) {
    return typeof value === 'object' && value !== null;
}

;// CONCATENATED MODULE: ./src/images/reference.ts
/** Registry of names that do not say theirs (distribution/reference, normalize.go). */
const DEFAULT_REGISTRY = 'docker.io';
/**
 * An image's name with registry and tag, as container runtimes keep it: `etcd` is `docker.io/library/etcd:latest`. A digest
 * is left out where there is a tag as well.
 */
function normalName(reference) {
    const [named = '', digest] = reference.split('@');
    const slash = named.lastIndexOf('/');
    const colon = named.indexOf(':', slash + 1);
    const path = withRegistry(colon < 0 ? named : named.slice(0, colon));
    if (colon >= 0)
        return `${path}:${named.slice(colon + 1)}`;
    return digest === undefined ? `${path}:latest` : `${path}@${digest}`;
}
/** The first part is a registry if it can be nothing else: it has a dot or a port, or is localhost. */
function withRegistry(path) {
    const [first = '', ...rest] = path.split('/');
    if (rest.length > 0 && (/[.:]/.test(first) || first === 'localhost')) {
        return first === DEFAULT_REGISTRY && rest.length === 1
            ? `${DEFAULT_REGISTRY}/library/${rest[0] ?? ''}`
            : path;
    }
    return rest.length === 0 ? `${DEFAULT_REGISTRY}/library/${path}` : `${DEFAULT_REGISTRY}/${path}`;
}
/** The tag of a name that has one. */
function tagOf(reference) {
    const [named = ''] = reference.split('@');
    return /:(\w[\w.-]{0,127})$/.exec(named.slice(named.lastIndexOf('/') + 1))?.[1];
}

;// CONCATENATED MODULE: ./src/images/archive-index.ts



/** The archive holds something that is not what it says. */
class DamagedArchive extends Error {
}
const OCI_INDEX = 'index.json';
const DOCKER_MANIFEST = 'manifest.json';
const OCI_MANIFEST_TYPE = 'application/vnd.oci.image.manifest.v1+json';
/**
 * The images of an archive: an OCI layout (OCI image specification, image-layout.md) with one or several platforms, what
 * `docker save` writes (moby, image/spec v1.2), or both in one, as docker has it since 25. Platforms that an index names and
 * the archive does not hold are left out, and so are attestations.
 *
 * @throws DamagedArchive
 */
function imagesOf(archive) {
    const images = [];
    for (const image of [...ociImages(archive), ...dockerImages(archive)]) {
        const at = images.findIndex(({ id }) => id === image.id);
        const same = images[at];
        if (same === undefined)
            images.push(image);
        else {
            const union = (one, other) => [
                ...new Set([...one, ...other]),
            ];
            images[at] = { ...same, names: union(same.names, image.names), tags: union(same.tags, image.tags) };
        }
    }
    return images;
}
/** Whether there is anything of an image archive at all. */
function isImageArchive({ files }) {
    return files.has(OCI_INDEX) || files.has(DOCKER_MANIFEST);
}
function ociImages(archive) {
    return objectsIn(fieldsIn(jsonOf(archive, OCI_INDEX))['manifests']).flatMap((descriptor) => imagesBelow(archive, textIn(descriptor['digest']), namesIn(descriptor), MOST_LEVELS));
}
/** An index may stand in an index. */
const MOST_LEVELS = 4;
function imagesBelow(archive, digest, names, levels) {
    const file = blobName(digest);
    const found = archive.files.get(file);
    const json = jsonOf(archive, file);
    if (found?.content === undefined || json === undefined || levels === 0)
        return [];
    checkDigest(file, found, digest);
    const document = fieldsIn(json);
    if (document['manifests'] !== undefined) {
        return objectsIn(document['manifests']).flatMap((each) => imagesBelow(archive, textIn(each['digest']), names, levels - 1));
    }
    const parts = [fieldsIn(document['config']), ...objectsIn(document['layers'])].map((part) => {
        const wanted = textIn(part['digest']);
        return { wanted, name: blobName(wanted) };
    });
    const config = configIn(archive, parts[0]?.name ?? '');
    if (config === undefined || parts.some(({ name }) => !archive.files.has(name)))
        return [];
    const [own, ...layers] = parts.map(({ wanted, name }) => {
        const blob = fileOf(archive, name);
        checkDigest(name, blob, wanted);
        return { name, ...blob };
    });
    if (own === undefined)
        return [];
    checkLayers(own.name, layers.length, config);
    return [
        {
            ...names,
            os: config.os,
            architecture: config.architecture,
            id: `sha256:${own.sha256}`,
            manifest: { mediaType: textIn(document['mediaType']) || OCI_MANIFEST_TYPE, bytes: found.content },
            blobs: [own, ...layers].map(({ name, sha256, size }) => ({ sha256, size, file: name })),
            compressed: layers.every(({ head }) => compressionOf(head) !== undefined),
        },
    ];
}
function namesIn(descriptor) {
    const annotations = fieldsIn(descriptor['annotations']);
    const full = textIn(annotations['io.containerd.image.name']);
    const ref = textIn(annotations['org.opencontainers.image.ref.name']);
    const isName = /[/:]/.test(ref);
    const names = [full, ...(isName ? [ref] : [])].filter((name) => name !== '').map(normalName);
    return { names: [...new Set(names)], tags: ref === '' || isName || full !== '' ? [] : [ref] };
}
function dockerImages(archive) {
    return objectsIn(jsonOf(archive, DOCKER_MANIFEST)).map((entry) => dockerImage(archive, entry));
}
function dockerImage(archive, entry) {
    const configFile = textIn(entry['Config']);
    const own = { name: resolved(archive, configFile), ...fileOf(archive, configFile) };
    const named = /(?:^|\/)([0-9a-f]{64})(?:\.json)?$/.exec(configFile)?.[1];
    if (named !== undefined && named !== own.sha256)
        throw new DamagedArchive(`${configFile} is not what its name says`);
    const config = configIn(archive, configFile);
    if (config === undefined)
        throw new DamagedArchive(`${configFile} does not say for which platform the image is`);
    const layers = textsIn(entry['Layers']).map((layer) => ({
        name: resolved(archive, layer),
        ...fileOf(archive, layer),
    }));
    checkLayers(configFile, layers.length, config);
    layers.forEach(({ name, head, sha256 }, at) => {
        if (compressionOf(head) === undefined && config.layers[at] !== `sha256:${sha256}`)
            throw new DamagedArchive(`${name} is not the layer that the image's configuration names`);
    });
    const manifest = {
        schemaVersion: 2,
        mediaType: OCI_MANIFEST_TYPE,
        config: descriptor('application/vnd.oci.image.config.v1+json', own),
        layers: layers.map((layer) => {
            const compression = compressionOf(layer.head);
            const type = `application/vnd.oci.image.layer.v1.tar${compression === undefined ? '' : `+${compression}`}`;
            return descriptor(type, layer);
        }),
    };
    return {
        names: textsIn(entry['RepoTags']).map(normalName),
        tags: [],
        os: config.os,
        architecture: config.architecture,
        id: `sha256:${own.sha256}`,
        manifest: { mediaType: OCI_MANIFEST_TYPE, bytes: Buffer.from(JSON.stringify(manifest)) },
        blobs: distinct([own, ...layers].map(({ name, sha256, size }) => ({ sha256, size, file: name }))),
        compressed: layers.every(({ head }) => compressionOf(head) !== undefined),
    };
}
function distinct(blobs) {
    return [...new Map(blobs.map((blob) => [blob.sha256, blob])).values()];
}
function descriptor(mediaType, { sha256, size }) {
    return { mediaType, digest: `sha256:${sha256}`, size };
}
/** How bytes are compressed, by their beginning, as media types of OCI call it. */
function compressionOf(head) {
    if (head[0] === 0x1f && head[1] === 0x8b)
        return 'gzip';
    return head.subarray(0, 4).equals(Buffer.from('28b52ffd', 'hex')) ? 'zstd' : undefined;
}
/** Undefined where there is none, or none of a platform: attestations have neither. */
function configIn(archive, name) {
    const config = fieldsIn(jsonOf(archive, name));
    const [os, architecture] = [textIn(config['os']), textIn(config['architecture'])];
    if ([os, architecture].some((word) => word === '' || word === 'unknown'))
        return undefined;
    return { os, architecture, layers: textsIn(fieldsIn(config['rootfs'])['diff_ids']) };
}
function checkLayers(name, count, { layers }) {
    if (count !== layers.length)
        throw new DamagedArchive(`${name} names ${layers.length} layers, and there are ${count}`);
}
function blobName(digest) {
    return `blobs/${digest.replace(':', '/')}`;
}
function checkDigest(name, { sha256 }, digest) {
    if (digest !== `sha256:${sha256}`)
        throw new DamagedArchive(`${name} is not what its name says`);
}
function fileOf(archive, name) {
    const file = archive.files.get(resolved(archive, name));
    if (file === undefined)
        throw new DamagedArchive(`it names ${name} and does not hold it`);
    return file;
}
/** Of layers that several images have, older dockers wrote one and links to it. */
function resolved({ links }, name) {
    let at = name;
    for (let steps = 0; steps < MOST_LEVELS; steps += 1)
        at = links.get(at) ?? at;
    return at;
}
function jsonOf(archive, name) {
    const text = archive.files.get(resolved(archive, name))?.content?.toString('utf8');
    if (text === undefined)
        return undefined;
    try {
        return JSON.parse(text);
    }
    catch {
        throw new DamagedArchive(`${name} is no JSON`);
    }
}
/** SHA-256 in hex. */
function sha256Of(bytes) {
    return (0,external_node_crypto_.createHash)('sha256').update(bytes).digest('hex');
}

;// CONCATENATED MODULE: ./src/images/packed-image.ts


/**
 * The files of an OCI layout with this one image under this one name, but for its configuration and layers, which come from
 * the archive. containerd names what it imports by `io.containerd.image.name` (core/images/archive/importer.go).
 */
function layoutOf({ manifest, os, architecture }, reference) {
    const digest = sha256Of(manifest.bytes);
    const tag = tagOf(reference);
    const index = {
        schemaVersion: 2,
        mediaType: 'application/vnd.oci.image.index.v1+json',
        manifests: [
            {
                mediaType: manifest.mediaType,
                digest: `sha256:${digest}`,
                size: manifest.bytes.length,
                platform: { os, architecture },
                annotations: {
                    'io.containerd.image.name': reference,
                    ...(tag === undefined ? {} : { 'org.opencontainers.image.ref.name': tag }),
                },
            },
        ],
    };
    return [
        { name: 'oci-layout', bytes: Buffer.from(JSON.stringify({ imageLayoutVersion: '1.0.0' })) },
        { name: 'index.json', bytes: Buffer.from(JSON.stringify(index)) },
        { name: blobFile(digest), bytes: manifest.bytes },
    ];
}
/** Where an OCI layout has a blob. @param sha256 hex. */
function blobFile(sha256) {
    return `blobs/sha256/${sha256}`;
}

;// CONCATENATED MODULE: ./src/images/tar.ts

const BLOCK = 512;
/** What was read is no tar archive, or not a whole one. */
class TarError extends Error {
}
/**
 * Reads a tar archive as it comes (POSIX ustar and pax, GNU long names): files and links, without folders and whatever else
 * there is.
 *
 * @throws TarError while it is read.
 */
async function* readTar(source) {
    const reader = new ByteReader(source);
    let renamed = {};
    for (;;) {
        const header = await reader.read(BLOCK);
        // the end is two blocks of zeros; some tools leave them out
        if (header.length === 0 || header.every((byte) => byte === 0))
            return;
        const { type, name, size, link } = parseHeader(header);
        const padding = (BLOCK - (size % BLOCK)) % BLOCK;
        if (EXTENDED.has(type)) {
            if (size > LONGEST_EXTENSION)
                throw new TarError(`an extended header of ${size} bytes`);
            renamed = { ...renamed, ...renaming(type, await reader.read(size)) };
            await reader.skip(padding);
            continue;
        }
        const length = renamed.size ?? size;
        const taken = { count: 0 };
        if (FILES.has(type) || LINKS.has(type)) {
            const entryName = withoutDot(renamed.path ?? name);
            const to = LINKS.has(type) ? { linkTo: target(entryName, renamed.linkPath ?? link, type) } : {};
            yield { name: entryName, size: length, ...to, content: reader.stream(length, taken) };
        }
        await reader.skip(length - taken.count + ((BLOCK - (length % BLOCK)) % BLOCK));
        renamed = {};
    }
}
/**
 * The header of a file in a tar archive that is being written (POSIX ustar), and what fills up its last block.
 * @param name at most 100 characters of ASCII. @param size bytes.
 */
function tarFrame(name, size) {
    const header = Buffer.alloc(BLOCK);
    header.write(name, 0, 100, 'latin1');
    header.write('0000644\0', 100, 'latin1');
    header.write('0000000\0', 108, 'latin1');
    header.write('0000000\0', 116, 'latin1');
    header.write(`${size.toString(8).padStart(11, '0')}\0`, 124, 'latin1');
    header.write('00000000000\0', 136, 'latin1');
    header.write('        0', 148, 'latin1');
    header.write('ustar\x0000', 257, 'latin1');
    header.write(`${checksum(header).toString(8).padStart(6, '0')}\0 `, 148, 'latin1');
    return { header, padding: Buffer.alloc((BLOCK - (size % BLOCK)) % BLOCK) };
}
/** What ends a tar archive. */
const TAR_END = Buffer.alloc(2 * BLOCK);
const FILES = new Set(['0', '\0', '7']);
const HARD_LINK = '1';
const LINKS = new Set([HARD_LINK, '2']);
/** GNU's long name and long link, pax for one entry and for all that follow. */
const EXTENDED = new Set(['L', 'K', 'x', 'g']);
const LONGEST_EXTENSION = 1024 * 1024;
function parseHeader(header) {
    if (header.length < BLOCK)
        throw new TarError('it ends in the middle of a header');
    const claimed = Number.parseInt(textOf(header, 148, 8), 8);
    if (claimed !== checksum(header))
        throw new TarError('a header that no tar archive has');
    const prefix = textOf(header, 257, 5) === 'ustar' && header[262] === 0 ? textOf(header, 345, 155) : '';
    const name = textOf(header, 0, 100);
    return {
        type: String.fromCharCode(header[156] ?? 0),
        name: prefix === '' ? name : `${prefix}/${name}`,
        size: sizeOf(header),
        link: textOf(header, 157, 100),
    };
}
/** Octal digits, or for more than 8 GiB GNU's big-endian number with the top bit set. */
function sizeOf(header) {
    if (((header[124] ?? 0) & 0x80) !== 0)
        return Number(header.readBigUInt64BE(128));
    const size = Number.parseInt(textOf(header, 124, 12).trim() || '0', 8);
    if (!Number.isSafeInteger(size))
        throw new TarError('a header that no tar archive has');
    return size;
}
/** The sum of all bytes of a header, with blanks in place of the sum itself. */
function checksum(header) {
    return header.reduce((sum, byte, at) => sum + (at >= 148 && at < 156 ? 0x20 : byte), 0);
}
function textOf(header, start, length) {
    const field = header.subarray(start, start + length);
    const end = field.indexOf(0);
    return field.subarray(0, end < 0 ? length : end).toString('utf8');
}
function renaming(type, body) {
    const text = body.toString('utf8');
    if (type === 'L')
        return { path: text.replace(/\0.*/s, '') };
    if (type === 'K')
        return { linkPath: text.replace(/\0.*/s, '') };
    return type === 'x' ? paxRecords(body) : {};
}
/** `LENGTH KEY=VALUE\n`, the length in bytes and of the whole record. */
function paxRecords(body) {
    const records = new Map();
    for (let at = 0; at < body.length;) {
        const space = body.indexOf(0x20, at);
        const length = Number.parseInt(body.toString('latin1', at, space), 10);
        if (space < 0 || !(length > 0))
            throw new TarError('a pax header that cannot be read');
        const [key = '', ...value] = body.toString('utf8', space + 1, at + length - 1).split('=');
        records.set(key, value.join('='));
        at += length;
    }
    const [path, linkPath, size] = ['path', 'linkpath', 'size'].map((key) => records.get(key));
    return {
        ...(path === undefined ? {} : { path }),
        ...(linkPath === undefined ? {} : { linkPath }),
        ...(size === undefined ? {} : { size: sizeFrom(size) }),
    };
}
function sizeFrom(digits) {
    const size = Number(digits);
    if (!Number.isSafeInteger(size) || size < 0)
        throw new TarError('a pax header that cannot be read');
    return size;
}
/** A hard link names its target from the root of the archive, a symbolic one from its own folder. */
function target(name, link, type) {
    return withoutDot(type === HARD_LINK ? link : external_node_path_.posix.join(external_node_path_.posix.dirname(name), link));
}
function withoutDot(name) {
    return external_node_path_.posix.normalize(name).replace(/^\.?\/+/, '');
}
/** Bytes of a stream in the pieces that are asked for. */
class ByteReader {
    #source;
    #rest = Buffer.alloc(0);
    constructor(source) {
        this.#source = source[Symbol.asyncIterator]();
    }
    /** So many bytes; fewer only at the end of all. */
    async read(length) {
        const pieces = [];
        let missing = length;
        while (missing > 0) {
            const piece = await this.#next(missing);
            if (piece === undefined)
                break;
            pieces.push(piece);
            missing -= piece.length;
        }
        return pieces.length === 1 ? (pieces[0] ?? Buffer.alloc(0)) : Buffer.concat(pieces);
    }
    async skip(length) {
        for (let missing = length; missing > 0;) {
            const piece = await this.#next(missing);
            if (piece === undefined)
                throw new TarError('it ends before its last file does');
            missing -= piece.length;
        }
    }
    /** The next bytes as they come. @param taken counts them. */
    async *stream(length, taken) {
        while (taken.count < length) {
            const piece = await this.#next(length - taken.count);
            if (piece === undefined)
                throw new TarError('it ends before its last file does');
            taken.count += piece.length;
            yield piece;
        }
    }
    /** At most so many bytes, without waiting for more than there are; undefined at the end. */
    async #next(most) {
        while (this.#rest.length === 0) {
            const next = await this.#source.next();
            if (next.done === true)
                return undefined;
            this.#rest = next.value;
        }
        const piece = this.#rest.subarray(0, most);
        this.#rest = this.#rest.subarray(most);
        return piece;
    }
}

;// CONCATENATED MODULE: ./src/images/image-archive.ts










/** Files up to this size may be JSON of an image; those are kept while the archive is read. */
const MOST_JSON_BYTES = 1024 * 1024;
/** Of all that is kept: an archive of 3 MB can unpack to hundreds of files that look like JSON. */
const MOST_JSON_IN_ALL = 64 * 1024 * 1024;
/** Files and links: their names are kept. */
const MOST_ENTRIES = 20_000;
/** Read, and held in memory, at once. */
const CHUNK_BYTES = 256 * 1024;
/**
 * Reads through an image archive, compressed with gzip or zstd or not at all, and compares what is in it with its digests.
 *
 * @param signal ends the reading, however much there is still to unpack.
 * @throws Refusal when it cannot be read, is none, or is damaged; the signal's reason.
 */
async function readImageArchive(path, signal) {
    try {
        const archive = await filesOf(path, signal);
        const images = imagesOf(archive);
        if (images.length === 0)
            throw refusal(path, noImages(archive));
        return { path, images };
    }
    catch (error) {
        if (error instanceof src_findings/* Refusal */.P_)
            throw error;
        signal?.throwIfAborted();
        throw refusal(path, await unreadable(path, error));
    }
}
/**
 * One image of an archive as bytes for a host: a tar archive of its own with nothing else in it, under the name that the host
 * wants, compressed with gzip unless its layers are already. The file is read again for it, so that no image is ever held in
 * memory; what has changed meanwhile does not fit its digests any more, and the host does not take it.
 */
async function* packImage({ path }, image, reference) {
    const tar = tarOf(path, image, reference);
    yield* image.compressed ? tar : through(tar, (0,external_node_zlib_.createGzip)({ level: 1, chunkSize: CHUNK_BYTES }));
}
async function* tarOf(path, image, reference) {
    for (const { name, bytes } of layoutOf(image, reference)) {
        const { header, padding } = tarFrame(name, bytes.length);
        yield Buffer.concat([header, bytes, padding]);
    }
    const wanted = new Map(image.blobs.map((blob) => [blob.file, blob]));
    for await (const entry of readTar(contentOf(path))) {
        const blob = wanted.get(entry.name);
        if (blob === undefined)
            continue;
        wanted.delete(entry.name);
        const { header, padding } = tarFrame(blobFile(blob.sha256), entry.size);
        yield header;
        yield* entry.content;
        yield padding;
        if (wanted.size === 0)
            break;
    }
    if (wanted.size > 0)
        throw new Error(`${path} was changed while it was sent`);
    yield TAR_END;
}
async function filesOf(path, signal) {
    const files = new Map();
    const links = new Map();
    let kept = 0;
    for await (const entry of readTar(contentOf(path, signal))) {
        if (entry.linkTo === undefined) {
            const file = await seen(entry);
            kept += file.content?.length ?? 0;
            files.set(entry.name, file);
        }
        else
            links.set(entry.name, entry.linkTo);
        if (kept > MOST_JSON_IN_ALL) {
            throw new OversizedArchive(`it holds more than ${MOST_JSON_IN_ALL / 1024 / 1024} MiB of JSON`);
        }
        if (files.size + links.size > MOST_ENTRIES) {
            throw new OversizedArchive(`it holds more than ${MOST_ENTRIES} files`);
        }
    }
    return { files, links };
}
/** More of something than an archive of images has. */
class OversizedArchive extends Error {
}
async function seen({ size, content }) {
    const hash = (0,external_node_crypto_.createHash)('sha256');
    const kept = [];
    let head = Buffer.alloc(0);
    let isJson;
    for await (const chunk of content) {
        hash.update(chunk);
        if (head.length < HEAD_BYTES)
            head = Buffer.concat([head, chunk]).subarray(0, HEAD_BYTES);
        isJson ??= chunk[0] === 0x7b || chunk[0] === 0x5b;
        if (isJson && size <= MOST_JSON_BYTES)
            kept.push(chunk);
    }
    return {
        size,
        sha256: hash.digest('hex'),
        head: Buffer.from(head),
        ...(isJson === true && size <= MOST_JSON_BYTES ? { content: Buffer.concat(kept) } : {}),
    };
}
const HEAD_BYTES = 4;
/** The archive's bytes without its compression. */
async function* contentOf(path, signal) {
    const place = (0,external_node_path_.resolve)(path);
    const compression = compressionOf(await beginningOf(place));
    const raw = (0,external_node_fs_.createReadStream)(place, { highWaterMark: CHUNK_BYTES });
    const content = compression === undefined
        ? raw
        : through(raw, compression === 'gzip' ? (0,external_node_zlib_.createGunzip)() : (0,external_node_zlib_.createZstdDecompress)());
    for await (const chunk of content) {
        signal?.throwIfAborted();
        yield chunk;
    }
}
async function beginningOf(place) {
    const file = await (0,promises_.open)(place);
    try {
        const { buffer, bytesRead } = await file.read(Buffer.alloc(64), 0, 64, 0);
        return buffer.subarray(0, bytesRead);
    }
    finally {
        await file.close();
    }
}
async function* through(from, change) {
    // its failure is that of the stream which is read here
    (0,external_node_stream_promises_.pipeline)(from, change).catch(() => undefined);
    yield* change;
}
function refusal(path, reason) {
    return new src_findings/* Refusal */.P_('The inputs cannot be used', [
        { at: 'image-archive', ...reason, fact: `${path}: ${reason.fact}` },
    ]);
}
const SAVE = 'for example with `docker save registry.k8s.io/etcd:3.6.5-0 registry.k8s.io/pause:3.10.1 -o images.tar`.';
function noImages(archive) {
    if (isImageArchive(archive)) {
        return {
            fact: 'it names images and holds none of them whole.',
            cause: 'it was made of a part of a multi-platform image.',
            fix: `make it with one whole platform, ${SAVE}`,
        };
    }
    return {
        fact: 'it is a tar archive without an image: it has neither index.json nor manifest.json.',
        cause: 'it was made by `docker export` or of files, not of an image; or an image archive lies inside of it.',
        fix: `make it of an image, ${SAVE}`,
    };
}
/** Why a file is not what it ought to be: what it is instead, as far as that shows. */
async function unreadable(path, error) {
    const place = (0,external_node_path_.resolve)(path);
    const { code } = error;
    if (code === 'ENOENT' || code === 'ENOTDIR') {
        return {
            fact: `there is no such file on the runner (${place}).`,
            cause: 'the step that downloads or makes it is missing or ran in another job, whose files are gone.',
            fix: 'fetch it in a step before, and give its path below the workspace, for example image-archive: images.tar.',
        };
    }
    if (await isFolder(place)) {
        return {
            fact: 'it is a folder.',
            cause: 'it is an OCI layout that was not packed, or the folder of a downloaded artifact.',
            fix: `give the file in it, or pack the layout: tar -C ${path} -cf images.tar .`,
        };
    }
    const beginning = await beginningOf(place).catch(() => Buffer.alloc(0));
    if (beginning.toString('latin1').startsWith('version https://git-lfs')) {
        return {
            fact: 'it is a pointer of Git LFS, not the file itself.',
            cause: 'the repository was checked out without LFS.',
            fix: 'use actions/checkout with lfs: true.',
        };
    }
    if (error instanceof OversizedArchive) {
        return {
            fact: `${error.message}, and image archives have little of that.`,
            cause: 'it is an archive of something else, or was made to fill the memory of the runner.',
            fix: `make it anew with the images alone, ${SAVE}`,
        };
    }
    if (error instanceof DamagedArchive) {
        return {
            fact: `it is damaged: ${error.message}.`,
            cause: 'it was cut off or changed on its way.',
            fix: `fetch it again, or make it anew, ${SAVE}`,
        };
    }
    const what = error instanceof TarError ? 'it is no whole tar archive' : 'it cannot be read';
    return {
        fact: `${what}: ${(0,src_findings/* errorMessage */.gJ)(error)}.`,
        cause: 'it was cut off on its way, or is compressed in another way than with gzip or zstd.',
        fix: `make it anew, ${SAVE}`,
    };
}
async function isFolder(place) {
    return (0,promises_.stat)(place).then((found) => found.isDirectory(), () => false);
}

// EXTERNAL MODULE: ./src/kubeadm/data-places.ts
var data_places = __webpack_require__(7104);
// EXTERNAL MODULE: ./node_modules/yaml/dist/index.js
var dist = __webpack_require__(38815);
// EXTERNAL MODULE: ./src/kubeadm/foreign-yaml.ts
var foreign_yaml = __webpack_require__(84051);
// EXTERNAL MODULE: ./src/pki/policy.ts
var pki_policy = __webpack_require__(66232);
;// CONCATENATED MODULE: ./src/kubeadm/version.ts
/**
 * kubeadm minors that the action knows: 1.31 is the first with the v1beta4 configuration API, 1.37 the newest
 * it has been run against.
 */
const OLDEST_MINOR = 31;
const NEWEST_MINOR = 37;
/** Reads `v1.34.4` or `v1.34.4+vendor`; `undefined` when the text is no version. */
function parseKubernetesVersion(text) {
    const match = /^v(\d+)\.(\d+)\.(\d+)(?:[-+].*)?$/.exec(text.trim());
    if (match === null)
        return undefined;
    const [, major, minor, patch] = match;
    return { major: Number(major), minor: Number(minor), patch: Number(patch), text: text.trim() };
}
/** True for kubeadm releases whose configuration API and manifests the action knows. */
function isSupported(version) {
    return version.major === 1 && version.minor >= OLDEST_MINOR && version.minor <= NEWEST_MINOR;
}

;// CONCATENATED MODULE: ./src/kubeadm/certificate-fields.ts


/** The first minor release of kubeadm that takes `ECDSA-P384` (validation.go, ValidateEncryptionAlgorithm). */
const FIRST_MINOR_WITH_P384 = 34;
/**
 * What the ClusterConfiguration (v1beta4) says of certificates, so that those which the host's own kubeadm would make are
 * like the action's: only what is not kubeadm's default anyway, and nothing that its release refuses.
 * @param kubernetesVersion the release that the configuration names; kubeadm itself is that one or the next.
 */
function certificateFields({ keyAlgorithm, leafDays, authorityDays }, kubernetesVersion) {
    return {
        ...(leafDays === pki_policy/* KUBEADM_POLICY */.X.leafDays ? {} : { certificateValidityPeriod: duration(leafDays) }),
        ...(authorityDays === pki_policy/* KUBEADM_POLICY */.X.authorityDays
            ? {}
            : { caCertificateValidityPeriod: duration(authorityDays) }),
        ...(keyAlgorithm === pki_policy/* KUBEADM_POLICY */.X.keyAlgorithm || !knows(kubernetesVersion, keyAlgorithm)
            ? {}
            : { encryptionAlgorithm: keyAlgorithm }),
    };
}
/** As Go reads and writes it; days are no unit of its. */
function duration(days) {
    return `${days * 24}h0m0s`;
}
function knows(kubernetesVersion, algorithm) {
    const minor = parseKubernetesVersion(kubernetesVersion)?.minor ?? 0;
    return algorithm !== 'ECDSA-P384' || minor >= FIRST_MINOR_WITH_P384;
}

// EXTERNAL MODULE: ./src/kubeadm/patches.ts + 1 modules
var kubeadm_patches = __webpack_require__(48966);
// EXTERNAL MODULE: ./src/kubeadm/paths.ts
var kubeadm_paths = __webpack_require__(6803);
// EXTERNAL MODULE: ./src/kubeadm/ports.ts
var ports = __webpack_require__(21311);
// EXTERNAL MODULE: ./src/kubeadm/urls.ts
var urls = __webpack_require__(97245);
// EXTERNAL MODULE: ./src/kubeadm/yaml.ts + 1 modules
var yaml = __webpack_require__(89278);
;// CONCATENATED MODULE: ./src/kubeadm/kubeadm-config.ts








/**
 * The etcd flags that the guide sets through extraArgs (step 2), the user's own, and a token of the cluster's own: without it every
 * cluster on the same names and addresses has the same cluster and member ids
 * (server/etcdserver/api/membership/cluster.go).
 */
function etcdArguments(shape, member) {
    const clientUrl = (0,urls/* httpsUrl */.N3)(member.address, shape.clientPort);
    const peerUrl = (0,urls/* httpsUrl */.N3)(member.address, shape.peerPort);
    return [
        { name: 'initial-cluster', value: initialCluster(shape) },
        { name: 'initial-cluster-state', value: 'new' },
        { name: 'initial-cluster-token', value: shape.token },
        { name: 'name', value: member.name },
        { name: 'listen-peer-urls', value: peerUrl },
        { name: 'listen-client-urls', value: clientUrl },
        { name: 'advertise-client-urls', value: clientUrl },
        { name: 'initial-advertise-peer-urls', value: peerUrl },
        ...metricsArgument(shape, member),
        ...(shape.walDir === undefined ? [] : [{ name: 'wal-dir', value: (0,data_places/* logFolder */.hI)(shape) }]),
        ...shape.extraArgs,
    ];
}
/** kubeadm sets its own port itself; its probes follow this flag (util/staticpod/utils.go, GetEtcdProbeEndpoint). */
function metricsArgument({ metricsPort }, { address }) {
    if (metricsPort === ports/* DEFAULT_METRICS_PORT */.C)
        return [];
    return [{ name: 'listen-metrics-urls', value: (0,urls/* metricsUrl */.pP)(address, metricsPort) }];
}
/** Flags that etcd reads only while it has no data: on a member with data their values mean nothing. */
const BOOTSTRAP_FLAGS = new Set([
    'initial-cluster',
    'initial-cluster-state',
    'initial-cluster-token',
    'initial-advertise-peer-urls',
]);
/** etcd's own initial-cluster-token where none is given (server/embed/config.go). */
const DEFAULT_CLUSTER_TOKEN = 'etcd-cluster';
/** Sorted by name: the order in which the user lists hosts must not change any host's file. */
function initialCluster(shape) {
    return [...shape.members]
        .sort((a, b) => (a.name < b.name ? -1 : 1))
        .map((member) => `${member.name}=${(0,urls/* httpsUrl */.N3)(member.address, shape.peerPort)}`)
        .join(',');
}
/**
 * The guide's kubeadm configuration for one host (step 2, API v1beta4).
 * @param kubernetesVersion the host's own kubeadm; named so that kubeadm asks nobody on the internet for one.
 */
function renderKubeadmConfig(shape, member, kubernetesVersion, certificates) {
    const patches = (0,kubeadm_patches/* patchFolder */.h_)((0,kubeadm_patches/* allPatches */.My)(shape.patches, shape.walDir));
    const init = {
        apiVersion: 'kubeadm.k8s.io/v1beta4',
        kind: 'InitConfiguration',
        nodeRegistration: { name: member.name },
        localAPIEndpoint: { advertiseAddress: member.address },
        ...(patches === undefined ? {} : { patches: { directory: patches } }),
    };
    const cluster = {
        apiVersion: 'kubeadm.k8s.io/v1beta4',
        kind: 'ClusterConfiguration',
        kubernetesVersion,
        certificatesDir: kubeadm_paths/* PKI_DIR */.Hw,
        ...certificateFields(certificates, kubernetesVersion),
        etcd: {
            local: {
                dataDir: shape.dataDir,
                ...(shape.imageRepository === undefined ? {} : { imageRepository: shape.imageRepository }),
                ...(shape.etcdImageTag === undefined ? {} : { imageTag: shape.etcdImageTag }),
                serverCertSANs: [member.address, ...certificates.extraSans],
                peerCertSANs: [member.address, ...certificates.extraSans],
                extraArgs: etcdArguments(shape, member),
            },
        },
    };
    return [init, cluster].map((document) => `---\n${(0,yaml/* toKubernetesYaml */.t)(document)}`).join('');
}
/**
 * The ClusterConfiguration part for the control plane that will use this cluster (kubeadm's "external etcd nodes").
 */
function renderExternalEtcdConfig(shape) {
    return (0,yaml/* toKubernetesYaml */.t)({
        apiVersion: 'kubeadm.k8s.io/v1beta4',
        kind: 'ClusterConfiguration',
        etcd: {
            external: {
                endpoints: shape.members.map((member) => (0,urls/* httpsUrl */.N3)(member.address, shape.clientPort)),
                caFile: `${kubeadm_paths/* PKI_DIR */.Hw}/etcd/ca.crt`,
                certFile: `${kubeadm_paths/* PKI_DIR */.Hw}/apiserver-etcd-client.crt`,
                keyFile: `${kubeadm_paths/* PKI_DIR */.Hw}/apiserver-etcd-client.key`,
            },
        },
    });
}
/** The names in `etcd.local.extraArgs` of a kubeadm configuration (v1beta4); none where it cannot be read. */
function extraArgNames(configuration) {
    return extraArguments(configuration).map(({ name }) => name);
}
/** `etcd.local.extraArgs` of a kubeadm configuration (v1beta4); none where it cannot be read. */
function extraArguments(configuration) {
    return listsOf(configuration, ['extraArgs']).flatMap(argumentOf);
}
/** What the server and peer certificates name by a kubeadm configuration, each once; none where it cannot be read. */
function certSans(configuration) {
    const sans = listsOf(configuration, ['serverCertSANs', 'peerCertSANs']);
    return [...new Set(sans.filter((san) => typeof san === 'string'))];
}
/** What the lists hold, one list after the other. */
function listsOf(configuration, fields) {
    const documents = (0,foreign_yaml/* readYamlDocuments */.Cw)(configuration);
    return fields.flatMap((field) => documents.flatMap((document) => {
        const list = document?.etcd?.local?.[field];
        return Array.isArray(list) ? list : [];
    }));
}
function argumentOf(argument) {
    const { name, value } = (argument ?? {});
    return typeof name === 'string' ? [{ name, value: typeof value === 'string' ? value : '' }] : [];
}

;// CONCATENATED MODULE: ./src/kubeadm/etcd-manifest.ts




/**
 * Reads kubeadm's etcd manifest (cmd/kubeadm/app/phases/etcd/local.go). `undefined` when the text is no pod that
 * runs etcd.
 */
function parseEtcdManifest(text) {
    const pod = (0,foreign_yaml/* readYaml */.gM)(text);
    const container = at(pod, 'spec', 'containers', 0);
    const image = at(container, 'image');
    const command = at(container, 'command');
    if (typeof image !== 'string' || !Array.isArray(command) || command[0] !== 'etcd')
        return undefined;
    const flags = command.slice(1).filter((part) => typeof part === 'string');
    return { image, arguments: new Map(flags.map(splitFlag)) };
}
function splitFlag(flag) {
    const [, name = flag, value = ''] = /^--([^=]+)(?:=(.*))?$/s.exec(flag) ?? [];
    return [name, value];
}
function at(value, ...path) {
    let current = value;
    for (const key of path) {
        if (typeof current !== 'object' || current === null)
            return undefined;
        current = current[key];
    }
    return current;
}
/** Flags of the manifest that are not as wanted, one line each; empty when all are. */
function argumentDifferences(manifest, wanted) {
    return wanted.flatMap(({ name, value }) => {
        const found = manifest.arguments.get(name);
        return found === value
            ? []
            : [`--${name} is ${found === undefined ? 'absent' : `"${found}"`}, wanted "${value}"`];
    });
}
/**
 * The manifest as kubeadm will presumably render it: the present text with another image and other flags, every other
 * line byte for byte (a comment among the flags is lost, as it is with kubeadm). The flags stand where ArgumentsToCommand (cmd/kubeadm/app/util/arguments.go) puts them: kubeadm's
 * own sorted by name, then extraArgs in the order of its configuration; 1.31 sorts them all.
 * @param wanted the extraArgs of its configuration, in their order.
 * @param extra.dropFlags names of flags that it will not render any more.
 * @returns `undefined` for a text that was not written by kubeadm: no etcd pod, or flags that do not have a line each.
 */
function predictManifest(current, wanted, extra) {
    const present = parseEtcdManifest(current);
    if (present === undefined)
        return undefined;
    const places = placesOf(current);
    if (places === undefined)
        return undefined;
    const { flags, image } = places;
    const command = rendered(flags.lines, wanted, extra.dropFlags);
    const edits = [
        { ...image, text: yamlScalar(extra.image) },
        { ...flags, text: command.map(({ line }) => line).join('') },
    ];
    const predicted = edits
        .sort((one, other) => other.start - one.start)
        .reduce((text, { start, end, text: part }) => text.slice(0, start) + part + text.slice(end), current);
    const expected = new Map(present.arguments);
    for (const name of extra.dropFlags)
        expected.delete(name);
    for (const { name, value } of wanted)
        expected.set(name, value);
    return says(predicted, { image: extra.image, arguments: expected }) ? predicted : undefined;
}
/** Where the flags and the image stand in the text of a manifest. */
function placesOf(text) {
    const document = (0,dist/* parseDocument */.Tp)(text, { logLevel: 'error' });
    const command = document.getIn(['spec', 'containers', 0, 'command'], true);
    const image = document.getIn(['spec', 'containers', 0, 'image'], true);
    if (!(0,dist/* isSeq */.oP)(command) || !(0,dist/* isScalar */.jn)(image) || !image.range)
        return undefined;
    const items = command.items.flatMap((item) => ((0,dist/* isScalar */.jn)(item) ? itemLine(text, item) : []));
    const [first] = items;
    const last = items.at(-1);
    if (first === undefined || last === undefined || items.length < command.items.length)
        return undefined;
    return {
        flags: { start: first.end, end: last.end, lines: items.slice(1).map(({ flag }) => flag) },
        image: { start: image.range[0], end: image.range[1] },
    };
}
/** Nothing for an item that does not have one line to itself. */
function itemLine(text, item) {
    if (!item.range || typeof item.value !== 'string')
        return [];
    const start = text.lastIndexOf('\n', item.range[0]) + 1;
    const lineEnd = text.indexOf('\n', item.range[1]);
    const end = lineEnd === -1 ? text.length : lineEnd + 1;
    const line = text.slice(start, end);
    const isAlone = /^ *- $/.test(text.slice(start, item.range[0])) && line.indexOf('\n') === line.length - 1;
    if (!isAlone)
        return [];
    const [name, value] = splitFlag(item.value);
    return [{ start, end, flag: { name, value, line } }];
}
function rendered(present, wanted, dropFlags) {
    const gone = new Set([...dropFlags, ...wanted.map(({ name }) => name)]);
    const indent = /^ */.exec(present[0]?.line ?? '')?.[0] ?? '';
    const extraArgs = wanted.map(({ name, value }) => present.find((one) => one.name === name && one.value === value) ?? {
        name,
        value,
        line: `${indent}- ${yamlScalar(`--${name}=${value}`)}\n`,
    });
    const flags = [...present.filter(({ name }) => !gone.has(name)), ...extraArgs];
    return isSorted(present) ? flags.sort(byName) : flags;
}
function isSorted(flags) {
    return flags.every((flag, index) => index === 0 || byName(flags[index - 1] ?? flag, flag) <= 0);
}
/** Go compares bytes. */
function byName(one, other) {
    return Buffer.compare(Buffer.from(one.name), Buffer.from(other.name));
}
/** As Go's YAML writes a string: bare where that is one, else in single quotes. */
function yamlScalar(value) {
    const isBare = (0,yaml/* toKubernetesYaml */.t)(value).trimEnd() === value;
    return isBare ? value : `'${value.replaceAll("'", "''")}'`;
}
function says(text, expected) {
    const manifest = parseEtcdManifest(text);
    return (manifest?.image === expected.image &&
        manifest.arguments.size === expected.arguments.size &&
        [...expected.arguments].every(([name, value]) => manifest.arguments.get(name) === value));
}
/** Flags that count only while a member has no data, where they are not as wanted. */
function flagsBeforeData(manifest, wanted) {
    return argumentDifferences(manifest, wanted.filter(({ name }) => BOOTSTRAP_FLAGS.has(name)));
}

;// CONCATENATED MODULE: ./src/pki/leaf-profiles.ts
/** The leaf certificates that each etcd host of the cluster has. */
const leaf_profiles_leafProfileNames = ['server', 'peer', 'healthcheckClient', 'apiserverEtcdClient'];
/**
 * kubeadm's etcd leaves (phases/certs/certlist.go). None has an organization since Kubernetes 1.29. A server
 * certificate also needs clientAuth, because etcd's own gateway connects with it.
 */
const leafProfiles = {
    server: { path: 'etcd/server', usages: ['serverAuth', 'clientAuth'], namesMember: true },
    peer: { path: 'etcd/peer', usages: ['serverAuth', 'clientAuth'], namesMember: true },
    healthcheckClient: {
        path: 'etcd/healthcheck-client',
        commonName: 'kube-etcd-healthcheck-client',
        usages: ['clientAuth'],
        namesMember: false,
    },
    apiserverEtcdClient: {
        path: 'apiserver-etcd-client',
        commonName: 'kube-apiserver-etcd-client',
        usages: ['clientAuth'],
        namesMember: false,
    },
};

;// CONCATENATED MODULE: ./src/kubeadm/file-tree.ts


/** Modes as kubeadm writes them (client-go util/cert/io.go, util/keyutil/key.go). */
const CERTIFICATE_MODE = '644';
const PRIVATE_MODE = '600';
/** Path of a leaf's certificate or key on its host. */
function leafPath(name, part) {
    return `${kubeadm_paths/* PKI_DIR */.Hw}/${leafProfiles[name].path}.${part === 'certificate' ? 'crt' : 'key'}`;
}
/** All leaf files of a member, each with its mode. */
function leafFiles() {
    return leaf_profiles_leafProfileNames.flatMap((name) => [
        { name, part: 'certificate', path: leafPath(name, 'certificate'), mode: CERTIFICATE_MODE },
        { name, part: 'key', path: leafPath(name, 'key'), mode: PRIVATE_MODE },
    ]);
}
/**
 * The guide's file tree of a member (step 6): every file below {@link PKI_DIR} with its mode. `ca.key` only where
 * the CA's key is kept.
 */
function expectedPkiTree(keepsAuthorityKey) {
    const tree = new Map([[kubeadm_paths/* CA_CERTIFICATE */.vB, CERTIFICATE_MODE]]);
    if (keepsAuthorityKey)
        tree.set(kubeadm_paths/* CA_KEY */.r$, PRIVATE_MODE);
    for (const { path, mode } of leafFiles())
        tree.set(path, mode);
    return tree;
}

;// CONCATENATED MODULE: ./src/etcd/health-finding.ts
/** Names for a sentence: `infra0`, `infra0 and infra1`, `infra0, infra1 and infra2`. */
function nameList(names) {
    const last = names.at(-1) ?? '';
    return names.length < 2 ? last : `${names.slice(0, -1).join(', ')} and ${last}`;
}
/** `Members a and b say X; c says Y`, for what members ought to agree on. */
function whoSaysWhat(said) {
    const names = Map.groupBy(said, ([, what]) => what);
    return [...names].map(([what, by]) => `${what} (${nameList(by.map(([name]) => name))})`).join(', ');
}

;// CONCATENATED MODULE: ./src/etcd/health-observation.ts
/** What was seen, or undefined. */
function health_observation_seen(observed) {
    return 'seen' in observed ? observed.seen : undefined;
}
/** Why it was not seen, or undefined. */
function failure(observed) {
    return 'failure' in observed ? observed.failure : undefined;
}

;// CONCATENATED MODULE: ./src/etcd/urls.ts
/**
 * One spelling for every way to write the same URL, to compare by: an IPv6 address may be written in many ways and
 * etcd keeps the one it was given. Text that is no URL stays as it is.
 */
function canonicalUrl(url) {
    return URL.canParse(url) ? new URL(url).href.replace(/\/$/, '') : url;
}

;// CONCATENATED MODULE: ./src/etcd/health-view.ts



/** Puts the cluster together. */
function viewCluster(observations, ports) {
    const clusterId = majorityOf(observations.flatMap((observation) => clusterIdOf(observation) ?? []));
    const own = clusterId === undefined
        ? []
        : observations.filter((observation) => clusterIdOf(observation) === clusterId);
    const leader = leaderOf(own);
    const members = memberListOf(own, leader);
    return {
        observations,
        clusterId: clusterId ?? null,
        own,
        leader: leader ?? null,
        members,
        expected: matchExpected(observations, members ?? [], ports),
    };
}
/** The id of the cluster that an endpoint says it belongs to. */
function clusterIdOf(observation) {
    return health_observation_seen(observation.status)?.clusterId ?? health_observation_seen(observation.memberList)?.clusterId;
}
/** What a member is called: its name in the member list, else the name expected where it answers, else its id. */
function memberName(view, id) {
    const listed = view.members?.find((member) => member.id === id)?.name ?? '';
    if (listed !== '')
        return listed;
    return view.observations.find(({ status }) => health_observation_seen(status)?.memberId === id)?.name ?? id;
}
/**
 * The leader that a majority of the voting members names, if no member names another in a later term. A member that is cut
 * off and still believes in itself does not hide it: its term is the earlier one (etcd raft, raft.go, `becomeFollower`).
 */
function leaderOf(own) {
    const named = own.flatMap(({ status }) => {
        const told = health_observation_seen(status);
        if (told?.leader == null)
            return [];
        return [{ by: told.memberId, leader: told.leader, term: told.raftTerm, votes: !told.isLearner }];
    });
    const newest = Math.max(...named.map(({ term }) => term));
    const leader = named.find(({ term }) => term === newest)?.leader;
    const voters = memberListOf(own, leader)?.filter(({ isLearner }) => !isLearner);
    if (leader === undefined || voters === undefined)
        return undefined;
    const followers = named.filter(({ by, leader: its, votes }) => votes && its === leader && voters.some(({ id }) => id === by));
    // a list that names few voters gives no leader to those that it leaves out
    const answering = own.filter(({ status }) => health_observation_seen(status)?.isLearner === false);
    return followers.length > Math.max(voters.length, answering.length) / 2 ? leader : undefined;
}
function memberListOf(own, leader) {
    const lists = own.flatMap(({ status, memberList }) => {
        const members = health_observation_seen(memberList)?.members;
        return members === undefined ? [] : [{ by: health_observation_seen(status)?.memberId, members, text: fingerprint(members) }];
    });
    const most = majorityOf(lists.map(({ text }) => text));
    const told = lists.find(({ text }) => text === most);
    return (told ?? lists.find(({ by }) => leader !== undefined && by === leader))?.members;
}
/** What two member lists are compared by. */
function fingerprint(members) {
    return members
        .map((member) => JSON.stringify([member.id, member.name, member.peerUrls, member.clientUrls, member.isLearner]))
        .sort()
        .join('\n');
}
/** By peer URL first, for that is what a member is reached by; then by name. No entry serves twice. */
function matchExpected(observations, members, ports) {
    const wanted = observations.map(({ name, address }) => ({
        name,
        clientUrl: (0,urls/* httpsUrl */.N3)(address, ports.clientPort),
        peerUrl: (0,urls/* httpsUrl */.N3)(address, ports.peerPort),
    }));
    const entries = new Map();
    const free = (member) => ![...entries.values()].includes(member);
    for (const { name, peerUrl } of wanted) {
        const entry = members.find((member) => free(member) && hasUrl(member.peerUrls, peerUrl));
        if (entry !== undefined)
            entries.set(name, entry);
    }
    for (const { name } of wanted) {
        const entry = members.find((member) => free(member) && member.name === name);
        if (entry !== undefined && !entries.has(name))
            entries.set(name, entry);
    }
    return wanted.map((member) => {
        const entry = entries.get(member.name);
        return entry === undefined ? member : { ...member, entry };
    });
}
function hasUrl(urls, url) {
    return urls.some((candidate) => canonicalUrl(candidate) === canonicalUrl(url));
}
/** The value that more than half have. */
function majorityOf(values) {
    const counts = new Map();
    for (const value of values)
        counts.set(value, (counts.get(value) ?? 0) + 1);
    return [...counts].find(([, count]) => count > values.length / 2)?.[0];
}

;// CONCATENATED MODULE: ./src/etcd/health-cluster.ts



/** What concerns the cluster as a whole: its identity, leader, alarms and versions. */
function clusterFindings(view) {
    return [
        ...identity(view),
        ...leadership(view),
        ...alarmFindings(view),
        ...otherErrors(view),
        ...versions(view),
    ];
}
function identity(view) {
    const told = view.observations.flatMap((observation) => {
        const id = clusterIdOf(observation);
        return id === undefined ? [] : [[observation.name, id]];
    });
    if (new Set(told.map(([, id]) => id)).size < 2)
        return [];
    return [
        {
            severity: 'fail',
            at: 'cluster id',
            fact: `The endpoints belong to different clusters: ${whoSaysWhat(told)}.`,
            cause: 'A host still has the data of an earlier cluster, or was bootstrapped on its own.',
            fix: 'Decide which cluster is the right one; the hosts of the other need their data kept aside before they can join.',
        },
    ];
}
function leadership(view) {
    const told = view.own.flatMap(({ name, status }) => {
        const answer = health_observation_seen(status);
        return answer === undefined ? [] : [{ name, leader: answer.leader, term: answer.raftTerm }];
    });
    return [...leaderless(told), ...disagreement(view, told), ...leaderNotListed(view)];
}
function leaderless(told) {
    const without = told.filter(({ leader }) => leader === null).map(({ name }) => name);
    if (without.length === 0)
        return [];
    return [
        {
            severity: 'fail',
            at: 'leader',
            fact: `${nameList(without)} ${without.length === 1 ? 'knows' : 'know'} of no leader.`,
            cause: without.length === told.length
                ? 'Less than a majority of the members runs and reaches each other, or an election is under way.'
                : 'The member is cut off from the others at the peer port, or an election is under way.',
            fix: 'Start the members that are down and check that the peer ports reach each other in both directions.',
        },
    ];
}
function disagreement(view, told) {
    const named = told.flatMap(({ name, leader, term }) => {
        return leader === null ? [] : [[name, `${memberName(view, leader)} in term ${term}`]];
    });
    if (new Set(told.flatMap(({ leader }) => leader ?? [])).size < 2)
        return [];
    return [
        {
            severity: 'fail',
            at: 'leader',
            fact: `The members do not agree about the leader: ${whoSaysWhat(named)}.`,
            cause: 'The leader changed while they were asked, or a member with the older term is cut off from the others.',
            fix: 'Look again in a few seconds; if it stays so, check the peer ports between these hosts in both directions.',
        },
    ];
}
function leaderNotListed(view) {
    if (view.leader === null || view.members === undefined)
        return [];
    if (view.members.some(({ id }) => id === view.leader))
        return [];
    return [
        {
            severity: 'fail',
            at: 'leader',
            fact: `The leader (id ${view.leader}) is not in the member list.`,
            cause: 'It is just being removed, or the member list that was read is out of date.',
            fix: 'Look again in a few seconds.',
        },
    ];
}
/** An alarm as `status` words it; works without a majority, where the alarm list does not. */
const ALARM_IN_STATUS = /^memberID:(\d+)\s+alarm:(\w+)\s*$/;
const NO_LEADER_IN_STATUS = 'etcdserver: no leader';
function alarmFindings(view) {
    const raised = view.own.flatMap(({ alarms, status }) => [
        ...(health_observation_seen(alarms) ?? []),
        ...(health_observation_seen(status)?.errors ?? []).flatMap(alarmInStatus),
    ]);
    const distinct = new Map(raised.map((alarm) => [`${alarm.memberId} ${alarm.alarm}`, alarm]));
    return [...distinct.values()].map((alarm) => alarmFinding(alarm, memberName(view, alarm.memberId)));
}
function alarmInStatus(line) {
    const [, id, alarm] = ALARM_IN_STATUS.exec(line) ?? [];
    return id === undefined || alarm === undefined ? [] : [{ memberId: BigInt(id).toString(16), alarm }];
}
function alarmFinding({ alarm, memberId }, name) {
    const place = { severity: 'fail', host: name, at: 'alarms' };
    switch (alarm) {
        case 'NOSPACE':
            return {
                ...place,
                fact: `Alarm NOSPACE is raised for ${name} (id ${memberId}): the cluster takes no writes.`,
                cause: 'The database reached quota-backend-bytes, most often because compaction stopped or nobody defragments.',
                fix: 'Compact, defragment one member after the other (the leader last), then `etcdctl alarm disarm`.',
            };
        case 'CORRUPT':
            return {
                ...place,
                fact: `Alarm CORRUPT is raised for ${name} (id ${memberId}): its data differs from the other members'.`,
                cause: 'A disk or memory fault, or a data dir that was copied or edited.',
                fix: 'Replace that member: remove it, keep its data dir aside, add it anew with an empty one.',
            };
        default:
            return {
                ...place,
                fact: `Alarm ${alarm} is raised for ${name} (id ${memberId}).`,
                fix: "See etcd's documentation of that alarm for its release.",
            };
    }
}
/** Whether a finding says that the cluster takes no writes because a database has reached its quota. */
function isSpaceAlarm({ at, fact }) {
    return at === 'alarms' && fact.startsWith('Alarm NOSPACE ');
}
/** What members report of themselves besides alarms and the missing leader, which have their own findings. */
function otherErrors(view) {
    return view.observations.flatMap(({ name, status }) => (health_observation_seen(status)?.errors ?? [])
        .filter((line) => line !== NO_LEADER_IN_STATUS && !ALARM_IN_STATUS.test(line))
        .map((line) => ({
        severity: 'fail',
        host: name,
        at: 'status',
        fact: `${name} reports: "${line}".`,
        fix: "The member's log says more.",
    })));
}
function versions(view) {
    const told = view.own.flatMap(({ name, status }) => {
        const version = health_observation_seen(status)?.version;
        return version === undefined ? [] : [[name, version]];
    });
    if (new Set(told.map(([, version]) => version)).size < 2)
        return [];
    return [
        {
            severity: 'warn',
            at: 'versions',
            fact: `The members run different versions of etcd: ${whoSaysWhat(told)}.`,
            cause: 'An upgrade is under way or stopped half-way.',
            fix: 'Bring all members to the same version, one after the other.',
        },
    ];
}

;// CONCATENATED MODULE: ./src/etcd/duration.ts
const UNITS_BELOW_A_SECOND = [
    { suffix: 'ms', nanoseconds: 1_000_000 },
    { suffix: 'µs', nanoseconds: 1_000 },
];
/**
 * A duration as Go's time.Duration.String() prints it, which is what etcdctl prints behind `took =`:
 * 16.283339ms, 850ns, 1.002s, 1m5s. Below a second the largest fitting unit, from a second on h, m and s;
 * fractions without trailing zeros (go/src/time/time.go, Duration.format).
 *
 * @param nanoseconds a whole number of nanoseconds, zero or more.
 */
function formatGoDuration(nanoseconds) {
    if (nanoseconds === 0)
        return '0s';
    if (nanoseconds < 1_000)
        return `${nanoseconds}ns`;
    if (nanoseconds < 1_000_000_000) {
        const unit = UNITS_BELOW_A_SECOND.find((candidate) => nanoseconds >= candidate.nanoseconds);
        if (unit !== undefined)
            return decimal(nanoseconds, unit.nanoseconds) + unit.suffix;
    }
    const wholeSeconds = Math.floor(nanoseconds / 1_000_000_000);
    const hours = Math.floor(wholeSeconds / 3_600);
    const minutes = Math.floor(wholeSeconds / 60) % 60;
    const seconds = decimal(nanoseconds - Math.floor(wholeSeconds / 60) * 60_000_000_000, 1_000_000_000);
    if (hours > 0)
        return `${hours}h${minutes}m${seconds}s`;
    return minutes > 0 ? `${minutes}m${seconds}s` : `${seconds}s`;
}
/** `value / divisor` in full, without floating-point noise; the divisor is a power of ten. */
function decimal(value, divisor) {
    const digits = Math.log10(divisor);
    const fraction = String(value % divisor)
        .padStart(digits, '0')
        .replace(/0+$/, '');
    const whole = String(Math.floor(value / divisor));
    return fraction === '' ? whole : `${whole}.${fraction}`;
}

;// CONCATENATED MODULE: ./src/etcd/health-endpoint.ts



/**
 * One endpoint's line and figures.
 * @param leader of the cluster; a member that is cut off may believe in itself, and leads nothing.
 */
function assessEndpoint(observation, clientPort, leader) {
    const endpoint = (0,urls/* httpsUrl */.N3)(observation.address, clientPort);
    const status = health_observation_seen(observation.status);
    const trouble = troubleOf(observation);
    const readNs = health_observation_seen(observation.readNs);
    return {
        name: observation.name,
        endpoint,
        healthy: trouble === undefined,
        message: healthLine(endpoint, readNs ?? 0, trouble),
        tookMs: milliseconds(readNs),
        roundTripMs: milliseconds(health_observation_seen(observation.roundTripNs)),
        memberId: status?.memberId ?? null,
        version: status?.version ?? null,
        isLeader: status === undefined ? null : leads(status, leader),
        isLearner: status?.isLearner ?? null,
        dbSizeBytes: status?.dbSize ?? null,
        dbSizeInUseBytes: status?.dbSizeInUse ?? null,
        raftTerm: status?.raftTerm ?? null,
        raftIndex: status?.raftIndex ?? null,
        raftAppliedIndex: status?.raftAppliedIndex ?? null,
    };
}
/** Whether a member leads: it says so itself, and no other is the leader of the cluster. */
function leads({ memberId, leader: named }, leader) {
    return named === memberId && (leader === null || leader === memberId);
}
/**
 * Why things could not be seen at an endpoint, each reason once. What fails only because the member knows of no leader
 * is left out: that is told once for the cluster.
 */
function endpointFindings(observation) {
    const { status, memberList, roundTripNs, readNs, alarms } = observation;
    const leaderless = health_observation_seen(status)?.leader === null;
    const failures = [status, memberList, roundTripNs, readNs, alarms]
        .flatMap((observed) => failure(observed) ?? [])
        .filter(({ kind }) => !(leaderless && (kind === 'timeout' || kind === 'no-leader')));
    const byFact = new Map(failures.map(({ finding }) => [finding.fact, finding]));
    return [...byFact.values()].map((finding) => ({ severity: 'fail', ...finding }));
}
/** What is wrong, in the words etcdctl has for it (etcdctl/ctlv3/command/ep_command.go), or undefined. */
function troubleOf({ readNs, alarms }) {
    const unread = failure(readNs);
    if (unread !== undefined)
        return unread.reason;
    const raised = health_observation_seen(alarms);
    if (raised === undefined)
        return 'Unable to fetch the alarm list';
    // etcdctl leaves a blank behind each name, the last one too.
    return raised.length === 0 ? undefined : `Active Alarm(s): ${raised.map(alarmWord).join('')}`;
}
/** Whether the member answers reads through the majority, and alarms alone keep it from being healthy. */
function isOnlyAlarmed({ message }) {
    return message.includes(' failed to commit proposal: Active Alarm(s): ');
}
function alarmWord({ alarm }) {
    return alarm === 'NOSPACE' || alarm === 'CORRUPT' ? `${alarm} ` : 'UNKNOWN ';
}
/** printer_simple.go, EndpointHealth. */
function healthLine(endpoint, readNs, trouble) {
    return trouble === undefined
        ? `${endpoint} is healthy: successfully committed proposal: took = ${formatGoDuration(readNs)}`
        : `${endpoint} is unhealthy: failed to commit proposal: ${trouble}`;
}
function milliseconds(nanoseconds) {
    return nanoseconds === undefined ? null : nanoseconds / 1e6;
}

// EXTERNAL MODULE: ./src/cluster/quorum.ts
var quorum = __webpack_require__(74445);
;// CONCATENATED MODULE: ./src/cluster/gates.ts



/** Raft entries by which a member may be behind the most advanced one and still count as healthy. */
const MOST_LAG = 1000;
/** A gate as log, plan and errors call it. */
function describeGate(gate) {
    const aside = gate.despite === undefined ? '' : `, apart from the alarm ${gate.despite}`;
    switch (gate.kind) {
        case 'all':
            return `every member is healthy${aside}`;
        case 'quorum':
            return `a majority is healthy${aside}`;
        case 'quorum-without':
            return `a majority is healthy without ${gate.member}${aside}`;
        case 'member':
            return `${gate.member} is healthy${aside}`;
    }
}
/**
 * Why a gate is shut; empty when it is open. Every gate asks for one leader, no alarm, and members that are the expected
 * ones.
 * @param soon members that are not healthy yet and will be before the gate is passed; if they make the majority, the
 * leader comes with them.
 */
function gateFindings(gate, health, soon = new Set()) {
    const names = health.endpoints.map(({ name }) => name);
    // those that answer and lack only a majority have one as soon as the others are there
    const isAwaited = health.leader === null && soon.size > 0;
    const fit = names.filter((name) => soon.has(name) || isFit(name, health) || (isAwaited && canVote(name, health)));
    const unfit = names.filter((name) => !fit.includes(name));
    const leads = health.leader !== null || (isAwaited && fit.length >= (0,quorum/* quorumOf */.N)(names.length));
    const findings = [...gates_clusterFindings(gate, health), ...(leads ? [] : [gates_leaderless()])];
    switch (gate.kind) {
        case 'all':
            findings.push(...unfit.map((name) => notHealthy(name, health, gate)));
            break;
        case 'member':
            if (!fit.includes(gate.member))
                findings.push(notHealthy(gate.member, health, gate));
            break;
        case 'quorum':
        case 'quorum-without': {
            const left = gate.kind === 'quorum' ? fit : fit.filter((name) => name !== gate.member);
            if (left.length < (0,quorum/* quorumOf */.N)(names.length))
                findings.push(noQuorum(gate, left, health, unfit));
        }
    }
    return findings;
}
/** Whether the cluster works: it has a leader, and a majority of its members answers reads. */
function hasMajority(health) {
    const fit = health.endpoints.filter(({ name }) => isFit(name, health));
    return health.leader !== null && fit.length >= (0,quorum/* quorumOf */.N)(health.endpoints.length);
}
/** No alarm; what is wrong with the membership is wrong for every gate. */
function gates_clusterFindings(gate, health) {
    return health.findings.flatMap((finding) => {
        const { at, severity, host } = finding;
        if (severity !== 'fail')
            return [];
        if (isSpaceAlarm(finding))
            return gate.despite === 'NOSPACE' ? [] : [{ ...finding, fix: MORE_SPACE }];
        return at === 'alarms' || (at === 'members' && (host === undefined || gate.kind === 'all'))
            ? [finding]
            : [];
    });
}
const MORE_SPACE = 'Compact, defragment one member after the other (the leader last), then `etcdctl alarm disarm`. If that gives nothing back, give a larger `quota-backend-bytes` in `extra-args`: that change is made in spite of this alarm.';
function gates_leaderless() {
    return {
        at: 'gate',
        fact: 'the members know of no leader, or not of the same one.',
        cause: 'An election is under way, or too few members run.',
        fix: 'Wait until the cluster has a leader, then run again.',
    };
}
/**
 * Answers reads, is a voting member of the list, and is not far behind. An alarm is told for the cluster, and makes no
 * member one that is down.
 */
function isFit(name, health) {
    const endpoint = health.endpoints.find((one) => one.name === name);
    return endpoint !== undefined && (endpoint.healthy || isOnlyAlarmed(endpoint)) && canVote(name, health);
}
/** It answers, is a voting member of the list, and is not far behind. */
function canVote(name, health) {
    const endpoint = health.endpoints.find((one) => one.name === name);
    if (endpoint === undefined || endpoint.memberId === null || endpoint.isLearner === true)
        return false;
    if (!health.members.some(({ id, started }) => id === endpoint.memberId && started))
        return false;
    return lagOf(name, health) <= MOST_LAG;
}
function lagOf(name, { endpoints }) {
    const own = endpoints.find((one) => one.name === name)?.raftAppliedIndex ?? 0;
    return Math.max(...endpoints.map(({ raftIndex }) => raftIndex ?? 0)) - own;
}
/** In etcdctl's words, or by how much it is behind. */
function whyUnfit(name, health) {
    const endpoint = health.endpoints.find((one) => one.name === name);
    if (endpoint === undefined)
        return 'it could not be asked';
    const lag = lagOf(name, health);
    if (!endpoint.healthy)
        return endpoint.message;
    return lag > MOST_LAG ? `it is ${lag} raft entries behind` : 'it is no started, voting member of the list';
}
function notHealthy(name, health, gate) {
    return {
        host: name,
        at: 'gate',
        fact: `it is not healthy (${whyUnfit(name, health)}), and the next thing may only be done when ${describeGate(gate)}.`,
        cause: 'The member has stopped, is cut off, or still catches up.',
        fix: 'Bring it back, or wait until it has caught up, and run again.',
    };
}
function noQuorum(gate, fit, health, unfit) {
    const members = health.endpoints.length;
    const without = gate.kind === 'quorum-without' ? ` without ${gate.member}` : '';
    return {
        ...(gate.kind === 'quorum-without' ? { host: gate.member } : {}),
        at: 'gate',
        fact: `${fit.length} of ${members} members would be healthy${without}, and ${(0,quorum/* quorumOf */.N)(members)} are needed (not healthy: ${unfit.length === 0 ? 'none' : unfit.map((name) => `${name}, ${whyUnfit(name, health)}`).join('; ')}).`,
        cause: 'A member is down, cut off, or still catches up.',
        fix: 'Bring the members back that are named here, then run again.',
    };
}

// EXTERNAL MODULE: external "node:util"
var external_node_util_ = __webpack_require__(57975);
;// CONCATENATED MODULE: ./src/kubeadm/etcd-releases.ts
/** From this minor release on kubeadm writes etcd's flags by the release in the image's tag. */
const CHOOSES_SINCE = 34;
/** The last minor release that does. */
const CHOOSES_UNTIL = 35;
/**
 * The releases of etcd that start with the flags of this kubeadm (cmd/kubeadm/app/phases/etcd/local.go, getEtcdCommand, of
 * 1.31.0, 1.32.13, 1.33.13, 1.34.4, 1.35.4, 1.36.3 and 1.37.2). kubeadm before 1.34 always writes
 * `experimental-initial-corrupt-check` and `experimental-watch-progress-notify-interval`, which etcd 3.7 no longer has; from
 * 1.36 on it always writes `feature-gates` and `watch-progress-notify-interval`, which etcd 3.5 does not have yet.
 * @returns undefined where kubeadm chooses the flags by the image's tag.
 */
function startsWithFlagsOf({ minor }) {
    if (minor < CHOOSES_SINCE)
        return { first: 5, last: 6 };
    return minor > CHOOSES_UNTIL ? { first: 6 } : undefined;
}
/** Whether this etcd would end at once, because it does not know a flag that this kubeadm writes. */
function refusesFlagsOf(kubeadm, { major, minor }) {
    const knownBy = startsWithFlagsOf(kubeadm);
    if (knownBy === undefined || major !== 3)
        return false;
    return minor < knownBy.first || minor > (knownBy.last ?? Number.POSITIVE_INFINITY);
}

;// CONCATENATED MODULE: ./src/cluster/member-manifest.ts


/** The etcd manifest that lies on a host; undefined where there is none, or none that runs etcd. */
function memberManifest({ files }) {
    return parseEtcdManifest(files.get(kubeadm_paths/* ETCD_MANIFEST */.jl)?.text ?? '');
}

;// CONCATENATED MODULE: ./src/cluster/images.ts


/**
 * The image that kubeadm will write into this host's manifest (cmd/kubeadm/app/images/images.go): its own default,
 * unless the user named a repository or a tag.
 */
function etcdImage(settings, facts) {
    if (facts.etcdImage === undefined)
        return undefined;
    const { repository, tag } = splitImage(facts.etcdImage);
    return imageOf(settings.imageRepository ?? repository, settings.etcdImageTag ?? tag);
}
/** The image that this host's manifest names; undefined without one. */
function runningImage(facts) {
    return memberManifest(facts)?.image;
}
/**
 * A member keeps the image that it runs until the inputs name another: a newer kubeadm on the host is no reason to
 * change etcd. Where kubeadm would now choose another one, its configuration names the one to keep.
 * @param otherwise the image to keep where the host's manifest is missing.
 */
function wantedImage(settings, facts, otherwise) {
    const shipped = etcdImage(settings, facts);
    const running = runningImage(facts) ?? otherwise;
    if (running === undefined)
        return shipped === undefined ? undefined : { ...settings, image: shipped };
    const { repository, tag } = splitImage(running);
    const isNamed = settings.imageRepository !== undefined && settings.etcdImageTag !== undefined;
    // refused later, and no image that exists nowhere is made of it
    if (!isNamed && !isKubeadmImage(running))
        return { ...settings, image: running };
    const image = imageOf(settings.imageRepository ?? repository, settings.etcdImageTag ?? tag);
    if (image === shipped)
        return { ...settings, image };
    const own = splitImage(image);
    const theirs = splitImage(shipped ?? '');
    return {
        image,
        ...(own.repository === theirs.repository && settings.imageRepository === undefined
            ? {}
            : { imageRepository: own.repository }),
        ...(own.tag === theirs.tag && settings.etcdImageTag === undefined ? {} : { etcdImageTag: own.tag }),
    };
}
/** An image that runs, is to stay, and that kubeadm has no name for: it would put another one into the next manifest. */
function unnamedFindings(host, running, wanted) {
    if (running !== wanted || isKubeadmImage(running))
        return [];
    return [
        {
            host,
            at: 'image-repository',
            fact: `its manifest names the image ${running}, and kubeadm, which renders the next one, names images as REPOSITORY/etcd:TAG.`,
            cause: 'The manifest was written or edited by hand.',
            fix: 'Put the same image under such a name into your registry, with a tag that begins with its release (`3.6.5-0`), and write that name into the manifests, one member after the other, each healthy before the next. Then run again.',
        },
    ];
}
/** Another minor release, or an older one, is never put in place of the etcd that a member runs. */
function imageFindings(host, running, wanted) {
    const from = etcdRelease(running);
    const to = etcdRelease(wanted);
    if (from === undefined || to === undefined) {
        return running === wanted ? [] : [unknownRelease(host, from === undefined ? running : wanted)];
    }
    if (from.major !== to.major || from.minor !== to.minor) {
        return [
            {
                host,
                at: 'etcd-image-tag',
                fact: `it runs etcd ${images_text(from)}, and the inputs ask for ${images_text(to)}, another minor release.`,
                cause: '`etcd-image-tag` was changed.',
                fix: `Set \`etcd-image-tag\` to a ${from.major}.${from.minor} release, or leave it out to keep the one that runs: a change of minor release is no part of deploy.`,
            },
        ];
    }
    if (to.patch >= from.patch)
        return [];
    return [
        {
            host,
            at: 'etcd-image-tag',
            fact: `it runs etcd ${images_text(from)}, and the inputs ask for the older ${images_text(to)}.`,
            cause: '`etcd-image-tag` was changed, or the member was updated in another way.',
            fix: `Leave \`etcd-image-tag\` out, or name ${images_text(from)} or a later release: an older etcd may not read what a newer one wrote.`,
        },
    ];
}
/**
 * An etcd that would not start with the manifest that the host's kubeadm renders: kubeadm may have been upgraded on the hosts of a
 * cluster that keeps its etcd, or the inputs name an etcd of another time.
 */
function flagFindings(host, kubeadm, wanted) {
    const release = etcdRelease(wanted);
    const knownBy = startsWithFlagsOf(kubeadm);
    if (release === undefined || knownBy === undefined || !refusesFlagsOf(kubeadm, release))
        return [];
    const isOld = release.minor < knownBy.first;
    return [
        {
            host,
            at: 'etcd-image-tag',
            fact: `its kubeadm ${kubeadm.text} writes flags into the manifest that etcd ${images_text(release)} does not know: etcd would not start.`,
            cause: isOld
                ? 'kubeadm was upgraded on the host, and etcd stayed; or `etcd-image-tag` names an old etcd.'
                : '`etcd-image-tag` names an etcd that is newer than this kubeadm.',
            fix: isOld
                ? 'Install kubeadm 1.34 or 1.35 on the hosts, which write flags by the release of etcd, and run again. A new cluster can also have a newer etcd: leave `etcd-image-tag` out.'
                : 'Leave `etcd-image-tag` out, or install a newer kubeadm on the hosts.',
        },
    ];
}
function unknownRelease(host, image) {
    return {
        host,
        at: 'etcd-image-tag',
        fact: `the tag of ${image} does not tell its etcd release, so an older one cannot be told from a newer.`,
        cause: 'The image comes from a registry with tags of its own.',
        fix: 'Use a tag that begins with the release, as `3.6.5-0` does.',
    };
}
/** etcd's release from an image's tag: `3.6.5-0` or `v3.6.5`. */
function etcdRelease(image) {
    const match = /^v?(\d+)\.(\d+)\.(\d+)/.exec(splitImage(image).tag);
    if (match === null)
        return undefined;
    const [, major, minor, patch] = match.map(Number);
    return { major: major ?? 0, minor: minor ?? 0, patch: patch ?? 0 };
}
function images_text({ major, minor, patch }) {
    return `${major}.${minor}.${patch}`;
}
/**
 * Registry and path before `/etcd`, and the tag with the digest that may follow it; kubeadm takes both as `imageTag`. What it cannot
 * name so (`isKubeadmImage`) has an empty tag, or a path that does not end with `/etcd`.
 */
function splitImage(image) {
    const [name = '', ...digest] = image.split('@');
    const colon = name.lastIndexOf(':');
    // a colon before the last slash is that of a registry's port
    const end = colon > name.lastIndexOf('/') ? colon : name.length;
    return {
        repository: name.slice(0, end).replace(/\/etcd$/, ''),
        tag: [name.slice(end + 1), ...digest].join('@'),
    };
}
/** Whether kubeadm can name it, as `REPOSITORY/etcd:TAG`, with or without a digest behind. */
function isKubeadmImage(image) {
    const { repository, tag } = splitImage(image);
    return /^[^@]/.test(tag) && imageOf(repository, tag) === image;
}
/** Whether a host's runtime has an image; one that is pinned by its digest is listed by that alone. */
function isStored(image, { images }) {
    const [, path, digest] = /^(.+):[^:/@]+(@[^@]+)$/.exec(image) ?? [];
    return images.includes(image) || (path !== undefined && images.includes(`${path}${digest ?? ''}`));
}
/** The reference of etcd's image, as kubeadm puts it together. */
function imageOf(repository, tag) {
    return `${repository}/etcd:${tag}`;
}

;// CONCATENATED MODULE: ./src/cluster/image-supply.ts


/**
 * How a host comes by the images that it lacks: etcd's from the archive that was given, else by the container runtime from
 * its registry; and the pause image, which the runtime itself wants, from the archive if that has it.
 */
function imageSteps(member, archive) {
    const { name: host, facts, desired } = member;
    const { image, criEndpoint } = desired;
    const steps = [];
    const importing = (wanted, imageId) => ({
        kind: 'import-image',
        host,
        image: wanted,
        imageId,
        criEndpoint,
        why: 'the image is not on this host yet, and image-archive has it',
    });
    if (!isStored(image, facts)) {
        const archived = archive && imageFor(archive, image, facts);
        steps.push(archived === undefined
            ? { kind: 'pull-image', host, image, criEndpoint, why: 'the image is not on this host yet' }
            : importing(image, archived.id));
    }
    const pause = missingPause(facts);
    const archivedPause = archive && pause !== undefined ? imageFor(archive, pause, facts) : undefined;
    if (pause !== undefined && archivedPause !== undefined)
        steps.push(importing(pause, archivedPause.id));
    return steps;
}
/**
 * Why hosts cannot be supplied: the archive does not hold the image that they lack, or not for their processor; their runtime
 * is none into which it could be imported; or they have nothing to log in to the registry with.
 */
function supplyFindings(members, { archive, registry }) {
    const lacking = members.filter(({ facts, desired }) => !isStored(desired.image, facts));
    if (archive === undefined)
        return lacking.flatMap((member) => withoutCurl(member, registry));
    return [
        ...[...Map.groupBy(lacking, ({ facts, desired }) => missingFrom(archive, desired.image, facts))].flatMap(([fact, group]) => (fact === undefined ? [] : [notHeld(archive, fact, group)])),
        ...lacking.flatMap(({ name, facts, desired }) => missingFrom(archive, desired.image, facts) === undefined
            ? cannotImport(name, facts, desired, archive)
            : []),
    ];
}
/**
 * Hosts that have another image under the same name than the archive: what is to be trusted is not what would run there.
 */
function otherImages(members, archive) {
    return members.flatMap(({ name, facts, desired: { image } }) => {
        const found = facts.imageIds.get(image);
        const archived = archive && imageFor(archive, image, facts);
        if (found === undefined || archived === undefined || found === archived.id)
            return [];
        return [
            {
                host: name,
                at: 'image-archive',
                fact: `its ${image} is ${found}, and the one in the archive is ${archived.id}.`,
                cause: 'The image came there from somewhere else, or was built anew under the same tag.',
                fix: `Find out which one is meant. To have the archive's: \`crictl rmi ${image}\` on that host while no etcd runs there. To keep the host's: leave \`image-archive\` out.`,
            },
        ];
    });
}
/** Hosts that lack the pause image, where the archive that was given does not hold it either. */
function pauseFindings(members, archive) {
    if (archive === undefined)
        return [];
    return members.flatMap(({ name, facts }) => {
        const pause = missingPause(facts);
        if (pause === undefined || imageFor(archive, pause, facts) !== undefined)
            return [];
        return [
            {
                host: name,
                at: 'image-archive',
                fact: `the pause image of its container runtime, ${pause}, is not on it, and the archive does not hold it.`,
                cause: 'Each pod has a container of that image; only etcd was put into the archive.',
                fix: `Put it into the archive too, if the host has no way to its registry: \`docker save ${pause} …\`.`,
            },
        ];
    });
}
/** The image in the archive that a host would run under a name; Linux and the host's processor are meant. */
function imageFor({ images }, reference, { architecture }) {
    return namedSo(images, reference).find((image) => image.os === 'linux' && image.architecture === architecture);
}
/** A tag that came without a name is of any repository. */
function namedSo(images, reference) {
    const name = normalName(reference);
    const tag = tagOf(reference);
    return images.filter(({ names, tags }) => names.includes(name) || (names.length === 0 && tag !== undefined && tags.includes(tag)));
}
/** crictl takes credentials as arguments only; see pull-image.ts. */
function withoutCurl({ name: host, facts, desired: { image } }, registry) {
    if (registry === undefined || facts.curlPath !== undefined || !image.startsWith(`${registry.server}/`))
        return [];
    return [
        {
            host,
            at: 'registry-username',
            fact: `curl is not installed, by which the container runtime is asked to pull ${image} with credentials.`,
            cause: 'It is a minimal installation.',
            fix: 'Install curl on the host (`apt-get install curl`, `dnf install curl`), or give `image-archive`.',
        },
    ];
}
function missingPause({ sandboxImage, images }) {
    return sandboxImage === undefined || images.includes(sandboxImage) ? undefined : sandboxImage;
}
function missingFrom(archive, image, facts) {
    if (imageFor(archive, image, facts) !== undefined)
        return undefined;
    const others = namedSo(archive.images, image).map(({ os, architecture }) => `${os}/${architecture}`);
    return others.length === 0
        ? `${archive.path} does not hold ${image}`
        : `${archive.path} holds ${image} for ${others.join(' and ')} and not for ${facts.architecture ?? 'its processor'}`;
}
function notHeld({ images }, fact, group) {
    const { image } = group[0]?.desired ?? { image: '' };
    const [host, ...others] = group.map(({ name }) => name);
    const hosts = others.length === 0 && host !== undefined ? { host } : {};
    return {
        ...hosts,
        at: 'image-archive',
        fact: `${fact}, which ${group.map(({ name }) => name).join(', ')} ${others.length === 0 ? 'lacks' : 'lack'}. It holds ${describe(images)}.`,
        cause: 'The archive was made for another release of kubeadm, another processor, or under the name of another registry.',
        fix: `Make it of that image: \`docker save ${image} …\`; or name what it holds with \`image-repository\` and \`etcd-image-tag\`.`,
    };
}
function describe(images) {
    const told = images.map(({ names, tags, os, architecture }) => {
        const called = names.length > 0
            ? names.join(' = ')
            : tags.length > 0
                ? `tag ${tags.join(', ')}`
                : 'an image without a name';
        return `${called} (${os}/${architecture})`;
    });
    return told.join(', ');
}
/** Only containerd can be given an image over a stream; the others are told what does the same by hand. */
function cannotImport(host, { ctrPath }, { criEndpoint, image }, { path }) {
    const isContainerd = /containerd/.test(criEndpoint);
    if (isContainerd && ctrPath !== undefined)
        return [];
    const load = /crio/.test(criEndpoint) ? 'podman load -i FILE' : 'docker load -i FILE';
    return [
        {
            host,
            at: 'image-archive',
            fact: isContainerd
                ? `ctr is not installed, with which ${path} would be imported.`
                : `its container runtime (${criEndpoint}) is not containerd; the action imports images into containerd only.`,
            cause: isContainerd
                ? "It is part of containerd's packages; only the daemon was installed."
                : 'CRI-O and cri-dockerd have no tool of their own that takes an image for the CRI.',
            fix: isContainerd
                ? 'Install it from the same package as containerd.'
                : `Bring the archive to the host and run \`${load}\` there, which shares the runtime's store; then run again: ${image} is not imported where it is.`,
        },
    ];
}

;// CONCATENATED MODULE: ./src/cluster/quota.ts
const FLAG = 'quota-backend-bytes';
/** etcd's own quota (DefaultQuotaBytes in server/storage/quota.go). */
const DEFAULT_BYTES = 2 * 1024 ** 3;
/**
 * Whether a member would get a larger quota for its database than it runs with, which etcd takes at its start only: the
 * one way out of the alarm NOSPACE where the data is large for good reason.
 */
function raisesQuota(running, wanted) {
    if (running === undefined)
        return false;
    const asked = wanted.find(({ name }) => name === FLAG)?.value;
    return bytesOf(asked) > bytesOf(running.arguments.get(FLAG));
}
/** Negative: no quota at all (NewBackendQuota, the same file). NaN compares as neither larger nor smaller. */
function bytesOf(value) {
    const bytes = value === undefined ? 0 : Number(value);
    if (bytes < 0)
        return Infinity;
    return bytes === 0 ? DEFAULT_BYTES : bytes;
}

;// CONCATENATED MODULE: ./src/cluster/steps-of-member.ts


/** The configurations that the action writes on a host, each with its mode. */
const CONFIGURATION_MODES = new Map([
    [kubeadm_paths/* KUBELET_CONFIG */.So, CERTIFICATE_MODE],
    [kubeadm_paths/* KUBELET_DROP_IN */.jy, CERTIFICATE_MODE],
    [kubeadm_paths/* KUBEADM_CONFIG */.XA, PRIVATE_MODE],
]);
/** The configurations of kubelet and kubeadm, patches among them, as files to deliver; all of them, or those named. */
function configurationFiles({ texts }, paths = [...texts.keys()]) {
    return paths.map((path) => {
        const text = texts.get(path);
        if (text === undefined)
            throw new Error(`${path} is no configuration file`);
        return { path, mode: CONFIGURATION_MODES.get(path) ?? PRIVATE_MODE, content: { from: 'text', text } };
    });
}
/** The configuration of kubeadm and the patches that it names, in the order in which they are to be delivered. */
function kubeadmFiles({ texts }) {
    return [...texts.keys()].filter((path) => path === kubeadm_paths/* KUBEADM_CONFIG */.XA || path.startsWith(`${kubeadm_paths/* PATCHES_DIR */.rf}/`));
}
/** An etcd that kept ending is started again by a kubelet that has just started, which has forgotten its back-off. */
function wakeKubelet({ name, kubeletRuns }) {
    const why = kubeletRuns
        ? 'etcd does not run, and kubelet may wait for minutes'
        : 'kubelet does not run, or not at boot';
    return { kind: 'start-kubelet', host: name, restart: kubeletRuns, why };
}
/** Writes down what the members are now. */
function recordSteps(members, why) {
    return members.map(({ name }) => ({ kind: 'record-member', host: name, why }));
}

;// CONCATENATED MODULE: ./src/cluster/restart-stages.ts









/** Whether the member is taken down and started again for it. */
function mustRestart({ differences }) {
    return differences.manifest.length > 0;
}
/**
 * Whether the cluster loses its majority while one of its members restarts. With one or two members there is no way
 * around that.
 */
function isDownMeanwhile(members) {
    return members - 1 < (0,quorum/* quorumOf */.N)(members);
}
/** Whether a member that runs may end by what is done to it: restarted, or by a kubelet that finds another manifest. */
function isTakenDown(member) {
    return member.etcdRuns && (mustRestart(member) || endsWithKubelet(member));
}
/**
 * What must hold before a running member is taken down; nothing for the only one, which nothing else depends on. Of two,
 * both have to be healthy: it is then certain that the cluster comes back with the member.
 */
function gateBefore(member, members) {
    if (members === 1)
        return undefined;
    const despite = despiteOf(member);
    return isDownMeanwhile(members)
        ? { kind: 'all', ...despite }
        : { kind: 'quorum-without', member: member.name, ...despite };
}
/** What must hold before the next member is touched. */
function gateAfter(member) {
    return { kind: 'member', member: member.name, ...despiteOf(member) };
}
/** A larger quota is the way out of the alarm NOSPACE, which stays until it is disarmed. */
function despiteOf({ facts, desired }) {
    return raisesQuota(memberManifest(facts), desired.arguments) ? { despite: 'NOSPACE' } : {};
}
/**
 * Kubelets and members, started and restarted. Members that do not run come first, without a gate, because nothing is
 * taken away with them; then those that run, in turn and behind gates.
 * @param ordered with the leader last.
 * @param hasMajority whether the cluster works now.
 */
function restartStages(ordered, shape, hasMajority, archive) {
    const touched = ordered.filter(({ isHeld }) => !isHeld);
    const idle = touched.filter(({ etcdRuns }) => !etcdRuns);
    const running = touched.filter(({ etcdRuns }) => etcdRuns);
    const starts = [
        { title: 'Start of members that do not run', steps: touched.flatMap((member) => wake(member, archive)) },
        ...idle.flatMap((member) => convergeKubelet(member, shape)),
        ...startIdle(touched, shape, hasMajority),
    ];
    return [
        // a member that does not come up keeps the others from nothing that their own gates allow
        ...starts.map((stage) => (hasMajority ? { ...stage, mayFail: true } : stage)),
        ...running.flatMap((member) => convergeKubelet(member, shape)),
        ...running.flatMap((member) => restart(member, shape)),
    ];
}
/**
 * kubelet does not run, or has to be restarted, while etcd goes on with a manifest that is another one by now, or gone:
 * kubelet ends such an etcd when it starts (podWorkers in kubelet's pkg/kubelet/pod_workers.go). So it does with pods whose
 * cgroups are elsewhere by its new configuration.
 */
function endsWithKubelet(member) {
    const { etcdRuns, facts, differences, manifestIsRecorded } = member;
    const isStarted = !facts.kubelet.active || differences.kubelet.length > 0;
    // one that is managed by the kubelet that runs, and has no record yet, is left alone by a restart of kubelet
    return (etcdRuns &&
        isStarted &&
        (movesPods(member) ||
            manifestIsRecorded === false ||
            (!facts.kubelet.active && manifestIsRecorded !== true)));
}
/**
 * What tells in which cgroups kubelet's pods are. kubelet ends a running pod that has none there when it first looks at it after
 * its start (`SyncPod` in pkg/kubelet/kubelet.go: `!pcm.Exists(pod) && !firstSync`).
 */
const CGROUP_FIELDS = ['cgroupDriver', 'cgroupRoot', 'cgroupsPerQOS'];
/** Whether the new configuration of kubelet has its pods in other cgroups than the present one. */
function movesPods({ facts, desired, differences, }) {
    const present = facts.files.get(kubeadm_paths/* KUBELET_CONFIG */.So)?.text;
    if (differences.kubelet.length === 0 || present === undefined)
        return false;
    const [before, after] = [present, desired.texts.get(kubeadm_paths/* KUBELET_CONFIG */.So) ?? ''].map((text) => ((0,foreign_yaml/* readYamlDocuments */.Cw)(text)[0] ?? {}));
    return CGROUP_FIELDS.some((field) => !(0,external_node_util_.isDeepStrictEqual)(before?.[field], after?.[field]));
}
function wake(member, archive) {
    const { kubeletRuns, etcdRuns, differences } = member;
    if (kubeletRuns && etcdRuns)
        return [];
    // what it is to run may have gone from the host; a member that restarts gets its images with its manifest
    const images = mustRestart(member) ? [] : imageSteps(member, archive);
    // its kubelet is started anew with its configuration, or behind a gate
    const isLater = differences.kubelet.length > 0 || endsWithKubelet(member);
    return isLater ? images : [...images, wakeKubelet(member)];
}
/** A restart of kubelet leaves the containers alone; one host at a time all the same. */
function convergeKubelet(member, shape) {
    // the restart of its member has these steps
    if (endsWithKubelet(member) && mustRestart(member))
        return [];
    const steps = kubeletSteps(member);
    if (steps.length === 0)
        return [];
    const { name: host, etcdRuns } = member;
    const count = shape.members.length;
    const ends = endsWithKubelet(member);
    const before = ends ? gateBefore(member, count) : undefined;
    if (ends)
        steps.push(awaitReplaced(member, shape));
    return [
        {
            title: `Kubelet of ${host}`,
            order: 'in-turn',
            ...(before === undefined ? {} : { before }),
            steps: ends ? afterLeadership(host, count, steps) : steps,
            ...(etcdRuns ? { after: gateAfter(member) } : {}),
        },
    ];
}
/** What a kubelet needs that is not started with the others. */
function kubeletSteps(member) {
    const { name: host, desired, differences } = member;
    if (differences.kubelet.length === 0)
        return endsWithKubelet(member) ? [wakeKubelet(member)] : [];
    const files = configurationFiles(desired, [kubeadm_paths/* KUBELET_CONFIG */.So, kubeadm_paths/* KUBELET_DROP_IN */.jy]);
    return [
        { kind: 'deliver-files', host, files, why: differences.kubelet.join('; ') },
        {
            kind: 'start-kubelet',
            host,
            restart: true,
            goBack: true,
            why: 'it reads its configuration at its start only',
        },
    ];
}
/**
 * While a majority is healthy, those that only have to be started are waited for, and then the others start with their
 * new manifests one by one. Without a majority none gets ready without the others: all at once.
 */
function startIdle(ordered, shape, hasMajority) {
    const awaited = ordered.flatMap((member) => awaitReady(member, shape));
    const restarted = ordered.filter((member) => !member.etcdRuns && mustRestart(member));
    const title = 'Members that do not run are ready';
    if (!hasMajority)
        return [{ title, steps: [...awaited, ...restarted.map((member) => restartStep(member, shape))] }];
    return [
        { title, steps: awaited },
        ...restarted.map((member) => {
            const { name: host } = member;
            return {
                title: `Restart of ${host}`,
                order: 'in-turn',
                steps: [restartStep(member, shape)],
                after: gateAfter(member),
            };
        }),
    ];
}
function awaitReady(member, shape) {
    const { kubeletRuns, etcdRuns } = member;
    if ((kubeletRuns && etcdRuns) || mustRestart(member) || endsWithKubelet(member))
        return [];
    return [awaitMember(member, shape, 'it did not run')];
}
/** kubelet is healthy a second before it looks at its pods and ends this one: until then its etcd answers, as if nothing were to come. */
function awaitReplaced(member, shape) {
    const why = movesPods(member)
        ? 'kubelet ends it and starts it again in other cgroups'
        : 'kubelet ends it where it finds another manifest';
    const running = member.facts.containers.filter((container) => container.running);
    return { ...awaitMember(member, shape, why), replaces: running.map(({ id }) => id) };
}
function awaitMember({ name: host, desired, facts }, shape, why) {
    const { criEndpoint } = desired;
    const hadContainers = facts.containers.length > 0;
    const places = (0,data_places/* placesOf */.ek)(shape);
    return { kind: 'start-member', host, ...places, criEndpoint, placeManifest: false, hadContainers, why };
}
/**
 * Steps that take a member down which others need, behind a move of leadership. One or two members are no majority without it, whichever
 * leads.
 */
function afterLeadership(host, members, steps) {
    const move = { kind: 'move-leadership', host, why: 'clients then wait for no election' };
    return isDownMeanwhile(members) ? [...steps] : [move, ...steps];
}
function restartStep({ name: host, desired, differences }, shape) {
    const { criEndpoint } = desired;
    const why = differences.manifest.join('; ');
    return { kind: 'restart-member', host, ...(0,data_places/* placesOf */.ek)(shape), criEndpoint, mayLackData: false, why };
}
function restart(member, shape) {
    if (!mustRestart(member))
        return [];
    const { name: host } = member;
    const count = shape.members.length;
    const before = gateBefore(member, count);
    const steps = [...(endsWithKubelet(member) ? kubeletSteps(member) : []), restartStep(member, shape)];
    return [
        {
            title: `Restart of ${host}`,
            order: 'in-turn',
            ...(before === undefined ? {} : { before }),
            steps: afterLeadership(host, count, steps),
            after: gateAfter(member),
        },
    ];
}

;// CONCATENATED MODULE: ./src/cluster/restart-findings.ts


/** Why the cluster cannot spare a running member that has to be taken down, or why that is unknown; by the member's name. */
function shutGates(all, { members }, cluster) {
    const taken = all.filter(isTakenDown);
    if (members.length === 1)
        return new Map();
    if (cluster === undefined) {
        const unknown = {
            at: 'gate',
            fact: `${taken.map(({ name }) => name).join(', ')} would have to be restarted, and no member could be asked how the cluster is.`,
            cause: 'The members do not answer, or their client certificates have expired.',
            fix: 'See that etcd answers on the hosts. If its client certificates have expired or are gone, run once with the inputs as the cluster is, which renews them; then run again with the change.',
        };
        return new Map(taken.map(({ name }) => [name, [unknown]]));
    }
    // they are started and ready before the first that runs is touched
    const idle = new Set(all.filter(({ etcdRuns }) => !etcdRuns).map(({ name }) => name));
    return new Map(taken.flatMap((member) => {
        const gate = gateBefore(member, members.length);
        const findings = gate === undefined ? [] : gateFindings(gate, cluster.health, idle);
        return findings.length === 0 ? [] : [[member.name, findings]];
    }));
}
/** The same fact for several members is told once. */
function distinctFacts(findings) {
    return [...new Map(findings.map((finding) => [`${finding.host ?? ''} ${finding.fact}`, finding])).values()];
}

;// CONCATENATED MODULE: ./src/cluster/left-out.ts


/** Where a finding belongs that says what a run leaves undone. */
const LEFT_OUT = 'left out';
/**
 * Leaves out the restarts that the cluster cannot spare now, with everything that only a restart puts into effect, so that the
 * rest of the plan (certificates, modes, kubelet, records) need not wait for them. If one member cannot be spared, none is
 * restarted: one that is not healthy itself could be, but would most likely not come back with the others as they are.
 * @param shut why the gate of a member's restart is shut, by the member's name; no entry: it is open.
 */
function holdRestarts(members, shut) {
    if (shut.size === 0)
        return { members, leftOut: [] };
    const others = distinctFacts([...shut.values()].flat());
    return {
        members: members.map((member) => (isTakenDown(member) ? withoutRestart(member) : member)),
        leftOut: members
            .filter(isTakenDown)
            .map((member) => heldRestart(member, shut.get(member.name) ?? others)),
    };
}
/**
 * Leaves out certificates that are due and cannot be signed now.
 * @param why what keeps the CA from signing.
 */
function holdLeaves(members, why) {
    return {
        members: members.map((member) => ({
            ...member,
            differences: { ...member.differences, leaves: new Map() },
        })),
        leftOut: members
            .filter(({ differences }) => differences.leaves.size > 0)
            .map(({ name, differences }) => ({
            host: name,
            at: LEFT_OUT,
            fact: `its certificates are not renewed (${[...differences.leaves.values()].join('; ')}): ${facts(why, name)}`,
            cause: 'A host that is away may be the one that keeps the key of the CA.',
            fix: 'Bring the host back, or give `ca-certificate` and `ca-key`, and run again before the certificates end.',
        })),
    };
}
function withoutRestart(member) {
    const isHeld = endsWithKubelet(member);
    const differences = { ...member.differences, manifest: [], kubeadmConfig: [] };
    return { ...member, isHeld, differences: isHeld ? { ...differences, kubelet: [] } : differences };
}
function heldRestart(member, why) {
    const { name, differences } = member;
    const { kubelet, kubeadmConfig, manifest } = differences;
    const changes = [...(endsWithKubelet(member) ? kubelet : []), ...kubeadmConfig, ...manifest];
    return {
        host: name,
        at: LEFT_OUT,
        fact: `it is not restarted, so it goes on with what it runs (${changes.join('; ') || 'kubelet would end it when it starts'}): ${facts(why, name)}`,
        cause: 'A restart takes the member away for seconds, and the cluster cannot spare it now.',
        fix: 'Bring the members back that are named here, then run again.',
    };
}
/** The facts in one line; the host's own need not name it again. */
function facts(findings, of) {
    return findings
        .map(({ host, fact }) => (host === undefined || host === of ? fact : `${host}: ${fact}`))
        .join(' ');
}

;// CONCATENATED MODULE: ./src/cluster/host-state.ts
/** The text of state.json. */
function formatHostState(state) {
    return `${JSON.stringify(state, null, 2)}\n`;
}
/** Reads state.json; `undefined` when it is not one that this release can read. */
function parseHostState(text) {
    let value;
    try {
        value = JSON.parse(text);
    }
    catch {
        return undefined;
    }
    return isHostState(value) ? value : undefined;
}
function isHostState(value) {
    if (!isRecord(value) || value['schema'] !== 1)
        return false;
    const { cluster, member, phase, kubernetesVersion, files, clientCopy } = value;
    return ((clientCopy === undefined || hasStrings(clientCopy, ['fingerprint', 'renewedAt', 'oldEndsAt'])) &&
        hasStrings(cluster, ['name', 'token', 'caFingerprint']) &&
        isRecord(cluster) &&
        isToken(cluster['token']) &&
        isKnownCustody(cluster) &&
        hasStrings(member, ['name', 'address']) &&
        (phase === 'bootstrapping' || phase === 'member') &&
        typeof kubernetesVersion === 'string' &&
        isRecord(files) &&
        Object.values(files).every((digest) => typeof digest === 'string'));
}
/**
 * Whether a text can be a cluster's token: the token that one host has goes into the configurations of all others, so it
 * has no character that is not seen, and not more of them than any tool makes.
 */
function isToken(value) {
    return typeof value === 'string' && /^[\x20-\x7e]{1,256}$/.test(value);
}
/** A custody of a later release is not one to be taken for ours. */
function isKnownCustody(cluster) {
    return isRecord(cluster) && [undefined, 'input-only'].includes(cluster['caCustody']);
}
function isRecord(value) {
    return typeof value === 'object' && value !== null && !Array.isArray(value);
}
function hasStrings(value, keys) {
    return isRecord(value) && keys.every((key) => typeof value[key] === 'string');
}

;// CONCATENATED MODULE: ./src/cluster/joined-node.ts

/** What only a node that has joined has; `kubeadm join` removes bootstrap-kubelet.conf when it is through. */
const JOINED = ['/etc/kubernetes/kubelet.conf', '/etc/kubernetes/admin.conf'];
/**
 * A host with marks of `kubeadm join` or `kubeadm init`. To remove what a join that failed has left is advised only where nothing of an
 * etcd is on the host, and all of that was seen: `kubeadm reset` removes etcd's data with the rest.
 */
function joinedNode(facts) {
    const marks = kubeadm_paths/* NODE_MARKS */.C8.filter((path) => facts.files.has(path));
    if (marks.length === 0)
        return [];
    const fact = `it is a node of a Kubernetes cluster (${marks.join(', ')}).`;
    const own = 'Give hosts of their own to etcd: its kubelet runs alone and would leave that cluster.';
    if (marks.some((path) => JOINED.includes(path)) || !isWithoutEtcd(facts)) {
        return [
            { at: 'host', fact, cause: 'The address of a control-plane or worker node was given.', fix: own },
        ];
    }
    return [
        {
            at: 'host',
            fact: `it holds files of a Kubernetes node that has not joined: ${marks.join(', ')}.`,
            cause: 'A `kubeadm join` or `kubeadm init` failed or still runs there, or the address of a node was given.',
            fix: `If it is left over from a join that failed, and nothing else is on the host, run \`kubeadm reset -f\` there: it stops kubelet's pods and removes what is in /etc/kubernetes/manifests, /etc/kubernetes/pki and the kubeconfig files. Then run again. Otherwise: ${own}`,
        },
    ];
}
function isWithoutEtcd({ dataDir, files, containers, state, unseen }) {
    const isSeen = !unseen.some(({ what }) => ['files', 'data-dir', 'containers'].includes(what));
    const hasData = dataDir.hasLog || dataDir.hasBlankLog || dataDir.hasLogElsewhere === true;
    const isEmpty = dataDir.empty && dataDir.walDir?.empty !== false;
    return (isSeen &&
        !hasData &&
        isEmpty &&
        state === 'absent' &&
        containers.length === 0 &&
        !files.has(kubeadm_paths/* ETCD_MANIFEST */.jl));
}

;// CONCATENATED MODULE: ./src/cluster/ownership.ts






/** The token that a host's etcd was founded with; undefined where there is no etcd. */
function tokenOn(owned) {
    if (owned.kind === 'pristine')
        return undefined;
    return owned.kind === 'unmanaged' ? owned.token : owned.state.cluster.token;
}
/** What the action has recorded on a host. */
function recordOn(owned) {
    return owned === undefined || owned.kind === 'pristine' || owned.kind === 'unmanaged'
        ? undefined
        : owned.state;
}
/**
 * Whose host this is. Anything that is neither empty nor wholly this cluster's own is a finding: the action then
 * touches nothing.
 */
function classifyHost(member, clusterName) {
    const { facts } = member;
    const findings = [...joinedNode(facts), ...otherManifests(facts), ...strangeFiles(facts)];
    const { state } = facts;
    if (state === 'absent') {
        const token = tokenOfRunningMember(facts);
        if (token !== undefined)
            return withHost(member, findings, { kind: 'unmanaged', token });
        findings.push(...leftovers(facts));
        return withHost(member, findings, { kind: 'pristine' });
    }
    if (state === 'unreadable') {
        findings.push({
            at: 'state',
            fact: "the action's own record on this host cannot be read.",
            cause: 'It was written by a newer release of the action, or was damaged.',
            fix: 'Use the release that wrote it (`uses: …@v1`), or restore /etc/kubernetes/etcd-ha-action/state.json.',
        });
        return withHost(member, findings);
    }
    findings.push(...otherIdentity(member, state, clusterName));
    return withHost(member, findings, { kind: state.phase === 'member' ? 'member' : 'unfinished', state });
}
function withHost(member, findings, ownership) {
    const named = findings.map((finding) => ({ ...finding, host: member.name }));
    return ownership === undefined || named.length > 0 ? { findings: named } : { ownership, findings: [] };
}
/** A kubelet that runs other pods is not ours to configure anew. */
function otherManifests(facts) {
    const others = [...facts.files.values()]
        .filter(({ path, kind }) => kind !== 'directory' && path.startsWith(`${kubeadm_paths/* MANIFEST_DIR */.Kk}/`))
        .map(({ path }) => path)
        .filter((path) => path !== kubeadm_paths/* ETCD_MANIFEST */.jl && !path.slice(kubeadm_paths/* MANIFEST_DIR */.Kk.length + 1).startsWith('.'));
    if (others.length === 0)
        return [];
    return [
        {
            at: 'host',
            fact: `its kubelet manages other pods: ${others.join(', ')}.`,
            cause: 'The host serves another purpose, or a copy of a manifest was left in that folder (each file there is a pod).',
            fix: `Move what does not belong there out of ${kubeadm_paths/* MANIFEST_DIR */.Kk}, or use another host.`,
        },
    ];
}
/** Manifest, log and a running container: a member that somebody else has set up. */
function tokenOfRunningMember({ files, dataDir, containers }) {
    const manifest = memberManifest({ files });
    if (manifest === undefined || !dataDir.hasLog || !containers.some(({ running }) => running))
        return undefined;
    const token = manifest.arguments.get('initial-cluster-token') ?? DEFAULT_CLUSTER_TOKEN;
    return isToken(token) ? token : undefined;
}
/** Marks of an etcd that the action did not begin and that does not run as a member: never ours to overwrite. */
function leftovers(facts) {
    const found = [];
    const { empty, hasLog, walDir } = facts.dataDir;
    if (hasLog)
        found.push("a member's data");
    else if (!empty)
        found.push('files in the data dir');
    if (!hasLog && walDir?.empty === false)
        found.push('files in `wal-dir`');
    if (facts.files.has(kubeadm_paths/* ETCD_MANIFEST */.jl))
        found.push(kubeadm_paths/* ETCD_MANIFEST */.jl);
    found.push(...leafFiles()
        .map(({ path }) => path)
        .filter((path) => facts.files.has(path)));
    const running = facts.containers.filter((container) => container.running);
    if (running.length > 0)
        found.push('a running etcd container');
    if (found.length === 0)
        return [];
    return [
        {
            at: 'host',
            fact: `it holds an etcd that this action did not set up: ${found.join(', ')}.`,
            cause: 'It was a member of an earlier cluster, or a set-up by hand that was not finished, or one that is stopped or has another `data-dir` or `wal-dir`.',
            fix: 'If it is still needed, start it and give its `data-dir` and `wal-dir`: a healthy cluster is taken over as it is. If not, use a fresh host, or move what is named here to another place and keep it until it is certain that no cluster needs it.',
        },
    ];
}
/** The pki tree of an etcd host is its own: what else lies there would be trusted, or taken for ours. */
function strangeFiles(facts) {
    const known = new Set([kubeadm_paths/* CA_CERTIFICATE */.vB, kubeadm_paths/* CA_KEY */.r$, ...leafFiles().map(({ path }) => path), ...kubeadm_paths/* NODE_MARKS */.C8]);
    const strangers = [...facts.files.values()]
        .filter(({ path, kind }) => kind !== 'directory' && path.startsWith(`${kubeadm_paths/* PKI_DIR */.Hw}/`) && !known.has(path))
        .map(({ path }) => path)
        .filter((path) => !isStaged(path));
    if (strangers.length === 0)
        return [];
    return [
        {
            at: 'host',
            fact: `${kubeadm_paths/* PKI_DIR */.Hw} holds files of something else: ${strangers.join(', ')}.`,
            cause: 'The host serves another purpose, or copies were left there.',
            fix: 'Move what does not belong to this etcd out of that folder, or use another host.',
        },
    ];
}
/** A file that an earlier delivery had written aside when it was cut off; the next one writes it anew. */
function isStaged(path) {
    return /\/\.[^/]+\.etcd-ha-action$/.test(path); // stagedPath
}
function otherIdentity(member, state, clusterName) {
    const findings = [];
    if (state.cluster.name !== clusterName) {
        findings.push({
            at: 'cluster-name',
            fact: `it belongs to the cluster "${state.cluster.name}", not to "${clusterName}".`,
            cause: 'The address of another cluster was given, or `cluster-name` was changed.',
            fix: `Set \`cluster-name: ${state.cluster.name}\`, or give this cluster's own hosts.`,
        });
    }
    if (state.member.name !== member.name || state.member.address !== member.address) {
        findings.push({
            at: 'hosts',
            fact: `it was set up as member "${state.member.name}" at ${state.member.address}, now "${member.name}" at ${member.address} is asked for.`,
            cause: 'Two entries were swapped, the host was renamed, or its address has changed.',
            fix: `Give it as \`${state.member.name}=${state.member.address}\`.`,
        });
    }
    return findings;
}

;// CONCATENATED MODULE: ./src/cluster/absent-members.ts





/**
 * Members whose hosts could not be reached, with their names: those of the inputs, else what a majority of the reached
 * members' manifests calls the member at that address. A host without a known name is left out of the result.
 */
function resolveAbsent(absent, members) {
    const names = namesByAddress(members);
    return absent.flatMap((one) => {
        const { address } = one.host;
        const name = one.host.name ?? names.get(address);
        return name === undefined ? [] : [{ ...one, name, address }];
    });
}
/** Reached and absent members in the order of the inputs. */
function inOrderOfInputs(members, absent) {
    const all = members.map(({ name, address }) => ({ name, address }));
    for (const { name, address, position } of absent.toSorted((one, other) => one.position - other.position))
        all.splice(position, 0, { name, address });
    return all;
}
/**
 * Why the reached members cannot be worked on while the others are away; empty if they can. That takes a cluster that has
 * been proven healthy, by the record of each reached host, and a healthy majority now.
 * @param absent every host that could not be reached.
 */
function absenceFindings(absent, members, ownership, cluster) {
    if (absent.length === 0)
        return [];
    const why = reasonsOf(absent);
    const unproven = members.filter(({ name }) => recordOn(ownership.get(name))?.phase !== 'member');
    // a cluster that is yet to be made, or to be taken over, needs all of its hosts
    if (unproven.length > 0)
        return why;
    const total = members.length + absent.length;
    if (members.length < (0,quorum/* quorumOf */.N)(total))
        return [...why, tooFewReached(members.length, total)];
    if (resolveAbsent(absent, members).length < absent.length)
        return [...why, unnamed(absent)];
    if (cluster === undefined)
        return [...why, notAsked()];
    return gateFindings({ kind: 'quorum' }, cluster.health).length === 0
        ? []
        : [...why, ...gateFindings({ kind: 'quorum' }, cluster.health)];
}
/** What the run leaves undone on the absent hosts: why they could not be reached, and what that means for each of them. */
function absentLeftOut(absent) {
    return [
        ...reasonsOf(absent),
        ...absent.map(({ name }) => ({
            host: name,
            at: LEFT_OUT,
            fact: 'this run has neither looked at the host nor changed it: its certificates, configuration and record are as they were.',
            cause: 'The host could not be reached or looked at; the other members are a healthy majority, and the run went on with them.',
            fix: 'Bring the host back and run again. A certificate that ends meanwhile keeps the member out of the cluster.',
        })),
    ];
}
/** A bastion that failed is one reason for all hosts behind it. */
function reasonsOf(absent) {
    return [...new Set(absent.flatMap(({ why }) => why))];
}
/** Names by address, as `initial-cluster` of most reached members has them. */
function namesByAddress(members) {
    const votes = new Map();
    for (const { facts } of members) {
        for (const { name, address } of absent_members_initialCluster(memberManifest(facts)?.arguments.get('initial-cluster'))) {
            const forAddress = votes.get(address) ?? new Map();
            forAddress.set(name, (forAddress.get(name) ?? 0) + 1);
            votes.set(address, forAddress);
        }
    }
    return new Map([...votes].flatMap(([address, names]) => {
        const winner = [...names].find(([, count]) => count > members.length / 2);
        return winner === undefined ? [] : [[address, winner[0]]];
    }));
}
/** The entries of etcd's `--initial-cluster`: `name=URL`, separated by commas (client/pkg/types/urlsmap.go). */
function absent_members_initialCluster(value = '') {
    return value.split(',').flatMap((entry) => {
        const at = entry.indexOf('=');
        const url = URL.parse(entry.slice(at + 1));
        if (at < 1 || url === null)
            return [];
        return [{ name: entry.slice(0, at), address: url.hostname.replace(/^\[(.*)\]$/, '$1') }];
    });
}
function tooFewReached(reached, total) {
    return {
        at: 'hosts',
        fact: `${reached} of ${total} hosts could be reached, and a majority is needed to work on the others.`,
        cause: 'The runner, a bastion or a network is cut off, or the hosts are down.',
        fix: `Bring hosts back until ${(0,quorum/* quorumOf */.N)(total)} can be reached, then run again.`,
    };
}
function unnamed(absent) {
    return {
        at: 'names',
        fact: `the inputs give no name for ${absent
            .filter(({ host }) => host.name === undefined)
            .map(({ host }) => host.address)
            .join(', ')}, and most of the reached members do not know a member at that address.`,
        cause: 'The host was added to the list, or its address has changed.',
        fix: 'List the hosts that the cluster was made of, by `NAME=ADDRESS`, and run again.',
    };
}
function notAsked() {
    return {
        at: 'members',
        fact: 'no member could be asked how the cluster is, so it is unknown whether a majority is healthy.',
        cause: 'No reached member answers, or their client certificates have expired.',
        fix: 'See that etcd runs on the hosts that can be reached, or bring the other hosts back, then run again.',
    };
}

// EXTERNAL MODULE: ./src/kubeadm/etcd-flags.ts
var etcd_flags = __webpack_require__(88239);
// EXTERNAL MODULE: ./src/pki/inspect.ts
var inspect = __webpack_require__(56624);
// EXTERNAL MODULE: ./src/pki/alt-names.ts
var alt_names = __webpack_require__(11630);
;// CONCATENATED MODULE: ./src/pki/verify.ts





/**
 * Checks that a leaf will work for its member: issued by the CA, valid now, belonging to its key, usable for its
 * purpose, naming the member. Gives every finding, each beginning with the file's path under /etc/kubernetes/pki; none
 * means that the leaf is good. Nothing is thrown for a bad leaf.
 */
function verifyLeaf(leaf, expected) {
    const path = leafProfiles[expected.profile].path;
    let certificate;
    let info;
    try {
        certificate = new external_node_crypto_.X509Certificate(leaf.certificatePem);
        info = (0,inspect/* inspectCertificate */.ow)(leaf.certificatePem);
    }
    catch (error) {
        return [`${path}.crt is not a certificate that can be read (${(0,src_findings/* errorMessage */.gJ)(error)})`];
    }
    return [
        ...[
            ...issuerFindings(certificate, info, expected.authority.certificate),
            ...validityFindings(info, expected.now),
            ...usageFindings(info, expected.profile),
            ...nameFindings(info, expected),
        ].map((finding) => `${path}.crt ${finding}`),
        ...(leaf.keyPem === undefined ? [] : keyFindings(certificate, leaf.keyPem)).map((finding) => `${path}.key ${finding}`),
    ];
}
/** Whether this CA has signed a certificate (PEM); undefined for what is no certificate. */
function isSignedBy(certificatePem, { certificate: authority }) {
    try {
        const leaf = new external_node_crypto_.X509Certificate(certificatePem);
        return issuerFindings(leaf, (0,inspect/* inspectCertificate */.ow)(certificatePem), authority).length === 0;
    }
    catch {
        return undefined;
    }
}
function issuerFindings(leaf, info, authority) {
    if (leaf.issuer !== authority.subject) {
        return [`was issued by "${info.issuer}", not by this cluster's CA "${authority.subject}"`];
    }
    if (!leaf.checkIssued(authority) || !leaf.verify(authority.publicKey)) {
        return [
            `was not signed by this cluster's CA (SHA-256 ${authority.fingerprint256}) but by another one of the same name`,
        ];
    }
    return [];
}
function validityFindings(info, now) {
    if (now > info.notAfter)
        return [`expired on ${info.notAfter.toISOString()}`];
    if (now < info.notBefore)
        return [`is not valid before ${info.notBefore.toISOString()}`];
    return [];
}
function usageFindings(info, profile) {
    const findings = [];
    if (info.keyUsages?.includes('digitalSignature') === false) {
        findings.push('lacks the key usage digitalSignature');
    }
    const granted = info.extendedKeyUsages;
    const missing = leafProfiles[profile].usages.filter((usage) => granted?.includes(usage) === false);
    if (missing.length > 0 && granted?.includes('anyExtendedKeyUsage') !== true) {
        findings.push(`lacks the extended key usage ${missing.join(' and ')}`);
    }
    return findings;
}
function nameFindings(info, expected) {
    if (!leafProfiles[expected.profile].namesMember)
        return [];
    const missing = (0,alt_names/* memberAltNames */.G1)(expected.member)
        .map(alt_names/* formatAltName */.Q2)
        .filter((name) => !info.sans.includes(name));
    return missing.length === 0
        ? []
        : [`does not name ${missing.join(', ')} (it names ${info.sans.join(', ')})`];
}
function keyFindings(certificate, keyPem) {
    try {
        return certificate.checkPrivateKey((0,external_node_crypto_.createPrivateKey)(keyPem))
            ? []
            : ['does not belong to its certificate'];
    }
    catch (error) {
        return [`is not a private key that can be read (${(0,src_findings/* errorMessage */.gJ)(error)})`];
    }
}

;// CONCATENATED MODULE: ./src/cluster/certificate-names.ts






/** A member as its certificates name it. */
function namedMember({ name, address }, extraSans) {
    return { name, address, extraSans };
}
/**
 * Names that a certificate on a host has because the inputs asked for them once, and that they do not ask for any more.
 * What was asked for is in the kubeadm configuration that the last run has left there; whatever else the certificate
 * names, somebody else has put into it.
 */
function withdrawnNames(member, profile, extraSans) {
    const asked = certSans(member.facts.files.get(kubeadm_paths/* KUBEADM_CONFIG */.XA)?.text ?? '').flatMap(formatted);
    return unaskedNames(member, profile, extraSans).filter((name) => asked.includes(name));
}
/**
 * Reminds of names in certificates that the inputs do not ask for, and that the next certificate will lack: those of a
 * cluster that was set up in another way.
 * @param issued what this run issues by itself already.
 */
function namesToBeLost(member, extraSans, issued) {
    const lost = leaf_profiles_leafProfileNames.flatMap((profile) => {
        const withdrawn = withdrawnNames(member, profile, extraSans);
        const names = unaskedNames(member, profile, extraSans).filter((name) => !withdrawn.includes(name));
        return names.length === 0 ? [] : [{ profile, names }];
    });
    if (lost.length === 0)
        return [];
    const names = [...new Set(lost.flatMap((each) => each.names))];
    const paths = lost.map(({ profile }) => leafPath(profile, 'certificate')).join(' and ');
    const when = lost.some(({ profile }) => issued.has(profile))
        ? 'this run issues'
        : 'is issued at the renewal';
    return [
        {
            host: member.name,
            at: 'extra-sans',
            fact: `its ${paths} ${lost.length === 1 ? 'names' : 'name'} ${names.join(', ')}, and the one that ${when} will not.`,
            cause: 'The certificates were made in another way, with names that the inputs do not ask for.',
            fix: `If clients use them, give \`extra-sans: ${names.map((name) => name.replace(/^(DNS|IP):/, '')).join(', ')}\`.`,
        },
    ];
}
/** Names in a certificate that the inputs do not ask for, of the kinds that kubeadm writes. */
function unaskedNames(member, profile, extraSans) {
    if (!leafProfiles[profile].namesMember)
        return [];
    const wanted = (0,alt_names/* memberAltNames */.G1)(namedMember(member, extraSans)).map(alt_names/* formatAltName */.Q2);
    return certificate_names_namesIn(member.facts, profile).filter((name) => /^(DNS|IP):/.test(name) && !wanted.includes(name));
}
function certificate_names_namesIn({ files }, profile) {
    try {
        return (0,inspect/* inspectCertificate */.ow)(files.get(leafPath(profile, 'certificate'))?.text ?? '').sans;
    }
    catch {
        return []; // it is missing or none, and is issued anew
    }
}
function formatted(name) {
    try {
        return [(0,alt_names/* formatAltName */.Q2)((0,alt_names/* parseAltName */.yA)(name))];
    }
    catch {
        return [];
    }
}

// EXTERNAL MODULE: ./src/pki/keys.ts
var pki_keys = __webpack_require__(34390);
;// CONCATENATED MODULE: ./src/pki/key-forms.ts


/**
 * SHA-256 (hex) of the files that a private key may lie in: the text as it is given, and the key as kubeadm (PKCS#1 or
 * SEC 1) and OpenSSL (PKCS#8) write it, each with and without a line break at its end. A file of another form holds the
 * key unseen: an equal digest proves that the keys are equal, another digest proves nothing.
 * @param keyPem PEM. What is no key gives the digests of its text alone.
 */
function keyFileDigests(keyPem) {
    const texts = [keyPem, ...formsOf(keyPem)].flatMap((text) => [text, text.trimEnd(), `${text.trimEnd()}\n`]);
    return new Set(texts.map((text) => (0,external_node_crypto_.createHash)('sha256').update(text).digest('hex')));
}
function formsOf(keyPem) {
    let key;
    try {
        key = (0,external_node_crypto_.createPrivateKey)(keyPem);
    }
    catch {
        return [];
    }
    const pkcs8 = key.export({ type: 'pkcs8', format: 'pem' }).toString();
    return key.asymmetricKeyType === 'rsa' || key.asymmetricKeyType === 'ec'
        ? [pkcs8, (0,pki_keys/* privateKeyToPem */.Ux)(key)]
        : [pkcs8];
}

;// CONCATENATED MODULE: ./src/cluster/authority-key.ts



/** Whether the CA's key lies on a host, or what a delivery that was cut off has left of it. */
function holdsAuthorityKey({ files }) {
    return files.has(kubeadm_paths/* CA_KEY */.r$) || files.has((0,kubeadm_paths/* stagedPath */.w1)(kubeadm_paths/* CA_KEY */.r$));
}
/** The hosts that have a file `ca.key`, in the order of the inputs. That it is the key of the CA is their word alone. */
function keyHolders(members) {
    return members.filter(({ facts }) => facts.files.has(kubeadm_paths/* CA_KEY */.r$));
}
/**
 * Chooses the host that keeps the CA's key. A key that is delivered goes to the first host of the inputs, always: a file
 * of that name on another host gives it no claim, and it is refused unless it is that very key. Of a key that lies on
 * hosts already, the first host that has it keeps it.
 */
function keyClaims(members, ownership, { from, brought, custody, deliversKey }) {
    if (custody === 'input-only')
        return { findings: [], warnings: [] };
    const holders = keyHolders(members);
    const first = members[0]?.name ?? '';
    const digests = brought === undefined ? new Set() : keyFileDigests(brought.keyPem);
    const isBrought = (member) => digests.has(digestOf(member) ?? '');
    if (from !== 'host' && deliversKey) {
        const strange = holders.filter((member) => !isBrought(member));
        // a run of ours that was cut off has put it there
        const isOurs = ({ name }) => name === first && recordOn(ownership.get(name)) !== undefined;
        return {
            keeper: first,
            findings: strange.filter((member) => !isOurs(member)).map((member) => strangeKey(member, first, from)),
            warnings: holders
                .filter((member) => member.name !== first && isBrought(member))
                .map(({ name }) => copyOfKey(name, first, 'it is that key')),
        };
    }
    const keeper = (from === 'host' ? holders : holders.filter(isBrought))[0]?.name ?? first;
    const kept = members.find(({ name }) => name === keeper);
    return {
        keeper,
        findings: [],
        warnings: [
            ...(deliversKey && keeper !== first ? [keptElsewhere(keeper, first)] : []),
            ...holders
                .filter(({ name }) => name !== keeper)
                .map((member) => copyOfKey(member.name, keeper, likeness(member, kept))),
        ],
    };
}
function digestOf({ facts }) {
    return facts.files.get(kubeadm_paths/* CA_KEY */.r$)?.sha256;
}
function likeness(member, keeper) {
    const [own, kept] = [digestOf(member), keeper === undefined ? undefined : digestOf(keeper)];
    if (own === undefined || kept === undefined)
        return 'whether it is the same key is not known';
    return own === kept ? 'it is the same file' : 'it is another file';
}
function strangeKey({ name, facts }, first, from) {
    const digest = facts.files.get(kubeadm_paths/* CA_KEY */.r$)?.sha256;
    const seen = digest === undefined ? 'its digest could not be read' : `SHA-256 of the file ${digest}`;
    const other = from === 'input'
        ? 'it is not known to be the key that `ca-key` holds'
        : "this run makes a CA, so it is not that CA's";
    return {
        host: name,
        at: 'ca-key',
        fact: `${kubeadm_paths/* CA_KEY */.r$} is there (${seen}), and ${other}; the key of the CA goes to ${first} alone, and replaces nothing.`,
        cause: 'It is the key of an earlier CA, or the hosts are listed in another order than in a run that was cut off.',
        fix: `Find out whose key it is. If the CA of these hosts is to be used, put its ca.crt beside it; otherwise move ${kubeadm_paths/* CA_KEY */.r$} to a safe place off the host, and run again.`,
    };
}
function copyOfKey(host, keeper, words) {
    return {
        host,
        at: 'ca-key',
        fact: `it has ${kubeadm_paths/* CA_KEY */.r$} too, and ${keeper} keeps the key of the CA (${words}); the run does not use this file.`,
        cause: 'The key was copied there, or the hosts were listed in another order before.',
        fix: `Move it to a safe place off the host if nothing there needs it: root on each host that has the key can sign for the whole cluster.`,
    };
}
function keptElsewhere(keeper, first) {
    return {
        host: keeper,
        at: 'ca-key',
        fact: `the CA of this new cluster, with its key, is the one that lies on this host, not on ${first}, the first host.`,
        cause: 'The CA was prepared on this host.',
        fix: 'If you did not put it there, do not go on: root on this host then signs for the whole cluster. Otherwise list this host first.',
    };
}
/** What a plan for a new cluster says of the key, in words. */
function describeKeeper(from, keeper) {
    if (keeper === undefined)
        return 'the key of the CA goes to no host (`ca-custody: input-only`)';
    return from === 'input' || from === 'made'
        ? `the key of the CA goes to ${keeper}, the first host, and to no other`
        : `the key of the CA stays on ${keeper}, and goes to no other host`;
}
/** Takes the CA's key from hosts, once the cluster is proven: with a cluster that does not work it may still be needed there. */
function removalStage(members, keyKeeper) {
    const holders = keyKeeper === undefined ? members.filter(({ facts }) => holdsAuthorityKey(facts)) : [];
    return {
        title: 'Key of the CA',
        steps: holders.map(({ name }) => ({
            kind: 'remove-authority-key',
            host: name,
            why: 'ca-custody: input-only; the inputs have it',
        })),
    };
}

// EXTERNAL MODULE: ./src/pki/validity.ts
var validity = __webpack_require__(29540);
;// CONCATENATED MODULE: ./src/cluster/differences.ts














/** Compares a member's host with what it ought to be. */
function differencesOf(member, comparison) {
    const { desired, record } = comparison;
    const found = {
        kubelet: textDifferences(member, desired, [kubeadm_paths/* KUBELET_CONFIG */.So, kubeadm_paths/* KUBELET_DROP_IN */.jy]),
        kubeadmConfig: textDifferences(member, desired, kubeadmFiles(desired)),
        manifest: manifestDifferences(member, desired, record),
        authority: member.facts.files.has(kubeadm_paths/* CA_CERTIFICATE */.vB) ? [] : [`${kubeadm_paths/* CA_CERTIFICATE */.vB} is missing`],
        authorityKey: keyDifferences(member, comparison),
        leaves: leafDifferences(member, comparison),
        modes: modeDifferences(member, comparison),
        record: [],
    };
    // What is changed is recorded in any case; told apart is only a record that is wrong by itself.
    return isAsDesired(found) ? { ...found, record: recordDifferences(member, comparison) } : found;
}
/** Whether there is none. */
function isAsDesired(found) {
    const { kubelet, kubeadmConfig, manifest, authority, authorityKey, leaves, modes, record } = found;
    const lists = [kubelet, kubeadmConfig, manifest, authority, authorityKey, record];
    return lists.every((list) => list.length === 0) && leaves.size === 0 && modes.size === 0;
}
/** All of them as lines, for the plan's reasons. */
function describeDifferences(found) {
    return [
        ...found.kubelet,
        ...found.kubeadmConfig,
        ...found.manifest,
        ...found.authority,
        ...found.authorityKey,
        ...found.leaves.values(),
        ...[...found.modes].map(([path, mode]) => `${path} allows more than the mode ${mode}, cannot be read by its owner, or does not belong to root`),
        ...found.record,
    ];
}
function keyDifferences({ facts }, { caCustody }) {
    return caCustody === 'input-only' && holdsAuthorityKey(facts)
        ? [`${kubeadm_paths/* CA_KEY */.r$} is there, and with \`ca-custody: input-only\` no host keeps it`]
        : [];
}
function textDifferences({ facts }, desired, paths) {
    return paths.flatMap((path) => {
        const found = facts.files.get(path);
        if (found === undefined)
            return [`${path} is missing`];
        return found.text === desired.texts.get(path) ? [] : [`${path} is not what the inputs ask for`];
    });
}
function manifestDifferences({ facts }, desired, record) {
    const file = facts.files.get(kubeadm_paths/* ETCD_MANIFEST */.jl);
    if (facts.files.has(kubeadm_paths/* OUTGOING_MANIFEST */.Fc))
        return ['a restart of etcd was cut off before it was seen ready'];
    if (file === undefined)
        return [`${kubeadm_paths/* ETCD_MANIFEST */.jl} is missing`];
    const manifest = memberManifest(facts);
    if (manifest === undefined)
        return [`${kubeadm_paths/* ETCD_MANIFEST */.jl} is no pod that runs etcd`];
    const flags = flagDifferences(manifest, desired.arguments);
    const image = manifest.image === desired.image ? [] : [`its image is ${manifest.image}, wanted ${desired.image}`];
    const configuration = facts.files.get(kubeadm_paths/* KUBEADM_CONFIG */.XA);
    const reset = resetFlags(configuration?.text ?? '', desired.arguments);
    const found = [...flags, ...reset, ...image, ...patchDifferences(configuration?.text, desired)];
    if (found.length > 0)
        return found.map((line) => `etcd: ${line}`);
    // the same flags and image, and yet not what kubeadm had rendered: limits or probes were edited
    if (differsFromRecord(record, facts, kubeadm_paths/* ETCD_MANIFEST */.jl))
        return [`${kubeadm_paths/* ETCD_MANIFEST */.jl} was edited on the host`];
    const isDelivered = configuration?.text === desired.texts.get(kubeadm_paths/* KUBEADM_CONFIG */.XA);
    // cut off between the two: what kubeadm would render now, only kubeadm can tell
    return isDelivered && differsFromRecord(record, facts, kubeadm_paths/* KUBEADM_CONFIG */.XA)
        ? [`${kubeadm_paths/* KUBEADM_CONFIG */.XA} is newer than the manifest`]
        : [];
}
/** A host that the action has not written to yet says nothing of patches. */
function patchDifferences(configuration, { texts }) {
    if (configuration === undefined)
        return [];
    return (0,kubeadm_patches/* patchFolderIn */.AU)(configuration) === (0,kubeadm_patches/* patchFolderIn */.AU)(texts.get(kubeadm_paths/* KUBEADM_CONFIG */.XA) ?? '')
        ? []
        : ['it was rendered with other patches than the inputs ask for'];
}
/** Whether a file that the action has recorded is another one now, or gone. */
function differsFromRecord(record, { files }, path) {
    const recorded = record?.files[path];
    return recorded !== undefined && recorded !== files.get(path)?.sha256;
}
/** Flags of kubeadm's own that its present configuration overrides and the wanted one does not. */
function resetFlags(configuration, wanted) {
    return extraArgNames(configuration)
        .filter((name) => etcd_flags/* KUBEADM_ETCD_FLAGS */.lF.has(name) && !wanted.some((argument) => argument.name === name))
        .map((name) => `--${name} goes back to kubeadm's own value`);
}
/**
 * Flags that are not as wanted, and flags that neither the inputs ask for nor kubeadm sets. What counts only before a
 * member has data is no difference on one that has.
 */
function flagDifferences(manifest, wanted) {
    const asked = wanted.filter(({ name }) => !BOOTSTRAP_FLAGS.has(name));
    return [
        ...argumentDifferences(manifest, asked),
        ...strangeFlags(manifest, wanted).map((name) => `--${name} is set, and the inputs do not ask for it`),
    ];
}
/** Flags of a manifest that neither the action nor kubeadm sets. */
function strangeFlags(manifest, wanted) {
    const known = new Set([...wanted.map(({ name }) => name), ...BOOTSTRAP_FLAGS, ...etcd_flags/* KUBEADM_ETCD_FLAGS */.lF]);
    return [...manifest.arguments.keys()].filter((name) => !known.has(name));
}
function leafDifferences(member, comparison) {
    return new Map(leaf_profiles_leafProfileNames.flatMap((name) => {
        const reason = leafDifference(member, name, comparison);
        return reason === undefined ? [] : [[name, reason]];
    }));
}
function leafDifference(member, profile, { authority, record, renewBeforeDays, extraSans, now }) {
    const { facts } = member;
    const paths = [leafPath(profile, 'certificate'), leafPath(profile, 'key')];
    const missing = paths.filter((path) => !facts.files.has(path));
    if (missing.length > 0)
        return `${missing.join(' and ')} ${missing.length === 1 ? 'is' : 'are'} missing`;
    const certificatePem = facts.files.get(paths[0])?.text ?? '';
    const named = namedMember(member, extraSans);
    const [wrong] = verifyLeaf({ certificatePem }, { authority, profile, member: named, now });
    if (wrong !== undefined)
        return wrong;
    const withdrawn = withdrawnNames(member, profile, extraSans);
    if (withdrawn.length > 0)
        return `${paths[0]} names ${withdrawn.join(', ')}, which the inputs do not ask for any more`;
    // One of the two replaced: they do not belong together any more. Both: somebody has renewed them in another way.
    const changed = paths.filter((path) => differsFromRecord(record, facts, path));
    if (changed.length === 1)
        return `${changed[0]} was replaced without its counterpart`;
    const { notAfter } = (0,inspect/* inspectCertificate */.ow)(certificatePem);
    const left = (0,validity/* daysLeft */.H_)(notAfter, now);
    return left < renewBeforeDays
        ? `${paths[0]} ends on ${notAfter.toISOString()} (${left} days left)`
        : undefined;
}
function modeDifferences({ facts }, { record, places, keepsAuthorityKey }) {
    const wrong = [...expectedModes(keepsAuthorityKey, record)].filter(([path, mode]) => {
        const file = facts.files.get(path);
        return file?.kind === 'file' && !isClosedEnough(file, mode);
    });
    return new Map([
        ...wrong,
        ...openDataFolders(facts, places).map(({ path }) => [path, DATA_DIR_MODE]),
    ]);
}
/**
 * Whether a file belongs to root and its mode allows no more than wanted. Stricter is no difference: benchmarks ask for
 * it, and kubelet and etcd are root. Only the owner must be able to read it, in a pod without capabilities as well.
 * @param wanted permission bits in octal.
 */
function isClosedEnough({ mode, owner }, wanted) {
    const bits = Number.parseInt(mode, 8);
    const isNoWider = (bits & ~Number.parseInt(wanted, 8)) === 0;
    return owner === '0:0' && isNoWider && (bits & OWNER_READS) !== 0;
}
const OWNER_READS = 0o400;
/** Modes of a member's files, octal by path. @param record absent: the action has put no files of its own there. */
function expectedModes(keepsAuthorityKey, record) {
    return new Map([
        ...expectedPkiTree(keepsAuthorityKey),
        [kubeadm_paths/* ETCD_MANIFEST */.jl, PRIVATE_MODE],
        ...(record === undefined ? [] : [...CONFIGURATION_MODES, [kubeadm_paths/* STATE_FILE */.bv, PRIVATE_MODE]]),
    ]);
}
/** As kubeadm makes the data dir (cmd/kubeadm/app/phases/etcd/local.go); the folder of the log holds the same data. */
const DATA_DIR_MODE = '700';
/** The folders of a member's data that have another mode. */
function openDataFolders({ dataDir }, { dataDir: path, walDir }) {
    const folders = [
        { path, fact: dataDir },
        ...(walDir !== undefined && dataDir.walDir !== undefined ? [{ path: walDir, fact: dataDir.walDir }] : []),
    ];
    return folders.flatMap(({ path: folder, fact: { exists, mode } }) => exists && mode !== DATA_DIR_MODE ? [{ path: folder, mode }] : []);
}
function recordDifferences({ facts }, { record, copiedClients, caCustody }) {
    if (record === undefined)
        return ['the action has no record of it yet'];
    const stale = Object.entries(record.files).some(([path, digest]) => path !== kubeadm_paths/* CA_KEY */.r$ && facts.files.get(path)?.sha256 !== digest);
    const unfinished = record.phase !== 'member';
    const confirmed = record.clientCopy !== undefined && copiedClients.includes(record.clientCopy.fingerprint);
    const otherCustody = (record.cluster.caCustody ?? 'first-host') !== caCustody;
    return [
        ...(otherCustody ? [`its record is to say \`ca-custody: ${caCustody}\``] : []),
        ...(confirmed ? ['the copies of its apiserver-etcd-client.crt are confirmed'] : []),
        ...(stale ? ["the action's record is older than its files"] : []),
        ...(unfinished ? ['the cluster is proven healthy, and its record does not say so yet'] : []),
    ];
}

;// CONCATENATED MODULE: ./src/cluster/adoption.ts







/**
 * What keeps a cluster that somebody else has set up from being taken over. It has to be healthy as a whole, and no
 * member may have to be restarted for it.
 */
function clusterAdoptionFindings(cluster, names) {
    if (cluster?.health.healthy === true)
        return [];
    const why = cluster === undefined
        ? 'no member could be asked.'
        : cluster.health.findings.map(({ fact }) => fact).join(' ');
    return [
        {
            at: 'adopt',
            fact: `${names.join(', ')} ${names.length === 1 ? 'runs' : 'run'} an etcd that this action did not set up, and that cluster is not healthy: ${why}`,
            cause: 'Only a healthy cluster with exactly the members that the inputs name is taken over.',
            fix: 'Mend the cluster, or correct `hosts`, `names` and the ports, and run again.',
        },
    ];
}
/** A pod that somebody else has rendered does not tell whether patches are in it. */
function patchAdoptionFindings(patches) {
    if (patches.length === 0)
        return [];
    return [
        {
            at: 'adopt',
            fact: `\`patches\` are given (${patches.map(({ name }) => name).join(', ')}), and a cluster is taken over as it is, without a restart.`,
            cause: 'The inputs of another cluster, or of the time after the take-over, were given.',
            fix: 'Take it over without `patches`, and give them in a later run, which restarts the members one at a time.',
        },
    ];
}
/** What keeps one member from being taken over without a restart and without the loss of a setting. */
function memberAdoptionFindings(member, desired, differences) {
    const finding = (fact, cause, fix) => ({
        host: member.name,
        at: 'adopt',
        fact,
        cause,
        fix,
    });
    return [
        ...adoption_flagFindings(member, desired, differences, finding),
        ...kubeletFindings(member, desired).map((setting) => finding(`its kubelet has a setting that would be lost: ${setting}.`, 'The kubelet was configured by hand, beyond what the guide says.', 'Give it as `kubelet-config`, or remove it from the host, and run again.')),
    ];
}
function adoption_flagFindings({ facts, address }, desired, { manifest: differences }, finding) {
    const manifest = memberManifest(facts);
    const strange = manifest === undefined ? [] : strangeFlags(manifest, desired.arguments);
    const changed = manifest === undefined ? [] : changedFlags(manifest, desired.arguments);
    const extra = [...strange, ...changed]
        .filter((name) => !etcd_flags/* OWNED_ETCD_FLAGS */.fP.has(name))
        .map((name) => `${name}: ${JSON.stringify(manifest?.arguments.get(name) ?? '')}`);
    const advice = extra.length === 0
        ? 'Give the inputs as the cluster is, take it over, and change it in a later run.'
        : `Give the inputs as the cluster is (\`extra-args: '{${extra.join(', ')}}'\`), take it over, and change it in a later run.`;
    const lost = changed.map((name) => {
        const value = manifest?.arguments.get(name) ?? '';
        return finding(`--${name} is "${value}", kubeadm sets "${etcd_flags/* KUBEADM_FLAG_VALUES */.K9.get(name)?.join('" or "') ?? ''}", and at the member's next restart it would be lost.`, 'The manifest was edited by hand, or rendered with extraArgs of its own.', etcd_flags/* OWNED_ETCD_FLAGS */.fP.has(name) ? ownedFlagAdvice(name, value, address) : advice);
    });
    const different = differences.map((line) => finding(`its member is not as the inputs ask for: ${line}.`, 'A cluster is taken over as it is, without a restart.', advice));
    return [...different, ...lost];
}
function ownedFlagAdvice(name, value, address) {
    const port = Number(/:(\d+)$/.exec(value)?.[1]);
    return name === 'listen-metrics-urls' && value === (0,urls/* metricsUrl */.pP)(address, port)
        ? `Give \`metrics-port: ${port}\`, as the cluster is.`
        : "The action relies on kubeadm's own value: set it on the host, one member at a time, and run again.";
}
/** Flags of kubeadm's own that have another value than kubeadm gives them, and that the inputs do not ask for. */
function changedFlags(manifest, wanted) {
    return [...etcd_flags/* KUBEADM_FLAG_VALUES */.K9].flatMap(([name, values]) => {
        const found = manifest.arguments.get(name);
        const asked = wanted.some((argument) => argument.name === name);
        return found === undefined || asked || values.includes(found) ? [] : [name];
    });
}
/** Flags of kubelet that say what the action's own configuration says as well (the guide's older form has them). */
const COVERED_FLAGS = new Set([
    'config',
    'address',
    'pod-manifest-path',
    'cgroup-driver',
    'container-runtime',
    'container-runtime-endpoint',
]);
/** Settings of the kubelet as it was found that the action's configuration does not have. */
function kubeletFindings({ facts }, desired) {
    const dropIn = facts.files.get(kubeadm_paths/* KUBELET_DROP_IN */.jy)?.text;
    if (dropIn === undefined)
        return [`all of them, for it was not set up through ${kubeadm_paths/* KUBELET_DROP_IN */.jy} as the guide does`];
    const command = /^ExecStart=(\S.*)$/m.exec(dropIn)?.[1] ?? '';
    const flags = [...command.matchAll(/\s(--?([^\s=]+)(?:[= ](?!-)(\S+))?)/g)];
    const others = flags.filter(([, , name = '']) => !COVERED_FLAGS.has(name)).map(([, flag = '']) => flag);
    const config = flags.find(([, , name]) => name === 'config')?.[3];
    return [...others, ...configFindings(config, facts.files, desired)];
}
function configFindings(path, files, desired) {
    if (path === undefined || path === kubeadm_paths/* KUBELET_CONFIG */.So)
        return [];
    const text = path === kubeadm_paths/* GUIDE_KUBELET_CONFIG */.$9 ? files.get(path)?.text : undefined;
    if (text === undefined)
        return [`--config=${path}, a file that this action does not read`];
    const found = adoption_fieldsOf(text);
    if (found === undefined)
        return [`${path} is no KubeletConfiguration that can be read`];
    const wanted = adoption_fieldsOf(desired.texts.get(kubeadm_paths/* KUBELET_CONFIG */.So) ?? '') ?? {};
    return Object.entries(found)
        .filter(([name, value]) => !isSameField(name, value, wanted[name]))
        .map(([name, value]) => `${name}: ${JSON.stringify(value)} (${path})`);
}
/** The same socket has two names: /var/run is a link to /run. */
function isSameField(name, found, wanted) {
    if (name !== 'containerRuntimeEndpoint')
        return (0,external_node_util_.isDeepStrictEqual)(found, wanted);
    const socket = (value) => typeof value === 'string' ? value.replace(/^unix:\/\//, '').replace(/^\/var\/run\//, '/run/') : '';
    return socket(found) === socket(wanted);
}
function adoption_fieldsOf(yaml) {
    const value = (0,foreign_yaml/* readYaml */.gM)(yaml);
    return typeof value === 'object' && value !== null && !Array.isArray(value)
        ? value
        : undefined;
}

// EXTERNAL MODULE: ./src/pki/authority.ts
var pki_authority = __webpack_require__(3133);
;// CONCATENATED MODULE: ./src/cluster/data-dir.ts
/** Whether nothing of etcd's lies where its data and its log are to be. */
function hasNoData({ empty, walDir }) {
    return empty && (walDir?.empty ?? true);
}

;// CONCATENATED MODULE: ./src/cluster/authority.ts






/**
 * The cluster's one CA: brought by the user, else found on the hosts, else made by the run. Never a second one
 * beside one that is there. Of one that is on the hosts, the certificate alone is chosen: see {@link withKey}.
 *
 * A key that is brought or made goes to the first host of the inputs, whatever another host says of itself: with a file
 * of that name root on any host could ask for the key of the CA.
 */
function chooseAuthority(members, ownership, question) {
    const { brought } = question;
    const broughtFingerprint = knownAuthority([], brought?.certificatePem)?.fingerprint;
    const found = members.flatMap((member) => authorityOn(member));
    const findings = [
        ...unreadableOnHosts(found),
        ...conflictsOnHosts(found),
        ...conflictsWithInput(found, broughtFingerprint),
        ...(hasSignedNothing(members) ? [] : conflictsWithState(found, ownership, broughtFingerprint)),
    ];
    if (findings.length > 0)
        return { findings, warnings: [] };
    const holder = found[0];
    const from = brought !== undefined ? 'input' : holder === undefined ? 'made' : 'host';
    const claims = keyClaims(members, ownership, { ...question, from });
    if (claims.findings.length > 0)
        return { findings: claims.findings, warnings: [] };
    const { keeper, warnings } = claims;
    const keyKeeper = keeper === undefined ? {} : { keyKeeper: keeper };
    if (from !== 'host' || holder === undefined)
        return {
            choice: { source: { from: from === 'input' ? 'input' : 'made' }, ...keyKeeper },
            findings,
            warnings,
        };
    const source = { from: 'certificate-only', host: holder.host };
    return { choice: { source, ...keyKeeper }, findings, warnings };
}
/** What was chosen, for a run that issues certificates: of a CA that is on the hosts it takes the key too, from its keeper. */
function withKey(answer, members) {
    const { choice, warnings } = answer;
    if (choice?.source.from !== 'certificate-only')
        return answer;
    const { source, keyKeeper: keeper } = choice;
    if (keeper !== undefined && keyHolders(members).some(({ name }) => name === keeper))
        return { ...answer, choice: { ...choice, source: { from: 'host', host: keeper } } };
    return { findings: [withoutKey(source.host)], warnings };
}
function withoutKey(host) {
    return {
        host,
        at: 'ca-key',
        fact: `${kubeadm_paths/* CA_CERTIFICATE */.vB} is there, and its key is on none of the hosts.`,
        cause: 'The CA was made elsewhere, or ca.key was moved to a safer place after the set-up.',
        fix: 'Give both as inputs `ca-certificate` and `ca-key`, or put ca.key back beside ca.crt on the first host.',
    };
}
/**
 * The CA certificate that this cluster's leaves are checked against: the one given, else the first one of the file found
 * on the hosts, alone, as the hosts get it; undefined while there is none.
 */
function knownAuthority(members, broughtPem) {
    const texts = [broughtPem, ...members.map(({ facts }) => facts.files.get(kubeadm_paths/* CA_CERTIFICATE */.vB)?.text)];
    for (const pem of texts) {
        try {
            if (pem !== undefined)
                return (0,pki_authority/* firstAuthorityOf */.nU)(pem);
        }
        catch {
            // an unreadable one is told of by chooseAuthority
        }
    }
    return undefined;
}
/** A cluster that lives is reached, and its certificates are compared, by its CA. */
function withoutAuthority(members) {
    return {
        at: 'ca',
        fact: `${kubeadm_paths/* CA_CERTIFICATE */.vB} is on none of the hosts (${members.map(({ name }) => name).join(', ')}), and etcd runs there.`,
        cause: 'It was set up without TLS or with certificates in another place, or the file was removed.',
        fix: `Put the CA's certificate there, or give it by the inputs \`ca-certificate\` and \`ca-key\`. An etcd without kubeadm's file layout cannot be taken over.`,
    };
}
function authorityOn(member) {
    const certificate = member.facts.files.get(kubeadm_paths/* CA_CERTIFICATE */.vB);
    if (certificate === undefined)
        return [];
    return [{ host: member.name, fingerprint: fingerprintOf(certificate.text ?? '') }];
}
const UNREADABLE = 'unreadable';
function fingerprintOf(certificatePem) {
    try {
        return (0,pki_authority/* firstAuthorityOf */.nU)(certificatePem).fingerprint;
    }
    catch {
        return UNREADABLE;
    }
}
function unreadableOnHosts(found) {
    return found
        .filter(({ fingerprint }) => fingerprint === UNREADABLE)
        .map(({ host }) => ({
        host,
        at: 'ca',
        fact: `its ${kubeadm_paths/* CA_CERTIFICATE */.vB} is no certificate that can be read.`,
        cause: 'The file was damaged, or something else was copied there.',
        fix: 'Put the certificate of the CA there, in PEM.',
    }));
}
function conflictsOnHosts(found) {
    const byFingerprint = Map.groupBy(found, ({ fingerprint }) => fingerprint);
    if (byFingerprint.size <= 1)
        return [];
    const list = [...byFingerprint].map(([print, group]) => `${group.map(({ host }) => host).join(', ')}: ${print}`);
    return [
        {
            at: 'ca',
            fact: `the hosts hold different CAs (${list.join('; ')}).`,
            cause: 'They belong to different clusters, or one was set up a second time.',
            fix: 'Give the hosts of one cluster only, or move /etc/kubernetes/pki/etcd of the host that does not belong to it to a safe place: the key of a CA that lies there may be the only one.',
        },
    ];
}
function conflictsWithInput(found, brought) {
    if (brought === undefined)
        return [];
    return found
        .filter(({ fingerprint }) => fingerprint !== brought)
        .map(({ host, fingerprint }) => ({
        host,
        at: 'ca-certificate',
        fact: `its CA (${fingerprint}) is not the one given (${brought}).`,
        cause: 'The inputs belong to another cluster.',
        fix: 'Leave `ca-certificate` and `ca-key` out to use the CA on the host, or give that one.',
    }));
}
/**
 * A deploy that was cut off after its record and before its CA's certificate: the CA lies on its host before anything
 * that it signed leaves the runner, so nothing bears its signature, and its key alone is of no use to anybody.
 */
function hasSignedNothing(members) {
    const marks = [kubeadm_paths/* CA_CERTIFICATE */.vB, kubeadm_paths/* ETCD_MANIFEST */.jl, ...leafFiles().map(({ path }) => path)];
    return members.every(({ facts }) => hasNoData(facts.dataDir) &&
        facts.containers.length === 0 &&
        marks.every((path) => !facts.files.has(path)));
}
/** The record on each host names the CA it was begun with. */
function conflictsWithState(found, ownership, brought) {
    const present = brought ?? found[0]?.fingerprint;
    return [...ownership].flatMap(([host, owned]) => {
        const recorded = recordOn(owned)?.cluster.caFingerprint;
        if (recorded === undefined || recorded === present)
            return [];
        return [
            {
                host,
                at: 'ca',
                fact: `it was set up with the CA ${recorded}, and ${present === undefined ? 'no CA is on any host now' : `the CA here is ${present}`}.`,
                cause: 'ca.crt was removed or replaced after the set-up, or the hosts belong to different clusters.',
                fix: `Put the original ${kubeadm_paths/* CA_CERTIFICATE */.vB} (and ca.key on the first host) back.`,
            },
        ];
    });
}

;// CONCATENATED MODULE: ./src/cluster/bootstrap.ts
/**
 * Whether a new cluster may be made where nothing of etcd is found. With a CA that is there already, API servers that
 * trust it may be alive and would meet an empty etcd: the hosts were reimaged, or their disks are not mounted.
 * @param makesAuthority whether this run makes the CA.
 */
function bootstrapFindings(policy, makesAuthority) {
    if (policy === 'allow' || (policy === 'auto' && makesAuthority))
        return [];
    const empty = 'none of the hosts holds anything of etcd, so this run would make a new, empty cluster,';
    if (policy === 'never') {
        return [
            {
                at: 'bootstrap',
                fact: `${empty} and \`bootstrap: never\` forbids it.`,
                cause: 'The hosts were reinstalled, their disks are not mounted, or they were never set up.',
                fix: 'Find out where the data is. Only if there has never been any, run once with `bootstrap: allow`.',
            },
        ];
    }
    return [
        {
            at: 'bootstrap',
            fact: `${empty} with a CA that already exists.`,
            cause: 'It is the first run with a CA of your own; or the hosts of a living cluster were reinstalled, and its API servers would meet an empty etcd.',
            fix: 'If this is the first run, give `bootstrap: allow` once. Otherwise find out where the data is, or restore a backup.',
        },
    ];
}

;// CONCATENATED MODULE: ./src/cluster/preflight/format.ts
const UNITS = ['bytes', 'KiB', 'MiB', 'GiB', 'TiB'];
/** A size for people: `1.4 GiB`, `512 MiB`, `0 bytes`. */
function size(bytes) {
    let unit = 0;
    let value = bytes;
    while (value >= 1024 && unit < UNITS.length - 1) {
        value /= 1024;
        unit += 1;
    }
    return `${trimmed(value)} ${UNITS[unit] ?? ''}`;
}
/** A time for people, from milliseconds: `0.07 ms`, `12 ms`, `1.3 s`, `2 min`. */
function format_duration(milliseconds) {
    if (milliseconds < 1)
        return `${Number(milliseconds.toFixed(2))} ms`;
    if (milliseconds < 1000)
        return `${trimmed(milliseconds)} ms`;
    if (milliseconds < 120_000)
        return `${trimmed(milliseconds / 1000)} s`;
    if (milliseconds < 7_200_000)
        return `${trimmed(milliseconds / 60_000)} min`;
    return `${trimmed(milliseconds / 3_600_000)} h`;
}
/** At most one digit behind the point, none from 100 on. */
function trimmed(value) {
    return String(Number(value.toFixed(value < 100 ? 1 : 0)));
}
/** The middle value; of an even number the mean of the two in the middle. NaN of none. */
function median(values) {
    const sorted = values.toSorted((a, b) => a - b);
    const above = sorted[Math.floor(sorted.length / 2)] ?? NaN;
    const below = sorted[Math.ceil(sorted.length / 2) - 1] ?? NaN;
    return (above + below) / 2;
}

;// CONCATENATED MODULE: ./src/cluster/clocks.ts


/**
 * Hosts on which certificates that are made now would not be valid: by their clocks these begin later, or have ended. Members take none
 * from each other then, and kubelet restarts etcd for ever. A clock that could not be measured is none of them (`unseenFindings`).
 * @param leafDays how long the certificates are to hold.
 */
function clockFindings(members, leafDays) {
    return members.flatMap(({ name: host, facts: { clock } }) => {
        const fact = clock === undefined ? undefined : wrongBy(clock, leafDays);
        return fact === undefined
            ? []
            : [
                {
                    host,
                    at: 'clock',
                    fact,
                    cause: "The host's clock is wrong, or the runner's is.",
                    fix: 'Compare `date -u` on that host with `date -u` in a step of the workflow. Set the wrong one by a time service (`systemctl enable --now chrony` or systemd-timesyncd), then run again.',
                },
            ];
    });
}
/** Undefined where the certificates would be valid for all that is known. */
function wrongBy({ offsetMs, uncertaintyMs }, leafDays) {
    const behind = -offsetMs - uncertaintyMs;
    if (behind > validity/* backdate */.qR)
        return `its clock is at least ${format_duration(behind)} behind the runner's: certificates that a run makes now would not be valid yet on it.`;
    const ahead = offsetMs - uncertaintyMs;
    if (ahead >= leafDays * validity/* MILLISECONDS_A_DAY */.IE)
        return `its clock is at least ${format_duration(ahead)} ahead of the runner's: certificates that a run makes now for ${leafDays} days would have ended on it.`;
    return undefined;
}

;// CONCATENATED MODULE: ./src/cluster/client-copies.ts




const CERTIFICATE = leafPath('apiserverEtcdClient', 'certificate');
/**
 * Client certificates of which the control plane may still have the old copy: renewed by this run, or by an earlier one
 * and never confirmed.
 */
function plannedClientCopies(members, ownership, confirmed) {
    return new Map(members.flatMap(({ name, facts, differences }) => {
        const record = recordOn(ownership.get(name));
        const known = unrecordedRenewal(facts, record) ?? record?.clientCopy;
        const open = known === undefined || confirmed.includes(known.fingerprint) ? undefined : known;
        if (!differences.leaves.has('apiserverEtcdClient'))
            return open === undefined ? [] : [[name, open]];
        const oldEndsAt = open?.oldEndsAt ?? (0,inspect/* certificateEnd */.PX)(facts.files.get(CERTIFICATE)?.text)?.toISOString() ?? '';
        return [[name, { renewed: true, oldEndsAt }]];
    }));
}
/** The pair was replaced since it was recorded: by somebody, or by a run that was cut off before it could record it. */
function unrecordedRenewal({ files }, record) {
    const found = files.get(CERTIFICATE);
    if (record === undefined || found === undefined)
        return undefined;
    if (!differsFromRecord(record, { files }, CERTIFICATE))
        return undefined;
    try {
        const { fingerprint, notBefore } = (0,inspect/* inspectCertificate */.ow)(found.text ?? '');
        const oldEndsAt = record.clientCopy?.oldEndsAt ?? '';
        return { fingerprint, renewedAt: notBefore.toISOString(), oldEndsAt };
    }
    catch {
        return undefined; // it is issued anew
    }
}
/** Reminds of the copies until they are confirmed. */
function clientCopyWarnings(copies) {
    return [...copies].map(([host, copy]) => {
        const until = copy.oldEndsAt === '' ? '' : ` The one before ends on ${copy.oldEndsAt.slice(0, 10)}.`;
        const what = 'renewed' in copy ? 'is renewed by this run' : `was renewed on ${copy.renewedAt.slice(0, 10)}`;
        const fingerprint = 'renewed' in copy ? 'SHA-256 fingerprint' : copy.fingerprint;
        return {
            host,
            at: 'apiserver-etcd-client',
            fact: `its ${CERTIFICATE} ${what}, and nobody has confirmed that the control plane has a copy.${until}`,
            cause: 'API servers use copies of it; the action does not reach their hosts.',
            fix: `If the control plane's copy came from this host, copy ${CERTIFICATE} and its key there again (API servers read them anew by themselves). Then confirm it once: \`client-certificate-copied: ${fingerprint}\`.`,
        };
    });
}

;// CONCATENATED MODULE: ./src/cluster/contradictions.ts

/**
 * Refusals where two sources contradict each other about what runs: the container runtime shows no etcd, and its member
 * answers, or something listens on its client port. Whichever is right, a member must not be started on the word of
 * one of them.
 */
function contradictionFindings(members, cluster, clientPort) {
    return members
        .filter(({ facts }) => !facts.containers.some(({ running }) => running))
        .flatMap((member) => {
        const answering = answers(member.name, cluster);
        if (answering !== undefined)
            return [answersUnseen(member.name, answering)];
        const program = member.facts.listeners.get(clientPort);
        return program === undefined || !holdsMember(member)
            ? []
            : [listensUnseen(member.name, program, clientPort)];
    });
}
/** The client URL at which a member has answered; undefined where none has. */
function answers(name, cluster) {
    const endpoint = cluster?.health.endpoints.find((one) => one.name === name);
    return endpoint === undefined || endpoint.memberId === null ? undefined : endpoint.endpoint;
}
/** On an empty host another program has the port; that is told as a port that is taken. */
function holdsMember({ facts: { state, files, dataDir } }) {
    return typeof state === 'object' || files.has(kubeadm_paths/* ETCD_MANIFEST */.jl) || dataDir.hasLog;
}
function answersUnseen(host, endpoint) {
    return {
        host,
        at: 'host',
        fact: `\`crictl ps\` shows no container of etcd that runs, and a member answers at ${endpoint}.`,
        cause: 'etcd runs under another container runtime than the one that crictl was pointed to, or as a service; or it has just been started.',
        fix: 'Run `crictl ps -a` on that host and see which runtime it asks (/etc/crictl.yaml names it). Run again when it shows the etcd that runs.',
    };
}
function listensUnseen(host, program, port) {
    return {
        host,
        at: 'host',
        fact: `\`crictl ps\` shows no container of etcd that runs, and "${program}" listens on its client port, ${port}.`,
        cause: 'etcd runs under another container runtime than the one that crictl was pointed to, or as a service; or another program has taken the port.',
        fix: `Run \`ss -ltnp 'sport = :${port}'\` and \`crictl ps -a\` on that host. If it is etcd, see which runtime crictl asks (/etc/crictl.yaml names it); if it is another program, give it another port. Then run again.`,
    };
}

;// CONCATENATED MODULE: ./src/cluster/control-plane/hand-over.ts






/** The pair with which API servers ask etcd, at kubeadm's paths on the control plane's hosts as on the members'. */
const CLIENT_FILES = leafFiles().filter(({ name }) => name === 'apiserverEtcdClient');
const hand_over_CERTIFICATE = leafPath('apiserverEtcdClient', 'certificate');
const KEY = leafPath('apiserverEtcdClient', 'key');
/** All that is handed over, each with its mode. */
const HANDED_OVER = new Map([
    [kubeadm_paths/* CA_CERTIFICATE */.vB, CERTIFICATE_MODE],
    ...CLIENT_FILES.map(({ path, mode }) => [path, mode]),
]);
/**
 * What a host of the control plane lacks, or why nothing may be put there: it belongs to another etcd, or holds what
 * nobody knows. Nothing of another CA is ever replaced; of this one, what is missing, does not work, or ends soon.
 */
function handOverTo(host, question) {
    const { name, address, facts } = host;
    const findings = [...strangeEtcd(host), ...noFiles(host), ...otherAuthority(host, question.authority)];
    const handOver = {
        name,
        address,
        authority: facts.files.has(kubeadm_paths/* CA_CERTIFICATE */.vB) ? [] : [`${kubeadm_paths/* CA_CERTIFICATE */.vB} is missing`],
        pair: pairReasons(host, question),
        last: facts.files.has(hand_over_CERTIFICATE) && !facts.files.has(KEY) ? 'key' : 'certificate',
        modes: wrongModes(host),
    };
    return { handOver, findings };
}
/** Whether there is nothing to do. */
function isHandedOver({ authority, pair, modes }) {
    return authority.length + pair.length + modes.size === 0;
}
/** All reasons as lines, for the plan's. */
function describeHandOver({ authority, pair, modes }) {
    return [
        ...authority,
        ...pair,
        ...[...modes].map(([path, mode]) => `${path} allows more than the mode ${mode}, cannot be read by its owner, or does not belong to root`),
    ];
}
function pairReasons({ name, address, facts: { files } }, { authority, renewBeforeDays, now }) {
    const missing = [hand_over_CERTIFICATE, KEY].filter((path) => !files.has(path));
    if (missing.length > 0)
        return [`${missing.join(' and ')} ${missing.length === 1 ? 'is' : 'are'} missing`];
    const certificatePem = files.get(hand_over_CERTIFICATE)?.text ?? '';
    if (authority === undefined)
        return [];
    const member = { name, address };
    const [wrong] = verifyLeaf({ certificatePem }, { authority, profile: 'apiserverEtcdClient', member, now });
    if (wrong !== undefined)
        return [wrong];
    const { notAfter } = (0,inspect/* inspectCertificate */.ow)(certificatePem);
    const left = (0,validity/* daysLeft */.H_)(notAfter, now);
    return left < renewBeforeDays
        ? [`${hand_over_CERTIFICATE} ends on ${notAfter.toISOString()} (${left} days left)`]
        : [];
}
function wrongModes({ facts: { files } }) {
    return new Map([...HANDED_OVER].filter(([path, mode]) => {
        const file = files.get(path);
        return file?.kind === 'file' && !isClosedEnough(file, mode);
    }));
}
const AT = 'control-plane-hosts';
const MOVE_AWAY = 'Take the host from `control-plane-hosts`, or, if nothing there uses these files any more, move them to another folder and run again.';
function strangeEtcd({ name, facts: { files } }) {
    if (!files.has(kubeadm_paths/* ETCD_MANIFEST */.jl))
        return [];
    return [
        {
            host: name,
            at: AT,
            fact: `it runs an etcd of its own (${kubeadm_paths/* ETCD_MANIFEST */.jl}).`,
            cause: 'It is a member of an etcd cluster, or of a control plane with stacked etcd.',
            fix: 'List hosts of a control plane that uses this cluster, and no others.',
        },
    ];
}
/** A link may lead to what somebody else looks after. */
function noFiles({ name, facts: { files } }) {
    return [...HANDED_OVER.keys()].flatMap((path) => {
        const kind = files.get(path)?.kind ?? 'file';
        return kind === 'file'
            ? []
            : [
                {
                    host: name,
                    at: AT,
                    fact: `${path} is ${kind === 'link' ? 'a link' : `no file (${kind})`}; nothing was put in its place.`,
                    cause: 'Certificates are looked after by other means on this host.',
                    fix: MOVE_AWAY,
                },
            ];
    });
}
function otherAuthority({ name, facts: { files } }, authority) {
    const found = files.get(kubeadm_paths/* CA_CERTIFICATE */.vB);
    if (found !== undefined) {
        const fingerprints = (0,inspect/* fingerprintsIn */.pX)(found.text ?? '');
        if (authority !== undefined && fingerprints.includes(authority.fingerprint)) {
            return otherPair(name, files.get(hand_over_CERTIFICATE)?.text, authority);
        }
        const is = fingerprints.length === 0 ? 'no certificate that can be read' : 'another CA';
        const seen = fingerprints.length === 0 ? '' : ` (SHA-256 ${fingerprints.join(', ')})`;
        const own = authority === undefined
            ? "this cluster's, which this run makes"
            : `this cluster's (SHA-256 ${authority.fingerprint})`;
        return [
            {
                host: name,
                at: AT,
                fact: `its ${kubeadm_paths/* CA_CERTIFICATE */.vB} is ${is}${seen}, not ${own}; nothing was put in its place.`,
                cause: 'The control plane there uses another etcd, or its own.',
                fix: MOVE_AWAY,
            },
        ];
    }
    const left = [hand_over_CERTIFICATE, KEY].filter((path) => files.has(path));
    if (left.length === 0)
        return [];
    return [
        {
            host: name,
            at: AT,
            fact: `${left.join(' and ')} ${left.length === 1 ? 'lies' : 'lie'} there without ${kubeadm_paths/* CA_CERTIFICATE */.vB}: nobody can tell which etcd that is for; nothing was put in its place.`,
            cause: 'Files were left by another control plane, or copied half.',
            fix: MOVE_AWAY,
        },
    ];
}
/** A pair that another CA has signed, beside this cluster's CA, is somebody's; one that cannot be read is of use to nobody. */
function otherPair(name, certificatePem, authority) {
    if (certificatePem === undefined || isSignedBy(certificatePem, authority) !== false)
        return [];
    return [
        {
            host: name,
            at: AT,
            fact: `its ${hand_over_CERTIFICATE} was not issued by this cluster's CA (SHA-256 ${authority.fingerprint}); nothing was put in its place.`,
            cause: 'The control plane there uses another etcd, or the CA was changed and the pair was not.',
            fix: MOVE_AWAY,
        },
    ];
}

;// CONCATENATED MODULE: ./src/cluster/members.ts
/** kubeadm's rule for nodeRegistration.name: an RFC 1123 subdomain. */
const NODE_NAME = /^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$/;
/**
 * Members from what the user gave and, where no name was given, each host's own short hostname.
 * @param facts in the order of `hosts`.
 */
function resolveMembers(hosts, facts) {
    const members = hosts.flatMap((host, index) => {
        const seen = facts[index];
        return seen === undefined
            ? []
            : [{ name: host.name ?? seen.hostname, address: host.address, facts: seen }];
    });
    return { members, findings: [...badNames(members), ...sameNames(members), ...sameMachines(members)] };
}
/** Whether kubeadm would take it for the name of a node. */
function isNodeName(name) {
    return name.length <= 253 && NODE_NAME.test(name);
}
function badNames(members) {
    return members
        .filter(({ name }) => !isNodeName(name))
        .map(({ name, address }) => ({
        host: address,
        at: 'names',
        fact: `its short hostname "${name}" cannot be a member's name.`,
        cause: 'kubeadm and kubelet take lower-case letters, digits, "-" and "." only, for the name of the host too.',
        fix: 'Rename the host: `hostnamectl hostname NAME`. A name of its own for the member (`names`) would not help: kubeadm checks the name of the host as well.',
    }));
}
function sameNames(members) {
    return groups(members, ({ name }) => name).map((group) => ({
        at: 'names',
        fact: `${group.map(({ address }) => address).join(' and ')} have the same name "${group[0]?.name ?? ''}".`,
        cause: 'The hosts were cloned and share one hostname.',
        fix: 'Give the members names of their own: `names: infra0, infra1, infra2`, or `name` in the inventory.',
    }));
}
/** The same boot id behind two addresses is one machine, whatever it is called. */
function sameMachines(members) {
    return groups(members, ({ facts }) => facts.bootId).map((group) => ({
        at: 'hosts',
        fact: `${group.map(({ address }) => address).join(' and ')} are one and the same machine (boot id ${group[0]?.facts.bootId ?? ''}).`,
        cause: 'One host was listed twice, by two of its addresses.',
        fix: 'List each machine once, by the address that the other members reach.',
    }));
}
/** Clones of one image have one machine id; systemd and some networks derive addresses and names from it. */
function clonedMachines(members) {
    return groups(members, ({ facts }) => facts.machineId)
        .filter((group) => group.every(({ facts }) => facts.machineId !== ''))
        .map((group) => ({
        at: 'hosts',
        fact: `${group.map(({ name }) => name).join(' and ')} have the same machine id (${group[0]?.facts.machineId ?? ''}).`,
        cause: 'They were cloned from one image.',
        fix: 'Give each its own: `rm /etc/machine-id; systemd-machine-id-setup`, then reboot that host, one at a time.',
    }));
}
function groups(members, key) {
    const byKey = Map.groupBy(members, key);
    return [...byKey.values()].filter((group) => group.length > 1);
}

;// CONCATENATED MODULE: ./src/cluster/control-plane/resolve.ts

/** How a host of the control plane is called: as the user named it, else by its short hostname, as kubeadm writes it. */
function controlPlaneName({ name }, { hostname }) {
    return name ?? hostname.toLowerCase();
}
/** The hosts of the control plane by name, none of which may be a member's or another's. */
function resolveControlPlane({ hosts }, members) {
    const named = hosts.map(({ host, facts }) => ({
        name: controlPlaneName(host, facts),
        address: host.address,
        facts,
    }));
    const findings = named.flatMap((host, index) => {
        const before = [...members, ...named.slice(0, index)];
        const twin = before.find(({ facts }) => facts.bootId === host.facts.bootId);
        if (twin !== undefined)
            return [sameMachine(host, twin, members.includes(twin))];
        if (!isNodeName(host.name))
            return [noName(host)];
        const namesake = before.find(({ name }) => name === host.name);
        return namesake === undefined ? [] : [sameName(host, namesake)];
    });
    return { hosts: named, findings };
}
function sameMachine(host, twin, isMember) {
    return {
        at: 'control-plane-hosts',
        fact: `${host.address} and ${twin.address} (${twin.name}) are one and the same machine (boot id ${host.facts.bootId}).`,
        cause: isMember
            ? 'A host of the etcd cluster was listed as one of the control plane: it has these files already, and its kubelet runs etcd alone.'
            : 'One host was listed twice, by two of its addresses.',
        fix: isMember ? 'Take it from `control-plane-hosts`.' : 'List each machine once.',
    };
}
function sameName(host, namesake) {
    return {
        at: 'control-plane-hosts',
        fact: `${host.address} and ${namesake.address} have the same name "${host.name}".`,
        cause: 'The hosts were cloned and share one hostname.',
        fix: NAME_THEM,
    };
}
function noName({ name, address }) {
    return {
        host: address,
        at: 'control-plane-hosts',
        fact: `its short hostname "${name}" cannot be the name of a node.`,
        cause: 'kubeadm takes letters, digits, "-" and "." only.',
        fix: NAME_THEM,
    };
}
const NAME_THEM = 'Name them: `control-plane-hosts: cp0=10.0.0.10, cp1=10.0.0.11`.';

;// CONCATENATED MODULE: ./src/cluster/control-plane/stages.ts



/**
 * One stage for each host of the control plane that lacks something, so that API servers get a new pair one after the
 * other.
 */
function handOverStages(handOvers) {
    return handOvers
        .filter((handOver) => !isHandedOver(handOver))
        .map((handOver) => ({
        title: `Hand-over to ${handOver.name}`,
        order: 'in-turn',
        mayFail: true,
        steps: steps(handOver),
    }));
}
function steps({ name: host, authority, pair, last, modes }) {
    const files = [
        ...(authority.length === 0
            ? []
            : [
                {
                    path: kubeadm_paths/* CA_CERTIFICATE */.vB,
                    mode: CERTIFICATE_MODE,
                    content: { from: 'authority', part: 'certificate' },
                },
            ]),
        ...(pair.length === 0
            ? []
            : CLIENT_FILES.toSorted((one, other) => Number(one.part === last) - Number(other.part === last)).map(({ path, mode, name, part }) => ({
                path,
                mode,
                content: { from: 'leaf', name, part },
            }))),
    ];
    const kept = new Map([...modes].filter(([path]) => !files.some((file) => file.path === path)));
    return [
        ...(files.length === 0
            ? []
            : [{ kind: 'deliver-files', host, files, why: [...authority, ...pair].join('; ') }]),
        ...(kept.size === 0
            ? []
            : [{ kind: 'set-modes', host, modes: kept, why: 'not as kubeadm makes them' }]),
        ...(pair.length === 0
            ? []
            : [{ kind: 'prove-client', host, why: 'every member has to answer its API server' }]),
    ];
}

;// CONCATENATED MODULE: ./src/cluster/control-plane/decide.ts



/** Decides what the control plane's hosts get. A host that could not be looked at gets nothing and is told of. */
function decideControlPlane(look, members, question) {
    const { hosts, findings } = resolveControlPlane(look, members);
    const answers = hosts.map((host) => handOverTo(host, question));
    const handOvers = answers.map(({ handOver }) => handOver);
    return {
        hosts: hosts.map(({ name, address }) => ({ name, address })),
        findings: [...findings, ...answers.flatMap((answer) => answer.findings)],
        warnings: warningsOf(look, hosts),
        reasons: handOvers
            .filter((handOver) => !isHandedOver(handOver))
            .map((handOver) => `${handOver.name}: ${describeHandOver(handOver).join('; ')}`),
        issue: new Map(handOvers
            .filter(({ pair }) => pair.length > 0)
            .map(({ name }) => [name, ['apiserverEtcdClient']])),
        stages: handOverStages(handOvers),
    };
}
/** What deserves a look where nothing is decided. */
function controlPlaneWarnings(look) {
    return warningsOf(look, resolveControlPlane(look, []).hosts);
}
function warningsOf({ unreached }, hosts) {
    return [...unreached, ...hosts.flatMap(unreachableMembers)];
}
/** `kubeadm init` would wait for it. Whether a member listens is another matter: there may be none yet. */
function unreachableMembers({ name, facts }) {
    return facts.reach
        .filter(({ outcome }) => outcome === 'timeout' || outcome === 'unreachable')
        .map(({ address, port, outcome }) => ({
        host: name,
        at: 'network',
        fact: `it cannot reach ${address} on TCP port ${port} (${outcome}).`,
        cause: 'A firewall or security group between control plane and members drops these packets.',
        fix: `Allow TCP ${port} from the control plane to every member.`,
    }));
}

;// CONCATENATED MODULE: ./src/cluster/converge-stages.ts







/**
 * Makes the differences good, the harmless ones first. What can cost a member is done to one member at a time behind a
 * gate, the leader last; those that do not run come before them.
 * @param archive where images come from that a host lacks; absent: from their registry.
 * @param keyKeeper the host that keeps the CA's key; if undefined, the key is removed in the end.
 * @param hasMajority whether the cluster works now.
 */
function convergeStages(members, shape, keyKeeper, hasMajority, archive) {
    const ordered = members.toSorted((one, other) => rank(one) - rank(other));
    const stages = [
        { title: 'Modes and owners', steps: ordered.flatMap(setModes) },
        { title: 'Certificate of the CA', steps: ordered.flatMap(deliverAuthority) },
        ...ordered.flatMap(renewLeaves),
        { title: 'Configurations and manifests', steps: ordered.flatMap(deliverConfiguration) },
        {
            title: 'Rendered manifests and images',
            steps: ordered.flatMap((member) => renderManifest(member, archive)),
        },
        ...restartStages(ordered, shape, hasMajority, archive),
    ];
    const changed = members.filter(({ differences }) => !isAsDesired(differences));
    const afterProof = [
        removalStage(members, keyKeeper),
        {
            title: 'Record of what was done',
            steps: recordSteps(changed, 'its files are recorded as they are now'),
        },
    ];
    const hasSteps = ({ steps }) => steps.length > 0;
    return { stages: stages.filter(hasSteps), afterProof: afterProof.filter(hasSteps) };
}
function rank({ etcdRuns, isLeader }) {
    if (!etcdRuns)
        return 0;
    return isLeader ? 2 : 1;
}
function setModes({ name: host, differences: { modes } }) {
    return modes.size === 0 ? [] : [{ kind: 'set-modes', host, modes, why: 'not as kubeadm makes them' }];
}
function deliverAuthority({ name: host, differences: { authority } }) {
    if (authority.length === 0)
        return [];
    const file = {
        path: kubeadm_paths/* CA_CERTIFICATE */.vB,
        mode: CERTIFICATE_MODE,
        content: { from: 'authority', part: 'certificate' },
    };
    return [{ kind: 'deliver-files', host, files: [file], why: authority.join('; ') }];
}
/** etcd reads its pair anew at each handshake (client/pkg/transport/listener.go): no restart. */
function renewLeaves({ name: host, differences: { leaves }, etcdRuns }) {
    if (leaves.size === 0)
        return [];
    const files = leafFiles()
        .filter(({ name }) => leaves.has(name))
        .map(({ name, part, path, mode }) => ({
        path,
        mode,
        content: { from: 'leaf', name, part },
    }));
    const steps = [{ kind: 'deliver-files', host, files, why: [...leaves.values()].join('; ') }];
    const served = ['server', 'peer'].filter((name) => leaves.has(name));
    if (etcdRuns && served.length > 0) {
        steps.push({
            kind: 'prove-served',
            host,
            leaves: served,
            why: 'etcd takes a new pair without a restart',
        });
    }
    return [{ title: `Certificates of ${host}`, steps, order: 'in-turn' }];
}
function deliverConfiguration({ name: host, desired, differences }) {
    const { kubeadmConfig, manifest } = differences;
    if (kubeadmConfig.length === 0)
        return [];
    const why = [...kubeadmConfig, ...manifest].join('; ');
    return [{ kind: 'deliver-files', host, files: configurationFiles(desired, kubeadmFiles(desired)), why }];
}
function renderManifest(member, archive) {
    const { name: host, desired } = member;
    if (!mustRestart(member))
        return [];
    const { image } = desired;
    const steps = [
        {
            kind: 'render-manifest',
            host,
            image,
            wanted: desired.arguments,
            ...desired.patches,
            why: "the host's own kubeadm renders it, aside",
        },
    ];
    return [...steps, ...imageSteps(member, archive)];
}

;// CONCATENATED MODULE: ./src/cluster/create-stages.ts









/**
 * The guide's steps as stages. The CA's key lies on its host before anything that it signed leaves the runner; no
 * member is started before all hosts are ready for it.
 */
function createStages(input) {
    const { members } = input;
    const fresh = members.filter(({ progress }) => progress !== 'begun');
    const begun = members.filter(({ progress }) => progress === 'begun');
    const stages = [
        {
            title: 'Kubelet, certificates and manifest of each host',
            order: 'by-host',
            steps: [
                ...fresh.flatMap((member) => prepareMember(member, input)),
                ...begun
                    .filter((member) => !runs(member))
                    .flatMap((member) => [...imageSteps(member, input.archive), wakeKubelet(member)]),
            ],
        },
        { title: 'Start of the members', steps: startMembers(input) },
        ...restartsInTurn(input),
    ];
    const afterProof = [
        removalStage(members, input.authority.keyKeeper),
        {
            title: 'Record of the finished cluster',
            steps: recordSteps(members, 'the cluster has been proven healthy'),
        },
    ];
    const hasSteps = ({ steps }) => steps.length > 0;
    return { stages: stages.filter(hasSteps), afterProof: afterProof.filter(hasSteps) };
}
/**
 * The record before anything else that is delivered: cut off behind any file, the host is one that the action has begun,
 * and a CA or certificates that lie there are not taken for somebody else's.
 */
function create_stages_deliverConfiguration(member, { authority }) {
    const files = [
        { path: kubeadm_paths/* STATE_FILE */.bv, mode: PRIVATE_MODE, content: { from: 'state' } },
        ...configurationFiles(member.desired),
    ];
    const takesKey = member.name === authority.keyKeeper && authority.source.from !== 'host';
    if (takesKey) {
        files.push({ path: kubeadm_paths/* CA_KEY */.r$, mode: PRIVATE_MODE, content: { from: 'authority', part: 'key' } }, { path: kubeadm_paths/* CA_CERTIFICATE */.vB, mode: CERTIFICATE_MODE, content: { from: 'authority', part: 'certificate' } });
    }
    const why = takesKey ? "guide steps 1 to 3; the CA's key is kept here" : 'guide steps 1 and 2';
    return { kind: 'deliver-files', host: member.name, why, files };
}
/** kubelet takes a while to get healthy, and a new cluster needs it only in the end. */
function prepareMember(member, input) {
    const { name: host, desired } = member;
    const { image } = desired;
    return [
        create_stages_deliverConfiguration(member, input),
        {
            kind: 'start-kubelet',
            host,
            restart: true,
            awaitedLater: true,
            why: 'guide step 1: kubelet as service manager for etcd',
        },
        {
            kind: 'render-manifest',
            host,
            image,
            wanted: desired.arguments,
            ...desired.patches,
            why: "guide step 7: the host's own kubeadm renders it",
        },
        {
            kind: 'deliver-files',
            host,
            why: 'guide steps 4 and 5: certificates made on the runner',
            files: [
                { path: kubeadm_paths/* CA_CERTIFICATE */.vB, mode: CERTIFICATE_MODE, content: { from: 'authority', part: 'certificate' } },
                ...leafFiles().map(({ name, part, path, mode }) => ({
                    path,
                    mode,
                    content: { from: 'leaf', name, part },
                })),
                { path: kubeadm_paths/* STATE_FILE */.bv, mode: PRIVATE_MODE, content: { from: 'state' } },
            ],
        },
        verifyFiles(member, input),
        ...imageSteps(member, input.archive),
        { kind: 'await-kubelet', host, why: 'it takes the manifest from there' },
    ];
}
/** Whether kubelet and etcd both run on a host on which a member was started. */
function runs({ kubeletRuns, etcdRuns }) {
    return kubeletRuns && etcdRuns;
}
function verifyFiles(member, { authority }) {
    const { name, facts } = member;
    // one that is to go lies there until the proof
    const isLeaving = authority.keyKeeper === undefined && facts.files.has(kubeadm_paths/* CA_KEY */.r$);
    return {
        kind: 'verify-files',
        host: name,
        why: 'guide step 6',
        pkiTree: expectedPkiTree(name === authority.keyKeeper || isLeaving),
    };
}
/** Whether a member runs that others may need, and has to be restarted. */
function isSpared({ progress, etcdRuns }, works) {
    return works && etcdRuns && progress === 'other';
}
/** Where a majority works, members that run restart as those of a finished cluster do: in turn, behind gates, the leader last. */
function restartsInTurn({ members, shape, works, leader }) {
    const count = shape.members.length;
    const restarted = members
        .filter((member) => isSpared(member, works))
        .toSorted((one, other) => Number(one.name === leader) - Number(other.name === leader));
    return restarted.map((member) => {
        const { name: host } = member;
        const before = gateBefore(member, count);
        return {
            title: `Restart of ${host}`,
            order: 'in-turn',
            ...(before === undefined ? {} : { before }),
            steps: afterLeadership(host, count, [startMember(member, shape, undefined)]),
            after: gateAfter(member),
        };
    });
}
/**
 * All at once, but for the one that the others ask first (getRemotePeerURLs in etcd's server/etcdserver/cluster_util.go): it
 * begins a moment before them.
 */
function startMembers({ members, shape, works }) {
    const peerUrl = ({ address }) => (0,urls/* httpsUrl */.N3)(address, shape.peerPort);
    const [first] = members.toSorted((one, other) => (peerUrl(one) < peerUrl(other) ? -1 : 1));
    const started = members.filter((member) => !isSpared(member, works));
    return started.map((member) => startMember(member, shape, member !== first && first?.progress === 'nothing' ? first.name : undefined));
}
function startMember({ name: host, desired, progress, facts }, shape, behind) {
    const places = (0,data_places/* placesOf */.ek)(shape);
    const { criEndpoint } = desired;
    if (progress === 'other') {
        const why = facts.dataDir.hasBlankLog
            ? 'etcd ended before it had written anything to its log, and cannot begin with such a log; it is set aside'
            : 'an earlier run has placed a manifest that the inputs do not ask for any more';
        return { kind: 'restart-member', host, ...places, criEndpoint, mayLackData: true, why };
    }
    const placeManifest = progress === 'nothing';
    const why = placeManifest ? 'guide step 7: the static pod' : 'an earlier run has placed its manifest';
    const hadContainers = facts.containers.length > 0;
    return {
        kind: 'start-member',
        host,
        ...places,
        criEndpoint,
        placeManifest,
        hadContainers,
        ...(placeManifest && behind !== undefined && { behind }),
        why,
    };
}

// EXTERNAL MODULE: ./src/kubeadm/kubelet-config.ts
var kubelet_config = __webpack_require__(27368);
;// CONCATENATED MODULE: ./src/cluster/desired.ts







/**
 * What a member ought to be.
 * @param founded what is known of a member that was set up: kubeadm's release then, and the image that it ran if its
 * manifest is missing.
 * @throws Error where the host lacks what the prerequisites ask for: those are checked first.
 */
function desiredMember(member, shape, settings, founded = {}) {
    const { facts, name } = member;
    const { runtime } = facts.runtime;
    const wanted = wantedImage(settings, facts, founded.image);
    if (runtime === undefined ||
        wanted === undefined ||
        facts.kubeadmVersion === undefined ||
        facts.kubeletPath === undefined) {
        throw new Error(`${name}: prerequisites are checked before anything else is decided`);
    }
    const kubernetesVersion = versionToName(founded.kubernetesVersion, facts.kubeadmVersion.text);
    const { imageRepository, etcdImageTag } = wanted;
    const own = {
        members: shape.members,
        token: shape.token,
        clientPort: shape.clientPort,
        peerPort: shape.peerPort,
        metricsPort: shape.metricsPort,
        ...(0,data_places/* placesOf */.ek)(shape),
        extraArgs: shape.extraArgs,
        patches: shape.patches,
        ...(imageRepository === undefined ? {} : { imageRepository }),
        ...(etcdImageTag === undefined ? {} : { etcdImageTag }),
    };
    return {
        texts: new Map([
            [kubeadm_paths/* KUBELET_CONFIG */.So, (0,kubelet_config/* renderKubeletConfig */.R$)(runtime, settings.kubeletConfig)],
            [kubeadm_paths/* KUBELET_DROP_IN */.jy, (0,kubelet_config/* renderKubeletDropIn */.Jj)(facts.kubeletPath, shape)],
            // before the configuration that names their folder
            ...(0,kubeadm_patches/* patchFiles */.MP)((0,kubeadm_patches/* allPatches */.My)(shape.patches, shape.walDir)),
            [kubeadm_paths/* KUBEADM_CONFIG */.XA, renderKubeadmConfig(own, member, kubernetesVersion, settings.certificates)],
        ]),
        arguments: etcdArguments(shape, member),
        image: wanted.image,
        kubernetesVersion,
        criEndpoint: runtime.endpoint,
        patches: patchesToRender(shape),
    };
}
function patchesToRender({ patches, walDir }) {
    const all = (0,kubeadm_patches/* allPatches */.My)(patches, walDir);
    const folder = (0,kubeadm_patches/* patchFolder */.h_)(all);
    return folder === undefined ? {} : { patches: { folder, names: all.map(({ name }) => name) } };
}
/** kubeadm takes its own minor release and the one before (its version skew policy); a member keeps its own if it can. */
function versionToName(recorded, installed) {
    const old = parseKubernetesVersion(recorded ?? '');
    const now = parseKubernetesVersion(installed);
    if (old === undefined || now === undefined)
        return installed;
    const back = now.minor - old.minor;
    return old.major === now.major && (back === 0 || back === 1) ? old.text : installed;
}

;// CONCATENATED MODULE: ./src/cluster/fixed-flags.ts




/**
 * Flags that another manifest alone cannot change on a member with data: its name and addresses stand in the member
 * list, and clients know its URL. By the input that sets each.
 */
const FIXED = new Map([
    ['name', 'names'],
    ['listen-peer-urls', 'peer-port'],
    ['listen-client-urls', 'client-port'],
    ['advertise-client-urls', 'client-port'],
]);
/**
 * The flags that a member was started with: those of its manifest, or, if that is gone, those that kubeadm's configuration on the
 * host has it rendered with.
 */
function foundedFlags({ files }) {
    const manifest = memberManifest({ files });
    if (manifest !== undefined)
        return manifest.arguments;
    const configuration = files.get(kubeadm_paths/* KUBEADM_CONFIG */.XA)?.text ?? '';
    return new Map(extraArguments(configuration).map(({ name, value }) => [name, value]));
}
/**
 * Where the inputs ask for another name, address, port or place of its data than a member has. A manifest that is gone is no reason
 * to start its data with other values.
 */
function fixedFlagFindings(member, shape) {
    const manifest = memberManifest(member.facts);
    const flags = foundedFlags(member.facts);
    const found = etcdArguments(shape, member).flatMap(({ name, value }) => {
        const input = FIXED.get(name);
        const present = flags.get(name);
        return input === undefined || present === undefined || present === value
            ? []
            : [{ input, line: `--${name} is "${present}", the inputs ask for "${value}"` }];
    });
    const places = manifest === undefined ? [] : placesIn(manifest, shape);
    const byInput = Map.groupBy([...found, ...places], ({ input }) => input);
    return [...byInput].map(([input, group]) => ({
        host: member.name,
        at: input,
        fact: `its member was set up with other values: ${group.map(({ line }) => line).join('; ')}.`,
        cause: `\`${input}\` was changed, or the hosts of another cluster were given.`,
        fix: 'Give the values that the cluster has: clients and the other members know them, its data lies where it lies, and a new manifest alone does not change that.',
    }));
}
/** Where a member's manifest has other places for data and log than the inputs ask for, one line each. */
function placeDifferences(manifest, shape) {
    return placesIn(manifest, shape).map(({ line }) => line);
}
/** A flag that is not there counts too: without --wal-dir the log is in the data dir. */
function placesIn(manifest, shape) {
    const wanted = [
        ['data-dir', shape.dataDir],
        ['wal-dir', shape.walDir === undefined ? undefined : (0,data_places/* logFolder */.hI)(shape)],
    ];
    return wanted.flatMap(([name, value]) => {
        const present = manifest.arguments.get(name);
        if (present === value)
            return [];
        const inWords = (path) => (path === undefined ? 'absent' : `"${path}"`);
        return [{ input: name, line: `--${name} is ${inWords(present)}, the inputs ask for ${inWords(value)}` }];
    });
}

;// CONCATENATED MODULE: ./src/cluster/membership.ts

/**
 * The cluster's own member list must be exactly the hosts that were given. A member of an unfinished bootstrap stands in
 * it from the beginning, without client URLs until it has started: that is for the run to make good.
 */
function membershipFindings(ownership, cluster) {
    if (cluster === undefined)
        return [];
    const { clusterId } = cluster.health;
    const isYetToStart = (name) => ownership.get(name)?.kind === 'unfinished' &&
        cluster.health.members.some((listed) => listed.name === name && listed.clientUrls.length === 0);
    return cluster.health.findings.filter(({ at, severity, host }) => severity === 'fail' &&
        ((at === 'members' && (host === undefined || !isYetToStart(host))) ||
            // without a majority for one of them, it is unknown which members are the cluster's
            (at === 'cluster id' && clusterId === null)));
}
/**
 * Members that have lost their log. Whatever initial-cluster-state says, such a member must never be started: it would
 * come back under its old id without its votes, or found a second cluster (etcd, server/etcdserver/bootstrap.go). Only
 * a member that the action has begun and that never got as far as publishing itself may be started without one.
 */
function lostLogFindings(members, ownership, cluster) {
    const proven = [...ownership]
        .filter(([, owned]) => recordOn(owned)?.phase === 'member')
        .map(([name]) => name);
    return members.flatMap((member) => {
        const { name, facts } = member;
        const owned = ownership.get(name);
        if (owned === undefined || owned.kind === 'pristine')
            return [];
        const { hasLog, hasLogElsewhere, empty } = facts.dataDir;
        if (hasLogElsewhere === true)
            return [logElsewhere(name)];
        // only where the log has a folder of its own
        if (hasLog)
            return empty && recordOn(owned)?.phase === 'member' ? [lostDatabase(name)] : [];
        const published = publishedId(name, cluster);
        const reason = recordOn(owned)?.phase === 'member'
            ? "the action's record says that it is a member"
            : published !== undefined
                ? `the member list has it with published client URLs (id ${published})`
                : proven.length > 0
                    ? `${proven.join(', ')} ${proven.length === 1 ? 'records' : 'record'} that the whole cluster has been healthy`
                    : undefined;
        return reason === undefined ? [] : [lostLog(member, reason)];
    });
}
function publishedId(name, cluster) {
    return cluster?.health.members.find((member) => member.name === name && member.clientUrls.length > 0)?.id;
}
function lostLog({ name, facts }, reason) {
    const [at, folder] = facts.dataDir.walDir === undefined ? ['data-dir', 'its data dir'] : ['wal-dir', 'the folder of its log'];
    return {
        host: name,
        at,
        fact: `it has been a member of the cluster (${reason}), and ${folder} holds no log any more.`,
        cause: `The disk of \`${at}\` is not mounted, or its contents were removed.`,
        fix: 'Mount the disk again. If the data is lost, the member must be removed from the cluster and added under a new id; it must not be started as it is.',
    };
}
function lostDatabase(host) {
    return {
        host,
        at: 'data-dir',
        fact: 'its log is in `wal-dir`, and its data dir is empty, though it has been a member of the cluster.',
        cause: 'The disk of the data dir is not mounted, or its contents were removed.',
        fix: 'Mount the disk again. If the data is lost, the member must be removed from the cluster and added under a new id; it must not be started as it is.',
    };
}
function logElsewhere(host) {
    return {
        host,
        at: 'wal-dir',
        fact: 'its log is in the data dir, and the inputs name another folder for it.',
        cause: '`wal-dir` was added or changed after the set-up.',
        fix: 'Leave `wal-dir` out: the log of a member stays where it was begun.',
    };
}

// EXTERNAL MODULE: ./src/hosts/scripts/explain-unknown.ts
var explain_unknown = __webpack_require__(18908);
;// CONCATENATED MODULE: ./src/hosts/scripts/needed-programs.ts
/**
 * The programs that the scripts of a deploy call on every host, with the package that brings them on most distributions. The probe
 * looks for each of them, and a deploy is refused, as a preflight fails, where one is missing. A script that is to call another
 * program needs an entry here, unless it does without it: see the test.
 */
const NEEDED_PROGRAMS = new Map([
    ...[
        ...['cat', 'chmod', 'chown', 'cp', 'date', 'dd', 'head', 'ls', 'mkdir', 'mktemp', 'mv', 'od', 'paste'],
        ...['rm', 'rmdir', 'sha256sum', 'sleep', 'sort', 'stat', 'sync', 'tail', 'timeout', 'uname', 'uniq'],
    ].map((program) => [program, 'coreutils']),
    ['cmp', 'diffutils'],
    ['find', 'findutils'],
    ['flock', 'util-linux'],
    ['grep', 'grep'],
    ['sed', 'sed'],
    ['systemd-run', 'systemd'],
]);

;// CONCATENATED MODULE: ./src/cluster/places.ts


/** The files that the action writes under their own names. */
const OWN_FILES = [
    ...expectedPkiTree(true).keys(),
    kubeadm_paths/* ETCD_MANIFEST */.jl,
    kubeadm_paths/* KUBEADM_CONFIG */.XA,
    kubeadm_paths/* KUBELET_CONFIG */.So,
    kubeadm_paths/* KUBELET_DROP_IN */.jy,
    kubeadm_paths/* STATE_FILE */.bv,
];
/**
 * Links and mounts on which a run would fail half-way, to be refused before anything is written. Folders may be links or mounts
 * otherwise: what writes and what looks follows them.
 * @returns findings without the name of the host.
 */
function placeFindings({ places = [], files }) {
    return [
        ...places.flatMap(noFolder),
        ...apart(places),
        ...OWN_FILES.filter((path) => files.get(path)?.kind === 'link').map(linkedFile),
    ];
}
function noFolder({ path, kind, resolved }) {
    if (kind === 'link' && resolved === undefined) {
        return [
            {
                at: 'places',
                fact: `${path} is a link that leads to no folder.`,
                cause: 'The folder that it leads to lies on a disk that is not mounted, or was moved.',
                fix: 'Mount the disk, or let the link lead to the folder again, and run again.',
            },
        ];
    }
    if (kind === 'link' && path === kubeadm_paths/* PATCHES_DIR */.rf) {
        return [
            {
                at: 'places',
                fact: `${path} is a link, which the action does not follow.`,
                cause: 'The folder was moved by hand.',
                fix: 'Put the folder itself there in place of the link, and run again.',
            },
        ];
    }
    if (kind !== 'other')
        return [];
    return [
        {
            at: 'places',
            fact: `${path} is not a folder.`,
            cause: 'A file was put where the folder belongs.',
            fix: 'Move the file elsewhere, and run again.',
        },
    ];
}
/** A manifest is put in by a rename, which works within one mount alone. */
function apart(places) {
    const mountOf = (path) => places.find((place) => place.path === path)?.mountPoint;
    const ofManifests = mountOf(kubeadm_paths/* MANIFEST_DIR */.Kk);
    const ofAction = mountOf(kubeadm_paths/* ACTION_DIR */.v4) ?? mountOf('/etc/kubernetes');
    if (ofManifests === undefined || ofAction === undefined || ofManifests === ofAction)
        return [];
    return [
        {
            at: 'places',
            fact: `${kubeadm_paths/* MANIFEST_DIR */.Kk} lies on the mount ${ofManifests} and ${kubeadm_paths/* ACTION_DIR */.v4} on ${ofAction}, so a manifest cannot be put there in one step.`,
            cause: 'A file system is mounted on one of the two folders, or one of them is a link to another file system.',
            fix: 'Have both on one mount: mount /etc/kubernetes as a whole, or make the two plain folders of it. Move the files along while kubelet is stopped.',
        },
    ];
}
function linkedFile(path) {
    return {
        at: 'places',
        fact: `${path} is a symbolic link, and the action looks after the file itself.`,
        cause: 'The file is kept elsewhere, by hand or by configuration management.',
        fix: `Put the file itself there (\`cp -p --remove-destination "$(readlink -f ${path})" ${path}\`), and run again.`,
    };
}

// EXTERNAL MODULE: ./src/hosts/printable.ts
var printable = __webpack_require__(28456);
;// CONCATENATED MODULE: ./src/cluster/runtime-findings.ts


/** The longest entry of containerd's configuration that a message tells whole. */
const MOST_ENTRY = 300;
/**
 * Why a host has no container runtime to use: none, several, one that /etc/crictl.yaml names and that is not there, or one that did not
 * tell its cgroup driver; the last with its words, and where containerd runs without its CRI with what switches that off. At most one.
 * @param words what the runtime said, where its discovery has nothing of it.
 */
function unusableRuntime({ runtime: { runtime, sockets, absent, asked, problem = '', pluginsOff }, crictlPath }, words) {
    if (runtime !== undefined || crictlPath === undefined)
        return [];
    if (absent !== undefined)
        return [notThere(absent, sockets)];
    const endpoint = asked ?? sockets[0];
    if (endpoint === undefined) {
        return [
            {
                fact: 'no container runtime answers: none of the CRI sockets of containerd, CRI-O and cri-dockerd exists.',
                cause: 'The runtime is not installed or not running.',
                fix: 'Install and start one, e.g. `systemctl enable --now containerd`.',
            },
        ];
    }
    if (asked === undefined && sockets.length > 1) {
        return [
            {
                fact: `there are several container runtimes: ${sockets.join(', ')}.`,
                cause: 'More than one is installed and nothing says which one kubelet shall use.',
                fix: 'Name it in /etc/crictl.yaml: `runtime-endpoint: unix:///run/containerd/containerd.sock`.',
            },
        ];
    }
    const said = problem === '' ? (words ?? '') : problem;
    if (/unknown service/.test(said))
        return [withoutCri(endpoint, said, pluginsOff)];
    return [
        {
            fact: `the container runtime at ${endpoint} did not tell its cgroup driver to crictl (${said === '' ? 'no answer' : said}).`,
            ...whySilent(said),
        },
    ];
}
function notThere(endpoint, sockets) {
    const others = sockets.length === 0 ? 'No other runtime has one either' : `There is ${sockets.join(', ')}`;
    return {
        fact: `/etc/crictl.yaml names ${endpoint} as the container runtime, and there is no such socket. ${others}.`,
        cause: 'That runtime is stopped, or the file is left over from one that was replaced.',
        fix: 'Start that runtime (`systemctl enable --now crio`, or containerd), or name the one that kubelet shall use in /etc/crictl.yaml, and run again.',
    };
}
/** The socket answers, and nothing behind it is the CRI. */
function withoutCri(endpoint, said, off) {
    const [config, unreadable] = [off?.config ?? '/etc/containerd/config.toml', off?.unreadable ?? []];
    const entries = (off?.entries ?? []).filter(({ plugins }) => plugins.some(isOfCri));
    if (entries.length > 0) {
        const isOne = entries.length === 1 && entries.every(({ firstLine, lastLine }) => firstLine === lastLine);
        return {
            fact: `containerd runs without its CRI plugin, which kubelet needs: ${entries.map(placeOf).join(' and ')} ${isOne ? 'switches' : 'switch'} it off.`,
            cause: "Docker's package of containerd (containerd.io) comes like that, because Docker does without it.",
            fix: `${entries.map(changeOf).join(' ')} Then run \`systemctl restart containerd\` on the host, and run again: \`crictl info\` shows whether it answers.`,
        };
    }
    const fact = `the container runtime at ${endpoint} runs without the CRI, which kubelet needs (${said}).`;
    if (unreadable.length > 0) {
        return {
            fact,
            cause: `Most often containerd's configuration switches the plugin off, and ${unreadable.map((path) => (0,printable/* printable */.g)(path, 200)).join(', ')} could not be read.`,
            fix: 'Look for `disabled_plugins` there, take `"cri"` out of it, run `systemctl restart containerd` on the host, and run again.',
        };
    }
    return {
        fact,
        cause: `Nothing in ${(0,printable/* printable */.g)(config, 200)} switches the plugin off: it could not be loaded, or containerd is older than 1.6.`,
        fix: 'Run `ctr plugins ls | grep cri` and `journalctl -b -u containerd | grep cri` on the host, mend what they say, run `systemctl restart containerd`, and run again.',
    };
}
/** By the name of containerd's first configuration version, or by a plugin's whole id: `io.containerd.grpc.v1.cri`. */
function isOfCri(plugin) {
    return /(?:^|\.)cri(?:\.|$)/.test(plugin);
}
function placeOf({ path, firstLine, lastLine }) {
    const lines = firstLine === lastLine ? `line ${firstLine}` : `lines ${firstLine} to ${lastLine}`;
    return `${lines} of ${(0,printable/* printable */.g)(path, 200)}`;
}
function changeOf(entry) {
    const others = entry.plugins.filter((plugin) => !isOfCri(plugin)).map((plugin) => `"${(0,printable/* printable */.g)(plugin)}"`);
    const text = `disabled_plugins = [${others.join(', ')}]`;
    return text.length > MOST_ENTRY
        ? `Take every plugin with "cri" in its name out of ${placeOf(entry)}.`
        : `Make ${placeOf(entry)} \`${text}\`.`;
}
function whySilent(said) {
    if (/\bUnimplemented\b|unknown method/.test(said)) {
        return {
            cause: 'It is a release that has no call for it (CRI-O before 1.28).',
            fix: 'Install a newer release of the runtime, and run again.',
        };
    }
    if (/connection refused|connect: no such file/.test(said)) {
        return {
            cause: 'The socket is there, and the runtime does not listen on it: it is stopped, or it starts again.',
            fix: 'Start it (`systemctl enable --now containerd`, or crio), try `crictl info`, and run again.',
        };
    }
    if (/DeadlineExceeded|deadline exceeded|did not end within/.test(said)) {
        return {
            cause: 'The runtime is overloaded or hangs.',
            fix: 'Try `crictl info` on the host, look at `journalctl -u containerd` (or crio), and run again once it answers.',
        };
    }
    return (0,explain_unknown/* knownReason */.y)(said) ?? { fix: 'Run `crictl info` on the host as root and mend what it says.' };
}

;// CONCATENATED MODULE: ./src/cluster/essentials.ts






const essentials_AT = 'prerequisites';
/**
 * What every host of a cluster has to have, new or not: systemd, the programs of the scripts, kubelet, kubeadm and one container runtime
 * that answers. What kubeadm or the runtime was asked and did not answer (`unseen`) is always among the findings, with its words.
 */
function essentialFindings({ name, facts }) {
    const found = [
        ...missingSystemd(facts),
        ...missingTools(facts),
        ...missingPrograms(facts),
        ...placeFindings(facts),
        ...unusableKubelet(facts),
        ...unusableKubeadm(name, facts),
        ...unusableRuntime(facts, wordsOf('runtime', facts)).map((finding) => ({ ...finding, at: essentials_AT })),
    ];
    return found.map((finding) => ({ ...finding, host: name }));
}
function missingSystemd({ systemd }) {
    if (systemd)
        return [];
    return [
        {
            at: essentials_AT,
            fact: 'systemd is not running this host.',
            cause: 'The host is a container or uses another init system.',
            fix: 'Use hosts that systemd has booted: it keeps the kubelet, and with it etcd, running.',
        },
    ];
}
function missingTools({ missingTools: missing = [] }) {
    if (missing.length === 0)
        return [];
    const packages = [...new Set(missing.map((program) => NEEDED_PROGRAMS.get(program) ?? program))];
    return [
        {
            at: essentials_AT,
            fact: `programs that the scripts of a deploy need are not on the host: ${missing.join(', ')}.`,
            cause: 'The image of the host is a minimal one, or they are outside of the PATH that root has by sudo.',
            fix: `Install ${packages.join(', ')} (\`sudo apt-get install …\`, \`sudo dnf install …\`), and run again.`,
        },
    ];
}
function missingPrograms(facts) {
    const programs = [
        ['kubelet', facts.kubeletPath],
        ['kubeadm', facts.kubeadmPath],
        ['crictl', facts.crictlPath],
    ];
    return programs
        .filter(([, path]) => path === undefined)
        .map(([program]) => ({
        at: essentials_AT,
        fact: `${program} is not installed (looked in root's PATH, /usr/local/bin and /opt/bin).`,
        cause: "kubeadm's packages (kubelet, kubeadm, cri-tools) are not on this host yet.",
        fix: 'Install them as in https://kubernetes.io/docs/setup/production-environment/tools/kubeadm/install-kubeadm/ and run again.',
    }));
}
/** The unit as systemd has loaded it. Where it was not seen, nothing is said of it here. */
function unusableKubelet(facts) {
    const { kubeletPath, kubelet } = facts;
    if (kubeletPath === undefined || kubelet.installed || wordsOf('kubelet', facts) !== undefined)
        return [];
    switch (kubelet.loadState) {
        case 'masked':
            return [
                {
                    at: essentials_AT,
                    fact: 'kubelet.service is masked, so systemd may not start it.',
                    cause: 'It was masked by hand, or by a tool that switches unused services off.',
                    fix: 'Run `systemctl unmask kubelet` on the host, and run again.',
                },
            ];
        case 'error':
        case 'bad-setting':
            return [
                {
                    at: essentials_AT,
                    fact: `systemd cannot load kubelet.service (${kubelet.loadState}).`,
                    cause: 'The unit, or a drop-in of it, has a line that systemd does not take.',
                    fix: 'Run `systemd-analyze verify kubelet.service` on the host, correct the file that it names, and run again.',
                },
            ];
        default:
            return [
                {
                    at: essentials_AT,
                    fact: `systemd knows no kubelet.service, though ${kubeletPath} is there.`,
                    cause: 'The program was copied by hand, without the unit that its package brings.',
                    fix: 'Install the kubelet package, or its kubelet.service.',
                },
            ];
    }
}
function unusableKubeadm(name, facts) {
    const { kubeadmPath, kubeadmVersion: version, hostname } = facts;
    const words = wordsOf('kubeadm', facts);
    // a member without a name of its own is refused by this name already
    const named = name !== hostname && hostname !== '';
    if (named && !isNodeName(hostname))
        return [badHostname(hostname, words)];
    if (kubeadmPath === undefined || !(named || isNodeName(name)))
        return [];
    if (version === undefined) {
        return [
            {
                at: essentials_AT,
                fact: `${kubeadmPath} did not say its version${saying(words)}.`,
                ...whyProgram(words, 'kubeadm version -o short'),
            },
        ];
    }
    if (!isSupported(version))
        return [otherRelease(version)];
    if (facts.etcdImage !== undefined)
        return [];
    return [
        {
            at: essentials_AT,
            fact: `kubeadm did not name the etcd image that it would use${saying(words)}.`,
            ...whyProgram(words, `kubeadm config images list --kubernetes-version ${version.text}`),
        },
    ];
}
function otherRelease({ text, minor }) {
    const range = `1.${OLDEST_MINOR} to 1.${NEWEST_MINOR}`;
    return {
        at: essentials_AT,
        fact: `kubeadm is ${text}; this action knows ${range}.`,
        cause: minor < OLDEST_MINOR
            ? 'Older releases do not read the v1beta4 configuration that the guide uses.'
            : 'This release of the action is older than the host.',
        fix: `Install kubeadm and kubelet ${range}, or a newer release of the action.`,
    };
}
/** kubeadm checks the host's own name whatever it is asked, and kubelet names the pod after it. */
function badHostname(hostname, words) {
    return {
        at: 'names',
        fact: `its own hostname "${hostname}" is none that kubeadm and kubelet take${saying(words)}.`,
        cause: 'They take lower-case letters, digits, "-" and "." only, also where `names` calls the member otherwise.',
        fix: 'Rename the host: `hostnamectl hostname NAME`, and run again.',
    };
}
function whyProgram(words, command) {
    return (0,explain_unknown/* knownReason */.y)(words ?? '') ?? { fix: `Run \`${command}\` on the host as root and mend what it says.` };
}
function saying(words) {
    const said = words?.replace(/[.\s]+$/, '') ?? '';
    return said === '' ? '' : `: ${said}`;
}
/** What a program said that gave no usable answer; undefined where it gave one. */
function wordsOf(what, { unseen }) {
    return unseen.find((one) => one.what === what)?.words;
}

;// CONCATENATED MODULE: ./src/cluster/ports.ts

/** kubelet's default ports (pkg/cluster/ports/ports.go): its API, and the health check that the action asks. */
const KUBELET_PORT = 10250;
const KUBELET_HEALTHZ_PORT = 10248;
/** What `ss` names no program for. */
const UNNAMED = 'unknown';
/** Whether etcd belongs on this host already: the action set it up, or it runs from a manifest made by hand. */
function ports_holdsMember({ facts }) {
    if (facts.state !== 'absent')
        return true;
    const manifest = memberManifest(facts);
    return manifest !== undefined && facts.containers.some(({ running }) => running);
}
/**
 * Ports that etcd and kubelet need and another program has. A deploy refuses them, and a preflight tells them in the same words. A
 * program without a name may be etcd or kubelet where these belong on the host already.
 */
function takenPorts(member, settings) {
    const { name: host, facts } = member;
    const api = settings.kubeletConfig['port'];
    const wanted = [
        ...[settings.clientPort, settings.peerPort, settings.metricsPort].map((port) => ({
            port,
            owner: 'etcd',
        })),
        ...[typeof api === 'number' ? api : KUBELET_PORT, KUBELET_HEALTHZ_PORT].map((port) => ({
            port,
            owner: 'kubelet',
        })),
    ];
    return wanted.flatMap(({ port, owner }) => {
        const program = facts.listeners.get(port);
        if (program === undefined || isOwn(program, owner, member))
            return [];
        const look = `\`ss -ltnp 'sport = :${port}'\` shows it`;
        return [
            {
                host,
                at: 'ports',
                fact: `TCP port ${port}, which ${owner} needs, is taken by "${program}".`,
                cause: program === owner
                    ? 'Another etcd, which this action did not set up, runs on this host.'
                    : 'Another service runs on this host.',
                fix: owner === 'kubelet'
                    ? `Stop it or move it to another port (${look}).`
                    : `Stop it if it is not needed (${look}), or choose other ports.`,
            },
        ];
    });
}
function isOwn(program, owner, member) {
    if (program === UNNAMED)
        return owner === 'kubelet' ? member.facts.kubelet.active : ports_holdsMember(member);
    return program === owner && (owner === 'kubelet' || ports_holdsMember(member));
}

;// CONCATENATED MODULE: ./src/cluster/prerequisites.ts


/**
 * What the guide asks of a host before it begins: systemd, kubelet, kubeadm, a container runtime, free ports, and hosts that reach
 * each other on the client and peer ports.
 */
function missingPrerequisites(member, settings) {
    const { name, facts } = member;
    // Links and mounts that a run would fail on belong here too: placeFindings(facts) of places.ts.
    const ofNetwork = [...foreignAddress(facts), ...unreachablePeers(facts)];
    return [
        ...essentialFindings(member),
        ...ofNetwork.map((finding) => ({ ...finding, host: name })),
        ...takenPorts(member, settings),
    ];
}
/** What has to be there on the host of a member that was set up before, so that it can be compared and mended. */
function missingEssentials(member) {
    return essentialFindings(member);
}
/** Where the addresses were not seen, nothing is said of them. */
function foreignAddress({ address, addresses, unseen }) {
    if (addresses.includes(address) || unseen.some(({ what }) => what === 'addresses'))
        return [];
    return [
        {
            at: 'hosts',
            fact: `the address ${address} is not on any of its interfaces (${addresses.join(', ')}).`,
            cause: 'It is a NAT or floating address; etcd must listen on it and its peers check it in certificates.',
            fix: "Give the host's own address, one that the other members reach.",
        },
    ];
}
function unreachablePeers({ address: own, reach }) {
    return reach
        .filter(({ outcome }) => outcome !== 'open' && outcome !== 'refused')
        .map(({ address, port, outcome, words }) => outcome === 'unknown'
        ? {
            at: 'network',
            fact: `it could not be found out whether it reaches ${address} on TCP port ${port}${words === undefined ? '' : `: ${words}`}.`,
            fix: `Try it on the host (\`timeout 5 bash -c 'exec 3<> /dev/tcp/${address}/${port}'\`: "Connection refused" is good), mend what it says, and run again.`,
        }
        : {
            at: 'network',
            fact: `it cannot reach ${address} on TCP port ${port} (${outcome}).`,
            cause: 'A firewall or security group between the members drops these packets.',
            fix: `Allow TCP ${port} from ${own} to ${address}, and likewise between all members.`,
        });
}
/**
 * Members whose kubeadm asks for different etcd releases must not found one cluster. A kubeadm that named none asks for no other: that
 * it did not answer is a finding of its own.
 */
function differentImages(members, image) {
    const wanted = Map.groupBy(members, ({ facts }) => image(facts));
    wanted.delete(undefined);
    if (wanted.size <= 1)
        return [];
    const list = [...wanted].map(([name, group]) => `${group.map((member) => member.name).join(', ')}: ${name ?? ''}`);
    return [
        {
            at: 'etcd-image-tag',
            fact: `the hosts' kubeadm ask for different etcd images (${list.join('; ')}).`,
            cause: 'kubeadm is not of the same release on all hosts.',
            fix: 'Install one release of kubeadm on all hosts, or set `etcd-image-tag`.',
        },
    ];
}

;// CONCATENATED MODULE: ./src/cluster/restart-warnings.ts


/** What a plan that takes members down has to say of it, besides its stages. */
function restartWarnings(members, cluster) {
    const leaderLast = members.toSorted((one, other) => Number(one.isLeader) - Number(other.isLeader));
    const taken = leaderLast.filter(isTakenDown);
    if (taken.length === 0)
        return [];
    return [...downMeanwhile(taken, members.length), ...spaceStaysShort(taken, members.length, cluster)];
}
function downMeanwhile(taken, count) {
    if (!isDownMeanwhile(count))
        return [];
    return [
        {
            at: 'restart',
            fact: `the cluster is down while ${taken.map(({ name }) => name).join(' and then ')} ${taken.length === 1 ? 'restarts' : 'restart'}, for some seconds each time.`,
            cause: count === 1
                ? 'It is the only member.'
                : 'Of two members both are the majority: neither can be spared.',
            fix: 'Run it when clients can wait. A cluster of three stays up meanwhile.',
        },
    ];
}
function spaceStaysShort(taken, count, cluster) {
    const raises = taken.some((member) => gateBefore(member, count)?.despite === 'NOSPACE');
    if (!raises || cluster?.health.findings.some(isSpaceAlarm) !== true)
        return [];
    return [
        {
            at: 'alarms',
            fact: 'the alarm NOSPACE is raised, and does not keep the members from their restart, because this run raises quota-backend-bytes.',
            cause: 'etcd takes a larger quota at its start only, and leaves the alarm raised until it is disarmed.',
            fix: 'The run ends as not healthy while the alarm is raised. Then `etcdctl alarm disarm`, and run again.',
        },
    ];
}

// EXTERNAL MODULE: ./src/pki/authority-findings.ts + 12 modules
var authority_findings = __webpack_require__(10961);
// EXTERNAL MODULE: ./src/pki/read-authority.ts + 1 modules
var read_authority = __webpack_require__(22127);
;// CONCATENATED MODULE: ./src/cluster/signing.ts






/**
 * Why the CA that is there cannot sign the certificates that are to be issued: it is not good, must not sign for these
 * names, or ends before them.
 * @param authority as it is known of before anything is done; none where the run makes it, as it has to be.
 * @param members all members: they get certificates.
 */
function signingFindings({ source }, authority, members, { leafDays, extraSans }, now) {
    if (source.from === 'made' || authority === undefined)
        return [];
    const at = source.from === 'input' ? 'ca-certificate' : kubeadm_paths/* CA_CERTIFICATE */.vB;
    const host = source.from === 'input' ? {} : { host: certificateHolder(source.host, members) };
    try {
        (0,read_authority/* readAuthority */.AS)({ name: at, text: authority.certificatePem }, now);
    }
    catch (error) {
        if (!(error instanceof read_authority/* AuthorityError */.sv))
            throw error;
        return error.reasons.map((reason) => ({ ...reason, ...host }));
    }
    const names = members.flatMap((member) => (0,alt_names/* memberAltNames */.G1)(namedMember(member, extraSans)));
    return [
        ...(0,authority_findings/* nameFindings */.Sy)(at, authority.certificate, signing_distinct(names)),
        ...endFindings(authority.certificate.validToDate, leafDays, now),
    ].map((finding) => ({ ...finding, ...host }));
}
/** The host whose ca.crt was read: a key may lie on a host that has no certificate beside it. */
function certificateHolder(host, members) {
    const holders = members.filter(({ facts }) => facts.files.has(kubeadm_paths/* CA_CERTIFICATE */.vB)).map(({ name }) => name);
    return holders.includes(host) ? host : (holders[0] ?? host);
}
function endFindings(end, leafDays, now) {
    const { notAfter } = (0,validity/* validity */.bg)(now, leafDays);
    if (notAfter <= end)
        return [];
    return [
        {
            at: 'certificate-validity-days',
            fact: `the CA ends on ${end.toISOString()}, and certificates that are issued now for ${leafDays} days would end after it, on ${notAfter.toISOString()}: from the end of the CA on nobody would take them.`,
            cause: 'The CA comes to its end, or was made for a shorter time than its certificates are to hold.',
            fix: beforeItsEnd((0,validity/* daysLeft */.H_)(end, now)),
        },
    ];
}
function signing_distinct(names) {
    return [...new Map(names.map((name) => [(0,alt_names/* formatAltName */.Q2)(name), name])).values()];
}
/** @param days that the CA still holds, whole ones. */
function beforeItsEnd(days) {
    const other = 'a CA that holds for longer; where the cluster exists, members and clients have to trust both for a while.';
    return days < 1
        ? `Give ${other}`
        : `Give \`certificate-validity-days: ${days}\` or fewer (and \`renew-before-days\` below that), or ${other}`;
}

// EXTERNAL MODULE: ./src/pki/pem-input.ts
var pem_input = __webpack_require__(99107);
;// CONCATENATED MODULE: ./src/cluster/trusted-authorities.ts


/** Subjects of the certificates in a host's etcd/ca.crt; none where it is missing or cannot be read. */
function trustedOn({ files }) {
    const read = (0,pem_input/* readCertificates */.j)({ name: kubeadm_paths/* CA_CERTIFICATE */.vB, text: files.get(kubeadm_paths/* CA_CERTIFICATE */.vB)?.text ?? '' });
    return (read.value ?? []).map(({ certificate }) => certificate.subject.replaceAll('\n', ', '));
}
/** What a second certificate in ca.crt means: it is easily taken for a harmless part of a chain. */
const TRUSTED_BESIDES = {
    cause: 'The chain of the CA was put there up to its root, or two CAs are trusted while one takes the place of the other.',
    fix: "Leave the certificate alone there that signs the members' certificates, on all hosts, unless a change of the CA is under way; etcd reads the file at its next start.",
};
/** Hosts whose etcd trusts more than the CA: whoever holds a client certificate from there has all of etcd's data. */
function trustedBesides(members) {
    return members.flatMap(({ name, facts }) => {
        const subjects = trustedOn(facts);
        if (subjects.length < 2)
            return [];
        return [
            {
                host: name,
                at: 'ca',
                fact: `its ${kubeadm_paths/* CA_CERTIFICATE */.vB} holds ${subjects.length} certificates (${subjects.join('; ')}): etcd takes every client that any of them vouches for.`,
                ...TRUSTED_BESIDES,
            },
        ];
    });
}

;// CONCATENATED MODULE: ./src/cluster/found-image.ts





/**
 * The image that a member's data was written with, where its manifest does not tell any more. In this order: what the
 * host's own kubeadm configuration names, what its last container ran, what the release of kubeadm ships that it was set
 * up with, and what the other members run. One host's word is never enough for the image of another: two, and a majority of all others, have to agree, and
 * from the registry that kubeadm or the inputs name.
 * @param hosts.members those that could be looked at. @param hosts.total how many the cluster has.
 * @returns no image where the manifest is there.
 */
function foundImage(member, { members, total }, ownership, settings) {
    const { facts } = member;
    if (runningImage(facts) !== undefined || facts.etcdImage === undefined)
        return {};
    const own = ownImage(facts);
    if (own !== undefined)
        return { image: own };
    const shipped = splitImage(facts.etcdImage);
    const { imageRepository = shipped.repository } = imageFieldsOf(configurationOn(facts));
    const recorded = recordOn(ownership.get(member.name))?.kubernetesVersion ?? '';
    const age = compared(facts.kubeadmVersion, recorded);
    const itsOwn = { image: imageOf(imageRepository, shipped.tag) };
    if (age === 'same')
        return itsOwn;
    const agreed = agreedImage(member, members, total);
    const known = [settings.imageRepository, imageRepository, shipped.repository];
    if (agreed !== undefined && known.includes(splitImage(agreed).repository))
        return { image: agreed };
    // a patch release of kubeadm brings no older etcd, and no other minor release
    if (age === 'later patch' && agreed === undefined)
        return itsOwn;
    return settings.etcdImageTag === undefined
        ? { finding: unknownImage(member, recorded, agreed) }
        : { image: imageOf(imageRepository, settings.etcdImageTag) };
}
/**
 * What the host itself says of the image of its etcd: the kubeadm configuration on it, else the container that ended
 * last; undefined where neither names one.
 */
function ownImage(facts) {
    if (facts.etcdImage === undefined)
        return undefined;
    const { imageRepository = splitImage(facts.etcdImage).repository, imageTag } = imageFieldsOf(configurationOn(facts));
    if (imageTag !== undefined)
        return imageOf(imageRepository, imageTag);
    const ran = facts.containers.toSorted((one, other) => other.attempt - one.attempt);
    return ran.map(({ image }) => image).find((image) => /\/etcd:v?\d+\.\d+\.\d+[^/@]*$/.test(image));
}
function configurationOn({ files }) {
    return files.get(kubeadm_paths/* KUBEADM_CONFIG */.XA)?.text ?? '';
}
/** `etcd.local` of a kubeadm configuration (v1beta4), as far as it names an image. */
function imageFieldsOf(configuration) {
    return Object.assign({}, ...(0,foreign_yaml/* readYamlDocuments */.Cw)(configuration).map((document) => {
        const read = document;
        const local = read?.etcd?.local;
        if (typeof local !== 'object' || local === null)
            return {};
        const { imageRepository, imageTag } = local;
        return {
            ...(typeof imageRepository === 'string' && imageRepository !== '' && { imageRepository }),
            ...(typeof imageTag === 'string' && imageTag !== '' && { imageTag }),
        };
    }));
}
/** How kubeadm on the host compares with the release that the member was set up with. */
function compared(now, recorded) {
    const then = parseKubernetesVersion(recorded);
    if (now === undefined || then === undefined)
        return 'other';
    if (now.text === then.text)
        return 'same';
    return now.major === then.major && now.minor === then.minor && now.patch > then.patch
        ? 'later patch'
        : 'other';
}
/** The image that more than half of the other members run, and two at least, by their manifests. */
function agreedImage({ name }, members, total) {
    const others = members.filter((member) => member.name !== name);
    const told = Map.groupBy(others, ({ facts }) => runningImage(facts));
    return [...told].find(([image, group]) => image !== undefined && group.length > 1 && group.length * 2 > total - 1)?.[0];
}
function unknownImage({ name, facts }, recorded, agreed) {
    const now = facts.kubeadmVersion?.text ?? 'unknown';
    const others = agreed === undefined
        ? 'too few of the other members agree on one'
        : `the other members run ${agreed}, whose registry is neither kubeadm's nor the one in the inputs`;
    return {
        host: name,
        at: 'etcd-image-tag',
        fact: `${kubeadm_paths/* ETCD_MANIFEST */.jl} is missing, and nothing on the host tells which etcd has written its data: ${kubeadm_paths/* KUBEADM_CONFIG */.XA} names none, no container of it is left, kubeadm is ${now} now, and ${recorded === '' ? 'there is no record' : `the member was set up with ${recorded}`}; ${others}.`,
        cause: 'The manifest was moved away, and kubeadm was upgraded or downgraded since.',
        fix: 'Put the manifest back, or give the image that ran as `image-repository` and `etcd-image-tag`.',
    };
}

;// CONCATENATED MODULE: ./src/cluster/unseen-findings.ts


/** Which facts a deploy needs for what, and why. */
const NEEDS = {
    // a member that is taken for stopped would be started anew without a gate, all members at the same time
    containers: { purposes: ['verdict'], unknown: 'whether etcd runs there' },
    // an image that is there would be pulled from a registry that the host may not reach
    images: { purposes: ['image'], unknown: 'whether the image of etcd is there' },
    // the kubelet would be configured for another runtime or cgroup driver, and end all its pods
    runtime: { purposes: ['verdict'], unknown: 'which container runtime runs there, and its cgroup driver' },
    // a kubelet that is taken for stopped would be started anew
    kubelet: { purposes: ['verdict'], unknown: 'whether its kubelet runs' },
    // it renders the manifest, and its release says which etcd it ships
    kubeadm: { purposes: ['verdict'], unknown: 'which release of kubeadm it has, and which etcd that ships' },
    // a member would be taken for an empty host, an existing CA for none
    files: { purposes: ['verdict'], unknown: 'which files of a member are there' },
    // a file that is as it was left would be taken for an edited one, and the member restarted
    digests: { purposes: ['verdict'], unknown: 'whether its files are those that the last run has left' },
    // a member with data would be taken for a new one
    'data-dir': { purposes: ['verdict'], unknown: "whether it holds a member's data" },
    addresses: { purposes: ['create'], unknown: 'whether its address is its own' },
    // the second witness, besides the container runtime, for an etcd that does not run
    listeners: { purposes: ['create', 'start'], unknown: "whether something listens on etcd's ports" },
    reach: { purposes: ['create'], unknown: 'whether it reaches the other hosts' },
    // certificates may not be valid there, and its etcd never starts with them
    clock: { purposes: ['sign'], unknown: 'whether certificates that are made now are valid there' },
};
/**
 * Refusals for facts that a decision needs and that could not be seen: what is unknown is never taken for absent. What
 * a missing program explains is told as that program's absence instead.
 */
function unseenFindings(members, purpose) {
    return members.flatMap((member) => {
        const needed = member.facts.unseen.filter(({ what }) => NEEDS[what].purposes.includes(purpose));
        const unexplained = needed.filter(({ what }) => !isExplained(what, member.facts));
        return [
            ...(unexplained.length < needed.length ? missingEssentials(member) : []),
            ...unexplained.map((unseen) => findingOf(member.name, unseen)),
        ];
    });
}
/**
 * The refusals of a deploy for what no verdict can be without, as far as nothing else tells of them: a preflight has the essentials in its
 * findings already.
 */
function silentPrograms(members) {
    return members.flatMap(({ name, facts }) => facts.unseen
        .filter(({ what }) => NEEDS[what].purposes.includes('verdict') && !isExplained(what, facts))
        .map((unseen) => findingOf(name, unseen)));
}
/** What {@link missingEssentials} tells already: that the program is missing, or what kubeadm or the runtime said instead. */
function isExplained(what, facts) {
    switch (what) {
        case 'kubeadm':
            return facts.kubeadmVersion === undefined || facts.etcdImage === undefined;
        case 'kubelet':
            return !facts.systemd;
        case 'containers':
        case 'images':
            return facts.crictlPath === undefined || facts.runtime.runtime === undefined;
        case 'runtime':
            return facts.runtime.runtime === undefined;
        default:
            return false;
    }
}
function findingOf(host, { what, program, words }) {
    return {
        host,
        at: 'probe',
        fact: `\`${program}\` gave no answer that can be used, so it is not known ${NEEDS[what].unknown}: ${words === '' ? 'it said nothing' : words.replace(/[.\s]+$/, '')}.`,
        cause: 'The program failed, took too long, or is of a release that answers in another way.',
        fix: `Run \`${program}\` as root on that host and see what it says; once it answers, run again.`,
    };
}
/**
 * Refusals for files that are there and whose contents the probe has not brought: such a file is neither missing nor
 * another one, and is not replaced.
 * @param read paths of the public files that the decision compares by their text.
 */
function unreadFindings(members, read) {
    return members.flatMap(({ name, facts: { files } }) => read.flatMap((path) => {
        const file = files.get(path);
        if (file?.kind !== 'file' || (file.text !== undefined && file.sha256 !== undefined))
            return [];
        return [
            {
                host: name,
                at: 'probe',
                fact: `${path} is there (${file.size} bytes), and its contents could not be read.`,
                cause: 'It is larger than 256 KiB, or reading it failed.',
                fix: `Look at it on that host (\`ls -l ${path}\`, \`head ${path}\`)${path === kubeadm_paths/* ETCD_MANIFEST */.jl ? ', and leave etcd as it is meanwhile' : ''}; once it is readable, run again.`,
            },
        ];
    }));
}

;// CONCATENATED MODULE: ./src/cluster/decide-deploy.ts






































const TITLE = 'nothing was changed on any host';
/** Files of a host that are compared with what they ought to be by their text. */
const COMPARED_FILES = [
    kubeadm_paths/* STATE_FILE */.bv,
    kubeadm_paths/* CA_CERTIFICATE */.vB,
    kubeadm_paths/* ETCD_MANIFEST */.jl,
    kubeadm_paths/* KUBEADM_CONFIG */.XA,
    kubeadm_paths/* KUBELET_CONFIG */.So,
    kubeadm_paths/* KUBELET_DROP_IN */.jy,
    ...leaf_profiles_leafProfileNames.map((name) => leafPath(name, 'certificate')),
];
/**
 * The plan for `deploy`: one verdict on what was found, and what follows from it.
 * @throws Refused with all findings, before anything is touched, when the hosts are neither empty nor wholly one
 * cluster that can be brought to what the inputs ask for without risk.
 * @throws Refusal likewise, if hosts could not be reached and the run cannot go on without them.
 */
function decideDeploy(question) {
    const away = reasonsOf(question.absent ?? []);
    if (away.length === 0)
        return decide(question);
    try {
        return decide(question);
    }
    catch (error) {
        if (!(error instanceof src_findings/* Refused */.Lw))
            throw error;
        throw new src_findings/* Refusal */.P_('not every host could be reached, so nothing was changed on any', [
            ...new Set([...away, ...error.findings]),
        ]);
    }
}
function decide(question) {
    const { settings, facts, cluster, absent: absentHosts = [] } = question;
    const { members, findings } = resolveMembers(settings.hosts, facts);
    refuseIf(findings);
    // before anything follows from them: what was not seen is not absent
    refuseIf([...unseenFindings(members, 'verdict'), ...unreadFindings(members, COMPARED_FILES)]);
    refuseIf(contradictionFindings(members, cluster, settings.clientPort));
    const ownership = classifyAll(members, settings.clusterName);
    refuseIf(absenceFindings(absentHosts, members, ownership, cluster));
    const absent = resolveAbsent(absentHosts, members);
    const shape = clusterShape(settings, inOrderOfInputs(members, absent), tokenOf(ownership) ?? question.freshToken);
    const established = isEstablished(ownership, cluster);
    if (established)
        refuseIf(members.flatMap((member) => fixedFlagFindings(member, shape)));
    refuseIf([
        ...mixedHosts(members, ownership),
        ...lostLogFindings(members, ownership, cluster),
        ...membershipFindings(ownership, cluster),
    ]);
    const authority = knownAuthority(members, settings.authority?.certificatePem);
    const handOver = decideControlPlane(question.controlPlane ?? { hosts: [], unreached: [] }, members, {
        authority,
        renewBeforeDays: settings.renewBeforeDays,
        now: question.now,
    });
    const found = { ...question, members, away: absent, ownership, shape, authority, handOver };
    return established ? decideEstablished(found) : decideNew(found);
}
/**
 * The cluster has been healthy once: the action has recorded that, or somebody else's members run, or a run was cut off
 * before it could record what is healthy now. Somebody may use it since, so its members restart one at a time.
 */
function isEstablished(ownership, cluster) {
    const kinds = [...ownership.values()].map(({ kind }) => kind);
    const isProven = kinds.some((kind) => kind === 'unmanaged' || kind === 'member');
    return isProven || (cluster?.health.healthy === true && kinds.every((kind) => kind === 'unfinished'));
}
/** Nothing there yet, or an unfinished deploy of ours: create, repair. */
function decideNew(found) {
    const { settings, members, ownership, shape, cluster, archive, handOver } = found;
    const isNew = [...ownership.values()].every(({ kind }) => kind === 'pristine');
    const toKnow = authorityOf(found, { deliversKey: true });
    const toSign = readyToSign(toKnow, found);
    const { choice, findings } = members.every(hasStarted) ? toKnow : toSign;
    refuseIf([
        // without a choice nothing is known of the CA, and the findings say why
        ...(isNew
            ? bootstrapFindings(settings.bootstrap, choice === undefined || choice.source.from === 'made')
            : []),
        ...findings,
        ...handOver.findings,
        ...unseenFindings(members, 'create'),
        ...members.flatMap((member) => missingPrerequisites(member, settings)),
        ...differentImages(members, (seen) => wantedImage(settings, seen)?.image),
    ]);
    const created = members.map((member) => createdMember(member, found));
    refuseIf(unseenFindings(created.filter((member) => member.progress !== 'begun' || !runs(member)), 'image'));
    refuseIf([
        ...supplyFindings(created, { archive, registry: settings.registry }),
        ...otherImages(created.filter(({ progress }) => progress === 'nothing'), archive),
    ]);
    refuseIf(created.flatMap((member) => [
        ...foundedOtherwise(member, shape),
        ...decide_deploy_otherRelease(member, ownImage(member.facts)),
    ]));
    refuseIf(created.filter(({ progress }) => progress !== 'begun').flatMap(unknownFlags));
    const fresh = created.filter(({ progress }) => progress !== 'begun');
    // a manifest that has to be replaced comes with certificates of this run
    const signs = fresh.length > 0 || handOver.issue.size > 0;
    const signing = signs ? toSign : toKnow;
    if (signs)
        refuseIf(signing.findings);
    const authority = chosen(signing.choice ?? choice);
    const takesKey = isNew || (authority.source.from !== 'host' && fresh.some(({ name }) => name === authority.keyKeeper));
    return {
        ...common(found, authority, created),
        verdict: isNew ? 'create' : 'repair',
        reasons: [
            ...(isNew ? ['none of the hosts holds anything of etcd'] : []),
            ...(takesKey ? [describeKeeper(authority.source.from, authority.keyKeeper)] : []),
            ...(isNew ? [] : created.map(describeProgress)),
        ],
        leftOut: [],
        issue: new Map([...fresh.map(({ name }) => [name, leaf_profiles_leafProfileNames]), ...handOver.issue]),
        clientCopies: new Map(),
        warnings: [
            ...clonedMachines(members),
            ...signing.warnings,
            ...trustedBesides(members),
            ...pauseFindings(created, archive),
            ...handOver.warnings,
        ],
        ...withHandOver(createStages({
            shape,
            authority,
            members: created,
            works: cluster !== undefined && hasMajority(cluster.health),
            ...(cluster?.health.leader ? { leader: cluster.health.leader.name } : {}),
            ...(archive === undefined ? {} : { archive }),
        }), handOver),
    };
}
/** A cluster that lives: unchanged, converge, adopt. */
function decideEstablished(found) {
    const { settings, members, ownership, shape, cluster, archive, authority, handOver } = found;
    const unmanaged = members.filter(({ name }) => ownership.get(name)?.kind === 'unmanaged');
    const toKnow = authorityOf(found, { deliversKey: false });
    refuseIf([...toKnow.findings, ...members.flatMap(missingEssentials), ...handOver.findings]);
    if (authority === undefined)
        throw new src_findings/* Refused */.Lw(TITLE, [withoutAuthority(members)]);
    const images = new Map(members.map((member) => [
        member.name,
        foundImage(member, { members, total: shape.members.length }, ownership, settings),
    ]));
    refuseIf([...images.values()].flatMap((one) => ('finding' in one ? [one.finding] : [])));
    const imageOn = ({ name }) => {
        const one = images.get(name);
        return one !== undefined && 'image' in one ? one.image : undefined;
    };
    const compared = members.map((member) => convergedMember(member, authority, chosen(toKnow.choice), found, imageOn(member)));
    const toSign = issuedBy(compared, handOver).size > 0 ? readyToSign(toKnow, found) : toKnow;
    const held = holdBack(compared, found, toSign.findings);
    const converged = held.members;
    const issue = issuedBy(converged, handOver);
    // what cannot be signed was left out, or is refused here
    const signing = issue.size > 0 ? toSign : toKnow;
    const supplied = converged.filter((member) => mustRestart(member) || !runs(member));
    refuseIf([
        ...unseenFindings(supplied, 'image'),
        ...unseenFindings(converged.filter(({ etcdRuns }) => !etcdRuns), 'start'),
    ]);
    refuseIf([
        ...signing.findings,
        ...supplyFindings(supplied, { archive, registry: settings.registry }),
        ...converged.flatMap((member) => decide_deploy_otherRelease(member, imageOn(member))),
        ...converged.filter((member) => mustRestart(member) && !member.isHeld).flatMap(unknownFlags),
        ...(unmanaged.length === 0
            ? []
            : [
                ...clusterAdoptionFindings(cluster, unmanaged.map(({ name }) => name)),
                ...patchAdoptionFindings(settings.patches),
            ]),
        ...converged
            .filter(({ name }) => ownership.get(name)?.kind === 'unmanaged')
            .flatMap((member) => memberAdoptionFindings(member, member.desired, member.differences)),
    ]);
    const idle = converged.filter((member) => !runs(member));
    const different = converged.filter(({ differences }) => !isAsDesired(differences));
    const leftOut = [...absentLeftOut(found.away), ...held.leftOut];
    const verdict = verdictOn(unmanaged.length, different.length + handOver.stages.length, idle.length);
    const works = cluster !== undefined && hasMajority(cluster.health);
    const stages = withHandOver(convergeStages(converged, shape, toKnow.choice?.keyKeeper, works, archive), handOver);
    // who is handed its own pair needs no copy of a member's
    const clientCopies = handsOver(settings)
        ? new Map()
        : plannedClientCopies(converged, ownership, settings.copiedClientCertificates);
    return {
        ...common(found, chosen(signing.choice), converged),
        verdict,
        reasons: [
            ...reasonsFor(verdict, converged),
            ...handOver.reasons,
            ...leftOut
                .filter(({ at }) => at === LEFT_OUT)
                .map(({ host = '' }) => `${host}: left out in part or whole`),
        ],
        leftOut,
        issue,
        clientCopies,
        warnings: [
            ...clonedMachines(members),
            ...signing.warnings,
            ...trustedBesides(members),
            ...restartWarnings(converged, cluster),
            ...otherImages(converged, archive),
            ...clientCopyWarnings(clientCopies),
            ...converged.flatMap((member) => namesToBeLost(member, settings.certificates.extraSans, member.differences.leaves)),
            ...handOver.warnings,
        ],
        ...stages,
    };
}
/** Leaves that the run issues, by host. */
function issuedBy(members, handOver) {
    return new Map([
        ...members
            .filter(({ differences }) => differences.leaves.size > 0)
            .map(({ name, differences }) => [name, [...differences.leaves.keys()]]),
        ...handOver.issue,
    ]);
}
/**
 * What can be done without what cannot: restarts that the cluster cannot spare are left out, and so are certificates while the
 * host that keeps the CA's key is away.
 * @param keyless what keeps the CA from signing what is due.
 * @throws Refused with the reasons where nothing else is left to do.
 */
function holdBack(compared, { away, cluster, handOver, ownership, shape }, keyless) {
    const unsigned = away.length > 0 ? keyless : [];
    const signed = unsigned.length === 0 ? { members: compared, leftOut: [] } : holdLeaves(compared, unsigned);
    const shut = shutGates(signed.members, shape, cluster);
    const { members, leftOut } = holdRestarts(signed.members, shut);
    const isIdle = members.every((member) => isAsDesired(member.differences) && (member.isHeld || runs(member)));
    const takesOver = [...ownership.values()].some(({ kind }) => kind === 'unmanaged');
    if (takesOver || (isIdle && handOver.stages.length === 0))
        refuseIf(distinctFacts([...unsigned, ...[...shut.values()].flat()]));
    return { members, leftOut: [...signed.leftOut, ...leftOut] };
}
/** The control plane gets its files once the cluster is proven healthy, and recorded. */
function withHandOver({ stages, afterProof }, handOver) {
    return { stages, afterProof: [...afterProof, ...handOver.stages] };
}
/** Whether the action looks after what the control plane has of the cluster. */
function handsOver({ controlPlane }) {
    return controlPlane.length > 0;
}
function verdictOn(unmanaged, different, idle) {
    if (unmanaged > 0)
        return 'adopt';
    if (different > 0)
        return 'converge';
    return idle > 0 ? 'repair' : 'unchanged';
}
function reasonsFor(verdict, members) {
    if (verdict === 'unchanged')
        return ['every host is a finished member of this cluster, as the inputs ask for'];
    return members.flatMap((member) => {
        const lines = describeDifferences(member.differences);
        if (!runs(member))
            lines.unshift(describeIdle(member));
        return lines.length === 0 ? [] : [`${member.name}: ${lines.join('; ')}`];
    });
}
function common({ settings, shape, authority, handOver }, { source, keyKeeper }, members) {
    return {
        clusterName: settings.clusterName,
        shape,
        authority: source,
        ...(source.from === 'made' || authority === undefined
            ? {}
            : { authorityCertificate: authority.certificatePem }),
        ...(keyKeeper === undefined ? {} : { keyKeeper }),
        certificates: settings.certificates,
        controlPlane: handOver.hosts,
        kubernetesVersions: new Map(members.map(({ name, desired }) => [name, desired.kubernetesVersion])),
    };
}
function refuseIf(findings) {
    if (findings.length > 0)
        throw new src_findings/* Refused */.Lw(TITLE, findings);
}
function authorityOf({ members, ownership, settings }, { deliversKey }) {
    const { authority: brought, caCustody: custody } = settings;
    return chooseAuthority(members, ownership, { brought, custody, deliversKey });
}
/** The same CA, with its key, and what keeps it from signing. */
function readyToSign(toKnow, { members, settings, authority, now }) {
    const answer = withKey(toKnow, members);
    if (answer.choice === undefined)
        return answer;
    return {
        ...answer,
        findings: [
            ...signingFindings(answer.choice, authority, members, settings.certificates, now),
            ...unseenFindings(members, 'sign'),
            ...clockFindings(members, settings.certificates.leafDays),
        ],
    };
}
function chosen(choice) {
    if (choice === undefined)
        throw new Error('an authority is chosen whenever there is no finding');
    return choice;
}
function classifyAll(members, clusterName) {
    const classified = members.map((member) => ({ name: member.name, ...classifyHost(member, clusterName) }));
    refuseIf(classified.flatMap(({ findings }) => findings));
    return new Map(classified.flatMap(({ name, ownership }) => (ownership === undefined ? [] : [[name, ownership]])));
}
/** Every host of a cluster that has data has to be one of its members, and all carry its one token. */
function mixedHosts(members, ownership) {
    const withData = members.filter(({ name, facts }) => {
        const owned = ownership.get(name);
        return owned?.kind === 'member' || owned?.kind === 'unmanaged' || facts.dataDir.hasLog;
    });
    const pristine = members.filter(({ name }) => ownership.get(name)?.kind === 'pristine');
    if (withData.length > 0 && pristine.length > 0) {
        const names = withData.map(({ name }) => name).join(', ');
        return pristine.map(({ name }) => ({
            host: name,
            at: 'host',
            fact: `it is empty, while ${names} ${withData.length === 1 ? 'holds' : 'hold'} a member's data.`,
            cause: 'The host was reinstalled or its disk was lost, or a host was added to the list.',
            fix: 'Restore its disk, or list the hosts that the cluster was made of. A member that lost its data must not be started as if it were new.',
        }));
    }
    const tokens = Map.groupBy(ownership, ([, owned]) => tokenOn(owned));
    tokens.delete(undefined);
    if (tokens.size <= 1)
        return [];
    return [
        {
            at: 'hosts',
            fact: `they belong to ${tokens.size} different clusters (${[...tokens.values()].map((group) => group.map(([name]) => name).join(', ')).join(' / ')}).`,
            cause: 'Hosts of two clusters with the same name were listed together.',
            fix: 'List the hosts of one cluster. `cluster-name` helps to tell clusters apart.',
        },
    ];
}
function tokenOf(ownership) {
    return [...ownership.values()].map(tokenOn).find((token) => token !== undefined);
}
function clusterShape(settings, members, token) {
    return {
        members,
        token,
        clientPort: settings.clientPort,
        peerPort: settings.peerPort,
        metricsPort: settings.metricsPort,
        ...(0,data_places/* placesOf */.ek)(settings),
        extraArgs: settings.extraArgs,
        patches: settings.patches,
        ...(settings.imageRepository === undefined ? {} : { imageRepository: settings.imageRepository }),
        ...(settings.etcdImageTag === undefined ? {} : { etcdImageTag: settings.etcdImageTag }),
    };
}
/** Has this host's etcd ever been able to start? */
function hasStarted({ facts }) {
    return facts.files.has(kubeadm_paths/* ETCD_MANIFEST */.jl) || facts.dataDir.hasLog;
}
function whatRuns({ facts }) {
    return {
        kubeletRuns: facts.kubelet.active && facts.kubelet.enabled,
        etcdRuns: facts.containers.some(({ running }) => running),
    };
}
function createdMember(member, { shape, settings, ownership }) {
    const recorded = hasStarted(member) ? recordOn(ownership.get(member.name)) : undefined;
    // where its manifest is gone, its data was written by what its configuration names
    const image = member.facts.dataDir.hasLog ? ownImage(member.facts) : undefined;
    const desired = desiredMember(member, shape, settings, {
        ...(recorded === undefined ? {} : { kubernetesVersion: recorded.kubernetesVersion }),
        ...(image === undefined ? {} : { image }),
    });
    return { ...member, ...whatRuns(member), desired, progress: progressOf(member, desired) };
}
function progressOf({ facts }, desired) {
    const manifest = memberManifest(facts);
    if (manifest === undefined)
        return facts.dataDir.hasLog || facts.dataDir.hasBlankLog || facts.files.has(kubeadm_paths/* ETCD_MANIFEST */.jl)
            ? 'other'
            : 'nothing';
    // the same manifest again would not help: the log has to be set aside while etcd does not run
    if (facts.dataDir.hasBlankLog)
        return 'other';
    const same = flagDifferences(manifest, desired.arguments).length === 0 &&
        flagsBeforeData(manifest, desired.arguments).length === 0 &&
        manifest.image === desired.image &&
        [...desired.texts].every(([path, text]) => facts.files.get(path)?.text === text);
    return same ? 'begun' : 'other';
}
/** A member that has data was founded with names and addresses that cannot be changed by another manifest. */
function foundedOtherwise({ name, facts, desired, progress }, shape) {
    if (progress === 'nothing')
        return hasNoData(facts.dataDir) ? [] : [filledBySomebody(name, facts.dataDir)];
    const manifest = memberManifest(facts);
    const places = manifest === undefined ? [] : placeDifferences(manifest, shape);
    if (!facts.dataDir.hasLog && places.length === 0)
        return [];
    const founded = { arguments: foundedFlags(facts) };
    return [...flagsBeforeData(founded, desired.arguments), ...places].map((line) => ({
        host: name,
        at: 'hosts',
        fact: `its etcd has already begun its data with other values (${line}).`,
        cause: 'Hosts, names, ports, the data dir or that of the log were changed after a deploy that was cut off.',
        fix: 'Run once more with the inputs of that deploy. To begin anew with others, move the data dir (and `wal-dir`) and /etc/kubernetes/etcd-ha-action of a cluster that has never been used to another place.',
    }));
}
function filledBySomebody(host, { empty }) {
    const [at, folder] = empty ? ['wal-dir', 'the folder of its log'] : ['data-dir', 'its data dir'];
    return {
        host,
        at,
        fact: `${folder} holds files, and no etcd has been started on it yet.`,
        cause: 'Somebody has put them there after a deploy that was cut off.',
        fix: `Move them elsewhere, or give another \`${at}\`.`,
    };
}
/**
 * Another etcd than the one that has written a member's data.
 * @param found what is known of that one where the manifest is missing.
 */
function decide_deploy_otherRelease({ name, facts, desired }, found) {
    const running = facts.dataDir.hasLog ? (runningImage(facts) ?? found) : undefined;
    if (running === undefined)
        return [];
    const unnamed = unnamedFindings(name, running, desired.image);
    return unnamed.length > 0 ? unnamed : imageFindings(name, running, desired.image);
}
/** Flags of the host's kubeadm that the member's etcd does not know; asked where kubeadm is to render its manifest. */
function unknownFlags({ name, facts, desired }) {
    const { kubeadmVersion } = facts;
    return kubeadmVersion === undefined ? [] : flagFindings(name, kubeadmVersion, desired.image);
}
const PROGRESS = {
    nothing: 'its set-up has not got as far as starting the member',
    begun: 'its member has been started, and the cluster was not proven healthy yet',
    other: 'its member has been started with other settings, and the cluster was never proven healthy',
};
function describeProgress(member) {
    const idle = member.progress === 'nothing' || runs(member) ? '' : `, ${describeIdle(member)}`;
    return `${member.name}: ${PROGRESS[member.progress]}${idle}`;
}
function describeIdle({ kubeletRuns }) {
    return kubeletRuns ? 'its etcd does not run' : 'its kubelet does not run, or not at boot';
}
function convergedMember(member, authority, { keyKeeper }, { shape, settings, ownership, cluster, now }, image) {
    const record = recordOn(ownership.get(member.name));
    const desired = desiredMember(member, shape, settings, {
        ...(record === undefined ? {} : { kubernetesVersion: record.kubernetesVersion }),
        ...(image === undefined ? {} : { image }),
    });
    const differences = differencesOf(member, {
        desired,
        authority,
        places: shape,
        keepsAuthorityKey: member.name === keyKeeper,
        caCustody: settings.caCustody,
        renewBeforeDays: settings.renewBeforeDays,
        extraSans: settings.certificates.extraSans,
        copiedClients: handsOver(settings) ? recordedCopies(ownership) : settings.copiedClientCertificates,
        now,
        ...(record === undefined ? {} : { record }),
    });
    const isLeader = cluster?.health.leader?.name === member.name;
    const isRecorded = record?.files[kubeadm_paths/* ETCD_MANIFEST */.jl] !== undefined;
    const manifestIsRecorded = isRecorded ? !differsFromRecord(record, member.facts, kubeadm_paths/* ETCD_MANIFEST */.jl) : undefined;
    return {
        ...member,
        ...whatRuns(member),
        desired,
        differences,
        isLeader,
        manifestIsRecorded,
        isHeld: false,
    };
}
/** Fingerprints of all renewed client certificates of which nobody has confirmed a copy yet. */
function recordedCopies(ownership) {
    return [...ownership.values()].flatMap((owned) => recordOn(owned)?.clientCopy?.fingerprint ?? []);
}

;// CONCATENATED MODULE: ./src/cluster/step-titles.ts
/** What each kind of step is called in log, plan, summary and errors. */
const STEP_TITLES = {
    'deliver-files': 'deliver files',
    'set-modes': 'set modes',
    'start-kubelet': 'start kubelet',
    'await-kubelet': 'wait for kubelet',
    'pull-image': 'pull image',
    'import-image': 'import image',
    'render-manifest': 'render manifest',
    'verify-files': 'verify files',
    'start-member': 'start member',
    'move-leadership': 'move leadership',
    'restart-member': 'restart member',
    'prove-served': 'prove served certificates',
    'prove-client': 'prove client certificate',
    'remove-authority-key': 'remove key of the CA',
    'record-member': 'record member',
};
/** Steps that only look. */
const LOOKING_STEPS = new Set([
    'verify-files',
    'prove-served',
    'prove-client',
    'await-kubelet',
]);

;// CONCATENATED MODULE: ./src/cluster/plan-document/digest.ts


/**
 * SHA-256 (hex) over what a plan will do and to what. Left out is what may be another thing by the time that the plan is
 * approved, without being another plan: reasons and warnings, which carry times; in which order hosts come, which depends
 * on who leads (the leader last, whoever that is then); and whether an image has to be pulled or imported.
 */
function planDigest(document) {
    const done = {
        ...document,
        reasons: [],
        warnings: [],
        ...(document.leftOut && { leftOut: document.leftOut.map(({ host, at }) => ({ host, at })) }),
        stages: inOrderOfNames(document.stages.map(withoutChance)),
        afterProof: document.afterProof.map(withoutChance),
    };
    return (0,external_node_crypto_.createHash)('sha256').update(canonicalJson(done)).digest('hex');
}
const IMAGES = [STEP_TITLES['pull-image'], STEP_TITLES['import-image']];
function withoutChance(stage) {
    const steps = stage.steps
        .filter(({ step }) => !IMAGES.some((title) => step.startsWith(title)))
        .map(({ host, step }) => ({ host, step, why: '' }));
    // the steps of a stage that is done in turn are in the order in which they are done; so are those of one host
    return {
        ...stage,
        steps: stage.order === 'in-turn' ? steps : steps.sort((one, other) => compare(one.host, other.host)),
    };
}
/** Stages that do the same to one host after the other stand together; they are put in the order of the hosts' names. */
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
/** JSON with the keys of every object sorted, so that the order in which code sets them does not count. */
function canonicalJson(value) {
    return JSON.stringify(value, (_key, part) => typeof part === 'object' && part !== null && !Array.isArray(part)
        ? Object.fromEntries(Object.entries(part).sort(([one], [other]) => (one < other ? -1 : 1)))
        : part);
}

;// CONCATENATED MODULE: ./src/cluster/plan-document/fresh-token.ts
const PLACEHOLDER = '(made by the run)';
/**
 * The value with a token that only this run knows replaced wherever it stands: the run that carries the plan out makes
 * another one.
 */
function withoutFreshToken(value, plan, facts) {
    return isFresh(plan, facts) ? replaced(value, plan.shape.token) : value;
}
/** A running cluster's token may be etcd's own default, which no file need hold. */
function isFresh({ verdict, shape }, facts) {
    if (verdict !== 'create' && verdict !== 'repair')
        return false;
    return ![...facts.values()].some(({ state }) => typeof state === 'object' && state.cluster.token === shape.token);
}
function replaced(value, token) {
    if (typeof value === 'string')
        return value.replaceAll(token, PLACEHOLDER);
    if (Array.isArray(value))
        return value.map((part) => replaced(part, token));
    if (typeof value !== 'object' || value === null)
        return value;
    return Object.fromEntries(Object.entries(value).map(([key, part]) => [key, replaced(part, token)]));
}

;// CONCATENATED MODULE: ./src/cluster/plan-document/outcome.ts
const ROOT = '0:0';
/** A change of contents; `replace` unless nothing is there, or it is called otherwise. */
function outcome_changeOf({ path, mode }, present, told) {
    return {
        path,
        change: told.change ?? (present === undefined ? 'create' : 'replace'),
        mode,
        ...(told.diff === undefined ? {} : { diff: told.diff }),
        ...(told.notes.length === 0 ? {} : { note: told.notes.join('; ') }),
    };
}
/** A change of mode and owner only; `undefined` when both are as planned. */
function modeChange(file, present) {
    const notes = attributeNotes(file, present);
    if (present !== undefined && notes.length === 0)
        return undefined;
    return outcome_changeOf(file, present, { change: 'mode', notes });
}
/** What mode and owner were, where they change. */
function attributeNotes({ mode }, present) {
    if (present === undefined)
        return [];
    return [
        ...(Number.parseInt(present.mode, 8) === Number.parseInt(mode, 8) ? [] : [`mode was ${present.mode}`]),
        ...(present.owner === ROOT ? [] : [`owner was ${present.owner}`]),
    ];
}

;// CONCATENATED MODULE: ./src/cluster/plan-document/certificate-change.ts




const PURPOSES = {
    server: 'server certificate of the member',
    peer: 'peer certificate of the member',
    healthcheckClient: 'client certificate for health checks',
    apiserverEtcdClient: 'client certificate of the API servers',
};
const KEY_MADE = 'private key, made by this run';
const KEY_REPLACED = 'private key, replaced';
/** A leaf: the certificate by what it is for, the key only as one. */
function leafChange(file, present, { name, part }, { member, policy }) {
    const attributes = attributeNotes(file, present);
    if (part === 'key') {
        return outcome_changeOf(file, present, {
            notes: [present === undefined ? KEY_MADE : KEY_REPLACED, ...attributes],
        });
    }
    const commonName = leafProfiles[name].commonName ?? member.name;
    const also = leafProfiles[name].namesMember ? policy.extraSans : [];
    const purpose = [
        PURPOSES[name],
        `CN=${commonName}`,
        ...choices(policy, 'leafDays'),
        ...(also.length === 0 ? [] : [`also for ${also.join(', ')}`]),
    ].join(', ');
    return present === undefined
        ? outcome_changeOf(file, present, { notes: [purpose] })
        : outcome_changeOf(file, present, {
            change: 'renew',
            notes: [purpose, `replaces ${certificate_change_identity(present)}`, ...attributes],
        });
}
/** The CA's certificate or key. */
function authorityChange(file, present, part, { authority, policy }) {
    const attributes = attributeNotes(file, present);
    const { source, certificatePem } = authority;
    if (part === 'key')
        return outcome_changeOf(file, present, { notes: [keyOrigin(source, present), ...attributes] });
    if (present?.text !== undefined && present.text === certificatePem)
        return modeChange(file, present);
    const made = source.from === 'made' ? choices(policy, 'authorityDays') : [];
    const what = [`certificate of the CA${ORIGINS[source.from]}`, ...made].join(', ');
    const known = named(certificatePem ?? '');
    const replaced = present === undefined ? [] : [`replaces ${certificate_change_identity(present)}`];
    return outcome_changeOf(file, present, {
        notes: [known === '' ? what : `${what}, ${known}`, ...replaced, ...attributes],
    });
}
/** What was chosen that kubeadm would not choose: it is approved with the plan. */
function choices(policy, days) {
    const { keyAlgorithm } = policy;
    return [
        ...(keyAlgorithm === pki_policy/* KUBEADM_POLICY */.X.keyAlgorithm ? [] : [keyAlgorithm]),
        ...(policy[days] === pki_policy/* KUBEADM_POLICY */.X[days] ? [] : [`valid for ${policy[days]} days`]),
    ];
}
const ORIGINS = {
    input: ' that was brought as an input',
    made: ', made by this run',
    host: '',
    'certificate-only': '',
};
function keyOrigin(source, present) {
    if (present !== undefined)
        return KEY_REPLACED;
    return source.from === 'made' ? KEY_MADE : `private key of the CA${ORIGINS[source.from]}`;
}
/** A certificate on a host, or whatever lies in its place. */
function certificate_change_identity(present) {
    return (named(present.text ?? '') || `what is no certificate (SHA-256 of the file ${present.sha256 ?? 'unknown'})`);
}
/** Empty for a text that is no certificate. */
function named(pem) {
    try {
        const { fingerprint, notAfter } = (0,inspect/* inspectCertificate */.ow)(pem);
        return `SHA-256 ${fingerprint}, valid until ${notAfter.toISOString().replace('.000Z', 'Z')}`;
    }
    catch {
        return '';
    }
}

// EXTERNAL MODULE: ./node_modules/diff/libesm/patch/create.js + 2 modules
var create = __webpack_require__(37291);
;// CONCATENATED MODULE: ./src/cluster/plan-document/unified-diff.ts

const CONTEXT_LINES = 3;
/** More changed lines than this are not compared one by one: the time would grow with their square. */
const MOST_EDITS = 1000;
/** Unified diff between what lies at a path (`undefined`: nothing) and what will. */
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

;// CONCATENATED MODULE: ./src/cluster/plan-document/manifest-change.ts







const PRESUMABLY = "as the host's kubeadm will presumably render it";
const EDITED = 'it was edited on the host, and what kubeadm does not render is lost';
/** The static pod's manifest, which exists only once the host's kubeadm has rendered it. */
function manifestChange(file, { files, state }, step) {
    const present = files.get(file.path);
    const predicted = present?.text === undefined ? undefined : predict(present.text, step);
    if (present?.text === undefined || predicted === undefined) {
        return outcome_changeOf(file, present, { notes: [contents(step), ...attributeNotes(file, present)] });
    }
    const configuration = files.get(kubeadm_paths/* KUBEADM_CONFIG */.XA)?.text ?? '';
    const unforeseen = [
        ...resetFlags(configuration, step.wanted),
        ...((0,kubeadm_patches/* patchFolderIn */.AU)(configuration) === step.patches?.folder ? [] : [otherPatches(step)]),
        ...(wasEdited(present, { files, state }) ? [EDITED] : []),
    ];
    if (predicted === present.text && unforeseen.length === 0)
        return modeChange(file, present);
    return outcome_changeOf(file, present, {
        ...(predicted === present.text ? {} : { diff: unifiedDiff(file.path, present.text, predicted) }),
        notes: [PRESUMABLY, ...unforeseen, ...attributeNotes(file, present)],
    });
}
function predict(text, { wanted, image }) {
    const names = new Set(wanted.map(({ name }) => name));
    const present = parseEtcdManifest(text)?.arguments.keys() ?? [];
    const dropFlags = [...present].filter((name) => !names.has(name) && !etcd_flags/* KUBEADM_ETCD_FLAGS */.lF.has(name));
    return predictManifest(text, wanted, { image, dropFlags });
}
function contents({ wanted, image, patches }) {
    const flags = wanted.map(({ name, value }) => `--${name}=${value}`);
    const patched = patches === undefined ? '' : `; then patched by ${patches.names.join(', ')}`;
    return `rendered by the host's kubeadm: image ${image}; besides kubeadm's own flags ${flags.join(' ')}${patched}`;
}
function otherPatches({ patches }) {
    return patches === undefined
        ? 'what the present patches have changed goes back'
        : `it is patched anew, by ${patches.names.join(', ')}; what that changes only kubeadm can tell`;
}
function wasEdited({ path }, facts) {
    return typeof facts.state === 'object' && differsFromRecord(facts.state, facts, path);
}

;// CONCATENATED MODULE: ./src/cluster/plan-document/file-change.ts





/** What becomes of one file; `undefined` when it is as planned already. */
function fileChange(file, context) {
    const { content } = file;
    const present = context.seen.files.get(file.path);
    switch (content?.from) {
        case undefined:
            return modeChange(file, present);
        case 'text':
            return textChange(file, present, content.text);
        case 'state':
            return outcome_changeOf(file, present, { notes: ["the action's own record"] });
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
    const note = 'the key of the CA, which the inputs bring from now on; only if it is that one';
    return { path: present.path, change: 'remove', mode: present.mode, note };
}
function textChange(file, present, text) {
    if (present !== undefined && holds(present, text))
        return modeChange(file, present);
    const unread = present !== undefined && present.text === undefined
        ? [`what lies there now was not read (SHA-256 ${present.sha256 ?? 'unknown'})`]
        : [];
    const diff = unifiedDiff(file.path, present?.text, text);
    return outcome_changeOf(file, present, { diff, notes: [...unread, ...attributeNotes(file, present)] });
}
function holds(present, text) {
    if (present.text !== undefined)
        return present.text === text;
    return present.sha256 === (0,external_node_crypto_.createHash)('sha256').update(text).digest('hex');
}

;// CONCATENATED MODULE: ./src/cluster/plan-document/planned-files.ts


/** All paths that the steps on one host touch, each once, in the order of the first step that does. */
function plannedFiles(steps) {
    const files = new Map();
    const put = (file) => void files.set(file.path, { ...files.get(file.path), ...file });
    for (const step of steps) {
        switch (step.kind) {
            case 'deliver-files':
                step.files.forEach(put);
                break;
            case 'set-modes':
                step.modes.forEach((mode, path) => put({ path, mode }));
                break;
            case 'render-manifest':
                if (placesManifest(steps)) {
                    put({ path: kubeadm_paths/* ETCD_MANIFEST */.jl, mode: PRIVATE_MODE, content: { from: 'kubeadm', step } });
                }
                break;
            case 'remove-authority-key':
                put({ path: kubeadm_paths/* CA_KEY */.r$, mode: PRIVATE_MODE, content: { from: 'nothing' } });
                break;
            case 'record-member':
                put({ path: kubeadm_paths/* STATE_FILE */.bv, mode: PRIVATE_MODE, content: { from: 'state' } });
                break;
            case 'start-kubelet':
            case 'await-kubelet':
            case 'pull-image':
            case 'import-image':
            case 'verify-files':
            case 'start-member':
            case 'move-leadership':
            case 'restart-member':
            case 'prove-served':
            case 'prove-client':
        }
    }
    return [...files.values()];
}
/** kubeadm renders aside; only these steps put the result where kubelet reads it. */
function placesManifest(steps) {
    return steps.some((step) => step.kind === 'restart-member' || (step.kind === 'start-member' && step.placeManifest));
}

;// CONCATENATED MODULE: ./src/cluster/plan-document/host-changes.ts



/** What a plan changes on one host. */
function hostChanges(member, { plan, facts, broughtCertificate }) {
    const { name, address } = member;
    const steps = [...plan.stages, ...plan.afterProof].flatMap((stage) => stage.steps.filter(({ host }) => host === name));
    const authorityCertificate = broughtCertificate ?? plan.authorityCertificate;
    const context = {
        member,
        seen: factsOf(name, facts),
        policy: plan.certificates,
        authority: {
            source: plan.authority,
            ...(authorityCertificate === undefined ? {} : { certificatePem: authorityCertificate }),
        },
    };
    const files = plannedFiles(steps).flatMap((planned) => fileChange(planned, context) ?? []);
    return { name, address, files, restarts: restarts(steps, files) };
}
function factsOf(name, facts) {
    const seen = facts.get(name);
    if (seen === undefined)
        throw new Error(`a plan is decided from the facts of all hosts; ${name} has none`);
    return seen;
}
/** Says nothing of what merely starts; whether a kubelet without configuration runs changes every few seconds. */
function restarts(steps, files) {
    const restartsKubelet = steps.some((step) => step.kind === 'start-kubelet' && step.restart);
    const restartsEtcd = steps.some(({ kind }) => kind === 'restart-member');
    const manifestChanges = files.some(({ path, change }) => path === kubeadm_paths/* ETCD_MANIFEST */.jl && change !== 'mode');
    const etcd = manifestChanges
        ? 'etcd: manifest out, pod gone, new one in'
        : 'etcd: only if the rendered manifest is not the present one';
    return [...(restartsKubelet ? ['kubelet'] : []), ...(restartsEtcd ? [etcd] : [])];
}

;// CONCATENATED MODULE: ./src/cluster/plan-document/stages.ts



/** A stage as data for people. */
function describeStage({ title, order = 'together', before, after, steps }) {
    return {
        title,
        order,
        ...(before === undefined ? {} : { before: describeGate(before) }),
        ...(after === undefined ? {} : { after: describeGate(after) }),
        steps: steps.map((step) => ({ host: step.host, step: describeStep(step), why: step.why })),
    };
}
/** A step by its name and by what is not said elsewhere in the plan. */
function describeStep(step) {
    const title = STEP_TITLES[step.kind];
    switch (step.kind) {
        case 'start-kubelet':
            return step.restart ? 'restart kubelet' : 'start kubelet if it does not run';
        case 'pull-image':
        case 'import-image':
            return `${title} ${step.image}`;
        case 'start-member':
            return step.placeManifest
                ? `${title} with its data in ${(0,data_places/* dataFolders */.ij)(step).join(' and ')}`
                : 'wait for member';
        case 'move-leadership':
            return `${title} if it leads`;
        case 'prove-served':
            return `${title}: ${step.leaves.join(', ')}`;
        default:
            return title;
    }
}

;// CONCATENATED MODULE: ./src/cluster/plan-document/describe-plan.ts




/** Tells in full what a plan will do, to what, and what will be different afterwards. */
function describePlan(question) {
    const { plan, operation, facts } = question;
    const described = withoutFreshToken({
        schemaVersion: 1,
        operation,
        clusterName: plan.clusterName,
        verdict: plan.verdict,
        reasons: plan.reasons,
        members: plan.shape.members.map(({ name, address }) => ({ name, address })),
        hosts: plan.shape.members
            .filter(({ name }) => facts.has(name))
            .map((member) => hostChanges(member, question)),
        ...(plan.controlPlane.length > 0 && {
            controlPlane: plan.controlPlane.map((host) => hostChanges(host, question)),
        }),
        membership: [],
        stages: plan.stages.map(describeStage),
        afterProof: plan.afterProof.map(describeStage),
        warnings: plan.warnings,
        ...(plan.leftOut.length > 0 && { leftOut: plan.leftOut }),
    }, plan, facts);
    return { ...described, digest: planDigest(described) };
}

// EXTERNAL MODULE: external "node:timers/promises"
var external_node_timers_promises_ = __webpack_require__(58500);
// EXTERNAL MODULE: ./src/hosts/host-error.ts
var host_error = __webpack_require__(46862);
// EXTERNAL MODULE: ./src/hosts/output-limits.ts
var output_limits = __webpack_require__(25227);
// EXTERNAL MODULE: ./src/hosts/shell.ts
var shell = __webpack_require__(51273);
// EXTERNAL MODULE: ./src/hosts/lock/lock-bash.ts
var lock_bash = __webpack_require__(39503);
// EXTERNAL MODULE: ./src/hosts/lock/lock-file.ts
var lock_file = __webpack_require__(97287);
;// CONCATENATED MODULE: ./src/hosts/lock/acquire-script.ts





/** For everything but what follows the lock. */
const TIMEOUT_MS = 15_000;
/**
 * Takes the lock of a host, if nobody who lives has it and no step of anybody runs there; then, in the same shell and
 * under the step lock (so that a slow one cannot outlast the lock), runs `then`. Its one line of answer is
 * `outcome state age steps lock`, separated by tabs, before whatever `then` writes.
 *
 * The lock of an earlier try of the same owner is taken; that of a later one is not, as then nobody waits for this one.
 *
 * Killed anywhere, it leaves no lock, or one that counts as abandoned when its connection has ended.
 */
function acquireScript(owner, attempt, then) {
    const script = `${(0,lock_bash/* lockWriter */.D$)(owner, attempt)}${lock_bash/* STEP_PROCESSES */.RS}
take_lock() {
  local lock id connection try age state now own steps= outcome=got
  own_connection
  command -v flock > /dev/null || exit ${lock_bash/* NO_FLOCK */.gP}
  mkdir -p -m 0700 ${(0,shell/* quote */.h)(kubeadm_paths/* RUN_DIR */.wM)}
  enter
  exec 9>> ${(0,shell/* quote */.h)(kubeadm_paths/* STEP_LOCK */.x1)}
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
        ...(then?.mostOutput === undefined ? {} : { mostOutput: output_limits/* MOST_OUTPUT */.EW + then.mostOutput }),
        ...(then?.input === undefined ? {} : { input: then.input }),
        ...(then?.onProgress === undefined ? {} : { onProgress: then.onProgress }),
    };
}
/** The answer to `acquireScript`; undefined when there is none, and the exit code tells why. */
function parseAcquireAnswer(stdout) {
    const end = stdout.indexOf('\n');
    if (end === -1)
        return undefined;
    const [outcome, state, age = '', steps = '', ...line] = stdout.toString('utf8', 0, end).split('\t');
    const owner = (0,lock_file/* parseLock */.PG)(line.join('\t'));
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

// EXTERNAL MODULE: ./src/hosts/lock/words.ts
var words = __webpack_require__(83182);
;// CONCATENATED MODULE: ./src/hosts/lock/guard.ts





/** Exit code of a guarded script that has done nothing, because the lock is no longer its run's. */
const LOCK_LOST = 93;
const MARK = 'etcd-ha-action lock: ';
/** Seconds; whoever looks whether a step runs holds the step lock for milliseconds. */
const STEP_LOCK_WAIT = 5;
/** Linux keeps so many characters of a process's name (TASK_COMM_LEN, without the final zero). */
const PROCESS_NAME_LENGTH = 15;
/**
 * Holds the step lock for as long as this bash or a process that it starts lives. Also for what is started detached
 * (a unit of systemd inherits nothing): as long as it runs, no other run takes the lock over.
 */
const HOLD_STEP_LOCK = `exec 9>> ${(0,shell/* quote */.h)(kubeadm_paths/* STEP_LOCK */.x1)} && flock -s -w ${STEP_LOCK_WAIT} 9`;
/**
 * The script, to be run only while the lock of its host is this owner's: first it takes the step lock, then it looks
 * whose the lock is, so that nobody can take the lock over from then on. The bash is named after the step, for whoever
 * waits for it. What only reads is left as it is.
 *
 * `etcd_ha_connection` is then the process that serves the run's connection, if there is one: see {@link STILL_WANTED}.
 */
function guard(ownerId, script) {
    if (script.effect === 'reads')
        return script;
    const name = script.title.replace(/[^\x20-\x7e]/g, '?').slice(0, PROCESS_NAME_LENGTH);
    const guarded = `
etcd_ha_lock=
if [ -d ${(0,shell/* quote */.h)(kubeadm_paths/* RUN_DIR */.wM)} ] && ${HOLD_STEP_LOCK} &&
  IFS= read -r etcd_ha_lock 2> /dev/null < ${(0,shell/* quote */.h)(kubeadm_paths/* LOCK_FILE */.FI)} &&
  [[ $etcd_ha_lock == '{"id":"${(0,lock_file/* checkedId */.VJ)(ownerId)}",'* ]]
then
  etcd_ha_connection=\${etcd_ha_lock#*'"connection":"'}
  etcd_ha_connection=\${etcd_ha_connection%%[ '"']*}
else
  printf '${MARK}%s\\n' "$etcd_ha_lock" >&2
  exit ${LOCK_LOST}
fi
{ printf %s ${(0,shell/* quote */.h)(name)} > /proc/$$/comm; } 2> /dev/null || true
${script.timeoutMs > LONG_STEP * 1000 ? renewal(ownerId) : ''}
${script.script}`;
    return { ...script, script: guarded };
}
/** Seconds after which a step renews the lock at its end. */
const LONG_STEP = 8;
/**
 * At the end of a long step: writes down that the owner lives, before the step lock is let go. Where the SSH server allows one
 * session, no heartbeat comes through while the step runs, and another run could take the lock over before the next one does.
 */
function renewal(ownerId) {
    const aside = (0,shell/* quote */.h)(`${kubeadm_paths/* LOCK_FILE */.FI}.new`);
    return `
etcd_ha_renew() {
  local lock now rest
  read -r now _ < /proc/uptime
  now=\${now%.*}
  if [ $((now - etcd_ha_begun)) -lt ${LONG_STEP} ]; then return; fi
  exec 8>> ${(0,shell/* quote */.h)(lock_bash/* MUTEX */.gH)}
  flock -w ${STEP_LOCK_WAIT} 8 || return
  IFS= read -r lock < ${(0,shell/* quote */.h)(kubeadm_paths/* LOCK_FILE */.FI)} || return
  [[ $lock == '{"id":"${ownerId}","heartbeat":'* ]] || return
  rest=\${lock#*,} rest=\${rest#*,}
  printf '{"id":"%s","heartbeat":%s,%s\\n' ${ownerId} "$now" "$rest" > ${aside} && mv -fT -- ${aside} ${(0,shell/* quote */.h)(kubeadm_paths/* LOCK_FILE */.FI)}
}
read -r etcd_ha_begun _ < /proc/uptime
etcd_ha_begun=\${etcd_ha_begun%.*}
at_exit '( etcd_ha_renew ) > /dev/null 2>&1'`;
}
/** Exit code of a script that has stopped to wait, because nobody waits for it any more. */
const NOBODY_WAITS = 96;
/**
 * A line for loops that wait: ends the script when the run's connection has ended. What only waits would otherwise keep
 * the next run from the lock.
 */
const STILL_WANTED = `if [ -n "\${etcd_ha_connection:-}" ] && ! [ -e "/proc/$etcd_ha_connection" ]; then exit ${NOBODY_WAITS}; fi`;
/** Words for a script that ended with `LOCK_LOST`. */
function explainLockLost(result) {
    return (0,words/* lostFinding */.yS)(presentHolder(result.stderr));
}
function presentHolder(stderr) {
    const line = stderr.split('\n').findLast((said) => said.startsWith(MARK));
    return line === undefined ? undefined : (0,lock_file/* parseLock */.PG)(line.slice(MARK.length));
}

;// CONCATENATED MODULE: ./src/hosts/scripts/sequence.ts



/**
 * Runs scripts one after the other in one round trip and one shell; none is begun after one that failed, or when nobody waits
 * any more. Each has a subshell of its own. Of their common standard input each must read its own part and no more.
 * @param onEnded called as soon as one has ended, with its place in the list and its exit code.
 * @throws Error for a script whose input is a stream.
 */
function sequence(title, scripts, onEnded) {
    const mark = (0,external_node_crypto_.randomUUID)();
    const parts = scripts.map((one, index) => part(one, mark, index));
    const script = `set +e\n${parts.join(`\n${STILL_WANTED}\n`)}`;
    const inputs = scripts.flatMap(({ title: one, input = [] }) => {
        if (typeof input === 'function')
            throw new Error(`the input of "${one}" has no known end`);
        return input;
    });
    return {
        script: {
            title,
            effect: scripts.some(({ effect }) => effect === 'changes') ? 'changes' : 'reads',
            script,
            ...(inputs.length > 0 && { input: Buffer.concat(inputs) }),
            timeoutMs: scripts.reduce((sum, { timeoutMs }) => sum + timeoutMs, 0),
            mostOutput: scripts.reduce((sum, { mostOutput = output_limits/* MOST_OUTPUT */.EW }) => sum + mostOutput, 0),
            onProgress: sequence_progressOf(scripts, mark, onEnded),
        },
        resultsOf: (result) => split(result, mark),
    };
}
/**
 * The mark is on both outputs, at the start of a line. Place and exit code are with standard error, which is read as it comes,
 * and of which only the end is kept.
 */
function part({ script }, mark, index) {
    return `(
set -e
${script}
)
code=$?
printf '\\n${mark}\\n'
printf '\\n${mark} ${index} %s\\n' "$code" >&2
if [ "$code" != 0 ]; then exit "$code"; fi`;
}
function sequence_progressOf(scripts, mark, onEnded) {
    let index = 0;
    return (line) => {
        if (line.startsWith(`${mark} `))
            onEnded(index++, Number(line.slice(mark.length + 1).split(' ')[1]));
        else if (line !== '')
            scripts[index]?.onProgress?.(line);
    };
}
function split({ stdout, stderr }, mark) {
    const said = stderr.split(new RegExp(`\\n${mark} (\\d+) (\\d+)\\n`));
    const first = Number(said[1] ?? 0);
    // Whatever is no longer there was followed by another script, so it ended well.
    const lost = Array.from({ length: first }, () => ({ code: 0, words: '' }));
    const kept = [];
    for (let at = 0; at + 2 < said.length; at += 3)
        kept.push({ code: Number(said[at + 2]), words: said[at] ?? '' });
    let at = 0;
    return [...lost, ...kept].map(({ code, words }) => {
        const end = stdout.indexOf(`\n${mark}\n`, at);
        const result = { code, stdout: stdout.subarray(at, end), stderr: words };
        at = end + mark.length + 2;
        return result;
    });
}

;// CONCATENATED MODULE: ./src/hosts/lock/heartbeat-script.ts


/** Longer than it takes on a busy host, shorter than a lock lives without. */
const heartbeat_script_TIMEOUT_MS = 20_000;
/**
 * Writes down that the owner lives, if the lock is still its own. The connection on record stays: a heartbeat that was
 * under way when that ended must not make the lock look alive.
 * @param attempt the try that has got the lock.
 */
function heartbeatScript(owner, attempt) {
    const script = `${(0,lock_bash/* lockWriter */.D$)(owner, attempt)}
beat() {
  local lock id connection try age state now
  enter
  read_lock
  if [ "$id $try" = '${owner.id} ${attempt}' ]; then write_lock "$connection"; echo beat; else printf 'lost\\t%s\\n' "$lock"; fi
}
beat`;
    return { title: 'heartbeat of the lock', effect: 'changes', script, timeoutMs: heartbeat_script_TIMEOUT_MS };
}
/** Whether the lock is gone, and who has it now. A heartbeat that did not come to its end tells nothing. */
function parseHeartbeat({ code, stdout, }) {
    const answer = stdout.toString('utf8').trimEnd();
    if (code !== 0 || !answer.startsWith('lost'))
        return { lost: false };
    return { lost: true, holder: (0,lock_file/* parseLock */.PG)(answer.slice('lost\t'.length)) };
}

// EXTERNAL MODULE: ./src/hosts/lock/release-script.ts
var release_script = __webpack_require__(76960);
;// CONCATENATED MODULE: ./src/hosts/lock/host-lock.ts





/** The lock of one host, kept alive from the moment it was got. */
class HostLock {
    #transport;
    #owner;
    #attempt;
    #stop = new AbortController();
    /** @param attempt the try that has got it. @param heartbeatMs pause between two heartbeats. */
    constructor(transport, owner, attempt, heartbeatMs, onLost) {
        this.#transport = transport;
        this.#owner = owner;
        this.#attempt = attempt;
        void this.#keepAlive(heartbeatMs, onLost);
    }
    /**
     * Stops the heartbeat and gives the lock back, as far as the host can be reached; if it cannot, the lock counts as
     * abandoned as soon as the connection has ended. Never throws.
     * @param before what is still to be done under the lock, in the same round trip.
     */
    async release(before) {
        this.#stop.abort();
        const { id } = this.#owner;
        if (before === undefined)
            return { outcome: await releaseOn(this.#transport, id, this.#attempt) };
        const { title } = before;
        const { script, resultsOf } = sequence(`${title}, unlock`, [guard(id, before), (0,release_script/* releaseScript */.d)(id, this.#attempt)], () => undefined);
        try {
            const result = await this.#transport.run({ ...script, isLast: true });
            const [done = result, released] = resultsOf(result);
            if (released !== undefined)
                return { outcome: (0,release_script/* parseRelease */.B)(released.stdout) };
            const failure = new Error(done.stderr.trim());
            return { outcome: await releaseOn(this.#transport, id, this.#attempt), failure };
        }
        catch (error) {
            return { outcome: undefined, failure: error };
        }
    }
    async #keepAlive(heartbeatMs, onLost) {
        const { signal } = this.#stop;
        for (;;) {
            await (0,external_node_timers_promises_.setTimeout)(heartbeatMs, undefined, { signal, ref: false }).catch(() => undefined);
            if (signal.aborted)
                return;
            // A heartbeat that fails tells nothing of the lock; the step that needs the connection says what is wrong.
            const result = await this.#transport
                .run(heartbeatScript(this.#owner, this.#attempt))
                .catch(() => undefined);
            const answer = result === undefined ? undefined : parseHeartbeat(result);
            if (answer?.lost !== true || this.#stop.signal.aborted)
                continue;
            onLost(this.#transport.name, answer.holder);
            return;
        }
    }
}
/** Gives a lock back if it was had; undefined when the host gave no answer. Never throws. */
async function releaseOn(transport, ownerId, attempt) {
    try {
        return (0,release_script/* parseRelease */.B)((await transport.run((0,release_script/* releaseScript */.d)(ownerId, attempt))).stdout);
    }
    catch {
        return undefined;
    }
}

;// CONCATENATED MODULE: ./src/hosts/lock/acquire-locks.ts










/** How often an owner says that it lives; a lock lives 30 s without. */
const HEARTBEAT_MS = 8000;
/** How long those that the run can do without may take longer than the others. */
const OPTIONAL_MS = 15_000;
/** Mean pause between two tries; each is between half of it and one and a half. */
const PAUSE_MS = 1000;
/**
 * Takes the locks of all hosts or of none, apart from those that the run can do without and that do not answer. The first try is all hosts at once; after it, the host whose name sorts
 * first comes before the others, so that of two runs that wait one gets it and with it the rest.
 * @throws Refusal that names the holders when the wait is over; HostError or Refusal when a host does not answer or
 * cannot lock; the reason of the signal. Nothing is held then. A try under way is not cut short by the signal, but by
 * closing the connections.
 */
async function acquireLocks(options) {
    (0,lock_file/* checkedId */.VJ)(options.owner.id);
    const { waitMs, signal, log, random } = options;
    const started = performance.now();
    const takenOver = [];
    const transports = [...options.transports, ...(options.optional ?? [])].toSorted((a, b) => a.name < b.name ? -1 : 1);
    let order = [transports];
    let said = [];
    for (;;) {
        signal.throwIfAborted();
        const attempt = new Attempt(options, takenOver);
        for (const group of order)
            if (attempt.untroubled)
                await attempt.take(group);
        if (attempt.untroubled && !signal.aborted)
            return attempt.held();
        await attempt.abandon();
        signal.throwIfAborted();
        attempt.throwFailures();
        const left = waitMs - (performance.now() - started);
        if (left <= 0)
            throw new src_findings/* Refusal */.P_('another run works on these hosts', attempt.obstacleFindings());
        const holders = attempt.holders();
        if (!holders.every((holder) => said.includes(holder))) {
            said = holders;
            log.info(`Waiting up to ${Math.ceil(left / 1000)} s for ${holders.join('; ')}`);
        }
        order = [transports.slice(0, 1), transports.slice(1)];
        await (0,external_node_timers_promises_.setTimeout)(Math.min(left, PAUSE_MS * (0.5 + random())), undefined, { signal }).catch(() => undefined);
    }
}
/** One try to have the locks of all hosts. */
class Attempt {
    #options;
    #takenOver;
    #locks = new Map();
    /** It grows from try to try: microseconds since this process began. */
    #number = Math.ceil(performance.now() * 1000);
    #optional;
    #tried = [];
    #leftOut = [];
    #answers = new Map();
    #obstacles = [];
    #failures = [];
    #lost = new AbortController();
    /** @param takenOver to which what this try takes over is added. */
    constructor(options, takenOver) {
        this.#options = options;
        this.#takenOver = takenOver;
        this.#optional = new Set(options.optional);
    }
    get untroubled() {
        return this.#obstacles.length + this.#failures.length === 0;
    }
    /** Tries to have these hosts' locks, all at once. */
    async take(transports) {
        const asked = transports.map((transport) => ({ transport, done: this.#takeOne(transport) }));
        const needed = asked.filter(({ transport }) => !this.#optional.has(transport));
        await Promise.all(needed.map(({ done }) => done));
        const { optionalMs = OPTIONAL_MS } = this.#options;
        const answered = new AbortController();
        const end = (0,external_node_timers_promises_.setTimeout)(optionalMs, 'late', { signal: answered.signal }).catch(() => undefined);
        await Promise.all(asked.map(async ({ transport, done }) => {
            const outcome = await Promise.race([done, end]);
            if (outcome === 'late')
                this.#leaveOut(transport, silent(transport.name, optionalMs));
        }));
        answered.abort();
    }
    async #takeOne(transport) {
        this.#tried.push(transport);
        try {
            this.#note(transport, await this.#ask(transport));
        }
        catch (error) {
            if (this.#optional.has(transport))
                this.#leaveOut(transport, error);
            else
                this.#failures.push(error);
        }
    }
    #leaveOut({ name }, error) {
        if (this.#isLeftOut(name))
            return;
        this.#leftOut.push({ host: name, error });
    }
    #isLeftOut(name) {
        return this.#leftOut.some(({ host }) => host === name);
    }
    held() {
        const { owner, log } = this.#options;
        for (const transport of this.#tried) {
            // It may have the lock, and will not be asked for anything else.
            if (this.#isLeftOut(transport.name))
                void releaseOn(transport, owner.id, this.#number);
        }
        let released;
        const release = async (last) => {
            const outcomes = [...this.#locks].map(async ([{ name }, lock]) => {
                const { outcome, failure } = await lock.release(last?.scriptFor(name));
                if (failure !== undefined)
                    last?.onFailure(name, failure);
                if (outcome !== 'still-running')
                    return;
                log.host(name).warning('A step still runs on this host; its lock stays until that has ended.');
            });
            await Promise.all(outcomes);
        };
        return {
            answers: this.#answers,
            takenOver: this.#takenOver,
            leftOut: this.#leftOut,
            lost: this.#lost.signal,
            guard: (script) => guard(owner.id, script),
            release: (last) => (released ??= release(last)),
        };
    }
    /** Gives back what was got, and what may have been got although no answer came. */
    async abandon() {
        const refused = new Set(this.#obstacles.map(({ host }) => host));
        const maybeGot = this.#tried.filter(({ name }) => !refused.has(name));
        const { id } = this.#options.owner;
        await Promise.all(maybeGot.map(async (transport) => {
            await (this.#locks.get(transport)?.release() ?? releaseOn(transport, id, this.#number));
        }));
    }
    throwFailures() {
        const [first] = this.#failures;
        if (first === undefined)
            return;
        const findings = this.#failures.flatMap((error) => (error instanceof host_error/* HostError */.d ? [error.finding] : []));
        if (findings.length < 2)
            throw first;
        throw new src_findings/* Refusal */.P_('not every host could be locked', findings);
    }
    obstacleFindings() {
        return this.#obstacles
            .map(({ host, obstacle }) => ({ host, at: 'lock', ...(0,words/* obstacleFinding */.V_)(obstacle) }))
            .toSorted((a, b) => (a.host < b.host ? -1 : 1));
    }
    /** Who stands in the way, each once. */
    holders() {
        return [...new Set(this.#obstacles.map(({ obstacle }) => (0,words/* describeObstacle */.TD)(obstacle)))].toSorted();
    }
    async #ask(transport) {
        const { owner, then } = this.#options;
        const following = then?.(transport.name);
        const result = await transport.run(acquireScript(owner, this.#number, following));
        const answer = parseAcquireAnswer(result.stdout);
        const host = transport.name;
        if (answer === undefined)
            throw new host_error/* HostError */.d({ host, at: 'lock', ...(0,words/* lockFailure */.Sw)(result) });
        if (result.code === 0)
            return answer;
        throw new host_error/* HostError */.d({ host, at: following?.title ?? 'lock', ...(0,explain_unknown/* explainUnknown */.w)(result) });
    }
    #note(transport, answer) {
        const host = transport.name;
        const { owner, heartbeatMs = HEARTBEAT_MS, log } = this.#options;
        if (!answer.got) {
            if (!this.#isLeftOut(host))
                this.#obstacles.push({ host, obstacle: answer.obstacle });
            return;
        }
        if (this.#isLeftOut(host)) {
            void releaseOn(transport, owner.id, this.#number); // it comes too late
            return;
        }
        this.#answers.set(host, answer.rest);
        this.#locks.set(transport, new HostLock(transport, owner, this.#number, heartbeatMs, (where, holder) => {
            const finding = { host: where, at: 'lock', ...(0,words/* lostFinding */.yS)(holder) };
            this.#lost.abort(new src_findings/* Refusal */.P_('the lock of a host was lost', [finding]));
        }));
        if (answer.abandoned === undefined)
            return;
        this.#takenOver.push({ host, ...answer.abandoned });
        log.host(host).warning((0,words/* takeOverWarning */.mw)(answer.abandoned));
    }
}
function silent(host, optionalMs) {
    return new host_error/* HostError */.d({
        host,
        at: 'lock',
        fact: `it did not answer within ${(0,printable/* seconds */.Y)(optionalMs)} after the other hosts had, and is left out.`,
        cause: 'The host hangs or is overloaded, or its network was cut.',
        fix: 'See that it is up, then run again: what is to be done there is done then.',
    });
}

;// CONCATENATED MODULE: ./src/hosts/named.ts
/** The same host, called by another name in messages: by its member's, once that is known. */
function named_named(transport, name) {
    return {
        name,
        run: (script) => transport.run(script),
        openTcp: (address, port) => transport.openTcp(address, port),
        statistics: () => transport.statistics(),
        close: () => transport.close(),
    };
}

;// CONCATENATED MODULE: ./src/road/approval.ts

/**
 * Only the plan that was approved may be carried out.
 * @param approved digest, lower-case hex; undefined: any plan.
 * @throws Refused when the hosts or the inputs have changed so that the plan is another one.
 */
function refuseUnapproved(approved, { digest, verdict }) {
    if (approved === undefined || approved === digest)
        return;
    throw new src_findings/* Refused */.Lw('the plan is not the one that was approved, and nothing was changed on any host', [
        {
            at: 'approved-plan',
            fact: `the plan is now ${digest} (${verdict}); approved was ${approved}.`,
            cause: 'A host, the cluster or an input has changed since the plan was made, or the plan was carried out already.',
            fix: 'Run again with `dry-run: true`, look at the new plan, and approve that one.',
        },
    ]);
}

;// CONCATENATED MODULE: ./src/cluster/healthy-records.ts

/** A full database keeps the cluster from being healthy, and says nothing about what was done to its members. */
const DESPITE = { despite: 'NOSPACE' };
/**
 * The records that are written although the cluster as a whole could not be proven healthy: those of healthy members that were
 * recorded as members before, while a majority is healthy. What was done to them is then known to the next run.
 * @param facts by host, as the plan was decided from.
 */
function healthyRecords({ afterProof }, facts, health) {
    if (gateFindings({ kind: 'quorum', ...DESPITE }, health).length > 0)
        return [];
    const isRecordable = (host) => {
        const state = facts.get(host)?.state;
        const wasMember = typeof state === 'object' && state.phase === 'member';
        return wasMember && gateFindings({ kind: 'member', member: host, ...DESPITE }, health).length === 0;
    };
    return afterProof
        .map((stage) => ({
        ...stage,
        steps: stage.steps.filter(({ kind, host }) => kind === 'record-member' && isRecordable(host)),
    }))
        .filter(({ steps }) => steps.length > 0);
}

// EXTERNAL MODULE: ./src/pki/pem.ts
var pem = __webpack_require__(52166);
;// CONCATENATED MODULE: ./src/road/credentials.ts






/** The healthcheck client's certificate and its key, by which etcd is asked. */
const CLIENT_CERTIFICATE = leafPath('healthcheckClient', 'certificate');
const CLIENT_KEY = leafPath('healthcheckClient', 'key');
/**
 * The client certificates of the hosts, the best first: those that the CA has signed and that work now, then those of the
 * CA that do not (etcd then says why), then all others. Of equals, the one that is valid longest.
 *
 * No host is believed about another: the CA is the one among the inputs where a host has it, otherwise what most hosts
 * have in their ca.crt. A certificate that one host has made for itself comes last, however long it is valid.
 * @param broughtPem the CA certificate among the inputs.
 * @returns none where no host has a certificate, or none has a CA.
 */
function candidatesOn(hosts, broughtPem, now) {
    const authorities = trustedAuthorities(hosts, broughtPem);
    if (authorities.length === 0)
        return [];
    const caPem = authorities.map((certificate) => certificate.toString()).join('');
    return hosts
        .flatMap((host) => {
        const { files } = host.facts;
        const certificatePem = files.get(CLIENT_CERTIFICATE)?.text;
        const endsAt = (0,inspect/* certificateEnd */.PX)(certificatePem);
        if (certificatePem === undefined || endsAt === undefined || !files.has(CLIENT_KEY))
            return [];
        const rank = rankOf(certificatePem, authorities, now);
        return [{ candidate: { host, certificatePem, caPem }, rank, endsAt: endsAt.getTime() }];
    })
        .toSorted((one, other) => one.rank - other.rank || other.endsAt - one.endsAt)
        .map(({ candidate }) => candidate);
}
/** Whether a private key (PEM) is that of a certificate (PEM); false for what is no key. */
function isKeyOf(keyPem, certificatePem) {
    try {
        return new external_node_crypto_.X509Certificate(certificatePem).checkPrivateKey((0,external_node_crypto_.createPrivateKey)(keyPem));
    }
    catch {
        return false;
    }
}
/**
 * The certificates by which members and clients are believed: the one of the inputs where a host has it, otherwise those
 * that more than half of the hosts with a ca.crt have. While a CA takes the place of another, that may be both. Where no
 * certificate is on so many, those of the first host that has one of the most frequent.
 */
function trustedAuthorities(hosts, broughtPem) {
    const onHosts = hosts.map(authoritiesOn).filter((certificates) => certificates.size > 0);
    const brought = broughtPem === undefined ? undefined : new external_node_crypto_.X509Certificate(broughtPem);
    if (brought !== undefined && onHosts.some((certificates) => certificates.has(brought.fingerprint256)))
        return [brought];
    const countOf = (fingerprint) => onHosts.filter((certificates) => certificates.has(fingerprint)).length;
    const all = new Map(onHosts.flatMap((certificates) => [...certificates]));
    const ofMost = [...all].filter(([fingerprint]) => countOf(fingerprint) * 2 > onHosts.length);
    if (ofMost.length > 0)
        return ofMost.map(([, certificate]) => certificate);
    const highest = Math.max(...[...all.keys()].map(countOf));
    const first = onHosts.find((certificates) => [...certificates.keys()].some((print) => countOf(print) === highest));
    return [...(first ?? [])].filter(([fingerprint]) => countOf(fingerprint) === highest).map(([, one]) => one);
}
/** What is no certificate that can be read is passed over: the others are trusted all the same. */
function authoritiesOn({ facts }) {
    const text = facts.files.get(kubeadm_paths/* CA_CERTIFICATE */.vB)?.text ?? '';
    if (text.length > pem/* MOST_PEM_CHARACTERS */.C0)
        return new Map();
    return new Map((0,pem/* decodePem */.xr)(text).flatMap((block) => {
        if (block.type !== 'CERTIFICATE')
            return [];
        try {
            const certificate = new external_node_crypto_.X509Certificate(block.text);
            return [[certificate.fingerprint256, certificate]];
        }
        catch {
            return [];
        }
    }));
}
/** 0: works now. 1: of the CA, and does not work. 2: of another CA. */
function rankOf(certificatePem, authorities, now) {
    // a client's certificate names no host
    const member = { name: 'localhost', address: '127.0.0.1' };
    const profile = 'healthcheckClient';
    const works = authorities.some((certificate) => verifyLeaf({ certificatePem }, { authority: { certificate }, profile, member, now }).length === 0);
    if (works)
        return 0;
    return authorities.some((certificate) => isSignedBy(certificatePem, { certificate }) === true) ? 1 : 2;
}

// EXTERNAL MODULE: ./src/hosts/last-words.ts
var last_words = __webpack_require__(48771);
;// CONCATENATED MODULE: ./src/hosts/scripts/read-pki.ts

/** Lists every file of the pki tree with digest, mode and owner; never a content. Folders of it may be links. */
function listPki() {
    return {
        title: 'read back the pki tree',
        effect: 'reads',
        timeoutMs: 30_000,
        script: `
find -L ${kubeadm_paths/* PKI_DIR */.Hw} -type f -printf '%m %U:%G %p\\n'
echo
find -L ${kubeadm_paths/* PKI_DIR */.Hw} -type f -exec sha256sum -- {} +
`,
    };
}
/** Reads the answer of {@link listPki}. */
function parsePki(answer) {
    const [modes = '', digests = ''] = answer.split('\n\n');
    const digestOf = new Map(read_pki_linesOf(digests).map((line) => [line.slice(66), line.slice(0, 64)]));
    return read_pki_linesOf(modes).map((line) => {
        const [mode = '', owner = '', ...words] = line.split(' ');
        const path = words.join(' ');
        return { path, mode, owner, sha256: digestOf.get(path) ?? '' };
    });
}
function read_pki_linesOf(text) {
    return text.split('\n').filter((line) => line !== '');
}
/** Prints one file. With a key this is the only way by which a secret leaves a host: inside the connection, to memory. */
function readFile(path) {
    return { title: `read ${path}`, effect: 'reads', timeoutMs: 15_000, script: `cat -- ${path}` };
}

;// CONCATENATED MODULE: ./src/road/read-text.ts




/**
 * One file of a host as text, if it is still the one that the run has seen and decided on.
 * @param seen SHA-256 (hex) of the file as the probe saw it; undefined where it could not be told: what is read has to be
 * proven in another way then.
 * @param maskSecret called with the text before anything else is done with it.
 * @throws Refusal when it cannot be read, is empty, or is another file by now.
 */
async function readText(transport, path, seen, maskSecret) {
    const result = await transport.run(readFile(path));
    const text = result.stdout.toString('utf8');
    if (result.code !== 0 || text === '') {
        const words = (0,last_words/* lastWords */.a)(result.stderr, 3);
        throw unread(transport, path, {
            fact: words === '' ? `${path} is empty.` : `${path} could not be read (${words}).`,
            cause: 'The file was removed or emptied since the run began.',
            fix: 'Put it back, or restore it from a backup, and run again.',
        });
    }
    maskSecret?.(text);
    if (seen === undefined || sha256(result.stdout) === seen)
        return text;
    throw unread(transport, path, {
        fact: `${path} has changed since the run looked at it; it was not used.`,
        cause: 'Another program, or an administrator, has replaced the file meanwhile.',
        fix: 'Find out who replaced it. If the new file is right, run again: the run then decides anew.',
    });
}
function unread({ name }, path, words) {
    return new src_findings/* Refusal */.P_(`${path} could not be used`, [{ host: name, at: 'read', ...words }]);
}
/** SHA-256 in hex. */
function sha256(bytes) {
    return (0,external_node_crypto_.createHash)('sha256').update(bytes).digest('hex');
}

;// CONCATENATED MODULE: ./src/road/access.ts



/**
 * The healthcheck client's pairs with their CA, the best first: a later one is for the case that the members refuse the one
 * before. A key goes from its host's disk into this process's memory and nowhere else, and is read only when its pair is
 * asked for. One whose key cannot be read, or has changed since the run looked, is passed over; pairs whose key belongs to
 * another certificate come last, so that the error of TLS tells of them where no host has a good one.
 */
async function* credentialsFromHosts(hosts, { authority }, { maskSecret, now }) {
    const unfit = [];
    for (const { host, caPem, certificatePem } of candidatesOn(hosts, authority?.certificatePem, now())) {
        const { transport, facts } = host;
        const keyPem = await keyOf(transport, facts, maskSecret);
        if (keyPem === undefined)
            continue;
        const credentials = { caPem, certificatePem, keyPem };
        if (isKeyOf(keyPem, certificatePem))
            yield credentials;
        else
            unfit.push(credentials);
    }
    yield* unfit;
}
async function keyOf(transport, { files }, maskSecret) {
    try {
        return await readText(transport, CLIENT_KEY, files.get(CLIENT_KEY)?.sha256, maskSecret);
    }
    catch (error) {
        if (error instanceof src_findings/* Refusal */.P_)
            return undefined;
        throw error;
    }
}

;// CONCATENATED MODULE: ./src/road/settle.ts



/**
 * Waits for work on all hosts and gives all results, in order.
 * @throws Refusal titled `title` with the findings of every host that failed, after all have ended.
 */
async function settleAll(title, work) {
    const settled = await Promise.allSettled(work.map(({ result }) => result));
    const findings = settled.flatMap((outcome, index) => {
        const item = work[index];
        return outcome.status === 'rejected' && item !== undefined
            ? findingsOf(outcome.reason, item.host, item.at)
            : [];
    });
    if (findings.length > 0)
        throw new src_findings/* Refusal */.P_(title, findings);
    return settled.flatMap((outcome) => (outcome.status === 'fulfilled' ? [outcome.value] : []));
}
/** What was thrown while a step was carried out, as a refusal that names host and step. */
function inWords(error, { host, kind }) {
    if (error instanceof src_findings/* Refusal */.P_)
        return error;
    const at = STEP_TITLES[kind];
    return new src_findings/* Refusal */.P_(`${at} failed on ${host}`, findingsOf(error, host, at));
}
/** The findings of anything that was thrown while a host was worked with. */
function findingsOf(error, host, at) {
    if (error instanceof host_error/* BastionError */.t)
        return [error.finding];
    if (error instanceof host_error/* HostError */.d)
        return [{ ...error.finding, host }];
    if (error instanceof src_findings/* Refusal */.P_)
        return error.findings;
    return [
        {
            host,
            at,
            fact: (0,src_findings/* errorMessage */.gJ)(error),
            cause: 'An error that the action does not know.',
            fix: 'Run again with debug logging; if it stays, open an issue with the log.',
        },
    ];
}

;// CONCATENATED MODULE: ./src/cluster/audit.ts
/** What stands for the digest of a file that is not there. */
const ABSENT = 'absent';
/** The record as it is kept on one host: with the steps and take-overs of that host alone. */
function auditOfHost(record, host) {
    const { takenOver, ...rest } = record;
    const own = takenOver?.filter((lock) => lock.host === host) ?? [];
    return {
        ...rest,
        ...(own.length === 0 ? {} : { takenOver: own }),
        steps: record.steps.filter((step) => step.host === host),
    };
}
/** Most bytes of one record on a host; four of that size fit in what a host keeps. */
const MOST_BYTES_OF_RECORD = 64 * 1024;
/**
 * The record as one line of JSON, without a line end. Where it is longer than `mostBytes`, its steps are replaced by
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

;// CONCATENATED MODULE: ./src/road/step-recorder.ts



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
        const { host, kind } = this.#step;
        const title = STEP_TITLES[kind];
        const durationMs = (atMs ?? timeline.elapsedMs()) - this.#startedMs;
        timeline.entries.push({
            stage: this.#stage,
            title,
            host,
            startedMs: this.#startedMs,
            durationMs,
            outcome: outcome === 'succeeded' ? 'done' : 'failed',
            changes: !LOOKING_STEPS.has(kind),
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
        return Object.fromEntries(step_recorder_filesOf(this.#step).map((path) => [path, found?.get(path) ?? ABSENT]));
    }
}
function step_recorder_filesOf(step) {
    switch (step.kind) {
        case 'deliver-files':
            return step.files.map(({ path }) => path);
        case 'record-member':
            return [kubeadm_paths/* STATE_FILE */.bv];
        case 'start-member':
            return step.placeManifest ? [kubeadm_paths/* ETCD_MANIFEST */.jl] : [];
        case 'restart-member':
            return [kubeadm_paths/* ETCD_MANIFEST */.jl];
        case 'remove-authority-key':
            return [kubeadm_paths/* CA_KEY */.r$];
        default:
            return [];
    }
}

;// CONCATENATED MODULE: ./src/road/steps/context.ts




/** What the end of a step's script means. @throws Refusal, in words, when it was no success. */
function judge(step, result, explain = explain_unknown/* explainUnknown */.w) {
    if (result.code === 0)
        return;
    throw stepFailure(step, result.code === LOCK_LOST ? explainLockLost(result) : explain(result));
}
/** The failure of a step. */
function stepFailure(step, words) {
    const at = STEP_TITLES[step.kind];
    return new src_findings/* Refusal */.P_(`${at} failed on ${step.host}`, [{ host: step.host, at, ...words }]);
}
/** The connection to a member's host. */
function transportOf(context, host) {
    const transport = context.hosts.get(host);
    if (transport === undefined)
        throw new Error(`no connection to ${host}`);
    return transport;
}
/** What the record of a host will say of its files. */
function digestsOf({ material }, host) {
    const digests = material.digests.get(host);
    if (digests === undefined)
        throw new Error(`${host} is no member of the plan`);
    return digests;
}
/** Name and address of a member. */
function memberOf({ plan }, host) {
    const member = plan.shape.members.find(({ name }) => name === host);
    if (member === undefined)
        throw new Error(`${host} is no member of the plan`);
    return member;
}

// EXTERNAL MODULE: ./src/hosts/crictl-warning.ts
var crictl_warning = __webpack_require__(68815);
;// CONCATENATED MODULE: ./src/hosts/scripts/cri-pull.ts
/** Path of the CRI's call (k8s.io/cri-api, runtime/v1/api.proto). */
const PULL_IMAGE_CALL = '/runtime.v1.ImageService/PullImage';
/**
 * The body of a gRPC call of PullImage with credentials: one message, not compressed, as gRPC frames it over HTTP/2
 * (grpc/doc/PROTOCOL-HTTP2.md).
 */
function pullImageBody(image, { username, password, server }) {
    // PullImageRequest: image = 1 (ImageSpec: image = 1), auth = 2 (AuthConfig: username = 1, password = 2, server_address = 4)
    const message = Buffer.concat([
        field(1, field(1, Buffer.from(image))),
        field(2, Buffer.concat([
            field(1, Buffer.from(username)),
            field(2, Buffer.from(password)),
            field(4, Buffer.from(addressOf(server))),
        ])),
    ]);
    const frame = Buffer.alloc(5);
    frame.writeUInt32BE(message.length, 1);
    return Buffer.concat([frame, message]);
}
/**
 * The only server that the runtime may show the credentials to (containerd: internal/cri/server/images, ParseAuth, compares
 * the host of the URL with the one that it asks, mirrors and redirections included).
 */
function addressOf(server) {
    return `https://${server === 'docker.io' ? 'registry-1.docker.io' : server}`;
}
/** A length-delimited field of a protocol buffer. */
function field(number, content) {
    return Buffer.concat([varint((number << 3) | 2), varint(content.length), content]);
}
function varint(value) {
    const bytes = [];
    for (let rest = value;; rest = Math.floor(rest / 128)) {
        if (rest < 128)
            return Buffer.from([...bytes, rest]);
        bytes.push((rest % 128) | 0x80);
    }
}

;// CONCATENATED MODULE: ./src/hosts/scripts/sync-images.ts
/**
 * Bash that has on the disk what the container runtime took in. It does not see to that itself: after a power cut layers of empty files
 * would count as unpacked. The folders are those of containerd and CRI-O; both may be there, on file systems of their own.
 */
const SYNC_IMAGES = 'stores=(); for store in /var/lib/containerd /var/lib/containers; do if [ -d "$store" ]; then stores+=("$store"); fi; done; sync ${stores[@]:+-f -- "${stores[@]}"} || sync';
/**
 * The same for what it wrote of a container that it has made. After a power cut CRI-O checks its store, and empties it, with all images,
 * if it finds a container that was only half written; a host without a registry then has no etcd any more. In containerd such a
 * container costs nothing else.
 */
function syncContainer(criEndpoint) {
    return /crio/.test(criEndpoint) ? SYNC_IMAGES : ':';
}

;// CONCATENATED MODULE: ./src/hosts/scripts/pull-image.ts





const WITHIN_SECONDS = 300;
/** Exit codes of a pull with credentials: the runtime could not be asked, or it said no. */
const NOT_ASKED = 3;
const REFUSED = 4;
/** Before the runtime's own words, which are percent-encoded as gRPC has it. */
const pull_image_MARK = 'grpc-message: ';
/**
 * Pulls an image into the runtime's own store, so that the static pod starts without waiting for a registry.
 *
 * With credentials the CRI itself is asked, by curl over its socket, because crictl takes them as arguments only, which every
 * user of the host sees: they go from the script's input to the runtime's memory.
 */
function pullImage(image, criEndpoint, login) {
    const common = { title: `pull ${image}`, effect: 'changes', timeoutMs: WITHIN_SECONDS * 1000 };
    const endpoint = (0,shell/* quote */.h)(criEndpoint);
    return login === undefined
        ? {
            ...common,
            script: `crictl --runtime-endpoint ${endpoint} --image-endpoint ${endpoint} pull ${(0,shell/* quote */.h)(image)} >&2
${SYNC_IMAGES}`,
        }
        : { ...common, script: askedByCurl(criEndpoint), input: pullImageBody(image, login) };
}
function askedByCurl(criEndpoint) {
    const options = [
        '-q', // reads no .curlrc; has to be the first
        `--silent --show-error --noproxy '*' --max-time ${WITHIN_SECONDS - 10}`,
        `--http2-prior-knowledge --unix-socket ${(0,shell/* quote */.h)(criEndpoint.replace(/^unix:\/\//, ''))}`,
        "--header 'content-type: application/grpc' --header 'te: trailers'",
        '--data-binary @- --dump-header - --output /dev/null',
    ];
    return `
said=$(curl ${options.join(' ')} http://localhost${PULL_IMAGE_CALL}) || exit ${NOT_ASKED}
status=$(sed -n 's/^grpc-status: *\\([0-9]*\\).*/\\1/p' <<< "$said")
if [ "$status" != 0 ]; then
  sed -n 's/^${pull_image_MARK}/&/p' <<< "$said" | tr -d '\\r' >&2
  exit ${REFUSED}
fi
${SYNC_IMAGES}
`;
}
/** Why an image could not be had. */
function explainPull(image, login) {
    return (result) => {
        if (login !== undefined && result.code === NOT_ASKED)
            return pull_image_notAsked(image, result);
        const said = result.code === REFUSED ? pull_image_wordsOf(result.stderr) : (0,last_words/* lastWords */.a)(result.stderr, 1);
        return {
            fact: `${image} is not on the host and could not be pulled: ${said}`,
            ...whyRefused(said, login),
        };
    };
}
function whyRefused(said, login) {
    if (/\.sock\b.*(?:connection refused|no such file|deadline exceeded)/i.test(said))
        return RUNTIME_SILENT;
    if (/HTTP response to HTTPS client|x509:/.test(said)) {
        return {
            cause: 'The registry speaks no TLS, or has a certificate of a CA that the container runtime does not know.',
            fix: 'Tell the runtime on the host of this registry and its CA (containerd: /etc/containerd/certs.d/REGISTRY/hosts.toml), or give `image-archive`.',
        };
    }
    if (/\b(?:401|403)\b|unauthori[sz]ed|authorization failed|(?<!permission )denied/i.test(said)) {
        return login === undefined
            ? {
                cause: 'The registry asks for a password, or has no such repository.',
                fix: 'Give `registry-username` and `registry-password`, or correct `image-repository`.',
            }
            : {
                cause: `${login.server} does not take registry-password for ${login.username}, or that name may not read this repository.`,
                fix: 'Try both with `docker login`, and renew the token if it has run out.',
            };
    }
    if (/not found|manifest unknown|name unknown/i.test(said)) {
        return {
            cause: 'The registry has no such repository or tag.',
            fix: 'Correct `image-repository` or `etcd-image-tag`, or bring the image to the registry.',
        };
    }
    const fix = 'Open the way to the registry, set `image-repository` to one that the hosts reach (with `registry-username` and `registry-password` if it asks for them), or give `image-archive`.';
    if (/no such host|i\/o timeout|connection refused|unreachable|no route|deadline exceeded|dial tcp/i.test(said)) {
        return { cause: 'The host has no way to the registry.', fix };
    }
    return (0,explain_unknown/* knownReason */.y)(said) ?? { fix };
}
function pull_image_notAsked(image, result) {
    return {
        fact: `the container runtime could not be asked to pull ${image}: ${(0,last_words/* lastWords */.a)(result.stderr, 1)}`,
        ...whyNotAsked(result),
    };
}
const RUNTIME_SILENT = {
    cause: 'The container runtime does not answer on its socket.',
    fix: 'Try `crictl info` on the host, start the runtime, and run again.',
};
function whyNotAsked({ stderr }) {
    if (/http2|does not support|unknown option|is unknown/i.test(stderr)) {
        return {
            cause: 'curl on this host was built without HTTP/2, or without sockets of Unix.',
            fix: 'See that `curl -V` lists HTTP2 and UnixSockets, or give `image-archive`, which needs no curl.',
        };
    }
    if (/Failed to connect|Couldn't connect|timed out/i.test(stderr)) {
        return RUNTIME_SILENT;
    }
    return { fix: 'Mend what curl says, or give `image-archive`, which needs no curl.' };
}
function pull_image_wordsOf(stderr) {
    const line = stderr.split('\n').find((each) => each.startsWith(pull_image_MARK)) ?? '';
    const words = line.slice(pull_image_MARK.length);
    try {
        return decodeURIComponent(words);
    }
    catch {
        return words; // what is encoded is bytes, and may be cut in the middle of a letter
    }
}

// EXTERNAL MODULE: ./src/kubeadm/put-back.ts
var put_back = __webpack_require__(58912);
;// CONCATENATED MODULE: ./src/hosts/scripts/blank-log.ts
/** What a blank log is renamed to beside its place; the time follows, in seconds since 1970. */
const BLANK_MEMBER = 'blank-member-';
/**
 * Bash function `has_blank_log LOG_DIR`: whether the member's write-ahead log is there and nothing has ever been written
 * to it: no entry, no vote. It returns 2, with the words of `od` on standard error, where the log could not be read.
 *
 * etcd makes its log with three records (checksum, metadata, an empty snapshot: wal.Create in server/storage/wal/wal.go)
 * and only then writes the members that it begins with. If it ends between the two (its metrics port is taken, the power
 * goes: seen in 10 to 30 of 100 starts that end at once), it never gets ready again: it finds a log, so it does not begin
 * anew, and there is no member in it, so it never has a leader.
 *
 * A record is its length (8 bytes, little-endian; of the top byte the low 3 bits are the padding) and a protobuf whose
 * first field is the type (server/storage/wal/{encoder.go,walpb/record.proto}). Whatever is not exactly those three is no
 * blank log.
 */
const BLANK_LOG_FUNCTION = `
has_blank_log() {
  local files=("$1"/*.wal) at=0 length type b
  if [ "\${#files[@]}" != 1 ] || [ ! -f "\${files[0]}" ]; then return 1; fi
  read -r -d '' -a b < <(od -An -v -tu1 -N 4096 -- "\${files[0]}" && printf ' end') || true
  case " \${b[*]-}" in *' end') ;; *) return 2 ;; esac
  if [ "\${#b[@]}" != 4097 ]; then return 1; fi
  for type in 4 1 5; do
    length=$((b[at] + 256 * b[at + 1]))
    if [ "\${b[*]:at + 2:5}" != '0 0 0 0 0' ] || [ "\${b[*]:at + 8:2}" != "8 $type" ]; then return 1; fi
    if [ "\${b[at + 7]}" -ge 128 ]; then length=$((length + b[at + 7] % 8)); fi
    at=$((at + 8 + length))
    if [ "$at" -gt 4000 ]; then return 1; fi
  done
  [ "\${b[*]:at:8}" = '0 0 0 0 0 0 0 0' ]
}
`;

;// CONCATENATED MODULE: ./src/hosts/scripts/bash-http.ts
/**
 * Bash function `http_status ADDRESS PORT PATH`: sets `status` to the status code of a plain HTTP answer, or to nothing. Bash's
 * own /dev/tcp, because neither curl nor wget is sure to be on a host.
 */
const HTTP_STATUS_FUNCTION = `
http_status() {
  status=''
  { exec 3<> "/dev/tcp/$1/$2"; } 2>/dev/null || return 0
  printf 'GET %s HTTP/1.0\\r\\nHost: localhost\\r\\n\\r\\n' "$3" >&3 2>/dev/null || true
  read -r -t 2 _ status _ <&3 || true
  exec 3>&- 3<&-
}
`;
/**
 * The addresses, as the kernel writes them in /proc/net/tcp and tcp6, of a listener that takes connections to loopback: 127.0.0.1, ::1,
 * ::ffff:127.0.0.1, in the byte order of either kind of machine, and the two that mean every address.
 */
const LOOPBACK = [
    '0100007F',
    '7F000001',
    '00000000000000000000000001000000',
    '00000000000000000000000000000001',
    '0000000000000000FFFF00000100007F',
    '00000000000000000000FFFF7F000001',
    '00000000',
    '00000000000000000000000000000000',
].join(' | ');
/**
 * Bash functions by which an answer over plain HTTP on loopback is believed only where it comes from the program that was to give it. Every
 * user of a host may listen on a free port above 1023 and answer 200.
 *
 * `listeners PORT`: sets `listening` to `UID INODE` of each socket that takes connections to loopback there, by the kernel.
 *
 * `holds_socket PID INODE`: whether the process has that socket open; 2 where its files cannot be seen.
 *
 * `own_status ADDRESS PORT PATH TRUSTED`: as `http_status`; but a 200 counts only if one and the same sockets listened before the question
 * and after the answer, and `TRUSTED UID INODE`, a function, takes each of them. Otherwise `status` is `strange`, and `stranger`
 * says whose socket it is.
 */
const OWN_STATUS_FUNCTIONS = `${HTTP_STATUS_FUNCTION}
listeners() {
  local row rows=() field wanted
  printf -v wanted %04X "$1"
  for row in /proc/net/tcp /proc/net/tcp6; do
    if [ -r "$row" ]; then mapfile -t -O "\${#rows[@]}" rows < "$row"; fi
  done
  listening=()
  for row in "\${rows[@]}"; do
    case $row in *":$wanted "*) ;; *) continue ;; esac
    field=($row) # number, local address, remote address, state, queues, timer, retransmits, user, timeout, inode
    if [ "\${field[3]}" != 0A ] || [ "\${field[1]#*:}" != "$wanted" ]; then continue; fi
    case \${field[1]%:*} in ${LOOPBACK}) listening+=("\${field[7]} \${field[9]}") ;; esac
  done
}
holds_socket() {
  local held
  # not readlink: that of uutils ends at the first file that was closed meanwhile
  held=$(find /proc/"$1"/fd -ignore_readdir_race -type l -printf '%l\\n' 2> /dev/null || true)
  case $held in *"socket:[$2]"*) return 0 ;; '') return 2 ;; *) return 1 ;; esac
}
own_status() {
  local before one
  http_status "$1" "$2" "$3"
  if [ "$status" != 200 ]; then return 0; fi
  listeners "$2"
  before="\${listening[*]}"
  http_status "$1" "$2" "$3"
  if [ "$status" != 200 ]; then return 0; fi
  listeners "$2"
  stranger=
  if [ "\${#listening[@]}" = 0 ] || [ "$before" != "\${listening[*]}" ]; then stranger='a socket that was gone a moment later'; fi
  for one in "\${listening[@]}"; do
    if ! "$4" "\${one% *}" "\${one#* }"; then stranger="a socket of the user with the id \${one% *}"; fi
  done
  if [ -n "$stranger" ]; then status=strange; fi
}
`;

;// CONCATENATED MODULE: ./src/hosts/scripts/kubelet-words.ts
/** Lines of a log file of kubelet's that are looked through. */
const FILE_LINES = 400;
/**
 * Bash functions for what kubelet has written. It writes to the journal under whatever identifier its unit has, or to a file that
 * its unit names (`StandardError=append:…`).
 *
 * `find_log_file` sets `log_file` to that file, once, or to nothing.
 *
 * `kubelet_log SINCE`: prints what kubelet wrote since then, in seconds since 1970. In a file, lines count by klog's own head
 * (`E1126 05:29:35.583926`, local time), and a line without one by the line before it.
 *
 * `kubelet_words LINES`: prints the last lines of kubelet's newest process and of no other: those that a process before it left are no
 * words of this start. Where it wrote none, those that systemd wrote about that process.
 */
const KUBELET_WORDS_FUNCTIONS = `
find_log_file() {
  if [ -n "\${log_file+known}" ]; then return 0; fi
  log_file=$(systemctl cat kubelet 2> /dev/null |
    sed -n 's/^[[:space:]]*StandardError=[a-z]*:\\(\\/[^%]*\\)$/2\\1/p; s/^[[:space:]]*StandardOutput=[a-z]*:\\(\\/[^%]*\\)$/1\\1/p' |
    sort -s -k 1.1,1.1 | tail -n 1 | sed 's/^.//' || true)
}
file_since() {
  local line from head='^[IWEF]([0-9]{4} [0-9:]{8})' counts=no
  printf -v from '%(%m%d %H:%M:%S)T' "$2"
  while IFS= read -r line; do
    if [[ $line =~ $head ]]; then if [[ \${BASH_REMATCH[1]} < $from ]]; then counts=no; else counts=yes; fi; fi
    if [ "$counts" = yes ]; then printf '%s\\n' "$line"; fi
  done < <(tail -n ${FILE_LINES} -- "$1" 2> /dev/null)
}
kubelet_log() {
  journalctl -q -u kubelet --since "@$1" --no-pager -o cat 2> /dev/null || true
  find_log_file
  if [ -n "$log_file" ]; then file_since "$log_file" "$1"; fi
}
kubelet_words() {
  local name value invocation= begun= words= up since
  while IFS='=' read -r name value; do
    case $name in InvocationID) invocation=$value ;; ExecMainStartTimestampMonotonic) begun=$value ;; esac
  done < <(systemctl show kubelet -p InvocationID -p ExecMainStartTimestampMonotonic)
  read -r up _ < /proc/uptime
  printf -v since '%(%s)T' -1
  since=$((since - \${up%.*} + \${begun:-0} / 1000000))
  if [ -n "$invocation" ]; then words=$(journalctl -q "_SYSTEMD_INVOCATION_ID=$invocation" -n "$1" --no-pager -o cat || true)
  else words=$(journalctl -q -u kubelet --since "@$since" -n "$1" --no-pager -o cat || true)
  fi
  if [ -z "$words" ]; then
    find_log_file
    if [ -n "$log_file" ]; then words=$(file_since "$log_file" "$since" | tail -n "$1"); fi
  fi
  if [ -z "$words" ] && [ -n "$invocation" ]; then
    words=$(journalctl -q _PID=1 "INVOCATION_ID=$invocation" -n "$1" --no-pager -o cat || true)
  fi
  printf '%s\\n' "$words"
}
`;

;// CONCATENATED MODULE: ./src/hosts/scripts/pause.ts
/** Seconds after which a host that is waited for counts as slow. */
const SLOW_AFTER = 10;
/**
 * Bash functions for loops that wait. They start no process: nobody ever writes to the pipe that `nap SECONDS` reads from.
 *
 * `pause WAITED`: the pause before the next look at what is waited for since WAITED seconds. Short at first; on a host that
 * is slow the looks themselves would take the processor that it waits for.
 */
const PAUSE_FUNCTION = `
exec {nothing}<> <(:)
nap() { read -r -t "$1" -u "$nothing" _ || true; }
pause() { if [ "$1" -lt ${SLOW_AFTER} ]; then nap 0.05; else nap 0.5; fi; }
`;

;// CONCATENATED MODULE: ./src/hosts/scripts/member-ready.ts












/** Seconds until the member must be ready: kubeadm's own start-up budget, as in the manifest's startupProbe. */
const READY_WITHIN = 240;
/** Seconds until the runtime is asked for the first time whether etcd has ended, and between two times: it costs a process. */
const LOOK_AFTER = 3;
const LOOK_EVERY = 2;
/** Lines of etcd's log that are looked through; the action's own questions fill many of them. */
const LOG_LINES = 400;
/** What `await_ready` gives when the member did not get ready. */
const CRASHED = 1;
const LATE = 2;
const NO_PAUSE = 3;
const NO_POD = 4;
/** Before the image that no pod starts without, where `etcd_words` tells of it. */
const PAUSE = 'pause image: ';
/** Before kubelet's own complaint about the pod, where `etcd_words` tells of it. */
const KUBELET = 'kubelet: ';
/** Before whose socket it is that answers in place of etcd. */
const STRANGER = 'answered by ';
/** Before each line that `etcd_words` prints. */
const member_ready_MARK = 'etcd: ';
/** What etcd says of flags that do not go together: a warning, and its end. */
const FLAGS = '"msg":"failed to verify flags"';
/** Lines of etcd's log that say why it ends; the last two are of Go's package flag, and the whole usage follows them. */
const COMPLAINT = `"level":"(fatal|panic|error)"|${FLAGS}|^flag provided but|^invalid (boolean )?value .* for`;
/** What etcd writes about the action's own question whether it is ready: one line for each time that it is not. */
const OWN_QUESTION = '"msg":"Health check error"';
/** Warnings that name a peer: it is not reached, or etcd does not let it in. */
const ABOUT_PEERS = '"(remote-peer-id|remote-addr|remote-peer-urls?|address)":';
/** What kubelet says of a pod that may pass by itself: etcd's own ends, and a runtime that is slow or starts again. */
const MAY_PASS = "*CrashLoopBackOff* | *DeadlineExceeded* | *'context deadline exceeded'* | *'code = Unavailable'* | *'.sock: connect: connection refused'* | *'is reserved'*";
/**
 * What CRI-O says of a sandbox whose image it could not pull, which it does not name: the library's words for each of a pull's steps
 * (containers/image).
 */
const NO_SANDBOX_IMAGE = 'Error syncing pod.*creating pod sandbox with name.*(initializing source|pinging container registry|reading manifest|pulling)';
/**
 * Bash functions to start an etcd container by:
 *
 * `cri ARGUMENT…` runs crictl. `etcd_containers FLAG…` lists etcd's containers, also those that have ended.
 *
 * `is_ready` asks etcd whether it is, on the port that the manifest in place names: another run may have changed it, so it is
 * read anew every second. `/readyz` is 200 only with a quorum, and whether the database is full does not count there; releases that
 * lack it (before 3.4.29 and 3.5.11) answer 404 and are asked for `/health` likewise (`exclude` is known from 3.4.16 on; server/etcdserver/api/etcdhttp):
 * a member that starts with a larger quota keeps the alarm until it is disarmed. The
 * answer counts only from a socket of root's or of etcd's own container (`is_etcds UID INODE`): any user of the host may listen there
 * while etcd does not.
 *
 * `await_ready [none-yet]` waits for that, and has what the runtime stored of the new container on the disk (`none-yet`: no container of etcd was there before): 0; {@link CRASHED} when etcd's
 * container has ended twice, {@link NO_PAUSE} when kubelet could not start the pod twice for want of the pause image,
 * {@link NO_POD} when kubelet has complained twice of one and the same thing that keeps it from the pod, {@link LATE} when the time is over. kubelet keeps only the last container that ended, so ends are told by its attempt
 * (`ended_attempts`: number and pod), which counts from 0, or on from where it was if a pod of the same manifest was there
 * before.
 *
 * `hear_kubelet` sets `kubelet_said` to what kubelet wrote since the wait began; `missing_pause` and `pod_trouble` look through it.
 *
 * `pod_trouble` sets `trouble` to the complaint that kubelet has made twice; what differs in the two are ids and times, and so the
 * digits and the letters a to f do not count.
 *
 * `missing_pause` names that image, as containerd does (internal/cri/server, RunPodSandbox); of CRI-O, which does not, it is asked.
 *
 * `etcd_words` prints the complaints of the newest container and its last warnings about peers, else its last lines, or kubelet's when
 * there is none; never what etcd writes about the action's own questions. {@link etcdWords} reads them.
 */
function memberReadyFunctions(member) {
    const loopback = (0,urls/* loopbackOf */.X1)(member.address);
    return `${OWN_STATUS_FUNCTIONS}${PAUSE_FUNCTION}${KUBELET_WORDS_FUNCTIONS}
cri() { crictl --runtime-endpoint ${(0,shell/* quote */.h)(member.criEndpoint)} "$@"; }
etcd_containers() { cri ps -a --name '^etcd$' "$@" 2>/dev/null || true; }
ended_attempts() {
  etcd_containers --state exited -o json |
    sed -n 's/.*"attempt": *\\([0-9]*\\).*/\\1/p; s/.*"io.kubernetes.pod.uid": *"\\(.*\\)".*/\\1/p' | paste -d ' ' - -
}
is_etcds() {
  local container pid
  if [ "$1" = "$EUID" ]; then return 0; fi
  for container in $(etcd_containers --state running -q); do
    pid=$(cri inspect -o json "$container" 2> /dev/null | sed -n '/"pid": *[0-9]/{s/.*"pid": *\\([0-9]*\\).*/\\1/p;q}' || true)
    if [ -n "$pid" ] && holds_socket "$pid" "$2"; then return 0; fi
  done
  return 1
}
port_of=-1 port= stranger=
is_ready() {
  local status line
  if [ "$SECONDS" != "$port_of" ]; then
    port_of=$SECONDS port=${ports/* DEFAULT_METRICS_PORT */.C}
    while read -r line; do
      if [[ $line =~ --listen-metrics-urls=[^,]*:([0-9]+) ]]; then port=\${BASH_REMATCH[1]}; fi
    done 2> /dev/null < ${kubeadm_paths/* ETCD_MANIFEST */.jl} || true
  fi
  own_status ${loopback} "$port" /readyz is_etcds
  if [ "$status" = 404 ]; then own_status ${loopback} "$port" '/health?exclude=NOSPACE' is_etcds; fi
  [ "$status" = 200 ]
}
hear_kubelet() { kubelet_said=$(kubelet_log "$waited_since"); }
missing_pause() {
  local pause told
  pause=$(sed -n '/Error syncing pod/s/.*failed to get sandbox image [\\\\"]*\\([^\\\\" ]*\\).*/\\1/p' <<< "$kubelet_said" | sort | uniq -d | head -n 1)
  told=$(grep -cE ${(0,shell/* quote */.h)(NO_SANDBOX_IMAGE)} <<< "$kubelet_said" || true)
  if [ "$told" -ge 2 ]; then
    pause=$(cri info 2> /dev/null | sed -n 's/.*"sandboxImage": *"\\([^"]*\\)".*/\\1/p' | head -n 1 || true)
    pause=\${pause:-that the runtime is configured with}
  fi
  printf '%s\\n' "$pause"
}
pod_trouble() {
  local line key
  local -A seen=()
  trouble=
  while IFS= read -r line; do
    case $line in
      ${MAY_PASS}) continue ;;
      *'Error syncing pod'*etcd* | *'Could not process manifest file'*etcd*) ;;
      *) continue ;;
    esac
    key=\${line#*err*[=:]}
    key=x\${key//[0-9a-f]/}
    if [ -n "\${seen[$key]-}" ]; then trouble=$line; fi
    seen[$key]=1
  done <<< "$kubelet_said"
  [ -n "$trouble" ]
}
await_ready() {
  printf -v waited_since '%(%s)T' -1
  find_log_file
  local begun=$SECONDS look=${LOOK_AFTER} say=10 told=0 waited attempt pod ended
  local -A before=()
  if [ "\${1-}" != none-yet ]; then
    while read -r attempt pod; do
      if [ "$attempt" -gt "\${before[$pod]:--1}" ]; then before[$pod]=$attempt; fi
    done < <(ended_attempts)
  fi
  while waited=$((SECONDS - begun)) && [ "$waited" -lt ${READY_WITHIN} ]; do
    if is_ready; then
      ${syncContainer(member.criEndpoint)}
      return 0
    fi
    ${STILL_WANTED}
    if [ "$waited" -ge "$look" ]; then
      look=$((waited + ${LOOK_EVERY} + waited / 5))
      while read -r attempt pod; do
        ended=$((attempt - \${before[$pod]:--1}))
        if [ "$ended" -gt "$told" ]; then told=$ended; echo "etcd has ended $told time(s)" >&2; fi
      done < <(ended_attempts)
      if [ "$told" -ge 2 ]; then return ${CRASHED}; fi
      if [ "$waited" -ge 5 ]; then
        hear_kubelet
        if [ -n "$(missing_pause || true)" ]; then return ${NO_PAUSE}; fi
        if pod_trouble; then return ${NO_POD}; fi
      fi
    fi
    if [ "$waited" -ge "$say" ]; then
      say=$((waited + 10))
      echo "waiting for a quorum since $waited s" >&2
    fi
    pause "$waited"
  done
  return ${LATE}
}
etcd_words() {
  local container log pause
  hear_kubelet
  pause=$(missing_pause || true)
  if [ -n "$pause" ]; then echo '${member_ready_MARK}${PAUSE}'"$pause" >&2; return; fi
  if pod_trouble; then printf '${member_ready_MARK}${KUBELET}%s\\n' "$trouble" >&2; return; fi
  if [ -n "$stranger" ]; then printf '${member_ready_MARK}${STRANGER}%s\\n' "$stranger" >&2; fi
  container=$(etcd_containers -q | head -n 1)
  if [ -n "$container" ]; then
    log=$(cri logs --tail ${LOG_LINES} "$container" 2>&1 | grep -vF ${(0,shell/* quote */.h)(OWN_QUESTION)} || true)
    {
      grep -E '"level":"warn"' <<< "$log" | grep -E ${(0,shell/* quote */.h)(ABOUT_PEERS)} | tail -n 12 || true
      grep -E ${(0,shell/* quote */.h)(COMPLAINT)} <<< "$log" | tail -n 4 || tail -n 8 <<< "$log"
    }
  else kubelet_words 8
  fi | sed 's/^/${member_ready_MARK}/' >&2
}
`;
}
/**
 * The complaint in what `etcd_words` has printed, without a final stop: etcd's last fatal line, else its last error, else
 * what it says of its peers, else its last lines; and who answered in its place, if anything did.
 */
function etcdWords(stderr) {
    const log = linesOfLog(stderr);
    const pause = log.find((line) => line.startsWith(PAUSE))?.slice(PAUSE.length);
    if (pause !== undefined)
        return `the pause image ${(0,printable/* printable */.g)(pause)} is not on the host and could not be pulled`;
    const kubelet = log.find((line) => line.startsWith(KUBELET));
    if (kubelet !== undefined)
        return errorIn(kubelet.slice(KUBELET.length)).replace(/\.$/, '');
    const stranger = log.findLast((line) => line.startsWith(STRANGER));
    const words = log.filter((line) => !line.startsWith(STRANGER));
    const complaint = lastLike(/\{"level":"(?:fatal|panic)"/, words) ??
        lastLike(/\{"level":"error"/, words) ??
        lastLike(new RegExp(FLAGS), words) ??
        aboutPeers(words) ??
        (0,last_words/* lastWords */.a)(words.join('\n'), 2);
    const said = (0,last_words/* lastWords */.a)(complaint.replace(/\.$/, ''), 1);
    if (stranger === undefined)
        return said === '' ? 'nothing that etcd wrote could be read' : said;
    return `its port is ${(0,printable/* printable */.g)(stranger)}${said === '' ? '' : `; etcd says: ${said}`}`;
}
/** Whether what answered on etcd's port was another program. */
function isAnsweredByStranger(stderr) {
    return linesOfLog(stderr).some((line) => line.startsWith(STRANGER));
}
function linesOfLog(stderr) {
    return stderr
        .split('\n')
        .filter((line) => line.startsWith(member_ready_MARK))
        .map((line) => line.slice(member_ready_MARK.length));
}
/** The field `err` of a line of kubelet's, in klog's text or as JSON; the whole line where there is none. */
function errorIn(line) {
    const quoted = /\berr"?[=:] ?"((?:[^"\\]|\\.)*)"/.exec(line)?.[1];
    const text = quoted === undefined ? line : quoted.replace(/\\(.)/g, '$1').replace(/\\+"/g, '"');
    return (0,last_words/* lastWords */.a)(text, 1);
}
/** What etcd last said of each peer, at most three. */
function aboutPeers(log) {
    const said = new Map();
    for (const line of log) {
        const fields = fieldsOf(line.slice(Math.max(0, line.indexOf('{')))) ?? {};
        const peer = PEER_FIELDS.map((field) => textIn(fields[field])).find((text) => text !== '');
        if (textIn(fields['level']) !== 'warn' || peer === undefined)
            continue;
        const address = peer.replace(/^(\[.*\]|[^:]+):\d+$/, '$1'); // each connection of a peer comes from another port
        const words = [`${textIn(fields['msg'])} (${address})`, textIn(fields['error'])].filter((part) => part !== '');
        said.set(address, (0,printable/* printable */.g)(words.join(': ')));
    }
    return said.size === 0 ? undefined : [...said.values()].slice(-3).join('; ');
}
const PEER_FIELDS = ['remote-peer-id', 'remote-addr', 'remote-peer-urls', 'remote-peer-url', 'address'];
/** Message and error of the last such line of etcd's JSON log; a line that was cut tells nothing. */
function lastLike(pattern, log) {
    const last = log.findLast((line) => pattern.test(line));
    if (last === undefined)
        return undefined;
    const fields = fieldsOf(last.slice(last.indexOf('{'))) ?? {};
    const words = [textIn(fields['msg']), textIn(fields['error'])].filter((part) => part !== '');
    return words.length === 0 ? undefined : words.join(': ');
}

;// CONCATENATED MODULE: ./src/hosts/scripts/member-reasons.ts


const AGAIN = 'Mend what etcd names and run again: it goes on from here.';
const PORT_TAKEN = {
    cause: 'Another program listens on a port of etcd.',
    fix: 'Look who it is (`ss -ltnp`), stop it or give etcd other ports, and run again.',
};
/** Why etcd ended again and again, where its words tell it. */
function whyCrashed(words) {
    if (/address already in use/.test(words))
        return PORT_TAKEN;
    if (/cannot assign requested address/.test(words)) {
        return {
            cause: 'The address that was listed for this host is on none of its interfaces any more.',
            fix: "Give the host's own address, or bring it back, and run again.",
        };
    }
    if (/flag provided but not defined|invalid (?:boolean )?value .* for|failed to verify flags/.test(words)) {
        return {
            cause: 'A flag or a value that this release of etcd does not take.',
            fix: 'Correct `extra-args`, or the input that sets the flag, and run again.',
        };
    }
    return (0,explain_unknown/* knownReason */.y)(words) ?? { fix: AGAIN };
}
/**
 * Why a member was not ready in time, where what etcd wrote tells it.
 * @param stderr what `etcd_words` has printed.
 */
function whyLate(stderr) {
    const words = etcdWords(stderr);
    if (isAnsweredByStranger(stderr)) {
        return {
            cause: "A program of another user listens on etcd's metrics port; its answer is not taken for etcd's.",
            fix: 'Look who it is (`ss -ltnp`), stop it or set another `metrics-port`, and run again.',
        };
    }
    if (/does not match any of DNSNames|doesn't contain any IP SANs|certificate is valid for/.test(words)) {
        return {
            cause: 'That host sends from an address that is not in its certificate: it has a second address or interface, or its packets are translated on the way.',
            fix: 'List the address that each host sends from (`ip -o route get PEER` shows it as `src`), or add these addresses to `extra-sans`, and run again.',
        };
    }
    if (/certificate signed by unknown authority|bad certificate|certificate has expired/.test(words)) {
        return {
            cause: 'The certificates of the two members do not fit together.',
            fix: 'Look at the certificates with `operation: health`, and at the clocks of the hosts; then run again.',
        };
    }
    if (/i\/o timeout|deadline exceeded|no route to host/.test(words)) {
        return {
            cause: 'Packets between this host and the one that etcd names get lost: a firewall, or a network that drops large packets (MTU).',
            fix: 'Try it between these two hosts in both directions: `nc -vz ADDRESS 2380`, and `ping -M do -s 1400 ADDRESS` for large packets. Then run again: it goes on from here.',
        };
    }
    if (/connection refused/.test(words)) {
        return {
            cause: 'The member that etcd names does not run.',
            fix: 'Look at that host in this report first, then run again: it goes on from here.',
        };
    }
    return ((0,explain_unknown/* knownReason */.y)(words) ?? {
        fix: 'Look at the other hosts in this report first: a member is ready only with a majority. Then look at the container of etcd here (`crictl logs`), and run again: it goes on from here.',
    });
}
/** Why kubelet could not start etcd's pod, where its words tell it. */
function whyNoPod(words) {
    if (/pause image/.test(words)) {
        return {
            cause: 'Each pod has a container of that image. The container runtime names it in its own configuration, and the host has no way to its registry.',
            fix: 'Bring the image to the host (`image-archive` takes it along with etcd into containerd; for CRI-O `podman load -i FILE`), or name one that the host reaches in the configuration of the runtime (containerd: `sandbox` or `sandbox_image`; CRI-O: `pause_image`), and run again.',
        };
    }
    if (/resolv\.conf/.test(words)) {
        return {
            cause: 'The host has no /etc/resolv.conf, or it is a link to a file of a service that does not run. kubelet starts no pod without it.',
            fix: 'Start that service (`systemctl enable --now systemd-resolved`) or write the file, and run again: kubelet tries anew by itself.',
        };
    }
    if (/x509|pull(?:ing)? image|ErrImage|ImagePull/.test(words)) {
        return {
            cause: 'The image of etcd is not on the host any more, and could not be pulled.',
            fix: 'Open the way to the registry, or give `image-archive`, and run again.',
        };
    }
    return ((0,explain_unknown/* knownReason */.y)(words) ?? {
        fix: 'Mend what kubelet names (`journalctl -u kubelet`), and run again: it goes on from here.',
    });
}

;// CONCATENATED MODULE: ./src/hosts/scripts/pod-gone.ts

/** Seconds in which kubelet must have done away with a pod; it gives etcd 30 s to end. */
const GONE_WITHIN = 60;
/** kubelet's pods, below its default --root-dir. */
const PODS = '/var/lib/kubelet/pods';
/**
 * Bash functions to wait by until kubelet has done with a pod whose manifest was taken out. They need `cri`, `move`, `nap`.
 *
 * A new static pod of the same name that comes before that is put off by 10 to 15 s (podWorkers.allowStaticPodStart in
 * pkg/kubelet/pod_workers.go). kubelet does not say when it is done, but its last acts show: it stops the sandbox, removes
 * the pod's cgroups, and at the next of its housekeepings, every 2 s, the pod's folder. Measured with kubelet 1.34: the
 * folder is gone 2.8 to 3.2 s after the manifest, and the new member is ready 0.9 s after that; with a new
 * manifest as soon as the container or the sandbox has ended, 13 s later. But a housekeeping that comes upon a pod
 * between its last container and its end removes cgroups and folder both, at once; so when they go together, the
 * next housekeeping is awaited.
 *
 * `find_pods`: sets `pods` to the ids of etcd's pods.
 * `await_gone`: waits for that; in the end it is enough that etcd has ended. If kubelet starts meanwhile, its drop-in puts
 * the old manifest back, and it has to go out once more.
 */
const POD_GONE_FUNCTIONS = `
find_pods() {
  local found
  found=$(cri pods --namespace '^kube-system$' --name '^etcd-' -o json)
  pods=$(sed -n 's/.*"uid": *"\\([^"]*\\)".*/\\1/p' <<< "$found")
}
has_ended() {
  local running
  running=$(cri ps -q --name '^etcd$') && [ -z "$running" ]
}
has_folder() {
  local pod
  for pod in $pods; do if [ -e "${PODS}/$pod" ]; then return 0; fi; done
  return 1
}
has_cgroup() {
  local pod path
  for pod in $pods; do
    # cgroup v2 or v1; below them the drivers systemd and cgroupfs, with a class of service between or not
    for path in /sys/fs/cgroup{,/*}/kubepods*{,/*}/*pod"$pod"*; do if [ -e "$path" ]; then return 0; fi; done
  done
  return 1
}
await_gone() {
  local begun=$SECONDS since_cgroup=100
  while has_folder || ! has_ended; do
    if [ $((SECONDS - begun)) -ge ${GONE_WITHIN} ]; then has_ended; return; fi
    if [ -e ${kubeadm_paths/* ETCD_MANIFEST */.jl} ] && ! [ -e ${kubeadm_paths/* OUTGOING_MANIFEST */.Fc} ]; then move ${kubeadm_paths/* ETCD_MANIFEST */.jl} ${kubeadm_paths/* OUTGOING_MANIFEST */.Fc}; fi
    if has_cgroup; then since_cgroup=0; else since_cgroup=$((since_cgroup + 1)); fi
    nap 0.05
  done
  if [ "$since_cgroup" -lt 8 ]; then nap 2.2; fi
}
`;

;// CONCATENATED MODULE: ./src/hosts/scripts/keep-copy.ts


/**
 * Bash function `keep_copy PATH`: keeps a copy of a file in {@link REPLACED_DIR}, unless there is one. The first copy of a run is the
 * one that was proven, so it is never replaced; it is written aside, synced and renamed, so that a run that is killed, or a host
 * that loses power, leaves a whole copy or none.
 *
 * `cp -n` does not do that: its exit code for a file that is there is 0 in coreutils before 9.2 and from 9.5 on, and 1 between
 * (NEWS of 9.2 and 9.5).
 */
const KEEP_COPY_FUNCTION = `
keep_copy() {
  local copy=${(0,shell/* quote */.h)(kubeadm_paths/* REPLACED_DIR */.lw)}/"\${1//\\//%}"
  if [ -e "$copy" ]; then return 0; fi
  mkdir -p -m 0700 -- ${(0,shell/* quote */.h)(kubeadm_paths/* REPLACED_DIR */.lw)}
  cp -p -- "$1" "$copy.new"
  sync -- "$copy.new"
  mv -fT -- "$copy.new" "$copy"
  sync -- ${(0,shell/* quote */.h)(kubeadm_paths/* REPLACED_DIR */.lw)} ${(0,shell/* quote */.h)(kubeadm_paths/* ACTION_DIR */.v4)}
}
`;

;// CONCATENATED MODULE: ./src/hosts/scripts/restart-unit.ts








/** Name of the unit of systemd that does it. There is never more than one. */
const RESTART_UNIT = 'etcd-ha-action-restart.service';
/** Where the unit writes its one line of result: an exit code of {@link RESTART_END}. Absent while it works. */
const RESTART_RESULT = `${kubeadm_paths/* RUN_DIR */.wM}/restart.result`;
/** How a restart ended. */
const RESTART_END = {
    done: 0,
    /** What lies there is not what was seen; nothing was done. */
    changed: 3,
    /** The member has no data; nothing was done. */
    noData: 4,
    otherFilesystem: 5,
    /** kubelet did not end the pod; its manifest is back. */
    notStopped: 6,
    /** The old manifest is back and its member ready, because the new one's crashed. */
    crashedAndBack: 7,
    /** The old manifest is back and its member ready, because the new one's was not ready in time. */
    lateAndBack: 8,
    /** The old manifest is back, and its member is not ready either. */
    backNotReady: 9,
    /** The new one's member is not ready and there was none before. */
    noWayBack: 10,
    /** The old manifest is back and its member ready, because kubelet could not start the new one's pod. */
    refusedAndBack: 11,
};
/**
 * The bash of the unit. Whenever it is cut off, what lies on the disk tells how far it had come, and the next run goes on
 * from there: only the rendered manifest (not begun), the outgoing one and none in place (taken out), the outgoing one
 * and the new one in place (not known to be ready).
 */
function restartUnit(change) {
    return `${memberReadyFunctions(change)}${POD_GONE_FUNCTIONS}${BLANK_LOG_FUNCTION}${KEEP_COPY_FUNCTION}${FUNCTIONS}
${HOLD_STEP_LOCK}
{ printf %s 'restart member' > /proc/$$/comm; } 2> /dev/null || true
current=${(0,shell/* quote */.h)(change.currentSha256)} rendered=${(0,shell/* quote */.h)(change.renderedSha256)} data_dir=${(0,shell/* quote */.h)(change.dataDir)}
log_dir=${(0,shell/* quote */.h)((0,data_places/* logFolder */.hI)(change))} wal_dir=${(0,shell/* quote */.h)(change.walDir ?? '')}
may_lack_data=${String(change.mayLackData)}
if ! $may_lack_data && [ -z "$(ls -A "$log_dir" 2> /dev/null)" ]; then finish ${RESTART_END.noData}; fi
if [ "$(stat -c %d ${kubeadm_paths/* MANIFEST_DIR */.Kk})" != "$(stat -c %d ${kubeadm_paths/* ACTION_DIR */.v4})" ]; then finish ${RESTART_END.otherFilesystem}; fi
if has ${kubeadm_paths/* ETCD_MANIFEST */.jl} "$rendered" && ! begins_blank; then
  echo 'the new manifest is in place already, not known to be ready'
else
  if ! has ${kubeadm_paths/* RENDERED_MANIFEST */.ms} "$rendered"; then finish ${RESTART_END.changed}; fi
  find_pods
  if has ${kubeadm_paths/* ETCD_MANIFEST */.jl} "$current"; then keep_copy ${kubeadm_paths/* ETCD_MANIFEST */.jl}; take_out
  elif [ -e ${kubeadm_paths/* ETCD_MANIFEST */.jl} ]; then finish ${RESTART_END.changed}
  elif [ "$current" != absent ] && ! has ${kubeadm_paths/* OUTGOING_MANIFEST */.Fc} "$current"; then finish ${RESTART_END.changed}
  fi
  if ! await_gone; then put_back; end_with ${RESTART_END.notStopped}; fi
  if ! has ${kubeadm_paths/* RENDERED_MANIFEST */.ms} "$rendered"; then put_back; end_with ${RESTART_END.changed}; fi
  if begins_blank; then set_blank_log_aside; fi
  move ${kubeadm_paths/* RENDERED_MANIFEST */.ms} ${kubeadm_paths/* ETCD_MANIFEST */.jl}
  echo 'the new manifest is in place'
fi
outcome=0
await_ready || outcome=$?
if [ "$outcome" = 0 ]; then
  rm -f -- ${kubeadm_paths/* OUTGOING_MANIFEST */.Fc} ${kubeadm_paths/* RENDERED_MANIFEST */.ms}
  sync -- ${kubeadm_paths/* ACTION_DIR */.v4}
  finish ${RESTART_END.done}
fi
etcd_words
if ! [ -e ${kubeadm_paths/* OUTGOING_MANIFEST */.Fc} ]; then finish ${RESTART_END.noWayBack}; fi
echo 'the member is not ready with the new manifest: going back to the old one'
find_pods || true
move ${kubeadm_paths/* ETCD_MANIFEST */.jl} ${kubeadm_paths/* RENDERED_MANIFEST */.ms}
await_gone || true
put_back
case $outcome in
  ${CRASHED}) end_with ${RESTART_END.crashedAndBack} ;;
  ${NO_PAUSE} | ${NO_POD}) end_with ${RESTART_END.refusedAndBack} ;;
  *) end_with ${RESTART_END.lateAndBack} ;;
esac
`;
}
/**
 * `has FILE SHA256`: whether it has these contents.
 * `move FROM TO`: durably.
 * `take_out`: what is taken out is what a failure goes back to. If an earlier restart was cut off before its member was
 * ready, that is what went out then, and not what lies there now unproven; a member that is ready has proven it.
 * `begins_blank`: whether there is a blank log that has to give way. `set_blank_log_aside`: while no etcd runs; nothing is
 * lost with it, for there is nothing in it.
 * `put_back`: the old one, if there was one.
 * `finish CODE`: ends with this result. `end_with CODE`: the same, once the old member is ready again.
 */
const FUNCTIONS = `
has() { [ -f "$1" ] && case "$(sha256sum < "$1")" in "$2 "*) ;; *) return 1 ;; esac; }
move() { mv -fT -- "$1" "$2"; sync -- ${kubeadm_paths/* MANIFEST_DIR */.Kk} ${kubeadm_paths/* ACTION_DIR */.v4}; }
take_out() {
  if [ -e ${kubeadm_paths/* OUTGOING_MANIFEST */.Fc} ] && ! is_ready; then rm -f -- ${kubeadm_paths/* ETCD_MANIFEST */.jl}; sync -- ${kubeadm_paths/* MANIFEST_DIR */.Kk}
  else move ${kubeadm_paths/* ETCD_MANIFEST */.jl} ${kubeadm_paths/* OUTGOING_MANIFEST */.Fc}
  fi
  echo 'the old manifest is out'
}
begins_blank() { $may_lack_data && has_blank_log "$log_dir"; }
set_blank_log_aside() {
  local now aside folder
  now=$(date +%s)
  for folder in "$data_dir/member" \${wal_dir:+"$log_dir"}; do
    [ -e "$folder" ] || continue
    aside=\${folder%/*}/${BLANK_MEMBER}$now
    mv -T -- "$folder" "$aside"
    sync -- "\${folder%/*}"
    echo "etcd had ended before it wrote anything to its log; set aside as $aside"
  done
}
put_back() {
  if [ -e ${kubeadm_paths/* ETCD_MANIFEST */.jl} ] || ! [ -e ${kubeadm_paths/* OUTGOING_MANIFEST */.Fc} ]; then return; fi
  move ${kubeadm_paths/* OUTGOING_MANIFEST */.Fc} ${kubeadm_paths/* ETCD_MANIFEST */.jl}
  echo 'the old manifest is back'
}
finish() {
  echo "$1" > ${RESTART_RESULT}.new
  mv -fT -- ${RESTART_RESULT}.new ${RESTART_RESULT}
  exit 0
}
end_with() {
  if await_ready; then finish "$1"; fi
  etcd_words
  finish ${RESTART_END.backNotReady}
}
`;

;// CONCATENATED MODULE: ./src/hosts/scripts/restart-member.ts











/** The longest that a unit works: out, in, not ready, out, in, ready. Then systemd ends it. */
const UNIT_WITHIN = 2 * (GONE_WITHIN + READY_WITHIN) + 60;
/** Exit code: the unit ended without a word, so it was killed or a command failed that may not fail. */
const CUT_OFF = 20;
const UNIT_SCRIPT = `${kubeadm_paths/* RUN_DIR */.wM}/restart.sh`;
const UNIT_LOG = `${kubeadm_paths/* RUN_DIR */.wM}/restart.log`;
/**
 * Restarts a member with the manifest that was rendered, the quick way: the old one out, the pod gone, the new one in
 * (about 4 s; changed in place it takes 14 s). If the new member crashes or is not ready within {@link READY_WITHIN}, the
 * old manifest comes back.
 *
 * One detached unit of systemd on the host does it. This script starts it, shows its log as progress and waits for its
 * end; when the connection is lost, the unit goes on. However the unit ends, systemd sees to it that there is a manifest.
 * If an earlier one still works, its end is awaited first. Prints `restarted`, or `unchanged` when the rendered manifest
 * is in place and nothing is left to be done.
 */
function restartMember(restart) {
    const unit = `set -euo pipefail; umask 077; cd /; exec >> ${UNIT_LOG} 2>&1 < /dev/null\n${restartUnit(restart)}`;
    const blankLog = restart.mayLackData ? ` && ! has_blank_log ${(0,shell/* quote */.h)((0,data_places/* logFolder */.hI)(restart))}` : '';
    return {
        title: 'restart the member',
        effect: 'changes',
        timeoutMs: (2 * UNIT_WITHIN + 60) * 1000,
        onProgress: restart.onProgress,
        script: `${WAIT_FUNCTIONS}${BLANK_LOG_FUNCTION}
mkdir -p -m 0700 ${kubeadm_paths/* RUN_DIR */.wM}
outcome=unchanged
if works; then echo 'an earlier restart still works' >&2; outcome=restarted; follow; fi
if ! [ -e ${kubeadm_paths/* OUTGOING_MANIFEST */.Fc} ] && [ -f ${kubeadm_paths/* ETCD_MANIFEST */.jl} ]${blankLog}; then
  case "$(sha256sum < ${kubeadm_paths/* ETCD_MANIFEST */.jl})" in
    ${(0,shell/* quote */.h)(restart.renderedSha256)}' '*)
      rm -f -- ${kubeadm_paths/* RENDERED_MANIFEST */.ms}
      clear_away
      echo "$outcome"
      exit 0 ;;
  esac
fi
clear_away
printf %s ${(0,shell/* quote */.h)(unit)} > ${UNIT_SCRIPT}
: > ${UNIT_LOG}
systemd-run --quiet --collect --unit=${RESTART_UNIT} --description='Restart of the etcd member by etcd-ha-action' \\
  --setenv=PATH="$PATH" --setenv=LC_ALL=C --property=RuntimeMaxSec=${UNIT_WITHIN} \\
  --property=ExecStopPost=${(0,shell/* quote */.h)(`-${put_back/* PUT_MANIFEST_BACK */.a}`)} "$BASH" ${UNIT_SCRIPT}
follow
result=${CUT_OFF}
if [ -f ${RESTART_RESULT} ]; then read -r result < ${RESTART_RESULT}; fi
clear_away
if [ "$result" = ${RESTART_END.done} ]; then echo restarted; fi
exit "$result"
`,
    };
}
/** `works`: whether there is a unit that does. `follow`: shows its log and waits for its end. */
const WAIT_FUNCTIONS = `
works() {
  case "$(systemctl show ${RESTART_UNIT} -p ActiveState --value)" in inactive | failed) return 1 ;; esac
}
follow() {
  local pid
  pid=$(systemctl show ${RESTART_UNIT} -p MainPID --value)
  if [ "\${pid:-0}" = 0 ]; then cat -- ${UNIT_LOG} >&2
  else tail -n +1 -s 0.1 -f --pid="$pid" -- ${UNIT_LOG} >&2
  fi
  while works; do sleep 0.05; done
}
clear_away() { rm -f -- ${UNIT_SCRIPT} ${UNIT_LOG} ${RESTART_RESULT} ${RESTART_RESULT}.new; }
`;
/** Why a restart failed and what state it left the member in, from the script's exit code and etcd's own last lines. */
function explainRestart(result) {
    const last = etcdWords(result.stderr);
    switch (result.code) {
        case RESTART_END.changed:
            return {
                fact: `${kubeadm_paths/* ETCD_MANIFEST */.jl} or the manifest rendered for it has changed since the run began; the member was left with the manifest that it had.`,
                cause: 'Another run, or a person, works on this host at the same time.',
                fix: 'Let the other finish, then run again.',
            };
        case RESTART_END.noData:
            return {
                fact: 'its data dir holds no member; nothing was restarted.',
                cause: 'The disk is not mounted, or the folder was emptied or moved.',
                fix: 'Mount the disk or bring the data back. A member must not be started without its log.',
            };
        case RESTART_END.otherFilesystem:
            return {
                fact: 'the folder of the manifests is a file system of its own, so a manifest cannot be taken out or put in in one step; nothing was restarted.',
                cause: 'It is a mount point.',
                fix: 'Unmount it; kubelet needs a plain folder there.',
            };
        case RESTART_END.notStopped:
            return {
                fact: `kubelet did not end etcd within ${GONE_WITHIN} s after its manifest was taken out; the manifest is back and the member is ready.`,
                cause: 'kubelet or the container runtime hangs.',
                fix: 'Look at `journalctl -u kubelet` on the host, mend what it names, and run again.',
            };
        case RESTART_END.crashedAndBack:
            return {
                fact: `with the new manifest etcd ended again and again: ${last}. The old manifest is back and the member is ready with it.`,
                ...whyCrashed(last),
            };
        case RESTART_END.refusedAndBack:
            return {
                fact: `with the new manifest kubelet could not start the pod of etcd: ${last}. The old manifest is back and the member is ready with it.`,
                ...whyNoPod(last),
            };
        case RESTART_END.lateAndBack:
            return {
                fact: `with the new manifest the member was not ready within ${READY_WITHIN} s: ${last}. The old manifest is back and the member is ready with it.`,
                ...whyLate(result.stderr),
            };
        case RESTART_END.backNotReady:
            return {
                fact: `the member did not get ready with the new manifest; the old one is back, and with it the member is not ready either: ${last}`,
                ...whyLate(result.stderr),
            };
        case RESTART_END.noWayBack:
            return {
                fact: `the member did not get ready, and there was no manifest before to go back to: ${last}`,
                ...whyLate(result.stderr),
            };
        case CUT_OFF:
            return {
                fact: `the unit ${RESTART_UNIT} ended before it was done: ${(0,last_words/* lastWords */.a)(result.stderr, 2)} A manifest is in place.`,
                ...((0,explain_unknown/* knownReason */.y)(result.stderr) ?? {
                    fix: `Look at \`journalctl -u ${RESTART_UNIT}\` on the host, mend what it names, and run again: it goes on from here.`,
                }),
            };
        default:
            return (0,explain_unknown/* explainUnknown */.w)(result);
    }
}

;// CONCATENATED MODULE: ./src/hosts/scripts/set-modes.ts


/** Exit code: a path is not what may be changed. */
const NOT_PLAIN = 3;
/**
 * Gives files and folders that are there the mode, and the owner root:root. A link to a folder is followed, as a data dir may
 * be one. A path that is missing, a link to anything else or anything else than a file or folder is refused, before any is
 * changed.
 * @param modes permission bits in octal, by path.
 */
function set_modes_setModes(modes) {
    const paths = [...modes.keys()].map(shell/* quote */.h).join(' ');
    const byMode = Map.groupBy(modes, ([, mode]) => mode);
    const changes = [...byMode].map(([mode, files]) => `chmod ${(0,shell/* quote */.h)(mode)} -- ${files.map(([path]) => (0,shell/* quote */.h)(path)).join(' ')}`);
    return {
        title: 'set modes and owners',
        effect: 'changes',
        timeoutMs: 30_000,
        script: `
set -- ${paths}
if [ "$#" = 0 ]; then exit 0; fi
owned=()
for path do
  if [ -L "$path" ] && [ -d "$path" ]; then owned+=("$path/.") # what the link leads to, not the link
  elif [ -L "$path" ] || ! { [ -f "$path" ] || [ -d "$path" ]; }; then echo "$path" >&2; exit ${NOT_PLAIN}
  else owned+=("$path")
  fi
done
chown -h 0:0 -- "\${owned[@]}"
${changes.join('\n')}
sync -- "$@"
`,
    };
}
/** Why modes were not set, from the script's exit code. */
function explainModes(result) {
    if (result.code !== NOT_PLAIN)
        return (0,explain_unknown/* explainUnknown */.w)(result);
    return {
        fact: `${result.stderr.trim()} is neither a plain file nor a folder (any more); no mode was changed.`,
        cause: 'It is a symbolic link to a file, or somebody has removed or replaced it since the run looked at the host.',
        fix: 'Put the file itself there in place of the link, and run again.',
    };
}

;// CONCATENATED MODULE: ./src/kubeadm/unit-state.ts
/**
 * UnitFileState of units that start at boot, or that systemd cannot enable because something else starts them: `static`, `alias`,
 * `indirect` and `generated` (systemctl(1), is-enabled). `enabled-runtime`, `linked` and `disabled` end with the boot or were never
 * begun; `systemctl enable` makes them `enabled`.
 */
const STARTS_AT_BOOT = ['enabled', 'static', 'alias', 'indirect', 'generated'];
/** Whether a unit needs no `systemctl enable`; the probe and the script that starts kubelet go by this one rule. */
function startsAtBoot(unitFileState) {
    return unitFileState !== undefined && STARTS_AT_BOOT.includes(unitFileState);
}

;// CONCATENATED MODULE: ./src/hosts/scripts/start-kubelet.ts









/** Seconds until a kubelet that was started, and goes on running, must say that it is healthy; a slow host takes minutes. */
const HEALTHY_WITHIN = 240;
/** kubelet's default healthzPort; no input changes it. */
const HEALTHZ_PORT = 10248;
/** kubelet's default --root-dir. */
const KUBELET_STATE = '/var/lib/kubelet';
/** Exit codes by which the script tells what stopped it. */
const OVERRULED = 3;
const FAILED = 4;
const NOT_HEALTHY = 5;
const start_kubelet_PORT_TAKEN = 6;
const MASKED = 7;
/** Seconds after which kubelet's words are read for the first time while it runs, and between two times: it costs processes. */
const HEAR_AFTER = 3;
const HEAR_EVERY = 5;
/** Before the script's own words about who answers in place of kubelet. */
const start_kubelet_STRANGER = 'answered by ';
/**
 * Guide step 1: loads the drop-in, makes sure that kubelet starts at boot, (re)starts it, and waits for `/healthz` on
 * 127.0.0.1:10248 (kubelet's default healthzPort).
 */
function startKubelet({ restart, goBack = false, awaitedLater = false }) {
    return {
        title: 'start kubelet',
        effect: 'changes',
        timeoutMs: (HEALTHY_WITHIN + 60) * 1000,
        script: `${goBack ? GO_BACK : GIVE_UP}${start_kubelet_FUNCTIONS}
systemctl daemon-reload
unit=$(systemctl show kubelet -p ExecStart -p UnitFileState -p LoadState)
case $unit in *LoadState=masked*) exit ${MASKED} ;; esac
case $unit in
  *--config=${kubeadm_paths/* KUBELET_CONFIG */.So}*) ;;
  *) systemctl show kubelet -p DropInPaths --value >&2; give_up ${OVERRULED} ;;
esac
state=\${unit##*UnitFileState=}
case \${state%%$'\\n'*} in
  ${STARTS_AT_BOOT.join(' | ')}) ;;
  *)
    systemctl enable --quiet kubelet
    for folder in /etc/systemd/system /etc/systemd/system/*.wants /etc/systemd/system/*.requires; do
      if [ -d "$folder" ]; then sync -- "$folder"; fi
    done ;;
esac
for file in ${KUBELET_STATE}/pki/kubelet.*; do if [ -f "$file" ] && ! [ -s "$file" ]; then rm -f -- "$file"; fi; done
said=$(systemctl ${restart ? 'restart' : 'start'} kubelet 2>&1) || {
  kubelet_words 20 >&2
  printf '%s\\n' "$said" >&2
  give_up ${FAILED}
}
${awaitedLater ? '' : AWAIT_HEALTH}
`,
    };
}
/** Waits for a kubelet that {@link startKubelet} has only started. */
function awaitKubelet() {
    return {
        title: 'wait for kubelet',
        effect: 'reads',
        timeoutMs: (HEALTHY_WITHIN + 30) * 1000,
        script: `${GIVE_UP}${start_kubelet_FUNCTIONS}${AWAIT_HEALTH}`,
    };
}
/**
 * kubelet does not fsync the serving certificate that it makes for itself at its first start. After a power cut the two
 * files were there and empty, and kubelet never started again ("missing content for serving cert"). So these two are
 * synced once it is healthy, and empty ones, of an earlier start, are removed before. Other files of that folder come
 * and go.
 */
const AWAIT_HEALTH = `
is_kubelets() { # a socket of root's; and of kubelet's own process, where the files of that can be seen
  local pid held=0
  [ "$1" = "$EUID" ] || return 1
  pid=$(systemctl show kubelet -p MainPID --value)
  holds_socket "\${pid:-0}" "$2" || held=$?
  [ "$held" != 1 ]
}
begun=$SECONDS looked=0 hear=${HEAR_AFTER} stranger=
while waited=$((SECONDS - begun)) && [ "$waited" -lt ${HEALTHY_WITHIN} ]; do
  own_status 127.0.0.1 ${HEALTHZ_PORT} /healthz is_kubelets
  if [ "$status" = 200 ]; then
    made=()
    for file in ${KUBELET_STATE}/pki/kubelet.*; do if [ -f "$file" ]; then made+=("$file"); fi; done
    if [ "\${#made[@]}" -gt 0 ]; then sync -- "\${made[@]}" ${KUBELET_STATE}/pki ${KUBELET_STATE}; fi
    exit 0
  fi
  ${STILL_WANTED}
  if [ "$waited" -gt "$looked" ]; then
    looked=$waited
    if [ "$(systemctl show kubelet -p SubState --value)" != running ]; then
      kubelet_words 20 >&2
      give_up ${FAILED}
    fi
    if [ "$waited" -ge "$hear" ]; then
      hear=$((waited + ${HEAR_EVERY}))
      case "$(kubelet_words 20)" in *'bind: address already in use'*) kubelet_words 20 >&2; give_up ${start_kubelet_PORT_TAKEN} ;; esac
    fi
  fi
  pause "$waited"
done
kubelet_words 20 >&2
if [ -n "$stranger" ]; then printf '${start_kubelet_STRANGER}%s\\n' "$stranger" >&2; fi
give_up ${NOT_HEALTHY}
`;
const start_kubelet_FUNCTIONS = `${OWN_STATUS_FUNCTIONS}${PAUSE_FUNCTION}${KUBELET_WORDS_FUNCTIONS}`;
/** What is added to an exit code when the files before are back. */
const WENT_BACK = 10;
const GIVE_UP = `
give_up() { exit "$1"; }
`;
/** The files that the delivery has kept, put back in the order in which they were delivered. */
const GO_BACK = `
give_up() {
  local path saved aside back=0
  for path in ${kubeadm_paths/* KUBELET_CONFIG */.So} ${kubeadm_paths/* KUBELET_DROP_IN */.jy}; do
    saved=${kubeadm_paths/* REPLACED_DIR */.lw}/\${path//\\//%}
    if ! [ -f "$saved" ]; then continue; fi
    aside=\${path%/*}/.\${path##*/}.etcd-ha-action
    cp -p -- "$saved" "$aside"
    sync -- "$aside"
    mv -fT -- "$aside" "$path"
    back=${WENT_BACK}
  done
  sync -- ${kubeadm_paths/* KUBELET_DROP_IN_DIR */.vQ}
  systemctl daemon-reload
  systemctl restart kubelet || true # that it does not start again is no news, and must not hide the reason
  exit $(($1 + back))
}
`;
/** Why kubelet did not start, from the script's exit code and kubelet's own last lines. */
function explainKubelet(result) {
    if (result.code !== null && result.code > WENT_BACK && result.code <= start_kubelet_PORT_TAKEN + WENT_BACK) {
        const words = explainKubelet({ ...result, code: result.code - WENT_BACK });
        return { ...words, fact: `${words.fact} Its drop-in and configuration are back as they were.` };
    }
    if (result.code === OVERRULED) {
        return {
            fact: `another drop-in beats the one of this action (${(0,last_words/* lastWords */.a)(result.stderr, 3)}).`,
            cause: 'systemd reads drop-ins in the order of their names, and a later one sets ExecStart again.',
            fix: 'Rename that drop-in so that it sorts before 20-etcd-service-manager.conf, or remove its ExecStart.',
        };
    }
    if (result.code === MASKED) {
        return {
            fact: 'kubelet.service is masked, so systemd may not start it.',
            cause: 'It was masked by hand, or by a tool that switches unused services off.',
            fix: 'Run `systemctl unmask kubelet` on the host, and run again.',
        };
    }
    if (result.code !== FAILED && result.code !== NOT_HEALTHY && result.code !== start_kubelet_PORT_TAKEN) {
        return (0,explain_unknown/* explainUnknown */.w)(result);
    }
    const [journal, stranger] = wordsIn(result.stderr);
    return {
        fact: `${outcomeOf(result.code, stranger)} ${journal === '' ? 'Nothing that it wrote could be read.' : `Its last words: ${(0,last_words/* lastWords */.a)(journal, 2)}`}`,
        ...(KNOWN_FAILURES.find(({ pattern }) => pattern.test(journal))?.reason ?? UNKNOWN_FAILURE),
    };
}
function outcomeOf(code, stranger) {
    if (code === FAILED)
        return 'kubelet stopped right after its start.';
    if (code === start_kubelet_PORT_TAKEN)
        return 'kubelet cannot listen on its port.';
    const instead = stranger === undefined ? '' : `, and 127.0.0.1:${HEALTHZ_PORT} was answered by ${stranger}`;
    return `kubelet did not get healthy within ${HEALTHY_WITHIN} s${instead}.`;
}
/** kubelet's own words, and who answered in its place, if anything did. */
function wordsIn(stderr) {
    const lines = stderr.trim().split('\n');
    const stranger = lines.findLast((line) => line.startsWith(start_kubelet_STRANGER));
    const words = lines.filter((line) => line !== stranger).join('\n');
    return [words, stranger === undefined ? undefined : (0,printable/* printable */.g)(stranger.slice(start_kubelet_STRANGER.length))];
}
const UNKNOWN_FAILURE = {
    fix: 'Look at `journalctl -u kubelet` on the host, or at the file that its unit writes to; mend what it names, and run again.',
};
/** What real kubelets (1.31 to 1.35) say, each with its reason. */
const KNOWN_FAILURES = [
    {
        pattern: /cgroup v1/i,
        reason: {
            cause: 'Since release 1.35 kubelet refuses hosts with cgroup v1.',
            fix: 'Boot the host with cgroup v2, or, knowing what it means, set the input `kubelet-config: "failCgroupV1: false"`.',
        },
    },
    {
        pattern: /running with swap on/i,
        reason: {
            cause: 'kubelet refuses hosts with swap switched on.',
            fix: 'Switch swap off (`swapoff -a`, and in /etc/fstab), or set the input `kubelet-config: "failSwapOn: false"`.',
        },
    },
    {
        pattern: /failed to (load|decode|validate) kubelet config|cannot unmarshal|invalid configuration/i,
        reason: {
            cause: 'The input `kubelet-config` has a value that this kubelet does not take.',
            fix: 'Correct `kubelet-config` and run again.',
        },
    },
    {
        pattern: /bind: address already in use/,
        reason: {
            cause: 'Another program listens on a port of kubelet: an agent of k3s or microk8s, another kubelet, or a service of its own.',
            fix: "Look who it is (`ss -ltnp 'sport = :10248 or sport = :10250'`), stop it or move it to another port, and run again.",
        },
    },
    {
        pattern: /validate service connection|validate CRI v1 \w+ API|runtime service failed/i,
        reason: {
            cause: 'The container runtime does not answer kubelet.',
            fix: 'Look at `systemctl status containerd` (or crio) and `crictl info` on the host, mend what they say, and run again.',
        },
    },
    {
        pattern: /missing content for serving cert/,
        reason: {
            cause: "A power cut left kubelet's own serving certificate empty.",
            fix: 'Run again: an empty one is removed before kubelet is started.',
        },
    },
];

;// CONCATENATED MODULE: ./src/hosts/scripts/give-lead.ts

/** All in hundredths of a second, in which Linux tells its uptime. What a member needs beside its questions, to write its first log. */
const LEAD = 8;
/** For members that do not take the same time to start; no more than they have round trips of their own. */
const ROOM = 12;
const MOST = 300;
/**
 * Bash that gives another member of a new cluster a lead. It needs `nap` of `PAUSE_FUNCTION`.
 *
 * Before a new member does anything else it asks the others, in the order of their peer URLs, whether it has been there before
 * (isMemberBootstrapped in etcd's server/etcdserver/cluster_util.go). It listens by then, and answers only when it is through
 * with that. So members that begin at the same moment wait for each other, a second for each peer (BootstrapTimeoutEffective in
 * server/config/config.go). One that is ahead of them all finds nobody who listens yet, which costs it a round trip for each
 * peer; the others ask it first, and have its answer at once.
 *
 * The round trip is measured by a connection to where that member will listen. Where none is refused nor made within a second
 * no lead is of any use.
 */
function giveLead({ address, peerPort, peers }) {
    return `
uptime_hundredths() { local up; read -r up _ < /proc/uptime; printf -v "$1" %d "$((10#\${up/./}))"; }
uptime_hundredths begun
outcome=0
timeout 1 bash -c '{ exec 3<> "/dev/tcp/$0/$1"; } 2> /dev/null' ${(0,shell/* quote */.h)(address)} ${peerPort} || outcome=$?
uptime_hundredths answered
took=$((answered - begun))
lead=$((${LEAD} + ${peers} * took + (2 * took < ${ROOM} ? 2 * took : ${ROOM})))
left=$(((lead < ${MOST} ? lead : ${MOST}) - took))
if [ "$outcome" != 124 ] && [ "$left" -gt 0 ]; then nap "$((left / 100)).$(printf %02d $((left % 100)))"; fi
`;
}

;// CONCATENATED MODULE: ./src/hosts/scripts/relabel.ts
/** Where the kernel shows SELinux, whether it is enforced or not. */
const SELINUX = '/sys/fs/selinux/enforce';
/**
 * Function of bash: `relabel PATH…` gives files and folders the SELinux labels that the host's policy has for their paths, where it
 * has SELinux. What is made has the label of its folder until then, and a container may not read what is labelled for
 * others: container-selinux has rules of their own for `/var/lib/etcd` and `/etc/kubernetes`. Labels that an administrator
 * has chosen among those that policies leave to him stay (customizable_types(5)). A path without a label is no reason to end.
 */
const RELABEL = `
relabel() {
  if [ $# = 0 ] || ! [ -e ${SELINUX} ] || ! type -p restorecon > /dev/null; then return 0; fi
  restorecon "$@" >&2 || true
  sync -- "$@"
}
`;

;// CONCATENATED MODULE: ./src/hosts/scripts/start-member.ts









/** Exit codes by which the script tells what stopped it. */
const DATA_THERE = 3;
const MANIFEST_CHANGED = 4;
const OTHER_FILESYSTEM = 5;
const CRASHES = 6;
const NOT_READY = 7;
const WITHOUT_PAUSE = 8;
const WITHOUT_POD = 9;
/**
 * Guide step 7: makes the data dir as kubeadm does (0700), and the folder of the log the same, renames the rendered manifest to where kubelet reads it, and
 * waits until etcd says that it is ready, which it does only with a quorum.
 */
function start_member_startMember(start) {
    return {
        title: 'start the member',
        effect: 'changes',
        timeoutMs: (READY_WITHIN + 30) * 1000,
        onProgress: start.onProgress,
        script: `${memberReadyFunctions(start)}
${start.manifestSha256 === undefined ? '' : placeManifest(start, start.manifestSha256)}
${start.replaces === undefined ? '' : start_member_awaitReplaced(start.replaces)}
outcome=0
await_ready${start.hadContainers ? '' : ' none-yet'} || outcome=$?
if [ "$outcome" = 0 ]; then exit 0; fi
etcd_words
case $outcome in
  ${CRASHED}) exit ${CRASHES} ;;
  ${NO_PAUSE}) exit ${WITHOUT_PAUSE} ;;
  ${NO_POD}) exit ${WITHOUT_POD} ;;
  *) exit ${NOT_READY} ;;
esac
`,
    };
}
/** Seconds in which kubelet ends a pod after its start, seen: 1.5. After that it has left it alone. */
const REPLACED_WITHIN = 45;
/** An answer of the runtime that does not come is none: it is asked again. */
function start_member_awaitReplaced(ids) {
    return `
runs_still() {
  local running id
  running=$(cri ps -q --name '^etcd$') || return 0
  for id in ${ids.map(shell/* quote */.h).join(' ')}; do case $running in *"$id"*) return 0 ;; esac; done
  return 1
}
begun=$SECONDS
while [ $((SECONDS - begun)) -lt ${REPLACED_WITHIN} ] && runs_still; do nap 0.2; done
`;
}
function placeManifest(start, sha256) {
    const folders = (0,data_places/* dataFolders */.ij)(start);
    const parents = [...new Set(folders.map((folder) => (0,external_node_path_.dirname)(folder)))];
    return `${RELABEL}
${start.behind === undefined ? '' : giveLead(start.behind)}
folders=(${folders.map(shell/* quote */.h).join(' ')}) parents=(${parents.map(shell/* quote */.h).join(' ')})
if [ -e ${kubeadm_paths/* ETCD_MANIFEST */.jl} ]; then exit ${MANIFEST_CHANGED}; fi
for folder in "\${folders[@]}"; do
  if [ -d "$folder" ] && [ -n "$(ls -A "$folder" | grep -vx lost+found)" ]; then exit ${DATA_THERE}; fi
done
case "$(sha256sum < ${kubeadm_paths/* RENDERED_MANIFEST */.ms})" in ${sha256}*) ;; *) exit ${MANIFEST_CHANGED} ;; esac
for folder in "\${parents[@]}"; do if ! [ -d "$folder" ]; then ( umask 022; mkdir -p -- "$folder" ); fi; done
if ! [ -d ${kubeadm_paths/* MANIFEST_DIR */.Kk} ]; then ( umask 022; mkdir -p -m 0700 -- ${kubeadm_paths/* MANIFEST_DIR */.Kk} ); fi
for folder in "\${folders[@]}"; do if [ -d "$folder" ]; then chmod 0700 -- "$folder"; else mkdir -m 0700 -- "$folder"; fi; done
relabel ${kubeadm_paths/* MANIFEST_DIR */.Kk} "\${folders[@]}"
devices=$(stat -c %d -- ${kubeadm_paths/* MANIFEST_DIR */.Kk} ${kubeadm_paths/* RENDERED_MANIFEST */.ms})
if [ "\${devices%%$'\\n'*}" != "\${devices##*$'\\n'}" ]; then exit ${OTHER_FILESYSTEM}; fi
mv -fT -- ${kubeadm_paths/* RENDERED_MANIFEST */.ms} ${kubeadm_paths/* ETCD_MANIFEST */.jl}
sync -- ${kubeadm_paths/* MANIFEST_DIR */.Kk} "\${parents[@]}" ${(0,shell/* quote */.h)((0,external_node_path_.dirname)(kubeadm_paths/* RENDERED_MANIFEST */.ms))}
`;
}
/** Why a member did not get ready, from the script's exit code and etcd's own last lines. */
function explainMember(result) {
    const last = etcdWords(result.stderr);
    switch (result.code) {
        case DATA_THERE:
            return {
                fact: 'its data dir has been filled since the run began, or the folder of its log; no etcd was started on it.',
                cause: 'Another run, or a person, works on this host at the same time.',
                fix: 'Let the other finish, then run again.',
            };
        case MANIFEST_CHANGED:
            return {
                fact: `${kubeadm_paths/* ETCD_MANIFEST */.jl} or the manifest rendered for it has changed since the run began.`,
                cause: 'Another run, or a person, works on this host at the same time.',
                fix: 'Let the other finish, then run again.',
            };
        case OTHER_FILESYSTEM:
            return {
                fact: `${kubeadm_paths/* MANIFEST_DIR */.Kk} is a file system of its own, so a manifest cannot be put there in one step.`,
                cause: 'It is a mount point.',
                fix: 'Unmount it; kubelet needs a plain folder there.',
            };
        case CRASHES:
            return {
                fact: `etcd ends again and again. Its last words: ${last}`,
                ...whyCrashed(last),
            };
        case WITHOUT_PAUSE:
            return {
                fact: `kubelet can start no pod: ${last}.`,
                ...whyNoPod(last),
            };
        case NOT_READY:
            return {
                fact: `the member was not ready within ${READY_WITHIN} s: ${last}.`,
                ...whyLate(result.stderr),
            };
        case WITHOUT_POD:
            return {
                fact: `kubelet cannot start the pod of etcd: ${last}.`,
                ...whyNoPod(last),
            };
        default:
            return (0,explain_unknown/* explainUnknown */.w)(result);
    }
}

;// CONCATENATED MODULE: ./src/hosts/scripts/deliver-files.ts






/** What lies there was too large to be read, or is no file. */
const UNKNOWN_DIGEST = 'unknown';
/** Exit code: what lies there is not what was seen. */
const CHANGED = 4;
/**
 * Puts files in place over one stream: each is written aside within its own folder, all are fsynced, then renamed in the
 * order given, then their folders are fsynced. Killed anywhere, every path holds either its old or its new contents.
 * A file that is not what was seen is left alone, and with it all others. SELinux labels are restored.
 * Files outside the action's own folder and the pki that are replaced by other contents are kept in
 * {@link REPLACED_DIR}.
 * @param options.forgetReplaced removes them at the end, and what a restart that was cut off has left to go back to: the
 * cluster has been proven healthy. So are folders of patches, but for `patches`, the one that is in use.
 * @throws Error for bytes that bash cannot hold: a file with a zero byte is no text.
 */
function deliverFiles(title, deliveries, options = { forgetReplaced: false }) {
    const binary = deliveries.find(({ bytes }) => bytes.includes(0));
    if (binary !== undefined)
        throw new Error(`${binary.path} is no text`);
    const chunks = deliveries.flatMap(({ path, mode, bytes, replaces }) => [
        Buffer.from(`${mode} ${bytes.length} ${replaces} ${path}\n`),
        bytes,
    ]);
    const head = Buffer.from(`${deliveries.length}\n`);
    const script = options.forgetReplaced ? `${DELIVER}${forgetReplaced(options.patches)}` : DELIVER;
    return { title, effect: 'changes', script, input: Buffer.concat([head, ...chunks]), timeoutMs: 180_000 };
}
/** Why files could not be put in place. */
function explainDelivery(result) {
    if (result.code !== CHANGED)
        return (0,explain_unknown/* explainUnknown */.w)(result);
    return {
        fact: `${(0,last_words/* lastWords */.a)(result.stderr, 1)} has changed since the run looked at it; it was left as it is.`,
        cause: 'A person, or configuration management, works on this host at the same time.',
        fix: 'Let the other finish, then run again.',
    };
}
/** Bash writes the files itself, and each program is called once for many of them: a process costs about a millisecond. */
const DELIVER = `${RELABEL}${KEEP_COPY_FUNCTION}
paths=() texts=() seen=() aside=() left=() missing=() made=() there=()
declare -A of_mode=() holds=() folders=() digests=()
read -r count
while [ $((count--)) -gt 0 ]; do
  read -r mode size replaces path || true
  IFS= read -r -N "$size" text || true
  if [ "\${#text}" != "$size" ]; then echo "$path: the stream ended early" >&2; exit 1; fi
  folder=\${path%/*}
  of_mode[$mode]+=" \${#paths[@]}"
  paths+=("$path") texts+=("$text") seen+=("$replaces") aside+=("$folder/.\${path##*/}.etcd-ha-action")
  holds[$folder]=1
  while [ -n "$folder" ]; do folders[$folder]=1; folder=\${folder%/*}; done
done
for folder in "\${!holds[@]}"; do if ! [ -d "$folder" ]; then missing+=("$folder"); fi; done
for folder in "\${!folders[@]}"; do if ! [ -d "$folder" ]; then made+=("$folder"); fi; done
if [ "\${#missing[@]}" -gt 0 ]; then ( umask 022; mkdir -p -- "\${missing[@]}" ); fi
relabel "\${made[@]}"
if [ -n "\${holds[${kubeadm_paths/* ACTION_DIR */.v4}]-}" ]; then chmod 0700 -- ${(0,shell/* quote */.h)(kubeadm_paths/* ACTION_DIR */.v4)}; fi
# what a delivery that was cut off has left may be a key that is wanted nowhere any more
for folder in "\${!holds[@]}"; do
  for path in "$folder"/.*.etcd-ha-action; do if [ -e "$path" ] || [ -L "$path" ]; then left+=("$path"); fi; done
done
if [ "\${#left[@]}" -gt 0 ]; then rm -f -- "\${left[@]}"; fi
umask 077
for i in "\${!paths[@]}"; do printf %s "\${texts[i]}" > "\${aside[i]}"; done
chown 0:0 -- "\${aside[@]}"
unset 'of_mode[600]' # that is how they were made
for mode in "\${!of_mode[@]}"; do
  group=()
  for i in \${of_mode[$mode]}; do group+=("\${aside[i]}"); done
  chmod "$mode" -- "\${group[@]}"
done
# What is replaced must be what the run has decided on, or be what it would put there anyway.
for i in "\${!paths[@]}"; do
  case \${seen[i]} in
    ${UNKNOWN_DIGEST} | absent) ;;
    *) if [ -f "\${paths[i]}" ]; then there+=("\${paths[i]}"); fi ;;
  esac
done
if [ "\${#there[@]}" -gt 0 ]; then
  while read -r digest path; do digests[$path]=$digest; done < <(sha256sum -- "\${there[@]}")
fi
for i in "\${!paths[@]}"; do
  path=\${paths[i]}
  case \${seen[i]} in
    ${UNKNOWN_DIGEST}) continue ;;
    absent) [ -e "$path" ] || continue ;;
    *) if [ "\${digests[$path]-}" = "\${seen[i]}" ]; then continue; fi ;;
  esac
  if ! cmp -s -- "$path" "\${aside[i]}"; then
    echo "$path" >&2
    rm -f -- "\${aside[@]}"
    exit ${CHANGED}
  fi
done
for i in "\${!paths[@]}"; do
  path=\${paths[i]}
  case $path in ${(0,shell/* quote */.h)(kubeadm_paths/* PKI_DIR */.Hw)}/* | ${(0,shell/* quote */.h)(kubeadm_paths/* ACTION_DIR */.v4)}/*) continue ;; esac
  if [ -f "$path" ] && ! cmp -s -- "$path" "\${aside[i]}"; then
    keep_copy "$path"
  fi
done
sync -- "\${aside[@]}"
for i in "\${!paths[@]}"; do mv -fT -- "\${aside[i]}" "\${paths[i]}"; done
relabel "\${paths[@]}"
sync -- "\${!folders[@]}"
`;
/** @param patches the folder of patches in use; absent: there are none. */
function forgetReplaced(patches = kubeadm_paths/* PATCHES_DIR */.rf) {
    return `
stale=()
for path in ${(0,shell/* quote */.h)(kubeadm_paths/* REPLACED_DIR */.lw)} ${(0,shell/* quote */.h)(kubeadm_paths/* RENDERED_MANIFEST */.ms)}; do if [ -e "$path" ]; then stale+=("$path"); fi; done
if [ -e ${(0,shell/* quote */.h)(kubeadm_paths/* ETCD_MANIFEST */.jl)} ] && [ -e ${(0,shell/* quote */.h)(kubeadm_paths/* OUTGOING_MANIFEST */.Fc)} ]; then stale+=(${(0,shell/* quote */.h)(kubeadm_paths/* OUTGOING_MANIFEST */.Fc)}); fi
for folder in ${(0,shell/* quote */.h)(kubeadm_paths/* PATCHES_DIR */.rf)}/*; do
  if [ -d "$folder" ] && [ "$folder" != ${(0,shell/* quote */.h)(patches)} ]; then stale+=("$folder"); fi
done
if [ "\${#stale[@]}" -gt 0 ]; then rm -rf -- "\${stale[@]}"; fi
if [ -d ${(0,shell/* quote */.h)(kubeadm_paths/* PATCHES_DIR */.rf)} ]; then rmdir -- ${(0,shell/* quote */.h)(kubeadm_paths/* PATCHES_DIR */.rf)} 2> /dev/null || sync -- ${(0,shell/* quote */.h)(kubeadm_paths/* PATCHES_DIR */.rf)}; fi
if [ "\${#stale[@]}" -gt 0 ]; then sync -- ${(0,shell/* quote */.h)(kubeadm_paths/* ACTION_DIR */.v4)}; fi
`;
}

;// CONCATENATED MODULE: ./src/road/steps/deliver.ts






const STATE_RECORD = { path: kubeadm_paths/* STATE_FILE */.bv, mode: '600', content: { from: 'state' } };
/** Puts the files of a step in place; what they replace must be what the run has seen. */
function deliver({ host, files }, context) {
    return put(host, files, 'bootstrapping', context);
}
/** Writes down that the host is a member, and forgets what was kept for going back. */
function record({ host }, context) {
    return put(host, [STATE_RECORD], 'member', context);
}
async function put(host, files, phase, context) {
    const { material } = context;
    const digests = digestsOf(context, host);
    const found = material.found.get(host) ?? new Map();
    const deliveries = [];
    for (const { path, mode, content } of files) {
        const text = await deliver_contentOf(content, host, phase, context);
        deliveries.push({ path, mode, bytes: Buffer.from(text, 'utf8'), replaces: found.get(path) ?? 'absent' });
        // The record lists all other files, and so cannot hold a digest of itself.
        if (path !== kubeadm_paths/* STATE_FILE */.bv)
            digests.set(path, sha256(text));
        if (isPublic(content))
            material.publicFiles.get(host)?.set(path, text);
    }
    const { patches: written, walDir } = context.plan.shape;
    const patches = (0,kubeadm_patches/* patchFolder */.h_)((0,kubeadm_patches/* allPatches */.My)(written, walDir));
    return {
        script: deliverFiles('deliver files', deliveries, {
            forgetReplaced: phase === 'member',
            ...(patches !== undefined && { patches }),
        }),
        explain: explainDelivery,
        succeeded: () => {
            for (const { path, bytes } of deliveries)
                found.set(path, sha256(bytes));
        },
    };
}
function isPublic(content) {
    return content.from === 'text' || (content.from !== 'state' && content.part === 'certificate');
}
async function deliver_contentOf(content, host, phase, context) {
    const { material } = context;
    switch (content.from) {
        case 'text':
            return content.text;
        case 'authority': {
            if (content.part === 'key')
                return (await material.signer).keyPem;
            return (await material.authority).certificatePem;
        }
        case 'leaf': {
            const leaf = (await material.leaves.get(host))?.[content.name];
            if (leaf === undefined)
                throw new Error(`no ${content.name} certificate is issued for ${host}`);
            return content.part === 'key' ? leaf.keyPem : leaf.certificatePem;
        }
        case 'state':
            return formatHostState(await stateOf(host, phase, context));
    }
}
async function stateOf(host, phase, context) {
    const { plan, material } = context;
    const { name, address } = memberOf(context, host);
    const clientCopy = await clientCopyOf(host, context);
    return {
        schema: 1,
        cluster: {
            name: plan.clusterName,
            token: plan.shape.token,
            caFingerprint: (await material.authority).fingerprint,
            ...(plan.keyKeeper === undefined ? { caCustody: 'input-only' } : {}),
        },
        member: { name, address },
        phase,
        kubernetesVersion: plan.kubernetesVersions.get(host) ?? '',
        files: Object.fromEntries(digestsOf(context, host)),
        ...(clientCopy === undefined ? {} : { clientCopy }),
    };
}
async function clientCopyOf(host, { plan, material, now }) {
    const planned = plan.clientCopies.get(host);
    if (planned === undefined || !('renewed' in planned))
        return planned;
    const leaf = (await material.leaves.get(host))?.apiserverEtcdClient;
    if (leaf === undefined)
        throw new Error(`no client certificate is issued for ${host}`);
    return {
        fingerprint: leaf.certificate.fingerprint256,
        renewedAt: now.toISOString(),
        oldEndsAt: planned.oldEndsAt,
    };
}

;// CONCATENATED MODULE: ./src/etcd/etcd-error.ts

/** A request to a member failed, already in words for the user. */
class EtcdError extends Error {
    kind;
    reason;
    finding;
    constructor(failure, options) {
        super((0,src_findings/* describeFinding */.jb)(failure.finding), options);
        this.name = 'EtcdError';
        this.kind = failure.kind;
        this.reason = failure.reason;
        this.finding = failure.finding;
    }
}
/** Puts the words together; every failure of this room is made here. */
function etcdError(place, failure, options) {
    const { kind, reason, ...words } = failure;
    return new EtcdError({ kind, reason, finding: { ...words, host: place.name, at: 'etcd' } }, options);
}

;// CONCATENATED MODULE: ./src/etcd/gateway-errors.ts


/** gRPC status codes that the gateway puts into its error bodies (grpc/codes). */
const GRPC = { deadlineExceeded: 4, permissionDenied: 7, unavailable: 14 };
/** etcd's words for a request that found no leader or no majority in time (api/v3rpc/rpctypes/error.go). */
const NO_QUORUM = /etcdserver: (no leader|leader changed|request timed out)|context deadline exceeded/;
/** etcd's words when leadership was not handed over (api/v3rpc/rpctypes/error.go). */
const NOT_HANDED_OVER = [
    {
        said: /etcdserver: not leader/,
        cause: 'Another member leads by now: there was an election in between.',
        fix: 'Look which member leads and ask that one, if it is still needed.',
    },
    {
        said: /etcdserver: bad leader transferee/,
        cause: 'The member that was to take over is a learner, or no member any more.',
        fix: 'Name a voting member.',
    },
];
/** Authentication is on and the request carries no token that etcd knows. */
const NO_TOKEN = /etcdserver: (user name is empty|invalid auth token)/;
/** The gateway's refusal of any client certificate with a common name while authentication is on (embed/serve.go). */
const COMMON_NAME = 'CommonName of client sending a request against gateway';
/**
 * Puts words to an answer that is not 200. The body is {error, message, code} in etcd 3.4 and 3.5 (grpc-gateway 1),
 * {code, message, details} from 3.6 on (grpc-gateway 2), and plain text where the request did not reach the gateway.
 */
function gatewayError(place, request, answer) {
    const body = parseErrorBody(answer.body);
    if (body === undefined)
        return plainTextError(place, request, answer);
    const { code, message } = body;
    const notHandedOver = NOT_HANDED_OVER.find(({ said }) => said.test(message));
    if (notHandedOver !== undefined) {
        const fact = `${place.endpoint} did not hand leadership over: "${message}".`;
        const { cause, fix } = notHandedOver;
        return etcdError(place, { kind: 'rejected', reason: message, fact, cause, fix });
    }
    if (code === GRPC.deadlineExceeded || NO_QUORUM.test(message)) {
        return etcdError(place, {
            kind: 'no-leader',
            reason: message,
            fact: `${place.endpoint} could not complete ${request}: "${message}".`,
            cause: 'The member reaches no leader: a majority of the members is down or cut off from it, or an election is under way.',
            fix: 'Start the members that are down and check that the peer ports reach each other; then look again.',
        });
    }
    if (code === GRPC.permissionDenied)
        return authenticationIsOn(place, 'permission-denied', request, message);
    if (NO_TOKEN.test(message))
        return authenticationIsOn(place, 'rejected', request, message);
    // Unavailable in other words than etcd's own: the gateway failed to dial the member that it is part of.
    if (code === GRPC.unavailable && !message.startsWith('etcdserver: ')) {
        return etcdError(place, {
            kind: 'rejected',
            reason: message,
            fact: `The gateway of ${place.endpoint} cannot reach its own member: "${message}".`,
            cause: 'The gateway dials its member with server.crt as client certificate; most often that lacks the usage clientAuth.',
            fix: 'Have the server certificate made anew with serverAuth and clientAuth, as kubeadm does.',
        });
    }
    return etcdError(place, {
        kind: 'rejected',
        reason: message,
        fact: `${place.endpoint} refused ${request}: "${message}" (code ${code}, HTTP ${answer.status}).`,
        fix: "The member's log of this moment says more.",
    });
}
/** The answer is 200 but not what this request is answered with. */
function unexpectedAnswer(place, request, what) {
    return etcdError(place, {
        kind: 'unexpected-answer',
        reason: `unexpected answer: ${what}`,
        fact: `${place.endpoint} answered ${request} in an unknown form: ${what}.`,
        cause: 'Something else than etcd 3.4 or later listens there, or a proxy changes the answers.',
        fix: `Ask it yourself: \`curl --cacert … --cert … --key … ${place.endpoint}/version\`.`,
    });
}
function authenticationIsOn(place, kind, request, message) {
    return etcdError(place, {
        kind,
        reason: message,
        fact: `${place.endpoint} denies ${request}: "${message}".`,
        cause: "etcd's authentication is on, and its gateway then takes no client certificate that has a common name.",
        fix: 'Turn it off (`etcdctl auth disable`): kubeadm guards etcd by client certificates alone.',
    });
}
function plainTextError(place, request, answer) {
    const text = (0,printable/* printable */.g)(/^"(.*)"$/s.exec(answer.body.trim())?.[1] ?? answer.body, 200);
    if (text.includes(COMMON_NAME))
        return authenticationIsOn(place, 'rejected', request, text);
    return unexpectedAnswer(place, request, `HTTP ${answer.status} "${text}"`);
}
function parseErrorBody(body) {
    let parsed;
    try {
        parsed = JSON.parse(body);
    }
    catch {
        return undefined;
    }
    if (typeof parsed !== 'object' || parsed === null)
        return undefined;
    const { code, message, error } = parsed;
    const text = typeof message === 'string' ? message : error;
    if (typeof text !== 'string')
        return undefined;
    return { code: typeof code === 'number' ? code : 0, message: (0,printable/* printable */.g)(text) };
}

// EXTERNAL MODULE: external "node:tls"
var external_node_tls_ = __webpack_require__(41692);
// EXTERNAL MODULE: external "node:http2"
var external_node_http2_ = __webpack_require__(32467);
// EXTERNAL MODULE: ./src/last-bytes.ts
var last_bytes = __webpack_require__(93513);
;// CONCATENATED MODULE: ./src/etcd/open-connection.ts


/**
 * Bytes that may be on their way here unread. Metrics are some 200 KB: with the 64 KB that RFC 9113 begins with, the
 * member would have to wait for us twice and more before it has sent them.
 */
const WINDOW_BYTES = 4 * 1024 * 1024;
/** The longest answer to a request that does not say otherwise, in bytes; a key holds 1.5 MiB at most. */
const MOST_BYTES = 8 * 1024 * 1024;
/** The answer is longer than it may be. */
class AnswerTooLong extends Error {
    name = 'AnswerTooLong';
    /** Bytes. */
    limit;
    constructor(limit) {
        super(`the answer is longer than ${limit} bytes`);
        this.limit = limit;
    }
}
/** HTTP/2 over one TLS session: as many requests at once as there are. */
class OpenConnection {
    #stream;
    #socket;
    #session;
    #onEnd;
    #requests = 0;
    #underWay = 0;
    #answers = 0;
    #retired = false;
    /**
     * @param stream what is under the socket; it ends with the connection.
     * @param socket after its handshake, in which HTTP/2 was agreed on.
     * @param url the member's client URL.
     * @param onEnd called when it has ended, for whatever reason; possibly more than once.
     */
    constructor(stream, socket, url, onEnd) {
        this.#stream = stream;
        this.#socket = socket;
        this.#onEnd = onEnd;
        this.#session = (0,external_node_http2_.connect)(url, {
            createConnection: () => socket,
            settings: { enablePush: false, initialWindowSize: WINDOW_BYTES },
        });
        this.#session.setLocalWindowSize(WINDOW_BYTES);
        // Requests hear of errors by their own streams; between requests nobody else would listen.
        this.#session.on('error', () => undefined);
        // Node by itself takes no further requests then, but keeps the stream open until the member has ended it.
        this.#session.on('goaway', () => this.retire());
        this.#session.on('close', () => this.end());
    }
    /** Whether a request may be begun on it, as far as is known here. */
    get isUsable() {
        if (this.#retired || this.#session.closed || this.#session.destroyed)
            return false;
        return !this.#socket.destroyed && !this.#stream.destroyed;
    }
    /** Whether any request was answered on it: if so, the member has accepted our certificate. */
    get hasAnswered() {
        return this.#answers > 0;
    }
    /** Takes no further requests, and ends as soon as none is under way; not before there was one. */
    retire() {
        this.#retired = true;
        if (this.#requests > 0)
            this.#endIfDone();
    }
    /**
     * Sends one request beside those that are under way. When its time passes it is cancelled alone; but a connection on
     * which nothing at all was answered since it was sent may be dead, and takes no further requests.
     * @throws EtcdError the deadline's; AnswerTooLong, and the connection is ended then; what Node tells of the end of the
     * connection, or of this request.
     */
    async ask(request, deadline) {
        deadline.phase = 'answer';
        const answersBefore = this.#answers;
        this.#requests += 1;
        this.#underWay += 1;
        try {
            return await this.#exchange(request, deadline.signal);
        }
        catch (error) {
            if (error instanceof AnswerTooLong)
                this.end();
            if (!deadline.expired)
                throw error;
            if (this.#answers === answersBefore)
                this.retire();
            throw deadline.error();
        }
        finally {
            this.#underWay -= 1;
            this.#endIfDone();
        }
    }
    /** Ends it with whatever is under way on it. Safe to call twice. */
    end() {
        this.#session.destroy();
        this.#socket.destroy();
        this.#stream.destroy();
        this.#onEnd();
    }
    #endIfDone() {
        if (this.#underWay === 0 && !this.isUsable)
            this.end();
    }
    #exchange({ method, path, body, mostBytes }, signal) {
        const payload = body === undefined ? undefined : Buffer.from(JSON.stringify(body));
        const sent = this.#session.request({
            ':method': method,
            ':path': path,
            accept: 'application/json',
            ...(payload && { 'content-type': 'application/json', 'content-length': payload.length }),
        }, { signal, endStream: payload === undefined });
        if (payload !== undefined)
            sent.end(payload);
        sent.once('response', () => {
            this.#answers += 1;
        });
        return answerOf(sent, mostBytes ?? MOST_BYTES);
    }
}
/** The other side, or we, ended the connection without saying why. */
function endedError() {
    return Object.assign(new Error('the connection was closed'), { code: 'ECONNRESET' });
}
/**
 * The whole answer. A stream that is reset or cut off ends as well, but is destroyed by then.
 * @throws AnswerTooLong as soon as more than `mostBytes` have come.
 */
function answerOf(sent, mostBytes) {
    return new Promise((resolve, reject) => {
        const body = new last_bytes/* LastBytes */.A(mostBytes);
        let status = 0;
        sent.once('response', (headers) => {
            status = headers[':status'] ?? 0;
        });
        sent.on('data', (chunk) => {
            if (body.total + chunk.length <= mostBytes)
                body.push(chunk);
            else
                reject(new AnswerTooLong(mostBytes));
        });
        sent.on('error', reject);
        sent.once('end', () => {
            if (!sent.destroyed)
                resolve({ status, body: body.bytes.toString('utf8') });
        });
        sent.once('close', () => reject(endedError()));
    });
}

;// CONCATENATED MODULE: ./src/etcd/connection-errors.ts




const OTHER_AUTHORITY = new Set([
    'CERT_SIGNATURE_FAILURE',
    'DEPTH_ZERO_SELF_SIGNED_CERT',
    'SELF_SIGNED_CERT_IN_CHAIN',
    'UNABLE_TO_GET_ISSUER_CERT',
    'UNABLE_TO_GET_ISSUER_CERT_LOCALLY',
    'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
]);
/** The last ones are those of a request alone that the member gave up, and of a member that is about to leave. */
const LOST = new Set([
    'ECONNRESET',
    'ECONNABORTED',
    'EPIPE',
    'ERR_STREAM_PREMATURE_CLOSE',
    'ERR_STREAM_DESTROYED',
    'ERR_HTTP2_GOAWAY_SESSION',
    'ERR_HTTP2_INVALID_SESSION',
    'ERR_HTTP2_SESSION_ERROR',
    'ERR_HTTP2_STREAM_CANCEL',
    'ERR_HTTP2_STREAM_ERROR',
]);
/** Whether the error says that an established connection, or a request on it, ended, so that another may do. */
function isConnectionLost(error) {
    return LOST.has(errorCode(error));
}
/** Whether the request was not begun on (RFC 9113, section 8.7): it may be sent again, whatever it does. */
function isRefusedUnseen(error) {
    return (errorCode(error) === 'ERR_HTTP2_STREAM_ERROR' && (0,src_findings/* errorMessage */.gJ)(error).includes('NGHTTP2_REFUSED_STREAM'));
}
/** The deadline passed; what that means depends on how far the request had come. */
function timeoutError(place, phase, timeoutMs) {
    const within = `within ${formatGoDuration(Math.round(timeoutMs * 1e6))}`;
    // clientv3 says this for every request that did not end in time, so do we.
    const reason = 'context deadline exceeded';
    switch (phase) {
        case 'unsent':
            return etcdError(place, {
                kind: 'timeout',
                reason,
                fact: `A request to ${place.endpoint} was not sent: the time for it was over before.`,
                cause: 'What came before it took too long: the member answers slowly or not at all.',
                fix: 'See what is said of the earlier requests.',
            });
        case 'open':
            return etcdError(place, {
                kind: 'timeout',
                reason,
                fact: `No TCP connection to ${place.endpoint} ${within}.`,
                cause: 'The host is down, or a firewall drops packets to the client port without refusing them.',
                fix: 'Check that the host is up and that the client port is open to the machine that connects.',
            });
        case 'handshake':
            return etcdError(place, {
                kind: 'timeout',
                reason,
                fact: `${place.endpoint} accepts connections but did not answer the TLS handshake ${within}.`,
                cause: 'etcd serves clients only once its member is ready; at the first start that takes a majority of the members. ' +
                    'A hung process or an overloaded host looks the same.',
                fix: "Start the other members and check that the peer ports reach each other; the member's log says what it waits for.",
            });
        case 'answer':
            return etcdError(place, {
                kind: 'timeout',
                reason,
                fact: `${place.endpoint} did not answer the request ${within}.`,
                cause: 'No majority of the members is reachable from this one, or its disk or CPU is overloaded.',
                fix: "Check that a majority of the members runs, that peers reach each other, and the disk's fsync latency.",
            });
    }
}
/** Puts words to whatever the stream, node:tls or node:http2 threw. */
function connectionError(place, phase, error) {
    if (error instanceof EtcdError)
        return error;
    const options = { cause: error };
    if (error instanceof AnswerTooLong)
        return etcdError(place, tooLongWords(place, error), options);
    if (phase === 'open')
        return etcdError(place, unreachable(place, error), options);
    const code = errorCode(error);
    const words = serverCertificateWords(place, code, error) ??
        clientCertificateWords(place, code) ??
        tlsWords(place, code, error) ??
        lostWords(place, phase, error);
    return etcdError(place, words, options);
}
function tooLongWords(place, { limit }) {
    return {
        kind: 'unexpected-answer',
        reason: `the answer is longer than ${limit / 1024 ** 2} MiB`,
        fact: `${place.endpoint} sent more than ${limit / 1024 ** 2} MiB in one answer; the connection was closed, and the rest was not read.`,
        cause: 'No etcd answers so: another program has the port, or the host cannot be trusted.',
        fix: 'Look at what holds the port on that host: `ss -ltnp`.',
    };
}
function unreachable(place, error) {
    const told = connection_errors_findingOf(error);
    if (told !== undefined) {
        return { kind: 'unreachable', reason: withoutStop(told.fact), ...told };
    }
    if (errorCode(error) === 'ECONNREFUSED') {
        return {
            kind: 'unreachable',
            reason: 'connection refused',
            fact: `Nothing listens at ${place.endpoint} (connection refused).`,
            cause: 'etcd is not running: its static pod was not started, or the container ends again and again.',
            fix: 'Look at the etcd container on that host: `crictl ps -a --name etcd` and `crictl logs` of the newest.',
        };
    }
    return {
        kind: 'unreachable',
        reason: (0,src_findings/* errorMessage */.gJ)(error),
        fact: `No connection to ${place.endpoint}: ${(0,src_findings/* errorMessage */.gJ)(error)}.`,
        cause: 'The host is down, or there is no route to it.',
        fix: 'Check that the host is up and that its address is the one in the inputs.',
    };
}
function serverCertificateWords(place, code, error) {
    const kind = 'server-certificate';
    if (OTHER_AUTHORITY.has(code)) {
        return {
            kind,
            reason: 'certificate signed by unknown authority',
            fact: `The server certificate of ${place.endpoint} is not signed by this cluster's CA (${code}).`,
            cause: 'The host holds certificates of another CA, most often left over from an earlier cluster.',
            fix: 'Compare /etc/kubernetes/pki/etcd/ca.crt of the hosts by `openssl x509 -noout -fingerprint -sha256`; ' +
                'all must be equal and the leaves signed by it.',
        };
    }
    if (code === 'CERT_HAS_EXPIRED') {
        return {
            kind,
            reason: 'certificate has expired',
            fact: `The server certificate of ${place.endpoint}, or the CA that signed it, has expired.`,
            cause: 'kubeadm makes etcd certificates for one year and nothing renewed them; or the clock here runs ahead.',
            fix: 'Renew the certificates (server, peer and both client pairs); if only the clock is off, correct it.',
        };
    }
    if (code === 'CERT_NOT_YET_VALID') {
        return {
            kind,
            reason: 'certificate is not yet valid',
            fact: `The server certificate of ${place.endpoint} is not valid yet.`,
            cause: 'The clock here is behind the clock of the machine that made the certificate by more than 5 minutes.',
            fix: 'Synchronise the clocks (NTP) and try again.',
        };
    }
    if (code === 'ERR_TLS_CERT_ALTNAME_INVALID') {
        return {
            kind,
            reason: 'certificate is not valid for this address',
            fact: `The server certificate of ${place.endpoint} does not name that address (${(0,src_findings/* errorMessage */.gJ)(error)}).`,
            cause: 'The host got another address since the certificate was made, or the address in the inputs is another one.',
            fix: "Use the address that is in the certificate's SAN, or have the server and peer certificates made anew.",
        };
    }
    if (code === 'INVALID_PURPOSE') {
        return {
            kind,
            reason: 'certificate specifies an incompatible key usage',
            fact: `The certificate that ${place.endpoint} serves may not be used by a server (no serverAuth).`,
            cause: 'A client certificate stands in the place of /etc/kubernetes/pki/etcd/server.crt.',
            fix: 'Put the server pair back, with the usages serverAuth and clientAuth.',
        };
    }
    return undefined;
}
function clientCertificateWords(place, code) {
    const alert = /ALERT_(.*CERTIFICATE.*|UNKNOWN_CA|ACCESS_DENIED|DECRYPT_ERROR)$/.exec(code)?.[1];
    if (alert !== undefined) {
        const said = alert.toLowerCase().replaceAll('_', ' ');
        const expired = alert.includes('EXPIRED');
        return {
            kind: 'client-certificate',
            reason: `remote error: tls: ${said}`,
            fact: `${place.endpoint} does not accept the client certificate (TLS alert: ${said}).`,
            cause: expired
                ? "The client certificate has expired, or the host's clock is wrong."
                : "The client certificate is not signed by a CA in the member's trusted-ca-file, has expired, or lacks the usage clientAuth.",
            fix: expired
                ? "Renew the client certificate; check the host's clock."
                : "Check healthcheck-client.crt against the host's etcd/ca.crt: `openssl verify -purpose sslclient -CAfile ca.crt`.",
        };
    }
    if (/KEY_VALUES_MISMATCH|^ERR_OSSL_/.test(code)) {
        return {
            kind: 'client-certificate',
            reason: 'client certificate and key cannot be used',
            fact: `The client certificate, its key or the CA cannot be loaded (${code}).`,
            cause: 'The key belongs to another certificate, or the PEM text is cut or damaged.',
            fix: 'Bring certificate and key of the same pair, complete with their BEGIN and END lines.',
        };
    }
    return undefined;
}
/** The handshake is done, and HTTP/2 was not agreed on in it. */
function noHttp2Error(place) {
    return etcdError(place, noHttp2Words(place));
}
function noHttp2Words(place) {
    return {
        kind: 'tls',
        reason: 'the server does not speak HTTP/2',
        fact: `What listens at ${place.endpoint} speaks TLS, but not HTTP/2 as every etcd since 3.4 does.`,
        cause: 'Another program has the port, or something between here and etcd ends TLS.',
        fix: 'Look at what holds the port on that host: `ss -ltnp`.',
    };
}
function tlsWords(place, code, error) {
    if (code.endsWith('NO_APPLICATION_PROTOCOL'))
        return noHttp2Words(place);
    if (!/^(ERR_SSL_|ERR_TLS_|EPROTO)/.test(code))
        return undefined;
    const plain = /WRONG_VERSION_NUMBER|PACKET_LENGTH_TOO_LONG|HTTP_REQUEST|UNKNOWN_PROTOCOL/.test(code);
    return {
        kind: 'tls',
        reason: plain ? 'the server does not speak TLS' : withoutStop((0,src_findings/* errorMessage */.gJ)(error)),
        fact: plain
            ? `What listens at ${place.endpoint} does not speak TLS (${code}).`
            : `No TLS session with ${place.endpoint}: ${(0,src_findings/* errorMessage */.gJ)(error)} (${code}).`,
        cause: plain
            ? 'etcd was started with http:// client URLs, or another program has the port.'
            : 'The two sides have no TLS version or cipher in common (TLS 1.2 is the least used here).',
        fix: plain
            ? 'Look at listen-client-urls in the etcd manifest of that host, and at what holds the port: `ss -ltnp`.'
            : 'Check cipher-suites and the tls-min-version and tls-max-version flags of etcd on that host.',
    };
}
function lostWords(place, phase, error) {
    const where = phase === 'handshake' ? 'in the TLS handshake' : 'before the answer was complete';
    return {
        kind: 'connection-lost',
        reason: withoutStop((0,src_findings/* errorMessage */.gJ)(error)),
        fact: `${place.endpoint} ended the connection ${where} (${(0,src_findings/* errorMessage */.gJ)(error)}).`,
        cause: 'The member stopped or restarts; a refused client certificate can look the same.',
        fix: "Look at the member's log of this moment: it names refused certificates (`rejected connection`) and its own stop.",
    };
}
/** Words that the stream's own maker already found (a transport's HostError carries them). */
function connection_errors_findingOf(error) {
    const finding = property(error, 'finding');
    return typeof finding === 'object' && finding !== null ? finding : undefined;
}
function errorCode(error) {
    const code = property(error, 'code');
    return typeof code === 'string' ? code : '';
}
function property(value, name) {
    return typeof value === 'object' && value !== null ? Reflect.get(value, name) : undefined;
}
function withoutStop(text) {
    return text.replace(/\.$/, '');
}

;// CONCATENATED MODULE: ./src/etcd/trust.ts
/**
 * How TLS takes the CA certificate of the cluster: as Go does, for which each certificate in ca.crt is an anchor, a CA below
 * a root too. OpenSSL would look further up by itself, and not find the root.
 */
const TRUST_AS_GO_DOES = { allowPartialTrustChain: true };

;// CONCATENATED MODULE: ./src/etcd/connection-attempt.ts





const GIVEN_UP = 'the attempt was given up';
/**
 * One connection in the making, and what became of it. All requests that come meanwhile wait for it together, each for no
 * longer than its own time; when nobody waits any more it is given up.
 */
class ConnectionAttempt {
    #options;
    #onEnd;
    #waiting = new Set();
    #given = Promise.withResolvers();
    #phase = 'handshake';
    #stream;
    #socket;
    #connection;
    #isWanted = false;
    #isTaken = false;
    #hasEnded = false;
    /**
     * Begins at once.
     * @param onEnd called when the attempt has failed or its connection has ended; possibly more than once.
     */
    constructor(options, maxVersion, onEnd) {
        this.#options = options;
        this.#onEnd = onEnd;
        this.#given.promise.catch(() => undefined);
        this.#make(maxVersion).then(this.#given.resolve, (error) => {
            this.#given.reject(connectionError(options.place, this.#phase, error));
            this.end();
        });
    }
    /** Whether a request may count on it, as far as is known here. */
    get isUsable() {
        return !this.#hasEnded && (this.#connection?.isUsable ?? true);
    }
    /**
     * The connection, once it is there.
     * @throws EtcdError the deadline's, or why there is none.
     */
    async join(deadline) {
        deadline.phase = this.#phase;
        this.#waiting.add(deadline);
        try {
            const connection = await deadline.orExpiry(this.#given.promise);
            this.#isTaken = true;
            return connection;
        }
        finally {
            this.#waiting.delete(deadline);
            if (!this.#isTaken && this.#waiting.size === 0)
                this.end();
        }
    }
    /** Ends the attempt, or the connection with whatever is under way on it. Safe to call twice. */
    end() {
        this.#hasEnded = true;
        this.#given.reject(new Error(GIVEN_UP));
        this.#connection?.end();
        this.#socket?.destroy();
        this.#stream?.destroy();
        this.#onEnd();
    }
    async #make(maxVersion) {
        const { address, credentials, place } = this.#options;
        // OpenSSL passes over a CA that it cannot read; this throws.
        new external_node_crypto_.X509Certificate(credentials.caPem);
        const secureContext = (0,external_node_tls_.createSecureContext)({
            ca: credentials.caPem,
            ...TRUST_AS_GO_DOES,
            cert: credentials.certificatePem,
            key: credentials.keyPem,
            minVersion: 'TLSv1.2',
            maxVersion,
        });
        this.#enter('open');
        const stream = await this.#options.open();
        stream.on('error', () => undefined);
        this.#stream = stream;
        if (this.#hasEnded) {
            stream.destroy();
            throw new Error(GIVEN_UP);
        }
        stream.on('wanted', () => {
            this.#isWanted = true;
            this.#connection?.retire();
        });
        this.#enter('handshake');
        const socket = (0,external_node_tls_.connect)({
            socket: stream,
            secureContext,
            // With no server name given, `host` is what the certificate is checked against (an IP SAN).
            host: address,
            ALPNProtocols: ['h2'],
        });
        this.#socket = socket;
        await handshake(socket);
        // The end may have come right behind it.
        if (socket.destroyed)
            throw endedError();
        if (socket.alpnProtocol !== 'h2')
            throw noHttp2Error(place);
        this.#connection = new OpenConnection(stream, socket, place.endpoint, this.#onEnd);
        if (this.#isWanted)
            this.#connection.retire();
        return this.#connection;
    }
    #enter(phase) {
        this.#phase = phase;
        for (const deadline of this.#waiting)
            deadline.phase = phase;
    }
}
function handshake(socket) {
    return new Promise((resolve, reject) => {
        socket.once('secureConnect', resolve);
        // Listened to for good: what comes late must not end the process.
        socket.on('error', reject);
        socket.once('close', () => reject(endedError()));
    });
}

;// CONCATENATED MODULE: ./src/etcd/deadline.ts

/** The end of one request's time, and how far it had come by then. */
class Deadline {
    phase = 'unsent';
    signal;
    #controller = new AbortController();
    #place;
    #timeoutMs;
    #startedAt = performance.now();
    #timer;
    #outer;
    #expire = () => {
        this.#controller.abort();
    };
    constructor(place, limit) {
        this.#place = place;
        this.#timeoutMs = limit.timeoutMs;
        this.signal = this.#controller.signal;
        this.#timer = setTimeout(this.#expire, limit.timeoutMs);
        this.#outer = limit.signal;
        if (limit.signal?.aborted === true)
            this.#expire();
        limit.signal?.addEventListener('abort', this.#expire);
    }
    get expired() {
        return this.signal.aborted;
    }
    error() {
        const waitedMs = Math.round(performance.now() - this.#startedAt);
        return timeoutError(this.#place, this.phase, Math.min(waitedMs, this.#timeoutMs));
    }
    throwIfExpired() {
        if (this.expired)
            throw this.error();
    }
    /** What the promise gives, unless the time passes first. */
    async orExpiry(promise) {
        const expiry = Promise.withResolvers();
        const expire = () => {
            expiry.reject(this.error());
        };
        if (this.expired)
            expire();
        this.signal.addEventListener('abort', expire);
        try {
            return await Promise.race([promise, expiry.promise]);
        }
        finally {
            this.signal.removeEventListener('abort', expire);
        }
    }
    clear() {
        clearTimeout(this.#timer);
        this.#outer?.removeEventListener('abort', this.#expire);
    }
}

;// CONCATENATED MODULE: ./src/etcd/gateway-connection.ts




/**
 * HTTP/2 over one TLS connection to one member, over any byte stream. Any number of requests share it at once. It is
 * made with the first of them, and made anew when it has ended or takes no further ones: when the member says that it is
 * about to end it, when its stream is wanted by others, or when nothing was answered on it for the whole time of a
 * request. What is under way on it by then goes on to its end.
 */
class GatewayConnection {
    #options;
    /** All that have not ended; more than one only while requests are under way on one that takes no further ones. */
    #attempts = new Set();
    /** Why a connection ended before anything was answered on it; all of its requests ask that together. */
    #secondLooks = new WeakMap();
    #latest;
    #closed = false;
    constructor(options) {
        this.#options = options;
    }
    /**
     * May be called while other requests are under way; none waits for another.
     * @throws EtcdError when no answer came; an answer of any status is no error here.
     */
    async send(request, limit) {
        const deadline = new Deadline(this.#options.place, limit);
        try {
            return await this.#exchange(request, deadline);
        }
        catch (error) {
            throw connectionError(this.#options.place, deadline.phase, error);
        }
        finally {
            deadline.clear();
        }
    }
    /** Ends the connection for good, with whatever is under way on it. Safe to call twice. */
    close() {
        this.#closed = true;
        for (const attempt of this.#attempts)
            attempt.end();
    }
    async #exchange(request, deadline) {
        deadline.throwIfExpired();
        const connection = await this.#connected(deadline);
        try {
            return await connection.ask(request, deadline);
        }
        catch (error) {
            if (!isConnectionLost(error))
                throw error;
            this.#throwIfClosed();
            const again = isRefusedUnseen(error) || (connection.hasAnswered && request.repeatable);
            if (!again)
                throw ((await this.#refusedCertificate(connection, deadline)) ??
                    connectionError(this.#options.place, 'answer', error));
        }
        return await (await this.#connected(deadline)).ask(request, deadline);
    }
    async #connected(deadline) {
        this.#throwIfClosed();
        if (this.#latest?.isUsable !== true)
            this.#latest = this.#attempt('TLSv1.3');
        try {
            return await this.#latest.join(deadline);
        }
        catch (error) {
            this.#throwIfClosed();
            throw error;
        }
    }
    #attempt(maxVersion) {
        const attempt = new ConnectionAttempt(this.#options, maxVersion, () => this.#attempts.delete(attempt));
        this.#attempts.add(attempt);
        return attempt;
    }
    /**
     * Asks why a connection was ended before it carried any answer. In TLS 1.3 the member refuses a client certificate only after our side of
     * the handshake, and the alert that says so is lost when the request, on its way by then, meets the closed port
     * first. In TLS 1.2 the alert belongs to the handshake.
     */
    async #refusedCertificate(lost, deadline) {
        if (lost.hasAnswered)
            return undefined;
        const look = this.#secondLooks.get(lost) ?? this.#attempt('TLSv1.2');
        this.#secondLooks.set(lost, look);
        try {
            (await look.join(deadline)).end();
            return undefined;
        }
        catch (error) {
            const told = connectionError(this.#options.place, deadline.phase, error);
            return told.kind === 'client-certificate' ? told : undefined;
        }
    }
    #throwIfClosed() {
        if (!this.#closed)
            return;
        throw etcdError(this.#options.place, {
            kind: 'connection-lost',
            reason: 'the client was closed',
            fact: `The client of ${this.#options.place.endpoint} was closed before this request.`,
            fix: 'The run was ending: look at what it says before this.',
        });
    }
}

;// CONCATENATED MODULE: ./src/etcd/messages.ts
/**
 * etcd's messages as its JSON gateway writes them (api/etcdserverpb/rpc.proto): 64-bit integers as strings, bytes as
 * base64, and every zero, false or empty field left out. Everything here is pure.
 */
/** The answer lacks what the message must have, or has it in another form. */
class MessageError extends Error {
    name = 'MessageError';
}
/** @throws MessageError */
function decodeMemberList(message) {
    const fields = asObject(message, 'the answer');
    return {
        clusterId: id(header(fields), 'cluster_id'),
        members: list(fields, 'members').map((entry) => decodeMember(asObject(entry, 'a member'))),
    };
}
/** @throws MessageError */
function decodeStatus(message) {
    const fields = asObject(message, 'the answer');
    const leader = id(fields, 'leader');
    return {
        memberId: id(header(fields), 'member_id'),
        clusterId: id(header(fields), 'cluster_id'),
        version: messages_text(fields, 'version'),
        dbSize: count(fields, 'dbSize'),
        dbSizeInUse: count(fields, 'dbSizeInUse'),
        leader: leader === '0' ? null : leader,
        raftIndex: count(fields, 'raftIndex'),
        raftAppliedIndex: count(fields, 'raftAppliedIndex'),
        raftTerm: count(fields, 'raftTerm'),
        isLearner: flag(fields, 'isLearner'),
        errors: texts(fields, 'errors'),
    };
}
/** etcd 3.4 answers `{}`, without a header, when there is no alarm. @throws MessageError */
function decodeAlarms(message) {
    return list(asObject(message, 'the answer'), 'alarms').map((entry) => {
        const fields = asObject(entry, 'an alarm');
        return { memberId: id(fields, 'memberID'), alarm: messages_text(fields, 'alarm') };
    });
}
/** @throws MessageError */
function decodeVersion(message) {
    const fields = asObject(message, 'the answer');
    const server = messages_text(fields, 'etcdserver');
    if (server === '')
        throw new MessageError('it has no "etcdserver"');
    return { server, cluster: messages_text(fields, 'etcdcluster') };
}
/** The first key of a range. @throws MessageError */
function decodeRange(message) {
    const fields = asObject(message, 'the answer');
    const revision = count(header(fields), 'revision');
    const [first] = list(fields, 'kvs');
    if (first === undefined)
        return { revision };
    return { revision, value: Buffer.from(messages_text(asObject(first, 'a key'), 'value'), 'base64') };
}
/**
 * @param asked the revision that was asked for.
 * @throws MessageError, also for an answer of Hash: a hash of the whole file, which no two members have in common.
 */
function decodeHashKv(message, asked) {
    const fields = asObject(message, 'the answer');
    // Never 0, for which it would be left out: -1 until something is compacted (server/storage/mvcc/kvstore.go).
    if (fields['compact_revision'] === undefined)
        throw new MessageError('it has no "compact_revision"');
    const { hash = 0, compact_revision: compacted } = fields;
    if (typeof hash !== 'number')
        throw new MessageError('"hash" is not a number');
    const hashRevision = count(fields, 'hash_revision');
    return {
        memberId: id(header(fields), 'member_id'),
        hash,
        compactRevision: compacted === '-1' ? -1 : count(fields, 'compact_revision'),
        hashRevision: hashRevision === 0 ? asked : hashRevision,
        revision: count(header(fields), 'revision'),
    };
}
function decodeMember(fields) {
    return {
        id: id(fields, 'ID'),
        name: messages_text(fields, 'name'),
        peerUrls: texts(fields, 'peerURLs'),
        clientUrls: texts(fields, 'clientURLs'),
        isLearner: flag(fields, 'isLearner'),
    };
}
function asObject(value, what) {
    if (typeof value !== 'object' || value === null || Array.isArray(value)) {
        throw new MessageError(`${what} is not an object`);
    }
    return value;
}
function header(fields) {
    return asObject(fields['header'], '"header"');
}
/** An unsigned 64-bit integer as an id; beyond 2^53 it survives only as text. */
function id(fields, name) {
    return wholeNumber(fields, name).toString(16);
}
/**
 * A 64-bit integer that counts something (bytes, log entries, revisions) as a number. Such a count does not come near
 * 2^53; one that does is refused, never rounded.
 */
function count(fields, name) {
    const value = wholeNumber(fields, name);
    if (value > BigInt(Number.MAX_SAFE_INTEGER))
        throw new MessageError(`"${name}" is ${value}, beyond all reason`);
    return Number(value);
}
function wholeNumber(fields, name) {
    const value = fields[name] ?? '0';
    if (typeof value === 'string' && /^\d{1,20}$/.test(value))
        return BigInt(value);
    throw new MessageError(`"${name}" is not a whole number in quotes`);
}
function messages_text(fields, name) {
    const value = fields[name] ?? '';
    if (typeof value !== 'string')
        throw new MessageError(`"${name}" is not text`);
    return value;
}
function flag(fields, name) {
    const value = fields[name] ?? false;
    if (typeof value !== 'boolean')
        throw new MessageError(`"${name}" is neither true nor false`);
    return value;
}
function list(fields, name) {
    const value = fields[name] ?? [];
    if (!Array.isArray(value))
        throw new MessageError(`"${name}" is not a list`);
    return value;
}
function texts(fields, name) {
    return list(fields, name).map((entry) => {
        if (typeof entry !== 'string')
            throw new MessageError(`"${name}" holds something else than text`);
        return entry;
    });
}

;// CONCATENATED MODULE: ./src/etcd/parse-metrics.ts
const NAMES = {
    walFsync: 'etcd_disk_wal_fsync_duration_seconds',
    backendCommit: 'etcd_disk_backend_commit_duration_seconds',
    peerRoundTrips: 'etcd_network_peer_round_trip_time_seconds',
    version: 'etcd_server_version',
};
const COUNTS = {
    leaderChanges: 'etcd_server_leader_changes_seen_total',
    quotaBytes: 'etcd_server_quota_backend_bytes',
    startedAt: 'process_start_time_seconds',
    slowApplies: 'etcd_server_slow_apply_total',
    heartbeatFailures: 'etcd_server_heartbeat_send_failures_total',
    proposalsPending: 'etcd_server_proposals_pending',
};
const WANTED = new Set([...Object.values(NAMES), ...Object.values(COUNTS)]);
/** What the action reads of a member's metrics, from Prometheus' text format 0.0.4; lines it does not know are left out. */
function parseMetrics(text) {
    const byName = Map.groupBy(text.split('\n').flatMap(parseLine), ({ name }) => name);
    const of = (name) => byName.get(name) ?? [];
    const version = label('server_version', of(NAMES.version)[0]);
    const counts = Object.entries(COUNTS).flatMap(([key, name]) => {
        const value = of(name)[0]?.value;
        return value === undefined || !Number.isFinite(value) ? [] : [[key, value]];
    });
    const walFsync = histogram(of(NAMES.walFsync));
    const backendCommit = histogram(of(NAMES.backendCommit));
    return {
        ...(version !== undefined && { version }),
        ...(walFsync && { walFsync }),
        ...(backendCommit && { backendCommit }),
        peerRoundTrips: histogramsByPeer(of(NAMES.peerRoundTrips)),
        ...Object.fromEntries(counts),
    };
}
function parseLine(line) {
    const match = /^([a-z_]+?)(_bucket|_sum|_count)?(?:\{(.*)\})? (\S+)$/.exec(line);
    if (match === null)
        return [];
    const [, name = '', suffix = '', labels = '', value = ''] = match;
    return WANTED.has(name) ? [{ name, suffix, labels, value: numberOf(value) }] : [];
}
function numberOf(value) {
    return value === '+Inf' ? Infinity : Number(value);
}
function label(name, sample) {
    return new RegExp(`(?:^|,)${name}="([^"]*)"`).exec(sample?.labels ?? '')?.[1];
}
/** Undefined where there is no whole histogram. */
function histogram(samples) {
    const value = (suffix) => samples.find((one) => one.suffix === suffix)?.value;
    const [count, sumSeconds] = [value('_count'), value('_sum')];
    if (count === undefined || sumSeconds === undefined)
        return undefined;
    const buckets = samples
        .filter(({ suffix }) => suffix === '_bucket')
        .map((sample) => ({ le: numberOf(label('le', sample) ?? ''), count: sample.value }))
        .toSorted((one, other) => one.le - other.le);
    return { buckets, sumSeconds, count };
}
/** rafthttp labels each peer by its id in hex (server/etcdserver/api/rafthttp/metrics.go). */
function histogramsByPeer(samples) {
    const byPeer = Map.groupBy(samples, (sample) => label('To', sample) ?? '');
    return new Map([...byPeer].flatMap(([peer, ofPeer]) => {
        const seen = histogram(ofPeer);
        return seen === undefined ? [] : [[peer, seen]];
    }));
}

;// CONCATENATED MODULE: ./src/etcd/parse-probe-answer.ts
/**
 * The answer of /livez or /readyz with `?verbose`: a line `[+]NAME ok` or `[-]NAME failed: REASON` per check
 * (server/etcdserver/api/etcdhttp/health.go); 200 where all of them hold, else 503. A release without them answers 404.
 * @returns undefined for anything else.
 */
function parseProbeAnswer({ status, body }) {
    if (status === 404)
        return { ok: false, checks: [], unsupported: true };
    if (status !== 200 && status !== 503)
        return undefined;
    const checks = [...body.matchAll(/^\[([+-])\](\S+) (?:ok|failed(?:: (.*))?)$/gm)].map(([, sign, name = '', reason]) => ({
        name,
        ok: sign === '+',
        ...(reason !== undefined && { reason }),
    }));
    return { ok: status === 200, checks };
}

;// CONCATENATED MODULE: ./src/etcd/client.ts







/**
 * A client of one member's JSON gateway (etcd 3.4 to 3.7), with mutual TLS over any byte stream. One connection, kept,
 * which any number of requests share at once. Every method throws EtcdError, and nothing else, when it cannot give its
 * result.
 */
class EtcdClient {
    name;
    /** The member's client URL, e.g. `https://10.0.0.6:2379`. */
    endpoint;
    #place;
    #connection;
    #requestTimeoutMs;
    constructor(options) {
        this.name = options.name;
        this.endpoint = (0,urls/* httpsUrl */.N3)(options.address, options.port);
        this.#place = { name: this.name, endpoint: this.endpoint };
        this.#connection = new GatewayConnection({ ...options, place: this.#place });
        this.#requestTimeoutMs = options.requestTimeoutMs;
    }
    /**
     * The members. Not linearizable: as this member knows them, which works without a majority. Linearizable: as the
     * majority knows them (from etcd 3.5 on; 3.4 does not know the field and answers from its own knowledge).
     */
    memberList(query, options) {
        const body = query.linearizable ? { linearizable: true } : {};
        return this.#read('/v3/cluster/member/list', body, decodeMemberList, options);
    }
    /** What the member says of itself; works without a majority. */
    status(options) {
        return this.#read('/v3/maintenance/status', {}, decodeStatus, options);
    }
    /** Alarms of the whole cluster. Goes through raft, as etcd does it (EtcdServer.Alarm): it takes a majority. */
    alarms(options) {
        return this.#read('/v3/maintenance/alarm', { action: 'GET' }, decodeAlarms, options);
    }
    /** One key, read through the majority. */
    rangeLinearizable(key, options) {
        return this.#read('/v3/kv/range', { key: base64(key) }, decodeRange, options);
    }
    /** One key, as this member has it; works without a majority. */
    rangeSerializable(key, options) {
        return this.#read('/v3/kv/range', { key: base64(key), serializable: true }, decodeRange, options);
    }
    /**
     * The hash of the key space up to a revision, as this member has it. Before 3.5.10 it has no path of its own, and
     * behind that of Hash there may be either (github.com/etcd-io/etcd/pull/16490); 3.4 offers none.
     */
    hashKv(revision, options) {
        const read = (path) => this.#read(path, { revision: revision.toString() }, (message) => decodeHashKv(message, revision), options);
        return read('/v3/maintenance/hashkv')
            .catch(ifUnexpected(() => read('/v3/maintenance/hash')))
            .catch(ifUnexpected(() => {
            throw etcdError(this.#place, NO_HASH_KV);
        }));
    }
    /** What /livez or /readyz says (etcdhttp/health.go); no request of etcd's own protocol. */
    async probe(path, options) {
        const request = { method: 'GET', path: `${path}?verbose`, repeatable: true };
        const answer = await this.#send(request, options);
        const parsed = parseProbeAnswer(answer);
        if (parsed === undefined)
            throw gatewayError(this.#place, path, answer);
        return parsed;
    }
    /** What the member measures of itself. */
    async metrics(options) {
        const request = { method: 'GET', path: '/metrics', repeatable: true, mostBytes: MOST_METRICS };
        const answer = await this.#send(request, options);
        if (answer.status !== 200)
            throw gatewayError(this.#place, '/metrics', answer);
        return parseMetrics(answer.body);
    }
    /** The value of a key, or null; read through the majority. */
    async get(key, options) {
        const { value } = await this.rangeLinearizable(key, options);
        return value?.toString('utf8') ?? null;
    }
    /** Writes a key; done when a majority has it on disk. Never sent twice. */
    async put(key, value, options) {
        const body = { key: base64(key), value: base64(value) };
        await this.#ask({ method: 'POST', path: '/v3/kv/put', body, repeatable: false }, (answer) => answer, options);
    }
    /**
     * Has this member, which must lead, hand leadership to another voting member; done when that one leads. If it is down or
     * cut off, etcd gives up after an election timeout but never answers (EtcdServer.moveLeader waits for the client to
     * go), so give this a short deadline.
     */
    async moveLeader(targetId, options) {
        const body = { targetID: BigInt(`0x${targetId}`).toString() };
        await this.#ask({ method: 'POST', path: '/v3/maintenance/transfer-leadership', body, repeatable: false }, (answer) => answer, options);
    }
    /** Version of server and cluster. Answered by the HTTP server alone: no raft, no store, so it times the connection. */
    version(options) {
        return this.#ask({ method: 'GET', path: '/version', repeatable: true }, decodeVersion, options);
    }
    /** Ends the connection for good. Safe to call twice. */
    close() {
        this.#connection.close();
    }
    #read(path, body, decode, options) {
        return this.#ask({ method: 'POST', path, body, repeatable: true }, decode, options);
    }
    async #ask(request, decode, options = {}) {
        const answer = await this.#send(request, options);
        if (answer.status !== 200)
            throw gatewayError(this.#place, request.path, answer);
        try {
            return decode(JSON.parse(answer.body));
        }
        catch (error) {
            throw this.#unexpected(request, error);
        }
    }
    #send(request, options = {}) {
        return this.#connection.send(request, {
            timeoutMs: options.timeoutMs ?? this.#requestTimeoutMs,
            ...(options.signal === undefined ? {} : { signal: options.signal }),
        });
    }
    #unexpected(request, error) {
        const what = error instanceof MessageError ? error.message : 'it is not JSON';
        return unexpectedAnswer(this.#place, request.path, what);
    }
}
/** Bytes; a member's are some 200 KB, and grow with its streams of watches. */
const MOST_METRICS = 64 * 1024 * 1024;
const NO_HASH_KV = {
    kind: 'unsupported',
    reason: 'HashKV is not offered over the gateway',
    fact: 'This release of etcd does not offer HashKV over its gateway.',
    cause: 'It has a path of its own since 3.5.10.',
    fix: 'Compare with `etcdctl endpoint hashkv --cluster`, or move to a newer release.',
};
/** Does something else where etcd's answer was not one to this request; throws what it is given otherwise. */
function ifUnexpected(otherwise) {
    return (error) => {
        if (error instanceof EtcdError && error.kind === 'unexpected-answer')
            return otherwise();
        throw error;
    };
}
function base64(text) {
    return Buffer.from(text, 'utf8').toString('base64');
}

;// CONCATENATED MODULE: ./src/road/steps/client.ts





const ANSWER_WITHIN_MS = 10_000;
/**
 * Asks every member for its version from a host of the control plane, with the client pair that was just delivered there:
 * what `kubeadm init` asks first, by the same way and with the same files.
 * @throws Refusal with each member that does not answer.
 */
async function proveClient(step, context) {
    const { host } = step;
    const { members, clientPort } = context.plan.shape;
    const transport = transportOf(context, host);
    const credentials = await credentialsOf(host, context);
    const answers = await Promise.all(members.map(async ({ name, address }) => {
        const client = new EtcdClient({
            name,
            address,
            port: clientPort,
            open: () => transport.openTcp(address, clientPort),
            credentials,
            requestTimeoutMs: ANSWER_WITHIN_MS,
        });
        try {
            const { server } = await client.version();
            context.log.host(host).info(`${client.endpoint} answers (etcd ${server})`);
            return [];
        }
        catch (error) {
            if (!(error instanceof EtcdError))
                throw error;
            return [client_failure(step, client.endpoint, error)];
        }
        finally {
            client.close();
        }
    }));
    const findings = answers.flat();
    if (findings.length > 0)
        throw new src_findings/* Refusal */.P_(`not every member answers ${host}`, findings);
}
function client_failure({ host, kind }, endpoint, { reason, finding: { cause, fix } }) {
    return {
        host,
        at: STEP_TITLES[kind],
        fact: `${endpoint} does not answer to its new client pair: ${reason}.`,
        ...(cause !== undefined && { cause }),
        ...(fix !== undefined && { fix }),
    };
}
async function credentialsOf(host, { material }) {
    const pair = (await material.leaves.get(host))?.apiserverEtcdClient;
    if (pair === undefined)
        throw new Error(`no client certificate is issued for ${host}`);
    const { certificatePem, keyPem } = pair;
    return { caPem: (await material.authority).certificatePem, certificatePem, keyPem };
}

;// CONCATENATED MODULE: ./src/hosts/scripts/import-image.ts




/** Exit codes: containerd did not take it; the CRI knows another image by this name, or none. */
const import_image_REFUSED = 3;
const OTHER = 4;
/** Tenths of a second that the CRI may take to see what containerd has taken in. */
const SEEN_WITHIN = 100;
/**
 * Imports an image into containerd's namespace of the CRI as it comes, and sees that the CRI knows it by the wanted name
 * and has its very configuration. containerd compares every part with its digest.
 */
function importImage({ image, imageId, criEndpoint, archive }) {
    return {
        title: `import ${image}`,
        effect: 'changes',
        timeoutMs: 600_000,
        input: archive,
        script: `
# gzip -dcf passes on what is not compressed
if ! gzip -dcf | ctr --address ${(0,shell/* quote */.h)(socketOf(criEndpoint))} --namespace k8s.io images import - > /dev/null; then exit ${import_image_REFUSED}; fi
${SYNC_IMAGES}
id=''
for ((i = 0; i < ${SEEN_WITHIN}; i++)); do
  id=$(crictl --image-endpoint ${(0,shell/* quote */.h)(criEndpoint)} inspecti -o go-template --template '{{.status.id}}' ${(0,shell/* quote */.h)(image)} 2> /dev/null) || true
  if [ -n "$id" ]; then break; fi
  sleep 0.1
done
# CRI-O's ids are bare
if [ "sha256:\${id#sha256:}" != ${(0,shell/* quote */.h)(imageId)} ]; then printf '%s\\n' "\${id:-none}" >&2; exit ${OTHER}; fi
`,
    };
}
/** Why an image could not be imported. */
function explainImport({ image, imageId, }) {
    return (result) => {
        if (result.code === OTHER) {
            return {
                fact: `after the import the container runtime knows ${image} as ${(0,last_words/* lastWords */.a)(result.stderr, 1)}, and ${imageId} was sent.`,
                cause: 'Another image of that name is imported or pulled at the same time, or the runtime has another store.',
                fix: `Look at \`crictl images --digests\` and \`ctr -n k8s.io images ls\` on the host, and run again.`,
            };
        }
        if (result.code !== import_image_REFUSED)
            return (0,explain_unknown/* explainUnknown */.w)(result);
        return {
            fact: `containerd did not take ${image}: ${(0,last_words/* lastWords */.a)(result.stderr, 3)}`,
            ...((0,explain_unknown/* knownReason */.y)(result.stderr) ?? whyNotTaken(result.stderr)),
        };
    };
}
function whyNotTaken(said) {
    const fix = 'Mend what it says and run again. By hand: `ctr -n k8s.io images import FILE` on the host.';
    return /unexpected end of file|unexpected EOF|crc error|invalid compressed data/.test(said)
        ? { cause: 'The archive was cut off or changed while it was sent.', fix }
        : { fix };
}
function socketOf(criEndpoint) {
    return criEndpoint.replace(/^unix:\/\//, '');
}

;// CONCATENATED MODULE: ./src/road/steps/import-image.ts


/** Sends an image of the archive to a host that lacks it. */
function sendImage(step, context) {
    const { host, image, imageId, criEndpoint } = step;
    const { archive } = context;
    const archived = archive?.images.find(({ id }) => id === imageId);
    if (archive === undefined || archived === undefined)
        throw new Error(`${image} was planned from no archive`);
    const sent = { bytes: 0 };
    return {
        script: importImage({
            image,
            imageId,
            criEndpoint,
            archive: () => counted(packImage(archive, archived, image), sent),
        }),
        explain: explainImport(step),
        succeeded: () => context.log.host(host).info(`${image} imported, ${imageId}, ${(sent.bytes / 1e6).toFixed(1)} MB sent`),
    };
}
async function* counted(chunks, sent) {
    for await (const chunk of chunks) {
        sent.bytes += chunk.length;
        yield chunk;
    }
}

;// CONCATENATED MODULE: ./src/road/steps/leadership.ts




/** etcd takes 0.1 s for it; to a member that is cut off it never answers. */
const HANDOVER_WITHIN_MS = 3_000;
const NEW_LEADER_WITHIN_MS = 5_000;
const leadership_PAUSE_MS = 100;
/** If this member leads, hands leadership to the healthy member that is furthest on. */
async function moveLeadership(step, context) {
    const cluster = await context.cluster();
    const log = context.log.host(step.host);
    const { health } = await cluster.observe();
    if (health.leader?.name !== step.host) {
        log.info('it does not lead');
        return;
    }
    const heir = health.endpoints
        .filter(({ name, isLearner }) => name !== step.host && isLearner === false && isFit(name, health))
        .toSorted((one, other) => (other.raftAppliedIndex ?? 0) - (one.raftAppliedIndex ?? 0))[0];
    if (heir?.memberId == null) {
        throw stepFailure(step, {
            fact: 'it leads, and no other member is healthy enough to take over.',
            cause: 'Members are down or lag behind.',
            fix: 'Bring them back, then run again.',
        });
    }
    try {
        await cluster.client(step.host).moveLeader(heir.memberId, { timeoutMs: HANDOVER_WITHIN_MS });
    }
    catch (error) {
        throw stepFailure(step, {
            fact: `leadership could not be moved to ${heir.name}: ${(0,src_findings/* errorMessage */.gJ)(error)}`,
            cause: 'The other member is slow or cut off.',
            fix: 'Look at the health of the cluster, then run again.',
        });
    }
    const deadline = context.timeline.elapsedMs() + NEW_LEADER_WITHIN_MS;
    for (;;) {
        const now = (await cluster.observe()).health.leader?.name;
        if (now !== undefined && now !== step.host) {
            log.info(`leadership moved to ${now}`);
            return;
        }
        if (context.timeline.elapsedMs() > deadline) {
            throw stepFailure(step, {
                fact: `leadership was handed to ${heir.name}, and after ${NEW_LEADER_WITHIN_MS / 1000} s there is no new leader.`,
                cause: 'The members do not reach each other well.',
                fix: 'Look at the health of the cluster, then run again.',
            });
        }
        await (0,external_node_timers_promises_.setTimeout)(leadership_PAUSE_MS);
    }
}

// EXTERNAL MODULE: external "node:path/posix"
var posix_ = __webpack_require__(53916);
;// CONCATENATED MODULE: ./src/hosts/scripts/remove-file.ts




/** Exit code: what lies there is not what was seen. */
const remove_file_CHANGED = 4;
/**
 * Removes a file, and what a delivery that was cut off has left beside it. Is the file another one than was seen, it stays.
 * Its blocks are freed, not overwritten: on the disks of today nothing else could be promised.
 * @param sha256 hex; absent: the file was not there.
 */
function removeFile(path, sha256) {
    return {
        title: `remove ${path}`,
        effect: 'changes',
        timeoutMs: 30_000,
        script: `
rm -f -- ${(0,shell/* quote */.h)((0,kubeadm_paths/* stagedPath */.w1)(path))}
if [ -e ${(0,shell/* quote */.h)(path)} ]; then
  case "$(sha256sum < ${(0,shell/* quote */.h)(path)})" in ${(0,shell/* quote */.h)(sha256 ?? 'absent')}' '*) ;; *) exit ${remove_file_CHANGED} ;; esac
  rm -- ${(0,shell/* quote */.h)(path)}
fi
sync -- ${(0,shell/* quote */.h)((0,posix_.dirname)(path))}
`,
    };
}
/** Why a file was not removed. */
function explainRemoval(path) {
    return (result) => result.code === remove_file_CHANGED
        ? {
            fact: `${path} has changed since the run looked at it; it was left as it is.`,
            cause: 'A person, or configuration management, works on this host at the same time.',
            fix: 'Let the other finish, then run again.',
        }
        : (0,explain_unknown/* explainUnknown */.w)(result);
}

;// CONCATENATED MODULE: ./src/road/steps/remove-key.ts







/**
 * Removes the CA's key from a host. It is read first and compared: a key that is not the one of the inputs exists perhaps
 * nowhere else.
 */
async function removeAuthorityKey(step, context) {
    const { host } = step;
    const found = context.material.found.get(host);
    const seen = found?.get(kubeadm_paths/* CA_KEY */.r$);
    const text = seen === undefined
        ? undefined
        : await readText(transportOf(context, host), kubeadm_paths/* CA_KEY */.r$, seen === UNKNOWN_DIGEST ? undefined : seen, context.maskSecret);
    const { key } = await context.material.signer;
    if (text !== undefined && !isSameKey(text, key)) {
        throw stepFailure(step, {
            fact: `${kubeadm_paths/* CA_KEY */.r$} is not the key that \`ca-key\` holds; it was left as it is.`,
            cause: 'It is the key of an earlier CA, or no key at all.',
            fix: 'Look whose it is, put it where it is safe, remove it from the host, and run again.',
        });
    }
    const digest = text === undefined ? undefined : sha256(text);
    return {
        script: removeFile(kubeadm_paths/* CA_KEY */.r$, digest),
        explain: explainRemoval(kubeadm_paths/* CA_KEY */.r$),
        succeeded: () => {
            found?.delete(kubeadm_paths/* CA_KEY */.r$);
            digestsOf(context, host).delete(kubeadm_paths/* CA_KEY */.r$);
            context.log.host(host).info(`the key of the CA is not on this host any more (${kubeadm_paths/* CA_KEY */.r$})`);
        },
    };
}
function isSameKey(text, key) {
    try {
        return (0,pki_keys/* publicKeyOf */.kc)((0,external_node_crypto_.createPrivateKey)(text)).equals((0,pki_keys/* publicKeyOf */.kc)(key));
    }
    catch {
        return false;
    }
}

;// CONCATENATED MODULE: ./src/hosts/scripts/render-manifest.ts

/**
 * Has the host's kubeadm render the manifest of `kubeadm init phase etcd local`. The dry run writes into a private folder
 * of memory (KUBEADM_INIT_DRYRUN_DIR); the result is kept, synced, beside the manifests for the atomic rename later, and
 * printed.
 *
 * What `kubeadm config validate` refuses init refuses too, except for fields that it does not know: of these it only warns
 * (documentMapToInitConfiguration in cmd/kubeadm/app/util/config/initconfiguration.go). So its warnings are read, and
 * kubeadm is asked once.
 */
function render_manifest_renderManifest() {
    return {
        title: 'render the manifest with kubeadm',
        effect: 'changes',
        timeoutMs: 180_000,
        script: `
scratch=$(mktemp -d /run/etcd-ha-action.XXXXXXXX)
at_exit 'rm -rf -- "$scratch"'
said=$(KUBEADM_INIT_DRYRUN_DIR=$scratch kubeadm init phase etcd local --config ${kubeadm_paths/* KUBEADM_CONFIG */.XA} --dry-run 2>&1 > /dev/null) || {
  code=$?
  printf '%s\\n' "$said" >&2
  exit "$code"
}
case $said in *'error unmarshaling configuration'*) printf '%s\\n' "$said" >&2; exit 1 ;; esac
shopt -s globstar
files=("$scratch"/**/etcd.yaml)
mapfile -d '' text < "\${files[0]}"
aside=${kubeadm_paths/* RENDERED_MANIFEST */.ms}.new
printf %s "\${text[@]}" > "$aside"
sync -- "$aside"
mv -fT -- "$aside" ${kubeadm_paths/* RENDERED_MANIFEST */.ms}
sync -- ${kubeadm_paths/* RENDERED_MANIFEST */.ms.replace(/\/[^/]*$/, '')}
printf %s "\${text[@]}"
`,
    };
}

// EXTERNAL MODULE: ./src/kubeadm/pod-rules.ts
var pod_rules = __webpack_require__(23258);
;// CONCATENATED MODULE: ./src/road/steps/render.ts










/** Has the host's kubeadm render the manifest aside, and checks that it is as asked for. */
function render(step, context) {
    return {
        script: render_manifest_renderManifest(),
        explain: explainRender,
        check: (stdout) => check(step, stdout.toString('utf8'), context),
    };
}
function check(step, text, context) {
    const manifest = parseEtcdManifest(text);
    const differences = manifest === undefined
        ? ['it is no etcd pod']
        : [
            ...argumentDifferences(manifest, step.wanted),
            ...(manifest.image === step.image ? [] : [`image is "${manifest.image}", wanted "${step.image}"`]),
        ];
    if (differences.length === 0)
        checkPatched(step, text, context);
    if (differences.length > 0) {
        throw stepFailure(step, {
            fact: `kubeadm rendered another manifest than its configuration asks for: ${differences.join('; ')}.`,
            cause: 'This release of kubeadm treats the configuration in a way the action does not know.',
            fix: `Compare ${kubeadm_paths/* RENDERED_MANIFEST */.ms} on the host with its kubeadmcfg.yaml, and open an issue with both.`,
        });
    }
    digestsOf(context, step.host).set(kubeadm_paths/* ETCD_MANIFEST */.jl, sha256(text));
    context.material.publicFiles.get(step.host)?.set(kubeadm_paths/* ETCD_MANIFEST */.jl, text);
}
/** What patches have made of the pod; where there are none, kubeadm itself is trusted. */
function checkPatched(step, text, context) {
    const { shape } = context.plan;
    if ((0,kubeadm_patches/* allPatches */.My)(shape.patches, shape.walDir).length === 0)
        return;
    const { address } = memberOf(context, step.host);
    const { metricsPort } = shape;
    const problems = (0,pod_rules/* podProblems */.U)((0,foreign_yaml/* readYaml */.gM)(text), { ...(0,data_places/* placesOf */.ek)(shape), address, metricsPort });
    if (problems.length === 0)
        return;
    throw stepFailure(step, {
        fact: `with the patches the pod is not as it has to be: ${problems.join('; ')}. It was not put in place.`,
        cause: 'A patch meets another pod on this release of kubeadm than the one that it was tried on.',
        fix: 'Leave that part out of `patches`, or write it for the pod in /etc/kubernetes/manifests/etcd.yaml.',
    });
}
const explainRender = (result) => ({
    fact: `kubeadm refused its configuration: ${(0,last_words/* lastWords */.a)(result.stderr, 5)}`,
    cause: 'An input holds a value that this release of kubeadm does not take.',
    fix: 'Correct the input that the message names and run again.',
});

;// CONCATENATED MODULE: ./src/etcd/served-certificate.ts


/**
 * The certificate that a listener of etcd presents now, by a handshake of its own over a fresh stream: etcd reads its
 * files anew for each (client/pkg/transport/listener.go). It holds before the CA; whom it names is the caller's to judge.
 *
 * With TLS 1.3, as etcd speaks it unless told otherwise, a listener that refuses our client certificate says so only
 * after it has shown its own; with TLS 1.2 such a refusal is an error here.
 * @param open a stream to the client or the peer port.
 * @throws Error when there is no handshake within `timeoutMs`, or the certificate does not hold before the CA; whatever
 * `open` throws.
 */
async function servedCertificate(open, credentials, timeoutMs) {
    const { certificate } = await served_certificate_handshake(open, credentials, timeoutMs, true);
    return certificate;
}
/**
 * The same for one that may not hold before the CA, to tell what it is. Nothing is asked over this connection.
 * @throws Error when there is no handshake within `timeoutMs`; whatever `open` throws.
 */
function presentedCertificate(open, credentials, timeoutMs) {
    return served_certificate_handshake(open, credentials, timeoutMs, false);
}
async function served_certificate_handshake(open, credentials, timeoutMs, rejectUnauthorized) {
    const stream = await open();
    const socket = (0,external_node_tls_.connect)({
        socket: stream,
        ca: credentials.caPem,
        ...TRUST_AS_GO_DOES,
        cert: credentials.certificatePem,
        key: credentials.keyPem,
        minVersion: 'TLSv1.2',
        rejectUnauthorized,
        checkServerIdentity: () => undefined,
    });
    let timer;
    const timeout = new Promise((_, reject) => {
        const expire = () => reject(new Error(`no TLS handshake within ${timeoutMs / 1000} s`));
        timer = setTimeout(expire, timeoutMs);
    });
    try {
        const certificate = await Promise.race([certificateOf(socket, stream), timeout]);
        return { certificate, trusted: socket.authorized };
    }
    finally {
        clearTimeout(timer);
        socket.destroy();
        stream.destroy();
    }
}
async function certificateOf(socket, stream) {
    await new Promise((resolve, reject) => {
        socket.once('secureConnect', resolve);
        socket.once('close', () => reject(new Error('the listener ended the connection in the handshake')));
        // Listened to until the end: what comes after the handshake, such as a refusal, is of no interest and no crash.
        socket.on('error', reject);
        stream.on('error', reject);
    });
    const certificate = socket.getPeerX509Certificate();
    if (certificate === undefined)
        throw new Error('the listener presents no certificate');
    // A handshake that is cut off before our side of it has left would stand in the member's log as an error.
    await new Promise((resolve) => {
        socket.once('close', resolve);
        socket.end(resolve);
    });
    return certificate;
}

;// CONCATENATED MODULE: ./src/road/steps/served.ts




const HANDSHAKE_WITHIN_MS = 10_000;
/** Asks each listener for its certificate and compares it with the one that was delivered. */
async function proveServed(step, context) {
    const { host, leaves } = step;
    const { clientPort, peerPort } = context.plan.shape;
    const { address } = memberOf(context, host);
    const transport = transportOf(context, host);
    const { credentials } = await context.cluster();
    const issued = await context.material.leaves.get(host);
    const served = await Promise.all(leaves.map(async (name) => {
        const port = name === 'server' ? clientPort : peerPort;
        const open = () => transport.openTcp(address, port);
        const certificate = await servedCertificate(open, credentials, HANDSHAKE_WITHIN_MS).catch((error) => {
            throw stepFailure(step, {
                fact: `port ${port} did not show its certificate: ${(0,src_findings/* errorMessage */.gJ)(error)}`,
                cause: 'etcd is just being restarted, or something else listens on that port.',
                fix: 'Look at the etcd container of that host, then run again.',
            });
        });
        return {
            name,
            port,
            serial: certificate.serialNumber,
            wanted: issued?.[name]?.certificate.serialNumber,
        };
    }));
    const stale = served.filter(({ serial, wanted }) => serial !== wanted);
    for (const { port, serial } of served)
        context.log.host(host).info(`port ${port} serves serial ${serial}`);
    if (stale.length === 0)
        return;
    throw stepFailure(step, {
        fact: stale
            .map(({ name, port, serial, wanted }) => `port ${port} serves the serial ${serial}, and ${leafPath(name, 'certificate')} has ${wanted ?? 'none'}`)
            .join('; ')
            .concat('.'),
        cause: "Another etcd listens there, or something between replaces the member's certificate.",
        fix: 'Look at what listens on that port of the host; the old certificate stays valid until its end.',
    });
}

;// CONCATENATED MODULE: ./src/road/steps/verify.ts





/** Guide step 6: every expected file, nothing else, with the right contents, mode and owner. */
function verify(step, context) {
    return {
        script: listPki(),
        check: (stdout) => verify_check(step, parsePki(stdout.toString('utf8')), context),
    };
}
async function verify_check(step, files, context) {
    const placed = new Map(files.map((file) => [file.path, file]));
    const digests = digestsOf(context, step.host);
    const wrong = [...step.pkiTree].flatMap(([path, mode]) => fileDifference(path, mode, digests.get(path), placed.get(path)));
    const strangers = [...placed.keys()]
        .filter((path) => !step.pkiTree.has(path))
        .map((path) => `${path} does not belong there`);
    const facts = [...wrong, ...strangers, ...(await unfitLeaves(step.host, context))];
    if (facts.length === 0)
        return;
    throw stepFailure(step, {
        fact: `${kubeadm_paths/* PKI_DIR */.Hw} is not as it has to be: ${facts.join('; ')}.`,
        cause: 'Something else writes to this folder: configuration management, or somebody by hand.',
        fix: 'Keep others away from it, move away what does not belong there, and run again.',
    });
}
/** What lies on the host is, by its digests, what is in memory: that is checked against the CA and its own key. */
async function unfitLeaves(host, { material, plan, now }) {
    const member = plan.shape.members.find(({ name }) => name === host);
    const leaves = await material.leaves.get(host);
    if (member === undefined || leaves === undefined)
        return [];
    const authority = await material.authority;
    const named = { ...member, extraSans: plan.certificates.extraSans };
    return leaf_profiles_leafProfileNames.flatMap((profile) => {
        const leaf = leaves[profile];
        return leaf === undefined ? [] : verifyLeaf(leaf, { authority, profile, member: named, now });
    });
}
function fileDifference(path, mode, sha, placed) {
    if (placed === undefined)
        return [`${path} is missing`];
    const differences = [];
    // A digest is unknown only for a CA key that has been on the host all along.
    if (sha !== undefined && placed.sha256 !== sha)
        differences.push(`${path} has other contents`);
    if (placed.mode !== mode)
        differences.push(`${path} has mode ${placed.mode}, wanted ${mode}`);
    if (placed.owner !== '0:0')
        differences.push(`${path} belongs to ${placed.owner}, wanted root`);
    return differences;
}

;// CONCATENATED MODULE: ./src/road/steps/run-step.ts

















const ASKING = new Set(['move-leadership', 'prove-served', 'prove-client']);
/** Whether a step is no script. */
function isAsking(step) {
    return ASKING.has(step.kind);
}
/** Whether a step is a script. */
function isScripted(step) {
    return !isAsking(step);
}
/** Carries out a step that is no script. @throws Refusal or HostError in words for the user. */
function ask(step, context) {
    switch (step.kind) {
        case 'move-leadership':
            return moveLeadership(step, context);
        case 'prove-served':
            return proveServed(step, context);
        case 'prove-client':
            return proveClient(step, context);
    }
}
/** The script of a step, with all that it needs to know; waits for keys and certificates. */
async function scriptOf(step, context) {
    switch (step.kind) {
        case 'deliver-files':
            return deliver(step, context);
        case 'set-modes':
            return { script: set_modes_setModes(step.modes), explain: explainModes };
        case 'start-kubelet':
            return { script: startKubelet(step), explain: explainKubelet };
        case 'await-kubelet':
            return { script: awaitKubelet(), explain: explainKubelet };
        case 'pull-image':
            return pull(step, context);
        case 'import-image':
            return sendImage(step, context);
        case 'render-manifest':
            return render(step, context);
        case 'verify-files':
            return verify(step, context);
        case 'start-member':
            return start(step, context);
        case 'restart-member':
            return run_step_restart(step, context);
        case 'remove-authority-key':
            return removeAuthorityKey(step, context);
        case 'record-member':
            return record(step, context);
    }
}
/** The credentials are for one registry; an image of another one is pulled without. */
function pull({ image, criEndpoint }, { registry }) {
    const login = image.startsWith(`${registry?.server ?? ''}/`) ? registry : undefined;
    return { script: pullImage(image, criEndpoint, login), explain: explainPull(image, login) };
}
function start(step, context) {
    const { host, criEndpoint, placeManifest, hadContainers, replaces, behind } = step;
    const { peerPort, members } = context.plan.shape;
    const script = start_member_startMember({
        address: memberOf(context, host).address,
        ...(0,data_places/* placesOf */.ek)(step),
        criEndpoint,
        hadContainers,
        ...(replaces && { replaces }),
        onProgress: (line) => tell(host, line, context),
        ...(placeManifest ? { manifestSha256: renderedDigest(host, context) } : {}),
        ...(behind !== undefined && {
            behind: { address: memberOf(context, behind).address, peerPort, peers: members.length - 1 },
        }),
    });
    return {
        script,
        explain: explainMember,
        succeeded: () => {
            if (placeManifest)
                context.material.found.get(host)?.set(kubeadm_paths/* ETCD_MANIFEST */.jl, renderedDigest(host, context));
        },
    };
}
function run_step_restart(step, context) {
    const { host, criEndpoint, mayLackData } = step;
    const found = context.material.found.get(host);
    const renderedSha256 = renderedDigest(host, context);
    const script = restartMember({
        address: memberOf(context, host).address,
        ...(0,data_places/* placesOf */.ek)(step),
        criEndpoint,
        currentSha256: found?.get(kubeadm_paths/* ETCD_MANIFEST */.jl) ?? 'absent',
        renderedSha256,
        mayLackData,
        onProgress: (line) => tell(host, line, context),
    });
    return { script, explain: explainRestart, succeeded: () => void found?.set(kubeadm_paths/* ETCD_MANIFEST */.jl, renderedSha256) };
}
/** A line of a script that goes on, as the log of its host. */
function tell(host, line, { log }) {
    if (!(0,crictl_warning/* isCrictlWarning */.o)(line))
        log.host(host).info(line);
}
function renderedDigest(host, context) {
    const digest = digestsOf(context, host).get(kubeadm_paths/* ETCD_MANIFEST */.jl);
    if (digest === undefined)
        throw new Error('the manifest is rendered before a start');
    return digest;
}

;// CONCATENATED MODULE: ./src/road/run-scripts.ts






/**
 * Carries out steps of one host, one after the other and in one round trip, under the run's lock.
 * @param onDone called when the script of a step has ended well, while those after it run.
 * @throws Refusal of the step that failed; those after it were not begun.
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
            scripts.push(await scriptOf(step, context));
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
        throw failed === undefined ? error : inWords(error, failed);
    }
}
/** Results up to that of the script that failed; `onEnded` is called for each before. */
async function runAll(steps, scripts, onEnded, context) {
    const [step] = steps;
    const [only, ...others] = scripts.map(({ script }) => script);
    if (step === undefined || only === undefined)
        return [];
    const transport = transportOf(context, step.host);
    if (others.length === 0) {
        const result = await transport.run(context.guard(only));
        onEnded(0, result.code ?? -1);
        return [result];
    }
    const title = steps.map(({ kind }) => STEP_TITLES[kind]).join(', ');
    const { script, resultsOf } = sequence(title, [only, ...others], onEnded);
    const result = await transport.run(context.guard(script));
    const results = resultsOf(result);
    // the lock was lost, or nobody waited any more: the next script has not begun
    return results.length < steps.length && results.every(({ code }) => code === 0)
        ? [...results, result]
        : results;
}

;// CONCATENATED MODULE: ./src/road/tracks.ts




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
class Tracks {
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
    /** Ends early, without an error, when another track has failed or the run is to end. @throws Refusal */
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
        if (first !== undefined && isAsking(first)) {
            await this.#ask(first);
            return;
        }
        await runScripts(group.filter(isScripted), this.#stage, this.#context, (step) => {
            if (keepsAuthority(step))
                this.#authorityKept.resolve(undefined);
        });
    }
    async #ask(step) {
        const recorder = new StepRecorder(step, this.#stage, this.#context);
        try {
            await ask(step, this.#context);
            recorder.end('succeeded');
        }
        catch (error) {
            recorder.end('failed');
            throw inWords(error, step);
        }
    }
}
/** Steps whose scripts are made from what earlier steps have found: files' digests, the rendered manifest. */
const MADE_LATE = new Set([
    'deliver-files',
    'record-member',
    'start-member',
    'restart-member',
]);
/** How many of a host's steps can be sent to it together. */
function lengthOfGroup([first, ...others], context) {
    if (first === undefined || isAlone(first, context))
        return 1;
    const next = others.findIndex((step) => isAlone(step, context) || MADE_LATE.has(step.kind));
    return next === -1 ? 1 + others.length : 1 + next;
}
/** Steps that are no script, whose script takes all that comes over standard input, or looks at the host before it is made. */
function isAlone(step, { registry }) {
    switch (step.kind) {
        case 'import-image':
        case 'remove-authority-key':
            return true;
        case 'pull-image':
            return registry !== undefined;
        default:
            return isAsking(step);
    }
}
function keepsAuthority(step) {
    return (step.kind === 'deliver-files' &&
        step.files.some(({ content }) => content.from === 'authority' && content.part === 'key'));
}
function bringsSigned(step) {
    return step.kind === 'deliver-files' && step.files.some(({ content }) => content.from === 'leaf');
}

;// CONCATENATED MODULE: ./src/road/act.ts






const GATE_WITHIN_MS = 60_000;
const act_PAUSE_MS = 250;
/**
 * Runs stages in order, each behind its gate. After a failure the other steps that have begun come to their end, and
 * nothing later is begun; a stage that may fail leaves its findings in the run's record, and the next one is begun.
 * @throws Refusal with the findings of every step that failed, or of the gate that stays shut.
 */
async function act(stages, context) {
    for (const stage of stages) {
        try {
            await actOn(stage, context);
        }
        catch (error) {
            if (stage.mayFail !== true || !(error instanceof src_findings/* Refusal */.P_) || context.signal.aborted)
                throw error;
            context.log.info(`${stage.title} failed; the run goes on, and tells why at its end`);
            context.record.unfinished.push(...error.findings);
        }
    }
}
async function actOn(stage, context) {
    if (stage.before !== undefined)
        await passGate(stage.before, stage, context);
    context.signal.throwIfAborted();
    context.log.info(`${stage.title}: ${describeSteps(stage)}`);
    const tracks = new Tracks(stage, context);
    const work = tracksOf(stage).map((track) => ({
        host: track[0]?.host ?? '',
        at: stage.title,
        result: tracks.run(track),
    }));
    await settleAll(`"${stage.title}" failed, and nothing after it was begun; the same run, started again, goes on from there`, work);
    context.signal.throwIfAborted();
    if (stage.after !== undefined)
        await passGate(stage.after, stage, context);
}
/** Waits until the cluster is as the gate asks for. */
async function passGate(gate, stage, context) {
    const { log, timeline, signal } = context;
    const words = describeGate(gate);
    await timeline.record({ stage: stage.title, title: `gate: ${words}`, changes: false }, async () => {
        const cluster = await context.cluster();
        const deadline = timeline.elapsedMs() + GATE_WITHIN_MS;
        let said = '';
        for (;;) {
            signal.throwIfAborted();
            const findings = gateFindings(gate, (await cluster.observe()).health);
            if (findings.length === 0) {
                log.info(`Gate open: ${words}`);
                return;
            }
            if (timeline.elapsedMs() > deadline) {
                throw new src_findings/* Refusal */.P_(`"${stage.title}" stops at its gate (${words}), and nothing after it was begun; the same run, started again, goes on from there`, findings);
            }
            const now = `Waiting at the gate (${words}): ${findings.map(({ host, fact }) => (host === undefined ? fact : `${host}: ${fact}`)).join('; ')}`;
            if (now !== said)
                log.info(now);
            said = now;
            await (0,external_node_timers_promises_.setTimeout)(act_PAUSE_MS);
        }
    });
}
function describeSteps({ steps }) {
    const byHost = Map.groupBy(steps, ({ host }) => host);
    return [...byHost]
        .map(([host, own]) => `${host} (${own.map(({ kind }) => STEP_TITLES[kind]).join(', ')})`)
        .join('; ');
}

;// CONCATENATED MODULE: ./src/hosts/scripts/append-audit.ts



/** What a host keeps: the last runs, and never more than this. */
const MOST_RECORDS = 50;
const append_audit_MOST_BYTES = 256 * 1024;
/**
 * Appends to the record of what runs have done to this host, and drops the oldest of it. Written aside, fsynced and
 * renamed, so that a run that is killed or a host that loses power loses no older record. To be run under the lock:
 * of two at once, one would be lost.
 * @param lines JSON objects without line ends, see `formatAuditLine`.
 */
function appendAudit(lines) {
    const added = lines.slice(-MOST_RECORDS);
    const input = Buffer.from(added.map((line) => `${line}\n`).join(''));
    const aside = (0,shell/* quote */.h)(`${kubeadm_paths/* ACTION_DIR */.v4}/.audit.jsonl.etcd-ha-action`);
    const shorter = (0,shell/* quote */.h)(`${kubeadm_paths/* ACTION_DIR */.v4}/.audit.jsonl.shorter.etcd-ha-action`);
    const log = (0,shell/* quote */.h)(kubeadm_paths/* AUDIT_LOG */.bd);
    const folder = (0,shell/* quote */.h)(kubeadm_paths/* ACTION_DIR */.v4);
    const script = `
if ! [ -d ${folder} ]; then
  ( umask 022; mkdir -p -- ${(0,shell/* quote */.h)((0,external_node_path_.dirname)(kubeadm_paths/* ACTION_DIR */.v4))} )
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
if [ "$(stat -c %s -- ${aside})" -gt ${append_audit_MOST_BYTES} ]; then
  # One byte more than is kept: the first line, which is dropped, is one that was cut, or the end of the one before. Not behind a
  # pipe, where tail of uutils gives more than it was asked for.
  tail -c ${append_audit_MOST_BYTES + 1} -- ${aside} | tail -n +2 > ${shorter}
  mv -fT -- ${shorter} ${aside}
fi
sync -- ${aside}
mv -fT -- ${aside} ${log}
sync -- ${folder} ${(0,shell/* quote */.h)((0,external_node_path_.dirname)(kubeadm_paths/* ACTION_DIR */.v4))}
`;
    return {
        title: 'write the audit record',
        effect: 'changes',
        script,
        input,
        timeoutMs: 30_000,
    };
}

;// CONCATENATED MODULE: ./src/road/audit.ts



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

;// CONCATENATED MODULE: ./src/etcd/observe-endpoint.ts


/**
 * What one endpoint tells: its status, and then all the rest at once. By then the connection is warm and known to work,
 * so the time of the read is that of the read.
 */
async function observeEndpoint(member, signal) {
    const status = await attempt(() => member.client.status({ signal }));
    return endpointObservation(member, status, askFurther(member.client, status, signal));
}
/** Asks one whose status is known for all the rest. Every answer is small: none of them delays the timed ones. */
function askFurther(client, status, signal) {
    return {
        roundTripNs: attemptAfter(status, () => nanosecondsOf(() => client.version({ signal }))),
        readNs: attemptAfter(status, () => timeRead(client, signal)),
        memberList: attemptAfter(status, () => client.memberList({ linearizable: false }, { signal })),
        alarms: attemptAfter(status, () => client.alarms({ signal })),
    };
}
/** All of that, once it is there. */
async function endpointObservation({ name, address }, status, requests) {
    const [memberList, roundTripNs, readNs, alarms] = await Promise.all([
        requests.memberList,
        requests.roundTripNs,
        requests.readNs,
        requests.alarms,
    ]);
    return {
        name,
        address,
        status,
        memberList,
        roundTripNs,
        readNs,
        alarms: isSilent(readNs) ? readNs : alarms,
    };
}
/**
 * Whoever gets no answer to a read gets none for the alarms, but for chance. A read that etcd refuses, as it does while a
 * CORRUPT alarm is raised, is an answer.
 */
function isSilent(readNs) {
    return failure(readNs) !== undefined && failure(readNs)?.kind !== 'rejected';
}
/** A refused permission is as good as an answer: etcd had to ask the majority before it could refuse (ep_command.go). */
function timeRead(client, signal) {
    return nanosecondsOf(async () => {
        try {
            await client.rangeLinearizable('health', { signal });
        }
        catch (error) {
            if (!(error instanceof EtcdError) || error.kind !== 'permission-denied')
                throw error;
        }
    });
}
/** Troubles of the connection: what follows on it would meet the same. */
const OF_THE_CONNECTION = new Set([
    'unreachable',
    'timeout',
    'server-certificate',
    'client-certificate',
    'tls',
    'connection-lost',
]);
/** Tries it, unless what came before has shown that the endpoint cannot be asked. */
async function attemptAfter(before, ask) {
    const trouble = failure(before);
    return trouble !== undefined && OF_THE_CONNECTION.has(trouble.kind)
        ? { failure: trouble }
        : await attempt(ask);
}
/** What the request gives, or why it failed. */
async function attempt(ask) {
    try {
        return { seen: await ask() };
    }
    catch (error) {
        if (!(error instanceof EtcdError))
            throw error;
        const { kind, reason, finding } = error;
        return { failure: { kind, reason, finding } };
    }
}
/** How long it takes. */
async function nanosecondsOf(work) {
    const startedAt = process.hrtime.bigint();
    await work();
    return Number(process.hrtime.bigint() - startedAt);
}

;// CONCATENATED MODULE: ./src/etcd/health-members.ts



/** The member list with what is thought of each entry. */
function assessMembers(view) {
    return (view.members ?? []).map((member) => ({
        ...member,
        started: isStarted(member),
        expected: view.expected.some(({ entry }) => entry === member),
    }));
}
/** Whether the members are exactly the expected ones. Nothing, when no member list could be read; if no list counts, who has which. */
function memberFindings(view) {
    if (view.members === undefined)
        return health_members_disagreement(view);
    return [
        ...view.expected.flatMap((expected) => expected.entry === undefined ? [missing(expected)] : entryFindings(expected, expected.entry)),
        ...strangers(view),
        ...impostors(view),
        ...health_members_disagreement(view),
    ];
}
function missing({ name, peerUrl }) {
    return fail(name, {
        fact: `${name} (${peerUrl}) is not a member of the cluster.`,
        cause: 'It was removed, or it was never added.',
        fix: 'Have it added as a new member with an empty data dir; one that was removed cannot come back with its old data.',
    });
}
function entryFindings(expected, entry) {
    const { name } = expected;
    if (!isStarted(entry)) {
        return [
            fail(name, {
                fact: `${name} (${listUrls(entry.peerUrls)}) is in the member list and has never started.`,
                cause: 'It was added, and etcd does not run on that host or does not reach the other members.',
                fix: `Look at the etcd container of that host; if it is not wanted, remove the member (id ${entry.id}).`,
            }),
        ];
    }
    return [
        ...(entry.name === name ? [] : [renamed(expected, entry)]),
        ...(sameUrls(entry.peerUrls, expected.peerUrl) ? [] : [otherPeerUrl(expected, entry)]),
        ...(sameUrls(entry.clientUrls, expected.clientUrl) ? [] : [otherClientUrl(expected, entry)]),
        ...(entry.isLearner ? [learner(expected)] : []),
    ];
}
function renamed({ name, peerUrl }, entry) {
    return fail(name, {
        fact: `The member at ${peerUrl} is called ${entry.name}, not ${name}.`,
        cause: 'The host was renamed, or the names in the inputs are in another order than the hosts.',
        fix: `Say \`${entry.name}\` for this host in the inputs.`,
    });
}
function otherPeerUrl({ name, peerUrl }, entry) {
    return fail(name, {
        fact: `${name} has the peer URL ${listUrls(entry.peerUrls)}, expected ${peerUrl}.`,
        cause: 'The host got another address, or the cluster was made with another peer port.',
        fix: `Correct the address or peer port in the inputs, or the member: \`etcdctl member update ${entry.id} --peer-urls=${peerUrl}\`.`,
    });
}
function otherClientUrl({ name, clientUrl }, entry) {
    return fail(name, {
        fact: `${name} announces the client URL ${listUrls(entry.clientUrls)}, expected ${clientUrl}.`,
        cause: 'advertise-client-urls in its manifest is another one.',
        fix: 'Correct the address or client port in the inputs, or the manifest of that host.',
    });
}
function learner({ name }) {
    return fail(name, {
        fact: `${name} is a learner: it has no vote and does not count for the quorum.`,
        cause: 'It was added as a learner and not promoted, or it still catches up.',
        fix: 'Promote it once it has caught up, or remove it.',
    });
}
function strangers(view) {
    const known = new Set(view.expected.map(({ entry }) => entry));
    return (view.members ?? [])
        .filter((member) => !known.has(member))
        .map((member) => {
        const what = member.isLearner ? 'learner' : 'member';
        const name = isStarted(member) ? member.name : '(never started)';
        return {
            severity: 'fail',
            at: 'members',
            fact: `The cluster has a ${what} that is not expected: ${name}, id ${member.id}, ${listUrls(member.peerUrls)}.`,
            cause: 'A host was left out of the inputs, or a member that is gone was not removed.',
            fix: `Name its host among the hosts, or remove it: \`etcdctl member remove ${member.id}\`.`,
        };
    });
}
/** Endpoints where another member answers than the one whose entry has that address. */
function impostors(view) {
    return view.own.flatMap(({ name, status }) => {
        const expected = view.expected.find((member) => member.name === name);
        const answering = health_observation_seen(status)?.memberId;
        if (expected?.entry === undefined || answering === undefined || answering === expected.entry.id)
            return [];
        const other = memberName(view, answering);
        return [
            fail(name, {
                fact: `${expected.clientUrl} is answered by member ${other} (id ${answering}), not by the one listed there (id ${expected.entry.id}).`,
                cause: 'The data dir was taken from another member, or the address leads to another host.',
                fix: 'Find out whose data that host has before anything is restarted; do not copy data dirs between members.',
            }),
        ];
    });
}
/** Members that have another member list than the one that was judged. */
function health_members_disagreement(view) {
    const judged = fingerprint(view.members ?? []);
    return view.own.flatMap(({ name, memberList }) => {
        const list = health_observation_seen(memberList)?.members;
        if (list === undefined || fingerprint(list) === judged)
            return [];
        return [
            fail(name, {
                fact: `${name} knows other members than the rest of the cluster: ${list.map(describeMember).join(', ')}.`,
                cause: 'It has not yet caught up with a change of membership.',
                fix: 'Look again in a few seconds; if it stays so, the member is cut off from the leader.',
            }),
        ];
    });
}
function fail(host, words) {
    return { severity: 'fail', host, at: 'members', ...words };
}
/** A member publishes its name and client URLs when it starts for the first time. */
function isStarted(member) {
    return member.name !== '';
}
function sameUrls(urls, expected) {
    return urls.length === 1 && urls.every((url) => canonicalUrl(url) === canonicalUrl(expected));
}
function listUrls(urls) {
    return urls.length === 0 ? '(none)' : urls.join(', ');
}
function describeMember(member) {
    return `${isStarted(member) ? member.name : '(never started)'} ${listUrls(member.peerUrls)}`;
}

;// CONCATENATED MODULE: ./src/etcd/health.ts





/** Version of HealthReport's form; a change that a reader could stumble over raises it. */
const HEALTH_REPORT_VERSION = 1;
/**
 * Judges what was seen. The expected members are the observed ones: their names and addresses, with the expected
 * ports, are the whole cluster; anything more, less or other is a finding.
 *
 * @param checkedAt when it was seen.
 */
function assessHealth(observations, expected, checkedAt) {
    const view = viewCluster(observations, expected);
    const endpoints = observations.map((observation) => assessEndpoint(observation, expected.clientPort, view.leader));
    const findings = failuresFirst([
        ...clusterFindings(view),
        ...observations.flatMap(endpointFindings),
        ...memberFindings(view),
    ]);
    return {
        schemaVersion: HEALTH_REPORT_VERSION,
        healthy: endpoints.every(({ healthy }) => healthy) && findings.every(({ severity }) => severity !== 'fail'),
        checkedAt: checkedAt.toISOString(),
        clusterId: view.clusterId,
        leader: view.leader === null ? null : { name: memberName(view, view.leader), id: view.leader },
        raftTerm: highestTerm(view),
        endpoints,
        members: assessMembers(view),
        findings,
    };
}
function failuresFirst(findings) {
    return findings.toSorted((one, other) => Number(one.severity === 'warn') - Number(other.severity === 'warn'));
}
function highestTerm(view) {
    const terms = view.own.flatMap(({ status }) => health_observation_seen(status)?.raftTerm ?? []);
    return terms.length === 0 ? null : Math.max(...terms);
}

;// CONCATENATED MODULE: ./src/etcd/health-check.ts


/** Asks all endpoints at once and judges what was seen. Changes nothing, leaves the clients open, does not throw. */
async function checkHealth(options) {
    const signal = AbortSignal.timeout(options.deadlineMs);
    const observations = await Promise.all(options.members.map((member) => observeEndpoint(member, signal)));
    return assessHealth(observations, options.expected, options.now());
}

;// CONCATENATED MODULE: ./src/road/cluster-clients.ts





const cluster_clients_ANSWER_WITHIN_MS = 5_000;
/** A client for each member, through its host's own connection. */
class ClusterClients {
    credentials;
    #access;
    #clients;
    constructor(access) {
        this.#access = access;
        this.credentials = access.credentials;
        this.#clients = new Map(access.members.map(({ name, address }) => [name, clientOf(name, address, access)]));
    }
    /** Asks all members at once and judges what they tell; never throws. */
    async observe() {
        const { members, clientPort, peerPort, now } = this.#access;
        const health = await checkHealth({
            members: members.map(({ name, address }) => ({ name, address, client: this.client(name) })),
            expected: { clientPort, peerPort },
            now,
            deadlineMs: cluster_clients_ANSWER_WITHIN_MS,
        });
        return { health };
    }
    /** Whether a member refuses the client certificate, and none lets it in; never throws. */
    async isRefused() {
        const signal = AbortSignal.timeout(cluster_clients_ANSWER_WITHIN_MS);
        const asked = [...this.#clients.values()].map((client) => attempt(() => client.status({ signal })));
        const kinds = (await Promise.all(asked)).map((answer) => failure(answer)?.kind);
        return kinds.includes('client-certificate') && !kinds.includes(undefined);
    }
    /** The client of one member. */
    client(name) {
        const client = this.#clients.get(name);
        if (client === undefined)
            throw new Error(`${name} is no member`);
        return client;
    }
    /** Ends all connections; safe to call twice. */
    close() {
        for (const client of this.#clients.values())
            client.close();
    }
}
function clientOf(name, address, { hosts, clientPort, credentials }) {
    const transport = hosts.get(name);
    // not asked through another host: an attempt that hangs would take a channel of that host for minutes
    const open = () => transport === undefined ? Promise.reject(notReached(name)) : transport.openTcp(address, clientPort);
    return new EtcdClient({
        name,
        address,
        port: clientPort,
        open,
        credentials,
        requestTimeoutMs: cluster_clients_ANSWER_WITHIN_MS,
    });
}
function notReached(host) {
    return new host_error/* HostError */.d({
        host,
        at: 'connect',
        fact: 'its host could not be reached over SSH, so the member was not asked.',
        fix: 'Bring the host back, then run again.',
    });
}

// EXTERNAL MODULE: ./src/pki/certificate.ts + 1 modules
var certificate = __webpack_require__(36846);
// EXTERNAL MODULE: ./src/pki/der.ts
var der = __webpack_require__(52787);
// EXTERNAL MODULE: ./src/pki/extension-values.ts
var extension_values = __webpack_require__(73052);
// EXTERNAL MODULE: ./src/pki/extensions.ts
var extensions = __webpack_require__(32968);
// EXTERNAL MODULE: ./src/pki/oids.ts
var oids = __webpack_require__(90291);
// EXTERNAL MODULE: ./src/pki/serial.ts
var serial = __webpack_require__(65802);
// EXTERNAL MODULE: ./src/pki/structure.ts
var structure = __webpack_require__(82389);
;// CONCATENATED MODULE: ./src/pki/leaf.ts












/**
 * Issues one leaf certificate with a new key, equal to the one that `kubeadm init phase certs` would issue.
 *
 * @throws Error for a member name, address or extra name that kubeadm would not put into a certificate, and for a
 *   member whose name is the CA's own: its certificate would look self-signed and nobody could verify it.
 */
async function issueLeaf(authority, profileName, request) {
    const profile = leafProfiles[profileName];
    const issuer = (0,structure/* parseStructure */.V)(authority.certificate.raw);
    const subject = (0,certificate/* commonNameOnly */.R)(profile.commonName ?? (0,alt_names/* nodeName */.qp)(request.member.name));
    if ((0,der/* encode */.lF)(subject).equals((0,der/* encode */.lF)(issuer.subject))) {
        throw new Error(`the member is named "${request.member.name}" like the CA itself: its certificates would look self-signed; give the member another name`);
    }
    // As Go does: a CA without a subject key identifier gives leaves without an authority key identifier.
    const issuerKeyIdentifier = (0,extension_values/* subjectKeyIdentifierOf */.w7)(issuer);
    const altNames = profile.namesMember ? (0,alt_names/* memberAltNames */.G1)(request.member) : [];
    const key = await (request.newKey?.() ?? (0,pki_keys/* generateKey */.rh)(request.algorithm));
    const certificatePem = (0,certificate/* signCertificate */.j)({
        serial: (0,serial/* randomSerial */.Y)(),
        issuer: issuer.subject,
        subject,
        ...(0,validity/* validity */.bg)(request.now, request.days ?? validity/* KUBEADM_LEAF_DAYS */.HL),
        publicKey: (0,pki_keys/* publicKeyOf */.kc)(key),
        extensions: [
            (0,extensions/* keyUsage */.F$)({ isCa: false }),
            (0,extensions/* extendedKeyUsage */.u5)(profile.usages.map((usage) => oids/* oids */.S[usage])),
            (0,extensions/* basicConstraints */.vw)({ isCa: false }),
            ...(issuerKeyIdentifier === undefined ? [] : [(0,extensions/* authorityKeyIdentifier */.Eo)(issuerKeyIdentifier)]),
            ...(altNames.length === 0 ? [] : [(0,extensions/* subjectAltName */.B4)(altNames)]),
        ],
    }, authority.key);
    return { certificatePem, keyPem: (0,pki_keys/* privateKeyToPem */.Ux)(key), certificate: new external_node_crypto_.X509Certificate(certificatePem) };
}
/**
 * Issues all four leaves of a member at once; their keys are made in parallel.
 *
 * @throws Error as issueLeaf does.
 */
async function issueMemberLeaves(authority, request) {
    const leaves = await Promise.all(leafProfileNames.map(async (name) => [name, await issueLeaf(authority, name, request)]));
    return Object.fromEntries(leaves);
}

;// CONCATENATED MODULE: ./src/road/material.ts











/**
 * Begins at once to make or fetch the CA and to issue the certificates, while the hosts get their configurations; who
 * needs one of them awaits it.
 */
function prepareMaterial(input) {
    const { plan, facts } = input;
    const signer = obtainSigner(input);
    const authority = plan.authority.from === 'certificate-only' ? Promise.resolve(decidedAuthority(plan)) : signer;
    const leaves = new Map([...plan.shape.members, ...plan.controlPlane].flatMap((member) => {
        const names = plan.issue.get(member.name);
        return names === undefined ? [] : [[member.name, issue(member, names, signer, input)]];
    }));
    const { patches: written, walDir } = plan.shape;
    const patches = (0,kubeadm_patches/* patchFiles */.MP)((0,kubeadm_patches/* allPatches */.My)(written, walDir));
    // Whoever awaits them gets the error; until then it must not count as unhandled.
    for (const pending of [signer, authority, ...leaves.values()])
        pending.catch(() => undefined);
    return {
        authority,
        signer,
        leaves,
        found: mapValues(facts, foundDigests),
        digests: mapValues(facts, (seen) => recordedDigests(seen, patches)),
        publicFiles: mapValues(facts, publicTexts),
    };
}
async function issue(member, names, signer, { plan, now, keys, maskSecret }) {
    const { keyAlgorithm: algorithm, leafDays: days, extraSans } = plan.certificates;
    const signing = await signer;
    const issued = await Promise.all(names.map(async (name) => {
        const leaf = await issueLeaf(signing, name, {
            member: { ...member, extraSans },
            algorithm,
            days,
            now,
            newKey: () => keys.take(algorithm),
        });
        maskSecret(leaf.keyPem);
        return [name, leaf];
    }));
    return Object.fromEntries(issued);
}
function mapValues(map, change) {
    return new Map([...map].map(([key, value]) => [key, change(value)]));
}
function foundDigests({ files }) {
    return new Map([...files.values()].flatMap(({ path, kind, sha256: digest }) => kind === 'directory' ? [] : [[path, digest ?? UNKNOWN_DIGEST]]));
}
/**
 * What the record will say of files that this run leaves alone: their digests as they are, for what was found to be as
 * it ought to be is recorded so.
 * @param patches those that the inputs ask for, by path: others lie in folders that are removed.
 */
function recordedDigests({ files }, patches) {
    return new Map([...files.values()].flatMap(({ path, sha256: digest }) => digest !== undefined && (isRecorded(path) || patches.has(path)) ? [[path, digest]] : []));
}
/** Files of a member that its record lists: the pki tree, the manifest, and the configurations that the action writes. */
function isRecorded(path) {
    return path === kubeadm_paths/* ETCD_MANIFEST */.jl || CONFIGURATION_MODES.has(path) || PKI_TREE.has(path);
}
const PKI_TREE = expectedPkiTree(true);
/** Public files that lie on a host; never the action's own record. */
function publicTexts({ files }) {
    return new Map([...files.values()].flatMap(({ path, text }) => text === undefined || path === kubeadm_paths/* STATE_FILE */.bv ? [] : [[path, text]]));
}
/** The CA's one certificate as the plan was decided with it, never a file that a host would give now. */
function decidedAuthority({ authority, authorityCertificate }) {
    if (authorityCertificate === undefined)
        throw new Error(`a plan with a CA that comes from "${authority.from}" holds its certificate`);
    return (0,pki_authority/* authorityOf */.vO)(authorityCertificate);
}
async function obtainSigner(input) {
    const { plan, settings, now, keys, maskSecret } = input;
    switch (plan.authority.from) {
        case 'made': {
            const { keyAlgorithm: algorithm, authorityDays: days } = plan.certificates;
            const made = await (0,pki_authority/* createAuthority */.ww)({ algorithm, days, now, newKey: () => keys.take(algorithm) });
            maskSecret(made.keyPem);
            return made;
        }
        case 'input': {
            if (settings.authority === undefined)
                throw new Error('a CA from the inputs was planned, and there is none');
            const { certificatePem, keyPem } = settings.authority;
            const certificate = { name: 'ca-certificate', text: certificatePem };
            const key = { name: 'ca-key', text: keyPem };
            return refusing(() => withPem((0,read_authority/* readSigningAuthority */.f1)(certificate, key, now), maskSecret));
        }
        case 'host': {
            const { host } = plan.authority;
            const transport = input.hosts.get(host);
            if (transport === undefined)
                throw new Error(`no connection to ${host}`);
            const seen = input.facts.get(host)?.files.get(kubeadm_paths/* CA_KEY */.r$)?.sha256;
            const { certificatePem } = decidedAuthority(plan);
            const keyPem = await readText(transport, kubeadm_paths/* CA_KEY */.r$, seen, maskSecret);
            const source = (path, text) => ({ name: `${transport.name}:${path}`, text });
            return refusing(() => withPem((0,read_authority/* readAuthorityOfHost */.zF)(source(kubeadm_paths/* CA_CERTIFICATE */.vB, certificatePem), source(kubeadm_paths/* CA_KEY */.r$, keyPem), now), maskSecret));
        }
        case 'certificate-only':
            throw new Error('nothing has to be signed, so the key of the CA is not fetched');
    }
}
function withPem(authority, maskSecret) {
    const keyPem = (0,pki_keys/* privateKeyToPem */.Ux)(authority.key);
    maskSecret(keyPem);
    return { ...authority, keyPem };
}
function refusing(read) {
    try {
        return read();
    }
    catch (error) {
        if (!(error instanceof read_authority/* AuthorityError */.sv))
            throw error;
        throw new src_findings/* Refusal */.P_('the CA cannot be used', error.reasons);
    }
}

;// CONCATENATED MODULE: ./src/road/host-progress.ts

/** How far each host has come with its part of a plan that was not carried out to its end. */
function hostProgress({ shape, controlPlane, stages, afterProof }, { entries }) {
    return [...shape.members, ...controlPlane].map(({ name: host }) => {
        const planned = [...stages, ...afterProof].flatMap(({ title, steps }) => steps
            .filter((step) => step.host === host)
            .map((step) => ({ stage: title, step: STEP_TITLES[step.kind] })));
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

;// CONCATENATED MODULE: ./src/road/prove.ts



/** The cluster is not as it has to be. Carries the report, so that it can be shown all the same. */
class ProofFailed extends src_findings/* Refusal */.P_ {
    health;
    constructor(health) {
        super('the cluster is not healthy', health.findings);
        this.name = 'ProofFailed';
        this.health = health;
    }
}
/** A member that has just got ready may still have to publish itself, a leader may just be elected; slow hosts take as long as at a gate. */
const SETTLE_WITHIN_MS = 60_000;
const prove_PAUSE_MS = 250;
/**
 * Proves that the whole cluster is healthy and has exactly the expected members, through the SSH connections; if hosts are
 * away, that a majority is healthy and every member that could be asked is one of it.
 * @throws ProofFailed when it is not, after giving it time to settle.
 */
async function prove({ cluster, away, log, timeline, signal }) {
    const deadline = timeline.elapsedMs() + SETTLE_WITHIN_MS;
    const title = away.size === 0 ? 'health of the whole cluster' : 'health of the reached members';
    const what = { stage: 'Prove', title, changes: false };
    return timeline.record(what, async () => {
        let lastSaid = '';
        for (;;) {
            signal.throwIfAborted();
            const { health } = await cluster.observe();
            if (health.healthy || isHealthyWithout(health, away))
                return health;
            if (timeline.elapsedMs() > deadline)
                throw new ProofFailed(health);
            const said = `Not healthy yet: ${health.findings.map(({ fact }) => fact).join('; ')}`;
            if (said !== lastSaid)
                log.info(said);
            lastSaid = said;
            await (0,external_node_timers_promises_.setTimeout)(prove_PAUSE_MS);
        }
    });
}
function isHealthyWithout(health, away) {
    if (away.size === 0)
        return false;
    const present = health.endpoints.map(({ name }) => name).filter((name) => !away.has(name));
    const gates = [
        { kind: 'quorum' },
        ...present.map((member) => ({ kind: 'member', member })),
    ];
    return gates.every((gate) => gateFindings(gate, health).length === 0);
}

;// CONCATENATED MODULE: ./src/hosts/probe/kubeadm-says.ts
/**
 * Bash function `kubeadm_says`: prints what kubeadm says of its version, and the images that it asks for, one on a line. A
 * wrapper of kubeadm may print lines of its own before.
 */
const KUBEADM_SAYS = `
kubeadm_says() {
  local said code version=$'\\n(v[0-9]+\\\\.[0-9]+\\\\.[0-9]+[^[:space:]]*)'
  said=$(kubeadm version -o short | head -c 4096; exit "\${PIPESTATUS[0]}")
  code=$?
  printf '%s\\n' "$said"
  if [ "$code" != 0 ]; then return "$code"; fi
  if [[ $'\\n'$said =~ $version ]]; then kubeadm config images list --kubernetes-version "\${BASH_REMATCH[1]}" | head -c 65536; code=\${PIPESTATUS[0]}; fi
  return "$code"
}
`;
/** Asks a host's kubeadm alone. It needs no root for that. */
function askKubeadm() {
    return {
        title: 'ask kubeadm for its images',
        effect: 'reads',
        script: `${KUBEADM_SAYS}kubeadm_says 2>/dev/null || true`,
        timeoutMs: 15_000,
    };
}
function parseKubeadmAnswer(text) {
    const lines = text.split('\n').map((line) => line.trim());
    const version = lines.find((line) => /^v\d+\.\d+\.\d+\S*$/.test(line)) ?? '';
    const etcdImage = lines.find((line) => /^\S+\/etcd:\S+$/.test(line));
    return { version, ...(etcdImage !== undefined && { etcdImage }) };
}

;// CONCATENATED MODULE: ./src/hosts/probe/sections.ts

/** A probe's answer was cut off or is not of its form. */
class IncompleteProbe extends Error {
}
/** How many characters of a program's errors a host keeps for the answer; of more, these of the first line, and the last ones. */
const KEPT_WORDS = 350;
const FIRST_WORDS = 100;
const LAST_WORDS = 150;
/** The longest `Unseen.words`. */
const MOST_WORDS = 500;
/** How much is read of what was begun as one: more than a list of containers or images can be. */
const sections_MOST_BYTES = 4_194_304;
/**
 * Bash for an answer in sections of raw text. Its first line is a mark that is made on the host for this one answer, so that
 * nothing that lies there can look like a section; then each section begins with a line `MARK NAME`. No temporary file is
 * made, and no here-string, for which bash before 5.1 makes one.
 *
 * `section NAME`: begins one. `show FILE`: prints a text file exactly as it is, or nothing. `now`: sets `time` to the
 * microseconds since 1970, in whole seconds where neither bash nor date tells more.
 *
 * `begin NAME COMMAND…` has a command write a section of its own at the same time, without its errors; `gather_sections` waits
 * for these and prints them, in the order in which they were begun, each up to a length; `end_sections` does too, and ends the
 * answer with the section `clock`: the time at its beginning and at its end.
 *
 * `program NAME SECONDS COMMAND…` prints what the command prints as the section NAME, and then the section `ran.NAME`: its
 * exit code, or `late` and the seconds, and on the lines that follow its errors, of many the first and the last. A command that takes longer is killed
 * with its whole process group, so that a child of it cannot keep the answer open. The errors and the end come by one pipe,
 * so that no file is needed and `timeout` (another one in busybox) neither. `begin_program` is the same begun at once.
 */
const SECTIONS = `
read -r mark < /proc/sys/kernel/random/uuid
begun_sections=()
section() { printf '\\n%s %s\\n' "$mark" "$1"; }
show() { local text=(); mapfile -d '' text < "$1" && printf %s "\${text[@]}"; } 2>/dev/null
now() {
  if [ -n "\${EPOCHREALTIME-}" ]; then time=\${EPOCHREALTIME/./}; else time=$(date +%s%6N); fi
  case $time in *[!0-9]*) time=$(date +%s)000000 ;; esac
}
program() {
  local name=$1 limit=$2 stream line first words='' ended='' end
  shift 2
  section "$name"
  exec {stream}<> <(:)
  set -m
  { "$@" < /dev/null 2>&"$stream"; printf '\\n%s %s\\n' "$mark" "$?" >&"$stream"; } &
  end=$((SECONDS + limit + 1))
  while [ -z "$ended" ] && [ "$SECONDS" -lt "$end" ] && IFS= read -r -t $((end - SECONDS)) -n 4000 -u "$stream" line; do
    case $line in "$mark "*) ended=\${line#* } ;; ?*) words+=$line$'\\n' ;; esac
    if [ "\${#words}" -gt ${KEPT_WORDS} ]; then # of a page of usage, the first line tells most
      first=\${first:-\${words:0:${FIRST_WORDS}}}
      first=\${first%%$'\\n'*} words=\${words: -${LAST_WORDS}}
    fi
  done
  if [ -z "$ended" ]; then kill -KILL -- "-$!"; ended="late $limit"; fi
  set +m
  exec {stream}>&-
  section "ran.$name"
  printf '%s\\n%s%s' "$ended" "\${first:+$first … }" "$words"
} 2>/dev/null
begin() {
  local fd
  exec {fd}< <(section "$1"; shift; "$@" 2>/dev/null)
  begun_sections+=("$fd")
}
begin_program() {
  local fd
  exec {fd}< <(program "$@")
  begun_sections+=("$fd")
}
gather_sections() {
  local fd
  if [ "\${#begun_sections[@]}" -gt 0 ]; then head -q -c ${sections_MOST_BYTES} -- "\${begun_sections[@]/#//dev/fd/}"; fi
  for fd in "\${begun_sections[@]}"; do exec {fd}<&-; done
  begun_sections=()
}
end_sections() { gather_sections; now; section clock; printf '%s %s\\n' "$begun_at" "$time"; section end; }
now
begun_at=$time
printf '%s\\n' "$mark"
`;
/**
 * The sections of an answer by name, each with the text that follows its line; the last one of a name counts.
 * @throws IncompleteProbe when the section `end` is missing.
 */
function readSections(answer) {
    const mark = answer.slice(0, answer.indexOf('\n')).trim();
    const [, ...parts] = mark === '' ? [] : answer.split(`\n${mark} `);
    const sections = new Map(parts.map((part) => {
        const end = part.indexOf('\n');
        return [part.slice(0, end), part.slice(end + 1)];
    }));
    if (!sections.has('end'))
        throw new IncompleteProbe('the answer of the probe was cut off');
    return sections;
}
/** @throws IncompleteProbe when one of these sections, which every answer has, is missing. */
function requireSections(sections, names) {
    const missing = names.filter((name) => !sections.has(name));
    if (missing.length > 0)
        throw new IncompleteProbe(`the answer of the probe lacks ${missing.join(', ')}`);
}
/** The answer of a program that was run by `program NAME`. */
function programAnswer(sections, name) {
    const text = sections.get(name) ?? '';
    const ran = sections.get(`ran.${name}`);
    const [end = '', ...lines] = (ran ?? '').split('\n');
    const words = (0,printable/* printable */.g)(lines.map(withoutPlace).join(' '), MOST_WORDS);
    if (end === '0' && sections.has(name))
        return { text, words };
    return { text, words, failure: withWords(endOf(end), words) };
}
/** bash names the line of the script before what it says, which tells an administrator nothing. */
function withoutPlace(line) {
    return line.replace(/^[^ :]*: line \d+: /, '');
}
function endOf(end) {
    const seconds = /^late (\d+)$/.exec(end)?.[1];
    if (seconds !== undefined)
        return `it did not end within ${seconds} s`;
    if (end === '141')
        return 'it was ended after it had printed more than is read'; // SIGPIPE
    if (end === '')
        return 'its answer is longer than is read, or was cut off';
    return /^[1-9]\d*$/.test(end) ? `it ended with exit code ${end}` : 'how it ended cannot be read';
}
/** A fact with what a program said, where it said something; at most as long as `Unseen.words` may be. */
function withWords(fact, words) {
    return (0,printable/* printable */.g)(words === '' ? fact : `${fact}: ${words}`, MOST_WORDS - 1);
}

;// CONCATENATED MODULE: ./src/hosts/probe/parse-clock.ts


/** A host did not tell the time. */
class NoClock extends IncompleteProbe {
}
/**
 * How far a host's clock is from the runner's, by the section `clock` that ends each answer of a probe. RFC 5905, section 8: the time
 * that the probe itself took on the host does not count.
 * @throws NoClock when the section does not tell the time.
 */
function clockIn(sections, timing) {
    const text = sections.get('clock') ?? '';
    const [, begun, ended] = /^(\d{1,17}) (\d{1,17})\n/.exec(text) ?? [];
    const [begunMs, endedMs] = [Number(begun) / 1000, Number(ended) / 1000];
    if (!(begunMs > 0 && endedMs > 0))
        throw new NoClock(withWords('it did not tell the time', (0,printable/* printable */.g)(text, 100)));
    const there = begunMs - timing.sentMs;
    const back = endedMs - timing.receivedMs;
    return { offsetMs: (there + back) / 2, uncertaintyMs: Math.max(0, (there - back) / 2) };
}

;// CONCATENATED MODULE: ./src/hosts/probe/look-at-files.ts



/** Public files whose contents the action reads. Never a key. */
const PUBLIC_FILES = [
    kubeadm_paths/* STATE_FILE */.bv,
    kubeadm_paths/* KUBEADM_CONFIG */.XA,
    kubeadm_paths/* KUBELET_CONFIG */.So,
    kubeadm_paths/* KUBELET_DROP_IN */.jy,
    kubeadm_paths/* GUIDE_KUBELET_CONFIG */.$9,
    kubeadm_paths/* ETCD_MANIFEST */.jl,
];
/** Contents of files of this size, in bytes, and of larger ones are not read. */
const TEXT_LIMIT = 262_144;
/** Larger files than this many bytes have no digest: `find -size -256k` counts begun KiB. */
const DIGEST_LIMIT = 255 * 1024;
const PKI_ETCD_DIR = `${kubeadm_paths/* PKI_DIR */.Hw}/etcd`;
/** Folders whose files the action compares. Below these, and nowhere else, what it looks for is found by name. */
const DIGEST_ROOTS = [kubeadm_paths/* PKI_DIR */.Hw, kubeadm_paths/* ACTION_DIR */.v4, kubeadm_paths/* KUBELET_DROP_IN_DIR */.vQ, kubeadm_paths/* ETCD_MANIFEST */.jl];
const TREE_ROOTS = [kubeadm_paths/* MANIFEST_DIR */.Kk, kubeadm_paths/* PKI_DIR */.Hw, kubeadm_paths/* ACTION_DIR */.v4, kubeadm_paths/* KUBELET_DROP_IN_DIR */.vQ, ...kubeadm_paths/* NODE_MARKS */.C8];
/** Folders in which the action writes, with the place from which /etc/kubernetes is led elsewhere. */
const PLACES = [
    '/etc/kubernetes',
    kubeadm_paths/* MANIFEST_DIR */.Kk,
    kubeadm_paths/* PKI_DIR */.Hw,
    PKI_ETCD_DIR,
    kubeadm_paths/* ACTION_DIR */.v4,
    kubeadm_paths/* PATCHES_DIR */.rf,
    kubeadm_paths/* KUBELET_DROP_IN_DIR */.vQ,
];
/** How deep below its roots a listing looks; patches lie this deep. */
const DEPTH = 3;
/** Seconds that the listing of files, their digests, and the look at the data may take. */
const PATIENCE_SECONDS = 15;
const look_at_files_words = (paths) => paths.map(shell/* quote */.h).join(' ');
/** Where a member's data is, as the variables that {@link BEGIN_FILES} reads. */
function placeVariables({ dataDir, walDir = '' }) {
    return `data_dir=${(0,shell/* quote */.h)(dataDir)} wal_dir=${(0,shell/* quote */.h)(walDir)}`;
}
/**
 * Begins to look at files and at the data, behind {@link placeVariables}.
 *
 * The tree is not listed from /etc/kubernetes on, where anything may lie by the thousand, but from the folders and files that
 * matter. A root that is a link is followed (`-H`), and one that is a mount of its own listed, as the scripts that write
 * follow both; `pki/etcd` is a root of its own where it is a link. Of a link the mode is that of what it leads to.
 *
 * Of the data, names are not told: whether something is there is all that is needed.
 */
const BEGIN_FILES = `${BLANK_LOG_FUNCTION}
roots_of() { # PATH…: sets \`roots\` to those that are there
  local path
  roots=()
  for path; do
    if [ -e "$path" ] || [ -L "$path" ]; then roots+=("$path"); fi
    if [ "$path" = ${kubeadm_paths/* PKI_DIR */.Hw} ] && [ -L ${PKI_ETCD_DIR} ]; then roots+=(${PKI_ETCD_DIR}); fi
  done
}
digests() { # sha256sum of busybox and of uutils before 0.1 knows no -z; without it a name with a line break is not told plainly
  find -H "\${roots[@]}" -ignore_readdir_race -maxdepth ${DEPTH} -type f -size -256k -exec sha256sum -z {} + ||
    find -H "\${roots[@]}" -maxdepth ${DEPTH} -type f -size -256k ! -name $'*[\\n\\\\\\\\]*' -exec sha256sum {} +
}
places() { # PATH…: what it is, where it leads, and on which mount that is
  local path kind mounts=() all real mount name
  mapfile -t mounts < /proc/self/mountinfo
  all=\${mounts[*]}
  for path; do
    real='' mount='' kind=other
    if [ -L "$path" ]; then kind=link; elif [ -d "$path" ]; then kind=folder; elif [ ! -e "$path" ]; then kind=nothing; fi
    if [ -d "$path" ] && cd -P -- "$path"; then
      real=$PWD mount=$PWD
      while [ "$mount" != / ]; do
        name=\${mount//\\\\/\\\\134} name=\${name// /\\\\040}
        if [[ $all == *" $name r"[ow]* ]]; then break; fi
        mount=\${mount%/*} mount=\${mount:-/}
      done
    fi
    printf '%s\\0' "$kind" "$path" "$real" "$mount"
  done
}
data() {
  local role folder words there absent='' folders=()
  for role in data-dir wal-dir log other-log; do
    case $role in
      log) folder=\${wal_dir:-$data_dir/member}/wal ;;
      wal-dir) folder=$wal_dir ;;
      data-dir) folder=$data_dir ;;
      other-log) folder=\${wal_dir:+$data_dir/member/wal} ;;
    esac
    if [ -z "$folder" ]; then continue; fi
    there=yes
    if [ ! -d "$folder" ]; then
      if [[ $absent == *"|\${folder%/member/wal}|"* || $absent == *"|\${folder%/wal}|"* ]]; then there=no
      elif ! words=$(cd -- "$folder" 2>&1); then
        case $words in *'No such file or directory' | *'Not a directory') there=no ;; *) printf '%s\\n' "$words" >&2; return 1 ;; esac
        absent+="|$folder|"
      fi
    fi
    printf '%s %s %s\\0' "$role" "$there" "$folder"
    if [ "$there" = yes ]; then folders+=("$folder"); fi
  done
  if [ "\${#folders[@]}" = 0 ]; then return; fi
  find -H "\${folders[@]}" -maxdepth 1 ! -name lost+found -printf '%d %m %H\\0' || return
  has_blank_log "\${wal_dir:-$data_dir/member}/wal"
  case $? in 0) section data-dir.blank-log ;; 1) ;; *) return 1 ;; esac
}
begin_program data-dir ${PATIENCE_SECONDS} data
roots_of ${look_at_files_words(TREE_ROOTS)}
section tree.roots
if [ "\${#roots[@]}" -gt 0 ]; then
  printf '%s\\0' "\${roots[@]}"
  begin_program tree ${PATIENCE_SECONDS} find -H "\${roots[@]}" -ignore_readdir_race -maxdepth ${DEPTH} -printf '%y %m %U:%G %s %p\\0'
fi
roots_of ${look_at_files_words(DIGEST_ROOTS)}
if [ "\${#roots[@]}" -gt 0 ]; then begin_program digests ${PATIENCE_SECONDS} digests; fi
begin places places ${look_at_files_words(PLACES)} "$data_dir" \${wal_dir:+"$wal_dir"}
`;
/** Contents of public files, and the lock. */
const LOOK_AT_FILES = `
while read -r size file; do
  if [ -f "$file" ] && [ "$size" -lt ${TEXT_LIMIT} ]; then section "text:$file"; show "$file"; fi
done < <(stat -Lc '%s %n' -- ${look_at_files_words(PUBLIC_FILES)} ${(0,shell/* quote */.h)(PKI_ETCD_DIR)}/*.crt ${(0,shell/* quote */.h)(kubeadm_paths/* PKI_DIR */.Hw)}/apiserver-etcd-client.crt ${(0,shell/* quote */.h)(kubeadm_paths/* PATCHES_DIR */.rf)}/*/* 2>/dev/null)
if [ -e ${(0,shell/* quote */.h)(kubeadm_paths/* LOCK_FILE */.FI)} ]; then section lock; fi
`;

;// CONCATENATED MODULE: ./src/hosts/probe/parse-files.ts




/** The tree with digests and public contents, and where its folders are. */
function parseFiles(sections) {
    const { text, words, failure } = programAnswer(sections, 'tree');
    const roots = listIn(sections.get('tree.roots'));
    const entries = listIn(text)?.map(entryOf);
    const digests = digestsIn(sections.get('digests') ?? '');
    const files = new Map((entries ?? [])
        .filter((entry) => entry !== undefined)
        .map((entry) => [entry.path, withContents(entry, digests, sections)]));
    const places = parsePlaces(sections);
    const isWhole = roots?.length === 0 ||
        (failure === undefined &&
            roots?.every((root) => files.has(root)) &&
            entries?.includes(undefined) === false);
    const unread = [...files.values()].filter(lacksText).map(({ path }) => path);
    const problem = !isWhole
        ? (failure ?? withWords('its list of files is not whole', words))
        : unread.length > 0
            ? `the contents of ${unread.join(', ')} could not be read`
            : undefined;
    return {
        files,
        places: places ?? [],
        unseen: [
            ...(problem === undefined ? [] : [unseenFiles('find', problem)]),
            ...(places === undefined ? [unseenFiles('bash', 'where the folders really are was not told')] : []),
            ...missingDigests(sections, files, isWhole),
        ],
    };
}
function unseenFiles(program, words) {
    return { what: 'files', program, words: withWords(words, '') };
}
/** A list of which each entry ends with a zero byte; undefined where it is missing or was cut off. */
function listIn(text) {
    if (text === undefined)
        return undefined;
    const entries = text.split('\0');
    return (entries.pop() ?? '').trim() === '' ? entries : undefined;
}
const KINDS = { f: 'file', d: 'directory', l: 'link' };
function entryOf(entry) {
    const match = /^(\S) (\d+) (\S+) (\d+) (.+)$/s.exec(entry);
    if (match === null)
        return undefined;
    const [, kind = '', mode = '', owner = '', size = '', path = ''] = match;
    return { path, kind: KINDS[kind] ?? 'other', mode, owner, size: Number(size) };
}
function withContents(entry, digests, sections) {
    const sha256 = digests.get(entry.path);
    const text = sections.get(`text:${entry.path}`);
    return { ...entry, ...(sha256 !== undefined && { sha256 }), ...(text !== undefined && { text }) };
}
/** `sha256sum -z`, and behind it, where it is not known there, `sha256sum`, by lines. */
function digestsIn(text) {
    const entries = text.split('\0');
    const lines = (entries.pop() ?? '').split('\n');
    return new Map([...entries, ...lines].flatMap((entry) => {
        const match = /^([0-9a-f]{64}) [ *](.+)$/s.exec(entry);
        return match === null ? [] : [[match[2] ?? '', match[1] ?? '']];
    }));
}
/** A public file of which the contents were not shown, or not to their end. */
function lacksText({ path, kind, size, text, sha256 }) {
    if (kind !== 'file' || size >= TEXT_LIMIT || !parse_files_isPublic(path))
        return false;
    if (text === undefined)
        return true;
    if (Buffer.byteLength(text) >= size)
        return false;
    // a file may have been written anew in between; what is shown is whole if it has the digest
    return sha256 !== (0,external_node_crypto_.createHash)('sha256').update(text).digest('hex');
}
function parse_files_isPublic(path) {
    return (PUBLIC_FILES.includes(path) ||
        (path.startsWith(`${kubeadm_paths/* PKI_DIR */.Hw}/etcd/`) && /^[^/]+\.crt$/.test(path.slice(kubeadm_paths/* PKI_DIR */.Hw.length + 6))) ||
        path === `${kubeadm_paths/* PKI_DIR */.Hw}/apiserver-etcd-client.crt` ||
        (path.startsWith(`${kubeadm_paths/* PATCHES_DIR */.rf}/`) && path.split('/').length === kubeadm_paths/* PATCHES_DIR */.rf.split('/').length + 2));
}
/** A file without a digest would be taken for another one than the recorded one. */
function missingDigests(sections, files, isWhole) {
    const { failure } = programAnswer(sections, 'digests');
    const without = [...files.values()].filter(({ path, kind, size, sha256 }) => kind === 'file' && sha256 === undefined && size <= DIGEST_LIMIT && isCompared(path));
    if (without.length === 0 && isWhole === true)
        return [];
    const problem = failure ?? `it told no digest of ${without.map(({ path }) => path).join(', ') || 'any file'}`;
    return [{ what: 'digests', program: 'sha256sum', words: withWords(problem, '') }];
}
/** A delivery that was cut off has left it, or another run works there at this moment; nothing compares its contents. */
function parse_files_isStaged(path) {
    return /\/\.[^/]+\.etcd-ha-action$/.test(path); // stagedPath
}
/** A name with a line break or a backslash is none of the action's; not every `sha256sum` tells it plainly. */
function isCompared(path) {
    return (!parse_files_isStaged(path) &&
        !/[\n\\]/.test(path) &&
        DIGEST_ROOTS.some((root) => path === root || path.startsWith(`${root}/`)));
}
/** Four entries for each place, also for one that is not there; the data dir comes behind the others. */
function parsePlaces(sections) {
    const words = listIn(sections.get('places'));
    if (words === undefined || words.length % 4 !== 0 || words.length / 4 <= PLACES.length)
        return undefined;
    return words.flatMap((kind, at) => {
        const [path = '', resolved = '', mountPoint = ''] = words.slice(at + 1, at + 4);
        if (at % 4 !== 0 || kind === 'nothing')
            return [];
        return [
            {
                path,
                kind: kind === 'folder' || kind === 'link' ? kind : 'other',
                ...(resolved !== '' && { resolved, mountPoint }),
            },
        ];
    });
}
const NOTHING = { exists: false, empty: true, mode: '' };
const NO_DATA = { ...NOTHING, hasLog: false, hasBlankLog: false };
/** What lies in the folders of the data: each folder by its part with whether it is there, then what `find` lists of those. */
function parseDataDir(sections) {
    const { text, words, failure } = programAnswer(sections, 'data-dir');
    const entries = failure === undefined ? listIn(text) : undefined;
    const roles = (entries ?? []).flatMap(roleIn);
    const listed = (entries ?? []).flatMap(folderEntryIn);
    const roleOf = new Map(roles.map((role) => [role.name, role]));
    const isWhole = entries?.length === roles.length + listed.length &&
        roleOf.has('data-dir') &&
        roleOf.has('log') &&
        roles.every(({ isThere, path }) => isThere === listed.some((entry) => entry.path === path && entry.depth === '0'));
    if (!isWhole) {
        const problem = failure ?? withWords('its list of the data is not whole', words);
        return { dataDir: NO_DATA, unseen: [{ what: 'data-dir', program: 'find', words: problem }] };
    }
    const folderOf = (name) => {
        const own = listed.filter(({ path }) => path === roleOf.get(name)?.path);
        const mode = own.find(({ depth }) => depth === '0')?.mode;
        if (mode === undefined)
            return NOTHING;
        // a new ext4's own folder, lost+found, is no data and is not listed
        return { exists: true, empty: own.length === 1, mode };
    };
    const hasBlankLog = sections.has('data-dir.blank-log');
    return {
        dataDir: {
            ...folderOf('data-dir'),
            hasLog: !folderOf('log').empty && !hasBlankLog,
            hasBlankLog,
            ...(!folderOf('other-log').empty && { hasLogElsewhere: true }),
            ...(roleOf.has('wal-dir') && { walDir: folderOf('wal-dir') }),
        },
        unseen: [],
    };
}
function roleIn(entry) {
    const match = /^(data-dir|wal-dir|log|other-log) (yes|no) (\/.*)$/s.exec(entry);
    return match === null ? [] : [{ name: match[1] ?? '', isThere: match[2] === 'yes', path: match[3] ?? '' }];
}
function folderEntryIn(entry) {
    const match = /^([01]) (\d+) (\/.*)$/s.exec(entry);
    return match === null ? [] : [{ depth: match[1] ?? '', mode: match[2] ?? '', path: match[3] ?? '' }];
}

;// CONCATENATED MODULE: ./src/hosts/probe/parse-network.ts


/** `ip -o addr show` lines, or the bare words of `hostname -I`. A host that was reached has an address. */
function parseAddresses(sections) {
    const { text, words, failure } = programAnswer(sections, 'addresses');
    const listed = [...text.matchAll(/\binet6? ([0-9a-fA-F.:]+)/g)].map((match) => match[1] ?? '');
    const bare = text.split(/\s+/).filter((word) => /^[0-9a-fA-F.:]*[.:][0-9a-fA-F.:]*$/.test(word));
    const addresses = listed.length > 0 ? listed : bare;
    if (failure === undefined && addresses.length > 0 && text.endsWith('\n'))
        return { seen: addresses };
    const problem = failure ?? withWords('it named no address', words);
    return { unseen: { what: 'addresses', program: 'ip addr', words: problem } };
}
/**
 * `ss -ltnp`, whose first line holds the headings: the fourth column is the local address, the last one names the program.
 * Where it fails, the ports of the kernel's own tables in hex, behind the name of each table.
 */
function parseListeners(sections) {
    const { text, words, failure } = programAnswer(sections, 'listeners');
    const tables = parse_network_linesOf(sections.get('listeners.kernel') ?? '');
    const listed = /^State\b.*\n$/s.test(text);
    if (failure !== undefined || (!listed && !tables.includes('/proc/net/tcp'))) {
        const problem = failure ?? withWords('it listed no ports', words);
        return { unseen: { what: 'listeners', program: 'ss -ltn', words: problem } };
    }
    const listeners = new Map();
    for (const line of tables) {
        if (/^[0-9A-F]{1,4}$/.test(line))
            listeners.set(parseInt(line, 16), 'unknown');
    }
    for (const line of listed ? parse_network_linesOf(text).slice(1) : []) {
        const port = /:(\d+)$/.exec(line.split(/\s+/)[3] ?? '')?.[1];
        if (port !== undefined)
            listeners.set(Number(port), /users:\(\("([^"]+)"/.exec(line)?.[1] ?? 'unknown');
    }
    return { seen: listeners };
}
/** How each try to reach another host ended; what became of a try that was asked for and is not told is unseen. */
function parseReach(sections) {
    const reach = parse_network_linesOf(sections.get('reach') ?? '').flatMap(reachIn);
    const untold = parse_network_linesOf(sections.get('reach.asked') ?? '').filter((target) => !reach.some(({ address, port }) => target === `${address} ${port}`));
    const isTold = sections.has('reach') && sections.has('reach.asked') && untold.length === 0;
    const words = (0,printable/* printable */.g)(`no outcome of the tries: ${untold.join(', ') || 'none was told'}`);
    return { reach, unseen: isTold ? [] : [{ what: 'reach', program: 'bash', words }] };
}
function reachIn(line) {
    const match = /^(\S+) (\d+) (.*)$/.exec(line);
    if (match === null)
        return [];
    const [, address = '', port = '', message = ''] = match;
    const outcome = reachOutcome(message);
    const words = (0,printable/* printable */.g)(message.replace(/^1 /, ''));
    return [{ address, port: Number(port), outcome, ...(outcome === 'unknown' && { words }) }];
}
/** The texts are those of bash in the C locale. */
function reachOutcome(message) {
    if (message === 'open')
        return 'open';
    if (/Connection refused/.test(message))
        return 'refused';
    if (message === 'silence')
        return 'timeout';
    if (/No route|unreachable/i.test(message))
        return 'unreachable';
    return 'unknown';
}
function parse_network_linesOf(text) {
    return text.split('\n').filter((line) => line !== '');
}

;// CONCATENATED MODULE: ./src/hosts/probe/parse-sources.ts
/**
 * The address that the kernel sends from, by the peer's address: lines of `ip -o route get` behind that address, e.g.
 * `10.0.0.7 10.0.0.7 dev eth0 src 10.0.0.6 uid 0`. A line without `src` tells nothing.
 */
function parseSources(text) {
    const routes = text.split('\n').flatMap((line) => {
        const match = /^(\S+) .*\bsrc (\S+)/.exec(line);
        return match === null ? [] : [[match[1] ?? '', match[2] ?? '']];
    });
    return new Map(routes);
}

;// CONCATENATED MODULE: ./src/hosts/probe/containerd-plugins.ts
/** containerd's own default, where its unit names no other. */
const CONFIG = '/etc/containerd/config.toml';
/** Before the path of each file that was looked at. */
const FILE = 'file ';
/** In place of an entry, where the file is there and root cannot read it. */
const containerd_plugins_UNREADABLE = 'unreadable';
/**
 * `plugins_off` prints what switches plugins of containerd off: the file that its unit starts it with, and of that file and those
 * that it imports each entry `disabled_plugins`, as the number of its last line and its lines. An entry stands before the first table
 * of its file.
 */
const PLUGINS_OFF = `
plugins_off() {
  local config=${CONFIG} unit file files=()
  unit=$(systemctl show containerd -p ExecStart --value)
  if [[ $unit =~ [[:space:]]--?c(onfig)?[=[:space:]]([^[:space:]\\;]+) ]]; then config=\${BASH_REMATCH[2]}; fi
  mapfile -t files < <(containerd --config "$config" config dump | sed -n '/^imports *=/{s/[^"'\\'']*["'\\'']\\([^"'\\'']*\\)["'\\''][^"'\\'']*/\\1\\n/g;s/\\n$//p}')
  for file in "$config" "\${files[@]}"; do
    printf '${FILE}%s\\n' "$file"
    if [ ! -f "$file" ] || [ ! -r "$file" ]; then
      if [ -e "$file" ]; then echo ${containerd_plugins_UNREADABLE}; fi
      continue
    fi
    sed -n '/^[[:space:]]*\\[/q; /^[[:space:]]*disabled_plugins[[:space:]]*=/{:more;s/#.*$//;/\\]/!{N;b more};=;p;q}' "$file"
  done | head -c 16384
}
`;
/** What {@link PLUGINS_OFF} has printed; undefined where it was not asked. */
function parsePluginsOff(sections, name) {
    const text = sections.get(name);
    if (text === undefined)
        return undefined;
    const [, ...files] = `\n${text}`.split(`\n${FILE}`);
    const [config = CONFIG] = files.map((file) => file.split('\n', 1)[0] ?? '');
    const unreadable = files.flatMap((file) => {
        const [path = '', ...lines] = file.split('\n');
        return lines.includes(containerd_plugins_UNREADABLE) ? [path] : [];
    });
    const entries = new Map(files.flatMap(entryIn).map((entry) => [entry.path, entry]));
    return { config, unreadable: [...new Set(unreadable)], entries: [...entries.values()] };
}
function entryIn(file) {
    const found = /^(.*)\n(\d+)\n([^]*)$/.exec(file.trimEnd());
    if (found === null)
        return [];
    const [, path = '', end = '', text = ''] = found;
    const lines = text.split('\n');
    const lastLine = Number(end);
    const plugins = [...text.matchAll(/"([^"]*)"|'([^']*)'/g)];
    return [
        {
            path,
            firstLine: lastLine - lines.length + 1,
            lastLine,
            plugins: plugins.map(([, double, single]) => double ?? single ?? ''),
        },
    ];
}

;// CONCATENATED MODULE: ./src/hosts/probe/parse-runtime.ts




/**
 * The cgroup driver from the CRI's RuntimeConfig (KEP-4033); containerd before 2.0 does not answer that, but shows
 * its configuration. Where no runtime is to be asked, that is seen.
 */
function parseRuntime(sections) {
    const get = (name) => sections.get(name)?.trim() ?? '';
    const sockets = get('cri.sockets')
        .split('\n')
        .filter((line) => line !== '');
    const endpoint = get('cri.endpoint');
    if (endpoint === '') {
        const absent = get('cri.configured');
        return { runtime: absent === '' ? { sockets } : { sockets, absent: (0,printable/* printable */.g)(absent) }, unseen: [] };
    }
    const { text, words, failure } = programAnswer(sections, 'cri.runtime-config');
    const answered = /"?cgroup[_ ]?driver"?: *"?(SYSTEMD|CGROUPFS)/i.exec(text)?.[1]?.toLowerCase();
    const configured = /"systemdCgroup": *(true|false)/i.exec(get('cri.info'))?.[1];
    const driver = answered ?? (configured === undefined ? undefined : configured === 'true' ? 'systemd' : 'cgroupfs');
    if (driver === 'systemd' || driver === 'cgroupfs') {
        return { runtime: { sockets, runtime: { endpoint, cgroupDriver: driver } }, unseen: [] };
    }
    const said = (0,printable/* printable */.g)(text);
    const problem = withWords(failure ?? withWords('it named no cgroup driver', words), said);
    const pluginsOff = parsePluginsOff(sections, 'cri.plugins-off');
    return {
        runtime: { sockets, asked: endpoint, problem, ...(pluginsOff === undefined ? {} : { pluginsOff }) },
        unseen: [{ what: 'runtime', program: 'crictl runtime-config', words: problem }],
    };
}
/** `crictl images -o json`: `{"images":[{"id":"sha256:…","repoTags":[…],"repoDigests":[…]}]}`; CRI-O's ids are bare. */
function parseImages(sections) {
    const answer = programAnswer(sections, 'cri.images');
    const listed = parse_runtime_listIn(answer, 'images');
    const imageIds = listed?.flatMap((image) => {
        const { id, repoTags, repoDigests } = image;
        if (textIn(id) === '')
            return [undefined];
        return [...textsIn(repoTags), ...textsIn(repoDigests)].map((reference) => [reference, `sha256:${textIn(id).replace(/^sha256:/, '')}`]);
    });
    const known = wholly(imageIds);
    if (known === undefined)
        return { unseen: parse_runtime_unreadable(answer, 'images', 'crictl images') };
    return { seen: { images: [...new Map(known).keys()], imageIds: new Map(known) } };
}
/** `crictl ps -a -o json`, the newest first. @param name of the section that holds it. */
function parseContainers(sections, name) {
    const answer = programAnswer(sections, name);
    const listed = parse_runtime_listIn(answer, 'containers');
    const containers = wholly(listed?.map(containerIn));
    if (containers === undefined)
        return { unseen: parse_runtime_unreadable(answer, 'containers', 'crictl ps') };
    const lost = listed?.find(({ state }) => state === 'CONTAINER_UNKNOWN');
    // one that runs is enough to know; without any, the runtime itself may have lost sight of the one that does
    if (lost !== undefined && !containers.some(({ running }) => running)) {
        const words = `the runtime does not know the state of the container ${(0,printable/* printable */.g)(textIn(lost['id']), 64)}`;
        return { unseen: { what: 'containers', program: 'crictl ps', words } };
    }
    return { seen: containers };
}
function containerIn({ id, state, image, metadata }) {
    const { userSpecifiedImage, image: resolved } = fieldsIn(image);
    if (textIn(id) === '' || !/^CONTAINER_[A-Z]+$/.test(textIn(state)))
        return undefined;
    return {
        id: textIn(id),
        running: state === 'CONTAINER_RUNNING',
        image: textIn(userSpecifiedImage) || textIn(resolved),
        attempt: numberIn(fieldsIn(metadata)['attempt']) ?? 0,
    };
}
/** The list of that name in a program's JSON; undefined where the program failed or its answer has no such list. */
function parse_runtime_listIn({ text, failure }, field) {
    const list = failure === undefined ? fieldsOf(text)?.[field] : undefined;
    return Array.isArray(list) ? list.map(fieldsIn) : undefined;
}
/** The list without gaps; undefined where an entry of it could not be read. */
function wholly(list) {
    const known = list?.filter((entry) => entry !== undefined);
    return known?.length === list?.length ? known : undefined;
}
function parse_runtime_unreadable({ text, words, failure }, what, program) {
    const problem = withWords('its answer is not the JSON that was asked for', words);
    const said = failure === undefined ? (0,printable/* printable */.g)(text, 100) : '';
    return { what, program, words: failure ?? withWords(problem, said) };
}

;// CONCATENATED MODULE: ./src/hosts/probe/parse-probe.ts












/** Sections that every answer of the probe has, whatever the host lacks. */
const ALWAYS = ['machine-id', 'init', 'machine', 'missing-tools', 'cri.sockets', 'cri.endpoint'];
const TOOLS = ['systemctl', 'kubelet', 'kubeadm', 'crictl', 'ctr', 'curl'];
/**
 * Facts from the probe's answer. What a program did not say, or not in its form, is in `unseen`, and the facts are empty there.
 * @param address the address that the user gave for this host.
 * @throws IncompleteProbe when the last section is missing, or one that needs no program.
 */
function parseProbe(address, answer, { timing, later } = {}) {
    const first = readSections(answer);
    const sections = later === undefined ? first : laterSections(first, readSections(later));
    requireSections(sections, [...ALWAYS, ...TOOLS.map((tool) => `tool.${tool}`)]);
    const get = getter(sections);
    const standing = parseStanding(sections);
    const kubeadmPath = get('tool.kubeadm');
    const { kubeadmVersion, etcdImage, unseen: ofKubeadm } = parseKubeadm(sections, kubeadmPath);
    const { runtime, unseen: ofRuntime } = parseRuntime(sections);
    const { reach, unseen: ofReach } = parseReach(sections);
    const images = parseImages(sections);
    const addresses = parseAddresses(sections);
    const listeners = parseListeners(sections);
    const containers = parseContainers(sections, 'cri.containers');
    const known = seenOr(images, NO_IMAGES);
    const clock = parseClock(first, timing);
    return {
        address,
        ...standing,
        machineId: get('machine-id'),
        systemd: get('init') === 'systemd' && get('tool.systemctl') !== '',
        ...optional('kubeletPath', get('tool.kubelet')),
        ...optional('kubeadmPath', kubeadmPath),
        ...optional('crictlPath', get('tool.crictl')),
        ...optional('ctrPath', get('tool.ctr')),
        ...optional('curlPath', get('tool.curl')),
        ...optional('kubeadmVersion', kubeadmVersion),
        ...optional('etcdImage', etcdImage),
        runtime,
        ...known,
        ...optional('sandboxImage', get('cri.sandbox')),
        ...optional('architecture', ARCHITECTURES.get(get('machine'))),
        missingTools: lines(get('missing-tools')),
        addresses: seenOr(addresses, []),
        reach,
        sources: parseSources(get('sources')),
        listeners: seenOr(listeners, new Map()),
        containers: seenOr(containers, []).map((container) => withName(container, known.imageIds)),
        ...('seen' in clock ? clock.seen : {}),
        locked: sections.has('lock'),
        unseen: [
            ...standing.unseen,
            ...ofRuntime,
            ...ofKubeadm,
            ...ofReach,
            ...[images, addresses, listeners, containers, clock].flatMap(unseenIn),
        ],
    };
}
/**
 * What every look at a host brings: who it is, and what a run of the action has left there.
 * @throws IncompleteProbe when it does not say who it is.
 */
function parseStanding(sections) {
    requireSections(sections, ['hostname', 'boot-id']);
    const get = getter(sections);
    const { files, places, unseen: ofFiles } = parseFiles(sections);
    const { dataDir, unseen: ofData } = parseDataDir(sections);
    const kubelet = parseKubelet(sections);
    return {
        hostname: (get('hostname').split('.')[0] ?? '').toLowerCase(),
        bootId: get('boot-id'),
        kubelet: seenOr(kubelet, UNSEEN_KUBELET),
        files,
        places,
        dataDir,
        state: readState(files.get(kubeadm_paths/* STATE_FILE */.bv)?.text, files.has(kubeadm_paths/* STATE_FILE */.bv)),
        unseen: [...ofFiles, ...ofData, ...unseenIn(kubelet)],
    };
}
function getter(sections) {
    return (name) => sections.get(name)?.trim() ?? '';
}
const VOLATILE = /^(?:ran\.)?(?:text:.*|lock|kubelet|digests|tree(?:\.roots)?|places|data-dir(?:\.blank-log)?)$/s;
const WHILE_ETCD_MAY_RUN = /^(?:ran\.)?(?:cri\.containers|listeners(?:\.kernel)?)$/;
/**
 * The first answer with the part that the later one looks at again: what is gone since the first look has no section in the
 * second, and what the second one did not bring is not known any more. Where nothing of etcd was on the host at the second
 * look, its containers and ports are those of the first.
 */
function laterSections(first, later) {
    const replaced = (name) => VOLATILE.test(name) || (!later.has('as-before') && WHILE_ETCD_MAY_RUN.test(name));
    return new Map([...[...first].filter(([name]) => !replaced(name)), ...later]);
}
function seenOr(sight, nothing) {
    return 'seen' in sight ? sight.seen : nothing;
}
function unseenIn(sight) {
    return 'unseen' in sight ? [sight.unseen] : [];
}
function optional(key, value) {
    return value === undefined || value === '' ? {} : { [key]: value };
}
function lines(text) {
    return text.split('\n').filter((line) => line !== '');
}
function readState(text, isThere) {
    if (!isThere)
        return 'absent';
    return parseHostState(text ?? '') ?? 'unreadable';
}
/** Of the first answer: that of a second look was asked at another time. */
function parseClock(sections, timing) {
    if (timing === undefined)
        return { seen: {} };
    try {
        return { seen: { clock: clockIn(sections, timing) } };
    }
    catch (error) {
        if (!(error instanceof NoClock))
            throw error;
        return { unseen: { what: 'clock', program: 'date', words: error.message } };
    }
}
/** A kubeadm that is not installed is no kubeadm that could not be seen. */
function parseKubeadm(sections, path) {
    const { text, words, failure } = programAnswer(sections, 'kubeadm');
    const { version, etcdImage } = parseKubeadmAnswer(text);
    const kubeadmVersion = parseKubernetesVersion(version);
    const known = { ...optional('kubeadmVersion', kubeadmVersion), ...optional('etcdImage', etcdImage) };
    const isEnough = kubeadmVersion !== undefined && (etcdImage !== undefined || !isSupported(kubeadmVersion));
    if (path === '' || (isEnough && text.endsWith('\n')))
        return { ...known, unseen: [] };
    const [program, fact] = kubeadmVersion === undefined
        ? ['kubeadm version', 'it named no version']
        : ['kubeadm config images list', 'it named no image of etcd'];
    const said = (0,printable/* printable */.g)(text, 200);
    const problem = failure ?? withWords(fact, words);
    return { ...known, unseen: [{ what: 'kubeadm', program, words: withWords(problem, said) }] };
}
/** `uname -m` to Go's names (kernel: UTS_MACHINE). */
const ARCHITECTURES = new Map([
    ['x86_64', 'amd64'],
    ['aarch64', 'arm64'],
    ['armv7l', 'arm'],
    ['ppc64le', 'ppc64le'],
    ['s390x', 's390x'],
    ['riscv64', 'riscv64'],
]);
const NO_IMAGES = { images: [], imageIds: new Map() };
/**
 * The container with the name of its image. Other runtimes than containerd 2 list it by the id of the image, under which kubelet asks
 * for it; the store knows its names. Where it has several, they are one and the same image.
 */
function withName(container, imageIds) {
    const id = /^(?:sha256:)?([0-9a-f]{64})$/.exec(container.image)?.[1];
    const name = [...imageIds].find(([reference, known]) => known === `sha256:${id ?? ''}` && !reference.includes('@'));
    return name === undefined ? container : { ...container, image: name[0] };
}
const UNSEEN_KUBELET = {
    installed: false,
    active: false,
    subState: '',
    enabled: false,
    dropIns: [],
};
/** `systemctl show kubelet`, a property on a line; of a unit that systemd does not know too. */
function parseKubelet(sections) {
    const { text, words, failure } = programAnswer(sections, 'kubelet');
    const properties = new Map(lines(text).map((line) => [line.slice(0, line.indexOf('=')), line.slice(line.indexOf('=') + 1)]));
    const loadState = properties.get('LoadState') ?? '';
    const activeState = properties.get('ActiveState') ?? '';
    const subState = properties.get('SubState') ?? '';
    const unitFileState = properties.get('UnitFileState');
    // of a unit without a file it is empty, and may be left out
    const isWhole = loadState !== 'loaded' ? loadState !== '' : unitFileState !== undefined;
    if (failure !== undefined || !isWhole || !text.endsWith('\n') || activeState === '' || subState === '') {
        const problem = failure ?? withWords('it did not tell the state of the unit', words || (0,printable/* printable */.g)(text, 200));
        return { unseen: { what: 'kubelet', program: 'systemctl show kubelet', words: problem } };
    }
    return {
        seen: {
            installed: loadState === 'loaded',
            loadState,
            // between two crashes it is active too, for a moment
            active: activeState === 'active' && subState === 'running',
            subState,
            enabled: startsAtBoot(unitFileState),
            dropIns: (properties.get('DropInPaths') ?? '').split(' ').filter((path) => path !== ''),
        },
    };
}

;// CONCATENATED MODULE: ./src/hosts/probe/ask-runtime.ts

/** CRI sockets in the order of kubeadm's own list (cmd/kubeadm/app/constants/constants_unix.go). */
const CRI_SOCKETS = ['/run/containerd/containerd.sock', '/run/crio/crio.sock', '/run/cri-dockerd.sock'];
/** Seconds until a crictl that hangs is killed; its own time limit does not hold for everything that it does. */
const CRI_SECONDS = 12;
/** Seconds for the two calls that the cgroup driver may take. */
const RUNTIME_SECONDS = 18;
/**
 * `cri ARGUMENT…` asks the runtime at `endpoint`; crictl's own time limit holds for each of its calls
 * (pkg/remote_runtime.go in k8s.io/cri-client). Its standard error is never part of its answer: since 1.31 crictl warns there
 * in every call where /etc/crictl.yaml is missing, as its package leaves it. Sets `sockets` to those that are there, `configured` to
 * the endpoint that /etc/crictl.yaml names (CRI-O's package brings one), and `endpoint` to the one to ask: another than the
 * configured one is not asked, for it may be of a runtime that kubelet does not use.
 */
const FIND_RUNTIME = `
find_endpoint() {
  local line pattern='^ *"?runtime-endpoint"?: *["'\\'']?([^"'\\'' #]+)'
  for socket in ${CRI_SOCKETS.map((path) => `'${path}'`).join(' ')}; do
    if [ -S "$socket" ]; then sockets+=("$socket"); fi
  done
  if [ -r /etc/crictl.yaml ]; then
    while [ -z "$configured" ] && IFS= read -r line; do
      if [[ $line =~ $pattern ]]; then configured=\${BASH_REMATCH[1]}; fi
    done < /etc/crictl.yaml
  fi
  if [ -n "$configured" ]; then
    configured=unix://\${configured#unix://}
    if [ -S "\${configured#unix://}" ]; then endpoint=$configured; fi
  elif [ "\${#sockets[@]}" = 1 ]; then endpoint=unix://\${sockets[0]}
  fi
}
cri() {
  if [ -z "$endpoint" ]; then
    if [ -n "$configured" ]; then echo "there is no socket at $configured, which /etc/crictl.yaml names"
    elif [ "\${#sockets[@]}" = 0 ]; then echo 'there is no CRI socket to ask'
    else echo 'there are several CRI sockets, and nothing says which one to ask'
    fi >&2
    return 1
  fi
  crictl --timeout 10s --runtime-endpoint "$endpoint" --image-endpoint "$endpoint" "$@"
}
endpoint= configured= sockets=()
find_endpoint
`;
/** Begins to ask for the containers of etcd's static pod. */
const BEGIN_CONTAINERS = `begin_program cri.containers ${CRI_SECONDS} cri ps -a -o json --name '^etcd$'`;
/** Begins to ask for what no run changes: the runtime's configuration, and its images. */
const BEGIN_RUNTIME = `${PLUGINS_OFF}
runtime_says() {
  local answer code
  answer=$(cri runtime-config | head -c 65536; exit "\${PIPESTATUS[0]}")
  code=$?
  printf '%s\\n' "$answer"
  case $answer in
    *river*SYSTEMD* | *river*CGROUPFS*) ;;
    *) # containerd before 2.0 shows it there
      section cri.info
      if cri info; then return "$code"; fi
      case $endpoint in *containerd*) section cri.plugins-off; plugins_off 2> /dev/null ;; esac ;;
  esac
  return "$code"
}
# The CRI does not tell it; the daemons' own configuration does (containerd 1 and 2, CRI-O).
sandbox_image() {
  case $endpoint in
    *containerd*) containerd config dump | sed -n 's/^ *sandbox\\(_image\\)\\{0,1\\} *= *.\\(.*\\).$/\\2/p' ;;
    *crio*) crio config | sed -n 's/^#\\{0,1\\} *pause_image *= *"\\([^"]*\\)".*/\\1/p' ;;
  esac | head -n 1
}
begin_program cri.images ${CRI_SECONDS} cri images -o json
begin_program cri.runtime-config ${RUNTIME_SECONDS} runtime_says
if [ "$ask_sandbox" = yes ]; then begin_program cri.sandbox 10 sandbox_image; fi
`;

;// CONCATENATED MODULE: ./src/hosts/probe/probe-script.ts







/**
 * Seconds that a connection to another host may take, and those of a second try after which it counts as filtered: on a
 * busy or slow host the probe itself keeps the first from being made in time.
 */
const REACH_TIMEOUT_SECONDS = [3, 10];
/**
 * The one read-only probe of a host, as bash. What is slow is begun at once, and answers in the end. A process costs a host
 * about a millisecond, so what bash can do by itself starts none. Answers that may be long are begun first, for a pipe holds
 * 64 KiB until it is read; the tries to reach others take longest and are begun last.
 * @see SECTIONS for the form of its answer.
 */
function probeScript(question) {
    return `${PROBE_START}${questionVariables(question)}
${BEGIN_CONTAINERS}
${BEGIN_LISTENERS}
${BEGIN_VOLATILE}${BEGIN_STEADY}${LOOK_AT_IDENTITY}${LOOK_AT_STEADY}${LOOK_AT_FILES}
end_sections
`;
}
/** The question as the variables that the probe reads. */
function questionVariables({ peers, ports, membersReach, sandbox = false, ...places }) {
    const targets = peers.flatMap((address) => ports.map((port) => `${address} ${port}`));
    return `${placeVariables(places)}
targets=(${targets.map(shell/* quote */.h).join(' ')})
ask_sandbox=${sandbox ? 'yes' : 'no'}
${membersReach ? '' : 'if is_member; then targets=(); fi'}`;
}
/**
 * The part of the probe that another run could have changed: files, services, containers, data, and who listens. A tenth of
 * the work, for the second look once the run has its lock.
 */
function volatileProbeScript(places) {
    return `${PROBE_START}${placeVariables(places)}
# where there is neither, nobody has started a container since the first look
if [ -e ${(0,shell/* quote */.h)(kubeadm_paths/* ETCD_MANIFEST */.jl)} ] || [ -d "$data_dir" ]; then
  ${BEGIN_CONTAINERS}
  ${BEGIN_LISTENERS}
else
  section as-before
fi
${BEGIN_VOLATILE}${LOOK_AT_FILES}
end_sections
`;
}
/** `is_member`: whether the host's record says that it belongs to a finished cluster. */
const PROBE_START = `
set +e +o pipefail # a tool that is missing is a finding, not the end of the probe
shopt -s nullglob dotglob
${SECTIONS}${FIND_RUNTIME}
is_member() { [[ $(show ${(0,shell/* quote */.h)(kubeadm_paths/* STATE_FILE */.bv)}) == *'"phase": "member"'* ]]; }
listeners() { # where ss fails, the kernel's own tables tell the ports, and not the programs
  local table local_address state _
  ss -ltnp && return
  section listeners.kernel
  for table in /proc/net/tcp /proc/net/tcp6; do
    if [ ! -e "$table" ]; then continue; fi
    while read -r _ local_address _ state _; do
      case $state in st) echo "$table" ;; 0A) printf '%s\\n' "\${local_address##*:}" ;; esac
    done < "$table"
  done
}
`;
const BEGIN_LISTENERS = 'begin_program listeners 10 listeners';
/**
 * Begins what is slow and what no run changes. Each try to reach a port has a process group of its own, by which one that hangs
 * is ended: connect(2) gives up only after minutes.
 */
const BEGIN_STEADY = `${KUBEADM_SAYS}
try_port() {
  local message
  if message=$({ exec 3<> "/dev/tcp/$1/$2"; } 2>&1); then printf '%s %s open\\n' "$1" "$2"
  else printf '%s %s 1 %s\\n' "$1" "$2" "\${message##*: }"
  fi
}
reach() {
  local target within end address port outcome answers
  local -A tries=()
  exec {answers}<> <(:)
  set -m
  for target in "\${targets[@]}"; do tries[$target]=; done
  for within in ${REACH_TIMEOUT_SECONDS.join(' ')}; do
    for target in "\${!tries[@]}"; do
      try_port $target >&"$answers" &
      tries[$target]=$!
    done
    end=$((SECONDS + within + 1))
    while [ "\${#tries[@]}" -gt 0 ] && [ "$SECONDS" -lt "$end" ] &&
      read -r -t $((end - SECONDS)) -u "$answers" address port outcome
    do
      printf '%s %s %s\\n' "$address" "$port" "$outcome"
      unset "tries[$address $port]"
    done
    for target in "\${!tries[@]}"; do kill -- "-\${tries[$target]}"; done
  done
  for target in "\${!tries[@]}"; do printf '%s silence\\n' "$target"; done
} 2>/dev/null
# The address that the kernel sends from to each peer: peers check it against the certificate.
sources() {
  local target seen=' '
  for target in "\${targets[@]}"; do
    target=\${target% *}
    case $seen in *" $target "*) continue ;; esac
    seen+="$target "
    printf '%s ' "$target"
    ip -o route get "$target" | head -n 1 || echo
  done
}
addresses() { ip -o addr show || hostname -I; }
begin_program addresses 10 addresses
${BEGIN_RUNTIME}
begin_program kubeadm 25 kubeadm_says
section reach.asked
printf '%s\\n' "\${targets[@]}"
begin reach reach
begin sources sources
`;
const LOOK_AT_STEADY = `
section machine-id
show /etc/machine-id
section init
show /proc/1/comm
section machine
uname -m
for tool in systemctl kubelet kubeadm crictl ctr curl; do section "tool.$tool"; command -v "$tool"; done
section missing-tools
for tool in ${[...NEEDED_PROGRAMS.keys()].join(' ')}; do command -v "$tool" > /dev/null || echo "$tool"; done
section cri.sockets
printf '%s\\n' "\${sockets[@]}"
section cri.endpoint
printf %s "$endpoint"
section cri.configured
printf %s "$configured"
`;
/** Who the host is. */
const LOOK_AT_IDENTITY = `
section hostname
show /proc/sys/kernel/hostname
section boot-id
show /proc/sys/kernel/random/boot_id
`;
/** Begins to look at services and files, which a run of the action changes; {@link LOOK_AT_FILES} does the rest. */
const BEGIN_VOLATILE = `${BEGIN_FILES}
begin_program kubelet 15 systemctl show kubelet -p LoadState -p ActiveState -p SubState -p UnitFileState -p DropInPaths
`;

;// CONCATENATED MODULE: ./src/road/timed.ts
/** Runs something, with the times at which it was begun and was over. */
async function timed(work) {
    const sentMs = runnerTime();
    const result = await work();
    return { result, timing: { sentMs, receivedMs: runnerTime() } };
}
/** Milliseconds since 1970 that no step of the system's clock moves in the middle of a measurement. */
function runnerTime() {
    return performance.timeOrigin + performance.now();
}

;// CONCATENATED MODULE: ./src/road/observe.ts










const STAGE = 'Observe';
const PROBE_TIMEOUT_MS = 60_000;
/** How a host is called before its member name is known. */
function hostLabel(host) {
    return host.name ?? host.address;
}
/** Connects to all hosts at once, and tells why some could not be reached. */
async function connectEach(hosts, connect, timeline) {
    const results = await Promise.allSettled(hosts.map((host) => {
        const what = { stage: STAGE, title: 'connect', changes: false, host: hostLabel(host) };
        return timeline.record(what, () => connect(host));
    }));
    const failures = new Map(results.flatMap((result, index) => {
        const host = hosts[index];
        return result.status === 'rejected' && host !== undefined
            ? [[host, findingsOf(result.reason, hostLabel(host), 'connect')]]
            : [];
    }));
    return {
        reached: hosts.filter((host) => !failures.has(host)),
        transports: results.flatMap((result) => (result.status === 'fulfilled' ? [result.value] : [])),
        findings: observe_distinct([...failures.values()].flat()),
        failures,
    };
}
/** A bastion that fails is told once, and not again for each host behind it. */
function observe_distinct(findings) {
    return [...new Set(findings)];
}
/** Probes all hosts at once, each with one read-only script. */
async function observeAll(settings, transports, timeline) {
    const work = probesOf(settings, transports, timeline).map(({ host, result }) => ({
        host: hostLabel(host),
        at: 'probe',
        result,
    }));
    return settleAll('not every host could be examined, so nothing was changed on any', work);
}
/** The same, and tells which hosts could not be looked at: one whose disk hangs lets in, and answers nothing. */
async function observeEach(settings, transports, timeline) {
    const work = probesOf(settings, transports, timeline);
    const results = await Promise.allSettled(work.map(({ result }) => result));
    return {
        observed: results.flatMap((result) => (result.status === 'fulfilled' ? [result.value] : [])),
        failures: new Map(results.flatMap((result, index) => {
            const host = work[index]?.host;
            return result.status === 'rejected' && host !== undefined
                ? [[host, findingsOf(result.reason, hostLabel(host), 'probe')]]
                : [];
        })),
    };
}
function probesOf(settings, transports, timeline) {
    return settings.hosts.flatMap((host, index) => {
        const transport = transports[index];
        if (transport === undefined)
            return [];
        const what = { stage: STAGE, title: 'probe', changes: false, host: hostLabel(host) };
        return [{ host, result: timeline.record(what, () => probe(settings, host, transport)) }];
    });
}
/** Runs the read-only probe on a host. @throws HostError when its answer cannot be read. */
async function probe(settings, host, transport) {
    const script = probeScript(questionFor(settings, host));
    const { result, timing } = await timed(() => transport.run({
        title: 'probe',
        effect: 'reads',
        script,
        timeoutMs: PROBE_TIMEOUT_MS,
        mostOutput: output_limits/* PROBE_OUTPUT */.VZ,
    }));
    const answer = result.stdout.toString('utf8');
    return understood(transport.name, result, () => ({
        host,
        transport,
        facts: parseProbe(host.address, answer, { timing }),
        answer,
        timing,
    }));
}
/** The look again at what may have changed since the first one. */
function secondLook(settings) {
    return {
        title: 'look again',
        effect: 'reads',
        script: volatileProbeScript(settings),
        timeoutMs: 30_000,
        mostOutput: output_limits/* PROBE_OUTPUT */.VZ,
    };
}
/** What was seen, brought up to date by the answer of the second look. */
function lookedAgain(seen, answer) {
    const text = answer.toString('utf8');
    return understood(seen.transport.name, { code: 0, stderr: text.slice(-300) }, () => ({
        ...seen,
        facts: parseProbe(seen.host.address, seen.answer, { timing: seen.timing, later: text }),
    }));
}
/** A host of the control plane is a client of all members, and no peer of any. */
function questionFor(settings, host) {
    const { hosts, clientPort, peerPort } = settings;
    const others = hosts.filter(({ address }) => address !== host.address);
    return {
        ...(0,data_places/* placesOf */.ek)(settings),
        membersReach: settings.operation === 'preflight',
        peers: others.map(({ address }) => address),
        ports: others.length === hosts.length ? [clientPort] : [clientPort, peerPort],
        sandbox: settings.imageArchive !== undefined || settings.operation === 'preflight',
    };
}
/** Reads what a host has answered. @throws HostError when the answer was cut off. */
function understood(host, result, read) {
    try {
        return read();
    }
    catch (error) {
        throw new host_error/* HostError */.d({
            host,
            at: 'probe',
            fact: `${(0,src_findings/* errorMessage */.gJ)(error)} (exit code ${result.code ?? 'none'}): ${(0,last_words/* lastWords */.a)(result.stderr, 3)}`,
            ...((0,explain_unknown/* knownReason */.y)(result.stderr) ?? {
                fix: 'Log in to the host, see whether `sudo bash -c true` works, and run again.',
            }),
        });
    }
}
/** What went over each connection, by the name that each host has by now. */
function connectionsOf(hosts) {
    return [...hosts].map(([host, transport]) => ({ host, ...transport.statistics() }));
}

;// CONCATENATED MODULE: ./src/road/carry-out.ts












/** Acts, proves, and writes down what was done; a plan without steps is only proven. */
async function carryOut(work) {
    const { plan, document, settings, surroundings, keys, locks, hosts, facts } = work;
    const { log, timeline, maskSecret, chance, record } = surroundings;
    const material = prepareMaterial({ plan, settings, hosts, facts, now: chance.now, keys, maskSecret });
    const opened = [];
    const context = {
        plan,
        hosts,
        material,
        ...(settings.registry === undefined ? {} : { registry: settings.registry }),
        ...(surroundings.archive === undefined ? {} : { archive: surroundings.archive }),
        cluster: once(async () => {
            const clients = await clientsFor(work, material);
            opened.push(clients);
            return clients;
        }),
        guard: (script) => locks?.guard(script) ?? script,
        maskSecret,
        now: chance.now,
        log,
        timeline,
        record,
        signal: locks === undefined ? surroundings.signal : AbortSignal.any([surroundings.signal, locks.lost]),
    };
    let outcome = 'failed';
    try {
        await act(plan.stages, context);
        const health = await proveOnce(work, context).catch(async (error) => {
            if (error instanceof ProofFailed)
                await act(healthyRecords(plan, facts, error.health), context);
            throw error;
        });
        await act(plan.afterProof, context);
        outcome = 'succeeded';
        return {
            plan,
            document,
            dryRun: false,
            changed: stepsOf(plan).length > 0,
            unfinished: [...plan.leftOut, ...work.unreached, ...record.unfinished],
            health,
            authority: await material.authority,
            publicFiles: material.publicFiles,
            connections: connectionsOf(hosts),
        };
    }
    catch (error) {
        if (surroundings.signal.aborted)
            outcome = 'interrupted';
        record.progress = hostProgress(plan, timeline);
        throw error;
    }
    finally {
        for (const clients of opened)
            if (clients !== work.clients)
                clients.close();
        if (locks !== undefined && record.steps.length > 0) {
            const ended = { startedAt: chance.now, endedAt: surroundings.now(), outcome };
            record.audit = auditRecord(settings, record, ended);
            await leaveAudit(record.audit, membersOf(plan), locks, log);
        }
    }
}
/** The action leaves nothing of its own on hosts of the control plane. */
function membersOf({ shape }) {
    return new Set(shape.members.map(({ name }) => name));
}
/** What was seen when nothing has been changed since is proof enough. */
async function proveOnce({ cluster, plan, surroundings }, context) {
    if (plan.stages.length === 0 && cluster?.health.healthy === true)
        return cluster.health;
    const { log, timeline } = surroundings;
    const away = new Set(plan.shape.members.map(({ name }) => name).filter((name) => !context.hosts.has(name)));
    return prove({ cluster: await context.cluster(), away, log, timeline, signal: context.signal });
}
function stepsOf({ stages, afterProof }) {
    return [...stages, ...afterProof].flatMap(({ steps }) => steps);
}
/** With the healthcheck client's pair of this run, if it makes one: one that lies on a host may have ended. */
async function clientsFor(work, material) {
    const { plan, hosts, settings, surroundings, clients, observed } = work;
    const { members } = plan.shape;
    const { clientPort, peerPort } = settings;
    const access = { members, clientPort, peerPort, hosts, now: surroundings.now };
    const made = await madeCredentials(material);
    if (made !== undefined)
        return new ClusterClients({ ...access, credentials: made });
    if (clients !== undefined)
        return clients;
    let first;
    for await (const credentials of credentialsFromHosts(observed, settings, surroundings)) {
        const opened = new ClusterClients({ ...access, credentials });
        if (!(await opened.isRefused())) {
            first?.close();
            return opened;
        }
        if (first === undefined)
            first = opened;
        else
            opened.close();
    }
    if (first === undefined)
        throw new src_findings/* Refusal */.P_('the cluster could not be asked', [WITHOUT_PAIR]);
    return first;
}
const WITHOUT_PAIR = {
    at: 'read',
    fact: `no host has a healthcheck client's pair that can be used (${CLIENT_CERTIFICATE} with its key, and ${kubeadm_paths/* CA_CERTIFICATE */.vB}).`,
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

;// CONCATENATED MODULE: ./src/road/control-plane.ts




/**
 * Probes the hosts of the control plane that could be reached. Never throws: the cluster does not wait for its clients.
 * @param transports those of the connected hosts, as this run uses them.
 */
async function observeControlPlane(settings, { reached, findings }, transports, timeline) {
    const looks = reached.flatMap((host, index) => {
        const transport = transports[index];
        if (transport === undefined)
            return [];
        const what = { stage: 'Observe', title: 'probe', changes: false, host: hostLabel(host) };
        return [timeline.record(what, () => look(settings, host, transport))];
    });
    const results = await Promise.allSettled(looks);
    return {
        observed: results.flatMap((result) => (result.status === 'fulfilled' ? [result.value] : [])),
        unreached: [
            ...findings,
            ...reached.flatMap((host, index) => {
                const result = results[index];
                return result?.status === 'rejected' ? findingsOf(result.reason, hostLabel(host), 'probe') : [];
            }),
        ],
    };
}
async function look(settings, host, transport) {
    const seen = await probe(settings, host, transport);
    return { ...seen, transport: named_named(transport, controlPlaneName(host, seen.facts) || hostLabel(host)) };
}
/** What a decision is told of the control plane. */
function controlPlaneLook({ observed, unreached }) {
    return { hosts: observed.map(({ host, facts }) => ({ host, facts })), unreached };
}

;// CONCATENATED MODULE: ./src/road/key-stock.ts

/**
 * Private keys that are made before they are needed: RSA takes a processor up to a tenth of a second for each, which passes while
 * the hosts are waited for.
 */
class KeyStock {
    #made = new Map();
    /**
     * Begins to make so many. The first one has the processors for itself: where a CA is made it is the CA's, and a host waits for
     * it to start kubelet.
     */
    prepare(count, algorithm) {
        if (count === 0)
            return;
        const first = (0,pki_keys/* generateKey */.rh)(algorithm);
        const others = Array.from({ length: count - 1 }, async () => {
            await first;
            return (0,pki_keys/* generateKey */.rh)(algorithm);
        });
        const keys = [first, ...others];
        // Whoever takes one gets its error.
        for (const key of keys)
            key.catch(() => undefined);
        this.#made.set(algorithm, [...(this.#made.get(algorithm) ?? []), ...keys]);
    }
    /** One that nobody else gets. */
    take(algorithm) {
        return this.#made.get(algorithm)?.shift() ?? (0,pki_keys/* generateKey */.rh)(algorithm);
    }
}

;// CONCATENATED MODULE: ./src/road/look-behind.ts



/**
 * Looks once more at hosts of which the cluster tells newer things than were seen there. A member writes its log and then
 * publishes itself, so one that has published itself and was seen without a log has started in between, or has lost its log:
 * the later look tells which.
 * @throws Refusal with each host that could not be examined.
 */
async function lookBehind(observed, { health }, settings, timeline) {
    const { members } = resolveMembers(settings.hosts, observed.map(({ facts }) => facts));
    const hasPublished = (name) => health.members.some((member) => member.name === name && member.clientUrls.length > 0);
    const again = secondLook(settings);
    const work = observed.map((one, index) => {
        const host = hostLabel(one.host);
        const isOlder = !one.facts.dataDir.hasLog && hasPublished(members[index]?.name);
        const look = async () => lookedAgain(one, (await one.transport.run(again)).stdout);
        const record = { stage: 'Observe', title: again.title, changes: false, host };
        const result = isOlder ? timeline.record(record, look) : Promise.resolve(one);
        return { host, at: again.title, result };
    });
    return settleAll('not every host could be examined, so nothing was changed on any', work);
}

;// CONCATENATED MODULE: ./src/hosts/read-only.ts

/**
 * The same host, which can only be looked at: every script that is not declared to read only is refused before a byte
 * of it is sent.
 */
function readOnly(transport) {
    return {
        name: transport.name,
        async run(script) {
            if (script.effect === 'reads')
                return transport.run(script);
            throw new host_error/* HostError */.d({
                host: transport.name,
                at: script.title,
                fact: 'this run only looks, and this step would have changed the host; nothing was sent to it.',
                cause: 'A fault of the action: a dry run and a preflight are made of looking alone.',
                fix: 'Open an issue with this log.',
            });
        },
        openTcp: (address, port) => transport.openTcp(address, port),
        statistics: () => transport.statistics(),
        close: () => transport.close(),
    };
}

;// CONCATENATED MODULE: ./src/road/connections.ts

/** A step that has begun may come to its end for so long after a cancellation; the runner gives 7.5 s in all. */
const GRACE_MS = 4_000;
/**
 * Does some work with open connections, and closes them whichever way it ends. Where nothing may be changed, what is
 * handed to the work can only look.
 */
async function withConnections(settings, signal, opened, work) {
    const closeAll = () => Promise.all(opened.map((transport) => transport.close()));
    let timer;
    const abandon = () => {
        timer = setTimeout(() => void closeAll(), GRACE_MS);
    };
    signal.addEventListener('abort', abandon, { once: true });
    try {
        signal.throwIfAborted();
        return await work(looksOnly(settings) ? opened.map(readOnly) : opened);
    }
    finally {
        signal.removeEventListener('abort', abandon);
        clearTimeout(timer);
        await closeAll();
    }
}
/** Whether nothing may be changed on any host. */
function looksOnly({ dryRun, operation, diskTest }) {
    return dryRun || operation === 'health' || (operation === 'preflight' && !diskTest);
}

;// CONCATENATED MODULE: ./src/road/watch-cluster.ts





/** An election takes a second or two; a member that has just started learns of the others. */
const watch_cluster_SETTLE_WITHIN_MS = 3_000;
const watch_cluster_PAUSE_MS = 250;
/** What the cluster tells of itself; asked again for a moment while it has no leader or its members do not agree. */
async function watchCluster(clients, { timeline, signal }) {
    const what = { stage: 'Observe', title: 'the cluster', changes: false };
    return timeline.record(what, async () => {
        const deadline = timeline.elapsedMs() + watch_cluster_SETTLE_WITHIN_MS;
        for (;;) {
            const facts = await clients.observe();
            const { leader, findings, endpoints } = facts.health;
            const answers = endpoints.some(({ memberId }) => memberId !== null);
            const unsettled = answers && (leader === null || findings.some(({ at }) => at === 'members'));
            if (!unsettled || timeline.elapsedMs() > deadline)
                return facts;
            signal.throwIfAborted();
            await (0,external_node_timers_promises_.setTimeout)(watch_cluster_PAUSE_MS);
        }
    });
}
/**
 * Asks the cluster where a host has what it takes to ask one: with the best pair of the hosts, and with the next one where the
 * members refuse it. Whether a member is seen to run makes no difference: that none answers is proven by asking, and a
 * connection that is refused costs nothing.
 * @param absent hosts that could not be reached; their members count as not answering.
 */
async function askCluster(settings, observed, absent, surroundings) {
    const access = accessTo(settings, observed, absent, surroundings);
    if (access === undefined)
        return undefined;
    let first;
    for await (const credentials of credentialsFromHosts(observed, settings, surroundings)) {
        const clients = new ClusterClients({ ...access, credentials });
        try {
            const cluster = await watchCluster(clients, surroundings);
            const answers = cluster.health.endpoints.some(({ memberId }) => memberId !== null);
            if (answers || !(await clients.isRefused())) {
                first?.clients.close();
                return { clients, cluster };
            }
            if (first === undefined)
                first = { clients, cluster };
            else
                clients.close();
        }
        catch (error) {
            first?.clients.close();
            clients.close();
            throw error;
        }
    }
    return first;
}
function accessTo(settings, observed, absent, { now }) {
    const { members } = resolveMembers(settings.hosts, observed.map(({ facts }) => facts));
    const hosts = new Map(members.flatMap(({ name }, index) => {
        const seen = observed[index];
        return seen === undefined ? [] : [[name, seen.transport]];
    }));
    // two hosts of one name are refused by every operation
    if (hosts.size !== members.length)
        return undefined;
    const { clientPort, peerPort } = settings;
    const all = inOrderOfInputs(members, resolveAbsent(absent, members));
    return { members: all, clientPort, peerPort, hosts, now };
}

;// CONCATENATED MODULE: ./src/road/travel.ts















/**
 * The one road under every operation: observe, decide, act, prove. What changes anything is done under a lock on every
 * host, after looking and deciding again.
 * @throws Refusal (in words for the user) wherever it ends early; all connections are closed in any case.
 */
async function travel(decide, listed, surroundings) {
    const { log, timeline, signal } = surroundings;
    log.info(`Connecting to ${[...listed.hosts, ...listed.controlPlane].map(hostLabel).join(', ')}`);
    const connected = await connect(listed, surroundings);
    const reached = { ...listed, hosts: connected.members.reached };
    return withConnections(reached, signal, connected.opened, async (transports) => {
        const count = reached.hosts.length;
        const [{ observed: members, failures }, controlPlane] = await Promise.all([
            observeEach(reached, transports.slice(0, count), timeline),
            observeControlPlane(reached, connected.controlPlane, transports.slice(count), timeline),
        ]);
        signal.throwIfAborted();
        if (members.length === 0)
            throw new src_findings/* Refusal */.P_('no host could be examined, so nothing was changed on any', [
                ...connected.members.findings,
                ...[...failures.values()].flat(),
            ]);
        const settings = { ...reached, hosts: reached.hosts.filter((host) => !failures.has(host)) };
        const absent = absentOf(listed, new Map([...connected.members.failures, ...failures]));
        const seen = { members, absent, controlPlane };
        const keys = new KeyStock();
        const look = await firstLook(decide, settings, seen, surroundings);
        if (look === undefined)
            return await underLock(decide, settings, seen, keys, surroundings);
        try {
            if (settings.dryRun)
                return planned(look, settings);
            // a lock that a killed run has left is cleared away under a lock
            if (isDone(look.plan) && lockedHosts(seen).length === 0)
                return await carryOut({ ...look, settings, surroundings, keys });
            keys.prepare(newKeys(look.plan), look.plan.certificates.keyAlgorithm);
        }
        finally {
            look.clients?.close();
        }
        return await underLock(decide, settings, seen, keys, surroundings);
    });
}
function everyHost({ members, controlPlane }) {
    return [...members, ...controlPlane.observed];
}
/**
 * Connects to all hosts at once. Whether the run can do without a member's host is decided from what the others tell.
 * @throws Refusal if no member's host could be reached.
 */
async function connect(settings, surroundings) {
    const [members, controlPlane] = await Promise.all([
        connectEach(settings.hosts, surroundings.connect, surroundings.timeline),
        connectEach(settings.controlPlane, surroundings.connect, surroundings.timeline),
    ]);
    const opened = [...members.transports, ...controlPlane.transports];
    if (members.reached.length === 0) {
        await Promise.all(opened.map((transport) => transport.close()));
        throw new src_findings/* Refusal */.P_('not every host could be reached, so nothing was changed on any', members.findings);
    }
    return { opened, members, controlPlane };
}
/** A host that lets in and cannot be looked at is as good as one that is down: nothing of it is known. */
function absentOf({ hosts }, failures) {
    return hosts.flatMap((host, position) => {
        const why = failures.get(host);
        return why === undefined ? [] : [{ host, position, why }];
    });
}
/**
 * What was seen and decided first. Hosts that another run is just changing may look as if nothing could be done with
 * them: that is decided only once that run has ended.
 * @returns undefined where nothing can be decided before.
 */
async function firstLook(decide, settings, seen, surroundings) {
    try {
        return await lookAndDecide(decide, settings, seen, surroundings);
    }
    catch (error) {
        const locked = lockedHosts(seen);
        if (!(error instanceof src_findings/* Refused */.Lw) || locked.length === 0 || settings.dryRun)
            throw error;
        surroundings.log.info(`${locked.join(', ')}: locked by another run; this one decides when it has the lock`);
        return undefined;
    }
}
function lockedHosts(seen) {
    return everyHost(seen)
        .filter(({ facts }) => facts.locked)
        .map(({ transport }) => transport.name);
}
/** How many private keys a plan takes. */
function newKeys({ authority, issue }) {
    return [...issue.values()].reduce((sum, leaves) => sum + leaves.length, Number(authority.from === 'made'));
}
/** Whether the plan has nothing to do. */
function isDone({ stages, afterProof }) {
    return stages.length + afterProof.length === 0;
}
async function lookAndDecide(decide, settings, { members: seenBefore, absent, controlPlane }, surroundings) {
    const { log, chance, record, archive } = surroundings;
    const { clients, cluster } = (await askCluster(settings, seenBefore, absent, surroundings)) ?? {};
    try {
        const observed = cluster
            ? await lookBehind(seenBefore, cluster, settings, surroundings.timeline)
            : seenBefore;
        const plan = decide({
            settings,
            facts: observed.map(({ facts }) => facts),
            absent,
            controlPlane: controlPlaneLook(controlPlane),
            chance,
            ...(cluster && { cluster }),
            ...(archive && { archive }),
        });
        const seen = travel_byName(plan, observed, controlPlane);
        const facts = new Map([...seen].map(([name, one]) => [name, one.facts]));
        const document = describePlan({
            plan,
            operation: settings.operation,
            facts,
            ...(settings.authority === undefined ? {} : { broughtCertificate: settings.authority.certificatePem }),
        });
        // the second look, under the lock, most often finds what the first has found
        if (record.document?.digest !== document.digest) {
            log.info(`Verdict: ${plan.verdict} (${plan.reasons.join('; ')})`);
        }
        record.document = document;
        refuseUnapproved(settings.approvedPlan, document);
        return {
            plan,
            document,
            observed,
            unreached: controlPlane.unreached,
            hosts: new Map([...seen].map(([name, { transport }]) => [name, transport])),
            facts,
            ...(cluster && { cluster }),
            ...(clients && { clients }),
        };
    }
    catch (error) {
        clients?.close();
        throw error;
    }
}
async function underLock(decide, settings, seen, keys, surroundings) {
    const { log, timeline, signal, record, random, chance } = surroundings;
    surroundings.beforeLock();
    const { members } = resolveMembers(settings.hosts, seen.members.map(({ facts }) => facts));
    const observed = seen.members.map((one, index) => ({
        ...one,
        transport: named_named(one.transport, members[index]?.name ?? one.transport.name),
    }));
    const again = secondLook(settings);
    const { run } = settings;
    const locks = await timeline.record({ stage: 'Lock', title: 'take the locks, look again', changes: false }, () => acquireLocks({
        transports: observed.map(({ transport }) => transport),
        // the cluster does not wait for its clients
        optional: seen.controlPlane.observed.map(({ transport }) => transport),
        owner: { id: run.id, run: run.url, actor: run.actor, startedAt: chance.now.toISOString() },
        waitMs: settings.lockTimeoutSeconds * 1000,
        signal,
        log,
        random,
        then: () => again,
    }));
    record.takenOver = locks.takenOver;
    try {
        const upToDate = (one) => lookedAgain(one, travel_answerOf(locks, one));
        const controlPlane = lockedOnly(seen.controlPlane, locks);
        const look = await lookAndDecide(decide, settings, {
            members: observed.map(upToDate),
            absent: seen.absent,
            controlPlane: { ...controlPlane, observed: controlPlane.observed.map(upToDate) },
        }, surroundings);
        try {
            return await carryOut({ ...look, settings, surroundings, keys, locks });
        }
        finally {
            look.clients?.close();
        }
    }
    finally {
        await locks.release();
    }
}
/** Hosts of the control plane that could be locked; why others could not is told at the end of the run. */
function lockedOnly({ observed, unreached }, { leftOut }) {
    return {
        observed: observed.filter(({ transport }) => !leftOut.some(({ host }) => host === transport.name)),
        unreached: [...unreached, ...leftOut.flatMap(({ host, error }) => findingsOf(error, host, 'lock'))],
    };
}
function travel_answerOf({ answers }, { transport }) {
    return answers.get(transport.name) ?? Buffer.alloc(0);
}
/** A dry run ends here. */
function planned({ plan, document, cluster, facts, hosts, unreached }, settings) {
    return {
        plan,
        document,
        dryRun: settings.dryRun,
        changed: false,
        unfinished: [...plan.leftOut, ...unreached],
        ...(cluster === undefined ? {} : { health: cluster.health }),
        publicFiles: new Map([...facts].map(([name, seen]) => [name, publicTexts(seen)])),
        connections: connectionsOf(hosts),
    };
}
/** What was seen, by the plan's names. */
function travel_byName({ shape, controlPlane: hosts }, observed, controlPlane) {
    const byAddress = new Map(observed.map((one) => [one.host.address, one]));
    const named = [
        ...shape.members.map(({ name, address }) => [name, byAddress.get(address)]),
        ...hosts.map(({ name }, index) => [name, controlPlane.observed[index]]),
    ];
    return new Map(named.flatMap(([name, seen]) => (seen === undefined ? [] : [[name, seen]])));
}

;// CONCATENATED MODULE: ./src/operations/deploy.ts


/** Sets up the cluster, takes one over, brings it to what the inputs ask for, or finds that nothing has to be done. */
const deploy = (settings, surroundings) => travel(({ chance, ...seen }) => decideDeploy({ ...seen, freshToken: chance.freshToken, now: chance.now }), settings, surroundings);

;// CONCATENATED MODULE: ./src/health/certificates.ts





/** The certificates that a member's host has by the guide. */
const CERTIFICATE_PATHS = [
    kubeadm_paths/* CA_CERTIFICATE */.vB,
    ...leafFiles()
        .filter(({ part }) => part === 'certificate')
        .map(({ path }) => path),
];
/** Every certificate that could be read, on the disks and as served. */
function certificateDocuments(facts) {
    const { now, clientPort, peerPort } = facts;
    return facts.members.flatMap(({ name, address, host, served }) => {
        const files = 'seen' in host ? host.seen.facts.files : new Map();
        const onDisk = CERTIFICATE_PATHS.flatMap((path) => documentOf(files.get(path)?.text, { member: name, place: 'disk', where: path }, now));
        const places = [
            { place: 'client', port: clientPort, sight: served.client },
            { place: 'peer', port: peerPort, sight: served.peer },
        ];
        const presented = places.flatMap(({ place, port, sight }) => 'seen' in sight
            ? documentOf(sight.seen.pem, { member: name, place, where: (0,urls/* hostAndPort */.PG)(address, port) }, now)
            : []);
        return [...onDisk, ...presented];
    });
}
/** None for what is no certificate: that is the certificates' check to tell. */
function documentOf(pem, place, now) {
    if (pem === undefined)
        return [];
    try {
        const { subject, isCa, notBefore, notAfter, serial, fingerprint } = (0,inspect/* inspectCertificate */.ow)(pem);
        return [
            {
                ...place,
                subject,
                isCa,
                notBefore: notBefore.toISOString(),
                notAfter: notAfter.toISOString(),
                daysLeft: (0,validity/* daysLeft */.H_)(notAfter, now),
                serial: serial.toString(16),
                fingerprint,
            },
        ];
    }
    catch {
        return [];
    }
}

;// CONCATENATED MODULE: ./src/health/check.ts
/** Every check by its name, in the order in which a reader asks, with what it is called in tables. */
const CHECK_TITLES = {
    quorum: 'Quorum',
    leader: 'Leader',
    'cluster-id': 'Cluster id',
    membership: 'Membership',
    alarms: 'Alarms',
    data: 'Data equal on all members',
    versions: 'Versions equal',
    authority: 'CA equal everywhere',
    endpoint: 'Endpoint',
    read: 'Linearizable read',
    'local-read': 'Serializable read',
    ready: 'Ready (readyz)',
    alive: 'Alive (livez)',
    lag: 'Raft lag',
    'leader-changes': 'Leader changes',
    'db-size': 'Database size',
    fragmentation: 'Fragmentation',
    'wal-fsync': 'WAL fsync',
    'backend-commit': 'Backend commit',
    'peer-latency': 'Peer round trips',
    release: 'Release of etcd',
    host: 'Host (SSH)',
    kubelet: 'kubelet',
    pod: 'Static pod',
    manifest: 'Manifest',
    'drop-in': "kubelet's drop-in",
    'stray-files': 'Manifest directory',
    modes: 'File modes',
    'disk-space': 'Disk space',
    clock: 'Clock',
    certificate: 'Certificate on disk',
    'served-certificate': 'Certificate as served',
    'control-plane': 'Files of the control plane',
};
const WORST_FIRST = ['fail', 'warn', 'unknown', 'ok'];
const ORDER = Object.keys(CHECK_TITLES);
/** The worst first, then in the order of the names; checks of one name keep their order. */
function worstFirst(checks) {
    return checks.toSorted((one, other) => WORST_FIRST.indexOf(one.status) - WORST_FIRST.indexOf(other.status) ||
        ORDER.indexOf(one.name) - ORDER.indexOf(other.name));
}
/** The worst of them; `ok` when there is none. */
function worstOf(statuses) {
    return WORST_FIRST.find((status) => statuses.includes(status)) ?? 'ok';
}
/** The checks of one name for one member (or the cluster), each made with what there is to tell. */
function checkOf(name, member) {
    return (status, { measured, subject = null, threshold = null, cause = null, fix = null, notice = null }) => ({
        name,
        member,
        subject,
        status,
        measured,
        threshold,
        cause,
        fix,
        notice,
    });
}

;// CONCATENATED MODULE: ./src/health/figures.ts



/** Milliseconds that the way to a member and back takes of a request; 0 where it was not measured. */
function wayMs({ endpoint }) {
    return (health_observation_seen(endpoint.roundTripNs) ?? 0) / 1e6;
}
/** `1 day`, `12 days`, `-3 days`. */
function days(count) {
    return plural(count, 'day');
}
/** A count with its noun. */
function plural(count, noun) {
    return `${count} ${noun}${Math.abs(count) === 1 ? '' : 's'}`;
}

;// CONCATENATED MODULE: ./src/health/checks/unseen.ts
/** What a part of the facts is called in a sentence. */
const unseen_NAMES = {
    containers: 'the containers',
    images: 'the images',
    runtime: 'the container runtime',
    kubelet: 'the state of kubelet',
    kubeadm: 'the version of kubeadm',
    files: 'the files',
    digests: 'the digests of the files',
    'data-dir': 'the data dir',
    addresses: 'the addresses',
    listeners: 'the ports in use',
    clock: 'the clock',
    reach: 'the other hosts',
};
/**
 * The check as `unknown`, with what the program said, where a part of the facts that it needs could not be seen on a host;
 * undefined where all of it was seen.
 */
function unseenCheck(check, host, { unseen }, needed) {
    const first = unseen.find(({ what }) => needed.includes(what));
    if (first === undefined)
        return undefined;
    const { what, program, words } = first;
    return check('unknown', {
        measured: `Not seen: \`${program}\` did not tell ${unseen_NAMES[what]} of ${host} (${words}).`,
        cause: 'The program is missing or fails there, the service that it asks hangs, or the host is overloaded.',
        fix: `Run \`${program}\` as root on ${host} and mend what it says.`,
    });
}

;// CONCATENATED MODULE: ./src/health/checks/certificates.ts













const RENEW = 'Run the deploy: it renews what ends within `renew-before-days`, without a restart.';
/** One CA everywhere, each certificate on its disk, and what the listeners present. */
function certificateChecks(facts, thresholds) {
    return [
        ...authority(facts, thresholds),
        ...facts.members.flatMap((member) => [
            ...('seen' in member.host ? onDisk(member, member.host.seen, facts, thresholds) : []),
            ...served(member, facts, thresholds),
        ]),
    ];
}
function authority({ members, now }, thresholds) {
    const check = checkOf('authority', null);
    const looked = members.flatMap(({ name, host }) => {
        if ('unseen' in host)
            return [];
        const { facts } = host.seen;
        const info = infoOf(facts.files.get(kubeadm_paths/* CA_CERTIFICATE */.vB)?.text);
        return [{ name, info, notSeen: unseenCheck(check, name, facts, ['files']) }];
    });
    const hosts = looked.filter(({ info, notSeen }) => info !== undefined || notSeen === undefined);
    const [unseen] = looked.flatMap(({ notSeen }) => notSeen ?? []);
    if (hosts.length === 0)
        return [unseen ?? check('unknown', { measured: 'No host could be looked at.' })];
    const without = hosts.filter(({ info }) => info === undefined).map(({ name }) => name);
    const told = hosts.flatMap(({ name, info }) => info === undefined ? [] : [[name, info.fingerprint]]);
    if (without.length > 0) {
        return [
            check('fail', {
                measured: `${kubeadm_paths/* CA_CERTIFICATE */.vB} is missing or cannot be read on ${nameList(without)}.`,
                cause: 'It was removed or overwritten.',
                fix: 'Copy it from another host: it is public and the same on all.',
            }),
        ];
    }
    const byFingerprint = [...Map.groupBy(told, ([, fingerprint]) => fingerprint).values()].toSorted((one, other) => other.length - one.length);
    if (byFingerprint.length > 1) {
        const odd = byFingerprint.slice(1).flatMap((group) => group.map(([name]) => name));
        return [
            check('fail', {
                measured: `The hosts have different CAs; not the one of most others: ${nameList(odd)}. SHA-256: ${whoSaysWhat(told)}.`,
                cause: 'ca.crt was overwritten, or the host was set up for another cluster.',
                fix: `Put the ca.crt of the other hosts back on ${nameList(odd)}; etcd reads it at its next start, and would then trust no other member.`,
            }),
        ];
    }
    const [first] = hosts;
    const info = first?.info;
    if (info === undefined)
        return [];
    const left = (0,validity/* daysLeft */.H_)(info.notAfter, now);
    const besides = members.flatMap(({ name, host }) => 'seen' in host && trustedOn(host.seen.facts).length > 1 ? [name] : []);
    return [
        ...(besides.length === 0
            ? []
            : [
                check('warn', {
                    subject: kubeadm_paths/* CA_CERTIFICATE */.vB,
                    measured: `${kubeadm_paths/* CA_CERTIFICATE */.vB} holds more than one certificate on ${nameList(besides)}; etcd takes every client that any of them vouches for.`,
                    ...TRUSTED_BESIDES,
                }),
            ]),
        ...strayKeys(members),
        check(byDays(left, thresholds), {
            measured: `All hosts have the same CA, ${info.subject}; ${ends(info, now)}.`,
            threshold: daysWords(thresholds),
            ...(byDays(left, thresholds) === 'ok'
                ? {}
                : {
                    cause: 'kubeadm makes it for ten years.',
                    fix: 'Plan the change of the CA now: it takes a time in which members and clients trust both.',
                }),
        }),
    ];
}
/** Where no host is to keep the CA's key, as the last deploy has recorded it, none may lie about. */
function strayKeys(members) {
    const holders = members.flatMap(({ name, host }) => {
        if ('unseen' in host)
            return [];
        const { facts } = host.seen;
        const isWantedNowhere = typeof facts.state === 'object' && facts.state.cluster.caCustody === 'input-only';
        return isWantedNowhere && holdsAuthorityKey(facts) ? [name] : [];
    });
    if (holders.length === 0)
        return [];
    return [
        checkOf('authority', null)('warn', {
            subject: kubeadm_paths/* CA_KEY */.r$,
            measured: `The key of the CA lies on ${nameList(holders)} (${kubeadm_paths/* CA_KEY */.r$}), and by the record there no host keeps it.`,
            cause: 'Somebody put it there, or a run was cut off before it could remove it.',
            fix: 'Run the deploy with `ca-custody: input-only`: it removes the key once it has seen that it is the one of the inputs.',
        }),
    ];
}
function onDisk({ name, address }, { facts, more: { publicKeys } }, { now }, thresholds) {
    const check = checkOf('certificate', name);
    const notSeen = unseenCheck(check, name, facts, ['files']);
    if (notSeen !== undefined)
        return [notSeen];
    const { files } = facts;
    const authorityPem = files.get(kubeadm_paths/* CA_CERTIFICATE */.vB)?.text;
    const authorityInfo = infoOf(authorityPem);
    const good = [];
    const bad = [];
    for (const profile of leaf_profiles_leafProfileNames) {
        const path = leafPath(profile, 'certificate');
        const text = files.get(path)?.text;
        const info = infoOf(text);
        if (text === undefined || info === undefined) {
            bad.push(check('fail', {
                subject: path,
                measured: `${path} of ${name} ${text === undefined ? 'is missing' : 'is no certificate that can be read'}.`,
                cause: 'It was removed or overwritten.',
                fix: 'Run the deploy: it issues what is missing.',
            }));
            continue;
        }
        const wrong = authorityPem === undefined || authorityInfo === undefined
            ? []
            : verifyLeaf({ certificatePem: text }, {
                authority: { certificate: new external_node_crypto_.X509Certificate(authorityPem) },
                profile,
                member: { name, address },
                now,
            });
        const keyPath = leafPath(profile, 'key');
        const ofKey = publicKeys.get(keyPath);
        if (!files.has(keyPath))
            wrong.push(`${keyPath} is missing`);
        else if (ofKey !== undefined && ofKey !== info.publicKeySha256)
            wrong.push(`${keyPath} does not belong to it`);
        if (wrong.length > 0) {
            bad.push(check('fail', {
                subject: path,
                measured: `${path} of ${name}: ${wrong.join('; ')}.`,
                cause: info.notBefore > now
                    ? "The host's or the runner's clock is wrong."
                    : 'It was replaced by hand, or has run out.',
                fix: 'Run the deploy: it issues a new one.',
            }));
            continue;
        }
        const left = (0,validity/* daysLeft */.H_)(info.notAfter, now);
        const status = byDays(left, thresholds);
        if (status === 'ok')
            good.push({ path, left });
        else {
            bad.push(check(status, {
                subject: path,
                measured: `${path} of ${name} ${ends(info, now)}.`,
                threshold: daysWords(thresholds),
                cause: 'kubeadm makes certificates for one year.',
                fix: path.includes('apiserver')
                    ? `${RENEW} Then bring the new one to the control plane, as docs/deploy.md says.`
                    : RENEW,
            }));
        }
    }
    if (good.length === 0)
        return bad;
    const least = Math.min(...good.map(({ left }) => left));
    return [
        ...bad,
        check('ok', {
            measured: `${good.length} of ${leaf_profiles_leafProfileNames.length} certificates hold before the CA, fit their keys and name the member; the first ends in ${days(least)}.`,
            threshold: daysWords(thresholds),
        }),
    ];
}
function served(member, facts, thresholds) {
    if ('failure' in member.endpoint.status && member.endpoint.status.failure.kind === 'not-asked')
        return [];
    const { clientPort, peerPort } = facts;
    return [
        listener(member, `client port ${clientPort}`, 'server', member.served.client, facts, thresholds),
        listener(member, `peer port ${peerPort}`, 'peer', member.served.peer, facts, thresholds),
    ];
}
function listener({ name, address, host }, subject, profile, sight, { now }, thresholds) {
    const check = checkOf('served-certificate', name);
    if ('unseen' in sight)
        return check('unknown', {
            subject,
            measured: `The ${subject} of ${name} presents none: ${sight.unseen.fact}.`,
        });
    const info = infoOf(sight.seen.pem);
    if (info === undefined)
        return check('unknown', { subject, measured: `What the ${subject} of ${name} presents cannot be read.` });
    const left = (0,validity/* daysLeft */.H_)(info.notAfter, now);
    if (!sight.seen.trusted) {
        return check('fail', {
            subject,
            measured: `What the ${subject} of ${name} presents does not hold before the CA of the cluster (${info.subject}, by ${info.issuer}, ${ends(info, now)}).`,
            cause: left < 0 ? 'It has run out.' : 'It was issued by another CA.',
            fix: `${RENEW} If the file on the disk is right, restart that member.`,
        });
    }
    const path = leafPath(profile, 'certificate');
    const onDiskInfo = 'seen' in host ? infoOf(host.seen.facts.files.get(path)?.text) : undefined;
    if (onDiskInfo !== undefined && onDiskInfo.fingerprint !== info.fingerprint) {
        return check(worse('warn', byDays(left, thresholds)), {
            subject,
            measured: `The ${subject} of ${name} presents another certificate than ${path}: what it presents ${ends(info, now)}, the file ${ends(onDiskInfo, now)}.`,
            cause: 'The file was renewed and etcd sees another one: its folder was replaced as a whole, and the container still has the old one mounted.',
            fix: `Restart that member alone, with a quorum of the others: move ${kubeadm_paths/* ETCD_MANIFEST */.jl} out of its folder, wait until the container is gone, and move it back.`,
        });
    }
    if (!info.sans.includes(`IP:${address}`) &&
        !info.sans.some((san) => san.toLowerCase() === `ip:${address}`.toLowerCase())) {
        return check('fail', {
            subject,
            measured: `What the ${subject} of ${name} presents does not name ${address} (it names ${info.sans.join(', ')}).`,
            cause: 'It was issued for another address.',
            fix: RENEW,
        });
    }
    const status = byDays(left, thresholds);
    return check(status, {
        subject,
        measured: `What the ${subject} of ${name} presents holds before the CA${onDiskInfo === undefined ? '' : ' and is the file on the disk'}; it ${ends(info, now)}.`,
        threshold: daysWords(thresholds),
        ...(status === 'ok' ? {} : { cause: 'kubeadm makes certificates for one year.', fix: RENEW }),
    });
}
/** What a PEM text says; undefined for none, and for what is no certificate. */
function infoOf(pem) {
    if (pem === undefined)
        return undefined;
    try {
        return (0,inspect/* inspectCertificate */.ow)(pem);
    }
    catch {
        return undefined;
    }
}
/** How soon is too soon. */
function byDays(left, { certificateFailureDays, certificateWarningDays }) {
    if (left < certificateFailureDays)
        return 'fail';
    return left < certificateWarningDays ? 'warn' : 'ok';
}
function worse(one, other) {
    return other === 'fail' ? other : one;
}
/** The threshold of {@link byDays} in words. */
function daysWords({ certificateFailureDays, certificateWarningDays }) {
    return `at least ${days(certificateWarningDays)}; fails below ${days(certificateFailureDays)}`;
}
/** When a certificate ends, in words. */
function ends({ notAfter }, now) {
    const left = (0,validity/* daysLeft */.H_)(notAfter, now);
    const date = notAfter.toISOString().slice(0, 10);
    return left < 0 ? `ended on ${date}` : `ends in ${days(left)} (${date})`;
}

;// CONCATENATED MODULE: ./src/health/checks/control-plane.ts











const control_plane_CERTIFICATE = leafPath('apiserverEtcdClient', 'certificate');
const control_plane_KEY = leafPath('apiserverEtcdClient', 'key');
const DEPLOY = 'Run the deploy with `control-plane-hosts`: it puts there what is missing or ends soon.';
/** A deploy refuses what it does not know; what is of use to nobody it would take for a pair that works. */
const control_plane_MOVE_AWAY = `If this cluster is the one that the host ought to use, move these files to another folder. ${DEPLOY}`;
const REMOVE_KEY = `Remove ${control_plane_KEY} there. ${DEPLOY}`;
/** Whether each host of the control plane has what its API server needs to ask this cluster, and for how long. */
function controlPlaneChecks(facts, thresholds) {
    const authorityPem = control_plane_authorityOf(facts);
    return facts.controlPlane.map((sight) => checkHost(sight, authorityPem, facts.now, thresholds));
}
/** The members' own CA; where they do not agree, that is told elsewhere. */
function control_plane_authorityOf({ members }) {
    return members
        .map(({ host }) => ('seen' in host ? host.seen.facts.files.get(kubeadm_paths/* CA_CERTIFICATE */.vB)?.text : undefined))
        .find((text) => infoOf(text) !== undefined);
}
function checkHost({ name, address, host }, authorityPem, now, thresholds) {
    const check = checkOf('control-plane', null);
    const subject = name;
    if ('unseen' in host) {
        const { fact, cause, fix } = host.unseen;
        return check('warn', {
            subject,
            measured: `${name} of the control plane could not be looked at: ${fact}`,
            cause: cause ?? null,
            fix: fix ?? 'Log in to the host by hand and see.',
        });
    }
    const { facts, more } = host.seen;
    const notSeen = unseenCheck(check, name, facts, ['files']);
    if (notSeen !== undefined)
        return { ...notSeen, subject };
    const { files } = facts;
    if (authorityPem === undefined) {
        return check('unknown', {
            subject,
            measured: `Nothing that ${name} has can be compared: the CA of the members could not be read.`,
        });
    }
    const missing = [kubeadm_paths/* CA_CERTIFICATE */.vB, control_plane_CERTIFICATE, control_plane_KEY].filter((path) => !files.has(path));
    if (missing.length > 0) {
        return check('fail', {
            subject,
            measured: `${name} of the control plane lacks ${missing.join(', ')}.`,
            cause: 'Nothing was handed over to it yet, or the files were removed.',
            fix: DEPLOY,
        });
    }
    const authority = new external_node_crypto_.X509Certificate(authorityPem);
    const trusted = (0,inspect/* fingerprintsIn */.pX)(files.get(kubeadm_paths/* CA_CERTIFICATE */.vB)?.text ?? '');
    const certificatePem = files.get(control_plane_CERTIFICATE)?.text ?? '';
    const info = infoOf(certificatePem);
    const ofKey = more.publicKeys.get(control_plane_KEY);
    const isStranger = !trusted.includes(authority.fingerprint256);
    const isOther = isSignedBy(certificatePem, { certificate: authority }) === false;
    const isOdd = info !== undefined && ofKey !== undefined && ofKey !== info.publicKeySha256;
    const wrong = [
        ...(isStranger
            ? [
                `${kubeadm_paths/* CA_CERTIFICATE */.vB} is ${trusted.length === 0 ? 'no certificate' : `another CA (SHA-256 ${trusted.join(', ')})`}, not the members' (SHA-256 ${authority.fingerprint256})`,
            ]
            : []),
        ...verifyLeaf({ certificatePem }, {
            authority: { certificate: authority },
            profile: 'apiserverEtcdClient',
            member: { name, address },
            now,
        }),
        ...(isOdd ? [`${control_plane_KEY} does not belong to ${control_plane_CERTIFICATE}`] : []),
    ];
    if (wrong.length > 0 || info === undefined) {
        return check('fail', {
            subject,
            measured: `${name} of the control plane: ${wrong.join('; ')}.`,
            cause: 'They were made for another cluster, replaced by hand, or have run out.',
            fix: isStranger || isOther ? control_plane_MOVE_AWAY : isOdd ? REMOVE_KEY : DEPLOY,
        });
    }
    const key = files.get(control_plane_KEY);
    if (key !== undefined && !isClosedEnough(key, PRIVATE_MODE)) {
        return check('warn', {
            subject,
            measured: `${control_plane_KEY} of ${name} has mode ${key.mode} and owner ${key.owner}.`,
            threshold: `${PRIVATE_MODE}, root`,
            cause: 'It was copied by hand.',
            fix: DEPLOY,
        });
    }
    const left = (0,validity/* daysLeft */.H_)(info.notAfter, now);
    const status = byDays(left, thresholds);
    return check(status, {
        subject,
        measured: status === 'ok'
            ? `${name} of the control plane has the CA and a client pair that ends in ${days(left)}.`
            : `${control_plane_CERTIFICATE} of ${name} of the control plane ${ends(info, now)}.`,
        threshold: daysWords(thresholds),
        ...(status === 'ok'
            ? {}
            : { cause: 'kubeadm makes certificates for one year, and does not renew this one.', fix: DEPLOY }),
    });
}

;// CONCATENATED MODULE: ./src/health/checks/data.ts



/** Whether hashes that can be compared are not the same. */
function hashesDiffer(hashes) {
    const told = hashes.flatMap((hash) => health_observation_seen(hash) ?? []);
    return [...Map.groupBy(told, comparableAs).values()].some((group) => new Set(group.map(({ hash }) => hash)).size > 1);
}
/** Hashes are of what is kept since the last compaction (server/storage/mvcc/hash.go). */
function comparableAs({ hashRevision, compactRevision }) {
    return `${hashRevision}/${compactRevision}`;
}
/** Whether all members hold the same data, by HashKV at one revision. */
function dataChecks({ members }) {
    const check = checkOf('data', null);
    const told = members.flatMap(({ name, hash }) => {
        const seenHash = health_observation_seen(hash);
        return seenHash === undefined ? [] : [{ name, hash: seenHash }];
    });
    const [first] = told;
    if (first === undefined || told.length < 2) {
        const unsupported = members.some(({ hash }) => 'failure' in hash && hash.failure.kind === 'unsupported');
        const alone = members.length === 1 && first !== undefined;
        if (alone)
            return [check('ok', { measured: `One member, hash ${first.hash.hash}.` })];
        if (unsupported) {
            return [
                check('ok', {
                    measured: 'Not compared: this release of etcd does not offer HashKV over its gateway.',
                    notice: 'It does from 3.5.10 on.',
                }),
            ];
        }
        return [
            check('unknown', { measured: `${told.length === 0 ? 'No member' : 'Only one member'} gave a hash.` }),
        ];
    }
    const comparable = Map.groupBy(told, ({ hash }) => comparableAs(hash));
    const largest = [...comparable.values()].toSorted((one, other) => other.length - one.length)[0] ?? [];
    if (largest.length < 2) {
        return [
            check('unknown', {
                measured: 'The hashes are of different compactions and cannot be compared.',
                cause: 'A compaction was under way.',
                fix: 'Look again in a minute.',
            }),
        ];
    }
    const byHash = [...Map.groupBy(largest, ({ hash }) => hash.hash)].toSorted(([, one], [, other]) => other.length - one.length);
    const revision = first.hash.hashRevision;
    const [[hash, most] = [first.hash.hash, largest], ...others] = byHash;
    if (others.length === 0) {
        return [
            check('ok', {
                measured: `${nameList(most.map(({ name }) => name))} have hash ${hash} at revision ${revision}.`,
            }),
        ];
    }
    const odd = others.flatMap(([, group]) => group.map(({ name }) => name));
    const alone = most.length > odd.length;
    const whose = alone
        ? `${nameList(odd)} ${odd.length === 1 ? 'holds' : 'hold'} other data than the rest`
        : 'The members hold different data';
    const measured = `${whose} at revision ${revision}: ${byHash.map(([value, group]) => `hash ${value} on ${nameList(group.map(({ name }) => name))}`).join(', ')}.`;
    const versions = new Set(members.flatMap(({ endpoint }) => health_observation_seen(endpoint.status)?.version ?? []));
    if (versions.size > 1) {
        return [
            check('warn', {
                measured: `${measured} They run different releases (${[...versions].join(', ')}).`,
                cause: 'Releases of etcd may compute another hash of the same data, where the last compaction was at a deleted key (etcd-io/etcd#18274).',
                fix: 'Bring all members to one release first, and look again after the next compaction. Replace no member because of this.',
            }),
        ];
    }
    return [
        check('fail', {
            measured,
            cause: 'A disk or memory fault, a data dir that was copied or edited, or a fault of etcd before 3.5.3.',
            fix: alone
                ? `Take a backup from ${most[0]?.name ?? 'another member'} first. Then replace ${nameList(odd)}: \`etcdctl member remove\`, keep its data dir aside, and add it anew with an empty one. Do not restart the others meanwhile.`
                : 'Change nothing yet. Back up the data dir of every member, and find out which one is right before any is replaced.',
        }),
    ];
}

;// CONCATENATED MODULE: ./src/health/checks/view.ts



/** The cluster as its members tell it. */
function viewOf({ members, clientPort, peerPort }) {
    return viewCluster(members.map(({ endpoint }) => endpoint), { clientPort, peerPort });
}
/** Counts votes, from the member list where one could be read, else from the expected members. */
function votesOf(facts) {
    const view = viewOf(facts);
    const voters = view.members?.filter(({ isLearner }) => !isLearner);
    const all = voters?.length ?? facts.members.length;
    const isVoter = (member) => {
        const id = health_observation_seen(member.endpoint.status)?.memberId;
        return voters === undefined || voters.some((voter) => voter.id === id);
    };
    const answering = facts.members.filter((member) => {
        const status = health_observation_seen(member.endpoint.status);
        return status !== undefined && status.clusterId === view.clusterId && isVoter(member);
    });
    const working = answering.filter(takesPart);
    const unknown = facts.members.filter(({ endpoint }) => isNotAsked(endpoint.status));
    return {
        all,
        needed: (0,quorum/* quorumOf */.N)(all),
        working: working.map(({ name }) => name),
        answering: answering.map(({ name }) => name),
        unknown: unknown.map(({ name }) => name),
    };
}
/** A read through the majority succeeded there, or it would have, were it not for an alarm. */
function takesPart({ endpoint }) {
    if (health_observation_seen(endpoint.status)?.leader === null)
        return false;
    return 'seen' in endpoint.readNs || endpoint.readNs.failure.kind === 'rejected';
}
/** Whether nobody was there to ask a member. */
function isNotAsked(observed) {
    return 'failure' in observed && observed.failure.kind === 'not-asked';
}
/**
 * How many more members may fail, negative where a quorum lacks so many already; undefined where not all is known that
 * this depends on. Members that answer and yet make no quorum are cut off from each other: one more has to come.
 */
function failureToleranceOf(facts) {
    const { working, answering, needed, unknown } = votesOf(facts);
    if (working.length >= needed)
        return working.length - needed;
    return unknown.length > 0 ? undefined : Math.min(answering.length, needed - 1) - needed;
}

;// CONCATENATED MODULE: ./src/health/checks/endpoint.ts





/** Entries beyond which etcd itself refuses requests (server/etcdserver/v3_server.go, maxGapBetweenApplyAndCommitIndex). */
const MOST_UNAPPLIED = 5000;
/** What each member answers at its client port. */
function endpointChecks(facts, thresholds) {
    return facts.members.flatMap((member) => {
        const { status } = member.endpoint;
        if ('failure' in status)
            return silentMember(member, facts.clientPort);
        return [
            checkOf('endpoint', member.name)('ok', {
                measured: `${member.name} answers at ${(0,urls/* httpsUrl */.N3)(member.address, facts.clientPort)}${throughWords(member)}.`,
            }),
            readCheck('read', member, member.endpoint.readNs, thresholds),
            readCheck('local-read', member, member.localReadNs, thresholds),
            probeCheck('ready', '/readyz', member, member.readyz),
            probeCheck('alive', '/livez', member, member.livez),
            lagCheck(member, facts, thresholds),
        ];
    });
}
function throughWords({ askedThrough }) {
    return askedThrough === null ? '' : `, asked through ${askedThrough}`;
}
function silentMember(member, clientPort) {
    const { status } = member.endpoint;
    if (!('failure' in status))
        return [];
    const { kind, finding } = status.failure;
    const check = checkOf('endpoint', member.name);
    const place = `${member.name} (${(0,urls/* httpsUrl */.N3)(member.address, clientPort)})`;
    if (kind === 'not-asked') {
        return [check('unknown', { measured: `${place}: ${finding.fact}` }), ...unseen(member)];
    }
    return [
        check('fail', {
            measured: `${place} does not answer${throughWords(member)}: ${finding.fact}`,
            cause: finding.cause ?? null,
            fix: finding.fix ?? null,
        }),
        ...unseen(member),
    ];
}
/** Checks that take an answer of the member. */
const OF_ANSWERS = [
    'read',
    'local-read',
    'ready',
    'alive',
    'lag',
    'leader-changes',
    'db-size',
    'fragmentation',
    'wal-fsync',
    'backend-commit',
    'peer-latency',
    'release',
];
/** In the same words for all of them, so that a reader gets them as one. */
function unseen({ name }) {
    return OF_ANSWERS.map((check) => checkOf(check, name)('unknown', { measured: 'Not seen: the member gave no answer.' }));
}
function readCheck(name, member, observed, { latencyWarningMs }) {
    const check = checkOf(name, member.name);
    const what = name === 'read' ? 'A linearizable read' : 'A serializable read';
    const threshold = `at most ${latencyWarningMs} ms beside the way there`;
    if ('failure' in observed) {
        const { finding } = observed.failure;
        return check('fail', {
            measured: `${what} failed on ${member.name}: ${finding.fact}`,
            threshold,
            cause: finding.cause ?? null,
            fix: finding.fix ?? null,
        });
    }
    const totalMs = observed.seen / 1e6;
    const way = wayMs(member);
    const ownMs = Math.max(0, totalMs - way);
    const measured = `${what} took ${format_duration(ownMs)} on ${member.name} (${format_duration(totalMs)} with the way there and back, ${format_duration(way)}).`;
    if (ownMs <= latencyWarningMs)
        return check('ok', { measured, threshold });
    return check('warn', {
        measured,
        threshold,
        cause: name === 'read'
            ? 'A slow disk of the leader, a slow link between the members, or a member with too much to do.'
            : 'The member or its host has too much to do.',
        fix: 'Look at the checks "WAL fsync" and "Peer round trips", and at the load of the host (`top`, `iostat -x 1`).',
    });
}
function probeCheck(name, path, member, observed) {
    const check = checkOf(name, member.name);
    if ('failure' in observed) {
        const { finding } = observed.failure;
        return check('unknown', { measured: `${path} of ${member.name} gave no answer: ${finding.fact}` });
    }
    const { ok, checks, unsupported } = observed.seen;
    if (unsupported === true)
        return check('ok', { measured: `This release of etcd has no ${path}.` });
    const bad = checks.filter((each) => !each.ok);
    if (ok) {
        const names = checks.map((each) => each.name).join(', ');
        return check('ok', { measured: `${path} says ok${names === '' ? '' : `: ${names}`}.` });
    }
    return check('fail', {
        measured: `${path} of ${member.name} fails: ${bad.map((each) => `${each.name}${each.reason === undefined ? '' : ` (${each.reason})`}`).join(', ') || 'no reason given'}.`,
        cause: name === 'ready'
            ? 'The member cannot serve: it has no leader, is a learner, or an alarm of corrupt data is raised.'
            : 'The member cannot read its own store.',
        fix: 'See the checks of the cluster first; then the log of that member (`crictl logs`).',
    });
}
function lagCheck(member, facts, { raftLagWarning }) {
    const check = checkOf('lag', member.name);
    const threshold = `at most ${raftLagWarning} entries`;
    const status = health_observation_seen(member.endpoint.status);
    const leaderIndex = leaderIndexOf(facts);
    if (status === undefined || leaderIndex === undefined) {
        return check('unknown', { measured: 'No leader told how far its log is.', threshold });
    }
    const behind = Math.max(0, leaderIndex - status.raftIndex);
    const unapplied = Math.max(0, status.raftIndex - status.raftAppliedIndex);
    const measured = `${member.name} is ${behind} entries behind the leader, and has ${unapplied} yet to apply.`;
    const worst = Math.max(behind, unapplied);
    if (worst <= raftLagWarning)
        return check('ok', { measured, threshold });
    return check(unapplied > MOST_UNAPPLIED ? 'fail' : 'warn', {
        measured,
        threshold,
        cause: 'It was just started and catches up, or its disk or link is slower than the others.',
        fix: 'Look again in a minute. If it does not shrink, look at the checks "WAL fsync" and "Peer round trips" of this member.',
    });
}
/** The leader's own index; undefined where the leader was not seen. */
function leaderIndexOf(facts) {
    const { leader, own } = viewOf(facts);
    const status = own.map((each) => health_observation_seen(each.status)).find((each) => each?.memberId === leader);
    return leader === null ? undefined : status?.raftIndex;
}

;// CONCATENATED MODULE: ./src/health/checks/files.ts








/** Files of each host against what the action has recorded there and what the guide wants. */
function fileChecks({ members, ...places }) {
    return members.flatMap(({ name, host }) => {
        if ('unseen' in host)
            return [];
        const { facts } = host.seen;
        const record = typeof facts.state === 'object' ? facts.state : undefined;
        return [
            manifest(name, facts, record),
            dropIn(name, facts, record),
            strayFiles(name, facts),
            modes(name, facts, record, places),
        ];
    });
}
const CONVERGE = 'If the change was meant, write it into the inputs of the deploy (`extra-args`). Then run the deploy: it takes back what the inputs do not ask for, one member at a time.';
function manifest(name, facts, record) {
    const check = checkOf('manifest', name);
    const notSeen = unseenCheck(check, name, facts, ['files', 'digests']);
    if (notSeen !== undefined)
        return notSeen;
    if (!facts.files.has(kubeadm_paths/* ETCD_MANIFEST */.jl)) {
        const isOut = facts.files.has(kubeadm_paths/* OUTGOING_MANIFEST */.Fc);
        return check('fail', {
            measured: `${kubeadm_paths/* ETCD_MANIFEST */.jl} is missing on ${name}.`,
            cause: isOut
                ? 'A run was cut off while it restarted this member.'
                : 'Somebody moved or removed it; kubelet then ends etcd.',
            fix: isOut
                ? 'Run the deploy again: it goes on where that run ended.'
                : 'Put it back if somebody has it; else run the deploy: it makes the manifest anew and leaves the data as it is.',
        });
    }
    const found = memberManifest(facts);
    if (found === undefined) {
        return check('fail', {
            measured: `${kubeadm_paths/* ETCD_MANIFEST */.jl} of ${name} is no pod that runs etcd.`,
            cause: 'It was edited by hand, or replaced.',
            fix: CONVERGE,
        });
    }
    const wanted = extraArguments(facts.files.get(kubeadm_paths/* KUBEADM_CONFIG */.XA)?.text ?? '');
    const differences = [
        ...argumentDifferences(found, wanted),
        ...strangeFlags(found, wanted).map((flag) => `--${flag} is set, and nobody asked for it`),
    ];
    const isEdited = differsFromRecord(record, facts, kubeadm_paths/* ETCD_MANIFEST */.jl);
    if (record === undefined) {
        return check('ok', {
            measured: `etcd runs by ${kubeadm_paths/* ETCD_MANIFEST */.jl}, and the action has no record of it.`,
            notice: 'The cluster was set up in another way; a deploy takes it over.',
        });
    }
    if (!isEdited && differences.length === 0) {
        return check('ok', { measured: 'The manifest is the one that the last run has left.' });
    }
    const what = differences.length === 0 ? 'limits, probes or comments' : differences.join('; ');
    return check('warn', {
        measured: `The manifest of ${name} is not what the last run has left; what differs: ${what}.`,
        cause: 'It was edited by hand, or by another tool.',
        fix: CONVERGE,
    });
}
function dropIn(name, facts, record) {
    const check = checkOf('drop-in', name);
    const notSeen = unseenCheck(check, name, facts, ['files', 'digests', 'kubelet']);
    if (notSeen !== undefined)
        return notSeen;
    if (record === undefined) {
        return check('ok', { measured: 'The action has set no drop-in here.' });
    }
    const paths = [kubeadm_paths/* KUBELET_DROP_IN */.jy, kubeadm_paths/* KUBELET_CONFIG */.So];
    const missing = paths.filter((path) => !facts.files.has(path));
    const edited = paths.filter((path) => !missing.includes(path) && differsFromRecord(record, facts, path));
    const isRead = facts.kubelet.dropIns.includes(kubeadm_paths/* KUBELET_DROP_IN */.jy);
    const problems = [
        ...missing.map((path) => `${path} is missing`),
        ...edited.map((path) => `${path} is not what the last run has left`),
        ...(missing.includes(kubeadm_paths/* KUBELET_DROP_IN */.jy) || isRead ? [] : [`systemd has not read ${kubeadm_paths/* KUBELET_DROP_IN */.jy}`]),
    ];
    if (problems.length === 0) {
        return check('ok', { measured: "kubelet's drop-in and configuration are those of the last run." });
    }
    return check(missing.length > 0 ? 'fail' : 'warn', {
        measured: `On ${name} ${problems.join('; ')}.`,
        cause: 'It was edited or removed by hand; kubelet takes it up at its next start, and etcd hangs on kubelet.',
        fix: 'Run the deploy: it puts back what the inputs ask for.',
    });
}
function strayFiles(name, facts) {
    const check = checkOf('stray-files', name);
    const notSeen = unseenCheck(check, name, facts, ['files']);
    if (notSeen !== undefined)
        return notSeen;
    const strays = [...facts.files.values()]
        .filter(({ path, kind }) => kind !== 'directory' && path.startsWith(`${kubeadm_paths/* MANIFEST_DIR */.Kk}/`))
        .map(({ path }) => path)
        // kubelet passes over what begins with a dot (pkg/kubelet/config/file.go)
        .filter((path) => path !== kubeadm_paths/* ETCD_MANIFEST */.jl && !path.slice(kubeadm_paths/* MANIFEST_DIR */.Kk.length + 1).startsWith('.'));
    if (strays.length === 0)
        return check('ok', { measured: `${kubeadm_paths/* MANIFEST_DIR */.Kk} holds etcd's manifest and nothing else.` });
    return check('warn', {
        measured: `${kubeadm_paths/* MANIFEST_DIR */.Kk} of ${name} holds other files: ${strays.join(', ')}.`,
        cause: 'A copy was left there, or another pod was added; kubelet starts every file in that folder, whatever its name.',
        fix: 'Move them to another folder. A second copy of etcd.yaml would fight the first for ports and data.',
    });
}
function modes(name, facts, record, places) {
    const check = checkOf('modes', name);
    const notSeen = unseenCheck(check, name, facts, ['files', 'data-dir']);
    if (notSeen !== undefined)
        return notSeen;
    const wrong = [...expectedModes(true, record)].flatMap(([path, mode]) => {
        const file = facts.files.get(path);
        if (file?.kind !== 'file' || isClosedEnough(file, mode))
            return [];
        return [{ path, is: `${file.mode} ${file.owner}`, wanted: mode, isPrivate: mode === PRIVATE_MODE }];
    });
    for (const { path, mode } of openDataFolders(facts, places)) {
        wrong.push({ path, is: mode, wanted: DATA_DIR_MODE, isPrivate: true });
    }
    if (wrong.length === 0)
        return check('ok', { measured: 'Keys, certificates and folders have their modes and belong to root.' });
    return check('warn', {
        measured: `On ${name} ${wrong.map(({ path, is, wanted }) => `${path} is ${is}, wanted ${wanted} 0:0`).join('; ')}.`,
        cause: 'Files were copied or edited by hand.',
        fix: `${wrong.map(({ path, wanted }) => `chmod ${wanted} ${path}`).join('; ')}; chown root:root the same. ${wrong.some(({ isPrivate }) => isPrivate) ? 'A key that others could read may have been: renew it if others have accounts on this host.' : ''}`.trim(),
    });
}

;// CONCATENATED MODULE: ./src/health/checks/explain-log.ts
const REPLACE = 'Take a backup from a healthy member. Then replace this one: `etcdctl member remove`, keep its data dir aside, and add it anew with an empty one.';
/** What etcd says before it ends for good, by its own words (server/embed, server/etcdserver, server/storage). */
const KNOWN = [
    {
        said: /found data inconsistency with peers|checkInitialHashKV failed|data inconsistency/i,
        cause: "Its data differs from the other members' (corrupt), and etcd refuses to start with it (initial-corrupt-check).",
        fix: REPLACE,
    },
    {
        said: /permanently removed from the cluster|member has been removed|the member has been permanently removed/i,
        cause: 'The member was removed from the cluster.',
        fix: 'If that was meant, take its manifest and this host out of the inputs. If not, add it anew with an empty data dir, its old one kept aside; it cannot come back with its old data.',
    },
    {
        said: /no space left on device/i,
        cause: 'The disk of the data dir is full.',
        fix: 'Make room on that filesystem; kubelet then starts etcd again. Delete nothing within the data dir.',
    },
    {
        said: /crc mismatch|walpb: |wal: .*(?:corrupt|mismatch)|snap: .*(?:corrupt|mismatch)|unexpected EOF.*wal|file checksum/i,
        cause: 'Its write-ahead log or snapshot is damaged on the disk.',
        fix: REPLACE,
    },
    {
        said: /has already been bootstrapped/i,
        cause: 'Its data dir is empty or new while the cluster already has this member.',
        fix: 'If its data is lost, remove the member and add it anew; if its data dir is elsewhere, put it back.',
    },
    {
        said: /member count is unequal|mismatched member|unmatched member/i,
        cause: 'initial-cluster does not fit the members that the cluster has.',
        fix: 'Compare initial-cluster in its manifest with `etcdctl member list`.',
    },
    {
        said: /x509|certificate|tls: /i,
        cause: 'A certificate or key cannot be read, or does not hold.',
        fix: 'See the checks of certificates of this host.',
    },
    {
        said: /permission denied/i,
        cause: 'etcd may not read one of its files.',
        fix: 'See the check "File modes" of this host.',
    },
    {
        said: /address already in use/i,
        cause: 'Something else listens on one of its ports.',
        fix: '`ss -ltnp` on that host names it.',
    },
    {
        said: /flag provided but not defined|invalid value .* for flag/i,
        cause: 'Its manifest has a flag that this etcd does not take.',
        fix: 'See the check "Manifest" of this host.',
    },
];
const LONGEST_QUOTE = 300;
/** What the last lines of etcd's log say about its end. */
function explainLog(lines) {
    const severe = lines.filter((line) => /"level":"(?:fatal|panic|error)"|^panic|fatal/i.test(line));
    for (const line of [...severe.toReversed(), ...lines.toReversed()]) {
        const known = KNOWN.find(({ said }) => said.test(line));
        if (known !== undefined && (severe.includes(line) || !/"level":"(?:info|debug)"/.test(line))) {
            return { quote: quoteOf(line), cause: known.cause, fix: known.fix };
        }
    }
    const last = severe.at(-1);
    return last === undefined ? undefined : { quote: quoteOf(last) };
}
/** Message and error of a line that zap wrote as JSON, else the line. */
function quoteOf(line) {
    let text = line;
    try {
        const { msg, error } = JSON.parse(line);
        const parts = [msg, error].filter((part) => typeof part === 'string');
        if (parts.length > 0)
            text = parts.join(': ');
    }
    catch {
        // Not all that etcd prints is JSON.
    }
    return `"${text.length > LONGEST_QUOTE ? `${text.slice(0, LONGEST_QUOTE)}…` : text}"`;
}

;// CONCATENATED MODULE: ./src/health/checks/host.ts




const HOUR_MS = 3_600_000;
/** Checks that take a look at the host. */
const OF_HOSTS = [
    'kubelet',
    'pod',
    'manifest',
    'drop-in',
    'stray-files',
    'modes',
    'disk-space',
    'clock',
    'certificate',
];
/** SSH, kubelet, and the static pod of each host. */
function hostChecks({ members, now }) {
    return members.flatMap((member) => {
        const check = checkOf('host', member.name);
        if ('unseen' in member.host) {
            const { fact, cause, fix } = member.host.unseen;
            return [
                check('warn', {
                    measured: `The host of ${member.name} could not be looked at: ${fact}`,
                    cause: cause ?? null,
                    fix: `${fix ?? 'Log in to the host by hand and see.'} Until then a deploy leaves this host out, and nothing on it is renewed.`,
                }),
                ...OF_HOSTS.map((name) => checkOf(name, member.name)('unknown', { measured: 'Not seen: the host could not be looked at.' })),
            ];
        }
        const sight = member.host.seen;
        const took = sight.roundTripMs === null ? '' : `; a round trip takes ${format_duration(sight.roundTripMs)}`;
        return [
            check('ok', { measured: `SSH works${took}.` }),
            kubelet(member.name, sight),
            pod(member, sight, now),
        ];
    });
}
function kubelet(name, { facts, more }) {
    const check = checkOf('kubelet', name);
    const notSeen = unseenCheck(check, name, facts, ['kubelet']);
    if (notSeen !== undefined)
        return notSeen;
    const { active, enabled, subState } = facts.kubelet;
    if (!active) {
        return check('fail', {
            measured: `kubelet does not run on ${name} (${subState || 'unknown state'}).`,
            cause: 'It was stopped, or it ends at each start.',
            fix: `\`systemctl status kubelet\` and \`journalctl -u kubelet -n 50\` on ${name}; etcd runs on meanwhile, and nobody restarts it.`,
        });
    }
    if (more.kubeletHealthz !== 'ok') {
        return check('warn', {
            measured: `kubelet runs on ${name}, and its /healthz says ${more.kubeletHealthz === undefined ? 'nothing' : JSON.stringify(more.kubeletHealthz.slice(0, 200))}.`,
            threshold: 'ok',
            cause: 'It has just started, or the container runtime does not answer it.',
            fix: `\`journalctl -u kubelet -n 50\` on ${name}.`,
        });
    }
    if (!enabled) {
        return check('warn', {
            measured: `kubelet runs on ${name} and is not enabled: after a reboot nobody starts etcd.`,
            cause: 'Somebody has disabled the unit.',
            fix: '`systemctl enable kubelet`.',
        });
    }
    return check('ok', { measured: 'kubelet runs, is enabled, and says that it is healthy.' });
}
function pod({ name, endpoint }, { facts, more: { containers, lastLog } }, now) {
    const check = checkOf('pod', name);
    const notSeen = unseenCheck(check, name, facts, ['containers']);
    if (notSeen !== undefined)
        return notSeen;
    const running = containers.find((container) => container.running);
    const [ended] = containers.filter((container) => !container.running);
    const why = lastLog.length === 0 ? undefined : explainLog(lastLog);
    if (running === undefined) {
        const exit = ended === undefined ? '' : ` It ${exitWords(ended, now)}.`;
        return check('fail', {
            measured: `No container of etcd runs on ${name}.${exit}${why === undefined ? '' : ` Its log: ${why.quote}`}`,
            cause: why?.cause ?? 'Its manifest is gone or wrong, its image is missing, or kubelet is down.',
            fix: why?.fix ??
                `\`crictl ps -a --name '^etcd$'\`, \`crictl logs\` of the newest, and \`journalctl -u kubelet -n 50\` on ${name}.`,
        });
    }
    const restarts = running.attempt;
    const started = running.startedAt === undefined ? NaN : Date.parse(running.startedAt);
    const ago = Number.isNaN(started) ? '' : ` ${format_duration(Math.max(0, now.getTime() - started))} ago`;
    const measured = `etcd runs on ${name}, started${ago}, ${restarts === 0 ? 'never restarted' : plural(restarts, 'restart')} in this pod.`;
    if (restarts === 0)
        return check('ok', { measured });
    const exit = ended === undefined ? '' : ` Before that it ${exitWords(ended, now)}.`;
    // A container that a reboot has ended did not fail (containerd: exit code 255, reason Unknown).
    const byReboot = ended?.exitCode === 255 && ended.reason === 'Unknown';
    const isFresh = now.getTime() - started < HOUR_MS;
    if (!isFresh || byReboot || ended === undefined || ended.exitCode === 0) {
        return check('ok', {
            measured: `${measured}${exit}`,
            notice: byReboot ? 'The host was rebooted or lost power.' : null,
        });
    }
    const answers = 'seen' in endpoint.status;
    return check(answers ? 'warn' : 'fail', {
        measured: `${measured}${exit}${why === undefined ? '' : ` Its log: ${why.quote}`}`,
        threshold: 'no restart within the last hour',
        cause: why?.cause ?? 'It ended by itself, was killed for memory, or failed its liveness probe.',
        fix: why?.fix ?? `\`crictl logs ${ended.id.slice(0, 13)}\` and \`journalctl -u kubelet -n 50\` on ${name}.`,
    });
}
function exitWords({ exitCode, reason, finishedAt }, now) {
    const code = exitCode === undefined ? '' : ` with exit code ${exitCode}`;
    const why = reason === undefined ? '' : ` (${reason})`;
    const when = finishedAt === undefined ? '' : ` ${format_duration(Math.max(0, now.getTime() - Date.parse(finishedAt)))} ago`;
    return `ended${when}${code}${why}`;
}

;// CONCATENATED MODULE: ./src/health/checks/machine.ts



/** etcd stops at a write that finds no room: this is as good as none. */
const FULL_PERCENT = 2;
const FULL_BYTES = 256 * 1024 ** 2;
/** Beyond this leases, logs and certificates are not to be trusted. */
const CLOCK_FAILURE_MS = 30_000 * 10;
/** Disk and clock of each host. */
function machineChecks({ members }, thresholds) {
    const offsets = clockOffsets(members);
    return members.flatMap((member) => {
        if ('unseen' in member.host)
            return [];
        const sight = member.host.seen;
        return [
            ...diskSpace(member.name, sight, thresholds),
            clock(member.name, sight, offsets.get(member.name), thresholds),
        ];
    });
}
/** Milliseconds that each host's clock is ahead of the median of all that were seen, by member name. */
function clockOffsets(members) {
    const told = members.flatMap(({ name, host }) => 'seen' in host ? [[name, host.seen.more.clock.offsetMs]] : []);
    const middle = median(told.map(([, offset]) => offset));
    return new Map(told.map(([name, offset]) => [name, offset - middle]));
}
/** The disk of the data dir, and that of the log where it is another one. */
function diskSpace(name, { more: { filesystem, walFilesystem } }, thresholds) {
    if (filesystem === undefined) {
        const measured = `The filesystem of the data dir of ${name} could not be read.`;
        return [checkOf('disk-space', name)('unknown', { measured })];
    }
    const ofData = spaceOn(filesystem, name, thresholds, null);
    return walFilesystem === undefined || walFilesystem.mountPoint === filesystem.mountPoint
        ? [ofData]
        : [ofData, spaceOn(walFilesystem, name, thresholds, 'wal-dir')];
}
function spaceOn(filesystem, name, { diskFreeWarningPercent }, subject) {
    const check = (status, told) => checkOf('disk-space', name)(status, { ...told, subject });
    const { freeBytes, sizeBytes, mountPoint, readOnly, inodes, freeInodes } = filesystem;
    const percent = sizeBytes === 0 ? 100 : (freeBytes / sizeBytes) * 100;
    const threshold = `at least ${diskFreeWarningPercent} % free; fails below ${FULL_PERCENT} % or ${size(FULL_BYTES)}`;
    const measured = `${size(freeBytes)} of ${size(sizeBytes)} are free on ${mountPoint} of ${name} (${percent.toFixed(0)} %).`;
    if (readOnly) {
        return check('fail', {
            measured: `${mountPoint} of ${name} is mounted read-only.`,
            cause: 'The kernel does that when the disk fails (`dmesg`).',
            fix: 'Have the disk looked at; etcd cannot write there.',
        });
    }
    if (inodes > 0 && freeInodes / inodes < FULL_PERCENT / 100) {
        return check('fail', {
            measured: `Only ${freeInodes} of ${inodes} inodes are free on ${mountPoint} of ${name}.`,
            cause: 'Very many small files lie on that filesystem.',
            fix: '`df -i`, and find them (`du --inodes -x -d 3 /`).',
        });
    }
    if (percent >= diskFreeWarningPercent && freeBytes >= FULL_BYTES)
        return check('ok', { measured, threshold });
    const isFull = percent < FULL_PERCENT || freeBytes < FULL_BYTES;
    return check(isFull ? 'fail' : 'warn', {
        measured,
        threshold,
        cause: 'Logs, images or a growing database fill it.',
        fix: `Make room: \`du -xhd 3 ${mountPoint} | sort -h | tail\`, \`crictl rmi --prune\`, \`journalctl --vacuum-size=200M\`. Delete nothing within the data dir. A member that finds no room ends.`,
    });
}
function clock(name, { more: { clock: seen } }, offset, { clockWarningMs }) {
    const check = checkOf('clock', name);
    const threshold = `within ${clockWarningMs} ms of the median`;
    const away = Math.abs(offset ?? 0);
    const measured = `The clock of ${name} is ${format_duration(away)} ${(offset ?? 0) >= 0 ? 'ahead of' : 'behind'} the median of all hosts (± ${format_duration(seen.uncertaintyMs)}).`;
    // What is uncertain because of the way there counts in the host's favour.
    const atLeast = away - seen.uncertaintyMs;
    if (atLeast <= clockWarningMs)
        return check('ok', { measured, threshold });
    return check(atLeast > CLOCK_FAILURE_MS ? 'fail' : 'warn', {
        measured,
        threshold,
        cause: 'No time service runs on it, or it reaches no server.',
        fix: '`timedatectl`, then start one (`systemctl enable --now chrony` or systemd-timesyncd).',
    });
}

;// CONCATENATED MODULE: ./src/health/checks/membership.ts




/** Expected against actual members. */
function membershipChecks(facts) {
    const view = viewOf(facts);
    if (view.members === undefined) {
        return [checkOf('membership', null)('unknown', { measured: 'No member told who the members are.' })];
    }
    const findings = memberFindings(view);
    if (findings.length === 0) {
        return [
            checkOf('membership', null)('ok', {
                measured: `The member list has the ${plural(facts.members.length, 'expected member')} and no other.`,
            }),
        ];
    }
    return findings.map(({ host, severity, fact, cause, fix }) => checkOf('membership', host ?? null)(severity, {
        measured: fact,
        cause: cause ?? null,
        fix: fix === undefined ? null : careful(fix),
    }));
}
/** A removed member never comes back with its data. */
function careful(fix) {
    return fix.includes('member remove')
        ? `${fix} Remove only what you are certain of: check once more that no host of yours has this address, and that the cluster has a quorum without it.`
        : fix;
}

;// CONCATENATED MODULE: ./src/etcd/histogram.ts
/**
 * A quantile of a histogram, by linear interpolation within its bucket as Prometheus' histogram_quantile does
 * (promql/quantile.go). In the last bucket, which has no upper limit, the answer is its lower one.
 * @param fraction e.g. 0.99 for the 99th percentile.
 * @returns seconds; undefined where nothing was observed.
 */
function percentile({ buckets }, fraction) {
    const rank = fraction * (buckets.at(-1)?.count ?? 0);
    const index = buckets.findIndex(({ count }) => count > 0 && count >= rank);
    const bucket = buckets[index];
    if (bucket === undefined)
        return undefined;
    const below = buckets[index - 1] ?? { le: 0, count: 0 };
    if (bucket.le === Infinity)
        return below.le;
    return below.le + ((bucket.le - below.le) * (rank - below.count)) / (bucket.count - below.count);
}

;// CONCATENATED MODULE: ./src/etcd/metrics-window.ts
/**
 * What was observed between two looks at the same member: its histograms subtracted, its counters' growth. What is no
 * counter is as it was last.
 * @returns `latest` as it stands where the member has started anew in between: all of it is of the window then.
 */
function windowOf(latest, earlier) {
    if (latest.startedAt !== earlier.startedAt)
        return latest;
    const walFsync = difference(latest.walFsync, earlier.walFsync);
    const backendCommit = difference(latest.backendCommit, earlier.backendCommit);
    const peers = [...latest.peerRoundTrips].flatMap(([peer, seen]) => {
        const grown = difference(seen, earlier.peerRoundTrips.get(peer));
        return grown === undefined ? [] : [[peer, grown]];
    });
    return {
        ...latest,
        ...(walFsync && { walFsync }),
        ...(backendCommit && { backendCommit }),
        peerRoundTrips: new Map(peers),
        ...growth('leaderChanges', latest, earlier),
        ...growth('slowApplies', latest, earlier),
        ...growth('heartbeatFailures', latest, earlier),
    };
}
function difference(latest, earlier) {
    if (latest === undefined || earlier === undefined)
        return latest;
    return {
        // The buckets of one histogram are fixed when etcd is built.
        buckets: latest.buckets.map(({ le, count }, index) => ({
            le,
            count: count - (earlier.buckets[index]?.count ?? 0),
        })),
        sumSeconds: latest.sumSeconds - earlier.sumSeconds,
        count: latest.count - earlier.count,
    };
}
function growth(name, latest, earlier) {
    const [now, before] = [latest[name], earlier[name]];
    return now === undefined || before === undefined ? {} : { [name]: now - before };
}

;// CONCATENATED MODULE: ./src/health/checks/metrics.ts







/** etcd's own default (server/storage/quota.go, DefaultQuotaBytes). */
const DEFAULT_QUOTA_BYTES = 2 * 1024 ** 3;
/** With fewer observations a 99th percentile is the worst of a handful, such as those at a start, and raises no alarm. */
const FEWEST_SINCE_START = 100;
const FEWEST_IN_WINDOW = 10;
const TOO_FEW = 'Too few to judge by.';
/** A write that waits a second for its disk costs the leader its leadership (election timeout 1 s). */
const FSYNC_FAILURE_MS = 1000;
/** Files below this are not worth a defragmentation, which stops the member for a moment. */
const DEFRAG_FROM_BYTES = 100 * 1024 ** 2;
const DEFRAG_BELOW_PERCENT = 50;
/** "should not be frequent": more of them in a day have a reason (etcd.io/docs, op-guide/monitoring). */
const MOST_LEADER_CHANGES_PER_DAY = 3;
const DAY_SECONDS = 86_400;
/** What a member measures of itself; undefined where it did not tell. */
function figuresOf({ metrics }, now) {
    const sight = health_observation_seen(metrics);
    if (sight === undefined)
        return undefined;
    const { latest, earlier } = sight;
    const sinceStart = latest.startedAt === undefined ? 0 : Math.max(0, now.getTime() / 1000 - latest.startedAt);
    if (earlier === undefined || latest.startedAt !== earlier.metrics.startedAt) {
        const ago = sinceStart === 0 ? '' : ` ${format_duration(sinceStart * 1000)} ago`;
        return { metrics: latest, period: `since its start${ago}`, seconds: sinceStart, isWindow: false };
    }
    const { secondsBefore } = earlier;
    return {
        metrics: windowOf(latest, earlier.metrics),
        period: `in the last ${format_duration(secondsBefore * 1000)}`,
        seconds: secondsBefore,
        isWindow: true,
    };
}
/** A 99th percentile in milliseconds, and on how much it stands; undefined where nothing was observed. */
function p99Of(histogram) {
    const p99 = histogram === undefined ? undefined : percentile(histogram, 0.99);
    return histogram === undefined || p99 === undefined
        ? undefined
        : { p99Ms: p99 * 1000, samples: histogram.count };
}
/** What each member's status and metrics tell of database, disk and links. */
function metricsChecks(facts, thresholds) {
    return facts.members.flatMap((member) => {
        if ('failure' in member.endpoint.status)
            return [];
        const figures = figuresOf(member, facts.now);
        const sizes = [...sizeChecks(member, figures, thresholds)];
        if (figures === undefined) {
            const names = ['leader-changes', 'wal-fsync', 'backend-commit', 'peer-latency'];
            return [
                ...sizes,
                ...names.map((name) => checkOf(name, member.name)('unknown', { measured: `${member.name} gave no metrics.` })),
            ];
        }
        return [
            leaderChanges(member, figures),
            ...sizes,
            walFsync(member, figures, facts, thresholds),
            backendCommit(member, figures, thresholds),
            ...peerLatency(member, figures, facts, thresholds),
        ];
    });
}
function leaderChanges({ name }, { metrics, period, seconds, isWindow }) {
    const check = checkOf('leader-changes', name);
    const changes = metrics.leaderChanges;
    if (changes === undefined)
        return check('unknown', { measured: `${name} does not count leader changes.` });
    // The first one is the election at its start.
    const most = isWindow ? 0 : 1 + MOST_LEADER_CHANGES_PER_DAY * Math.max(1, seconds / DAY_SECONDS);
    const threshold = isWindow ? 'none' : `at most ${MOST_LEADER_CHANGES_PER_DAY} a day`;
    const measured = `${name} saw ${plural(changes, 'leader change')} ${period}.`;
    if (changes <= most)
        return check('ok', { measured, threshold });
    return check('warn', {
        measured,
        threshold,
        cause: "The leader's disk stalls, its host is starved, or the link to it drops.",
        fix: 'Look at "WAL fsync" of the leader and "Peer round trips"; where the members are far apart, raise heartbeat-interval and election-timeout on all of them.',
    });
}
function* sizeChecks(member, figures, { dbQuotaWarningPercent, dbQuotaFailurePercent }) {
    const status = health_observation_seen(member.endpoint.status);
    if (status === undefined)
        return;
    const { name } = member;
    const told = figures?.metrics.quotaBytes;
    const quota = told ?? DEFAULT_QUOTA_BYTES;
    const percent = (status.dbSize / quota) * 100;
    const bound = `${size(quota)}${told === undefined ? ", etcd's default" : ''}`;
    const measured = `The database of ${name} takes ${size(status.dbSize)}, ${percent.toFixed(percent < 10 ? 1 : 0)} % of its quota of ${bound}; ${size(status.dbSizeInUse)} are in use.`;
    const threshold = `below ${dbQuotaWarningPercent} %; fails from ${dbQuotaFailurePercent} %`;
    const check = checkOf('db-size', name);
    if (percent < dbQuotaWarningPercent)
        yield check('ok', { measured, threshold });
    else {
        yield check(percent >= dbQuotaFailurePercent ? 'fail' : 'warn', {
            measured,
            threshold,
            cause: 'More is stored, compaction stopped (kube-apiserver does it every 5 minutes), or nobody defragments.',
            fix: 'See what fills it; defragment one member after the other, the leader last (`etcdctl defrag`), or raise `quota-backend-bytes` (8Gi at most). At the quota the cluster takes no writes any more.',
        });
    }
    yield fragmentation(name, status.dbSize, status.dbSizeInUse);
}
function fragmentation(name, bytes, inUse) {
    const check = checkOf('fragmentation', name);
    const used = bytes === 0 ? 100 : (inUse / bytes) * 100;
    const measured = `${used.toFixed(0)} % of the database file of ${name} hold data (${size(inUse)} of ${size(bytes)}).`;
    const threshold = `at least ${DEFRAG_BELOW_PERCENT} %, from ${size(DEFRAG_FROM_BYTES)} on`;
    if (bytes < DEFRAG_FROM_BYTES || used >= DEFRAG_BELOW_PERCENT)
        return check('ok', { measured, threshold });
    return check('warn', {
        measured,
        threshold,
        cause: 'Much was deleted or compacted; etcd gives the room back only when it is defragmented.',
        fix: 'Defragment one member after the other, the leader last (`etcdctl defrag` with that endpoint alone): each stands still while it works, about a second per GiB.',
    });
}
function walFsync(member, { metrics, period, isWindow }, facts, { fsyncWarningMs, peerLatencyWarningMs }) {
    const check = checkOf('wal-fsync', member.name);
    const threshold = `99 % within ${fsyncWarningMs} ms; fails over ${FSYNC_FAILURE_MS} ms`;
    const p99 = p99Of(metrics.walFsync);
    if (p99 === undefined)
        return check('ok', { measured: `Nothing was written ${period}.`, threshold });
    const measured = `fsync of the log of ${member.name} takes ${format_duration(p99.p99Ms)} at the 99th percentile (${plural(p99.samples, 'sample')} ${period}).`;
    if (p99.p99Ms <= fsyncWarningMs)
        return check('ok', { measured, threshold });
    if (p99.samples < (isWindow ? FEWEST_IN_WINDOW : FEWEST_SINCE_START))
        return check('ok', { measured: `${measured} ${TOO_FEW}`, threshold });
    const links = slowLinksOf(member, facts, peerLatencyWarningMs);
    return check(p99.p99Ms > FSYNC_FAILURE_MS ? 'fail' : 'warn', {
        measured,
        threshold,
        cause: `The disk is slow, shared with others, or behind a network.${links.length === 0 ? ' The links of this member are not.' : ''}`,
        fix: 'Give etcd an SSD of its own; until then see what else writes to that disk (`iostat -x 1`).',
    });
}
function backendCommit({ name }, { metrics, period, isWindow }, { commitWarningMs }) {
    const check = checkOf('backend-commit', name);
    const threshold = `99 % within ${commitWarningMs} ms`;
    const p99 = p99Of(metrics.backendCommit);
    if (p99 === undefined)
        return check('ok', { measured: `Nothing was committed ${period}.`, threshold });
    const measured = `A commit of the database of ${name} takes ${format_duration(p99.p99Ms)} at the 99th percentile (${plural(p99.samples, 'sample')} ${period}).`;
    if (p99.p99Ms <= commitWarningMs)
        return check('ok', { measured, threshold });
    if (p99.samples < (isWindow ? FEWEST_IN_WINDOW : FEWEST_SINCE_START))
        return check('ok', { measured: `${measured} ${TOO_FEW}`, threshold });
    return check('warn', {
        measured,
        threshold,
        cause: 'The disk is slow, or much is written at once.',
        fix: 'See the check "WAL fsync" and `iostat -x 1` on that host.',
    });
}
/** Round trips as a member measured them, by the name of the other. */
function peersOf(member, facts) {
    const figures = figuresOf(member, facts.now);
    const view = viewOf(facts);
    return [...(figures?.metrics.peerRoundTrips ?? [])].flatMap(([id, histogram]) => {
        const p99 = p99Of(histogram);
        // A member that is gone stays in the metrics until etcd starts anew.
        const isMember = view.members?.some((each) => each.id === id) === true;
        return p99 === undefined || !isMember ? [] : [{ name: memberName(view, id), ...p99 }];
    });
}
function slowLinksOf(member, facts, mostMs) {
    return peersOf(member, facts).filter(({ p99Ms }) => p99Ms > mostMs);
}
function peerLatency(member, { period }, facts, { peerLatencyWarningMs }) {
    const peers = peersOf(member, facts);
    const threshold = `99 % within ${peerLatencyWarningMs} ms`;
    const check = checkOf('peer-latency', member.name);
    if (peers.length === 0) {
        const measured = facts.members.length === 1
            ? 'There are no peers.'
            : `No round trip was measured ${period}; etcd makes one every 30 s.`;
        return [check('ok', { measured, threshold })];
    }
    return peers.map(({ name, p99Ms, samples }) => {
        const measured = `A round trip from ${member.name} to ${name} takes ${format_duration(p99Ms)} at the 99th percentile (${plural(samples, 'sample')} ${period}).`;
        if (p99Ms <= peerLatencyWarningMs)
            return check('ok', { subject: name, measured, threshold });
        return check('warn', {
            subject: name,
            measured,
            threshold,
            cause: `The network between these hosts is slow or loses packets${slowEnd(member.name, name, facts, peerLatencyWarningMs)}.`,
            fix: 'Measure it (`mtr`), and where the distance is real, raise heartbeat-interval to that and election-timeout to ten times of it, on all members.',
        });
    });
}
/** Which end all slow links have in common, in words. */
function slowEnd(one, other, facts, mostMs) {
    const links = facts.members.flatMap((member) => slowLinksOf(member, facts, mostMs).map(({ name }) => [member.name, name]));
    const common = [one, other].filter((end) => links.every((link) => link.includes(end)));
    return links.length > 1 && common.length === 1 ? `: all slow links are those of ${common[0]}` : '';
}

;// CONCATENATED MODULE: ./src/health/checks/quorum.ts







/** Whether the cluster takes writes, and how many members it can lose. */
function quorumChecks(facts) {
    const check = checkOf('quorum', null);
    const { all, needed, working, answering, unknown } = votesOf(facts);
    const threshold = `at least ${needed} of ${all}`;
    const count = `${working.length} of ${plural(all, 'voting member')}`;
    if (working.length >= needed) {
        const spare = working.length - needed;
        const measured = `${count} ${working.length === 1 ? 'works' : 'work'}; the cluster can lose ${plural(spare, 'more member')}.`;
        // One that stands on its own by design is not about to break.
        if (spare > 0 || all === 1 || working.length === all)
            return [check('ok', { measured, threshold })];
        return [
            check('warn', {
                measured,
                threshold,
                cause: 'A member is down or cut off.',
                fix: 'Bring it back before anything else is done to this cluster; reboot and upgrade no other host until then.',
            }),
        ];
    }
    if (working.length === 0 && unknown.length === facts.members.length) {
        return [
            check('unknown', {
                measured: 'Nobody could be asked.',
                threshold,
                cause: 'No host could be reached, or none has what etcd is asked with.',
                fix: 'See the checks "Host (SSH)": until one host can be reached, nothing is known of etcd.',
            }),
        ];
    }
    if (working.length + unknown.length >= needed) {
        return [
            check('unknown', {
                measured: `${count} work; of ${nameList(unknown)} nothing is known.`,
                threshold,
                cause: 'Not every host could be reached.',
                fix: 'See the checks "Host (SSH)".',
            }),
        ];
    }
    const present = `${answering.length} of ${plural(all, 'voting member')} ${answering.length === 1 ? 'answers' : 'answer'}`;
    return [
        check('fail', {
            measured: `No quorum: ${present}${answering.length >= needed ? ', and they do not reach each other' : ''}. The cluster takes no writes and serves no consistent reads.`,
            threshold,
            cause: 'Too many members are down at once, or the peer ports do not reach each other.',
            fix: 'Start the members that are down: their data is still there. Remove none, add none, and delete no data dir; restore from a backup only when a majority of the data dirs is lost.',
        }),
    ];
}
/** One leader, one cluster, its alarms, and one release everywhere; in the words of the etcd room. */
function clusterChecks(facts) {
    const view = viewOf(facts);
    const findings = clusterFindings(view);
    const nothingTold = facts.members.every(({ endpoint }) => 'failure' in endpoint.status);
    const told = (name, at, ok) => {
        const check = checkOf(name, null);
        const bad = findings.filter((finding) => finding.at === at);
        if (bad.length > 0) {
            return bad.map(({ severity, fact, cause, fix }) => check(severity, { measured: fact, cause: cause ?? null, fix: fixOf(at, fact) ?? fix ?? null }));
        }
        if (nothingTold)
            return [check('unknown', { measured: 'No member answers.' })];
        if (name === 'leader' && view.leader === null) {
            return [
                check('unknown', { measured: 'Less than a majority of the members answers and names one leader.' }),
            ];
        }
        return [check('ok', { measured: ok })];
    };
    const terms = view.own.flatMap(({ status }) => health_observation_seen(status)?.raftTerm ?? []);
    const leader = view.leader === null ? '' : memberName(view, view.leader);
    const versions = new Set(view.own.flatMap(({ status }) => health_observation_seen(status)?.version ?? []));
    return [
        ...told('leader', 'leader', `${leader} leads in term ${Math.max(...terms)}, and all who answer agree.`),
        ...told('cluster-id', 'cluster id', `All belong to cluster ${view.clusterId ?? ''}.`),
        ...alarms(facts, told('alarms', 'alarms', 'No alarm is raised.')),
        ...told('versions', 'versions', `All run etcd ${[...versions].join(', ')}.`),
        ...findings
            .filter(({ at }) => at === 'status')
            .map(({ host, fact, cause, fix }) => checkOf('alive', host ?? null)('fail', { measured: fact, cause: cause ?? null, fix: fix ?? null })),
    ];
}
/** Where nobody could read the alarms, that none was seen in the status says little. */
function alarms({ members }, told) {
    const isOk = told.every(({ status }) => status === 'ok');
    if (!isOk || members.some(({ endpoint }) => 'seen' in endpoint.alarms))
        return told;
    return [
        checkOf('alarms', null)('unknown', {
            measured: 'The alarms could not be read: that takes a majority.',
        }),
    ];
}
const ETCDCTL = "`crictl exec $(crictl ps -q --name '^etcd$') etcdctl --endpoints https://ADDRESS:2379 --cacert /etc/kubernetes/pki/etcd/ca.crt --cert /etc/kubernetes/pki/etcd/peer.crt --key /etc/kubernetes/pki/etcd/peer.key …`";
function fixOf(at, fact) {
    if (at !== 'alarms' || !fact.includes('NOSPACE'))
        return undefined;
    return `On a host, with ${ETCDCTL}: find the revision (\`endpoint status -w fields\`), \`compact REVISION\`, \`defrag\` one member after the other and the leader last, then \`alarm disarm\`. If the database is that big for good reason, raise quota-backend-bytes first.`;
}

;// CONCATENATED MODULE: ./src/etcd/releases.ts
/** Advisories of etcd of 2026-07-23 (github.com/etcd-io/etcd/security/advisories). */
const ADVISORIES = [
    { id: 'GHSA-6vch-q96h-7gc3', what: 'unfinished TLS handshakes can exhaust a member' },
    { id: 'GHSA-xg4h-6gfc-h4m8', what: "a watch can see beyond its user's range permission" },
];
/** First patch release of each minor of etcd 3 in which both are fixed. */
const FIXED_IN = new Map([
    [5, 33],
    [6, 14],
    [7, 1],
]);
/** The release that a version or an image's tag begins with, e.g. `3.6.5-0`; undefined for what is none of etcd 3. */
function parseRelease(text) {
    const match = /^v?(3\.(\d+)\.(\d+))/.exec(text);
    if (match === null)
        return undefined;
    const [, release = '', minor, patch] = match;
    return { text: release, minor: Number(minor), patch: Number(patch) };
}
/** What was known against a release when this release of the action was made; undefined: nothing. */
function problemOf({ minor, patch }) {
    const fixed = FIXED_IN.get(minor);
    if (fixed === undefined) {
        const oldest = Math.min(...FIXED_IN.keys());
        if (minor > oldest)
            return undefined; // newer than what is known here
        return {
            fact: 'belongs to a line that gets no more fixes.',
            fix: `Move to etcd 3.${oldest} or later, one minor release at a time.`,
        };
    }
    if (patch >= fixed)
        return undefined;
    const known = ADVISORIES.map(({ id, what }) => `${id} (${what})`).join(' and ');
    const fixedIn = `3.${minor}.${fixed}`;
    return {
        fact: `has known vulnerabilities: ${known}; fixed in ${fixedIn}.`,
        fix: `Set \`etcd-image-tag\` to an image of ${fixedIn} or later that your registry has, and let nobody but the members and the control plane reach the ports of etcd.`,
        fixedIn,
    };
}

;// CONCATENATED MODULE: ./src/health/checks/release.ts



/** What is known against the etcd that each member runs, when this release of the action was made. */
function releaseChecks({ members }) {
    const [shippedElsewhere] = members.flatMap(({ host }) => 'seen' in host ? (shippedBy(host.seen) ?? []) : []);
    return members.flatMap(({ name, endpoint, host }) => {
        const version = health_observation_seen(endpoint.status)?.version;
        const release = version === undefined ? undefined : parseRelease(version);
        if (version === undefined || release === undefined)
            return [];
        const check = checkOf('release', name);
        const problem = problemOf(release);
        if (problem === undefined)
            return [check('ok', { measured: `Nothing is known against etcd ${version}.` })];
        // Where its own host was not seen, the others are as good a guess.
        const shipped = 'seen' in host ? shippedBy(host.seen) : shippedElsewhere;
        const measured = `etcd ${version} on ${name} ${problem.fact}`;
        // What kubeadm itself asks for is for Kubernetes to change, and no reason to wake somebody.
        if (shipped?.text === release.text) {
            return [check('ok', { measured, notice: `It is what this host's kubeadm ships. ${problem.fix}` })];
        }
        return [check('warn', { measured, cause: 'The image was chosen long ago.', fix: problem.fix })];
    });
}
/** The etcd that a host's kubeadm asks for. */
function shippedBy({ shippedImage }) {
    return parseRelease(shippedImage?.split(':').at(-1) ?? '');
}

;// CONCATENATED MODULE: ./src/health/checks/all-checks.ts











/** All that there is. */
const ALL_CHECKS = [
    quorumChecks,
    clusterChecks,
    membershipChecks,
    dataChecks,
    endpointChecks,
    metricsChecks,
    releaseChecks,
    hostChecks,
    fileChecks,
    machineChecks,
    certificateChecks,
    controlPlaneChecks,
];

;// CONCATENATED MODULE: ./src/health/document.ts
/** Version of the form of a HealthDocument. A change that a reader could stumble over raises it. */
const HEALTH_DOCUMENT_VERSION = 1;

;// CONCATENATED MODULE: ./src/health/members.ts







/** Every expected member with its figures. */
function memberDocuments(facts, checks) {
    const { leader } = viewOf(facts);
    const leaderIndex = leaderIndexOf(facts);
    const offsets = clockOffsets(facts.members);
    return facts.members.map((member) => {
        const own = checks.filter(({ member: name }) => name === member.name).map(({ status }) => status);
        return {
            name: member.name,
            address: member.address,
            status: worstOf(own),
            ...statusFigures(member, leader, leaderIndex),
            askedThrough: member.askedThrough,
            readMs: members_milliseconds(health_observation_seen(member.endpoint.readNs)),
            localReadMs: members_milliseconds(health_observation_seen(member.localReadNs)),
            roundTripMs: members_milliseconds(health_observation_seen(member.endpoint.roundTripNs)),
            ...metricsFigures(member, facts),
            clockOffsetMs: offsets.get(member.name) ?? null,
            ...hostFigures('seen' in member.host ? member.host.seen : undefined),
        };
    });
}
function statusFigures({ endpoint }, leader, leaderIndex) {
    const status = health_observation_seen(endpoint.status);
    const isLeader = status !== undefined && leads(status, leader);
    return {
        role: status === undefined ? null : status.isLearner ? 'learner' : isLeader ? 'leader' : 'follower',
        reachable: status !== undefined,
        memberId: status?.memberId ?? null,
        version: status?.version ?? null,
        raftIndex: status?.raftIndex ?? null,
        raftAppliedIndex: status?.raftAppliedIndex ?? null,
        raftLag: status === undefined || leaderIndex === undefined ? null : Math.max(0, leaderIndex - status.raftIndex),
        dbSizeBytes: status?.dbSize ?? null,
        dbSizeInUseBytes: status?.dbSizeInUse ?? null,
    };
}
function metricsFigures(member, facts) {
    const metrics = figuresOf(member, facts.now)?.metrics;
    return {
        quotaBytes: metrics?.quotaBytes ?? null,
        walFsync: p99Of(metrics?.walFsync) ?? null,
        backendCommit: p99Of(metrics?.backendCommit) ?? null,
        peers: peersOf(member, facts),
        leaderChanges: metrics?.leaderChanges ?? null,
    };
}
function hostFigures(host) {
    const running = host?.more.containers.find((container) => container.running);
    return {
        sshRoundTripMs: host?.roundTripMs ?? null,
        diskFreeBytes: host?.more.filesystem?.freeBytes ?? null,
        diskSizeBytes: host?.more.filesystem?.sizeBytes ?? null,
        restarts: running?.attempt ?? null,
    };
}
function members_milliseconds(nanoseconds) {
    return nanoseconds === undefined ? null : nanoseconds / 1e6;
}

;// CONCATENATED MODULE: ./src/health/summary-line.ts

const VERDICTS = {
    ok: 'is healthy',
    warn: 'works, and needs a look',
    fail: 'is not healthy',
    unknown: 'could not be seen',
};
/** Longest line: it becomes an output, the text of an issue or a message in a chat. */
const MOST_CHARACTERS = 1000;
/** The whole report in one line, in which no part means anything in Markdown: it holds words that hosts have chosen. */
function summaryLine({ clusterName, status, members, leader, failureTolerance, checks, }) {
    const up = members.filter(({ reachable }) => reachable).length;
    const parts = [
        `${up} of ${plural(members.length, 'member')} ${up === 1 ? 'answers' : 'answer'}`,
        leader === null ? 'no leader is known' : `${leader} leads`,
        toleranceWords(failureTolerance),
    ];
    const worst = checks.find((check) => check.status === 'fail' || check.status === 'warn');
    const why = worst === undefined ? '' : ` ${worst.measured}`;
    return harmless(`etcd cluster "${clusterName}" ${VERDICTS[status]}: ${parts.join(', ')}.${why}`);
}
/** Without links, pictures, tags, mentions of people and of issues; a blank in them says the same to a reader. */
function harmless(text) {
    const line = text
        .slice(0, MOST_CHARACTERS)
        .split(/[\r\n\u0085\u2028\u2029]/)
        .map((part) => part.trim())
        .join(' ');
    return line.replaceAll('](', '] (').replaceAll(/[<@#](?=[^\s])/g, '$& ');
}
function toleranceWords(tolerance) {
    if (tolerance === null)
        return 'nothing is known of its quorum';
    if (tolerance < 0)
        return 'there is no quorum';
    return tolerance === 0 ? 'it can lose no more member' : `it can lose ${plural(tolerance, 'more member')}`;
}

;// CONCATENATED MODULE: ./src/health/assess.ts










/** Judges everything that was seen. */
function assessDeeply(facts, thresholds, { clusterName, durationMs, metricsWindowSeconds }) {
    const view = viewOf(facts);
    const checks = worstFirst(ALL_CHECKS.flatMap((run) => run(facts, thresholds)));
    const status = overall(checks);
    const members = memberDocuments(facts, checks);
    const failureTolerance = failureToleranceOf(facts) ?? null;
    const leader = view.leader === null ? null : memberName(view, view.leader);
    return {
        schemaVersion: HEALTH_DOCUMENT_VERSION,
        checkedAt: facts.now.toISOString(),
        durationMs: Math.round(durationMs),
        clusterName,
        status,
        healthy: status === 'ok' || status === 'warn',
        summary: summaryLine({ clusterName, status, members, leader, failureTolerance, checks }),
        failureTolerance,
        cluster: { id: view.clusterId, leader, raftTerm: assess_highestTerm(view), revision: highestRevision(facts) },
        members,
        memberList: assessMembers(view),
        checks,
        certificates: certificateDocuments(facts),
        thresholds,
        metricsWindowSeconds,
    };
}
/** One that fails is told even where the rest is unknown; without the quorum nothing is known. */
function overall(checks) {
    if (checks.some(({ status }) => status === 'fail'))
        return 'fail';
    if (checks.some(({ name, status }) => name === 'quorum' && status === 'unknown'))
        return 'unknown';
    return worstOf(checks.map(({ status }) => status).filter((status) => status !== 'unknown'));
}
function assess_highestTerm({ own }) {
    return highest(own.flatMap(({ status }) => health_observation_seen(status)?.raftTerm ?? []));
}
function highestRevision({ members }) {
    return highest(members.flatMap(({ hash }) => health_observation_seen(hash)?.hashRevision ?? []));
}
function highest(values) {
    return values.length === 0 ? null : Math.max(...values);
}

;// CONCATENATED MODULE: ./src/etcd/observe-member.ts


/**
 * Milliseconds that the metrics wait for the linearizable read, which is timed: their answer is large, and what comes
 * behind it comes late. A read that takes longer hangs, as it does without a majority, or is so slow that this is no matter.
 */
const PATIENCE_MS = 1_000;
/**
 * Asks one member everything, over its one connection: its status, then all that has small answers at once, then the
 * metrics. What hangs without a majority keeps nothing else from being seen. Does not throw; what is not there when the
 * signal is aborted is told as a timeout, and the rest is kept.
 */
async function observeMember(member, signal) {
    const { client } = member;
    const status = await attempt(() => client.status({ signal }));
    let revision = 0;
    const further = askFurther(client, status, signal);
    const localRead = attemptAfter(status, () => nanosecondsOf(async () => {
        ({ revision } = await client.rangeSerializable('health', { signal }));
    }));
    const probes = [
        attemptAfter(status, () => client.probe('/livez', { signal })),
        attemptAfter(status, () => client.probe('/readyz', { signal })),
    ];
    const scrape = async () => {
        const [, alive] = await Promise.all([localRead, probes[0], further.roundTripNs]);
        await orAfter(PATIENCE_MS, further.readNs);
        return attemptAfter(alive, () => client.metrics({ signal }));
    };
    const [endpoint, localReadNs, livez, readyz, metrics] = await Promise.all([
        endpointObservation(member, status, further),
        localRead,
        ...probes,
        scrape(),
    ]);
    const unread = failure(localReadNs);
    return {
        endpoint,
        localReadNs,
        revision: unread === undefined ? { seen: revision } : { failure: unread },
        livez,
        readyz,
        metrics,
    };
}
/** Waits for it, but no longer than that. */
async function orAfter(milliseconds, work) {
    const over = Promise.withResolvers();
    const timer = setTimeout(() => over.resolve(undefined), milliseconds);
    await Promise.race([work, over.promise]);
    clearTimeout(timer);
}
/** The newest revision that all who told theirs have. */
function commonRevision(revisions) {
    return Math.min(...revisions.flatMap((revision) => health_observation_seen(revision) ?? []));
}
/**
 * A member's hash at a revision. Does not throw.
 * @param own its own revision; where that could not be read, the member is not asked for a hash.
 */
async function hashAt(revision, client, own, signal) {
    const trouble = failure(own);
    return trouble === undefined ? attempt(() => client.hashKv(revision, { signal })) : { failure: trouble };
}

;// CONCATENATED MODULE: ./src/road/health/routes.ts
/**
 * The way to each member, in their order: through its own host where that answered the probe, else through one that did;
 * through its own after all where none did. None where no host at all is reached.
 */
function routesTo(reached) {
    const answering = reached.find(({ sight, transport }) => 'seen' in sight && transport !== undefined);
    return reached.map((host) => {
        const { sight, transport } = host;
        if (transport !== undefined && ('seen' in sight || answering === undefined))
            return { transport };
        return answering?.transport === undefined
            ? undefined
            : { transport: answering.transport, through: answering };
    });
}
/** Byte streams to one member's ports, and how long the way to the host takes. */
class Way {
    #route;
    #address;
    #fastestMs = null;
    constructor(route, address) {
        this.#route = route;
        this.#address = address;
    }
    /** A stream to a port at the member's address. */
    async open(port) {
        const begun = performance.now();
        const stream = await this.#route.transport.openTcp(this.#address, port);
        if (stream.relayed === true)
            return stream;
        this.#fastestMs = Math.min(this.#fastestMs ?? Infinity, performance.now() - begun);
        return stream;
    }
    /**
     * Milliseconds of a round trip over SSH: the fastest opening of a stream, which sshd answers as soon as the port on its own
     * host is open. Null before there was one, where a shell opens them, and through another host, where the way goes on from
     * there.
     */
    get roundTripMs() {
        return this.#route.through === undefined ? this.#fastestMs : null;
    }
}

;// CONCATENATED MODULE: ./src/road/health/asked-member.ts


/** Milliseconds that a request of a health check may take: without a majority a read hangs for as long as it may. */
const REQUEST_MS = 5_000;
/** The client of one member, over the way that leads to it. */
function askedMember(address, name, route, credentials, { clientPort }) {
    const way = new Way(route, address);
    const client = new EtcdClient({
        name,
        address,
        port: clientPort,
        open: () => way.open(clientPort),
        credentials,
        requestTimeoutMs: REQUEST_MS,
    });
    return { name, address, client, way, credentials };
}

;// CONCATENATED MODULE: ./src/road/health/hashes.ts





/** A write or a compaction that was under way while the members were asked is over by then. */
const hashes_PAUSE_MS = 1_000;
/**
 * The hash of each member at the newest revision that all of them have. Hashes that differ are looked at once more, at
 * the revision that all have by then: one look alone is no proof of different data. Does not throw.
 */
async function hashesOf(members, signal, pauseMs = hashes_PAUSE_MS) {
    const first = await lookAt(members, signal);
    if (!hashesDiffer(first))
        return first;
    await (0,external_node_timers_promises_.setTimeout)(pauseMs, undefined, { signal }).catch(() => undefined);
    const later = await Promise.all(members.map(async ({ client, revision }) => {
        if (health_observation_seen(revision) === undefined)
            return { client, revision };
        return {
            client,
            revision: await attempt(async () => (await client.rangeSerializable('health', { signal })).revision),
        };
    }));
    const second = await lookAt(later, signal);
    // a look that was cut off says less than the first
    return second.filter((one) => health_observation_seen(one) !== undefined).length <
        first.filter((one) => health_observation_seen(one) !== undefined).length
        ? first
        : second;
}
function lookAt(members, signal) {
    const revision = commonRevision(members.map((member) => member.revision));
    return Promise.all(members.map(({ client, revision: own }) => hashAt(revision, client, own, signal)));
}

;// CONCATENATED MODULE: ./src/road/health/listeners.ts



/** What both listeners of a member present now. Does not throw. */
async function listenersOf(member, { clientPort, peerPort }, signal) {
    const [client, peer] = await Promise.all([clientPort, peerPort].map((port) => presented(member, port, signal)));
    const never = { unseen: { fact: 'it was not asked for' } };
    return { client: client ?? never, peer: peer ?? never };
}
async function presented({ way, credentials, address }, port, signal) {
    try {
        signal.throwIfAborted();
        const { certificate, trusted } = await presentedCertificate(() => way.open(port), credentials, REQUEST_MS);
        return { seen: { pem: certificate.toString(), trusted } };
    }
    catch (error) {
        return { unseen: { fact: `no TLS handshake with port ${port} of ${address}: ${(0,src_findings/* errorMessage */.gJ)(error)}` } };
    }
}

;// CONCATENATED MODULE: ./src/road/health/member-sight.ts

/** All that was seen of one member, put together. */
function memberSight({ host, sight }, name, { answers, through, notAsked: none, shippedImage }) {
    const { address } = host;
    const unseen = { unseen: { fact: none.failure.finding.fact } };
    const observation = answers?.observation;
    const endpoint = observation?.endpoint ?? {
        status: none,
        memberList: none,
        roundTripNs: none,
        readNs: none,
        alarms: none,
    };
    return {
        name,
        address,
        host: hostSight(sight, answers?.roundTripMs ?? null, shippedImage),
        askedThrough: through,
        endpoint: { ...endpoint, name, address },
        localReadNs: observation?.localReadNs ?? none,
        livez: observation?.livez ?? none,
        readyz: observation?.readyz ?? none,
        hash: answers?.hash ?? none,
        metrics: answers?.metrics ?? none,
        served: answers?.served ?? { client: unseen, peer: unseen },
    };
}
/** Without the key that the probe brought: nobody needs it any more. */
function hostSight(sight, roundTripMs, shippedImage) {
    if ('unseen' in sight)
        return sight;
    const { facts, more } = sight.seen;
    return { seen: { facts, more, roundTripMs, ...(shippedImage !== undefined && { shippedImage }) } };
}
/** Why nobody could ask. @param withoutCredentials a host could be reached, and none has what etcd asks for. */
function member_sight_notAsked(withoutCredentials) {
    const reason = withoutCredentials
        ? `no host has a healthcheck client's certificate with its key and ${kubeadm_paths/* CA_CERTIFICATE */.vB}`
        : 'no host could be reached to ask it from';
    return {
        failure: {
            kind: 'not-asked',
            reason,
            finding: { at: 'etcd', fact: `etcd was not asked: ${reason}.` },
        },
    };
}

;// CONCATENATED MODULE: ./src/road/health/names.ts



/**
 * The name of each member: the one given, else the host's own, else what the other members call who has its peer URL, else
 * its address.
 */
function memberNames(hosts, observations, peerPort) {
    const members = observations.flatMap(({ memberList }) => health_observation_seen(memberList)?.members ?? []);
    return hosts.map(({ host, hostname }) => host.name ?? hostname ?? listedName(members, (0,urls/* httpsUrl */.N3)(host.address, peerPort)) ?? host.address);
}
function listedName(members, peerUrl) {
    return members.find(({ name, peerUrls }) => name !== '' && peerUrls.some((url) => canonicalUrl(url) === canonicalUrl(peerUrl)))?.name;
}

;// CONCATENATED MODULE: ./src/road/health/second-look.ts



/**
 * The metrics once more when the window is over. Does not throw; where there is no window, or no second answer, the first
 * look is all there is.
 */
async function second_look_secondLook(client, first, { scrapedAtMs, seconds, signal }) {
    if ('failure' in first)
        return first;
    const only = { seen: { latest: first.seen } };
    if (seconds === 0)
        return only;
    const left = scrapedAtMs + seconds * 1000 - performance.now();
    try {
        await (0,external_node_timers_promises_.setTimeout)(Math.max(0, left), undefined, { signal });
    }
    catch {
        return only; // the time of the whole check is over
    }
    const latest = health_observation_seen(await attempt(() => client.metrics({ signal })));
    const secondsBefore = (performance.now() - scrapedAtMs) / 1000;
    return latest === undefined ? only : { seen: { latest, earlier: { metrics: first.seen, secondsBefore } } };
}

;// CONCATENATED MODULE: ./src/road/health/ask-members.ts










/**
 * Asks every member what it knows, each through its own host, or through another where that cannot be reached. Changes
 * nothing and does not throw; what is not there when the signal is aborted is told as such.
 * @param credentials absent: no host has given any.
 */
async function askMembers(reached, credentials, settings, surroundings, signal) {
    const routes = routesTo(reached);
    const asked = reached.map(({ host, sight }, index) => {
        const route = routes[index];
        if (route === undefined || credentials === undefined)
            return undefined;
        return askedMember(host.address, labelOf({ host, sight }), route, credentials, settings);
    });
    try {
        const answers = await answersOf(asked, settings, surroundings, signal);
        const names = memberNames(reached.map(({ host, sight }) => ({
            host,
            ...('seen' in sight && { hostname: sight.seen.facts.hostname }),
        })), answers.flatMap((answer) => answer?.observation.endpoint ?? []), settings.peerPort);
        const shipped = await Promise.all(reached.map(async ({ shippedImage }) => shippedImage));
        const members = reached.map((host, index) => memberSight(host, names[index] ?? host.host.address, {
            answers: answers[index],
            shippedImage: shipped[index],
            through: throughOf(routes[index], reached, names),
            notAsked: member_sight_notAsked(credentials === undefined && routes[index] !== undefined),
        }));
        const { clientPort, peerPort } = settings;
        return { now: surroundings.now(), clientPort, peerPort, ...(0,data_places/* placesOf */.ek)(settings), members };
    }
    finally {
        for (const member of asked)
            member?.client.close();
    }
}
async function answersOf(asked, settings, { timeline }, signal) {
    const looks = await Promise.all(asked
        .filter((member) => member !== undefined)
        .map(async (member) => {
        const listeners = listenersOf(member, settings, signal);
        const what = { stage: 'Observe', title: 'ask etcd', changes: false, host: member.name };
        const observation = await timeline.record(what, () => observeMember(member, signal));
        return { member, observation, listeners, scrapedAtMs: performance.now() };
    }));
    const hashes = hashesOf(looks.map(({ member, observation }) => ({ client: member.client, revision: observation.revision })), signal);
    const answers = await Promise.all(looks.map(async ({ member, observation, listeners, scrapedAtMs }, index) => {
        const { metricsWindowSeconds: seconds } = settings.health;
        const hash = (await hashes)[index];
        if (hash === undefined)
            throw new Error('every member that is asked has an answer');
        const metrics = await second_look_secondLook(member.client, observation.metrics, { scrapedAtMs, seconds, signal });
        const served = await listeners;
        const { roundTripMs } = member.way;
        return [member, { observation, hash, metrics, served, roundTripMs }];
    }));
    const byMember = new Map(answers);
    return asked.map((member) => member && byMember.get(member));
}
function throughOf(route, reached, names) {
    if (route?.through === undefined)
        return null;
    return names[reached.indexOf(route.through)] ?? null;
}
function labelOf({ host, sight }) {
    return host.name ?? ('seen' in sight ? sight.seen.facts.hostname : hostLabel(host));
}

;// CONCATENATED MODULE: ./src/road/health/credentials.ts


/**
 * With what the members are asked: the healthcheck client's pairs that the hosts have brought with their keys, the best
 * first; those whose key belongs to another certificate last. A later one is for the case that the members refuse the one
 * before.
 * @param broughtPem the CA certificate among the inputs.
 * @returns none where no host has one.
 */
function chooseCredentials(looks, broughtPem, now) {
    const pairs = candidatesOn(looks, broughtPem, now).flatMap(({ host, caPem, certificatePem }) => {
        const keyPem = host.clientKey?.toString('utf8');
        return keyPem === undefined ? [] : [{ caPem, certificatePem, keyPem }];
    });
    // one whose key belongs to another certificate is for its error alone
    const fits = Map.groupBy(pairs, ({ keyPem, certificatePem }) => isKeyOf(keyPem, certificatePem));
    return [...(fits.get(true) ?? []), ...(fits.get(false) ?? [])];
}
/** Whether a member refuses the client certificate, and none lets it in. */
function refusesClient({ members }) {
    const kinds = members.map(({ endpoint }) => failure(endpoint.status)?.kind);
    return kinds.includes('client-certificate') && !kinds.includes(undefined);
}

;// CONCATENATED MODULE: ./src/hosts/probe/health-probe.ts








/**
 * Which form the answer has. Raised when a probe that was installed by an earlier release could no longer be read as it
 * stands, or would not tell what is needed.
 */
const HEALTH_PROBE_FORMAT = 3;
/** Exit code of the installed program for arguments that it does not take. */
const PROBE_REFUSED = 95;
/** The deadline of the whole check ends it earlier, if that is shorter. */
const health_probe_TIMEOUT_MS = 60_000;
/** How many containers of etcd's pod are asked for their end, and how many lines of a log are read. */
const MOST_CONTAINERS = 3;
const health_probe_LOG_LINES = 40;
/** How much of them, in bytes. */
const MOST_LOG = 65_536;
/** Seconds that a tool or a port may take; what has not answered by then is left out. */
const health_probe_PATIENCE_SECONDS = 5;
const health_probe_CLIENT_KEY = leafPath('healthcheckClient', 'key');
const KEYS = [...leaf_profiles_leafProfileNames.map((name) => leafPath(name, 'key')), kubeadm_paths/* CA_KEY */.r$];
/**
 * The one read-only look of a health check at a host: what the ordinary probe reads, and what only health asks for.
 * Private keys stay where they are, but for the one of the healthcheck client; of the others it tells the digest of the
 * public half.
 * @param program the probe as it is installed on the host, for a login user who may run nothing else as root; absent: the
 * script is sent to a bash of root.
 */
function healthProbe(question, { program } = {}) {
    return {
        title: 'health probe',
        effect: 'reads',
        timeoutMs: health_probe_TIMEOUT_MS,
        mostOutput: output_limits/* PROBE_OUTPUT */.VZ,
        isLast: true,
        script: program === undefined ? healthScript(question) : `exec sudo -n -- ${programCall(question, program)}`,
    };
}
function healthScript(question) {
    return `${placeVariables(question)}
client_key=${question.clientKey ? 'yes' : 'no'}
${HEALTH_BODY}`;
}
function programCall({ dataDir, walDir, clientKey }, program) {
    const words = [program, dataDir, clientKey ? 'yes' : 'no', ...(walDir === undefined ? [] : [walDir])];
    return words.map(shell/* quote */.h).join(' ');
}
/** What is begun at once; the newest container comes first in what crictl lists. */
const BEGIN_HEALTH = `
kubelet_healthz() {
  local line body=''
  exec 3<> /dev/tcp/127.0.0.1/10248 || return
  printf 'GET /healthz HTTP/1.0\\r\\nHost: localhost\\r\\n\\r\\n' >&3
  while IFS= read -r -t ${health_probe_PATIENCE_SECONDS} line <&3 && [ "$line" != $'\\r' ]; do :; done
  IFS= read -r -t ${health_probe_PATIENCE_SECONDS} -N 2000 body <&3
  printf %s "$body"
}
inspect() { cri inspect -o go-template --template '{"status":{{json .status}}}' "$1" || cri inspect -o json "$1"; }
last_log() { # the end of it; tail -c of uutils gives more than it was asked for behind a pipe
  local said beyond
  { said=$(cri logs --tail ${health_probe_LOG_LINES} "$1" 2>&1); } 2> /dev/null
  beyond=$((\${#said} - ${MOST_LOG}))
  printf '%s\\n' "\${said:beyond > 0 ? beyond : 0}"
}
pod() {
  local rest id found=0 ended='' an_id='"id": *"([0-9a-f]+)"' a_state='"state": *"([A-Z_]+)"'
  rest=$(program health.containers ${CRI_SECONDS} cri ps -a -o json --name '^etcd$')
  printf '%s\\n' "$rest"
  while [ "$found" -lt ${MOST_CONTAINERS} ] && [[ $rest =~ $an_id ]]; do
    id=\${BASH_REMATCH[1]}
    rest=\${rest#*"\${BASH_REMATCH[0]}"}
    if [[ $rest =~ $a_state ]] && [ "\${BASH_REMATCH[1]}" = CONTAINER_EXITED ]; then ended=\${ended:-$id}; fi
    program "health.container.$((found++))" ${CRI_SECONDS} inspect "$id"
  done
  if [ -n "$ended" ]; then program health.log ${health_probe_PATIENCE_SECONDS} last_log "$ended"; fi
}
public_keys() {
  local file
  command -v openssl > /dev/null || return
  for file in ${KEYS.join(' ')}; do
    [ -f "$file" ] || continue
    section "health.public-key:$file"
    openssl pkey -in "$file" -pubout < /dev/null
  done
}
filesystem() { # FOLDER SECTIONS
  local folder=$1
  while [ ! -e "$folder" ]; do folder=\${folder%/*}; folder=\${folder:-/}; done
  findmnt -nr -o FSTYPE,SOURCE,TARGET,OPTIONS -T "$folder"
  section "health.$2blocks"
  stat -fc '%S %b %a %c %d' -- "$folder"
  program "health.$2used" ${health_probe_PATIENCE_SECONDS} du -skx -- "$1"
}
begin health.pod pod
begin health.mount filesystem "$data_dir" ''
if [ -n "$wal_dir" ]; then begin health.wal-mount filesystem "$wal_dir" wal-; fi
begin health.healthz kubelet_healthz
begin health.public-keys public_keys
`;
const LOOK_AT_HEALTH = `
section health.format
printf '%s' ${HEALTH_PROBE_FORMAT}
if [ "$client_key" = yes ] && [ -f ${health_probe_CLIENT_KEY} ]; then section health.client-key; show ${health_probe_CLIENT_KEY}; fi
`;
/** The text that runs on every host, behind the variables data_dir, wal_dir and client_key. */
const HEALTH_BODY = `${PROBE_START}${BEGIN_HEALTH}${BEGIN_VOLATILE}${LOOK_AT_IDENTITY}${LOOK_AT_FILES}${LOOK_AT_HEALTH}
end_sections
`;
/**
 * The same as a program that root installs on a host, so that the login user may run it, and nothing else, by sudo. What it
 * is given it looks at, for that user may give it anything.
 */
const HEALTH_PROGRAM = (/* unused pure expression or super */ null && (`#!/bin/bash -p
# Reads what a health check of etcd-ha-action wants to know of this host, and changes nothing.
# Made from src/hosts/probe/health-probe.ts by \`npm run docs\`; how to install it: docs/least-privilege.md.
# Usage: etcd-ha-health-probe DATA-DIR yes|no [WAL-DIR]
#   yes: print the healthcheck client's private key too, with which etcd is asked.
export LC_ALL=C PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin:/opt/bin HOME=/root
set +o posix
# Whatever sudoers lets through besides these: begin anew without it.
while IFS= read -r -d '' variable; do
  case \${variable%%=*} in LC_ALL | PATH | HOME | PWD | OLDPWD | SHLVL | _) continue ;; esac
  exec env -i LC_ALL=C PATH="$PATH" HOME=/root /bin/bash -p -- "$0" "$@"
done < /proc/self/environ
unset BASH_ENV ENV CDPATH IFS TMOUT
umask 077
cd / || exit
refuse() { printf 'etcd-ha-health-probe: %s\\n' "$1" >&2; exit ${PROBE_REFUSED}; }
[ "$#" = 2 ] || [ "$#" = 3 ] || refuse 'usage: etcd-ha-health-probe DATA-DIR yes|no [WAL-DIR]'
data_dir=$1 client_key=$2 wal_dir=\${3-}
for folder in "$data_dir" "\${3-/}"; do
  case $folder in *[!A-Za-z0-9/._-]* | *..* | *//* | ?*/ | [!/]* | '') refuse "'$folder' is not an absolute path" ;; esac
  parts=(/)
  for ((part = 1; part <= \${#folder}; part++)); do
    case \${folder:part:1} in / | '') if [ -e "\${folder:0:part}" ] || [ -L "\${folder:0:part}" ]; then parts+=("\${folder:0:part}"); fi ;; esac
  done
  trusted=0
  while read -r uid mode; do
    if [ "$uid" = 0 ] && [[ $mode == d????[!w]??[!w]* ]]; then trusted=$((trusted + 1)); fi
  done < <(stat -c '%u %A' -- "\${parts[@]}")
  # the account that may run this chooses the folder: it must not lead elsewhere, nor be one that others fill
  [ "$trusted" = "\${#parts[@]}" ] || refuse "a part of the path '$folder' is no folder that root alone may write in"
done
case $client_key in yes | no) ;; *) refuse 'the second argument is neither yes nor no' ;; esac
${HEALTH_BODY}`));

;// CONCATENATED MODULE: ./src/hosts/probe/parse-filesystem.ts
/** A filesystem from one line of `findmnt -r`, in which `\x20` is a space, and one of `stat -f`. */
function parseFilesystem(mount, blocks, dataDirKibibytes) {
    const [type, source, mountPoint, options] = mount.split('\n')[0]?.split(' ') ?? [];
    const numbers = /^(\d+) (\d+) (\d+) (\d+) (\d+)$/.exec(blocks);
    if (type === undefined || source === undefined || mountPoint === undefined || numbers === null) {
        return undefined;
    }
    const [, blockSize = 0, total = 0, available = 0, inodes = 0, freeInodes = 0] = numbers.map(Number);
    return {
        type,
        source: parse_filesystem_unescape(source),
        mountPoint: parse_filesystem_unescape(mountPoint),
        readOnly: options?.split(',').includes('ro') ?? false,
        sizeBytes: total * blockSize,
        freeBytes: available * blockSize,
        inodes,
        freeInodes,
        dataDirBytes: dataDirKibibytes * 1024,
    };
}
function parse_filesystem_unescape(word) {
    return word.replace(/\\x([0-9a-f]{2})/g, (_, code) => String.fromCharCode(parseInt(code, 16)));
}

;// CONCATENATED MODULE: ./src/hosts/probe/parse-health.ts









/** The probe that is installed on the host is of another release of the action. */
class OtherFormat extends Error {
}
/**
 * Facts from the answer of the health probe.
 * @throws IncompleteProbe when its last section is missing or it does not tell the time; OtherFormat when it is not of this release's form.
 */
function parseHealth(answer, timing) {
    const sections = readSections(answer);
    const get = (name) => sections.get(name)?.trim() ?? '';
    if (get('health.format') !== String(HEALTH_PROBE_FORMAT)) {
        throw new OtherFormat(`the probe's answer is of form ${get('health.format') || '(none)'}, and this release reads form ${HEALTH_PROBE_FORMAT}`);
    }
    const filesystem = filesystemIn('', get);
    const walFilesystem = filesystemIn('wal-', get);
    const healthz = get('health.healthz');
    const clientKey = sections.get('health.client-key');
    const standing = parseStanding(sections);
    const containers = parseContainers(sections, 'health.containers');
    return {
        facts: 'seen' in containers ? standing : { ...standing, unseen: [...standing.unseen, containers.unseen] },
        more: {
            clock: clockIn(sections, timing),
            ...(filesystem && { filesystem }),
            ...(walFilesystem && { walFilesystem }),
            ...(healthz !== '' && { kubeletHealthz: healthz }),
            containers: ('seen' in containers ? containers.seen : []).map((container, at) => withEnd(container, programAnswer(sections, `health.container.${at}`).text)),
            lastLog: get('health.log')
                .split('\n')
                .filter((line) => line !== '' && !(0,crictl_warning/* isCrictlWarning */.o)(line)),
            publicKeys: new Map(parse_health_named('health.public-key:', sections).flatMap(digestOfKey)),
        },
        ...(clientKey !== undefined && { clientKey: Buffer.from(clientKey) }),
    };
}
function filesystemIn(prefix, get) {
    const used = parseInt(get(`health.${prefix}used`)) || 0;
    return parseFilesystem(get(`health.${prefix}mount`), get(`health.${prefix}blocks`), used);
}
/** What the sections whose names begin so hold, by the rest of their names. */
function parse_health_named(prefix, sections) {
    return [...sections]
        .filter(([name]) => name.startsWith(prefix))
        .map(([name, text]) => [name.slice(prefix.length), text]);
}
/** A key that openssl could not read has an empty section. */
function digestOfKey([path, pem]) {
    try {
        const der = (0,external_node_crypto_.createPublicKey)(pem).export({ type: 'spki', format: 'der' });
        return [[path, (0,external_node_crypto_.createHash)('sha256').update(der).digest('hex')]];
    }
    catch {
        return [];
    }
}
/** A container of the list with what `crictl inspect -o json` says of it; only of the newest ones it is asked. */
function withEnd({ id, running, attempt }, text) {
    // without it, only when and how the container ended stays untold
    const status = fieldsIn(fieldsOf(text)?.['status']);
    const startedAt = moment(textIn(status['startedAt']));
    const finishedAt = running ? undefined : moment(textIn(status['finishedAt']));
    const exitCode = numberIn(status['exitCode']);
    const reason = textIn(status['reason']);
    return {
        id,
        running,
        attempt,
        ...(startedAt !== undefined && { startedAt }),
        ...(finishedAt !== undefined && { finishedAt }),
        ...(!running && exitCode !== undefined && { exitCode }),
        ...(!running && reason !== '' && { reason }),
    };
}
/** What has not happened has the time zero of Go, or of Unix. */
function moment(text) {
    const time = Date.parse(text);
    return time > 0 ? new Date(time).toISOString() : undefined;
}

;// CONCATENATED MODULE: ./src/road/health/probe-host.ts







const INSTALL = 'Install the program and its rule on that host as docs/least-privilege.md says.';
/**
 * Runs the health probe on a host.
 * @throws HostError when it cannot be run, or its answer not be read.
 */
async function probeHost(host, transport, settings) {
    const { probe } = settings.health;
    // Members are asked with it; on a host of the control plane it would be that of another etcd.
    const clientKey = settings.hosts.includes(host);
    const question = { ...(0,data_places/* placesOf */.ek)(settings), clientKey };
    const script = healthProbe(question, probe === undefined ? {} : { program: probe });
    const { result, timing } = await timed(() => transport.run(script));
    if (probe !== undefined && result.code !== 0)
        throw notRun(transport.name, probe, result);
    try {
        return parseHealth(result.stdout.toString('utf8'), timing);
    }
    catch (error) {
        if (error instanceof OtherFormat)
            throw otherFormat(transport.name, probe, error);
        return understood(transport.name, result, () => {
            throw error;
        });
    }
}
function notRun(host, program, { code, stderr }) {
    if (code === PROBE_REFUSED) {
        return new host_error/* HostError */.d({
            host,
            at: 'health-probe',
            fact: `${program} does not look there: ${(0,last_words/* lastWords */.a)(stderr, 3)}`,
            cause: 'A folder of `data-dir` or `wal-dir` is a link, or others than root may write in it.',
            fix: "Give the paths without links, and let each folder of them be root's alone; docs/least-privilege.md says why.",
        });
    }
    return new host_error/* HostError */.d({
        host,
        at: 'health-probe',
        fact: `${program} could not be run by sudo (exit code ${code ?? 'none'}): ${(0,last_words/* lastWords */.a)(stderr, 3)}`,
        cause: 'It is not installed there, or sudoers does not allow it to this user.',
        fix: INSTALL,
    });
}
function otherFormat(host, program, error) {
    return new host_error/* HostError */.d({
        host,
        at: 'health-probe',
        fact: `${program ?? 'the probe'}: ${error.message}.`,
        cause: 'It was installed for another release of the action.',
        fix: INSTALL,
    });
}

;// CONCATENATED MODULE: ./src/road/health/within.ts
/** What was waited for had not come when the time was over. */
class TimeIsOver extends Error {
    name = 'TimeIsOver';
}
/**
 * What the promise gives, unless the signal is aborted first; the work itself goes on, and its end is of no interest then.
 * @throws TimeIsOver when the signal is aborted; what the promise rejects with.
 */
async function within(signal, work) {
    work.catch(() => undefined);
    const over = Promise.withResolvers();
    const end = () => over.reject(new TimeIsOver('it did not answer in the time that the check has'));
    if (signal.aborted)
        end();
    signal.addEventListener('abort', end, { once: true });
    try {
        return await Promise.race([work, over.promise]);
    }
    finally {
        signal.removeEventListener('abort', end);
    }
}

;// CONCATENATED MODULE: ./src/road/health/shipped-image.ts





/**
 * The etcd image that a host's kubeadm asks for. It is asked, which takes a processor a while, only where something is known
 * against the release that the host has: it tells whether that is its own or kubeadm's.
 * @param signal ends the wait.
 * @returns undefined where it was not asked, or did not answer. Does not throw.
 */
async function shippedImage({ files }, transport, signal) {
    const image = parseEtcdManifest(files.get(kubeadm_paths/* ETCD_MANIFEST */.jl)?.text ?? '')?.image;
    const release = parseRelease(image?.split(':').at(-1) ?? '');
    if (release === undefined || problemOf(release) === undefined)
        return undefined;
    try {
        const { stdout } = await within(signal, transport.run(askKubeadm()));
        return parseKubeadmAnswer(stdout.toString('utf8')).etcdImage;
    }
    catch {
        return undefined;
    }
}

;// CONCATENATED MODULE: ./src/road/health/reach-hosts.ts







const reach_hosts_STAGE = 'Observe';
/**
 * Connects to a host and runs the probe there. Does not throw: why a host could not be looked at is part of what was
 * seen.
 * @param signal ends the wait.
 */
async function reachHost(host, settings, { connect, timeline, maskSecret }, signal) {
    const label = hostLabel(host);
    const connecting = timeline.record({ stage: reach_hosts_STAGE, title: 'connect', changes: false, host: label }, () => connect(host));
    let transport;
    try {
        transport = readOnly(await within(signal, connecting));
    }
    catch (error) {
        // One that comes too late is not left open.
        void connecting.then((late) => late.close()).catch(() => undefined);
        return { host, sight: { unseen: why(error) } };
    }
    try {
        const probing = timeline.record({ stage: reach_hosts_STAGE, title: 'probe', changes: false, host: label }, () => probeHost(host, transport, settings));
        const look = await within(signal, probing);
        if (look.clientKey !== undefined)
            maskSecret(look.clientKey.toString('utf8'));
        return {
            host,
            transport,
            sight: { seen: look },
            shippedImage: shippedImage(look.facts, transport, signal),
        };
    }
    catch (error) {
        return { host, transport, sight: { unseen: why(error) } };
    }
}
function why(error) {
    if (error instanceof host_error/* HostError */.d) {
        const { host = '', fact: seen, cause, fix } = error.finding;
        const fact = error instanceof host_error/* BastionError */.t ? `${host}: ${seen}` : seen;
        return { fact, ...(cause !== undefined && { cause }), ...(fix !== undefined && { fix }) };
    }
    return { fact: (0,src_findings/* errorMessage */.gJ)(error) };
}

;// CONCATENATED MODULE: ./src/road/health/look.ts







/** So much of the deadline a host may take to let us in and to answer the probe: the rest is for etcd. */
const SHARE_OF_HOSTS = 0.5;
/** The connections may take so long to say goodbye. */
const CLOSE_MS = 500;
/**
 * Looks at hosts and members, and changes nothing. Whatever cannot be seen is told as such; the look ends with the
 * deadline of the settings.
 * @throws Refused when two of the hosts are one; what the run's own signal was aborted with.
 */
async function lookAtHealth(settings, surroundings) {
    const { log, signal } = surroundings;
    const deadlineMs = settings.health.deadlineSeconds * 1000;
    const deadline = AbortSignal.any([signal, AbortSignal.timeout(deadlineMs - CLOSE_MS)]);
    const forHosts = AbortSignal.any([deadline, AbortSignal.timeout(deadlineMs * SHARE_OF_HOSTS)]);
    const hosts = [...settings.hosts, ...settings.controlPlane];
    log.info(`Connecting to ${hosts.map(hostLabel).join(', ')}`);
    const all = await Promise.all(hosts.map((host) => reachHost(host, settings, surroundings, forHosts)));
    const reached = all.slice(0, settings.hosts.length);
    const controlPlane = all.slice(settings.hosts.length).map(sightOf);
    try {
        signal.throwIfAborted();
        refuseTwins(reached);
        const facts = await askWithBest(reached, settings, surroundings, deadline);
        signal.throwIfAborted();
        return { facts: { ...facts, controlPlane }, connections: connectionsOf(transportsOf(all)) };
    }
    finally {
        await closeAll(all);
    }
}
/** Asks with the best pair; with the next one where the members refuse it. */
async function askWithBest(reached, settings, surroundings, deadline) {
    const brought = settings.authority?.certificatePem;
    const [best, ...others] = chooseCredentials(looksOf(reached), brought, surroundings.now());
    const first = await askMembers(reached, best, settings, surroundings, deadline);
    if (!refusesClient(first))
        return first;
    for (const credentials of others) {
        if (deadline.aborted)
            break;
        const facts = await askMembers(reached, credentials, settings, surroundings, deadline);
        if (!refusesClient(facts))
            return facts;
    }
    return first;
}
function sightOf({ host, sight }) {
    const name = 'seen' in sight ? controlPlaneName(host, sight.seen.facts) : '';
    return { name: name || hostLabel(host), address: host.address, host: sight };
}
/** Hosts that are listed twice, or clones with one name: what would be reported of them would be confused. */
function refuseTwins(reached) {
    const seen = reached.filter(({ sight }) => 'seen' in sight);
    const { findings } = resolveMembers(seen.map(({ host }) => host), looksOf(seen).map(({ facts }) => facts));
    if (findings.length > 0)
        throw new src_findings/* Refused */.Lw('the hosts cannot be those of one cluster', findings);
}
function looksOf(reached) {
    return reached.flatMap(({ sight }) => ('seen' in sight ? [sight.seen] : []));
}
function transportsOf(reached) {
    return new Map(reached.flatMap(({ transport }) => (transport === undefined ? [] : [[transport.name, transport]])));
}
/** A host that hangs says no goodbye; it is not waited for. */
async function closeAll(reached) {
    const closing = Promise.all(reached.map(async ({ transport }) => transport?.close()));
    const { promise, resolve } = Promise.withResolvers();
    const timer = setTimeout(() => resolve(undefined), CLOSE_MS);
    await Promise.race([closing.catch(() => undefined), promise]);
    clearTimeout(timer);
}

;// CONCATENATED MODULE: ./src/operations/health.ts


/** Looks at the whole cluster, its hosts and its certificates, judges them, and changes nothing. */
async function health(settings, surroundings) {
    const { thresholds, metricsWindowSeconds } = settings.health;
    const { facts, connections } = await lookAtHealth(settings, surroundings);
    const report = assessDeeply(facts, thresholds, {
        clusterName: settings.clusterName,
        durationMs: surroundings.timeline.elapsedMs(),
        metricsWindowSeconds: metricsWindowSeconds === 0 ? null : metricsWindowSeconds,
    });
    return { report, connections };
}

;// CONCATENATED MODULE: ./src/cluster/preflight/authority-key.ts



/** Hosts from which a deploy would take the CA's key. */
function keysToRemove(members, { caCustody }) {
    const holders = members.filter(({ facts }) => caCustody === 'input-only' && holdsAuthorityKey(facts));
    if (holders.length === 0)
        return [];
    return [
        {
            severity: 'info',
            at: 'ca-custody',
            fact: `the key of the CA lies on ${nameList(holders.map(({ name }) => name))} (${kubeadm_paths/* CA_KEY */.r$}); a deploy removes it there once it has proven the cluster.`,
            cause: 'The cluster was set up with the key on a host.',
            fix: 'See that `ca-key` is kept in a second place too. Leave `ca-custody` out to leave the key where it is.',
        },
    ];
}

;// CONCATENATED MODULE: ./src/cluster/preflight/examined.ts
/** Value of an etcd flag that the user gave as a number; undefined where it is absent or no number. */
function extraNumber(settings, flag) {
    const value = settings.extraArgs.find(({ name }) => name === flag)?.value;
    return value !== undefined && /^\d+$/.test(value) ? Number(value) : undefined;
}

;// CONCATENATED MODULE: ./src/cluster/preflight/capacity.ts


/** kubeadm's own limits for a control plane (cmd/kubeadm/app/constants, ControlPlaneMem and ControlPlaneNumCPU). */
const LEAST_MEMORY_BYTES = 1700 * 1024 ** 2;
const LEAST_PROCESSORS = 2;
/** Memory and processors. */
function capacity({ name: host, seen }, settings) {
    const findings = [];
    const { memoryBytes, processors } = seen;
    const quota = extraNumber(settings, 'quota-backend-bytes') ?? 0;
    if (memoryBytes !== undefined && memoryBytes < Math.max(LEAST_MEMORY_BYTES, quota)) {
        findings.push({
            severity: 'warn',
            host,
            at: 'memory',
            fact: memoryBytes < quota
                ? `it has ${size(memoryBytes)} of memory, less than the quota of the database (${size(quota)}), which etcd maps into memory.`
                : `it has ${size(memoryBytes)} of memory; kubeadm asks for ${size(LEAST_MEMORY_BYTES)}, etcd's documentation for 8 GiB under load.`,
            cause: 'The machine is small. Under pressure the kernel kills etcd, or reads the database from the disk again and again.',
            fix: memoryBytes < quota
                ? 'Give the machine more memory, or lower `quota-backend-bytes`.'
                : 'Give the machine more memory.',
        });
    }
    if (processors !== undefined && processors < LEAST_PROCESSORS) {
        findings.push({
            severity: 'warn',
            host,
            at: 'processors',
            fact: `it has ${processors} processor; etcd's documentation asks for 2 to 4.`,
            cause: 'The machine is small. etcd, kubelet and the runtime then wait for each other, and heartbeats come late.',
            fix: 'Give the machine a second processor.',
        });
    }
    return findings;
}

;// CONCATENATED MODULE: ./src/cluster/preflight/cgroups.ts

/** From this minor release on kubelet's failCgroupV1 is true by default (pkg/kubelet/apis/config/v1beta1/defaults.go). */
const REFUSES_CGROUP_V1_SINCE = 35;
/** cgroup v1 under a kubelet that refuses it. */
function cgroupV1({ name: host, seen }, settings) {
    const kubelet = seen.kubeletVersion;
    const told = settings.kubeletConfig['failCgroupV1'];
    if (seen.cgroups === 'v2' || kubelet === undefined)
        return [];
    const refuses = told === true || (told !== false && kubelet.minor >= REFUSES_CGROUP_V1_SINCE);
    if (seen.cgroups === 'unknown')
        return refuses ? [unknownVersion(host, kubelet.text)] : [];
    if (refuses) {
        return [
            {
                severity: 'fail',
                host,
                at: 'cgroups',
                fact: `the host uses cgroup v1, and kubelet ${kubelet.text} refuses to run on it.`,
                cause: `The distribution is old or was booted so; since 1.${REFUSES_CGROUP_V1_SINCE} kubelet wants cgroup v2.`,
                fix: 'Boot the host with cgroup v2 (`systemd.unified_cgroup_hierarchy=1`), or, knowing what it means, set `kubelet-config: "failCgroupV1: false"`.',
            },
        ];
    }
    if (kubelet.minor < REFUSES_CGROUP_V1_SINCE)
        return [];
    return [
        {
            severity: 'warn',
            host,
            at: 'cgroups',
            fact: `the host uses cgroup v1, and \`kubelet-config\` makes kubelet ${kubelet.text} run on it all the same.`,
            cause: 'failCgroupV1 is false; support for cgroup v1 will be removed from kubelet.',
            fix: 'Boot the host with cgroup v2 before the next update of kubelet.',
        },
    ];
}
function unknownVersion(host, kubelet) {
    return {
        severity: 'warn',
        host,
        at: 'cgroups',
        fact: `/sys/fs/cgroup tells neither cgroup v2 nor v1, and kubelet ${kubelet} runs on v2 alone.`,
        cause: 'The control groups are not mounted there, or the host is a container.',
        fix: 'Look with `findmnt -R /sys/fs/cgroup`; on a host with cgroup v2 its type is `cgroup2`.',
    };
}
/** Hosts with cgroup v1 whose kubelet still takes it, as one finding. */
function cgroupV1Ahead(members, settings) {
    if (settings.kubeletConfig['failCgroupV1'] === true)
        return [];
    const hosts = members.filter(({ seen }) => seen.cgroups === 'v1' &&
        seen.kubeletVersion !== undefined &&
        seen.kubeletVersion.minor < REFUSES_CGROUP_V1_SINCE);
    if (hosts.length === 0)
        return [];
    return [
        {
            severity: 'info',
            at: 'cgroups',
            fact: `${nameList(hosts.map(({ name }) => name))} use cgroup v1, which kubelet refuses from 1.${REFUSES_CGROUP_V1_SINCE} on.`,
            cause: 'The distribution is old or was booted so.',
            fix: `Boot with cgroup v2 before kubelet is updated to 1.${REFUSES_CGROUP_V1_SINCE} or later.`,
        },
    ];
}
/** A running kubelet that was told another cgroup driver than the runtime's. */
function cgroupDrivers({ name: host, facts, seen }) {
    const runtime = facts.runtime.runtime?.cgroupDriver;
    const kubelet = seen.kubeletCgroupDriver;
    if (runtime === undefined || kubelet === undefined || runtime === kubelet.driver)
        return [];
    return [
        {
            severity: 'warn',
            host,
            at: 'cgroups',
            fact: `the kubelet that runs was told the cgroup driver "${kubelet.driver}" (${kubelet.from}); the container runtime uses "${runtime}".`,
            cause: 'The runtime was reconfigured or replaced after kubelet. Where it tells its driver to kubelet (containerd 2 and later), nothing else is wrong; elsewhere pods fail or are killed under load.',
            fix: `Set \`cgroupDriver: ${runtime}\` there and restart kubelet; on a host that this action sets up, \`operation: deploy\` does it.`,
        },
    ];
}

;// CONCATENATED MODULE: ./src/cluster/preflight/clocks.ts

/** etcd logs peers whose clocks are further apart (server/etcdserver/api/rafthttp/probing_status.go). */
const WARN_MS = 1000;
/** Beyond this leases, logs and certificates are not to be trusted. */
const FAIL_MS = 30_000;
/** Clocks against the median of all hosts. */
function clockDifferences(members) {
    const seen = members.flatMap(({ name, facts: { clock } }) => clock === undefined ? [] : [{ name, clock }]);
    if (seen.length < 2)
        return [];
    const middle = median(seen.map(({ clock }) => clock.offsetMs));
    const middleUncertainty = median(seen.map(({ clock }) => clock.uncertaintyMs));
    return seen.flatMap(({ name: host, clock }) => {
        const difference = clock.offsetMs - middle;
        const uncertainty = clock.uncertaintyMs + middleUncertainty;
        const atLeast = Math.abs(difference) - uncertainty;
        if (atLeast <= WARN_MS)
            return [];
        const direction = difference > 0 ? 'ahead of' : 'behind';
        return [
            {
                severity: atLeast > FAIL_MS ? 'fail' : 'warn',
                host,
                at: 'clock',
                fact: `its clock is ${format_duration(Math.abs(difference))} ${direction} the median of all hosts (± ${format_duration(uncertainty)}).`,
                cause: 'No time service runs on it, or it reaches no server.',
                fix: 'Start one (`systemctl enable --now chrony` or systemd-timesyncd), and look at `timedatectl`.',
            },
        ];
    });
}

;// CONCATENATED MODULE: ./src/cluster/preflight/disk.ts


const GIB = 1024 ** 3;
/** Where --quota-backend-bytes is not given (server/storage/quota.go, DefaultQuotaBytes). */
const disk_DEFAULT_QUOTA_BYTES = 2 * GIB;
/** WAL segments of 64 MiB: 5 that are kept (--max-wals), the one in use and the next; and some small snapshot files. */
const LOG_BYTES = GIB / 2;
/** A member's data dir holds some dozen files. */
const FEW_INODES = 100;
const NETWORK = /^(nfs\d?|cifs|smb\d?|smbfs|afs|ceph|lustre|9p|ncpfs|fuse\.(sshfs|glusterfs|s3fs|ceph|.*nfs))$/;
const IN_MEMORY = /^(tmpfs|ramfs)$/;
const LAYERED = /^(overlay|aufs|fuse\.fuse-overlayfs)$/;
/** The filesystem of the data dir, and that of the log: writable, of a fitting kind, with enough room. */
function dataDisks({ name: host, seen }, settings) {
    const { filesystem, walFilesystem } = seen;
    const { dataDir, walDir } = settings;
    if (filesystem === undefined)
        return [disk_unread(host, 'data-dir', dataDir)];
    if (walDir !== undefined && walFilesystem === undefined)
        return [disk_unread(host, 'wal-dir', walDir)];
    const given = extraNumber(settings, 'quota-backend-bytes') ?? 0;
    const quota = given === 0 ? disk_DEFAULT_QUOTA_BYTES : given;
    const isOne = walFilesystem === undefined || walFilesystem.mountPoint === filesystem.mountPoint;
    return [
        ...problemsOf(host, filesystem, {
            at: 'data-dir',
            folder: 'the data dir',
            quota,
            log: isOne ? LOG_BYTES : 0,
        }),
        ...(isOne
            ? []
            : problemsOf(host, walFilesystem, {
                at: 'wal-dir',
                folder: 'the folder of the log',
                quota: 0,
                log: LOG_BYTES,
            })),
    ];
}
function disk_unread(host, at, path) {
    return {
        severity: 'warn',
        host,
        at,
        fact: `the filesystem of ${path} could not be read.`,
        cause: 'findmnt is not installed, or the filesystem does not answer.',
        fix: `Run \`findmnt -T ${path}\` on the host.`,
    };
}
function problemsOf(host, disk, use) {
    const problems = [...disk_readOnly(disk, use), ...kind(disk, use), ...space(disk, use), ...inodes(disk)];
    return problems.map((problem) => ({ ...problem, host, at: use.at }));
}
function disk_readOnly({ readOnly, mountPoint, source }, { folder }) {
    if (!readOnly)
        return [];
    return [
        {
            severity: 'fail',
            fact: `the filesystem of ${folder} (${source} on ${mountPoint}) is read-only.`,
            cause: 'It was mounted so, or the kernel made it so after an error of the disk.',
            fix: `Look at \`dmesg\`; if the disk is sound, \`mount -o remount,rw ${mountPoint}\`.`,
        },
    ];
}
function kind({ type, source, mountPoint }, { at, folder }) {
    const where = `${folder} lies on ${type} (${source} on ${mountPoint})`;
    const fix = `Give etcd a local disk, best an SSD of its own, with ext4 or xfs, and name a folder on it as \`${at}\`.`;
    if (NETWORK.test(type)) {
        return [
            {
                severity: 'warn',
                fact: `${where}, which is reached over a network.`,
                cause: 'A shared export was mounted there. Each write of etcd waits for its fsync, and one outage of the server stops every member.',
                fix,
            },
        ];
    }
    if (IN_MEMORY.test(type)) {
        return [
            {
                severity: 'warn',
                fact: `${where}, which is memory: a reboot loses the member's data.`,
                cause: 'The host runs from an image, or the disk is not mounted.',
                fix,
            },
        ];
    }
    if (!LAYERED.test(type))
        return [];
    return [
        {
            severity: 'warn',
            fact: `${where}, whose upper layer may be gone after a reboot.`,
            cause: 'The host is a container or a live system, or its root is protected by an overlay.',
            fix,
        },
    ];
}
/**
 * What the data dir has taken already counts as room. Below the quota and the log, the disk is full before etcd's own
 * limit stops writes: a member then crashes. Twice the quota, because a defragmentation and a snapshot from the
 * leader write a second copy of the database (server/storage/backend/backend.go, api/snap/db.go).
 */
function space(disk, { at, quota, log }) {
    const room = disk.freeBytes + disk.dataDirBytes;
    const least = quota + log;
    const good = 2 * quota + log;
    if (room >= good)
        return [];
    const severity = room < least ? 'fail' : 'warn';
    const has = `${disk.mountPoint} has ${size(disk.freeBytes)} free of ${size(disk.sizeBytes)}`;
    const takers = [
        ...(quota === 0 ? [] : [`a database at its quota of ${size(quota)}`]),
        ...(log === 0 ? [] : ['the log']),
    ];
    const takes = `${takers.join(' and ')} ${takers.length === 1 ? 'takes' : 'take'} ${size(least)}`;
    return [
        {
            severity,
            fact: severity === 'fail'
                ? `${has}; ${takes}.`
                : `${has}; ${takes}, and ${size(good)} while it is defragmented or received from the leader.`,
            cause: 'The disk is small, or shared with images and logs. On a full disk a member stops.',
            fix: 'Make room (`du -xh -d 2 / | sort -h | tail`), or give etcd a disk of its own and name a folder on it as `' +
                at +
                '`.',
        },
    ];
}
function inodes({ inodes: total, freeInodes, mountPoint }) {
    if (total === 0 || freeInodes >= FEW_INODES)
        return [];
    return [
        {
            severity: 'fail',
            fact: `${mountPoint} has ${freeInodes} free inodes of ${total}: hardly a file can be made there.`,
            cause: 'Very many small files lie on it.',
            fix: `Find and remove them (\`du -x --inodes -d 2 ${mountPoint} | sort -n | tail\`).`,
        },
    ];
}

;// CONCATENATED MODULE: ./src/cluster/preflight/drop-ins.ts


/**
 * Drop-ins of kubelet.service that set ExecStart after ours. systemd reads drop-ins of all folders in the order of
 * their file names alone (systemd.unit(5)).
 */
function laterDropIns({ name: host, seen }) {
    const own = (0,posix_.basename)(kubeadm_paths/* KUBELET_DROP_IN */.jy);
    return seen.execStartDropIns
        .filter((path) => (0,posix_.basename)(path) > own)
        .map((path) => ({
        severity: 'fail',
        host,
        at: 'kubelet',
        fact: `${path} sets ExecStart of kubelet and beats ${own}, by which this action starts it.`,
        cause: 'systemd reads drop-ins in the order of their names, and the last ExecStart counts.',
        fix: `Remove the file or its ExecStart, or give it a name that sorts before ${own}; then \`systemctl daemon-reload\`.`,
    }));
}

;// CONCATENATED MODULE: ./src/cluster/preflight/etcd-releases.ts



/** Which etcd the members run, or would run, and what is known against it; one finding per release. */
function vulnerableEtcd(members, settings) {
    const releases = members.flatMap((member) => {
        const release = releaseOf(member, settings);
        return release === undefined ? [] : [{ member, release }];
    });
    const byText = Map.groupBy(releases, ({ release }) => release.text);
    return [...byText.values()].flatMap((group) => {
        const release = group[0]?.release;
        const names = nameList(group.map(({ member }) => member.name));
        return release === undefined ? [] : etcd_releases_judge(release, names);
    });
}
function etcd_releases_judge(release, names) {
    const problem = problemOf(release);
    if (problem === undefined)
        return [];
    const { fact, fix, fixedIn } = problem;
    return [
        {
            severity: 'warn',
            at: 'etcd-image-tag',
            fact: `etcd ${release.text} on ${names} ${fact}`,
            cause: fixedIn === undefined
                ? 'The image was chosen long ago.'
                : 'It is the release that this kubeadm asks for, or that was set when the cluster was made.',
            fix,
        },
    ];
}
/** A running member's own word counts more than an image's tag. */
function releaseOf({ facts, seen }, settings) {
    const tag = wantedImage(settings, facts)?.image.split(':').at(-1);
    return parseRelease(seen.member?.version ?? tag ?? '');
}

;// CONCATENATED MODULE: ./src/cluster/preflight/fsync.ts


/** "99th percentile … should be less than 10ms" (https://etcd.io/docs/latest/faq/, on wal_fsync_duration_seconds). */
const WANTED_P99_MS = 10;
/** Fewer observations say nothing about one in a hundred. */
const FEWEST = 100;
const SLOW = {
    cause: 'The disk is slow, shared with others, or behind a network.',
    fix: 'Give etcd an SSD of its own. Until then expect slow writes and lost leaders, and look at what else writes to that disk (`iostat -x 1`).',
};
/** How long a running member has waited for its log to be on the disk. */
function memberFsync({ name: host, seen }) {
    const histogram = seen.member?.walFsync;
    if (histogram === undefined || histogram.count < FEWEST)
        return [];
    const p99 = (percentile(histogram, 0.99) ?? 0) * 1000;
    if (p99 <= WANTED_P99_MS)
        return [];
    const mean = (histogram.sumSeconds / histogram.count) * 1000;
    return [
        {
            severity: 'warn',
            host,
            at: 'disk',
            fact: `fsync of the member's log takes ${format_duration(p99)} at the 99th percentile, ${format_duration(mean)} on average (${histogram.count} since its start); etcd wants less than ${WANTED_P99_MS} ms.`,
            ...SLOW,
        },
    ];
}
/** What the write test showed, where one was asked for. */
function diskTestResult({ name: host, diskTest }) {
    const at = 'disk-test';
    switch (diskTest?.outcome) {
        case undefined:
            return [];
        case 'mount-point':
            return [
                {
                    severity: 'info',
                    host,
                    at,
                    fact: 'no write test was made: the folder of the log is a mount point, and a test file would have to lie inside of it.',
                    cause: 'The action writes nothing into a folder of etcd.',
                    fix: 'Make it a folder on that disk (`data-dir: /var/lib/etcd/data`), or measure with `fio` before etcd uses it.',
                },
            ];
        case 'no-space':
            return [
                {
                    severity: 'info',
                    host,
                    at,
                    fact: 'no write test was made: the disk is almost full.',
                    fix: 'Make room, then run again.',
                },
            ];
        case 'measured': {
            const { writes, p50Ms, p99Ms, maxMs } = diskTest;
            const figures = `${writes} synced writes took ${format_duration(p50Ms)} at the median, ${format_duration(p99Ms)} at the 99th percentile, ${format_duration(maxMs)} at most`;
            if (p99Ms <= WANTED_P99_MS)
                return [{ severity: 'info', host, at, fact: `${figures}.` }];
            return [
                {
                    severity: 'warn',
                    host,
                    at,
                    fact: `${figures}; etcd wants less than ${WANTED_P99_MS} ms at the 99th percentile.`,
                    ...SLOW,
                },
            ];
        }
    }
}

;// CONCATENATED MODULE: ./src/cluster/preflight/image-presence.ts



/**
 * On which hosts etcd's image, or the pause image that the container runtime starts each pod with, is missing, and how it
 * will come there. Where the images were not seen, nothing is said of them.
 */
function missingImages(members, settings, archive) {
    return [
        ...absent(members, archive, (member) => wantedImage(settings, member.facts)?.image).map(({ image, hosts, source }) => ({
            severity: 'info',
            at: 'image',
            fact: `${image} is not on ${hosts} yet and will be ${source} there.`,
            cause: 'It is the first set-up of these hosts, or another release is asked for.',
            fix: 'On hosts without a way to the registry have it imported: `image-archive` (docs/air-gapped.md).',
        })),
        ...absent(members, archive, (member) => member.facts.sandboxImage).map(({ image, hosts, source, isPulled }) => ({
            severity: archive !== undefined && isPulled ? 'warn' : 'info',
            at: 'pause-image',
            fact: `${image}, the pause image of the container runtime, is not on ${hosts} yet and will be ${source} there when the first pod starts.`,
            cause: 'The runtime names it in its own configuration (`sandbox`, `sandbox_image` or `pause_image`), whatever kubeadm asks for.',
            fix: `Without a way to its registry no pod starts: put it into \`image-archive\` too, or import it on the hosts.`,
        })),
    ];
}
function absent(members, archive, wanted) {
    const missing = members.flatMap((member) => {
        const image = wanted(member);
        const isSeen = !member.facts.unseen.some(({ what }) => what === 'images');
        if (image === undefined || !isSeen || isStored(image, member.facts))
            return [];
        const isPulled = archive === undefined || imageFor(archive, image, member.facts) === undefined;
        return [{ name: member.name, image, isPulled }];
    });
    return [...Map.groupBy(missing, ({ image, isPulled }) => `${image} ${String(isPulled)}`).values()].flatMap((group) => {
        const [first] = group;
        if (first === undefined)
            return [];
        const { image, isPulled } = first;
        const source = isPulled || archive === undefined ? 'pulled' : `imported from ${archive.path}`;
        return [{ image, isPulled, source, hosts: nameList(group.map(({ name }) => name)) }];
    });
}

;// CONCATENATED MODULE: ./src/cluster/preflight/leftovers.ts

/** Private keys that following the guide by hand leaves in /tmp/HOST and in home folders (its steps 4 and 5). */
function leftoverKeys({ name: host, seen }) {
    const keys = seen.leftoverKeys;
    if (keys.length === 0)
        return [];
    const authority = keys.some((path) => path.endsWith('/ca.key'));
    return [
        {
            severity: 'warn',
            host,
            at: 'leftovers',
            fact: `${keys.length === 1 ? 'a private key lies' : `${keys.length} private keys lie`} outside of /etc/kubernetes${authority ? ", the CA's among them" : ''}: ${keys.join(', ')}${seen.moreLeftoverKeys === true ? ', and more' : ''}.`,
            cause: "kubeadm's guide makes the files of all hosts in /tmp on one of them and copies them by way of home folders; nothing removes them.",
            fix: `When the cluster has its own copies below /etc/kubernetes/pki${authority ? " (and you keep the CA's key elsewhere)" : ''}, remove these: \`rm -f -- ${keys.map(shellWord).join(' ')}\``,
        },
    ];
}
/** Quoted only where the shell needs it, which reads better. */
function shellWord(word) {
    return /^[A-Za-z0-9._/:@+-]+$/.test(word) ? word : (0,shell/* quote */.h)(word);
}

;// CONCATENATED MODULE: ./src/cluster/preflight/machines.ts

/** Hosts that were cloned: one machine-id, or one hostname, on different machines. */
function clones(members) {
    return [
        ...sharedBy(members, ({ facts }) => facts.machineId).map(({ names, value }) => ({
            severity: 'warn',
            at: 'hosts',
            fact: `${names} have the same machine-id ${value}.`,
            cause: 'They were cloned from one disk. DHCP leases, the journal and monitoring take them for one machine.',
            fix: 'On all but one: `rm /etc/machine-id /var/lib/dbus/machine-id; systemd-machine-id-setup`, then reboot.',
        })),
        ...sharedBy(members, ({ facts }) => facts.hostname)
            // without names of their own these are members of one name, which is told elsewhere
            .filter(({ group }) => new Set(group.map(({ name }) => name)).size === group.length)
            .map(({ names, value }) => ({
            severity: 'warn',
            at: 'hosts',
            fact: `${names} have the same hostname "${value}".`,
            cause: 'They were cloned from one disk. Their etcd pods and logs have the same names.',
            fix: 'Give each its own: `hostnamectl hostname NAME`.',
        })),
    ];
}
function sharedBy(members, of) {
    // one machine that was listed twice shares everything with itself; that is a finding of its own
    const machines = [...Map.groupBy(members, ({ facts }) => facts.bootId).values()].flatMap((same) => same.slice(0, 1));
    const groups = [...Map.groupBy(machines, of)].filter(([value, group]) => value !== '' && group.length > 1);
    return groups.map(([value, group]) => ({
        names: nameList(group.map(({ name }) => name)),
        value,
        group,
    }));
}

;// CONCATENATED MODULE: ./src/cluster/preflight/round-trips.ts


/** etcd's defaults (server/embed/config.go, TickMs and ElectionMs). */
const DEFAULT_HEARTBEAT_MS = 100;
const DEFAULT_ELECTION_MS = 1000;
/** etcd takes no longer one (server/embed/config.go, maxElectionMs). */
const MOST_ELECTION_MS = 50_000;
/** The round trips between all hosts, and whether heartbeats and elections fit them. */
function roundTrips(members, settings) {
    const pairs = measuredPairs(members);
    if (pairs.length === 0)
        return [];
    const list = pairs.map(({ one, other, medianMs }) => `${one}–${other} ${format_duration(medianMs)}`);
    const matrix = {
        severity: 'info',
        at: 'network',
        fact: `round trips between the hosts (median of some TCP connects): ${list.join(', ')}.`,
    };
    return [...timing(Math.max(...pairs.map(({ medianMs }) => medianMs)), settings), matrix];
}
/**
 * "The heartbeat interval is recommended to be around maximum of RTT between members, normally 0.5-1.5x"; "election
 * timeouts must be at least 10 times the round-trip time" (https://etcd.io/docs/latest/tuning/).
 */
function timing(longestMs, settings) {
    const heartbeat = extraNumber(settings, 'heartbeat-interval') ?? DEFAULT_HEARTBEAT_MS;
    const election = extraNumber(settings, 'election-timeout') ?? DEFAULT_ELECTION_MS;
    if (heartbeat >= 0.5 * longestMs && election >= 10 * longestMs)
        return [];
    const wantedHeartbeat = Math.ceil(longestMs / 10) * 10;
    const wantedElection = Math.min(10 * wantedHeartbeat, MOST_ELECTION_MS);
    return [
        {
            severity: 'warn',
            at: 'network',
            fact: `a round trip between two hosts takes ${format_duration(longestMs)}; a heartbeat interval of ${heartbeat} ms and an election timeout of ${election} ms are too short for that.`,
            cause: 'The hosts are far from each other. Leaders would be lost without a fault.',
            fix: `Set \`heartbeat-interval: ${wantedHeartbeat}\` and \`election-timeout: ${wantedElection}\`, or bring the hosts closer together.`,
        },
    ];
}
/** A time counts where the host was reached: on another way a connect can also end at once. */
function measuredPairs(members) {
    return members.flatMap((one, index) => members.slice(index + 1).flatMap((other) => {
        const times = [...timesBetween(one, other), ...timesBetween(other, one)];
        return times.length === 0 ? [] : [{ one: one.name, other: other.name, medianMs: median(times) / 1000 }];
    }));
}
/** Microseconds. */
function timesBetween(from, to) {
    const reached = from.facts.reach.filter(({ address, outcome }) => address === to.address && (outcome === 'open' || outcome === 'refused'));
    return from.seen.connectTimes
        .filter(({ address, port }) => reached.some((each) => each.address === address && each.port === port))
        .flatMap(({ microseconds }) => microseconds);
}

;// CONCATENATED MODULE: ./src/cluster/preflight/resolv-conf.ts
/** Where kubelet reads the resolvers of its pods from, unless its configuration says otherwise (its default resolvConf). */
const RESOLV_CONF = '/etc/resolv.conf';
/** kubelet's file of resolvers, without which it starts no pod, though etcd asks for no name. */
function resolvConf({ name: host, seen }) {
    const { state, path, target } = seen.resolvConf ?? { state: 'file' };
    if (state === 'file')
        return [];
    const what = {
        missing: `${path} is not there`,
        dangling: `${path} is a link to ${target ?? 'a file'}, which is not there`,
        other: `${path} is not a file`,
    }[state];
    return [
        {
            severity: 'fail',
            host,
            at: 'resolv-conf',
            fact: `${what}; kubelet starts no pod without it.`,
            cause: state === 'dangling'
                ? 'The service that writes that file (systemd-resolved, resolvconf, NetworkManager) does not run.'
                : 'The host was set up without resolvers, or the file was removed.',
            fix: `Start the service that writes it (\`systemctl enable --now systemd-resolved\`), or write ${path}: an empty file is enough for etcd.`,
        },
    ];
}

;// CONCATENATED MODULE: ./src/cluster/preflight/severe-finding.ts
const severe_finding_ORDER = ['fail', 'warn', 'info'];
/** The worst first; findings of one severity keep their order. */
function bySeverity(findings) {
    return findings.toSorted((one, other) => severe_finding_ORDER.indexOf(one.severity) - severe_finding_ORDER.indexOf(other.severity));
}

// EXTERNAL MODULE: ./src/pki/ip-address.ts
var ip_address = __webpack_require__(69446);
;// CONCATENATED MODULE: ./src/cluster/preflight/source-addresses.ts


/**
 * Hosts that send from another address than the one that is listed. A peer compares that address with the certificate (checkCertSAN in
 * etcd's client/pkg/transport/listener_tls.go), and lets it in only if it is there, or if a name that is there resolves to it. Where
 * the kernel did not tell the address, nothing is said.
 */
function sourceAddresses(member, { certificates }) {
    const { name: host, address, facts } = member;
    const known = [address, ...(certificates?.extraSans ?? [])].map(canonical);
    const strange = [...(facts.sources ?? [])].filter(([, source]) => !known.includes(canonical(source)));
    const sources = [...new Set(strange.map(([, source]) => source))];
    if (sources.length === 0)
        return [];
    return [
        {
            // one that runs has been let in
            severity: ports_holdsMember(member) ? 'warn' : 'fail',
            host,
            at: 'network',
            fact: `it sends from ${sources.join(' and ')} to ${strange.map(([peer]) => peer).join(', ')}, and is listed as ${address}: its peers let in only the addresses that are in its certificate.`,
            cause: 'The host has a second address or interface, and the kernel prefers it on the way to the others.',
            fix: `List the host by ${sources[0] ?? 'that address'}, or add it to \`extra-sans\` (all hosts' such addresses, separated by commas).`,
        },
    ];
}
function canonical(address) {
    return (0,ip_address/* parseIpAddress */.D)(address)?.toString('hex') ?? address.toLowerCase();
}

;// CONCATENATED MODULE: ./src/cluster/preflight/swap.ts

/** Swap that is on: kubelet refuses to start (failSwapOn is true by default). */
function swapOn({ name: host, seen }, settings) {
    if (seen.swaps.length === 0)
        return [];
    const list = seen.swaps.map(({ device, bytes }) => `${device}, ${size(bytes)}`).join('; ');
    const allowed = settings.kubeletConfig['failSwapOn'] === false;
    return [
        {
            severity: allowed ? 'warn' : 'fail',
            host,
            at: 'swap',
            fact: allowed
                ? `swap is on (${list}), and \`kubelet-config\` makes kubelet run all the same.`
                : `swap is on (${list}); kubelet refuses to start.`,
            cause: allowed
                ? 'failSwapOn is false. A member whose memory is swapped out answers too late and loses elections.'
                : "The distribution's installer made it.",
            fix: 'Switch it off: `swapoff -a`, and take its line out of /etc/fstab (`systemctl mask` for a swap unit or zram).',
        },
    ];
}

;// CONCATENATED MODULE: ./src/cluster/preflight/versions.ts


/** kubelet's release on one host: known, supported, and that of kubeadm. kubeadm's own is a prerequisite. */
function kubeletVersion({ name: host, facts, seen }) {
    if (facts.kubeletPath === undefined)
        return [];
    const at = 'kubelet';
    const { kubeletVersion: kubelet, kubeletSaid: said = '' } = seen;
    if (kubelet === undefined) {
        return [
            {
                severity: 'fail',
                host,
                at,
                fact: `${facts.kubeletPath} did not say its version${said === '' ? '' : `: ${said.replace(/[.\s]+$/, '')}`}.`,
                ...((0,explain_unknown/* knownReason */.y)(said) ?? {
                    fix: 'Run `kubelet --version` on the host as root and mend what it says.',
                }),
            },
        ];
    }
    const range = `1.${OLDEST_MINOR} to 1.${NEWEST_MINOR}`;
    if (!isSupported(kubelet)) {
        return [
            {
                severity: 'fail',
                host,
                at,
                fact: `kubelet is ${kubelet.text}; this action knows ${range}.`,
                cause: kubelet.minor < OLDEST_MINOR
                    ? 'The host has not been updated for long.'
                    : 'This release of the action is older than the host.',
                fix: `Install kubeadm and kubelet ${range}, or use a newer release of the action.`,
            },
        ];
    }
    const kubeadm = facts.kubeadmVersion;
    if (kubeadm === undefined || kubeadm.text === kubelet.text)
        return [];
    const sameMinor = kubeadm.minor === kubelet.minor;
    return [
        {
            severity: sameMinor ? 'info' : 'warn',
            host,
            at,
            fact: `kubelet is ${kubelet.text} and kubeadm is ${kubeadm.text}.`,
            cause: 'Only one of the two packages was updated.',
            fix: `Install both of one release, e.g. ${kubeadm.text}, and hold them there (\`apt-mark hold kubelet kubeadm\`).`,
        },
    ];
}
/** kubeadm's releases across the hosts. */
function mixedKubeadm(members) {
    const known = members.filter(({ facts }) => facts.kubeadmVersion !== undefined);
    const byVersion = Map.groupBy(known, ({ facts }) => facts.kubeadmVersion?.text ?? '');
    if (byVersion.size <= 1)
        return [];
    const list = [...byVersion].map(([version, group]) => `${version} on ${group.map(({ name }) => name).join(', ')}`);
    return [
        {
            severity: 'warn',
            at: 'kubeadm',
            fact: `the hosts have different releases of kubeadm: ${list.join('; ')}.`,
            cause: 'Some hosts were updated and others were not.',
            fix: 'Install one release on all: each kubeadm renders the manifest of its own host.',
        },
    ];
}

;// CONCATENATED MODULE: ./src/cluster/preflight/writing.ts


/** What all small files of a deploy take, lock and certificates and configuration, with room to spare. */
const LEAST_BYTES = 1024 ** 2;
const LEAST_INODES = 30;
/** How many paths a message names. */
const MOST_NAMED = 4;
/** Files and folders that a deploy writes and root may not, and file systems without room for them. */
function unwritablePlaces(member) {
    const { filesystem, walFilesystem, unwritable = [], room = [] } = member.seen;
    // that the disk of the data is read-only is a finding of its own
    const told = [filesystem, walFilesystem].flatMap((disk) => disk?.readOnly === true ? [disk.mountPoint] : []);
    const untold = unwritable.filter(({ path }) => !told.some((mountPoint) => lies(path, mountPoint)));
    const byFlags = Map.groupBy(untold, ({ attributes }) => forbidding(attributes));
    return [
        ...[...byFlags].map(([flags, places]) => unwritableFinding(flags, places, member)),
        ...room.flatMap((one) => noRoom(member.name, one)),
    ];
}
/** Whether a path lies in a folder, or is it. */
function lies(path, folder) {
    return folder === '/' || path === folder || path.startsWith(`${folder}/`);
}
/** The attributes that forbid root to write: immutable, append-only. */
function forbidding(attributes = '') {
    return attributes.replace(/[^ia]/g, '');
}
function unwritableFinding(flags, places, member) {
    const [first = ''] = places.map(({ path }) => path);
    const more = places.length - MOST_NAMED;
    const named = `${places
        .slice(0, MOST_NAMED)
        .map(({ path }) => path)
        .join(', ')}${more > 0 ? ` and ${more} more` : ''}`;
    const isSeen = places.every(({ attributes }) => attributes !== undefined);
    // a member's file may stay as it is for long; a folder holds what every run writes
    const mayStay = places.every(({ kind }) => kind === 'file') && ports_holdsMember(member);
    return {
        severity: mayStay ? 'warn' : 'fail',
        host: member.name,
        at: 'places',
        fact: `root may not write ${named}${flags === '' ? '' : ` (lsattr: ${flags})`}; a deploy does.`,
        ...(flags === ''
            ? {
                cause: `The file system is read-only${isSeen ? '' : ', or the place was made immutable (`chattr +i`)'}.`,
                fix: `Look at \`findmnt -T ${first}\` and \`lsattr -d ${first}\`, and make it writable.`,
            }
            : {
                cause: 'It was made immutable (`chattr +i`), or may only grow (`chattr +a`), by hand or by a tool that hardens hosts.',
                fix: `Take the attribute away: \`chattr -${flags} ${places.map(({ path }) => path).join(' ')}\`.`,
            }),
    };
}
function noRoom(host, { path, freeBytes, freeInodes }) {
    if (freeBytes >= LEAST_BYTES && (freeInodes ?? LEAST_INODES) >= LEAST_INODES)
        return [];
    return [
        {
            severity: 'fail',
            host,
            at: 'places',
            fact: `the file system of ${path} has ${size(freeBytes)}${freeInodes === undefined ? '' : ` and ${freeInodes} inodes`} free, and a deploy writes small files there.`,
            cause: path === '/run'
                ? '/run is memory, and another program has filled it.'
                : 'The disk is full, or very many small files lie on it.',
            fix: `Make room: \`du -xh -d 2 ${path} | sort -h | tail\` shows what takes it.`,
        },
    ];
}

;// CONCATENATED MODULE: ./src/cluster/preflight/preflight.ts
























/** Everything that was found on all hosts, the worst first. A host without preflight facts is judged by its own alone. */
function preflightFindings(input) {
    const { settings, members, archive } = input;
    const examined = members.flatMap((member) => examine(member, input));
    return bySeverity([
        ...prerequisites(input).map((finding) => ({ ...finding, severity: 'fail' })),
        ...examined.flatMap((member) => ofOneHost(member, settings)),
        ...clones(members),
        ...mixedKubeadm(examined),
        ...vulnerableEtcd(examined, settings),
        ...cgroupV1Ahead(examined, settings),
        ...clockDifferences(members),
        ...roundTrips(examined, settings),
        ...missingImages(examined, settings, archive),
        ...keysToRemove(examined, settings),
    ]);
}
function examine(member, { preflight, diskTests }) {
    const seen = preflight.get(member.address);
    const diskTest = diskTests?.get(member.address);
    if (seen === undefined)
        return [];
    return [{ ...member, seen, ...(diskTest === undefined ? {} : { diskTest }) }];
}
/** What a deploy refuses as well, in the same words. */
function prerequisites({ settings, members }) {
    const hosts = settings.hosts.filter((host) => members.some(({ address }) => address === host.address));
    const facts = members.map((member) => member.facts);
    const { findings } = resolveMembers(hosts, facts);
    return [
        ...findings,
        ...members.flatMap((member) => missingPrerequisites(member, settings)),
        ...silentPrograms(members),
        ...unseenFindings(members, 'sign'),
        ...clockFindings(members, settings.certificates?.leafDays ?? validity/* KUBEADM_LEAF_DAYS */.HL),
        ...differentImages(members, (facts) => wantedImage(settings, facts)?.image),
    ];
}
function ofOneHost(member, settings) {
    return [
        ...kubeletVersion(member),
        ...cgroupV1(member, settings),
        ...cgroupDrivers(member),
        ...swapOn(member, settings),
        ...laterDropIns(member),
        ...resolvConf(member),
        ...unwritablePlaces(member),
        ...sourceAddresses(member, settings),
        ...dataDisks(member, settings),
        ...memberFsync(member),
        ...diskTestResult(member),
        ...capacity(member, settings),
        ...leftoverKeys(member),
    ];
}

;// CONCATENATED MODULE: ./src/hosts/probe/preflight-script.ts






/** Where a deploy writes files, beside the data dir and the folder of the log. What is not there yet counts by the folder that is to hold it. */
const WRITTEN = [
    kubeadm_paths/* RUN_DIR */.wM,
    '/etc/systemd/system',
    kubeadm_paths/* KUBELET_DROP_IN_DIR */.vQ,
    kubeadm_paths/* KUBELET_DROP_IN */.jy,
    kubeadm_paths/* KUBELET_CONFIG */.So,
    '/etc/kubernetes',
    kubeadm_paths/* MANIFEST_DIR */.Kk,
    kubeadm_paths/* ETCD_MANIFEST */.jl,
    kubeadm_paths/* PKI_DIR */.Hw,
    ...expectedPkiTree(true).keys(),
    kubeadm_paths/* ACTION_DIR */.v4,
    kubeadm_paths/* KUBEADM_CONFIG */.XA,
    kubeadm_paths/* STATE_FILE */.bv,
];
/** Folders whose file systems have to have room for small files. */
const SMALL_FILES = ['/run', '/etc/kubernetes', '/etc/systemd/system'];
/** Tries per port, while nothing listens there. */
const CONNECTS = 5;
/** Tries on a port that is open: a member writes a line into its log for each connection without a TLS handshake. */
const CONNECTS_WHEN_OPEN = 2;
/** Seconds for all tries on one port; those that came to an end by then count. */
const CONNECT_TIMEOUT_SECONDS = 2;
/** Where the kernel's control groups are mounted. */
const CGROUP_ROOT = '/sys/fs/cgroup';
/** How many left-over keys are named; one more is asked for, which tells that there are more. */
const MOST_LEFTOVERS = 100;
/** The keys that the guide makes (kubeadm's certlist.go, the etcd part). Others in such folders are none of ours. */
const KEY_NAMES = ['ca.key', 'server.key', 'peer.key', 'healthcheck-client.key', 'apiserver-etcd-client.key'];
/**
 * Reads what the ordinary probe leaves out. Nothing on the host is changed, not even for a moment: no temporary file.
 * @see SECTIONS for the form of its answer.
 */
function preflightProbe(question) {
    return {
        title: 'preflight probe',
        effect: 'reads',
        script: script(question),
        timeoutMs: 30_000,
        mostOutput: output_limits/* PROBE_OUTPUT */.VZ,
    };
}
function script({ address, peers, ports, metricsPort, resolvConf, dataDir, walDir, }) {
    const targets = peers.flatMap((peer) => ports.map((port) => `${(0,shell/* quote */.h)(peer)} ${port}`));
    const guideFolders = [address, ...peers].map((each) => `/tmp/${each}`);
    return `
set +e +o pipefail # what cannot be read is left out of the answer
${SECTIONS}
connect_times() {
  ${targets.map((target) => `timeout ${CONNECT_TIMEOUT_SECONDS} bash -c ${(0,shell/* quote */.h)(CONNECT_LOOP)} ${target} &`).join('\n  ')}
  wait
}
# What it says instead of its version is the reason, so its errors belong to the answer.
kubelet_version() { timeout 10 kubelet --version 2>&1 || printf 'it ended with exit code %s\\n' "$?"; }
metrics() {
  { exec 3<> /dev/tcp/${(0,urls/* loopbackOf */.X1)(address)}/${metricsPort}; } 2>/dev/null || return
  printf 'GET /metrics HTTP/1.0\\r\\nHost: localhost\\r\\n\\r\\n' >&3
  timeout 2 grep -aE '^etcd_(server_version|disk_wal_fsync_duration_seconds)' <&3
}
leftovers() {
  local folder uid home _ folders=()
  for folder in ${guideFolders.map(shell/* quote */.h).join(' ')}; do
    # everybody may write in /tmp: a link could lead to the keys in use
    if [ ! -L "$folder" ]; then folders+=("$folder/pki"); fi
  done
  while IFS=: read -r _ _ uid _ _ home _; do
    case $uid:$home in *[!0-9]*:* | *:/ | *:/nonexistent | *:) continue ;; esac
    if [ "$uid" = 0 ] || [ "$uid" -ge 1000 ]; then folders+=("$home/pki"); fi
  done < /etc/passwd
  timeout 2 find "\${folders[@]}" -xdev -maxdepth 2 -type f \\( ${KEY_NAMES.map((name) => `-name ${name}`).join(' -o ')} \\) 2>/dev/null | head -n ${MOST_LEFTOVERS + 1}
}
cgroup_driver() {
  local pid=$1 words=() i config='' driver=''
  mapfile -d '' -t words < "/proc/$pid/cmdline" || return
  for i in "\${!words[@]}"; do
    case \${words[i]} in
      --cgroup-driver=*) driver=\${words[i]#*=} ;;
      --cgroup-driver) driver=\${words[i + 1]-} ;;
      --config=*) config=\${words[i]#*=} ;;
      --config) config=\${words[i + 1]-} ;;
    esac
  done
  if [ -n "$driver" ]; then printf '%s --cgroup-driver\\n' "$driver"; return; fi
  if [ -r "$config" ]; then driver=$(sed -n 's/^[ {]*"\\{0,1\\}cgroupDriver"\\{0,1\\}: *"\\{0,1\\}\\([a-z]*\\).*/\\1/p' "$config"); fi
  printf '%s %s\\n' "\${driver:-default}" "$config"
}
kubelet_unit() {
  local line pid=0 paths=''
  while read -r line; do
    case $line in MainPID=*) pid=\${line#*=} ;; DropInPaths=*) paths=\${line#*=} ;; esac
  done < <(systemctl show kubelet -p MainPID -p DropInPaths 2>/dev/null)
  # shellcheck disable=SC2086 # systemd separates the paths by spaces
  if [ -n "$paths" ]; then grep -lsE '^[[:space:]]*ExecStart[[:space:]]*=' $paths; fi
  section cgroup-driver
  if [ "$pid" -gt 0 ]; then cgroup_driver "$pid" 2>/dev/null; fi
}
# Only the root of cgroup v2 has this file; below a v1 or mixed root lies a folder for each controller.
cgroup_version() {
  local folder
  if [ -e ${CGROUP_ROOT}/cgroup.controllers ]; then echo v2; return; fi
  for folder in ${CGROUP_ROOT}/*; do if [ -e "$folder/cgroup.procs" ]; then echo v1; return; fi; done
}
existing() { # PATH: sets folder to it, or to the nearest that is there above it
  folder=$1
  while [ ! -e "$folder" ]; do folder=\${folder%/*}; folder=\${folder:-/}; done
}
resolv_conf() {
  local file=$1
  if [ -f "$file" ]; then printf 'file\\t%s\\n' "$file"
  elif [ -e "$file" ]; then printf 'other\\t%s\\n' "$file"
  elif [ -L "$file" ]; then printf 'dangling\\t%s\\t%s\\n' "$file" "$(readlink -- "$file")"
  else printf 'missing\\t%s\\n' "$file"
  fi
}
# To test for -w is to ask the kernel (access(2)), which says no for root too on a read-only file system and for what is immutable.
unwritable() {
  local path folder kind seen=()
  for path in "$@"; do
    existing "$path"
    case " \${seen[*]} " in *" $folder "*) continue ;; esac
    seen+=("$folder")
    kind=file
    if [ -d "$folder" ]; then kind=folder; fi
    if [ ! -w "$folder" ]; then printf '%s %s\\n' "$kind" "$folder"; fi
  done
  section attributes
  if command -v lsattr > /dev/null; then timeout 5 lsattr -d -- "\${seen[@]}"; fi
}
room() {
  local path folder
  for path in "$@"; do
    existing "$path"
    printf '%s ' "$path"
    stat -fc '%S %f %c %d' -- "$folder" || echo
  done
}
filesystem() { # FOLDER SECTIONS
  local folder=$1
  while [ ! -e "$folder" ]; do folder=\${folder%/*}; folder=\${folder:-/}; done
  section "$2mount"
  findmnt -nr -o FSTYPE,SOURCE,TARGET,OPTIONS -T "$folder" 2>/dev/null
  section "$2blocks"
  stat -fc '%S %b %a %c %d' -- "$folder" 2>/dev/null
}
data_dir=${(0,shell/* quote */.h)(dataDir)}

begin connects connect_times
begin kubelet-version kubelet_version
begin metrics metrics
begin leftovers leftovers
begin unwritable unwritable ${[...WRITTEN, dataDir, ...(walDir === undefined ? [] : [walDir])].map(shell/* quote */.h).join(' ')}
begin room room ${SMALL_FILES.map(shell/* quote */.h).join(' ')}
${resolvConf === '' ? '' : `begin resolv-conf resolv_conf ${(0,shell/* quote */.h)(resolvConf)}`}
begin exec-start kubelet_unit
begin data-dir-size timeout 2 du -skx -- "$data_dir"
${walDir === undefined ? '' : `begin wal-dir-size timeout 2 du -skx -- ${(0,shell/* quote */.h)(walDir)}`}

section cgroup
cgroup_version
section swaps
show /proc/swaps
section memory
grep -s '^MemTotal:' /proc/meminfo
section processors
show /sys/devices/system/cpu/online
filesystem "$data_dir" ''
${walDir === undefined ? '' : `filesystem ${(0,shell/* quote */.h)(walDir)} wal-`}
end_sections
`;
}
/**
 * \`$0\` address, \`$1\` port. bash connects in its own process, so there is no fork in the time. Without EPOCHREALTIME
 * (bash before 5.0) nothing is measured.
 */
const CONNECT_LOOP = `
[ -n "\${EPOCHREALTIME-}" ] || exit
most=${CONNECTS}
for ((i = 0; i < most; i++)); do
  begun=\${EPOCHREALTIME/./}
  if { exec 3<> "/dev/tcp/$0/$1"; } 2>/dev/null; then most=${CONNECTS_WHEN_OPEN}; fi
  ended=\${EPOCHREALTIME/./}
  exec 3>&-
  printf "%s %s %s\\n" "$0" "$1" $((ended - begun))
done
`.trim();

;// CONCATENATED MODULE: ./src/hosts/probe/parse-writing.ts
const RESOLV_CONF_STATES = ['file', 'missing', 'dangling', 'other'];
/** State, path, and where it is a link that leads to no file, that too, with tabs between. Undefined where nothing was said. */
function parseResolvConf(line) {
    const [word, path = '', target] = line.split('\t');
    const state = RESOLV_CONF_STATES.find((one) => one === word);
    if (state === undefined || path === '')
        return undefined;
    return { path, state, ...(target !== undefined && { target }) };
}
/**
 * What root may not write: lines `KIND PATH`; and of what `lsattr -d` shows, what is immutable or may only grow, which the test for
 * writing does not tell of a folder.
 */
function parseUnwritable(text, attributes) {
    const flagsOf = new Map(attributes.split('\n').flatMap((line) => {
        const match = /^([A-Za-z-]+) (\/.*)$/.exec(line);
        return match === null ? [] : [[match[2] ?? '', (match[1] ?? '').replaceAll('-', '')]];
    }));
    const found = text.split('\n').flatMap((line) => {
        const match = /^(file|folder) (\/.*)$/.exec(line);
        return match === null
            ? []
            : [{ kind: match[1] === 'file' ? 'file' : 'folder', path: match[2] ?? '' }];
    });
    const growing = [...flagsOf]
        .filter(([path, flags]) => /[ia]/.test(flags) && !found.some((one) => one.path === path))
        .map(([path]) => ({ kind: 'folder', path }));
    return [...found, ...growing].map((one) => {
        const flags = flagsOf.get(one.path);
        return { ...one, ...(flags !== undefined && { attributes: flags }) };
    });
}
/** `PATH SIZE FREE INODES FREE_INODES` from `stat -f`, or `PATH` alone where it did not answer. */
function parseRoom(line) {
    const match = /^(\/\S*) (\d+) (\d+) (\d+) (\d+)$/.exec(line);
    if (match === null)
        return [];
    const [, path = '', size, free, inodes, freeInodes] = match;
    return [
        {
            path,
            freeBytes: Number(size) * Number(free),
            ...(Number(inodes) > 0 && { freeInodes: Number(freeInodes) }),
        },
    ];
}

;// CONCATENATED MODULE: ./src/hosts/probe/parse-preflight.ts







/**
 * Facts from the answer of the preflight probe.
 * @throws IncompleteProbe when its last section is missing.
 */
function parsePreflight(answer) {
    const sections = readSections(answer);
    const get = (name) => sections.get(name)?.trim() ?? '';
    const leftovers = parse_preflight_lines(get('leftovers'));
    return {
        ...kubeletAnswer(get('kubelet-version')),
        cgroups: parseCgroups(get('cgroup')),
        ...present('kubeletCgroupDriver', parseCgroupDriver(get('cgroup-driver'))),
        swaps: parseSwaps(get('swaps')),
        ...present('memoryBytes', parseMemory(get('memory'))),
        ...present('processors', countProcessors(get('processors'))),
        execStartDropIns: parse_preflight_lines(get('exec-start')),
        ...present('filesystem', parseFilesystem(get('mount'), get('blocks'), parseInt(get('data-dir-size')) || 0)),
        ...present('walFilesystem', parseFilesystem(get('wal-mount'), get('wal-blocks'), parseInt(get('wal-dir-size')) || 0)),
        ...present('member', memberMetrics(get('metrics'))),
        connectTimes: parseConnects(get('connects')),
        leftoverKeys: [...new Set(leftovers.slice(0, MOST_LEFTOVERS))],
        ...(leftovers.length > MOST_LEFTOVERS && { moreLeftoverKeys: true }),
        ...present('resolvConf', parseResolvConf(get('resolv-conf'))),
        ...(sections.has('unwritable') && { unwritable: parseUnwritable(get('unwritable'), get('attributes')) }),
        ...(sections.has('room') && { room: parse_preflight_lines(get('room')).flatMap(parseRoom) }),
    };
}
function present(key, value) {
    return value === undefined ? {} : { [key]: value };
}
function parse_preflight_lines(text) {
    return text.split('\n').filter((line) => line !== '');
}
/** What is neither, e.g. where nothing is mounted, is not taken for the old one. */
function parseCgroups(text) {
    return text === 'v1' || text === 'v2' ? text : 'unknown';
}
/** The line `Kubernetes v1.34.4`, wherever it stands: a wrapper may print lines of its own. Else what was said instead. */
function kubeletAnswer(text) {
    const version = parse_preflight_lines(text)
        .map((line) => parseKubernetesVersion(line.replace(/^Kubernetes /, '')))
        .find((one) => one !== undefined);
    return version === undefined ? { kubeletSaid: (0,last_words/* lastWords */.a)(text, 3) } : { kubeletVersion: version };
}
/** `DRIVER SOURCE`; a kubelet that was told none takes cgroupfs (pkg/kubelet/apis/config/v1beta1/defaults.go). */
function parseCgroupDriver(line) {
    const match = /^(\S+)(?: (.*))?$/.exec(line);
    if (match === null)
        return undefined;
    const [, driver = '', from = ''] = match;
    return { driver: driver === 'default' ? 'cgroupfs' : driver, from: from === '' ? 'its default' : from };
}
/** /proc/swaps: a line of headings, then `Filename Type Size Used Priority`, sizes in KiB. */
function parseSwaps(text) {
    return parse_preflight_lines(text)
        .slice(1)
        .map((line) => {
        const [device = '', , kibibytes = '0'] = line.split(/\s+/);
        return { device, bytes: Number(kibibytes) * 1024 };
    });
}
function parseMemory(meminfo) {
    const kibibytes = /^MemTotal: *(\d+) kB/m.exec(meminfo)?.[1];
    return kibibytes === undefined ? undefined : Number(kibibytes) * 1024;
}
/** The kernel's list of ranges: `0-3,8`. */
function countProcessors(ranges) {
    if (!/^\d+(-\d+)?(,\d+(-\d+)?)*$/.test(ranges))
        return undefined;
    return ranges
        .split(',')
        .map((range) => range.split('-').map(Number))
        .reduce((sum, [first = 0, last = first]) => sum + last - first + 1, 0);
}
/** Undefined without the histogram that every etcd has. */
function memberMetrics(text) {
    const metrics = parseMetrics(text);
    return metrics.walFsync === undefined ? undefined : metrics;
}
/** Lines `ADDRESS PORT MICROSECONDS`; those of one port in their order, those of several mixed. */
function parseConnects(text) {
    const tries = parse_preflight_lines(text).flatMap((line) => {
        const match = /^(\S+) (\d+) (\d+)$/.exec(line);
        return match === null ? [] : [match];
    });
    const byTarget = Map.groupBy(tries, ([, address, port]) => `${address ?? ''} ${port ?? ''}`);
    return [...byTarget.values()].map((group) => ({
        address: group[0]?.[1] ?? '',
        port: Number(group[0]?.[2]),
        microseconds: group.map(([, , , microseconds]) => Number(microseconds)),
    }));
}

;// CONCATENATED MODULE: ./src/hosts/scripts/disk-test.ts

/** Bytes of one write: what etcd's fio recipe takes (https://etcd.io/docs/latest/op-guide/hardware/). */
const WRITE_BYTES = 2300;
const MOST_WRITES = 200;
/** No write begins later than this many seconds. */
const WRITE_FOR_SECONDS = 3;
/** Below this much free space nothing is written. */
const LEAST_FREE_MIB = 64;
/** Exit codes by which the script tells why it did not write. */
const MOUNT_POINT = 3;
const NO_SPACE = 4;
/**
 * A short write test of the filesystem on which the log lies or will lie: up to {@link MOST_WRITES} synced writes
 * of {@link WRITE_BYTES} bytes into one file, in about {@link WRITE_FOR_SECONDS} s at most. The file is beside that folder, never in it, and has lost its name before the first write: whatever ends the script, nothing of it stays. It is
 * preallocated as etcd's log is (client/pkg/fileutil/preallocate.go).
 * @param folder the data dir, or the folder of the log where it has one of its own.
 */
function diskTest(folder) {
    return {
        title: 'disk test',
        effect: 'changes',
        timeoutMs: 30_000,
        script: `
data_dir=${(0,shell/* quote */.h)(folder)}
parent() { folder=\${1%/*}; folder=\${folder:-/}; }
parent "$data_dir"
while [ ! -d "$folder" ]; do parent "$folder"; done
if [ -d "$data_dir" ] && [ "$(stat -Lc %d -- "$data_dir")" != "$(stat -c %d -- "$folder")" ]; then exit ${MOUNT_POINT}; fi
free=$(stat -fc '%a %S' -- "$folder")
if [ $((\${free% *} * \${free#* })) -lt $((${LEAST_FREE_MIB} << 20)) ]; then exit ${NO_SPACE}; fi
file=$(mktemp -p "$folder" .etcd-ha-action-disk-test.XXXXXXXX)
at_exit 'rm -f -- "$file"'
exec 3<> "$file"
rm -f -- "$file"
fallocate -l $((${MOST_WRITES} * ${WRITE_BYTES})) /dev/fd/3 2>/dev/null || true
SECONDS=0
for ((i = 0; i < ${MOST_WRITES} && SECONDS < ${WRITE_FOR_SECONDS}; i++)); do
  dd if=/dev/urandom of=/dev/fd/3 bs=${WRITE_BYTES} count=1 seek="$i" conv=notrunc oflag=dsync
done
`,
    };
}
/** How the test went; undefined when it ended in a way that only `explainUnknown` can tell. */
function parseDiskTest(result) {
    if (result.code === MOUNT_POINT)
        return { outcome: 'mount-point' };
    if (result.code === NO_SPACE)
        return { outcome: 'no-space' };
    if (result.code !== 0)
        return undefined;
    // dd takes the time between opening its files and closing them, so its own start does not count
    const times = [...result.stderr.matchAll(/copied, ([\d.e-]+) s/g)]
        .map(([, seconds]) => Number(seconds) * 1000)
        .toSorted((a, b) => a - b);
    const maxMs = times.at(-1);
    if (maxMs === undefined)
        return undefined;
    return {
        outcome: 'measured',
        writes: times.length,
        p50Ms: disk_test_rank(0.5, times),
        p99Ms: disk_test_rank(0.99, times),
        maxMs,
    };
}
/** The nearest rank: the smallest time that at least this share of all does not exceed. */
function disk_test_rank(share, sorted) {
    return sorted[Math.ceil(share * sorted.length) - 1] ?? 0;
}

;// CONCATENATED MODULE: ./src/road/examine.ts











/**
 * Looks at everything and judges it. Nothing is changed, except that a disk test writes for a moment if the user asked
 * for it. A host that cannot be reached is a finding; the others are examined all the same.
 */
async function examine_examine(judge, settings, surroundings) {
    const { timeline, connect, log, signal } = surroundings;
    log.info(`Connecting to ${[...settings.hosts, ...settings.controlPlane].map(hostLabel).join(', ')}`);
    const [{ reached, transports, findings }, connected] = await Promise.all([
        connectEach(settings.hosts, connect, timeline),
        connectEach(settings.controlPlane, connect, timeline),
    ]);
    return withConnections(settings, signal, [...transports, ...connected.transports], async (opened) => {
        const [observed, controlPlane] = await Promise.all([
            observeAll({ ...settings, hosts: reached }, opened.slice(0, transports.length), timeline),
            observeControlPlane(settings, connected, opened.slice(transports.length), timeline),
        ]);
        const preflight = await examineEach(settings, observed, surroundings);
        const tests = settings.diskTest ? await testDisks(settings, observed, surroundings) : NO_TESTS;
        const asked = findings.length === 0 ? await askCluster(settings, observed, [], surroundings) : undefined;
        try {
            return {
                findings: judge({
                    hosts: reached,
                    facts: observed.map(({ facts }) => facts),
                    preflight,
                    controlPlane: controlPlaneLook(controlPlane),
                    diskTests: tests.facts,
                    failed: [...findings, ...tests.failures],
                    ...(asked && { cluster: asked.cluster }),
                }),
                connections: connectionsOf(new Map([...observed, ...controlPlane.observed].map(({ transport }) => [transport.name, transport]))),
            };
        }
        finally {
            asked?.clients.close();
        }
    });
}
async function examineEach(settings, observed, { timeline }) {
    const work = observed.map(({ host, transport }) => {
        const probe = preflightProbe({
            address: host.address,
            peers: settings.hosts.map(({ address }) => address).filter((address) => address !== host.address),
            ports: [settings.clientPort, settings.peerPort],
            metricsPort: settings.metricsPort,
            resolvConf: resolvConfOf(settings),
            ...(0,data_places/* placesOf */.ek)(settings),
        });
        const what = { stage: 'Observe', title: 'preflight probe', changes: false, host: transport.name };
        const result = timeline.record(what, async () => {
            const answer = await transport.run(probe);
            const facts = understood(transport.name, answer, () => parsePreflight(answer.stdout.toString('utf8')));
            return [host.address, facts];
        });
        return { host: transport.name, at: 'probe', result };
    });
    return new Map(await settleAll('not every host could be examined', work));
}
/** The file that kubelet will read resolvers from. */
function resolvConfOf({ kubeletConfig }) {
    const { resolvConf } = kubeletConfig;
    return typeof resolvConf === 'string' ? resolvConf : RESOLV_CONF;
}
/** One host after the other: hosts may share a disk, and none of them is to be slowed for longer than it takes. */
async function testDisks(settings, observed, { timeline, signal }) {
    const facts = new Map();
    const failures = [];
    for (const { host, transport } of observed) {
        signal.throwIfAborted();
        const what = { stage: 'Observe', title: 'disk test', changes: false, host: transport.name };
        const result = await timeline.record(what, () => transport.run(diskTest(settings.walDir ?? settings.dataDir)));
        const fact = parseDiskTest(result);
        if (fact !== undefined)
            facts.set(host.address, fact);
        else
            failures.push({ host: transport.name, at: 'disk-test', ...(0,explain_unknown/* explainUnknown */.w)(result) });
    }
    return { facts, failures };
}
const NO_TESTS = { facts: new Map(), failures: [] };

;// CONCATENATED MODULE: ./src/operations/preflight.ts







/** Tells everything that would keep a deploy from working or deserves a look, and changes nothing. */
const preflight = (settings, surroundings) => examine_examine((examined) => preflight_judge(examined, settings, surroundings), settings, surroundings);
/**
 * What a preflight finds, the worst first. Whatever a deploy with the same inputs would refuse on these facts is a `fail` among it, once.
 */
function preflight_judge(examined, settings, surroundings) {
    const { hosts, facts, preflight: seen, controlPlane, diskTests, failed } = examined;
    const { members } = resolveMembers(hosts, facts);
    const { archive } = surroundings;
    const refused = failed.length === 0 ? refusalsOfDeploy(examined, settings, surroundings) : [];
    const all = [
        ...[...failed, ...refused, ...controlPlaneWarnings(controlPlane)].map((finding) => ({
            ...finding,
            severity: 'fail',
        })),
        ...preflightFindings({ settings, members, preflight: seen, diskTests, ...(archive && { archive }) }),
    ];
    // what a deploy refuses as well is told once
    const once = new Map(all.toReversed().map((finding) => [`${finding.host ?? ''} ${finding.fact}`, finding]));
    return bySeverity([...once.values()].toReversed());
}
/** Why a deploy with these inputs would be refused. */
function refusalsOfDeploy({ facts, controlPlane, cluster }, settings, { chance, archive }) {
    try {
        decideDeploy({
            settings,
            facts,
            controlPlane,
            ...chance,
            ...(cluster && { cluster }),
            ...(archive && { archive }),
        });
        return [];
    }
    catch (error) {
        if (error instanceof src_findings/* Refused */.Lw)
            return error.findings;
        throw error;
    }
}

;// CONCATENATED MODULE: ./src/operations/operations.ts



/** Every operation by the name that the input `operation` takes. */
const OPERATIONS = { deploy: deploy, preflight: preflight, health: health };

// EXTERNAL MODULE: ./src/runner.ts
var runner = __webpack_require__(74813);
// EXTERNAL MODULE: ./src/report/clean.ts
var report_clean = __webpack_require__(60023);
;// CONCATENATED MODULE: ./src/report/failure.ts





/** The runner shows ten annotations of a kind per step; one of them is the verdict. */
const mostAnnotated = 9;
/** What anything that was thrown has to tell the user. */
function explainFailure(error) {
    if (error instanceof src_findings/* Refusal */.P_)
        return { title: firstLine(error.message), findings: error.findings };
    if (error instanceof host_error/* HostError */.d)
        return { title: 'a host could not be worked with', findings: [error.finding] };
    if (error instanceof AggregateError) {
        const failures = error.errors.map(explainFailure);
        const title = failures[0]?.title ?? firstLine(error.message);
        return { title, findings: failures.flatMap(({ findings }) => findings) };
    }
    return { title: 'something unexpected went wrong', findings: [unexpected(error)] };
}
function firstLine(message) {
    return (message.split('\n')[0] ?? '').replace(/:$/, '');
}
function unexpected(error) {
    return {
        at: 'etcd-ha-action',
        fact: (0,src_findings/* errorMessage */.gJ)(error),
        cause: 'a case that the action does not know.',
        fix: 'run again: a run goes on where the last one ended. If it ends in the same way, open an issue with this log.',
    };
}
/**
 * Fails the step: one annotation for the verdict and one per finding, the others in the log; a fault is one annotation.
 * The stack of what was not foreseen is in the debug log.
 */
function failStep(error, redactor, log, sink = runner) {
    const failure = explainFailure(error);
    const clean = (message) => (0,report_clean/* annotation */.w)((0,report_clean/* lineCleaner */.L)(redactor)(message));
    const { title, findings } = failure;
    if (error instanceof faults/* Fault */.v) {
        sink.setFailed(clean(`etcd-ha-action: ${title}: ${findings.map(src_findings/* describeFinding */.jb).join(' ')}`));
        log.debug(stackOf(error.cause));
        return failure;
    }
    const count = findings.length === 1 ? '1 finding' : `${findings.length} findings`;
    sink.setFailed(clean(`etcd-ha-action: ${title} (${count})`));
    for (const finding of findings.slice(0, mostAnnotated))
        sink.error(clean((0,src_findings/* describeFinding */.jb)(finding)));
    for (const finding of findings.slice(mostAnnotated))
        log.info((0,src_findings/* describeFinding */.jb)(finding));
    if (error instanceof Error && !(error instanceof src_findings/* Refusal */.P_ || error instanceof host_error/* HostError */.d)) {
        log.debug(stackOf(error));
    }
    return failure;
}
function stackOf(error) {
    return error instanceof Error ? (error.stack ?? error.message) : String(error);
}

// EXTERNAL MODULE: ./src/report/secret-material.ts + 1 modules
var secret_material = __webpack_require__(25862);
;// CONCATENATED MODULE: ./src/report/certificates.ts


/**
 * Tells what the certificates among the public files of the hosts say.
 * @param publicFiles by host and path. @param now for the days that are left.
 */
function certificateReports(publicFiles, now) {
    return [...publicFiles].flatMap(([host, files]) => [...files]
        .filter(([path]) => path.endsWith('.crt'))
        .flatMap(([path, pem]) => reportOf(host, path, pem, now)));
}
/** None for a file that is no certificate: to find that is the work of others, and no reason for a run to fail here. */
function reportOf(host, path, pem, now) {
    try {
        const { subject, isCa, notAfter, fingerprint } = (0,inspect/* inspectCertificate */.ow)(pem);
        return [
            {
                host,
                path,
                subject,
                isCa,
                notAfter: notAfter.toISOString(),
                daysLeft: (0,validity/* daysLeft */.H_)(notAfter, now),
                fingerprint,
            },
        ];
    }
    catch {
        return [];
    }
}
/** The certificate that expires first, of those with an end in ISO 8601; undefined when there is none. */
function firstToExpire(certificates) {
    return certificates.toSorted((one, other) => (one.notAfter < other.notAfter ? -1 : 1))[0];
}

;// CONCATENATED MODULE: ./src/health/trend-lines.ts

const DAY_MS = 86_400_000;
/** A line through less says more of chance than of growth. */
const FEWEST_POINTS = 3;
const SHORTEST_MS = DAY_MS;
/** A read that takes this many times its usual is worth a line. */
const SLOWER = 2;
/** What of a report is shown over time. */
function trendPointOf({ checkedAt, status, members, certificates }) {
    const left = certificates.map(({ daysLeft }) => daysLeft);
    return {
        checkedAt,
        status,
        members: members.map(({ name, readMs, dbSizeInUseBytes, dbSizeBytes, walFsync }) => ({
            name,
            readMs,
            dbSizeInUseBytes,
            dbSizeBytes,
            walFsyncP99Ms: walFsync?.p99Ms ?? null,
        })),
        leastDaysLeft: left.length === 0 ? null : Math.min(...left),
    };
}
/**
 * The trends in words, in Markdown without marks; none where there is nothing to compare with.
 * @param points the oldest first, the present one last.
 */
function trendLines(points, report) {
    const earlier = points.slice(0, -1);
    if (earlier.length === 0)
        return [];
    const bad = earlier.filter(({ status }) => status !== 'ok').length;
    return [
        `Of the ${plural(earlier.length, 'check')} before this one, ${bad === 0 ? 'all were' : `${earlier.length - bad} were`} OK.`,
        ...report.members.flatMap(({ name, quotaBytes }) => trend_lines_growth(name, quotaBytes, points)),
        ...report.members.flatMap(({ name, readMs }) => slower(name, readMs, earlier)),
        ...certificates(points),
    ];
}
function trend_lines_growth(name, quota, points) {
    const seen = points.flatMap(({ checkedAt, members }) => {
        const bytes = members.find((member) => member.name === name)?.dbSizeInUseBytes ?? null;
        return bytes === null ? [] : [{ at: Date.parse(checkedAt), value: bytes }];
    });
    const first = seen[0];
    const last = seen.at(-1);
    if (first === undefined || last === undefined)
        return [];
    if (seen.length < FEWEST_POINTS || last.at - first.at < SHORTEST_MS)
        return [];
    const perDay = slope(seen) * DAY_MS;
    const span = `${plural(seen.length, 'report')} over ${format_duration(last.at - first.at)}`;
    if (Math.abs(perDay) < 1024)
        return [`The data of ${name} does not grow (${size(last.value)} in use; ${span}).`];
    const way = perDay > 0 ? 'grows' : 'shrinks';
    const until = quota === null || perDay <= 0
        ? ''
        : `, and reaches the quota in about ${days(Math.max(0, Math.round((quota - last.value) / perDay)))}`;
    return [
        `The data of ${name} ${way} by ${size(Math.abs(perDay))} a day, ${size(last.value)} now (${span})${until}.`,
    ];
}
/** Of the line through the points with the least squares; per millisecond. */
function slope(points) {
    const mean = (values) => values.reduce((sum, each) => sum + each, 0) / values.length;
    const [at, value] = [mean(points.map((point) => point.at)), mean(points.map((point) => point.value))];
    const spread = points.reduce((sum, point) => sum + (point.at - at) ** 2, 0);
    return spread === 0
        ? 0
        : points.reduce((sum, point) => sum + (point.at - at) * (point.value - value), 0) / spread;
}
function slower(name, readMs, earlier) {
    const before = earlier
        .flatMap(({ members }) => members.find((member) => member.name === name)?.readMs ?? [])
        .toSorted((one, other) => one - other);
    const usual = before[Math.floor(before.length / 2)];
    if (readMs === null || usual === undefined || before.length < FEWEST_POINTS || readMs < usual * SLOWER)
        return [];
    return [
        `A read of ${name} takes ${format_duration(readMs)}, usually ${format_duration(usual)} (median of ${plural(before.length, 'report')}).`,
    ];
}
function certificates(points) {
    const now = points.at(-1)?.leastDaysLeft ?? null;
    const before = points.at(-2)?.leastDaysLeft ?? null;
    if (now === null || before === null)
        return [];
    return now > before
        ? [
            `Certificates were renewed since the last check: the first ends in ${days(now)}, then in ${days(before)}.`,
        ]
        : [];
}

// EXTERNAL MODULE: external "node:http"
var external_node_http_ = __webpack_require__(37067);
// EXTERNAL MODULE: external "node:https"
var external_node_https_ = __webpack_require__(44708);
// EXTERNAL MODULE: external "node:net"
var external_node_net_ = __webpack_require__(77030);
;// CONCATENATED MODULE: ./src/history/proxy.ts




/**
 * The proxy for an address, by the variables that the runner and the toolkit's clients go by (actions/toolkit,
 * http-client/src/proxy.ts): https_proxy, http_proxy and no_proxy, in small letters before capitals.
 * @throws Error when the variable holds no URL.
 */
function proxyFor(url, environment) {
    if (isBypassed(url, environment))
        return undefined;
    const name = url.protocol === 'https:' ? 'https_proxy' : 'http_proxy';
    const value = variable(environment, name);
    if (value === '')
        return undefined;
    const proxy = URL.parse(/^https?:\/\//i.test(value) ? value : `http://${value}`);
    if (proxy === null || proxy.hostname === '')
        throw new Error(`the variable ${name} of the runner holds no URL`);
    return proxy;
}
function variable(environment, name) {
    const lower = environment[name]?.trim() ?? '';
    return lower === '' ? (environment[name.toUpperCase()]?.trim() ?? '') : lower;
}
function isBypassed({ hostname, port, protocol }, environment) {
    const host = hostname.toLowerCase();
    if (host === 'localhost' || host.startsWith('127.') || host === '[::1]')
        return true;
    const withPort = `${host}:${port === '' ? (protocol === 'https:' ? 443 : 80) : port}`;
    return variable(environment, 'no_proxy')
        .toLowerCase()
        .split(',')
        .map((entry) => entry.trim())
        .filter((entry) => entry !== '')
        .some((entry) => entry === '*' ||
        [host, withPort].some((each) => each === entry || each.endsWith(entry.startsWith('.') ? entry : `.${entry}`)));
}
/** `proxy-authorization`, where the URL of the proxy has a user. */
function proxyHeaders({ username, password }) {
    if (username === '')
        return {};
    const login = `${decodeURIComponent(username)}:${decodeURIComponent(password)}`;
    return { 'proxy-authorization': `Basic ${Buffer.from(login).toString('base64')}` };
}
/** The name or address in a URL, without the brackets of IPv6. */
function hostOf({ hostname }) {
    return hostname.replace(/^\[|\]$/g, '');
}
/**
 * A connection to the server of a URL, by TLS through the proxy (CONNECT; RFC 9110, 9.3.6).
 * @throws Error when the proxy does not let it through.
 */
async function tunnel(url, proxy, signal) {
    const target = `${url.hostname}:${url.port === '' ? '443' : url.port}`;
    const request = proxy.protocol === 'https:' ? external_node_https_.request : external_node_http_.request;
    const socket = await new Promise((resolve, reject) => {
        request(proxy, {
            method: 'CONNECT',
            path: target,
            headers: { host: target, ...proxyHeaders(proxy) },
            agent: false,
            signal,
        })
            .once('connect', ({ statusCode = 0 }, connection) => {
            if (statusCode === 200)
                resolve(connection);
            else {
                connection.destroy();
                reject(new Error(`the proxy ${proxy.host} answered with ${statusCode}`));
            }
        })
            .once('response', (response) => {
            response.destroy();
            reject(new Error(`the proxy ${proxy.host} answered with ${response.statusCode ?? 0}`));
        })
            .once('error', (error) => reject(new Error(`the proxy ${proxy.host} is not reached`, { cause: error })))
            .end();
    });
    const host = hostOf(url);
    return (0,external_node_tls_.connect)({ socket, ...((0,external_node_net_.isIP)(host) === 0 && { servername: host }), ALPNProtocols: ['http/1.1'] });
}

;// CONCATENATED MODULE: ./src/history/http-get.ts



/**
 * Asks for what a URL names, through the proxy that the environment names for it. Redirects are not followed.
 * @returns the answer, whose body has not been read.
 * @throws Error when there is no answer; its cause says why.
 */
async function get(url, options) {
    const { headers, signal, environment } = options;
    const proxy = proxyFor(url, environment);
    if (url.protocol !== 'https:') {
        if (proxy === undefined)
            return http_get_answerOf(external_node_http_.request, url, { headers, signal });
        return http_get_answerOf(external_node_http_.request, proxy, {
            path: url.href,
            headers: { ...headers, host: url.host, ...proxyHeaders(proxy) },
            signal,
        });
    }
    if (proxy === undefined)
        return http_get_answerOf(external_node_https_.request, url, { headers, signal });
    const socket = await tunnel(url, proxy, signal);
    return http_get_answerOf(external_node_https_.request, url, { headers, signal, createConnection: () => socket });
}
function http_get_answerOf(request, url, options) {
    return new Promise((resolve, reject) => {
        request(url, options)
            .once('response', resolve)
            .once('error', (error) => reject(new Error(`no answer from ${url.host}`, { cause: error })))
            .end();
    });
}

;// CONCATENATED MODULE: ./src/history/github-rest.ts

/** An answer of GitHub's REST interface, or of the storage that it leads to, that is no success. */
class RestError extends Error {
    status;
    /** True for an answer of the storage where artifacts lie. */
    isStorage;
    /** True where GitHub takes no more requests for now (REST, "Rate limits for the REST API"). */
    isLimit;
    /** Seconds after which GitHub takes requests again, where it says so. */
    retryAfterSeconds;
    constructor({ statusCode = 0, headers }, path, isStorage) {
        super(`${isStorage ? "GitHub's storage" : 'GitHub'} answered ${path} with ${statusCode}`);
        this.name = 'RestError';
        this.status = statusCode;
        this.isStorage = isStorage;
        this.retryAfterSeconds = waitOf(headers);
        const isSpent = headers['x-ratelimit-remaining'] === '0' || headers['retry-after'] !== undefined;
        this.isLimit = !isStorage && (statusCode === 429 || (statusCode === 403 && isSpent));
    }
}
function waitOf(headers) {
    const after = headers['retry-after'];
    if (after !== undefined && /^\d{1,6}$/.test(after))
        return Number(after);
    const reset = headers['x-ratelimit-reset'];
    if (typeof reset !== 'string' || !/^\d{1,12}$/.test(reset))
        return undefined;
    return Math.max(0, Math.ceil(Number(reset) - Date.now() / 1000));
}
/** A repository that was renamed leads on to its new name, an artifact to the storage. */
const MOST_REDIRECTS = 5;
/** Reads only, and only so much of an answer as was said. */
class GitHubRest {
    #options;
    constructor(options) {
        this.#options = options;
    }
    /** @throws RestError; Error when the answer is too long or no JSON, or there is none. */
    async json(path, mostBytes = 8 * 1024 * 1024) {
        const text = (await this.file(path, mostBytes)).toString('utf8');
        try {
            return JSON.parse(text);
        }
        catch {
            throw new Error(`GitHub answered ${path} with something that is no JSON`);
        }
    }
    /**
     * What GitHub answers, or what lies where its answer leads to; the token goes to GitHub alone.
     * @throws RestError; Error when it is too long, or there is no answer.
     */
    async file(path, mostBytes) {
        const api = new URL(this.#options.api);
        let url = new URL(`${this.#options.api}${path}`);
        for (let redirects = 0; redirects <= MOST_REDIRECTS; redirects += 1) {
            const isStorage = url.origin !== api.origin;
            const { signal, environment } = this.#options;
            const headers = isStorage ? { 'user-agent': 'etcd-ha-action' } : this.#headers();
            const answer = await get(url, { headers, signal, environment });
            const { statusCode = 0 } = answer;
            if (statusCode >= 200 && statusCode < 300)
                return github_rest_bytesOf(answer, mostBytes);
            answer.destroy();
            const place = answer.headers.location;
            if (statusCode < 300 || statusCode >= 400 || place === undefined) {
                throw new RestError(answer, path, isStorage);
            }
            url = new URL(place, url);
        }
        throw new Error(`GitHub answered ${path} with more than ${MOST_REDIRECTS} redirects`);
    }
    #headers() {
        return {
            accept: 'application/vnd.github+json',
            authorization: `Bearer ${this.#options.token}`,
            'user-agent': 'etcd-ha-action',
            'x-github-api-version': '2022-11-28',
        };
    }
}
async function github_rest_bytesOf(answer, mostBytes) {
    const chunks = [];
    let bytes = 0;
    for await (const chunk of answer) {
        const piece = chunk;
        bytes += piece.length;
        if (bytes > mostBytes)
            throw new Error(`an answer of GitHub is longer than ${mostBytes} bytes`);
        chunks.push(piece);
    }
    return Buffer.concat(chunks);
}

;// CONCATENATED MODULE: ./src/history/zip-entry.ts


/** Signatures and lengths of the records of a zip archive (PKWARE APPNOTE 6.3.10, 4.3). */
const END = { signature: 0x06054b50, length: 22 };
const CENTRAL = { signature: 0x02014b50, length: 46 };
const LOCAL = { signature: 0x04034b50, length: 30 };
const LONGEST_COMMENT = 0xffff;
const STORED = 0;
const DEFLATED = 8;
const ENCRYPTED = 0x1;
/**
 * The first file of that name in a zip archive, unpacked beside the event loop and never further than the archive says and
 * `mostBytes` allow. Undefined where there is none, or none that is what the archive says of it: nothing of an archive is
 * trusted.
 */
async function fileInZip(zip, name, mostBytes) {
    try {
        const entry = zip_entry_entryOf(zip, name);
        return entry === undefined || entry.bytes > mostBytes ? undefined : await zip_entry_contentOf(zip, entry);
    }
    catch {
        return undefined; // a place beyond the end of the archive, or data that does not unpack to what was said
    }
}
function zip_entry_entryOf(zip, name) {
    const end = zip_entry_endOf(zip);
    if (end === undefined)
        return undefined;
    let at = zip.readUInt32LE(end + 16);
    for (let left = zip.readUInt16LE(end + 10); left > 0; left -= 1) {
        if (zip.readUInt32LE(at) !== CENTRAL.signature)
            return undefined;
        const [nameBytes, extraBytes, commentBytes] = [28, 30, 32].map((field) => zip.readUInt16LE(at + field));
        const nameEnd = at + CENTRAL.length + (nameBytes ?? 0);
        if (zip.toString('utf8', at + CENTRAL.length, nameEnd) === name) {
            return {
                flags: zip.readUInt16LE(at + 8),
                method: zip.readUInt16LE(at + 10),
                crc: zip.readUInt32LE(at + 16),
                packedBytes: zip.readUInt32LE(at + 20),
                bytes: zip.readUInt32LE(at + 24),
                offset: zip.readUInt32LE(at + 42),
            };
        }
        at = nameEnd + (extraBytes ?? 0) + (commentBytes ?? 0);
    }
    return undefined;
}
/** Where the record at the end stands; a comment may be behind it. */
function zip_entry_endOf(zip) {
    const last = zip.length - END.length;
    for (let at = last; at >= Math.max(0, last - LONGEST_COMMENT); at -= 1) {
        if (zip.readUInt32LE(at) === END.signature)
            return at;
    }
    return undefined;
}
const inflate = (0,external_node_util_.promisify)(external_node_zlib_.inflateRaw);
async function zip_entry_contentOf(zip, entry) {
    const { flags, method, crc, packedBytes, bytes, offset } = entry;
    if (zip.readUInt32LE(offset) !== LOCAL.signature || (flags & ENCRYPTED) !== 0)
        return undefined;
    const start = offset + LOCAL.length + zip.readUInt16LE(offset + 26) + zip.readUInt16LE(offset + 28);
    if (start + packedBytes > zip.length)
        return undefined;
    const packed = zip.subarray(start, start + packedBytes);
    const content = method === STORED ? packed : method === DEFLATED ? await inflated(packed, bytes) : undefined;
    return content?.length === bytes && (0,external_node_zlib_.crc32)(content) === crc ? content : undefined;
}
/** Stops where there is more than was said; zlib takes no limit of 0. */
function inflated(packed, bytes) {
    return inflate(packed, { maxOutputLength: Math.max(1, bytes) });
}

;// CONCATENATED MODULE: ./src/history/earlier-reports.ts



/** So many runs are looked at, so many at once. */
const MOST_RUNS = 30;
const AT_ONCE = 5;
const MOST_ZIP_BYTES = 2 * 1024 * 1024;
const MOST_REPORT_BYTES = 4 * 1024 * 1024;
/** Of all reports together: they are held at once. */
const earlier_reports_MOST_BYTES = 32 * 1024 * 1024;
const DEADLINE_MS = 15_000;
/**
 * The reports that earlier runs of this workflow have left as artifacts, on the default branch of this repository alone:
 * what a pull request or a fork has made is not among them. Does not throw.
 */
async function earlierReports(history, environment = process.env) {
    const place = earlier_reports_placeOf(environment);
    const api = environment['GITHUB_API_URL'];
    if (api === undefined || place === undefined) {
        return { texts: [], problem: 'this is no run of a workflow on GitHub.' };
    }
    const { repository, workflow } = place;
    const signal = AbortSignal.timeout(DEADLINE_MS);
    const rest = new GitHubRest({ api, token: history.token, signal, environment });
    try {
        const runs = await runsOf(rest, repository, workflow, environment['GITHUB_RUN_ID'] ?? '');
        return await reportsOf(runs, (run) => earlier_reports_reportOf(rest, repository, run, history.artifact), signal);
    }
    catch (error) {
        return { texts: [], problem: earlier_reports_inWords(error, signal, 'history') };
    }
}
/** Each report by itself: what keeps one from being read says nothing of the others, unless GitHub answers no more. */
async function reportsOf(runs, read, signal) {
    const texts = [];
    const failures = [];
    let bytes = 0;
    for (let at = 0; at < runs.length; at += AT_ONCE) {
        const found = await Promise.allSettled(runs.slice(at, at + AT_ONCE).map(({ id }) => read(id)));
        for (const result of found) {
            if (result.status === 'rejected')
                failures.push(result.reason);
            else if (result.value !== undefined && bytes + result.value.length <= earlier_reports_MOST_BYTES) {
                texts.push(result.value);
                bytes += result.value.length;
            }
        }
        if (signal.aborted || failures.some((error) => error instanceof RestError && error.isLimit))
            break;
    }
    const [first] = failures;
    if (first === undefined)
        return { texts };
    // the limit says more than what it has kept from being read
    const told = failures.find((error) => error instanceof RestError && error.isLimit) ?? first;
    return {
        texts,
        problem: `${failures.length} of ${runs.length} runs: ${earlier_reports_inWords(told, signal, 'artifact')}`,
    };
}
/** `owner/name` and the workflow's file, from `owner/name/.github/workflows/FILE@REF`. */
function earlier_reports_placeOf(environment) {
    const match = /^([\w.-]+\/[\w.-]+)\/.*?([^/@]+)@/.exec(environment['GITHUB_WORKFLOW_REF'] ?? '');
    return match === null ? undefined : { repository: match[1] ?? '', workflow: match[2] ?? '' };
}
async function runsOf(rest, repository, workflow, self) {
    const { default_branch: branch } = (await rest.json(`/repos/${repository}`));
    const query = new URLSearchParams({
        branch,
        status: 'completed',
        per_page: String(MOST_RUNS),
        exclude_pull_requests: 'true',
    });
    const path = `/repos/${repository}/actions/workflows/${encodeURIComponent(workflow)}/runs?${query.toString()}`;
    const { workflow_runs: runs } = (await rest.json(path));
    return runs
        .filter(({ id }) => String(id) !== self)
        .filter(({ event }) => !event.startsWith('pull_request'))
        .filter(({ repository: here, head_repository: head }) => head?.id === here.id)
        .slice(0, MOST_RUNS);
}
async function earlier_reports_reportOf(rest, repository, run, wanted) {
    const { artifacts } = (await rest.json(`/repos/${repository}/actions/runs/${run}/artifacts?per_page=100`));
    const artifact = artifacts.find(({ name, expired, size_in_bytes: bytes }) => !expired && bytes <= MOST_ZIP_BYTES && isWanted(name, wanted));
    if (artifact === undefined)
        return undefined;
    const zip = await rest.file(`/repos/${repository}/actions/artifacts/${artifact.id}/zip`, MOST_ZIP_BYTES);
    // nothing is written to a disk: a name in the archive is only compared
    return (await fileInZip(zip, 'report.json', MOST_REPORT_BYTES))?.toString('utf8');
}
function isWanted(name, wanted) {
    return wanted.endsWith('*') ? name.startsWith(wanted.slice(0, -1)) : name === wanted;
}
/** @param of what was asked for: the history as a whole, or what one run has left. */
function earlier_reports_inWords(error, signal, of) {
    if (signal.aborted)
        return `GitHub did not answer within ${DEADLINE_MS / 1000} s.`;
    if (!(error instanceof RestError))
        return `${withCauses(error)}.`;
    const { message, status, isStorage, isLimit, retryAfterSeconds } = error;
    if (isLimit) {
        const wait = retryAfterSeconds === undefined ? '' : ` It takes requests again in ${retryAfterSeconds} s.`;
        return `${message}: the rate limit of github-token is reached.${wait} Usual cause: many jobs or other tools use the same token. Fix: let checks run less often, or give history-artifact a token of its own.`;
    }
    if (status === 401) {
        return `${message}: github-token is not valid any more. Fix: give \`github-token: \${{ github.token }}\`.`;
    }
    if (status === 410 || (status === 404 && (isStorage || of === 'artifact'))) {
        return `${message}: the artifact is not there any more. Usual cause: it has expired or was deleted meanwhile.`;
    }
    if (!isStorage && [403, 404].includes(status)) {
        return `${message}. Usual cause: the job lacks the permission \`actions: read\`, or github-token is another repository's. Fix: give the job \`permissions: actions: read\` and \`github-token: \${{ github.token }}\`.`;
    }
    if (status >= 500)
        return `${message}. It is a fault of GitHub's, which usually goes away by itself.`;
    return `${message}.`;
}
/** An error with what has led to it: "no answer" alone does not help. */
function withCauses(error) {
    const words = [(0,src_findings/* errorMessage */.gJ)(error)];
    for (let at = error; at instanceof Error && at.cause !== undefined && words.length < 4; at = at.cause) {
        // Node tries all addresses of a name, and its own words for that are none
        const [first] = at.cause instanceof AggregateError ? at.cause.errors : [];
        words.push((0,src_findings/* errorMessage */.gJ)(first ?? at.cause));
    }
    return words.filter((each) => each !== '').join(': ');
}

;// CONCATENATED MODULE: ./src/history/parse-trend-point.ts

const STATUSES = ['ok', 'warn', 'fail', 'unknown'];
const MOST_MEMBERS = 50;
/**
 * What a report that another run has left tells for trends. Nothing of it is trusted: only numbers, known words, a date
 * and names of hosts are taken over, each of its form.
 * @returns undefined for what is no report of this version.
 */
function parseTrendPoint(text) {
    let report;
    try {
        report = JSON.parse(text);
    }
    catch {
        return undefined;
    }
    if (!isObject(report) || report['schemaVersion'] !== HEALTH_DOCUMENT_VERSION)
        return undefined;
    const { checkedAt, status, members, certificates } = report;
    const known = STATUSES.find((each) => each === status);
    if (known === undefined || typeof checkedAt !== 'string' || !isDate(checkedAt))
        return undefined;
    if (!Array.isArray(members) || !Array.isArray(certificates))
        return undefined;
    const days = certificates.flatMap((each) => isObject(each) ? (finite(each['daysLeft']) ?? []) : []);
    return {
        checkedAt,
        status: known,
        members: members.slice(0, MOST_MEMBERS).flatMap(parse_trend_point_memberOf),
        leastDaysLeft: days.length === 0 ? null : Math.min(...days.slice(0, 1000)),
    };
}
function parse_trend_point_memberOf(member) {
    if (!isObject(member))
        return [];
    const { name, readMs, dbSizeInUseBytes, dbSizeBytes, walFsync } = member;
    if (typeof name !== 'string' || !/^[A-Za-z0-9.:-]{1,253}$/.test(name))
        return [];
    return [
        {
            name,
            readMs: finite(readMs),
            dbSizeInUseBytes: finite(dbSizeInUseBytes),
            dbSizeBytes: finite(dbSizeBytes),
            walFsyncP99Ms: isObject(walFsync) ? finite(walFsync['p99Ms']) : null,
        },
    ];
}
function isObject(value) {
    return typeof value === 'object' && value !== null && !Array.isArray(value);
}
/** As `toISOString` writes it. */
function isDate(text) {
    return /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}\.\d{3}Z$/.test(text) && !Number.isNaN(Date.parse(text));
}
function finite(value) {
    return typeof value === 'number' && Number.isFinite(value) ? value : null;
}

;// CONCATENATED MODULE: ./src/history/trends-of.ts



/**
 * The earlier reports and this one as points, the oldest first. Whatever keeps the earlier ones from being read is a
 * warning; the point of this one is always there.
 */
async function trendsOf(report, history, log, environment) {
    const now = trendPointOf(report);
    if (history === undefined)
        return [now];
    const { texts, problem } = await earlierReports(history, environment);
    if (problem !== undefined) {
        const which = texts.length === 0 ? 'earlier reports' : 'some earlier reports';
        log.warning(`history-artifact: ${which} could not be read: ${problem}`);
    }
    const earlier = texts.flatMap((text) => parseTrendPoint(text) ?? []);
    return [...earlier.filter(({ checkedAt }) => checkedAt < now.checkedAt), now].toSorted((one, other) => one.checkedAt < other.checkedAt ? -1 : 1);
}

;// CONCATENATED MODULE: ./src/report/artifact-files.ts


/** The name of a member, which is the name of its folder. */
const member = '[a-z0-9](?:[a-z0-9.-]*[a-z0-9])?';
/** All that may leave. Nobody masks an artifact, and whoever may read the repository may read it. */
const allowed = [
    new RegExp(`^${member}/kubeadmcfg\\.yaml$`),
    new RegExp(`^${member}/manifests/etcd\\.yaml$`),
    new RegExp(`^${member}/pki/(?:etcd/)?[a-z-]+\\.crt$`),
    /^external-etcd\.yaml$/,
    /^(?:health-report|plan|audit)\.json$/,
    /^(?:report\.(?:json|md|html)|junit\.xml|metrics\.prom)$/,
];
/**
 * The files of the artifact, chosen from what is known of the hosts: kubeadm's configuration, the manifest and the
 * certificates of each, the health report, the configuration for the control plane, the plan and the audit record.
 * @param publicFiles by member name and path on the host; what else is among them stays behind.
 */
function artifactFiles(known) {
    const ofHosts = [...known.publicFiles].flatMap(([host, files]) => [...files].flatMap(([path, content]) => {
        const name = nameInArtifact(path);
        return name === undefined ? [] : [{ path: `${host}/${name}`, content }];
    }));
    return [
        ...ofHosts,
        ...(known.externalEtcdConfig === undefined
            ? []
            : [{ path: 'external-etcd.yaml', content: known.externalEtcdConfig }]),
        ...(known.health === undefined ? [] : [{ path: 'health-report.json', content: json(known.health) }]),
        ...(known.plan === undefined ? [] : [{ path: 'plan.json', content: json(known.plan) }]),
        ...(known.audit === undefined ? [] : [{ path: 'audit.json', content: json(known.audit) }]),
    ];
}
function nameInArtifact(path) {
    if (path === kubeadm_paths/* KUBEADM_CONFIG */.XA)
        return 'kubeadmcfg.yaml';
    if (path === kubeadm_paths/* ETCD_MANIFEST */.jl)
        return 'manifests/etcd.yaml';
    if (path.startsWith(`${kubeadm_paths/* PKI_DIR */.Hw}/`) && path.endsWith('.crt'))
        return `pki/${path.slice(kubeadm_paths/* PKI_DIR */.Hw.length + 1)}`;
    return undefined;
}
/** JSON that people can read too. */
function json(value) {
    return `${JSON.stringify(value, null, 2)}\n`;
}
/**
 * Looks at every file before it may leave.
 * @throws Refusal when one is not on the list of what may leave, or holds anything secret.
 */
function checkArtifactFiles(files, redactor) {
    const findings = files.flatMap((file) => artifact_files_problemsOf(file, redactor));
    if (findings.length > 0)
        throw new src_findings/* Refusal */.P_('the artifact was not uploaded', findings);
}
function artifact_files_problemsOf({ path, content }, redactor) {
    const at = `artifact ${path}`;
    const secret = redactor.findSecret(content);
    const findings = [];
    if (!allowed.some((pattern) => pattern.test(path)) || path.includes('..')) {
        findings.push({ at, fact: 'this file is not among those that may leave.', fix: 'open an issue.' });
    }
    if (secret !== undefined) {
        findings.push({
            at,
            fact: `it holds ${secret}.`,
            cause: 'a secret is part of a public file on the host.',
            fix: 'look at the file on the host and take the secret out of it; if there is none, open an issue.',
        });
    }
    return findings;
}

// EXTERNAL MODULE: ./src/report/staged-artifacts.ts
var staged_artifacts = __webpack_require__(83160);
;// CONCATENATED MODULE: ./src/report/artifacts.ts






/** The client retries for 48 s against a service that refuses; a deploy that is done does not wait that long. */
const uploadDeadlineMs = 20_000;
/**
 * Uploads files as one artifact. Whatever keeps the service from taking it is a warning: the cluster stands all the
 * same. After the deadline the client is left to itself: its retries and sockets would hold the process, so the step
 * must end by `process.exit`.
 * @throws Refusal, before anything is written, when a file may not leave.
 */
async function uploadArtifact(upload) {
    const { files, redactor, log, environment = process.env } = upload;
    checkArtifactFiles(files, redactor);
    if (files.length === 0)
        return undefined;
    const problem = artifacts_problemOf(environment);
    if (problem !== undefined) {
        log.warning(`The artifact was not uploaded: ${problem}`);
        return undefined;
    }
    try {
        const id = await uploadWithin(upload, environment['RUNNER_TEMP'] ?? '');
        return { id, url: urlOf(id, environment) };
    }
    catch (error) {
        log.warning(`The artifact was not uploaded: ${reasonOf(error, upload.name)}`);
        return undefined;
    }
}
async function uploadWithin(upload, runnerTemp) {
    const folder = await (0,promises_.mkdtemp)((0,external_node_path_.join)(runnerTemp, staged_artifacts/* STAGED_PREFIX */.E)); // Mode 0700.
    const remove = () => (0,external_node_fs_.rmSync)(folder, { recursive: true, force: true });
    // A client that was given up may still read the files; without them it would throw where nobody can catch it.
    process.once('exit', remove);
    const done = stageAndUpload(upload, folder).finally(() => {
        process.off('exit', remove);
        remove();
    });
    return withDeadline(done, upload.deadlineMs ?? uploadDeadlineMs);
}
async function stageAndUpload(upload, folder) {
    const paths = await Promise.all(upload.files.map((file) => stage(folder, file)));
    const client = await (upload.loadClient ?? loadRealClient)();
    const options = upload.retentionDays === undefined ? {} : { retentionDays: upload.retentionDays };
    const { id } = await client.uploadArtifact(upload.name, paths, folder, options);
    if (id === undefined)
        throw new Error('the service took it but gave it no id');
    return String(id);
}
async function stage(folder, { path, content }) {
    const target = (0,external_node_path_.join)(folder, path);
    await (0,promises_.mkdir)((0,external_node_path_.dirname)(target), { recursive: true, mode: 0o700 });
    await (0,promises_.writeFile)(target, content, { mode: 0o600 });
    return target;
}
/** Loaded when it is needed: the client alone takes longer to load than the rest of the action. */
async function loadRealClient() {
    const { DefaultArtifactClient } = await Promise.all(/* import() */[__webpack_require__.e(260), __webpack_require__.e(327)]).then(__webpack_require__.bind(__webpack_require__, 41327));
    return new DefaultArtifactClient();
}
async function withDeadline(work, milliseconds) {
    const { promise: late, reject } = Promise.withResolvers();
    const timer = setTimeout(() => {
        reject(new Error(`the service did not take it within ${milliseconds / 1000} s and was given up.`));
    }, milliseconds);
    try {
        return await Promise.race([work, late]);
    }
    finally {
        clearTimeout(timer);
    }
}
/** What the environment lacks, in words; the client would say it in its own, after a while. */
function artifacts_problemOf(environment) {
    const server = URL.parse(environment['GITHUB_SERVER_URL'] ?? 'https://github.com')?.hostname ?? '';
    if (!/^github\.com$|\.ghe\.com$|\.localhost$/i.test(server)) {
        return (`${server} is a GitHub Enterprise Server, which has no artifact service of this version. ` +
            'Set upload-artifacts: false; outputs and the job summary hold the report.');
    }
    if (!environment['ACTIONS_RUNTIME_TOKEN'] || !environment['ACTIONS_RESULTS_URL']) {
        return ('this runner offers no artifact service (no ACTIONS_RUNTIME_TOKEN or ACTIONS_RESULTS_URL). ' +
            'Usual cause: the workflow runs outside of GitHub, or in a tool that imitates it. Set upload-artifacts: false.');
    }
    return environment['RUNNER_TEMP']
        ? undefined
        : 'the runner names no folder for temporary files (RUNNER_TEMP).';
}
function reasonOf(error, name) {
    const message = (0,src_findings/* errorMessage */.gJ)(error);
    if (!/already exists|409/.test(message))
        return message;
    return (`there is already an artifact ${JSON.stringify(name)} in this run. Usual cause: a matrix or a second attempt with ` +
        `one artifact-name. Leave artifact-name out, or make it unique. (${message})`);
}
function urlOf(id, environment) {
    const server = environment['GITHUB_SERVER_URL'] ?? 'https://github.com';
    const run = `${environment['GITHUB_REPOSITORY'] ?? ''}/actions/runs/${environment['GITHUB_RUN_ID'] ?? ''}`;
    return `${server}/${run}/artifacts/${id}`;
}

;// CONCATENATED MODULE: ./src/report/outputs.ts


/** Names of all outputs, in the order of action.yml. */
const outputNames = [
    'healthy',
    'endpoints',
    'members',
    'status',
    'summary',
    'failure-tolerance',
    'leader',
    'cluster-id',
    'changed',
    'verdict',
    'plan',
    'plan-digest',
    'findings',
    'health-report',
    'report-path',
    'ca-certificate',
    'ca-fingerprint',
    'certificates-expire-at',
    'external-etcd-config',
    'accepted-host-keys',
    'artifact-id',
    'artifact-url',
];
/**
 * What all outputs of a job may take: GitHub allows 1 MB and counts two bytes per character; some of it is left to
 * the job's other steps.
 */
const mostCharacters = 400_000;
/** What can be left out, what is missed least first; the artifact holds it as a file. */
const spare = ['plan', 'health-report', 'members'];
/**
 * Sets outputs of the step. What would make GitHub drop all of them for their size is left out with a warning.
 * @param set only for tests.
 * @throws Refusal after setting the others, when an output holds a secret: that one is not set.
 */
function writeOutputs(outputs, redactor, log, set = runner.setOutput) {
    const texts = new Map(outputNames.flatMap((name) => {
        const value = outputs[name];
        return value === undefined ? [] : [[name, outputs_textOf(name, value)]];
    }));
    shrink(texts, log);
    const findings = [];
    for (const [name, text] of texts) {
        const secret = redactor.findSecret(text);
        if (secret === undefined)
            set(name, text);
        else
            findings.push(leak(name, secret));
    }
    if (findings.length > 0)
        throw new src_findings/* Refusal */.P_('an output would have revealed a secret and was not set', findings);
}
/** The list of URLs as etcdctl takes it; other data as JSON. */
function outputs_textOf(name, value) {
    if (typeof value === 'string')
        return value;
    return name === 'endpoints' && Array.isArray(value) ? value.join(',') : JSON.stringify(value);
}
function shrink(texts, log) {
    for (const name of spare) {
        const total = [...texts.values()].reduce((sum, text) => sum + text.length, 0);
        if (total <= mostCharacters || !texts.delete(name))
            continue;
        log.warning(`Output ${name} is not set: all outputs of a job together may take 1 MB. The artifact holds it as a file.`);
    }
}
function leak(name, secret) {
    return {
        at: `output ${name}`,
        fact: `its value holds ${secret}.`,
        cause: 'a secret of the workflow is part of a public value, such as a passphrase that is also the name of a host.',
        fix: 'choose another secret; if the value should not hold it, open an issue.',
    };
}

;// CONCATENATED MODULE: ./src/report/redact-all.ts

/**
 * Fields that hold a word of the action's own, which tables are looked up by: a secret that is such a word too must not turn
 * the report into one that cannot be read. Nobody learns the secret from them.
 */
const OWN_FIELDS = new Set([
    'status',
    'severity',
    'role',
    'verdict',
    'outcome',
    'operation',
    'kind',
    'origin',
    'stage',
]);
const OWN_WORD = /^[A-Za-z][A-Za-z -]{0,39}$/;
/** Plain data with every text in it, at any depth, free of secrets. Words of the action's own stay as they are. */
function redactAll(value, redactor) {
    return mapped(value, (text) => redactor.redact(text));
}
/**
 * As {@link redactAll}, for what becomes files: also without what would be taken for a private key there. A host that writes
 * "PRIVATE KEY" where its words are shown must not keep the report from leaving.
 */
function redactForFiles(value, redactor) {
    return mapped(value, (text) => redactor.withoutKeyMarks(redactor.redact(text)));
}
function mapped(value, clean, field = '') {
    if (typeof value === 'string')
        return redact_all_isOwn(value, field) ? value : clean(value);
    if (Array.isArray(value))
        return value.map((item) => mapped(item, clean, field));
    if (typeof value !== 'object' || value === null)
        return value;
    return Object.fromEntries(Object.entries(value).map(([name, item]) => [name, mapped(item, clean, name)]));
}
function redact_all_isOwn(value, field) {
    if (field === 'name')
        return Object.hasOwn(CHECK_TITLES, value);
    return OWN_FIELDS.has(field) && OWN_WORD.test(value);
}

;// CONCATENATED MODULE: ./src/report/markdown.ts
/** Characters that mean something in HTML or anywhere in GitHub-flavoured Markdown, mentions and formulas included. */
const meaningful = /[&<>`*_~[\]#|\\@$]/g;
/** Characters with a meaning in one place only: lists, rulers, links that make themselves, `:emoji:`. */
const meaningfulHere = /^\s*[-+=]|:(?=\/\/|[a-z+-][a-z0-9_+-]*:)|(?<=\bwww)\.|(?<=^\s*\d+)[.)](?=\s|$)/g;
/** Text as it is, on one line: no part of it is taken for Markdown, HTML, a link or the end of a table's cell. */
function markdown_text(value) {
    const lines = value
        .replaceAll(meaningful, reference)
        .replaceAll(meaningfulHere, reference)
        .split(/[\r\n]+/);
    // Not by an expression with white space on both sides, which looks at a long run of it from each place.
    const last = lines.length - 1;
    return lines
        .map((line, index) => markdown_trimmed(line, index > 0, index < last))
        .filter((line, index) => line !== '' || index === 0 || index === last)
        .join('<br>');
}
function markdown_trimmed(line, atStart, atEnd) {
    const rest = atStart ? line.trimStart() : line;
    return atEnd ? rest.trimEnd() : rest;
}
/** What has a meaning is the last of the characters: white space may stand before it. */
function reference(characters) {
    const last = characters.length - 1;
    return `${characters.slice(0, last)}&#${characters.charCodeAt(last)};`;
}
/** Text in the typewriter face. */
function code(value) {
    return `<code>${markdown_text(value)}</code>`;
}
/** A table; the cells are Markdown already. */
function table(header, rows) {
    const line = (cells) => `| ${cells.join(' | ')} |`;
    return [line(header), line(header.map(() => '---')), ...rows.map(line)].join('\n');
}
/** A code block; its fence is longer than any in the content. */
function codeBlock(language, content) {
    const longest = Math.max(0, ...[...content.matchAll(/`+/g)].map(([run]) => run.length));
    const fence = '`'.repeat(Math.max(3, longest + 1));
    return `${fence}${language}\n${content.trimEnd()}\n${fence}`;
}
/** A part that is folded away until somebody opens it. */
function details(summary, content) {
    return `<details>\n<summary>${markdown_text(summary)}</summary>\n\n${content}\n\n</details>`;
}
/** Milliseconds for people: `0.42 ms`, `431 ms`, `12.3 s`, `2 min 5 s`. */
function markdown_duration(milliseconds) {
    if (milliseconds < 10)
        return `${milliseconds.toFixed(2)} ms`;
    if (milliseconds < 999.5)
        return `${Math.round(milliseconds)} ms`;
    if (milliseconds < 59_950)
        return `${(milliseconds / 1000).toFixed(1)} s`;
    const seconds = Math.round(milliseconds / 1000);
    return `${Math.floor(seconds / 60)} min ${seconds % 60} s`;
}
/** Bytes for people: `512 B`, `1.2 kB`, `3.4 MB`. */
function bytes(count) {
    if (count < 1000)
        return `${count} B`;
    return count < 1_000_000 ? `${(count / 1000).toFixed(1)} kB` : `${(count / 1_000_000).toFixed(1)} MB`;
}

// EXTERNAL MODULE: ./src/report/log-line.ts
var log_line = __webpack_require__(88975);
;// CONCATENATED MODULE: ./src/report/summary-limit.ts
/** The runner drops a larger summary as a whole (AttachmentSizeLimit in actions/runner). */
const summaryLimitBytes = 1024 * 1024;

;// CONCATENATED MODULE: ./src/report/plan-words.ts

/** A diff is shown up to here: nobody reads on, and a job summary has a limit. */
const MOST_DIFF_LINES = 200;
const LONGEST_DIFF_LINE = 500;
/** What each verdict means for the hosts. */
const plan_words_VERDICTS = {
    create: 'set up a new cluster',
    adopt: 'take over a cluster that was made by hand',
    converge: 'make good what is not as it ought to be',
    repair: 'go on with a set-up that was cut off',
    unchanged: 'nothing has to be done',
};
/** What is done to a file. */
const VERBS = {
    create: 'create',
    replace: 'replace',
    renew: 'renew',
    mode: 'set mode of',
    remove: 'remove',
};
/** What each change is called where it is counted. */
const CHANGES = {
    create: 'created',
    replace: 'replaced',
    renew: 'renewed',
    mode: 'with another mode',
    remove: 'removed',
};
/** True when the hosts and the action's records stay as they are. */
function changesNothing(document) {
    const { verdict, stages, afterProof } = document;
    const isCalm = verdict === 'unchanged' && stages.length + afterProof.length === 0;
    return isCalm && !plan_words_everyHost(document).some(isTouched);
}
/** The members' hosts, then those of the control plane. */
function plan_words_everyHost({ hosts, controlPlane = [] }) {
    return [...hosts, ...controlPlane.map((host) => ({ ...host, role: 'control plane' }))];
}
/** Whether anything changes on a host. */
function isTouched({ files, restarts }) {
    return files.length > 0 || restarts.length > 0;
}
/** How much changes: `2 of 3 hosts change`, `4 files`, `1 restart`. */
function totals(document) {
    const hosts = plan_words_everyHost(document);
    const touched = hosts.filter(isTouched).length;
    return [
        `${touched} of ${plan_words_counted(hosts.length, 'host')} ${touched === 1 ? 'changes' : 'change'}`,
        plan_words_counted(sum(hosts.map(({ files }) => files.length)), 'file'),
        plan_words_counted(sum(hosts.map(({ restarts }) => restarts.length)), 'restart'),
    ];
}
/** `1 file`, `2 files`. */
function plan_words_counted(count, noun) {
    return `${count} ${noun}${count === 1 ? '' : 's'}`;
}
function sum(numbers) {
    return numbers.reduce((total, number) => total + number, 0);
}
/** In which order the steps of a stage are done, behind its title. */
const ORDERS = {
    together: '',
    'in-turn': ', one step after the other',
    'by-host': ', on each host one step after the other',
};
/** The steps of a stage; those that run at the same time and are the same on several hosts are told once. */
function plan_words_stepsOf({ steps, order }) {
    if (order === 'in-turn')
        return steps.map(({ host, step, why }) => ({ hosts: [host], step, why }));
    const groups = Map.groupBy(steps, ({ step, why }) => JSON.stringify([step, why]));
    return [...groups.values()].flatMap((group) => group.slice(0, 1).map(({ step, why }) => ({ hosts: group.map(({ host }) => host), step, why })));
}
/**
 * The hunks of a unified diff, without the headers that name the file, cut with a count where they are too long.
 * Characters that cannot be seen, or that make a line look like another one, are written out.
 */
function shownDiff(diff) {
    const lines = diff.replace(/\n$/, '').split('\n').slice(2);
    const shown = lines.slice(0, MOST_DIFF_LINES).map((line) => (0,log_line/* shortened */.vI)(visible(line), LONGEST_DIFF_LINE));
    const more = lines.length - shown.length;
    return more > 0 ? [...shown, `… (${plan_words_counted(more, 'more line')})`] : shown;
}
/** Control and format characters (line ends within a line, text that runs backwards) as escapes; tabs are harmless. */
function visible(line) {
    return line.replaceAll(/(?!\t)[\p{Cc}\p{Cf}\u2028\u2029]/gu, (character) => `\\u{${(character.codePointAt(0) ?? 0).toString(16)}}`);
}

;// CONCATENATED MODULE: ./src/report/plan-view.ts





const longestText = 1000;
const plan_view_missing = '–';
/** A plan for the log, one string per line; one line when nothing has to be done. */
function planLines(document) {
    const { verdict, clusterName, reasons, membership, stages, afterProof, warnings, leftOut = [], digest, } = document;
    const title = `Plan for the etcd cluster "${clusterName}": ${verdict}, ${plan_words_VERDICTS[verdict]}`;
    const left = section('What is left out', leftOut.map(src_findings/* describeFinding */.jb));
    if (changesNothing(document))
        return [`${title}. Plan digest: ${digest}`, ...left];
    return [
        `${title}. ${totals(document).join(', ')}.`,
        ...indented(reasons),
        ...plan_words_everyHost(document).flatMap(hostLines),
        ...section('Members', membership),
        'Order',
        ...indented([
            ...stages.flatMap((stage, index) => stageLines(stage, index + 1)),
            'Then the cluster is proven healthy.',
            ...afterProof.flatMap((stage, index) => stageLines(stage, stages.length + index + 1)),
        ]),
        ...left,
        ...section('What deserves a look', warnings.map(src_findings/* describeFinding */.jb)),
        `Plan digest: ${digest}`,
        `To have a later run do this and nothing else, give it the input approved-plan: ${digest}`,
    ];
}
function section(title, lines) {
    return lines.length === 0 ? [] : [title, ...indented(lines)];
}
function indented(lines) {
    return lines.map((line) => `  ${line}`);
}
function hostLines(host) {
    const title = `${host.name} (${[host.address, ...(host.role === undefined ? [] : [host.role])].join(', ')})`;
    if (!isTouched(host))
        return [`${title}: nothing changes`];
    return [
        title,
        ...indented([...host.files.flatMap(fileLines), ...host.restarts.map((restart) => `restart ${restart}`)]),
    ];
}
function fileLines({ change, path, mode, note, diff }) {
    const remark = note === undefined ? '' : `: ${note}`;
    return [
        `${VERBS[change]} ${path}${change === 'remove' ? '' : `, mode ${mode}`}${remark}`,
        ...indented(diff === undefined ? [] : shownDiff(diff)),
    ];
}
function stageLines(stage, number) {
    const { title, order, before, after } = stage;
    return [
        `${number}. ${title}${ORDERS[order]}`,
        ...indented([
            ...(before === undefined ? [] : [`begins only when ${before}`]),
            ...plan_words_stepsOf(stage).map(({ hosts, step, why }) => `${hosts.join(', ')}: ${step} (${why})`),
            ...(after === undefined ? [] : [`goes on only when ${after}`]),
        ]),
    ];
}
/**
 * A plan for the job summary, GitHub-flavoured Markdown: the verdict first, then what changes on which host, in which
 * order, and how to approve it. Leaves the diffs out when it would fill more than half of what the runner takes.
 */
function renderPlan(document) {
    const whole = sections(document, true);
    return Buffer.byteLength(whole) <= summaryLimitBytes / 2 ? whole : sections(document, false);
}
function sections(document, withDiffs) {
    const leftOut = findings('What is left out', document.leftOut ?? []);
    const warnings = findings('What deserves a look', document.warnings);
    const filled = changesNothing(document)
        ? [headline(document), leftOut, warnings, approval(document)]
        : [
            headline(document),
            bullets(document.reasons.map(prose)),
            leftOut,
            warnings,
            hostTable(document),
            withDiffs ? '' : '_The diffs are left out: the summary would be longer than GitHub shows._',
            ...plan_words_everyHost(document)
                .filter(({ files }) => files.length > 0)
                .map((host) => hostDetails(host, withDiffs)),
            membershipChanges(document),
            order(document),
            approval(document),
        ];
    return `${filled.filter((part) => part !== '').join('\n\n')}\n`;
}
function prose(value) {
    return markdown_text((0,log_line/* shortened */.vI)(value, longestText));
}
function bullets(items) {
    return items.map((item) => `- ${item}`).join('\n');
}
function headline(document) {
    const { verdict, clusterName, operation } = document;
    const nothing = changesNothing(document);
    const facts = [
        `Operation ${code(operation)}`,
        ...(nothing ? document.reasons.map(prose) : totals(document)),
    ];
    const sign = nothing && document.leftOut === undefined ? '✅' : '📋';
    return `## ${sign} Plan for etcd cluster ${code(clusterName)}: ${verdict}, ${plan_words_VERDICTS[verdict]}\n\n${facts.join(' · ')}`;
}
function findings(title, all) {
    if (all.length === 0)
        return '';
    const items = all.map(({ host, at, fact, cause, fix }) => [
        `⚠️ **${host === undefined ? prose(at) : `${code(host)} ${prose(at)}`}**: ${prose(fact)}`,
        ...(cause === undefined ? [] : [`  <br>Usual cause: ${prose(cause)}`]),
        ...(fix === undefined ? [] : [`  <br>**Fix:** ${prose(fix)}`]),
    ].join('\n'));
    return `### ${title}\n\n${bullets(items)}`;
}
function hostTable(document) {
    const rows = plan_words_everyHost(document).map(({ name, address, role, files, restarts }) => [
        role === undefined ? code(name) : `${code(name)} (${role})`,
        code(address),
        fileCounts(files),
        restarts.length === 0 ? plan_view_missing : restarts.map(markdown_text).join('<br>'),
    ]);
    return `### Hosts\n\n${table(['Host', 'Address', 'Files', 'Restarts'], rows)}`;
}
function fileCounts(files) {
    const counts = Map.groupBy(files, ({ change }) => change);
    return files.length === 0
        ? plan_view_missing
        : [...counts].map(([change, group]) => `${group.length} ${CHANGES[change]}`).join(', ');
}
/** A list, no table: paths and fingerprints would make a table wider than the page. */
function hostDetails({ name, files }, withDiffs) {
    const items = files.map(({ change, path, mode, note }) => {
        const remark = note === undefined ? '' : `<br>${prose(note)}`;
        return `${VERBS[change]} ${code(path)}${change === 'remove' ? '' : `, mode ${code(mode)}`}${remark}`;
    });
    const parts = [bullets(items), ...(withDiffs ? files.flatMap(diffBlock) : [])];
    return details(`${name}: ${plan_words_counted(files.length, 'file')}`, parts.join('\n\n'));
}
function diffBlock({ path, diff }) {
    return diff === undefined ? [] : [`${code(path)}\n\n${codeBlock('diff', shownDiff(diff).join('\n'))}`];
}
function membershipChanges({ membership }) {
    return membership.length === 0 ? '' : `### Members\n\n${bullets(membership.map(prose))}`;
}
function order({ stages, afterProof }) {
    const items = [
        ...stages.map(stageItem),
        '**Proof** that the cluster is healthy',
        ...afterProof.map(stageItem),
    ];
    return `### Order\n\n${items.map((item, index) => `${index + 1}. ${item}`).join('\n')}`;
}
function stageItem(stage) {
    const { title, order, before, after } = stage;
    const lines = [
        ...(before === undefined ? [] : [`🚦 begins only when ${markdown_text(before)}`]),
        ...plan_words_stepsOf(stage).map(({ hosts, step, why }) => `${hosts.map(code).join(', ')} ${prose(step)} – ${prose(why)}`),
        ...(after === undefined ? [] : [`🚦 goes on only when ${markdown_text(after)}`]),
    ];
    const heading = `**${markdown_text(title)}**${ORDERS[order]}`;
    return [heading, ...lines.map((line) => `   - ${line}`)].join('\n');
}
function approval({ digest }) {
    return [
        '### Approval',
        'This is a plan; nothing has been changed. To have a later run do this and nothing else, give it this input; it refuses when the plan is no longer this one.',
        code(`approved-plan: ${digest}`),
    ].join('\n\n');
}

;// CONCATENATED MODULE: ./src/report/summary.ts





/** With these two limits the findings alone never reach that one. */
const mostFindings = 50;
const summary_longestText = 1000;
const summary_missing = '–';
/** Days before expiry from which the table points at a certificate. */
const soonDays = 30;
/**
 * The job summary, GitHub-flavoured Markdown: the verdict in the first line, then what needs attention, the members,
 * what was done, and what the next steps need. Never longer than the runner takes.
 */
function renderSummary(report) {
    return fitted([
        verdict(report),
        progress(report),
        summary_findings(report.findings),
        ...(report.outcome === 'planned' && report.plan !== undefined ? [renderPlan(report.plan)] : []),
        members(report),
        summary_authority(report),
        nextSteps(report),
        summary_steps(report.steps),
        connections(report),
    ]);
}
/** Leaves out sections from the end until the rest fits; the first is always short. */
function fitted(sections) {
    const filled = sections.filter((section) => section !== '');
    const joined = `${filled.join('\n\n')}\n`;
    if (Buffer.byteLength(joined) <= summaryLimitBytes)
        return joined;
    return fitted([...filled.slice(0, filled.at(-1) === leftOut ? -2 : -1), leftOut]);
}
const leftOut = '_The rest is left out: the summary would be longer than GitHub shows._';
function verdict(report) {
    const cluster = report.clusterName === '' ? 'etcd cluster' : `etcd cluster ${code(report.clusterName)}`;
    const facts = [
        ...(report.operation === '' ? [] : [`Operation ${code(report.operation)}`]),
        ...(report.health === undefined ? [] : [memberCount(report.health.endpoints.length)]),
        markdown_duration(report.durationMs),
        `begun ${markdown_text(report.startedAt)}`,
    ];
    return `## ${summary_headline(report, cluster)}\n\n${facts.join(' · ')}`;
}
function summary_headline(report, cluster) {
    const { outcome, changed, failure, findings, plan, health } = report;
    if (outcome === 'failed') {
        const state = changed ? 'hosts may have been changed' : 'nothing was changed on any host';
        return `❌ ${cluster}: ${markdown_text((0,log_line/* shortened */.vI)(failure ?? 'the run failed', summary_longestText))}; ${state}`;
    }
    const sign = findings.some(isWarning) ? '⚠️' : '✅';
    const attention = findings.some(isWarning) ? ', with something to look at' : '';
    if (outcome === 'planned') {
        const what = plan === undefined ? 'was examined' : `dry run: ${plan.verdict}`;
        const state = health === undefined ? '' : health.healthy ? ', healthy' : ', not healthy';
        return `${sign} ${cluster} ${what}${state}${attention}; nothing was changed on any host`;
    }
    return `${sign} ${cluster} is healthy${attention}; ${changed ? DONE[plan?.verdict ?? 'unchanged'] : 'nothing changed'}`;
}
/** What a run has done that ended well. */
const DONE = {
    create: 'set up by this run',
    adopt: 'taken over by this run',
    converge: 'brought to what the inputs ask for by this run',
    repair: 'repaired by this run',
    unchanged: 'nothing changed',
};
/** Where each host stands after a run that failed while it changed something. */
function progress({ progress: hosts }) {
    if (hosts.length === 0)
        return '';
    const list = (steps) => steps.length === 0 ? summary_missing : steps.map(markdown_text).join('<br>');
    const rows = hosts.map(({ host, done, failed, left }) => [
        code(host),
        list(done),
        list(failed),
        list(left),
    ]);
    return `### Where each host stands\n\n${table(['Host', 'Done', 'Failed', 'Not begun'], rows)}`;
}
function memberCount(count) {
    return count === 1 ? '1 member' : `${count} members`;
}
function summary_findings(all) {
    if (all.length === 0)
        return '';
    const rank = { fail: 0, warn: 1, info: 2 };
    const worstFirst = all.toSorted((one, other) => rank[one.severity ?? 'fail'] - rank[other.severity ?? 'fail']);
    const shown = worstFirst.slice(0, mostFindings).map(finding);
    const more = worstFirst.length - shown.length;
    return [
        '### What needs attention',
        '',
        ...shown,
        ...(more > 0 ? [`- and ${more} more, in the log`] : []),
    ].join('\n');
}
function isWarning({ severity }) {
    return severity === 'warn';
}
const SIGNS = { fail: '❌', warn: '⚠️', info: 'ℹ️' };
function finding(one) {
    const prose = (value) => markdown_text((0,log_line/* shortened */.vI)(value, summary_longestText));
    const place = one.host === undefined ? prose(one.at) : `${code(one.host)} ${prose(one.at)}`;
    const lines = [
        `- ${SIGNS[one.severity ?? 'fail']} **${place}**: ${prose(one.fact)}`,
        ...(one.cause === undefined ? [] : [`  <br>Usual cause: ${prose(one.cause)}`]),
        ...(one.fix === undefined ? [] : [`  <br>**Fix:** ${prose(one.fix)}`]),
    ];
    return lines.join('\n');
}
function members({ health, certificates }) {
    if (health === undefined)
        return '';
    const rows = health.endpoints.map((endpoint) => {
        const expiring = firstToExpire(certificates.filter(({ host, isCa }) => host === endpoint.name && !isCa));
        return [
            code(endpoint.name),
            code(endpoint.endpoint),
            endpoint.healthy ? '✅ healthy' : '❌ unhealthy',
            role(endpoint.isLeader, endpoint.isLearner),
            endpoint.tookMs === null ? summary_missing : markdown_duration(endpoint.tookMs),
            endpoint.roundTripMs === null ? summary_missing : markdown_duration(endpoint.roundTripMs),
            endpoint.version === null ? summary_missing : markdown_text(endpoint.version),
            expiring === undefined ? summary_missing : expiry(expiring.notAfter, expiring.daysLeft),
        ];
    });
    const header = [
        'Member',
        'Endpoint',
        'State',
        'Role',
        'Proposal took',
        'Round trip',
        'etcd',
        'First expiry',
    ];
    return `### Members\n\n${table(header, rows)}`;
}
function role(isLeader, isLearner) {
    if (isLeader === null)
        return summary_missing;
    if (isLeader)
        return '**leader**';
    return isLearner === true ? 'learner' : 'follower';
}
function expiry(notAfter, daysLeft) {
    const date = markdown_text(notAfter.slice(0, 10));
    if (daysLeft < 0)
        return `❌ expired ${date}`;
    return `${daysLeft < soonDays ? '⚠️ ' : ''}${date} (${daysLeft} days)`;
}
function summary_authority({ authority: ca, certificates }) {
    if (ca === undefined)
        return '';
    const origins = { input: 'Brought as an input', host: 'Found on the hosts', made: 'Made by this run' };
    const own = certificates.find(({ fingerprint }) => fingerprint === ca.fingerprint);
    const until = own === undefined ? '' : `, valid until ${expiry(own.notAfter, own.daysLeft)}`;
    return `### CA\n\n${origins[ca.origin]}${until}<br>SHA-256 ${code(ca.fingerprint)}\n\n${markdown_text(ca.keyCustody)}`;
}
function nextSteps({ externalEtcdConfig, artifact, outcome }) {
    const parts = [
        ...(externalEtcdConfig === undefined || outcome === 'failed'
            ? []
            : [details('kubeadm configuration for the control plane', codeBlock('yaml', externalEtcdConfig))]),
        ...(artifact === undefined ? [] : [`Artifact: [${markdown_text(artifact.name)}](${encodeURI(artifact.url)})`]),
    ];
    return parts.join('\n\n');
}
function summary_steps(all) {
    if (all.length === 0)
        return '';
    const groups = [...Map.groupBy(all, ({ stage, title }) => JSON.stringify([stage, title])).values()];
    const rows = groups.map((group) => [
        markdown_text(group[0]?.stage ?? ''),
        markdown_text(group[0]?.title ?? ''),
        group.map(place).join('<br>'),
        markdown_duration(spanOf(group)),
    ]);
    return `### What was done\n\n${table(['Stage', 'Step', 'Where', 'Took'], rows)}`;
}
function place({ host, durationMs, outcome }) {
    const where = host === undefined ? 'runner' : code(host);
    return `${outcome === 'failed' ? '❌ ' : ''}${where} ${markdown_duration(durationMs)}`;
}
/** From the first beginning to the last end: hosts work at the same time. */
function spanOf(group) {
    const start = Math.min(...group.map(({ startedMs }) => startedMs));
    return Math.max(...group.map(({ startedMs, durationMs }) => startedMs + durationMs)) - start;
}
function connections({ connections: all }) {
    if (all === undefined || all.length === 0)
        return '';
    const rows = all.map(({ host, connections: count, channels, bytesSent, bytesReceived }) => [
        code(host),
        String(count),
        String(channels),
        bytes(bytesSent),
        bytes(bytesReceived),
    ]);
    return details('SSH connections', table(['Host', 'Connections', 'Channels', 'Sent', 'Received'], rows));
}

;// CONCATENATED MODULE: ./src/report/write-summary.ts




/**
 * Adds the run's report to the job summary, free of secrets. A summary that cannot be written (a runner without one)
 * is a warning: it must not turn a healthy cluster into a failed run.
 */
function writeSummary(report, redactor, log) {
    addToSummary(() => renderSummary(redactAll(report, redactor)), log);
}
/** Adds Markdown that is free of secrets to the job summary; a summary that cannot be written is a warning. */
function addToSummary(render, log) {
    try {
        (0,runner.addSummary)(`${render()}\n`);
    }
    catch (error) {
        log.warning(`The job summary could not be written: ${(0,src_findings/* errorMessage */.gJ)(error)}`);
    }
}

;// CONCATENATED MODULE: ./src/report/health/groups.ts

/**
 * The checks of the cluster, then those of each expected member in the order of the inputs; none without a check. What
 * is told of somebody else belongs to the cluster: there are never more groups than members and one.
 */
function groupsOf({ members, checks }) {
    const names = new Set(members.map(({ name }) => name));
    const byMember = Map.groupBy(checks, ({ member }) => member !== null && names.has(member) ? member : null);
    return [null, ...names].flatMap((member) => {
        const own = byMember.get(member);
        return own === undefined ? [] : [{ member, title: member ?? 'cluster', checks: worstFirst(own) }];
    });
}
/** How many checks have each status, the worst first; those that none has are left out. */
function statusCounts(checks) {
    const counts = new Map();
    for (const { status } of worstFirst(checks))
        counts.set(status, (counts.get(status) ?? 0) + 1);
    return [...counts];
}
/** Checks about which the same is told, each list in the order of its first. */
function sameTold(checks) {
    const told = ({ measured, cause, fix }) => JSON.stringify([measured, cause, fix]);
    return [...Map.groupBy(checks, told).values()];
}
/** What is good to know though nothing is wrong, each thing once. */
function noticesOf({ checks }) {
    return [...new Set(checks.flatMap(({ notice }) => (notice === null ? [] : [notice])))];
}

;// CONCATENATED MODULE: ./src/report/health/annotations.ts




/**
 * At most one annotation for the cluster and one for each member: the runner shows ten of a kind per step and drops the
 * others. Each tells the worst, and how much else there is to look up.
 */
function annotationsOf(document) {
    return groupsOf(document).flatMap((group) => annotationOf(group, document.clusterName));
}
function annotationOf({ member, checks }, clusterName) {
    const [worst, ...rest] = checks;
    if (worst === undefined || worst.status === 'ok')
        return [];
    const { measured, fix } = worst;
    const lines = [measured, ...(fix === null ? [] : [`Fix: ${fix}`]), ...more(rest)];
    return [
        {
            severity: worst.status === 'fail' ? 'error' : 'warning',
            title: `${member ?? `etcd cluster ${clusterName}`}: ${CHECK_TITLES[worst.name]}`,
            message: (0,report_clean/* annotation */.w)(lines),
        },
    ];
}
function more(rest) {
    const findings = rest.filter(({ status }) => status === 'fail' || status === 'warn').length;
    const unknown = rest.filter(({ status }) => status === 'unknown').length;
    const counts = [
        ...(findings === 0 ? [] : [plan_words_counted(findings, 'more finding')]),
        ...(unknown === 0 ? [] : [`${plan_words_counted(unknown, 'check')} could not be made`]),
    ];
    return counts.length === 0 ? [] : [`${counts.join('; ')}: see the job summary.`];
}

;// CONCATENATED MODULE: ./src/report/health/keep-report.ts




/**
 * Keeps the files of a report on the runner, for the next steps of the job; the runner removes them with its temporary
 * files. A runner that cannot keep them is a warning.
 * @param runnerTemp RUNNER_TEMP of the runner.
 * @returns the folder; empty where there is none.
 * @throws Refusal, before anything is written, when a file may not leave.
 */
async function keepReport(files, redactor, log, runnerTemp = process.env['RUNNER_TEMP']) {
    checkArtifactFiles(files, redactor);
    if (!runnerTemp) {
        log.warning('The report was not kept as files: the runner names no folder for temporary files (RUNNER_TEMP).');
        return '';
    }
    try {
        const folder = await (0,promises_.mkdtemp)((0,external_node_path_.join)(runnerTemp, 'etcd-ha-report-'));
        await Promise.all(files.map(({ path, content }) => (0,promises_.writeFile)((0,external_node_path_.join)(folder, path), content)));
        return folder;
    }
    catch (error) {
        log.warning(`The report was not kept as files: ${(0,src_findings/* errorMessage */.gJ)(error)}`);
        return '';
    }
}

;// CONCATENATED MODULE: ./src/report/health/words.ts



/** A status in a plain text. */
const STATUS_WORDS = {
    ok: 'OK',
    warn: 'WARN',
    fail: 'FAIL',
    unknown: 'UNKNOWN',
};
/** A status where pictures can be shown; always beside a word, for those who do not see the picture. */
const STATUS_ICONS = {
    ok: '✅',
    warn: '⚠️',
    fail: '❌',
    unknown: '❔',
};
/** In the place of a figure that could not be seen. */
const words_missing = '–';
const words_longestText = 1000;
/** The title of a check with what of several it looked at: `Certificate on disk (/etc/…/server.crt)`. */
function titleOf({ name, subject }) {
    return subject === null ? CHECK_TITLES[name] : `${CHECK_TITLES[name]} (${subject})`;
}
/** Bytes for people, in the units in which etcd's quota is set: `512 B`, `187 MiB`, `2.0 GiB`. */
function words_size(bytes) {
    const units = ['B', 'KiB', 'MiB', 'GiB', 'TiB'];
    const power = Math.min(Math.floor(Math.log2(Math.max(bytes, 1)) / 10), units.length - 1);
    const value = bytes / 1024 ** power;
    return `${value < 10 && power > 0 ? value.toFixed(1) : Math.round(value)} ${units[power] ?? ''}`;
}
/** A text on one line, cut to so many characters. */
function oneLine(value, longest) {
    const line = value.replaceAll(/\s+/g, ' ').trim();
    return line.length <= longest ? line : `${line.slice(0, longest - 1)}…`;
}
/** A sentence as Markdown: what it has between backticks, such as a command, in the typewriter face. */
function sentence(value) {
    return (0,log_line/* shortened */.vI)(value, words_longestText)
        .split(/`([^`\n]+)`/)
        .map((part, index) => (index % 2 === 1 ? code(part) : part === '' ? '' : markdown_text(part)))
        .join('');
}

;// CONCATENATED MODULE: ./src/report/health/junit.ts


/**
 * The checks as JUnit XML, as Jenkins, GitLab and test reporters of GitHub read it (jenkinsci/xunit-plugin,
 * junit-10.xsd): a suite for each member and the cluster, a case for each check. `fail` is a failure, `unknown` is
 * skipped, `warn` passes and says what it has to say in the case's output.
 */
function junitXml(document) {
    const { clusterName, durationMs, checks } = document;
    const suites = groupsOf(document).flatMap((group) => suite(group, document));
    const attributes = attributeList({
        name: `etcd cluster ${clusterName}`,
        tests: checks.length,
        failures: junit_count(checks, 'fail'),
        errors: 0,
        time: seconds(durationMs),
    });
    return [
        '<?xml version="1.0" encoding="UTF-8"?>',
        `<testsuites${attributes}>`,
        ...suites,
        '</testsuites>',
        '',
    ].join('\n');
}
/** The time is that of the whole look: the checks were made of one, none has a time of its own. */
function suite({ title, checks }, { checkedAt, durationMs }) {
    const attributes = attributeList({
        name: title,
        tests: checks.length,
        failures: junit_count(checks, 'fail'),
        errors: 0,
        skipped: junit_count(checks, 'unknown'),
        time: seconds(durationMs),
        timestamp: checkedAt.slice(0, 'YYYY-MM-DDTHH:MM:SS'.length),
    });
    return [`  <testsuite${attributes}>`, ...cases(title, checks), '  </testsuite>'];
}
/** Readers tell cases apart by their names: what has the same one gets a number. */
function cases(classname, checks) {
    const seen = new Map();
    return checks.flatMap((check) => {
        const title = titleOf(check);
        const number = (seen.get(title) ?? 0) + 1;
        seen.set(title, number);
        const name = number === 1 ? title : `${title} #${number}`;
        const attributes = attributeList({ classname, name, time: '0.000' });
        return [`    <testcase${attributes}>`, result(check), '    </testcase>'].filter((line) => line !== '');
    });
}
function result(check) {
    const { status, name, measured } = check;
    if (status === 'fail') {
        return `      <failure${attributeList({ message: measured, type: name })}>${escaped(told(check))}</failure>`;
    }
    if (status === 'unknown')
        return `      <skipped${attributeList({ message: measured })}/>`;
    return `      <system-out>${escaped(status === 'warn' ? `Warning: ${told(check)}` : told(check))}</system-out>`;
}
function told({ measured, threshold, cause, fix, notice }) {
    return [
        measured,
        ...(threshold === null ? [] : [`Threshold: ${threshold}`]),
        ...(cause === null ? [] : [`Usual cause: ${cause}`]),
        ...(fix === null ? [] : [`Fix: ${fix}`]),
        ...(notice === null ? [] : [`Good to know: ${notice}`]),
    ].join('\n');
}
function junit_count(checks, status) {
    return checks.filter((check) => check.status === status).length;
}
function seconds(milliseconds) {
    return (milliseconds / 1000).toFixed(3);
}
function attributeList(attributes) {
    return Object.entries(attributes)
        .map(([name, value]) => ` ${name}="${escaped(String(value)).replaceAll('\n', '&#10;').replaceAll('\t', '&#9;')}"`)
        .join('');
}
/** Everything that is no character of XML 1.0 (section 2.2): most control characters, half of a surrogate pair. */
const forbidden = /[^\t\n\r\u0020-\uD7FF\uE000-\uFFFD\u{10000}-\u{10FFFF}]/gu;
const REFERENCES = {
    '&': '&amp;',
    '<': '&lt;',
    '>': '&gt;',
    '"': '&quot;',
    '\r': '&#13;',
};
function escaped(value) {
    return value.replaceAll(forbidden, '').replaceAll(/[&<>"\r]/g, (character) => REFERENCES[character] ?? '');
}

;// CONCATENATED MODULE: ./src/report/health/prometheus.ts

const PREFIX = 'etcd_ha_';
const prometheus_STATUSES = ['ok', 'warn', 'fail', 'unknown'];
const STATUS_HELP = prometheus_STATUSES.map((status, value) => `${value} ${status}`).join(', ');
/**
 * The health check as metrics, for a Pushgateway or node_exporter's textfile collector: Prometheus text format 0.0.4
 * (prometheus.io/docs/instrumenting/exposition_formats). All are gauges, in seconds and bytes, with the label `cluster`.
 */
function prometheusText(document) {
    return [...clusterMetrics(document), ...prometheus_memberMetrics(document), ...certificateMetrics(document)]
        .map((metric) => metricText(metric, { cluster: document.clusterName }))
        .join('');
}
function clusterMetrics(document) {
    const { healthy, status, failureTolerance, checkedAt, durationMs, checks } = document;
    return [
        one('healthy', 'Whether the cluster works and no check has failed.', Number(healthy)),
        {
            name: 'status',
            help: 'Status of the whole check: 1 for the one it has, 0 for the others.',
            samples: prometheus_STATUSES.map((each) => ({ labels: { status: each }, value: Number(each === status) })),
        },
        one('failure_tolerance', 'How many more members may fail before the cluster takes no writes; negative without a quorum.', failureTolerance),
        one('last_check_timestamp_seconds', 'When the cluster was last checked.', unixSeconds(checkedAt)),
        one('last_check_duration_seconds', 'How long the last check took.', prometheus_seconds(durationMs)),
        {
            name: 'check_status',
            help: `Status of one check: ${STATUS_HELP}.`,
            samples: worstFirst(checks).map(({ name, member, subject, status: of }) => ({
                labels: { check: name, member: member ?? '', subject: subject ?? '' },
                value: prometheus_STATUSES.indexOf(of),
            })),
        },
    ];
}
function prometheus_memberMetrics({ members }) {
    const each = (name, help, valueOf) => ({
        name,
        help,
        samples: members.map((member) => ({ labels: { member: member.name }, value: valueOf(member) })),
    });
    return [
        each('member_status', `The worst status of the member's checks: ${STATUS_HELP}.`, ({ status }) => prometheus_STATUSES.indexOf(status)),
        each('member_reachable', 'Whether etcd answers at its client port.', ({ reachable }) => Number(reachable)),
        each('member_is_leader', 'Whether the member leads.', ({ role }) => role === null ? null : Number(role === 'leader')),
        {
            name: 'member_version_info',
            help: 'Version of the member, as a label; always 1.',
            samples: members.map(({ name, version }) => ({
                labels: { member: name, version: version ?? '' },
                value: version === null ? null : 1,
            })),
        },
        each('linearizable_read_seconds', 'One linearizable read, the way there and back included.', (member) => prometheus_seconds(member.readMs)),
        each('serializable_read_seconds', 'One serializable read, the way there and back included.', (member) => prometheus_seconds(member.localReadMs)),
        each('round_trip_seconds', 'The way to etcd and back alone.', ({ roundTripMs }) => prometheus_seconds(roundTripMs)),
        each('ssh_round_trip_seconds', 'A round trip over SSH to the host.', (member) => prometheus_seconds(member.sshRoundTripMs)),
        each('db_size_bytes', 'Size of the database file.', ({ dbSizeBytes }) => dbSizeBytes),
        each('db_in_use_bytes', 'What of the database is in use.', ({ dbSizeInUseBytes }) => dbSizeInUseBytes),
        each('db_quota_bytes', 'Size at which the cluster stops taking writes.', ({ quotaBytes }) => quotaBytes),
        each('raft_index', 'Index of the raft log.', ({ raftIndex }) => raftIndex),
        each('raft_applied_index', 'Index up to which the raft log is applied.', (member) => member.raftAppliedIndex),
        each('raft_lag_entries', "Entries of the raft log behind the leader's.", ({ raftLag }) => raftLag),
        each('leader_changes', "Changes of leader since the member's start.", ({ leaderChanges }) => leaderChanges),
        ...percentiles('wal_fsync', 'fsyncs of the write-ahead log', members, ({ walFsync }) => walFsync),
        ...percentiles('backend_commit', 'commits of the database', members, (member) => member.backendCommit),
        ...peerMetrics(members),
        each('clock_offset_seconds', "How far the host's clock is ahead of the median of all hosts.", (member) => prometheus_seconds(member.clockOffsetMs)),
        each('disk_free_bytes', "Free space of the data dir's filesystem.", ({ diskFreeBytes }) => diskFreeBytes),
        each('disk_size_bytes', "Size of the data dir's filesystem.", ({ diskSizeBytes }) => diskSizeBytes),
        each('restarts', 'How often kubelet has started etcd anew in its present pod.', ({ restarts }) => restarts),
    ];
}
function percentiles(name, what, members, percentileOf) {
    const samples = members.flatMap((member) => {
        const percentile = percentileOf(member);
        return percentile === null ? [] : [{ labels: { member: member.name }, percentile }];
    });
    return percentileMetrics(name, what, samples);
}
function peerMetrics(members) {
    const samples = members.flatMap(({ name, peers }) => peers.map((peer) => ({ labels: { member: name, peer: peer.name }, percentile: peer })));
    return percentileMetrics('peer_round_trip', 'round trips to a peer', samples);
}
/** A percentile of few observations says little, so that their number goes with it. */
function percentileMetrics(name, what, samples) {
    return [
        {
            name: `${name}_p99_seconds`,
            help: `99th percentile of ${what}.`,
            samples: samples.map(({ labels, percentile }) => ({ labels, value: prometheus_seconds(percentile.p99Ms) })),
        },
        {
            name: `${name}_observations`,
            help: `How many ${what} the percentile stands on.`,
            samples: samples.map(({ labels, percentile }) => ({ labels, value: percentile.samples })),
        },
    ];
}
/** A file can hold several certificates of one subject; the first to end counts. */
function certificateMetrics({ certificates }) {
    const samples = certificates.map(({ member, place, where, subject, notAfter }) => ({
        labels: { member, place, where, subject },
        value: unixSeconds(notAfter),
    }));
    return [
        {
            name: 'certificate_not_after_timestamp_seconds',
            help: 'When the certificate ends.',
            samples: samples.toSorted((early, late) => early.value - late.value),
        },
    ];
}
function one(name, help, value) {
    return { name, help, samples: [{ labels: {}, value }] };
}
/** Twelve digits: the division by 1000 leaves a tail of rounding otherwise. */
function prometheus_seconds(milliseconds) {
    return milliseconds === null ? null : Number((milliseconds / 1000).toPrecision(12));
}
function unixSeconds(iso) {
    return Date.parse(iso) / 1000;
}
function metricText({ name, help, samples }, common) {
    const series = new Map();
    for (const { labels, value } of samples) {
        const key = `${PREFIX}${name}${labelText({ ...common, ...labels })}`;
        if (value !== null && Number.isFinite(value) && !series.has(key))
            series.set(key, value);
    }
    if (series.size === 0)
        return '';
    return [
        `# HELP ${PREFIX}${name} ${help}`,
        `# TYPE ${PREFIX}${name} gauge`,
        ...[...series].map(([key, value]) => `${key} ${value}`),
        '',
    ].join('\n');
}
/** An empty label is the same as none. */
function labelText(labels) {
    const filled = Object.entries(labels).filter(([, value]) => value !== '');
    return filled.length === 0
        ? ''
        : `{${filled.map(([name, value]) => `${name}="${prometheus_escaped(value)}"`).join(',')}}`;
}
function prometheus_escaped(value) {
    return value.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('\n', '\\n').toWellFormed();
}

;// CONCATENATED MODULE: ./src/report/health/fitted.ts

/**
 * Sections as one Markdown text of at most so many bytes. What does not fit is left out by whole blocks, so that no
 * fence, table or fold is ever cut, and the end says how many; a smaller block after one that was left out is kept.
 * The text is longer than `most` only where its first block alone is.
 */
function fitted_fitted(sections, most = Infinity) {
    const whole = joined(sections);
    if (Buffer.byteLength(whole) <= most)
        return whole;
    const kept = [];
    let left = most - Buffer.byteLength(fitted_leftOut(Number.MAX_SAFE_INTEGER)) - separator.length - 1;
    let dropped = 0;
    for (const { heading, blocks } of sections) {
        const taken = [];
        for (const block of blocks) {
            const cost = Buffer.byteLength(taken.length === 0 ? headed(heading, block) : block) + separator.length;
            if (cost > left && kept.length > 0) {
                dropped += 1;
                continue;
            }
            left -= cost;
            taken.push(block);
        }
        kept.push({ ...(heading === undefined ? {} : { heading }), blocks: taken });
    }
    return joined([...kept, { blocks: [fitted_leftOut(dropped)] }]);
}
const separator = '\n\n';
function joined(sections) {
    const blocks = sections.flatMap(({ heading, blocks: [first, ...others] }) => first === undefined ? [] : [headed(heading, first), ...others]);
    return `${blocks.join(separator)}\n`;
}
function headed(heading, block) {
    return heading === undefined ? block : `### ${heading}${separator}${block}`;
}
function fitted_leftOut(count) {
    return `_${plan_words_counted(count, 'part')} left out: the summary would be longer than GitHub shows. The report's files have everything._`;
}

;// CONCATENATED MODULE: ./src/report/health/certificate-table.ts



/** The bars have this many cells, the longest for one year: kubeadm's leaf certificates live that long. */
const barCells = 20;
const barDays = 365;
/** Rows that are shown at once; the others are folded away. */
const shownRows = 10;
const longestCell = 200;
/** The certificates by the days they have left, the first to end on top, each once however often it was seen. */
function certificateTable({ certificates, thresholds }) {
    const rows = seenCertificates(certificates).map((seen) => row(seen, thresholds));
    const header = ['Days left', 'Until', 'Certificate', 'Seen'];
    const rest = rows.slice(shownRows);
    return [
        table(header, rows.slice(0, shownRows)),
        ...(rest.length === 0 ? [] : [details(plan_words_counted(rest.length, 'more certificate'), table(header, rest))]),
    ].join('\n\n');
}
function seenCertificates(certificates) {
    const identity = ({ fingerprint, subject, notAfter }) => JSON.stringify([fingerprint, subject, notAfter]);
    return [...Map.groupBy(certificates, identity).values()]
        .flatMap((places) => places.slice(0, 1).map((certificate) => ({ certificate, places })))
        .toSorted((one, other) => one.certificate.daysLeft - other.certificate.daysLeft);
}
function row({ certificate, places }, thresholds) {
    const { daysLeft, notAfter, subject, isCa } = certificate;
    return [
        `${sign(daysLeft, thresholds)} <code>${bar(daysLeft)}</code> ${daysLeft < 0 ? 'expired' : daysLeft}`,
        markdown_text(notAfter.slice(0, 10)),
        `${code(oneLine(subject, longestCell))}${isCa ? ' (CA)' : ''}`,
        certificate_table_placesOf(places),
    ];
}
function sign(daysLeft, { certificateFailureDays, certificateWarningDays }) {
    if (daysLeft < certificateFailureDays)
        return STATUS_ICONS.fail;
    return daysLeft < certificateWarningDays ? STATUS_ICONS.warn : STATUS_ICONS.ok;
}
/** Filled for the days that are left; one that has not ended always has a cell. */
function bar(daysLeft) {
    const share = Math.min(Math.max(daysLeft, 0), barDays) / barDays;
    const filled = daysLeft < 0 ? 0 : Math.max(1, Math.round(share * barCells));
    return '█'.repeat(filled) + '░'.repeat(barCells - filled);
}
/** The same file on several members is said once. */
function certificate_table_placesOf(places) {
    const byWhere = Map.groupBy(places, ({ place, where }) => JSON.stringify([place, where]));
    return [...byWhere.values()]
        .map((same) => {
        const names = [...new Set(same.map(({ member }) => member))];
        const [first] = same;
        const on = names.map((name) => code(oneLine(name, longestCell))).join(', ');
        return first === undefined ? '' : `${on} ${certificate_table_placeOf(first)}`;
    })
        .join('<br>');
}
function certificate_table_placeOf({ place, where }) {
    const shown = code(oneLine(where, longestCell));
    return place === 'disk' ? shown : `${shown} (${place} listener)`;
}

;// CONCATENATED MODULE: ./src/report/health/standing.ts
/** How a member stands: one that was asked and does not answer is out, one that nobody could ask is unknown. */
function standingOf({ name, reachable, status }, { checks }) {
    if (reachable)
        return status;
    const endpoint = checks.find((check) => check.name === 'endpoint' && check.member === name);
    return endpoint?.status === 'unknown' ? 'unknown' : 'out';
}

;// CONCATENATED MODULE: ./src/report/health/flowchart.ts



/** Up to so many members every pair is joined; with more, only the leader with each other: the picture stays legible. */
const mostJoined = 5;
const longestName = 40;
/**
 * Colours with their own text colour: they are legible whatever the page's background, so that one picture serves
 * light and dark (WCAG AA, contrast 4.5 and more).
 */
const CLASSES = [
    'classDef ok fill:#dafbe1,stroke:#1a7f37,color:#0b3d1a',
    'classDef warn fill:#fff3c4,stroke:#9a6700,color:#4d2d00',
    'classDef fail fill:#ffdfdc,stroke:#cf222e,color:#6e0a12',
    'classDef unknown fill:#e6eaef,stroke:#57606a,color:#24292f,stroke-dasharray:4 3',
    'classDef out fill:#a40e26,stroke:#6e0a12,color:#ffffff,stroke-dasharray:4 3',
    'classDef leader stroke-width:4px',
];
/**
 * The members and the ways between them, as a Mermaid flowchart: who leads, who is out, and on each way the 99th
 * percentile of round trips, the slower of its two directions. Ways to a member that was not heard of are dashed.
 */
function flowchart(document) {
    const nodes = document.members
        .map((member, index) => ({ id: `m${index}`, member, standing: standingOf(member, document) }))
        .toSorted((one, other) => flowchart_rank(one) - flowchart_rank(other));
    return [
        'flowchart LR',
        ...nodes.map(nodeLine),
        ...pairsOf(nodes).flatMap((pair) => edgeLine(pair, document.thresholds.peerLatencyWarningMs)),
        ...CLASSES,
        ...nodes.filter(isLeader).map(({ id }) => `class ${id} leader`),
    ]
        .map((line, index) => (index === 0 ? line : `  ${line}`))
        .join('\n');
}
/** The leader first: Mermaid ranks nodes in their order. */
function flowchart_rank(node) {
    if (isLeader(node))
        return 0;
    return node.member.reachable ? 1 : 2;
}
function isLeader({ member }) {
    return member.role === 'leader';
}
function nodeLine({ id, member, standing }) {
    const lines = [
        `${member.role === 'leader' ? '★ ' : ''}${flowchart_label(member.name)}`,
        standing === 'out' ? 'does not answer' : (member.role ?? 'role unknown'),
        ...(standing === 'out' ? [] : [statusLine(standing)]),
    ];
    return `${id}["${lines.join('<br/>')}"]:::${standing}`;
}
/** The white question mark would not be seen on the light node. */
function statusLine(status) {
    return status === 'unknown' ? status : `${STATUS_ICONS[status]} ${status}`;
}
/** A name with nothing in it that means something to Mermaid or HTML. */
function flowchart_label(name) {
    const harmless = name.replaceAll(/[^A-Za-z0-9._-]/g, '_');
    return harmless.length <= longestName ? harmless : `${harmless.slice(0, longestName)}…`;
}
function pairsOf(nodes) {
    const pairs = nodes.flatMap((one, index) => nodes.slice(index + 1).map((other) => [one, other]));
    return nodes.length <= mostJoined ? pairs : pairs.filter((pair) => pair.some(isLeader));
}
function edgeLine([one, other], warningMs) {
    const answering = [one, other].filter(({ member }) => member.reachable).length;
    if (answering === 0)
        return [];
    if (answering === 1)
        return [`${one.id} -.- ${other.id}`];
    const slowest = Math.max(p99(one, other), p99(other, one));
    if (slowest < 0)
        return [`${one.id} --- ${other.id}`];
    const sign = slowest > warningMs ? '⚠️ ' : '';
    return [`${one.id} ---|"${sign}${markdown_duration(slowest)}"| ${other.id}`];
}
/** Milliseconds; -1 when the member told nothing of that peer. */
function p99(of, to) {
    return of.member.peers.find(({ name }) => name === to.member.name)?.p99Ms ?? -1;
}

;// CONCATENATED MODULE: ./src/report/health/member-figures.ts


/** Milliseconds for people, `–` for what could not be seen. */
function durationOrMissing(milliseconds) {
    return milliseconds === null || milliseconds === undefined ? words_missing : markdown_duration(milliseconds);
}
/** The database in use, of its size, of its quota: `187 MiB / 212 MiB / 2.0 GiB`. */
function databaseOf({ dbSizeInUseBytes, dbSizeBytes, quotaBytes }) {
    const figures = [dbSizeInUseBytes, dbSizeBytes, quotaBytes];
    if (figures.every((figure) => figure === null))
        return words_missing;
    return figures.map((figure) => (figure === null ? words_missing : words_size(figure))).join(' / ');
}
/** What a member is to the others and its main figures, in one line; without what could not be seen. */
function figuresLine(member) {
    const { role, version, readMs, walFsync, dbSizeInUseBytes, quotaBytes, raftLag } = member;
    return [
        ...(role === null ? [] : [role]),
        ...(version === null ? [] : [version]),
        ...(readMs === null ? [] : [`read ${markdown_duration(readMs)}`]),
        ...(walFsync === null ? [] : [`fsync p99 ${markdown_duration(walFsync.p99Ms)}`]),
        ...(dbSizeInUseBytes === null || quotaBytes === null
            ? []
            : [`db ${words_size(dbSizeInUseBytes)} of ${words_size(quotaBytes)}`]),
        ...(raftLag === null ? [] : [`lag ${raftLag}`]),
    ].join(', ');
}

;// CONCATENATED MODULE: ./src/report/health/sections.ts









const longestTitle = 200;
const sections_longestCell = 100;
/** All that is told of a health check, in the order in which a reader needs it. */
function healthSections(document, extras = {}) {
    return [
        { blocks: [sections_verdict(document, extras.reportUrl)] },
        { heading: 'Cluster', blocks: picture(document) },
        { heading: 'Members', blocks: document.members.length === 0 ? [] : [memberTable(document)] },
        { heading: 'Findings', blocks: sections_findings(document, extras.mostFindings ?? Infinity) },
        { heading: 'Good to know', blocks: noticesOf(document).map((notice) => `- ${sentence(notice)}`) },
        { heading: 'Trends', blocks: (extras.trends ?? []).map((trend) => `- ${trend.replaceAll('\n', ' ')}`) },
        {
            heading: 'Certificates',
            blocks: document.certificates.length === 0 ? [] : [certificateTable(document)],
        },
        { heading: 'What is well', blocks: wellDone(document) },
    ];
}
function sections_verdict(document, reportUrl) {
    const { clusterName, status, summary, checkedAt, durationMs, checks, metricsWindowSeconds } = document;
    const name = code(oneLine(clusterName, sections_longestCell));
    const counts = statusCounts(checks).map(([of, count]) => `${count} ${of}`);
    const facts = [
        `Checked ${markdown_text(checkedAt)}`,
        markdown_duration(durationMs),
        `${plan_words_counted(checks.length, 'check')}${counts.length === 0 ? '' : `: ${counts.join(', ')}`}`,
        metricsWindowSeconds === null
            ? 'percentiles since each member started'
            : `percentiles of ${metricsWindowSeconds} s`,
        ...(reportUrl === undefined ? [] : [`[the whole report](${encodeURI(reportUrl)})`]),
    ];
    return `## ${STATUS_ICONS[status]} etcd cluster ${name}: ${sentence(summary)}\n\n${facts.join(' · ')}`;
}
function picture(document) {
    if (document.members.length === 0)
        return [];
    const legend = document.members.length === 1
        ? '★ leads.'
        : '★ leads; dashed: does not answer or could not be asked; on the lines: 99th percentile of round trips between members, the slower direction.';
    return [`${codeBlock('mermaid', flowchart(document))}\n\n<sub>${legend}</sub>`];
}
function memberTable(document) {
    const header = [
        'Member',
        'Role',
        'Status',
        'etcd',
        'Read',
        'SSH',
        'fsync p99',
        'DB in use / size / quota',
        'Lag',
    ];
    return table(header, document.members.map((member) => memberRow(member, document)));
}
function memberRow(member, document) {
    const { name, role, version, readMs, sshRoundTripMs, walFsync, raftLag } = member;
    return [
        code(oneLine(name, sections_longestCell)),
        role === 'leader' ? '**leader**' : (role ?? words_missing),
        statusCell(member, document),
        version === null ? words_missing : markdown_text(oneLine(version, sections_longestCell)),
        durationOrMissing(readMs),
        durationOrMissing(sshRoundTripMs),
        durationOrMissing(walFsync?.p99Ms),
        databaseOf(member),
        raftLag === null ? words_missing : String(raftLag),
    ];
}
function statusCell(member, document) {
    const { status, reachable, askedThrough } = member;
    const silent = standingOf(member, document) === 'out' ? 'no answer' : 'could not be asked';
    return [
        `${STATUS_ICONS[status]} ${status}`,
        ...(reachable ? [] : [silent]),
        ...(askedThrough === null ? [] : [`asked through ${code(oneLine(askedThrough, sections_longestCell))}`]),
    ].join(', ');
}
/** One block for each thing that is wrong, of all members, the worst first; then one for each that could not be seen. */
function sections_findings(document, most) {
    const groups = groupsOf(document);
    const wrong = ['fail', 'warn'].flatMap((status) => groups.flatMap(({ title, checks }) => checks.filter((check) => check.status === status).map((check) => sections_finding(title, check))));
    return [
        ...wrong.slice(0, most),
        ...moreOf(wrong.length - most, 'finding'),
        ...groups.flatMap((group) => sections_unseen(group, most)),
    ];
}
/** A line that says how many more there are; none where there are none. */
function moreOf(count, noun) {
    return count <= 0 ? [] : [`_And ${plan_words_counted(count, `more ${noun}`)}: the report's files have all._`];
}
function sections_finding(where, check) {
    const { status, measured, threshold, cause, fix } = check;
    const title = `${STATUS_ICONS[status]} ${where}: ${titleOf(check)} – ${measured}`;
    const items = [
        `**Measured:** ${sentence(measured)}`,
        ...(threshold === null ? [] : [`**Threshold:** ${sentence(threshold)}`]),
        ...(cause === null ? [] : [`**Usual cause:** ${sentence(cause)}`]),
        ...(fix === null ? [] : [`**Fix:** ${sentence(fix)}`]),
    ];
    return details(oneLine(title, longestTitle), items.map((item) => `- ${item}`).join('\n'));
}
/** What could not be looked at often has one reason: each reason once, with the checks it kept from being made. */
function sections_unseen({ title, checks }, most) {
    const unknown = checks.filter(({ status }) => status === 'unknown');
    if (unknown.length === 0)
        return [];
    const rows = sameTold(unknown).map((same) => [
        same.map((check) => markdown_text(oneLine(titleOf(check), sections_longestCell))).join('<br>'),
        reason(same[0]),
    ]);
    const summary = `${STATUS_ICONS.unknown} ${oneLine(title, sections_longestCell)}: ${plan_words_counted(unknown.length, 'check')} could not be made`;
    const shown = [table(['Check', 'Why'], rows.slice(0, most)), ...moreOf(rows.length - most, 'reason')];
    return [details(summary, shown.join('\n\n'))];
}
function reason(check) {
    if (check === undefined)
        return '';
    const { measured, cause, fix } = check;
    return [
        sentence(measured),
        ...(cause === null ? [] : [`Usual cause: ${sentence(cause)}`]),
        ...(fix === null ? [] : [`**Fix:** ${sentence(fix)}`]),
    ].join('<br>');
}
function wellDone(document) {
    const rows = groupsOf(document).flatMap(({ title, checks }) => checks
        .filter(({ status }) => status === 'ok')
        .map((check) => [
        code(oneLine(title, sections_longestCell)),
        markdown_text((0,log_line/* shortened */.vI)(titleOf(check), longestTitle)),
        sentence(check.measured),
        check.threshold === null ? words_missing : sentence(check.threshold),
    ]));
    if (rows.length === 0)
        return [];
    const summary = `${STATUS_ICONS.ok} ${plan_words_counted(rows.length, 'check')} ok`;
    return [details(summary, table(['Where', 'Check', 'Measured', 'Threshold'], rows))];
}

;// CONCATENATED MODULE: ./src/report/health/report-md.ts


/** report.md: what the job summary tells, whole and without what only makes sense on the page of the run. */
function reportMarkdown(document, extras = {}) {
    return fitted_fitted(healthSections(document, extras));
}

;// CONCATENATED MODULE: ./src/report/health/files.ts



/** The files of a health check's report (docs/health-report.md). @param extra what is made elsewhere. */
function healthFiles(document, extra) {
    return [
        { name: 'report.json', content: `${JSON.stringify(document, null, 2)}\n` },
        { name: 'report.md', content: reportMarkdown(document, extra) },
        { name: 'report.html', content: extra.html },
        { name: 'junit.xml', content: junitXml(document) },
        { name: 'metrics.prom', content: prometheusText(document) },
    ];
}

;// CONCATENATED MODULE: ./src/report/health/html/markup.ts
const ENTITIES = {
    '&': '&amp;',
    '<': '&lt;',
    '>': '&gt;',
    '"': '&quot;',
    "'": '&#39;',
};
/** A template for HTML: what is put in is escaped, unless it is markup already. */
function markup(parts, ...values) {
    const text = parts.reduce((all, part, index) => {
        const value = values[index];
        return all + part + (value === undefined ? '' : markup_render(value));
    }, '');
    return { html: text };
}
/** Nothing. */
const markup_NOTHING = { html: '' };
/** One after the other. */
function markup_joined(pieces) {
    return { html: pieces.map((piece) => piece.html).join('\n') };
}
/** Text in which `code` stands between backticks. */
function markup_prose(text) {
    const pieces = text.split(/`([^`]+)`/);
    return joinedTight(pieces.map((piece, index) => (index % 2 === 1 ? markup `<code>${piece}</code>` : markup `${piece}`)));
}
function joinedTight(pieces) {
    return { html: pieces.map((piece) => piece.html).join('') };
}
function markup_render(value) {
    if (typeof value === 'object' && 'html' in value)
        return value.html;
    if (typeof value === 'object')
        return value.map(markup_render).join('');
    return markup_escape(String(value));
}
/** Control characters that HTML does not take have no place in a report either. */
function markup_escape(text) {
    return text
        .replaceAll(/[^\P{Cc}\n\t]/gu, '')
        .replaceAll(/[&<>"']/g, (character) => ENTITIES[character] ?? '');
}

;// CONCATENATED MODULE: ./src/report/health/html/picture.ts



const WIDTH = 360;
const HEIGHT = 300;
const RADIUS = 38;
/** The members in a ring: who leads, who is out, and how long a round trip between two takes. */
function clusterPicture({ members, cluster, thresholds }) {
    const places = members.map((member, index) => {
        const angle = (index / members.length) * 2 * Math.PI - Math.PI / 2;
        const reach = members.length === 1 ? 0 : 1;
        return {
            member,
            x: WIDTH / 2 + reach * Math.cos(angle) * (WIDTH / 2 - RADIUS - 18),
            y: HEIGHT / 2 + reach * Math.sin(angle) * (HEIGHT / 2 - RADIUS - 10),
        };
    });
    const bottom = Math.max(...places.map(({ y }) => y)) + RADIUS + 6;
    const pairs = places.flatMap((one, index) => places.slice(index + 1).map((other) => [one, other]));
    const words = `${members.length} members. ${cluster.leader === null ? 'No leader is known.' : `${cluster.leader} leads.`} ${members
        .map(({ name, status, reachable }) => `${name}: ${reachable ? STATUS_WORDS[status] : 'no answer'}`)
        .join(', ')}.`;
    return markup `<div class="card picture">
    <h2>The cluster</h2>
    <svg viewBox="0 0 ${WIDTH} ${bottom.toFixed(0)}" role="img" aria-label="${words}">
      ${markup_joined(pairs.map(([one, other]) => edge(one, other, thresholds.peerLatencyWarningMs)))}
      ${markup_joined(places.map((place) => node(place)))}
    </svg>
    <p class="quiet small">
      On the lines: the slower direction's round trip, 99th percentile. A crown marks the leader, a dashed
      ring who does not answer.
    </p>
  </div>`;
}
function edge(one, other, mostMs) {
    const p99 = slowest(one.member, other.member);
    const isCut = !one.member.reachable || !other.member.reachable;
    const kind = isCut ? 'edge cut' : p99 !== undefined && p99 > mostMs ? 'edge slow' : 'edge';
    const [x, y] = [(one.x + other.x) / 2, (one.y + other.y) / 2];
    const label = p99 === undefined || isCut
        ? markup ``
        : markup `<rect
            class="plate"
            x="${(x - 30).toFixed(1)}"
            y="${(y - 10).toFixed(1)}"
            width="60"
            height="18"
            rx="4"
          ></rect
          ><text class="sub" x="${x.toFixed(1)}" y="${(y + 3).toFixed(1)}">${format_duration(p99)}</text>`;
    return markup `<line
      class="${kind}"
      x1="${one.x.toFixed(1)}"
      y1="${one.y.toFixed(1)}"
      x2="${other.x.toFixed(1)}"
      y2="${other.y.toFixed(1)}"
    ></line
    >${label}`;
}
function slowest(one, other) {
    const told = [
        ...one.peers.filter(({ name }) => name === other.name),
        ...other.peers.filter(({ name }) => name === one.name),
    ].map(({ p99Ms }) => p99Ms);
    return told.length === 0 ? undefined : Math.max(...told);
}
function node({ member, x, y }) {
    const ring = member.reachable ? member.status : member.status === 'fail' ? 'out' : 'unknown';
    const name = member.name.length > 11 ? `${member.name.slice(0, 10)}…` : member.name;
    const role = member.reachable ? (member.role ?? '') : 'no answer';
    const crown = member.role === 'leader'
        ? markup `<text x="${x.toFixed(1)}" y="${(y - 16).toFixed(1)}">♛</text>`
        : markup ``;
    return markup `<circle class="${ring}" cx="${x.toFixed(1)}" cy="${y.toFixed(1)}" r="${RADIUS}"></circle
    >${crown}<text x="${x.toFixed(1)}" y="${(y + 2).toFixed(1)}">${name}</text
    ><text class="sub" x="${x.toFixed(1)}" y="${(y + 17).toFixed(1)}">${role}</text>`;
}

;// CONCATENATED MODULE: ./src/report/health/html/bars.ts

/** A card with the plot; nothing where there is nothing to draw. */
function barPlot({ title, note, columns, bars, limit, end }) {
    if (bars.every(({ value }) => value === null))
        return markup_NOTHING;
    const longest = Math.max(...bars.map(({ value }) => value ?? 0));
    const scale = end ?? Math.max(longest, nearby(limit, longest)) * 1.08;
    const drawn = limit !== undefined && limit <= scale ? limit : undefined;
    return markup `<div class="card">
    <h3>${title}</h3>
    <table class="bars">
      <thead class="small">
        <tr>
          <th scope="col">${columns[0]}</th>
          <td></td>
          <th scope="col" class="figure">${columns[1]}</th>
        </tr>
      </thead>
      <tbody>
        ${markup_joined(bars.map((bar) => bars_row(bar, scale, drawn)))}
      </tbody>
    </table>
    <p class="quiet small">${note}</p>
  </div>`;
}
/** A limit far beyond all bars would make them invisible. */
function nearby(limit, longest) {
    return limit !== undefined && limit <= longest * 4 ? limit : 0;
}
function bars_row({ label, value, part, text, status }, scale, limit) {
    const length = (amount) => `${percent(amount, scale)}%`;
    const whole = part === undefined || part === null ? (status ?? 'bar') : 'part';
    const pieces = [
        markup `<rect class="track" width="100%" height="14" rx="3"></rect>`,
        value === null
            ? markup_NOTHING
            : markup `<rect class="${whole}" width="${length(value)}" height="14" rx="3"></rect>`,
        part === undefined || part === null
            ? markup_NOTHING
            : markup `<rect class="${status ?? 'bar'}" width="${length(part)}" height="14" rx="3"></rect>`,
        limit === undefined
            ? markup_NOTHING
            : markup `<line class="limit" x1="${length(limit)}" x2="${length(limit)}" y1="0" y2="14"></line>`,
    ];
    return markup `<tr>
    <th scope="row">${label}</th>
    <td><svg aria-hidden="true" focusable="false">${pieces}</svg></td>
    <td class="figure">${text}</td>
  </tr>`;
}
function percent(amount, scale) {
    return scale <= 0 ? '0' : Math.max(0, Math.min(100, (amount / scale) * 100)).toFixed(2);
}

;// CONCATENATED MODULE: ./src/report/health/html/table.ts

/** A table that scrolls within itself where the page is narrow, and can be scrolled by keyboard. */
function scrollTable(label, columns, rows) {
    const heads = columns.map(({ title, isFigure }) => isFigure === true
        ? markup `<th scope="col" class="figure">${title}</th>`
        : markup `<th scope="col">${title}</th>`);
    return markup `<div class="scroll" tabindex="0" role="region" aria-label="${label}">
    <table>
      <thead>
        <tr>
          ${heads}
        </tr>
      </thead>
      <tbody>
        ${markup_joined(rows)}
      </tbody>
    </table>
  </div>`;
}

;// CONCATENATED MODULE: ./src/report/health/html/plots.ts




/** All figures that are better looked at than read. */
function plots(document) {
    return markup `<div class="grid">
    ${[
        latency(document),
        databases(document),
        raftLag(document),
        disks(document),
        plots_roundTrips(document),
        daysLeft(document),
    ]}
  </div>`;
}
function perMember(members, value, text, limit) {
    return members.map((member) => {
        const seen = value(member);
        return {
            label: member.name,
            value: seen,
            text: seen === null ? 'not seen' : text(seen),
            ...(seen !== null && seen > limit && { status: 'warn' }),
        };
    });
}
function latency({ members, thresholds: { latencyWarningMs } }) {
    const bars = members.flatMap((member) => {
        const { name, readMs, localReadMs, roundTripMs } = member;
        const way = roundTripMs ?? 0;
        const slow = readMs !== null && readMs - way > latencyWarningMs;
        return [
            {
                label: name,
                value: readMs,
                text: readMs === null ? 'no answer' : format_duration(readMs),
                ...(readMs !== null && { part: Math.max(0, readMs - way) }),
                ...(slow && { status: 'warn' }),
            },
            {
                label: `${name}, alone`,
                value: localReadMs,
                text: localReadMs === null ? 'no answer' : format_duration(localReadMs),
                ...(localReadMs !== null && { part: Math.max(0, localReadMs - way) }),
            },
        ];
    });
    return barPlot({
        title: 'Read latency',
        columns: ['Member', 'Read'],
        bars,
        limit: latencyWarningMs,
        note: `Dark: etcd; light: the way there and back. First through the majority (linearizable), then from the member alone (serializable). Warning from ${latencyWarningMs} ms.`,
    });
}
function databases({ members, thresholds: { dbQuotaWarningPercent } }) {
    const quota = Math.max(0, ...members.map(({ quotaBytes }) => quotaBytes ?? 0));
    const bars = members.map(({ name, dbSizeBytes, dbSizeInUseBytes, quotaBytes }) => ({
        label: name,
        value: dbSizeBytes,
        part: dbSizeInUseBytes,
        text: dbSizeBytes === null
            ? 'not seen'
            : `${size(dbSizeBytes)}${quotaBytes === null ? '' : ` (${((dbSizeBytes / quotaBytes) * 100).toFixed(0)} %)`}`,
        ...(dbSizeBytes !== null &&
            quotaBytes !== null &&
            dbSizeBytes >= (quotaBytes * dbQuotaWarningPercent) / 100 && { status: 'warn' }),
    }));
    return barPlot({
        title: 'Database against quota',
        columns: ['Member', 'Size'],
        bars,
        ...(quota > 0 && { end: quota, limit: (quota * dbQuotaWarningPercent) / 100 }),
        note: `Dark: in use; light: free within the file, until it is defragmented. ${quota > 0 ? `The scale is the quota, ${size(quota)}; the line is the warning, ${dbQuotaWarningPercent} %.` : ''}`,
    });
}
function raftLag({ members, thresholds: { raftLagWarning } }) {
    return barPlot({
        title: 'Raft lag',
        columns: ['Member', 'Behind'],
        bars: perMember(members, ({ raftLag: lag }) => lag, (lag) => String(lag), raftLagWarning),
        limit: raftLagWarning,
        end: raftLagWarning,
        note: `Entries of the log behind the leader. The scale ends at the warning, ${raftLagWarning}.`,
    });
}
function disks({ members, thresholds, metricsWindowSeconds }) {
    const bars = members.flatMap(({ name, walFsync, backendCommit }) => [
        {
            label: `${name}, fsync`,
            value: walFsync?.p99Ms ?? null,
            text: walFsync === null ? 'not seen' : format_duration(walFsync.p99Ms),
            ...(walFsync !== null && walFsync.p99Ms > thresholds.fsyncWarningMs && { status: 'warn' }),
        },
        {
            label: `${name}, commit`,
            value: backendCommit?.p99Ms ?? null,
            text: backendCommit === null ? 'not seen' : format_duration(backendCommit.p99Ms),
            ...(backendCommit !== null &&
                backendCommit.p99Ms > thresholds.commitWarningMs && { status: 'warn' }),
        },
    ]);
    const samples = members.flatMap(({ walFsync }) => walFsync?.samples ?? []);
    const period = metricsWindowSeconds === null ? "since each member's start" : `in ${metricsWindowSeconds} s`;
    return barPlot({
        title: 'Disk, 99th percentile',
        columns: ['Member', 'Takes'],
        bars,
        limit: thresholds.fsyncWarningMs,
        note: `${samples.length === 0 ? '' : `From ${plural(Math.min(...samples), 'sample')} and more, ${period}. `}Warnings from ${thresholds.fsyncWarningMs} ms (fsync, the line) and ${thresholds.commitWarningMs} ms (commit).`,
    });
}
function plots_roundTrips({ members, thresholds: { peerLatencyWarningMs } }) {
    const told = new Map(members.flatMap(({ name, peers }) => peers.map((peer) => [`${name}\n${peer.name}`, peer])));
    if (told.size === 0)
        return markup_NOTHING;
    const names = members.map(({ name }) => name);
    const rows = names.map((from) => {
        const cells = names.map((to) => {
            const peer = told.get(`${from}\n${to}`);
            if (peer === undefined)
                return markup `<td class="figure quiet">–</td>`;
            const isSlow = peer.p99Ms > peerLatencyWarningMs;
            return markup `<td class="figure${isSlow ? ' warn' : ''}">
        ${isSlow ? '▲ ' : ''}${format_duration(peer.p99Ms)}
      </td>`;
        });
        return markup `<tr>
      <th scope="row">${from}</th>
      ${cells}
    </tr>`;
    });
    const columns = [{ title: 'from ╲ to' }, ...names.map((title) => ({ title, isFigure: true }))];
    return markup `<div class="card">
    <h3>Round trips between members</h3>
    ${scrollTable('Round trips between members', columns, rows)}
    <p class="quiet small">
      99th percentile, as the member in the row measured it. ▲: beyond ${peerLatencyWarningMs} ms. etcd makes
      one every 30 s.
    </p>
  </div>`;
}
/** More than these are told in a table anyway. */
const MOST_CERTIFICATES = 12;
function daysLeft({ certificates, thresholds }) {
    const soonest = plots_distinct(certificates).toSorted((one, other) => one.daysLeft - other.daysLeft);
    const bars = soonest.slice(0, MOST_CERTIFICATES).map((certificate) => {
        const { certificateFailureDays, certificateWarningDays } = thresholds;
        const left = certificate.daysLeft;
        const status = left < certificateFailureDays ? 'fail' : left < certificateWarningDays ? 'warn' : undefined;
        return {
            label: `${certificate.isCa ? '' : `${certificate.member} `}${fileName(certificate.where)}`,
            value: Math.max(0, Math.min(left, YEAR)),
            text: left < 0 ? `ended` : days(left),
            ...(status !== undefined && { status }),
        };
    });
    return barPlot({
        title: 'Days left per certificate',
        columns: ['Certificate', 'Left'],
        bars,
        limit: thresholds.certificateWarningDays,
        end: YEAR,
        note: `${soonest.length > MOST_CERTIFICATES ? `The ${MOST_CERTIFICATES} that end first of ${soonest.length}. ` : ''}The scale ends at a year; the line is the warning, ${days(thresholds.certificateWarningDays)}.`,
    });
}
const YEAR = 365;
/** One that lies on the disk and is served too, or on every host, is one. */
function plots_distinct(certificates) {
    return [...new Map(certificates.toReversed().map((each) => [each.fingerprint, each])).values()];
}
function fileName(where) {
    return where.replace(/^.*\//, '');
}

;// CONCATENATED MODULE: ./src/report/health/html/colours.ts
/** Text colours (ink, quiet, ok, warn, fail, unknown, link) have a contrast of 4.5 and more on page and card (WCAG 2.2, 1.4.3). */
const LIGHT = {
    page: '#f6f7f9',
    card: '#ffffff',
    ink: '#1b2330',
    quiet: '#5a6472',
    line: '#dde2e8',
    bar: '#3a6ea5',
    light: '#b9cde2',
    limit: '#9a3412',
    ok: '#17693a',
    warn: '#8a5300',
    fail: '#b3261e',
    unknown: '#565f6b',
    link: '#0b57b0',
};
const DARK = {
    page: '#11151b',
    card: '#1a2029',
    ink: '#e6eaf0',
    quiet: '#a3adba',
    line: '#303946',
    bar: '#6ea6dd',
    light: '#35506b',
    limit: '#f0a070',
    ok: '#62c98b',
    warn: '#e7b04f',
    fail: '#ff8a80',
    unknown: '#a9b3c0',
    link: '#8ab8f0',
};

;// CONCATENATED MODULE: ./src/report/health/html/style.ts

function variables(colours) {
    return Object.entries(colours)
        .map(([name, value]) => `--${name}:${value}`)
        .join(';');
}
/** The style sheet of the report. Nothing in it is fetched from anywhere. */
const STYLE = `
:root{color-scheme:light dark;${variables(LIGHT)}}
@media (prefers-color-scheme:dark){:root{${variables(DARK)}}}
*{box-sizing:border-box}
body{margin:0;background:var(--page);color:var(--ink);font:16px/1.5 system-ui,-apple-system,"Segoe UI",Roboto,"Liberation Sans",sans-serif;font-variant-numeric:tabular-nums;overflow-wrap:anywhere}
main,header,footer{max-width:72rem;margin:0 auto;padding:0 1rem}
header{padding-top:2rem;padding-bottom:1rem}
footer{padding:1rem 1rem 3rem;color:var(--quiet);font-size:.875rem}
h1{font-size:1.6rem;line-height:1.25;margin:.25rem 0 .5rem;font-weight:650}
h2{font-size:1.15rem;margin:0 0 .75rem;font-weight:650}
h3{font-size:1rem;margin:0 0 .5rem;font-weight:600}
p{margin:.35rem 0}
a{color:var(--link)}
a:focus-visible,summary:focus-visible,.scroll:focus-visible{outline:3px solid var(--link);outline-offset:2px;border-radius:4px}
.skip{position:absolute;left:-999rem}
.skip:focus{left:1rem;top:1rem;background:var(--card);padding:.5rem .75rem}
.quiet{color:var(--quiet)}
.small{font-size:.875rem}
.card{background:var(--card);border:1px solid var(--line);border-radius:12px;padding:1.25rem;margin:0 0 1rem;min-width:0}
.grid{display:grid;gap:1rem;grid-template-columns:repeat(auto-fit,minmax(min(100%,26rem),1fr));align-items:start}
.grid>.card{margin:0}
main>*,main>.card{margin-top:1rem;margin-bottom:0}
main>section:not(.card){margin-top:1.75rem}
.facts{display:flex;flex-wrap:wrap;gap:.5rem 2rem;margin:1rem 0 0;padding:0}
.facts div{min-width:6rem}
.facts dt{color:var(--quiet);font-size:.8125rem}
.facts dd{margin:0;font-size:1.25rem;font-weight:600}
.status{display:inline-block;font-weight:650;white-space:nowrap}
.ok{color:var(--ok)}.warn{color:var(--warn)}.fail{color:var(--fail)}.unknown{color:var(--unknown)}
.verdict{border-left:6px solid currentColor;padding-left:1rem}
.verdict h1,.verdict p,.verdict dl{color:var(--ink)}
.finding{border-top:1px solid var(--line);padding:.75rem 0}
.finding:first-of-type{border-top:0;padding-top:0}
.finding dl,.two{display:grid;grid-template-columns:max-content 1fr;gap:.15rem .75rem;margin:.5rem 0 0;font-size:.9375rem}
.finding dt{color:var(--quiet)}
.finding dd{margin:0}
code{font:0.875em/1.5 ui-monospace,SFMono-Regular,Menlo,"Liberation Mono",monospace;background:var(--page);border:1px solid var(--line);border-radius:4px;padding:.05em .3em;user-select:all}
table{border-collapse:collapse;width:100%;font-size:.9375rem}
th,td{text-align:left;padding:.35rem .5rem;border-top:1px solid var(--line);vertical-align:top}
thead th{border-top:0;color:var(--quiet);font-weight:500;font-size:.8125rem}
tbody th{font-weight:600}
tbody th .quiet{font-weight:400}
td.figure,th.figure{text-align:right;white-space:nowrap}
.scroll{overflow-x:auto}
.scroll table{overflow-wrap:normal}
.scroll th{white-space:nowrap}
.scroll td{min-width:4rem}
.bars td,.bars th{border:0;padding:.25rem .35rem;vertical-align:middle}
.bars th{font-weight:500}
.bars td:nth-child(2){width:48%}
.bars td.figure{width:1%}
.bars svg{display:block;width:100%;height:14px}
.track{fill:var(--line)}.bar{fill:var(--bar)}.part{fill:var(--light)}
rect.ok{fill:var(--ok)}rect.warn{fill:var(--warn)}rect.fail{fill:var(--fail)}rect.unknown{fill:var(--unknown)}
.limit{stroke:var(--limit);stroke-width:2}
.key{display:inline-block;width:.7em;height:.7em;border-radius:2px;margin-right:.3em;background:var(--bar)}
.key.second{background:var(--light)}.key.third{background:var(--limit);width:2px;height:1em;vertical-align:-.15em}
.picture svg{display:block;max-width:26rem;width:100%;height:auto;margin:0 auto}
.picture text{font:600 13px system-ui,sans-serif;fill:var(--ink);text-anchor:middle}
.picture .sub{font-weight:400;font-size:11px;fill:var(--quiet)}
.picture .edge{stroke:var(--line);stroke-width:2}
.picture .slow{stroke:var(--warn)}.picture .cut{stroke:var(--fail);stroke-dasharray:5 5}
.picture circle{fill:var(--card);stroke-width:3}
.picture .ok{stroke:var(--ok)}.picture .warn{stroke:var(--warn)}.picture .fail{stroke:var(--fail)}.picture .out{stroke:var(--fail);stroke-dasharray:6 4}.picture .unknown{stroke:var(--unknown);stroke-dasharray:2 4}
.picture .plate{fill:var(--card)}
.trend svg{display:block;width:100%;height:90px}
.trend polyline{fill:none;stroke:var(--bar);stroke-width:2;vector-effect:non-scaling-stroke}
.trend .l1{stroke:var(--ok)}.trend .l2{stroke:var(--warn)}.trend .l3{stroke:var(--unknown)}.trend .l4{stroke:var(--fail)}
details summary{cursor:pointer;padding:.25rem 0}
@media (max-width:40rem){
.finding dl{grid-template-columns:1fr}.finding dt{margin-top:.35rem}
.bars td:nth-child(2){width:36%}
}
@media print{body{background:#fff}.card{break-inside:avoid}}
`.trim();

;// CONCATENATED MODULE: ./src/report/health/html/trend-plots.ts


const trend_plots_WIDTH = 600;
const trend_plots_HEIGHT = 90;
/** What became of the figures over the runs, the oldest first; nothing for fewer than two. */
function trendPlots(points) {
    if (points.length < 2)
        return markup_NOTHING;
    const names = [...new Set(points.flatMap(({ members }) => members.map(({ name }) => name)))];
    const ofMembers = (value) => names.map((name) => ({
        name,
        values: points.map(({ members }) => {
            const member = members.find((each) => each.name === name);
            return member === undefined ? null : value(member);
        }),
    }));
    const first = points[0]?.checkedAt.slice(0, 16).replace('T', ' ') ?? '';
    return markup `<section aria-labelledby="trends">
    <h2 id="trends">Over the last ${points.length} checks, since ${first} UTC</h2>
    <div class="grid">
      ${[
        plot('Database in use', ofMembers(({ dbSizeInUseBytes }) => dbSizeInUseBytes), size),
        plot('Linearizable read', ofMembers(({ readMs }) => readMs), format_duration),
        plot('fsync of the log, 99th percentile', ofMembers(({ walFsyncP99Ms }) => walFsyncP99Ms), format_duration),
        plot('Days left of the certificate that ends first', [{ name: 'days', values: points.map(({ leastDaysLeft }) => leastDaysLeft) }], days),
    ]}
    </div>
  </section>`;
}
function plot(title, lines, text) {
    const all = lines.flatMap(({ values }) => values.filter((value) => value !== null));
    if (all.length < 2)
        return markup_NOTHING;
    const [low, high] = [Math.min(...all), Math.max(...all)];
    const words = `${title}: between ${text(low)} and ${text(high)}`;
    const drawn = lines.map(({ values }, index) => {
        const spots = values.flatMap((value, at) => value === null ? [] : [`${x(at, values.length)},${y(value, low, high)}`]);
        return markup `<polyline class="l${index % 5}" points="${spots.join(' ')}"></polyline>`;
    });
    const last = lines
        .map(({ name, values }) => `${lines.length === 1 ? '' : `${name} `}${lastText(values, text)}`)
        .join(', ');
    return markup `<div class="card trend">
    <h3>${title}</h3>
    <svg viewBox="0 0 ${trend_plots_WIDTH} ${trend_plots_HEIGHT}" preserveAspectRatio="none" role="img" aria-label="${words}">
      ${markup_joined(drawn)}
    </svg>
    <p class="quiet small">From ${text(low)} to ${text(high)}. Now: ${last}.</p>
  </div>`;
}
function lastText(values, text) {
    const last = values.at(-1);
    return last === null || last === undefined ? 'not seen' : text(last);
}
function x(at, count) {
    return ((at / Math.max(1, count - 1)) * trend_plots_WIDTH).toFixed(1);
}
function y(value, low, high) {
    const share = high === low ? 0.5 : (value - low) / (high - low);
    return (trend_plots_HEIGHT - 6 - share * (trend_plots_HEIGHT - 12)).toFixed(1);
}

;// CONCATENATED MODULE: ./src/report/health/html/report-html.ts











const ICONS = { ok: '✔', warn: '▲', fail: '✖', unknown: '?' };
/**
 * The report as one page that stands alone: no script, and nothing is fetched, which its content security policy makes
 * sure of.
 * @param trends earlier reports and this one, the oldest first.
 */
function htmlReport(document, trends = []) {
    const digest = (0,external_node_crypto_.createHash)('sha256').update(STYLE).digest('base64');
    const page = markup `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'sha256-${{ html: digest }}'; base-uri 'none'; form-action 'none'">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${document.clusterName}: ${STATUS_WORDS[document.status]}</title>
<style>${{ html: STYLE }}</style>
</head>
<body>
<a class="skip" href="#findings">Skip to the findings</a>
${report_html_header(document)}
<main>
<div class="grid">${[report_html_findings(document), clusterPicture(document)]}</div>
${report_html_members(document)}
<section aria-labelledby="figures"><h2 id="figures">Figures</h2>${plots(document)}</section>
${trendPlots(trends)}
${report_html_certificates(document)}
${rest(document)}
</main>
<footer>Checked at ${document.checkedAt} in ${format_duration(document.durationMs)} by etcd-ha-action. Nothing was changed.</footer>
</body>
</html>
`;
    return page.html;
}
function report_html_header(document) {
    const { clusterName, status, failureTolerance, cluster, members: all } = document;
    const facts = [
        ['Members that answer', `${all.filter(({ reachable }) => reachable).length} of ${all.length}`],
        ['Leader', cluster.leader ?? 'unknown'],
        [
            'Can lose',
            failureTolerance === null
                ? 'unknown'
                : failureTolerance < 0
                    ? 'no quorum'
                    : plural(failureTolerance, 'more member'),
        ],
        ['First certificate ends', firstEnd(document)],
    ];
    return markup `<header>
    <div class="verdict ${status}">
      <span class="status">${word(status)}</span>
      <h1>etcd cluster ${clusterName}</h1>
      <p>${markup_prose(document.summary)}</p>
      <dl class="facts">
        ${facts.map(([name, value]) => markup `<div>
              <dt>${name}</dt>
              <dd>${value}</dd>
            </div>`)}
      </dl>
    </div>
  </header>`;
}
function firstEnd({ certificates: all }) {
    if (all.length === 0)
        return 'unknown';
    const least = Math.min(...all.map(({ daysLeft }) => daysLeft));
    return least < 0 ? 'has ended' : `in ${days(least)}`;
}
/** Never by colour alone. */
function word(status) {
    return markup `<span class="${status}"
    ><span aria-hidden="true">${ICONS[status]}</span> ${STATUS_WORDS[status]}</span
  >`;
}
function report_html_findings({ checks }) {
    const bad = checks.filter(({ status }) => status === 'fail' || status === 'warn');
    const list = bad.length === 0
        ? markup `<p>
          Nothing to do: ${plural(checks.filter(({ status }) => status === 'ok').length, 'check')} are fine.
        </p>`
        : markup_joined(bad.map(report_html_finding));
    return markup `<section class="card" aria-labelledby="findings">
    <h2 id="findings">${bad.length === 0 ? 'Findings' : plural(bad.length, 'finding')}</h2>
    ${list}
  </section>`;
}
function report_html_finding(check) {
    const { status, member, measured, threshold, cause, fix } = check;
    const rows = [
        ['Do this', fix],
        ['Usual cause', cause],
        ['Threshold', threshold],
    ];
    return markup `<article class="finding">
    <h3>${word(status)} · ${member ?? 'cluster'} · ${titleOf(check)}</h3>
    <p>${markup_prose(measured)}</p>
    <dl>
      ${rows.map(([name, value]) => value === null
        ? markup_NOTHING
        : markup `<dt>${name}</dt>
              <dd>${markup_prose(value)}</dd>`)}
    </dl>
  </article>`;
}
const MEMBER_COLUMNS = [
    ['Role', ({ role, reachable }) => (reachable ? (role ?? '') : 'no answer')],
    ['etcd', ({ version }) => version ?? '–'],
    ['Read', ({ readMs }) => figure(readMs, format_duration)],
    ['SSH', ({ sshRoundTripMs }) => figure(sshRoundTripMs, format_duration)],
    ['fsync p99', ({ walFsync }) => figure(walFsync?.p99Ms ?? null, format_duration)],
    ['Database', ({ dbSizeBytes }) => figure(dbSizeBytes, size)],
    ['Lag', ({ raftLag }) => figure(raftLag, String)],
    [
        'Clock',
        ({ clockOffsetMs }) => figure(clockOffsetMs, (ms) => `${ms < 0 ? '−' : '+'}${format_duration(Math.abs(ms))}`),
    ],
    ['Disk free', ({ diskFreeBytes }) => figure(diskFreeBytes, size)],
    ['Restarts', ({ restarts }) => figure(restarts, String)],
];
function figure(value, text) {
    return value === null ? '–' : text(value);
}
function report_html_members({ members: all }) {
    const rows = all.map((member) => markup `<tr>
        <th scope="row">
          ${member.name}<br /><span class="quiet small"
            >${member.address}${member.askedThrough === null ? '' : `, asked through ${member.askedThrough}`}</span
          >
        </th>
        <td>${word(member.status)}</td>
        ${MEMBER_COLUMNS.map(([, text]) => markup `<td class="figure">${text(member)}</td>`)}
      </tr>`);
    const figures = MEMBER_COLUMNS.map(([title]) => ({ title, isFigure: true }));
    const columns = [{ title: 'Member' }, { title: 'Status' }, ...figures];
    return markup `<section class="card" aria-labelledby="members">
    <h2 id="members">Members</h2>
    ${scrollTable('Members', columns, rows)}
  </section>`;
}
function report_html_certificates({ certificates: all }) {
    if (all.length === 0)
        return markup_NOTHING;
    const rows = all
        .toSorted((one, other) => one.daysLeft - other.daysLeft)
        .map(({ member, place, where, subject, daysLeft: left, notAfter }) => markup `<tr>
          <th scope="row">${member}</th>
          <td>${place === 'disk' ? where : `${place} port, ${where}`}</td>
          <td>${subject}</td>
          <td class="figure">${left < 0 ? 'ended' : days(left)}</td>
          <td class="figure">${notAfter.slice(0, 10)}</td>
        </tr>`);
    const columns = [
        { title: 'Host' },
        { title: 'Where' },
        { title: 'Subject' },
        { title: 'Left', isFigure: true },
        { title: 'Ends', isFigure: true },
    ];
    return folded(`All ${all.length} certificates, on the disks and as served`, columns, rows);
}
/** What is unknown and what is well, folded. */
function rest({ checks }) {
    const unknown = checks.filter(({ status }) => status === 'unknown');
    const good = checks.filter(({ status }) => status === 'ok');
    const unknownRows = [...Map.groupBy(unknown, ({ member }) => member ?? 'cluster')].flatMap(([member, own]) => sameTold(own).map((same) => markup `<tr>
            <th scope="row">${member}</th>
            <td>${same.map(({ name }) => CHECK_TITLES[name]).join(', ')}</td>
            <td>${markup_prose(same[0]?.measured ?? '')}</td>
          </tr>`));
    const goodRows = good.map((check) => markup `<tr>
        <th scope="row">${check.member ?? 'cluster'}</th>
        <td>${titleOf(check)}</td>
        <td>
          ${markup_prose(check.measured)}${check.notice === null ? markup_NOTHING : markup ` <span class="quiet">${markup_prose(check.notice)}</span>`}
        </td>
      </tr>`);
    const columns = [{ title: 'Where' }, { title: 'Check' }, { title: 'Seen' }];
    return markup_joined([
        folded(`${plural(unknown.length, 'check')} that could not be made`, columns, unknownRows),
        folded(`${plural(good.length, 'check')} that are fine`, columns, goodRows),
    ]);
}
function folded(title, columns, rows) {
    if (rows.length === 0)
        return markup_NOTHING;
    return markup `<section class="card">
    <details>
      <summary>${title}</summary>
      ${scrollTable(title, columns, rows)}
    </details>
  </section>`;
}

;// CONCATENATED MODULE: ./src/report/health/log-table.ts





/** With the other columns a line still fits the page on which GitHub shows a log. */
const widestMeasured = 100;
const widestCell = 40;
/** The report of a health check for the log: a table to look at and groups to look up. */
function logReport(document) {
    const groups = groupsOf(document);
    return {
        table: aligned([
            ['STATUS', 'WHERE', 'CHECK', 'MEASURED'],
            ...rowsOf(document, groups).map(({ status, cells }) => [STATUS_WORDS[status], ...cells]),
        ]),
        groups: [...groups.flatMap(log_table_details), ...notices(document)],
    };
}
/** The rows of what is not ok, of all members, the worst first; then one row for each member of what is. */
function rowsOf(document, groups) {
    const titles = new Map(groups.flatMap(({ title, checks }) => checks.map((check) => [check, title])));
    const bad = worstFirst([...titles.keys()].filter(({ status }) => status !== 'ok'));
    const where = (check) => titles.get(check) ?? '';
    const seen = bad.filter(({ status }) => status !== 'unknown').map((check) => badRow([check], where(check)));
    const unseen = [...Map.groupBy(bad.filter(isUnknown), where)].flatMap(([title, checks]) => sameTold(checks).map((same) => badRow(same, title)));
    return [...seen, ...unseen, ...groups.flatMap((group) => goodRow(document, group))];
}
function isUnknown({ status }) {
    return status === 'unknown';
}
/** @param checks of which the same is told; at least one. */
function badRow(checks, where) {
    const [first] = checks;
    const what = checks.length > 1 || first === undefined ? plan_words_counted(checks.length, 'check') : CHECK_TITLES[first.name];
    return { status: first?.status ?? 'unknown', cells: [where, what, first?.measured ?? ''] };
}
function goodRow(document, { member, title, checks }) {
    const good = checks.filter(({ status }) => status === 'ok');
    if (good.length === 0)
        return [];
    const figures = document.members.filter(({ name }) => name === member).map(figuresLine);
    return [
        { status: 'ok', cells: [title, plan_words_counted(good.length, 'check'), figures[0] ?? clusterLine(document)] },
    ];
}
function clusterLine({ cluster }) {
    return [
        ...(cluster.leader === null ? [] : [`leader ${cluster.leader}`]),
        ...(cluster.raftTerm === null ? [] : [`term ${cluster.raftTerm}`]),
        ...(cluster.revision === null ? [] : [`revision ${cluster.revision}`]),
    ].join(', ');
}
function aligned(rows) {
    const lines = rows.map((row) => row.map((cell, column) => oneLine(cell, column === 3 ? widestMeasured : widestCell)));
    const widths = [0, 1, 2].map((column) => Math.max(...lines.map((row) => (row[column] ?? '').length)));
    return lines.map((row) => row
        .map((cell, column) => cell.padEnd(widths[column] ?? 0))
        .join('  ')
        .trimEnd());
}
function log_table_details({ title, checks }) {
    const bad = checks.filter(({ status }) => status !== 'ok');
    if (bad.length === 0)
        return [];
    const lines = sameTold(bad).flatMap(log_table_told);
    return [{ title: `${oneLine(title, widestCell)}: ${plan_words_counted(bad.length, 'check')} not OK`, lines }];
}
/** @param checks of which the same is told. */
function log_table_told(checks) {
    return checks.flatMap((check, index) => {
        const title = `${STATUS_WORDS[check.status]} ${line(titleOf(check))}`;
        if (index < checks.length - 1)
            return [title];
        return [
            `${title}: ${line(check.measured)}`,
            ...(check.threshold === null ? [] : [`    Threshold: ${line(check.threshold)}`]),
            ...(check.cause === null ? [] : [`    Usual cause: ${line(check.cause)}`]),
            ...(check.fix === null ? [] : [`    Fix: ${line(check.fix)}`]),
        ];
    });
}
function line(value) {
    return oneLine(value, Infinity);
}
function notices(document) {
    const lines = noticesOf(document).map(line);
    return lines.length === 0 ? [] : [{ title: 'Good to know', lines }];
}

;// CONCATENATED MODULE: ./src/report/health/summary.ts



/** As many as anybody reads on the page of a run; they leave room for the certificates. */
const summary_mostFindings = 100;
/**
 * The job summary of a health check, GitHub-flavoured Markdown: the verdict in the first line, then a picture of the
 * cluster, its members, what is wrong, and the certificates. Never longer than the runner takes.
 */
function healthSummary(document, extras = {}) {
    return fitted_fitted(healthSections(document, { ...extras, mostFindings: summary_mostFindings }), summaryLimitBytes);
}

;// CONCATENATED MODULE: ./src/report/health/publish-checkup.ts


















/**
 * Publishes a health check: log, annotations, outputs, files, artifact, job summary; and fails the step where the input
 * `fail-on` wants that.
 */
async function publishCheckup({ report: seen }, settings, means, sink = runner) {
    const { log, redactor } = means;
    const report = redactForFiles(seen, redactor);
    print(report, means, sink);
    const refusals = [];
    // What the next steps of a workflow need is there before an upload that may take its time.
    await keepRefusal(refusals, () => writeOutputs(outputsOf(report, settings), redactor, log));
    const points = await trendsOf(report, settings.health.history, log);
    const trends = trendLines(points, report);
    const extras = { html: htmlReport(report, points), trends };
    const files = healthFiles(report, extras).map(({ name, content }) => ({ path: name, content }));
    const artifact = await keepRefusal(refusals, async () => {
        writeOutputs({ 'report-path': await keepReport(files, redactor, log) }, redactor, log);
        return upload(files, settings, means);
    });
    writeOutputs({ 'artifact-id': artifact?.id ?? '', 'artifact-url': artifact?.url ?? '' }, redactor, log);
    const reportUrl = artifact && { reportUrl: artifact.url };
    addToSummary(() => healthSummary(report, { ...reportUrl, trends }), log);
    publish_checkup_judge(report, settings, means, sink);
    // Told last: what may not leave must not take with it what the check has found.
    for (const refusal of refusals)
        failStep(refusal, redactor, log, sink);
}
async function keepRefusal(refusals, work) {
    try {
        return await work();
    }
    catch (error) {
        if (!(error instanceof src_findings/* Refusal */.P_))
            throw error;
        refusals.push(error);
        return undefined;
    }
}
function print(report, { log, redactor }, sink) {
    const { table, groups } = logReport(report);
    for (const line of table)
        log.info(line);
    const clean = (0,report_clean/* lineCleaner */.L)(redactor);
    for (const { title, lines } of groups) {
        sink.startGroup(clean(title).join(' '));
        for (const line of lines)
            log.info(line);
        sink.endGroup();
    }
    for (const { severity, title, message } of annotationsOf(report)) {
        sink[severity]((0,report_clean/* annotation */.w)(clean(message)), { title: clean(title).join(' ') });
    }
}
function outputsOf(report, { hosts, clientPort }) {
    return {
        healthy: report.healthy,
        status: report.status,
        summary: report.summary,
        'failure-tolerance': report.failureTolerance?.toString() ?? '',
        endpoints: hosts.map(({ address }) => (0,urls/* httpsUrl */.N3)(address, clientPort)),
        members: report.members,
        leader: report.cluster.leader ?? '',
        'cluster-id': report.cluster.id ?? '',
        changed: false,
        findings: report.checks.filter(({ status }) => status !== 'ok'),
        'health-report': report,
        'certificates-expire-at': firstToExpire(report.certificates)?.notAfter ?? '',
    };
}
async function upload(files, { artifacts }, { redactor, log, timeline }) {
    if (!artifacts.upload)
        return undefined;
    return timeline.record({ stage: 'Report', title: 'upload artifact', changes: false }, () => uploadArtifact({
        files,
        name: artifacts.name,
        redactor,
        log,
        ...(artifacts.retentionDays === undefined ? {} : { retentionDays: artifacts.retentionDays }),
    }));
}
function publish_checkup_judge({ status, summary }, { health: { failOn } }, { log, redactor }, sink) {
    const verdict = (0,report_clean/* annotation */.w)((0,report_clean/* lineCleaner */.L)(redactor)(summary));
    const fails = failOn !== 'never' && (status === 'fail' || status === 'unknown');
    if (fails || (failOn === 'warn' && status === 'warn'))
        sink.setFailed(verdict);
    else
        log.info(verdict);
}

// EXTERNAL MODULE: ./src/interruption.ts
var interruption = __webpack_require__(15092);
;// CONCATENATED MODULE: ./src/report/authority-report.ts
/** What the report says of the CA's key: the one thing that cannot be made again. */
function authorityReport(plan, fingerprint) {
    const { keyKeeper } = plan;
    if (keyKeeper === undefined)
        return { fingerprint, origin: 'input', keyCustody: onNoHost(plan) };
    const copy = 'Copy it to a safe place: without it no certificate can be issued again.';
    switch (plan.authority.from) {
        case 'input':
            return {
                fingerprint,
                origin: 'input',
                keyCustody: `Its key is among the workflow's secrets and on ${keyKeeper} (/etc/kubernetes/pki/etcd/ca.key).`,
            };
        case 'made':
            return {
                fingerprint,
                origin: 'made',
                keyCustody: `Its key exists only once, on ${keyKeeper} (/etc/kubernetes/pki/etcd/ca.key). ${copy}`,
            };
        default:
            return {
                fingerprint,
                origin: 'host',
                keyCustody: `As far as the action knows, its key exists only on ${keyKeeper} (/etc/kubernetes/pki/etcd/ca.key). ${copy}`,
            };
    }
}
/** Of a key that is gone from a host it is said plainly: from now on it exists only where the user keeps it. */
function onNoHost({ afterProof }) {
    const left = afterProof.flatMap(({ steps }) => steps.flatMap(({ kind, host }) => (kind === 'remove-authority-key' ? [host] : [])));
    const removed = left.length === 0 ? '' : ` This run has removed it from ${left.join(', ')}.`;
    return `Its key is among the workflow's secrets and on none of the hosts (ca-custody: input-only).${removed} Keep a copy where you keep such keys: without it no certificate can be issued again.`;
}

;// CONCATENATED MODULE: ./src/report/publish.ts













/** Publishes a run that did what it was asked for: log, outputs, artifact, job summary. */
async function publish(outcome, settings, means) {
    const { plan, document, health, publicFiles, authority } = outcome;
    const { log, redactor, record } = means;
    if (outcome.dryRun)
        for (const line of planLines(document))
            log.info(line);
    if (health !== undefined)
        logHealth(health, log);
    log.info(lastWord(outcome));
    const certificates = certificateReports(publicFiles, means.startedAt);
    // A dry run of a new cluster knows no CA and no members to use yet.
    const externalEtcdConfig = health === undefined ? undefined : renderExternalEtcdConfig(plan.shape);
    const outputs = {
        ...planOutputs(record),
        ...(health && healthOutputs(health, plan)),
        changed: outcome.changed,
        ...(authority && { 'ca-certificate': authority.certificatePem, 'ca-fingerprint': authority.fingerprint }),
        'certificates-expire-at': firstToExpire(certificates)?.notAfter ?? '',
        ...(externalEtcdConfig === undefined ? {} : { 'external-etcd-config': externalEtcdConfig }),
    };
    // What the next steps of a workflow need is there before an upload that may take its time.
    writeOutputs(outputs, redactor, log);
    const { audit } = record;
    const artifact = await publish_upload({
        publicFiles,
        plan: document,
        ...(health && { health }),
        ...(externalEtcdConfig !== undefined && { externalEtcdConfig }),
        ...(audit && { audit }),
    }, settings, means);
    // What fails the step is no warning beside it; in a dry run it is no more than that.
    const failed = outcome.dryRun ? [] : outcome.unfinished;
    const warnings = plan.warnings.filter((warning) => !failed.includes(warning));
    const report = {
        ...commonReport(settings, means),
        outcome: outcome.dryRun ? 'planned' : failed.length > 0 ? 'failed' : 'succeeded',
        ...(failed.length > 0 && { failure: unfinished(plan) }),
        changed: outcome.changed,
        findings: [...failed, ...(health?.findings ?? []), ...[...settings.warnings, ...warnings].map(asWarning)],
        certificates,
        ...(health && { health }),
        ...(authority && { authority: authorityReport(plan, authority.fingerprint) }),
        ...(externalEtcdConfig !== undefined && { externalEtcdConfig }),
        connections: outcome.connections,
        ...(artifact && { artifact: { name: settings.artifacts.name, url: artifact.url } }),
    };
    for (const warning of warnings)
        log.warning((0,src_findings/* describeFinding */.jb)(warning));
    if (failed.length > 0)
        failStep(new src_findings/* Refusal */.P_(unfinished(plan), failed), redactor, log);
    writeSummary(report, redactor, log);
}
/** What the run could not do, although it failed nowhere. */
function unfinished({ leftOut }) {
    return leftOut.length > 0
        ? 'what could be done safely is done, and the rest was left out'
        : 'the cluster is healthy, and not every host of the control plane has what it needs';
}
/** Publishes what a run found that only looked. */
function publishExamination({ findings, connections }, settings, means) {
    const { log, redactor } = means;
    for (const finding of findings)
        log.info(`${finding.severity.padEnd(4)} ${(0,src_findings/* describeFinding */.jb)(finding)}`);
    writeOutputs({ changed: false, findings }, redactor, log);
    const report = {
        ...commonReport(settings, means),
        outcome: 'planned',
        changed: false,
        findings: [...findings, ...settings.warnings.map(asWarning)],
        certificates: [],
        connections,
    };
    writeSummary(report, redactor, log);
    const failures = findings.filter(({ severity }) => severity === 'fail');
    if (failures.length > 0)
        failStep(new src_findings/* Refused */.Lw('the hosts are not ready for a deploy', failures), redactor, log);
}
/** Publishes a run that failed: what is known of the cluster, and the job summary with all findings. */
async function publishFailure(error, failure, settings, means) {
    const { log, redactor, timeline, record } = means;
    const health = error instanceof ProofFailed ? error.health : undefined;
    const changed = timeline.entries.some(({ changes }) => changes);
    const refused = error instanceof src_findings/* Refused */.Lw ? { verdict: 'refuse' } : {};
    writeOutputs({
        ...planOutputs(record),
        ...refused,
        healthy: false,
        changed,
        ...(health && { 'health-report': health }),
    }, redactor, log);
    if (health !== undefined)
        logHealth(health, log);
    for (const line of progressLines(record.progress))
        log.info(line);
    const besides = [...(record.document?.leftOut ?? []), ...record.unfinished];
    for (const finding of besides)
        log.info((0,src_findings/* describeFinding */.jb)(finding));
    // A run that was cancelled has only seconds left.
    const { audit, document } = record;
    const artifact = settings === undefined || audit === undefined || error instanceof interruption/* Interruption */._
        ? undefined
        : await publish_upload({ publicFiles: new Map(), audit, ...(document && { plan: document }), ...(health && { health }) }, settings, means);
    const report = {
        ...commonReport(settings, means),
        outcome: 'failed',
        failure: failure.title,
        changed,
        findings: [...failure.findings, ...besides],
        certificates: [],
        ...(health && { health }),
        ...(settings && artifact && { artifact: { name: settings.artifacts.name, url: artifact.url } }),
    };
    writeSummary(report, redactor, log);
}
/** Tells which host keys were taken unseen, however the run has ended: the next one is to pin them. */
function publishAcceptedKeys({ record, redactor, log }) {
    const lines = [...record.acceptedHostKeys];
    if (lines.length > 0)
        writeOutputs({ 'accepted-host-keys': lines.join('\n') }, redactor, log);
}
function asWarning(finding) {
    return { ...finding, severity: 'warn' };
}
function lastWord({ dryRun, changed, document, health }) {
    if (dryRun)
        return 'This was a dry run: nothing was changed on any host.';
    const who = health?.healthy === true ? 'The cluster is healthy' : 'A majority of the members is healthy';
    if (changed)
        return `${who} (${document.verdict}).`;
    return health?.healthy === true ? 'The cluster is healthy; nothing was changed.' : 'Nothing was changed.';
}
function commonReport(settings, { timeline, startedAt, record }) {
    return {
        operation: settings?.operation ?? '',
        clusterName: settings?.clusterName ?? '',
        startedAt: startedAt.toISOString(),
        durationMs: timeline.elapsedMs(),
        steps: timeline.entries,
        progress: record.progress,
        ...(record.document && { plan: record.document }),
    };
}
/** One line per host, for whoever has to know what state a failed run has left behind. */
function progressLines(progress) {
    return progress.map(({ host, done, failed, left }) => {
        const parts = [
            ...(done.length === 0 ? ['nothing done'] : [`done: ${done.join(', ')}`]),
            ...(failed.length === 0 ? [] : [`failed: ${failed.join(', ')}`]),
            ...(left.length === 0 ? [] : [`not begun: ${left.join(', ')}`]),
        ];
        return `[${host}] ${parts.join('; ')}`;
    });
}
function logHealth(health, log) {
    for (const { message, roundTripMs } of health.endpoints) {
        log.info(roundTripMs === null
            ? message
            : `${message} (round trip of the connection ${roundTripMs.toFixed(1)} ms)`);
    }
}
function planOutputs({ document }) {
    return document === undefined
        ? {}
        : { verdict: document.verdict, plan: document, 'plan-digest': document.digest };
}
function healthOutputs(health, plan) {
    const { members, clientPort } = plan.shape;
    return {
        healthy: health.healthy,
        endpoints: members.map(({ address }) => (0,urls/* httpsUrl */.N3)(address, clientPort)),
        members: health.members,
        leader: health.leader?.name ?? '',
        'cluster-id': health.clusterId ?? '',
        'health-report': health,
    };
}
/** Uploads what may leave, unless the user does not want it; the outputs name it. */
async function publish_upload(known, { artifacts }, { redactor, log, timeline }) {
    const artifact = artifacts.upload
        ? await timeline.record({ stage: 'Report', title: 'upload artifact', changes: false }, () => uploadArtifact({
            files: artifactFiles(known),
            name: artifacts.name,
            redactor,
            log,
            ...(artifacts.retentionDays === undefined ? {} : { retentionDays: artifacts.retentionDays }),
        }))
        : undefined;
    writeOutputs({ 'artifact-id': artifact?.id ?? '', 'artifact-url': artifact?.url ?? '' }, redactor, log);
    return artifact;
}

;// CONCATENATED MODULE: ./src/road/run-record.ts
/** What a run has come to know and to do, also when it fails half-way: its reports are made from this. */
class RunRecord {
    /** The plan that is, was or would be carried out. */
    document;
    /** Once anything was begun to be changed. */
    audit;
    /** Set when carrying out the plan has failed. */
    progress = [];
    takenOver = [];
    /** Lines of known_hosts with the keys that were taken although nothing was pinned. */
    acceptedHostKeys = new Set();
    steps = [];
    /** What failed in stages that may. */
    unfinished = [];
}

;// CONCATENATED MODULE: ./src/road/timeline.ts
/** Collects what a run does, so that the report can tell it also when the run fails half-way. */
class Timeline {
    entries = [];
    #clock;
    #start;
    /** @param clock milliseconds from any fixed point, e.g. `performance.now`. */
    constructor(clock) {
        this.#clock = clock;
        this.#start = clock();
    }
    /** Milliseconds since the run began. */
    elapsedMs() {
        return this.#clock() - this.#start;
    }
    /** Runs `work` and records it, whichever way it ends. */
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

// EXTERNAL MODULE: ./src/run-state.ts
var run_state = __webpack_require__(20518);
// EXTERNAL MODULE: ./src/settings/inputs.ts + 1 modules
var inputs = __webpack_require__(47181);
// EXTERNAL MODULE: ./src/settings/parse-settings.ts + 50 modules
var parse_settings = __webpack_require__(84961);
// EXTERNAL MODULE: ./src/settings/input-definitions.ts
var input_definitions = __webpack_require__(42814);
;// CONCATENATED MODULE: ./src/settings/short-secrets.ts

/**
 * Warnings of secrets that are too short to be hidden, without the secrets themselves.
 * @param shortest characters that a secret needs to be hidden.
 */
function shortSecrets(raw, shortest) {
    return input_definitions/* inputNames */.vj
        .filter((name) => (0,input_definitions/* definitionOf */.Fg)(name).secret === true)
        .filter((name) => {
        const { length } = (raw[name] ?? '').trim();
        return length > 0 && length < shortest;
    })
        .map((at) => ({
        at,
        fact: `the secret has fewer than ${shortest} characters and is not hidden in the log.`,
        cause: 'a text so short is met in ordinary words, which would be hidden with it.',
        fix: 'choose a longer secret.',
    }));
}

// EXTERNAL MODULE: ./src/settings/read-input-files.ts
var read_input_files = __webpack_require__(65482);
;// CONCATENATED MODULE: ./src/main.ts



















/**
 * After a fault a run gets so long for its orderly end: steps that have begun, the locks, the report. The runner gives a
 * cancelled one as much.
 */
const FAULT_GRACE_MS = 15_000;
/**
 * The main step: settings → operation → outputs.
 */
async function main({ redactor, log, takeFaults }) {
    const timeline = new Timeline(() => performance.now());
    const run = (0,inputs/* readRunContext */.$)();
    const record = new RunRecord();
    const report = { redactor, log, timeline, record, startedAt: run.now };
    let settings;
    const end = (0,interruption/* watchForEnd */.q)();
    let fault;
    takeFaults((error) => {
        if (fault !== undefined) {
            log.debug(`one more fault: ${String(error)}`);
            return;
        }
        fault = new faults/* Fault */.v(error);
        // A health check changes nothing and has its deadline: what the other hosts tell is still worth its report.
        if (settings?.operation !== 'health')
            endAfterFault(fault, end, { redactor, log });
    });
    try {
        const mask = (secret) => redactor.register(secret);
        const raw = (0,inputs/* readInputs */.K)(mask);
        settings = (0,parse_settings/* parseSettings */.P)(raw, run, (0,read_input_files/* readInputFiles */.U)(raw, process.env['GITHUB_WORKSPACE'], mask));
        const warnings = [...shortSecrets(raw, secret_material/* shortestWord */.LI), ...settings.warnings];
        for (const warning of warnings)
            log.warning((0,src_findings/* describeFinding */.jb)(warning));
        end.limitTo(settings.timeoutSeconds);
        const images = await openArchive(settings, end.signal);
        const { connect, close } = await (0,connector/* connector */.M)(settings, {
            privilege: privilegeOf(settings),
            temporary: (0,runner.temporaryFolder)(),
            log,
            onAcceptedKey: (line) => record.acceptedHostKeys.add(line),
        });
        const result = await OPERATIONS[settings.operation](settings, {
            ...images,
            connect,
            log,
            timeline,
            record,
            chance: { freshToken: `etcd-${(0,external_node_crypto_.randomBytes)(12).toString('hex')}`, now: run.now },
            now: () => new Date(),
            random: Math.random,
            maskSecret: (secret) => redactor.register(secret, 'made'),
            beforeLock: () => (0,runner.saveState)(run_state/* LOCK_OWNER */.EK, run.identity.id),
            signal: end.signal,
        }).finally(async () => {
            await close();
            publishAcceptedKeys(report);
        });
        if ('plan' in result)
            await publish(result, settings, report);
        else if ('report' in result)
            await publishCheckup(result, settings, report);
        else
            publishExamination(result, settings, report);
        if (fault !== undefined)
            failStep(fault, redactor, log);
    }
    catch (error) {
        const interrupted = end.signal.aborted ? new interruption/* Interruption */._(end.signal.reason, error) : error;
        const reason = fault ?? interrupted;
        const failure = failStep(reason, redactor, log);
        await publishFailure(reason, failure, settings, report);
    }
    finally {
        end.stop();
        const lost = (0,runner.lostOutputs)();
        if (lost !== undefined)
            failStep(new src_findings/* Refusal */.P_('outputs were lost', [lost]), redactor, log);
        (0,runner.saveState)(run_state/* MAIN_ENDED */.Fd, 'true');
    }
}
/** Ends a run in order after a fault; one that does not end is ended here, and its locks are left to the post step. */
function endAfterFault(fault, end, { redactor, log }) {
    end.endBy(fault.reason);
    setTimeout(() => {
        failStep(fault, redactor, log);
        (0,runner.saveState)(run_state/* MAIN_ENDED */.Fd, run_state/* LOCKS_LEFT */.JQ);
        process.exit();
    }, FAULT_GRACE_MS);
}
/** Read before any host is connected to; a health check needs no image. */
async function openArchive({ operation, imageArchive }, signal) {
    if (imageArchive === undefined || operation === 'health')
        return {};
    return { archive: await readImageArchive(imageArchive, signal) };
}
/** With an installed probe, the login user needs no shell of root. */
function privilegeOf({ operation, health }) {
    return operation === 'health' && health.probe !== undefined ? 'login' : 'root';
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
