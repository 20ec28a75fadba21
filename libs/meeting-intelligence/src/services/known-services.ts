import { readMeet } from './google-meet';
import { MeetingService } from './meeting-service';
import { readGreenlight, readNextcloudTalk } from './self-hosted';
import { readTeams } from './teams';
import { readWebex } from './webex';

/** Lists are written in one string each, with blanks between. */
interface More {
  otherHosts?: string;
  selfHosted?: string;
  rooms?: string;
  otherPaths?: string;
  tracking?: string;
  needsSubdomain?: true;
  reads?: MeetingService['reads'];
}

const list = (text = ''): string[] => text.split(/\s+/).filter((each) => each !== '');

const service = (provider: string, hosts: string, paths: string, more: More = {}): MeetingService => ({
  ...more,
  provider,
  hosts: list(hosts),
  paths: list(paths),
  otherHosts: list(more.otherHosts),
  selfHosted: list(more.selfHosted),
  rooms: list(more.rooms),
  otherPaths: list(more.otherPaths),
  tracking: list(more.tracking),
});

/**
 * Every service that is known: its name, its hosts, the paths by which one joins (`MeetingService` says what they may hold), and what looks
 * like one of them and is none. A new service is an entry here and nothing else. The shapes are those that the services send in their
 * invitations.
 */
