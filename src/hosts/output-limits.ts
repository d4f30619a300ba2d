/** What a script may write to standard output if it does not say otherwise, in bytes. */
export const MOST_OUTPUT = 1024 * 1024;
/** What a probe may: it lists folders, and holds what the container runtime says of all images and containers. */
export const PROBE_OUTPUT = 16 * MOST_OUTPUT;
/** What is kept of standard error, its last bytes: what went wrong is said at the end. */
export const KEPT_STDERR = 1024 * 1024;
/** What may come on standard error at all, in bytes: each line of it is a line of the job's log. */
export const MOST_STDERR = 16 * KEPT_STDERR;
