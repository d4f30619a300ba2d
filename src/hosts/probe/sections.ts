import type { ClockFact } from '../../facts/host.ts';
import type { FilesystemFact } from '../../facts/preflight.ts';
import { printable } from '../../text/printable.ts';
import type { RemoteScript } from '../transport.ts';

/** A probe's answer is truncated or malformed. */
export class IncompleteProbeError extends Error {}

/**
 * Maximum length of a program's errors in the answer; of longer ones, the host sends the beginning of the first line
 * and the end.
 */
const MAX_ERROR_CHARACTERS = 350;
const KEPT_FIRST_CHARACTERS = 100;
const KEPT_LAST_CHARACTERS = 150;
/** The maximum length of `MissingFact.words`. */
const MAX_MESSAGE_LENGTH = 500;
/** The maximum size of a background answer: larger than any list of containers or images. */
const MAX_SECTION_BYTES = 4_194_304;

/**
 * Bash functions for an answer in sections of raw text. The first line is a mark that the host makes for this one
 * answer, so that no content can look like a section; each section begins with a line `MARK NAME`. No temporary file
 * is made, and no here-string, for which bash before 5.1 makes one.
 *
 * `section NAME`: begins a section. `show FILE`: prints a text file exactly as it is, or nothing. `now`: sets `time`
 * to the microseconds since 1970, rounded to seconds if neither bash nor date is more precise.
 *
 * `begin NAME COMMAND…` runs a command in the background that writes its own section, without its errors.
 * `gather_sections` waits for these and prints them in the order in which they began, each up to a limit.
 * `end_sections` does too, and ends the answer with the section `clock`: the time at its beginning and at its end.
 *
 * `program NAME SECONDS COMMAND…` prints the command's output as the section NAME, and then the section `ran.NAME`:
 * its exit code, or `late` and the seconds, followed by lines of its errors, of long ones the first and the last. A
 * command that exceeds the limit is killed with its process group, so that no child can keep the answer open. The
 * errors and the exit code share one pipe, so no file is needed, and no `timeout` (busybox has another one).
 * `begin_program` does the same in the background.
 */
export const SECTIONS = `
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
    if [ "\${#words}" -gt ${MAX_ERROR_CHARACTERS} ]; then # the first line of a usage text is the most useful
      first=\${first:-\${words:0:${KEPT_FIRST_CHARACTERS}}}
      first=\${first%%$'\\n'*} words=\${words: -${KEPT_LAST_CHARACTERS}}
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
  if [ "\${#begun_sections[@]}" -gt 0 ]; then head -q -c ${MAX_SECTION_BYTES} -- "\${begun_sections[@]/#//dev/fd/}"; fi
  for fd in "\${begun_sections[@]}"; do exec {fd}<&-; done
  begun_sections=()
}
end_sections() { gather_sections; now; section clock; printf '%s %s\\n' "$begun_at" "$time"; section end; }
now
begun_at=$time
printf '%s\\n' "$mark"
`;

/** The sections of an answer by name, each with the text after its line. */
export type Sections = ReadonlyMap<string, string>;

/**
 * Splits an answer into its sections by name; of duplicates the last one counts.
 * @throws IncompleteProbeError when the section `end` is missing.
 */
export function readSections(answer: string): Map<string, string> {
  const mark = answer.slice(0, answer.indexOf('\n')).trim();
  const [, ...parts] = mark === '' ? [] : answer.split(`\n${mark} `);
  const sections = new Map(
    parts.map((part) => {
      const end = part.indexOf('\n');
      return [part.slice(0, end), part.slice(end + 1)];
    }),
  );
  if (!sections.has('end')) throw new IncompleteProbeError('the answer of the probe was cut off');
  return sections;
}

/** @throws IncompleteProbeError when one of these sections, which every answer has, is missing. */
export function requireSections(sections: Sections, names: readonly string[]): void {
  const missing = names.filter((name) => !sections.has(name));
  if (missing.length > 0)
    throw new IncompleteProbeError(`the answer of the probe lacks ${missing.join(', ')}`);
}

/** The output of one program of the probe, and how it ended. */
export interface ProgramAnswer {
  /** Its standard output; empty if the section is missing. */
  readonly text: string;
  /** The end of its standard error, as one line. */
  readonly errors: string;
  /** Exit and error output; absent for exit code 0. */
  readonly failure?: string;
}

/** Returns the answer of a program that was run by `program NAME`. */
export function programAnswer(sections: Sections, name: string): ProgramAnswer {
  const text = sections.get(name) ?? '';
  const ran = sections.get(`ran.${name}`);
  const [end = '', ...lines] = (ran ?? '').split('\n');
  const errors = printable(lines.map(withoutLineNumber).join(' '), MAX_MESSAGE_LENGTH);
  if (end === '0' && sections.has(name)) return { text, errors };
  return { text, errors, failure: withErrors(describeExit(end), errors) };
}

