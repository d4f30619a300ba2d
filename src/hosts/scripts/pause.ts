/** Seconds after which a host that is waited for counts as slow. */
const SLOW_AFTER = 10;

/**
 * Bash functions for loops that wait. They start no process: nobody ever writes to the pipe that `nap SECONDS` reads from.
 *
 * `pause WAITED`: the pause before the next look at what is waited for since WAITED seconds. Short at first; on a host that
 * is slow the looks themselves would take the processor that it waits for.
 */
export const PAUSE_FUNCTION = `
exec {nothing}<> <(:)
nap() { read -r -t "$1" -u "$nothing" _ || true; }
pause() { if [ "$1" -lt ${SLOW_AFTER} ]; then nap 0.05; else nap 0.5; fi; }
`;
