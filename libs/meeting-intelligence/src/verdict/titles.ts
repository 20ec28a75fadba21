import { wordBegins, wordEnds } from '../text/letters';
import { OpeningPattern, WordingPattern } from '../text/wording-pattern';

/** So much of a title is read. */
const LONGEST = 200;

const opening = `[\\s\\[({*"'“„_#!-]{0,4}`;
const anyOf = (list: readonly string[]): string => `(?:${list.join('|')})`;
/** The title begins with one of these words; a word before a hyphen is part of another: "Check-in", "Post-mortem". */
const begins = (list: readonly string[]): OpeningPattern =>
  new OpeningPattern(new RegExp(`^${opening}${anyOf(list)}${wordEnds}(?!-\\p{L})`, 'iu'));
/** One of these words stands somewhere, or one of these signs of scripts without blanks. */
const holds = (words: readonly string[], signs: string): WordingPattern =>
  new WordingPattern(new RegExp(`${wordBegins()}${anyOf(words)}${wordEnds}|${signs}`, 'iu'));

const calledOff = anyOf([
  'cancel(?:l)?ed|called off|abgesagt|entfällt|fällt aus|ausgefallen|storniert|annulée?|cancelad[oa]|annullat[oa]|geannuleerd|odwołan[eya]|anulowan[eya]',
  'отмен(?:ено|ена|ён)|скасовано|inställ[dt]|aflyst|annulleret|avlyst|peruut?ettu|peruttu|zrušen[oáaéý]|törölve|lemondva|elmarad|anulată?|otkazano|ακυρώθηκε',
  '[iİ]ptal(?: edildi)?|dibatalkan|đã hủy|בוטלה?|ملغا?[ىة]|تم الإلغاء|ยกเลิก|キャンセル(?:済み?)?|中止|取消|已取消|취소됨?',
]);
const atFront = `[\\s\\[({*"【\\p{So}\\ufe0f]{0,4}`;
const gatheringNoun = anyOf([
  'meeting|event|call|appointment|termin|besprechung|sitzung|réunion|point|rendez-vous|reunión|cita|llamada|evento',
  'riunione|incontro|appuntamento|reunião|vergadering|afspraak|overleg|spotkanie',
]);
const stateVerb = anyOf(['is|has been|ist|wurde|est|a été|está|ha sido|è|è stat[oa]|foi|jest|został[oa]?']);
const thatDay = anyOf([
  "today|tomorrow|tonight|this (?:week|month|morning|afternoon|time)|heute|morgen|diese woche|diesmal|aujourd[’']hui|demain|cette semaine|hoy|mañana|esta semana",
  'oggi|domani|questa settimana|hoje|amanhã|vandaag|deze week|dziś|dzisiaj|jutro|w tym tygodniu|сегодня|завтра|на этой неделе|i ?dag|imorgen|bugün',
]);
const doesNotTakePlace = `(?:(?:is not|isn[’']t|not|won[’']t be|will not be) (?:happening|taking place)|(?:won[’']t|will not|does not) take place|findet(?: \\p{L}{1,8}){0,2} nicht statt|n[’']a(?:ura)? pas lieu|no (?:se celebra(?:rá)?|tendrá lugar)|non si (?:terrà|tiene)|não (?:acontecerá|vai acontecer)|gaat(?: \\p{L}{1,8}){0,2} niet door|nie odbędzie się|не состоится)(?: ${thatDay})?`;
/**
 * "Canceled: Weekly", "[Abgesagt] Weekly"; "Réunion annulée"; "Absage: Weekly"; "Weekly (cancelled)", "Weekly – cancelled due to illness"; "Weekly
 * is cancelled", "Weekly fällt heute aus".
 */
