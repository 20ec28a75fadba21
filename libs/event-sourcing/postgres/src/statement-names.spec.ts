import { StatementNames } from './statement-names';

const asked = (names: StatementNames, text: string, times: number) =>
  Array.from({ length: times }, () => names.nameOf(text)).at(-1);

describe('The names of statements', () => {
  test('are given to what is asked again and again, one to each text, for good', () => {
    const names = new StatementNames();
    expect(asked(names, 'SELECT 1', 4)).toBeUndefined();
    const name = names.nameOf('SELECT 1');
    expect(name).toBeDefined();
    expect(asked(names, 'SELECT 1', 10)).toBe(name);
    expect(asked(names, 'SELECT 2', 5)).not.toBe(name);
  });

  test('come to an end: texts that are made up each time fill neither this memory nor that of the server', () => {
    const names = new StatementNames();
    for (let number = 0; number < 10_000; number += 1) expect(names.nameOf(`SELECT ${number}`)).toBeUndefined();
    const named = Array.from({ length: 600 }, (_, number) => asked(names, `SELECT ${number}.0`, 5));
    expect(new Set(named.filter((name) => name !== undefined)).size).toBe(500);
  });
});
