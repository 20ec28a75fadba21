import { isUnder } from '../links/hosts';
import { MeetingService, parameterOf } from './service';

const pages = [
  /^\/(?:[\w-]+\/)?(?:meet|join)\/[^/]+\/?$/,
  /^\/m\/[\w-]+\/?$/,
  /^\/wbxmjs\/joinservice\/./,
  /^\/webappng\/sites\/[^/]+\/meeting\/info\/./,
];
const scripts = /\/(?:j|onstage\/g)\.php$/;

export const webex: MeetingService = {
  provider: 'webex',
  recognise(url) {
    const { hostname, pathname } = url;
    if (!isUnder(hostname, 'webex.com') || /^(www\.|help\.)?webex\.com$/.test(hostname)) return undefined;
    if (scripts.test(pathname)) return parameterOf(url, 'MTID', 'mtid') ? { url } : undefined;
    return pages.some((shape) => shape.test(pathname)) ? { url } : undefined;
  },
};
