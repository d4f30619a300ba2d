globalThis.etcdHaActionPhase = 'post';
await import('./index.js');
