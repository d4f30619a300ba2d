/**
 * Bash that kills a process with all that it has started: everything below it, wherever sudo has put that, and everything
 * in its session, whoever is its parent by now. Nothing, if the number belongs to another process; as long as anything
 * is in the session, it cannot.
 * @param process number and start time of the first process of a session.
 */
export function endTreeScript(process: string): string {
  const [pid = '', started = ''] = process.split(' ');
  return `
declare -A parent=()
found=
for path in /proc/[0-9]*/stat; do
  IFS= read -r stat 2> /dev/null < "$path" || continue
  one=\${stat%% *}
  set -- \${stat##*) }
  if [ $one = ${pid} ] && [ \${20} != ${started} ]; then exit 0; fi
  parent[$one]=$2
  if [ $4 = ${pid} ]; then found+=" $one"; fi
done
for one in "\${!parent[@]}"; do
  above=$one
  while [ \${above:-0} -gt 1 ]; do
    above=\${parent[$above]:-0}
    if [ $above = ${pid} ]; then found+=" $one"; break; fi
  done
done
if [ -n "$found" ]; then kill -KILL $found || true; fi`;
}
