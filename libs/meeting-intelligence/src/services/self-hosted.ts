import { Reading } from './meeting-service';

const segmentsOf = ({ pathname }: URL): string[] => pathname.split('/').filter((segment) => segment !== '');

const greenlightRoom = /^[a-z0-9]{3}(?:-[a-z0-9]{3}){1,3}$/i;

/** BigBlueButton's usual front end, Greenlight: `/b/abc-def-ghi`, `/gl/abc-def-ghi` and `/rooms/abc-def-ghi-jkl/join`. Its room names are groups of three. */
export const readGreenlight = (url: URL): Reading | undefined => {
  const [first, room = '', last, ...more] = segmentsOf(url);
  if (!greenlightRoom.test(room) || more.length > 0) return undefined;
  const isRoom =
    ((first === 'b' || first === 'gl') && last === undefined) ||
    (first === 'rooms' && (last === 'join' || last === undefined));
  return isRoom ? { meetingId: room } : undefined;
};

/** Nextcloud Talk: `/call/` and a token of small letters and digits, eight as a rule. */
export const readNextcloudTalk = (url: URL): Reading | undefined => {
  const [token = '', call, ...before] = segmentsOf(url).reverse();
  if (call !== 'call' || !before.every((segment) => segment === 'index.php' || segment === 'nextcloud'))
    return undefined;
  return /^[a-z0-9]{6,12}$/.test(token) ? { meetingId: token } : undefined;
};