const cancelled = new RegExp(
  [
    `^${atFront}${calledOff}(?: (?:event|meeting|invitation|termin|besprechung))?(?:[\\s\\])}*"】!.]{0,3}(?:[:：—–-]|$)|[\\])】])`,
    `^${atFront}${gatheringNoun} ${calledOff}[\\s\\])}*"】!.]{0,3}(?:[:：—–-]|$)`,
    `^${atFront}(?:absage|storno)(?:\\s?[:：]|\\s[–—-]\\s)`,
    `[\\[({【–—-]\\s{0,2}${calledOff}(?:[\\s\\])}】!.]{0,3}$| (?:due to|because|wegen|aufgrund|en raison|debido) )`,
    `${wordBegins()}${stateVerb} ${calledOff}[\\s!.]{0,3}$`,
    `${wordBegins()}${doesNotTakePlace}[\\s!.]{0,3}$`,
    `${wordBegins()}(?:entfällt|fällt(?: \\p{L}{1,8}){0,2} aus)(?: (?:heute|morgen|diese woche))?[\\s!.]{0,3}$`,
  ].join('|'),
  'iu',
);
/** What mail programs put before the title of what they pass on. */
const passedOn =
  /^(?:\s{0,3}(?:(?:fwd?|wg|tr|rv|i|enc|pd|re|aw|sv|ext(?:ern(?:al)?)?)\s?[:：]|\[ext(?:ern(?:al)?)?\])){1,4}\s{0,3}/iu;
