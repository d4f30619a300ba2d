import type { Config } from 'jest';

/** Unit tests need no lab; real-etcd needs an etcd that ETCD_BIN names; all others need root and the lab. vm is slow, and soak takes hours when it is not a sample. */
const shared = {
  testEnvironment: 'node',
  extensionsToTreatAsEsm: ['.ts'],
  transform: {
    '^.+\\.ts$': [
      '@swc/jest',
      { jsc: { parser: { syntax: 'typescript' }, target: 'es2024' }, module: { type: 'es6' } },
    ],
  },
} satisfies Config;

export default {
  projects: [
    {
      ...shared,
      displayName: 'unit',
      testMatch: ['<rootDir>/test/**/*.test.ts'],
      testPathIgnorePatterns: [
        '/test/e2e/',
        '/test/fleet/fleet.test',
        '/test/soak/',
        '/test/vm/',
        '/test/control-plane/',
        '/test/etcd/real-etcd',
      ],
    },
    { ...shared, displayName: 'real-etcd', testMatch: ['<rootDir>/test/etcd/real-etcd.test.ts'] },
    { ...shared, displayName: 'e2e', testMatch: ['<rootDir>/test/e2e/**/*.test.ts'] },
    { ...shared, displayName: 'vm', testMatch: ['<rootDir>/test/vm/**/*.test.ts'] },
    {
      ...shared,
      displayName: 'control-plane',
      testMatch: ['<rootDir>/test/control-plane/**/*.test.ts'],
    },
    { ...shared, displayName: 'fleet', testMatch: ['<rootDir>/test/fleet/fleet.test.ts'] },
    { ...shared, displayName: 'soak', testMatch: ['<rootDir>/test/soak/**/*.test.ts'] },
  ],
} satisfies Config;
