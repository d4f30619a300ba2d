import type { KeyObject } from 'node:crypto';
import type { PlannedCluster } from '../cluster/planned-cluster.ts';
import type { HostFacts } from '../facts/host.ts';
import { RunError } from '../findings.ts';
import type { Transport } from '../hosts/transport.ts';
import type { Settings } from '../inputs/settings.ts';
import {
  CA_CERTIFICATE,
  CA_KEY,
  CONFIGURATION_MODES,
  ETCD_MANIFEST,
  expectedPkiTree,
  STATE_FILE,
} from '../kubeadm/paths.ts';
import type { MemberIdentity } from '../kubeadm/kubeadm-config.ts';
import { allPatches, patchFiles } from '../kubeadm/patches.ts';
import { type Authority, authorityOf, createAuthority, type SigningAuthority } from '../pki/authority.ts';
import { generateKey, type KeyAlgorithm, privateKeyToPem } from '../pki/keys.ts';
import { issueLeaf, type Leaf, type LeafProfileName } from '../pki/leaf.ts';
import type { PemSource } from '../pki/pem-input.ts';
import { AuthorityError, readAuthorityOfHost, readSigningAuthority } from '../pki/read-authority.ts';
import { readHostFile } from './read-text.ts';

/** Certificates and keys that this run issues for one member. */
export type MemberLeaves = Readonly<Partial<Record<LeafProfileName, Leaf>>>;

/** The keys and certificates in the runner's memory while it carries out a plan: the CA's, and each member's. */
export interface IssuedFiles {
  readonly authority: Promise<Authority>;
  /** The CA with its key; rejects if the plan has nothing to sign. */
  readonly signer: Promise<SignerWithPem>;
  /** By host name; only hosts that this run issues certificates for. */
  readonly leaves: ReadonlyMap<string, Promise<MemberLeaves>>;
  /** SHA-256 (hex) of the files on each host as the run has read or written them, by member name and path. */
  readonly found: ReadonlyMap<string, Map<string, string>>;
  /** SHA-256 (hex) of the files in each host's record, by member name and path. */
  readonly digests: ReadonlyMap<string, Map<string, string>>;
  /** Public files on each host, by member name and path: never a key, nor the action's own record. */
  readonly publicFiles: ReadonlyMap<string, Map<string, string>>;
}

type SignerWithPem = SigningAuthority & { readonly keyPem: string };

/** The parameters of {@link prepareFiles}. */
export interface IssuedFilesInput {
  /** Absent where nothing is issued. */
  readonly planned?: PlannedCluster;
  readonly settings: Settings;
  readonly hosts: ReadonlyMap<string, Transport>;
  /** The facts of the probe, by host name. */
  readonly facts: ReadonlyMap<string, HostFacts>;
  readonly now: Date;
  readonly keys: KeyPool;
  /** Called with every secret as soon as it exists, before it is used. */
  readonly maskSecret: (secret: string) => void;
}

/**
 * Starts at once to make or fetch the CA and to issue the certificates, while the hosts get their configurations; the
 * callers await the ones that they need.
 */
export function prepareFiles(input: IssuedFilesInput): IssuedFiles {
  const { planned, facts } = input;
  const signer = planned === undefined ? Promise.reject(nothingPlanned()) : obtainSigner(planned, input);
  const authority =
    planned?.authority.from === 'certificate-only' ? Promise.resolve(decidedAuthority(planned)) : signer;
  const leaves = new Map(
    planned === undefined
      ? []
      : [...planned.shape.members, ...planned.controlPlane].flatMap((member) => {
          const names = planned.issue.get(member.name);
          return names === undefined
            ? []
            : [[member.name, issue(member, names, signer, planned, input)] as const];
        }),
  );
  const patches =
    planned === undefined
      ? new Map<string, string>()
      : patchFiles(allPatches(planned.shape.patches, planned.shape.walDir));
  // Avoid an unhandled rejection before the first await.
  for (const pending of [signer, authority, ...leaves.values()]) pending.catch(() => undefined);
  return {
    authority,
    signer,
    leaves,
    found: mapValues(facts, foundDigests),
    digests: mapValues(facts, (seen) => recordedDigests(seen, patches)),
    publicFiles: mapValues(facts, publicTexts),
  };
}

async function issue(
  member: MemberIdentity,
  names: readonly LeafProfileName[],
  signer: Promise<SignerWithPem>,
  plan: PlannedCluster,
  { now, keys, maskSecret }: IssuedFilesInput,
): Promise<MemberLeaves> {
  const { keyAlgorithm: algorithm, leafDays: days, extraSans } = plan.certificates;
  const signing = await signer;
  const issued = await Promise.all(
    names.map(async (name) => {
      const leaf = await issueLeaf(signing, name, {
        member: { ...member, extraSans },
        algorithm,
        days,
        now,
        newKey: () => keys.take(algorithm),
      });
      maskSecret(leaf.keyPem);
      return [name, leaf] as const;
    }),
  );
  return Object.fromEntries(issued);
}

function mapValues<K, V, R>(map: ReadonlyMap<K, V>, change: (value: V) => R): Map<K, R> {
  return new Map([...map].map(([key, value]) => [key, change(value)]));
}

