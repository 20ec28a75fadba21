import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';

/** The folder that the whole repository lives in. */
export const workspaceRoot = (() => {
  let folder = __dirname;
  while (!existsSync(join(folder, 'nx.json'))) {
    if (folder === dirname(folder)) throw new Error(`${__dirname} lies in no checkout of Calendar Sync`);
    folder = dirname(folder);
  }
  return folder;
})();
