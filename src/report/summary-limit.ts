/** The runner drops a larger summary as a whole (AttachmentSizeLimit in actions/runner). */
export const summaryLimitBytes = 1024 * 1024;
