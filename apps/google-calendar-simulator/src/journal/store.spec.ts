import { Store } from './store';

describe('a transaction', () => {
  it('that throws leaves documents as they were, also new and removed ones', () => {
    const store = new Store();
    const things = store.collection<string>('thing');
    store.transaction(() => {
      things.put('changed', 'before');
      things.put('removed', 'there');
    });
    const work = () =>
      store.transaction(() => {
        things.put('changed', 'once');
        things.put('changed', 'twice');
        things.put('new', 'x');
        things.remove('removed');
        throw new Error('no');
      });
    expect(work).toThrow('no');
    expect([things.get('changed'), things.get('new'), things.get('removed')]).toEqual(['before', undefined, 'there']);
  });

  it('gives numbers that never come twice', () => {
    const store = new Store();
    expect([store.next(), store.next(), store.position]).toEqual([1, 2, 2]);
  });
});