const regularMeeting = anyOf([
  'meetings?|calls?|sync|stand-?ups?|daily|weekly|scrum|retro(?:spective)?|1:1|session|class|lesson|rehearsal|huddle|check-?in',
  'termine?|besprechung|sitzung|jour fixe|treffen|unterricht|réunion|point|cours|mêlée|reunión|reuniones|clase|riunione|lezione|reunião|aula|vergadering|overleg|les',
  'spotkania|spotkanie|zajęć|встречи|созвона|урока|möte|møde|møte|toplantı',
]);
/** "No standup today", "Kein Jour fixe diese Woche", "No meeting", "本日の定例なし". */
const noMeeting = new RegExp(
  [
    `^${atFront}(?:there is |there[’']s )?(?:no|kein(?:e|en)?|pas de|sin|no hay|niente|nessuna?|sem|não há|geen|nie ma|brak|нет|без|inget?|ingen) (?:(?:\\p{L}{1,14}[ -]){0,2}${regularMeeting},? ${thatDay}|${regularMeeting})(?:[\\s!.)\\]]{0,3}$|\\s?[:：(—–-]| (?:due to|because|wegen|aufgrund|en raison|debido|per) )`,
    `^${atFront}${thatDay},? (?:no|kein(?:e|en)?|pas de|sin|no hay|geen|nie ma|нет) (?:\\p{L}{1,14}[ -]){0,2}${regularMeeting}[\\s!.]{0,3}$`,
    `(?:定例|会議|ミーティング|朝会|打ち合わせ)(?:は|が)?(?:なし|無し|ありません|お休み)[\\s!！。]{0,3}$|^(?:今天|本周|今日|明天)?(?:没有|沒有|无|不开|不開)(?:例会|会议|會議|会|站会)[\\s!！。]{0,3}$|회의 ?(?:없음|없습니다|없어요)[\\s!.]{0,3}$`,
  ].join('|'),
  'iu',
);
/** "CANCELED Weekly", "Weekly CANCELED": in capitals, without a colon. */
const cancelledInCapitals =
  /^[\s[(*]{0,3}(?:CANCELL?ED|ABGESAGT|ANNULÉE?|CANCELAD[OA]|ANNULLAT[OA]|GEANNULEERD|ODWOŁANE)\s|\s(?:CANCELL?ED|ABGESAGT|ANNULÉE?|CANCELAD[OA]|ANNULLAT[OA]|GEANNULEERD|ODWOŁANE)[\s!.]{0,3}$/u;
const declined =
  /^[\s[(]{0,3}(?:declined|abgelehnt|refusée?|rechazad[oa]|rifiutat[oa]|recusad[oa]|afgewezen|odrzucon[eo])\s?[:：]/iu;

const away = [
  'out of (?:the )?office|sick today|is (?:off )?sick|ooo|o\\.o\\.o\\.|oof|on leave|(?:annual|paternity|maternity|parental|sick) leave|on (?:vacation|pto|holiday)|pto',
  'urlaub|im urlaub|abwesend|krankgeschrieben|elternzeit|en vacances|en congés?|de vacaciones|fuera de (?:la )?oficina|in ferie|fuori ufficio',
  'de férias|fora do escritório|op vakantie|afwezig|vrij|na urlopie|nieobecn[aoy]|в отпуске|izinli',
];
const awaySigns = '休暇|有給|有休|不在|年假|休假|请假|휴가|연차|부재';
const absence = holds(away, awaySigns);
const outOfOffice = begins([
  ...away,
  'sick(?: day)?|off sick|vacation|day off|holidays?|krank|absente?|congés?|vacances|vacaciones|baja|ferie|férias|ausente|vakantie|verlof|urlop',
  'zwolnienie|отпуск|semester|tatil|外出|休み',
  awaySigns,
]);

/** What people send around for everybody to know, when it lasts whole days: nobody comes together for it. */
const notices: readonly [WordingPattern, Notice][] = [
  [
    holds(
      [
        'birthday|b-day|bday|geburtstag|anniversaire|cumpleaños|compleanno|aniversário|verjaardag|urodziny|день рождения|födelsedag|fødselsdag',
      ],
      '誕生日|生日|생일',
    ),
    'birthday',
  ],
  [
    holds(
      [
        'wfh|working from home|work from home|home ?office|remote day|working remotely|télétravail|teletrabajo|smart working|thuiswerken|praca zdalna|trabalho remoto',
      ],
      '在宅勤務|在宅|居家办公|远程办公|재택',
    ),
    'working_location',
  ],
  [
    holds(
      [
        'bank holiday|betriebsferien|betriebsurlaub|werksferien|fermeture annuelle|chiusura aziendale|public holiday|national holiday|company holiday|office (?:is )?closed|feiertag|jour férié|día festivo|festivo|feriado|giorno festivo|feestdag|święto',
      ],
      '祝日|法定假日|公众假期|공휴일',
    ),
    'public_holiday',
  ],
];
type Notice = 'birthday' | 'working_location' | 'public_holiday';

/** What one does alone with a link or about a meeting: "Send zoom link to Anna". */
const task = begins([
  "to[- ]?do|task|reminder|remind(?: me)?|remember(?: to)?|don[’']t forget|(?:i )?(?:need|must|have to)(?: to)?|note(?: to self)?|send|share|forward|e?mail|write|draft|prepare|prep",
  'review|read|check|test|fix|update|create|set ?up|schedule|book (?!club|launch|talk|reading|fair)\\p{L}{1,20}|buy|order|pay|submit|upload',
  'download|install|renew|register|sign up|find|copy|paste|post|publish|finish|complete|edit|fill(?: in| out)?|print|research|ask|tell|ping',
  'message|text|follow[- ]?up|invite|add|change|move|replace|watch|re-?watch|listen|clean|organi[sz]e|plan|look (?:at|into|up)|think about',
  'collect|get|pick up|call back|deadline|due|work on|record|catch up on|translate|transcribe|summari[sz]e|archive|analy[sz]e|compare|clarify|decide|confirm|reply|respond|answer|chase|compile|debug',
  '(?:meeting |call )?(?:notes|minutes|recap|summary|action items|feedback|thoughts|questions) (?:from|of|on|for|to|after)|(?:blog(?: post)?|article|newsletter|press release|homework|assignment|ticket|bug|issue|pull request)(?= |:|$)|(?:invoice|expenses|receipts?|bill|thank[- ]you) (?:for|to|note|mail)',
  'aufgabe|erinnerung|notiz|nicht vergessen|vorbereitung|vorbereiten',
  'rappel|envoyer|préparer|relire|penser à|ne pas oublier|créer|vérifier|réserver|acheter|transmettre',
  'recordatorio|enviar|mandar|preparar|revisar|comprar|crear|reservar|compartir',
  'promemoria|inviare|mandare|preparare|controllare|creare|prenotare|comprare|condividere',
  'lembrete|lembrar|criar|compartilhar|herinnering|versturen|sturen|voorbereiden|controleren|aanmaken|boeken|kopen|delen',
  'przypomnienie|wysłać|wyślij|przygotować|przygotuj|sprawdzić|sprawdź|utworzyć|kupić',
  'напомин\\p{L}{0,5}|отправить|подготовить|проверить|купить|создать',
]);
const taskBehind = new RegExp(
  `${wordBegins()}${anyOf([
    '(?:ver)?schicken|senden|weiterleiten|vorbereiten|prüfen|testen|erstellen|einrichten|besorgen|anlegen|kaufen|lesen|schreiben|anschauen',
    'buchen|bestellen|denken|verlängern|kündigen|aktualisieren|ändern|überprüfen|ausfüllen|hochladen|herunterladen|teilen|überweisen|(?:ver)?sturen|voorbereiden|maken|kopen|delen|lezen|due|deadline|abgabe|fällig',
  ])}\\s*$|(?:を送る|を送信|を共有|の準備|を準備|を確認|を作成|(?:資料|書類|報告書|原稿|見積書?|議事録)作成|送付|提出|購入|返信|買う|발송|보내기|준비하기)\\s*$|^(?:发送|发给|提醒|准备|检查|購買|购买|分享|确认|寄|写|填写|提交|回复|修改|编写|打印|下载|上传)`,
  'iu',
);
/** "Zoom link for Anna": something to be passed on. */
const passingOn =
  /(?:link|lien|enlace|url|einladung|invite)s? (?:to|for|an|für|à|pour|a|para|naar|voor|do|dla|per)(?![\p{L}\p{N}])|link[\p{L}-]{0,8}[ :](?:.{0,30} )?(?:(?:ver)?(?:senden|schicken|sturen)|teilen|delen|weiterleiten|wysłać|przesłać|mandar|enviar|inviare|mandare|send|share|forward)(?![\p{L}\p{N}])|^给.{1,12}发|发.{0,12}链接|链接.{0,6}发|傳.{0,8}連結|リンク.{0,12}(?:送|共有)/iu;
/** "Review meeting", "Test drive call with Ann", "Review with Ann": such words name a gathering as well when one follows soon, or somebody. */
const namedGathering =
  /^[\s[(]{0,2}(?:(?:prep|review|update|follow[- ]?up|test|research|plan|note|check|change|report|record|catch[- ]?up|copy)(?: \p{L}{1,14}){0,2}[ -](?:meeting|call|sync|session|stand-?up|workshop|webinar|interview|demo|kick-?off|discussion|chat|talk|huddle|board|group|committee|review)s?(?:\s*$| (?:w\/|with |mit |avec |con |com |met |z |[-–—(#:]|\p{L}?\d))|(?:prep|review|research|plan|test)(?: \p{L}{1,14})? (?:w\/|with|mit|avec|con|com|met) ?\p{L}|(?:write|read|finish)[ -](?:club|circle|line|group))/iu;

/** What several people do at a time that was agreed. */
const gathering = holds(
  [
    'meetings?|calls?|sync|stand-?up|scrum|retro(?:spective)?|1:1|1-1|1 ?on ?1|one[- ]on[- ]one|webinar|workshop|training|course|class|lecture',
    'lesson|seminar|conference|interview|demo|kick-?off|review|session|all[- ]hands|town ?hall|office hours|q&a|ama|hangout|huddle|check-?in',
    'catch-?up|lunch ?(?:&|\\+|and|n|und) ?learn|presentation|panel|meetup|consultation|appointment|discussion|chat|intro|onboarding|coaching|therapy|tutorial|talk|summit',
    'keynote|livestream|happy hour|coffee|planning|grooming|briefing|debrief|debriefing|screening|club|video (?:visit|call|appointment)|telehealth',
    'besprechung|termin|gespräch|sitzung|konferenz|schulung|kurs|vortrag|vorlesung|sprechstunde|bewerbungsgespräch|vorstellungsgespräch',
    'treffen|abstimmung|jour fixe|telko|elternabend',
    'réunion|entretien|formation|cours|conférence|point|atelier|séminaire|rendez-vous',
    'reunión|entrevista|curso|clase|taller|llamada|conferencia|capacitación|riunione|colloquio|corso|lezione|conferenza|chiamata|incontro',
    'reunião|aula|chamada|palestra|treinamento|vergadering|overleg|cursus|gesprek|bijeenkomst',
    'spotkanie|rozmowa|szkolenie|konferencja|warsztat|wykład|встреча|созвон|совещание|вебинар|собеседование|урок',
    'möte|møde|møte|toplantı|görüşme',
  ],
  '会議|打ち合わせ|打合せ|ミーティング|面接|面談|研修|セミナー|ウェビナー|勉強会|定例|商談|説明会|会议|會議|面试|面談|培训|例会|讲座|研讨会|课程|회의|미팅|면접|세미나|교육|웨비나',
);
/** Time of one's own. */
const solitary = holds(
  [
    'focus(?: time)?|deep work|block(?:ed|er)?|no meetings?|do not (?:book|disturb|schedule)|dnb|lunch(?! ?(?:&|\\+|and|n|und) ?learn)|gym|commute|travel|flight|dentist|doctor|errands?|grocer(?:y|ies)|shopping|laundry|housework|cook(?:ing)?|nap|siesta|haircut|hairdresser|barber|workout|school run|(?:reading|writing|thinking|study|quiet|admin|prep|desk|me) time',
    'einkaufen|wocheneinkauf|hausaufgaben|devoirs|deberes|compiti|spesa|hausputz|friseur|zahnarzt|courses|ménage|coiffeur|dentiste|compras|peluquería|dentista|parrucchiere|boodschappen|kapper|tandarts|zakupy|fryzjer|покупки|стоматолог',
    'fokuszeit|konzentrationszeit|mittag(?:spause|essen)?|pause|anfahrt|déjeuner|almuerzo|pranzo|almoço|focustijd|reistijd|czas skupienia',
  ],
  '集中|昼休み|移動|作業|買い物|美容院|歯医者|专注|午休|通勤|购物|집중|장보기',
);

/** What a title says, in the languages in which most are written. Most of it is asked of few titles. */
export class Title {
  private readonly text: string;

  constructor(title = '') {
    this.text = title.replace(passedOn, '').slice(0, LONGEST);
  }

  get isCancelled(): boolean {
    const { text } = this;
    return cancelled.test(text) || (cancelledInCapitals.test(text) && text !== text.toUpperCase());
  }

  /** That there is no meeting this time. Somebody may say so who forgot what else the entry holds. */
  get saysNone(): boolean {
    return noMeeting.test(this.text);
  }

  get isDeclined(): boolean {
    return declined.test(this.text);
  }

  /** Somewhere somebody is said to be away. */
  get tellsOfAbsence(): boolean {
    return absence.test(this.text) || this.beginsWithAbsence;
  }

  get beginsWithAbsence(): boolean {
    return outOfOffice.test(this.text);
  }

  /** What it tells everybody, if it lasts whole days. */
  get notice(): Notice | undefined {
    return notices.find(([wording]) => wording.test(this.text))?.[1];
  }

  get namesTask(): boolean {
    const { text } = this;
    return (task.test(text) && !namedGathering.test(text)) || taskBehind.test(text) || passingOn.test(text);
  }

  get namesGathering(): boolean {
    return gathering.test(this.text);
  }

  get namesTimeAlone(): boolean {
    return solitary.test(this.text);
  }
}
