/** Domains where anybody has an address: they say nothing of an organisation. */
const freeMail = new Set(
  `gmail.com googlemail.com outlook.com outlook.de outlook.fr outlook.es outlook.it outlook.jp hotmail.com hotmail.co.uk hotmail.de hotmail.fr hotmail.it
  hotmail.es live.com live.de live.fr live.nl live.co.uk msn.com yahoo.com yahoo.co.uk yahoo.de yahoo.fr yahoo.es yahoo.it yahoo.co.jp
  yahoo.co.in yahoo.com.br ymail.com rocketmail.com icloud.com me.com mac.com aol.com gmx.de gmx.net gmx.at gmx.ch gmx.com web.de
  t-online.de freenet.de mail.de posteo.de mailbox.org proton.me protonmail.com protonmail.ch pm.me tutanota.com tuta.io tutamail.com tuta.com fastmail.com
  fastmail.fm hey.com zoho.com zohomail.com zohomail.eu mail.com email.com orange.fr wanadoo.fr free.fr laposte.net sfr.fr neuf.fr libero.it virgilio.it
  tiscali.it alice.it tin.it terra.es telefonica.net uol.com.br bol.com.br terra.com.br ig.com.br sapo.pt ziggo.nl kpnmail.nl planet.nl
  hetnet.nl home.nl xs4all.nl telenet.be skynet.be wp.pl onet.pl o2.pl interia.pl gazeta.pl op.pl seznam.cz centrum.cz email.cz
  azet.sk freemail.hu citromail.hu abv.bg mail.ru bk.ru inbox.ru list.ru yandex.ru yandex.com ya.ru rambler.ru ukr.net i.ua qq.com
  vip.qq.com foxmail.com 163.com 126.com yeah.net sina.com sina.cn sohu.com aliyun.com 139.com 189.cn naver.com daum.net hanmail.net
  kakao.com nate.com docomo.ne.jp ezweb.ne.jp softbank.ne.jp nifty.com biglobe.ne.jp rediffmail.com btinternet.com sky.com virginmedia.com
  ntlworld.com talktalk.net comcast.net verizon.net att.net sbcglobal.net bellsouth.net cox.net charter.net earthlink.net
  shaw.ca rogers.com sympatico.ca bigpond.com optusnet.com.au bluewin.ch hispeed.ch aon.at chello.at bigpond.net.au inbox.lv`.split(
    /\s+/,
  ),
);

export const isFreeMail = (domain: string): boolean => freeMail.has(domain);
