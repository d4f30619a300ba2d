import type { RemoteHost } from '../../settings/settings.ts';
import type { PinnedHost } from './host-pins.ts';

/** A host of the inputs as its keys are looked up: by where it is logged in to, and by the member's name and address. */
export function pinnedHost({ name, address, login }: RemoteHost): PinnedHost {
  return {
    address: login.address,
    port: login.port,
    aliases: name === undefined ? [address] : [name, address],
  };
}
