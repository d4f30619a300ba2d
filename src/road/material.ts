import { createHash } from 'node:crypto';
import type { Plan } from '../cluster/plan.ts';
import { Refusal } from '../findings.ts';
import { readFile } from '../hosts/scripts/read-pki.ts';
import type { Transport } from '../hosts/transport.ts';
import { CA_CERTIFICATE, CA_KEY } from '../kubeadm/paths.ts';
import { authorityOf, createAuthority, type Authority, type SigningAuthority } from '../pki/authority.ts';
import { privateKeyToPem } from '../pki/keys.ts';
import { issueMemberLeaves, type Leaf } from '../pki/leaf.ts';
import type { LeafProfileName } from '../pki/leaf-profiles.ts';
import { AuthorityError, readSigningAuthority } from '../pki/read-authority.ts';
import type { PemSource } from '../pki/pem-input.ts';
import type { Settings } from '../settings/settings.ts';

/** The four certificates and keys of one member. */
export type MemberLeaves = Readonly<Record<LeafProfileName, Leaf>>;

/** What the runner holds in memory while it carries out a plan: the CA, and each member's certificates and keys. */
export interface Material {
  readonly authority: Promise<Authority>;
  /** The CA with its key; rejects where the plan has nothing to sign. */
  readonly signer: Promise<SignerWithPem>;
  /** By member name; only members whose certificates this run issues. */
  readonly leaves: ReadonlyMap<string, Promise<MemberLeaves>>;
  /** SHA-256 (hex) of what lies on each host, by member name and path. */
  readonly digests: ReadonlyMap<string, Map<string, string>>;
  /** Public files as they lie on each host, by member name and path: never a key, nor the action's own record. */
  readonly publicFiles: ReadonlyMap<string, Map<string, string>>;
}

type SignerWithPem = SigningAuthority & { readonly keyPem: string };

/** What {@link prepareMaterial} needs. */
export interface MaterialInput {
  readonly plan: Plan;
  readonly settings: Settings;
  readonly hosts: ReadonlyMap<string, Transport>;
  /** Digests that earlier runs have recorded, by member name. */
  readonly recorded: ReadonlyMap<string, Readonly<Record<string, string>>>;
  /** Public files that the probe has read, by member name and path. */
  readonly found: ReadonlyMap<string, ReadonlyMap<string, string>>;
  readonly now: Date;
  /** Called with every secret as soon as it exists, before it is used. */
  readonly maskSecret: (secret: string) => void;
}

/**
 * Begins at once to make or fetch the CA and to issue the certificates, while the hosts get their configurations; who
 * needs one of them awaits it.
 */
export function prepareMaterial(input: MaterialInput): Material {
  const { plan, settings, now, maskSecret } = input;
  const signer = obtainSigner(input);
  const authority =
    plan.authority.from === 'certificate-only' ? certificateOnly(input, plan.authority.host) : signer;
  const leaves = new Map(
    plan.shape.members
      .filter(({ name }) => plan.issueFor.includes(name))
      .map((member) => [
        member.name,
        signer.then(async (signing) => {
          const issued = await issueMemberLeaves(signing, { member, algorithm: settings.keyAlgorithm, now });
          for (const leaf of Object.values(issued)) maskSecret(leaf.keyPem);
          return issued;
        }),
      ]),
  );
  // Whoever awaits them gets the error; until then it must not count as unhandled.
  for (const pending of [signer, authority, ...leaves.values()]) pending.catch(() => undefined);
  const digests = new Map(
    plan.shape.members.map(({ name }) => [name, new Map(Object.entries(input.recorded.get(name) ?? {}))]),
  );
  const publicFiles = new Map([...input.found].map(([name, files]) => [name, new Map(files)]));
  return { authority, signer, leaves, digests, publicFiles };
}

async function certificateOnly({ hosts }: MaterialInput, host: string): Promise<Authority> {
  const transport = hosts.get(host);
  if (transport === undefined) throw new Error(`no connection to ${host}`);
  return authorityOf(await readText(transport, CA_CERTIFICATE));
}

async function obtainSigner(input: MaterialInput): Promise<SignerWithPem> {
  const { plan, settings, now, maskSecret } = input;
  switch (plan.authority.from) {
    case 'made': {
      const made = await createAuthority({ algorithm: settings.keyAlgorithm, now });
      maskSecret(made.keyPem);
      return made;
    }
    case 'input': {
      if (settings.authority === undefined)
        throw new Error('a CA from the inputs was planned, and there is none');
      const { certificatePem, keyPem } = settings.authority;
      const certificate = { name: 'ca-certificate', text: certificatePem };
      return readSigner(certificate, { name: 'ca-key', text: keyPem }, now, maskSecret);
    }
    case 'host': {
      const transport = input.hosts.get(plan.authority.host);
      if (transport === undefined) throw new Error(`no connection to ${plan.authority.host}`);
      const [certificate, key] = await Promise.all([
        readText(transport, CA_CERTIFICATE),
        readText(transport, CA_KEY, maskSecret),
      ]);
      const source = (path: string, text: string): PemSource => ({ name: `${transport.name}:${path}`, text });
      return readSigner(source(CA_CERTIFICATE, certificate), source(CA_KEY, key), now, maskSecret);
    }
    case 'certificate-only':
      throw new Error('nothing has to be signed, so the key of the CA is not fetched');
  }
}

function readSigner(
  certificate: PemSource,
  key: PemSource,
  now: Date,
  maskSecret: (secret: string) => void,
): SignerWithPem {
  try {
    const authority = readSigningAuthority(certificate, key, now);
    const keyPem = privateKeyToPem(authority.key);
    maskSecret(keyPem);
    return { ...authority, keyPem };
  } catch (error) {
    if (!(error instanceof AuthorityError)) throw error;
    throw new Refusal('the CA cannot be used', error.reasons);
  }
}

/** One file of a host as text. @throws Refusal when it cannot be read. */
export async function readText(
  transport: Transport,
  path: string,
  maskSecret?: (secret: string) => void,
): Promise<string> {
  const result = await transport.run(readFile(path));
  const text = result.stdout.toString('utf8');
  if (result.code === 0 && text !== '') {
    maskSecret?.(text);
    return text;
  }
  throw new Refusal(`${path} could not be read`, [
    {
      host: transport.name,
      at: 'read',
      fact: result.stderr.trim() === '' ? `${path} is empty.` : result.stderr.trim(),
      cause: 'The file was removed or emptied since the run began.',
      fix: 'Put it back, or restore it from a backup, and run again.',
    },
  ]);
}

/** SHA-256 in hex. */
export function sha256(bytes: Buffer | string): string {
  return createHash('sha256').update(bytes).digest('hex');
}
