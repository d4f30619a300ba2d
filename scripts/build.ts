import { buildDist } from './dist.ts';

/** `npm run build`: makes dist/ anew. */
buildDist('dist');
console.log('dist/ is built.');
