import { type Finding, Refusal } from '../findings.ts';
import { holdsPrivateKey, quote } from '../text/quote.ts';
import { type Collected, parseUser } from './collected.ts';
import { parseExtraArgs } from './etcd/extra-args.ts';
import { parseKubeletConfig } from './etcd/kubelet-config.ts';
import { parsePatches } from './etcd/parse-patches.ts';
import { parseDataPlaces, parsePorts, parseSshPort } from './etcd/places-and-ports.ts';
import { parseTuning } from './etcd/tuning.ts';
import { isLabel } from './hosts/addresses.ts';
import { parseMembers } from './hosts/members.ts';
import { parseReach } from './hosts/reach.ts';
import { parseImages } from './images/images.ts';
import { digestOfInputs, type InputFiles, textsOf } from './input-files.ts';
import { nearestInput } from './nearest.ts';
import {
  parseAuthority,
  parseCertificates,
  parseCopiedCertificates,
  parseCustody,
  parseRenewBeforeDays,
} from './pki/certificates.ts';
import { parseHealth } from './run/health.ts';
import { parseArtifacts, parseIntent } from './run/intent.ts';
import { type DurationRange, parseDuration } from './scalars.ts';
import type { RunIdentity, Settings } from './settings.ts';
import { parseAccess, parseSudoPassword, warnOfUnusedAccess } from './ssh/access.ts';
import { definitionOf, type InputName, inputNames, isInputName, type RawInputs } from './table/table.ts';

/** What a run brings of its own, so that parsing stays the same every time. */
export interface RunContext {
  /** Number of the attempt of this workflow run, from 1. */
  readonly attempt: number;
  /** Eight random hex digits. */
  readonly nonce: string;
  /** Start of the run. */
  readonly now: Date;
  readonly identity: RunIdentity;
  /** Path of the socket of an ssh-agent, if the environment names one. */
  readonly agentSocket?: string;
}

const sixHours = 6 * 60 * 60;

/** A job on GitHub's own runners ends after six hours. */
const runTime: DurationRange = {
  least: 60,
  greatest: sixHours,
  words: 'one minute and six hours',
  example: '15m',
};

const lockTime: DurationRange = { least: 0, greatest: sixHours, words: '0s and six hours', example: '2m' };

/**
 * Reads everything that the user asked for.
 * @param raw inputs by name; one that is absent or empty has its default.
 * @param files those that inputs name, as `readInputFiles` gives them.
 * @returns settings that cannot be changed any more.
 * @throws Refusal with every finding of every input, each with its place, what was expected and an example.
 */
export function parseSettings(raw: RawInputs, run: RunContext, files: InputFiles = {}): Settings {
  const misplaced = inputNames.filter(
    (name) => !definitionOf(name).secret && holdsPrivateKey(raw[name] ?? ''),
  );
  const emptied = Object.fromEntries(misplaced.map((name) => [name, '']));
  const collected: Collected = { findings: [], warnings: [] };
  const settings = readSettings(withDefaults({ ...raw, ...emptied }), run, files, collected);
  // without an inventory, hosts are missed
  const emptyInputs = misplaced.includes('inventory') ? [...misplaced, 'hosts'] : misplaced;
  const unknown = Object.keys(raw).filter((name) => !isInputName(name));
  collected.warnings.push(...unknown.flatMap(strangersVariable));
  const findings = [
    ...unknown.flatMap(slipInName),
    ...misplaced.map(misplacedKey),
    ...collected.findings.filter(
      ({ at }) => !emptyInputs.some((name) => at === name || at.startsWith(`${name},`)),
    ),
  ];
  if (settings === undefined || findings.length > 0) throw new Refusal('The inputs cannot be used', findings);
  return deepFreeze(settings);
}

type Inputs = Readonly<Record<InputName, string>>;

