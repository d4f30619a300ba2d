import { filledLines } from '../hosts/probe/sections.ts';
import type { RemoteScript } from '../hosts/transport.ts';
import { PKI_DIR } from '../kubeadm/paths.ts';
import { leafProfileNames } from '../pki/leaf.ts';
import { verifyLeaf } from '../pki/verify.ts';
import { digestsOf, stepFailure, type StepContext, plannedCluster } from './context.ts';
import type { ScriptedKind, StepOnHost } from './step-kind.ts';

/** Reads back the delivered files: tree, modes, owners, digests. */
export interface VerifyFiles extends StepOnHost {
  readonly kind: 'verify-files';
  /** Files below /etc/kubernetes/pki with their modes; no other may be there. */
  readonly pkiTree: ReadonlyMap<string, string>;
}

const title = 'verify files';

/**
 * The kind of {@link VerifyFiles}. Guide step 6: every expected file, no other, with the right contents, mode and
 * owner.
 */
export const verifyFilesStep: ScriptedKind<VerifyFiles> = {
  title,
  readsOnly: true,
  script(step, context) {
    return {
      script: listPki(),
      check: (stdout) => checkPlaced(step, parsePki(stdout.toString('utf8')), context),
    };
  },
};

async function checkPlaced(
  step: VerifyFiles,
  files: readonly PlacedFile[],
  context: StepContext,
): Promise<void> {
  const placed = new Map(files.map((file) => [file.path, file]));
  const digests = digestsOf(context, step.host);
  const wrong = [...step.pkiTree].flatMap(([path, mode]) =>
    fileDifference(path, mode, digests.get(path), placed.get(path)),
  );
  const unexpected = [...placed.keys()]
    .filter((path) => !step.pkiTree.has(path))
    .map((path) => `${path} does not belong there`);
  const facts = [...wrong, ...unexpected, ...(await unfitLeaves(step.host, context))];
  if (facts.length === 0) return;
  throw stepFailure(title, step.host, {
    code: 'pki-file-unexpected',
    fact: `${PKI_DIR} does not have the expected contents: ${facts.join('; ')}.`,
    cause: 'Configuration management, or a person, also writes to this folder.',
    fix: 'Let only the action write to it, move files that do not belong there, and run again.',
  });
}

/** The host's files equal those in memory, by their digests: these are checked against the CA and their keys. */
async function unfitLeaves(host: string, context: StepContext): Promise<string[]> {
  const { material, now } = context;
  const plan = plannedCluster(context);
  const member = plan.shape.members.find(({ name }) => name === host);
  const leaves = await material.leaves.get(host);
  if (member === undefined || leaves === undefined) return [];
  const authority = await material.authority;
  const named = { ...member, extraSans: plan.certificates.extraSans };
  return leafProfileNames.flatMap((profile) => {
    const leaf = leaves[profile];
    return leaf === undefined ? [] : verifyLeaf(leaf, { authority, profile, member: named, now });
  });
}

function fileDifference(
  path: string,
  mode: string,
  sha: string | undefined,
  placed: PlacedFile | undefined,
): string[] {
  if (placed === undefined) return [`${path} is missing`];
  const differences = [];
  // A digest is unknown only for a CA key that was on the host before.
  if (sha !== undefined && placed.sha256 !== sha) differences.push(`${path} has other contents`);
  if (placed.mode !== mode) differences.push(`${path} has mode ${placed.mode}, wanted ${mode}`);
  if (placed.owner !== '0:0') differences.push(`${path} belongs to ${placed.owner}, wanted root`);
  return differences;
}

/** A file as it is on the host. */
interface PlacedFile {
  readonly path: string;
  readonly sha256: string;
  /** Permission bits in octal. */
  readonly mode: string;
  /** `uid:gid`. */
  readonly owner: string;
}

/** Lists every file of the pki tree with digest, mode and owner; never its contents. Its folders may be links. */
export function listPki(): RemoteScript {
  return {
    title: 'read back the pki tree',
    effect: 'reads',
    timeoutMs: 30_000,
    script: `
find -L ${PKI_DIR} -type f -printf '%m %U:%G %p\\n'
echo
find -L ${PKI_DIR} -type f -exec sha256sum -- {} +
`,
  };
}

/** Parses the answer of {@link listPki}. */
function parsePki(answer: string): PlacedFile[] {
  const [modes = '', digests = ''] = answer.split('\n\n');
  const digestOf = new Map(filledLines(digests).map((line) => [line.slice(66), line.slice(0, 64)]));
  return filledLines(modes).map((line) => {
    const [mode = '', owner = '', ...words] = line.split(' ');
    const path = words.join(' ');
    return { path, mode, owner, sha256: digestOf.get(path) ?? '' };
  });
}
