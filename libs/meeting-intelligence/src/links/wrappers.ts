import { proofpointV2, proofpointV3 } from './proofpoint';

/** A mail gateway or redirector, and where in its links the real one stands. */
export interface Wrapper {
  name: string;
  /** Domains: each stands for itself and everything below it. */
  hosts: readonly string[];
  /** What the path begins with. */
  path?: string;
  /** The real link, as written; undefined where it can't be read. */
  target?: (url: URL) => string | undefined;
  /** The real link stays with the gateway; at most the domain that it leads to is told. */
  opaque?: { domain: (url: URL) => string | undefined };
}

const decode = (text: string): string | undefined => {
  try {
    return decodeURIComponent(text);
  } catch {
    return undefined;
  }
};

const valueOf = (url: URL, name: string): string | undefined => {
  for (const pair of url.search.slice(1).split('&')) {
    const at = pair.indexOf('=');
    if (at > 0 && pair.slice(0, at).toLowerCase() === name) return pair.slice(at + 1);
  }
  return undefined;
};

const isLink = (text: string | undefined): text is string =>
  text !== undefined && /^[a-z]+:\/|^[\w-]+(?:\.[\w-]+)+\//i.test(text);

/** The parameter's value, also where its link was not encoded and so lost its tail to the wrapper's own query. */
const parameter =
  (...names: string[]) =>
  (url: URL): string | undefined => {
    for (const name of names) {
      const written = valueOf(url, name);
      if (written === undefined) continue;
      const value = decode(written) ?? written;
      if (isLink(value)) return value;
    }
    return undefined;
  };

const inBase64 =
  (name: string) =>
  (url: URL): string | undefined => {
    const coded = decode(valueOf(url, name) ?? '');
    const link = coded ? Buffer.from(coded, 'base64').toString('utf8') : undefined;
    return isLink(link) ? link : undefined;
  };

/** The first part of the path that is a link itself, encoded. */
const inPath = (url: URL): string | undefined => url.pathname.split('/').map(decode).find(isLink);

/** Everything from the link on that the path goes on with. */
const behindPath = (url: URL): string | undefined => {
  const rest = `${url.pathname}${url.search}${url.hash}`;
  const at = rest.search(/https?:\/\/?/i);
  return at < 0 ? undefined : rest.slice(at).replace(/^(https?:)\/?(?!\/)/i, '$1//');
};

const firstOf =
  (...targets: ((url: URL) => string | undefined)[]) =>
  (url: URL): string | undefined => {
    for (const target of targets) {
      const link = target(url);
      if (link !== undefined) return link;
    }
    return undefined;
  };

/** `v2/___https://zoom.us/j/1___.token`; newer ones scramble the letters, and these can't be read. */
const checkPoint = (url: URL): string | undefined =>
  /___(https?:\/\/?.+?)___/i.exec(`${url.pathname}${url.search}`)?.[1];

const domainOf = (url: URL): string | undefined => decode(valueOf(url, 'domain') ?? '')?.toLowerCase() || undefined;

