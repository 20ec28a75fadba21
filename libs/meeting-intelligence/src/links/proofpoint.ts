/** Version 2: `-` stands for `%`, `_` for `/`. */
export const proofpointV2 = (url: URL): string | undefined => {
  const coded = /[?&]u=([^&#]*)/.exec(url.search)?.[1];
  if (coded === undefined) return undefined;
  try {
    return decodeURIComponent(coded.replaceAll('-', '%').replaceAll('_', '/'));
  } catch {
    return undefined;
  }
};

const runLengths = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';

/**
 * Version 3: `/v3/__{link}__;{replaced}!!…`. What was replaced in the link stands, in base64url, behind the semicolon: each `*` takes its
 * next byte's character, and `**X` as many as X says, A being two.
 */
export const proofpointV3 = (url: URL): string | undefined => {
  const whole = `${url.pathname}${url.search}${url.hash}`;
  const start = whole.indexOf('/v3/__');
  const end = whole.lastIndexOf('__;');
  if (start < 0 || end < start) return undefined;
  const link = whole.slice(start + '/v3/__'.length, end).replace(/^(https?:)\/(?!\/)/i, '$1//');
  if (!link.includes('*')) return link;
  const replaced = [...Buffer.from(/^[\w-]*/.exec(whole.slice(end + 3))![0], 'base64url').toString('utf8')];
  let next = 0;
  const read = link.replace(/\*\*([\w-])|\*/g, (_sign, run?: string) => {
    const count = run === undefined ? 1 : runLengths.indexOf(run) + 2;
    next += count;
    return replaced.slice(next - count, next).join('');
  });
  return next > replaced.length ? undefined : read;
};