export const knownServices: readonly MeetingService[] = [
  service('google-meet', 'meet.google.com', '/lookup/{meetingId} /_meet/lookup/{meetingId}', {
    tracking: 'hs authuser pli ijlm hcb adhoc',
    reads: readMeet,
  }),
  service('google-meet', 'stream.meet.google.com', '/stream/{meetingId}'),
  service('google-meet', 'g.co', '/meet/{meetingId}'),
  service('google-hangouts', 'hangouts.google.com plus.google.com', '/call/{meetingId} /hangouts/_/**'),
  service('google-duo', 'duo.app.goo.gl', '/{meetingId}'),
  service(
    'zoom',
    'zoom.us zoom.com zoom.com.cn zoom-x.de zoomgov.com',
    `/j/{meetingId:digits(9-12)}?pwd={passcode} /w/{meetingId:digits(9-12)}?pwd={passcode}
    /s/{meetingId:digits(9-12)}?pwd={passcode} /wc/join/{meetingId:digits(9-12)}?pwd={passcode}
    /wc/{meetingId:digits(9-12)}?pwd={passcode} /wc/{meetingId:digits(9-12)}/join?pwd={passcode}
    /wc/{meetingId:digits(9-12)}/start?pwd={passcode} /join?confno={meetingId:digits(9-12)}&pwd={passcode}`,
    {
      otherHosts: `docs.zoom.us docs.zoom.com scheduler.zoom.us scheduler.zoom.com support.zoom.us support.zoom.com
      blog.zoom.us blog.zoom.com marketplace.zoom.us marketplace.zoom.com explore.zoom.us explore.zoom.com
      developers.zoom.us developers.zoom.com developer.zoom.us developer.zoom.com community.zoom.us
      community.zoom.com status.zoom.us status.zoom.com learning.zoom.us learning.zoom.com investors.zoom.us investors.zoom.com trust.zoom.us trust.zoom.com news.zoom.us
      news.zoom.com`,
      rooms: '/my/{meetingId}?pwd={passcode} /wc/my/{meetingId}?pwd={passcode}',
      tracking: 'from frompwa _x_zm_rtaid _x_zm_rhtaid',
    },
  ),
  service('zoom', 'events.zoom.us', '/ejl/{meetingId} /ejl/{meetingId}/** /ej/{meetingId} /ej/{meetingId}/**'),
  service('zoom', 'zm.page', '/**'),
  service(
    'teams',
    `teams.microsoft.com teams.live.com teams.cloud.microsoft teams.microsoft.us teams.microsoftonline.cn`,
    ``,
    { otherHosts: 'dialin.teams.microsoft.com admin.teams.microsoft.com', reads: readTeams },
  ),
  service('teams', 'events.teams.microsoft.com', '/event/{meetingId}'),
  service(
    'webex',
    'webex.com webex.com.cn',
    `/m/{meetingId} /wbxmjs/joinservice/sites/*/meeting/download/{meetingId} /wbxmjs/joinservice/**
    /webappng/sites/*/meeting/info/{meetingId} /webappng/sites/*/meeting/info/{meetingId}/**
    /webappng/sites/*/webinar/info/{meetingId} /meeting/{meetingId:digits(9-12)}`,
    {
      otherHosts: `www.webex.com help.webex.com collaborationhelp.webex.com developer.webex.com status.webex.com
      blog.webex.com pricing.webex.com apphub.webex.com admin.webex.com`,
      rooms: '/meet/{meetingId} /join/{meetingId} /*/meet/{meetingId} /*/join/{meetingId}',
      reads: readWebex,
    },
  ),
  service('goto-meeting', 'meet.goto.com', '/{meetingId:digits(9-9)} /{meetingId} /*/{meetingId}', {
    otherPaths: '/meetings /install /settings /history',
  }),
  service(
    'goto-meeting',
    'gotomeeting.com',
    `/join/{meetingId:digits} /join/{meetingId} /?meetingId={meetingId:digits} /meeting/join/{meetingId}
    /meeting/{meetingId:digits}`,
    { otherHosts: 'transcripts.gotomeeting.com support.gotomeeting.com' },
  ),
  service('goto-meeting', 'gotomeet.me gotomeet.at', ``, { rooms: '/{meetingId} /*/{meetingId}' }),
  service('goto-meeting', 'app.goto.com', '/meeting/{meetingId:digits} /meeting/{meetingId} /meet/{meetingId}', {
    otherPaths: '/meeting/transcripts /meeting/history',
  }),
  service(
    'goto-webinar',
    'gotowebinar.com',
    '/join/{meetingId} /join/{meetingId}/* /register/{meetingId} /webinar/join/{meetingId}/*',
    { otherHosts: 'support.gotowebinar.com www.gotowebinar.com' },
  ),
  service(
    'goto-training',
    'gototraining.com',
    '/join/training/{meetingId} /join/training/{meetingId}/* /r/{meetingId} /join/{meetingId}',
  ),
  service(
    'ringcentral',
    `v.ringcentral.com meetings.ringcentral.com video.ringcentral.com video-atos.ringcentral.com
    webinar.ringcentral.com meetings.officeathand.att.com meetings-officeathand.att.com
    video.officeathand.att.com video.unifyoffice.com video.cloudoffice.avaya.com video.rainbowoffice.com
    meetings.btcloudphone.bt.com video.btcloudwork.com video.cloudwork.bt.com meetings.businessconnect.telus.com
    video.businessconnect.telus.com video.vodafonebusiness.ringcentral.com video.ringcentral.biz
    meetings.ringcentral.biz`,
    `/join/{meetingId:digits}?pw={passcode} /j/{meetingId:digits}?pwd={passcode}
    /join?mid={meetingId:digits}&pwd={passcode} /join/{meetingId}?pw={passcode} /conf/on/{meetingId}
    /j/{meetingId}`,
  ),
  service('hopin', 'hopin.com hopin.to events.ringcentral.com', '/events/{meetingId} /events/{meetingId}/**'),
  service(
    'bluejeans',
    'bluejeans.com',
    `/{meetingId:digits(3-20)}/{passcode:digits} /{meetingId:digits(3-20)}/{passcode:digits}/webrtc
    /{meetingId:digits(3-20)} /{meetingId:digits(3-20)}/webrtc /a2m/live-event/{meetingId}
    /primetime/live-event/{meetingId} /meet/{meetingId}`,
    { otherHosts: 'www.bluejeans.com support.bluejeans.com', otherPaths: '/111', tracking: 'src' },
  ),
  service('whereby', 'whereby.com appear.in', '/{meetingId}'),
  service(
    'jitsi',
    `meet.jit.si beta.meet.jit.si alpha.jitsi.net moderated.jitsi.net meet.ffmuc.net meet.systemli.org
    framatalk.org calls.disroot.org fairmeeting.net kmeet.infomaniak.com webconf.numerique.gouv.fr
    rendez-vous.renater.fr talk.brave.com meet.element.io`,
    '/{meetingId} /*/{meetingId}',
    { otherPaths: '/static/*' },
  ),
  service('8x8', '8x8.vc meet.8x8.com', '/*/{meetingId} /{meetingId}'),
  service('chime', 'chime.aws', '/{meetingId:digits(10-13)} /meetings/{meetingId} /{meetingId}', {
    otherPaths: '/dialinnumbers /meetings /portal',
  }),
  service('slack', 'slack.com', '/huddle/*/{meetingId} /call/{meetingId}'),
  service(
    'discord',
    'discord.com discordapp.com',
    '/channels/*/{meetingId} /events/*/{meetingId} /invite/{meetingId}',
    { otherPaths: '/channels/@me/* /channels/%40me/*' },
  ),
  service('discord', 'discord.gg', '/{meetingId}'),
  service('around', 'around.co', '/r/{meetingId}'),
  service('around', 'meet.around.co', '/r/{meetingId} /{meetingId}'),
  service('gather', 'gather.town', '/app/{meetingId} /app/{meetingId}/** /invite?token=*'),
  service('lark', 'vc.larksuite.com vc.larkoffice.com meetings.larksuite.com', '/j/{meetingId:digits} /j/{meetingId}'),
  service('feishu', 'vc.feishu.cn meetings.feishu.cn', '/j/{meetingId:digits} /j/{meetingId}'),
  service(
    'tencent-meeting',
    'meeting.tencent.com meeting.qq.com',
    `/dm/{meetingId} /p/{meetingId:digits} /p/{meetingId} /s/{meetingId} /dw/{meetingId} /l/{meetingId}
    /j/{meetingId} /w/{meetingId}`,
  ),
  service(
    'voov',
    'voovmeeting.com',
    `/dm/{meetingId} /p/{meetingId:digits} /p/{meetingId} /s/{meetingId} /dw/{meetingId} /j/{meetingId}
    /w/{meetingId} /r/{meetingId}`,
  ),
  service('dingtalk', 'meeting.dingtalk.com', '/j/{meetingId}'),
  service('zhumu', 'zhumu.com zhumu.me', '/j/{meetingId:digits}?pwd={passcode}'),
  service(
    'welink',
    'meeting.huaweicloud.com welink.huaweicloud.com',
    '/j/{meetingId} /*/j/{meetingId} /*/*/j/{meetingId}',
  ),
  service('dialpad', 'meetings.dialpad.com', '/room/{meetingId} /{meetingId}'),
  service('uberconference', 'uberconference.com', '/room/{meetingId} /{meetingId}'),
  service(
    'zoho-meeting',
    `meeting.zoho.com meeting.zoho.eu meeting.zoho.in meeting.zoho.com.au meeting.zoho.com.cn meeting.zoho.jp
    meeting.zoho.ca meeting.zoho.sa meeting.zoho.uk meeting.zoho.ae`,
    '/join?key={meetingId} /meeting/join?key={meetingId} /meeting/public/join?key={meetingId}',
  ),
  service(
    'zoho-meeting',
    `meet.zoho.com meet.zoho.eu meet.zoho.in meet.zoho.com.au meet.zoho.com.cn meet.zoho.jp meet.zoho.ca
    meet.zoho.sa meet.zoho.uk meet.zoho.ae`,
    '/{meetingId}',
  ),
  service(
    'zoho-cliq',
    `cliq.zoho.com cliq.zoho.eu cliq.zoho.in cliq.zoho.com.au cliq.zoho.com.cn cliq.zoho.jp cliq.zoho.ca
    cliq.zoho.sa cliq.zoho.uk cliq.zoho.ae`,
    '/meetings/{meetingId}',
  ),
  service('skype', 'join.skype.com meet.skype.com', '/{meetingId} /meeting/{meetingId} /invite/{meetingId}'),
  service(
    'skype-for-business',
    'meet.lync.com meet.online.lync.com meet.partner.lync.cn',
    '/*/*/{meetingId} /*/{meetingId} /meet/*/*/{meetingId}',
  ),
  service('streamyard', 'streamyard.com', '/{meetingId} /guest/{meetingId} /watch/{meetingId}'),
  service('livestorm', 'livestorm.co livestorm.com', '/p/{meetingId} /p/{meetingId}/**'),
  service('demio', 'event.demio.com my.demio.com', '/ref/{meetingId} /ref/{meetingId}/*'),
  service('riverside', 'riverside.fm riverside.com', '/studio/{meetingId}'),
  service('butter', 'app.butter.us butter.us', '/*/{meetingId} /{meetingId} /*/room/{meetingId}'),
  service('pop', 'pop.com', '/j/{meetingId}'),
  service('tuple', 'tuple.app', '/c/{meetingId}'),
  service('cal-video', 'cal.video', '/{meetingId}'),
  service('cal-video', 'app.cal.com app.cal.eu cal.com', '/video/{meetingId}', {
    otherPaths: '/video/recordings /video/no-meeting-found',
  }),
  service('daily', 'daily.co', '/{meetingId}', {
    otherHosts: 'www.daily.co docs.daily.co dashboard.daily.co api.daily.co help.daily.co status.daily.co',
    needsSubdomain: true,
  }),
  service('vonage', 'meetings.vonage.com', '/?room_token={meetingId} /{meetingId:digits} /{meetingId}'),
  service(
    'lifesize',
    'call.lifesizecloud.com call.lifesize.com guest.lifesize.com',
    '/{meetingId} /guest/{meetingId} /otm/{meetingId} /otp/{meetingId}',
  ),
  service('join-me', 'join.me', '/{meetingId}'),
  service('starleaf', 'meet.starleaf.com', '/{meetingId} /{meetingId}/app'),
  service('teamviewer', 'go.teamviewer.com meeting.teamviewer.com go.blizz.com', '/{meetingId} /*/{meetingId}'),
  service('facetime', 'facetime.apple.com', '/join#*'),
  service('signal', 'signal.link', '/call#*'),
  service('whatsapp', 'call.whatsapp.com', '/video/{meetingId} /voice/{meetingId}'),
  service('telegram', 't.me telegram.me', '/call/{meetingId}'),
  service('proton-meet', 'meet.proton.me', '/join/id-{meetingId} /join/{meetingId} /*/*/join/id-{meetingId}'),
  service('element-call', 'call.element.io call.element.dev', '/room/{meetingId} /room#* /{meetingId} /#/* /#*'),
  service('bigbluebutton', 'bigbluebutton.org blindsidenetworks.com', ``, {
    selfHosted: `bbb bigbluebutton greenlight webconf conf conference konferenz meet meeting video visio vc`,
    reads: readGreenlight,
  }),
  service('nextcloud-talk', ``, ``, {
    selfHosted: 'nextcloud cloud nc talk next owncloud files',
    reads: readNextcloudTalk,
  }),
  service('doxy-me', 'doxy.me', '/{meetingId}', { otherHosts: 'help.doxy.me status.doxy.me' }),
  service('adobe-connect', 'adobeconnect.com', '/{meetingId}', {
    otherHosts: 'www.adobeconnect.com status.adobeconnect.com',
    otherPaths: '/system /content',
    needsSubdomain: true,
  }),
  service('clickmeeting', 'clickmeeting.com', '/{meetingId} /*/{meetingId}', {
    otherHosts: `www.clickmeeting.com blog.clickmeeting.com knowledge.clickmeeting.com help.clickmeeting.com
      account-panel.clickmeeting.com api.clickmeeting.com`,
    otherPaths: '/*/register',
    needsSubdomain: true,
  }),
  service('kumospace', 'kumospace.com', '/{meetingId} /*/{meetingId}', { otherHosts: 'help.kumospace.com' }),
  service('luma', 'lu.ma luma.com', '/join/{meetingId}'),
  service('livekit', 'meet.livekit.io', '/rooms/{meetingId}'),
  service('meetecho', 'meetings.conf.meetecho.com meetecho.com meetecho.ietf.org', '/{meetingId} /{meetingId}/**', {
    otherHosts: 'www.meetecho.com',
  }),
  service('demodesk', 'demodesk.com', '/{meetingId} /meet/{meetingId} /*/{meetingId}', {
    otherHosts: 'help.demodesk.com',
    otherPaths: '/book/** /blog/** /recording/** /recordings/**',
  }),
  service('coscreen', 'join.coscreen.co', '/{meetingId} /*/{meetingId}'),
  service('pumble', 'meet.pumble.com', '/{meetingId}'),
  service(
    'blackboard-collaborate',
    'bbcollab.com bbcollab.cloud',
    `/guest/{meetingId} /collab/ui/session/guest/{meetingId} /collab/ui/session/join/{meetingId}
    /launch/{meetingId} /invite/{meetingId}`,
  ),
  service('workplace', 'workplace.com', '/groupcall/{meetingId} /groupcall/{meetingId}/** /meet/{meetingId}'),
  service('ovice', 'ovice.in ovice.com', '/**', {
    otherHosts: 'www.ovice.com help.ovice.com www.ovice.in blog.ovice.com',
    needsSubdomain: true,
  }),
  service('gong', 'join.gong.io', '/{meetingId} /*/{meetingId} /*/*/{meetingId}'),
  service('calendly', 'calendly.com', '/events/{meetingId}/google_meet'),
  service('reclaim', 'reclaim.ai', '/z/{meetingId} /z/*/{meetingId}'),
  service('chorus', 'go.chorus.ai', '/{meetingId}'),
  service('crowdcast', 'crowdcast.io', '/e/{meetingId} /e/{meetingId}/* /c/{meetingId}', {
    otherPaths: '/e/*/register',
  }),
  service('remo', 'live.remo.co remo.co', '/e/{meetingId} /e/{meetingId}/*', { otherPaths: '/e/*/register' }),
  service('airmeet', 'airmeet.com', '/e/{meetingId} /event/{meetingId}'),
  service(
    'bigmarker',
    'bigmarker.com',
    `/conferences/{meetingId}/attend /conferences/{meetingId}/watch /live/{meetingId}
    /series/*/{meetingId}/attend`,
  ),
  service('on24', 'on24.com', '/wcc/r/{meetingId}/* /wcc/r/{meetingId} /wcc/l/{meetingId}/**'),
  service('spatial', 'spatial.io', '/rooms/{meetingId} /s/{meetingId}'),
  service('spatial-chat', 'spatial.chat', '/s/{meetingId}'),
  service(
    'pexip',
    'pexip.me meet.pexip.com',
    '/meet/{meetingId} /webapp/conference/{meetingId} /webapp/m/{meetingId} /{meetingId}',
  ),
  service('kaltura', 'newrow.com meeting.kaltura.com', '/room/{meetingId} /join/{meetingId} /{meetingId}'),
  service(
    'yandex-telemost',
    'telemost.yandex.ru telemost.yandex.com telemost.360.yandex.ru',
    '/j/{meetingId} /join/{meetingId} /live/{meetingId}',
  ),
  service(
    'sber-jazz',
    'jazz.sber.ru salutejazz.ru sberjazz.ru jazz.sberbank.ru',
    '/{meetingId}?psw={passcode} /calls/{meetingId}?psw={passcode} /sber-*/{meetingId}',
  ),
  service('vk-calls', 'vk.com vk.ru vk.me', '/call/join/{meetingId}'),
  service('kontur-talk', 'ktalk.ru', '/{meetingId}', { otherHosts: 'www.ktalk.ru', needsSubdomain: true }),
  service('mts-link', 'mts-link.ru webinar.ru', '/j/** /*/{meetingId:digits} /*/{meetingId:digits}/**'),
  service('roam', 'ro.am', '/{meetingId} /*/{meetingId} /r/**'),
  service('tandem', 'tandem.chat', '/call/{meetingId} /t/*/{meetingId} /guest/{meetingId}'),
  service('jam', 'jam.systems', '/{meetingId}'),
  service('vowel', 'vowel.com', '/#/g/* /#/m/*'),
  service('zencastr', 'zencastr.com', '/z/{meetingId} /studio/{meetingId} /*/{meetingId}'),
  service('squadcast', 'app.squadcast.fm', '/session/{meetingId} /studio/{meetingId} /{meetingId}'),
  service('freeconferencecall', 'join.freeconferencecall.com fccdl.in', '/{meetingId} /i/{meetingId}'),
  service('freeconference', 'freeconference.com', '/conf/call/{meetingId}'),
  service('anymeeting', 'anymeeting.com meeting.intermedia.com', '/{meetingId} /meeting/{meetingId} /*/{meetingId}', {
    otherHosts: 'www.anymeeting.com',
  }),
  service('nextiva', 'meet.nextiva.com meetings.nextiva.com', '/{meetingId} /join/{meetingId}'),
  service('eztalks', 'eztalks.com', '/{meetingId:digits} /join/{meetingId} /r/{meetingId}', {
    otherHosts: 'www.eztalks.com',
  }),
  service('vsee', 'vsee.com vsee.me', '/c/{meetingId} /call/{meetingId} /u/{meetingId}'),
  service('webinarjam', 'event.webinarjam.com event.everwebinar.com', '/go/live/** /live/**'),
  service('webinargeek', 'webinargeek.com', '/watch/{meetingId} /watch/{meetingId}/**'),
  service('livewebinar', 'embed.archiebot.com livewebinar.com', '/{meetingId:digits} /em/{meetingId:digits}'),
  service('fuze', 'fuze.me', '/{meetingId:digits}'),
  service('highfive', 'highfive.com', '/{meetingId}', { otherHosts: 'www.highfive.com', needsSubdomain: true }),
  service('globalmeet', 'globalmeet.com pgimeet.com', '/{meetingId} /i/{meetingId}', {
    otherHosts: 'www.globalmeet.com',
    needsSubdomain: true,
  }),
  service('vidyo', 'vidyocloud.com vidyo.io', '/join/{meetingId} /flex.html?key={meetingId}'),
  service('avaya-spaces', 'spaces.avayacloud.com', '/spaces/{meetingId}'),
  service('rainbow', 'meet.openrainbow.com', '/{meetingId} /*/{meetingId}'),
  service('visio', 'visio.numerique.gouv.fr meet.visio.numerique.gouv.fr', '/{meetingId}'),
  service('opentalk', 'meet.opentalk.eu opentalk.eu', '/room/{meetingId} /invite/{meetingId}'),
  service('alfaview', 'app.alfaview.com alfaview.com', '/join/** /#/join/* /#/join*'),
  service('mirotalk', 'mirotalk.com', '/join/{meetingId} /join?room={meetingId}'),
  service('senfcall', 'senfcall.de', '/{meetingId} /de/{meetingId}'),
  service('talky', 'talky.io', '/{meetingId}'),
  service(
    'preply',
    'preply.com',
    '/classroom/{meetingId} /*/classroom/{meetingId} /room/{meetingId} /*/chat/t-room/{meetingId}',
  ),
  service('userzoom', 'go.userzoom.com', '/participate/{meetingId}'),
  service('venue', 'app.venue.live', '/app/{meetingId} /app/*/{meetingId}'),
  service('teemyco', 'app.teemyco.com', '/room/{meetingId}'),
  service('wonder', 'wonder.me', '/r/{meetingId}'),
  service('vimeo', 'venues.vimeo.com', '/{meetingId} /*/{meetingId}'),
];