/** Every wrapper that is taken off. A new one is one line here. */
export const wrappers: readonly Wrapper[] = [
  {
    name: 'outlook-safelinks',
    hosts: [
      'safelinks.protection.outlook.com',
      'safelinks.outlook.microsoft.com',
      'safelinks.protection.office365.us',
      'safelinks.protection.outlook.cn',
    ],
    target: parameter('url'),
  },
  {
    name: 'teams-safelinks',
    hosts: ['statics.teams.cdn.office.net', 'statics.teams.microsoft.com'],
    target: parameter('url'),
  },
  {
    name: 'outlook-web-safelinks',
    hosts: ['outlook.office.com', 'outlook.office365.com', 'outlook.live.com', 'outlook.cloud.microsoft'],
    path: '/mail/safelink',
    target: parameter('url'),
  },
  { name: 'google', hosts: ['google.com'], path: '/url', target: parameter('q', 'url') },
  { name: 'google-meet', hosts: ['meet.google.com'], path: '/linkredirect', target: parameter('dest') },
  {
    name: 'proofpoint',
    hosts: ['urldefense.proofpoint.com', 'urldefense.com', 'urldefense.us'],
    path: '/v1',
    target: parameter('u'),
  },
  {
    name: 'proofpoint',
    hosts: ['urldefense.proofpoint.com', 'urldefense.com', 'urldefense.us'],
    path: '/v2',
    target: proofpointV2,
  },
  {
    name: 'proofpoint',
    hosts: ['urldefense.com', 'urldefense.us', 'urldefense.proofpoint.com'],
    path: '/v3',
    target: proofpointV3,
  },
  { name: 'slack', hosts: ['slack-redir.net'], target: parameter('url') },
  { name: 'slack', hosts: ['slack.com'], path: '/openid/redirect', target: parameter('url') },
  {
    name: 'facebook',
    hosts: ['l.facebook.com', 'lm.facebook.com', 'l.messenger.com', 'l.instagram.com', 'l.workplace.com'],
    target: parameter('u'),
  },
  { name: 'linkedin', hosts: ['linkedin.com'], path: '/redir', target: parameter('url') },
  { name: 'linkedin', hosts: ['linkedin.com'], path: '/safety', target: parameter('url') },
  { name: 'youtube', hosts: ['youtube.com'], path: '/redirect', target: parameter('q') },
  { name: 'barracuda', hosts: ['linkprotect.cudasvc.com'], target: parameter('a') },
  { name: 'cisco', hosts: ['secure-web.cisco.com'], target: firstOf(inPath, behindPath) },
  { name: 'sophos', hosts: ['protection.sophos.com'], target: firstOf(inBase64('u'), parameter('u')) },
  {
    name: 'symantec',
    hosts: ['clicktime.symantec.com', 'clicktime.cloud.postoffice.net'],
    target: firstOf(parameter('u'), inPath),
  },
  {
    name: 'fireeye',
    hosts: ['protect.fireeye.com', 'protect2.fireeye.com', 'trellix.com', 'fireeyecloud.com'],
    target: parameter('u'),
  },
  { name: 'trend-micro', hosts: ['trendmicro.com', 'trendmicro.eu'], path: '/wis/clicktime', target: parameter('url') },
  {
    name: 'check-point',
    hosts: ['url.avanan.click', 'protect.checkpoint.com', 'checkpoint.url-protection.com'],
    target: checkPoint,
  },
  { name: 'menlo', hosts: ['menlosecurity.com'], target: behindPath },
  { name: 'vade', hosts: ['antiphishing.vadesecure.com', 'vadesecure.com'], target: parameter('u') },
  { name: 'edgepilot', hosts: ['link.edgepilot.com', 'edgepilot.com'], target: parameter('u') },
  { name: 'postmark', hosts: ['click.pstmrk.it', 'pstmrk.it'], target: inPath },
  {
    name: 'zscaler',
    hosts: ['zscaler.com', 'zscalerthree.net', 'gateway.zscalertwo.net'],
    target: parameter('url', 'origurl'),
  },
  { name: 'trustwave', hosts: ['scanmail.trustwave.com'], target: parameter('u') },
  {
    name: 'mail-dereferrer',
    hosts: ['deref-gmx.net', 'deref-web.de', 'deref-mail.com', 'deref-1und1.de'],
    target: parameter('redirecturl'),
  },
  { name: 'microsoft-mail', hosts: ['safelink.emails.azure.net'], path: '/redirect', target: parameter('destination') },
  { name: 'forcepoint', hosts: ['mailcontrol.com'], target: parameter('u', 'url') },
  { name: 'vk', hosts: ['vk.com', 'vk.ru'], path: '/away', target: parameter('to') },
  {
    name: 'mimecast',
    hosts: ['mimecast.com', 'mimecastprotect.com', 'mimecast.co.za'],
    path: '/s',
    opaque: { domain: domainOf },
  },
  { name: 'inky', hosts: ['inky.com', 'inkyphishfence.com'], path: '/link', opaque: { domain: domainOf } },
];
