import base from '../../jest.config.mjs';

export default {
  ...base,
  testMatch: ['<rootDir>/apps/end-to-end/src/faults/*.fault.e2e.spec.ts'],
  testPathIgnorePatterns: ['/node_modules/'],
};