function foundDigests({ files }: HostFacts): Map<string, string> {
  return new Map(
    [...files.values()].flatMap(({ path, kind, sha256: digest }) =>
      kind === 'directory' ? [] : [[path, digest ?? UNKNOWN_DIGEST] as const],
    ),
  );
}

/**
 * Returns the recorded digests of the files that this run leaves alone, which are as expected.
 * @param patches the patches of the inputs, by path: others are in folders that are removed.
 */
function recordedDigests({ files }: HostFacts, patches: ReadonlyMap<string, string>): Map<string, string> {
  return new Map(
    [...files.values()].flatMap(({ path, sha256: digest }) =>
      digest !== undefined && (isRecorded(path) || patches.has(path)) ? [[path, digest] as const] : [],
    ),
  );
}

/** Reports whether the record lists a member's file: the pki tree, the manifest, and the action's configurations. */
function isRecorded(path: string): boolean {
  return path === ETCD_MANIFEST || CONFIGURATION_MODES.has(path) || PKI_TREE.has(path);
}

const PKI_TREE = expectedPkiTree(true);

/** Returns the public files of a host, except the action's own record. */
export function publicTexts({ files }: HostFacts): Map<string, string> {
  return new Map(
    [...files.values()].flatMap(({ path, text }) =>
      text === undefined || path === STATE_FILE ? [] : [[path, text] as const],
    ),
  );
}

/** Returns the CA's one certificate that the plan was decided with, never a file that a host would send now. */
function decidedAuthority({ authority, authorityCertificate }: PlannedCluster): Authority {
  if (authorityCertificate === undefined)
    throw new Error(`a plan with a CA that comes from "${authority.from}" holds its certificate`);
  return authorityOf(authorityCertificate);
}

function nothingPlanned(): Error {
  return new Error('the plan issues no certificates, so it has no CA');
}

async function obtainSigner(plan: PlannedCluster, input: IssuedFilesInput): Promise<SignerWithPem> {
  const { settings, now, keys, maskSecret } = input;
  switch (plan.authority.from) {
    case 'made': {
      const { keyAlgorithm: algorithm, authorityDays: days } = plan.certificates;
      const made = await createAuthority({ algorithm, days, now, newKey: () => keys.take(algorithm) });
      maskSecret(made.keyPem);
      return made;
    }
    case 'input': {
      if (settings.authority === undefined)
        throw new Error('the plan has a CA from the inputs, but there is none');
      const { certificatePem, keyPem } = settings.authority;
      const certificate = { name: 'ca-certificate', text: certificatePem };
      const key = { name: 'ca-key', text: keyPem };
      return withRefusal(() => withPem(readSigningAuthority(certificate, key, now), maskSecret));
    }
    case 'host': {
      const { host } = plan.authority;
      const transport = input.hosts.get(host);
      if (transport === undefined) throw new Error(`no connection to ${host}`);
      const seen = input.facts.get(host)?.files.get(CA_KEY)?.sha256;
      const { certificatePem } = decidedAuthority(plan);
      const keyPem = await readHostFile(transport, CA_KEY, seen, maskSecret);
      const source = (path: string, text: string): PemSource => ({ name: `${transport.name}:${path}`, text });
      return withRefusal(() =>
        withPem(
          readAuthorityOfHost(source(CA_CERTIFICATE, certificatePem), source(CA_KEY, keyPem), now),
          maskSecret,
        ),
      );
    }
    case 'certificate-only':
      throw new Error('nothing has to be signed, so the key of the CA is not fetched');
  }
}

function withPem(authority: SigningAuthority, maskSecret: (secret: string) => void): SignerWithPem {
  const keyPem = privateKeyToPem(authority.key);
  maskSecret(keyPem);
  return { ...authority, keyPem };
}

function withRefusal<T>(read: () => T): T {
  try {
    return read();
  } catch (error) {
    if (!(error instanceof AuthorityError)) throw error;
    throw new RunError('the CA cannot be used', error.reasons);
  }
}

/**
 * Private keys that are made in advance: RSA takes a processor up to a tenth of a second for each, which overlaps
 * with waiting for the hosts.
 */
export class KeyPool {
  readonly #made = new Map<KeyAlgorithm, Promise<KeyObject>[]>();

  /**
   * Starts making this many keys. The first one has the processors to itself: for a new CA it is the CA's, and a host
   * waits for it to start kubelet.
   */
  prepare(count: number, algorithm: KeyAlgorithm): void {
    if (count === 0) return;
    const first = generateKey(algorithm);
    const others = Array.from({ length: count - 1 }, async () => {
      await first;
      return generateKey(algorithm);
    });
    const keys = [first, ...others];
    // The caller that takes one gets its error.
    for (const key of keys) key.catch(() => undefined);
    this.#made.set(algorithm, [...(this.#made.get(algorithm) ?? []), ...keys]);
  }

  /** Returns a key that no other caller gets. */
  take(algorithm: KeyAlgorithm): Promise<KeyObject> {
    return this.#made.get(algorithm)?.shift() ?? generateKey(algorithm);
  }
}

/** The digest of a file that was too large to read, or is no file. */
export const UNKNOWN_DIGEST = 'unknown';
