/** State that main saves for post: set once main has reported, whichever way it ended. Never holds anything else. */
export const MAIN_ENDED = 'main-ended';
