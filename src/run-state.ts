/** State that main saves for post: set once main has reported, whichever way it ended. */
export const MAIN_ENDED = 'main-ended';

/** State that main saves for post before it takes the hosts' locks: whose they are. Not secret. */
export const LOCK_OWNER = 'lock-owner';
