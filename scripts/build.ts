import { buildDist } from './dist.ts';

/** `npm run build`: rebuilds dist/. */
buildDist('dist');
console.log('dist/ is built.');
