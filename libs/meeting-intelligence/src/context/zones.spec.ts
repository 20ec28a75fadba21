import { plainText } from '../text/plain-text';
import { zonesOf } from './zones';

const zoneOf = (written: string) => {
  const plain = plainText(written);
  const at = plain.text.indexOf('HERE');
  return zonesOf(plain, at)(at);
};

describe('A place in a text', () => {
  it.each([
    'On Mon, Jan 5, 2026 at 10:00 AM Ann <ann@example.com> wrote:\nHERE',
    'On Mon, Jan 5, 2026 at 10:00 AM Ann Lee\n<ann@example.com> wrote:\nHERE',
    'Am 05.01.2026 um 10:00 schrieb Ann:\nHERE',
    'Le lun. 5 janv. 2026 à 10:00, Ann a écrit :\nHERE',
    'El lun, 5 ene 2026 a las 10:00, Ann escribió:\nHERE',
    '2026年1月5日(月) 10:00 Ann <ann@example.com>:\nHERE',
    '-----Original Message-----\nHERE',
    '-----Ursprüngliche Nachricht-----\nHERE',
    '---------- Forwarded message ---------\nHERE',
    'From: Ann\nSent: Monday\nTo: Ben\nHERE',
    'Von: Ann Gesendet: Montag An: Ben\nHERE',
    'De : Ann\nEnvoyé : lundi\nHERE',
    '差出人: Ann\n送信日時: 月曜\nHERE',
    'new\n> HERE',
    '<blockquote>HERE</blockquote>',
    '<blockquote>a<blockquote>b</blockquote>HERE</blockquote>',
    '<div class="gmail_quote">x<div>HERE</div></div>',
  ])('is quoted in %j', (written) => {
    expect(zoneOf(written)).toBe('quoted');
  });

  it.each([
    'Best regards\nAnn\nHERE',
    'Mit freundlichen Grüßen\nAnn\nHERE',
    'Cordialement,\nAnn\nHERE',
    '--\nAnn\nHERE',
    'よろしくお願いします\nHERE',
  ])('belongs to the signature in %j', (written) => {
    expect(zoneOf(written)).toBe('signature');
  });

  it.each([
    'HERE\nOn Mon, Jan 5, 2026 Ann wrote:\nx',
    '> old\nHERE',
    'Best regards\nAnn\n\nJoin Zoom Meeting\nHERE',
    'Best regards\nAnn\n________________\nHERE',
    'Best,\nAnn\n-----Original Appointment-----\nHERE',
    'On Monday we meet:\nHERE',
    'From 10 to 11: HERE',
    '<blockquote>old</blockquote>HERE',
  ])('is the entry’s own in %j', (written) => {
    expect(zoneOf(written)).toBe('own');
  });
});
