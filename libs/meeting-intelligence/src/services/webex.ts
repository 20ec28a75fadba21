import { Reading } from './meeting-service';

const script = /\/(?:[jgem]|onstage\/g)\.php$/i;

/** Webex: the script that joins a scheduled meeting lies at different depths of each site. */
export const readWebex = ({ pathname, searchParams }: URL): Reading | undefined => {
  if (!script.test(pathname)) return undefined;
  const named = new Map([...searchParams].map(([name, value]) => [name.toLowerCase(), value]));
  const meetingId = named.get('mtid');
  const passcode = named.get('pw') || named.get('pwd');
  return meetingId ? { meetingId, ...(passcode ? { passcode } : {}) } : undefined;
};
