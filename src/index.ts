// Must come first: ssh2 reads __dirname while it is loaded, and an ES module has none.
import './runner/dirname.ts';
import { linkFindingsTo } from './findings.ts';
import { watchForUncaughtErrors } from './runner/end-of-run.ts';
import { createActionsLog } from './runner/actions-log.ts';
import { readEntryPage, setSecrets } from './runner/toolkit.ts';
import { Redactor } from './runner/masking/redaction.ts';

// dist/post.js sets this before it loads the bundle. A saved state would not do: a main that was ended early has saved
// none, and its post would run the operation a second time.
const isPost = (globalThis as { etcdHaActionPhase?: string }).etcdHaActionPhase === 'post';

linkFindingsTo(readEntryPage(process.env));
const redactor = new Redactor(setSecrets);
const log = createActionsLog(redactor);
/** Before a phase has said what to do about a fault, none can be of a host's making. */
let onFault = (error: unknown): void => {
  log.warning(`etcd-ha-action: ${String(error)}`);
  process.exitCode = isPost ? 0 : 1;
};
watchForUncaughtErrors(
  (error) => onFault(error),
  (text) => log.debug(text),
);
const means = { redactor, log, handleUncaughtErrors: (handler: typeof onFault) => void (onFault = handler) };

try {
  // Each phase loads what it needs alone: most post steps have nothing to do.
  await (isPost ? (await import('./post.ts')).post(means) : (await import('./main.ts')).main(means));
} catch (error) {
  onFault(error);
}
// An upload that was given up, or a connection whose host is gone, must not keep the step waiting.
process.exit();
