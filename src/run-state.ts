/**
 * State that main saves for post: set once main has reported, whichever way it ended. {@link LOCKS_LEFT} where it could not
 * see to its locks.
 */
export const MAIN_ENDED = 'main-ended';

/** The value of {@link MAIN_ENDED} of a main that has reported, and may have left locks on hosts. */
export const LOCKS_LEFT = 'locks-left';

/** State that main saves for post before it takes the hosts' locks: whose they are. Not secret. */
export const LOCK_OWNER = 'lock-owner';
