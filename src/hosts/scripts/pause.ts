/** Seconds after which a host that is waited for counts as slow. */
const SLOW_AFTER = 10;

/**
 * Bash function `pause WAITED`: the pause before the next look at what is waited for since WAITED seconds. Short at first;
 * on a host that is slow the looks themselves would take the processor that it waits for.
 */
export const PAUSE_FUNCTION = `
pause() { if [ "$1" -lt ${SLOW_AFTER} ]; then sleep 0.05; else sleep 0.5; fi; }
`;
