/** For what `npm test` leaves to `npm run test:faults`, in a file that has a quick part. */
export const testInSuiteOnly: jest.It = process.env['FAULT_RESULTS'] === undefined ? test.skip : test;
