/**
 * Bash function `at_exit COMMANDS`: this bash, or the subshell that calls it, runs the commands when it ends, before
 * those of earlier calls, and keeps its exit code. There is one EXIT trap, so no script may set its own. `set -eu` is
 * off for the commands. A subshell killed by a signal runs the trap of the bash around it (5.2), which must do
 * nothing there.
 */
export const AT_EXIT = `at_exit() {
  etcd_ha_at_exit[BASH_SUBSHELL]="$1"$'\\n'"\${etcd_ha_at_exit[BASH_SUBSHELL]-}"
  trap -- "etcd_ha_code=\\$?; if [ \\$BASHPID = $BASHPID ]; then set +eu"$'\\n'"\${etcd_ha_at_exit[BASH_SUBSHELL]}"'fi; exit "$etcd_ha_code"' EXIT
}`;