/** Removes bash's reference to a line of the script, which means nothing to an administrator. */
function withoutLineNumber(line: string): string {
  return line.replace(/^[^ :]*: line \d+: /, '');
}

function describeExit(end: string): string {
  const seconds = /^late (\d+)$/.exec(end)?.[1];
  if (seconds !== undefined) return `it did not end within ${seconds} s`;
  if (end === '141') return 'it was ended because it printed too much'; // SIGPIPE
  if (end === '') return 'its answer is too long, or was cut off';
  return /^[1-9]\d*$/.test(end) ? `it ended with exit code ${end}` : 'its exit code cannot be read';
}

/** Appends a program's error output to a fact, if there is any; at most as long as `MissingFact.words` may be. */
export function withErrors(fact: string, words: string): string {
  return printable(words === '' ? fact : `${fact}: ${words}`, MAX_MESSAGE_LENGTH - 1);
}

/**
 * Bash function `kubeadm_says`: prints kubeadm's version and the images it requires, one per line. A wrapper of
 * kubeadm may print lines of its own first.
 */
export const KUBEADM_QUERY = `
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

/** The parsed output of {@link KUBEADM_QUERY}. */
export interface KubeadmAnswer {
  /** E.g. `v1.34.4`; empty if no line has that form. */
  readonly version: string;
  /** E.g. `registry.k8s.io/etcd:3.6.5-0`. */
  readonly etcdImage?: string;
}

/** Returns the script that queries a host's kubeadm alone. It needs no root. */
export function queryKubeadm(): RemoteScript {
  return {
    title: 'ask kubeadm for its images',
    effect: 'reads',
    script: `${KUBEADM_QUERY}kubeadm_says 2>/dev/null || true`,
    timeoutMs: 15_000,
  };
}

export function parseKubeadmAnswer(text: string): KubeadmAnswer {
  const lines = text.split('\n').map((line) => line.trim());
  const version = lines.find((line) => /^v\d+\.\d+\.\d+\S*$/.test(line)) ?? '';
  const etcdImage = lines.find((line) => /^\S+\/etcd:\S+$/.test(line));
  return { version, ...(etcdImage !== undefined && { etcdImage }) };
}

/** Times at which the probe was sent and its answer arrived, by the runner's clock: milliseconds since 1970. */
export interface ProbeTiming {
  readonly sentMs: number;
  readonly receivedMs: number;
}

/** A host did not report the time. */
export class MissingClockError extends IncompleteProbeError {}

/**
 * Computes the offset of a host's clock from the runner's, from the section `clock` that ends each answer of a probe.
 * The time that the probe itself took on the host does not count (RFC 5905, section 8).
 * @throws MissingClockError when the section holds no time.
 */
export function clockIn(sections: Sections, timing: ProbeTiming): ClockFact {
  const text = sections.get('clock') ?? '';
  const [, begun, ended] = /^(\d{1,17}) (\d{1,17})\n/.exec(text) ?? [];
  const [begunMs, endedMs] = [Number(begun) / 1000, Number(ended) / 1000];
  if (!(begunMs > 0 && endedMs > 0))
    throw new MissingClockError(withErrors('it did not report the time', printable(text, 100)));
  const there = begunMs - timing.sentMs;
  const back = endedMs - timing.receivedMs;
  return { offsetMs: (there + back) / 2, uncertaintyMs: Math.max(0, (there - back) / 2) };
}

/** Parses a filesystem from one line of `findmnt -r`, in which `\x20` is a space, and one of `stat -f`. */
export function parseFilesystem(
  mount: string,
  blocks: string,
  dataDirKibibytes: number,
): FilesystemFact | undefined {
  const [type, source, mountPoint, options] = mount.split('\n')[0]?.split(' ') ?? [];
  const numbers = /^(\d+) (\d+) (\d+) (\d+) (\d+)$/.exec(blocks);
  if (type === undefined || source === undefined || mountPoint === undefined || numbers === null) {
    return undefined;
  }
  const [, blockSize = 0, total = 0, available = 0, inodes = 0, freeInodes = 0] = numbers.map(Number);
  return {
    type,
    source: unescape(source),
    mountPoint: unescape(mountPoint),
    readOnly: options?.split(',').includes('ro') ?? false,
    sizeBytes: total * blockSize,
    freeBytes: available * blockSize,
    inodes,
    freeInodes,
    dataDirBytes: dataDirKibibytes * 1024,
  };
}

function unescape(word: string): string {
  return word.replace(/\\x([0-9a-f]{2})/g, (_, code: string) => String.fromCharCode(parseInt(code, 16)));
}

/** Returns the lines of a text that are not empty, in their order. */
export function filledLines(text: string): string[] {
  return text.split('\n').filter((line) => line !== '');
}
