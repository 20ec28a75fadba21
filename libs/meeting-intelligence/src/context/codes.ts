import { letters } from '../text/letters';
import { SoughtText, soughtInTexts } from '../text/sought-text';
import { WordingPattern } from '../text/wording-pattern';

/** A passcode or a number that a text tells beside a link. */
export interface WrittenCode {
  kind: 'passcode' | 'meetingId' | 'phoneId' | 'pin';
  value: string;
  start: number;
  /** Behind the value. */
  end: number;
}

const passcodeLabels = [
  '(?:kennwort|passwor[dt]|passcode) ?\\/ ?(?:kennwort|kenncode|passwor[dt]|passcode)',
  '(?:meeting |webinar |event |zoom |teams |webex |host |numeric |attendee |video )?pass ?(?:code|word)s?|(?<!boarding )pass(?=[ :=]{1,3}\\d{3,10}(?![\\d#]))',
  'pwd|pw|p\\/w|passwd',
  '(?:meeting-?|besprechungs-?|sitzungs-?)?(?:kenncode|kennwort|passwort|zugangscode|zugangspasswort)|kennung(?=\\s?:\\s?\\S{4,12}\\s{0,99}(?:\\n|$))',
  "mots? de passe|code (?:secret|d[’']acc[eè]s|de la r[ée]union)",
  'contrase[ñn]a|c[óo]digo (?:de )?(?:acceso|acesso)|clave(?: de acceso)?',
  "codice (?:d[’'] ?accesso|di accesso|segreto)|parola d[’']ordine",
  'senha(?: de acesso)?|palavra[- ]passe',
  'toegangscode|(?:vergader)?wachtwoord(?:code)?|vergadercode',
  'kod dost[ęe]pu|has[łl]o|kod spotkania',
  "пароль|(?:секретный код|код доступ[ау])|lösenord|lösenkod|(?:møde)?adgangskode|adgangskod|passord|salasana|tunnuskoodi|parola(?:sı)?|şifre|geçiş kodu|heslo|přístupový kód|jelszó|belépési kód|cod de acces|codi d[’']accés|parool|geslo|lozinka|κωδικός(?: πρόσβασης)?",
  'パスコード|パスワード|ミーティングパスワード|会議パスワード|入室コード',
  '(?:会议|會議|入会|入會|参会|入场)?(?:密码|密碼|口令|密匙)',
  '암호|비밀번호|패스코드|סיסמה|קוד גישה|رمز المرور|كلمة المرور|mật khẩu|mật mã|kata sandi|kode (?:sandi|akses)|รหัสผ่าน',
];
/** "… / code 889900": the bare word where it begins a line or a part of one, before digits. */
const bareCode =
  '(?:code|kod|código|codice)(?<=(?:^|[\\n/(;|–—-])[ \\t]{0,2}\\p{L}{3,6})(?=[ :]{1,3}\\d{4,10}(?![\\d#]))';
const idLabels = [
  '(?:meeting|webinar|event|zoom|session|conference|video|room)[- ]?(?:id|number|no\\.?|nr\\.?)(?: ?\\([^()\\n]{0,30}\\))?',
  '(?:meeting|besprechungs|konferenz|sitzungs|webinar)[- ]?(?:id|kennnummer|nummer|nr\\.?)(?: ?\\([^()\\n]{0,30}\\))?',
  'id (?:de )?(?:la )?(?:r[ée]union|reuni[óo]n|riunione|reuni[ãa]o|da reuni[ãa]o|vergadering|spotkania|conf[ée]rence|mötes)|num[ée]ro de (?:la )?r[ée]union|n[úu]mero de (?:la )?reuni[óo]n|numero riunione',
  'identifiant(?: de (?:la )?r[ée]union)?|vergaderings?-?id|vergader-?id|identyfikator spotkania|id spotkania|идентификатор (?:конференции|собрания)|mötes-?id|møde-?id|møte-?id|toplantı kimliği',
  '(?:腾讯会议|騰訊會議|tencent meeting|voov meeting)(?: ?(?:id|号|號))?',
  'ミーティング ?(?:id|番号)|会議 ?(?:id|番号)|(?:会议|會議) ?(?:id|号码?|號碼?|号)|会议 ?ID|회의 ?(?:id|번호)',
];
const phoneIdLabels = [
  '(?:phone|telephone|audio|dial-in) conf(?:erence|\\.)? ?(?:id|code)|conference (?:id|code)|telefonkonferenz-?id|konferenz-?id|id (?:de )?conf[ée]rence(?: t[ée]l[ée]phonique)?|id (?:de )?conferencia(?: telef[óo]nica)?|id conferenza(?: telefonica)?|telefonische vergaderings?-?id|電話会議 ?id|电话会议 ?id|access code|zugriffscode|participant code|code participant|código de participante',
];
const pinLabels = ['pin(?:[- ]?(?:code|nummer|number))?|pin ?码|暗証番号|audio pin|telefon-?pin|phone pin|numeric pin'];

