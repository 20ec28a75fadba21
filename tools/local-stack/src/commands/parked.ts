import type { Context } from './context';

export async function parked(_action: string, _ids: string[], _options: object, _context: Context): Promise<number> {
  throw new Error('not there yet');
}
