import { type ChannelError, OPEN_FAILURE } from '../link.ts';
import type { ConnectFailure } from './connect-failure.ts';

/**
 * Why a bastion does not connect to what lies behind it: sshd says an error of the system, in words (channels.c, connect_to
 * and channel_connect_...).
 */
export function jumpFailure(error: ChannelError): ConnectFailure {
  const said = error.message.replace(/^\(SSH\) Channel open failure: /, '').replace(/^connect failed: /, '');
  if (error.reason === OPEN_FAILURE.prohibited) return { kind: 'not-forwarded', said };
  if (/refused/i.test(said)) return { kind: 'refused' };
  if (/temporary failure in name resolution/i.test(said)) return { kind: 'name', code: 'EAI_AGAIN' };
  if (/name or service not known|no address associated|unknown host|nodename/i.test(said))
    return { kind: 'name', code: said };
  return { kind: 'unreachable', code: said === '' ? 'no reason given' : said };
}
