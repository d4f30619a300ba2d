/**
 * Bash function `at_exit COMMANDS`: has this bash, or the subshell that calls it, run them when it ends, before those of earlier
 * calls, and end as it would have. There is one trap for EXIT, so no script may set one itself. `set -eu` is off for them. A
 * subshell that a signal ends runs the trap of the bash around it (5.2), which is to do nothing there.
 */
export const AT_EXIT = `at_exit() {
  etcd_ha_at_exit[BASH_SUBSHELL]="$1"$'\\n'"\${etcd_ha_at_exit[BASH_SUBSHELL]-}"
  trap -- "etcd_ha_code=\\$?; if [ \\$BASHPID = $BASHPID ]; then set +eu"$'\\n'"\${etcd_ha_at_exit[BASH_SUBSHELL]}"'fi; exit "$etcd_ha_code"' EXIT
}`;
