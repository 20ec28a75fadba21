import { Reading } from './meeting-service';
import { decoded, linkParts } from './path-template';

const script = /\/(?:[jgem]|onstage\/g)\.php$/i;

/** Webex: the script that joins a scheduled meeting lies at different depths of each site. */
export const readWebex = (url: URL): Reading | undefined => {
  if (!script.test(url.pathname)) return undefined;
  const { parameters } = linkParts(url);
  const meetingId = parameters.get('mtid');
  const passcode = parameters.get('pw') || parameters.get('pwd');
  return meetingId
    ? { meetingId: decoded(meetingId), ...(passcode ? { passcode: decoded(passcode) } : {}) }
    : undefined;
};
