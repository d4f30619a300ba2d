import { rmSync } from 'node:fs';
import { copyFile, link, mkdir, mkdtemp, stat, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { manifestPath, type TakenBackup } from '../backup/manifest.ts';
import type { HealthDocument } from '../checks/health-document.ts';
import { errorMessage, type Finding, RunError } from '../findings.ts';
import type { ArtifactSettings } from '../inputs/settings.ts';
import { ETCD_MANIFEST, KUBEADM_CONFIG, PKI_DIR } from '../kubeadm/paths.ts';
import type { PlanDocument } from '../plan/document.ts';
import type { AuditRecord } from '../plan/audit-record.ts';
import type { Log } from '../runner/log.ts';
import type { Redactor } from '../runner/masking/redaction.ts';
import { STAGED_PREFIX } from '../runner/private-folder.ts';

/** An artifact that GitHub has taken. */
export interface UploadedArtifact {
  readonly id: string;
  readonly url: string;
}

/** The part of @actions/artifact's client that is used. */
export interface ArtifactClient {
  uploadArtifact(
    name: string,
    files: string[],
    rootDirectory: string,
    options?: { retentionDays?: number; compressionLevel?: number },
  ): Promise<{ id?: number }>;
}

/** What is uploaded, and the way there. */
export interface ArtifactUpload extends Pick<ArtifactSettings, 'name' | 'retentionDays'> {
  readonly files: readonly ArtifactFile[];
  /** Ends the wait for the service; absent: its deadline alone does. */
  readonly signal?: AbortSignal;
  readonly redactor: Redactor;
  readonly log: Log;
  /** The runner's variables; only for tests. */
  readonly environment?: Readonly<Record<string, string | undefined>>;
  /** Only for tests. */
  readonly loadClient?: () => Promise<ArtifactClient>;
  /** Only for tests. */
  readonly deadlineMs?: number;
}

/** The client retries for 48 s against a service that refuses; a deploy that is done does not wait that long. */
const uploadDeadlineMs = 20_000;

/** Bytes per millisecond that a large file gets besides. */
const slowestUpload = 1_000;

/**
 * Uploads files as one artifact. Whatever keeps the service from taking it is a warning: the cluster stands all the
 * same. After the deadline the client is left to itself: its retries and sockets would hold the process, so the step
 * must end by `process.exit`.
 * @throws RunError, before anything is written, when a file may not leave.
 */
export async function uploadArtifact(upload: ArtifactUpload): Promise<UploadedArtifact | undefined> {
  const { files, redactor, log, environment = process.env } = upload;
  checkArtifactFiles(files, redactor);
  if (files.length === 0) return undefined;
  const problem = problemOf(environment);
  if (problem !== undefined) {
    log.warning(`The artifact was not uploaded: ${problem}`);
    return undefined;
  }
  try {
    const id = await uploadWithin(upload, environment['RUNNER_TEMP'] ?? '');
    return { id, url: urlOf(id, environment) };
  } catch (error) {
    log.warning(`The artifact was not uploaded: ${reasonOf(error, upload.name)}`);
    return undefined;
  }
}

async function uploadWithin(upload: ArtifactUpload, runnerTemp: string): Promise<string> {
  const folder = await mkdtemp(join(runnerTemp, STAGED_PREFIX)); // Mode 0700.
  const remove = (): void => rmSync(folder, { recursive: true, force: true });
  // A client that was given up may still read the files; without them it would throw outside of any handler.
  process.once('exit', remove);
  const done = stageAndUpload(upload, folder).finally(() => {
    process.off('exit', remove);
    remove();
  });
  return withDeadline(done, upload.deadlineMs ?? (await deadlineFor(upload.files)), upload.signal);
}

async function deadlineFor(files: readonly ArtifactFile[]): Promise<number> {
  const sizes = await Promise.all(files.filter(isLarge).map(async ({ from }) => (await stat(from)).size));
  return uploadDeadlineMs + sizes.reduce((sum, bytes) => sum + bytes, 0) / slowestUpload;
}

async function stageAndUpload(upload: ArtifactUpload, folder: string): Promise<string> {
  const paths = await Promise.all(upload.files.map((file) => stage(folder, file)));
  const client = await (upload.loadClient ?? loadRealClient)();
  const options = {
    ...(upload.retentionDays !== undefined && { retentionDays: upload.retentionDays }),
    // what is encrypted cannot be compressed
    ...(upload.files.some(isLarge) && { compressionLevel: 0 }),
  };
  const { id } = await client.uploadArtifact(upload.name, paths, folder, options);
  if (id === undefined) throw new Error('the service accepted it but gave it no id');
  return String(id);
}

async function stage(folder: string, file: ArtifactFile): Promise<string> {
  const target = join(folder, file.path);
  await mkdir(dirname(target), { recursive: true, mode: 0o700 });
  if (isLarge(file)) await linkOrCopy(file.from, target);
  else await writeFile(target, file.content, { mode: 0o600 });
  return target;
}

/** Gives a file a second name; on another file system, a copy. */
async function linkOrCopy(from: string, target: string): Promise<void> {
  try {
    await link(from, target);
  } catch {
    await copyFile(from, target);
  }
}

/** Loaded when it is needed: the client alone takes longer to load than the rest of the action. */
async function loadRealClient(): Promise<ArtifactClient> {
  const { DefaultArtifactClient } = await import('@actions/artifact');
  return new DefaultArtifactClient();
}

async function withDeadline<T>(work: Promise<T>, milliseconds: number, signal?: AbortSignal): Promise<T> {
  const { promise: late, reject } = Promise.withResolvers<never>();
  const timer = setTimeout(() => {
    reject(new Error(`the service did not accept it within ${milliseconds / 1000} s.`));
  }, milliseconds);
  const end = (): void => reject(new Error('the run was ended before the service had accepted it.'));
  signal?.addEventListener('abort', end, { once: true });
  if (signal?.aborted === true) end();
  try {
    return await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
    signal?.removeEventListener('abort', end);
  }
}

/** Describes what the environment lacks; the client would report it later, in other words. */
function problemOf(environment: Readonly<Record<string, string | undefined>>): string | undefined {
  const server = URL.parse(environment['GITHUB_SERVER_URL'] ?? 'https://github.com')?.hostname ?? '';
  if (!/^github\.com$|\.ghe\.com$|\.localhost$/i.test(server)) {
    return (
      `${server} is a GitHub Enterprise Server, which has no artifact service of this version. ` +
      'Set upload-artifacts: false; outputs and the job summary hold the report.'
    );
  }
  if (!environment['ACTIONS_RUNTIME_TOKEN'] || !environment['ACTIONS_RESULTS_URL']) {
    return (
      'this runner offers no artifact service (no ACTIONS_RUNTIME_TOKEN or ACTIONS_RESULTS_URL). ' +
      'Usual cause: the workflow runs outside of GitHub, or in a tool that imitates it. Set upload-artifacts: false.'
    );
  }
  return environment['RUNNER_TEMP']
    ? undefined
    : 'the runner names no folder for temporary files (RUNNER_TEMP).';
}

function reasonOf(error: unknown, name: string): string {
  const message = errorMessage(error);
  if (!/already exists|409/.test(message)) return message;
  return (
    `there is already an artifact ${JSON.stringify(name)} in this run. Usual cause: a matrix or a second attempt with ` +
    `one artifact-name. Leave artifact-name out, or make it unique. (${message})`
  );
}

function urlOf(id: string, environment: Readonly<Record<string, string | undefined>>): string {
  const server = environment['GITHUB_SERVER_URL'] ?? 'https://github.com';
  const run = `${environment['GITHUB_REPOSITORY'] ?? ''}/actions/runs/${environment['GITHUB_RUN_ID'] ?? ''}`;
  return `${server}/${run}/artifacts/${id}`;
}

/** One file of the artifact: a text, or a file on the runner that is too large for one. */
export type ArtifactFile = TextFile | LargeFile;

/** A text of the artifact. */
export interface TextFile {
  /** Relative, with forward slashes. */
  readonly path: string;
  readonly content: string;
}

interface LargeFile {
  readonly path: string;
  /** Path on the runner. Encrypted, so that it cannot hold a secret in plain text. */
  readonly from: string;
}

function isLarge(file: ArtifactFile): file is LargeFile {
  return 'from' in file;
}

/** The name of a member, which is the name of its folder. */
const member = '[a-z0-9](?:[a-z0-9.-]*[a-z0-9])?';

/** The files that may be uploaded. GitHub does not mask artifacts, and every reader of the repository can read them. */
const allowed: readonly RegExp[] = [
  new RegExp(`^${member}/kubeadmcfg\\.yaml$`),
  new RegExp(`^${member}/manifests/etcd\\.yaml$`),
  new RegExp(`^${member}/pki/(?:etcd/)?[a-z-]+\\.crt$`),
  /^external-etcd\.yaml$/,
  /^(?:health-report|plan|audit)\.json$/,
  /^backup\/etcd\.db\.age(?:\.json)?$/,
  /^(?:report\.(?:json|md|html)|junit\.xml|metrics\.prom)$/,
];

/**
 * The files of the artifact, chosen from what is known of the hosts: kubeadm's configuration, the manifest and the
 * certificates of each, the health report, the configuration for the control plane, the plan and the audit record.
 * @param publicFiles by member name and path on the host; other files are not uploaded.
 */
export function artifactFiles(known: {
  readonly publicFiles: ReadonlyMap<string, ReadonlyMap<string, string>>;
  readonly health?: HealthDocument;
  readonly externalEtcdConfig?: string;
  readonly plan?: PlanDocument;
  readonly audit?: AuditRecord;
}): ArtifactFile[] {
  const ofHosts = [...known.publicFiles].flatMap(([host, files]) =>
    [...files].flatMap(([path, content]) => {
      const name = nameInArtifact(path);
      return name === undefined ? [] : [{ path: `${host}/${name}`, content }];
    }),
  );
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

/** The files of the artifact of a backup: its manifest, and the file itself only if it is encrypted. */
export function backupFiles({ path, manifest }: TakenBackup): ArtifactFile[] {
  const name = 'backup/etcd.db.age';
  return [
    { path: manifestPath(name), content: json(manifest) },
    ...(manifest.file.encryption === 'age' ? [{ path: name, from: path }] : []),
  ];
}

function nameInArtifact(path: string): string | undefined {
  if (path === KUBEADM_CONFIG) return 'kubeadmcfg.yaml';
  if (path === ETCD_MANIFEST) return 'manifests/etcd.yaml';
  if (path.startsWith(`${PKI_DIR}/`) && path.endsWith('.crt')) return `pki/${path.slice(PKI_DIR.length + 1)}`;
  return undefined;
}

/** JSON that people can read too. */
function json(value: object): string {
  return `${JSON.stringify(value, null, 2)}\n`;
}

/**
 * Searches every file before its upload.
 * @throws RunError when one is not on the list of what may leave, or holds anything secret.
 */
export function checkArtifactFiles(files: readonly ArtifactFile[], redactor: Redactor): void {
  const findings = files.flatMap((file) => problemsOf(file, redactor));
  if (findings.length > 0) throw new RunError('the artifact was not uploaded', findings);
}

function problemsOf(file: ArtifactFile, redactor: Redactor): Finding[] {
  const { path } = file;
  const at = `artifact ${path}`;
  const secret = isLarge(file) ? undefined : redactor.findSecret(file.content);
  const findings: Finding[] = [];
  if (!allowed.some((pattern) => pattern.test(path)) || path.includes('..')) {
    findings.push({
      code: 'artifact-file-unexpected',
      at,
      fact: 'this file must not be uploaded.',
      fix: 'open an issue.',
    });
  }
  if (secret !== undefined) {
    findings.push({
      code: 'artifact-holds-secret',
      at,
      fact: `it holds ${secret}.`,
      cause: 'a public file on the host contains a secret.',
      fix: 'remove the secret from the file on the host; if there is none, open an issue.',
    });
  }
  return findings;
}
