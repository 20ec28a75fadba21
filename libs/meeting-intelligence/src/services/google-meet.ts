import { Reading } from './meeting-service';

const code = /^([a-z]{3})-?([a-z]{4})-?([a-z]{3})$/i;

/** Google Meet: ten letters, however they are grouped. */
export const readMeet = ({ pathname }: URL): Reading | undefined => {
  const segments = pathname.split('/').filter((segment) => segment !== '' && segment !== '_meet');
  const [letters] = segments.length === 1 ? segments.map((segment) => code.exec(segment)) : [];
  return letters ? { meetingId: letters.slice(1).join('-').toLowerCase() } : undefined;
};
