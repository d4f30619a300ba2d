// Must come first: ssh2 reads __dirname while it is loaded, and an ES module has none.
import './dirname.ts';

// dist/post.js sets this before it loads the bundle. A saved state would not do: a main that was ended early has saved
// none, and its post would run the operation a second time.
const isPost = (globalThis as { etcdHaActionPhase?: string }).etcdHaActionPhase === 'post';

// Each phase loads what it needs alone: most post steps have nothing to do.
await (isPost ? (await import('./post.ts')).post() : (await import('./main.ts')).main());
// An upload that was given up, or a connection whose host is gone, must not keep the step waiting.
process.exit();
