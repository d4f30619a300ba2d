/** Lines of kubelet's log file that are searched. */
const FILE_LINES = 400;

/**
 * Bash functions for kubelet's log. kubelet writes to the journal under its unit's identifier, or to a file that its
 * unit names (`StandardError=append:…`).
 *
 * `find_log_file` sets `log_file` to that file, once, or to nothing.
 *
 * `kubelet_log SINCE`: prints kubelet's log since then, in seconds since 1970. In a file, lines are dated by klog's
 * header (`E1126 05:29:35.583926`, local time), and a line without one by the previous line.
 *
 * `kubelet_words LINES`: prints the last lines of kubelet's newest process only: those of an earlier process do not
 * belong to this start. Without any, prints systemd's about that process.
 */
export const KUBELET_LOG_FUNCTIONS = `
find_log_file() {
  if [ -n "\${log_file+known}" ]; then return 0; fi
  log_file=$(systemctl cat kubelet 2> /dev/null |
    sed -n 's/^[[:space:]]*StandardError=[a-z]*:\\(\\/[^%]*\\)$/2\\1/p; s/^[[:space:]]*StandardOutput=[a-z]*:\\(\\/[^%]*\\)$/1\\1/p' |
    sort -s -k 1.1,1.1 | tail -n 1 | sed 's/^.//' || true)
}
file_since() {
  local line from head='^[IWEF]([0-9]{4} [0-9:]{8})' counts=no
  printf -v from '%(%m%d %H:%M:%S)T' "$2"
  while IFS= read -r line; do
    if [[ $line =~ $head ]]; then if [[ \${BASH_REMATCH[1]} < $from ]]; then counts=no; else counts=yes; fi; fi
    if [ "$counts" = yes ]; then printf '%s\\n' "$line"; fi
  done < <(tail -n ${FILE_LINES} -- "$1" 2> /dev/null)
}
kubelet_log() {
  journalctl -q -u kubelet --since "@$1" --no-pager -o cat 2> /dev/null || true
  find_log_file
  if [ -n "$log_file" ]; then file_since "$log_file" "$1"; fi
}
kubelet_words() {
  local name value invocation= begun= words= up since
  while IFS='=' read -r name value; do
    case $name in InvocationID) invocation=$value ;; ExecMainStartTimestampMonotonic) begun=$value ;; esac
  done < <(systemctl show kubelet -p InvocationID -p ExecMainStartTimestampMonotonic)
  read -r up _ < /proc/uptime
  printf -v since '%(%s)T' -1
  since=$((since - \${up%.*} + \${begun:-0} / 1000000))
  if [ -n "$invocation" ]; then words=$(journalctl -q "_SYSTEMD_INVOCATION_ID=$invocation" -n "$1" --no-pager -o cat || true)
  else words=$(journalctl -q -u kubelet --since "@$since" -n "$1" --no-pager -o cat || true)
  fi
  if [ -z "$words" ]; then
    find_log_file
    if [ -n "$log_file" ]; then words=$(file_since "$log_file" "$since" | tail -n "$1"); fi
  fi
  if [ -z "$words" ] && [ -n "$invocation" ]; then
    words=$(journalctl -q _PID=1 "INVOCATION_ID=$invocation" -n "$1" --no-pager -o cat || true)
  fi
  printf '%s\\n' "$words"
}
`;
