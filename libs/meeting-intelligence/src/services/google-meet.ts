import { MeetingService } from './service';

const code = /^\/(?:_meet\/)?([a-z]{3})-?([a-z]{4})-?([a-z]{3})\/?$/i;

export const googleMeet: MeetingService = {
  provider: 'google-meet',
  tracking: /^(hs|authuser|pli|ijlm)$/,
  recognise(url) {
    const { hostname, pathname } = url;
    if (hostname === 'g.co') return /^\/meet\/[\w.-]+\/?$/.test(pathname) ? { url } : undefined;
    if (hostname === 'stream.meet.google.com') return /^\/stream\/./.test(pathname) ? { url } : undefined;
    if (hostname !== 'meet.google.com') return undefined;
    const letters = code.exec(pathname);
    if (letters) return { url, meetingId: letters.slice(1).join('-').toLowerCase() };
    return /^\/(?:_meet\/)?lookup\/./.test(pathname) ? { url } : undefined;
  },
};
