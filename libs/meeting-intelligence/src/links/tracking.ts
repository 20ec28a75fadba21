const tracking = /^(utm_[a-z]+|fbclid|gclid|mc_[ce]id|_hs(enc|mi))$/i;

/** The link without parameters that only tell who followed it; everything else stays byte for byte. */
export const withoutTracking = (url: URL, ofService?: RegExp): string => {
  const kept = url.search
    .slice(1)
    .split('&')
    .filter((pair) => {
      const [name = ''] = pair.split('=');
      return pair !== '' && !tracking.test(name) && !ofService?.test(name);
    });
  return `${url.origin}${url.pathname}${kept.length > 0 ? `?${kept.join('&')}` : ''}${url.hash}`;
};
