import type { Finding } from '../findings.ts';
import { quoteBash } from '../hosts/bash.ts';
import { explainUnknown } from '../hosts/explain-unknown.ts';
import type { RemoteResult, RemoteScript } from '../hosts/transport.ts';
import type { ScriptedKind, StepOnHost } from './step-kind.ts';

/** Sets mode and owner (root:root) of files that are in place. */
export interface SetModes extends StepOnHost {
  readonly kind: 'set-modes';
  /** Path and permission bits in octal; folders end in no slash. */
  readonly modes: ReadonlyMap<string, string>;
}

/** The kind of {@link SetModes}. */
export const setModesStep: ScriptedKind<SetModes> = {
  title: 'set modes',
  touches({ modes }) {
    return [...modes].map(([path, mode]) => ({ path, mode }));
  },
  script({ modes }) {
    return { script: setModes(modes), explain: explainModes };
  },
};

/** Exit code: a path is not a file or folder that may be changed. */
const NOT_PLAIN = 3;

/**
 * Returns a script that sets the mode of existing files and folders, and the owner root:root. It follows a link to a
 * folder, because a data dir may be one. It changes nothing if a path is missing, another link, or neither a file nor
 * a folder.
 * @param modes permission bits in octal, by path.
 */
export function setModes(modes: ReadonlyMap<string, string>): RemoteScript {
  const paths = [...modes.keys()].map(quoteBash).join(' ');
  const byMode = Map.groupBy(modes, ([, mode]) => mode);
  const changes = [...byMode].map(
    ([mode, files]) => `chmod ${quoteBash(mode)} -- ${files.map(([path]) => quoteBash(path)).join(' ')}`,
  );
  return {
    title: 'set modes and owners',
    effect: 'changes',
    timeoutMs: 30_000,
    script: `
set -- ${paths}
if [ "$#" = 0 ]; then exit 0; fi
owned=()
for path do
  if [ -L "$path" ] && [ -d "$path" ]; then owned+=("$path/.") # the target, not the link
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

/** Explains by the script's exit code why modes were not set. */
export function explainModes(result: RemoteResult): Omit<Finding, 'host' | 'at'> {
  if (result.code !== NOT_PLAIN) return explainUnknown(result);
  return {
    code: 'not-a-plain-file',
    fact: `${result.stderr.trim()} is no longer a plain file or a folder; no mode was changed.`,
    cause: 'It is a symbolic link to a file, or it was removed or replaced since the run read the host.',
    fix: 'Replace the link with the file itself, and run again.',
  };
}
