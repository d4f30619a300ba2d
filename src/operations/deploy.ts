import { decideDeploy } from '../cluster/decide-deploy.ts';
import { authorityOf } from '../pki/authority.ts';
import type { Operation } from '../road/road.ts';

/** Sets up the cluster, goes on with a set-up that was cut off, or finds that nothing has to be done. */
export const deploy: Operation = {
  decide(settings, facts, { freshToken }) {
    const brought = settings.authority && authorityOf(settings.authority.certificatePem).fingerprint;
    return decideDeploy({
      settings,
      facts,
      freshToken,
      ...(brought === undefined ? {} : { broughtFingerprint: brought }),
    });
  },
};
