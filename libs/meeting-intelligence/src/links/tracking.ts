const tracking =
  /^(?:utm_[a-z_]+|fbclid|gclid|dclid|gbraid|wbraid|msclkid|yclid|twclid|ttclid|li_fat_id|igshid|igsh|mc_[ce]id|mkt_tok|_hs(?:enc|mi)|hsctatracking|__hs(?:tc|sc|fp)|oly_(?:anon|enc)_id|vero_(?:conv|id)|_ga|_gl|ref_src|trk|s_cid|cmpid|wickedid|_branch_match_id|spm)$/i;

/** The link without parameters that only tell who followed it; everything else stays byte for byte. */
export const withoutTracking = (url: URL, ofService: ReadonlySet<string>): string => {
  const query = url.search.slice(1);
  const start = `${url.protocol}//${url.host}${url.pathname}`;
  if (query === '') return url.hash === '' && url.pathname === '/' ? start.slice(0, -1) : `${start}${url.hash}`;
  const kept = query.split('&').filter((pair) => {
    const at = pair.indexOf('=');
    const name = at < 0 ? pair : pair.slice(0, at);
    return pair !== '' && !tracking.test(name) && !ofService.has(name.toLowerCase());
  });
  return `${start}${kept.length > 0 ? `?${kept.join('&')}` : ''}${url.hash}`;
};