function readSettings(
  inputs: Inputs,
  run: RunContext,
  files: InputFiles,
  collected: Collected,
): Settings | undefined {
  const { findings } = collected;
  const intent = parseIntent(
    {
      operation: inputs.operation,
      dryRun: inputs['dry-run'],
      approvedPlan: inputs['approved-plan'],
      bootstrap: inputs.bootstrap,
      diskTest: inputs['disk-test'],
    },
    collected,
  );
  const written = parseMembers(
    {
      hosts: inputs.hosts,
      names: inputs.names,
      inventory: inputs.inventory,
      ...(files.inventory !== undefined && { inventoryFile: files.inventory }),
      allowEven: inputs['allow-even-members'],
      controlPlane: inputs['control-plane-hosts'],
    },
    collected,
  );
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
  if (!isReachedBySsh) warnOfUnusedAccess(inputs, collected.warnings);
  const login = { user: inputs['ssh-user'], agentSocket: run.agentSocket, now: run.now };
  const ssh = isReachedBySsh ? parseAccess(inputs, remote, login, collected) : undefined;
  const sudoPassword = parseSudoPassword(inputs['sudo-password'], all, collected);
  const authority = parseAuthority(inputs['ca-certificate'], inputs['ca-key'], run.now, findings);
  const caCustody = parseCustody(
    inputs['ca-custody'],
    inputs['ca-certificate'].trim() !== '' || inputs['ca-key'].trim() !== '',
    intent?.operation !== 'health',
    findings,
  );
  const certificates = parseCertificates(
    {
      keyAlgorithm: inputs['key-algorithm'],
      leafDays: inputs['certificate-validity-days'],
      authorityDays: inputs['ca-validity-days'],
      extraSans: inputs['extra-sans'],
    },
    inputs['ca-certificate'] !== '',
    collected,
  );
  const renewBeforeDays = parseRenewBeforeDays(inputs['renew-before-days'], certificates?.leafDays, findings);
  const copiedClientCertificates = parseCopiedCertificates(inputs['client-certificate-copied'], findings);
  const places = parseDataPlaces(inputs, findings);
  const images = parseImages(inputs, findings);
  const extraArgs = parseTuning(inputs, parseExtraArgs(inputs['extra-args'], findings), collected);
  const patches = parsePatches(inputs.patches, files.patches, findings);
  const kubeletConfig = parseKubeletConfig(inputs['kubelet-config'], findings);
  const health = parseHealth(inputs, findings);
  const artifacts = parseArtifacts(
    {
      upload: inputs['upload-artifacts'],
      name: inputs['artifact-name'],
      retentionDays: inputs['artifact-retention-days'],
    },
    `etcd-ha-${clusterName ?? ''}-${run.attempt}-${run.nonce}`,
    findings,
  );
  const lockTimeoutSeconds = parseDuration('lock-timeout', inputs['lock-timeout'], lockTime, findings);
  const timeoutSeconds = parseDuration('timeout', inputs.timeout, runTime, findings);
  if (
    intent === undefined ||
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
    timeoutSeconds === undefined
  ) {
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
    inputDigest: digestOfInputs({ ...inputs, ...textsOf(files) }),
    warnings: collected.warnings,
  };
}

/**
 * The runner only warns of an input that action.yml does not declare, and passes it on: a slip in an optional name
 * would go unnoticed.
 */
function slipInName(name: string): Finding[] {
  const meant = nearestInput(name);
  if (meant === undefined) return [];
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
function strangersVariable(name: string): Finding[] {
  if (nearestInput(name) !== undefined) return [];
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
function variableOf(name: string): string {
  return `INPUT_${name.toUpperCase()}`;
}

/** A private key in an input that is no secret: not parsed any further, so that no piece of it is quoted. */
function misplacedKey(name: InputName): Finding {
  return {
    at: name,
    fact: 'the value holds a private key, which this input is not made for.',
    cause: 'values were swapped in the workflow, or a key and its certificate were pasted together.',
    fix: 'pass keys through ssh-private-key and ca-key only; if this value is stored in a variable, replace the key.',
  };
}

function withDefaults(raw: RawInputs): Inputs {
  const entries = inputNames.map((name) => {
    const value = raw[name] ?? '';
    return [name, value.trim() === '' ? (definitionOf(name).default ?? '') : value];
  });
  return Object.fromEntries(entries) as Inputs;
}

function parseClusterName(value: string, findings: Finding[]): string | undefined {
  if (isLabel(value)) return value;
  findings.push({
    at: 'cluster-name',
    fact: `${quote(value)} is not a name of lower-case letters, digits and dashes, at most 63 (RFC 1123 label).`,
    fix: 'begin and end it with a letter or digit, for example cluster-name: production.',
  });
  return undefined;
}

function optional<T>(value: string, parse: (value: string) => T | undefined): T | undefined {
  return value === '' ? undefined : parse(value);
}

/** Freezes plain objects and lists; keys and bytes in them are objects of others, and stay as they are. */
function deepFreeze<T>(value: T): T {
  if (Array.isArray(value) || isPlainObject(value)) {
    Object.freeze(value);
    Object.values(value).forEach(deepFreeze);
  }
  return value;
}

function isPlainObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null && Object.getPrototypeOf(value) === Object.prototype;
}
