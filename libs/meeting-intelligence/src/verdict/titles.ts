/** What titles say, in the languages in which most are written. Read once per entry, and only their first signs. */
const LONGEST = 200;

const starts = (list: string): RegExp => new RegExp(`^[\\s\\[({*"'“„_#!-]{0,4}(?:${list})(?![\\p{L}\\p{N}])`, 'iu');
const holds = (words: string, signs: string): RegExp =>
  new RegExp(`(?<![\\p{L}\\p{N}])(?:${words})(?![\\p{L}\\p{N}])|${signs}`, 'iu');

/** Outlook and people put this before the title of what no longer takes place. */
const cancelled = new RegExp(
  `^[\\s\\[({*"]{0,3}(?:cancel(?:l)?ed|abgesagt|storniert|annulée?|cancelad[oa]|annullat[oa]|geannuleerd|odwołan[eya]|anulowan[eya]|отмен(?:ено|ена|ён)|inställ[dt]|aflyst|avlyst|iptal(?: edildi)?|キャンセル(?:済み?)?|中止|取消|已取消|취소됨?)(?:[\\s\\])}*"]{0,3}(?:[:：—–-]|$)|\\]|\\))`,
  'iu',
);
const declined =
  /^[\s[(]{0,3}(?:declined|abgelehnt|refusée?|rechazad[oa]|rifiutat[oa]|recusad[oa]|afgewezen|odrzucon[eo])\s?[:：]/iu;

const outOfOffice = starts(
  'out of (?:the )?office|ooo|o\\.o\\.o\\.|oof|on leave|annual leave|paternity leave|maternity leave|parental leave|sick(?: leave| day)?|vacation|on vacation|pto|day off|off sick|holidays?|urlaub|im urlaub|abwesend|krank(?:geschrieben)?|elternzeit|absente?|congés?|en congés?|vacances|vacaciones|de vacaciones|fuera de (?:la )?oficina|baja|ferie|in ferie|fuori ufficio|férias|de férias|fora do escritório|ausente|vakantie|op vakantie|afwezig|verlof|urlop|nieobecn[aoy]|zwolnienie|отпуск|в отпуске|semester|ferie|tatil|izinli',
);
const outOfOfficeBehind = holds(
  'ooo|pto|out of (?:the )?office|on leave|on vacation|on pto|annual leave|urlaub|abwesend|en vacances|en congés?|de vacaciones|in ferie|de férias|op vakantie|na urlopie|в отпуске',
  '休暇|有給|年假|请假|请假|휴가|연차',
);
const outOfOfficeSigns = /^(?:休暇|有給|有休|不在|外出|休み|年假|休假|请假|外出|휴가|연차|부재)/u;

/** What one does alone with a link or about a meeting: "Send zoom link to Anna". */
const task = starts(
  '(?:to-?do|task|reminder|remind(?: me)?|note(?: to self)?|send|share|forward|e?mail|write|draft|prepare|prep|review|read|check|test|fix|update|create|set ?up|schedule|book|buy|order|pay|submit|upload|download|install|renew|register|sign up|find|copy|paste|post|publish|finish|complete|edit|fill(?: in| out)?|print|research|ask|tell|ping|message|text|follow[- ]?up|invite|add|change|move|replace|watch|re-?watch|listen|clean|organi[sz]e|plan|look (?:at|into|up)|think about|collect|get|pick up|call back|deadline|due|work on|record|catch up on)|(?:aufgabe|erinnerung|notiz|nicht vergessen|zoom-?link|link)(?= )(?:.{0,30}(?:schicken|senden|verschicken|weiterleiten|teilen|vorbereiten|prüfen|testen))|vorbereitung|vorbereiten|rappel|envoyer|préparer|relire|penser à|ne pas oublier|créer|vérifier|réserver|acheter|transmettre|recordatorio|enviar|mandar|preparar|revisar|comprar|crear|reservar|compartir|promemoria|inviare|mandare|preparare|controllare|creare|prenotare|comprare|condividere|lembrete|lembrar|revisar|criar|compartilhar|herinnering|versturen|sturen|voorbereiden|controleren|aanmaken|boeken|kopen|delen|przypomnienie|wysłać|wyślij|przygotować|przygotuj|sprawdzić|sprawdź|utworzyć|kupić|напомин\\p{L}{0,5}|отправить|подготовить|проверить|купить|создать',
);
const taskBehind = holds(
  '(?:schicken|senden|verschicken|weiterleiten|vorbereiten|prüfen|testen|erstellen|einrichten|besorgen|anlegen|kaufen|lesen|schreiben|anschauen|buchen|bestellen|sturen|versturen|voorbereiden|maken|kopen|delen|lezen)\\s*$',
  '(?:を送る|を送信|を共有|の準備|を準備|を確認|を作成|送付|買う|발송|보내기|준비하기)\\s*$|^(?:发送|发给|提醒|准备|检查|購買|购买|分享|确认|发链接|寄)',
);

/** What several people do at a time that was agreed. */
const gathering = holds(
  'meetings?|calls?|sync|stand-?up|scrum|retro(?:spective)?|1:1|1-1|1 ?on ?1|one[- ]on[- ]one|webinar|workshop|training|course|class|lecture|lesson|seminar|conference|interview|demo|kick-?off|review|session|all[- ]hands|town ?hall|office hours|q&a|ama|hangout|huddle|check-?in|catch-?up|presentation|panel|meetup|consultation|appointment|discussion|chat|intro|onboarding|coaching|therapy|tutorial|talk|summit|keynote|livestream|happy hour|coffee|planning|grooming|briefing|debrief|debriefing|screening|besprechung|termin|gespräch|sitzung|konferenz|schulung|kurs|vortrag|vorlesung|sprechstunde|bewerbungsgespräch|vorstellungsgespräch|treffen|abstimmung|jour fixe|telko|réunion|entretien|formation|cours|conférence|point|atelier|séminaire|rendez-vous|reunión|entrevista|curso|clase|taller|llamada|conferencia|capacitación|riunione|colloquio|corso|lezione|conferenza|chiamata|incontro|reunião|aula|chamada|palestra|treinamento|vergadering|overleg|cursus|gesprek|bijeenkomst|spotkanie|rozmowa|szkolenie|kurs|konferencja|warsztat|wykład|встреча|созвон|совещание|вебинар|собеседование|урок|möte|møde|møte|toplantı|görüşme',
  '会議|打ち合わせ|打合せ|ミーティング|面接|面談|研修|セミナー|ウェビナー|勉強会|定例|商談|説明会|会议|會議|面试|面談|培训|例会|讲座|研讨会|网络研讨会|课程|회의|미팅|면접|세미나|교육|웨비나',
);
const solitary = holds(
  'focus(?: time)?|deep work|block(?:ed|er)?|blocker|no meetings?|do not (?:book|disturb|schedule)|dnb|lunch|gym|commute|travel|flight|dentist|doctor|errands?|fokuszeit|konzentrationszeit|mittag(?:spause|essen)?|pause|anfahrt|déjeuner|almuerzo|pranzo|almoço|focustijd|reistijd|czas skupienia',
  '集中|昼休み|移動|作業|专注|午休|通勤|집중',
);

export interface TitleSays {
  /** Somewhere in the title somebody is said to be away. */
  absence: boolean;
  cancelled: boolean;
  declined: boolean;
  outOfOffice: boolean;
  task: boolean;
  gathering: boolean;
  solitary: boolean;
}

const nothing: TitleSays = {
  absence: false,
  cancelled: false,
  declined: false,
  outOfOffice: false,
  task: false,
  gathering: false,
  solitary: false,
};

export const titleSays = (title: string | undefined): TitleSays => {
  if (title === undefined) return nothing;
  const text = title.slice(0, LONGEST);
  return {
    cancelled: cancelled.test(text),
    declined: declined.test(text),
    absence: outOfOfficeBehind.test(text) || outOfOffice.test(text) || outOfOfficeSigns.test(text),
    outOfOffice: outOfOffice.test(text) || outOfOfficeSigns.test(text),
    task: task.test(text) || taskBehind.test(text),
    gathering: gathering.test(text),
    solitary: solitary.test(text),
  };
};
