/** A probe's answer was cut off or is not of its form. */
export class IncompleteProbe extends Error {}

/**
 * Bash for an answer in sections of raw text. Its first line is a mark that is made on the host for this one answer, so that
 * nothing that lies there can look like a section; then each section begins with a line `MARK NAME`. All of it is done by
 * builtins: no process, no temporary file, and no here-string, for which bash before 5.1 makes one.
 *
 * `section NAME`: begins one. `show FILE`: prints a text file exactly as it is, or nothing. `now`: sets `time` to the
 * microseconds since 1970.
 *
 * `begin NAME COMMAND…` has a command write a section of its own at the same time, without its errors; `gather_sections` waits
 * for these and prints them; `end_sections` does too, and ends the answer.
 */
export const SECTIONS = `
read -r mark < /proc/sys/kernel/random/uuid
begun_sections=()
section() { printf '\\n%s %s\\n' "$mark" "$1"; }
show() { local text=(); mapfile -d '' text < "$1" && printf %s "\${text[@]}"; } 2>/dev/null
now() { if [ -n "\${EPOCHREALTIME-}" ]; then time=\${EPOCHREALTIME/./}; else time=$(date +%s%6N); fi; }
begin() {
  local fd
  exec {fd}< <(section "$1"; shift; "$@" 2>/dev/null)
  begun_sections+=("/dev/fd/$fd")
}
gather_sections() {
  if [ "\${#begun_sections[@]}" -gt 0 ]; then cat "\${begun_sections[@]}"; fi
  begun_sections=()
}
end_sections() { gather_sections; section end; }
printf '%s\\n' "$mark"
`;

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
