import { followGuide } from '../../lab/guide/follow.ts';
import type { Contender } from '../contender.ts';

/** The commands of the guide, one after the other, as typed at the runner. */
export const guide: Contender = {
  name: 'guide',
  async run(lab) {
    return { guide: await followGuide(lab) };
  },
};
