import { decoded, MeetingService, parameterOf } from './service';

const hosts = new Set([
  'teams.microsoft.com',
  'teams.live.com',
  'teams.cloud.microsoft',
  'gov.teams.microsoft.us',
  'dod.teams.microsoft.us',
]);
const thread = /\/l\/meetup-join\/([^/?#]+)/;
const numbered = /^\/meet\/([\w-]+)\/?$/;

export const teams: MeetingService = {
  provider: 'teams',
  recognise(url) {
    const { hostname, pathname, hash } = url;
    if (hostname === 'events.teams.microsoft.com') return /^\/event\/./.test(pathname) ? { url } : undefined;
    if (!hosts.has(hostname)) return undefined;
    const number = numbered.exec(pathname)?.[1];
    if (number !== undefined) return { url, meetingId: number, passcode: parameterOf(url, 'p') };
    const launched = pathname === '/dl/launcher/launcher.html' ? parameterOf(url, 'url') : undefined;
    if (launched !== undefined) {
      const inner = URL.parse(launched.replace(/^\/_#/, ''), `https://${hostname}`);
      return inner && inner.pathname !== pathname && hosts.has(inner.hostname) ? this.recognise(inner) : undefined;
    }
    const id = (thread.exec(pathname) ?? thread.exec(hash))?.[1];
    if (id !== undefined) return { url, meetingId: decoded(id) };
    return pathname === '/light-meetings/launch' && parameterOf(url, 'coords') ? { url } : undefined;
  },
};
