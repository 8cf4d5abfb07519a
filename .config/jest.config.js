import { readFileSync } from 'node:fs';

const swcrc = JSON.parse(readFileSync(new URL('../.swcrc', import.meta.url), 'utf8'));

/** @type {import('jest').Config} */
export default {
  rootDir: '..',
  roots: ['<rootDir>/apps', '<rootDir>/libs', '<rootDir>/projections', '<rootDir>/test'],
  testEnvironment: 'node',
  extensionsToTreatAsEsm: ['.ts'],
  // The sources import './x.js', as Node will see them once built.
  moduleNameMapper: { '^(\\.{1,2}/.*)\\.js$': '$1' },
  transform: { '\\.ts$': ['@swc/jest', { ...swcrc, swcrc: false }] },
  globalSetup: '<rootDir>/test/global-setup.ts',
  globalTeardown: '<rootDir>/test/global-teardown.ts',
  testMatch: ['**/*.spec.ts'],
  // Two cores: one for the tests, one for the servers they talk to.
  maxWorkers: 2,
  // What each file leaves behind in its worker slows down those that come after it: before long another one takes over.
  workerIdleMemoryLimit: '1GB',
  testTimeout: 60_000,
};
