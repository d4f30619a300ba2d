import { expect, test } from '@jest/globals';

import { ChannelSlots } from '../../../src/hosts/root-shell/channel-slots.ts';

const never = new AbortController().signal;

/** Lets pending work continue. */
const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

test('who waits longest comes first, and a slot given back twice counts once', async () => {
  const slots = new ChannelSlots(1);
  const order: string[] = [];
  const first = await slots.acquire('session', never);
  const second = slots.acquire('tcp', never).then((release) => {
    order.push('second');
    return release;
  });
  const third = slots.acquire('session', never).then(() => order.push('third'));
  expect(slots.tryAcquire('tcp')).toBeUndefined();
  first();
  first();
  await turn();
  expect(order).toEqual(['second']);
  (await second)();
  await third;
  expect(order).toEqual(['second', 'third']);
});

test('who gives up waiting leaves the queue', async () => {
  const slots = new ChannelSlots(1);
  const release = await slots.acquire('tcp', never);
  const cancel = new AbortController();
  const cancelled = slots.acquire('tcp', cancel.signal);
  const next = slots.acquire('tcp', never);
  cancel.abort(new Error('given up'));
  await expect(cancelled).rejects.toThrow('given up');
  release();
  await next;
  expect(slots.tryAcquire('tcp')).toBeUndefined();
  await expect(slots.acquire('tcp', cancel.signal)).rejects.toThrow('given up');
});

test('a limit on sessions that the server showed holds them back, not forwarded connections', async () => {
  const slots = new ChannelSlots(8);
  const held = [slots.tryAcquire('session'), slots.tryAcquire('session'), slots.tryAcquire('session')];
  slots.learnSessionLimit(); // the third was refused
  held[2]?.();
  expect(slots.tryAcquire('session')).toBeUndefined();
  const waiting = slots.acquire('session', never);
  expect(slots.tryAcquire('tcp')).toBeDefined();
  held[0]?.();
  expect(slots.tryAcquire('session')).toBeUndefined(); // the waiting one has it
  await waiting;
});

test('a refused session that is the only one teaches nothing: one there must be', () => {
  const slots = new ChannelSlots(8);
  const release = slots.tryAcquire('session');
  slots.learnSessionLimit();
  release?.();
  expect(slots.tryAcquire('session')).toBeDefined();
  expect(slots.sessions).toBe(1);
});
