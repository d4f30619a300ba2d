import type { ClockFact } from '../../facts/host.ts';
import type { FilesystemFact } from '../../facts/preflight.ts';
import { printable } from '../../text/printable.ts';
import type { RemoteScript } from '../transport.ts';

/** A probe's answer was cut off or is not of its form. */
export class IncompleteProbe extends Error {}

/** How many characters of a program's errors a host keeps for the answer; of more, these of the first line, and the last ones. */
const KEPT_WORDS = 350;
const FIRST_WORDS = 100;
const LAST_WORDS = 150;
/** The longest `Unseen.words`. */
const MOST_WORDS = 500;
/** How much is read of what was begun as one: more than a list of containers or images can be. */
const MOST_BYTES = 4_194_304;

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
  if [ "\${#begun_sections[@]}" -gt 0 ]; then head -q -c ${MOST_BYTES} -- "\${begun_sections[@]/#//dev/fd/}"; fi
  for fd in "\${begun_sections[@]}"; do exec {fd}<&-; done
  begun_sections=()
}
end_sections() { gather_sections; now; section clock; printf '%s %s\\n' "$begun_at" "$time"; section end; }
now
begun_at=$time
printf '%s\\n' "$mark"
`;

/** An answer's sections by name, each with the text that follows its line. */
export type Sections = ReadonlyMap<string, string>;

/**
 * The sections of an answer by name, each with the text that follows its line; the last one of a name counts.
 * @throws IncompleteProbe when the section `end` is missing.
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
  if (!sections.has('end')) throw new IncompleteProbe('the answer of the probe was cut off');
  return sections;
}

/** @throws IncompleteProbe when one of these sections, which every answer has, is missing. */
export function requireSections(sections: Sections, names: readonly string[]): void {
  const missing = names.filter((name) => !sections.has(name));
  if (missing.length > 0) throw new IncompleteProbe(`the answer of the probe lacks ${missing.join(', ')}`);
}

/** What a program of the probe has printed, and how it ended. */
export interface ProgramAnswer {
  /** What it wrote to its standard output; empty where the section is missing. */
  readonly text: string;
  /** What it wrote to its standard error: the last of it, as one line. */
  readonly words: string;
  /** How it ended, with its words; absent where it ended with exit code 0. */
  readonly failure?: string;
}

/** The answer of a program that was run by `program NAME`. */
export function programAnswer(sections: Sections, name: string): ProgramAnswer {
  const text = sections.get(name) ?? '';
  const ran = sections.get(`ran.${name}`);
  const [end = '', ...lines] = (ran ?? '').split('\n');
  const words = printable(lines.map(withoutPlace).join(' '), MOST_WORDS);
  if (end === '0' && sections.has(name)) return { text, words };
  return { text, words, failure: withWords(endOf(end), words) };
}

/** bash names the line of the script before what it says, which tells an administrator nothing. */
function withoutPlace(line: string): string {
  return line.replace(/^[^ :]*: line \d+: /, '');
}

function endOf(end: string): string {
  const seconds = /^late (\d+)$/.exec(end)?.[1];
  if (seconds !== undefined) return `it did not end within ${seconds} s`;
  if (end === '141') return 'it was ended after it had printed more than is read'; // SIGPIPE
  if (end === '') return 'its answer is longer than is read, or was cut off';
  return /^[1-9]\d*$/.test(end) ? `it ended with exit code ${end}` : 'how it ended cannot be read';
}

/** A fact with what a program said, where it said something; at most as long as `Unseen.words` may be. */
export function withWords(fact: string, words: string): string {
  return printable(words === '' ? fact : `${fact}: ${words}`, MOST_WORDS - 1);
}

/**
 * Bash function `kubeadm_says`: prints what kubeadm says of its version, and the images that it asks for, one on a line. A
 * wrapper of kubeadm may print lines of its own before.
 */
export const KUBEADM_SAYS = `
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

/** What {@link KUBEADM_SAYS} has said. */
export interface KubeadmAnswer {
  /** E.g. `v1.34.4`; empty where no line has that form. */
  readonly version: string;
  /** E.g. `registry.k8s.io/etcd:3.6.5-0`. */
  readonly etcdImage?: string;
}

/** Asks a host's kubeadm alone. It needs no root for that. */
export function askKubeadm(): RemoteScript {
  return {
    title: 'ask kubeadm for its images',
    effect: 'reads',
    script: `${KUBEADM_SAYS}kubeadm_says 2>/dev/null || true`,
    timeoutMs: 15_000,
  };
}

export function parseKubeadmAnswer(text: string): KubeadmAnswer {
  const lines = text.split('\n').map((line) => line.trim());
  const version = lines.find((line) => /^v\d+\.\d+\.\d+\S*$/.test(line)) ?? '';
  const etcdImage = lines.find((line) => /^\S+\/etcd:\S+$/.test(line));
  return { version, ...(etcdImage !== undefined && { etcdImage }) };
}

/** When, by the runner's clock, the probe was sent and its answer was there: milliseconds since 1970. */
export interface ProbeTiming {
  readonly sentMs: number;
  readonly receivedMs: number;
}

/** A host did not tell the time. */
export class NoClock extends IncompleteProbe {}

/**
 * How far a host's clock is from the runner's, by the section `clock` that ends each answer of a probe. RFC 5905, section 8: the time
 * that the probe itself took on the host does not count.
 * @throws NoClock when the section does not tell the time.
 */
export function clockIn(sections: Sections, timing: ProbeTiming): ClockFact {
  const text = sections.get('clock') ?? '';
  const [, begun, ended] = /^(\d{1,17}) (\d{1,17})\n/.exec(text) ?? [];
  const [begunMs, endedMs] = [Number(begun) / 1000, Number(ended) / 1000];
  if (!(begunMs > 0 && endedMs > 0))
    throw new NoClock(withWords('it did not tell the time', printable(text, 100)));
  const there = begunMs - timing.sentMs;
  const back = endedMs - timing.receivedMs;
  return { offsetMs: (there + back) / 2, uncertaintyMs: Math.max(0, (there - back) / 2) };
}

/** A filesystem from one line of `findmnt -r`, in which `\x20` is a space, and one of `stat -f`. */
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
