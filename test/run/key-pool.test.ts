import { expect, test } from '@jest/globals';
import { KeyPool } from '../../src/run/issued-certificates.ts';

test('no key is given twice, whether it was made before or is made now', async () => {
  const stock = new KeyPool();
  stock.prepare(2, 'ECDSA-P256');
  const keys = await Promise.all([1, 2, 3].map(() => stock.take('ECDSA-P256')));
  const texts = keys.map((key) => key.export({ type: 'sec1', format: 'pem' }));
  expect(new Set(texts).size).toBe(3);
  expect(keys.map(({ asymmetricKeyDetails }) => asymmetricKeyDetails?.namedCurve)).toEqual(
    Array.from({ length: 3 }, () => 'prime256v1'),
  );
});

test('one of another algorithm is not taken', async () => {
  const stock = new KeyPool();
  stock.prepare(1, 'ECDSA-P256');
  expect((await stock.take('ECDSA-P384')).asymmetricKeyDetails?.namedCurve).toBe('secp384r1');
  expect((await stock.take('ECDSA-P256')).asymmetricKeyDetails?.namedCurve).toBe('prime256v1');
});

// A host waits for the key of the CA, which is the first one to be used.
test('the first key is there before any other', async () => {
  for (let round = 0; round < 4; round += 1) {
    const stock = new KeyPool();
    stock.prepare(4, 'RSA-2048');
    const order: number[] = [];
    await Promise.all(
      Array.from({ length: 4 }, async (_, index) => {
        await stock.take('RSA-2048');
        order.push(index);
      }),
    );
    expect(order[0]).toBe(0);
  }
});
