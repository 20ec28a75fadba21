import { PlainText, Range } from '../text/plain-text';
import { within } from '../text/ranges';
import { OpeningPattern } from '../text/wording-pattern';
import { inviteHeading } from './wording';

/** Whose words a place in a text belongs to. */
export type Zone = 'own' | 'signature' | 'quoted';

const LINE = 300;

const quoteHeading = new OpeningPattern(
  /^[\s*_|]*(?:-{2,}\s?(?:original|forwarded|ursprüngliche|weitergeleitete|message d'origine|mensaje original|messaggio originale|mensagem original|oorspronkelijk|wiadomość|исходное|原始|転送|元のメッセージ)|begin forwarded message|(?:anfang der )?weitergeleitete nachricht|début du message|inicio del mensaje|inizio messaggio)/iu,
);
/** What is forwarded is the invitation itself, not an older word about it. */
const forwardedInvitation = new OpeningPattern(
  /^[\s*_|]*-{2,}\s?(?:(?:original|ursprüngliche\p{L}*|oorspronkelijke?|oryginaln\p{L}+|forwarded|weitergeleitete\p{L}*) (?:appointment|invitation|meeting|termin|besprechung|afspraak|spotkanie|wydarzenie)|(?:rendez-vous|cita|appuntamento|compromisso) (?:d['’]origine|original))/iu,
);
const wrote =
  /^(?:on|am|le|el|il|op|em|den|dnia|w dniu|w|пт|пн|вт|ср|чт|сб|вс|\d).*(?:wrote|schrieb(?: \S+)?|a écrit|escribió|ha scritto|schreef|escreveu|napisał(?:\(a\)|a)?|skrev|написал(?:\(а\)|а)?|пишет)\s?[:：]?$/iu;
const beginsWrote = new OpeningPattern(/^(?:on|am|le|el|il|op|em|den|dnia|w|пт|пн|вт|ср|чт|сб|вс)\s.*\d|^\d{4}年/iu);
const japaneseWrote = /^\d{4}年\d{1,2}月\d{1,2}日.*[:：]$/u;
const sender = new OpeningPattern(
  /^[\s*_]*(?:from|von|de|da|van|od|från|fra|от|差出人|发件人|寄件者|보낸 ?사람)\s?[*_]*[:：]/iu,
);
const sent =
  /(?:^|[\s*_])(?:sent|date|gesendet|datum|envoyé|enviado(?: el)?|enviada em|inviato|data|verzonden|wysłano|skickat|sendt|отправлено|送信日時|发送时间|日期|寄件日期|보낸 ?날짜)\s?[*_]*[:：]/iu;

const signOff = new OpeningPattern(
  /^(?:--\s*$|—\s*$|(?:(?:kind|best|warm|many)(?:est)? )?(?:regards|wishes|greetings)|best[,.!]?\s*$|cheers|thanks[,.!]?\s*$|thank you[,.!]?\s*$|many thanks|sincerely|yours|br,|mit (?:freundlichen|besten|herzlichen|vielen) grüßen|(?:viele|beste|liebe|schöne|herzliche|freundliche) grüße|vg[,.]?\s*$|lg[,.]?\s*$|mfg|cordialement|bien (?:cordialement|à vous)|cdlt|amicalement|salutations|(?:atentamente|saludos|un saludo|cordialmente)|cordiali saluti|distinti saluti|un saluto|grazie[,.!]?\s*$|atenciosamente|abraços?|cumprimentos|met vriendelijke groet(?:en)?|groet(?:en|jes)?[,.]?\s*$|pozdrawiam|z poważaniem|с уважением|med vänlig(?:a)? hälsning(?:ar)?|med venlig hilsen|saygılarımla|よろしくお願い|敬具|此致|祝好|sent from my|von meinem \p{L}+ gesendet|envoyé de mon|enviado desde mi)/iu,
);
const divider = /^[\s>]*(?:[_=*~•.·–—-]{5,}|-::~)/u;

/** A signature has no more lines. */
const SIGNATURE = 14;

/** Tells of places in a text, up to the last one that is asked for, whose words they belong to. Looks at each line once. */
export const zonesOf = ({ text, quoted }: PlainText, last: number): ((at: number) => Zone) => {
  const quotations: Range[] = [...quoted];
  const signatures: Range[] = [];
  let signatureFrom = -1;
  let signatureLines = 0;
  const endSignature = (end: number): void => {
    if (signatureFrom >= 0) signatures.push({ start: signatureFrom, end });
    signatureFrom = -1;
  };
  for (let start = 0; start <= last && start < text.length;) {
    const newline = text.indexOf('\n', start);
    const end = newline < 0 ? text.length : newline;
    const line = text.slice(start, Math.min(end, start + LINE)).trim();
    if (line.startsWith('>')) {
      quotations.push({ start, end });
    } else if (line !== '') {
      if (forwardedInvitation.test(line)) {
        endSignature(start);
      } else if (beginsQuotation(text, line, end)) {
        endSignature(start);
        quotations.push({ start, end: Infinity });
        break;
      }
      if (signatureFrom >= 0) {
        signatureLines += 1;
        if (signatureLines > SIGNATURE || divider.test(line) || inviteHeading.test(line)) endSignature(start);
      } else if (signOff.test(line)) {
        signatureFrom = start;
        signatureLines = 0;
      }
    }
    start = end + 1;
  }
  endSignature(Infinity);
  const isQuoted = within(quotations);
  const isSignature = within(signatures);
  return (at) => (isQuoted(at) ? 'quoted' : isSignature(at) ? 'signature' : 'own');
};

const beginsQuotation = (text: string, line: string, end: number): boolean => {
  if (quoteHeading.test(line)) return true;
  const next = () => text.slice(end + 1, end + 1 + LINE);
  if (sender.test(line)) {
    return (
      sent.test(line.slice(1)) ||
      next()
        .split('\n', 4)
        .some((following) => sent.test(following))
    );
  }
  if (!beginsWrote.test(line)) return false;
  if (/[:：]$/.test(line)) return wrote.test(line) || japaneseWrote.test(line);
  // Mail programs break this line in two.
  const following = next().split('\n', 1)[0]!.trim();
  return /[:：]$/.test(following) && wrote.test(`${line} ${following}`);
};
