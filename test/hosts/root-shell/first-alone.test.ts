import { expect, test } from '@jest/globals';

import { TrialGate } from '../../../src/hosts/root-shell/channel-slots.ts';

class Final extends Error {}

const newGate = (): TrialGate => new TrialGate((error) => error instanceof Final);

/** Work that begins when the gate permits, and ends when the test ends it. */
class Work {
  begun = false;
  readonly #end = Promise.withResolvers<string>();
  readonly result: Promise<string>;
  constructor(gate: TrialGate) {
    this.result = gate.run(() => {
      this.begun = true;
      return this.#end.promise;
    });
    this.result.catch(() => undefined);
  }
  succeed(): void {
    this.#end.resolve('done');
  }
  fail(error: Error): void {
    this.#end.reject(error);
  }
}

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

test('the first goes alone, and all others when it has got through', async () => {
  const gate = newGate();
  const works = [new Work(gate), new Work(gate), new Work(gate)];
  await turn();
  expect(works.map(({ begun }) => begun)).toEqual([true, false, false]);
  works[0]?.succeed();
  await turn();
  expect(works.map(({ begun }) => begun)).toEqual([true, true, true]);
  works[1]?.fail(new Final());
  await expect(works[1]?.result).rejects.toThrow(Final);
  works[2]?.succeed();
  await expect(works[2]?.result).resolves.toBe('done'); // a success is not doubted again
  expect(await gate.run(() => Promise.resolve(1))).toBe(1);
});

test('what fails for no reason that concerns the others lets the next one try', async () => {
  const gate = newGate();
  const works = [new Work(gate), new Work(gate), new Work(gate)];
  works[0]?.fail(new Error('lost'));
  await turn();
  expect(works.map(({ begun }) => begun)).toEqual([true, true, false]);
  works[1]?.succeed();
  await turn();
  expect(works[2]?.begun).toBe(true);
});

test('what fails for good ends all, those that come later too', async () => {
  const gate = newGate();
  const works = [new Work(gate), new Work(gate), new Work(gate)];
  works[0]?.fail(new Final('no'));
  for (const { result } of works) await expect(result).rejects.toThrow('no');
  expect(works.map(({ begun }) => begun)).toEqual([true, false, false]);
  await expect(gate.run(() => Promise.resolve(1))).rejects.toThrow('no');
});
