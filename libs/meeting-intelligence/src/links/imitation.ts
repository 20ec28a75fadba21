const imitated = [
  'zoom.us',
  'zoom.com',
  'zoomgov.com',
  'meet.google.com',
  'google.com',
  'teams.microsoft.com',
  'microsoft.com',
  'teams.live.com',
  'webex.com',
  'gotomeeting.com',
  'goto.com',
  'skype.com',
  'lync.com',
  'whereby.com',
  'jit.si',
  'ringcentral.com',
  'bluejeans.com',
];

const names = new Set([
  'zoom',
  'zoomgov',
  'google',
  'microsoft',
  'webex',
  'gotomeeting',
  'whereby',
  'ringcentral',
  'bluejeans',
]);

/** What is left of a name for somebody who reads in haste: `goog1e`, `rnicrosoft` and `zooom` are read as what they imitate. */
const atAGlance = (label: string): string =>
  label
    .replace(/rn/g, 'm')
    .replace(/vv/g, 'w')
    .replace(/[1i|]/g, 'l')
    .replace(/0/g, 'o')
    .replace(/5/g, 's')
    .replace(/(.)\1+/g, '$1');

const glances = new Set([...names].map(atAGlance));

/** `zooom.us`, `meet.goog1e.com`, and a name joined to another word: `zoom-meeting.example`. */
const isReadAsName = (label: string): boolean =>
  label.includes('-')
    ? label.split('-').some((word) => names.has(word) || isReadAsName(word))
    : !names.has(label) && glances.has(atAGlance(label));

/**
 * Whether a stranger's link is made to be read as a known one: `zoom.us.example.com`, `evilzoom.us`, `example.com/?zoom.us/j/1`, with a slip
 * in the name, or with letters of another script.
 */
export const imitates = ({ hostname, pathname, search, hash }: URL): boolean => {
  if (/(?:^|\.)xn--/.test(hostname)) return true;
  const dotted = hostname.replaceAll('-', '.');
  const behind = `${pathname}${search}${hash}`.replace(/^[/?#@]+/, '').split(/[/?#]/, 1)[0]!;
  const isUnder = (host: string, domain: string) => host === domain || host.endsWith(`.${domain}`);
  const isOwn = imitated.some((domain) => isUnder(hostname, domain));
  return (
    imitated.some((domain) => isUnder(behind, domain) || (!isUnder(hostname, domain) && dotted.includes(domain))) ||
    (!isOwn && hostname.split('.').some(isReadAsName))
  );
};
