import { Retries } from './retries';

test('a partition that goes on does not hide one that is stuck', () => {
  const retries = new Retries();
  expect(retries.longest).toBeUndefined();
  retries.failed('orders0', 'lock timeout');
  const since = retries.longest?.since;
  retries.failed('orders1', 'deadlock');
  retries.end('orders1');
  retries.failed('orders0', 'lock timeout again');
  expect(retries.longest).toEqual({ since, cause: 'lock timeout again' });
  retries.end('orders0');
  expect(retries.longest).toBeUndefined();
});