/** "Mot de passe de la réunion" */
const ofMeeting =
  '(?: (?:de (?:la )?|del(?:la)? |da |van de |voor (?:de |het )?|für (?:das |die |den )?|för |do )?(?:besprechung|совещания|конференции|schůzky|r[ée]union|reuni[óo]n|riunione|reuni[ãa]o|vergadering|spotkania|meeting|konferencji|mötet))?';
const group = (labels: readonly string[]): string => `(?:${labels.join('|')})`;

/** No letter before, and no digit but before a label of a script without blanks: `ID：812 3456 7890パスコード：1234`. */
const labelBegins = `(?<![${letters}_/?&=-])(?:(?<!\\d)|(?=[\\u3040-\\u30ff\\u3400-\\u9fff\\uac00-\\ud7af]))`;

/** The labels in one pattern, so that a text is looked through once. */
const label = soughtInTexts(
  new WordingPattern(
    new RegExp(
      `${labelBegins}(?:(?<phoneId>${group(phoneIdLabels)})|(?<meetingId>${group(idLabels)})|(?<passcode>${group(passcodeLabels)}${ofMeeting}|${bareCode})|(?<pin>${group(pinLabels)}))`,
      'iu',
    ),
  ),
);
const cjkLabel = /^[^\x00-\x7f]/u;

