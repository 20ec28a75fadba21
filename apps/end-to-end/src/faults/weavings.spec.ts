import { misfits } from '@calendar-sync/test-infrastructure';
import { failpointWeavings } from './failpoints';
import { guards, guardWeavings } from './guards/guards';

test('every failpoint fits the compiled product', () => {
  expect(failpointWeavings().length).toBeGreaterThan(0);
  expect(misfits(failpointWeavings())).toEqual([]);
});

test('every guard can be taken out of the compiled product', () => {
  const names = Object.keys(guards);
  expect(names.length).toBeGreaterThan(20);
  expect(names.flatMap((name) => misfits(guardWeavings(name)))).toEqual([]);
});
