import { isUnder, isUnderAny } from '../links/hosts';
import { MeetingService, parameterOf } from './service';

const domains = ['zoom.us', 'zoom.com', 'zoom.com.cn', 'zoom-x.de', 'zoomgov.com'];
const otherProducts = /^(docs|scheduler|support|blog|marketplace|explore|developers?|community|status|learning)\./;
const numbered = [
  /^\/(?:j|w|s)\/(\d{9,12})(?:\/|$)/,
  /^\/wc\/join\/(\d{9,12})(?:\/|$)/,
  /^\/wc\/(\d{9,12})\/(?:join|start)(?:\/|$)/,
];
const named = /^\/(?:my|wc\/my)\/[\w.-]+\/?$/;

export const zoom: MeetingService = {
  provider: 'zoom',
  recognise(url) {
    const { hostname, pathname } = url;
    const passcode = parameterOf(url, 'pwd');
    if (isUnder(hostname, 'zm.page')) return { url, passcode };
    if (!isUnderAny(hostname, domains) || otherProducts.test(hostname)) return undefined;
    if (hostname === 'events.zoom.us') return /^\/ejl\/./.test(pathname) ? { url, passcode } : undefined;
    const meetingId = numbered.map((shape) => shape.exec(pathname)?.[1]).find((id) => id !== undefined);
    if (meetingId !== undefined) return { url, meetingId, passcode };
    return named.test(pathname) ? { url, passcode } : undefined;
  },
};

/** `zoommtg://zoom.us/join?confno=…&pwd=…`, which opens the app, as the page that opens in a browser. */
export const fromZoomApp = (link: string): string | undefined => {
  const url = /^(zoommtg|zoomus):\/\//i.test(link) ? URL.parse(link.replace(/^\w+:/, 'https:')) : null;
  const number = url?.searchParams.get('confno');
  if (!url || !number) return undefined;
  const passcode = url.searchParams.get('pwd');
  return `https://${url.host}/j/${number}${passcode ? `?pwd=${encodeURIComponent(passcode)}` : ''}`;
};