/** What stands between a label and its value. */
const colon =
  /^(?:\s{0,3}\([^()\n]{0,40}\))?[ \t\u00a0*_"'`“„]{0,4}(?:(?:is|ist|lautet|est|es|è|é|jest|为|是|は|=|:|：|＝|-|–|→)[ \t\u00a0*_"'`“„]{0,4}){1,2}(?:\r?\n[ \t]{0,8})?/iu;
const space = /^[ \t\u00a0*_]{1,4}["'“„«]?/u;
/** A label that is a line of its own, above its value: as BlueJeans and tables write it. */
const lineBreak = /^[ \t\u00a0*_]{0,4}\r?\n[ \t]{0,8}(?=\S{3,40}[ \t]*(?:\r?\n|$)|[\d -]{9,22}[ \t]*(?:\r?\n|$))/u;
const token = /^[^\s<>"'`“”„‘’()[\]{}（）【】「」，。；、,;|]{1,64}/u;
const number = /^#?\s?(\d(?:[\d \u00a0.-]{1,22})\d)(?![\d\p{L}])/u;
const noPasscode =
  /^(?:none|no|n\/?a|same|voir|ver|véase|vedi|zie|zobacz|required|needed|see|will|is|the|a|an|and|or|tbd|tba|not|in|on|for|to|of|below|above|keine?r?|nein|siehe|wird|nicht|nötig|aucun|ninguna?|nessun[ao]?|geen|brak|nenhuma?|不要|なし|无|無|https?:.*|www\..*|[-–—:.*_]+)$/iu;

const VALUE = 90;

const kinds = ['phoneId', 'meetingId', 'passcode', 'pin'] as const;

/** A text that tells more of them is no invitation. */
const MOST = 500;

/** Passcodes and numbers of a text in their order; no more than the first 500. */
export const writtenCodes = (sought: SoughtText): WrittenCode[] => {
  const { text } = sought;
  const codes: WrittenCode[] = [];
  for (const found of sought.matchesOf(label)) {
    if (codes.length === MOST) break;
    const from = found.index + found[0].length;
    const groups = found.groups!;
    if (groups.passcode !== undefined && isOfSomethingElse(text, found.index, found[0])) continue;
    const kind = kinds.find((each) => groups[each] !== undefined)!;
    const isLine = found.index === 0 || text[found.index - 1] === '\n';
    const code = valueBehind(text.slice(from, from + VALUE), kind, found[0], isLine);
    if (code) codes.push({ kind: code.kind, value: code.value, start: found.index, end: from + code.end });
  }
  return codes;
};

const somethingElse =
  /(?:wi-?fi|wlan|w-lan|ssid|hotspot|door|gate|lock ?box|building|entrance|elevator|parking|safe|alarm|garage|tür|eingang|pforte|garagen?|porte|portail|puerta|porta|portaal|drzwi|invoice|document|(?:slides?|deck|presentation|folder|files?)\s?[:：]|pdf|zip|dossier|data ?room|portal|account|login|recording|aufzeichnung|enregistrement|grabación|無線|暗証|门禁|无线)/iu;

/** A bare code in the line of a number is dialled. */
const ofTelephone = /\+\d|\btel/i;

/** A link to a recording tells its passcode in the same line or the next one. */
const ofRecording = /\/(?:rec|recordings?|recordingservice)\//i;

/** Whether the line speaks of another thing that has a password: the Wi-Fi, a door, a file. */
const isOfSomethingElse = (text: string, at: number, written: string): boolean => {
  const before = text.slice(Math.max(0, at - 160), at);
  const line = before.slice(before.lastIndexOf('\n') + 1);
  const above = line.trim() === '' ? before.slice(before.lastIndexOf('\n', before.length - line.length - 2) + 1) : '';
  if (/^(?:code|kod|código|codice)$/iu.test(written) && ofTelephone.test(above + line)) return true;
  return somethingElse.test(line.slice(-60)) || ofRecording.test(line) || ofRecording.test(above);
};

/** "Passcode: la de siempre": a word that others follow, unless those are the next label. */
const isProse = (word: string, behind: string): boolean =>
  /^\p{L}+$/u.test(word) && /^[ \t]+\p{L}/u.test(behind) && !/^[ \t]+[\p{L} -]{1,24}[:：=]/u.test(behind);

const valueBehind = (
  rest: string,
  kind: WrittenCode['kind'],
  written: string,
  isLine: boolean,
): { kind: WrittenCode['kind']; value: string; end: number } | undefined => {
  const hasColon = colon.exec(rest);
  const gap = hasColon ?? (isLine ? lineBreak.exec(rest) : null) ?? space.exec(rest);
  const skipped = gap?.[0].length ?? 0;
  if (!gap && !cjkLabel.test(written)) return undefined;
  const value = rest.slice(skipped);
  if (kind === 'passcode') {
    const word = token.exec(value)?.[0];
    if (word === undefined) return undefined;
    const passcode = word.replace(gap?.[0].includes('*') ? /[.:*。]+$/u : /[.:。]+$/u, '');
    if (isProse(passcode, value.slice(word.length))) return undefined;
    const isTelling =
      hasColon !== null || /\d/.test(passcode) || cjkLabel.test(written) || /["'“„«]$/u.test(gap?.[0] ?? '');
    if (passcode === '' || !isTelling || noPasscode.test(passcode) || !/^[\x21-\x7e]+$/.test(passcode))
      return undefined;
    return { kind, value: passcode, end: skipped + word.length };
  }
  const digits = number.exec(value);
  if (!digits) return undefined;
  const plain = digits[1]!.replace(/\D/g, '');
  return { kind, value: plain, end: skipped + digits[0].length };
};
